/* SPDX-License-Identifier: ISC */
/* Attacks on what is in a store: cells found, read and written, whatever its layout. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/op.h"
#include "backend/sync/line/cell_name.h"
#include "base/random.h"
#include "tests/circle/signing.h"
#include "tests/evilstore/evil.h"
#include "tests/evilstore/evil_impl.h"

#define PAGE 1000

/* --- looking ------------------------------------------------------------------------------------
 */

typedef bool (*cell_visit)(void *context, const char *name, struct kc_bytes value);

static kc_err each_write(struct kc_cloud *cloud, const struct kc_cloud_log *log, uint64_t number,
	cell_visit visit, void *context)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	if (kc_cloud_read(cloud, &log->writer, number, &bytes) != KC_OK ||
		kc_op_parse(kc_buf_bytes(&bytes), &log->writer, number, &op) != KC_OK)
		return KC_OK;
	while (kc_op_next(&op, &write)) {
		char name[KC_RECORDS_MAX_NAME + 1];

		if (kc_cell_name_put(write.key, &log->writer, name) == KC_OK &&
			!visit(context, name, write.value))
			return KC_ERR(DUPLICATE);
	}
	return KC_OK;
}

struct rows {
	cell_visit visit;
	void *context;
};

static kc_err pass_row(void *context, const struct kc_record_row *row)
{
	struct rows *rows = context;

	return rows->visit(rows->context, row->name, row->value) ? KC_OK : KC_ERR(DUPLICATE);
}

static kc_err each_record(struct kc_cloud *cloud, cell_visit visit, void *context)
{
	struct rows rows = {visit, context};

	for (enum kc_zone zone = KC_ZONE_RECORDS; zone <= KC_ZONE_VALUES; zone++) {
		struct kc_feed_token token = {0};
		bool more = true;

		while (more)
			KC_TRY(kc_records_changes(
				cloud, zone, &token, PAGE, pass_row, &rows, &more));
	}
	return KC_OK;
}

/* Every cell, each version of it that is there, until visit says no: DUPLICATE then. */
static kc_err each_cell(struct kc_cloud *cloud, cell_visit visit, void *context)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	if (cloud->engine->records)
		return each_record(cloud, visit, context);
	KC_TRY(kc_cloud_list(cloud, &logs));
	for (size_t i = 0; i < logs.count; i++)
		for (uint64_t n = logs.rows[i].first; n <= logs.rows[i].last; n++)
			KC_TRY(each_write(cloud, &logs.rows[i], n, visit, context));
	return KC_OK;
}

struct wanted {
	const char *name;
	struct kc_buf *value;
	bool found;
};

static bool keep(void *context, const char *name, struct kc_bytes value)
{
	struct wanted *wanted = context;

	if (strcmp(name, wanted->name) != 0)
		return true;
	wanted->found = value.len > 0;
	wanted->value->len = 0;
	kc_buf_push(wanted->value, value.data, value.len);
	return true;
}

kc_err evil_get(struct kc_cloud *cloud, const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct wanted wanted = {.name = name, .value = &value};

	KC_TRY(each_cell(cloud, keep, &wanted));
	if (!wanted.found)
		return KC_ERR(NOT_FOUND);
	kc_buf_push(ret, value.data, value.len);
	return kc_buf_check(ret);
}

struct search {
	const char *names;
	size_t nth;
	char *ret;
};

static bool match(void *context, const char *name, struct kc_bytes value)
{
	struct search *search = context;

	if (value.len == 0 || fnmatch(search->names, name, 0) != 0 || search->nth-- > 0)
		return true;
	snprintf(search->ret, KC_RECORDS_MAX_NAME + 1, "%s", name);
	return false;
}

bool evil_find(struct kc_cloud *cloud, const char *names, size_t nth,
	char ret[static KC_RECORDS_MAX_NAME + 1])
{
	struct search search = {names, nth, ret};

	return each_cell(cloud, match, &search) == KC_E_DUPLICATE;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static kc_err end_of(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, struct kc_log_position *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf last = KC_BUF_INIT;
	const struct kc_cloud_log *log;
	struct kc_op op;

	*ret = (struct kc_log_position){0};
	KC_TRY(kc_cloud_list(cloud, &logs));
	log = kc_cloud_logs_find(&logs, writer);
	if (!log)
		return KC_OK;
	KC_TRY(kc_cloud_read(cloud, writer, log->last, &last));
	KC_TRY(kc_op_parse(kc_buf_bytes(&last), writer, log->last, &op));
	*ret = op.position;
	return KC_OK;
}

static kc_err put_in_log(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	const struct kc_circle *circle, const char *key, struct kc_bytes value)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position at, next;

	KC_TRY(end_of(cloud, writer, &at));
	kc_op_builder_init(&builder, writer, &at, false);
	kc_op_builder_put(&builder, kc_bytes_str(key), value);
	if (circle && !kc_op_key_holds_list(kc_bytes_str(key)))
		KC_TRY(signing_end_plainly(circle, &builder, &at, &bytes, &next));
	else
		KC_TRY(kc_op_builder_end(&builder, &at, &bytes, &next));
	return kc_cloud_append(cloud, writer, next.number, kc_buf_bytes(&bytes));
}

kc_err evil_name_next(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, struct kc_list *list)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	struct kc_log_position at;

	if (cloud->engine->records)
		return KC_OK;
	KC_TRY(end_of(cloud, writer, &at));
	kc_op_builder_init(&builder, writer, &at, false);
	return signing_name(list, &builder, &at);
}

static kc_err note_etag(void *context, const struct kc_record_row *row)
{
	*(struct kc_etag *)context = row->etag;
	return KC_OK;
}

static kc_err put_record(struct kc_cloud *cloud, const struct kc_writer_id *writer, const char *key,
	struct kc_bytes value)
{
	char text[KC_RECORDS_MAX_NAME + 1];
	const char *name = text;
	struct kc_record_write write = {.name = text, .value = value};
	enum kc_zone zone = kc_cell_zone(kc_bytes_str(key));
	struct kc_etag etag;

	KC_TRY(kc_cell_name_put(kc_bytes_str(key), writer, text));
	KC_TRY(kc_records_get(cloud, zone, &name, 1, note_etag, &write.expect));
	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	return kc_records_put(cloud, zone, &write, 1, &etag);
}

kc_err evil_put(struct kc_cloud *cloud, const struct kc_writer_id *writer, const char *key,
	struct kc_bytes value)
{
	return cloud->engine->records ? put_record(cloud, writer, key, value)
				      : put_in_log(cloud, writer, NULL, key, value);
}

kc_err evil_put_signed(struct kc_cloud *cloud, const struct kc_circle *circle, const char *key,
	struct kc_bytes value)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);

	return cloud->engine->records ? put_record(cloud, &writer, key, value)
				      : put_in_log(cloud, &writer, circle, key, value);
}
