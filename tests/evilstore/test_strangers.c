/* SPDX-License-Identifier: ISC */
/* Of records: what anybody who can write to the store puts there, in the name of nobody who is
 * known: case 147 of doc/attacks.md. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/sync/line/cell_name.h"
#include "backend/sync/line/feed.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define MANY (KC_FEED_MAX_WAITING + 4)
#define AT_KID                                                                            \
	(4 + 3 + 2 + 3 * 18) /* in an item record: version and three names come before it \
			      */
#define AT_NAME (AT_KID - 18)

/* --- junk ---------------------------------------------------------------------------------------
 */

static void put(const char *name, struct kc_bytes value)
{
	memory_cloud_put_record(0, KC_ZONE_RECORDS, name, value);
}

/* Lists of as many writers. */
static void put_strangers(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char name[NAME_MAX_LEN];

		snprintf(name, sizeof name, "p-%032x", i + 1);
		put(name, kc_bytes_str("junk"));
	}
}

/* Items under a key that nobody has. */
static void put_items(struct house *house, unsigned count)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	char name[NAME_MAX_LEN];

	evil_house_item(house, 0, "svce=a", name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &record));
	record.data[AT_KID] ^= 1;
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof name, "i-%032x", i);
		CHECK_FATAL(kc_op_get_hex(
			kc_bytes_str(name + 2), record.data + AT_NAME, KC_RECORD_NAME_LEN));
		put(name, kc_buf_bytes(&record));
	}
}

/* Vouchers of a device, under a key that nobody has. */
static void put_vouchers(struct house *house, size_t device, unsigned count)
{
	struct kc_writer_id writer = evil_house_writer(house, device);
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT;
	char name[NAME_MAX_LEN];

	evil_house_cell(house, device, "p", name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &list));
	for (size_t i = 12; i < 24; i++) /* the name of the key */
		list.data[i] ^= 1;
	for (unsigned i = 0; i < count; i++) {
		char key[NAME_MAX_LEN];

		snprintf(key, sizeof key, "v/%032x", i);
		CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str(key), &writer, name));
		put(name, kc_buf_bytes(&list));
	}
}

/* --- what becomes of it -------------------------------------------------------------------------
 */

static void begin(struct house *house, size_t devices)
{
	evil_house_init(house, KC_LAYOUT_RECORDS, devices);
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_settle(house);
}

static bool has(struct house *house, size_t device, const char *query, const char *secret)
{
	return words_has_secret(&house->homes[device], GENP, query, secret);
}

/* The feed was read to its end, little is asked for again, and it is said that more was there. */
static void goes_on(struct house *house, size_t device, bool said)
{
	KC_CLEANUP(kc_feed_done) struct kc_feed feed = {.reading = 0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_feed_token token;

	CHECK_OK(kc_keychain_sync_now(house->homes[device].keychain, &report));
	CHECK(!report.alarm && (report.left_out > 0) == said);
	for (int i = 0; i < 2; i++) {
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

		kc_feed_done(&feed);
		feed = (struct kc_feed){.reading = 0};
		CHECK_OK_FATAL(
			kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
		CHECK_OK_FATAL(kc_feed_recall(&txn, &feed));
		CHECK(!feed.whole && feed.waiting.count <= KC_FEED_MAX_UNCLAIMED &&
			feed.strange.count <= KC_FEED_MAX_STRANGERS);
		kc_txn_done(&txn);
		if (i == 0)
			token = feed.tokens[KC_ZONE_RECORDS];
		else
			CHECK(memcmp(&token, &feed.tokens[KC_ZONE_RECORDS], sizeof token) != 0);
		put("p-ffffffffffffffffffffffffffffffff", kc_bytes_str("junk"));
		CHECK_OK(house_sync(house, device, NULL));
	}
}

/* A newcomer comes, and what each says from then on is heard. */
static void lets_in(struct house *house, const size_t *members, size_t count)
{
	size_t newcomer = evil_house_add(house, members[0]);

	CHECK(has(house, newcomer, "svce=a", "first a"));
	CHECK_OK(words_add(
		&house->homes[newcomer], GENP, "svce=new acct=ada sync=#1", "of the new one"));
	CHECK_OK(words_add(
		&house->homes[members[0]], GENP, "svce=old acct=ada sync=#1", "of the old one"));
	for (int i = 0; i < 2; i++) {
		CHECK_OK(house_sync(house, newcomer, NULL));
		for (size_t k = 0; k < count; k++)
			CHECK_OK(house_sync(house, members[k], NULL));
	}
	CHECK(has(house, newcomer, "svce=old", "of the old one"));
	for (size_t k = 0; k < count; k++)
		CHECK(has(house, members[k], "svce=new", "of the new one"));
	house_clock_move(EVIL_HOUSE_GRACE);
	for (size_t k = 0; k < count; k++)
		evil_house_is_content(house, members[k]);
	evil_house_is_content(house, newcomer);
}

static const size_t first_two[] = {0, 1};

static void case_147_cells_of_nobody(void)
{
	CLEANUP_EVIL_HOUSE struct house house;

	begin(&house, 2);
	put_strangers(MANY);
	goes_on(&house, 0, true);
	goes_on(&house, 1, true);
	lets_in(&house, first_two, 2);
	goes_on(&house, 2, true);
}

static void case_147_items_of_nobody(void)
{
	CLEANUP_EVIL_HOUSE struct house house;

	begin(&house, 2);
	put_items(&house, MANY);
	goes_on(&house, 0, true);
	goes_on(&house, 1, true);
	lets_in(&house, first_two, 2);
	goes_on(&house, 2, true);
}

/* In the name of one who is out: any of it may say something of others. */
static void case_147_cells_of_one_who_is_out(void)
{
	static const size_t members[] = {0, 2};
	CLEANUP_EVIL_HOUSE struct house house;

	begin(&house, 3);
	house_remove(&house, 0, 1);
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK_OK(house_sync(&house, 0, NULL));
	put_vouchers(&house, 1, MANY);
	goes_on(&house, 0, true);
	goes_on(&house, 2, true);
	lets_in(&house, members, 2);
}

/* What a newcomer says is read before anybody has heard who it is, behind so many others or not. */
static void is_found_again(unsigned others)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char cells[NAME_MAX_LEN];
	static char of_sponsor[NAME_MAX_LEN];

	begin(&house, 2);
	put_strangers(others);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	evil_house_cell(&house, 0, "p", cells);
	snprintf(of_sponsor, sizeof of_sponsor, "*-%.32s", cells + 2);
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << 1, .names = of_sponsor});
	CHECK_FATAL(evil_house_add(&house, 0) == 2);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=new acct=ada sync=#1", "of the new one"));
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(!has(&house, 1, "svce=new", "of the new one"));
	evil_house_mute();
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=old acct=ada sync=#1", "of the old one"));
	CHECK_OK(house_sync(&house, 0, NULL));
	for (int i = 0; i < 2; i++)
		evil_house_is_content(&house, 1);
	CHECK(has(&house, 1, "svce=new", "of the new one"));
	CHECK(has(&house, 1, "svce=old", "of the old one"));
	goes_on(&house, 1, others > KC_FEED_MAX_STRANGERS);
}

static void case_147_a_newcomer_among_them(void)
{
	is_found_again(KC_FEED_MAX_STRANGERS + 10);
}

static void a_newcomer_before_its_introduction(void)
{
	is_found_again(10);
}

/* Items come before their key: more than are remembered. */
static void case_147_items_whose_key_comes_late(void)
{
	enum { ITEMS = KC_FEED_MAX_UNCLAIMED + 40 };
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	static char keys[NAME_MAX_LEN], list[NAME_MAX_LEN];

	begin(&house, 2);
	evil_house_cell(&house, 0, "p", list);
	snprintf(keys, sizeof keys, "[es]-*-%.32s", list + 2);
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << 1, .names = keys});
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << 1, .names = list});
	CHECK_OK(kc_keychain_rotate(house.homes[0].keychain, &report));
	for (unsigned i = 0; i < ITEMS; i++) {
		char attrs[NAME_MAX_LEN];

		snprintf(attrs, sizeof attrs, "svce=many%u acct=bob sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, attrs, "x"));
	}
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_count(&house.homes[1], GENP, "acct=bob") == 0);
	evil_house_mute();
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=last acct=ada sync=#1", "last"));
	CHECK_OK(house_sync(&house, 0, NULL));
	evil_house_is_content(&house, 1);
	CHECK(words_count(&house.homes[1], GENP, "acct=bob") == ITEMS);
	goes_on(&house, 1, false);
}

/* Every item is covered, and they are more than can wait: some are given up, and make room. */
static void case_147_more_covers_than_can_wait(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char name[NAME_MAX_LEN];
	uint64_t id = 0;

	begin(&house, 2);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "svce=many%u acct=bob sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, name, "x"));
	}
	house_settle(&house);
	evil_house_item(&house, 0, "svce=a", name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &record));
	record.data[AT_KID] ^= 1;
	for (;;) {
		KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
		KC_CLEANUP_BUF struct kc_buf digits = KC_BUF_INIT;
		struct kc_track track;

		CHECK_OK_FATAL(kc_txn_begin(house.homes[0].keychain->store, KC_TXN_READ, &txn));
		CHECK_OK_FATAL(kc_track_next_id(&txn, id, &id));
		if (id == 0)
			break;
		CHECK_OK_FATAL(kc_track_get(&txn, id, &track));
		memcpy(record.data + AT_NAME, track.name, sizeof track.name);
		kc_op_put_hex(&digits, KC_BYTES_OF(track.name));
		snprintf(name, sizeof name, "i-%s", kc_buf_text(&digits));
		put(name, kc_buf_bytes(&record));
	}
	for (int i = 0; i < 8; i++) {
		CHECK_OK(house_sync(&house, 0, NULL));
		house_clock_move(60 * EVIL_HOUSE_MINUTE);
	}
	CHECK_OK(kc_keychain_sync_now(house.homes[0].keychain, &report));
	CHECK(report.waiting == 0 && report.pending == 0);
	CHECK_OK(house_sync(&house, 1, NULL));
	evil_house_is_content(&house, 1);
	CHECK(words_count(&house.homes[1], GENP, "acct=bob") == MANY);
	goes_on(&house, 0, false);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_147_cells_of_nobody),
		CHECK_TEST(case_147_items_of_nobody),
		CHECK_TEST(case_147_cells_of_one_who_is_out),
		CHECK_TEST(case_147_a_newcomer_among_them),
		CHECK_TEST(a_newcomer_before_its_introduction),
		CHECK_TEST(case_147_items_whose_key_comes_late),
		CHECK_TEST(case_147_more_covers_than_can_wait),
	};

	home_use_memory();
	return check_main("strangers", tests, KC_COUNT_OF(tests));
}
