/* SPDX-License-Identifier: ISC */
/* The handshake: both sides agree on keys, then each shows who it is. */
#include "backend/circle/session/live_impl.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "base/random.h"

/* --- who somebody is ----------------------------------------------------------------------------
 */

/* What a device signs: its part, all that was said, and whom it takes the two to be. */
static kc_err signature_input(const struct kc_live *live, enum kc_live_role signer,
	struct kc_label *label, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/live-signature");
	kc_der_put_str(&label->w, kc_live_role_names[signer]);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->parties[KC_LIVE_INITIATOR].bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(live->parties[KC_LIVE_RESPONDER].bytes));
	return kc_label_end(label, ret);
}

/* Binds a name to the keys: whoever signed also knows the secret. */
static kc_err name_mac(
	const struct kc_live *live, enum kc_live_role role, uint8_t ret[static KC_MAC_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;
	KC_CLEANUP_MAC struct kc_mac *mac = NULL;
	struct kc_bytes input;

	kc_label_init(&label, "kc1/live-mac");
	kc_der_put_str(&label.w, kc_live_role_names[role]);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->transcript));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(live->parties[role].bytes));
	KC_TRY(kc_label_end(&label, &input));
	KC_TRY(kc_mac_new(KC_BYTES_OF(kc_live_keys(live)->mac[role]), &mac));
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
	return kc_live_seal_box(
		live, number, &kc_live_keys(live)->handshake[live->role], kc_buf_bytes(&name), ret);
}

/* Whether the other side is the very device that this session is with. */
static kc_err check_name(const struct kc_live *live, const struct kc_circle *circle,
	enum kc_live_number number, struct kc_bytes box)
{
	enum kc_live_role role = kc_live_other(live->role);
	const struct kc_peer_id *peer = &live->parties[role];
	const struct kc_member *member = kc_circle_find(circle, peer);
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t got[KC_MAC_LEN], wanted[KC_MAC_LEN];
	struct kc_signature signature;
	struct kc_der_reader r, seq;
	struct kc_peer_id named;
	struct kc_bytes input;

	KC_TRY(kc_live_open_box(live, number, &kc_live_keys(live)->handshake[role], box, &name));
	kc_der_reader_init(&r, kc_buf_bytes(&name));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, named.bytes, sizeof named.bytes);
	kc_signature_pull(&seq, &signature);
	kc_der_get_array(&seq, got, sizeof got);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
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

static kc_err new_live(const struct kc_circle *circle, enum kc_live_role role,
	const struct kc_peer_id *peer, struct kc_live **ret)
{
	KC_CLEANUP_LIVE struct kc_live *live = calloc(1, sizeof *live);
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	if (!live)
		return KC_ERR(NO_MEMORY);
	live->role = role;
	live->stage = KC_LIVE_BEGUN;
	live->account = circle->account;
	live->parties[role] = circle->identity.id;
	live->parties[kc_live_other(role)] = *peer;
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

	KC_TRY(new_live(circle, KC_LIVE_INITIATOR, peer, &live));
	KC_TRY(kc_live_check_parties(live, circle, trust));
	kc_random_fill(live->session.bytes, sizeof live->session.bytes);
	kc_frame_begin(&w, ret_hello, live->session.bytes, KC_LIVE_HELLO);
	kc_der_put_uint(&w, KC_LIVE_SUITE);
	kc_der_put_bytes(&w, KC_BYTES_OF(live->shares[KC_LIVE_INITIATOR]));
	KC_TRY(kc_frame_end(&w));
	*ret = live;
	live = NULL;
	return KC_OK;
}

static kc_err read_hello(struct kc_live *live, struct kc_bytes hello)
{
	struct kc_frame frame;

	kc_frame_enter(&kc_live_form, hello, &frame);
	memcpy(live->session.bytes, frame.session, sizeof frame.session);
	if (frame.number != KC_LIVE_HELLO || kc_der_get_uint(&frame.parts) != KC_LIVE_SUITE)
		kc_der_reader_fail(&frame.parts);
	kc_der_get_array(&frame.parts, live->shares[KC_LIVE_INITIATOR], KC_LIVE_SHARE_LEN);
	return kc_frame_leave(&frame);
}

/* Builds the reply, which is kept for the keys of data. */
static kc_err build_reply(struct kc_live *live, const struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_live_agree(live, live->ephemeral));
	KC_TRY(seal_name(live, circle, KC_LIVE_REPLY, &box));
	kc_frame_begin(&w, &live->reply, live->session.bytes, KC_LIVE_REPLY);
	kc_der_put_bytes(&w, KC_BYTES_OF(live->shares[KC_LIVE_RESPONDER]));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	return kc_frame_end(&w);
}

kc_err kc_live_answer(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *peer, struct kc_bytes hello, struct kc_live **ret,
	struct kc_buf *ret_reply)
{
	KC_CLEANUP_LIVE struct kc_live *live = NULL;

	KC_TRY(new_live(circle, KC_LIVE_RESPONDER, peer, &live));
	KC_TRY(kc_live_check_parties(live, circle, trust));
	KC_TRY(kc_live_settle(live, read_hello(live, hello)));
	KC_TRY(kc_live_settle(live, build_reply(live, circle)));
	kc_pk_free(live->ephemeral);
	live->ephemeral = NULL;
	kc_buf_push(ret_reply, live->reply.data, live->reply.len);
	KC_TRY(kc_buf_check(ret_reply));
	live->stage = KC_LIVE_ANSWERED;
	*ret = live;
	live = NULL;
	return KC_OK;
}

static kc_err read_reply(
	struct kc_live *live, const struct kc_circle *circle, struct kc_bytes reply)
{
	struct kc_frame frame;
	struct kc_bytes box;

	kc_frame_expect(&kc_live_form, reply, live->session.bytes, KC_LIVE_REPLY, &frame);
	kc_der_get_array(&frame.parts, live->shares[KC_LIVE_RESPONDER], KC_LIVE_SHARE_LEN);
	box = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(kc_live_agree(live, live->ephemeral));
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
	kc_frame_begin(&w, &finish, live->session.bytes, KC_LIVE_FINISH);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	KC_TRY(kc_frame_end(&w));
	kc_buf_push(ret_finish, finish.data, finish.len);
	KC_TRY(kc_buf_check(ret_finish));
	err = kc_live_start_lanes(live, kc_buf_bytes(&finish), time_ms);
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
	KC_TRY(kc_live_settle(
		live, kc_live_check_turn(live, KC_LIVE_INITIATOR, KC_LIVE_BEGUN, circle, trust)));
	return kc_live_settle(live, confirm(live, circle, reply, time_ms, ret_finish));
}

static kc_err accept(struct kc_live *live, const struct kc_circle *circle, struct kc_bytes finish,
	uint64_t time_ms)
{
	struct kc_frame frame;
	struct kc_bytes box;

	kc_frame_expect(&kc_live_form, finish, live->session.bytes, KC_LIVE_FINISH, &frame);
	box = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	KC_TRY(check_name(live, circle, KC_LIVE_FINISH, box));
	return kc_live_start_lanes(live, finish, time_ms);
}

kc_err kc_live_accept(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes finish, uint64_t time_ms)
{
	KC_TRY(kc_live_settle(live,
		kc_live_check_turn(live, KC_LIVE_RESPONDER, KC_LIVE_ANSWERED, circle, trust)));
	return kc_live_settle(live, accept(live, circle, finish, time_ms));
}
