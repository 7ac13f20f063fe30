/* SPDX-License-Identifier: ISC */
/* Raw, UTF-16, hex, base64. */
#include "tests/store/forms.h"

#include <stdio.h>
#include <string.h>

static void push_wide(const char *text, unsigned at, struct kc_buf *ret)
{
	for (; *text; text++) {
		uint8_t pair[2] = {0, 0};
		pair[at] = (uint8_t)*text;
		kc_buf_push(ret, pair, sizeof pair);
	}
}

static void push_hex(const char *text, const char *format, struct kc_buf *ret)
{
	for (; *text; text++) {
		char digits[3];
		snprintf(digits, sizeof digits, format[1] == 'X' ? "%02X" : "%02x",
			(unsigned)(uint8_t)*text);
		kc_buf_push_str(ret, digits);
	}
}

/* The part of a base64 text that does not depend on what stands around: shift bytes of the first
 * group belong to something else. */
static void push_base64(const char *text, unsigned shift, struct kc_buf *ret)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t skip = shift == 0 ? 0 : 3 - shift;

	for (text += skip; strlen(text) >= 3; text += 3) {
		uint32_t group = (uint32_t)(uint8_t)text[0] << 16 |
				 (uint32_t)(uint8_t)text[1] << 8 | (uint8_t)text[2];
		for (int bit = 18; bit >= 0; bit -= 6)
			kc_buf_push_byte(ret, (uint8_t)digits[group >> bit & 63]);
	}
}

void forms_push(const char *text, enum form form, struct kc_buf *ret)
{
	switch (form) {
	case FORM_RAW:
		kc_buf_push_str(ret, text);
		return;
	case FORM_UTF16_LITTLE:
		push_wide(text, 0, ret);
		return;
	case FORM_UTF16_BIG:
		push_wide(text, 1, ret);
		return;
	case FORM_HEX:
		push_hex(text, "%x", ret);
		return;
	case FORM_HEX_UPPER:
		push_hex(text, "%X", ret);
		return;
	case FORM_BASE64:
	case FORM_BASE64_1:
	case FORM_BASE64_2:
		push_base64(text, (unsigned)form - FORM_BASE64, ret);
		return;
	case FORM_COUNT:
		return;
	}
}

size_t forms_find(struct kc_bytes in, const char *text)
{
	size_t finds = 0;

	for (int form = 0; form < FORM_COUNT; form++) {
		KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT;

		forms_push(text, (enum form)form, &wanted);
		if (wanted.len < 8)
			abort();
		finds += in.len && memmem(in.data, in.len, wanted.data, wanted.len);
	}
	return finds;
}
