/* SPDX-License-Identifier: ISC */
/*
 * The circle and its lists against a hostile store: cases 1 to 30 of doc/attacks.md, with whole
 * devices. A thief has the store, the account password and the keys of a device, the junior's,
 * which is a member or was one; the witness is shown what it makes of them.
 */
#include <dlfcn.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/circle/record/account_cost.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/proof.h"
#include "tests/evilstore/scene.h"
#include "tests/file.h"

#define DAY (INT64_C(24) * 60 * MINUTE)
#define OLD kc_bytes_str(HOUSE_PASSWORD)
#define NEW kc_bytes_str("another one for all devices")

/* --- words --------------------------------------------------------------------------------------
 */

static void circle_of(struct scene *scene, size_t device, struct kc_circle **ret)
{
	*ret = house_recall(&scene->house, device);
}

/* --- circles ------------------------------------------------------------------------------------
 */

/* The next circle after the one in force, to be altered; freed by the caller. */
static struct kc_compat *next_circle(const struct thief *thief)
{
	struct kc_compat *next = malloc(sizeof *next);

	CHECK_FATAL(next != NULL && thief->circle->compat.compat != NULL);
	*next = *thief->circle->compat.compat;
	next->generation++;
	next->has_prev = true;
	next->prev = thief->circle->compat.id;
	next->time_ms++;
	return next;
}

/* A circle with other signers than those that it should have, or none. */
static void sign_circle(const struct thief *thief, const struct kc_compat *compat,
	const struct kc_pk *const *keys, size_t count, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	struct kc_signer signers[4];
	struct kc_record parsed;

	CHECK_OK_FATAL(kc_compat_build(compat, &thief->circle->account,
		thief->circle->identity.legacy, thief->user.user, &whole));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&whole), KC_RECORD_CIRCLE, &parsed));
	for (size_t i = 0; i < count; i++)
		CHECK_OK_FATAL(kc_compat_signer(keys[i], &signers[i]));
	CHECK_OK_FATAL(kc_record_build(
		KC_RECORD_CIRCLE, &thief->circle->account, parsed.body, signers, count, ret));
}

/* One scene for all cases in which nothing is to come of anything. */
static struct scene common;

static struct scene *the_scene(void)
{
	if (common.house.count == 0)
		scene_init(&common, 3);
	return &common;
}

static void after_all_that_was_refused(void)
{
	if (common.house.count == 0)
		return;
	scene_goes_on(&common, WITNESS);
	scene_done(&common);
	memset(&common, 0, sizeof common);
}

/* The store brings back an older circle in the elder's own cell. In a log it is none of the elder's
 * without the elder's word; where it has the keys of one that is in, that one's copy goes back. */
static void case_01_old_circle_replayed(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	struct kc_writer_id elder, writer;
	uint64_t pushed;

	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	writer = ON_RECORDS ? elder : scene.thief.writer;
	CHECK_FATAL(thief_get_raw(&scene.thief, &writer, "c", &old));
	CHECK_OK_FATAL(
		kc_keychain_account_password(scene.house.homes[ELDER].keychain, OLD, NEW, &report));
	house_settle(&scene.house);
	scene_note(&scene);
	if (!ON_RECORDS) {
		thief_put_raw(&scene.thief, &elder, "c", kc_buf_bytes(&old));
		scene_refuses_in_log(&scene, WITNESS, ELDER);
	}
	thief_put_raw(&scene.thief, &writer, "c", kc_buf_bytes(&old));
	scene_alarms(&scene, WITNESS, "rollback");
	/* Its own is written once more, and not a second time. */
	circle_of(&scene, WITNESS, &circle);
	CHECK(circle->compat_pushed == circle->compat.compat->generation);
	pushed = kc_circle_self(circle)->list->seq;
	CHECK((kc_circle_self(circle)->list->number == 0) == ON_RECORDS);
	kc_circle_free(circle);
	circle = NULL;
	scene_alarms(&scene, WITNESS, "rollback");
	circle_of(&scene, WITNESS, &circle);
	CHECK(kc_circle_self(circle)->list->seq == pushed);
	CHECK(scene_has_items(&scene, WITNESS));
}

/* Another circle of the generation that one is of, which comes before it or after it. */
static void build_rival(const struct thief *thief, const struct kc_held_compat *held, bool greater,
	struct kc_record_id *ret_id, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_compat *rival = malloc(sizeof *rival),
					 *parsed = malloc(sizeof *parsed);

	CHECK_FATAL(rival != NULL && parsed != NULL);
	*rival = *held->compat;
	do {
		rival->time_ms++;
		kc_buf_reset(ret);
		CHECK_OK_FATAL(kc_compat_build(rival, &thief->circle->account,
			thief->circle->identity.legacy, thief->user.user, ret));
		CHECK_OK_FATAL(kc_compat_parse(
			kc_buf_bytes(ret), &thief->circle->account, parsed, ret_id));
	} while ((memcmp(ret_id->bytes, held->id.bytes, sizeof ret_id->bytes) > 0) != greater);
}

/* The elder and the thief make the next generation at the same time: all come to the same one, the
 * other is kept as evidence, and neither brings back who is out. */
static void case_02_two_circles_of_one_generation(void)
{
	for (int greater = 0; greater < 2; greater++) {
		CLEANUP_SCENE struct scene scene;
		KC_CLEANUP_CIRCLE struct kc_circle *before = NULL, *elder = NULL, *witness = NULL;
		KC_CLEANUP_BUF struct kc_buf rival = KC_BUF_INIT;
		struct kc_record_id id, *wanted;
		struct kc_peer_id out;

		scene_init(&scene, 4);
		scene_id(&scene, 3, &out);
		scene_remove(&scene, ELDER, 3, true);
		circle_of(&scene, ELDER, &before);
		CHECK_FATAL(before->compat.compat->member_count == 3);
		build_rival(&scene.thief, &before->compat, greater, &id, &rival);
		thief_put(&scene.thief, "c", &rival);
		wanted = greater ? &id : &before->compat.id;
		for (int round = 0; round < 2; round++) {
			CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
			CHECK_OK(house_sync(&scene.house, ELDER, NULL));
		}
		circle_of(&scene, ELDER, &elder);
		circle_of(&scene, WITNESS, &witness);
		CHECK(kc_record_id_equal(&elder->compat.id, wanted));
		CHECK(kc_record_id_equal(&witness->compat.id, wanted));
		CHECK(elder->compat_rival.len > 0);
		CHECK(scene_standing(&scene, WITNESS, &out) == KC_DEVICE_REMOVED);
		scene_goes_on(&scene, WITNESS);
	}
}

/* A generation far ahead, after one that nobody has. */
static void case_03_gap_in_generations(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = NULL;

	scene_init(&scene, 3);
	next = next_circle(&scene.thief);
	next->generation++;
	next->prev.bytes[0] ^= 1;
	sign_circle(&scene.thief, next,
		(const struct kc_pk *[]){
			scene.thief.circle->identity.legacy, scene.thief.user.user},
		2, &record);
	thief_put(&scene.thief, "c", &record);
	scene_holds(&scene, WITNESS);
	house_clock_move(GRACE);
	scene_alarms(&scene, WITNESS, "omission");
	/* Whose word it hangs on is removed: it ends. */
	scene_remove(&scene, ELDER, JUNIOR, true);
	scene_goes_on(&scene, WITNESS);
}

static void case_04_unsigned_circle(void)
{
	for (int empty = 0; empty < 2; empty++) {
		CLEANUP_SCENE struct scene scene;
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
		KC_CLEANUP_FREE struct kc_compat *next = NULL;

		scene_init(&scene, 3);
		next = next_circle(&scene.thief);
		if (empty)
			next->member_count = 0;
		sign_circle(&scene.thief, next, NULL, 0, &record);
		thief_put(&scene.thief, "c", &record);
		scene_alarms(&scene, WITNESS, "forgery");
		CHECK(proof_is_kept(
			scene.house.homes[WITNESS].keychain, KC_EVIDENCE_UNSIGNED_CIRCLE, KC_OK));
		scene_alarms(&scene, ELDER, "forgery");
		scene_remove(&scene, ELDER, JUNIOR, true);
		scene_goes_on(&scene, WITNESS);
	}
}

/* By a device that is out, which still has the first metadata key: in its own cell nobody looks at
 * it, and in the elder's it is what it is; in the elder's log nobody does without the elder's word.
 */
static void case_04_unsigned_circle_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = NULL;
	struct kc_writer_id elder;

	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	scene_remove(&scene, ELDER, JUNIOR, true);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	scene_note(&scene);
	next = next_circle(&scene.thief);
	next->generation += 10;
	sign_circle(&scene.thief, next, NULL, 0, &record);
	thief_put(&scene.thief, "c", &record);
	scene_ignores(&scene, WITNESS);
	thief_put_in(&scene.thief, &elder, "c", &record);
	if (ON_RECORDS)
		scene_alarms(&scene, WITNESS, "forgery");
	else
		scene_refuses(&scene, WITNESS);
	CHECK(scene_has_items(&scene, WITNESS));
}

/* The account password alone: once, and twice. */
static void case_05_empty_circle_signed_by_the_user_key_only(void)
{
	struct scene *scene = the_scene();
	const struct kc_pk *keys[] = {scene->thief.user.user, scene->thief.user.user};

	for (size_t count = 1; count <= 2; count++)
		for (int empty = 0; empty < 2; empty++) {
			KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
			KC_CLEANUP_FREE struct kc_compat *next = next_circle(&scene->thief);

			if (empty)
				next->member_count = 0;
			sign_circle(&scene->thief, next, keys, count, &record);
			thief_put(&scene->thief, "c", &record);
			scene_refuses(scene, WITNESS);
		}
}

static void case_06_another_user_key(void)
{
	struct scene *scene = the_scene();
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, account_key = KC_BUF_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = next_circle(&scene->thief);
	KC_CLEANUP_BUF struct kc_buf public_key = KC_BUF_INIT;
	struct kc_circle *circle = scene->thief.circle;

	CHECK_OK_FATAL(kc_account_key_make(&circle->account, &circle->identity, &circle->keys,
		kc_bytes_str("whatever the thief likes"), 2, NULL, &account_key, &other));
	CHECK_OK_FATAL(kc_pk_store_public(other.user, &public_key));
	memcpy(next->user, public_key.data, sizeof next->user);
	CHECK_OK_FATAL(kc_compat_build(
		next, &circle->account, circle->identity.legacy, other.user, &record));
	thief_put(&scene->thief, "c", &record);
	scene_refuses(scene, WITNESS);
	/* And the right user key beside it, which did not sign. */
	memcpy(next->user, circle->account_key.user_public, sizeof next->user);
	kc_buf_reset(&record);
	sign_circle(&scene->thief, next,
		(const struct kc_pk *[]){circle->identity.legacy, other.user}, 2, &record);
	thief_put(&scene->thief, "c", &record);
	scene_refuses(scene, WITNESS);
}

/* It says that its account key is newer: it waits for that one, and for the user, who is shown it.
 */
static void case_06_another_user_key_that_is_newer(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, account_key = KC_BUF_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf public_key = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *seen = NULL;
	const struct kc_pending_key *pending;
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_circle *circle;

	scene_init(&scene, 3);
	circle = scene.thief.circle;
	next = next_circle(&scene.thief);
	CHECK_OK_FATAL(kc_account_key_make(&circle->account, &circle->identity, &circle->keys,
		kc_bytes_str("whatever the thief likes"), 2, NULL, &account_key, &other));
	CHECK_OK_FATAL(kc_pk_store_public(other.user, &public_key));
	memcpy(next->user, public_key.data, sizeof next->user);
	next->account_key_seq = 2;
	CHECK_OK_FATAL(kc_compat_build(
		next, &circle->account, circle->identity.legacy, other.user, &record));
	thief_put(&scene.thief, "c", &record);
	scene_holds(&scene, WITNESS);
	thief_put_raw(&scene.thief, &scene.thief.writer, "k/2", kc_buf_bytes(&account_key));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	circle_of(&scene, WITNESS, &seen);
	CHECK_OK(kc_circle_pending_account_key(seen, &pending));
	CHECK(seen->account_key.seq == 1 && seen->compat.compat->generation < next->generation);
	/* The password in force is the one that was. */
	CHECK_OK(kc_keychain_pair_start(scene.house.homes[WITNESS].keychain, OLD, code));
	kc_keychain_pair_cancel(scene.house.homes[WITNESS].keychain);
	CHECK(scene_has_items(&scene, WITNESS));
}

static void case_07_signed_by_a_member_of_the_new_circle_only(void)
{
	struct scene *scene = the_scene();
	struct kc_circle *circle = scene->thief.circle;
	CLEANUP_STRANGER struct stranger ghost;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = next_circle(&scene->thief);

	stranger_init(&ghost, &circle->account);
	next->member_count = 1;
	next->members[0].peer = ghost.identity.id;
	memcpy(next->members[0].key, ghost.identity.permanent.legacy_public,
		sizeof next->members[0].key);
	sign_circle(&scene->thief, next,
		(const struct kc_pk *[]){ghost.identity.legacy, scene->thief.user.user}, 2,
		&record);
	thief_put(&scene->thief, "c", &record);
	scene_refuses(scene, WITNESS);
}

/* With the password, and in whatever cell: the next generation, and one far ahead. */
static void case_08_signed_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_CIRCLE struct kc_circle *now = NULL;
	struct kc_writer_id elder;

	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	scene_remove(&scene, ELDER, JUNIOR, true);
	for (int round = 0; round < 3; round++)
		for (size_t i = ELDER; i <= WITNESS; i += WITNESS)
			CHECK_OK(house_sync(&scene.house, i, NULL));
	scene_note(&scene);
	circle_of(&scene, WITNESS, &now);
	for (int with_itself = 0; with_itself < 2; with_itself++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
		KC_CLEANUP_FREE struct kc_compat *next = next_circle(&scene.thief);
		struct kc_compat *before = now->compat.compat;

		/* It follows the circle in force, which the store has shown to the thief. */
		next->generation = before->generation + 1;
		next->prev = now->compat.id;
		if (!with_itself) {
			next->member_count = before->member_count;
			memcpy(next->members, before->members, sizeof next->members);
		}
		sign_circle(&scene.thief, next,
			(const struct kc_pk *[]){
				scene.thief.circle->identity.legacy, scene.thief.user.user},
			2, &record);
		thief_put(&scene.thief, "c", &record);
		scene_ignores(&scene, WITNESS);
		thief_put_in(&scene.thief, &elder, "c", &record);
		scene_refuses_in_log(&scene, WITNESS, ELDER);
	}
	CHECK(scene_has_items(&scene, WITNESS));
}

static void case_09_signatures_over_two_generations(void)
{
	struct scene *scene = the_scene();
	struct kc_circle *circle = scene->thief.circle;
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT, mixed = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_compat *next = next_circle(&scene->thief);
	struct kc_record parsed, other;
	struct kc_signer user;

	CHECK_OK_FATAL(kc_compat_build(
		next, &circle->account, circle->identity.legacy, scene->thief.user.user, &one));
	next->generation += 3;
	CHECK_OK_FATAL(kc_compat_build(
		next, &circle->account, circle->identity.legacy, scene->thief.user.user, &two));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&one), KC_RECORD_CIRCLE, &parsed));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&two), KC_RECORD_CIRCLE, &other));
	parsed.signatures[0] = other.signatures[0];
	parsed.signature_count = 1;
	CHECK_OK_FATAL(kc_compat_signer(scene->thief.user.user, &user));
	CHECK_OK_FATAL(kc_record_sign_again(&parsed, &circle->account, &user, 1, &mixed));
	thief_put(&scene->thief, "c", &mixed);
	scene_refuses(scene, WITNESS);
}

/* --- permanent records --------------------------------------------------------------------------
 */

/* The junior's permanent record with other keys or another nonce is another peer's; with other
 * signatures it is the same; anything else is refused. */
static void case_10_permanent_record_replaced(void)
{
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	KC_CLEANUP_BUF struct kc_buf again = KC_BUF_INIT, altered = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_identity_permanent_record(
		&thief->circle->identity, &thief->circle->account, &again));
	thief_put(thief, "perm", &again);
	scene_ignores(scene, WITNESS);
	kc_buf_push(&altered, again.data, again.len);
	altered.data[altered.len / 4] ^= 1;
	thief_put(thief, "perm", &altered);
	scene_refuses(scene, WITNESS);
}

static void case_10_permanent_record_of_another_nonce(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT, record = KC_BUF_INIT;
	struct kc_identity *identity;
	struct kc_peer_id true_id;

	scene_init(&scene, 3);
	identity = &scene.thief.circle->identity;
	true_id = identity->id;
	identity->permanent.nonce[0] ^= 1;
	CHECK_OK_FATAL(kc_permanent_put_body(&identity->permanent, &body));
	CHECK_OK_FATAL(kc_permanent_id(kc_buf_bytes(&body), &identity->id));
	CHECK_OK_FATAL(
		kc_identity_permanent_record(identity, &scene.thief.circle->account, &record));
	identity->id = true_id;
	thief_put(&scene.thief, "perm", &record);
	scene_holds(&scene, WITNESS);
	scene_goes_on(&scene, WITNESS);
}

/* The store, with the account password: a device of its own making, with a log of its own, that
 * vouches for itself and includes all. */
static void case_11_applicant_made_by_the_store(void)
{
	CLEANUP_SCENE struct scene scene;
	struct thief *thief = &scene.thief;
	CLEANUP_STRANGER struct stranger ghost;
	KC_CLEANUP_BUF struct kc_buf voucher = KC_BUF_INIT, list = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_list *next = malloc(sizeof *next);
	struct kc_voucher own = {.sponsor_seq = 1, .reason = KC_VOUCHER_PAIRING};
	struct kc_writer_id writer;

	CHECK_FATAL(next != NULL);
	scene_init(&scene, 3);
	stranger_init(&ghost, &thief->circle->account);
	writer = kc_circle_writer(&ghost.identity.id);
	own.sponsor = own.beneficiary = ghost.identity.id;
	own.time_ms = NOW;
	own.not_after_ms = NOW + DAY;
	CHECK_OK_FATAL(kc_voucher_build(&own, &thief->circle->account, &ghost.identity, &voucher));
	*next = *thief->list;
	next->peer = ghost.identity.id;
	next->seq = 1;
	next->has_prev = false;
	next->head_count = 0;
	CHECK_OK_FATAL(kc_list_add_include(next, &ghost.identity.id));
	CHECK_OK_FATAL(kc_list_build(next, &thief->circle->account, &ghost.identity, &list));
	thief_put_in(thief, &writer, "perm", &ghost.permanent_record);
	thief_put_in(thief, &writer, "v/00000000000000000000000000000000", &voucher);
	thief_put_in(thief, &writer, "p", &list);
	scene_ignores(&scene, WITNESS);
	scene_ignores(&scene, ELDER);
	scene_goes_on(&scene, WITNESS);
}

/* --- the account key ----------------------------------------------------------------------------
 */

/* How often a key was derived from a password. */
static unsigned derivations;

int EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len, const OSSL_PARAM params[])
{
	static int (*derive)(EVP_KDF_CTX *, unsigned char *, size_t, const OSSL_PARAM[]);

	if (!derive)
		*(void **)&derive = dlsym(RTLD_NEXT, "EVP_KDF_derive");
	derivations += (unsigned)EVP_KDF_is_a(EVP_KDF_CTX_kdf(ctx), "SCRYPT");
	return derive(ctx, key, len, params);
}

/* An account key record of a cost, or with another salt, rightly signed by the junior and twice by
 * the user key. */
static void build_account_key(
	const struct thief *thief, uint64_t seq, uint64_t cost, uint8_t salt, struct kc_buf *ret)
{
	struct kc_circle *circle = thief->circle;
	struct kc_signer signers[3] = {kc_identity_signer(&circle->identity)};
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	uint8_t salts[KC_ACCOUNT_SALT_LEN];
	struct kc_der_writer w;

	memcpy(salts, circle->account_key.salt, sizeof salts);
	salts[0] ^= salt;
	CHECK_OK_FATAL(kc_compat_signer(thief->user.user, &signers[1]));
	signers[2] = signers[1];
	kc_der_writer_init(&w, &body);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(circle->identity.id.bytes));
	kc_der_put_uint(&w, seq);
	kc_der_put_uint(&w, (uint64_t)NOW);
	kc_der_put_uint(&w, 1);
	kc_der_put_bytes(&w, KC_BYTES_OF(salts));
	kc_der_put_uint(&w, cost);
	kc_der_put_bytes(&w, KC_BYTES_OF(circle->account_key.user_public));
	kc_der_put_bytes(&w, circle->account_key.wrapped);
	kc_extensions_put(&w);
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_record_build(
		KC_RECORD_ACCOUNT_KEY, &circle->account, kc_buf_bytes(&body), signers, 3, ret));
}

static void costs_are_refused(const uint64_t *costs, size_t count)
{
	struct scene *scene = the_scene();

	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		build_account_key(&scene->thief, 2, costs[i], 0, &record);
		thief_put_raw(&scene->thief, &scene->thief.writer, "k/2", kc_buf_bytes(&record));
		derivations = 0;
		scene_refuses(scene, WITNESS);
		CHECK(derivations == 0);
	}
}

static void case_12_cost_lowered(void)
{
	const uint64_t costs[] = {0, 1, kc_account_cost_floor - 1};

	costs_are_refused(costs, KC_COUNT_OF(costs));
}

static void case_13_cost_raised(void)
{
	const uint64_t costs[] = {kc_account_cost_ceiling + 1, 30, 31, UINT64_C(1) << 40};

	costs_are_refused(costs, KC_COUNT_OF(costs));
}

/* In the place of the one in force; and as the next, where it is the user key's own word and yet no
 * password leads to it. */
static void case_14_salt_replaced(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, next = KC_BUF_INIT;
	char code[KC_PAIRING_CODE_LEN + 1];

	scene_init(&scene, 3);
	build_account_key(&scene.thief, 1, kc_account_cost, 1, &record);
	thief_put_raw(&scene.thief, &scene.thief.writer, "k/1", kc_buf_bytes(&record));
	scene_refuses(&scene, WITNESS);
	kc_buf_reset(&record);
	kc_buf_push(&record, scene.thief.circle->account_key_record.data,
		scene.thief.circle->account_key_record.len);
	for (size_t i = 20; i < record.len; i += 97) { /* the store has no key at all */
		record.data[i] ^= 1;
		thief_put_raw(&scene.thief, &scene.thief.writer, "k/1", kc_buf_bytes(&record));
		record.data[i] ^= 1;
		scene_refuses(&scene, WITNESS);
	}
	CHECK_OK(kc_keychain_pair_start(scene.house.homes[WITNESS].keychain, OLD, code));
	kc_keychain_pair_cancel(scene.house.homes[WITNESS].keychain);
	scene_goes_on(&scene, WITNESS);
}

static void case_15_older_account_key(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	struct kc_writer_id elder;
	char code[KC_PAIRING_CODE_LEN + 1];

	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	kc_buf_push(&old, scene.thief.circle->account_key_record.data,
		scene.thief.circle->account_key_record.len);
	CHECK_OK_FATAL(
		kc_keychain_account_password(scene.house.homes[ELDER].keychain, OLD, NEW, &report));
	house_settle(&scene.house);
	scene_note(&scene);
	thief_put_raw(&scene.thief, &scene.thief.writer, "k/1", kc_buf_bytes(&old));
	scene_ignores(&scene, WITNESS);
	thief_put_raw(&scene.thief, &elder, "k/1", kc_buf_bytes(&old));
	if (ON_RECORDS)
		scene_ignores(&scene, WITNESS);
	else
		scene_refuses_in_log(&scene, WITNESS, ELDER);
	/* Under the name of the next one it is none. */
	thief_put_raw(&scene.thief, &scene.thief.writer, "k/3", kc_buf_bytes(&old));
	scene_refuses(&scene, WITNESS);
	CHECK_ERR(kc_keychain_pair_start(scene.house.homes[WITNESS].keychain, OLD, code),
		KC_E_ACCOUNT_PASSWORD);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_01_old_circle_replayed),
		CHECK_TEST(case_02_two_circles_of_one_generation),
		CHECK_TEST(case_03_gap_in_generations),
		CHECK_TEST(case_04_unsigned_circle),
		CHECK_TEST(case_04_unsigned_circle_by_one_who_is_out),
		CHECK_TEST(case_06_another_user_key_that_is_newer),
		CHECK_TEST(case_08_signed_by_one_who_is_out),
		CHECK_TEST(case_10_permanent_record_of_another_nonce),
		CHECK_TEST(case_14_salt_replaced),
		CHECK_TEST(case_15_older_account_key),
		CHECK_TEST(case_05_empty_circle_signed_by_the_user_key_only),
		CHECK_TEST(case_06_another_user_key),
		CHECK_TEST(case_07_signed_by_a_member_of_the_new_circle_only),
		CHECK_TEST(case_09_signatures_over_two_generations),
		CHECK_TEST(case_10_permanent_record_replaced),
		CHECK_TEST(case_11_applicant_made_by_the_store),
		CHECK_TEST(case_12_cost_lowered),
		CHECK_TEST(case_13_cost_raised),
		CHECK_TEST(after_all_that_was_refused),
	};

	return check_main("evil store: circle", tests, KC_COUNT_OF(tests));
}
