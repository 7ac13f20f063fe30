/* SPDX-License-Identifier: ISC */
/*
 * Roots that come in. Two devices that hold the same dots hold the same live records: whoever finds
 * it otherwise knows that one of them was shown something else.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/sync/root.h"
#include "base/clock.h"

/* Fewer records are here: something was left out. As many or more: something was made up. */
static void suspect(struct kc_absorb *absorb, uint64_t here, uint64_t there)
{
	if (absorb->alarm == KC_ALARM_NONE)
		absorb->alarm = here < there ? KC_ALARM_OMISSION : KC_ALARM_FORGERY;
}

/* Whether what this device holds can be held against it. The vector of one that joins says what it
 * was promised, not what has come: so nothing may be left that is yet to come. */
static bool is_judged(const struct kc_absorb_reader *r)
{
	if (!r->circle->joining)
		return true;
	if (r->absorb->gathered->more)
		return false;
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];

		if (record->kind == KC_ABSORB_ITEM && record->state != KC_OK &&
			record->state != KC_E_REFUSED)
			return false;
	}
	return true;
}

static kc_err compare(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_told_root *own, const struct kc_told_root *told, kc_peer_set *agreed)
{
	if (own->count == told->count && memcmp(own->hash, told->hash, sizeof own->hash) == 0) {
		r->absorb->same[view] = true;
		*agreed |= (kc_peer_set)1 << member;
		return told->exact ? kc_trie_doubt(r->txn, view, false) : KC_OK;
	}
	if (!own->exact || !told->exact || !is_judged(r))
		return KC_OK;
	suspect(r->absorb, own->count, told->count);
	r->absorb->differs[view] = member + 1;
	return KC_OK;
}

static bool are_equal(const struct kc_vector *a, const struct kc_vector *b)
{
	return kc_vector_is_within(a, b) && kc_vector_is_within(b, a);
}

/* Whether two devices hold the same dots, as far as those count. */
static kc_err have_same(const struct kc_absorb_reader *r, enum kc_view view, const uint8_t *kid,
	const struct kc_vector *own, const struct kc_vector *theirs, bool *ret)
{
	struct kc_vector a, b;

	*ret = are_equal(own, theirs);
	if (*ret)
		return KC_OK;
	KC_TRY(kc_root_close_vector(r->circle, &r->trust, view, own, &a));
	KC_TRY(kc_root_close_vector(r->circle, &r->trust, view, theirs, &b));
	return are_equal(&a, &b) ? kc_root_is_closed(r->circle, &r->trust, view, kid, ret) : KC_OK;
}

/* What one member says of one view. A head that does not open was dealt with where it came in. */
static kc_err take_root(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_vector *vector, const struct kc_told_root *own, kc_peer_set *agreed)
{
	const struct kc_member *m = r->circle->members[member];
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_vector theirs;
	bool same;
	kc_err err = kc_absorb_head(r, member, m->list, view, &head);

	r->absorb->spoken[view] =
		r->absorb->spoken[view] || (err != KC_E_NOT_FOUND && err != KC_E_REFUSED);
	if (err == KC_E_NOT_FOUND || err == KC_E_WAITING || err == KC_E_LOCKED ||
		err == KC_E_REFUSED)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(kc_root_vector(&m->id, head.counter, &head.vector, &theirs));
	KC_TRY(have_same(r, view, kc_list_find_head(m->list, r->view_tags[view])->kid, vector,
		&theirs, &same));
	return same ? compare(r, member, view, own, &head.root, agreed) : KC_OK;
}

/* What waits for a root, when this view has one without it: whoever says so holds none of it. What
 * one who is out wrote in time, and others have taken, they make their own. */
static void refuse_unnamed(
	struct kc_absorb_reader *r, enum kc_view view, const struct kc_vector *vector)
{
	r->absorb->unnamed[view] = false;
	for (size_t i = 0; i < r->unnamed_count; i++) {
		const struct kc_absorb_item *item = &r->unnamed[i];

		if (item->view != view)
			continue;
		if (item->counter <= kc_vector_get(vector, &r->circle->members[item->member]->id) ||
			!kc_peer_set_has(r->trust.heard, item->member))
			r->absorb->records[item->record].state = KC_ERR(REFUSED);
		else
			r->absorb->unnamed[view] = true;
	}
}

static kc_err take_roots(struct kc_absorb_reader *r, enum kc_view view)
{
	kc_peer_set agreed = (kc_peer_set)1 << r->circle->self;
	struct kc_told_root own;
	struct kc_vector vector;

	KC_TRY(kc_root_look(r->txn, r->circle, &r->trust, view, &own));
	KC_TRY(kc_root_own_vector(r->circle, view, &vector));
	for (size_t i = 0; i < r->circle->member_count; i++) {
		const struct kc_list *list = r->circle->members[i]->list;

		/* Another policy may place a record in another view, or refuse it. */
		if (i != r->circle->self && list && list->policy == KC_POLICY_VERSION &&
			kc_peer_set_has(r->trust.trusted, i))
			KC_TRY(take_root(r, i, view, &vector, &own, &agreed));
	}
	/* All may be in doubt: with nobody who says otherwise there is nothing to it. */
	if ((r->trust.trusted & ~agreed) == 0)
		KC_TRY(kc_trie_doubt(r->txn, view, false));
	if (r->absorb->same[view])
		refuse_unnamed(r, view, &vector);
	return KC_OK;
}

/* A device that nobody has waited for may hold what the others have deleted, and forgotten since.
 */
static kc_err look_for_silence(struct kc_absorb_reader *r)
{
	r->absorb->stale = kc_circle_was_silent(kc_circle_self(r->circle), kc_clock_now_ms());
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT && r->absorb->stale; view++)
		KC_TRY(kc_trie_doubt(r->txn, (enum kc_view)view, true));
	return KC_OK;
}

/* With nobody else in the circle, what is here is all that there is. */
static kc_err stand_alone(struct kc_absorb_reader *r)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(kc_trie_doubt(r->txn, (enum kc_view)view, false));
	return KC_OK;
}

/* In a log the digests lead to what the sponsor had; of a feed only roots say that it is all. */
kc_err kc_absorb_roots(struct kc_absorb_reader *r)
{
	if (r->circle->joining && !r->absorb->gathered->by_feed)
		return KC_OK;
	if (kc_absorb_is_alone(r))
		return stand_alone(r);
	if (!r->circle->joining)
		KC_TRY(look_for_silence(r));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(take_roots(r, (enum kc_view)view));
	return KC_OK;
}

bool kc_absorb_is_confirmed(const struct kc_absorb *absorb, bool *ret_silent)
{
	bool confirmed = true;

	*ret_silent = false;
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		confirmed = confirmed && (absorb->same[view] || !absorb->spoken[view]);
		*ret_silent = *ret_silent || !absorb->spoken[view];
	}
	return confirmed;
}
