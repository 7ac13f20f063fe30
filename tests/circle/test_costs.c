/* SPDX-License-Identifier: ISC */
/*
 * How costs grow, in requests and bytes: what does not depend on a number is flat, the rest in
 * proportion (doc/protocol.md; the figures are in doc/costs.md). KC_LONG=1 takes larger numbers,
 * and prints the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/circle/costs.h"

#define APART 20 /* more than devices say to each other directly */
#define MUCH_APART 120
#define ENTRY_LEN 68 /* of an item in the log of its writer */
#define NAME_LEN 80  /* of an item in the feed, without its value */

/* What is compared: more and more items, more and more devices. */
#define STEPS 3
struct measured {
	bool records;
	struct costs items[STEPS], devices[STEPS];
	struct costs apart; /* as items[0], but that more is changed */
};

static const unsigned few_items[STEPS] = {10, 100, 1300}, few_devices[STEPS] = {2, 3, 4};
static const unsigned many_items[STEPS] = {10, 1000, 100000}, many_devices[STEPS] = {2, 5, 20};

static bool is_long;

static void measure(struct measured *m, struct costs *ret, unsigned items, unsigned devices)
{
	*ret = (struct costs){
		.records = m->records, .items = items, .devices = devices, .apart = APART};
	costs_measure(ret);
}

static void measure_all(struct measured *m)
{
	for (size_t i = 0; i < STEPS; i++)
		measure(m, &m->items[i], (is_long ? many_items : few_items)[i], 2);
	m->devices[0] = m->items[0];
	for (size_t i = 1; i < STEPS; i++)
		measure(m, &m->devices[i], 10, (is_long ? many_devices : few_devices)[i]);
	m->apart = (struct costs){
		.records = m->records, .items = 10, .devices = 2, .apart = MUCH_APART};
	costs_measure(&m->apart);
	if (!is_long)
		return;
	costs_print(m->items, STEPS);
	costs_print(m->devices, STEPS);
}

/* --- how numbers grow ---------------------------------------------------------------------------
 */

static bool is_near(uint64_t a, uint64_t b, unsigned percent)
{
	uint64_t more = a > b ? a - b : b - a;

	return more * 100 <= (a > b ? a : b) * percent;
}

static uint64_t both(const struct between_count *count)
{
	return count->up + count->down;
}

/* By how much each of a number adds. */
static double slope(unsigned x1, uint64_t y1, unsigned x2, uint64_t y2)
{
	return ((double)y2 - (double)y1) / (double)(x2 - x1);
}

/* From three points: the second half is no steeper than the first. */
static bool is_linear(const unsigned x[STEPS], const uint64_t y[STEPS])
{
	return slope(x[1], y[1], x[2], y[2]) <= 1.15 * slope(x[0], y[0], x[1], y[1]);
}

static bool is_linear_in_devices(const struct measured *m, enum cost row)
{
	unsigned x[STEPS];
	uint64_t up[STEPS], requests[STEPS];

	for (size_t i = 0; i < STEPS; i++) {
		x[i] = m->devices[i].devices;
		up[i] = m->devices[i].rows[row].up;
		requests[i] = m->devices[i].rows[row].requests;
	}
	return is_linear(x, up) && is_linear(x, requests);
}

/* No more than in proportion to the devices, from the first point on. */
static bool is_in_proportion(const struct measured *m, enum cost row)
{
	const struct costs *first = &m->devices[0];

	for (size_t i = 1; i < STEPS; i++) {
		const struct costs *costs = &m->devices[i];

		if (costs->rows[row].up * first->devices > first->rows[row].up * costs->devices ||
			costs->rows[row].requests * first->devices >
				first->rows[row].requests * costs->devices)
			return false;
	}
	return true;
}

static bool is_flat_in_items(const struct measured *m, enum cost row)
{
	const struct between_count *first = &m->items[0].rows[row];

	for (size_t i = 1; i < STEPS; i++) {
		const struct between_count *count = &m->items[i].rows[row];

		if (count->requests != first->requests || !is_near(count->up, first->up, 2) ||
			!is_near(count->down, first->down, 2))
			return false;
	}
	return true;
}

/* --- the rows -----------------------------------------------------------------------------------
 */

/* The length of an item as it goes into the store, with its name. */
static double item_len(const struct measured *m)
{
	return slope(APART, m->items[0].rows[COST_SENT].up, MUCH_APART,
		       m->apart.rows[COST_SENT].up) -
	       ENTRY_LEN;
}

static void adding(const struct measured *m)
{
	const struct costs *two = &m->devices[0];

	CHECK(is_flat_in_items(m, COST_ADD) && is_flat_in_items(m, COST_ADD_READ));
	CHECK(is_in_proportion(m, COST_ADD));
	/* Feeds, or marker and logs, the batch, and a message to the other. */
	CHECK(two->rows[COST_ADD].requests <= 4 && two->rows[COST_ADD_READ].requests <= 4);
	CHECK(both(&two->rows[COST_ADD]) < 4000);
}

static void looking(const struct measured *m)
{
	CHECK(is_flat_in_items(m, COST_IDLE));
	for (size_t i = 0; i < STEPS; i++) {
		const struct between_count *count = &m->devices[i].rows[COST_IDLE];
		unsigned devices = m->devices[i].devices;

		CHECK(count->requests == (m->records ? 1 : 2));
		/* The names of the logs: of a device seven at most for each of two days. */
		CHECK(both(count) < (m->records ? 200 : 100 + 32 * 17 * devices));
	}
}

/* A newcomer must get all items, and little more. In the other layout logs name each of them. */
static void joining(const struct measured *m)
{
	double least = item_len(m) + (m->records ? 0 : ENTRY_LEN);
	const struct costs *few = &m->items[0], *many = &m->items[STEPS - 1];

	CHECK(slope(few->items, few->rows[COST_JOIN].down, many->items,
		      many->rows[COST_JOIN].down) <= 1.1 * least);
	CHECK(slope(few->items, few->rows[COST_JOIN].up, many->items, many->rows[COST_JOIN].up) <
		0.02 * least);
	/* It reads what each has said of each other: at most the square. */
	for (size_t i = 1; i < STEPS; i++) {
		const struct costs *a = &m->devices[i - 1], *b = &m->devices[i];
		unsigned x = a->devices, y = b->devices;

		CHECK(b->rows[COST_JOIN].up * x <= a->rows[COST_JOIN].up * y);
		CHECK(b->rows[COST_JOIN].requests * x * x <= a->rows[COST_JOIN].requests * y * y);
		CHECK(b->rows[COST_JOIN].down * x * x <= a->rows[COST_JOIN].down * y * y);
	}
}

/* What differs is sent, and no more: an item and its entry in the log. */
static void diverging(const struct measured *m)
{
	const struct between_count *some = m->items[0].rows, *many = m->apart.rows;

	CHECK(is_flat_in_items(m, COST_SENT) && is_flat_in_items(m, COST_READ));
	CHECK(item_len(m) > 440 && item_len(m) < 520);
	CHECK(slope(APART, some[COST_READ].down, MUCH_APART, many[COST_READ].down) <=
		1.1 * (item_len(m) + ENTRY_LEN));
	CHECK(many[COST_SENT].requests <= some[COST_SENT].requests);
	CHECK(many[COST_READ].requests <= some[COST_READ].requests);
}

/* Where there are logs, a reader knows by itself how far it is; elsewhere it reads the names. */
static void losing_history(const struct measured *m)
{
	const struct costs *first = &m->items[0];

	if (!m->records) {
		CHECK(is_flat_in_items(m, COST_LOST));
		CHECK(first->rows[COST_LOST].requests == first->rows[COST_IDLE].requests);
		return;
	}
	for (size_t i = 1; i < STEPS; i++) {
		const struct costs *a = &m->items[i - 1], *b = &m->items[i];

		CHECK(slope(a->items, a->rows[COST_LOST].down, b->items, b->rows[COST_LOST].down) <=
			NAME_LEN);
		CHECK(b->rows[COST_LOST].requests <= 6 + b->items / 900); /* pages */
	}
}

/* Items stay as they are. */
static void new_keys_and_removal(const struct measured *m)
{
	CHECK(is_flat_in_items(m, COST_KEYS) && is_flat_in_items(m, COST_REMOVAL));
	CHECK(is_linear_in_devices(m, COST_KEYS) && is_linear_in_devices(m, COST_REMOVAL));
	/* What was written for the device that goes is taken away by its names. */
	for (size_t i = 0; i < STEPS; i++)
		CHECK(!m->records || m->devices[i].rows[COST_REMOVAL].down < 10000);
}

static void check_all(bool records)
{
	struct measured m = {.records = records};

	measure_all(&m);
	adding(&m);
	looking(&m);
	joining(&m);
	diverging(&m);
	losing_history(&m);
	new_keys_and_removal(&m);
}

static void logs(void)
{
	check_all(false);
}

static void records(void)
{
	check_all(true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(logs),
		CHECK_TEST(records),
	};

	is_long = getenv("KC_LONG") != NULL;
	home_use_memory();
	return check_main("costs", tests, KC_COUNT_OF(tests));
}
