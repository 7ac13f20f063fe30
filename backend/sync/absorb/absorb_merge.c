/* SPDX-License-Identifier: ISC */
/*
 * Merging what came in one exchange: deletions first, then what is live, each as soon as its
 * primary key is free.
 *
 * A record that was moved to another primary key makes room for one that takes its old one, and
 * they may come in any order, or have changed places. So two records of one primary key collide
 * only when nothing that is here, or that some head names, makes room; a collision that is repaired
 * too early would delete an item that nobody wanted to lose. A locked device, which does not see
 * all items, repairs none.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

/* The versions of one record: rows of the reader's items. */
struct group {
	size_t first, turn; /* turn: the one that is to be merged; refused, the one before it is */
	bool settled;
};

struct merger {
	struct kc_absorb_reader *r;
	struct group *groups; /* owned; by name */
	size_t count;
	bool complete; /* nothing is known to be missing */
};

static void merger_done(struct merger *m)
{
	free(m->groups);
}

static const struct kc_absorb_item *item_of(const struct merger *m, const struct group *group)
{
	return &m->r->items[group->turn];
}

static kc_err make_groups(struct merger *m)
{
	const struct kc_absorb_item *items = m->r->items;

	m->groups = calloc(m->r->item_count + 1, sizeof *m->groups);
	if (!m->groups)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < m->r->item_count; i++) {
		if (i == 0 || memcmp(items[i].name, items[i - 1].name, sizeof items[i].name) != 0)
			m->groups[m->count++].first = i;
		m->groups[m->count - 1].turn = i;
	}
	return KC_OK;
}

/* --- what may be missing ------------------------------------------------------------------------
 */

/* How far a log was read. */
static uint64_t read_to(const struct kc_absorb_reader *r, size_t member)
{
	uint64_t last = r->circle->members[member]->position.number;

	for (size_t i = 0; i < r->absorb->gathered->count; i++) {
		const struct kc_gathered_op *op = &r->absorb->gathered->ops[i];

		if (op->member == member && op->op.position.number > last)
			last = op->op.position.number;
	}
	return last;
}

/* Whether a dot whose record did not come is known all the same: a log names what it was, and that,
 * or what came after it, is here. So it is where a log began anew. */
static kc_err is_known(
	struct kc_absorb_reader *r, const struct kc_absorb_item *dot, uint64_t counter, bool *ret)
{
	const struct kc_log_entry *entry =
		kc_absorb_find_anchor(&r->anchors, dot->member, dot->view, counter);

	*ret = false;
	return entry ? kc_absorb_accounts(r, dot->member, dot->view, entry, ret) : KC_OK;
}

/* Whether the records that came follow on what was here, without a gap. */
static kc_err has_gap(struct kc_absorb_reader *r, bool *ret)
{
	const struct kc_absorb_item *before = NULL;

	*ret = false;
	for (size_t i = 0; i < r->item_count && !*ret; i++) {
		const struct kc_absorb_item *dot = r->dots[i];
		const struct kc_vector *vector = &r->circle->views[dot->view].vector;
		uint64_t had = kc_vector_get(vector, &r->circle->members[dot->member]->id);
		bool same = before && before->member == dot->member && before->view == dot->view;

		if (same && before->counter > had)
			had = before->counter;
		while (!*ret && dot->counter > had && dot->counter - had > 1) {
			bool known;

			KC_TRY(is_known(r, dot, ++had, &known));
			*ret = !known;
		}
		before = dot;
	}
	return KC_OK;
}

static kc_err is_complete(struct kc_absorb_reader *r, bool *ret)
{
	const struct kc_gathered *gathered = r->absorb->gathered;
	bool gap = false;

	*ret = false;
	if ((gathered->more | gathered->holes | gathered->damaged) & ~gathered->out)
		return KC_OK;
	if (!gathered->by_feed)
		KC_TRY(has_gap(r, &gap));
	if (gap)
		return KC_OK;
	for (size_t i = 0; i < r->circle->member_count; i++) {
		const struct kc_member *member = r->circle->members[i];

		if (i == r->circle->self || !kc_peer_set_has(r->trust.heard, i))
			continue;
		if (kc_circle_is_behind(r->circle, r->trust.heard, member) ||
			(r->circle->joining && read_to(r, i) < member->target.number))
			return KC_OK;
	}
	*ret = true;
	return KC_OK;
}

/* Whether a head names a version of an item, later than this one, or of its rival that is not here.
 */
static kc_err names_more(struct kc_absorb_reader *r, size_t member, const struct kc_head *head,
	const struct kc_absorb_item *item, const uint8_t *rival, bool *ret)
{
	const struct kc_vector *vector = &r->circle->views[item->view].vector;
	const struct kc_peer_id *writer = &r->circle->members[member]->id;
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};

	KC_TRY(kc_absorb_log(
		r, member, item->view, head, kc_vector_get(vector, writer), &log, ret));
	for (size_t i = 0; i < log.count; i++) {
		const struct kc_log_entry *entry = &log.rows[i];
		bool own = memcmp(entry->name, item->name, sizeof entry->name) == 0, accounted;
		struct kc_version version = kc_absorb_version(writer, entry);

		if (own ? kc_version_compare(&version, &item->version) <= 0
			: memcmp(entry->name, rival, sizeof entry->name) != 0)
			continue;
		KC_TRY(kc_absorb_accounts(r, member, item->view, entry, &accounted));
		*ret = *ret || !accounted;
	}
	return KC_OK;
}

/* Whether room may yet be made for an item that collides: its writer's head must be here, and no
 * head may name a version of either record that is not. */
static kc_err may_be_resolved(
	const struct merger *m, const struct kc_absorb_item *item, const uint8_t *rival, bool *ret)
{
	struct kc_absorb_reader *r = m->r;

	*ret = !m->complete;
	for (size_t i = 0; i < r->circle->member_count && !*ret; i++) {
		const struct kc_list *list = r->circle->members[i]->list;
		KC_CLEANUP_HEAD struct kc_head head = {0};
		kc_err err = KC_ERR(NOT_FOUND);

		if (i == r->circle->self || !kc_peer_set_has(r->trust.heard, i))
			continue;
		if (list)
			err = kc_absorb_head(r, i, list, item->view, &head);
		if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_WAITING &&
			err != KC_E_LOCKED && err != KC_E_REFUSED)
			return err;
		if (err == KC_E_WAITING || err == KC_E_LOCKED ||
			(i == item->member && head.counter < item->counter))
			*ret = true;
		else
			KC_TRY(names_more(r, i, &head, item, rival, ret));
	}
	return KC_OK;
}

/* --- merging ------------------------------------------------------------------------------------
 */

static kc_err note_forged(
	const struct merger *m, const struct kc_incoming *incoming, struct kc_bytes record)
{
	return kc_circle_catch(m->r->circle, &(struct kc_evidence){.kind = KC_EVIDENCE_FORGED_ITEM,
						     .about = incoming->body.version.writer,
						     .shown = incoming->body.counter,
						     .came = record});
}

/* Merges the version whose turn it is; DUPLICATE leaves everything as it was. */
static kc_err merge_turn(struct merger *m, struct group *group, bool repair, uint8_t *ret_rival)
{
	struct kc_absorb_record *record = &m->r->absorb->records[item_of(m, group)->record];
	struct kc_incoming incoming = {0};
	bool applied = false;
	kc_err err = kc_absorb_open(m->r, record, &incoming);

	if (err == KC_OK)
		err = kc_merge_incoming(
			m->r->txn, &m->r->circle->identity.id, &incoming, repair, &applied);
	if (err == KC_OK)
		err = kc_vector_raise(&m->r->circle->views[incoming.view].reached,
			&incoming.body.version.writer, incoming.body.counter);
	if (err == KC_E_REFUSED && incoming.forged) {
		kc_err noted = note_forged(m, &incoming, record->value);

		err = noted == KC_OK ? err : noted;
	}
	m->r->absorb->received += applied;
	memcpy(ret_rival, incoming.rival, sizeof incoming.rival);
	kc_item_body_done(&incoming.body);
	return err;
}

/* What collides, or replaces what the lock hides, is left for the unlock, with all that was written
 * before it under its name: none of it is missing. */
static void leave_for_unlock(const struct merger *m, struct group *group)
{
	for (size_t i = group->first; i <= group->turn; i++) {
		struct kc_absorb_record *record = &m->r->absorb->records[m->r->items[i].record];

		if (record->state == KC_OK)
			record->state = KC_ERR(LOCKED);
	}
	group->settled = true;
}

/* Merges a record. A version that is refused makes way for the one before it. */
static kc_err merge_group(
	struct merger *m, struct group *group, bool repair, uint8_t ret_rival[KC_RECORD_NAME_LEN])
{
	for (;;) {
		struct kc_absorb_record *record = &m->r->absorb->records[item_of(m, group)->record];
		kc_err err = merge_turn(m, group, repair, ret_rival);

		if (!kc_absorb_is_verdict(err))
			return err;
		record->state = err;
		if (err == KC_E_LOCKED)
			leave_for_unlock(m, group);
		if (err != KC_E_REFUSED || group->turn == group->first) {
			group->settled = true;
			return KC_OK;
		}
		group->turn--;
	}
}

static struct group *find_open(const struct merger *m, const uint8_t *name)
{
	size_t low = 0, high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(item_of(m, &m->groups[middle])->name, name, KC_RECORD_NAME_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == m->count || m->groups[low].settled ||
		memcmp(item_of(m, &m->groups[low])->name, name, KC_RECORD_NAME_LEN) != 0)
		return NULL;
	return &m->groups[low];
}

/* Merges all that do not collide, again as long as that makes room for others. */
static kc_err merge_free(struct merger *m, size_t *ret_left)
{
	uint8_t rival[KC_RECORD_NAME_LEN];
	bool progress = true;

	while (progress) {
		progress = false;
		*ret_left = 0;
		for (size_t i = 0; i < m->count; i++) {
			struct group *group = &m->groups[i];
			kc_err err;

			if (group->settled)
				continue;
			err = merge_group(m, group, false, rival);
			if (err != KC_OK && err != KC_E_DUPLICATE)
				return err;
			progress = progress || err == KC_OK;
			*ret_left += err == KC_E_DUPLICATE;
		}
	}
	return KC_OK;
}

/* One that collides with a record that is not about to move: repaired, or left for later. */
static kc_err settle_collision(struct merger *m, struct group *group, const uint8_t *with)
{
	uint8_t rival[KC_RECORD_NAME_LEN];
	bool waits;

	KC_TRY(may_be_resolved(m, item_of(m, group), with, &waits));
	if (!waits)
		return merge_group(m, group, true, rival);
	m->r->absorb->records[item_of(m, group)->record].state = KC_ERR(WAITING);
	group->settled = true;
	return KC_OK;
}

/* Collisions with records that stay where they are; without any such, those that are left have
 * changed places in a ring, and one of them gives up its place. */
static kc_err settle_some(struct merger *m)
{
	uint8_t rival[KC_RECORD_NAME_LEN];
	struct group *last = NULL;
	bool progress = false;

	for (size_t i = 0; i < m->count; i++) {
		struct group *group = &m->groups[i];
		kc_err err;

		if (group->settled)
			continue;
		err = merge_group(m, group, false, rival);
		if (err == KC_E_DUPLICATE && find_open(m, rival)) {
			last = group;
			continue;
		}
		if (err == KC_E_DUPLICATE)
			err = settle_collision(m, group, rival);
		KC_TRY(err);
		progress = true;
	}
	if (progress || !last)
		return KC_OK;
	return kc_merge_vacate(m->r->txn, item_of(m, last)->name);
}

kc_err kc_absorb_merge(struct kc_absorb_reader *r)
{
	KC_CLEANUP(merger_done) struct merger m = {.r = r};
	uint8_t rival[KC_RECORD_NAME_LEN];
	size_t left;

	KC_TRY(is_complete(r, &m.complete));
	KC_TRY(make_groups(&m));
	for (size_t i = 0; i < m.count; i++)
		if (item_of(&m, &m.groups[i])->deleted)
			KC_TRY(merge_group(&m, &m.groups[i], false, rival));
	KC_TRY(merge_free(&m, &left));
	if (kc_circle_is_locked(r->circle)) {
		for (size_t i = 0; i < m.count; i++)
			if (!m.groups[i].settled)
				leave_for_unlock(&m, &m.groups[i]);
		return KC_OK;
	}
	while (left) {
		KC_TRY(settle_some(&m));
		KC_TRY(merge_free(&m, &left));
	}
	return KC_OK;
}
