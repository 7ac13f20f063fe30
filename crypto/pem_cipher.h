/* SPDX-License-Identifier: ISC */
/*
 * The encryption that headers of RFC 1421 announce within PEM, as OpenSSL has always done it: the
 * key is one MD5 of the passphrase for each block of it. It is weak; PKCS#8 is what to use.
 */
#ifndef KC_CRYPTO_PEM_CIPHER_H
#define KC_CRYPTO_PEM_CIPHER_H

#include "base/buf.h"

/* header is both lines, "Proc-Type: 4,ENCRYPTED" and "DEK-Info: NAME,HEX". passphrase.data NULL
 * means that there is none. Errors: UNSUPPORTED (another header or cipher), AUTH. */
KC_MUST kc_err kc_pem_cipher_open(
	const char *header, struct kc_bytes sealed, struct kc_bytes passphrase, struct kc_buf *ret);

/* With AES-256-CBC. */
KC_MUST kc_err kc_pem_cipher_seal(struct kc_bytes plain, struct kc_bytes passphrase,
	struct kc_buf *ret_header, struct kc_buf *ret);

#endif
