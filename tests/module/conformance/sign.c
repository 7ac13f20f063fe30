/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.13 and 5.15: signatures by key pairs, made by the module and by libcrypto. */
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

enum scheme { PKCS1, PSS, RAW, ECDSA, EDDSA };

struct row {
	const char *name;
	CK_MECHANISM_TYPE type;
	enum fixed key;
	enum scheme scheme;
	const char *hash; /* that the mechanism makes; NULL: of the data itself */
	CK_RSA_PKCS_PSS_PARAMS pss;
	const char *pss_hash, *mgf_hash;
};

#define HASHED(lower, mechanism, scheme, key, hash)                  \
	{                                                            \
		lower, mechanism, key, scheme, hash, {0}, NULL, NULL \
	}
#define PSS_ROW(lower, mechanism, type, mgf, salt, made, hash, mgf_hash)                  \
	{                                                                                 \
		lower, mechanism, FIXED_RSA, PSS, made, {type, mgf, salt}, hash, mgf_hash \
	}
static const struct row rows[] = {
	/* clang-format off */
	HASHED("rsa_pkcs", CKM_RSA_PKCS, PKCS1, FIXED_RSA, NULL),
	HASHED("rsa_x_509", CKM_RSA_X_509, RAW, FIXED_RSA, NULL),
	HASHED("sha1_rsa_pkcs", CKM_SHA1_RSA_PKCS, PKCS1, FIXED_RSA, "SHA1"),
	HASHED("sha224_rsa_pkcs", CKM_SHA224_RSA_PKCS, PKCS1, FIXED_RSA, "SHA224"),
	HASHED("sha256_rsa_pkcs", CKM_SHA256_RSA_PKCS, PKCS1, FIXED_RSA, "SHA256"),
	HASHED("sha384_rsa_pkcs", CKM_SHA384_RSA_PKCS, PKCS1, FIXED_RSA, "SHA384"),
	HASHED("sha512_rsa_pkcs", CKM_SHA512_RSA_PKCS, PKCS1, FIXED_RSA, "SHA512"),
	HASHED("sha3_224_rsa_pkcs", CKM_SHA3_224_RSA_PKCS, PKCS1, FIXED_RSA, "SHA3-224"),
	HASHED("sha3_256_rsa_pkcs", CKM_SHA3_256_RSA_PKCS, PKCS1, FIXED_RSA, "SHA3-256"),
	HASHED("sha3_384_rsa_pkcs", CKM_SHA3_384_RSA_PKCS, PKCS1, FIXED_RSA, "SHA3-384"),
	HASHED("sha3_512_rsa_pkcs", CKM_SHA3_512_RSA_PKCS, PKCS1, FIXED_RSA, "SHA3-512"),
	PSS_ROW("rsa_pkcs_pss_sha256", CKM_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32, NULL, "SHA256", "SHA256"),
	PSS_ROW("rsa_pkcs_pss_sha384_no_salt", CKM_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 0, NULL, "SHA384", "SHA384"),
	PSS_ROW("rsa_pkcs_pss_mixed", CKM_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA256, 20, NULL, "SHA512", "SHA256"),
	PSS_ROW("sha1_rsa_pkcs_pss", CKM_SHA1_RSA_PKCS_PSS, CKM_SHA_1, CKG_MGF1_SHA1, 20, "SHA1", "SHA1", "SHA1"),
	PSS_ROW("sha224_rsa_pkcs_pss", CKM_SHA224_RSA_PKCS_PSS, CKM_SHA224, CKG_MGF1_SHA224, 28, "SHA224", "SHA224", "SHA224"),
	PSS_ROW("sha256_rsa_pkcs_pss", CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32, "SHA256", "SHA256", "SHA256"),
	PSS_ROW("sha256_rsa_pkcs_pss_long_salt", CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 222, "SHA256", "SHA256", "SHA256"),
	PSS_ROW("sha384_rsa_pkcs_pss", CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 48, "SHA384", "SHA384", "SHA384"),
	PSS_ROW("sha512_rsa_pkcs_pss", CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 64, "SHA512", "SHA512", "SHA512"),
	PSS_ROW("sha3_224_rsa_pkcs_pss", CKM_SHA3_224_RSA_PKCS_PSS, CKM_SHA3_224, CKG_MGF1_SHA3_224, 28, "SHA3-224", "SHA3-224", "SHA3-224"),
	PSS_ROW("sha3_256_rsa_pkcs_pss", CKM_SHA3_256_RSA_PKCS_PSS, CKM_SHA3_256, CKG_MGF1_SHA3_256, 32, "SHA3-256", "SHA3-256", "SHA3-256"),
	PSS_ROW("sha3_384_rsa_pkcs_pss", CKM_SHA3_384_RSA_PKCS_PSS, CKM_SHA3_384, CKG_MGF1_SHA3_384, 48, "SHA3-384", "SHA3-384", "SHA3-384"),
	PSS_ROW("sha3_512_rsa_pkcs_pss", CKM_SHA3_512_RSA_PKCS_PSS, CKM_SHA3_512, CKG_MGF1_SHA3_512, 64, "SHA3-512", "SHA3-512", "SHA3-512"),
	HASHED("ecdsa_p256", CKM_ECDSA, ECDSA, FIXED_P256, NULL),
	HASHED("ecdsa_p384", CKM_ECDSA, ECDSA, FIXED_P384, NULL),
	HASHED("ecdsa_p521", CKM_ECDSA, ECDSA, FIXED_P521, NULL),
	HASHED("ecdsa_sha1", CKM_ECDSA_SHA1, ECDSA, FIXED_P256, "SHA1"),
	HASHED("ecdsa_sha224", CKM_ECDSA_SHA224, ECDSA, FIXED_P256, "SHA224"),
	HASHED("ecdsa_sha256", CKM_ECDSA_SHA256, ECDSA, FIXED_P256, "SHA256"),
	HASHED("ecdsa_sha256_p384", CKM_ECDSA_SHA256, ECDSA, FIXED_P384, "SHA256"),
	HASHED("ecdsa_sha384", CKM_ECDSA_SHA384, ECDSA, FIXED_P384, "SHA384"),
	HASHED("ecdsa_sha512", CKM_ECDSA_SHA512, ECDSA, FIXED_P521, "SHA512"),
	HASHED("ecdsa_sha512_p256", CKM_ECDSA_SHA512, ECDSA, FIXED_P256, "SHA512"),
	HASHED("ecdsa_sha3_224", CKM_ECDSA_SHA3_224, ECDSA, FIXED_P256, "SHA3-224"),
	HASHED("ecdsa_sha3_256", CKM_ECDSA_SHA3_256, ECDSA, FIXED_P256, "SHA3-256"),
	HASHED("ecdsa_sha3_384", CKM_ECDSA_SHA3_384, ECDSA, FIXED_P384, "SHA3-384"),
	HASHED("ecdsa_sha3_512", CKM_ECDSA_SHA3_512, ECDSA, FIXED_P521, "SHA3-512"),
	HASHED("eddsa_ed25519", CKM_EDDSA, EDDSA, FIXED_ED25519, NULL),
	HASHED("eddsa_ed448", CKM_EDDSA, EDDSA, FIXED_ED448, NULL),
	/* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

static CK_MECHANISM mechanism_of(const struct row *row)
{
	CK_MECHANISM mechanism = {row->type, NULL, 0};

	if (row->scheme == PSS) {
		mechanism.pParameter = (void *)(uintptr_t)&row->pss;
		mechanism.ulParameterLen = sizeof row->pss;
	} else if (row->key == FIXED_ED448) { /* which Ed448 is, must be said */
		static CK_EDDSA_PARAMS params;

		mechanism.pParameter = &params;
		mechanism.ulParameterLen = sizeof params;
	}
	return mechanism;
}

/* How long the data may be, of the size that is tried; as long as the hash when it is one. */
static size_t data_len(const struct row *row, size_t tried)
{
	if (row->hash || row->scheme == EDDSA)
		return tried;
	if (row->scheme == PSS)
		return (size_t)EVP_MD_get_size(EVP_get_digestbyname(row->pss_hash));
	if (row->scheme == ECDSA)
		return 32;
	return tried < 200 ? tried : 200;
}

static size_t signature_len(const struct row *row)
{
	static const size_t lens[] = {
		[FIXED_RSA] = 256,
		[FIXED_P256] = 64,
		[FIXED_P384] = 96,
		[FIXED_P521] = 132,
		[FIXED_ED25519] = 64,
		[FIXED_ED448] = 114,
	};

	return lens[row->key];
}

/* ECDSA: libcrypto's DER and the standard's r and s, each as long as the order. */
static void der_of(const CK_BYTE *raw, size_t len, unsigned char *der, size_t *der_len)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *at = der;

	ECDSA_SIG_set0(pair, BN_bin2bn(raw, (int)len / 2, NULL),
		BN_bin2bn(raw + len / 2, (int)len / 2, NULL));
	*der_len = (size_t)i2d_ECDSA_SIG(pair, &at);
	ECDSA_SIG_free(pair);
}

static void raw_of(const unsigned char *der, size_t der_len, CK_BYTE *raw, size_t len)
{
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)der_len);

	MUST(pair != NULL);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)len / 2);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + len / 2, (int)len / 2);
	ECDSA_SIG_free(pair);
}

static void set_padding(const struct row *row, EVP_PKEY_CTX *context)
{
	if (row->scheme == PKCS1)
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
	if (row->scheme == RAW)
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING);
	if (row->scheme != PSS)
		return;
	EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
	if (!row->hash)
		EVP_PKEY_CTX_set_signature_md(context, EVP_get_digestbyname(row->pss_hash));
	EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_get_digestbyname(row->mgf_hash));
	EVP_PKEY_CTX_set_rsa_pss_saltlen(context, (int)row->pss.sLen);
}

/* X.509 takes a number as long as the modulus. */
static const CK_BYTE *padded(const struct row *row, const CK_BYTE *data, size_t *len)
{
	static CK_BYTE block[256];

	if (row->scheme != RAW)
		return data;
	memset(block, 0, sizeof block);
	memcpy(block + sizeof block - *len, data, *len);
	*len = sizeof block;
	return block;
}

static bool openssl_verifies(
	const struct row *row, const CK_BYTE *data, size_t len, const CK_BYTE *raw, size_t raw_len)
{
	EVP_PKEY *key = fixed_openssl(row->key);
	unsigned char der[300];
	const unsigned char *signature = raw;
	size_t signature_len = raw_len;
	EVP_PKEY_CTX *context = NULL;
	bool ok;

	data = padded(row, data, &len);
	if (row->scheme == ECDSA) {
		der_of(raw, raw_len, der, &signature_len);
		signature = der;
	}
	if (row->hash || row->scheme == EDDSA) {
		EVP_MD_CTX *md = EVP_MD_CTX_new();

		MUST(EVP_DigestVerifyInit_ex(md, &context, row->hash, NULL, NULL, key, NULL));
		set_padding(row, context);
		ok = EVP_DigestVerify(md, signature, signature_len, data, len) == 1;
		EVP_MD_CTX_free(md);
		return ok;
	}
	context = EVP_PKEY_CTX_new(key, NULL);
	MUST(EVP_PKEY_verify_init(context));
	set_padding(row, context);
	ok = EVP_PKEY_verify(context, signature, signature_len, data, len) == 1;
	EVP_PKEY_CTX_free(context);
	return ok;
}

static size_t openssl_signs(const struct row *row, const CK_BYTE *data, size_t len, CK_BYTE *raw)
{
	EVP_PKEY *key = fixed_openssl(row->key);
	unsigned char made[300];
	size_t made_len = sizeof made;
	EVP_PKEY_CTX *context = NULL;

	data = padded(row, data, &len);
	if (row->hash || row->scheme == EDDSA) {
		EVP_MD_CTX *md = EVP_MD_CTX_new();

		MUST(EVP_DigestSignInit_ex(md, &context, row->hash, NULL, NULL, key, NULL));
		set_padding(row, context);
		MUST(EVP_DigestSign(md, made, &made_len, data, len));
		EVP_MD_CTX_free(md);
	} else {
		context = EVP_PKEY_CTX_new(key, NULL);
		MUST(EVP_PKEY_sign_init(context));
		set_padding(row, context);
		MUST(EVP_PKEY_sign(context, made, &made_len, data, len));
		EVP_PKEY_CTX_free(context);
	}
	if (row->scheme != ECDSA) {
		memcpy(raw, made, made_len);
		return made_len;
	}
	raw_of(made, made_len, raw, signature_len(row));
	return signature_len(row);
}

static const size_t tried[] = {1, 32, 55, 100, 1000, 5000};
#define TRIED (sizeof tried / sizeof tried[0])

static void ours_to_openssl(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	static CK_BYTE data[5000];
	CK_BYTE signature[300];
	CK_OBJECT_HANDLE key;
	CK_ULONG len;

	suite_needs(row->type, CKF_SIGN);
	key = fixed_private(row->key);
	fill(data, sizeof data, 4);
	for (size_t i = 0; i < TRIED; i++) {
		suite_note("%zu bytes", data_len(row, tried[i]));
		len = sizeof signature;
		MUST_RV(p11->C_SignInit(session, &mechanism, key), CKR_OK);
		MUST_RV(p11->C_Sign(session, data, data_len(row, tried[i]), signature, &len),
			CKR_OK);
		EXPECT(len == signature_len(row));
		EXPECT(openssl_verifies(row, data, data_len(row, tried[i]), signature, len));
	}
}

static void openssl_to_ours(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	static CK_BYTE data[5000];
	CK_BYTE signature[300];
	CK_OBJECT_HANDLE key;
	size_t len;

	suite_needs(row->type, CKF_VERIFY);
	key = fixed_public(row->key);
	fill(data, sizeof data, 5);
	for (size_t i = 0; i < TRIED; i++) {
		suite_note("%zu bytes", data_len(row, tried[i]));
		len = openssl_signs(row, data, data_len(row, tried[i]), signature);
		MUST_RV(p11->C_VerifyInit(session, &mechanism, key), CKR_OK);
		EXPECT_RV(p11->C_Verify(session, data, data_len(row, tried[i]), signature, len),
			CKR_OK);
	}
}

static void sign_parts(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	static CK_BYTE data[4000];
	CK_BYTE signature[300];
	CK_OBJECT_HANDLE key;
	CK_ULONG len;

	suite_needs(row->type, CKF_SIGN);
	key = fixed_private(row->key);
	fill(data, sizeof data, 6);
	for (size_t step = 1; step < 5000; step = step * 13 + 2) {
		suite_note("parts of %zu bytes", step);
		MUST_RV(p11->C_SignInit(session, &mechanism, key), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step)
			MUST_RV(p11->C_SignUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at),
				CKR_OK);
		len = 0;
		EXPECT_RV(p11->C_SignFinal(session, NULL, &len), CKR_OK);
		EXPECT(len == signature_len(row));
		len--;
		EXPECT_RV(p11->C_SignFinal(session, signature, &len), CKR_BUFFER_TOO_SMALL);
		EXPECT(len == signature_len(row));
		MUST_RV(p11->C_SignFinal(session, signature, &len), CKR_OK);
		EXPECT(openssl_verifies(row, data, sizeof data, signature, len));
		EXPECT_RV(
			p11->C_SignFinal(session, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void verify_parts(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	static CK_BYTE data[4000];
	CK_BYTE signature[300];
	CK_OBJECT_HANDLE key;
	size_t len;

	suite_needs(row->type, CKF_VERIFY);
	key = fixed_public(row->key);
	fill(data, sizeof data, 7);
	len = openssl_signs(row, data, sizeof data, signature);
	for (int round = 0; round < 3; round++) {
		size_t step = round ? 1717 : 97;

		suite_note("round %d", round);
		MUST_RV(p11->C_VerifyInit(session, &mechanism, key), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step)
			MUST_RV(p11->C_VerifyUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at),
				CKR_OK);
		if (round == 2)
			signature[len - 1] ^= 1;
		EXPECT_RV(p11->C_VerifyFinal(session, signature, len),
			round == 2 ? CKR_SIGNATURE_INVALID : CKR_OK);
		EXPECT_RV(
			p11->C_VerifyFinal(session, signature, len), CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void sign_sizes(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	CK_BYTE data[64], signature[300];
	CK_ULONG len = 0, size = data_len(row, 50);

	suite_needs(row->type, CKF_SIGN);
	fill(data, sizeof data, 8);
	MUST_RV(p11->C_SignInit(session, &mechanism, fixed_private(row->key)), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, size, NULL, &len), CKR_OK);
	EXPECT(len == signature_len(row));
	len = signature_len(row) - 1;
	EXPECT_RV(p11->C_Sign(session, data, size, signature, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len == signature_len(row));
	EXPECT_RV(p11->C_Sign(session, data, size, signature, &len), CKR_OK);
	EXPECT(openssl_verifies(row, data, size, signature, len));
	EXPECT_RV(p11->C_Sign(session, data, size, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static CK_RV verified(const struct row *row, CK_OBJECT_HANDLE key, const CK_BYTE *data, size_t len,
	const CK_BYTE *signature, size_t signature_len)
{
	CK_MECHANISM mechanism = mechanism_of(row);

	MUST_RV(p11->C_VerifyInit(session, &mechanism, key), CKR_OK);
	return p11->C_Verify(session, (CK_BYTE *)(uintptr_t)data, len,
		(CK_BYTE *)(uintptr_t)signature, signature_len);
}

static void forged(const void *arg)
{
	const struct row *row = arg;
	CK_BYTE data[64], signature[300] = {0}, bad[300];
	CK_OBJECT_HANDLE key;
	size_t len, size = data_len(row, 50);

	suite_needs(row->type, CKF_VERIFY);
	key = fixed_public(row->key);
	fill(data, sizeof data, 9);
	len = openssl_signs(row, data, size, signature);
	EXPECT_RV(verified(row, key, data, size, signature, len), CKR_OK);
	for (size_t at = 0; at < len; at += len / 3) {
		memcpy(bad, signature, len);
		bad[at] ^= 0x40;
		suite_note("byte %zu changed", at);
		EXPECT_RV(verified(row, key, data, size, bad, len), CKR_SIGNATURE_INVALID);
	}
	suite_note("%s", "");
	memset(bad, 0, len);
	EXPECT_RV(verified(row, key, data, size, bad, len), CKR_SIGNATURE_INVALID);
	EXPECT_RV(verified(row, key, data, size, signature, len - 1), CKR_SIGNATURE_LEN_RANGE);
	EXPECT_RV(verified(row, key, data, size, signature, len + 1), CKR_SIGNATURE_LEN_RANGE);
	data[0] ^= 1;
	EXPECT_RV(verified(row, key, data, size, signature, len), CKR_SIGNATURE_INVALID);
}

static void key_handle(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);

	suite_needs(row->type, CKF_VERIFY);
	if (suite_lists(row->type, CKF_SIGN))
		REFUSES(p11->C_SignInit(session, &mechanism, 987654), CKR_KEY_HANDLE_INVALID);
	REFUSES(p11->C_VerifyInit(session, &mechanism, 987654), CKR_KEY_HANDLE_INVALID);
	REFUSES(p11->C_VerifyInit(session, &mechanism, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
}

static void init_errors(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = mechanism_of(row);
	struct template private = {0}, public = {0};
	CK_OBJECT_HANDLE other = fixed_private(row->key == FIXED_RSA ? FIXED_P256 : FIXED_RSA);
	CK_OBJECT_HANDLE other_public =
		fixed_public(row->key == FIXED_RSA ? FIXED_P256 : FIXED_RSA);
	bool sign = suite_lists(row->type, CKF_SIGN);

	suite_needs(row->type, CKF_VERIFY);
	if (sign) {
		REFUSES(p11->C_SignInit(session, &mechanism, other), CKR_KEY_TYPE_INCONSISTENT);
		REFUSES(p11->C_SignInit(session, &mechanism, fixed_public(row->key)),
			CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	}
	REFUSES(p11->C_VerifyInit(session, &mechanism, other_public), CKR_KEY_TYPE_INCONSISTENT);
	if (row->key == FIXED_ED25519 || row->key == FIXED_ED448)
		return;
	fixed_private_template(row->key, &private);
	without(&private, CKA_SIGN);
	with_truth(&private, CKA_SIGN, false);
	if (sign)
		REFUSES(p11->C_SignInit(session, &mechanism, create(&private)),
			CKR_KEY_FUNCTION_NOT_PERMITTED);
	fixed_public_template(row->key, &public);
	without(&public, CKA_VERIFY);
	with_truth(&public, CKA_VERIFY, false);
	REFUSES(p11->C_VerifyInit(session, &mechanism, create(&public)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* Mechanisms that no key can be asked for with. */

static CK_RV signing(
	CK_MECHANISM_TYPE type, const void *parameter, size_t len, CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = {type, (void *)(uintptr_t)parameter, len};

	return p11->C_SignInit(session, &mechanism, key);
}

static void bad_mechanism(void)
{
	CK_OBJECT_HANDLE key = fixed_private(FIXED_RSA);

	REFUSES(signing(0x7fff1234UL, NULL, 0, key), CKR_MECHANISM_INVALID);
	REFUSES(signing(CKM_SHA256, NULL, 0, key), CKR_MECHANISM_INVALID);
	REFUSES(signing(CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0, key), CKR_MECHANISM_INVALID);
}

static void pss_parameters(void)
{
	CK_RSA_PKCS_PSS_PARAMS good = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_RSA_PKCS_PSS_PARAMS hash = {CKM_SHA384, CKG_MGF1_SHA384, 48};
	CK_RSA_PKCS_PSS_PARAMS no_hash = {CKM_RSA_PKCS, CKG_MGF1_SHA256, 32};
	CK_RSA_PKCS_PSS_PARAMS no_mgf = {CKM_SHA256, 99, 32};
	CK_OBJECT_HANDLE key;

	suite_needs(CKM_SHA256_RSA_PKCS_PSS, CKF_SIGN);
	key = fixed_private(FIXED_RSA);
	REFUSES(signing(CKM_SHA256_RSA_PKCS_PSS, NULL, 0, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
	REFUSES(signing(CKM_SHA256_RSA_PKCS_PSS, NULL, sizeof good, key),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	REFUSES(signing(CKM_SHA256_RSA_PKCS_PSS, &good, sizeof good - 1, key),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	REFUSES(signing(CKM_SHA256_RSA_PKCS_PSS, &hash, sizeof hash, key),
		CKR_MECHANISM_PARAM_INVALID);
	REFUSES(signing(CKM_RSA_PKCS_PSS, &no_hash, sizeof no_hash, key),
		CKR_MECHANISM_PARAM_INVALID);
	REFUSES(signing(CKM_RSA_PKCS_PSS, &no_mgf, sizeof no_mgf, key),
		CKR_MECHANISM_PARAM_INVALID);
	EXPECT_RV(signing(CKM_SHA256_RSA_PKCS_PSS, &good, sizeof good, key), CKR_OK);
}

/* A salt for which the modulus has no room: told at once or when signing. */
static void pss_salt_too_long(void)
{
	CK_RSA_PKCS_PSS_PARAMS params = {CKM_SHA256, CKG_MGF1_SHA256, 223};
	CK_BYTE data[32] = {0}, signature[256];
	CK_ULONG len = sizeof signature;
	CK_RV rv;

	suite_needs(CKM_RSA_PKCS_PSS, CKF_SIGN);
	rv = signing(CKM_RSA_PKCS_PSS, &params, sizeof params, fixed_private(FIXED_RSA));
	if (rv == CKR_OK)
		rv = p11->C_Sign(session, data, sizeof data, signature, &len);
	EXPECT_RV(rv, CKR_MECHANISM_PARAM_INVALID, CKR_KEY_SIZE_RANGE, CKR_DATA_LEN_RANGE);
}

static void unwanted_parameter(void)
{
	static const CK_MECHANISM_TYPE types[] = {CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS};
	CK_OBJECT_HANDLE key = fixed_private(FIXED_RSA);

	for (int i = 0; i < 2; i++)
		REFUSES(signing(types[i], "parameter", 9, key), CKR_MECHANISM_PARAM_INVALID);
	REFUSES(signing(CKM_ECDSA, "parameter", 9, fixed_private(FIXED_P256)),
		CKR_MECHANISM_PARAM_INVALID);
}

/* The longest data of each mechanism, and one byte more. */
static void longest(CK_MECHANISM_TYPE type, size_t most)
{
	static CK_BYTE data[300];
	CK_OBJECT_HANDLE key = fixed_private(FIXED_RSA);
	CK_BYTE signature[256];
	CK_ULONG len = sizeof signature;

	suite_note("mechanism 0x%lx", type);
	MUST_RV(signing(type, NULL, 0, key), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, most, signature, &len), CKR_OK);
	MUST_RV(signing(type, NULL, 0, key), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, most + 1, signature, &len), CKR_DATA_LEN_RANGE);
	/* an error ends the operation */
	EXPECT_RV(p11->C_Sign(session, data, 1, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void rsa_pkcs_longest(void)
{
	suite_needs(CKM_RSA_PKCS, CKF_SIGN);
	longest(CKM_RSA_PKCS, 245);
}

static void rsa_x_509_longest(void)
{
	suite_needs(CKM_RSA_X_509, CKF_SIGN);
	longest(CKM_RSA_X_509, 256);
}

/* A number as great as the modulus. */
static void rsa_x_509_too_great(void)
{
	CK_BYTE data[256], signature[256];
	CK_ULONG len = sizeof signature;

	suite_needs(CKM_RSA_X_509, CKF_SIGN);
	memset(data, 0xff, sizeof data);
	MUST_RV(signing(CKM_RSA_X_509, NULL, 0, fixed_private(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, sizeof data, signature, &len), CKR_DATA_INVALID,
		CKR_DATA_LEN_RANGE);
}

static void pss_digest_length(void)
{
	CK_RSA_PKCS_PSS_PARAMS params = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_BYTE data[33] = {0}, signature[256];
	CK_ULONG len = sizeof signature;

	suite_needs(CKM_RSA_PKCS_PSS, CKF_SIGN);
	for (size_t size = 31; size <= 33; size += 2) {
		MUST_RV(signing(CKM_RSA_PKCS_PSS, &params, sizeof params, fixed_private(FIXED_RSA)),
			CKR_OK);
		EXPECT_RV(p11->C_Sign(session, data, size, signature, &len), CKR_DATA_LEN_RANGE);
	}
}

/* CKM_ECDSA takes a digest of any length, of which the left bits count. */
static void ecdsa_digest_lengths(void)
{
	static const size_t sizes[] = {1, 20, 31, 33, 64};
	static const struct row plain = {"", CKM_ECDSA, FIXED_P256, ECDSA, NULL, {0}, NULL, NULL};
	CK_BYTE data[64], signature[64];
	CK_OBJECT_HANDLE key = fixed_private(FIXED_P256);
	CK_ULONG len;

	fill(data, sizeof data, 10);
	for (int i = 0; i < 5; i++) {
		suite_note("%zu bytes", sizes[i]);
		len = sizeof signature;
		MUST_RV(signing(CKM_ECDSA, NULL, 0, key), CKR_OK);
		EXPECT_RV(p11->C_Sign(session, data, sizes[i], signature, &len), CKR_OK);
		EXPECT(openssl_verifies(&plain, data, sizes[i], signature, len));
	}
}

static void active_and_nulls(void)
{
	CK_OBJECT_HANDLE key = fixed_private(FIXED_P256), public = fixed_public(FIXED_P256);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
	CK_BYTE data[32] = {0}, signature[64];
	CK_ULONG len = sizeof signature;

	EXPECT_RV(p11->C_SignInit(session, NULL, key), CKR_ARGUMENTS_BAD, CKR_OK,
		CKR_OPERATION_NOT_INITIALIZED);
	MUST_RV(p11->C_SignInit(session, &ecdsa, key), CKR_OK);
	REFUSES(p11->C_SignInit(session, &ecdsa, key), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_Sign(session, data, 32, signature, NULL), CKR_ARGUMENTS_BAD);
	MUST_RV(p11->C_SignInit(session, &ecdsa, key), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, NULL, 32, signature, &len), CKR_ARGUMENTS_BAD);
	MUST_RV(p11->C_VerifyInit(session, &ecdsa, public), CKR_OK);
	REFUSES(p11->C_VerifyInit(session, &ecdsa, public), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_Verify(session, data, 32, NULL, 64), CKR_ARGUMENTS_BAD);
	MUST_RV(p11->C_VerifyInit(session, &ecdsa, public), CKR_OK);
	EXPECT_RV(p11->C_Verify(session, NULL, 32, signature, 64), CKR_ARGUMENTS_BAD);
}

/* "C_Sign cannot be used to terminate a multi-part operation." */
static void single_after_part(void)
{
	CK_BYTE data[32] = {0}, signature[256];
	CK_ULONG len = sizeof signature;

	MUST_RV(signing(CKM_SHA256_RSA_PKCS, NULL, 0, fixed_private(FIXED_RSA)), CKR_OK);
	MUST_RV(p11->C_SignUpdate(session, data, 32), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, 32, signature, &len), CKR_OPERATION_ACTIVE,
		CKR_OPERATION_NOT_INITIALIZED, CKR_FUNCTION_FAILED);
}

/* 3.0: C_SignInit without a mechanism ends what is active. */
static void cancel_by_init(void)
{
	CK_OBJECT_HANDLE key = fixed_private(FIXED_P256);
	CK_BYTE data[32] = {0}, signature[64];
	CK_ULONG len = sizeof signature;

	if (!suite_symbol("C_GetInterface"))
		suite_absent("");
	MUST_RV(signing(CKM_ECDSA, NULL, 0, key), CKR_OK);
	EXPECT_RV(p11->C_SignInit(session, NULL, CK_INVALID_HANDLE), CKR_OK);
	EXPECT_RV(p11->C_Sign(session, data, 32, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void recover(void)
{
	CK_MECHANISM rsa = {CKM_RSA_PKCS, NULL, 0};
	struct template private = {0}, public = {0};
	CK_BYTE data[40], signature[256], back[256];
	CK_ULONG len = 0, back_len = 0;
	CK_OBJECT_HANDLE key, verifier;

	suite_needs(CKM_RSA_PKCS, CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER);
	fixed_private_template(FIXED_RSA, &private);
	with_truth(&private, CKA_SIGN_RECOVER, true);
	fixed_public_template(FIXED_RSA, &public);
	with_truth(&public, CKA_VERIFY_RECOVER, true);
	key = create(&private);
	verifier = create(&public);
	fill(data, sizeof data, 11);
	MUST_RV(p11->C_SignRecoverInit(session, &rsa, key), CKR_OK);
	EXPECT_RV(p11->C_SignRecover(session, data, sizeof data, NULL, &len), CKR_OK);
	EXPECT(len == 256);
	len = 255;
	EXPECT_RV(p11->C_SignRecover(session, data, sizeof data, signature, &len),
		CKR_BUFFER_TOO_SMALL);
	MUST_RV(p11->C_SignRecover(session, data, sizeof data, signature, &len), CKR_OK);
	EXPECT(openssl_verifies(&rows[0], data, sizeof data, signature, len));
	MUST_RV(p11->C_VerifyRecoverInit(session, &rsa, verifier), CKR_OK);
	EXPECT_RV(p11->C_VerifyRecover(session, signature, len, NULL, &back_len), CKR_OK);
	EXPECT(back_len >= sizeof data);
	back_len = sizeof back;
	MUST_RV(p11->C_VerifyRecover(session, signature, len, back, &back_len), CKR_OK);
	EXPECT(back_len == sizeof data && memcmp(back, data, back_len) == 0);
	signature[0] ^= 1;
	MUST_RV(p11->C_VerifyRecoverInit(session, &rsa, verifier), CKR_OK);
	back_len = sizeof back;
	EXPECT_RV(p11->C_VerifyRecover(session, signature, len, back, &back_len),
		CKR_SIGNATURE_INVALID);
	MUST_RV(p11->C_VerifyRecoverInit(session, &rsa, verifier), CKR_OK);
	EXPECT_RV(p11->C_VerifyRecover(session, signature, 255, back, &back_len),
		CKR_SIGNATURE_LEN_RANGE);
	REFUSES(p11->C_SignRecoverInit(session, &rsa, fixed_private(FIXED_P256)),
		CKR_KEY_TYPE_INCONSISTENT);
}

/* RFC 8032, 7.1 test 2, 7.4 with a context, and 7.2 and 7.5: Ed25519ctx, Ed25519ph, Ed448ph. */
static void eddsa_row(enum fixed kind, const char *private_hex, const char *public_hex,
	const CK_EDDSA_PARAMS *params, const char *message, const char *signature_hex)
{
	struct bytes private = unhex(private_hex), public = unhex(public_hex),
		     data = unhex(message);
	struct bytes curve = fixed_params(kind), wanted = unhex(signature_hex);
	CK_MECHANISM mechanism = {
		CKM_EDDSA, (void *)(uintptr_t)params, params ? sizeof *params : 0};
	struct template template = {0}, verifier = {0};
	CK_BYTE got[120];
	CK_ULONG len = sizeof got;

	(void)public;
	suite_needs(CKM_EDDSA, CKF_SIGN | CKF_VERIFY);
	with_number(&template, CKA_CLASS, CKO_PRIVATE_KEY);
	with_number(&template, CKA_KEY_TYPE, CKK_EC_EDWARDS);
	with_truth(&template, CKA_SIGN, true);
	with_truth(&template, CKA_TOKEN, false);
	with_bytes(&template, CKA_EC_PARAMS, curve.at, curve.len);
	with_bytes(&template, CKA_VALUE, private.at, private.len);
	MUST_RV(p11->C_SignInit(session, &mechanism, create(&template)), CKR_OK);
	MUST_RV(p11->C_Sign(session, data.at, data.len, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	memmove(public.at + 2, public.at, public.len);
	public.at[0] = 0x04;
	public.at[1] = (CK_BYTE) public.len;
	public.len += 2;
	with_number(&verifier, CKA_CLASS, CKO_PUBLIC_KEY);
	with_number(&verifier, CKA_KEY_TYPE, CKK_EC_EDWARDS);
	with_truth(&verifier, CKA_VERIFY, true);
	with_truth(&verifier, CKA_TOKEN, false);
	with_bytes(&verifier, CKA_EC_PARAMS, curve.at, curve.len);
	with_bytes(&verifier, CKA_EC_POINT, public.at, public.len);
	MUST_RV(p11->C_VerifyInit(session, &mechanism, create(&verifier)), CKR_OK);
	EXPECT_RV(p11->C_Verify(session, data.at, data.len, wanted.at, wanted.len), CKR_OK);
}

static void ed25519_vector(void)
{
	eddsa_row(FIXED_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", NULL, "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

static void ed448_vector(void)
{
	static const CK_EDDSA_PARAMS pure = {CK_FALSE, 0, NULL};

	eddsa_row(FIXED_ED448,
		"c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a"
		"fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
		"43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
		"6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
		&pure, "03",
		"26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
		"2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
		"cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
		"f3348ab21aa4adafd1d234441cf807c03a00");
}

static const struct suite_check checks[] = {
	{"bad_mechanism", USER, bad_mechanism},
	{"pss_parameters", USER, pss_parameters},
	{"pss_salt_too_long", USER, pss_salt_too_long},
	{"pss_digest_length", USER, pss_digest_length},
	{"unwanted_parameter", USER, unwanted_parameter},
	{"rsa_pkcs_longest", USER, rsa_pkcs_longest},
	{"rsa_x_509_longest", USER, rsa_x_509_longest},
	{"rsa_x_509_too_great", USER, rsa_x_509_too_great},
	{"ecdsa_digest_lengths", USER, ecdsa_digest_lengths},
	{"active_and_nulls", USER, active_and_nulls},
	{"single_after_part", USER, single_after_part},
	{"cancel_by_init", USER, cancel_by_init},
	{"recover", USER, recover},
	{"ed25519_vector", USER, ed25519_vector},
	{"ed448_vector", USER, ed448_vector},
};

void suite_sign(void)
{
	SUITE_ADD("sign", checks);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		suite_add_row("sign", row->name, "ours_to_openssl", USER, ours_to_openssl, row);
		suite_add_row("sign", row->name, "openssl_to_ours", USER, openssl_to_ours, row);
		suite_add_row("sign", row->name, "sizes", USER, sign_sizes, row);
		suite_add_row("sign", row->name, "forged", USER, forged, row);
		suite_add_row("sign", row->name, "key_handle", USER, key_handle, row);
		suite_add_row("sign", row->name, "init_errors", USER, init_errors, row);
		if (!row->hash)
			continue;
		suite_add_row("sign", row->name, "sign_parts", USER, sign_parts, row);
		suite_add_row("sign", row->name, "verify_parts", USER, verify_parts, row);
	}
}
