/* SPDX-License-Identifier: ISC */
/* How costs grow: what does not depend on the number of items is flat, the rest in proportion. */
#include "tests/check.h"
#include "tests/circle/costs.h"

/* Within one part in so many. */
static bool is_near(uint64_t a, uint64_t b, uint64_t parts)
{
	uint64_t more = a > b ? a - b : b - a;

	return more * parts <= (a > b ? a : b);
}

static uint64_t both(const struct between_count *count)
{
	return count->up + count->down;
}

static void flat_in_items(bool records)
{
	struct costs few, many;

	costs_measure(records, 10, 2, 4, &few);
	costs_measure(records, 80, 2, 4, &many);
	CHECK(few.add_up.requests == many.add_up.requests);
	CHECK(is_near(few.add_up.up, many.add_up.up, 20));
	CHECK(few.idle.requests == many.idle.requests);
	CHECK(few.apart_up.requests == many.apart_up.requests);
	CHECK(is_near(few.apart_up.up, many.apart_up.up, 20));
	CHECK(is_near(few.removal.up, many.removal.up, 20));
	if (!records)
		return;
	CHECK(is_near(few.add_down.down, many.add_down.down, 20));
	CHECK(is_near(few.add_up.down, many.add_up.down, 20));
	CHECK(is_near(few.apart_down.down, many.apart_down.down, 20));
	/* Both feeds, the batch, a message; both feeds, and perhaps a message. */
	CHECK(few.add_up.requests <= 4 && few.add_down.requests <= 3);
	CHECK(few.idle.requests == 1 && both(&few.idle) == both(&many.idle));
	CHECK(both(&few.idle) < 200);
}

/* What differs is sent, and no more: about the length of an item each. */
static void linear(void)
{
	struct costs some, many;
	uint64_t item;

	costs_measure(true, 10, 2, 10, &some);
	costs_measure(true, 10, 2, 110, &many);
	item = (many.apart_up.up - some.apart_up.up) / 100;
	CHECK(item > 300 && item < 900);
	CHECK(many.apart_up.requests <= some.apart_up.requests + 2);
}

static void removal_grows_with_devices(bool records)
{
	struct costs three, five;

	costs_measure(records, 10, 3, 2, &three);
	costs_measure(records, 10, 5, 2, &five);
	CHECK(five.removal.up > three.removal.up);
	CHECK(five.removal.up < 3 * three.removal.up);
	CHECK(five.removal.requests <= three.removal.requests + 2);
}

static void logs(void)
{
	flat_in_items(false);
	removal_grows_with_devices(false);
}

static void records(void)
{
	flat_in_items(true);
	linear();
	removal_grows_with_devices(true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(logs),
		CHECK_TEST(records),
	};
	return check_main("costs", tests, KC_COUNT_OF(tests));
}
