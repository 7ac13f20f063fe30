/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as what another device has written into the store, and a whole exchange with it. As in
 * fuzz_circle.c signatures and seals are always right. Seeds are made by circle_seeds.
 */
#include <stdlib.h>

#include "tests/fuzz/exchange.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static bool started;

	if (!started) {
		exchange_begin();
		atexit(exchange_end);
		started = true;
	}
	if (len == 0 || data[0] >= EXCHANGE_INPUTS)
		return 0;
	(void)exchange_offer((enum exchange_input)data[0], kc_bytes(data + 1, len - 1));
	return 0;
}
