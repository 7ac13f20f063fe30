/* SPDX-License-Identifier: ISC */
/* Dictionaries. */
#include "keychainapi/CoreFoundation/cf_table.h"

struct __CFDictionary {
	CFRuntimeBase base;
	struct _kc_cf_table table;
};

const CFDictionaryKeyCallBacks kCFTypeDictionaryKeyCallBacks = {
	.retain = _kc_cf_retain_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
	.hash = CFHash,
};

const CFDictionaryKeyCallBacks kCFCopyStringDictionaryKeyCallBacks = {
	.retain = _kc_cf_copy_string_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
	.hash = CFHash,
};

const CFDictionaryValueCallBacks kCFTypeDictionaryValueCallBacks = {
	.retain = _kc_cf_retain_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
};

/* --- the class ------------------------------------------------------------------------------- */

static void dictionary_finalize(CFTypeRef object)
{
	struct __CFDictionary *dictionary = _kc_cf_unconst(object);

	_kc_cf_table_clear(&dictionary->table);
}

static Boolean dictionary_equal(CFTypeRef a, CFTypeRef b)
{
	CFDictionaryRef dictionary_a = a, dictionary_b = b;

	return _kc_cf_table_equal(&dictionary_a->table, &dictionary_b->table);
}

static CFHashCode dictionary_hash(CFTypeRef object)
{
	return (CFHashCode)CFDictionaryGetCount(object);
}

static CFStringRef dictionary_copy_description(CFTypeRef object)
{
	CFDictionaryRef dictionary = object;

	return _kc_cf_table_copy_description(&dictionary->table, object, true);
}

const CFRuntimeClass _kc_cf_class_CFDictionary = {
	.className = "CFDictionary",
	.finalize = dictionary_finalize,
	.equal = dictionary_equal,
	.hash = dictionary_hash,
	.copyDebugDesc = dictionary_copy_description,
};

CFTypeID CFDictionaryGetTypeID(void)
{
	return KC_CF_TYPE_CFDictionary;
}

/* --- making ---------------------------------------------------------------------------------- */

static struct __CFDictionary *new_dictionary(const CFDictionaryKeyCallBacks *key_calls,
	const CFDictionaryValueCallBacks *value_calls, uint16_t flags)
{
	struct __CFDictionary *dictionary =
		_CFRuntimeCreateInstance(KC_CF_TYPE_CFDictionary, sizeof *dictionary);

	if (!dictionary)
		return NULL;
	dictionary->base.flags = flags;
	_kc_cf_table_init(&dictionary->table, key_calls, value_calls);
	return dictionary;
}

static struct __CFDictionary *new_copy(CFDictionaryRef dictionary, uint16_t flags)
{
	struct __CFDictionary *copy =
		new_dictionary(&dictionary->table.key_calls, &dictionary->table.value_calls, flags);

	if (copy)
		_kc_cf_table_put_all(&copy->table, &dictionary->table);
	return copy;
}

CFDictionaryRef CFDictionaryCreate(CFAllocatorRef allocator, const void **keys, const void **values,
	CFIndex count, const CFDictionaryKeyCallBacks *key_callbacks,
	const CFDictionaryValueCallBacks *value_callbacks)
{
	struct __CFDictionary *dictionary;

	(void)allocator;
	KC_CF_REQUIRE(count == 0 || (count > 0 && keys && values),
		"the keys or values are NULL or negative");
	dictionary = new_dictionary(key_callbacks, value_callbacks, 0);
	for (CFIndex i = 0; dictionary && i < count; i++)
		_kc_cf_table_put(&dictionary->table, keys[i], values[i], KC_CF_TABLE_ADD);
	return dictionary;
}

CFDictionaryRef CFDictionaryCreateCopy(CFAllocatorRef allocator, CFDictionaryRef dictionary)
{
	(void)allocator;
	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	if (!_kc_cf_is_mutable(dictionary))
		return CFRetain(dictionary);
	return new_copy(dictionary, 0);
}

CFMutableDictionaryRef CFDictionaryCreateMutable(CFAllocatorRef allocator, CFIndex capacity,
	const CFDictionaryKeyCallBacks *key_callbacks,
	const CFDictionaryValueCallBacks *value_callbacks)
{
	(void)allocator;
	(void)capacity;
	return new_dictionary(key_callbacks, value_callbacks, KC_CF_MUTABLE);
}

CFMutableDictionaryRef CFDictionaryCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFDictionaryRef dictionary)
{
	(void)allocator;
	(void)capacity;
	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	return new_copy(dictionary, KC_CF_MUTABLE);
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFDictionaryGetCount(CFDictionaryRef dictionary)
{
	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	return (CFIndex)dictionary->table.live;
}

Boolean CFDictionaryGetValueIfPresent(
	CFDictionaryRef dictionary, const void *key, const void **ret_value)
{
	const struct _kc_cf_table_entry *entry;

	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	entry = _kc_cf_table_find(&dictionary->table, key);
	if (!entry)
		return false;
	if (ret_value)
		*ret_value = entry->value;
	return true;
}

const void *CFDictionaryGetValue(CFDictionaryRef dictionary, const void *key)
{
	const void *value = NULL;

	CFDictionaryGetValueIfPresent(dictionary, key, &value);
	return value;
}

Boolean CFDictionaryContainsKey(CFDictionaryRef dictionary, const void *key)
{
	return CFDictionaryGetValueIfPresent(dictionary, key, NULL);
}

CFIndex CFDictionaryGetCountOfKey(CFDictionaryRef dictionary, const void *key)
{
	return CFDictionaryContainsKey(dictionary, key);
}

CFIndex CFDictionaryGetCountOfValue(CFDictionaryRef dictionary, const void *value)
{
	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	return (CFIndex)_kc_cf_table_count_value(&dictionary->table, value);
}

Boolean CFDictionaryContainsValue(CFDictionaryRef dictionary, const void *value)
{
	return CFDictionaryGetCountOfValue(dictionary, value) > 0;
}

void CFDictionaryGetKeysAndValues(
	CFDictionaryRef dictionary, const void **ret_keys, const void **ret_values)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	while ((entry = _kc_cf_table_next(&dictionary->table, &position))) {
		if (ret_keys)
			*ret_keys++ = entry->key;
		if (ret_values)
			*ret_values++ = entry->value;
	}
}

void CFDictionaryApplyFunction(
	CFDictionaryRef dictionary, CFDictionaryApplierFunction applier, void *context)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	KC_CF_REQUIRE_TYPE(dictionary, CFDictionary);
	while ((entry = _kc_cf_table_next(&dictionary->table, &position)))
		applier(entry->key, entry->value, context);
}

/* --- changing -------------------------------------------------------------------------------- */

void CFDictionaryAddValue(CFMutableDictionaryRef dictionary, const void *key, const void *value)
{
	KC_CF_REQUIRE_MUTABLE(dictionary, CFDictionary);
	_kc_cf_table_put(&dictionary->table, key, value, KC_CF_TABLE_ADD);
}

void CFDictionarySetValue(CFMutableDictionaryRef dictionary, const void *key, const void *value)
{
	KC_CF_REQUIRE_MUTABLE(dictionary, CFDictionary);
	_kc_cf_table_put(&dictionary->table, key, value, KC_CF_TABLE_SET);
}

void CFDictionaryReplaceValue(CFMutableDictionaryRef dictionary, const void *key, const void *value)
{
	KC_CF_REQUIRE_MUTABLE(dictionary, CFDictionary);
	_kc_cf_table_put(&dictionary->table, key, value, KC_CF_TABLE_REPLACE);
}

void CFDictionaryRemoveValue(CFMutableDictionaryRef dictionary, const void *key)
{
	KC_CF_REQUIRE_MUTABLE(dictionary, CFDictionary);
	_kc_cf_table_remove(&dictionary->table, key);
}

void CFDictionaryRemoveAllValues(CFMutableDictionaryRef dictionary)
{
	KC_CF_REQUIRE_MUTABLE(dictionary, CFDictionary);
	_kc_cf_table_clear(&dictionary->table);
}
