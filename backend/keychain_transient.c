/* SPDX-License-Identifier: ISC */
/*
 * Transient keys: what they are, and how they change.
 *
 * One is described as an item would be, by the same rules, and never altered: a change puts another
 * with the same key in its place, so that whoever uses it meanwhile sees one or the other.
 */
#include "backend/item/ruler.h"
#include "backend/keychain_transient.h"

#include <stdlib.h>

#include "backend/keychain_owned.h"
#include "backend/keychain_strict.h"
#include "backend/store/change.h"

#define KEY_COST 4096 /* what the libraries have of a key, roughly */

struct transient {
	struct kc_owned owned;
	uint64_t version;
	struct kc_item item; /* without a secret: the prepared key is that */
	struct kc_keychain_key key;
};

static void destroy(struct kc_owned *owned)
{
	struct transient *transient = (struct transient *)owned;

	kc_item_done(&transient->item);
	kc_keychain_keys_done(&transient->key);
	free(transient);
}

/* Takes the item. */
static kc_err make(struct kc_item *item, const struct kc_keychain_key *key, uint64_t version,
	struct transient **ret)
{
	struct transient *transient = calloc(1, sizeof *transient);
	bool until_lock = kc_attrs_get_number(&item->attrs, KC_ATTR_PRIV, 1) != 0;

	if (!transient)
		return KC_ERR(NO_MEMORY);
	transient->version = version;
	transient->key = kc_keychain_keys_share(key);
	transient->key.marks = kc_keychain_keys_marks(item) | (until_lock ? 0 : KC_KEY_OPEN);
	transient->key.effective_bits = kc_keychain_keys_effective_bits(key, item);
	transient->owned = (struct kc_owned){.kind = KC_OWNED_KEY,
		.until_lock = until_lock,
		.cost = KEY_COST + kc_item_size(item) + (key->sk ? kc_sk_value(key->sk).len : 0),
		.destroy = destroy};
	kc_item_move(&transient->item, item);
	*ret = transient;
	return KC_OK;
}

/* What the caller gets to know of a new one. */
static kc_err describe(const struct transient *transient, struct kc_found *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;

	stored.id = transient->owned.id;
	stored.version = transient->version;
	stored.item.class = KC_CLASS_KEY;
	KC_TRY(kc_attrs_dup(&transient->item.attrs, &stored.item.attrs));
	return kc_keychain_found_take(&stored, KC_WANT_ATTRS | KC_WANT_HIDDEN, ret);
}

kc_err kc_keychain_transient_add(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_keychain_key *key, const struct kc_attrs *attrs, struct kc_found *ret)
{
	const struct kc_item_input input = {.class = KC_CLASS_KEY, .attrs = *attrs /* borrowed */};
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	struct transient *transient;
	kc_err err;

	KC_TRY(kc_keychain_build(caller, &input, &item));
	KC_TRY(make(&item, key, 1, &transient));
	err = kc_keychain_owned_put(keychain, caller, &transient->owned);
	if (err != KC_OK) {
		destroy(&transient->owned);
		return err;
	}
	err = describe(transient, ret);
	kc_keychain_owned_release(keychain, &transient->owned);
	return err;
}

static kc_err get(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	struct transient **ret)
{
	struct kc_owned *owned;

	KC_TRY(kc_keychain_owned_get(keychain, caller, KC_OWNED_KEY, id, &owned));
	*ret = (struct transient *)owned;
	return KC_OK;
}

kc_err kc_keychain_transient_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_keychain_key *ret)
{
	struct transient *transient;

	KC_TRY(get(keychain, caller, id, &transient));
	*ret = kc_keychain_keys_share(&transient->key);
	kc_keychain_owned_release(keychain, &transient->owned);
	return KC_OK;
}

kc_err kc_keychain_transient_read(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_attrs *ret_attrs, struct kc_keychain_key *ret)
{
	struct transient *transient;
	kc_err err;

	KC_TRY(get(keychain, caller, id, &transient));
	err = kc_attrs_dup(&transient->item.attrs, ret_attrs);
	if (err == KC_OK)
		*ret = kc_keychain_keys_share(&transient->key);
	kc_keychain_owned_release(keychain, &transient->owned);
	return err;
}

/* --- changes ------------------------------------------------------------------------------------
 */

static kc_err dup_item(const struct kc_item *item, struct kc_item *ret)
{
	ret->class = item->class;
	ret->protection = item->protection;
	return kc_attrs_dup(&item->attrs, &ret->attrs);
}

static kc_err amend(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct transient *old, const struct kc_attrs *changes)
{
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs allowed = KC_ATTRS_INIT;
	struct transient *transient;
	kc_err err;

	KC_TRY(kc_keychain_strict_changes(&old->item.attrs, changes, &allowed));
	KC_TRY(dup_item(&old->item, &item));
	KC_TRY(kc_item_change(&item, &allowed, NULL));
	KC_TRY(kc_keychain_strict_trust(caller, &old->item.attrs, &item.attrs, false));
	KC_TRY(make(&item, &old->key, old->version + 1, &transient));
	err = kc_keychain_owned_replace(keychain, &old->owned, &transient->owned);
	if (err != KC_OK) {
		destroy(&transient->owned);
		return err;
	}
	kc_keychain_owned_release(keychain, &transient->owned);
	return KC_OK;
}

kc_err kc_keychain_key_amend(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes)
{
	struct transient *old;
	kc_err err;

	KC_TRY(kc_attrs_check(changes));
	KC_TRY(get(keychain, caller, id, &old));
	err = amend(keychain, caller, old, changes);
	kc_keychain_owned_release(keychain, &old->owned);
	return err;
}

kc_err kc_keychain_key_forget(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id)
{
	return kc_keychain_owned_remove(keychain, caller, KC_OWNED_KEY, id);
}
