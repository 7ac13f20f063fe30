/* SPDX-License-Identifier: ISC */
/*
 * Digests in the caller's process (nettle): they need no secret, so no round trip.
 */
#ifndef KC_MODULE_FORM_HASHER_H
#define KC_MODULE_FORM_HASHER_H

#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>

#include "base/mechanism.h"
#include "base/mem.h"

#define KC_HASHER_MAX_LEN 64

struct kc_hasher {
	enum kc_hash hash; /* KC_HASH_NONE: not in use */
	union {
		struct md5_ctx md5;
		struct sha1_ctx sha1;
		struct sha256_ctx sha256; /* SHA-224 too */
		struct sha512_ctx sha512; /* SHA-384, SHA-512/224 and /256 too */
		struct sha3_224_ctx sha3_224;
		struct sha3_256_ctx sha3_256;
		struct sha3_384_ctx sha3_384;
		struct sha3_512_ctx sha3_512;
	} state;
};

size_t kc_hasher_len(enum kc_hash hash); /* of the digest, bytes; 0 for KC_HASH_NONE */
void kc_hasher_start(struct kc_hasher *hasher, enum kc_hash hash);
void kc_hasher_update(struct kc_hasher *hasher, struct kc_bytes data);
/* Writes kc_hasher_len bytes and resets. */
void kc_hasher_finish(struct kc_hasher *hasher, uint8_t ret[static KC_HASHER_MAX_LEN]);
void kc_hasher_reset(struct kc_hasher *hasher); /* wipes; not in use afterwards */

#endif
