/* SPDX-License-Identifier: ISC */
/* Encryption by RSA: a published vector, each scheme to its last byte, and every way to fail. */
#include <string.h>

#include "crypto/hash.h"
#include "crypto/pk.h"
#include "tests/check.h"
#include "tests/crypto/hex.h"

static struct kc_pk *key, *public_half, *small; /* of 2048 and of 512 bits */

static void make_keys(void)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_RSA, 2048, &key));
	CHECK_OK_FATAL(kc_pk_generate(KC_KEY_RSA, 512, &small));
	CHECK_OK(kc_pk_store_public(key, &stored));
	CHECK_OK_FATAL(kc_pk_load(KC_KEY_RSA, false, kc_buf_bytes(&stored), &public_half));
}

static void free_keys(void)
{
	kc_pk_free(key);
	kc_pk_free(public_half);
	kc_pk_free(small);
}

/* PKCS #1's oaep-vect.txt, example 1.1: RSAES-OAEP with SHA-1. */
static void oaep_vector(void)
{
	static const struct kc_cipher_params oaep = {
		.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_SHA1, .mgf_hash = KC_HASH_SHA1};
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT, block = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *pk = NULL;

	hex_push(&stored, "3082025c02010002818100a8b3b284af8eb50b387034a860f146c4919f318763"
			  "cd6c5598c8ae4811a1e0abc4c7e0b082d693a5e7fced675cf4668512772c0cbc"
			  "64a742c6c630f533c8cc72f62ae833c40bf25842e984bb78bdbf97c0107d55bd"
			  "b662f5c4e0fab9845cb5148ef7392dd3aaff93ae1e6b667bb3d4247616d4f5ba"
			  "10d4cfd226de88d39f16fb020301000102818053339cfdb79fc8466a655c7316"
			  "aca85c55fd8f6dd898fdaf119517ef4f52e8fd8e258df93fee180fa0e4ab2969"
			  "3cd83b152a553d4ac4d1812b8b9fa5af0e7f55fe7304df41570926f3311f15c4"
			  "d65a732c483116ee3d3d2d0af3549ad9bf7cbfb78ad884f84d5beb04724dc736"
			  "9b31def37d0cf539e9cfcdd3de653729ead5d1024100d32737e7267ffe1341b2"
			  "d5c0d150a81b586fb3132bed2f8d5262864a9cb9f30af38be448598d413a172e"
			  "fb802c21acf1c11c520c2f26a471dcad212eac7ca39d024100cc8853d1d54da6"
			  "30fac004f471f281c7b8982d8224a490edbeb33d3e3d5cc93c4765703d1dd791"
			  "642f1f116a0dd852be2419b2af72bfe9a030e860b0288b5d7702400e12bf1718"
			  "e9cef5599ba1c3882fe8046a90874eefce8f2ccc20e4f2741fb0a33a3848aec9"
			  "c9305fbecbd2d76819967d4671acc6431e4037968db37878e695c10241009529"
			  "7b0f95a2fa67d00707d609dfd4fc05c89dafc2ef6d6ea55bec771ea333734d92"
			  "51e79082ecda866efef13c459e1a631386b7e354c899f5f112ca85d715830240"
			  "4f456c502493bdc0ed2ab756a3a6ed4d67352a697d4216e93212b127a63d5411"
			  "ce6fa98d5dbefd73263e3728142743818166ed7dd63687dd2a8ca1d2f4fbd8e1");
	hex_push(&block, "354fe67b4a126d5d35fe36c777791a3f7ba13def484e2d3908aff722fad468fb"
			 "21696de95d0be911c2d3174f8afcc201035f7b6d8e69402de5451618c21a535f"
			 "a9d7bfc5b8dd9fc243f8cf927db31322d6e881eaa91a996170e657a05a266426"
			 "d98c88003f8477c1227094a0d9fa1e8c4024309ce1ecccb5210035d47ac72e8a");
	CHECK_OK_FATAL(kc_pk_load(KC_KEY_RSA, true, kc_buf_bytes(&stored), &pk));
	CHECK_OK(kc_pk_decrypt(pk, &oaep, kc_buf_bytes(&block), &message));
	CHECK(hex_is(kc_secret_bytes(&message),
		"6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34"));
}

#define OAEP(name, mgf_name, text)                                    \
	{                                                             \
		.scheme = KC_CIPHER_RSA_OAEP, .hash = KC_HASH_##name, \
		.mgf_hash = KC_HASH_##mgf_name, .label = {            \
			(const uint8_t *)(text),                      \
			sizeof(text) - 1                              \
		}                                                     \
	}

static const struct {
	const char *what;
	struct kc_cipher_params params;
	size_t room; /* for a message, of 256 bytes */
} ways[] = {
	{"raw", {.scheme = KC_CIPHER_RSA_RAW}, 256},
	{"PKCS1", {.scheme = KC_CIPHER_RSA_PKCS1}, 245},
	{"OAEP SHA1", OAEP(SHA1, SHA1, ""), 214},
	{"OAEP SHA224", OAEP(SHA224, SHA224, ""), 198},
	{"OAEP SHA256", OAEP(SHA256, SHA256, ""), 190},
	{"OAEP SHA256/1", OAEP(SHA256, SHA1, ""), 190},
	{"OAEP SHA384", OAEP(SHA384, SHA384, ""), 158},
	{"OAEP SHA3", OAEP(SHA3_384, SHA3_256, ""), 158},
	{"OAEP SHA512", OAEP(SHA512, SHA512, "a label\0with more"), 126},
};

/* Messages of all lengths that matter come back; longer ones are refused. */
static void round_trips(void)
{
	uint8_t message[257];

	memset(message, 0x5a, sizeof message);
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		const struct kc_cipher_params *params = &ways[i].params;
		const size_t lengths[] = {0, 1, 16, ways[i].room - 1, ways[i].room};
		KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;

		for (size_t j = 0; j < KC_COUNT_OF(lengths); j++) {
			struct kc_bytes input = kc_bytes(message, lengths[j]);
			KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
			size_t before = block.len;

			CHECK_OK_FATAL(
				kc_pk_encrypt(j % 2 ? key : public_half, params, input, &block));
			CHECK_FATAL(block.len == before + 256);
			CHECK_OK_FATAL(kc_pk_decrypt(
				key, params, kc_bytes(block.data + before, 256), &back));
			if (params->scheme == KC_CIPHER_RSA_RAW) { /* zeros before it */
				CHECK_FATAL(back.len == 256);
				for (size_t at = 0; at < 256 - input.len; at++)
					CHECK_MSG(back.data[at] == 0, ways[i].what);
				CHECK(input.len == 0 || memcmp(back.data + 256 - input.len,
								input.data, input.len) == 0);
			} else {
				CHECK_MSG(kc_bytes_equal(kc_secret_bytes(&back), input),
					ways[i].what);
			}
		}
		block.len = 0;
		CHECK_MSG(kc_pk_encrypt(key, params, kc_bytes(message, ways[i].room + 1), &block) ==
				  KC_E_DATA_LEN,
			ways[i].what);
		CHECK(block.len == 0);
	}
}

/* The bare operation takes numbers below the modulus; nothing is random in it. */
static void raw_is_a_number(void)
{
	static const struct kc_cipher_params raw = {.scheme = KC_CIPHER_RSA_RAW};
	KC_CLEANUP_BUF struct kc_buf a = KC_BUF_INIT, b = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
	uint8_t most[256];

	memset(most, 0xff, sizeof most);
	CHECK_ERR(kc_pk_encrypt(key, &raw, KC_BYTES_OF(most), &a), KC_E_DATA_LEN);
	CHECK_ERR(kc_pk_decrypt(key, &raw, KC_BYTES_OF(most), &back), KC_E_DECRYPT);
	CHECK_OK(kc_pk_encrypt(key, &raw, kc_bytes_str("\x2a"), &a));
	CHECK_OK(kc_pk_encrypt(key, &raw, kc_bytes("\0\0\x2a", 3), &b));
	CHECK(kc_bytes_equal(kc_buf_bytes(&a), kc_buf_bytes(&b)));
	kc_buf_truncate(&a, 0);
	CHECK_OK(kc_pk_encrypt(key, &raw, kc_bytes_str("\x01"), &a)); /* 1 to any power */
	CHECK(a.data[255] == 1 && a.data[0] == 0);
}

/* Whatever is wrong with a block, the answer is the same. */
static void refuses_blocks(void)
{
	for (size_t i = 1; i < KC_COUNT_OF(ways); i++) {
		KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
		struct kc_cipher_params other = ways[i].params;

		CHECK_OK_FATAL(kc_pk_encrypt(
			public_half, &ways[i].params, kc_bytes_str("message"), &block));
		CHECK_ERR(kc_pk_decrypt(key, &ways[i].params, kc_bytes(block.data, 255), &back),
			KC_E_DATA_LEN);
		CHECK_ERR(kc_pk_decrypt(public_half, &ways[i].params, kc_buf_bytes(&block), &back),
			KC_E_KEY_TYPE);
		if (other.scheme == KC_CIPHER_RSA_OAEP) {
			other.label = kc_bytes_str("another label");
			CHECK_ERR(kc_pk_decrypt(key, &other, kc_buf_bytes(&block), &back),
				KC_E_DECRYPT);
			other = ways[i].params;
			other.mgf_hash =
				other.mgf_hash == KC_HASH_SHA1 ? KC_HASH_SHA256 : KC_HASH_SHA1;
			CHECK_ERR(kc_pk_decrypt(key, &other, kc_buf_bytes(&block), &back),
				KC_E_DECRYPT);
		}
		kc_buf_push_byte(&block, 0);
		CHECK_ERR(kc_pk_decrypt(key, &ways[i].params, kc_buf_bytes(&block), &back),
			KC_E_DATA_LEN);
		for (size_t at = 0; at < 256; at += 51) {
			KC_CLEANUP_SECRET struct kc_secret other_message = KC_SECRET_INIT;

			block.data[at] ^= 4;
			/* One block in many thousands happens to be padded as PKCS#1 wants it. */
			if (kc_pk_decrypt(key, &ways[i].params, kc_bytes(block.data, 256),
				    &other_message) != KC_E_DECRYPT)
				CHECK_MSG(ways[i].params.scheme == KC_CIPHER_RSA_PKCS1 &&
						  !kc_bytes_equal(kc_secret_bytes(&other_message),
							  kc_bytes_str("message")),
					ways[i].what);
			block.data[at] ^= 4;
		}
		CHECK(back.len == 0);
	}
}

/* Blocks whose padding is wrong in one place each (RFC 8017 7.2.2), made by the bare operation. */
static void refuses_paddings(void)
{
	static const struct kc_cipher_params raw = {.scheme = KC_CIPHER_RSA_RAW},
					     pkcs1 = {.scheme = KC_CIPHER_RSA_PKCS1};
	static const struct {
		const char *what;
		size_t at;
		uint8_t value;
		kc_err wanted;
	} rows[] = {
		{"as it should be", 255, 7, KC_OK},
		{"first byte not 0", 0, 1, KC_E_DECRYPT},
		{"block type 1", 1, 1, KC_E_DECRYPT},
		{"seven bytes of padding", 9, 0, KC_E_DECRYPT},
		{"eight bytes of padding", 10, 0, KC_OK},
		{"nothing ends the padding", 248, 9, KC_E_DECRYPT},
	};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf encrypted = KC_BUF_INIT;
		KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
		uint8_t block[256];

		memset(block, 7, sizeof block);
		block[0] = 0;
		block[1] = 2;
		block[248] = 0;
		block[rows[i].at] = rows[i].value;
		CHECK_OK_FATAL(kc_pk_encrypt(key, &raw, KC_BYTES_OF(block), &encrypted));
		CHECK_MSG(kc_pk_decrypt(key, &pkcs1, kc_buf_bytes(&encrypted), &back) ==
				  rows[i].wanted,
			rows[i].what);
	}
}

static void refuses_schemes(void)
{
	static const struct {
		struct kc_cipher_params params;
		kc_err wanted;
	} rows[] = {
		{OAEP(NONE, SHA1, ""), KC_E_MECHANISM_PARAM},
		{OAEP(SHA1, NONE, ""), KC_E_MECHANISM_PARAM},
		{OAEP(SHA256, SHA256, ""), KC_E_MECHANISM_PARAM}, /* 66 bytes of 64 */
		{{.scheme = (enum kc_cipher_scheme)9}, KC_E_MECHANISM},
	};
	static const struct {
		enum kc_key_type type;
		unsigned bits;
	} others[] = {{KC_KEY_EC, 256}, {KC_KEY_ED25519, 256}, {KC_KEY_X25519, 256}};
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret back = KC_SECRET_INIT;
	uint8_t zeros[64] = {0};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_ERR(kc_pk_encrypt(small, &rows[i].params, kc_bytes_str(""), &block),
			rows[i].wanted);
		CHECK_ERR(kc_pk_decrypt(small, &rows[i].params, KC_BYTES_OF(zeros), &back),
			rows[i].wanted);
	}
	for (size_t i = 0; i < KC_COUNT_OF(others); i++) {
		KC_CLEANUP_PK struct kc_pk *other = NULL;

		CHECK_OK_FATAL(kc_pk_generate(others[i].type, others[i].bits, &other));
		CHECK_ERR(kc_pk_encrypt(other, &ways[1].params, kc_bytes_str(""), &block),
			KC_E_MECHANISM);
		CHECK_ERR(kc_pk_decrypt(other, &ways[1].params, KC_BYTES_OF(zeros), &back),
			KC_E_MECHANISM);
	}
	CHECK(block.len == 0 && back.len == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(make_keys), /* first: the others use them */
		CHECK_TEST(oaep_vector),
		CHECK_TEST(round_trips),
		CHECK_TEST(raw_is_a_number),
		CHECK_TEST(refuses_blocks),
		CHECK_TEST(refuses_paddings),
		CHECK_TEST(refuses_schemes),
		CHECK_TEST(free_keys),
	};
	return check_main("cipher", tests, KC_COUNT_OF(tests));
}
