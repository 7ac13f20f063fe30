/* SPDX-License-Identifier: ISC */
/* Taking over versions of other devices. */
#include "backend/store/apply.h"

#include <string.h>

#include "backend/store/change.h"
#include "backend/store/history.h"
#include "base/random.h"

/* Fills in the row of the record's track, and what this device has of its item. *ret_old stays
 * empty (id 0) when there is no item, or none that opens. */
static kc_err find_held(struct kc_txn *txn, struct kc_track *version, struct kc_stored *ret_old)
{
	struct kc_track held;
	kc_err err = kc_track_find_name(txn, version->name, &held);

	version->id = 0;
	version->item = 0;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_OK)
		return err;
	version->id = held.id;
	version->protection = held.protection;
	if (version->created == 0)
		version->created = held.created;
	if (held.item == 0)
		return KC_OK;
	err = kc_row_get(txn, held.item, true, ret_old);
	if (err == KC_E_CORRUPT)
		return kc_change_quarantine(txn, held.item);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	version->item = held.item;
	return err;
}

/* The item keeps what only this device knows: its row, reference and UUID. */
static void take_place(const struct kc_stored *old, struct kc_stored *new)
{
	const struct kc_value *uuid = kc_attrs_get(&old->item.attrs, KC_ATTR_UUID);

	new->id = old->id;
	memcpy(new->ref, old->ref, sizeof new->ref);
	if (uuid)
		kc_attrs_set(&new->item.attrs, KC_ATTR_UUID, uuid);
}

/* A tombstone at the item's primary key gives way; its own record stays a deletion. */
static kc_err clear_the_way(struct kc_txn *txn, const struct kc_item *item, uint64_t own_row,
	struct kc_stored *ret_dead, uint64_t *ret_rival)
{
	kc_err err = kc_change_find_rival(txn, item, true, ret_dead);

	if (err == KC_E_NOT_FOUND || (err == KC_OK && ret_dead->id == own_row)) {
		kc_row_stored_done(ret_dead);
		return KC_OK;
	}
	if (err != KC_OK)
		return err;
	if (!ret_dead->item.tomb) {
		*ret_rival = ret_dead->id;
		return KC_ERR(DUPLICATE);
	}
	return kc_change_remove(txn, ret_dead->id);
}

kc_err kc_apply_live(
	struct kc_txn *txn, struct kc_track *version, struct kc_item *item, uint64_t *ret_rival)
{
	KC_CLEANUP_STORED struct kc_stored old = KC_STORED_INIT, dead = KC_STORED_INIT;
	KC_CLEANUP_STORED struct kc_stored new = KC_STORED_INIT;
	kc_err err;

	kc_item_move(&new.item, item);
	KC_TRY(kc_keybag_can_open(txn->bag, new.item.protection));
	KC_TRY(kc_track_key_digest(&new.item, version->key_digest));
	KC_TRY(find_held(txn, version, &old));
	err = clear_the_way(txn, &new.item, old.id, &dead, ret_rival);
	if (err == KC_E_DUPLICATE)
		kc_item_move(item, &new.item);
	KC_TRY(err);
	if (old.id) {
		if (!old.item.tomb)
			KC_TRY(kc_history_keep(txn, version->name, &old.item));
		take_place(&old, &new);
		KC_TRY(kc_row_replace(txn, &new));
	} else {
		kc_random_fill(new.ref, sizeof new.ref);
		KC_TRY(kc_row_insert(txn, &new));
	}
	version->item = new.id;
	version->protection = new.item.protection;
	version->deleted = version->lost = version->pending = false;
	return kc_track_put(txn, version);
}

kc_err kc_apply_deletion(struct kc_txn *txn, struct kc_track *version)
{
	KC_CLEANUP_STORED struct kc_stored old = KC_STORED_INIT;
	kc_err err = find_held(txn, version, &old);

	if (err == KC_E_LOCKED) {
		KC_TRY(kc_row_remove(txn, version->item));
		version->item = 0;
	} else if (err != KC_OK) {
		return err;
	} else if (old.id && !old.item.tomb) {
		KC_TRY(kc_history_keep(txn, version->name, &old.item));
		KC_TRY(kc_item_bury(&old.item));
		KC_TRY(kc_row_replace(txn, &old));
	}
	version->deleted = true;
	version->lost = version->pending = false;
	return kc_track_put(txn, version);
}
