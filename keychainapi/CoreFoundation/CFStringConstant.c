/* SPDX-License-Identifier: ISC */
/*
 * The objects behind CFSTR: one for each text, kept for ever.
 *
 * A table of lists that only grow, at their heads, by compare-and-swap. Readers take no lock, and a
 * fork() at any moment leaves the child a sound table.
 */
#include "keychainapi/CoreFoundation/cf_string.h"

/* The objects that CFSTR lays out at file scope. */
#define SAME_PLACE(theirs, ours)                                                                  \
	_Static_assert(                                                                           \
		offsetof(struct __CFConstantString, theirs) == offsetof(struct __CFString, ours), \
		#theirs " stands where it does in strings")
SAME_PLACE(isa, base.isa);
SAME_PLACE(owners, base.owners);
SAME_PLACE(type, base.type);
SAME_PLACE(flags, base.flags);
SAME_PLACE(start, utf8.start);
SAME_PLACE(length, utf8.length);
SAME_PLACE(capacity, utf8.capacity);
SAME_PLACE(storage, utf8.storage);
SAME_PLACE(units, units);
SAME_PLACE(marks, marks);
_Static_assert(sizeof(struct __CFConstantString) == sizeof(struct __CFString), "and nothing more");
_Static_assert(KC_CF_IMMORTAL == 0xFFFFFFFF && KC_CF_STRING_TYPE == 2 && KC_CF_BORROWED == 2,
	"the numbers of CFConstantString.h");

struct constant {
	struct __CFString string;
	struct constant *next;
	char text[];
};

#define LIST_COUNT 1024
static struct constant *lists[LIST_COUNT];

static struct constant *find_constant(
	struct constant *first, const struct constant *end, const struct _kc_cf_bytes *text)
{
	for (; first != end; first = first->next)
		if (_kc_cf_bytes_equal(&first->string.utf8, text))
			return first;
	return NULL;
}

/* NULL when the text is not UTF-8. The literal may lie in a library that is unloaded: copied. */
static struct constant *new_constant(const struct _kc_cf_bytes *text)
{
	struct constant *constant;
	uint32_t point;
	size_t size;

	for (CFIndex i = 0; i < text->length; i += (CFIndex)size) {
		size = _kc_cf_utf8_decode(text->start + i, (size_t)(text->length - i), &point);
		if (!size)
			return NULL;
	}
	constant = _kc_cf_must_alloc(1, sizeof *constant + (size_t)text->length + 1);
	memcpy(constant->text, text->start, (size_t)text->length);
	constant->string = (struct __CFString){
		.base = KC_CF_STATIC_BASE(CFString),
		.utf8 = {.start = (const UInt8 *)constant->text, .length = text->length},
		.units = _kc_cf_string_count_units(text->start, text->length),
	};
	return constant;
}

CFStringRef __CFStringMakeConstantString(const char *literal)
{
	struct _kc_cf_bytes text = {
		.start = (const UInt8 *)literal, .length = (CFIndex)strlen(literal)};
	struct constant **list = &lists[_kc_cf_bytes_hash(&text) % LIST_COUNT];
	struct constant *first = __atomic_load_n(list, __ATOMIC_ACQUIRE);
	struct constant *found = find_constant(first, NULL, &text);
	struct constant *added, *seen;

	if (found)
		return &found->string;
	added = new_constant(&text);
	if (!added)
		return NULL;
	added->next = first;
	while (!__atomic_compare_exchange_n(
		list, &added->next, added, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		/* Others were added meanwhile, this text perhaps among them. */
		seen = first;
		first = added->next;
		found = find_constant(first, seen, &text);
		if (found) {
			free(added);
			return &found->string;
		}
	}
	return &added->string;
}
