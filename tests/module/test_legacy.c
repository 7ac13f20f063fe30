/* SPDX-License-Identifier: ISC */
/* What is there where kc.conf allows the algorithms of yesterday, with OpenSSL as the judge. */
#include <openssl/evp.h>
#include <string.h>

#include "base/buf.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

static CK_BYTE text[64], iv[8];

static void listed(void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_FLAGS flags;
	} rows[] = {
		{CKM_MD5, CKF_DIGEST},
		{CKM_DES3_KEY_GEN, CKF_GENERATE},
		{CKM_DES3_CBC, CKF_ENCRYPT | CKF_DECRYPT | CKF_WRAP | CKF_UNWRAP},
		{CKM_MD5_HMAC, CKF_SIGN | CKF_VERIFY},
		{CKM_SHA1_RSA_PKCS, CKF_SIGN | CKF_VERIFY},
		{CKM_ECDSA_SHA1, CKF_SIGN | CKF_VERIFY},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM_TYPE list[256];
	CK_ULONG count = KC_COUNT_OF(list);
	CK_MECHANISM_INFO info;

	CHECK_RV(x.f->C_GetMechanismList(0, list, &count), CKR_OK);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		size_t at = 0;

		while (at < count && list[at] != rows[i].type)
			at++;
		CHECK(at < count);
		CHECK_RV(x.f->C_GetMechanismInfo(0, rows[i].type, &info), CKR_OK);
		CHECK((info.flags & rows[i].flags) == rows[i].flags);
	}
	CHECK_RV(x.f->C_GetMechanismInfo(0, CKM_RSA_PKCS, &info), CKR_OK);
	CHECK(info.ulMinKeySize == 1024);
	harness_end(&x);
}

static void md5(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM mechanism = {CKM_MD5, NULL, 0};
	unsigned char wanted[16];
	CK_BYTE out[16];
	CK_ULONG len = sizeof out;

	CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
	CHECK_RV(x.f->C_Digest(x.session, text, sizeof text, out, &len), CKR_OK);
	CHECK(EVP_Q_digest(NULL, "MD5", NULL, text, sizeof text, wanted, NULL) == 1);
	CHECK(len == 16 && memcmp(out, wanted, 16) == 0);
	harness_end(&x);
}

static void des3(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM cbc = {CKM_DES3_CBC_PAD, iv, sizeof iv}, short_iv = {CKM_DES3_CBC, iv, 7};
	CK_OBJECT_HANDLE key;
	CK_BYTE value[24], sealed[64], wanted[64], out[64];
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	CK_ULONG len = sizeof sealed, out_len = sizeof out;
	int made = 0, more = 0;

	for (size_t i = 0; i < sizeof value; i++) /* bytes of odd parity, three keys that differ */
		value[i] = (CK_BYTE)(0x01 | (i / 8) << 4 | (i / 8) << 5);
	value[0] = 0x10;
	key = keys_secret(&x, CKK_DES3, KC_BYTES_OF(value));
	CHECK_RV(x.f->C_EncryptInit(x.session, &short_iv, key), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_Encrypt(x.session, text, 37, sealed, &len), CKR_OK);
	CHECK(EVP_EncryptInit_ex2(ctx, EVP_des_ede3_cbc(), value, iv, NULL) == 1);
	CHECK(EVP_EncryptUpdate(ctx, wanted, &made, text, 37) == 1);
	CHECK(EVP_EncryptFinal_ex(ctx, wanted + made, &more) == 1);
	CHECK(len == 40 && made + more == 40 && memcmp(sealed, wanted, 40) == 0);
	CHECK_RV(x.f->C_DecryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_Decrypt(x.session, sealed, len, out, &out_len), CKR_OK);
	CHECK(out_len == 37 && memcmp(out, text, 37) == 0);
	EVP_CIPHER_CTX_free(ctx);
	harness_end(&x);
}

static void sha1_and_short_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM generate = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0},
		     sign = {CKM_SHA1_RSA_PKCS, NULL, 0};
	CK_ULONG bits = 1024;
	CK_ATTRIBUTE public[] = {ATTR(CKA_MODULUS_BITS, bits)};
	CK_OBJECT_HANDLE verifier, signer;
	CK_BYTE signature[128];
	CK_ULONG len = sizeof signature;

	CHECK_RV_FATAL(x.f->C_GenerateKeyPair(
			       x.session, &generate, public, 1, NULL, 0, &verifier, &signer),
		CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &sign, signer), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, text, sizeof text, signature, &len), CKR_OK);
	CHECK(len == 128);
	CHECK_RV(x.f->C_VerifyInit(x.session, &sign, verifier), CKR_OK);
	CHECK_RV(x.f->C_Verify(x.session, text, sizeof text, signature, len), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(listed),
		CHECK_TEST(md5),
		CHECK_TEST(des3),
		CHECK_TEST(sha1_and_short_keys),
	};
	int status;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 3);
	harness_start_with("allow-legacy = yes\n");
	status = check_main("module: legacy", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
