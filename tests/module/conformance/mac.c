/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.13 and 5.15: message authentication codes. Vectors: RFC 4231, RFC 2202, RFC 4493.
 */
#include <stdio.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

struct row {
	const char *name;
	CK_MECHANISM_TYPE type, general;
	CK_KEY_TYPE key; /* the type of key for it beside generic secrets */
	const char *mac, *digest;
	size_t len;
	const char *key_hex, *data_hex, *wanted;
};
#define JEFE "4a656665"
#define WHAT "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
#define CMAC_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define CMAC_DATA "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411"
static const struct row rows[] = {
	/* clang-format off */
	{"md5_hmac", CKM_MD5_HMAC, CKM_MD5_HMAC_GENERAL, CKK_MD5_HMAC, "HMAC", "MD5", 16, JEFE, WHAT,
		"750c783e6ab0b503eaa86e310a5db738"},
	{"sha_1_hmac", CKM_SHA_1_HMAC, CKM_SHA_1_HMAC_GENERAL, CKK_SHA_1_HMAC, "HMAC", "SHA1", 20, JEFE, WHAT,
		"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
	{"sha224_hmac", CKM_SHA224_HMAC, CKM_SHA224_HMAC_GENERAL, CKK_SHA224_HMAC, "HMAC", "SHA224", 28, JEFE, WHAT,
		"a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"},
	{"sha256_hmac", CKM_SHA256_HMAC, CKM_SHA256_HMAC_GENERAL, CKK_SHA256_HMAC, "HMAC", "SHA256", 32, JEFE, WHAT,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	{"sha384_hmac", CKM_SHA384_HMAC, CKM_SHA384_HMAC_GENERAL, CKK_SHA384_HMAC, "HMAC", "SHA384", 48, JEFE, WHAT,
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
	{"sha512_hmac", CKM_SHA512_HMAC, CKM_SHA512_HMAC_GENERAL, CKK_SHA512_HMAC, "HMAC", "SHA512", 64, JEFE, WHAT,
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
	{"sha512_224_hmac", CKM_SHA512_224_HMAC, CKM_SHA512_224_HMAC_GENERAL, CKK_SHA512_224_HMAC, "HMAC", "SHA512-224", 28,
		JEFE, WHAT, NULL},
	{"sha512_256_hmac", CKM_SHA512_256_HMAC, CKM_SHA512_256_HMAC_GENERAL, CKK_SHA512_256_HMAC, "HMAC", "SHA512-256", 32,
		JEFE, WHAT, NULL},
	{"sha3_224_hmac", CKM_SHA3_224_HMAC, CKM_SHA3_224_HMAC_GENERAL, CKK_SHA3_224_HMAC, "HMAC", "SHA3-224", 28, JEFE, WHAT,
		"7fdb8dd88bd2f60d1b798634ad386811c2cfc85bfaf5d52bbace5e66"},
	{"sha3_256_hmac", CKM_SHA3_256_HMAC, CKM_SHA3_256_HMAC_GENERAL, CKK_SHA3_256_HMAC, "HMAC", "SHA3-256", 32, JEFE, WHAT,
		"c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5"},
	{"sha3_384_hmac", CKM_SHA3_384_HMAC, CKM_SHA3_384_HMAC_GENERAL, CKK_SHA3_384_HMAC, "HMAC", "SHA3-384", 48, JEFE, WHAT,
		"f1101f8cbf9766fd6764d2ed61903f21ca9b18f57cf3e1a23ca13508a93243ce48c045dc007f26a21b3f5e0e9df4c20a"},
	{"sha3_512_hmac", CKM_SHA3_512_HMAC, CKM_SHA3_512_HMAC_GENERAL, CKK_SHA3_512_HMAC, "HMAC", "SHA3-512", 64, JEFE, WHAT,
		"5a4bfeab6166427c7a3647b747292b8384537cdb89afb3bf5665e4c5e709350b"
		"287baec921fd7ca0ee7a0c31d022a95e1fc92ba9d77df883960275beb4e62024"},
	{"aes_cmac", CKM_AES_CMAC, CKM_AES_CMAC_GENERAL, CKK_AES, "CMAC", "AES-128-CBC", 16, CMAC_KEY, CMAC_DATA,
		"dfa66747de9ae63030ca32611497c827"},
	{"aes_cmac_empty", CKM_AES_CMAC, CKM_AES_CMAC_GENERAL, CKK_AES, "CMAC", "AES-128-CBC", 16, CMAC_KEY, "",
		"bb1d6929e95937287fa37d129b756746"},
	/* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

static bool is_cmac(const struct row *row)
{
	return row->key == CKK_AES;
}

/* Of HMAC one that is as long as any of the hashes, which no module refuses as too short. */
static struct bytes bytes_of(const struct row *row)
{
	struct bytes key = {.len = 64};

	if (is_cmac(row))
		return unhex(row->key_hex);
	fill(key.at, key.len, 19);
	return key;
}

static CK_OBJECT_HANDLE key_of(const struct row *row)
{
	struct bytes key = bytes_of(row);

	return secret_key(is_cmac(row) ? CKK_AES : CKK_GENERIC_SECRET, key.at, key.len);
}

static void openssl_mac(const struct row *row, const void *key, size_t key_len, const void *data,
	size_t len, CK_BYTE *ret)
{
	char cipher[20];
	size_t made;

	snprintf(cipher, sizeof cipher, "AES-%zu-CBC", key_len * 8);
	MUST(EVP_Q_mac(NULL, row->mac, NULL, is_cmac(row) ? cipher : row->digest, NULL, key,
		key_len, data, len, ret, 64, &made));
	MUST(made == row->len);
}

static CK_RV sign(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, const void *data, size_t len,
	CK_BYTE *ret, CK_ULONG *ret_len)
{
	MUST_RV(p11->C_SignInit(session, mechanism, key), CKR_OK);
	return p11->C_Sign(session, (CK_BYTE *)(uintptr_t)data, len, ret, ret_len);
}

static CK_RV verify(CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key, const void *data, size_t len,
	CK_BYTE *mac, size_t mac_len)
{
	MUST_RV(p11->C_VerifyInit(session, mechanism, key), CKR_OK);
	return p11->C_Verify(session, (CK_BYTE *)(uintptr_t)data, len, mac, mac_len);
}

static void vector(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	struct bytes data = unhex(row->data_hex), key = unhex(row->key_hex), wanted = {.len = 0};
	CK_OBJECT_HANDLE handle;
	CK_BYTE got[64];
	CK_ULONG len = sizeof got;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	if (row->wanted)
		wanted = unhex(row->wanted);
	else {
		openssl_mac(row, key.at, key.len, data.at, data.len, wanted.at);
		wanted.len = row->len;
	}
	handle = secret_key(is_cmac(row) ? CKK_AES : CKK_GENERIC_SECRET, key.at, key.len);
	MUST_RV(sign(&mechanism, handle, data.at, data.len, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	EXPECT_RV(verify(&mechanism, handle, data.at, data.len, wanted.at, wanted.len), CKR_OK);
}

/* Keys of many lengths and data of many lengths. */
static void all_lengths(const struct row *row, const size_t *key_lens, size_t keys)
{
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	CK_BYTE data[300], key[200], got[64], wanted[64];
	CK_OBJECT_HANDLE handle;
	CK_ULONG len;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	fill(data, sizeof data, 20);
	fill(key, sizeof key, 21);
	for (size_t k = 0; k < keys; k++) {
		handle = secret_key(is_cmac(row) ? CKK_AES : CKK_GENERIC_SECRET, key, key_lens[k]);
		for (size_t size = 0; size < sizeof data; size += 1 + size / 3) {
			suite_note("key of %zu bytes, data of %zu", key_lens[k], size);
			openssl_mac(row, key, key_lens[k], data, size, wanted);
			len = sizeof got;
			MUST_RV(sign(&mechanism, handle, data, size, got, &len), CKR_OK);
			MUST(len == row->len && memcmp(got, wanted, len) == 0);
			MUST_RV(verify(&mechanism, handle, data, size, got, len), CKR_OK);
		}
		MUST_RV(p11->C_DestroyObject(session, handle), CKR_OK);
	}
}

static void lengths(const void *arg)
{
	static const size_t long_keys[] = {64, 65, 128, 136, 137, 144, 145, 200},
			    aes[] = {16, 24, 32};
	const struct row *row = arg;

	if (is_cmac(row))
		all_lengths(row, aes, 3);
	else
		all_lengths(row, long_keys, 8);
}

/* 6.20: a key of HMAC may have any length. */
static void short_keys(const void *arg)
{
	static const size_t keys[] = {1, 15, 16, 19, 20, 31};

	all_lengths(arg, keys, 6);
}

static void parts(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	struct bytes key = bytes_of(row);
	static CK_BYTE data[2000];
	CK_BYTE got[64], wanted[64];
	CK_OBJECT_HANDLE handle;
	CK_ULONG len;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	handle = key_of(row);
	fill(data, sizeof data, 22);
	openssl_mac(row, key.at, key.len, data, sizeof data, wanted);
	for (size_t step = 1; step < 2100; step = step * 3 + 14) {
		suite_note("parts of %zu bytes", step);
		MUST_RV(p11->C_SignInit(session, &mechanism, handle), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step)
			MUST_RV(p11->C_SignUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at),
				CKR_OK);
		len = 0;
		EXPECT_RV(p11->C_SignFinal(session, NULL, &len), CKR_OK);
		EXPECT(len == row->len);
		len--;
		EXPECT_RV(p11->C_SignFinal(session, got, &len), CKR_BUFFER_TOO_SMALL);
		len = sizeof got;
		MUST_RV(p11->C_SignFinal(session, got, &len), CKR_OK);
		EXPECT(len == row->len && memcmp(got, wanted, len) == 0);
		MUST_RV(p11->C_VerifyInit(session, &mechanism, handle), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step)
			MUST_RV(p11->C_VerifyUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at),
				CKR_OK);
		EXPECT_RV(p11->C_VerifyFinal(session, got, len), CKR_OK);
	}
	/* no part at all is a message of no bytes */
	openssl_mac(row, key.at, key.len, data, 0, wanted);
	MUST_RV(p11->C_SignInit(session, &mechanism, handle), CKR_OK);
	len = sizeof got;
	MUST_RV(p11->C_SignFinal(session, got, &len), CKR_OK);
	EXPECT(len == row->len && memcmp(got, wanted, len) == 0);
}

static void sizes(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	CK_BYTE got[64];
	CK_ULONG len = 0;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	MUST_RV(sign(&mechanism, key_of(row), "data", 4, NULL, &len), CKR_OK);
	EXPECT(len == row->len);
	len--;
	EXPECT_RV(p11->C_Sign(session, TEXT("data"), 4, got, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len == row->len);
	EXPECT_RV(p11->C_Sign(session, TEXT("data"), 4, got, &len), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, TEXT("data"), 4, got, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void forged(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_BYTE mac[65] = {0};
	CK_ULONG len = 64;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	key = key_of(row);
	MUST_RV(sign(&mechanism, key, "data", 4, mac, &len), CKR_OK);
	EXPECT_RV(verify(&mechanism, key, "Data", 4, mac, len), CKR_SIGNATURE_INVALID);
	EXPECT_RV(verify(&mechanism, key, "data", 4, mac, len - 1), CKR_SIGNATURE_LEN_RANGE);
	EXPECT_RV(verify(&mechanism, key, "data", 4, mac, len + 1), CKR_SIGNATURE_LEN_RANGE);
	EXPECT_RV(verify(&mechanism, key, "data", 4, mac, 0), CKR_SIGNATURE_LEN_RANGE,
		CKR_ARGUMENTS_BAD);
	mac[len - 1] ^= 1;
	EXPECT_RV(verify(&mechanism, key, "data", 4, mac, len), CKR_SIGNATURE_INVALID);
}

static void key_handle(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	REFUSES(p11->C_SignInit(session, &mechanism, 987654), CKR_KEY_HANDLE_INVALID);
	REFUSES(p11->C_VerifyInit(session, &mechanism, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
}

static void unwanted_parameter(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM with = {row->type, TEXT("parameter"), 9};

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	REFUSES(p11->C_SignInit(session, &with, key_of(row)), CKR_MECHANISM_PARAM_INVALID);
	REFUSES(p11->C_VerifyInit(session, &with, key_of(row)), CKR_MECHANISM_PARAM_INVALID);
}

static void init_errors(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	struct template no_sign = {0}, no_verify = {0};
	struct bytes key = bytes_of(row);
	CK_KEY_TYPE type = is_cmac(row) ? CKK_AES : CKK_GENERIC_SECRET;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	REFUSES(p11->C_SignInit(session, &mechanism, fixed_private(FIXED_RSA)),
		CKR_KEY_TYPE_INCONSISTENT);
	REFUSES(p11->C_VerifyInit(session, &mechanism, fixed_public(FIXED_RSA)),
		CKR_KEY_TYPE_INCONSISTENT);
	secret_template(&no_sign, type, key.at, key.len);
	without(&no_sign, CKA_SIGN);
	with_truth(&no_sign, CKA_SIGN, false);
	REFUSES(p11->C_SignInit(session, &mechanism, create(&no_sign)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	secret_template(&no_verify, type, key.at, key.len);
	without(&no_verify, CKA_VERIFY);
	with_truth(&no_verify, CKA_VERIFY, false);
	REFUSES(p11->C_VerifyInit(session, &mechanism, create(&no_verify)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	if (!is_cmac(row))
		REFUSES(p11->C_SignInit(session, &mechanism, aes_key()), CKR_KEY_TYPE_INCONSISTENT);
	else
		REFUSES(p11->C_SignInit(session, &mechanism,
				secret_key(CKK_GENERIC_SECRET, "sixteen bytes...", 16)),
			CKR_KEY_TYPE_INCONSISTENT);
}

/* A key of the type that has the mechanism's name. */
static void own_key_type(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	struct bytes key = bytes_of(row);
	CK_BYTE got[64], wanted[64];
	CK_ULONG len = sizeof got;

	suite_needs(row->type, CKF_SIGN | CKF_VERIFY);
	openssl_mac(row, key.at, key.len, "data", 4, wanted);
	MUST_RV(sign(&mechanism, secret_key(row->key, key.at, key.len), "data", 4, got, &len),
		CKR_OK);
	EXPECT(len == row->len && memcmp(got, wanted, len) == 0);
}

/* The first bytes of the code, as many as the parameter says. */
static void general(const void *arg)
{
	const struct row *row = arg;
	CK_MAC_GENERAL_PARAMS wanted_len = 0;
	CK_MECHANISM mechanism = {row->general, &wanted_len, sizeof wanted_len};
	struct bytes key = bytes_of(row);
	CK_OBJECT_HANDLE handle;
	CK_BYTE got[64], wanted[64];
	CK_ULONG len;

	suite_needs(row->general, CKF_SIGN | CKF_VERIFY);
	handle = key_of(row);
	openssl_mac(row, key.at, key.len, "data", 4, wanted);
	for (wanted_len = 1; wanted_len <= row->len; wanted_len++) {
		suite_note("%lu bytes", wanted_len);
		len = sizeof got;
		MUST_RV(sign(&mechanism, handle, "data", 4, got, &len), CKR_OK);
		EXPECT(len == wanted_len && memcmp(got, wanted, len) == 0);
		EXPECT_RV(verify(&mechanism, handle, "data", 4, got, len), CKR_OK);
	}
	wanted_len = row->len / 2;
	EXPECT_RV(verify(&mechanism, handle, "data", 4, wanted, row->len), CKR_SIGNATURE_LEN_RANGE);
	wanted_len = row->len + 1;
	REFUSES(p11->C_SignInit(session, &mechanism, handle), CKR_MECHANISM_PARAM_INVALID);
	mechanism.ulParameterLen = 0;
	mechanism.pParameter = NULL;
	REFUSES(p11->C_SignInit(session, &mechanism, handle), CKR_MECHANISM_PARAM_INVALID);
}

void suite_mac(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		suite_add_row("mac", row->name, "vector", USER, vector, row);
		suite_add_row("mac", row->name, "lengths", USER, lengths, row);
		suite_add_row("mac", row->name, "parts", USER, parts, row);
		suite_add_row("mac", row->name, "sizes", USER, sizes, row);
		suite_add_row("mac", row->name, "forged", USER, forged, row);
		suite_add_row("mac", row->name, "key_handle", USER, key_handle, row);
		suite_add_row(
			"mac", row->name, "unwanted_parameter", USER, unwanted_parameter, row);
		suite_add_row("mac", row->name, "init_errors", USER, init_errors, row);
		if (!is_cmac(row)) {
			suite_add_row("mac", row->name, "short_keys", USER, short_keys, row);
			suite_add_row("mac", row->name, "own_key_type", USER, own_key_type, row);
		}
		suite_add_row("mac", row->name, "general", USER, general, row);
	}
}
