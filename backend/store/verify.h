/* SPDX-License-Identifier: ISC */
/*
 * Looking at the whole database: do its rows make up the set digest, and does the index fit them?
 *
 * Done when a keychain is opened, and again when it is unlocked, since only then every row can be
 * opened to find the one that does not.
 */
#ifndef KC_STORE_VERIFY_H
#define KC_STORE_VERIFY_H

#include "backend/store/store.h"

/* *ret_altered tells whether rows were deleted, changed or put back behind the program's back, now
 * or at an earlier look. Damaged rows that can be told are set aside, and a broken index is made
 * again, where the store can be written. Errors: those of the database itself. */
KC_MUST kc_err kc_verify_all(struct kc_store *store, bool *ret_altered);

#endif
