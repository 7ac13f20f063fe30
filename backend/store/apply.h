/* SPDX-License-Identifier: ISC */
/*
 * Taking over versions of records that other devices wrote, once the merge has decided that they
 * win. What they replace goes to the history. Nothing is journaled.
 */
#ifndef KC_STORE_APPLY_H
#define KC_STORE_APPLY_H

#include "backend/store/history.h"
#include "backend/store/row.h"
#include "backend/store/track.h"

/* The version is live: item becomes the content of the record version->name, in the row that the
 * record has, or in a new one. version->id and ->item are filled in. item is taken, unless it comes
 * to DUPLICATE. Errors: LOCKED (the item's class, or that of what it replaces: hold the record);
 * DUPLICATE (another live item has this primary key: *ret_rival is its row). */
KC_MUST kc_err kc_apply_live(
	struct kc_txn *txn, struct kc_track *version, struct kc_item *item, uint64_t *ret_rival);
/* The version is a deletion: the record's item becomes a tombstone. An item that the lock hides
 * goes without one. winner: the writer of what it gives way to; nobody known: it is deleted,
 * whatever the version looks like. version->id and ->item are filled in; ->protection counts only
 * for a record that was never here. */
KC_MUST kc_err kc_apply_deletion(
	struct kc_txn *txn, struct kc_track *version, const struct kc_history_who *winner);

#endif
