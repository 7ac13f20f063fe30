/* SPDX-License-Identifier: ISC */
/* Adding items. */
#include <string.h>

#include "backend/keychain_strict.h"
#include "backend/store/change.h"
#include "base/random.h"

static kc_err choose_group(const struct kc_caller *caller, struct kc_attrs *attrs)
{
	const struct kc_value *given = kc_attrs_get(attrs, KC_ATTR_AGRP);

	KC_TRY(kc_keychain_access_caller(caller));
	if (!given) {
		kc_attrs_set_str(attrs, KC_ATTR_AGRP, caller->groups[0]);
		return kc_attrs_check(attrs);
	}
	if (given->type != KC_VALUE_STRING && given->type != KC_VALUE_BYTES)
		return KC_ERR(PARAM);
	return kc_keychain_access_group(caller, given->bytes);
}

kc_err kc_keychain_build(
	const struct kc_caller *caller, const struct kc_item_input *input, struct kc_item *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;

	KC_TRY(kc_attrs_check(&input->attrs));
	KC_TRY(kc_attrs_dup(&input->attrs, &attrs));
	if (input->class == 0 || kc_ruler_class_bit(input->class) == 0)
		return KC_ERR(NO_SUCH_CLASS);
	KC_TRY(choose_group(caller, &attrs));
	KC_TRY(kc_item_build(input->class, &attrs, input->has_secret ? &input->secret : NULL, ret));
	KC_TRY(kc_keychain_strict_trust(caller, NULL, &ret->attrs, input->has_secret));
	return kc_keychain_describe(ret);
}

static kc_err check_other_sync(struct kc_txn *txn, const struct kc_item *item)
{
	KC_CLEANUP_STORED struct kc_stored rival = KC_STORED_INIT;
	kc_err err = kc_change_find_rival(txn, item, !item->sync, &rival);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_OK)
		return err;
	return rival.item.tomb ? KC_OK : KC_ERR(DUPLICATE);
}

/* Puts the new item in the place of a tombstone: the same item lives again. */
static kc_err revive(struct kc_txn *txn, const struct kc_stored *dead, struct kc_stored *stored)
{
	const struct kc_value *uuid = kc_attrs_get(&dead->item.attrs, KC_ATTR_UUID);

	stored->id = dead->id;
	memcpy(stored->ref, dead->ref, sizeof stored->ref);
	if (uuid)
		kc_attrs_set(&stored->item.attrs, KC_ATTR_UUID, uuid);
	kc_item_touch(&stored->item, kc_attrs_get_date(&dead->item.attrs, KC_ATTR_MDAT, 0));
	KC_TRY(kc_attrs_check(&stored->item.attrs));
	return kc_change_replace(txn, stored);
}

static kc_err put_item(struct kc_txn *txn, struct kc_stored *stored)
{
	KC_CLEANUP_STORED struct kc_stored rival = KC_STORED_INIT;
	kc_err err = kc_change_find_rival(txn, &stored->item, stored->item.sync, &rival);

	if (err == KC_E_NOT_FOUND) {
		kc_random_fill(stored->ref, sizeof stored->ref);
		return kc_change_insert(txn, stored);
	}
	if (err != KC_OK)
		return err;
	return rival.item.tomb ? revive(txn, &rival, stored) : KC_ERR(DUPLICATE);
}

kc_err kc_keychain_txn_add(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_item_input *input, uint32_t want, struct kc_found *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;

	KC_TRY(kc_keychain_build(caller, input, &stored.item));
	KC_TRY(kc_keybag_can_open(txn->bag, stored.item.protection));
	if (input->one_of_both_syncs)
		KC_TRY(check_other_sync(txn, &stored.item));
	KC_TRY(put_item(txn, &stored));
	return ret ? kc_keychain_found_take(&stored, want, ret) : KC_OK;
}

kc_err kc_keychain_item_add(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_item_input *input, uint32_t want, struct kc_found *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_FOUND struct kc_found found = {0};

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_txn_add(&txn, caller, input, want, &found));
	KC_TRY(kc_txn_commit(&txn));
	if (ret) {
		kc_found_done(ret);
		*ret = found;
		found = (struct kc_found){0};
	}
	return KC_OK;
}
