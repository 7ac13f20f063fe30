/* SPDX-License-Identifier: ISC */
/* Property lists: what is one, copies, and the choice of a format. */
#include "keychainapi/CoreFoundation/cf_bplist.h"
#include "keychainapi/CoreFoundation/cf_plist.h"

/* --- what is one ----------------------------------------------------------------------------- */

static bool is_valid(CFTypeRef list, CFPropertyListFormat format, int depth);

static bool are_valid(const void **values, CFIndex count, CFPropertyListFormat format, int depth)
{
	for (CFIndex i = 0; i < count; i++)
		if (!is_valid(values[i], format, depth))
			return false;
	return true;
}

static bool is_valid_array(CFArrayRef array, CFPropertyListFormat format, int depth)
{
	CFIndex count = CFArrayGetCount(array);
	const void **values = _kc_cf_must_alloc((size_t)count, sizeof *values);
	bool valid;

	CFArrayGetValues(array, CFRangeMake(0, count), values);
	valid = are_valid(values, count, format, depth);
	free(values);
	return valid;
}

static bool is_valid_dictionary(CFDictionaryRef dictionary, CFPropertyListFormat format, int depth)
{
	CFIndex count = CFDictionaryGetCount(dictionary);
	const void **keys = _kc_cf_must_alloc(2 * (size_t)count, sizeof *keys);
	const void **values = keys + count;
	bool valid;

	CFDictionaryGetKeysAndValues(dictionary, keys, values);
	valid = are_valid(values, count, format, depth);
	for (CFIndex i = 0; valid && i < count; i++)
		valid = _kc_cf_is(keys[i], KC_CF_TYPE_CFString) && is_valid(keys[i], format, depth);
	free(keys);
	return valid;
}

static bool is_valid(CFTypeRef list, CFPropertyListFormat format, int depth)
{
	if (!list || depth > KC_CF_PLIST_DEPTH_MAX)
		return false;
	switch (CFGetTypeID(list)) {
	case KC_CF_TYPE_CFString: /* half a surrogate pair has no form in XML */
		return format != kCFPropertyListXMLFormat_v1_0 ||
		       CFStringGetCStringPtr(list, kCFStringEncodingUTF8);
	case KC_CF_TYPE_CFData:
	case KC_CF_TYPE_CFNumber:
	case KC_CF_TYPE_CFBoolean:
	case KC_CF_TYPE_CFDate:
		return true;
	case KC_CF_TYPE_CFArray:
		return is_valid_array(list, format, depth + 1);
	case KC_CF_TYPE_CFDictionary:
		return is_valid_dictionary(list, format, depth + 1);
	default:
		return false;
	}
}

Boolean CFPropertyListIsValid(CFPropertyListRef list, CFPropertyListFormat format)
{
	return (format == kCFPropertyListXMLFormat_v1_0 ||
		       format == kCFPropertyListBinaryFormat_v1_0) &&
	       is_valid(list, format, 0);
}

/* --- mutability ------------------------------------------------------------------------------ */

CFTypeRef _kc_cf_plist_finish_container(CFTypeRef built, CFOptionFlags option)
{
	return option == kCFPropertyListImmutable ? _kc_cf_freeze(built) : built;
}

CFTypeRef _kc_cf_plist_finish_leaf(CFTypeRef built, CFOptionFlags option)
{
	return option == kCFPropertyListMutableContainersAndLeaves ? built : _kc_cf_freeze(built);
}

static CFTypeRef copy_deep(CFTypeRef list, CFOptionFlags option);

static CFTypeRef copy_array(CFArrayRef array, CFOptionFlags option)
{
	CFMutableArrayRef copy = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	for (CFIndex i = 0; copy && i < CFArrayGetCount(array); i++) {
		CFTypeRef value = copy_deep(CFArrayGetValueAtIndex(array, i), option);

		CFArrayAppendValue(copy, value);
		CFRelease(value);
	}
	return _kc_cf_plist_finish_container(copy, option);
}

struct copying {
	CFMutableDictionaryRef copy;
	CFOptionFlags option;
};

static void copy_entry(const void *key, const void *value, void *context)
{
	struct copying *copying = context;
	CFTypeRef copied_key = copy_deep(key, kCFPropertyListImmutable);
	CFTypeRef copied_value = copy_deep(value, copying->option);

	CFDictionarySetValue(copying->copy, copied_key, copied_value);
	CFRelease(copied_key);
	CFRelease(copied_value);
}

static CFTypeRef copy_dictionary(CFDictionaryRef dictionary, CFOptionFlags option)
{
	struct copying copying = {
		CFDictionaryCreateMutable(
			NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks),
		option,
	};

	if (copying.copy)
		CFDictionaryApplyFunction(dictionary, copy_entry, &copying);
	return _kc_cf_plist_finish_container(copying.copy, option);
}

/* Of a valid list. */
static CFTypeRef copy_deep(CFTypeRef list, CFOptionFlags option)
{
	bool mutable_leaf = option == kCFPropertyListMutableContainersAndLeaves;
	CFTypeRef copy;

	switch (CFGetTypeID(list)) {
	case KC_CF_TYPE_CFString:
		copy = mutable_leaf ? CFStringCreateMutableCopy(NULL, 0, list)
				    : CFStringCreateCopy(NULL, list);
		break;
	case KC_CF_TYPE_CFData:
		copy = mutable_leaf ? CFDataCreateMutableCopy(NULL, 0, list)
				    : CFDataCreateCopy(NULL, list);
		break;
	case KC_CF_TYPE_CFArray:
		copy = copy_array(list, option);
		break;
	case KC_CF_TYPE_CFDictionary:
		copy = copy_dictionary(list, option);
		break;
	default:
		copy = CFRetain(list);
	}
	KC_CF_REQUIRE(copy, "there is no memory left");
	return copy;
}

CFPropertyListRef CFPropertyListCreateDeepCopy(
	CFAllocatorRef allocator, CFPropertyListRef list, CFOptionFlags option)
{
	(void)allocator;
	return is_valid(list, kCFPropertyListBinaryFormat_v1_0, 0) ? copy_deep(list, option) : NULL;
}

/* --- errors ---------------------------------------------------------------------------------- */

/* Takes the text. */
static void set_error(CFErrorRef *ret_error, CFIndex code, CFStringRef text)
{
	const void *key = kCFErrorDescriptionKey, *value = text;

	if (ret_error)
		*ret_error = CFErrorCreateWithUserInfoKeysAndValues(
			NULL, kCFErrorDomainCocoa, code, &key, &value, 1);
	CFRelease(text);
}

/* --- reading --------------------------------------------------------------------------------- */

CFPropertyListRef CFPropertyListCreateFromXMLData(
	CFAllocatorRef allocator, CFDataRef data, CFOptionFlags option, CFStringRef *ret_error_text)
{
	CFErrorRef error = NULL;
	CFPropertyListRef list =
		CFPropertyListCreateWithData(allocator, data, option, NULL, &error);

	if (ret_error_text)
		*ret_error_text = error ? CFErrorCopyDescription(error) : NULL;
	if (error)
		CFRelease(error);
	return list;
}

CFPropertyListRef CFPropertyListCreateWithData(CFAllocatorRef allocator, CFDataRef data,
	CFOptionFlags options, CFPropertyListFormat *ret_format, CFErrorRef *ret_error)
{
	bool is_binary = _kc_cf_bplist_is_one(CFDataGetBytePtr(data), CFDataGetLength(data));
	CFStringRef problem = NULL;
	CFTypeRef list;

	(void)allocator;
	if (ret_error)
		*ret_error = NULL;
	list = is_binary ? _kc_cf_bplist_read(data, options, &problem)
			 : _kc_cf_plist_read_xml(data, options, &problem);
	if (!list)
		set_error(ret_error, kCFPropertyListReadCorruptError, problem);
	else if (ret_format)
		*ret_format = is_binary ? kCFPropertyListBinaryFormat_v1_0
					: kCFPropertyListXMLFormat_v1_0;
	return list;
}

/* --- writing --------------------------------------------------------------------------------- */

CFDataRef CFPropertyListCreateXMLData(CFAllocatorRef allocator, CFPropertyListRef list)
{
	return CFPropertyListCreateData(allocator, list, kCFPropertyListXMLFormat_v1_0, 0, NULL);
}

static CFDataRef write_xml(CFTypeRef list)
{
	CFMutableStringRef text = _kc_cf_string_must_create();
	CFDataRef data;

	_kc_cf_plist_write_xml(list, text);
	data = CFStringCreateExternalRepresentation(NULL, text, kCFStringEncodingUTF8, 0);
	CFRelease(text);
	return data;
}

CFDataRef CFPropertyListCreateData(CFAllocatorRef allocator, CFPropertyListRef list,
	CFPropertyListFormat format, CFOptionFlags options, CFErrorRef *ret_error)
{
	(void)allocator;
	(void)options;
	if (ret_error)
		*ret_error = NULL;
	if (!CFPropertyListIsValid(list, format)) {
		set_error(ret_error, kCFPropertyListWriteStreamError,
			CFSTR("Property list invalid for format"));
		return NULL;
	}
	return format == kCFPropertyListBinaryFormat_v1_0 ? _kc_cf_bplist_write(list)
							  : write_xml(list);
}

static CFComparisonResult compare_keys(const void *a, const void *b, void *context)
{
	(void)context;
	return CFStringCompare(a, b, 0);
}

CFArrayRef _kc_cf_plist_copy_sorted_keys(CFDictionaryRef dictionary)
{
	CFIndex count = CFDictionaryGetCount(dictionary);
	const void **keys = _kc_cf_must_alloc((size_t)count, sizeof *keys);
	CFMutableArrayRef sorted = CFArrayCreateMutable(NULL, 0, NULL);

	KC_CF_REQUIRE(sorted, "there is no memory left");
	CFDictionaryGetKeysAndValues(dictionary, keys, NULL);
	CFArrayReplaceValues(sorted, CFRangeMake(0, 0), keys, count);
	CFArraySortValues(sorted, CFRangeMake(0, count), compare_keys, NULL);
	free(keys);
	return sorted;
}
