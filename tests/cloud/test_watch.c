/* SPDX-License-Identifier: ISC */
/* Hearing of what others change, on every engine. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cloud/engines.h"
#include "tests/file.h"

static const struct kc_writer_id writer = {{1, 2, 3}};
static const uint8_t operation[] = {0x04, 0x01, 0x78};

/* How long a word may take where one is due: the machine may have other work. */
#define PATIENCE_MS 60000

static bool hears_within(struct kc_cloud *cloud, int ms)
{
	struct pollfd fd = {.fd = kc_cloud_watch_fd(cloud), .events = POLLIN};

	CHECK_FATAL(fd.fd >= 0);
	return poll(&fd, 1, ms) == 1;
}

/* Until there is a word that matters. */
static bool hears(struct kc_cloud *cloud)
{
	for (int i = 0; i < 10; i++) {
		if (!hears_within(cloud, PATIENCE_MS))
			return false;
		if (kc_cloud_watch_drain(cloud))
			return true;
	}
	return false;
}

static int append(int number)
{
	struct kc_cloud *cloud = engines_open();
	kc_err err = kc_cloud_append(cloud, &writer, (uint64_t)number, KC_BYTES_OF(operation));

	kc_cloud_close(cloud);
	return err != KC_OK;
}

static void on_what_others_write(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();

	CHECK(!hears_within(cloud, 0));
	for (int number = 1; number <= 3; number++) {
		CHECK(engines_wait(engines_fork(append, number)) == 0);
		CHECK(hears(cloud));
		while (hears_within(cloud, 0)) /* of a folder that is new, and of its file */
			(void)kc_cloud_watch_drain(cloud);
	}
}
ON_EACH(what_others_write, 0)

/* Reading says nothing. */
static void on_what_others_read(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD struct kc_cloud *other = engines_open();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;

	CHECK_OK(kc_cloud_append(other, &writer, 1, KC_BYTES_OF(operation)));
	CHECK(!hears_within(cloud, 0));
	CHECK_OK(kc_cloud_list(other, &logs));
	CHECK_OK(kc_cloud_read(other, &writer, 1, &buf));
	CHECK_OK(kc_cloud_get_marker(other, &buf));
	CHECK_ERR(kc_cloud_read(other, &writer, 2, &buf), KC_E_WAITING);
	CHECK(!hears_within(cloud, 0));
}
ON_EACH(what_others_read, 0)

/* There is a word after the last of many. */
static void on_many(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	KC_CLEANUP_CLOUD struct kc_cloud *other = engines_open();

	CHECK(!hears_within(cloud, 0));
	for (uint64_t number = 1; number <= 100; number++)
		CHECK_OK(kc_cloud_append(other, &writer, number, KC_BYTES_OF(operation)));
	CHECK(hears(cloud));
	while (hears_within(cloud, 0))
		(void)kc_cloud_watch_drain(cloud);
	CHECK_OK(kc_cloud_drop(other, &writer, 50));
	CHECK(hears_within(cloud, PATIENCE_MS));
}
ON_EACH(many, 0)

/* Where there is no store there is nothing to listen to; and then there is. */
static void on_a_store_that_is_not_there(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	char aside[80];

	snprintf(aside, sizeof aside, "%s.away", place.folder);
	CHECK_OK(kc_cloud_append(cloud, &writer, 1, KC_BYTES_OF(operation)));
	CHECK(rename(place.folder, aside) == 0);
	CHECK(kc_cloud_watch_fd(cloud) == -1);
	CHECK(!kc_cloud_watch_drain(cloud));
	CHECK(rename(aside, place.folder) == 0);
	CHECK(kc_cloud_watch_fd(cloud) >= 0);
}
ON_EACH(a_store_that_is_not_there, 0)

/* What a carrier does for itself is no reason to look. */
static void junk_in_a_folder(void)
{
	struct kc_cloud *cloud;
	char path[160];

	engines_begin("file");
	cloud = engines_open();
	CHECK(!hears_within(cloud, 0));
	snprintf(path, sizeof path, "%s/desktop.ini", place.folder);
	CHECK(file_write(path, kc_bytes_str("x")));
	snprintf(path, sizeof path, "%s/.stfolder", place.folder);
	CHECK(mkdir(path, 0700) == 0);
	CHECK(hears_within(cloud, PATIENCE_MS));
	CHECK(!kc_cloud_watch_drain(cloud));
	CHECK(!hears_within(cloud, 0));
	kc_cloud_close(cloud);
	engines_end();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(what_others_write),
		CHECK_TEST(what_others_read),
		CHECK_TEST(many),
		CHECK_TEST(a_store_that_is_not_there),
		CHECK_TEST(junk_in_a_folder),
	};
	return check_main("cloud/watch", tests, KC_COUNT_OF(tests));
}
