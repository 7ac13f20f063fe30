/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.1 and 5.18.1 and 5.18.2: keys that are generated and keys that come along, on
 * the token and in a session. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/crypto/hex.h"
#include "tests/module/keys.h"
#include "wire/client.h"

static CK_OBJECT_CLASS secret_class = CKO_SECRET_KEY, private_class = CKO_PRIVATE_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET;
static CK_ULONG len_0 = 0, len_16 = 16, len_17 = 17, len_32 = 32;

/* --- generated secret keys ----------------------------------------------------------------------
 */

/* Every generator: len 0 where the type has one length, which the last column tells. */
static const struct generator {
	const char *what;
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE type;
	CK_ULONG len, real_len;
} generators[] = {
	{"AES-128", CKM_AES_KEY_GEN, CKK_AES, 16, 16},
	{"AES-192", CKM_AES_KEY_GEN, CKK_AES, 24, 24},
	{"AES-256", CKM_AES_KEY_GEN, CKK_AES, 32, 32},
	{"generic", CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 1, 1},
	{"long generic", CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 1000, 1000},
	{"ChaCha20", CKM_CHACHA20_KEY_GEN, CKK_CHACHA20, 0, 32},
	{"Poly1305", CKM_POLY1305_KEY_GEN, CKK_POLY1305, 0, 32},
	{"HKDF", CKM_HKDF_KEY_GEN, CKK_HKDF, 48, 48},
	{"SHA-1 HMAC", CKM_SHA_1_KEY_GEN, CKK_SHA_1_HMAC, 20, 20},
	{"SHA-256 HMAC", CKM_SHA256_KEY_GEN, CKK_SHA256_HMAC, 32, 32},
	{"SHA-512/256 HMAC", CKM_SHA512_256_KEY_GEN, CKK_SHA512_256_HMAC, 32, 32},
	{"SHA3-384 HMAC", CKM_SHA3_384_KEY_GEN, CKK_SHA3_384_HMAC, 48, 48},
};

static CK_RV generate(const struct fixture *x, const struct generator *row, CK_BBOOL on_token,
	CK_OBJECT_HANDLE *ret)
{
	CK_MECHANISM mechanism = {row->mechanism, NULL, 0};
	CK_ULONG len = row->len;
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_TOKEN, on_token),
		ATTR(CKA_SENSITIVE, harness_false),
		ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_VALUE_LEN, len),
	};

	return x->f->C_GenerateKey(x->session, &mechanism, template, row->len ? 4 : 3, ret);
}

static void check_generated(const struct fixture *x, const struct generator *row, CK_BBOOL on_token)
{
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT;
	CK_OBJECT_HANDLE key = 0, other = 0;

	CHECK_MSG(generate(x, row, on_token, &key) == CKR_OK, row->what);
	CHECK_MSG(generate(x, row, on_token, &other) == CKR_OK, row->what);
	CHECK_MSG(keys_number(x, key, CKA_CLASS) == CKO_SECRET_KEY, row->what);
	CHECK_MSG(keys_number(x, key, CKA_KEY_TYPE) == row->type, row->what);
	CHECK_MSG(keys_number(x, key, CKA_VALUE_LEN) == row->real_len, row->what);
	CHECK_MSG(keys_number(x, key, CKA_KEY_GEN_MECHANISM) == row->mechanism, row->what);
	CHECK_MSG(keys_flag(x, key, CKA_TOKEN) == on_token, row->what);
	CHECK_MSG(keys_flag(x, key, CKA_LOCAL) == CK_TRUE, row->what);
	CHECK_MSG(keys_flag(x, key, CKA_ALWAYS_SENSITIVE) == CK_FALSE, row->what);
	CHECK_MSG(keys_flag(x, key, CKA_NEVER_EXTRACTABLE) == CK_FALSE, row->what);
	CHECK_MSG(keys_value(x, key, &one) && one.len == row->real_len, row->what);
	CHECK_MSG(keys_value(x, other, &two) && two.len == row->real_len, row->what);
	if (row->real_len > 1)
		CHECK_MSG(memcmp(one.data, two.data, one.len) != 0, row->what);
	CHECK_MSG(x->f->C_DestroyObject(x->session, key) == CKR_OK, row->what);
	CHECK_MSG(x->f->C_DestroyObject(x->session, key) == CKR_OBJECT_HANDLE_INVALID, row->what);
	CHECK_MSG(keys_value(x, other, &two), row->what);
	CHECK_MSG(x->f->C_DestroyObject(x->session, other) == CKR_OK, row->what);
}

static void secret_keys(void)
{
	for (CK_SLOT_ID slot = HARNESS_DEVICE; slot <= HARNESS_SYNC; slot++) {
		struct fixture x = harness_begin(slot, CKF_RW_SESSION);

		for (size_t i = 0; i < KC_COUNT_OF(generators); i++) {
			check_generated(&x, &generators[i], CK_FALSE);
			check_generated(&x, &generators[i], CK_TRUE);
		}
		harness_end(&x);
	}
}

/* A secret key that says nothing of itself is kept as close as can be on the token, for ever; in a
 * session it is its program's to read. */
static void defaults(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};

	for (CK_BBOOL on_token = CK_FALSE; on_token <= CK_TRUE; on_token++) {
		CK_ATTRIBUTE template[] = {ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_TOKEN, on_token)};
		CK_BYTE value[16];
		CK_ATTRIBUTE asked = ATTR(CKA_VALUE, value);
		CK_OBJECT_HANDLE key;

		CHECK_RV_FATAL(
			x.f->C_GenerateKey(x.session, &mechanism, template, 2, &key), CKR_OK);
		CHECK(keys_flag(&x, key, CKA_SENSITIVE) == on_token);
		CHECK(keys_flag(&x, key, CKA_EXTRACTABLE) == !on_token);
		CHECK(keys_flag(&x, key, CKA_ALWAYS_SENSITIVE) == on_token);
		CHECK(keys_flag(&x, key, CKA_NEVER_EXTRACTABLE) == on_token);
		CHECK(keys_flag(&x, key, CKA_PRIVATE) == CK_TRUE);
		CHECK(keys_flag(&x, key, CKA_TOKEN) == on_token);
		CHECK_RV(x.f->C_GetAttributeValue(x.session, key, &asked, 1),
			on_token ? CKR_ATTRIBUTE_SENSITIVE : CKR_OK);
		CHECK(asked.ulValueLen == (on_token ? CK_UNAVAILABLE_INFORMATION : 16));
		CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	}
	harness_end(&x);
}

static void secret_errors(void)
{
	static CK_ULONG huge = (CK_ULONG)-1, many = 65537;
	static CK_KEY_TYPE rsa = CKK_RSA;
	static CK_BYTE value[16];
	static const struct {
		const char *what;
		CK_MECHANISM_TYPE mechanism;
		CK_ATTRIBUTE template[3];
		CK_ULONG count;
		CK_RV wanted;
	} rows[] = {
		{"no length", CKM_AES_KEY_GEN, {{0}}, 0, CKR_TEMPLATE_INCOMPLETE},
		{"no length of any", CKM_GENERIC_SECRET_KEY_GEN, {{0}}, 0, CKR_TEMPLATE_INCOMPLETE},
		{"17 bytes", CKM_AES_KEY_GEN, {ATTR(CKA_VALUE_LEN, len_17)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"no bytes", CKM_GENERIC_SECRET_KEY_GEN, {ATTR(CKA_VALUE_LEN, len_0)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"too many bytes", CKM_GENERIC_SECRET_KEY_GEN, {ATTR(CKA_VALUE_LEN, many)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"all bytes", CKM_GENERIC_SECRET_KEY_GEN, {ATTR(CKA_VALUE_LEN, huge)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"a wrong length", CKM_CHACHA20_KEY_GEN, {ATTR(CKA_VALUE_LEN, len_16)}, 1,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"a value", CKM_AES_KEY_GEN, {ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_VALUE, value)},
			2, CKR_ATTRIBUTE_READ_ONLY},
		{"another class", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_CLASS, private_class)}, 2,
			CKR_TEMPLATE_INCONSISTENT},
		{"another type", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_KEY_TYPE, generic)}, 2,
			CKR_TEMPLATE_INCONSISTENT},
		{"the type of a pair", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_KEY_TYPE, rsa)}, 2,
			CKR_TEMPLATE_INCONSISTENT},
		{"its history", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_LOCAL, harness_true)}, 2,
			CKR_ATTRIBUTE_READ_ONLY},
		{"an attribute of others", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_MODULUS_BITS, len_16)}, 2,
			CKR_ATTRIBUTE_TYPE_INVALID},
		{"twice", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_VALUE_LEN, len_32)}, 2,
			CKR_TEMPLATE_INCONSISTENT},
		{"a check value of another", CKM_AES_KEY_GEN,
			{ATTR(CKA_VALUE_LEN, len_16), {CKA_CHECK_VALUE, value, 3}}, 2,
			CKR_ATTRIBUTE_VALUE_INVALID},
		{"a pair's generator", CKM_EC_KEY_PAIR_GEN, {ATTR(CKA_VALUE_LEN, len_16)}, 1,
			CKR_MECHANISM_INVALID},
		{"no generator", CKM_AES_CBC, {ATTR(CKA_VALUE_LEN, len_16)}, 1,
			CKR_MECHANISM_INVALID},
		{"a legacy one", CKM_DES3_KEY_GEN, {{0}}, 0, CKR_MECHANISM_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = 77;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = {rows[i].mechanism, NULL, 0};
		CK_ATTRIBUTE template[3];
		memcpy(template, rows[i].template, sizeof template);
		CHECK_MSG(x.f->C_GenerateKey(x.session, &mechanism, template, rows[i].count,
				  &key) == rows[i].wanted,
			rows[i].what);
	}
	CHECK(key == 77);
	harness_end(&x);
}

static void call_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_BYTE parameter[4] = {0};
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0},
		     odd = {CKM_AES_KEY_GEN, parameter, sizeof parameter};
	CK_ATTRIBUTE template[] = {ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_TOKEN, harness_true)};
	CK_OBJECT_HANDLE key;

	CHECK_RV(x.f->C_GenerateKey(x.session + 1, &mechanism, template, 1, &key),
		CKR_SESSION_HANDLE_INVALID);
	CHECK_RV(x.f->C_GenerateKey(x.session, NULL, template, 1, &key), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, NULL, 1, &key), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, template, (CK_ULONG)-1, &key),
		CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, template, 1, NULL), CKR_ARGUMENTS_BAD);
	CHECK_RV(x.f->C_GenerateKey(x.session, &odd, template, 1, &key),
		CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, template, 2, &key),
		CKR_SESSION_READ_ONLY);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, template, 1, &key), CKR_OK);
	harness_end(&x);
}

/* --- out of a password --------------------------------------------------------------------------
 */

static CK_BYTE salt[] = "salt";

static CK_PKCS5_PBKD2_PARAMS2 pbkdf2(CK_ULONG prf, CK_ULONG iterations)
{
	return (CK_PKCS5_PBKD2_PARAMS2){
		.saltSource = CKZ_SALT_SPECIFIED,
		.pSaltSourceData = salt,
		.ulSaltSourceDataLen = 4,
		.iterations = iterations,
		.prf = prf,
		.pPassword = (CK_BYTE *)(uintptr_t) "password",
		.ulPasswordLen = 8,
	};
}

static CK_RV generate_pbkdf2(const struct fixture *x, void *record, CK_ULONG size, CK_KEY_TYPE type,
	CK_ULONG len, CK_OBJECT_HANDLE *ret)
{
	CK_MECHANISM mechanism = {CKM_PKCS5_PBKD2, record, size};
	CK_ATTRIBUTE template[] = {
		ATTR(CKA_KEY_TYPE, type),
		ATTR(CKA_VALUE_LEN, len),
		ATTR(CKA_SENSITIVE, harness_false),
		ATTR(CKA_EXTRACTABLE, harness_true),
	};

	return x->f->C_GenerateKey(x->session, &mechanism, template, 4, ret);
}

/* RFC 6070, and the same inputs with SHA-256 (RFC 7914, 11, has others). */
static void passwords(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_PKCS5_PBKD2_PARAMS2 record = pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA1, 2);
	CK_PKCS5_PBKD2_PARAMS old;
	CK_ULONG password_len = 8;
	CK_OBJECT_HANDLE key;

	CHECK_RV(generate_pbkdf2(&x, &record, sizeof record, CKK_GENERIC_SECRET, 20, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"));
	CHECK(keys_number(&x, key, CKA_KEY_GEN_MECHANISM) == CKM_PKCS5_PBKD2);
	memcpy(&old, &record, sizeof old);
	old.ulPasswordLen = &password_len;
	old.iterations = 4096;
	CHECK_RV(generate_pbkdf2(&x, &old, sizeof old, CKK_AES, 16, &key), CKR_OK);
	CHECK(keys_value_is(&x, key, "4b007901b765489abead49d926f721d0"));
	CHECK(keys_number(&x, key, CKA_KEY_TYPE) == CKK_AES);
	record = pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA256, 1);
	CHECK_RV(generate_pbkdf2(&x, &record, sizeof record, CKK_AES, 32, &key), CKR_OK);
	CHECK(keys_value_is(
		&x, key, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"));
	harness_end(&x);
}

/* Records that are none, and a password's length that is at no address. */
static void password_errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_PKCS5_PBKD2_PARAMS2 good = pbkdf2(CKP_PKCS5_PBKD2_HMAC_SHA256, 1), record;
	CK_MECHANISM mechanism = {CKM_PKCS5_PBKD2, &good, sizeof good};
	CK_ULONG far_off = 1 << 20;
	CK_ATTRIBUTE no_type[] = {ATTR(CKA_VALUE_LEN, len_32)};
	CK_ATTRIBUTE no_len[] = {ATTR(CKA_KEY_TYPE, aes)};
	CK_OBJECT_HANDLE key;

#define REFUSED(change)                                                                  \
	do {                                                                             \
		record = good;                                                           \
		change;                                                                  \
		CHECK_RV(generate_pbkdf2(&x, &record, sizeof record, CKK_AES, 32, &key), \
			CKR_MECHANISM_PARAM_INVALID);                                    \
	} while (0)
	REFUSED(record.saltSource = 2);
	REFUSED(record.pSaltSourceData = NULL);
	REFUSED(record.ulSaltSourceDataLen = (CK_ULONG)-1);
	REFUSED(record.iterations = 0);
	REFUSED(record.iterations = (CK_ULONG)-1);
	REFUSED(record.prf = CKP_PKCS5_PBKD2_HMAC_GOSTR3411);
	REFUSED(record.prf = 99);
	REFUSED(record.ulPrfDataLen = 1);
	REFUSED(record.pPassword = NULL);
	REFUSED(record.ulPasswordLen = (CK_ULONG)-1);
	REFUSED(record.ulPasswordLen = 0x10000000);
	REFUSED(record.ulPasswordLen = (CK_ULONG)(uintptr_t)&far_off);
#undef REFUSED
	CHECK_RV(generate_pbkdf2(&x, &good, sizeof good - 1, CKK_AES, 32, &key),
		CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(generate_pbkdf2(&x, NULL, sizeof good, CKK_AES, 32, &key),
		CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, no_type, 1, &key),
		CKR_TEMPLATE_INCOMPLETE);
	CHECK_RV(x.f->C_GenerateKey(x.session, &mechanism, no_len, 1, &key),
		CKR_TEMPLATE_INCOMPLETE);
	harness_end(&x);
}

/* --- pairs --------------------------------------------------------------------------------------
 */

static const CK_BYTE p384[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x22},
		     p521[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x23}, p256_name[] = "\x13\x09secp256r1",
		     ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70},
		     ed25519_name[] = "\x13\x0c"
				      "edwards25519",
		     ed448[] = {0x06, 3, 0x2b, 0x65, 0x71}, x25519[] = {0x06, 3, 0x2b, 0x65, 0x6e},
		     x25519_name[] = "\x13\x0a"
				     "curve25519",
		     x448[] = {0x06, 3, 0x2b, 0x65, 0x6f};

static const struct curve {
	const char *what;
	CK_MECHANISM_TYPE mechanism;
	struct kc_bytes params;
	CK_KEY_TYPE type;
	CK_ULONG scalar_len;
} curves[] = {
	{"P-256", CKM_EC_KEY_PAIR_GEN, {harness_p256, sizeof harness_p256}, CKK_EC, 32},
	{"P-256 by name", CKM_EC_KEY_PAIR_GEN, {p256_name, sizeof p256_name - 1}, CKK_EC, 32},
	{"P-384", CKM_EC_KEY_PAIR_GEN, {p384, sizeof p384}, CKK_EC, 48},
	{"P-521", CKM_EC_KEY_PAIR_GEN, {p521, sizeof p521}, CKK_EC, 66},
	{"Ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed25519, sizeof ed25519}, CKK_EC_EDWARDS, 32},
	{"Ed25519 by name", CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed25519_name, sizeof ed25519_name - 1},
		CKK_EC_EDWARDS, 32},
	{"Ed448", CKM_EC_EDWARDS_KEY_PAIR_GEN, {ed448, sizeof ed448}, CKK_EC_EDWARDS, 57},
	{"X25519", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, {x25519, sizeof x25519}, CKK_EC_MONTGOMERY, 32},
	{"X25519 by name", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, {x25519_name, sizeof x25519_name - 1},
		CKK_EC_MONTGOMERY, 32},
	{"X448", CKM_EC_MONTGOMERY_KEY_PAIR_GEN, {x448, sizeof x448}, CKK_EC_MONTGOMERY, 56},
};

/* Each half on the token or in the session. */
static void check_pair(const struct fixture *x, const struct curve *row, CK_BBOOL public_on_token,
	CK_BBOOL private_on_token)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	CK_MECHANISM mechanism = {row->mechanism, NULL, 0};
	CK_ATTRIBUTE public[] = {
		{CKA_EC_PARAMS, (void *)(uintptr_t)row->params.data, row->params.len},
		ATTR(CKA_TOKEN, public_on_token),
	};
	CK_ATTRIBUTE private[] = {
		ATTR(CKA_TOKEN, private_on_token),
		ATTR(CKA_SENSITIVE, harness_false),
		ATTR(CKA_EXTRACTABLE, harness_true),
	};
	CK_OBJECT_HANDLE public_key = 0, private_key = 0;

	CHECK_MSG(x->f->C_GenerateKeyPair(x->session, &mechanism, public, 2, private, 3,
			  &public_key, &private_key) == CKR_OK,
		row->what);
	CHECK_MSG(keys_flag(x, public_key, CKA_TOKEN) == public_on_token, row->what);
	CHECK_MSG(keys_flag(x, private_key, CKA_TOKEN) == private_on_token, row->what);
	CHECK_MSG(keys_number(x, public_key, CKA_KEY_TYPE) == row->type, row->what);
	CHECK_MSG(keys_number(x, private_key, CKA_KEY_TYPE) == row->type, row->what);
	CHECK_MSG(keys_flag(x, public_key, CKA_LOCAL) == CK_TRUE, row->what);
	CHECK_MSG(keys_flag(x, private_key, CKA_LOCAL) == CK_TRUE, row->what);
	CHECK_MSG(keys_number(x, public_key, CKA_KEY_GEN_MECHANISM) == row->mechanism, row->what);
	CHECK_MSG(keys_number(x, private_key, CKA_KEY_GEN_MECHANISM) == row->mechanism, row->what);
	CHECK_MSG(keys_value(x, private_key, &value) && value.len == row->scalar_len, row->what);
	CHECK_MSG(x->f->C_DestroyObject(x->session, public_key) == CKR_OK, row->what);
	CHECK_MSG(x->f->C_DestroyObject(x->session, private_key) == CKR_OK, row->what);
}

static void pairs(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(curves); i++)
		for (unsigned halves = 0; halves < 4; halves++)
			check_pair(&x, &curves[i], (CK_BBOOL)(halves & 1), (CK_BBOOL)(halves >> 1));
	harness_end(&x);
}

/* RSA with the exponent that everybody has, by default and said, and with another; not with less.
 */
static void exponents(void)
{
	static const struct {
		const char *what, *given, *wanted;
		CK_RV rv;
	} rows[] = {
		{"none", "", "010001", CKR_OK},
		{"padded", "0000010001", "010001", CKR_OK},
		{"another", "010003", "010003", CKR_OK},
		{"long", "0100000001", "0100000001", CKR_OK},
		{"small", "03", NULL, CKR_ATTRIBUTE_VALUE_INVALID},
		{"even", "010002", NULL, CKR_ATTRIBUTE_VALUE_INVALID},
		{"too long", "010000000000000001", NULL, CKR_ATTRIBUTE_VALUE_INVALID},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ULONG bits = 2048;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf given = KC_BUF_INIT;
		CK_BYTE got[16];
		CK_ATTRIBUTE asked = ATTR(CKA_PUBLIC_EXPONENT, got);
		CK_OBJECT_HANDLE public, private;

		hex_push(&given, rows[i].given);
		CK_ATTRIBUTE template[] = {
			ATTR(CKA_MODULUS_BITS, bits), {CKA_PUBLIC_EXPONENT, given.data, given.len}};
		CHECK_MSG(x.f->C_GenerateKeyPair(x.session, &mechanism, template, 2, NULL, 0,
				  &public, &private) == rows[i].rv,
			rows[i].what);
		if (rows[i].rv != CKR_OK)
			continue;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, public, &asked, 1), CKR_OK);
		CHECK_MSG(hex_is(kc_bytes(got, asked.ulValueLen), rows[i].wanted), rows[i].what);
	}
	harness_end(&x);
}

/* Another session of the program sees a session's keys until that is closed. */
static void other_sessions(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_BYTE id[] = {9, 9}, digest[32] = {1}, signature[64];
	CK_ULONG len = sizeof signature;
	CK_MECHANISM generator = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, ecdsa = {CKM_ECDSA, NULL, 0};
	CK_ATTRIBUTE public[] = {ATTR_BYTES(CKA_EC_PARAMS, harness_p256), ATTR_BYTES(CKA_ID, id)};
	CK_ATTRIBUTE private[] = {ATTR_BYTES(CKA_ID, id)};
	CK_OBJECT_HANDLE public_key, private_key, found[4];
	CK_SESSION_HANDLE other;

	CHECK_RV_FATAL(
		x.f->C_OpenSession(HARNESS_DEVICE, CKF_SERIAL_SESSION, NULL, NULL, &other), CKR_OK);
	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(
			       other, &generator, public, 2, private, 1, &public_key, &private_key),
		CKR_OK);
	CHECK(harness_find(&x, private, 1, found, 4) == 2);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private_key), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, 32, signature, &len), CKR_OK);
	CHECK_RV(x.f->C_VerifyInit(x.session, &ecdsa, public_key), CKR_OK);
	CHECK_RV(x.f->C_Verify(x.session, digest, 32, signature, len), CKR_OK);
	CHECK_RV(x.f->C_CloseSession(other), CKR_OK);
	CHECK(harness_find(&x, private, 1, found, 4) == 0);
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private_key), CKR_KEY_HANDLE_INVALID);
	harness_end(&x);
}

/* What was in the service's memory alone is gone with it: told, and nothing worse. */
static void after_a_restart(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, wrap = {CKM_AES_KEY_WRAP, NULL, 0};
	CK_BYTE digest[32] = {1}, bytes[80], stored_value[16] = {5};
	CK_ULONG len = sizeof bytes;
	CK_OBJECT_HANDLE public_key, private_key, by, key, new_key, found;
	CK_ATTRIBUTE stored[] = {
		ATTR(CKA_CLASS, secret_class),
		ATTR(CKA_KEY_TYPE, aes),
		ATTR(CKA_TOKEN, harness_true),
		ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_WRAP, harness_true),
		ATTR_BYTES(CKA_VALUE, stored_value),
		ATTR_TEXT(CKA_LABEL, "stays"),
	};

	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public_key, &private_key);
	by = keys_secret_hex(&x, CKK_AES, "000102030405060708090a0b0c0d0e0f");
	CHECK_RV_FATAL(x.f->C_CreateObject(x.session, stored, 7, &key), CKR_OK);
	CHECK_OK_FATAL(kc_client_stop(harness_client()));
	harness_unlock();
	CHECK_RV(x.f->C_SignInit(x.session, &ecdsa, private_key), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, digest, 32, bytes, &len), CKR_KEY_HANDLE_INVALID);
	len = sizeof bytes;
	CHECK_RV(x.f->C_WrapKey(x.session, &wrap, by, key, bytes, &len), CKR_KEY_HANDLE_INVALID);
	CHECK_RV(keys_unwrap(
			 &x, &wrap, by, kc_bytes(bytes, 24), CKO_SECRET_KEY, CKK_AES, 0, &new_key),
		CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	CHECK(harness_find(&x, &stored[6], 1, &found, 1) == 1 && found == key);
	len = sizeof bytes;
	CHECK_RV(x.f->C_WrapKey(x.session, &wrap, key, key, bytes, &len), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	harness_end(&x);
}

/* --- keys that come along ------------------------------------------------------------------------
 */

static void created_secrets(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_BYTE value[32] = "0123456789abcdef";

	for (CK_BBOOL on_token = CK_FALSE; on_token <= CK_TRUE; on_token++) {
		CK_ATTRIBUTE template[] = {
			ATTR(CKA_CLASS, secret_class),
			ATTR(CKA_KEY_TYPE, aes),
			ATTR_BYTES(CKA_VALUE, value),
			ATTR(CKA_TOKEN, on_token),
			ATTR(CKA_SENSITIVE, harness_true),
			ATTR(CKA_EXTRACTABLE, harness_false),
		};
		CK_OBJECT_HANDLE key = 0;

		CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 6, &key), CKR_OK);
		CHECK(keys_flag(&x, key, CKA_TOKEN) == on_token);
		CHECK(keys_flag(&x, key, CKA_LOCAL) == CK_FALSE);
		CHECK(keys_flag(&x, key, CKA_ALWAYS_SENSITIVE) == CK_FALSE);
		CHECK(keys_flag(&x, key, CKA_NEVER_EXTRACTABLE) == CK_FALSE);
		CHECK(keys_number(&x, key, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
		CHECK(keys_number(&x, key, CKA_VALUE_LEN) == sizeof value);
		CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	}
	harness_end(&x);
}

static void creation_errors(void)
{
	static CK_BYTE value[17];
	static CK_ULONG unknown = 0x1234;
	static CK_KEY_TYPE ec = CKK_EC, rsa = CKK_RSA;
	static CK_BYTE too_long[33],
		order[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9,
			0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
	static const struct {
		const char *what;
		CK_ATTRIBUTE template[5];
		CK_ULONG count;
		CK_RV wanted;
	} rows[] = {
		{"no type", {ATTR(CKA_CLASS, secret_class), {CKA_VALUE, value, 16}}, 2,
			CKR_TEMPLATE_INCOMPLETE},
		{"no value", {ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes)}, 2,
			CKR_TEMPLATE_INCOMPLETE},
		{"an odd value",
			{ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes),
				ATTR_BYTES(CKA_VALUE, value)},
			3, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a length",
			{ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, aes),
				{CKA_VALUE, value, 16}, ATTR(CKA_VALUE_LEN, len_16)},
			4, CKR_ATTRIBUTE_READ_ONLY},
		{"no such type",
			{ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, unknown),
				{CKA_VALUE, value, 16}},
			3, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a secret of a pair's type",
			{ATTR(CKA_CLASS, secret_class), ATTR(CKA_KEY_TYPE, ec),
				{CKA_VALUE, value, 16}},
			3, CKR_ATTRIBUTE_VALUE_INVALID},
		{"no scalar",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256)},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"no curve",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec),
				{CKA_VALUE, value, 16}},
			3, CKR_TEMPLATE_INCOMPLETE},
		{"a scalar of zero",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256), {CKA_VALUE, value, 16}},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a scalar of the order",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_VALUE, order)},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"a long scalar",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, ec),
				ATTR_BYTES(CKA_EC_PARAMS, harness_p256),
				ATTR_BYTES(CKA_VALUE, too_long)},
			4, CKR_ATTRIBUTE_VALUE_INVALID},
		{"no private exponent",
			{ATTR(CKA_CLASS, private_class), ATTR(CKA_KEY_TYPE, rsa),
				ATTR_BYTES(CKA_MODULUS, value)},
			3, CKR_TEMPLATE_INCOMPLETE},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = 77;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_ATTRIBUTE template[5];
		memcpy(template, rows[i].template, sizeof template);
		CHECK_MSG(x.f->C_CreateObject(x.session, template, rows[i].count, &key) ==
				  rows[i].wanted,
			rows[i].what);
	}
	CHECK(key == 77);
	harness_end(&x);
}

/* The scalar alone is a private key: its public half is computed, and is the one of RFC 7748. */
static void created_pairs(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	KC_CLEANUP_BUF struct kc_buf scalar = KC_BUF_INIT;
	CK_KEY_TYPE montgomery = CKK_EC_MONTGOMERY;
	CK_BYTE point[64];
	CK_ATTRIBUTE asked = ATTR(CKA_EC_POINT, point);

	hex_push(&scalar, "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
	for (CK_BBOOL on_token = CK_FALSE; on_token <= CK_TRUE; on_token++) {
		CK_ATTRIBUTE template[] = {
			ATTR(CKA_CLASS, private_class),
			ATTR(CKA_KEY_TYPE, montgomery),
			ATTR(CKA_TOKEN, on_token),
			ATTR_BYTES(CKA_EC_PARAMS, x25519),
			{CKA_VALUE, scalar.data, scalar.len},
			ATTR(CKA_DERIVE, harness_true),
		};
		CK_OBJECT_HANDLE key = 0;

		CHECK_RV_FATAL(x.f->C_CreateObject(x.session, template, 6, &key), CKR_OK);
		CHECK(keys_flag(&x, key, CKA_TOKEN) == on_token);
		CHECK(keys_flag(&x, key, CKA_LOCAL) == CK_FALSE);
		asked.ulValueLen = sizeof point;
		CHECK_RV(x.f->C_GetAttributeValue(x.session, key, &asked, 1), CKR_OK);
		CHECK(hex_is(kc_bytes(point, asked.ulValueLen),
			"0420de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
		CHECK_RV(x.f->C_DestroyObject(x.session, key), CKR_OK);
	}
	harness_end(&x);
}

/* --- lock and settings --------------------------------------------------------------------------
 */

/* Private keys in memory go when the keychain is locked, as those on the token go out of reach;
 * what is not private stays. */
static void after_a_lock(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM kw = {CKM_AES_KEY_WRAP, NULL, 0}, generator = {CKM_AES_KEY_GEN, NULL, 0};
	CK_ATTRIBUTE template[] = {ATTR(CKA_VALUE_LEN, len_16), ATTR(CKA_EXTRACTABLE, harness_true),
		ATTR(CKA_WRAP, harness_true), ATTR(CKA_PRIVATE, harness_false),
		ATTR(CKA_TOKEN, harness_true)};
	CK_BYTE wrapped[24];
	CK_ULONG len = sizeof wrapped;
	CK_OBJECT_HANDLE private, public, stored;

	CHECK_RV_FATAL(x.f->C_GenerateKey(x.session, &generator, template, 3, &private), CKR_OK);
	CHECK_RV_FATAL(x.f->C_GenerateKey(x.session, &generator, template, 4, &public), CKR_OK);
	template[3] = template[4];
	CHECK_RV_FATAL(x.f->C_GenerateKey(x.session, &generator, template, 4, &stored), CKR_OK);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, private, private, wrapped, &len), CKR_OK);
	harness_lock();
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, public, public, wrapped, &len), CKR_OK);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, private, private, wrapped, &len),
		CKR_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, stored, stored, wrapped, &len),
		CKR_USER_NOT_LOGGED_IN);
	CHECK_RV(x.f->C_GenerateKey(x.session, &generator, template, 4, &private),
		CKR_USER_NOT_LOGGED_IN);
	harness_unlock();
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, private, private, wrapped, &len),
		CKR_KEY_HANDLE_INVALID);
	CHECK_RV(x.f->C_WrapKey(x.session, &kw, stored, stored, wrapped, &len), CKR_OK);
	CHECK_RV(x.f->C_DestroyObject(x.session, stored), CKR_OK);
	harness_end(&x);
}

/* What kc.conf says, which the service reads when it starts. */
static void settle(const char *line)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof path, "%s/config", getenv("KEYCIRCLE_HOME"));
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/config/kc.conf", getenv("KEYCIRCLE_HOME"));
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fprintf(file, "%s\n", line);
	fclose(file);
	CHECK_OK_FATAL(kc_client_stop(harness_client()));
	harness_unlock();
}

static void legacy(void)
{
	static CK_BYTE iv[8] = "01234567";
	CK_MECHANISM des3 = {CKM_DES3_KEY_GEN, NULL, 0}, cbc = {CKM_DES3_CBC_PAD, iv, 8},
		     pair = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ULONG bits = 1024;
	CK_ATTRIBUTE template[] = {ATTR(CKA_WRAP, harness_true), ATTR(CKA_UNWRAP, harness_true),
		ATTR(CKA_EXTRACTABLE, harness_true)};
	CK_ATTRIBUTE public[] = {ATTR(CKA_MODULUS_BITS, bits)};
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	CK_OBJECT_HANDLE key, again, public_key, private_key;
	struct fixture x;

	settle("allow-legacy = yes");
	x = harness_begin(HARNESS_DEVICE, 0);
	CHECK_RV_FATAL(x.f->C_GenerateKey(x.session, &des3, template, 3, &key), CKR_OK);
	CHECK(keys_number(&x, key, CKA_KEY_TYPE) == CKK_DES3);
	CHECK_RV(keys_wrap(&x, &cbc, key, key, &wrapped), CKR_OK);
	CHECK(wrapped.len == 32);
	CHECK_RV(keys_unwrap(&x, &cbc, key, kc_buf_bytes(&wrapped), CKO_SECRET_KEY, CKK_DES3, 0,
			 &again),
		CKR_OK);
	CHECK_RV(x.f->C_GenerateKeyPair(
			 x.session, &pair, public, 1, NULL, 0, &public_key, &private_key),
		CKR_OK);
	harness_end(&x);
	settle("allow-legacy = no");
	x = harness_begin(HARNESS_DEVICE, 0);
	CHECK_RV(x.f->C_GenerateKey(x.session, &des3, template, 3, &key), CKR_MECHANISM_INVALID);
	CHECK_RV(x.f->C_GenerateKeyPair(
			 x.session, &pair, public, 1, NULL, 0, &public_key, &private_key),
		CKR_KEY_SIZE_RANGE);
	harness_end(&x);
}

static const struct check_test tests[] = {
	CHECK_TEST(secret_keys),
	CHECK_TEST(defaults),
	CHECK_TEST(secret_errors),
	CHECK_TEST(call_errors),
	CHECK_TEST(passwords),
	CHECK_TEST(password_errors),
	CHECK_TEST(pairs),
	CHECK_TEST(exponents),
	CHECK_TEST(other_sessions),
	CHECK_TEST(created_secrets),
	CHECK_TEST(creation_errors),
	CHECK_TEST(created_pairs),
	CHECK_TEST(after_a_restart),
	CHECK_TEST(after_a_lock),
	CHECK_TEST(legacy),
};

int main(void)
{
	int status;

	harness_start();
	status = check_main("module keys", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
