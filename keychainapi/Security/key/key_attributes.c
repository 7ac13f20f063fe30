/* SPDX-License-Identifier: ISC */
/*
 * Attributes of keys: by type and half, and for a key of the keychain as its item has them.
 *
 * Public keys say that they are private, as Apple's do.
 */
#include "keychainapi/Security/key/key_attributes.h"

#include <Security/SecItemPriv.h>
#include <string.h>

#include "base/key_use.h"
#include "keychainapi/Security/key/key_data.h"
#include "keychainapi/Security/object.h"

/* clang-format off */
static const struct fact {
	const CFStringRef *name;
	enum { NO, YES, USE } by_default; /* USE: as base/key_use.h says */
} facts[] = {
	{&kSecAttrIsPermanent,         YES},
	{&kSecAttrIsPrivate,           YES},
	{&kSecAttrIsModifiable,        YES},
	{&kSecAttrIsSensitive,         NO},
	{&kSecAttrWasAlwaysSensitive,  NO},
	{&kSecAttrIsExtractable,       YES},
	{&kSecAttrWasNeverExtractable, NO},
	{&kSecAttrCanEncrypt,          USE},
	{&kSecAttrCanDecrypt,          USE},
	{&kSecAttrCanDerive,           USE},
	{&kSecAttrCanSign,             USE},
	{&kSecAttrCanVerify,           USE},
	{&kSecAttrCanSignRecover,      USE},
	{&kSecAttrCanVerifyRecover,    USE},
	{&kSecAttrCanWrap,             USE},
	{&kSecAttrCanUnwrap,           USE},
};

static const struct {
	enum kc_key_type type;
	const CFStringRef *name;
} types[] = {
	{KC_KEY_RSA,     &kSecAttrKeyTypeRSA},
	{KC_KEY_EC,      &kSecAttrKeyTypeECSECPrimeRandom},
	{KC_KEY_ED25519, &kSecAttrKeyTypeEd25519},
	{KC_KEY_X25519,  &kSecAttrKeyTypeX25519},
	{KC_KEY_ED448,   &kSecAttrKeyTypeEd448},
	{KC_KEY_X448,    &kSecAttrKeyTypeX448},
};

/* What else of an item its key tells; the dictionary would not be understood without. */
static const CFStringRef *const of_item[] = {
	&kSecAttrLabel, &kSecAttrApplicationTag, &kSecAttrAccessGroup, &kSecAttrAccessible,
};
/* clang-format on */

static kc_name name_of(CFStringRef constant)
{
	return kc_name_from(kc_object_bytes(constant));
}

static bool default_of(const struct fact *fact, SecKeyRef key)
{
	if (fact->by_default != USE)
		return fact->by_default == YES;
	return kc_key_use_default(name_of(*fact->name), kc_pk_type(key->pk),
		key->is_private ? KC_KEY_PRIVATE : KC_KEY_PUBLIC);
}

static bool fact_of(const struct fact *fact, SecKeyRef key)
{
	return kc_attrs_get_number(&key->attrs, name_of(*fact->name), default_of(fact, key)) != 0;
}

bool kc_key_attributes_allow(SecKeyRef key, kc_name use)
{
	for (size_t i = 0; i < KC_COUNT_OF(facts); i++)
		if (name_of(*facts[i].name) == use)
			return fact_of(&facts[i], key);
	return false;
}

void kc_key_attributes_identify(SecKeyRef key, struct kc_attrs *attrs)
{
	const struct kc_bytes label = KC_BYTES_OF(key->label);
	unsigned bits = kc_pk_bits(key->pk);

	kc_attrs_set_number(
		attrs, name_of(kSecAttrKeyClass), key->is_private ? KC_KEY_PRIVATE : KC_KEY_PUBLIC);
	kc_attrs_set_number(attrs, name_of(kSecAttrKeyType), kc_pk_type(key->pk));
	kc_attrs_set_number(attrs, name_of(kSecAttrKeySizeInBits), bits);
	kc_attrs_set_number(attrs, name_of(kSecAttrEffectiveKeySize), bits);
	kc_attrs_set_bytes(attrs, name_of(kSecAttrApplicationLabel), label);
}

void kc_key_attributes_expand(SecKeyRef key, struct kc_attrs *attrs)
{
	kc_key_attributes_identify(key, attrs);
	for (size_t i = 0; i < KC_COUNT_OF(facts); i++)
		kc_attrs_set_number(attrs, name_of(*facts[i].name), fact_of(&facts[i], key));
}

/* --- the dictionary -------------------------------------------------------------------------- */

/* Takes value; without memory the member is left out. */
static void put(CFMutableDictionaryRef dictionary, CFStringRef name, CFTypeRef value)
{
	if (!value)
		return;
	CFDictionarySetValue(dictionary, name, value);
	CFRelease(value);
}

static void put_identity(SecKeyRef key, CFMutableDictionaryRef dictionary)
{
	int32_t bits = (int32_t)kc_pk_bits(key->pk);

	CFDictionarySetValue(dictionary, kSecClass, kSecClassKey);
	CFDictionarySetValue(dictionary, kSecAttrKeyClass,
		key->is_private ? kSecAttrKeyClassPrivate : kSecAttrKeyClassPublic);
	for (size_t i = 0; i < KC_COUNT_OF(types); i++)
		if (types[i].type == kc_pk_type(key->pk))
			CFDictionarySetValue(dictionary, kSecAttrKeyType, *types[i].name);
	put(dictionary, kSecAttrKeySizeInBits, CFNumberCreate(NULL, kCFNumberSInt32Type, &bits));
	put(dictionary, kSecAttrEffectiveKeySize, CFNumberCreate(NULL, kCFNumberSInt32Type, &bits));
	put(dictionary, kSecAttrApplicationLabel,
		CFDataCreate(NULL, key->label, sizeof key->label));
}

static void put_facts(SecKeyRef key, CFMutableDictionaryRef dictionary)
{
	for (size_t i = 0; i < KC_COUNT_OF(facts); i++)
		CFDictionarySetValue(dictionary, *facts[i].name,
			fact_of(&facts[i], key) ? kCFBooleanTrue : kCFBooleanFalse);
	for (size_t i = 0; i < KC_COUNT_OF(of_item); i++) {
		const struct kc_value *value = kc_attrs_get(&key->attrs, name_of(*of_item[i]));
		if (value)
			put(dictionary, *of_item[i], kc_object_from_value(value));
	}
}

CFDictionaryRef SecKeyCopyAttributes(SecKeyRef key)
{
	CFMutableDictionaryRef dictionary;
	CFDataRef data = NULL;

	if (!kc_key_is(key))
		return NULL;
	dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	if (!dictionary)
		return NULL;
	put_identity(key, dictionary);
	put_facts(key, dictionary);
	if (kc_key_data_copy(key, &data) == KC_OK)
		put(dictionary, kSecValueData, data);
	return dictionary;
}

/* --- sizes ----------------------------------------------------------------------------------- */

size_t SecKeyGetBlockSize(SecKeyRef key)
{
	return kc_key_is(key) ? kc_key_block_len(key) : 0;
}

/* The most that X9.62's SEQUENCE of two INTEGERs takes. */
static size_t signature_len(SecKeyRef key)
{
	size_t len = kc_key_block_len(key);

	switch (kc_pk_type(key->pk)) {
	case KC_KEY_RSA:
		return len;
	case KC_KEY_EC:
		return (len >= 66 ? 9 : 8) + 2 * len;
	case KC_KEY_ED25519:
	case KC_KEY_ED448:
		return 2 * len;
	case KC_KEY_X25519:
	case KC_KEY_X448:
		break;
	}
	return 0;
}

size_t SecKeyGetSize(SecKeyRef key, SecKeySize whichSize)
{
	if (!kc_key_is(key))
		return 0;
	if (whichSize == kSecKeyKeySizeInBits || whichSize == 0)
		return kc_pk_bits(key->pk);
	if (whichSize == kSecKeySignatureSize)
		return signature_len(key);
	if (whichSize == kSecKeyEncryptedDataSize && kc_pk_type(key->pk) == KC_KEY_RSA)
		return kc_key_block_len(key);
	return 0;
}
