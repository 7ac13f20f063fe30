/* SPDX-License-Identifier: ISC */
/* Passing on, counting, lying. */
#include "tests/circle/between.h"

#include <stdio.h>
#include <string.h>

#include "backend/cloud/engine.h"

#define MOST_ROWS 4096

struct between_count between_count;
struct between_lies between_lies;
static const char *scheme;

static struct kc_cloud *inner(void *handle)
{
	return handle;
}

static void count(size_t up, size_t down)
{
	between_count.requests++;
	between_count.up += up;
	between_count.down += down;
}

static kc_err between_open(const char *place, void **ret)
{
	struct kc_cloud *cloud;
	char url[300];

	snprintf(url, sizeof url, "%s://%s", scheme, place);
	if (strcmp(scheme, "file") == 0)
		url[strlen(url) - strlen("/store")] = 0;
	KC_TRY(kc_cloud_open(url, &cloud));
	*ret = cloud;
	return KC_OK;
}

static void between_close(void *handle)
{
	kc_cloud_close(inner(handle));
}

static kc_err put_marker(void *handle, struct kc_bytes marker)
{
	count(marker.len, 0);
	return kc_cloud_put_marker(inner(handle), marker);
}

static kc_err get_marker(void *handle, struct kc_buf *ret)
{
	kc_err err = kc_cloud_get_marker(inner(handle), ret);

	count(0, ret->len);
	return err;
}

static kc_err drop_marker(void *handle)
{
	count(0, 0);
	return kc_cloud_drop_marker(inner(handle));
}

/* --- logs ---------------------------------------------------------------------------------------
 */

static kc_err list(void *handle, struct kc_cloud_logs *ret)
{
	kc_err err = kc_cloud_list(inner(handle), ret);

	count(0, ret->count * sizeof *ret->rows);
	return err;
}

static kc_err read_operation(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	size_t before = ret->len;
	kc_err err = kc_cloud_read(inner(handle), writer, number, ret);

	count(sizeof *writer + sizeof number, ret->len - before);
	return err;
}

static kc_err append(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_bytes operation)
{
	count(sizeof *writer + sizeof number + operation.len, 0);
	return kc_cloud_append(inner(handle), writer, number, operation);
}

static kc_err drop(void *handle, const struct kc_writer_id *writer, uint64_t below)
{
	count(sizeof *writer + sizeof below, 0);
	return kc_cloud_drop(inner(handle), writer, below);
}

static const struct kc_log_engine log_engine = {list, read_operation, append, drop};

/* --- rows ---------------------------------------------------------------------------------------
 */

struct rows {
	struct kc_record_row rows[MOST_ROWS];
	size_t count;
};

static kc_err collect(void *context, const struct kc_record_row *row)
{
	struct rows *rows = context;
	struct kc_record_row copy = *row;
	uint8_t *value = malloc(row->value.len + 1);

	count(0, strlen(row->name) + sizeof row->etag + sizeof row->id + row->value.len);
	between_count.requests--;
	if (!value || rows->count == MOST_ROWS)
		abort();
	if (row->value.len)
		memcpy(value, row->value.data, row->value.len);
	copy.value = kc_bytes(value, row->value.len);
	copy.name = strdup(row->name);
	rows->rows[rows->count++] = copy;
	return KC_OK;
}

static kc_err show_row(struct kc_record_row row, kc_record_visit visit, void *context)
{
	if (between_lies.row && !between_lies.row(&row))
		return KC_OK;
	return visit(context, &row);
}

static kc_err show_flood(kc_record_visit visit, void *context)
{
	char name[40];

	for (; between_lies.flood; between_lies.flood--) {
		struct kc_record_row row = {.name = name};

		snprintf(name, sizeof name, "i-%032llx", (unsigned long long)between_lies.flood);
		KC_TRY(visit(context, &row));
	}
	return KC_OK;
}

static void drop_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free((void *)(uintptr_t)rows->rows[i].value.data);
		free((void *)(uintptr_t)rows->rows[i].name);
	}
	free(rows);
}

/* Shows what was read, if it was, and lets go of it. */
static kc_err show(struct rows *rows, kc_err err, kc_record_visit visit, void *context)
{

	for (size_t i = 0; i < rows->count && err == KC_OK; i++) {
		size_t at = between_lies.upside_down ? rows->count - 1 - i : i;

		err = show_row(rows->rows[at], visit, context);
		if (err == KC_OK && between_lies.twice)
			err = show_row(rows->rows[at], visit, context);
	}
	if (err == KC_OK)
		err = show_flood(visit, context);
	drop_rows(rows);
	return err;
}

/* --- records ------------------------------------------------------------------------------------
 */

static kc_err put(void *handle, enum kc_zone zone, const struct kc_record_write *writes,
	size_t number, struct kc_record_state *ret)
{
	struct kc_cloud *cloud = inner(handle);
	void (*before)(void) = between_lies.before_put;
	size_t up = 0;

	for (size_t i = 0; i < number; i++)
		up += strlen(writes[i].name) + sizeof writes[i].expect + sizeof writes[i].id +
		      writes[i].value.len;
	between_lies.before_put = NULL;
	if (before)
		before();
	count(up, number * sizeof *ret);
	between_count.puts++;
	if (between_lies.refuse)
		return KC_ERR(CONFLICT);
	if (between_lies.forget) {
		between_lies.forget--;
		for (size_t i = 0; i < number; i++)
			ret[i] = (struct kc_record_state){writes[i].expect, writes[i].id};
		return KC_OK;
	}
	return cloud->engine->records->put(cloud->handle, zone, writes, number, ret);
}

static kc_err get(void *handle, enum kc_zone zone, const char *const *names, size_t number,
	kc_record_visit visit, void *context)
{
	struct rows *rows = calloc(1, sizeof *rows);
	size_t up = 0;

	for (size_t i = 0; i < number; i++)
		up += strlen(names[i]);
	count(up, 0);
	return show(rows, kc_records_get(inner(handle), zone, names, number, collect, rows), visit,
		context);
}

static kc_err changes(void *handle, enum kc_zone zone, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more)
{
	struct rows *rows;

	count(token->len, token->len);
	if (between_lies.no_news) {
		*ret_more = false;
		return KC_OK;
	}
	if (between_lies.expire && token->len && zone == KC_ZONE_RECORDS) {
		between_lies.expire = false;
		return KC_ERR(TOKEN_EXPIRED);
	}
	rows = calloc(1, sizeof *rows);
	return show(rows,
		kc_records_skim(inner(handle), zone, bare, token, limit, collect, rows, ret_more),
		visit, context);
}

static kc_err changed(void *handle, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret)
{
	size_t up = 0;

	for (size_t zone = 1; zone < KC_ZONE_COUNT; zone++)
		up += tokens[zone].len;
	count(up, 1);
	KC_TRY(kc_records_changed(inner(handle), tokens, ret));
	*ret = (*ret && !between_lies.no_news) || between_lies.expire || between_lies.flood;
	return KC_OK;
}

static const struct kc_record_engine record_engine = {put, get, changes, changed};

/* clang-format off */
static const struct kc_cloud_engine with_logs = {
	.scheme = "between", .abilities = KC_CLOUD_DURABLE,
	.open = between_open, .close = between_close,
	.put_marker = put_marker, .get_marker = get_marker, .drop_marker = drop_marker,
	.logs = &log_engine,
};
static const struct kc_cloud_engine with_records = {
	.scheme = "between", .abilities = KC_CLOUD_DURABLE | KC_CLOUD_RECORDS,
	.open = between_open, .close = between_close,
	.put_marker = put_marker, .get_marker = get_marker, .drop_marker = drop_marker,
	.records = &record_engine,
};
/* clang-format on */

void between_register(bool records)
{
	scheme = records ? "sqlite" : "file";
	kc_cloud_set_engine(records ? &with_records : &with_logs);
}
