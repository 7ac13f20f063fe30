/* SPDX-License-Identifier: ISC */
/*
 * Whether an operation is what its writer signed for (doc/protocol.md 3.1, rule 3). Nothing of it is
 * looked at before: what was left out of it would be missed by nobody afterwards.
 *
 * The key of its list may come with another operation, or with shares in its own log.
 */
#include "backend/sync/absorb/absorb.h"
#include "backend/sync/line/op_list.h"

static kc_err read_list(const struct kc_absorb *absorb, const struct kc_gathered_op *op,
	struct kc_bytes shares, struct kc_list *list)
{
	return kc_op_list_read(absorb->circle, op->member, &op->op, shares, list);
}

/* With shares that are in the same log. */
static kc_err read_by_shares(
	const struct kc_absorb *absorb, const struct kc_gathered_op *op, struct kc_list *list)
{
	const struct kc_gathered *gathered = absorb->gathered;
	kc_err result = KC_ERR(WAITING);

	for (size_t i = 0; i < gathered->count && result == KC_E_WAITING; i++) {
		KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;

		if (gathered->ops[i].member != op->member)
			continue;
		KC_TRY(kc_op_list_find_shares(
			absorb->circle, op->member, &gathered->ops[i].op, &shares));
		if (shares.len)
			result = read_list(absorb, op, kc_buf_bytes(&shares), list);
	}
	return result;
}

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

	op->whole = read_list(absorb, op, kc_bytes(NULL, 0), list);
	if (op->whole == KC_E_WAITING)
		op->whole = read_by_shares(absorb, op, list);
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

	if (!list)
		return KC_ERR(NO_MEMORY);
	gathered->unread = 0;
	for (size_t i = 0; i < gathered->count; i++) {
		struct kc_gathered_op *op = &gathered->ops[i];

		if (op->whole == KC_E_WAITING || op->whole == KC_E_LOCKED)
			KC_TRY(check_op(absorb, i, list));
		if (op->whole != KC_OK && op->whole != KC_E_REFUSED)
			gathered->unread |= (kc_peer_set)1 << op->member;
	}
	return KC_OK;
}
