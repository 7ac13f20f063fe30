/* SPDX-License-Identifier: ISC */
/*
 * What all others who are trusted have said that they hold. Nobody reads the log of one who is out
 * for what is missing: so what somebody may have yet to read of it is not left there.
 */
#include "backend/circle/circle_impl.h"
#include "backend/circle/record/head.h"
#include "base/clock.h"

/* What the last list of a member says; of what does not open it is nothing. Errors: NO_MEMORY. */
static kc_err find_said(const struct kc_circle *circle, const struct kc_member *member,
	unsigned view, const uint8_t *view_tag, struct kc_head *ret)
{
	const struct kc_list_head *row = kc_list_find_head(member->list, view_tag);
	const struct kc_held_epoch *held = row ? kc_circle_find_epoch(circle, row->kid) : NULL;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	kc_err err;

	if (!held || held->epoch->name.view != view)
		return KC_OK;
	err = kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &key);
	if (err == KC_OK)
		err = kc_head_open(row->box,
			&(struct kc_head_place){
				.account = &circle->account,
				.peer = &member->id,
				.seq = member->list->seq,
				.view_tag = view_tag,
				.name = &held->epoch->name,
			},
			&key, ret);
	return err == KC_E_NO_MEMORY ? err : KC_OK;
}

static kc_err keep_least(struct kc_vector *vector, const struct kc_vector *other)
{
	struct kc_vector least = {.count = 0};

	for (size_t i = 0; i < vector->count; i++) {
		const struct kc_dot *dot = &vector->rows[i];
		uint64_t said = kc_vector_get(other, &dot->writer);

		KC_TRY(kc_vector_raise(
			&least, &dot->writer, dot->counter < said ? dot->counter : said));
	}
	*vector = least;
	return KC_OK;
}

/* Whose word is asked for. A newcomer has none as yet, and reads such logs itself; one that nobody
 * waits for any more asks for what it lacks when it comes back. */
static bool is_asked(const struct kc_circle *circle, const struct kc_trust *trust, size_t number)
{
	const struct kc_member *m = circle->members[number];

	return number != circle->self && kc_peer_set_has(trust->trusted, number) && m->list &&
	       !kc_circle_is_stale(m, kc_clock_now_ms());
}

kc_err kc_circle_held_by_all(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, struct kc_vector *ret)
{
	uint8_t view_tag[KC_TAG_LEN];

	*ret = circle->views[view].vector;
	if (ret->count == 0)
		return KC_OK;
	KC_TRY(kc_account_view_tag(kc_circle_keys(circle), &circle->account, view, view_tag));
	for (size_t i = 0; i < circle->member_count; i++) {
		KC_CLEANUP_HEAD struct kc_head head = {0};

		if (!is_asked(circle, trust, i))
			continue;
		KC_TRY(find_said(circle, circle->members[i], view, view_tag, &head));
		KC_TRY(keep_least(ret, &head.vector));
	}
	return KC_OK;
}
