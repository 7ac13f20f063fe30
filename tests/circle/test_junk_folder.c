/* SPDX-License-Identifier: ISC */
/*
 * Whatever may lie in a store's folder, by accident or by design, and the whole exchange with it:
 * it comes to an end, with the outcome that is meant; nothing of the device's own is lost; and when
 * the junk is gone all is well again.
 */
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/junk.h"
#include "tests/file.h"

#define START_MS INT64_C(1800000000000)
#define PATIENCE_S 120 /* after which an exchange hangs */

static struct family family;
static bool long_run;

/* The superuser may do everything; for a while it may not. */
static void set_override(bool may)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t bits = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;

	CHECK_FATAL(syscall(SYS_capget, &header, data) == 0);
	data[0].effective =
		may ? data[0].effective | (data[0].permitted & bits) : data[0].effective & ~bits;
	CHECK_FATAL(syscall(SYS_capset, &header, data) == 0);
}

static void hangs(int number)
{
	static const char words[] = "an exchange does not come to an end\n";

	(void)number;
	(void)!write(2, words, sizeof words - 1);
	_exit(1);
}

/* One exchange of the sleeper; what report told before is forgotten. */
static kc_err exchange(struct kc_sync_report *report)
{
	kc_err err;

	alarm(PATIENCE_S);
	set_override(false);
	kc_sync_report_done(report);
	err = kc_keychain_sync_now(family.house.homes[FAMILY_SLEEPER].keychain, report);
	set_override(true);
	alarm(0);
	return err;
}

static bool is_as_meant(enum junk_outcome outcome, kc_err err, const struct kc_sync_report *report)
{
	switch (outcome) {
	case JUNK_FINE:
		return err == KC_OK && report->waiting == 0 && report->refused == 0 &&
		       report->sent == 1 && family_is_complete(&family, FAMILY_SLEEPER);
	case JUNK_WAITS:
		return err == KC_OK && report->waiting > 0 && report->sent == 1;
	case JUNK_REFUSES:
		return err == KC_OK && report->refused > 0 && report->sent == 1;
	case JUNK_KEEPS:
		return err == KC_E_STORE_GONE && family_is_complete(&family, FAMILY_SLEEPER);
	case JUNK_GONE:
		return err == KC_E_STORE_GONE;
	case JUNK_ROLLBACK:
		return err == KC_E_STORE_SUSPECT &&
		       house_has_alarm(&family.house, FAMILY_SLEEPER, "rollback");
	case JUNK_FORK:
		return err == KC_E_STORE_SUSPECT &&
		       house_has_alarm(&family.house, FAMILY_SLEEPER, "fork");
	case JUNK_FORGERY:
		return err == KC_E_STORE_SUSPECT &&
		       house_has_alarm(&family.house, FAMILY_SLEEPER, "forgery");
	}
	return false;
}

/* The true folder again, but for what the sleeper has written itself. */
static void tidy_up(bool has_written)
{
	char own[HOUSE_PATH_MAX], kept[2 * HOUSE_PATH_MAX];

	chmod(family.house.store, 0700);
	snprintf(own, sizeof own, "%s", junk_folder_of(&junk_sleeper));
	snprintf(kept, sizeof kept, "%s.own", family.house.store);
	chmod(own, 0700);
	if (has_written)
		CHECK_FATAL(rename(own, kept) == 0);
	family_restore_store(&family);
	if (!has_written)
		return;
	file_remove_tree(own);
	CHECK_FATAL(rename(kept, own) == 0);
}

static void try_row(const struct junk *junk)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err;

	family_restore_store(&family);
	family_restore_device(&family, FAMILY_SLEEPER);
	junk->plant();
	err = exchange(&report);
	CHECK_MSG(is_as_meant(junk->outcome, err, &report), junk->name);
	CHECK_MSG(family_keeps_own(&family, FAMILY_SLEEPER), junk->name);
	CHECK_MSG(junk_is_elsewhere_intact(), junk->name);
	if (junk->outcome >= JUNK_GONE)
		CHECK_MSG(family_is_untouched(&family, FAMILY_SLEEPER), junk->name);
	tidy_up(junk->outcome < JUNK_GONE);
	err = exchange(&report);
	CHECK_MSG(err == KC_OK && family_is_complete(&family, FAMILY_SLEEPER), junk->name);
}

/* --- the tests ----------------------------------------------------------------------------------
 */

static void a_house_with_a_past(void)
{
	house_clock_set(START_MS);
	family_init(&family, &family_in_folder);
	junk_begin(&family);
	CHECK_FATAL(junk_last_of(&junk_elder) >= 8 && junk_last_of(&junk_third) >= 3);
	CHECK(family_is_untouched(&family, FAMILY_SLEEPER));
}

static void every_kind_of_junk(void)
{
	for (size_t i = 0; i < JUNK_ROWS; i++)
		try_row(&junk_rows[i]);
	junk_end();
}

/* Names that are not ours are left alone: nobody's file is taken away. */
static void names_stay(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char path[2 * HOUSE_PATH_MAX];

	family_restore_store(&family);
	family_restore_device(&family, FAMILY_SLEEPER);
	junk_names_of_carriers();
	CHECK_OK(exchange(&report));
	CHECK(report.sent == 1);
	for (size_t i = 0; i < JUNK_NAMES; i++) {
		snprintf(path, sizeof path, "%s/%s", junk_folder_of(&junk_sleeper), junk_names[i]);
		CHECK_MSG(access(path, F_OK) == 0, junk_names[i]);
	}
}

static kc_err check_marker(
	struct kc_cloud *cloud, const struct kc_account_id *account, struct kc_bytes marker)
{
	CHECK_FATAL(file_write(junk_in_store(".kc-store"), marker));
	return kc_line_check_marker(cloud, account, KC_LAYOUT_LOGS);
}

/* Every bit of the marker, every length, and a byte too many. */
static void markers(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	const struct kc_account_id *account;

	family_restore_store(&family);
	circle = house_recall(&family.house, FAMILY_ELDER);
	account = &circle->account;
	CHECK_OK_FATAL(kc_cloud_open(family.house.store, &cloud));
	CHECK_FATAL(file_read(junk_in_store(".kc-store"), &marker));
	CHECK_OK(check_marker(cloud, account, kc_buf_bytes(&marker)));
	for (size_t at = 0; at < 8 * marker.len; at++) {
		kc_err err;

		marker.data[at / 8] ^= (uint8_t)(1 << at % 8);
		err = check_marker(cloud, account, kc_buf_bytes(&marker));
		CHECK(err == KC_E_STORE_SUSPECT);
		marker.data[at / 8] ^= (uint8_t)(1 << at % 8);
	}
	for (size_t len = 0; len < marker.len; len++)
		CHECK_ERR(check_marker(cloud, account, kc_bytes(marker.data, len)),
			KC_E_STORE_SUSPECT);
	kc_buf_push_byte(&marker, 0);
	CHECK_ERR(check_marker(cloud, account, kc_buf_bytes(&marker)), KC_E_STORE_SUSPECT);
}

/* --- operations that a store makes up -----------------------------------------------------------
 */

/* Adds an operation with these writes to a log, with the right digests. */
static void append(const struct kc_writer_id *writer, struct kc_bytes writes, struct kc_bytes lists)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, made = KC_BUF_INIT;
	uint64_t last = junk_last_of(writer);
	struct kc_log_position ignored;
	struct kc_op op;

	CHECK_FATAL(file_read(junk_op_of(writer, last), &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), writer, last, &op));
	kc_op_builder_init(&builder, writer, &op.position, false);
	kc_der_put_raw(&builder.contents_w, writes);
	kc_der_put_raw(&builder.lists_w, lists);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &op.position, &made, &ignored));
	CHECK_FATAL(file_write(junk_op_of(writer, last + 1), kc_buf_bytes(&made)));
}

static struct kc_bytes rest_of(const struct kc_der_reader *r)
{
	return kc_bytes(r->at, (size_t)(r->end - r->at));
}

/* All that a log ever said, once more at its end: nothing comes of it, and it is another place than
 * its writer signed for. */
static void old_operations_again(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	uint64_t last = junk_last_of(&junk_elder);

	family_restore_store(&family);
	family_restore_device(&family, FAMILY_SLEEPER);
	CHECK_OK(exchange(&report));
	for (uint64_t number = 1; number <= last; number++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		struct kc_op op;

		CHECK_FATAL(file_read(junk_op_of(&junk_elder, number), &bytes));
		CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &junk_elder, number, &op));
		append(&junk_elder, rest_of(&op.writes), rest_of(&op.lists));
	}
	CHECK_OK(exchange(&report));
	CHECK(report.received == 0 && report.waiting == 0 && report.refused == last);
	CHECK(family_is_complete(&family, FAMILY_SLEEPER));
	/* The one whose log it is knows better. */
	family_restore_device(&family, FAMILY_ELDER);
	CHECK_ERR(house_sync(&family.house, FAMILY_ELDER, NULL), KC_E_STORE_SUSPECT);
	/* Before first reading they are as harmless. */
	family_restore_device(&family, FAMILY_NEWCOMER);
	CHECK_OK(house_sync(&family.house, FAMILY_NEWCOMER, NULL));
	CHECK(family_is_complete(&family, FAMILY_NEWCOMER));
}

/* In another's log, with that one's name on them. */
static void operations_of_another(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op op;

	family_restore_store(&family);
	family_restore_device(&family, FAMILY_SLEEPER);
	CHECK_FATAL(file_read(junk_op_of(&junk_third, 2), &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &junk_third, 2, &op));
	append(&junk_elder, rest_of(&op.writes), rest_of(&op.lists));
	CHECK_OK(exchange(&report));
	CHECK(report.refused == 1);
	CHECK(family_is_complete(&family, FAMILY_SLEEPER));
}

/* More than one round reads, behind an operation that stops its log: the round is the last one, and
 * the other logs are read all the same. */
static void more_than_can_be_read(void)
{
	enum { PIECE = (4 << 20) - 4096, PIECES = 10 };
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf write = KC_BUF_INIT, junk = KC_BUF_INIT;
	struct home *home = &family.house.homes[FAMILY_SLEEPER];
	uint64_t last;
	struct kc_der_writer w;

	family_restore_store(&family);
	family_restore_device(&family, FAMILY_SLEEPER);
	last = junk_last_of(&junk_elder);
	kc_buf_extend(&junk, PIECE);
	kc_der_writer_init(&w, &write);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, "q");
	kc_der_put_bytes(&w, kc_buf_bytes(&junk));
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	for (int i = 0; i < PIECES; i++)
		append(&junk_elder, kc_buf_bytes(&write), kc_bytes(NULL, 0));
	junk_lengthen(&junk_elder, last);
	CHECK_OK(exchange(&report));
	CHECK(report.refused > 0);
	CHECK(words_has_secret(home, KC_CLASS_GENERIC, "svce=AirPort", "air"));
	family_restore_log(&family, &junk_elder);
	for (int i = 1; i <= PIECES; i++)
		CHECK_FATAL(unlink(junk_op_of(&junk_elder, last + (uint64_t)i)) == 0);
	CHECK_OK(exchange(&report));
	CHECK(report.refused == 0);
	CHECK(family_is_complete(&family, FAMILY_SLEEPER));
}

/* --- a sample of what test_hostile_folder.c does ------------------------------------------------
 */

static uint64_t own_length; /* of the sleeper's log, before it wakes */

static void forget_own(void)
{
	for (uint64_t number = junk_last_of(&junk_sleeper); number > own_length; number--)
		CHECK_FATAL(unlink(junk_op_of(&junk_sleeper, number)) == 0);
}

static void alter_file(void *context, const char *path, struct kc_buf *contents)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	size_t *turn = context, at = (*turn)++ * 7919 % contents->len;
	bool flip = *turn % 2;
	kc_err err;

	family_restore_device(&family, FAMILY_SLEEPER);
	contents->data[at] ^= flip ? 0x01 : 0x00;
	CHECK_FATAL(file_write(path, kc_bytes(contents->data, flip ? contents->len : at)));
	err = exchange(&report);
	CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
	CHECK(family_keeps_own(&family, FAMILY_SLEEPER));
	contents->data[at] ^= flip ? 0x01 : 0x00;
	CHECK_FATAL(file_write(path, kc_buf_bytes(contents)));
	CHECK_OK(exchange(&report));
	CHECK(family_is_complete(&family, FAMILY_SLEEPER));
	forget_own();
}

static void altered_files(void)
{
	size_t turn = 0;

	family_restore_store(&family);
	own_length = junk_last_of(&junk_sleeper);
	for (int round = 0; round < (long_run ? 20 : 2); round++)
		house_each_operation(&family.house, alter_file, &turn);
	CHECK(turn > 30);
}

static void the_end(void)
{
	family_done(&family);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_house_with_a_past),
		CHECK_TEST(every_kind_of_junk),
		CHECK_TEST(names_stay),
		CHECK_TEST(markers),
		CHECK_TEST(old_operations_again),
		CHECK_TEST(operations_of_another),
		CHECK_TEST(more_than_can_be_read),
		CHECK_TEST(altered_files),
		CHECK_TEST(the_end),
	};

	home_use_memory();
	long_run = getenv("KC_LONG") != NULL;
	signal(SIGALRM, hangs);
	return check_main("junk folder", tests, KC_COUNT_OF(tests));
}
