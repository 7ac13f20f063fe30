/* SPDX-License-Identifier: ISC */
/* What is remembered of a feed, as one cell. */
#include "backend/sync/line/feed.h"

#include <string.h>

#include "backend/store/cell.h"
#include "backend/store/sighting.h"

#define CELL_FEED "sync/feed"

/* --- names --------------------------------------------------------------------------------------
 */

kc_err kc_feed_names_add(struct kc_feed_names *names, enum kc_zone zone, const char *name,
	const struct kc_etag *etag)
{
	struct kc_feed_name *row;

	if (names->count == names->allocated) {
		size_t wanted = names->allocated ? 2 * names->allocated : 16;
		struct kc_feed_name *grown = reallocarray(names->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		names->rows = grown;
		names->allocated = wanted;
	}
	free(names->by_name); /* they may have moved */
	names->by_name = NULL;
	row = &names->rows[names->count++];
	*row = (struct kc_feed_name){.zone = zone};
	if (etag)
		row->etag = *etag;
	memcpy(row->name, name, strlen(name) + 1);
	return KC_OK;
}

void kc_feed_names_done(struct kc_feed_names *names)
{
	free(names->rows);
	free(names->by_name);
	*names = (struct kc_feed_names){0};
}

static int compare(enum kc_zone zone, const char *name, const struct kc_feed_name *row)
{
	return zone != row->zone ? (zone < row->zone ? -1 : 1) : strcmp(name, row->name);
}

static int by_name(const void *a, const void *b)
{
	const struct kc_feed_name *x = *(struct kc_feed_name *const *)a;

	return compare(x->zone, x->name, *(struct kc_feed_name *const *)b);
}

kc_err kc_feed_names_sort(struct kc_feed_names *names)
{
	struct kc_feed_name **sorted = calloc(names->count + 1, sizeof(struct kc_feed_name *));

	if (!sorted)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < names->count; i++)
		sorted[i] = &names->rows[i];
	qsort(sorted, names->count, sizeof *sorted, by_name);
	free(names->by_name);
	names->by_name = sorted;
	return KC_OK;
}

static struct kc_feed_name *find_sorted(
	const struct kc_feed_names *names, enum kc_zone zone, const char *name)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(zone, name, names->by_name[middle]);

		if (order == 0)
			return names->by_name[middle];
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct kc_feed_name *kc_feed_names_find(
	const struct kc_feed_names *names, enum kc_zone zone, const char *name)
{
	if (names->by_name)
		return find_sorted(names, zone, name);
	for (size_t i = 0; i < names->count; i++)
		if (compare(zone, name, &names->rows[i]) == 0)
			return &names->rows[i];
	return NULL;
}

struct kc_feed_peer *kc_feed_find_peer(struct kc_feed *feed, const struct kc_writer_id *writer)
{
	for (size_t i = 0; i < feed->peer_count; i++)
		if (memcmp(&feed->peers[i].writer, writer, sizeof *writer) == 0)
			return &feed->peers[i];
	if (feed->peer_count == KC_CIRCLE_MAX_PEERS)
		return NULL;
	feed->peers[feed->peer_count] = (struct kc_feed_peer){.writer = *writer};
	return &feed->peers[feed->peer_count++];
}

/* --- the cell -----------------------------------------------------------------------------------
 */

static void put_peers(struct kc_der_writer *w, const struct kc_feed *feed)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < feed->peer_count; i++) {
		const struct kc_feed_peer *peer = &feed->peers[i];

		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(peer->writer.bytes));
		kc_der_put_bool(w, peer->listed);
		kc_der_put_bool(w, peer->passed_over);
		kc_der_put_uint(w, peer->older_ms);
		kc_der_end(w);
	}
	kc_der_end(w);
}

static void put_names(struct kc_der_writer *w, const struct kc_feed_names *names)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < names->count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, names->rows[i].zone);
		kc_der_put_str(w, names->rows[i].name);
		kc_der_put_uint(w, names->rows[i].since_ms);
		kc_der_end(w);
	}
	kc_der_end(w);
}

kc_err kc_feed_remember(struct kc_txn *txn, const struct kc_feed *feed)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &saved);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t zone = 1; zone < KC_ZONE_COUNT; zone++)
		kc_der_put_bytes(&w, kc_bytes(feed->tokens[zone].bytes, feed->tokens[zone].len));
	kc_der_put_uint(&w, feed->reading);
	kc_der_put_bool(&w, feed->whole);
	kc_der_put_bool(&w, feed->own_seen);
	kc_der_put_uint(&w, feed->own_seq);
	kc_der_put_bool(&w, feed->own_listed);
	kc_der_put_bool(&w, feed->own_lost);
	kc_der_put_uint(&w, feed->own_looked_ms);
	kc_der_put_uint(&w, feed->mends);
	kc_der_put_uint(&w, feed->mended_ms);
	kc_der_put_uint(&w, feed->left_out);
	kc_der_put_uint(&w, feed->left_out_print);
	put_peers(&w, feed);
	put_names(&w, &feed->waiting);
	put_names(&w, &feed->strange);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_CKU, CELL_FEED, kc_buf_bytes(&saved));
}

static void pull_token(struct kc_der_reader *r, struct kc_feed_token *ret)
{
	struct kc_bytes bytes = kc_der_get_bytes(r);

	if (bytes.len > sizeof ret->bytes) {
		kc_der_reader_fail(r);
		return;
	}
	ret->len = (uint16_t)bytes.len;
	memcpy(ret->bytes, bytes.data, bytes.len);
}

static void pull_peers(struct kc_der_reader *r, struct kc_feed *ret)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->peer_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_feed_peer *peer = &ret->peers[ret->peer_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, peer->writer.bytes, sizeof peer->writer.bytes);
		peer->listed = kc_der_get_bool(&one);
		peer->passed_over = kc_der_get_bool(&one);
		peer->older_ms = kc_der_get_uint(&one);
		kc_der_leave(&rows, &one);
	}
	kc_der_leave(r, &rows);
}

static kc_err pull_names(struct kc_der_reader *r, struct kc_feed_names *ret)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		char text[KC_RECORDS_MAX_NAME + 1] = {0};
		enum kc_zone zone;
		struct kc_bytes name;
		uint64_t since_ms;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		zone = (enum kc_zone)kc_der_get_uint_max(&one, KC_ZONE_VALUES);
		name = kc_der_get_utf8(&one);
		since_ms = kc_der_get_uint(&one);
		kc_der_leave(&rows, &one);
		if (name.len == 0 || name.len > KC_RECORDS_MAX_NAME)
			return KC_ERR(CORRUPT);
		memcpy(text, name.data, name.len);
		KC_TRY(kc_feed_names_add(ret, zone, text, NULL));
		ret->rows[ret->count - 1].since_ms = since_ms;
	}
	kc_der_leave(r, &rows);
	return KC_OK;
}

kc_err kc_feed_recall(struct kc_txn *txn, struct kc_feed *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_reader r, seq;
	kc_err err = kc_cell_get(txn, CELL_FEED, &saved);

	if (err == KC_E_NOT_FOUND) {
		ret->reading = 1;
		ret->whole = true;
		return KC_OK;
	}
	KC_TRY(err);
	kc_der_reader_init(&r, kc_buf_bytes(&saved));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	for (size_t zone = 1; zone < KC_ZONE_COUNT; zone++)
		pull_token(&seq, &ret->tokens[zone]);
	ret->reading = kc_der_get_uint(&seq);
	ret->whole = kc_der_get_bool(&seq);
	ret->own_seen = kc_der_get_bool(&seq);
	ret->own_seq = kc_der_get_uint(&seq);
	ret->own_listed = kc_der_get_bool(&seq);
	ret->own_lost = kc_der_get_bool(&seq);
	ret->own_looked_ms = kc_der_get_uint(&seq);
	ret->mends = kc_der_get_uint(&seq);
	ret->mended_ms = kc_der_get_uint(&seq);
	ret->left_out = kc_der_get_uint(&seq);
	ret->left_out_print = kc_der_get_uint(&seq);
	pull_peers(&seq, ret);
	KC_TRY(pull_names(&seq, &ret->waiting));
	KC_TRY(pull_names(&seq, &ret->strange));
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

kc_err kc_feed_forget(struct kc_txn *txn)
{
	KC_TRY(kc_sighting_clear(txn));
	return kc_cell_remove(txn, CELL_FEED);
}

kc_err kc_feed_move(struct kc_txn *txn)
{
	KC_CLEANUP(kc_feed_done) struct kc_feed feed = {.reading = 0};
	struct kc_feed moved = {.reading = 1, .whole = true};

	KC_TRY(kc_feed_recall(txn, &feed));
	moved.own_seq = feed.own_seq;
	KC_TRY(kc_feed_forget(txn));
	return kc_feed_remember(txn, &moved);
}
