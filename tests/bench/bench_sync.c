/* SPDX-License-Identifier: ISC */
/*
 * What exchanges cost with so many items and devices, in both layouts: the two numbers are its
 * arguments, 1,000 and 5 without. The table of doc/costs.md is tests/circle/test_costs'.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "tests/circle/costs.h"
#include "tests/backend/words.h"

#define APART 20

static unsigned items = 1000, devices = 5;

static void measure(bool records)
{
	struct costs costs = {
		.records = records, .items = items, .devices = devices, .apart = APART};

	costs_measure(&costs);
	costs_print(&costs, 1);
}

static void logs(void)
{
	measure(false);
}

static void records(void)
{
	measure(true);
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {CHECK_TEST(logs), CHECK_TEST(records)};

	if (argc > 2) {
		items = (unsigned)strtoul(argv[1], NULL, 10);
		devices = (unsigned)strtoul(argv[2], NULL, 10);
	}
	home_use_memory();
	return check_main("sync", tests, KC_COUNT_OF(tests));
}
