/* SPDX-License-Identifier: ISC */
/* What waits and what was refused, once all was looked at: how far positions move, and since when
 * something has been missed. */
#include "backend/sync/absorb/absorb.h"

/* Items in an operation that is not looked at yet. */
static uint64_t count_items(const struct kc_gathered_op *op)
{
	struct kc_op writes = op->op;
	struct kc_op_write write;
	struct kc_bytes rest;
	uint64_t count = 0;

	while (kc_op_next(&writes, &write))
		count += kc_op_key_has(write.key, "i/", &rest);
	return count;
}

/* Operations that are not whole; those of peers that are out keep their positions at the cut, and
 * what they lack is not missed. */
static void mark_unread(struct kc_absorb *absorb, uint64_t *waiting)
{
	struct kc_gathered *gathered = absorb->gathered;

	for (size_t i = 0; i < gathered->count; i++) {
		struct kc_gathered_op *op = &gathered->ops[i];
		kc_peer_set bit = (kc_peer_set)1 << op->member;

		op->waits = op->waits || op->whole != KC_OK;
		if (gathered->out & bit)
			continue;
		*waiting += op->whole == KC_E_WAITING || op->whole == KC_E_NEWER;
		if (op->whole == KC_E_WAITING)
			absorb->missing |= bit;
		if (op->whole != KC_E_LOCKED)
			continue;
		absorb->shut |= bit;
		absorb->for_unlock += count_items(op);
	}
}

/* Anybody can put an item of a feed there under a key that nobody has. */
static bool is_unclaimed(const struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	return absorb->gathered->by_feed && record->kind == KC_ABSORB_ITEM &&
	       record->state == KC_E_WAITING && !record->claimed;
}

/* The same of records. */
static void mark_records(struct kc_absorb *absorb, uint64_t *waiting, uint64_t *refused)
{
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];
		struct kc_gathered_op *op = &absorb->gathered->ops[record->op];
		bool waits = record->state == KC_E_WAITING || record->state == KC_E_NEWER;
		bool is_shut = record->state == KC_E_LOCKED;

		if (record->kind == KC_ABSORB_OUT_OF_OTHER)
			continue; /* nothing of this device's waits for it */
		op->waits = op->waits || waits || is_shut;
		op->unclaimed = is_unclaimed(absorb, record);
		if (op->whole != KC_OK || op->unclaimed ||
			kc_peer_set_has(absorb->gathered->out, record->member))
			continue;
		*refused += record->state == KC_E_REFUSED;
		*waiting += waits;
		if (is_shut) {
			absorb->shut |= (kc_peer_set)1 << record->member;
			absorb->for_unlock += record->kind == KC_ABSORB_ITEM;
		}
		if (record->state == KC_E_WAITING)
			absorb->missing |= (kc_peer_set)1 << record->member;
	}
}

/* Whether more may yet be heard of what is in the store: somebody's list or key. */
static bool is_more_to_come(const struct kc_absorb *absorb)
{
	const struct kc_circle *circle = absorb->circle;

	if (circle->joining || absorb->shut || absorb->gathered->more)
		return true;
	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && circle->members[i]->waiting_since_ms)
			return true;
	return false;
}

/* Items whose writer nobody knows are waited for a while, and then given up. */
static void give_up_unclaimed(struct kc_absorb *absorb, uint64_t now_ms, uint64_t *waiting)
{
	bool more = is_more_to_come(absorb);

	for (size_t i = 0; i < absorb->gathered->count; i++) {
		struct kc_gathered_op *op = &absorb->gathered->ops[i];

		if (!op->unclaimed)
			continue;
		if (op->since_ms == 0 || op->since_ms > now_ms)
			op->since_ms = now_ms; /* a clock that was set back waits anew */
		op->given_up = !more && now_ms - op->since_ms >= KC_ABSORB_GRACE_MS;
		*waiting += !op->given_up;
	}
}

kc_err kc_absorb_settle(
	struct kc_absorb *absorb, uint64_t now_ms, uint64_t *ret_waiting, uint64_t *ret_refused)
{
	const struct kc_gathered *gathered = absorb->gathered;
	struct kc_circle *circle = absorb->circle;
	kc_peer_set stopped = 0, holes = gathered->holes & ~(gathered->out | gathered->shut);
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	kc_circle_settle_excuses(circle, &trust);
	kc_circle_settle_gifts(circle, &trust);
	*ret_waiting = *ret_refused = 0;
	for (size_t i = 0; i < circle->member_count; i++) {
		*ret_waiting += kc_peer_set_has(holes | (gathered->leaping & ~gathered->out), i);
		*ret_refused += kc_peer_set_has(gathered->out, i) ? 0 : gathered->refused[i];
	}
	/* What a newcomer has of a view may be all; nobody has said so. */
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT && circle->joining; view++)
		*ret_waiting += absorb->spoken[view] && !absorb->same[view];
	absorb->shut |= gathered->shut;
	mark_unread(absorb, ret_waiting);
	mark_records(absorb, ret_waiting, ret_refused);
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits || op->beyond)
			stopped |= (kc_peer_set)1 << op->member;
		if (kc_peer_set_has(stopped, op->member) || gathered->by_feed)
			continue;
		circle->members[op->member]->position = op->op.position;
		absorb->moved = true;
	}
	absorb->owed = kc_absorb_owed(absorb, &trust);
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *m = circle->members[i];
		bool out = kc_peer_set_has(gathered->out, i);
		/* On a new device, what the sponsor had of its log is known, too. What waits for
		 * the unlock is here. */
		bool shut = kc_peer_set_has(absorb->shut, i);
		/* Nor is it behind while it is not known yet where its log goes on. */
		bool behind = !shut && kc_peer_set_has(gathered->read & ~gathered->leaping, i) &&
			      (out ? kc_peer_set_has(absorb->owed, i)
				   : m->position.number < m->target.number ||
						      kc_circle_is_behind(circle, trust.heard, m));
		bool lacks =
			kc_peer_set_has(holes | absorb->missing, i) && !kc_circle_is_excused(m);

		if ((behind && !lacks) || kc_peer_set_has(absorb->owed & gathered->leaping, i))
			(*ret_waiting)++;
		if (!behind && (out || (!lacks && !kc_peer_set_has(gathered->damaged, i))))
			m->waiting_since_ms = 0;
		else if (m->waiting_since_ms == 0 || m->waiting_since_ms > now_ms)
			m->waiting_since_ms = now_ms; /* a clock that was set back waits anew */
	}
	give_up_unclaimed(absorb, now_ms, ret_waiting);
	return KC_OK;
}
