/* SPDX-License-Identifier: ISC */
/* Records: conditions, batches, tombstones, limits. What every engine that has records must do. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/cloud/engines.h"

#define TEXT(text) kc_bytes_str(text)

static bool holds(struct kc_cloud *cloud, const char *name, const char *text)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	return engines_get(cloud, name, &value, NULL, NULL) &&
	       kc_bytes_equal(kc_buf_bytes(&value), TEXT(text));
}

static void on_one_after_the_other(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag first, second, seen;

	CHECK(!engines_get(cloud, "a", NULL, NULL, NULL));
	CHECK_OK(engines_put(cloud, "a", &engines_none, TEXT("one"), &first));
	CHECK_ERR(engines_put(cloud, "a", &engines_none, TEXT("two"), NULL), KC_E_CONFLICT);
	/* At once, and of the same length. */
	CHECK_OK(engines_put(cloud, "a", &first, TEXT("two"), &second));
	CHECK(memcmp(&first, &second, sizeof first) != 0);
	CHECK_ERR(engines_put(cloud, "a", &first, TEXT("three"), NULL), KC_E_CONFLICT);
	CHECK(holds(cloud, "a", "two"));
	CHECK(engines_get(cloud, "a", NULL, &seen, NULL));
	CHECK(memcmp(&seen, &second, sizeof seen) == 0);
}
ON_EACH(one_after_the_other, KC_CLOUD_RECORDS)

/* Of another zone, of another record, cut off, random. */
static void on_etags_that_are_none(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_record_write foreign = {.name = "a", .id = {{1}}, .value = TEXT("x")};
	struct kc_etag mine, etag, none = {{0}};

	CHECK_OK(kc_records_put(cloud, KC_ZONE_VALUES, &foreign, 1, &etag));
	CHECK_OK(engines_put(cloud, "a", &engines_none, TEXT("one"), &mine));
	CHECK(memcmp(&mine, &none, sizeof mine) != 0);
	CHECK_ERR(engines_put(cloud, "a", &etag, TEXT("x"), NULL), KC_E_CONFLICT);
	CHECK_OK(engines_put(cloud, "b", &engines_none, TEXT("other"), &etag));
	CHECK_ERR(engines_put(cloud, "a", &etag, TEXT("x"), NULL), KC_E_CONFLICT);
	for (size_t len = 0; len < sizeof mine; len++) {
		etag = none;
		memcpy(etag.bytes, mine.bytes, len);
		if (memcmp(&etag, &mine, sizeof etag) != 0)
			CHECK_ERR(engines_put(cloud, "a", &etag, TEXT("x"), NULL), KC_E_CONFLICT);
	}
	kc_random_fill(&etag, sizeof etag);
	CHECK_ERR(engines_put(cloud, "a", &etag, TEXT("x"), NULL), KC_E_CONFLICT);
	CHECK_ERR(engines_put(cloud, "new", &mine, TEXT("x"), NULL), KC_E_CONFLICT);
	CHECK(holds(cloud, "a", "one"));
}
ON_EACH(etags_that_are_none, KC_CLOUD_RECORDS)

static void on_tombstones(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag made, gone, again;

	CHECK_OK(engines_put(cloud, "a", &engines_none, TEXT("one"), &made));
	CHECK_OK(engines_put(cloud, "a", &made, TEXT(""), &gone));
	CHECK(holds(cloud, "a", ""));
	/* It is not as if it had never been there. */
	CHECK_ERR(engines_put(cloud, "a", &engines_none, TEXT("two"), NULL), KC_E_CONFLICT);
	CHECK_ERR(engines_put(cloud, "a", &made, TEXT("two"), NULL), KC_E_CONFLICT);
	CHECK_OK(engines_put(cloud, "a", &gone, TEXT("one"), &again));
	CHECK(memcmp(&again, &made, sizeof made) != 0);
	CHECK_ERR(engines_put(cloud, "a", &made, TEXT("two"), NULL), KC_E_CONFLICT);
}
ON_EACH(tombstones, KC_CLOUD_RECORDS)

enum { SOME = 64 };
static char names[KC_RECORDS_MAX_BATCH + 1][16];
static struct kc_record_write batch[KC_RECORDS_MAX_BATCH + 1];
static struct kc_etag etags[KC_RECORDS_MAX_BATCH + 1];

/* What must not be there. */
static void fill_batch(size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof names[i], "record-%zu", i);
		batch[i] = (struct kc_record_write){.name = names[i], .value = TEXT(text)};
		kc_random_fill(batch[i].id.bytes, sizeof batch[i].id.bytes);
	}
}

static void expect_what_is_there(size_t count)
{
	for (size_t i = 0; i < count; i++)
		batch[i].expect = etags[i];
}

static void on_all_or_nothing(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();

	fill_batch(SOME, "one");
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, SOME, etags));
	for (size_t i = 1; i < SOME; i++)
		CHECK(memcmp(&etags[i], &etags[i - 1], sizeof etags[i]) != 0);
	for (size_t bad = 0; bad < SOME; bad += 21) {
		fill_batch(SOME, "two");
		expect_what_is_there(SOME);
		batch[bad].expect.bytes[0] ^= 1;
		CHECK_ERR(
			kc_records_put(cloud, KC_ZONE_RECORDS, batch, SOME, etags), KC_E_CONFLICT);
		for (size_t i = 0; i < SOME; i++)
			CHECK(holds(cloud, names[i], "one"));
	}
	fill_batch(SOME, "two");
	expect_what_is_there(SOME);
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, SOME, etags));
	for (size_t i = 0; i < SOME; i++)
		CHECK(holds(cloud, names[i], "two"));
}
ON_EACH(all_or_nothing, KC_CLOUD_RECORDS)

/* The same again is one version; and nothing when others have written since. */
static void on_the_same_again(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag before[2], over;

	fill_batch(2, "mine");
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags));
	memcpy(before, etags, sizeof before);
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags));
	CHECK(memcmp(before, etags, sizeof before) == 0);
	CHECK_OK(engines_put(cloud, names[0], &etags[0], TEXT("theirs"), &over));
	/* The other one says that it landed. The etag that is told for the first is of no use. */
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags));
	CHECK(memcmp(&etags[1], &before[1], sizeof etags[1]) == 0);
	CHECK_ERR(engines_put(cloud, names[0], &etags[0], TEXT("mine"), NULL), KC_E_CONFLICT);
	CHECK(holds(cloud, names[0], "theirs"));
	CHECK_OK(engines_put(cloud, names[1], &etags[1], TEXT("theirs"), NULL));
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags), KC_E_CONFLICT);
}
ON_EACH(the_same_again, KC_CLOUD_RECORDS)

static void on_sizes(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	static const size_t lens[] = {1, 255, 4096, 65536, KC_RECORDS_MAX_VALUE};
	struct kc_etag etag = engines_none;

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		uint8_t *bytes;

		kc_buf_reset(&value);
		bytes = kc_buf_extend(&value, lens[i]);
		for (size_t k = 0; k < lens[i]; k++)
			bytes[k] = (uint8_t)k;
		CHECK_OK(engines_put(cloud, "a", &etag, kc_buf_bytes(&value), &etag));
		CHECK(engines_get(cloud, "a", &got, NULL, NULL));
		CHECK(kc_bytes_equal(kc_buf_bytes(&got), kc_buf_bytes(&value)));
	}
	kc_buf_push_byte(&value, 0);
	CHECK_ERR(engines_put(cloud, "a", &etag, kc_buf_bytes(&value), NULL), KC_E_TOO_LARGE);
	fill_batch(3, "");
	for (size_t i = 0; i < 3; i++)
		batch[i].value = kc_bytes(value.data, KC_RECORDS_MAX_VALUE);
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 3, etags), KC_E_TOO_LARGE);
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags));
	fill_batch(KC_RECORDS_MAX_BATCH + 1, "x");
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, KC_RECORDS_MAX_BATCH + 1, etags),
		KC_E_TOO_LARGE);
	batch[0].expect = etags[0];
	batch[1].expect = etags[1];
	CHECK_OK(kc_records_put(cloud, KC_ZONE_RECORDS, batch, KC_RECORDS_MAX_BATCH, etags));
}
ON_EACH(sizes, KC_CLOUD_RECORDS)

static kc_err visit_none(void *context, const struct kc_record_row *row)
{
	(void)context;
	(void)row;
	CHECK_FATAL(false);
	return KC_OK;
}

static char longest[KC_RECORDS_MAX_NAME + 1], too_long[KC_RECORDS_MAX_NAME + 2];

static void on_what_is_no_call(void)
{
	static const struct {
		const char *name;
		kc_err wanted;
	} rows[] = {
		{longest, KC_OK},
		{too_long, KC_E_PARAM},
		{"", KC_E_PARAM},
		{"A", KC_E_PARAM},
		{"a b", KC_E_PARAM},
		{"a/b", KC_E_PARAM},
		{"a'", KC_E_PARAM},
		{"\xc3\xa4", KC_E_PARAM},
	};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token token = {0};
	const char *many[KC_RECORDS_MAX_BATCH + 1];
	bool more;

	memset(longest, 'z', sizeof longest - 1);
	memset(too_long, 'z', sizeof too_long - 1);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(engines_put(cloud, rows[i].name, &engines_none, TEXT("x"), NULL) ==
				  rows[i].wanted,
			rows[i].name);
	fill_batch(3, "x");
	batch[2].name = batch[0].name;
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 3, etags), KC_E_PARAM);
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 0, etags), KC_E_PARAM);
	memset(&batch[1].id, 0, sizeof batch[1].id);
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_RECORDS, batch, 2, etags), KC_E_PARAM);
	fill_batch(1, "x");
	CHECK_ERR(kc_records_put(cloud, 0, batch, 1, etags), KC_E_PARAM);
	CHECK_ERR(kc_records_put(cloud, KC_ZONE_COUNT, batch, 1, etags), KC_E_PARAM);
	for (size_t i = 0; i < KC_COUNT_OF(many); i++)
		many[i] = "a";
	CHECK_ERR(kc_records_get(cloud, KC_ZONE_RECORDS, many, KC_COUNT_OF(many), visit_none, NULL),
		KC_E_TOO_LARGE);
	many[0] = "A";
	CHECK_ERR(kc_records_get(cloud, KC_ZONE_RECORDS, many, 1, visit_none, NULL), KC_E_PARAM);
	CHECK_ERR(kc_records_changes(cloud, KC_ZONE_RECORDS, &token, 0, visit_none, NULL, &more),
		KC_E_PARAM);
}
ON_EACH(what_is_no_call, KC_CLOUD_RECORDS)

/* Made anew in the same place, a store gives no etag of the old one. */
static void on_made_anew(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag old, new;

	CHECK_OK(engines_put(cloud, "a", &engines_none, TEXT("one"), &old));
	CHECK_OK(kc_cloud_drop_marker(cloud));
	CHECK_ERR(engines_put(cloud, "a", &engines_none, TEXT("one"), NULL), KC_E_STORE_GONE);
	CHECK_OK(kc_cloud_put_marker(cloud, TEXT("\x04\x03new")));
	CHECK_OK(engines_put(cloud, "a", &engines_none, TEXT("one"), &new));
	CHECK(memcmp(&old, &new, sizeof old) != 0);
	CHECK_ERR(engines_put(cloud, "a", &old, TEXT("two"), NULL), KC_E_CONFLICT);
}
ON_EACH(made_anew, KC_CLOUD_RECORDS)

/* An engine without records says so. */
static void on_none(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	const char *name = "a";
	bool answer;

	if (kc_cloud_abilities(cloud) & KC_CLOUD_RECORDS)
		return;
	CHECK_ERR(engines_put(cloud, "a", &engines_none, TEXT("one"), NULL), KC_E_UNSUPPORTED);
	CHECK_ERR(kc_records_get(cloud, KC_ZONE_RECORDS, &name, 1, visit_none, NULL),
		KC_E_UNSUPPORTED);
	CHECK_ERR(kc_records_changes(
			  cloud, KC_ZONE_RECORDS, &tokens[1], 1, visit_none, NULL, &answer),
		KC_E_UNSUPPORTED);
	CHECK_ERR(kc_records_changed(cloud, tokens, &answer), KC_E_UNSUPPORTED);
}
ON_EACH(none, 0)

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(one_after_the_other),
		CHECK_TEST(etags_that_are_none),
		CHECK_TEST(tombstones),
		CHECK_TEST(all_or_nothing),
		CHECK_TEST(the_same_again),
		CHECK_TEST(sizes),
		CHECK_TEST(what_is_no_call),
		CHECK_TEST(made_anew),
		CHECK_TEST(none),
	};
	return check_main("cloud/records", tests, KC_COUNT_OF(tests));
}
