/* SPDX-License-Identifier: ISC */
/*
 * What a keyring takes for the calls that programs make most.
 *
 *   bench_keyring NAME fill COUNT            makes the items 0 to COUNT - 1
 *   bench_keyring NAME measure COUNT ROUNDS  of COUNT items: prints the microseconds of a find by
 *                                            primary key and by label (the medians of ROUNDS), then
 *                                            of an add (the mean), and leaves ROUNDS items more
 *
 * bench_keyring.sh runs it on keyrings of several sizes and compares.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/bench/keyring.h"

#define MAX_ITEMS 10000000
#define MAX_ROUNDS 100000

static const struct keyring *const keyrings[] = {
	&keyring_secitem,
#ifdef HAVE_LIBSECRET
	&keyring_libsecret,
#endif
};

static void must(bool is_done, const char *what, int number)
{
	if (is_done)
		return;
	fprintf(stderr, "bench: item %d: %s failed\n", number, what);
	exit(1);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median_us(bool (*find)(int number), int count, int rounds)
{
	static uint64_t times[MAX_ROUNDS];

	must(find(0), "the first find", 0); /* which connects */
	for (int i = 0; i < rounds; i++) {
		int number = (int)((int64_t)i * 7919 % count);
		uint64_t start = kc_clock_monotonic_us();
		bool is_found = find(number);
		times[i] = kc_clock_monotonic_us() - start;
		must(is_found, "find", number);
	}
	qsort(times, (size_t)rounds, sizeof times[0], compare);
	return times[rounds / 2];
}

static void fill(const struct keyring *keyring, int from, int to)
{
	for (int i = from; i < to; i++)
		must(keyring->add(i), "add", i);
}

static void measure(const struct keyring *keyring, int count, int rounds)
{
	uint64_t by_key = median_us(keyring->find_key, count, rounds);
	uint64_t by_label = median_us(keyring->find_label, count, rounds);
	uint64_t start = kc_clock_monotonic_us();

	fill(keyring, count, count + rounds);
	printf("%llu %llu %.1f\n", (unsigned long long)by_key, (unsigned long long)by_label,
		(double)(kc_clock_monotonic_us() - start) / rounds);
}

static const struct keyring *keyring_named(const char *name)
{
	for (size_t i = 0; i < KC_COUNT_OF(keyrings); i++)
		if (strcmp(keyrings[i]->name, name) == 0)
			return keyrings[i];
	fprintf(stderr, "bench: no keyring is called %s here\n", name);
	exit(2);
}

/* 0 when it is not a number from 1 to most. */
static int number_of(const char *text, long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *end == '\0' && number >= 1 && number <= most ? (int)number : 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench_keyring NAME fill COUNT | NAME measure COUNT ROUNDS\nNAME:");
	for (size_t i = 0; i < KC_COUNT_OF(keyrings); i++)
		fprintf(stderr, " %s", keyrings[i]->name);
	fprintf(stderr, "\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool is_fill = argc == 4 && strcmp(argv[2], "fill") == 0;
	bool is_measure = argc == 5 && strcmp(argv[2], "measure") == 0;
	int count = is_fill || is_measure ? number_of(argv[3], MAX_ITEMS) : 0;
	int rounds = is_measure ? number_of(argv[4], MAX_ROUNDS) : 1;

	if (!count || !rounds)
		return usage();
	if (is_fill)
		fill(keyring_named(argv[1]), 0, count);
	else
		measure(keyring_named(argv[1]), count, rounds);
	return 0;
}
