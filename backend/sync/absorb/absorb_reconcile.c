/* SPDX-License-Identifier: ISC */
/*
 * Finding the records that differ from another device's, and what becomes of them (doc/protocol.md
 * 17). One question is open at a time, to one device.
 *
 * No content comes this way: whoever has what the other lacks writes it anew, as any change. So
 * nothing needs to be believed but that a record is there, or is not.
 */
#include "backend/sync/absorb/absorb_reconcile_impl.h"

kc_err kc_absorb_find_cell_place(const struct kc_absorb_reader *r,
	const struct kc_absorb_record *record, struct kc_reconcile_place *ret,
	uint8_t ret_tag[static KC_TAG_LEN], struct kc_secret *ret_key)
{
	uint8_t kid[KC_KID_LEN];
	const struct kc_held_epoch *held;
	kc_err err;

	if (!kc_peer_set_has(r->trust.trusted, record->member) ||
		kc_reconcile_peek(record->value, ret_tag, kid) != KC_OK)
		return KC_ERR(NOT_FOUND);
	held = kc_circle_find_epoch(r->circle, kid);
	if (!held || held->epoch->name.view != kc_absorb_view(r, ret_tag) ||
		kc_circle_is_retired(r->circle, &r->trust, held))
		return KC_ERR(NOT_FOUND);
	err = kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, ret_key);
	if (err == KC_E_WAITING || err == KC_E_LOCKED)
		return KC_ERR(NOT_FOUND);
	KC_TRY(err);
	*ret = (struct kc_reconcile_place){
		.account = &r->circle->account,
		.writer = &r->circle->members[record->member]->id,
		.view_tag = ret_tag,
		.name = &held->epoch->name,
	};
	return KC_OK;
}

kc_err kc_absorb_own_cell_place(const struct kc_absorb_reader *r, enum kc_view view,
	struct kc_reconcile_place *ret, struct kc_secret *ret_key)
{
	const struct kc_held_epoch *held;
	kc_err err = kc_circle_usable_epoch(r->circle, &r->trust, view, &held);

	if (err == KC_E_WAITING)
		return KC_ERR(NOT_FOUND);
	KC_TRY(err);
	*ret = (struct kc_reconcile_place){
		.account = &r->circle->account,
		.writer = &r->circle->identity.id,
		.view_tag = r->view_tags[view],
		.name = &held->epoch->name,
	};
	return kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, ret_key);
}

kc_err kc_absorb_write_anew(struct kc_txn *txn, struct kc_track *track)
{
	kc_err err = kc_track_say_again(txn, track);

	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

static void reconciler_done(struct kc_absorb_reconciler *c)
{
	free(c->state);
}

kc_err kc_absorb_reconcile(struct kc_txn *txn, struct kc_absorb *absorb, uint64_t now_ms)
{
	struct kc_absorb_reader r = {.txn = txn, .absorb = absorb, .circle = absorb->circle};
	KC_CLEANUP(reconciler_done) struct kc_absorb_reconciler c = {.r = &r, .now_ms = now_ms};

	c.state = malloc(sizeof *c.state);
	if (!c.state)
		return KC_ERR(NO_MEMORY);
	if (absorb->circle->joining && !absorb->gathered->by_feed)
		return KC_OK;
	KC_TRY(kc_absorb_prepare(&r));
	KC_TRY(kc_reconcile_load(txn, c.state));
	if (absorb->stale)
		KC_TRY(kc_absorb_note_stale(&c));
	/* A newcomer cannot say what is not there. */
	for (size_t i = 0; i < absorb->count && !absorb->circle->joining; i++)
		if (absorb->records[i].kind == KC_ABSORB_QUESTION)
			KC_TRY(kc_absorb_take_question(&c, &absorb->records[i]));
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].kind == KC_ABSORB_ANSWER)
			KC_TRY(kc_absorb_take_answer(&c, &absorb->records[i]));
	KC_TRY(kc_absorb_ask_what_is_open(&c));
	return c.state->changed ? kc_reconcile_save(txn, c.state) : KC_OK;
}
