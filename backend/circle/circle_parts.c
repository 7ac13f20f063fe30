/* SPDX-License-Identifier: ISC */
/* A growing array. */
#include "backend/circle/circle_parts.h"

#include <string.h>

void kc_circle_parts_done(struct kc_circle_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		kc_buf_done(&parts->rows[i].value);
	free(parts->rows);
	*parts = (struct kc_circle_parts){0};
}

kc_err kc_circle_parts_add(struct kc_circle_parts *parts, struct kc_bytes name, bool while_unlocked,
	struct kc_buf *value)
{
	struct kc_circle_part *part;

	if (name.len >= KC_CIRCLE_PART_NAME_MAX)
		return KC_ERR(DECODE);
	if (parts->count == parts->allocated) {
		size_t wanted = parts->allocated ? 2 * parts->allocated : 32;
		struct kc_circle_part *grown = reallocarray(parts->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		parts->rows = grown;
		parts->allocated = wanted;
	}
	part = &parts->rows[parts->count++];
	*part = (struct kc_circle_part){.while_unlocked = while_unlocked, .value = *value};
	memcpy(part->name, name.data, name.len);
	*value = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}
