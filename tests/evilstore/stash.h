/* SPDX-License-Identifier: ISC */
/*
 * What is in a store, by name, for whoever may write over all of it: operations of a folder,
 * "<writer>-<number>", or records of a sqlite store. Nothing is looked into.
 */
#ifndef KC_TESTS_EVILSTORE_STASH_H
#define KC_TESTS_EVILSTORE_STASH_H

#include "backend/cloud/records.h"

#define STASH_NAME (KC_RECORDS_MAX_NAME + 1)

struct stash;
/* Errors: NOT_A_STORE (no marker there), and those of kc_cloud_open. */
KC_MUST kc_err stash_open(const char *url, struct stash **ret);
void stash_close(struct stash *stash);
bool stash_is_folder(const struct stash *stash);

KC_MUST kc_err stash_each(
	struct stash *stash, void (*visit)(void *context, const char *name), void *context);
/* Also of records that were taken away. */
KC_MUST kc_err stash_each_ever(
	struct stash *stash, void (*visit)(void *context, const char *name), void *context);
/* Errors: NOT_FOUND. */
KC_MUST kc_err stash_get(struct stash *stash, const char *name, struct kc_buf *ret);
/* Makes it, or writes over it. Errors: PARAM (nothing in such a store has this name). */
KC_MUST kc_err stash_put(struct stash *stash, const char *name, struct kc_bytes value);
/* The same where a record of that name is in another store: in the same zone. Errors: CONFLICT
 * (somebody was faster). */
KC_MUST kc_err stash_put_like(
	struct stash *stash, struct stash *other, const char *name, struct kc_bytes value);
KC_MUST kc_err stash_remove(struct stash *stash, const char *name);
/* Makes it as a copy of it, a folder or a file, is. Errors: NOT_FOUND. */
KC_MUST kc_err stash_roll_back(struct stash *stash, const char *copy);

#endif
