/* SPDX-License-Identifier: ISC */
/* Making and deleting keychains. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "wire/erase.h"

#define DEVICE_NAME "keychain" /* where the computer has no name */

/* --- making ---------------------------------------------------------------------------------- */

static void computer_name(char ret[static KC_DEVICE_NAME_MAX + 1])
{
	if (gethostname(ret, KC_DEVICE_NAME_MAX) != 0 || !ret[0])
		snprintf(ret, KC_DEVICE_NAME_MAX + 1, "%s", DEVICE_NAME);
	ret[KC_DEVICE_NAME_MAX] = 0;
}

static kc_err make_folder(SecKeychainRef keychain)
{
	kc_err err;

	if (keychain->is_users)
		return KC_OK;
	if (kc_sec_keychain_exists(keychain))
		return KC_ERR(KEYCHAIN_EXISTS);
	err = kc_place_make_folder(keychain->path);
	/* Something else has that name. */
	return err == KC_E_IO && access(keychain->path, F_OK) == 0 ? KC_ERR(KEYCHAIN_EXISTS) : err;
}

static kc_err make(const char *path, struct kc_bytes password, SecKeychainRef *ret)
{
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;
	char device[KC_DEVICE_NAME_MAX + 1] = "";
	struct kc_client *client;

	KC_TRY(kc_sec_keychain_open(path, &keychain));
	KC_TRY(make_folder(keychain));
	KC_TRY(kc_sec_keychain_client_anyway(keychain, &client));
	computer_name(device);
	KC_TRY(kc_client_setup(client, password, device));
	KC_TRY(kc_sec_keychain_list_add(keychain));
	*ret = (SecKeychainRef)(uintptr_t)CFRetain(keychain);
	return KC_OK;
}

OSStatus SecKeychainCreate(const char *pathName, UInt32 passwordLength, const void *password,
	Boolean promptUser, SecAccessRef initialAccess, SecKeychainRef *keychain)
{
	(void)initialAccess;
	if (!pathName || !keychain || (!promptUser && !password))
		return errSecParam;
	if (promptUser)
		return errSecInteractionNotAllowed;
	return kc_err_osstatus(make(pathName, kc_bytes(password, passwordLength), keychain));
}

/* --- deleting -------------------------------------------------------------------------------- */

static kc_err delete_one(SecKeychainRef keychain)
{
	struct kc_client *client;

	if (keychain->is_users)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_sec_keychain_client(keychain, &client));
	KC_TRY(kc_erase(client, keychain->path));
	return kc_sec_keychain_list_forget(keychain);
}

static kc_err delete_each(CFTypeRef keychain_or_array)
{
	KC_CLEANUP_OBJECT CFArrayRef list = NULL;

	KC_TRY(kc_sec_keychain_list_copy(keychain_or_array, &list));
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++)
		KC_TRY(delete_one(kc_sec_keychain_list_at(list, i)));
	return KC_OK;
}

OSStatus SecKeychainDelete(SecKeychainRef keychainOrArray)
{
	if (!keychainOrArray)
		return errSecInvalidKeychain;
	return kc_err_osstatus(delete_each(keychainOrArray));
}
