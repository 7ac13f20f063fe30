/* SPDX-License-Identifier: ISC */
/* A session from its beginning to its end: whose turn it is, and its data messages. */
#include "backend/circle/session/live_impl.h"

#include <string.h>

#define MAX_SEQUENCE (UINT64_C(1) << 48)

/* Ends a session: nothing can be sealed or opened any more, nor read from memory. */
static void end(struct kc_live *live)
{
	live->stage = KC_LIVE_OVER;
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
	return live->stage == KC_LIVE_OPEN;
}

bool kc_live_is_over(const struct kc_live *live)
{
	return live->stage == KC_LIVE_OVER;
}

const struct kc_live_session *kc_live_session(const struct kc_live *live)
{
	return &live->session;
}

uint64_t kc_live_sent(const struct kc_live *live)
{
	return live->lanes[live->role].sequence;
}

uint64_t kc_live_received(const struct kc_live *live)
{
	return live->lanes[kc_live_other(live->role)].sequence;
}

kc_err kc_live_settle(struct kc_live *live, kc_err err)
{
	if (err == KC_OK || err == KC_E_NO_MEMORY || err == KC_E_BUG)
		return err;
	end(live);
	return err == KC_E_NOT_MEMBER ? err : KC_ERR(REFUSED);
}

/* --- who may ------------------------------------------------------------------------------------
 */

kc_err kc_live_check_parties(
	const struct kc_live *live, const struct kc_circle *circle, const struct kc_trust *trust)
{
	if (memcmp(&live->account, &circle->account, sizeof live->account) != 0 ||
		!kc_peer_id_equal(&live->parties[live->role], &circle->identity.id) ||
		kc_peer_id_equal(
			&live->parties[KC_LIVE_INITIATOR], &live->parties[KC_LIVE_RESPONDER]))
		return KC_ERR(NOT_MEMBER);
	for (size_t i = 0; i < KC_COUNT_OF(live->parties); i++)
		if (!kc_circle_is_trusted(circle, trust, &live->parties[i]))
			return KC_ERR(NOT_MEMBER);
	return KC_OK;
}

kc_err kc_live_check_turn(const struct kc_live *live, enum kc_live_role role,
	enum kc_live_stage stage, const struct kc_circle *circle, const struct kc_trust *trust)
{
	if (live->stage == KC_LIVE_OVER)
		return KC_ERR(REFUSED);
	if (live->role != role || live->stage != stage)
		return KC_ERR(BUG);
	return kc_live_check_parties(live, circle, trust);
}

/* --- messages -----------------------------------------------------------------------------------
 */

const struct kc_frame_form kc_live_form = {.max_len = KC_LIVE_MAX_MESSAGE, .last = KC_LIVE_DATA};

kc_err kc_live_peek(
	struct kc_bytes message, struct kc_live_session *ret_session, enum kc_live_number *ret)
{
	struct kc_frame frame;

	kc_frame_enter(&kc_live_form, message, &frame);
	KC_TRY(kc_der_reader_check(&frame.parts));
	memcpy(ret_session->bytes, frame.session, sizeof frame.session);
	*ret = (enum kc_live_number)frame.number;
	return KC_OK;
}

/* --- data ---------------------------------------------------------------------------------------
 */

static bool is_key_old(const struct kc_live_lane *lane, uint64_t time_ms)
{
	/* A clock that was set back says nothing of how long the key was used. */
	return lane->under_key == KC_LIVE_KEY_MESSAGES || time_ms < lane->since_ms ||
	       time_ms - lane->since_ms >= KC_LIVE_KEY_MS;
}

static kc_err renew_key(struct kc_live *live, uint64_t time_ms)
{
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;

	KC_TRY(kc_live_next_keys(live, live->role, &next));
	kc_live_adopt_keys(live, live->role, &next);
	live->lanes[live->role].since_ms = time_ms;
	return KC_OK;
}

static void count_message(struct kc_live_lane *lane)
{
	lane->sequence++;
	lane->under_key++;
}

static kc_err seal_data(
	struct kc_live *live, struct kc_bytes plain, uint64_t time_ms, struct kc_buf *ret)
{
	struct kc_live_lane *lane = &live->lanes[live->role];
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	size_t before = ret->len;
	struct kc_der_writer w;
	kc_err err;

	if (lane->sequence == MAX_SEQUENCE)
		return KC_ERR(REFUSED);
	if (is_key_old(lane, time_ms))
		KC_TRY(renew_key(live, time_ms));
	KC_TRY(kc_live_seal_box(
		live, KC_LIVE_DATA, &kc_live_keys(live)->lanes[live->role].key, plain, &box));
	kc_frame_begin(&w, ret, live->session.bytes, KC_LIVE_DATA);
	kc_der_put_uint(&w, lane->generation);
	kc_der_put_uint(&w, lane->sequence);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	/* The number is used up, whatever comes of the message. */
	count_message(lane);
	err = kc_frame_end(&w);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

kc_err kc_live_seal(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes plain, uint64_t time_ms, struct kc_buf *ret)
{
	if (plain.len > KC_LIVE_MAX_PLAIN)
		return KC_ERR(TOO_LARGE);
	KC_TRY(kc_live_settle(
		live, kc_live_check_turn(live, live->role, KC_LIVE_OPEN, circle, trust)));
	return kc_live_settle(live, seal_data(live, plain, time_ms, ret));
}

/* Opens the next message under the key that it names: this one, or the one that follows. */
static kc_err open_data(struct kc_live *live, struct kc_bytes message, struct kc_buf *ret)
{
	enum kc_live_role sealer = kc_live_other(live->role);
	struct kc_live_lane *lane = &live->lanes[sealer], before = *lane;
	KC_CLEANUP_SECRET struct kc_secret next = KC_SECRET_INIT;
	const struct kc_live_lane_keys *keys = &kc_live_keys(live)->lanes[sealer];
	struct kc_frame frame;
	uint64_t generation, sequence;
	struct kc_bytes box;
	kc_err err;

	kc_frame_expect(&kc_live_form, message, live->session.bytes, KC_LIVE_DATA, &frame);
	generation = kc_der_get_uint(&frame.parts);
	sequence = kc_der_get_uint(&frame.parts);
	box = kc_der_get_bytes(&frame.parts);
	KC_TRY(kc_frame_leave(&frame));
	if (sequence != lane->sequence || box.len > KC_LIVE_MAX_PLAIN + KC_GCM_TAG_LEN ||
		(generation != lane->generation && generation != lane->generation + 1) ||
		(generation == lane->generation && lane->under_key == KC_LIVE_KEY_MESSAGES))
		return KC_ERR(REFUSED);
	if (generation != lane->generation) {
		KC_TRY(kc_live_next_keys(live, sealer, &next));
		keys = (const struct kc_live_lane_keys *)(const void *)next.data;
	}
	lane->generation = generation;
	err = kc_live_open_box(live, KC_LIVE_DATA, &keys->key, box, ret);
	*lane = before;
	KC_TRY(err);
	if (next.len)
		kc_live_adopt_keys(live, sealer, &next);
	count_message(lane);
	return KC_OK;
}

kc_err kc_live_open(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes message, struct kc_buf *ret)
{
	KC_TRY(kc_live_settle(
		live, kc_live_check_turn(live, live->role, KC_LIVE_OPEN, circle, trust)));
	return kc_live_settle(live, open_data(live, message, ret));
}
