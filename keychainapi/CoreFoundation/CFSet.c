/* SPDX-License-Identifier: ISC */
/* Sets: tables whose keys are the values. */
#include "keychainapi/CoreFoundation/cf_table.h"

struct __CFSet {
	CFRuntimeBase base;
	struct _kc_cf_table table;
};

const CFSetCallBacks kCFTypeSetCallBacks = {
	.retain = _kc_cf_retain_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
	.hash = CFHash,
};

const CFSetCallBacks kCFCopyStringSetCallBacks = {
	.retain = _kc_cf_copy_string_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
	.hash = CFHash,
};

/* --- the class ------------------------------------------------------------------------------- */

static void set_finalize(CFTypeRef object)
{
	struct __CFSet *set = _kc_cf_unconst(object);

	_kc_cf_table_clear(&set->table);
}

static Boolean set_equal(CFTypeRef a, CFTypeRef b)
{
	CFSetRef set_a = a, set_b = b;

	return _kc_cf_table_equal(&set_a->table, &set_b->table);
}

static CFHashCode set_hash(CFTypeRef object)
{
	return (CFHashCode)CFSetGetCount(object);
}

static CFStringRef set_copy_description(CFTypeRef object)
{
	CFSetRef set = object;

	return _kc_cf_table_copy_description(&set->table, object, false);
}

const CFRuntimeClass _kc_cf_class_CFSet = {
	.className = "CFSet",
	.finalize = set_finalize,
	.equal = set_equal,
	.hash = set_hash,
	.copyDebugDesc = set_copy_description,
};

CFTypeID CFSetGetTypeID(void)
{
	return KC_CF_TYPE_CFSet;
}

/* --- making ---------------------------------------------------------------------------------- */

static struct __CFSet *new_set(const CFDictionaryKeyCallBacks *calls, uint16_t flags)
{
	struct __CFSet *set = _CFRuntimeCreateInstance(KC_CF_TYPE_CFSet, sizeof *set);

	if (!set)
		return NULL;
	set->base.flags = flags;
	_kc_cf_table_init(&set->table, calls, NULL);
	return set;
}

static struct __CFSet *new_set_of(const CFSetCallBacks *callbacks, uint16_t flags)
{
	CFDictionaryKeyCallBacks calls;

	if (!callbacks)
		return new_set(NULL, flags);
	calls = (CFDictionaryKeyCallBacks){
		.retain = callbacks->retain,
		.release = callbacks->release,
		.copyDescription = callbacks->copyDescription,
		.equal = callbacks->equal,
		.hash = callbacks->hash,
	};
	return new_set(&calls, flags);
}

static struct __CFSet *new_copy(CFSetRef set, uint16_t flags)
{
	struct __CFSet *copy = new_set(&set->table.key_calls, flags);

	if (copy)
		_kc_cf_table_put_all(&copy->table, &set->table);
	return copy;
}

CFSetRef CFSetCreate(CFAllocatorRef allocator, const void **values, CFIndex count,
	const CFSetCallBacks *callbacks)
{
	struct __CFSet *set;

	(void)allocator;
	KC_CF_REQUIRE(count == 0 || (count > 0 && values), "the values are NULL or negative");
	set = new_set_of(callbacks, 0);
	for (CFIndex i = 0; set && i < count; i++)
		_kc_cf_table_put(&set->table, values[i], NULL, KC_CF_TABLE_ADD);
	return set;
}

CFSetRef CFSetCreateCopy(CFAllocatorRef allocator, CFSetRef set)
{
	(void)allocator;
	KC_CF_REQUIRE_TYPE(set, CFSet);
	if (!_kc_cf_is_mutable(set))
		return CFRetain(set);
	return new_copy(set, 0);
}

CFMutableSetRef CFSetCreateMutable(
	CFAllocatorRef allocator, CFIndex capacity, const CFSetCallBacks *callbacks)
{
	(void)allocator;
	(void)capacity;
	return new_set_of(callbacks, KC_CF_MUTABLE);
}

CFMutableSetRef CFSetCreateMutableCopy(CFAllocatorRef allocator, CFIndex capacity, CFSetRef set)
{
	(void)allocator;
	(void)capacity;
	KC_CF_REQUIRE_TYPE(set, CFSet);
	return new_copy(set, KC_CF_MUTABLE);
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFSetGetCount(CFSetRef set)
{
	KC_CF_REQUIRE_TYPE(set, CFSet);
	return (CFIndex)set->table.live;
}

Boolean CFSetGetValueIfPresent(CFSetRef set, const void *value, const void **ret_value)
{
	const struct _kc_cf_table_entry *entry;

	KC_CF_REQUIRE_TYPE(set, CFSet);
	entry = _kc_cf_table_find(&set->table, value);
	if (!entry)
		return false;
	if (ret_value)
		*ret_value = entry->key;
	return true;
}

const void *CFSetGetValue(CFSetRef set, const void *value)
{
	const void *found = NULL;

	CFSetGetValueIfPresent(set, value, &found);
	return found;
}

Boolean CFSetContainsValue(CFSetRef set, const void *value)
{
	return CFSetGetValueIfPresent(set, value, NULL);
}

CFIndex CFSetGetCountOfValue(CFSetRef set, const void *value)
{
	return CFSetContainsValue(set, value);
}

void CFSetGetValues(CFSetRef set, const void **ret_values)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	KC_CF_REQUIRE_TYPE(set, CFSet);
	while ((entry = _kc_cf_table_next(&set->table, &position)))
		*ret_values++ = entry->key;
}

void CFSetApplyFunction(CFSetRef set, CFSetApplierFunction applier, void *context)
{
	const struct _kc_cf_table_entry *entry;
	size_t position = 0;

	KC_CF_REQUIRE_TYPE(set, CFSet);
	while ((entry = _kc_cf_table_next(&set->table, &position)))
		applier(entry->key, context);
}

/* --- changing -------------------------------------------------------------------------------- */

void CFSetAddValue(CFMutableSetRef set, const void *value)
{
	KC_CF_REQUIRE_MUTABLE(set, CFSet);
	_kc_cf_table_put(&set->table, value, NULL, KC_CF_TABLE_ADD);
}

void CFSetReplaceValue(CFMutableSetRef set, const void *value)
{
	struct _kc_cf_table_entry *entry;

	KC_CF_REQUIRE_MUTABLE(set, CFSet);
	entry = _kc_cf_table_find(&set->table, value);
	if (entry)
		_kc_cf_table_replace_key(&set->table, entry, value);
}

void CFSetSetValue(CFMutableSetRef set, const void *value)
{
	CFSetReplaceValue(set, value);
	CFSetAddValue(set, value);
}

void CFSetRemoveValue(CFMutableSetRef set, const void *value)
{
	KC_CF_REQUIRE_MUTABLE(set, CFSet);
	_kc_cf_table_remove(&set->table, value);
}

void CFSetRemoveAllValues(CFMutableSetRef set)
{
	KC_CF_REQUIRE_MUTABLE(set, CFSet);
	_kc_cf_table_clear(&set->table);
}
