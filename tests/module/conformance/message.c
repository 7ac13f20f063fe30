/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.9, 5.11, 5.14 and 5.16: operations on messages, each with parameters of its own.
 */
#include <string.h>

#include "tests/module/conformance/keys.h"

static CK_FUNCTION_LIST_3_0 *f;
static CK_BYTE data[100], aad[20], iv[12], tag[16];
static CK_MECHANISM gcm = {CKM_AES_GCM, NULL, 0};

static CK_GCM_MESSAGE_PARAMS params(void)
{
	return (CK_GCM_MESSAGE_PARAMS){iv, sizeof iv, 0, CKG_NO_GENERATE, tag, 128};
}

static void needs(CK_MECHANISM_TYPE type, CK_FLAGS flags)
{
	f = suite_list_3_0();
	suite_needs(type, flags);
	fill(data, sizeof data, 90);
	fill(aad, sizeof aad, 91);
	fill(iv, sizeof iv, 92);
}

static void needs_gcm(void)
{
	needs(CKM_AES_GCM, CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT);
}

static void openssl_gcm(CK_BYTE *ret, CK_BYTE *ret_tag)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len;

	MUST(EVP_EncryptInit_ex(
		context, EVP_aes_128_gcm(), NULL, (const unsigned char *)"sixteen bytes...", iv));
	MUST(EVP_EncryptUpdate(context, NULL, &len, aad, sizeof aad));
	MUST(EVP_EncryptUpdate(context, ret, &len, data, sizeof data));
	MUST(EVP_EncryptFinal_ex(context, ret + len, &len));
	MUST(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, ret_tag));
	EVP_CIPHER_CTX_free(context);
}

/* Messages one after another: as libcrypto does them, and back. */
static void gcm_messages(void)
{
	CK_BYTE made[100], wanted[100], wanted_tag[16], back[100];
	CK_GCM_MESSAGE_PARAMS said;
	CK_OBJECT_HANDLE key;
	CK_ULONG len;

	needs_gcm();
	key = aes_key();
	MUST_RV(f->C_MessageEncryptInit(session, &gcm, key), CKR_OK);
	MUST_RV(f->C_MessageDecryptInit(session, &gcm, key), CKR_OK, CKR_OPERATION_ACTIVE);
	for (int i = 0; i < 3; i++) {
		suite_note("message %d", i);
		iv[0] = (CK_BYTE)i;
		said = params();
		openssl_gcm(wanted, wanted_tag);
		len = sizeof made;
		MUST_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
				sizeof data, made, &len),
			CKR_OK);
		EXPECT(len == sizeof data && memcmp(made, wanted, len) == 0);
		EXPECT(memcmp(tag, wanted_tag, sizeof tag) == 0);
	}
	EXPECT_RV(f->C_MessageEncryptFinal(session), CKR_OK);
	EXPECT_RV(f->C_MessageEncryptFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	session = suite_open(0);
	MUST_RV(f->C_MessageDecryptInit(session, &gcm, key), CKR_OK);
	len = sizeof back;
	MUST_RV(f->C_DecryptMessage(session, &said, sizeof said, aad, sizeof aad, made, sizeof made,
			back, &len),
		CKR_OK);
	EXPECT(len == sizeof data && memcmp(back, data, len) == 0);
	tag[3] ^= 1;
	len = sizeof back;
	EXPECT_RV(f->C_DecryptMessage(session, &said, sizeof said, aad, sizeof aad, made,
			  sizeof made, back, &len),
		CKR_AEAD_DECRYPT_FAILED, CKR_ENCRYPTED_DATA_INVALID);
	/* a message that was bad is not the end of the messages */
	tag[3] ^= 1;
	len = sizeof back;
	EXPECT_RV(f->C_DecryptMessage(session, &said, sizeof said, aad, sizeof aad, made,
			  sizeof made, back, &len),
		CKR_OK);
	EXPECT_RV(f->C_MessageDecryptFinal(session), CKR_OK);
}

/* One message in parts. */
static void gcm_parts(void)
{
	CK_BYTE made[100], wanted[100], wanted_tag[16], back[100];
	CK_GCM_MESSAGE_PARAMS said;
	CK_OBJECT_HANDLE key;
	CK_ULONG len, have = 0;

	needs_gcm();
	if (!suite_lists(CKM_AES_GCM, CKF_MULTI_MESSAGE))
		suite_absent("");
	key = aes_key();
	said = params();
	openssl_gcm(wanted, wanted_tag);
	MUST_RV(f->C_MessageEncryptInit(session, &gcm, key), CKR_OK);
	MUST_RV(f->C_EncryptMessageBegin(session, &said, sizeof said, aad, sizeof aad), CKR_OK);
	for (size_t at = 0; at < sizeof data; at += 30) {
		size_t step = at + 30 < sizeof data ? 30 : sizeof data - at;

		len = sizeof made - have;
		MUST_RV(f->C_EncryptMessageNext(session, &said, sizeof said, data + at, step,
				made + have, &len,
				at + step == sizeof data ? CKF_END_OF_MESSAGE : 0),
			CKR_OK);
		have += len;
	}
	EXPECT(have == sizeof data && memcmp(made, wanted, have) == 0);
	EXPECT(memcmp(tag, wanted_tag, sizeof tag) == 0);
	EXPECT_RV(f->C_MessageEncryptFinal(session), CKR_OK);
	MUST_RV(f->C_MessageDecryptInit(session, &gcm, key), CKR_OK);
	MUST_RV(f->C_DecryptMessageBegin(session, &said, sizeof said, aad, sizeof aad), CKR_OK);
	have = 0;
	for (size_t at = 0; at < sizeof data; at += 50) {
		len = sizeof back - have;
		MUST_RV(f->C_DecryptMessageNext(session, &said, sizeof said, made + at, 50,
				back + have, &len, at == 50 ? CKF_END_OF_MESSAGE : 0),
			CKR_OK);
		have += len;
	}
	EXPECT(have == sizeof data && memcmp(back, data, have) == 0);
	EXPECT_RV(f->C_MessageDecryptFinal(session), CKR_OK);
}

/* The module makes the nonce, each time another, and leaves the fixed bits. */
static void gcm_generated(void)
{
	static const CK_GENERATOR_FUNCTION all[] = {
		CKG_GENERATE, CKG_GENERATE_COUNTER, CKG_GENERATE_RANDOM};
	CK_BYTE made[100], first[12];
	CK_GCM_MESSAGE_PARAMS said;
	CK_OBJECT_HANDLE key;
	CK_ULONG len;

	needs_gcm();
	key = aes_key();
	for (int i = 0; i < 3; i++) {
		suite_note("generator %lu", all[i]);
		said = params();
		said.ivGenerator = all[i];
		said.ulIvFixedBits = 32;
		MUST_RV(f->C_MessageEncryptInit(session, &gcm, key), CKR_OK);
		len = sizeof made;
		MUST_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
				sizeof data, made, &len),
			CKR_OK);
		memcpy(first, iv, sizeof first);
		len = sizeof made;
		MUST_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
				sizeof data, made, &len),
			CKR_OK);
		EXPECT(memcmp(first, iv, 4) == 0);
		EXPECT(memcmp(first, iv, sizeof first) != 0);
		MUST_RV(f->C_MessageEncryptFinal(session), CKR_OK);
	}
}

static void sizes(void)
{
	CK_BYTE made[100], wanted[100], wanted_tag[16];
	CK_GCM_MESSAGE_PARAMS said;
	CK_ULONG len = 0;

	needs_gcm();
	said = params();
	openssl_gcm(wanted, wanted_tag);
	MUST_RV(f->C_MessageEncryptInit(session, &gcm, aes_key()), CKR_OK);
	EXPECT_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
			  sizeof data, NULL, &len),
		CKR_OK);
	EXPECT(len >= sizeof data && len <= sizeof data + 32);
	len = 10;
	EXPECT_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
			  sizeof data, made, &len),
		CKR_BUFFER_TOO_SMALL);
	len = sizeof made;
	EXPECT_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data,
			  sizeof data, made, &len),
		CKR_OK);
	EXPECT(memcmp(made, wanted, sizeof made) == 0);
}

static void errors(void)
{
	CK_MECHANISM digest = {CKM_SHA256, NULL, 0};
	CK_GCM_MESSAGE_PARAMS said;
	struct template no_encrypt = {0};
	CK_BYTE made[100];
	CK_ULONG len = sizeof made;
	CK_OBJECT_HANDLE key;

	needs_gcm();
	said = params();
	key = aes_key();
	EXPECT_RV(f->C_EncryptMessage(session, &said, sizeof said, NULL, 0, data, 16, made, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	EXPECT_RV(f->C_DecryptMessage(session, &said, sizeof said, NULL, 0, data, 16, made, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	EXPECT_RV(f->C_EncryptMessageNext(session, &said, sizeof said, data, 16, made, &len, 0),
		CKR_OPERATION_NOT_INITIALIZED);
	EXPECT_RV(f->C_MessageEncryptInit(session, &digest, key), CKR_MECHANISM_INVALID);
	EXPECT_RV(f->C_MessageEncryptInit(session, &gcm, 987654), CKR_KEY_HANDLE_INVALID);
	EXPECT_RV(f->C_MessageEncryptInit(session, &gcm, fixed_public(FIXED_RSA)),
		CKR_KEY_TYPE_INCONSISTENT);
	EXPECT_RV(f->C_MessageEncryptInit(session + 999, &gcm, key), CKR_SESSION_HANDLE_INVALID);
	secret_template(&no_encrypt, CKK_AES, "sixteen bytes...", 16);
	without(&no_encrypt, CKA_ENCRYPT);
	with_truth(&no_encrypt, CKA_ENCRYPT, false);
	EXPECT_RV(f->C_MessageEncryptInit(session, &gcm, create(&no_encrypt)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	MUST_RV(f->C_MessageEncryptInit(session, &gcm, key), CKR_OK);
	EXPECT_RV(f->C_MessageEncryptInit(session, &gcm, key), CKR_OPERATION_ACTIVE);
	EXPECT_RV(f->C_EncryptMessageNext(session, &said, sizeof said, data, 16, made, &len, 0),
		CKR_OPERATION_NOT_INITIALIZED);
	EXPECT_RV(f->C_EncryptMessage(session, NULL, 0, NULL, 0, data, 16, made, &len),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	EXPECT_RV(f->C_EncryptMessage(session, &said, 3, NULL, 0, data, 16, made, &len),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	EXPECT_RV(f->C_SessionCancel(session, CKF_MESSAGE_ENCRYPT), CKR_OK);
	EXPECT_RV(f->C_MessageEncryptFinal(session), CKR_OPERATION_NOT_INITIALIZED);
}

static void chacha_messages(void)
{
	CK_BYTE key_bytes[32], made[100], wanted[100], wanted_tag[16];
	CK_MECHANISM chacha = {CKM_CHACHA20_POLY1305, NULL, 0};
	CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS said = {iv, sizeof iv, tag};
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	CK_ULONG len = sizeof made;
	int some;

	needs(CKM_CHACHA20_POLY1305, CKF_MESSAGE_ENCRYPT);
	fill(key_bytes, sizeof key_bytes, 93);
	MUST(EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), NULL, key_bytes, iv));
	MUST(EVP_EncryptUpdate(context, NULL, &some, aad, sizeof aad));
	MUST(EVP_EncryptUpdate(context, wanted, &some, data, sizeof data));
	MUST(EVP_EncryptFinal_ex(context, wanted + some, &some));
	MUST(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, wanted_tag));
	EVP_CIPHER_CTX_free(context);
	MUST_RV(f->C_MessageEncryptInit(
			session, &chacha, secret_key(CKK_CHACHA20, key_bytes, sizeof key_bytes)),
		CKR_OK);
	MUST_RV(f->C_EncryptMessage(session, &said, sizeof said, aad, sizeof aad, data, sizeof data,
			made, &len),
		CKR_OK);
	EXPECT(len == sizeof data && memcmp(made, wanted, len) == 0);
	EXPECT(memcmp(tag, wanted_tag, sizeof tag) == 0);
}

/* Signatures over messages, by a MAC and by a key pair. */
static void sign_and_verify(
	CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE signer, CK_OBJECT_HANDLE verifier)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE signature[300];
	CK_ULONG len;

	MUST_RV(f->C_MessageSignInit(session, &mechanism, signer), CKR_OK);
	for (size_t size = 1; size <= sizeof data; size += 33) {
		CK_SESSION_HANDLE other = suite_open(0);

		suite_note("mechanism 0x%lx, %zu bytes", type, size);
		len = 0;
		EXPECT_RV(f->C_SignMessage(session, NULL, 0, data, size, NULL, &len), CKR_OK);
		EXPECT(len > 0);
		len = 3;
		EXPECT_RV(f->C_SignMessage(session, NULL, 0, data, size, signature, &len),
			CKR_BUFFER_TOO_SMALL);
		len = sizeof signature;
		MUST_RV(f->C_SignMessage(session, NULL, 0, data, size, signature, &len), CKR_OK);
		MUST_RV(f->C_MessageVerifyInit(other, &mechanism, verifier), CKR_OK);
		EXPECT_RV(f->C_VerifyMessage(other, NULL, 0, data, size, signature, len), CKR_OK);
		signature[0] ^= 1;
		EXPECT_RV(f->C_VerifyMessage(other, NULL, 0, data, size, signature, len),
			CKR_SIGNATURE_INVALID);
		EXPECT_RV(f->C_MessageVerifyFinal(other), CKR_OK);
	}
	EXPECT_RV(f->C_MessageSignFinal(session), CKR_OK);
	EXPECT_RV(f->C_MessageSignFinal(session), CKR_OPERATION_NOT_INITIALIZED);
}

static void sign_messages(void)
{
	needs(CKM_SHA256_RSA_PKCS, CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY);
	sign_and_verify(CKM_SHA256_RSA_PKCS, fixed_private(FIXED_RSA), fixed_public(FIXED_RSA));
	if (suite_lists(CKM_ECDSA_SHA256, CKF_MESSAGE_SIGN))
		sign_and_verify(
			CKM_ECDSA_SHA256, fixed_private(FIXED_P256), fixed_public(FIXED_P256));
}

static void mac_messages(void)
{
	CK_OBJECT_HANDLE key;
	struct bytes secret = {.len = 64};

	needs(CKM_SHA256_HMAC, CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY);
	key = secret_key(CKK_GENERIC_SECRET, secret.at, secret.len);
	sign_and_verify(CKM_SHA256_HMAC, key, key);
}

static void sign_parts(void)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[256], whole[256];
	CK_ULONG len = sizeof signature;

	needs(CKM_SHA256_RSA_PKCS, CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY | CKF_MULTI_MESSAGE);
	MUST_RV(f->C_MessageSignInit(session, &mechanism, fixed_private(FIXED_RSA)), CKR_OK);
	MUST_RV(f->C_SignMessage(session, NULL, 0, data, sizeof data, whole, &len), CKR_OK);
	MUST_RV(f->C_SignMessageBegin(session, NULL, 0), CKR_OK);
	MUST_RV(f->C_SignMessageNext(session, NULL, 0, data, 40, NULL, NULL), CKR_OK);
	len = sizeof signature;
	MUST_RV(f->C_SignMessageNext(session, NULL, 0, data + 40, 60, signature, &len), CKR_OK);
	EXPECT(len == 256 && memcmp(signature, whole, len) == 0);
	MUST_RV(f->C_MessageSignFinal(session), CKR_OK);
	MUST_RV(f->C_MessageVerifyInit(session, &mechanism, fixed_public(FIXED_RSA)), CKR_OK);
	MUST_RV(f->C_VerifyMessageBegin(session, NULL, 0), CKR_OK);
	MUST_RV(f->C_VerifyMessageNext(session, NULL, 0, data, 40, NULL, 0), CKR_OK);
	EXPECT_RV(f->C_VerifyMessageNext(session, NULL, 0, data + 40, 60, signature, len), CKR_OK);
	EXPECT_RV(f->C_MessageVerifyFinal(session), CKR_OK);
}

static const struct suite_check checks[] = {
	{"gcm_messages", USER, gcm_messages},
	{"gcm_parts", USER, gcm_parts},
	{"gcm_generated", USER, gcm_generated},
	{"sizes", USER, sizes},
	{"errors", USER, errors},
	{"chacha_messages", USER, chacha_messages},
	{"sign_messages", USER, sign_messages},
	{"mac_messages", USER, mac_messages},
	{"sign_parts", USER, sign_parts},
};

void suite_message(void)
{
	SUITE_ADD("message", checks);
}
