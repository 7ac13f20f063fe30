/* SPDX-License-Identifier: ISC */
/* Digests beyond the plain ones: of keys, saved and restored, beside another operation. */
#include <openssl/evp.h>
#include <string.h>

#include "base/buf.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

static CK_BYTE text[1000], iv[16];

/* clang-format off */
static const struct {
	CK_MECHANISM_TYPE mechanism;
	const char *name;
} hashes[] = {
	{CKM_SHA_1,      "SHA1"},
	{CKM_SHA224,     "SHA224"},
	{CKM_SHA256,     "SHA256"},
	{CKM_SHA384,     "SHA384"},
	{CKM_SHA512,     "SHA512"},
	{CKM_SHA512_224, "SHA512-224"},
	{CKM_SHA512_256, "SHA512-256"},
	{CKM_SHA3_224,   "SHA3-224"},
	{CKM_SHA3_256,   "SHA3-256"},
	{CKM_SHA3_384,   "SHA3-384"},
	{CKM_SHA3_512,   "SHA3-512"},
};
/* clang-format on */

static bool is_digest(
	const char *name, const void *data, size_t len, const CK_BYTE *got, CK_ULONG got_len)
{
	unsigned char wanted[EVP_MAX_MD_SIZE];
	size_t wanted_len;

	return EVP_Q_digest(NULL, name, NULL, data, len, wanted, &wanted_len) == 1 &&
	       kc_bytes_equal(kc_bytes(got, got_len), kc_bytes(wanted, wanted_len));
}

static void all_hashes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);

	for (size_t i = 0; i < KC_COUNT_OF(hashes); i++) {
		CK_MECHANISM mechanism = {hashes[i].mechanism, NULL, 0};
		CK_BYTE out[64];
		CK_ULONG len = sizeof out;

		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
		CHECK_RV(x.f->C_Digest(x.session, text, sizeof text, out, &len), CKR_OK);
		CHECK_MSG(is_digest(hashes[i].name, text, sizeof text, out, len), hashes[i].name);
		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
		for (size_t at = 0; at < sizeof text; at += 125)
			CHECK_RV(x.f->C_DigestUpdate(x.session, text + at, 125), CKR_OK);
		len = sizeof out;
		CHECK_RV(x.f->C_DigestFinal(x.session, out, &len), CKR_OK);
		CHECK_MSG(is_digest(hashes[i].name, text, sizeof text, out, len), hashes[i].name);
	}
	harness_end(&x);
}

static void of_keys(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE aes = CKK_AES;
	CK_ATTRIBUTE hidden[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, aes),
		{CKA_VALUE, text, 32}, ATTR(CKA_SENSITIVE, harness_true)};
	CK_ATTRIBUTE kept[] = {ATTR(CKA_CLASS, class), ATTR(CKA_KEY_TYPE, aes),
		{CKA_VALUE, text, 32}, ATTR(CKA_SENSITIVE, harness_false),
		ATTR(CKA_EXTRACTABLE, harness_false)};
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(text + 100, 32)), other, public,
			 private;
	CK_BYTE both[42], out[32];
	CK_ULONG len = sizeof out;

	CHECK_RV(x.f->C_DigestKey(x.session, key), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestUpdate(x.session, text, 10), CKR_OK);
	CHECK_RV(x.f->C_DigestKey(x.session, key), CKR_OK);
	CHECK_RV(x.f->C_DigestFinal(x.session, out, &len), CKR_OK);
	memcpy(both, text, 10);
	memcpy(both + 10, text + 100, 32);
	CHECK(is_digest("SHA256", both, sizeof both, out, len));

	CHECK_RV(x.f->C_CreateObject(x.session, hidden, 4, &other), CKR_OK);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestKey(x.session, other), CKR_KEY_INDIGESTIBLE);
	CHECK_RV(x.f->C_DigestUpdate(x.session, text, 1), CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_CreateObject(x.session, kept, 5, &other), CKR_OK);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestKey(x.session, other), CKR_KEY_INDIGESTIBLE);
	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestKey(x.session, private), CKR_KEY_INDIGESTIBLE);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha256), CKR_OK);
	CHECK_RV(x.f->C_DigestKey(x.session, private + 4000), CKR_KEY_HANDLE_INVALID);
	harness_end(&x);
}

static void states(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(text, 32));
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
	CK_SESSION_HANDLE second;
	CK_BYTE state[1024], out[64];
	CK_ULONG state_len, len, small;

	CHECK_RV(x.f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &second), CKR_OK);
	CHECK_RV(x.f->C_GetOperationState(x.session, NULL, &state_len),
		CKR_OPERATION_NOT_INITIALIZED);
	for (size_t i = 0; i < KC_COUNT_OF(hashes); i++) {
		CK_MECHANISM mechanism = {hashes[i].mechanism, NULL, 0};

		CHECK_RV(x.f->C_DigestInit(x.session, &mechanism), CKR_OK);
		CHECK_RV(x.f->C_DigestUpdate(x.session, text, 333), CKR_OK);
		CHECK_RV(x.f->C_GetOperationState(x.session, NULL, &state_len), CKR_OK);
		small = state_len - 1;
		CHECK_RV(x.f->C_GetOperationState(x.session, state, &small), CKR_BUFFER_TOO_SMALL);
		CHECK_FATAL(state_len <= sizeof state);
		CHECK_RV(x.f->C_GetOperationState(x.session, state, &state_len), CKR_OK);
		CHECK_RV(x.f->C_SetOperationState(second, state, state_len, 0, 0), CKR_OK);
		CHECK_RV(x.f->C_DigestUpdate(second, text + 333, sizeof text - 333), CKR_OK);
		len = sizeof out;
		CHECK_RV(x.f->C_DigestFinal(second, out, &len), CKR_OK);
		CHECK_MSG(is_digest(hashes[i].name, text, sizeof text, out, len), hashes[i].name);
		len = sizeof out;
		CHECK_RV(x.f->C_DigestFinal(x.session, out, &len), CKR_OK);
		CHECK_MSG(is_digest(hashes[i].name, text, 333, out, len), hashes[i].name);
	}
	CHECK_RV(x.f->C_SetOperationState(second, state, state_len, key, 0), CKR_KEY_NOT_NEEDED);
	CHECK_RV(x.f->C_SetOperationState(second, state, state_len - 1, 0, 0),
		CKR_SAVED_STATE_INVALID);
	CHECK_RV(x.f->C_SetOperationState(second, NULL, state_len, 0, 0), CKR_ARGUMENTS_BAD);
	for (size_t at = 0; at < state_len; at += 29) {
		state[at] ^= 1;
		CHECK_RV(x.f->C_SetOperationState(second, state, state_len, 0, 0),
			CKR_SAVED_STATE_INVALID);
		state[at] ^= 1;
	}
	CHECK_RV(x.f->C_EncryptInit(x.session, &ecb, key), CKR_OK);
	CHECK_RV(x.f->C_GetOperationState(x.session, NULL, &state_len), CKR_STATE_UNSAVEABLE);
	harness_end(&x);
}

/* --- two at once ----------------------------------------------------------------------------- */

#define PARTS 4
#define PART 40

/* Digests while it encrypts, and again while it decrypts. */
static void digests_and_ciphers(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(text, 32));
	CK_MECHANISM sha = {CKM_SHA256, NULL, 0}, cbc = {CKM_AES_CBC_PAD, iv, sizeof iv};
	CK_BYTE sealed[256], out[256], digest[32], small;
	CK_ULONG at = 0, len, opened = 0;

	CHECK_RV(x.f->C_EncryptInit(x.session, &cbc, key), CKR_OK);
	len = sizeof out;
	CHECK_RV(x.f->C_DigestEncryptUpdate(x.session, text, PART, sealed, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha), CKR_OK);
	for (size_t i = 0; i < PARTS; i++) {
		CHECK_RV(x.f->C_DigestEncryptUpdate(x.session, text + i * PART, PART, NULL, &len),
			CKR_OK);
		len = 1;
		CHECK_RV(x.f->C_DigestEncryptUpdate(x.session, text + i * PART, PART, &small, &len),
			CKR_BUFFER_TOO_SMALL);
		/* In place: the digest is still of the plaintext. */
		memcpy(sealed + at, text + i * PART, PART);
		len = sizeof sealed - at;
		CHECK_RV(
			x.f->C_DigestEncryptUpdate(x.session, sealed + at, PART, sealed + at, &len),
			CKR_OK);
		at += len;
	}
	len = sizeof sealed - at;
	CHECK_RV(x.f->C_EncryptFinal(x.session, sealed + at, &len), CKR_OK);
	at += len;
	len = sizeof digest;
	CHECK_RV(x.f->C_DigestFinal(x.session, digest, &len), CKR_OK);
	CHECK(is_digest("SHA256", text, PARTS * PART, digest, len));

	CHECK_RV(x.f->C_DecryptInit(x.session, &cbc, key), CKR_OK);
	CHECK_RV(x.f->C_DigestInit(x.session, &sha), CKR_OK);
	for (size_t i = 0; i < at; i += 16) {
		len = sizeof out - opened;
		CHECK_RV(x.f->C_DecryptDigestUpdate(x.session, sealed + i, 16, out + opened, &len),
			CKR_OK);
		opened += len;
	}
	len = sizeof out - opened;
	CHECK_RV(x.f->C_DecryptFinal(x.session, out + opened, &len), CKR_OK);
	CHECK(kc_bytes_equal(kc_bytes(out, opened + len), kc_bytes(text, PARTS * PART)));
	len = sizeof digest;
	CHECK_RV(x.f->C_DigestFinal(x.session, digest, &len), CKR_OK);
	/* The rest came out of C_DecryptFinal, which digests nothing. */
	CHECK(is_digest("SHA256", text, opened, digest, len));
	harness_end(&x);
}

static void signatures_and_ciphers(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, kc_bytes(text, 32)),
			 mac_key = keys_secret(&x, CKK_GENERIC_SECRET, kc_bytes(text, 32));
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0}, ctr;
	CK_AES_CTR_PARAMS counter = {.ulCounterBits = 128};
	CK_BYTE sealed[PARTS * PART], out[PART], code[32], wanted[32];
	CK_ULONG len;

	ctr = (CK_MECHANISM){CKM_AES_CTR, &counter, sizeof counter};
	CHECK_RV(x.f->C_SignInit(x.session, &hmac, mac_key), CKR_OK);
	len = sizeof wanted;
	CHECK_RV(x.f->C_Sign(x.session, text, PARTS * PART, wanted, &len), CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &hmac, mac_key), CKR_OK);
	CHECK_RV(x.f->C_EncryptInit(x.session, &ctr, key), CKR_OK);
	for (size_t i = 0; i < PARTS; i++) {
		len = PART;
		CHECK_RV(x.f->C_SignEncryptUpdate(
				 x.session, text + i * PART, PART, sealed + i * PART, &len),
			CKR_OK);
	}
	len = 0;
	CHECK_RV(x.f->C_EncryptFinal(x.session, out, &len), CKR_OK);
	len = sizeof code;
	CHECK_RV(x.f->C_SignFinal(x.session, code, &len), CKR_OK);
	CHECK(memcmp(code, wanted, sizeof code) == 0);
	CHECK_RV(x.f->C_VerifyInit(x.session, &hmac, mac_key), CKR_OK);
	CHECK_RV(x.f->C_DecryptInit(x.session, &ctr, key), CKR_OK);
	for (size_t i = 0; i < PARTS; i++) {
		len = PART;
		CHECK_RV(x.f->C_DecryptVerifyUpdate(x.session, sealed + i * PART, PART, out, &len),
			CKR_OK);
		CHECK(memcmp(out, text + i * PART, PART) == 0);
	}
	CHECK_RV(x.f->C_VerifyFinal(x.session, code, sizeof code), CKR_OK);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(all_hashes),
		CHECK_TEST(of_keys),
		CHECK_TEST(states),
		CHECK_TEST(digests_and_ciphers),
		CHECK_TEST(signatures_and_ciphers),
	};
	int status;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 17 + i / 256);
	harness_start();
	status = check_main("module: digests", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
