/* SPDX-License-Identifier: ISC */
/* Markers and logs, on every engine. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/cloud/sqlite_file.h"
#include "base/der.h"
#include "base/random.h"
#include "tests/cloud/engines.h"

static const struct kc_writer_id one = {{1, 2, 3}}, two = {{2, 2, 2}};

/* The crowd may wait for the machine, too, which has other work: nobody gives up before the process
 * itself is given up. */
const uint64_t kc_sqlite_patience_us = 120 * 1000 * 1000;

/* While this is set the disk is not waited for. */
static bool hurried;

/* Called by SQLite, too. */
#define SEEN_BY_ALL __attribute__((visibility("default")))

SEEN_BY_ALL int fsync(int fd)
{
	return hurried ? 0 : (int)syscall(SYS_fsync, fd);
}

SEEN_BY_ALL int fdatasync(int fd)
{
	return hurried ? 0 : (int)syscall(SYS_fdatasync, fd);
}

static void put_octets(struct kc_buf *buf, struct kc_bytes bytes)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, buf);
	kc_der_put_bytes(&w, bytes);
	CHECK_OK_FATAL(kc_der_writer_check(&w));
}

static struct kc_bytes operation(struct kc_buf *buf, const char *text)
{
	kc_buf_reset(buf);
	put_octets(buf, kc_bytes_str(text));
	return kc_buf_bytes(buf);
}

static void urls(void)
{
	static const struct {
		const char *url;
		kc_err wanted;
	} rows[] = {
		{"/tmp", KC_OK},
		{"file:///tmp", KC_OK},
		{"file://host/tmp", KC_E_PARAM},
		{"relative/path", KC_E_PARAM},
		{"", KC_E_PARAM},
		{"sqlite:///tmp/store", KC_OK},
		{"sqlite://host/store", KC_E_PARAM},
		{"sqlite:///tmp/", KC_E_PARAM},
		{"sqlite://", KC_E_PARAM},
		{"carrierpigeon://coop/3", KC_E_UNSUPPORTED},
		{"://", KC_E_UNSUPPORTED},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

		CHECK_MSG(kc_cloud_open(rows[i].url, &cloud) == rows[i].wanted, rows[i].url);
	}
}

static void on_markers(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	struct kc_bytes mine = kc_bytes_str("\x04\x04mine");

	CHECK_ERR(kc_cloud_put_marker(cloud, mine), KC_E_DUPLICATE);
	CHECK_OK(kc_cloud_drop_marker(cloud));
	CHECK_ERR(kc_cloud_get_marker(cloud, &got), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_drop_marker(cloud), KC_E_STORE_GONE);
	CHECK_OK(kc_cloud_put_marker(cloud, mine));
	CHECK_OK(kc_cloud_get_marker(cloud, &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), mine));
}
ON_EACH(markers, 0)

static void on_logs_come_back(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;

	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == 0);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_WAITING);
	CHECK_OK(kc_cloud_append(cloud, &two, 7, operation(&buf, "seven")));
	CHECK_OK(kc_cloud_append(cloud, &two, 9, operation(&buf, "nine")));
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK_FATAL(logs.count == 2);
	CHECK(memcmp(&logs.rows[0].writer, &one, sizeof one) == 0);
	CHECK(kc_cloud_logs_find(&logs, &two)->first == 7);
	CHECK(kc_cloud_logs_find(&logs, &two)->last == 9);
	CHECK_ERR(kc_cloud_read(cloud, &two, 8, &got), KC_E_WAITING);
	CHECK_OK(kc_cloud_read(cloud, &two, 9, &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), operation(&buf, "nine")));
}
ON_EACH(logs_come_back, 0)

static void on_numbers_are_taken_once(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK_ERR(kc_cloud_append(cloud, &one, 1, operation(&buf, "other")), KC_E_DUPLICATE);
	CHECK_OK(kc_cloud_read(cloud, &one, 1, &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), operation(&buf, "first")));
	CHECK_OK(kc_cloud_append(cloud, &one, KC_CLOUD_MAX_NUMBER, operation(&buf, "last")));
}
ON_EACH(numbers_are_taken_once, 0)

static void on_sizes(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	static const size_t lens[] = {0, 1, 127, 128, 255, 256, 65535, 65536,
		KC_CLOUD_MAX_OPERATION - 5 /* the header */};

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		kc_buf_reset(&plain);
		kc_buf_reset(&buf);
		kc_buf_reset(&got);
		kc_random_fill(kc_buf_extend(&plain, lens[i]), lens[i]);
		put_octets(&buf, kc_buf_bytes(&plain));
		CHECK_OK(kc_cloud_append(cloud, &one, i + 1, kc_buf_bytes(&buf)));
		CHECK_OK(kc_cloud_read(cloud, &one, i + 1, &got));
		CHECK(kc_bytes_equal(kc_buf_bytes(&got), kc_buf_bytes(&buf)));
	}
	CHECK(buf.len == KC_CLOUD_MAX_OPERATION);
	kc_buf_push_byte(&buf, 0);
	CHECK_ERR(kc_cloud_append(cloud, &one, 99, kc_buf_bytes(&buf)), KC_E_TOO_LARGE);
	CHECK_ERR(kc_cloud_append(cloud, &one, 99, kc_bytes(NULL, 0)), KC_E_TOO_LARGE);
}
ON_EACH(sizes, 0)

static void on_dropping(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;

	for (uint64_t number = 1; number <= 5; number++)
		CHECK_OK(kc_cloud_append(cloud, &one, number, operation(&buf, "text")));
	CHECK_OK(kc_cloud_append(cloud, &two, 1, operation(&buf, "text")));
	CHECK_OK(kc_cloud_drop(cloud, &one, 4));
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == 2 && logs.rows[0].first == 4 && logs.rows[0].last == 5);
	CHECK_OK(kc_cloud_drop(cloud, &one, UINT64_MAX));
	CHECK_OK(kc_cloud_drop(cloud, &one, UINT64_MAX));
	kc_cloud_logs_done(&logs);
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == 1);
}
ON_EACH(dropping, 0)

/* Nothing that is not there is made, but by one who wants to. */
static void on_a_store_that_goes_away(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	char aside[80];

	snprintf(aside, sizeof aside, "%s.away", place.folder);
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK(rename(place.folder, aside) == 0);
	CHECK_ERR(kc_cloud_get_marker(cloud, &buf), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_list(cloud, &logs), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &buf), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_append(cloud, &one, 2, operation(&buf, "x")), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_drop(cloud, &one, 2), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_drop_marker(cloud), KC_E_STORE_GONE);
	CHECK(access(place.folder, F_OK) != 0);
	CHECK(rename(aside, place.folder) == 0);
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == 1 && logs.rows[0].last == 1);
}
ON_EACH(a_store_that_goes_away, 0)

/* As many writers as there may be, and one more. */
static void on_too_many_writers(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	struct kc_writer_id writer;

	hurried = true;
	for (unsigned i = 0; i < KC_CLOUD_MAX_WRITERS; i++) {
		kc_random_fill(&writer, sizeof writer);
		CHECK_OK_FATAL(kc_cloud_append(cloud, &writer, 1, operation(&buf, "text")));
	}
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == KC_CLOUD_MAX_WRITERS);
	for (size_t i = 1; i < logs.count; i++)
		CHECK(memcmp(&logs.rows[i - 1].writer, &logs.rows[i].writer, sizeof writer) < 0);
	CHECK(kc_cloud_logs_find(&logs, &writer) != NULL);
	CHECK(kc_cloud_logs_find(&logs, &one) == NULL);
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "text")));
	hurried = false;
	kc_cloud_logs_done(&logs);
	CHECK_ERR(kc_cloud_list(cloud, &logs), KC_E_REFUSED);
}
ON_EACH(too_many_writers, 0)

enum { WRITERS = 8, EACH = 10 };

/* Returns the error. */
static int write_log(int number)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	struct kc_writer_id writer = {{(uint8_t)(number + 1)}};

	for (uint64_t i = 1; i <= EACH; i++) {
		kc_err err = kc_cloud_append(cloud, &writer, i, operation(&buf, "an operation"));

		if (err != KC_OK)
			return (int)err;
	}
	return 0;
}

/* A log each, and a reader meanwhile: never half an operation, and all at the end. */
static void on_writers_in_parallel(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	pid_t pids[WRITERS];

	for (int i = 0; i < WRITERS; i++)
		pids[i] = engines_fork(write_log, i);
	for (int round = 0; round < 50; round++) {
		kc_cloud_logs_done(&logs);
		CHECK_OK_FATAL(kc_cloud_list(cloud, &logs));
		for (size_t i = 0; i < logs.count; i++)
			CHECK_OK(kc_cloud_read(
				cloud, &logs.rows[i].writer, logs.rows[i].last, &got));
	}
	for (int i = 0; i < WRITERS; i++)
		CHECK_OK((kc_err)engines_wait(pids[i]));
	kc_cloud_logs_done(&logs);
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK_FATAL(logs.count == WRITERS);
	for (size_t i = 0; i < logs.count; i++)
		CHECK(logs.rows[i].first == 1 && logs.rows[i].last == EACH);
}
ON_EACH(writers_in_parallel, 0)

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(urls),
		CHECK_TEST(markers),
		CHECK_TEST(logs_come_back),
		CHECK_TEST(numbers_are_taken_once),
		CHECK_TEST(sizes),
		CHECK_TEST(dropping),
		CHECK_TEST(a_store_that_goes_away),
		CHECK_TEST(too_many_writers),
		CHECK_TEST(writers_in_parallel),
	};
	return check_main("cloud/logs", tests, KC_COUNT_OF(tests));
}
