/* SPDX-License-Identifier: ISC */
/* Opening the list of an operation, and holding it against the operation. */
#include "backend/sync/line/op_list.h"

#include <string.h>

/* Whether a key is that of the shares for this device. */
static bool is_own_share(const struct kc_circle *circle, struct kc_bytes key)
{
	struct kc_writer_id own = kc_circle_writer(&circle->identity.id), receiver;
	struct kc_bytes rest;

	return kc_op_key_has(key, "s/", &rest) &&
	       kc_op_get_hex(rest, receiver.bytes, sizeof receiver.bytes) &&
	       memcmp(&own, &receiver, sizeof own) == 0;
}

kc_err kc_op_list_find_shares(
	const struct kc_circle *circle, size_t member, const struct kc_op *op, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->members[member]->id);
	struct kc_op writes = *op;
	struct kc_op_write write;

	while (kc_op_next(&writes, &write)) {
		struct kc_place_in_store place = {&circle->account, &writer, write.key};
		KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
		kc_err err;

		if (!is_own_share(circle, write.key))
			continue;
		err = kc_circle_open(circle, &place, write.value, &plain);
		if (err == KC_E_NO_MEMORY)
			return err;
		if (err != KC_OK)
			continue;
		kc_buf_done(ret);
		*ret = plain;
		plain = (struct kc_buf)KC_BUF_INIT;
	}
	return KC_OK;
}

/* One of the cells that hold the list. */
static kc_err open_cell(const struct kc_circle *circle, size_t member,
	const struct kc_op_write *write, struct kc_bytes shares, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->members[member]->id);
	struct kc_place_in_store place = {&circle->account, &writer, write->key};
	kc_err err;

	kc_buf_reset(ret);
	err = kc_circle_open(circle, &place, write->value, ret);
	if (err != KC_E_WAITING || shares.len == 0)
		return err;
	err = kc_circle_open_by_shares(
		circle, &place, write->value, circle->members[member], shares, ret);
	/* Shares that are none say nothing of the list. */
	return err == KC_OK || err == KC_E_LOCKED || err == KC_E_NO_MEMORY ? err : KC_ERR(WAITING);
}

/* The first that opens of those in the cell of all, or of those that tell who is out. */
static kc_err open_one_of(const struct kc_circle *circle, size_t member, const struct kc_op *op,
	struct kc_bytes shares, bool of_all, struct kc_buf *ret)
{
	struct kc_op writes = {.lists = op->lists};
	struct kc_op_write write;
	kc_err err = KC_ERR(REFUSED);

	while (kc_op_next(&writes, &write)) {
		if (kc_bytes_equal(write.key, kc_bytes_str("p")) != of_all)
			continue;
		err = open_cell(circle, member, &write, shares, ret);
		if (err == KC_OK || err == KC_E_NO_MEMORY)
			return err;
	}
	return err == KC_E_WAITING || err == KC_E_LOCKED ? err : KC_ERR(REFUSED);
}

/* Who is out, or fell with one that is, can open no other than the one that says so, which is the
 * same. */
static kc_err open_list(const struct kc_circle *circle, size_t member, const struct kc_op *op,
	struct kc_bytes shares, struct kc_buf *ret)
{
	kc_err of_all = open_one_of(circle, member, op, shares, true, ret), told;

	if (of_all == KC_OK || of_all == KC_E_NO_MEMORY)
		return of_all;
	told = open_one_of(circle, member, op, shares, false, ret);
	return told == KC_E_REFUSED ? of_all : told;
}

kc_err kc_op_list_read(const struct kc_circle *circle, size_t member, const struct kc_op *op,
	struct kc_bytes shares, struct kc_list *ret)
{
	const struct kc_member *m = circle->members[member];
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_record_id id;
	kc_err err;

	KC_TRY(open_list(circle, member, op, shares, &record));
	/* What newer software signed is its word all the same. */
	ret->peer = m->id;
	err = kc_list_verify(kc_buf_bytes(&record), &circle->account, ret, &m->permanent);
	if (err == KC_OK)
		err = kc_list_parse(kc_buf_bytes(&record), &circle->account, ret, &id);
	if (err == KC_E_NO_MEMORY || err == KC_E_NEWER)
		return err;
	if (err != KC_OK || !kc_peer_id_equal(&ret->peer, &m->id) ||
		ret->number != op->position.number ||
		memcmp(ret->contents, op->position.digest, sizeof ret->contents) != 0)
		return KC_ERR(REFUSED);
	return KC_OK;
}
