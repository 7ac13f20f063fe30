/* SPDX-License-Identifier: ISC */
/* The cell, in transactions of its own: what an exchange that ends with an alarm has decided is not
 * kept, the reason for the alarm is. */
#include "backend/sync/caught.h"

#include "backend/store/cell.h"

kc_err kc_caught_load(struct kc_txn *txn, struct kc_evidence_list *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_cell_get(txn, KC_CAUGHT_CELL, &saved);

	kc_evidence_list_done(ret);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	err = kc_evidence_pull(kc_buf_bytes(&saved), ret);
	return err == KC_E_DECODE ? KC_ERR(CORRUPT) : err;
}

static kc_err add_all(
	struct kc_evidence_list *to, const struct kc_evidence_list *list, bool *ret_changed)
{
	*ret_changed = false;
	for (size_t i = 0; i < list->count; i++) {
		struct kc_evidence evidence;
		bool added;

		KC_TRY(kc_evidence_get(list, i, &evidence));
		KC_TRY(kc_evidence_add(to, &evidence, &added));
		*ret_changed = *ret_changed || added;
	}
	return KC_OK;
}

kc_err kc_caught_keep(struct kc_store *store, const struct kc_evidence_list *list)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list kept = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	bool changed;
	kc_err err;

	if (list->count == 0)
		return KC_OK;
	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	err = kc_caught_load(&txn, &kept); /* one that is damaged begins anew */
	if (err != KC_OK && err != KC_E_CORRUPT)
		return err;
	KC_TRY(add_all(&kept, list, &changed));
	if (!changed)
		return KC_OK;
	KC_TRY(kc_evidence_put(&kept, &saved));
	KC_TRY(kc_cell_put(&txn, KC_PROTECTION_CKU, KC_CAUGHT_CELL, kc_buf_bytes(&saved)));
	return kc_txn_commit(&txn);
}

static bool shows_old_copy(enum kc_evidence_kind kind)
{
	return kind == KC_EVIDENCE_OLD_LIST || kind == KC_EVIDENCE_SHORT_LOG;
}

kc_err kc_caught_forgive(struct kc_txn *txn)
{
	KC_CLEANUP_EVIDENCE_LIST struct kc_evidence_list kept = {.count = 0}, left = {.count = 0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_caught_load(txn, &kept);

	if (err != KC_E_CORRUPT)
		KC_TRY(err);
	for (size_t i = 0; i < kept.count; i++) {
		struct kc_evidence evidence;
		bool added;

		KC_TRY(kc_evidence_get(&kept, i, &evidence));
		if (!shows_old_copy(evidence.kind))
			KC_TRY(kc_evidence_add(&left, &evidence, &added));
	}
	if (left.count == kept.count)
		return KC_OK;
	if (left.count == 0)
		return kc_cell_remove(txn, KC_CAUGHT_CELL);
	KC_TRY(kc_evidence_put(&left, &saved));
	return kc_cell_put(txn, KC_PROTECTION_CKU, KC_CAUGHT_CELL, kc_buf_bytes(&saved));
}
