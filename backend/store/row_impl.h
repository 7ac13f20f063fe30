/* SPDX-License-Identifier: ISC */
/* What the parts of row.h share. */
#ifndef KC_STORE_ROW_IMPL_H
#define KC_STORE_ROW_IMPL_H

#include "backend/store/row.h"

/* The row of an id; stmt keeps its views alive. Errors: NOT_FOUND. */
KC_MUST kc_err kc_row_find(
	struct kc_txn *txn, uint64_t id, struct kc_stmt *stmt, struct kc_row *ret);
/* Appends the clear columns, as associated data for one purpose. */
KC_MUST kc_err kc_row_put_ad(const char *purpose, const struct kc_row *row, struct kc_buf *ret);

/* The bytes that a row points into after sealing. */
struct kc_row_sealed {
	struct kc_buf terms, marks, meta, secret;
};
void kc_row_sealed_done(struct kc_row_sealed *sealed);
/* Makes the row of stored, whose id, version and ref are set, and sets its content digest. */
KC_MUST kc_err kc_row_seal(const struct kc_keybag *bag, struct kc_stored *stored,
	struct kc_row_sealed *sealed, struct kc_row *ret);

#endif
