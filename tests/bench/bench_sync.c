/* SPDX-License-Identifier: ISC */
/*
 * The table of doc/costs.md: requests and bytes of exchanges, for n items and d devices, in both
 * layouts. Without arguments, the smaller ones; with "all", up to 100,000 items; with two numbers,
 * these of items and devices in the record layout, and with a third argument in the other one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/circle/costs.h"

#define APART 10

static bool all;

static void print_row(const char *what, const struct between_count *count)
{
	printf("  %-22s %6llu requests %10llu up %12llu down\n", what,
		(unsigned long long)count->requests, (unsigned long long)count->up,
		(unsigned long long)count->down);
}

static void measure(bool records, unsigned n, unsigned d)
{
	struct costs costs;

	costs_measure(records, n, d, APART, &costs);
	printf("\n%s, %u items, %u devices\n", records ? "record" : "key-value", n, d);
	print_row("add one item", &costs.add_up);
	print_row("... another reads it", &costs.add_down);
	print_row("idle look", &costs.idle);
	print_row("a device joins", &costs.join);
	print_row("10 apart, sent", &costs.apart_up);
	print_row("10 apart, read", &costs.apart_down);
	print_row("feed forgotten", &costs.lost);
	print_row("a device is removed", &costs.removal);
}

static unsigned only_items, only_devices;
static bool in_logs;

static void one(void)
{
	measure(!in_logs, only_items, only_devices);
}

static void table(void)
{
	static const unsigned items[] = {10, 1000, 100000}, devices[] = {2, 5, 20};

	for (int records = 0; records < 2; records++)
		for (size_t i = 0; i < KC_COUNT_OF(items) - !all; i++)
			for (size_t k = 0; k < KC_COUNT_OF(devices); k++)
				measure(records, items[i], devices[k]);
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {CHECK_TEST(table)}, single[] = {CHECK_TEST(one)};

	if (argc > 2) {
		only_items = (unsigned)strtoul(argv[1], NULL, 10);
		only_devices = (unsigned)strtoul(argv[2], NULL, 10);
		in_logs = argc > 3;
		return check_main("sync", single, KC_COUNT_OF(single));
	}
	all = argc > 1 && strcmp(argv[1], "all") == 0;
	return check_main("sync", tests, KC_COUNT_OF(tests));
}
