/* SPDX-License-Identifier: ISC */
/* Deleting items. */
#include "backend/keychain_impl.h"
#include "backend/store/change.h"
#include "backend/store/history.h"

struct deletion {
	const struct kc_query *query;
	struct kc_keychain_ids *damaged;
	uint64_t count;
};

bool kc_keychain_leaves_tombstone(const struct kc_item *item, enum kc_tomb_use use)
{
	switch (use) {
	case KC_TOMB_USE_DEFAULT:
		return item->sync && !item->tomb;
	case KC_TOMB_USE_ALWAYS:
		return true;
	case KC_TOMB_USE_NEVER:
		return false;
	}
	return false;
}

/* A row that the lock hides can be deleted too. It leaves no tombstone, since what a tombstone
 * holds cannot be read now; its deletion travels all the same, by its record. */
static kc_err delete_one(struct kc_txn *txn, struct deletion *deletion, uint64_t id)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	kc_err err = kc_row_get(txn, id, false, &stored);

	if (err == KC_E_CORRUPT)
		return kc_keychain_ids_push(deletion->damaged, id);
	if (err == KC_E_LOCKED && deletion->query->skip_locked)
		return KC_OK;
	if (err != KC_OK && err != KC_E_LOCKED)
		return err;
	deletion->count++;
	KC_TRY(kc_history_keep_own(txn, id, KC_EARLIER_DELETED));
	if (err == KC_E_LOCKED ||
		!kc_keychain_leaves_tombstone(&stored.item, deletion->query->tomb_use))
		return kc_change_remove(txn, id);
	KC_TRY(kc_item_bury(&stored.item));
	return kc_change_replace(txn, &stored);
}

static kc_err delete_intxn(
	struct kc_keychain *keychain, const struct kc_caller *caller, struct deletion *deletion)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_IDS struct kc_keychain_ids ids = {0};

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_search_ids(&txn, caller, deletion->query, &ids));
	for (size_t i = 0; i < ids.count; i++)
		KC_TRY(delete_one(&txn, deletion, ids.ids[i]));
	if (deletion->count == 0)
		return KC_ERR(NOT_FOUND);
	return kc_txn_commit(&txn);
}

kc_err kc_keychain_item_delete(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, uint64_t *ret_count)
{
	KC_CLEANUP_IDS struct kc_keychain_ids damaged = {0};
	struct deletion deletion = {.query = query, .damaged = &damaged};
	kc_err err = delete_intxn(keychain, caller, &deletion);

	kc_keychain_set_aside(keychain, &damaged);
	if (err == KC_OK && ret_count)
		*ret_count = deletion.count;
	return err;
}
