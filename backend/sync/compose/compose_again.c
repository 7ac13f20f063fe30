/* SPDX-License-Identifier: ISC */
/*
 * What follows when a view has new keys because somebody is out (doc/protocol.md 7 and 11).
 *
 * This device's own writes that the closing vector does not cover went out under a key that the one
 * who is out has: they are sealed again, the same versions, and sent once more. And what the one
 * who is out wrote after its time, and this device took before it knew, becomes this device's own:
 * the others will never take it from who wrote it, and the user has seen it.
 */
#include "backend/sync/compose/compose_impl.h"

#include <string.h>

#include "backend/store/change.h"
#include "backend/store/trie.h"
#include "backend/sync/root.h"

/* --- writes of this device ----------------------------------------------------------------------
 */

static bool is_zero(const uint8_t kid[static KC_KID_LEN])
{
	static const uint8_t zero[KC_KID_LEN];

	return memcmp(kid, zero, sizeof zero) == 0;
}

/* Whether the track still stands for what an entry of the own log names. */
static bool is_of(const struct kc_track *track, const struct kc_log_entry *entry,
	const struct kc_peer_id *self)
{
	return !track->pending && !track->lost && track->counter == entry->counter &&
	       memcmp(track->writer, self->bytes, sizeof track->writer) == 0 &&
	       memcmp(track->digest, entry->digest, sizeof track->digest) == 0;
}

/* What stands in its place waits itself: so does this, as a new write, for its turn. */
static kc_err put_off(struct kc_composer *c, struct kc_track *track)
{
	kc_err err = kc_track_say_again(c->txn, track);

	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

/* A version that was replaced since, or whose row does not open, is not needed any more. */
static kc_err send_again(
	struct kc_composer *c, const struct kc_log_entry *entry, const struct kc_held_epoch *held)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_track track;
	kc_err err = kc_track_find_name(c->txn, entry->name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ||
		(err == KC_OK && !is_of(&track, entry, &c->circle->identity.id)))
		return KC_OK;
	KC_TRY(err);
	if (c->terms->feed && kc_feed_is_waiting(c->terms->feed, track.name))
		return put_off(c, &track);
	err = kc_composer_seal(c, &track, held, entry->counter, &body, &record);
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT || err == KC_E_TOO_LARGE)
		return KC_OK;
	KC_TRY(err);
	if (memcmp(body.version.digest, entry->digest, sizeof entry->digest) != 0)
		return KC_OK;
	return kc_composer_put(c, &track, kc_buf_bytes(&record));
}

static int by_counter(const void *a, const void *b)
{
	const struct kc_log_entry *x = a, *y = b;

	return (x->counter > y->counter) - (x->counter < y->counter);
}

/* Those own dots that are to be sent again and stand for what is here: what the log names, segments
 * or not, as far as it matters. */
static kc_err find_own(struct kc_composer *c, unsigned view, const struct kc_view_state *state,
	struct kc_head_log *ret)
{
	struct kc_track track;
	uint64_t id = 0;
	kc_err err;

	for (;;) {
		struct kc_log_entry entry = {.counter = 0};

		KC_TRY(kc_track_next_id(c->txn, id, &id));
		if (id == 0)
			break;
		err = kc_track_get(c->txn, id, &track);
		if (err == KC_E_CORRUPT)
			continue;
		KC_TRY(err);
		entry = (struct kc_log_entry){.counter = track.counter, .t = track.t};
		memcpy(entry.name, track.name, sizeof entry.name);
		memcpy(entry.digest, track.digest, sizeof entry.digest);
		if (track.view == view && is_of(&track, &entry, &c->circle->identity.id) &&
			track.counter >= state->again && track.counter <= state->again_to)
			KC_TRY(kc_head_log_add(ret, &entry));
	}
	if (ret->count)
		qsort(ret->rows, ret->count, sizeof *ret->rows, by_counter);
	return KC_OK;
}

static kc_err send_all_again(
	struct kc_composer *c, unsigned view, const struct kc_held_epoch *held, bool *ret_more)
{
	struct kc_view_state *state = &c->circle->views[view];
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};

	KC_TRY(find_own(c, view, state, &log));
	for (size_t i = 0; i < log.count; i++) {
		const struct kc_log_entry *entry = &log.rows[i];
		kc_err err;

		if (kc_composer_is_full(c)) {
			*ret_more = true;
			return KC_OK;
		}
		err = send_again(c, entry, held);
		if (err == KC_E_LOCKED)
			return KC_OK; /* from here on after the unlock */
		KC_TRY(err);
		state->again = entry->counter + 1;
	}
	state->again = state->again_to + 1;
	return KC_OK;
}

/* --- writes of one who is out -------------------------------------------------------------------
 */

static bool is_by_outsider(const struct kc_composer *c, const struct kc_track *track, unsigned view)
{
	const struct kc_circle *circle = c->circle;
	kc_peer_set out = kc_trust_outsiders(&c->trust);
	struct kc_peer_id writer;

	if (track->view != view || track->pending || track->lost)
		return false;
	memcpy(writer.bytes, track->writer, sizeof writer.bytes);
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_set_has(out, i) && kc_peer_id_equal(&circle->members[i]->id, &writer))
			return track->counter > kc_circle_closing(circle, &c->trust, view, &writer);
	return false;
}

static kc_err adopt_all(struct kc_composer *c, unsigned view)
{
	struct kc_track track = {.id = 0};
	uint64_t id = 0;
	kc_err err;

	for (;;) {
		KC_TRY(kc_track_next_id(c->txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(c->txn, id, &track);
		if (err == KC_E_CORRUPT || err == KC_E_NOT_FOUND)
			continue;
		KC_TRY(err);
		if (!is_by_outsider(c, &track, view))
			continue;
		/* What cannot be made its own is held by nobody else. */
		err = kc_track_say_again(c->txn, &track);
		if (err == KC_E_NOT_MODIFIABLE)
			err = kc_trie_doubt(c->txn, (enum kc_view)view, true);
		KC_TRY(err);
	}
}

/* Each time that it is another than the last: somebody is out besides, or less is closed. */
static kc_err adopt(struct kc_composer *c, unsigned view)
{
	static const uint8_t none[KC_HASH32_LEN];
	struct kc_view_state *state = &c->circle->views[view];
	uint8_t beyond[KC_HASH32_LEN];

	KC_TRY(kc_root_beyond(c->circle, &c->trust, (enum kc_view)view, beyond));
	if (c->circle->joining || memcmp(beyond, state->made_own, sizeof beyond) == 0)
		return KC_OK;
	memcpy(state->made_own, beyond, sizeof state->made_own);
	return memcmp(beyond, none, sizeof none) == 0 ? KC_OK : adopt_all(c, view);
}

/* --- both ---------------------------------------------------------------------------------------
 */

/* When this device goes over to another epoch: what it means for what it wrote before. */
static kc_err turn_to(struct kc_composer *c, unsigned view, const struct kc_held_epoch *held)
{
	struct kc_view_state *state = &c->circle->views[view];
	uint64_t closed = kc_vector_get(&held->epoch->closing, &c->circle->identity.id);

	if (!is_zero(state->kid)) {
		const struct kc_held_epoch *before = kc_circle_find_epoch(c->circle, state->kid);

		/* Of a key that is put aside nobody is told by this device, so all is sealed anew.
		 */
		if (before && kc_circle_is_aside(c->circle, &c->trust, &before->epoch->name))
			closed = 0;
		if (before && kc_circle_is_retired(c->circle, &c->trust, before) &&
			closed < state->counter) {
			state->again = closed + 1;
			state->again_to = state->counter;
		}
	}
	memcpy(state->kid, held->epoch->name.kid, sizeof state->kid);
	return KC_OK;
}

kc_err kc_compose_again(struct kc_composer *c, bool *ret_more)
{
	*ret_more = false;
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		struct kc_view_state *state = &c->circle->views[view];
		const struct kc_held_epoch *held;
		kc_err err = kc_circle_usable_epoch(c->circle, &c->trust, view, &held);

		if (err == KC_E_NOT_FOUND || err == KC_E_WAITING)
			continue;
		KC_TRY(err);
		if (memcmp(state->kid, held->epoch->name.kid, sizeof state->kid) != 0)
			KC_TRY(turn_to(c, view, held));
		KC_TRY(adopt(c, view));
		if (state->again <= state->again_to && state->again_to > 0)
			KC_TRY(send_all_again(c, view, held, ret_more));
	}
	return KC_OK;
}
