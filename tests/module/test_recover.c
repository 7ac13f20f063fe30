/* SPDX-License-Identifier: ISC */
/* Signatures beside the plain ones: with recovery, raw RSA, SHA-3, and the kinds of EdDSA. */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/buf.h"
#include "tests/crypto/hex.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

static CK_BYTE text[300];

static EVP_PKEY *public_of(const struct fixture *x, CK_OBJECT_HANDLE key)
{
	CK_BYTE spki[1024];
	const unsigned char *at = spki;
	CK_ATTRIBUTE info = {CKA_PUBLIC_KEY_INFO, spki, sizeof spki};

	CHECK_RV_FATAL(x->f->C_GetAttributeValue(x->session, key, &info, 1), CKR_OK);
	return d2i_PUBKEY(NULL, &at, (long)info.ulValueLen);
}

/* --- RSA ------------------------------------------------------------------------------------- */

static void make_rsa(
	const struct fixture *x, CK_OBJECT_HANDLE *ret_public, CK_OBJECT_HANDLE *ret_private)
{
	CK_MECHANISM generate = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE public[] = {ATTR(CKA_MODULUS_BITS, bits), ATTR(CKA_VERIFY, harness_true),
		ATTR(CKA_VERIFY_RECOVER, harness_true)};
	CK_ATTRIBUTE private[] = {
		ATTR(CKA_SIGN, harness_true), ATTR(CKA_SIGN_RECOVER, harness_true)};

	CHECK_RV_FATAL(x->f->C_GenerateKeyPair(x->session, &generate, public, 3, private, 2,
			       ret_public, ret_private),
		CKR_OK);
}

/* What OpenSSL finds in a signature. */
static size_t recover(EVP_PKEY *key, int padding, const CK_BYTE *signature, CK_BYTE *ret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t len = 256;

	CHECK(EVP_PKEY_verify_recover_init(ctx) == 1);
	CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1);
	CHECK(EVP_PKEY_verify_recover(ctx, ret, &len, signature, 256) == 1);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

static void recovery(void)
{
	static const struct {
		const char *name;
		CK_MECHANISM_TYPE mechanism;
		int padding;
		size_t len, most, recovered; /* recovered: what the signature holds */
	} rows[] = {
		{"PKCS", CKM_RSA_PKCS, RSA_PKCS1_PADDING, 51, 245, 51},
		{"X.509", CKM_RSA_X_509, RSA_NO_PADDING, 51, 256, 256},
	};
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private;
	EVP_PKEY *key;

	make_rsa(&x, &public, &private);
	key = public_of(&x, public);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_MECHANISM mechanism = {rows[i].mechanism, NULL, 0};
		CK_BYTE signature[256], out[256], judged[256], block[256] = {0};
		size_t len = rows[i].recovered;
		CK_ULONG got = 0;

		memcpy(block + len - rows[i].len, text, rows[i].len);
		CHECK_RV(x.f->C_SignRecover(x.session, text, 51, signature, &got),
			CKR_OPERATION_NOT_INITIALIZED);
		CHECK_RV(x.f->C_SignRecoverInit(x.session, &mechanism, private), CKR_OK);
		CHECK_RV(x.f->C_SignRecover(x.session, text, rows[i].len, NULL, &got), CKR_OK);
		CHECK(got == 256);
		CHECK_RV(x.f->C_SignRecover(x.session, text, rows[i].len, signature, &got), CKR_OK);
		CHECK_MSG(recover(key, rows[i].padding, signature, judged) == len &&
				  memcmp(judged, block, len) == 0,
			rows[i].name);

		CHECK_RV(x.f->C_VerifyRecoverInit(x.session, &mechanism, public), CKR_OK);
		CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, NULL, &got), CKR_OK);
		CHECK_MSG(got == len, rows[i].name);
		got--;
		CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, out, &got),
			CKR_BUFFER_TOO_SMALL);
		got = sizeof out;
		CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, out, &got), CKR_OK);
		CHECK_MSG(got == len && memcmp(out, block, len) == 0, rows[i].name);
		CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, out, &got),
			CKR_OPERATION_NOT_INITIALIZED);

		/* The same by the calls without recovery. */
		CHECK_RV(x.f->C_VerifyInit(x.session, &mechanism, public), CKR_OK);
		CHECK_RV(x.f->C_Verify(x.session, text, rows[i].len, signature, 256), CKR_OK);
		CHECK_RV(x.f->C_VerifyInit(x.session, &mechanism, public), CKR_OK);
		CHECK_RV(x.f->C_Verify(x.session, text + 1, rows[i].len, signature, 256),
			CKR_SIGNATURE_INVALID);
		got = sizeof out;
		CHECK_RV(x.f->C_SignInit(x.session, &mechanism, private), CKR_OK);
		CHECK_RV(x.f->C_Sign(x.session, text, rows[i].len, out, &got), CKR_OK);
		CHECK_MSG(memcmp(out, signature, 256) == 0, rows[i].name);

		got = sizeof out;
		CHECK_RV(x.f->C_SignRecoverInit(x.session, &mechanism, private), CKR_OK);
		CHECK_RV(x.f->C_SignRecover(x.session, text, rows[i].most + 1, out, &got),
			CKR_DATA_LEN_RANGE);
		CHECK_RV(x.f->C_VerifyRecoverInit(x.session, &mechanism, public), CKR_OK);
		CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 255, out, &got),
			CKR_SIGNATURE_LEN_RANGE);
		CHECK_RV(x.f->C_VerifyRecoverInit(x.session, &mechanism, private),
			CKR_KEY_TYPE_INCONSISTENT);
	}
	EVP_PKEY_free(key);
	harness_end(&x);
}

/* What does not open to PKCS#1's padding is no signature. */
static void recovery_of_nonsense(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MECHANISM raw = {CKM_RSA_X_509, NULL, 0}, pkcs = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE public, private;
	CK_BYTE signature[256], out[256];
	CK_ULONG len = sizeof signature;

	make_rsa(&x, &public, &private);
	CHECK_RV(x.f->C_SignRecoverInit(x.session, &raw, private), CKR_OK);
	CHECK_RV(x.f->C_SignRecover(x.session, text, 40, signature, &len), CKR_OK);
	CHECK_RV(x.f->C_VerifyRecoverInit(x.session, &pkcs, public), CKR_OK);
	CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, out, &len), CKR_SIGNATURE_INVALID);
	CHECK_RV(x.f->C_VerifyRecover(x.session, signature, 256, out, &len),
		CKR_OPERATION_NOT_INITIALIZED);
	harness_end(&x);
}

/* --- SHA-3 ----------------------------------------------------------------------------------- */

static bool openssl_agrees(EVP_PKEY *key, const char *hash, int padding, const CK_BYTE *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *how;
	bool agrees = EVP_DigestVerifyInit_ex(ctx, &how, hash, NULL, NULL, key, NULL) == 1 &&
		      EVP_PKEY_CTX_set_rsa_padding(how, padding) == 1 &&
		      EVP_DigestVerify(ctx, signature, 256, text, sizeof text) == 1;

	EVP_MD_CTX_free(ctx);
	return agrees;
}

static void rsa_with_sha3(void)
{
#define ROW(bits)                                                                          \
	{                                                                                  \
		"SHA3-" #bits, CKM_SHA3_##bits##_RSA_PKCS, CKM_SHA3_##bits##_RSA_PKCS_PSS, \
		{                                                                          \
			CKM_SHA3_##bits, CKG_MGF1_SHA3_##bits, 20                          \
		}                                                                          \
	}
	static const struct {
		const char *hash;
		CK_MECHANISM_TYPE pkcs, pss;
		CK_RSA_PKCS_PSS_PARAMS params;
	} rows[] = {ROW(224), ROW(256), ROW(384), ROW(512)};
#undef ROW
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_OBJECT_HANDLE public, private;
	EVP_PKEY *key;

	make_rsa(&x, &public, &private);
	key = public_of(&x, public);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CK_RSA_PKCS_PSS_PARAMS params = rows[i].params;
		CK_MECHANISM pkcs = {rows[i].pkcs, NULL, 0},
			     pss = {rows[i].pss, &params, sizeof params};
		CK_BYTE signature[256];
		CK_ULONG len = sizeof signature;

		CHECK_RV(x.f->C_SignInit(x.session, &pkcs, private), CKR_OK);
		CHECK_RV(x.f->C_Sign(x.session, text, sizeof text, signature, &len), CKR_OK);
		CHECK_MSG(openssl_agrees(key, rows[i].hash, RSA_PKCS1_PADDING, signature),
			rows[i].hash);
		CHECK_RV(x.f->C_VerifyInit(x.session, &pkcs, public), CKR_OK);
		CHECK_RV(x.f->C_Verify(x.session, text, sizeof text, signature, len), CKR_OK);
		CHECK_RV(x.f->C_SignInit(x.session, &pss, private), CKR_OK);
		CHECK_RV(x.f->C_Sign(x.session, text, sizeof text, signature, &len), CKR_OK);
		CHECK_MSG(openssl_agrees(key, rows[i].hash, RSA_PKCS1_PSS_PADDING, signature),
			rows[i].hash);
		CHECK_RV(x.f->C_VerifyInit(x.session, &pss, public), CKR_OK);
		CHECK_RV(x.f->C_Verify(x.session, text, sizeof text, signature, len), CKR_OK);
		params.mgf = 99;
		CHECK_RV(x.f->C_SignInit(x.session, &pss, private), CKR_MECHANISM_PARAM_INVALID);
	}
	EVP_PKEY_free(key);
	harness_end(&x);
}

/* --- EdDSA: RFC 8032, 7.1 to 7.5 ------------------------------------------------------------- */

static const CK_BYTE ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70}, ed448[] = {0x06, 3, 0x2b, 0x65, 0x71};

static const struct vector {
	const char *name;
	bool is_448;
	const char *secret, *public, *message, *signature;
} vectors[] = {
	{"Ed25519", false, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"Ed448", true,
		"c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a"
		"fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e",
		"43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
		"6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
		"03",
		"26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
		"2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
		"cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
		"f3348ab21aa4adafd1d234441cf807c03a00"},
};

static CK_OBJECT_HANDLE import(const struct fixture *x, const struct vector *v, bool is_private)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	CK_OBJECT_CLASS class = is_private ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	CK_ATTRIBUTE template[5] = {
		ATTR(CKA_CLASS, class),
		ATTR(CKA_KEY_TYPE, type),
		ATTR_BYTES(CKA_EC_PARAMS, ed25519),
	};
	CK_OBJECT_HANDLE made = 0;

	if (v->is_448)
		template[2] = (CK_ATTRIBUTE)ATTR_BYTES(CKA_EC_PARAMS, ed448);
	hex_push(&value, is_private ? v->secret : v->public);
	template[3] = (CK_ATTRIBUTE){is_private ? CKA_VALUE : CKA_EC_POINT, value.data, value.len};
	template[4] = (CK_ATTRIBUTE)ATTR(CKA_SIGN, harness_true);
	if (!is_private)
		template[4].type = CKA_VERIFY;
	CHECK_RV_FATAL(x->f->C_CreateObject(x->session, template, 5, &made), CKR_OK);
	return made;
}

static void check_vector(const struct fixture *x, const struct vector *v, CK_MECHANISM mechanism)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	CK_OBJECT_HANDLE private = import(x, v, true), public = import(x, v, false);
	CK_BYTE signature[128];
	CK_ULONG len = 0, wanted = v->is_448 ? 114 : 64;

	hex_push(&message, v->message);
	CHECK_MSG(x->f->C_SignInit(x->session, &mechanism, private) == CKR_OK, v->name);
	CHECK_MSG(
		x->f->C_Sign(x->session, message.data, message.len, NULL, &len) == CKR_OK, v->name);
	CHECK_MSG(len == wanted, v->name);
	CHECK_MSG(x->f->C_Sign(x->session, message.data, message.len, signature, &len) == CKR_OK,
		v->name);
	CHECK_MSG(hex_is(kc_bytes(signature, len), v->signature), v->name);
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, public) == CKR_OK, v->name);
	CHECK_MSG(x->f->C_Verify(x->session, message.data, message.len, signature, len) == CKR_OK,
		v->name);
	signature[len - 1] ^= 1;
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, public) == CKR_OK, v->name);
	CHECK_MSG(x->f->C_Verify(x->session, message.data, message.len, signature, len) ==
			  CKR_SIGNATURE_INVALID,
		v->name);
}

/* The kinds that there are not are refused at once. */
static void eddsa(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_EDDSA_PARAMS empty = {CK_FALSE, 0, NULL}, context = {CK_FALSE, 3, text},
			hashed = {CK_TRUE, 0, NULL}, missing = {CK_FALSE, 4, NULL};
	CK_EDDSA_PARAMS *others[] = {&context, &hashed, &missing};
	CK_MECHANISM plain = {CKM_EDDSA, NULL, 0}, with = {CKM_EDDSA, &empty, sizeof empty};

	for (size_t i = 0; i < KC_COUNT_OF(vectors); i++) {
		CK_OBJECT_HANDLE key = import(&x, &vectors[i], true);

		check_vector(&x, &vectors[i], plain);
		if (vectors[i].is_448)
			check_vector(&x, &vectors[i], with);
		else /* Ed25519ctx */
			CHECK_RV(x.f->C_SignInit(x.session, &with, key),
				CKR_MECHANISM_PARAM_INVALID);
		for (size_t j = 0; j < KC_COUNT_OF(others); j++) {
			CK_MECHANISM other = {CKM_EDDSA, others[j], sizeof empty};

			CHECK_RV(x.f->C_SignInit(x.session, &other, key),
				CKR_MECHANISM_PARAM_INVALID);
			other.ulParameterLen--;
			CHECK_RV(x.f->C_SignInit(x.session, &other, key),
				CKR_MECHANISM_PARAM_INVALID);
		}
	}
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(recovery),
		CHECK_TEST(recovery_of_nonsense),
		CHECK_TEST(rsa_with_sha3),
		CHECK_TEST(eddsa),
	};
	int status;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 11 + 1);
	harness_start();
	status = check_main("module: other signatures", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
