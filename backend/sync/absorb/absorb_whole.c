/* SPDX-License-Identifier: ISC */
/*
 * Whether an operation is what its writer signed for (doc/protocol.md 3.1, rule 3). Nothing of it
 * counts before: what was left out of it would be missed by nobody afterwards.
 */
#include "backend/sync/absorb/absorb.h"
#include "backend/sync/line/op_list.h"

/* As one that does not parse: what is behind it does not settle, and its lists wait. */
static void note_refused(struct kc_absorb *absorb, size_t number)
{
	struct kc_gathered *gathered = absorb->gathered;
	size_t member = gathered->ops[number].member;

	gathered->damaged |= (kc_peer_set)1 << member;
	gathered->refused[member]++;
	for (size_t i = number; i < gathered->count; i++)
		if (gathered->ops[i].member == member)
			gathered->ops[i].waits = true;
}

static kc_err check_op(struct kc_absorb *absorb, size_t number, struct kc_list *list)
{
	struct kc_gathered_op *op = &absorb->gathered->ops[number];

	op->whole = kc_op_list_read(absorb->circle, op->member, &op->op, kc_bytes(NULL, 0), list);
	if (!kc_absorb_is_verdict(op->whole))
		return op->whole;
	if (op->whole == KC_E_REFUSED)
		note_refused(absorb, number);
	return KC_OK;
}

kc_err kc_absorb_check_ops(struct kc_absorb *absorb)
{
	struct kc_gathered *gathered = absorb->gathered;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	kc_peer_set stopped = 0;

	if (!list)
		return KC_ERR(NO_MEMORY);
	gathered->unread = 0;
	for (size_t i = 0; i < gathered->count; i++) {
		struct kc_gathered_op *op = &gathered->ops[i];

		if (op->whole == KC_E_WAITING || op->whole == KC_E_LOCKED)
			KC_TRY(check_op(absorb, i, list));
		op->behind = kc_peer_set_has(stopped, op->member);
		if (op->whole != KC_OK)
			stopped |= (kc_peer_set)1 << op->member;
		if (op->whole != KC_OK && op->whole != KC_E_REFUSED)
			gathered->unread |= (kc_peer_set)1 << op->member;
	}
	return KC_OK;
}
