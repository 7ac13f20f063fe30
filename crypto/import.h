/* SPDX-License-Identifier: ISC */
/*
 * What somebody's file holds: private keys, public keys, certificates.
 *
 * Read are PEM (RFC 7468) with any number of blocks, and one object in DER: PKCS#8 (RFC 5208, 5958)
 * plain or encrypted, PKCS#1 (RFC 8017), SEC 1 (RFC 5915), SubjectPublicKeyInfo, X.509, PKCS#12
 * (RFC 7292), the certificates of PKCS#7 (RFC 2315) and OpenSSH's private keys (PROTOCOL.key)
 * unless encrypted. A private key is given out only after it has made a signature that its public
 * half confirms, if it is one that signs.
 */
#ifndef KC_CRYPTO_IMPORT_H
#define KC_CRYPTO_IMPORT_H

#include "crypto/pk.h"

/* The structure that an object stood in. */
enum kc_import_format {
	KC_IMPORT_X509,
	KC_IMPORT_PKCS1, /* a private key */
	KC_IMPORT_PKCS1_PUBLIC,
	KC_IMPORT_SEC1,
	KC_IMPORT_PKCS8,
	KC_IMPORT_PKCS8_ENCRYPTED,
	KC_IMPORT_PEM_ENCRYPTED, /* PKCS#1 or SEC 1 within RFC 1421's encryption */
	KC_IMPORT_SPKI,
	KC_IMPORT_OPENSSH,
	KC_IMPORT_PKCS7,
	KC_IMPORT_PKCS12,
};

struct kc_import_object {
	enum kc_import_format format;
	struct kc_pk *key;	   /* owned; NULL for a certificate */
	struct kc_buf certificate; /* DER; empty for a key */
	struct kc_buf name;	   /* UTF-8: friendlyName, or an OpenSSH comment; may be empty */
};

struct kc_import {
	struct kc_import_object *rows; /* in the order of the file, none twice */
	size_t count, allocated;
	bool is_pem;
	uint64_t cost; /* of the passphrases so far, in iterations */
};

#define KC_IMPORT_INIT \
	{              \
		0      \
	}
#define KC_CLEANUP_IMPORT KC_CLEANUP(kc_import_done)
void kc_import_done(struct kc_import *import); /* wipes */

/* passphrase.data NULL means that there is none. Takes time in proportion to the iterations that
 * the file asks for; a file that asks for too many, all in all, is UNSUPPORTED. Errors: DECODE
 * (also when there is nothing in it), AUTH (the passphrase is wrong, or one is needed), UNSUPPORTED
 * (an encrypted OpenSSH key, a key type, another kind of block), KEY_SIZE. */
KC_MUST kc_err kc_import_parse(
	struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *ret);

/* Whether the file is PKCS#12, damaged within or not: there the passphrase is of the whole file. */
bool kc_import_is_pkcs12(struct kc_bytes file);

#endif
