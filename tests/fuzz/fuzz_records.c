/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the file of the sqlite engine, as the rows in it, and as the tokens that say how far
 * its feed was read. Whatever stands there, the engine's answers are among those that it may give,
 * what it shows has the form that is promised, and a feed comes to its end.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/cloud/records.h"
#include "base/random.h"
#include "tests/file.h"
#include "tests/fuzz/fuzz.h"

#define PAGE 3
enum { MOST_ROWS = 40, MOST_PAGES = 4096 };

static char folder[64], path[80], log_path[88];
static struct kc_cloud *cloud;
static struct kc_buf image; /* of a good store */

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Called by SQLite: nothing here has to outlive the computer. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
	(void)fd;
	return 0;
}

/* --- an input, which may end anywhere -----------------------------------------------------------
 */

static struct kc_bytes input;

static uint8_t take_byte(void)
{
	uint8_t byte = input.len ? input.data[0] : 0;

	if (input.len)
		input = kc_bytes(input.data + 1, input.len - 1);
	return byte;
}

static struct kc_bytes take_bytes(size_t len)
{
	struct kc_bytes bytes = kc_bytes(input.data, len < input.len ? len : input.len);

	input = kc_bytes(input.data + bytes.len, input.len - bytes.len);
	return bytes;
}

static int64_t take_number(void)
{
	static const int64_t edges[] = {0, -1, INT64_MAX, INT64_MIN, INT64_MAX - 256, UINT32_MAX};
	uint8_t how = take_byte();

	return how < KC_COUNT_OF(edges) ? edges[how] : how - (int64_t)KC_COUNT_OF(edges);
}

/* --- what is asked ------------------------------------------------------------------------------
 */

static bool is_answer(kc_err err)
{
	return err == KC_OK || err == KC_E_STORE_SUSPECT || err == KC_E_STORE_GONE ||
	       err == KC_E_TOKEN_EXPIRED || err == KC_E_CONFLICT || err == KC_E_REFUSED ||
	       err == KC_E_NO_MEMORY;
}

static kc_err visit(void *context, const struct kc_record_row *row)
{
	size_t len = strlen(row->name);

	must(len > 0 && len <= KC_RECORDS_MAX_NAME && row->value.len <= KC_RECORDS_MAX_VALUE);
	must(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len);
	++*(size_t *)context;
	return KC_OK;
}

static kc_err read_feed(enum kc_zone zone, struct kc_feed_token *token)
{
	bool more = true;

	for (int page = 0; more; page++) {
		struct kc_feed_token before = *token;
		size_t rows = 0;

		KC_TRY(kc_records_changes(cloud, zone, token, PAGE, visit, &rows, &more));
		must(page < MOST_PAGES && rows <= PAGE && token->len <= KC_RECORDS_MAX_TOKEN);
		must(!more || (rows == PAGE && memcmp(&before, token, sizeof before) != 0));
	}
	return KC_OK;
}

static kc_err ask_zone(enum kc_zone zone)
{
	static const char *const names[] = {"one", "two", "three"};
	struct kc_feed_token token = {0}, again;
	size_t rows = 0;

	KC_TRY(kc_records_get(cloud, zone, names, KC_COUNT_OF(names), visit, &rows));
	must(rows <= KC_COUNT_OF(names));
	KC_TRY(read_feed(zone, &token));
	again = token;
	KC_TRY(read_feed(zone, &again)); /* nothing was written since */
	must(memcmp(&again, &token, sizeof token) == 0);
	return KC_OK;
}

/* What was written is there. */
static kc_err ask_to_write(void)
{
	struct kc_record_write write = {.name = "four", .value = kc_bytes_str("fourth")};
	const char *name = write.name;
	struct kc_etag etag;
	size_t rows = 0;

	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	KC_TRY(kc_records_put(cloud, KC_ZONE_RECORDS, &write, 1, &etag));
	must(kc_records_get(cloud, KC_ZONE_RECORDS, &name, 1, visit, &rows) == KC_OK && rows == 1);
	return KC_OK;
}

static kc_err ask_all(void)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	bool changed;

	KC_TRY(kc_cloud_get_marker(cloud, &marker));
	must(marker.len <= KC_CLOUD_MAX_MARKER);
	KC_TRY(kc_records_changed(cloud, tokens, &changed));
	KC_TRY(ask_zone(KC_ZONE_RECORDS));
	KC_TRY(ask_zone(KC_ZONE_VALUES));
	KC_TRY(kc_cloud_list(cloud, &logs));
	must(logs.count <= KC_CLOUD_MAX_WRITERS);
	return ask_to_write();
}

/* --- what stands there --------------------------------------------------------------------------
 */

static void put_file(struct kc_bytes bytes)
{
	must(file_write(path, bytes));
	(void)unlink(log_path);
}

static void try_file(void)
{
	put_file(input);
	must(is_answer(ask_all()));
}

/* A good file, and other bytes here and there. */
static void try_altered(void)
{
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT;

	kc_buf_push(&altered, image.data, image.len);
	must(kc_buf_check(&altered) == KC_OK);
	while (input.len) {
		size_t at = (size_t)take_byte() << 8 | take_byte();

		altered.data[at % altered.len] ^= take_byte();
	}
	put_file(kc_buf_bytes(&altered));
	must(is_answer(ask_all()));
}

static void bind_any(sqlite3_stmt *stmt, int column)
{
	uint8_t how = take_byte();
	struct kc_bytes bytes = take_bytes(how >> 2);

	switch (how & 3) {
	case 0:
		sqlite3_bind_blob64(stmt, column, bytes.data ? (const void *)bytes.data : "",
			bytes.len, SQLITE_TRANSIENT);
		break;
	case 1:
		sqlite3_bind_text(stmt, column, bytes.data ? (const char *)bytes.data : "",
			(int)bytes.len, SQLITE_TRANSIENT);
		break;
	case 2:
		sqlite3_bind_int64(stmt, column, take_number());
		break;
	case 3:
		sqlite3_bind_zeroblob(stmt, column, how >> 2);
		break;
	}
}

static void change_row(sqlite3 *db)
{
	static const char *const statements[] = {
		"UPDATE record SET name = ?1 WHERE id = ?2",
		"UPDATE record SET seq = ?1 WHERE id = ?2",
		"UPDATE record SET write_id = ?1 WHERE id = ?2",
		"UPDATE record SET value = ?1 WHERE id = ?2",
		"UPDATE record SET zone = ?1 WHERE id = ?2",
		"UPDATE zone SET seq = ?1 WHERE zone = ?2",
		"UPDATE zone SET incarnation = ?1 WHERE zone = ?2",
		"UPDATE store SET marker = ?1 WHERE id = ?2",
		"UPDATE store SET store = ?1 WHERE id = ?2",
		("INSERT INTO record SELECT NULL, zone, ?1, seq + ?2, write_id, value FROM record "
		 "ORDER BY seq DESC LIMIT 1"),
	};
	sqlite3_stmt *stmt = NULL;

	must(sqlite3_prepare_v2(db, statements[take_byte() % KC_COUNT_OF(statements)], -1, &stmt,
		     NULL) == SQLITE_OK);
	sqlite3_bind_int64(stmt, 2, take_byte() % 5);
	bind_any(stmt, 1);
	(void)sqlite3_step(stmt);
	sqlite3_finalize(stmt);
}

static void try_rows(void)
{
	sqlite3 *db = NULL;

	put_file(kc_buf_bytes(&image));
	must(sqlite3_open(path, &db) == SQLITE_OK);
	for (int i = 0; i < MOST_ROWS && input.len; i++)
		change_row(db);
	must(sqlite3_close(db) == SQLITE_OK);
	must(is_answer(ask_all()));
}

/* Tokens are this device's own, of whatever store was here before. */
static void try_tokens(void)
{
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	enum kc_zone zone = take_byte() & 1 ? KC_ZONE_RECORDS : KC_ZONE_VALUES;
	bool changed, is_near = take_byte() & 1;
	struct kc_bytes bytes;

	put_file(kc_buf_bytes(&image));
	if (is_near)
		must(read_feed(zone, &tokens[zone]) == KC_OK);
	bytes = take_bytes(KC_RECORDS_MAX_TOKEN);
	for (size_t i = 0; i < bytes.len; i++)
		tokens[zone].bytes[i] ^= bytes.data[i];
	if (!is_near)
		tokens[zone].len = (uint16_t)bytes.len;
	must(kc_records_changed(cloud, tokens, &changed) == KC_OK);
	must(is_answer(read_feed(zone, &tokens[zone])));
}

static void (*const tries[])(void) = {try_file, try_altered, try_rows, try_tokens};

/* --- all of it ----------------------------------------------------------------------------------
 */

static void leave(void)
{
	kc_cloud_close(cloud);
	kc_buf_done(&image);
	file_remove_tree(folder);
}

static void start(void)
{
	static const char *const names[] = {"one", "two", "three"};
	const char *base = getenv("TMPDIR");
	sqlite3 *db = NULL;
	char url[100];

	snprintf(folder, sizeof folder, "%s/kc-records-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/store", folder);
	snprintf(log_path, sizeof log_path, "%s-wal", path);
	snprintf(url, sizeof url, "sqlite://%s", path);
	must(kc_cloud_open(url, &cloud) == KC_OK);
	must(kc_cloud_put_marker(cloud, kc_bytes_str("\x04\x04mark")) == KC_OK);
	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		struct kc_record_write write = {.name = names[i], .value = kc_bytes_str("value")};
		struct kc_etag etag;

		kc_random_fill(write.id.bytes, sizeof write.id.bytes);
		must(kc_records_put(cloud, KC_ZONE_RECORDS, &write, 1, &etag) == KC_OK);
	}
	/* All in the one file. */
	must(sqlite3_open(path, &db) == SQLITE_OK &&
		sqlite3_exec(db, "SELECT * FROM store", NULL, NULL, NULL) == SQLITE_OK);
	must(sqlite3_close(db) == SQLITE_OK);
	must(file_read(path, &image));
	must(atexit(leave) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (!cloud)
		start();
	input = kc_bytes(data, len);
	tries[take_byte() % KC_COUNT_OF(tries)]();
	return 0;
}
