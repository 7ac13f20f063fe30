/* SPDX-License-Identifier: ISC */
/*
 * A device that was put out, knows the account password, and lets in as many friends as it likes:
 * what all of them say must not crowd out what others have said, nor stand in the way of what these
 * have yet to say (doc/protocol.md 4 to 7).
 */
#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "base/clock.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/circle/telling.h"

#define PASSWORD "one account for all"
#define VIEWS 0x2

/* ann began the account; bob, and the one that becomes a thief, are her newcomers. */
struct house {
	struct kc_circle *ann, *bob, *thief;
	struct kc_password_keys user;
};

static void house_init(struct house *h)
{
	*h = (struct house){.user = KC_PASSWORD_KEYS_INIT};
	CHECK_OK_FATAL(kc_circle_begin("ann", kc_bytes_str(PASSWORD), VIEWS, &h->ann));
	CHECK_OK_FATAL(kc_account_key_try(
		&h->ann->account_key, &h->ann->account, kc_bytes_str(PASSWORD), &h->user));
	telling_say(h->ann);
	telling_admit(h->ann, "bob", &h->bob);
	CHECK_OK_FATAL(telling_hear(h->ann, h->bob));
	telling_admit(h->ann, "thief", &h->thief);
	telling_hear_of(h->bob, h->ann, telling_id(h->thief));
	CHECK_OK_FATAL(telling_hear(h->bob, h->ann));
	CHECK_OK_FATAL(telling_hear(h->ann, h->thief));
	CHECK_OK_FATAL(telling_hear(h->bob, h->thief));
	CHECK_OK_FATAL(telling_hear(h->thief, h->ann));
	CHECK_OK_FATAL(telling_hear(h->thief, h->bob));
}

static void house_done(struct house *h)
{
	kc_circle_free(h->ann);
	kc_circle_free(h->bob);
	kc_circle_free(h->thief);
	kc_password_keys_done(&h->user);
}
#define CLEANUP_HOUSE KC_CLEANUP(house_done)

static bool trusts(const struct kc_circle *circle, const struct kc_circle *whom)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	return kc_circle_is_trusted(circle, &trust, telling_id(whom));
}

static void put_out(
	struct kc_circle *by, const struct kc_circle *target, const struct kc_password_keys *user)
{
	struct kc_signer signer;

	if (user)
		CHECK_OK_FATAL(kc_compat_signer(user->user, &signer));
	CHECK_OK_FATAL(kc_circle_exclude(
		by, telling_id(target), KC_EXCLUSION_REMOVED, 0, user ? &signer : NULL));
	telling_say(by);
}

/* With its next list. */
static void leave(struct kc_circle *circle)
{
	circle->leaving = true;
	telling_say(circle);
}

/* --- friends ------------------------------------------------------------------------------------
 */

static void vouch(struct kc_circle *hearer, const struct kc_identity *sponsor,
	const struct kc_peer_id *whom, uint64_t seq)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	const struct kc_voucher voucher = {
		.sponsor = sponsor->id,
		.sponsor_seq = seq,
		.beneficiary = *whom,
		.reason = KC_VOUCHER_PAIRING,
	};

	CHECK_OK_FATAL(kc_voucher_build(&voucher, &hearer->account, sponsor, &record));
	CHECK_OK(kc_circle_take_voucher(hearer, &sponsor->id, kc_buf_bytes(&record)));
}

/* The thief lets one in, of which a device is told. */
static void befriend(struct kc_circle *thief, struct kc_circle *hearer, struct kc_identity *ret)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_identity_make(ret));
	vouch(hearer, &thief->identity, &ret->id, kc_circle_self(thief)->list->seq + 100);
	CHECK_OK_FATAL(kc_identity_permanent_record(ret, &hearer->account, &record));
	CHECK_OK(kc_circle_take_permanent(hearer, kc_buf_bytes(&record)));
	CHECK_FATAL(kc_circle_find(hearer, &ret->id) != NULL);
}

/* A list of a friend's, to be filled; and how it is told. */
static struct kc_list *begin_list(const struct kc_identity *author)
{
	struct kc_list *list = calloc(1, sizeof *list);

	CHECK_FATAL(list != NULL);
	list->peer = author->id;
	list->seq = 1;
	snprintf(list->name, sizeof list->name, "friend");
	CHECK_OK_FATAL(kc_list_add_include(list, &author->id));
	return list;
}

static kc_err show_list(
	struct kc_circle *hearer, const struct kc_identity *author, const struct kc_list *list)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	bool current;

	CHECK_OK_FATAL(kc_list_build(list, &hearer->account, author, &record));
	return kc_circle_take_list(hearer, &author->id, kc_buf_bytes(&record), &current);
}

static void tell_list(
	struct kc_circle *hearer, const struct kc_identity *author, const struct kc_list *list)
{
	CHECK_OK(show_list(hearer, author, list));
}

/* --- passwords ----------------------------------------------------------------------------------
 */

/* A record of somebody's with a new password, on the one that it knows. */
static kc_err tell_password(struct kc_circle *hearer, const struct kc_identity *author,
	const struct kc_password_keys *before, uint64_t seq, struct kc_password_keys *ret_keys)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_account_key_make(&hearer->account, author, &hearer->keys,
		kc_bytes_str("a thief's own"), seq, before->user, &record, ret_keys));
	return kc_circle_take_account_key(hearer, kc_buf_bytes(&record));
}

/* Ann's statement is co-signed with the one password that there was. The thief's are so many that
 * nobody would remember that key, if any of them drove out any other. */
static void passwords_drive_out_no_user_key(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys own = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys last = KC_PASSWORD_KEYS_INIT;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK_OK(tell_password(h.bob, &h.thief->identity, &h.user, 2, &own));
	for (int i = 0; i < 20; i++) {
		KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;

		befriend(h.thief, h.bob, &friend);
		for (int k = 0; k < 8; k++)
			CHECK_OK(tell_password(h.bob, &friend, &h.user, 2, &last));
	}
	CHECK(kc_circle_was_user_key(h.bob, h.ann->account_key.user_public));
	/* Its answer, by one of them. */
	put_out(h.thief, h.ann, &own);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK(!trusts(h.bob, h.thief));
	CHECK(trusts(h.bob, h.ann));
}

/* The same by one that is in, and whose removal is kept back so long. */
static void a_member_drives_out_no_other_ones_key(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys last = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys next = KC_PASSWORD_KEYS_INIT;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(tell_password(h.bob, &h.thief->identity, &h.user, 2, &last));
	for (uint64_t seq = 3; seq < 200; seq++) {
		CHECK_OK(tell_password(h.bob, &h.thief->identity, &last, seq, &next));
		kc_password_keys_move(&last, &next);
	}
	put_out(h.thief, h.ann, &last);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!trusts(h.bob, h.thief));
	CHECK(trusts(h.bob, h.ann));
}

/* More authors than there is room for records, each of which has one that could be its last. */
static void passwords_leave_room_for_others(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	for (int i = 0; i < 140; i++) {
		KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;

		CHECK_OK_FATAL(kc_circle_make_room(h.bob));
		befriend(h.thief, h.bob, &friend);
		CHECK_OK(tell_password(h.bob, &friend, &h.user, 2, &keys));
	}
	CHECK_OK(kc_circle_change_password(h.ann, &h.user, kc_bytes_str("the next one"), &keys));
	CHECK_OK(kc_circle_take_account_key(h.bob, kc_buf_bytes(&h.ann->account_key_record)));
	CHECK(kc_bytes_equal(kc_buf_bytes(&h.ann->account_key_record),
		kc_buf_bytes(&h.bob->account_key_record)));
}

/* As many that nobody vouches for; one of a member's is shown all the same. */
static void pending_passwords_leave_room_for_others(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	const struct kc_pending_key *pending;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	for (int i = 0; i < 20; i++) {
		KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;

		befriend(h.thief, h.bob, &friend);
		for (uint64_t k = 0; k < 8; k++)
			CHECK_OK(tell_password(h.bob, &friend, &h.user, 70 + k, &keys));
	}
	CHECK_OK(tell_password(h.bob, &h.ann->identity, &h.user, 5, &keys));
	CHECK_OK_FATAL(kc_circle_pending_account_key(h.bob, &pending));
	CHECK(pending->parts.seq == 5);
}

/* A record far ahead that nothing leads to, of one that is put out then: the next ones, which it
 * makes afterwards, are not from before. */
static void a_pending_password_vouches_for_none_below_it(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;

	house_init(&h);
	CHECK_OK(tell_password(h.ann, &h.thief->identity, &h.user, 1000, &keys));
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK_OK(tell_password(h.bob, &h.thief->identity, &h.user, 2, &keys));
	CHECK_OK(tell_password(h.ann, &h.thief->identity, &h.user, 2, &keys));
	CHECK_OK(kc_circle_settle_password(h.bob));
	CHECK(h.ann->account_key.seq == 1);
	CHECK(h.bob->account_key.seq == 1);
}

/* Numbers end: a member's record, with the password of everybody, that has the last but one. */
static void a_password_always_has_a_next(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys next = KC_PASSWORD_KEYS_INIT;
	static const uint64_t numbers[] = {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2};

	house_init(&h);
	for (size_t i = 0; i < KC_COUNT_OF(numbers); i++) {
		kc_err err = tell_password(h.bob, &h.thief->identity, &h.user, numbers[i], &keys);

		CHECK(err == KC_OK || err == KC_E_REFUSED);
	}
	/* What is shown as pending is typed. */
	for (int i = 0; i < 4; i++) {
		kc_password_keys_done(&keys);
		(void)!kc_circle_accept_password(h.bob, kc_bytes_str("a thief's own"), &keys);
	}
	if (!keys.user)
		CHECK_OK_FATAL(kc_account_key_try(
			&h.bob->account_key, &h.bob->account, kc_bytes_str(PASSWORD), &keys));
	for (int i = 0; i < 4; i++) {
		CHECK_OK(kc_circle_change_password(
			h.bob, &keys, kc_bytes_str("the next one"), &next));
		kc_password_keys_move(&keys, &next);
	}
}

/* --- who is out ---------------------------------------------------------------------------------
 */

/* Each friend puts out everybody else. That one statement of bob's, who is no nearer to genesis
 * than they, must not be among those that are not looked at any more. */
static void statements_drive_out_no_other(void)
{
	CLEANUP_HOUSE struct house h;
	struct kc_identity friends[50];
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;

	house_init(&h);
	telling_admit(h.bob, "carl", &carl);
	put_out(carl, h.thief, &h.user);
	telling_hear_of(h.ann, h.bob, telling_id(carl));
	CHECK_OK(telling_hear(h.ann, h.bob));
	CHECK_OK(telling_hear(h.ann, carl));
	CHECK(!trusts(h.ann, h.thief));
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++) {
		friends[i] = (struct kc_identity)KC_IDENTITY_INIT;
		befriend(h.thief, h.ann, &friends[i]);
	}
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++) {
		KC_CLEANUP_FREE struct kc_list *list = begin_list(&friends[i]);

		for (size_t k = 0; k < h.ann->member_count; k++)
			if (!kc_peer_id_equal(&h.ann->members[k]->id, &friends[i].id))
				CHECK_OK(kc_list_add_exclusion(list,
					&(struct kc_exclusion){.target = h.ann->members[k]->id,
						.reason = KC_EXCLUSION_REMOVED}));
		tell_list(h.ann, &friends[i], list);
	}
	CHECK(!trusts(h.ann, h.thief));
	CHECK(trusts(h.ann, h.bob));
	CHECK(trusts(h.ann, carl));
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++)
		kc_identity_done(&friends[i]);
}

/* A thief says that its accomplice is out, but only after the last list that there can be, and that
 * every password of its counts. Who puts out the thief, and says that again, knows better. */
static void what_is_repeated_of_a_thief_is_cut_anew(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_IDENTITY struct kc_identity accomplice = KC_IDENTITY_INIT;
	KC_CLEANUP_FREE struct kc_list *first = NULL, *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	const struct kc_exclusion *said;
	bool current;

	CHECK_FATAL(list != NULL);
	house_init(&h);
	befriend(h.thief, h.ann, &accomplice);
	first = begin_list(&accomplice);
	tell_list(h.ann, &accomplice, first);
	telling_next_list(h.thief, list);
	CHECK_OK(kc_list_add_include(list, &accomplice.id));
	CHECK_OK(kc_list_add_exclusion(list, &(struct kc_exclusion){.target = accomplice.id,
						     .cut_seq = UINT64_MAX,
						     .password_seq = UINT64_MAX,
						     .reason = KC_EXCLUSION_REMOVED}));
	CHECK_OK_FATAL(kc_list_build(list, &h.thief->account, &h.thief->identity, &record));
	CHECK_OK(kc_circle_take_list(h.ann, telling_id(h.thief), kc_buf_bytes(&record), &current));
	put_out(h.ann, h.thief, &h.user);
	said = kc_list_find_exclusion(kc_circle_self(h.ann)->list, &accomplice.id);
	CHECK_FATAL(said != NULL);
	CHECK(said->cut_seq == 1);
	CHECK(said->password_seq == 0);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static void build_epoch(const struct kc_circle *circle, const struct kc_identity *author,
	uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT, before = KC_SECRET_INIT;

	CHECK_FATAL(epoch != NULL);
	CHECK_OK_FATAL(kc_secret_random(&key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_secret_random(&before, KC_VIEW_KEY_LEN));
	epoch->author = author->id;
	epoch->name = (struct kc_view_key_name){.view = 1, .epoch = number};
	epoch->reason = KC_EPOCH_ASKED;
	epoch->has_prev = true;
	kc_random_fill(epoch->prev_kid, sizeof epoch->prev_kid);
	epoch->recipients[epoch->recipient_count++] = author->id;
	CHECK_OK_FATAL(kc_view_key_id(&circle->account, 1, number, &key, epoch->name.kid));
	CHECK_OK_FATAL(kc_epoch_build(epoch, &circle->account, author, &key, &before, ret));
}

/* Epochs of a friend's, as many as a circle holds; it is not put out itself, but falls. */
static void epochs_of_who_fell_leave_room_for_others(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;
	struct kc_trust trust;

	house_init(&h);
	befriend(h.thief, h.bob, &friend);
	while (h.bob->epoch_count < KC_CIRCLE_MAX_EPOCHS) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		build_epoch(h.bob, &friend, 2, &record);
		CHECK_OK_FATAL(kc_circle_take_epoch(h.bob, &friend.id, kc_buf_bytes(&record)));
	}
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	CHECK(!kc_circle_is_in(h.bob, &trust, &friend.id));
	CHECK_OK(kc_circle_begin_epoch(h.bob, &trust, 1, KC_EPOCH_REMOVAL));
}

/* Of a member's, which then leaves by itself: its word still counts, but the others need new keys.
 */
static void epochs_of_who_left_leave_room_for_others(void)
{
	CLEANUP_HOUSE struct house h;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	house_init(&h);
	while (h.bob->epoch_count < KC_CIRCLE_MAX_EPOCHS) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		build_epoch(h.bob, &h.thief->identity, 2, &record);
		CHECK_OK_FATAL(
			kc_circle_take_epoch(h.bob, telling_id(h.thief), kc_buf_bytes(&record)));
	}
	leave(h.thief);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	CHECK_ERR(kc_circle_usable_epoch(h.bob, &trust, 1, &held), KC_E_NOT_FOUND);
	CHECK_OK(kc_circle_begin_epoch(h.bob, &trust, 1, KC_EPOCH_REMOVAL));
	CHECK_OK(kc_circle_usable_epoch(h.bob, &trust, 1, &held));
}

/* Vouchers of a thief's friends for each other and for everybody, as many as a circle holds. */
static void vouchers_of_who_fell_leave_room_for_others(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *newcomer = NULL;
	struct kc_identity friends[25];

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++) {
		friends[i] = (struct kc_identity)KC_IDENTITY_INIT;
		befriend(h.thief, h.bob, &friends[i]);
	}
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++)
		for (size_t k = 0; k < h.bob->member_count; k++)
			if (h.bob->voucher_count < KC_TRUST_MAX_VOUCHERS)
				vouch(h.bob, &friends[i], &h.bob->members[k]->id, 1);
	CHECK(h.bob->voucher_count == KC_TRUST_MAX_VOUCHERS);
	telling_admit(h.ann, "newcomer", &newcomer);
	telling_hear_of(h.bob, h.ann, telling_id(newcomer));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(trusts(h.bob, newcomer));
	/* And it can let in one itself. */
	{
		KC_CLEANUP_CIRCLE struct kc_circle *next = NULL;

		telling_admit(h.bob, "next", &next);
		CHECK(trusts(h.bob, next));
	}
	for (size_t i = 0; i < KC_COUNT_OF(friends); i++)
		kc_identity_done(&friends[i]);
}

static void hear_of_keys(struct kc_circle *a, const struct kc_circle *b)
{
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_trust trust;

	for (size_t i = 0; i < b->epoch_count; i++)
		if (kc_peer_id_equal(&b->epochs[i].epoch->author, telling_id(b)))
			CHECK_OK(kc_circle_take_epoch(
				a, telling_id(b), kc_buf_bytes(&b->epochs[i].record)));
	CHECK_OK_FATAL(kc_circle_judge(b, &trust));
	CHECK_OK(kc_circle_build_shares(b, &trust, &a->identity.permanent, telling_id(a), &shares));
	CHECK_OK(kc_circle_take_shares(a, telling_id(b), kc_buf_bytes(&shares)));
}

/* Of a thief's epochs, as many as a circle holds, the newest has been written in: who begins the
 * next one tells of it again, and must not lose its key by making room. */
static void what_is_told_again_keeps_its_key(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);
	struct kc_trust trust;
	uint8_t kid[KC_KID_LEN];
	size_t found = 0;

	CHECK_FATAL(epoch != NULL);
	house_init(&h);
	CHECK_OK_FATAL(kc_circle_rotate(h.thief, KC_EPOCH_ASKED));
	hear_of_keys(h.bob, h.thief);
	telling_say(h.thief);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK_OK_FATAL(kc_circle_judge(h.thief, &trust));
	{
		const struct kc_held_epoch *held;

		CHECK_OK_FATAL(kc_circle_usable_epoch(h.thief, &trust, 1, &held));
		memcpy(kid, held->epoch->name.kid, sizeof kid);
	}
	while (h.bob->epoch_count < KC_CIRCLE_MAX_EPOCHS) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		build_epoch(h.bob, &h.bob->identity, 1000000, &record);
		CHECK_OK_FATAL(
			kc_circle_take_epoch(h.bob, telling_id(h.bob), kc_buf_bytes(&record)));
	}
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	/* There may be no room for all that; what there was is still here. */
	(void)!kc_circle_begin_epoch(h.bob, &trust, 1, KC_EPOCH_REMOVAL);
	for (size_t i = 0; i < h.bob->epoch_count; i++)
		found += h.bob->epochs[i].key.len > 0 &&
			 memcmp(h.bob->epochs[i].epoch->name.kid, kid, sizeof kid) == 0;
	CHECK(found > 0);
}

static void begin_epoch(struct kc_circle *circle)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_begin_epoch(circle, &trust, 1, KC_EPOCH_ASKED));
}

static bool gives_keys_to(const struct kc_circle *by, const struct kc_peer_id *whom)
{
	for (size_t i = 0; i < by->epoch_count; i++) {
		const struct kc_epoch *epoch = by->epochs[i].epoch;

		if (kc_peer_id_equal(&epoch->author, telling_id(by)) &&
			kc_peer_id_is_among(epoch->recipients, epoch->recipient_count, whom))
			return true;
	}
	return false;
}

/* Ann puts out the thief, and bob is shown the new keys without that. A friend has left, and said
 * before, in words that say nothing since its own voucher would fall with them, that the thief is
 * out: this is not why ann's epochs name the thief. */
static void a_friend_that_left_explains_nothing(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;
	KC_CLEANUP_FREE struct kc_list *list = NULL;

	house_init(&h);
	befriend(h.thief, h.bob, &friend);
	telling_say(h.bob);
	list = begin_list(&friend);
	CHECK_OK(kc_list_add_exclusion(list, &(struct kc_exclusion){.target = *telling_id(h.thief),
						     .reason = KC_EXCLUSION_REMOVED}));
	list->leaves = true;
	tell_list(h.bob, &friend, list);
	CHECK(trusts(h.bob, h.thief));
	put_out(h.ann, h.thief, NULL);
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	CHECK(trusts(h.bob, h.thief));
	begin_epoch(h.bob);
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
}

/* Another hears of it, and of its first list. */
static void let_in(struct kc_circle *sponsor, struct kc_circle *other, const char *name,
	struct kc_circle **ret)
{
	telling_admit(sponsor, name, ret);
	CHECK_OK(telling_hear(sponsor, *ret));
	telling_hear_of(other, sponsor, telling_id(*ret));
	CHECK_OK(telling_hear(other, sponsor));
	CHECK_OK(telling_hear(other, *ret));
}

/* The same, where the one that left was put out after that. */
static void one_that_left_and_is_out_explains_nothing(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;

	house_init(&h);
	let_in(h.bob, h.ann, "carl", &carl);
	/* Carl puts out the thief, and the thief carl, with the password. */
	put_out(carl, h.thief, NULL);
	leave(carl);
	put_out(h.bob, carl, &h.user);
	put_out(h.ann, carl, &h.user);
	CHECK_OK(telling_hear(h.bob, carl));
	CHECK(trusts(h.bob, h.thief));
	put_out(h.ann, h.thief, NULL);
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	CHECK(trusts(h.bob, h.thief));
	begin_epoch(h.bob);
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
}

/* Carl, whom bob let in, says of the thief that it is out, and bob puts out carl, so that it is
 * not; what carl said bob has not heard yet. */
static void accuse(struct house *h, struct kc_circle **ret_carl)
{
	house_init(h);
	let_in(h->bob, h->ann, "carl", ret_carl);
	put_out(*ret_carl, h->thief, NULL);
	put_out(h->bob, *ret_carl, &h->user);
}

/* Ann puts out the thief as well, and bob is shown the new keys without that. What carl said does
 * not stand, and would explain them. */
static void what_does_not_stand_explains_nothing(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;

	accuse(&h, &carl);
	put_out(h.ann, h.thief, NULL);
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	telling_say(h.ann);
	CHECK_OK(telling_hear(h.bob, carl));
	CHECK(trusts(h.bob, h.thief));
	begin_epoch(h.bob);
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!trusts(h.bob, h.thief));
}

/* Ann has heard carl, and not that carl is out. Once bob has heard all that she had, nothing is in
 * doubt any more, for nobody: neither what her epoch says, nor what bob's does meanwhile. */
static void doubt_ends_when_all_is_heard(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;

	accuse(&h, &carl);
	CHECK_OK(telling_hear(h.ann, carl));
	CHECK(!trusts(h.ann, h.thief));
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	telling_say(h.ann);
	begin_epoch(h.bob);
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
	CHECK_OK(telling_hear(h.bob, h.ann));
	begin_epoch(h.bob); /* she may have gone by what carl said, which is not here */
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
	hear_of_keys(h.ann, h.bob);
	telling_say(h.bob);
	CHECK_OK(telling_hear(h.bob, carl));
	CHECK(trusts(h.bob, h.thief));
	begin_epoch(h.bob);
	CHECK(gives_keys_to(h.bob, telling_id(h.thief)));
	CHECK_OK(telling_hear(h.ann, h.bob));
	CHECK(trusts(h.ann, h.thief));
	begin_epoch(h.ann);
	CHECK(gives_keys_to(h.ann, telling_id(h.thief)));
}

/* The thief, which has the first metadata key, sees which keys ann's epochs have, and tells of them
 * itself, to all and without a word of who is out. It has none of these keys. */
static void tell_of_others_keys(
	const struct kc_circle *thief, const struct kc_circle *ann, struct kc_circle *hearer)
{
	static const struct kc_secret none = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);

	CHECK_FATAL(epoch != NULL);
	for (size_t i = 0; i < ann->epoch_count; i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		*epoch = *ann->epochs[i].epoch;
		if (kc_circle_find_epoch(hearer, epoch->name.kid))
			continue;
		epoch->author = *telling_id(thief);
		epoch->out_count = 0;
		epoch->reasons.count = 0;
		CHECK_OK_FATAL(kc_epoch_build(
			epoch, &thief->account, &thief->identity, &none, &none, &record));
		CHECK_OK(kc_circle_take_epoch(hearer, telling_id(thief), kc_buf_bytes(&record)));
	}
}

/* The record of the epoch that it begins now; what it tells again before that is of others' keys.
 */
static bool begins_epoch_for(struct kc_circle *by, const struct kc_peer_id *whom)
{
	const struct kc_epoch *epoch;

	begin_epoch(by);
	epoch = by->epochs[by->epoch_count - 1].epoch;
	CHECK(kc_peer_id_equal(&epoch->author, telling_id(by)));
	return kc_peer_id_is_among(epoch->recipients, epoch->recipient_count, whom);
}

/* Bob is shown neither that ann has put out the thief, nor her epoch, which names it: but shares
 * for bob, and what the thief tells of their keys. Nor does one that bob lets in now give them
 * away. */
static void who_is_out_tells_of_a_key(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_trust trust;
	size_t queued;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	begin_epoch(h.ann);
	tell_of_others_keys(h.thief, h.ann, h.bob);
	CHECK_OK_FATAL(kc_circle_judge(h.ann, &trust));
	CHECK_OK(kc_circle_build_shares(
		h.ann, &trust, &h.bob->identity.permanent, telling_id(h.bob), &shares));
	telling_say(h.ann);
	CHECK_OK(kc_circle_take_shares(h.bob, telling_id(h.ann), kc_buf_bytes(&shares)));
	CHECK(trusts(h.bob, h.thief));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	queued = h.bob->queue.len;
	CHECK_OK(kc_circle_queue_missing_shares(h.bob, &trust));
	CHECK(h.bob->queue.len == queued);
	CHECK(!begins_epoch_for(h.bob, telling_id(h.thief)));
	telling_admit(h.bob, "carl", &carl);
	CHECK(trusts(carl, h.thief));
	CHECK(!begins_epoch_for(carl, telling_id(h.thief)));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!trusts(h.bob, h.thief));
	CHECK(!begins_epoch_for(h.bob, telling_id(h.thief)));
	CHECK(begins_epoch_for(h.bob, telling_id(h.ann)));
	CHECK(begins_epoch_for(h.bob, telling_id(carl)));
}

/* Whether a device would give a peer that key in shares. */
static bool would_give(const struct kc_circle *by, const struct kc_circle *to,
	const uint8_t kid[static KC_KID_LEN])
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_shares shares;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(by, &trust));
	CHECK_OK_FATAL(kc_circle_build_shares(
		by, &trust, &to->identity.permanent, telling_id(to), &record));
	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&record), &shares));
	for (size_t i = 0; i < shares.count; i++)
		if (memcmp(shares.names[i].kid, kid, sizeof shares.names[i].kid) == 0)
			return true;
	return false;
}

static bool follows(const struct kc_circle *by, const uint8_t kid[static KC_KID_LEN])
{
	const struct kc_epoch *epoch = by->epochs[by->epoch_count - 1].epoch;

	CHECK(kc_peer_id_equal(&epoch->author, telling_id(by)));
	return epoch->has_prev && memcmp(epoch->prev_kid, kid, sizeof epoch->prev_kid) == 0;
}

/* The same, and the thief puts out ann: now bob trusts the thief, and hears nothing of ann. What
 * bob begins is for the thief; nothing of it leads to ann's key, nor does what bob gives to one
 * that bob lets in. With all that ann's epoch says in its place it is the same. */
static void puts_out_the_giver(const struct kc_password_keys *user, bool shows_epoch)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL, *later = NULL;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_view_key_name own;
	const struct kc_epoch *of;
	struct kc_trust trust;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	begin_epoch(h.ann);
	of = h.ann->epochs[h.ann->epoch_count - 1].epoch;
	if (shows_epoch)
		CHECK_OK(kc_circle_take_epoch(h.bob, telling_id(h.ann),
			kc_buf_bytes(&h.ann->epochs[h.ann->epoch_count - 1].record)));
	tell_of_others_keys(h.thief, h.ann, h.bob);
	CHECK_OK_FATAL(kc_circle_judge(h.ann, &trust));
	CHECK_OK(kc_circle_build_shares(
		h.ann, &trust, &h.bob->identity.permanent, telling_id(h.bob), &shares));
	telling_say(h.ann);
	CHECK_OK(kc_circle_take_shares(h.bob, telling_id(h.ann), kc_buf_bytes(&shares)));
	CHECK(!begins_epoch_for(h.bob, telling_id(h.thief)));
	own = h.bob->epochs[h.bob->epoch_count - 1].epoch->name;
	CHECK(follows(h.bob, of->name.kid)); /* so this leads to it, too */
	put_out(h.thief, h.ann, user ? &h.user : NULL);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK(trusts(h.bob, h.thief) && !trusts(h.bob, h.ann));
	telling_copy(h.bob, &later);
	CHECK(!would_give(later, h.thief, of->name.kid) && !would_give(later, h.thief, own.kid));
	CHECK(begins_epoch_for(later, telling_id(h.thief)) != shows_epoch);
	for (size_t i = 0; i < later->epoch_count; i++)
		CHECK(!kc_peer_id_equal(&later->epochs[i].epoch->author, telling_id(later)) ||
			memcmp(later->epochs[i].epoch->name.kid, of->name.kid, KC_KID_LEN) != 0);
	CHECK(!follows(later, of->name.kid) && !follows(later, own.kid));
	telling_admit(later, "carl", &carl);
	CHECK(!kc_circle_find_epoch(carl, of->name.kid)->key.len);
	CHECK(!kc_circle_find_epoch(carl, own.kid)->key.len);
	CHECK_OK(telling_hear(later, h.ann));
	CHECK(trusts(later, h.ann) && !trusts(later, h.thief));
	CHECK(begins_epoch_for(later, telling_id(h.ann)));
	CHECK(follows(later, own.kid));
	CHECK(!begins_epoch_for(later, telling_id(h.thief)));
}

static void who_is_out_puts_out_the_giver(void)
{
	CLEANUP_HOUSE struct house h;

	house_init(&h);
	puts_out_the_giver(NULL, false);
	puts_out_the_giver(&h.user, false);
	puts_out_the_giver(NULL, true);
	puts_out_the_giver(&h.user, true);
}

/* What a member gives of ann's keys, and says was published with a list that will never be. */
static void give_with_no_list(struct kc_circle *thief, struct kc_circle *hearer)
{
	const struct kc_held_epoch *held = &thief->epochs[thief->epoch_count - 1];
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS] = {&held->key};
	struct kc_shares shares = {.author = *telling_id(thief),
		.receiver = *telling_id(hearer),
		.author_seq = UINT64_MAX,
		.count = 1};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	shares.names[0] = held->epoch->name;
	CHECK_OK_FATAL(kc_shares_build(&shares, &thief->account, &thief->identity,
		&hearer->identity.permanent, keys, &record));
	CHECK_OK(kc_circle_take_shares(hearer, telling_id(thief), kc_buf_bytes(&record)));
}

/* It holds up nobody for longer than it is in, nor that long when another gives the same key, or
 * one that leads to it. */
static void a_list_that_never_comes_holds_up_nobody(void)
{
	for (int way = 0; way < 3; way++) {
		CLEANUP_HOUSE struct house h;
		struct kc_view_key_name own;
		const struct kc_epoch *of;

		house_init(&h);
		begin_epoch(h.ann);
		hear_of_keys(h.thief, h.ann);
		of = h.ann->epochs[h.ann->epoch_count - 1].epoch;
		CHECK_OK_FATAL(kc_circle_take_epoch(h.bob, telling_id(h.ann),
			kc_buf_bytes(&h.ann->epochs[h.ann->epoch_count - 1].record)));
		give_with_no_list(h.thief, h.bob);
		CHECK(!would_give(h.bob, h.ann, of->name.kid));
		CHECK(!begins_epoch_for(h.bob, telling_id(h.ann)));
		own = h.bob->epochs[h.bob->epoch_count - 1].epoch->name;
		if (way == 0)
			put_out(h.ann, h.thief, &h.user);
		if (way == 2)
			begin_epoch(h.ann);
		if (way != 0)
			hear_of_keys(h.bob, h.ann);
		telling_say(h.ann);
		CHECK_OK(telling_hear(h.bob, h.ann));
		CHECK(would_give(h.bob, h.ann, own.kid) == (way != 0));
		CHECK(begins_epoch_for(h.bob, telling_id(h.ann)));
		CHECK(way != 0 || (!follows(h.bob, of->name.kid) && !follows(h.bob, own.kid)));
		CHECK(begins_epoch_for(h.bob, telling_id(h.thief)) == (way != 0));
	}
}

/* The thief begins an epoch that says that it follows ann's, whose key it does not have: what is in
 * the place of that opens to nobody. */
static void follow_others_key(struct kc_circle *thief, const struct kc_epoch *of,
	struct kc_circle *hearer, struct kc_secret *ret_key)
{
	static const struct kc_secret none = KC_SECRET_INIT;
	static const uint8_t nothing[KC_VIEW_KEY_LEN + KC_SIV_TAG_LEN];
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS] = {ret_key};
	struct kc_shares shares = {.author = *telling_id(thief),
		.receiver = *telling_id(hearer),
		.author_seq = kc_circle_self(thief)->list->seq,
		.count = 1};
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, given = KC_BUF_INIT;

	CHECK_FATAL(epoch != NULL);
	*epoch = *of;
	epoch->author = *telling_id(thief);
	epoch->name.epoch++;
	epoch->has_prev = true;
	memcpy(epoch->prev_kid, of->name.kid, sizeof epoch->prev_kid);
	epoch->link = KC_BYTES_OF(nothing);
	epoch->out_count = 0;
	epoch->reasons.count = 0;
	CHECK_OK_FATAL(kc_secret_random(ret_key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_view_key_id(
		&thief->account, epoch->name.view, epoch->name.epoch, ret_key, epoch->name.kid));
	CHECK_OK_FATAL(
		kc_epoch_build(epoch, &thief->account, &thief->identity, ret_key, &none, &record));
	CHECK_OK(kc_circle_take_epoch(hearer, telling_id(thief), kc_buf_bytes(&record)));
	shares.names[0] = epoch->name;
	CHECK_OK_FATAL(kc_shares_build(&shares, &thief->account, &thief->identity,
		&hearer->identity.permanent, keys, &given));
	CHECK_OK(kc_circle_take_shares(hearer, telling_id(thief), kc_buf_bytes(&given)));
	kc_circle_note_use(hearer, epoch->name.kid);
}

/* Bob, who is told of the removal after that, tells of the thief's epoch again; and must not put
 * into it what was not there. Whoever comes in is given that key all the same. */
static void no_link_is_made_for_who_is_out(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_held_epoch *held;
	const struct kc_epoch *of;
	size_t told = 0;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	telling_say(h.ann);
	of = h.ann->epochs[h.ann->epoch_count - 1].epoch;
	follow_others_key(h.thief, of, h.bob, &key);
	telling_say(h.thief);
	CHECK_OK(telling_hear(h.bob, h.thief));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!trusts(h.bob, h.thief));
	begin_epoch(h.bob);
	for (size_t i = 0; i < h.bob->epoch_count; i++) {
		const struct kc_epoch *epoch = h.bob->epochs[i].epoch;
		KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;

		if (epoch->reason != KC_EPOCH_RETOLD)
			continue;
		told++;
		CHECK(kc_epoch_open_link(epoch, &h.thief->account, &key, &before) != KC_OK);
	}
	CHECK(told > 0);
	telling_admit(h.bob, "carl", &carl);
	held = kc_circle_find_epoch(carl, of->name.kid);
	CHECK(held && kc_held_epoch_has_key(held));
}

/* The thief, while it is in, tells of an epoch that names bob as out, for no reason but a list of
 * its own; nobody is to be given that key. */
static void lie_about(const struct kc_circle *thief, const struct kc_circle *whom, uint64_t seq,
	struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	const struct kc_epoch *before = thief->epochs[0].epoch;

	CHECK_FATAL(epoch != NULL);
	epoch->author = *telling_id(thief);
	epoch->name = before->name;
	epoch->name.epoch++;
	epoch->has_prev = true;
	memcpy(epoch->prev_kid, before->name.kid, sizeof epoch->prev_kid);
	epoch->reason = KC_EPOCH_ASKED;
	epoch->out[epoch->out_count++] = *telling_id(whom);
	CHECK_OK_FATAL(kc_vector_raise(&epoch->reasons, telling_id(thief), seq));
	CHECK_OK_FATAL(kc_secret_random(&key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_view_key_id(
		&thief->account, epoch->name.view, epoch->name.epoch, &key, epoch->name.kid));
	CHECK_OK_FATAL(kc_epoch_build(
		epoch, &thief->account, &thief->identity, &key, &thief->epochs[0].key, ret));
}

static void tell_lie(struct kc_circle *hearer, const struct kc_circle *thief, struct kc_bytes lie)
{
	CHECK_OK(kc_circle_take_epoch(hearer, telling_id(thief), lie));
}

/* Whether an epoch that it would begin now is not for one that it trusts. */
static bool doubts(struct kc_circle *circle, const struct kc_circle *whom)
{
	KC_CLEANUP_CIRCLE struct kc_circle *copy = NULL;

	CHECK(trusts(circle, whom));
	telling_copy(circle, &copy);
	return !begins_epoch_for(copy, telling_id(whom));
}

/* Ann and carl have heard it, and ann has begun an epoch that says the same, before she puts out
 * the liar. She takes that back with the next one; then nobody has it of her. */
static void a_lie_goes_with_the_liar(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;
	KC_CLEANUP_BUF struct kc_buf lie = KC_BUF_INIT;

	house_init(&h);
	let_in(h.ann, h.bob, "carl", &carl);
	lie_about(h.thief, h.bob, UINT64_MAX, &lie);
	tell_lie(h.ann, h.thief, kc_buf_bytes(&lie));
	tell_lie(carl, h.thief, kc_buf_bytes(&lie));
	CHECK(!begins_epoch_for(h.ann, telling_id(h.bob)));
	CHECK(doubts(carl, h.bob));
	hear_of_keys(carl, h.ann);
	hear_of_keys(h.bob, h.ann);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(carl, h.ann));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!doubts(h.ann, h.bob) && !doubts(h.ann, carl));
	CHECK(begins_epoch_for(h.ann, telling_id(h.bob)));
	hear_of_keys(carl, h.ann);
	hear_of_keys(h.bob, h.ann);
	telling_say(h.ann);
	CHECK_OK(telling_hear(carl, h.ann));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!doubts(carl, h.bob) && !doubts(carl, h.ann));
	CHECK(!doubts(h.bob, h.ann) && !doubts(h.bob, carl));
}

/* What ann's epoch says may have been true: so it does not fall when the one that is named in it
 * puts out whoever said it first; nor by the word of one that this has let in. It does by
 * another's. */
static void the_one_that_is_named_ends_no_doubt(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL, *dan = NULL;
	KC_CLEANUP_BUF struct kc_buf lie = KC_BUF_INIT;

	house_init(&h);
	telling_admit(h.ann, "dan", &dan);
	CHECK_OK(telling_hear(h.ann, dan));
	telling_hear_of(h.bob, h.ann, telling_id(dan));
	CHECK_OK(telling_hear(h.bob, h.ann));
	telling_admit(h.bob, "carl", &carl);
	telling_hear_of(h.ann, h.bob, telling_id(carl));
	CHECK_OK(telling_hear(h.ann, h.bob));
	CHECK_OK(telling_hear(h.ann, carl));
	telling_hear_of(dan, h.bob, telling_id(carl));
	CHECK_OK(telling_hear(dan, h.bob));
	CHECK_OK(telling_hear(dan, carl));
	lie_about(h.thief, h.bob, UINT64_MAX, &lie);
	tell_lie(h.ann, h.thief, kc_buf_bytes(&lie));
	CHECK(!begins_epoch_for(h.ann, telling_id(h.bob)));
	hear_of_keys(dan, h.ann);
	telling_say(h.ann);
	CHECK_OK(telling_hear(dan, h.ann));
	put_out(h.bob, h.thief, &h.user);
	CHECK_OK(telling_hear(h.ann, h.bob));
	CHECK_OK(telling_hear(dan, h.bob));
	CHECK(!trusts(h.ann, h.thief) && !trusts(dan, h.thief));
	CHECK(doubts(h.ann, h.bob));
	put_out(carl, h.thief, &h.user);
	CHECK_OK(telling_hear(h.ann, carl));
	CHECK_OK(telling_hear(dan, carl));
	CHECK(doubts(h.ann, h.bob));
	put_out(dan, h.thief, NULL);
	CHECK_OK(telling_hear(h.ann, dan));
	CHECK(!doubts(h.ann, h.bob));
}

/* What a device says later of one that it named before counts, whatever the first was. */
static void who_is_given_keys_again_is_in_no_doubt(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;
	KC_CLEANUP_BUF struct kc_buf lie = KC_BUF_INIT;
	const struct kc_epoch *epoch;

	house_init(&h);
	telling_admit(h.ann, "carl", &carl);
	lie_about(h.thief, h.bob, UINT64_MAX, &lie);
	tell_lie(h.ann, h.thief, kc_buf_bytes(&lie));
	CHECK(!begins_epoch_for(h.ann, telling_id(h.bob)));
	hear_of_keys(carl, h.ann);
	telling_say(h.ann);
	CHECK_OK(telling_hear(carl, h.ann));
	CHECK(doubts(carl, h.bob));
	put_out(h.ann, h.thief, NULL);
	CHECK(begins_epoch_for(h.ann, telling_id(h.bob)));
	CHECK_OK(kc_circle_take_epoch(carl, telling_id(h.ann),
		kc_buf_bytes(&h.ann->epochs[h.ann->epoch_count - 1].record)));
	/* Not yet heard is that the liar is out. */
	CHECK(trusts(carl, h.thief));
	CHECK(begins_epoch_for(carl, telling_id(h.bob)));
	epoch = carl->epochs[carl->epoch_count - 1].epoch;
	CHECK(!kc_peer_id_is_among(epoch->out, epoch->out_count, telling_id(h.bob)));
}

static bool is_in_use(const struct kc_circle *circle, struct kc_view_key_name *ret)
{
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	if (kc_circle_usable_epoch(circle, &trust, 1, &held) != KC_OK)
		return false;
	*ret = held->epoch->name;
	return true;
}

/* What bob began while the thief was in doubt is in use no more when that is over; nor again when
 * the thief is out after all: it was given the keys in between. */
static void who_was_in_again_is_out_with_all_keys(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL;
	struct kc_view_key_name doubted, name;

	accuse(&h, &carl);
	CHECK_OK(telling_hear(h.ann, carl));
	begin_epoch(h.ann);
	hear_of_keys(h.bob, h.ann);
	telling_say(h.ann);
	begin_epoch(h.bob);
	CHECK_FATAL(is_in_use(h.bob, &doubted));
	CHECK(!gives_keys_to(h.bob, telling_id(h.thief)));
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK_OK(telling_hear(h.bob, carl));
	CHECK(!is_in_use(h.bob, &name));
	begin_epoch(h.bob);
	CHECK_FATAL(is_in_use(h.bob, &name));
	CHECK(name.epoch == doubted.epoch + 1);
	CHECK(gives_keys_to(h.bob, telling_id(h.thief)));
	put_out(h.bob, h.thief, &h.user);
	CHECK(!is_in_use(h.bob, &name));
	begin_epoch(h.bob);
	CHECK_FATAL(is_in_use(h.bob, &name));
	CHECK(name.epoch == doubted.epoch + 2);
}

static int64_t clock_ms;

static int64_t by_hand(void)
{
	return clock_ms;
}

/* A thief's clock is years ahead when it begins the epochs in use. */
static void a_time_to_come_puts_off_no_rotation(void)
{
	static const int64_t day_ms = INT64_C(24) * 60 * 60 * 1000;
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *later = NULL;
	bool due;

	clock_ms = INT64_C(1800000000000);
	kc_clock_set_wall(by_hand);
	house_init(&h);
	clock_ms += 5000 * day_ms;
	CHECK_OK_FATAL(kc_circle_rotate(h.thief, KC_EPOCH_ASKED));
	clock_ms -= 5000 * day_ms;
	hear_of_keys(h.bob, h.thief);
	clock_ms += 364 * day_ms;
	CHECK_OK(kc_circle_is_rotation_due(h.bob, &due));
	CHECK(!due);
	telling_copy(h.bob, &later);
	clock_ms += 2 * day_ms;
	CHECK_OK(kc_circle_is_rotation_due(later, &due));
	CHECK(due);
	CHECK_OK_FATAL(kc_circle_rotate(later, KC_EPOCH_YEARLY));
	CHECK_OK(kc_circle_is_rotation_due(later, &due));
	CHECK(!due);
	kc_clock_set_wall(NULL);
}

/* Which of the thief's records a loss before a time acknowledges. */
static uint64_t acknowledged(struct kc_circle *circle, const struct kc_circle *thief, int64_t ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *copy = NULL;

	telling_copy(circle, &copy);
	CHECK_OK_FATAL(
		kc_circle_exclude(copy, telling_id(thief), KC_EXCLUSION_LOST, (uint64_t)ms, NULL));
	telling_say(copy);
	return kc_list_find_exclusion(kc_circle_self(copy)->list, telling_id(thief))->password_seq;
}

/* The thief sets its clock back, and then a password. */
static void a_password_is_of_when_it_was_heard(void)
{
	static const int64_t day_ms = INT64_C(24) * 3600 * 1000;
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys own = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	clock_ms = INT64_C(1800000000000);
	kc_clock_set_wall(by_hand);
	house_init(&h);
	CHECK_OK_FATAL(kc_account_key_make(&h.bob->account, &h.thief->identity, &h.bob->keys,
		kc_bytes_str("a thief's own"), 2, h.user.user, &record, &own));
	clock_ms += 10 * day_ms;
	CHECK_OK(kc_circle_take_account_key(h.bob, kc_buf_bytes(&record)));
	clock_ms += day_ms;
	CHECK(acknowledged(h.bob, h.thief, clock_ms - 5 * day_ms) == 0);
	CHECK(acknowledged(h.bob, h.thief, clock_ms) == 2);
	kc_clock_set_wall(NULL);
}

/* --- who has left -------------------------------------------------------------------------------
 */

/* Whom the thief let in leaves; what it says after that, with its keys, changes nothing. */
static void who_left_says_no_more(void)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;
	KC_CLEANUP_FREE struct kc_list *list = NULL;
	const struct kc_member *member;
	uint64_t time_ms = 1;

	house_init(&h);
	befriend(h.thief, h.ann, &friend);
	member = kc_circle_find(h.ann, &friend.id);
	list = begin_list(&friend);
	list->seq = 3;
	list->has_prev = true;
	list->leaves = true;
	tell_list(h.ann, &friend, list);
	CHECK_FATAL(kc_circle_is_over(member));
	for (uint64_t seq = 1; seq <= 4; seq++)
		for (int leaves = 0; leaves <= 1; leaves++) {
			list->seq = seq;
			list->has_prev = seq > 1;
			list->prev = seq == 4 ? member->list_id : (struct kc_record_id){{0}};
			list->leaves = leaves;
			list->time_ms = time_ms++;
			CHECK(show_list(h.ann, &friend, list) ==
				(seq < 3	   ? KC_OK
					: seq == 3 ? KC_E_STORE_SUSPECT
						   : KC_E_REFUSED));
			CHECK(kc_circle_is_over(member) && member->list->seq == 3 &&
				member->list->time_ms == 0);
		}
}

/* Carl came by the thief, when it had said more than bob has heard. Then it is out, or left; and
 * bob is shown that it had left before it let in carl, and another newcomer of it. */
static void check_left_before(bool is_removed)
{
	CLEANUP_HOUSE struct house h;
	KC_CLEANUP_CIRCLE struct kc_circle *carl = NULL, *stale = NULL;
	KC_CLEANUP_IDENTITY struct kc_identity friend = KC_IDENTITY_INIT;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_trust trust;

	CHECK_FATAL(list != NULL);
	house_init(&h);
	telling_copy(h.thief, &stale);
	telling_say(h.thief);
	CHECK_OK(telling_hear(h.ann, h.thief));
	let_in(h.thief, h.ann, "carl", &carl);
	telling_say(h.ann);
	telling_hear_of(h.bob, h.thief, telling_id(carl));
	befriend(h.thief, h.bob, &friend);
	telling_next_list(stale, list);
	list->leaves = true;
	tell_list(h.bob, &h.thief->identity, list);
	if (is_removed)
		put_out(h.ann, h.thief, NULL);
	else
		telling_say(h.ann);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(trusts(h.ann, carl));
	CHECK(trusts(h.bob, carl) == is_removed);
	CHECK(!trusts(h.bob, h.thief));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	CHECK(!kc_circle_is_in(h.bob, &trust, &friend.id));
	CHECK(kc_circle_is_behind(
		h.bob, trust.trusted, kc_circle_find(h.bob, telling_id(h.thief))));
}

static void who_is_out_takes_nobody_along(void)
{
	check_left_before(true);
}

/* Nobody but the thief can have said so, and more is known to be there. */
static void who_left_is_missed(void)
{
	check_left_before(false);
}

/* --- what the store has lost --------------------------------------------------------------------
 */

/* The thief says that it has seen a list of ann's that there never was. */
static void tell_of_no_list(struct house *h)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	bool current;

	CHECK_FATAL(list != NULL);
	telling_next_list(h->thief, list);
	for (size_t i = 0; i < list->seen_count; i++)
		if (kc_peer_id_equal(&list->seen[i].peer, telling_id(h->ann)))
			list->seen[i].seq = UINT64_MAX;
	CHECK_OK_FATAL(kc_list_build(list, &h->thief->account, &h->thief->identity, &record));
	CHECK_OK(
		kc_circle_take_list(h->bob, telling_id(h->thief), kc_buf_bytes(&record), &current));
}

static void one_who_is_out_excuses_nobody(void)
{
	CLEANUP_HOUSE struct house h;
	struct kc_member *ann;

	house_init(&h);
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	tell_of_no_list(&h);
	ann = kc_circle_find(h.bob, telling_id(h.ann));
	CHECK_OK_FATAL(kc_circle_excuse(h.bob, ann, 0));
	CHECK(kc_circle_is_excused(ann));
	telling_say(h.ann);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!kc_circle_is_excused(ann));
}

/* The same, where it was in at that time, and is put out since. */
static void an_excuse_falls_with_whoever_gave_it(void)
{
	CLEANUP_HOUSE struct house h;
	struct kc_member *ann;
	struct kc_trust trust;

	house_init(&h);
	tell_of_no_list(&h);
	ann = kc_circle_find(h.bob, telling_id(h.ann));
	CHECK_OK_FATAL(kc_circle_excuse(h.bob, ann, 0));
	put_out(h.ann, h.thief, &h.user);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(kc_circle_is_excused(ann));
	CHECK_OK_FATAL(kc_circle_judge(h.bob, &trust));
	kc_circle_settle_excuses(h.bob, &trust);
	telling_say(h.ann);
	CHECK_OK(telling_hear(h.bob, h.ann));
	CHECK(!kc_circle_is_excused(ann));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(passwords_drive_out_no_user_key),
		CHECK_TEST(a_member_drives_out_no_other_ones_key),
		CHECK_TEST(passwords_leave_room_for_others),
		CHECK_TEST(pending_passwords_leave_room_for_others),
		CHECK_TEST(a_pending_password_vouches_for_none_below_it),
		CHECK_TEST(a_password_always_has_a_next),
		CHECK_TEST(statements_drive_out_no_other),
		CHECK_TEST(what_is_repeated_of_a_thief_is_cut_anew),
		CHECK_TEST(epochs_of_who_fell_leave_room_for_others),
		CHECK_TEST(epochs_of_who_left_leave_room_for_others),
		CHECK_TEST(what_is_told_again_keeps_its_key),
		CHECK_TEST(vouchers_of_who_fell_leave_room_for_others),
		CHECK_TEST(a_friend_that_left_explains_nothing),
		CHECK_TEST(one_that_left_and_is_out_explains_nothing),
		CHECK_TEST(what_does_not_stand_explains_nothing),
		CHECK_TEST(doubt_ends_when_all_is_heard),
		CHECK_TEST(who_is_out_tells_of_a_key),
		CHECK_TEST(who_is_out_puts_out_the_giver),
		CHECK_TEST(a_list_that_never_comes_holds_up_nobody),
		CHECK_TEST(no_link_is_made_for_who_is_out),
		CHECK_TEST(a_lie_goes_with_the_liar),
		CHECK_TEST(the_one_that_is_named_ends_no_doubt),
		CHECK_TEST(who_is_given_keys_again_is_in_no_doubt),
		CHECK_TEST(who_was_in_again_is_out_with_all_keys),
		CHECK_TEST(a_time_to_come_puts_off_no_rotation),
		CHECK_TEST(a_password_is_of_when_it_was_heard),
		CHECK_TEST(who_left_says_no_more),
		CHECK_TEST(who_is_out_takes_nobody_along),
		CHECK_TEST(who_left_is_missed),
		CHECK_TEST(one_who_is_out_excuses_nobody),
		CHECK_TEST(an_excuse_falls_with_whoever_gave_it),
	};

	return check_main("outnumbered", tests, KC_COUNT_OF(tests));
}
