/* SPDX-License-Identifier: ISC */
/* Traces of secrets: parts of them, and the memory of this process where they might have been left.
 */
#ifndef KC_TESTS_TRACE_H
#define KC_TESTS_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#define TRACE_LEN 16

/* Part of a secret, masked, so that looking for it does not find the looking. */
struct trace {
	uint8_t masked[TRACE_LEN];
};

struct trace trace_of(const uint8_t *secret);
/* The first octet of what is looked for. */
uint8_t trace_first(const struct trace *trace);
/* Whether it is there; backwards as a number may be that is kept in the machine's order. */
bool trace_is_at(const struct trace *trace, const volatile uint8_t *at);
bool trace_is_at_reversed(const struct trace *trace, const volatile uint8_t *at);

/* Visits the heap and the anonymous mappings, which the arena is one of. */
void trace_each_mapping(
	void (*visit)(void *context, uintptr_t start, uintptr_t end), void *context);

#endif
