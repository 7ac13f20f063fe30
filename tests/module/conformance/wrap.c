/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.18.3 and 5.18.4: keys under keys. Vectors: RFC 3394, RFC 5649. */
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

struct row {
	const char *name;
	CK_MECHANISM_TYPE type;
	bool rsa;      /* wrapped by an RSA key */
	bool any_len;  /* wraps what is not whole blocks */
	bool checked;  /* what was changed is found out */
	bool privates; /* wraps private keys */
};
static const struct row rows[] = {
	{"aes_key_wrap", CKM_AES_KEY_WRAP, false, false, true, false},
	{"aes_key_wrap_pad", CKM_AES_KEY_WRAP_PAD, false, true, true, true},
	{"aes_key_wrap_kwp", CKM_AES_KEY_WRAP_KWP, false, true, true, true},
	{"aes_cbc_pad", CKM_AES_CBC_PAD, false, true, false, true},
	{"aes_cbc", CKM_AES_CBC, false, false, false, false},
	{"aes_gcm", CKM_AES_GCM, false, true, true, true},
	{"rsa_pkcs", CKM_RSA_PKCS, true, true, false, false},
	{"rsa_pkcs_oaep", CKM_RSA_PKCS_OAEP, true, true, true, false},
	{"rsa_aes_key_wrap", CKM_RSA_AES_KEY_WRAP, true, true, true, true},
};
#define ROWS (sizeof rows / sizeof rows[0])

static CK_MECHANISM say(const struct row *row)
{
	static CK_BYTE iv[16] = {7};
	static CK_GCM_PARAMS gcm = {iv, 12, 96, NULL, 0, 128};
	static CK_RSA_PKCS_OAEP_PARAMS oaep = {
		CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	static CK_RSA_AES_KEY_WRAP_PARAMS rsa_aes = {256, &oaep};

	switch (row->type) {
	case CKM_AES_CBC_PAD:
	case CKM_AES_CBC:
		return (CK_MECHANISM){row->type, iv, sizeof iv};
	case CKM_AES_GCM:
		return (CK_MECHANISM){row->type, &gcm, sizeof gcm};
	case CKM_RSA_PKCS_OAEP:
		return (CK_MECHANISM){row->type, &oaep, sizeof oaep};
	case CKM_RSA_AES_KEY_WRAP:
		return (CK_MECHANISM){row->type, &rsa_aes, sizeof rsa_aes};
	default:
		return (CK_MECHANISM){row->type, NULL, 0};
	}
}

/* The two sides of the wrapping. */
static void sides(const struct row *row, CK_OBJECT_HANDLE *ret_wraps, CK_OBJECT_HANDLE *ret_unwraps)
{
	suite_needs(row->type, CKF_WRAP | CKF_UNWRAP);
	if (!row->rsa) {
		*ret_wraps = *ret_unwraps = aes_key();
		return;
	}
	*ret_wraps = fixed_public(FIXED_RSA);
	*ret_unwraps = fixed_private(FIXED_RSA);
}

static void secret_round(const void *arg)
{
	static const size_t lens[] = {16, 24, 32, 20, 33, 64, 1};
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, key, back;
	CK_BYTE value[64], wrapped[600];
	CK_ULONG len, asked;

	sides(row, &wraps, &unwraps);
	fill(value, sizeof value, 70);
	for (int i = 0; i < 7; i++) {
		bool aes = i < 3;
		struct template template = {0};

		if (!row->any_len && lens[i] % 16 && lens[i] != 24)
			continue;
		if (row->type == CKM_AES_CBC && lens[i] % 16)
			continue;
		suite_note("%zu bytes", lens[i]);
		key = secret_key(aes ? CKK_AES : CKK_GENERIC_SECRET, value, lens[i]);
		asked = 0;
		MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, key, NULL, &asked), CKR_OK);
		len = sizeof wrapped;
		MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, key, wrapped, &len), CKR_OK);
		EXPECT(len <= asked && asked <= len + 32);
		asked = len - 1;
		EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, key, wrapped, &asked),
			CKR_BUFFER_TOO_SMALL);
		EXPECT(asked >= len);
		/* RSA's and GCM's results differ each time, or are to be unwrapped as they were */
		len = sizeof wrapped;
		MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, key, wrapped, &len), CKR_OK);
		readable_template(&template, aes ? CKK_AES : CKK_GENERIC_SECRET, 0);
		MUST_RV(p11->C_UnwrapKey(session, &mechanism, unwraps, wrapped, len, template.at,
				template.count, &back),
			CKR_OK);
		EXPECT(value_is(back, CKA_VALUE, value, lens[i]));
		EXPECT(!truth_of(back, CKA_LOCAL));
		EXPECT(!truth_of(back, CKA_ALWAYS_SENSITIVE));
		EXPECT(!truth_of(back, CKA_NEVER_EXTRACTABLE));
		EXPECT(number_of(back, CKA_KEY_GEN_MECHANISM) == CK_UNAVAILABLE_INFORMATION);
	}
}

/* A sensitive key may be wrapped; what comes back is as the template says. */
static void sensitive(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, back;
	struct template closed = {0}, template = {0};
	CK_BYTE wrapped[600];
	CK_ULONG len = sizeof wrapped;

	sides(row, &wraps, &unwraps);
	secret_template(&closed, CKK_AES, "sixteen bytes...", 16);
	without(&closed, CKA_SENSITIVE);
	with_truth(&closed, CKA_SENSITIVE, true);
	MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, create(&closed), wrapped, &len), CKR_OK);
	readable_template(&template, CKK_AES, 0);
	without(&template, CKA_SENSITIVE);
	with_truth(&template, CKA_SENSITIVE, true);
	with_text(&template, CKA_LABEL, "unwrapped");
	MUST_RV(p11->C_UnwrapKey(session, &mechanism, unwraps, wrapped, len, template.at,
			template.count, &back),
		CKR_OK);
	EXPECT_RV(reading(back, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
	EXPECT(value_is(back, CKA_LABEL, "unwrapped", 9));
}

/* A private key goes as PKCS#8 and signs for its public key when it is back. */
static void private_round(const void *arg)
{
	static const enum fixed all[] = {FIXED_RSA, FIXED_P256};
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, back;
	CK_BYTE wrapped[4000], data[32] = {1}, signature[300];
	CK_ULONG len, signature_len;

	sides(row, &wraps, &unwraps);
	for (int i = 0; i < 2; i++) {
		CK_MECHANISM sign = {all[i] == FIXED_RSA ? CKM_RSA_PKCS : CKM_ECDSA, NULL, 0};
		struct template template = {0};

		suite_note("key %d", i);
		len = sizeof wrapped;
		MUST_RV(p11->C_WrapKey(
				session, &mechanism, wraps, fixed_private(all[i]), wrapped, &len),
			CKR_OK);
		with_number(&template, CKA_CLASS, CKO_PRIVATE_KEY);
		with_number(&template, CKA_KEY_TYPE, all[i] == FIXED_RSA ? CKK_RSA : CKK_EC);
		with_truth(&template, CKA_TOKEN, false);
		with_truth(&template, CKA_SIGN, true);
		with_truth(&template, CKA_SENSITIVE, true);
		MUST_RV(p11->C_UnwrapKey(session, &mechanism, unwraps, wrapped, len, template.at,
				template.count, &back),
			CKR_OK);
		EXPECT(!truth_of(back, CKA_LOCAL));
		EXPECT(!truth_of(back, CKA_NEVER_EXTRACTABLE));
		MUST_RV(p11->C_SignInit(session, &sign, back), CKR_OK);
		signature_len = sizeof signature;
		MUST_RV(p11->C_Sign(session, data, 32, signature, &signature_len), CKR_OK);
		MUST_RV(p11->C_VerifyInit(session, &sign, fixed_public(all[i])), CKR_OK);
		EXPECT_RV(p11->C_Verify(session, data, 32, signature, signature_len), CKR_OK);
	}
}

static void tampered(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, back;
	struct template template = {0};
	CK_BYTE wrapped[600];
	CK_ULONG len = sizeof wrapped;
	CK_RV rv;

	sides(row, &wraps, &unwraps);
	MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, aes_key(), wrapped, &len), CKR_OK);
	readable_template(&template, CKK_AES, 0);
	wrapped[len - 1] ^= 1;
	rv = p11->C_UnwrapKey(
		session, &mechanism, unwraps, wrapped, len, template.at, template.count, &back);
	EXPECT_RV(rv, CKR_WRAPPED_KEY_INVALID);
	wrapped[len - 1] ^= 1;
	rv = p11->C_UnwrapKey(
		session, &mechanism, unwraps, wrapped, len - 1, template.at, template.count, &back);
	EXPECT_RV(rv, CKR_WRAPPED_KEY_LEN_RANGE, CKR_WRAPPED_KEY_INVALID);
	rv = p11->C_UnwrapKey(
		session, &mechanism, unwraps, wrapped, 1, template.at, template.count, &back);
	EXPECT_RV(rv, CKR_WRAPPED_KEY_LEN_RANGE, CKR_WRAPPED_KEY_INVALID);
}

static void wrap_errors(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, key = aes_key();
	struct template closed = {0}, unusable = {0}, trusting = {0};
	CK_BYTE wrapped[600];
	CK_ULONG len = sizeof wrapped;

	sides(row, &wraps, &unwraps);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, 987654, wrapped, &len),
		CKR_KEY_HANDLE_INVALID);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, 987654, key, wrapped, &len),
		CKR_WRAPPING_KEY_HANDLE_INVALID);
	EXPECT_RV(p11->C_WrapKey(session, NULL, wraps, key, wrapped, &len), CKR_ARGUMENTS_BAD);
	EXPECT_RV(
		p11->C_WrapKey(session, &mechanism, wraps, key, wrapped, NULL), CKR_ARGUMENTS_BAD);
	secret_template(&closed, CKK_AES, "sixteen bytes...", 16);
	without(&closed, CKA_EXTRACTABLE);
	with_truth(&closed, CKA_EXTRACTABLE, false);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, create(&closed), wrapped, &len),
		CKR_KEY_UNEXTRACTABLE);
	secret_template(&trusting, CKK_AES, "sixteen bytes...", 16);
	with_truth(&trusting, CKA_WRAP_WITH_TRUSTED, true);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, create(&trusting), wrapped, &len),
		CKR_KEY_NOT_WRAPPABLE);
	if (row->rsa)
		fixed_public_template(FIXED_RSA, &unusable);
	else
		secret_template(&unusable, CKK_AES, "sixteen bytes...", 16);
	without(&unusable, CKA_WRAP);
	with_truth(&unusable, CKA_WRAP, false);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, create(&unusable), key, wrapped, &len),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, row->rsa ? key : fixed_public(FIXED_RSA), key,
			  wrapped, &len),
		CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
	/* public keys are no secret to be wrapped */
	EXPECT_RV(
		p11->C_WrapKey(session, &mechanism, wraps, fixed_public(FIXED_P256), wrapped, &len),
		CKR_KEY_NOT_WRAPPABLE, CKR_KEY_HANDLE_INVALID);
}

static void unwrap_errors(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_OBJECT_HANDLE wraps, unwraps, back, key = aes_key();
	struct template good = {0}, unusable = {0}, value = {0}, nothing = {0};
	CK_BYTE wrapped[600];
	CK_ULONG len = sizeof wrapped;

	sides(row, &wraps, &unwraps);
	MUST_RV(p11->C_WrapKey(session, &mechanism, wraps, key, wrapped, &len), CKR_OK);
	readable_template(&good, CKK_AES, 0);
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &mechanism, 987654, wrapped, len, good.at, good.count, &back),
		CKR_UNWRAPPING_KEY_HANDLE_INVALID);
	EXPECT_RV(
		p11->C_UnwrapKey(session, NULL, unwraps, wrapped, len, good.at, good.count, &back),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &mechanism, unwraps, NULL, len, good.at, good.count, &back),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_UnwrapKey(session, &mechanism, unwraps, wrapped, len, NULL, 1, &back),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &mechanism, unwraps, wrapped, len, good.at, good.count, NULL),
		CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_UnwrapKey(session, &mechanism, row->rsa ? key : fixed_private(FIXED_RSA),
			  wrapped, len, good.at, good.count, &back),
		CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
	if (row->rsa)
		fixed_private_template(FIXED_RSA, &unusable);
	else
		secret_template(&unusable, CKK_AES, "sixteen bytes...", 16);
	without(&unusable, CKA_UNWRAP);
	with_truth(&unusable, CKA_UNWRAP, false);
	EXPECT_RV(p11->C_UnwrapKey(session, &mechanism, create(&unusable), wrapped, len, good.at,
			  good.count, &back),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	readable_template(&value, CKK_AES, 0);
	with_text(&value, CKA_VALUE, "sixteen bytes...");
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &mechanism, unwraps, wrapped, len, value.at, value.count, &back),
		CKR_TEMPLATE_INCONSISTENT, CKR_ATTRIBUTE_READ_ONLY);
	with_text(&nothing, CKA_LABEL, "neither class nor type");
	EXPECT_RV(p11->C_UnwrapKey(session, &mechanism, unwraps, wrapped, len, nothing.at,
			  nothing.count, &back),
		CKR_TEMPLATE_INCOMPLETE, CKR_TEMPLATE_INCONSISTENT);
}

/* Vectors */

static void vector(
	CK_MECHANISM_TYPE type, const char *kek_hex, const char *key_hex, const char *wrapped_hex)
{
	struct bytes kek = unhex(kek_hex), key = unhex(key_hex), wanted = unhex(wrapped_hex);
	CK_MECHANISM mechanism = {type, NULL, 0};
	struct template template = {0};
	CK_OBJECT_HANDLE wraps, back;
	CK_BYTE got[100];
	CK_ULONG len = sizeof got;

	suite_needs(type, CKF_WRAP | CKF_UNWRAP);
	wraps = secret_key(CKK_AES, kek.at, kek.len);
	MUST_RV(p11->C_WrapKey(session, &mechanism, wraps,
			secret_key(CKK_GENERIC_SECRET, key.at, key.len), got, &len),
		CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	readable_template(&template, CKK_GENERIC_SECRET, 0);
	MUST_RV(p11->C_UnwrapKey(session, &mechanism, wraps, wanted.at, wanted.len, template.at,
			template.count, &back),
		CKR_OK);
	EXPECT(value_is(back, CKA_VALUE, key.at, key.len));
}

static void rfc_3394(void)
{
	vector(CKM_AES_KEY_WRAP, "000102030405060708090a0b0c0d0e0f",
		"00112233445566778899aabbccddeeff",
		"1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
	vector(CKM_AES_KEY_WRAP, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
		"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
}

#define KEK_5649 "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"
static void rfc_5649_kwp(void)
{
	vector(CKM_AES_KEY_WRAP_KWP, KEK_5649, "c37b7e6492584340bed12207808941155068f738",
		"138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
	vector(CKM_AES_KEY_WRAP_KWP, KEK_5649, "466f7250617369",
		"afbeb0f07dfbf5419200f2ccb50bb24f");
}

/* The key is under the padding that libcrypto undoes. */
static void oaep_to_openssl(void)
{
	CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(fixed_openssl(FIXED_RSA), NULL);
	CK_BYTE wrapped[256], back[256];
	CK_ULONG len = sizeof wrapped;
	size_t back_len = sizeof back;

	suite_needs(CKM_RSA_PKCS_OAEP, CKF_WRAP);
	MUST_RV(p11->C_WrapKey(
			session, &mechanism, fixed_public(FIXED_RSA), aes_key(), wrapped, &len),
		CKR_OK);
	MUST(EVP_PKEY_decrypt_init(context) == 1);
	EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING);
	EXPECT(EVP_PKEY_decrypt(context, back, &back_len, wrapped, len) == 1);
	EXPECT(back_len == 16 && memcmp(back, "sixteen bytes...", 16) == 0);
	EVP_PKEY_CTX_free(context);
}

/* Each private key as libcrypto reads it out of PKCS#8. */
static void private_is_pkcs8(void)
{
	static const enum fixed all[] = {FIXED_RSA, FIXED_P256, FIXED_P384, FIXED_P521};
	CK_BYTE iv[16] = {9}, wrapped[4000], plain[4000];
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof iv};
	CK_OBJECT_HANDLE wraps;
	const unsigned char *at;
	int plain_len, rest;
	EVP_PKEY *back;
	CK_ULONG len;

	suite_needs(CKM_AES_CBC_PAD, CKF_WRAP);
	wraps = aes_key();
	for (int i = 0; i < 4; i++) {
		EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

		suite_note("key %d", i);
		len = sizeof wrapped;
		MUST_RV(p11->C_WrapKey(
				session, &mechanism, wraps, fixed_private(all[i]), wrapped, &len),
			CKR_OK);
		EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), NULL,
			(const unsigned char *)"sixteen bytes...", iv);
		MUST(EVP_DecryptUpdate(context, plain, &plain_len, wrapped, (int)len));
		MUST(EVP_DecryptFinal_ex(context, plain + plain_len, &rest));
		EVP_CIPHER_CTX_free(context);
		at = plain;
		back = d2i_AutoPrivateKey(NULL, &at, plain_len + rest);
		MUST(back != NULL);
		EXPECT(at == plain + plain_len + rest);
		EXPECT(EVP_PKEY_eq(back, fixed_openssl(all[i])) == 1);
		EVP_PKEY_free(back);
	}
}

/* And what libcrypto put there is unwrapped. */
static void unwrap_pkcs8(void)
{
	CK_BYTE iv[16] = {9}, wrapped[4000], data[32] = {3}, signature[64];
	CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, sizeof iv}, ecdsa = {CKM_ECDSA, NULL, 0};
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(fixed_openssl(FIXED_P256));
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	struct template template = {0};
	unsigned char *der = NULL;
	CK_OBJECT_HANDLE back;
	CK_ULONG len = sizeof signature;
	int wrapped_len, rest, der_len;

	suite_needs(CKM_AES_CBC_PAD, CKF_UNWRAP);
	der_len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	EVP_EncryptInit_ex(
		context, EVP_aes_128_cbc(), NULL, (const unsigned char *)"sixteen bytes...", iv);
	EVP_EncryptUpdate(context, wrapped, &wrapped_len, der, der_len);
	EVP_EncryptFinal_ex(context, wrapped + wrapped_len, &rest);
	EVP_CIPHER_CTX_free(context);
	with_number(&template, CKA_CLASS, CKO_PRIVATE_KEY);
	with_number(&template, CKA_KEY_TYPE, CKK_EC);
	with_truth(&template, CKA_TOKEN, false);
	with_truth(&template, CKA_SIGN, true);
	MUST_RV(p11->C_UnwrapKey(session, &mechanism, aes_key(), wrapped,
			(CK_ULONG)(wrapped_len + rest), template.at, template.count, &back),
		CKR_OK);
	MUST_RV(p11->C_SignInit(session, &ecdsa, back), CKR_OK);
	MUST_RV(p11->C_Sign(session, data, 32, signature, &len), CKR_OK);
	MUST_RV(p11->C_VerifyInit(session, &ecdsa, fixed_public(FIXED_P256)), CKR_OK);
	EXPECT_RV(p11->C_Verify(session, data, 32, signature, len), CKR_OK);
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
}

/* 4.10.2: a wrapping key with CKA_WRAP_TEMPLATE wraps keys that fit it. */
static void wrap_template(void)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
	struct template wrapping = {0}, wanted = {0}, fitting = {0};
	CK_BYTE wrapped[64];
	CK_ULONG len = sizeof wrapped;
	CK_OBJECT_HANDLE wraps;

	suite_needs(CKM_AES_KEY_WRAP, CKF_WRAP);
	with_text(&wanted, CKA_LABEL, "may leave");
	secret_template(&wrapping, CKK_AES, "sixteen bytes...", 16);
	with_bytes(&wrapping, CKA_WRAP_TEMPLATE, wanted.at, wanted.count * sizeof wanted.at[0]);
	wraps = create(&wrapping);
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, aes_key(), wrapped, &len),
		CKR_KEY_HANDLE_INVALID);
	secret_template(&fitting, CKK_AES, "sixteen bytes...", 16);
	with_text(&fitting, CKA_LABEL, "may leave");
	EXPECT_RV(p11->C_WrapKey(session, &mechanism, wraps, create(&fitting), wrapped, &len),
		CKR_OK);
}

/* What CKA_UNWRAP_TEMPLATE says is so, and a template that says otherwise is refused. */
static void unwrap_template(void)
{
	CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
	struct template unwrapping = {0}, applied = {0}, other = {0}, plain = {0};
	CK_BYTE wrapped[64];
	CK_ULONG len = sizeof wrapped;
	CK_OBJECT_HANDLE unwraps, back;

	suite_needs(CKM_AES_KEY_WRAP, CKF_WRAP | CKF_UNWRAP);
	with_truth(&applied, CKA_SENSITIVE, true);
	with_truth(&applied, CKA_EXTRACTABLE, false);
	secret_template(&unwrapping, CKK_AES, "sixteen bytes...", 16);
	with_bytes(
		&unwrapping, CKA_UNWRAP_TEMPLATE, applied.at, applied.count * sizeof applied.at[0]);
	unwraps = create(&unwrapping);
	MUST_RV(p11->C_WrapKey(session, &mechanism, unwraps, aes_key(), wrapped, &len), CKR_OK);
	readable_template(&other, CKK_AES, 0);
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &mechanism, unwraps, wrapped, len, other.at, other.count, &back),
		CKR_TEMPLATE_INCONSISTENT);
	with_number(&plain, CKA_CLASS, CKO_SECRET_KEY);
	with_number(&plain, CKA_KEY_TYPE, CKK_AES);
	MUST_RV(p11->C_UnwrapKey(
			session, &mechanism, unwraps, wrapped, len, plain.at, plain.count, &back),
		CKR_OK);
	EXPECT(truth_of(back, CKA_SENSITIVE));
	EXPECT(!truth_of(back, CKA_EXTRACTABLE));
}

static void bad_mechanism(void)
{
	CK_MECHANISM digest = {CKM_SHA256, NULL, 0}, unknown = {0x7fff1234UL, NULL, 0};
	CK_OBJECT_HANDLE key = aes_key(), back;
	struct template template = {0};
	CK_BYTE wrapped[64] = {0};
	CK_ULONG len = sizeof wrapped;

	readable_template(&template, CKK_AES, 0);
	EXPECT_RV(p11->C_WrapKey(session, &digest, key, key, wrapped, &len), CKR_MECHANISM_INVALID);
	EXPECT_RV(
		p11->C_WrapKey(session, &unknown, key, key, wrapped, &len), CKR_MECHANISM_INVALID);
	EXPECT_RV(p11->C_UnwrapKey(
			  session, &unknown, key, wrapped, 24, template.at, template.count, &back),
		CKR_MECHANISM_INVALID);
}

static const struct suite_check checks[] = {
	{"rfc_3394", USER, rfc_3394},
	{"rfc_5649_kwp", USER, rfc_5649_kwp},
	{"oaep_to_openssl", USER, oaep_to_openssl},
	{"private_is_pkcs8", USER, private_is_pkcs8},
	{"unwrap_pkcs8", USER, unwrap_pkcs8},
	{"wrap_template", USER, wrap_template},
	{"unwrap_template", USER, unwrap_template},
	{"bad_mechanism", USER, bad_mechanism},
};

void suite_wrap(void)
{
	SUITE_ADD("wrap", checks);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		suite_add_row("wrap", row->name, "secret_round", USER, secret_round, row);
		suite_add_row("wrap", row->name, "sensitive", USER, sensitive, row);
		if (row->privates)
			suite_add_row("wrap", row->name, "private_round", USER, private_round, row);
		if (row->checked)
			suite_add_row("wrap", row->name, "tampered", USER, tampered, row);
		suite_add_row("wrap", row->name, "wrap_errors", USER, wrap_errors, row);
		suite_add_row("wrap", row->name, "unwrap_errors", USER, unwrap_errors, row);
	}
}
