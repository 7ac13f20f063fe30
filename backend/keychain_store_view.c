/* SPDX-License-Identifier: ISC */
/* The store behind the door, looked at and not touched: nothing is taken, and nothing sent. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/caught.h"
#include "backend/sync/heard.h"
#include "backend/sync/line/cell_name.h"
#include "backend/sync/line/flaw.h"
#include "backend/sync/line/flaw_records.h"

/* Of one log, read to find a hole. */
#define MOST_READ 256 /* operations */
#define MOST_READ_LEN KC_GATHER_MAX_LEN

struct looker {
	struct kc_store *store;	  /* borrowed */
	struct kc_circle *circle; /* owned */
	struct kc_trust trust;
	struct kc_heard heard; /* owned */
	struct kc_buf place;   /* owned */
	struct kc_buf own;     /* owned; this device's last operation; empty: it is not known */
	uint64_t own_seq;      /* of records: the list of this device that was seen there last */
	enum kc_layout layout;
	bool whole;		/* what was settled is looked at, too */
	struct kc_cloud *cloud; /* owned; NULL: it cannot be reached */
};

static void looker_done(struct looker *l)
{
	kc_circle_free(l->circle);
	kc_heard_done(&l->heard);
	kc_buf_done(&l->place);
	kc_buf_done(&l->own);
	if (l->cloud)
		kc_cloud_close(l->cloud);
}
#define CLEANUP_LOOKER KC_CLEANUP(looker_done)

/* --- what this device knows ---------------------------------------------------------------------
 */

static kc_err name_kinds(const struct kc_evidence_list *list, char *ret, size_t size)
{
	bool has[KC_EVIDENCE_KINDS] = {false};
	size_t len = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_evidence evidence;

		KC_TRY(kc_evidence_get(list, i, &evidence));
		has[evidence.kind] = true;
	}
	for (enum kc_evidence_kind kind = KC_EVIDENCE_TWO_LISTS; kind < KC_EVIDENCE_KINDS; kind++)
		if (has[kind] && len < size)
			len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? ", " : "",
				kc_evidence_name(kind));
	return KC_OK;
}

static kc_err recall_own(struct kc_txn *txn, struct looker *l)
{
	KC_CLEANUP(kc_feed_done) struct kc_feed feed = {.reading = 0};

	KC_TRY(kc_feed_recall(txn, &feed));
	l->own_seq = feed.own_seq;
	return KC_OK;
}

static kc_err recall(struct kc_keychain *keychain, struct looker *l, struct kc_store_view *view)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list caught = {.count = 0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_outbox outbox;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, &l->place));
	KC_TRY(kc_memory_get_layout(&txn, &l->layout));
	KC_TRY(kc_memory_get_circle(&txn, &l->circle));
	KC_TRY(kc_heard_load(&txn, &l->heard));
	KC_TRY(kc_memory_get_outbox(&txn, &outbox));
	KC_TRY(kc_caught_load(&txn, &caught));
	KC_TRY(kc_circle_judge(l->circle, &l->trust));
	l->circle->layout = l->layout;
	if (l->layout == KC_LAYOUT_RECORDS)
		KC_TRY(recall_own(&txn, l));
	if (outbox.number && outbox.number == kc_circle_self(l->circle)->position.number)
		KC_TRY(kc_memory_get_outbox_contents(&txn, &l->own));
	view->given = l->layout == KC_LAYOUT_LOGS ? outbox.tries : outbox.missed + outbox.tries;
	view->given_ms = outbox.sent_ms;
	view->evidence = caught.count;
	return name_kinds(&caught, view->caught, sizeof view->caught);
}

/* The highest number of its lists that one who is heard names, here or on the live channel. */
static uint64_t named_of(const struct looker *l, const struct kc_member *member)
{
	uint64_t named = member->list ? member->list->seq : 0;

	for (size_t i = 0; i < l->circle->member_count; i++) {
		const struct kc_list *list = l->circle->members[i]->list;
		const struct kc_seen *seen = list ? kc_list_find_seen(list, &member->id) : NULL;

		if (seen && kc_peer_set_has(l->trust.heard, i) && seen->seq > named)
			named = seen->seq;
	}
	for (size_t i = 0; i < l->heard.list_count; i++)
		if (kc_peer_id_equal(&l->heard.lists[i].peer, &member->id) &&
			l->heard.lists[i].seq > named)
			named = l->heard.lists[i].seq;
	return named;
}

static void fill_part(const struct looker *l, size_t number, struct kc_store_part *ret)
{
	const struct kc_member *member = l->circle->members[number];
	const struct kc_list *list = member->list;

	*ret = (struct kc_store_part){.is_this = number == l->circle->self,
		.is_out = kc_peer_set_has(kc_trust_outsiders(&l->trust), number) ||
			  kc_circle_is_over(member),
		.settled = member->position.number,
		.list = list ? list->seq : 0,
		.named = named_of(l, member),
		.waiting_since_ms = member->waiting_since_ms};
	memcpy(ret->id, member->id.bytes, sizeof ret->id);
	if (ret->is_this && l->layout == KC_LAYOUT_RECORDS)
		ret->settled = l->own_seq;
	if (l->layout == KC_LAYOUT_RECORDS)
		ret->excused = kc_circle_is_excused(member);
	snprintf(ret->name, sizeof ret->name, "%s", kc_circle_name_of(l->circle, member));
}

static kc_err fill_parts(const struct looker *l, struct kc_store_view *view)
{
	view->parts = calloc(l->circle->member_count, sizeof *view->parts);
	if (!view->parts)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < l->circle->member_count; i++)
		if (kc_peer_set_has(l->trust.known, i))
			fill_part(l, i, &view->parts[view->count++]);
	return KC_OK;
}

/* --- what the store has -------------------------------------------------------------------------
 */

static struct kc_writer_id writer_of(const struct kc_store_part *part)
{
	struct kc_peer_id id;

	memcpy(id.bytes, part->id, sizeof id.bytes);
	return kc_circle_writer(&id);
}

static const struct kc_member *member_of(const struct looker *l, const struct kc_store_part *part)
{
	struct kc_peer_id id;

	memcpy(id.bytes, part->id, sizeof id.bytes);
	return kc_circle_find(l->circle, &id);
}

/* The first operation after what was settled that is not there, or not whole. A log that begins
 * later has begun anew. */
static kc_err find_hole(struct kc_cloud *cloud, struct kc_store_part *part)
{
	struct kc_writer_id writer = writer_of(part);
	uint64_t from = part->first > part->settled ? part->first : part->settled + 1;
	size_t len = 0;

	for (uint64_t number = from;
		number <= part->last && number - from < MOST_READ && len < MOST_READ_LEN;
		number++) {
		KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
		kc_err err = kc_cloud_read(cloud, &writer, number, &operation);

		if (err == KC_E_WAITING || err == KC_E_REFUSED) {
			part->hole = number;
			return KC_OK;
		}
		KC_TRY(err);
		len += operation.len;
	}
	return KC_OK;
}

/* What is gone by then was taken away by its writer, whose log has begun anew. */
static kc_err is_still_there(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number, bool *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	const struct kc_cloud_log *log;

	KC_TRY(kc_cloud_list(cloud, &logs));
	log = kc_cloud_logs_find(&logs, writer);
	*ret = log && log->first <= number;
	return KC_OK;
}

static size_t number_of(const struct looker *l, const struct kc_store_part *part)
{
	const struct kc_member *member = member_of(l, part);
	size_t number = 0;

	while (l->circle->members[number] != member)
		number++;
	return number;
}

static kc_err find_damage(
	const struct looker *l, const struct kc_cloud_log *log, struct kc_store_part *part)
{
	bool is_there;

	KC_TRY(kc_flaw_find(l->cloud, l->circle, number_of(l, part), log, l->whole,
		part->is_this ? kc_buf_bytes(&l->own) : (struct kc_bytes){NULL, 0},
		&part->damaged));
	if (!part->damaged)
		return KC_OK;
	KC_TRY(is_still_there(l->cloud, &log->writer, part->damaged, &is_there));
	part->damaged = is_there ? part->damaged : 0;
	return KC_OK;
}

static kc_err look_at_logs(const struct looker *l, struct kc_store_view *view)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	KC_TRY(kc_cloud_list(l->cloud, &logs));
	for (size_t i = 0; i < view->count; i++) {
		struct kc_store_part *part = &view->parts[i];
		struct kc_writer_id writer = writer_of(part);
		const struct kc_cloud_log *log = kc_cloud_logs_find(&logs, &writer);

		part->excused = kc_circle_may_be_short(member_of(l, part), log ? log->last : 0);
		if (!log)
			continue;
		part->first = log->first;
		part->last = log->last;
		KC_TRY(find_hole(l->cloud, part));
		if (!part->is_out)
			KC_TRY(find_damage(l, log, part));
	}
	return KC_OK;
}

struct list_in_store {
	const struct looker *l;
	const struct kc_member *member;
	struct kc_store_part *part;
};

/* Opened as an exchange opens it; what is not its writer's is as good as none. A key that is not
 * here says nothing against it. */
static kc_err see_list(void *context, const struct kc_record_row *row)
{
	const struct list_in_store *in = context;
	struct kc_circle *circle = in->l->circle;
	struct kc_writer_id writer = writer_of(in->part);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str("p")};
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_record_id id;
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	err = kc_circle_open(circle, &place, row->value, &record);
	if (err == KC_OK &&
		kc_list_parse(kc_buf_bytes(&record), &circle->account, list, &id) == KC_OK &&
		kc_peer_id_equal(&list->peer, &in->member->id) &&
		kc_list_verify(kc_buf_bytes(&record), &circle->account, list,
			&in->member->permanent) == KC_OK)
		in->part->there = list->seq;
	else
		in->part->garbled = row->value.len > 0;
	in->part->spoilt = in->part->garbled && err != KC_E_WAITING && err != KC_E_LOCKED;
	return KC_OK;
}

/* By those who wrote them; of one who is out, anybody says them again. */
static kc_err look_at_items(const struct looker *l, struct kc_store_view *view)
{
	uint64_t spoilt[KC_CIRCLE_MAX_PEERS] = {0};

	KC_TRY(kc_flaw_records(l->store, l->cloud, l->circle, l->trust.trusted, spoilt));
	for (size_t i = 0; i < view->count; i++)
		view->parts[i].spoilt += spoilt[number_of(l, &view->parts[i])];
	return KC_OK;
}

static kc_err look_at_records(const struct looker *l, struct kc_store_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		struct kc_writer_id writer = writer_of(&view->parts[i]);
		struct list_in_store in = {l, member_of(l, &view->parts[i]), &view->parts[i]};
		char name[KC_RECORDS_MAX_NAME + 1];
		const char *names[] = {name};

		KC_TRY(kc_cell_name_put(kc_bytes_str("p"), &writer, name));
		KC_TRY(kc_records_get(l->cloud, KC_ZONE_RECORDS, names, 1, see_list, &in));
	}
	return l->whole ? look_at_items(l, view) : KC_OK;
}

static kc_err look(struct looker *l, struct kc_store_view *view)
{
	KC_TRY(kc_cloud_open(kc_buf_text(&l->place), &l->cloud));
	KC_TRY(kc_line_check_marker(l->cloud, &l->circle->account, l->layout));
	return l->layout == KC_LAYOUT_RECORDS ? look_at_records(l, view) : look_at_logs(l, view);
}

/* --- the door -----------------------------------------------------------------------------------
 */

kc_err kc_keychain_store_view(struct kc_keychain *keychain, bool whole, struct kc_store_view *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	CLEANUP_LOOKER struct looker l = {.store = keychain->store, .whole = whole, .cloud = NULL};
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(recall(keychain, &l, &view));
	KC_TRY(fill_parts(&l, &view));
	err = look(&l, &view);
	if (err != KC_OK && err != KC_E_STORE_GONE && err != KC_E_STORE_SUSPECT)
		return err;
	view.reached = err == KC_OK;
	view.suspect = err == KC_E_STORE_SUSPECT;
	kc_store_view_done(ret);
	*ret = view;
	view = (struct kc_store_view){.parts = NULL};
	return KC_OK;
}

kc_err kc_keychain_evidence(struct kc_keychain *keychain, struct kc_buf *ret)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list caught = {.count = 0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_circle(&txn, &circle));
	KC_TRY(kc_caught_load(&txn, &caught));
	if (caught.count == 0)
		return KC_ERR(NOT_FOUND);
	return kc_circle_export_evidence(circle, &caught, ret);
}
