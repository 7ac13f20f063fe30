/* SPDX-License-Identifier: ISC */
/* Devices and their folder. */
#include "tests/circle/house.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"

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

void house_init(struct house *house)
{
	memset(house, 0, sizeof *house);
	memcpy(house->store, "/tmp/kc-house-XXXXXX", sizeof "/tmp/kc-house-XXXXXX");
	CHECK_FATAL(mkdtemp(house->store) != NULL);
	house_add_home(house);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[0].keychain, house->store, true, kc_bytes_str(HOUSE_PASSWORD)));
}

void house_done(struct house *house)
{
	for (size_t i = 0; i < house->count; i++)
		home_done(&house->homes[i]);
	home_remove_tree(house->store);
	house->count = 0;
	house_clock_real();
}

void house_pair(struct house *house, size_t sponsor, size_t newcomer)
{
	struct kc_keychain *s = house->homes[sponsor].keychain;
	struct kc_keychain *n = house->homes[newcomer].keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;

	CHECK_OK_FATAL(kc_keychain_pair_start(s, kc_bytes_str(HOUSE_PASSWORD), code));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_join_start(n, house->store, code, kc_bytes_str(HOUSE_PASSWORD)));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_pair_poll(s, &applicant));
	CHECK_OK_FATAL(kc_keychain_pair_decide(s, true));
	CHECK_OK_FATAL(kc_keychain_join_poll(n, &report));
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
		report->pending = got.pending;
	}
	return err;
}

void house_settle(struct house *house)
{
	for (int round = 0; round < 20; round++) {
		struct kc_sync_report report = {0};

		for (size_t i = 0; i < house->count; i++)
			CHECK_OK_FATAL(house_sync(house, i, &report));
		CHECK_FATAL(report.refused == 0);
		if (report.sent == 0 && report.received == 0)
			return;
	}
	CU_FAIL_FATAL("the devices do not settle");
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

/* --- files --------------------------------------------------------------------------------------
 */

bool house_read_file(const char *path, struct kc_buf *ret)
{
	FILE *file = fopen(path, "r");
	uint8_t block[4096];
	size_t got;

	if (!file)
		return false;
	kc_buf_reset(ret);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		kc_buf_push(ret, block, got);
	fclose(file);
	return true;
}

void house_write_file(const char *path, struct kc_bytes bytes)
{
	FILE *file = fopen(path, "w");

	CHECK_FATAL(file != NULL);
	CHECK_FATAL(fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
	fclose(file);
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
			if (strstr(path, ".op") && house_read_file(path, &contents))
				visit(context, path, &contents);
			free(files[k]);
		}
		free(files);
		free(writers[i]);
	}
	free(writers);
}
