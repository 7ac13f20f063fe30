/* SPDX-License-Identifier: ISC */
/* A log from its first operation on: each by itself, then the chain. */
#include "backend/sync/line/flaw.h"

#include <string.h>

#include "backend/sync/line/gather.h"
#include "backend/sync/line/op_list.h"

struct looker {
	const struct kc_circle *circle;
	size_t member;
	struct kc_writer_id writer;
	struct kc_bytes own;
	struct kc_buf shares;	   /* owned; what leads to the keys of lists */
	struct kc_log_position at; /* the operation before; number 0: it is not known */
	size_t len;
};

static void looker_done(struct looker *l)
{
	kc_buf_done(&l->shares);
}

/* Errors: REFUSED (it is not what its writer signed). A list that does not open says nothing. */
static kc_err check_list(struct looker *l, const struct kc_op *op)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_op_list_find_shares(l->circle, l->member, op, &l->shares));
	err = kc_op_list_read(l->circle, l->member, op, kc_buf_bytes(&l->shares), list);
	return err == KC_E_REFUSED || err == KC_E_NO_MEMORY ? err : KC_OK;
}

/* Whether it is the one that was settled, or written, under its number. */
static bool is_the_same(const struct looker *l, struct kc_bytes bytes, const struct kc_op *op)
{
	const struct kc_log_position *settled = &l->circle->members[l->member]->position;

	if (op->position.number != settled->number)
		return true;
	return memcmp(op->position.digest, settled->digest, sizeof settled->digest) == 0 &&
	       (l->own.len == 0 || kc_bytes_equal(l->own, bytes));
}

/* *ret_flaw: the number itself, or that of the one before, which is not the one that this one
 * names; 0: neither. */
static kc_err check_op(struct looker *l, uint64_t number, struct kc_bytes bytes, uint64_t *ret_flaw)
{
	struct kc_op op;
	kc_err err = kc_op_parse(bytes, &l->writer, number, &op);

	*ret_flaw = number;
	if (err == KC_OK)
		err = check_list(l, &op);
	if (err == KC_E_REFUSED || (err == KC_OK && !is_the_same(l, bytes, &op)))
		return KC_OK;
	KC_TRY(err);
	*ret_flaw = l->at.number && memcmp(op.previous, l->at.digest, sizeof op.previous) != 0
			    ? l->at.number
			    : 0;
	l->at = op.position;
	return KC_OK;
}

kc_err kc_flaw_find(struct kc_cloud *cloud, const struct kc_circle *circle, size_t member,
	const struct kc_cloud_log *log, bool whole, struct kc_bytes own, uint64_t *ret)
{
	const struct kc_member *m = circle->members[member];
	KC_CLEANUP(looker_done)
	struct looker l = {.circle = circle,
		.member = member,
		.writer = kc_circle_writer(&m->id),
		.own = own,
		.shares = KC_BUF_INIT};
	uint64_t flaw = 0, from = log->first;

	if (!whole && m->position.number >= from) {
		from = m->position.number + 1;
		l.at = m->position;
	}
	for (uint64_t number = from; number <= log->last && !flaw &&
				     number - from < KC_FLAW_MAX_READ && l.len < KC_GATHER_MAX_LEN;
		number++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		kc_err err = kc_cloud_read(cloud, &l.writer, number, &bytes);

		if (err == KC_E_WAITING && number > m->position.number)
			break; /* it may still be arriving */
		if (err == KC_E_WAITING || err == KC_E_REFUSED) {
			flaw = number;
			break;
		}
		KC_TRY(err);
		KC_TRY(check_op(&l, number, kc_buf_bytes(&bytes), &flaw));
		l.len += bytes.len;
	}
	*ret = flaw;
	return KC_OK;
}
