/* SPDX-License-Identifier: ISC */
/*
 * The default keychain and the search list.
 *
 * The search list is the user's, and all programs': a file of paths, one a line, in the
 * configuration folder. Without the file it is the user's own keychain. The default keychain is one
 * of a process.
 */
#include "keychainapi/Security/sec_keychain_list.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/place.h"
#include "keychainapi/Security/sec_keychain_event.h"
#include "keychainapi/Security/object.h"

#define LIST_FILE "keychains"
#define MOST_BYTES ((size_t)1 << 20) /* of the file */

/* --- the file -------------------------------------------------------------------------------- */

static kc_err list_path(const char *suffix, char **ret_folder, char **ret)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;

	KC_TRY(kc_place_find(&place));
	if (asprintf(ret, "%s/" LIST_FILE "%s", place.config, suffix) < 0) {
		*ret = NULL;
		return KC_ERR(NO_MEMORY);
	}
	if (ret_folder) {
		*ret_folder = place.config;
		place.config = NULL;
	}
	return KC_OK;
}

static kc_err append(CFMutableArrayRef list, const char *path)
{
	KC_CLEANUP_OBJECT SecKeychainRef keychain = NULL;

	KC_TRY(kc_sec_keychain_open(path, &keychain));
	if (!CFArrayContainsValue(list, CFRangeMake(0, CFArrayGetCount(list)), keychain))
		CFArrayAppendValue(list, keychain);
	return KC_OK;
}

/* Lines that are no absolute paths are nobody's. */
static kc_err read_lines(FILE *file, CFMutableArrayRef list)
{
	KC_CLEANUP_FREE char *line = NULL;
	size_t room = 0, total = 0;
	ssize_t len;

	while ((len = getline(&line, &room, file)) > 0) {
		total += (size_t)len;
		if (total > MOST_BYTES)
			return KC_ERR(TOO_LARGE);
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '/')
			KC_TRY(append(list, line));
	}
	return KC_OK;
}

static kc_err append_users(CFMutableArrayRef list)
{
	SecKeychainRef users = kc_sec_keychain_users();

	if (!users)
		return KC_ERR(NO_MEMORY);
	CFArrayAppendValue(list, users);
	return KC_OK;
}

/* The path is looked up once: every search without a list of its own comes by here. */
static kc_err known_path(const char **ret)
{
	static _Atomic(char *) known;
	char *found = atomic_load(&known), *fresh = NULL;

	if (!found) {
		KC_TRY(list_path("", NULL, &fresh));
		if (atomic_compare_exchange_strong(&known, &found, fresh))
			found = fresh;
		else
			free(fresh); /* another thread was faster */
	}
	*ret = found;
	return KC_OK;
}

static kc_err read_list(CFMutableArrayRef list)
{
	const char *path;
	FILE *file;
	kc_err err;

	KC_TRY(known_path(&path));
	if (access(path, F_OK) != 0)
		return append_users(list);
	file = fopen(path, "re");
	if (!file)
		return kc_err_from_errno(errno);
	err = read_lines(file, list);
	fclose(file);
	return err;
}

static kc_err copy_list(CFMutableArrayRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(read_list(list));
	*ret = (CFMutableArrayRef)(uintptr_t)CFRetain(list);
	return KC_OK;
}

static kc_err write_lines(const char *path, CFArrayRef list)
{
	FILE *file;
	bool written;

	(void)unlink(path);
	file = fopen(path, "wxe");
	if (!file)
		return kc_err_from_errno(errno);
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++)
		fprintf(file, "%s\n", kc_sec_keychain_list_at(list, i)->path);
	written = fflush(file) == 0 && !ferror(file);
	return fclose(file) == 0 && written ? KC_OK : KC_ERR(IO);
}

/* Whole or not at all. */
static kc_err write_list(CFArrayRef list)
{
	KC_CLEANUP_FREE char *folder = NULL;
	KC_CLEANUP_FREE char *fresh = NULL;
	const char *path;

	KC_TRY(known_path(&path));
	KC_TRY(list_path(".new", &folder, &fresh));
	KC_TRY(kc_place_make_folder(folder));
	KC_TRY(write_lines(fresh, list));
	if (rename(fresh, path) != 0)
		return kc_err_from_errno(errno);
	kc_sec_keychain_event_send(kSecKeychainListChangedEvent, NULL, NULL);
	return KC_OK;
}

/* Changes of one process's threads; the last of two processes wins. */
static pthread_mutex_t list_mutex = PTHREAD_MUTEX_INITIALIZER;

static kc_err change_inlock(SecKeychainRef keychain, bool present)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef list = NULL;
	CFIndex at;

	KC_TRY(copy_list(&list));
	at = CFArrayGetFirstIndexOfValue(list, CFRangeMake(0, CFArrayGetCount(list)), keychain);
	if ((at != kCFNotFound) == present)
		return KC_OK;
	if (present)
		CFArrayAppendValue(list, keychain);
	else
		CFArrayRemoveValueAtIndex(list, at);
	return write_list(list);
}

static kc_err change(SecKeychainRef keychain, bool present)
{
	kc_err err;

	pthread_mutex_lock(&list_mutex);
	err = change_inlock(keychain, present);
	pthread_mutex_unlock(&list_mutex);
	return err;
}

kc_err kc_sec_keychain_list_add(SecKeychainRef keychain)
{
	return change(keychain, true);
}

kc_err kc_sec_keychain_list_remove(SecKeychainRef keychain)
{
	return change(keychain, false);
}

/* --- what is meant --------------------------------------------------------------------------- */

static pthread_mutex_t default_mutex = PTHREAD_MUTEX_INITIALIZER;
static SecKeychainRef chosen_default; /* NULL: the user's own */

static kc_err copy_default(SecKeychainRef *ret)
{
	SecKeychainRef found;

	pthread_mutex_lock(&default_mutex);
	found = chosen_default;
	if (found)
		CFRetain(found);
	pthread_mutex_unlock(&default_mutex);
	if (!found) {
		found = kc_sec_keychain_users();
		if (!found)
			return KC_ERR(NO_MEMORY);
		CFRetain(found);
	}
	*ret = found;
	return KC_OK;
}

static void set_default(SecKeychainRef keychain)
{
	SecKeychainRef last;

	CFRetain(keychain);
	pthread_mutex_lock(&default_mutex);
	last = chosen_default;
	chosen_default = keychain;
	pthread_mutex_unlock(&default_mutex);
	if (last)
		CFRelease(last);
	kc_sec_keychain_event_send(kSecDefaultChangedEvent, NULL, keychain);
}

kc_err kc_sec_keychain_list_named(SecKeychainRef keychain, SecKeychainRef *ret)
{
	if (!keychain)
		return copy_default(ret);
	if (!kc_sec_keychain_is(keychain))
		return KC_ERR(PARAM);
	*ret = (SecKeychainRef)(uintptr_t)CFRetain(keychain);
	return KC_OK;
}

bool kc_sec_keychain_list_is(CFTypeRef object)
{
	if (kc_object_kind(object) != KC_OBJECT_ARRAY)
		return false;
	for (CFIndex i = 0; i < CFArrayGetCount(object); i++)
		if (!kc_sec_keychain_is(CFArrayGetValueAtIndex(object, i)))
			return false;
	return true;
}

kc_err kc_sec_keychain_list_copy(CFTypeRef keychain_or_array, CFArrayRef *ret)
{
	CFMutableArrayRef list = NULL;

	if (!keychain_or_array) {
		KC_TRY(copy_list(&list));
		*ret = list;
		return KC_OK;
	}
	if (kc_sec_keychain_list_is(keychain_or_array)) {
		*ret = CFRetain(keychain_or_array);
		return KC_OK;
	}
	if (!kc_sec_keychain_is(keychain_or_array))
		return KC_ERR(PARAM);
	*ret = CFArrayCreate(NULL, &keychain_or_array, 1, &kCFTypeArrayCallBacks);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

/* --- the interface --------------------------------------------------------------------------- */

OSStatus SecKeychainCopyDefault(SecKeychainRef *keychain)
{
	return keychain ? kc_err_osstatus(copy_default(keychain)) : errSecParam;
}

OSStatus SecKeychainSetDefault(SecKeychainRef keychain)
{
	if (!kc_sec_keychain_is(keychain))
		return errSecParam;
	set_default(keychain);
	return errSecSuccess;
}

OSStatus SecKeychainCopySearchList(CFArrayRef *searchList)
{
	return searchList ? kc_err_osstatus(kc_sec_keychain_list_copy(NULL, searchList))
			  : errSecParam;
}

OSStatus SecKeychainSetSearchList(CFArrayRef searchList)
{
	kc_err err;

	if (!kc_sec_keychain_list_is(searchList))
		return errSecParam;
	pthread_mutex_lock(&list_mutex);
	err = write_list(searchList);
	pthread_mutex_unlock(&list_mutex);
	return kc_err_osstatus(err);
}

static bool is_domain(SecPreferencesDomain domain)
{
	return domain >= kSecPreferencesDomainUser && domain <= kSecPreferencesDomainDynamic;
}

OSStatus SecKeychainCopyDomainDefault(SecPreferencesDomain domain, SecKeychainRef *keychain)
{
	if (!is_domain(domain))
		return errSecInvalidPrefsDomain;
	if (keychain && domain != kSecPreferencesDomainUser)
		return errSecNoDefaultKeychain;
	return SecKeychainCopyDefault(keychain);
}

OSStatus SecKeychainSetDomainDefault(SecPreferencesDomain domain, SecKeychainRef keychain)
{
	if (domain != kSecPreferencesDomainUser)
		return errSecInvalidPrefsDomain;
	return SecKeychainSetDefault(keychain);
}

OSStatus SecKeychainCopyDomainSearchList(SecPreferencesDomain domain, CFArrayRef *searchList)
{
	if (!is_domain(domain))
		return errSecInvalidPrefsDomain;
	if (domain == kSecPreferencesDomainUser)
		return SecKeychainCopySearchList(searchList);
	if (!searchList)
		return errSecParam;
	*searchList = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	return *searchList ? errSecSuccess : errSecAllocate;
}

OSStatus SecKeychainSetDomainSearchList(SecPreferencesDomain domain, CFArrayRef searchList)
{
	if (domain != kSecPreferencesDomainUser)
		return errSecInvalidPrefsDomain;
	return SecKeychainSetSearchList(searchList);
}

OSStatus SecKeychainGetPreferenceDomain(SecPreferencesDomain *domain)
{
	if (!domain)
		return errSecParam;
	*domain = kSecPreferencesDomainUser;
	return errSecSuccess;
}

/* There is one that a program can work in. */
OSStatus SecKeychainSetPreferenceDomain(SecPreferencesDomain domain)
{
	return domain == kSecPreferencesDomainUser ? errSecSuccess : errSecInvalidPrefsDomain;
}
