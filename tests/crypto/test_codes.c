/* SPDX-License-Identifier: ISC */
/* Message authentication codes of secret keys: published vectors, parts, cutting and comparing. */
#include <pthread.h>
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/secret_key.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

/* clang-format off */
/* NIST SP 800-38B D, RFC 8439 2.5.2; GMAC and CMAC of 3DES were computed with another implementation */
#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define KEY_192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define KEY_256 "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define BLOCK_1 "6bc1bee22e409f96e93d7e117393172a"
#define BYTES_40 BLOCK_1 "ae2d8a571e03ac9c9eb76fac45af8e51" "30c81c46a35ce411"
#define BLOCKS_4 BYTES_40 "e5fbc1191a0a52ef" "f69f2445df4f9b17ad2b417be66c3710"
#define FOX "54686520717566636b2062726f776e20666f78206a756d70"
#define IV_16 "000102030405060708090a0b0c0d0e0f"
#define IV_64 IV_16 IV_16 IV_16 IV_16
#define DES3_KEY "0123456789abcdef23456789abcdef01456789abcdef0123"

static const struct vector {
	const char *what;
	enum kc_secret_type type;
	enum kc_sign_scheme scheme;
	enum kc_hash hash;
	const char *key, *iv, *message, *code;
} vectors[] = {
	{"CMAC 128, 0", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_128, "", "", "bb1d6929e95937287fa37d129b756746"},
	{"CMAC 128, 16", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_128, "", BLOCK_1, "070a16b46b4d4144f79bdd9dd04a287c"},
	{"CMAC 128, 40", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_128, "", BYTES_40, "dfa66747de9ae63030ca32611497c827"},
	{"CMAC 128, 64", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_128, "", BLOCKS_4, "51f0bebf7e3b9d92fc49741779363cfe"},
	{"CMAC 192, 0", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_192, "", "", "d17ddf46adaacde531cac483de7a9367"},
	{"CMAC 192, 40", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_192, "", BYTES_40, "8a1de5be2eb31aad089a82e6ee908b0e"},
	{"CMAC 256, 0", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_256, "", "", "028962f61b7bf89efc6b551f4667d983"},
	{"CMAC 256, 64", KC_SECRET_AES, KC_SIGN_CMAC, KC_HASH_NONE, KEY_256, "", BLOCKS_4, "e1992190549f6ed5696a2c056c315410"},
	{"CMAC 3DES", KC_SECRET_DES3, KC_SIGN_CMAC, KC_HASH_NONE, DES3_KEY, "",
		"54686520717566636b2062726f776e20666f7820", "ae60d9a2bcbae949"},
	{"GMAC", KC_SECRET_AES, KC_SIGN_GMAC, KC_HASH_NONE, KEY_128, "cafebabefacedbaddecaf888", FOX, "1b476a20051cc86216ff29814e4d476e"},
	{"GMAC, IV of 20", KC_SECRET_AES, KC_SIGN_GMAC, KC_HASH_NONE, KEY_128, "000102030405060708090a0b0c0d0e0f10111213", FOX,
		"9f9221120c4329399875726142794e4f"},
	{"GMAC, IV of 200", KC_SECRET_AES, KC_SIGN_GMAC, KC_HASH_NONE, KEY_128, IV_64 IV_64 IV_64 "0001020304050607", FOX,
		"f8b8758bf70b8566c9f490516f25315f"},
	{"Poly1305", KC_SECRET_OF_CKK | 0x34, KC_SIGN_POLY1305, KC_HASH_NONE,
		"85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b", "",
		"43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9"},
	{"HMAC", KC_SECRET_GENERIC, KC_SIGN_HMAC, KC_HASH_SHA256, "4a656665", "",
		"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
};
/* clang-format on */

struct loaded {
	struct kc_sk *sk;
	struct kc_buf key, iv, message, code;
	struct kc_sign_params params;
};

static void load(const struct vector *vector, struct loaded *ret)
{
	memset(ret, 0, sizeof *ret);
	hex_push(&ret->key, vector->key);
	hex_push(&ret->iv, vector->iv);
	hex_push(&ret->message, vector->message);
	hex_push(&ret->code, vector->code);
	ret->params = (struct kc_sign_params){
		.scheme = vector->scheme, .hash = vector->hash, .context = kc_buf_bytes(&ret->iv)};
	CHECK_OK_FATAL(kc_sk_load(vector->type, kc_buf_bytes(&ret->key), &ret->sk));
}

static void unload(struct loaded *loaded)
{
	kc_sk_free(loaded->sk);
	kc_buf_done(&loaded->key);
	kc_buf_done(&loaded->iv);
	kc_buf_done(&loaded->message);
	kc_buf_done(&loaded->code);
}

/* Of every length, in one call; and what is not the code. */
static void known_answers(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		struct loaded v;

		load(&vectors[i], &v);
		for (unsigned len = 0; len <= v.code.len; len++) {
			size_t wanted = len ? len : v.code.len;
			KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

			v.params.mac_len = len;
			CHECK_OK(kc_sk_mac(v.sk, &v.params, kc_buf_bytes(&v.message), &code));
			CHECK_MSG(
				kc_bytes_equal(kc_buf_bytes(&code), kc_bytes(v.code.data, wanted)),
				vectors[i].what);
			CHECK_OK(kc_sk_mac_check(
				v.sk, &v.params, kc_buf_bytes(&v.message), kc_buf_bytes(&code)));
			CHECK_ERR(kc_sk_mac_check(v.sk, &v.params, kc_buf_bytes(&v.message),
					  kc_bytes(code.data, wanted - 1)),
				KC_E_DATA_LEN);
			kc_buf_push_byte(&code, 0);
			CHECK_ERR(kc_sk_mac_check(v.sk, &v.params, kc_buf_bytes(&v.message),
					  kc_buf_bytes(&code)),
				KC_E_DATA_LEN);
			kc_buf_truncate(&code, wanted);
			code.data[wanted - 1] ^= 1;
			CHECK_ERR(kc_sk_mac_check(v.sk, &v.params, kc_buf_bytes(&v.message),
					  kc_buf_bytes(&code)),
				KC_E_VERIFY);
		}
		v.params.mac_len = (unsigned)v.code.len + 1;
		CHECK_ERR(kc_sk_mac(v.sk, &v.params, kc_buf_bytes(&v.message), &v.code),
			KC_E_MECHANISM_PARAM);
		unload(&v);
	}
}

static void feed(struct kc_sk_operation *operation, struct kc_bytes message, size_t step)
{
	KC_CLEANUP_BUF struct kc_buf nothing = KC_BUF_INIT;

	for (size_t at = 0; at < message.len; at += step) {
		size_t len = message.len - at < step ? message.len - at : step;

		CHECK_OK(kc_sk_operation_part(
			operation, kc_bytes(message.data + at, len), &nothing));
	}
	CHECK(nothing.len == 0);
}

/* Made, compared, and refused, in parts of every length. */
static void parts_make_the_whole(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		struct loaded v;

		load(&vectors[i], &v);
		for (size_t step = 1; step <= v.message.len + 1; step++) {
			struct kc_sk_operation *making = NULL, *checking = NULL, *refusing = NULL;
			KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

			CHECK_OK_FATAL(kc_sk_mac_begin(v.sk, &v.params, &making));
			CHECK_OK_FATAL(kc_sk_mac_begin(v.sk, &v.params, &checking));
			CHECK_OK_FATAL(kc_sk_mac_begin(v.sk, &v.params, &refusing));
			feed(making, kc_buf_bytes(&v.message), step);
			feed(checking, kc_buf_bytes(&v.message), step);
			feed(refusing, kc_buf_bytes(&v.message), step);
			CHECK_OK(kc_sk_operation_end(making, &code));
			CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&code), kc_buf_bytes(&v.code)),
				vectors[i].what);
			CHECK_OK(kc_sk_operation_check(checking, kc_buf_bytes(&code)));
			code.data[0] ^= 0x80;
			CHECK_ERR(
				kc_sk_operation_check(refusing, kc_buf_bytes(&code)), KC_E_VERIFY);
			kc_sk_operation_free(making);
			kc_sk_operation_free(checking);
			kc_sk_operation_free(refusing);
		}
		unload(&v);
	}
}

static void forks(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		KC_CLEANUP_BUF struct kc_buf first = KC_BUF_INIT, second = KC_BUF_INIT;
		struct kc_sk_operation *a = NULL, *b = NULL;
		struct kc_bytes rest;
		struct loaded v;
		size_t half;

		load(&vectors[i], &v);
		half = v.message.len / 2;
		rest = kc_buf_bytes(&v.message);
		if (half)
			rest = kc_bytes(rest.data + half, rest.len - half);
		CHECK_OK_FATAL(kc_sk_mac_begin(v.sk, &v.params, &a));
		feed(a, kc_bytes(v.message.data, half), 3);
		CHECK_OK_FATAL(kc_sk_operation_fork(a, &b));
		feed(a, rest, 5);
		CHECK_OK(kc_sk_operation_end(a, &first));
		kc_sk_operation_free(a);
		feed(b, rest, 7);
		CHECK_OK(kc_sk_operation_end(b, &second));
		kc_sk_operation_free(b);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&first), kc_buf_bytes(&v.code)),
			vectors[i].what);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&second), kc_buf_bytes(&v.code)),
			vectors[i].what);
		unload(&v);
	}
}

static void refuses(void)
{
	static const struct {
		const char *what;
		uint32_t type;
		struct kc_sign_params params;
		kc_err wanted;
	} rows[] = {
		{"HMAC without hash", KC_SECRET_GENERIC, {.scheme = KC_SIGN_HMAC},
			KC_E_MECHANISM_PARAM},
		{"HMAC by AES", KC_SECRET_AES, {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256},
			KC_E_MECHANISM},
		{"CMAC by bytes", KC_SECRET_GENERIC, {.scheme = KC_SIGN_CMAC}, KC_E_MECHANISM},
		{"CMAC by ChaCha20", KC_SECRET_CHACHA20, {.scheme = KC_SIGN_CMAC}, KC_E_MECHANISM},
		{"GMAC without IV", KC_SECRET_AES, {.scheme = KC_SIGN_GMAC}, KC_E_MECHANISM_PARAM},
		{"Poly1305 by AES", KC_SECRET_AES, {.scheme = KC_SIGN_POLY1305}, KC_E_MECHANISM},
		{"ECDSA", KC_SECRET_GENERIC, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA256},
			KC_E_MECHANISM},
		{"a digest", KC_SECRET_GENERIC,
			{.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256, .prehashed = true},
			KC_E_MECHANISM_PARAM},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_sk_operation *operation = NULL;
		KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
		KC_CLEANUP_SK struct kc_sk *sk = NULL;

		CHECK_OK_FATAL(kc_sk_generate((enum kc_secret_type)rows[i].type, 32, &sk));
		CHECK_MSG(kc_sk_mac(sk, &rows[i].params, kc_bytes_str("message"), &code) ==
				  rows[i].wanted,
			rows[i].what);
		CHECK_MSG(kc_sk_mac_begin(sk, &rows[i].params, &operation) == rows[i].wanted,
			rows[i].what);
		CHECK(code.len == 0 && operation == NULL);
	}
}

#define THREADS 4
static struct loaded shared;

static void *use(void *argument)
{
	uintptr_t failed = 0;

	(void)argument;
	for (unsigned i = 0; i < 500; i++)
		failed += kc_sk_mac_check(shared.sk, &shared.params, kc_buf_bytes(&shared.message),
				  kc_buf_bytes(&shared.code)) != KC_OK;
	return (void *)failed;
}

static void threads_share_a_key(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		pthread_t threads[THREADS];

		load(&vectors[i], &shared);
		for (size_t j = 0; j < THREADS; j++)
			CHECK_FATAL(pthread_create(&threads[j], NULL, use, NULL) == 0);
		for (size_t j = 0; j < THREADS; j++) {
			void *failed = NULL;

			CHECK_FATAL(pthread_join(threads[j], &failed) == 0);
			CHECK_MSG(failed == NULL, vectors[i].what);
		}
		unload(&shared);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(known_answers),
		CHECK_TEST(parts_make_the_whole),
		CHECK_TEST(forks),
		CHECK_TEST(refuses),
		CHECK_TEST(threads_share_a_key),
	};

	if (kc_crypto_init() != KC_OK)
		return 1;
	return check_main("codes", tests, KC_COUNT_OF(tests));
}
