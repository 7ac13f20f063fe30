/* SPDX-License-Identifier: ISC */
/*
 * The set digest: one keyed value over all rows of the database together, so that a row that was
 * deleted, or put back as it once was, is noticed.
 *
 * Each row has a share, a keyed hash of all its columns, and the digest is their sum as numbers of
 * 256 bits, the first byte the least. (With an exclusive or, two equal rows would cancel each
 * other, and so hide.) A transaction notes the share of each row before and after its change, and
 * carries the digest forward when it commits. The digest is stored sealed: who watches the file
 * does not see by what it changes, and so cannot undo a change of one row in it.
 */
#ifndef KC_STORE_SETDIGEST_H
#define KC_STORE_SETDIGEST_H

#include "backend/store/store.h"

/* What stands for a sealed value in its row's share: the tag at its end, which nobody without the
 * key can make for another value. */
struct kc_bytes kc_setdigest_tag(struct kc_bytes sealed);
/* Adds the share of one row to a digest. */
void kc_setdigest_fold(
	const struct kc_keybag *bag, struct kc_bytes row, uint8_t digest[static KC_DIGEST_LEN]);
/* Notes that a row comes into the set, or goes out of it, when the transaction commits. */
enum kc_share_move { KC_SHARE_IN, KC_SHARE_OUT };
void kc_setdigest_note(struct kc_txn *txn, struct kc_bytes row, enum kc_share_move move);
/* Applies what was noted to the stored digest; kc_txn_commit calls it. */
KC_MUST kc_err kc_setdigest_carry(struct kc_txn *txn);

/* The stored digest; CORRUPT when it does not open, NOT_FOUND in a new database. */
KC_MUST kc_err kc_setdigest_get(const struct kc_txn *txn, uint8_t ret[static KC_DIGEST_LEN]);
KC_MUST kc_err kc_setdigest_put(struct kc_txn *txn, const uint8_t digest[static KC_DIGEST_LEN]);

#endif
