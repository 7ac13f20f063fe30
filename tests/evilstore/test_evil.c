/* SPDX-License-Identifier: ISC */
/* The hostile store does what its rules say, over any engine; and nothing without rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/circle/record/op.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/circle/memory_cloud.h"
#include "tests/evilstore/evil.h"
#include "tests/file.h"

static const struct kc_writer_id writer = {{0xab}}, stranger = {{0xcd}};
static char folder[64];

/* The engines that there are, by what stores of theirs are called. */
enum make { MAKE_FOLDER, MAKE_SQLITE, MAKE_MEMORY_LOGS, MAKE_MEMORY_RECORDS, MAKE_COUNT };

static void begin(enum make make)
{
	struct kc_cloud *cloud = NULL;
	char url[100];

	snprintf(folder, sizeof folder, "/tmp/kc-evil-XXXXXX");
	CHECK_FATAL(mkdtemp(folder) != NULL);
	if (make == MAKE_SQLITE)
		snprintf(url, sizeof url, "sqlite://%s/store", folder);
	else
		snprintf(url, sizeof url, "%s", make == MAKE_FOLDER ? folder : "memory://0");
	memory_cloud_register(make == MAKE_MEMORY_RECORDS);
	memory_cloud_clear(0);
	CHECK_OK_FATAL(kc_cloud_open(url, &cloud));
	CHECK_OK_FATAL(kc_cloud_put_marker(cloud, kc_bytes_str("marker")));
	CHECK_OK_FATAL(evil_put(cloud, &writer, "p", kc_bytes_str("a list")));
	CHECK_OK_FATAL(evil_put(cloud, &writer, "i/0001", kc_bytes_str("first")));
	CHECK_OK_FATAL(evil_put(cloud, &writer, "i/0002", kc_bytes_str("other")));
	evil_begin(cloud);
}

static void end(void)
{
	evil_end();
	memory_cloud_done();
	file_remove_tree(folder);
}

/* What a device is shown as the value of a cell: "" for none. */
static const char *seen(unsigned device, const char *name)
{
	static char text[64];
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	char url[EVIL_URL_MAX];

	evil_url(device, url);
	CHECK_OK_FATAL(kc_cloud_open(url, &cloud));
	if (evil_get(cloud, name, &value) != KC_OK)
		return "";
	snprintf(text, sizeof text, "%.*s", (int)value.len, (const char *)value.data);
	return text;
}

static bool add_mark(void *context, const char *name, struct kc_buf *value)
{
	(void)name;
	kc_buf_push_str(value, context);
	return true;
}

struct shown {
	struct evil_rule rule;
	const char *first, *other; /* afterwards */
};

static void what_is_shown(void)
{
	/* clang-format off */
	static const struct shown rows[] = {
		{{.verb = EVIL_HIDE,   .names = "i-0001"}, "", "other"},
		{{.verb = EVIL_FLIP,   .names = "i-0001", .at = 4}, "girst", "other"},
		{{.verb = EVIL_CUT,    .names = "i-0001", .at = 2}, "fi", "other"},
		{{.verb = EVIL_EXTEND, .names = "i-*", .bytes = {(const uint8_t *)"!", 1}}, "first!", "other!"},
		{{.verb = EVIL_FORGE,  .names = "i-0002", .bytes = {(const uint8_t *)"junk", 4}}, "first", "junk"},
		{{.verb = EVIL_SWAP,   .names = "i-0001", .other = "i-0002"}, "other", "first"},
		{{.verb = EVIL_CHANGE, .names = "i-0001", .change = add_mark, .context = (void *)(uintptr_t)"?"}, "first?", "other"},
		{{.verb = EVIL_HIDE,   .names = "i-0001", .devices = 1 << 6}, "first", "other"},
	};
	/* clang-format on */

	for (enum make make = 0; make < MAKE_COUNT; make++) {
		begin(make);
		/* Each is shown to another device: none has read anything yet. */
		for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
			unsigned device = EVIL_MAX_DEVICES - 1 - (unsigned)i;
			size_t rule = evil_add(&rows[i].rule);

			CHECK_MSG(
				strcmp(seen(device, "i-0001"), rows[i].first) == 0, rows[i].first);
			CHECK_MSG(
				strcmp(seen(device, "i-0002"), rows[i].other) == 0, rows[i].other);
			CHECK(evil_deeds(rule) > 0 || rows[i].rule.devices);
			evil_clear();
		}
		CHECK(strcmp(seen(0, "i-0001"), "first") == 0);
		CHECK(strcmp(seen(0, "i-0002"), "other") == 0);
		end();
	}
}

/* Behind what was changed the log holds together. */
static void a_log_that_is_told_anew(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_op before = {0}, op;

	begin(MAKE_MEMORY_LOGS);
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = "i-0001"});
	CHECK_OK_FATAL(kc_cloud_open("evil://0", &cloud));
	for (uint64_t n = 1; n <= 3; n++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, truth = KC_BUF_INIT;

		CHECK_OK_FATAL(kc_cloud_read(cloud, &writer, n, &bytes));
		CHECK_OK_FATAL(kc_cloud_read(evil_world(0), &writer, n, &truth));
		CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, n, &op));
		CHECK(n == 1 ||
			memcmp(op.previous, before.position.digest, sizeof op.previous) == 0);
		CHECK(op.write_count == (n != 2));
		CHECK(kc_bytes_equal(kc_buf_bytes(&bytes), kc_buf_bytes(&truth)) == (n < 2));
		before = op;
	}
	end();
}

/* Each device is shown its own world, and writes into it. */
static void two_worlds(void)
{
	struct kc_cloud *other = NULL, *cloud = NULL;

	begin(MAKE_MEMORY_LOGS);
	memory_cloud_register(false);
	memory_cloud_copy(0, 1);
	CHECK_OK_FATAL(kc_cloud_open("memory://1", &other));
	{
		struct kc_cloud *truth = NULL;

		CHECK_OK_FATAL(kc_cloud_open("memory://0", &truth));
		evil_begin(truth);
	}
	evil_add_world(1, other);
	evil_show(1, 1);
	CHECK_OK_FATAL(kc_cloud_open("evil://1", &cloud));
	CHECK_OK(evil_put(cloud, &stranger, "p", kc_bytes_str("said in one")));
	kc_cloud_close(cloud);
	CHECK(strcmp(seen(1, "p-cd000000000000000000000000000000"), "said in one") == 0);
	CHECK(strcmp(seen(0, "p-cd000000000000000000000000000000"), "") == 0);
	/* What is replayed is as it is there. */
	CHECK_OK(evil_put(evil_world(0), &writer, "i/0001", kc_bytes_str("second")));
	CHECK(strcmp(seen(2, "i-0001"), "second") == 0);
	evil_add(&(struct evil_rule){.verb = EVIL_REPLAY, .names = "i-0001", .world = 1});
	CHECK(strcmp(seen(3, "i-0001"), "first") == 0);
	CHECK(strcmp(seen(2, "i-0001"), "second") == 0); /* it has read it */
	end();
}

static kc_err note(void *context, const struct kc_record_row *row)
{
	char *text = context;

	strncat(text, row->name + strlen(row->name) - 1, 1);
	return KC_OK;
}

/* The feed as a device is told it, by the last letters of the names. */
static kc_err feed(struct kc_cloud *cloud, struct kc_feed_token *token, char ret[static 64])
{
	bool more = true;

	ret[0] = '\0';
	while (more)
		KC_TRY(kc_records_changes(cloud, KC_ZONE_RECORDS, token, 10, note, ret, &more));
	return KC_OK;
}

static void what_the_feed_says(void)
{
	for (enum make make = 0; make < MAKE_COUNT; make++) {
		KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
		struct kc_feed_token token = {0}, start = {0};
		char text[64];

		if (make != MAKE_SQLITE && make != MAKE_MEMORY_RECORDS)
			continue;
		begin(make);
		CHECK_OK_FATAL(kc_cloud_open("evil://0", &cloud));
		CHECK_OK(feed(cloud, &token, text));
		CHECK(strcmp(text, "012") == 0);
		evil_add(&(struct evil_rule){.verb = EVIL_EXPIRE});
		CHECK_ERR(feed(cloud, &token, text), KC_E_TOKEN_EXPIRED);
		evil_clear();
		evil_add(&(struct evil_rule){.verb = EVIL_OLD_TOKEN, .times = 1});
		CHECK_OK(feed(cloud, &token, text));
		CHECK(strcmp(text, "012") == 0);
		evil_clear();
		evil_add(&(struct evil_rule){.verb = EVIL_REORDER});
		CHECK_OK(feed(cloud, &start, text));
		CHECK(strcmp(text, "210") == 0);
		evil_clear();
		evil_add(&(struct evil_rule){.verb = EVIL_DUPLICATE});
		start = (struct kc_feed_token){0};
		CHECK_OK(feed(cloud, &start, text));
		CHECK(strcmp(text, "001122") == 0);
		evil_clear();
		/* What is hidden comes late. */
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = "i-0001"});
		start = (struct kc_feed_token){0};
		CHECK_OK(feed(cloud, &start, text));
		CHECK(strcmp(text, "02") == 0);
		evil_clear();
		CHECK_OK(feed(cloud, &start, text));
		CHECK(strcmp(text, "1") == 0);
		evil_add(&(struct evil_rule){.verb = EVIL_SILENT});
		start = (struct kc_feed_token){0};
		CHECK_OK(feed(cloud, &start, text));
		CHECK(strcmp(text, "") == 0);
		evil_clear();
		evil_add(&(struct evil_rule){.verb = EVIL_FLOOD, .count = 11});
		CHECK_ERR(feed(cloud, &start, text), KC_E_STORE_SUSPECT);
		end();
	}
}

/* What comes late takes no page above what was asked for. */
static void what_comes_late_fits_the_page(void)
{
	for (enum make make = 0; make < MAKE_COUNT; make++) {
		KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
		struct kc_feed_token token = {0};
		char text[64];

		if (make != MAKE_SQLITE && make != MAKE_MEMORY_RECORDS)
			continue;
		begin(make);
		CHECK_OK_FATAL(kc_cloud_open("evil://0", &cloud));
		for (unsigned i = 3; i < 14; i++) {
			char key[16];

			snprintf(key, sizeof key, "i/%04u", i);
			CHECK_OK_FATAL(evil_put(evil_world(0), &writer, key, kc_bytes_str("more")));
		}
		evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .names = "i-000[1-3]"});
		CHECK_OK(feed(cloud, &token, text));
		CHECK(strlen(text) == 11);
		evil_clear();
		token = (struct kc_feed_token){0};
		CHECK_OK(feed(cloud, &token, text));
		CHECK_MSG(strcmp(text, "12301234567890123") == 0, text);
		end();
	}
}

static void what_is_written(void)
{
	for (enum make make = 0; make < MAKE_COUNT; make++) {
		KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
		bool records = make == MAKE_SQLITE || make == MAKE_MEMORY_RECORDS;

		begin(make);
		CHECK_OK_FATAL(kc_cloud_open("evil://0", &cloud));
		evil_add(&(struct evil_rule){.verb = EVIL_LOSE, .times = 1});
		CHECK_OK(evil_put(cloud, &writer, "i/0003", kc_bytes_str("lost")));
		CHECK(strcmp(seen(0, "i-0003"), "") == 0);
		CHECK_OK(evil_put(cloud, &writer, "i/0003", kc_bytes_str("kept")));
		CHECK(strcmp(seen(0, "i-0003"), "kept") == 0);
		evil_clear();
		evil_add(&(struct evil_rule){.verb = EVIL_CONFLICT});
		CHECK_ERR(evil_put(cloud, &writer, "i/0004", kc_bytes_str("never")),
			records ? KC_E_CONFLICT : KC_E_DUPLICATE);
		CHECK(strcmp(seen(0, "i-0004"), "") == 0);
		end();
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(what_is_shown),
		CHECK_TEST(a_log_that_is_told_anew),
		CHECK_TEST(two_worlds),
		CHECK_TEST(what_the_feed_says),
		CHECK_TEST(what_comes_late_fits_the_page),
		CHECK_TEST(what_is_written),
	};
	return check_main("evil", tests, KC_COUNT_OF(tests));
}
