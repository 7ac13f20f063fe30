/* SPDX-License-Identifier: ISC */
/* Changing items. */
#include <string.h>

#include "backend/keychain_strict.h"
#include "backend/store/change.h"
#include "backend/store/history.h"
#include "backend/store/terms.h"
#include "base/random.h"

/* An update is one transaction, and everybody waits until it is on the disk: so many bytes of items
 * it may write. */
#define MOST_WRITTEN ((size_t)64 << 20)

/* What an update works with. */
struct update {
	const struct kc_caller *caller;
	const struct kc_query *query;
	const struct kc_item_input *changes;
	struct kc_keychain_ids *damaged;
	uint64_t count;
	size_t written;
};

/* Frees the new primary key: a tombstone or a row that does not open gives way to a live item. */
static kc_err clear_the_way(struct kc_txn *txn, const struct kc_stored *stored)
{
	KC_CLEANUP_STORED struct kc_stored rival = KC_STORED_INIT;
	kc_err err = kc_change_find_rival(txn, &stored->item, stored->item.sync, &rival);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_OK)
		return err;
	return rival.item.tomb ? kc_change_remove(txn, rival.id) : KC_ERR(DUPLICATE);
}

/* The item goes on under another primary key; at the old one stays a tombstone with its old UUID.
 */
static kc_err leave_tombstone(struct kc_txn *txn, struct kc_stored *old)
{
	KC_TRY(kc_item_bury(&old->item));
	kc_random_fill(old->ref, sizeof old->ref);
	return kc_change_insert(txn, old);
}

static kc_err write_change(struct kc_txn *txn, const struct update *update, struct kc_stored *old,
	struct kc_stored *new)
{
	uint8_t old_key[KC_INDEX_MAC_LEN], new_key[KC_INDEX_MAC_LEN];
	bool moved, buried;

	KC_TRY(kc_terms_of_key(txn->bag, &old->item, old->item.sync, old_key));
	KC_TRY(kc_terms_of_key(txn->bag, &new->item, new->item.sync, new_key));
	moved = memcmp(old_key, new_key, sizeof old_key) != 0;
	buried = moved && kc_keychain_leaves_tombstone(&old->item, update->query->tomb_use);
	if (moved)
		KC_TRY(clear_the_way(txn, new));
	if (buried)
		kc_item_rename(&new->item);
	KC_TRY(kc_change_replace(txn, new));
	return buried ? leave_tombstone(txn, old) : KC_OK;
}

/* Whether something secret of the item is there no more afterwards; its other attributes are no
 * value that anybody looks for. */
static bool replaces_value(const struct kc_item *item, const struct kc_item_input *changes)
{
	struct kc_bytes secret = kc_secret_bytes(&item->secret);

	if (item->has_secret && changes->has_secret &&
		(secret.len != changes->secret.len ||
			!kc_mem_equal_ct(secret.data, changes->secret.data, secret.len)))
		return true;
	for (size_t i = 0; i < changes->attrs.count; i++)
		if (kc_attrs_get(&item->within, changes->attrs.rows[i].name))
			return true;
	return false;
}

static kc_err change_one(struct kc_txn *txn, struct update *update, uint64_t id)
{
	const struct kc_item_input *changes = update->changes;
	KC_CLEANUP_STORED struct kc_stored old = KC_STORED_INIT, new = KC_STORED_INIT;
	bool replaces;
	kc_err err = kc_row_get(txn, id, true, &new);

	if (err == KC_E_CORRUPT)
		return kc_keychain_ids_push(update->damaged, id);
	if (err == KC_E_LOCKED && update->query->skip_locked)
		return KC_OK;
	if (err != KC_OK)
		return err;
	KC_TRY(kc_row_get(txn, id, false, &old));
	replaces = replaces_value(&new.item, changes);
	kc_item_drop_own(&new.item);
	KC_TRY(kc_item_change(
		&new.item, &changes->attrs, changes->has_secret ? &changes->secret : NULL));
	KC_TRY(kc_keychain_describe(&new.item));
	/* As another kind of key it could be taken to pieces. */
	if (kc_item_is_kept(&old.item) && !changes->has_secret &&
		!kc_item_is_of_one_kind(&old.item, &new.item))
		return KC_ERR(NOT_MODIFIABLE);
	KC_TRY(kc_keychain_strict_trust(
		update->caller, &old.item.attrs, &new.item.attrs, changes->has_secret));
	update->written += kc_item_size(&new.item);
	if (update->written > MOST_WRITTEN)
		return KC_ERR(TOO_LARGE);
	KC_TRY(kc_keybag_can_open(txn->bag, new.item.protection));
	if (replaces)
		KC_TRY(kc_history_keep_own(txn, id, KC_EARLIER_REPLACED));
	KC_TRY(write_change(txn, update, &old, &new));
	update->count++;
	return KC_OK;
}

/* The changes must be right even when nothing matches. */
static kc_err check_changes(const struct update *update)
{
	const struct kc_attrs *attrs = &update->changes->attrs;
	const struct kc_value *group = kc_attrs_get(attrs, KC_ATTR_AGRP);
	KC_CLEANUP_ATTRS struct kc_attrs converted = KC_ATTRS_INIT;

	KC_TRY(kc_keychain_access_caller(update->caller));
	KC_TRY(kc_ruler_convert(update->query->class, KC_USE_UPDATE, attrs, &converted));
	return group ? kc_keychain_access_group(update->caller, group->bytes) : KC_OK;
}

static kc_err update_intxn(struct kc_keychain *keychain, struct update *update)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_IDS struct kc_keychain_ids ids = {0};

	KC_TRY(check_changes(update));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_search_ids(&txn, update->caller, update->query, &ids));
	for (size_t i = 0; i < ids.count; i++)
		KC_TRY(change_one(&txn, update, ids.ids[i]));
	if (update->count == 0)
		return KC_ERR(NOT_FOUND);
	return kc_txn_commit(&txn);
}

kc_err kc_keychain_item_update(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, const struct kc_item_input *changes, uint64_t *ret_count)
{
	KC_CLEANUP_IDS struct kc_keychain_ids damaged = {0};
	struct update update = {
		.caller = caller, .query = query, .changes = changes, .damaged = &damaged};
	kc_err err = update_intxn(keychain, &update);

	kc_keychain_set_aside(keychain, &damaged);
	if (err == KC_OK && ret_count)
		*ret_count = update.count;
	return err;
}
