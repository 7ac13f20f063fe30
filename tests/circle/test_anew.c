/* SPDX-License-Identifier: ISC */
/*
 * Logs that begin anew: a device that writes for long repeats what counts, and takes the rest away.
 * Whoever had read half of it, or nothing, ends with the same; and nobody but the writer can make a
 * beginning.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_impl.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

enum { ROUNDS = 90, ITEMS = 12, SECRET_LEN = 6000, MIN_OPERATIONS = 64 };

/* Changes one of a few items, in an operation of its own. */
static void write_one(struct house *house, size_t device, unsigned i)
{
	static char secret[SECRET_LEN + 1];
	char query[32];

	snprintf(query, sizeof query, "svce=item-%u sync=#1", i % ITEMS);
	snprintf(secret, sizeof secret, "%0*u", SECRET_LEN, i);
	if (words_count(&house->homes[device], GENP, query) == 0) {
		CHECK_OK_FATAL(words_add(&house->homes[device], GENP, query, secret));
	} else {
		CHECK_OK_FATAL(words_update(&house->homes[device], GENP, query, "", secret));
	}
	house_clock_move(1000);
	CHECK_OK_FATAL(house_sync(house, device, NULL));
}

static void write_much(struct house *house, size_t device, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		write_one(house, device, i);
}

static struct kc_cloud_log log_of(const struct house *house, size_t device)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	const struct kc_cloud_log *log;
	struct kc_writer_id writer;

	CHECK_OK_FATAL(kc_cloud_open(house->url, &cloud));
	CHECK_OK_FATAL(kc_cloud_list(cloud, &logs));
	writer = kc_circle_writer(&circle->identity.id);
	log = kc_cloud_logs_find(&logs, &writer);
	CHECK_FATAL(log != NULL);
	return *log;
}

/* A house of three, the first of which has written much while the third was away. */
static void init_with_past(struct house *house)
{
	house_clock_set(START_MS);
	house_init(house);
	house_add(house, 0);
	house_add(house, 0);
	house_settle(house);
	write_much(house, 0, ROUNDS);
	house_clock_move(2 * DAY_MS);
	write_much(house, 0, 1);
}

static void what_is_below_goes(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_cloud_log log;

	init_with_past(&house);
	log = log_of(&house, 0);
	CHECK(log.first > 1 && log.last - log.first < ROUNDS);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* Before a day has passed everything is still there, for whoever gets files in any order. */
static void not_at_once(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	write_much(&house, 0, ROUNDS);
	CHECK(log_of(&house, 0).first == 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* By a clock that was years ahead, and is right again, the day begins anew: else the log would
 * never begin anew another time. */
static void by_a_clock_that_was_set_back(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS + 730 * DAY_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	write_much(&house, 0, ROUNDS);
	CHECK(log_of(&house, 0).first == 1);
	house_clock_set(START_MS);
	write_much(&house, 0, 1);
	CHECK(log_of(&house, 0).first == 1);
	house_clock_move(DAY_MS);
	write_much(&house, 0, 1);
	CHECK(log_of(&house, 0).first > 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

static void a_newcomer_needs_no_more(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	size_t newcomer;

	init_with_past(&house);
	newcomer = house_add(&house, 0);
	house_settle(&house);
	CHECK(house_agrees(&house));
	house_clock_move(11 * 60 * 1000);
	CHECK_OK(house_sync(&house, newcomer, &report));
	CHECK(report.waiting == 0 && report.refused == 0);
}

/* A store without the last of what repeats, or any of it, has no beginning: the log has a hole. */
static void half_a_beginning_is_a_hole(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_BUF struct kc_buf kept = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_sync_report report = {0};
	char path[HOUSE_PATH_MAX];
	struct kc_writer_id writer;
	struct kc_cloud_log log;

	init_with_past(&house);
	log = log_of(&house, 0);
	circle = house_recall(&house, 0);
	writer = kc_circle_writer(&circle->identity.id);
	house_path(&house, &writer, log.first, path);
	CHECK_FATAL(file_read(path, &kept));
	CHECK_FATAL(unlink(path) == 0);
	CHECK_OK(house_sync(&house, 2, &report));
	CHECK(report.received == 0 && report.waiting > 0);
	house_clock_move(11 * 60 * 1000);
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_STORE_SUSPECT);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&kept)));
	CHECK_OK(house_sync(&house, 2, &report));
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* A device that has read half of it goes on where it was as long as that is there, and leaps when
 * it is not. */
static void whoever_had_read_half(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	write_much(&house, 0, ROUNDS / 2);
	CHECK_OK(house_sync(&house, 1, NULL));
	write_much(&house, 0, ROUNDS);
	house_clock_move(2 * DAY_MS);
	write_much(&house, 0, 3);
	CHECK(log_of(&house, 0).first > ROUNDS / 2 + 8);
	CHECK_OK(house_sync(&house, 1, NULL));
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* The key of the lists is in shares, and these are in what is repeated alone. */
static void whoever_lacks_the_keys(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK_FATAL(kc_keychain_rotate(house.homes[0].keychain, &report));
	write_much(&house, 0, ROUNDS);
	house_clock_move(2 * DAY_MS);
	write_much(&house, 0, 1);
	CHECK_FATAL(log_of(&house, 0).first > ROUNDS / 2);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_count(&house.homes[1], GENP, "") == ITEMS);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* Each change is signed with the password before it: whoever was away for several of them needs
 * them all, also when the log began anew meanwhile. */
static void changes_of_the_password_are_repeated(void)
{
	static const char *const passwords[] = {
		HOUSE_PASSWORD, "the second of all", "the third of all", "the fourth of all"};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	for (size_t i = 1; i < KC_COUNT_OF(passwords); i++)
		CHECK_OK_FATAL(kc_keychain_account_password(house.homes[0].keychain,
			kc_bytes_str(passwords[i - 1]), kc_bytes_str(passwords[i]), &report));
	write_much(&house, 0, ROUNDS);
	house_clock_move(2 * DAY_MS);
	write_much(&house, 0, 1);
	CHECK_FATAL(log_of(&house, 0).first > ROUNDS / 2);
	house_settle(&house);
	circle = house_recall(&house, 1);
	CHECK(circle->account_key.seq == KC_COUNT_OF(passwords));
	CHECK(circle->pending_key_count == 0);
	CHECK(circle->user_key_count == KC_COUNT_OF(passwords));
	CHECK(house_agrees(&house));
}

static void add_together(struct home *home, unsigned count)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	for (unsigned i = 0; i < count; i++) {
		struct kc_item_input input = {
			.class = GENP, .has_secret = true, .secret = kc_bytes_str("secret")};
		char attrs[32];

		snprintf(attrs, sizeof attrs, "svce=s%u sync=#1", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK_FATAL(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* More than one operation repeats is repeated in the same exchange, and not with changes to come.
 */
static void in_as_many_operations_as_it_takes(void)
{
	CLEANUP_HOUSE struct house house;
	uint64_t before, operations, most = 0;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	add_together(&house.homes[0], 1100);
	house_settle(&house);
	for (unsigned i = 0; i < 2 * ROUNDS && most <= 1; i++) {
		before = log_of(&house, 0).last;
		write_one(&house, 0, i);
		operations = log_of(&house, 0).last - before;
		most = operations > most ? operations : most;
	}
	CHECK(most == 3);
	house_clock_move(2 * DAY_MS);
	CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	CHECK(log_of(&house, 0).first > MIN_OPERATIONS);
	CHECK(log_of(&house, 0).last - log_of(&house, 0).first == 2);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* A log of which all counts is as short as it can be. */
static void what_counts_is_not_repeated(void)
{
	static char secret[SECRET_LEN + 1];
	CLEANUP_HOUSE struct house house;
	uint64_t last;

	house_clock_set(START_MS);
	house_init(&house);
	memset(secret, 'x', SECRET_LEN);
	for (unsigned i = 0; i < ROUNDS; i++) {
		char query[32];

		snprintf(query, sizeof query, "svce=item-%u sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, query, secret));
		last = log_of(&house, 0).last;
		CHECK_OK_FATAL(house_sync(&house, 0, NULL));
		CHECK(log_of(&house, 0).last == last + 1);
	}
	house_clock_move(2 * DAY_MS);
	CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	CHECK(log_of(&house, 0).first == 1);
}

/* It was lost days ago, and a program went on there, whose log begins anew beyond the cut. What
 * counts of it stands there no more, but others have said it. */
static void one_that_was_lost_begins_anew(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id id;
	size_t newcomer;

	house_clock_set(START_MS);
	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	write_much(&house, 2, ITEMS);
	house_settle(&house);
	house_clock_move(DAY_MS);
	write_much(&house, 2, ROUNDS);
	house_clock_move(2 * DAY_MS);
	write_much(&house, 2, 1);
	CHECK_FATAL(log_of(&house, 2).first > ITEMS + 4);
	house_settle(&house);
	id = house_id(&house, 2);
	CHECK_OK_FATAL(kc_keychain_device_remove(house.homes[0].keychain, id.bytes,
		kc_bytes_str(HOUSE_PASSWORD), true, START_MS + DAY_MS / 2, &report));
	for (size_t round = 0; round < 4; round++)
		for (size_t i = 0; i < 2; i++)
			CHECK_OK(house_sync(&house, i, NULL));
	newcomer = house_add_home(&house);
	CHECK_OK(house_knock(&house, 0, newcomer));
	for (size_t round = 0; round < 3; round++) {
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_OK(house_sync(&house, newcomer, NULL));
	}
	house_clock_move(11 * 60 * 1000);
	CHECK_OK(house_sync(&house, newcomer, NULL));
	CHECK(words_count(&house.homes[newcomer], GENP, "") == ITEMS);
	CHECK(house_has_alarm(&house, newcomer, NULL));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(what_is_below_goes),
		CHECK_TEST(not_at_once),
		CHECK_TEST(by_a_clock_that_was_set_back),
		CHECK_TEST(a_newcomer_needs_no_more),
		CHECK_TEST(half_a_beginning_is_a_hole),
		CHECK_TEST(whoever_had_read_half),
		CHECK_TEST(whoever_lacks_the_keys),
		CHECK_TEST(changes_of_the_password_are_repeated),
		CHECK_TEST(in_as_many_operations_as_it_takes),
		CHECK_TEST(what_counts_is_not_repeated),
		CHECK_TEST(one_that_was_lost_begins_anew),
	};
	return check_main("anew", tests, KC_COUNT_OF(tests));
}
