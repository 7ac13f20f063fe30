/* SPDX-License-Identifier: ISC */
/* As many items at once as the store gives. */
#include "backend/sync/line/flaw_records.h"

#include <string.h>

#include "backend/cloud/records.h"
#include "backend/store/sighting.h"
#include "backend/store/track.h"
#include "backend/sync/item_record.h"
#include "backend/sync/line/flaw.h"
#include "backend/sync/line/gather.h"

/* An item that was looked at. */
struct seen_item {
	char name[KC_RECORDS_MAX_NAME + 1];
	uint8_t id[KC_RECORD_NAME_LEN];
	struct kc_etag etag; /* as it had then */
	size_t writer;
	bool flawed; /* until it is found to be well */
};

struct looker {
	const struct kc_circle *circle;
	kc_peer_set members;
	struct seen_item *rows; /* owned */
	size_t count, all, len;
	uint64_t last; /* of the tracks that were looked at */
	bool ended;
};

static void looker_done(struct looker *l)
{
	free(l->rows);
}

/* --- what was looked at -------------------------------------------------------------------------
 */

static size_t writer_of(const struct looker *l, const struct kc_track *track)
{
	for (size_t i = 0; i < l->circle->member_count; i++)
		if (kc_peer_set_has(l->members, i) &&
			memcmp(l->circle->members[i]->id.bytes, track->writer,
				sizeof track->writer) == 0)
			return i;
	return l->circle->self;
}

/* What is changed here is written over what is there; what was never seen may be on its way. */
static kc_err add(struct looker *l, struct kc_txn *txn, const struct kc_track *track)
{
	static const struct kc_etag none;
	struct seen_item *row = &l->rows[l->count];
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
	kc_err err;

	if (track->pending || track->lost)
		return KC_OK;
	kc_buf_push_str(&name, "i-");
	kc_op_put_hex(&name, KC_BYTES_OF(track->name));
	KC_TRY(kc_buf_check(&name));
	*row = (struct seen_item){.writer = writer_of(l, track), .flawed = true};
	memcpy(row->name, kc_buf_text(&name), name.len + 1);
	memcpy(row->id, track->name, sizeof row->id);
	err = kc_sighting_get(txn, row->name, row->etag.bytes);
	if (err == KC_E_NOT_FOUND || (err == KC_OK && memcmp(&row->etag, &none, sizeof none) == 0))
		return KC_OK;
	KC_TRY(err);
	l->count++;
	l->all++;
	return KC_OK;
}

static kc_err take_some(struct looker *l, struct kc_store *store)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	l->count = 0;
	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	while (l->count < KC_RECORDS_MAX_BATCH) {
		kc_err err;

		KC_TRY(kc_track_next_id(&txn, l->last, &l->last));
		l->ended = l->last == 0 || l->all == KC_FLAW_MAX_READ;
		if (l->ended)
			return KC_OK;
		err = kc_track_get(&txn, l->last, &track);
		if (err == KC_E_CORRUPT)
			continue;
		KC_TRY(err);
		KC_TRY(add(l, &txn, &track));
	}
	return KC_OK;
}

/* --- what is there ------------------------------------------------------------------------------
 */

/* Errors: REFUSED (nobody can open it); others say nothing against it. */
static kc_err open_item(const struct looker *l, const struct seen_item *item, struct kc_bytes value)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	const struct kc_held_epoch *held;
	struct kc_item_header header;

	KC_TRY(kc_item_record_peek(value, &header));
	held = kc_circle_find_epoch(l->circle, header.kid);
	if (!held || memcmp(header.name, item->id, sizeof header.name) != 0)
		return KC_ERR(REFUSED);
	KC_TRY(kc_circle_epoch_key(l->circle, held,
		header.class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C, &key));
	return kc_item_record_open(value, kc_view_key_siv(&key), &body);
}

/* One with another etag came since, and is looked at by the next exchange. */
static kc_err see(void *context, const struct kc_record_row *row)
{
	struct looker *l = context;

	l->len += row->value.len;
	for (size_t i = 0; i < l->count; i++) {
		struct seen_item *item = &l->rows[i];
		kc_err err = KC_OK;

		if (strcmp(item->name, row->name) != 0)
			continue;
		if (memcmp(&item->etag, &row->etag, sizeof item->etag) == 0)
			err = open_item(l, item, row->value);
		if (err == KC_E_NO_MEMORY)
			return err;
		item->flawed = err == KC_E_REFUSED;
	}
	return KC_OK;
}

kc_err kc_flaw_records(struct kc_store *store, struct kc_cloud *cloud,
	const struct kc_circle *circle, kc_peer_set members,
	uint64_t ret[static KC_CIRCLE_MAX_PEERS])
{
	KC_CLEANUP(looker_done) struct looker l = {.circle = circle, .members = members};

	l.rows = calloc(KC_RECORDS_MAX_BATCH, sizeof *l.rows);
	if (!l.rows)
		return KC_ERR(NO_MEMORY);
	while (!l.ended && l.len < KC_GATHER_MAX_LEN) {
		const char *names[KC_RECORDS_MAX_BATCH];

		KC_TRY(take_some(&l, store));
		for (size_t i = 0; i < l.count; i++)
			names[i] = l.rows[i].name;
		if (l.count)
			KC_TRY(kc_records_get(cloud, KC_ZONE_RECORDS, names, l.count, see, &l));
		for (size_t i = 0; i < l.count; i++)
			ret[l.rows[i].writer] += l.rows[i].flawed;
	}
	return KC_OK;
}
