/* SPDX-License-Identifier: ISC */
/* The live channel in an exchange: what was said is heard before deciding, what is new is said
 * after. */
#include "backend/sync/exchange_impl.h"

#include "backend/sync/absorb/live_items.h"

static kc_err remember_heard(struct kc_exchange *x)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (!x->heard.changed)
		return KC_OK;
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_heard_save(&txn, &x->heard));
	KC_TRY(kc_txn_commit(&txn));
	x->heard.changed = false;
	return KC_OK;
}

static const struct kc_cloud_logs *logs_of(const struct kc_exchange *x)
{
	return x->line.feed.sessions ? &x->line.feed.sessions->logs : &x->line.logs;
}

/* What was said and contradicts what is here. */
static kc_err note_forks(struct kc_exchange *x)
{
	for (size_t i = 0; i < x->heard.fork_count; i++) {
		const struct kc_heard_fork *fork = &x->heard.forks[i];

		KC_TRY(kc_circle_catch(
			x->circle, &(struct kc_evidence){.kind = KC_EVIDENCE_SAID,
					   .about = fork->said.peer,
					   .by = fork->said.by,
					   .known = fork->said.seq,
					   .shown = fork->said.seq,
					   .here = kc_buf_bytes(&fork->own_record),
					   .came = KC_BYTES_OF(fork->said.id.bytes)}));
	}
	return KC_OK;
}

kc_err kc_exchange_listen(struct kc_exchange *x, const struct kc_trust *trust)
{
	struct kc_live_turn turn = {
		x->line.cloud, x->circle, trust, x->now_ms, x->line.feed.sessions};
	struct kc_live_said *said = NULL;
	struct kc_live_payload payload;
	size_t count = 0;

	if (x->live && !x->listened && !x->circle->joining && !kc_circle_is_locked(x->circle)) {
		if (!x->line.idle) /* else nothing was written since it listened last */
			kc_live_mailbox_listen(x->live, &turn, logs_of(x));
		x->listened = true;
		said = kc_live_mailbox_said(x->live, &count);
	}
	for (size_t i = 0; i < count; i++) {
		if (said[i].weighed)
			continue;
		KC_TRY(kc_live_payload_parse(kc_buf_bytes(&said[i].plain), &payload));
		KC_TRY(kc_heard_take(
			&x->heard, x->circle, trust, &said[i].from, &payload, x->now_ms));
		said[i].weighed = true;
	}
	KC_TRY(kc_heard_apply(&x->heard, x->circle, trust, x->now_ms));
	KC_TRY(remember_heard(x));
	KC_TRY(note_forks(x));
	if (!kc_heard_is_forked(&x->heard, x->circle, trust))
		return KC_OK;
	x->circle->alarm = KC_ALARM_FORK;
	return KC_ERR(STORE_SUSPECT);
}

void kc_exchange_speak(struct kc_exchange *x)
{
	struct kc_live_turn turn = {x->line.cloud, x->circle, NULL, x->now_ms, NULL};
	struct kc_trust trust;

	if (!x->listened || kc_circle_is_locked(x->circle) ||
		kc_circle_judge(x->circle, &trust) != KC_OK ||
		!kc_peer_set_has(trust.trusted, x->circle->self))
		return;
	turn.trust = &trust;
	kc_live_mailbox_speak(x->live, &turn, x->news);
}

kc_err kc_exchange_take_said(struct kc_exchange *x, struct kc_txn *txn, struct kc_absorb *absorb)
{
	struct kc_live_said *said;
	struct kc_trust trust;
	uint64_t received;
	size_t count;

	if (!x->live)
		return KC_OK;
	said = kc_live_mailbox_said(x->live, &count);
	KC_TRY(kc_circle_judge(x->circle, &trust));
	KC_TRY(kc_live_items_take(txn, absorb, &trust, said, count, &received));
	absorb->received += received;
	return KC_OK;
}

void kc_exchange_offer(struct kc_exchange *x, uint64_t number, struct kc_bytes operation)
{
	struct kc_writer_id writer = kc_circle_writer(&x->circle->identity.id);

	x->news = true;
	if (x->live)
		kc_live_mailbox_offer(
			x->live, &writer, x->line.kind == &kc_line_records ? 1 : number, operation);
}
