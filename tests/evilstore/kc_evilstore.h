/* SPDX-License-Identifier: ISC */
/* What the files of kc-evilstore share: its exit statuses, and how a value is spoiled. */
#ifndef KC_TESTS_EVILSTORE_KC_EVILSTORE_H
#define KC_TESTS_EVILSTORE_KC_EVILSTORE_H

#include <stdio.h>

#include "tests/evilstore/stash.h"

enum { EXIT_DONE, EXIT_NOTHING, EXIT_USAGE, EXIT_NO_STORE, EXIT_BROKEN };

/* The same numbers for the same seed. */
void evilstore_seed(uint64_t seed);
uint64_t evilstore_chance(void);

int evilstore_usage(FILE *to);
int evilstore_fail(const char *what, kc_err err);
/* Opens what is a store; says so when it is none. */
int evilstore_open(const char *url, struct stash **ret);
/* One line of what was done. */
void evilstore_said(const char *what, const char *name);

/* One bit is another; bytes behind len are gone. False: nothing is changed. */
bool evilstore_flip(struct kc_buf *value);
bool evilstore_cut(struct kc_buf *value, size_t len);

/* attack URL RULE… (kc_evilstore_attack.c) */
int evilstore_attack(char **words, size_t count);
void evilstore_tell_attacks(FILE *to);

/* carry (kc_evilstore_carry.c) */
#define EVILSTORE_MAX_VIEWS 8
struct evilstore_wishes {
	const char *truth, *rules, *memory, *views[EVILSTORE_MAX_VIEWS];
	size_t view_count;
	unsigned every;
};
int evilstore_carry(const struct evilstore_wishes *wishes);

/* verify FILE (kc_evilstore_verify.c) */
int evilstore_verify(const char *path);

#endif
