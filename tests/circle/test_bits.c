/* SPDX-License-Identifier: ISC */
/*
 * Each kind of bytes that comes from others, with each bit flipped and cut at each length: refused,
 * and whoever was to take it stays as it was. What nothing vouches for but its seal may be taken
 * with some bits flipped (one of each byte is tried); but nothing shorter, and nothing that ends
 * the program.
 */
#include <string.h>

#include "tests/check.h"
#include "tests/circle/specimens.h"

static void what_is_true_is_taken(void)
{
	for (size_t i = 0; i < specimen_count; i++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

		specimens[i].build(&bytes);
		CHECK_MSG(bytes.len > 0, specimens[i].name);
		CHECK_MSG(specimens[i].read(kc_buf_bytes(&bytes)) == KC_OK, specimens[i].name);
		specimens_restore();
	}
}

/* The control: that a reader has taken something is noticed. */
static void what_is_taken_is_noticed(void)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	CHECK_FATAL(strcmp(specimens[3].name, "list") == 0);
	CHECK(specimens_are_untouched());
	specimens[3].build(&bytes);
	CHECK_OK(specimens[3].read(kc_buf_bytes(&bytes)));
	CHECK(!specimens_are_untouched());
	specimens_restore();
	CHECK(specimens_are_untouched());
}

static void every_flipped_bit(void)
{
	for (size_t i = 0; i < specimen_count; i++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

		specimens[i].build(&bytes);
		for (size_t at = 0; at < 8 * bytes.len; at += specimens[i].is_bare ? 9 : 1) {
			uint8_t bit = (uint8_t)(1u << at % 8);
			kc_err err;

			bytes.data[at / 8] ^= bit;
			err = specimens[i].read(kc_buf_bytes(&bytes));
			bytes.data[at / 8] ^= bit;
			if (specimens[i].is_bare ? err == KC_E_BUG : err == KC_OK)
				CHECK_MSG(false, specimens[i].name);
		}
		CHECK_MSG(specimens_are_untouched(), specimens[i].name);
	}
}

static void every_other_length(void)
{
	for (size_t i = 0; i < specimen_count; i++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

		specimens[i].build(&bytes);
		for (size_t len = 0; len < bytes.len; len++) {
			KC_CLEANUP_FREE uint8_t *copy = malloc(len + 1);

			CHECK_FATAL(copy != NULL);
			memcpy(copy, bytes.data, len);
			if (specimens[i].read(kc_bytes(copy, len)) == KC_OK)
				CHECK_MSG(false, specimens[i].name);
		}
		kc_buf_push_byte(&bytes, 0);
		CHECK_MSG(specimens[i].read(kc_buf_bytes(&bytes)) != KC_OK, specimens[i].name);
		CHECK_MSG(specimens_are_untouched(), specimens[i].name);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(specimens_begin),
		CHECK_TEST(what_is_true_is_taken),
		CHECK_TEST(what_is_taken_is_noticed),
		CHECK_TEST(every_flipped_bit),
		CHECK_TEST(every_other_length),
		CHECK_TEST(specimens_end),
	};

	return check_main("bits", tests, KC_COUNT_OF(tests));
}
