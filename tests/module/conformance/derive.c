/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.5: keys derived from keys; by libcrypto too. Vectors: RFC 5869, RFC 7748. */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

static CK_RV derive(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, CK_KEY_TYPE type, CK_ULONG len,
	CK_OBJECT_HANDLE *ret)
{
	struct template template = {0};

	readable_template(&template, type, len);
	return p11->C_DeriveKey(session, mechanism, base, template.at, template.count, ret);
}

/* Derives a readable generic secret and compares it. */
static void derives(
	CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base, const void *wanted, CK_ULONG len)
{
	CK_OBJECT_HANDLE made;

	MUST_RV(derive(mechanism, base, CKK_GENERIC_SECRET, len, &made), CKR_OK);
	EXPECT(value_is(made, CKA_VALUE, wanted, len));
	EXPECT(!truth_of(made, CKA_LOCAL));
	EXPECT(number_of(made, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
	EXPECT(!truth_of(made, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(made, CKA_NEVER_EXTRACTABLE));
}

/* Agreement */

struct row {
	const char *name;
	enum fixed key;
	CK_ULONG kdf;
	const char *hash;
	bool bare;
	const char *shared;
};
static const struct row rows[] = {
	/* clang-format off */
	{"p256", FIXED_P256, CKD_NULL, NULL, true, NULL},
	{"p256_octet_string", FIXED_P256, CKD_NULL, NULL, false, NULL},
	{"p384", FIXED_P384, CKD_NULL, NULL, true, NULL},
	{"p521", FIXED_P521, CKD_NULL, NULL, true, NULL},
	{"p256_sha1_kdf", FIXED_P256, CKD_SHA1_KDF, "SHA1", true, NULL},
	{"p256_sha224_kdf", FIXED_P256, CKD_SHA224_KDF, "SHA224", true, NULL},
	{"p256_sha256_kdf", FIXED_P256, CKD_SHA256_KDF, "SHA256", true, NULL},
	{"p256_sha256_kdf_shared", FIXED_P256, CKD_SHA256_KDF, "SHA256", true, "shared info"},
	{"p384_sha384_kdf", FIXED_P384, CKD_SHA384_KDF, "SHA384", true, "shared info"},
	{"p521_sha512_kdf", FIXED_P521, CKD_SHA512_KDF, "SHA512", true, "shared info"},
	{"x25519", FIXED_X25519, CKD_NULL, NULL, true, NULL},
	{"x448", FIXED_X448, CKD_NULL, NULL, true, NULL},
	{"x25519_sha256_kdf", FIXED_X25519, CKD_SHA256_KDF, "SHA256", true, "shared info"},
	/* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

static EVP_PKEY *new_peer(enum fixed kind)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(fixed_openssl(kind), NULL);
	EVP_PKEY *peer = NULL;

	MUST(EVP_PKEY_keygen_init(context) == 1);
	MUST(EVP_PKEY_keygen(context, &peer) == 1);
	EVP_PKEY_CTX_free(context);
	return peer;
}

static size_t agreed(EVP_PKEY *own, EVP_PKEY *peer, CK_BYTE *ret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	size_t len = 80;

	MUST(EVP_PKEY_derive_init(context) == 1);
	MUST(EVP_PKEY_derive_set_peer(context, peer) == 1);
	MUST(EVP_PKEY_derive(context, ret, &len) == 1);
	EVP_PKEY_CTX_free(context);
	return len;
}

/* ANSI X9.63: hash of the secret, a counter and the shared info. */
static void x963(
	const struct row *row, const CK_BYTE *secret, size_t len, CK_BYTE *ret, size_t want)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
			OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)row->hash, 0),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret, len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
			(void *)(uintptr_t)(row->shared ? row->shared : ""),
			row->shared ? strlen(row->shared) : 0),
		OSSL_PARAM_construct_end(),
	};

	MUST(EVP_KDF_derive(context, ret, want, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static void agree(const void *arg)
{
	const struct row *row = arg;
	EVP_PKEY *peer = new_peer(row->key);
	struct bytes point = fixed_point(peer, row->bare);
	CK_ECDH1_DERIVE_PARAMS params = {row->kdf, row->shared ? strlen(row->shared) : 0,
		(CK_BYTE *)(uintptr_t)row->shared, point.len, point.at};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	CK_BYTE secret[80], wanted[100];
	CK_OBJECT_HANDLE key;
	size_t len;

	suite_needs(CKM_ECDH1_DERIVE, CKF_DERIVE);
	if (row->key >= FIXED_X25519)
		suite_needs(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	key = fixed_private(row->key);
	len = agreed(fixed_openssl(row->key), peer, secret);
	if (row->kdf == CKD_NULL) {
		derives(&mechanism, key, secret, len);
		/* "The truncation removes bytes from the leading end of the secret value." */
		suite_note("truncated");
		derives(&mechanism, key, secret + len - 16, 16);
		return;
	}
	for (size_t want = 16; want <= 100; want += 42) {
		suite_note("%zu bytes", want);
		x963(row, secret, len, wanted, want);
		derives(&mechanism, key, wanted, want);
	}
}

static void agree_aes(void)
{
	EVP_PKEY *peer = new_peer(FIXED_P256);
	struct bytes point = fixed_point(peer, true);
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, point.len, point.at};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	CK_OBJECT_HANDLE made;
	CK_BYTE secret[80];
	size_t len;

	suite_needs(CKM_ECDH1_DERIVE, CKF_DERIVE);
	len = agreed(fixed_openssl(FIXED_P256), peer, secret);
	MUST_RV(derive(&mechanism, fixed_private(FIXED_P256), CKK_AES, 32, &made), CKR_OK);
	EXPECT(number_of(made, CKA_KEY_TYPE) == CKK_AES);
	EXPECT(value_is(made, CKA_VALUE, secret, len));
	/* more than there is */
	EXPECT_RV(derive(&mechanism, fixed_private(FIXED_P256), CKK_GENERIC_SECRET, 33, &made),
		CKR_ATTRIBUTE_VALUE_INVALID, CKR_KEY_SIZE_RANGE, CKR_TEMPLATE_INCONSISTENT);
}

/* RFC 7748, 6.1 */
static void montgomery_vector(
	enum fixed kind, const char *private_hex, const char *public_hex, const char *shared_hex)
{
	struct bytes private = unhex(private_hex), public = unhex(public_hex);
	struct bytes wanted = unhex(shared_hex), curve = fixed_params(kind);
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, public.len, public.at};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	struct template template = {0};

	suite_needs(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	suite_needs(CKM_ECDH1_DERIVE, CKF_DERIVE);
	with_number(&template, CKA_CLASS, CKO_PRIVATE_KEY);
	with_number(&template, CKA_KEY_TYPE, CKK_EC_MONTGOMERY);
	with_truth(&template, CKA_DERIVE, true);
	with_truth(&template, CKA_TOKEN, false);
	with_bytes(&template, CKA_EC_PARAMS, curve.at, curve.len);
	with_bytes(&template, CKA_VALUE, private.at, private.len);
	derives(&mechanism, create(&template), wanted.at, wanted.len);
}

static void x25519_vector(void)
{
	montgomery_vector(FIXED_X25519,
		"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

static void agree_errors(void)
{
	struct bytes point = fixed_point(fixed_openssl(FIXED_P256), true);
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, point.len, point.at}, bad;
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	struct template no_derive = {0};
	CK_OBJECT_HANDLE key, made;
	CK_BYTE off_curve[65] = {0x04, 1};

	suite_needs(CKM_ECDH1_DERIVE, CKF_DERIVE);
	key = fixed_private(FIXED_P256);
	EXPECT_RV(derive(&mechanism, 987654, CKK_AES, 16, &made), CKR_KEY_HANDLE_INVALID);
	EXPECT_RV(derive(&mechanism, fixed_private(FIXED_RSA), CKK_AES, 16, &made),
		CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	EXPECT_RV(derive(&mechanism, aes_key(), CKK_AES, 16, &made), CKR_KEY_TYPE_INCONSISTENT);
	fixed_private_template(FIXED_P256, &no_derive);
	without(&no_derive, CKA_DERIVE);
	with_truth(&no_derive, CKA_DERIVE, false);
	EXPECT_RV(derive(&mechanism, create(&no_derive), CKK_AES, 16, &made),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	mechanism.ulParameterLen--;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID);
	mechanism.pParameter = NULL;
	mechanism.ulParameterLen = 0;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID);
	mechanism.pParameter = &bad;
	mechanism.ulParameterLen = sizeof bad;
	bad = params;
	bad.kdf = 999;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID);
	bad = params;
	bad.ulPublicDataLen = 0;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID);
	bad = params;
	bad.pPublicData = off_curve;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID,
		CKR_PUBLIC_KEY_INVALID);
	/* "ulSharedDataLen must be zero" with CKD_NULL */
	bad = params;
	bad.pSharedData = off_curve;
	bad.ulSharedDataLen = 4;
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_MECHANISM_PARAM_INVALID);
}

static void general_errors(void)
{
	struct bytes point = fixed_point(fixed_openssl(FIXED_P256), true);
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, point.len, point.at};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	CK_MECHANISM wrong = {CKM_AES_CBC, NULL, 0};
	struct template good = {0}, class = {0}, value = {0};
	CK_OBJECT_HANDLE key, made;

	suite_needs(CKM_ECDH1_DERIVE, CKF_DERIVE);
	key = fixed_private(FIXED_P256);
	readable_template(&good, CKK_AES, 16);
	EXPECT_RV(p11->C_DeriveKey(session, NULL, key, good.at, good.count, &made),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_DeriveKey(session, &mechanism, key, NULL, 1, &made), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_DeriveKey(session, &wrong, key, good.at, good.count, &made),
		CKR_MECHANISM_INVALID);
	readable_template(&class, CKK_AES, 16);
	without(&class, CKA_CLASS);
	with_number(&class, CKA_CLASS, CKO_PRIVATE_KEY);
	EXPECT_RV(p11->C_DeriveKey(session, &mechanism, key, class.at, class.count, &made),
		CKR_TEMPLATE_INCONSISTENT);
	readable_template(&value, CKK_AES, 16);
	with_text(&value, CKA_VALUE, "sixteen bytes...");
	EXPECT_RV(p11->C_DeriveKey(session, &mechanism, key, value.at, value.count, &made),
		CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY);
}

/* Secrets encrypted, hashed and put together */

static void encrypt_data(bool cbc)
{
	CK_BYTE data[32], wanted[32];
	CK_KEY_DERIVATION_STRING_DATA ecb_params = {data, sizeof data};
	CK_AES_CBC_ENCRYPT_DATA_PARAMS cbc_params = {.pData = data, .length = sizeof data};
	CK_MECHANISM mechanism = {cbc ? CKM_AES_CBC_ENCRYPT_DATA : CKM_AES_ECB_ENCRYPT_DATA,
		cbc ? (void *)&cbc_params : (void *)&ecb_params,
		cbc ? sizeof cbc_params : sizeof ecb_params};
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	CK_OBJECT_HANDLE key;
	int len;

	suite_needs(mechanism.mechanism, CKF_DERIVE);
	fill(data, sizeof data, 60);
	key = aes_key();
	EVP_EncryptInit_ex(context, cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb(), NULL,
		(const unsigned char *)"sixteen bytes...", cbc_params.iv);
	EVP_EncryptUpdate(context, wanted, &len, data, sizeof data);
	EVP_CIPHER_CTX_free(context);
	derives(&mechanism, key, wanted, sizeof wanted);
}

static void aes_ecb_encrypt_data(void)
{
	encrypt_data(false);
}

static void aes_cbc_encrypt_data(void)
{
	encrypt_data(true);
}

static void key_derivation(void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *hash;
	} all[] = {{CKM_SHA1_KEY_DERIVATION, "SHA1"}, {CKM_SHA224_KEY_DERIVATION, "SHA224"},
		{CKM_SHA256_KEY_DERIVATION, "SHA256"}, {CKM_SHA384_KEY_DERIVATION, "SHA384"},
		{CKM_SHA512_KEY_DERIVATION, "SHA512"}};
	CK_BYTE wanted[64];
	unsigned len;
	int had = 0;

	for (int i = 0; i < 5; i++) {
		CK_MECHANISM mechanism = {all[i].type, NULL, 0};

		if (!suite_lists(all[i].type, CKF_DERIVE))
			continue;
		had++;
		suite_note("%s", all[i].hash);
		EVP_Digest("a secret", 8, wanted, &len, EVP_get_digestbyname(all[i].hash), NULL);
		derives(&mechanism, secret_key(CKK_GENERIC_SECRET, "a secret", 8), wanted, len);
		derives(&mechanism, secret_key(CKK_GENERIC_SECRET, "a secret", 8), wanted, 16);
	}
	if (!had)
		suite_absent("");
}

static void concatenate(void)
{
	CK_KEY_DERIVATION_STRING_DATA data = {TEXT("data"), 4};
	CK_OBJECT_HANDLE base = secret_key(CKK_GENERIC_SECRET, "base", 4);
	CK_OBJECT_HANDLE other = secret_key(CKK_GENERIC_SECRET, "key", 3);
	CK_MECHANISM base_data = {CKM_CONCATENATE_BASE_AND_DATA, &data, sizeof data};
	CK_MECHANISM data_base = {CKM_CONCATENATE_DATA_AND_BASE, &data, sizeof data};
	CK_MECHANISM base_key = {CKM_CONCATENATE_BASE_AND_KEY, &other, sizeof other};
	CK_MECHANISM xor = {CKM_XOR_BASE_AND_DATA, &data, sizeof data};

	suite_needs(CKM_CONCATENATE_BASE_AND_DATA, CKF_DERIVE);
	derives(&base_data, base, "basedata", 8);
	derives(&data_base, base, "database", 8);
	derives(&base_key, base, "basekey", 7);
	derives(&xor, base, "\6\0\7\4", 4);
}

static void extract(void)
{
	CK_EXTRACT_PARAMS bit = 8;
	CK_MECHANISM mechanism = {CKM_EXTRACT_KEY_FROM_KEY, &bit, sizeof bit};

	suite_needs(CKM_EXTRACT_KEY_FROM_KEY, CKF_DERIVE);
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, "abcdef", 6), "bcd", 3);
}

/* HKDF: RFC 5869, A.1 and A.3 */

static const char ikm_hex[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";

static void hkdf_full(void)
{
	struct bytes salt = unhex("000102030405060708090a0b0c"),
		     info = unhex("f0f1f2f3f4f5f6f7f8f9");
	struct bytes ikm = unhex(ikm_hex);
	struct bytes wanted =
		unhex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
		      "34007208d5b887185865");
	CK_HKDF_PARAMS params = {CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_DATA, salt.at,
		salt.len, 0, info.at, info.len};
	CK_MECHANISM mechanism = {CKM_HKDF_DERIVE, &params, sizeof params};

	suite_needs(CKM_HKDF_DERIVE, CKF_DERIVE);
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, ikm.at, ikm.len), wanted.at, wanted.len);
	suite_note("a key of type HKDF");
	derives(&mechanism, secret_key(CKK_HKDF, ikm.at, ikm.len), wanted.at, wanted.len);
	suite_note("the salt as a key");
	params.ulSaltType = CKF_HKDF_SALT_KEY;
	params.hSaltKey = secret_key(CKK_GENERIC_SECRET, salt.at, salt.len);
	params.pSalt = NULL;
	params.ulSaltLen = 0;
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, ikm.at, ikm.len), wanted.at, wanted.len);
}

static void hkdf_halves(void)
{
	struct bytes salt = unhex("000102030405060708090a0b0c"),
		     info = unhex("f0f1f2f3f4f5f6f7f8f9");
	struct bytes prk =
		unhex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
	struct bytes ikm = unhex(ikm_hex), okm = unhex("3cb25f25faacd57a90434f64d0362f2a");
	CK_HKDF_PARAMS extract_only = {
		CK_TRUE, CK_FALSE, CKM_SHA256, CKF_HKDF_SALT_DATA, salt.at, salt.len, 0, NULL, 0};
	CK_HKDF_PARAMS expand_only = {
		CK_FALSE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, info.at, info.len};
	CK_MECHANISM mechanism = {CKM_HKDF_DERIVE, &extract_only, sizeof extract_only};

	suite_needs(CKM_HKDF_DERIVE, CKF_DERIVE);
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, ikm.at, ikm.len), prk.at, prk.len);
	mechanism.pParameter = &expand_only;
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, prk.at, prk.len), okm.at, okm.len);
}

static void hkdf_no_salt(void)
{
	struct bytes ikm = unhex(ikm_hex);
	struct bytes wanted =
		unhex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
		      "9d201395faa4b61a96c8");
	CK_HKDF_PARAMS params = {
		CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0};
	CK_MECHANISM mechanism = {CKM_HKDF_DERIVE, &params, sizeof params};

	suite_needs(CKM_HKDF_DERIVE, CKF_DERIVE);
	derives(&mechanism, secret_key(CKK_GENERIC_SECRET, ikm.at, ikm.len), wanted.at, wanted.len);
}

static void hkdf_errors(void)
{
	CK_HKDF_PARAMS params = {
		CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0};
	CK_MECHANISM mechanism = {CKM_HKDF_DERIVE, &params, sizeof params};
	CK_OBJECT_HANDLE base = secret_key(CKK_GENERIC_SECRET, "a secret", 8), made;

	suite_needs(CKM_HKDF_DERIVE, CKF_DERIVE);
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 255 * 32 + 1, &made),
		CKR_KEY_SIZE_RANGE, CKR_ATTRIBUTE_VALUE_INVALID, CKR_TEMPLATE_INCONSISTENT);
	params.prfHashMechanism = CKM_RSA_PKCS;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
	params.prfHashMechanism = CKM_SHA256;
	params.bExtract = params.bExpand = CK_FALSE;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
	params.bExtract = CK_TRUE;
	params.ulSaltType = 99;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
}

static void hkdf_data(void)
{
	struct bytes ikm = unhex(ikm_hex);
	struct bytes wanted = unhex("8da4e775a563c18f715f802a063c5a31");
	CK_HKDF_PARAMS params = {
		CK_TRUE, CK_TRUE, CKM_SHA256, CKF_HKDF_SALT_NULL, NULL, 0, 0, NULL, 0};
	CK_MECHANISM mechanism = {CKM_HKDF_DATA, &params, sizeof params};
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	suite_needs(CKM_HKDF_DATA, CKF_DERIVE);
	with_number(&template, CKA_CLASS, CKO_DATA);
	with_truth(&template, CKA_TOKEN, false);
	with_number(&template, CKA_VALUE_LEN, wanted.len);
	MUST_RV(p11->C_DeriveKey(session, &mechanism,
			secret_key(CKK_GENERIC_SECRET, ikm.at, ikm.len), template.at,
			template.count, &made),
		CKR_OK);
	EXPECT(number_of(made, CKA_CLASS) == CKO_DATA);
	EXPECT(value_is(made, CKA_VALUE, wanted.at, wanted.len));
}

/* SP 800-108, as libcrypto's KBKDF does it: [i]₃₂ ‖ label ‖ 0 ‖ context ‖ [L]₃₂ */
static void kbkdf(bool feedback, CK_MECHANISM_TYPE prf, const char *mac, const char *of)
{
	CK_SP800_108_COUNTER_FORMAT counter = {CK_FALSE, 32};
	CK_SP800_108_DKM_LENGTH_FORMAT length = {CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32};
	CK_PRF_DATA_PARAM data[] = {
		{CK_SP800_108_ITERATION_VARIABLE, feedback ? NULL : &counter,
			feedback ? 0 : sizeof counter},
		{CK_SP800_108_OPTIONAL_COUNTER, &counter, sizeof counter},
		{CK_SP800_108_BYTE_ARRAY, TEXT("label"), 5},
		{CK_SP800_108_BYTE_ARRAY, TEXT(""), 1},
		{CK_SP800_108_BYTE_ARRAY, TEXT("context"), 7},
		{CK_SP800_108_DKM_LENGTH, &length, sizeof length},
	};
	CK_BYTE iv[32] = {5};
	CK_PRF_DATA_PARAM without_counter[] = {data[0], data[2], data[3], data[4], data[5]};
	CK_SP800_108_KDF_PARAMS params = {prf, 5, without_counter, 0, NULL};
	CK_SP800_108_FEEDBACK_KDF_PARAMS feedback_params = {prf, 6, data, sizeof iv, iv, 0, NULL};
	CK_MECHANISM mechanism = {feedback ? CKM_SP800_108_FEEDBACK_KDF : CKM_SP800_108_COUNTER_KDF,
		feedback ? (void *)&feedback_params : (void *)&params,
		feedback ? sizeof feedback_params : sizeof params};
	CK_BYTE wanted[80], key[16];
	bool cmac = strcmp(mac, "CMAC") == 0;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KBKDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM said[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE,
			(char *)(uintptr_t)(feedback ? "feedback" : "counter"), 0),
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, (char *)(uintptr_t)mac, 0),
		OSSL_PARAM_construct_utf8_string(
			cmac ? OSSL_KDF_PARAM_CIPHER : OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)of,
			0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof key),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, TEXT("label"), 5),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, TEXT("context"), 7),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, iv, sizeof iv),
		OSSL_PARAM_construct_end(),
	};

	if (!feedback)
		said[6] = OSSL_PARAM_construct_end();
	suite_needs(mechanism.mechanism, CKF_DERIVE);
	fill(key, sizeof key, 61);
	MUST(EVP_KDF_derive(context, wanted, sizeof wanted, said) == 1);
	derives(&mechanism, secret_key(cmac ? CKK_AES : CKK_GENERIC_SECRET, key, sizeof key),
		wanted, sizeof wanted);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static void sp800_108_counter(void)
{
	kbkdf(false, CKM_SHA256_HMAC, "HMAC", "SHA256");
}

static void sp800_108_counter_sha512(void)
{
	kbkdf(false, CKM_SHA512_HMAC, "HMAC", "SHA512");
}

static void sp800_108_counter_cmac(void)
{
	kbkdf(false, CKM_AES_CMAC, "CMAC", "AES-128-CBC");
}

static void sp800_108_feedback(void)
{
	kbkdf(true, CKM_SHA256_HMAC, "HMAC", "SHA256");
}

static void sp800_108_errors(void)
{
	CK_SP800_108_COUNTER_FORMAT counter = {CK_FALSE, 32}, odd = {CK_FALSE, 13};
	CK_PRF_DATA_PARAM data[] = {{CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter}};
	CK_SP800_108_KDF_PARAMS params = {CKM_RSA_PKCS, 1, data, 0, NULL};
	CK_MECHANISM mechanism = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};
	CK_OBJECT_HANDLE base = secret_key(CKK_GENERIC_SECRET, "a secret", 8), made;

	suite_needs(CKM_SP800_108_COUNTER_KDF, CKF_DERIVE);
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
	params.prfType = CKM_SHA256_HMAC;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made), CKR_OK);
	params.ulNumberOfDataParams = 0;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
	params.ulNumberOfDataParams = 1;
	data[0].pValue = &odd;
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
	data[0] = (CK_PRF_DATA_PARAM){77, TEXT("x"), 1};
	EXPECT_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 16, &made),
		CKR_MECHANISM_PARAM_INVALID);
}

/* More keys from one derivation: each begins with an output of the pseudorandom function. */
static void sp800_108_two_keys(void)
{
	CK_SP800_108_COUNTER_FORMAT counter = {CK_FALSE, 32};
	CK_PRF_DATA_PARAM data[] = {{CK_SP800_108_ITERATION_VARIABLE, &counter, sizeof counter}};
	CK_OBJECT_HANDLE base = secret_key(CKK_GENERIC_SECRET, "a secret", 8), first, second, whole;
	struct template template = {0}, more = {0};
	CK_DERIVED_KEY additional = {NULL, 0, &second};
	CK_SP800_108_KDF_PARAMS params = {CKM_SHA256_HMAC, 1, data, 0, NULL};
	CK_MECHANISM mechanism = {CKM_SP800_108_COUNTER_KDF, &params, sizeof params};
	CK_BYTE all[64];

	suite_needs(CKM_SP800_108_COUNTER_KDF, CKF_DERIVE);
	MUST_RV(derive(&mechanism, base, CKK_GENERIC_SECRET, 64, &whole), CKR_OK);
	MUST(value_of(whole, CKA_VALUE, all, sizeof all) == 64);
	readable_template(&template, CKK_AES, 16);
	readable_template(&more, CKK_GENERIC_SECRET, 32);
	additional.pTemplate = more.at;
	additional.ulAttributeCount = more.count;
	params.ulAdditionalDerivedKeys = 1;
	params.pAdditionalDerivedKeys = &additional;
	MUST_RV(p11->C_DeriveKey(session, &mechanism, base, template.at, template.count, &first),
		CKR_OK);
	EXPECT(value_is(first, CKA_VALUE, all, 16));
	EXPECT(value_is(second, CKA_VALUE, all + 32, 32));
}

/* 4.10.2: what a sensitive base gives is as secret as it was. */
static void sensitivity(void)
{
	CK_KEY_DERIVATION_STRING_DATA data = {TEXT("sixteen bytes..."), 16};
	CK_MECHANISM mechanism = {CKM_AES_ECB_ENCRYPT_DATA, &data, sizeof data};
	struct template base = {0};
	CK_OBJECT_HANDLE made;

	suite_needs(CKM_AES_ECB_ENCRYPT_DATA, CKF_DERIVE);
	secret_template(&base, CKK_AES, "sixteen bytes...", 16);
	without(&base, CKA_SENSITIVE);
	with_truth(&base, CKA_SENSITIVE, true);
	MUST_RV(derive(&mechanism, create(&base), CKK_GENERIC_SECRET, 16, &made), CKR_OK);
	/* the base was created, so it was not always sensitive, nor is what comes of it */
	EXPECT(!truth_of(made, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(made, CKA_NEVER_EXTRACTABLE));
}

/* What CKA_DERIVE_TEMPLATE of the base says is so. */
static void derive_template(void)
{
	CK_KEY_DERIVATION_STRING_DATA data = {TEXT("sixteen bytes..."), 16};
	CK_MECHANISM mechanism = {CKM_AES_ECB_ENCRYPT_DATA, &data, sizeof data};
	struct template base = {0}, applied = {0}, plain = {0};
	CK_OBJECT_HANDLE key, made;

	suite_needs(CKM_AES_ECB_ENCRYPT_DATA, CKF_DERIVE);
	with_truth(&applied, CKA_EXTRACTABLE, false);
	secret_template(&base, CKK_AES, "sixteen bytes...", 16);
	with_bytes(&base, CKA_DERIVE_TEMPLATE, applied.at, applied.count * sizeof applied.at[0]);
	key = create(&base);
	EXPECT_RV(derive(&mechanism, key, CKK_AES, 16, &made), CKR_TEMPLATE_INCONSISTENT);
	with_number(&plain, CKA_CLASS, CKO_SECRET_KEY);
	with_number(&plain, CKA_KEY_TYPE, CKK_AES);
	with_number(&plain, CKA_VALUE_LEN, 16);
	MUST_RV(p11->C_DeriveKey(session, &mechanism, key, plain.at, plain.count, &made), CKR_OK);
	EXPECT(!truth_of(made, CKA_EXTRACTABLE));
}

static const struct suite_check checks[] = {
	{"agree_aes", USER, agree_aes},
	{"agree_errors", USER, agree_errors},
	{"x25519_vector", USER, x25519_vector},
	{"general_errors", USER, general_errors},
	{"aes_ecb_encrypt_data", USER, aes_ecb_encrypt_data},
	{"aes_cbc_encrypt_data", USER, aes_cbc_encrypt_data},
	{"key_derivation", USER, key_derivation},
	{"concatenate", USER, concatenate},
	{"extract", USER, extract},
	{"hkdf_full", USER, hkdf_full},
	{"hkdf_halves", USER, hkdf_halves},
	{"hkdf_no_salt", USER, hkdf_no_salt},
	{"hkdf_errors", USER, hkdf_errors},
	{"hkdf_data", USER, hkdf_data},
	{"sp800_108_counter", USER, sp800_108_counter},
	{"sp800_108_counter_sha512", USER, sp800_108_counter_sha512},
	{"sp800_108_counter_cmac", USER, sp800_108_counter_cmac},
	{"sp800_108_feedback", USER, sp800_108_feedback},
	{"sp800_108_errors", USER, sp800_108_errors},
	{"sp800_108_two_keys", USER, sp800_108_two_keys},
	{"derive_template", USER, derive_template},
	{"sensitivity", USER, sensitivity},
};

void suite_derive(void)
{
	SUITE_ADD("derive", checks);
	for (size_t i = 0; i < ROWS; i++)
		suite_add_row("derive", rows[i].name, "agree", USER, agree, &rows[i]);
}
