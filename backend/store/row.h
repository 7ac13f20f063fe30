/* SPDX-License-Identifier: ISC */
/*
 * One row of the table "item": sealing an item into it, opening it again, writing it.
 *
 * Metadata and secret are sealed apart, so that a listing unwraps no secret. Each is bound, as
 * associated data, to all the clear columns of its row: id, version, class, protection, sync, tomb,
 * ref, key, terms, marks. A column that was changed, or that came from another row or another
 * version, makes the row CORRUPT.
 */
#ifndef KC_STORE_ROW_H
#define KC_STORE_ROW_H

#include "backend/item/item.h"
#include "backend/store/db.h"
#include "backend/store/store.h"

/* An item with its place in the database. */
struct kc_stored {
	uint64_t id;	  /* never used again for another item */
	uint64_t version; /* 1, then one more with each change */
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	struct kc_item item; /* without its secret when only the metadata was opened */
};
#define KC_STORED_INIT \
	{              \
		0      \
	}
#define KC_CLEANUP_STORED KC_CLEANUP(kc_row_stored_done)
void kc_row_stored_done(struct kc_stored *stored);

/* The clear columns, and views of the sealed ones. */
struct kc_row {
	uint64_t id, version;
	kc_name class;
	enum kc_protection protection;
	bool sync, tomb;
	bool malformed; /* a column has a value that no row can have */
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	uint8_t key[KC_INDEX_MAC_LEN];
	struct kc_bytes terms, marks, meta, secret;
	bool has_secret; /* the column, which may hold secret attributes alone */
};

/* The columns of a SELECT, in the order that kc_row_read wants them. */
#define KC_ROW_COLUMNS                                                                        \
	"item.id, item.version, item.class, item.protection, item.sync, item.tomb, item.ref," \
	" item.key, item.terms, item.marks, item.meta, item.secret"
/* Reads the current row; its views live until the next step. Never fails: see malformed. */
void kc_row_read(const struct kc_stmt *stmt, struct kc_row *ret);

/* Opens a row. Errors: LOCKED; CORRUPT, which is for the caller to hand to kc_row_quarantine. */
KC_MUST kc_err kc_row_open(const struct kc_keybag *bag, const struct kc_row *row, bool with_secret,
	struct kc_stored *ret);
/* The same by id, or by the hash of a primary key. Errors: also NOT_FOUND. */
KC_MUST kc_err kc_row_get(struct kc_txn *txn, uint64_t id, bool with_secret, struct kc_stored *ret);
/* The row with this primary key. Errors: NOT_FOUND. */
KC_MUST kc_err kc_row_find_key(
	struct kc_txn *txn, const uint8_t key[static KC_INDEX_MAC_LEN], uint64_t *ret_id);

/* Adds a row for stored->item; ref is used as it is; id and version are set. Errors: LOCKED,
 * DISK_FULL. */
KC_MUST kc_err kc_row_insert(struct kc_txn *txn, struct kc_stored *stored);
/* Writes stored->item, complete with its secret, over row id; version grows. */
KC_MUST kc_err kc_row_replace(struct kc_txn *txn, struct kc_stored *stored);
/* Errors: NOT_FOUND. Needs no key. */
KC_MUST kc_err kc_row_remove(struct kc_txn *txn, uint64_t id);
/* Moves the row aside, as it is. Errors: NOT_FOUND. */
KC_MUST kc_err kc_row_quarantine(struct kc_txn *txn, uint64_t id);

/* How many live items there are, how many of them synced, how many rows were set aside. */
KC_MUST kc_err kc_row_count(
	struct kc_txn *txn, uint64_t *ret_live, uint64_t *ret_synced, uint64_t *ret_quarantined);

/* Puts the row's terms into the index, whatever is there. */
KC_MUST kc_err kc_row_index(struct kc_txn *txn, const struct kc_row *row);

/* What the set digest is made over: all columns, the sealed ones by their tags. */
KC_MUST kc_err kc_row_put_share(const struct kc_row *row, struct kc_buf *ret);

#endif
