/* SPDX-License-Identifier: ISC */
/*
 * Keys and certificates as the bytes of a file, for other programs to read. Everything appends to
 * ret; what an encryption needs besides a passphrase is chosen here.
 */
#ifndef KC_CRYPTO_EXPORT_H
#define KC_CRYPTO_EXPORT_H

#include "crypto/pk.h"

/* Private keys. PKCS#1 (RFC 8017 A.1.2) of RSA and SEC 1 (RFC 5915) of EC; the others have no such
 * form (KEY_TYPE). */
KC_MUST kc_err kc_export_traditional(const struct kc_pk *key, struct kc_buf *ret);
/* PKCS#8 (RFC 5958), of all. */
KC_MUST kc_err kc_export_pkcs8(const struct kc_pk *key, struct kc_buf *ret);
/* The same with PBES2 (RFC 8018): AES-256-CBC, PBKDF2 with HMAC-SHA-256. */
KC_MUST kc_err kc_export_pkcs8_encrypted(
	const struct kc_pk *key, struct kc_bytes passphrase, struct kc_buf *ret);

/* Certificates in DER as a SignedData of PKCS#7 that nobody signed. */
KC_MUST kc_err kc_export_pkcs7(
	const struct kc_bytes *certificates, size_t count, struct kc_buf *ret);

/* What goes into PKCS#12: a private key, or a certificate. Members with the same id belong
 * together. */
struct kc_export_member {
	const struct kc_pk *key;     /* NULL for a certificate */
	struct kc_bytes certificate; /* DER */
	struct kc_bytes id, name;    /* localKeyID, friendlyName (UTF-8); may be empty */
};
/* PKCS#12 (RFC 7292) with PBES2 as above and a MAC of SHA-256. Errors: DECODE (a certificate),
 * PARAM (a passphrase or a name that is no text). */
KC_MUST kc_err kc_export_pkcs12(const struct kc_export_member *members, size_t count,
	struct kc_bytes passphrase, struct kc_buf *ret);

/* PEM (RFC 7468) with the label; with RFC 1421's encryption when there is a passphrase (data not
 * NULL). */
KC_MUST kc_err kc_export_pem(
	const char *label, struct kc_bytes der, struct kc_bytes passphrase, struct kc_buf *ret);

#endif
