/* SPDX-License-Identifier: ISC */
/*
 * Keys of views against a hostile store: cases 31 to 38, 41 and 42 of doc/attacks.md, with whole
 * devices. A thief has the store, the account password and the keys of the junior device, which is
 * a member, or was one.
 */
#include <stdio.h>
#include <string.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil.h"
#include "tests/evilstore/proof.h"
#include "tests/evilstore/scene.h"

#define UNUSED_VIEW 9 /* no policy places anything there */

/* One scene for all cases in which nothing is to come of anything. */
static struct scene common;

static struct scene *the_scene(void)
{
	if (common.house.count == 0)
		scene_init(&common, 3);
	scene_note(&common);
	return &common;
}

static void after_all_that_was_refused(void)
{
	scene_goes_on(the_scene(), WITNESS);
	scene_done(&common);
	memset(&common, 0, sizeof common);
}

/* An exchange in which one record is refused, and nothing comes of it. */
static void refuses_one(struct scene *scene)
{
	struct kc_sync_report report = {0};

	CHECK_OK(house_sync(&scene->house, WITNESS, &report));
	CHECK(report.refused == 1 && report.waiting == 0 && report.received == 0);
	CHECK(scene_is_untouched(scene, WITNESS));
}

static void circle_of(struct scene *scene, size_t device, struct kc_circle **ret)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_keychain_sync_recall(scene->house.homes[device].keychain, &place, ret));
}

/* --- what a thief makes -------------------------------------------------------------------------
 */

/* An epoch of the thief's making, and its key. */
struct minted {
	struct kc_epoch epoch;
	struct kc_secret key;
	struct kc_buf record;
	struct kc_record_id id;
};
static void minted_free(struct minted **minted)
{
	kc_secret_done(&(*minted)->key);
	kc_buf_done(&(*minted)->record);
	free(*minted);
}
#define CLEANUP_MINTED KC_CLEANUP(minted_free)

static const struct kc_held_epoch *first_epoch(const struct kc_circle *circle, unsigned view)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (circle->epochs[i].epoch->name.view == view &&
			circle->epochs[i].epoch->name.epoch == 1)
			return &circle->epochs[i];
	return NULL;
}

static int compare_ids(const void *a, const void *b)
{
	return kc_peer_id_compare(a, b);
}

/* The second epoch of a view, or the first of one that has none, for all members and one more. */
static struct minted *mint(
	const struct thief *thief, unsigned view, const struct kc_peer_id *stranger)
{
	const struct kc_circle *circle = thief->circle;
	const struct kc_held_epoch *before = first_epoch(circle, view);
	struct minted *minted = calloc(1, sizeof *minted);
	struct kc_epoch *epoch;

	CHECK_FATAL(minted != NULL);
	epoch = &minted->epoch;
	epoch->author = circle->identity.id;
	epoch->name = (struct kc_view_key_name){.view = view, .epoch = before ? 2 : 1};
	epoch->reason = KC_EPOCH_ASKED;
	epoch->time_ms = NOW;
	if (before) {
		epoch->has_prev = true;
		memcpy(epoch->prev_kid, before->epoch->name.kid, sizeof epoch->prev_kid);
	}
	for (size_t i = 0; i < circle->member_count; i++)
		epoch->recipients[epoch->recipient_count++] = circle->members[i]->id;
	if (stranger)
		epoch->recipients[epoch->recipient_count++] = *stranger;
	qsort(epoch->recipients, epoch->recipient_count, sizeof *epoch->recipients, compare_ids);
	CHECK_OK_FATAL(kc_secret_random(&minted->key, KC_VIEW_KEY_LEN));
	CHECK_OK_FATAL(kc_view_key_id(
		&circle->account, view, epoch->name.epoch, &minted->key, epoch->name.kid));
	return minted;
}

static void sign_epoch(const struct thief *thief, struct minted *minted)
{
	const struct kc_held_epoch *before = first_epoch(thief->circle, minted->epoch.name.view);
	const struct kc_secret none = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_epoch *parsed = malloc(sizeof *parsed);

	CHECK_FATAL(parsed != NULL);
	kc_buf_reset(&minted->record);
	CHECK_OK_FATAL(
		kc_epoch_build(&minted->epoch, &thief->circle->account, &thief->circle->identity,
			&minted->key, before ? &before->key : &none, &minted->record));
	CHECK_OK_FATAL(kc_epoch_parse(
		kc_buf_bytes(&minted->record), &thief->circle->account, parsed, &minted->id));
}

static void put_epoch(struct thief *thief, const struct minted *minted)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "e/");
	kc_op_put_hex(&key, KC_BYTES_OF(minted->epoch.name.kid));
	thief_put(thief, kc_buf_text(&key), &minted->record);
}

/* An epoch that nobody may write in, since it has one recipient too many; it is in the store. */
static struct minted *announce(struct thief *thief, unsigned view)
{
	CLEANUP_STRANGER struct stranger stranger;
	struct minted *minted;

	stranger_init(&stranger, &thief->circle->account);
	minted = mint(thief, view, &stranger.identity.id);
	sign_epoch(thief, minted);
	put_epoch(thief, minted);
	return minted;
}

/* Shares of one key for a member. */
static void build_shares(const struct thief *thief, const struct kc_peer_id *receiver,
	const struct kc_view_key_name *name, const struct kc_secret *key, struct kc_buf *ret)
{
	const struct kc_member *member = kc_circle_find(thief->circle, receiver);
	struct kc_shares shares = {
		.author = thief->circle->identity.id,
		.author_seq = thief->list->seq,
		.receiver = *receiver,
		.names = {*name},
		.count = 1,
	};

	CHECK_FATAL(member != NULL);
	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_shares_build(&shares, &thief->circle->account, &thief->circle->identity,
		&member->permanent, &key, ret));
}

/* Shares whose box stays as it is, signed again with another header. */
static void sign_shares(
	const struct thief *thief, const struct kc_shares *shares, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(&thief->circle->identity);
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &body);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(shares->author.bytes));
	kc_der_put_uint(&w, shares->author_seq);
	kc_der_put_bytes(&w, KC_BYTES_OF(shares->receiver.bytes));
	kc_der_put_bytes(&w, KC_BYTES_OF(shares->receiver_key));
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < shares->count; i++)
		kc_view_key_name_put(&w, &shares->names[i]);
	kc_der_end(&w);
	kc_der_put_bytes(&w, KC_BYTES_OF(shares->ephemeral));
	kc_der_put_bytes(&w, shares->box);
	kc_extensions_put(&w);
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_record_build(
		KC_RECORD_SHARES, &thief->circle->account, kc_buf_bytes(&body), &signer, 1, ret));
}

/* Where the witness finds what is for it. */
static void give_witness(struct scene *scene, const struct kc_buf *shares)
{
	struct kc_peer_id witness;

	thief_put_for(&scene->thief, "s/", scene_id(scene, WITNESS, &witness), shares);
}

static bool has_key_of(struct scene *scene, size_t device, const struct kc_view_key_name *name)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	const struct kc_held_epoch *held;

	circle_of(scene, device, &circle);
	held = kc_circle_find_epoch(circle, name->kid);
	return held && kc_held_epoch_has_key(held);
}

/* The epoch that a device writes in. */
static void used_by(struct scene *scene, size_t device, unsigned view, struct kc_record_id *ret,
	uint64_t *ret_epoch)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	circle_of(scene, device, &circle);
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_usable_epoch(circle, &trust, view, &held));
	*ret = held->id;
	*ret_epoch = held->epoch->name.epoch;
}

static void rotate(struct scene *scene)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_rotate(scene->house.homes[ELDER].keychain, &report));
}

/* --- shares -------------------------------------------------------------------------------------
 */

/* Those for another are offered to the witness. */
static void case_31_shares_for_another(void)
{
	struct scene *scene = the_scene();
	CLEANUP_MINTED struct minted *minted = announce(&scene->thief, KC_VIEW_PASSWORDS);
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_peer_id elder;

	build_shares(&scene->thief, scene_id(scene, ELDER, &elder), &minted->epoch.name,
		&minted->key, &shares);
	give_witness(scene, &shares);
	refuses_one(scene);
	CHECK(!has_key_of(scene, WITNESS, &minted->epoch.name));
}

/* One who is out gives away what it was given. */
static void case_31_shares_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_peer_id witness;

	scene_init(&scene, 3);
	scene_remove(&scene, ELDER, JUNIOR, true);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	scene_note(&scene);
	held = first_epoch(scene.thief.circle, KC_VIEW_PASSWORDS);
	build_shares(&scene.thief, scene_id(&scene, WITNESS, &witness), &held->epoch->name,
		&held->key, &shares);
	give_witness(&scene, &shares);
	scene_ignores(&scene, WITNESS);
	scene_goes_on(&scene, WITNESS);
}

/* The store offers yesterday's keys as today's: they open what was under them, as before. */
static void case_32_old_shares_as_the_current_ones(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_peer_id witness;
	struct kc_record_id before, after;
	uint64_t epoch;

	scene_init(&scene, 3);
	rotate(&scene);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	scene_note(&scene);
	used_by(&scene, WITNESS, KC_VIEW_PASSWORDS, &before, &epoch);
	CHECK(epoch == 2);
	held = first_epoch(scene.thief.circle, KC_VIEW_PASSWORDS);
	build_shares(&scene.thief, scene_id(&scene, WITNESS, &witness), &held->epoch->name,
		&held->key, &shares);
	give_witness(&scene, &shares);
	scene_ignores(&scene, WITNESS);
	used_by(&scene, WITNESS, KC_VIEW_PASSWORDS, &after, &epoch);
	CHECK(kc_record_id_equal(&before, &after) && epoch == 2);
	scene_goes_on(&scene, WITNESS);
}

/* A key that is not the one that was announced is held against whoever sent it. */
static void case_33_a_key_that_does_not_fit(void)
{
	struct scene *scene = the_scene();
	CLEANUP_MINTED struct minted *minted = announce(&scene->thief, KC_VIEW_PASSWORDS);
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_SECRET struct kc_secret other = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_peer_id witness, junior;

	CHECK_OK_FATAL(kc_secret_random(&other, KC_VIEW_KEY_LEN));
	build_shares(&scene->thief, scene_id(scene, WITNESS, &witness), &minted->epoch.name, &other,
		&shares);
	give_witness(scene, &shares);
	refuses_one(scene);
	CHECK(!has_key_of(scene, WITNESS, &minted->epoch.name));
	circle_of(scene, WITNESS, &circle);
	CHECK(kc_circle_find(circle, scene_id(scene, JUNIOR, &junior))->forged);
	/* That it signed them is shown; what is in them the receiver alone sees. */
	CHECK(proof_is_kept(
		scene->house.homes[WITNESS].keychain, KC_EVIDENCE_FORGED_KEY, KC_E_UNSUPPORTED));
}

/* An item's record, made one of a view. */
struct displaced {
	const struct kc_circle *circle;
	const struct kc_view_key_name *name;
};

static void displace(struct kc_item_header *header, struct kc_item_body *body, const void *context)
{
	const struct displaced *to = context;

	CHECK_OK_FATAL(kc_account_view_tag(kc_circle_keys(to->circle), &to->circle->account,
		to->name->view, header->view_tag));
	memcpy(header->kid, to->name->kid, sizeof header->kid);
	kc_random_fill(header->name, sizeof header->name);
	body->version.writer = to->circle->identity.id;
	body->counter = 1;
}

static void put_item_in(struct thief *thief, const struct minted *minted)
{
	struct displaced to = {thief->circle, &minted->epoch.name};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT, own = KC_BUF_INIT, made = KC_BUF_INIT;
	char name[KC_RECORDS_MAX_NAME + 1];

	build_shares(thief, &thief->circle->identity.id, to.name, &minted->key, &shares);
	CHECK_OK_FATAL(kc_circle_take_epoch(thief->circle, NULL, kc_buf_bytes(&minted->record)));
	CHECK_OK_FATAL(kc_circle_take_shares(thief->circle, NULL, kc_buf_bytes(&shares)));
	CHECK_OK_FATAL(kc_cloud_open(thief->house->url, &cloud));
	CHECK_FATAL(evil_find(cloud, "i-*", 0, name));
	CHECK_OK_FATAL(evil_get(cloud, name, &own));
	CHECK_OK_FATAL(accomplice_item(thief->circle, kc_buf_bytes(&own), displace, &to, &made));
	CHECK_OK_FATAL(accomplice_put_item(thief->circle, cloud, kc_buf_bytes(&made)));
}

/* Keys of a view that no policy knows: nothing is ever written there, or taken from there. */
static void case_34_a_view_that_nobody_has(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	CLEANUP_MINTED struct minted *minted = NULL;
	struct kc_peer_id witness;

	scene_init(&scene, 3);
	minted = mint(&scene.thief, UNUSED_VIEW, NULL);
	sign_epoch(&scene.thief, minted);
	build_shares(&scene.thief, scene_id(&scene, WITNESS, &witness), &minted->epoch.name,
		&minted->key, &shares);
	/* Without a record that announces it, it waits. */
	give_witness(&scene, &shares);
	scene_holds(&scene, WITNESS);
	put_epoch(&scene.thief, minted);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(has_key_of(&scene, WITNESS, &minted->epoch.name));
	scene_note(&scene);
	put_item_in(&scene.thief, minted);
	refuses_one(&scene);
	scene_goes_on(&scene, WITNESS);
	circle_of(&scene, WITNESS, &circle);
	CHECK(circle->views[UNUSED_VIEW].counter == 0);
}

/* --- epochs -------------------------------------------------------------------------------------
 */

static void case_35_an_epoch_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	CLEANUP_MINTED struct minted *minted = NULL;

	scene_init(&scene, 3);
	scene_remove(&scene, ELDER, JUNIOR, true);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	scene_note(&scene);
	minted = mint(&scene.thief, KC_VIEW_PASSWORDS, NULL);
	sign_epoch(&scene.thief, minted);
	put_epoch(&scene.thief, minted);
	scene_ignores(&scene, WITNESS);
	circle_of(&scene, WITNESS, &circle);
	CHECK(kc_circle_find_epoch(circle, minted->epoch.name.kid) == NULL);
	scene_goes_on(&scene, WITNESS);
}

/* The elder and another member begin the second epoch at one time; the greater record counts. */
static void two_epochs(bool elders_is_greater)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	CLEANUP_MINTED struct minted *minted = NULL;
	const struct kc_record_id *wanted;
	struct kc_record_id elders, used;
	struct kc_peer_id receiver;
	uint64_t epoch;

	scene_init(&scene, 3);
	rotate(&scene);
	used_by(&scene, ELDER, KC_VIEW_PASSWORDS, &elders, &epoch);
	minted = mint(&scene.thief, KC_VIEW_PASSWORDS, NULL);
	do {
		minted->epoch.time_ms++;
		sign_epoch(&scene.thief, minted);
	} while ((memcmp(elders.bytes, minted->id.bytes, sizeof elders.bytes) > 0) !=
		 elders_is_greater);
	wanted = elders_is_greater ? &elders : &minted->id;
	put_epoch(&scene.thief, minted);
	for (size_t device = 0; device < 3; device += 2) {
		build_shares(&scene.thief, scene_id(&scene, device, &receiver), &minted->epoch.name,
			&minted->key, &shares);
		thief_put_for(&scene.thief, "s/", &receiver, &shares);
	}
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	for (size_t device = 0; device < 3; device += 2) {
		used_by(&scene, device, KC_VIEW_PASSWORDS, &used, &epoch);
		CHECK(epoch == 2 && kc_record_id_equal(&used, wanted));
		CHECK(has_key_of(&scene, device, &minted->epoch.name));
	}
	scene_goes_on(&scene, WITNESS);
}

static void case_36_two_epochs_of_one_number(void)
{
	two_epochs(true);
	two_epochs(false);
}

/* One recipient is none of the owner's devices. The key is good for reading, if anything. */
static void case_37_one_recipient_too_many(void)
{
	struct scene *scene = the_scene();
	CLEANUP_MINTED struct minted *minted = announce(&scene->thief, KC_VIEW_PASSWORDS);
	KC_CLEANUP_BUF struct kc_buf shares = KC_BUF_INIT;
	struct kc_peer_id witness;
	struct kc_record_id used;
	uint64_t epoch;

	build_shares(&scene->thief, scene_id(scene, WITNESS, &witness), &minted->epoch.name,
		&minted->key, &shares);
	give_witness(scene, &shares);
	CHECK_OK(house_sync(&scene->house, WITNESS, NULL));
	CHECK(scene_is_untouched(scene, WITNESS));
	CHECK(has_key_of(scene, WITNESS, &minted->epoch.name));
	used_by(scene, WITNESS, KC_VIEW_PASSWORDS, &used, &epoch);
	CHECK(epoch == 1);
}

/* The store shows what was before the new keys: nothing is written, under the old ones or at all.
 */
static void case_38_the_newest_epochs_are_withheld(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, after = KC_BUF_INIT;
	struct kc_writer_id witness;

	scene_init(&scene, 3);
	witness = scene_writer(&scene, WITNESS);
	scene_save_store(&scene);
	rotate(&scene);
	house_settle(&scene.house);
	scene_note(&scene);
	scene_restore_store(&scene);
	CHECK_FATAL(thief_get_raw(&scene.thief, &witness, "p", &before));
	CHECK_OK(words_add(&scene.house.homes[WITNESS], KC_CLASS_GENERIC,
		"svce=own acct=after sync=#1", "own"));
	scene_alarms(&scene, WITNESS, "rollback");
	CHECK_FATAL(thief_get_raw(&scene.thief, &witness, "p", &after));
	CHECK(kc_bytes_equal(kc_buf_bytes(&before), kc_buf_bytes(&after)));
	CHECK(scene_has_items(&scene, WITNESS));
	CHECK(words_has_secret(&scene.house.homes[WITNESS], KC_CLASS_GENERIC, "svce=own", "own"));
}

/* --- boxes --------------------------------------------------------------------------------------
 */

static void case_41_an_ephemeral_key_that_is_no_point(void)
{
	struct scene *scene = the_scene();
	CLEANUP_MINTED struct minted *minted = announce(&scene->thief, KC_VIEW_PASSWORDS);
	KC_CLEANUP_BUF struct kc_buf good = KC_BUF_INIT, bad = KC_BUF_INIT;
	struct kc_peer_id witness;
	struct kc_shares shares;

	build_shares(&scene->thief, scene_id(scene, WITNESS, &witness), &minted->epoch.name,
		&minted->key, &good);
	for (int i = 0; i < 5; i++) {
		uint8_t *point = shares.ephemeral;
		size_t len = sizeof shares.ephemeral;

		CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&good), &shares));
		if (i == 0)
			memset(point, 0, len); /* infinity */
		else if (i == 1)
			point[len - 1] ^= 1; /* beside the curve */
		else if (i == 2)
			memset(point + 1, 0xff, len - 1); /* no numbers of the field */
		else
			point[0] = i == 3 ? 2 : 6; /* other forms */
		sign_shares(&scene->thief, &shares, &bad);
		give_witness(scene, &bad);
		refuses_one(scene);
	}
	CHECK(!has_key_of(scene, WITNESS, &minted->epoch.name));
}

/* A box is for one receiver, and for the keys that it names. */
static void case_42_shares_replayed_elsewhere(void)
{
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	CLEANUP_MINTED struct minted *passwords = announce(thief, KC_VIEW_PASSWORDS);
	CLEANUP_MINTED struct minted *wifi = announce(thief, KC_VIEW_WIFI);
	KC_CLEANUP_BUF struct kc_buf others = KC_BUF_INIT, own = KC_BUF_INIT, bad = KC_BUF_INIT;
	struct kc_peer_id elder, witness;
	struct kc_shares wanted, shares;

	scene_id(scene, WITNESS, &witness);
	build_shares(thief, scene_id(scene, ELDER, &elder), &passwords->epoch.name, &passwords->key,
		&others);
	build_shares(thief, &witness, &passwords->epoch.name, &passwords->key, &own);
	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&own), &wanted));
	/* The elder's, with the witness as receiver. */
	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&others), &shares));
	shares.receiver = wanted.receiver;
	memcpy(shares.receiver_key, wanted.receiver_key, sizeof shares.receiver_key);
	sign_shares(thief, &shares, &bad);
	give_witness(scene, &bad);
	refuses_one(scene);
	/* Its own, as that of another view. */
	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&own), &shares));
	shares.names[0] = wifi->epoch.name;
	sign_shares(thief, &shares, &bad);
	give_witness(scene, &bad);
	refuses_one(scene);
	CHECK(!has_key_of(scene, WITNESS, &passwords->epoch.name));
	CHECK(!has_key_of(scene, WITNESS, &wifi->epoch.name));
	/* They were for that alone. */
	give_witness(scene, &own);
	CHECK_OK(house_sync(&scene->house, WITNESS, NULL));
	CHECK(has_key_of(scene, WITNESS, &passwords->epoch.name));
	CHECK(scene_is_untouched(scene, WITNESS));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_31_shares_for_another),
		CHECK_TEST(case_33_a_key_that_does_not_fit),
		CHECK_TEST(case_37_one_recipient_too_many),
		CHECK_TEST(case_41_an_ephemeral_key_that_is_no_point),
		CHECK_TEST(case_42_shares_replayed_elsewhere),
		CHECK_TEST(after_all_that_was_refused),
		CHECK_TEST(case_31_shares_by_one_who_is_out),
		CHECK_TEST(case_32_old_shares_as_the_current_ones),
		CHECK_TEST(case_34_a_view_that_nobody_has),
		CHECK_TEST(case_35_an_epoch_by_one_who_is_out),
		CHECK_TEST(case_36_two_epochs_of_one_number),
		CHECK_TEST(case_38_the_newest_epochs_are_withheld),
	};

	home_use_memory();
	return check_main("evil store: keys", tests, KC_COUNT_OF(tests));
}
