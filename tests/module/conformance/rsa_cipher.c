/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 6.1: encryption by RSA, by the module and by libcrypto. */
#include <openssl/rsa.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

struct row {
	const char *name;
	CK_MECHANISM_TYPE type;
	CK_RSA_PKCS_OAEP_PARAMS oaep;
	const char *hash, *mgf_hash;
	size_t most; /* bytes of data */
};
#define LABEL (void *)(uintptr_t)label_text, sizeof label_text - 1
#define NONE NULL, 0
static const char label_text[] = "a label";
#define OAEP(lower, type, mgf, label, hash, mgf_hash, most)                                       \
	{                                                                                         \
		lower, CKM_RSA_PKCS_OAEP, {type, mgf, CKZ_DATA_SPECIFIED, label}, hash, mgf_hash, \
			most                                                                      \
	}
static const struct row rows[] = {
	/* clang-format off */
	{"rsa_pkcs", CKM_RSA_PKCS, {0}, NULL, NULL, 245},
	{"rsa_x_509", CKM_RSA_X_509, {0}, NULL, NULL, 256},
	OAEP("oaep_sha1", CKM_SHA_1, CKG_MGF1_SHA1, NONE, "SHA1", "SHA1", 214),
	OAEP("oaep_sha1_label", CKM_SHA_1, CKG_MGF1_SHA1, LABEL, "SHA1", "SHA1", 214),
	OAEP("oaep_sha224", CKM_SHA224, CKG_MGF1_SHA224, NONE, "SHA224", "SHA224", 198),
	OAEP("oaep_sha256", CKM_SHA256, CKG_MGF1_SHA256, NONE, "SHA256", "SHA256", 190),
	OAEP("oaep_sha256_label", CKM_SHA256, CKG_MGF1_SHA256, LABEL, "SHA256", "SHA256", 190),
	OAEP("oaep_sha256_mgf_sha1", CKM_SHA256, CKG_MGF1_SHA1, NONE, "SHA256", "SHA1", 190),
	OAEP("oaep_sha384", CKM_SHA384, CKG_MGF1_SHA384, NONE, "SHA384", "SHA384", 158),
	OAEP("oaep_sha512", CKM_SHA512, CKG_MGF1_SHA512, LABEL, "SHA512", "SHA512", 126),
	OAEP("oaep_sha3_256", CKM_SHA3_256, CKG_MGF1_SHA3_256, NONE, "SHA3-256", "SHA3-256", 190),
	OAEP("oaep_sha3_512", CKM_SHA3_512, CKG_MGF1_SHA3_512, NONE, "SHA3-512", "SHA3-512", 126),
	/* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

static CK_MECHANISM say(const struct row *row)
{
	if (row->type != CKM_RSA_PKCS_OAEP)
		return (CK_MECHANISM){row->type, NULL, 0};
	return (CK_MECHANISM){row->type, (void *)(uintptr_t)&row->oaep, sizeof row->oaep};
}

/* Ends the check when the module knows OAEP but not by these hashes, which it says of the
 * parameters. */
static void needs(const struct row *row)
{
	CK_MECHANISM mechanism = say(row);

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	if (row->type != CKM_RSA_PKCS_OAEP)
		return;
	if (p11->C_EncryptInit(session, &mechanism, fixed_public(FIXED_RSA)) != CKR_OK)
		suite_absent("    the module has not these parameters\n");
	session = suite_open(CKF_RW_SESSION);
}

static EVP_PKEY_CTX *openssl_context(const struct row *row, int (*init)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(fixed_openssl(FIXED_RSA), NULL);

	MUST(init(context) == 1);
	if (row->type == CKM_RSA_PKCS)
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING);
	else if (row->type == CKM_RSA_X_509)
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING);
	else {
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING);
		EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_get_digestbyname(row->hash));
		EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_get_digestbyname(row->mgf_hash));
		if (row->oaep.ulSourceDataLen)
			EVP_PKEY_CTX_set0_rsa_oaep_label(context, OPENSSL_strdup(label_text),
				(int)row->oaep.ulSourceDataLen);
	}
	return context;
}

static const size_t tried[] = {0, 1, 16, 100, 1000};

static void ours_to_openssl(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_BYTE data[256], made[256], back[256];
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *context;
	CK_ULONG len;
	size_t size, back_len;

	needs(row);
	key = fixed_public(FIXED_RSA);
	fill(data, sizeof data, 40);
	data[0] = 0;
	for (size_t i = 0; i < 5; i++) {
		size = tried[i] < row->most ? tried[i] : row->most;
		if (size == 0 && row->type == CKM_RSA_X_509)
			continue;
		suite_note("%zu bytes", size);
		len = sizeof made;
		MUST_RV(p11->C_EncryptInit(session, &mechanism, key), CKR_OK);
		MUST_RV(p11->C_Encrypt(session, data, size, made, &len), CKR_OK);
		EXPECT(len == 256);
		context = openssl_context(row, EVP_PKEY_decrypt_init);
		back_len = sizeof back;
		EXPECT(EVP_PKEY_decrypt(context, back, &back_len, made, len) == 1);
		EVP_PKEY_CTX_free(context);
		if (row->type == CKM_RSA_X_509)
			EXPECT(back_len == 256 && memcmp(back + 256 - size, data, size) == 0);
		else
			EXPECT(back_len == size && memcmp(back, data, size) == 0);
	}
}

static void openssl_to_ours(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_BYTE data[256], made[256], back[256];
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *context;
	CK_ULONG len;
	size_t size, made_len;

	needs(row);
	key = fixed_private(FIXED_RSA);
	fill(data, sizeof data, 41);
	data[0] = 0;
	for (size_t i = 0; i < 5; i++) {
		size = tried[i] < row->most ? tried[i] : row->most;
		if (row->type == CKM_RSA_X_509)
			size = 256;
		suite_note("%zu bytes", size);
		context = openssl_context(row, EVP_PKEY_encrypt_init);
		made_len = sizeof made;
		MUST(EVP_PKEY_encrypt(context, made, &made_len, data, size) == 1);
		EVP_PKEY_CTX_free(context);
		len = sizeof back;
		MUST_RV(p11->C_DecryptInit(session, &mechanism, key), CKR_OK);
		MUST_RV(p11->C_Decrypt(session, made, made_len, back, &len), CKR_OK);
		EXPECT(len == size && memcmp(back, data, size) == 0);
	}
}

static void sizes(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_BYTE data[32], made[256], back[256];
	CK_ULONG len = 0;

	needs(row);
	fill(data, sizeof data, 42);
	MUST_RV(p11->C_EncryptInit(session, &mechanism, fixed_public(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, sizeof data, NULL, &len), CKR_OK);
	EXPECT(len == 256);
	len = 255;
	EXPECT_RV(p11->C_Encrypt(session, data, sizeof data, made, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len == 256);
	MUST_RV(p11->C_Encrypt(session, data, sizeof data, made, &len), CKR_OK);
	MUST_RV(p11->C_DecryptInit(session, &mechanism, fixed_private(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, made, 256, NULL, &len), CKR_OK);
	EXPECT(len >= sizeof data && len <= 256);
	len = 3;
	EXPECT_RV(p11->C_Decrypt(session, made, 256, back, &len), CKR_BUFFER_TOO_SMALL);
	len = sizeof back;
	MUST_RV(p11->C_Decrypt(session, made, 256, back, &len), CKR_OK);
	if (row->type != CKM_RSA_X_509)
		EXPECT(len == sizeof data && memcmp(back, data, len) == 0);
}

static void too_long(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_BYTE data[257] = {0}, made[256];
	CK_ULONG len = sizeof made;

	needs(row);
	MUST_RV(p11->C_EncryptInit(session, &mechanism, fixed_public(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, row->most + 1, made, &len), CKR_DATA_LEN_RANGE);
	MUST_RV(p11->C_DecryptInit(session, &mechanism, fixed_private(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, data, 257, made, &len), CKR_ENCRYPTED_DATA_LEN_RANGE);
	MUST_RV(p11->C_DecryptInit(session, &mechanism, fixed_private(FIXED_RSA)), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, data, 255, made, &len), CKR_ENCRYPTED_DATA_LEN_RANGE);
}

/* What was not encrypted for the key. Of PKCS#1 v1.5 a module may give random data instead of an
 * error. */
static void garbage(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	CK_BYTE data[256], back[256];
	CK_ULONG len = sizeof back;
	CK_RV rv;

	needs(row);
	fill(data, sizeof data, 43);
	data[0] = 0;
	MUST_RV(p11->C_DecryptInit(session, &mechanism, fixed_private(FIXED_RSA)), CKR_OK);
	rv = p11->C_Decrypt(session, data, 256, back, &len);
	if (row->type == CKM_RSA_PKCS)
		EXPECT_RV(rv, CKR_ENCRYPTED_DATA_INVALID, CKR_OK);
	else
		EXPECT_RV(rv, CKR_ENCRYPTED_DATA_INVALID);
}

static void init_errors(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = say(row);
	struct template public = {0}, private = {0};

	needs(row);
	REFUSES(p11->C_EncryptInit(session, &mechanism, fixed_public(FIXED_P256)),
		CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	REFUSES(p11->C_DecryptInit(session, &mechanism, fixed_private(FIXED_P256)),
		CKR_KEY_TYPE_INCONSISTENT, CKR_KEY_FUNCTION_NOT_PERMITTED);
	REFUSES(p11->C_EncryptInit(session, &mechanism, aes_key()), CKR_KEY_TYPE_INCONSISTENT);
	fixed_public_template(FIXED_RSA, &public);
	without(&public, CKA_ENCRYPT);
	with_truth(&public, CKA_ENCRYPT, false);
	REFUSES(p11->C_EncryptInit(session, &mechanism, create(&public)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	fixed_private_template(FIXED_RSA, &private);
	without(&private, CKA_DECRYPT);
	with_truth(&private, CKA_DECRYPT, false);
	REFUSES(p11->C_DecryptInit(session, &mechanism, create(&private)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
}

static CK_RV by_oaep(const CK_RSA_PKCS_OAEP_PARAMS *params, size_t len)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, (void *)(uintptr_t)params, len};

	return p11->C_EncryptInit(session, &mechanism, fixed_public(FIXED_RSA));
}

static void oaep_parameters(void)
{
	static const CK_RSA_PKCS_OAEP_PARAMS good = {
		CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
	CK_RSA_PKCS_OAEP_PARAMS bad = good;

	suite_needs(CKM_RSA_PKCS_OAEP, CKF_ENCRYPT);
	REFUSES(by_oaep(NULL, 0), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	REFUSES(by_oaep(&good, sizeof good - 1), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	bad.hashAlg = CKM_RSA_PKCS;
	REFUSES(by_oaep(&bad, sizeof bad), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	bad = good;
	bad.mgf = 77;
	REFUSES(by_oaep(&bad, sizeof bad), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	bad = good;
	bad.source = 9;
	REFUSES(by_oaep(&bad, sizeof bad), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	bad = good;
	bad.ulSourceDataLen = 7;
	REFUSES(by_oaep(&bad, sizeof bad), CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	EXPECT_RV(by_oaep(&good, sizeof good), CKR_OK);
}

static const struct suite_check checks[] = {
	{"oaep_parameters", USER, oaep_parameters},
};

void suite_rsa_cipher(void)
{
	SUITE_ADD("rsa_cipher", checks);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		suite_add_row(
			"rsa_cipher", row->name, "ours_to_openssl", USER, ours_to_openssl, row);
		suite_add_row(
			"rsa_cipher", row->name, "openssl_to_ours", USER, openssl_to_ours, row);
		suite_add_row("rsa_cipher", row->name, "sizes", USER, sizes, row);
		suite_add_row("rsa_cipher", row->name, "too_long", USER, too_long, row);
		suite_add_row("rsa_cipher", row->name, "init_errors", USER, init_errors, row);
		if (row->type != CKM_RSA_X_509)
			suite_add_row("rsa_cipher", row->name, "garbage", USER, garbage, row);
	}
}
