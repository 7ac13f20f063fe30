/* SPDX-License-Identifier: ISC */
/*
 * What it costs to judge who is trusted, for circles of some sizes: each device lets in the next,
 * all include all, and a quarter of them were put out by everybody.
 */
#include <stdio.h>
#include <string.h>

#include "backend/circle/circle.h"
#include "base/clock.h"
#include "base/random.h"
#include "tests/check.h"

#define ROUNDS 2000

static struct kc_circle circle;

static void add_member(size_t number)
{
	struct kc_member *m = calloc(1, sizeof *m);

	CHECK_FATAL(m != NULL);
	m->list = calloc(1, sizeof *m->list);
	CHECK_FATAL(m->list != NULL);
	kc_random_fill(m->id.bytes, sizeof m->id.bytes);
	m->list->seq = 100;
	circle.members[number] = m;
}

static void fill(size_t devices, size_t out)
{
	circle = (struct kc_circle){.member_count = devices};
	circle.vouchers = calloc(devices, sizeof *circle.vouchers);
	CHECK_FATAL(circle.vouchers != NULL);
	for (size_t i = 0; i < devices; i++)
		add_member(i);
	circle.begun.first = circle.members[0]->id;
	for (size_t i = 1; i < devices; i++)
		circle.vouchers[circle.voucher_count++].voucher =
			(struct kc_voucher){.sponsor = circle.members[i - 1]->id,
				.sponsor_seq = 1,
				.beneficiary = circle.members[i]->id};
	for (size_t i = 0; i < devices; i++)
		for (size_t k = 0; k < devices; k++) {
			struct kc_list *list = circle.members[i]->list;
			struct kc_exclusion e = {.target = circle.members[k]->id, .cut_seq = 100};

			CHECK_OK_FATAL(kc_list_add_include(list, &circle.members[k]->id));
			if (i < devices - out && k >= devices - out)
				CHECK_OK_FATAL(kc_list_add_exclusion(list, &e));
		}
}

static void done(void)
{
	for (size_t i = 0; i < circle.member_count; i++) {
		free(circle.members[i]->list);
		free(circle.members[i]);
	}
	free(circle.vouchers);
}

static double judge_us(size_t devices, size_t out)
{
	struct kc_trust trust;
	uint64_t start;
	double us;

	fill(devices, out);
	start = kc_clock_monotonic_us();
	for (int i = 0; i < ROUNDS; i++)
		CHECK_OK_FATAL(kc_circle_judge(&circle, &trust));
	us = (double)(kc_clock_monotonic_us() - start) / ROUNDS;
	CHECK(kc_peer_set_has(trust.trusted, 0));
	for (size_t i = 0; i < devices; i++)
		CHECK(kc_peer_set_has(trust.excluded, i) == (i >= devices - out));
	done();
	return us;
}

static void table(void)
{
	static const size_t devices[] = {2, 5, 20, 64};

	for (size_t i = 0; i < KC_COUNT_OF(devices); i++)
		printf("%3zu devices  %8.1f us; %zu of them out %8.1f us\n", devices[i],
			judge_us(devices[i], 0), devices[i] / 4,
			judge_us(devices[i], devices[i] / 4));
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(table)};

	return check_main("judge", tests, KC_COUNT_OF(tests));
}
