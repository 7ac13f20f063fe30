/* SPDX-License-Identifier: ISC */
/* Pairing: the right code lets in, and whoever stands between gets nowhere. */
#include <stdio.h>
#include <string.h>

#include "backend/circle/session/pairing.h"
#include "backend/circle/session/welcome.h"
#include "tests/check.h"

static const struct kc_account_id account = {{1, 2, 3}};
#define CODE "493207118"
#define APPLICATION "who I am"
#define WELCOME "all that there is"

/* Which message is tampered with, and how; number -1 for none. */
struct meddling {
	int number;
	size_t at;
	uint8_t flip;
	size_t cut; /* bytes taken off the end */
};

struct outcome {
	bool offered, answered, replied, checked, accepted, finished;
	kc_err err; /* the first failure */
};

static void meddle(const struct meddling *m, int number, struct kc_buf *message)
{
	if (m->number != number)
		return;
	if (m->at < message->len)
		message->data[m->at] ^= m->flip;
	message->len -= m->cut < message->len ? m->cut : message->len;
}

/* A whole session, as far as it goes. */
static struct outcome run(const char *sponsors_code, const char *applicants_code,
	const struct meddling *m, size_t lens[5])
{
	KC_CLEANUP_PAIRING struct kc_pairing *sponsor = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *applicant = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct outcome o = {0};

	o.err = kc_pairing_offer(&account, kc_bytes_str("account key record"), sponsors_code, 1000,
		&sponsor, &message);
	CHECK_OK_FATAL(o.err);
	lens[0] = message.len;
	meddle(m, 0, &message);
	o.err = kc_pairing_read_offer(kc_buf_bytes(&message), &applicant);
	/* What the door compares: the slot is the log, the account the marker's, and the record one
	 * that the account's user key signed. */
	if (o.err != KC_OK ||
		memcmp(kc_pairing_slot(sponsor), kc_pairing_slot(applicant), 16) != 0 ||
		memcmp(kc_pairing_account(applicant), &account, sizeof account) != 0)
		return o;
	o.offered = true;
	o.err = kc_pairing_answer(applicant, applicants_code, &message);
	CHECK_OK_FATAL(o.err);
	lens[1] = message.len;
	meddle(m, 1, &message);
	o.err = kc_pairing_reply(sponsor, kc_buf_bytes(&message), &message);
	o.answered = o.err == KC_OK;
	if (!o.answered)
		return o;
	lens[2] = message.len;
	meddle(m, 2, &message);
	o.err = kc_pairing_check_reply(applicant, kc_buf_bytes(&message));
	o.replied = o.err == KC_OK;
	if (!o.replied)
		return o;
	o.err = kc_pairing_confirm(applicant, kc_bytes_str(APPLICATION), &message);
	CHECK_OK_FATAL(o.err);
	lens[3] = message.len;
	meddle(m, 3, &message);
	o.err = kc_pairing_accept(sponsor, kc_buf_bytes(&message), &plain);
	o.accepted = o.err == KC_OK;
	if (!o.accepted)
		return o;
	CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str(APPLICATION)));
	CHECK(memcmp(kc_pairing_transcript(sponsor), kc_pairing_transcript(applicant), 32) == 0);
	o.err = kc_pairing_decide(sponsor, kc_bytes_str(WELCOME), &message);
	CHECK_OK_FATAL(o.err);
	lens[4] = message.len;
	meddle(m, 4, &message);
	kc_buf_reset(&plain);
	o.err = kc_pairing_finish(applicant, kc_buf_bytes(&message), &plain);
	o.finished = o.err == KC_OK;
	CHECK(!o.finished || kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str(WELCOME)));
	return o;
}

static const struct meddling nobody = {.number = -1};

static void the_right_code_lets_in(void)
{
	size_t lens[5];
	struct outcome o = run(CODE, CODE, &nobody, lens);

	CHECK_OK(o.err);
	CHECK(o.finished);
}

static void a_wrong_code_does_not(void)
{
	static const char *const codes[] = {"493207119", "000000000", "811702394"};
	size_t lens[5];

	for (size_t i = 0; i < KC_COUNT_OF(codes); i++) {
		struct outcome o = run(CODE, codes[i], &nobody, lens);

		CHECK(o.answered && !o.replied);
		CHECK_ERR(o.err, KC_E_PAIRING_CODE);
	}
}

/* Any byte of any message: the session ends, and nobody is let in. */
static void any_flipped_byte_ends_it(void)
{
	size_t lens[5], ignored[5];

	run(CODE, CODE, &nobody, lens);
	for (int number = 0; number <= 4; number++)
		for (size_t at = 0; at < lens[number]; at++) {
			struct meddling m = {
				.number = number, .at = at, .flip = (uint8_t)(1 << (at % 8))};

			CHECK(!run(CODE, CODE, &m, ignored).finished);
		}
}

static void any_cut_message_ends_it(void)
{
	size_t lens[5], ignored[5];

	run(CODE, CODE, &nobody, lens);
	for (int number = 0; number <= 4; number++)
		for (size_t cut = 1; cut <= lens[number]; cut += 1 + cut / 8) {
			struct meddling m = {.number = number, .at = SIZE_MAX, .cut = cut};

			CHECK(!run(CODE, CODE, &m, ignored).finished);
		}
}

/* Somebody in the middle runs a session with each side, with a guess at the code. */
static void a_man_in_the_middle_needs_the_code(void)
{
	KC_CLEANUP_PAIRING struct kc_pairing *sponsor = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *middle = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	CHECK_OK(kc_pairing_offer(&account, kc_bytes_str("key"), CODE, 1, &sponsor, &message));
	CHECK_OK(kc_pairing_read_offer(kc_buf_bytes(&message), &middle));
	CHECK_OK(kc_pairing_answer(middle, "123456789", &message));
	CHECK_OK(kc_pairing_reply(sponsor, kc_buf_bytes(&message), &message));
	CHECK_ERR(kc_pairing_check_reply(middle, kc_buf_bytes(&message)), KC_E_PAIRING_CODE);
	/* One guess a code: the sponsor does not answer twice. */
	kc_pairing_free(middle);
	middle = NULL;
	CHECK_OK(kc_pairing_offer(&account, kc_bytes_str("key"), CODE, 1, &middle, &message));
	CHECK(kc_pairing_reply(sponsor, kc_buf_bytes(&message), &message) != KC_OK);
}

/* Messages of an earlier session between the same two, under the same code. */
static void replays_are_noticed(void)
{
	KC_CLEANUP_PAIRING struct kc_pairing *first = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *second = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *applicant = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *other = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	CHECK_OK(kc_pairing_offer(&account, kc_bytes_str("key"), CODE, 1, &first, &message));
	CHECK_OK(kc_pairing_read_offer(kc_buf_bytes(&message), &applicant));
	CHECK_OK(kc_pairing_answer(applicant, CODE, &message));
	CHECK_OK(kc_pairing_reply(first, kc_buf_bytes(&message), &message));
	CHECK_OK(kc_pairing_check_reply(applicant, kc_buf_bytes(&message)));
	CHECK_OK(kc_pairing_confirm(applicant, kc_bytes_str(APPLICATION), &old));

	CHECK_OK(kc_pairing_offer(&account, kc_bytes_str("key"), CODE, 1, &second, &message));
	CHECK_OK(kc_pairing_read_offer(kc_buf_bytes(&message), &other));
	CHECK_OK(kc_pairing_answer(other, CODE, &message));
	CHECK_OK(kc_pairing_reply(second, kc_buf_bytes(&message), &message));
	CHECK_OK(kc_pairing_check_reply(other, kc_buf_bytes(&message)));
	CHECK_ERR(
		kc_pairing_accept(second, kc_buf_bytes(&old), &plain), KC_E_DECODE); /* its slot */
	memcpy(old.data + 7, kc_pairing_slot(second)->bytes, 16);
	CHECK_ERR(kc_pairing_accept(second, kc_buf_bytes(&old), &plain), KC_E_PAIRING_CODE);
	CHECK(plain.len == 0);
}

/* A message 4 in place of message 3, and each machine out of its turn. */
static void machines_go_forward_only(void)
{
	KC_CLEANUP_PAIRING struct kc_pairing *sponsor = NULL;
	KC_CLEANUP_PAIRING struct kc_pairing *applicant = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	CHECK_OK(kc_pairing_offer(&account, kc_bytes_str("key"), CODE, 1, &sponsor, &message));
	CHECK(kc_pairing_decide(sponsor, kc_bytes_str(WELCOME), &plain) != KC_OK);
	CHECK_OK(kc_pairing_read_offer(kc_buf_bytes(&message), &applicant));
	CHECK(kc_pairing_confirm(applicant, kc_bytes_str(APPLICATION), &plain) != KC_OK);
	CHECK_OK(kc_pairing_answer(applicant, CODE, &message));
	CHECK(kc_pairing_answer(applicant, CODE, &plain) != KC_OK);
	CHECK_OK(kc_pairing_reply(sponsor, kc_buf_bytes(&message), &message));
	CHECK_OK(kc_pairing_check_reply(applicant, kc_buf_bytes(&message)));
	CHECK_OK(kc_pairing_confirm(applicant, kc_bytes_str(APPLICATION), &message));
	kc_buf_reset(&plain);
	CHECK_OK(kc_pairing_accept(sponsor, kc_buf_bytes(&message), &plain));
	CHECK(kc_pairing_accept(sponsor, kc_buf_bytes(&message), &plain) != KC_OK);
	CHECK_OK(kc_pairing_decide(sponsor, kc_bytes(NULL, 0), &message));
	CHECK_ERR(kc_pairing_finish(applicant, kc_buf_bytes(&message), &plain), KC_E_CANCELED);
}

static void codes_as_typed(void)
{
	static const struct {
		const char *typed;
		kc_err wanted;
	} rows[] = {
		{"493207118", KC_OK},
		{"493-207-118", KC_OK},
		{" 4 9 3 2 0 7 1 1 8 ", KC_OK},
		{"49320711", KC_E_PARAM},
		{"4932071181", KC_E_PARAM},
		{"493-207-11x", KC_E_PARAM},
		{"", KC_E_PARAM},
	};
	char code[KC_PAIRING_DIGITS + 1], other[KC_PAIRING_DIGITS + 1];

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_MSG(kc_pairing_parse_code(rows[i].typed, code) == rows[i].wanted,
			rows[i].typed);
		CHECK(rows[i].wanted != KC_OK || strcmp(code, CODE) == 0);
	}
	kc_pairing_make_code(code);
	kc_pairing_make_code(other);
	CHECK(strlen(code) == KC_PAIRING_DIGITS && strcmp(code, other) != 0);
}

static void load_identity(
	struct kc_bytes saved, const struct kc_secret *agree, struct kc_identity *ret)
{
	CHECK_OK_FATAL(kc_identity_load(saved, ret));
	CHECK_OK_FATAL(kc_identity_load_agree(kc_secret_bytes(agree), ret));
}

static void check_saves_as(struct kc_circle *circle, const struct kc_circle_parts *expected)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};

	CHECK_OK_FATAL(kc_circle_save(circle, &parts));
	CHECK_FATAL(parts.count == expected->count);
	for (size_t i = 0; i < parts.count; i++)
		CHECK(strcmp(parts.rows[i].name, expected->rows[i].name) == 0 &&
			kc_bytes_equal(kc_buf_bytes(&parts.rows[i].value),
				kc_buf_bytes(&expected->rows[i].value)));
}

/* The circle as a newcomer gets it: every flipped byte of the welcome is refused or, at worst, has
 * changed nothing that was checked against a signature or the code. */
static void a_welcome_holds_together(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *entered = NULL;
	KC_CLEANUP_IDENTITY struct kc_identity newcomer = KC_IDENTITY_INIT;
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT;
	const uint8_t transcript[32] = {9}, other[32] = {8};
	struct kc_application application;
	struct kc_trust trust;
	struct kc_bytes key;

	CHECK_OK_FATAL(
		kc_circle_begin("laptop", kc_bytes_str("one account for all"), 0xfe, &circle));
	CHECK_OK(kc_circle_sign_list(circle, 1, NULL));
	key = kc_buf_bytes(&circle->account_key_record);
	CHECK_OK(kc_identity_make(&newcomer));
	CHECK_OK(kc_identity_save(&newcomer, &saved));
	CHECK_OK(kc_identity_save_agree(&newcomer, &agree));
	CHECK_OK(kc_application_build(&newcomer, &circle->account, "desktop", &bytes));
	CHECK_OK_FATAL(kc_application_parse(kc_buf_bytes(&bytes), &circle->account, &application));
	CHECK_OK_FATAL(kc_circle_admit(circle, &application, transcript, &welcome));
	CHECK_ERR(kc_circle_admit(circle, &application, transcript, &welcome), KC_E_DUPLICATE);
	CHECK_ERR(kc_circle_enter(kc_buf_bytes(&welcome), &circle->account, key, other, "desktop",
			  &newcomer, &entered),
		KC_E_REFUSED);
	for (size_t at = 0; at < welcome.len; at += 7) {
		load_identity(kc_buf_bytes(&saved), &agree, &newcomer);
		welcome.data[at] ^= 0x20;
		if (kc_circle_enter(kc_buf_bytes(&welcome), &circle->account, key, transcript,
			    "desktop", &newcomer, &entered) == KC_OK) {
			kc_circle_free(entered);
			entered = NULL;
		}
		welcome.data[at] ^= 0x20;
	}
	load_identity(kc_buf_bytes(&saved), &agree, &newcomer);
	CHECK_OK_FATAL(kc_circle_enter(kc_buf_bytes(&welcome), &circle->account, key, transcript,
		"desktop", &newcomer, &entered));
	CHECK_OK(kc_circle_judge(entered, &trust));
	CHECK(entered->member_count == 2 && kc_peer_set_has(trust.introduced, entered->self));
	CHECK_OK(kc_circle_sign_list(circle, 1, NULL));
	CHECK_OK(kc_circle_judge(circle, &trust));
	CHECK(trust.trusted == 3);
	/* And it survives being put away. */
	CHECK_OK(kc_circle_save(entered, &parts));
	kc_circle_free(entered);
	entered = NULL;
	CHECK_OK_FATAL(kc_circle_load(&parts, &entered));
	CHECK(entered->joining && entered->epoch_count == 8);
	check_saves_as(entered, &parts);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_right_code_lets_in),
		CHECK_TEST(a_wrong_code_does_not),
		CHECK_TEST(any_flipped_byte_ends_it),
		CHECK_TEST(any_cut_message_ends_it),
		CHECK_TEST(a_man_in_the_middle_needs_the_code),
		CHECK_TEST(replays_are_noticed),
		CHECK_TEST(machines_go_forward_only),
		CHECK_TEST(codes_as_typed),
		CHECK_TEST(a_welcome_holds_together),
	};
	return check_main("pairing", tests, KC_COUNT_OF(tests));
}
