/* SPDX-License-Identifier: ISC */
/* Digits. */
#include "backend/cloud/writer_name.h"

#include <inttypes.h>
#include <stdio.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void kc_writer_name_put(const struct kc_writer_id *writer, char ret[static KC_WRITER_DIGITS + 1])
{
	for (size_t i = 0; i < sizeof writer->bytes; i++)
		snprintf(ret + 2 * i, 3, "%02x", writer->bytes[i]);
}

void kc_writer_name_put_number(uint64_t number, char ret[static KC_NUMBER_DIGITS + 1])
{
	snprintf(ret, KC_NUMBER_DIGITS + 1, "%016" PRIu64, number);
}

bool kc_writer_name_parse(const char *text, struct kc_writer_id *ret)
{
	for (size_t i = 0; i < sizeof ret->bytes; i++) {
		int high = hex_digit(text[2 * i]);
		int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		ret->bytes[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

bool kc_writer_name_parse_number(const char *text, uint64_t *ret)
{
	uint64_t number = 0;

	for (size_t i = 0; i < KC_NUMBER_DIGITS; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (uint64_t)(text[i] - '0');
	}
	*ret = number;
	return number > 0;
}
