/* SPDX-License-Identifier: ISC */
/* Transactions that are parts of a greater one, which is undone: so that a device can go back in no
 * time to where it was. Linked in place of backend/store/txn.c. */
#ifndef KC_TESTS_FUZZ_NESTED_TXN_H
#define KC_TESTS_FUZZ_NESTED_TXN_H

#include "backend/store/store.h"

void nested_txn_begin(struct kc_store *store);
void nested_txn_undo(struct kc_store *store);

#endif
