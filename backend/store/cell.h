/* SPDX-License-Identifier: ISC */
/*
 * Cells: named small values, sealed; for what the circle keeps (its state, its keys, its floors).
 *
 * A cell's name is stored as a keyed hash. Its value is bound to its name and version, and takes
 * part in the set digest, so an older value put back is noticed.
 */
#ifndef KC_STORE_CELL_H
#define KC_STORE_CELL_H

#include "backend/store/store.h"
#include "base/der.h"

#define KC_CELL_MAX_VALUE ((size_t)4 << 20)

/* Errors: NOT_FOUND, LOCKED, CORRUPT. */
KC_MUST kc_err kc_cell_get(struct kc_txn *txn, const char *name, struct kc_buf *ret);
/* Adds or replaces; protection says when it can be read again. Errors: LOCKED, TOO_LARGE. */
KC_MUST kc_err kc_cell_put(
	struct kc_txn *txn, enum kc_protection protection, const char *name, struct kc_bytes value);
/* Nothing happens when there is none. */
KC_MUST kc_err kc_cell_remove(struct kc_txn *txn, const char *name);

/* Mixes the shares of all cells into a set digest. */
KC_MUST kc_err kc_cell_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN]);

#endif
