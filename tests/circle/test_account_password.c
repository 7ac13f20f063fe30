/* SPDX-License-Identifier: ISC */
/* The account password: typed, changed on one device and another, and what a hostile store makes of
 * its record (doc/protocol.md 4), with whole devices and a folder between them. */
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/account_cost.h"
#include "backend/keychain_sync.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define OLD kc_bytes_str(HOUSE_PASSWORD)
#define NEW kc_bytes_str("another one for all devices")
#define OTHER kc_bytes_str("a third one for all devices")

/* --- words --------------------------------------------------------------------------------------
 */

static void circle_of(struct house *house, size_t device, struct kc_circle **ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, ret));
}

static void store_circle(struct house *house, size_t device, struct kc_circle *circle)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static kc_err change(struct house *house, size_t device, struct kc_bytes old, struct kc_bytes new)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	return kc_keychain_account_password(house->homes[device].keychain, old, new, &report);
}

/* Whether a device lets others in with a password. */
static kc_err try(struct house *house, size_t device, struct kc_bytes password)
{
	struct kc_keychain *keychain = house->homes[device].keychain;
	char code[KC_PAIRING_CODE_LEN + 1];
	kc_err err = kc_keychain_pair_start(keychain, password, code);

	if (err == KC_OK)
		kc_keychain_pair_cancel(keychain);
	return err;
}

static uint64_t seq_of(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	circle_of(house, device, &circle);
	return circle->account_key.seq;
}

static bool is_at_hand(struct house *house, size_t device)
{
	struct kc_keychain *keychain = house->homes[device].keychain;
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_PK struct kc_pk *user = NULL;

	CHECK_OK_FATAL(kc_keychain_sync_lock(keychain, &sync));
	return kc_keychain_user_key(keychain, sync, &user) == KC_OK;
}

/* So often that everybody has heard what comes of a password that was typed; settled is a house
 * also when a circle is on its way. */
static void settle_circles(struct house *house)
{
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < house->count; i++)
			CHECK_OK_FATAL(house_sync(house, i, NULL));
	house_settle(house);
}

/* Whether all devices accept one compatibility circle, with so many members. */
static bool has_circle(struct house *house, size_t members)
{
	KC_CLEANUP_CIRCLE struct kc_circle *first = NULL;
	bool same = true;

	circle_of(house, 0, &first);
	CHECK_FATAL(first->compat.compat != NULL);
	for (size_t i = 1; i < house->count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;

		circle_of(house, i, &other);
		CHECK_FATAL(other->compat.compat != NULL);
		same = same && kc_record_id_equal(&first->compat.id, &other->compat.id);
	}
	return same && first->compat.compat->member_count == members &&
	       memcmp(first->compat.compat->user, first->account_key.user_public,
		       sizeof first->compat.compat->user) == 0;
}

/* Lets a further device in with a password that is not the one of the house. */
static kc_err pair(struct house *house, size_t sponsor, struct kc_bytes password)
{
	size_t newcomer = house_add_home(house);
	struct kc_keychain *s = house->homes[sponsor].keychain;
	struct kc_keychain *n = house->homes[newcomer].keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;

	KC_TRY(kc_keychain_pair_start(s, password, code));
	KC_TRY(kc_keychain_join_start(n, house->url, code, password));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_WAITING);
	KC_TRY(kc_keychain_pair_poll(s, &applicant));
	KC_TRY(kc_keychain_pair_decide(s, true));
	return kc_keychain_join_poll(n, &report);
}

/* --- changing -----------------------------------------------------------------------------------
 */

static void a_change_reaches_all(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 1);
	house_settle(&house);
	CHECK_ERR(change(&house, 1, NEW, OTHER), KC_E_ACCOUNT_PASSWORD);
	CHECK_ERR(change(&house, 1, OLD, kc_bytes_str("short")), KC_E_WEAK_PASSWORD);
	CHECK(seq_of(&house, 1) == 1);
	CHECK_OK(change(&house, 1, OLD, NEW));
	house_settle(&house);
	for (size_t i = 0; i < house.count; i++) {
		CHECK(seq_of(&house, i) == 2);
		CHECK_ERR(try(&house, i, OLD), KC_E_ACCOUNT_PASSWORD);
		CHECK_OK(try(&house, i, NEW));
	}
	house_settle(&house);
	CHECK(has_circle(&house, 3));
	CHECK_OK(change(&house, 2, NEW, OTHER));
	house_settle(&house);
	CHECK(seq_of(&house, 0) == 3);
	CHECK_OK(try(&house, 0, OTHER));
}

static void who_was_away_goes_on(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK(change(&house, 0, OLD, NEW));
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=mail sync=#1", "after the change"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(change(&house, 1, NEW, OTHER));
	/* Two changes later, without a password. */
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=chat sync=#1", "while away"));
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=mail", "after the change"));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=chat", "while away"));
	CHECK(seq_of(&house, 2) == 3);
	CHECK_OK(try(&house, 2, OTHER));
	house_settle(&house);
	CHECK(has_circle(&house, 3));
}

static void joining_goes_with_the_new_one_from_every_member(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	CHECK_OK(change(&house, 1, OLD, NEW));
	CHECK_OK_FATAL(pair(&house, 0, NEW)); /* which has not heard of it before */
	house_settle(&house);
	CHECK_OK_FATAL(pair(&house, 2, NEW)); /* the newcomer is a member like others */
	house_settle(&house);
	CHECK(has_circle(&house, 4));
	{
		KC_CLEANUP_CIRCLE struct kc_circle *newcomer = NULL, *first = NULL;

		circle_of(&house, 3, &newcomer);
		circle_of(&house, 0, &first);
		CHECK(newcomer->user_key_count == 2);
		CHECK(kc_circle_was_user_key(newcomer, first->user_keys[0].public_key));
	}
}

static void of_two_changes_at_once_the_same_one_stays(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *one = NULL, *two = NULL;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys old = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	bool first;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	circle_of(&house, 0, &one);
	circle_of(&house, 1, &two);
	CHECK_OK_FATAL(kc_account_key_try(&one->account_key, &one->account, OLD, &old));
	CHECK_OK_FATAL(kc_circle_change_password(one, &old, NEW, &keys));
	CHECK_OK_FATAL(kc_circle_change_password(two, &old, OTHER, &keys));
	store_circle(&house, 0, one);
	store_circle(&house, 1, two);
	house_settle(&house);
	first = try(&house, 2, NEW) == KC_OK;
	for (size_t i = 0; i < house.count; i++) {
		CHECK(seq_of(&house, i) == 2);
		CHECK_OK(try(&house, i, first ? NEW : OTHER));
		CHECK_ERR(try(&house, i, first ? OTHER : NEW), KC_E_ACCOUNT_PASSWORD);
	}
	house_settle(&house);
	CHECK(has_circle(&house, 3));
	for (size_t i = 0; i < house.count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

		circle_of(&house, i, &circle);
		CHECK(circle->user_key_count == 3);
	}
}

/* --- together with other changes ----------------------------------------------------------------
 */

/* A change that the store does not have yet. */
static void change_unsent(
	struct house *house, size_t device, struct kc_bytes old, struct kc_bytes new)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys before = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys after = KC_PASSWORD_KEYS_INIT;

	circle_of(house, device, &circle);
	CHECK_OK_FATAL(kc_account_key_try(&circle->account_key, &circle->account, old, &before));
	CHECK_OK_FATAL(kc_circle_change_password(circle, &before, new, &after));
	store_circle(house, device, circle);
}

static void remove_device(struct house *house, size_t by, size_t target, struct kc_bytes password)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	circle_of(house, target, &circle);
	CHECK_OK_FATAL(kc_keychain_device_remove(
		house->homes[by].keychain, circle->identity.id.bytes, password, false, 0, &report));
}

/* The last device of the house is no member any more. */
static void close_last(struct house *house)
{
	home_done(&house->homes[--house->count]);
}

static void a_removal_and_a_change_at_once(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	change_unsent(&house, 0, OLD, NEW);
	remove_device(&house, 1, 2, OLD);
	CHECK_ERR(house_sync(&house, 2, NULL), KC_E_NOT_MEMBER);
	close_last(&house);
	house_settle(&house);
	for (size_t i = 0; i < house.count; i++) {
		CHECK_ERR(try(&house, i, OLD), KC_E_ACCOUNT_PASSWORD);
		CHECK_OK(try(&house, i, NEW));
	}
	settle_circles(&house);
	CHECK(has_circle(&house, 2));
	CHECK(seq_of(&house, 0) == seq_of(&house, 1));
}

static kc_err answer_removal(
	struct house *house, size_t device, size_t remover, struct kc_bytes password)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id id = house_id(house, remover);

	return kc_keychain_device_counter(
		house->homes[device].keychain, id.bytes, password, &report);
}

static size_t changes_told(struct house *house, size_t device)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	size_t count = 0;

	CHECK_OK_FATAL(kc_keychain_history(house->homes[device].keychain, &history));
	for (size_t i = 0; i < history.count; i++)
		count += history.rows[i].kind == KC_HISTORY_NEW_PASSWORD;
	return count;
}

/* A device that is out keeps the password that was in force: its answer has that one, and none that
 * was given up before. Who is out is not asked what somebody who is in has said. */
static void who_is_out_keeps_the_password_of_then(void)
{
	for (size_t changer = 0; changer < 3; changer += 2) {
		CLEANUP_HOUSE struct house house;

		house_init_many(&house, 1800000000000, 4);
		CHECK_OK(change(&house, changer, OLD, OTHER));
		house_settle(&house);
		CHECK_OK(change(&house, changer, OTHER, NEW));
		house_settle(&house);
		house_clock_move(11 * 60 * 1000);
		remove_device(&house, 1, 2, kc_bytes(NULL, 0));
		CHECK_ERR(house_sync(&house, 2, NULL), KC_E_NOT_MEMBER);
		CHECK(seq_of(&house, 2) == 3 && changes_told(&house, 2) == 2);
		CHECK_ERR(answer_removal(&house, 2, 1, OLD), KC_E_ACCOUNT_PASSWORD);
		CHECK_ERR(answer_removal(&house, 2, 1, OTHER), KC_E_ACCOUNT_PASSWORD);
		CHECK_OK(answer_removal(&house, 2, 1, NEW));
		for (size_t i = 0; i < 4; i += i == 0 ? 2 : 1) {
			CHECK_OK(house_sync(&house, i, NULL));
			CHECK(house_device(&house, i, 2).standing == KC_DEVICE_MEMBER);
			CHECK(house_device(&house, i, 1).standing == KC_DEVICE_REMOVED);
		}
		CHECK(seq_of(&house, 2) == seq_of(&house, 0));
		house_clock_real();
	}
}

static void a_join_and_a_change_at_once(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	change_unsent(&house, 0, OLD, NEW);
	CHECK_OK_FATAL(pair(&house, 1, OLD));
	house_settle(&house);
	for (size_t i = 0; i < house.count; i++) {
		CHECK(seq_of(&house, i) == 2);
		CHECK_ERR(try(&house, i, OLD), KC_E_ACCOUNT_PASSWORD);
		CHECK_OK(try(&house, i, NEW));
	}
	settle_circles(&house);
	CHECK(has_circle(&house, 3));
}

/* --- pending ------------------------------------------------------------------------------------
 */

/* A record that the user key in force did not sign: shown, and nothing more, until its password is
 * typed. */
static void what_the_old_key_did_not_sign_waits_for_the_user(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL, *other = NULL;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	const struct kc_pending_key *pending;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	circle_of(&house, 0, &circle);
	CHECK_OK_FATAL(kc_account_key_make(
		&circle->account, &circle->identity, &circle->keys, NEW, 4, NULL, &record, &keys));
	CHECK_OK_FATAL(kc_circle_queue_clear(circle, "k/4", kc_buf_bytes(&record)));
	store_circle(&house, 0, circle);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	circle_of(&house, 1, &other);
	CHECK_OK_FATAL(kc_circle_pending_account_key(other, &pending));
	CHECK(pending->parts.seq == 4 && other->account_key.seq == 1);
	CHECK_OK(try(&house, 1, OLD));
	CHECK_ERR(kc_keychain_account_accept(house.homes[1].keychain, OTHER, &report),
		KC_E_ACCOUNT_PASSWORD);
	CHECK(seq_of(&house, 1) == 1);
	CHECK_OK(kc_keychain_account_accept(house.homes[1].keychain, NEW, &report));
	CHECK(seq_of(&house, 1) == 4);
	CHECK_ERR(try(&house, 1, OLD), KC_E_ACCOUNT_PASSWORD);
}

/* 15, and what else a store may offer again. */
static void an_older_record_changes_nothing(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT, copy = KC_BUF_INIT;

	house_init(&house);
	circle_of(&house, 0, &circle);
	kc_buf_push(&old, circle->account_key_record.data, circle->account_key_record.len);
	kc_circle_free(circle);
	circle = NULL;
	CHECK_OK_FATAL(change(&house, 0, OLD, NEW));
	circle_of(&house, 0, &circle);
	CHECK_OK(kc_circle_take_account_key(circle, kc_buf_bytes(&old)));
	CHECK(circle->account_key.seq == 2 && circle->pending_key_count == 0);
	/* 14: another salt, or any other byte. */
	kc_buf_push(&copy, circle->account_key_record.data, circle->account_key_record.len);
	for (size_t i = 0; i < copy.len; i += 5) {
		copy.data[i] ^= 1;
		CHECK_ERR(kc_circle_take_account_key(circle, kc_buf_bytes(&copy)), KC_E_REFUSED);
		copy.data[i] ^= 1;
	}
	CHECK(circle->account_key.seq == 2 && circle->pending_key_count == 0);
}

/* 12, 13: nothing is computed for a cost that is too low or too high, whoever signed it. */
static void costs_outside_the_limits_are_refused(void)
{
	const uint64_t costs[] = {0, 1, kc_account_cost_floor - 1, kc_account_cost_ceiling + 1, 31};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;

	house_init(&house);
	circle_of(&house, 0, &circle);
	CHECK_OK_FATAL(kc_account_key_try(&circle->account_key, &circle->account, OLD, &keys));
	for (size_t i = 0; i < KC_COUNT_OF(costs); i++) {
		struct kc_signer signers[3] = {kc_identity_signer(&circle->identity)};
		KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT, record = KC_BUF_INIT;
		struct kc_der_writer w;

		CHECK_OK_FATAL(kc_compat_signer(keys.user, &signers[1]));
		signers[2] = signers[1];
		kc_der_writer_init(&w, &body);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, KC_BYTES_OF(circle->identity.id.bytes));
		kc_der_put_uint(&w, 2);
		kc_der_put_uint(&w, 1700000000000);
		kc_der_put_uint(&w, 1);
		kc_der_put_bytes(&w, KC_BYTES_OF(circle->account_key.salt));
		kc_der_put_uint(&w, costs[i]);
		kc_der_put_bytes(&w, KC_BYTES_OF(circle->account_key.user_public));
		kc_der_put_bytes(&w, circle->account_key.wrapped);
		kc_extensions_put(&w);
		kc_der_end(&w);
		CHECK_OK_FATAL(kc_record_build(KC_RECORD_ACCOUNT_KEY, &circle->account,
			kc_buf_bytes(&body), signers, 3, &record));
		CHECK_ERR(kc_circle_take_account_key(circle, kc_buf_bytes(&record)), KC_E_REFUSED);
	}
	CHECK(circle->account_key.seq == 1 && circle->pending_key_count == 0);
}

/* --- the user key -------------------------------------------------------------------------------
 */

static void the_user_key_is_kept_for_ten_minutes(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(1800000000000);
	house_init(&house);
	CHECK_OK(try(&house, 0, OLD));
	CHECK(is_at_hand(&house, 0));
	house_clock_move(10 * 60 * 1000 - 1);
	CHECK(is_at_hand(&house, 0));
	house_clock_move(1);
	CHECK(!is_at_hand(&house, 0));
	CHECK_OK(try(&house, 0, OLD));
	house_clock_move(-1000); /* set back: it would last longer */
	CHECK(!is_at_hand(&house, 0));
	house_clock_move(1000);
	CHECK_OK(try(&house, 0, OLD));
	CHECK_ERR(try(&house, 0, NEW), KC_E_ACCOUNT_PASSWORD);
	CHECK(is_at_hand(&house, 0));
	kc_keychain_lock(house.homes[0].keychain);
	CHECK(house.homes[0].keychain->sync->user_key.len == 0);
	CHECK(!is_at_hand(&house, 0));
	home_unlock(&house.homes[0]);
	CHECK(!is_at_hand(&house, 0));
}

/* --- the circle over a store --------------------------------------------------------------------
 */

/* Each device's copy has its own signature behind the author's pair, and the user key's, which it
 * had in memory when it joined. */
static void every_copy_is_signed_by_its_device(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 1);
	settle_circles(&house);
	CHECK(has_circle(&house, 3));
	for (size_t i = 0; i < house.count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
		const struct kc_permanent *self;
		struct kc_bytes copy;
		size_t count;

		circle_of(&house, i, &circle);
		self = &kc_circle_self(circle)->permanent;
		copy = kc_buf_bytes(&circle->compat.record);
		CHECK_OK_FATAL(kc_compat_count_signatures(copy, &count));
		CHECK(count == 2 || count == 4);
		CHECK_OK(kc_compat_check(copy, &circle->account, count - 2, self->legacy_public));
		CHECK_OK(kc_compat_check(
			copy, &circle->account, count - 1, circle->account_key.user_public));
	}
}

static void who_is_out_is_in_no_circle(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL, *left = NULL, *removed = NULL;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	circle_of(&house, 3, &removed);
	remove_device(&house, 1, 3, OLD);
	close_last(&house);
	settle_circles(&house);
	CHECK(has_circle(&house, 3));
	/* Nobody has the password at hand when one leaves by itself. */
	for (size_t i = 0; i < house.count; i++) {
		kc_keychain_lock(house.homes[i].keychain);
		home_unlock(&house.homes[i]);
	}
	circle_of(&house, 2, &left);
	CHECK_OK_FATAL(kc_keychain_leave(house.homes[2].keychain, false));
	close_last(&house);
	settle_circles(&house);
	CHECK(has_circle(&house, 3));
	CHECK_OK(try(&house, 1, OLD));
	settle_circles(&house);
	CHECK(has_circle(&house, 2));
	circle_of(&house, 0, &circle);
	CHECK(kc_compat_has_retired(circle->compat.compat, &left->identity.id));
	CHECK(kc_compat_has_retired(circle->compat.compat, &removed->identity.id));
}

/* A copy of an older circle in a later operation of a device's log, or in the place of its copy. */
static void a_circle_that_went_back_is_written_once_more(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *before = NULL, *circle = NULL, *after = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report status = {0};
	uint64_t seq;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	circle_of(&house, 0, &before);
	CHECK_OK(change(&house, 0, OLD, NEW));
	house_settle(&house);
	circle_of(&house, 0, &circle);
	CHECK_FATAL(circle->compat.compat->generation > before->compat.compat->generation);
	CHECK_OK_FATAL(kc_circle_queue_sealed(circle, "c", kc_buf_bytes(&before->compat.record)));
	store_circle(&house, 0, circle);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=mail sync=#1", "not sent"));
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_STORE_SUSPECT);
	CHECK(report.alarm && strcmp(report.alarm, "rollback") == 0);
	/* It says the circle, and nothing of its own. */
	CHECK_OK(kc_keychain_sync_status(house.homes[1].keychain, &status));
	CHECK(status.pending == 1);
	circle_of(&house, 1, &after);
	CHECK(after->compat_pushed == circle->compat.compat->generation);
	seq = kc_circle_self(after)->list->seq;
	kc_circle_free(after);
	after = NULL;
	CHECK_ERR(kc_keychain_sync_now(house.homes[1].keychain, &report), KC_E_STORE_SUSPECT);
	circle_of(&house, 1, &after);
	CHECK(kc_circle_self(after)->list->seq == seq); /* once */
}

/* Who is away meanwhile hears of the record first, then of circles with its key, and only then of
 * the device that made both; the copy that a member signed is not the last one that it reads. */
static void a_newcomer_changes_it_before_all_know_it(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_add(&house, 0);
	CHECK_OK_FATAL(change(&house, 2, OLD, NEW));
	CHECK_OK_FATAL(pair(&house, 2, NEW));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	settle_circles(&house);
	CHECK(seq_of(&house, 1) == 2);
	CHECK(has_circle(&house, 4));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_change_reaches_all),
		CHECK_TEST(who_was_away_goes_on),
		CHECK_TEST(joining_goes_with_the_new_one_from_every_member),
		CHECK_TEST(of_two_changes_at_once_the_same_one_stays),
		CHECK_TEST(a_removal_and_a_change_at_once),
		CHECK_TEST(who_is_out_keeps_the_password_of_then),
		CHECK_TEST(a_join_and_a_change_at_once),
		CHECK_TEST(what_the_old_key_did_not_sign_waits_for_the_user),
		CHECK_TEST(an_older_record_changes_nothing),
		CHECK_TEST(costs_outside_the_limits_are_refused),
		CHECK_TEST(the_user_key_is_kept_for_ten_minutes),
		CHECK_TEST(every_copy_is_signed_by_its_device),
		CHECK_TEST(who_is_out_is_in_no_circle),
		CHECK_TEST(a_circle_that_went_back_is_written_once_more),
		CHECK_TEST(a_newcomer_changes_it_before_all_know_it),
	};

	return check_main("account password", tests, KC_COUNT_OF(tests));
}
