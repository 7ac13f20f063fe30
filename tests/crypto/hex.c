/* SPDX-License-Identifier: ISC */
/* Reading hexadecimal. */
#include "tests/crypto/hex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static unsigned digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, tolower((unsigned char)c));

	if (c == 0 || !found)
		abort();
	return (unsigned)(found - digits);
}

void hex_push(struct kc_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == ' ' || *text == '\n')
			continue;
		kc_buf_push_byte(buf, (uint8_t)(digit(text[0]) * 16 + digit(text[1])));
		text++;
	}
}

bool hex_is(struct kc_bytes bytes, const char *text)
{
	KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT;

	hex_push(&wanted, text);
	return kc_bytes_equal(bytes, kc_buf_bytes(&wanted));
}
