/* SPDX-License-Identifier: ISC */
/* Savepoints; outside of a greater transaction they are what BEGIN and COMMIT are. */
#include "tests/fuzz/nested_txn.h"

#include <stdlib.h>

#include "backend/store/setdigest.h"
#include "backend/store/setting.h"
#include "backend/store/store_impl.h"

static void must(kc_err err)
{
	if (err != KC_OK)
		abort();
}

void nested_txn_begin(struct kc_store *store)
{
	must(kc_db_exec(&store->db, "BEGIN IMMEDIATE"));
}

void nested_txn_undo(struct kc_store *store)
{
	must(kc_db_exec(&store->db, "ROLLBACK"));
}

kc_err kc_txn_begin(struct kc_store *store, enum kc_txn_mode mode, struct kc_txn *txn)
{
	kc_err err;

	kc_store_hold(store);
	err = kc_db_exec(&store->db, "SAVEPOINT part");
	if (err != KC_OK) {
		kc_store_release(store);
		return err;
	}
	*txn = (struct kc_txn){
		.store = store, .db = &store->db, .bag = store->bag, .mode = mode, .open = true};
	return KC_OK;
}

kc_err kc_txn_commit(struct kc_txn *txn)
{
	if (txn->changed)
		KC_TRY(kc_setting_count_up(txn->db, KC_SETTING_GENERATION, 1));
	KC_TRY(kc_setdigest_carry(txn));
	KC_TRY(kc_db_exec(txn->db, "RELEASE part"));
	kc_store_note_inlock(txn->store);
	txn->store->changes += txn->changed;
	txn->open = false;
	kc_store_release(txn->store);
	return KC_OK;
}

void kc_txn_done(struct kc_txn *txn)
{
	if (!txn->open)
		return;
	must(kc_db_exec(txn->db, "ROLLBACK TO part; RELEASE part"));
	txn->open = false;
	kc_store_release(txn->store);
}
