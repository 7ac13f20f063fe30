/* SPDX-License-Identifier: ISC */
/* Arrays. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFArray {
	CFRuntimeBase base;
	CFArrayCallBacks callbacks;
	const void **memory;
	const void **values; /* in the memory: behind what was taken away at the front */
	CFIndex count;
	CFIndex capacity; /* of the values, so that it shrinks as they move on */
};

const CFArrayCallBacks kCFTypeArrayCallBacks = {
	.retain = _kc_cf_retain_value,
	.release = _kc_cf_release_value,
	.copyDescription = CFCopyDescription,
	.equal = CFEqual,
};

static const void *retained(CFArrayRef array, const void *value)
{
	return array->callbacks.retain ? array->callbacks.retain(NULL, value) : value;
}

static void release(CFArrayRef array, const void *value)
{
	if (array->callbacks.release)
		array->callbacks.release(NULL, value);
}

static bool equal(CFArrayRef array, const void *a, const void *b)
{
	return a == b || (array->callbacks.equal && array->callbacks.equal(a, b));
}

/* --- the class ------------------------------------------------------------------------------- */

static void array_finalize(CFTypeRef object)
{
	CFArrayRef array = object;

	for (CFIndex i = 0; i < array->count; i++)
		release(array, array->values[i]);
	free(array->memory);
}

/* Arrays that compare their values in different ways are different. */
static Boolean array_equal(CFTypeRef a, CFTypeRef b)
{
	CFArrayRef array_a = a, array_b = b;

	if (array_a->count != array_b->count ||
		array_a->callbacks.equal != array_b->callbacks.equal)
		return false;
	for (CFIndex i = 0; i < array_a->count; i++)
		if (!equal(array_a, array_a->values[i], array_b->values[i]))
			return false;
	return true;
}

static CFHashCode array_hash(CFTypeRef object)
{
	return (CFHashCode)CFArrayGetCount(object);
}

static CFStringRef array_copy_description(CFTypeRef object)
{
	CFArrayRef array = object;
	CFMutableStringRef text = CFStringCreateMutable(NULL, 0);

	if (!text)
		return NULL;
	CFStringAppendFormat(text, NULL,
		CFSTR("<CFArray %p [%p]>{type = %s, count = %ld, values = (%s"), object,
		(const void *)CFGetAllocator(object),
		_kc_cf_is_mutable(array) ? "mutable-small" : "immutable", array->count,
		array->count ? "\n" : "");
	for (CFIndex i = 0; i < array->count; i++) {
		CFStringRef value = _kc_cf_copy_member_description(
			array->callbacks.copyDescription, array->values[i]);

		CFStringAppendFormat(text, NULL, CFSTR("\t%ld : %@\n"), i, value);
		if (value)
			CFRelease(value);
	}
	CFStringAppendFormat(text, NULL, CFSTR(")}"));
	return _kc_cf_freeze(text);
}

const CFRuntimeClass _kc_cf_class_CFArray = {
	.className = "CFArray",
	.finalize = array_finalize,
	.equal = array_equal,
	.hash = array_hash,
	.copyDebugDesc = array_copy_description,
};

CFTypeID CFArrayGetTypeID(void)
{
	return KC_CF_TYPE_CFArray;
}

/* --- one way to change ----------------------------------------------------------------------- */

/* What grows once grows again: then there is room for as many more. */
static void reserve(struct __CFArray *array, CFIndex count)
{
	const void **memory;
	CFIndex capacity = array->memory ? 2 * count : count;

	if (count <= array->capacity)
		return;
	memory = _kc_cf_must_alloc((size_t)capacity, sizeof *memory);
	if (array->count)
		memcpy(memory, array->values, (size_t)array->count * sizeof *memory);
	free(array->memory);
	array->memory = memory;
	array->values = memory;
	array->capacity = capacity;
}

static void open_gap(struct __CFArray *array, CFIndex location, CFIndex length)
{
	const void **gap;

	reserve(array, array->count + length);
	gap = array->values + location;
	memmove(gap + length, gap, (size_t)(array->count - location) * sizeof *gap);
	array->count += length;
}

static void close_gap(struct __CFArray *array, CFIndex location, CFIndex length)
{
	const void **gap = array->values + location;

	if (location == 0) {
		array->values += length;
		array->capacity -= length;
	} else {
		memmove(gap, gap + length,
			(size_t)(array->count - location - length) * sizeof *gap);
	}
	array->count -= length;
}

/*
 * Puts count values in the place of a range. The old ones are released at the very end, when the
 * array is whole again: what they run may look at it.
 */
static void replace(struct __CFArray *array, CFRange range, const void **values, CFIndex count)
{
	const void *one, **old = &one;

	if (range.length > 1)
		old = _kc_cf_must_alloc((size_t)range.length, sizeof *old);
	if (range.length)
		memcpy(old, array->values + range.location, (size_t)range.length * sizeof *old);
	if (count > range.length)
		open_gap(array, range.location + range.length, count - range.length);
	else if (count < range.length)
		close_gap(array, range.location + count, range.length - count);
	for (CFIndex i = 0; i < count; i++)
		array->values[range.location + i] = retained(array, values[i]);
	for (CFIndex i = 0; i < range.length; i++)
		release(array, old[i]);
	if (old != &one)
		free(old);
}

/* --- making ---------------------------------------------------------------------------------- */

static struct __CFArray *new_array(const CFArrayCallBacks *callbacks, uint16_t flags)
{
	struct __CFArray *array = _CFRuntimeCreateInstance(KC_CF_TYPE_CFArray, sizeof *array);

	if (!array)
		return NULL;
	array->base.flags = flags;
	if (callbacks)
		array->callbacks = *callbacks;
	return array;
}

CFArrayRef CFArrayCreate(CFAllocatorRef allocator, const void **values, CFIndex count,
	const CFArrayCallBacks *callbacks)
{
	struct __CFArray *array;

	(void)allocator;
	KC_CF_REQUIRE(count == 0 || (count > 0 && values), "the values are NULL or negative");
	array = new_array(callbacks, 0);
	if (array)
		replace(array, CFRangeMake(0, 0), values, count);
	return array;
}

CFArrayRef CFArrayCreateCopy(CFAllocatorRef allocator, CFArrayRef array)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	if (!_kc_cf_is_mutable(array))
		return CFRetain(array);
	return CFArrayCreate(allocator, array->values, array->count, &array->callbacks);
}

CFMutableArrayRef CFArrayCreateMutable(
	CFAllocatorRef allocator, CFIndex capacity, const CFArrayCallBacks *callbacks)
{
	(void)allocator;
	(void)capacity;
	return new_array(callbacks, KC_CF_MUTABLE);
}

CFMutableArrayRef CFArrayCreateMutableCopy(
	CFAllocatorRef allocator, CFIndex capacity, CFArrayRef array)
{
	CFMutableArrayRef copy;

	KC_CF_REQUIRE_TYPE(array, CFArray);
	copy = CFArrayCreateMutable(allocator, capacity, &array->callbacks);
	if (copy)
		replace(copy, CFRangeMake(0, 0), array->values, array->count);
	return copy;
}

/* --- reading --------------------------------------------------------------------------------- */

CFIndex CFArrayGetCount(CFArrayRef array)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	return array->count;
}

const void *CFArrayGetValueAtIndex(CFArrayRef array, CFIndex index)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE(index >= 0 && index < array->count, "the index is out of bounds");
	return array->values[index];
}

void CFArrayGetValues(CFArrayRef array, CFRange range, const void **ret_values)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	for (CFIndex i = 0; i < range.length; i++)
		ret_values[i] = array->values[range.location + i];
}

CFIndex CFArrayGetFirstIndexOfValue(CFArrayRef array, CFRange range, const void *value)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	for (CFIndex i = 0; i < range.length; i++)
		if (equal(array, array->values[range.location + i], value))
			return range.location + i;
	return kCFNotFound;
}

CFIndex CFArrayGetLastIndexOfValue(CFArrayRef array, CFRange range, const void *value)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	for (CFIndex i = range.length; i-- > 0;)
		if (equal(array, array->values[range.location + i], value))
			return range.location + i;
	return kCFNotFound;
}

CFIndex CFArrayGetCountOfValue(CFArrayRef array, CFRange range, const void *value)
{
	CFIndex count = 0;

	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	for (CFIndex i = 0; i < range.length; i++)
		count += equal(array, array->values[range.location + i], value);
	return count;
}

Boolean CFArrayContainsValue(CFArrayRef array, CFRange range, const void *value)
{
	return CFArrayGetFirstIndexOfValue(array, range, value) != kCFNotFound;
}

void CFArrayApplyFunction(
	CFArrayRef array, CFRange range, CFArrayApplierFunction applier, void *context)
{
	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	for (CFIndex i = 0; i < range.length; i++)
		applier(CFArrayGetValueAtIndex(array, range.location + i), context);
}

/* --- changing -------------------------------------------------------------------------------- */

void CFArrayReplaceValues(
	CFMutableArrayRef array, CFRange range, const void **values, CFIndex count)
{
	KC_CF_REQUIRE_MUTABLE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	KC_CF_REQUIRE(count == 0 || (count > 0 && values), "the values are NULL or negative");
	replace(array, range, values, count);
}

void CFArrayInsertValueAtIndex(CFMutableArrayRef array, CFIndex index, const void *value)
{
	CFArrayReplaceValues(array, CFRangeMake(index, 0), &value, 1);
}

void CFArrayAppendValue(CFMutableArrayRef array, const void *value)
{
	CFArrayInsertValueAtIndex(array, CFArrayGetCount(array), value);
}

/* The two may be the same array. */
void CFArrayAppendArray(CFMutableArrayRef array, CFArrayRef other, CFRange range)
{
	KC_CF_REQUIRE_MUTABLE(array, CFArray);
	KC_CF_REQUIRE_TYPE(other, CFArray);
	KC_CF_REQUIRE_RANGE(range, other->count);
	reserve(array, array->count + range.length);
	for (CFIndex i = 0; i < range.length; i++)
		CFArrayAppendValue(array, other->values[range.location + i]);
}

void CFArraySetValueAtIndex(CFMutableArrayRef array, CFIndex index, const void *value)
{
	CFArrayReplaceValues(
		array, CFRangeMake(index, index < CFArrayGetCount(array) ? 1 : 0), &value, 1);
}

void CFArrayExchangeValuesAtIndices(CFMutableArrayRef array, CFIndex first, CFIndex second)
{
	const void *value = CFArrayGetValueAtIndex(array, first);

	KC_CF_REQUIRE_MUTABLE(array, CFArray);
	array->values[first] = CFArrayGetValueAtIndex(array, second);
	array->values[second] = value;
}

void CFArrayRemoveValueAtIndex(CFMutableArrayRef array, CFIndex index)
{
	CFArrayReplaceValues(array, CFRangeMake(index, 1), NULL, 0);
}

void CFArrayRemoveAllValues(CFMutableArrayRef array)
{
	CFArrayReplaceValues(array, CFRangeMake(0, CFArrayGetCount(array)), NULL, 0);
}

/* --- order ----------------------------------------------------------------------------------- */

/* Merges two sorted runs, [0, half) and [half, count); the first one is in room meanwhile. */
static void merge(const void **values, CFIndex half, CFIndex count, const void **room,
	CFComparatorFunction compare, void *context)
{
	CFIndex left = 0, right = half, out = 0;

	memcpy(room, values, (size_t)half * sizeof *room);
	while (left < half && right < count) {
		bool take_right = compare(values[right], room[left], context) == kCFCompareLessThan;

		values[out++] = take_right ? values[right++] : room[left++];
	}
	memcpy(values + out, room + left, (size_t)(half - left) * sizeof *room);
}

static void sort(const void **values, CFIndex count, const void **room,
	CFComparatorFunction compare, void *context)
{
	CFIndex half = count / 2;

	if (count < 2)
		return;
	sort(values, half, room, compare, context);
	sort(values + half, count - half, room, compare, context);
	merge(values, half, count, room, compare, context);
}

void CFArraySortValues(
	CFMutableArrayRef array, CFRange range, CFComparatorFunction compare, void *context)
{
	const void **room;

	KC_CF_REQUIRE_MUTABLE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	if (range.length < 2)
		return;
	room = _kc_cf_must_alloc((size_t)range.length / 2, sizeof *room);
	sort(array->values + range.location, range.length, room, compare, context);
	free(room);
}

CFIndex CFArrayBSearchValues(CFArrayRef array, CFRange range, const void *value,
	CFComparatorFunction compare, void *context)
{
	CFIndex low, high;

	KC_CF_REQUIRE_TYPE(array, CFArray);
	KC_CF_REQUIRE_RANGE(range, array->count);
	low = range.location;
	high = range.location + range.length;
	while (low < high) {
		CFIndex middle = low + (high - low) / 2;

		if (compare(array->values[middle], value, context) == kCFCompareLessThan)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
