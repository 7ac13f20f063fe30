/* SPDX-License-Identifier: ISC */
/* Packing batches and sending them. */
#include "backend/sync/line/publish.h"

#include <string.h>

#include "backend/store/sighting.h"
#include "backend/sync/line/cell_name.h"
#include "base/random.h"

/* One record of a batch; value is borrowed. */
struct outgoing {
	struct kc_feed_name place; /* with the etag that is expected */
	struct kc_write_id id;
	struct kc_bytes value;
	uint64_t counter; /* of an item's dot */
};

struct batch {
	struct outgoing *rows;
	size_t count, allocated;
};

static void batch_done(struct batch *batch)
{
	free(batch->rows);
}
#define CLEANUP_BATCH KC_CLEANUP(batch_done)

/* A later write of one name takes the place of the one before. */
static kc_err add(struct batch *batch, const struct outgoing *row)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (strcmp(batch->rows[i].place.name, row->place.name) != 0)
			continue;
		memmove(&batch->rows[i], &batch->rows[i + 1],
			(--batch->count - i) * sizeof *batch->rows);
		break;
	}
	if (batch->count == batch->allocated) {
		size_t wanted = batch->allocated ? 2 * batch->allocated : 16;
		struct outgoing *grown = reallocarray(batch->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		batch->rows = grown;
		batch->allocated = wanted;
	}
	batch->rows[batch->count++] = *row;
	return KC_OK;
}

/* --- as it is kept ------------------------------------------------------------------------------
 */

static kc_err put_batch(const struct batch *batch, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < batch->count; i++) {
		const struct outgoing *row = &batch->rows[i];

		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, row->place.zone);
		kc_der_put_str(&w, row->place.name);
		kc_der_put_bytes(&w, KC_BYTES_OF(row->place.etag.bytes));
		kc_der_put_bytes(&w, KC_BYTES_OF(row->id.bytes));
		kc_der_put_bytes(&w, row->value);
		kc_der_put_uint(&w, row->counter);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err pull_row(struct kc_der_reader *r, struct batch *ret)
{
	struct outgoing row = {0};
	struct kc_der_reader one;
	struct kc_bytes name;

	kc_der_enter(r, KC_DER_SEQUENCE, &one);
	row.place.zone = (enum kc_zone)kc_der_get_uint_max(&one, KC_ZONE_VALUES);
	name = kc_der_get_utf8(&one);
	kc_der_get_array(&one, row.place.etag.bytes, sizeof row.place.etag.bytes);
	kc_der_get_array(&one, row.id.bytes, sizeof row.id.bytes);
	row.value = kc_der_get_bytes(&one);
	row.counter = kc_der_get_uint(&one);
	kc_der_leave(r, &one);
	if (kc_der_reader_check(r) != KC_OK || name.len > KC_RECORDS_MAX_NAME)
		return KC_ERR(CORRUPT);
	memcpy(row.place.name, name.data, name.len);
	return add(ret, &row);
}

static kc_err pull_batch(struct kc_bytes contents, struct batch *ret)
{
	struct kc_der_reader r, rows;

	kc_der_reader_init(&r, contents);
	kc_der_enter(&r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows))
		KC_TRY(pull_row(&rows, ret));
	kc_der_leave(&r, &rows);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

/* --- packing ------------------------------------------------------------------------------------
 */

/* An item's track; NOT_FOUND for what is no item. */
static kc_err find_track(struct kc_txn *txn, const char *record, struct kc_track *ret)
{
	uint8_t name[KC_RECORD_NAME_LEN];

	if (strncmp(record, "i-", 2) != 0 ||
		!kc_op_get_hex(kc_bytes_str(record + 2), name, sizeof name))
		return KC_ERR(NOT_FOUND);
	return kc_track_find_name(txn, name, ret);
}

/* A new version of a record, over the one that was seen last. */
static kc_err renew(struct kc_txn *txn, struct outgoing *row)
{
	kc_err err = kc_sighting_get(txn, row->place.name, row->place.etag.bytes);

	if (err == KC_E_NOT_FOUND)
		row->place.etag = (struct kc_etag){0};
	else
		KC_TRY(err);
	kc_random_fill(row->id.bytes, sizeof row->id.bytes);
	return KC_OK;
}

/* Whether a record that did not land is still what this device has to say. */
static kc_err is_current(
	struct kc_txn *txn, const struct kc_circle *circle, const struct outgoing *row, bool *ret)
{
	struct kc_track track;
	kc_err err = find_track(txn, row->place.name, &track);

	*ret = true;
	if (strncmp(row->place.name, "i-", 2) != 0)
		return KC_OK;
	if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		return err;
	*ret = err == KC_OK && !track.pending && track.counter == row->counter &&
	       memcmp(track.writer, circle->identity.id.bytes, sizeof track.writer) == 0;
	return KC_OK;
}

/* Whether what is in the way of an item waits itself, and may not be written over: then the item is
 * this device's to write once more, in its turn. */
static kc_err put_off(
	struct kc_txn *txn, const struct kc_feed *feed, const struct outgoing *row, bool *ret)
{
	struct kc_track track;
	kc_err err = find_track(txn, row->place.name, &track);

	*ret = err == KC_OK && kc_feed_is_waiting(feed, track.name);
	if (err == KC_E_NOT_FOUND)
		return KC_OK; /* no item */
	KC_TRY(err);
	if (!*ret)
		return KC_OK;
	err = kc_track_say_again(txn, &track);
	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

/* What is left of a batch that others were faster than. */
static kc_err add_left(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_feed *feed, const struct kc_outbox *before, struct kc_bytes contents,
	struct batch *ret)
{
	CLEANUP_BATCH struct batch old = {0};

	KC_TRY(pull_batch(contents, &old));
	for (size_t i = (size_t)before->landed; i < old.count; i++) {
		bool current, later;

		KC_TRY(is_current(txn, circle, &old.rows[i], &current));
		if (!current)
			continue;
		KC_TRY(put_off(txn, feed, &old.rows[i], &later));
		if (later)
			continue;
		KC_TRY(renew(txn, &old.rows[i]));
		KC_TRY(add(ret, &old.rows[i]));
	}
	return KC_OK;
}

static kc_err add_write(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_op_write *write, struct batch *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct outgoing row = {.value = write->value};
	struct kc_track track;
	kc_err err;

	row.place.zone = kc_cell_zone(write->key);
	KC_TRY(kc_cell_name_put(write->key, &writer, row.place.name));
	err = find_track(txn, row.place.name, &track);
	if (err == KC_OK)
		row.counter = track.counter;
	else if (err != KC_E_NOT_FOUND)
		return err;
	KC_TRY(renew(txn, &row));
	return add(ret, &row);
}

/* Values first: lists name them. */
static int by_zone(const struct outgoing *a, const struct outgoing *b)
{
	return (a->place.zone == KC_ZONE_RECORDS) - (b->place.zone == KC_ZONE_RECORDS);
}

static void put_values_first(struct batch *batch)
{
	for (size_t i = 1; i < batch->count; i++)
		for (size_t k = i; k > 0 && by_zone(&batch->rows[k - 1], &batch->rows[k]) > 0;
			k--) {
			struct outgoing row = batch->rows[k];

			batch->rows[k] = batch->rows[k - 1];
			batch->rows[k - 1] = row;
		}
}

kc_err kc_publish_pack(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_feed *feed, const struct kc_composed *composed,
	const struct kc_outbox *before, struct kc_bytes contents, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	CLEANUP_BATCH struct batch batch = {0};
	struct kc_op_write write;
	struct kc_op op;

	if (before->lost)
		KC_TRY(add_left(txn, circle, feed, before, contents, &batch));
	KC_TRY(kc_op_parse(kc_buf_bytes(&composed->operation), &writer, 1, &op));
	while (kc_op_next(&op, &write))
		KC_TRY(add_write(txn, circle, &write, &batch));
	put_values_first(&batch);
	return put_batch(&batch, ret);
}

/* --- sending ------------------------------------------------------------------------------------
 */

/* How many rows from first on go together. */
static size_t count_together(const struct batch *batch, size_t first)
{
	size_t count = 0, len = 0;

	while (first + count < batch->count && count < KC_RECORDS_MAX_BATCH &&
		batch->rows[first + count].place.zone == batch->rows[first].place.zone) {
		len += batch->rows[first + count].value.len;
		if (count > 0 && len > KC_RECORDS_MAX_BATCH_LEN)
			break;
		count++;
	}
	return count;
}

static kc_err send_some(struct kc_cloud *cloud, struct batch *batch, size_t first, size_t count)
{
	struct kc_record_write writes[KC_RECORDS_MAX_BATCH] = {0};
	struct kc_etag etags[KC_RECORDS_MAX_BATCH];

	for (size_t i = 0; i < count; i++) {
		const struct outgoing *row = &batch->rows[first + i];

		writes[i] = (struct kc_record_write){.name = row->place.name,
			.expect = row->place.etag,
			.id = row->id,
			.value = row->value};
	}
	KC_TRY(kc_records_put(cloud, batch->rows[first].place.zone, writes, count, etags));
	for (size_t i = 0; i < count; i++)
		batch->rows[first + i].place.etag = etags[i];
	return KC_OK;
}

/* What is there, and what is to be looked at again. */
static kc_err remember(struct kc_store *store, struct kc_feed *feed, const struct kc_outbox *outbox,
	const struct batch *batch, size_t in_the_way)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	size_t landed = (size_t)outbox->landed;

	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	for (size_t i = 0; i < landed; i++) /* what was taken away may not come with the feed */
		KC_TRY(kc_sighting_put(&txn, batch->rows[i].place.name,
			batch->rows[i].place.etag.bytes,
			batch->rows[i].value.len ? KC_SIGHTING_CLAIMED : feed->reading));
	for (size_t i = landed; i < landed + in_the_way; i++)
		KC_TRY(kc_feed_names_add(&feed->waiting, batch->rows[i].place.zone,
			batch->rows[i].place.name, NULL));
	if (in_the_way)
		KC_TRY(kc_feed_remember(&txn, feed));
	KC_TRY(kc_memory_put_outbox_state(&txn, outbox));
	return kc_txn_commit(&txn);
}

static kc_err read_outbox(struct kc_store *store, struct kc_buf *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	return kc_memory_get_outbox_contents(&txn, ret);
}

kc_err kc_publish_send(struct kc_cloud *cloud, struct kc_store *store, struct kc_feed *feed,
	struct kc_outbox *outbox)
{
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	CLEANUP_BATCH struct batch batch = {0};
	size_t first = 0, count = 0;
	kc_err err = KC_OK;

	KC_TRY(read_outbox(store, &contents));
	KC_TRY(pull_batch(kc_buf_bytes(&contents), &batch));
	while (err == KC_OK && first < batch.count) {
		count = count_together(&batch, first);
		err = send_some(cloud, &batch, first, count);
		if (err == KC_OK)
			first += count;
	}
	if (err != KC_OK && err != KC_E_CONFLICT)
		return err;
	outbox->landed = first;
	outbox->lost = err == KC_E_CONFLICT;
	outbox->tries += err == KC_OK;
	KC_TRY(remember(store, feed, outbox, &batch, outbox->lost ? count : 0));
	return err;
}
