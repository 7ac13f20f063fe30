/* SPDX-License-Identifier: ISC */
/* An operation for each device that spoke, with its records as the writes; in no log, so that no
 * position follows from it. */
#include "backend/sync/absorb/live_items.h"

#include <string.h>

#include "backend/sync/item_record.h"

static bool find_number(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *id, size_t *ret)
{
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_id_equal(&circle->members[i]->id, id)) {
			*ret = i;
			return kc_peer_set_has(trust->trusted, i);
		}
	return false;
}

/* Under the key that the record stands under in the store. */
static kc_err put_item(struct kc_op_builder *builder, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	struct kc_item_header header;

	if (kc_item_record_peek(record, &header) != KC_OK)
		return KC_OK; /* nothing of it is believed, and nothing is lost */
	kc_buf_push_str(&key, "i/");
	kc_op_put_hex(&key, KC_BYTES_OF(header.name));
	KC_TRY(kc_buf_check(&key));
	kc_op_builder_put(builder, kc_buf_bytes(&key), record);
	return KC_OK;
}

/* One message as an operation; behind the last one that is settled, wherever that is. */
static kc_err add_op(struct kc_gathered *gathered, const struct kc_circle *circle, size_t member,
	const struct kc_live_payload *payload)
{
	const struct kc_writer_id writer = kc_circle_writer(&circle->members[member]->id);
	const struct kc_log_position before = {0};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	struct kc_gathered_op *op = &gathered->ops[gathered->count];
	struct kc_log_position position;

	kc_op_builder_init(&builder, &writer, &before, false);
	for (size_t i = 0; i < payload->item_count; i++)
		KC_TRY(put_item(&builder, payload->items[i]));
	*op = (struct kc_gathered_op){.member = member, .bytes = KC_BUF_INIT};
	gathered->count++;
	KC_TRY(kc_op_builder_end(&builder, &before, &op->bytes, &position));
	return kc_op_parse(kc_buf_bytes(&op->bytes), &writer, position.number, &op->op);
}

/* *ret_taken: it has become an operation. */
static kc_err add_said(struct kc_gathered *gathered, const struct kc_circle *circle,
	const struct kc_trust *trust, const struct kc_live_said *said, bool *ret_taken)
{
	struct kc_live_payload payload;
	size_t member;

	*ret_taken = !said->settled && find_number(circle, trust, &said->from, &member);
	if (!*ret_taken)
		return KC_OK;
	KC_TRY(kc_live_payload_parse(kc_buf_bytes(&said->plain), &payload));
	return add_op(gathered, circle, member, &payload);
}

/* By the states of the records of each operation. */
static void settle(const struct kc_absorb *own, struct kc_live_said *const *taken)
{
	for (size_t i = 0; i < own->gathered->count; i++)
		taken[i]->settled = true;
	for (size_t i = 0; i < own->count; i++)
		if (own->records[i].state == KC_E_WAITING)
			taken[own->records[i].op]->settled = false;
}

kc_err kc_live_items_take(struct kc_txn *txn, const struct kc_absorb *absorb,
	const struct kc_trust *trust, struct kc_live_said *said, size_t count, uint64_t *ret)
{
	const struct kc_gathered *read = absorb->gathered;
	/* What the store lacks, it lacks here too. */
	KC_CLEANUP_GATHERED struct kc_gathered gathered = {
		.ops = calloc(count + 1, sizeof *gathered.ops),
		.allocated = count + 1,
		.holes = read->holes | read->unread,
		.damaged = read->damaged,
		.more = read->more,
	};
	KC_CLEANUP_ABSORB struct kc_absorb own = {.circle = absorb->circle, .gathered = &gathered};
	struct kc_live_said *taken[KC_LIVE_MAX_SAID];

	*ret = 0;
	if (!gathered.ops)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < count; i++) {
		size_t number = gathered.count;
		bool is_taken;

		KC_TRY(add_said(&gathered, absorb->circle, trust, &said[i], &is_taken));
		if (is_taken)
			taken[number] = &said[i];
	}
	if (gathered.count == 0)
		return KC_OK;
	KC_TRY(kc_absorb_circle(&own));
	KC_TRY(kc_absorb_items(txn, &own));
	settle(&own, taken);
	*ret = own.received;
	return KC_OK;
}
