/* SPDX-License-Identifier: ISC */
/* The keys of a session, from the first agreement on, and what is sealed with them. */
#include "backend/circle/session/live_impl.h"

#include <string.h>

#include "backend/circle/record/label.h"

/* clang-format off */
const char *const kc_live_role_names[] = {
	[KC_LIVE_INITIATOR] = "initiator",
	[KC_LIVE_RESPONDER] = "responder",
};
/* clang-format on */

/* What a sealed part is bound to: session, who sealed it, which message, and under which key. The
 * transcript names the account and the two devices. */
static kc_err message_ad(const struct kc_live *live, enum kc_live_role sealer,
	enum kc_live_number number, struct kc_label *label, struct kc_bytes *ret)
{
	const struct kc_live_lane *lane = &live->lanes[sealer];

	kc_label_init(label, "kc1/live-message");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->session.bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->transcript));
	kc_der_put_str(&label->w, kc_live_role_names[sealer]);
	kc_der_put_uint(&label->w, number);
	kc_der_put_uint(&label->w, lane->generation);
	kc_der_put_uint(&label->w, lane->sequence);
	return kc_label_end(label, ret);
}

/* 96 bits, the most significant first. A key seals one message under each number. */
static void message_nonce(uint64_t sequence, uint8_t ret[static KC_GCM_NONCE_LEN])
{
	memset(ret, 0, KC_GCM_NONCE_LEN);
	for (size_t i = KC_GCM_NONCE_LEN; sequence; sequence >>= 8)
		ret[--i] = (uint8_t)sequence;
}

kc_err kc_live_seal_box(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t nonce[KC_GCM_NONCE_LEN];
	struct kc_bytes ad;

	message_nonce(live->lanes[live->role].sequence, nonce);
	KC_TRY(message_ad(live, live->role, number, &label, &ad));
	return kc_aead_gcm_seal_numbered(key, nonce, ad, plain, ret);
}

kc_err kc_live_open_box(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes box, struct kc_buf *ret)
{
	enum kc_live_role sealer = kc_live_other(live->role);
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t nonce[KC_GCM_NONCE_LEN];
	struct kc_bytes ad;

	message_nonce(live->lanes[sealer].sequence, nonce);
	KC_TRY(message_ad(live, sealer, number, &label, &ad));
	return kc_aead_gcm_open_numbered(key, nonce, ad, box, ret);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* HKDF-SHA384(secret, salt, L(text, role, generation)). */
static kc_err derive(const char *text, enum kc_live_role role, uint64_t generation,
	struct kc_bytes secret, struct kc_bytes salt, uint8_t *ret, size_t len)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, text);
	kc_der_put_str(&label.w, kc_live_role_names[role]);
	kc_der_put_uint(&label.w, generation);
	return kc_label_derive(&label, secret, salt, ret, len);
}

/* What both sides have said, and who they think they are. */
static kc_err hash_transcript(struct kc_live *live)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/live-transcript");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->account.bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[KC_LIVE_INITIATOR].bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[KC_LIVE_RESPONDER].bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->session.bytes));
	kc_der_put_uint(&label.w, KC_LIVE_SUITE);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->shares[KC_LIVE_INITIATOR]));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->shares[KC_LIVE_RESPONDER]));
	return kc_label_hash(&label, live->transcript);
}

kc_err kc_live_agree(struct kc_live *live, const struct kc_pk *ephemeral)
{
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes salt = KC_BYTES_OF(live->transcript), master;
	struct kc_live_keys *keys;

	KC_TRY(kc_pk_agree(
		ephemeral, KC_BYTES_OF(live->shares[kc_live_other(live->role)]), &shared));
	KC_TRY(hash_transcript(live));
	KC_TRY(kc_secret_alloc(&live->keys, sizeof *keys));
	keys = kc_live_keys(live);
	kc_label_init(&label, "kc1/live-master");
	KC_TRY(kc_label_derive(
		&label, kc_secret_bytes(&shared), salt, keys->master, sizeof keys->master));
	master = KC_BYTES_OF(keys->master);
	for (enum kc_live_role role = KC_LIVE_INITIATOR; role <= KC_LIVE_RESPONDER; role++) {
		KC_TRY(derive("kc1/live-handshake", role, 0, master, salt,
			keys->handshake[role].bytes, sizeof keys->handshake[role].bytes));
		KC_TRY(derive("kc1/live-mac-key", role, 0, master, salt, keys->mac[role],
			sizeof keys->mac[role]));
	}
	return KC_OK;
}

/* The key of a generation, and the chain that leads to it and on. */
static kc_err set_lane_key(const struct kc_live *live, enum kc_live_role role, uint64_t generation,
	struct kc_live_lane_keys *lane)
{
	return derive("kc1/live-key", role, generation, KC_BYTES_OF(lane->chain),
		KC_BYTES_OF(live->transcript), lane->key.bytes, sizeof lane->key.bytes);
}

kc_err kc_live_start_lanes(struct kc_live *live, struct kc_bytes finish, uint64_t time_ms)
{
	KC_CLEANUP_LABEL struct kc_label label;
	struct kc_live_keys *keys = kc_live_keys(live);
	uint8_t whole[KC_HASH32_LEN];

	kc_label_init(&label, "kc1/live-handshake-messages");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label.w, kc_buf_bytes(&live->reply));
	kc_der_put_bytes(&label.w, finish);
	KC_TRY(kc_label_hash(&label, whole));
	for (enum kc_live_role role = KC_LIVE_INITIATOR; role <= KC_LIVE_RESPONDER; role++) {
		KC_TRY(derive("kc1/live-chain", role, 0, KC_BYTES_OF(keys->master),
			KC_BYTES_OF(whole), keys->lanes[role].chain, KC_LIVE_SECRET_LEN));
		KC_TRY(set_lane_key(live, role, 0, &keys->lanes[role]));
	}
	live->lanes[live->role].since_ms = time_ms;
	kc_mem_wipe(keys->master, sizeof keys->master);
	kc_mem_wipe(keys->handshake, sizeof keys->handshake);
	kc_mem_wipe(keys->mac, sizeof keys->mac);
	kc_buf_done(&live->reply);
	live->stage = KC_LIVE_OPEN;
	return KC_OK;
}

kc_err kc_live_next_keys(const struct kc_live *live, enum kc_live_role role, struct kc_secret *ret)
{
	const struct kc_live_lane_keys *now = &kc_live_keys(live)->lanes[role];
	uint64_t generation = live->lanes[role].generation + 1;
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;
	struct kc_live_lane_keys *keys;

	KC_TRY(kc_secret_alloc(&next, sizeof *keys));
	keys = (struct kc_live_lane_keys *)(void *)next.data;
	KC_TRY(derive("kc1/live-ratchet", role, generation, KC_BYTES_OF(now->chain),
		KC_BYTES_OF(live->transcript), keys->chain, sizeof keys->chain));
	KC_TRY(set_lane_key(live, role, generation, keys));
	kc_secret_move(ret, &next);
	return KC_OK;
}

void kc_live_adopt_keys(struct kc_live *live, enum kc_live_role role, const struct kc_secret *next)
{
	memcpy(&kc_live_keys(live)->lanes[role], next->data, sizeof(struct kc_live_lane_keys));
	live->lanes[role].generation++;
	live->lanes[role].under_key = 0;
}
