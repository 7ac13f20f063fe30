/* SPDX-License-Identifier: ISC */
/*
 * Sightings: which version of each record of the store between devices this device saw last, where
 * that store keeps records. A hint, in the clear: what is wrong in it costs a conflict.
 */
#ifndef KC_STORE_SIGHTING_H
#define KC_STORE_SIGHTING_H

#include "backend/store/store.h"

#define KC_SIGHTING_LEN 24 /* of what tells one version from another */

/* Errors: NOT_FOUND. */
KC_MUST kc_err kc_sighting_get(
	struct kc_txn *txn, const char *name, uint8_t ret[static KC_SIGHTING_LEN]);
/* reading: a number for the time that the store was last read from the beginning; CLAIMED for what
 * the store has only said to have. */
#define KC_SIGHTING_CLAIMED 0
KC_MUST kc_err kc_sighting_put(struct kc_txn *txn, const char *name,
	const uint8_t version[static KC_SIGHTING_LEN], uint64_t reading);
/* Takes out one of those that were not seen since an earlier reading, and gives its name, of at
 * most size bytes with its NUL. Errors: NOT_FOUND. */
KC_MUST kc_err kc_sighting_take_missing(
	struct kc_txn *txn, uint64_t reading, char *ret, size_t size);
/* The first of those that are only claimed, after a name; gives its name as above. Errors:
 * NOT_FOUND. */
KC_MUST kc_err kc_sighting_next_claimed(
	struct kc_txn *txn, const char *after, char *ret, size_t size);
/* How many there are more than items whose records are tracked: what the store shows under names
 * that say nothing to this device. */
KC_MUST kc_err kc_sighting_count_strange(struct kc_txn *txn, uint64_t *ret);
/* Forgets all. */
KC_MUST kc_err kc_sighting_clear(struct kc_txn *txn);

#endif
