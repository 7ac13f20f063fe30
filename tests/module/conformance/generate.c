/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.1 and 5.18.2: keys and pairs made by the module. */
#include <openssl/core_names.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

struct secret_row {
	const char *name;
	CK_MECHANISM_TYPE type;
	CK_KEY_TYPE key;
	bool any_len;
	CK_ULONG lens[5];
};
static const struct secret_row secrets[] = {
	{"aes", CKM_AES_KEY_GEN, CKK_AES, true, {16, 24, 32}},
	{"generic_secret", CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, true,
		{16, 20, 33, 64, 128}},
	{"chacha20", CKM_CHACHA20_KEY_GEN, CKK_CHACHA20, false, {32}},
	{"des3", CKM_DES3_KEY_GEN, CKK_DES3, false, {24}},
	{"hkdf", CKM_HKDF_KEY_GEN, CKK_HKDF, true, {16, 32, 64}},
};

static CK_RV generate(CK_MECHANISM_TYPE type, struct template *template, CK_OBJECT_HANDLE *ret)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return p11->C_GenerateKey(session, &mechanism, template->at, template->count, ret);
}

static void secret(const void *arg)
{
	const struct secret_row *row = arg;
	CK_OBJECT_HANDLE one, two;
	CK_BYTE first[128], second[128];

	suite_needs(row->type, CKF_GENERATE);
	for (int i = 0; i < 5 && row->lens[i]; i++) {
		struct template template = {0};

		suite_note("%lu bytes", row->lens[i]);
		readable_template(&template, row->key, row->any_len ? row->lens[i] : 0);
		MUST_RV(generate(row->type, &template, &one), CKR_OK);
		MUST_RV(generate(row->type, &template, &two), CKR_OK);
		EXPECT(value_of(one, CKA_VALUE, first, sizeof first) == row->lens[i]);
		EXPECT(value_of(two, CKA_VALUE, second, sizeof second) == row->lens[i]);
		EXPECT(memcmp(first, second, row->lens[i]) != 0);
		EXPECT(number_of(one, CKA_CLASS) == CKO_SECRET_KEY);
		EXPECT(number_of(one, CKA_KEY_TYPE) == row->key);
		if (row->any_len)
			EXPECT(number_of(one, CKA_VALUE_LEN) == row->lens[i]);
		EXPECT(number_of(one, CKA_KEY_GEN_MECHANISM) == row->type);
		EXPECT(truth_of(one, CKA_LOCAL));
		EXPECT(!truth_of(one, CKA_ALWAYS_SENSITIVE));
		EXPECT(!truth_of(one, CKA_NEVER_EXTRACTABLE));
	}
}

static void secret_closed(const void *arg)
{
	const struct secret_row *row = arg;
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	suite_needs(row->type, CKF_GENERATE);
	readable_template(&template, row->key, row->any_len ? row->lens[0] : 0);
	without(&template, CKA_SENSITIVE);
	with_truth(&template, CKA_SENSITIVE, true);
	without(&template, CKA_EXTRACTABLE);
	with_truth(&template, CKA_EXTRACTABLE, false);
	MUST_RV(generate(row->type, &template, &made), CKR_OK);
	EXPECT(truth_of(made, CKA_SENSITIVE));
	EXPECT(truth_of(made, CKA_ALWAYS_SENSITIVE));
	EXPECT(!truth_of(made, CKA_EXTRACTABLE));
	EXPECT(truth_of(made, CKA_NEVER_EXTRACTABLE));
	EXPECT_RV(reading(made, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
}

static void secret_on_token(void)
{
	struct template template = {0}, sought = {0};
	CK_OBJECT_HANDLE made, again;

	suite_needs(CKM_AES_KEY_GEN, CKF_GENERATE);
	readable_template(&template, CKK_AES, 32);
	without(&template, CKA_TOKEN);
	with_truth(&template, CKA_TOKEN, true);
	with_text(&template, CKA_LABEL, "generate.on_token");
	with_text(&template, CKA_ID, "an id");
	MUST_RV(generate(CKM_AES_KEY_GEN, &template, &made), CKR_OK);
	with_text(&sought, CKA_LABEL, "generate.on_token");
	with_number(&sought, CKA_KEY_TYPE, CKK_AES);
	EXPECT(found(session, &sought, &again) == 1);
	EXPECT(again == made);
	EXPECT(value_is(made, CKA_ID, "an id", 5));
	EXPECT(truth_of(made, CKA_LOCAL));
	EXPECT_RV(p11->C_DestroyObject(session, made), CKR_OK);
}

static void secret_errors(void)
{
	CK_MECHANISM aes = {CKM_AES_KEY_GEN, NULL, 0}, cbc = {CKM_AES_CBC, NULL, 0};
	struct template no_len = {0}, good = {0}, value = {0}, class = {0}, type = {0};
	CK_OBJECT_HANDLE made;

	suite_needs(CKM_AES_KEY_GEN, CKF_GENERATE);
	readable_template(&no_len, CKK_AES, 0);
	EXPECT_RV(generate(CKM_AES_KEY_GEN, &no_len, &made), CKR_TEMPLATE_INCOMPLETE);
	readable_template(&good, CKK_AES, 16);
	EXPECT_RV(p11->C_GenerateKey(session, NULL, good.at, good.count, &made), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKey(session, &aes, NULL, 1, &made), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKey(session, &aes, good.at, good.count, NULL), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKey(session, &cbc, good.at, good.count, &made),
		CKR_MECHANISM_INVALID);
	EXPECT_RV(generate(0x7fff1234UL, &good, &made), CKR_MECHANISM_INVALID);
	readable_template(&value, CKK_AES, 16);
	with_text(&value, CKA_VALUE, "sixteen bytes...");
	EXPECT_RV(generate(CKM_AES_KEY_GEN, &value, &made), CKR_TEMPLATE_INCONSISTENT,
		CKR_ATTRIBUTE_READ_ONLY);
	readable_template(&class, CKK_AES, 16);
	without(&class, CKA_CLASS);
	with_number(&class, CKA_CLASS, CKO_PUBLIC_KEY);
	EXPECT_RV(generate(CKM_AES_KEY_GEN, &class, &made), CKR_TEMPLATE_INCONSISTENT);
	readable_template(&type, CKK_GENERIC_SECRET, 16);
	EXPECT_RV(generate(CKM_AES_KEY_GEN, &type, &made), CKR_TEMPLATE_INCONSISTENT);
	for (CK_ULONG len = 0; len < 50; len += 7) {
		struct template bad = {0};

		suite_note("%lu bytes", len);
		readable_template(&bad, CKK_AES, 1);
		without(&bad, CKA_VALUE_LEN);
		with_number(&bad, CKA_VALUE_LEN, len);
		EXPECT_RV(generate(CKM_AES_KEY_GEN, &bad, &made), CKR_ATTRIBUTE_VALUE_INVALID,
			CKR_KEY_SIZE_RANGE);
	}
}

/* Pairs */

struct pair_row {
	const char *name;
	CK_MECHANISM_TYPE type;
	CK_KEY_TYPE key;
	enum fixed curve;
	CK_MECHANISM_TYPE sign;
};
static const struct pair_row pairs[] = {
	{"rsa", CKM_RSA_PKCS_KEY_PAIR_GEN, CKK_RSA, FIXED_RSA, CKM_SHA256_RSA_PKCS},
	{"p256", CKM_EC_KEY_PAIR_GEN, CKK_EC, FIXED_P256, CKM_ECDSA},
	{"p384", CKM_EC_KEY_PAIR_GEN, CKK_EC, FIXED_P384, CKM_ECDSA},
	{"p521", CKM_EC_KEY_PAIR_GEN, CKK_EC, FIXED_P521, CKM_ECDSA},
	{"ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, FIXED_ED25519, CKM_EDDSA},
	{"ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, FIXED_ED448, 0},
	{"x25519", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKK_EC_MONTGOMERY, FIXED_X25519, 0},
	{"x448", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, CKK_EC_MONTGOMERY, FIXED_X448, 0},
};

static CK_RV pair(CK_MECHANISM_TYPE type, struct template *public, struct template *private,
	CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return p11->C_GenerateKeyPair(session, &mechanism, public->at, public->count, private->at,
		private->count, ret_public, ret_private);
}

static void begin_pair(
	const struct pair_row *row, struct template *public, struct template *private)
{
	static struct bytes curve;

	with_truth(public, CKA_TOKEN, false);
	with_truth(private, CKA_TOKEN, false);
	if (row->sign) {
		with_truth(public, CKA_VERIFY, true);
		with_truth(private, CKA_SIGN, true);
	}
	if (row->key == CKK_EC_MONTGOMERY)
		with_truth(private, CKA_DERIVE, true);
	if (row->key == CKK_RSA) {
		with_number(public, CKA_MODULUS_BITS, 2048);
		with_bytes(public, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
		return;
	}
	curve = fixed_params(row->curve);
	with_bytes(public, CKA_EC_PARAMS, curve.at, curve.len);
}

/* What was made signs and verifies. */
static void signs(const struct pair_row *row, CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE private)
{
	CK_MECHANISM mechanism = {row->sign, NULL, 0};
	CK_BYTE data[32], signature[300];
	CK_ULONG len = sizeof signature;

	fill(data, sizeof data, 50);
	MUST_RV(p11->C_SignInit(session, &mechanism, private), CKR_OK);
	MUST_RV(p11->C_Sign(session, data, sizeof data, signature, &len), CKR_OK);
	MUST_RV(p11->C_VerifyInit(session, &mechanism, public), CKR_OK);
	EXPECT_RV(p11->C_Verify(session, data, sizeof data, signature, len), CKR_OK);
}

static void made_pair(const void *arg)
{
	const struct pair_row *row = arg;
	struct template public = {0}, private = {0};
	CK_OBJECT_HANDLE one = 0, two = 0;
	struct bytes curve, value = {.len = 0};
	CK_ATTRIBUTE_TYPE part;

	suite_needs(row->type, CKF_GENERATE_KEY_PAIR);
	begin_pair(row, &public, &private);
	with_text(&private, CKA_LABEL, "private");
	with_text(&private, CKA_ID, "the id");
	with_text(&public, CKA_LABEL, "public");
	with_truth(&private, CKA_SENSITIVE, true);
	with_truth(&private, CKA_EXTRACTABLE, false);
	MUST_RV(pair(row->type, &public, &private, &one, &two), CKR_OK);
	MUST(one != two && one && two);
	EXPECT(number_of(one, CKA_CLASS) == CKO_PUBLIC_KEY);
	EXPECT(number_of(two, CKA_CLASS) == CKO_PRIVATE_KEY);
	EXPECT(number_of(one, CKA_KEY_TYPE) == row->key);
	EXPECT(number_of(two, CKA_KEY_TYPE) == row->key);
	EXPECT(truth_of(one, CKA_LOCAL) && truth_of(two, CKA_LOCAL));
	EXPECT(number_of(one, CKA_KEY_GEN_MECHANISM) == row->type);
	EXPECT(number_of(two, CKA_KEY_GEN_MECHANISM) == row->type);
	EXPECT(truth_of(two, CKA_ALWAYS_SENSITIVE));
	EXPECT(truth_of(two, CKA_NEVER_EXTRACTABLE));
	EXPECT(value_is(two, CKA_LABEL, "private", 7));
	EXPECT(value_is(two, CKA_ID, "the id", 6));
	EXPECT(value_is(one, CKA_LABEL, "public", 6));
	part = row->key == CKK_RSA ? CKA_PRIVATE_EXPONENT : CKA_VALUE;
	EXPECT_RV(reading(two, part), CKR_ATTRIBUTE_SENSITIVE);
	if (row->key == CKK_RSA) {
		EXPECT(number_of(one, CKA_MODULUS_BITS) == 2048);
		EXPECT(value_is(one, CKA_PUBLIC_EXPONENT, "\1\0\1", 3));
		value.len = value_of(one, CKA_MODULUS, value.at, sizeof value.at);
		EXPECT(value.len == 256 && value.at[0] & 0x80);
		EXPECT(value_is(two, CKA_MODULUS, value.at, value.len));
		EXPECT(value_is(two, CKA_PUBLIC_EXPONENT, "\1\0\1", 3));
	} else {
		curve = fixed_params(row->curve);
		EXPECT(value_is(one, CKA_EC_PARAMS, curve.at, curve.len));
		EXPECT(value_is(two, CKA_EC_PARAMS, curve.at, curve.len));
		value.len = value_of(one, CKA_EC_POINT, value.at, sizeof value.at);
		EXPECT(value.len == fixed_point(fixed_openssl(row->curve), false).len ||
			(row->key != CKK_EC &&
				value.len == fixed_point(fixed_openssl(row->curve), true).len));
	}
	if (row->sign)
		signs(row, one, two);
}

static void pair_nulls(const void *arg)
{
	const struct pair_row *row = arg;
	CK_MECHANISM mechanism = {row->type, NULL, 0};
	struct template public = {0}, private = {0};
	CK_OBJECT_HANDLE one, two;

	suite_needs(row->type, CKF_GENERATE_KEY_PAIR);
	begin_pair(row, &public, &private);
	EXPECT_RV(p11->C_GenerateKeyPair(session, NULL, public.at, public.count, private.at,
			  private.count, &one, &two),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKeyPair(
			  session, &mechanism, NULL, 1, private.at, private.count, &one, &two),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKeyPair(
			  session, &mechanism, public.at, public.count, NULL, 1, &one, &two),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKeyPair(session, &mechanism, public.at, public.count, private.at,
			  private.count, NULL, &two),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_GenerateKeyPair(session, &mechanism, public.at, public.count, private.at,
			  private.count, &one, NULL),
		CKR_ARGUMENTS_BAD);
}

static void pair_incomplete(const void *arg)
{
	const struct pair_row *row = arg;
	struct template public = {0}, private = {0}, class = {0};
	CK_OBJECT_HANDLE one, two;

	suite_needs(row->type, CKF_GENERATE_KEY_PAIR);
	begin_pair(row, &public, &private);
	without(&public, row->key == CKK_RSA ? CKA_MODULUS_BITS : CKA_EC_PARAMS);
	EXPECT_RV(pair(row->type, &public, &private, &one, &two), CKR_TEMPLATE_INCOMPLETE);
	without(&private, CKA_TOKEN);
	begin_pair(row, &class, &private);
	with_number(&private, CKA_CLASS, CKO_PUBLIC_KEY);
	EXPECT_RV(pair(row->type, &class, &private, &one, &two), CKR_TEMPLATE_INCONSISTENT);
}

static void bad_curves(void)
{
	static const char *const curves[] = {
		"06032a0304", "06082a8648ce3d03", "0500", "3003020101"};
	CK_OBJECT_HANDLE one, two;

	suite_needs(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	for (int i = 0; i < 4; i++) {
		struct template public = {0}, private = {0};
		struct bytes curve = unhex(curves[i]);

		suite_note("%s", curves[i]);
		with_bytes(&public, CKA_EC_PARAMS, curve.at, curve.len);
		EXPECT_RV(pair(CKM_EC_KEY_PAIR_GEN, &public, &private, &one, &two),
			CKR_CURVE_NOT_SUPPORTED, CKR_DOMAIN_PARAMS_INVALID,
			CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void bad_bits(void)
{
	static const CK_ULONG bits[] = {0, 1, 100, 100000000};
	CK_OBJECT_HANDLE one, two;

	suite_needs(CKM_RSA_PKCS_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	for (int i = 0; i < 4; i++) {
		struct template public = {0}, private = {0};

		suite_note("%lu bits", bits[i]);
		with_number(&public, CKA_MODULUS_BITS, bits[i]);
		with_bytes(&public, CKA_PUBLIC_EXPONENT, "\1\0\1", 3);
		EXPECT_RV(pair(CKM_RSA_PKCS_KEY_PAIR_GEN, &public, &private, &one, &two),
			CKR_KEY_SIZE_RANGE, CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* Nothing is left of a pair of which one half could not be made. */
static void no_half_pair(void)
{
	struct template public = {0}, private = {0}, sought = {0};
	struct bytes curve = fixed_params(FIXED_P256);
	CK_OBJECT_HANDLE one, two;

	suite_needs(CKM_EC_KEY_PAIR_GEN, CKF_GENERATE_KEY_PAIR);
	with_bytes(&public, CKA_EC_PARAMS, curve.at, curve.len);
	with_text(&public, CKA_LABEL, "generate.half");
	with_text(&private, CKA_LABEL, "generate.half");
	with_text(&private, 0x7654321, "x");
	EXPECT_RV(pair(CKM_EC_KEY_PAIR_GEN, &public, &private, &one, &two),
		CKR_ATTRIBUTE_TYPE_INVALID);
	with_text(&sought, CKA_LABEL, "generate.half");
	EXPECT(found(session, &sought, NULL) == 0);
}

/* CKM_PKCS5_PBKD2: RFC 6070, and SHA-256 by libcrypto. */
static void pbkdf2(CK_ULONG prf, const char *digest, CK_ULONG iterations, bool of_240)
{
	CK_ULONG password_len = 8;
	CK_PKCS5_PBKD2_PARAMS2 now = {
		CKZ_SALT_SPECIFIED, TEXT("salt"), 4, iterations, prf, NULL, 0, TEXT("password"), 8};
	CK_PKCS5_PBKD2_PARAMS then = {CKZ_SALT_SPECIFIED, TEXT("salt"), 4, iterations, prf, NULL, 0,
		TEXT("password"), &password_len};
	CK_MECHANISM mechanism = {CKM_PKCS5_PBKD2, of_240 ? (void *)&then : (void *)&now,
		of_240 ? sizeof then : sizeof now};
	struct template template = {0};
	CK_OBJECT_HANDLE made;
	unsigned char wanted[20];

	suite_needs(CKM_PKCS5_PBKD2, CKF_GENERATE);
	MUST(PKCS5_PBKDF2_HMAC("password", 8, (const unsigned char *)"salt", 4, (int)iterations,
		EVP_get_digestbyname(digest), 20, wanted));
	readable_template(&template, CKK_GENERIC_SECRET, 20);
	MUST_RV(p11->C_GenerateKey(session, &mechanism, template.at, template.count, &made),
		CKR_OK);
	EXPECT(value_is(made, CKA_VALUE, wanted, sizeof wanted));
}

static void pbkdf2_sha1(void)
{
	pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA1, "SHA1", 4096, false);
}

static void pbkdf2_sha256(void)
{
	pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA256, "SHA256", 1000, false);
}

static void pbkdf2_sha512(void)
{
	pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA512, "SHA512", 1000, false);
}

static void pbkdf2_errors(void)
{
	CK_PKCS5_PBKD2_PARAMS2 params = {
		CKZ_SALT_SPECIFIED, TEXT("salt"), 4, 1000, 99, NULL, 0, TEXT("password"), 8};
	CK_MECHANISM mechanism = {CKM_PKCS5_PBKD2, &params, sizeof params};
	struct template template = {0};
	CK_OBJECT_HANDLE made;

	suite_needs(CKM_PKCS5_PBKD2, CKF_GENERATE);
	readable_template(&template, CKK_GENERIC_SECRET, 20);
	EXPECT_RV(p11->C_GenerateKey(session, &mechanism, template.at, template.count, &made),
		CKR_MECHANISM_PARAM_INVALID);
	params.prf = CKP_PKCS5_PBKD2_HMAC_SHA256;
	params.saltSource = 9;
	EXPECT_RV(p11->C_GenerateKey(session, &mechanism, template.at, template.count, &made),
		CKR_MECHANISM_PARAM_INVALID);
	mechanism.pParameter = NULL;
	mechanism.ulParameterLen = 0;
	EXPECT_RV(p11->C_GenerateKey(session, &mechanism, template.at, template.count, &made),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
}

static const struct suite_check checks[] = {
	{"secret_on_token", USER, secret_on_token},
	{"secret_errors", USER, secret_errors},
	{"bad_curves", USER, bad_curves},
	{"bad_bits", USER, bad_bits},
	{"no_half_pair", USER, no_half_pair},
	{"pbkdf2_sha1", USER, pbkdf2_sha1},
	{"pbkdf2_sha256", USER, pbkdf2_sha256},
	{"pbkdf2_sha512", USER, pbkdf2_sha512},
	{"pbkdf2_errors", USER, pbkdf2_errors},
};

void suite_generate(void)
{
	SUITE_ADD("generate", checks);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		suite_add_row("generate", secrets[i].name, "made", USER, secret, &secrets[i]);
		suite_add_row(
			"generate", secrets[i].name, "closed", USER, secret_closed, &secrets[i]);
	}
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		suite_add_row("generate", pairs[i].name, "made", USER, made_pair, &pairs[i]);
		suite_add_row("generate", pairs[i].name, "nulls", USER, pair_nulls, &pairs[i]);
		suite_add_row(
			"generate", pairs[i].name, "incomplete", USER, pair_incomplete, &pairs[i]);
	}
}
