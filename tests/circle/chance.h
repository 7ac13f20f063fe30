/* SPDX-License-Identifier: ISC */
/* Chances that follow from a seed, for tests that must be told again. */
#ifndef KC_TESTS_CIRCLE_CHANCE_H
#define KC_TESTS_CIRCLE_CHANCE_H

#include <stddef.h>
#include <stdint.h>

void chance_seed(uint64_t seed);
uint64_t chance_bits(void);
/* 0 … below − 1. */
size_t chance(size_t below);
/* The seed of what is number number of a thing with that seed. */
uint64_t chance_derive(uint64_t seed, uint64_t number);

/* Makes the program's random bytes (base/random.h) follow from a seed of their own. */
void chance_seed_random(uint64_t seed);
/* From now on OpenSSL's random bytes are the program's (chance_library.c). */
void chance_rule_library(void);

#endif
