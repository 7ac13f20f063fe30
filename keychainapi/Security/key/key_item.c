/* SPDX-License-Identifier: ISC */
/* Keys and their items: looking up one by the other. */
#include <Security/SecItem.h>
#include <string.h>

#include "keychainapi/Security/error.h"
#include "keychainapi/Security/item/item.h"
#include "keychainapi/Security/key/key_use.h"
#include "keychainapi/Security/object.h"

#define CLASS_LEN 4

/* The words of both searches and a third of their own. */
static kc_err find(CFStringRef word, CFTypeRef value, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef query = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	if (!query || !value)
		return KC_ERR(NO_MEMORY);
	CFDictionarySetValue(query, kSecClass, kSecClassKey);
	CFDictionarySetValue(query, kSecReturnRef, kCFBooleanTrue);
	CFDictionarySetValue(query, kSecAttrSynchronizable, kSecAttrSynchronizableAny);
	CFDictionarySetValue(query, word, value);
	if (word == kSecAttrApplicationLabel)
		CFDictionarySetValue(query, kSecAttrKeyClass, kSecAttrKeyClassPrivate);
	KC_TRY(kc_item_find(query, ret));
	return *ret ? KC_OK : KC_ERR(NOT_FOUND);
}

static kc_err find_private(SecKeyRef public, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFDataRef label = NULL;

	if (!kc_key_is(public))
		return KC_ERR(PARAM);
	label = CFDataCreate(NULL, public->label, sizeof public->label);
	return find(kSecAttrApplicationLabel, label, ret);
}

SecKeyRef SecKeyCopyMatchingPrivateKey(SecKeyRef publicKey, CFErrorRef *error)
{
	CFTypeRef found = NULL;

	kc_error_give(find_private(publicKey, &found), error);
	return (SecKeyRef)(uintptr_t)found;
}

OSStatus SecKeyGetMatchingPrivateKeyStatus(SecKeyRef publicKey, CFErrorRef *error)
{
	CFTypeRef found = NULL;
	kc_err err = find_private(publicKey, &found);

	if (found)
		CFRelease(found);
	kc_error_give(err, error);
	return kc_err_osstatus(err);
}

OSStatus SecKeyCopyPersistentRef(SecKeyRef key, CFDataRef *persistentRef)
{
	uint8_t bytes[CLASS_LEN + KC_PERSISTENT_REF_LEN] = {'k', 'e', 'y', 's'};

	if (!kc_key_is(key) || !persistentRef)
		return errSecParam;
	if (!key->is_stored)
		return errSecItemNotFound;
	memcpy(bytes + CLASS_LEN, key->ref, sizeof key->ref);
	return kc_err_osstatus(kc_key_new_data(KC_BYTES_OF(bytes), persistentRef));
}

OSStatus SecKeyFindWithPersistentRef(CFDataRef persistentRef, SecKeyRef *lookedUpKey)
{
	CFTypeRef found = NULL;
	kc_err err;

	if (!persistentRef || !lookedUpKey)
		return errSecParam;
	err = find(kSecValuePersistentRef, persistentRef, &found);
	if (err == KC_OK)
		*lookedUpKey = (SecKeyRef)(uintptr_t)found;
	return kc_err_osstatus(err);
}
