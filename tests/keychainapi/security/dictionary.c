/* SPDX-License-Identifier: ISC */
/* Making objects and dictionaries. */
#include "tests/keychainapi/security/dictionary.h"

#include <Security/SecAccessControlPriv.h>

#include "base/mem.h"

#define MOST_MEMBERS 128

static CFDataRef last;
static const char *class_name;
static CFMutableArrayRef made; /* owns what the dictionaries point at */

void dictionary_set_last(CFDataRef persistent_ref)
{
	if (last)
		CFRelease(last);
	last = CFRetain(persistent_ref);
}

void dictionary_set_class(const char *name)
{
	class_name = name;
}

static CFStringRef text_object(const char *text)
{
	return CFStringCreateWithCString(NULL, text, kCFStringEncodingUTF8);
}

static CFTypeRef number_object(double value)
{
	int64_t number = (int64_t)value;

	return CFNumberCreate(NULL, kCFNumberSInt64Type, &number);
}

static CFTypeRef short_object(double value)
{
	int16_t number = (int16_t)value;

	return CFNumberCreate(NULL, kCFNumberSInt16Type, &number);
}

static CFTypeRef uuid_object(const char *text)
{
	CFStringRef string = text_object(text);
	CFTypeRef uuid = CFUUIDCreateFromString(NULL, string);

	CFRelease(string);
	return uuid;
}

static CFTypeRef control_object(const char *text, double flags)
{
	CFStringRef protection = text_object(text);
	SecAccessControlRef control;

	if (flags >= 0) {
		control = SecAccessControlCreateWithFlags(
			NULL, protection, (SecAccessControlCreateFlags)flags, NULL);
	} else {
		control = SecAccessControlCreate(NULL, NULL);
		SecAccessControlSetProtection(control, protection, NULL);
	}
	CFRelease(protection);
	return control;
}

/* An array of the object, which it takes. */
static CFTypeRef array_of(CFTypeRef object)
{
	CFTypeRef array = CFArrayCreate(NULL, &object, 1, &kCFTypeArrayCallBacks);

	CFRelease(object);
	return array;
}

static CFTypeRef changed_ref(void)
{
	CFMutableDataRef copy = CFDataCreateMutableCopy(NULL, 0, last);

	CFDataGetMutableBytePtr(copy)[CFDataGetLength(copy) - 1] ^= 1;
	return copy;
}

static CFTypeRef old_ref(const char *class)
{
	CFMutableDataRef ref = CFDataCreateMutable(NULL, 0);

	CFDataAppendBytes(ref, (const UInt8 *)class, 4);
	CFDataAppendBytes(ref, (const UInt8 *)"\0\0\0\0\0\0\0\1", 8);
	return ref;
}

static CFTypeRef make_object(const struct object *object)
{
	switch (object->kind) {
	case OBJECT_NONE:
		return NULL;
	case OBJECT_TEXT:
		return text_object(object->text);
	case OBJECT_CLASS:
		return text_object(class_name);
	case OBJECT_DATA:
		return CFDataCreate(NULL, (const UInt8 *)object->text, (CFIndex)object->len);
	case OBJECT_NUMBER:
		return number_object(object->number);
	case OBJECT_SHORT:
		return short_object(object->number);
	case OBJECT_FRACTION:
		return CFNumberCreate(NULL, kCFNumberDoubleType, &object->number);
	case OBJECT_TRUTH:
		return CFRetain(object->number != 0 ? kCFBooleanTrue : kCFBooleanFalse);
	case OBJECT_DATE:
		return CFDateCreate(NULL, object->number);
	case OBJECT_NULL:
		return CFRetain(kCFNull);
	case OBJECT_UUID:
		return uuid_object(object->text);
	case OBJECT_ARRAY:
		return array_of(text_object(object->text));
	case OBJECT_CONTROL:
		return control_object(object->text, object->number);
	case OBJECT_CONTAINING:
		return array_of(control_object(object->text, object->number));
	case OBJECT_LAST:
		return CFRetain(last);
	case OBJECT_CHANGED:
		return changed_ref();
	case OBJECT_OLD_REF:
		return old_ref(object->text);
	}
	return NULL;
}

static CFTypeRef half_object(void)
{
	const UniChar half = 0xd83d;

	return CFStringCreateWithCharacters(NULL, &half, 1);
}

static CFTypeRef key_object(const char *key)
{
	static const struct {
		const char *name;
		struct object object;
	} others[] = {{"#number", N(5)}, {"#fraction", FRACTION(1.5)}, {"#data", D("acct")},
		{"#truth", YES}, {"#null", NOTHING}, {"#array", ARRAY("acct")}, {"#none", MISSING}};

	if (strcmp(key, "#half") == 0)
		return half_object();
	for (size_t i = 0; i < KC_COUNT_OF(others); i++)
		if (strcmp(key, others[i].name) == 0)
			return make_object(&others[i].object);
	return text_object(key);
}

/* The array keeps the object; the dictionary will not. */
static CFTypeRef keep(CFTypeRef object)
{
	if (!object)
		return NULL;
	CFArrayAppendValue(made, object);
	CFRelease(object);
	return object;
}

CFDictionaryRef dictionary_make(const struct member *members)
{
	const void *keys[MOST_MEMBERS], *values[MOST_MEMBERS];
	CFIndex count = 0;

	if (!made)
		made = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	for (; members[count].key && count < MOST_MEMBERS; count++) {
		keys[count] = keep(key_object(members[count].key));
		values[count] = keep(make_object(&members[count].value));
	}
	return keep(CFDictionaryCreate(NULL, keys, values, count, NULL, NULL));
}

void dictionary_release(void)
{
	if (made)
		CFRelease(made);
	made = NULL;
}
