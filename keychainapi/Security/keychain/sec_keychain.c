/* SPDX-License-Identifier: ISC */
/* The object, its path, and the clients of the services behind paths. */
#include "keychainapi/Security/keychain/sec_keychain.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"

#define INTERFACE_VERSION 4

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

const struct kc_place *kc_sec_keychain_place(void)
{
	static _Atomic(struct kc_place *) known;
	struct kc_place *found = atomic_load(&known), *fresh;

	if (found)
		return found;
	fresh = calloc(1, sizeof *fresh);
	if (!fresh || kc_place_find(fresh) != KC_OK) {
		free(fresh);
		return NULL;
	}
	if (atomic_compare_exchange_strong(&known, &found, fresh))
		return fresh;
	kc_place_done(fresh); /* another thread was faster */
	free(fresh);
	return found;
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
	const struct kc_place *place = kc_sec_keychain_place();
	char *full = NULL;
	kc_err err;

	if (!place)
		return KC_ERR(PARAM);
	err = kc_keychains_path(place, path, &full);
	if (err == KC_E_NO_KEYCHAIN)
		return KC_ERR(PARAM);
	KC_TRY(err);
	return new_keychain(full, kc_keychains_is_users(place, full), ret);
}

SecKeychainRef kc_sec_keychain_users(void)
{
	static _Atomic(SecKeychainRef) users;
	SecKeychainRef found = atomic_load(&users), fresh = NULL;

	if (found)
		return found;
	if (kc_sec_keychain_open(KC_KEYCHAINS_LOGIN, &fresh) != KC_OK)
		return NULL;
	if (atomic_compare_exchange_strong(&users, &found, fresh))
		return fresh;
	CFRelease(fresh); /* another thread was faster */
	return found;
}

SecKeychainRef kc_sec_keychain_of(const struct kc_found *found)
{
	SecKeychainRef keychain = (SecKeychainRef)(uintptr_t)found->origin;

	if (!keychain)
		keychain = kc_sec_keychain_users();
	return keychain ? (SecKeychainRef)(uintptr_t)CFRetain(keychain) : NULL;
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
	const struct kc_place *place = kc_sec_keychain_place();

	return keychain->is_users || (place && kc_keychains_exist(place, keychain->path));
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
