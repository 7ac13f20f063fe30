/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.8 and 5.10: encryption and decryption by secret keys. Vectors: SP 800-38A, SP
 * 800-38C, the GCM specification, RFC 8439.
 */
#include <stdio.h>
#include <string.h>

#include "tests/module/conformance/keys.h"

enum mode { ECB, CBC, PAD, CTR, GCM, CCM, CHACHA };

struct row {
	const char *name;
	CK_MECHANISM_TYPE type;
	CK_KEY_TYPE key_type;
	enum mode mode;
	const char *openssl; /* with the bits of the key where it says 000 */
	size_t block;
	const char *key, *iv, *aad, *plain, *wanted;
	size_t tag;
};
#define K128 "2b7e151628aed2a6abf7158809cf4f3c"
#define COUNT16 "000102030405060708090a0b0c0d0e0f"
#define BLOCKS "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
static const struct row rows[] = {
	/* clang-format off */
	{"aes_ecb", CKM_AES_ECB, CKK_AES, ECB, "AES-000-ECB", 16, K128, "", "", BLOCKS,
		"3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf", 0},
	{"aes_cbc", CKM_AES_CBC, CKK_AES, CBC, "AES-000-CBC", 16, K128, COUNT16, "", BLOCKS,
		"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2", 0},
	{"aes_cbc_256", CKM_AES_CBC, CKK_AES, CBC, "AES-000-CBC", 16,
		"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", COUNT16, "", BLOCKS,
		"f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d", 0},
	{"aes_cbc_pad", CKM_AES_CBC_PAD, CKK_AES, PAD, "AES-000-CBC", 16, K128, COUNT16, "", "6bc1bee22e409f96", NULL, 0},
	{"aes_ctr", CKM_AES_CTR, CKK_AES, CTR, "AES-000-CTR", 1, K128, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "", BLOCKS,
		"874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff", 0},
	{"aes_gcm", CKM_AES_GCM, CKK_AES, GCM, "AES-000-GCM", 1, "feffe9928665731c6d6a8f9467308308",
		"cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
		"b16aedf5aa0de657ba637b39",
		"42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
		"1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47", 16},
	{"aes_gcm_no_data", CKM_AES_GCM, CKK_AES, GCM, "AES-000-GCM", 1, "00000000000000000000000000000000",
		"000000000000000000000000", "", "", "58e2fccefa7e3061367f1d57a4e7455a", 16},
	{"aes_gcm_tag_96", CKM_AES_GCM, CKK_AES, GCM, "AES-000-GCM", 1, K128, "cafebabefacedbaddecaf888", "feed", BLOCKS,
		NULL, 12},
	{"aes_gcm_long_iv", CKM_AES_GCM, CKK_AES, GCM, "AES-000-GCM", 1, "feffe9928665731c6d6a8f9467308308",
		"9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0"
		"de6a57a637b39b", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
		"b16aedf5aa0de657ba637b39",
		"8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6f"
		"d62875d2aca417034c34aee5619cc5aefffe0bfa462af43c1699d050", 16},
	{"aes_ccm", CKM_AES_CCM, CKK_AES, CCM, "AES-000-CCM", 1, "404142434445464748494a4b4c4d4e4f", "10111213141516",
		"0001020304050607", "20212223", "7162015b4dac255d", 4},
	{"aes_ccm_12", CKM_AES_CCM, CKK_AES, CCM, "AES-000-CCM", 1, "404142434445464748494a4b4c4d4e4f",
		"101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
		"202122232425262728292a2b2c2d2e2f3031323334353637",
		"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8},
	{"chacha20_poly1305", CKM_CHACHA20_POLY1305, CKK_CHACHA20, CHACHA, "ChaCha20-Poly1305", 1,
		"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
		"50515253c0c1c2c3c4c5c6c7",
		"4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64"
		"206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f"
		"756c642062652069742e",
		"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a"
		"9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9d"
		"e576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691", 16},
	{"des3_ecb", CKM_DES3_ECB, CKK_DES3, ECB, "DES-EDE3", 8, "0123456789abcdef23456789abcdef01456789abcdef0123", "", "",
		"6bc1bee22e409f96", NULL, 0},
	{"des3_cbc", CKM_DES3_CBC, CKK_DES3, CBC, "DES-EDE3-CBC", 8, "0123456789abcdef23456789abcdef01456789abcdef0123",
		"0001020304050607", "", "6bc1bee22e409f96", NULL, 0},
	{"des3_cbc_pad", CKM_DES3_CBC_PAD, CKK_DES3, PAD, "DES-EDE3-CBC", 8,
		"0123456789abcdef23456789abcdef01456789abcdef0123", "0001020304050607", "", "6bc1bee22e", NULL, 0},
	/* clang-format on */
};
#define ROWS (sizeof rows / sizeof rows[0])

/* What a row's mechanism says. */
struct said {
	CK_MECHANISM mechanism;
	struct bytes iv, aad;
	CK_AES_CTR_PARAMS ctr;
	CK_GCM_PARAMS gcm;
	CK_CCM_PARAMS ccm;
	CK_SALSA20_CHACHA20_POLY1305_PARAMS chacha;
};

/* data_len is the plaintext's, which CCM wants to know. */
static CK_MECHANISM *say(const struct row *row, size_t data_len, struct said *said)
{
	CK_MECHANISM *mechanism = &said->mechanism;

	said->iv = unhex(row->iv);
	said->aad = unhex(row->aad);
	mechanism->mechanism = row->type;
	switch (row->mode) {
	case ECB:
		*mechanism = (CK_MECHANISM){row->type, NULL, 0};
		break;
	case CBC:
	case PAD:
		*mechanism = (CK_MECHANISM){row->type, said->iv.at, said->iv.len};
		break;
	case CTR:
		said->ctr.ulCounterBits = 128;
		memcpy(said->ctr.cb, said->iv.at, 16);
		*mechanism = (CK_MECHANISM){row->type, &said->ctr, sizeof said->ctr};
		break;
	case GCM:
		said->gcm = (CK_GCM_PARAMS){said->iv.at, said->iv.len, said->iv.len * 8,
			said->aad.len ? said->aad.at : NULL, said->aad.len, row->tag * 8};
		*mechanism = (CK_MECHANISM){row->type, &said->gcm, sizeof said->gcm};
		break;
	case CCM:
		said->ccm = (CK_CCM_PARAMS){
			data_len, said->iv.at, said->iv.len, said->aad.at, said->aad.len, row->tag};
		*mechanism = (CK_MECHANISM){row->type, &said->ccm, sizeof said->ccm};
		break;
	case CHACHA:
		said->chacha = (CK_SALSA20_CHACHA20_POLY1305_PARAMS){
			said->iv.at, said->iv.len * 8, said->aad.at, said->aad.len};
		said->chacha.ulNonceLen = said->iv.len;
		*mechanism = (CK_MECHANISM){row->type, &said->chacha, sizeof said->chacha};
		break;
	}
	return mechanism;
}

static size_t openssl_encrypts(const struct row *row, const struct bytes *key, const CK_BYTE *plain,
	size_t len, CK_BYTE *ret)
{
	struct bytes iv = unhex(row->iv), aad = unhex(row->aad);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	EVP_CIPHER *cipher;
	char name[40];
	int made = 0, rest = 0, aad_made;

	snprintf(name, sizeof name, "%s", row->openssl);
	if (strstr(name, "000")) /* AES: 128, 192, 256 */
		memcpy(strstr(name, "000"),
			key->len == 16	 ? "128"
			: key->len == 24 ? "192"
					 : "256",
			3);
	cipher = EVP_CIPHER_fetch(NULL, name, NULL);
	MUST(cipher != NULL);
	MUST(EVP_EncryptInit_ex2(context, cipher, NULL, NULL, NULL));
	if (row->tag)
		MUST(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)iv.len, NULL));
	if (row->mode == CCM)
		MUST(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)row->tag, NULL));
	MUST(EVP_EncryptInit_ex2(context, NULL, key->at, iv.len ? iv.at : NULL, NULL));
	EVP_CIPHER_CTX_set_padding(context, row->mode == PAD);
	if (row->mode == CCM)
		MUST(EVP_EncryptUpdate(context, NULL, &made, NULL, (int)len));
	if (row->tag)
		MUST(EVP_EncryptUpdate(context, NULL, &aad_made, aad.at, (int)aad.len));
	MUST(EVP_EncryptUpdate(context, ret, &made, plain, (int)len));
	MUST(EVP_EncryptFinal_ex(context, ret + made, &rest));
	made += rest;
	if (row->tag)
		MUST(EVP_CIPHER_CTX_ctrl(
			context, EVP_CTRL_AEAD_GET_TAG, (int)row->tag, ret + made));
	EVP_CIPHER_CTX_free(context);
	EVP_CIPHER_free(cipher);
	return (size_t)made + row->tag;
}

static CK_OBJECT_HANDLE key_of(const struct row *row)
{
	struct bytes key = unhex(row->key);

	return secret_key(row->key_type, key.at, key.len);
}

static size_t fitting(const struct row *row, size_t len)
{
	return row->mode == ECB || row->mode == CBC ? len / row->block * row->block : len;
}

static bool is_block(const struct row *row)
{
	return row->mode == ECB || row->mode == CBC || row->mode == PAD;
}

static void vector(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key), plain = unhex(row->plain), wanted = {.len = 0};
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_BYTE got[400];
	CK_ULONG len = sizeof got;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	if (row->wanted)
		wanted = unhex(row->wanted);
	else
		wanted.len = openssl_encrypts(row, &key, plain.at, plain.len, wanted.at);
	handle = key_of(row);
	MUST_RV(p11->C_EncryptInit(session, say(row, plain.len, &said), handle), CKR_OK);
	MUST_RV(p11->C_Encrypt(session, plain.at, plain.len, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	len = sizeof got;
	MUST_RV(p11->C_DecryptInit(session, say(row, plain.len, &said), handle), CKR_OK);
	MUST_RV(p11->C_Decrypt(session, wanted.at, wanted.len, got, &len), CKR_OK);
	EXPECT(len == plain.len && memcmp(got, plain.at, len) == 0);
	EXPECT_RV(p11->C_Decrypt(session, wanted.at, wanted.len, got, &len),
		CKR_OPERATION_NOT_INITIALIZED);
}

/* Keys of all sizes, data of many: as libcrypto does it, and back. */
static void lengths(const void *arg)
{
	static const size_t aes[] = {16, 24, 32}, des[] = {24}, chacha[] = {32};
	const struct row *row = arg;
	const size_t *key_lens = row->key_type == CKK_AES    ? aes
				 : row->key_type == CKK_DES3 ? des
							     : chacha;
	static CK_BYTE data[1200], got[1300], wanted[1300];
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_ULONG len;
	size_t wanted_len;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	fill(data, sizeof data, 30);
	for (int k = 0; k < (row->key_type == CKK_AES ? 3 : 1); k++) {
		struct bytes key = {.len = key_lens[k]};

		fill(key.at, key.len, 31);
		if (row->key_type == CKK_DES3)
			key = unhex(row->key);
		handle = secret_key(row->key_type, key.at, key.len);
		for (size_t tried = 1; tried < sizeof data; tried += 1 + tried / 3) {
			size_t size = fitting(row, tried);

			suite_note("key of %zu bytes, data of %zu", key.len, size);
			if (size == 0)
				continue;
			wanted_len = openssl_encrypts(row, &key, data, size, wanted);
			len = sizeof got;
			MUST_RV(p11->C_EncryptInit(session, say(row, size, &said), handle), CKR_OK);
			MUST_RV(p11->C_Encrypt(session, data, size, got, &len), CKR_OK);
			MUST(len == wanted_len && memcmp(got, wanted, len) == 0);
			len = sizeof got;
			MUST_RV(p11->C_DecryptInit(session, say(row, size, &said), handle), CKR_OK);
			MUST_RV(p11->C_Decrypt(session, wanted, wanted_len, got, &len), CKR_OK);
			MUST(len == size && memcmp(got, data, len) == 0);
		}
	}
}

/* The same in one part and in many. */
static void parts(const void *arg)
{
	const struct row *row = arg;
	static CK_BYTE data[1024], got[1200], wanted[1200];
	struct bytes key = unhex(row->key);
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_ULONG len;
	size_t wanted_len, have;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	fill(data, sizeof data, 32);
	wanted_len = openssl_encrypts(row, &key, data, sizeof data, wanted);
	for (size_t step = 1; step < 1100; step = step * 3 + 4) {
		suite_note("parts of %zu bytes", step);
		have = 0;
		MUST_RV(p11->C_EncryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step) {
			len = sizeof got - have;
			MUST_RV(p11->C_EncryptUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at,
					got + have, &len),
				CKR_OK);
			have += len;
		}
		len = sizeof got - have;
		MUST_RV(p11->C_EncryptFinal(session, got + have, &len), CKR_OK);
		have += len;
		EXPECT(have == wanted_len && memcmp(got, wanted, have) == 0);
		have = 0;
		MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
		for (size_t at = 0; at < wanted_len; at += step) {
			len = sizeof got - have;
			MUST_RV(p11->C_DecryptUpdate(session, wanted + at,
					at + step < wanted_len ? step : wanted_len - at, got + have,
					&len),
				CKR_OK);
			have += len;
		}
		len = sizeof got - have;
		MUST_RV(p11->C_DecryptFinal(session, got + have, &len), CKR_OK);
		have += len;
		EXPECT(have == sizeof data && memcmp(got, data, have) == 0);
		EXPECT_RV(p11->C_DecryptFinal(session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
	}
}

/* 5.2: asking for the length may say somewhat more than is needed; it and a small buffer change
 * nothing. */
static void sizes(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	CK_BYTE data[48], got[100], wanted[100];
	struct said said;
	CK_OBJECT_HANDLE handle;
	size_t wanted_len;
	CK_ULONG len = 0;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	fill(data, sizeof data, 33);
	wanted_len = openssl_encrypts(row, &key, data, sizeof data, wanted);
	MUST_RV(p11->C_EncryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, sizeof data, NULL, &len), CKR_OK);
	EXPECT(len >= wanted_len && len <= wanted_len + 32);
	len = wanted_len - 1;
	EXPECT_RV(p11->C_Encrypt(session, data, sizeof data, got, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len >= wanted_len && len <= wanted_len + 32);
	len = wanted_len;
	EXPECT_RV(p11->C_Encrypt(session, data, sizeof data, got, &len), CKR_OK);
	EXPECT(len == wanted_len && memcmp(got, wanted, len) == 0);
	MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, wanted, wanted_len, NULL, &len), CKR_OK);
	EXPECT(len >= sizeof data && len <= wanted_len + 32);
	len = sizeof data - 17;
	EXPECT_RV(p11->C_Decrypt(session, wanted, wanted_len, got, &len), CKR_BUFFER_TOO_SMALL);
	len = sizeof got;
	EXPECT_RV(p11->C_Decrypt(session, wanted, wanted_len, got, &len), CKR_OK);
	EXPECT(len == sizeof data && memcmp(got, data, len) == 0);
}

static void part_sizes(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	CK_BYTE data[48], got[100], wanted[100];
	struct said said;
	CK_OBJECT_HANDLE handle;
	size_t wanted_len, have;
	CK_ULONG len = 0, small;
	CK_RV rv;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	fill(data, sizeof data, 34);
	wanted_len = openssl_encrypts(row, &key, data, sizeof data, wanted);
	MUST_RV(p11->C_EncryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	EXPECT_RV(p11->C_EncryptUpdate(session, data, sizeof data, NULL, &len), CKR_OK);
	if (len) {
		small = 0;
		rv = p11->C_EncryptUpdate(session, data, sizeof data, got, &small);
		EXPECT_RV(rv, CKR_BUFFER_TOO_SMALL);
	}
	len = sizeof got;
	MUST_RV(p11->C_EncryptUpdate(session, data, sizeof data, got, &len), CKR_OK);
	have = len;
	len = 0;
	EXPECT_RV(p11->C_EncryptFinal(session, NULL, &len), CKR_OK);
	EXPECT(len + have >= wanted_len);
	if (have < wanted_len) {
		small = wanted_len - have - 1;
		EXPECT_RV(p11->C_EncryptFinal(session, got + have, &small), CKR_BUFFER_TOO_SMALL);
		EXPECT(small + have >= wanted_len);
	}
	len = sizeof got - have;
	MUST_RV(p11->C_EncryptFinal(session, got + have, &len), CKR_OK);
	EXPECT(have + len == wanted_len && memcmp(got, wanted, wanted_len) == 0);
	MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	len = sizeof got;
	MUST_RV(p11->C_DecryptUpdate(session, wanted, wanted_len, got, &len), CKR_OK);
	have = len;
	len = 0;
	EXPECT_RV(p11->C_DecryptFinal(session, NULL, &len), CKR_OK);
	EXPECT(len + have >= sizeof data);
	len = sizeof got - have;
	MUST_RV(p11->C_DecryptFinal(session, got + have, &len), CKR_OK);
	EXPECT(have + len == sizeof data && memcmp(got, data, sizeof data) == 0);
}

/* "It is OK if pData and pEncryptedData point to the same location." */
static void in_place(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	CK_BYTE data[64], buffer[120], wanted[120];
	struct said said;
	CK_OBJECT_HANDLE handle;
	size_t wanted_len;
	CK_ULONG len = sizeof buffer;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	fill(data, sizeof data, 35);
	wanted_len = openssl_encrypts(row, &key, data, sizeof data, wanted);
	memcpy(buffer, data, sizeof data);
	MUST_RV(p11->C_EncryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	MUST_RV(p11->C_Encrypt(session, buffer, sizeof data, buffer, &len), CKR_OK);
	EXPECT(len == wanted_len && memcmp(buffer, wanted, len) == 0);
	memcpy(buffer, wanted, wanted_len);
	len = sizeof buffer;
	MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	MUST_RV(p11->C_Decrypt(session, buffer, wanted_len, buffer, &len), CKR_OK);
	EXPECT(len == sizeof data && memcmp(buffer, data, len) == 0);
}

static void empty(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	CK_BYTE got[40], back[40], wanted[40];
	struct said said;
	CK_OBJECT_HANDLE handle;
	size_t wanted_len;
	CK_ULONG len = sizeof got, back_len = sizeof back;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	wanted_len = openssl_encrypts(row, &key, got, 0, wanted);
	MUST_RV(p11->C_EncryptInit(session, say(row, 0, &said), handle), CKR_OK);
	MUST_RV(p11->C_Encrypt(session, back, 0, got, &len), CKR_OK);
	EXPECT(len == wanted_len && memcmp(got, wanted, len) == 0);
	if (wanted_len == 0)
		return;
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	MUST_RV(p11->C_Decrypt(session, got, len, back, &back_len), CKR_OK);
	EXPECT(back_len == 0);
}

static void not_a_block(const void *arg)
{
	const struct row *row = arg;
	CK_BYTE data[40] = {0}, got[64];
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_ULONG len = sizeof got;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	handle = key_of(row);
	if (row->mode != PAD) {
		MUST_RV(p11->C_EncryptInit(session, say(row, 0, &said), handle), CKR_OK);
		EXPECT_RV(p11->C_Encrypt(session, data, row->block + 1, got, &len),
			CKR_DATA_LEN_RANGE);
		MUST_RV(p11->C_EncryptInit(session, say(row, 0, &said), handle), CKR_OK);
		len = sizeof got;
		MUST_RV(p11->C_EncryptUpdate(session, data, row->block + 1, got, &len), CKR_OK);
		len = sizeof got;
		EXPECT_RV(p11->C_EncryptFinal(session, got, &len), CKR_DATA_LEN_RANGE);
		/* which ended it */
		EXPECT_RV(p11->C_EncryptFinal(session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
	}
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	len = sizeof got;
	EXPECT_RV(p11->C_Decrypt(session, data, row->block + 1, got, &len),
		CKR_ENCRYPTED_DATA_LEN_RANGE);
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	len = sizeof got;
	MUST_RV(p11->C_DecryptUpdate(session, data, row->block + 1, got, &len), CKR_OK);
	len = sizeof got;
	EXPECT_RV(p11->C_DecryptFinal(session, got, &len), CKR_ENCRYPTED_DATA_LEN_RANGE);
}

static void bad_padding(const void *arg)
{
	const struct row *row = arg;
	CK_BYTE data[32] = {0}, got[64];
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_ULONG len = sizeof got;

	suite_needs(row->type, CKF_DECRYPT);
	handle = key_of(row);
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, data, 32, got, &len), CKR_ENCRYPTED_DATA_INVALID);
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	len = sizeof got;
	EXPECT_RV(p11->C_Decrypt(session, data, 0, got, &len), CKR_ENCRYPTED_DATA_LEN_RANGE,
		CKR_ENCRYPTED_DATA_INVALID);
}

/* Anything changed: no plaintext. */
static void tampered(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	CK_BYTE data[40], got[100], made[100];
	struct said said;
	CK_OBJECT_HANDLE handle;
	CK_ULONG len;
	size_t made_len;

	suite_needs(row->type, CKF_DECRYPT);
	handle = key_of(row);
	fill(data, sizeof data, 36);
	made_len = openssl_encrypts(row, &key, data, sizeof data, made);
	for (size_t at = 0; at < made_len; at += 7) {
		suite_note("byte %zu", at);
		made[at] ^= 1;
		len = sizeof got;
		memset(got, 0xa5, sizeof got);
		MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
		EXPECT_RV(p11->C_Decrypt(session, made, made_len, got, &len),
			CKR_ENCRYPTED_DATA_INVALID, CKR_AEAD_DECRYPT_FAILED);
		EXPECT(memcmp(got + 8, data + 8, sizeof data - 8) != 0);
		made[at] ^= 1;
	}
	suite_note("other associated data");
	say(row, sizeof data, &said);
	said.aad.at[0] ^= 1;
	if (said.aad.len) {
		len = sizeof got;
		MUST_RV(p11->C_DecryptInit(session, &said.mechanism, handle), CKR_OK);
		EXPECT_RV(p11->C_Decrypt(session, made, made_len, got, &len),
			CKR_ENCRYPTED_DATA_INVALID, CKR_AEAD_DECRYPT_FAILED);
	}
	suite_note("shorter than its tag");
	len = sizeof got;
	MUST_RV(p11->C_DecryptInit(session, say(row, 0, &said), handle), CKR_OK);
	EXPECT_RV(p11->C_Decrypt(session, made, row->tag - 1, got, &len),
		CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_ENCRYPTED_DATA_INVALID, CKR_AEAD_DECRYPT_FAILED);
	suite_note("in parts");
	made[made_len - 1] ^= 1;
	len = sizeof got;
	MUST_RV(p11->C_DecryptInit(session, say(row, sizeof data, &said), handle), CKR_OK);
	MUST_RV(p11->C_DecryptUpdate(session, made, made_len, got, &len), CKR_OK);
	EXPECT(len == 0); /* nothing is given out that was not checked */
	len = sizeof got;
	EXPECT_RV(p11->C_DecryptFinal(session, got, &len), CKR_ENCRYPTED_DATA_INVALID,
		CKR_AEAD_DECRYPT_FAILED);
	EXPECT_RV(p11->C_DecryptFinal(session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void key_handle(const void *arg)
{
	const struct row *row = arg;
	struct said said;
	CK_MECHANISM *mechanism = say(row, 0, &said);

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	REFUSES(p11->C_EncryptInit(session, mechanism, 987654), CKR_KEY_HANDLE_INVALID);
	REFUSES(p11->C_DecryptInit(session, mechanism, 987654), CKR_KEY_HANDLE_INVALID);
	REFUSES(p11->C_EncryptInit(session, mechanism, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
}

static void init_errors(const void *arg)
{
	const struct row *row = arg;
	struct bytes key = unhex(row->key);
	struct template no_encrypt = {0}, no_decrypt = {0};
	struct said said;
	CK_MECHANISM *mechanism = say(row, 0, &said);

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	REFUSES(p11->C_EncryptInit(session, mechanism, fixed_public(FIXED_RSA)),
		CKR_KEY_TYPE_INCONSISTENT);
	REFUSES(p11->C_DecryptInit(session, mechanism, fixed_private(FIXED_RSA)),
		CKR_KEY_TYPE_INCONSISTENT);
	REFUSES(p11->C_EncryptInit(session, mechanism, secret_key(CKK_GENERIC_SECRET, key.at, 16)),
		CKR_KEY_TYPE_INCONSISTENT);
	secret_template(&no_encrypt, row->key_type, key.at, key.len);
	without(&no_encrypt, CKA_ENCRYPT);
	with_truth(&no_encrypt, CKA_ENCRYPT, false);
	REFUSES(p11->C_EncryptInit(session, mechanism, create(&no_encrypt)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
	secret_template(&no_decrypt, row->key_type, key.at, key.len);
	without(&no_decrypt, CKA_DECRYPT);
	with_truth(&no_decrypt, CKA_DECRYPT, false);
	REFUSES(p11->C_DecryptInit(session, mechanism, create(&no_decrypt)),
		CKR_KEY_FUNCTION_NOT_PERMITTED);
}

/* Parameters that are not the mechanism's. */
static void parameters(const void *arg)
{
	const struct row *row = arg;
	struct said said;
	CK_MECHANISM mechanism;
	CK_OBJECT_HANDLE key;

	suite_needs(row->type, CKF_ENCRYPT | CKF_DECRYPT);
	key = key_of(row);
	mechanism = *say(row, 0, &said);
	if (row->mode == ECB) {
		mechanism.pParameter = said.iv.at;
		mechanism.ulParameterLen = 16;
		REFUSES(p11->C_EncryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID);
		return;
	}
	mechanism.ulParameterLen--;
	REFUSES(p11->C_EncryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
	REFUSES(p11->C_DecryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
	mechanism.ulParameterLen += 2;
	REFUSES(p11->C_EncryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
	mechanism.ulParameterLen--;
	mechanism.pParameter = NULL;
	REFUSES(p11->C_EncryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
	mechanism.ulParameterLen = 0;
	REFUSES(p11->C_EncryptInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID,
		CKR_ARGUMENTS_BAD);
}

/* One number of the parameters wrong at a time. */
static void refuses_numbers(const struct row *row, struct said *said, CK_ULONG *number,
	const CK_ULONG *wrong, size_t count)
{
	CK_OBJECT_HANDLE key = key_of(row);
	CK_ULONG right = *number;

	for (size_t i = 0; i < count; i++) {
		suite_note("%lu", wrong[i]);
		*number = wrong[i];
		REFUSES(p11->C_EncryptInit(session, &said->mechanism, key),
			CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
	}
	*number = right;
}

static const struct row *row_named(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	suite_end();
}

static void ctr_bits(void)
{
	static const CK_ULONG wrong[] = {0, 129, 1000};
	const struct row *row = row_named("aes_ctr");
	struct said said;

	suite_needs(CKM_AES_CTR, CKF_ENCRYPT);
	say(row, 0, &said);
	refuses_numbers(row, &said, &said.ctr.ulCounterBits, wrong, 3);
}

/* 6.13.5: what would need more blocks than the counter counts is CKR_DATA_LEN_RANGE. */
static void ctr_overflow(void)
{
	const struct row *row = row_named("aes_ctr");
	CK_BYTE data[600] = {0}, got[600];
	CK_ULONG len = sizeof got;
	CK_OBJECT_HANDLE key;
	struct said said;

	suite_needs(CKM_AES_CTR, CKF_ENCRYPT);
	key = key_of(row);
	say(row, 0, &said);
	said.ctr.ulCounterBits = 4;
	said.ctr.cb[15] = 0xf0;
	MUST_RV(p11->C_EncryptInit(session, &said.mechanism, key), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, 256, got, &len), CKR_OK);
	len = sizeof got;
	MUST_RV(p11->C_EncryptInit(session, &said.mechanism, key), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, 257, got, &len), CKR_DATA_LEN_RANGE);
}

static void gcm_numbers(void)
{
	static const CK_ULONG tags[] = {129, 136, 1024}, none[] = {0};
	const struct row *row = row_named("aes_gcm");
	struct said said;

	suite_needs(CKM_AES_GCM, CKF_ENCRYPT);
	say(row, 0, &said);
	refuses_numbers(row, &said, &said.gcm.ulTagBits, tags, 3);
	said.gcm.ulIvBits = 0;
	refuses_numbers(row, &said, &said.gcm.ulIvLen, none, 1);
	say(row, 0, &said);
	said.gcm.pAAD = NULL;
	suite_note("no associated data where it is said to be");
	REFUSES(p11->C_EncryptInit(session, &said.mechanism, key_of(row)),
		CKR_MECHANISM_PARAM_INVALID, CKR_ARGUMENTS_BAD);
}

static void ccm_numbers(void)
{
	static const CK_ULONG macs[] = {2, 3, 5, 15, 18, 32}, nonces[] = {0, 6, 14, 16};
	const struct row *row = row_named("aes_ccm");
	struct said said;

	suite_needs(CKM_AES_CCM, CKF_ENCRYPT);
	say(row, 0, &said);
	refuses_numbers(row, &said, &said.ccm.ulMACLen, macs, 6);
	refuses_numbers(row, &said, &said.ccm.ulNonceLen, nonces, 4);
}

/* Data of another length than was said. */
static void ccm_other_length(void)
{
	const struct row *row = row_named("aes_ccm");
	CK_BYTE data[20] = {0}, got[40];
	CK_ULONG len = sizeof got;
	struct said said;

	suite_needs(CKM_AES_CCM, CKF_ENCRYPT);
	MUST_RV(p11->C_EncryptInit(session, say(row, 10, &said), key_of(row)), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, data, 11, got, &len), CKR_DATA_LEN_RANGE);
}

static void chacha_numbers(void)
{
	static const CK_ULONG nonces[] = {0, 7, 11, 13, 16};
	const struct row *row = row_named("chacha20_poly1305");
	struct said said;

	suite_needs(CKM_CHACHA20_POLY1305, CKF_ENCRYPT);
	say(row, 0, &said);
	refuses_numbers(row, &said, &said.chacha.ulNonceLen, nonces, 5);
}

static void active_and_nulls(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[16] = {0}, got[16];
	CK_OBJECT_HANDLE key;
	CK_ULONG len = 16;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	key = aes_key();
	MUST_RV(p11->C_EncryptInit(session, &ecb, key), CKR_OK);
	EXPECT_RV(p11->C_EncryptInit(session, &ecb, key), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_Encrypt(session, data, 16, got, NULL), CKR_ARGUMENTS_BAD);
	session = suite_open(0);
	MUST_RV(p11->C_EncryptInit(session, &ecb, key), CKR_OK);
	EXPECT_RV(p11->C_Encrypt(session, NULL, 16, got, &len), CKR_ARGUMENTS_BAD);
	session = suite_open(0);
	MUST_RV(p11->C_DecryptInit(session, &ecb, key), CKR_OK);
	EXPECT_RV(p11->C_DecryptInit(session, &ecb, key), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_Decrypt(session, data, 16, got, NULL), CKR_ARGUMENTS_BAD);
	session = suite_open(0);
	MUST_RV(p11->C_DecryptInit(session, &ecb, key), CKR_OK);
	EXPECT_RV(p11->C_DecryptUpdate(session, NULL, 16, got, &len), CKR_ARGUMENTS_BAD);
	/* which ended it */
	EXPECT_RV(p11->C_DecryptFinal(session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void bad_mechanism(void)
{
	CK_MECHANISM unknown = {0x7fff1234UL, NULL, 0}, digest = {CKM_SHA256, NULL, 0};
	CK_OBJECT_HANDLE key = aes_key();

	REFUSES(p11->C_EncryptInit(session, &unknown, key), CKR_MECHANISM_INVALID);
	REFUSES(p11->C_EncryptInit(session, &digest, key), CKR_MECHANISM_INVALID);
	REFUSES(p11->C_DecryptInit(session, &unknown, key), CKR_MECHANISM_INVALID);
}

/* An operation by a key that is then destroyed may end or go on; a new one does not begin. */
static void key_destroyed(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[16] = {0}, got[16];
	CK_OBJECT_HANDLE key;
	CK_ULONG len = 16;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	key = aes_key();
	MUST_RV(p11->C_EncryptInit(session, &ecb, key), CKR_OK);
	MUST_RV(p11->C_DestroyObject(session, key), CKR_OK);
	p11->C_Encrypt(session, data, 16, got, &len);
	REFUSES(p11->C_EncryptInit(session, &ecb, key), CKR_KEY_HANDLE_INVALID);
}

static void single_after_part(void)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_BYTE data[16] = {0}, got[32];
	CK_ULONG len = 32;

	suite_needs(CKM_AES_ECB, CKF_ENCRYPT);
	MUST_RV(p11->C_EncryptInit(session, &ecb, aes_key()), CKR_OK);
	MUST_RV(p11->C_EncryptUpdate(session, data, 16, got, &len), CKR_OK);
	len = 32;
	EXPECT_RV(p11->C_Encrypt(session, data, 16, got, &len), CKR_OPERATION_ACTIVE,
		CKR_OPERATION_NOT_INITIALIZED, CKR_FUNCTION_FAILED);
}

static const struct suite_check checks[] = {
	{"ctr_bits", USER, ctr_bits},
	{"ctr_overflow", USER, ctr_overflow},
	{"gcm_numbers", USER, gcm_numbers},
	{"ccm_numbers", USER, ccm_numbers},
	{"ccm_other_length", USER, ccm_other_length},
	{"chacha_numbers", USER, chacha_numbers},
	{"active_and_nulls", USER, active_and_nulls},
	{"bad_mechanism", USER, bad_mechanism},
	{"key_destroyed", USER, key_destroyed},
	{"single_after_part", USER, single_after_part},
};

void suite_cipher(void)
{
	SUITE_ADD("cipher", checks);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];

		suite_add_row("cipher", row->name, "vector", USER, vector, row);
		suite_add_row("cipher", row->name, "lengths", USER, lengths, row);
		suite_add_row("cipher", row->name, "parts", USER, parts, row);
		suite_add_row("cipher", row->name, "sizes", USER, sizes, row);
		suite_add_row("cipher", row->name, "part_sizes", USER, part_sizes, row);
		suite_add_row("cipher", row->name, "in_place", USER, in_place, row);
		suite_add_row("cipher", row->name, "key_handle", USER, key_handle, row);
		suite_add_row("cipher", row->name, "init_errors", USER, init_errors, row);
		suite_add_row("cipher", row->name, "parameters", USER, parameters, row);
		if (row->mode != ECB && row->mode != CBC)
			suite_add_row("cipher", row->name, "empty", USER, empty, row);
		if (is_block(row))
			suite_add_row("cipher", row->name, "not_a_block", USER, not_a_block, row);
		if (row->mode == PAD)
			suite_add_row("cipher", row->name, "bad_padding", USER, bad_padding, row);
		if (row->tag)
			suite_add_row("cipher", row->name, "tampered", USER, tampered, row);
	}
}
