/* SPDX-License-Identifier: ISC */
/* The limits that hold for all engines with records, and what they answer, made sure of. */
#include "backend/cloud/records.h"

#include <string.h>

#include "backend/cloud/engine.h"

static bool is_name(const char *name)
{
	size_t len = strnlen(name, KC_RECORDS_MAX_NAME + 1);

	return len > 0 && len <= KC_RECORDS_MAX_NAME &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static kc_err check_zone(const struct kc_cloud *cloud, enum kc_zone zone)
{
	if (!cloud->engine->records)
		return KC_ERR(UNSUPPORTED);
	return zone == KC_ZONE_RECORDS || zone == KC_ZONE_VALUES ? KC_OK : KC_ERR(PARAM);
}

/* --- writing ------------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each name once. */
static kc_err check_names(const struct kc_record_write *writes, size_t count)
{
	const char *names[KC_RECORDS_MAX_BATCH];

	for (size_t i = 0; i < count; i++) {
		if (!is_name(writes[i].name))
			return KC_ERR(PARAM);
		names[i] = writes[i].name;
	}
	qsort(names, count, sizeof names[0], by_name);
	for (size_t i = 1; i < count; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			return KC_ERR(PARAM);
	return KC_OK;
}

static kc_err check_batch(const struct kc_record_write *writes, size_t count)
{
	static const struct kc_write_id none;
	size_t len = 0;

	if (count == 0)
		return KC_ERR(PARAM);
	if (count > KC_RECORDS_MAX_BATCH)
		return KC_ERR(TOO_LARGE);
	for (size_t i = 0; i < count; i++) {
		if (writes[i].value.len > KC_RECORDS_MAX_VALUE)
			return KC_ERR(TOO_LARGE);
		len += writes[i].value.len;
		if (memcmp(&writes[i].id, &none, sizeof none) == 0)
			return KC_ERR(PARAM);
	}
	return len > KC_RECORDS_MAX_BATCH_LEN ? KC_ERR(TOO_LARGE) : check_names(writes, count);
}

/* A batch lands whole, so one version of it that is there says that all landed. */
static bool is_landed(
	const struct kc_record_write *writes, const struct kc_record_state *states, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(&states[i].id, &writes[i].id, sizeof states[i].id) == 0)
			return true;
	return false;
}

kc_err kc_records_put(struct kc_cloud *cloud, enum kc_zone zone,
	const struct kc_record_write *writes, size_t count, struct kc_etag *ret_etags)
{
	struct kc_record_state states[KC_RECORDS_MAX_BATCH] = {0};
	kc_err err;

	KC_TRY(check_zone(cloud, zone));
	KC_TRY(check_batch(writes, count));
	err = cloud->engine->records->put(cloud->handle, zone, writes, count, states);
	if (err == KC_E_CONFLICT && is_landed(writes, states, count))
		err = KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < count; i++) {
		bool is_ours = memcmp(&states[i].id, &writes[i].id, sizeof states[i].id) == 0;

		ret_etags[i] = is_ours ? states[i].etag : writes[i].expect;
	}
	return KC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* What the engine shows goes through here. */
struct shown {
	kc_record_visit visit;
	void *context;
	const char *const *names; /* NULL: any */
	size_t count;		  /* of names; or how many rows there may be */
	const char *bare; /* what names begin with whose values were not asked for; or NULL */
};

static bool is_wanted(struct shown *shown, const char *name)
{
	if (!shown->names)
		return shown->count-- > 0;
	for (size_t i = 0; i < shown->count; i++)
		if (strcmp(shown->names[i], name) == 0)
			return true;
	return false;
}

/* With a value, or without one where none was asked for. */
static bool is_filled(const struct shown *shown, const struct kc_record_row *row)
{
	if (!row->bare)
		return row->value.len <= KC_RECORDS_MAX_VALUE;
	return shown->bare && strncmp(row->name, shown->bare, strlen(shown->bare)) == 0 &&
	       row->value.len == 0;
}

static kc_err show(void *context, const struct kc_record_row *row)
{
	struct shown *shown = context;

	if (!is_name(row->name) || !is_filled(shown, row) || !is_wanted(shown, row->name))
		return KC_ERR(STORE_SUSPECT);
	return shown->visit(shown->context, row);
}

kc_err kc_records_get(struct kc_cloud *cloud, enum kc_zone zone, const char *const *names,
	size_t count, kc_record_visit visit, void *context)
{
	struct shown shown = {.visit = visit, .context = context, .names = names, .count = count};

	KC_TRY(check_zone(cloud, zone));
	if (count == 0)
		return KC_OK;
	if (count > KC_RECORDS_MAX_BATCH)
		return KC_ERR(TOO_LARGE);
	for (size_t i = 0; i < count; i++)
		if (!is_name(names[i]))
			return KC_ERR(PARAM);
	return cloud->engine->records->get(cloud->handle, zone, names, count, show, &shown);
}

kc_err kc_records_skim(struct kc_cloud *cloud, enum kc_zone zone, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more)
{
	struct shown shown = {.visit = visit, .context = context, .count = limit, .bare = bare};
	struct kc_feed_token next = *token;
	bool more = false;

	KC_TRY(check_zone(cloud, zone));
	if (limit == 0)
		return KC_ERR(PARAM);
	if (token->len > KC_RECORDS_MAX_TOKEN)
		return KC_ERR(TOKEN_EXPIRED);
	KC_TRY(cloud->engine->records->changes(
		cloud->handle, zone, bare, &next, limit, show, &shown, &more));
	*token = next;
	*ret_more = more;
	return KC_OK;
}

kc_err kc_records_changes(struct kc_cloud *cloud, enum kc_zone zone, struct kc_feed_token *token,
	size_t limit, kc_record_visit visit, void *context, bool *ret_more)
{
	return kc_records_skim(cloud, zone, NULL, token, limit, visit, context, ret_more);
}

kc_err kc_records_changed(
	struct kc_cloud *cloud, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret)
{
	if (!cloud->engine->records)
		return KC_ERR(UNSUPPORTED);
	return cloud->engine->records->changed(cloud->handle, tokens, ret);
}
