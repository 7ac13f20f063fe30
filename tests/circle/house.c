/* SPDX-License-Identifier: ISC */
/* Devices and their folder. */
#include "tests/circle/house.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/circle/session_op.h"
#include "tests/file.h"

#if defined HOUSE_BETWEEN
#define URL "between://%.80s/store"
#elif defined HOUSE_ON_SQLITE
#define URL "sqlite://%.80s/store"
#else
#define URL "%s"
#endif

static int64_t clock_ms;

static int64_t by_hand(void)
{
	return clock_ms;
}

void house_clock_set(int64_t ms)
{
	clock_ms = ms;
	kc_clock_set_wall(by_hand);
}

void house_clock_move(int64_t ms)
{
	clock_ms += ms;
}

void house_clock_real(void)
{
	kc_clock_set_wall(NULL);
}

/* --- devices ------------------------------------------------------------------------------------
 */

size_t house_add_home(struct house *house)
{
	CHECK_FATAL(house->count < HOUSE_MAX);
	house->homes[house->count] = (struct home)HOME_INIT;
	home_init(&house->homes[house->count]);
	return house->count++;
}

void house_url(const char *folder, char ret[static HOUSE_URL_MAX])
{
	snprintf(ret, HOUSE_URL_MAX, URL, folder);
}

void house_init(struct house *house)
{
	const char *base = getenv("TMPDIR");

	memset(house, 0, sizeof *house);
	snprintf(house->store, sizeof house->store, "%s/kc-house-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	CHECK_FATAL(mkdtemp(house->store) != NULL);
	house_url(house->store, house->url);
	house_add_home(house);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[0].keychain, house->url, true, kc_bytes_str(HOUSE_PASSWORD)));
}

void house_done(struct house *house)
{
	for (size_t i = 0; i < house->count; i++)
		home_done(&house->homes[i]);
	file_remove_tree(house->store);
	house->count = 0;
	house_clock_real();
}

kc_err house_knock(struct house *house, size_t sponsor, size_t newcomer)
{
	struct kc_keychain *s = house->homes[sponsor].keychain;
	struct kc_keychain *n = house->homes[newcomer].keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;

	CHECK_OK_FATAL(kc_keychain_pair_start(s, kc_bytes_str(HOUSE_PASSWORD), code));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_join_start(n, house->url, code, kc_bytes_str(HOUSE_PASSWORD)));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_pair_poll(s, &applicant));
	CHECK_OK_FATAL(kc_keychain_pair_decide(s, true));
	return kc_keychain_join_poll(n, &report);
}

void house_pair(struct house *house, size_t sponsor, size_t newcomer)
{
	CHECK_OK_FATAL(house_knock(house, sponsor, newcomer));
}

size_t house_add(struct house *house, size_t sponsor)
{
	size_t newcomer = house_add_home(house);

	house_pair(house, sponsor, newcomer);
	return newcomer;
}

kc_err house_sync(struct house *house, size_t device, struct kc_sync_report *report)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report got = {0};
	kc_err err = kc_keychain_sync_now(house->homes[device].keychain, &got);

	if (report) {
		report->sent += got.sent;
		report->received += got.received;
		report->waiting += got.waiting;
		report->refused += got.refused;
		report->for_unlock = got.for_unlock;
		report->pending = got.pending;
	}
	return err;
}

void house_settle(struct house *house)
{
	bool settled = false;

	for (int round = 0; round < 20 && !settled; round++) {
		struct kc_sync_report report = {0};

		for (size_t i = 0; i < house->count; i++)
			CHECK_OK_FATAL(house_sync(house, i, &report));
		CHECK_FATAL(report.refused == 0);
		settled = report.sent == 0 && report.received == 0;
	}
	CHECK_FATAL(settled);
}

/* --- comparing ----------------------------------------------------------------------------------
 */

/* The synced items of a device as one text, in an order that does not depend on the device. */
static size_t describe(struct home *home, char lines[][256], size_t most)
{
	static const kc_name classes[] = {
		KC_CLASS_GENERIC, KC_CLASS_INTERNET, KC_CLASS_CERTIFICATE, KC_CLASS_KEY};
	size_t count = 0;

	for (size_t c = 0; c < KC_COUNT_OF(classes); c++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		kc_err err = words_find(home, classes[c], "sync=#1", &found);

		CHECK_FATAL(err == KC_OK || err == KC_E_NOT_FOUND);
		for (size_t i = 0; i < found.count && count < most; i++) {
			const struct kc_attrs *attrs = &found.rows[i].attrs;

			snprintf(lines[count++], 256, "%u %s/%s %s %s = %.*s", classes[c],
				words_text(attrs, "svce"), words_text(attrs, "srvr"),
				words_text(attrs, "acct"), words_text(attrs, "labl"),
				(int)found.rows[i].secret.len,
				(const char *)found.rows[i].secret.data);
		}
	}
	qsort(lines, count, 256, (int (*)(const void *, const void *))strcmp);
	return count;
}

bool house_agrees(struct house *house)
{
	enum { MOST = 2000 };
	char(*first)[256] = calloc(MOST, 256), (*other)[256] = calloc(MOST, 256);
	size_t count = describe(&house->homes[0], first, MOST);
	bool same = true;

	for (size_t i = 1; i < house->count; i++) {
		size_t others = describe(&house->homes[i], other, MOST);

		if (others != count || memcmp(first, other, count * 256) != 0) {
			printf("device 0 has %zu items, device %zu has %zu\n", count, i, others);
			for (size_t k = 0; k < count || k < others; k++)
				if (strcmp(first[k], other[k]) != 0)
					printf("  [%s] [%s]\n", first[k], other[k]);
			same = false;
		}
		memset(other, 0, MOST * 256);
	}
	free(first);
	free(other);
	return same;
}

void house_init_many(struct house *house, int64_t now_ms, size_t devices)
{
	house_clock_set(now_ms);
	house_init(house);
	while (house->count < devices)
		house_add(house, 0);
	house_settle(house);
}

void house_settle_sessions(struct house *house)
{
	house_settle(house);
	for (int i = 0; i < 4; i++)
		for (size_t device = 0; device < house->count; device++)
			CHECK_OK_FATAL(house_sync(house, device, NULL));
}

/* --- looking into one device --------------------------------------------------------------------
 */

struct kc_live_counts house_live_counts(const struct house *house, size_t device)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;

	CHECK_OK_FATAL(kc_keychain_sync_lock(house->homes[device].keychain, &sync));
	CHECK_FATAL(sync->live != NULL);
	return *kc_live_mailbox_counts(sync->live);
}

struct kc_circle *house_recall(const struct house *house, size_t device)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_circle *circle = NULL;

	CHECK_OK_FATAL(kc_keychain_sync_recall(house->homes[device].keychain, &place, &circle));
	return circle;
}

struct kc_peer_id house_id(const struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);

	return circle->identity.id;
}

struct kc_device house_device(const struct house *house, size_t on, size_t of)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};
	struct kc_peer_id id = house_id(house, of);

	CHECK_OK_FATAL(kc_keychain_devices(house->homes[on].keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		if (memcmp(list.rows[i].id, id.bytes, sizeof id.bytes) == 0)
			return list.rows[i];
	CHECK_FATAL(false);
	return (struct kc_device){0};
}

bool house_has_alarm(const struct house *house, size_t device, const char *alarm)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_status(house->homes[device].keychain, &report));
	return alarm ? report.alarm && strcmp(report.alarm, alarm) == 0 : !report.alarm;
}

void house_remove(struct house *house, size_t by, size_t target)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_peer_id id = house_id(house, target);

	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[by].keychain, id.bytes,
		kc_bytes_str(HOUSE_PASSWORD), false, 0, &report));
}

void house_restart(struct house *house, size_t device)
{
	home_close(&house->homes[device]);
	home_open(&house->homes[device]);
	home_unlock(&house->homes[device]);
}

/* --- files --------------------------------------------------------------------------------------
 */

/* Only what a house is made of: folders and ordinary files, with their permissions. */
static void copy_entry(const char *from, const char *to)
{
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	struct stat status;

	CHECK_FATAL(lstat(from, &status) == 0);
	if (S_ISDIR(status.st_mode)) {
		house_copy_tree(from, to);
		return;
	}
	if (!S_ISREG(status.st_mode))
		return;
	CHECK_FATAL(file_read(from, &contents));
	CHECK_FATAL(file_write(to, kc_buf_bytes(&contents)));
	CHECK_FATAL(chmod(to, status.st_mode & 07777) == 0);
}

void house_copy_tree(const char *from, const char *to)
{
	struct stat status;
	struct dirent *entry;
	DIR *dir = opendir(from);

	CHECK_FATAL(dir && fstat(dirfd(dir), &status) == 0);
	CHECK_FATAL(mkdir(to, status.st_mode & 07777) == 0);
	while ((entry = readdir(dir))) {
		char source[700], target[700];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
		snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
		copy_entry(source, target);
	}
	closedir(dir);
}

void house_path(const struct house *house, const struct kc_writer_id *writer, uint64_t number,
	char ret[static HOUSE_PATH_MAX])
{
	char name[2 * sizeof writer->bytes + 1];

	for (size_t i = 0; i < sizeof writer->bytes; i++)
		snprintf(name + 2 * i, 3, "%02x", writer->bytes[i]);
	snprintf(ret, HOUSE_PATH_MAX, "%s/%s/%016" PRIu64 ".op", house->store, name, number);
}

void house_each_operation(struct house *house,
	void (*visit)(void *context, const char *path, struct kc_buf *contents), void *context)
{
	struct dirent **writers = NULL;
	int writer_count = scandir(house->store, &writers, NULL, alphasort);

	for (int i = 0; i < writer_count; i++) {
		struct dirent **files = NULL;
		char folder[400], path[700];
		int file_count;

		snprintf(folder, sizeof folder, "%s/%s", house->store, writers[i]->d_name);
		file_count =
			writers[i]->d_name[0] == '.' ? 0 : scandir(folder, &files, NULL, alphasort);
		for (int k = 0; k < file_count; k++) {
			KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;

			snprintf(path, sizeof path, "%s/%s", folder, files[k]->d_name);
			if (strstr(path, ".op") && file_read(path, &contents))
				visit(context, path, &contents);
			free(files[k]);
		}
		free(files);
		free(writers[i]);
	}
	free(writers);
}

#ifdef HOUSE_ON_SQLITE
/* A store of records has no other logs. */
void house_drop_sessions(struct house *house)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	CHECK_OK_FATAL(kc_cloud_open(house->url, &cloud));
	CHECK_OK_FATAL(kc_cloud_list(cloud, &logs));
	for (size_t i = 0; i < logs.count; i++)
		CHECK_OK_FATAL(kc_cloud_drop(cloud, &logs.rows[i].writer, logs.rows[i].last + 1));
}
#else
static void drop_session(void *context, const char *path, struct kc_buf *contents)
{
	(void)context;
	if (session_op_is(kc_buf_bytes(contents)))
		CHECK_FATAL(unlink(path) == 0);
}

void house_drop_sessions(struct house *house)
{
	house_each_operation(house, drop_session, NULL);
}
#endif
