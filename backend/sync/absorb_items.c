/* SPDX-License-Identifier: ISC */
/* Items and heads that come in: opened, sifted to the newest of each name, merged, accounted for.
 */
#include "backend/sync/absorb.h"

#include <string.h>

#include "backend/sync/merge.h"

/* What is computed once for all records. */
struct reader {
	struct kc_txn *txn;
	struct kc_absorb *absorb;
	struct kc_circle *circle;
	struct kc_trust trust;
	uint8_t account_tag[KC_TAG_LEN];
	uint8_t view_tags[KC_VIEW_COUNT][KC_TAG_LEN];
};

/* An item record that could be opened, before it is known whether it matters. */
struct candidate {
	size_t record;
	uint8_t name[KC_RECORD_NAME_LEN];
	struct kc_version version;
};

static kc_err prepare(struct reader *r)
{
	const struct kc_account_keys *keys = kc_circle_keys(r->circle);
	const struct kc_account_id *account = &r->circle->account;

	KC_TRY(kc_circle_judge(r->circle, &r->trust));
	KC_TRY(kc_account_tag(keys, account, r->account_tag));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(kc_account_view_tag(keys, account, view, r->view_tags[view]));
	return KC_OK;
}

static size_t member_of(const struct reader *r, const struct kc_absorb_record *record)
{
	return r->absorb->gathered->ops[record->op].member;
}

/* VIEW_NEVER when no view has this tag. */
static enum kc_view find_view(const struct reader *r, const uint8_t tag[static KC_TAG_LEN])
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		if (memcmp(r->view_tags[view], tag, KC_TAG_LEN) == 0)
			return (enum kc_view)view;
	return KC_VIEW_NEVER;
}

/* --- opening ------------------------------------------------------------------------------------
 */

/* The rules of doc/protocol.md 7 up to the body, in their order. */
static kc_err open_item(
	const struct reader *r, const struct kc_absorb_record *record, struct kc_incoming *ret)
{
	const struct kc_member *writer = r->circle->members[member_of(r, record)];
	KC_CLEANUP_SECRET struct kc_secret class_key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	struct kc_item_header header;

	KC_TRY(kc_item_record_peek(record->value, &header));
	ret->view = find_view(r, header.view_tag);
	memcpy(ret->name, header.name, sizeof ret->name);
	if (ret->view == KC_VIEW_NEVER ||
		memcmp(header.account_tag, r->account_tag, sizeof header.account_tag) != 0)
		return KC_ERR(REFUSED);
	held = kc_circle_find_epoch(r->circle, header.kid);
	if (!held || !held->key.len)
		return KC_ERR(WAITING);
	if (held->epoch->name.view != ret->view)
		return KC_ERR(REFUSED);
	KC_TRY(kc_view_key_derive(&r->circle->account, &held->epoch->name, &held->key,
		header.class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C,
		&class_key));
	KC_TRY(kc_item_record_open(record->value, kc_view_key_siv(&class_key), &ret->body));
	if (!kc_peer_id_equal(&ret->body.version.writer, &writer->id))
		return KC_ERR(REFUSED);
	ret->acknowledged = !r->circle->joining &&
			    ret->body.counter <=
				    kc_vector_get(&r->circle->views[ret->view].vector, &writer->id);
	return KC_OK;
}

/* The key of the store names the record that stands under it. */
static kc_err check_key(const struct kc_absorb_record *record, const struct kc_incoming *incoming)
{
	return memcmp(record->name, incoming->name, sizeof incoming->name) == 0 ? KC_OK
										: KC_ERR(REFUSED);
}

static int by_name_and_version(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int names = memcmp(x->name, y->name, sizeof x->name);

	return names ? names : kc_version_compare(&x->version, &y->version);
}

/* Opens all items once; those that a later one of the same name replaces need not be applied. */
static kc_err sift(struct reader *r, struct candidate **ret, size_t *ret_count)
{
	struct candidate *all = calloc(r->absorb->count + 1, sizeof *all);
	size_t count = 0;

	if (!all)
		return KC_ERR(NO_MEMORY);
	*ret = all;
	for (size_t i = 0; i < r->absorb->count; i++) {
		struct kc_absorb_record *record = &r->absorb->records[i];
		struct kc_incoming incoming = {0};

		if (record->kind != KC_ABSORB_ITEM || record->state != KC_E_WAITING ||
			!kc_peer_set_has(r->trust.trusted, member_of(r, record)))
			continue;
		record->state = open_item(r, record, &incoming);
		if (record->state == KC_OK)
			record->state = check_key(record, &incoming);
		if (record->state == KC_OK) {
			all[count] =
				(struct candidate){.record = i, .version = incoming.body.version};
			memcpy(all[count++].name, incoming.name, sizeof incoming.name);
		}
		kc_item_body_done(&incoming.body);
		if (record->state == KC_E_NO_MEMORY)
			return record->state;
	}
	qsort(all, count, sizeof *all, by_name_and_version);
	*ret_count = count;
	return KC_OK;
}

static kc_err merge_one(struct reader *r, struct kc_absorb_record *record)
{
	struct kc_incoming incoming = {0};
	bool applied = false;
	kc_err err = open_item(r, record, &incoming);

	if (err == KC_OK)
		err = kc_merge_incoming(r->txn, &r->circle->identity.id, &incoming, &applied);
	kc_item_body_done(&incoming.body);
	r->absorb->received += applied;
	record->state = err;
	return err == KC_E_REFUSED || err == KC_E_WAITING || err == KC_E_NEWER ? KC_OK : err;
}

static kc_err merge_items(struct reader *r)
{
	KC_CLEANUP_FREE struct candidate *all = NULL;
	size_t count = 0;

	KC_TRY(sift(r, &all, &count));
	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count ||
			    memcmp(all[i].name, all[i + 1].name, sizeof all[i].name) != 0;

		if (last)
			KC_TRY(merge_one(r, &r->absorb->records[all[i].record]));
	}
	return KC_OK;
}

/* --- heads --------------------------------------------------------------------------------------
 */

/* Whether an entry's record came in these operations and was refused: then it is not missing. */
static bool was_refused(const struct reader *r, size_t member, const struct kc_log_entry *entry)
{
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];

		if (record->kind == KC_ABSORB_ITEM && record->state == KC_E_REFUSED &&
			member_of(r, record) == member &&
			memcmp(record->name, entry->name, sizeof entry->name) == 0)
			return true;
	}
	return false;
}

/* Raises the vector as far as everything that the head names is here. */
static kc_err account_for(struct reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, bool *ret_missing)
{
	const struct kc_peer_id *writer = &r->circle->members[member]->id;
	struct kc_vector *vector = &r->circle->views[view].vector;
	uint64_t had = kc_vector_get(vector, writer);

	for (size_t i = 0; i < head->log.count; i++) {
		const struct kc_log_entry *entry = &head->log.rows[i];
		struct kc_version version = {.t = entry->t, .writer = *writer};
		bool holds;

		if (entry->counter <= had && !r->circle->joining)
			continue;
		memcpy(version.digest, entry->digest, sizeof version.digest);
		KC_TRY(kc_merge_holds(
			r->txn, &r->circle->identity.id, entry->name, &version, &holds));
		if (!holds && !was_refused(r, member, entry)) {
			*ret_missing = true;
			return kc_vector_raise(vector, writer, entry->counter - 1);
		}
	}
	return kc_vector_raise(vector, writer, head->counter);
}

static kc_err take_head(struct reader *r, size_t member, const struct kc_list *list,
	const struct kc_list_head *row, bool *ret_missing)
{
	struct kc_member *m = r->circle->members[member];
	enum kc_view view = find_view(r, row->view_tag);
	const struct kc_held_epoch *held = kc_circle_find_epoch(r->circle, row->kid);
	KC_CLEANUP_HEAD struct kc_head head = {0};

	if (view == KC_VIEW_NEVER)
		return KC_OK; /* a view of newer software */
	if (!held || !held->key.len)
		return KC_ERR(WAITING);
	if (held->epoch->name.view != view || kc_head_open(row->box,
						      &(struct kc_head_place){
							      .account = &r->circle->account,
							      .peer = &m->id,
							      .seq = list->seq,
							      .view_tag = row->view_tag,
							      .name = &held->epoch->name,
						      },
						      &held->key, &head) != KC_OK)
		return KC_ERR(REFUSED);
	m->acked[view] = kc_vector_get(&head.vector, &r->circle->identity.id);
	return account_for(r, member, view, &head, ret_missing);
}

static kc_err take_heads(struct reader *r, struct kc_absorb_record *record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	size_t member = member_of(r, record);
	struct kc_record_id id;
	bool missing = false;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_list_parse(record->value, &r->circle->account, list, &id));
	for (size_t i = 0; i < list->head_count; i++) {
		kc_err err = take_head(r, member, list, &list->heads[i], &missing);

		if (err == KC_E_WAITING)
			missing = true; /* a key */
		else if (err == KC_E_REFUSED)
			record->state = err;
		else
			KC_TRY(err);
	}
	if (missing && record->state == KC_OK)
		record->state = KC_ERR(WAITING);
	return KC_OK;
}

kc_err kc_absorb_items(struct kc_txn *txn, struct kc_absorb *absorb)
{
	struct reader r = {.txn = txn, .absorb = absorb, .circle = absorb->circle};

	KC_TRY(prepare(&r));
	KC_TRY(merge_items(&r));
	for (size_t i = 0; i < absorb->count; i++) {
		struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind == KC_ABSORB_LIST && record->state == KC_OK && record->current &&
			kc_peer_set_has(r.trust.trusted, member_of(&r, record)))
			KC_TRY(take_heads(&r, record));
	}
	return KC_OK;
}
