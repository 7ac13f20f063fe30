/* SPDX-License-Identifier: ISC */
/*
 * History: earlier values of items, for 90 days. What was replaced or deleted, here or by another
 * device, and what lost against another change; so that nothing is lost by a merge or a mistake.
 *
 * An entry is the row of the item as it was, sealed as it was, under the item's class; nothing has
 * to be opened to keep it. What became of it is sealed beside it, bound to that row. No table of
 * items names it any more: whoever searches items does not see it.
 *
 * Bounds: KC_HISTORY_PER_KEY entries of one primary key, the oldest give way; and of all together
 * so many entries and bytes, seen to now and then, so that a change costs the same however much
 * there is.
 */
#ifndef KC_STORE_HISTORY_H
#define KC_STORE_HISTORY_H

#include "backend/store/row.h"
#include "backend/store/scan.h"
#include "backend/store/track.h"

#define KC_HISTORY_DAYS 90
#define KC_HISTORY_PER_KEY 20
#define KC_HISTORY_MOST 4096
#define KC_HISTORY_MOST_BYTES ((int64_t)64 << 20)
#define KC_HISTORY_EVERY 32 /* entries from one look at the bounds of all to the next */

/* A device; or this one, with an id of zeros. */
struct kc_history_who {
	bool is_known;
	uint8_t id[KC_TRACK_WRITER_LEN];
};
#define KC_HISTORY_HERE ((struct kc_history_who){.is_known = true})
/* Who wrote what a track stands for, in this circle or one before. */
struct kc_history_who kc_history_writer(const struct kc_track *track);

struct kc_history_end {
	enum kc_earlier how;
	int64_t at_ms;			  /* set by keep */
	struct kc_history_who writer, by; /* of the value; of what took its place */
};

/* Keeps the row of an item as it is now; one that is a tombstone or no row is left out. Needs no
 * key of the item's class. */
KC_MUST kc_err kc_history_keep_row(
	struct kc_txn *txn, uint64_t item, const struct kc_history_end *end);
/* Keeps an item, complete with its secret, that never had a row here, unless the history has that
 * secret of that writer. Errors: LOCKED. */
KC_MUST kc_err kc_history_keep_item(
	struct kc_txn *txn, struct kc_item *item, const struct kc_history_end *end);
/* Whether two items have the same secret, or, without any, the same attributes: then none of them
 * is an earlier value of the other. */
bool kc_history_is_same(const struct kc_item *a, const struct kc_item *b);
/* Before a change of this device's to an item: keeps its row, with the writer that its track names.
 * Only passwords: a key or a certificate that this device destroys is destroyed. */
KC_MUST kc_err kc_history_keep_own(struct kc_txn *txn, uint64_t item, enum kc_earlier how);

/* One entry by its number. Errors: NOT_FOUND, LOCKED, CORRUPT. */
KC_MUST kc_err kc_history_get(struct kc_txn *txn, uint64_t id, bool with_secret,
	struct kc_stored *ret, struct kc_history_end *ret_end);
/* Calls visit for the entries that a search of rows would find, newest first. */
struct kc_history_visitor {
	kc_err (*visit)(struct kc_history_visitor *visitor, uint64_t id, const struct kc_row *row);
};
KC_MUST kc_err kc_history_search(
	struct kc_txn *txn, const struct kc_match *match, struct kc_history_visitor *visitor);

/* Forgets what is older than KC_HISTORY_DAYS, and what is beyond the bounds of all. */
KC_MUST kc_err kc_history_purge(struct kc_txn *txn);
/* Forgets all of local items, of synced ones, or both. */
KC_MUST kc_err kc_history_forget(struct kc_txn *txn, enum kc_sync_filter which);

#endif
