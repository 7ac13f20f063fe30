/* SPDX-License-Identifier: ISC */
/*
 * History: values that lost against another device's change made at the same time, kept sealed on
 * this device so that nothing is lost by a merge.
 */
#ifndef KC_STORE_HISTORY_H
#define KC_STORE_HISTORY_H

#include "backend/store/track.h"

#define KC_HISTORY_DAYS 90

/* Keeps an item, complete with its secret, under the name of its record. Errors: LOCKED. */
KC_MUST kc_err kc_history_keep(struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN],
	const struct kc_item *item);
/* The newest entry of a record whose id is below before (0: of all), and the id that it has.
 * Errors: NOT_FOUND, LOCKED, CORRUPT. */
KC_MUST kc_err kc_history_get(struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN],
	uint64_t before, uint64_t *ret_id, struct kc_item *ret);
/* Forgets what is older than KC_HISTORY_DAYS. */
KC_MUST kc_err kc_history_purge(struct kc_txn *txn);

#endif
