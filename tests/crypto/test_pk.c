/* SPDX-License-Identifier: ISC */
/* Key pairs: stored forms, what is refused, and each way of signing. */
#include <string.h>

#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/low_s.h"
#include "crypto/pk.h"
#include "crypto/rsa_complete.h"
#include "crypto/scalar_key.h"
#include "base/der.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

#define MESSAGE kc_bytes_str("Attack at dawn")

static const struct {
	const char *what;
	enum kc_key_type type;
	unsigned bits;
} keys[] = {
	{"RSA-2048", KC_KEY_RSA, 2048},
	{"P-256", KC_KEY_EC, 256},
	{"P-384", KC_KEY_EC, 384},
	{"P-521", KC_KEY_EC, 521},
	{"Ed25519", KC_KEY_ED25519, 256},
	{"RSA-512", KC_KEY_RSA, 512},
	{"P-192", KC_KEY_EC, 192},
	{"P-224", KC_KEY_EC, 224},
	{"Ed448", KC_KEY_ED448, 456},
	{"X25519", KC_KEY_X25519, 256},
	{"X448", KC_KEY_X448, 448},
};

static struct kc_pk *made[KC_COUNT_OF(keys)];

static void make_keys(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		CHECK_OK_FATAL(kc_pk_generate(keys[i].type, keys[i].bits, &made[i]));
		CHECK_MSG(kc_pk_type(made[i]) == keys[i].type, keys[i].what);
		CHECK_MSG(kc_pk_bits(made[i]) == keys[i].bits, keys[i].what);
		CHECK_MSG(kc_pk_is_private(made[i]), keys[i].what);
	}
}

static void refuses_sizes(void)
{
	static const struct {
		enum kc_key_type type;
		unsigned bits;
		kc_err wanted;
	} rows[] = {
		{KC_KEY_RSA, 504, KC_E_KEY_SIZE},
		{KC_KEY_RSA, 2049, KC_E_KEY_SIZE},
		{KC_KEY_RSA, 8200, KC_E_KEY_SIZE},
		{KC_KEY_RSA, 16384, KC_E_KEY_SIZE},
		{KC_KEY_RSA, 0, KC_E_KEY_SIZE},
		{KC_KEY_EC, 225, KC_E_KEY_SIZE},
		{KC_KEY_EC, 0, KC_E_KEY_SIZE},
		{KC_KEY_ED25519, 255, KC_E_KEY_SIZE},
		{KC_KEY_ED448, 448, KC_E_KEY_SIZE},
		{KC_KEY_X25519, 255, KC_E_KEY_SIZE},
		{KC_KEY_X448, 456, KC_E_KEY_SIZE},
		{(enum kc_key_type)109, 256, KC_E_KEY_TYPE},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		CHECK_ERR(kc_pk_generate(rows[i].type, rows[i].bits, &pk), rows[i].wanted);
	}
}

static void stored_forms_round_trip(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		KC_CLEANUP_PK struct kc_pk *private = NULL, *public = NULL, *from_spki = NULL;
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT, again = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf open = KC_BUF_INIT, open_again = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, spki_again = KC_BUF_INIT;
		uint8_t label[20], digest[20];

		CHECK_OK(kc_pk_store_private(made[i], &stored));
		CHECK_OK_FATAL(kc_pk_load(keys[i].type, true, kc_secret_bytes(&stored), &private));
		CHECK_OK(kc_pk_store_private(private, &again));
		CHECK(kc_bytes_equal(kc_secret_bytes(&stored), kc_secret_bytes(&again)));

		CHECK_OK(kc_pk_store_public(made[i], &open));
		CHECK_OK_FATAL(kc_pk_load(keys[i].type, false, kc_buf_bytes(&open), &public));
		CHECK_OK(kc_pk_store_public(public, &open_again));
		CHECK(kc_bytes_equal(kc_buf_bytes(&open), kc_buf_bytes(&open_again)));
		CHECK(!kc_pk_is_private(public));
		CHECK_ERR(kc_pk_store_private(public, &again), KC_E_KEY_TYPE);

		CHECK_OK(kc_pk_spki(private, &spki));
		CHECK_OK_FATAL(kc_pk_load_spki(kc_buf_bytes(&spki), &from_spki));
		CHECK_OK(kc_pk_spki(from_spki, &spki_again));
		CHECK(kc_bytes_equal(kc_buf_bytes(&spki), kc_buf_bytes(&spki_again)));
		CHECK(kc_pk_type(from_spki) == keys[i].type);
		CHECK(kc_pk_bits(from_spki) == keys[i].bits);

		CHECK_OK(kc_pk_label(private, label));
		CHECK_OK(kc_hash_compute(KC_HASH_SHA1, kc_buf_bytes(&open), digest));
		CHECK(memcmp(label, digest, sizeof label) == 0);
	}
}

static void forms_have_their_lengths(void)
{
	static const struct {
		size_t key, private_len, public_len;
	} rows[] = {{1, 97, 65}, {2, 145, 97}, {3, 199, 133}, {4, 32, 32}, {6, 73, 49}, {7, 85, 57},
		{8, 57, 57}, {9, 32, 32}, {10, 56, 56}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf open = KC_BUF_INIT;

		CHECK_OK(kc_pk_store_private(made[rows[i].key], &stored));
		CHECK_OK(kc_pk_store_public(made[rows[i].key], &open));
		CHECK(stored.len == rows[i].private_len && open.len == rows[i].public_len);
	}
}

/* Cut anywhere or made longer, no stored form loads. */
static void stored_forms_have_one_length(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf longer = KC_BUF_INIT, spki = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		CHECK_OK_FATAL(kc_pk_store_private(made[i], &stored));
		CHECK_OK_FATAL(kc_pk_spki(made[i], &spki));
		for (size_t len = 0; len < stored.len; len++)
			CHECK_ERR(kc_pk_load(keys[i].type, true, kc_bytes(stored.data, len), &pk),
				KC_E_DECODE);
		for (size_t len = 0; len < spki.len; len++)
			CHECK(kc_pk_load_spki(kc_bytes(spki.data, len), &pk) != KC_OK);
		kc_buf_push(&longer, stored.data, stored.len);
		kc_buf_push_byte(&longer, 0);
		CHECK_ERR(kc_pk_load(keys[i].type, true, kc_buf_bytes(&longer), &pk), KC_E_DECODE);
		kc_buf_push_byte(&spki, 0);
		CHECK_ERR(kc_pk_load_spki(kc_buf_bytes(&spki), &pk), KC_E_DECODE);
		CHECK(pk == NULL);
	}
}

/* A key of our own comes back without the question whether its halves belong together; its public
 * half is looked at all the same. */
static void check_own(size_t key, struct kc_bytes stored)
{
	KC_CLEANUP_SECRET struct kc_secret again = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf off = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	kc_buf_push(&off, stored.data, stored.len);
	CHECK_OK_FATAL(kc_buf_check(&off));
	off.data[1] ^= 1;
	CHECK_ERR(kc_pk_load_own(keys[key].type, kc_buf_bytes(&off), &pk), KC_E_DECODE);
	CHECK_ERR(kc_pk_load_own(keys[key].type, kc_bytes(stored.data, stored.len - 1), &pk),
		KC_E_DECODE);
	CHECK_OK_FATAL(kc_pk_load_own(keys[key].type, stored, &pk));
	CHECK_OK(kc_pk_store_private(pk, &again));
	CHECK(kc_bytes_equal(kc_secret_bytes(&again), stored));
}

/* A changed bit of an EC key's private form leaves the curve, or parts the two halves. */
static void ec_halves_must_belong_together(void)
{
	for (size_t key = 1; key < KC_COUNT_OF(keys); key++) {
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;

		if (keys[key].type != KC_KEY_EC)
			continue;
		CHECK_OK_FATAL(kc_pk_store_private(made[key], &stored));
		check_own(key, kc_secret_bytes(&stored));
		for (size_t i = 0; i < stored.len; i++) {
			KC_CLEANUP_PK struct kc_pk *pk = NULL;

			stored.data[i] ^= 1;
			CHECK_ERR(kc_pk_load(KC_KEY_EC, true, kc_secret_bytes(&stored), &pk),
				KC_E_DECODE);
			stored.data[i] ^= 1;
		}
	}
}

static void refuses_points(void)
{
	static const struct {
		const char *what, *point;
	} rows[] = {
		{"infinity", "00"},
		{"compressed generator of P-256",
			"036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"},
		{"hybrid generator of P-256",
			"076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
			"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
		{"off the curve", "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
				  "964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51"
				  "f4"},
		{"zeros", "0400000000000000000000000000000000000000000000000000000000000000"
			  "000000000000000000000000000000000000000000000000000000000000000000"},
		{"X not below the field's prime",
			"04ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
			"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"},
	};
	static const char generator[] =
		"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
	KC_CLEANUP_BUF struct kc_buf good = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf point = KC_BUF_INIT;

		hex_push(&point, rows[i].point);
		CHECK_MSG(kc_pk_load(KC_KEY_EC, false, kc_buf_bytes(&point), &pk) == KC_E_DECODE,
			rows[i].what);
	}
	hex_push(&good, generator);
	CHECK_OK(kc_pk_load(KC_KEY_EC, false, kc_buf_bytes(&good), &pk));
}

static void refuses_broken_rsa(void)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;
	static const struct {
		const char *what, *der;
		kc_err wanted;
	} rows[] = {
		{"empty", "3000", KC_E_DECODE},
		{"n = 0", "3006020100020103", KC_E_KEY_SIZE},
		{"n negative", "30060201ff020103", KC_E_DECODE},
		{"n padded", "3007 02020001 020103", KC_E_DECODE},
		{"small n", "3006020123020103", KC_E_KEY_SIZE},
		{"n of 504 bits",
			"3044 023f 80000000000000000000000000000000"
			"0000000000000000000000000000000000000000000000000000000000000000"
			"000000000000000000000000000001 020103",
			KC_E_DECODE},
		{"trailing bytes", "3006020123020103 00", KC_E_DECODE},
		{"third number", "3009020123020103020103", KC_E_DECODE},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;

		hex_push(&der, rows[i].der);
		CHECK_MSG(kc_pk_load(KC_KEY_RSA, false, kc_buf_bytes(&der), &pk) == rows[i].wanted,
			rows[i].what);
	}
	CHECK_OK_FATAL(kc_pk_store_private(made[0], &stored));
	stored.data[40] ^= 1; /* within n, so that p · q is another number */
	CHECK_ERR(kc_pk_load(KC_KEY_RSA, true, kc_secret_bytes(&stored), &pk), KC_E_DECODE);
}

/* --- numbers that are longer than they need be --------------------------------------------------
 */

enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

/* Appends the stored form of an RSA key with one number longer than all of the key, by bytes before
 * it, and nothing of those from missing on. */
static void put_lengthened(struct kc_bytes stored, int longer, int missing, struct kc_buf *ret)
{
	struct kc_der_reader r, fields;
	struct kc_der_writer w;

	kc_der_reader_init(&r, stored);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, kc_der_get_uint_max(&fields, 0));
	for (int i = 0; i < NUMBERS; i++) {
		KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT;
		struct kc_bytes is = kc_der_get(&fields, KC_DER_INTEGER);

		if (i == longer)
			memset(kc_buf_extend(&number, 300), 1, 300);
		kc_buf_push(&number, is.data, is.len);
		if (i < missing)
			kc_der_put(&w, KC_DER_INTEGER, kc_buf_bytes(&number));
		else
			kc_der_put_uint(&w, 0);
	}
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
}

static void put_pkcs8(const struct kc_buf *key, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf algorithm = KC_BUF_INIT;
	struct kc_der_writer w;

	hex_push(&algorithm, "300d 06092a864886f70d010101 0500");
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0);
	kc_der_put_raw(&w, kc_buf_bytes(&algorithm));
	kc_der_put_bytes(&w, kc_buf_bytes(key));
	kc_der_end(&w);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
}

/* They would be computed with for hours. */
static void long_numbers_are_refused(void)
{
	static const int longer[] = {D, DP, DQ, QINV};
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;

	CHECK_OK_FATAL(kc_pk_store_private(made[0], &stored));
	for (size_t i = 0; i < KC_COUNT_OF(longer); i++) {
		KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		put_lengthened(kc_secret_bytes(&stored), longer[i], NUMBERS, &der);
		CHECK_ERR(kc_pk_load(KC_KEY_RSA, true, kc_buf_bytes(&der), &pk), KC_E_DECODE);
	}
	for (int i = E; i <= Q + 1; i++) {
		KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT, pkcs8 = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;

		put_lengthened(kc_secret_bytes(&stored), i, DP, &der);
		put_pkcs8(&der, &pkcs8);
		CHECK_ERR(
			kc_rsa_complete(kc_buf_bytes(&pkcs8), &whole), i > Q ? KC_OK : KC_E_DECODE);
	}
}

static const struct {
	const char *what;
	size_t key;
	struct kc_sign_params params;
} ways[] = {
	{"PKCS1 SHA1", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA1}},
	{"PKCS1 SHA224", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA224}},
	{"PKCS1 SHA256", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256}},
	{"PKCS1 SHA512", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA512}},
	{"PKCS1 SHA3", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA3_256}},
	{"PKCS1 SHA512/224", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA512_224}},
	{"PKCS1 MD5", 0, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_MD5}},
	{"PSS SHA3", 0,
		{.scheme = KC_SIGN_RSA_PSS,
			.hash = KC_HASH_SHA3_512,
			.mgf_hash = KC_HASH_SHA3_224,
			.salt_len = 64}},
	{"PSS SHA256", 0,
		{.scheme = KC_SIGN_RSA_PSS,
			.hash = KC_HASH_SHA256,
			.mgf_hash = KC_HASH_SHA256,
			.salt_len = 32}},
	{"PSS SHA384/1", 0,
		{.scheme = KC_SIGN_RSA_PSS, .hash = KC_HASH_SHA384, .mgf_hash = KC_HASH_SHA1}},
	{"PSS most salt", 0,
		{.scheme = KC_SIGN_RSA_PSS,
			.hash = KC_HASH_SHA256,
			.mgf_hash = KC_HASH_SHA256,
			.salt_len = 222}},
	{"P-256", 1, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256}},
	{"P-256 raw", 1, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA512}},
	{"P-256 SHA3", 1, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA3_384}},
	{"P-384", 2, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA384}},
	{"P-384 raw", 2, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA1}},
	{"P-521", 3, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA512}},
	{"P-521 raw", 3, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA256}},
	{"Ed25519", 4, {.scheme = KC_SIGN_EDDSA}},
	{"RSA-512", 5, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256}},
	{"P-192", 6, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA1}},
	{"P-192 raw", 6, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA256}},
	{"P-224 raw", 7, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA224}},
	{"Ed448", 8, {.scheme = KC_SIGN_EDDSA}},
	{"Ed448, a context of nothing", 8, {.scheme = KC_SIGN_EDDSA, .has_context = true}},
};

static struct kc_pk *public_half(const struct kc_pk *pk)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	struct kc_pk *public = NULL;

	CHECK_OK_FATAL(kc_pk_store_public(pk, &stored));
	CHECK_OK_FATAL(kc_pk_load(kc_pk_type(pk), false, kc_buf_bytes(&stored), &public));
	return public;
}

static void signatures_verify(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		const struct kc_sign_params *params = &ways[i].params;
		KC_CLEANUP_PK struct kc_pk *public = public_half(made[ways[i].key]);
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

		kc_buf_push_str(&signature, "before");
		CHECK_OK(kc_pk_sign(made[ways[i].key], params, MESSAGE, &signature));
		CHECK_FATAL(signature.len > 6 && memcmp(signature.data, "before", 6) == 0);
		struct kc_bytes good = kc_bytes(signature.data + 6, signature.len - 6);
		CHECK_MSG(kc_pk_verify(public, params, MESSAGE, good) == KC_OK, ways[i].what);
		CHECK_MSG(kc_pk_verify(made[ways[i].key], params, MESSAGE, good) == KC_OK,
			ways[i].what);
		CHECK_ERR(kc_pk_verify(public, params, kc_bytes_str("Attack at dusk"), good),
			KC_E_VERIFY);
		CHECK_ERR(kc_pk_verify(public, params, MESSAGE, kc_bytes(good.data, good.len - 1)),
			KC_E_VERIFY);
		CHECK_ERR(kc_pk_verify(public, params, MESSAGE, kc_bytes(NULL, 0)), KC_E_VERIFY);
		for (size_t at = 0; at < good.len; at += 5) {
			signature.data[6 + at] ^= 0x40;
			CHECK_ERR(kc_pk_verify(public, params, MESSAGE, good), KC_E_VERIFY);
			signature.data[6 + at] ^= 0x40;
		}
		CHECK_ERR(kc_pk_sign(public, params, MESSAGE, &signature), KC_E_KEY_TYPE);
	}
}

/* A digest made by the caller and one made here are the same thing. */
static void digests_may_come_from_outside(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		struct kc_sign_params outside = ways[i].params;
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
		uint8_t digest[KC_HASH_MAX_LEN];
		size_t len = kc_hash_len(outside.hash);

		if (outside.hash == KC_HASH_NONE)
			continue;
		outside.prehashed = true;
		CHECK_OK(kc_hash_compute(outside.hash, MESSAGE, digest));
		CHECK_OK(
			kc_pk_sign(made[ways[i].key], &outside, kc_bytes(digest, len), &signature));
		CHECK_MSG(kc_pk_verify(made[ways[i].key], &ways[i].params, MESSAGE,
				  kc_buf_bytes(&signature)) == KC_OK,
			ways[i].what);
		CHECK_ERR(kc_pk_sign(made[ways[i].key], &outside, kc_bytes(digest, len - 1),
				  &signature),
			KC_E_DATA_LEN);
	}
}

/* CKM_RSA_PKCS signs a DigestInfo that the caller built; ECDSA without a hash cuts what is longer.
 */
static void bare_inputs(void)
{
	static const struct kc_sign_params rsa = {.scheme = KC_SIGN_RSA_PKCS1},
					   rsa_sha256 = {.scheme = KC_SIGN_RSA_PKCS1,
						   .hash = KC_HASH_SHA256},
					   ec = {.scheme = KC_SIGN_ECDSA_DER};
	KC_CLEANUP_BUF struct kc_buf info = KC_BUF_INIT, a = KC_BUF_INIT, b = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf cut = KC_BUF_INIT;
	uint8_t digest[KC_HASH_MAX_LEN], block[256] = {1};

	CHECK_OK(kc_hash_compute(KC_HASH_SHA256, MESSAGE, digest));
	hex_push(&info, "3031300d060960864801650304020105000420"); /* RFC 8017 9.2, note 1 */
	kc_buf_push(&info, digest, 32);
	CHECK_OK(kc_pk_sign(made[0], &rsa, kc_buf_bytes(&info), &a));
	CHECK_OK(kc_pk_sign(made[0], &rsa_sha256, MESSAGE, &b));
	CHECK(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&b)));
	CHECK_OK(kc_pk_sign(made[0], &rsa, kc_bytes(block, 245), &a));
	CHECK_ERR(kc_pk_sign(made[0], &rsa, kc_bytes(block, 246), &a), KC_E_DATA_LEN);

	CHECK_OK(kc_hash_compute(KC_HASH_SHA512, MESSAGE, digest));
	CHECK_OK(kc_pk_sign(made[1], &ec, kc_bytes(digest, 64), &cut));
	CHECK_OK(kc_pk_verify(made[1], &ec, kc_bytes(digest, 32), kc_buf_bytes(&cut)));
	CHECK_OK(kc_pk_verify(made[1], &ec, kc_bytes(digest, 64), kc_buf_bytes(&cut)));
}

static void refuses_schemes(void)
{
	static const struct {
		size_t key;
		struct kc_sign_params params;
		kc_err wanted;
	} rows[] = {
		{0, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256}, KC_E_MECHANISM},
		{0, {.scheme = KC_SIGN_EDDSA}, KC_E_MECHANISM},
		{0, {.scheme = KC_SIGN_RSA_PSS}, KC_E_MECHANISM_PARAM},
		{0, {.scheme = KC_SIGN_RSA_PSS, .hash = KC_HASH_SHA256}, KC_E_MECHANISM_PARAM},
		{0,
			{.scheme = KC_SIGN_RSA_PSS,
				.hash = KC_HASH_SHA256,
				.mgf_hash = KC_HASH_SHA256,
				.salt_len = 223},
			KC_E_MECHANISM_PARAM},
		{0,
			{.scheme = KC_SIGN_RSA_PSS,
				.hash = KC_HASH_SHA256,
				.mgf_hash = KC_HASH_SHA256,
				.salt_len = UINT32_MAX},
			KC_E_MECHANISM_PARAM},
		{1, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256}, KC_E_MECHANISM},
		{1, {.scheme = KC_SIGN_EDDSA}, KC_E_MECHANISM},
		{4, {.scheme = KC_SIGN_ECDSA_RAW}, KC_E_MECHANISM},
		{4, {.scheme = KC_SIGN_EDDSA, .hash = KC_HASH_SHA512}, KC_E_MECHANISM},
		{4, {.scheme = KC_SIGN_EDDSA, .prehashed = true}, KC_E_MECHANISM_PARAM},
		{4, {.scheme = KC_SIGN_EDDSA, .has_context = true}, KC_E_MECHANISM_PARAM},
		{4, {.scheme = KC_SIGN_EDDSA, .context = {(const uint8_t *)"a", 1}},
			KC_E_MECHANISM_PARAM},
		{8, {.scheme = KC_SIGN_EDDSA, .prehashed = true}, KC_E_MECHANISM_PARAM},
		{8, {.scheme = KC_SIGN_EDDSA, .context = {(const uint8_t *)"a", 1}},
			KC_E_MECHANISM_PARAM},
		{0, {.scheme = KC_SIGN_RSA_RAW, .hash = KC_HASH_SHA256}, KC_E_MECHANISM_PARAM},
		{0, {.scheme = KC_SIGN_RSA_RAW}, KC_E_DATA_LEN},
		{1, {.scheme = KC_SIGN_RSA_RAW}, KC_E_MECHANISM},
		{0, {.scheme = (enum kc_sign_scheme)99}, KC_E_MECHANISM},
		{9, {.scheme = KC_SIGN_EDDSA}, KC_E_MECHANISM},
		{10, {.scheme = KC_SIGN_ECDSA_DER}, KC_E_MECHANISM},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;

		CHECK_ERR(kc_pk_sign(made[rows[i].key], &rows[i].params, MESSAGE, &signature),
			rows[i].wanted);
		CHECK_ERR(kc_pk_verify(made[rows[i].key], &rows[i].params, MESSAGE,
				  kc_bytes_str("signature")),
			rows[i].wanted);
		CHECK(signature.len == 0);
	}
}

/* The bare operation on a block that the caller has padded is the padded operation. */
static void bare_signature(void)
{
	static const struct kc_sign_params raw = {.scheme = KC_SIGN_RSA_RAW},
					   pkcs1 = {.scheme = KC_SIGN_RSA_PKCS1};
	KC_CLEANUP_PK struct kc_pk *public = public_half(made[0]);
	KC_CLEANUP_BUF struct kc_buf a = KC_BUF_INIT, b = KC_BUF_INIT;
	uint8_t block[257];

	memset(block, 0xff, sizeof block);
	block[0] = 0;
	block[1] = 1;
	block[256 - 15] = 0;
	memcpy(block + 256 - 14, MESSAGE.data, 14);
	CHECK_OK(kc_pk_sign(made[0], &pkcs1, MESSAGE, &a));
	CHECK_OK(kc_pk_sign(made[0], &raw, kc_bytes(block, 256), &b));
	CHECK(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&b)));
	CHECK_OK(kc_pk_verify(public, &raw, kc_bytes(block, 256), kc_buf_bytes(&b)));
	block[100] ^= 1;
	CHECK_ERR(kc_pk_verify(public, &raw, kc_bytes(block, 256), kc_buf_bytes(&b)), KC_E_VERIFY);
	CHECK_ERR(kc_pk_sign(made[0], &raw, kc_bytes(block, 255), &b), KC_E_DATA_LEN);
	CHECK_ERR(kc_pk_sign(made[0], &raw, kc_bytes(block, 257), &b), KC_E_DATA_LEN);
	memset(block, 0xff, sizeof block); /* above any modulus */
	CHECK_ERR(kc_pk_sign(made[0], &raw, kc_bytes(block, 256), &b), KC_E_DATA_LEN);
	CHECK(b.len == 256);
}

/* What was signed comes out again, and nothing of what is no signature. */
static void signatures_are_recovered(void)
{
	static const struct kc_sign_params raw = {.scheme = KC_SIGN_RSA_RAW},
					   pkcs1 = {.scheme = KC_SIGN_RSA_PKCS1},
					   hashed = {.scheme = KC_SIGN_RSA_PKCS1,
						   .hash = KC_HASH_SHA256},
					   pss = {.scheme = KC_SIGN_RSA_PSS,
						   .hash = KC_HASH_SHA256,
						   .mgf_hash = KC_HASH_SHA256},
					   ecdsa = {.scheme = KC_SIGN_ECDSA_DER};
	KC_CLEANUP_PK struct kc_pk *public = public_half(made[0]);
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT, out = KC_BUF_INIT;
	uint8_t most[245], block[256] = {0, 1, 0xff};

	memset(most, 0x5a, sizeof most);
	for (size_t len = 0; len <= sizeof most; len += 35) {
		kc_buf_truncate(&signature, 0);
		kc_buf_truncate(&out, 0);
		kc_buf_push_str(&out, "before");
		CHECK_OK(kc_pk_sign(made[0], &pkcs1, kc_bytes(most, len), &signature));
		CHECK_OK(kc_pk_recover(public, &pkcs1, kc_buf_bytes(&signature), &out));
		CHECK(out.len == 6 + len && memcmp(out.data + 6, most, len) == 0);
		CHECK_OK(kc_pk_recover(made[0], &pkcs1, kc_buf_bytes(&signature), &out));
		CHECK(out.len == 6 + 2 * len);
	}
	kc_buf_truncate(&out, 0);
	signature.data[200] ^= 1;
	CHECK_ERR(kc_pk_recover(public, &pkcs1, kc_buf_bytes(&signature), &out), KC_E_VERIFY);
	CHECK_ERR(kc_pk_recover(public, &pkcs1, kc_bytes(signature.data, 255), &out), KC_E_VERIFY);
	CHECK_ERR(kc_pk_recover(public, &raw, kc_bytes(NULL, 0), &out), KC_E_VERIFY);
	kc_buf_truncate(&signature, 0);
	CHECK_OK(kc_pk_sign(made[0], &raw, KC_BYTES_OF(block), &signature));
	CHECK_ERR(kc_pk_recover(public, &pkcs1, kc_buf_bytes(&signature), &out), KC_E_VERIFY);
	CHECK_ERR(kc_pk_recover(public, &hashed, kc_buf_bytes(&signature), &out),
		KC_E_MECHANISM_PARAM);
	CHECK_ERR(
		kc_pk_recover(public, &pss, kc_buf_bytes(&signature), &out), KC_E_MECHANISM_PARAM);
	CHECK_ERR(kc_pk_recover(public, &ecdsa, kc_buf_bytes(&signature), &out), KC_E_MECHANISM);
	CHECK_ERR(kc_pk_recover(made[1], &pkcs1, kc_buf_bytes(&signature), &out), KC_E_MECHANISM);
	CHECK_ERR(kc_pk_recover(made[4], &pkcs1, kc_buf_bytes(&signature), &out), KC_E_MECHANISM);
	CHECK(out.len == 0);
	CHECK_OK(kc_pk_recover(public, &raw, kc_buf_bytes(&signature), &out));
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), KC_BYTES_OF(block)));
}

/* The last number of the stored public key is the exponent. */
static void exponents(void)
{
	static const struct {
		const char *what, *exponent, *stored;
		kc_err wanted;
	} rows[] = {
		{"65537", "010001", "0203010001", KC_OK},
		{"65537, wide", "000000000000000000010001", "0203010001", KC_OK},
		{"65539", "010003", "0203010003", KC_OK},
		{"64 bits", "8000000000000001", "0209008000000000000001", KC_OK},
		{"65 bits", "010000000000000001", "", KC_E_PARAM},
		{"even", "010002", "", KC_E_PARAM},
		{"3", "03", "", KC_E_PARAM},
		{"65535", "ffff", "", KC_E_PARAM},
		{"0", "00", "", KC_E_PARAM},
		{"none", "", "", KC_E_PARAM},
	};
	KC_CLEANUP_PK struct kc_pk *refused = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf e = KC_BUF_INIT, stored = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf wanted = KC_BUF_INIT, signature = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		hex_push(&e, rows[i].exponent);
		CHECK_ERR(kc_pk_generate_rsa(1024, kc_buf_bytes(&e), &pk), rows[i].wanted);
		if (rows[i].wanted != KC_OK)
			continue;
		hex_push(&wanted, rows[i].stored);
		CHECK_OK_FATAL(kc_pk_store_public(pk, &stored));
		CHECK_MSG(
			memcmp(stored.data + stored.len - wanted.len, wanted.data, wanted.len) == 0,
			rows[i].what);
		CHECK(kc_pk_bits(pk) == 1024 && kc_pk_is_private(pk));
		CHECK_OK(kc_pk_sign(pk, &ways[0].params, MESSAGE, &signature));
		CHECK_OK(kc_pk_verify(pk, &ways[0].params, MESSAGE, kc_buf_bytes(&signature)));
	}
	CHECK_ERR(kc_pk_generate_rsa(1025, kc_bytes("\1\0\1", 3), &refused), KC_E_KEY_SIZE);
}

/* RFC 8032 7.1, test 2. */
static void ed25519_vector(void)
{
	static const struct kc_sign_params params = {.scheme = KC_SIGN_EDDSA};
	KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT, public = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	hex_push(&seed, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
	CHECK_OK_FATAL(kc_pk_load(KC_KEY_ED25519, true, kc_buf_bytes(&seed), &pk));
	CHECK_OK(kc_pk_store_public(pk, &public));
	CHECK(hex_is(kc_buf_bytes(&public),
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
	CHECK_OK(kc_pk_sign(pk, &params, kc_bytes_str("\x72"), &signature));
	CHECK(hex_is(kc_buf_bytes(&signature),
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
}

/* RFC 8032 7.4, "1 octet". */
static void ed448_vector(void)
{
	static const struct kc_sign_params params = {.scheme = KC_SIGN_EDDSA};
	KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT, public = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	hex_push(&seed, "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a"
			"fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e");
	CHECK_OK_FATAL(kc_pk_load(KC_KEY_ED448, true, kc_buf_bytes(&seed), &pk));
	CHECK_OK(kc_pk_store_public(pk, &public));
	CHECK(hex_is(kc_buf_bytes(&public),
		"43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
		"6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480"));
	CHECK_OK(kc_pk_sign(pk, &params, kc_bytes_str("\x03"), &signature));
	CHECK(hex_is(kc_buf_bytes(&signature),
		"26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
		"2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
		"cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
		"f3348ab21aa4adafd1d234441cf807c03a00"));
}

/* Both compressed forms of each curve's points are one point of it again. */
static void compressed_points(void)
{
	for (size_t key = 1; key < KC_COUNT_OF(keys); key++) {
		KC_CLEANUP_BUF struct kc_buf point = KC_BUF_INIT, compressed = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf expanded = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;
		size_t field;

		if (keys[key].type != KC_KEY_EC)
			continue;
		CHECK_OK_FATAL(kc_pk_store_public(made[key], &point));
		field = (point.len - 1) / 2;
		kc_buf_push_byte(&compressed, point.data[point.len - 1] & 1 ? 3 : 2);
		kc_buf_push(&compressed, point.data + 1, field);
		CHECK_ERR(
			kc_pk_load(KC_KEY_EC, false, kc_buf_bytes(&compressed), &pk), KC_E_DECODE);
		CHECK_OK(kc_pk_ec_expand(kc_buf_bytes(&compressed), &expanded));
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&point), kc_buf_bytes(&expanded)),
			keys[key].what);
		compressed.data[0] ^= 1; /* the point opposite */
		kc_buf_truncate(&expanded, 0);
		CHECK_OK(kc_pk_ec_expand(kc_buf_bytes(&compressed), &expanded));
		CHECK(memcmp(point.data, expanded.data, 1 + field) == 0);
		CHECK(!kc_bytes_equal(kc_buf_bytes(&point), kc_buf_bytes(&expanded)));
		compressed.data[0] = 4;
		CHECK_ERR(kc_pk_ec_expand(kc_buf_bytes(&compressed), &expanded), KC_E_DECODE);
		CHECK_ERR(kc_pk_ec_expand(kc_buf_bytes(&point), &expanded), KC_E_DECODE);
		memset(compressed.data, 0xff, compressed.len); /* X above the field's prime */
		compressed.data[0] = 2;
		CHECK_ERR(kc_pk_ec_expand(kc_buf_bytes(&compressed), &expanded), KC_E_DECODE);
	}
}

/* --- vectors and edges of what the circle uses --------------------------------------------------
 */

/* The scalar is seed mod (n - 1) + 1: 1 for a seed of zero and of n - 1, n - 1 for n - 2. */
static void derived_scalars_at_the_edges(void)
{
	static const struct {
		const char *seed, *scalar;
	} rows[] = {
		{"0000000000000000000000000000000000000000000000000000000000000000",
			"0000000000000000000000000000000000000000000000000000000000000001"},
		{"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
			"0000000000000000000000000000000000000000000000000000000000000001"},
		{"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
			"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550"},
		{"0000000000000000000000000000000000000000000000000000000000000041",
			"0000000000000000000000000000000000000000000000000000000000000042"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
		KC_CLEANUP_BUF struct kc_buf seed = KC_BUF_INIT;
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		(void)kc_buf_extend(&seed, 16);
		hex_push(&seed, rows[i].seed);
		CHECK_OK_FATAL(kc_scalar_key_make(kc_buf_bytes(&seed), &stored));
		CHECK_MSG(hex_is(kc_bytes(stored.data + 65, 32), rows[i].scalar), rows[i].seed);
		CHECK_OK(kc_pk_load(KC_KEY_EC, true, kc_secret_bytes(&stored), &pk));
	}
}

/* Of the two signatures that hold for each message exactly one is low, and the other becomes it. */
static void low_s_alone_counts(void)
{
	static const struct {
		size_t key;
		unsigned bits;
		const char *half_order; /* floor(n / 2) */
		struct kc_sign_params raw;
	} rows[] = {
		{1, 256, "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8",
			{.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA256}},
		{2, 384,
			"7fffffffffffffffffffffffffffffffffffffffffffffffe3b1a6c0fa1b96ef"
			"ac0d06d9245853bd76760cb5666294b9",
			{.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA384}},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct kc_pk *pk = made[rows[i].key];
		KC_CLEANUP_BUF struct kc_buf half = KC_BUF_INIT;
		unsigned high = 0, low = 0;

		hex_push(&half, rows[i].half_order);
		for (int again = 0; again < 24; again++) {
			KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
			struct kc_bytes s;
			bool is_high;

			CHECK_OK_FATAL(kc_pk_sign(pk, &rows[i].raw, MESSAGE, &signature));
			CHECK_FATAL(signature.len == 2 * half.len);
			s = kc_bytes(signature.data + half.len, half.len);
			is_high = kc_bytes_compare(s, kc_buf_bytes(&half)) > 0;
			CHECK_ERR(kc_low_s_check(rows[i].bits, kc_buf_bytes(&signature)),
				is_high ? KC_E_VERIFY : KC_OK);
			CHECK_OK(kc_low_s_set(rows[i].bits, signature.data));
			CHECK(kc_bytes_compare(s, kc_buf_bytes(&half)) <= 0);
			CHECK_OK(kc_low_s_check(rows[i].bits, kc_buf_bytes(&signature)));
			CHECK_OK(kc_pk_verify(pk, &rows[i].raw, MESSAGE, kc_buf_bytes(&signature)));
			high += is_high;
			low += !is_high;
		}
		CHECK(high > 0 && low > 0); /* one in 2^23 runs sees only one kind */
	}
}

/* RFC 5903 8.2: the 384-bit group. */
static void agreement_vector(void)
{
	KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT, peer = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	hex_push(&own, "04667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6"
		       "DE3AC808ACB4BDB4C88732AEE95F41AA"
		       "9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38E"
		       "EB9FCFF3C2C947DAE69B4C634573A81C"
		       "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655"
		       "E35B538041E649EE3FAEF896783AB194");
	hex_push(&peer, "04E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D"
			"0D1AC43A0336DEF96FDA41D0774A35"
			"71DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1"
			"FFF83FA40142209DFF5EAAD96DB9E6386C");
	CHECK_OK(kc_pk_load(KC_KEY_EC, true, kc_buf_bytes(&own), &pk));
	CHECK_OK_FATAL(kc_agree_compute(kc_buf_bytes(&own), kc_buf_bytes(&peer), &shared));
	CHECK(hex_is(kc_secret_bytes(&shared),
		"11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4"
		"D603135569B9E9D09CF5D4A270F59746"));
}

static void owners_are_counted(void)
{
	struct kc_pk *pk = NULL, *second;

	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_EC, 256, &pk));
	second = kc_pk_ref(pk);
	kc_pk_free(pk);
	CHECK(kc_pk_bits(second) == 256);
	kc_pk_free(second);
	kc_pk_free(NULL);
}

static void free_keys(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(made); i++)
		kc_pk_free(made[i]);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(make_keys), /* first: the others use them */
		CHECK_TEST(refuses_sizes),
		CHECK_TEST(stored_forms_round_trip),
		CHECK_TEST(forms_have_their_lengths),
		CHECK_TEST(stored_forms_have_one_length),
		CHECK_TEST(ec_halves_must_belong_together),
		CHECK_TEST(refuses_points),
		CHECK_TEST(refuses_broken_rsa),
		CHECK_TEST(long_numbers_are_refused),
		CHECK_TEST(signatures_verify),
		CHECK_TEST(digests_may_come_from_outside),
		CHECK_TEST(bare_inputs),
		CHECK_TEST(refuses_schemes),
		CHECK_TEST(bare_signature),
		CHECK_TEST(signatures_are_recovered),
		CHECK_TEST(exponents),
		CHECK_TEST(ed25519_vector),
		CHECK_TEST(ed448_vector),
		CHECK_TEST(compressed_points),
		CHECK_TEST(derived_scalars_at_the_edges),
		CHECK_TEST(low_s_alone_counts),
		CHECK_TEST(agreement_vector),
		CHECK_TEST(owners_are_counted),
		CHECK_TEST(free_keys),
	};
	return check_main("pk", tests, KC_COUNT_OF(tests));
}
