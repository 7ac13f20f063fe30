/* SPDX-License-Identifier: ISC */
/*
 * Whether an item is its writer's: the key that it is sealed with is shared, and may be known to
 * one who is out by now (doc/protocol.md 7, retired epochs, and 8).
 *
 * A signed list vouches for the dots up to its head's counter, and its log names those that
 * somebody may still lack. An item above all that waits for its list. Under a retired epoch to be
 * vouched for is not enough: the log must name that very version, or the sponsor must have settled
 * it.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <limits.h>
#include <string.h>

void kc_absorb_anchors_done(struct kc_absorb_anchors *anchors)
{
	free(anchors->rows);
	anchors->rows = NULL;
	anchors->count = anchors->allocated = 0;
}

/* --- what lists say -----------------------------------------------------------------------------
 */

static int by_dot(const void *a, const void *b)
{
	const struct kc_absorb_anchor *x = a, *y = b;

	if (x->member != y->member)
		return x->member < y->member ? -1 : 1;
	if (x->view != y->view)
		return x->view < y->view ? -1 : 1;
	return (x->entry.counter > y->entry.counter) - (x->entry.counter < y->entry.counter);
}

/* Of what lists say one after the other of one dot, once is enough: a long log is named by all of
 * them. */
static void sort_anchors(struct kc_absorb_anchors *anchors)
{
	size_t kept = 0;

	if (anchors->count)
		qsort(anchors->rows, anchors->count, sizeof *anchors->rows, by_dot);
	for (size_t i = 0; i < anchors->count; i++)
		if (kept == 0 || by_dot(&anchors->rows[kept - 1], &anchors->rows[i]) != 0)
			anchors->rows[kept++] = anchors->rows[i];
	anchors->count = kept;
}

static kc_err make_room(struct kc_absorb_anchors *anchors)
{
	size_t wanted = anchors->allocated ? 2 * anchors->allocated : 64;
	struct kc_absorb_anchor *grown;

	sort_anchors(anchors);
	if (anchors->count < anchors->allocated / 2)
		return KC_OK;
	grown = reallocarray(anchors->rows, wanted, sizeof *grown);
	if (!grown)
		return KC_ERR(NO_MEMORY);
	anchors->rows = grown;
	anchors->allocated = wanted;
	return KC_OK;
}

static kc_err add_anchor(struct kc_absorb_anchors *anchors, size_t member, enum kc_view view,
	const struct kc_log_entry *entry)
{
	if (anchors->count == anchors->allocated)
		KC_TRY(make_room(anchors));
	anchors->rows[anchors->count++] =
		(struct kc_absorb_anchor){.member = member, .view = view, .entry = *entry};
	return KC_OK;
}

/* The head of one view. What does not open vouches for nothing. */
static kc_err add_head(
	struct kc_absorb_reader *r, size_t member, const struct kc_list *list, enum kc_view view)
{
	struct kc_absorb_anchors *anchors = &r->anchors;
	const struct kc_vector *vector = &r->circle->views[view].vector;
	uint64_t had =
		r->circle->joining ? 0 : kc_vector_get(vector, &r->circle->members[member]->id);
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	KC_CLEANUP_HEAD struct kc_head head = {0};
	bool missing = false;
	kc_err err = kc_absorb_head(r, member, list, view, &head);

	if (err == KC_E_LOCKED)
		anchors->shut[member] |= 1u << view;
	if (err != KC_OK)
		return kc_absorb_is_verdict(err) || err == KC_E_NOT_FOUND ? KC_OK : err;
	if (head.counter > anchors->counters[member][view])
		anchors->counters[member][view] = head.counter;
	err = kc_absorb_log(r, member, view, &head, had, &log, &missing);
	if (err != KC_OK && err != KC_E_REFUSED)
		return err;
	for (size_t i = 0; i < log.count; i++)
		KC_TRY(add_anchor(anchors, member, view, &log.rows[i]));
	for (size_t i = 0; i < head.log.count; i++)
		if (missing || err != KC_OK || head.log.rows[i].counter <= had)
			KC_TRY(add_anchor(anchors, member, view, &head.log.rows[i]));
	return KC_OK;
}

static kc_err add_list(struct kc_absorb_reader *r, size_t member, const struct kc_list *list)
{
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		KC_TRY(add_head(r, member, list, (enum kc_view)view));
	return KC_OK;
}

/* The lists of those whose items are here: the last that was accepted, if it counts. */
static kc_err add_last_lists(struct kc_absorb_reader *r, kc_peer_set writers)
{
	for (size_t i = 0; i < r->circle->member_count; i++) {
		const struct kc_member *m = r->circle->members[i];

		if (kc_peer_set_has(writers, i) && m->list &&
			kc_circle_leads_to_cut(r->circle, &r->trust, i, m->list->seq, &m->list_id))
			KC_TRY(add_list(r, i, m->list));
	}
	return KC_OK;
}

/* Lists that open with the unlock: any of their heads may tell. */
static void add_shut_lists(struct kc_absorb_reader *r)
{
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];

		if (record->kind == KC_ABSORB_LIST && record->state == KC_E_LOCKED)
			r->anchors.shut[kc_absorb_member(r->absorb, record)] = UINT_MAX;
	}
	for (size_t i = 0; i < r->absorb->gathered->count; i++) {
		const struct kc_gathered_op *op = &r->absorb->gathered->ops[i];

		if (op->whole == KC_E_LOCKED)
			r->anchors.shut[op->member] = UINT_MAX;
	}
}

/* Whether a list that came says what its writer had said: of one who is out up to the cut, of one
 * that left in its log up to the last, or in that one; an older one may have been signed since. */
static bool may_vouch(const struct kc_absorb_reader *r, const struct kc_absorb_record *record)
{
	const struct kc_gathered *gathered = r->absorb->gathered;
	const struct kc_member *m = r->circle->members[kc_absorb_member(r->absorb, record)];

	return record->kind == KC_ABSORB_LIST && record->state == KC_OK &&
	       !gathered->ops[record->op].beyond &&
	       (record->current || !gathered->by_feed || !kc_circle_is_over(m));
}

/* And those before it that came now; some were passed over unread. */
static kc_err add_earlier_lists(struct kc_absorb_reader *r, kc_peer_set writers)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];
		size_t member = kc_absorb_member(r->absorb, record);

		if (!may_vouch(r, record) || !kc_peer_set_has(writers, member))
			continue;
		KC_TRY(kc_list_parse(record->value, &r->circle->account, list, &id));
		if (kc_record_id_equal(&id, &r->circle->members[member]->list_id))
			continue;
		if (kc_circle_leads_to_cut(r->circle, &r->trust, member, list->seq, &id) &&
			(record->current ||
				kc_list_verify(record->value, &r->circle->account, list,
					&r->circle->members[member]->permanent) == KC_OK))
			KC_TRY(add_list(r, member, list));
	}
	return KC_OK;
}

const struct kc_log_entry *kc_absorb_find_anchor(
	const struct kc_absorb_anchors *anchors, size_t member, enum kc_view view, uint64_t counter)
{
	struct kc_absorb_anchor wanted = {
		.member = member, .view = view, .entry = {.counter = counter}};
	const struct kc_absorb_anchor *found =
		anchors->count ? bsearch(&wanted, anchors->rows, anchors->count,
					 sizeof *anchors->rows, by_dot)
			       : NULL;

	return found ? &found->entry : NULL;
}

/* --- what that means ----------------------------------------------------------------------------
 */

static bool is_named(const struct kc_log_entry *entry, const struct kc_absorb_item *item)
{
	return memcmp(entry->name, item->name, sizeof entry->name) == 0 &&
	       entry->t == item->version.t &&
	       memcmp(entry->digest, item->version.digest, sizeof entry->digest) == 0;
}

/* Whether the operation is one that this device's sponsor had settled: the digests of the log lead
 * from it to what came with the welcome, or this device never arrives. In a feed the sponsor's
 * vector says how far that was; but under a retired epoch anybody may have made the record of a dot
 * that the sponsor holds. */
static bool was_settled_by_sponsor(
	const struct kc_absorb_reader *r, const struct kc_absorb_item *item)
{
	const struct kc_absorb_record *record = &r->absorb->records[item->record];
	const struct kc_gathered_op *op = &r->absorb->gathered->ops[record->op];

	if (r->circle->joining && r->absorb->gathered->by_feed)
		return !item->retired &&
		       item->counter <= kc_vector_get(&r->circle->views[item->view].vector,
						&r->circle->members[item->member]->id);
	return r->circle->joining &&
	       (op->reaches || kc_peer_set_has(r->trust.trusted, item->member)) &&
	       op->op.position.number <= r->circle->members[item->member]->target.number;
}

/* Those of whom a list that may name an item has yet to be read or accepted. */
static void note_awaited(struct kc_absorb_reader *r)
{
	r->anchors.awaited = kc_gathered_lacks(r->absorb->gathered);
	for (size_t i = 0; i < r->absorb->count; i++) {
		const struct kc_absorb_record *record = &r->absorb->records[i];

		if (record->kind == KC_ABSORB_LIST &&
			(record->state == KC_E_WAITING || record->state == KC_E_NEWER))
			r->anchors.awaited |= (kc_peer_set)1 << kc_absorb_member(r->absorb, record);
	}
}

/* Whether an item under a retired epoch was written in time, but no log reaches so far back: others
 * have acknowledged it, and a root may tell. */
static bool is_unnamed(const struct kc_absorb_reader *r, const struct kc_absorb_item *item)
{
	const struct kc_peer_id *writer = &r->circle->members[item->member]->id;

	return item->retired && (item->counter <= r->anchors.counters[item->member][item->view] ||
					item->counter <= kc_circle_closing(r->circle, &r->trust,
								 item->view, writer));
}

/* Its writer signed that it wrote something else there. */
static kc_err refuse_forged(const struct kc_absorb_reader *r, const struct kc_absorb_item *item)
{
	const struct kc_member *writer = r->circle->members[item->member];
	kc_err noted =
		kc_circle_catch(r->circle, &(struct kc_evidence){.kind = KC_EVIDENCE_FORGED_ITEM,
						   .about = writer->id,
						   .shown = item->counter,
						   .here = kc_buf_bytes(&writer->list_record),
						   .came = r->absorb->records[item->record].value});

	return noted == KC_OK ? KC_ERR(REFUSED) : KC_ERR(WAITING);
}

static kc_err judge(const struct kc_absorb_reader *r, const struct kc_absorb_item *item)
{
	const struct kc_log_entry *entry =
		kc_absorb_find_anchor(&r->anchors, item->member, item->view, item->counter);
	uint64_t vouched = r->anchors.counters[item->member][item->view];

	if (entry)
		return is_named(entry, item) ? KC_OK : refuse_forged(r, item);
	if (was_settled_by_sponsor(r, item))
		return KC_OK;
	if (!item->retired && item->counter <= vouched)
		return KC_OK;
	if (r->anchors.shut[item->member] >> item->view & 1)
		return KC_ERR(LOCKED); /* the head that may tell opens with the unlock */
	if (!item->retired)
		return KC_ERR(WAITING);
	if (is_unnamed(r, item))
		return KC_ERR(WAITING);
	return kc_peer_set_has(r->anchors.awaited, item->member) ? KC_ERR(WAITING)
								 : KC_ERR(REFUSED);
}

/* --- all items ----------------------------------------------------------------------------------
 */

static kc_peer_set writers_of(const struct kc_absorb_reader *r)
{
	kc_peer_set writers = 0;

	for (size_t i = 0; i < r->item_count; i++)
		writers |= (kc_peer_set)1 << r->items[i].member;
	return writers;
}

/* Those whose items the last lists do not settle. */
static kc_peer_set unsettled(const struct kc_absorb_reader *r)
{
	kc_peer_set writers = 0;

	for (size_t i = 0; i < r->item_count; i++)
		if (judge(r, &r->items[i]) != KC_OK)
			writers |= (kc_peer_set)1 << r->items[i].member;
	return writers;
}

/* What waits, and is not greater than what is here. The very version that is here was judged
 * before, and so was one whose dot is accounted for: it is read again because something before it
 * waits. Any other may be made up by one who is out: under a retired epoch no root says anything of
 * it, so where no list will name it either, it is passed over, and leaves no trace. */
static void judge_again(const struct kc_absorb_reader *r, struct kc_absorb_item *item, bool is_held,
	kc_err *verdict)
{
	if (is_held || item->acknowledged) {
		*verdict = KC_OK;
	} else if (*verdict == KC_E_WAITING && is_unnamed(r, item)) {
		item->unvouched = true;
		*verdict = KC_OK;
	}
}

static kc_err judge_beside(
	struct kc_absorb_reader *r, struct kc_absorb_item *item, kc_err *ret_verdict)
{
	struct kc_absorb_record *record = &r->absorb->records[item->record];
	int order;

	*ret_verdict = judge(r, item);
	KC_TRY(kc_merge_compare(r->txn, item->name, &item->version, &order));
	if (order >= 0 && (*ret_verdict == KC_E_WAITING || *ret_verdict == KC_E_LOCKED))
		judge_again(r, item, order == 0, ret_verdict);
	record->covers = order > 0 || *ret_verdict == KC_E_REFUSED;
	return KC_OK;
}

kc_err kc_absorb_check_anchors(struct kc_absorb_reader *r)
{
	kc_peer_set rest;
	size_t kept = 0;

	add_shut_lists(r);
	note_awaited(r);
	KC_TRY(add_last_lists(r, writers_of(r)));
	sort_anchors(&r->anchors);
	rest = unsettled(r);
	if (rest) {
		KC_TRY(add_earlier_lists(r, rest));
		sort_anchors(&r->anchors);
	}
	for (size_t i = 0; i < r->item_count; i++) {
		kc_err verdict;

		KC_TRY(judge_beside(r, &r->items[i], &verdict));
		if (verdict != KC_OK)
			r->absorb->records[r->items[i].record].state = verdict;
		if (verdict == KC_E_WAITING && is_unnamed(r, &r->items[i]))
			r->unnamed[r->unnamed_count++] = r->items[i];
		if (verdict == KC_OK)
			r->items[kept++] = r->items[i];
	}
	r->item_count = kept;
	return KC_OK;
}
