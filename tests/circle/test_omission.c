/* SPDX-License-Identifier: ISC */
/*
 * A store that leaves things out, and covers its tracks: one write of one operation is missing, or
 * something else stands in its place, or all are, or one is there that belongs to another
 * operation; and the digests of that log are right again from there to its end. Of a store of
 * records the same is done to each record.
 *
 * The list that ends an operation names all else that is in it, so that none of this passes for
 * what its writer wrote, and the operation is missing: which is seen elsewhere, since lists name
 * each other. So a device says in the end that the store looks wrong; it is never content with
 * less, and when the truth is shown nothing is left of it. Of records those are of no account that
 * the device had before, or has from its sponsor; all others a list or a head names
 * (doc/protocol.md 3.2, rule 4).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/cloud/writer_name.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/family.h"
#include "tests/evilstore/evil_house.h"
#include "tests/file.h"

#define START_MS INT64_C(1800000000000)
#define KEY_ID_AT 12 /* a byte of the key's id in an envelope */
#define GRACE_MS ((int64_t)KC_ABSORB_GRACE_MS + 1000)

static struct family family;
static int64_t frozen_ms;
static bool long_run;

/* --- logs that are told anew --------------------------------------------------------------------
 */

enum lie { LIE_MISSING, LIE_JUNK, LIE_LATER, LIE_EMPTIED, LIE_FOREIGN, LIE_SWAPPED, LIE_COUNT };
static const char *const lie_names[LIE_COUNT] = {
	[LIE_MISSING] = "nothing",
	[LIE_JUNK] = "junk",
	[LIE_LATER] = "something under a key to come",
	[LIE_EMPTIED] = "nothing but the list",
	[LIE_FOREIGN] = "a write of another operation beside",
	[LIE_SWAPPED] = "a write of another operation",
};

struct log {
	struct kc_writer_id writer;
	uint64_t first, last; /* what the reader has not read yet */
};

static bool read_op(const struct log *log, uint64_t number, struct kc_buf *bytes, struct kc_op *op)
{
	char path[HOUSE_PATH_MAX];

	house_path(&family.house, &log->writer, number, path);
	return file_read(path, bytes) &&
	       kc_op_parse(kc_buf_bytes(bytes), &log->writer, number, op) == KC_OK;
}

/* The first write of the first operation of a log. */
static void put_foreign(struct kc_op_builder *builder, const struct log *log)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	CHECK_FATAL(read_op(log, 1, &bytes, &op) && kc_op_next(&op, &write));
	kc_op_builder_put(builder, write.key, write.value);
}

static void put_lie(struct kc_op_builder *builder, const struct log *log,
	const struct kc_op_write *write, enum lie lie)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	if (lie == LIE_FOREIGN || lie == LIE_SWAPPED)
		put_foreign(builder, log);
	if (lie == LIE_FOREIGN)
		kc_op_builder_put(builder, write->key, write->value);
	if (lie != LIE_JUNK && lie != LIE_LATER)
		return;
	kc_buf_push(&value, write->value.data, write->value.len);
	if (lie == LIE_LATER && value.len > KEY_ID_AT)
		value.data[KEY_ID_AT] ^= 0x01;
	else
		value.data[value.len - 1] ^= 0x01;
	kc_op_builder_put(builder, write->key, kc_buf_bytes(&value));
}

/* Writes one operation again, after another one than it was. */
static void retell(const struct log *log, uint64_t number, struct kc_log_position *after, size_t at,
	enum lie lie)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, told = KC_BUF_INIT;
	struct kc_op_write write;
	char path[HOUSE_PATH_MAX];
	struct kc_op op;

	CHECK_FATAL(read_op(log, number, &bytes, &op));
	kc_op_builder_init(&builder, &log->writer, after, op.base);
	for (size_t i = 0; kc_op_next(&op, &write); i++)
		if (i == at)
			put_lie(&builder, log, &write, lie);
		else if (at == SIZE_MAX || lie != LIE_EMPTIED || kc_op_key_holds_list(write.key))
			kc_op_builder_put(&builder, write.key, write.value);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, after, &told, after));
	house_path(&family.house, &log->writer, number, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&told)));
}

/* The log from an operation on, with a lie in place of one of its writes. */
static void tell_lie(const struct log *log, uint64_t number, size_t at, enum lie lie)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position after = {.number = 0};
	struct kc_op op;

	if (number > 1) {
		CHECK_FATAL(read_op(log, number - 1, &bytes, &op));
		after = op.position;
	}
	for (uint64_t n = number; n <= log->last; n++)
		retell(log, n, &after, n == number ? at : SIZE_MAX, lie);
}

/* --- what comes of it ---------------------------------------------------------------------------
 */

static size_t lies, made_up_for, named, mended;

/* A reader and a folder that are as they were. */
static void begin_again(size_t reader)
{
	house_clock_set(frozen_ms);
	family_restore_store(&family);
	family_restore_device(&family, reader);
}

/* Whether a device is content: it has everything, and the exchange has nothing against the store.
 * Otherwise the store must be suspect. */
static bool is_content(size_t reader, const char *words)
{
	kc_err err = house_sync(&family.house, reader, NULL);
	bool content = err == KC_OK && family_is_complete(&family, reader);

	CHECK_MSG(content || err == KC_E_STORE_SUSPECT, words);
	CHECK_MSG(family_keeps_own(&family, reader), words);
	return content;
}

/* The log is true again; of a store of records, all is. */
static void mend(const struct log *log)
{
	if (log)
		family_restore_log(&family, &log->writer);
	else
		evil_house_mute();
}

/* What a reader makes of a store that lies, at first, after the time that a piece may take, and
 * when it is true again. */
static void find_out(size_t reader, const struct log *log, const char *words)
{
	kc_err err = house_sync(&family.house, reader, NULL);

	CHECK_MSG(err == KC_OK || err == KC_E_STORE_SUSPECT, words);
	CHECK_MSG(family_keeps_own(&family, reader), words);
	house_clock_move(GRACE_MS);
	if (is_content(reader, words))
		made_up_for++;
	else
		named++;
	mend(log);
	CHECK_MSG(is_content(reader, words), words);
	mended++;
	lies++;
}

static void show_lie(size_t reader, const struct log *log, uint64_t number, size_t at,
	struct kc_bytes key, enum lie lie)
{
	char words[160];

	snprintf(words, sizeof words, "device %zu: %s in operation %d: %.*s", reader,
		lie_names[lie], (int)number, (int)key.len, key.data);
	begin_again(reader);
	tell_lie(log, number, at, lie);
	find_out(reader, log, words);
}

/* One whole operation is emptied once, where that takes something out; none is swapped with itself.
 */
static bool may_tell(uint64_t number, size_t at, const struct kc_op_write *write, enum lie lie)
{
	if (lie == LIE_EMPTIED)
		return at == 0 && !kc_op_key_holds_list(write->key);
	return (lie != LIE_FOREIGN && lie != LIE_SWAPPED) || (number > 1 && at == 0);
}

/* The newcomer knows every digest but the last few: it is shown a sample. */
static void lie_about_op(size_t reader, const struct log *log, uint64_t number)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	family_restore_store(&family);
	CHECK_FATAL(read_op(log, number, &bytes, &op));
	for (size_t at = 0; kc_op_next(&op, &write); at++)
		for (enum lie lie = 0; lie < LIE_COUNT; lie++)
			if (may_tell(number, at, &write, lie) &&
				(reader != FAMILY_NEWCOMER || long_run || (number + at) % 4 == 0))
				show_lie(reader, log, number, at, write.key, lie);
}

/* What a device has not read of the logs that it will. */
static size_t find_logs(size_t reader, struct log *ret, size_t most)
{
	KC_CLEANUP_CIRCLE struct kc_circle *all = house_recall(&family.house, FAMILY_ELDER);
	KC_CLEANUP_CIRCLE struct kc_circle *own = house_recall(&family.house, reader);
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	size_t count = 0;

	CHECK_OK_FATAL(kc_cloud_open(family.house.store, &cloud));
	CHECK_OK_FATAL(kc_cloud_list(cloud, &logs));
	for (size_t i = 0; i < all->member_count && count < most; i++) {
		const struct kc_member *known = kc_circle_find(own, &all->members[i]->id);
		struct kc_writer_id writer = kc_circle_writer(&all->members[i]->id);
		const struct kc_cloud_log *log = kc_cloud_logs_find(&logs, &writer);

		if (known == kc_circle_self(own) || !log)
			continue;
		ret[count++] =
			(struct log){writer, known ? known->position.number + 1 : 1, log->last};
	}
	return count;
}

static void lie_to(size_t reader)
{
	struct log logs[FAMILY_SIZE];
	size_t count;

	begin_again(reader);
	count = find_logs(reader, logs, FAMILY_SIZE);
	CHECK(count == FAMILY_SIZE - 1);
	for (size_t i = 0; i < count; i++)
		for (uint64_t number = logs[i].first; number <= logs[i].last; number++)
			lie_about_op(reader, &logs[i], number);
}

/* --- the tests ----------------------------------------------------------------------------------
 */

static void a_house_with_a_past(void)
{
	house_clock_set(START_MS);
	family_init(&family, &family_in_folder);
	house_clock_move(1000);
	frozen_ms = START_MS + 1000;
}

/* The control: the same without a lie. */
static void the_truth_told_anew(void)
{
	struct log logs[FAMILY_SIZE];
	size_t count = find_logs(FAMILY_SLEEPER, logs, FAMILY_SIZE);

	for (size_t i = 0; i < count; i++)
		tell_lie(&logs[i], logs[i].first, SIZE_MAX, LIE_MISSING);
	CHECK(is_content(FAMILY_SLEEPER, "the truth"));
	house_clock_move(GRACE_MS);
	CHECK(is_content(FAMILY_SLEEPER, "the truth"));
}

static void to_one_who_was_away(void)
{
	lie_to(FAMILY_SLEEPER);
}

static void to_one_who_is_new(void)
{
	lie_to(FAMILY_NEWCOMER);
}

/* What the sponsor had is promised to a new device: a log that ends before that has lost something.
 */
static void a_log_that_ends_early(void)
{
	struct log logs[FAMILY_SIZE];
	char path[HOUSE_PATH_MAX], words[80];
	size_t count;

	begin_again(FAMILY_NEWCOMER);
	count = find_logs(FAMILY_NEWCOMER, logs, FAMILY_SIZE);
	for (size_t i = 0; i < count; i++)
		for (uint64_t end = 0; end < logs[i].last; end++) {
			begin_again(FAMILY_NEWCOMER);
			for (uint64_t number = end + 1; number <= logs[i].last; number++) {
				house_path(&family.house, &logs[i].writer, number, path);
				CHECK_FATAL(unlink(path) == 0);
			}
			snprintf(words, sizeof words, "log %zu ends at %d", i, (int)end);
			find_out(FAMILY_NEWCOMER, &logs[i], words);
		}
}

static void count_ends(void)
{
	printf("%zu lies, %zu of no account, %zu named, %zu mended ", lies, made_up_for, named,
		mended);
	CHECK(made_up_for + named == lies && mended == lies);
}

static void every_end_occurs(void)
{
	count_ends();
	CHECK(named > 100 && made_up_for < 10); /* of what tells others that they are out */
	family_done(&family);
	lies = made_up_for = named = mended = 0;
}

/* --- records ------------------------------------------------------------------------------------
 */

#define MOST_RECORDS 128
static char records[MOST_RECORDS][KC_RECORDS_MAX_NAME + 1];
static size_t record_count, told;

/* What a device wrote itself it knows (cases 66 and 70 of doc/attacks.md). */
static bool is_own(size_t reader, const char *name)
{
	struct kc_writer_id writer = evil_house_writer(&family.house, reader);
	char hex[KC_WRITER_DIGITS + 1];

	kc_writer_name_put(&writer, hex);
	return strlen(name) > KC_WRITER_DIGITS &&
	       strcmp(name + strlen(name) - KC_WRITER_DIGITS, hex) == 0;
}

/* In the order in which they were written. */
static void find_records(void)
{
	char name[KC_RECORDS_MAX_NAME + 1];

	for (size_t i = 0; evil_find(evil_world(0), "*", i, name); i++) {
		if (family_is_no_cell(name))
			continue;
		CHECK_FATAL(record_count < MOST_RECORDS);
		memcpy(records[record_count++], name, sizeof name);
	}
}

static void a_house_of_records_with_a_past(void)
{
	family_init(&family, &family_in_records);
	house_clock_move(1000);
	frozen_ms = EVIL_HOUSE_NOW + 1000;
	find_records();
	begin_again(FAMILY_SLEEPER);
	CHECK(is_content(FAMILY_SLEEPER, "the truth"));
	house_clock_move(GRACE_MS);
	CHECK(is_content(FAMILY_SLEEPER, "the truth"));
}

static bool put_under_a_key_to_come(void *context, const char *name, struct kc_buf *value)
{
	(void)context, (void)name;
	if (value->len > KEY_ID_AT)
		value->data[KEY_ID_AT] ^= 0x01;
	return true;
}

/* Whatever is no list. */
static bool is_list(void *context, const char *name, struct kc_buf *value)
{
	(void)context, (void)value;
	return name[0] == 'p' && name[1] == '-';
}

/* The nearest record of the same kind that is another's, if there is one. */
static const char *find_like(size_t reader, size_t at)
{
	size_t kind = strcspn(records[at], "-") + 1;

	for (size_t i = 1; i < record_count; i++) {
		const char *other = records[(at + i) % record_count];

		if (strncmp(other, records[at], kind) == 0 && !is_own(reader, other))
			return other;
	}
	return NULL;
}

/* Returns the number of the rule, or how many there can be. */
static size_t tell_lie_of_record(size_t reader, size_t at, enum lie lie)
{
	/* clang-format off */
	static const struct evil_rule rules[LIE_COUNT] = {
		[LIE_MISSING] = {.verb = EVIL_HIDE},
		[LIE_JUNK] = {.verb = EVIL_FLIP},
		[LIE_LATER] = {.verb = EVIL_CHANGE, .change = put_under_a_key_to_come},
		[LIE_EMPTIED] = {.verb = EVIL_CHANGE, .change = is_list},
		[LIE_SWAPPED] = {.verb = EVIL_SWAP},
	};
	/* clang-format on */
	struct evil_rule rule = rules[lie];

	rule.devices = 1u << reader;
	rule.names = lie == LIE_EMPTIED ? "[a-z]-*" : records[at];
	rule.other = find_like(reader, at);
	if (lie == LIE_FOREIGN || (lie == LIE_EMPTIED && at > 0) ||
		(lie == LIE_SWAPPED && !rule.other))
		return EVIL_MAX_RULES;
	return evil_add(&rule);
}

static void show_lie_of_record(size_t reader, size_t at, enum lie lie)
{
	char words[80 + KC_RECORDS_MAX_NAME];
	size_t rule;

	snprintf(words, sizeof words, "device %zu: %s for %.*s", reader, lie_names[lie],
		KC_RECORDS_MAX_NAME, records[at]);
	begin_again(reader);
	rule = tell_lie_of_record(reader, at, lie);
	if (rule == EVIL_MAX_RULES)
		return;
	find_out(reader, NULL, words);
	told += evil_deeds(rule) > 0;
}

static void lie_about_records(size_t reader)
{
	for (size_t at = 0; at < record_count; at++)
		for (enum lie lie = 0; lie < LIE_COUNT; lie++)
			if (!is_own(reader, records[at]) && (long_run || (at + lie) % 3 == 0))
				show_lie_of_record(reader, at, lie);
}

static void of_records_to_one_who_was_away(void)
{
	lie_about_records(FAMILY_SLEEPER);
}

static void of_records_to_one_who_is_new(void)
{
	lie_about_records(FAMILY_NEWCOMER);
}

/* Whether a record was written before an end. */
static bool is_before(void *context, const char *name, struct kc_buf *value)
{
	const size_t *end = context;

	(void)value;
	for (size_t i = 0; i < *end; i++)
		if (strcmp(records[i], name) == 0)
			return true;
	return family_is_no_cell(name);
}

/* A feed that ends early, told to one who is new. */
static void a_feed_that_ends_early(void)
{
	for (size_t end = 0; end < record_count; end += long_run ? 1 : 5) {
		char words[80];

		begin_again(FAMILY_NEWCOMER);
		evil_add(&(struct evil_rule){EVIL_CHANGE, .devices = 1u << FAMILY_NEWCOMER,
			.change = is_before, .context = &end});
		snprintf(words, sizeof words, "the feed ends at %zu", end);
		find_out(FAMILY_NEWCOMER, NULL, words);
	}
}

/* Who was told of a record before, or by somebody else, has it. */
static void every_end_occurs_of_records(void)
{
	count_ends();
	CHECK(named > 40 && told > named && made_up_for > 0);
	family_done(&family);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_house_with_a_past),
		CHECK_TEST(the_truth_told_anew),
		CHECK_TEST(to_one_who_was_away),
		CHECK_TEST(to_one_who_is_new),
		CHECK_TEST(a_log_that_ends_early),
		CHECK_TEST(every_end_occurs),
		CHECK_TEST(a_house_of_records_with_a_past),
		CHECK_TEST(of_records_to_one_who_was_away),
		CHECK_TEST(of_records_to_one_who_is_new),
		CHECK_TEST(a_feed_that_ends_early),
		CHECK_TEST(every_end_occurs_of_records),
	};

	home_use_memory();
	long_run = getenv("KC_LONG") != NULL;
	return check_main("omission", tests, KC_COUNT_OF(tests));
}
