/* SPDX-License-Identifier: ISC */
/* SPAKE2, RFC 9382 sections 3 and 4; the names are the RFC's. */
#include "crypto/spake2.h"

#include <string.h>

#include "crypto/curve.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "base/random.h"

#define SCALAR_LEN 32
#define RANDOM_LEN (SCALAR_LEN + 8)
#define TRANSCRIPT_MAX 1024

/* RFC 9382 6: M and N of P-256, compressed. Nobody knows their discrete logarithms. */
static const uint8_t blinding[2][33] = {
	[KC_SPAKE2_A] = {0x02, 0x88, 0x6e, 0x2f, 0x97, 0xac, 0xe4, 0x6e, 0x55, 0xba, 0x9d, 0xd7,
		0x24, 0x25, 0x79, 0xf2, 0x99, 0x3b, 0x64, 0xe1, 0x6e, 0xf3, 0xdc, 0xab, 0x95, 0xaf,
		0xd4, 0x97, 0x33, 0x3d, 0x8f, 0xa1, 0x2f},
	[KC_SPAKE2_B] = {0x03, 0xd8, 0xbb, 0xd6, 0xc6, 0x39, 0xc6, 0x29, 0x37, 0xb0, 0x4d, 0x99,
		0x7f, 0x38, 0xc3, 0x77, 0x07, 0x19, 0xc6, 0x29, 0xd7, 0x01, 0x4d, 0x49, 0xa2, 0x4b,
		0x4f, 0x98, 0xba, 0xa1, 0x29, 0x2b, 0x49},
};

struct kc_spake2 {
	enum kc_spake2_side side;
	EC_GROUP *group;
	BIGNUM *w, *x;	     /* the code's scalar; this side's own */
	struct kc_buf share; /* X = x·P + w·M, or Y = y·P + w·N */
	char *names[2];	     /* by enum kc_spake2_side */
};

void kc_spake2_free(struct kc_spake2 *run)
{
	if (!run)
		return;
	EC_GROUP_free(run->group);
	BN_clear_free(run->w);
	BN_clear_free(run->x);
	kc_buf_done(&run->share);
	free(run->names[0]);
	free(run->names[1]);
	free(run);
}

/* w · M for A's shares, w · N for B's. */
static kc_err blind(const struct kc_spake2 *run, enum kc_spake2_side whose, EC_POINT **ret)
{
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *base = EC_POINT_new(run->group);

	if (!base || EC_POINT_oct2point(
			     run->group, base, blinding[whose], sizeof blinding[whose], NULL) != 1)
		return kc_crypto_failed();
	return kc_curve_mul(run->group, run->w, base, ret);
}

static kc_err make_share(struct kc_spake2 *run)
{
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *own = NULL;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *mask = NULL;

	KC_TRY(kc_curve_mul(run->group, run->x, NULL, &own));
	KC_TRY(blind(run, run->side, &mask));
	if (EC_POINT_add(run->group, own, own, mask, NULL) != 1)
		return kc_crypto_failed();
	return kc_curve_encode(run->group, own, &run->share);
}

kc_err kc_spake2_new(enum kc_spake2_side side, struct kc_bytes secret, const char *name_a,
	const char *name_b, struct kc_spake2 **ret)
{
	KC_CLEANUP_SPAKE2 struct kc_spake2 *run = calloc(1, sizeof *run);
	uint8_t random[RANDOM_LEN];
	kc_err err;

	if (!run)
		return KC_ERR(NO_MEMORY);
	run->side = side;
	run->group = kc_curve_new(256);
	run->names[KC_SPAKE2_A] = strdup(name_a);
	run->names[KC_SPAKE2_B] = strdup(name_b);
	if (!run->group || !run->names[KC_SPAKE2_A] || !run->names[KC_SPAKE2_B])
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_curve_scalar(run->group, secret, &run->w));
	kc_random_fill(random, sizeof random);
	err = kc_curve_scalar(run->group, KC_BYTES_OF(random), &run->x);
	kc_mem_wipe(random, sizeof random);
	KC_TRY(err);
	KC_TRY(make_share(run));
	*ret = run;
	run = NULL;
	return KC_OK;
}

struct kc_bytes kc_spake2_share(const struct kc_spake2 *run)
{
	return kc_buf_bytes(&run->share);
}

/* K = x · (Y − w·N), or y · (X − w·M). */
static kc_err shared_point(
	const struct kc_spake2 *run, struct kc_bytes peer_share, struct kc_buf *ret)
{
	enum kc_spake2_side other = run->side == KC_SPAKE2_A ? KC_SPAKE2_B : KC_SPAKE2_A;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *peer = NULL;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *mask = NULL;
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *shared = NULL;

	KC_TRY(kc_curve_point(run->group, peer_share, &peer));
	KC_TRY(blind(run, other, &mask));
	if (EC_POINT_invert(run->group, mask, NULL) != 1 ||
		EC_POINT_add(run->group, peer, peer, mask, NULL) != 1)
		return kc_crypto_failed();
	KC_TRY(kc_curve_mul(run->group, run->x, peer, &shared));
	return kc_curve_encode(run->group, shared, ret);
}

/* A part of TT: its length as eight bytes, the lowest first, then itself. */
static void put_part(struct kc_buf *transcript, struct kc_bytes part)
{
	for (unsigned shift = 0; shift < 64; shift += 8)
		kc_buf_push_byte(transcript, (uint8_t)((uint64_t)part.len >> shift));
	kc_buf_push(transcript, part.data, part.len);
}

/* TT = A ‖ B ‖ pA ‖ pB ‖ K ‖ w, each with its length (RFC 9382 4). */
static kc_err make_transcript(
	const struct kc_spake2 *run, struct kc_bytes peer_share, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf shared = KC_BUF_INIT;
	struct kc_bytes own = kc_buf_bytes(&run->share);
	bool is_a = run->side == KC_SPAKE2_A;
	uint8_t w[SCALAR_LEN];

	KC_TRY(shared_point(run, peer_share, &shared));
	if (BN_bn2binpad(run->w, w, sizeof w) != sizeof w)
		return kc_crypto_failed();
	put_part(ret, kc_bytes_str(run->names[KC_SPAKE2_A]));
	put_part(ret, kc_bytes_str(run->names[KC_SPAKE2_B]));
	put_part(ret, is_a ? own : peer_share);
	put_part(ret, is_a ? peer_share : own);
	put_part(ret, kc_buf_bytes(&shared));
	put_part(ret, KC_BYTES_OF(w));
	kc_mem_wipe(w, sizeof w);
	return kc_buf_check(ret);
}

static kc_err confirm(struct kc_bytes key, struct kc_bytes transcript, uint8_t *ret)
{
	KC_CLEANUP_MAC struct kc_mac *mac = NULL;

	KC_TRY(kc_mac_new(key, &mac));
	kc_mac_compute(mac, transcript, ret);
	return KC_OK;
}

/* Ke ‖ Ka = Hash(TT); KcA ‖ KcB = KDF(Ka, nil, "ConfirmationKeys" ‖ AAD). */
static kc_err schedule(enum kc_spake2_side side, struct kc_bytes transcript, struct kc_bytes aad,
	struct kc_secret *keys, struct kc_spake2_result *ret)
{
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT;
	uint8_t *hash = keys->data, *kc = keys->data + 32;
	struct kc_bytes kc_a = kc_bytes(kc, 16), kc_b = kc_bytes(kc + 16, 16);
	bool is_a = side == KC_SPAKE2_A;

	KC_TRY(kc_hash_compute(KC_HASH_SHA256, transcript, hash));
	kc_buf_push_str(&info, "ConfirmationKeys");
	kc_buf_push(&info, aad.data, aad.len);
	KC_TRY(kc_buf_check(&info));
	KC_TRY(kc_kdf_hkdf(KC_HASH_SHA256, kc_bytes(hash + 16, 16), kc_bytes(NULL, 0),
		kc_buf_bytes(&info), kc, 32));
	KC_TRY(confirm(is_a ? kc_a : kc_b, transcript, ret->own_confirmation));
	KC_TRY(confirm(is_a ? kc_b : kc_a, transcript, ret->peer_confirmation));
	memcpy(ret->key, hash, sizeof ret->key);
	return KC_OK;
}

kc_err kc_spake2_finish(const struct kc_spake2 *run, struct kc_bytes peer_share,
	struct kc_bytes aad, struct kc_spake2_result *ret)
{
	KC_CLEANUP_BUF struct kc_buf transcript = KC_BUF_INIT_MAX(TRANSCRIPT_MAX);
	KC_CLEANUP_SECRET struct kc_secret keys = KC_SECRET_INIT;
	struct kc_spake2_result result;

	KC_TRY(make_transcript(run, peer_share, &transcript));
	KC_TRY(kc_secret_alloc(&keys, 64));
	KC_TRY(schedule(run->side, kc_buf_bytes(&transcript), aad, &keys, &result));
	*ret = result;
	kc_mem_wipe(&result, sizeof result);
	return KC_OK;
}
