/* SPDX-License-Identifier: ISC */
/* One operation, one record. */
#include "backend/cloud/records_log.h"

#include <string.h>

#include "backend/cloud/writer_name.h"
#include "base/der.h"
#include "base/random.h"

#define NAME_LEN (KC_WRITER_DIGITS + 1 + KC_NUMBER_DIGITS)
#define PAGE 1000
#define MOST_CONFLICTS 10
#define AT_A_TIME 32 /* operations that are asked for by name, to be taken away */

static void name_operation(
	const struct kc_writer_id *writer, uint64_t number, char ret[static NAME_LEN + 1])
{
	kc_writer_name_put(writer, ret);
	ret[KC_WRITER_DIGITS] = '-';
	kc_writer_name_put_number(number, ret + KC_WRITER_DIGITS + 1);
}

bool kc_records_log_parse(const char *name, struct kc_writer_id *ret_writer, uint64_t *ret_number)
{
	return strlen(name) == NAME_LEN && name[KC_WRITER_DIGITS] == '-' &&
	       kc_writer_name_parse(name, ret_writer) &&
	       kc_writer_name_parse_number(name + KC_WRITER_DIGITS + 1, ret_number);
}

/* The name of every record of the zone, each once or more often. */
static kc_err each(struct kc_cloud *cloud, kc_record_visit visit, void *context)
{
	struct kc_feed_token token = {0};
	bool more = true;

	while (more)
		KC_TRY(kc_records_skim(
			cloud, KC_ZONE_VALUES, "", &token, PAGE, visit, context, &more));
	return KC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static kc_err count_in(void *context, const struct kc_record_row *row)
{
	struct kc_writer_id writer;
	uint64_t number;

	if (kc_record_is_tombstone(row) || !kc_records_log_parse(row->name, &writer, &number))
		return KC_OK;
	return kc_cloud_logs_add(context, &writer, number);
}

kc_err kc_records_log_list(struct kc_cloud *cloud, struct kc_cloud_logs *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	KC_TRY(each(cloud, count_in, &logs));
	*ret = logs;
	logs = (struct kc_cloud_logs){0};
	return KC_OK;
}

static kc_err keep(void *context, const struct kc_record_row *row)
{
	struct kc_buf *ret = context;

	kc_buf_push(ret, row->value.data, row->value.len);
	return kc_buf_check(ret);
}

static kc_err get(struct kc_cloud *cloud, const char *name, struct kc_buf *ret)
{
	return kc_records_get(cloud, KC_ZONE_VALUES, &name, 1, keep, ret);
}

/* A record arrives whole: one that is short is so for good. */
kc_err kc_records_log_read(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	char name[NAME_LEN + 1];
	size_t len;

	name_operation(writer, number, name);
	KC_TRY(get(cloud, name, &value));
	if (value.len == 0)
		return KC_ERR(WAITING);
	if (kc_der_measure(kc_buf_bytes(&value), &len) != KC_OK || len != value.len)
		return KC_ERR(REFUSED);
	kc_buf_push(ret, value.data, value.len);
	return kc_buf_check(ret);
}

/* --- writing ------------------------------------------------------------------------------------
 */

kc_err kc_records_log_append(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation)
{
	KC_CLEANUP_BUF struct kc_buf there = KC_BUF_INIT;
	char name[NAME_LEN + 1];
	struct kc_record_write write = {.name = name, .value = operation};
	struct kc_etag etag;
	kc_err err;

	name_operation(writer, number, name);
	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	err = kc_records_put(cloud, KC_ZONE_VALUES, &write, 1, &etag);
	if (err != KC_E_CONFLICT)
		return err;
	/* An attempt before may have got there without our being told. */
	KC_TRY(get(cloud, name, &there));
	return kc_bytes_equal(kc_buf_bytes(&there), operation) ? KC_OK : KC_ERR(DUPLICATE);
}

/* What is to be taken away. */
struct batch {
	struct kc_writer_id writer;
	uint64_t below;
	size_t count;
	char names[KC_RECORDS_MAX_BATCH][NAME_LEN + 1];
	struct kc_record_write writes[KC_RECORDS_MAX_BATCH];
	struct kc_etag etags[KC_RECORDS_MAX_BATCH];
};

static kc_err add_to_batch(void *context, const struct kc_record_row *row)
{
	struct batch *batch = context;
	struct kc_record_write *write;
	struct kc_writer_id writer;
	uint64_t number;

	if (kc_record_is_tombstone(row) || !kc_records_log_parse(row->name, &writer, &number) ||
		memcmp(&writer, &batch->writer, sizeof writer) != 0 || number >= batch->below ||
		batch->count == KC_RECORDS_MAX_BATCH)
		return KC_OK;
	write = &batch->writes[batch->count];
	memcpy(batch->names[batch->count], row->name, NAME_LEN + 1);
	*write = (struct kc_record_write){.name = batch->names[batch->count], .expect = row->etag};
	kc_random_fill(write->id.bytes, sizeof write->id.bytes);
	batch->count++;
	return KC_OK;
}

static kc_err put_batch(struct kc_cloud *cloud, struct batch *batch)
{
	return kc_records_put(cloud, KC_ZONE_VALUES, batch->writes, batch->count, batch->etags);
}

/* Whatever stands of a log, wherever that is. */
static kc_err drop_all(struct kc_cloud *cloud, struct batch *batch)
{
	unsigned conflicts = 0;
	kc_err err;

	do {
		batch->count = 0;
		KC_TRY(each(cloud, add_to_batch, batch));
		if (batch->count == 0)
			return KC_OK;
		err = put_batch(cloud, batch);
		conflicts += err == KC_E_CONFLICT;
	} while (err == KC_OK || (err == KC_E_CONFLICT && conflicts < MOST_CONFLICTS));
	return err;
}

/* Some operations right below a number, by their names. *ret_gone: the first of them is gone. */
static kc_err drop_some(struct kc_cloud *cloud, struct batch *batch, bool *ret_gone)
{
	uint64_t first = batch->below > AT_A_TIME ? batch->below - AT_A_TIME : 1;
	char names[AT_A_TIME][NAME_LEN + 1];
	const char *wanted[AT_A_TIME];
	size_t count = 0;

	for (uint64_t number = first; number < batch->below; number++) {
		name_operation(&batch->writer, number, names[count]);
		wanted[count] = names[count];
		count++;
	}
	batch->count = 0;
	KC_TRY(kc_records_get(cloud, KC_ZONE_VALUES, wanted, count, add_to_batch, batch));
	*ret_gone = batch->count < count;
	batch->below = first;
	return batch->count ? put_batch(cloud, batch) : KC_OK;
}

/* A session's log can be taken away by both of its devices: what the other took is gone. A log is
 * taken away from its beginning, so what is below one that is gone is gone as well. */
kc_err kc_records_log_drop(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t below)
{
	KC_CLEANUP_FREE struct batch *batch = malloc(sizeof *batch);
	bool gone = false;

	if (!batch)
		return KC_ERR(NO_MEMORY);
	batch->writer = *writer;
	batch->below = below;
	if (below == UINT64_MAX)
		return drop_all(cloud, batch);
	while (!gone && batch->below > 1) {
		kc_err err = drop_some(cloud, batch, &gone);

		if (err == KC_E_CONFLICT) {
			batch->below = below;
			return drop_all(cloud, batch);
		}
		KC_TRY(err);
	}
	return KC_OK;
}
