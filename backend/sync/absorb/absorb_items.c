/* SPDX-License-Identifier: ISC */
/* Items that come in: opened, and sorted by name and version. */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

static void reader_done(struct kc_absorb_reader *r)
{
	free(r->items);
	free(r->dots);
	free(r->unnamed);
	kc_absorb_anchors_done(&r->anchors);
	kc_absorb_segments_done(&r->segments);
	for (size_t i = 0; i < KC_COUNT_OF(r->promised); i++)
		kc_absorb_promised_done(&r->promised[i]);
	kc_absorb_names_done(&r->versions);
	kc_absorb_names_done(&r->shut);
}

kc_err kc_absorb_prepare(struct kc_absorb_reader *r)
{
	const struct kc_account_keys *keys = kc_circle_keys(r->circle);
	const struct kc_account_id *account = &r->circle->account;

	KC_TRY(kc_circle_judge(r->circle, &r->trust));
	KC_TRY(kc_account_tag(keys, account, r->account_tag));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(kc_account_view_tag(keys, account, view, r->view_tags[view]));
	return KC_OK;
}

bool kc_absorb_is_alone(const struct kc_absorb_reader *r)
{
	return !r->circle->joining && r->trust.trusted == (kc_peer_set)1 << r->circle->self;
}

size_t kc_absorb_member(const struct kc_absorb *absorb, const struct kc_absorb_record *record)
{
	(void)absorb;
	return record->member;
}

enum kc_view kc_absorb_view(const struct kc_absorb_reader *r, const uint8_t tag[static KC_TAG_LEN])
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		if (memcmp(r->view_tags[view], tag, KC_TAG_LEN) == 0)
			return (enum kc_view)view;
	return KC_VIEW_NEVER;
}

/* --- opening ------------------------------------------------------------------------------------
 */

/* The clear part, and the key that it names. */
static kc_err find_key(const struct kc_absorb_reader *r, const struct kc_absorb_record *record,
	struct kc_item_header *ret_header, const struct kc_held_epoch **ret_held,
	struct kc_secret *ret_key)
{
	const struct kc_held_epoch *held;
	enum kc_view view;

	KC_TRY(kc_item_record_peek(record->value, ret_header));
	view = kc_absorb_view(r, ret_header->view_tag);
	if (view == KC_VIEW_NEVER || memcmp(ret_header->account_tag, r->account_tag,
					     sizeof ret_header->account_tag) != 0)
		return KC_ERR(REFUSED);
	held = kc_circle_find_epoch(r->circle, ret_header->kid);
	if (!held)
		return KC_ERR(WAITING);
	/* Without the key anybody can have named it as that of any view. */
	KC_TRY(kc_circle_epoch_key(r->circle, held,
		ret_header->class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C,
		ret_key));
	if (held->epoch->name.view != view)
		return KC_ERR(REFUSED);
	*ret_held = held;
	return KC_OK;
}

/* Whether this device says that it holds what was written up to a dot. */
static bool is_acknowledged(
	const struct kc_absorb_reader *r, size_t member, const struct kc_incoming *incoming)
{
	const struct kc_view_state *view = &r->circle->views[incoming->view];

	if (r->circle->joining)
		return false;
	if (member == r->circle->self)
		return incoming->body.counter <= view->counter;
	return incoming->body.counter <=
	       kc_vector_get(&view->vector, &r->circle->members[member]->id);
}

kc_err kc_absorb_open(
	const struct kc_absorb_reader *r, struct kc_absorb_record *record, struct kc_incoming *ret)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	struct kc_item_header header;

	KC_TRY(find_key(r, record, &header, &held, &key));
	KC_TRY(kc_item_record_open(record->value, kc_view_key_siv(&key), &ret->body));
	ret->view = kc_absorb_view(r, header.view_tag);
	ret->retired = kc_circle_is_retired(r->circle, &r->trust, held);
	memcpy(ret->name, header.name, sizeof ret->name);
	/* The log and the key of the store name the record that stands there. */
	if (memcmp(record->name, header.name, sizeof header.name) != 0)
		return KC_ERR(REFUSED);
	if (r->absorb->gathered->by_feed)
		KC_TRY(kc_absorb_claim(r, record, &ret->body.version.writer));
	else if (!kc_peer_id_equal(
			 &ret->body.version.writer, &r->circle->members[record->member]->id))
		return KC_ERR(REFUSED);
	ret->acknowledged = is_acknowledged(r, record->member, ret);
	return KC_OK;
}

kc_err kc_absorb_digest(const struct kc_absorb_reader *r, const struct kc_absorb_record *record,
	uint8_t ret[static KC_VERSION_DIGEST_LEN])
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	struct kc_item_header header;

	KC_TRY(find_key(r, record, &header, &held, &key));
	return kc_item_record_digest(record->value, kc_view_key_siv(&key), ret);
}

/* --- sorting ------------------------------------------------------------------------------------
 */

static int by_name_and_version(const void *a, const void *b)
{
	const struct kc_absorb_item *x = a, *y = b;
	int names = memcmp(x->name, y->name, sizeof x->name);

	return names ? names : kc_version_compare(&x->version, &y->version);
}

static int by_dot(const void *a, const void *b)
{
	const struct kc_absorb_item *x = *(struct kc_absorb_item *const *)a;
	const struct kc_absorb_item *y = *(struct kc_absorb_item *const *)b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	if (x->view != y->view)
		return x->view < y->view ? -1 : 1;
	return (x->counter > y->counter) - (x->counter < y->counter);
}

void kc_absorb_sort(struct kc_absorb_reader *r)
{
	qsort(r->items, r->item_count, sizeof *r->items, by_name_and_version);
	for (size_t i = 0; i < r->item_count; i++)
		r->dots[i] = &r->items[i];
	qsort(r->dots, r->item_count, sizeof *r->dots, by_dot);
}

static kc_err add_item(struct kc_absorb_reader *r, size_t number)
{
	struct kc_absorb_record *record = &r->absorb->records[number];
	struct kc_absorb_item *item = &r->items[r->item_count];
	struct kc_incoming incoming = {0};

	record->state = kc_absorb_open(r, record, &incoming);
	if (record->state == KC_OK) {
		*item = (struct kc_absorb_item){
			.record = number,
			.member = kc_absorb_member(r->absorb, record),
			.view = incoming.view,
			.counter = incoming.body.counter,
			.version = incoming.body.version,
			.replaced = incoming.body.replaced,
			.deleted = incoming.body.deleted,
			.retired = incoming.retired,
			.acknowledged = incoming.acknowledged,
		};
		memcpy(item->name, incoming.name, sizeof item->name);
		memcpy(item->key_digest, incoming.body.key_digest, sizeof item->key_digest);
		r->item_count++;
	}
	kc_item_body_done(&incoming.body);
	return kc_absorb_is_verdict(record->state) ? KC_OK : record->state;
}

bool kc_absorb_counts(const struct kc_absorb_reader *r, const struct kc_absorb_record *record)
{
	const struct kc_gathered_op *op = &r->absorb->gathered->ops[record->op];

	return kc_peer_set_has(r->trust.heard | r->absorb->gathered->out, record->member) &&
	       !op->beyond;
}

/* Opens all items once, and leaves those that somebody vouches for. */
static kc_err sort_items(struct kc_absorb_reader *r)
{
	struct kc_absorb *absorb = r->absorb;

	r->items = calloc(absorb->count + 1, sizeof *r->items);
	r->dots = calloc(absorb->count + 1, sizeof *r->dots);
	r->unnamed = calloc(absorb->count + 1, sizeof *r->unnamed);
	if (!r->items || !r->dots || !r->unnamed)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];

		if (record->kind == KC_ABSORB_ITEM && record->state == KC_E_WAITING &&
			kc_absorb_counts(r, record))
			KC_TRY(add_item(r, i));
	}
	KC_TRY(kc_absorb_name_segments(r));
	KC_TRY(kc_absorb_name_versions(r));
	KC_TRY(kc_absorb_check_anchors(r));
	kc_absorb_sort(r);
	return KC_OK;
}

kc_err kc_absorb_items(struct kc_txn *txn, struct kc_absorb *absorb)
{
	KC_CLEANUP(reader_done)
	struct kc_absorb_reader r = {.txn = txn, .absorb = absorb, .circle = absorb->circle};

	KC_TRY(kc_absorb_prepare(&r));
	KC_TRY(sort_items(&r));
	KC_TRY(kc_absorb_merge(&r));
	KC_TRY(kc_absorb_unnamed(&r));
	KC_TRY(kc_absorb_heads(&r));
	KC_TRY(kc_absorb_roots(&r));
	return kc_absorb_collect(&r);
}
