/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as the messages of a pairing, to either side at each of its stages, and as what stands
 * in the store when they look for each other. As in fuzz_circle.c signatures and seals are always
 * right; the code is not: who does not know it gets nowhere. Seeds are made by circle_seeds.
 */
#include <stdlib.h>

#include "tests/circle/fast_keys.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/letting_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool started;

	if (!started) {
		letting_in_begin();
		atexit(letting_in_end);
		fast_keys_believe = true;
		started = true;
	}
	if (len > 0)
		letting_in_try(data[0], kc_bytes(data + 1, len - 1));
	return 0;
}
