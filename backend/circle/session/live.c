/* SPDX-License-Identifier: ISC */
/* The state machine of a session. Each function goes from one stage to the next, or to the end. */
#include "backend/circle/session/live.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "crypto/mac.h"
#include "base/random.h"

#define VERSION 1
#define SUITE 1 /* X25519, P-384 with SHA-384, HKDF-SHA384, AES-256-GCM: the only one */
#define SECRET_LEN 32
#define MAX_SEQUENCE (UINT64_C(1) << 48)

enum stage { BEGUN, ANSWERED, OPEN, OVER };

enum role { INITIATOR, RESPONDER };
static const char *const role_names[] = {[INITIATOR] = "initiator", [RESPONDER] = "responder"};

/* One direction: where its count is. */
struct lane {
	uint64_t sequence;   /* of the next data message */
	uint64_t generation; /* of its key */
	uint64_t under_key;  /* messages so far */
	uint64_t since_ms;   /* its own clock; of the side that seals */
};

/* All that is secret, in the arena. */
struct lane_keys {
	uint8_t chain[SECRET_LEN]; /* the next generation is derived from it */
	struct kc_gcm_key key;
};
struct keys {
	uint8_t master[SECRET_LEN]; /* of the handshake, like the next two */
	struct kc_gcm_key handshake[2];
	uint8_t mac[2][SECRET_LEN];
	struct lane_keys lanes[2]; /* by the role that seals */
};

struct kc_live {
	enum role role;
	enum stage stage;
	struct kc_account_id account;
	struct kc_peer_id parties[2]; /* by role */
	struct kc_live_session session;
	struct kc_pk *ephemeral; /* owned; the initiator's, until it has agreed */
	uint8_t shares[2][KC_LIVE_SHARE_LEN];
	uint8_t transcript[KC_HASH32_LEN];
	struct kc_buf reply; /* as sent, for the keys of data */
	struct lane lanes[2];
	struct kc_secret keys; /* struct keys */
};

static struct keys *keys_of(const struct kc_live *live)
{
	return (struct keys *)(void *)live->keys.data;
}

/* Ends a session: nothing can be sealed or opened any more, nor read from memory. */
static void end(struct kc_live *live)
{
	live->stage = OVER;
	kc_secret_done(&live->keys);
	kc_buf_done(&live->reply);
	if (live->ephemeral)
		kc_pk_free(live->ephemeral);
	live->ephemeral = NULL;
}

void kc_live_free(struct kc_live *live)
{
	if (!live)
		return;
	end(live);
	kc_mem_wipe(live, sizeof *live);
	free(live);
}

bool kc_live_is_open(const struct kc_live *live)
{
	return live->stage == OPEN;
}

bool kc_live_is_over(const struct kc_live *live)
{
	return live->stage == OVER;
}

const struct kc_live_session *kc_live_session(const struct kc_live *live)
{
	return &live->session;
}

static enum role other(enum role role)
{
	return role == INITIATOR ? RESPONDER : INITIATOR;
}

uint64_t kc_live_sent(const struct kc_live *live)
{
	return live->lanes[live->role].sequence;
}

uint64_t kc_live_received(const struct kc_live *live)
{
	return live->lanes[other(live->role)].sequence;
}

/* What a step's failure means: this device has no memory, or the session is over. */
static kc_err settle(struct kc_live *live, kc_err err)
{
	if (err == KC_OK || err == KC_E_NO_MEMORY || err == KC_E_BUG)
		return err;
	end(live);
	return err == KC_E_NOT_MEMBER ? err : KC_ERR(REFUSED);
}

/* --- who may ------------------------------------------------------------------------------------
 */

static kc_err check_parties(
	const struct kc_live *live, const struct kc_circle *circle, const struct kc_trust *trust)
{
	if (memcmp(&live->account, &circle->account, sizeof live->account) != 0 ||
		!kc_peer_id_equal(&live->parties[live->role], &circle->identity.id) ||
		kc_peer_id_equal(&live->parties[INITIATOR], &live->parties[RESPONDER]))
		return KC_ERR(NOT_MEMBER);
	for (size_t i = 0; i < KC_COUNT_OF(live->parties); i++)
		if (!kc_circle_is_trusted(circle, trust, &live->parties[i]))
			return KC_ERR(NOT_MEMBER);
	return KC_OK;
}

/* The step is in its turn, and both devices are in. */
static kc_err check_turn(const struct kc_live *live, enum role role, enum stage stage,
	const struct kc_circle *circle, const struct kc_trust *trust)
{
	if (live->stage == OVER)
		return KC_ERR(REFUSED);
	if (live->role != role || live->stage != stage)
		return KC_ERR(BUG);
	return check_parties(live, circle, trust);
}

/* --- messages -----------------------------------------------------------------------------------
 */

/* LiveMessage ::= SEQUENCE { version, session, number, parts… } */
static void begin_message(struct kc_der_writer *w, struct kc_buf *buf,
	const struct kc_live_session *session, enum kc_live_number number)
{
	kc_der_writer_init(w, buf);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, VERSION);
	kc_der_put_bytes(w, KC_BYTES_OF(session->bytes));
	kc_der_put_uint(w, number);
}

static kc_err end_message(struct kc_der_writer *w)
{
	kc_der_end(w);
	return kc_der_writer_check(w);
}

static void enter_message(struct kc_bytes message, struct kc_der_reader *r,
	struct kc_der_reader *seq, struct kc_live_session *ret_session, uint64_t *ret_number)
{
	kc_der_reader_init(r, message);
	kc_der_enter(r, KC_DER_SEQUENCE, seq);
	if (message.len > KC_LIVE_MAX_MESSAGE || kc_der_get_uint(seq) != VERSION)
		kc_der_reader_fail(seq);
	kc_der_get_array(seq, ret_session->bytes, sizeof ret_session->bytes);
	*ret_number = kc_der_get_uint_max(seq, KC_LIVE_DATA);
}

/* Enters a message that must be that number of this session. */
static void expect_message(const struct kc_live *live, struct kc_bytes message,
	enum kc_live_number wanted, struct kc_der_reader *r, struct kc_der_reader *seq)
{
	struct kc_live_session session;
	uint64_t number;

	enter_message(message, r, seq, &session, &number);
	if (number != wanted || memcmp(&session, &live->session, sizeof session) != 0)
		kc_der_reader_fail(seq);
}

static kc_err leave_message(struct kc_der_reader *r, struct kc_der_reader *seq)
{
	kc_der_leave(r, seq);
	return kc_der_reader_finish(r);
}

kc_err kc_live_peek(
	struct kc_bytes message, struct kc_live_session *ret_session, enum kc_live_number *ret)
{
	struct kc_der_reader r, seq;
	struct kc_live_session session;
	uint64_t number;

	enter_message(message, &r, &seq, &session, &number);
	KC_TRY(kc_der_reader_check(&seq));
	*ret_session = session;
	*ret = (enum kc_live_number)number;
	return KC_OK;
}

/* What a sealed part is bound to: session, who sealed it, which message, and under which key. The
 * transcript names the account and the two devices. */
static kc_err message_ad(const struct kc_live *live, enum role sealer, enum kc_live_number number,
	struct kc_label *label, struct kc_bytes *ret)
{
	const struct lane *lane = &live->lanes[sealer];

	kc_label_init(label, "kc1/live-message");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->session.bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->transcript));
	kc_der_put_str(&label->w, role_names[sealer]);
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

static kc_err seal(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t nonce[KC_GCM_NONCE_LEN];
	struct kc_bytes ad;

	message_nonce(live->lanes[live->role].sequence, nonce);
	KC_TRY(message_ad(live, live->role, number, &label, &ad));
	return kc_aead_gcm_seal_numbered(key, nonce, ad, plain, ret);
}

static kc_err unseal(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes box, struct kc_buf *ret)
{
	enum role sealer = other(live->role);
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
static kc_err derive(const char *text, enum role role, uint64_t generation, struct kc_bytes secret,
	struct kc_bytes salt, uint8_t *ret, size_t len)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, text);
	kc_der_put_str(&label.w, role_names[role]);
	kc_der_put_uint(&label.w, generation);
	return kc_label_derive(&label, secret, salt, ret, len);
}

/* What both sides have said, and who they think they are. */
static kc_err hash_transcript(struct kc_live *live)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/live-transcript");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->account.bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[INITIATOR].bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[RESPONDER].bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->session.bytes));
	kc_der_put_uint(&label.w, SUITE);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->shares[INITIATOR]));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->shares[RESPONDER]));
	return kc_label_hash(&label, live->transcript);
}

/* Keys of the handshake from the two shares. A point of small order agrees on nothing. */
static kc_err agree(struct kc_live *live, const struct kc_pk *ephemeral)
{
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes salt = KC_BYTES_OF(live->transcript), master;
	struct keys *keys;

	KC_TRY(kc_pk_agree(ephemeral, KC_BYTES_OF(live->shares[other(live->role)]), &shared));
	KC_TRY(hash_transcript(live));
	KC_TRY(kc_secret_alloc(&live->keys, sizeof *keys));
	keys = keys_of(live);
	kc_label_init(&label, "kc1/live-master");
	KC_TRY(kc_label_derive(
		&label, kc_secret_bytes(&shared), salt, keys->master, sizeof keys->master));
	master = KC_BYTES_OF(keys->master);
	for (enum role role = INITIATOR; role <= RESPONDER; role++) {
		KC_TRY(derive("kc1/live-handshake", role, 0, master, salt,
			keys->handshake[role].bytes, sizeof keys->handshake[role].bytes));
		KC_TRY(derive("kc1/live-mac-key", role, 0, master, salt, keys->mac[role],
			sizeof keys->mac[role]));
	}
	return KC_OK;
}

/* The key of a generation, and the chain that leads to it and on. */
static kc_err set_lane_key(
	const struct kc_live *live, enum role role, uint64_t generation, struct lane_keys *lane)
{
	return derive("kc1/live-key", role, generation, KC_BYTES_OF(lane->chain),
		KC_BYTES_OF(live->transcript), lane->key.bytes, sizeof lane->key.bytes);
}

/* The handshake is done: keys of data from all of its messages; its own are wiped. */
static kc_err start_lanes(struct kc_live *live, struct kc_bytes finish, uint64_t time_ms)
{
	KC_CLEANUP_LABEL struct kc_label label;
	struct keys *keys = keys_of(live);
	uint8_t whole[KC_HASH32_LEN];

	kc_label_init(&label, "kc1/live-handshake-messages");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label.w, kc_buf_bytes(&live->reply));
	kc_der_put_bytes(&label.w, finish);
	KC_TRY(kc_label_hash(&label, whole));
	for (enum role role = INITIATOR; role <= RESPONDER; role++) {
		KC_TRY(derive("kc1/live-chain", role, 0, KC_BYTES_OF(keys->master),
			KC_BYTES_OF(whole), keys->lanes[role].chain, SECRET_LEN));
		KC_TRY(set_lane_key(live, role, 0, &keys->lanes[role]));
	}
	live->lanes[live->role].since_ms = time_ms;
	kc_mem_wipe(keys->master, sizeof keys->master);
	kc_mem_wipe(keys->handshake, sizeof keys->handshake);
	kc_mem_wipe(keys->mac, sizeof keys->mac);
	kc_buf_done(&live->reply);
	live->stage = OPEN;
	return KC_OK;
}

/* What follows the keys of a lane, in memory of its own: the caller adopts it or not. */
static kc_err next_keys(const struct kc_live *live, enum role role, struct kc_secret *ret)
{
	const struct lane_keys *now = &keys_of(live)->lanes[role];
	uint64_t generation = live->lanes[role].generation + 1;
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;
	struct lane_keys *keys;

	KC_TRY(kc_secret_alloc(&next, sizeof *keys));
	keys = (struct lane_keys *)(void *)next.data;
	KC_TRY(derive("kc1/live-ratchet", role, generation, KC_BYTES_OF(now->chain),
		KC_BYTES_OF(live->transcript), keys->chain, sizeof keys->chain));
	KC_TRY(set_lane_key(live, role, generation, keys));
	kc_secret_move(ret, &next);
	return KC_OK;
}

/* Overwrites the keys before. */
static void adopt_keys(struct kc_live *live, enum role role, const struct kc_secret *next)
{
	memcpy(&keys_of(live)->lanes[role], next->data, sizeof(struct lane_keys));
	live->lanes[role].generation++;
	live->lanes[role].under_key = 0;
}

/* --- who somebody is ----------------------------------------------------------------------------
 */

/* What a device signs: its part, all that was said, and whom it takes the two to be. */
static kc_err signature_input(
	const struct kc_live *live, enum role signer, struct kc_label *label, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/live-signature");
	kc_der_put_str(&label->w, role_names[signer]);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->parties[INITIATOR].bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->parties[RESPONDER].bytes));
	return kc_label_end(label, ret);
}

/* Binds a name to the keys: whoever signed also knows the secret. */
static kc_err name_mac(const struct kc_live *live, enum role role, uint8_t ret[static KC_MAC_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;
	KC_CLEANUP_MAC struct kc_mac *mac = NULL;
	struct kc_bytes input;

	kc_label_init(&label, "kc1/live-mac");
	kc_der_put_str(&label.w, role_names[role]);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[role].bytes));
	KC_TRY(kc_label_end(&label, &input));
	KC_TRY(kc_mac_new(KC_BYTES_OF(keys_of(live)->mac[role]), &mac));
	kc_mac_compute(mac, input, ret);
	return KC_OK;
}

/* LiveName ::= SEQUENCE { peer, signature, mac }, sealed. */
static kc_err seal_name(const struct kc_live *live, const struct kc_circle *circle,
	enum kc_live_number number, struct kc_buf *ret)
{
	const struct kc_signer signer = kc_identity_signer(&circle->identity);
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t mac[KC_MAC_LEN];
	struct kc_bytes input;
	struct kc_der_writer w;

	KC_TRY(signature_input(live, live->role, &label, &input));
	KC_TRY(kc_signature_make(&signer, input, &signature));
	KC_TRY(name_mac(live, live->role, mac));
	kc_der_writer_init(&w, &name);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(live->parties[live->role].bytes));
	kc_der_put_raw(&w, kc_buf_bytes(&signature));
	kc_der_put_bytes(&w, KC_BYTES_OF(mac));
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return seal(live, number, &keys_of(live)->handshake[live->role], kc_buf_bytes(&name), ret);
}

/* Whether the other side is the very device that this session is with. */
static kc_err check_name(const struct kc_live *live, const struct kc_circle *circle,
	enum kc_live_number number, struct kc_bytes box)
{
	enum role role = other(live->role);
	const struct kc_peer_id *peer = &live->parties[role];
	const struct kc_member *member = kc_circle_find(circle, peer);
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t got[KC_MAC_LEN], wanted[KC_MAC_LEN];
	struct kc_signature signature;
	struct kc_der_reader r, seq;
	struct kc_peer_id named;
	struct kc_bytes input;

	KC_TRY(unseal(live, number, &keys_of(live)->handshake[role], box, &name));
	kc_der_reader_init(&r, kc_buf_bytes(&name));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, named.bytes, sizeof named.bytes);
	kc_signature_pull(&seq, &signature);
	kc_der_get_array(&seq, got, sizeof got);
	KC_TRY(leave_message(&r, &seq));
	KC_TRY(name_mac(live, role, wanted));
	if (!member || !kc_peer_id_equal(&named, peer) ||
		!kc_bytes_equal(signature.signer, KC_BYTES_OF(peer->bytes)) ||
		!kc_mem_equal_ct(got, wanted, sizeof got))
		return KC_ERR(VERIFY);
	KC_TRY(signature_input(live, role, &label, &input));
	return kc_signature_check(
		&signature, KC_SIGNATURE_P384, KC_BYTES_OF(member->permanent.sign_public), input);
}

/* --- the handshake ------------------------------------------------------------------------------
 */

static kc_err new_live(const struct kc_circle *circle, enum role role,
	const struct kc_peer_id *peer, struct kc_live **ret)
{
	KC_CLEANUP_LIVE struct kc_live *live = calloc(1, sizeof *live);
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	if (!live)
		return KC_ERR(NO_MEMORY);
	live->role = role;
	live->stage = BEGUN;
	live->account = circle->account;
	live->parties[role] = circle->identity.id;
	live->parties[other(role)] = *peer;
	KC_TRY(kc_pk_generate(KC_KEY_X25519, 256, &live->ephemeral));
	KC_TRY(kc_pk_store_public(live->ephemeral, &share));
	if (share.len != KC_LIVE_SHARE_LEN)
		return KC_ERR(BUG);
	memcpy(live->shares[role], share.data, share.len);
	*ret = live;
	live = NULL;
	return KC_OK;
}

kc_err kc_live_begin(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *peer, struct kc_live **ret, struct kc_buf *ret_hello)
{
	KC_CLEANUP_LIVE struct kc_live *live = NULL;
	struct kc_der_writer w;

	KC_TRY(new_live(circle, INITIATOR, peer, &live));
	KC_TRY(check_parties(live, circle, trust));
	kc_random_fill(live->session.bytes, sizeof live->session.bytes);
	begin_message(&w, ret_hello, &live->session, KC_LIVE_HELLO);
	kc_der_put_uint(&w, SUITE);
	kc_der_put_bytes(&w, KC_BYTES_OF(live->shares[INITIATOR]));
	KC_TRY(end_message(&w));
	*ret = live;
	live = NULL;
	return KC_OK;
}

static kc_err read_hello(struct kc_live *live, struct kc_bytes hello)
{
	struct kc_der_reader r, seq;
	uint64_t number;

	enter_message(hello, &r, &seq, &live->session, &number);
	if (number != KC_LIVE_HELLO || kc_der_get_uint(&seq) != SUITE)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, live->shares[INITIATOR], KC_LIVE_SHARE_LEN);
	return leave_message(&r, &seq);
}

/* Builds the reply, which is kept for the keys of data. */
static kc_err build_reply(struct kc_live *live, const struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(agree(live, live->ephemeral));
	KC_TRY(seal_name(live, circle, KC_LIVE_REPLY, &box));
	begin_message(&w, &live->reply, &live->session, KC_LIVE_REPLY);
	kc_der_put_bytes(&w, KC_BYTES_OF(live->shares[RESPONDER]));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	return end_message(&w);
}

kc_err kc_live_answer(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *peer, struct kc_bytes hello, struct kc_live **ret,
	struct kc_buf *ret_reply)
{
	KC_CLEANUP_LIVE struct kc_live *live = NULL;

	KC_TRY(new_live(circle, RESPONDER, peer, &live));
	KC_TRY(check_parties(live, circle, trust));
	KC_TRY(settle(live, read_hello(live, hello)));
	KC_TRY(settle(live, build_reply(live, circle)));
	kc_pk_free(live->ephemeral);
	live->ephemeral = NULL;
	kc_buf_push(ret_reply, live->reply.data, live->reply.len);
	KC_TRY(kc_buf_check(ret_reply));
	live->stage = ANSWERED;
	*ret = live;
	live = NULL;
	return KC_OK;
}

static kc_err read_reply(
	struct kc_live *live, const struct kc_circle *circle, struct kc_bytes reply)
{
	struct kc_der_reader r, seq;
	struct kc_bytes box;

	expect_message(live, reply, KC_LIVE_REPLY, &r, &seq);
	kc_der_get_array(&seq, live->shares[RESPONDER], KC_LIVE_SHARE_LEN);
	box = kc_der_get_bytes(&seq);
	KC_TRY(leave_message(&r, &seq));
	KC_TRY(agree(live, live->ephemeral));
	KC_TRY(check_name(live, circle, KC_LIVE_REPLY, box));
	kc_buf_reset(&live->reply);
	kc_buf_push(&live->reply, reply.data, reply.len);
	return kc_buf_check(&live->reply);
}

static kc_err confirm(struct kc_live *live, const struct kc_circle *circle, struct kc_bytes reply,
	uint64_t time_ms, struct kc_buf *ret_finish)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf finish = KC_BUF_INIT;
	size_t before = ret_finish->len;
	struct kc_der_writer w;
	kc_err err;

	KC_TRY(read_reply(live, circle, reply));
	KC_TRY(seal_name(live, circle, KC_LIVE_FINISH, &box));
	begin_message(&w, &finish, &live->session, KC_LIVE_FINISH);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	KC_TRY(end_message(&w));
	kc_buf_push(ret_finish, finish.data, finish.len);
	KC_TRY(kc_buf_check(ret_finish));
	err = start_lanes(live, kc_buf_bytes(&finish), time_ms);
	if (err != KC_OK) {
		kc_buf_truncate(ret_finish, before);
		return err;
	}
	kc_pk_free(live->ephemeral);
	live->ephemeral = NULL;
	return KC_OK;
}

kc_err kc_live_confirm(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes reply, uint64_t time_ms,
	struct kc_buf *ret_finish)
{
	KC_TRY(settle(live, check_turn(live, INITIATOR, BEGUN, circle, trust)));
	return settle(live, confirm(live, circle, reply, time_ms, ret_finish));
}

static kc_err accept(struct kc_live *live, const struct kc_circle *circle, struct kc_bytes finish,
	uint64_t time_ms)
{
	struct kc_der_reader r, seq;
	struct kc_bytes box;

	expect_message(live, finish, KC_LIVE_FINISH, &r, &seq);
	box = kc_der_get_bytes(&seq);
	KC_TRY(leave_message(&r, &seq));
	KC_TRY(check_name(live, circle, KC_LIVE_FINISH, box));
	return start_lanes(live, finish, time_ms);
}

kc_err kc_live_accept(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes finish, uint64_t time_ms)
{
	KC_TRY(settle(live, check_turn(live, RESPONDER, ANSWERED, circle, trust)));
	return settle(live, accept(live, circle, finish, time_ms));
}

/* --- data ---------------------------------------------------------------------------------------
 */

static bool is_key_old(const struct lane *lane, uint64_t time_ms)
{
	/* A clock that was set back says nothing of how long the key was used. */
	return lane->under_key == KC_LIVE_KEY_MESSAGES || time_ms < lane->since_ms ||
	       time_ms - lane->since_ms >= KC_LIVE_KEY_MS;
}

static kc_err renew_key(struct kc_live *live, uint64_t time_ms)
{
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;

	KC_TRY(next_keys(live, live->role, &next));
	adopt_keys(live, live->role, &next);
	live->lanes[live->role].since_ms = time_ms;
	return KC_OK;
}

static void count_message(struct lane *lane)
{
	lane->sequence++;
	lane->under_key++;
}

static kc_err seal_data(
	struct kc_live *live, struct kc_bytes plain, uint64_t time_ms, struct kc_buf *ret)
{
	struct lane *lane = &live->lanes[live->role];
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	size_t before = ret->len;
	struct kc_der_writer w;
	kc_err err;

	if (lane->sequence == MAX_SEQUENCE)
		return KC_ERR(REFUSED);
	if (is_key_old(lane, time_ms))
		KC_TRY(renew_key(live, time_ms));
	KC_TRY(seal(live, KC_LIVE_DATA, &keys_of(live)->lanes[live->role].key, plain, &box));
	begin_message(&w, ret, &live->session, KC_LIVE_DATA);
	kc_der_put_uint(&w, lane->generation);
	kc_der_put_uint(&w, lane->sequence);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	/* The number is used up, whatever comes of the message. */
	count_message(lane);
	err = end_message(&w);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_live_seal(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes plain, uint64_t time_ms, struct kc_buf *ret)
{
	if (plain.len > KC_LIVE_MAX_PLAIN)
		return KC_ERR(TOO_LARGE);
	KC_TRY(settle(live, check_turn(live, live->role, OPEN, circle, trust)));
	return settle(live, seal_data(live, plain, time_ms, ret));
}

/* Opens the next message under the key that it names: this one, or the one that follows. */
static kc_err open_data(struct kc_live *live, struct kc_bytes message, struct kc_buf *ret)
{
	enum role sealer = other(live->role);
	struct lane *lane = &live->lanes[sealer], before = *lane;
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;
	const struct lane_keys *keys = &keys_of(live)->lanes[sealer];
	struct kc_der_reader r, seq;
	uint64_t generation, sequence;
	struct kc_bytes box;
	kc_err err;

	expect_message(live, message, KC_LIVE_DATA, &r, &seq);
	generation = kc_der_get_uint(&seq);
	sequence = kc_der_get_uint(&seq);
	box = kc_der_get_bytes(&seq);
	KC_TRY(leave_message(&r, &seq));
	if (sequence != lane->sequence || box.len > KC_LIVE_MAX_PLAIN + KC_GCM_TAG_LEN ||
		(generation != lane->generation && generation != lane->generation + 1) ||
		(generation == lane->generation && lane->under_key == KC_LIVE_KEY_MESSAGES))
		return KC_ERR(REFUSED);
	if (generation != lane->generation) {
		KC_TRY(next_keys(live, sealer, &next));
		keys = (const struct lane_keys *)(const void *)next.data;
	}
	lane->generation = generation;
	err = unseal(live, KC_LIVE_DATA, &keys->key, box, ret);
	*lane = before;
	KC_TRY(err);
	if (next.len)
		adopt_keys(live, sealer, &next);
	count_message(lane);
	return KC_OK;
}

kc_err kc_live_open(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes message, struct kc_buf *ret)
{
	KC_TRY(settle(live, check_turn(live, live->role, OPEN, circle, trust)));
	return settle(live, open_data(live, message, ret));
}
