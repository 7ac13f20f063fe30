/* SPDX-License-Identifier: ISC */
/* Key, '-', writer; with '-' for '/'. */
#include "backend/sync/line/cell_name.h"

#include <string.h>

#define WRITER_DIGITS (2 * sizeof(struct kc_writer_id))
#define ITEM "i/"

static void swap(char *text, char from, char to)
{
	for (; *text; text++)
		if (*text == from)
			*text = to;
}

static bool is_item(struct kc_bytes key)
{
	struct kc_bytes rest;

	return kc_op_key_has(key, ITEM, &rest);
}

kc_err kc_cell_name_put(struct kc_bytes key, const struct kc_writer_id *writer,
	char ret[static KC_RECORDS_MAX_NAME + 1])
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	kc_buf_push(&name, key.data, key.len);
	if (!is_item(key)) {
		kc_buf_push_str(&name, "-");
		kc_op_put_hex(&name, KC_BYTES_OF(writer->bytes));
	}
	KC_TRY(kc_buf_check(&name));
	if (name.len > KC_RECORDS_MAX_NAME)
		return KC_ERR(PARAM);
	memcpy(ret, name.data, name.len);
	ret[name.len] = 0;
	swap(ret, '/', '-');
	return KC_OK;
}

kc_err kc_cell_name_parse(const char *name, struct kc_cell *ret)
{
	struct kc_cell cell = {.is_item = strncmp(name, "i-", 2) == 0};
	size_t len = strlen(name);

	if (!cell.is_item) {
		if (len < WRITER_DIGITS + 2 || name[len - WRITER_DIGITS - 1] != '-' ||
			!kc_op_get_hex(kc_bytes(name + len - WRITER_DIGITS, WRITER_DIGITS),
				cell.writer.bytes, sizeof cell.writer.bytes))
			return KC_ERR(REFUSED);
		len -= WRITER_DIGITS + 1;
	}
	if (len > KC_OP_MAX_KEY)
		return KC_ERR(REFUSED);
	memcpy(cell.key, name, len);
	swap(cell.key, '-', '/');
	*ret = cell;
	return KC_OK;
}

enum kc_zone kc_cell_zone(struct kc_bytes key)
{
	return kc_bytes_equal(key, kc_bytes_str("c")) ? KC_ZONE_VALUES : KC_ZONE_RECORDS;
}
