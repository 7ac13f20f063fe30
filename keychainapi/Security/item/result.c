/* SPDX-License-Identifier: ISC */
/*
 * Building results.
 *
 * One kSecReturn… key gives a bare object, several give a dictionary. An item that has no object of
 * its own (keychainapi/Security/item/reference.h) has no reference: asked for alone that is
 * nothing, among others it adds the class.
 */
#include "keychainapi/Security/item/result.h"

#include <Security/SecItemPriv.h>

#include "keychainapi/Security/access/access_control.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/reference.h"

#define CLASS_LEN 4
#define MUSR KC_NAME('m', 'u', 's', 'r')
#define PDMN KC_NAME('p', 'd', 'm', 'n')
#define TOMB KC_NAME('t', 'o', 'm', 'b')

/* Takes ownership of value. Errors: NO_MEMORY when value is NULL. */
static kc_err put(CFMutableDictionaryRef dictionary, CFStringRef key, CFTypeRef value)
{
	if (!value)
		return KC_ERR(NO_MEMORY);
	CFDictionarySetValue(dictionary, key, value);
	CFRelease(value);
	return KC_OK;
}

static CFStringRef new_name(kc_name name)
{
	char text[5];

	kc_name_text(name, text);
	return CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
}

/* What only Keycircle's own programs are told, and the objects are made of. */
static bool is_hidden(kc_name name)
{
	static const char hidden[][5] = {"alau", "almc", "ccat", "cdta", "ceda", "chip", "chsp",
		"cjmd", "ckid", "cnha", "copy", "csda", "ctki", "curl", "diss", "drtm", "dser",
		"dsty", "dsub", "genm", "kcid", "kcvl", "kref", "ksub", "locl", "p11m", "p11o",
		"self", "spki", "trst", "uwtm", "view", "wrtm", "wwtr"};
	char text[5];

	kc_name_text(name, text);
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		if (strcmp(hidden[i], text) == 0)
			return true;
	return false;
}

static kc_err put_attr(CFMutableDictionaryRef dictionary, const struct kc_attr *attr)
{
	KC_CLEANUP_OBJECT CFStringRef key = new_name(attr->name);

	if (!key)
		return KC_ERR(NO_MEMORY);
	return put(dictionary, key, kc_object_from_value(&attr->value));
}

/* Every item has a protection class, and so an access control. */
static kc_err put_access_control(CFMutableDictionaryRef dictionary)
{
	CFTypeRef protection = CFDictionaryGetValue(dictionary, kSecAttrAccessible);

	return put(
		dictionary, kSecAttrAccessControl, kc_access_control_from_protection(protection));
}

static kc_err put_attrs(const struct kc_request *request, CFMutableDictionaryRef dictionary,
	const struct kc_attrs *attrs)
{
	bool is_add = request->use == KC_GRAMMAR_ADD;

	for (size_t i = 0; i < attrs->count; i++) {
		kc_name name = attrs->rows[i].name;
		if ((is_add && (name == MUSR || name == TOMB)) || is_hidden(name))
			continue;
		KC_TRY(put_attr(dictionary, &attrs->rows[i]));
	}
	return put_access_control(dictionary);
}

static CFDataRef new_data(const struct kc_found *found)
{
	return CFDataCreate(NULL, found->secret.data, (CFIndex)found->secret.len);
}

static CFDataRef new_persistent_ref(const struct kc_found *found)
{
	uint8_t bytes[CLASS_LEN + 1 + KC_PERSISTENT_REF_LEN];

	kc_name_text(found->class, (char *)bytes);
	memcpy(bytes + CLASS_LEN, found->ref, KC_PERSISTENT_REF_LEN);
	return CFDataCreate(NULL, bytes, CLASS_LEN + KC_PERSISTENT_REF_LEN);
}

static CFTypeRef new_reference(const struct kc_request *request, const struct kc_found *found)
{
	if (!kc_reference_is_of_profile(found->class, request->strict))
		return NULL;
	return kc_reference_from_found(found);
}

/* The one thing that was asked for; NULL when the item has no such thing. */
static kc_err build_bare(
	const struct kc_request *request, const struct kc_found *found, CFTypeRef *ret)
{
	bool has_data = found->has_secret || request->use == KC_GRAMMAR_ADD;
	bool exists = request->returns == KC_RETURN_PERSISTENT_REF ||
		      (request->returns == KC_RETURN_DATA && has_data);
	CFTypeRef object = NULL;

	if (request->returns == KC_RETURN_REF) {
		*ret = new_reference(request, found);
		return KC_OK;
	}
	if (!exists) {
		*ret = NULL;
		return KC_OK;
	}
	object = request->returns == KC_RETURN_DATA ? new_data(found) : new_persistent_ref(found);
	if (!object)
		return KC_ERR(NO_MEMORY);
	*ret = object;
	return KC_OK;
}

static kc_err put_ref(const struct kc_request *request, const struct kc_found *found,
	CFMutableDictionaryRef dictionary)
{
	CFTypeRef reference = new_reference(request, found);

	if (reference)
		KC_TRY(put(dictionary, kSecValueRef, reference));
	return put(dictionary, kSecClass, new_name(found->class));
}

/* With the key's data comes the certificate's. */
static kc_err put_certificate(CFMutableDictionaryRef dictionary, const struct kc_attrs *attrs)
{
	const struct kc_value *der = kc_attrs_get(attrs, KC_IDENTITY_CERTIFICATE);
	const struct kc_value *token = kc_attrs_get(attrs, KC_IDENTITY_TOKEN);

	if (der)
		KC_TRY(put(dictionary, CFSTR("certdata"), kc_object_from_value(der)));
	if (token)
		KC_TRY(put(dictionary, CFSTR("certtkid"), kc_object_from_value(token)));
	return KC_OK;
}

static kc_err fill(const struct kc_request *request, const struct kc_found *found,
	CFMutableDictionaryRef dictionary)
{
	if (request->query.want & KC_WANT_ATTRS)
		KC_TRY(put_attrs(request, dictionary, &found->attrs));
	if (request->returns & KC_RETURN_REF)
		KC_TRY(put_ref(request, found, dictionary));
	if (request->returns & KC_RETURN_DATA && found->has_secret)
		KC_TRY(put(dictionary, kSecValueData, new_data(found)));
	if (request->returns & KC_RETURN_DATA)
		KC_TRY(put_certificate(dictionary, &found->attrs));
	if (request->returns & KC_RETURN_PERSISTENT_REF)
		KC_TRY(put(dictionary, kSecValuePersistentRef, new_persistent_ref(found)));
	return KC_OK;
}

static kc_err build_dictionary(
	const struct kc_request *request, const struct kc_found *found, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	if (!dictionary)
		return KC_ERR(NO_MEMORY);
	KC_TRY(fill(request, found, dictionary));
	*ret = CFRetain(dictionary);
	return KC_OK;
}

static kc_err build_element(
	const struct kc_request *request, const struct kc_found *found, CFTypeRef *ret)
{
	switch (request->returns) { /* a set of bits: those that stand alone */
	case KC_RETURN_DATA:
	case KC_RETURN_REF:
	case KC_RETURN_PERSISTENT_REF:
		return build_bare(request, found, ret);
	}
	return build_dictionary(request, found, ret);
}

static kc_err build_array(
	const struct kc_request *request, const struct kc_found_list *found, CFTypeRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef array =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!array)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; request->returns && i < found->count; i++) {
		KC_CLEANUP_OBJECT CFTypeRef element = NULL;
		KC_TRY(build_element(request, &found->rows[i], &element));
		if (element)
			CFArrayAppendValue(array, element);
	}
	*ret = CFRetain(array);
	return KC_OK;
}

kc_err kc_result_of_find(
	const struct kc_request *request, const struct kc_found_list *found, CFTypeRef *ret)
{
	if (request->as_array)
		return build_array(request, found, ret);
	if (!request->returns)
		return KC_OK;
	return build_element(request, &found->rows[0], ret);
}

kc_err kc_result_of_add(
	const struct kc_request *request, const struct kc_found *found, CFTypeRef *ret)
{
	return request->returns ? build_element(request, found, ret) : KC_OK;
}
