/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.19: random numbers. */
#include <string.h>

#include "tests/module/conformance/suite.h"

static void generate(void)
{
	static CK_BYTE one[70000], two[70000];

	for (CK_ULONG len = 1; len <= sizeof one; len = len * 5 + 3) {
		suite_note("%lu bytes", len);
		EXPECT_RV(p11->C_GenerateRandom(session, one, len), CKR_OK);
		EXPECT_RV(p11->C_GenerateRandom(session, two, len), CKR_OK);
		if (len >= 16)
			EXPECT(memcmp(one, two, len) != 0);
	}
}

/* The last byte is written too: a zero there forty times does not happen. */
static void generate_whole(void)
{
	CK_BYTE got[33];
	int nonzero = 0;

	for (int i = 0; i < 40; i++) {
		memset(got, 0, sizeof got);
		MUST_RV(p11->C_GenerateRandom(session, got, 32), CKR_OK);
		nonzero += got[31] != 0;
		EXPECT(got[32] == 0);
	}
	EXPECT(nonzero > 0);
}

static void nulls(void)
{
	EXPECT_RV(p11->C_GenerateRandom(session, NULL, 16), CKR_ARGUMENTS_BAD);
	EXPECT_RV(p11->C_SeedRandom(session, NULL, 16), CKR_ARGUMENTS_BAD,
		CKR_RANDOM_SEED_NOT_SUPPORTED);
}

static void seed(void)
{
	CK_BYTE entropy[32] = {1}, one[32], two[32];

	EXPECT_RV(p11->C_SeedRandom(session, entropy, sizeof entropy), CKR_OK,
		CKR_RANDOM_SEED_NOT_SUPPORTED);
	MUST_RV(p11->C_GenerateRandom(session, one, sizeof one), CKR_OK);
	/* a seed is mixed in and does not make the stream repeat */
	EXPECT_RV(p11->C_SeedRandom(session, entropy, sizeof entropy), CKR_OK,
		CKR_RANDOM_SEED_NOT_SUPPORTED);
	MUST_RV(p11->C_GenerateRandom(session, two, sizeof two), CKR_OK);
	EXPECT(memcmp(one, two, sizeof one) != 0);
}

static const struct suite_check checks[] = {
	{"generate", OPENED, generate},
	{"generate_whole", OPENED, generate_whole},
	{"nulls", OPENED, nulls},
	{"seed", OPENED, seed},
};

void suite_random(void)
{
	SUITE_ADD("random", checks);
}
