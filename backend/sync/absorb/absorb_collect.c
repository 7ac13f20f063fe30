/* SPDX-License-Identifier: ISC */
/*
 * Deletions that may be forgotten (doc/protocol.md 17): each device
 * decides on its own, by what signed lists say.
 *
 * Afterwards nothing is left that is greater than an old version of the record, so none may come
 * any more. One whose dot is within the vector is dead. So every version that somebody made without
 * knowledge of the deletion must be within this device's own vector: its writer's list, which
 * covers the deletion, was signed after that version was made, and this device holds all of that
 * list.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/store/row.h"
#include "backend/sync/root.h"
#include "base/clock.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define KEPT_MS (30 * DAY_MS)

/* Up to which dots all have, who are waited for. */
struct common {
	struct kc_vector vector;
	bool known; /* of everybody */
};

/* The lesser of each. */
static void meet(struct kc_vector *vector, const struct kc_vector *other)
{
	for (size_t i = 0; i < vector->count; i++) {
		uint64_t counter = kc_vector_get(other, &vector->rows[i].writer);

		if (vector->rows[i].counter > counter)
			vector->rows[i].counter = counter;
	}
}

/* Whether this device holds all that the last list of a member speaks of. One who is out is not
 * waited for; what it wrote before its cut may still come. */
static kc_err look_at(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_vector *own, struct common *common)
{
	const struct kc_member *m = r->circle->members[member];
	bool trusted = kc_peer_set_has(r->trust.trusted, member);
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_vector theirs;
	kc_err err = KC_ERR(NOT_FOUND);

	if (m->list)
		err = kc_absorb_head(r, member, m->list, view, &head);
	if (err == KC_E_NOT_FOUND || err == KC_E_WAITING || err == KC_E_LOCKED ||
		err == KC_E_REFUSED) {
		common->known = common->known && !trusted;
		return KC_OK;
	}
	KC_TRY(err);
	KC_TRY(kc_root_vector(&m->id, head.counter, &head.vector, &theirs));
	if (trusted) {
		common->known = common->known && kc_vector_is_within(&theirs, own);
		meet(&common->vector, &theirs);
	} else if (kc_circle_is_within_cut(
			   r->circle, &r->trust, member, m->list->seq, &m->list_id)) {
		common->known = common->known && kc_vector_get(own, &m->id) >= head.counter;
	}
	return KC_OK;
}

static void count_silent_days(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *m = circle->members[i];
		uint64_t seq = m->list ? m->list->seq : 0;

		m->silent_days = m->silent_seq == seq ? m->silent_days + 1 : 0;
		m->silent_seq = seq;
	}
}

static kc_err find_common(
	const struct kc_absorb_reader *r, enum kc_view view, uint64_t now_ms, struct common *ret)
{
	struct kc_vector own;

	ret->known = true;
	KC_TRY(kc_root_own_vector(r->circle, view, &own));
	ret->vector = own;
	for (size_t i = 0; i < r->circle->member_count && ret->known; i++)
		if (i != r->circle->self && !kc_circle_is_stale(r->circle->members[i], now_ms))
			KC_TRY(look_at(r, i, view, &own, ret));
	return KC_OK;
}

static bool is_done_with(const struct kc_track *track, const struct common *common, uint64_t now_ms)
{
	struct kc_peer_id writer;

	memcpy(writer.bytes, track->writer, sizeof writer.bytes);
	return track->deleted && !track->pending &&
	       kc_track_changed_ms(track->t) + KEPT_MS < now_ms && common->known &&
	       track->counter <= kc_vector_get(&common->vector, &writer);
}

static kc_err forget(struct kc_txn *txn, const struct kc_track *track)
{
	kc_err err = track->item ? kc_row_remove(txn, track->item) : KC_OK;

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	return kc_track_drop(txn, track->id);
}

static kc_err collect(struct kc_absorb_reader *r, uint64_t now_ms)
{
	struct common common[KC_VIEW_COUNT] = {{.known = false}};
	struct kc_track track;
	uint64_t id = 0;
	kc_err err;

	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(find_common(r, (enum kc_view)view, now_ms, &common[view]));
	for (;;) {
		KC_TRY(kc_track_next_id(r->txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(r->txn, id, &track);
		if (err == KC_E_CORRUPT)
			continue;
		KC_TRY(err);
		if (is_done_with(&track, &common[track.view], now_ms))
			KC_TRY(forget(r->txn, &track));
	}
}

kc_err kc_absorb_collect(struct kc_absorb_reader *r)
{
	uint64_t now_ms = kc_clock_now_ms(), last = r->circle->collected_ms;

	/* A clock that was set back looks anew. */
	if (r->circle->joining || (last <= now_ms && last + DAY_MS > now_ms))
		return KC_OK;
	r->circle->collected_ms = now_ms;
	count_silent_days(r->circle);
	return collect(r, now_ms);
}
