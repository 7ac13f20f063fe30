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
	struct group *blocker; /* another one that is about to move, and stands where it is to be */
	struct group *blocked, *next; /* those in whose way it stands; the next of such */
	const void *walk;	      /* who looked at it last for a ring */
};

struct merger {
	struct kc_absorb_reader *r;
	struct group *groups; /* owned; by name */
	size_t count;
	const struct kc_absorb_item **live; /* owned; by primary key, the greatest of one last */
	size_t live_count;
	size_t left;	     /* not settled */
	struct group *ready; /* those from whose way something went */
	bool complete;	     /* nothing is known to be missing */
};

static void merger_done(struct merger *m)
{
	free(m->groups);
	free(m->live);
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
	m->left = m->count;
	return KC_OK;
}

static int by_key_and_version(const void *a, const void *b)
{
	const struct kc_absorb_item *x = *(const struct kc_absorb_item *const *)a;
	const struct kc_absorb_item *y = *(const struct kc_absorb_item *const *)b;
	int keys = memcmp(x->key_digest, y->key_digest, sizeof x->key_digest);

	return keys ? keys : kc_version_compare(&x->version, &y->version);
}

static kc_err list_live(struct merger *m)
{
	m->live = calloc(m->r->item_count + 1, sizeof *m->live);
	if (!m->live)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < m->r->item_count; i++)
		if (!m->r->items[i].deleted)
			m->live[m->live_count++] = &m->r->items[i];
	qsort(m->live, m->live_count, sizeof *m->live, by_key_and_version);
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

		if (op->member == member && op->whole == KC_OK && op->op.position.number > last)
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
	if ((kc_gathered_lacks(gathered) | gathered->damaged) & ~gathered->out ||
		kc_absorb_unread(r->absorb, &r->trust))
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

/* The greatest that came with a primary key; NULL when none did. */
static const struct kc_absorb_item *find_live(const struct merger *m, const uint8_t *key_digest)
{
	size_t low = 0, high = m->live_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(m->live[middle]->key_digest, key_digest, KC_TRACK_DIGEST_LEN) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || memcmp(m->live[low - 1]->key_digest, key_digest, KC_TRACK_DIGEST_LEN) != 0)
		return NULL;
	return m->live[low - 1];
}

/* Whose item it is that a record gives way to. That came with the deletion, and is merged after it;
 * without it, nobody can tell. */
static kc_err note_winner(
	const struct merger *m, const struct kc_absorb_item *item, struct kc_history_who *ret)
{
	const struct kc_absorb_item *winner;
	struct kc_track held;
	kc_err err;

	if (!item->deleted || item->acknowledged || m->live_count == 0)
		return KC_OK;
	err = kc_track_find_name(m->r->txn, item->name, &held);
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	winner = find_live(m, held.key_digest);
	if (held.deleted || !winner || memcmp(winner->name, item->name, sizeof item->name) == 0)
		return KC_OK;
	ret->is_known = true;
	memcpy(ret->id, winner->version.writer.bytes, sizeof ret->id);
	return KC_OK;
}

/* Merges the version whose turn it is; DUPLICATE leaves everything as it was. */
static kc_err merge_turn(struct merger *m, struct group *group, bool repair, uint8_t *ret_rival)
{
	struct kc_absorb_record *record = &m->r->absorb->records[item_of(m, group)->record];
	struct kc_incoming incoming = {0};
	bool applied = false;
	kc_err err = kc_absorb_open(m->r, record, &incoming);

	if (err == KC_OK)
		err = note_winner(m, item_of(m, group), &incoming.winner);
	if (err == KC_OK)
		err = kc_merge_incoming(
			m->r->txn, &m->r->circle->identity.id, &incoming, repair, &applied);
	if (err == KC_OK && !item_of(m, group)->unvouched)
		err = kc_vector_raise(&m->r->circle->views[incoming.view].reached,
			&incoming.body.version.writer, incoming.body.counter);
	if (err == KC_E_REFUSED && incoming.forged) {
		kc_err noted = note_forged(m, &incoming, record->value);

		err = noted == KC_OK ? err : noted;
	}
	m->r->absorb->received += applied;
	m->r->items[group->turn].applied = applied;
	memcpy(ret_rival, incoming.rival, sizeof incoming.rival);
	kc_item_body_done(&incoming.body);
	return err;
}

/* Those in whose way a group stood try again. */
static void make_way(struct merger *m, struct group *group)
{
	while (group->blocked) {
		struct group *next = group->blocked;

		group->blocked = next->next;
		next->blocker = NULL;
		next->next = m->ready;
		m->ready = next;
	}
}

static void settle(struct merger *m, struct group *group)
{
	group->settled = true;
	m->left--;
	make_way(m, group);
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
			settle(m, group);
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

/* Merges a record that does not collide. One that does waits for whoever stands in its way, if that
 * one is about to move. Errors: DUPLICATE, it is not. */
static kc_err try_group(struct merger *m, struct group *group, uint8_t *ret_rival)
{
	kc_err err = merge_group(m, group, false, ret_rival);
	struct group *blocker;

	if (err != KC_E_DUPLICATE)
		return err;
	blocker = find_open(m, ret_rival);
	if (!blocker)
		return err;
	group->blocker = blocker;
	group->next = blocker->blocked;
	blocker->blocked = group;
	return KC_OK;
}

/* Merges those from whose way something went, which makes room for others. */
static kc_err merge_ready(struct merger *m)
{
	uint8_t rival[KC_RECORD_NAME_LEN];

	while (m->ready) {
		struct group *group = m->ready;
		kc_err err;

		m->ready = group->next;
		err = try_group(m, group, rival);
		if (err != KC_E_DUPLICATE)
			KC_TRY(err);
	}
	return KC_OK;
}

/* A deletion that is refused makes way for what is live, and may collide. */
static kc_err merge_deletions(struct merger *m)
{
	uint8_t rival[KC_RECORD_NAME_LEN];

	for (size_t i = 0; i < m->count; i++) {
		kc_err err = KC_OK;

		if (item_of(m, &m->groups[i])->deleted)
			err = merge_group(m, &m->groups[i], false, rival);
		if (err != KC_E_DUPLICATE)
			KC_TRY(err);
	}
	return KC_OK;
}

/* Merges all that do not collide. */
static kc_err merge_free(struct merger *m)
{
	uint8_t rival[KC_RECORD_NAME_LEN];

	for (size_t i = 0; i < m->count; i++) {
		kc_err err;

		if (m->groups[i].settled)
			continue;
		err = try_group(m, &m->groups[i], rival);
		if (err != KC_E_DUPLICATE)
			KC_TRY(err);
	}
	return merge_ready(m);
}

/* One that collides with a record that is not about to move: repaired, or left for later. */
static kc_err settle_collision(struct merger *m, struct group *group, const uint8_t *with)
{
	uint8_t rival[KC_RECORD_NAME_LEN];
	bool waits = !m->complete;

	if (!waits)
		KC_TRY(kc_absorb_may_make_room(m->r, item_of(m, group), with, &waits));
	if (!waits)
		return merge_group(m, group, true, rival);
	m->r->absorb->records[item_of(m, group)->record].state = KC_ERR(WAITING);
	settle(m, group);
	return KC_OK;
}

/* Collisions with records that stay where they are. */
static kc_err settle_collisions(struct merger *m)
{
	uint8_t rival[KC_RECORD_NAME_LEN];

	for (size_t i = 0; i < m->count; i++) {
		struct group *group = &m->groups[i];
		kc_err err;

		if (group->settled || group->blocker)
			continue;
		err = try_group(m, group, rival);
		if (err == KC_E_DUPLICATE)
			err = settle_collision(m, group, rival);
		KC_TRY(err);
		KC_TRY(merge_ready(m));
	}
	return KC_OK;
}

/* The one with the greatest name of a ring gives up its place. */
static kc_err break_ring(struct merger *m, struct group *in)
{
	struct group *last = in;

	for (struct group *group = in->blocker; group != in; group = group->blocker)
		if (group > last)
			last = group;
	KC_TRY(kc_merge_vacate(m->r->txn, item_of(m, last)->name));
	make_way(m, last);
	return KC_OK;
}

/* Those that are left all wait for one another: they have changed places in rings, or want to be
 * where one of a ring is. */
static kc_err break_rings(struct merger *m)
{
	for (size_t i = 0; i < m->count; i++) {
		struct group *start = &m->groups[i], *at = start;

		while (at && !at->settled && !at->walk) {
			at->walk = start;
			at = at->blocker;
		}
		if (at && !at->settled && at->walk == start && at->blocker)
			KC_TRY(break_ring(m, at));
	}
	for (size_t i = 0; i < m->count; i++)
		m->groups[i].walk = NULL;
	return merge_ready(m);
}

kc_err kc_absorb_merge(struct kc_absorb_reader *r)
{
	KC_CLEANUP(merger_done) struct merger m = {.r = r};

	KC_TRY(is_complete(r, &m.complete));
	KC_TRY(make_groups(&m));
	KC_TRY(list_live(&m));
	KC_TRY(merge_deletions(&m));
	KC_TRY(merge_free(&m));
	if (kc_circle_is_locked(r->circle)) {
		for (size_t i = 0; i < m.count; i++)
			if (!m.groups[i].settled)
				leave_for_unlock(&m, &m.groups[i]);
		return kc_absorb_keep_losers(r);
	}
	while (m.left) {
		KC_TRY(settle_collisions(&m));
		KC_TRY(break_rings(&m));
	}
	return kc_absorb_keep_losers(r);
}
