/* SPDX-License-Identifier: ISC */
/* The keybag: what opens when, and that nothing opens from changed bytes. */
#include <string.h>

#include "crypto/hash.h"
#include "backend/vault/keybag_impl.h"
#include "backend/vault/label.h"
#include "base/der.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

static const char right[] = "correct horse", wrong[] = "incorrect horse";
#define RIGHT kc_bytes_str(right)
#define WRONG kc_bytes_str(wrong)
#define NOBODY kc_bytes(NULL, 0)
#define AD kc_bytes_str("table, row, column")

struct fixture {
	struct kc_secret device_secret;
	struct kc_keybag *bag;
	struct kc_buf blob;
};

static void fixture_done(struct fixture *f)
{
	kc_keybag_free(f->bag);
	kc_buf_done(&f->blob);
	kc_secret_done(&f->device_secret);
}
#define FIXTURE(f)                                                 \
	KC_CLEANUP(fixture_done) struct fixture f = {.bag = NULL}; \
	set_up(&f)

static void set_up(struct fixture *f)
{
	CHECK_OK_FATAL(kc_secret_random(&f->device_secret, KC_DEVICE_SECRET_LEN));
	CHECK_OK_FATAL(kc_keybag_create(&f->device_secret, RIGHT, NOBODY, &f->bag, &f->blob));
}

/* As after a restart of the service. */
static void reopen(struct fixture *f)
{
	struct kc_keybag *again = NULL;

	CHECK_OK_FATAL(kc_keybag_open(&f->device_secret, kc_buf_bytes(&f->blob), &again));
	kc_keybag_free(f->bag);
	f->bag = again;
}

/* Which classes can be opened, as the letters of their texts: "ak ck …". */
static void check_open(const struct kc_keybag *bag, const char *wanted)
{
	KC_CLEANUP_BUF struct kc_buf open = KC_BUF_INIT;

	for (EACH_PROTECTION(p))
		if (kc_keybag_can_open(bag, p) == KC_OK)
			kc_buf_printf(&open, " %s", kc_protection_text(p));
	CHECK_MSG(strcmp(kc_buf_text(&open), wanted) == 0, kc_buf_text(&open));
}

static void protections(void)
{
	static const struct {
		const char *text;
		enum kc_protection protection;
		bool bound;
	} rows[] = {
		{"ak", KC_PROTECTION_AK, false},
		{"ck", KC_PROTECTION_CK, false},
		{"dk", KC_PROTECTION_DK, false},
		{"aku", KC_PROTECTION_AKU, true},
		{"cku", KC_PROTECTION_CKU, true},
		{"dku", KC_PROTECTION_DKU, true},
		{"akpu", KC_PROTECTION_AKPU, true},
	};
	enum kc_protection got = KC_PROTECTION_AK;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(kc_protection_from_text(kc_bytes_str(rows[i].text), &got));
		CHECK_MSG(got == rows[i].protection, rows[i].text);
		CHECK_MSG(strcmp(kc_protection_text(got), rows[i].text) == 0, rows[i].text);
		CHECK_MSG(kc_protection_is_bound(got) == rows[i].bound, rows[i].text);
	}
	got = KC_PROTECTION_CKU;
	CHECK_ERR(kc_protection_from_text(kc_bytes_str("f"), &got), KC_E_PARAM);
	CHECK_ERR(kc_protection_from_text(kc_bytes("ak\0", 3), &got), KC_E_PARAM);
	CHECK_ERR(kc_protection_from_text(kc_bytes_str(""), &got), KC_E_PARAM);
	CHECK(got == KC_PROTECTION_CKU);
}

static void lock_states(void)
{
	FIXTURE(f);
	check_open(f.bag, " ak ck dk aku cku dku akpu");
	CHECK(kc_keybag_is_unlocked(f.bag) && kc_keybag_was_unlocked(f.bag));
	reopen(&f);
	check_open(f.bag, " dk dku");
	CHECK(!kc_keybag_is_unlocked(f.bag) && !kc_keybag_was_unlocked(f.bag));
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	check_open(f.bag, " ak ck dk aku cku dku akpu");
	kc_keybag_lock(f.bag);
	check_open(f.bag, " ck dk cku dku");
	CHECK(!kc_keybag_is_unlocked(f.bag) && kc_keybag_was_unlocked(f.bag));
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	check_open(f.bag, " ak ck dk aku cku dku akpu");
}

static void wrong_passwords(void)
{
	const struct kc_bytes rows[] = {WRONG, kc_bytes_str(""), kc_bytes(right, sizeof right),
		kc_bytes(right, sizeof right - 2)};
	FIXTURE(f);
	reopen(&f);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_ERR(kc_keybag_check(f.bag, rows[i]), KC_E_AUTH);
		CHECK_ERR(kc_keybag_unlock(f.bag, rows[i]), KC_E_AUTH);
		check_open(f.bag, " dk dku");
	}
	CHECK_OK(kc_keybag_check(f.bag, RIGHT));
	check_open(f.bag, " dk dku");
	CHECK(!kc_keybag_is_unlocked(f.bag));
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_ERR(kc_keybag_check(f.bag, rows[i]), KC_E_AUTH);
		CHECK_ERR(kc_keybag_unlock(f.bag, rows[i]), KC_E_AUTH);
	}
	CHECK_OK(kc_keybag_check(f.bag, RIGHT));
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	CHECK(kc_keybag_is_unlocked(f.bag));
}

static void password_change(void)
{
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, changed = KC_BUF_INIT,
				     abandoned = KC_BUF_INIT, stored = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	FIXTURE(f);
	CHECK_OK(kc_keybag_seal_metadata(
		f.bag, KC_PROTECTION_AKU, AD, kc_bytes_str("kept"), &before));

	/* A change whose blob could not be stored. */
	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_USER, WRONG, &abandoned));
	CHECK_OK(kc_keybag_check(f.bag, RIGHT));
	CHECK_ERR(kc_keybag_check(f.bag, WRONG), KC_E_AUTH);
	kc_keybag_lock(f.bag);
	CHECK_ERR(kc_keybag_unlock(f.bag, WRONG), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));

	/* Somebody locks after the blob was stored, before it is adopted. */
	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_USER, WRONG, &stored));
	kc_keybag_lock(f.bag);
	kc_keybag_adopt(f.bag);
	CHECK(!kc_keybag_is_unlocked(f.bag));
	CHECK_ERR(kc_keybag_unlock(f.bag, RIGHT), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, WRONG));
	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_USER, RIGHT, &stored));
	kc_keybag_adopt(f.bag);

	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_USER, WRONG, &changed));
	kc_keybag_adopt(f.bag);
	CHECK_OK(kc_keybag_check(f.bag, WRONG));
	CHECK_ERR(kc_keybag_check(f.bag, RIGHT), KC_E_AUTH);
	kc_keybag_lock(f.bag);
	CHECK_ERR(kc_keybag_unlock(f.bag, RIGHT), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, WRONG));

	kc_buf_done(&f.blob);
	f.blob = changed;
	changed = (struct kc_buf)KC_BUF_INIT;
	reopen(&f);
	CHECK_ERR(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_USER, RIGHT, &changed), KC_E_LOCKED);
	CHECK_ERR(kc_keybag_unlock(f.bag, RIGHT), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, WRONG));
	CHECK_OK(kc_keybag_open_metadata(
		f.bag, KC_PROTECTION_AKU, AD, kc_buf_bytes(&before), &plain));
	CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str("kept")));
}

static void sealing_needs_the_class(void)
{
	FIXTURE(f);
	for (EACH_PROTECTION(p)) {
		KC_CLEANUP_BUF struct kc_buf metadata = KC_BUF_INIT, secret = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf opened = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret revealed = KC_SECRET_INIT;
		kc_err wanted;

		CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
		CHECK_OK(kc_keybag_seal_metadata(f.bag, p, AD, kc_bytes_str("meta"), &metadata));
		CHECK_OK(kc_keybag_seal_secret(f.bag, p, AD, kc_bytes_str("s3cret"), &secret));
		reopen(&f);
		wanted = p == KC_PROTECTION_DK || p == KC_PROTECTION_DKU ? KC_OK : KC_E_LOCKED;
		CHECK_ERR(kc_keybag_open_metadata(f.bag, p, AD, kc_buf_bytes(&metadata), &opened),
			wanted);
		CHECK_ERR(kc_keybag_open_secret(f.bag, p, AD, kc_buf_bytes(&secret), &revealed),
			wanted);
		CHECK_ERR(
			kc_keybag_seal_metadata(f.bag, p, AD, kc_bytes_str("x"), &opened), wanted);
		CHECK_ERR(kc_keybag_seal_secret(f.bag, p, AD, kc_bytes_str("x"), &opened), wanted);

		CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
		kc_buf_reset(&opened);
		CHECK_OK(kc_keybag_open_metadata(f.bag, p, AD, kc_buf_bytes(&metadata), &opened));
		CHECK(kc_bytes_equal(kc_buf_bytes(&opened), kc_bytes_str("meta")));
		CHECK_OK(kc_keybag_open_secret(f.bag, p, AD, kc_buf_bytes(&secret), &revealed));
		CHECK(kc_bytes_equal(kc_secret_bytes(&revealed), kc_bytes_str("s3cret")));
	}
}

/* What was sealed in one role, class or bag opens in no other. */
static void sealed_stays_in_its_place(void)
{
	KC_CLEANUP_BUF struct kc_buf metadata = KC_BUF_INIT, secret = KC_BUF_INIT,
				     out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret revealed = KC_SECRET_INIT;
	FIXTURE(f);
	FIXTURE(other);
	CHECK_OK(kc_keybag_seal_metadata(
		f.bag, KC_PROTECTION_AK, AD, kc_bytes_str("meta"), &metadata));
	CHECK_OK(kc_keybag_seal_secret(
		f.bag, KC_PROTECTION_AK, AD, kc_bytes_str("s3cret"), &secret));
	for (EACH_PROTECTION(p)) {
		if (p == KC_PROTECTION_AK)
			continue;
		CHECK_ERR(kc_keybag_open_metadata(f.bag, p, AD, kc_buf_bytes(&metadata), &out),
			KC_E_CORRUPT);
		CHECK_ERR(kc_keybag_open_secret(f.bag, p, AD, kc_buf_bytes(&secret), &revealed),
			KC_E_CORRUPT);
	}
	CHECK_ERR(kc_keybag_open_metadata(
			  other.bag, KC_PROTECTION_AK, AD, kc_buf_bytes(&metadata), &out),
		KC_E_CORRUPT);
	CHECK_ERR(kc_keybag_open_secret(
			  other.bag, KC_PROTECTION_AK, AD, kc_buf_bytes(&secret), &revealed),
		KC_E_CORRUPT);
	CHECK_ERR(kc_keybag_open_metadata(f.bag, KC_PROTECTION_AK, AD, kc_buf_bytes(&secret), &out),
		KC_E_CORRUPT);
	CHECK_ERR(kc_keybag_open_secret(
			  f.bag, KC_PROTECTION_AK, AD, kc_buf_bytes(&metadata), &revealed),
		KC_E_CORRUPT);
	CHECK_ERR(kc_keybag_open_secret(f.bag, KC_PROTECTION_AK, kc_bytes_str("elsewhere"),
			  kc_buf_bytes(&secret), &revealed),
		KC_E_CORRUPT);
	CHECK(out.len == 0 && revealed.len == 0);
}

/* One byte of *sealed is changed, or it ends there. */
static void open_spoilt(const struct kc_keybag *bag, bool is_secret, struct kc_bytes sealed)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret revealed = KC_SECRET_INIT;

	if (is_secret)
		CHECK_ERR(kc_keybag_open_secret(bag, KC_PROTECTION_CK, AD, sealed, &revealed),
			KC_E_CORRUPT);
	else
		CHECK_ERR(kc_keybag_open_metadata(bag, KC_PROTECTION_CK, AD, sealed, &out),
			KC_E_CORRUPT);
	CHECK(out.len == 0 && revealed.len == 0);
}

static void spoil(const struct kc_keybag *bag, bool is_secret, struct kc_buf *sealed)
{
	for (size_t at = 0; at < sealed->len; at++) {
		open_spoilt(bag, is_secret, kc_bytes(sealed->data, at));
		sealed->data[at] ^= 1;
		open_spoilt(bag, is_secret, kc_buf_bytes(sealed));
		sealed->data[at] ^= 1;
	}
}

static void sealed_bytes_resist_tampering(void)
{
	KC_CLEANUP_BUF struct kc_buf metadata = KC_BUF_INIT, secret = KC_BUF_INIT;
	FIXTURE(f);
	CHECK_OK_FATAL(kc_keybag_seal_metadata(
		f.bag, KC_PROTECTION_CK, AD, kc_bytes_str("metadata"), &metadata));
	CHECK_OK_FATAL(kc_keybag_seal_secret(
		f.bag, KC_PROTECTION_CK, AD, kc_bytes_str("s3cret"), &secret));
	spoil(f.bag, false, &metadata);
	spoil(f.bag, true, &secret);
}

static bool refused(kc_err err)
{
	return err == KC_E_DECODE || err == KC_E_DAMAGED;
}

static void resist_tampering(struct fixture *f)
{
	for (size_t i = 0; i < f->blob.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;

			f->blob.data[i] = (uint8_t)(f->blob.data[i] ^ 1u << bit);
			CHECK(refused(
				kc_keybag_open(&f->device_secret, kc_buf_bytes(&f->blob), &bag)));
			CHECK(bag == NULL);
			f->blob.data[i] = (uint8_t)(f->blob.data[i] ^ 1u << bit);
		}
	for (size_t len = 0; len < f->blob.len; len++) {
		KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;

		CHECK(refused(
			kc_keybag_open(&f->device_secret, kc_bytes(f->blob.data, len), &bag)));
	}
	kc_buf_push_byte(&f->blob, 0);
	CHECK(refused(kc_keybag_open(&f->device_secret, kc_buf_bytes(&f->blob), &f->bag)));
	kc_buf_truncate(&f->blob, f->blob.len - 1);
}

static void blob_resists_tampering(void)
{
	FIXTURE(f);
	resist_tampering(&f);
	reopen(&f);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	kc_buf_reset(&f.blob);
	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_OFFICER, WRONG, &f.blob));
	resist_tampering(&f);
	reopen(&f);
	CHECK(kc_keybag_has(f.bag, KC_HOLDER_OFFICER));
}

static void another_device_secret_is_damage(void)
{
	KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
	FIXTURE(f);
	f.device_secret.data[0] ^= 1;
	CHECK_ERR(kc_keybag_open(&f.device_secret, kc_buf_bytes(&f.blob), &bag), KC_E_DAMAGED);
}

static const uint8_t zeros[48];

static void put_keys(struct kc_der_writer *w, unsigned count)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	while (count--)
		kc_der_put_bytes(w, kc_bytes(zeros, 48));
	kc_der_end(w);
}

static void put_way(struct kc_der_writer *w, uint64_t holder, uint64_t n, uint64_t r, uint64_t p)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, holder);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, n);
	kc_der_put_uint(w, r);
	kc_der_put_uint(w, p);
	kc_der_put_bytes(w, kc_bytes(zeros, 32));
	kc_der_end(w);
	put_keys(w, 5);
	kc_der_end(w);
}

/* Begins and ends a blob; its MAC does not matter where the form is refused first. */
static void begin_blob(struct kc_der_writer *w, struct kc_buf *out)
{
	kc_der_writer_init(w, out);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, 2);
	put_keys(w, 2);
	kc_der_begin(w, KC_DER_SEQUENCE);
}

static void end_blob(struct kc_der_writer *w)
{
	kc_der_end(w);
	kc_der_end(w);
	kc_der_put_bytes(w, kc_bytes(zeros, 32));
	kc_der_end(w);
	CHECK_OK_FATAL(kc_der_writer_check(w));
}

static void blob_with_cost(struct kc_buf *out, uint64_t holder, uint64_t n, uint64_t r, uint64_t p)
{
	struct kc_der_writer w;

	begin_blob(&w, out);
	put_way(&w, holder, n, r, p);
	end_blob(&w);
}

/* Each holder has one way at most, in their order, and there is one at least. */
static void ways_have_an_order(void)
{
	static const struct {
		uint64_t holders[3];
		kc_err wanted;
	} rows[] = {
		{{1, 0, 0}, KC_E_DAMAGED}, /* which is as far as the MAC */
		{{2, 0, 0}, KC_E_DAMAGED},
		{{1, 2, 0}, KC_E_DAMAGED},
		{{0, 0, 0}, KC_E_DECODE},
		{{2, 1, 0}, KC_E_DECODE},
		{{1, 1, 0}, KC_E_DECODE},
		{{2, 2, 0}, KC_E_DECODE},
		{{3, 0, 0}, KC_E_DECODE},
		{{1, 2, 3}, KC_E_DECODE},
	};
	KC_CLEANUP_SECRET struct kc_secret device_secret = KC_SECRET_INIT;

	CHECK_OK_FATAL(kc_secret_random(&device_secret, KC_DEVICE_SECRET_LEN));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
		KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;
		struct kc_der_writer w;

		begin_blob(&w, &blob);
		for (size_t j = 0; j < 3 && rows[i].holders[j]; j++)
			put_way(&w, rows[i].holders[j], 16, 8, 1);
		end_blob(&w);
		CHECK_ERR(
			kc_keybag_open(&device_secret, kc_buf_bytes(&blob), &bag), rows[i].wanted);
	}
}

/* A good cost gets as far as the MAC (DAMAGED); a bad one does not. */
static void costs_have_limits(void)
{
	static const struct {
		uint64_t n, r, p;
		kc_err wanted;
	} rows[] = {
		{16, 8, 1, KC_E_DAMAGED},
		{1 << 20, 8, 1, KC_E_DAMAGED},
		{8, 8, 1, KC_E_DECODE},
		{0, 8, 1, KC_E_DECODE},
		{1 << 21, 8, 1, KC_E_DECODE},
		{(1 << 16) + 1, 8, 1, KC_E_DECODE},
		{1 << 16, 9, 1, KC_E_DECODE},
		{1 << 16, 7, 1, KC_E_DECODE},
		{1 << 16, 8, 2, KC_E_DECODE},
		{1 << 16, 8, 0, KC_E_DECODE},
		{UINT64_MAX, 8, 1, KC_E_DECODE},
	};
	KC_CLEANUP_SECRET struct kc_secret device_secret = KC_SECRET_INIT;

	CHECK_OK_FATAL(kc_secret_random(&device_secret, KC_DEVICE_SECRET_LEN));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
		KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;

		blob_with_cost(&blob, KC_HOLDER_USER + i % 2, rows[i].n, rows[i].r, rows[i].p);
		CHECK_ERR(
			kc_keybag_open(&device_secret, kc_buf_bytes(&blob), &bag), rows[i].wanted);
	}
}

static void macs_are_stable_and_apart(void)
{
	uint8_t index[KC_INDEX_MAC_LEN], again[KC_INDEX_MAC_LEN], row[KC_DIGEST_LEN];
	FIXTURE(f);
	kc_keybag_index_mac(f.bag, kc_bytes_str("acct=alice"), index);
	kc_keybag_row_mac(f.bag, kc_bytes_str("acct=alice"), row);
	CHECK(memcmp(index, row, sizeof index) != 0);
	reopen(&f); /* locked: the macs work all the same */
	kc_keybag_index_mac(f.bag, kc_bytes_str("acct=alice"), again);
	CHECK(memcmp(index, again, sizeof index) == 0);
	kc_keybag_index_mac(f.bag, kc_bytes_str("acct=alicf"), again);
	CHECK(memcmp(index, again, sizeof index) != 0);
}

static uint8_t next_byte;

static void count_up(void *data, size_t len)
{
	uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		bytes[i] = next_byte++;
}

static bool digest_is(struct kc_bytes bytes, const char *hex)
{
	uint8_t digest[32];

	return kc_hash_compute(KC_HASH_SHA256, bytes, digest) == KC_OK &&
	       hex_is(KC_BYTES_OF(digest), hex);
}

/* With random bytes that are not, every byte of a bag and of what it seals is known; the values
 * come from another implementation, in Python. Whoever changes a label or a format sees it here,
 * and must think of the bags that exist. */
static void known_answers(void)
{
	KC_CLEANUP_SECRET struct kc_secret device_secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT, metadata = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
	uint8_t index[KC_INDEX_MAC_LEN], row[KC_DIGEST_LEN];
	kc_err made, sealed, sealed_secret;

	next_byte = 0;
	kc_random_set_source(count_up);
	made = kc_secret_random(&device_secret, KC_DEVICE_SECRET_LEN);
	if (made == KC_OK)
		made = kc_keybag_create(&device_secret, RIGHT, NOBODY, &bag, &blob);
	CHECK_OK_FATAL(made);
	sealed = kc_keybag_seal_metadata(
		bag, KC_PROTECTION_CKU, AD, kc_bytes_str("metadata"), &metadata);
	sealed_secret =
		kc_keybag_seal_secret(bag, KC_PROTECTION_AK, AD, kc_bytes_str("s3cret"), &secret);
	kc_random_set_source(NULL);
	CHECK_OK(sealed);
	CHECK_OK(sealed_secret);
	kc_keybag_index_mac(bag, kc_bytes_str("acct=alice"), index);
	kc_keybag_row_mac(bag, kc_bytes_str("acct=alice"), row);
	CHECK(digest_is(kc_buf_bytes(&blob),
		"f457053ca1f62f13831e3758553a88457d541e059902749b7d507043c5456ec1"));
	CHECK(digest_is(kc_buf_bytes(&metadata),
		"dbb76dfae1fa05cf354f4e103e0145c74138c4b1ee596b7cc8f6f03d541ee436"));
	CHECK(digest_is(kc_buf_bytes(&secret),
		"abfae895a796d509229597e998fbdb11a162dcf5a4a0aae95a0cbd8255df5ce1"));
	CHECK(hex_is(KC_BYTES_OF(index), "3e5d4019bdc3f1432daffea3bfbd8708"));
	CHECK(hex_is(KC_BYTES_OF(row),
		"72825c0172bd59c34f4b5c1101ca9652b022d9c851f7db9e3ae2dfb43263d173"));
}

static void known_answers_of_officers(void)
{
	static const struct {
		bool has_user;
		const char *digest;
	} rows[] = {
		{true, "767ac0b516494adbe46b0dc143d29a204dc0fe08f3917f50ec2284ccdf2c4dbb"},
		{false, "972bb52aedb324784b1ba72e758b7a5f429a19513707c891244ed011cf96a4b5"},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SECRET struct kc_secret device_secret = KC_SECRET_INIT;
		KC_CLEANUP_KEYBAG struct kc_keybag *bag = NULL;
		KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;
		kc_err made;

		next_byte = 0;
		kc_random_set_source(count_up);
		made = kc_secret_random(&device_secret, KC_DEVICE_SECRET_LEN);
		if (made == KC_OK)
			made = kc_keybag_create(&device_secret, rows[i].has_user ? RIGHT : NOBODY,
				WRONG, &bag, &blob);
		kc_random_set_source(NULL);
		CHECK_OK_FATAL(made);
		CHECK(digest_is(kc_buf_bytes(&blob), rows[i].digest));
	}
}

/* --- the officer --------------------------------------------------------------------------------
 */

#define PIN kc_bytes_str("an officer's")
#define OTHER_PIN kc_bytes_str("another officer's")

/* The fixture's bag with an officer. */
static void give_officer(struct fixture *f, struct kc_bytes pin)
{
	kc_buf_reset(&f->blob);
	CHECK_OK_FATAL(kc_keybag_rewrap(f->bag, NULL, KC_HOLDER_OFFICER, pin, &f->blob));
	kc_keybag_adopt(f->bag);
}

static void officer_opens_nothing(void)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	FIXTURE(f);
	CHECK(!kc_keybag_has(f.bag, KC_HOLDER_OFFICER));
	CHECK_ERR(kc_keybag_check_officer(f.bag, PIN, &key), KC_E_NO_OFFICER);
	give_officer(&f, PIN);
	CHECK(kc_keybag_is_unlocked(f.bag));
	CHECK_OK(kc_keybag_check(f.bag, RIGHT));
	reopen(&f);
	CHECK(kc_keybag_has(f.bag, KC_HOLDER_OFFICER) && kc_keybag_has(f.bag, KC_HOLDER_USER));
	CHECK_ERR(kc_keybag_check_officer(f.bag, RIGHT, &key), KC_E_AUTH);
	CHECK_ERR(kc_keybag_check_officer(f.bag, NOBODY, &key), KC_E_AUTH);
	CHECK(key.len == 0);
	CHECK_OK(kc_keybag_check_officer(f.bag, PIN, &key));
	check_open(f.bag, " dk dku");
	CHECK(!kc_keybag_was_unlocked(f.bag));
	CHECK_ERR(kc_keybag_unlock(f.bag, PIN), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	CHECK_ERR(kc_keybag_check(f.bag, PIN), KC_E_AUTH);
}

/* A forgotten password is replaced, locked or not, and what was sealed opens with the new one. */
static void officer_replaces_a_password(void)
{
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, stored = KC_BUF_INIT,
				     plain = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	FIXTURE(f);
	give_officer(&f, PIN);
	CHECK_OK(kc_keybag_seal_metadata(
		f.bag, KC_PROTECTION_AKU, AD, kc_bytes_str("kept"), &before));
	reopen(&f);
	CHECK_OK(kc_keybag_check_officer(f.bag, PIN, &key));

	/* Not stored, so it does not count. */
	CHECK_OK(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, WRONG, &stored));
	CHECK_ERR(kc_keybag_check(f.bag, WRONG), KC_E_AUTH);
	kc_buf_reset(&f.blob);
	CHECK_OK(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, WRONG, &f.blob));
	kc_keybag_adopt(f.bag);
	check_open(f.bag, " dk dku");
	CHECK_ERR(kc_keybag_unlock(f.bag, RIGHT), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, WRONG));
	CHECK_OK(kc_keybag_open_metadata(
		f.bag, KC_PROTECTION_AKU, AD, kc_buf_bytes(&before), &plain));
	CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_bytes_str("kept")));

	/* While it is open it stays open. */
	kc_buf_reset(&stored);
	CHECK_OK(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, RIGHT, &stored));
	kc_keybag_adopt(f.bag);
	CHECK(kc_keybag_is_unlocked(f.bag));
	CHECK_OK(kc_keybag_check(f.bag, RIGHT));
	CHECK_ERR(kc_keybag_check(f.bag, WRONG), KC_E_AUTH);

	reopen(&f); /* what was stored last but one */
	CHECK_OK(kc_keybag_unlock(f.bag, WRONG));
}

static void officer_pin_changes(void)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT, other = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	FIXTURE(f);
	give_officer(&f, PIN);
	kc_keybag_lock(f.bag);
	CHECK_OK(kc_keybag_check_officer(f.bag, PIN, &key));
	CHECK_OK(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_OFFICER, OTHER_PIN, &stored));
	kc_keybag_adopt(f.bag);
	CHECK_ERR(kc_keybag_check_officer(f.bag, PIN, &other), KC_E_AUTH);
	CHECK_OK(kc_keybag_check_officer(f.bag, OTHER_PIN, &other));
	/* Who was the officer before is it no more. */
	CHECK_ERR(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, WRONG, &stored), KC_E_AUTH);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	kc_buf_reset(&f.blob);
	CHECK_OK(kc_keybag_rewrap(f.bag, NULL, KC_HOLDER_OFFICER, NOBODY, &f.blob));
	kc_keybag_adopt(f.bag);
	CHECK_ERR(kc_keybag_rewrap(f.bag, &other, KC_HOLDER_USER, WRONG, &stored), KC_E_NO_OFFICER);
	reopen(&f);
	CHECK(!kc_keybag_has(f.bag, KC_HOLDER_OFFICER));
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
}

static void without_a_user(void)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	FIXTURE(f);
	kc_keybag_free(f.bag);
	f.bag = NULL;
	kc_buf_reset(&f.blob);
	CHECK_OK_FATAL(kc_keybag_create(&f.device_secret, NOBODY, PIN, &f.bag, &f.blob));
	for (int i = 0; i < 2; i++) { /* as it was made, and as it is read */
		CHECK(!kc_keybag_has(f.bag, KC_HOLDER_USER));
		check_open(f.bag, " dk dku");
		CHECK(!kc_keybag_is_unlocked(f.bag) && !kc_keybag_was_unlocked(f.bag));
		CHECK_ERR(kc_keybag_unlock(f.bag, NOBODY), KC_E_NO_PASSWORD);
		CHECK_ERR(kc_keybag_unlock(f.bag, PIN), KC_E_NO_PASSWORD);
		reopen(&f);
	}
	CHECK_OK(kc_keybag_check_officer(f.bag, PIN, &key));
	kc_buf_reset(&f.blob);
	CHECK_OK(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, RIGHT, &f.blob));
	kc_keybag_adopt(f.bag);
	CHECK(!kc_keybag_is_unlocked(f.bag));
	reopen(&f);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	check_open(f.bag, " ak ck dk aku cku dku akpu");
}

/* Whoever has the device secret can give a bag an officer's way to keys of his own. The user's next
 * password would be wrapped around those, were a class not open that shows it. */
static void officer_of_other_keys(void)
{
	KC_CLEANUP_KEYBAG struct kc_keybag *theirs = NULL;
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT, stored = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_keybag_blob mixed;
	FIXTURE(f);
	CHECK_OK_FATAL(kc_keybag_create(&f.device_secret, RIGHT, PIN, &theirs, &blob));
	mixed = f.bag->blob;
	mixed.ways[KC_HOLDER_OFFICER] = theirs->blob.ways[KC_HOLDER_OFFICER];
	kc_buf_reset(&f.blob);
	CHECK_OK_FATAL(kc_keybag_blob_build(&mixed, kc_secret_bytes(&f.device_secret), &f.blob));
	reopen(&f);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	kc_keybag_lock(f.bag); /* ck stays open */
	CHECK_OK(kc_keybag_check_officer(f.bag, PIN, &key));
	CHECK_ERR(kc_keybag_rewrap(f.bag, &key, KC_HOLDER_USER, WRONG, &stored), KC_E_DAMAGED);
	CHECK_OK(kc_keybag_unlock(f.bag, RIGHT));
	/* One way's wrapped keys are no others'. */
	mixed.ways[KC_HOLDER_USER] = theirs->blob.ways[KC_HOLDER_OFFICER];
	kc_buf_reset(&f.blob);
	CHECK_OK_FATAL(kc_keybag_blob_build(&mixed, kc_secret_bytes(&f.device_secret), &f.blob));
	reopen(&f);
	CHECK_ERR(kc_keybag_unlock(f.bag, PIN), KC_E_AUTH);
}

/* One label, one purpose: no two are equal, and none is the beginning of another. */
static void labels_are_apart(void)
{
	for (unsigned a = 0; a < KC_LABEL_COUNT; a++)
		for (unsigned b = 0; b < KC_LABEL_COUNT; b++) {
			struct kc_bytes x = kc_label_bytes((enum kc_label)a);
			struct kc_bytes y = kc_label_bytes((enum kc_label)b);

			CHECK(x.len > 0);
			if (a != b && x.len <= y.len)
				CHECK(memcmp(x.data, y.data, x.len) != 0);
		}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(protections),
		CHECK_TEST(lock_states),
		CHECK_TEST(wrong_passwords),
		CHECK_TEST(password_change),
		CHECK_TEST(sealing_needs_the_class),
		CHECK_TEST(sealed_stays_in_its_place),
		CHECK_TEST(sealed_bytes_resist_tampering),
		CHECK_TEST(blob_resists_tampering),
		CHECK_TEST(ways_have_an_order),
		CHECK_TEST(another_device_secret_is_damage),
		CHECK_TEST(costs_have_limits),
		CHECK_TEST(macs_are_stable_and_apart),
		CHECK_TEST(known_answers),
		CHECK_TEST(known_answers_of_officers),
		CHECK_TEST(officer_opens_nothing),
		CHECK_TEST(officer_replaces_a_password),
		CHECK_TEST(officer_pin_changes),
		CHECK_TEST(without_a_user),
		CHECK_TEST(officer_of_other_keys),
		CHECK_TEST(labels_are_apart),
	};
	return check_main("keybag", tests, KC_COUNT_OF(tests));
}
