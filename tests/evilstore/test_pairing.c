/* SPDX-License-Identifier: ISC */
/*
 * Pairing through a hostile store: cases 73 to 80 of doc/attacks.md, with whole devices. All that
 * sponsor and applicant say to each other passes through the store's hands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cloud/writer_name.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define PASSWORD kc_bytes_str(HOUSE_PASSWORD)
#define LOCK_MS (INT64_C(11) * EVIL_HOUSE_MINUTE)

static const enum kc_layout layouts[] = {KC_LAYOUT_LOGS, KC_LAYOUT_RECORDS};
#define EACH_LAYOUT(layout)                                                                   \
	for (const enum kc_layout *layout = layouts; layout < layouts + KC_COUNT_OF(layouts); \
		layout++)

enum { SPONSOR, APPLICANT };

/* --- a relay ------------------------------------------------------------------------------------
 */

/* What a store does to the messages of a session. */
struct relay {
	int number;				  /* of the message that it alters; -1: none */
	size_t at;				  /* which byte is another */
	const struct kc_buf *instead;		  /* of the whole message; NULL: nothing */
	struct kc_buf seen[KC_PAIRING_ABORT + 1]; /* the last of each number, as it was sent */
};

/* It stands between no more. */
static void relay_done(struct relay *relay)
{
	evil_clear();
	for (size_t i = 0; i < KC_COUNT_OF(relay->seen); i++)
		kc_buf_done(&relay->seen[i]);
}
#define CLEANUP_RELAY KC_CLEANUP(relay_done)

static void alter(struct relay *relay, struct kc_buf *message)
{
	enum kc_pairing_number number;
	struct kc_writer_id slot;

	if (kc_pairing_peek(kc_buf_bytes(message), &slot, &number) != KC_OK)
		return;
	kc_buf_reset(&relay->seen[number]);
	kc_buf_push(&relay->seen[number], message->data, message->len);
	if (relay->number != (int)number)
		return;
	if (relay->instead) {
		kc_buf_reset(message);
		kc_buf_push(message, relay->instead->data, relay->instead->len);
	} else if (relay->at < message->len) {
		message->data[relay->at] ^= 1;
	}
}

/* An operation with a message in it, whose digest is right again. */
static bool pass_on(void *context, const char *name, struct kc_buf *value)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, made = KC_BUF_INIT;
	struct kc_log_position before = {0}, next;
	struct kc_writer_id writer;
	struct kc_op_write write;
	struct kc_op op;

	CHECK_FATAL(kc_op_get_hex(kc_bytes(name, 32), writer.bytes, sizeof writer.bytes));
	before.number = strtoull(name + 33, NULL, 10) - 1;
	if (kc_op_parse(kc_buf_bytes(value), &writer, before.number + 1, &op) != KC_OK ||
		!kc_op_next(&op, &write) || !kc_bytes_equal(write.key, kc_bytes_str("x")))
		return true;
	memcpy(before.digest, op.previous, sizeof before.digest);
	kc_buf_push(&message, write.value.data, write.value.len);
	alter(context, &message);
	kc_op_builder_init(&builder, &writer, &before, false);
	kc_op_builder_put(&builder, kc_bytes_str("x"), kc_buf_bytes(&message));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &before, &made, &next));
	kc_buf_reset(value);
	kc_buf_push(value, made.data, made.len);
	return true;
}

static void stand_between(struct relay *relay)
{
	evil_house_mute();
	evil_add(&(struct evil_rule){
		EVIL_CHANGE, .names = EVIL_ANY_OPERATION, .change = pass_on, .context = relay});
}

/* --- sessions -----------------------------------------------------------------------------------
 */

/* A member, and a device that wants to be one. */
static void begin(struct house *house, enum kc_layout layout)
{
	evil_house_init(house, layout, 1);
	CHECK_OK_FATAL(words_add(&house->homes[SPONSOR], GENP, "svce=a acct=ada sync=#1", "a"));
	house_settle(house);
	house_add_home(house);
	evil_url(APPLICANT, house->url);
}

struct session {
	bool asked;		   /* the sponsor's user saw somebody */
	kc_err sponsor, applicant; /* what it ended with */
};

/* A whole session, as far as it goes; the applicant is let in when yes. */
static struct session pair(struct house *house, const char *typed, bool yes)
{
	struct kc_keychain *s = house->homes[SPONSOR].keychain;
	struct kc_keychain *a = house->homes[APPLICANT].keychain;
	struct session o = {.sponsor = KC_E_WAITING};
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device device;

	CHECK_OK_FATAL(kc_keychain_pair_start(s, PASSWORD, code));
	o.applicant = kc_keychain_join_start(a, house->url, typed ? typed : code, PASSWORD);
	for (int i = 0; i < 4; i++) {
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

		if (o.sponsor == KC_E_WAITING)
			o.sponsor = kc_keychain_pair_poll(s, &device);
		if (o.sponsor == KC_OK && !o.asked) {
			o.asked = true;
			CHECK_OK(kc_keychain_pair_decide(s, yes));
		}
		if (o.applicant == KC_OK || o.applicant == KC_E_WAITING)
			o.applicant = kc_keychain_join_poll(a, &report);
		if (o.applicant == KC_OK)
			break;
	}
	kc_keychain_join_cancel(a);
	kc_keychain_pair_cancel(s);
	return o;
}

static size_t count_devices(struct house *house)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	CHECK_OK_FATAL(kc_keychain_devices(house->homes[SPONSOR].keychain, &list));
	return list.count;
}

/* Nobody was let in, and the sponsor has what it had. */
static void nobody_came(struct house *house)
{
	CHECK(count_devices(house) == 1);
	CHECK(words_has_secret(&house->homes[SPONSOR], GENP, "svce=a", "a"));
	CHECK(words_count(&house->homes[APPLICANT], GENP, "svce=a") == 0);
}

/* Without anybody between, it works. */
static void then_it_works(struct house *house)
{
	struct session o;

	evil_house_mute();
	house_clock_move(LOCK_MS);
	o = pair(house, NULL, true);
	CHECK_OK(o.sponsor);
	CHECK_OK(o.applicant);
	CHECK(words_has_secret(&house->homes[APPLICANT], GENP, "svce=a", "a"));
}

/* --- cases --------------------------------------------------------------------------------------
 */

/* The sponsor takes away what is left of the sessions before: it can while the store alters none of
 * that. */
static void sweep(struct house *house)
{
	struct kc_keychain *s = house->homes[SPONSOR].keychain;
	char code[KC_PAIRING_CODE_LEN + 1];

	house_clock_move(LOCK_MS);
	evil_house_mute();
	CHECK_OK_FATAL(kc_keychain_pair_start(s, PASSWORD, code));
	kc_keychain_pair_cancel(s);
	evil_clear();
}

/* Messages 0 to 3, after which the sponsor's user would be asked. */
static void flip_all(struct house *house, size_t step)
{
	for (int number = 0; number <= 3; number++)
		for (size_t at = 0, len = 1; at < len; at += step) {
			CLEANUP_RELAY struct relay relay = {.number = number, .at = at};
			struct session o;

			sweep(house);
			stand_between(&relay);
			o = pair(house, NULL, true);
			len = relay.seen[number].len;
			CHECK_FATAL(len > 0);
			CHECK(!o.asked && o.applicant != KC_OK);
		}
	nobody_came(house);
}

static void case_73_any_byte_of_a_message(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_RELAY struct relay relay = {.number = KC_PAIRING_WELCOME, .at = 2000};
		struct session o;

		begin(&house, *layout);
		flip_all(&house, getenv("KC_LONG") ? 1 : 61);
		/* The welcome: the sponsor has let it in, and it does not come. */
		house_clock_move(LOCK_MS);
		stand_between(&relay);
		o = pair(&house, NULL, true);
		CHECK(o.asked && relay.seen[KC_PAIRING_WELCOME].len > relay.at);
		CHECK_ERR(o.applicant, KC_E_PAIRING_CODE);
		CHECK(words_count(&house.homes[APPLICANT], GENP, "svce=a") == 0);
		then_it_works(&house);
	}
}

/* Whoever guesses, and whoever goes away with the sponsor's answer, has had its try. */
static void case_74_three_burnt_codes(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char code[KC_PAIRING_CODE_LEN + 1];

		begin(&house, *layout);
		for (int i = 0; i < 3; i++) {
			CLEANUP_RELAY struct relay relay = {
				.number = i < 2 ? -1 : KC_PAIRING_CONFIRM};
			struct session o;

			stand_between(&relay);
			o = pair(&house, i < 2 ? "000-000-000" : NULL, true);
			CHECK(!o.asked && o.applicant != KC_OK);
			CHECK(relay.seen[KC_PAIRING_REPLY].len > 0);
		}
		CHECK_ERR(kc_keychain_pair_start(house.homes[SPONSOR].keychain, PASSWORD, code),
			KC_E_PAIRING_LOCKED);
		nobody_came(&house);
		then_it_works(&house);
	}
}

/* Message 3 of a session that the sponsor's user ended. */
static void case_75_a_message_of_an_earlier_session(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_RELAY struct relay first = {.number = -1};
		CLEANUP_RELAY struct relay second = {
			.number = KC_PAIRING_CONFIRM, .instead = &first.seen[KC_PAIRING_CONFIRM]};
		struct session o;

		begin(&house, *layout);
		stand_between(&first);
		o = pair(&house, NULL, false);
		CHECK(o.asked);
		CHECK_ERR(o.applicant, KC_E_CANCELED);
		stand_between(&second);
		o = pair(&house, NULL, true);
		CHECK(second.seen[KC_PAIRING_CONFIRM].len > 0 && !o.asked);
		CHECK_ERR(o.sponsor, KC_E_PAIRING_CODE);
		nobody_came(&house);
		then_it_works(&house);
	}
}

/* The sealed part of message 3, in which the newcomer's keys are, is another. */
static void case_76_the_newcomers_keys_are_replaced(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_RELAY struct relay relay = {.number = KC_PAIRING_CONFIRM, .at = 300};
		struct session o;

		begin(&house, *layout);
		stand_between(&relay);
		o = pair(&house, NULL, true);
		CHECK(relay.seen[KC_PAIRING_CONFIRM].len > relay.at && !o.asked);
		CHECK_ERR(o.sponsor, KC_E_PAIRING_CODE);
		nobody_came(&house);
		then_it_works(&house);
	}
}

/* A message with another value in the place of some bytes of it. */
static void case_77_the_version_is_lowered(void)
{
	static const uint8_t version[] = {0x02, 0x01, 0x01};

	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;

		begin(&house, *layout);
		for (int number = 0; number <= 3; number++) {
			CLEANUP_RELAY struct relay first = {.number = -1};
			CLEANUP_RELAY struct relay relay = {.number = number};
			const uint8_t *found;
			struct session o;

			house_clock_move(LOCK_MS);
			stand_between(&first);
			o = pair(&house, NULL, false);
			CHECK_FATAL(o.asked);
			found = memmem(first.seen[number].data, first.seen[number].len, version,
				sizeof version);
			CHECK_FATAL(found != NULL);
			/* 1 becomes 0 */
			relay.at = (size_t)(found - first.seen[number].data) + 2;
			stand_between(&relay);
			o = pair(&house, NULL, true);
			CHECK(!o.asked && o.applicant != KC_OK);
		}
		nobody_came(&house);
		then_it_works(&house);
	}
}

/* The offer is for another account than the store is of: it is not even answered. */
static void case_78_an_offer_for_another_account(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_RELAY struct relay first = {.number = -1};
		CLEANUP_RELAY struct relay relay = {.number = KC_PAIRING_OFFER};
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		const uint8_t *found;
		struct session o;

		begin(&house, *layout);
		accomplice_recall(house.homes[SPONSOR].keychain, &circle);
		stand_between(&first);
		o = pair(&house, NULL, false);
		CHECK_FATAL(o.asked);
		found = memmem(first.seen[0].data, first.seen[0].len, circle->account.bytes,
			sizeof circle->account.bytes);
		CHECK_FATAL(found != NULL);
		relay.at = (size_t)(found - first.seen[0].data);
		stand_between(&relay);
		o = pair(&house, NULL, true);
		CHECK(!o.asked && o.applicant != KC_OK);
		/* There is no answer but that of the session before. */
		CHECK(kc_bytes_equal(kc_buf_bytes(&relay.seen[KC_PAIRING_ANSWER]),
			kc_buf_bytes(&first.seen[KC_PAIRING_ANSWER])));
		nobody_came(&house);
		then_it_works(&house);
	}
}

/* Two members, of whom the first has said more since the world 1 was as it is. */
static void begin_with_a_past(struct house *house, enum kc_layout layout)
{
	evil_house_init(house, layout, 2);
	CHECK_OK_FATAL(words_add(&house->homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	house_settle(house);
	evil_house_save(1);
	house_clock_move(1000);
	CHECK_OK_FATAL(words_update(&house->homes[0], GENP, "svce=a", "labl=x", "second a"));
	CHECK_OK_FATAL(words_add(&house->homes[1], GENP, "svce=b acct=ada sync=#1", "b"));
	house_settle(house);
}

/* All that the members wrote is shown to a device as it is in the world 1. */
static void show_the_past(
	struct house *house, enum kc_layout layout, size_t device, char names[2][80])
{
	for (size_t i = 0; i < 2; i++) {
		struct kc_writer_id writer = evil_house_writer(house, i);
		char hex[KC_WRITER_DIGITS + 1];

		kc_writer_name_put(&writer, hex);
		snprintf(names[i], 80, layout == KC_LAYOUT_LOGS ? "%s-*" : "*-%s", hex);
		evil_add(&(struct evil_rule){
			EVIL_REPLAY, .devices = 1u << device, .names = names[i], .world = 1});
	}
	if (layout == KC_LAYOUT_RECORDS)
		evil_add(&(struct evil_rule){
			EVIL_REPLAY, .devices = 1u << device, .names = "i-*", .world = 1});
}

/* Exchanges of a device that is on its way in, until there is an alarm or the grace time is over.
 */
static void is_found_out(struct house *house, size_t device, const char *alarm)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err = KC_OK;

	for (int i = 0; i < 4 && err != KC_E_STORE_SUSPECT; i++) {
		kc_sync_report_done(&report);
		report = (struct kc_sync_report){0};
		err = kc_keychain_sync_now(house->homes[device].keychain, &report);
		CHECK(words_count(&house->homes[device], GENP, "svce=b") == 0);
		house_clock_move(EVIL_HOUSE_GRACE / 2 + 1);
	}
	CHECK_ERR(err, KC_E_STORE_SUSPECT);
	CHECK_MSG(report.alarm && strcmp(report.alarm, alarm) == 0,
		report.alarm ? report.alarm : "no alarm");
}

/* When the store shows all of it, the newcomer arrives, with what the members have. */
static void then_it_arrives(struct house *house, size_t newcomer)
{
	evil_house_mute();
	house_settle(house);
	evil_house_is_content(house, newcomer);
	CHECK(house_agrees(house));
	CHECK(words_has_secret(&house->homes[newcomer], GENP, "svce=a", "second a"));
	CHECK(words_has_secret(&house->homes[newcomer], GENP, "svce=b", "b"));
}

/* What the sponsor has seen comes through the pairing: the store has no say in it. */
static void case_80_an_old_store_is_shown_to_a_newcomer(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char names[2][80];
		size_t newcomer;

		begin_with_a_past(&house, *layout);
		newcomer = house_add_home(&house);
		CHECK_OK(words_add(
			&house.homes[newcomer], GENP, "svce=own acct=ada sync=#1", "own"));
		evil_url((unsigned)newcomer, house.url);
		show_the_past(&house, *layout, newcomer, names);
		/* An older list is an older list, also before anything came. */
		CHECK_ERR(house_knock(&house, 0, newcomer),
			*layout == KC_LAYOUT_LOGS ? KC_E_WAITING : KC_E_STORE_SUSPECT);
		is_found_out(&house, newcomer, *layout == KC_LAYOUT_LOGS ? "omission" : "rollback");
		CHECK(words_has_secret(&house.homes[newcomer], GENP, "svce=own", "own"));
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=a", "second a"));
		then_it_arrives(&house, newcomer);
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=own", "own"));
	}
}

/* Something that nobody wrote stands in that past: the digest of a log came through the pairing,
 * too. */
static void case_80_an_altered_store_is_shown_to_a_newcomer(void)
{
	EACH_LAYOUT(layout)
	{
		CLEANUP_EVIL_HOUSE struct house house;
		char item[KC_RECORDS_MAX_NAME + 1];
		size_t newcomer;

		begin_with_a_past(&house, *layout);
		newcomer = house_add_home(&house);
		evil_url((unsigned)newcomer, house.url);
		evil_house_item(&house, 1, "svce=b", item);
		evil_add(&(struct evil_rule){
			EVIL_FLIP, .devices = 1u << newcomer, .names = item, .at = 9});
		(void)!house_knock(&house, 0, newcomer);
		is_found_out(&house, newcomer, *layout == KC_LAYOUT_LOGS ? "fork" : "omission");
		CHECK(words_has_secret(&house.homes[0], GENP, "svce=b", "b"));
		then_it_arrives(&house, newcomer);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_73_any_byte_of_a_message),
		CHECK_TEST(case_74_three_burnt_codes),
		CHECK_TEST(case_75_a_message_of_an_earlier_session),
		CHECK_TEST(case_76_the_newcomers_keys_are_replaced),
		CHECK_TEST(case_77_the_version_is_lowered),
		CHECK_TEST(case_78_an_offer_for_another_account),
		CHECK_TEST(case_80_an_old_store_is_shown_to_a_newcomer),
		CHECK_TEST(case_80_an_altered_store_is_shown_to_a_newcomer),
	};

	home_use_memory();
	return check_main("evil store: pairing", tests, KC_COUNT_OF(tests));
}
