/* SPDX-License-Identifier: ISC */
/* What a store can do as a whole: cases 61 to 72, 96 and 115 of doc/attacks.md, and 38 with the
 * epochs alone. */
#include <stdio.h>
#include <string.h>

#include "backend/cloud/writer_name.h"
#include "backend/keychain_sync.h"
#include "backend/store/cell.h"
#include "backend/store/sighting.h"
#include "backend/sync/caught.h"
#include "backend/sync/line/cell_name.h"
#include "backend/sync/line/feed.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"
#include "tests/evilstore/proof.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)

static const enum kc_layout layouts[] = {KC_LAYOUT_LOGS, KC_LAYOUT_RECORDS};
#define EACH_LAYOUT(layout)                                                                   \
	for (const enum kc_layout *layout = layouts; layout < layouts + KC_COUNT_OF(layouts); \
		layout++)

/* Devices that have the item a. */
static void begin(struct house *house, enum kc_layout layout, size_t devices)
{
	evil_house_init(house, layout, devices);
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_settle(house);
}

static void change(struct house *house, size_t device, const char *secret)
{
	house_clock_move(1000);
	CHECK_OK_FATAL(words_update(&house->homes[device], GENP, "svce=a", "labl=changed", secret));
}

static void change_and_send(struct house *house, size_t device, const char *secret)
{
	change(house, device, secret);
	CHECK_OK_FATAL(house_sync(house, device, NULL));
}

static bool has(struct house *house, size_t device, const char *secret)
{
	return words_has_secret(&house->homes[device], GENP, "svce=a", secret);
}

static bool keeps(struct house *house, size_t device, enum kc_evidence_kind kind)
{
	return proof_is_kept(house->homes[device].keychain, kind, KC_OK);
}

static bool has_cell(struct house *house, size_t device, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	return kc_cell_get(&txn, name, &value) == KC_OK;
}

static void is_well(struct house *house)
{
	evil_house_mute();
	house_settle(house);
	CHECK(house_agrees(house));
}

/* The last operation of a device, or where there are none its list. */
static void name_last(
	struct house *house, size_t device, enum kc_layout layout, char ret[static NAME_MAX_LEN])
{
	struct kc_writer_id writer = evil_house_writer(house, device);
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	const struct kc_cloud_log *log;

	if (layout == KC_LAYOUT_RECORDS) {
		evil_house_cell(house, device, "p", ret);
		return;
	}
	CHECK_OK_FATAL(kc_cloud_list(evil_world(0), &logs));
	log = kc_cloud_logs_find(&logs, &writer);
	CHECK_FATAL(log != NULL);
	kc_writer_name_put(&writer, ret);
	ret[KC_WRITER_DIGITS] = '-';
	kc_writer_name_put_number(log->last, ret + KC_WRITER_DIGITS + 1);
}

/* New keys are hidden, and nothing else: what is under them waits, and is missed. Who had them
 * before has them from its own memory, whatever becomes of the cells. */
static void case_38_the_epochs_alone_are_hidden(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};
		size_t rule;

		begin(&house, *layout, 3);
		CHECK_OK(kc_keychain_rotate(house.homes[0].keychain, &report));
		CHECK_OK(house_sync(&house, 1, NULL));
		change_and_send(&house, 0, "second a");
		rule = evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = "e-*"});
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK(has(&house, 1, "second a"));
		report = (struct kc_sync_report){0};
		CHECK_OK(house_sync(&house, 2, &report));
		CHECK(evil_deeds(rule) > 0);
		CHECK(report.received == 0 && report.waiting + report.refused > 0);
		CHECK(has(&house, 2, "first a"));
		CHECK_OK(words_add(&house.homes[2], GENP, "svce=own acct=ada sync=#1", "own"));
		CHECK_OK(house_sync(&house, 2, NULL));
		house_clock_move(EVIL_HOUSE_GRACE);
		/* The lists are under the new metadata key, too; of records they are missing then.
		 */
		evil_house_is_alarmed(
			&house, 2, *layout == KC_LAYOUT_LOGS ? "omission" : "rollback");
		CHECK(has(&house, 2, "first a"));
		CHECK(words_has_secret(&house.homes[2], GENP, "svce=own", "own"));
		is_well(&house);
		CHECK(has(&house, 2, "second a"));
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=own", "own"));
	}
}

/* The newest of one device is shown to one of two others; what that one says names it. */
static void case_61_no_more_changes(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};
		char list[NAME_MAX_LEN];

		begin(&house, *layout, 3);
		change_and_send(&house, 0, "second a");
		name_last(&house, 0, *layout, list);
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK_OK(words_add(&house.homes[1], GENP, "svce=b acct=ada sync=#1", "b"));
		CHECK_OK(house_sync(&house, 1, NULL));
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1 << 2, .names = list});
		if (*layout == KC_LAYOUT_RECORDS)
			evil_add(&(struct evil_rule){
				.verb = EVIL_HIDE, .devices = 1 << 2, .names = "i-*"});
		CHECK_OK(house_sync(&house, 2, &report));
		CHECK(report.waiting > 0);
		CHECK(has(&house, 2, "first a"));
		house_clock_move(EVIL_HOUSE_GRACE);
		/* Records are read once more from the beginning, where the list is missing. */
		evil_house_is_alarmed(
			&house, 2, *layout == KC_LAYOUT_LOGS ? "omission" : "rollback");
		CHECK(has(&house, 2, "first a"));
		is_well(&house);
		CHECK(has(&house, 2, "second a"));
	}
}

/* Logs have no token: what was read is asked for by its number. */
static void case_62_an_old_token(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_sync_report report = {0};
	size_t rule;

	begin(&house, KC_LAYOUT_RECORDS, 2);
	rule = evil_add(&(struct evil_rule){.verb = EVIL_OLD_TOKEN});
	for (size_t device = 0; device < 2; device++) {
		CHECK_OK(house_sync(&house, device, &report));
		CHECK(has(&house, device, "first a"));
	}
	CHECK(evil_deeds(rule) > 0);
	CHECK(report.received == 0 && report.refused == 0 && report.waiting == 0);
	is_well(&house);
}

static size_t remembered;

kc_err __real_kc_sighting_put(struct kc_txn *txn, const char *name,
	const uint8_t version[static KC_SIGHTING_LEN], uint64_t reading);
kc_err __wrap_kc_sighting_put(struct kc_txn *txn, const char *name,
	const uint8_t version[static KC_SIGHTING_LEN], uint64_t reading);

kc_err __wrap_kc_sighting_put(struct kc_txn *txn, const char *name,
	const uint8_t version[static KC_SIGHTING_LEN], uint64_t reading)
{
	remembered++;
	return __real_kc_sighting_put(txn, name, version, reading);
}

/* What is no record of this account, of whom, and under which names. */
struct junk {
	const char *names;
	size_t writer;
	struct kc_bytes value;
};

/* Under ever other names; then the owner goes on. */
static void show_junk(const struct junk *junk)
{
	enum { JUNK = KC_FEED_MAX_STRANGE + 500, FEW = 50 };
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_writer_id writer;

	begin(&house, KC_LAYOUT_RECORDS, 2);
	writer = evil_house_writer(&house, junk->writer);
	remembered = 0;
	for (int i = 0; i < JUNK; i++) {
		char key[40];

		snprintf(key, sizeof key, "%s%032x", junk->names, (unsigned)i);
		CHECK_OK_FATAL(evil_put(evil_world(0), &writer, key, junk->value));
		if (i == JUNK - FEW)
			CHECK_OK(house_sync(&house, 1, NULL));
	}
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(remembered >= KC_FEED_MAX_STRANGE / 2);
	CHECK(remembered <= KC_FEED_MAX_STRANGE + FEW);
	change_and_send(&house, 0, "second a");
	is_well(&house);
	CHECK(has(&house, 1, "second a"));
}

static void case_115_junk_without_end(void)
{
	show_junk(&(struct junk){"i/", 0, kc_bytes_str("junk")});
}

/* As if the reader had written it; or as if somebody had taken it away. */
static void case_115_junk_of_other_kinds(void)
{
	show_junk(&(struct junk){"e/", 1, kc_bytes_str("junk")});
	show_junk(&(struct junk){"e/", 0, kc_bytes(NULL, 0)});
}

/* It waits for somebody who may yet come, and then it is not there any more. */
static void case_115_junk_that_is_gone(void)
{
	enum { ROUNDS = 4, EACH = KC_FEED_MAX_STRANGE / 2 };
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_writer_id writer = {.bytes = {1}};

	begin(&house, KC_LAYOUT_RECORDS, 2);
	remembered = 0;
	for (int round = 0; round < ROUNDS; round++) {
		char names[EACH][KC_RECORDS_MAX_NAME + 1];

		for (int i = 0; i < EACH; i++) {
			char key[40];

			snprintf(key, sizeof key, "e/%032x", (unsigned)(EACH * round + i));
			CHECK_OK_FATAL(evil_put(evil_world(0), &writer, key, kc_bytes_str("junk")));
			CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str(key), &writer, names[i]));
		}
		CHECK_OK(house_sync(&house, 1, NULL));
		for (int i = 0; i < EACH; i++)
			memory_cloud_lose_record(0, KC_ZONE_RECORDS, names[i]);
		CHECK_OK(house_sync(&house, 1, NULL));
	}
	CHECK(remembered <= KC_FEED_MAX_STRANGE);
	is_well(&house);
}

static void case_63_an_older_store(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout, 2);
		evil_house_save(1);
		change_and_send(&house, 0, "second a");
		CHECK_OK(house_sync(&house, 1, NULL));
		evil_show(1, 1);
		if (*layout == KC_LAYOUT_RECORDS)
			evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE});
		evil_house_is_alarmed(&house, 1, "rollback");
		CHECK(keeps(&house, 1,
			*layout == KC_LAYOUT_LOGS ? KC_EVIDENCE_SHORT_LOG : KC_EVIDENCE_OLD_LIST));
		CHECK(has(&house, 1, "second a"));
		evil_show(1, 0);
		is_well(&house);
		CHECK(has(&house, 0, "second a"));
		/* Whoever leaves keeps nothing of the circle. */
		CHECK(has_cell(&house, 1, KC_CAUGHT_CELL));
		CHECK_OK(kc_keychain_leave(house.homes[1].keychain, false));
		CHECK(!has_cell(&house, 1, KC_CAUGHT_CELL));
		CHECK(has(&house, 1, "second a"));
	}
}

/* Nobody else has a list in the store that could be older, or missing. */
static void case_63_an_older_store_of_one_device(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout, 1);
		evil_house_save(1);
		change_and_send(&house, 0, "second a");
		change_and_send(&house, 0, "third a");
		evil_house_is_content(&house, 0);
		evil_show(0, 1);
		if (*layout == KC_LAYOUT_RECORDS)
			evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE});
		change(&house, 0, "fourth a");
		for (int times = 0; times < 3; times++)
			evil_house_is_alarmed(&house, 0, "rollback");
		if (*layout == KC_LAYOUT_RECORDS)
			CHECK(keeps(&house, 0, KC_EVIDENCE_OLD_LIST));
		CHECK(has(&house, 0, "fourth a"));
		evil_show(0, 0);
		is_well(&house);
		evil_house_is_content(&house, 0);
		evil_house_add(&house, 0);
		is_well(&house);
		CHECK(has(&house, 1, "fourth a"));
	}
}

/* An empty store of the same account is one, too. What cannot be read in its place is not. */
static void case_63_an_own_list_that_is_gone(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_writer_id writer;
	char list[NAME_MAX_LEN];

	begin(&house, KC_LAYOUT_RECORDS, 1);
	writer = evil_house_writer(&house, 0);
	evil_house_cell(&house, 0, "p", list);
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = list});
	evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE});
	evil_house_is_alarmed(&house, 0, "rollback");
	evil_house_mute();
	CHECK_OK_FATAL(evil_put(evil_world(0), &writer, "p", kc_bytes_str("something else")));
	evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE});
	for (int times = 0; times < 3; times++)
		evil_house_is_content(&house, 0);
	is_well(&house);
}

/* A and B in one world, C in another; B is shown the other one in the end. */
static void case_64_a_fork(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout, 3);
		evil_house_save(1);
		evil_show(2, 1);
		change_and_send(&house, 0, "in one world");
		CHECK_OK(house_sync(&house, 1, NULL));
		change_and_send(&house, 2, "in the other");
		for (size_t device = 0; device < 3; device++)
			evil_house_is_content(&house, device);
		CHECK(has(&house, 1, "in one world"));
		CHECK(has(&house, 2, "in the other"));
		change_and_send(&house, 0, "in one world again");
		CHECK_OK(house_sync(&house, 1, NULL));
		evil_show(1, 1);
		if (*layout == KC_LAYOUT_RECORDS)
			evil_add(&(struct evil_rule){
				.verb = EVIL_EXPIRE, .devices = 1 << 1, .times = 1});
		evil_house_is_alarmed(&house, 1, "rollback");
		CHECK(has(&house, 1, "in one world again"));
	}
}

static enum memory_portion all(void *context)
{
	(void)context;
	return MEMORY_ALL;
}

/* What the cells of a device are in another world becomes the truth. */
static void bring_cell(struct house *house, size_t device, const char *key, const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_writer_id writer = evil_house_writer(house, device);

	CHECK_OK_FATAL(evil_get(evil_world(1), name, &value));
	CHECK_OK_FATAL(evil_put(evil_world(0), &writer, key, kc_buf_bytes(&value)));
}

/* Each side said what is true in its world and contradicts nobody: brought together it is what
 * devices write that do not see each other for a while, and they agree. */
static void case_65_a_fork_is_merged(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char list[NAME_MAX_LEN], item[NAME_MAX_LEN], key[NAME_MAX_LEN];

		begin(&house, *layout, 3);
		evil_house_save(1);
		evil_show(2, 1);
		CHECK_OK(words_add(
			&house.homes[2], GENP, "svce=c acct=ada sync=#1", "of the other"));
		CHECK_OK(house_sync(&house, 2, NULL));
		change_and_send(&house, 0, "in one world");
		CHECK_OK(house_sync(&house, 1, NULL));
		evil_house_cell(&house, 2, "p", list);
		evil_house_item(&house, 2, "svce=c", item);
		snprintf(key, sizeof key, "i/%s", item + 2);
		if (*layout == KC_LAYOUT_LOGS) {
			CHECK(memory_cloud_carry(1, 0, all, NULL) > 0);
		} else {
			bring_cell(&house, 2, key, item);
			bring_cell(&house, 2, "p", list);
		}
		evil_show(2, 0);
		is_well(&house);
		CHECK(has(&house, 2, "in one world"));
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=c", "of the other"));
	}
}

/* Loses what a device writes, so many times or always. */
static size_t lose(size_t device, uint64_t times)
{
	return evil_add(
		&(struct evil_rule){.verb = EVIL_LOSE, .devices = 1u << device, .times = times});
}

/* The third time it is no slip; and when the store keeps what it is given again, all is well. */
static void case_66_acknowledged_and_not_stored(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		kc_err err = KC_OK;
		int times = 0;
		size_t rule;

		begin(&house, *layout, 2);
		rule = lose(0, 0);
		change(&house, 0, "second a");
		for (; times < 8 && err == KC_OK; times++)
			err = house_sync(&house, 0, NULL);
		CHECK(evil_deeds(rule) >= 3);
		CHECK(err == KC_E_STORE_SUSPECT);
		CHECK(has(&house, 0, "second a"));
		evil_house_is_alarmed(&house, 0, "rollback");
		CHECK(has(&house, 0, "second a"));
		CHECK(has(&house, 1, "first a"));
		evil_house_mute(); /* from now on it is honest */
		house_clock_move(EVIL_HOUSE_GRACE);
		evil_house_is_content(&house, 0);
		is_well(&house);
		CHECK(has(&house, 1, "second a"));
	}
}

/* While it goes on losing, the alarm stands, and it is given the same thing less and less often. */
static void case_66_is_given_it_again_with_patience(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		uint64_t before, after;
		size_t rule;

		begin(&house, *layout, 2);
		rule = lose(0, 0);
		change(&house, 0, "second a");
		for (int i = 0; i < 4; i++)
			(void)!house_sync(&house, 0, NULL);
		before = evil_deeds(rule);
		for (int i = 0; i < 60; i++) {
			evil_house_is_alarmed(&house, 0, "rollback");
			house_clock_move(EVIL_HOUSE_MINUTE);
		}
		after = evil_deeds(rule);
		CHECK(after > before && after - before < 20);
		house_clock_move(24 * 60 * EVIL_HOUSE_MINUTE);
		for (int i = 0; i < 5; i++) /* at once, however long it was waited for */
			evil_house_is_alarmed(&house, 0, "rollback");
		CHECK(evil_deeds(rule) > after && evil_deeds(rule) - after < 4);
		CHECK(has(&house, 0, "second a"));
		evil_house_mute();
		house_clock_move(2 * 60 * EVIL_HOUSE_MINUTE);
		evil_house_is_content(&house, 0);
		is_well(&house);
		CHECK(has(&house, 1, "second a"));
	}
}

/* Something else is said only when what was said before is there. */
static void case_66_lost_while_there_is_more_to_say(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout, 2);
		lose(0, 2);
		change_and_send(&house, 0, "second a");
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=b acct=ada sync=#1", "first b"));
		CHECK_OK(house_sync(&house, 0, NULL));
		evil_house_is_content(&house, 0);
		is_well(&house);
		CHECK(has(&house, 1, "second a"));
		CHECK(words_has_secret(&house.homes[1], GENP, "svce=b", "first b"));
	}
}

/* Others wrote meanwhile; the alarm goes with what stood in the way. */
static void case_66_others_wrote_meanwhile(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout, 2);
		lose(0, 0);
		change(&house, 0, "second a");
		for (int i = 0; i < 4; i++)
			(void)!house_sync(&house, 0, NULL);
		evil_house_is_alarmed(&house, 0, "rollback");
		change_and_send(&house, 1, "of the other");
		evil_house_mute();
		house_clock_move(EVIL_HOUSE_GRACE);
		evil_house_is_content(&house, 0);
		is_well(&house);
		CHECK(has(&house, 0, "of the other"));
	}
}

/* One of several operations that go out together. */
static void case_66_lost_among_others(void)
{
	EACH_LAYOUT(layout)
	{
		for (uint64_t nth = 1; nth <= 2; nth++) {
			CLEANUP_EVIL_HOUSE struct house house;
			char attributes[64];

			begin(&house, *layout, 2);
			for (int i = 0; i < 600; i++) {
				snprintf(attributes, sizeof attributes, "svce=n%d acct=ada sync=#1",
					i);
				CHECK_OK_FATAL(words_add(&house.homes[0], GENP, attributes, "n"));
			}
			lose(0, nth);
			CHECK_OK(house_sync(&house, 0, NULL));
			is_well(&house);
			CHECK(words_has_secret(&house.homes[1], GENP, "svce=n0", "n"));
			CHECK(words_has_secret(&house.homes[1], GENP, "svce=n599", "n"));
		}
	}
}

static void case_67_always_a_conflict(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};
		uint64_t asked;
		size_t rule;
		kc_err err;

		begin(&house, *layout, 2);
		rule = evil_add(&(struct evil_rule){.verb = EVIL_CONFLICT, .devices = 1 << 0});
		change(&house, 0, "second a");
		asked = evil_asked();
		err = house_sync(&house, 0, &report);
		CHECK(err == KC_E_STORE_GONE || err == KC_E_STORE_SUSPECT || err == KC_E_CONFLICT);
		CHECK(evil_deeds(rule) > 0 && evil_deeds(rule) < 20);
		CHECK(evil_asked() - asked < 2000);
		CHECK(has(&house, 0, "second a"));
		CHECK(has(&house, 1, "first a"));
		is_well(&house);
		CHECK(has(&house, 1, "second a"));
	}
}

/* So may its last word be, when a device leaves: it is said again, at once or when it is told to
 * leave once more. (In a log a conflict is another who writes there.) */
static void case_67_a_conflict_when_it_leaves(void)
{
	static const unsigned times[] = {2, 0};

	for (size_t i = 0; i < KC_COUNT_OF(times); i++) {
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL, *gone = NULL;
		size_t rule;

		begin(&house, KC_LAYOUT_RECORDS, 3);
		gone = house_recall(&house, 1);
		rule = evil_add(&(struct evil_rule){
			.verb = EVIL_CONFLICT, .devices = 1 << 1, .times = times[i]});
		if (times[i] == 0) {
			CHECK(kc_keychain_leave(house.homes[1].keychain, false) != KC_OK);
			evil_house_mute();
		}
		CHECK_OK(kc_keychain_leave(house.homes[1].keychain, false));
		CHECK(times[i] == 0 || evil_deeds(rule) == times[i]);
		CHECK_OK(house_sync(&house, 0, NULL));
		circle = house_recall(&house, 0);
		CHECK(kc_circle_is_over(kc_circle_find(circle, &gone->identity.id)));
	}
}

/* The list before the items that it names; in logs operations without their items are none. */
static void case_68_in_another_order(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};

		begin(&house, *layout, 2);
		change_and_send(&house, 0, "second a");
		change_and_send(&house, 0, "third a");
		evil_add(&(struct evil_rule){.verb = EVIL_REORDER, .devices = 1 << 1});
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1 << 1, .names = "i-*"});
		CHECK_OK(house_sync(&house, 1, &report));
		CHECK(*layout == KC_LAYOUT_RECORDS ? report.waiting > 0 && report.refused == 0
						   : report.refused == 2);
		house_clock_move(EVIL_HOUSE_MINUTE);
		CHECK_OK(house_sync(&house, 1, NULL)); /* inside the grace time */
		CHECK(has(&house, 1, "first a"));
		is_well(&house);
		CHECK(has(&house, 1, "third a"));
	}
}

/* A large operation of another's that the store made, with a list that nobody can open; or that is
 * not whole. */
static void make_large(
	struct house *house, size_t device, bool is_spoilt, struct kc_log_position *at)
{
	static uint8_t much[3 << 20];
	static const struct kc_siv_key nobodys = {{7}};
	static const struct kc_meta_key key = {.kid = {9}, .siv = &nobodys};
	static const struct kc_account_id account;
	struct kc_writer_id writer = evil_house_writer(house, device);
	struct kc_place_in_store place = {&account, &writer, kc_bytes_str("p")};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, operation = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_envelope_seal(&key, &place, kc_bytes_str("a list"), &list));
	kc_op_builder_init(&builder, &writer, at, true);
	kc_op_builder_put(&builder, kc_bytes_str("i/00"), KC_BYTES_OF(much));
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_buf_bytes(&list));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, at, &operation, at));
	operation.data[operation.len - 1] ^= is_spoilt;
	CHECK_OK_FATAL(
		kc_cloud_append(evil_world(0), &writer, at->number, kc_buf_bytes(&operation)));
}

static bool count_large(void *context, const char *name, struct kc_buf *value)
{
	(void)name;
	*(unsigned *)context += value->len > 1 << 20;
	return true;
}

/* A log that seems to begin anew, and never says so; and one of operations that are not whole.
 * Whoever reads it comes to an end all the same, and misses what is not there. */
static void case_96_a_log_without_end(void)
{
	enum { MANY = 40 };

	for (int is_spoilt = 0; is_spoilt < 2; is_spoilt++) {
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		struct kc_writer_id writer;
		struct kc_log_position at;
		unsigned reads = 0;
		uint64_t first;

		begin(&house, KC_LAYOUT_LOGS, 2);
		change_and_send(&house, 0, "second a");
		circle = house_recall(&house, 0);
		at = kc_circle_self(circle)->position;
		first = at.number + 1;
		for (int i = 0; i < MANY; i++)
			make_large(&house, 0, is_spoilt, &at);
		writer = evil_house_writer(&house, 0);
		if (!is_spoilt)
			CHECK_OK_FATAL(kc_cloud_drop(evil_world(0), &writer, first));
		evil_add(&(struct evil_rule){.verb = EVIL_CHANGE,
			.devices = 1 << 1,
			.names = EVIL_ANY_OPERATION,
			.change = count_large,
			.context = &reads});
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK(reads > 0 && reads < MANY / 2);
		house_clock_move(EVIL_HOUSE_GRACE);
		evil_house_is_alarmed(&house, 1, "omission");
		CHECK(has(&house, 1, is_spoilt ? "second a" : "first a"));
	}
}

static void case_69_the_value_of_another_key(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};
		char mine[NAME_MAX_LEN], other[NAME_MAX_LEN];

		begin(&house, *layout, 3);
		evil_house_cell(&house, 0, "p", mine);
		evil_house_cell(&house, 0, "perm", other);
		change_and_send(&house, 0, "second a");
		evil_add(&(struct evil_rule){
			.verb = EVIL_SWAP, .devices = 1 << 2, .names = mine, .other = other});
		CHECK_OK(house_sync(&house, 2, &report));
		CHECK(report.refused > 0);
		CHECK(has(&house, 2, "first a") || has(&house, 2, "second a"));
		is_well(&house);
		if (*layout != KC_LAYOUT_RECORDS)
			continue;
		/* Asked for one record, the store answers with another. */
		change_and_send(&house, 0, "third a");
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1 << 2, .names = mine});
		CHECK_OK(house_sync(&house, 2, NULL)); /* the item waits for its list */
		evil_add(&(struct evil_rule){
			.verb = EVIL_WRONG_KEY, .devices = 1 << 2, .other = mine});
		evil_house_is_alarmed(&house, 2, "forgery");
		CHECK(has(&house, 2, "second a"));
		is_well(&house);
	}
}

/* In a log an older value cannot come after a newer one: it would be an operation that this device
 * has not written. A record is written once more. */
static void case_70_an_older_own_value(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char list[NAME_MAX_LEN];

		begin(&house, *layout, 2);
		evil_house_cell(&house, 0, "p", list);
		evil_house_save(1);
		change_and_send(&house, 0, "second a");
		bring_cell(&house, 0, "p", list);
		if (*layout == KC_LAYOUT_LOGS) {
			evil_house_is_alarmed(&house, 0, "fork");
			CHECK(has(&house, 0, "second a"));
			CHECK(has(&house, 1, "first a"));
			continue;
		}
		for (int times = 0; times < 3; times++)
			evil_house_is_content(&house, 0);
		is_well(&house);
		CHECK(has(&house, 1, "second a"));
	}
}

/* Puts a copy of one device's home in the place of another's. */
static void copy_home(struct house *house, size_t from, size_t to)
{
	home_close(&house->homes[from]);
	home_close(&house->homes[to]);
	file_remove_tree(house->homes[to].path);
	house_copy_tree(house->homes[from].path, house->homes[to].path);
	home_open(&house->homes[from]);
	home_unlock(&house->homes[from]);
	home_open(&house->homes[to]);
	home_unlock(&house->homes[to]);
}

/* Whether a device has found that another speaks with its keys: it has to join anew. */
static bool knows_of_its_twin(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_status(house->homes[device].keychain, &report));
	return report.alarm && strcmp(report.alarm, "fork") == 0 && report.copied;
}

static void case_71_a_cloned_device(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		kc_err err = KC_OK;
		size_t clone;

		begin(&house, *layout, 2);
		clone = house_add_home(&house);
		copy_home(&house, 1, clone);
		CHECK_OK(words_add(&house.homes[1], GENP, "svce=one acct=ada sync=#1", "one"));
		CHECK_OK(words_add(&house.homes[clone], GENP, "svce=two acct=ada sync=#1", "two"));
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK_OK(house_sync(&house, 0, NULL));
		for (int i = 0; i < 3 && err == KC_OK; i++)
			err = house_sync(&house, clone, NULL);
		CHECK(err == KC_E_STORE_SUSPECT);
		CHECK(knows_of_its_twin(&house, clone));
		/* By its own key, and it never made it: that it alone knows. */
		CHECK(proof_is_kept(
			house.homes[clone].keychain, KC_EVIDENCE_OWN_LIST, KC_E_UNSUPPORTED));
		CHECK(words_has_secret(&house.homes[clone], GENP, "svce=two", "two"));
		CHECK(words_has_secret(&house.homes[1], GENP, "svce=one", "one"));
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=one", "one"));
	}
}

/* A home as it was before. (A backup holds no identity: who is restored joins anew.) */
static void case_72_a_device_as_it_was_before(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		size_t spare;
		kc_err err = KC_OK;

		begin(&house, *layout, 2);
		spare = house_add_home(&house);
		copy_home(&house, 1, spare);
		change_and_send(&house, 1, "sent before the loss");
		CHECK_OK(house_sync(&house, 0, NULL));
		copy_home(&house, spare, 1);
		CHECK_OK(words_add(&house.homes[1], GENP, "svce=new acct=ada sync=#1", "new"));
		for (int i = 0; i < 3 && err == KC_OK; i++)
			err = house_sync(&house, 1, NULL);
		CHECK(err == KC_E_STORE_SUSPECT);
		CHECK(knows_of_its_twin(&house, 1));
		CHECK(words_has_secret(&house.homes[1], GENP, "svce=new", "new"));
		CHECK(has(&house, 1, "first a"));
		CHECK(has(&house, 0, "sent before the loss"));
		evil_house_is_content(&house, 0); /* no number was given twice */
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_38_the_epochs_alone_are_hidden),
		CHECK_TEST(case_61_no_more_changes),
		CHECK_TEST(case_62_an_old_token),
		CHECK_TEST(case_63_an_older_store),
		CHECK_TEST(case_63_an_older_store_of_one_device),
		CHECK_TEST(case_63_an_own_list_that_is_gone),
		CHECK_TEST(case_64_a_fork),
		CHECK_TEST(case_65_a_fork_is_merged),
		CHECK_TEST(case_66_acknowledged_and_not_stored),
		CHECK_TEST(case_66_is_given_it_again_with_patience),
		CHECK_TEST(case_66_lost_while_there_is_more_to_say),
		CHECK_TEST(case_66_others_wrote_meanwhile),
		CHECK_TEST(case_66_lost_among_others),
		CHECK_TEST(case_67_always_a_conflict),
		CHECK_TEST(case_67_a_conflict_when_it_leaves),
		CHECK_TEST(case_68_in_another_order),
		CHECK_TEST(case_115_junk_without_end),
		CHECK_TEST(case_115_junk_of_other_kinds),
		CHECK_TEST(case_115_junk_that_is_gone),
		CHECK_TEST(case_96_a_log_without_end),
		CHECK_TEST(case_69_the_value_of_another_key),
		CHECK_TEST(case_70_an_older_own_value),
		CHECK_TEST(case_71_a_cloned_device),
		CHECK_TEST(case_72_a_device_as_it_was_before),
	};

	home_use_memory();
	return check_main("feed", tests, KC_COUNT_OF(tests));
}
