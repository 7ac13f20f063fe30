/* SPDX-License-Identifier: ISC */
/* The object, its path, and the clients of the services behind paths. */
#include "keychainapi/Security/sec_keychain.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/sec_keychain_list.h"
#include "keychainapi/Security/object.h"

#define INTERFACE_VERSION 4
#define FILE_OF_DATA "keychain.db"

/* --- the object ------------------------------------------------------------------------------ */

static void finalize(CFTypeRef object)
{
	free(((const struct __SecKeychain *)object)->path);
}

static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecKeychain *x = a, *y = b;

	return strcmp(x->path, y->path) == 0;
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecKeychain *keychain = object;
	CFHashCode code = 5381;

	for (const char *at = keychain->path; *at; at++)
		code = code * 33 ^ (unsigned char)*at;
	return code;
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecKeychain *keychain = object;

	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<SecKeychain %s>"), keychain->path);
}

static const CFRuntimeClass keychain_class = {
	.className = "SecKeychain",
	.finalize = finalize,
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecKeychainGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&keychain_class);
}

bool kc_sec_keychain_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecKeychainGetTypeID();
}

/* --- paths ----------------------------------------------------------------------------------- */

static kc_err join(const char *folder, const char *name, char **ret)
{
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	size_t len;

	kc_buf_printf(&path, "%s/%s", folder, name);
	if (!kc_buf_text(&path))
		return KC_ERR(NO_MEMORY);
	*ret = (char *)kc_buf_steal(&path, &len);
	return KC_OK;
}

/* What programs for macOS call the keychain of the user. */
static bool is_users_name(const char *path)
{
	static const char *const names[] = {"login.keychain", "login.keychain-db"};
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (strcmp(slash ? slash + 1 : path, names[i]) == 0)
			return true;
	return false;
}

static kc_err new_keychain(char *taken_path, bool is_users, SecKeychainRef *ret)
{
	struct __SecKeychain *keychain =
		_CFRuntimeCreateInstance(SecKeychainGetTypeID(), sizeof *keychain);

	if (!keychain) {
		free(taken_path);
		return KC_ERR(NO_MEMORY);
	}
	keychain->path = taken_path;
	keychain->is_users = is_users;
	*ret = keychain;
	return KC_OK;
}

kc_err kc_sec_keychain_open(const char *path, SecKeychainRef *ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FREE char *users = NULL;
	char *full = NULL;

	if (path && !*path)
		return KC_ERR(PARAM);
	KC_TRY(kc_place_find(&place));
	KC_TRY(join(place.data, FILE_OF_DATA, &users));
	if (!path || is_users_name(path) || strcmp(path, users) == 0) {
		full = users;
		users = NULL;
		return new_keychain(full, true, ret);
	}
	KC_TRY(join(path[0] == '/' ? "" : place.data, path[0] == '/' ? path + 1 : path, &full));
	return new_keychain(full, false, ret);
}

SecKeychainRef kc_sec_keychain_users(void)
{
	static _Atomic(SecKeychainRef) users;
	SecKeychainRef found = atomic_load(&users), fresh = NULL;

	if (found)
		return found;
	if (kc_sec_keychain_open(NULL, &fresh) != KC_OK)
		return NULL;
	if (atomic_compare_exchange_strong(&users, &found, fresh))
		return fresh;
	CFRelease(fresh); /* another thread was faster */
	return found;
}

/* --- clients --------------------------------------------------------------------------------- */

/* One for each path that was ever used, for the life of the process. */
struct place_client {
	char *path;
	struct kc_client *client;
	struct place_client *next;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct place_client *clients;

static kc_err new_client(const char *path, struct kc_client **ret)
{
	struct place_client *fresh = calloc(1, sizeof *fresh);
	kc_err err;

	if (!fresh)
		return KC_ERR(NO_MEMORY);
	fresh->path = strdup(path);
	err = fresh->path ? kc_client_new_at(path, &fresh->client) : KC_ERR(NO_MEMORY);
	if (err != KC_OK) {
		free(fresh->path);
		free(fresh);
		return err;
	}
	fresh->next = clients;
	clients = fresh;
	*ret = fresh->client;
	return KC_OK;
}

static kc_err find_client(const char *path, struct kc_client **ret)
{
	for (struct place_client *known = clients; known; known = known->next)
		if (strcmp(known->path, path) == 0) {
			*ret = known->client;
			return KC_OK;
		}
	return new_client(path, ret);
}

kc_err kc_sec_keychain_client_anyway(SecKeychainRef keychain, struct kc_client **ret)
{
	kc_err err;

	if (!kc_sec_keychain_is(keychain))
		return KC_ERR(PARAM);
	if (keychain->is_users)
		return kc_client_shared(ret);
	pthread_mutex_lock(&mutex);
	err = find_client(keychain->path, ret);
	pthread_mutex_unlock(&mutex);
	return err;
}

kc_err kc_sec_keychain_client(SecKeychainRef keychain, struct kc_client **ret)
{
	if (kc_sec_keychain_is(keychain) && !kc_sec_keychain_exists(keychain))
		return KC_ERR(NO_KEYCHAIN);
	return kc_sec_keychain_client_anyway(keychain, ret);
}

bool kc_sec_keychain_exists(SecKeychainRef keychain)
{
	KC_CLEANUP_FREE char *file = NULL;

	if (keychain->is_users)
		return true;
	return join(keychain->path, "data/" FILE_OF_DATA, &file) == KC_OK &&
	       access(file, F_OK) == 0;
}

/* --- the interface --------------------------------------------------------------------------- */

OSStatus SecKeychainGetVersion(UInt32 *returnVers)
{
	if (!returnVers)
		return errSecParam;
	*returnVers = INTERFACE_VERSION;
	return errSecSuccess;
}

OSStatus SecKeychainOpen(const char *pathName, SecKeychainRef *keychain)
{
	if (!pathName || !keychain)
		return errSecParam;
	return kc_err_osstatus(kc_sec_keychain_open(pathName, keychain));
}

OSStatus SecKeychainGetPath(SecKeychainRef keychain, UInt32 *ioPathLength, char *pathName)
{
	KC_CLEANUP_OBJECT SecKeychainRef named = NULL;
	size_t len;
	UInt32 room;
	kc_err err;

	if (!ioPathLength || !pathName)
		return errSecParam;
	err = kc_sec_keychain_list_named(keychain, &named);
	if (err != KC_OK)
		return kc_err_osstatus(err);
	len = strlen(named->path);
	room = *ioPathLength;
	*ioPathLength = (UInt32)len;
	if (len >= room)
		return errSecBufferTooSmall;
	memcpy(pathName, named->path, len + 1);
	return errSecSuccess;
}
