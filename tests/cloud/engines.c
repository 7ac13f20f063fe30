/* SPDX-License-Identifier: ISC */
/* A folder for each engine and each test. */
#include "tests/cloud/engines.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "tests/file.h"

#define PATIENCE_S 120 /* until a process is given up: the machine may have other work */

struct place place;
const struct kc_etag engines_none;

static const char *const schemes[] = {"file", "sqlite"};

void engines_begin(const char *scheme)
{
	bool is_file = strcmp(scheme, "sqlite") == 0;
	struct kc_cloud *cloud;

	memcpy(place.folder, "/tmp/kc-engine-XXXXXX", sizeof "/tmp/kc-engine-XXXXXX");
	CHECK_FATAL(mkdtemp(place.folder) != NULL);
	snprintf(place.file, sizeof place.file, "%s/store", place.folder);
	snprintf(place.url, sizeof place.url, "%s://%s%s", scheme, place.folder,
		is_file ? "/store" : "");
	cloud = engines_open();
	CHECK_OK_FATAL(kc_cloud_put_marker(cloud, kc_bytes_str("\x04\x04mark")));
	kc_cloud_close(cloud);
}

void engines_end(void)
{
	file_remove_tree(place.folder);
}

struct kc_cloud *engines_open(void)
{
	struct kc_cloud *cloud = NULL;

	CHECK_OK_FATAL(kc_cloud_open(place.url, &cloud));
	return cloud;
}

void engines_each(const char *test, unsigned abilities, void (*run)(void))
{
	for (size_t i = 0; i < KC_COUNT_OF(schemes); i++) {
		struct kc_cloud *cloud;
		unsigned has;

		engines_begin(schemes[i]);
		cloud = engines_open();
		has = kc_cloud_abilities(cloud);
		kc_cloud_close(cloud);
		if ((has & abilities) == abilities)
			run();
		else
			printf("[%s: not for %s] ", test, schemes[i]);
		engines_end();
	}
}

/* --- records ------------------------------------------------------------------------------------
 */

kc_err engines_put(struct kc_cloud *cloud, const char *name, const struct kc_etag *expect,
	struct kc_bytes value, struct kc_etag *ret_etag)
{
	struct kc_record_write write = {.name = name, .expect = *expect, .value = value};
	struct kc_etag etag;

	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	KC_TRY(kc_records_put(cloud, KC_ZONE_RECORDS, &write, 1, &etag));
	if (ret_etag)
		*ret_etag = etag;
	return KC_OK;
}

struct found {
	struct kc_buf *value;
	struct kc_etag *etag;
	struct kc_write_id *id;
	bool any;
};

static kc_err keep(void *context, const struct kc_record_row *row)
{
	struct found *found = context;

	CHECK(!found->any);
	found->any = true;
	if (found->value) {
		kc_buf_reset(found->value);
		kc_buf_push(found->value, row->value.data, row->value.len);
	}
	if (found->etag)
		*found->etag = row->etag;
	if (found->id)
		*found->id = row->id;
	return KC_OK;
}

bool engines_get(struct kc_cloud *cloud, const char *name, struct kc_buf *ret_value,
	struct kc_etag *ret_etag, struct kc_write_id *ret_id)
{
	struct found found = {ret_value, ret_etag, ret_id, false};

	CHECK_OK(kc_records_get(cloud, KC_ZONE_RECORDS, &name, 1, keep, &found));
	return found.any;
}

/* --- processes ----------------------------------------------------------------------------------
 */

pid_t engines_fork(int (*run)(int number), int number)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK_FATAL(pid >= 0);
	if (pid == 0) {
		alarm(PATIENCE_S);
		_exit(run(number));
	}
	return pid;
}

int engines_wait(pid_t pid)
{
	int status = -1;

	CHECK_FATAL(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

int engines_crowd(int count, int (*run)(int number))
{
	pid_t pids[64];
	int good = 0;

	CHECK_FATAL(count <= (int)KC_COUNT_OF(pids));
	for (int i = 0; i < count; i++)
		pids[i] = engines_fork(run, i);
	for (int i = 0; i < count; i++)
		good += engines_wait(pids[i]) == 0;
	return good;
}
