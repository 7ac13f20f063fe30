/* SPDX-License-Identifier: ISC */
/*
 * The engine "sqlite": one file, for devices on one computer.
 *
 *	store    the id of this store, random; the marker
 *	zone     for each zone an incarnation, random, and how many versions there have been
 *	record   the last version of each record: its number in the zone, its write id, its value
 *
 * A version gets its number under the lock that is held until it is committed, so no number
 * becomes visible after a higher one, and the numbers are the feed. An etag is the incarnation and
 * the number. A token is a format, the store, the zone, its incarnation, and a number.
 */
#include <endian.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "backend/cloud/engine.h"
#include "backend/cloud/sqlite_file.h"
#include "backend/cloud/sqlite_lock.h"

#define INCARNATION_LEN 16
#define TOKEN_FORMAT 1

struct store {
	char *path;
	int watch; /* -1: none yet */
};

struct zone {
	int64_t number;
	uint8_t incarnation[INCARNATION_LEN];
	int64_t seq; /* of the last version */
};

/* The bytes of a token; all fields are bytes, so there is nothing between them. */
struct place {
	uint8_t format;
	uint8_t store[KC_SQLITE_STORE_ID_LEN];
	uint8_t zone;
	uint8_t incarnation[INCARNATION_LEN];
	uint8_t seq[8]; /* big endian */
};

static void put_seq(int64_t seq, uint8_t ret[static 8])
{
	uint64_t number = htobe64((uint64_t)seq);

	memcpy(ret, &number, sizeof number);
}

static int64_t get_seq(const uint8_t bytes[static 8])
{
	uint64_t number;

	memcpy(&number, bytes, sizeof number);
	number = be64toh(number);
	return number <= INT64_MAX ? (int64_t)number : -1;
}

static struct kc_etag etag_of(const struct zone *zone, int64_t seq)
{
	struct kc_etag etag;

	memcpy(etag.bytes, zone->incarnation, INCARNATION_LEN);
	put_seq(seq, etag.bytes + INCARNATION_LEN);
	return etag;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static kc_err read_zone(struct kc_sqlite_file *file, enum kc_zone number, struct zone *ret)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(
		file, "SELECT incarnation, seq FROM zone WHERE zone = ?", &stmt));
	sqlite3_bind_int64(stmt, 1, number);
	KC_TRY(kc_sqlite_file_step(file, stmt, &row));
	if (!row || sqlite3_column_type(stmt, 0) != SQLITE_BLOB ||
		sqlite3_column_bytes(stmt, 0) != INCARNATION_LEN ||
		sqlite3_column_type(stmt, 1) != SQLITE_INTEGER)
		return KC_ERR(STORE_SUSPECT);
	ret->number = number;
	memcpy(ret->incarnation, sqlite3_column_blob(stmt, 0), INCARNATION_LEN);
	ret->seq = sqlite3_column_int64(stmt, 1);
	return ret->seq >= 0 && ret->seq <= INT64_MAX - KC_RECORDS_MAX_BATCH
		       ? KC_OK
		       : KC_ERR(STORE_SUSPECT);
}

#define COLUMNS "name, seq, write_id, value"
/* The same, NULL for the values of names that begin with :bare. */
#define COLUMNS_OF_BARE                                                          \
	"name, seq, write_id, CASE WHEN substr(name, 1, length(:bare)) = :bare " \
	"AND length(value) > 0 THEN NULL ELSE value END"

/* A row of COLUMNS, borrowed until the next step. */
static kc_err read_row(struct sqlite3_stmt *stmt, const struct zone *zone, bool bare,
	struct kc_record_row *ret, int64_t *ret_seq)
{
	ret->bare = bare && sqlite3_column_type(stmt, 3) == SQLITE_NULL;
	if (sqlite3_column_type(stmt, 0) != SQLITE_TEXT ||
		sqlite3_column_type(stmt, 1) != SQLITE_INTEGER ||
		sqlite3_column_type(stmt, 2) != SQLITE_BLOB ||
		sqlite3_column_bytes(stmt, 2) != sizeof ret->id.bytes ||
		(!ret->bare && sqlite3_column_type(stmt, 3) != SQLITE_BLOB))
		return KC_ERR(STORE_SUSPECT);
	*ret_seq = sqlite3_column_int64(stmt, 1);
	if (*ret_seq < 1 || *ret_seq > zone->seq)
		return KC_ERR(STORE_SUSPECT);
	ret->name = (const char *)sqlite3_column_text(stmt, 0);
	if (!ret->name)
		return KC_ERR(NO_MEMORY);
	if (strlen(ret->name) != (size_t)sqlite3_column_bytes(stmt, 0))
		return KC_ERR(STORE_SUSPECT);
	ret->etag = etag_of(zone, *ret_seq);
	memcpy(ret->id.bytes, sqlite3_column_blob(stmt, 2), sizeof ret->id.bytes);
	ret->value = kc_bytes(sqlite3_column_blob(stmt, 3), (size_t)sqlite3_column_bytes(stmt, 3));
	return KC_OK;
}

static kc_err sqlite_get(void *handle, enum kc_zone number, const char *const *names, size_t count,
	kc_record_visit visit, void *context)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	const struct store *store = handle;
	struct zone zone;

	KC_TRY(kc_sqlite_file_open(store->path, false, &file));
	KC_TRY(read_zone(&file, number, &zone));
	KC_TRY(kc_sqlite_file_prepare(
		&file, "SELECT " COLUMNS " FROM record WHERE zone = ? AND name = ?", &stmt));
	for (size_t i = 0; i < count; i++) {
		struct kc_record_row shown;
		int64_t seq;
		bool row = false;

		sqlite3_reset(stmt);
		sqlite3_bind_int64(stmt, 1, number);
		sqlite3_bind_text(stmt, 2, names[i], -1, SQLITE_STATIC);
		KC_TRY(kc_sqlite_file_step(&file, stmt, &row));
		if (!row)
			continue;
		KC_TRY(read_row(stmt, &zone, false, &shown, &seq));
		KC_TRY(visit(context, &shown));
	}
	return KC_OK;
}

/* --- the feed -----------------------------------------------------------------------------------
 */

static void make_token(const struct kc_sqlite_file *file, const struct zone *zone, int64_t seq,
	struct kc_feed_token *ret)
{
	struct place place = {.format = TOKEN_FORMAT, .zone = (uint8_t)zone->number};

	memcpy(place.store, file->store, sizeof place.store);
	memcpy(place.incarnation, zone->incarnation, sizeof place.incarnation);
	put_seq(seq, place.seq);
	*ret = (struct kc_feed_token){.len = sizeof place};
	memcpy(ret->bytes, &place, sizeof place);
}

/* Where the feed was read to; -1: the token is not of this zone as it is now. */
static int64_t read_token(const struct kc_sqlite_file *file, const struct zone *zone,
	const struct kc_feed_token *token)
{
	struct place place;
	int64_t seq;

	if (token->len == 0)
		return 0;
	if (token->len != sizeof place)
		return -1;
	memcpy(&place, token->bytes, sizeof place);
	seq = get_seq(place.seq);
	if (place.format != TOKEN_FORMAT || place.zone != zone->number ||
		memcmp(place.store, file->store, sizeof place.store) != 0 ||
		memcmp(place.incarnation, zone->incarnation, sizeof place.incarnation) != 0)
		return -1;
	return seq <= zone->seq ? seq : -1;
}

/* The rows after *seq, one more than limit to see whether there is one. */
static kc_err visit_rows(struct kc_sqlite_file *file, const struct zone *zone, const char *bare,
	size_t limit, kc_record_visit visit, void *context, int64_t *seq, bool *ret_more)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	int64_t most = limit < INT32_MAX ? (int64_t)limit : INT32_MAX;
	struct kc_record_row shown;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file,
		"SELECT " COLUMNS_OF_BARE " FROM record WHERE zone = :zone AND seq > :seq "
		"ORDER BY seq LIMIT :most",
		&stmt));
	if (bare)
		sqlite3_bind_text(
			stmt, sqlite3_bind_parameter_index(stmt, ":bare"), bare, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":zone"), zone->number);
	sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":seq"), *seq);
	sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":most"), most + 1);
	for (;;) {
		int64_t next;

		KC_TRY(kc_sqlite_file_step(file, stmt, &row));
		*ret_more = row && most == 0;
		if (!row || most-- == 0)
			return KC_OK;
		KC_TRY(read_row(stmt, zone, bare, &shown, &next));
		if (next <= *seq) /* an index that does not say what the table says */
			return KC_ERR(STORE_SUSPECT);
		*seq = next;
		KC_TRY(visit(context, &shown));
	}
}

static kc_err sqlite_changes(void *handle, enum kc_zone number, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;
	struct zone zone;
	int64_t seq;

	KC_TRY(kc_sqlite_file_open(store->path, false, &file));
	KC_TRY(read_zone(&file, number, &zone));
	seq = read_token(&file, &zone, token);
	if (seq < 0)
		return KC_ERR(TOKEN_EXPIRED);
	KC_TRY(visit_rows(&file, &zone, bare, limit, visit, context, &seq, ret_more));
	make_token(&file, &zone, *ret_more ? seq : zone.seq, token);
	return KC_OK;
}

static kc_err sqlite_changed(
	void *handle, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;
	bool changed = false;
	struct zone zone;

	KC_TRY(kc_sqlite_file_open(store->path, false, &file));
	for (int number = KC_ZONE_RECORDS; number < KC_ZONE_COUNT; number++) {
		KC_TRY(read_zone(&file, (enum kc_zone)number, &zone));
		if (read_token(&file, &zone, &tokens[number]) < zone.seq)
			changed = true;
	}
	*ret = changed;
	return KC_OK;
}

/* --- writing ------------------------------------------------------------------------------------
 */

/* What stands under each name, in ret; nothing is all zero. */
static kc_err read_states(struct kc_sqlite_file *file, const struct zone *zone,
	const struct kc_record_write *writes, size_t count, struct kc_record_state *ret)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file,
		"SELECT name, seq, write_id, x'' FROM record WHERE zone = ? AND name = ?", &stmt));
	for (size_t i = 0; i < count; i++) {
		struct kc_record_row found;
		int64_t seq;

		sqlite3_reset(stmt);
		sqlite3_bind_int64(stmt, 1, zone->number);
		sqlite3_bind_text(stmt, 2, writes[i].name, -1, SQLITE_STATIC);
		KC_TRY(kc_sqlite_file_step(file, stmt, &row));
		ret[i] = (struct kc_record_state){0};
		if (row) {
			KC_TRY(read_row(stmt, zone, false, &found, &seq));
			ret[i] = (struct kc_record_state){found.etag, found.id};
		}
	}
	return KC_OK;
}

static bool is_as_expected(
	const struct kc_record_write *writes, size_t count, const struct kc_record_state *states)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(&states[i].etag, &writes[i].expect, sizeof states[i].etag) != 0)
			return false;
	return true;
}

static kc_err write_zone(struct kc_sqlite_file *file, const struct zone *zone)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file, "UPDATE zone SET seq = ? WHERE zone = ?", &stmt));
	sqlite3_bind_int64(stmt, 1, zone->seq);
	sqlite3_bind_int64(stmt, 2, zone->number);
	return kc_sqlite_file_step(file, stmt, &row);
}

static kc_err write_rows(struct kc_sqlite_file *file, struct zone *zone,
	const struct kc_record_write *writes, size_t count, struct kc_record_state *ret)
{
	KC_CLEANUP_SQLITE_STMT struct sqlite3_stmt *stmt = NULL;
	bool row = false;

	KC_TRY(kc_sqlite_file_prepare(file,
		"INSERT INTO record (zone, name, seq, write_id, value) VALUES (?, ?, ?, ?, ?) "
		"ON CONFLICT (zone, name) DO UPDATE SET "
		"seq = excluded.seq, write_id = excluded.write_id, value = excluded.value",
		&stmt));
	for (size_t i = 0; i < count; i++) {
		struct kc_bytes value = writes[i].value;

		zone->seq++;
		sqlite3_reset(stmt);
		sqlite3_bind_int64(stmt, 1, zone->number);
		sqlite3_bind_text(stmt, 2, writes[i].name, -1, SQLITE_STATIC);
		sqlite3_bind_int64(stmt, 3, zone->seq);
		sqlite3_bind_blob(
			stmt, 4, writes[i].id.bytes, sizeof writes[i].id.bytes, SQLITE_STATIC);
		/* A null pointer would bind NULL, which is not the same as no bytes. */
		sqlite3_bind_blob64(stmt, 5, value.len ? (const void *)value.data : "", value.len,
			SQLITE_STATIC);
		KC_TRY(kc_sqlite_file_step(file, stmt, &row));
		ret[i] = (struct kc_record_state){etag_of(zone, zone->seq), writes[i].id};
	}
	return KC_OK;
}

static kc_err count_row(void *context, const struct kc_record_row *row)
{
	(void)row;
	++*(size_t *)context;
	return KC_OK;
}

/* Whether what was written is found, by its names and in the feed, under a count that others take.
 * Where an index of the file was damaged SQLite writes without a word what is never found again. */
static kc_err read_back(struct kc_sqlite_file *file, const struct zone *zone, int64_t before,
	const struct kc_record_write *writes, size_t count, const struct kc_record_state *written)
{
	struct kc_record_state found[KC_RECORDS_MAX_BATCH];
	struct zone counted;
	size_t rows = 0;
	bool more;

	KC_TRY(read_zone(file, (enum kc_zone)zone->number, &counted));
	if (counted.seq != zone->seq)
		return KC_ERR(STORE_SUSPECT);
	KC_TRY(read_states(file, zone, writes, count, found));
	for (size_t i = 0; i < count; i++)
		if (memcmp(&found[i].etag, &written[i].etag, sizeof found[i].etag) != 0 ||
			memcmp(&found[i].id, &written[i].id, sizeof found[i].id) != 0)
			return KC_ERR(STORE_SUSPECT);
	KC_TRY(visit_rows(file, zone, "", count, count_row, &rows, &before, &more));
	return rows == count && !more ? KC_OK : KC_ERR(STORE_SUSPECT);
}

static kc_err sqlite_put(void *handle, enum kc_zone number, const struct kc_record_write *writes,
	size_t count, struct kc_record_state *ret)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;
	struct zone zone;
	int64_t before;

	KC_TRY(kc_sqlite_file_open(store->path, true, &file));
	KC_TRY(read_zone(&file, number, &zone));
	KC_TRY(read_states(&file, &zone, writes, count, ret));
	if (!is_as_expected(writes, count, ret))
		return KC_ERR(CONFLICT);
	before = zone.seq;
	KC_TRY(write_rows(&file, &zone, writes, count, ret));
	KC_TRY(write_zone(&file, &zone));
	KC_TRY(read_back(&file, &zone, before, writes, count, ret));
	return kc_sqlite_file_commit(&file);
}

/* --- the store ----------------------------------------------------------------------------------
 */

static kc_err sqlite_open(const char *place, void **ret)
{
	size_t len = strlen(place);
	struct store *store;

	if (place[0] != '/' || place[len - 1] == '/' || len > KC_SQLITE_MAX_PATH)
		return KC_ERR(PARAM);
	store = malloc(sizeof *store);
	if (!store)
		return KC_ERR(NO_MEMORY);
	*store = (struct store){.path = strdup(place), .watch = -1};
	if (!store->path) {
		free(store);
		return KC_ERR(NO_MEMORY);
	}
	*ret = store;
	return KC_OK;
}

static void sqlite_close(void *handle)
{
	struct store *store = handle;

	if (store->watch >= 0)
		close(store->watch);
	free(store->path);
	free(store);
}

static kc_err sqlite_put_marker(void *handle, struct kc_bytes marker)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;
	kc_err err = kc_sqlite_file_make(store->path, marker);

	if (err != KC_E_DUPLICATE)
		return err;
	/* Something is there: ours, or another thing. */
	err = kc_sqlite_file_open(store->path, false, &file);
	if (err == KC_E_STORE_SUSPECT)
		return KC_ERR(NOT_A_STORE);
	KC_TRY(err);
	return KC_ERR(DUPLICATE);
}

static kc_err sqlite_get_marker(void *handle, struct kc_buf *ret)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;

	KC_TRY(kc_sqlite_file_open(store->path, false, &file));
	return kc_sqlite_file_get_marker(&file, ret);
}

static kc_err sqlite_drop_marker(void *handle)
{
	KC_CLEANUP_SQLITE_FILE struct kc_sqlite_file file = KC_SQLITE_FILE_INIT;
	const struct store *store = handle;

	KC_TRY(kc_sqlite_file_open(store->path, true, &file));
	return kc_sqlite_file_remove(&file);
}

static int sqlite_watch_fd(void *handle)
{
	struct store *store = handle;

	if (store->watch < 0)
		store->watch = kc_sqlite_file_listen(store->path);
	return store->watch;
}

static bool sqlite_watch_drain(void *handle)
{
	const struct store *store = handle;

	return kc_sqlite_lock_hear(store->watch);
}

static const struct kc_record_engine records = {
	.put = sqlite_put,
	.get = sqlite_get,
	.changes = sqlite_changes,
	.changed = sqlite_changed,
};

const struct kc_cloud_engine kc_cloud_sqlite = {
	.scheme = "sqlite",
	.abilities = KC_CLOUD_DURABLE | KC_CLOUD_EXCLUSIVE | KC_CLOUD_RECORDS,
	.open = sqlite_open,
	.close = sqlite_close,
	.put_marker = sqlite_put_marker,
	.get_marker = sqlite_get_marker,
	.drop_marker = sqlite_drop_marker,
	.watch_fd = sqlite_watch_fd,
	.watch_drain = sqlite_watch_drain,
	.records = &records,
};
