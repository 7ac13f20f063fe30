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
#include "crypto/pk.h"
#include "base/random.h"
#include "tests/check.h"

#define MASK 0x5a
#define PATTERN_LEN 16

/* Part of a secret, masked, so that looking for it does not find the looking. */
struct pattern {
	uint8_t masked[PATTERN_LEN];
};

static void take_pattern(struct pattern *pattern, const uint8_t *from)
{
	for (size_t i = 0; i < PATTERN_LEN; i++)
		pattern->masked[i] = from[i] ^ MASK;
}

static bool is_there(const volatile uint8_t *at, const struct pattern *pattern, bool reversed)
{
	for (size_t i = 0; i < PATTERN_LEN; i++)
		if ((at[reversed ? PATTERN_LEN - 1 - i : i] ^ MASK) != pattern->masked[i])
			return false;
	return true;
}

/* In the order of the stored form, or in that of a little-endian number. */
static unsigned count_in(uintptr_t start, uintptr_t end, const struct pattern *pattern)
{
	unsigned count = 0;

	for (uintptr_t at = start; at + PATTERN_LEN <= end; at++) {
		const volatile uint8_t *bytes = (const volatile uint8_t *)at;

		count += is_there(bytes, pattern, false) || is_there(bytes, pattern, true);
	}
	return count;
}

/* The heap and the anonymous mappings, which the arena is one of. */
static unsigned count_in_memory(const struct pattern *pattern)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned count = 0;
	char line[512];

	CHECK_FATAL(maps != NULL);
	setvbuf(maps, NULL, _IONBF, 0);
	while (fgets(line, sizeof line, maps)) {
		unsigned long start, end;
		char rights[5], name[256] = "";

		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &start, &end, rights, name) < 3)
			continue;
		if (strcmp(rights, "rw-p") == 0 && (name[0] == 0 || strcmp(name, "[heap]") == 0))
			count += count_in(start, end, pattern);
	}
	fclose(maps);
	return count;
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
static void use_key(size_t row, struct pattern *pattern, unsigned *ret_alive)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *made = NULL, *loaded = NULL;

	CHECK_OK_FATAL(kc_pk_generate(rows[row].type, rows[row].bits, &made));
	CHECK_OK_FATAL(kc_pk_store_private(made, &stored));
	CHECK_OK_FATAL(kc_pk_load(rows[row].type, true, kc_secret_bytes(&stored), &loaded));
	take_pattern(pattern, stored.data + rows[row].at);
	for (int again = 0; again < 3; again++)
		CHECK_OK(
			kc_pk_sign(loaded, &rows[row].params, kc_bytes_str("message"), &signature));
	*ret_alive = count_in_memory(pattern);
}

static void nothing_is_left_of_a_key(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct pattern pattern;
		unsigned alive = 0, left;
		char said[64];

		use_key(i, &pattern, &alive);
		left = count_in_memory(&pattern);
		snprintf(said, sizeof said, "%s: %u while alive, %u left", rows[i].what, alive,
			left);
		CHECK_MSG(alive >= 2, said);
		CHECK_MSG(left == 0, said);
	}
}

/* --- the allocator ------------------------------------------------------------------------------
 * The library frees much that it does not wipe.
 */

/* Writes a fresh secret into the block, of which only the pattern stays behind. */
static void fill(uint8_t *block, struct pattern *pattern)
{
	uint8_t secret[PATTERN_LEN];

	CHECK_FATAL(block != NULL);
	kc_random_fill(secret, sizeof secret);
	take_pattern(pattern, secret);
	memcpy(block + 16, secret, sizeof secret); /* the first bytes become the allocator's */
	kc_mem_wipe(secret, sizeof secret);
	__asm__ volatile("" : : "r"(block) : "memory"); /* not to be left out as never read */
}

static unsigned left_by_libc(size_t len)
{
	uint8_t *block = malloc(len);
	struct pattern pattern;

	fill(block, &pattern);
	free(block);
	return count_in_memory(&pattern);
}

static unsigned left_by_library(size_t len)
{
	uint8_t *block = OPENSSL_malloc(len);
	struct pattern pattern;

	fill(block, &pattern);
	block = OPENSSL_realloc(block, 3 * len);
	CHECK_FATAL(block != NULL);
	CHECK(count_in_memory(&pattern) == 1);
	OPENSSL_free(block);
	return count_in_memory(&pattern);
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
	};
#ifdef KC_SANITIZED
	return 77; /* freed memory is kept aside, and may not be looked at */
#endif
	return check_main("wiping", tests, KC_COUNT_OF(tests));
}
