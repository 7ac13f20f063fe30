/* SPDX-License-Identifier: ISC */
/*
 * Heads that come in: what their logs name is here, or is missing.
 *
 * A vector says for each writer how far this device holds everything. It is raised by what heads
 * name, one list after the other, so every list of an operation that is not settled counts, and not
 * only its writer's last: that one may name no more than its own end.
 */
#include "backend/sync/absorb/absorb_impl.h"

#include <string.h>

#include "backend/store/trie.h"

/* --- one head -----------------------------------------------------------------------------------
 */

kc_err kc_absorb_head(const struct kc_absorb_reader *r, size_t member, const struct kc_list *list,
	enum kc_view view, struct kc_head *ret)
{
	const struct kc_list_head *row = kc_list_find_head(list, r->view_tags[view]);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;

	if (!row)
		return KC_ERR(NOT_FOUND);
	held = kc_circle_find_epoch(r->circle, row->kid);
	if (!held)
		return KC_ERR(WAITING);
	KC_TRY(kc_circle_epoch_key(r->circle, held, KC_VIEW_KEY_HEAD, &key));
	if (held->epoch->name.view != view ||
		kc_head_open(row->box,
			&(struct kc_head_place){
				.account = &r->circle->account,
				.peer = &r->circle->members[member]->id,
				.seq = list->seq,
				.view_tag = row->view_tag,
				.name = &held->epoch->name,
			},
			&key, ret) != KC_OK)
		return KC_ERR(REFUSED);
	return KC_OK;
}

struct kc_version kc_absorb_version(
	const struct kc_peer_id *writer, const struct kc_log_entry *entry)
{
	struct kc_version version = {.t = entry->t, .writer = *writer};

	memcpy(version.digest, entry->digest, sizeof version.digest);
	return version;
}

kc_err kc_absorb_accounts(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_log_entry *entry, bool *ret)
{
	struct kc_version version = kc_absorb_version(&r->circle->members[member]->id, entry);

	KC_TRY(kc_merge_holds(r->txn, entry->name, &version, ret));
	if (*ret)
		return KC_OK;
	*ret = kc_absorb_was_refused(r, member, entry);
	/* Another device may have taken it: its policy, or what stood in the way, is its own. */
	return *ret ? kc_trie_doubt(r->txn, view, true) : KC_OK;
}

/* --- vectors ------------------------------------------------------------------------------------
 */

/* What became of the record of a dot, if it came in these operations and opened. Errors: NOT_FOUND.
 */
static kc_err outcome(
	const struct kc_absorb_reader *r, size_t member, enum kc_view view, uint64_t counter)
{
	size_t low = 0, high = r->item_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct kc_absorb_item *dot = r->dots[middle];
		bool before = dot->member != member ? dot->member < member
			      : dot->view != view   ? dot->view < view
						    : dot->counter < counter;

		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == r->item_count || r->dots[low]->member != member || r->dots[low]->view != view ||
		r->dots[low]->counter != counter)
		return KC_ERR(NOT_FOUND);
	return r->absorb->records[r->dots[low]->record].state;
}

/* Before its beginning a log names nothing: there the records themselves count. */
static kc_err account_for_unnamed(
	struct kc_absorb_reader *r, size_t member, enum kc_view view, uint64_t last, uint64_t *had)
{
	for (; *had < last; (*had)++) {
		kc_err err = outcome(r, member, view, *had + 1);

		if (err == KC_E_REFUSED)
			KC_TRY(kc_trie_doubt(r->txn, view, true));
		else if (err != KC_OK)
			return KC_OK;
	}
	return KC_OK;
}

/* What a list lacks: nothing, what comes with the unlock, or what is missing, which is worst. */
static void note_lack(kc_err err, kc_err *lack)
{
	if (*lack != KC_E_WAITING)
		*lack = err;
}

/* A feed has the last version of each record, so what a log names no more may have gone. A writer
 * leaves out what all members have who still answer: one that has yet to arrive, or was silent for
 * too long, has no right to it. Neither has one that the writer took for being out for a while: it
 * looks for the records in all of the zone, and if they are not there the roots tell. */
static bool may_lack_unnamed(const struct kc_absorb_reader *r, const struct kc_list *list)
{
	return r->absorb->gathered->by_feed &&
	       (r->circle->joining || r->absorb->gathered->whole ||
		       kc_circle_was_silent(kc_circle_self(r->circle), list->time_ms));
}

/* What a log names: *end becomes how far all of it is here. Behind what waits for the unlock
 * something may be missing all the same. */
static kc_err account_for_named(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head_log *log, uint64_t *end, kc_err *ret_lack)
{
	kc_err lack = KC_OK;

	for (size_t i = 0; i < log->count && lack != KC_E_WAITING; i++) {
		const struct kc_log_entry *entry = &log->rows[i];
		bool accounted;

		KC_TRY(kc_absorb_accounts(r, member, view, entry, &accounted));
		if (accounted)
			continue;
		if (lack == KC_OK)
			*end = entry->counter - 1;
		lack = kc_absorb_awaits_unlock(r, member, view, entry) ? KC_ERR(LOCKED)
								       : KC_ERR(WAITING);
		note_lack(lack, ret_lack);
	}
	return KC_OK;
}

/* Raises the vector as far as everything that was written up to there is here. */
static kc_err account_for(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_list *list, const struct kc_head *head, kc_err *ret_lack)
{
	const struct kc_peer_id *writer = &r->circle->members[member]->id;
	struct kc_vector *vector = &r->circle->views[view].vector;
	uint64_t had = kc_vector_get(vector, writer);
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	bool missing = false;
	uint64_t end, unnamed;

	/* A new device has a vector from its sponsor, and looks at everything all the same. */
	KC_TRY(kc_absorb_log(r, member, view, head, r->circle->joining ? 0 : had, &log, &missing));
	if (missing)
		note_lack(KC_ERR(WAITING), ret_lack);
	end = !missing ? head->counter : log.count ? log.rows[log.count - 1].counter : had;
	unnamed = log.count ? log.rows[0].counter - 1 : end;

	if (!may_lack_unnamed(r, list))
		KC_TRY(account_for_unnamed(r, member, view, unnamed, &had));
	if (had < unnamed && !may_lack_unnamed(r, list)) {
		note_lack(kc_absorb_awaits_unlock(r, member, view, NULL) ? KC_ERR(LOCKED)
									 : KC_ERR(WAITING),
			ret_lack);
		return kc_vector_raise(vector, writer, had);
	}
	KC_TRY(account_for_named(r, member, view, &log, &end, ret_lack));
	return kc_vector_raise(vector, writer, end);
}

/* --- lists --------------------------------------------------------------------------------------
 */

static bool is_behind(
	const struct kc_absorb_reader *r, size_t member, enum kc_view view, uint64_t counter)
{
	const struct kc_vector *vector = &r->circle->views[view].vector;

	return kc_vector_get(vector, &r->circle->members[member]->id) < counter;
}

static kc_err take_head(struct kc_absorb_reader *r, const struct kc_absorb_record *record,
	const struct kc_list *list, enum kc_view view, kc_err *ret_lack)
{
	size_t member = kc_absorb_member(r->absorb, record);
	struct kc_member *m = r->circle->members[member];
	KC_CLEANUP_HEAD struct kc_head head = {0};
	uint64_t acked;
	kc_err err = kc_absorb_head(r, member, list, view, &head);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err == KC_E_WAITING || err == KC_E_LOCKED) { /* the key */
		note_lack(err, ret_lack);
		return KC_OK;
	}
	KC_TRY(err);
	if (!record->current) {
		/* An earlier list: it was passed over unread, and seldom has anything to add. */
		if (!is_behind(r, member, view, head.counter))
			return KC_OK;
		if (kc_list_verify(record->value, &r->circle->account, list, &m->permanent) !=
			KC_OK)
			return KC_ERR(REFUSED);
	}
	acked = kc_vector_get(&head.vector, &r->circle->identity.id);
	if (m->acked[view] < acked)
		m->acked[view] = acked;
	return account_for(r, member, view, list, &head, ret_lack);
}

static kc_err take_list(struct kc_absorb_reader *r, struct kc_absorb_record *record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;
	kc_err lack = KC_OK;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_list_parse(record->value, &r->circle->account, list, &id));
	/* Heads of views that are not here are those of newer software. */
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
		kc_err err = take_head(r, record, list, (enum kc_view)view, &lack);

		if (err == KC_E_REFUSED)
			record->state = err;
		else
			KC_TRY(err);
	}
	if (record->state == KC_OK)
		record->state = lack;
	return KC_OK;
}

kc_err kc_absorb_heads(struct kc_absorb_reader *r)
{
	KC_TRY(kc_absorb_name_shut(r));
	for (size_t i = 0; i < r->absorb->count; i++) {
		struct kc_absorb_record *record = &r->absorb->records[i];

		if (record->kind == KC_ABSORB_LIST && record->state == KC_OK &&
			kc_absorb_counts(r, record))
			KC_TRY(take_list(r, record));
	}
	return kc_absorb_keep_segments(r);
}
