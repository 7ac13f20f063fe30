/* SPDX-License-Identifier: ISC */
/* Objects that live until they are forgotten. */
#include "tests/keychainapi/security/objects.h"

#include <Security/SecIdentityPriv.h>

#include "tests/check.h"
#include "tests/keychainapi/security/other_side.h"

static CFMutableArrayRef pool;
bool objects_strict;

void objects_begin(void)
{
	pool = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
}

void objects_end(void)
{
	CFRelease(pool);
}

CFTypeRef objects_later(CFTypeRef object)
{
	if (object) {
		CFArrayAppendValue(pool, object);
		CFRelease(object);
	}
	return object;
}

void objects_forget(void)
{
	CFArrayRemoveAllValues(pool);
}

CFMutableDictionaryRef objects_dict(const void *first, ...)
{
	CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	const void *key = first;
	va_list list;

	objects_later(made);
	if (objects_strict)
		CFDictionarySetValue(made, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	va_start(list, first);
	while (key) {
		CFDictionarySetValue(made, key, va_arg(list, const void *));
		key = va_arg(list, const void *);
	}
	va_end(list);
	return made;
}

CFDataRef objects_data_of(struct kc_bytes bytes)
{
	return objects_later(CFDataCreate(NULL, bytes.data, (CFIndex)bytes.len));
}

CFStringRef objects_text(const char *text)
{
	return objects_later(CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8));
}

CFDataRef objects_der_of(const struct made *made)
{
	return objects_data_of(kc_buf_bytes(&made->der));
}

SecCertificateRef objects_certificate_of(const struct made *made)
{
	SecCertificateRef certificate = SecCertificateCreateWithData(NULL, objects_der_of(made));

	CHECK_FATAL(certificate != NULL);
	return (SecCertificateRef)(uintptr_t)objects_later(certificate);
}

SecKeyRef objects_key_of(const struct made *made)
{
	KC_CLEANUP_BUF struct kc_buf external = KC_BUF_INIT;
	SecKeyRef key;

	other_side_external(made->key, true, &external);
	key = SecKeyCreateWithData(objects_data_of(kc_buf_bytes(&external)),
		objects_dict(kSecAttrKeyType, kSecAttrKeyTypeEC, kSecAttrKeyClass,
			kSecAttrKeyClassPrivate, NULL),
		NULL);
	CHECK_FATAL(key != NULL);
	return (SecKeyRef)(uintptr_t)objects_later(key);
}

SecIdentityRef objects_identity_of(const struct made *made)
{
	SecIdentityRef identity =
		SecIdentityCreate(NULL, objects_certificate_of(made), objects_key_of(made));

	CHECK_FATAL(identity != NULL);
	return (SecIdentityRef)(uintptr_t)objects_later(identity);
}

OSStatus objects_add(CFTypeRef object)
{
	return SecItemAdd(objects_dict(kSecValueRef, object, NULL), NULL);
}

OSStatus objects_find(CFDictionaryRef query, CFTypeRef *ret)
{
	*ret = NULL;
	OSStatus status = SecItemCopyMatching(query, ret);

	objects_later(*ret);
	return status;
}

CFIndex objects_count_of(CFStringRef class)
{
	CFTypeRef all;
	OSStatus status =
		objects_find(objects_dict(kSecClass, class, kSecMatchLimit, kSecMatchLimitAll,
				     kSecReturnPersistentRef, kCFBooleanTrue, NULL),
			&all);

	CHECK(status == errSecSuccess || status == errSecItemNotFound);
	return status == errSecSuccess ? CFArrayGetCount(all) : 0;
}

void objects_empty(void)
{
	SecItemDelete(objects_dict(kSecClass, kSecClassCertificate, NULL));
	SecItemDelete(objects_dict(kSecClass, kSecClassKey, NULL));
	CHECK(objects_count_of(kSecClassCertificate) == 0);
	CHECK(objects_count_of(kSecClassKey) == 0);
	objects_forget();
}
