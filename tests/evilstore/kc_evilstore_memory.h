/* SPDX-License-Identifier: ISC */
/*
 * What was carried: which value of a record was brought from one view to another last, and, with no
 * other view, how a view was left. Hashes alone; in a file between runs.
 */
#ifndef KC_TESTS_EVILSTORE_KC_EVILSTORE_MEMORY_H
#define KC_TESTS_EVILSTORE_KC_EVILSTORE_MEMORY_H

#include "base/mem.h"

bool evilstore_memory_has(const char *from, const char *to, const char *name);
bool evilstore_memory_is(const char *from, const char *to, const char *name, struct kc_bytes value);
void evilstore_memory_set(
	const char *from, const char *to, const char *name, struct kc_bytes value);
void evilstore_memory_done(void);

/* A file that is not there is empty. False, with a word on standard error: it cannot be read, or
 * written. */
bool evilstore_memory_load(const char *path);
bool evilstore_memory_save(const char *path);

#endif
