/* SPDX-License-Identifier: ISC */
/* The account password behind the door: typed, changed, accepted (doc/protocol.md 4). */
#include <string.h>

#include "backend/keychain_sync.h"
#include "base/clock.h"

#define USER_KEY_MS (UINT64_C(10) * 60 * 1000)

/* --- the user key -------------------------------------------------------------------------------
 */

void kc_keychain_user_key_forget(struct kc_keychain_sync *sync)
{
	kc_secret_done(&sync->user_key);
	sync->user_key_ms = 0;
}

/* A clock that was set back does not make it last longer. */
bool kc_keychain_user_key_expired(const struct kc_keychain_sync *sync)
{
	uint64_t now = kc_clock_now_ms();

	return now < sync->user_key_ms || now >= sync->user_key_ms + USER_KEY_MS;
}

kc_err kc_keychain_user_key_keep(struct kc_keychain_sync *sync, const struct kc_password_keys *keys)
{
	kc_keychain_user_key_forget(sync);
	KC_TRY(kc_pk_store_private(keys->user, &sync->user_key));
	sync->user_key_ms = kc_clock_now_ms();
	return KC_OK;
}

kc_err kc_keychain_user_key(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, struct kc_pk **ret)
{
	if (kc_keychain_user_key_expired(sync) ||
		kc_keychain_lock_state(keychain) != KC_LOCK_UNLOCKED)
		kc_keychain_user_key_forget(sync);
	if (!sync->user_key.len)
		return KC_ERR(NOT_FOUND);
	return kc_pk_load_own(KC_KEY_EC, kc_secret_bytes(&sync->user_key), ret);
}

/* --- typed --------------------------------------------------------------------------------------
 */

/* Tries a password on what this device knows: the record in force, then those that wait for it. */
static kc_err try_password(
	struct kc_circle *circle, struct kc_bytes password, struct kc_password_keys *ret)
{
	kc_err err = kc_account_key_try(&circle->account_key, &circle->account, password, ret);

	if (err != KC_E_ACCOUNT_PASSWORD)
		return err;
	err = kc_circle_accept_password(circle, password, ret);
	return err == KC_E_NOT_FOUND ? KC_ERR(ACCOUNT_PASSWORD) : err;
}

/* The circle is changed under the mutex alone, so it is as it was when it was read. */
static kc_err store_circle(struct kc_keychain *keychain, struct kc_circle *circle)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	if (!kc_keybag_is_unlocked(txn.bag))
		return KC_ERR(LOCKED);
	KC_TRY(kc_memory_put_circle(&txn, circle));
	return kc_txn_commit(&txn);
}

kc_err kc_keychain_account_typed(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, struct kc_bytes password)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	uint64_t before;
	bool renewed;

	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	before = circle->account_key.seq;
	KC_TRY(try_password(circle, password, &keys));
	KC_TRY(kc_circle_renew_account_key(circle, &keys, &renewed));
	if (renewed || circle->account_key.seq != before)
		KC_TRY(store_circle(keychain, circle));
	return kc_keychain_user_key_keep(sync, &keys);
}

kc_err kc_keychain_account_accept(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_keychain_sync_exchange(keychain, sync, ret, &joining));
	KC_TRY(kc_keychain_account_typed(keychain, sync, password));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}

/* --- changed ------------------------------------------------------------------------------------
 */

static kc_err change(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_bytes old_password, struct kc_bytes new_password)
{
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys before = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys after = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	KC_TRY(kc_account_key_try(&circle->account_key, &circle->account, old_password, &before));
	KC_TRY(kc_circle_change_password(circle, &before, new_password, &after));
	KC_TRY(store_circle(keychain, circle));
	return kc_keychain_user_key_keep(sync, &after);
}

kc_err kc_keychain_account_password(struct kc_keychain *keychain, struct kc_bytes old_password,
	struct kc_bytes new_password, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	if (new_password.len < KC_ACCOUNT_PASSWORD_MIN)
		return KC_ERR(WEAK_PASSWORD);
	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	/* Another device may have changed it before. */
	KC_TRY(kc_keychain_sync_exchange(keychain, sync, ret, &joining));
	KC_TRY(change(keychain, sync, old_password, new_password));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}
