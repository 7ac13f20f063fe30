/* SPDX-License-Identifier: ISC */
/*
 * Whether all is here that a list of a feed names as published with it (doc/protocol.md 3.2, rule
 * 4). Records are shown one by one: one that was left out would be missed by nobody, once the list
 * is taken.
 *
 * What was published with the last list that was taken, or before it, was here then. What is not in
 * this round was read before its list was there, or is kept back: it is asked for by name.
 */
#include <string.h>

#include "backend/sync/absorb/absorb.h"
#include "backend/sync/line/cell_name.h"

static kc_err is_named(
	const struct kc_companion *companion, const struct kc_gathered_op *op, bool *ret)
{
	uint8_t hash[sizeof companion->hash];
	struct kc_op writes = op->op;
	struct kc_op_write write;

	*ret = false;
	if (!kc_op_next(&writes, &write))
		return KC_OK;
	KC_TRY(kc_companion_hash(write.value, hash));
	*ret = memcmp(hash, companion->hash, sizeof hash) == 0;
	return KC_OK;
}

static kc_err is_here(const struct kc_gathered *gathered, const struct kc_companion *companion,
	const char *name, bool *ret)
{
	*ret = false;
	for (size_t i = 0; i < gathered->count && !*ret; i++)
		if (strcmp(gathered->ops[i].name, name) == 0)
			KC_TRY(is_named(companion, &gathered->ops[i], ret));
	return KC_OK;
}

/* Once in a round. */
static kc_err ask_for(struct kc_gathered *gathered, const char *name)
{
	const char *wanted = (const char *)gathered->wanted.data;

	for (size_t at = 0; at < gathered->wanted.len; at += strlen(wanted + at) + 1)
		if (strcmp(wanted + at, name) == 0)
			return KC_OK;
	kc_buf_push(&gathered->wanted, name, strlen(name) + 1);
	return kc_buf_check(&gathered->wanted);
}

static kc_err look_for_all(struct kc_absorb *absorb, const struct kc_member *member,
	const struct kc_list *list, bool *ret_missing)
{
	uint64_t had = member->list ? member->list->seq : 0;
	struct kc_writer_id writer = kc_circle_writer(&member->id);

	*ret_missing = false;
	for (size_t i = 0; i < list->companion_count; i++) {
		const struct kc_companion *companion = &list->companions[i];
		char name[KC_RECORDS_MAX_NAME + 1];
		bool here;

		if (companion->seq <= had)
			continue;
		KC_TRY(kc_cell_name_put(companion->key, &writer, name));
		KC_TRY(is_here(absorb->gathered, companion, name, &here));
		if (!here)
			KC_TRY(ask_for(absorb->gathered, name));
		*ret_missing = *ret_missing || !here;
	}
	return KC_OK;
}

kc_err kc_absorb_has_companions(struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	const struct kc_member *member = absorb->circle->members[record->member];
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;
	bool missing;

	if (!list)
		return KC_ERR(NO_MEMORY);
	/* What is no list of that member is refused when it is taken. */
	if (kc_list_parse(record->value, &absorb->circle->account, list, &id) != KC_OK ||
		!kc_peer_id_equal(&list->peer, &member->id))
		return KC_OK;
	KC_TRY(look_for_all(absorb, member, list, &missing));
	if (!missing || kc_list_verify(record->value, &absorb->circle->account, list,
				&member->permanent) != KC_OK)
		return KC_OK;
	return KC_ERR(WAITING);
}
