/* SPDX-License-Identifier: ISC */
/* What the folder engine must survive. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/cloud/cloud.h"
#include "base/der.h"
#include "base/random.h"
#include "tests/check.h"

static char root[] = "/tmp/kc-cloud-XXXXXX";
static char place[PATH_MAX];
static int fsyncs;

/* Counts, and does it: an operation must be on the disk before append returns. */
int fsync(int fd)
{
	fsyncs++;
	return fdatasync(fd);
}

/* While this is set, files have no end. */
static bool endless;
static unsigned reads;

ssize_t read(int fd, void *bytes, size_t len)
{
	if (!endless)
		return syscall(SYS_read, fd, bytes, len);
	if (++reads > 100000) {
		fputs("reading does not end\n", stderr);
		_exit(1);
	}
	memset(bytes, 0x30, len);
	return (ssize_t)len;
}

static const struct kc_writer_id one = {{1, 2, 3}};
#define DIR_ONE "01020300000000000000000000000000"

static void fresh_place(void)
{
	static int count;

	snprintf(place, sizeof place, "%s/%d", root, count++);
}

/* Two answers live at a time. */
static const char *path(const char *name)
{
	static char texts[2][PATH_MAX + 300];
	static unsigned turn;
	char *text = texts[turn++ % 2];

	snprintf(text, sizeof texts[0], "%s/%s", place, name);
	return text;
}

static struct kc_cloud *open_cloud(void)
{
	struct kc_cloud *cloud = NULL;

	CHECK_OK_FATAL(kc_cloud_open(place, &cloud));
	return cloud;
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

static struct kc_cloud *fresh_store(void)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	struct kc_cloud *cloud;

	fresh_place();
	cloud = open_cloud();
	CHECK_OK_FATAL(kc_cloud_put_marker(cloud, operation(&marker, "marker")));
	return cloud;
}

static void put_file(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(path(name), "w");

	CHECK_FATAL(file != NULL);
	CHECK(fwrite(bytes, 1, len, file) == len);
	fclose(file);
}

static void markers(void)
{
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	fresh_place();
	cloud = open_cloud();
	CHECK_ERR(kc_cloud_get_marker(cloud, &got), KC_E_STORE_GONE);
	CHECK_OK(mkdir(place, 0755) == 0 ? KC_OK : KC_E_IO);
	CHECK_ERR(kc_cloud_get_marker(cloud, &got), KC_E_STORE_GONE);
	put_file(".stfolder", "", 0);
	put_file("holiday.jpg", "", 0);
	CHECK_ERR(kc_cloud_put_marker(cloud, operation(&buf, "mine")), KC_E_NOT_A_STORE);
	unlink(path("holiday.jpg"));
	CHECK_OK(kc_cloud_put_marker(cloud, operation(&buf, "mine")));
	CHECK_OK(kc_cloud_drop_marker(cloud));
	CHECK_ERR(kc_cloud_get_marker(cloud, &got), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_drop_marker(cloud), KC_E_STORE_GONE);
	CHECK_OK(kc_cloud_put_marker(cloud, operation(&buf, "mine")));
	CHECK_ERR(kc_cloud_put_marker(cloud, operation(&buf, "other")), KC_E_DUPLICATE);
	CHECK_OK(kc_cloud_get_marker(cloud, &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), operation(&buf, "mine")));
}

static void no_parent_no_store(void)
{
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	CHECK_OK_FATAL(kc_cloud_open("/nonexistent/disk/keychain", &cloud));
	CHECK_ERR(kc_cloud_put_marker(cloud, operation(&buf, "mine")), KC_E_STORE_GONE);
}

static void appends_are_synced(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;

	CHECK(kc_cloud_abilities(cloud) & KC_CLOUD_DURABLE);
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	fsyncs = 0;
	CHECK_OK(kc_cloud_append(cloud, &one, 2, operation(&buf, "second")));
	CHECK(fsyncs == 2); /* the file, the folder */
}

/* Every prefix of a file waits; a byte more is refused; so is what is no value or no file. */
static void short_waits_long_is_refused(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;

	kc_buf_extend(&plain, 300);
	put_octets(&buf, kc_buf_bytes(&plain));
	CHECK_OK(kc_cloud_append(cloud, &one, 1, kc_buf_bytes(&buf)));
	for (size_t len = 0; len < buf.len; len++) {
		put_file(DIR_ONE "/0000000000000001.op", buf.data, len);
		CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_WAITING);
	}
	kc_buf_push_byte(&buf, 0);
	put_file(DIR_ONE "/0000000000000001.op", buf.data, buf.len);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_REFUSED);
	put_file(DIR_ONE "/0000000000000001.op", "\x04\x80\x00\x00", 4);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_REFUSED);
	put_file(DIR_ONE "/0000000000000001.op", "\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_REFUSED);
	CHECK(got.len == 0);
}

static void only_ordinary_files_are_read(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	int fd;

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK(mkfifo(path(DIR_ONE "/0000000000000002.op"), 0644) == 0);
	CHECK(symlink("0000000000000001.op", path(DIR_ONE "/0000000000000003.op")) == 0);
	CHECK(mkdir(path(DIR_ONE "/0000000000000004.op"), 0755) == 0);
	fd = open(path(DIR_ONE "/0000000000000005.op"), O_WRONLY | O_CREAT, 0644);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)1 << 40) == 0); /* a terabyte of nothing */
	close(fd);
	for (uint64_t number = 2; number <= 5; number++)
		CHECK_ERR(kc_cloud_read(cloud, &one, number, &got), KC_E_REFUSED);
}

/* A file that grows while it is read, or says that it is small. */
static void endless_files_are_refused(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	endless = true;
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &got), KC_E_REFUSED);
	CHECK_ERR(kc_cloud_get_marker(cloud, &got), KC_E_STORE_SUSPECT);
	endless = false;
	CHECK_OK(kc_cloud_read(cloud, &one, 1, &got));
}

/* Whether one more operation can be added, in a process that is given up when it hangs. */
static bool can_append(struct kc_cloud *cloud, uint64_t number)
{
	struct kc_buf buf = KC_BUF_INIT;
	int status = -1;
	pid_t pid = fork();

	CHECK_FATAL(pid >= 0);
	if (pid == 0) {
		alarm(30);
		_exit(kc_cloud_append(cloud, &one, number, operation(&buf, "text")) != KC_OK);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return status == 0;
}

/* What stands under the name that a new file has before it is whole. */
static void traps_for_the_writer(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf got = KC_BUF_INIT;
	struct stat status;

	CHECK_FATAL(can_append(cloud, 1));
	CHECK(mkfifo(path(DIR_ONE "/.new-0000000000000002.op"), 0600) == 0);
	CHECK(can_append(cloud, 2));
	put_file("diary", "dear diary", 10);
	CHECK(link(path("diary"), path(DIR_ONE "/.new-0000000000000003.op")) == 0);
	CHECK(can_append(cloud, 3));
	CHECK(symlink("../diary", path(DIR_ONE "/.new-0000000000000004.op")) == 0);
	CHECK(can_append(cloud, 4));
	CHECK(stat(path("diary"), &status) == 0 && status.st_size == 10 && status.st_nlink == 1);
	for (uint64_t number = 1; number <= 4; number++)
		CHECK_OK(kc_cloud_read(cloud, &one, number, &got));
	CHECK(lstat(path(DIR_ONE "/0000000000000002.op"), &status) == 0 && S_ISREG(status.st_mode));
}

/* The folder is a place for this user alone, unless the user made it. */
static void what_is_made_is_private(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	struct stat status;

	CHECK(cloud && stat(place, &status) == 0 && (status.st_mode & 0777) == 0700);
}

static void foreign_names_are_passed_over(void)
{
	static const char *const names[] = {
		DIR_ONE "/0000000000000002.sync-conflict-20260101-120000-ABCDEFG.op",
		DIR_ONE "/0000000000000002.op~",
		DIR_ONE "/.syncthing.0000000000000002.op.tmp",
		DIR_ONE "/.new-0000000000000002.op",
		DIR_ONE "/.nfs000000000000000200000001",
		DIR_ONE "/desktop.ini",
		DIR_ONE "/0000000000000000.op",
		DIR_ONE "/000000000000000a.op",
		DIR_ONE "/2.op",
		DIR_ONE "/0000000000000002.OP",
		"01020300000000000000000000000000.op",
		"02020200000000000000000000000000",
		"Thumbs.db",
		"notes~",
	};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		put_file(names[i], "x", 1);
	CHECK(mkdir(path("0102030000000000000000000000000G"), 0755) == 0);
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK_FATAL(logs.count == 1);
	CHECK(logs.rows[0].last == 1);
	CHECK_OK(kc_cloud_append(cloud, &one, 2, operation(&buf, "second")));
	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (!strstr(names[i], "/.new-")) /* that one is a leaving of our own */
			CHECK_MSG(access(path(names[i]), F_OK) == 0, names[i]);
}

static void vanished_store(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;
	char aside[PATH_MAX + 8];

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	snprintf(aside, sizeof aside, "%s.away", place);
	CHECK(rename(path(".kc-store"), path("marker")) == 0);
	CHECK_ERR(kc_cloud_list(cloud, &logs), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_append(cloud, &one, 2, operation(&buf, "x")), KC_E_STORE_GONE);
	CHECK(rename(path("marker"), path(".kc-store")) == 0);
	CHECK(rename(place, aside) == 0);
	CHECK_ERR(kc_cloud_list(cloud, &logs), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_read(cloud, &one, 1, &buf), KC_E_STORE_GONE);
	CHECK_ERR(kc_cloud_drop(cloud, &one, 2), KC_E_STORE_GONE);
	CHECK(rename(aside, place) == 0);
	CHECK_OK(kc_cloud_list(cloud, &logs));
	CHECK(logs.count == 1);
}

/* Put again beside the writer's own log, and nowhere else. */
static void a_marker_alone_is_missing(void)
{
	static const struct kc_writer_id other = {{9}};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT, marker = KC_BUF_INIT, got = KC_BUF_INIT;
	struct kc_bytes again = operation(&marker, "again");

	CHECK_ERR(kc_cloud_mend_marker(cloud, &one, again), KC_E_DUPLICATE);
	CHECK(unlink(path(".kc-store")) == 0);
	CHECK_ERR(kc_cloud_mend_marker(cloud, &one, again), KC_E_STORE_GONE);
	CHECK(mkdir(path(DIR_ONE), 0700) == 0);
	CHECK_ERR(kc_cloud_mend_marker(cloud, &one, again), KC_E_STORE_GONE);
	CHECK(access(path(".kc-store"), F_OK) != 0);
	CHECK(rmdir(path(DIR_ONE)) == 0);
	CHECK(symlink("nowhere", path(".kc-store")) == 0);
	CHECK_ERR(kc_cloud_mend_marker(cloud, &one, again), KC_E_DUPLICATE);
	CHECK(unlink(path(".kc-store")) == 0);
	CHECK_OK(kc_cloud_put_marker(cloud, again));
	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "first")));
	CHECK(unlink(path(".kc-store")) == 0);
	CHECK_ERR(kc_cloud_mend_marker(cloud, &other, again), KC_E_STORE_GONE);
	CHECK_OK(kc_cloud_mend_marker(cloud, &one, again));
	CHECK_OK(kc_cloud_get_marker(cloud, &got));
	CHECK(kc_bytes_equal(kc_buf_bytes(&got), again));
}

static void a_log_goes_with_its_folder(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = fresh_store();
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT;

	CHECK_OK(kc_cloud_append(cloud, &one, 1, operation(&buf, "text")));
	CHECK_OK(kc_cloud_drop(cloud, &one, UINT64_MAX));
	CHECK(access(path(DIR_ONE), F_OK) != 0);
}

static int remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return unlinkat(parent, name, 0);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_tree(fd, entry->d_name);
	closedir(dir);
	return unlinkat(parent, name, AT_REMOVEDIR);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(markers),
		CHECK_TEST(no_parent_no_store),
		CHECK_TEST(appends_are_synced),
		CHECK_TEST(short_waits_long_is_refused),
		CHECK_TEST(only_ordinary_files_are_read),
		CHECK_TEST(endless_files_are_refused),
		CHECK_TEST(traps_for_the_writer),
		CHECK_TEST(what_is_made_is_private),
		CHECK_TEST(foreign_names_are_passed_over),
		CHECK_TEST(vanished_store),
		CHECK_TEST(a_marker_alone_is_missing),
		CHECK_TEST(a_log_goes_with_its_folder),
	};
	int status;

	if (!mkdtemp(root))
		return 1;
	status = check_main("cloud/folder", tests, KC_COUNT_OF(tests));
	remove_tree(AT_FDCWD, root);
	return status;
}
