/* SPDX-License-Identifier: ISC */
/* Writers that die, stop or find the disk full at every point of a put: the same put again lands
 * once, whatever became of the first. For engines that write files of this computer. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/cloud/sqlite_file.h"
#include "tests/cloud/engines.h"

/* Nobody here has to wait for another but where it is meant. */
const uint64_t kc_sqlite_patience_us = 1000 * 1000;

/* --- what the disk does -------------------------------------------------------------------------
 */

enum mishap { NONE, DEATH, STOP, FULL_DISK };
static enum mishap mishap;
static int calls_left; /* until it happens */
static unsigned syncs;

/* Whether this call fails. From the one that it begins with the disk stays full. */
static bool befalls(void)
{
	if (mishap == NONE || --calls_left > 0)
		return false;
	if (mishap == DEATH)
		raise(SIGKILL);
	if (mishap == STOP && calls_left == 0)
		raise(SIGSTOP);
	return mishap == FULL_DISK;
}

static void meet(enum mishap what, int calls)
{
	mishap = what;
	calls_left = calls;
}

/* These are called by SQLite, too. */
#define SEEN_BY_ALL __attribute__((visibility("default")))

static int fail(void)
{
	errno = ENOSPC;
	return -1;
}

SEEN_BY_ALL ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
	return befalls() ? fail() : syscall(SYS_pwrite64, fd, bytes, len, at);
}

SEEN_BY_ALL int fdatasync(int fd)
{
	syncs++;
	return befalls() ? fail() : (int)syscall(SYS_fdatasync, fd);
}

SEEN_BY_ALL int ftruncate64(int fd, off_t len)
{
	return befalls() ? fail() : (int)syscall(SYS_ftruncate, fd, len);
}

/* --- what is written ----------------------------------------------------------------------------
 */

enum { BATCH = 4, BIG = 70000 };
static char names[BATCH][16];
static struct kc_record_write batch[BATCH];
static uint8_t contents[BIG];
static size_t value_len;
static int step; /* calls between two points that are tried */

/* Another one for each turn; the same ids whoever fills it. */
static void fill(int turn)
{
	memset(contents, turn, sizeof contents);
	for (int i = 0; i < BATCH; i++) {
		snprintf(names[i], sizeof names[i], "turn-%d-%d", turn, i);
		batch[i] = (struct kc_record_write){.name = names[i],
			.id = {{1, (uint8_t)turn, (uint8_t)i}},
			.value = kc_bytes(contents, value_len)};
	}
}

static kc_err put_batch(struct kc_cloud *cloud, struct kc_etag ret[static BATCH])
{
	return kc_records_put(cloud, KC_ZONE_RECORDS, batch, BATCH, ret);
}

/* How many are there, with what was written; none or all. */
static int count_landed(struct kc_cloud *cloud, struct kc_etag ret[static BATCH])
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	int count = 0;

	for (int i = 0; i < BATCH; i++) {
		if (!engines_get(cloud, names[i], &value, &ret[i], NULL))
			continue;
		CHECK(kc_bytes_equal(kc_buf_bytes(&value), batch[i].value));
		count++;
	}
	CHECK(count == 0 || count == BATCH);
	return count;
}

static kc_err count_row(void *context, const struct kc_record_row *row)
{
	(void)row;
	++*(int *)context;
	return KC_OK;
}

/* Rows since *token. */
static int count_changes(struct kc_cloud *cloud, struct kc_feed_token *token)
{
	int count = 0;
	bool more = false;

	CHECK_OK(kc_records_changes(cloud, KC_ZONE_RECORDS, token, 1000, count_row, &count, &more));
	CHECK(!more);
	return count;
}

/* The batch again, by somebody who does not know what became of it. */
static void put_again(struct kc_cloud *cloud, struct kc_feed_token *token)
{
	struct kc_etag before[BATCH], etags[BATCH], after[BATCH];
	int landed = count_landed(cloud, before);

	CHECK_OK(put_batch(cloud, etags));
	CHECK(count_landed(cloud, after) == BATCH);
	CHECK(memcmp(etags, after, sizeof etags) == 0);
	CHECK(landed == 0 || memcmp(before, after, sizeof before) == 0);
	CHECK(count_changes(cloud, token) == BATCH);
}

/* --- mishaps ------------------------------------------------------------------------------------
 */

static enum mishap of_child;

static int put_in_danger(int turn)
{
	struct kc_cloud *cloud = engines_open();
	struct kc_etag etags[BATCH];
	kc_err err;

	fill(turn);
	meet(of_child, 1 + (turn - 1) * step);
	err = put_batch(cloud, etags);
	meet(NONE, 0);
	kc_cloud_close(cloud);
	return err != KC_OK;
}

/* Before each call that writes, until there are no more; how many there are. */
static int die_everywhere(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token token = {0};
	int status = -1, turn, landed = 0;

	of_child = DEATH;
	for (turn = 1; status != 0 && turn < 255; turn++) {
		struct kc_etag etags[BATCH];

		status = engines_wait(engines_fork(put_in_danger, turn));
		CHECK(status == 0 || status == 256 + SIGKILL);
		fill(turn);
		landed += status != 0 && count_landed(cloud, etags) == BATCH;
		CHECK(status != 0 || count_landed(cloud, etags) == BATCH);
		put_again(cloud, &token);
	}
	CHECK(landed > 0); /* there are some of either kind */
	CHECK(landed < turn - 2);
	CHECK(status == 0);
	return turn;
}

static void on_dying_writers(void)
{
	value_len = 100;
	step = 1;
	CHECK(die_everywhere() > 3);
}
ON_EACH(dying_writers, KC_CLOUD_RECORDS)

/* So much that the log goes into the database each time. */
static void on_dying_writers_of_much(void)
{
	value_len = BIG;
	step = 17;
	CHECK(die_everywhere() > 10);
}
ON_EACH(dying_writers_of_much, KC_CLOUD_RECORDS)

static void fill_disk_everywhere(int first)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token token = {0};
	bool failed = true;

	(void)count_changes(cloud, &token);
	for (int turn = first; failed && turn < first + 100; turn++) {
		struct kc_etag etags[BATCH];
		kc_err err;

		fill(turn);
		meet(FULL_DISK, 1 + (turn - first) * step);
		err = put_batch(cloud, etags);
		failed = calls_left <= 0;
		meet(NONE, 0);
		CHECK(err == KC_E_STORE_GONE || err == KC_OK);
		CHECK(failed || err == KC_OK);
		CHECK(err != KC_OK || count_landed(cloud, etags) == BATCH);
		put_again(cloud, &token);
	}
	CHECK(!failed);
}

static void on_full_disks(void)
{
	value_len = 100;
	step = 1;
	fill_disk_everywhere(1);
	value_len = BIG;
	step = 17;
	fill_disk_everywhere(101);
}
ON_EACH(full_disks, KC_CLOUD_RECORDS)

/* On a full disk there is still reading. */
static void on_reading_from_a_full_disk(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag etags[BATCH];

	value_len = 100;
	fill(1);
	CHECK_OK(put_batch(cloud, etags));
	meet(FULL_DISK, 1);
	CHECK(count_landed(cloud, etags) == BATCH);
	meet(NONE, 0);
}
ON_EACH(reading_from_a_full_disk, KC_CLOUD_RECORDS)

static void on_durable(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_etag etags[BATCH];

	value_len = 100;
	for (int turn = 1; turn < 10; turn++) {
		fill(turn);
		syncs = 0;
		CHECK_OK(put_batch(cloud, etags));
		CHECK(syncs > 0);
	}
}
ON_EACH(durable, KC_CLOUD_RECORDS | KC_CLOUD_DURABLE)

/* One that has its place and is held up before it has committed: the others give up in time, and
 * what it commits in the end is behind the token that was given out before. */
static void on_stopped_writers(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = engines_open();
	struct kc_feed_token token = {0};
	struct kc_etag etags[BATCH];
	int status = 0, count = 0;
	bool more;
	pid_t pid;

	value_len = 100;
	of_child = STOP;
	step = 1;
	CHECK(count_changes(cloud, &token) == 0);
	pid = engines_fork(put_in_danger, 2);
	CHECK_FATAL(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	fill(3);
	CHECK_ERR(put_batch(cloud, etags), KC_E_STORE_GONE);
	CHECK_ERR(
		kc_records_changes(cloud, KC_ZONE_RECORDS, &token, 1000, count_row, &count, &more),
		KC_E_STORE_GONE);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(engines_wait(pid) == 0);
	CHECK_OK(put_batch(cloud, etags));
	CHECK(count_changes(cloud, &token) == 2 * BATCH);
}
ON_EACH(stopped_writers, KC_CLOUD_RECORDS)

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(dying_writers),
		CHECK_TEST(dying_writers_of_much),
		CHECK_TEST(full_disks),
		CHECK_TEST(reading_from_a_full_disk),
		CHECK_TEST(durable),
		CHECK_TEST(stopped_writers),
	};
	return check_main("cloud/unknown", tests, KC_COUNT_OF(tests));
}
