/* SPDX-License-Identifier: ISC */
/* Every record of the circle: what is built is read, and nothing else is. */
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/account_cost.h"
#include "backend/circle/circle.h"
#include "backend/circle/record/segment.h"
#include "base/random.h"
#include "tests/check.h"

static struct kc_account_id account = {{7}};
static struct kc_identity one, two;
static struct kc_secret keys;

static void make_people(void)
{
	CHECK_OK_FATAL(kc_identity_make(&one));
	CHECK_OK_FATAL(kc_identity_make(&two));
	CHECK_OK_FATAL(kc_account_keys_make(&keys));
}

static void forget_people(void)
{
	kc_identity_done(&one);
	kc_identity_done(&two);
	kc_secret_done(&keys);
}

/* --- each kind: how it is built, and how it is read and verified --------------------------------
 */

static kc_err build_permanent(struct kc_buf *ret)
{
	return kc_identity_permanent_record(&one, &account, ret);
}

static kc_err read_permanent(struct kc_bytes record, const struct kc_account_id *of)
{
	struct kc_permanent permanent;
	struct kc_peer_id id;

	KC_TRY(kc_permanent_open(record, of, &permanent, &id));
	CHECK(kc_peer_id_equal(&id, &one.id));
	CHECK(memcmp(permanent.sign_public, one.permanent.sign_public,
		      sizeof permanent.sign_public) == 0);
	return KC_OK;
}

static struct kc_list sample_list(void)
{
	static struct kc_list list;
	static uint8_t box[100];

	memset(&list, 0, sizeof list);
	list.peer = one.id;
	list.seq = 300;
	list.has_prev = true;
	list.prev = (struct kc_record_id){{9, 9}};
	list.time_ms = 1700000000000;
	memcpy(list.name, "l\xc3\xa4ptop", 8);
	list.policy = 1;
	list.has_made = true;
	memset(list.made.bytes, 5, sizeof list.made.bytes);
	CHECK_OK(kc_list_add_include(&list, &two.id));
	CHECK_OK(kc_list_add_include(&list, &one.id));
	CHECK_OK(kc_list_add_include(&list, &two.id));
	list.exclude[0] = (struct kc_exclusion){
		.target = {{5}}, .cut_seq = 4, .cut_id = {{6}}, .reason = KC_EXCLUSION_LOST};
	list.exclude_count = 1;
	list.seen[0] = (struct kc_seen){two.id, 12, {{8}}};
	list.seen_count = 1;
	list.heads[0] = (struct kc_list_head){{1}, {2}, KC_BYTES_OF(box)};
	list.head_count = 1;
	list.companions[0] = (struct kc_companion){kc_bytes_str("k/1"), 300, {3}};
	list.companions[1] = (struct kc_companion){kc_bytes_str("k/10"), 1, {4}};
	list.companion_count = 2;
	return list;
}

static kc_err build_list(struct kc_buf *ret)
{
	struct kc_list list = sample_list();

	return kc_list_build(&list, &account, &one, ret);
}

static kc_err read_list(struct kc_bytes record, const struct kc_account_id *of)
{
	static struct kc_list list;
	struct kc_record_id id;

	KC_TRY(kc_list_parse(record, of, &list, &id));
	KC_TRY(kc_list_verify(record, of, &list, &one.permanent));
	CHECK(list.include_count == 2 && kc_list_includes(&list, &two.id));
	CHECK(list.exclude[0].cut_seq == 4 && !list.exclude[0].cosigned);
	CHECK(kc_list_find_seen(&list, &two.id)->seq == 12);
	CHECK(list.heads[0].box.len == 100 && list.seq == 300);
	CHECK(list.companion_count == 2 && list.companions[0].seq == 300);
	CHECK(kc_bytes_equal(list.companions[1].key, kc_bytes_str("k/10")));
	CHECK(list.companions[1].hash[0] == 4);
	CHECK(strcmp(list.name, "l\xc3\xa4ptop") == 0);
	return KC_OK;
}

static kc_err build_voucher(struct kc_buf *ret)
{
	struct kc_voucher voucher = {one.id, two.id, 301, KC_VOUCHER_PAIRING, {1, 2, 3}, 5, 6};

	return kc_voucher_build(&voucher, &account, &one, ret);
}

static kc_err read_voucher(struct kc_bytes record, const struct kc_account_id *of)
{
	struct kc_voucher voucher;

	KC_TRY(kc_voucher_parse(record, &voucher));
	KC_TRY(kc_voucher_verify(record, of, &voucher, &one.permanent));
	CHECK(voucher.sponsor_seq == 301 && kc_peer_id_equal(&voucher.beneficiary, &two.id));
	return KC_OK;
}

static kc_err build_epoch_number(uint64_t number, const struct kc_secret *key,
	const struct kc_secret *before, struct kc_buf *ret)
{
	struct kc_epoch epoch = {
		.author = one.id,
		.name = {.view = 1, .epoch = number},
		.recipients = {one.id, two.id},
		.recipient_count = 2,
		.reason = KC_EPOCH_FIRST,
	};

	if (kc_peer_id_compare(&one.id, &two.id) > 0) {
		epoch.recipients[0] = two.id;
		epoch.recipients[1] = one.id;
	}
	KC_TRY(kc_view_key_id(&account, 1, number, key, epoch.name.kid));
	if (number > 1) {
		epoch.has_prev = true;
		KC_TRY(kc_view_key_id(&account, 1, number - 1, before, epoch.prev_kid));
		KC_TRY(kc_vector_raise(&epoch.closing, &two.id, 17));
		KC_TRY(kc_vector_raise(&epoch.cuts, &two.id, 3));
	}
	return kc_epoch_build(&epoch, &account, &one, key, before, ret);
}

static struct kc_secret first_key, second_key;

static void make_keys(void)
{
	if (!first_key.len) {
		CHECK_OK_FATAL(kc_secret_random(&first_key, KC_VIEW_KEY_LEN));
		CHECK_OK_FATAL(kc_secret_random(&second_key, KC_VIEW_KEY_LEN));
	}
}

static kc_err build_epoch(struct kc_buf *ret)
{
	make_keys();
	return build_epoch_number(2, &second_key, &first_key, ret);
}

static kc_err read_epoch(struct kc_bytes record, const struct kc_account_id *of)
{
	static struct kc_epoch epoch;
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;
	struct kc_record_id id;

	KC_TRY(kc_epoch_parse(record, of, &epoch, &id));
	KC_TRY(kc_epoch_verify(record, of, &epoch, &one.permanent));
	KC_TRY(kc_epoch_open_link(&epoch, of, &second_key, &before));
	CHECK(kc_bytes_equal(kc_secret_bytes(&before), kc_secret_bytes(&first_key)));
	CHECK(kc_vector_get(&epoch.closing, &two.id) == 17);
	CHECK(kc_vector_get(&epoch.cuts, &two.id) == 3);
	return KC_OK;
}

static kc_err build_shares(struct kc_buf *ret)
{
	const struct kc_secret *list[] = {&first_key, &second_key};
	struct kc_shares shares = {.author = one.id,
		.receiver = two.id,
		.author_seq = 9,
		.names = {{.view = 1, .epoch = 1}, {.view = 3, .epoch = 8}},
		.count = 2};

	make_keys();
	KC_TRY(kc_view_key_id(&account, 1, 1, &first_key, shares.names[0].kid));
	KC_TRY(kc_view_key_id(&account, 3, 8, &second_key, shares.names[1].kid));
	return kc_shares_build(&shares, &account, &one, &two.permanent, list, ret);
}

static kc_err read_shares(struct kc_bytes record, const struct kc_account_id *of)
{
	struct kc_secret got[KC_SHARES_MAX_KEYS] = {{0}};
	struct kc_shares shares;
	kc_err err;

	KC_TRY(kc_shares_parse(record, &shares));
	KC_TRY(kc_shares_verify(record, of, &shares, &one.permanent));
	err = kc_shares_open(&shares, of, &two, got);
	if (err == KC_OK) {
		CHECK(kc_bytes_equal(kc_secret_bytes(&got[0]), kc_secret_bytes(&first_key)));
		CHECK(kc_bytes_equal(kc_secret_bytes(&got[1]), kc_secret_bytes(&second_key)));
	}
	kc_secret_done(&got[0]);
	kc_secret_done(&got[1]);
	return err;
}

#define PASSWORD "one account for all devices"

static kc_err build_account_key(struct kc_buf *ret)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys opened = KC_PASSWORD_KEYS_INIT;

	return kc_account_key_make(
		&account, &one, &keys, kc_bytes_str(PASSWORD), 1, NULL, ret, &opened);
}

static kc_err read_account_key(struct kc_bytes record, const struct kc_account_id *of)
{
	struct kc_account_key parts;

	KC_TRY(kc_account_key_open(record, of, &parts));
	return kc_account_key_check_author(record, of, &one.id, &one.permanent);
}

static const struct kind {
	const char *name;
	enum kc_record_type type;
	kc_err (*build)(struct kc_buf *ret);
	kc_err (*read)(struct kc_bytes record, const struct kc_account_id *of);
} kinds[] = {
	{"permanent", KC_RECORD_PERMANENT, build_permanent, read_permanent},
	{"list", KC_RECORD_LIST, build_list, read_list},
	{"voucher", KC_RECORD_VOUCHER, build_voucher, read_voucher},
	{"epoch", KC_RECORD_EPOCH, build_epoch, read_epoch},
	{"shares", KC_RECORD_SHARES, build_shares, read_shares},
	{"account key", KC_RECORD_ACCOUNT_KEY, build_account_key, read_account_key},
};

/* --- what holds for all of them -----------------------------------------------------------------
 */

static void round_trips(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		CHECK_OK_FATAL(kinds[i].build(&record));
		CHECK_MSG(kinds[i].read(kc_buf_bytes(&record), &account) == KC_OK, kinds[i].name);
	}
}

static void every_flipped_byte_is_refused(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		CHECK_OK_FATAL(kinds[i].build(&record));
		for (size_t at = 0; at < record.len; at++) {
			uint8_t flip = (uint8_t)(1u << (at % 8));

			record.data[at] ^= flip;
			CHECK_MSG(kinds[i].read(kc_buf_bytes(&record), &account) != KC_OK,
				kinds[i].name);
			record.data[at] ^= flip;
		}
	}
}

static void every_length_but_the_right_one_is_refused(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		CHECK_OK_FATAL(kinds[i].build(&record));
		for (size_t len = 0; len < record.len; len++)
			CHECK_MSG(kinds[i].read(kc_bytes(record.data, len), &account) != KC_OK,
				kinds[i].name);
		kc_buf_push_byte(&record, 0);
		CHECK_MSG(kinds[i].read(kc_buf_bytes(&record), &account) != KC_OK, kinds[i].name);
	}
}

static void no_record_passes_for_another(void)
{
	struct kc_account_id other = {{8}};

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

		CHECK_OK_FATAL(kinds[i].build(&record));
		CHECK_MSG(kinds[i].read(kc_buf_bytes(&record), &other) != KC_OK, kinds[i].name);
		for (size_t k = 0; k < KC_COUNT_OF(kinds); k++)
			if (k != i)
				CHECK_MSG(kinds[k].read(kc_buf_bytes(&record), &account) != KC_OK,
					kinds[k].name);
	}
}

/* The same bytes signed as one type do not verify as another. */
static void a_signature_is_for_one_type(void)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_signer signer = kc_identity_signer(&one);
	struct kc_record parsed;

	CHECK_OK(kc_record_build(
		KC_RECORD_LIST, &account, kc_bytes_str("body"), &signer, 1, &record));
	CHECK_OK(kc_record_parse(kc_buf_bytes(&record), KC_RECORD_LIST, &parsed));
	CHECK_OK(kc_record_verify(&parsed, &account, 0, KC_SIGNATURE_P384,
		KC_BYTES_OF(one.permanent.sign_public), one.id.bytes));
	parsed.type = KC_RECORD_VOUCHER;
	CHECK_ERR(kc_record_verify(&parsed, &account, 0, KC_SIGNATURE_P384,
			  KC_BYTES_OF(one.permanent.sign_public), one.id.bytes),
		KC_E_VERIFY);
}

/* (r, n − s) is as good mathematically; n of P-384: SEC 2 2.5.1. */
static void a_malleated_signature_is_refused(void)
{
	static const uint8_t n[48] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xc7, 0x63, 0x4d, 0x81, 0xf4, 0x37, 0x2d, 0xdf, 0x58, 0x1a, 0x0d, 0xb2, 0x48, 0xb0,
		0xa7, 0x7a, 0xec, 0xec, 0x19, 0x6a, 0xcc, 0xc5, 0x29, 0x73};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_signer signer = kc_identity_signer(&one);
	struct kc_record parsed;
	struct kc_record_id before, after;
	uint8_t *s;
	int borrow = 0;

	CHECK_OK(kc_record_build(
		KC_RECORD_LIST, &account, kc_bytes_str("body"), &signer, 1, &record));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&record), KC_RECORD_LIST, &parsed));
	CHECK_OK(kc_record_identity(&parsed, &account, &before));
	s = record.data + record.len - 48;
	for (int i = 47; i >= 0; i--) {
		int digit = n[i] - s[i] - borrow;

		borrow = digit < 0;
		s[i] = (uint8_t)(digit + 256 * borrow);
	}
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&record), KC_RECORD_LIST, &parsed));
	CHECK_ERR(kc_record_verify(&parsed, &account, 0, KC_SIGNATURE_P384,
			  KC_BYTES_OF(one.permanent.sign_public), one.id.bytes),
		KC_E_VERIFY);
	CHECK_OK(kc_record_identity(&parsed, &account, &after));
	CHECK(kc_record_id_equal(&before, &after));
}

/* The second signer signs the first signature too. */
static void signatures_build_on_each_other(void)
{
	struct kc_signer signers[] = {kc_identity_signer(&one), kc_identity_signer(&two)};
	KC_CLEANUP_BUF struct kc_buf both = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf other = KC_BUF_INIT;
	struct kc_record parsed, again;
	struct kc_bytes key = KC_BYTES_OF(two.permanent.sign_public);

	CHECK_OK(
		kc_record_build(KC_RECORD_LIST, &account, kc_bytes_str("body"), signers, 2, &both));
	CHECK_OK(kc_record_build(
		KC_RECORD_LIST, &account, kc_bytes_str("body"), signers, 1, &other));
	CHECK_OK(kc_record_parse(kc_buf_bytes(&both), KC_RECORD_LIST, &parsed));
	CHECK_OK(kc_record_parse(kc_buf_bytes(&other), KC_RECORD_LIST, &again));
	CHECK_OK(kc_record_verify(&parsed, &account, 1, KC_SIGNATURE_P384, key, two.id.bytes));
	parsed.signatures[0] = again.signatures[0]; /* another of the same signer, over the same */
	CHECK_ERR(kc_record_verify(&parsed, &account, 1, KC_SIGNATURE_P384, key, two.id.bytes),
		KC_E_VERIFY);
}

static void newer_software_waits(void)
{
	static const uint8_t critical[] = {0x30, 0x07, 0x30, 0x05, 0x02, 0x01, 0x07, 0x04, 0x00};
	static const uint8_t ignorable[] = {
		0x30, 0x08, 0x30, 0x06, 0x02, 0x02, 0x00, 0x80, 0x04, 0x00};
	static const uint8_t unsorted[] = {0x30, 0x0e, 0x30, 0x05, 0x02, 0x01, 0x09, 0x04, 0x00,
		0x30, 0x05, 0x02, 0x01, 0x09, 0x04, 0x00};
	struct kc_der_reader r;

	kc_der_reader_init(&r, KC_BYTES_OF(critical));
	CHECK_ERR(kc_extensions_pull(&r), KC_E_NEWER);
	kc_der_reader_init(&r, KC_BYTES_OF(ignorable));
	CHECK_OK(kc_extensions_pull(&r));
	kc_der_reader_init(&r, KC_BYTES_OF(unsorted));
	CHECK_ERR(kc_extensions_pull(&r), KC_E_DECODE);
}

/* --- single ones --------------------------------------------------------------------------------
 */

static void identities_come_back(void)
{
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	KC_CLEANUP_IDENTITY struct kc_identity back = KC_IDENTITY_INIT;

	CHECK_OK(kc_identity_save(&one, &saved));
	CHECK_OK(kc_identity_load(kc_buf_bytes(&saved), &back));
	CHECK(kc_peer_id_equal(&back.id, &one.id) && !back.agree);
	CHECK_OK(kc_identity_save_agree(&two, &agree));
	CHECK_ERR(kc_identity_load_agree(kc_secret_bytes(&agree), &back), KC_E_DECODE);
	CHECK_OK(kc_identity_save_agree(&one, &agree));
	CHECK_OK(kc_identity_load_agree(kc_secret_bytes(&agree), &back));
	CHECK(back.agree != NULL);
	saved.len--;
	CHECK(kc_identity_load(kc_buf_bytes(&saved), &back) != KC_OK);
}

static void genesis_and_marker(void)
{
	KC_CLEANUP_BUF struct kc_buf genesis = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	struct kc_account_id id, got;
	enum kc_layout layout;
	struct kc_genesis first;

	CHECK_OK(kc_permanent_put_body(&one.permanent, &body));
	CHECK_OK(kc_account_begin(kc_buf_bytes(&body), 5, &genesis, &id));
	CHECK_OK(kc_account_check_genesis(kc_buf_bytes(&genesis), &id, &first));
	CHECK(kc_peer_id_equal(&first.first, &one.id) && first.time_ms == 5);
	for (size_t at = 0; at < genesis.len; at++) {
		genesis.data[at] ^= 1;
		CHECK(kc_account_check_genesis(kc_buf_bytes(&genesis), &id, &first) != KC_OK);
		genesis.data[at] ^= 1;
	}
	CHECK_OK(kc_account_put_marker(&id, KC_LAYOUT_RECORDS, &marker));
	CHECK_OK(kc_account_parse_marker(kc_buf_bytes(&marker), &got, &layout));
	CHECK(memcmp(&id, &got, sizeof id) == 0 && layout == KC_LAYOUT_RECORDS);
	for (size_t at = 0; at < marker.len; at++) {
		marker.data[at] ^= 1;
		CHECK(kc_account_parse_marker(kc_buf_bytes(&marker), &got, &layout) != KC_OK ||
			memcmp(&id, &got, sizeof id) != 0 || layout != KC_LAYOUT_RECORDS);
		marker.data[at] ^= 1;
	}
}

static void the_password_opens_the_account_keys(void)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys opened = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_SECRET struct kc_secret got = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_account_key parts;

	CHECK_ERR(kc_account_key_make(&account, &one, &keys, kc_bytes_str("1234567"), 1, NULL,
			  &record, &opened),
		KC_E_WEAK_PASSWORD);
	CHECK_OK(build_account_key(&record));
	CHECK_OK_FATAL(kc_account_key_open(kc_buf_bytes(&record), &account, &parts));
	CHECK_ERR(kc_account_key_try(&parts, &account, kc_bytes_str("another one"), &opened),
		KC_E_ACCOUNT_PASSWORD);
	CHECK_OK(kc_account_key_try(&parts, &account, kc_bytes_str(PASSWORD), &opened));
	CHECK_OK(kc_account_key_unwrap(&parts, &account, &opened, &got));
	CHECK(kc_bytes_equal(kc_secret_bytes(&got), kc_secret_bytes(&keys)));
}

/* A cost outside the limits is refused before anything is computed. */
static void costs_have_limits(void)
{
	const unsigned costs[] = {
		0, 1, kc_account_cost_floor - 1, kc_account_cost_ceiling + 1, 30, 200};
	struct kc_signer signers[] = {
		kc_identity_signer(&one), {.key = one.legacy, .kind = KC_SIGNATURE_P256}};

	CHECK_OK(kc_signature_key_id(KC_BYTES_OF(one.permanent.legacy_public), signers[1].id));
	for (size_t i = 0; i < KC_COUNT_OF(costs); i++) {
		KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
		struct kc_account_key parts;
		uint8_t salt[32] = {0};
		struct kc_der_writer w;

		kc_der_writer_init(&w, &body);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, KC_BYTES_OF(one.id.bytes));
		kc_der_put_uint(&w, 1);
		kc_der_put_uint(&w, 1700000000000);
		kc_der_put_uint(&w, 1);
		kc_der_put_bytes(&w, KC_BYTES_OF(salt));
		kc_der_put_uint(&w, costs[i]);
		kc_der_put_bytes(&w, KC_BYTES_OF(one.permanent.legacy_public));
		kc_der_put_bytes(&w, kc_bytes_str("wrapped"));
		kc_extensions_put(&w);
		kc_der_end(&w);
		CHECK_OK(kc_record_build(
			KC_RECORD_ACCOUNT_KEY, &account, kc_buf_bytes(&body), signers, 2, &record));
		CHECK_ERR(kc_account_key_open(kc_buf_bytes(&record), &account, &parts), KC_E_PARAM);
	}
}

static void envelopes_hold_to_their_place(void)
{
	struct kc_writer_id writer = {{1}}, other_writer = {{2}};
	struct kc_account_id other_account = {{3}};
	struct kc_place_in_store place = {&account, &writer, kc_bytes_str("p")};
	struct kc_place_in_store moved[] = {
		{&account, &writer, kc_bytes_str("perm")},
		{&account, &other_writer, kc_bytes_str("p")},
		{&other_account, &writer, kc_bytes_str("p")},
	};
	struct kc_siv_key siv = {{5}};
	const struct kc_meta_key of = {.kid = {1}, .siv = &siv}, other = {.kid = {2}, .siv = &siv};
	uint8_t kid[KC_META_KID_LEN];
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	CHECK_OK(kc_envelope_seal(&of, &place, kc_bytes_str("a list"), &sealed));
	CHECK_OK(kc_envelope_open(&of, &place, kc_buf_bytes(&sealed), &plain));
	CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str("a list")));
	for (size_t i = 0; i < KC_COUNT_OF(moved); i++)
		CHECK(kc_envelope_open(&of, &moved[i], kc_buf_bytes(&sealed), &plain) != KC_OK);
	CHECK_ERR(kc_envelope_open(&other, &place, kc_buf_bytes(&sealed), &plain), KC_E_WAITING);
	CHECK_OK(kc_envelope_peek(kc_buf_bytes(&sealed), kid));
	CHECK(memcmp(kid, of.kid, sizeof kid) == 0);
	for (size_t at = 0; at < sealed.len; at++) {
		sealed.data[at] ^= 0x10;
		CHECK(kc_envelope_open(&of, &place, kc_buf_bytes(&sealed), &plain) != KC_OK);
		sealed.data[at] ^= 0x10;
	}
}

static void shares_are_for_one_device(void)
{
	struct kc_secret got[KC_SHARES_MAX_KEYS] = {{0}};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_shares shares;

	CHECK_OK(build_shares(&record));
	CHECK_OK_FATAL(kc_shares_parse(kc_buf_bytes(&record), &shares));
	CHECK_ERR(kc_shares_open(&shares, &account, &one, got), KC_E_CORRUPT);
	shares.names[1].kid[0] ^= 1; /* in the header, so that the box does not open */
	CHECK_ERR(kc_shares_open(&shares, &account, &two, got), KC_E_CORRUPT);
}

static void exclusions_are_co_signed(void)
{
	struct kc_exclusion exclusion = {.target = two.id,
		.cut_seq = 3,
		.cut_id = {{4}},
		.time_ms = 5,
		.reason = KC_EXCLUSION_REMOVED};
	struct kc_signer signer = {.key = two.legacy, .kind = KC_SIGNATURE_P256};
	struct kc_bytes key = KC_BYTES_OF(two.permanent.legacy_public);
	KC_CLEANUP_BUF struct kc_buf cosignature = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_list list = sample_list();
	static struct kc_list back;
	struct kc_der_reader r;
	struct kc_record_id id;

	CHECK_OK(kc_exclusion_cosign(&exclusion, &account, &one.id, &signer, &cosignature));
	kc_der_reader_init(&r, kc_buf_bytes(&cosignature));
	kc_signature_pull(&r, &exclusion.cosignature);
	CHECK_OK(kc_der_reader_finish(&r));
	exclusion.cosigned = true;
	list.exclude[0] = exclusion;
	CHECK_OK(kc_list_build(&list, &account, &one, &record));
	CHECK_OK_FATAL(kc_list_parse(kc_buf_bytes(&record), &account, &back, &id));
	CHECK_OK(kc_exclusion_check(&back.exclude[0], &account, &one.id, KC_SIGNATURE_P256, key));
	CHECK_ERR(kc_exclusion_check(&back.exclude[0], &account, &two.id, KC_SIGNATURE_P256, key),
		KC_E_VERIFY); /* another author's */
	back.exclude[0].cut_seq++;
	CHECK_ERR(kc_exclusion_check(&back.exclude[0], &account, &one.id, KC_SIGNATURE_P256, key),
		KC_E_VERIFY);
}

/* Only cells that nothing else names, each once; and none where the list is of an operation. */
static void lists_name_companions_in_one_way(void)
{
	static const struct kc_companion first = {.key = {(const uint8_t *)"k/1", 3}, .seq = 7};
	static const struct {
		const char *key;
		uint64_t seq, number;
		bool fine;
	} rows[] = {
		{"s/1", 300, 0, true},
		{"s/1", 300, 1, false}, /* of an operation */
		{"s/1", 301, 0, false}, /* of a list to come */
		{"s/1", 0, 0, false},
		{"k/1", 300, 0, false}, /* named twice */
		{"g", 300, 0, false},	/* out of order */
		{"p", 300, 0, false},
		{"out/1", 300, 0, false},
		{"l/1", 300, 0, false},
		{"c", 300, 0, false},
		{"", 300, 0, false},
		{"S/1", 300, 0, false},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
		struct kc_list list = sample_list();
		static struct kc_list back;
		struct kc_record_id id;

		list.number = rows[i].number;
		list.companions[0] = first;
		list.companions[1] =
			(struct kc_companion){.key = kc_bytes_str(rows[i].key), .seq = rows[i].seq};
		CHECK_OK(kc_list_build(&list, &account, &one, &record));
		CHECK_MSG((kc_list_parse(kc_buf_bytes(&record), &account, &back, &id) == KC_OK) ==
				  rows[i].fine,
			rows[i].key);
	}
}

static void heads_hold_to_their_place(void)
{
	KC_CLEANUP_HEAD struct kc_head head = {.counter = 9};
	KC_CLEANUP_HEAD struct kc_head back = {0};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_log_entry entry = {.counter = 8, .name = {1}, .t = 5, .digest = {2}};
	struct kc_view_key_name name = {.view = 1, .epoch = 1};
	uint8_t tag[KC_TAG_LEN] = {3};
	struct kc_head_place place = {&account, &one.id, 7, tag, &name};

	make_keys();
	CHECK_OK(kc_vector_raise(&head.vector, &two.id, 4));
	CHECK_OK(kc_head_log_add(&head.log, &entry));
	entry.counter = 9;
	CHECK_OK(kc_head_log_add(&head.log, &entry));
	CHECK_OK(kc_head_seal(&head, &place, &first_key, &box));
	CHECK_OK(kc_head_open(kc_buf_bytes(&box), &place, &first_key, &back));
	CHECK(back.counter == 9 && back.log.count == 2 && back.log.rows[1].counter == 9);
	CHECK(kc_vector_get(&back.vector, &two.id) == 4);
	place.seq++;
	CHECK(kc_head_open(kc_buf_bytes(&box), &place, &first_key, &back) != KC_OK);
	kc_head_log_trim(&head.log, 8);
	CHECK(head.log.count == 1);
	kc_head_log_trim(&head.log, UINT64_MAX);
	CHECK(head.log.count == 0);
}

/* A head, and a segment, hold so many entries and no more. */
static void logs_end(void)
{
	KC_CLEANUP_HEAD struct kc_head back = {0};
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_entry rows[KC_HEAD_MAX_LOG + 1] = {{0}};
	struct kc_der_reader r;
	struct kc_der_writer w;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		rows[i].counter = i + 1;
	for (size_t count = KC_HEAD_MAX_LOG; count <= KC_HEAD_MAX_LOG + 1; count++) {
		kc_buf_reset(&bytes);
		kc_der_writer_init(&w, &bytes);
		kc_head_log_put(&w, rows, count);
		CHECK_OK(kc_der_writer_check(&w));
		kc_head_done(&back);
		kc_der_reader_init(&r, kc_buf_bytes(&bytes));
		CHECK_OK(kc_head_log_pull(&r, &back.log));
		CHECK((kc_der_reader_finish(&r) == KC_OK) == (count == KC_HEAD_MAX_LOG));
	}
}

/* A head says what is here; what it names must go on without a gap. */
static void heads_tell_roots_and_segments(void)
{
	KC_CLEANUP_HEAD struct kc_head head = {.counter = 600};
	KC_CLEANUP_HEAD struct kc_head back = {0};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_log_entry entry = {.counter = 513};
	struct kc_segment_name segment = {.hash = {7}, .last = 512};
	struct kc_view_key_name name = {.view = 1, .epoch = 1};
	uint8_t tag[KC_TAG_LEN] = {3};
	struct kc_head_place place = {&account, &one.id, 7, tag, &name};

	make_keys();
	head.root = (struct kc_told_root){.hash = {9}, .count = 5, .exact = true};
	CHECK_OK(kc_head_log_add(&head.log, &entry));
	CHECK_OK(kc_segment_list_add(&head.segments, &segment));
	CHECK_OK(kc_head_seal(&head, &place, &first_key, &box));
	CHECK_OK_FATAL(kc_head_open(kc_buf_bytes(&box), &place, &first_key, &back));
	CHECK(back.root.exact && back.root.count == 5 && back.root.hash[0] == 9);
	CHECK(back.segments.count == 1 && back.segments.rows[0].last == 512 &&
		back.segments.rows[0].hash[0] == 7);
	for (uint64_t last = 511; last <= 513; last++) {
		head.segments.rows[0].last = last;
		kc_buf_reset(&box);
		CHECK_OK(kc_head_seal(&head, &place, &first_key, &box));
		CHECK((kc_head_open(kc_buf_bytes(&box), &place, &first_key, &back) == KC_OK) ==
			(last == 512));
	}
	head.log.count = 0;
	for (uint64_t last = 599; last <= 601; last++) {
		head.segments.rows[0].last = last;
		kc_buf_reset(&box);
		CHECK_OK(kc_head_seal(&head, &place, &first_key, &box));
		CHECK((kc_head_open(kc_buf_bytes(&box), &place, &first_key, &back) == KC_OK) ==
			(last <= head.counter));
	}
}

static void segments_hold_to_their_place_and_name(void)
{
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, second = KC_BUF_INIT;
	struct kc_log_entry rows[4] = {
		{.counter = 5}, {.counter = 6}, {.counter = 7}, {.counter = 8}};
	struct kc_segment_name names[2];
	struct kc_view_key_name name = {.view = 1, .epoch = 1};
	uint8_t tag[KC_TAG_LEN] = {3}, hash[KC_HASH32_LEN];
	struct kc_segment_place place = {&account, &one.id, tag, &name}, other = place;

	make_keys();
	CHECK_OK(kc_segment_seal(rows, 2, &place, &first_key, &first, &names[0]));
	CHECK_OK(kc_segment_seal(rows + 2, 2, &place, &first_key, &second, &names[1]));
	CHECK(names[0].last == 6 && names[1].last == 8);
	CHECK_OK(kc_segment_hash(kc_buf_bytes(&first), hash));
	CHECK(memcmp(hash, names[0].hash, sizeof hash) == 0);
	CHECK_OK(kc_segment_open(kc_buf_bytes(&first), &place, &first_key, names[0].last, &log));
	CHECK_OK(kc_segment_open(kc_buf_bytes(&second), &place, &first_key, names[1].last, &log));
	CHECK(log.count == 4 && log.rows[3].counter == 8);
	/* Not twice, not under another name, not as another's. */
	CHECK(kc_segment_open(kc_buf_bytes(&second), &place, &first_key, names[1].last, &log) !=
		KC_OK);
	kc_head_log_done(&log);
	CHECK(kc_segment_open(kc_buf_bytes(&first), &place, &first_key, names[0].last + 1, &log) !=
		KC_OK);
	other.peer = &two.id;
	CHECK(kc_segment_open(kc_buf_bytes(&first), &other, &first_key, names[0].last, &log) !=
		KC_OK);
	CHECK(log.count == 0);
	first.data[first.len - 1] ^= 1;
	CHECK_OK(kc_segment_hash(kc_buf_bytes(&first), hash));
	CHECK(memcmp(hash, names[0].hash, sizeof hash) != 0);
	CHECK(kc_segment_open(kc_buf_bytes(&first), &place, &first_key, names[0].last, &log) !=
		KC_OK);
}

static void operations(void)
{
	struct kc_log_position start = {0}, end, next;
	struct kc_writer_id writer = {{1}}, other = {{2}};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder, second;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf more = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	kc_op_builder_init(&builder, &writer, &start, false);
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_bytes_str("value"));
	kc_op_builder_put(&builder, kc_bytes_str("i/00"), kc_bytes(NULL, 0));
	CHECK_OK(kc_op_builder_end(&builder, &start, &bytes, &end));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, 1, &op));
	CHECK(!op.base && !op.has_previous);
	CHECK(kc_op_next(&op, &write) && write.value.len == 0);
	CHECK(kc_op_next(&op, &write) && kc_bytes_equal(write.value, kc_bytes_str("value")));
	CHECK(!kc_op_next(&op, &write));
	CHECK_ERR(kc_op_parse(kc_buf_bytes(&bytes), &other, 1, &op), KC_E_REFUSED);
	CHECK_ERR(kc_op_parse(kc_buf_bytes(&bytes), &writer, 2, &op), KC_E_REFUSED);
	for (size_t at = 0; at < bytes.len; at++) {
		bytes.data[at] ^= 1;
		CHECK_ERR(kc_op_parse(kc_buf_bytes(&bytes), &writer, 1, &op), KC_E_REFUSED);
		bytes.data[at] ^= 1;
	}
	kc_op_builder_init(&second, &writer, &end, true);
	kc_op_builder_put(&second, kc_bytes_str("UPPER"), kc_bytes(NULL, 0));
	CHECK_OK(kc_op_builder_end(&second, &end, &more, &next));
	CHECK_ERR(kc_op_parse(kc_buf_bytes(&more), &writer, 2, &op), KC_E_REFUSED);
}

/* An operation with these writes, as one is encoded: in their parts, or where the caller wants. */
static kc_err make_operation(const char *const *contents, const char *const *lists,
	uint8_t ret_digest[static KC_OP_DIGEST_LEN])
{
	static const struct kc_log_position start;
	static const struct kc_writer_id writer = {{1}};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position end;
	struct kc_op op;

	kc_op_builder_init(&builder, &writer, &start, false);
	for (; *contents || *lists; contents += *contents != NULL, lists += *lists != NULL)
		for (unsigned i = 0; i < 2; i++) {
			struct kc_der_writer *w = i ? &builder.lists_w : &builder.contents_w;
			const char *key = i ? *lists : *contents;

			if (!key)
				continue;
			kc_der_begin(w, KC_DER_SEQUENCE);
			kc_der_put_str(w, key);
			kc_der_put_bytes(w, kc_bytes_str(key));
			kc_der_end(w);
		}
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &start, &bytes, &end));
	memcpy(ret_digest, end.digest, sizeof end.digest);
	return kc_op_parse(kc_buf_bytes(&bytes), &writer, 1, &op);
}
#define KEYS(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

/* Cells that hold the list stand in their own part, the writer's own last; all else is digested. */
static void what_an_operation_names(void)
{
	uint8_t first[KC_OP_DIGEST_LEN], other[KC_OP_DIGEST_LEN];

	CHECK_OK(make_operation(KEYS("i/00", "k/1"), KEYS("p"), first));
	CHECK_OK(make_operation(KEYS("i/00", "k/1"), KEYS("out/00", "p"), other));
	CHECK(memcmp(first, other, sizeof first) == 0);
	CHECK_OK(make_operation(KEYS("k/1", "i/00"), KEYS("p"), other));
	CHECK(memcmp(first, other, sizeof first) != 0);
	CHECK_OK(make_operation(KEYS("i/00"), KEYS("p"), other));
	CHECK(memcmp(first, other, sizeof first) != 0);
	CHECK_OK(make_operation(KEYS(), KEYS("p"), other));
	CHECK_OK(make_operation(KEYS("x"), KEYS(), other)); /* of a session */
	CHECK_ERR(make_operation(KEYS("p"), KEYS(), other), KC_E_REFUSED);
	CHECK_ERR(make_operation(KEYS("out/00"), KEYS("p"), other), KC_E_REFUSED);
	CHECK_ERR(make_operation(KEYS(), KEYS("i/00", "p"), other), KC_E_REFUSED);
	CHECK_ERR(make_operation(KEYS(), KEYS("p", "p"), other), KC_E_REFUSED);
	CHECK_ERR(make_operation(KEYS(), KEYS("p", "out/00"), other), KC_E_REFUSED);
	CHECK_ERR(make_operation(KEYS(), KEYS("out/00"), other), KC_E_REFUSED);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(make_people),
		CHECK_TEST(round_trips),
		CHECK_TEST(every_flipped_byte_is_refused),
		CHECK_TEST(every_length_but_the_right_one_is_refused),
		CHECK_TEST(no_record_passes_for_another),
		CHECK_TEST(a_signature_is_for_one_type),
		CHECK_TEST(a_malleated_signature_is_refused),
		CHECK_TEST(signatures_build_on_each_other),
		CHECK_TEST(newer_software_waits),
		CHECK_TEST(identities_come_back),
		CHECK_TEST(genesis_and_marker),
		CHECK_TEST(the_password_opens_the_account_keys),
		CHECK_TEST(costs_have_limits),
		CHECK_TEST(envelopes_hold_to_their_place),
		CHECK_TEST(shares_are_for_one_device),
		CHECK_TEST(exclusions_are_co_signed),
		CHECK_TEST(lists_name_companions_in_one_way),
		CHECK_TEST(heads_hold_to_their_place),
		CHECK_TEST(logs_end),
		CHECK_TEST(heads_tell_roots_and_segments),
		CHECK_TEST(segments_hold_to_their_place_and_name),
		CHECK_TEST(operations),
		CHECK_TEST(what_an_operation_names),
		CHECK_TEST(forget_people),
	};
	int status = check_main("records", tests, KC_COUNT_OF(tests));

	kc_secret_done(&first_key);
	kc_secret_done(&second_key);
	return status;
}
