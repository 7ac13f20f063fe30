/* SPDX-License-Identifier: ISC */
/* Running rows of facts. */
#include "tests/keychainapi/security/facts.h"

#include <Security/SecItemPriv.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/wire/device.h"
#include "wire/client.h"

static const char *const classes[] = {"genp", "inet", "cert", "keys"};

/* Deletes every item, whatever its sync mark, and the tombstones that this leaves. */
static void delete_everything(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++) {
		const struct member live[] = {{"class", {OBJECT_TEXT, classes[i], 0, 0}}, ANY,
			{"u_Tomb", NO}, {"nleg", YES}, {NULL, {0}}};
		const struct member dead[] = {{"class", {OBJECT_TEXT, classes[i], 0, 0}}, ANY,
			{"tomb", YES}, {"nleg", YES}, {NULL, {0}}};
		SecItemDelete(dictionary_make(live));
		SecItemDelete(dictionary_make(dead));
	}
}

void (*facts_damage)(const char *sql);

/* The next call starts another one. */
static OSStatus stop_service(void)
{
	struct kc_client *client;
	kc_err err = kc_client_shared(&client);

	if (err == KC_OK)
		err = kc_client_stop(client);
	if (err == KC_OK && !device_wait_until_gone())
		err = KC_E_BUSY;
	return kc_err_osstatus(err);
}

void facts_stop(void)
{
	(void)stop_service();
}

static OSStatus lock(bool locked)
{
	struct kc_client *client;
	kc_err err = kc_client_shared(&client);

	if (err == KC_OK)
		err = locked ? kc_client_lock(client)
			     : kc_client_unlock(client, kc_bytes_str("fake"));
	return kc_err_osstatus(err);
}

static OSStatus run(const struct fact *fact, CFTypeRef *result)
{
	CFDictionaryRef dictionary = fact->dictionary ? dictionary_make(fact->dictionary) : NULL;
	CFDictionaryRef changes = fact->changes ? dictionary_make(fact->changes) : NULL;

	switch (fact->call) {
	case CALL_FRESH:
		delete_everything();
		return errSecSuccess;
	case CALL_ADD:
		return SecItemAdd(dictionary, result);
	case CALL_FIND:
		return SecItemCopyMatching(dictionary, result);
	case CALL_UPDATE:
		return SecItemUpdate(dictionary, changes);
	case CALL_DELETE:
		return SecItemDelete(dictionary);
	case CALL_LOCK:
		return lock(true);
	case CALL_UNLOCK:
		return lock(false);
	case CALL_DELETE_ALL:
		return SecItemDeleteAll();
	case CALL_RESTART:
		return stop_service();
	case CALL_DAMAGE:
		stop_service();
		facts_damage(fact->result);
		return lock(false);
	}
	return errSecInternal;
}

/* A reference that came back, alone or among others, serves later rows. */
static void remember(CFTypeRef result)
{
	CFTypeRef ref = result;

	if (!result || result == describe_untouched)
		return;
	if (CFGetTypeID(result) == CFDictionaryGetTypeID())
		ref = CFDictionaryGetValue(result, kSecValuePersistentRef);
	if (ref && CFGetTypeID(ref) == CFDataGetTypeID() && CFDataGetLength(ref) == 20)
		dictionary_set_last(ref);
}

static void check_one(const struct fact *fact)
{
	KC_CLEANUP_FREE char *why = NULL;
	char words[200];
	CFTypeRef result = describe_untouched;
	OSStatus status = run(fact, &result);

	snprintf(words, sizeof words, "%s %s: %d, not %d", fact->section, fact->what, (int)status,
		(int)fact->status);
	CHECK_MSG(status == fact->status, words);
	if (status == fact->status && fact->result && fact->call != CALL_DAMAGE) {
		why = describe_difference(result, fact->result);
		snprintf(words, sizeof words, "%s %s: %s", fact->section, fact->what,
			why ? why : "");
		CHECK_MSG(!why, words);
	}
	remember(result);
	if (result && result != describe_untouched)
		CFRelease(result);
	dictionary_release();
}

void facts_check(const struct fact_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		check_one(&table->rows[i]);
}

void facts_check_each(const struct fact_table *table)
{
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++) {
		dictionary_set_class(classes[i]);
		facts_check(table);
	}
}
