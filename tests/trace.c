/* SPDX-License-Identifier: ISC */
/* Nothing is copied on the way, and the list of mappings is read without a buffer in the heap. */
#include "tests/trace.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

#define MASK 0x5a

struct trace trace_of(const uint8_t *secret)
{
	struct trace trace;

	for (size_t i = 0; i < TRACE_LEN; i++)
		trace.masked[i] = secret[i] ^ MASK;
	return trace;
}

uint8_t trace_first(const struct trace *trace)
{
	return trace->masked[0] ^ MASK;
}

bool trace_is_at(const struct trace *trace, const volatile uint8_t *at)
{
	for (size_t i = 0; i < TRACE_LEN; i++)
		if ((at[i] ^ MASK) != trace->masked[i])
			return false;
	return true;
}

bool trace_is_at_reversed(const struct trace *trace, const volatile uint8_t *at)
{
	for (size_t i = 0; i < TRACE_LEN; i++)
		if ((at[TRACE_LEN - 1 - i] ^ MASK) != trace->masked[i])
			return false;
	return true;
}

void trace_each_mapping(void (*visit)(void *context, uintptr_t start, uintptr_t end), void *context)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	CHECK_FATAL(maps != NULL);
	setvbuf(maps, NULL, _IONBF, 0);
	while (fgets(line, sizeof line, maps)) {
		unsigned long start, end;
		char rights[5], name[256] = "";

		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &start, &end, rights, name) < 3)
			continue;
		if (strcmp(rights, "rw-p") == 0 && (name[0] == 0 || strcmp(name, "[heap]") == 0))
			visit(context, start, end);
	}
	fclose(maps);
}
