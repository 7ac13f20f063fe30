/* SPDX-License-Identifier: ISC */
/* The security officer: a second password that wraps the class keys, to give the user a new one. */
#include "backend/keychain_impl.h"
#include "backend/store/history.h"

/* Under the store's mutex, slowed and counted; the turn is the caller's. */
static kc_err check_inturn(
	struct kc_keychain *keychain, struct kc_bytes pin, struct kc_secret *ret_key)
{
	struct kc_tries *tries = &keychain->officer_tries;
	kc_err err;

	kc_tries_wait(tries);
	kc_store_hold(keychain->store);
	err = kc_keybag_check_officer(keychain->bag, pin, ret_key);
	kc_store_release(keychain->store);
	if (err == KC_OK)
		kc_tries_right(tries, keychain->store);
	else if (err == KC_E_AUTH)
		kc_tries_wrong(tries, keychain->store);
	return err;
}

kc_err kc_keychain_officer_check(
	struct kc_keychain *keychain, struct kc_bytes pin, struct kc_secret *ret_key)
{
	KC_HOLD_TURN(&keychain->officer_tries);

	return check_inturn(keychain, pin, ret_key);
}

kc_err kc_keychain_officer_reset(struct kc_keychain *keychain, const struct kc_secret *officer_key,
	struct kc_bytes new_password)
{
	KC_HOLD_TURN(&keychain->tries);

	if (new_password.len == 0)
		return KC_ERR(WEAK_PASSWORD);
	KC_TRY(kc_keychain_rewrap(keychain, officer_key, KC_HOLDER_USER, new_password));
	/* What was tried before was another password. */
	kc_tries_right(&keychain->tries, keychain->store);
	return KC_OK;
}

kc_err kc_keychain_officer_change(struct kc_keychain *keychain, struct kc_bytes old_pin,
	struct kc_bytes new_pin, struct kc_secret *ret_key)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_HOLD_TURN(&keychain->officer_tries);

	if (new_pin.len == 0)
		return KC_ERR(WEAK_PASSWORD);
	KC_TRY(check_inturn(keychain, old_pin, &key));
	KC_TRY(kc_keychain_rewrap(keychain, &key, KC_HOLDER_OFFICER, new_pin));
	return check_inturn(keychain, new_pin, ret_key);
}

kc_err kc_keychain_officer_set(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_bytes pin)
{
	bool was_unlocked;
	kc_err err;
	KC_HOLD_TURN(&keychain->tries);

	was_unlocked = kc_keychain_lock_state(keychain) == KC_LOCK_UNLOCKED;
	KC_TRY(kc_keychain_unlock_inturn(keychain, password));
	err = kc_keychain_rewrap(keychain, NULL, KC_HOLDER_OFFICER, pin);
	if (!was_unlocked)
		kc_keychain_lock(keychain);
	return err;
}

kc_err kc_keychain_officer_erase(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes pin, enum kc_sync_filter which)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	kc_err err;

	KC_TRY(kc_keychain_officer_check(keychain, pin, &key));
	query.sync = which;
	err = kc_keychain_item_delete(keychain, caller, &query, NULL);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_history_forget(&txn, which));
	return kc_txn_commit(&txn);
}
