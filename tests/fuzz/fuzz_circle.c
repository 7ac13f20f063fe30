/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as any of the things that devices get from each other (tests/circle/specimens.h): the
 * first byte says as which. Signatures and seals are always right here, so that what stands behind
 * them is reached. Seeds are made by circle_seeds.
 */
#include <stdlib.h>

#include "tests/circle/fast_keys.h"
#include "tests/circle/specimens.h"
#include "tests/fuzz/fuzz.h"

static void start(void)
{
	static bool started;

	if (started)
		return;
	specimens_begin();
	atexit(specimens_end);
	fast_keys_believe = true;
	started = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	start();
	if (len == 0 || data[0] >= specimen_count)
		return 0;
	if (specimens[data[0]].read(kc_bytes(data + 1, len - 1)) == KC_OK)
		specimens_restore();
	return 0;
}
