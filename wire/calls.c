/* SPDX-License-Identifier: ISC */
/* The call table and its look-up. */
#include "wire/calls.h"

static const struct kc_call_row rows[] = {
#define KC_CALL(name, number, request, reply, changes, who, seconds) \
	{KC_CALL_##name, #name, request, reply, changes, KC_CALL_WHO_##who, seconds},
#include "wire/calls.def"
#undef KC_CALL
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

const struct kc_call_row *kc_calls_find(uint64_t number)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (number == (uint64_t)rows[i].call)
			return &rows[i];
	return NULL;
}

const struct kc_call_row *kc_calls_all(size_t *ret_count)
{
	*ret_count = ROW_COUNT;
	return rows;
}
