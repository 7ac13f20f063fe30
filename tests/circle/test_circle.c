/* SPDX-License-Identifier: ISC */
/*
 * Circles that hear of each other record by record, and the holder of a removed device's keys who
 * chooses what a device hears first. Nothing that it is told then may keep it from what it should
 * have known.
 */
#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/session/welcome.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/circle/telling.h"

#define PASSWORD "one account for all"
#define VIEWS 0xfe

/* --- telling each other -------------------------------------------------------------------------
 */

static bool trusts(const struct kc_circle *circle, const struct kc_peer_id *peer)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_id_equal(&circle->members[i]->id, peer))
			return kc_peer_set_has(trust.trusted, i);
	return false;
}

/* The next list of a device, with something changed that no function does yet. */
static void build_next(const struct kc_circle *circle,
	void (*change)(struct kc_list *list, const void *context), const void *context,
	struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);

	CHECK_FATAL(list != NULL);
	telling_next_list(circle, list);
	change(list, context);
	CHECK_OK_FATAL(kc_list_build(list, &circle->account, &circle->identity, ret));
}

static void add_exclusion(struct kc_list *list, const void *context)
{
	const struct kc_exclusion *exclusion = context;

	list->exclude[list->exclude_count++] = *exclusion;
}

/* Someone says that a device is out from the list after its last on. */
static void exclude(const struct kc_circle *author, const struct kc_peer_id *target,
	const struct kc_signer *cosigner, struct kc_buf *ret)
{
	const struct kc_member *member = kc_circle_find(author, target);
	struct kc_exclusion exclusion = {.target = *target,
		.cut_seq = member->list ? member->list->seq : 0,
		.cut_id = member->list_id,
		.reason = KC_EXCLUSION_REMOVED};
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	struct kc_der_reader r;

	if (cosigner) {
		CHECK_OK_FATAL(kc_exclusion_cosign(
			&exclusion, &author->account, telling_id(author), cosigner, &signature));
		kc_der_reader_init(&r, kc_buf_bytes(&signature));
		kc_signature_pull(&r, &exclusion.cosignature);
		exclusion.cosigned = true;
	}
	build_next(author, add_exclusion, &exclusion, ret);
}

static void hear_list(
	struct kc_circle *a, const struct kc_circle *author, const struct kc_buf *record)
{
	bool current;

	CHECK_OK(kc_circle_take_list(a, telling_id(author), kc_buf_bytes(record), &current));
}

/* The oldest device, one that will be removed, one that hears of it late; each knows the others. */
struct family {
	struct kc_circle *first, *removed, *late;
};

static void family_init(struct family *f)
{
	*f = (struct family){NULL, NULL, NULL};
	CHECK_OK_FATAL(kc_circle_begin("first", kc_bytes_str(PASSWORD), VIEWS, &f->first));
	telling_say(f->first);
	telling_admit(f->first, "removed", &f->removed);
	CHECK_OK(telling_hear(f->first, f->removed));
	telling_admit(f->first, "late", &f->late);
	CHECK_OK(telling_hear(f->first, f->late));
	telling_hear_of(f->removed, f->first, telling_id(f->late));
	CHECK_OK(telling_hear(f->removed, f->first));
	CHECK_OK(telling_hear(f->removed, f->late));
	CHECK_OK(telling_hear(f->late, f->first));
	CHECK(trusts(f->late, telling_id(f->removed)) && trusts(f->removed, telling_id(f->late)));
}

static void family_done(struct family *f)
{
	kc_circle_free(f->first);
	kc_circle_free(f->removed);
	kc_circle_free(f->late);
}
#define CLEANUP_FAMILY KC_CLEANUP(family_done)

/* --- what a removed device leaves behind --------------------------------------------------------
 */

/* The late one has an old list of the removed one, and is shown another continuation of it, with a
 * newcomer in it, before it hears of the removal. */
static void a_newcomer_of_the_past(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *puppet = NULL;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;

	family_init(&f);
	telling_copy(f.removed, &thief);
	for (int i = 0; i < 6; i++) {
		telling_say(f.removed);
		CHECK_OK(telling_hear(f.first, f.removed));
	}
	telling_admit(thief, "puppet", &puppet);
	telling_hear_of(f.late, thief, telling_id(puppet));
	CHECK_OK(telling_hear(f.late, thief));
	CHECK(trusts(f.late, telling_id(puppet))); /* nobody has told it better yet */
	telling_say(f.late);
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK(!trusts(f.late, telling_id(f.removed)));
	CHECK(!trusts(f.late, telling_id(puppet)));
	CHECK(trusts(f.late, telling_id(f.first)));
}

/* Whom the removed one let in before it was removed, and the others know, stays. */
static void a_friend_of_the_past(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *friend = NULL;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;

	family_init(&f);
	telling_admit(f.removed, "friend", &friend);
	telling_hear_of(f.first, f.removed, telling_id(friend));
	CHECK_OK(telling_hear(f.first, f.removed));
	telling_say(f.first);
	telling_hear_of(f.late, f.removed, telling_id(friend));
	CHECK_OK(telling_hear(f.late, f.removed));
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK(!trusts(f.late, telling_id(f.removed)));
	CHECK(trusts(f.late, telling_id(friend)));
}

/* A recovery key outranks all: so it is nothing that any device can bring along. */
static void a_recovery_key_of_ones_own(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_IDENTITY struct kc_identity recovery = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf permanent = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf coup = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;
	struct kc_voucher voucher = {.reason = KC_VOUCHER_PAIRING};
	struct kc_signer signer;

	family_init(&f);
	CHECK_OK_FATAL(kc_identity_make(&recovery));
	recovery.permanent.kind = KC_PEER_RECOVERY;
	CHECK_OK(kc_permanent_put_body(&recovery.permanent, &body));
	CHECK_OK(kc_permanent_id(kc_buf_bytes(&body), &recovery.id));
	CHECK_OK(kc_identity_permanent_record(&recovery, &f.first->account, &permanent));
	voucher.sponsor = *telling_id(f.removed);
	voucher.sponsor_seq = kc_circle_self(f.removed)->list->seq + 1;
	voucher.beneficiary = recovery.id;
	CHECK_OK(kc_voucher_build(&voucher, &f.first->account, &f.removed->identity, &record));
	CHECK_OK(kc_circle_take_voucher(f.late, telling_id(f.removed), kc_buf_bytes(&record)));
	CHECK_ERR(kc_circle_take_permanent(f.late, kc_buf_bytes(&permanent)), KC_E_NEWER);
	signer = kc_identity_signer(&recovery);
	exclude(f.removed, telling_id(f.first), &signer, &coup);
	hear_list(f.late, f.removed, &coup);
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK(trusts(f.late, telling_id(f.first)));
	CHECK(!trusts(f.late, telling_id(f.removed)));
}

static void see_the_future(struct kc_list *list, const void *context)
{
	for (size_t i = 0; i < list->seen_count; i++)
		if (kc_peer_id_equal(&list->seen[i].peer, context))
			list->seen[i].seq = UINT64_MAX;
}

/* A list that nobody will ever see is not missed on the word of one that is out. */
static void a_list_that_never_was(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_BUF struct kc_buf lie = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;
	const struct kc_member *first;
	struct kc_trust trust;

	family_init(&f);
	telling_say(f.removed); /* with what it has seen */
	CHECK_OK(telling_hear(f.late, f.removed));
	build_next(f.removed, see_the_future, telling_id(f.first), &lie);
	hear_list(f.late, f.removed, &lie);
	first = kc_circle_find(f.late, telling_id(f.first));
	CHECK_OK(kc_circle_judge(f.late, &trust));
	CHECK(kc_circle_is_behind(f.late, trust.trusted, first));
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK_OK(kc_circle_judge(f.late, &trust));
	CHECK(!kc_circle_is_behind(f.late, trust.trusted, first));
}

/* Two devices were shown different lists of one number by the removed one: a fork, until it is
 * known that it is out. */
static void two_pasts(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *thief = NULL;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;

	family_init(&f);
	telling_copy(f.removed, &thief);
	memcpy(thief->name, "thief", 6);
	telling_say(f.removed);
	CHECK_OK(telling_hear(f.first, f.removed));
	telling_say(thief);
	CHECK_OK(telling_hear(f.late, thief));
	telling_say(f.first);
	CHECK_OK(telling_hear(f.late, f.first));
	CHECK_ERR(kc_circle_check_said(f.late, ~(kc_peer_set)0), KC_E_STORE_SUSPECT);
	CHECK(f.late->alarm == KC_ALARM_FORK);
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK(!trusts(f.late, telling_id(f.removed)));
	CHECK_OK(kc_circle_check_said(f.late, ~(kc_peer_set)0));
}

/* --- epochs -------------------------------------------------------------------------------------
 */

static void build_epoch(const struct kc_circle *author, uint64_t number, struct kc_secret *key,
	struct kc_epoch *epoch, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;

	*epoch = (struct kc_epoch){
		.author = *telling_id(author),
		.name = {.view = 1, .epoch = number},
		.has_prev = number > 1,
		.recipients = {*telling_id(author)},
		.recipient_count = 1,
		.reason = KC_EPOCH_ASKED,
	};
	CHECK_OK_FATAL(kc_secret_random(key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_secret_random(&before, KC_VIEW_KEY_LEN));
	CHECK_OK(kc_view_key_id(&author->account, 1, number, key, epoch->name.kid));
	CHECK_OK(kc_epoch_build(epoch, &author->account, &author->identity, key, &before, ret));
}

static void hear_epoch(struct kc_circle *a, const struct kc_circle *author, uint64_t number)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	const struct kc_secret *keys[] = {&key};
	struct kc_shares shares = {
		.author = *telling_id(author), .receiver = *telling_id(a), .count = 1};

	CHECK_FATAL(epoch != NULL);
	build_epoch(author, number, &key, epoch, &record);
	shares.names[0] = epoch->name;
	CHECK_OK(kc_shares_build(&shares, &author->account, &author->identity,
		&kc_circle_self(a)->permanent, keys, &sealed));
	if (kc_circle_take_epoch(a, telling_id(author), kc_buf_bytes(&record)) == KC_OK)
		CHECK_OK(kc_circle_take_shares(a, telling_id(author), kc_buf_bytes(&sealed)));
}

/* Whether new keys can be made, as often as devices are removed. */
static void check_new_epochs(struct kc_circle *circle)
{
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (int i = 0; i < 3; i++) {
		CHECK_OK(kc_circle_begin_epoch(circle, &trust, 1, KC_EPOCH_REMOVAL));
		CHECK_OK(kc_circle_usable_epoch(circle, &trust, 1, &held));
	}
}

/* Epochs of the removed one with numbers up to the last that there is. */
static void an_epoch_without_a_next(void)
{
	static const uint64_t numbers[] = {
		UINT64_MAX, UINT64_MAX - 1, (uint64_t)UINT32_MAX + 1, UINT32_MAX, UINT32_MAX - 1};

	for (size_t i = 0; i < KC_COUNT_OF(numbers); i++) {
		CLEANUP_FAMILY struct family f;
		KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;

		family_init(&f);
		hear_epoch(f.late, f.removed, numbers[i]);
		exclude(f.first, telling_id(f.removed), NULL, &removal);
		hear_list(f.late, f.first, &removal);
		check_new_epochs(f.late);
	}
}

/* As many epochs of the removed one as a circle holds: its room is given back. */
static void epochs_without_end(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	CHECK_FATAL(epoch != NULL);
	family_init(&f);
	for (uint64_t i = 0; f.late->epoch_count < KC_CIRCLE_MAX_EPOCHS && i < 1000; i++)
		hear_epoch(f.late, f.removed, 2 + i % 3);
	build_epoch(f.first, 2, &key, epoch, &record);
	/* Not for want of room: it may come to be there. */
	CHECK_ERR(kc_circle_take_epoch(f.late, telling_id(f.first), kc_buf_bytes(&record)),
		KC_E_WAITING);
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK_OK(kc_circle_take_epoch(f.late, telling_id(f.first), kc_buf_bytes(&record)));
	check_new_epochs(f.late);
}

/* A record of a thief's, who has no key, that names the one of another's epoch as that of a view.
 */
static void tell_of(struct kc_circle *a, const struct kc_circle *thief,
	const struct kc_epoch *epoch, unsigned view)
{
	KC_CLEANUP_FREE struct kc_epoch *told = malloc(sizeof *told);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	CHECK_FATAL(told != NULL);
	*told = *epoch;
	told->author = *telling_id(thief);
	told->name.view = view;
	CHECK_OK_FATAL(kc_secret_random(&key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_secret_random(&before, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(
		kc_epoch_build(told, &thief->account, &thief->identity, &key, &before, &record));
	CHECK_OK(kc_circle_take_epoch(a, telling_id(thief), kc_buf_bytes(&record)));
}

static void check_writes_in(const struct kc_circle *circle, const struct kc_held_epoch *wanted)
{
	const struct kc_held_epoch *held, *found;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_usable_epoch(circle, &trust, 1, &held));
	CHECK(kc_record_id_equal(&held->id, &wanted->id));
	CHECK_FATAL((found = kc_circle_find_epoch(circle, wanted->epoch->name.kid)) != NULL);
	CHECK(kc_view_key_name_equal(&found->epoch->name, &wanted->epoch->name));
	CHECK(kc_held_epoch_has_key(found) && found->key.len);
	CHECK(!kc_circle_is_retired(circle, &trust, found));
}

/* Who is out is the first to tell of the new key, to a device that has not heard of it. */
static void a_key_told_by_who_is_out(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *again = NULL;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	const struct kc_circle *late;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	family_init(&f);
	late = f.late;
	CHECK_OK_FATAL(
		kc_circle_exclude(f.first, telling_id(f.removed), KC_EXCLUSION_LOST, 0, NULL));
	telling_say(f.first);
	CHECK_OK_FATAL(kc_circle_judge(f.first, &trust));
	CHECK_OK_FATAL(kc_circle_begin_epoch(f.first, &trust, 1, KC_EPOCH_REMOVAL));
	CHECK_OK_FATAL(kc_circle_usable_epoch(f.first, &trust, 1, &held));
	CHECK_OK_FATAL(kc_circle_build_shares(
		f.first, &trust, &kc_circle_self(late)->permanent, telling_id(late), &shares));
	tell_of(f.late, f.removed, held->epoch, 2);
	tell_of(f.late, f.removed, held->epoch, 1);
	CHECK_OK(kc_circle_take_epoch(f.late, telling_id(f.first), kc_buf_bytes(&held->record)));
	CHECK_OK(kc_circle_take_shares(f.late, telling_id(f.first), kc_buf_bytes(&shares)));
	CHECK_OK(telling_hear(f.late, f.first));
	check_writes_in(f.late, held);
	telling_copy(f.late, &again);
	check_writes_in(again, held);
	CHECK(again->epoch_count == late->epoch_count);
}

static void build_voucher(const struct kc_circle *sponsor, const struct kc_peer_id *beneficiary,
	uint64_t ahead, struct kc_buf *ret)
{
	struct kc_voucher voucher = {
		.sponsor = *telling_id(sponsor),
		.sponsor_seq = kc_circle_self(sponsor)->list->seq + ahead,
		.beneficiary = *beneficiary,
		.reason = KC_VOUCHER_PAIRING,
	};

	kc_buf_reset(ret);
	CHECK_OK(kc_voucher_build(&voucher, &sponsor->account, &sponsor->identity, ret));
}

/* Vouchers for nobody, and again and again for one, as many as a circle holds: a newcomer that
 * another device lets in comes in all the same. */
static void vouchers_without_end(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *newcomer = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_peer_id nobody;

	family_init(&f);
	for (uint64_t i = 1; f.late->voucher_count < KC_TRUST_MAX_VOUCHERS && i < 1000; i++) {
		kc_random_fill(nobody.bytes, sizeof nobody.bytes);
		build_voucher(f.removed, i % 2 ? &nobody : telling_id(f.first), i, &record);
		CHECK_OK(kc_circle_take_voucher(
			f.late, telling_id(f.removed), kc_buf_bytes(&record)));
	}
	for (int i = 0; i < 300; i++) {
		build_voucher(f.removed, &nobody, 1, &record);
		CHECK_OK(kc_circle_take_voucher(
			f.late, telling_id(f.removed), kc_buf_bytes(&record)));
	}
	telling_admit(f.first, "newcomer", &newcomer);
	telling_hear_of(f.late, f.first, telling_id(newcomer));
	CHECK_OK(telling_hear(f.late, f.first));
	CHECK(trusts(f.late, telling_id(newcomer)));
}

static void exclude_all(struct kc_list *list, const void *context)
{
	const struct kc_circle *of = context;

	list->exclude_count = 0;
	for (size_t i = 0; i < list->include_count; i++)
		if (!kc_peer_id_equal(&list->include[i], telling_id(of)))
			list->exclude[list->exclude_count++] = (struct kc_exclusion){
				.target = list->include[i], .reason = KC_EXCLUSION_REMOVED};
}

/* A newcomer that is there only to say something, without a circle of its own. */
static void hear_puppet(struct kc_circle *a, const struct kc_circle *sponsor)
{
	KC_CLEANUP_IDENTITY struct kc_identity puppet = KC_IDENTITY_INIT;
	KC_CLEANUP_BUF struct kc_buf permanent = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_list *list = calloc(1, sizeof *list);
	bool current;

	CHECK_FATAL(list != NULL);
	CHECK_OK_FATAL(kc_identity_make(&puppet));
	CHECK_OK(kc_identity_permanent_record(&puppet, &a->account, &permanent));
	build_voucher(sponsor, &puppet.id, 1, &record);
	CHECK_OK(kc_circle_take_voucher(a, telling_id(sponsor), kc_buf_bytes(&record)));
	CHECK_OK(kc_circle_take_permanent(a, kc_buf_bytes(&permanent)));
	list->peer = puppet.id;
	list->seq = 1;
	memcpy(list->name, "puppet", 7);
	for (size_t i = 0; i < a->member_count; i++)
		CHECK_OK(kc_list_add_include(list, &a->members[i]->id));
	exclude_all(list, sponsor);
	kc_buf_reset(&record);
	CHECK_OK(kc_list_build(list, &a->account, &puppet, &record));
	CHECK_OK(kc_circle_take_list(a, &puppet.id, kc_buf_bytes(&record), &current));
}

/* As many newcomers as a circle holds, each of whom wants everybody else out. */
static void a_crowd(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;
	struct kc_trust trust;

	family_init(&f);
	while (f.late->member_count < KC_CIRCLE_MAX_PEERS)
		hear_puppet(f.late, f.removed);
	CHECK_OK(kc_circle_judge(f.late, &trust));
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	CHECK(trusts(f.late, telling_id(f.first)) && trusts(f.late, telling_id(f.late)));
	CHECK(!trusts(f.late, telling_id(f.removed)));
	CHECK_OK(kc_circle_make_room(f.late));
	CHECK(f.late->member_count == 3);
	CHECK(kc_peer_id_equal(&kc_circle_self(f.late)->id, telling_id(f.late)));
	CHECK(trusts(f.late, telling_id(f.first)) && !trusts(f.late, telling_id(f.removed)));
}

/* How much of a state is not as it was, in bytes; *ret_largest: of one part. */
static size_t compare_parts(const struct kc_circle_parts *before,
	const struct kc_circle_parts *after, size_t *ret_largest)
{
	size_t changed = 0;

	*ret_largest = 0;
	for (size_t i = 0; i < after->count; i++) {
		const struct kc_circle_part *part = &after->rows[i];
		size_t k = 0;

		while (k < before->count && strcmp(before->rows[k].name, part->name) != 0)
			k++;
		if (part->value.len > *ret_largest)
			*ret_largest = part->value.len;
		if (k == before->count || !kc_bytes_equal(kc_buf_bytes(&before->rows[k].value),
						  kc_buf_bytes(&part->value)))
			changed += part->value.len;
	}
	return changed;
}

/* A full circle: 64 members with lists that name all of them, and as many epochs as it holds. What
 * an exchange changes of that is little, and no part of it is large. */
static void small_changes_change_little(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts before = {0}, after = {0};
	size_t largest, changed, total = 0;

	family_init(&f);
	for (uint64_t i = 0; i < KC_CIRCLE_MAX_EPOCHS; i++)
		hear_epoch(f.late, f.removed, 2 + i);
	while (f.late->member_count < KC_CIRCLE_MAX_PEERS)
		hear_puppet(f.late, f.removed);
	CHECK_OK(kc_circle_sign_list(f.late, 1, NULL));
	CHECK_OK_FATAL(kc_circle_save(f.late, &before));
	for (size_t i = 0; i < before.count; i++)
		total += before.rows[i].value.len;
	/* Another list of this device's, and one that came. */
	CHECK_OK(kc_circle_sign_list(f.late, 1, NULL));
	kc_buf_reset(&f.late->queue);
	CHECK_OK(telling_hear(f.late, f.first));
	kc_circle_find(f.late, telling_id(f.first))->position.number++;
	CHECK_OK_FATAL(kc_circle_save(f.late, &after));
	changed = compare_parts(&before, &after, &largest);
	CHECK(total > 500000 && after.count > 100);
	CHECK(changed > 0 && changed < 32768);
	CHECK(largest < 131072);
	printf("%zu of %zu bytes in %zu parts, the largest of %zu ", changed, total, after.count,
		largest);
}

static bool has_noted(const struct kc_member *member, uint64_t seq)
{
	const struct kc_past_list *rows =
		(const struct kc_past_list *)(const void *)member->past.data;
	size_t count = member->past.len / sizeof *rows, found = 0;

	for (size_t i = 0; i < count; i++) {
		CHECK(i == 0 || rows[i].seq > rows[i - 1].seq);
		found += rows[i].seq == seq;
	}
	return found == 1;
}

/* A device is told twice that it is out, ahead of lists that come after that: each is remembered,
 * since a cut may name it. */
static void passed_over_twice(void)
{
	CLEANUP_FAMILY struct family f;
	struct kc_buf lists[5] = {KC_BUF_INIT, KC_BUF_INIT, KC_BUF_INIT, KC_BUF_INIT, KC_BUF_INIT};
	const struct kc_member *author;
	uint64_t seq;

	family_init(&f);
	author = kc_circle_find(f.late, telling_id(f.first));
	seq = author->list->seq;
	for (size_t i = 0; i < KC_COUNT_OF(lists); i++) {
		struct kc_bytes record;

		if (i == 3)
			CHECK_OK_FATAL(kc_circle_exclude(
				f.first, telling_id(f.late), KC_EXCLUSION_LOST, 0, NULL));
		telling_say(f.first);
		record = kc_buf_bytes(&kc_circle_self(f.first)->list_record);
		kc_buf_push(&lists[i], record.data, record.len);
		CHECK_OK_FATAL(kc_buf_check(&lists[i]));
	}
	CHECK_FATAL(kc_circle_self(f.first)->list->seq == seq + 5);
	hear_list(f.late, f.first, &lists[0]);
	for (size_t i = 3; i < KC_COUNT_OF(lists); i++)
		CHECK_OK(kc_circle_take_out(f.late, telling_id(f.first), kc_buf_bytes(&lists[i])));
	for (size_t again = 0; again < 2; again++)
		for (size_t i = 0; i < KC_COUNT_OF(lists); i++)
			hear_list(f.late, f.first, &lists[i]);
	for (uint64_t i = 0; i <= 5; i++)
		CHECK(has_noted(author, seq + i));
	CHECK(author->list->seq == seq + 5);
	for (size_t i = 0; i < KC_COUNT_OF(lists); i++)
		kc_buf_done(&lists[i]);
}

/* A newcomer makes keys before its sponsor's list has come, which may be sealed with them: they are
 * kept, and nothing is written with them yet. Of one that nobody vouches for they wait. */
static void before_its_sponsors_list(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_CIRCLE struct kc_circle *newcomer = NULL;
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf removal = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_FATAL(epoch != NULL);
	family_init(&f);
	telling_admit(f.removed, "newcomer", &newcomer);
	build_epoch(newcomer, 2, &key, epoch, &record);
	CHECK_ERR(kc_circle_take_epoch(f.late, telling_id(newcomer), kc_buf_bytes(&record)),
		KC_E_WAITING);
	telling_hear_of(f.late, f.removed, telling_id(newcomer));
	CHECK_OK(kc_circle_take_epoch(f.late, telling_id(newcomer), kc_buf_bytes(&record)));
	CHECK(kc_circle_find_epoch(f.late, epoch->name.kid) != NULL);
	CHECK_OK_FATAL(kc_circle_judge(f.late, &trust));
	CHECK(!kc_circle_is_trusted(f.late, &trust, telling_id(newcomer)));
	CHECK(kc_circle_usable_epoch(f.late, &trust, epoch->name.view, &held) != KC_OK ||
		memcmp(held->epoch->name.kid, epoch->name.kid, KC_KID_LEN) != 0);
	CHECK_OK(telling_hear(f.late, f.removed));
	/* Of one that is out it will never be right. */
	exclude(f.first, telling_id(f.removed), NULL, &removal);
	hear_list(f.late, f.first, &removal);
	kc_buf_reset(&record);
	build_epoch(f.removed, 2, &key, epoch, &record);
	CHECK_ERR(kc_circle_take_epoch(f.late, telling_id(f.removed), kc_buf_bytes(&record)),
		KC_E_REFUSED);
}

/* A trusted device that names one key and sends another: what fits is taken, from it and from
 * others, and it is remembered who did that. */
static void a_bad_share_spoils_no_other(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *a = NULL, *b = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret wrong = KC_SECRET_INIT;
	const struct kc_secret *keys[2];
	struct kc_shares shares = {.count = 2};
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_begin("a", kc_bytes_str(PASSWORD), VIEWS, &a));
	telling_say(a);
	telling_admit(a, "b", &b);
	CHECK_OK_FATAL(telling_hear(a, b));
	CHECK_OK_FATAL(telling_hear(b, a));
	CHECK_OK_FATAL(kc_circle_rotate(a, KC_EPOCH_ASKED));
	CHECK_OK_FATAL(kc_circle_judge(a, &trust));
	shares.author = *telling_id(a);
	shares.receiver = *telling_id(b);
	CHECK_OK_FATAL(kc_secret_random(&wrong, KC_VIEW_KEY_LEN));
	for (unsigned view = 1; view <= 2; view++) {
		const struct kc_held_epoch *held;

		CHECK_OK_FATAL(kc_circle_usable_epoch(a, &trust, view, &held));
		CHECK_OK_FATAL(kc_circle_take_epoch(b, telling_id(a), kc_buf_bytes(&held->record)));
		shares.names[view - 1] = held->epoch->name;
		keys[view - 1] = view == 1 ? &wrong : &held->key;
	}
	CHECK_OK_FATAL(kc_shares_build(
		&shares, &a->account, &a->identity, &b->identity.permanent, keys, &record));
	CHECK_ERR(kc_circle_take_shares(b, telling_id(a), kc_buf_bytes(&record)), KC_E_REFUSED);
	CHECK(b->alarm == KC_ALARM_NONE && kc_circle_find(b, telling_id(a))->forged);
	CHECK(!kc_held_epoch_has_key(kc_circle_find_epoch(b, shares.names[0].kid)));
	CHECK(kc_held_epoch_has_key(kc_circle_find_epoch(b, shares.names[1].kid)));
	kc_buf_reset(&record);
	keys[0] = &kc_circle_find_epoch(a, shares.names[0].kid)->key;
	CHECK_OK_FATAL(kc_shares_build(
		&shares, &a->account, &a->identity, &b->identity.permanent, keys, &record));
	CHECK_OK(kc_circle_take_shares(b, telling_id(a), kc_buf_bytes(&record)));
	CHECK(kc_held_epoch_has_key(kc_circle_find_epoch(b, shares.names[0].kid)));
}

/* What a hears of an epoch and its key from b, and not that somebody is out. */
static void hear_keys(struct kc_circle *a, const struct kc_circle *b)
{
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(b, &trust));
	for (size_t i = 0; i < b->epoch_count; i++)
		if (kc_peer_id_equal(&b->epochs[i].epoch->author, telling_id(b)))
			CHECK_OK(kc_circle_take_epoch(
				a, telling_id(b), kc_buf_bytes(&b->epochs[i].record)));
	CHECK_OK_FATAL(kc_circle_build_shares(
		b, &trust, &kc_circle_self(a)->permanent, telling_id(a), &shares));
	CHECK_OK(kc_circle_take_shares(a, telling_id(b), kc_buf_bytes(&shares)));
}

static bool gives(const struct kc_circle *circle, const struct kc_circle *to)
{
	struct kc_writer_id writer = kc_circle_writer(telling_id(to));
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "s/");
	kc_op_put_hex(&key, KC_BYTES_OF(writer.bytes));
	return memmem(circle->queue.data, circle->queue.len, key.data, key.len);
}

static void new_keys(struct kc_circle *circle)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++)
		if (VIEWS & 1u << view || view == KC_VIEW_META)
			CHECK_OK_FATAL(
				kc_circle_begin_epoch(circle, &trust, view, KC_EPOCH_REMOVAL));
}

static kc_err say_lost_shares(
	struct kc_circle *circle, const struct kc_trust *trust, const struct kc_circle *to)
{
	struct kc_writer_id writer = kc_circle_writer(telling_id(to));
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "s/");
	kc_op_put_hex(&key, KC_BYTES_OF(writer.bytes));
	return kc_circle_queue_lost(circle, trust, kc_buf_text(&key));
}

/* A device has the keys that followed a removal, and has not heard of that: it gives them neither
 * to the one that is out nor to whom that has let in since, and none that lead to them. */
static void keys_of_an_unheard_removal(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *a = NULL, *b = NULL, *out = NULL, *friend = NULL;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_begin("a", kc_bytes_str(PASSWORD), VIEWS, &a));
	telling_say(a);
	telling_admit(a, "b", &b);
	CHECK_OK_FATAL(telling_hear(a, b));
	telling_admit(a, "out", &out);
	telling_hear_of(b, a, telling_id(out));
	CHECK_OK_FATAL(telling_hear(b, a));
	CHECK_OK_FATAL(telling_hear(b, out));
	CHECK_OK_FATAL(telling_hear(a, out));
	CHECK_OK_FATAL(kc_circle_exclude(a, telling_id(out), KC_EXCLUSION_LOST, 0, NULL));
	new_keys(a);
	telling_say(a);
	hear_keys(b, a);
	telling_admit(out, "friend", &friend);
	telling_hear_of(b, out, telling_id(friend));
	CHECK_OK_FATAL(telling_hear(b, out));
	CHECK_OK_FATAL(telling_hear(b, friend));
	CHECK_OK_FATAL(kc_circle_judge(b, &trust));
	CHECK(kc_circle_is_trusted(b, &trust, telling_id(out)));
	CHECK(kc_circle_is_trusted(b, &trust, telling_id(friend)));
	kc_buf_reset(&b->queue);
	CHECK_OK(kc_circle_queue_missing_shares(b, &trust));
	CHECK_OK(kc_circle_queue_shares(b, &trust));
	CHECK(gives(b, a) && !gives(b, out) && !gives(b, friend));
	/* Nor does it take away what the store has lost: it may turn out that they are to have it.
	 */
	CHECK_ERR(say_lost_shares(b, &trust, out), KC_E_WAITING);
	CHECK(!gives(b, out));
	CHECK_OK(kc_circle_rotate(b, KC_EPOCH_ASKED));
	CHECK(gives(b, a) && !gives(b, out) && !gives(b, friend));
	for (size_t i = 0; i < b->epoch_count; i++) {
		const struct kc_epoch *epoch = b->epochs[i].epoch;

		if (kc_peer_id_equal(&epoch->author, telling_id(b)))
			CHECK(epoch->recipient_count == 2 && epoch->out_count == 1 &&
				kc_peer_id_equal(&epoch->out[0], telling_id(out)));
	}
	/* When it has, both are out, and have none of its own new keys. */
	CHECK_OK(telling_hear(b, a));
	CHECK_OK_FATAL(kc_circle_judge(b, &trust));
	CHECK(!kc_circle_is_trusted(b, &trust, telling_id(out)));
	CHECK(!kc_circle_is_trusted(b, &trust, telling_id(friend)));
	CHECK_OK(say_lost_shares(b, &trust, out));
	CHECK(gives(b, out)); /* nothing, in its place */
	for (size_t i = 0; i < b->epoch_count; i++)
		if (kc_peer_id_equal(&b->epochs[i].epoch->author, telling_id(b)))
			CHECK(!kc_circle_is_retired(b, &trust, &b->epochs[i]));
}

/* A shares record of as many keys as there may be, in which a device looks ahead for the one of a
 * cell. */
static void a_share_of_many_keys(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *a = NULL, *b = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, sealed = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret meta = KC_SECRET_INIT;
	struct kc_secret made[KC_SHARES_MAX_KEYS] = {{0}};
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS];
	struct kc_shares shares = {.count = KC_SHARES_MAX_KEYS};
	struct kc_view_key_name *last = &shares.names[KC_SHARES_MAX_KEYS - 1];
	struct kc_place_in_store place = {.key = kc_bytes_str("p")};
	struct kc_meta_key with;
	struct kc_writer_id writer;

	CHECK_OK_FATAL(kc_circle_begin("a", kc_bytes_str(PASSWORD), VIEWS, &a));
	telling_say(a);
	telling_admit(a, "b", &b);
	shares.author = *telling_id(a);
	shares.receiver = *telling_id(b);
	for (size_t i = 0; i < KC_SHARES_MAX_KEYS; i++) {
		struct kc_view_key_name *name = &shares.names[i];

		*name = (struct kc_view_key_name){.view = KC_VIEW_META, .epoch = 100 + i};
		CHECK_OK_FATAL(kc_secret_random(&made[i], KC_VIEW_KEY_LEN));
		CHECK_OK_FATAL(
			kc_view_key_id(&a->account, name->view, name->epoch, &made[i], name->kid));
		keys[i] = &made[i];
	}
	CHECK_OK_FATAL(kc_shares_build(
		&shares, &a->account, &a->identity, &b->identity.permanent, keys, &record));
	CHECK_OK_FATAL(kc_view_key_derive(
		&a->account, last, &made[KC_SHARES_MAX_KEYS - 1], KC_VIEW_KEY_META, &meta));
	writer = kc_circle_writer(telling_id(a));
	place.account = &a->account;
	place.writer = &writer;
	with.siv = kc_view_key_siv(&meta);
	memcpy(with.kid, last->kid, sizeof with.kid);
	CHECK_OK_FATAL(kc_envelope_seal(&with, &place, kc_bytes_str("a list"), &sealed));
	CHECK_OK(kc_circle_open_by_shares(b, &place, kc_buf_bytes(&sealed),
		kc_circle_find(b, telling_id(a)), kc_buf_bytes(&record), &plain));
	CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str("a list")));
	for (size_t i = 0; i < KC_SHARES_MAX_KEYS; i++)
		kc_secret_done(&made[i]);
}

/* Shares of metadata keys of an author's own making, from a number on. */
static void make_shares(const struct kc_circle *author, const struct kc_circle *receiver,
	uint64_t first, size_t count, struct kc_buf *ret)
{
	struct kc_secret made[KC_SHARES_MAX_KEYS] = {{0}};
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS];
	struct kc_shares shares = {
		.author = *telling_id(author), .receiver = *telling_id(receiver), .count = count};

	for (size_t i = 0; i < count; i++) {
		struct kc_view_key_name *name = &shares.names[i];

		*name = (struct kc_view_key_name){.view = KC_VIEW_META, .epoch = first + i};
		CHECK_OK_FATAL(kc_secret_random(&made[i], KC_VIEW_KEY_LEN));
		CHECK_OK_FATAL(kc_view_key_id(
			&author->account, name->view, name->epoch, &made[i], name->kid));
		keys[i] = &made[i];
	}
	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_shares_build(&shares, &author->account, &author->identity,
		&receiver->identity.permanent, keys, ret));
	for (size_t i = 0; i < count; i++)
		kc_secret_done(&made[i]);
}

/* One who is out makes keys without end: those of another are lent all the same. */
static void nobody_lends_all_keys(void)
{
	CLEANUP_FAMILY struct family f;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	size_t lent = 0;
	bool some;

	family_init(&f);
	for (uint64_t i = 0; i < 3; i++) {
		make_shares(f.removed, f.late, 100 * (i + 1), KC_SHARES_MAX_KEYS, &record);
		CHECK_OK(
			kc_circle_borrow_keys(f.late, kc_circle_find(f.late, telling_id(f.removed)),
				kc_buf_bytes(&record), &some));
		lent += some;
	}
	CHECK(lent == 1);
	make_shares(f.first, f.late, 500, 1, &record);
	CHECK_OK(kc_circle_borrow_keys(
		f.late, kc_circle_find(f.late, telling_id(f.first)), kc_buf_bytes(&record), &some));
	CHECK(some);
}

/* Signs the next list with so many cells beside it, from number first on. */
static void say_with_cells(struct kc_circle *circle, size_t first, size_t count)
{
	static const struct kc_log_position start;
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder operation;
	char key[16];

	for (size_t i = first; i < first + count; i++) {
		snprintf(key, sizeof key, "e/%04zu", i);
		CHECK_OK(kc_circle_queue_clear(circle, key, kc_bytes_str("a cell")));
	}
	kc_op_builder_init(&operation, &writer, &start, false);
	CHECK_OK(kc_circle_sign_list(circle, 1, &operation));
}

/* A list names so many cells and no more: those that were published last. What is taken away is
 * named no longer, and in a log nothing is. */
static void companions_without_end(void)
{
	CLEANUP_FAMILY struct family f;
	const struct kc_list *list;

	family_init(&f);
	kc_buf_reset(&f.first->queue);
	f.first->layout = KC_LAYOUT_LOGS;
	say_with_cells(f.first, 0, 3);
	CHECK(kc_circle_self(f.first)->list->companion_count == 0);
	f.first->layout = KC_LAYOUT_RECORDS;
	kc_buf_reset(&f.first->queue);
	say_with_cells(f.first, 0, 200);
	list = kc_circle_self(f.first)->list;
	CHECK(list->companion_count == 200 && list->companions[199].seq == list->seq);
	kc_buf_reset(&f.first->queue);
	say_with_cells(f.first, 150, 200);
	list = kc_circle_self(f.first)->list;
	CHECK_FATAL(list->companion_count == KC_LIST_MAX_COMPANIONS);
	CHECK(kc_bytes_equal(list->companions[255].key, kc_bytes_str("e/0349")));
	for (size_t i = 0; i < KC_LIST_MAX_COMPANIONS; i++)
		CHECK((list->companions[i].seq == list->seq) == (i >= 56));
	kc_buf_reset(&f.first->queue);
	CHECK_OK(kc_circle_queue_clear(f.first, "e/0349", kc_bytes(NULL, 0)));
	say_with_cells(f.first, 0, 0);
	list = kc_circle_self(f.first)->list;
	CHECK(list->companion_count == KC_LIST_MAX_COMPANIONS - 1);
	CHECK(kc_bytes_equal(list->companions[254].key, kc_bytes_str("e/0348")));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(keys_of_an_unheard_removal),
		CHECK_TEST(a_share_of_many_keys),
		CHECK_TEST(a_bad_share_spoils_no_other),
		CHECK_TEST(a_newcomer_of_the_past),
		CHECK_TEST(a_friend_of_the_past),
		CHECK_TEST(a_recovery_key_of_ones_own),
		CHECK_TEST(a_list_that_never_was),
		CHECK_TEST(two_pasts),
		CHECK_TEST(an_epoch_without_a_next),
		CHECK_TEST(epochs_without_end),
		CHECK_TEST(a_key_told_by_who_is_out),
		CHECK_TEST(vouchers_without_end),
		CHECK_TEST(a_crowd),
		CHECK_TEST(small_changes_change_little),
		CHECK_TEST(nobody_lends_all_keys),
		CHECK_TEST(companions_without_end),
		CHECK_TEST(passed_over_twice),
		CHECK_TEST(before_its_sponsors_list),
	};
	return check_main("circle", tests, KC_COUNT_OF(tests));
}
