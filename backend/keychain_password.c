/* SPDX-License-Identifier: ISC */
/* The keychain password: unlocking, locking, checking, changing. */
#include "backend/keychain_impl.h"
#include "backend/store/history.h"
#include "backend/store/setting.h"
#include "backend/store/verify.h"
#include "base/log.h"

/* Asks the keybag under the store's mutex, slowed and counted. */
static kc_err try_password(struct kc_keychain *keychain, struct kc_bytes password,
	kc_err (*ask)(struct kc_keybag *bag, struct kc_bytes password))
{
	kc_err err;

	kc_tries_wait(&keychain->tries);
	kc_store_hold(keychain->store);
	err = ask(keychain->bag, password);
	kc_keychain_note_lock(keychain);
	kc_store_release(keychain->store);
	if (err == KC_OK)
		kc_tries_right(&keychain->tries, keychain->store);
	else if (err == KC_E_AUTH)
		kc_tries_wrong(&keychain->tries, keychain->store);
	return err;
}

static bool is_unlocked(const struct kc_keychain *keychain)
{
	return kc_keychain_lock_state(keychain) == KC_LOCK_UNLOCKED;
}

static kc_err purge_history(struct kc_keychain *keychain)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_history_purge(&txn));
	return kc_txn_commit(&txn);
}

/* What is done once for each unlocking. None of it may keep the user out. */
static void look_after(struct kc_keychain *keychain)
{
	bool altered;

	/* Only now can every row be opened. */
	if (kc_verify_all(keychain->store, &altered) == KC_OK) {
		kc_store_hold(keychain->store);
		keychain->altered = altered;
		kc_store_release(keychain->store);
	}
	if (!kc_store_is_read_only(keychain->store) && purge_history(keychain) != KC_OK)
		kc_log_error("old values could not be forgotten");
}

kc_err kc_keychain_unlock_inturn(struct kc_keychain *keychain, struct kc_bytes password)
{
	bool was_unlocked = is_unlocked(keychain);

	KC_TRY(try_password(keychain, password, kc_keybag_unlock));
	if (!was_unlocked)
		look_after(keychain);
	return KC_OK;
}

kc_err kc_keychain_unlock(struct kc_keychain *keychain, struct kc_bytes password)
{
	KC_HOLD_TURN(&keychain->tries);

	return kc_keychain_unlock_inturn(keychain, password);
}

kc_err kc_keychain_check_password(struct kc_keychain *keychain, struct kc_bytes password)
{
	KC_HOLD_TURN(&keychain->tries);

	return try_password(keychain, password, kc_keybag_check);
}

void kc_keychain_lock(struct kc_keychain *keychain)
{
	kc_store_hold(keychain->store);
	kc_keybag_lock(keychain->bag);
	kc_keychain_note_lock(keychain);
	kc_keychain_keys_drop(keychain);
	kc_keychain_owned_lock(keychain);
	kc_keychain_authorize_drop(keychain);
	kc_keychain_sync_drop(keychain);
	kc_store_release(keychain->store);
}

static kc_err rewrap_inlock(struct kc_keychain *keychain, const struct kc_secret *officer_key,
	enum kc_keybag_holder holder, struct kc_bytes new_password)
{
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keybag_rewrap(keychain->bag, officer_key, holder, new_password, &blob));
	KC_TRY(kc_setting_put_bytes(txn.db, KC_SETTING_KEYBAG, kc_buf_bytes(&blob)));
	KC_TRY(kc_txn_commit(&txn));
	kc_store_hold(keychain->store);
	kc_keybag_adopt(keychain->bag);
	kc_store_release(keychain->store);
	kc_store_settle(keychain->store); /* the old password's wrapping must not linger */
	return KC_OK;
}

/* User and officer have turns of their own, so the turn alone does not keep one new password from
 * taking the place of another that is stored and does not count yet. */
kc_err kc_keychain_rewrap(struct kc_keychain *keychain, const struct kc_secret *officer_key,
	enum kc_keybag_holder holder, struct kc_bytes new_password)
{
	kc_err err;

	pthread_mutex_lock(&keychain->rewrapping);
	err = rewrap_inlock(keychain, officer_key, holder, new_password);
	pthread_mutex_unlock(&keychain->rewrapping);
	return err;
}

kc_err kc_keychain_change_password(
	struct kc_keychain *keychain, struct kc_bytes old_password, struct kc_bytes new_password)
{
	bool was_unlocked;
	kc_err err;
	KC_HOLD_TURN(&keychain->tries);

	if (new_password.len == 0)
		return KC_ERR(WEAK_PASSWORD);
	was_unlocked = is_unlocked(keychain);
	KC_TRY(kc_keychain_unlock_inturn(keychain, old_password));
	err = kc_keychain_rewrap(keychain, NULL, KC_HOLDER_USER, new_password);
	if (!was_unlocked)
		kc_keychain_lock(keychain);
	return err;
}
