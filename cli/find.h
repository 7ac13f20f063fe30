/* SPDX-License-Identifier: ISC */
/* Finding what a user calls by name: server, service or label, any protocol, synced or not. */
#ifndef KC_CLI_FIND_H
#define KC_CLI_FIND_H

#include "cli/item.h"
#include "cli/run.h"

struct kc_find {
	const char *name;
	const char *user;	/* NULL: any */
	enum kc_item_kind kind; /* KC_ITEM_ANY: all */
	bool local, synced;	/* only those that don't sync, that do; not both */
	bool skip_locked;	/* leave out what the lock hides */
	bool earlier;		/* among the earlier values of items, not the items */
	uint32_t want;		/* KC_WANT_… besides the attributes */
};

/* The name and the options --user, --kind, --local and --sync of a run. Errors: PARAM. */
KC_MUST kc_err kc_find_asked(struct kc_run *run, struct kc_find *ret);

/* All that match, with their attributes; several only once. Errors: NOT_FOUND (told, with names
 * like it), LOCKED. */
KC_MUST kc_err kc_find_all(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *ret);
/* Reads an item again, by its reference, with more of it. Errors: NOT_FOUND, LOCKED. */
KC_MUST kc_err kc_find_again(
	struct kc_run *run, const struct kc_found *item, uint32_t want, struct kc_found_list *ret);
/* Deletes that very item; how many were deleted is added to *ret_count, which may be NULL. */
KC_MUST kc_err kc_find_delete(struct kc_run *run, const struct kc_found *item, uint64_t *ret_count);
/* A query for that very item; the caller ends it with kc_query_done. */
void kc_find_query(const struct kc_found *item, struct kc_query *ret);

#endif
