/* SPDX-License-Identifier: ISC */
/*
 * Random lives of two to eight devices, held against a model.
 *
 * A schedule is a few dozen steps: devices add, change and delete a few items, exchange, are broken
 * off or lose power in any of these, restart, have wrong clocks, let others in, and do not reach
 * the store for a while. Either they share one store, or each has one of its own and a carrier
 * brings operations from one to the other, all or some, in any order, whole or not yet.
 *
 * In the end everything is everywhere, and then all hold the same, know each other, and have
 * nothing left to say. For each item it is what the model allows: of the changes to it, those that
 * nobody made another one on top of, in knowledge of it, are in the running; one of them is there.
 * So what was acknowledged is not lost but to a change beside it or after it, and what was deleted
 * by somebody who knew it does not come back.
 *
 * Everything follows from the seed: names, keys and clocks too. Each step draws its own chances, so
 * that a schedule that fails can be told with fewer steps.
 */
#ifndef KC_TESTS_CIRCLE_MODEL_H
#define KC_TESTS_CIRCLE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODEL_STEPS_MAX 64
#define MODEL_SEEDS UINT64_C(1000000000) /* of one mode; those of another begin behind them */

enum model_mode {
	MODEL_STEADY,	/* all clocks agree */
	MODEL_SKEWED,	/* none does, by days, and they jump by years */
	MODEL_WANDERING /* they agree, and items change their primary keys and views too */
};

struct model_plan {
	uint64_t seed;
	enum model_mode mode;
	uint64_t left_out; /* steps that do not happen, by their numbers */
	bool tell;	   /* what happens, on the standard output */
};

/* Once, before and after all. Homes are made in memory. */
void model_begin(void);
void model_end(void);

/* Lives through a schedule. What is wrong then, or NULL; valid until the next call. */
const char *model_run(const struct model_plan *plan);

/* The schedules with seeds from first on, as a test: count of them, or KC_SCHEDULES=<n> of the
 * environment, those behind KC_SCHEDULES_FROM=<n> others; SCHEDULE=<seed> lives and tells that one
 * alone. One that fails is told again with as few steps as it takes. */
void model_check(enum model_mode mode, uint64_t first, uint64_t count);
/* Single ones, of any mode; none of them when the environment asks for others. */
void model_check_these(const uint64_t *seeds, size_t count);

#endif
