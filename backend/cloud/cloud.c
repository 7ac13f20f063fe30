/* SPDX-License-Identifier: ISC */
/* Which engine a URL means, and the limits that hold for all of them. */
#include "backend/cloud/engine.h"

#include <string.h>

#include "backend/cloud/records_log.h"

static const struct kc_cloud_engine *const engines[] = {
	&kc_cloud_folder,
	&kc_cloud_sqlite,
};
static const struct kc_cloud_engine *further_engine;

void kc_cloud_set_engine(const struct kc_cloud_engine *engine)
{
	further_engine = engine;
}

void kc_cloud_logs_done(struct kc_cloud_logs *logs)
{
	free(logs->rows);
	*logs = (struct kc_cloud_logs){0};
}

/* Where a writer stands, or would stand. */
static size_t place_of(
	const struct kc_cloud_logs *logs, const struct kc_writer_id *writer, bool *ret_there)
{
	size_t low = 0, high = logs->count;

	*ret_there = false;
	while (low < high && !*ret_there) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(&logs->rows[middle].writer, writer, sizeof *writer);

		*ret_there = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return *ret_there ? high : low;
}

kc_err kc_cloud_logs_add(
	struct kc_cloud_logs *logs, const struct kc_writer_id *writer, uint64_t number)
{
	bool there;
	size_t at = place_of(logs, writer, &there);
	struct kc_cloud_log *grown, *row;

	if (!there) {
		if (logs->count == KC_CLOUD_MAX_WRITERS)
			return KC_ERR(REFUSED);
		grown = reallocarray(logs->rows, logs->count + 1, sizeof *grown);
		if (!grown)
			return KC_ERR(NO_MEMORY);
		logs->rows = grown;
		memmove(grown + at + 1, grown + at, (logs->count - at) * sizeof *grown);
		grown[at] = (struct kc_cloud_log){*writer, number, number};
		logs->count++;
	}
	row = &logs->rows[at];
	row->first = number < row->first ? number : row->first;
	row->last = number > row->last ? number : row->last;
	return KC_OK;
}

void kc_cloud_logs_cut(
	struct kc_cloud_logs *logs, const struct kc_writer_id *writer, uint64_t number)
{
	bool there;
	size_t at = place_of(logs, writer, &there);
	struct kc_cloud_log *row = there ? &logs->rows[at] : NULL;

	if (!row || number < row->first)
		return;
	if (number < row->last)
		row->first = number + 1;
	else
		memmove(row, row + 1, (--logs->count - at) * sizeof *row);
}

const struct kc_cloud_log *kc_cloud_logs_find(
	const struct kc_cloud_logs *logs, const struct kc_writer_id *writer)
{
	bool there;
	size_t at = place_of(logs, writer, &there);

	return there ? &logs->rows[at] : NULL;
}

static bool has_scheme(const struct kc_cloud_engine *engine, const char *url, size_t len)
{
	return strlen(engine->scheme) == len && strncmp(url, engine->scheme, len) == 0;
}

/* The engine, and where in it; a bare path is a folder. */
static kc_err find_engine(
	const char *url, const struct kc_cloud_engine **ret, const char **ret_place)
{
	const char *colon = strstr(url, "://");

	if (url[0] == '/') {
		*ret = &kc_cloud_folder;
		*ret_place = url;
		return KC_OK;
	}
	if (!colon)
		return KC_ERR(PARAM);
	*ret_place = colon + strlen("://");
	for (size_t i = 0; i < KC_COUNT_OF(engines); i++)
		if (has_scheme(engines[i], url, (size_t)(colon - url))) {
			*ret = engines[i];
			return KC_OK;
		}
	if (!further_engine || !has_scheme(further_engine, url, (size_t)(colon - url)))
		return KC_ERR(UNSUPPORTED);
	*ret = further_engine;
	return KC_OK;
}

kc_err kc_cloud_open(const char *url, struct kc_cloud **ret)
{
	const struct kc_cloud_engine *engine;
	struct kc_cloud *cloud;
	const char *place = NULL;
	void *handle;

	KC_TRY(find_engine(url, &engine, &place));
	KC_TRY(engine->open(place, &handle));
	cloud = malloc(sizeof *cloud);
	if (!cloud) {
		engine->close(handle);
		return KC_ERR(NO_MEMORY);
	}
	*cloud = (struct kc_cloud){.engine = engine, .handle = handle};
	*ret = cloud;
	return KC_OK;
}

void kc_cloud_close(struct kc_cloud *cloud)
{
	cloud->engine->close(cloud->handle);
	free(cloud);
}

unsigned kc_cloud_abilities(const struct kc_cloud *cloud)
{
	return cloud->engine->abilities;
}

kc_err kc_cloud_put_marker(struct kc_cloud *cloud, struct kc_bytes marker)
{
	return cloud->engine->put_marker(cloud->handle, marker);
}

kc_err kc_cloud_get_marker(struct kc_cloud *cloud, struct kc_buf *ret)
{
	return cloud->engine->get_marker(cloud->handle, ret);
}

kc_err kc_cloud_mend_marker(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, struct kc_bytes marker)
{
	return cloud->engine->mend_marker
		       ? cloud->engine->mend_marker(cloud->handle, writer, marker)
		       : KC_ERR(STORE_GONE);
}

kc_err kc_cloud_drop_marker(struct kc_cloud *cloud)
{
	return cloud->engine->drop_marker(cloud->handle);
}

kc_err kc_cloud_list(struct kc_cloud *cloud, struct kc_cloud_logs *ret)
{
	const struct kc_log_engine *logs = cloud->engine->logs;

	return logs ? logs->list(cloud->handle, ret) : kc_records_log_list(cloud, ret);
}

kc_err kc_cloud_read(struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number,
	struct kc_buf *ret)
{
	const struct kc_log_engine *logs = cloud->engine->logs;

	return logs ? logs->read(cloud->handle, writer, number, ret)
		    : kc_records_log_read(cloud, writer, number, ret);
}

kc_err kc_cloud_append(struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number,
	struct kc_bytes operation)
{
	const struct kc_log_engine *logs = cloud->engine->logs;

	if (operation.len == 0 || operation.len > KC_CLOUD_MAX_OPERATION)
		return KC_ERR(TOO_LARGE);
	if (number == 0 || number > KC_CLOUD_MAX_NUMBER)
		return KC_ERR(BUG);
	return logs ? logs->append(cloud->handle, writer, number, operation)
		    : kc_records_log_append(cloud, writer, number, operation);
}

kc_err kc_cloud_drop(struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t below)
{
	const struct kc_log_engine *logs = cloud->engine->logs;

	return logs ? logs->drop(cloud->handle, writer, below)
		    : kc_records_log_drop(cloud, writer, below);
}

int kc_cloud_watch_fd(struct kc_cloud *cloud)
{
	return cloud->engine->watch_fd ? cloud->engine->watch_fd(cloud->handle) : -1;
}

bool kc_cloud_watch_drain(struct kc_cloud *cloud)
{
	return cloud->engine->watch_drain && cloud->engine->watch_drain(cloud->handle);
}
