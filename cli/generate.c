/* SPDX-License-Identifier: ISC */
/* One choice of the kernel's randomness for each character. */
#include "cli/generate.h"

#include "base/random.h"

static const char alphabet[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

void kc_generate_password(size_t characters, struct kc_buf *out)
{
	for (size_t i = 0; i < characters; i++)
		kc_buf_push_byte(out, (uint8_t)alphabet[kc_random_below(sizeof alphabet - 1)]);
}
