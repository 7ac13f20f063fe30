/* SPDX-License-Identifier: ISC */
/* Random lives of several devices (model.h), with seeds that are always the same. */
#include <stdlib.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/circle/model.h"

static uint64_t lives(void)
{
#ifdef KC_SANITIZED /* it takes four times as long there */
	return getenv("KC_LONG") ? 500 : 40;
#else
	return getenv("KC_LONG") ? 2000 : 100;
#endif
}

static void clocks_that_agree(void)
{
	model_check(MODEL_STEADY, 0, lives());
}

static void clocks_that_do_not(void)
{
	model_check(MODEL_SKEWED, MODEL_SEEDS, lives());
}

static void names_that_wander(void)
{
	model_check(MODEL_WANDERING, 2 * MODEL_SEEDS, lives());
}

/* Of the first hundred thousand: each found something once. */
static void those_that_failed(void)
{
	static const uint64_t seeds[] = {45173, 211191, 1000030926, 1000042500, 1000043917,
		1000044666, 1000045902, 1000046683, 1000203457, 2000045288, 1000061038, 2000060384,
		2000200683, 1000300006, 205443, 206576, 2000302360, 2000304408, 1000217443, 320785,
		1000332873, 1000332924, 253200, 2000333771, 256157, 1000342294, 263046, 1000267466,
		1000274222, 2000602565, 1000604875, 1000722662};

	model_check_these(seeds, KC_COUNT_OF(seeds));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(model_begin),
		CHECK_TEST(clocks_that_agree),
		CHECK_TEST(clocks_that_do_not),
		CHECK_TEST(names_that_wander),
		CHECK_TEST(those_that_failed),
		CHECK_TEST(model_end),
	};

	return check_main("schedules", tests, KC_COUNT_OF(tests));
}
