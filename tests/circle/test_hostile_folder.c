/* SPDX-License-Identifier: ISC */
/*
 * A folder that lies, byte by byte: every operation, and every record in one, flipped and cut
 * everywhere and offered to a device that has not read it yet. It may wait, refuse it, or raise an
 * alarm; it takes nothing, and it stays as it was.
 *
 * What is altered: the file (the digest tells) · a write, with the digest put right again, which
 * anyone can do who keeps the folder (envelope, item seal) · the record in the envelope, sealed
 * again, which a store can do that knows the account password (signatures).
 *
 * Two devices read: one that was away while others wrote, to which all is new, and one that has
 * just been let in, which knows of most of it from its sponsor. The first test is the control: what
 * is not altered is taken, and every check of the others can fail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/altering.h"
#include "tests/circle/family.h"
#include "tests/file.h"

static struct family family;

/* --- what is in the folder ----------------------------------------------------------------------
 */

struct op_file {
	struct kc_writer_id writer;
	uint64_t number;
	struct kc_buf bytes;
	bool is_done; /* the device that was away has had it altered */
};

static struct op_file files[64];
static size_t file_count;

static void add_file(void *context, const char *path, struct kc_buf *contents)
{
	struct op_file *file = &files[file_count];
	const char *name = strrchr(path, '/');

	(void)context;
	CHECK_FATAL(name && file_count < KC_COUNT_OF(files));
	CHECK_FATAL(kc_op_get_hex(
		kc_bytes(name - 32, 32), file->writer.bytes, sizeof file->writer.bytes));
	file->number = strtoull(name + 1, NULL, 10);
	file->bytes = *contents;
	*contents = (struct kc_buf)KC_BUF_INIT;
	file_count++;
}

static struct op_file *find_file(const struct kc_writer_id *writer, uint64_t number)
{
	for (size_t i = 0; i < file_count; i++)
		if (files[i].number == number &&
			memcmp(&files[i].writer, writer, sizeof *writer) == 0)
			return &files[i];
	return NULL;
}

/* --- walking through it -------------------------------------------------------------------------
 */

typedef void (*visit_op)(struct offering *offering, struct kc_bytes file, void *context);
typedef void (*visit_write)(struct offering *offering, struct kc_bytes encoded,
	const struct kc_op_write *write, void *context);

/* Takes a device through all that it has not read, each operation after what it builds on, and
 * calls visit before it takes one. The newcomer is spared those that the sleeper has been shown,
 * but in a long run. */
static void read_along(size_t device, visit_op visit, void *context)
{
	static struct offering offering;
	bool progress = true;

	offering_done(&offering); /* of a test that failed */
	offering_init(&offering, &family.house.homes[device]);
	while (progress) {
		progress = false;
		for (size_t i = 0; i < offering.circle->member_count; i++) {
			const struct kc_member *m = offering.circle->members[i];
			struct kc_writer_id writer = kc_circle_writer(&m->id);
			struct op_file *file = find_file(&writer, m->position.number + 1);

			if (i == offering.circle->self || !file)
				continue;
			offering_turn_to(&offering, i);
			if (device == FAMILY_SLEEPER || altering_everything || !file->is_done)
				visit(&offering, kc_buf_bytes(&file->bytes), context);
			file->is_done = file->is_done || device == FAMILY_SLEEPER;
			offering_accept(&offering, kc_buf_bytes(&file->bytes));
			progress = true;
		}
	}
	offering_done(&offering);
}

static void read_both(visit_op visit, void *context)
{
	read_along(FAMILY_SLEEPER, visit, context);
	read_along(FAMILY_NEWCOMER, visit, context);
}

/* Calls visit for each write of an operation, as it is encoded. */
static void each_write(
	struct offering *offering, struct kc_bytes file, visit_write visit, void *context)
{
	struct kc_writer_id writer =
		kc_circle_writer(&offering->circle->members[offering->member]->id);
	struct kc_op op;

	CHECK_OK_FATAL(kc_op_parse(file, &writer, offering->after.number + 1, &op));
	for (;;) {
		struct kc_der_reader *r = kc_der_more(&op.writes) ? &op.writes : &op.lists;
		const uint8_t *start = r->at;
		struct kc_op_write write;

		if (!kc_op_next(&op, &write))
			return;
		visit(offering, kc_bytes(start, (size_t)(r->at - start)), &write, context);
	}
}

/* --- the controls -------------------------------------------------------------------------------
 */

static void a_house_with_a_past(void)
{
	family_init(&family, &family_in_folder);
	house_each_operation(&family.house, add_file, NULL);
	CHECK(family_is_untouched(&family, FAMILY_SLEEPER));
	CHECK(family_is_untouched(&family, FAMILY_NEWCOMER));
}

/* Offers something as it is. What happens is undone. */
static void leave(const struct target *t, struct kc_bytes bytes)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	enum verdict verdict;

	t->build(t, bytes, &file);
	t->offering->signed_for = altering_is_alone(t);
	verdict = offering_try(t->offering, kc_buf_bytes(&file));
	t->tally->counts[t->kind][verdict]++;
	offering_restore(t->offering);
	CHECK(offering_is_untouched(t->offering));
}

static void leave_write(
	struct offering *o, struct kc_bytes encoded, const struct kc_op_write *write, void *context)
{
	struct target t = {.offering = o,
		.tally = context,
		.kind = altering_kind(write->key),
		.key = write->key};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	t.build = altering_as_write;
	leave(&t, encoded);
	t.build = altering_as_value;
	leave(&t, write->value);
	altering_open_record(&t, write, &record);
	t.build = altering_as_record;
	if (record.len)
		leave(&t, kc_buf_bytes(&record));
}

static void leave_op(struct offering *o, struct kc_bytes file, void *context)
{
	struct target t = {.offering = o, .tally = context, .kind = KIND_FILE};

	t.build = altering_as_file;
	leave(&t, file);
	t.build = altering_as_body;
	leave(&t, file);
	each_write(o, file, leave_write, context);
}

/* Each way of making a file, with nothing altered: what is there is taken, or was known. Alone, a
 * permanent record waits for its voucher, a list for the items that it names or the device that it
 * includes, and an item for the list that vouches for it. */
static void what_is_true_is_taken(void)
{
	struct tally tally = {.bad = 0};

	read_both(leave_op, &tally);
	altering_print(&tally);
	CHECK(altering_total(&tally, VERDICT_REFUSED) == 0);
	CHECK(altering_total(&tally, VERDICT_ALARM) == 0);
	CHECK(altering_total(&tally, VERDICT_FAILURE) == 0);
	for (size_t k = 0; k < KIND_OTHER; k++) {
		const size_t *counts = tally.counts[k];
		bool is_perm = strcmp(altering_kinds[k], "perm/") == 0;
		bool is_item = strcmp(altering_kinds[k], "i/") == 0;
		bool is_old = strcmp(altering_kinds[k], "g") == 0 ||
			      strcmp(altering_kinds[k], "k/") == 0 ||
			      strcmp(altering_kinds[k], "perm") == 0;

		CHECK_MSG(counts[VERDICT_TAKEN] > 0 || is_perm || is_old, altering_kinds[k]);
		CHECK_MSG(counts[VERDICT_KNOWN] > 0 || !is_old, altering_kinds[k]);
		CHECK_MSG(counts[VERDICT_WAITING] == 0 || is_perm || is_item || k == KIND_LIST ||
				  k == KIND_FILE,
			altering_kinds[k]);
		CHECK_MSG(counts[VERDICT_PASSED] == 0 || k == KIND_SHARES, altering_kinds[k]);
	}
	CHECK(altering_total(&tally, VERDICT_PASSED) > 0);
}

/* What the tests below look for, where there is nothing to find: their checks can fail. */
static void unaltered_write(
	struct offering *o, struct kc_bytes encoded, const struct kc_op_write *write, void *context)
{
	struct tally tally = {.bad = 0};
	struct target t = {.offering = o,
		.tally = &tally,
		.build = altering_as_write,
		.kind = altering_kind(write->key),
		.key = write->key};
	size_t *noticed = context;

	altering_try(&t, encoded, 0);
	CHECK(tally.bad ==
		altering_total(&tally, VERDICT_TAKEN) + altering_total(&tally, VERDICT_KNOWN));
	CHECK(tally.bad == 1 || altering_total(&tally, VERDICT_WAITING) ||
		altering_is_for_another(&t));
	*noticed += tally.bad;
}

static void unaltered_op(struct offering *o, struct kc_bytes file, void *context)
{
	each_write(o, file, unaltered_write, context);
}

static void what_is_taken_is_noticed(void)
{
	size_t noticed = 0;

	read_both(unaltered_op, &noticed);
	CHECK(noticed > 25);
}

/* A place that a device does not look at, planted: it is found, and all of it. */
static void bytes_without_meaning_are_found(void)
{
	CLEANUP_OFFERING struct offering offering;
	struct tally tally = {.bad = 0};
	struct target t = {.offering = &offering,
		.tally = &tally,
		.build = altering_as_value,
		.kind = KIND_OTHER,
		.key = kc_bytes_str("q")};
	uint8_t value[50] = {1};

	offering_init(&offering, &family.house.homes[FAMILY_SLEEPER]);
	offering_turn_to(&offering, 0);
	altering_flip(&t, KC_BYTES_OF(value), 1);
	CHECK(tally.bad >= sizeof value);
	CHECK(tally.counts[KIND_OTHER][VERDICT_PASSED] == tally.bad);
}

/* --- altered ------------------------------------------------------------------------------------
 */

static void expect_nothing_taken(const struct tally *tally)
{
	altering_print(tally);
	CHECK(tally->bad == 0);
	if (tally->bad)
		printf("\n    the first, at %zu of one of %s: %s\n", tally->bad_at,
			altering_kinds[tally->bad_kind], verdict_names[tally->bad_verdict]);
	CHECK(altering_total(tally, VERDICT_TAKEN) == 0);
	CHECK(altering_total(tally, VERDICT_FAILURE) == 0);
}

static void alter_file(struct offering *o, struct kc_bytes file, void *context)
{
	struct target t = {.offering = o, .tally = context, .build = altering_as_file};

	altering_flip(&t, file, 1);
	altering_cut(&t, file, 1);
}

static void no_altered_file_is_taken(void)
{
	struct tally tally = {.bad = 0};

	read_both(alter_file, &tally);
	expect_nothing_taken(&tally);
}

/* What stands before the writes: version, writer, number, base, the digest of the one before. */
static void alter_head(struct offering *o, struct kc_bytes file, void *context)
{
	struct target t = {.offering = o, .tally = context, .build = altering_as_body};
	struct kc_writer_id writer = kc_circle_writer(&o->circle->members[o->member]->id);
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT;
	struct kc_op op;

	CHECK_OK_FATAL(kc_op_parse(file, &writer, o->after.number + 1, &op));
	kc_buf_push(&altered, file.data, file.len);
	for (size_t at = 4; at < (size_t)(op.writes.at - file.data); at += ALTERING_STEP)
		for (unsigned bit = 0; bit < 8; bit++) {
			altered.data[at] ^= (uint8_t)(1 << bit);
			altering_try(&t, kc_buf_bytes(&altered), at);
			altered.data[at] ^= (uint8_t)(1 << bit);
		}
}

static void no_altered_operation_is_taken(void)
{
	struct tally tally = {.bad = 0};

	read_both(alter_head, &tally);
	expect_nothing_taken(&tally);
	CHECK(altering_total(&tally, VERDICT_ALARM) > 0); /* another digest before: a fork */
}

static void alter_write(
	struct offering *o, struct kc_bytes encoded, const struct kc_op_write *write, void *context)
{
	struct target t = {.offering = o,
		.tally = context,
		.kind = altering_kind(write->key),
		.key = write->key};

	t.build = altering_as_write;
	altering_flip(&t, encoded, 1);
	t.build = altering_as_value;
	altering_cut(&t, write->value, 1);
}

static void alter_writes(struct offering *o, struct kc_bytes file, void *context)
{
	each_write(o, file, alter_write, context);
}

static void no_altered_write_is_taken(void)
{
	struct tally tally = {.bad = 0};

	read_both(alter_writes, &tally);
	expect_nothing_taken(&tally);
}

static void alter_record(
	struct offering *o, struct kc_bytes encoded, const struct kc_op_write *write, void *context)
{
	struct target t = {.offering = o,
		.tally = context,
		.build = altering_as_record,
		.kind = altering_kind(write->key),
		.key = write->key};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	(void)encoded;
	altering_open_record(&t, write, &record);
	altering_flip(&t, kc_buf_bytes(&record), altering_everything ? 1 : 23 * ALTERING_STEP);
	altering_cut(&t, kc_buf_bytes(&record), altering_everything ? 1 : 7 * ALTERING_STEP);
}

static void alter_records(struct offering *o, struct kc_bytes file, void *context)
{
	each_write(o, file, alter_record, context);
}

/* A store that knows the account password opens envelopes and seals them again. */
static void no_altered_record_is_taken(void)
{
	struct tally tally = {.bad = 0};

	read_both(alter_records, &tally);
	expect_nothing_taken(&tally);
}

struct company {
	struct tally *tally;
	struct kc_bytes file;
};

/* In an operation with others: it is not the one that its writer signed for, and nothing of it is
 * taken. What tells another device that it is out is for that one to read. */
static void alter_among_others(
	struct offering *o, struct kc_bytes encoded, const struct kc_op_write *write, void *context)
{
	const struct company *company = context;
	struct target t = {.offering = o, .kind = altering_kind(write->key), .key = write->key};
	size_t start = (size_t)(encoded.data - company->file.data),
	       step = altering_everything ? 13 : 251 * ALTERING_STEP;
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT, forged = KC_BUF_INIT;
	struct kc_bytes rest;

	if (kc_op_key_has(write->key, "out/", &rest))
		return;
	o->signed_for = false;
	kc_buf_push(&altered, company->file.data, company->file.len);
	for (size_t at = start; at < start + encoded.len; at += step) {
		enum verdict verdict;

		altered.data[at] ^= 0x01;
		altering_as_body(&t, kc_buf_bytes(&altered), &forged);
		verdict = offering_try(o, kc_buf_bytes(&forged));
		company->tally->counts[t.kind][verdict]++;
		CHECK(verdict == VERDICT_REFUSED || verdict == VERDICT_WAITING);
		CHECK(o->taken == 0 && offering_is_untouched(o));
		altered.data[at] ^= 0x01;
	}
}

static void alter_in_company(struct offering *o, struct kc_bytes file, void *context)
{
	struct company company = {.tally = context, .file = file};

	each_write(o, file, alter_among_others, &company);
}

static void others_are_not_taken_either(void)
{
	struct tally tally = {.bad = 0};

	read_both(alter_in_company, &tally);
	altering_print(&tally);
	CHECK(altering_total(&tally, VERDICT_REFUSED) > 100 / ALTERING_STEP);
}

/* Leaves one write out of an operation, and puts the checksum right. */
static void leave_out(
	const struct offering *o, struct kc_bytes file, size_t number, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&o->circle->members[o->member]->id);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	struct kc_log_position ignored;
	struct kc_op_write write;
	struct kc_op op;

	CHECK_OK_FATAL(kc_op_parse(file, &writer, o->after.number + 1, &op));
	kc_op_builder_init(&builder, &writer, &o->after, op.base);
	for (size_t i = 0; kc_op_next(&op, &write); i++)
		if (i != number)
			kc_op_builder_put(&builder, write.key, write.value);
	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &o->after, ret, &ignored));
}

static void strip_op(struct offering *o, struct kc_bytes file, void *context)
{
	struct kc_writer_id writer = kc_circle_writer(&o->circle->members[o->member]->id);
	KC_CLEANUP_BUF struct kc_buf stripped = KC_BUF_INIT;
	struct tally *tally = context;
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	CHECK_OK_FATAL(kc_op_parse(file, &writer, o->after.number + 1, &op));
	o->signed_for = false;
	for (size_t i = 0; kc_op_next(&op, &write); i++) {
		enum verdict verdict;

		if (kc_op_key_has(write.key, "out/", &rest))
			continue;
		leave_out(o, file, i, &stripped);
		verdict = offering_try(o, kc_buf_bytes(&stripped));
		tally->counts[altering_kind(write.key)][verdict]++;
		CHECK(verdict == VERDICT_REFUSED);
		CHECK(offering_is_untouched(o));
	}
	leave_out(o, file, SIZE_MAX, &stripped);
	CHECK(kc_bytes_equal(kc_buf_bytes(&stripped), file)); /* so it was nothing else */
}

/* Without any one of its writes an operation is none. */
static void nothing_can_be_left_out(void)
{
	struct tally tally = {.bad = 0};

	read_both(strip_op, &tally);
	altering_print(&tally);
	for (size_t k = 1; k < KIND_OTHER; k++)
		CHECK_MSG(tally.counts[k][VERDICT_REFUSED] > 0, altering_kinds[k]);
}

/* --- pairing messages ---------------------------------------------------------------------------
 */

static bool is_of_member(const struct op_file *file)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(&family.house, FAMILY_ELDER);

	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&circle->members[i]->id);

		if (memcmp(&writer, &file->writer, sizeof writer) == 0)
			return true;
	}
	return false;
}

static void show_message(struct kc_cloud *cloud, const struct op_file *file, const char *path,
	struct kc_bytes altered)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	kc_err err;

	CHECK_FATAL(file_write(path, altered));
	err = kc_mailbox_read(cloud, &file->writer, file->number, &message);
	CHECK(err == KC_E_REFUSED || err == KC_E_WAITING);
	CHECK(message.len == 0);
}

static void alter_message(struct kc_cloud *cloud, const struct op_file *file)
{
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT, message = KC_BUF_INIT;
	char path[HOUSE_PATH_MAX];

	house_path(&family.house, &file->writer, file->number, path);
	kc_buf_push(&altered, file->bytes.data, file->bytes.len);
	for (size_t at = 0; at < altered.len; at += altering_everything ? 1 : 3 * ALTERING_STEP) {
		for (size_t i = 0; i < KC_COUNT_OF(altering_patterns); i++) {
			altered.data[at] ^= altering_patterns[i];
			show_message(cloud, file, path, kc_buf_bytes(&altered));
			altered.data[at] ^= altering_patterns[i];
		}
		show_message(cloud, file, path, kc_bytes(altered.data, at));
	}
	CHECK_FATAL(file_write(path, kc_buf_bytes(&altered)));
	CHECK_OK(kc_mailbox_read(cloud, &file->writer, file->number, &message));
	CHECK(message.len > 0);
}

/* Messages of sessions that are still in the folder. What is in them: test_pairing.c. */
static void no_altered_message_is_read(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	size_t count = 0;

	CHECK_OK_FATAL(kc_cloud_open(family.house.store, &cloud));
	for (size_t i = 0; i < file_count; i++)
		if (!is_of_member(&files[i])) {
			alter_message(cloud, &files[i]);
			count++;
		}
	CHECK(count >= 6); /* offer, reply and welcome, twice */
}

/* --- afterwards ---------------------------------------------------------------------------------
 */

/* Nothing of all this has left a trace: the true folder, read by the whole exchange. */
static void the_folder_as_it_is(void)
{
	CHECK(family_is_untouched(&family, FAMILY_SLEEPER));
	CHECK(family_is_untouched(&family, FAMILY_NEWCOMER));
	house_settle(&family.house);
	CHECK(family_is_complete(&family, FAMILY_SLEEPER));
	CHECK(family_is_complete(&family, FAMILY_NEWCOMER));
	CHECK(house_agrees(&family.house));
	for (size_t i = 0; i < file_count; i++)
		kc_buf_done(&files[i].bytes);
	family_done(&family);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_house_with_a_past),
		CHECK_TEST(what_is_true_is_taken),
		CHECK_TEST(what_is_taken_is_noticed),
		CHECK_TEST(bytes_without_meaning_are_found),
		CHECK_TEST(no_altered_file_is_taken),
		CHECK_TEST(no_altered_operation_is_taken),
		CHECK_TEST(no_altered_write_is_taken),
		CHECK_TEST(no_altered_record_is_taken),
		CHECK_TEST(others_are_not_taken_either),
		CHECK_TEST(nothing_can_be_left_out),
		CHECK_TEST(no_altered_message_is_read),
		CHECK_TEST(the_folder_as_it_is),
	};

	home_use_memory();
	altering_everything = getenv("KC_LONG") != NULL;
	return check_main("hostile folder", tests, KC_COUNT_OF(tests));
}
