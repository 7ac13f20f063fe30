/* SPDX-License-Identifier: ISC */
/* Taking over versions of other devices. */
#include "backend/store/apply.h"

#include <string.h>

#include "backend/store/change.h"
#include "base/random.h"

/* What nobody else had seen yet did not come before the other; nor did what is later than the
 * version that the other was made of. */
static enum kc_earlier end_of(const struct kc_track *held, const struct kc_track *version)
{
	if (held->pending)
		return KC_EARLIER_LOST;
	if (kc_track_gives_way(version, held->t))
		return KC_EARLIER_GAVE_WAY;
	if (version->deleted)
		return KC_EARLIER_DELETED;
	return held->t > version->replaced ? KC_EARLIER_LOST : KC_EARLIER_REPLACED;
}

/* The track is ahead: its row is that of another record, which has been kept. */
static bool is_of_the_version(const struct kc_track *held, const struct kc_track *version)
{
	return !held->pending && held->t == version->t &&
	       memcmp(held->writer, version->writer, sizeof held->writer) == 0;
}

/* Fills in the row of the record's track, and what this device has of its item. *ret_old stays
 * empty (id 0) when there is no item, or none that opens. *ret_end is what becomes of it;
 * its how is 0 when that is told elsewhere. */
static kc_err find_held(struct kc_txn *txn, struct kc_track *version, struct kc_stored *ret_old,
	struct kc_history_end *ret_end)
{
	struct kc_track held;
	kc_err err = kc_track_find_name(txn, version->name, &held);

	*ret_end = (struct kc_history_end){0};
	version->id = 0;
	version->item = 0;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_OK)
		return err;
	if (!is_of_the_version(&held, version))
		*ret_end = (struct kc_history_end){.how = end_of(&held, version),
			.writer = kc_history_writer(&held),
			.by = kc_history_writer(version)};
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
	struct kc_history_end end;
	kc_err err;

	kc_item_move(&new.item, item);
	KC_TRY(kc_keybag_can_open(txn->bag, new.item.protection));
	KC_TRY(kc_track_key_digest(&new.item, version->key_digest));
	version->deleted = false;
	KC_TRY(find_held(txn, version, &old, &end));
	err = clear_the_way(txn, &new.item, old.id, &dead, ret_rival);
	if (err == KC_E_DUPLICATE)
		kc_item_move(item, &new.item);
	KC_TRY(err);
	if (old.id) {
		if (end.how && !kc_history_is_same(&old.item, &new.item))
			KC_TRY(kc_history_keep_row(txn, old.id, &end));
		take_place(&old, &new);
		KC_TRY(kc_row_replace(txn, &new));
	} else {
		kc_random_fill(new.ref, sizeof new.ref);
		KC_TRY(kc_row_insert(txn, &new));
	}
	version->item = new.id;
	version->protection = new.item.protection;
	version->lost = version->pending = false;
	return kc_track_put(txn, version);
}

kc_err kc_apply_deletion(
	struct kc_txn *txn, struct kc_track *version, const struct kc_history_who *winner)
{
	KC_CLEANUP_STORED struct kc_stored old = KC_STORED_INIT;
	struct kc_history_end end;
	kc_err err;

	version->deleted = true;
	err = find_held(txn, version, &old, &end);
	if (end.how == KC_EARLIER_GAVE_WAY && winner->is_known)
		end.by = *winner;
	else if (end.how == KC_EARLIER_GAVE_WAY)
		end.how = KC_EARLIER_DELETED;
	if (err == KC_E_LOCKED) {
		KC_TRY(kc_history_keep_row(txn, version->item, &end));
		KC_TRY(kc_row_remove(txn, version->item));
		version->item = 0;
	} else if (err != KC_OK) {
		return err;
	} else if (old.id && !old.item.tomb) {
		KC_TRY(kc_history_keep_row(txn, old.id, &end));
		KC_TRY(kc_item_bury(&old.item));
		KC_TRY(kc_row_replace(txn, &old));
	}
	version->lost = version->pending = false;
	return kc_track_put(txn, version);
}
