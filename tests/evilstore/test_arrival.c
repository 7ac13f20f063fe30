/* SPDX-License-Identifier: ISC */
/* What a store of records can show a device that joins: cases 91 to 95, 123, 127, 132 and
 * 133 of doc/attacks.md. Nothing that it is shown is in a log any more; that it has all is said by
 * roots.
 */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define DAY (INT64_C(24) * 60 * EVIL_HOUSE_MINUTE)
#define MOST_ROUNDS 8

static void add(struct house *house, size_t device, const char *service)
{
	char attrs[80];

	snprintf(attrs, sizeof attrs, "svce=%s acct=ada sync=#1", service);
	CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, service));
}

static size_t count(struct house *house, size_t device)
{
	return words_count(&house->homes[device], GENP, "sync=#1");
}

/* The first devices of a house exchange. */
static void sync_first(struct house *house, size_t devices)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < devices; i++)
			CHECK_OK_FATAL(house_sync(house, i, NULL));
}

/* They all speak, and hear that the others have all: nobody's log names anything any more. */
static void trim_logs(struct house *house, size_t devices)
{
	for (int day = 0; day < 3; day++) {
		house_clock_move(DAY + 1000);
		sync_first(house, devices);
	}
}

static void begin(struct house *house, size_t devices)
{
	evil_house_init(house, KC_LAYOUT_RECORDS, devices);
	add(house, 0, "a");
	add(house, 1, "b");
	add(house, 1, "c");
	house_settle(house);
	trim_logs(house, devices);
}

static size_t add_newcomer(struct house *house)
{
	size_t newcomer = house_add_home(house);

	evil_url((unsigned)newcomer, house->url);
	return newcomer;
}

static bool is_joining(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);

	return circle->joining;
}

static uint64_t waiting(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_status(house->homes[device].keychain, &report));
	return report.waiting;
}

/* The sponsor and the newcomer look at the store until the newcomer has arrived; how often. */
static int arrive(struct house *house, size_t newcomer)
{
	int round = 0;

	for (; round < MOST_ROUNDS && is_joining(house, newcomer); round++) {
		kc_err err;

		CHECK_OK(house_sync(house, 0, NULL));
		err = house_sync(house, newcomer, NULL);
		CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
	}
	return round;
}

static void has_arrived(struct house *house, size_t newcomer, size_t items)
{
	CHECK(!is_joining(house, newcomer));
	CHECK(house_has_alarm(house, newcomer, NULL));
	evil_house_is_content(house, newcomer);
	CHECK(count(house, newcomer) == items);
	add(house, newcomer, "its-own");
	CHECK_OK(house_sync(house, newcomer, NULL));
	CHECK_OK(house_sync(house, 0, NULL));
	CHECK(count(house, 0) == items + 1);
}

static void nothing_is_hidden(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	size_t newcomer;

	begin(&house, 2);
	newcomer = add_newcomer(&house);
	CHECK_OK(house_knock(&house, 0, newcomer));
	has_arrived(&house, newcomer, 3);
}

/* One that is hidden is missed, and one that the store has lost for good is said once more. */
static void case_91_a_newcomer_is_shown_a_part(void)
{
	for (int lost = 0; lost < 2; lost++) {
		CLEANUP_EVIL_HOUSE struct house house;
		char name[NAME_MAX_LEN];
		size_t newcomer, rule;

		begin(&house, 2);
		evil_house_item(&house, 0, "svce=b", name);
		rule = evil_add(
			&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << 2, .names = name});
		newcomer = add_newcomer(&house);
		CHECK_ERR(house_knock(&house, 0, newcomer), KC_E_STORE_SUSPECT);
		CHECK(evil_deeds(rule) > 0);
		CHECK(is_joining(&house, newcomer) &&
			house_has_alarm(&house, newcomer, "omission"));
		if (lost) {
			/* What the sponsor says anew has the same name: it is hidden as well. */
			for (int i = 0; i < 3; i++) {
				kc_err err;

				CHECK_OK(house_sync(&house, 0, NULL));
				err = house_sync(&house, newcomer, NULL);
				CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
			}
			CHECK(is_joining(&house, newcomer));
		}
		evil_house_mute();
		CHECK(arrive(&house, newcomer) < MOST_ROUNDS);
		has_arrived(&house, newcomer, 3);
	}
}

/* Nobody remembers that it was deleted; the store does not remember, either. */
static void case_92_a_newcomer_is_shown_what_was_deleted(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	char name[NAME_MAX_LEN];
	size_t newcomer, rule;

	begin(&house, 2);
	evil_house_item(&house, 0, "svce=b", name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &old));
	CHECK_OK_FATAL(words_delete(&house.homes[0], GENP, "svce=b"));
	sync_first(&house, 2);
	for (int day = 0; day < 40; day++) {
		house_clock_move(DAY + 1000);
		sync_first(&house, 2);
	}
	rule = evil_add(&(struct evil_rule){.verb = EVIL_FORGE,
		.devices = 1u << 2,
		.names = name,
		.bytes = kc_buf_bytes(&old)});
	newcomer = add_newcomer(&house);
	CHECK_ERR(house_knock(&house, 0, newcomer), KC_E_STORE_SUSPECT);
	CHECK(evil_deeds(rule) > 0);
	CHECK(is_joining(&house, newcomer) && house_has_alarm(&house, newcomer, "forgery"));
	CHECK(arrive(&house, newcomer) < MOST_ROUNDS);
	has_arrived(&house, newcomer, 2);
	CHECK(words_count(&house.homes[0], GENP, "svce=b") == 0);
}

/* --- an item that waits -------------------------------------------------------------------------
 */

static void make_another(struct kc_item_header *header, struct kc_item_body *body, const void *name)
{
	memcpy(header->name, name, sizeof header->name);
	body->version.t += EVIL_HOUSE_T(1000);
	body->key_digest[0] ^= 1;
}

/* A device goes, by another's word or by its own; its keys are the thief's in both cases. */
static void put_out(struct house *house, size_t device, bool has_left)
{
	if (!has_left) {
		house_remove(house, 0, device);
		return;
	}
	CHECK_OK_FATAL(kc_keychain_leave(house->homes[device].keychain, false));
}

/* Whoever is out has the key of what was written before: of a record of one who is in, with a dot
 * that was acknowledged long ago, nobody can say that it is made up but one who holds all. */
static void newcomer_waits_for_what_was_made_up(bool has_left)
{
	static const uint8_t made_up[KC_RECORD_NAME_LEN] = {1, 2, 3};
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
	char name[NAME_MAX_LEN];
	uint64_t before;
	size_t newcomer;

	evil_house_init(&house, KC_LAYOUT_RECORDS, 3);
	add(&house, 0, "a");
	add(&house, 1, "b");
	add(&house, 2, "c");
	add(&house, 2, "d");
	house_settle(&house);
	trim_logs(&house, 3);
	evil_house_item(&house, 1, "svce=b", name);
	accomplice_recall(house.homes[2].keychain, &thief);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &own));
	put_out(&house, 2, has_left);
	trim_logs(&house, 2);
	CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), make_another, made_up, &made));
	CHECK_OK(accomplice_put_item(thief, evil_world(0), kc_buf_bytes(&made)));
	newcomer = add_newcomer(&house);
	CHECK_ERR(house_knock(&house, 0, newcomer), KC_E_WAITING);
	CHECK(arrive(&house, newcomer) < MOST_ROUNDS);
	has_arrived(&house, newcomer, 4);
	CHECK(words_has_secret(&house.homes[newcomer], GENP, "svce=d", "d"));
	/* It is known for what it is: nobody asks about it any more. */
	for (int round = 0; round < 3; round++) {
		CHECK_OK(house_sync(&house, newcomer, NULL));
		CHECK_OK(house_sync(&house, 0, NULL));
	}
	before = memory_cloud_version(0);
	for (int round = 0; round < 3; round++) {
		CHECK_OK(house_sync(&house, newcomer, NULL));
		CHECK_OK(house_sync(&house, 0, NULL));
	}
	CHECK(memory_cloud_version(0) == before);
}

static void case_93_a_newcomer_waits_for_what_was_made_up(void)
{
	newcomer_waits_for_what_was_made_up(false);
}

static void case_123_one_that_left_makes_up_an_item(void)
{
	newcomer_waits_for_what_was_made_up(true);
}

struct deletion {
	uint8_t name[KC_RECORD_NAME_LEN];
};

static void make_deletion(struct kc_item_header *header, struct kc_item_body *body, const void *of)
{
	const struct deletion *deletion = of;

	memcpy(header->name, deletion->name, sizeof header->name);
	body->version.t += EVIL_HOUSE_T(INT64_C(1) << 40);
	body->deleted = true;
	header->class = KC_ITEM_CLASS_A;
}

/* A deletion is no leaf: of one whose name nobody has here, no root says anything. So what is new
 * would be dead on a newcomer before it comes. */
static void newcomer_is_shown_a_deletion(bool has_left)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
	char name[NAME_MAX_LEN], list[NAME_MAX_LEN];
	struct deletion deletion;
	size_t newcomer, rule;

	evil_house_init(&house, KC_LAYOUT_RECORDS, 3);
	add(&house, 0, "a");
	add(&house, 1, "b");
	add(&house, 2, "c");
	house_settle(&house);
	trim_logs(&house, 3);
	evil_house_item(&house, 1, "svce=b", name);
	accomplice_recall(house.homes[2].keychain, &thief);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &own));
	put_out(&house, 2, has_left);
	trim_logs(&house, 2);
	/* The newcomer is shown it in the place of what is new, and the list before. */
	evil_house_save(1);
	evil_house_cell(&house, 1, "p", list);
	evil_add(&(struct evil_rule){
		.verb = EVIL_REPLAY, .devices = 1u << 0 | 1u << 3, .names = list, .world = 1});
	add(&house, 1, "new");
	CHECK_OK(house_sync(&house, 1, NULL));
	evil_house_item(&house, 1, "svce=new", name);
	CHECK_FATAL(kc_op_get_hex(kc_bytes_str(name + 2), deletion.name, sizeof deletion.name));
	CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), make_deletion, &deletion, &made));
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << 0, .names = name});
	rule = evil_add(&(struct evil_rule){.verb = EVIL_FORGE,
		.devices = 1u << 3,
		.names = name,
		.bytes = kc_buf_bytes(&made)});
	newcomer = add_newcomer(&house);
	CHECK_OK(house_knock(&house, 0, newcomer));
	CHECK(evil_deeds(rule) > 0);
	evil_house_mute();
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < 4; i++)
			if (i != 2)
				CHECK_OK(house_sync(&house, i, NULL));
	CHECK(words_has_secret(&house.homes[newcomer], GENP, "svce=new", "new"));
	has_arrived(&house, newcomer, 4);
}

static void case_95_a_deletion_that_no_root_shows(void)
{
	newcomer_is_shown_a_deletion(false);
}

static void case_123_one_that_left_makes_up_a_deletion(void)
{
	newcomer_is_shown_a_deletion(true);
}

/* Another value in the place of an item that all have had for long. */
static void make_worse(struct kc_item_header *header, struct kc_item_body *body, const void *secret)
{
	(void)header;
	body->version.t += EVIL_HOUSE_T(100000);
	CHECK_OK_FATAL(kc_secret_set(&body->item.secret, kc_bytes_str(secret)));
}

static void case_123_one_that_left_makes_up_a_value(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, made = KC_BUF_INIT;
	char name[NAME_MAX_LEN];
	size_t newcomer, rule;

	begin(&house, 3);
	evil_house_item(&house, 1, "svce=b", name);
	accomplice_recall(house.homes[2].keychain, &thief);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &own));
	put_out(&house, 2, true);
	trim_logs(&house, 2);
	CHECK_OK(accomplice_item(thief, kc_buf_bytes(&own), make_worse, "worse", &made));
	rule = evil_add(&(struct evil_rule){.verb = EVIL_FORGE,
		.devices = 1u << 3,
		.names = name,
		.bytes = kc_buf_bytes(&made)});
	newcomer = add_newcomer(&house);
	CHECK_ERR(house_knock(&house, 0, newcomer), KC_E_WAITING);
	for (int round = 0; round < 4; round++) {
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_OK(house_sync(&house, newcomer, NULL));
		CHECK(!words_has_secret(&house.homes[newcomer], GENP, "svce=b", "worse"));
	}
	CHECK(evil_deeds(rule) > 0);
	CHECK(is_joining(&house, newcomer));
	evil_house_mute();
	CHECK(arrive(&house, newcomer) < MOST_ROUNDS);
	has_arrived(&house, newcomer, 3);
	CHECK(words_has_secret(&house.homes[newcomer], GENP, "svce=b", "b"));
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* The epoch of a view that comes after the last one here. */
static void next_epoch(const struct kc_circle *thief, unsigned view, struct kc_epoch *epoch,
	struct kc_secret *key, const struct kc_held_epoch **ret_before)
{
	const struct kc_held_epoch *before = NULL;

	for (size_t i = 0; i < thief->epoch_count; i++)
		if (thief->epochs[i].epoch->name.view == view)
			before = &thief->epochs[i];
	CHECK_FATAL(before != NULL);
	epoch->author = thief->identity.id;
	epoch->name = before->epoch->name;
	epoch->name.epoch++;
	epoch->has_prev = true;
	memcpy(epoch->prev_kid, before->epoch->name.kid, sizeof epoch->prev_kid);
	epoch->reason = KC_EPOCH_ASKED;
	epoch->time_ms = EVIL_HOUSE_NOW;
	CHECK_OK_FATAL(kc_secret_random(key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_view_key_id(
		&thief->account, epoch->name.view, epoch->name.epoch, key, epoch->name.kid));
	*ret_before = before;
}

/* One says that a member is out, by a list of its own, in an epoch of which nobody needs the key.
 */
static void name_as_out(struct kc_circle *thief, const struct kc_peer_id *member, uint64_t seq)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *before;

	CHECK_FATAL(epoch != NULL);
	next_epoch(thief, KC_VIEW_META, epoch, &key, &before);
	epoch->out[epoch->out_count++] = *member;
	CHECK_OK_FATAL(kc_vector_raise(&epoch->reasons, &epoch->author, seq));
	CHECK_OK_FATAL(accomplice_epoch(thief, evil_world(0), epoch, &key, &before->key));
}

/* What the first two write from now on both have, and nothing is wrong. */
static void both_go_on(struct house *house, size_t items)
{
	for (int round = 0; round < 3; round++) {
		char name[8];

		snprintf(name, sizeof name, "d%d", round);
		add(house, (size_t)round & 1, name);
		for (int i = 0; i < 6; i++)
			CHECK_OK(house_sync(house, (size_t)i & 1, NULL));
		house_clock_move(EVIL_HOUSE_GRACE);
	}
	CHECK(count(house, 0) == items + 3 && count(house, 1) == items + 3);
	evil_house_is_content(house, 0);
	evil_house_is_content(house, 1);
}

/* Nobody is in doubt by that: else the two would begin epochs of their own, each without the other.
 */
static void case_127_one_that_left_casts_no_doubt(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	struct kc_peer_id member;
	struct kc_sync_report report = {0};

	begin(&house, 3);
	accomplice_recall(house.homes[2].keychain, &thief);
	put_out(&house, 2, true);
	sync_first(&house, 2);
	member = house_id(&house, 1);
	name_as_out(thief, &member, 1);
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(report.refused == 1);
	CHECK_OK(kc_keychain_rotate(house.homes[0].keychain, &report));
	both_go_on(&house, 3);
}

/* The same while it is in, and another has begun epochs meanwhile that say so, too: it ends when
 * the liar is out. */
static void case_132_a_lie_goes_with_the_liar(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	struct kc_sync_report report = {0};
	struct kc_peer_id member;

	begin(&house, 3);
	accomplice_recall(house.homes[2].keychain, &thief);
	member = house_id(&house, 1);
	name_as_out(thief, &member, UINT64_MAX);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(kc_keychain_rotate(house.homes[0].keychain, &report));
	for (int i = 0; i < 6; i++)
		CHECK_OK(house_sync(&house, (size_t)i & 1, NULL));
	house_remove(&house, 0, 2);
	for (int i = 0; i < 6; i++)
		CHECK_OK(house_sync(&house, (size_t)i & 1, NULL));
	CHECK_OK(kc_keychain_rotate(house.homes[0].keychain, &report));
	both_go_on(&house, 3);
}

/* A member gives one device, and no other, the key of a new epoch of passwords, and says that a
 * list was published with it that there never is. That device writes under it; when the member is
 * out, the others are given what it wrote, though they are never given that key. */
static void case_133_what_is_under_a_key_of_no_list(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS] = {&key};
	struct kc_shares shares = {.author_seq = UINT64_MAX, .count = 1};
	const struct kc_held_epoch *before;

	CHECK_FATAL(epoch != NULL);
	begin(&house, 3);
	accomplice_recall(house.homes[2].keychain, &thief);
	next_epoch(thief, KC_VIEW_PASSWORDS, epoch, &key, &before);
	*epoch->recipients = house_id(&house, 0);
	epoch->recipient_count = 1;
	CHECK_OK_FATAL(accomplice_epoch(thief, evil_world(0), epoch, &key, &before->key));
	shares.author = thief->identity.id;
	shares.receiver = house_id(&house, 0);
	shares.names[0] = epoch->name;
	CHECK_OK_FATAL(accomplice_shares(thief, evil_world(0), &shares,
		&kc_circle_find(thief, &shares.receiver)->permanent, keys));
	CHECK_OK(house_sync(&house, 0, NULL));
	add(&house, 0, "x");
	CHECK_OK(house_sync(&house, 0, NULL));
	{
		KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(&house, 0);

		CHECK(memcmp(circle->views[KC_VIEW_PASSWORDS].kid, epoch->name.kid,
			      sizeof epoch->name.kid) == 0);
	}
	house_remove(&house, 0, 2);
	for (int i = 0; i < 6; i++)
		CHECK_OK(house_sync(&house, (size_t)i & 1, NULL));
	both_go_on(&house, 4);
}

/* --- when nobody has said the same --------------------------------------------------------------
 */

/* Two wrote without seeing each other: no list is about all that is here. The newcomer asks. */
static void case_94_no_root_to_compare_with(void)
{
	for (int hidden = 0; hidden < 2; hidden++) {
		CLEANUP_EVIL_HOUSE struct house house;
		char name[NAME_MAX_LEN], lists[2][NAME_MAX_LEN];
		size_t newcomer;

		begin(&house, 2);
		evil_house_item(&house, 0, "svce=b", name);
		for (size_t i = 0; i < 2; i++) {
			evil_house_cell(&house, i, "p", lists[i]);
			evil_add(&(struct evil_rule){
				.verb = EVIL_HIDE, .devices = 1u << (1 - i), .names = lists[i]});
		}
		add(&house, 0, "sponsors");
		CHECK_OK(house_sync(&house, 0, NULL));
		add(&house, 1, "anothers");
		CHECK_OK(house_sync(&house, 1, NULL));
		if (hidden)
			evil_add(&(struct evil_rule){
				.verb = EVIL_HIDE, .devices = 1u << 2, .names = name});
		newcomer = add_newcomer(&house);
		CHECK_ERR(house_knock(&house, 0, newcomer), KC_E_WAITING);
		CHECK(house_has_alarm(&house, newcomer, NULL));
		CHECK(waiting(&house, newcomer) > 0);
		CHECK(count(&house, newcomer) == (hidden ? 4u : 5u));
		evil_house_mute();
		CHECK(arrive(&house, newcomer) < MOST_ROUNDS);
		has_arrived(&house, newcomer, 5);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(nothing_is_hidden),
		CHECK_TEST(case_91_a_newcomer_is_shown_a_part),
		CHECK_TEST(case_92_a_newcomer_is_shown_what_was_deleted),
		CHECK_TEST(case_93_a_newcomer_waits_for_what_was_made_up),
		CHECK_TEST(case_95_a_deletion_that_no_root_shows),
		CHECK_TEST(case_123_one_that_left_makes_up_an_item),
		CHECK_TEST(case_123_one_that_left_makes_up_a_deletion),
		CHECK_TEST(case_123_one_that_left_makes_up_a_value),
		CHECK_TEST(case_127_one_that_left_casts_no_doubt),
		CHECK_TEST(case_132_a_lie_goes_with_the_liar),
		CHECK_TEST(case_133_what_is_under_a_key_of_no_list),
		CHECK_TEST(case_94_no_root_to_compare_with),
	};

	home_use_memory();
	return check_main("arrival", tests, KC_COUNT_OF(tests));
}
