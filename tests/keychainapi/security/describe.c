/* SPDX-License-Identifier: ISC */
/* Objects as text. */
#include "tests/keychainapi/security/describe.h"

#include <Security/SecAccessControlPriv.h>

#include "base/attrs.h"
#include "base/buf.h"
#include "tests/check.h"

static const char untouched_mark;
const CFTypeRef describe_untouched = &untouched_mark;

static void push(struct kc_buf *out, CFTypeRef object);

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The texts in order, with spaces between; frees them. */
static void push_sorted(struct kc_buf *out, char **texts, size_t count)
{
	qsort(texts, count, sizeof *texts, by_text);
	for (size_t i = 0; i < count; i++) {
		kc_buf_printf(out, "%s%s", i ? " " : "", texts[i]);
		free(texts[i]);
	}
}

static void push_array(struct kc_buf *out, CFArrayRef array)
{
	size_t count = (size_t)CFArrayGetCount(array);
	char **texts = calloc(count + 1, sizeof *texts);

	for (size_t i = 0; i < count; i++)
		texts[i] = describe(CFArrayGetValueAtIndex(array, (CFIndex)i));
	kc_buf_push_byte(out, '[');
	push_sorted(out, texts, count);
	kc_buf_push_byte(out, ']');
	free(texts);
}

static void push_dictionary(struct kc_buf *out, CFDictionaryRef dictionary)
{
	size_t count = (size_t)CFDictionaryGetCount(dictionary);
	const void **keys = calloc(count + 1, sizeof *keys);
	char **texts = calloc(count + 1, sizeof *texts);

	CFDictionaryGetKeysAndValues(dictionary, keys, NULL);
	for (size_t i = 0; i < count; i++)
		texts[i] = strdup(CFStringGetCStringPtr(keys[i], kCFStringEncodingUTF8));
	kc_buf_push_byte(out, '{');
	push_sorted(out, texts, count);
	kc_buf_push_byte(out, '}');
	free(texts);
	free(keys);
}

static bool is_class(const UInt8 *bytes)
{
	static const char classes[][5] = {"genp", "inet", "cert", "keys", "idnt"};

	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		if (memcmp(bytes, classes[i], 4) == 0)
			return true;
	return false;
}

static void push_data(struct kc_buf *out, CFDataRef data)
{
	const UInt8 *bytes = CFDataGetBytePtr(data);
	CFIndex len = CFDataGetLength(data);

	if (len == 20 && is_class(bytes)) {
		kc_buf_printf(out, "ref:%.4s", (const char *)bytes);
		return;
	}
	kc_buf_push_str(out, "data:");
	kc_buf_push(out, bytes, (size_t)len);
}

static void push_number(struct kc_buf *out, CFNumberRef number)
{
	int64_t value = 0;

	CFNumberGetValue(number, kCFNumberSInt64Type, &value);
	kc_buf_printf(out, "number:%lld", (long long)value);
}

static void push_item(struct kc_buf *out, CFTypeRef object)
{
	SecItemClass class = 0;
	char text[5];

	CHECK(SecKeychainItemCopyContent((SecKeychainItemRef)(uintptr_t)object, &class, NULL, NULL,
		      NULL) == errSecSuccess);
	kc_name_text(class, text);
	kc_buf_printf(out, "item:%s", text);
}

static void push(struct kc_buf *out, CFTypeRef object)
{
	CFTypeID type = CFGetTypeID(object);

	if (type == CFDataGetTypeID())
		push_data(out, object);
	else if (type == CFStringGetTypeID())
		kc_buf_printf(out, "text:%s", CFStringGetCStringPtr(object, kCFStringEncodingUTF8));
	else if (type == CFNumberGetTypeID())
		push_number(out, object);
	else if (type == CFDateGetTypeID())
		kc_buf_push_str(out, "date");
	else if (type == CFArrayGetTypeID())
		push_array(out, object);
	else if (type == CFDictionaryGetTypeID())
		push_dictionary(out, object);
	else if (type == SecKeychainItemGetTypeID())
		push_item(out, object);
	else if (type == SecAccessControlGetTypeID())
		kc_buf_printf(out, "control:%s",
			CFStringGetCStringPtr(SecAccessControlGetProtection(
						      (SecAccessControlRef)(uintptr_t)object),
				kCFStringEncodingUTF8));
	else
		kc_buf_printf(out, "an object of type %lu", type);
}

char *describe(CFTypeRef object)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;

	if (object == describe_untouched)
		kc_buf_push_str(&out, "untouched");
	else if (!object)
		kc_buf_push_str(&out, "null");
	else
		push(&out, object);
	return strdup(kc_buf_text(&out));
}

/* One member: "key=text" or "-key". */
static char *member_difference(CFDictionaryRef dictionary, const char *expected)
{
	KC_CLEANUP_FREE char *key = strdup(expected[0] == '-' ? expected + 1 : expected);
	KC_CLEANUP_FREE char *got = NULL;
	char *equals = strchr(key, '='), *why = NULL;
	CFStringRef name;

	if (equals)
		*equals = 0;
	name = CFStringCreateWithCString(NULL, key, kCFStringEncodingUTF8);
	got = describe(CFDictionaryGetValue(dictionary, name));
	CFRelease(name);
	if (strcmp(got, equals ? equals + 1 : "null") != 0 &&
		asprintf(&why, "%s is %s, not %s", key, got, equals ? equals + 1 : "absent") < 0)
		abort();
	return why;
}

static char *members_difference(CFDictionaryRef dictionary, const char *expected)
{
	KC_CLEANUP_FREE char *copy = strdup(expected);
	char *rest = NULL, *why = NULL;

	for (char *word = strtok_r(copy, ",", &rest); word && !why;
		word = strtok_r(NULL, ",", &rest))
		why = member_difference(dictionary, word);
	return why;
}

char *describe_difference(CFTypeRef object, const char *expected)
{
	KC_CLEANUP_FREE char *got = describe(object);
	char *why = NULL;

	if (expected[0] == '?' && got[0] == '{')
		return members_difference(object, expected + 1);
	if (strcmp(got, expected) != 0 && asprintf(&why, "%s, not %s", got, expected) < 0)
		abort();
	return why;
}
