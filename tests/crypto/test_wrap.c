/* SPDX-License-Identifier: ISC */
/* Keys wrapped by keys: every scheme there and back, zeroes where they belong, and what is refused.
 */
#include <string.h>

#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/wrap.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

static struct kc_pk *rsa, *public_half;
static struct kc_sk *aes, *des3, *chacha20;

static void make_keys(void)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_RSA, 2048, &rsa));
	CHECK_OK(kc_pk_store_public(rsa, &stored));
	CHECK_OK_FATAL(kc_pk_load(KC_KEY_RSA, false, kc_buf_bytes(&stored), &public_half));
	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_AES, 32, &aes));
	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_DES3, 24, &des3));
	CHECK_OK_FATAL(kc_sk_generate(KC_SECRET_CHACHA20, 32, &chacha20));
}

static void free_keys(void)
{
	kc_pk_free(rsa);
	kc_pk_free(public_half);
	kc_sk_free(aes);
	kc_sk_free(des3);
	kc_sk_free(chacha20);
}

#define IV_OF(len)                                                 \
	{                                                          \
		(const uint8_t *)"fedcba9876543210fedcba98", (len) \
	}

/* clang-format off */
static const struct {
	const char *what;
	struct kc_sk **sk; /* NULL: RSA */
	struct kc_cipher_params params;
	size_t least, step; /* of the values that it takes, in bytes */
	bool fills;               /* so that the length has to be known */
} rows[] = {
	{"ECB",      &aes,  {.scheme = KC_CIPHER_ECB}, 1, 1, true},
	{"CBC",      &aes,  {.scheme = KC_CIPHER_CBC, .iv = IV_OF(16)}, 1, 1, true},
	{"3DES ECB", &des3, {.scheme = KC_CIPHER_ECB}, 1, 1, true},
	{"3DES CBC", &des3, {.scheme = KC_CIPHER_CBC, .iv = IV_OF(8)}, 1, 1, true},
	{"CBC_PAD",  &aes,  {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(16)}, 1, 1, false},
	{"3DES CBC_PAD", &des3, {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(8)}, 1, 1, false},
	{"CTR",      &aes,  {.scheme = KC_CIPHER_CTR, .iv = IV_OF(16), .counter_bits = 32}, 1, 1, false},
	{"OFB",      &aes,  {.scheme = KC_CIPHER_OFB, .iv = IV_OF(16)}, 1, 1, false},
	{"GCM",      &aes,  {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 16}, 1, 1, false},
	{"CCM",      &aes,  {.scheme = KC_CIPHER_CCM, .iv = IV_OF(12), .tag_len = 16}, 1, 1, false},
	{"KW",       &aes,  {.scheme = KC_CIPHER_KW}, 16, 8, false},
	{"KWP",      &aes,  {.scheme = KC_CIPHER_KWP}, 1, 1, false},
	{"ChaCha20-Poly1305", &chacha20,
		{.scheme = KC_CIPHER_CHACHA20_POLY1305, .iv = IV_OF(12), .tag_len = 16}, 1, 1, false},
	{"RSA raw",  NULL,  {.scheme = KC_CIPHER_RSA_RAW}, 1, 1, true},
	{"PKCS1",    NULL,  {.scheme = KC_CIPHER_RSA_PKCS1}, 1, 1, false},
	{"OAEP",     NULL,  {.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_SHA3_256, .mgf_hash = KC_HASH_SHA3_256},
		1, 1, false},
	{"RSA and AES", NULL,
		{.scheme = KC_CIPHER_RSA_AES_WRAP, .hash = KC_HASH_SHA1, .mgf_hash = KC_HASH_SHA1, .aes_bits = 256},
		1, 1, false},
};
/* clang-format on */

static void there_and_back(void)
{
	uint8_t value[100];

	kc_random_fill(value, sizeof value);
	value[0] = 0; /* as a number it is shorter, and as a key not */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (size_t len = 1; len <= sizeof value; len++) {
			struct kc_wrap_key seals = {.sk = rows[i].sk ? *rows[i].sk : NULL};
			struct kc_wrap_key opens = seals;
			KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
			KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
			bool takes = len >= rows[i].least && len % rows[i].step == 0;

			if (!rows[i].sk) {
				seals.pk = public_half;
				opens.pk = rsa;
			}
			CHECK_ERR(kc_wrap_seal(
					  &seals, &rows[i].params, kc_bytes(value, len), &wrapped),
				takes ? KC_OK : KC_E_DATA_LEN);
			if (!takes)
				continue;
			CHECK_OK(kc_wrap_open(&opens, &rows[i].params, kc_buf_bytes(&wrapped),
				rows[i].fills ? len : 0, &back));
			CHECK_MSG(kc_bytes_equal(kc_secret_bytes(&back), kc_bytes(value, len)),
				rows[i].what);
		}
}

/* Without the length of the value all of the block comes back. */
static void zeroes_fill_blocks(void)
{
	static const struct kc_cipher_params ecb = {.scheme = KC_CIPHER_ECB},
					     raw = {.scheme = KC_CIPHER_RSA_RAW};
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
	const struct kc_wrap_key by_aes = {.sk = aes}, by_rsa = {.pk = rsa};

	CHECK_OK(kc_wrap_seal(&by_aes, &ecb, kc_bytes_str("abc"), &wrapped));
	CHECK_OK(kc_wrap_open(&by_aes, &ecb, kc_buf_bytes(&wrapped), 0, &back));
	CHECK(hex_is(kc_secret_bytes(&back), "61626300000000000000000000000000"));
	CHECK_ERR(kc_wrap_open(&by_aes, &ecb, kc_buf_bytes(&wrapped), 17, &back), KC_E_DATA_LEN);
	kc_buf_truncate(&wrapped, 0);
	CHECK_OK(kc_wrap_seal(&by_rsa, &raw, kc_bytes_str("abc"), &wrapped));
	CHECK_OK(kc_wrap_open(&by_rsa, &raw, kc_buf_bytes(&wrapped), 0, &back));
	CHECK(back.len == 256 && back.data[0] == 0 && memcmp(back.data + 253, "abc", 3) == 0);
}

/* The AES key of RSA_AES_WRAP has the size that was asked for, and is another one each time. */
static void rsa_aes(void)
{
	static const unsigned bits[] = {128, 192, 256};
	struct kc_cipher_params params = {.scheme = KC_CIPHER_RSA_AES_WRAP,
		.hash = KC_HASH_SHA256,
		.mgf_hash = KC_HASH_SHA256,
		.label = kc_bytes_str("label")};
	struct kc_cipher_params oaep = params, kwp = {.scheme = KC_CIPHER_KWP};
	const struct kc_wrap_key key = {.pk = rsa};
	KC_CLEANUP_BUF struct kc_buf again = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
	const struct kc_bytes value = kc_bytes_str("a value of thirty-one bytes all");

	oaep.scheme = KC_CIPHER_RSA_OAEP;
	for (size_t i = 0; i < KC_COUNT_OF(bits); i++) {
		KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *between = NULL;

		params.aes_bits = bits[i];
		CHECK_OK(kc_wrap_seal(&key, &params, value, &wrapped));
		CHECK_FATAL(wrapped.len == 256 + 40);
		CHECK_OK(kc_pk_decrypt(rsa, &oaep, kc_bytes(wrapped.data, 256), &back));
		CHECK(back.len == bits[i] / 8);
		CHECK_OK_FATAL(kc_sk_load(KC_SECRET_AES, kc_secret_bytes(&back), &between));
		CHECK_OK(kc_sk_decrypt(between, &kwp, kc_bytes(wrapped.data + 256, 40), &back));
		CHECK(kc_bytes_equal(kc_secret_bytes(&back), value));
		for (size_t bit = 0; bit < 8 * wrapped.len; bit += 101) {
			wrapped.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			CHECK_ERR(kc_wrap_open(&key, &params, kc_buf_bytes(&wrapped), 0, &back),
				KC_E_DECRYPT);
			wrapped.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		CHECK_ERR(kc_wrap_open(&key, &params, kc_bytes(wrapped.data, 256), 0, &back),
			KC_E_DATA_LEN);
		CHECK_ERR(kc_wrap_open(&key, &params, kc_bytes(wrapped.data, 288), 0, &back),
			KC_E_DECRYPT);
	}
	/* An OAEP message that is no AES key. */
	CHECK_OK(kc_pk_encrypt(rsa, &oaep, kc_bytes_str("seventeen bytes.."), &again));
	kc_buf_push_str(&again, "twenty-four bytes, of no");
	CHECK_ERR(kc_wrap_open(&key, &params, kc_buf_bytes(&again), 0, &back), KC_E_DECRYPT);
	params.aes_bits = 160;
	CHECK_ERR(kc_wrap_seal(&key, &params, value, &again), KC_E_MECHANISM_PARAM);
	params.aes_bits = 256;
	params.hash = KC_HASH_NONE;
	CHECK_ERR(kc_wrap_seal(&key, &params, value, &again), KC_E_MECHANISM_PARAM);
}

static void refuses(void)
{
	static const struct kc_cipher_params both = {.scheme = KC_CIPHER_RSA_AES_WRAP,
		.hash = KC_HASH_SHA1,
		.mgf_hash = KC_HASH_SHA1,
		.aes_bits = 128};
	static const struct kc_cipher_params kw = {.scheme = KC_CIPHER_KW},
					     oaep = {.scheme = KC_CIPHER_RSA_OAEP};
	const struct {
		const char *what;
		struct kc_wrap_key key;
		const struct kc_cipher_params *params;
		kc_err wanted;
	} cases[] = {
		{"no key", {NULL, NULL}, &kw, KC_E_KEY_TYPE},
		{"two keys", {rsa, aes}, &kw, KC_E_KEY_TYPE},
		{"RSA with KW", {rsa, NULL}, &kw, KC_E_MECHANISM},
		{"AES with OAEP", {NULL, aes}, &oaep, KC_E_MECHANISM},
		{"AES with both", {NULL, aes}, &both, KC_E_MECHANISM},
		{"OAEP without hash", {rsa, NULL}, &oaep, KC_E_MECHANISM_PARAM},
	};
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	const struct kc_wrap_key by_public = {.pk = public_half};
	uint8_t block[296] = {0};

	for (size_t i = 0; i < KC_COUNT_OF(cases); i++) {
		CHECK_MSG(kc_wrap_seal(&cases[i].key, cases[i].params, kc_bytes(block, 16),
				  &wrapped) == cases[i].wanted,
			cases[i].what);
		CHECK_MSG(kc_wrap_open(&cases[i].key, cases[i].params, KC_BYTES_OF(block), 0,
				  &value) == cases[i].wanted,
			cases[i].what);
	}
	CHECK(wrapped.len == 0);
	CHECK_ERR(kc_wrap_open(&by_public, &both, KC_BYTES_OF(block), 0, &value), KC_E_KEY_TYPE);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(make_keys),
		CHECK_TEST(there_and_back),
		CHECK_TEST(zeroes_fill_blocks),
		CHECK_TEST(rsa_aes),
		CHECK_TEST(refuses),
		CHECK_TEST(free_keys),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("wrapping", tests, KC_COUNT_OF(tests));
}
