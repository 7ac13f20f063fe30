/* SPDX-License-Identifier: ISC */
/* The feed of changes: whole, in order, by pages, while others write; and tokens that are none. */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "tests/cloud/engines.h"

#define TEXT(text) kc_bytes_str(text)
enum { MOST = 1000, WRITERS = 8, EACH = 25, NAMES = 10 };

/* What a reader of the feed knows: the last value of each name, by its number. */
struct reader {
	struct kc_feed_token token;
	unsigned rows;
	bool known[MOST];
	unsigned values[MOST];
	struct kc_etag etags[MOST];
};

static unsigned number_in(struct kc_bytes text)
{
	unsigned number = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= '0' && text.data[i] <= '9')
			number = number * 10 + (unsigned)(text.data[i] - '0');
	return number;
}

static kc_err note(void *context, const struct kc_record_row *row)
{
	struct reader *reader = context;
	unsigned name = number_in(TEXT(row->name)), value = number_in(row->value);

	CHECK_FATAL(name < MOST);
	/* Never back to an older one. */
	CHECK(!reader->known[name] || value >= reader->values[name]);
	reader->known[name] = true;
	reader->values[name] = value;
	reader->etags[name] = row->etag;
	reader->rows++;
	return KC_OK;
}

/* One page; whether there is more. */
static bool read_page(struct kc_cloud *cloud, struct reader *reader, size_t limit)
{
	unsigned before = reader->rows;
	bool more = false;

	CHECK_OK(kc_records_changes(
		cloud, KC_ZONE_RECORDS, &reader->token, limit, note, reader, &more));
	CHECK(reader->rows - before <= limit);
	CHECK(!more || reader->rows - before == limit);
	return more;
}

static void read_all(struct kc_cloud *cloud, struct reader *reader, size_t limit)
{
	while (read_page(cloud, reader, limit))
		;
}

/* That what two readers know is the same, and what the store says when it is asked by name. */
static void compare(struct kc_cloud *cloud, const struct reader *a, const struct reader *b)
{
	for (unsigned i = 0; i < MOST; i++) {
		struct kc_etag etag;
		char name[16];

		snprintf(name, sizeof name, "n%u", i);
		CHECK(a->known[i] == b->known[i]);
		if (!a->known[i])
			continue;
		CHECK(a->values[i] == b->values[i]);
		CHECK(memcmp(&a->etags[i], &b->etags[i], sizeof a->etags[i]) == 0);
		CHECK(engines_get(cloud, name, NULL, &etag, NULL));
		CHECK(memcmp(&etag, &a->etags[i], sizeof etag) == 0);
	}
}

static kc_err put_number(struct kc_cloud *cloud, unsigned name, unsigned value)
{
	char names[16], text[16];
	struct kc_etag etag = engines_none;

	snprintf(names, sizeof names, "n%u", name);
	snprintf(text, sizeof text, "%u", value);
	(void)engines_get(cloud, names, NULL, &etag, NULL);
	return engines_put(cloud, names, &etag, TEXT(text), NULL);
}

static void on_order(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	static struct reader reader;
	bool changed = true;

	memset(&reader, 0, sizeof reader);
	CHECK(!read_page(cloud, &reader, 10));
	CHECK(reader.rows == 0);
	tokens[KC_ZONE_RECORDS] = reader.token;
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(!changed);
	CHECK_OK(put_number(cloud, 1, 1));
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(changed);
	CHECK_OK(put_number(cloud, 2, 1));
	CHECK_OK(put_number(cloud, 1, 2)); /* the last version is all there is to see */
	CHECK(read_page(cloud, &reader, 1));
	CHECK(reader.known[2] && !reader.known[1]);
	CHECK(!read_page(cloud, &reader, 1));
	CHECK(reader.values[1] == 2 && reader.rows == 2);
	CHECK(!read_page(cloud, &reader, 1));
	CHECK(reader.rows == 2);
	tokens[KC_ZONE_RECORDS] = reader.token;
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(!changed);
	/* The token is good for another handle. */
	kc_cloud_close(cloud);
	cloud = engines_open();
	CHECK_OK(put_number(cloud, 3, 1));
	CHECK(!read_page(cloud, &reader, 10));
	CHECK(reader.rows == 3 && reader.known[3]);
}
ON_EACH(order, KC_CLOUD_RECORDS)

/* A change of one zone is none of the other, and the other's token none of it. */
static void on_zones(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_record_write write = {.name = "n1", .id = {{1}}, .value = TEXT("1")};
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	static struct reader reader;
	struct kc_etag etag;
	bool changed, more;

	memset(&reader, 0, sizeof reader);
	CHECK_OK(kc_records_put(cloud, KC_ZONE_VALUES, &write, 1, &etag));
	read_all(cloud, &reader, 10);
	CHECK(reader.rows == 0);
	tokens[KC_ZONE_RECORDS] = reader.token;
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(changed);
	CHECK_ERR(
		kc_records_changes(cloud, KC_ZONE_VALUES, &reader.token, 10, note, &reader, &more),
		KC_E_TOKEN_EXPIRED);
	CHECK_OK(kc_records_changes(
		cloud, KC_ZONE_VALUES, &tokens[KC_ZONE_VALUES], 10, note, &reader, &more));
	CHECK(reader.rows == 1);
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(!changed);
}
ON_EACH(zones, KC_CLOUD_RECORDS)

static int write_numbers(int number)
{
	struct kc_cloud *cloud = engines_open();

	for (unsigned i = 1; i <= EACH; i++)
		if (put_number(cloud, (unsigned)number * NAMES + i % NAMES, i) != KC_OK)
			return 1;
	kc_cloud_close(cloud);
	return 0;
}

/* Eight write, three read by pages of their own length: all know the same in the end. */
static void on_reading_while_others_write(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	static const size_t limits[] = {1, 7, 1000};
	static struct reader readers[KC_COUNT_OF(limits)], late;
	pid_t pids[WRITERS];

	memset(readers, 0, sizeof readers);
	memset(&late, 0, sizeof late);
	for (int i = 0; i < WRITERS; i++)
		pids[i] = engines_fork(write_numbers, i);
	for (unsigned round = 0; round < 60; round++)
		for (size_t i = 0; i < KC_COUNT_OF(limits); i++)
			(void)read_page(cloud, &readers[i], limits[i]);
	for (int i = 0; i < WRITERS; i++)
		CHECK(engines_wait(pids[i]) == 0);
	for (size_t i = 0; i < KC_COUNT_OF(limits); i++)
		read_all(cloud, &readers[i], limits[i]);
	read_all(cloud, &late, 1000);
	CHECK(late.rows == WRITERS * NAMES);
	for (size_t i = 0; i < KC_COUNT_OF(limits); i++)
		compare(cloud, &late, &readers[i]);
}
ON_EACH(reading_while_others_write, KC_CLOUD_RECORDS)

static void check_expired(struct kc_cloud *cloud, const struct kc_feed_token *token)
{
	struct kc_feed_token tokens[KC_ZONE_COUNT] = {{0}};
	static struct reader reader;
	struct kc_feed_token after = *token;
	bool more = false, changed = false;

	memset(&reader, 0, sizeof reader);
	CHECK_ERR(kc_records_changes(cloud, KC_ZONE_RECORDS, &after, 10, note, &reader, &more),
		KC_E_TOKEN_EXPIRED);
	CHECK(reader.rows == 0 && memcmp(&after, token, sizeof after) == 0);
	tokens[KC_ZONE_RECORDS] = *token;
	CHECK_OK(kc_records_changed(cloud, tokens, &changed));
	CHECK(changed);
}

static void on_tokens_that_are_none(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	static struct reader reader, later;
	struct kc_feed_token token;

	memset(&reader, 0, sizeof reader);
	CHECK_OK(put_number(cloud, 1, 1));
	read_all(cloud, &reader, 10);
	for (size_t i = 0; i < reader.token.len; i++) {
		token = reader.token;
		token.bytes[i] ^= 0x80;
		check_expired(cloud, &token);
	}
	for (uint16_t len = 1; len <= KC_RECORDS_MAX_TOKEN + 1; len++) {
		token = reader.token;
		token.len = len;
		if (len != reader.token.len)
			check_expired(cloud, &token);
	}
	/* A copy of the store that was put back is behind what was read. */
	later = reader;
	CHECK_OK(put_number(cloud, 2, 1));
	read_all(cloud, &later, 10);
	CHECK_OK(kc_cloud_drop_marker(cloud));
	CHECK_OK(kc_cloud_put_marker(cloud, TEXT("\x04\x03new")));
	check_expired(cloud, &reader.token);
	CHECK_OK(put_number(cloud, 1, 1));
	CHECK_OK(put_number(cloud, 2, 1));
	check_expired(cloud, &later.token);
}
ON_EACH(tokens_that_are_none, KC_CLOUD_RECORDS)

static kc_err stop_at_second(void *context, const struct kc_record_row *row)
{
	unsigned *left = context;

	(void)row;
	return (*left)-- == 0 ? KC_ERR(CANCELED) : KC_OK;
}

/* A reader that stops has read nothing. */
static void on_a_reader_that_stops(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token token = {0};
	unsigned left = 1;
	bool more = false;

	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(put_number(cloud, i, 1));
	CHECK_ERR(kc_records_changes(
			  cloud, KC_ZONE_RECORDS, &token, 10, stop_at_second, &left, &more),
		KC_E_CANCELED);
	CHECK(token.len == 0);
}
ON_EACH(a_reader_that_stops, KC_CLOUD_RECORDS)

static kc_err note_skimmed(void *context, const struct kc_record_row *row)
{
	struct kc_buf *seen = context;

	kc_buf_printf(seen, "%s%s ", row->name,
		row->bare		      ? ":bare"
		: kc_record_is_tombstone(row) ? ":gone"
					      : "");
	CHECK(!row->bare || row->value.len == 0);
	return KC_OK;
}

/* Values are left out where they are not asked for; what was taken away is told as that. */
static void on_skimming(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf seen = KC_BUF_INIT;
	struct kc_feed_token token = {0}, whole = {0};
	static struct reader reader;
	struct kc_etag etag;
	bool more = false;

	for (unsigned i = 1; i <= 3; i++)
		CHECK_OK(put_number(cloud, i == 3 ? 20 : 9 + i, 1));
	CHECK(engines_get(cloud, "n11", NULL, &etag, NULL));
	CHECK_OK(engines_put(cloud, "n11", &etag, TEXT(""), NULL));
	CHECK_OK(kc_records_skim(
		cloud, KC_ZONE_RECORDS, "n1", &token, 2, note_skimmed, &seen, &more));
	CHECK(more);
	CHECK_OK(kc_records_skim(
		cloud, KC_ZONE_RECORDS, "n1", &token, 2, note_skimmed, &seen, &more));
	CHECK(!more);
	CHECK(strcmp(kc_buf_text(&seen), "n10:bare n20 n11:gone ") == 0);
	/* The token is like any other. */
	CHECK_OK(kc_records_changes(cloud, KC_ZONE_RECORDS, &whole, 10, note,
		memset(&reader, 0, sizeof reader), &more));
	CHECK(memcmp(&token, &whole, sizeof token) == 0);
	CHECK(reader.rows == 3);
	/* All of them. */
	kc_buf_reset(&seen);
	token.len = 0;
	CHECK_OK(kc_records_skim(
		cloud, KC_ZONE_RECORDS, "", &token, 10, note_skimmed, &seen, &more));
	CHECK(strcmp(kc_buf_text(&seen), "n10:bare n20:bare n11:gone ") == 0);
}
ON_EACH(skimming, KC_CLOUD_RECORDS)

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(order),
		CHECK_TEST(zones),
		CHECK_TEST(reading_while_others_write),
		CHECK_TEST(tokens_that_are_none),
		CHECK_TEST(a_reader_that_stops),
		CHECK_TEST(skimming),
	};
	return check_main("cloud/feed", tests, KC_COUNT_OF(tests));
}
