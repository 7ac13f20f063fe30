/* SPDX-License-Identifier: ISC */
/* PEM: lines of base64 between two marks. */
#include "crypto/crypto_impl.h"
#include "crypto/export.h"
#include "crypto/pem_cipher.h"

#define LINE_LEN 48 /* bytes that are 64 characters */

static void push_lines(struct kc_buf *out, struct kc_bytes bytes)
{
	uint8_t line[2 * LINE_LEN];

	for (size_t at = 0; at < bytes.len; at += LINE_LEN) {
		size_t len = bytes.len - at < LINE_LEN ? bytes.len - at : LINE_LEN;
		int got = EVP_EncodeBlock(line, bytes.data + at, (int)len);

		kc_buf_push(out, line, (size_t)got);
		kc_buf_push_byte(out, '\n');
	}
	kc_mem_wipe(line, sizeof line);
}

kc_err kc_export_pem(
	const char *label, struct kc_bytes der, struct kc_bytes passphrase, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf header = KC_BUF_INIT, sealed = KC_BUF_INIT;

	if (passphrase.data)
		KC_TRY(kc_pem_cipher_seal(der, passphrase, &header, &sealed));
	kc_buf_printf(ret, "-----BEGIN %s-----\n", label);
	if (passphrase.data) {
		kc_buf_push(ret, header.data, header.len);
		kc_buf_push_byte(ret, '\n');
	}
	push_lines(ret, passphrase.data ? kc_buf_bytes(&sealed) : der);
	kc_buf_printf(ret, "-----END %s-----\n", label);
	return kc_buf_check(ret);
}
