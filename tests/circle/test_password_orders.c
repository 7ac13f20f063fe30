/* SPDX-License-Identifier: ISC */
/* A new account password by a device that is put out at the same time: whatever is heard first, all
 * end with the same record in force (doc/protocol.md 4). */
#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/session/welcome.h"
#include "tests/check.h"

#define PASSWORD "one account for all"
#define VIEWS 0xfe

enum { ANN, BOB, CAT, DAN, DEVICES };
enum { RECORDS_MAX = 6 };

/* --- four devices that know each other ----------------------------------------------------------
 */

struct four {
	struct kc_circle *of[DEVICES];
	struct kc_password_keys user;
};

static const struct kc_peer_id *id_of(const struct four *four, int device)
{
	return &four->of[device]->identity.id;
}

static void say(struct kc_circle *circle)
{
	CHECK_OK_FATAL(kc_circle_sign_list(circle, 1, NULL));
}

static void admit(struct four *four, int newcomer, const char *name)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, welcome = KC_BUF_INIT;
	struct kc_circle *sponsor = four->of[ANN], **ret = &four->of[newcomer];
	const uint8_t transcript[32] = {7};
	struct kc_application application;

	CHECK_OK_FATAL(kc_identity_make(&identity));
	CHECK_OK_FATAL(kc_application_build(&identity, &sponsor->account, name, &bytes));
	CHECK_OK_FATAL(kc_application_parse(kc_buf_bytes(&bytes), &sponsor->account, &application));
	CHECK_OK_FATAL(kc_circle_admit(sponsor, &application, transcript, &welcome));
	CHECK_OK_FATAL(kc_circle_enter(kc_buf_bytes(&welcome), &sponsor->account,
		kc_buf_bytes(&sponsor->account_key_record), transcript, name, &identity, ret));
	(*ret)->joining = false;
	say(sponsor);
	say(*ret);
}

static kc_err hear(struct kc_circle *circle, const struct kc_circle *from)
{
	const struct kc_peer_id *id = &from->identity.id;
	bool current;

	for (size_t i = 0; i < from->voucher_count; i++)
		CHECK_OK_FATAL(kc_circle_take_voucher(
			circle, NULL, kc_buf_bytes(&from->vouchers[i].record)));
	for (size_t i = 0; i < from->member_count; i++)
		CHECK_OK_FATAL(kc_circle_take_permanent(
			circle, kc_buf_bytes(&from->members[i]->permanent_record)));
	return kc_circle_take_list(
		circle, id, kc_buf_bytes(&kc_circle_self(from)->list_record), &current);
}

static void four_init(struct four *four)
{
	static const char *const names[] = {"ann", "bob", "cat", "dan"};

	*four = (struct four){.user = KC_PASSWORD_KEYS_INIT};
	CHECK_OK_FATAL(kc_circle_begin(names[ANN], kc_bytes_str(PASSWORD), VIEWS, &four->of[ANN]));
	CHECK_OK_FATAL(kc_account_key_try(&four->of[ANN]->account_key, &four->of[ANN]->account,
		kc_bytes_str(PASSWORD), &four->user));
	say(four->of[ANN]);
	for (int i = BOB; i < DEVICES; i++)
		admit(four, i, names[i]);
	for (int from = 0; from < DEVICES; from++)
		for (int to = 0; to < DEVICES; to++)
			if (to != from)
				CHECK_OK_FATAL(hear(four->of[to], four->of[from]));
}

static void four_done(struct four *four)
{
	for (int i = 0; i < DEVICES; i++)
		kc_circle_free(four->of[i]);
	kc_password_keys_done(&four->user);
}
#define CLEANUP_FOUR KC_CLEANUP(four_done)

/* --- what they do -------------------------------------------------------------------------------
 */

/* Of a new password the keys. */
static void change(struct kc_circle *circle, const struct kc_password_keys *before,
	const char *password, struct kc_password_keys *ret)
{
	CHECK_OK_FATAL(kc_circle_change_password(circle, before, kc_bytes_str(password), ret));
	say(circle);
}

static void put_out(struct four *four, int by, int target, const struct kc_password_keys *user)
{
	struct kc_signer signer;

	if (user)
		CHECK_OK_FATAL(kc_compat_signer(user->user, &signer));
	CHECK_OK_FATAL(kc_circle_exclude(
		four->of[by], id_of(four, target), KC_EXCLUSION_REMOVED, 0, user ? &signer : NULL));
	say(four->of[by]);
}

static void leave(struct kc_circle *circle)
{
	circle->leaving = true;
	say(circle);
}

/* Records on their way to somebody, each with whoever says it. */
struct record {
	enum { LIST, PASSWORD_RECORD } kind;
	struct kc_peer_id from;
	struct kc_buf bytes;
};
struct story {
	struct record records[RECORDS_MAX];
	size_t count;
};

static void story_done(struct story *story)
{
	for (size_t i = 0; i < story->count; i++)
		kc_buf_done(&story->records[i].bytes);
}
#define CLEANUP_STORY KC_CLEANUP(story_done)

static void add(
	struct story *story, const struct kc_circle *from, int kind, const struct kc_buf *bytes)
{
	struct record *record = &story->records[story->count++];

	record->kind = kind;
	record->from = from->identity.id;
	kc_buf_push(&record->bytes, bytes->data, bytes->len);
	CHECK_OK_FATAL(kc_buf_check(&record->bytes));
}

static void add_list(struct story *story, const struct kc_circle *from)
{
	add(story, from, LIST, &kc_circle_self(from)->list_record);
}

static void add_password(struct story *story, const struct kc_circle *from)
{
	add(story, from, PASSWORD_RECORD, &from->account_key_record);
}

/* --- who hears it in which order ----------------------------------------------------------------
 */

static kc_err take(struct kc_circle *circle, const struct record *record)
{
	struct kc_bytes bytes = kc_buf_bytes(&record->bytes);
	bool current;

	switch (record->kind) {
	case LIST:
		return kc_circle_take_list(circle, &record->from, bytes, &current);
	case PASSWORD_RECORD:
		break;
	}
	return kc_circle_take_account_key(circle, bytes);
}

/* As an exchange does it: what waits is tried again when something was taken; who is out is known
 * at its end. In between the state goes through its storage. */
static void tell(struct kc_circle **circle, const struct story *story, const size_t *order)
{
	bool done[RECORDS_MAX] = {false};

	for (size_t told = 1; told <= story->count; told++) {
		KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts saved = {0};

		for (size_t round = 0; round < story->count; round++)
			for (size_t i = 0; i < told; i++)
				done[order[i]] = done[order[i]] ||
						 take(*circle, &story->records[order[i]]) == KC_OK;
		CHECK_OK_FATAL(kc_circle_settle_password(*circle));
		CHECK_OK_FATAL(kc_circle_save(*circle, &saved));
		kc_circle_free(*circle);
		*circle = NULL;
		CHECK_OK_FATAL(kc_circle_load(&saved, circle));
	}
}

static bool next_order(size_t *order, size_t count)
{
	size_t i = count - 1, k = count - 1, swap;

	while (i > 0 && order[i - 1] > order[i])
		i--;
	if (i == 0)
		return false;
	while (order[k] < order[i - 1])
		k--;
	swap = order[i - 1];
	order[i - 1] = order[k];
	order[k] = swap;
	for (k = count - 1; i < k; i++, k--) {
		swap = order[i];
		order[i] = order[k];
		order[k] = swap;
	}
	return true;
}

static void keep_record(struct kc_buf *ret, const struct kc_circle *circle)
{
	kc_buf_push(ret, circle->account_key_record.data, circle->account_key_record.len);
	CHECK_OK_FATAL(kc_buf_check(ret));
}

/* In every order dan ends with the record that author has in force, or with the same one when that
 * is NULL, and trusts the same. */
static void check_orders(
	const struct four *four, const struct story *story, const struct kc_circle *author)
{
	size_t order[RECORDS_MAX] = {0, 1, 2, 3, 4, 5}, orders = 0;
	KC_CLEANUP_BUF struct kc_buf expected = KC_BUF_INIT;
	kc_peer_set trusted = 0;

	if (author)
		keep_record(&expected, author);
	do {
		KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts saved = {0};
		KC_CLEANUP_CIRCLE struct kc_circle *dan = NULL;
		struct kc_trust trust;

		CHECK_OK_FATAL(kc_circle_save(four->of[DAN], &saved));
		CHECK_OK_FATAL(kc_circle_load(&saved, &dan));
		tell(&dan, story, order);
		if (!expected.len)
			keep_record(&expected, dan);
		CHECK(kc_bytes_equal(
			kc_buf_bytes(&dan->account_key_record), kc_buf_bytes(&expected)));
		CHECK_OK_FATAL(kc_circle_judge(dan, &trust));
		CHECK(orders == 0 || trust.trusted == trusted);
		trusted = trust.trusted;
		orders++;
	} while (next_order(order, story->count));
	CHECK(orders > 1);
}

/* --- cases --------------------------------------------------------------------------------------
 */

static void what_the_remover_has_not_seen_does_not_count(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	put_out(&four, BOB, CAT, NULL);
	add_password(&story, four.of[CAT]);
	add_list(&story, four.of[CAT]);
	add_list(&story, four.of[BOB]);
	check_orders(&four, &story, four.of[BOB]);
	CHECK(four.of[BOB]->account_key.seq == 1);
}

static void what_the_remover_has_seen_counts(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	CHECK_OK(kc_circle_take_account_key(
		four.of[BOB], kc_buf_bytes(&four.of[CAT]->account_key_record)));
	CHECK_OK(hear(four.of[BOB], four.of[CAT]));
	put_out(&four, BOB, CAT, NULL);
	add_password(&story, four.of[CAT]);
	add_list(&story, four.of[CAT]);
	add_list(&story, four.of[BOB]);
	check_orders(&four, &story, four.of[CAT]);
	CHECK(four.of[BOB]->account_key.seq == 2);
}

/* Of two that put it out one has not seen it. */
static void all_who_put_it_out_must_have_seen_it(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	put_out(&four, ANN, CAT, NULL);
	change(four.of[CAT], &four.user, "the new one", &new);
	CHECK_OK(kc_circle_take_account_key(
		four.of[BOB], kc_buf_bytes(&four.of[CAT]->account_key_record)));
	CHECK_OK(hear(four.of[BOB], four.of[CAT]));
	put_out(&four, BOB, CAT, NULL);
	add_password(&story, four.of[CAT]);
	add_list(&story, four.of[CAT]);
	add_list(&story, four.of[BOB]);
	add_list(&story, four.of[ANN]);
	check_orders(&four, &story, four.of[ANN]);
	CHECK(four.of[ANN]->account_key.seq == 1);
}

/* Somebody who is in has typed the new password: it is the user's. */
static void what_others_built_on_it_counts(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys newer = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	CHECK_OK(kc_circle_take_account_key(
		four.of[ANN], kc_buf_bytes(&four.of[CAT]->account_key_record)));
	change(four.of[ANN], &new, "a newer one", &newer);
	put_out(&four, BOB, CAT, NULL);
	add_password(&story, four.of[CAT]);
	add_password(&story, four.of[ANN]);
	add_list(&story, four.of[BOB]);
	add_list(&story, four.of[CAT]);
	check_orders(&four, &story, four.of[ANN]);
	CHECK(four.of[ANN]->account_key.seq == 3);
}

/* Two at once, one of them by the device that is put out, and that one later has a next. */
static void another_change_at_the_same_time(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys next = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	add_password(&story, four.of[CAT]);
	change(four.of[CAT], &new, "its next one", &next);
	add_password(&story, four.of[CAT]);
	change(four.of[ANN], &four.user, "another one", &other);
	put_out(&four, BOB, CAT, NULL);
	add_password(&story, four.of[ANN]);
	add_list(&story, four.of[BOB]);
	check_orders(&four, &story, four.of[ANN]);
}

static bool is_greater(const struct kc_circle *circle, const struct kc_buf *record)
{
	struct kc_record one, other;
	struct kc_record_id id, other_id;

	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(record), KC_RECORD_ACCOUNT_KEY, &one));
	CHECK_OK_FATAL(kc_record_identity(&one, &circle->account, &id));
	CHECK_OK_FATAL(kc_record_parse(
		kc_buf_bytes(&circle->account_key_record), KC_RECORD_ACCOUNT_KEY, &other));
	CHECK_OK_FATAL(kc_record_identity(&other, &circle->account, &other_id));
	return memcmp(id.bytes, other_id.bytes, sizeof id.bytes) > 0;
}

/* A record with the number of the first new one: the greater identity counts of the two. */
static void make_greater(const struct four *four, const struct kc_circle *circle,
	struct kc_buf *ret, struct kc_password_keys *ret_keys)
{
	do {
		kc_buf_reset(ret);
		kc_password_keys_done(ret_keys);
		CHECK_OK_FATAL(
			kc_account_key_make(&circle->account, &circle->identity, &circle->keys,
				kc_bytes_str("a thief's own"), 2, four->user.user, ret, ret_keys));
	} while (!is_greater(circle, ret));
}

/* Who is out may still make records: one with the number that was seen, and any of its keys may
 * co-sign what it says. */
static void what_it_makes_afterwards_changes_nothing(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys late = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_circle *cat;

	four_init(&four);
	cat = four.of[CAT];
	change(cat, &four.user, "the new one", &new);
	CHECK_OK(kc_circle_take_account_key(four.of[BOB], kc_buf_bytes(&cat->account_key_record)));
	CHECK_OK(hear(four.of[BOB], cat));
	put_out(&four, BOB, CAT, &new);
	add_password(&story, cat);
	add_list(&story, four.of[BOB]);
	make_greater(&four, cat, &record, &late);
	add(&story, cat, PASSWORD_RECORD, &record);
	check_orders(&four, &story, four.of[BOB]);
	CHECK(four.of[BOB]->account_key.seq == 2);
	/* Its answer is co-signed by that key: which of the two is in hangs on their ids. */
	put_out(&four, CAT, BOB, &late);
	add_list(&story, cat);
	check_orders(&four, &story, NULL);
}

/* The same body, signed again by another device that knows both passwords: whose it is must not
 * hang on which of the two came first. */
static void nobody_makes_it_its_own(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;
	struct kc_signer signers[3];
	struct kc_record record;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	signers[0] = kc_identity_signer(&four.of[BOB]->identity);
	CHECK_OK_FATAL(kc_compat_signer(new.user, &signers[1]));
	CHECK_OK_FATAL(kc_compat_signer(four.user.user, &signers[2]));
	CHECK_OK_FATAL(kc_record_parse(
		kc_buf_bytes(&four.of[CAT]->account_key_record), KC_RECORD_ACCOUNT_KEY, &record));
	CHECK_OK_FATAL(kc_record_build(KC_RECORD_ACCOUNT_KEY, &four.of[BOB]->account, record.body,
		signers, KC_COUNT_OF(signers), &copy));
	add(&story, four.of[BOB], PASSWORD_RECORD, &copy);
	add_password(&story, four.of[CAT]);
	check_orders(&four, &story, four.of[CAT]);
	CHECK_ERR(kc_circle_take_account_key(four.of[ANN], kc_buf_bytes(&copy)), KC_E_REFUSED);
}

/* Nobody is out: two of one device that follow each other come before what they build on. */
static void a_chain_comes_in_every_order(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys newer = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys last = KC_PASSWORD_KEYS_INIT;

	four_init(&four);
	change(four.of[CAT], &four.user, "the new one", &new);
	add_password(&story, four.of[CAT]);
	CHECK_OK(kc_circle_take_account_key(
		four.of[ANN], kc_buf_bytes(&four.of[CAT]->account_key_record)));
	change(four.of[ANN], &new, "a newer one", &newer);
	add_password(&story, four.of[ANN]);
	change(four.of[ANN], &newer, "the last one", &last);
	add_password(&story, four.of[ANN]);
	check_orders(&four, &story, four.of[ANN]);
	CHECK(four.of[ANN]->account_key.seq == 4);
}

/* Who left may know the password still. What it made before counts, whatever is heard first, and
 * nothing that it makes then. */
static void what_one_that_left_made_before_counts(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys newer = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys late = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_circle *cat;

	four_init(&four);
	cat = four.of[CAT];
	change(cat, &four.user, "the new one", &new);
	add_password(&story, cat);
	change(cat, &new, "a newer one", &newer);
	add_password(&story, cat);
	leave(cat);
	add_list(&story, cat);
	CHECK_OK_FATAL(kc_account_key_make(&cat->account, &cat->identity, &cat->keys,
		kc_bytes_str("a thief's own"), 4, newer.user, &record, &late));
	add(&story, cat, PASSWORD_RECORD, &record);
	check_orders(&four, &story, cat);
	CHECK(cat->account_key.seq == 3);
}

/* The same, with another record of the number that it had come to. */
static void no_other_takes_its_place(void)
{
	CLEANUP_FOUR struct four four;
	CLEANUP_STORY struct story story = {.count = 0};
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys late = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_circle *cat;

	four_init(&four);
	cat = four.of[CAT];
	change(cat, &four.user, "the new one", &new);
	add_password(&story, cat);
	leave(cat);
	add_list(&story, cat);
	make_greater(&four, cat, &record, &late);
	add(&story, cat, PASSWORD_RECORD, &record);
	check_orders(&four, &story, cat);
}

/* One who comes in afterwards goes back with the others. */
static void a_newcomer_goes_back_as_well(void)
{
	CLEANUP_FOUR struct four four;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys new = KC_PASSWORD_KEYS_INIT;
	struct kc_circle *ann;

	four_init(&four);
	ann = four.of[ANN];
	change(four.of[CAT], &four.user, "the new one", &new);
	CHECK_OK(kc_circle_take_account_key(ann, kc_buf_bytes(&four.of[CAT]->account_key_record)));
	kc_circle_free(four.of[DAN]);
	four.of[DAN] = NULL;
	admit(&four, DAN, "new");
	CHECK(four.of[DAN]->account_key.seq == 2);
	put_out(&four, BOB, CAT, NULL);
	CHECK_OK(hear(four.of[DAN], four.of[BOB]));
	CHECK_OK(kc_circle_settle_password(four.of[DAN]));
	CHECK(kc_bytes_equal(kc_buf_bytes(&four.of[DAN]->account_key_record),
		kc_buf_bytes(&four.of[BOB]->account_key_record)));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(what_the_remover_has_not_seen_does_not_count),
		CHECK_TEST(what_the_remover_has_seen_counts),
		CHECK_TEST(all_who_put_it_out_must_have_seen_it),
		CHECK_TEST(what_others_built_on_it_counts),
		CHECK_TEST(another_change_at_the_same_time),
		CHECK_TEST(what_it_makes_afterwards_changes_nothing),
		CHECK_TEST(nobody_makes_it_its_own),
		CHECK_TEST(a_chain_comes_in_every_order),
		CHECK_TEST(what_one_that_left_made_before_counts),
		CHECK_TEST(no_other_takes_its_place),
		CHECK_TEST(a_newcomer_goes_back_as_well),
	};

	return check_main("password orders", tests, KC_COUNT_OF(tests));
}
