/* SPDX-License-Identifier: ISC */
/*
 * A store that lies about the logs of others: operations are its to rewrite, since their digests
 * protect nothing. What it leaves out, puts in or holds back must be noticed, must not stay for
 * good when the store is honest again, and must not take more than its share of this device.
 *
 * With HOUSE_ON_SQLITE the store keeps records, and does the same to those, as far as it can be
 * done.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/circle/record/op.h"
#include "backend/keychain_sync.h"
#include "backend/sync/line/cell_name.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/circle/signing.h"
#include "tests/evilstore/evil.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define NOW INT64_C(1800000000000)
#define MINUTE (INT64_C(60) * 1000)
#define MOST_OPERATIONS 40

#ifdef HOUSE_ON_SQLITE
#define ON_RECORDS true
#else
#define ON_RECORDS false
#endif

/* The store is looked at a bounded number of times, whatever is in it. */
static unsigned looks, most_looks;

int faccessat(int dir, const char *name, int mode, int flags)
{
	struct stat status;

	if (most_looks && ++looks > most_looks) {
		fputs("the exchange does not end\n", stderr);
		_exit(1);
	}
	(void)mode;
	return fstatat(dir, name, &status, flags & AT_SYMLINK_NOFOLLOW);
}

/* The largest block that was asked for while records were sorted. */
static size_t largest;

void *reallocarray(void *block, size_t count, size_t size)
{
	if (count > largest / size)
		largest = count * size;
	return realloc(block, count * size);
}

/* --- rewriting a log ----------------------------------------------------------------------------
 */

/* A device's log as it was; of records, the one that was spoilt. */
struct log {
	const char *url;
	char spoilt[KC_RECORDS_MAX_NAME + 1];
	struct kc_buf record;
	char folder[200];
	struct kc_writer_id writer;
	struct kc_buf operations[MOST_OPERATIONS];
	size_t count;
};

static void log_done(struct log *log)
{
	for (size_t i = 0; i < log->count; i++)
		kc_buf_done(&log->operations[i]);
	kc_buf_done(&log->record);
}
#define CLEANUP_LOG KC_CLEANUP(log_done)

static void operation_path(const struct log *log, uint64_t number, char ret[static 300])
{
	snprintf(ret, 300, "%s/%016" PRIu64 ".op", log->folder, number);
}

static void log_read(struct house *house, size_t device, struct log *ret)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};
	KC_CLEANUP_BUF struct kc_buf hex = KC_BUF_INIT;
	char path[300];

	*ret = (struct log){.url = house->url};
	CHECK_OK_FATAL(kc_keychain_devices(house->homes[device].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		if (list.rows[i].is_this)
			memcpy(ret->writer.bytes, list.rows[i].id, sizeof ret->writer.bytes);
	kc_op_put_hex(&hex, KC_BYTES_OF(ret->writer.bytes));
	snprintf(ret->folder, sizeof ret->folder, "%s/%s", house->store, kc_buf_text(&hex));
	for (;;) {
		struct kc_buf *bytes = &ret->operations[ret->count];

		operation_path(ret, ret->count + 1, path);
		if (access(path, F_OK) != 0 || ret->count == MOST_OPERATIONS)
			break;
		CHECK_FATAL(file_read(path, bytes));
		ret->count++;
	}
}

static void put_record(const struct log *log, const char *name, struct kc_bytes value)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_cell cell;

	CHECK_OK_FATAL(kc_cloud_open(log->url, &cloud));
	CHECK_OK_FATAL(kc_cell_name_parse(name, &cell));
	CHECK_OK_FATAL(evil_put(cloud, &log->writer, cell.key, value));
}

static void get_record(const struct log *log, const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	CHECK_OK_FATAL(kc_cloud_open(log->url, &cloud));
	kc_buf_reset(ret);
	CHECK_OK_FATAL(evil_get(cloud, name, ret));
}

static void log_restore(const struct log *log)
{
	char path[300];

	if (ON_RECORDS)
		put_record(log, log->spoilt, kc_buf_bytes(&log->record));
	for (size_t i = 0; i < log->count; i++) {
		operation_path(log, i + 1, path);
		CHECK_FATAL(file_write(path, kc_buf_bytes(&log->operations[i])));
	}
}

/* What becomes of one write: value may be changed; false takes it out. */
typedef bool (*edit_fn)(void *context, uint64_t number, struct kc_bytes key, struct kc_buf *value);

static struct kc_log_position end_of(const struct log *log)
{
	struct kc_op op;

	CHECK_FATAL(log->count > 0);
	CHECK_OK_FATAL(kc_op_parse(
		kc_buf_bytes(&log->operations[log->count - 1]), &log->writer, log->count, &op));
	return op.position;
}

/* Puts the writes of an operation that pass into another one. */
static void copy_writes(const struct log *log, uint64_t number, edit_fn edit, void *context,
	struct kc_op_builder *builder)
{
	struct kc_op_write write;
	struct kc_op op;

	CHECK_OK_FATAL(
		kc_op_parse(kc_buf_bytes(&log->operations[number - 1]), &log->writer, number, &op));
	while (kc_op_next(&op, &write)) {
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

		kc_buf_push(&value, write.value.data, write.value.len);
		if (edit(context, number, write.key, &value))
			kc_op_builder_put(builder, write.key, kc_buf_bytes(&value));
	}
}

static void write_operation(
	const struct log *log, struct kc_op_builder *builder, struct kc_log_position *at)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position next;
	char path[300];

	CHECK_OK_FATAL(kc_op_builder_end(builder, at, &bytes, &next));
	*at = next;
	operation_path(log, at->number, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&bytes)));
}

/* Writes the log anew, with a chain of digests that is right. */
static void log_edit(const struct log *log, edit_fn edit, void *context)
{
	struct kc_log_position at = {0};

	for (size_t i = 0; i < log->count; i++) {
		KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;

		kc_op_builder_init(&builder, &log->writer, &at, false);
		copy_writes(log, i + 1, edit, context, &builder);
		write_operation(log, &builder, &at);
	}
}

/* The first item of the log, or of one operation: cut out, or turned into something else. */
struct first_item {
	uint64_t number; /* 0: any */
	bool garble;
	bool done;
};

static bool spoil_first_item(
	void *context, uint64_t number, struct kc_bytes key, struct kc_buf *value)
{
	struct first_item *first = context;
	struct kc_bytes rest;

	if (first->done || (first->number && first->number != number) ||
		!kc_op_key_has(key, "i/", &rest))
		return true;
	first->done = true;
	if (first->garble)
		value->data[value->len - 1] ^= 1;
	return first->garble;
}

static void spoil_record(struct log *log, bool garble)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_cloud_open(log->url, &cloud));
	CHECK_FATAL(evil_find(cloud, "i-*", 0, log->spoilt));
	get_record(log, log->spoilt, &log->record);
	if (garble) {
		kc_buf_push(&value, log->record.data, log->record.len);
		value.data[value.len - 1] ^= 1;
	}
	put_record(log, log->spoilt, kc_buf_bytes(&value));
}

/* The first item that the store has of a device is garbled, or left out, until log_restore. */
static void spoil(struct house *house, size_t device, bool garble, struct log *ret)
{
	struct first_item first = {.garble = garble};

	log_read(house, device, ret);
	if (ON_RECORDS) {
		spoil_record(ret, garble);
		return;
	}
	log_edit(ret, spoil_first_item, &first);
	CHECK(first.done);
}

/* --- what is left out ---------------------------------------------------------------------------
 */

static void add_items(struct house *house, size_t device, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		char attrs[60];

		snprintf(attrs, sizeof attrs, "svce=s%d acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, "a secret"));
	}
}

static size_t count_items(struct house *house, size_t device)
{
	return words_count(&house->homes[device], GENP, "acct=ada");
}

/* An operation with a record that was altered is none, and of records it is alone; when nobody
 * tells its items on the live channel, they are missing. */
static void a_garbled_item_is_missing(void)
{
	CLEANUP_HOUSE struct house house;
	/* Of records more than is told on the live channel, which is in the store as well. */
	const size_t items = ON_RECORDS ? 600 : 3;
	struct kc_sync_report report = {0};
	CLEANUP_LOG struct log log;

	house_init_many(&house, NOW, 2);
	add_items(&house, 0, 0, (int)items);
	CHECK_OK(house_sync(&house, 0, NULL));
	spoil(&house, 0, true, &log);
	house_drop_sessions(&house);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.refused == 1); /* of a log the operation: its writer signed for another */
	CHECK(count_items(&house, 1) == (ON_RECORDS ? items - 1 : 0));
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	log_restore(&log);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(count_items(&house, 1) == items);
}

/* One of many is left out of the first operation of several. */
static void one_of_many_is_missing(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	CLEANUP_LOG struct log log;

	house_init_many(&house, NOW, 2);
	add_items(&house, 0, 0, 600);
	CHECK_OK(house_sync(&house, 0, NULL));
	spoil(&house, 0, false, &log);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK((ON_RECORDS ? report.waiting : report.refused) > 0);
	CHECK(count_items(&house, 1) == (ON_RECORDS ? 599 : 0));
	report.refused = report.waiting = 0;
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK((ON_RECORDS ? report.waiting : report.refused) > 0);
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	log_restore(&log);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(count_items(&house, 1) == 600);
	house_settle(&house);
}

/* A new device is shown less than its sponsor had, in a log that holds together. */
static void a_newcomer_is_shown_a_cut_log(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_keychain *s, *n;
	struct kc_device applicant;
	CLEANUP_LOG struct log log;

	house_clock_set(NOW);
	house_init(&house);
	add_items(&house, 0, 0, 3);
	CHECK_OK(house_sync(&house, 0, NULL));
	house_add_home(&house);
	s = house.homes[0].keychain;
	n = house.homes[1].keychain;
	CHECK_OK_FATAL(kc_keychain_pair_start(s, password, code));
	CHECK_OK_FATAL(kc_keychain_join_start(n, house.url, code, password));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_pair_poll(s, &applicant));
	CHECK_OK_FATAL(kc_keychain_pair_decide(s, true));
	spoil(&house, 0, false, &log);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_STORE_SUSPECT);
	CHECK(report.alarm && strcmp(report.alarm, ON_RECORDS ? "omission" : "fork") == 0);
	log_restore(&log);
	CHECK_OK(kc_keychain_join_poll(n, &report));
	CHECK(count_items(&house, 1) == 3);
}

/* The first of each two items of an operation. */
struct every_other {
	uint64_t number;
	unsigned items;
};

static bool drop_item(void *context, struct kc_bytes key, struct kc_buf *value)
{
	struct every_other *every = context;
	struct kc_bytes rest;

	(void)value;
	return !kc_op_key_has(key, "i/", &rest) || every->items++ % 2 == 1;
}

static bool drop_every_other(
	void *context, uint64_t number, struct kc_bytes key, struct kc_buf *value)
{
	const struct every_other *every = context;

	return number != every->number || drop_item(context, key, value);
}

/* Tells the last operation of a device otherwise, with its keys. */
static void retell_last(
	struct house *house, size_t device, const struct log *log, signing_edit edit, void *context)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_BUF struct kc_buf told = KC_BUF_INIT;
	char path[300];

	CHECK_OK_FATAL(signing_retell(
		circle, kc_buf_bytes(&log->operations[log->count - 1]), edit, context, &told));
	operation_path(log, log->count, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&told)));
}

/* An item moves away, another takes its place, and only that is shown: nobody may come to think
 * that there are two of one kind, and delete one. */
static void half_of_a_move(bool signed_for)
{
	enum { PAIRS = 8 };
	CLEANUP_HOUSE struct house house;
	struct every_other every = {.items = 0};
	CLEANUP_LOG struct log log;
	char words[60];

	house_clock_set(NOW);
	house_init(&house);
	house_add(&house, 0);
	for (int i = 0; i < PAIRS; i++) {
		snprintf(words, sizeof words, "svce=a%d acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, words, "was a"));
		snprintf(words, sizeof words, "svce=b%d acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, words, "was b"));
	}
	house_settle(&house);
	for (int i = 0; i < PAIRS; i++) {
		char query[20], changes[20];

		house_clock_move(1000);
		snprintf(query, sizeof query, "svce=b%d", i);
		snprintf(changes, sizeof changes, "svce=c%d", i);
		CHECK_OK_FATAL(words_update(&house.homes[0], GENP, query, changes, NULL));
		house_clock_move(1000);
		snprintf(query, sizeof query, "svce=a%d", i);
		snprintf(changes, sizeof changes, "svce=b%d", i);
		CHECK_OK_FATAL(words_update(&house.homes[0], GENP, query, changes, NULL));
	}
	CHECK_OK(house_sync(&house, 0, NULL));
	log_read(&house, 0, &log);
	every.number = log.count;
	if (signed_for)
		retell_last(&house, 0, &log, drop_item, &every);
	else
		log_edit(&log, drop_every_other, &every);
	CHECK(every.items == 2 * PAIRS);
	house_drop_sessions(&house);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(count_items(&house, 1) == 2 * PAIRS);
	if (signed_for) /* these are two lists of one number by now */
		return;
	log_restore(&log);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(count_items(&house, 0) == 2 * PAIRS);
	for (int i = 0; i < PAIRS; i++) {
		snprintf(words, sizeof words, "svce=c%d", i);
		CHECK(words_has_secret(&house.homes[1], GENP, words, "was b"));
	}
}

static void half_of_a_move_by_the_store(void)
{
	half_of_a_move(false);
}

/* By the one that has its keys: its own list names what it leaves out. */
static void half_of_a_move_by_its_writer(void)
{
	half_of_a_move(true);
}

/* --- what is put in -----------------------------------------------------------------------------
 */

/* Adds an operation to the log, with as many writes of one value; signed for when a circle has the
 * keys of the device. */
static void append_writes(const struct log *log, const struct kc_circle *circle,
	struct kc_log_position *at, bool base, const char *key, struct kc_bytes value, size_t times)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position next;
	char path[300];

	kc_op_builder_init(&builder, &log->writer, at, base);
	for (size_t i = 0; i < times; i++)
		kc_op_builder_put(&builder, kc_bytes_str(key), value);
	CHECK_OK_FATAL(circle ? signing_end_plainly(circle, &builder, at, &bytes, &next)
			      : kc_op_builder_end(&builder, at, &bytes, &next));
	*at = next;
	operation_path(log, at->number, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&bytes)));
}

/* Writes so small that what is remembered of each is many times as large, by one that is in. */
static void crumbs(void)
{
	enum { OPERATIONS = 250 };
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_sync_report report = {0};
	struct kc_log_position at;
	CLEANUP_LOG struct log log;

	house_init_many(&house, NOW, 2);
	log_read(&house, 0, &log);
	at = end_of(&log);
	circle = house_recall(&house, 0);
	for (int i = 0; i < OPERATIONS; i++)
		append_writes(&log, circle, &at, false, "g", kc_bytes_str("x"), KC_OP_MAX_WRITES);
	largest = 0;
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.refused == (uint64_t)OPERATIONS * KC_OP_MAX_WRITES);
	CHECK(largest > 0 && largest <= (size_t)40 << 20);
}

/* Nothing signed says where a log begins anew, so nobody leaps over what is in between. */
static void a_log_that_begins_anew(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_log_position at, far;
	CLEANUP_LOG struct log log;
	char path[300];

	house_init_many(&house, NOW, 2);
	log_read(&house, 0, &log);
	at = far = end_of(&log);
	far.number = KC_CLOUD_MAX_NUMBER - 1;
	append_writes(&log, NULL, &far, true, "zz", kc_bytes(NULL, 0), 1);
	for (size_t i = 0; i < log.count; i++) {
		operation_path(&log, i + 1, path);
		CHECK(unlink(path) == 0);
	}
	CHECK_OK(house_sync(&house, 1, NULL));
	operation_path(&log, far.number, path);
	CHECK(unlink(path) == 0);
	log_restore(&log);
	CHECK_OK(house_sync(&house, 1, NULL));
	add_items(&house, 0, 0, 1);
	house_settle(&house);
	CHECK(count_items(&house, 1) == 1);
	/* And one that is next in its turn continues the log like any other. */
	log_done(&log);
	log_read(&house, 0, &log);
	at = end_of(&log);
	at.digest[0] ^= 1;
	append_writes(&log, NULL, &at, true, "zz", kc_bytes(NULL, 0), 1);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
}

/* Turns the first item into one under a key that nobody has: it waits. */
static bool unknown_key(void *context, struct kc_bytes key, struct kc_buf *value)
{
	struct first_item *first = context;
	struct kc_bytes rest;

	/* { version, account tag, view tag, name, kid, … }: 4 + 3 octets, then 18 for each tag. */
	if (!first->done && kc_op_key_has(key, "i/", &rest)) {
		value->data[4 + 3 + 3 * 18 + 2] ^= 1;
		first->done = true;
	}
	return true;
}

/* More behind a record that waits than one exchange reads: the exchange ends all the same. */
static void much_behind_what_waits(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf much = KC_BUF_INIT;
	struct first_item first = {.garble = false};
	struct kc_sync_report report = {0};
	struct kc_log_position at;
	CLEANUP_LOG struct log log;

	house_init_many(&house, NOW, 2);
	add_items(&house, 0, 0, 1);
	CHECK_OK(house_sync(&house, 0, NULL));
	log_read(&house, 0, &log);
	retell_last(&house, 0, &log, unknown_key, &first);
	CHECK(first.done);
	log_done(&log);
	log_read(&house, 0, &log);
	at = end_of(&log);
	circle = house_recall(&house, 0);
	kc_buf_extend(&much, (size_t)3 << 20);
	for (int i = 0; i < 12; i++)
		append_writes(&log, circle, &at, false, "zz", kc_buf_bytes(&much), 1);
	house_drop_sessions(&house);
	looks = 0;
	most_looks = 2000;
	CHECK_OK(house_sync(&house, 1, &report));
	most_looks = 0;
	CHECK(report.waiting > 0);
}

/* --- what a removed device's keys are good for --------------------------------------------------
 */

/* A device's next list, changed, as its next word: it does not know of it itself. */
static void append_list(struct house *house, size_t device,
	void (*change)(struct kc_list *list, const void *context), const void *context)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, sealed = KC_BUF_INIT;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_writer_id writer = kc_circle_writer(&self->id);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str("p")};

	CHECK_FATAL(list != NULL);
	CHECK_OK_FATAL(kc_cloud_open(house->url, &cloud));
	*list = *self->list;
	list->seq++;
	list->has_prev = true;
	list->prev = self->list_id;
	change(list, context);
	CHECK_OK_FATAL(evil_name_next(cloud, &writer, list));
	CHECK_OK_FATAL(kc_list_build(list, &circle->account, &circle->identity, &record));
	CHECK_OK_FATAL(kc_circle_seal(circle, &place, kc_buf_bytes(&record), &sealed));
	CHECK_OK_FATAL(evil_put(cloud, &writer, "p", kc_buf_bytes(&sealed)));
}

static void contradict(struct kc_list *list, const void *context)
{
	(void)context;
	for (size_t i = 0; i < list->seen_count; i++)
		list->seen[i].id.bytes[0] ^= 1;
}

static void put_out(struct kc_list *list, const void *context)
{
	const struct kc_exclusion *exclusion = context;

	list->exclude[list->exclude_count++] = *exclusion;
}

static const struct kc_member *find_writer(
	const struct kc_circle *circle, const struct kc_writer_id *writer)
{
	for (size_t i = 0; i < circle->member_count; i++)
		if (memcmp(circle->members[i]->id.bytes, writer->bytes, sizeof writer->bytes) == 0)
			return circle->members[i];
	return NULL;
}

/* A device says that another one is out. */
static void put_out_by(struct house *house, size_t author, size_t target)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_exclusion exclusion = {.reason = KC_EXCLUSION_LOST};
	const struct kc_member *removed;
	CLEANUP_LOG struct log log;

	log_read(house, target, &log);
	circle = house_recall(house, author);
	removed = find_writer(circle, &log.writer);
	CHECK_FATAL(removed != NULL && removed->list != NULL);
	exclusion.target = removed->id;
	exclusion.cut_seq = removed->list->seq;
	exclusion.cut_id = removed->list_id;
	append_list(house, author, put_out, &exclusion);
}

/* A device ends every exchange of another with an alarm, and is removed: the other one hears of it
 * all the same. */
static void evidence_of_one_who_is_out(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};
	unsigned removed = 0;

	house_init_many(&house, NOW, 3);
	append_list(&house, 1, contradict, NULL);
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_STORE_SUSPECT);
	put_out_by(&house, 0, 1);
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK_OK(kc_keychain_devices(house.homes[2].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		removed += list.rows[i].standing == KC_DEVICE_REMOVED;
	CHECK(list.count == 3 && removed == 1);
}

/* The same with a log that has become shorter. */
static void the_log_of_one_who_is_out(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_LOG struct log log;
	char path[300];

	house_init_many(&house, NOW, 3);
	log_read(&house, 1, &log);
	operation_path(&log, log.count, path);
	CHECK(unlink(path) == 0);
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_STORE_SUSPECT);
	put_out_by(&house, 0, 1);
	CHECK_OK(house_sync(&house, 2, NULL));
}

static enum kc_device_standing standing(struct house *house, size_t asked, size_t of)
{
	return house_device(house, asked, of).standing;
}

/* The thief of a junior device puts the oldest one out, which puts out the thief's: the third one
 * comes to the same answer, whichever it hears first. */
static void whoever_is_heard_first(void)
{
	for (size_t first = 0; first < 2; first++) {
		CLEANUP_HOUSE struct house house;
		struct kc_sync_report report = {0};

		house_clock_set(NOW);
		house_init(&house);
		house_add(&house, 0);
		house_add(&house, 0);
		house_settle(&house);
		put_out_by(&house, first, 1 - first);
		CHECK_OK(house_sync(&house, 2, NULL));
		CHECK(standing(&house, 2, 1 - first) == KC_DEVICE_REMOVED);
		put_out_by(&house, 1 - first, first);
		CHECK_OK(house_sync(&house, 2, NULL));
		CHECK(standing(&house, 2, 0) == KC_DEVICE_MEMBER);
		CHECK(standing(&house, 2, 1) == KC_DEVICE_REMOVED);
		/* What is in the log of one who is out is neither news nor missed. */
		house_clock_move(11 * MINUTE);
		CHECK_OK(house_sync(&house, 2, &report));
		CHECK(report.waiting == 0 && report.refused == 0);
	}
}

/* --- clocks -------------------------------------------------------------------------------------
 */

/* What began to be missed while the clock was far ahead is not waited for until then. */
static void a_clock_that_was_ahead(void)
{
	CLEANUP_HOUSE struct house house;
	CLEANUP_LOG struct log log;

	house_init_many(&house, NOW, 2);
	add_items(&house, 0, 0, 2);
	CHECK_OK(house_sync(&house, 0, NULL));
	spoil(&house, 0, false, &log);
	house_clock_set(2 * NOW);
	CHECK_OK(house_sync(&house, 1, NULL));
	house_clock_set(NOW);
	CHECK_OK(house_sync(&house, 1, NULL));
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
}

int main(void)
{
	static const struct check_test tests[] = {
		/* These are of operations, their order and their number. */
		CHECK_TEST(half_of_a_move_by_the_store),
		CHECK_TEST(half_of_a_move_by_its_writer),
		CHECK_TEST(crumbs),
		CHECK_TEST(a_log_that_begins_anew),
		CHECK_TEST(much_behind_what_waits),
		CHECK_TEST(the_log_of_one_who_is_out),
		/* And these of whatever a store keeps. */
		CHECK_TEST(a_garbled_item_is_missing),
		CHECK_TEST(one_of_many_is_missing),
		CHECK_TEST(a_newcomer_is_shown_a_cut_log),
		CHECK_TEST(evidence_of_one_who_is_out),
		CHECK_TEST(whoever_is_heard_first),
		CHECK_TEST(a_clock_that_was_ahead),
	};
	enum { OF_LOGS = 6 };
	size_t first = ON_RECORDS ? OF_LOGS : 0;

	return check_main("lies", tests + first, KC_COUNT_OF(tests) - first);
}
