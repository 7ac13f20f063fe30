/* SPDX-License-Identifier: ISC */
/* Making and deleting keychains. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "wire/socket.h"

#define DEVICE_NAME "keychain" /* where the computer has no name */
#define GONE_CHECKS 1000
#define GONE_CHECK_MS 10

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

/* A service gives up its lock last of all. */
static bool is_gone(const struct kc_place *place)
{
	KC_CLEANUP_FD int fd = open(place->lock, O_RDONLY | O_CLOEXEC);

	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static kc_err end_service(SecKeychainRef keychain)
{
	static const struct timespec moment = {.tv_nsec = GONE_CHECK_MS * 1000000L};
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	struct kc_client *client;

	KC_TRY(kc_place_find_at(keychain->path, &place));
	KC_TRY(kc_sec_keychain_client(keychain, &client));
	KC_TRY(kc_client_stop(client));
	for (unsigned i = 0; i < GONE_CHECKS; i++) {
		if (is_gone(&place))
			return KC_OK;
		nanosleep(&moment, NULL);
	}
	return KC_ERR(BUSY);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

/* What a service keeps; anything else in the folder is not ours. */
static kc_err remove_files(const char *path)
{
	static const char *const folders[] = {"data", "state", "config"};

	for (size_t i = 0; i < KC_COUNT_OF(folders); i++) {
		KC_CLEANUP_BUF struct kc_buf folder = KC_BUF_INIT;
		kc_buf_printf(&folder, "%s/%s", path, folders[i]);
		if (!kc_buf_text(&folder))
			return KC_ERR(NO_MEMORY);
		if (nftw(kc_buf_text(&folder), remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0 &&
			errno != ENOENT)
			return kc_err_from_errno(errno);
	}
	(void)rmdir(path);
	return KC_OK;
}

static kc_err delete_one(SecKeychainRef keychain)
{
	if (keychain->is_users)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_sec_keychain_list_remove(keychain));
	KC_TRY(end_service(keychain));
	return remove_files(keychain->path);
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
