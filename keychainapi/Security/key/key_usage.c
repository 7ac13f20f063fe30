/* SPDX-License-Identifier: ISC */
/* The table of uses. */
#include "keychainapi/Security/key/key_usage.h"

#include <Security/SecItem.h>

#include "keychainapi/Security/object.h"

static const struct {
	CSSM_KEYUSE bit;
	const CFStringRef *attribute;
} rows[] = {
	{CSSM_KEYUSE_ENCRYPT, &kSecAttrCanEncrypt},
	{CSSM_KEYUSE_DECRYPT, &kSecAttrCanDecrypt},
	{CSSM_KEYUSE_SIGN, &kSecAttrCanSign},
	{CSSM_KEYUSE_VERIFY, &kSecAttrCanVerify},
	{CSSM_KEYUSE_WRAP, &kSecAttrCanWrap},
	{CSSM_KEYUSE_UNWRAP, &kSecAttrCanUnwrap},
	{CSSM_KEYUSE_DERIVE, &kSecAttrCanDerive},
};

void kc_key_usage_say(CSSM_KEYUSE usage, CFMutableDictionaryRef words)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (usage & rows[i].bit)
			CFDictionarySetValue(words, *rows[i].attribute, kCFBooleanTrue);
}

static CSSM_KEYUSE bit_of(CFTypeRef name)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (name && CFEqual(name, *rows[i].attribute))
			return rows[i].bit;
	return 0;
}

kc_err kc_key_usage_of(CFArrayRef names, CSSM_KEYUSE *ret)
{
	CSSM_KEYUSE usage = 0;

	if (names && kc_object_kind(names) != KC_OBJECT_ARRAY)
		return KC_ERR(PARAM);
	for (CFIndex i = 0; names && i < CFArrayGetCount(names); i++)
		usage |= bit_of(CFArrayGetValueAtIndex(names, i));
	*ret = usage;
	return KC_OK;
}
