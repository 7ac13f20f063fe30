/* SPDX-License-Identifier: ISC */
/* splitmix64 (Steele, Lea, Flood 2014). */
#include "tests/circle/chance.h"

#include <string.h>

#include "base/random.h"

static uint64_t state, random_state;

static uint64_t next(uint64_t *from)
{
	uint64_t z = *from += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void chance_seed(uint64_t seed)
{
	state = seed;
}

uint64_t chance_bits(void)
{
	return next(&state);
}

size_t chance(size_t below)
{
	return (size_t)(chance_bits() % below);
}

uint64_t chance_derive(uint64_t seed, uint64_t number)
{
	uint64_t from = seed;
	uint64_t first = next(&from);

	from = first ^ number;
	return next(&from);
}

static void fill(void *data, size_t len)
{
	uint8_t *to = data;

	while (len) {
		uint64_t bits = next(&random_state);
		size_t part = len < sizeof bits ? len : sizeof bits;

		memcpy(to, &bits, part);
		to += part;
		len -= part;
	}
}

void chance_seed_random(uint64_t seed)
{
	random_state = seed;
	kc_random_set_source(fill);
}
