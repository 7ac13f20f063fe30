/* SPDX-License-Identifier: ISC */
/* Key pairs in the words of CSSM, and what that layer offered besides. */
#include <Security/SecItemPriv.h>
#include <Security/SecKeychain.h>

#include "keychainapi/Security/error.h"
#include "keychainapi/Security/key/key.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

/* What a bit of a use or of an attribute is in the dictionary of a half. */
static const struct word {
	uint32_t bit;
	const CFStringRef *key;
} uses[] =
	{
		{CSSM_KEYUSE_ENCRYPT, &kSecAttrCanEncrypt},
		{CSSM_KEYUSE_DECRYPT, &kSecAttrCanDecrypt},
		{CSSM_KEYUSE_SIGN, &kSecAttrCanSign},
		{CSSM_KEYUSE_VERIFY, &kSecAttrCanVerify},
		{CSSM_KEYUSE_WRAP, &kSecAttrCanWrap},
		{CSSM_KEYUSE_UNWRAP, &kSecAttrCanUnwrap},
		{CSSM_KEYUSE_DERIVE, &kSecAttrCanDerive},
},
  attributes[] = {
	  {CSSM_KEYATTR_PERMANENT, &kSecAttrIsPermanent},
	  {CSSM_KEYATTR_SENSITIVE, &kSecAttrIsSensitive},
	  {CSSM_KEYATTR_EXTRACTABLE, &kSecAttrIsExtractable},
};

static void say(CFMutableDictionaryRef half, const struct word *words, size_t count, uint32_t bits)
{
	for (size_t i = 0; i < count; i++)
		CFDictionarySetValue(half, *words[i].key,
			bits & words[i].bit ? kCFBooleanTrue : kCFBooleanFalse);
}

/* Any use, and none, is what a key of the type can do. */
static CFMutableDictionaryRef new_half(CSSM_KEYUSE use, uint32_t attrs, bool is_private)
{
	CFMutableDictionaryRef half = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	if (!half)
		return NULL;
	if (use && !(use & CSSM_KEYUSE_ANY))
		say(half, uses, KC_COUNT_OF(uses), use);
	say(half, attributes, is_private ? KC_COUNT_OF(attributes) : 1, attrs);
	return half;
}

static CFStringRef find_type(CSSM_ALGORITHMS algorithm)
{
	return algorithm == CSSM_ALGID_RSA     ? kSecAttrKeyTypeRSA
	       : algorithm == CSSM_ALGID_ECDSA ? kSecAttrKeyTypeEC
					       : NULL;
}

static OSStatus create(CFStringRef type, uint32_t bits, CFDictionaryRef public,
	CFDictionaryRef private, SecKeyRef *ret_public, SecKeyRef *ret_private)
{
	const int32_t size = (int32_t)bits;
	KC_CLEANUP_OBJECT CFNumberRef number = CFNumberCreate(NULL, kCFNumberSInt32Type, &size);
	const void *keys[] = {
		kSecAttrKeyType, kSecAttrKeySizeInBits, kSecPublicKeyAttrs, kSecPrivateKeyAttrs};
	const void *values[] = {type, number, public, private};
	KC_CLEANUP_OBJECT CFDictionaryRef parameters = NULL;

	if (!number || !public || !private)
		return errSecAllocate;
	parameters = CFDictionaryCreate(NULL, keys, values, KC_COUNT_OF(keys),
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	return parameters ? SecKeyGeneratePair(parameters, ret_public, ret_private)
			  : errSecAllocate;
}

OSStatus SecKeyCreatePair(SecKeychainRef keychainRef, CSSM_ALGORITHMS algorithm,
	uint32_t keySizeInBits, CSSM_CC_HANDLE contextHandle, CSSM_KEYUSE publicKeyUsage,
	uint32_t publicKeyAttr, CSSM_KEYUSE privateKeyUsage, uint32_t privateKeyAttr,
	SecAccessRef initialAccess, SecKeyRef *publicKey, SecKeyRef *privateKey)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef public = NULL;
	KC_CLEANUP_OBJECT CFMutableDictionaryRef private = NULL;
	CFStringRef type = find_type(algorithm);

	(void)contextHandle;
	(void)initialAccess;
	if (keychainRef && !kc_sec_keychain_is(keychainRef))
		return errSecParam;
	if (!type || (keychainRef && !keychainRef->is_users))
		return errSecUnimplemented;
	public = new_half(publicKeyUsage, publicKeyAttr, false);
	private = new_half(privateKeyUsage, privateKeyAttr, true);
	return create(type, keySizeInBits, public, private, publicKey, privateKey);
}

/* --- what there is not ----------------------------------------------------------------------- */

OSStatus SecKeyGenerate(SecKeychainRef keychainRef, CSSM_ALGORITHMS algorithm,
	uint32_t keySizeInBits, CSSM_CC_HANDLE contextHandle, CSSM_KEYUSE keyUsage,
	uint32_t keyAttr, SecAccessRef initialAccess, SecKeyRef *keyRef)
{
	(void)keychainRef;
	(void)algorithm;
	(void)keySizeInBits;
	(void)contextHandle;
	(void)keyUsage;
	(void)keyAttr;
	(void)initialAccess;
	(void)keyRef;
	return errSecUnimplemented;
}

SecKeyRef SecKeyGenerateSymmetric(CFDictionaryRef parameters, CFErrorRef *error)
{
	(void)parameters;
	kc_error_give(KC_ERR(UNSUPPORTED), error);
	return NULL;
}

OSStatus SecKeyGetCSSMKey(SecKeyRef key, const CSSM_KEY **cssmKey)
{
	(void)key;
	(void)cssmKey;
	return errSecUnimplemented;
}

OSStatus SecKeyGetCSPHandle(SecKeyRef keyRef, CSSM_CSP_HANDLE *cspHandle)
{
	(void)keyRef;
	(void)cspHandle;
	return errSecUnimplemented;
}

OSStatus SecKeyGetCredentials(SecKeyRef keyRef, CSSM_ACL_AUTHORIZATION_TAG operation,
	SecCredentialType credentialType, const CSSM_ACCESS_CREDENTIALS **outCredentials)
{
	(void)keyRef;
	(void)operation;
	(void)credentialType;
	(void)outCredentials;
	return errSecUnimplemented;
}
