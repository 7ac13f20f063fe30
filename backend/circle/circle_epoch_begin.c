/* SPDX-License-Identifier: ISC */
/* The next epoch of a view: a new key, who gets it, and up to where the one before is closed. */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

/* The ids of a set, ascending. */
static size_t list_peers(const struct kc_circle *circle, kc_peer_set set,
	struct kc_peer_id ret[static KC_CIRCLE_MAX_PEERS])
{
	size_t count = 0;

	for (size_t i = 0; i < circle->member_count; i++) {
		size_t at = count;

		if (!kc_peer_set_has(set, i))
			continue;
		for (; at > 0 && kc_peer_id_compare(&circle->members[i]->id, &ret[at - 1]) < 0;
			at--)
			ret[at] = ret[at - 1];
		ret[at] = circle->members[i]->id;
		count++;
	}
	return count;
}

kc_err kc_circle_queue_epoch(
	struct kc_circle *circle, const struct kc_view_key_name *name, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "e/");
	kc_op_put_hex(&key, KC_BYTES_OF(name->kid));
	KC_TRY(kc_buf_check(&key));
	return kc_circle_queue_sealed(circle, kc_buf_text(&key), record);
}

static kc_err publish_epoch(struct kc_circle *circle, const struct kc_epoch *epoch,
	struct kc_secret *key, const struct kc_secret *prev_key)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_view_key_name before = {.view = epoch->name.view, .epoch = epoch->name.epoch - 1};
	struct kc_held_epoch *held;

	memcpy(before.kid, epoch->prev_kid, sizeof before.kid);
	KC_TRY(kc_epoch_build(epoch, &circle->account, &circle->identity, key, prev_key, &record));
	KC_TRY(kc_circle_queue_epoch(circle, &epoch->name, kc_buf_bytes(&record)));
	KC_TRY(kc_circle_add_epoch(circle, kc_buf_bytes(&record)));
	held = &circle->epochs[circle->epoch_count - 1];
	kc_secret_move(&held->key, key);
	KC_TRY(kc_circle_pass_gifts(circle, &before, &epoch->name));
	return kc_circle_derive_epoch(circle, held);
}

/* A new key at random; the first one of the metadata view is the account's. */
static kc_err make_key(
	const struct kc_circle *circle, unsigned view, bool has_before, struct kc_secret *ret)
{
	const struct kc_account_keys *keys = kc_circle_keys(circle);

	if (view != KC_VIEW_META || has_before)
		return kc_secret_random(ret, KC_VIEW_KEY_LEN);
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (circle->epochs[i].epoch->name.view == view)
			return KC_ERR(WAITING); /* for the keys of those that there are */
	return kc_secret_set(ret, KC_BYTES_OF(keys->first));
}

/* Up to where a writer's dots are closed, and up to which of its lists that is. Of one who is out
 * no more than was said before; and when its last list is beyond its cut, nothing: how far it had
 * written by then is not known any more. */
static uint64_t close_at(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_dot *dot, uint64_t *ret_cut)
{
	uint64_t closed = kc_circle_closing_cut(circle, trust, view, &dot->writer, ret_cut);
	size_t member = kc_circle_number(circle, &dot->writer);
	const struct kc_member *m;

	if (member == circle->member_count)
		return dot->counter;
	m = circle->members[member];
	if (kc_peer_set_has(kc_trust_outsiders(trust), member) &&
		(closed || !m->list ||
			!kc_circle_is_within_cut(circle, trust, member, m->list->seq, &m->list_id)))
		return dot->counter < closed ? dot->counter : closed;
	*ret_cut = m->list ? m->list->seq : 0;
	return dot->counter;
}

/* One that has left, and is not out besides: its log is read to its end, by everybody. */
static bool has_only_left(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *writer)
{
	return kc_peer_set_has(
		trust->retired & ~kc_trust_outsiders(trust), kc_circle_number(circle, writer));
}

/* Of one who is out no more than all others hold as well: whoever has yet to read the rest may find
 * its log gone, and is not to miss it. Of one that has only left everything; but no cut goes with
 * that, so it counts no more, and nor does the epoch, when it is heard that it was put out besides.
 */
static kc_err close_view(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, struct kc_epoch *epoch)
{
	const struct kc_view_state *state = &circle->views[view];
	struct kc_vector held;

	KC_TRY(kc_circle_held_by_all(circle, trust, view, &held));
	for (size_t i = 0; i < state->vector.count; i++) {
		const struct kc_dot *dot = &state->vector.rows[i];
		uint64_t cut, counter = close_at(circle, trust, view, dot, &cut);
		bool is_out = kc_peer_id_is_among(epoch->out, epoch->out_count, &dot->writer) &&
			      !has_only_left(circle, trust, &dot->writer);
		uint64_t most = kc_vector_get(&held, &dot->writer);

		if (is_out && counter > most)
			counter = most;
		KC_TRY(kc_vector_raise(&epoch->closing, &dot->writer, counter));
		if (counter && is_out)
			KC_TRY(kc_vector_raise(&epoch->cuts, &dot->writer, cut));
	}
	return kc_vector_raise(&epoch->closing, &circle->identity.id, state->counter);
}

kc_err kc_circle_begin_epoch(struct kc_circle *circle, const struct kc_trust *trust, unsigned view,
	enum kc_epoch_reason reason)
{
	const struct kc_held_epoch *before;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret prev_key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);

	if (!epoch)
		return KC_ERR(NO_MEMORY);
	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	KC_TRY(kc_circle_retell_epochs(circle, trust, view));
	if (circle->epoch_count == KC_CIRCLE_MAX_EPOCHS)
		KC_TRY(kc_circle_make_epoch_room(circle));
	before = kc_circle_newest_epoch(circle, trust, view);
	epoch->author = circle->identity.id;
	epoch->name = (struct kc_view_key_name){.view = view, .epoch = 1};
	epoch->reason = reason;
	epoch->time_ms = kc_clock_now_ms();
	if (before) {
		epoch->name.epoch = before->epoch->name.epoch + 1;
		epoch->has_prev = true;
		memcpy(epoch->prev_kid, before->epoch->name.kid, sizeof epoch->prev_kid);
		KC_TRY(kc_secret_set(&prev_key, kc_secret_bytes(&before->key)));
	}
	epoch->recipient_count = list_peers(
		circle, trust->trusted & ~kc_circle_in_doubt(circle, trust), epoch->recipients);
	epoch->out_count = list_peers(circle,
		trust->excluded | trust->retired | kc_circle_named_out(circle, trust), epoch->out);
	kc_circle_name_reasons(circle, trust, &epoch->reasons);
	if (before)
		KC_TRY(close_view(circle, trust, view, epoch));
	KC_TRY(make_key(circle, view, before != NULL, &key));
	KC_TRY(kc_view_key_id(&circle->account, view, epoch->name.epoch, &key, epoch->name.kid));
	return publish_epoch(circle, epoch, &key, &prev_key);
}
