/* SPDX-License-Identifier: ISC */
/* Lines of 64 characters, as section 2 of RFC 7468 has them. */
#include "cli/pem.h"

#include "cli/base64.h"

#define COLUMNS 64

void kc_pem_push(struct kc_buf *out, const char *what, struct kc_bytes data)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_base64_push(&text, data);
	kc_buf_printf(out, "-----BEGIN %s-----\n", what);
	for (size_t at = 0; at < text.len; at += COLUMNS) {
		size_t left = text.len - at;
		kc_buf_push(out, text.data + at, left < COLUMNS ? left : COLUMNS);
		kc_buf_push_byte(out, '\n');
	}
	kc_buf_printf(out, "-----END %s-----\n", what);
}
