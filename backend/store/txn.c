/* SPDX-License-Identifier: ISC */
/* Transactions. */
#include <sqlite3.h>
#include <string.h>

#include "backend/store/setdigest.h"
#include "backend/store/setting.h"
#include "backend/store/store_impl.h"

kc_err kc_txn_begin(struct kc_store *store, enum kc_txn_mode mode, struct kc_txn *txn)
{
	kc_err err;

	if (store->db.read_only && kc_store_can_write(store->path))
		return KC_ERR(REPLACED);
	if (mode == KC_TXN_WRITE && store->db.read_only)
		return KC_ERR(READ_ONLY);
	kc_store_hold(store);
	err = kc_store_check_inlock(store, mode);
	if (err == KC_OK)
		err = kc_db_exec(&store->db, mode == KC_TXN_WRITE ? "BEGIN IMMEDIATE" : "BEGIN");
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
	kc_err err = KC_OK;

	if (txn->changed)
		err = kc_setting_count_up(txn->db, KC_SETTING_GENERATION, 1);
	if (err == KC_OK)
		err = kc_setdigest_carry(txn);
	if (err == KC_OK) {
		err = kc_db_exec(txn->db, "COMMIT");
		kc_store_note_inlock(txn->store); /* now and then it copies the WAL back */
	}
	if (err == KC_OK) {
		txn->store->changes += txn->changed;
		txn->open = false;
		kc_store_release(txn->store);
	}
	return err;
}

void kc_txn_done(struct kc_txn *txn)
{
	if (!txn->open)
		return;
	/* After some failures SQLite has rolled back by itself; then there is nothing to do. */
	if (!sqlite3_get_autocommit(txn->db->handle))
		(void)sqlite3_exec(txn->db->handle, "ROLLBACK", NULL, NULL, NULL);
	txn->open = false;
	kc_store_release(txn->store);
}
