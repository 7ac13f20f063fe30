/* SPDX-License-Identifier: ISC */
/* Random lives of several devices (model.h), with seeds that are always the same. */
#include <stdlib.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/circle/model.h"

static uint64_t lives(void)
{
	return getenv("KC_LONG") ? 2000 : 100;
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

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(model_begin),
		CHECK_TEST(clocks_that_agree),
		CHECK_TEST(clocks_that_do_not),
		CHECK_TEST(names_that_wander),
		CHECK_TEST(model_end),
	};

	return check_main("schedules", tests, KC_COUNT_OF(tests));
}
