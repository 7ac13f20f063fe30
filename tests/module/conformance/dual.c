/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.17: two operations on the same data. */
#include <string.h>

#include "tests/module/conformance/keys.h"

#define STEP 37
static CK_BYTE data[500], encrypted[600], back[600];
static CK_ULONG encrypted_len;
static CK_BYTE iv[16] = {4};
static CK_MECHANISM cbc = {CKM_AES_CBC_PAD, iv, sizeof iv}, sha256 = {CKM_SHA256, NULL, 0},
		    hmac = {CKM_SHA256_HMAC, NULL, 0};

typedef CK_RV (*update)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR);

static void needs(void)
{
	CK_TOKEN_INFO info;

	MUST_RV(p11->C_GetTokenInfo(slot, &info), CKR_OK);
	if (!(info.flags & CKF_DUAL_CRYPTO_OPERATIONS))
		suite_absent("");
	suite_needs(CKM_AES_CBC_PAD, CKF_ENCRYPT | CKF_DECRYPT);
	fill(data, sizeof data, 80);
}

static CK_ULONG all(update function, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out)
{
	CK_ULONG have = 0, some;

	for (CK_ULONG at = 0; at < len; at += STEP) {
		some = 600 - have;
		MUST_RV(function(session, (CK_BYTE *)(uintptr_t)in + at,
				at + STEP < len ? STEP : len - at, out + have, &some),
			CKR_OK);
		have += some;
	}
	return have;
}

/* What it encrypts is in encrypted. */
static void plainly(CK_OBJECT_HANDLE key)
{
	encrypted_len = sizeof encrypted;
	MUST_RV(p11->C_EncryptInit(session, &cbc, key), CKR_OK);
	MUST_RV(p11->C_Encrypt(session, data, sizeof data, encrypted, &encrypted_len), CKR_OK);
}

static void digest_encrypt(void)
{
	CK_BYTE made[600], digest[32], wanted[32];
	CK_ULONG have, len = sizeof made, digest_len = 32;
	CK_OBJECT_HANDLE key;

	needs();
	key = aes_key();
	plainly(key);
	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	MUST_RV(p11->C_EncryptInit(session, &cbc, key), CKR_OK);
	have = all(p11->C_DigestEncryptUpdate, data, sizeof data, made);
	len -= have;
	MUST_RV(p11->C_EncryptFinal(session, made + have, &len), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, digest, &digest_len), CKR_OK);
	EVP_Digest(data, sizeof data, wanted, NULL, EVP_sha256(), NULL);
	EXPECT(have + len == encrypted_len && memcmp(made, encrypted, encrypted_len) == 0);
	EXPECT(memcmp(digest, wanted, 32) == 0);
}

static void decrypt_digest(void)
{
	CK_BYTE digest[32], wanted[32];
	CK_ULONG have, len, digest_len = 32;
	CK_OBJECT_HANDLE key;

	needs();
	key = aes_key();
	plainly(key);
	MUST_RV(p11->C_DecryptInit(session, &cbc, key), CKR_OK);
	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	have = all(p11->C_DecryptDigestUpdate, encrypted, encrypted_len, back);
	len = sizeof back - have;
	MUST_RV(p11->C_DecryptFinal(session, back + have, &len), CKR_OK);
	EXPECT(have + len == sizeof data && memcmp(back, data, sizeof data) == 0);
	/* what C_DecryptFinal gave out was not digested: the application does that */
	MUST_RV(p11->C_DigestUpdate(session, back + have, len), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, digest, &digest_len), CKR_OK);
	EVP_Digest(data, sizeof data, wanted, NULL, EVP_sha256(), NULL);
	EXPECT(memcmp(digest, wanted, 32) == 0);
}

static void sign_encrypt_decrypt_verify(void)
{
	CK_BYTE made[600], mac[32];
	CK_ULONG have, len = sizeof made, mac_len = 32;
	CK_OBJECT_HANDLE key, mac_key;
	struct bytes secret = {.len = 64};

	needs();
	fill(secret.at, secret.len, 81);
	key = aes_key();
	mac_key = secret_key(CKK_GENERIC_SECRET, secret.at, secret.len);
	plainly(key);
	MUST_RV(p11->C_SignInit(session, &hmac, mac_key), CKR_OK);
	MUST_RV(p11->C_EncryptInit(session, &cbc, key), CKR_OK);
	have = all(p11->C_SignEncryptUpdate, data, sizeof data, made);
	len -= have;
	MUST_RV(p11->C_EncryptFinal(session, made + have, &len), CKR_OK);
	MUST_RV(p11->C_SignFinal(session, mac, &mac_len), CKR_OK);
	EXPECT(have + len == encrypted_len && memcmp(made, encrypted, encrypted_len) == 0);
	MUST_RV(p11->C_DecryptInit(session, &cbc, key), CKR_OK);
	MUST_RV(p11->C_VerifyInit(session, &hmac, mac_key), CKR_OK);
	have = all(p11->C_DecryptVerifyUpdate, encrypted, encrypted_len, back);
	len = sizeof back - have;
	MUST_RV(p11->C_DecryptFinal(session, back + have, &len), CKR_OK);
	EXPECT(have + len == sizeof data && memcmp(back, data, sizeof data) == 0);
	MUST_RV(p11->C_VerifyUpdate(session, back + have, len), CKR_OK);
	EXPECT_RV(p11->C_VerifyFinal(session, mac, mac_len), CKR_OK);
}

static void one_is_not_enough(void)
{
	CK_ULONG len = sizeof encrypted;

	needs();
	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(p11->C_DigestEncryptUpdate(session, data, 16, encrypted, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	session = suite_open(0);
	MUST_RV(p11->C_EncryptInit(session, &cbc, aes_key()), CKR_OK);
	EXPECT_RV(p11->C_DigestEncryptUpdate(session, data, 16, encrypted, &len),
		CKR_OPERATION_NOT_INITIALIZED);
}

static void too_small(void)
{
	CK_BYTE made[600], digest[32], wanted[32];
	CK_ULONG have, len = 0, digest_len = 32;

	needs();
	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	MUST_RV(p11->C_EncryptInit(session, &cbc, aes_key()), CKR_OK);
	EXPECT_RV(p11->C_DigestEncryptUpdate(session, data, 64, NULL, &len), CKR_OK);
	EXPECT(len >= 48);
	len = 3;
	EXPECT_RV(p11->C_DigestEncryptUpdate(session, data, 64, made, &len), CKR_BUFFER_TOO_SMALL);
	/* neither of the two has taken anything yet */
	have = all(p11->C_DigestEncryptUpdate, data, sizeof data, made);
	len = sizeof made - have;
	MUST_RV(p11->C_EncryptFinal(session, made + have, &len), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, digest, &digest_len), CKR_OK);
	EVP_Digest(data, sizeof data, wanted, NULL, EVP_sha256(), NULL);
	EXPECT(memcmp(digest, wanted, 32) == 0);
}

static const struct suite_check checks[] = {
	{"digest_encrypt", USER, digest_encrypt},
	{"decrypt_digest", USER, decrypt_digest},
	{"sign_encrypt_decrypt_verify", USER, sign_encrypt_decrypt_verify},
	{"one_is_not_enough", USER, one_is_not_enough},
	{"too_small", USER, too_small},
};

void suite_dual(void)
{
	SUITE_ADD("dual", checks);
}
