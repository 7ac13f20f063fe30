/* SPDX-License-Identifier: ISC */
/* Three bytes become four letters. */
#include "cli/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void kc_base64_push(struct kc_buf *out, struct kc_bytes data)
{
	for (size_t at = 0; at < data.len; at += 3) {
		unsigned left = data.len - at < 3 ? (unsigned)(data.len - at) : 3;
		unsigned group = data.data[at] * 65536u;
		if (left > 1)
			group += data.data[at + 1] * 256u;
		if (left > 2)
			group += data.data[at + 2];
		kc_buf_push_byte(out, (uint8_t)letters[group / 262144]);
		kc_buf_push_byte(out, (uint8_t)letters[group / 4096 % 64]);
		kc_buf_push_byte(out, left > 1 ? (uint8_t)letters[group / 64 % 64] : '=');
		kc_buf_push_byte(out, left > 2 ? (uint8_t)letters[group % 64] : '=');
	}
}
