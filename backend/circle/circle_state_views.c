/* SPDX-License-Identifier: ISC */
/* The state of the views: epochs with their keys, who gave them, how far each view is, and its
 * segments. */
#include "backend/circle/circle_state.h"

kc_err kc_circle_code_epoch(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes record = {NULL, 0};
	struct kc_held_epoch *held;

	if (!c->loads)
		record = kc_buf_bytes(&circle->epochs[number].record);
	kc_coder_view(c, &record);
	KC_TRY(kc_coder_check(c));
	if (c->loads)
		KC_TRY(kc_circle_add_epoch(circle, record));
	held = &circle->epochs[number];
	kc_coder_secret(c, &held->class_c);
	kc_coder_secret(c, &held->head);
	kc_coder_secret(c, &held->meta);
	kc_coder_bool(c, &held->used);
	kc_coder_uint(c, &held->since_ms);
	return KC_OK;
}

kc_err kc_circle_code_gift(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_gift gift = {.seq = 0};
	uint64_t view, epoch;

	if (!c->loads)
		gift = circle->gifts[number];
	view = gift.name.view;
	epoch = gift.name.epoch;
	kc_coder_uint(c, &view);
	kc_coder_uint(c, &epoch);
	kc_coder_array(c, gift.name.kid, sizeof gift.name.kid);
	kc_coder_array(c, gift.giver.bytes, sizeof gift.giver.bytes);
	kc_coder_uint(c, &gift.seq);
	KC_TRY(kc_coder_check(c));
	if (!c->loads)
		return KC_OK;
	if (view >= KC_CIRCLE_MAX_VIEWS)
		return KC_ERR(CORRUPT);
	gift.name.view = (unsigned)view;
	gift.name.epoch = epoch;
	return kc_circle_add_gift(circle, &gift);
}

kc_err kc_circle_code_segment(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_segment_name name = {.last = 0};
	struct kc_bytes value = {NULL, 0};

	if (!c->loads) {
		name = circle->segments[number].name;
		value = kc_buf_bytes(&circle->segments[number].value);
	}
	kc_coder_array(c, name.hash, sizeof name.hash);
	kc_coder_uint(c, &name.last);
	kc_coder_view(c, &value);
	KC_TRY(kc_coder_check(c));
	return c->loads ? kc_circle_keep_segment(circle, &name, value) : KC_OK;
}

kc_err kc_circle_code_view_state(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_view_state *state = &circle->views[number];

	if (number >= KC_CIRCLE_MAX_VIEWS)
		return KC_ERR(CORRUPT);
	kc_coder_uint(c, &state->counter);
	kc_coder_vector(c, &state->vector);
	kc_coder_array(c, state->headed_kid, sizeof state->headed_kid);
	kc_coder_uint(c, &state->headed_since);
	kc_coder_vector(c, &state->reached);
	kc_coder_array(c, state->kid, sizeof state->kid);
	kc_coder_uint(c, &state->again);
	kc_coder_uint(c, &state->again_to);
	kc_coder_array(c, state->made_own, sizeof state->made_own);
	KC_TRY(kc_coder_log(c, &state->log));
	return kc_coder_segments(c, &state->segments);
}

/* What a lock takes away: the keys of the views, and the one that opens shares of them. They are
 * found by their ids: epochs may have come and gone in between. */
static kc_err save_locked_away(struct kc_coder *c, const struct kc_circle *circle)
{
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;

	KC_TRY(kc_identity_save_agree(&circle->identity, &agree));
	kc_der_put_bytes(&c->w, kc_secret_bytes(&agree));
	kc_coder_begin(c);
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (!held->key.len)
			continue;
		kc_coder_begin(c);
		kc_der_put_bytes(&c->w, KC_BYTES_OF(held->epoch->name.kid));
		kc_der_put_bytes(&c->w, kc_secret_bytes(&held->key));
		kc_coder_end(c);
	}
	kc_coder_end(c);
	return KC_OK;
}

static kc_err load_locked_away(struct kc_coder *c, struct kc_circle *circle)
{
	struct kc_bytes agree = kc_der_get_bytes(kc_coder_reader(c));

	KC_TRY(kc_coder_check(c));
	KC_TRY(kc_identity_load_agree(agree, &circle->identity));
	kc_coder_begin(c);
	while (kc_der_more(kc_coder_reader(c))) {
		uint8_t kid[KC_KID_LEN];
		struct kc_bytes key;

		kc_coder_begin(c);
		kc_coder_array(c, kid, sizeof kid);
		key = kc_der_get_bytes(kc_coder_reader(c));
		kc_coder_end(c);
		KC_TRY(kc_coder_check(c));
		KC_TRY(kc_circle_restore_key(circle, kid, key));
	}
	kc_coder_end(c);
	return kc_coder_check(c);
}

kc_err kc_circle_code_locked_away(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	return c->loads ? load_locked_away(c, circle) : save_locked_away(c, circle);
}
