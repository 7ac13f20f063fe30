/* SPDX-License-Identifier: ISC */
/* The lock of a keychain, and whether the user may be asked. */
#include "keychainapi/Security/keychain/sec_keychain_lock.h"

#include <Security/SecKeychainPriv.h>
#include <stdatomic.h>

#include "keychainapi/Security/keychain/sec_keychain_event.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/access/access.h"
#include "keychainapi/Security/object.h"

static atomic_bool is_asking_forbidden;

bool kc_sec_keychain_lock_was_opened(struct kc_client *client, kc_err err)
{
	if (err != KC_E_LOCKED || atomic_load(&is_asking_forbidden))
		return false;
	return kc_client_login(client, kc_bytes(NULL, 0)) == KC_OK;
}

/* The keychain that is named, and its client. */
struct named {
	SecKeychainRef keychain;
	struct kc_client *client;
};

static void named_done(struct named *named)
{
	if (named->keychain)
		CFRelease(named->keychain);
}

static kc_err find(SecKeychainRef keychain, struct named *ret)
{
	KC_TRY(kc_sec_keychain_list_named(keychain, &ret->keychain));
	return kc_sec_keychain_client(ret->keychain, &ret->client);
}

static kc_err look(struct kc_client *client, enum kc_lock_state *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(client, &status));
	if (status.lock == KC_LOCK_NONE)
		return KC_ERR(NO_KEYCHAIN);
	*ret = status.lock;
	return KC_OK;
}

static kc_err get_status(SecKeychainRef keychain, SecKeychainStatus *ret)
{
	KC_CLEANUP(named_done) struct named named = {0};
	enum kc_lock_state lock;

	KC_TRY(find(keychain, &named));
	KC_TRY(look(named.client, &lock));
	*ret = kSecReadPermStatus | kSecWritePermStatus;
	if (lock == KC_LOCK_UNLOCKED)
		*ret |= kSecUnlockStateStatus;
	return KC_OK;
}

OSStatus SecKeychainGetStatus(SecKeychainRef keychain, SecKeychainStatus *keychainStatus)
{
	return keychainStatus ? kc_err_osstatus(get_status(keychain, keychainStatus)) : errSecParam;
}

/* --- locking --------------------------------------------------------------------------------- */

static kc_err lock(SecKeychainRef keychain)
{
	KC_CLEANUP(named_done) struct named named = {0};
	enum kc_lock_state state;

	KC_TRY(find(keychain, &named));
	KC_TRY(look(named.client, &state));
	KC_TRY(kc_client_lock(named.client));
	kc_sec_keychain_event_send(kSecLockEvent, NULL, named.keychain);
	return KC_OK;
}

OSStatus SecKeychainLock(SecKeychainRef keychain)
{
	return kc_err_osstatus(lock(keychain));
}

/* One that is not there needs no lock. */
static kc_err lock_all(void)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;
	kc_err first = KC_OK, err;

	KC_TRY(kc_sec_keychain_list_copy(NULL, &list));
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++) {
		err = lock(kc_sec_keychain_list_at(list, i));
		if (first == KC_OK && err != KC_E_NO_KEYCHAIN)
			first = err;
	}
	return first;
}

OSStatus SecKeychainLockAll(void)
{
	return kc_err_osstatus(lock_all());
}

/* --- unlocking ------------------------------------------------------------------------------- */

static kc_err ask(struct kc_client *client)
{
	enum kc_lock_state state;

	KC_TRY(look(client, &state));
	if (state == KC_LOCK_UNLOCKED)
		return KC_OK;
	if (atomic_load(&is_asking_forbidden))
		return KC_ERR(LOCKED);
	return kc_client_login(client, kc_bytes(NULL, 0));
}

/* password: NULL to have the user asked. */
static kc_err unlock(SecKeychainRef keychain, const struct kc_bytes *password)
{
	KC_CLEANUP(named_done) struct named named = {0};

	KC_TRY(find(keychain, &named));
	KC_TRY(password ? kc_client_unlock(named.client, *password) : ask(named.client));
	kc_sec_keychain_event_send(kSecUnlockEvent, NULL, named.keychain);
	return KC_OK;
}

OSStatus SecKeychainUnlock(
	SecKeychainRef keychain, UInt32 passwordLength, const void *password, Boolean usePassword)
{
	struct kc_bytes bytes = kc_bytes(password, passwordLength);

	if (usePassword && !password && passwordLength)
		return errSecParam;
	return kc_err_osstatus(unlock(keychain, usePassword ? &bytes : NULL));
}

/* --- the password ---------------------------------------------------------------------------- */

static kc_err change_password(
	SecKeychainRef keychain, struct kc_bytes old_password, struct kc_bytes new_password)
{
	KC_CLEANUP(named_done) struct named named = {0};

	KC_TRY(find(keychain, &named));
	KC_TRY(kc_client_change_password(named.client, old_password, new_password));
	kc_sec_keychain_event_send(kSecPasswordChangedEvent, NULL, named.keychain);
	return KC_OK;
}

OSStatus SecKeychainChangePassword(SecKeychainRef keychainRef, UInt32 oldPasswordLength,
	const void *oldPassword, UInt32 newPasswordLength, const void *newPassword)
{
	if ((!oldPassword && oldPasswordLength) || (!newPassword && newPasswordLength))
		return errSecParam;
	return kc_err_osstatus(
		change_password(keychainRef, kc_bytes(oldPassword, oldPasswordLength),
			kc_bytes(newPassword, newPasswordLength)));
}

/* --- access ---------------------------------------------------------------------------------- */

/* Whether there is such a keychain, which is all that these can fail for. */
static kc_err look_for(SecKeychainRef keychain)
{
	KC_CLEANUP(named_done) struct named named = {0};
	enum kc_lock_state state;

	KC_TRY(find(keychain, &named));
	return look(named.client, &state);
}

static kc_err copy_access(SecKeychainRef keychain, SecAccessRef *ret)
{
	KC_TRY(look_for(keychain));
	return kc_access_new_open(ret);
}

OSStatus SecKeychainCopyAccess(SecKeychainRef keychain, SecAccessRef *access)
{
	return access ? kc_err_osstatus(copy_access(keychain, access)) : errSecParam;
}

OSStatus SecKeychainSetAccess(SecKeychainRef keychain, SecAccessRef access)
{
	return kc_access_is(access) ? kc_err_osstatus(look_for(keychain)) : errSecParam;
}

/* --- asking ---------------------------------------------------------------------------------- */

OSStatus SecKeychainSetUserInteractionAllowed(Boolean state)
{
	atomic_store(&is_asking_forbidden, !state);
	return errSecSuccess;
}

OSStatus SecKeychainGetUserInteractionAllowed(Boolean *state)
{
	if (!state)
		return errSecParam;
	*state = !atomic_load(&is_asking_forbidden);
	return errSecSuccess;
}

/* --- settings -------------------------------------------------------------------------------- */

static OSStatus judge_settings(const SecKeychainSettings *settings)
{
	if (!settings)
		return errSecParam;
	return settings->version == SEC_KEYCHAIN_SETTINGS_VERS1 ? errSecUnimplemented
								: errSecWrongSecVersion;
}

OSStatus SecKeychainCopySettings(SecKeychainRef keychain, SecKeychainSettings *outSettings)
{
	(void)keychain;
	return judge_settings(outSettings);
}

OSStatus SecKeychainSetSettings(SecKeychainRef keychain, const SecKeychainSettings *newSettings)
{
	(void)keychain;
	return judge_settings(newSettings);
}
