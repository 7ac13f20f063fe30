/* SPDX-License-Identifier: ISC */
/* Changes that are made on this device. */
#include "backend/store/change.h"

#include "backend/store/terms.h"
#include "backend/store/track.h"

kc_err kc_change_insert(struct kc_txn *txn, struct kc_stored *stored)
{
	KC_TRY(kc_row_insert(txn, stored));
	return kc_track_follow(txn, stored);
}

kc_err kc_change_replace(struct kc_txn *txn, struct kc_stored *stored)
{
	KC_TRY(kc_row_replace(txn, stored));
	return kc_track_follow(txn, stored);
}

kc_err kc_change_remove(struct kc_txn *txn, uint64_t id)
{
	KC_TRY(kc_row_remove(txn, id));
	return kc_track_follow_removal(txn, id);
}

kc_err kc_change_quarantine(struct kc_txn *txn, uint64_t id)
{
	KC_TRY(kc_row_quarantine(txn, id));
	return kc_track_follow_loss(txn, id);
}

kc_err kc_change_find_rival(
	struct kc_txn *txn, const struct kc_item *item, bool sync, struct kc_stored *ret)
{
	uint8_t key[KC_INDEX_MAC_LEN];
	uint64_t id;
	kc_err err;

	KC_TRY(kc_terms_of_key(txn->bag, item, sync, key));
	KC_TRY(kc_row_find_key(txn, key, &id));
	err = kc_row_get(txn, id, false, ret);
	if (err != KC_E_CORRUPT)
		return err;
	KC_TRY(kc_change_quarantine(txn, id));
	return KC_ERR(NOT_FOUND);
}
