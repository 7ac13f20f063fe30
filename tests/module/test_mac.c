/* SPDX-License-Identifier: ISC */
/* Message authentication codes through the module, with OpenSSL as the judge. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/buf.h"
#include "tests/module/harness.h"
#include "tests/module/keys.h"

#define LONGEST 200000

static CK_BYTE key_bytes[32], iv[12], text[LONGEST];

static void fill(void)
{
	for (size_t i = 0; i < sizeof key_bytes; i++)
		key_bytes[i] = (CK_BYTE)(i * 5 + 3);
	for (size_t i = 0; i < sizeof iv; i++)
		iv[i] = (CK_BYTE)(0x40 + i);
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (CK_BYTE)(i * 13 + i / 256);
}

struct way {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
	CK_KEY_TYPE type, other_type; /* what else fits */
	const char *mac, *part;	      /* OpenSSL's names */
	CK_ULONG len;
};

/* A code, and the same cut short. */
#define HMAC(name, hash, len)                                                                   \
	{#name "_HMAC", CKM_##name##_HMAC, CKK_GENERIC_SECRET, CKK_##name##_HMAC, "HMAC", hash, \
		len},                                                                           \
	{                                                                                       \
#name "_HMAC_GENERAL", CKM_##name##_HMAC_GENERAL, CKK_GENERIC_SECRET,           \
			CKK_##name##_HMAC, "HMAC", hash, 7                                      \
	}
/* clang-format off */
static const struct way ways[] = {
	HMAC(SHA_1,      "SHA1",        20),
	HMAC(SHA224,     "SHA224",      28),
	HMAC(SHA256,     "SHA256",      32),
	HMAC(SHA384,     "SHA384",      48),
	HMAC(SHA512,     "SHA512",      64),
	HMAC(SHA512_224, "SHA512-224",  28),
	HMAC(SHA512_256, "SHA512-256",  32),
	HMAC(SHA3_224,   "SHA3-224",    28),
	HMAC(SHA3_256,   "SHA3-256",    32),
	HMAC(SHA3_384,   "SHA3-384",    48),
	HMAC(SHA3_512,   "SHA3-512",    64),
	{"AES_CMAC",         CKM_AES_CMAC,         CKK_AES, CKK_AES, "CMAC", "AES-256-CBC", 16},
	{"AES_CMAC_GENERAL", CKM_AES_CMAC_GENERAL, CKK_AES, CKK_AES, "CMAC", "AES-256-CBC", 7},
	{"AES_GMAC",         CKM_AES_GMAC,         CKK_AES, CKK_AES, "GMAC", "AES-256-GCM", 16},
	{"POLY1305",         CKM_POLY1305, CKK_POLY1305, CKK_POLY1305, "POLY1305", NULL, 16},
};
/* clang-format on */

static const size_t lengths[] = {0, 1, 63, 64, 1000, 65536, LONGEST};

static CK_MECHANISM mechanism_of(const struct way *way, CK_MAC_GENERAL_PARAMS *len)
{
	CK_MECHANISM mechanism = {way->mechanism, NULL, 0};

	*len = way->len;
	if (strstr(way->name, "GENERAL"))
		mechanism = (CK_MECHANISM){way->mechanism, len, sizeof *len};
	else if (way->mechanism == CKM_AES_GMAC)
		mechanism = (CK_MECHANISM){way->mechanism, iv, sizeof iv};
	return mechanism;
}

static void judge(const struct way *way, size_t len, CK_BYTE *ret)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, way->mac, NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	bool is_hash = strcmp(way->mac, "HMAC") == 0;
	OSSL_PARAM params[3] = {OSSL_PARAM_END, OSSL_PARAM_END, OSSL_PARAM_END};
	CK_BYTE made[64];
	size_t made_len;

	if (way->part)
		params[0] = OSSL_PARAM_construct_utf8_string(
			is_hash ? OSSL_MAC_PARAM_DIGEST : OSSL_MAC_PARAM_CIPHER,
			(char *)(uintptr_t)way->part, 0);
	if (way->mechanism == CKM_AES_GMAC)
		params[1] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_IV, iv, sizeof iv);
	CHECK_MSG(EVP_MAC_init(ctx, key_bytes, sizeof key_bytes, params) == 1, way->name);
	CHECK_MSG(EVP_MAC_update(ctx, text, len) == 1, way->name);
	CHECK_MSG(EVP_MAC_final(ctx, made, &made_len, sizeof made) == 1, way->name);
	memcpy(ret, made, way->len);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
}

static void check_code(
	const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key, size_t len)
{
	CK_MAC_GENERAL_PARAMS general;
	CK_MECHANISM mechanism = mechanism_of(way, &general);
	CK_BYTE wanted[64], code[64];
	CK_ULONG got = 0;

	judge(way, len, wanted);
	CHECK_MSG(x->f->C_SignInit(x->session, &mechanism, key) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Sign(x->session, text, len, NULL, &got) == CKR_OK, way->name);
	CHECK_MSG(got == way->len, way->name);
	got--;
	CHECK_MSG(
		x->f->C_Sign(x->session, text, len, code, &got) == CKR_BUFFER_TOO_SMALL, way->name);
	got = sizeof code;
	CHECK_MSG(x->f->C_Sign(x->session, text, len, code, &got) == CKR_OK, way->name);
	CHECK_MSG(got == way->len && memcmp(code, wanted, got) == 0, way->name);

	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, key) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Verify(x->session, text, len, wanted, way->len) == CKR_OK, way->name);
	wanted[way->len - 1] ^= 1;
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, key) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Verify(x->session, text, len, wanted, way->len) == CKR_SIGNATURE_INVALID,
		way->name);
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, key) == CKR_OK, way->name);
	CHECK_MSG(x->f->C_Verify(x->session, text, len, wanted, way->len - 1) ==
			  CKR_SIGNATURE_LEN_RANGE,
		way->name);
}

static void feed(const struct fixture *x, const char *name,
	CK_RV (*step)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG), size_t len, size_t chunk)
{
	for (size_t at = 0; at < len; at += chunk)
		CHECK_MSG(
			step(x->session, text + at, len - at < chunk ? len - at : chunk) == CKR_OK,
			name);
}

static void check_parts(const struct fixture *x, const struct way *way, CK_OBJECT_HANDLE key,
	size_t len, size_t chunk)
{
	CK_MAC_GENERAL_PARAMS general;
	CK_MECHANISM mechanism = mechanism_of(way, &general);
	CK_BYTE wanted[64], code[64];
	CK_ULONG got = 1;

	judge(way, len, wanted);
	CHECK_MSG(x->f->C_SignInit(x->session, &mechanism, key) == CKR_OK, way->name);
	feed(x, way->name, x->f->C_SignUpdate, len, chunk);
	CHECK_MSG(x->f->C_SignFinal(x->session, code, &got) ==
			  (way->len > 1 ? CKR_BUFFER_TOO_SMALL : CKR_OK),
		way->name);
	CHECK_MSG(x->f->C_SignFinal(x->session, code, &got) == CKR_OK, way->name);
	CHECK_MSG(got == way->len && memcmp(code, wanted, got) == 0, way->name);
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, key) == CKR_OK, way->name);
	feed(x, way->name, x->f->C_VerifyUpdate, len, chunk);
	CHECK_MSG(x->f->C_VerifyFinal(x->session, wanted, way->len) == CKR_OK, way->name);
	wanted[0] ^= 0x80;
	CHECK_MSG(x->f->C_VerifyInit(x->session, &mechanism, key) == CKR_OK, way->name);
	feed(x, way->name, x->f->C_VerifyUpdate, len, chunk);
	CHECK_MSG(x->f->C_VerifyFinal(x->session, wanted, way->len) == CKR_SIGNATURE_INVALID,
		way->name);
}

static void all_codes(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);

	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		CK_OBJECT_HANDLE key = keys_secret(&x, ways[i].type, KC_BYTES_OF(key_bytes));
		CK_OBJECT_HANDLE other =
			keys_secret(&x, ways[i].other_type, KC_BYTES_OF(key_bytes));

		for (size_t j = 0; j < KC_COUNT_OF(lengths); j++)
			check_code(&x, &ways[i], key, lengths[j]);
		check_code(&x, &ways[i], other, 100);
		check_parts(&x, &ways[i], key, 0, 1);
		check_parts(&x, &ways[i], key, 200, 1);
		check_parts(&x, &ways[i], key, 1000, 64);
		check_parts(&x, &ways[i], key, LONGEST, 60000);	 /* collected, then begun */
		check_parts(&x, &ways[i], key, LONGEST, 100000); /* begun at once */
	}
	harness_end(&x);
}

/* More than is collected anywhere: one call gives what parts do. */
static void very_long(void)
{
	static CK_BYTE all[(64 << 20) + 1];
	struct fixture x = harness_begin(HARNESS_DEVICE, 0);
	CK_MECHANISM mechanism = {CKM_SHA256_HMAC, NULL, 0};
	CK_OBJECT_HANDLE key = keys_secret(&x, CKK_GENERIC_SECRET, KC_BYTES_OF(key_bytes));
	CK_BYTE by_parts[32], at_once[32];
	CK_ULONG len = sizeof by_parts;

	CHECK_RV(x.f->C_SignInit(x.session, &mechanism, key), CKR_OK);
	CHECK_RV(x.f->C_SignUpdate(x.session, all, 1), CKR_OK);
	CHECK_RV(x.f->C_SignUpdate(x.session, all + 1, sizeof all - 1), CKR_OK);
	CHECK_RV(x.f->C_SignFinal(x.session, by_parts, &len), CKR_OK);
	CHECK_RV(x.f->C_SignInit(x.session, &mechanism, key), CKR_OK);
	CHECK_RV(x.f->C_Sign(x.session, all, sizeof all, at_once, &len), CKR_OK);
	CHECK(memcmp(by_parts, at_once, sizeof by_parts) == 0);
	CHECK_RV(x.f->C_VerifyInit(x.session, &mechanism, key), CKR_OK);
	CHECK_RV(x.f->C_Verify(x.session, all, sizeof all, by_parts, sizeof by_parts), CKR_OK);
	all[sizeof all - 1] = 1;
	CHECK_RV(x.f->C_VerifyInit(x.session, &mechanism, key), CKR_OK);
	CHECK_RV(x.f->C_Verify(x.session, all, sizeof all, by_parts, sizeof by_parts),
		CKR_SIGNATURE_INVALID);
	harness_end(&x);
}

static void errors(void)
{
	struct fixture x = harness_begin(HARNESS_DEVICE, CKF_RW_SESSION);
	CK_MAC_GENERAL_PARAMS none = 0, much = 33, block = 17;
	CK_MECHANISM hmac = {CKM_SHA256_HMAC, NULL, 0}, cmac = {CKM_AES_CMAC, NULL, 0};
	const CK_MECHANISM bad[] = {
		{CKM_SHA256_HMAC, &much, sizeof much},
		{CKM_SHA256_HMAC_GENERAL, NULL, 0},
		{CKM_SHA256_HMAC_GENERAL, &none, sizeof none},
		{CKM_SHA256_HMAC_GENERAL, &much, sizeof much},
		{CKM_SHA256_HMAC_GENERAL, &much, 4},
		{CKM_AES_CMAC_GENERAL, &block, sizeof block},
		{CKM_AES_GMAC, NULL, 0},
		{CKM_AES_GMAC, NULL, 12},
	};
	CK_OBJECT_HANDLE generic = keys_secret(&x, CKK_GENERIC_SECRET, KC_BYTES_OF(key_bytes));
	CK_OBJECT_HANDLE aes = keys_secret(&x, CKK_AES, KC_BYTES_OF(key_bytes));
	CK_OBJECT_HANDLE sha512 = keys_secret(&x, CKK_SHA512_HMAC, KC_BYTES_OF(key_bytes));

	for (size_t i = 0; i < KC_COUNT_OF(bad); i++) {
		CK_MECHANISM mechanism = bad[i];

		CHECK_RV(x.f->C_SignInit(x.session, &mechanism, generic),
			CKR_MECHANISM_PARAM_INVALID);
		CHECK_RV(x.f->C_VerifyInit(x.session, &mechanism, generic),
			CKR_MECHANISM_PARAM_INVALID);
	}
	CHECK_RV(x.f->C_SignInit(x.session, &hmac, aes), CKR_KEY_TYPE_INCONSISTENT);
	CHECK_RV(x.f->C_SignInit(x.session, &hmac, sha512), CKR_KEY_TYPE_INCONSISTENT);
	CHECK_RV(x.f->C_VerifyInit(x.session, &cmac, generic), CKR_KEY_TYPE_INCONSISTENT);
	CHECK_RV(x.f->C_SignRecoverInit(x.session, &hmac, generic), CKR_MECHANISM_INVALID);
	harness_end(&x);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(all_codes),
		CHECK_TEST(very_long),
		CHECK_TEST(errors),
	};
	int status;

	fill();
	harness_start();
	status = check_main("module: codes", tests, KC_COUNT_OF(tests));
	harness_stop();
	return status;
}
