/* SPDX-License-Identifier: ISC */
/* A whole file of keys and certificates, in a format that Security.framework has a name for. */
#ifndef KC_CRYPTO_EXPORT_FILE_H
#define KC_CRYPTO_EXPORT_FILE_H

#include "crypto/export.h"

/* "Older forms" are PKCS#1 of RSA, SEC 1 of EC, and PKCS#8 of the others. */
enum kc_export_format {
	KC_EXPORT_NONE,		   /* nothing can be written so */
	KC_EXPORT_ANY,		   /* certificates, older forms, SubjectPublicKeyInfo */
	KC_EXPORT_SEQUENCE,	   /* the same, always PEM */
	KC_EXPORT_SEQUENCE_SEALED, /* the same, with private keys as in OPENSSL_SEALED */
	KC_EXPORT_OPENSSL,	   /* keys in older forms, and SubjectPublicKeyInfo */
	KC_EXPORT_OPENSSL_SEALED,  /* private keys of RSA and EC, with RFC 1421's encryption */
	KC_EXPORT_BSAFE,	   /* private keys in PKCS#8, public ones of RSA in PKCS#1 */
	KC_EXPORT_PKCS8_SEALED,	   /* private keys in encrypted PKCS#8 */
	KC_EXPORT_X509,		   /* certificates */
	KC_EXPORT_PKCS7,	   /* certificates, in one structure */
	KC_EXPORT_PKCS12,	   /* certificates and private keys, in one structure */
};

struct kc_export_file {
	enum kc_export_format format;
	bool pem;		    /* also where one member could be DER */
	struct kc_bytes passphrase; /* data NULL: none */
	/* Keys may be public ones. Names are for PKCS#12; ids there are made of the keys. */
	const struct kc_export_member *members;
	size_t count;
};

/* Whether there is a private key among the members. */
bool kc_export_file_is_private(const struct kc_export_file *file);
/* Whether any of it is encrypted. */
bool kc_export_file_is_sealed(const struct kc_export_file *file);

/* Appends it. Several members are PEM, whatever was asked for. Errors: UNSUPPORTED (the format
 * does not have such a member), AUTH (no passphrase), those of kc_export_pkcs12. */
KC_MUST kc_err kc_export_file(const struct kc_export_file *file, struct kc_buf *ret);

#endif
