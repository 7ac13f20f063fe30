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
/* The same, and no other chance is left: OpenSSL's random bytes are the program's, and the clock
 * stands still (chance_library.c). What it makes is then what every such program makes. */
void chance_seed_all(uint64_t seed);

#endif
