/* SPDX-License-Identifier: ISC */
/*
 * The inside of the door, for the files of this folder: one struct, and what they lend each other.
 *
 * Locks: the store's mutex (held by a transaction) guards the database and the state of the keybag;
 * the turn of tries.h is held while a password is tried, delays included, and rewrapping while a
 * new one is stored. The turn is taken first and the store's mutex last.
 */
#ifndef KC_BACKEND_KEYCHAIN_IMPL_H
#define KC_BACKEND_KEYCHAIN_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "backend/keychain.h"
#include "backend/store/history.h"
#include "backend/store/row.h"
#include "backend/store/scan.h"
#include "backend/store/store.h"
#include "backend/sync/former.h"
#include "backend/tries.h"

struct kc_keychain_keys;   /* prepared keys, keychain_keys.c */
struct kc_keychain_owned;  /* what connected programs have in memory, keychain_owned.c */
struct kc_keychain_grants; /* uses of keys that were authorised, keychain_authorize.c */
struct kc_keychain_sync;   /* the device's part in a circle, keychain_sync.c */

struct kc_keychain {
	struct kc_store *store;
	struct kc_keybag *bag; /* lent to the store */
	struct kc_tries tries, officer_tries;
	pthread_mutex_t rewrapping;	 /* one new password at a time, until it counts */
	_Atomic enum kc_lock_state lock; /* what the bag says; noted under the store's mutex */
	bool altered; /* the database was changed by something else; under the store's mutex */
	struct kc_keychain_counts {
		uint64_t generation; /* that the numbers belong to; 0: none yet */
		uint64_t items, synced, quarantined;
	} counts;			   /* under the store's mutex */
	struct kc_keychain_keys *keys;	   /* owned by keychain_keys.c */
	struct kc_keychain_owned *owned;   /* owned by keychain_owned.c */
	struct kc_keychain_grants *grants; /* owned by keychain_authorize.c */
	struct kc_keychain_sync *sync;	   /* owned by keychain_sync.c; NULL at first */
};

/* Notes what has become of the lock, with the store's mutex held. */
void kc_keychain_note_lock(struct kc_keychain *keychain);

/* --- transactions on items ----------------------------------------------------------------------
 * Several of these in one transaction happen all or not at all:
 *
 *   KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
 *   KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
 *   KC_TRY(kc_keychain_txn_add(&txn, caller, &private_half, want, &ret_private));
 *   KC_TRY(kc_keychain_txn_add(&txn, caller, &public_half, want, &ret_public));
 *   return kc_txn_commit(&txn);
 */

/* What an item of the caller's would be: its attributes by the ruler, and what its bytes say. */
KC_MUST kc_err kc_keychain_build(
	const struct kc_caller *caller, const struct kc_item_input *input, struct kc_item *ret);
/* As kc_keychain_item_add. */
KC_MUST kc_err kc_keychain_txn_add(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_item_input *input, uint32_t want, struct kc_found *ret);
/* The live item of a row, if the caller may see it; its secret too, even one that is never given
 * out. Errors: NOT_FOUND, LOCKED. */
KC_MUST kc_err kc_keychain_txn_get(struct kc_txn *txn, const struct kc_caller *caller, uint64_t id,
	bool with_secret, struct kc_stored *ret);

/* --- passwords ----------------------------------------------------------------------------------
 */

/* Takes the turn of trying a password until the end of the scope. */
static inline void kc_keychain_leave_turn(struct kc_tries **tries)
{
	kc_tries_leave(*tries);
}
#define KC_HOLD_TURN(tries)                                                       \
	KC_CLEANUP(kc_keychain_leave_turn) struct kc_tries *held_turn_ = (tries); \
	kc_tries_enter(held_turn_)

/* Stores a new password of a holder's, and lets it count (kc_keybag_rewrap). */
KC_MUST kc_err kc_keychain_rewrap(struct kc_keychain *keychain, const struct kc_secret *officer_key,
	enum kc_keybag_holder holder, struct kc_bytes new_password);
/* Unlocks, or checks the password when it is open, with the user's turn held; what was done on
 * unlocking is done. */
KC_MUST kc_err kc_keychain_unlock_inturn(struct kc_keychain *keychain, struct kc_bytes password);

/* --- access -------------------------------------------------------------------------------------
 */

/* NOT_ALLOWED for a caller without any group. */
KC_MUST kc_err kc_keychain_access_caller(const struct kc_caller *caller);
/* NOT_ALLOWED for a group that the caller may not use. */
KC_MUST kc_err kc_keychain_access_group(const struct kc_caller *caller, struct kc_bytes group);

/* --- searching ----------------------------------------------------------------------------------
 */

/* Calls visit for each row that the query matches, local items before synced ones, until it fails
 * or sets *ret_stop. Rows come unopened. */
struct kc_keychain_visitor {
	kc_err (*visit)(struct kc_keychain_visitor *visitor, const struct kc_row *row, bool *stop);
};
KC_MUST kc_err kc_keychain_search(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_visitor *visitor);
/* The same of earlier values, newest first within a class and sync mark, whatever the page. Errors:
 * also PARAM, for a list of references. */
struct kc_history_visitor;
KC_MUST kc_err kc_keychain_search_history(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_history_visitor *visitor);

/* Ids of rows, in the order that they were found. */
struct kc_keychain_ids {
	uint64_t *ids;
	size_t count, allocated;
};
#define KC_CLEANUP_IDS KC_CLEANUP(kc_keychain_ids_done)
void kc_keychain_ids_done(struct kc_keychain_ids *ids);
KC_MUST kc_err kc_keychain_ids_push(struct kc_keychain_ids *ids, uint64_t id);
/* The ids that a query matches, its limit and page left aside. */
KC_MUST kc_err kc_keychain_search_ids(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_ids *ret);

/* Whether an item that is deleted, or moves to another primary key, stays as a tombstone. */
bool kc_keychain_leaves_tombstone(const struct kc_item *item, enum kc_tomb_use use);

/* A page ends after so many rows, or bytes as they are stored, unless one row alone is longer: an
 * answer stays well below what a message may hold, even when items have large secrets. */
#define KC_KEYCHAIN_PAGE_ROWS 4096u
#define KC_KEYCHAIN_PAGE_BYTES ((size_t)1 << 20)

/* The part of kc_keychain_item_find for identities: appends to ret, and names the rows that do not
 * open. */
KC_MUST kc_err kc_keychain_identity_find(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_keychain_ids *damaged, struct kc_found_list *ret);

/* Sets aside those of the rows that still do not open, in a transaction of its own. A failure is
 * only logged: the rows count as absent all the same. */
void kc_keychain_set_aside(struct kc_keychain *keychain, const struct kc_keychain_ids *damaged);
/* What a caller gets of an item, as far as it wants it and may have it; takes from stored. */
KC_MUST kc_err kc_keychain_found_take(
	struct kc_stored *stored, uint32_t want, struct kc_found *ret);
/* Sets what is told of a device: its id, and its name when it is of a circle of before. */
void kc_keychain_found_tell(struct kc_attrs *attrs, kc_name id, kc_name name,
	const struct kc_history_who *who, const struct kc_former *former);

/* Sets the attributes that the bytes of a new or changed item speak of, where the caller gave none
 * (kc_item_set_own). */
KC_MUST kc_err kc_keychain_describe(struct kc_item *item);

/* --- the other parts of the door ----------------------------------------------------------------
 */

KC_MUST kc_err kc_keychain_keys_open(struct kc_keychain *keychain);
/* At lock: forgets the prepared keys. The store's mutex is held. */
void kc_keychain_keys_drop(struct kc_keychain *keychain);
void kc_keychain_keys_close(struct kc_keychain *keychain);
KC_MUST kc_err kc_keychain_owned_open(struct kc_keychain *keychain);
/* At lock, after it was noted: forgets what programs have that is not to outlive it. Never waits.
 */
void kc_keychain_owned_lock(struct kc_keychain *keychain);
void kc_keychain_owned_drop_program(struct kc_keychain *keychain, uint64_t program);
void kc_keychain_owned_close(struct kc_keychain *keychain);
KC_MUST kc_err kc_keychain_authorize_open(struct kc_keychain *keychain);
/* At lock: forgets every authorisation. Never waits. */
void kc_keychain_authorize_drop(struct kc_keychain *keychain);
void kc_keychain_authorize_drop_program(struct kc_keychain *keychain, uint64_t program);
void kc_keychain_authorize_close(struct kc_keychain *keychain);
/* At lock: ends a pairing that is under way, at once or when whoever is working on it has done its
 * step. Never waits. The store's mutex is held. */
void kc_keychain_sync_drop(struct kc_keychain *keychain);
void kc_keychain_sync_close(struct kc_keychain *keychain);
/* Fills in store and pending of a status. */
KC_MUST kc_err kc_keychain_sync_fill_status(
	struct kc_keychain *keychain, struct kc_txn *txn, struct kc_status *status);

#endif
