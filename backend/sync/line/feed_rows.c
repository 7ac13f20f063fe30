/* SPDX-License-Identifier: ISC */
/* What becomes of a row of the feed. */
#include "backend/sync/line/feed_impl.h"

#include <string.h>

#include "backend/store/sighting.h"
#include "backend/sync/line/cell_name.h"

_Static_assert(KC_SIGHTING_LEN == sizeof(struct kc_etag), "a sighting is an etag");

/* Since when what is asked for again has waited for a writer that somebody knows; 0: it has not. */
static uint64_t waits_since(const struct kc_feed_reader *r, const char *name)
{
	const struct kc_feed_name *row = kc_feed_names_find(&r->feed->waiting, r->zone, name);

	return row ? row->since_ms : 0;
}

/* The record as an operation with one write, and its name. */
static kc_err make_op(const struct kc_feed_reader *r, const struct kc_record_row *row,
	const struct kc_cell *cell, struct kc_gathered_op *ret)
{
	struct kc_gathered_op op = {.member = r->circle->self,
		.bytes = KC_BUF_INIT,
		.zone = r->zone,
		.etag = row->etag,
		.again = r->again,
		.since_ms = cell->is_item ? waits_since(r, row->name) : 0};
	struct kc_der_writer w;
	size_t len;
	kc_err err;

	kc_der_writer_init(&w, &op.bytes);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, row->value.len + sizeof cell->key);
	kc_der_put_str(&w, cell->key);
	kc_der_put_bytes(&w, row->value);
	kc_der_end(&w);
	err = kc_der_writer_check(&w);
	len = op.bytes.len;
	kc_buf_push(&op.bytes, row->name, strlen(row->name) + 1);
	if (err == KC_OK)
		err = kc_buf_check(&op.bytes);
	if (err != KC_OK) {
		kc_buf_done(&op.bytes);
		return err;
	}
	kc_der_reader_init(&op.op.writes, kc_bytes(op.bytes.data, len));
	op.op.write_count = 1;
	op.name = (const char *)op.bytes.data + len;
	*ret = op;
	return KC_OK;
}

/* Bytes of memory. */
static size_t cost_of(const struct kc_gathered_op *op)
{
	return op->bytes.allocated + sizeof *op + KC_GATHER_WRITE_LEN;
}

/* A name that is to be remembered; it takes room like others. */
static kc_err add_name(struct kc_feed *feed, struct kc_feed_names *names, enum kc_zone zone,
	const char *name, const struct kc_etag *etag)
{
	feed->len += sizeof *names->rows;
	return kc_feed_names_add(names, zone, name, etag);
}

static kc_err add_stranger(
	struct kc_feed *feed, const struct kc_writer_id *writer, const struct kc_gathered_op *op)
{
	struct kc_feed_stranger *grown =
		reallocarray(feed->strangers, feed->stranger_count + 1, sizeof *grown);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	feed->strangers = grown;
	grown[feed->stranger_count++] = (struct kc_feed_stranger){*writer, *op};
	return KC_OK;
}

/* What came of a name that is asked for again, to be compared with what the feed brings. */
static void note_op(
	struct kc_feed_reader *r, const struct kc_cell *cell, const struct kc_gathered_op *op)
{
	struct kc_feed_name *row =
		r->again ? kc_feed_names_find(&r->feed->waiting, r->zone, op->name) : NULL;

	if (row)
		row->op = cell->is_item ? r->gathered->count : r->feed->stranger_count;
}

static kc_err take_op(
	struct kc_feed_reader *r, const struct kc_cell *cell, const struct kc_record_row *row)
{
	struct kc_gathered_op op;
	kc_err err;

	KC_TRY(make_op(r, row, cell, &op));
	r->feed->len += cost_of(&op);
	err = cell->is_item ? kc_gathered_add(r->gathered, &op)
			    : add_stranger(r->feed, &cell->writer, &op);
	if (err != KC_OK) {
		kc_buf_done(&op.bytes);
		return err;
	}
	note_op(r, cell, &op);
	return KC_OK;
}

/* A list of this device that is not the last one: from before the one that came back, or newer, or
 * not by its key at all. */
static kc_err look_at_older(struct kc_feed *feed, struct kc_circle *circle,
	const struct kc_list *list, struct kc_bytes record)
{
	const struct kc_member *self = kc_circle_self(circle);

	feed->own_listed = list->seq >= feed->own_seq || kc_list_verify(record, &circle->account,
								 list, &self->permanent) != KC_OK;
	return feed->own_listed || !feed->whole ? KC_OK
						: kc_circle_catch_older(circle, self, record);
}

/* Looks at this device's own list: whether it is the last one. What nobody can read says nothing of
 * how old the store is. */
static kc_err look_at_own(
	struct kc_feed_reader *r, const struct kc_cell *cell, struct kc_bytes sealed)
{
	struct kc_circle *circle = r->circle;
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_place_in_store place = {&circle->account, &cell->writer, kc_bytes_str(cell->key)};
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	r->feed->own_seen = false;
	r->feed->own_listed = true;
	if (kc_circle_open(circle, &place, sealed, &record) != KC_OK ||
		kc_list_parse(kc_buf_bytes(&record), &circle->account, list, &id) != KC_OK)
		return KC_OK;
	r->feed->own_seen = self->list && kc_record_id_equal(&id, &self->list_id);
	if (r->feed->own_seen) {
		r->feed->own_seq = list->seq;
		return KC_OK;
	}
	KC_TRY(kc_circle_look_for_twin(circle, kc_buf_bytes(&record)));
	if (!circle->copied)
		return look_at_older(r->feed, circle, list, kc_buf_bytes(&record));
	/* This device has said something that it does not know of: it has a twin. */
	circle->copied = true;
	KC_TRY(kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_OWN_LIST,
					       .about = self->id,
					       .known = self->list ? self->list->seq : 0,
					       .shown = list->seq,
					       .here = kc_buf_bytes(&self->list_record),
					       .came = kc_buf_bytes(&record)}));
	circle->alarm = KC_ALARM_FORK;
	return KC_ERR(STORE_SUSPECT);
}

static bool is_own(const struct kc_feed_reader *r, const struct kc_cell *cell)
{
	struct kc_writer_id own = kc_circle_writer(&r->circle->identity.id);

	return !cell->is_item && memcmp(&own, &cell->writer, sizeof own) == 0;
}

/* Of the names that are asked for again: that it is there. */
static void meet(struct kc_feed_reader *r, const char *name)
{
	struct kc_feed_name *row =
		r->again ? kc_feed_names_find(&r->feed->waiting, r->zone, name) : NULL;

	if (row)
		row->met = true;
}

static bool is_of_row(const struct kc_gathered_op *op, const struct kc_record_row *row)
{
	struct kc_op writes = op->op;
	struct kc_op_write write;

	return strcmp(op->name, row->name) == 0 &&
	       memcmp(&op->etag, &row->etag, sizeof op->etag) == 0 && kc_op_next(&writes, &write) &&
	       (row->bare || kc_bytes_equal(write.value, row->value));
}

/* Whether the feed brings what was asked for by name just now. Until all was read they stay where
 * they are. */
static bool came_by_name(
	const struct kc_feed_reader *r, const struct kc_cell *cell, const struct kc_record_row *row)
{
	const struct kc_feed_name *asked =
		kc_feed_names_find(&r->feed->waiting, r->zone, row->name);

	if (!asked || asked->op == 0 || r->feed->was_read)
		return false;
	return is_of_row(cell->is_item ? &r->gathered->ops[asked->op - 1]
				       : &r->feed->strangers[asked->op - 1].op,
		row);
}

static kc_err see_session(struct kc_feed *feed, const struct kc_record_row *row)
{
	kc_err err = feed->sessions ? kc_session_logs_see(feed->sessions, row) : KC_OK;

	return err == KC_E_REFUSED ? KC_ERR(STORE_SUSPECT) : err;
}

kc_err kc_feed_visit(void *context, const struct kc_record_row *row)
{
	struct kc_feed_reader *r = context;
	struct kc_feed *feed = r->feed;
	struct kc_cell cell;

	meet(r, row->name);
	if (kc_cell_name_parse(row->name, &cell) != KC_OK) {
		/* Sessions have other names. */
		r->gathered->refused[r->circle->self] += r->zone == KC_ZONE_RECORDS;
		return r->zone == KC_ZONE_VALUES ? see_session(feed, row) : KC_OK;
	}
	if (is_own(r, &cell)) {
		if (strcmp(cell.key, "p") == 0)
			KC_TRY(look_at_own(r, &cell, row->value));
		else
			KC_TRY(kc_feed_see_own(r, &cell, row->value));
		return add_name(feed, &feed->known, r->zone, row->name, &row->etag);
	}
	if (kc_record_is_tombstone(row))
		return add_name(feed, cell.is_item ? &feed->gone : &feed->known, r->zone, row->name,
			&row->etag);
	if (!r->again && came_by_name(r, &cell, row))
		return KC_OK;
	if (feed->len > feed->most) {
		feed->more = feed->altered = !r->again || feed->more;
		return kc_feed_names_add(&feed->later, r->zone, row->name, NULL);
	}
	if (row->bare)
		return add_name(feed, &feed->bare, r->zone, row->name, &row->etag);
	return take_op(r, &cell, row);
}

/* --- what is known ------------------------------------------------------------------------------
 */

static bool is_seen(struct kc_txn *txn, const char *name, const struct kc_etag *etag)
{
	struct kc_etag seen;

	return kc_sighting_get(txn, name, seen.bytes) == KC_OK &&
	       memcmp(&seen, etag, sizeof seen) == 0;
}

/* Moves what was seen to the known; ret has the names of the others, borrowed, and room for all. */
static kc_err divide_bare(
	struct kc_feed *feed, struct kc_store *store, const char **ret, size_t *ret_count)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	size_t count = 0;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	for (size_t i = 0; i < feed->bare.count; i++) {
		const struct kc_feed_name *bare = &feed->bare.rows[i];

		if (is_seen(&txn, bare->name, &bare->etag))
			KC_TRY(add_name(feed, &feed->known, bare->zone, bare->name, &bare->etag));
		else
			ret[count++] = bare->name;
	}
	*ret_count = count;
	return KC_OK;
}

kc_err kc_feed_fill_bare(
	struct kc_feed_reader *r, struct kc_cloud *cloud, struct kc_store *store, size_t *ret_seen)
{
	struct kc_feed *feed = r->feed;
	const char *names[KC_FEED_PAGE];
	size_t count = 0;

	*ret_seen = 0;
	if (feed->bare.count == 0)
		return KC_OK;
	KC_TRY(divide_bare(feed, store, names, &count));
	*ret_seen = feed->bare.count - count;
	for (size_t at = 0; at < count; at += KC_RECORDS_MAX_BATCH) {
		size_t some = count - at < KC_RECORDS_MAX_BATCH ? count - at : KC_RECORDS_MAX_BATCH;

		KC_TRY(kc_records_get(cloud, r->zone, names + at, some, kc_feed_visit, r));
	}
	return KC_OK;
}

kc_err kc_feed_leave_out_seen(
	struct kc_feed *feed, struct kc_store *store, struct kc_gathered *gathered, size_t from)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	size_t kept = from;
	kc_err err = KC_OK;

	if (from == gathered->count || feed->suspicious)
		return KC_OK;
	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	for (size_t i = from; i < gathered->count; i++) {
		struct kc_gathered_op *op = &gathered->ops[i];

		if (err != KC_OK || !is_seen(&txn, op->name, &op->etag)) {
			gathered->ops[kept++] = *op;
			continue;
		}
		err = add_name(feed, &feed->known, op->zone, op->name, &op->etag);
		feed->len -= cost_of(op);
		kc_buf_done(&op->bytes);
	}
	gathered->count = kept;
	return err;
}
