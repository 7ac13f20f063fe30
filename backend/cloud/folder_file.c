/* SPDX-License-Identifier: ISC */
/* What is written goes under a name that begins with a dot, is synced, renamed, and its folder
 * synced. */
#include "backend/cloud/folder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "backend/cloud/new_name.h"

/* To the end of the file, which may be further than its size says. */
static kc_err read_all(int fd, size_t most, struct kc_buf *ret)
{
	uint8_t block[16384];
	size_t before = ret->len;

	for (;;) {
		ssize_t got = read(fd, block, sizeof block);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return KC_ERR(STORE_GONE);
		if (got == 0)
			return kc_buf_check(ret);
		kc_buf_push(ret, block, (size_t)got);
		if (ret->len - before > most)
			return KC_ERR(REFUSED);
		KC_TRY(kc_buf_check(ret));
	}
}

kc_err kc_folder_file_look_at(int dir, const char *name, size_t most)
{
	struct stat status;

	if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? KC_ERR(WAITING) : KC_ERR(STORE_GONE);
	return S_ISREG(status.st_mode) && (uint64_t)status.st_size <= most ? KC_OK
									   : KC_ERR(REFUSED);
}

kc_err kc_folder_file_read(int dir, const char *name, size_t most, struct kc_buf *ret)
{
	KC_CLEANUP_FD int fd = -1;
	struct stat status;

	KC_TRY(kc_folder_file_look_at(dir, name, most));
	/* It may have become something else since. */
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return KC_ERR(WAITING);
	if (fd < 0)
		return errno == ELOOP ? KC_ERR(REFUSED) : KC_ERR(STORE_GONE);
	if (fstat(fd, &status) != 0)
		return KC_ERR(STORE_GONE);
	if (!S_ISREG(status.st_mode))
		return KC_ERR(REFUSED);
	return read_all(fd, most, ret);
}

static kc_err write_all(int fd, struct kc_bytes bytes)
{
	while (bytes.len) {
		ssize_t put = write(fd, bytes.data, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return KC_ERR(STORE_GONE);
		bytes = kc_bytes(bytes.data + put, bytes.len - (size_t)put);
	}
	return fsync(fd) == 0 ? KC_OK : KC_ERR(STORE_GONE);
}

kc_err kc_folder_file_put(int dir, const char *name, struct kc_bytes bytes)
{
	char temporary[NAME_MAX];
	KC_CLEANUP_FD int fd = -1;
	kc_err err;

	snprintf(temporary, sizeof temporary, ".new-%s", name);
	(void)unlinkat(dir, temporary, 0); /* a leaving of our own, or a trap */
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return KC_ERR(STORE_GONE);
	err = write_all(fd, bytes);
	if (err == KC_OK)
		err = kc_new_name_give(dir, temporary, name);
	if (err == KC_OK && fsync(dir) != 0)
		err = KC_ERR(STORE_GONE);
	if (err != KC_OK)
		(void)unlinkat(dir, temporary, 0);
	return err;
}
