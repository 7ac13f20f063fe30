/* SPDX-License-Identifier: ISC */
/* Whether an exchange has something to write, and what: all in one transaction. */
#include "backend/sync/exchange_impl.h"

#include "backend/circle/session/welcome.h"

/* Whether a day has passed since the last list, and somebody said something since. One that is from
 * days to come was signed by a clock that was set back since: the next must not wait for its day.
 */
static bool is_heartbeat_due(const struct kc_exchange *x)
{
	const struct kc_list *own = kc_circle_self(x->circle)->list;

	if (!own || (own->time_ms + KC_EXCHANGE_HEARTBEAT_MS > x->now_ms &&
			    own->time_ms < x->now_ms + KC_EXCHANGE_HEARTBEAT_MS))
		return false;
	for (size_t i = 0; i < x->circle->member_count; i++) {
		const struct kc_member *m = x->circle->members[i];
		const struct kc_seen *seen = kc_list_find_seen(own, &m->id);

		if (i != x->circle->self && m->list && (!seen || seen->seq < m->list->seq))
			return true;
	}
	return false;
}

kc_err kc_exchange_decide(struct kc_exchange *x, struct kc_absorb *absorb, struct kc_composed *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t waiting, refused;
	bool has_all;

	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	if (kc_exchange_has_lock_changed(x, &txn))
		return KC_ERR(LOCKED);
	KC_TRY(kc_exchange_take_said(x, &txn, absorb));
	KC_TRY(kc_absorb_items(&txn, absorb));
	KC_TRY(kc_absorb_settle(absorb, x->now_ms, &waiting, &refused));
	KC_TRY(kc_absorb_reconcile(&txn, absorb, x->now_ms));
	KC_TRY(x->line.kind->settle(&x->line, &txn, absorb, &has_all));
	if (has_all)
		KC_TRY(kc_circle_arrive(x->circle, absorb->owed));
	if (!x->line.is_holding)
		KC_TRY(kc_compose(&txn, x->circle,
			&(struct kc_compose_terms){
				.feed = kc_exchange_feed(x),
				.pace = x->pace,
				.now_ms = x->now_ms,
				.insist = is_heartbeat_due(x) || x->line.outbox.lost,
			},
			ret));
	x->report.sent += ret->items;
	x->report.received += absorb->received;
	x->report.waiting = waiting;
	x->report.for_unlock = absorb->for_unlock;
	x->report.refused += refused;
	KC_TRY(kc_track_journal_count(&txn, &x->report.pending));
	if (ret->operation.len)
		KC_TRY(x->line.kind->pack(&x->line, &txn, ret));
	KC_TRY(kc_memory_put_circle(&txn, x->circle));
	return kc_txn_commit(&txn);
}

/* Whether nothing came that counts. What is in the logs of those who are out is there every time.
 */
static bool is_empty(const struct kc_gathered *gathered)
{
	for (size_t i = 0; i < gathered->count; i++)
		if (!gathered->ops[i].beyond)
			return false;
	return ((gathered->holes | gathered->damaged) & ~gathered->out) == 0;
}

/* Whether it is in the middle of saying something once more: the log, or what is under a new key.
 */
static bool is_repeating(const struct kc_circle *circle)
{
	bool again = false;

	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		again = again || (circle->views[view].again_to > 0 &&
					 circle->views[view].again <= circle->views[view].again_to);
	return circle->span.mends ||
	       (!kc_circle_is_locked(circle) && (circle->span.begun || again));
}

/* Whether it has yet to begin an epoch that closes no more than is here: it was locked. */
static bool lacks_closed(const struct kc_circle *circle, const struct kc_trust *trust)
{
	for (unsigned view = KC_VIEW_NEVER + 1;
		view < KC_VIEW_COUNT && !kc_circle_is_locked(circle); view++)
		if (kc_circle_lacks_closed(circle, trust, view))
			return true;
	return false;
}

kc_err kc_exchange_is_quiet(
	const struct kc_exchange *x, const struct kc_gathered *gathered, bool *ret)
{
	bool news, due, clocks = false;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(x->circle, &trust));
	KC_TRY(kc_circle_has_news(x->circle, &news));
	KC_TRY(kc_circle_is_rotation_due(x->circle, &due));
	for (size_t i = 0; i < x->circle->member_count; i++)
		clocks =
			clocks || x->circle->members[i]->waiting_since_ms ||
			(!kc_peer_set_has(gathered->out, i) &&
				kc_circle_is_behind(x->circle, trust.heard, x->circle->members[i]));
	/* What was alarming is looked at until it is not; what waited, or was refused, may be gone
	 * without a trace, and is counted anew. */
	*ret = is_empty(gathered) && !gathered->moved && !x->line.outbox.lost && !x->had_alarm &&
	       (x->busy || !x->had_counts) && x->report.pending == 0 && !news && !due && !clocks &&
	       !x->circle->joining && !kc_circle_has_untold(x->circle, &trust) &&
	       !lacks_closed(x->circle, &trust) && !is_repeating(x->circle) &&
	       x->circle->queue.len == 0 && !is_heartbeat_due(x);
	return KC_OK;
}
