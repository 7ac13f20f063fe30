/* SPDX-License-Identifier: ISC */
/* Bytes in memory: borrowed views, wiping, constant-time comparison. */
#ifndef KC_BASE_MEM_H
#define KC_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

#define KC_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define KC_CLEANUP(function) __attribute__((cleanup(function)))

/* A borrowed view of bytes; never owns. data may be NULL when len is 0. */
struct kc_bytes {
	const uint8_t *data;
	size_t len;
};

/* A view of an array, of a string without its NUL, of any pointer and length. */
#define KC_BYTES_OF(array) ((struct kc_bytes){(array), sizeof(array)})
struct kc_bytes kc_bytes_str(const char *text); /* NULL gives an empty view */
static inline struct kc_bytes kc_bytes(const void *data, size_t len)
{
	return (struct kc_bytes){(const uint8_t *)data, len};
}

/* Ordinary comparison, for what is not secret: <0, 0, >0 as memcmp, shorter first on a tie. */
int kc_bytes_compare(struct kc_bytes a, struct kc_bytes b);
bool kc_bytes_equal(struct kc_bytes a, struct kc_bytes b);

/* Overwrites memory in a way that the compiler keeps. NULL with 0 is fine. */
void kc_mem_wipe(void *data, size_t len);

/* Whether two blocks are equal, in time that depends on len alone: for secrets and MACs. */
KC_MUST bool kc_mem_equal_ct(const void *a, const void *b, size_t len);

/* For KC_CLEANUP on any malloc()ed pointer. */
static inline void kc_mem_free_cleanup(void *pointer)
{
	free(*(void **)pointer);
}
#define KC_CLEANUP_FREE KC_CLEANUP(kc_mem_free_cleanup)

#endif
