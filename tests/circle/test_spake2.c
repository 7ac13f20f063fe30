/* SPDX-License-Identifier: ISC */
/* SPAKE2 against RFC 9382's vector, agreement, keys from scalars, the smaller s. */
#include <stdio.h>
#include <string.h>

#include "crypto/agree.h"
#include "crypto/low_s.h"
#include "crypto/scalar_key.h"
#include "crypto/spake2.h"
#include "base/random.h"
#include "tests/check.h"

static size_t from_hex(const char *hex, uint8_t *ret)
{
	size_t len = strlen(hex) / 2;
	unsigned byte;

	for (size_t i = 0; i < len; i++) {
		CHECK_FATAL(sscanf(hex + 2 * i, "%2x", &byte) == 1);
		ret[i] = (uint8_t)byte;
	}
	return len;
}

static bool is_hex(struct kc_bytes bytes, const char *hex)
{
	uint8_t wanted[256];
	size_t len = from_hex(hex, wanted);

	return kc_bytes_equal(bytes, kc_bytes(wanted, len));
}

/* RFC 9382, appendix B, the first vector of P256-SHA256-HKDF-HMAC. */
#define VECTOR_W "2ee57912099d31560b3a44b1184b9b4866e904c49d12ac5042c97dca461b1a5f"
#define VECTOR_X "43dd0fd7215bdcb482879fca3220c6a968e66d70b1356cac18bb26c84a78d729"
#define VECTOR_Y "dcb60106f276b02606d8ef0a328c02e4b629f84f89786af5befb0bc75b6e66be"
#define VECTOR_PA                                                            \
	"04a56fa807caaa53a4d28dbb9853b9815c61a411118a6fe516a8798434751470f9" \
	"010153ac33d0d5f2047ffdb1a3e42c9b4e6be662766e1eeb4116988ede5f912c"
#define VECTOR_PB                                                            \
	"0406557e482bd03097ad0cbaa5df82115460d951e3451962f1eaf4367a420676d0" \
	"9857ccbc522686c83d1852abfa8ed6e4a1155cf8f1543ceca528afb591a1e0b7"
#define VECTOR_KE "0e0672dc86f8e45565d338b0540abe69"
#define VECTOR_CA "58ad4aa88e0b60d5061eb6b5dd93e80d9c4f00d127c65b3b35b1b5281fee38f0"
#define VECTOR_CB "d3e2e547f1ae04f2dbdbf0fc4b79f8ecff2dff314b5d32fe9fcef2fb26dc459b"

static const char *next_scalar;

/* A scalar is made of 40 bytes, reduced to 1 … order − 1 by taking the remainder and adding one. */
static void scalar_minus_one(void *data, size_t len)
{
	uint8_t *bytes = data;

	CHECK_FATAL(len == 40);
	memset(bytes, 0, 8);
	from_hex(next_scalar, bytes + 8);
	bytes[39]--; /* both end in a byte above zero */
}

static void vector_secret(uint8_t ret[40])
{
	memset(ret, 0, 8);
	from_hex(VECTOR_W, ret + 8);
	ret[39]--;
}

static void rfc_vector(void)
{
	KC_CLEANUP_SPAKE2 struct kc_spake2 *a = NULL;
	KC_CLEANUP_SPAKE2 struct kc_spake2 *b = NULL;
	struct kc_spake2_result of_a, of_b;
	struct kc_bytes no_aad = {NULL, 0};
	uint8_t secret[40];

	vector_secret(secret);
	kc_random_set_source(scalar_minus_one);
	next_scalar = VECTOR_X;
	CHECK_OK_FATAL(kc_spake2_new(KC_SPAKE2_A, KC_BYTES_OF(secret), "server", "client", &a));
	next_scalar = VECTOR_Y;
	CHECK_OK_FATAL(kc_spake2_new(KC_SPAKE2_B, KC_BYTES_OF(secret), "server", "client", &b));
	kc_random_set_source(NULL);
	CHECK(is_hex(kc_spake2_share(a), VECTOR_PA));
	CHECK(is_hex(kc_spake2_share(b), VECTOR_PB));
	CHECK_OK_FATAL(kc_spake2_finish(a, kc_spake2_share(b), no_aad, &of_a));
	CHECK_OK_FATAL(kc_spake2_finish(b, kc_spake2_share(a), no_aad, &of_b));
	CHECK(is_hex(KC_BYTES_OF(of_a.key), VECTOR_KE));
	CHECK(is_hex(KC_BYTES_OF(of_b.key), VECTOR_KE));
	CHECK(is_hex(KC_BYTES_OF(of_a.own_confirmation), VECTOR_CA));
	CHECK(is_hex(KC_BYTES_OF(of_b.peer_confirmation), VECTOR_CA));
	CHECK(is_hex(KC_BYTES_OF(of_b.own_confirmation), VECTOR_CB));
	CHECK(is_hex(KC_BYTES_OF(of_a.peer_confirmation), VECTOR_CB));
}

/* Whether a run of both sides ends in one key; the sides may be given different things. */
static bool agree(const char *code_a, const char *code_b, const char *aad_a, const char *aad_b)
{
	KC_CLEANUP_SPAKE2 struct kc_spake2 *a = NULL;
	KC_CLEANUP_SPAKE2 struct kc_spake2 *b = NULL;
	struct kc_spake2_result of_a, of_b;
	bool keys, confirmations;

	CHECK_OK_FATAL(kc_spake2_new(KC_SPAKE2_A, kc_bytes_str(code_a), "a", "b", &a));
	CHECK_OK_FATAL(kc_spake2_new(KC_SPAKE2_B, kc_bytes_str(code_b), "a", "b", &b));
	CHECK_OK_FATAL(kc_spake2_finish(a, kc_spake2_share(b), kc_bytes_str(aad_a), &of_a));
	CHECK_OK_FATAL(kc_spake2_finish(b, kc_spake2_share(a), kc_bytes_str(aad_b), &of_b));
	keys = memcmp(of_a.key, of_b.key, sizeof of_a.key) == 0;
	confirmations = memcmp(of_a.own_confirmation, of_b.peer_confirmation, 32) == 0 &&
			memcmp(of_b.own_confirmation, of_a.peer_confirmation, 32) == 0;
	CHECK(memcmp(of_a.own_confirmation, of_a.peer_confirmation, 32) != 0);
	return keys && confirmations;
}

static void only_equal_codes_agree(void)
{
	CHECK(agree("493207118 stretched to forty bytes 123456",
		"493207118 stretched to forty bytes 123456", "x", "x"));
	CHECK(!agree("493207118 stretched to forty bytes 123456",
		"493207119 stretched to forty bytes 123456", "x", "x"));
	CHECK(!agree("493207118 stretched to forty bytes 123456",
		"493207118 stretched to forty bytes 123456", "x", "y"));
}

static void shares_must_be_points(void)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		size_t len;
	} rows[] = {
		{"compressed form", 0, 0x02, 33},
		{"hybrid form", 0, 0x06, 65},
		{"infinity", 0, 0x00, 1},
		{"too short", 0, 0x04, 64},
		{"not on the curve", 64, 0xff, 65},
		{"coordinate above the prime", 1, 0xff, 65},
		{"empty", 0, 0x04, 0},
	};
	KC_CLEANUP_SPAKE2 struct kc_spake2 *run = NULL;
	struct kc_spake2_result result;
	uint8_t share[65];

	CHECK_OK_FATAL(kc_spake2_new(KC_SPAKE2_A,
		kc_bytes_str("a secret of forty bytes or a few more than that"), "a", "b", &run));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		from_hex(VECTOR_PB, share);
		if (rows[i].at == 1)
			memset(share + 1, 0xff, 32);
		share[rows[i].at] = rows[i].value;
		CHECK_MSG(kc_spake2_finish(run, kc_bytes(share, rows[i].len), kc_bytes(NULL, 0),
				  &result) == KC_E_DECODE,
			rows[i].what);
	}
	from_hex(VECTOR_PB, share);
	CHECK_OK(kc_spake2_finish(run, KC_BYTES_OF(share), kc_bytes(NULL, 0), &result));
}

/* G of P-256 for scalar 1, SEC 2 2.4.2; the byte string 0 is reduced to 0 and one is added. */
static void key_of_scalar_one(void)
{
	static const char generator[] =
		"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
		"0000000000000000000000000000000000000000000000000000000000000001";
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	uint8_t zero[48] = {0};

	CHECK_OK(kc_scalar_key_make(KC_BYTES_OF(zero), &key));
	CHECK(is_hex(kc_secret_bytes(&key), generator));
}

/* n − 1 as s is made 1; 1 stays. n of P-256: SEC 2 2.4.2. */
static void smaller_s(void)
{
	static const char n_less_one[] =
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
	uint8_t signature[64] = {1};

	from_hex(n_less_one, signature + 32);
	CHECK_ERR(kc_low_s_check(256, KC_BYTES_OF(signature)), KC_E_VERIFY);
	CHECK_OK(kc_low_s_set(256, signature));
	CHECK(signature[63] == 1 && signature[62] == 0 && signature[0] == 1);
	CHECK_OK(kc_low_s_check(256, KC_BYTES_OF(signature)));
	CHECK_OK(kc_low_s_set(256, signature));
	CHECK(signature[63] == 1);
	CHECK_ERR(kc_low_s_check(256, kc_bytes(signature, 63)), KC_E_DATA_LEN);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(rfc_vector),
		CHECK_TEST(only_equal_codes_agree),
		CHECK_TEST(shares_must_be_points),
		CHECK_TEST(key_of_scalar_one),
		CHECK_TEST(smaller_s),
	};
	return check_main("spake2", tests, KC_COUNT_OF(tests));
}
