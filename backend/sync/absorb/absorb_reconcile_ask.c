/* SPDX-License-Identifier: ISC */
/* What this device asks, and whom. */
#include "backend/sync/absorb/absorb_reconcile_impl.h"

#include <string.h>

#include "backend/store/trie.h"
#include "backend/sync/root.h"
#include "base/random.h"

#define PATIENCE_MS (UINT64_C(60) * 1000) /* of a newcomer, between two questions */

kc_err kc_absorb_put_question(
	struct kc_absorb_reconciler *c, struct kc_reconcile_question *question)
{
	struct kc_absorb_reader *r = c->r;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT;
	struct kc_reconcile_place place;
	kc_err err = kc_absorb_own_cell_place(r, question->view, &place, &key);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_random_fill(question->nonce, sizeof question->nonce);
	question->time_ms = c->now_ms;
	KC_TRY(kc_root_own_vector(r->circle, question->view, &question->vector));
	for (size_t i = 0; i < question->path_count; i++) {
		struct kc_trie_node node;

		KC_TRY(kc_trie_get_node(r->txn, question->view, &question->paths[i], &node));
		KC_TRY(kc_trie_node_hash(&node, question->hashes[i]));
	}
	KC_TRY(kc_reconcile_seal_question(question, &place, &key, &cell));
	KC_TRY(kc_reconcile_hash(kc_buf_bytes(&cell), c->state->hash));
	c->state->question = *question;
	c->state->open = c->state->changed = true;
	return kc_circle_queue_clear(r->circle, "r", kc_buf_bytes(&cell));
}

/* Who let this device in was at hand just now. */
static size_t find_sponsor(const struct kc_circle *circle)
{
	const struct kc_voucher *voucher = kc_circle_find_voucher(circle, &circle->identity.id);

	return voucher ? kc_circle_number(circle, &voucher->sponsor) : circle->member_count;
}

/* Another one than was asked last, if there is one; else that of the newest list, of a newcomer its
 * sponsor. */
static size_t choose(const struct kc_absorb_reconciler *c, const struct kc_peer_id * not )
{
	const struct kc_circle *circle = c->r->circle;
	size_t chosen = circle->joining ? find_sponsor(circle) : circle->member_count;

	if (chosen < circle->member_count && circle->members[chosen]->list &&
		kc_peer_set_has(c->r->trust.trusted, chosen) &&
		!kc_peer_id_equal(&circle->members[chosen]->id, not ))
		return chosen;
	chosen = circle->member_count;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (i == circle->self || !list || !kc_peer_set_has(c->r->trust.trusted, i))
			continue;
		if (chosen == circle->member_count ||
			kc_peer_id_equal(&circle->members[chosen]->id, not ) ||
			(list->time_ms > circle->members[chosen]->list->time_ms &&
				!kc_peer_id_equal(&circle->members[i]->id, not )))
			chosen = i;
	}
	return chosen;
}

static kc_err ask(struct kc_absorb_reconciler *c, enum kc_view view, size_t member)
{
	KC_CLEANUP_FREE struct kc_reconcile_question *question = calloc(1, sizeof *question);

	if (!question)
		return KC_ERR(NO_MEMORY);
	if (member == c->r->circle->member_count)
		return KC_OK;
	question->view = view;
	question->to = c->r->circle->members[member]->id;
	question->path_count = 1; /* the root */
	return kc_absorb_put_question(c, question);
}

kc_err kc_absorb_note_stale(struct kc_absorb_reconciler *c)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		struct kc_trie_root root;

		KC_TRY(kc_trie_get_root(c->r->txn, (enum kc_view)view, &root));
		if (root.count)
			c->state->stale[view] = c->state->changed = true;
	}
	return KC_OK;
}

/* Whether nobody has said yet that what a newcomer has read of a view is all. Who is asked signs a
 * list with the answer, of what it holds then; it may take its time. */
static bool is_unconfirmed(const struct kc_absorb_reconciler *c, enum kc_view view)
{
	const struct kc_absorb *absorb = c->r->absorb;
	uint64_t asked = c->state->question.time_ms;

	return absorb->circle->joining && !absorb->gathered->more && absorb->spoken[view] &&
	       !absorb->same[view] && (asked > c->now_ms || asked + PATIENCE_MS <= c->now_ms);
}

/* Nobody is left to ask, nor to have forgotten anything. */
static void stand_alone(struct kc_reconcile_state *state)
{
	static const bool fresh[KC_VIEW_COUNT];

	state->changed =
		state->changed || state->open || memcmp(state->stale, fresh, sizeof fresh) != 0;
	state->open = false;
	memcpy(state->stale, fresh, sizeof fresh);
}

kc_err kc_absorb_ask_what_is_open(struct kc_absorb_reconciler *c)
{
	static const struct kc_peer_id nobody;
	const struct kc_absorb *absorb = c->r->absorb;
	struct kc_reconcile_state *state = c->state;
	const struct kc_reconcile_question *question = &state->question;

	if (kc_absorb_is_alone(c->r)) {
		stand_alone(state);
		return KC_OK;
	}
	if (state->open && kc_circle_is_trusted(c->r->circle, &c->r->trust, &question->to) &&
		question->time_ms <= c->now_ms &&
		question->time_ms + KC_RECONCILE_DAY_MS > c->now_ms)
		return KC_OK;
	if (state->open)
		return ask(c, question->view, choose(c, &question->to));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT && !state->open; view++)
		if (absorb->differs[view] && !absorb->circle->joining)
			KC_TRY(ask(c, (enum kc_view)view, absorb->differs[view] - 1));
		else if (state->stale[view] || absorb->unnamed[view] || absorb->differs[view] ||
			 is_unconfirmed(c, (enum kc_view)view))
			KC_TRY(ask(c, (enum kc_view)view, choose(c, &nobody)));
	return KC_OK;
}
