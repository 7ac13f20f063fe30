/* SPDX-License-Identifier: ISC */
/*
 * Surrogate pairs that are cut and come together again, and indexes in long texts: strings against
 * plain arrays of UTF-16 code units.
 */
#include "tests/keychainapi/cf/cf_check.h"

#define EMOJI "\xF0\x9F\x94\x91" /* U+1F511: D83D DD11 */
#define HIGH 0xD83D
#define LOW 0xDD11

static const CFStringEncoding utf8 = kCFStringEncodingUTF8;

static CFStringRef units(const UniChar *characters, CFIndex count)
{
	return CFStringCreateWithCharacters(NULL, characters, count);
}

static bool has_units(CFStringRef string, const UniChar *characters, CFIndex count)
{
	UniChar *got = calloc((size_t)count + 1, sizeof *got);
	bool same = CFStringGetLength(string) == count;

	if (same) {
		CFStringGetCharacters(string, CFRangeMake(0, count), got);
		same = memcmp(got, characters, (size_t)count * sizeof *got) == 0;
	}
	free(got);
	return same;
}

static void a_half_is_a_character_of_its_own(void)
{
	static const UniChar rows[][3] = {{HIGH, 'a', 'b'}, {LOW, HIGH, 'a'}, {HIGH, HIGH, LOW},
		{'a', LOW, LOW}, {LOW, 'a', HIGH}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CF_OWNED CFStringRef string = units(rows[i], 3);
		CF_OWNED CFDataRef data = CFStringCreateExternalRepresentation(
			NULL, string, kCFStringEncodingUTF16, 0);
		CF_OWNED CFStringRef back = NULL;
		char buffer[16];

		CHECK_FATAL(string && data);
		CHECK(has_units(string, rows[i], 3));
		CHECK(CFDataGetLength(data) == 8);
		back = CFStringCreateFromExternalRepresentation(NULL, data, kCFStringEncodingUTF16);
		CHECK(CFEqual(string, back) && CFHash(string) == CFHash(back));
		/* it has no form in UTF-8 */
		CHECK(CFStringGetCStringPtr(string, utf8) == NULL);
		CHECK(!CFStringGetCString(string, buffer, sizeof buffer, utf8));
		CHECK(CFStringCreateExternalRepresentation(NULL, string, utf8, 0) == NULL);
		CHECK(CFStringCreateExternalRepresentation(
			      NULL, string, kCFStringEncodingUTF32, 0) == NULL);
	}
}

static void substrings_may_cut(void)
{
	CF_OWNED CFStringRef string = cf_string("a" EMOJI EMOJI "z");
	static const UniChar whole[] = {'a', HIGH, LOW, HIGH, LOW, 'z'};

	for (CFIndex start = 0; start <= 6; start++)
		for (CFIndex length = 0; start + length <= 6; length++) {
			CF_OWNED CFStringRef part = CFStringCreateWithSubstring(
				NULL, string, CFRangeMake(start, length));
			CF_OWNED CFStringRef same = units(whole + start, length);

			CHECK_FATAL(has_units(part, whole + start, length));
			CHECK_FATAL(CFEqual(part, same));
		}
}

static void halves_come_together(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
	CF_OWNED CFStringRef high = units((const UniChar[]){HIGH}, 1);
	CF_OWNED CFStringRef low = units((const UniChar[]){LOW}, 1);
	const void *both[] = {high, low};
	CF_OWNED CFArrayRef halves = CFArrayCreate(NULL, both, 2, &kCFTypeArrayCallBacks);

	CFStringAppend(string, high);
	CHECK(CFStringGetCStringPtr(string, utf8) == NULL);
	CFStringAppend(string, low);
	CHECK(cf_reads(string, EMOJI) && CFStringGetLength(string) == 2);
	CFStringInsert(string, 1, CFSTR("-")); /* between them */
	CHECK(has_units(string, (const UniChar[]){HIGH, '-', LOW}, 3));
	CFStringDelete(string, CFRangeMake(1, 1));
	CHECK(cf_reads(string, EMOJI));
	CFStringDelete(string, CFRangeMake(0, 1));
	CHECK(has_units(string, (const UniChar[]){LOW}, 1));
	CFStringInsert(string, 0, high);
	CHECK(cf_reads(string, EMOJI));
	CFStringReplace(string, CFRangeMake(1, 1), high); /* DD11 becomes D83D */
	CHECK(has_units(string, (const UniChar[]){HIGH, HIGH}, 2));
	CFStringAppendCharacters(string, (const UniChar[]){LOW}, 1);
	CHECK(has_units(string, (const UniChar[]){HIGH, HIGH, LOW}, 3));
	CFStringReplaceAll(string, CFSTR(EMOJI));
	CFStringInsert(string, 1, string);
	CHECK(has_units(string, (const UniChar[]){HIGH, HIGH, LOW, LOW}, 4));
	CHECK(cf_gives(CFStringCreateByCombiningStrings(NULL, halves, CFSTR("")), EMOJI));
	CHECK(cf_gives(CFStringCreateWithFormat(NULL, NULL, CFSTR("%@%@"), high, low), EMOJI));
}

static void replacing_joins(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

	CFStringAppendCharacters(string, (const UniChar[]){HIGH, '-', LOW, '-', HIGH, '-'}, 6);
	CHECK(CFStringFindAndReplace(string, CFSTR("-"), CFSTR(""), CFRangeMake(0, 6), 0) == 3);
	CHECK(has_units(string, (const UniChar[]){HIGH, LOW, HIGH}, 3));
}

static void cutting_to_a_length_is_safe(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);

	CFStringAppend(string, CFSTR("name " EMOJI " with a key"));
	CFStringPad(string, NULL, 6, 0);
	CHECK(has_units(string, (const UniChar[]){'n', 'a', 'm', 'e', ' ', HIGH}, 6));
	CFStringPad(string, CFSTR(EMOJI), 8, 1);
	CHECK(has_units(string, (const UniChar[]){'n', 'a', 'm', 'e', ' ', HIGH, LOW, HIGH}, 8));
}

/* --- against a model ------------------------------------------------------------------------- */

#define MODEL_MAX 6000

static uint32_t random_state = 20150;

static uint32_t next_random(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static UniChar next_unit(void)
{
	static const UniChar kinds[] = {
		'a', 'b', 0xE9, 0x6F22, 0xD7FF, 0xE000, HIGH, HIGH, LOW, LOW};

	return kinds[next_random(KC_COUNT_OF(kinds))];
}

struct model {
	UniChar units[MODEL_MAX];
	CFIndex count;
};

static void model_replace(
	struct model *model, CFRange range, const UniChar *characters, CFIndex count)
{
	CFIndex end = range.location + range.length;

	memmove(model->units + range.location + count, model->units + end,
		(size_t)(model->count - end) * sizeof *model->units);
	memcpy(model->units + range.location, characters, (size_t)count * sizeof *characters);
	model->count += count - range.length;
}

static CFRange next_range(CFIndex count)
{
	CFIndex start = next_random((uint32_t)count + 1);

	return CFRangeMake(start, next_random((uint32_t)(count - start) + 1));
}

/* One change, and one look at a part, a unit and a place. */
static bool step(CFMutableStringRef string, struct model *model, CFIndex longest_added)
{
	UniChar added[64];
	CFIndex count = next_random((uint32_t)longest_added + 1);
	CFRange range = next_range(model->count), part;
	CFStringRef text, substring;
	bool good;

	if (model->count + count > MODEL_MAX)
		count = 0;
	if (next_random(4) && range.length > count)
		range.length = count;
	for (CFIndex i = 0; i < count; i++)
		added[i] = next_unit();
	text = units(added, count);
	CFStringReplace(string, range, text);
	CFRelease(text);
	model_replace(model, range, added, count);
	good = has_units(string, model->units, model->count);

	part = next_range(model->count);
	substring = CFStringCreateWithSubstring(NULL, string, part);
	good = good && has_units(substring, model->units + part.location, part.length);
	CFRelease(substring);
	if (good && part.location < model->count)
		good = CFStringGetCharacterAtIndex(string, part.location) ==
		       model->units[part.location];
	return good;
}

static void random_changes_agree_with_an_array(void)
{
	const int rounds = cf_rounds(300);

	for (int round = 0; round < rounds; round++) {
		static struct model model;
		CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
		CF_OWNED CFStringRef same = NULL;

		model.count = 0;
		for (int i = 0; i < 40; i++)
			CHECK_FATAL(step(string, &model, round % 3 == 0 ? 64 : 4));
		same = units(model.units, model.count);
		CHECK_FATAL(CFEqual(string, same) && CFHash(string) == CFHash(same));
	}
}

/* Long enough for marks: each index, in order and at random, and the places of what is found. */
static void indexes_in_long_texts(void)
{
	static struct model model;
	CF_OWNED CFMutableStringRef needle = CFStringCreateMutableCopy(NULL, 0, CFSTR("<here>"));
	CF_OWNED CFStringRef string = NULL;
	CF_OWNED CFMutableStringRef changed = NULL;
	CFRange found;

	for (model.count = 0; model.count < MODEL_MAX - 10; model.count++)
		model.units[model.count] = next_unit();
	model_replace(
		&model, CFRangeMake(4321, 0), (const UniChar[]){'<', 'h', 'e', 'r', 'e', '>'}, 6);
	string = units(model.units, model.count);
	for (CFIndex i = 0; i < model.count; i++)
		CHECK_FATAL(CFStringGetCharacterAtIndex(string, i) == model.units[i]);
	for (int i = 0; i < 3000; i++) {
		CFIndex at = next_random((uint32_t)model.count);

		CHECK_FATAL(CFStringGetCharacterAtIndex(string, at) == model.units[at]);
	}
	found = CFStringFind(string, needle, 0);
	CHECK(found.location == 4321 && found.length == 6);
	CHECK(CFStringFindWithOptions(string, needle, CFRangeMake(4000, 1000), 0, &found));
	CHECK(found.location == 4321);
	CHECK(!CFStringFindWithOptions(string, needle, CFRangeMake(4322, 1000), 0, &found));
	/* a change forgets the marks */
	changed = CFStringCreateMutableCopy(NULL, 0, string);
	CHECK(CFStringGetCharacterAtIndex(changed, 5000) == model.units[5000]);
	CFStringDelete(changed, CFRangeMake(0, 3));
	CHECK(CFStringGetCharacterAtIndex(changed, 4997) == model.units[5000]);
	CHECK(CFStringFind(changed, needle, 0).location == 4318);
}

/* A text of 300,000 units is walked by index: with a square that would take minutes. */
static void walking_takes_linear_time(void)
{
	CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
	CFIndex length, pairs = 0;

	CFStringPad(string, CFSTR(EMOJI "\xC3\xA9"), 300000, 0);
	length = CFStringGetLength(string);
	for (CFIndex i = 0; i < length; i++)
		pairs += CFStringGetCharacterAtIndex(string, i) == HIGH;
	CHECK(length == 300000 && pairs == 100000);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_half_is_a_character_of_its_own),
		CHECK_TEST(substrings_may_cut),
		CHECK_TEST(halves_come_together),
		CHECK_TEST(replacing_joins),
		CHECK_TEST(cutting_to_a_length_is_safe),
		CHECK_TEST(random_changes_agree_with_an_array),
		CHECK_TEST(indexes_in_long_texts),
		CHECK_TEST(walking_takes_linear_time),
	};

	return check_main("CoreFoundation: surrogates", tests, KC_COUNT_OF(tests));
}
