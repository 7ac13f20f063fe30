/* SPDX-License-Identifier: ISC */
/*
 * The device, the store, and back to the beginning: in each layout the device has its keychain open
 * and has read nothing, and what an exchange does to it is undone.
 */
#include "tests/fuzz/exchange.h"

#include <stdio.h>
#include <string.h>

#include "backend/keychain_impl.h"
#include "backend/keychain_sync.h"
#include "backend/sync/line/cell_name.h"
#include "tests/check.h"
#include "tests/circle/chance.h"
#include "tests/circle/fast_keys.h"
#include "tests/circle/signing.h"
#include "tests/circle/world.h"
#include "tests/file.h"
#include "tests/fuzz/nested_txn.h"

#define GENP KC_CLASS_GENERIC
#define SEED 33
enum { READER, WRITER, DEVICES, SYNCS = 3, NEW_MAX = 8, ROWS_MAX = 64 };

/* What the other device wrote into a store of logs, and after which operation of its log there. */
static struct kc_writer_id log_writer;
static struct kc_circle *writer_circle;
static struct kc_buf operations[NEW_MAX];
static struct kc_log_position before[NEW_MAX];
static size_t count;

/* What it wrote into one of records, in which of its exchanges. */
static struct row {
	size_t sync;
	struct kc_cell cell;
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_buf value;
} rows[ROWS_MAX];
static size_t row_count, sync_number;

/* Who reads, by layout; and the number of a copy of the store. */
static struct home readers[WORLD_LAYOUTS];
#define FROZEN (MEMORY_CLOUD_MAX - WORLD_LAYOUTS)

static enum world_layout layout_of(enum exchange_input as)
{
	return as == EXCHANGE_OPERATION || as == EXCHANGE_WRITES ? WORLD_LOGS : WORLD_RECORDS;
}

/* --- what is new --------------------------------------------------------------------------------
 */

static void keep_operation(void *context, const char *name, struct kc_bytes value)
{
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT;
	struct kc_op op;

	(void)context;
	kc_op_put_hex(&own, KC_BYTES_OF(log_writer.bytes));
	if (strncmp(name, kc_buf_text(&own), own.len) != 0)
		return;
	CHECK_FATAL(count < NEW_MAX);
	CHECK_OK_FATAL(kc_op_parse(value, &log_writer, before[count].number + 1, &op));
	kc_buf_push(&operations[count++], value.data, value.len);
	if (count < NEW_MAX)
		before[count] = op.position;
}

/* What devices say to each other directly is not among it. */
static void keep_row(void *context, const char *name, struct kc_bytes value)
{
	struct row *row = &rows[row_count];

	(void)context;
	if (kc_cell_name_parse(name, &row->cell) != KC_OK)
		return;
	CHECK_FATAL(row_count < ROWS_MAX);
	row->sync = sync_number;
	snprintf(row->name, sizeof row->name, "%s", name);
	kc_buf_push(&row->value, value.data, value.len);
	row_count++;
}

static void sync_writer(void)
{
	CHECK_OK_FATAL(house_sync(&world.house, WRITER, NULL));
	sync_number++;
}

static void write_something(memory_cloud_visit keep)
{
	struct home *home = &world.house.homes[WRITER];

	memory_cloud_set_witness(keep, NULL);
	CHECK_OK_FATAL(words_add(home, GENP, "svce=mail acct=a sync=#1", "first"));
	sync_writer();
	CHECK_OK_FATAL(words_update(home, GENP, "svce=mail", "labl=x", "second"));
	CHECK_OK_FATAL(words_add(home, GENP, "svce=AirPort acct=a sync=#1", "air"));
	sync_writer();
	CHECK_OK_FATAL(words_delete(home, GENP, "svce=mail"));
	sync_writer();
	memory_cloud_set_witness(NULL, NULL);
}

static void recall_writer(void)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_keychain_sync_recall(
		world.house.homes[WRITER].keychain, &place, &writer_circle));
	before[0] = kc_circle_self(writer_circle)->position;
}

/* What is true gets as far as the items. */
static void check_reading(void)
{
	for (unsigned as = 0; as < EXCHANGE_ROW; as++) {
		KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;

		CHECK_FATAL(exchange_seed((enum exchange_input)as, 0, &seed));
		CHECK_FATAL(exchange_offer((enum exchange_input)as, kc_buf_bytes(&seed)) == 1);
	}
}

static void begin_in(enum world_layout layout)
{
	struct home *from = &world.house.homes[READER], *reader = &readers[layout];

	world_restore(DEVICES, 0, layout);
	memory_cloud_copy(0, FROZEN + layout);
	home_close(from);
	home_init_empty(reader);
	file_remove_tree(reader->path);
	house_copy_tree(from->path, reader->path);
	home_open(reader);
	home_unlock(reader);
}

void exchange_begin(void)
{
	world_begin();
	begin_in(WORLD_LOGS);
	log_writer = world.writers[WRITER];
	recall_writer();
	write_something(keep_operation);
	CHECK_FATAL(count >= SYNCS);
	sync_number = 0;
	begin_in(WORLD_RECORDS);
	write_something(keep_row);
	CHECK_FATAL(row_count >= 2 * SYNCS);
	fast_keys_believe = true;
	check_reading();
}

void exchange_end(void)
{
	for (size_t i = 0; i < NEW_MAX; i++)
		kc_buf_done(&operations[i]);
	for (size_t i = 0; i < ROWS_MAX; i++)
		kc_buf_done(&rows[i].value);
	kc_circle_free(writer_circle);
	for (size_t i = 0; i < WORLD_LAYOUTS; i++)
		home_done(&readers[i]);
	world_end();
}

/* --- offering -----------------------------------------------------------------------------------
 */

static void put_operation(struct kc_bytes operation)
{
	memory_cloud_put(0, &log_writer, before[0].number + 1, operation);
}

/* Calls visit for each write of a list of encoded ones, with the write as it is encoded; false at
 * the first that is none, which is then in *writes. */
typedef void (*write_visit)(
	void *context, struct kc_bytes encoded, const struct kc_op_write *write);
static bool each_write(struct kc_bytes *writes, write_visit visit, void *context)
{
	struct kc_der_reader r, one;

	kc_der_reader_init(&r, *writes);
	while (kc_der_more(&r)) {
		const uint8_t *start = r.at;
		struct kc_op_write write;

		kc_der_enter(&r, KC_DER_SEQUENCE, &one);
		write.key = kc_der_get_utf8(&one);
		write.value = kc_der_get_bytes(&one);
		kc_der_leave(&r, &one);
		if (kc_der_reader_check(&r) != KC_OK) {
			*writes = kc_bytes(start, (size_t)(writes->data + writes->len - start));
			return false;
		}
		visit(context, kc_bytes(start, (size_t)(r.at - start)), &write);
	}
	return true;
}

static void put_contents(void *context, struct kc_bytes encoded, const struct kc_op_write *write)
{
	struct kc_op_builder *builder = context;

	if (!kc_op_key_holds_list(write->key))
		kc_der_put_raw(&builder->contents_w, encoded);
}

/* Makes the list one that ends this operation, if it is one at all: what else is in that is looked
 * at then. */
static void put_list(void *context, struct kc_bytes encoded, const struct kc_op_write *write)
{
	struct kc_op_builder *builder = context;
	struct kc_place_in_store place = {&writer_circle->account, &log_writer, write->key};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, sealed = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;

	CHECK_FATAL(list != NULL);
	if (!kc_op_key_holds_list(write->key))
		return;
	if (kc_circle_open(writer_circle, &place, write->value, &record) != KC_OK ||
		kc_list_parse(kc_buf_bytes(&record), &writer_circle->account, list, &id) != KC_OK) {
		kc_der_put_raw(&builder->lists_w, encoded);
		return;
	}
	CHECK_OK_FATAL(signing_name(list, builder, &before[0]));
	kc_buf_reset(&sealed);
	if (kc_list_build(list, &writer_circle->account, &writer_circle->identity, &sealed) !=
		KC_OK)
		return;
	kc_buf_reset(&record);
	CHECK_OK_FATAL(kc_circle_seal(writer_circle, &place, kc_buf_bytes(&sealed), &record));
	kc_op_builder_put(builder, write->key, kc_buf_bytes(&record));
}

static void put_writes(struct kc_bytes writes)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	uint8_t digest[KC_OP_DIGEST_LEN];
	struct kc_log_position ignored;
	struct kc_bytes rest = writes;

	kc_op_builder_init(&builder, &log_writer, &before[0], false);
	if (!each_write(&rest, put_contents, &builder))
		kc_der_put_raw(&builder.contents_w, rest);
	if (kc_op_builder_close(&builder, digest) != KC_OK)
		return;
	rest = writes;
	(void)each_write(&rest, put_list, &builder);
	if (kc_op_builder_end(&builder, &before[0], &made, &ignored) == KC_OK)
		put_operation(kc_buf_bytes(&made));
}

static void put_cell(void *context, struct kc_bytes encoded, const struct kc_op_write *write)
{
	const struct kc_writer_id *writer = context;
	char name[KC_RECORDS_MAX_NAME + 1];

	(void)encoded;
	if (kc_cell_name_put(write->key, writer, name) == KC_OK)
		memory_cloud_put_record(0, kc_cell_zone(write->key), name, write->value);
}

static void put_cells(struct kc_bytes writes)
{
	(void)each_write(&writes, put_cell, &world.writers[WRITER]);
}

static void put_row(struct kc_bytes bytes)
{
	const uint8_t *end = bytes.len ? memchr(bytes.data + 1, 0, bytes.len - 1) : NULL;
	enum kc_zone zone;
	size_t used;

	if (!end)
		return;
	zone = bytes.data[0] & 1 ? KC_ZONE_RECORDS : KC_ZONE_VALUES;
	used = (size_t)(end - bytes.data) + 1;
	memory_cloud_put_record(0, zone, (const char *)bytes.data + 1,
		kc_bytes(bytes.data + used, bytes.len - used));
}

static void (*const put[EXCHANGE_INPUTS])(struct kc_bytes bytes) = {
	[EXCHANGE_OPERATION] = put_operation,
	[EXCHANGE_WRITES] = put_writes,
	[EXCHANGE_CELLS] = put_cells,
	[EXCHANGE_ROW] = put_row,
};

uint64_t exchange_offer(enum exchange_input as, struct kc_bytes bytes)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	enum world_layout layout = layout_of(as);
	struct kc_keychain *keychain = readers[layout].keychain;
	kc_err err;

	chance_seed_random(SEED);
	memory_cloud_register(layout == WORLD_RECORDS);
	memory_cloud_copy(FROZEN + layout, 0);
	put[as](bytes);
	nested_txn_begin(keychain->store);
	err = kc_keychain_sync_now(keychain, &report);
	nested_txn_undo(keychain->store);
	kc_keychain_sync_close(keychain);
	CHECK_FATAL(err == KC_OK || err == KC_E_STORE_SUSPECT || err == KC_E_NOT_MEMBER ||
		    err == KC_E_STORE_GONE);
	return report.received;
}

/* --- seeds --------------------------------------------------------------------------------------
 */

static bool seed_operation(enum exchange_input as, size_t number, struct kc_buf *ret)
{
	struct kc_bytes bytes;
	struct kc_op op;

	if (number >= count)
		return false;
	bytes = kc_buf_bytes(&operations[number]);
	CHECK_OK_FATAL(kc_op_parse(bytes, &log_writer, before[number].number + 1, &op));
	if (as == EXCHANGE_WRITES) {
		bytes = kc_bytes(op.writes.at, (size_t)(op.writes.end - op.writes.at));
		kc_buf_push(ret, bytes.data, bytes.len);
		bytes = kc_bytes(op.lists.at, (size_t)(op.lists.end - op.lists.at));
	}
	kc_buf_push(ret, bytes.data, bytes.len);
	return true;
}

/* All that one exchange has written, as writes. */
static bool seed_cells(size_t number, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	for (size_t i = 0; i < row_count; i++) {
		if (rows[i].sync != number)
			continue;
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_str(&w, rows[i].cell.key);
		kc_der_put_bytes(&w, kc_buf_bytes(&rows[i].value));
		kc_der_end(&w);
	}
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	return number < SYNCS;
}

static bool seed_row(size_t number, struct kc_buf *ret)
{
	const struct row *row;

	if (number >= row_count)
		return false;
	row = &rows[number];
	kc_buf_push_byte(ret, kc_cell_zone(kc_bytes_str(row->cell.key)) == KC_ZONE_RECORDS);
	kc_buf_push(ret, (const uint8_t *)row->name, strlen(row->name) + 1);
	kc_buf_push(ret, row->value.data, row->value.len);
	return true;
}

bool exchange_seed(enum exchange_input as, size_t number, struct kc_buf *ret)
{
	switch (as) {
	case EXCHANGE_OPERATION:
	case EXCHANGE_WRITES:
		return seed_operation(as, number, ret);
	case EXCHANGE_CELLS:
		return seed_cells(number, ret);
	case EXCHANGE_ROW:
		return seed_row(number, ret);
	case EXCHANGE_INPUTS:
		break;
	}
	return false;
}
