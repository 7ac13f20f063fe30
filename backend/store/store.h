/* SPDX-License-Identifier: ISC */
/*
 * The encrypted database of one device: its file, and transactions on it.
 *
 * Everything else of this folder works inside a transaction (struct kc_txn): row.h items, scan.h
 * searches, record.h what sync knows, cell.h small sealed values, setting.h small clear ones.
 *
 * One connection and one mutex, which a transaction holds from its begin to its end; the keybag is
 * used only under it. A transaction is a local with a cleanup attribute: rolled back unless
 * committed. Several processes may have the same file open; SQLite keeps them apart. When one of
 * them has written into the file itself (copied the WAL back), the others are told REPLACED, and
 * open it again.
 */
#ifndef KC_STORE_STORE_H
#define KC_STORE_STORE_H

#include "backend/vault/keybag.h"

struct kc_store;

#define KC_STORE_NAME "keychain.db"
#define KC_STORE_DEVICE_LEN 8		   /* bytes of the random device id */
#define KC_STORE_DEVICE_NAME "device-name" /* the cell, readable while locked */

/* Makes the file at path, complete and durable: the keybag's blob, a new device id, and the name of
 * the device in its cell. Errors: KEYCHAIN_EXISTS, READ_ONLY, DISK_FULL, IO. On failure nothing is
 * left behind. */
KC_MUST kc_err kc_store_create(
	const char *path, struct kc_keybag *bag, struct kc_bytes keybag, const char *device_name);
/* Takes back a creation. */
void kc_store_discard(const char *path);

/* Looks at the file without changing a byte, then opens it. Where it cannot be written it is opened
 * for reading. Errors: NO_KEYCHAIN, EXPOSED, FOREIGN, NEWER, DAMAGED, READ_ONLY (a change is left
 * in the WAL and it cannot be written), IO. */
KC_MUST kc_err kc_store_open(const char *path, struct kc_store **ret);
void kc_store_close(struct kc_store *store);
#define KC_CLEANUP_STORE KC_CLEANUP(kc_store_close_cleanup)
static inline void kc_store_close_cleanup(struct kc_store **store)
{
	if (*store)
		kc_store_close(*store);
}

bool kc_store_is_read_only(const struct kc_store *store);

/* Lends the keybag to the store, which must have it before anything sealed is touched. */
void kc_store_set_bag(struct kc_store *store, struct kc_keybag *bag);

/* Takes and gives back the mutex, for changing the state of the keybag. */
void kc_store_hold(struct kc_store *store);
void kc_store_release(struct kc_store *store);

/* Grows with each commit of this process that callers can see. Needs no lock: what was looked at
 * under one count is still so while the count is the same, as far as this process knows. */
uint64_t kc_store_changes(const struct kc_store *store);

/* Copies the WAL back into the file and empties it, so that what it still held of older versions is
 * gone. Nothing happens while another process reads, or where the store cannot be written. */
void kc_store_settle(struct kc_store *store);

/* --- transactions -------------------------------------------------------------------------------
 */

enum kc_txn_mode { KC_TXN_READ, KC_TXN_WRITE };

struct kc_txn {
	struct kc_store *store;
	struct kc_db *db;
	const struct kc_keybag *bag;
	enum kc_txn_mode mode;
	bool open;
	bool changed;		      /* something that callers can see: the generation grows */
	uint8_t delta[KC_DIGEST_LEN]; /* what the set digest changes by */
};

#define KC_TXN_INIT \
	{           \
		0   \
	}
#define KC_CLEANUP_TXN KC_CLEANUP(kc_txn_done)

/* Errors: READ_ONLY (to write where that is not possible), BUSY (another process, for 20 s),
 * REPLACED (somebody else has changed the file, or taken it away; or it can be written now and
 * could not be when it was opened: it has to be opened again). */
KC_MUST kc_err kc_txn_begin(struct kc_store *store, enum kc_txn_mode mode, struct kc_txn *txn);
/* Makes the changes durable and ends the transaction. After a failure it is rolled back. */
KC_MUST kc_err kc_txn_commit(struct kc_txn *txn);
/* Rolls back what is not committed. */
void kc_txn_done(struct kc_txn *txn);

#endif
