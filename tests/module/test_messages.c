/* SPDX-License-Identifier: ISC */
/* The calls of PKCS#11 3.0 that work message by message, with those of one operation as the judge.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

#define TAG 16
#define MESSAGE 100

static CK_BYTE key_bytes[32], aad[20], text[MESSAGE];
static CK_FUNCTION_LIST_3_0 *f; /* of the fixture */

static struct fixture begin(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_C_GetInterface get = (CK_C_GetInterface)harness_symbol("C_GetInterface");
	CK_VERSION version = {3, 0};
	CK_INTERFACE_PTR interface;

	CHECK_RV_FATAL(get(NULL, &version, &interface, 0), CKR_OK);
	f = interface->pFunctionList;
	return x;
}

/* --- ciphers --------------------------------------------------------------------------------- */

/* The record of a message, whichever the mechanism takes. */
struct record {
	union {
		CK_GCM_MESSAGE_PARAMS gcm;
		CK_CCM_MESSAGE_PARAMS ccm;
		CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS poly;
	} u;
	CK_ULONG len;
	CK_BYTE iv[12], tag[TAG];
};

struct way {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE type;
	bool waits; /* encryption gives out nothing before the end */
};
static const struct way ways[] = {
	{"GCM", CKM_AES_GCM, CKK_AES, false},
	{"CCM", CKM_AES_CCM, CKK_AES, true},
	{"Poly1305", CKM_CHACHA20_POLY1305, CKK_CHACHA20, false},
};

static void fill_record(const struct way *way, CK_ULONG len, struct record *r)
{
	memset(r, 0, sizeof *r);
	memcpy(r->iv, "\1\2\3\4\5\6\7\10\11\12\13\14", sizeof r->iv);
	if (way->mechanism == CKM_AES_GCM) {
		r->u.gcm = (CK_GCM_MESSAGE_PARAMS){
			r->iv, sizeof r->iv, 0, CKG_NO_GENERATE, r->tag, TAG * 8};
		r->len = sizeof r->u.gcm;
	} else if (way->mechanism == CKM_AES_CCM) {
		r->u.ccm = (CK_CCM_MESSAGE_PARAMS){
			len, r->iv, sizeof r->iv, 0, CKG_NO_GENERATE, r->tag, TAG};
		r->len = sizeof r->u.ccm;
	} else {
		r->u.poly = (CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS){r->iv, sizeof r->iv, r->tag};
		r->len = sizeof r->u.poly;
	}
}

/* The same message by C_Encrypt: the ciphertext and its tag. */
static void judge(const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key,
	const CK_BYTE *iv, CK_ULONG len, CK_BYTE *ret)
{
	CK_BYTE_PTR nonce = (CK_BYTE_PTR)(uintptr_t)iv;
	CK_GCM_PARAMS gcm = {nonce, 12, 96, aad, sizeof aad, TAG * 8};
	CK_CCM_PARAMS ccm = {len, nonce, 12, aad, sizeof aad, TAG};
	CK_SALSA20_CHACHA20_POLY1305_PARAMS poly = {nonce, 12, aad, sizeof aad};
	CK_MECHANISM mechanism = {way->mechanism, &gcm, sizeof gcm};
	CK_ULONG got = len + TAG;

	if (way->mechanism == CKM_AES_CCM)
		mechanism = (CK_MECHANISM){way->mechanism, &ccm, sizeof ccm};
	else if (way->mechanism == CKM_CHACHA20_POLY1305)
		mechanism = (CK_MECHANISM){way->mechanism, &poly, sizeof poly};
	CHECK_RV_FATAL(x->f->C_EncryptInit(x->session, &mechanism, key), CKR_OK);
	CHECK_RV_FATAL(x->f->C_Encrypt(x->session, text, len, ret, &got), CKR_OK);
}

static bool is_sealed(
	const CK_BYTE *wanted, const CK_BYTE *sealed, CK_ULONG len, const struct record *r)
{
	return memcmp(wanted, sealed, len) == 0 && memcmp(wanted + len, r->tag, TAG) == 0;
}

static void whole_messages(void)
{
	struct fixture x = begin();

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		CK_OBJECT_HANDLE key = keys_secret(&x, ways[i].type, KC_BYTES_OF(key_bytes));
		CK_MECHANISM mechanism = {ways[i].mechanism, NULL, 0};
		CK_BYTE wanted[MESSAGE + TAG], sealed[MESSAGE], opened[MESSAGE];
		struct record r;
		CK_ULONG len;

		CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
		CHECK_RV(f->C_MessageDecryptInit(x.session, &mechanism, key), CKR_OK);
		for (CK_ULONG size = 0; size <= MESSAGE; size += 25) {
			CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key),
				CKR_OPERATION_ACTIVE);
			fill_record(&ways[i], size, &r);
			judge(&x, &ways[i], key, r.iv, size, wanted);
			if (size) {
				CHECK_RV(f->C_EncryptMessage(x.session, &r.u, r.len, aad,
						 sizeof aad, text, size, NULL, &len),
					CKR_OK);
				CHECK_MSG(len == size, ways[i].name);
				len--;
				CHECK_RV(f->C_EncryptMessage(x.session, &r.u, r.len, aad,
						 sizeof aad, text, size, sealed, &len),
					CKR_BUFFER_TOO_SMALL);
			}
			len = sizeof sealed;
			CHECK_RV(f->C_EncryptMessage(x.session, &r.u, r.len, aad, sizeof aad, text,
					 size, sealed, &len),
				CKR_OK);
			CHECK_MSG(len == size && is_sealed(wanted, sealed, size, &r), ways[i].name);
			len = sizeof opened;
			CHECK_RV(f->C_DecryptMessage(x.session, &r.u, r.len, aad, sizeof aad,
					 sealed, size, opened, &len),
				CKR_OK);
			CHECK_MSG(len == size && memcmp(opened, text, size) == 0, ways[i].name);
			/* A tag that does not fit opens nothing, and the next one does. */
			r.tag[3] ^= 4;
			memset(opened, 0x5a, sizeof opened);
			len = sizeof opened;
			CHECK_RV(f->C_DecryptMessage(x.session, &r.u, r.len, aad, sizeof aad,
					 sealed, size, opened, &len),
				CKR_AEAD_DECRYPT_FAILED);
			CHECK_MSG(opened[0] == 0x5a, ways[i].name);
			r.tag[3] ^= 4;
			CHECK_RV(f->C_DecryptMessage(x.session, &r.u, r.len, aad, sizeof aad,
					 sealed, size, opened, &len),
				CKR_OK);
		}
		CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OK);
		CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OPERATION_NOT_INITIALIZED);
		CHECK_RV(f->C_MessageDecryptFinal(x.session), CKR_OK);
		CHECK_RV(f->C_DecryptMessage(
				 x.session, &r.u, r.len, aad, sizeof aad, sealed, 1, opened, &len),
			CKR_OPERATION_NOT_INITIALIZED);
	}
	harness_end(&x);
}

/* One message in parts of any size, and back. */
static void check_parts(
	const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key, size_t chunk)
{
	CK_BYTE wanted[MESSAGE + TAG], sealed[MESSAGE], opened[MESSAGE], small;
	CK_ULONG made = 0, len;
	struct record r;

	fill_record(way, MESSAGE, &r);
	judge(x, way, key, r.iv, MESSAGE, wanted);
	CHECK_RV(f->C_EncryptMessageNext(
			 x->session, &r.u, r.len, text, 1, sealed, &len, CKF_END_OF_MESSAGE),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(f->C_EncryptMessageBegin(x->session, &r.u, r.len, aad, sizeof aad), CKR_OK);
	CHECK_RV(f->C_EncryptMessageBegin(x->session, &r.u, r.len, aad, sizeof aad),
		CKR_OPERATION_ACTIVE);
	for (size_t at = 0; at < MESSAGE; at += chunk) {
		CK_ULONG part = MESSAGE - at < chunk ? MESSAGE - at : chunk;
		CK_FLAGS flags = at + part == MESSAGE ? CKF_END_OF_MESSAGE : 0;

		if (!way->waits && part > 1) {
			len = 1;
			CHECK_RV(f->C_EncryptMessageNext(x->session, &r.u, r.len, text + at, part,
					 &small, &len, flags),
				CKR_BUFFER_TOO_SMALL);
			CHECK_MSG(len == part, way->name);
		}
		len = sizeof sealed - made;
		CHECK_RV(f->C_EncryptMessageNext(x->session, &r.u, r.len, text + at, part,
				 sealed + made, &len, flags),
			CKR_OK);
		made += len;
	}
	CHECK_MSG(made == MESSAGE && is_sealed(wanted, sealed, MESSAGE, &r), way->name);

	made = 0;
	CHECK_RV(f->C_DecryptMessageBegin(x->session, &r.u, r.len, aad, sizeof aad), CKR_OK);
	for (size_t at = 0; at < MESSAGE; at += chunk) {
		CK_ULONG part = MESSAGE - at < chunk ? MESSAGE - at : chunk;
		CK_FLAGS flags = at + part == MESSAGE ? CKF_END_OF_MESSAGE : 0;

		len = sizeof opened - made;
		CHECK_RV(f->C_DecryptMessageNext(x->session, &r.u, r.len, sealed + at, part,
				 opened + made, &len, flags),
			CKR_OK);
		made += len;
	}
	CHECK_MSG(made == MESSAGE && memcmp(opened, text, MESSAGE) == 0, way->name);
}

static void messages_in_parts(void)
{
	static const size_t chunks[] = {1, 16, 33, MESSAGE};
	struct fixture x = begin();

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		CK_OBJECT_HANDLE key = keys_secret(&x, ways[i].type, KC_BYTES_OF(key_bytes));
		CK_MECHANISM mechanism = {ways[i].mechanism, NULL, 0};

		CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
		CHECK_RV(f->C_MessageDecryptInit(x.session, &mechanism, key), CKR_OK);
		for (size_t j = 0; j < KC_COUNT_OF(chunks); j++)
			check_parts(&x, &ways[i], key, chunks[j]);
		/* One is left in the middle: C_SessionCancel ends both. */
		CHECK_RV(f->C_SessionCancel(x.session, CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT),
			CKR_OK);
		CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OPERATION_NOT_INITIALIZED);
		CHECK_RV(f->C_MessageDecryptFinal(x.session), CKR_OPERATION_NOT_INITIALIZED);
	}
	harness_end(&x);
}

/* Encrypts an empty message, for the iv. */
static CK_RV next_iv(const struct fixture *x, CK_GCM_MESSAGE_PARAMS *gcm)
{
	CK_BYTE out;
	CK_ULONG len = 1;

	return f->C_EncryptMessage(x->session, gcm, sizeof *gcm, NULL, 0, text, 0, &out, &len);
}

static void made_ivs(void)
{
	struct fixture x = begin();
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, KC_BYTES_OF(key_bytes));
	CK_MECHANISM mechanism = {CKM_AES_GCM, NULL, 0};
	static const CK_BYTE given[12] = {
		0xa0, 0xa1, 0xa2, 0xa3, 0xbf, 0xb1, 0xb2, 0xb3, 0xc0, 0xc1, 0xc2, 0xc3};
	CK_BYTE iv[12], before[12], tag[TAG], wanted[12];
	CK_GCM_MESSAGE_PARAMS gcm = {iv, sizeof iv, 36, CKG_GENERATE_COUNTER, tag, TAG * 8};

	CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
	memcpy(iv, given, sizeof iv);
	for (CK_BYTE i = 0; i < 3; i++) { /* 36 bits stay, the others count */
		memset(wanted, 0, sizeof wanted);
		memcpy(wanted, given, 4);
		wanted[4] = 0xb0;
		wanted[11] = i;
		CHECK_RV(next_iv(&x, &gcm), CKR_OK);
		CHECK(memcmp(iv, wanted, sizeof iv) == 0);
	}
	gcm.ulIvLen = 11;
	CHECK_RV(next_iv(&x, &gcm), CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OK);

	gcm = (CK_GCM_MESSAGE_PARAMS){iv, sizeof iv, 32, CKG_GENERATE_COUNTER_XOR, tag, TAG * 8};
	CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
	memcpy(iv, given, sizeof iv);
	for (CK_BYTE i = 0; i < 5; i++) {
		memcpy(wanted, given, sizeof wanted);
		wanted[11] ^= i;
		CHECK_RV(next_iv(&x, &gcm), CKR_OK);
		CHECK(memcmp(iv, wanted, sizeof iv) == 0);
	}
	CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OK);

	for (CK_GENERATOR_FUNCTION how = CKG_GENERATE; how <= CKG_GENERATE_RANDOM; how += 2) {
		gcm = (CK_GCM_MESSAGE_PARAMS){iv, sizeof iv, 32, how, tag, TAG * 8};
		CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
		memcpy(iv, given, sizeof iv);
		for (int i = 0; i < 3; i++) {
			memcpy(before, iv, sizeof iv);
			CHECK_RV(next_iv(&x, &gcm), CKR_OK);
			CHECK(memcmp(iv, given, 4) == 0);
			CHECK(memcmp(iv, before, sizeof iv) != 0);
		}
		gcm.ulIvFixedBits = 40; /* too few are left to be random */
		CHECK_RV(next_iv(&x, &gcm), CKR_MECHANISM_PARAM_INVALID);
		CHECK_RV(f->C_MessageEncryptFinal(x.session), CKR_OK);
	}

	/* A counter of two bits has four numbers. */
	gcm = (CK_GCM_MESSAGE_PARAMS){iv, sizeof iv, 94, CKG_GENERATE_COUNTER, tag, TAG * 8};
	CHECK_RV(f->C_MessageEncryptInit(x.session, &mechanism, key), CKR_OK);
	for (CK_BYTE i = 0; i < 4; i++) {
		CHECK_RV(next_iv(&x, &gcm), CKR_OK);
		CHECK((iv[11] & 3) == i);
	}
	CHECK_RV(next_iv(&x, &gcm), CKR_TOKEN_RESOURCE_EXCEEDED);
	gcm.ulIvFixedBits = 97;
	CHECK_RV(next_iv(&x, &gcm), CKR_MECHANISM_PARAM_INVALID);
	harness_end(&x);
}

static void cipher_errors(void)
{
	struct fixture x = begin();
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_AES, KC_BYTES_OF(key_bytes));
	CK_MECHANISM cbc = {CKM_AES_CBC, text, 16}, gcm = {CKM_AES_GCM, NULL, 0};
	CK_BYTE iv[12] = {0}, tag[TAG], out[MESSAGE];
	CK_GCM_MESSAGE_PARAMS good = {iv, 12, 0, CKG_NO_GENERATE, tag, 128},
			      bad[] = {
				      {NULL, 12, 0, CKG_NO_GENERATE, tag, 128},
				      {iv, 0, 0, CKG_NO_GENERATE, tag, 128},
				      {iv, 12, 0, CKG_NO_GENERATE, NULL, 128},
				      {iv, 12, 0, CKG_NO_GENERATE, tag, 127},
				      {iv, 12, 0, 5, tag, 128},
				      {iv, (CK_ULONG)-1, 0, CKG_NO_GENERATE, tag, 128},
			      };
	CK_ULONG len = sizeof out;

	CHECK_RV(f->C_MessageEncryptInit(x.session, &cbc, key), CKR_MECHANISM_INVALID);
	CHECK_RV(f->C_EncryptMessageBegin(x.session, &good, sizeof good, NULL, 0),
		CKR_OPERATION_NOT_INITIALIZED);
	CHECK_RV(f->C_MessageEncryptInit(x.session, &gcm, key), CKR_OK);
	for (size_t i = 0; i < KC_COUNT_OF(bad); i++) {
		CHECK_RV(f->C_EncryptMessage(
				 x.session, &bad[i], sizeof *bad, NULL, 0, text, 10, out, &len),
			CKR_MECHANISM_PARAM_INVALID);
		CHECK_RV(f->C_EncryptMessageBegin(x.session, &bad[i], sizeof *bad, NULL, 0),
			CKR_MECHANISM_PARAM_INVALID);
	}
	CHECK_RV(f->C_EncryptMessage(x.session, &good, 8, NULL, 0, text, 10, out, &len),
		CKR_MECHANISM_PARAM_INVALID);
	CHECK_RV(f->C_EncryptMessage(x.session, &good, sizeof good, NULL, 4, text, 10, out, &len),
		CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_EncryptMessage(x.session, &good, sizeof good, NULL, 0, NULL, 10, out, &len),
		CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_EncryptMessage(x.session, &good, sizeof good, NULL, 0, text, 10, out, NULL),
		CKR_ARGUMENTS_BAD);
	CHECK_RV(f->C_EncryptMessage(x.session, &good, sizeof good, NULL, 0, text, 10, out, &len),
		CKR_OK);
	harness_end(&x);
}

/* --- signatures ------------------------------------------------------------------------------ */

static void check_signatures(const struct fixture *x, const char *name, CK_MECHANISM *mechanism,
	CK_OBJECT_HANDLE signer, CK_OBJECT_HANDLE verifier)
{
	CK_BYTE signature[512];
	CK_ULONG len, asked;

	CHECK_MSG(f->C_MessageSignInit(x->session, mechanism, signer) == CKR_OK, name);
	CHECK_MSG(f->C_MessageVerifyInit(x->session, mechanism, verifier) == CKR_OK, name);
	for (size_t size = 16; size <= 32; size += 16) {
		CHECK_MSG(f->C_SignMessage(x->session, NULL, 0, text, size, NULL, &asked) == CKR_OK,
			name);
		len = asked - 1;
		CHECK_MSG(f->C_SignMessage(x->session, NULL, 0, text, size, signature, &len) ==
				  CKR_BUFFER_TOO_SMALL,
			name);
		len = sizeof signature;
		CHECK_MSG(f->C_SignMessage(x->session, NULL, 0, text, size, signature, &len) ==
				  CKR_OK,
			name);
		CHECK_MSG(len == asked, name);
		/* What is not signed, and then what is. */
		CHECK_MSG(f->C_VerifyMessage(x->session, NULL, 0, text + 1, size, signature, len) ==
				  CKR_SIGNATURE_INVALID,
			name);
		CHECK_MSG(f->C_VerifyMessage(x->session, NULL, 0, text, size, signature, len) ==
				  CKR_OK,
			name);
		/* The same by one operation. */
		CHECK_MSG(x->f->C_VerifyInit(x->session, mechanism, verifier) == CKR_OK, name);
		CHECK_MSG(x->f->C_Verify(x->session, text, size, signature, len) == CKR_OK, name);
	}
	CHECK_MSG(f->C_SignMessageBegin(x->session, NULL, 0) == CKR_OK, name);
	CHECK_MSG(f->C_SignMessage(x->session, NULL, 0, text, 16, signature, &len) ==
			  CKR_OPERATION_ACTIVE,
		name);
	CHECK_MSG(f->C_SignMessageNext(x->session, NULL, 0, text, 10, NULL, NULL) == CKR_OK, name);
	CHECK_MSG(f->C_SignMessageNext(x->session, NULL, 0, text + 10, 22, NULL, &asked) == CKR_OK,
		name);
	len = sizeof signature;
	CHECK_MSG(
		f->C_SignMessageNext(x->session, NULL, 0, text + 10, 22, signature, &len) == CKR_OK,
		name);
	CHECK_MSG(len == asked, name);
	CHECK_MSG(f->C_VerifyMessageNext(x->session, NULL, 0, text, 1, NULL, 0) ==
			  CKR_OPERATION_NOT_INITIALIZED,
		name);
	CHECK_MSG(f->C_VerifyMessageBegin(x->session, NULL, 0) == CKR_OK, name);
	CHECK_MSG(f->C_VerifyMessageNext(x->session, NULL, 0, text, 20, NULL, 0) == CKR_OK, name);
	CHECK_MSG(f->C_VerifyMessageNext(x->session, NULL, 0, text + 20, 12, signature, len) ==
			  CKR_OK,
		name);
	CHECK_MSG(f->C_SignMessage(x->session, signature, 8, text, 16, signature, &len) ==
			  CKR_MECHANISM_PARAM_INVALID,
		name);
	CHECK_MSG(f->C_MessageSignFinal(x->session) == CKR_OK, name);
	CHECK_MSG(f->C_MessageSignFinal(x->session) == CKR_OPERATION_NOT_INITIALIZED, name);
	CHECK_MSG(f->C_SessionCancel(x->session, CKF_MESSAGE_VERIFY) == CKR_OK, name);
	CHECK_MSG(f->C_MessageVerifyFinal(x->session) == CKR_OPERATION_NOT_INITIALIZED, name);
}

static void signatures(void)
{
	struct fixture x = begin();
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_OBJECT_HANDLE public, private, secret;
	CK_MECHANISM mechanism;
	CK_BYTE iv[12] = {0};

	keys_pair(&x, CKM_RSA_PKCS_KEY_PAIR_GEN, kc_bytes(NULL, 0), &public, &private);
	mechanism = (CK_MECHANISM){CKM_SHA256_RSA_PKCS, NULL, 0};
	check_signatures(&x, "RSA", &mechanism, private, public);
	mechanism = (CK_MECHANISM){CKM_RSA_PKCS, NULL, 0};
	check_signatures(&x, "raw RSA", &mechanism, private, public);
	mechanism = (CK_MECHANISM){CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss};
	check_signatures(&x, "PSS", &mechanism, private, public);
	keys_pair(&x, CKM_EC_KEY_PAIR_GEN, KC_BYTES_OF(harness_p256), &public, &private);
	mechanism = (CK_MECHANISM){CKM_ECDSA_SHA3_256, NULL, 0};
	check_signatures(&x, "ECDSA", &mechanism, private, public);
	secret = keys_secret(&x, CKK_GENERIC_SECRET, KC_BYTES_OF(key_bytes));
	mechanism = (CK_MECHANISM){CKM_SHA512_HMAC, NULL, 0};
	check_signatures(&x, "HMAC", &mechanism, secret, secret);
	/* One iv for many messages would give the key away. */
	secret = keys_secret(&x, CKK_AES, KC_BYTES_OF(key_bytes));
	mechanism = (CK_MECHANISM){CKM_AES_GMAC, iv, sizeof iv};
	CHECK_RV(f->C_MessageSignInit(x.session, &mechanism, secret), CKR_MECHANISM_INVALID);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(whole_messages),
		CHECK_TEST(messages_in_parts),
		CHECK_TEST(made_ivs),
		CHECK_TEST(cipher_errors),
		CHECK_TEST(signatures),
	};
	int status;

	for (size_t i = 0; i < sizeof key_bytes; i++)
		key_bytes[i] = (CK_BYTE)(i * 9 + 1);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 7 + 5);
	harness_start();
	status = check_main("module: messages", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
