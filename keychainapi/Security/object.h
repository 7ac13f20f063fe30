/* SPDX-License-Identifier: ISC */
/* CoreFoundation objects as the values that travel to the service, and back. */
#ifndef KC_SECURITY_OBJECT_H
#define KC_SECURITY_OBJECT_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/attrs.h"

/* What an object is, as a bit, so that a set of them fits a column of a table. */
enum kc_object_kind {
	KC_OBJECT_BOOLEAN = 1,
	KC_OBJECT_NUMBER = 2, /* an integer; other numbers do not travel */
	KC_OBJECT_STRING = 4,
	KC_OBJECT_DATA = 8,
	KC_OBJECT_DATE = 16,
	KC_OBJECT_NULL = 32,
	KC_OBJECT_UUID = 64,
	KC_OBJECT_ARRAY = 128,
	KC_OBJECT_SET = 256,
	KC_OBJECT_DICTIONARY = 512,
	KC_OBJECT_OTHER = 1024, /* a fraction, an object of another class, NULL */
};

enum kc_object_kind kc_object_kind(CFTypeRef object);

/* Whether the object is of a class that property lists may hold (numbers being integers), and so
 * is all that it contains: what can cross to another process. */
bool kc_object_is_plain(CFTypeRef object);

/* The bytes of data, the UTF-8 of a string; borrowed from the object. Empty for anything else. */
struct kc_bytes kc_object_bytes(CFTypeRef object);

/* A truth value, which may have been given as a number or as decimal text. Errors: PARAM. */
KC_MUST kc_err kc_object_truth(CFTypeRef object, bool *ret);

/* Sets an attribute to what the object says; a UUID becomes its text. Errors: PARAM for a class of
 * objects that no attribute takes; what the set itself fails with stays in the set. */
KC_MUST kc_err kc_object_set_attr(struct kc_attrs *attrs, kc_name name, CFTypeRef object);

/* The object for a value, owned by the caller; truth values become the numbers 0 and 1, as the item
 * calls return them. NULL without memory. */
CFTypeRef kc_object_from_value(const struct kc_value *value);

/* The value of a key that is found by its text: a dictionary with NULL callbacks compares pointers
 * only. Borrowed; NULL when there is none. */
CFTypeRef kc_object_member(CFDictionaryRef dictionary, CFStringRef key);

/* A copy whose keys are compared by text, whatever callbacks the original has; and the same into a
 * dictionary that there is. Errors: PARAM (a key that is no string, a value that is NULL, or no
 * dictionary), NO_MEMORY. */
KC_MUST kc_err kc_object_copy_dictionary(CFDictionaryRef original, CFMutableDictionaryRef *ret);
KC_MUST kc_err kc_object_merge_dictionary(CFDictionaryRef from, CFMutableDictionaryRef into);

/* For KC_CLEANUP on a reference that this function owns. */
#define KC_CLEANUP_OBJECT KC_CLEANUP(kc_object_release_cleanup)
static inline void kc_object_release_cleanup(const void *reference)
{
	CFTypeRef object = *(const CFTypeRef *)reference;
	if (object)
		CFRelease(object);
}

#endif
