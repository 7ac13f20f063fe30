/* SPDX-License-Identifier: ISC */
/* Arrays, dictionaries, sets: what they hold, whom they retain, whom they ask what is equal. */
#include "tests/keychainapi/cf/cf_check.h"

/* --- callbacks that count -------------------------------------------------------------------- */

static int retained, released, compared;

static const void *count_retain(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	retained++;
	return value;
}

static void count_release(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	(void)value;
	released++;
}

/* C strings that differ in case only are equal. */
static Boolean count_equal(const void *a, const void *b)
{
	compared++;
	return strcasecmp(a, b) == 0;
}

static CFHashCode length_hash(const void *value)
{
	return strlen(value); /* valid, and collides a lot */
}

static const CFArrayCallBacks counting_array = {0, count_retain, count_release, NULL, count_equal};
static const CFDictionaryKeyCallBacks counting_keys = {
	0, count_retain, count_release, NULL, count_equal, length_hash};
static const CFDictionaryValueCallBacks counting_values = {
	0, count_retain, count_release, NULL, count_equal};
static const CFSetCallBacks counting_set = {
	0, count_retain, count_release, NULL, count_equal, length_hash};

static void start_counting(void)
{
	retained = released = compared = 0;
}

/* --- arrays ---------------------------------------------------------------------------------- */

/* Whether the array holds these one-letter C strings. */
static bool spells(CFArrayRef array, const char *letters)
{
	CFIndex count = CFArrayGetCount(array);

	if (count != (CFIndex)strlen(letters))
		return false;
	for (CFIndex i = 0; i < count; i++)
		if (*(const char *)CFArrayGetValueAtIndex(array, i) != letters[i])
			return false;
	return true;
}

static void arrays_change(void)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 1, NULL);
	CF_OWNED CFArrayRef frozen = NULL, copy = NULL;
	const void *xyz[] = {"x", "y", "z"};

	CFArrayAppendValue(array, "b");
	CFArrayInsertValueAtIndex(array, 0, "a");
	CFArrayInsertValueAtIndex(array, 2, "d");
	CFArrayInsertValueAtIndex(array, 2, "c");
	CHECK(spells(array, "abcd"));
	CFArrayRemoveValueAtIndex(array, 1);
	CHECK(spells(array, "acd"));
	CFArraySetValueAtIndex(array, 0, "A");
	CFArraySetValueAtIndex(array, 3, "E");
	CHECK(spells(array, "AcdE"));
	CFArrayReplaceValues(array, CFRangeMake(1, 2), xyz, 3);
	CHECK(spells(array, "AxyzE"));
	CFArrayReplaceValues(array, CFRangeMake(0, 4), xyz, 1);
	CHECK(spells(array, "xE"));
	CFArrayAppendArray(array, array, CFRangeMake(0, 2));
	CHECK(spells(array, "xExE"));
	frozen = CFArrayCreateCopy(NULL, array);
	copy = CFArrayCreateCopy(NULL, frozen);
	CHECK(copy == frozen);
	CFArrayRemoveAllValues(array);
	CHECK(spells(array, "") && spells(frozen, "xExE"));
	for (int i = 0; i < 1000; i++)
		CFArrayAppendValue(array, xyz[i % 3]);
	CHECK(CFArrayGetCount(array) == 1000 && CFArrayGetValueAtIndex(array, 998) == xyz[2]);
}

/* Adds the first letter of the value to the text. */
static void add_up(const void *value, void *context)
{
	char *text = context;
	size_t length = strlen(text);

	text[length] = *(const char *)value;
	text[length + 1] = 0;
}

static void arrays_are_read(void)
{
	const void *values[] = {"a", "b", "A", "b"}, *out[2];
	CF_OWNED CFArrayRef array = CFArrayCreate(NULL, values, 4, &counting_array);
	CF_OWNED CFArrayRef none = CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks);
	CFRange all = CFRangeMake(0, 4), late = CFRangeMake(1, 3);
	char text[8] = "";

	CHECK(CFArrayGetCount(none) == 0);
	values[0] = "z";
	CHECK(spells(array, "abAb"));
	CFArrayGetValues(array, CFRangeMake(1, 2), out);
	CHECK(out[0] == values[1] && out[1] == values[2]);
	CHECK(CFArrayContainsValue(array, all, "B") && !CFArrayContainsValue(array, all, "c"));
	CHECK(!CFArrayContainsValue(array, CFRangeMake(2, 1), "b"));
	CHECK(CFArrayGetCountOfValue(array, all, "a") == 2);
	CHECK(CFArrayGetFirstIndexOfValue(array, all, "a") == 0);
	CHECK(CFArrayGetFirstIndexOfValue(array, late, "a") == 2);
	CHECK(CFArrayGetLastIndexOfValue(array, all, "b") == 3);
	CHECK(CFArrayGetLastIndexOfValue(array, CFRangeMake(0, 3), "b") == 1);
	CHECK(CFArrayGetFirstIndexOfValue(array, all, "c") == kCFNotFound);
	CHECK(CFArrayGetLastIndexOfValue(array, all, "c") == kCFNotFound);
	CFArrayApplyFunction(array, late, add_up, text);
	CHECK(strcmp(text, "bAb") == 0);
}

static void arrays_retain_through_callbacks(void)
{
	const void *values[] = {"a", "b", "c"};
	CFMutableArrayRef array, copy;

	start_counting();
	array = CFArrayCreateMutable(NULL, 0, &counting_array);
	CFArrayReplaceValues(array, CFRangeMake(0, 0), values, 3);
	CHECK(retained == 3 && released == 0);
	CFArrayReplaceValues(array, CFRangeMake(0, 2), values, 1);
	CHECK(retained == 4 && released == 2);
	copy = CFArrayCreateMutableCopy(NULL, 0, array);
	CHECK(retained == 6 && released == 2);
	CFRelease(array);
	CHECK(released == 4);
	CFArrayRemoveAllValues(copy);
	CHECK(released == 6);
	CFRelease(copy);
	CHECK(retained == 6 && released == 6);
}

static void arrays_of_objects(void)
{
	CF_OWNED CFStringRef string = cf_string("value");
	CF_OWNED CFStringRef twin = cf_string("value");
	CFTypeRef values[] = {string};
	CFArrayRef array = CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
	CFArrayRef raw = CFArrayCreate(NULL, values, 1, NULL);
	CFArrayRef same, other;

	CHECK(CFGetRetainCount(string) == 2); /* raw has not retained it */
	CHECK(CFArrayContainsValue(array, CFRangeMake(0, 1), twin));
	CHECK(!CFArrayContainsValue(raw, CFRangeMake(0, 1), twin));
	values[0] = twin;
	same = CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
	values[0] = CFSTR("other");
	other = CFArrayCreate(NULL, values, 1, &kCFTypeArrayCallBacks);
	CHECK(CFEqual(array, same) && CFHash(array) == CFHash(same));
	CHECK(!CFEqual(array, other) && !CFEqual(array, raw));
	CFRelease(array);
	CFRelease(raw);
	CFRelease(same);
	CFRelease(other);
	CHECK(CFGetRetainCount(string) == 1);
}

/* --- dictionaries ---------------------------------------------------------------------------- */

static CFMutableDictionaryRef new_dictionary(void)
{
	return CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
}

static void of_equal_keys_the_first_counts(void)
{
	CF_OWNED CFStringRef key = cf_string("k");
	CF_OWNED CFStringRef twin = cf_string("k");
	const void *keys[] = {key, twin, CFSTR("l")};
	const void *values[] = {CFSTR("1"), CFSTR("2"), CFSTR("3")};
	CF_OWNED CFDictionaryRef dictionary = CFDictionaryCreate(NULL, keys, values, 3,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	const void *found[2];

	CHECK(CFDictionaryGetCount(dictionary) == 2);
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == CFSTR("1"));
	CFDictionaryGetKeysAndValues(dictionary, found, NULL);
	CHECK(found[0] == key && found[1] == CFSTR("l"));
	CFDictionaryGetKeysAndValues(dictionary, NULL, found);
	CHECK(found[0] == CFSTR("1") && found[1] == CFSTR("3"));
}

static void add_set_replace_remove(void)
{
	CF_OWNED CFMutableDictionaryRef dictionary = new_dictionary();
	const void *value = "untouched";

	CFDictionaryReplaceValue(dictionary, CFSTR("k"), CFSTR("0"));
	CHECK(CFDictionaryGetCount(dictionary) == 0);
	CFDictionaryAddValue(dictionary, CFSTR("k"), CFSTR("1"));
	CFDictionaryAddValue(dictionary, CFSTR("k"), CFSTR("2"));
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == CFSTR("1"));
	CFDictionarySetValue(dictionary, CFSTR("k"), CFSTR("3"));
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == CFSTR("3"));
	CFDictionaryReplaceValue(dictionary, CFSTR("k"), CFSTR("4"));
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == CFSTR("4"));
	CFDictionarySetValue(dictionary, CFSTR("l"), CFSTR("4"));
	CHECK(CFDictionaryGetCount(dictionary) == 2);
	CHECK(CFDictionaryContainsKey(dictionary, CFSTR("l")));
	CHECK(CFDictionaryGetCountOfKey(dictionary, CFSTR("l")) == 1);
	CHECK(CFDictionaryGetCountOfKey(dictionary, CFSTR("m")) == 0);
	CHECK(CFDictionaryGetCountOfValue(dictionary, CFSTR("4")) == 2);
	CHECK(CFDictionaryContainsValue(dictionary, CFSTR("4")));
	CHECK(!CFDictionaryContainsValue(dictionary, CFSTR("5")));
	CHECK(!CFDictionaryGetValueIfPresent(dictionary, CFSTR("m"), &value));
	CHECK(strcmp(value, "untouched") == 0);
	CHECK(CFDictionaryGetValueIfPresent(dictionary, CFSTR("l"), &value));
	CHECK(value == CFSTR("4"));
	CFDictionaryRemoveValue(dictionary, CFSTR("k"));
	CFDictionaryRemoveValue(dictionary, CFSTR("k"));
	CHECK(CFDictionaryGetCount(dictionary) == 1);
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == NULL);
	CFDictionaryRemoveAllValues(dictionary);
	CHECK(CFDictionaryGetCount(dictionary) == 0);
	CFDictionarySetValue(dictionary, CFSTR("k"), kCFNull);
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == kCFNull);
}

/* Query dictionaries of some programs: nothing retained, keys by address. */
static void null_callbacks_are_plain_pointers(void)
{
	CF_OWNED CFStringRef key = cf_string("k");
	CF_OWNED CFStringRef twin = cf_string("k");
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(NULL, 1, NULL, NULL);

	CFDictionarySetValue(dictionary, key, twin);
	CFDictionarySetValue(dictionary, twin, key);
	CHECK(CFGetRetainCount(key) == 1 && CFGetRetainCount(twin) == 1);
	CHECK(CFDictionaryGetCount(dictionary) == 2);
	CHECK(CFDictionaryGetValue(dictionary, key) == twin);
	CHECK(CFDictionaryGetValue(dictionary, CFSTR("k")) == NULL);
	CFDictionarySetValue(dictionary, NULL, NULL); /* a pointer like any other */
	CHECK(CFDictionaryContainsKey(dictionary, NULL));
	CHECK(CFDictionaryGetCount(dictionary) == 3);
	CFRelease(dictionary);
	CHECK(CFGetRetainCount(key) == 1);
}

static void dictionaries_retain_through_callbacks(void)
{
	CFMutableDictionaryRef dictionary, copy;
	CFDictionaryRef frozen;

	start_counting();
	dictionary = CFDictionaryCreateMutable(NULL, 0, &counting_keys, &counting_values);
	CFDictionaryAddValue(dictionary, "key", "value");
	CHECK(retained == 2 && released == 0);
	CFDictionaryAddValue(dictionary, "KEY", "other");
	CHECK(retained == 2 && released == 0);
	CFDictionarySetValue(dictionary, "KEY", "other");
	CHECK(retained == 3 && released == 1); /* the value; the old key stays */
	CFDictionarySetValue(dictionary, "yek", "other");
	CHECK(retained == 5 && CFDictionaryGetCount(dictionary) == 2);
	CFDictionaryRemoveValue(dictionary, "YEK");
	CHECK(released == 3);
	copy = CFDictionaryCreateMutableCopy(NULL, 0, dictionary);
	frozen = CFDictionaryCreateCopy(NULL, dictionary);
	CHECK(retained == 9 && CFEqual(copy, dictionary) && CFEqual(frozen, copy));
	CHECK(CFDictionaryCreateCopy(NULL, frozen) == frozen);
	CFRelease(frozen);
	CFRelease(frozen);
	CFRelease(dictionary);
	CFRelease(copy);
	CHECK(retained == 9 && released == 9);
}

static void keys_that_are_copied(void)
{
	CF_OWNED CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
		NULL, 0, &kCFCopyStringDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CF_OWNED CFMutableSetRef set = CFSetCreateMutable(NULL, 0, &kCFCopyStringSetCallBacks);
	CF_OWNED CFMutableStringRef key = CFStringCreateMutableCopy(NULL, 0, CFSTR("k"));

	CFDictionarySetValue(dictionary, key, kCFNull);
	CFSetAddValue(set, key);
	CFStringAppend(key, CFSTR("!"));
	CHECK(CFDictionaryContainsKey(dictionary, CFSTR("k")));
	CHECK(!CFDictionaryContainsKey(dictionary, key));
	CHECK(CFSetContainsValue(set, CFSTR("k")) && !CFSetContainsValue(set, key));
}

static void dictionaries_are_equal_in_any_order(void)
{
	CF_OWNED CFMutableDictionaryRef a = new_dictionary(), b = new_dictionary();
	CF_OWNED CFMutableDictionaryRef raw = CFDictionaryCreateMutable(NULL, 0, NULL, NULL);
	CF_OWNED CFMutableDictionaryRef copying = CFDictionaryCreateMutable(
		NULL, 0, &kCFCopyStringDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	for (int i = 0; i < 100; i++) {
		CF_OWNED CFNumberRef up = cf_int(i), down = cf_int(99 - i);
		CF_OWNED CFNumberRef twice = cf_int(2 * i), less = cf_int(2 * (99 - i));

		CFDictionarySetValue(a, up, twice);
		CFDictionarySetValue(b, down, less);
	}
	CHECK(CFEqual(a, b) && CFEqual(b, a) && CFHash(a) == CFHash(b));
	CFDictionarySetValue(b, CFSTR("more"), kCFNull);
	CHECK(!CFEqual(a, b) && !CFEqual(b, a));
	CFDictionarySetValue(a, CFSTR("more"), CFSTR(""));
	CHECK(!CFEqual(a, b));
	CFDictionaryRemoveAllValues(a);
	CHECK(!CFEqual(a, raw)); /* they would compare keys in different ways */
	CHECK(CFEqual(a, copying));
	CFDictionarySetValue(a, CFSTR("k"), kCFNull);
	CFDictionarySetValue(copying, CFSTR("k"), kCFNull);
	CHECK(CFEqual(a, copying) && CFEqual(copying, a));
}

static void collect(const void *key, const void *value, void *context)
{
	add_up(key, context);
	add_up(value, context);
}

static void entries_come_in_order_of_arrival(void)
{
	CF_OWNED CFMutableDictionaryRef dictionary =
		CFDictionaryCreateMutable(NULL, 0, &counting_keys, NULL);
	char text[64] = "";
	static const char *const letters[] = {
		"q", "w", "e", "r", "t", "y", "u", "i", "o", "p", "a", "s"};

	for (size_t i = 0; i < KC_COUNT_OF(letters); i++)
		CFDictionarySetValue(dictionary, letters[i], letters[i]);
	CFDictionaryRemoveValue(dictionary, "E");
	CFDictionaryRemoveValue(dictionary, "Q");
	CFDictionarySetValue(dictionary, "e", "3");
	CFDictionaryApplyFunction(dictionary, collect, text);
	CHECK_MSG(strcmp(text, "wwrrttyyuuiiooppaasse3") == 0, text);
}

/* --- a dictionary against a list that is searched from end to end ---------------------------- */

#define MODEL_SIZE 512

struct model {
	int count;
	struct {
		int key, value;
	} rows[MODEL_SIZE];
};

static int model_find(const struct model *model, int key)
{
	for (int i = 0; i < model->count; i++)
		if (model->rows[i].key == key)
			return i;
	return -1;
}

static void model_put(struct model *model, int key, int value, bool replace)
{
	int at = model_find(model, key);

	if (at < 0)
		at = model->count++;
	else if (!replace)
		return;
	model->rows[at].key = key;
	model->rows[at].value = value;
}

static void model_remove(struct model *model, int key)
{
	int at = model_find(model, key);

	if (at < 0)
		return;
	model->count--;
	memmove(&model->rows[at], &model->rows[at + 1],
		(size_t)(model->count - at) * sizeof model->rows[0]);
}

static bool agree(CFDictionaryRef dictionary, const struct model *model)
{
	const void *keys[MODEL_SIZE], *values[MODEL_SIZE];
	int key, value;

	if (CFDictionaryGetCount(dictionary) != model->count)
		return false;
	CFDictionaryGetKeysAndValues(dictionary, keys, values);
	for (int i = 0; i < model->count; i++) {
		CFNumberGetValue(keys[i], kCFNumberIntType, &key);
		CFNumberGetValue(values[i], kCFNumberIntType, &value);
		if (key != model->rows[i].key || value != model->rows[i].value)
			return false;
	}
	return true;
}

static uint32_t random_state;
static uint32_t next_random(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static CFHashCode few_hashes(const void *value)
{
	return CFHash(value) % 3;
}

/* One random call on both. */
static void step(CFMutableDictionaryRef dictionary, struct model *model, uint32_t keys)
{
	int key = (int)next_random(keys), value = (int)next_random(1000);
	CF_OWNED CFNumberRef key_object = cf_int(key);
	CF_OWNED CFNumberRef value_object = cf_int(value);
	const void *found = NULL;
	int at;

	switch (next_random(keys > 100 ? 5 : 7)) {
	case 0:
	case 1:
		CFDictionarySetValue(dictionary, key_object, value_object);
		model_put(model, key, value, true);
		break;
	case 2:
		CFDictionaryAddValue(dictionary, key_object, value_object);
		model_put(model, key, value, false);
		break;
	case 3:
		CFDictionaryReplaceValue(dictionary, key_object, value_object);
		if (model_find(model, key) >= 0)
			model_put(model, key, value, true);
		break;
	case 4:
		at = model_find(model, key);
		CHECK_FATAL(
			CFDictionaryGetValueIfPresent(dictionary, key_object, &found) == (at >= 0));
		if (found)
			CFNumberGetValue(found, kCFNumberIntType, &value);
		CHECK_FATAL(at < 0 || value == model->rows[at].value);
		break;
	default:
		CFDictionaryRemoveValue(dictionary, key_object);
		model_remove(model, key);
	}
}

static void random_calls_agree_with_a_list(void)
{
	static const uint32_t key_ranges[] = {3, 9, 20, 60, 200, 500};
	CFDictionaryKeyCallBacks calls = kCFTypeDictionaryKeyCallBacks;

	for (int bad_hash = 0; bad_hash < 2; bad_hash++) {
		calls.hash = bad_hash ? few_hashes : CFHash;
		for (size_t i = 0; i < KC_COUNT_OF(key_ranges); i++) {
			CF_OWNED CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(
				NULL, 0, &calls, &kCFTypeDictionaryValueCallBacks);
			struct model model = {0};

			random_state = (uint32_t)i + 1;
			for (int round = 0; round < cf_rounds(2000); round++) {
				step(dictionary, &model, key_ranges[i]);
				if (round % 50 == 0 || round < 50)
					CHECK_FATAL(agree(dictionary, &model));
			}
			CHECK(agree(dictionary, &model));
		}
	}
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/*
 * Seconds that a look-up, a removal and an addition take among so many keys: addresses, at equal
 * distances, which must not fall into few slots.
 */
static double seconds_for_one(size_t count)
{
	static char places[50000][16];
	const size_t rounds = KC_COUNT_OF(places);
	CF_OWNED CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(NULL, 0, NULL, NULL);
	double before;

	for (size_t i = 0; i < count; i++)
		CFDictionarySetValue(dictionary, places[i], places[i]);
	before = cpu_seconds();
	for (size_t i = 0; i < rounds; i++) {
		char *key = places[i % count];

		CHECK_FATAL(CFDictionaryGetValue(dictionary, key) == key);
		CFDictionaryRemoveValue(dictionary, key);
		CFDictionaryAddValue(dictionary, key, key);
	}
	return (cpu_seconds() - before) / (double)rounds;
}

static double seconds_for_append(int count)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);
	double before = cpu_seconds();

	for (int i = 0; i < count; i++)
		CFArrayAppendValue(array, &count);
	return (cpu_seconds() - before) / count;
}

/* 500 times the entries; 30 leaves room for caches, far below what a search would need. */
static void calls_take_constant_time(void)
{
	static const size_t many[] = {49000, 32767, 32768};
	double few = seconds_for_one(98);

	for (size_t i = 0; i < KC_COUNT_OF(many); i++)
		CHECK(seconds_for_one(many[i]) < 30 * few);
	few = seconds_for_append(1000);
	CHECK(seconds_for_append(500000) < 30 * few);
}

/* A release callback that looks at the container which is releasing finds it whole. */
static CFMutableDictionaryRef looked_at;
static CFIndex seen;
static void look_while_releasing(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	(void)value;
	seen += CFDictionaryGetCount(looked_at);
	CHECK(!CFDictionaryContainsKey(looked_at, "gone"));
}

static void releasing_leaves_a_whole_container(void)
{
	const CFDictionaryValueCallBacks calls = {.release = look_while_releasing};

	looked_at = CFDictionaryCreateMutable(NULL, 0, &counting_keys, &calls);
	seen = 0;
	CFDictionarySetValue(looked_at, "gone", "1");
	CFDictionarySetValue(looked_at, "stays", "2");
	CFDictionaryRemoveValue(looked_at, "gone");
	CHECK(seen == 1);
	CFDictionaryRemoveAllValues(looked_at);
	CHECK(seen == 1);
	CFRelease(looked_at);
}

/* --- sets ------------------------------------------------------------------------------------ */

static void sets(void)
{
	CF_OWNED CFStringRef first = cf_string("a");
	CF_OWNED CFStringRef twin = cf_string("a");
	const void *values[] = {first, twin, CFSTR("b")}, *out[2];
	CF_OWNED CFSetRef set = CFSetCreate(NULL, values, 3, &kCFTypeSetCallBacks);
	CF_OWNED CFMutableSetRef copy = CFSetCreateMutableCopy(NULL, 0, set);
	CF_OWNED CFSetRef same = CFSetCreateCopy(NULL, set);
	CF_OWNED CFSetRef none = CFSetCreate(NULL, NULL, 0, NULL);
	CF_OWNED CFSetRef frozen = CFSetCreateCopy(NULL, copy);
	const void *found = NULL;

	CHECK(frozen != copy && CFEqual(frozen, set));
	CHECK(CFSetGetCount(set) == 2 && CFSetGetCount(none) == 0 && same == set);
	CHECK(CFSetGetValue(set, twin) == first && CFSetGetValue(set, CFSTR("c")) == NULL);
	CHECK(CFSetGetValueIfPresent(set, CFSTR("b"), &found) && found == CFSTR("b"));
	CHECK(!CFSetGetValueIfPresent(set, CFSTR("c"), &found));
	CFSetGetValues(set, out);
	CHECK(out[0] == first && out[1] == CFSTR("b"));
	CHECK(CFEqual(set, copy) && CFHash(set) == CFHash(copy));
	CFSetAddValue(copy, twin);
	CHECK(CFSetGetValue(copy, twin) == first);
	CFSetSetValue(copy, twin);
	CHECK(CFSetGetValue(copy, first) == twin && CFSetGetCount(copy) == 2);
	CFSetSetValue(copy, CFSTR("c"));
	CHECK(CFSetGetCount(copy) == 3 && !CFEqual(set, copy));
	CFSetReplaceValue(copy, first);
	CHECK(CFSetGetValue(copy, twin) == first);
	CFSetReplaceValue(copy, CFSTR("absent"));
	CHECK(CFSetGetCount(copy) == 3);
	CHECK(CFSetGetCountOfValue(copy, twin) == 1);
	CHECK(CFSetGetCountOfValue(copy, CFSTR("absent")) == 0);
	CFSetRemoveValue(copy, CFSTR("a"));
	CHECK(CFSetGetCount(copy) == 2 && !CFSetContainsValue(copy, first));
	CFSetRemoveAllValues(copy);
	CHECK(CFSetGetCount(copy) == 0);
}

static void sets_retain_through_callbacks(void)
{
	CFMutableSetRef set, copy;
	char text[8] = "";

	start_counting();
	set = CFSetCreateMutable(NULL, 0, &counting_set);
	CFSetAddValue(set, "a");
	CFSetAddValue(set, "A");
	CFSetAddValue(set, "b");
	CHECK(retained == 2 && released == 0);
	CFSetSetValue(set, "B");
	CHECK(retained == 3 && released == 1);
	CFSetApplyFunction(set, add_up, text);
	CHECK(strcmp(text, "aB") == 0);
	copy = CFSetCreateMutableCopy(NULL, 0, set);
	CHECK(retained == 5);
	CFRelease(set);
	CFRelease(copy);
	CHECK(retained == released);
}

/* --- arrays against plain ones --------------------------------------------------------------- */

#define LIST_SIZE 400

static uint32_t list_random = 99;

static uint32_t next_of_list(uint32_t below)
{
	list_random = list_random * 1664525 + 1013904223;
	return (list_random >> 8) % below;
}

/* Replaces a range, most often at an end, in both. */
static void replace_in_both(CFMutableArrayRef array, const void *list[LIST_SIZE], CFIndex *count)
{
	const void *added[8];
	CFIndex add = next_of_list(9), start, cut, end;

	start = next_of_list(3) ? (next_of_list(2) ? 0 : *count)
				: next_of_list((uint32_t)*count + 1);
	cut = next_of_list((uint32_t)(*count - start > 8 ? 8 : *count - start) + 1);
	if (*count - cut + add > LIST_SIZE)
		add = 0;
	for (CFIndex i = 0; i < add; i++)
		added[i] = (const void *)(uintptr_t)next_of_list(1000);
	CFArrayReplaceValues(array, CFRangeMake(start, cut), added, add);
	end = start + cut;
	memmove(list + start + add, list + end, (size_t)(*count - end) * sizeof *list);
	memcpy(list + start, added, (size_t)add * sizeof *list);
	*count += add - cut;
}

static void random_changes_agree_with_a_list(void)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);
	const void *list[LIST_SIZE];
	const int rounds = cf_rounds(5000);
	CFIndex count = 0;

	for (int round = 0; round < rounds; round++) {
		replace_in_both(array, list, &count);
		CHECK_FATAL(CFArrayGetCount(array) == count);
		for (CFIndex i = 0; i < count; i++)
			CHECK_FATAL(CFArrayGetValueAtIndex(array, i) == list[i]);
	}
}

/* In at the back and out at the front: with a square this would take minutes. */
static void arrays_are_queues(void)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);
	uintptr_t in = 0, out = 0;

	for (; in < 500000; in++)
		CFArrayAppendValue(array, (const void *)in);
	for (; out < 400000; out++) {
		CHECK_FATAL(CFArrayGetValueAtIndex(array, 0) == (const void *)out);
		CFArrayRemoveValueAtIndex(array, 0);
	}
	for (; in < 900000; in++, out++) {
		CFArrayAppendValue(array, (const void *)in);
		CHECK_FATAL(CFArrayGetValueAtIndex(array, 0) == (const void *)out);
		CFArrayRemoveValueAtIndex(array, 0);
	}
	CHECK(CFArrayGetCount(array) == 100000);
	for (CFIndex i = 0; i < 100000; i++) /* in the middle, and in no more time */
		CFArraySetValueAtIndex(array, 50000, (const void *)i);
	CHECK(CFArrayGetValueAtIndex(array, 50000) == (const void *)99999);
}

/* --- order ----------------------------------------------------------------------------------- */

static int comparisons;

/* By the tens alone, so that the units show what was moved. */
static CFComparisonResult compare_tens(const void *a, const void *b, void *context)
{
	uintptr_t tens_a = (uintptr_t)a / 10, tens_b = (uintptr_t)b / 10;

	CHECK(strcmp(context, "context") == 0);
	comparisons++;
	return (tens_a > tens_b) - (tens_a < tens_b);
}

static CFMutableArrayRef numbers(size_t count, uint32_t below)
{
	CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);
	uint32_t random = 4711;

	for (size_t i = 0; i < count; i++) {
		random = random * 1664525 + 1013904223;
		CFArrayAppendValue(
			array, (const void *)(uintptr_t)((random >> 8) % below * 10 + i % 10));
	}
	return array;
}

static uintptr_t number_at(CFArrayRef array, CFIndex index)
{
	return (uintptr_t)CFArrayGetValueAtIndex(array, index);
}

static void arrays_are_sorted(void)
{
	static char context[] = "context";

	for (size_t count = 0; count < 200; count += count < 20 ? 1 : 37) {
		CF_OWNED CFMutableArrayRef array = numbers(count, 1000);
		uintptr_t sum = 0;

		for (CFIndex i = 0; i < (CFIndex)count; i++)
			sum += number_at(array, i);
		CFArraySortValues(array, CFRangeMake(0, (CFIndex)count), compare_tens, context);
		for (CFIndex i = 0; i < (CFIndex)count; i++) {
			sum -= number_at(array, i);
			CHECK_FATAL(
				i == 0 || number_at(array, i - 1) / 10 <= number_at(array, i) / 10);
		}
		CHECK(sum == 0 && CFArrayGetCount(array) == (CFIndex)count);
	}
}

static void sorting_keeps_the_order_of_equals(void)
{
	static char context[] = "context";
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, NULL);

	for (uintptr_t i = 0; i < 10; i++) {
		CFArrayAppendValue(array, (const void *)(20 + i));
		CFArrayAppendValue(array, (const void *)(10 + i));
	}
	CFArraySortValues(array, CFRangeMake(0, 20), compare_tens, context);
	for (CFIndex i = 0; i < 20; i++)
		CHECK(number_at(array, i) == (uintptr_t)i + 10);
	/* a part alone */
	CFArrayExchangeValuesAtIndices(array, 0, 19);
	CFArrayExchangeValuesAtIndices(array, 5, 5);
	CFArraySortValues(array, CFRangeMake(1, 18), compare_tens, context);
	CHECK(number_at(array, 0) == 29 && number_at(array, 19) == 10);
	CHECK(number_at(array, 5) == 15);
}

static void sorting_takes_few_comparisons(void)
{
	static char context[] = "context";
	CF_OWNED CFMutableArrayRef array = numbers(10000, 100000);

	comparisons = 0;
	CFArraySortValues(array, CFRangeMake(0, 10000), compare_tens, context);
	CHECK(comparisons < 140000); /* 10000 times log2(10000) is 132877 */
	comparisons = 0;
	CFArrayBSearchValues(
		array, CFRangeMake(0, 10000), (const void *)5000, compare_tens, context);
	CHECK(comparisons <= 14);
}

static void sorted_arrays_are_searched(void)
{
	static char context[] = "context";
	static const struct {
		uintptr_t value;
		CFRange range;
		CFIndex place;
	} rows[] = {{20, {0, 5}, 0}, {40, {0, 5}, 1}, {41, {0, 5}, 1}, {60, {0, 5}, 4},
		{10, {0, 5}, 0}, {50, {0, 5}, 4}, {70, {0, 5}, 5}, {20, {1, 3}, 1}, {70, {1, 3}, 4},
		{40, {2, 0}, 2}};
	const void *values[] = {(void *)20, (void *)40, (void *)41, (void *)42, (void *)60};
	CF_OWNED CFArrayRef array = CFArrayCreate(NULL, values, 5, NULL);

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK(CFArrayBSearchValues(array, rows[i].range, (const void *)rows[i].value,
			      compare_tens, context) == rows[i].place);
}

static CFComparisonResult compare_strings(const void *a, const void *b, void *context)
{
	(void)context;
	return CFStringCompare(a, b, 0);
}

/* Values only change places: nothing is retained or released. */
static void sorting_moves_objects(void)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	CF_OWNED CFStringRef whole = NULL;

	for (const char *const *text = (const char *const[]){"svce", "acct", "class", "acct", NULL};
		*text; text++) {
		CF_OWNED CFStringRef string = cf_string(*text);
		CFArrayAppendValue(array, string);
	}
	CFArraySortValues(array, CFRangeMake(0, 4), compare_strings, NULL);
	whole = CFStringCreateByCombiningStrings(NULL, array, CFSTR(" "));
	CHECK(cf_reads(whole, "acct acct class svce"));
	for (CFIndex i = 0; i < 4; i++)
		CHECK(CFGetRetainCount(CFArrayGetValueAtIndex(array, i)) == 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(arrays_change),
		CHECK_TEST(arrays_are_read),
		CHECK_TEST(arrays_retain_through_callbacks),
		CHECK_TEST(arrays_of_objects),
		CHECK_TEST(of_equal_keys_the_first_counts),
		CHECK_TEST(add_set_replace_remove),
		CHECK_TEST(null_callbacks_are_plain_pointers),
		CHECK_TEST(dictionaries_retain_through_callbacks),
		CHECK_TEST(keys_that_are_copied),
		CHECK_TEST(dictionaries_are_equal_in_any_order),
		CHECK_TEST(entries_come_in_order_of_arrival),
		CHECK_TEST(random_calls_agree_with_a_list),
		CHECK_TEST(calls_take_constant_time),
		CHECK_TEST(releasing_leaves_a_whole_container),
		CHECK_TEST(sets),
		CHECK_TEST(sets_retain_through_callbacks),
		CHECK_TEST(random_changes_agree_with_a_list),
		CHECK_TEST(arrays_are_queues),
		CHECK_TEST(arrays_are_sorted),
		CHECK_TEST(sorting_keeps_the_order_of_equals),
		CHECK_TEST(sorting_takes_few_comparisons),
		CHECK_TEST(sorted_arrays_are_searched),
		CHECK_TEST(sorting_moves_objects),
	};

	return check_main("CoreFoundation: containers", tests, KC_COUNT_OF(tests));
}
