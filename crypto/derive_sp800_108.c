/* SPDX-License-Identifier: ISC */
/*
 * NIST SP 800-108: a pseudorandom function, HMAC or CMAC, applied again and again to segments that
 * the caller orders.
 *
 *   counter   K(i) = PRF(key, segments with i)
 *   feedback  K(i) = PRF(key, segments with K(i-1)),  K(0) = the iv
 *   pipeline  K(i) = PRF(key, segments with A(i)),    A(i) = PRF(key, A(i-1)),
 *                                                     A(0) = bytes and length, in order
 *
 * Built of the library's codes rather than of its KBKDF, which has neither the order nor the
 * pipeline.
 */
#include <endian.h>
#include <string.h>

#include "crypto/derive_impl.h"
#include "crypto/hash.h"
#include "crypto/sk_impl.h"

struct state {
	const struct kc_sk *key;
	const struct kc_derive_params *params;
	uint64_t number;	   /* i */
	uint64_t length_bits;	   /* of all output */
	struct kc_bytes iteration; /* K(i-1), or A(i) */
};

/* --- what the caller may ask for ----------------------------------------------------------------
 */

static bool is_width(const struct kc_derive_segment *segment)
{
	unsigned most = segment->kind == KC_SEGMENT_LENGTH ? 64 : 32;

	return segment->bits > 0 && segment->bits <= most && segment->bits % 8 == 0;
}

static size_t count_of(const struct kc_derive_params *params, enum kc_derive_segment_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < params->segment_count; i++)
		count += params->segments[i].kind == kind;
	return count;
}

static size_t segment_bytes(const struct kc_derive_params *params)
{
	size_t bytes = 0;

	for (size_t i = 0; i < params->segment_count && i < KC_DERIVE_SEGMENTS; i++)
		if (params->segments[i].kind == KC_SEGMENT_BYTES)
			bytes += params->segments[i].bytes.len;
	return bytes;
}

static kc_err check_segments(const struct kc_derive_params *params)
{
	bool counts = params->scheme == KC_DERIVE_SP800_108_COUNTER;

	if (params->segment_count > KC_DERIVE_SEGMENTS)
		return KC_ERR(MECHANISM_PARAM);
	for (size_t i = 0; i < params->segment_count; i++) {
		enum kc_derive_segment_kind kind = params->segments[i].kind;

		if ((kind == KC_SEGMENT_COUNTER || kind == KC_SEGMENT_LENGTH) &&
			!is_width(&params->segments[i]))
			return KC_ERR(MECHANISM_PARAM);
	}
	if (count_of(params, KC_SEGMENT_COUNTER) > 1 || count_of(params, KC_SEGMENT_LENGTH) > 1)
		return KC_ERR(MECHANISM_PARAM);
	if (count_of(params, counts ? KC_SEGMENT_COUNTER : KC_SEGMENT_ITERATION) != 1 ||
		(counts && count_of(params, KC_SEGMENT_ITERATION) != 0))
		return KC_ERR(MECHANISM_PARAM);
	return KC_OK;
}

/* Whether a number goes into the bits of all segments of a kind. */
static bool fits(
	const struct kc_derive_params *params, enum kc_derive_segment_kind kind, uint64_t number)
{
	for (size_t i = 0; i < params->segment_count; i++) {
		const struct kc_derive_segment *segment = &params->segments[i];

		if (segment->kind == kind && segment->bits < 64 && number >> segment->bits != 0)
			return false;
	}
	return true;
}

/* --- one round ----------------------------------------------------------------------------------
 */

static kc_err feed_number(
	struct kc_sk_code *code, const struct kc_derive_segment *segment, uint64_t number)
{
	size_t len = segment->bits / 8;
	uint64_t little = htole64(number), big = htobe64(number);
	const uint8_t *bytes = segment->little_endian ? (const uint8_t *)&little
						      : (const uint8_t *)&big + sizeof big - len;

	return kc_sk_mac_feed(code, kc_bytes(bytes, len));
}

static kc_err feed_segment(
	struct kc_sk_code *code, const struct state *state, const struct kc_derive_segment *segment)
{
	switch (segment->kind) {
	case KC_SEGMENT_BYTES:
		return kc_sk_mac_feed(code, segment->bytes);
	case KC_SEGMENT_COUNTER:
		return feed_number(code, segment, state->number);
	case KC_SEGMENT_ITERATION:
		return kc_sk_mac_feed(code, state->iteration);
	case KC_SEGMENT_LENGTH:
		return feed_number(code, segment, state->length_bits);
	}
	return KC_ERR(MECHANISM_PARAM);
}

static bool is_fixed(const struct kc_derive_segment *segment)
{
	return segment->kind == KC_SEGMENT_BYTES || segment->kind == KC_SEGMENT_LENGTH;
}

/* The function over all segments, or over those that are the same in each round. */
static kc_err round_of(
	const struct state *state, bool fixed_only, uint8_t ret[static KC_SK_CODE_MOST])
{
	KC_CLEANUP_SK_CODE struct kc_sk_code code = {0};

	KC_TRY(kc_sk_mac_start_prf(state->key, state->params->hash, &code));
	for (size_t i = 0; i < state->params->segment_count; i++)
		if (!fixed_only || is_fixed(&state->params->segments[i]))
			KC_TRY(feed_segment(&code, state, &state->params->segments[i]));
	return kc_sk_mac_finish(&code, ret);
}

/* The function over what it gave before. */
static kc_err again(
	const struct state *state, struct kc_bytes before, uint8_t ret[static KC_SK_CODE_MOST])
{
	KC_CLEANUP_SK_CODE struct kc_sk_code code = {0};

	KC_TRY(kc_sk_mac_start_prf(state->key, state->params->hash, &code));
	KC_TRY(kc_sk_mac_feed(&code, before));
	return kc_sk_mac_finish(&code, ret);
}

/* --- all rounds ---------------------------------------------------------------------------------
 */

/* What the next round has for its iteration; space is a round's output, kept by the caller. */
static kc_err prepare(struct state *state, struct kc_bytes output, size_t prf_len,
	uint8_t space[static KC_SK_CODE_MOST])
{
	if (state->params->scheme == KC_DERIVE_SP800_108_FEEDBACK) {
		state->iteration = state->number == 1 ? state->params->data : output;
		return KC_OK;
	}
	if (state->params->scheme != KC_DERIVE_SP800_108_PIPELINE)
		return KC_OK;
	if (state->number == 1)
		KC_TRY(round_of(state, true, space));
	else
		KC_TRY(again(state, kc_bytes(space, prf_len), space));
	state->iteration = kc_bytes(space, prf_len);
	return KC_OK;
}

static kc_err run(struct state *state, size_t prf_len, struct kc_secret *all)
{
	uint8_t *space = all->data + all->len - 2 * KC_SK_CODE_MOST;
	uint8_t *output = space + KC_SK_CODE_MOST;
	size_t len = all->len - 2 * KC_SK_CODE_MOST, take;

	for (size_t at = 0; at < len; at += take) {
		state->number++;
		KC_TRY(prepare(state, kc_bytes(output, prf_len), prf_len, space));
		KC_TRY(round_of(state, false, output));
		take = len - at < prf_len ? len - at : prf_len;
		memcpy(all->data + at, output, take);
	}
	return KC_OK;
}

static kc_err prf_len_of(const struct kc_sk *base, enum kc_hash hash, size_t *ret)
{
	bool has_blocks = base->type == KC_SECRET_AES || base->type == KC_SECRET_DES3;

	if (hash == KC_HASH_NONE && !has_blocks)
		return KC_ERR(KEY_TYPE);
	*ret = hash == KC_HASH_NONE ? kc_sk_mode_block(base) : kc_hash_len(hash);
	return *ret ? KC_OK : KC_ERR(MECHANISM_PARAM);
}

kc_err kc_derive_sp800_108(const struct kc_sk *base, const struct kc_derive_params *params,
	size_t len, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret all = KC_SECRET_INIT;
	struct state state = {.key = base, .params = params, .length_bits = (uint64_t)len * 8};
	size_t prf_len = 0;

	KC_TRY(check_segments(params));
	KC_TRY(prf_len_of(base, params->hash, &prf_len));
	if (!kc_derive_is_fair(len, prf_len, segment_bytes(params)))
		return KC_ERR(MECHANISM_PARAM);
	if (!fits(params, KC_SEGMENT_COUNTER, (len + prf_len - 1) / prf_len) ||
		!fits(params, KC_SEGMENT_LENGTH, state.length_bits))
		return KC_ERR(KEY_SIZE);
	/* Two blocks more, for what is in between. */
	KC_TRY(kc_secret_alloc(&all, len + 2 * KC_SK_CODE_MOST));
	KC_TRY(run(&state, prf_len, &all));
	return kc_secret_set(ret, kc_bytes(all.data, len));
}
