/* SPDX-License-Identifier: ISC */
/* Files of a folder, and records of a file. */
#include "tests/evilstore/stash.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/cloud/engine.h"
#include "backend/cloud/writer_name.h"
#include "base/random.h"

#define PATH 4096
#define PAGE 1000

struct stash {
	struct kc_cloud *cloud;
	char path[PATH]; /* of the folder, or the file */
	bool is_folder;
};

static void set_path(struct stash *stash, const char *url)
{
	const char *place = strstr(url, "://");

	snprintf(stash->path, sizeof stash->path, "%s", place ? place + strlen("://") : url);
}

kc_err stash_open(const char *url, struct stash **ret)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	struct stash *stash = calloc(1, sizeof *stash);
	kc_err err;

	if (!stash)
		return KC_ERR(NO_MEMORY);
	err = kc_cloud_open(url, &stash->cloud);
	if (err == KC_OK && kc_cloud_get_marker(stash->cloud, &marker) != KC_OK)
		err = KC_ERR(NOT_A_STORE);
	if (err != KC_OK) {
		stash_close(stash);
		return err;
	}
	stash->is_folder = !stash->cloud->engine->records;
	set_path(stash, url);
	*ret = stash;
	return KC_OK;
}

void stash_close(struct stash *stash)
{
	if (stash->cloud)
		kc_cloud_close(stash->cloud);
	free(stash);
}

bool stash_is_folder(const struct stash *stash)
{
	return stash->is_folder;
}

/* --- a folder -----------------------------------------------------------------------------------
 */

/* Of an operation; the digits of its number are at the end of its name. */
static kc_err file_path(const char *root, const char *name, char ret[static PATH])
{
	struct kc_writer_id writer;
	uint64_t number;

	if (strlen(name) != KC_WRITER_DIGITS + 1 + KC_NUMBER_DIGITS ||
		name[KC_WRITER_DIGITS] != '-' || !kc_writer_name_parse(name, &writer) ||
		!kc_writer_name_parse_number(name + KC_WRITER_DIGITS + 1, &number))
		return KC_ERR(PARAM);
	if (snprintf(ret, PATH, "%s/%.32s/%s.op", root, name, name + KC_WRITER_DIGITS + 1) >= PATH)
		return KC_ERR(PARAM);
	return KC_OK;
}

static kc_err file_get(const char *path, struct kc_buf *ret)
{
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint8_t block[4096];
	ssize_t got;

	if (file < 0)
		return KC_ERR(NOT_FOUND);
	while ((got = read(file, block, sizeof block)) > 0)
		kc_buf_push(ret, block, (size_t)got);
	close(file);
	return got < 0 ? KC_ERR(STORE_GONE) : kc_buf_check(ret);
}

/* Whole or not at all: under another name first. */
static kc_err file_put(const char *path, struct kc_bytes value)
{
	char other[PATH + 8];
	FILE *file;
	bool good;

	snprintf(other, sizeof other, "%s.new", path);
	file = fopen(other, "we");
	if (!file)
		return KC_ERR(STORE_GONE);
	good = fwrite(value.data, 1, value.len, file) == value.len;
	good = fclose(file) == 0 && good;
	if (good && rename(other, path) == 0)
		return KC_OK;
	(void)unlink(other);
	return KC_ERR(STORE_GONE);
}

static kc_err operation_put(struct stash *stash, const char *name, struct kc_bytes value)
{
	char path[PATH], folder[PATH];

	KC_TRY(file_path(stash->path, name, path));
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	(void)mkdir(folder, 0700);
	return file_put(path, value);
}

/* --- records ------------------------------------------------------------------------------------
 */

struct record {
	struct kc_etag etag;
	struct kc_buf *value;
	bool there, was; /* was: it may have been taken away since */
};

static kc_err take(void *context, const struct kc_record_row *row)
{
	struct record *record = context;

	record->etag = row->etag;
	record->there = row->value.len > 0;
	record->was = true;
	if (record->value)
		kc_buf_push(record->value, row->value.data, row->value.len);
	return KC_OK;
}

static kc_err record_put(
	struct stash *stash, enum kc_zone zone, const char *name, struct kc_bytes value)
{
	struct kc_record_write write = {.name = name, .value = value};
	struct record record = {.there = false};
	struct kc_etag etag;

	KC_TRY(kc_records_get(stash->cloud, zone, &name, 1, take, &record));
	write.expect = record.etag;
	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	return kc_records_put(stash->cloud, zone, &write, 1, &etag);
}

/* Where a record is; where it is not, where one of that name would be. */
static kc_err find_zone(
	struct stash *stash, const char *name, struct kc_buf *value, enum kc_zone *ret, bool *found)
{
	struct record record = {.value = value};

	for (enum kc_zone zone = KC_ZONE_RECORDS; zone <= KC_ZONE_VALUES; zone++) {
		KC_TRY(kc_records_get(stash->cloud, zone, &name, 1, take, &record));
		*ret = zone;
		if (record.was)
			break;
	}
	*found = record.there;
	return KC_OK;
}

/* --- either -------------------------------------------------------------------------------------
 */

kc_err stash_get(struct stash *stash, const char *name, struct kc_buf *ret)
{
	char path[PATH];
	enum kc_zone zone;
	bool found;

	if (stash->is_folder) {
		KC_TRY(file_path(stash->path, name, path));
		return file_get(path, ret);
	}
	KC_TRY(find_zone(stash, name, ret, &zone, &found));
	return found ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err stash_put(struct stash *stash, const char *name, struct kc_bytes value)
{
	enum kc_zone zone = KC_ZONE_VALUES;
	bool found;

	if (stash->is_folder)
		return operation_put(stash, name, value);
	KC_TRY(find_zone(stash, name, NULL, &zone, &found));
	return record_put(stash, zone, name, value);
}

kc_err stash_put_like(
	struct stash *stash, struct stash *other, const char *name, struct kc_bytes value)
{
	enum kc_zone zone = KC_ZONE_VALUES;
	bool found;

	if (stash->is_folder)
		return operation_put(stash, name, value);
	KC_TRY(find_zone(other, name, NULL, &zone, &found));
	return record_put(stash, zone, name, value);
}

kc_err stash_remove(struct stash *stash, const char *name)
{
	char path[PATH];

	if (!stash->is_folder)
		return stash_put(stash, name, kc_bytes(NULL, 0));
	KC_TRY(file_path(stash->path, name, path));
	return unlink(path) == 0 ? KC_OK : KC_ERR(NOT_FOUND);
}

struct each {
	void (*visit)(void *context, const char *name);
	void *context;
	bool ever;	     /* also what was taken away */
	struct kc_buf names; /* of records, each with its NUL: who is visited may ask the store */
};

static kc_err note_name(void *context, const struct kc_record_row *row)
{
	struct each *each = context;

	if (row->value.len || each->ever)
		kc_buf_push(&each->names, row->name, strlen(row->name) + 1);
	return kc_buf_check(&each->names);
}

static kc_err each_operation(struct stash *stash, const struct each *each)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	KC_TRY(kc_cloud_list(stash->cloud, &logs));
	for (size_t i = 0; i < logs.count; i++)
		for (uint64_t n = logs.rows[i].first; n <= logs.rows[i].last; n++) {
			char name[STASH_NAME], path[PATH];

			kc_writer_name_put(&logs.rows[i].writer, name);
			name[KC_WRITER_DIGITS] = '-';
			kc_writer_name_put_number(n, name + KC_WRITER_DIGITS + 1);
			if (file_path(stash->path, name, path) == KC_OK && access(path, F_OK) == 0)
				each->visit(each->context, name);
		}
	return KC_OK;
}

static kc_err visit_all(struct stash *stash, struct each *each)
{
	const char *name;

	if (stash->is_folder)
		return each_operation(stash, each);
	for (enum kc_zone zone = KC_ZONE_RECORDS; zone <= KC_ZONE_VALUES; zone++) {
		struct kc_feed_token token = {0};
		bool more = true;

		while (more)
			KC_TRY(kc_records_changes(
				stash->cloud, zone, &token, PAGE, note_name, each, &more));
	}
	for (size_t at = 0; at < each->names.len; at += strlen(name) + 1) {
		name = (const char *)each->names.data + at;
		each->visit(each->context, name);
	}
	return KC_OK;
}

kc_err stash_each(
	struct stash *stash, void (*visit)(void *context, const char *name), void *context)
{
	struct each each = {.visit = visit, .context = context};
	kc_err err = visit_all(stash, &each);

	kc_buf_done(&each.names);
	return err;
}

kc_err stash_each_ever(
	struct stash *stash, void (*visit)(void *context, const char *name), void *context)
{
	struct each each = {.visit = visit, .context = context, .ever = true};
	kc_err err = visit_all(stash, &each);

	kc_buf_done(&each.names);
	return err;
}

/* --- going back ---------------------------------------------------------------------------------
 */

struct back {
	struct stash *stash, *copy;
	kc_err err;
};

static void leave_out(void *context, const char *name)
{
	struct back *back = context;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	if (back->err == KC_OK && stash_get(back->copy, name, &value) == KC_E_NOT_FOUND)
		back->err = stash_remove(back->stash, name);
}

static void put_back(void *context, const char *name)
{
	struct back *back = context;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	if (back->err == KC_OK)
		back->err = stash_get(back->copy, name, &value);
	if (back->err == KC_OK)
		back->err = stash_put(back->stash, name, kc_buf_bytes(&value));
}

static kc_err folder_roll_back(struct stash *stash, const char *copy)
{
	struct back back = {.stash = stash};

	KC_TRY(stash_open(copy, &back.copy));
	back.err = stash_each(stash, leave_out, &back);
	if (back.err == KC_OK)
		back.err = stash_each(back.copy, put_back, &back);
	stash_close(back.copy);
	return back.err;
}

/* The file is another one from here on: what stood beside the old one is of no use, and what stands
 * beside the copy belongs to it. */
static kc_err file_roll_back(struct stash *stash, const char *copy)
{
	static const char *const beside[] = {"-wal", "-shm", "-journal"};
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT, log = KC_BUF_INIT;
	char path[PATH + 16];

	KC_TRY(file_get(copy, &contents));
	snprintf(path, sizeof path, "%s-wal", copy);
	if (file_get(path, &log) == KC_E_NO_MEMORY)
		return KC_ERR(NO_MEMORY);
	KC_TRY(file_put(stash->path, kc_buf_bytes(&contents)));
	for (size_t i = 0; i < KC_COUNT_OF(beside); i++) {
		snprintf(path, sizeof path, "%s%s", stash->path, beside[i]);
		(void)unlink(path);
	}
	snprintf(path, sizeof path, "%s-wal", stash->path);
	return log.len ? file_put(path, kc_buf_bytes(&log)) : KC_OK;
}

kc_err stash_roll_back(struct stash *stash, const char *copy)
{
	return stash->is_folder ? folder_roll_back(stash, copy) : file_roll_back(stash, copy);
}
