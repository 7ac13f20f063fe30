/* SPDX-License-Identifier: ISC */
/* Numbers in and out of bytes. */
#include "crypto/number.h"

#include <limits.h>

#include "crypto/crypto_impl.h"

BIGNUM *kc_number_get(struct kc_der_reader *r)
{
	struct kc_bytes bytes = kc_der_get(r, KC_DER_INTEGER);
	BIGNUM *number = NULL;

	if (kc_der_reader_check(r) != KC_OK)
		return NULL;
	if (bytes.len > 0 && bytes.len <= INT_MAX && bytes.data[0] < 0x80 &&
		(bytes.len == 1 || bytes.data[0] != 0 || bytes.data[1] >= 0x80))
		number = BN_bin2bn(bytes.data, (int)bytes.len, NULL);
	if (!number)
		kc_der_reader_fail(r);
	return number;
}

/* The sign bit is clear, so one more byte than the number's own may be needed. */
void kc_number_put(struct kc_der_writer *w, const BIGNUM *number)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	kc_err err = kc_number_push(&bytes, number, (size_t)BN_num_bits(number) / 8 + 1);

	if (err != KC_OK && w->err == KC_OK)
		w->err = err;
	kc_der_put(w, KC_DER_INTEGER, kc_buf_bytes(&bytes));
}

kc_err kc_number_push(struct kc_buf *buf, const BIGNUM *number, size_t len)
{
	size_t before = buf->len;
	uint8_t *room = kc_buf_extend(buf, len);

	if (!room)
		return kc_buf_check(buf);
	if (len <= INT_MAX && BN_bn2binpad(number, room, (int)len) == (int)len)
		return KC_OK;
	kc_buf_truncate(buf, before);
	return kc_crypto_failed();
}
