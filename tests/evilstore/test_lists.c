/* SPDX-License-Identifier: ISC */
/*
 * Lists, vouchers and exclusions against a hostile store: cases 16 to 30, 79, 116 and 128 of
 * doc/attacks.md, with whole devices. A thief has the store, the account password and the keys of
 * the junior device.
 */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/evilstore/proof.h"
#include "tests/evilstore/scene.h"
#include "tests/file.h"

#define DAY (INT64_C(24) * 60 * MINUTE)
#define PASSWORD kc_bytes_str(HOUSE_PASSWORD)

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

/* Whose word an alarm hangs on is removed: it ends, and everybody goes on. Whoever does it may have
 * the same alarm in its ears. */
static void removal_ends_it(struct scene *scene)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id junior;
	kc_err err;

	scene_id(scene, JUNIOR, &junior);
	err = kc_keychain_device_remove(
		scene->house.homes[ELDER].keychain, junior.bytes, PASSWORD, true, 0, &report);
	CHECK(err == KC_OK || err == KC_E_STORE_SUSPECT);
	scene_goes_on(scene, WITNESS);
	CHECK(scene_standing(scene, WITNESS, &junior) == KC_DEVICE_REMOVED);
}

/* A device keeps what shows it, and whoever has its file can check that. */
static void keeps_proof(struct scene *scene, size_t device, enum kc_evidence_kind kind)
{
	CHECK(proof_is_kept(scene->house.homes[device].keychain, kind, KC_OK));
}

/* --- lists --------------------------------------------------------------------------------------
 */

static void case_16_older_list_replayed(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	struct kc_writer_id elder;

	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	CHECK_FATAL(thief_get_raw(&scene.thief, &elder, "p", &old));
	scene_goes_on(&scene, WITNESS);
	scene_note(&scene);
	thief_put_raw(&scene.thief, &elder, "p", kc_buf_bytes(&old));
	if (!ON_RECORDS) {
		/* It says of itself that it ends another operation. The elder sees what was put
		 * behind its own. */
		scene_refuses(&scene, WITNESS);
		scene_alarms(&scene, ELDER, "fork");
		CHECK(proof_count(scene.house.homes[WITNESS].keychain) == 0);
		return;
	}
	scene_refuses(&scene, WITNESS);
	/* The elder says its own once more. */
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_is_unmoved(&scene, WITNESS));
}

static void case_16_older_list_replayed_twice_in_a_day(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	struct kc_writer_id elder;

	if (!ON_RECORDS)
		return; /* a log has all lists: see above */
	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	CHECK_FATAL(thief_get_raw(&scene.thief, &elder, "p", &old));
	scene_goes_on(&scene, WITNESS);
	scene_note(&scene);
	thief_put_raw(&scene.thief, &elder, "p", kc_buf_bytes(&old));
	scene_refuses(&scene, WITNESS);
	house_clock_move(DAY / 2);
	thief_put_raw(&scene.thief, &elder, "p", kc_buf_bytes(&old));
	scene_alarms(&scene, WITNESS, "rollback");
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_OLD_LIST);
	CHECK(scene_has_items(&scene, WITNESS));
}

static void case_17_two_lists_of_one_number(void)
{
	CLEANUP_SCENE struct scene scene;
	struct kc_list *list;

	scene_init(&scene, 3);
	list = thief_next(&scene.thief);
	thief_say(&scene.thief);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_is_unmoved(&scene, WITNESS));
	scene_note(&scene);
	list->time_ms++;
	thief_say(&scene.thief);
	scene_alarms(&scene, WITNESS, "fork");
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_TWO_LISTS);
	house_clock_move(GRACE);
	scene_alarms(&scene, WITNESS, "fork");
	CHECK(proof_count(scene.house.homes[WITNESS].keychain) == 1); /* the same one */
	removal_ends_it(&scene);
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_TWO_LISTS);
}

/* The next list of the thief names another list of a device, under the number of its last one. */
static void name_another(struct scene *scene, size_t device)
{
	struct kc_list *list = thief_next(&scene->thief);
	struct kc_peer_id id;

	scene_id(scene, device, &id);
	for (size_t i = 0; i < list->seen_count; i++)
		if (kc_peer_id_equal(&list->seen[i].peer, &id))
			list->seen[i].id.bytes[0] ^= 1;
	thief_say(&scene->thief);
}

/* Rules 4 and 5 of section 5: what it says of who reads it, and of others. */
static void case_17_a_list_that_names_another(void)
{
	static const size_t named[] = {WITNESS, ELDER};

	for (size_t i = 0; i < KC_COUNT_OF(named); i++) {
		CLEANUP_SCENE struct scene scene;

		scene_init(&scene, 3);
		name_another(&scene, named[i]);
		scene_alarms(&scene, WITNESS, "fork");
		keeps_proof(&scene, WITNESS, KC_EVIDENCE_OTHER_LIST);
		removal_ends_it(&scene);
	}
}

static void case_18_broken_chain(void)
{
	CLEANUP_SCENE struct scene scene;

	scene_init(&scene, 3);
	thief_next(&scene.thief)->prev.bytes[0] ^= 1;
	thief_say(&scene.thief);
	scene_alarms(&scene, WITNESS, "fork");
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_TWO_LISTS);
	removal_ends_it(&scene);
}

/* Two lists of one number end the same operation: its digest is the same, and so the chain of the
 * log goes on from either. Who was shown the one is told by the list that follows the other. */
static void case_18_two_lists_of_one_operation(void)
{
	CLEANUP_SCENE struct scene scene;
	struct kc_list *list;

	scene_init(&scene, 3);
	list = thief_next(&scene.thief);
	thief_say(&scene.thief);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_is_unmoved(&scene, WITNESS));
	scene_note(&scene);
	scene_take_back(&scene, JUNIOR);
	list->time_ms++;
	thief_say(&scene.thief);
	thief_next(&scene.thief);
	thief_say(&scene.thief);
	scene_alarms(&scene, WITNESS, "fork");
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_TWO_LISTS);
	/* Who was shown but the other is told by the witness's list. Both have what they had. */
	CHECK_ERR(house_sync(&scene.house, ELDER, NULL), KC_E_STORE_SUSPECT);
	CHECK(scene_has_items(&scene, ELDER) && scene_has_items(&scene, WITNESS));
	removal_ends_it(&scene);
}

/* Two lists of one number, of which the elder takes the second and says so. */
static void show_two(struct scene *scene, struct kc_buf *first, struct kc_buf *elders_old,
	struct kc_buf *elders_new)
{
	struct kc_writer_id elder = scene_writer(scene, ELDER);
	struct kc_list *list = thief_next(&scene->thief);

	thief_say(&scene->thief);
	CHECK_FATAL(thief_get_raw(&scene->thief, &scene->thief.writer, "p", first));
	CHECK_FATAL(thief_get_raw(&scene->thief, &elder, "p", elders_old));
	list->time_ms++;
	thief_say(&scene->thief);
	CHECK_OK_FATAL(words_add(
		&scene->house.homes[ELDER], KC_CLASS_GENERIC, "svce=two acct=two sync=#1", "two"));
	CHECK_OK_FATAL(house_sync(&scene->house, ELDER, NULL));
	CHECK_FATAL(thief_get_raw(&scene->thief, &elder, "p", elders_new));
	house_drop_sessions(&scene->house); /* it would be told at once */
}

/* The witness has taken the first, and what the junior said after the second. Records take the
 * place of those before: nothing that it is shown follows another list than the one that it holds.
 * But it remembers. */
static void case_17_two_lists_with_others_between(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, old = KC_BUF_INIT, new = KC_BUF_INIT;
	struct kc_writer_id elder;

	if (!ON_RECORDS)
		return; /* a log has all lists: see case 18 */
	scene_init(&scene, 3);
	elder = scene_writer(&scene, ELDER);
	show_two(&scene, &first, &old, &new);
	thief_put_raw(&scene.thief, &elder, "p", kc_buf_bytes(&old));
	thief_put_raw(&scene.thief, &scene.thief.writer, "p", kc_buf_bytes(&first));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	for (int i = 0; i < 2; i++) {
		thief_next(&scene.thief);
		thief_say(&scene.thief);
	}
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	scene_note(&scene);
	thief_put_raw(&scene.thief, &elder, "p", kc_buf_bytes(&new));
	scene_alarms(&scene, WITNESS, "fork");
	CHECK(proof_is_kept(
		scene.house.homes[WITNESS].keychain, KC_EVIDENCE_OTHER_LIST, KC_E_UNSUPPORTED));
	removal_ends_it(&scene);
}

/* What the elder says is here before what it speaks of. */
static void case_17_two_lists_and_the_other_named_first(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, old = KC_BUF_INIT, new = KC_BUF_INIT;

	if (!ON_RECORDS)
		return; /* the chain of the log tells */
	scene_init(&scene, 3);
	show_two(&scene, &first, &old, &new);
	thief_put_raw(&scene.thief, &scene.thief.writer, "p", kc_bytes(NULL, 0));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	scene_note(&scene);
	thief_put_raw(&scene.thief, &scene.thief.writer, "p", kc_buf_bytes(&first));
	scene_alarms(&scene, WITNESS, "fork");
	keeps_proof(&scene, WITNESS, KC_EVIDENCE_OTHER_LIST);
	removal_ends_it(&scene);
}

/* It says of the elder's next list that it is another, before that is there: the one that puts it
 * out. Who lies about a device keeps nobody from hearing what that says. */
static void case_116_a_liar_does_not_hide_its_removal(void)
{
	CLEANUP_SCENE struct scene scene;
	struct kc_list *list;
	struct kc_peer_id id;

	scene_init(&scene, 3);
	list = thief_next(&scene.thief);
	scene_id(&scene, ELDER, &id);
	for (size_t i = 0; i < list->seen_count; i++)
		if (kc_peer_id_equal(&list->seen[i].peer, &id)) {
			list->seen[i].seq++;
			list->seen[i].id.bytes[0] ^= 1;
		}
	thief_say(&scene.thief);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_standing(&scene, WITNESS, &scene.thief.circle->identity.id) ==
		KC_DEVICE_MEMBER);
	removal_ends_it(&scene);
}

/* Of two lists of one number the elder says that it has seen the second, and then it puts their
 * author out. All that the witness has heard by then is the first. */
static void case_116_nor_does_who_speaks_with_two_tongues(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_CIRCLE struct kc_circle *elder = NULL;
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	struct kc_writer_id writer;
	struct kc_list *list;
	char path[HOUSE_PATH_MAX];

	if (ON_RECORDS)
		return; /* a record takes the place of the one before */
	scene_init(&scene, 3);
	list = thief_next(&scene.thief);
	thief_say(&scene.thief);
	CHECK_OK_FATAL(words_add(
		&scene.house.homes[ELDER], KC_CLASS_GENERIC, "svce=two acct=two sync=#1", "two"));
	CHECK_OK(house_sync(&scene.house, ELDER, NULL));
	elder = house_recall(&scene.house, ELDER);
	writer = scene_writer(&scene, ELDER);
	house_path(&scene.house, &writer, kc_circle_self(elder)->position.number, path);
	CHECK_FATAL(file_read(path, &contents));
	scene_take_back(&scene, ELDER);
	scene_take_back(&scene, JUNIOR);
	list->time_ms++;
	thief_say(&scene.thief);
	house_drop_sessions(&scene.house);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK_FATAL(file_write(path, kc_buf_bytes(&contents)));
	removal_ends_it(&scene);
}

/* A body of the thief's list with something else at its end in place of no extensions. */
static void extend_body(struct kc_bytes body, uint64_t number, struct kc_buf *ret)
{
	struct kc_der_reader r, seq;
	struct kc_der_writer w;
	const uint8_t *start;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	start = body.data + 4; /* 30 82 and two octets of length */
	CHECK_FATAL(body.len > 260 && body.len < 65536);
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_raw(&w, kc_bytes(start, body.len - 4 - 2));
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, number);
	kc_der_put_bytes(&w, kc_bytes_str("new"));
	kc_der_end(&w);
	kc_der_end(&w);
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
}

/* A record of the thief's with any body. */
static void sign_body(const struct thief *thief, enum kc_record_type type, struct kc_bytes body,
	struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(&thief->circle->identity);

	kc_buf_reset(ret);
	CHECK_OK_FATAL(kc_record_build(type, &thief->circle->account, body, &signer, 1, ret));
}

static struct kc_bytes body_of(const struct thief *thief)
{
	struct kc_record parsed;

	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&thief->record), KC_RECORD_LIST, &parsed));
	return parsed.body;
}

static void case_19_unknown_critical_extension(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT, record = KC_BUF_INIT;

	scene_init(&scene, 3);
	thief_next(&scene.thief);
	thief_sign(&scene.thief);
	extend_body(body_of(&scene.thief), 127, &body);
	sign_body(&scene.thief, KC_RECORD_LIST, kc_buf_bytes(&body), &record);
	thief_put(&scene.thief, "p", &record);
	scene_holds(&scene, WITNESS);
	scene_goes_on(&scene, WITNESS);
}

static void case_19_unknown_extension_that_is_not_critical(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT, record = KC_BUF_INIT;
	struct kc_sync_report report = {0};

	scene_init(&scene, 3);
	thief_next(&scene.thief);
	thief_sign(&scene.thief);
	extend_body(body_of(&scene.thief), 128, &body);
	sign_body(&scene.thief, KC_RECORD_LIST, kc_buf_bytes(&body), &record);
	thief_put(&scene.thief, "p", &record);
	CHECK_OK(house_sync(&scene.house, WITNESS, &report));
	CHECK(report.waiting == 0 && report.refused == 0);
	CHECK(scene_is_unmoved(&scene, WITNESS));
}

/* Ways to write the same, none of which is the one. */
enum oddity {
	TRAILING_BYTE,
	LONG_LENGTH,
	INDEFINITE_LENGTH,
	PADDED_INTEGER,
	UNSORTED,
	TWICE,
	ODDITY_COUNT
};

static void put_length(struct kc_buf *buf, size_t len)
{
	const uint8_t octets[] = {0x30, 0x82, (uint8_t)(len >> 8), (uint8_t)len};

	kc_buf_push(buf, octets, sizeof octets);
}

/* DER of 256 bytes and more, a sequence, said otherwise. */
static void say_oddly(
	struct kc_bytes der, enum oddity oddity, const struct kc_list *list, struct kc_buf *ret)
{
	static const uint8_t longer[] = {0x30, 0x83, 0}, indefinite[] = {0x30, 0x80};
	const uint8_t *content = der.data + 4;
	size_t len = der.len - 4;
	uint8_t *first, *second;

	CHECK_FATAL(der.data[0] == 0x30 && der.data[1] == 0x82);
	kc_buf_reset(ret);
	switch (oddity) {
	case TRAILING_BYTE:
		kc_buf_push(ret, der.data, der.len);
		kc_buf_push(ret, "", 1);
		return;
	case LONG_LENGTH:
		kc_buf_push(ret, longer, sizeof longer);
		kc_buf_push(ret, der.data + 2, der.len - 2);
		return;
	case INDEFINITE_LENGTH:
		kc_buf_push(ret, indefinite, sizeof indefinite);
		kc_buf_push(ret, content, len);
		kc_buf_push(ret, "\0", 2);
		return;
	case PADDED_INTEGER: /* seq, which comes after the peer's 2 + 32 octets */
		CHECK_FATAL(content[34] == 0x02 && content[35] < 0x7f);
		put_length(ret, len + 1);
		kc_buf_push(ret, content, 34);
		kc_buf_push(ret, (const uint8_t[]){0x02, (uint8_t)(content[35] + 1), 0}, 3);
		kc_buf_push(ret, content + 36, len - 36);
		return;
	case UNSORTED:
	case TWICE:
		kc_buf_push(ret, der.data, der.len);
		/* The peer's own id comes first of all. */
		first = memmem(ret->data + 44, ret->len - 44, list->include[0].bytes, 32);
		second = memmem(ret->data + 44, ret->len - 44, list->include[1].bytes, 32);
		CHECK_FATAL(first && second && second == first + 34);
		memcpy(first, list->include[1].bytes, 32);
		if (oddity == UNSORTED)
			memcpy(second, list->include[0].bytes, 32);
		return;
	case ODDITY_COUNT:
		break;
	}
	CHECK_FATAL(false);
}

/* In the body, which is signed as it is, and around body and signature. */
static void case_20_encodings_that_are_not_canonical(void)
{
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	KC_CLEANUP_BUF struct kc_buf odd = KC_BUF_INIT, record = KC_BUF_INIT;

	scene_note(scene);
	thief_next(thief);
	thief_sign(thief);
	for (enum oddity i = 0; i < ODDITY_COUNT; i++) {
		say_oddly(body_of(thief), i, thief->list, &odd);
		sign_body(thief, KC_RECORD_LIST, kc_buf_bytes(&odd), &record);
		thief_put(thief, "p", &record);
		scene_refuses_in_log(scene, WITNESS, JUNIOR);
	}
	for (enum oddity i = TRAILING_BYTE; i <= INDEFINITE_LENGTH; i++) {
		say_oddly(kc_buf_bytes(&thief->record), i, thief->list, &odd);
		thief_put(thief, "p", &odd);
		scene_refuses_in_log(scene, WITNESS, JUNIOR);
	}
	/* It was for that alone. */
	thief_put(thief, "p", &thief->record);
	CHECK_OK(house_sync(&scene->house, WITNESS, NULL));
	CHECK(scene_has_heard(scene, WITNESS));
	scene_note(scene);
}

/* s becomes n - s. */
static void malleate(uint8_t s[static 48])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp384r1);
	BIGNUM *number = BN_bin2bn(s, 48, NULL);

	CHECK_FATAL(group && number && BN_sub(number, EC_GROUP_get0_order(group), number) &&
		    BN_bn2binpad(number, s, 48) == 48);
	BN_free(number);
	EC_GROUP_free(group);
}

static void case_21_malleated_signature(void)
{
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	KC_CLEANUP_BUF struct kc_buf twin = KC_BUF_INIT;

	scene_note(scene);
	thief_next(thief);
	thief_sign(thief);
	kc_buf_push(&twin, thief->record.data, thief->record.len);
	malleate(twin.data + twin.len - 48);
	thief_put(thief, "p", &twin);
	scene_refuses_in_log(scene, WITNESS, JUNIOR);
	thief_put(thief, "p", &thief->record);
	CHECK_OK(house_sync(&scene->house, WITNESS, NULL));
	CHECK(scene_has_heard(scene, WITNESS));
	scene_note(scene);
}

/* The type of a record is its third octet of content: 30 82 xx xx 02 01 vv 02 01 tt, or one less.
 */
static void set_type(struct kc_buf *record, enum kc_record_type type)
{
	size_t at = 2 + (record->data[1] >= 0x80 ? record->data[1] - 0x80u : 0) + 5;

	CHECK_FATAL(record->data[at - 2] == 0x02 && record->data[at - 1] == 0x01);
	record->data[at] = (uint8_t)type;
}

static void case_22_signature_of_another_type(void)
{
	/* clang-format off */
	static const struct {
		const char *key;
		enum kc_record_type type;
	} rows[] = {
		{"perm",   KC_RECORD_PERMANENT},
		{"v/00000000000000000000000000000000", KC_RECORD_VOUCHER},
		{"e/00000000000000000000000000000000", KC_RECORD_EPOCH},
		{"c",      KC_RECORD_CIRCLE},
	};
	/* clang-format on */
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	struct kc_identity *self = &thief->circle->identity;
	const struct kc_voucher voucher = {.sponsor = self->id,
		.sponsor_seq = thief->list->seq + 100,
		.beneficiary = self->id,
		.reason = KC_VOUCHER_PAIRING};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, truth = KC_BUF_INIT;
	struct kc_record parsed;

	scene_note(scene);
	thief_next(thief);
	thief_sign(thief);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		kc_buf_reset(&record);
		kc_buf_push(&record, thief->record.data, thief->record.len);
		set_type(&record, rows[i].type);
		thief_put(thief, rows[i].key, &record);
		scene_refuses(scene, WITNESS);
	}
	/* A body that is right for the other type, signed for this one. */
	CHECK_OK_FATAL(kc_voucher_build(&voucher, &thief->circle->account, self, &truth));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&truth), KC_RECORD_VOUCHER, &parsed));
	sign_body(thief, KC_RECORD_PERMANENT, parsed.body, &record);
	set_type(&record, KC_RECORD_VOUCHER);
	thief_put(thief, rows[1].key, &record);
	scene_refuses(scene, WITNESS);
	thief->list->seq--; /* it was not said */
}

static void case_23_record_of_another_account(void)
{
	struct scene *scene = the_scene();
	struct thief *thief = &scene->thief;
	struct kc_account_id mine = thief->circle->account, other = mine;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, genesis = KC_BUF_INIT;
	struct kc_record_id before = thief->list_id;
	CLEANUP_STRANGER struct stranger ghost;

	scene_note(scene);
	other.bytes[0] ^= 1;
	stranger_init(&ghost, &other);
	thief_next(thief);
	CHECK_OK_FATAL(kc_list_build(thief->list, &other, &thief->circle->identity, &record));
	thief_put(thief, "p", &record);
	scene_refuses_in_log(scene, WITNESS, JUNIOR);
	thief->list->seq--;
	thief->list_id = before;
	thief->circle->account = other;
	kc_buf_reset(&record);
	thief_vouch(thief, &ghost.identity.id, &record);
	thief->circle->account = mine;
	thief_put_for(thief, "v/", &ghost.identity.id, &record);
	scene_refuses(scene, WITNESS);
	thief_put_for(thief, "perm/", &ghost.identity.id, &ghost.permanent_record);
	scene_refuses(scene, WITNESS);
	kc_buf_push(&genesis, thief->circle->genesis.data, thief->circle->genesis.len);
	genesis.data[10] ^= 1;
	thief_put(thief, "g", &genesis);
	scene_refuses(scene, WITNESS);
}

/* --- keys and newcomers -------------------------------------------------------------------------
 */

enum bad_point { AT_INFINITY, COMPRESSED, HYBRID_EVEN, HYBRID_ODD, OFF_CURVE, TOO_LARGE, POINTS };

/* The P-384 key of 97 octets, or the P-256 key of 65, made one that is none. */
static void spoil_point(uint8_t *point, size_t len, enum bad_point how)
{
	switch (how) {
	case AT_INFINITY:
		memset(point, 0, len);
		break;
	case COMPRESSED:
		point[0] = (uint8_t)(0x02 + (point[len - 1] & 1));
		break;
	case HYBRID_EVEN:
		point[0] = 0x06;
		break;
	case HYBRID_ODD:
		point[0] = 0x07;
		break;
	case OFF_CURVE:
		point[len - 1] ^= 1;
		break;
	case TOO_LARGE:
		memset(point + 1, 0xff, (len - 1) / 2);
		break;
	case POINTS:
		break;
	}
}

/* A newcomer that is vouched for, all of it rightly signed, with a key that is none. */
static void try_bad_key(struct scene *scene, bool agree, enum bad_point how)
{
	struct thief *thief = &scene->thief;
	CLEANUP_STRANGER struct stranger ghost;
	struct kc_identity *identity = &ghost.identity;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT, voucher = KC_BUF_INIT;

	stranger_init(&ghost, &thief->circle->account);
	if (agree)
		spoil_point(identity->permanent.agree_public, KC_P384_PUBLIC_LEN, how);
	else
		spoil_point(identity->permanent.legacy_public, KC_P256_PUBLIC_LEN, how);
	CHECK_OK_FATAL(kc_permanent_put_body(&identity->permanent, &body));
	CHECK_OK_FATAL(kc_permanent_id(kc_buf_bytes(&body), &identity->id));
	kc_buf_reset(&ghost.permanent_record);
	CHECK_OK_FATAL(kc_identity_permanent_record(
		identity, &thief->circle->account, &ghost.permanent_record));
	thief_vouch(thief, &identity->id, &voucher);
	thief_put_for(thief, "v/", &identity->id, &voucher);
	thief_put_for(thief, "perm/", &identity->id, &ghost.permanent_record);
	scene_refuses(scene, WITNESS);
}

static void case_24_public_keys_that_are_none(void)
{
	struct scene *scene = the_scene();

	scene_note(scene);
	for (enum bad_point how = 0; how < POINTS; how++) {
		try_bad_key(scene, true, how);
		try_bad_key(scene, false, how);
	}
}

/* The store shows another one's permanent record for a newcomer that is vouched for. */
static void case_25_newcomer_replaced(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger true_one, false_one;
	KC_CLEANUP_BUF struct kc_buf voucher = KC_BUF_INIT;
	struct thief *thief = &scene.thief;

	scene_init(&scene, 3);
	stranger_init(&true_one, &thief->circle->account);
	stranger_init(&false_one, &thief->circle->account);
	thief_vouch(thief, &true_one.identity.id, &voucher);
	thief_put_for(thief, "v/", &true_one.identity.id, &voucher);
	thief_put_for(thief, "perm/", &true_one.identity.id, &false_one.permanent_record);
	CHECK_OK_FATAL(kc_list_add_include(thief_next(thief), &true_one.identity.id));
	thief_say(thief);
	scene_holds(&scene, WITNESS);
	house_clock_move(GRACE);
	scene_alarms(&scene, WITNESS, "omission");
	removal_ends_it(&scene);
}

/* --- exclusions ---------------------------------------------------------------------------------
 */

/* Exchanges of some devices until nothing is left to say. */
static void settle(struct scene *scene, const size_t *devices, size_t count)
{
	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < count; i++)
			CHECK_OK(house_sync(&scene->house, devices[i], NULL));
}

static const size_t two[] = {ELDER, WITNESS};

/* One who is out vouches for another who is out, and includes it; and each of them for a stranger.
 */
static void case_26_readmitted_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_THIEF struct thief second;
	CLEANUP_STRANGER struct stranger ghost;
	KC_CLEANUP_BUF struct kc_buf voucher = KC_BUF_INIT;
	struct kc_peer_id junior, other;

	scene_init(&scene, 4);
	thief_init(&second, &scene.house, 3);
	stranger_init(&ghost, &second.circle->account);
	scene_id(&scene, JUNIOR, &junior);
	scene_id(&scene, 3, &other);
	scene_remove(&scene, ELDER, JUNIOR, true);
	scene_remove(&scene, ELDER, 3, true);
	settle(&scene, two, 2);
	scene_note(&scene);
	thief_vouch(&second, &junior, &voucher);
	thief_put_for(&second, "v/", &junior, &voucher);
	thief_let_in(&second, &ghost);
	thief_let_in(&scene.thief, &ghost);
	for (size_t i = 0; i < 2; i++) {
		CHECK_OK(house_sync(&scene.house, two[i], NULL));
		CHECK(scene_standing(&scene, two[i], &junior) == KC_DEVICE_REMOVED);
		CHECK(scene_standing(&scene, two[i], &other) == KC_DEVICE_REMOVED);
	}
	house_clock_move(GRACE);
	scene_goes_on(&scene, WITNESS);
}

/* A device that lets a newcomer in and is removed as of before that: the newcomer goes with it,
 * also where it was known already, and whom it lets in itself. */
static void case_26_newcomer_of_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger ghost;
	struct kc_peer_id junior;

	scene_init(&scene, 3);
	stranger_init(&ghost, &scene.thief.circle->account);
	scene_id(&scene, JUNIOR, &junior);
	thief_let_in(&scene.thief, &ghost);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_standing(&scene, WITNESS, &ghost.identity.id) != KC_DEVICE_REMOVED);
	/* The elder has not read the log of the junior since. */
	scene_save_store(&scene);
	house_clock_move(1000);
	{
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

		CHECK_OK_FATAL(kc_keychain_device_remove(scene.house.homes[ELDER].keychain,
			junior.bytes, PASSWORD, true, (uint64_t)NOW, &report));
	}
	settle(&scene, two, 2);
	CHECK(scene_standing(&scene, WITNESS, &junior) == KC_DEVICE_REMOVED);
	CHECK(scene_standing(&scene, WITNESS, &ghost.identity.id) == KC_DEVICE_REMOVED);
	CHECK(scene_standing(&scene, ELDER, &junior) == KC_DEVICE_REMOVED);
	scene_goes_on(&scene, WITNESS);
}

/* Seals the thief's list for a cell of its own. */
static void seal_list(const struct thief *thief, const char *key, struct kc_buf *ret)
{
	struct kc_place_in_store place = {
		&thief->circle->account, &thief->writer, kc_bytes_str(key)};

	CHECK_OK_FATAL(kc_circle_seal(thief->circle, &place, kc_buf_bytes(&thief->record), ret));
}

/* Its next list, and the same where a device is told that it is out; in a log in one operation. */
static void say_and_tell(struct scene *scene, size_t device)
{
	struct thief *thief = &scene->thief;
	struct kc_log_position at = kc_circle_self(thief->circle)->position, next;
	struct kc_writer_id told = scene_writer(scene, device);
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT, bytes = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, list = KC_BUF_INIT;
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	kc_buf_push_str(&key, "out/");
	kc_op_put_hex(&key, KC_BYTES_OF(told.bytes));
	thief_next(thief);
	thief_sign(thief);
	seal_list(thief, kc_buf_text(&key), &out);
	seal_list(thief, "p", &list);
	if (ON_RECORDS) {
		thief_put_raw(thief, &thief->writer, kc_buf_text(&key), kc_buf_bytes(&out));
		thief_put_raw(thief, &thief->writer, "p", kc_buf_bytes(&list));
		return;
	}
	kc_op_builder_init(&builder, &thief->writer, &at, false);
	kc_op_builder_put(&builder, kc_buf_bytes(&key), kc_buf_bytes(&out));
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_buf_bytes(&list));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &at, &bytes, &next));
	CHECK_OK_FATAL(kc_cloud_open(scene->house.url, &cloud));
	CHECK_OK_FATAL(kc_cloud_append(cloud, &thief->writer, next.number, kc_buf_bytes(&bytes)));
}

/* A member tells a device that it is out, by a list that puts out nobody. Whom it is not said to
 * passes it over. */
static void case_128_told_of_a_removal_that_is_none(void)
{
	CLEANUP_SCENE struct scene scene;

	scene_init(&scene, 3);
	say_and_tell(&scene, ELDER);
	for (size_t i = 0; i < 2; i++) {
		struct kc_sync_report report = {0};

		CHECK_OK(house_sync(&scene.house, two[i], &report));
		CHECK(report.refused == (two[i] == ELDER) && report.waiting == 0);
		CHECK(scene_has_heard(&scene, two[i]));
	}
	scene_goes_on(&scene, WITNESS);
}

static bool is_shown(struct scene *scene, size_t asked, const struct kc_peer_id *id)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};
	bool found = false;

	CHECK_OK_FATAL(kc_keychain_devices(scene->house.homes[asked].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		found = found || memcmp(list.rows[i].id, id->bytes, sizeof list.rows[i].id) == 0;
	return found;
}

/* The voucher for one stranger where that for another would be. */
static void case_79_a_voucher_for_another(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger meant, other;
	KC_CLEANUP_BUF struct kc_buf voucher = KC_BUF_INIT;
	struct thief *thief = &scene.thief;

	scene_init(&scene, 3);
	stranger_init(&meant, &thief->circle->account);
	stranger_init(&other, &thief->circle->account);
	thief_vouch(thief, &meant.identity.id, &voucher);
	thief_put_for(thief, "v/", &other.identity.id, &voucher);
	thief_put_for(thief, "perm/", &other.identity.id, &other.permanent_record);
	scene_holds(&scene, WITNESS);
	CHECK(!is_shown(&scene, WITNESS, &other.identity.id));
	/* Also when its sponsor says that it is in. */
	CHECK_OK_FATAL(kc_list_add_include(thief_next(thief), &other.identity.id));
	thief_say(thief);
	scene_holds(&scene, WITNESS);
	CHECK(!is_shown(&scene, WITNESS, &other.identity.id));
	house_clock_move(GRACE);
	scene_alarms(&scene, WITNESS, "omission");
	CHECK(!is_shown(&scene, WITNESS, &other.identity.id));
	removal_ends_it(&scene);
}

/* A voucher for a time of which its sponsor's list is here, and names nobody. */
static void case_79_a_voucher_made_up_afterwards(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger ghost;
	struct thief *thief = &scene.thief;
	struct kc_voucher voucher;

	scene_init(&scene, 3);
	stranger_init(&ghost, &thief->circle->account);
	voucher = (struct kc_voucher){.sponsor = thief->circle->identity.id,
		.beneficiary = ghost.identity.id,
		.reason = KC_VOUCHER_PAIRING,
		.time_ms = (uint64_t)NOW,
		.not_after_ms = (uint64_t)NOW + 1};
	for (uint64_t back = 0; back < 2; back++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		voucher.sponsor_seq = thief->list->seq - back;
		CHECK_OK_FATAL(kc_voucher_build(
			&voucher, &thief->circle->account, &thief->circle->identity, &record));
		thief_put_for(thief, "v/", &ghost.identity.id, &record);
		scene_refuses(&scene, WITNESS);
	}
	thief_put_for(thief, "perm/", &ghost.identity.id, &ghost.permanent_record);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(scene_is_untouched(&scene, WITNESS));
	CHECK(!is_shown(&scene, WITNESS, &ghost.identity.id));
	scene_goes_on(&scene, WITNESS);
}

/* When a voucher is heard of decides nothing: else devices would differ by when they heard. */
static void case_79_a_voucher_that_is_late(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger late;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct thief *thief = &scene.thief;
	struct kc_voucher voucher;

	scene_init(&scene, 3);
	stranger_init(&late, &thief->circle->account);
	voucher = (struct kc_voucher){.sponsor = thief->circle->identity.id,
		.beneficiary = late.identity.id,
		.sponsor_seq = thief->list->seq + 1,
		.reason = KC_VOUCHER_PAIRING,
		.time_ms = 1,
		.not_after_ms = 2};
	CHECK_OK_FATAL(kc_voucher_build(
		&voucher, &thief->circle->account, &thief->circle->identity, &record));
	thief_put_for(thief, "v/", &late.identity.id, &record);
	thief_put_for(thief, "perm/", &late.identity.id, &late.permanent_record);
	CHECK_OK_FATAL(kc_list_add_include(thief_next(thief), &late.identity.id));
	thief_say(thief);
	settle(&scene, two, 2);
	for (size_t i = 0; i < 2; i++) {
		CHECK(is_shown(&scene, two[i], &late.identity.id));
		CHECK(scene_standing(&scene, two[i], &late.identity.id) != KC_DEVICE_REMOVED);
	}
	scene_goes_on(&scene, WITNESS);
}

/* By the keys of a device that was removed before. */
static void case_79_a_voucher_by_one_who_is_out(void)
{
	CLEANUP_SCENE struct scene scene;
	CLEANUP_STRANGER struct stranger ghost;

	scene_init(&scene, 3);
	stranger_init(&ghost, &scene.thief.circle->account);
	scene_remove(&scene, ELDER, JUNIOR, true);
	settle(&scene, two, 2);
	scene_note(&scene);
	thief_let_in(&scene.thief, &ghost);
	for (size_t i = 0; i < 2; i++) {
		CHECK_OK(house_sync(&scene.house, two[i], NULL));
		CHECK(!is_shown(&scene, two[i], &ghost.identity.id) ||
			scene_standing(&scene, two[i], &ghost.identity.id) == KC_DEVICE_REMOVED);
	}
	house_clock_move(GRACE);
	scene_goes_on(&scene, WITNESS);
}

/* With the account password and without, against a removal with it and without. */
static void try_revenge(bool removal_cosigned, bool revenge_cosigned)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id elder, junior, witness;

	scene_init(&scene, 3);
	scene_id(&scene, ELDER, &elder);
	scene_id(&scene, JUNIOR, &junior);
	scene_id(&scene, WITNESS, &witness);
	house_clock_move(GRACE); /* the password that let them in is not at hand any more */
	scene_remove(&scene, ELDER, JUNIOR, removal_cosigned);
	settle(&scene, two, 2);
	scene_note(&scene);
	thief_next(&scene.thief);
	thief_exclude(&scene.thief, &elder, revenge_cosigned);
	thief_exclude(&scene.thief, &witness, revenge_cosigned);
	thief_say(&scene.thief);
	if (revenge_cosigned && !removal_cosigned) {
		/* The password counts more than seniority; with it, too, the elder's word is the
		 * one again (doc/protocol.md 5, 11). */
		CHECK_ERR(house_sync(&scene.house, ELDER, NULL), KC_E_NOT_MEMBER);
		CHECK_OK(kc_keychain_device_counter(
			scene.house.homes[ELDER].keychain, junior.bytes, PASSWORD, &report));
		settle(&scene, two, 2);
	}
	for (size_t i = 0; i < 2; i++) {
		CHECK_OK(house_sync(&scene.house, two[i], NULL));
		CHECK(scene_standing(&scene, two[i], &elder) == KC_DEVICE_MEMBER);
		CHECK(scene_standing(&scene, two[i], &witness) == KC_DEVICE_MEMBER);
		CHECK(scene_standing(&scene, two[i], &junior) == KC_DEVICE_REMOVED);
	}
	scene_goes_on(&scene, WITNESS);
}

static void case_27_one_who_is_out_excludes_everyone(void)
{
	try_revenge(false, false);
	try_revenge(true, false);
	try_revenge(true, true);
}

static void case_27_with_the_password_against_a_removal_without(void)
{
	try_revenge(false, true);
}

/* With a password that was given up before the removal. It co-signs still (doc/protocol.md 5, 14):
 * against a removal with the new one the elder's word counts, and against one without it the elder
 * answers. */
static void case_27_with_a_password_that_was_given_up(void)
{
	static const struct kc_bytes next = {(const uint8_t *)"the next one for all", 20};

	for (int cosigned = 0; cosigned < 2; cosigned++) {
		CLEANUP_SCENE struct scene scene;
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
		struct kc_peer_id elder, junior, witness;
		struct kc_keychain *keychain;

		scene_init(&scene, 3);
		keychain = scene.house.homes[ELDER].keychain;
		scene_id(&scene, ELDER, &elder);
		scene_id(&scene, JUNIOR, &junior);
		scene_id(&scene, WITNESS, &witness);
		CHECK_OK(kc_keychain_account_password(keychain, PASSWORD, next, &report));
		settle(&scene, two, 2);
		house_clock_move(GRACE);
		CHECK_OK(kc_keychain_device_remove(keychain, junior.bytes,
			cosigned ? next : kc_bytes(NULL, 0), true, 0, &report));
		settle(&scene, two, 2);
		scene_note(&scene);
		thief_next(&scene.thief);
		thief_exclude(&scene.thief, &elder, true);
		thief_exclude(&scene.thief, &witness, true);
		thief_say(&scene.thief);
		if (!cosigned) {
			CHECK_ERR(house_sync(&scene.house, ELDER, NULL), KC_E_NOT_MEMBER);
			/* The one who was put out by it has the new password, and no other. */
			CHECK_ERR(kc_keychain_device_counter(
					  keychain, junior.bytes, PASSWORD, &report),
				KC_E_ACCOUNT_PASSWORD);
			CHECK_OK(kc_keychain_device_counter(keychain, junior.bytes, next, &report));
			settle(&scene, two, 2);
		}
		for (size_t i = 0; i < 2; i++) {
			CHECK_OK(house_sync(&scene.house, two[i], NULL));
			CHECK(scene_standing(&scene, two[i], &elder) == KC_DEVICE_MEMBER);
			CHECK(scene_standing(&scene, two[i], &witness) == KC_DEVICE_MEMBER);
			CHECK(scene_standing(&scene, two[i], &junior) == KC_DEVICE_REMOVED);
		}
		scene_goes_on(&scene, WITNESS);
	}
}

/* Each excludes the other; the witness hears one or the other first. */
static void case_28_mutual_exclusion_in_either_order(void)
{
	for (int cosigned = 0; cosigned < 2; cosigned++)
		for (int thief_first = 0; thief_first < 2; thief_first++) {
			CLEANUP_SCENE struct scene scene;
			KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
			struct kc_peer_id elder, junior;
			char aside[80];

			scene_init(&scene, 3);
			scene_id(&scene, ELDER, &elder);
			scene_id(&scene, JUNIOR, &junior);
			snprintf(aside, sizeof aside, "%s.aside", scene.house.store);
			/* The elder's removal is made before it hears of anything, and without the
			 * password that was typed when they were let in. */
			house_clock_move(GRACE);
			CHECK_FATAL(rename(scene.house.store, aside) == 0);
			CHECK_ERR(kc_keychain_device_remove(scene.house.homes[ELDER].keychain,
					  junior.bytes, cosigned ? PASSWORD : kc_bytes(NULL, 0),
					  true, 0, &report),
				KC_E_STORE_GONE);
			CHECK_FATAL(rename(aside, scene.house.store) == 0);
			thief_next(&scene.thief);
			thief_exclude(&scene.thief, &elder, cosigned);
			if (!thief_first) {
				CHECK_OK(house_sync(&scene.house, ELDER, NULL));
				CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
			}
			thief_say(&scene.thief);
			CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
			CHECK(scene_standing(&scene, WITNESS, &elder) ==
				(thief_first ? KC_DEVICE_REMOVED : KC_DEVICE_MEMBER));
			settle(&scene, two, 2);
			for (size_t i = 0; i < 2; i++) {
				CHECK(scene_standing(&scene, two[i], &elder) == KC_DEVICE_MEMBER);
				CHECK(scene_standing(&scene, two[i], &junior) == KC_DEVICE_REMOVED);
			}
			scene_goes_on(&scene, WITNESS);
		}
}

/* A week passes before the others hear of a removal. What was written meanwhile, by who did not
 * know of it, is written again under the new keys. */
static void case_29_exclusion_withheld_for_a_week(void)
{
	CLEANUP_SCENE struct scene scene;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_peer_id junior;
	struct kc_trust trust;
	char aside[80];

	scene_init(&scene, 3);
	scene_id(&scene, JUNIOR, &junior);
	snprintf(aside, sizeof aside, "%s.aside", scene.house.store);
	CHECK_FATAL(rename(scene.house.store, aside) == 0);
	CHECK_ERR(kc_keychain_device_remove(scene.house.homes[ELDER].keychain, junior.bytes,
			  PASSWORD, true, 0, &report),
		KC_E_STORE_GONE);
	CHECK_FATAL(rename(aside, scene.house.store) == 0);
	CHECK_OK_FATAL(words_add(&scene.house.homes[WITNESS], KC_CLASS_GENERIC,
		"svce=meanwhile acct=ada sync=#1", "unaware"));
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	house_clock_move(7 * DAY);
	settle(&scene, two, 2);
	CHECK(scene_standing(&scene, WITNESS, &junior) == KC_DEVICE_REMOVED);
	CHECK(words_has_secret(
		&scene.house.homes[ELDER], KC_CLASS_GENERIC, "svce=meanwhile", "unaware"));
	CHECK(words_has_secret(
		&scene.house.homes[WITNESS], KC_CLASS_GENERIC, "svce=meanwhile", "unaware"));
	CHECK_OK_FATAL(
		kc_keychain_sync_recall(scene.house.homes[WITNESS].keychain, &place, &circle));
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (unsigned view = 1; view <= 3; view++)
		CHECK(kc_circle_usable_epoch(circle, &trust, view, &held) != KC_OK ||
			held->epoch->name.epoch >= 2);
	scene_goes_on(&scene, WITNESS);
}

/* Takes a cell out of what a device wrote last. */
static void hide_cell(struct scene *scene, size_t device, const char *key)
{
	struct kc_writer_id writer = scene_writer(scene, device);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, altered = KC_BUF_INIT;
	struct kc_log_position before = {0}, after;
	struct kc_op_write write;
	char path[HOUSE_PATH_MAX];
	uint64_t number = 1;
	struct kc_op op;

	if (ON_RECORDS) {
		thief_put_raw(&scene->thief, &writer, key, kc_bytes(NULL, 0));
		return;
	}
	for (;; number++) {
		house_path(&scene->house, &writer, number + 1, path);
		if (access(path, F_OK) != 0)
			break;
	}
	house_path(&scene->house, &writer, number, path);
	CHECK_FATAL(file_read(path, &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, number, &op));
	before.number = number - 1;
	memcpy(before.digest, op.previous, sizeof before.digest);
	kc_op_builder_init(&builder, &writer, &before, false);
	while (kc_op_next(&op, &write))
		if (!kc_bytes_equal(write.key, kc_bytes_str(key)))
			kc_op_builder_put(&builder, write.key, write.value);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &before, &altered, &after));
	CHECK_FATAL(file_write(path, kc_buf_bytes(&altered)));
}

static void case_30_list_hidden_and_items_shown(void)
{
	CLEANUP_SCENE struct scene scene;

	scene_init(&scene, 3);
	CHECK_OK_FATAL(words_add(&scene.house.homes[JUNIOR], KC_CLASS_GENERIC,
		"svce=unanchored acct=ada sync=#1", "whose?"));
	CHECK_OK(house_sync(&scene.house, JUNIOR, NULL));
	scene_save_store(&scene);
	house_drop_sessions(&scene.house);
	hide_cell(&scene, JUNIOR, "p");
	if (ON_RECORDS)
		scene_holds(&scene, WITNESS);
	else
		scene_refuses(&scene, WITNESS); /* without its list an operation is none */
	CHECK(words_count(&scene.house.homes[WITNESS], KC_CLASS_GENERIC, "svce=unanchored") == 0);
	house_clock_move(GRACE);
	/* What waits makes it read a feed from the beginning, and there a list is missing. */
	scene_alarms(&scene, WITNESS, ON_RECORDS ? "rollback" : "omission");
	if (ON_RECORDS)
		return;
	scene_restore_store(&scene);
	CHECK_OK(house_sync(&scene.house, WITNESS, NULL));
	CHECK(words_count(&scene.house.homes[WITNESS], KC_CLASS_GENERIC, "svce=unanchored") == 1);
}

/* A list that includes as many strangers as there is room for, of whom nothing else is shown; and
 * with them, so that the circle is full: it is removed, and there is room again. */
static void strangers_in_a_list(void)
{
	CLEANUP_SCENE struct scene scene;
	struct kc_list *list;

	scene_init(&scene, 3);
	list = thief_next(&scene.thief);
	while (list->include_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_peer_id nobody;

		kc_random_fill(nobody.bytes, sizeof nobody.bytes);
		CHECK_OK_FATAL(kc_list_add_include(list, &nobody));
	}
	thief_say(&scene.thief);
	scene_holds(&scene, WITNESS);
	house_clock_move(GRACE);
	scene_alarms(&scene, WITNESS, "omission");
	removal_ends_it(&scene);
	CHECK(house_add(&scene.house, ELDER) == 3);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_16_older_list_replayed),
		CHECK_TEST(case_16_older_list_replayed_twice_in_a_day),
		CHECK_TEST(case_17_two_lists_of_one_number),
		CHECK_TEST(case_17_a_list_that_names_another),
		CHECK_TEST(case_17_two_lists_with_others_between),
		CHECK_TEST(case_17_two_lists_and_the_other_named_first),
		CHECK_TEST(case_116_a_liar_does_not_hide_its_removal),
		CHECK_TEST(case_116_nor_does_who_speaks_with_two_tongues),
		CHECK_TEST(case_18_broken_chain),
		CHECK_TEST(case_18_two_lists_of_one_operation),
		CHECK_TEST(case_19_unknown_critical_extension),
		CHECK_TEST(case_19_unknown_extension_that_is_not_critical),
		CHECK_TEST(case_20_encodings_that_are_not_canonical),
		CHECK_TEST(case_21_malleated_signature),
		CHECK_TEST(case_22_signature_of_another_type),
		CHECK_TEST(case_23_record_of_another_account),
		CHECK_TEST(case_24_public_keys_that_are_none),
		CHECK_TEST(after_all_that_was_refused),
		CHECK_TEST(case_25_newcomer_replaced),
		CHECK_TEST(case_26_readmitted_by_one_who_is_out),
		CHECK_TEST(case_26_newcomer_of_one_who_is_out),
		CHECK_TEST(case_27_one_who_is_out_excludes_everyone),
		CHECK_TEST(case_27_with_the_password_against_a_removal_without),
		CHECK_TEST(case_27_with_a_password_that_was_given_up),
		CHECK_TEST(case_28_mutual_exclusion_in_either_order),
		CHECK_TEST(case_29_exclusion_withheld_for_a_week),
		CHECK_TEST(case_30_list_hidden_and_items_shown),
		CHECK_TEST(case_79_a_voucher_for_another),
		CHECK_TEST(case_79_a_voucher_made_up_afterwards),
		CHECK_TEST(case_79_a_voucher_that_is_late),
		CHECK_TEST(case_79_a_voucher_by_one_who_is_out),
		CHECK_TEST(case_128_told_of_a_removal_that_is_none),
		CHECK_TEST(strangers_in_a_list),
	};

	return check_main("evil store: lists", tests, KC_COUNT_OF(tests));
}
