/* SPDX-License-Identifier: ISC */
/*
 * The engine "file": a folder, which Syncthing, Nextcloud, a USB stick or nothing at all carries
 * between devices.
 *
 *	ROOT/.kc-store                  the marker
 *	ROOT/<32 hex digits>/           a writer
 *	ROOT/<32 hex digits>/<16 digits>.op
 *
 * A file appears under its name whole, or not at all: written under a name that begins with a dot,
 * synced, renamed, its folder synced. No file has two writers, since a carrier keeps the last of
 * two versions, or keeps both under names of its own making. Such names, and all that are not in
 * the grammar above, are passed over. Nothing is followed out of the folder, what is no ordinary
 * file is not opened (a FIFO would hold up the exchange, a device might do something), and nothing
 * that is there already is written into: it may have another name elsewhere.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/cloud/engine.h"
#include "backend/cloud/folder_file.h"
#include "backend/cloud/folder_watch.h"
#include "backend/cloud/writer_name.h"
#include "base/der.h"

#define MARKER ".kc-store"
#define SUFFIX ".op"
#define NAME_LEN (KC_NUMBER_DIGITS + sizeof SUFFIX - 1)

struct folder {
	char *root;
	int watch; /* -1: none yet */
};

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define KC_CLEANUP_DIR KC_CLEANUP(close_dir)

/* Takes the descriptor. */
static kc_err open_listing(int fd, DIR **ret)
{
	DIR *dir = fdopendir(fd);

	if (!dir) {
		close(fd);
		return KC_ERR(NO_MEMORY);
	}
	*ret = dir;
	return KC_OK;
}

/* --- names --------------------------------------------------------------------------------------
 */

static bool parse_number(const char *name, uint64_t *ret)
{
	return strlen(name) == NAME_LEN && strcmp(name + KC_NUMBER_DIGITS, SUFFIX) == 0 &&
	       kc_writer_name_parse_number(name, ret);
}

static void name_number(uint64_t number, char ret[static NAME_LEN + 1])
{
	kc_writer_name_put_number(number, ret);
	memcpy(ret + KC_NUMBER_DIGITS, SUFFIX, sizeof SUFFIX);
}

/* --- files --------------------------------------------------------------------------------------
 */

static kc_err open_root(const struct folder *folder, int *ret)
{
	int fd = open(folder->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return KC_ERR(STORE_GONE);
	*ret = fd;
	return KC_OK;
}

/* The root of a folder that is a store: an empty mount point is none. */
static kc_err open_store(const struct folder *folder, int *ret)
{
	KC_CLEANUP_FD int root = -1;

	KC_TRY(open_root(folder, &root));
	if (faccessat(root, MARKER, R_OK, 0) != 0)
		return KC_ERR(STORE_GONE);
	*ret = root;
	root = -1;
	return KC_OK;
}

/* A writer's folder; WAITING when there is none: a file or a link is none. */
static kc_err open_writer(int root, const struct kc_writer_id *writer, int *ret)
{
	char name[KC_WRITER_DIGITS + 1];
	int fd;

	kc_writer_name_put(writer, name);
	fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? KC_ERR(WAITING)
									     : KC_ERR(STORE_GONE);
	*ret = fd;
	return KC_OK;
}

/* --- the engine ---------------------------------------------------------------------------------
 */

static kc_err folder_open(const char *place, void **ret)
{
	struct folder *folder;
	size_t len = strlen(place);

	if (place[0] != '/')
		return KC_ERR(PARAM); /* file://host/path */
	if (len >= PATH_MAX)
		return KC_ERR(PARAM);
	folder = malloc(sizeof *folder);
	if (!folder)
		return KC_ERR(NO_MEMORY);
	*folder = (struct folder){.root = strdup(place), .watch = -1};
	if (!folder->root) {
		free(folder);
		return KC_ERR(NO_MEMORY);
	}
	*ret = folder;
	return KC_OK;
}

static void folder_close(void *handle)
{
	struct folder *folder = handle;

	kc_folder_file_close(&folder->watch);
	free(folder->root);
	free(folder);
}

/* Whether nobody uses the folder yet. Carriers keep their own things under names with a dot. */
static kc_err check_empty(int root)
{
	KC_CLEANUP_DIR DIR *dir = NULL;
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	if (fd < 0)
		return KC_ERR(STORE_GONE);
	KC_TRY(open_listing(fd, &dir));
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			return KC_ERR(NOT_A_STORE);
	return KC_OK;
}

static kc_err folder_put_marker(void *handle, struct kc_bytes marker)
{
	const struct folder *folder = handle;
	KC_CLEANUP_FD int root = -1;

	/* The last folder of the path is made; that its parents are missing is more likely a disk
	 * that is not mounted. Nobody else on this computer needs to try passwords on it. */
	if (mkdir(folder->root, 0700) != 0 && errno != EEXIST)
		return KC_ERR(STORE_GONE);
	KC_TRY(open_root(folder, &root));
	if (faccessat(root, MARKER, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return KC_ERR(DUPLICATE);
	KC_TRY(check_empty(root));
	return kc_folder_file_put(root, MARKER, marker);
}

static kc_err folder_get_marker(void *handle, struct kc_buf *ret)
{
	KC_CLEANUP_FD int root = -1;
	kc_err err;

	KC_TRY(open_root(handle, &root));
	err = kc_folder_file_read(root, MARKER, KC_CLOUD_MAX_MARKER, ret);
	if (err == KC_E_REFUSED)
		return KC_ERR(STORE_SUSPECT);
	return err == KC_E_WAITING ? KC_ERR(STORE_GONE) : err;
}

static kc_err folder_drop_marker(void *handle)
{
	KC_CLEANUP_FD int root = -1;

	KC_TRY(open_root(handle, &root));
	return unlinkat(root, MARKER, 0) == 0 && fsync(root) == 0 ? KC_OK : KC_ERR(STORE_GONE);
}

/* The numbers in a writer's folder, and those of others as they were. */
static kc_err add_span(int root, const struct kc_writer_id *writer, struct kc_cloud_logs *logs)
{
	KC_CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	uint64_t number;
	int fd;

	/* A file, a link, or a folder that goes away meanwhile is no writer. */
	if (open_writer(root, writer, &fd) != KC_OK)
		return KC_OK;
	KC_TRY(open_listing(fd, &dir));
	while ((entry = readdir(dir)))
		if (parse_number(entry->d_name, &number))
			KC_TRY(kc_cloud_logs_add(logs, writer, number));
	return KC_OK;
}

static kc_err folder_mend_marker(
	void *handle, const struct kc_writer_id *writer, struct kc_bytes marker)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_FD int root = -1;

	KC_TRY(open_root(handle, &root));
	if (faccessat(root, MARKER, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return KC_ERR(DUPLICATE);
	KC_TRY(add_span(root, writer, &logs));
	if (logs.count == 0)
		return KC_ERR(STORE_GONE);
	return kc_folder_file_put(root, MARKER, marker);
}

static kc_err folder_list(void *handle, struct kc_cloud_logs *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_DIR DIR *dir = NULL;
	struct kc_writer_id writer;
	struct dirent *entry;
	int root;

	KC_TRY(open_store(handle, &root));
	KC_TRY(open_listing(root, &dir));
	while ((entry = readdir(dir))) {
		if (strlen(entry->d_name) == KC_WRITER_DIGITS &&
			kc_writer_name_parse(entry->d_name, &writer))
			KC_TRY(add_span(root, &writer, &logs));
	}
	*ret = logs;
	logs = (struct kc_cloud_logs){0};
	return KC_OK;
}

/* WAITING when some of the value is yet to come, REFUSED when the file is no single DER value. What
 * is in it is looked at above. */
static kc_err check_whole(struct kc_bytes bytes)
{
	size_t len;
	kc_err err = kc_der_measure(bytes, &len);

	if (err == KC_E_DECODE)
		return KC_ERR(REFUSED);
	KC_TRY(err);
	if (len > KC_CLOUD_MAX_OPERATION || bytes.len > len)
		return KC_ERR(REFUSED);
	return bytes.len < len ? KC_ERR(WAITING) : KC_OK;
}

static kc_err folder_read(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_FD int root = -1;
	KC_CLEANUP_FD int dir = -1;
	char name[NAME_LEN + 1];

	KC_TRY(open_store(handle, &root));
	KC_TRY(open_writer(root, writer, &dir));
	name_number(number, name);
	KC_TRY(kc_folder_file_read(dir, name, KC_CLOUD_MAX_OPERATION, &bytes));
	KC_TRY(check_whole(kc_buf_bytes(&bytes)));
	kc_buf_push(ret, bytes.data, bytes.len);
	return kc_buf_check(ret);
}

/* One's own folder, made when it is not there. */
static kc_err make_writer(int root, const struct kc_writer_id *writer, int *ret)
{
	char name[KC_WRITER_DIGITS + 1];

	kc_writer_name_put(writer, name);
	if (mkdirat(root, name, 0755) == 0) {
		if (fsync(root) != 0)
			return KC_ERR(STORE_GONE);
	} else if (errno != EEXIST) {
		return KC_ERR(STORE_GONE);
	}
	return open_writer(root, writer, ret) == KC_OK ? KC_OK : KC_ERR(STORE_GONE);
}

static kc_err folder_append(
	void *handle, const struct kc_writer_id *writer, uint64_t number, struct kc_bytes operation)
{
	KC_CLEANUP_BUF struct kc_buf there = KC_BUF_INIT;
	KC_CLEANUP_FD int root = -1;
	KC_CLEANUP_FD int dir = -1;
	char name[NAME_LEN + 1];
	kc_err err;

	KC_TRY(open_store(handle, &root));
	KC_TRY(make_writer(root, writer, &dir));
	name_number(number, name);
	err = kc_folder_file_put(dir, name, operation);
	if (err != KC_E_DUPLICATE)
		return err;
	KC_TRY(kc_folder_file_read(dir, name, KC_CLOUD_MAX_OPERATION, &there));
	return kc_bytes_equal(kc_buf_bytes(&there), operation) ? KC_OK : err;
}

static kc_err folder_drop(void *handle, const struct kc_writer_id *writer, uint64_t below)
{
	KC_CLEANUP_DIR DIR *dir = NULL;
	KC_CLEANUP_FD int root = -1;
	char name[KC_WRITER_DIGITS + 1];
	struct dirent *entry;
	uint64_t number;
	int fd;
	kc_err err;

	KC_TRY(open_store(handle, &root));
	err = open_writer(root, writer, &fd);
	if (err != KC_OK)
		return err == KC_E_WAITING ? KC_OK : err;
	KC_TRY(open_listing(fd, &dir));
	while ((entry = readdir(dir)))
		if (parse_number(entry->d_name, &number) && number < below &&
			unlinkat(fd, entry->d_name, 0) != 0)
			return KC_ERR(STORE_GONE);
	kc_writer_name_put(writer, name);
	if (below > KC_CLOUD_MAX_NUMBER)
		(void)unlinkat(root, name, AT_REMOVEDIR); /* a carrier's file may keep it */
	return KC_OK;
}

static int folder_watch_fd(void *handle)
{
	struct folder *folder = handle;

	if (folder->watch < 0)
		folder->watch = kc_folder_watch_open(folder->root);
	return folder->watch;
}

static bool folder_watch_drain(void *handle)
{
	const struct folder *folder = handle;

	return kc_folder_watch_drain(folder->watch, folder->root);
}

static const struct kc_log_engine logs = {
	.list = folder_list,
	.read = folder_read,
	.append = folder_append,
	.drop = folder_drop,
};

const struct kc_cloud_engine kc_cloud_folder = {
	.scheme = "file",
	.abilities = KC_CLOUD_DURABLE,
	.open = folder_open,
	.close = folder_close,
	.put_marker = folder_put_marker,
	.get_marker = folder_get_marker,
	.mend_marker = folder_mend_marker,
	.drop_marker = folder_drop_marker,
	.watch_fd = folder_watch_fd,
	.watch_drain = folder_watch_drain,
	.logs = &logs,
};
