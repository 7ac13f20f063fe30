/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.3 and 5.18.4: keys that leave and come wrapped. Vectors of the standards, and
 * OpenSSL on the other side. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/crypto/hex.h"
#include "tests/module/keys.h"
#include "wire/client.h"

static CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY, private_class = CKO_PRIVATE_KEY,
		       public_class = CKO_PUBLIC_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET, rsa = CKK_RSA;
static CK_BYTE iv[16] = "0123456789abcdef", nonce[12] = "nonce nonce", aad[] = "and more";

#define KEK_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* --- vectors ------------------------------------------------------------------------------------
 */

static void vectors(void)
{
	static const struct {
		const char *what;
		CK_MECHANISM_TYPE mechanism;
		const char *kek, *key, *wrapped;
	} rows[] = {
		{"RFC 3394, 4.1", CKM_AES_KEY_WRAP, "000102030405060708090a0b0c0d0e0f",
			"00112233445566778899aabbccddeeff",
			"1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"},
		{"RFC 3394, 4.6", CKM_AES_KEY_WRAP, KEK_HEX,
			"00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
			"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43b"
			"fb988b9b7a02dd21"},
		{"RFC 5649, 20 bytes", CKM_AES_KEY_WRAP_KWP,
			"5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8",
			"c37b7e6492584340bed12207808941155068f738",
			"138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"},
		{"RFC 5649, 7 bytes", CKM_AES_KEY_WRAP_PAD,
			"5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", "466f7250617369",
			"afbeb0f07dfbf5419200f2ccb50bb24f"},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
		CK_MECHANISM how = {rows[i].mechanism, NULL, 0};
		CK_OBJECT_HANDLE kek = keys_secret_hex(&x, CKK_AES, rows[i].kek);
		CK_OBJECT_HANDLE key = keys_secret_hex(&x, CKK_GENERIC_SECRET, rows[i].key);
		CK_OBJECT_HANDLE again = 0;

		CHECK_MSG(keys_wrap(&x, &how, kek, key, &wrapped) == CKR_OK, rows[i].what);
		CHECK_MSG(hex_is(kc_buf_bytes(&wrapped), rows[i].wrapped), rows[i].what);
		CHECK_MSG(keys_unwrap(&x, &how, kek, kc_buf_bytes(&wrapped), CKO_SECRET_KEY,
				  CKK_GENERIC_SECRET, 0, &again) == CKR_OK,
			rows[i].what);
		CHECK_MSG(keys_value_is(&x, again, rows[i].key), rows[i].what);
	}
	harness_end(&x);
}

/* --- every mechanism ----------------------------------------------------------------------------
 */

static CK_AES_CTR_PARAMS ctr = {128, "0123456789abcdef"};
static CK_GCM_PARAMS gcm = {nonce, 12, 96, aad, 8, 128};
static CK_SALSA20_CHACHA20_POLY1305_PARAMS poly1305 = {nonce, 12, aad, 8};
static CK_BYTE counter[4] = {1};
static CK_CHACHA20_PARAMS chacha = {counter, 32, nonce, 96};

/* pads: what is wrapped fills its last block, so the length is to be said. */
static const struct how {
	const char *what;
	CK_MECHANISM mechanism;
	CK_KEY_TYPE by;
	bool pads, whole_words;
} hows[] = {
	{"ECB", {CKM_AES_ECB, NULL, 0}, CKK_AES, true, false},
	{"CBC", {CKM_AES_CBC, iv, 16}, CKK_AES, true, false},
	{"CBC with padding", {CKM_AES_CBC_PAD, iv, 16}, CKK_AES, false, false},
	{"CTR", {CKM_AES_CTR, &ctr, sizeof ctr}, CKK_AES, false, false},
	{"GCM", {CKM_AES_GCM, &gcm, sizeof gcm}, CKK_AES, false, false},
	{"KW", {CKM_AES_KEY_WRAP, NULL, 0}, CKK_AES, false, true},
	{"KWP", {CKM_AES_KEY_WRAP_KWP, NULL, 0}, CKK_AES, false, false},
	{"ChaCha20", {CKM_CHACHA20, &chacha, sizeof chacha}, CKK_CHACHA20, false, false},
	{"Poly1305", {CKM_CHACHA20_POLY1305, &poly1305, sizeof poly1305}, CKK_CHACHA20, false,
		false},
};

static void check_secret(const struct fixture *x, const struct how *how, CK_OBJECT_HANDLE by,
	CK_KEY_TYPE type, size_t len)
{
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT, value = KC_BUF_INIT;
	static const CK_BYTE bytes[40] = "a secret that is not to be seen at all!";
	CK_MECHANISM mechanism = how->mechanism;
	CK_OBJECT_HANDLE key = keys_secret(x, type, kc_bytes(bytes, len)), again = 0;

	if (how->whole_words && len % 8) {
		CHECK_MSG(keys_wrap(x, &mechanism, by, key, &wrapped) == CKR_KEY_SIZE_RANGE,
			how->what);
		return;
	}
	CHECK_MSG(keys_wrap(x, &mechanism, by, key, &wrapped) == CKR_OK, how->what);
	CHECK_MSG(!how->pads || wrapped.len == (len + 15) / 16 * 16, how->what);
	CHECK_MSG(keys_unwrap(x, &mechanism, by, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, type, len,
			  &again) == CKR_OK,
		how->what);
	CHECK_MSG(keys_value(x, again, &value), how->what);
	CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&value), kc_bytes(bytes, len)), how->what);
	CHECK_MSG(keys_flag(x, again, CKA_LOCAL) == CK_FALSE, how->what);
	CHECK_MSG(keys_flag(x, again, CKA_ALWAYS_SENSITIVE) == CK_FALSE, how->what);
	CHECK_MSG(keys_flag(x, again, CKA_NEVER_EXTRACTABLE) == CK_FALSE, how->what);
	CHECK_MSG(keys_number(x, again, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION,
		how->what);
	if (how->pads && len % 16 == 0)
		CHECK_MSG(keys_unwrap(x, &mechanism, by, kc_buf_bytes(&wrapped), CKO_SECRET_KEY,
				  type, 0, &again) == CKR_OK,
			how->what);
}

static void secrets(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);

	for (size_t i = 0; i < KC_COUNT_OF(hows); i++) {
		CK_OBJECT_HANDLE by = keys_secret_hex(&x, hows[i].by, KEK_HEX);
		for (size_t len = 16; len <= 32; len += 8)
			check_secret(&x, &hows[i], by, CKK_AES, len);
		check_secret(&x, &hows[i], by, CKK_GENERIC_SECRET, 1);
		check_secret(&x, &hows[i], by, CKK_GENERIC_SECRET, 20);
		check_secret(&x, &hows[i], by, CKK_SHA256_HMAC, 40);
		check_secret(&x, &hows[i], by, CKK_CHACHA20, 32);
	}
	harness_end(&x);
}

/* The number of bytes that CCM is told is the key's. */
static void ccm(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_CCM_PARAMS params = {16, nonce, 12, aad, 8, 16};
	CK_MECHANISM how = {CKM_AES_CCM, &params, sizeof params};
	CK_OBJECT_HANDLE by = keys_secret_hex(&x, CKK_AES, KEK_HEX), again;
	CK_OBJECT_HANDLE key = keys_secret_hex(&x, CKK_AES, "00112233445566778899aabbccddeeff");

	CHECK_RV(keys_wrap(&x, &how, by, key, &wrapped), CKR_OK);
	CHECK(wrapped.len == 32);
	CHECK_RV(keys_unwrap(
			 &x, &how, by, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_AES, 0, &again),
		CKR_OK);
	CHECK(keys_value_is(&x, again, "00112233445566778899aabbccddeeff"));
	wrapped.data[3] ^= 1;
	CHECK_RV(keys_unwrap(
			 &x, &how, by, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_AES, 0, &again),
		CKR_WRAPPED_KEY_INVALID);
	harness_end(&x);
}

/* --- private keys -------------------------------------------------------------------------------
 */

static const CK_BYTE p521[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x23},
		     ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70}, ed448[] = {0x06, 3, 0x2b, 0x65, 0x71},
		     x25519[] = {0x06, 3, 0x2b, 0x65, 0x6e}, x448[] = {0x06, 3, 0x2b, 0x65, 0x6f};

static const struct pair_kind {
	const char *what;
	CK_MECHANISM_TYPE generator;
	struct kc_bytes params;
	CK_KEY_TYPE type;
} pair_kinds[] = {
	{"P-256", CKM_EC_KEY_PAIR_GEN, {harness_p256, sizeof harness_p256}, CKK_EC},
	{"P-521", CKM_EC_KEY_PAIR_GEN, {p521, sizeof p521}, CKK_EC},
	{"Ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed25519, sizeof ed25519}, CKK_EC_EDWARDS},
	{"Ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed448, sizeof ed448}, CKK_EC_EDWARDS},
	{"X25519", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, {x25519, sizeof x25519}, CKK_EC_MONTGOMERY},
	{"X448", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, {x448, sizeof x448}, CKK_EC_MONTGOMERY},
	{"RSA", CKM_RSA_PKCS_KEY_PAIR_GEN, {NULL, 0}, CKK_RSA},
};

/* AES-256-CBC, by OpenSSL. */
static bool decrypt_cbc(struct kc_bytes kek, struct kc_bytes wrapped, CK_BYTE *ret, int *ret_len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int first = 0, last = 0;
	bool done = EVP_DecryptInit(ctx, EVP_aes_256_cbc(), kek.data, iv) == 1 &&
		    EVP_DecryptUpdate(ctx, ret, &first, wrapped.data, (int)wrapped.len) == 1 &&
		    EVP_DecryptFinal(ctx, ret + first, &last) == 1;

	EVP_CIPHER_CTX_free(ctx);
	*ret_len = first + last;
	return done;
}

/* What is wrapped is PKCS#8 to others. */
static void check_info(const struct pair_kind *kind, struct kc_bytes kek, struct kc_bytes wrapped)
{
	CK_BYTE info[4096];
	const unsigned char *at = info;
	EVP_PKEY *key;
	int len = 0;

	CHECK_MSG(decrypt_cbc(kek, wrapped, info, &len), kind->what);
	key = d2i_AutoPrivateKey(NULL, &at, len);
	CHECK_MSG(key && at == info + len, kind->what);
	EVP_PKEY_free(key);
}

static bool same_private(
	const struct fixture *x, CK_OBJECT_HANDLE a, CK_OBJECT_HANDLE b, CK_ATTRIBUTE_TYPE type)
{
	CK_BYTE one[1024], two[1024];
	CK_ATTRIBUTE of_a = ATTR(type, one), of_b = ATTR(type, two);

	return x->f->C_GetAttributeValue(x->session, a, &of_a, 1) == CKR_OK &&
	       x->f->C_GetAttributeValue(x->session, b, &of_b, 1) == CKR_OK &&
	       of_a.ulValueLen == of_b.ulValueLen && memcmp(one, two, of_a.ulValueLen) == 0;
}

static void private_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf kek = KC_BUF_INIT;
	CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, 16}, kwp = {CKM_AES_KEY_WRAP_KWP, NULL, 0};
	CK_MECHANISM how[] = {cbc, kwp};
	CK_MECHANISM blocks[] = {{CKM_AES_ECB, NULL, 0}, {CKM_AES_CBC, iv, 16}};
	CK_OBJECT_HANDLE by = keys_secret_hex(&x, CKK_AES, KEK_HEX);

	hex_push(&kek, KEK_HEX);
	for (size_t i = 0; i < KC_COUNT_OF(pair_kinds); i++) {
		const struct pair_kind *kind = &pair_kinds[i];
		CK_ATTRIBUTE_TYPE secret = kind->type == CKK_RSA ? CKA_PRIME_1 : CKA_VALUE;
		CK_OBJECT_HANDLE public, private, again = 0;

		keys_pair(&x, kind->generator, kind->params, &public, &private);
		for (size_t j = 0; j < KC_COUNT_OF(how); j++) {
			KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;

			CHECK_MSG(keys_wrap(&x, &how[j], by, private, &wrapped) == CKR_OK,
				kind->what);
			if (j == 0)
				check_info(kind, kc_buf_bytes(&kek), kc_buf_bytes(&wrapped));
			CHECK_MSG(keys_unwrap(&x, &how[j], by, kc_buf_bytes(&wrapped),
					  CKO_PRIVATE_KEY, kind->type, 0, &again) == CKR_OK,
				kind->what);
			CHECK_MSG(same_private(&x, private, again, secret), kind->what);
			CHECK_MSG(
				same_private(&x, private, again, CKA_PUBLIC_KEY_INFO), kind->what);
			CHECK_MSG(keys_unwrap(&x, &how[j], by, kc_buf_bytes(&wrapped),
					  CKO_PRIVATE_KEY, kind->type == CKK_EC ? CKK_RSA : CKK_EC,
					  0, &again) == CKR_WRAPPED_KEY_INVALID,
				kind->what);
		}
		/* Not into what it would not come back from. */
		for (size_t j = 0; j < KC_COUNT_OF(blocks); j++) {
			KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;

			CHECK_MSG(keys_wrap(&x, &blocks[j], by, private, &wrapped) ==
					  CKR_KEY_NOT_WRAPPABLE,
				kind->what);
		}
	}
	harness_end(&x);
}

/* --- RSA ----------------------------------------------------------------------------------------
 */

static void add_number(EVP_PKEY *key, const char *name, CK_ATTRIBUTE *ret, CK_BYTE room[512])
{
	BIGNUM *number = NULL;

	CHECK_FATAL(EVP_PKEY_get_bn_param(key, name, &number) == 1);
	ret->pValue = room;
	ret->ulValueLen = (CK_ULONG)BN_bn2bin(number, room);
	BN_free(number);
}

/* A pair of OpenSSL's, both halves of it in the session. */
struct rsa_pair {
	EVP_PKEY *key;
	CK_OBJECT_HANDLE public, private;
};

/* Which of a private key's numbers are left out, by their places in the template. */
#define WITHOUT_CRT 0xf8u
#define WITHOUT_EXPONENT 0x02u

static struct rsa_pair bring_rsa(const struct fixture *x, unsigned without)
{
	static const char *const names[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
	CK_BYTE numbers[8][512];
	CK_ATTRIBUTE template[] = {
		{CKA_MODULUS, NULL, 0},
		{CKA_PUBLIC_EXPONENT, NULL, 0},
		{CKA_PRIVATE_EXPONENT, NULL, 0},
		{CKA_PRIME_1, NULL, 0},
		{CKA_PRIME_2, NULL, 0},
		{CKA_EXPONENT_1, NULL, 0},
		{CKA_EXPONENT_2, NULL, 0},
		{CKA_COEFFICIENT, NULL, 0},
		ATTR(CKA_CLASS, private_class),
		ATTR(CKA_KEY_TYPE, rsa),
		ATTR(CKA_UNWRAP, harness_true),
	};
	CK_ATTRIBUTE public[] = {{0}, {0}, ATTR(CKA_CLASS, public_class), ATTR(CKA_KEY_TYPE, rsa),
		ATTR(CKA_WRAP, harness_true)};
	struct rsa_pair pair = {.key = EVP_RSA_gen(2048)};

	CHECK_FATAL(pair.key != NULL);
	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		add_number(pair.key, names[i], &template[i], numbers[i]);
	memcpy(public, template, 2 * sizeof *template);
	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (without >> i & 1)
			template[i].ulValueLen = 0;
	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, template, 11, &pair.private), CKR_OK);
	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, public, 5, &pair.public), CKR_OK);
	return pair;
}

static EVP_PKEY_CTX *with_padding(EVP_PKEY *key, int padding, bool encrypts)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

	CHECK_FATAL((encrypts ? EVP_PKEY_encrypt_init(ctx) : EVP_PKEY_decrypt_init(ctx)) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1);
	if (padding == RSA_PKCS1_OAEP_PADDING)
		CHECK_FATAL(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
			    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1);
	return ctx;
}

/* Both ways: what is wrapped here OpenSSL decrypts, what it encrypts is unwrapped here. */
static void check_rsa(
	const struct fixture *x, const struct rsa_pair *pair, CK_MECHANISM how, int padding)
{
	static CK_BYTE value[32] = "thirty-two bytes that are a key";
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT, got = KC_BUF_INIT;
	CK_OBJECT_HANDLE key = keys_secret(x, CKK_AES, KC_BYTES_OF(value)), again = 0;
	EVP_PKEY_CTX *ctx = with_padding(pair->key, padding, false);
	CK_BYTE block[256] = {0};
	size_t len = sizeof block;

	CHECK_RV(keys_wrap(x, &how, pair->public, key, &wrapped), CKR_OK);
	CHECK(wrapped.len == 256);
	CHECK(EVP_PKEY_decrypt(ctx, block, &len, wrapped.data, wrapped.len) == 1);
	CHECK(len >= 32 && memcmp(block + len - 32, value, 32) == 0);
	EVP_PKEY_CTX_free(ctx);
	ctx = with_padding(pair->key, padding, true);
	memset(block, 0, sizeof block);
	memcpy(block + sizeof block - 32, value, 32);
	len = sizeof block;
	CHECK(EVP_PKEY_encrypt(ctx, wrapped.data, &len, padding == RSA_NO_PADDING ? block : value,
		      padding == RSA_NO_PADDING ? sizeof block : 32) == 1);
	EVP_PKEY_CTX_free(ctx);
	CHECK_RV(keys_unwrap(x, &how, pair->private, kc_buf_bytes(&wrapped), CKO_SECRET_KEY,
			 CKK_AES, 32, &again),
		CKR_OK);
	CHECK(keys_value(x, again, &got) && kc_bytes_equal(kc_buf_bytes(&got), KC_BYTES_OF(value)));
	wrapped.len--;
	CHECK_RV(keys_unwrap(x, &how, pair->private, kc_buf_bytes(&wrapped), CKO_SECRET_KEY,
			 CKK_AES, 32, &again),
		CKR_WRAPPED_KEY_LEN_RANGE);
}

static void by_rsa(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	struct rsa_pair pair = bring_rsa(&x, 0);
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_RSA_AES_KEY_WRAP_PARAMS both = {256, &oaep};
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0}, raw = {CKM_RSA_X_509, NULL, 0};
	CK_MECHANISM with_oaep = {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep};
	CK_MECHANISM with_both = {CKM_RSA_AES_KEY_WRAP, &both, sizeof both};
	CK_OBJECT_HANDLE public, private, again;
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	static CK_BYTE long_value[300];

	check_rsa(&x, &pair, pkcs1, RSA_PKCS1_PADDING);
	check_rsa(&x, &pair, raw, RSA_NO_PADDING);
	check_rsa(&x, &pair, with_oaep, RSA_PKCS1_OAEP_PADDING);

	/* A private key, which no block of RSA holds. */
	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	CHECK_RV(keys_wrap(&x, &with_both, pair.public, private, &wrapped), CKR_OK);
	CHECK_RV(keys_unwrap(&x, &with_both, pair.private, kc_buf_bytes(&wrapped), CKO_PRIVATE_KEY,
			 CKK_EC, 0, &again),
		CKR_OK);
	CHECK(same_private(&x, private, again, CKA_VALUE));
	CHECK_RV(keys_wrap(&x, &pkcs1, pair.public, private, &wrapped), CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(keys_wrap(&x, &with_oaep, pair.public, private, &wrapped), CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(keys_wrap(&x, &with_oaep, pair.public,
			 keys_secret(&x, CKK_GENERIC_SECRET, KC_BYTES_OF(long_value)), &wrapped),
		CKR_KEY_SIZE_RANGE);
	EVP_PKEY_free(pair.key);
	harness_end(&x);
}

/* A modulus and a private exponent are a key: the rest is found. */
static void partial_rsa(void)
{
	/* The exponent of every other key has a larger twin modulo (p-1)·(q-1): so several. */
	static const unsigned without[] = {WITHOUT_CRT, WITHOUT_CRT | WITHOUT_EXPONENT, 0xe0u,
		0x08u, WITHOUT_EXPONENT, WITHOUT_EXPONENT, WITHOUT_EXPONENT, WITHOUT_EXPONENT};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0};

	for (size_t i = 0; i < KC_COUNT_OF(without); i++) {
		struct rsa_pair pair = bring_rsa(&x, without[i]);
		CK_BYTE exponent[8];
		CK_ATTRIBUTE asked = ATTR(CKA_PUBLIC_EXPONENT, exponent);

		CHECK_RV(x.f->C_GetAttributeValue(x.session, pair.private, &asked, 1), CKR_OK);
		CHECK(hex_is(kc_bytes(exponent, asked.ulValueLen), "010001"));
		check_rsa(&x, &pair, pkcs1, RSA_PKCS1_PADDING);
		EVP_PKEY_free(pair.key);
	}
	harness_end(&x);
}

/* Numbers that are no key. */
static void no_rsa(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_BYTE modulus[256], exponent[256] = {0};
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, rsa),
		ATTR(CKA_MODULUS, modulus), ATTR(CKA_PRIVATE_EXPONENT, exponent)};
	CK_OBJECT_HANDLE key;

	memset(modulus, 0xa5, sizeof modulus);
	exponent[255] = 17;
	CHECK_RV(x.f->C_CreateObject(x.session, template, 4, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	exponent[255] = 0;
	CHECK_RV(x.f->C_CreateObject(x.session, template, 4, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	modulus[255] = 0;
	CHECK_RV(x.f->C_CreateObject(x.session, template, 4, &key), CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV(x.f->C_CreateObject(x.session, template, 3, &key), CKR_TEMPLATE_INCOMPLETE);
	harness_end(&x);
}

/* --- what keys say ------------------------------------------------------------------------------
 */

static CK_OBJECT_HANDLE make_aes(const struct fixture *x, CK_ATTRIBUTE *more, CK_ULONG count)
{
	CK_MECHANISM generator = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ULONG len = 16;
	CK_ATTRIBUTE template[8] = {ATTR(CKA_VALUE_LEN, len)};
	CK_OBJECT_HANDLE key = 0;

	memcpy(template + 1, more, count * sizeof *more);
	CHECK_RV_FATAL(
		x->f->C_GenerateKey(x->session, &generator, template, count + 1, &key), CKR_OK);
	return key;
}

static void what_keys_allow(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM kw = {CKM_AES_KEY_WRAP, NULL, 0}, kwp = {CKM_AES_KEY_WRAP_KWP, NULL, 0};
	CK_MECHANISM_TYPE only[] = {CKM_AES_KEY_WRAP};
	CK_ATTRIBUTE neither[] = {ATTR(CKA_WRAP, harness_false), ATTR(CKA_UNWRAP, harness_false)};
	CK_ATTRIBUTE limited[] = {ATTR(CKA_WRAP, harness_true), ATTR(CKA_UNWRAP, harness_true),
		ATTR(CKA_ALLOWED_MECHANISMS, only)};
	CK_ATTRIBUTE open[] = {ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE closed[] = {ATTR(CKA_EXTRACTABLE, harness_false)};
	CK_ATTRIBUTE picky[] = {
		ATTR(CKA_EXTRACTABLE, harness_true), ATTR(CKA_WRAP_WITH_TRUSTED, harness_true)};
	CK_OBJECT_HANDLE by = keys_secret_hex(&x, CKK_AES, KEK_HEX), key = make_aes(&x, open, 1);
	CK_OBJECT_HANDLE useless = make_aes(&x, neither, 2), by_kw = make_aes(&x, limited, 3),
			 again;

	CHECK_RV(keys_wrap(&x, &kw, by, key, &wrapped), CKR_OK);
	CHECK_RV(keys_wrap(&x, &kw, by, make_aes(&x, closed, 1), &wrapped), CKR_KEY_UNEXTRACTABLE);
	CHECK_RV(keys_wrap(&x, &kw, by, make_aes(&x, picky, 2), &wrapped), CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(keys_wrap(&x, &kw, useless, key, &wrapped), CKR_KEY_FUNCTION_NOT_PERMITTED);
	CHECK_RV(keys_wrap(&x, &kwp, by_kw, key, &wrapped), CKR_MECHANISM_INVALID);
	CHECK_RV(keys_wrap(&x, &kw, by_kw, key, &wrapped), CKR_OK);
	CHECK_RV(keys_unwrap(&x, &kwp, by_kw, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_AES, 0,
			 &again),
		CKR_MECHANISM_INVALID);
	CHECK_RV(keys_unwrap(&x, &kw, useless, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_AES, 0,
			 &again),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	harness_end(&x);
}

/* A public key that the security officer trusts wraps what others may not. */
static void trusted(void)
{
	static CK_UTF8CHAR pin[] = "officer's pin", password[] = HARNESS_PASSWORD;
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM pkcs1 = {CKM_RSA_PKCS, NULL, 0},
		     generator = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE of_public[] = {ATTR(CKA_MODULUS_BITS, bits), ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_WRAP, harness_true), ATTR(CKA_PRIVATE, harness_false)};
	CK_ATTRIBUTE picky[] = {ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_WRAP_WITH_TRUSTED, harness_true), ATTR(CKA_TOKEN, harness_true)};
	CK_ATTRIBUTE trust[] = {ATTR(CKA_TRUSTED, harness_true)};
	CK_OBJECT_HANDLE public, private, key = make_aes(&x, picky, 3);

	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(
			       x.session, &generator, of_public, 4, NULL, 0, &public, &private),
		CKR_OK);
	CHECK_RV(keys_wrap(&x, &pkcs1, public, key, &wrapped), CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, public, trust, 1), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_OK_FATAL(kc_client_officer_set(
		harness_client(), kc_bytes_str(HARNESS_PASSWORD), kc_bytes(pin, sizeof pin - 1)));
	CHECK_RV_FATAL(x.f->C_Login(x.session, CKU_SO, pin, sizeof pin - 1), CKR_OK);
	CHECK_RV(x.f->C_SetAttributeValue(x.session, public, trust, 1), CKR_OK);
	CHECK_RV(x.f->C_Logout(x.session), CKR_OK);
	CHECK_RV(x.f->C_Login(x.session, CKU_USER, password, sizeof password - 1), CKR_OK);
	CHECK_RV(keys_wrap(&x, &pkcs1, public, key, &wrapped), CKR_OK);
	CHECK(wrapped.len == 256);
	CHECK_RV(x.f->C_DestroyObject(x.session, public), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	harness_end(&x);
}

/* A key that wraps only some keys, and makes what it unwraps like it is told. */
static void templates(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM kwp = {CKM_AES_KEY_WRAP_KWP, NULL, 0};
	CK_ATTRIBUTE must_be_aes[] = {ATTR(CKA_KEY_TYPE, aes)};
	CK_ATTRIBUTE will_stay[] = {
		ATTR(CKA_EXTRACTABLE, harness_false), ATTR(CKA_SENSITIVE, harness_true)};
	CK_ATTRIBUTE of_by[] = {ATTR(CKA_WRAP, harness_true), ATTR(CKA_UNWRAP, harness_true),
		ATTR(CKA_WRAP_TEMPLATE, must_be_aes), ATTR(CKA_UNWRAP_TEMPLATE, will_stay)};
	CK_ATTRIBUTE short_template[] = {ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_EXTRACTABLE, harness_false)};
	CK_OBJECT_HANDLE by = make_aes(&x, of_by, 4), again = 0;
	CK_OBJECT_HANDLE good = keys_secret_hex(&x, CKK_AES, "00112233445566778899aabbccddeeff");
	CK_OBJECT_HANDLE bad = keys_secret_hex(&x, CKK_GENERIC_SECRET, "00112233445566778899");

	CHECK_RV(keys_wrap(&x, &kwp, by, bad, &wrapped), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(keys_wrap(&x, &kwp, by, good, &wrapped), CKR_OK);
	/* The helper's template wants it open. */
	CHECK_RV(keys_unwrap(
			 &x, &kwp, by, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_AES, 0, &again),
		CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(x.f->C_UnwrapKey(
			 x.session, &kwp, by, wrapped.data, wrapped.len, short_template, 3, &again),
		CKR_OK);
	CHECK(keys_flag(&x, again, CKA_EXTRACTABLE) == CK_FALSE);
	CHECK(keys_flag(&x, again, CKA_SENSITIVE) == CK_TRUE);
	CHECK(keys_flag(&x, again, CKA_ALWAYS_SENSITIVE) == CK_FALSE);
	CHECK(keys_flag(&x, again, CKA_NEVER_EXTRACTABLE) == CK_FALSE);
	harness_end(&x);
}

/* --- errors -------------------------------------------------------------------------------------
 */

static void wrap_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM kw = {CKM_AES_KEY_WRAP, NULL, 0}, cbc = {CKM_AES_CBC, iv, 15},
		     none = {CKM_SHA256, NULL, 0}, by_rsa_how = {CKM_RSA_PKCS, NULL, 0},
		     unknown = {0x12345, NULL, 0};
	CK_OBJECT_HANDLE by = keys_secret_hex(&x, CKK_AES, KEK_HEX), public, private;
	CK_OBJECT_HANDLE key = keys_secret_hex(&x, CKK_AES, "00112233445566778899aabbccddeeff");
	static CK_OBJECT_CLASS data_class = CKO_DATA;
	CK_ATTRIBUTE no_key[] = {ATTR(CKA_CLASS, data_class), ATTR_TEXT(CKA_VALUE, "no key")};
	CK_OBJECT_HANDLE data = 0;
	CK_BYTE room[24];
	CK_ULONG len = 23;

	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	CHECK_RV(x.f->C_WrapKey(x.session + 1, &kw, by, key, room, &len),
		CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(x.f->C_WrapKey(x.session, NULL, by, key, room, &len), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, by, key, room, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, by, key, room, &len), CKR_BUFFER_TOO_SMALL);
	CHECK(len == 24);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, by, key, room, &len), CKR_OK);
	CHECK_RV(keys_wrap(&x, &unknown, by, key, &wrapped), CKR_MECHANISM_INVALID);
	CHECK_RV(keys_wrap(&x, &none, by, key, &wrapped), CKR_MECHANISM_INVALID);
	CHECK_RV(keys_wrap(&x, &cbc, by, key, &wrapped), CKR_MECHANISM_PARAM_INVALID);
	cbc.pParameter = NULL;
	cbc.ulParameterLen = 16;
	CHECK_RV(keys_wrap(&x, &cbc, by, key, &wrapped), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(keys_wrap(&x, &kw, by + 2000, key, &wrapped), CKR_WRAPPING_KEY_HANDLE_INVALID);
	CHECK_RV(keys_wrap(&x, &kw, by, key + 2000, &wrapped), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(keys_wrap(&x, &kw, public, key, &wrapped), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	CHECK_RV(keys_wrap(&x, &kw, private, key, &wrapped), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	CHECK_RV(keys_wrap(&x, &by_rsa_how, by, key, &wrapped), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	CHECK_RV(keys_wrap(&x, &kw, by, public, &wrapped), CKR_KEY_NOT_WRAPPABLE);
	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, no_key, 2, &data), CKR_OK);
	CHECK_RV(keys_wrap(&x, &kw, data, key, &wrapped), CKR_WRAPPING_KEY_HANDLE_INVALID);
	CHECK_RV(keys_wrap(&x, &kw, by, data, &wrapped), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(keys_unwrap(&x, &kw, data, KC_BYTES_OF(room), CKO_SECRET_KEY, CKK_AES, 0, &data),
		CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	harness_end(&x);
}

static void unwrap_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM kw = {CKM_AES_KEY_WRAP, NULL, 0}, cbc = {CKM_AES_CBC, iv, 16};
	CK_OBJECT_HANDLE by = keys_secret_hex(&x, CKK_AES, KEK_HEX), again = 77, public, private;
	CK_OBJECT_HANDLE key = keys_secret_hex(&x, CKK_AES, "00112233445566778899aabbccddeeff");
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, generic)};
	CK_ATTRIBUTE with_value[] = {template[0], template[1], ATTR_BYTES(CKA_VALUE, iv)};
	CK_ATTRIBUTE on_token[] = {template[0], template[1], ATTR(CKA_TOKEN, harness_true)};
	CK_ATTRIBUTE of_public[] = {ATTR(CKA_CLASS, public_class), ATTR(CKA_KEY_TYPE, rsa)};
	struct kc_bytes w;

	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	CHECK_RV_FATAL(keys_wrap(&x, &kw, by, key, &wrapped), CKR_OK);
	w = kc_buf_bytes(&wrapped);
#define UNWRAP(how, with, data, len, t, count) \
	x.f->C_UnwrapKey(x.session, how, with, data, len, t, count, &again)
	CHECK_RV(UNWRAP(NULL, by, wrapped.data, w.len, template, 2), CKR_ARGUMENTS_BAD);
	CHECK_RV(UNWRAP(&kw, by, NULL, w.len, template, 2), CKR_ARGUMENTS_BAD);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, NULL, 2), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_UnwrapKey(x.session, &kw, by, wrapped.data, w.len, template, 2, NULL),
		CKR_ARGUMENTS_BAD);
	CHECK_RV(UNWRAP(&kw, by + 2000, wrapped.data, w.len, template, 2),
		CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	CHECK_RV(UNWRAP(&kw, private, wrapped.data, w.len, template, 2),
		CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	CHECK_RV(UNWRAP(&kw, public, wrapped.data, w.len, template, 2),
		CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, template, 1), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, template + 1, 1), CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, with_value, 3), CKR_ATTRIBUTE_READ_ONLY);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, on_token, 3), CKR_SESSION_READ_ONLY);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, of_public, 2), CKR_TEMPLATE_INCONSISTENT);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, 0, template, 2), CKR_WRAPPED_KEY_LEN_RANGE);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, (CK_ULONG)-1, template, 2),
		CKR_WRAPPED_KEY_LEN_RANGE);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, 23, template, 2), CKR_WRAPPED_KEY_LEN_RANGE);
	CHECK_RV(UNWRAP(&cbc, by, wrapped.data, 24, template, 2), CKR_WRAPPED_KEY_LEN_RANGE);
	wrapped.data[9] ^= 0x80;
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, template, 2), CKR_WRAPPED_KEY_INVALID);
	wrapped.data[9] ^= 0x80;
	CHECK(again == 77);
	CHECK_RV(UNWRAP(&kw, by, wrapped.data, w.len, template, 2), CKR_OK);
#undef UNWRAP
	/* A key of another length than the template says, and than its type has. */
	CHECK_RV(keys_unwrap(&x, &kw, by, w, CKO_SECRET_KEY, CKK_AES, 24, &again),
		CKR_WRAPPED_KEY_LEN_RANGE);
	CHECK_RV(keys_unwrap(&x, &kw, by, w, CKO_SECRET_KEY, CKK_CHACHA20, 0, &again),
		CKR_WRAPPED_KEY_LEN_RANGE);
	CHECK_RV(keys_unwrap(&x, &kw, by, w, CKO_SECRET_KEY, CKK_AES, 17, &again),
		CKR_ATTRIBUTE_VALUE_INVALID);
	CHECK_RV(keys_unwrap(&x, &kw, by, w, CKO_PRIVATE_KEY, CKK_RSA, 0, &again),
		CKR_WRAPPED_KEY_INVALID);
	harness_end(&x);
}

/* Keys on the token: wrapped by one, unwrapped to another, by its owner's other session too. */
static void on_token(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_MECHANISM kwp = {CKM_AES_KEY_WRAP_KWP, NULL, 0};
	CK_ATTRIBUTE stored[] = {ATTR(CKA_TOKEN, harness_true), ATTR(CKA_WRAP, harness_true),
		ATTR(CKA_UNWRAP, harness_true), ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE template[] = {ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_TOKEN, harness_true), ATTR_TEXT(CKA_LABEL, "unwrapped")};
	CK_OBJECT_HANDLE by = make_aes(&x, stored, 4), key = make_aes(&x, stored, 4), again, found;
	CK_SESSION_HANDLE other;

	CHECK_RV_FATAL(
		x.f->C_OpenSession(HARNESS_DEVICE, CKF_SERIAL_SESSION, NULL, NULL, &other), CKR_OK);
	CHECK_RV(keys_wrap(&x, &kwp, by, key, &wrapped), CKR_OK);
	CHECK_RV(x.f->C_UnwrapKey(other, &kwp, by, wrapped.data, wrapped.len, template, 4, &again),
		CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_UnwrapKey(
			 x.session, &kwp, by, wrapped.data, wrapped.len, template, 4, &again),
		CKR_OK);
	CHECK(harness_find(&x, &template[3], 1, &found, 1) == 1 && found == again);
	CHECK(keys_flag(&x, again, CKA_TOKEN) == CK_TRUE);
	CHECK_RV(x.f->C_DestroyObject(x.session, again), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, by), CKR_OK);
	CHECK_RV(keys_wrap(&x, &kwp, by, key, &wrapped), CKR_WRAPPING_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(vectors),
		CHECK_TEST(secrets),
		CHECK_TEST(ccm),
		CHECK_TEST(private_keys),
		CHECK_TEST(by_rsa),
		CHECK_TEST(partial_rsa),
		CHECK_TEST(no_rsa),
		CHECK_TEST(what_keys_allow),
		CHECK_TEST(trusted),
		CHECK_TEST(templates),
		CHECK_TEST(wrap_errors),
		CHECK_TEST(unwrap_errors),
		CHECK_TEST(on_token),
	};
	int status;

	harness_start();
	status = check_main("module wrap", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
