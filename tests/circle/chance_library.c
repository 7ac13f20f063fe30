/* SPDX-License-Identifier: ISC */
/* By the library's older interface: the newer one would have to be set in the context of each. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/circle/chance.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/random.h"

#define TIME_MS INT64_C(1800000000000)

static int fill(unsigned char *data, int len)
{
	kc_random_fill(data, (size_t)len);
	return 1;
}

static int status(void)
{
	return 1;
}

static int64_t stand_still(void)
{
	return TIME_MS;
}

void chance_seed_all(uint64_t seed)
{
	static const RAND_METHOD method = {.bytes = fill, .pseudorand = fill, .status = status};

	if (RAND_set_rand_method(&method) != 1)
		abort();
	kc_clock_set_wall(stand_still);
	chance_seed_random(seed);
}
