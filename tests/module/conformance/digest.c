/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.12: message digests. Vectors: FIPS 180-4 and FIPS 202, of "abc". */
#include <string.h>

#include "tests/module/conformance/keys.h"

struct row {
	const char *name;
	CK_MECHANISM_TYPE type;
	const char *openssl, *abc;
};
static const struct row rows[] = {
	{"sha_1", CKM_SHA_1, "SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{"sha224", CKM_SHA224, "SHA224",
		"23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
	{"sha256", CKM_SHA256, "SHA256",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"sha384", CKM_SHA384, "SHA384",
		"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		"8086072ba1e7cc2358baeca134c825a7"},
	{"sha512", CKM_SHA512, "SHA512",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	{"sha512_224", CKM_SHA512_224, "SHA512-224",
		"4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"},
	{"sha512_256", CKM_SHA512_256, "SHA512-256",
		"53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"},
	{"sha3_224", CKM_SHA3_224, "SHA3-224",
		"e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"},
	{"sha3_256", CKM_SHA3_256, "SHA3-256",
		"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
	{"sha3_384", CKM_SHA3_384, "SHA3-384",
		"ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
		"98d88cea927ac7f539f1edf228376d25"},
	{"sha3_512", CKM_SHA3_512, "SHA3-512",
		"b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
		"10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"},
	{"md5", CKM_MD5, "MD5", "900150983cd24fb0d6963f7d28e17f72"},
};

static CK_MECHANISM begin(const struct row *row)
{
	suite_needs(row->type, CKF_DIGEST);
	return (CK_MECHANISM){row->type, NULL, 0};
}

static void vector(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = begin(row);
	struct bytes wanted = unhex(row->abc);
	CK_BYTE got[64];
	CK_ULONG len = sizeof got;

	MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
	MUST_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	EXPECT_RV(p11->C_DigestUpdate(session, got, 1), CKR_OPERATION_NOT_INITIALIZED);
}

static void lengths(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = begin(row);
	const EVP_MD *md = EVP_MD_fetch(NULL, row->openssl, NULL);
	CK_BYTE data[300], got[64], wanted[64];
	unsigned wanted_len;
	CK_ULONG len;

	fill(data, sizeof data, 2);
	for (size_t size = 0; size <= sizeof data; size++) {
		suite_note("%zu bytes", size);
		EVP_Digest(data, size, wanted, &wanted_len, md, NULL);
		len = sizeof got;
		MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
		MUST_RV(p11->C_Digest(session, data, size, got, &len), CKR_OK);
		MUST(len == wanted_len && memcmp(got, wanted, len) == 0);
	}
}

static void parts(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = begin(row);
	const EVP_MD *md = EVP_MD_fetch(NULL, row->openssl, NULL);
	static CK_BYTE data[5000];
	CK_BYTE got[64], wanted[64];
	unsigned wanted_len;
	CK_ULONG len;

	fill(data, sizeof data, 3);
	EVP_Digest(data, sizeof data, wanted, &wanted_len, md, NULL);
	for (size_t step = 1; step < 700; step = step * 2 + 5) {
		suite_note("parts of %zu bytes", step);
		MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
		for (size_t at = 0; at < sizeof data; at += step)
			MUST_RV(p11->C_DigestUpdate(session, data + at,
					at + step < sizeof data ? step : sizeof data - at),
				CKR_OK);
		len = sizeof got;
		MUST_RV(p11->C_DigestFinal(session, got, &len), CKR_OK);
		EXPECT(len == wanted_len && memcmp(got, wanted, len) == 0);
	}
}

static void sizes(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = begin(row);
	struct bytes wanted = unhex(row->abc);
	CK_BYTE got[64];
	CK_ULONG len = 0;

	/* asking and a buffer too small leave the operation as it was */
	MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, NULL, &len), CKR_OK);
	EXPECT(len == wanted.len);
	len = wanted.len - 1;
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len == wanted.len);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
	EXPECT_RV(p11->C_DigestUpdate(session, TEXT("abc"), 3), CKR_OK);
	EXPECT_RV(p11->C_DigestFinal(session, NULL, &len), CKR_OK);
	EXPECT(len == wanted.len);
	len = 0;
	EXPECT_RV(p11->C_DigestFinal(session, got, &len), CKR_BUFFER_TOO_SMALL);
	EXPECT(len == wanted.len);
	EXPECT_RV(p11->C_DigestFinal(session, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
	EXPECT_RV(p11->C_DigestFinal(session, got, &len), CKR_OPERATION_NOT_INITIALIZED);
}

static void of_key(const void *arg)
{
	const struct row *row = arg;
	CK_MECHANISM mechanism = begin(row);
	struct bytes wanted = unhex(row->abc);
	CK_BYTE got[64];
	CK_ULONG len = sizeof got;

	MUST_RV(p11->C_DigestInit(session, &mechanism), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("a"), 1), CKR_OK);
	MUST_RV(p11->C_DigestKey(session, secret_key(CKK_GENERIC_SECRET, "b", 1)), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("c"), 1), CKR_OK);
	MUST_RV(p11->C_DigestFinal(session, got, &len), CKR_OK);
	EXPECT(len == wanted.len && memcmp(got, wanted.at, len) == 0);
}

static CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};

static void init_nulls(void)
{
	EXPECT_RV(p11->C_DigestInit(session, NULL), CKR_ARGUMENTS_BAD, CKR_OK,
		CKR_OPERATION_NOT_INITIALIZED);
	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(p11->C_DigestUpdate(session, NULL, 3), CKR_ARGUMENTS_BAD);
}

static void init_twice(void)
{
	CK_BYTE got[32];
	CK_ULONG len = 32;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	REFUSES(p11->C_DigestInit(session, &sha256), CKR_OPERATION_ACTIVE);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_OK);
}

static void init_bad_mechanism(void)
{
	CK_MECHANISM wrong = {CKM_RSA_PKCS, NULL, 0}, unknown = {0x7fff1234UL, NULL, 0};
	CK_MECHANISM with = {CKM_SHA256, TEXT("parameter"), 9};

	REFUSES(p11->C_DigestInit(session, &wrong), CKR_MECHANISM_INVALID);
	REFUSES(p11->C_DigestInit(session, &unknown), CKR_MECHANISM_INVALID);
	REFUSES(p11->C_DigestInit(session, &with), CKR_MECHANISM_PARAM_INVALID);
}

static void length_null(void)
{
	CK_BYTE got[32];
	CK_ULONG len = 32;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, NULL), CKR_ARGUMENTS_BAD);
	/* an error ends the operation */
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_OPERATION_NOT_INITIALIZED);
}

/* "C_Digest cannot be used to terminate a multiple-part operation." */
static void single_after_part(void)
{
	CK_BYTE got[32];
	CK_ULONG len = 32;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	MUST_RV(p11->C_DigestUpdate(session, TEXT("abc"), 3), CKR_OK);
	EXPECT_RV(p11->C_Digest(session, TEXT("abc"), 3, got, &len), CKR_OPERATION_ACTIVE,
		CKR_OPERATION_NOT_INITIALIZED, CKR_FUNCTION_FAILED);
}

static void key_errors(void)
{
	CK_RV rv;

	MUST_RV(p11->C_DigestInit(session, &sha256), CKR_OK);
	EXPECT_RV(p11->C_DigestKey(session, 987654), CKR_KEY_HANDLE_INVALID);
	p11->C_DigestInit(session, &sha256);
	rv = p11->C_DigestKey(session, fixed_public(FIXED_P256));
	EXPECT_RV(rv, CKR_KEY_INDIGESTIBLE, CKR_KEY_HANDLE_INVALID);
}

static const struct suite_check checks[] = {
	{"init_nulls", USER, init_nulls},
	{"init_twice", OPENED, init_twice},
	{"init_bad_mechanism", OPENED, init_bad_mechanism},
	{"length_null", OPENED, length_null},
	{"single_after_part", OPENED, single_after_part},
	{"key_errors", USER, key_errors},
};

void suite_digest(void)
{
	SUITE_ADD("digest", checks);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		suite_add_row("digest", rows[i].name, "vector", OPENED, vector, &rows[i]);
		suite_add_row("digest", rows[i].name, "lengths", OPENED, lengths, &rows[i]);
		suite_add_row("digest", rows[i].name, "parts", OPENED, parts, &rows[i]);
		suite_add_row("digest", rows[i].name, "sizes", OPENED, sizes, &rows[i]);
		suite_add_row("digest", rows[i].name, "key", USER, of_key, &rows[i]);
	}
}
