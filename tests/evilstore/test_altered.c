/* SPDX-License-Identifier: ISC */
/* Bytes of a store of records that are flipped, one after the other, in each kind of cell: nothing
 * that was altered is taken, nothing that was there is lost by it, and when the store is honest
 * again, all is as it was meant. Of a store of logs tests/circle/test_hostile_folder does it. */
#include <stdio.h>
#include <string.h>

#include "backend/cloud/writer_name.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define PLACES 12      /* of a cell, from its end to its beginning */
#define PAUSE_MS 30000 /* a change too often waits for its turn */

enum { WRITER, READER, NEXT };

static unsigned turn; /* a number for each secret */

static void make_secret(unsigned number, char ret[static 24])
{
	snprintf(ret, 24, "secret %u", number);
}

static bool has(struct house *house, size_t device, unsigned number)
{
	char secret[24];

	make_secret(number, secret);
	return words_has_secret(&house->homes[device], GENP, "svce=a", secret);
}

/* A change, with new keys or without. */
static void change(struct house *house, bool with_keys)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char secret[24];

	house_clock_move(PAUSE_MS);
	make_secret(++turn, secret);
	CHECK_OK_FATAL(words_update(&house->homes[WRITER], GENP, "svce=a", "labl=x", secret));
	if (with_keys)
		CHECK_OK_FATAL(kc_keychain_rotate(house->homes[WRITER].keychain, &report));
	CHECK_OK_FATAL(house_sync(house, WRITER, NULL));
}

static size_t len_of(const char *names)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	char name[KC_RECORDS_MAX_NAME + 1];

	CHECK_FATAL(evil_find(evil_world(0), names, 0, name));
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &value));
	return value.len;
}

/* Flips a byte of each cell of that name, which the reader has yet to read. */
static void flip_one(struct house *house, const char *names, bool with_keys, size_t at)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	unsigned before = turn;
	size_t rule;
	kc_err err;

	change(house, with_keys);
	rule = evil_add(&(struct evil_rule){
		.verb = EVIL_FLIP, .devices = 1u << READER, .names = names, .at = at});
	err = kc_keychain_sync_now(house->homes[READER].keychain, &report);
	CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
	CHECK(evil_deeds(rule) > 0);
	CHECK(err != KC_OK || report.refused + report.waiting > 0);
	CHECK(has(house, READER, before));
	evil_house_mute();
	CHECK_OK(house_sync(house, READER, NULL));
	CHECK(has(house, READER, turn));
}

static void begin(struct house *house)
{
	turn = 0;
	evil_house_init(house, KC_LAYOUT_RECORDS, NEXT);
	CHECK_OK_FATAL(
		words_add(&house->homes[WRITER], GENP, "svce=a acct=ada sync=#1", "secret 0"));
	house_settle(house);
}

static void flip_all(const char *names, bool with_keys)
{
	CLEANUP_EVIL_HOUSE struct house house;
	size_t len;

	begin(&house);
	change(&house, with_keys);
	CHECK_OK_FATAL(house_sync(&house, READER, NULL));
	len = len_of(names);
	for (size_t i = 0; i < PLACES; i++)
		flip_one(&house, names, with_keys, i * (len - 1) / (PLACES - 1));
	house_settle(&house);
	CHECK(house_agrees(&house));
}

static void no_altered_item_is_taken(void)
{
	flip_all("i-*", false);
}

static void no_altered_list_is_taken(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char list[KC_RECORDS_MAX_NAME + 1];
	size_t len;

	begin(&house);
	evil_house_cell(&house, WRITER, "p", list);
	len = len_of(list);
	for (size_t i = 0; i < PLACES; i++)
		flip_one(&house, list, false, i * (len - 1) / (PLACES - 1));
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* Shares are of use to one, an epoch to all; without either nothing opens that is under it. */
static void no_altered_key_is_taken(void)
{
	flip_all("e-*", true);
}

static void no_altered_shares_are_taken(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_writer_id reader;
	char names[4 + 2 * sizeof reader.bytes + 1];
	size_t len;

	begin(&house);
	reader = evil_house_writer(&house, READER);
	memcpy(names, "s-", 2);
	kc_writer_name_put(&reader, names + 2);
	memcpy(names + 2 + KC_WRITER_DIGITS, "-*", 3);
	change(&house, true);
	CHECK_OK_FATAL(house_sync(&house, READER, NULL));
	len = len_of(names);
	for (size_t i = 0; i < PLACES; i++)
		flip_one(&house, names, true, i * (len - 1) / (PLACES - 1));
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* What a newcomer is shown: it joins when the store is honest, and not before. */
static void no_newcomer_takes_what_was_altered(void)
{
	static const char *const names[] = {"g-*", "perm-*", "v-*", "p-*", "i-*", "e-*"};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		CLEANUP_EVIL_HOUSE struct house house;
		size_t rule;
		kc_err err;

		begin(&house);
		house_add_home(&house);
		evil_url(NEXT, house.url);
		rule = evil_add(&(struct evil_rule){
			.verb = EVIL_FLIP, .devices = 1u << NEXT, .names = names[i], .at = 40});
		err = house_knock(&house, WRITER, NEXT);
		CHECK(evil_deeds(rule) > 0);
		if (err == KC_OK)
			CHECK(has(&house, NEXT, turn)); /* all of it came with the welcome */
		evil_house_mute();
		for (int round = 0; round < 4; round++) {
			CHECK_OK(house_sync(&house, WRITER, NULL));
			err = house_sync(&house, NEXT, NULL);
			CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
		}
		CHECK_OK(house_sync(&house, NEXT, NULL));
		CHECK(has(&house, NEXT, turn));
		house_settle(&house);
		CHECK(house_agrees(&house));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(no_altered_item_is_taken),
		CHECK_TEST(no_altered_list_is_taken),
		CHECK_TEST(no_altered_key_is_taken),
		CHECK_TEST(no_altered_shares_are_taken),
		CHECK_TEST(no_newcomer_takes_what_was_altered),
	};

	home_use_memory();
	return check_main("altered", tests, KC_COUNT_OF(tests));
}
