/* SPDX-License-Identifier: ISC */
/* What a store can do to items: cases 39 to 60, 87 to 90 and 109 of doc/attacks.md. */
#include <stdio.h>
#include <string.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/sync/line/live_mailbox.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"
#include "tests/evilstore/proof.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define POISON KC_VERSION_MAX_T

static const enum kc_layout layouts[] = {KC_LAYOUT_LOGS, KC_LAYOUT_RECORDS};
#define EACH_LAYOUT(layout)                                                                   \
	for (const enum kc_layout *layout = layouts; layout < layouts + KC_COUNT_OF(layouts); \
		layout++)

/* --- a house, and what must hold in it ----------------------------------------------------------
 */

/* Two devices that have the items a and b. */
static void begin(struct house *house, enum kc_layout layout)
{
	evil_house_init(house, layout, 2);
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=b acct=ada sync=#1", "first b"));
	house_settle(house);
}

/* Device 0 changes an item and sends it. */
static void change(struct house *house, const char *query, const char *secret)
{
	house_clock_move(1000);
	CHECK_OK_FATAL(words_update(&house->homes[0], GENP, query, "labl=changed", secret));
	CHECK_OK_FATAL(house_sync(house, 0, NULL));
}

static bool has(struct house *house, size_t device, const char *query, const char *secret)
{
	return words_has_secret(&house->homes[device], GENP, query, secret);
}

/* What both had is as it was on the device that was lied to. */
static void keeps_first(struct house *house)
{
	CHECK(has(house, 1, "svce=a", "first a"));
	CHECK(has(house, 1, "svce=b", "first b"));
	CHECK(words_count(&house->homes[1], GENP, "acct=ada") == 2);
}

/* An exchange, whatever it ends with. */
static void look(struct house *house, size_t device)
{
	kc_err err = house_sync(house, device, NULL);

	CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
}

/* Nothing came of an attack but that it was counted. */
static void refuses(struct house *house, uint64_t least)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(house, 1, &report));
	CHECK(report.refused >= least);
	CHECK(report.received == 0);
}

/* After the grace time the store is suspect, and when it tells the truth all is as it should be. */
static void then_named_then_mended(struct house *house)
{
	house_clock_move(EVIL_HOUSE_GRACE);
	evil_house_is_alarmed(house, 1, "omission");
	evil_house_mute();
	evil_house_is_content(house, 1);
	house_settle(house);
	CHECK(house_agrees(house));
}

/* The record of an item, as it is in the true store. */
static void get_record(struct house *house, const char *query, struct kc_buf *ret)
{
	char name[NAME_MAX_LEN];

	evil_house_item(house, 0, query, name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, ret));
}

/* --- 39 to 42: keys and what they were made for -------------------------------------------------
 */

/* An item record is { version, account tag, view tag, name, kid, class, wrapped, box }. */
enum {
	AT_ACCOUNT = 4 + 3 + 2,
	AT_VIEW = AT_ACCOUNT + 18,
	AT_NAME = AT_VIEW + 18,
	AT_KID = AT_NAME + 18,
	AT_CLASS = AT_KID + 16 + 2,
	AT_WRAPPED = AT_CLASS + 1 + 2,
	WRAPPED_LEN = 80
};

/* Takes the wrapped key of another record, or flips a bit of one field. */
struct graft {
	const struct kc_buf *from;
	size_t at, len;
	bool done;
};

static bool graft(void *context, const char *name, struct kc_buf *value)
{
	struct graft *g = context;

	(void)name;
	if (value->len < AT_WRAPPED + WRAPPED_LEN)
		return true;
	if (g->from)
		memcpy(value->data + g->at, g->from->data + g->at, g->len);
	else
		value->data[g->at] ^= 1;
	g->done = true;
	return true;
}

static void alter_a(struct house *house, struct graft *g)
{
	static char a[NAME_MAX_LEN]; /* the rule borrows it */

	evil_house_item(house, 0, "svce=a", a);
	change(house, "svce=a", "second a");
	evil_add(&(struct evil_rule){
		.verb = EVIL_CHANGE, .names = a, .change = graft, .context = g});
}

static void case_39_a_wrapped_key_is_moved(void)
{
	EACH_LAYOUT(layout)
	{
		static const size_t fields[] = {AT_ACCOUNT, AT_VIEW, AT_NAME};

		for (size_t i = 0; i <= KC_COUNT_OF(fields); i++) {
			CLEANUP_EVIL_HOUSE struct house house;
			KC_CLEANUP_BUF struct kc_buf b = KC_BUF_INIT;
			struct graft g = {&b, AT_WRAPPED, WRAPPED_LEN, false};

			begin(&house, *layout);
			get_record(&house, "svce=b", &b);
			if (i < KC_COUNT_OF(fields)) /* its own key, in another place */
				g = (struct graft){NULL, fields[i], 1, false};
			alter_a(&house, &g);
			refuses(&house, 1);
			CHECK(g.done);
			keeps_first(&house);
			then_named_then_mended(&house);
		}
	}
}

static void case_40_class_a_relabelled_class_c(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct graft g = {NULL, AT_CLASS, 1, false};
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		begin(&house, *layout);
		get_record(&house, "svce=a", &record);
		CHECK_FATAL(record.data[AT_CLASS] == KC_ITEM_CLASS_A);
		g.from = &record;
		alter_a(&house, &g);
		record.data[AT_CLASS] = KC_ITEM_CLASS_C;
		refuses(&house, 1);
		CHECK(g.done);
		keeps_first(&house);
		then_named_then_mended(&house);
	}
}

/* --- 43 to 49: other versions, and none ---------------------------------------------------------
 */

static void case_43_ciphertexts_swapped(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char a[NAME_MAX_LEN], b[NAME_MAX_LEN];

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		evil_house_item(&house, 0, "svce=b", b);
		change(&house, "svce=a", "second a");
		change(&house, "svce=b", "second b");
		evil_add(&(struct evil_rule){.verb = EVIL_SWAP, .names = a, .other = b});
		refuses(&house, 2);
		keeps_first(&house);
		then_named_then_mended(&house);
		CHECK(has(&house, 1, "svce=a", "second a"));
	}
}

static void case_44_yesterdays_version(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char a[NAME_MAX_LEN];
		size_t rule;

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		change(&house, "svce=a", "second a");
		CHECK_OK(house_sync(&house, 1, NULL));
		evil_house_save(1);
		change(&house, "svce=a", "third a");
		rule = evil_add(&(struct evil_rule){.verb = EVIL_REPLAY, .names = a, .world = 1});
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK(evil_deeds(rule) > 0);
		CHECK(has(&house, 1, "svce=a", "second a"));
		then_named_then_mended(&house); /* a signed head says newer */
		CHECK(has(&house, 1, "svce=a", "third a"));
	}
}

static void case_45_a_deleted_item_is_replayed(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

		begin(&house, *layout);
		get_record(&house, "svce=a", &old);
		CHECK_OK(words_delete(&house.homes[0], GENP, "svce=a"));
		house_settle(&house);
		CHECK(words_count(&house.homes[1], GENP, "svce=a") == 0);
		accomplice_recall(house.homes[0].keychain, &circle);
		CHECK_OK(accomplice_put_item(circle, evil_world(0), kc_buf_bytes(&old)));
		look(&house, 1);
		CHECK(words_count(&house.homes[1], GENP, "svce=a") == 0);
		CHECK(has(&house, 1, "svce=b", "first b"));
		look(&house, 0);
		CHECK(words_count(&house.homes[0], GENP, "svce=a") == 0);
		CHECK(has(&house, 0, "svce=b", "first b"));
	}
}

static bool is_remembered(struct house *house, size_t device, const char *cell)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint8_t name[KC_RECORD_NAME_LEN];
	struct kc_track track;

	CHECK_FATAL(kc_op_get_hex(kc_bytes_str(cell + 2), name, sizeof name));
	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	return kc_track_find_name(&txn, name, &track) == KC_OK;
}

/* Nobody knows of the deletion any more: the item is dead by its dot, which all have accounted for.
 */
static void case_45_after_the_deletion_was_forgotten(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		char a[NAME_MAX_LEN];

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		get_record(&house, "svce=a", &old);
		CHECK_OK(words_delete(&house.homes[0], GENP, "svce=a"));
		house_settle(&house);
		CHECK(is_remembered(&house, 0, a) && is_remembered(&house, 1, a));
		for (int month = 0; month < 3; month++) {
			house_clock_move(INT64_C(31) * 24 * 60 * EVIL_HOUSE_MINUTE);
			change(&house, "svce=b", month % 2 ? "other b" : "first b");
			house_settle(&house);
		}
		CHECK(!is_remembered(&house, 0, a) && !is_remembered(&house, 1, a));
		accomplice_recall(house.homes[0].keychain, &circle);
		CHECK_OK(accomplice_put_item(circle, evil_world(0), kc_buf_bytes(&old)));
		for (size_t device = 0; device < 2; device++) {
			look(&house, device);
			CHECK(words_count(&house.homes[device], GENP, "svce=a") == 0);
			CHECK(has(&house, device, "svce=b", "first b"));
		}
	}
}

static void case_46_an_item_is_dropped(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};
		char a[NAME_MAX_LEN];
		size_t rule;

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		change(&house, "svce=a", "second a");
		rule = evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = a});
		CHECK_OK(house_sync(&house, 1, &report));
		CHECK(evil_deeds(rule) > 0);
		/* Of a log what is left is not the operation. */
		CHECK(*layout == KC_LAYOUT_RECORDS ? report.waiting > 0 && report.refused == 0
						   : report.refused == 1);
		keeps_first(&house);
		then_named_then_mended(&house);
		CHECK(has(&house, 1, "svce=a", "second a"));
	}
}

/* A device of which so many items were changed and sent; the store of records spoils one of them
 * for another device. How many of them that one has then. */
static size_t count_heard(int changes)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char a[NAME_MAX_LEN], words[60];
	size_t count;

	begin(&house, KC_LAYOUT_RECORDS);
	evil_clear(); /* the live channel too */
	for (int i = 0; i < 4; i++)
		house_settle(&house);
	evil_house_item(&house, 0, "svce=a", a);
	for (int i = 1; i < changes; i++) {
		snprintf(words, sizeof words, "svce=more%d acct=more sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, words, "x"));
	}
	evil_add(&(struct evil_rule){.verb = EVIL_FLIP, .devices = 1 << 1, .names = a, .at = 1});
	change(&house, "svce=a", "second a");
	look(&house, 1);
	count = words_count(&house.homes[1], GENP, "acct=more") +
		has(&house, 1, "svce=a", "second a");
	evil_clear();
	house_settle(&house);
	CHECK(house_agrees(&house) && has(&house, 1, "svce=a", "second a"));
	return count;
}

/* What the store spoils was said on the live channel, and with its writer's list it is taken; but
 * many items are for the store alone. */
static void a_spoilt_record_that_was_said(void)
{
	CHECK(count_heard(1) == 1);
	CHECK(count_heard(KC_LIVE_MAX_ITEMS) == KC_LIVE_MAX_ITEMS);
	CHECK(count_heard(KC_LIVE_MAX_ITEMS + 1) == KC_LIVE_MAX_ITEMS);
}

/* A cell that is empty: a record's deletion by the store, or a write that takes a key away. */
static void case_47_a_deletion_without_a_tombstone(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_writer_id writer;
		char a[NAME_MAX_LEN], key[NAME_MAX_LEN];

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		writer = evil_house_writer(&house, 0);
		snprintf(key, sizeof key, "i/%s", a + 2);
		CHECK_OK(evil_put(evil_world(0), &writer, key, kc_bytes(NULL, 0)));
		look(&house, 1);
		keeps_first(&house);
		look(&house, 0);
		CHECK(has(&house, 0, "svce=a", "first a"));
		if (*layout == KC_LAYOUT_RECORDS) {
			KC_CLEANUP_BUF struct kc_buf back = KC_BUF_INIT;

			house_settle(&house);
			CHECK_OK(evil_get(evil_world(0), a, &back)); /* its holder sent it again */
			CHECK(house_agrees(&house));
		}
	}
}

static void case_48_a_forged_tombstone(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		uint8_t junk[400];
		char a[NAME_MAX_LEN];

		begin(&house, *layout);
		kc_random_fill(junk, sizeof junk);
		evil_house_item(&house, 0, "svce=a", a);
		change(&house, "svce=a", "second a");
		evil_add(&(struct evil_rule){
			.verb = EVIL_FORGE, .names = a, .bytes = KC_BYTES_OF(junk)});
		refuses(&house, 1);
		keeps_first(&house);
		then_named_then_mended(&house);
	}
}

static void case_49_the_tombstone_of_another(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf tombstone = KC_BUF_INIT;
		char a[NAME_MAX_LEN], b[NAME_MAX_LEN];

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		evil_house_item(&house, 0, "svce=b", b);
		CHECK_OK(words_delete(&house.homes[0], GENP, "svce=b"));
		house_settle(&house);
		CHECK_OK(evil_get(evil_world(0), b, &tombstone));
		change(&house, "svce=a", "second a");
		evil_add(&(struct evil_rule){
			.verb = EVIL_FORGE, .names = a, .bytes = kc_buf_bytes(&tombstone)});
		refuses(&house, 1);
		CHECK(has(&house, 1, "svce=a", "first a"));
		then_named_then_mended(&house);
	}
}

/* Pairs of items change their keys: one moves away, and the other takes its place. */
static void move_pairs(struct house *house, unsigned pairs)
{
	char words[60], query[20], changes[20];

	for (unsigned i = 0; i < pairs; i++) {
		snprintf(words, sizeof words, "svce=one%u acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[0], GENP, words, "was one"));
		snprintf(words, sizeof words, "svce=two%u acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house->homes[0], GENP, words, "was two"));
	}
	house_settle(house);
	for (unsigned i = 0; i < pairs; i++) {
		house_clock_move(1000);
		snprintf(query, sizeof query, "svce=two%u", i);
		snprintf(changes, sizeof changes, "svce=new%u", i);
		CHECK_OK_FATAL(words_update(&house->homes[0], GENP, query, changes, NULL));
		house_clock_move(1000);
		snprintf(query, sizeof query, "svce=one%u", i);
		snprintf(changes, sizeof changes, "svce=two%u", i);
		CHECK_OK_FATAL(words_update(&house->homes[0], GENP, query, changes, NULL));
	}
	CHECK_OK(house_sync(house, 0, NULL));
}

/* The store shows only who takes the place: nobody may come to think that there are two of one key,
 * and delete one. Of logs tests/circle/test_lies does it. */
static void half_of_a_move(void)
{
	enum { PAIRS = 6 };

	for (int list_too = 0; list_too < 2; list_too++) {
		CLEANUP_EVIL_HOUSE struct house house;
		char names[PAIRS][NAME_MAX_LEN], list[NAME_MAX_LEN], query[20];

		evil_house_init(&house, KC_LAYOUT_RECORDS, 2);
		move_pairs(&house, PAIRS);
		for (unsigned i = 0; i < PAIRS; i++) {
			snprintf(query, sizeof query, "svce=new%u", i);
			evil_house_item(&house, 0, query, names[i]);
			evil_add(&(struct evil_rule){
				.verb = EVIL_HIDE, .devices = 1 << 1, .names = names[i]});
		}
		evil_house_cell(&house, 0, "p", list);
		if (list_too)
			evil_add(&(struct evil_rule){
				.verb = EVIL_HIDE, .devices = 1 << 1, .names = list});
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK(words_count(&house.homes[1], GENP, "acct=ada") == 2 * PAIRS);
		evil_house_mute();
		house_settle(&house);
		CHECK(house_agrees(&house));
		CHECK(words_count(&house.homes[0], GENP, "acct=ada") == 2 * PAIRS);
		for (unsigned i = 0; i < PAIRS; i++) {
			snprintf(query, sizeof query, "svce=new%u", i);
			CHECK(has(&house, 1, query, "was two"));
		}
	}
}

/* --- 50 to 57: items that open ------------------------------------------------------------------
 */

struct forgery {
	uint64_t counter, t; /* 0: as they were; counter is added */
	bool no_sync, deleted;
	enum kc_protection protection; /* 0: as it was */
	const uint8_t *view_tag, *kid;
};

static void forge(struct kc_item_header *header, struct kc_item_body *body, const void *context)
{
	const struct forgery *f = context;

	body->counter += f->counter;
	if (f->t)
		body->version.t = f->t;
	body->deleted = body->deleted || f->deleted;
	if (f->no_sync)
		body->item.sync = false;
	if (f->protection)
		body->item.protection = f->protection;
	if (f->view_tag)
		memcpy(header->view_tag, f->view_tag, sizeof header->view_tag);
	if (f->kid)
		memcpy(header->kid, f->kid, sizeof header->kid);
}

/* A record that the device 2, which is out, makes of one of its own. */
static void case_50_an_item_under_a_retired_epoch(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
		KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
		struct forgery f = {.counter = 1, .t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 50000)};
		struct kc_sync_report report = {0};
		char name[NAME_MAX_LEN];

		evil_house_init(&house, *layout, 3);
		CHECK_OK(words_add(&house.homes[2], GENP, "svce=c acct=ada sync=#1", "first c"));
		house_settle(&house);
		evil_house_item(&house, 2, "svce=c", name);
		accomplice_recall(house.homes[2].keychain, &thief);
		CHECK_OK(evil_get(evil_world(0), name, &own));
		house_remove(&house, 0, 2);
		CHECK_OK(house_sync(&house, 1, NULL));
		CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), forge, &f, &made));
		CHECK_OK(accomplice_put_item(thief, evil_world(0), kc_buf_bytes(&made)));
		/* Of records, the first that sees it puts back what it covers. */
		for (size_t device = 0; device < 2; device++) {
			CHECK_OK(house_sync(&house, device, &report));
			CHECK(report.received ==
				(device == 1 && *layout == KC_LAYOUT_RECORDS ? 1 : 0));
			CHECK(has(&house, device, "svce=c", "first c"));
		}
		house_clock_move(EVIL_HOUSE_GRACE);
		for (size_t device = 0; device < 2; device++) {
			look(&house, device);
			CHECK(has(&house, device, "svce=c", "first c"));
		}
		evil_house_is_content(&house, 0); /* nothing of one who is out is missed */
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=new acct=ada sync=#1", "new"));
		CHECK_OK(house_sync(&house, 0, NULL));
		evil_house_is_content(&house, 1);
		CHECK(has(&house, 1, "svce=new", "new"));
	}
}

/* The same in the name, and in the log, of one who is in: over an item of that device, and as a
 * deletion of it. It has the key of the retired epoch, and no signature of that device. */
static void case_50_in_the_name_of_a_member(void)
{
	EACH_LAYOUT(layout)
	{
		for (int how = 0; how < 4; how++) {
			CLEANUP_EVIL_HOUSE struct house house;
			KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
			KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
			struct kc_writer_id elder;
			struct forgery f = {.counter = how & 1,
				.deleted = how & 2,
				.t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 50000)};
			char name[NAME_MAX_LEN], key[NAME_MAX_LEN];

			evil_house_init(&house, *layout, 3);
			CHECK_OK(words_add(
				&house.homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
			house_settle(&house);
			evil_house_item(&house, 0, "svce=a", name);
			snprintf(key, sizeof key, "i/%s", name + 2);
			accomplice_recall(house.homes[2].keychain, &thief);
			CHECK_OK(evil_get(evil_world(0), name, &own));
			house_remove(&house, 0, 2);
			CHECK_OK(house_sync(&house, 1, NULL));
			CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), forge, &f, &made));
			elder = evil_house_writer(&house, 0);
			CHECK_OK(evil_put(evil_world(0), &elder, key, kc_buf_bytes(&made)));
			for (size_t device = 2; device-- > 0;) {
				look(&house, device);
				CHECK(has(&house, device, "svce=a", "first a"));
			}
			house_clock_move(EVIL_HOUSE_GRACE);
			for (size_t device = 2; device-- > 0;) {
				look(&house, device);
				CHECK(has(&house, device, "svce=a", "first a"));
			}
		}
	}
}

/* The same, for a device that is new: an item with a dot that everybody has acknowledged long ago,
 * in the place of one that another wrote. */
static void case_50_an_item_under_a_retired_epoch_for_a_newcomer(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
		KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
		struct forgery f = {
			.t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + INT64_C(26) * 60 * EVIL_HOUSE_MINUTE)};
		char name[NAME_MAX_LEN];
		size_t newcomer, rule;
		kc_err err;

		evil_house_init(&house, *layout, 3);
		CHECK_OK(words_add(&house.homes[1], GENP, "svce=b acct=ada sync=#1", "first b"));
		CHECK_OK(words_add(&house.homes[2], GENP, "svce=c acct=ada sync=#1", "first c"));
		house_settle(&house);
		/* All say that they have it, and its next list names it no more. */
		house_clock_move(INT64_C(25) * 60 * EVIL_HOUSE_MINUTE);
		house_settle(&house);
		CHECK_OK(words_add(&house.homes[2], GENP, "svce=d acct=ada sync=#1", "first d"));
		house_settle(&house);
		evil_house_item(&house, 2, "svce=c", name);
		accomplice_recall(house.homes[2].keychain, &thief);
		CHECK_OK(evil_get(evil_world(0), name, &own));
		house_remove(&house, 0, 2);
		CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), forge, &f, &made));
		for (int i = 0; i < 3; i++)
			for (size_t device = 0; device < 2; device++)
				CHECK_OK(house_sync(&house, device, NULL));
		rule = evil_add(&(struct evil_rule){EVIL_FORGE, .devices = 1u << 3, .names = name,
			.bytes = kc_buf_bytes(&made)});
		newcomer = house_add_home(&house);
		CHECK_FATAL(newcomer == 3);
		evil_url((unsigned)newcomer, house.url);
		err = house_knock(&house, 0, newcomer);
		/* In a log another digest stands there than came with the welcome. */
		CHECK_ERR(err, *layout == KC_LAYOUT_LOGS ? KC_E_STORE_SUSPECT : KC_E_WAITING);
		for (int i = 0; i < 3; i++)
			look(&house, newcomer);
		CHECK(evil_deeds(rule) > 0);
		CHECK(words_count(&house.homes[newcomer], GENP, "svce=c") == 0);
		evil_house_mute();
		for (int i = 0; i < 3; i++)
			look(&house, newcomer);
		evil_house_is_content(&house, newcomer);
		CHECK(has(&house, newcomer, "svce=b", "first b"));
		CHECK(has(&house, newcomer, "svce=c", "first c"));
	}
}

/* A member whose device is made to say a time that has no successor. */
static void case_51_a_time_out_of_range(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, made = KC_BUF_INIT;
		struct forgery f = {.counter = 1, .t = POISON + 1};

		begin(&house, *layout);
		get_record(&house, "svce=a", &record);
		accomplice_recall(house.homes[0].keychain, &circle);
		CHECK_OK_FATAL(accomplice_item(circle, kc_buf_bytes(&record), forge, &f, &made));
		CHECK_OK(accomplice_put_item(circle, evil_world(0), kc_buf_bytes(&made)));
		refuses(&house, 1);
		keeps_first(&house);
	}
}

/* A clock that is fifty years ahead: the next change still wins, everywhere. */
static void case_52_a_time_far_ahead(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout);
		house_clock_set(EVIL_HOUSE_NOW + INT64_C(50) * 365 * 24 * 60 * EVIL_HOUSE_MINUTE);
		CHECK_OK(words_update(&house.homes[0], GENP, "svce=a", "labl=x", "far ahead"));
		CHECK_OK(house_sync(&house, 0, NULL));
		house_clock_set(EVIL_HOUSE_NOW + EVIL_HOUSE_MINUTE);
		house_settle(&house);
		CHECK(has(&house, 1, "svce=a", "far ahead"));
		CHECK_OK(words_update(&house.homes[1], GENP, "svce=a", "labl=y", "the next"));
		house_settle(&house);
		CHECK(has(&house, 0, "svce=a", "the next"));
		CHECK(house_agrees(&house));
	}
}

static void case_54_a_change_beside_a_deletion(void)
{
	EACH_LAYOUT(layout)
	{
		for (int change_last = 0; change_last < 2; change_last++) {
			CLEANUP_EVIL_HOUSE struct house house;
			struct home *deletes, *changes;
			size_t left;

			begin(&house, *layout);
			deletes = &house.homes[0];
			changes = &house.homes[1];
			house_clock_move(1000);
			if (change_last)
				CHECK_OK(words_delete(deletes, GENP, "svce=a"));
			else
				CHECK_OK(words_update(changes, GENP, "svce=a", "labl=x", "new a"));
			house_clock_move(1000);
			if (change_last)
				CHECK_OK(words_update(changes, GENP, "svce=a", "labl=x", "new a"));
			else
				CHECK_OK(words_delete(deletes, GENP, "svce=a"));
			house_settle(&house);
			left = words_count(changes, GENP, "svce=a");
			CHECK(left == (change_last ? 1u : 0u));
			CHECK(house_agrees(&house));
		}
	}
}

static void case_55_one_primary_key_made_twice(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		evil_house_init(&house, *layout, 3);
		for (size_t i = 0; i < 3; i++) {
			char secret[20];

			snprintf(secret, sizeof secret, "by device %zu", i);
			house_clock_move(1000);
			CHECK_OK(words_add(
				&house.homes[i], GENP, "svce=same acct=ada sync=#1", secret));
		}
		/* All three send before any reads, and all repair at once. */
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = "i-*"});
		for (size_t i = 0; i < 3; i++)
			look(&house, i);
		evil_house_mute();
		house_settle(&house);
		CHECK(words_count(&house.homes[0], GENP, "svce=same") == 1);
		CHECK(has(&house, 0, "svce=same", "by device 2"));
		CHECK(house_agrees(&house));
	}
}

/* An item of device 0, made over by whoever has its keys, and put into the store. */
static void offer(struct house *house, const struct forgery *f)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, made = KC_BUF_INIT;

	get_record(house, "svce=a", &record);
	accomplice_recall(house->homes[0].keychain, &circle);
	CHECK_OK_FATAL(accomplice_item(circle, kc_buf_bytes(&record), forge, f, &made));
	CHECK_OK_FATAL(accomplice_put_item(circle, evil_world(0), kc_buf_bytes(&made)));
}

/* A bound item has no record: its class has no number in one, and what calls itself so is refused.
 */
static void case_56_an_item_of_one_device_only(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct kc_sync_report report = {0};

		begin(&house, *layout);
		CHECK_OK(words_add(&house.homes[0], GENP, "svce=marked acct=eve pdmn=aku sync=#1",
			"never sent either"));
		CHECK_OK(words_add(
			&house.homes[0], GENP, "svce=bound acct=eve pdmn=aku", "never sent"));
		CHECK_OK(house_sync(&house, 0, &report));
		CHECK(report.sent == 0);
		offer(&house, &(struct forgery){.counter = 1,
				      .t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 5000),
				      .protection = KC_PROTECTION_AKU});
		CHECK_OK(house_sync(&house, 1, &report));
		CHECK(report.received == 0 && report.refused > 0);
		CHECK(words_count(&house.homes[1], GENP, "acct=eve") == 0);
		keeps_first(&house);
	}
}

/* A password, sealed as one of the view of networks. */
static void case_57_an_item_in_another_view(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		uint8_t tag[KC_TAG_LEN];
		const struct kc_held_epoch *held;
		struct kc_trust trust;
		struct kc_sync_report report = {0};

		begin(&house, *layout);
		accomplice_recall(house.homes[0].keychain, &circle);
		CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
		CHECK_OK_FATAL(kc_circle_usable_epoch(circle, &trust, KC_VIEW_WIFI, &held));
		CHECK_OK_FATAL(kc_account_view_tag(
			kc_circle_keys(circle), &circle->account, KC_VIEW_WIFI, tag));
		offer(&house, &(struct forgery){.t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 5000),
				      .view_tag = tag,
				      .kid = held->epoch->name.kid});
		CHECK_OK(house_sync(&house, 1, &report));
		CHECK(report.refused + report.waiting > 0 && report.received == 0);
		keeps_first(&house);
	}
}

/* --- 58 to 60: sizes ----------------------------------------------------------------------------
 */

/* Every length that a record can be cut to, offered one after the other as what stands in the
 * store. */
static void case_58_cut_at_every_byte(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
		char a[NAME_MAX_LEN];
		struct kc_writer_id writer;
		char key[NAME_MAX_LEN];
		size_t step;

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		snprintf(key, sizeof key, "i/%s", a + 2);
		writer = evil_house_writer(&house, 0);
		get_record(&house, "svce=a", &record);
		kc_buf_push(&record, "\0", 1); /* and one that is longer */
		step = *layout == KC_LAYOUT_LOGS ? 1 : 7;
		if (*layout == KC_LAYOUT_LOGS) {
			for (size_t len = 1; len <= record.len; len += step)
				if (len != record.len - 1)
					CHECK_OK(evil_put(evil_world(0), &writer, key,
						kc_bytes(record.data, len)));
			refuses(&house, record.len - 1);
		} else {
			for (size_t len = record.len; len > step; len -= step) {
				if (len == record.len - 1)
					continue;
				CHECK_OK(evil_put(
					evil_world(0), &writer, key, kc_bytes(record.data, len)));
				refuses(&house, 1);
			}
		}
		keeps_first(&house);
	}
}

static void case_59_an_empty_ciphertext(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, made = KC_BUF_INIT;
		struct kc_der_reader r, seq;
		struct kc_der_writer w;
		struct kc_writer_id writer;
		char a[NAME_MAX_LEN], key[NAME_MAX_LEN];
		uint8_t zeros[16] = {0};

		begin(&house, *layout);
		evil_house_item(&house, 0, "svce=a", a);
		snprintf(key, sizeof key, "i/%s", a + 2);
		get_record(&house, "svce=a", &record);
		kc_der_reader_init(&r, kc_buf_bytes(&record));
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		kc_der_writer_init(&w, &made);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, kc_der_get_uint(&seq));
		for (int i = 0; i < 4; i++)
			kc_der_put_bytes(&w, kc_der_get_bytes(&seq));
		kc_der_put_uint(&w, kc_der_get_uint(&seq));
		kc_der_put_bytes(&w, kc_der_get_bytes(&seq));
		kc_der_put_bytes(&w, KC_BYTES_OF(zeros));
		kc_der_end(&w);
		CHECK_OK_FATAL(kc_der_writer_check(&w));
		writer = evil_house_writer(&house, 0);
		CHECK_OK(evil_put(evil_world(0), &writer, key, kc_buf_bytes(&made)));
		refuses(&house, 1);
		keeps_first(&house);
	}
}

/* What is above a limit is not taken into memory: one record, then a page of very many. */
static void case_60_too_large_and_too_many(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		KC_CLEANUP_BUF struct kc_buf large = KC_BUF_INIT;
		struct kc_writer_id writer;

		begin(&house, *layout);
		writer = evil_house_writer(&house, 0);
		kc_buf_extend(&large, KC_ITEM_RECORD_MAX + 1);
		memset(large.data, 0x30, large.len);
		CHECK_OK(evil_put(evil_world(0), &writer, "i/00112233445566778899aabbccddeeff",
			kc_buf_bytes(&large)));
		refuses(&house, 1);
		keeps_first(&house);
		if (*layout != KC_LAYOUT_RECORDS)
			continue; /* a log has no pages, and its share of an exchange is 32 MiB */
		evil_add(&(struct evil_rule){.verb = EVIL_FLOOD, .count = 1000000});
		evil_house_is_alarmed(&house, 1, "forgery");
		keeps_first(&house);
		evil_house_mute();
		CHECK_OK(house_sync(&house, 1, NULL));
	}
}

/* --- 87 to 90 -----------------------------------------------------------------------------------
 */

static size_t record_len(struct house *house, const char *query)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	get_record(house, query, &record);
	return record.len;
}

static void case_87_sizes_say_nothing(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		struct home *home = &house.homes[0];

		evil_house_init(&house, *layout, 1);
		CHECK_OK(words_add(home, GENP, "svce=eight acct=a sync=#1", "8letters"));
		CHECK_OK(words_add(home, GENP, "svce=fiftn acct=a sync=#1", "fifteen-letters"));
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK(record_len(&house, "svce=eight") == record_len(&house, "svce=fiftn"));
	}
}

/* One answer for whatever the cryptography finds wrong, from the store's side: the same writes, the
 * same number of requests. */
static void case_88_one_answer_for_all_failures(void)
{
	EACH_LAYOUT(layout)
	{
		static const size_t places[] = {0, 20, 300, 394};
		uint64_t asked[KC_COUNT_OF(places)], written[KC_COUNT_OF(places)];

		for (size_t i = 0; i < KC_COUNT_OF(places); i++) {
			CLEANUP_EVIL_HOUSE struct house house;
			char a[NAME_MAX_LEN];

			begin(&house, *layout);
			evil_house_item(&house, 0, "svce=a", a);
			change(&house, "svce=a", "second a");
			evil_add(&(struct evil_rule){
				.verb = EVIL_FLIP, .names = a, .at = places[i]});
			asked[i] = evil_asked();
			written[i] = memory_cloud_version(0);
			refuses(&house, 1);
			asked[i] = evil_asked() - asked[i];
			written[i] = memory_cloud_version(0) - written[i];
			CHECK(asked[i] == asked[0] && written[i] == written[0]);
			keeps_first(&house);
		}
	}
}

static void case_89_an_acknowledged_dot_again(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout);
		offer(&house, &(struct forgery){.t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 50000)});
		refuses(&house, 1);
		CHECK(proof_is_kept(
			house.homes[1].keychain, KC_EVIDENCE_FORGED_ITEM, KC_E_UNSUPPORTED));
		keeps_first(&house);
	}
}

static void case_90_a_device_that_was_long_away(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout);
		CHECK_OK(words_add(&house.homes[1], GENP, "svce=own acct=ada sync=#1", "unsent"));
		CHECK_OK(words_delete(&house.homes[0], GENP, "svce=b"));
		CHECK_OK(house_sync(&house, 0, NULL));
		for (int day = 0; day < 400; day += 40) {
			house_clock_move(INT64_C(40) * 24 * 60 * EVIL_HOUSE_MINUTE);
			CHECK_OK(
				words_update(&house.homes[0], GENP, "svce=a", "labl=x", "later a"));
			CHECK_OK(house_sync(&house, 0, NULL));
		}
		/* And the store does not know its token any more. */
		evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE, .devices = 1 << 1, .times = 1});
		house_settle(&house);
		CHECK(has(&house, 1, "svce=a", "later a"));
		CHECK(words_count(&house.homes[1], GENP, "svce=b") == 0);
		CHECK(words_count(&house.homes[0], GENP, "svce=b") == 0);
		CHECK(has(&house, 0, "svce=own", "unsent"));
		CHECK(house_agrees(&house));
	}
}

/* --- 109: what nobody knows ---------------------------------------------------------------------
 */

/* The store covers an item with what is under a key that nobody has, in the name of nobody. */
static void cover(struct house *house, const char *query)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	get_record(house, query, &record);
	CHECK_FATAL(record.len > AT_WRAPPED);
	record.data[AT_KID] ^= 1;
	accomplice_recall(house->homes[0].keychain, &circle);
	CHECK_OK_FATAL(accomplice_put_item(circle, evil_world(0), kc_buf_bytes(&record)));
}

/* It waits, and nobody misses anything: no list names it. */
static void waits_uncovered(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(house_sync(house, device, &report));
	CHECK(report.waiting == 1 && report.received == 0 && report.sent == 0);
}

/* Nothing waits any more, in the store or on a device. */
static void is_mended(struct house *house)
{
	for (size_t device = 0; device < house->count; device++)
		evil_house_is_content(house, device);
	CHECK(house_agrees(house));
}

/* A change of it waits for its turn; then all have it. */
static void case_109_a_covered_item_is_changed(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(&house, KC_LAYOUT_RECORDS);
	cover(&house, "svce=a");
	for (size_t device = 0; device < 2; device++)
		waits_uncovered(&house, device);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=a", "labl=changed", "second a"));
	waits_uncovered(&house, 1);
	house_clock_move(EVIL_HOUSE_GRACE / 2);
	waits_uncovered(&house, 1);
	house_clock_move(EVIL_HOUSE_GRACE / 2 + EVIL_HOUSE_MINUTE);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.sent == 1 && report.waiting == 0);
	house_settle(&house);
	CHECK(has(&house, 0, "svce=a", "second a") && has(&house, 0, "svce=b", "first b"));
	is_mended(&house);
}

/* Nobody changes it: its writer says it again, and who comes later has it. */
static void case_109_a_covered_item_is_said_again(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(&house, KC_LAYOUT_RECORDS);
	cover(&house, "svce=a");
	for (size_t device = 0; device < 2; device++)
		waits_uncovered(&house, device);
	house_clock_move(EVIL_HOUSE_GRACE);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.sent == 0 && report.waiting == 0); /* it is not its to say */
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(report.sent == 1 && report.waiting == 0);
	house_settle(&house);
	keeps_first(&house);
	CHECK_FATAL(evil_house_add(&house, 1) == 2);
	house_settle(&house);
	CHECK(has(&house, 2, "svce=a", "first a") && has(&house, 2, "svce=b", "first b"));
	is_mended(&house);
}

/* Its writer is out: any other device says it. */
static void case_109_a_covered_item_of_one_who_is_out(void)
{
	CLEANUP_EVIL_HOUSE struct house house;

	evil_house_init(&house, KC_LAYOUT_RECORDS, 3);
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_settle(&house);
	house_remove(&house, 0, 2);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(house_sync(&house, 0, NULL));
	cover(&house, "svce=a");
	waits_uncovered(&house, 0);
	waits_uncovered(&house, 1);
	house_clock_move(EVIL_HOUSE_GRACE);
	for (int i = 0; i < 2; i++)
		for (size_t device = 0; device < 2; device++)
			CHECK_OK(house_sync(&house, device, NULL));
	CHECK_FATAL(evil_house_add(&house, 1) == 3);
	CHECK(has(&house, 3, "svce=a", "first a"));
	evil_house_is_content(&house, 0);
}

/* A store alone: it refuses what device 1 writes, and covers an item so often that its writer says
 * it again. Device 1 knows that it gave way to an item of its own, and deletes that. */
static void gave_way_and_is_covered(int times)
{
	CLEANUP_EVIL_HOUSE struct house house;
	kc_err err;

	evil_house_init(&house, KC_LAYOUT_RECORDS, 2);
	house_settle(&house);
	evil_add(&(struct evil_rule){.verb = EVIL_CONFLICT, .devices = 1 << 1});
	CHECK_OK_FATAL(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	house_clock_move(EVIL_HOUSE_MINUTE);
	CHECK_OK_FATAL(words_add(&house.homes[1], GENP, "svce=a acct=ada sync=#1", "own a"));
	err = house_sync(&house, 1, NULL);
	CHECK(err != KC_OK);
	CHECK(has(&house, 1, "svce=a", "own a"));
	for (int i = 0; i < times; i++) {
		uint64_t sent = 0;

		cover(&house, "svce=a");
		for (int turn = 0; turn < 6; turn++) {
			KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

			CHECK_OK(house_sync(&house, 0, &report));
			sent += report.sent;
			house_clock_move(EVIL_HOUSE_GRACE);
		}
		CHECK(sent > 0);
	}
	house_clock_move(EVIL_HOUSE_MINUTE);
	CHECK_OK(words_delete(&house.homes[1], GENP, "svce=a"));
	CHECK(words_count(&house.homes[1], GENP, "svce=a") == 0);
	evil_house_mute();
	house_settle(&house);
	for (size_t device = 0; device < 2; device++)
		CHECK(words_count(&house.homes[device], GENP, "svce=a") == 0);
}

static void case_148_what_gave_way_is_covered(void)
{
	gave_way_and_is_covered(0);
	gave_way_and_is_covered(1);
	gave_way_and_is_covered(12);
}

/* An item has a time ahead of all clocks. Device 1 changes or deletes it and has not sent that; the
 * store meanwhile covers the item, and its writer says it again, times times. */
static void ahead_and_covered(int times, bool deletes)
{
	static const int64_t ahead = INT64_C(30) * 24 * 60 * EVIL_HOUSE_MINUTE;
	CLEANUP_EVIL_HOUSE struct house house;

	evil_house_init(&house, KC_LAYOUT_RECORDS, 2);
	house_settle(&house);
	house_clock_move(ahead);
	CHECK_OK_FATAL(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_clock_move(-ahead);
	house_settle(&house);
	CHECK(has(&house, 1, "svce=a", "first a"));
	if (deletes) {
		CHECK_OK(words_delete(&house.homes[1], GENP, "svce=a"));
	} else {
		CHECK_OK(words_update(&house.homes[1], GENP, "svce=a", "labl=changed", "second a"));
	}
	for (int i = 0; i < times; i++) {
		cover(&house, "svce=a");
		for (int turn = 0; turn < 6; turn++) {
			CHECK_OK(house_sync(&house, 0, NULL));
			house_clock_move(EVIL_HOUSE_GRACE);
		}
	}
	house_settle(&house);
	for (size_t device = 0; device < 2; device++)
		CHECK(deletes ? words_count(&house.homes[device], GENP, "svce=a") == 0
			      : has(&house, device, "svce=a", "second a"));
}

static void case_149_a_change_of_a_covered_item(void)
{
	ahead_and_covered(0, true);
	ahead_and_covered(0, false);
	ahead_and_covered(4, true);
	ahead_and_covered(4, false);
}

/* What is to be sealed again under new keys is covered meanwhile: the rest is sent, and that later.
 */
static void case_109_covered_when_keys_change(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char list[NAME_MAX_LEN], a[NAME_MAX_LEN];
	size_t rules[2];

	evil_house_init(&house, KC_LAYOUT_RECORDS, 3);
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_settle(&house);
	evil_house_cell(&house, 1, "p", list);
	evil_house_item(&house, 1, "svce=a", a);
	rules[0] = evil_add(&(struct evil_rule){EVIL_HIDE, .devices = 1u << 0, .names = list});
	rules[1] = evil_add(&(struct evil_rule){EVIL_HIDE, .devices = 1u << 0, .names = a});
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=a", "labl=changed", "second a"));
	CHECK_OK(house_sync(&house, 1, NULL));
	house_remove(&house, 0, 2);
	CHECK(evil_deeds(rules[0]) > 0 && evil_deeds(rules[1]) > 0);
	evil_house_mute();
	cover(&house, "svce=a");
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.sent == 0 && report.waiting == 1 && report.pending == 1);
	CHECK_OK(house_sync(&house, 0, NULL));
	house_clock_move(EVIL_HOUSE_GRACE);
	for (int i = 0; i < 2; i++)
		for (size_t device = 2; device-- > 0;)
			look(&house, device);
	CHECK(has(&house, 0, "svce=a", "second a") && has(&house, 1, "svce=a", "second a"));
	evil_house_is_content(&house, 0);
	evil_house_is_content(&house, 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_39_a_wrapped_key_is_moved),
		CHECK_TEST(case_40_class_a_relabelled_class_c),
		CHECK_TEST(case_43_ciphertexts_swapped),
		CHECK_TEST(case_44_yesterdays_version),
		CHECK_TEST(case_45_a_deleted_item_is_replayed),
		CHECK_TEST(case_45_after_the_deletion_was_forgotten),
		CHECK_TEST(case_46_an_item_is_dropped),
		CHECK_TEST(a_spoilt_record_that_was_said),
		CHECK_TEST(case_47_a_deletion_without_a_tombstone),
		CHECK_TEST(case_48_a_forged_tombstone),
		CHECK_TEST(case_49_the_tombstone_of_another),
		CHECK_TEST(half_of_a_move),
		CHECK_TEST(case_50_an_item_under_a_retired_epoch),
		CHECK_TEST(case_50_in_the_name_of_a_member),
		CHECK_TEST(case_50_an_item_under_a_retired_epoch_for_a_newcomer),
		CHECK_TEST(case_51_a_time_out_of_range),
		CHECK_TEST(case_52_a_time_far_ahead),
		CHECK_TEST(case_54_a_change_beside_a_deletion),
		CHECK_TEST(case_55_one_primary_key_made_twice),
		CHECK_TEST(case_56_an_item_of_one_device_only),
		CHECK_TEST(case_57_an_item_in_another_view),
		CHECK_TEST(case_58_cut_at_every_byte),
		CHECK_TEST(case_59_an_empty_ciphertext),
		CHECK_TEST(case_60_too_large_and_too_many),
		CHECK_TEST(case_87_sizes_say_nothing),
		CHECK_TEST(case_88_one_answer_for_all_failures),
		CHECK_TEST(case_89_an_acknowledged_dot_again),
		CHECK_TEST(case_90_a_device_that_was_long_away),
		CHECK_TEST(case_109_a_covered_item_is_changed),
		CHECK_TEST(case_109_a_covered_item_is_said_again),
		CHECK_TEST(case_109_a_covered_item_of_one_who_is_out),
		CHECK_TEST(case_109_covered_when_keys_change),
		CHECK_TEST(case_148_what_gave_way_is_covered),
		CHECK_TEST(case_149_a_change_of_a_covered_item),
	};

	home_use_memory();
	return check_main("items", tests, KC_COUNT_OF(tests));
}
