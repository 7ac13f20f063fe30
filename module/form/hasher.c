/* SPDX-License-Identifier: ISC */
/* Nettle's digests behind our numbers. */
#include "module/form/hasher.h"

#include <nettle/nettle-meta.h>

static const struct nettle_hash *const rows[] = {
	[KC_HASH_SHA1] = &nettle_sha1,
	[KC_HASH_SHA224] = &nettle_sha224,
	[KC_HASH_SHA256] = &nettle_sha256,
	[KC_HASH_SHA384] = &nettle_sha384,
	[KC_HASH_SHA512] = &nettle_sha512,
	[KC_HASH_SHA512_224] = &nettle_sha512_224,
	[KC_HASH_SHA512_256] = &nettle_sha512_256,
	[KC_HASH_SHA3_224] = &nettle_sha3_224,
	[KC_HASH_SHA3_256] = &nettle_sha3_256,
	[KC_HASH_SHA3_384] = &nettle_sha3_384,
	[KC_HASH_SHA3_512] = &nettle_sha3_512,
	[KC_HASH_MD5] = &nettle_md5,
};

size_t kc_hasher_len(enum kc_hash hash)
{
	return rows[hash] ? rows[hash]->digest_size : 0;
}

void kc_hasher_start(struct kc_hasher *hasher, enum kc_hash hash)
{
	hasher->hash = hash;
	rows[hash]->init(&hasher->state);
}

void kc_hasher_update(struct kc_hasher *hasher, struct kc_bytes data)
{
	rows[hasher->hash]->update(&hasher->state, data.len, data.data);
}

void kc_hasher_finish(struct kc_hasher *hasher, uint8_t ret[static KC_HASHER_MAX_LEN])
{
	rows[hasher->hash]->digest(&hasher->state, rows[hasher->hash]->digest_size, ret);
	kc_hasher_reset(hasher);
}

void kc_hasher_reset(struct kc_hasher *hasher)
{
	kc_mem_wipe(hasher, sizeof *hasher); /* KC_HASH_NONE is 0 */
}
