/* SPDX-License-Identifier: ISC */
/* Random bytes from the kernel. */
#ifndef KC_BASE_RANDOM_H
#define KC_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills data with bytes fit for keys, getrandom(2). Never fails: a kernel that cannot give any ends
 * the process, since going on without would be worse. */
void kc_random_fill(void *data, size_t len);

/* A number in 0 … below-1, without bias; below must not be 0. */
uint32_t kc_random_below(uint32_t below);

/* Replaces the source, for tests that need the same bytes again; NULL restores the kernel's. */
typedef void (*kc_random_source)(void *data, size_t len);
void kc_random_set_source(kc_random_source source);

#endif
