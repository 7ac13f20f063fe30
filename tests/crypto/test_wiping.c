/* SPDX-License-Identifier: ISC */
/*
 * What is left of secrets in the heap when they have been freed: nothing. Each search has a
 * positive control.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/crypto.h"
#include "crypto/derive.h"
#include "crypto/pk.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/trace.h"

struct count {
	const struct trace *trace;
	unsigned found;
};

/* In the order of the stored form, or in that of a little-endian number. */
static void count_in(void *context, uintptr_t start, uintptr_t end)
{
	struct count *count = context;

	for (uintptr_t at = start; at + TRACE_LEN <= end; at++) {
		const volatile uint8_t *bytes = (const volatile uint8_t *)at;

		count->found += trace_is_at(count->trace, bytes) ||
				trace_is_at_reversed(count->trace, bytes);
	}
}

static unsigned count_in_memory(const struct trace *trace)
{
	struct count count = {.trace = trace};

	trace_each_mapping(count_in, &count);
	return count.found;
}

static const struct {
	const char *what;
	enum kc_key_type type;
	unsigned bits;
	size_t at; /* of the part in the stored form that is looked for */
	struct kc_sign_params params;
} rows[] = {
	{"P-256", KC_KEY_EC, 256, 65, {.scheme = KC_SIGN_ECDSA_DER, .hash = KC_HASH_SHA256}},
	{"P-384", KC_KEY_EC, 384, 97, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA384}},
	{"RSA", KC_KEY_RSA, 2048, 400, {.scheme = KC_SIGN_RSA_PKCS1, .hash = KC_HASH_SHA256}},
	{"Ed25519", KC_KEY_ED25519, 256, 8, {.scheme = KC_SIGN_EDDSA}},
};

/* Through everything that is done with a key: stored, loaded, used. */
static void use_key(size_t row, struct trace *trace, unsigned *ret_alive)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *made = NULL, *loaded = NULL;

	CHECK_OK_FATAL(kc_pk_generate(rows[row].type, rows[row].bits, &made));
	CHECK_OK_FATAL(kc_pk_store_private(made, &stored));
	CHECK_OK_FATAL(kc_pk_load(rows[row].type, true, kc_secret_bytes(&stored), &loaded));
	*trace = trace_of(stored.data + rows[row].at);
	for (int again = 0; again < 3; again++)
		CHECK_OK(
			kc_pk_sign(loaded, &rows[row].params, kc_bytes_str("message"), &signature));
	*ret_alive = count_in_memory(trace);
}

static void nothing_is_left_of_a_key(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct trace trace;
		unsigned alive = 0, left;
		char said[64];

		use_key(i, &trace, &alive);
		left = count_in_memory(&trace);
		snprintf(said, sizeof said, "%s: %u while alive, %u left", rows[i].what, alive,
			left);
		CHECK_MSG(alive >= 2, said);
		CHECK_MSG(left == 0, said);
	}
}

/* --- secret keys --------------------------------------------------------------------------------
 * A prepared key keeps contexts of the library, which hold the key and no message.
 */

#define IV_OF(len)                                         \
	{                                                  \
		(const uint8_t *)"fedcba9876543210", (len) \
	}

static const struct {
	const char *what;
	enum kc_secret_type type;
	struct kc_cipher_params cipher;
} secret_rows[] = {
	{"ECB", KC_SECRET_AES, {.scheme = KC_CIPHER_ECB}},
	{"CBC_PAD", KC_SECRET_AES, {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(16)}},
	{"CFB128", KC_SECRET_AES, {.scheme = KC_CIPHER_CFB128, .iv = IV_OF(16)}},
	{"CTS", KC_SECRET_AES, {.scheme = KC_CIPHER_CTS, .iv = IV_OF(16)}},
	{"GCM", KC_SECRET_AES, {.scheme = KC_CIPHER_GCM, .iv = IV_OF(12), .tag_len = 16}},
	{"CCM", KC_SECRET_AES, {.scheme = KC_CIPHER_CCM, .iv = IV_OF(12), .tag_len = 16}},
	{"KWP", KC_SECRET_AES, {.scheme = KC_CIPHER_KWP}},
	{"3DES", KC_SECRET_DES3, {.scheme = KC_CIPHER_CBC_PAD, .iv = IV_OF(8)}},
	{"ChaCha20-Poly1305", KC_SECRET_CHACHA20,
		{.scheme = KC_CIPHER_CHACHA20_POLY1305, .iv = IV_OF(12), .tag_len = 16}},
};

#define MESSAGE_LEN 64
struct message_traces {
	struct trace parts[MESSAGE_LEN / TRACE_LEN];
};

static unsigned count_message(const struct message_traces *traces)
{
	unsigned count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(traces->parts); i++)
		count += count_in_memory(&traces->parts[i]);
	return count;
}

/* There and back, whole and in parts. */
static void use_message(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct message_traces *traces, unsigned *ret_alive)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, cipher = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf back = KC_BUF_INIT;
	struct kc_sk_operation *operation = NULL;

	kc_random_fill(kc_buf_extend(&message, MESSAGE_LEN), MESSAGE_LEN);
	for (size_t i = 0; i < KC_COUNT_OF(traces->parts); i++)
		traces->parts[i] = trace_of(message.data + i * TRACE_LEN);
	CHECK_OK(kc_sk_encrypt(sk, params, kc_buf_bytes(&message), &cipher));
	CHECK_OK(kc_sk_decrypt_buf(sk, params, kc_buf_bytes(&cipher), &back));
	CHECK_OK_FATAL(kc_sk_cipher_begin(sk, KC_SK_DECRYPT, params, &operation));
	CHECK_OK(kc_sk_operation_part(operation, kc_bytes(cipher.data, 40), &back));
	CHECK_OK(kc_sk_operation_part(
		operation, kc_bytes(cipher.data + 40, cipher.len - 40), &back));
	CHECK_OK(kc_sk_operation_end(operation, &back));
	kc_sk_operation_free(operation);
	*ret_alive = count_message(traces);
}

static void use_secret_key(size_t row, struct trace *trace, unsigned *ret_alive)
{
	static const struct kc_sign_params hmac = {.scheme = KC_SIGN_HMAC, .hash = KC_HASH_SHA256};
	static const struct kc_derive_params derive = {
		.scheme = KC_DERIVE_HKDF, .hash = KC_HASH_SHA256, .extract = true};
	KC_CLEANUP_SECRET struct kc_secret derived = KC_SECRET_INIT;
	KC_CLEANUP_SK struct kc_sk *sk = NULL, *generic = NULL;
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	size_t len = secret_rows[row].type == KC_SECRET_DES3 ? 24 : 32;
	struct message_traces traces;
	unsigned alive = 0;

	CHECK_OK_FATAL(kc_sk_generate(secret_rows[row].type, len, &sk));
	CHECK_OK_FATAL(kc_sk_load(KC_SECRET_GENERIC, kc_sk_value(sk), &generic));
	*trace = trace_of(kc_sk_value(sk).data);
	use_message(sk, &secret_rows[row].cipher, &traces, &alive);
	CHECK_MSG(alive >= 3 * KC_COUNT_OF(traces.parts), secret_rows[row].what);
	CHECK_MSG(count_message(&traces) == 0, secret_rows[row].what);
	CHECK_OK(kc_sk_mac(generic, &hmac, kc_bytes_str("message"), &code));
	CHECK_OK(kc_derive_compute(&(struct kc_derive_base){.sk = generic}, &derive, &derived));
	*ret_alive = count_in_memory(trace);
}

static void nothing_is_left_of_a_secret_key(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(secret_rows); i++) {
		struct trace trace;
		unsigned alive = 0;

		use_secret_key(i, &trace, &alive);
		CHECK_MSG(alive >= 2, secret_rows[i].what);
		CHECK_MSG(count_in_memory(&trace) == 0, secret_rows[i].what);
	}
}

/* --- the allocator ------------------------------------------------------------------------------
 * The library frees much that it does not wipe.
 */

/* Writes a fresh secret into the block, of which only the trace stays behind. */
static void fill(uint8_t *block, struct trace *trace)
{
	uint8_t secret[TRACE_LEN];

	CHECK_FATAL(block != NULL);
	kc_random_fill(secret, sizeof secret);
	*trace = trace_of(secret);
	memcpy(block + 16, secret, sizeof secret); /* the first bytes become the allocator's */
	kc_mem_wipe(secret, sizeof secret);
	__asm__ volatile("" : : "r"(block) : "memory"); /* not to be left out as never read */
}

static unsigned left_by_libc(size_t len)
{
	uint8_t *block = malloc(len);
	struct trace trace;

	fill(block, &trace);
	free(block);
	return count_in_memory(&trace);
}

static unsigned left_by_library(size_t len)
{
	uint8_t *block = OPENSSL_malloc(len);
	struct trace trace;

	fill(block, &trace);
	block = OPENSSL_realloc(block, 3 * len);
	CHECK_FATAL(block != NULL);
	CHECK(count_in_memory(&trace) == 1);
	OPENSSL_free(block);
	return count_in_memory(&trace);
}

static void freed_blocks_are_empty(void)
{
	static const size_t sizes[] = {32, 100, 1000, 5000, 60000};
	unsigned control = 0;

	for (size_t i = 0; i < KC_COUNT_OF(sizes); i++) {
		control += left_by_libc(sizes[i]);
		CHECK(left_by_library(sizes[i]) == 0);
	}
	CHECK(control > 0);
}

static void allocator_can_be_set(void)
{
	CHECK_OK(kc_crypto_init());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(allocator_can_be_set), /* first: nothing has used the library yet */
		CHECK_TEST(freed_blocks_are_empty),
		CHECK_TEST(nothing_is_left_of_a_key),
		CHECK_TEST(nothing_is_left_of_a_secret_key),
	};
#ifdef KC_SANITIZED
	return 77; /* freed memory is kept aside, and may not be looked at */
#endif
	return check_main("wiping", tests, KC_COUNT_OF(tests));
}
