/* SPDX-License-Identifier: ISC */
/* Wiping and comparing. */
#include "base/mem.h"

#include <string.h>

struct kc_bytes kc_bytes_str(const char *text)
{
	return kc_bytes(text, text ? strlen(text) : 0);
}

int kc_bytes_compare(struct kc_bytes a, struct kc_bytes b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.data, b.data, shorter) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool kc_bytes_equal(struct kc_bytes a, struct kc_bytes b)
{
	return a.len == b.len && kc_bytes_compare(a, b) == 0;
}

void kc_mem_wipe(void *data, size_t len)
{
	if (len)
		explicit_bzero(data, len);
}

bool kc_mem_equal_ct(const void *a, const void *b, size_t len)
{
	/* volatile keeps the compiler from leaving the loop at the first difference. */
	const volatile uint8_t *x = a, *y = b;
	uint8_t difference = 0;

	for (size_t i = 0; i < len; i++)
		difference = (uint8_t)(difference | (x[i] ^ y[i]));
	return difference == 0;
}
