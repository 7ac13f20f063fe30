/* SPDX-License-Identifier: ISC */
/*
 * What a newcomer is owed of those who are out (doc/protocol.md 10). What they wrote up to their
 * cuts counts, and stands in their logs alone; the sponsor's vector says of it that it is here. So
 * it is read before anything is promised, and whoever is out does not keep it back unnoticed.
 */
#include "backend/sync/absorb/absorb.h"

/* The first operation of a member in which something is written that has yet to be taken; their
 * count when there is none. */
static size_t first_waiting(const struct kc_absorb *absorb, size_t member)
{
	size_t first = absorb->gathered->count;

	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		if (record->member == member && record->kind == KC_ABSORB_ITEM &&
			record->state != KC_OK && record->state != KC_E_REFUSED &&
			record->op < first)
			first = record->op;
	}
	return first;
}

/* Whether an operation follows on what was read: only where a log begins anew numbers are left out,
 * or where one was damaged. */
static bool follows(const struct kc_absorb *absorb, const struct kc_gathered_op *op, uint64_t last)
{
	return op->whole == KC_OK && !op->behind &&
	       (op->op.position.number == last + 1 ||
		       !kc_peer_set_has(absorb->gathered->damaged, op->member));
}

/* Whether all was read, and taken if that is asked, up to where the sponsor was, or up to the first
 * operation beyond the cut. */
static bool is_read(const struct kc_absorb *absorb, size_t member, bool taken)
{
	const struct kc_gathered *gathered = absorb->gathered;
	const struct kc_member *m = absorb->circle->members[member];
	size_t waiting = taken ? first_waiting(absorb, member) : gathered->count;
	uint64_t last = m->position.number;

	for (size_t i = 0; i < gathered->count && last < m->target.number; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->member != member || op->op.position.number <= last)
			continue;
		if (!follows(absorb, op, last))
			return false;
		if (op->beyond) /* and behind nothing that was taken away */
			return op->reaches && op->op.position.number == last + 1;
		if (i == waiting)
			return false;
		last = op->op.position.number;
	}
	return last >= m->target.number;
}

static kc_peer_set owed(const struct kc_absorb *absorb, const struct kc_trust *trust, bool taken)
{
	kc_peer_set set = 0;

	if (!absorb->circle->joining || absorb->gathered->by_feed)
		return 0;
	for (size_t i = 0; i < absorb->circle->member_count; i++)
		if (kc_peer_set_has(trust->introduced & trust->excluded, i) &&
			!is_read(absorb, i, taken))
			set |= (kc_peer_set)1 << i;
	return set;
}

kc_peer_set kc_absorb_owed(const struct kc_absorb *absorb, const struct kc_trust *trust)
{
	return owed(absorb, trust, true);
}

kc_peer_set kc_absorb_unread(const struct kc_absorb *absorb, const struct kc_trust *trust)
{
	return owed(absorb, trust, false);
}
