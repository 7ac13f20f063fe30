/* SPDX-License-Identifier: ISC */
/*
 * What somebody's file holds: private keys, public keys, certificates.
 *
 * Read are PEM (RFC 7468) with any number of blocks, and one object in DER: PKCS#8 (RFC 5208, 5958)
 * plain or encrypted, PKCS#1 (RFC 8017), SEC 1 (RFC 5915), SubjectPublicKeyInfo, X.509, PKCS#12
 * (RFC 7292) and OpenSSH's private keys (PROTOCOL.key) unless encrypted. A private key is given out
 * only after it has made a signature that its public half confirms, if it is one that signs.
 */
#ifndef KC_CRYPTO_IMPORT_H
#define KC_CRYPTO_IMPORT_H

#include "crypto/pk.h"

struct kc_import_object {
	struct kc_pk *key;	   /* owned; NULL for a certificate */
	struct kc_buf certificate; /* DER; empty for a key */
	struct kc_buf name;	   /* UTF-8: friendlyName, or an OpenSSH comment; may be empty */
};

struct kc_import {
	struct kc_import_object *rows; /* in the order of the file, none twice */
	size_t count, allocated;
};

#define KC_IMPORT_INIT \
	{              \
		0      \
	}
#define KC_CLEANUP_IMPORT KC_CLEANUP(kc_import_done)
void kc_import_done(struct kc_import *import); /* wipes */

/* passphrase.data NULL means that there is none. Takes time in proportion to the iterations that
 * the file asks for; a file that asks for too many is UNSUPPORTED. Errors: DECODE (also when there
 * is nothing in it), AUTH (the passphrase is wrong, or one is needed), UNSUPPORTED (an encrypted
 * OpenSSH key, a key type, another kind of block), KEY_SIZE. */
KC_MUST kc_err kc_import_parse(
	struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *ret);

#endif
