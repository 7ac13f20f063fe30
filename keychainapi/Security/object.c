/* SPDX-License-Identifier: ISC */
/* Conversion between CoreFoundation objects and values. */
#include "keychainapi/Security/object.h"

#define MOST_NESTED 16 /* containers in containers; an honest dictionary has one or two */

enum kc_object_kind kc_object_kind(CFTypeRef object)
{
	const struct {
		CFTypeID type;
		enum kc_object_kind kind;
	} table[] = {
		{CFStringGetTypeID(), KC_OBJECT_STRING},
		{CFDataGetTypeID(), KC_OBJECT_DATA},
		{CFBooleanGetTypeID(), KC_OBJECT_BOOLEAN},
		{CFNumberGetTypeID(), KC_OBJECT_NUMBER},
		{CFDateGetTypeID(), KC_OBJECT_DATE},
		{CFNullGetTypeID(), KC_OBJECT_NULL},
		{CFUUIDGetTypeID(), KC_OBJECT_UUID},
		{CFArrayGetTypeID(), KC_OBJECT_ARRAY},
		{CFSetGetTypeID(), KC_OBJECT_SET},
		{CFDictionaryGetTypeID(), KC_OBJECT_DICTIONARY},
	};
	CFTypeID type = object ? CFGetTypeID(object) : 0;

	for (size_t i = 0; i < KC_COUNT_OF(table); i++) {
		if (table[i].type != type)
			continue;
		if (table[i].kind == KC_OBJECT_NUMBER && CFNumberIsFloatType(object))
			return KC_OBJECT_OTHER;
		/* half a surrogate pair has no form in UTF-8 */
		if (table[i].kind == KC_OBJECT_STRING &&
			!CFStringGetCStringPtr(object, kCFStringEncodingUTF8))
			return KC_OBJECT_OTHER;
		return table[i].kind;
	}
	return KC_OBJECT_OTHER;
}

static bool is_plain(CFTypeRef object, unsigned depth);

static bool are_plain(const void *const *objects, CFIndex count, unsigned depth)
{
	for (CFIndex i = 0; i < count; i++)
		if (!is_plain(objects[i], depth + 1))
			return false;
	return true;
}

/* The objects in a container: of an array and a set the values, of a dictionary the keys too. */
static bool holds_plain(CFTypeRef container, enum kc_object_kind kind, unsigned depth)
{
	KC_CLEANUP_FREE const void **objects = NULL;
	CFIndex count = kind == KC_OBJECT_ARRAY ? CFArrayGetCount(container)
			: kind == KC_OBJECT_SET ? CFSetGetCount(container)
						: 2 * CFDictionaryGetCount(container);

	if (depth == MOST_NESTED)
		return false;
	if (count == 0)
		return true;
	objects = calloc((size_t)count, sizeof *objects);
	if (!objects)
		return false;
	if (kind == KC_OBJECT_ARRAY)
		CFArrayGetValues(container, CFRangeMake(0, count), objects);
	else if (kind == KC_OBJECT_SET)
		CFSetGetValues(container, objects);
	else
		CFDictionaryGetKeysAndValues(container, objects, objects + count / 2);
	return are_plain(objects, count, depth);
}

static bool is_plain(CFTypeRef object, unsigned depth)
{
	enum kc_object_kind kind = kc_object_kind(object);

	switch (kind) {
	case KC_OBJECT_BOOLEAN:
	case KC_OBJECT_NUMBER:
	case KC_OBJECT_STRING:
	case KC_OBJECT_DATA:
	case KC_OBJECT_DATE:
	case KC_OBJECT_NULL:
	case KC_OBJECT_UUID:
		return true;
	case KC_OBJECT_ARRAY:
	case KC_OBJECT_SET:
	case KC_OBJECT_DICTIONARY:
		return holds_plain(object, kind, depth);
	case KC_OBJECT_OTHER:
		return false;
	}
	return false;
}

bool kc_object_is_plain(CFTypeRef object)
{
	return is_plain(object, 0);
}

/* Our strings are UTF-8 inside, so the C string holds the whole text, NULs included. */
static struct kc_bytes string_bytes(CFStringRef string)
{
	CFIndex len = 0;

	CFStringGetBytes(string, CFRangeMake(0, CFStringGetLength(string)), kCFStringEncodingUTF8,
		0, false, NULL, 0, &len);
	return kc_bytes(CFStringGetCStringPtr(string, kCFStringEncodingUTF8), (size_t)len);
}

struct kc_bytes kc_object_bytes(CFTypeRef object)
{
	enum kc_object_kind kind = kc_object_kind(object);

	if (kind == KC_OBJECT_STRING)
		return string_bytes(object);
	if (kind == KC_OBJECT_DATA)
		return kc_bytes(CFDataGetBytePtr(object), (size_t)CFDataGetLength(object));
	return kc_bytes(NULL, 0);
}

/* Decimal digits with an optional sign: whether the number they say is not 0. */
static kc_err text_truth(struct kc_bytes text, bool *ret)
{
	size_t at = text.len > 1 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
	bool truth = false;

	if (text.len == 0)
		return KC_ERR(PARAM);
	for (; at < text.len; at++) {
		if (text.data[at] < '0' || text.data[at] > '9')
			return KC_ERR(PARAM);
		truth = truth || text.data[at] != '0';
	}
	*ret = truth;
	return KC_OK;
}

kc_err kc_object_truth(CFTypeRef object, bool *ret)
{
	enum kc_object_kind kind = kc_object_kind(object);

	if (kind == KC_OBJECT_STRING)
		return text_truth(string_bytes(object), ret);
	if (kind != KC_OBJECT_BOOLEAN && kind != KC_OBJECT_NUMBER)
		return KC_ERR(PARAM);
	*ret = CFBooleanGetValue(object);
	return KC_OK;
}

static void set_number(struct kc_attrs *attrs, kc_name name, CFNumberRef number)
{
	int64_t value = 0;

	CFNumberGetValue(number, kCFNumberSInt64Type, &value);
	kc_attrs_set_number(attrs, name, value);
}

static kc_err set_uuid(struct kc_attrs *attrs, kc_name name, CFUUIDRef uuid)
{
	KC_CLEANUP_OBJECT CFStringRef text = CFUUIDCreateString(NULL, uuid);

	if (!text)
		return KC_ERR(NO_MEMORY);
	kc_attrs_set_text(attrs, name, string_bytes(text));
	return KC_OK;
}

kc_err kc_object_set_attr(struct kc_attrs *attrs, kc_name name, CFTypeRef object)
{
	struct kc_value value;

	switch (kc_object_kind(object)) {
	case KC_OBJECT_BOOLEAN:
		value = kc_value_bool(CFBooleanGetValue(object));
		kc_attrs_set(attrs, name, &value);
		return KC_OK;
	case KC_OBJECT_NUMBER:
		set_number(attrs, name, object);
		return KC_OK;
	case KC_OBJECT_STRING:
		kc_attrs_set_text(attrs, name, kc_object_bytes(object));
		return KC_OK;
	case KC_OBJECT_DATA:
		kc_attrs_set_bytes(attrs, name, kc_object_bytes(object));
		return KC_OK;
	case KC_OBJECT_DATE:
		kc_attrs_set_date(attrs, name, CFDateGetAbsoluteTime(object));
		return KC_OK;
	case KC_OBJECT_NULL:
		value = kc_value_null();
		kc_attrs_set(attrs, name, &value);
		return KC_OK;
	case KC_OBJECT_UUID:
		return set_uuid(attrs, name, object);
	case KC_OBJECT_ARRAY:
	case KC_OBJECT_SET:
	case KC_OBJECT_DICTIONARY:
	case KC_OBJECT_OTHER:
		break;
	}
	return KC_ERR(PARAM);
}

/* Programs expect small numbers as SInt32, a port above all. */
static CFNumberRef new_number(int64_t number)
{
	int32_t small = (int32_t)number;

	if (small == number)
		return CFNumberCreate(NULL, kCFNumberSInt32Type, &small);
	return CFNumberCreate(NULL, kCFNumberSInt64Type, &number);
}

CFTypeRef kc_object_from_value(const struct kc_value *value)
{
	switch (value->type) {
	case KC_VALUE_NULL:
		return CFRetain(kCFNull);
	case KC_VALUE_BYTES:
		return CFDataCreate(NULL, value->bytes.data, (CFIndex)value->bytes.len);
	case KC_VALUE_STRING:
		return CFStringCreateWithBytes(NULL, value->bytes.data, (CFIndex)value->bytes.len,
			kCFStringEncodingUTF8, false);
	case KC_VALUE_NUMBER:
	case KC_VALUE_BOOL:
		return new_number(value->number);
	case KC_VALUE_DATE:
		return CFDateCreate(NULL, value->date);
	}
	return NULL;
}

CFTypeRef kc_object_member(CFDictionaryRef dictionary, CFStringRef key)
{
	KC_CLEANUP_FREE const void **keys = NULL;
	CFIndex count = CFDictionaryGetCount(dictionary);

	keys = calloc(2 * (size_t)count + 1, sizeof *keys);
	if (!keys)
		return NULL;
	CFDictionaryGetKeysAndValues(dictionary, keys, keys + count);
	for (CFIndex i = 0; i < count; i++)
		if (keys[i] && CFEqual(keys[i], key))
			return keys[count + i];
	return NULL;
}

kc_err kc_object_merge_dictionary(CFDictionaryRef from, CFMutableDictionaryRef into)
{
	KC_CLEANUP_FREE const void **keys = NULL;
	CFIndex count;

	if (kc_object_kind(from) != KC_OBJECT_DICTIONARY)
		return KC_ERR(PARAM);
	count = CFDictionaryGetCount(from);
	keys = calloc(2 * (size_t)count + 1, sizeof *keys);
	if (!keys)
		return KC_ERR(NO_MEMORY);
	CFDictionaryGetKeysAndValues(from, keys, keys + count);
	for (CFIndex i = 0; i < count; i++) {
		if (kc_object_kind(keys[i]) != KC_OBJECT_STRING || !keys[count + i])
			return KC_ERR(PARAM);
		CFDictionarySetValue(into, keys[i], keys[count + i]);
	}
	return KC_OK;
}

kc_err kc_object_copy_dictionary(CFDictionaryRef original, CFMutableDictionaryRef *ret)
{
	KC_CLEANUP_OBJECT CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	if (!made)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_object_merge_dictionary(original, made));
	*ret = (CFMutableDictionaryRef)(uintptr_t)CFRetain(made);
	return KC_OK;
}
