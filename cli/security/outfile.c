/* SPDX-License-Identifier: ISC */
/* A new file beside the old one, which it replaces when it is whole. */
#include "cli/security/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

static kc_err write_all(int fd, struct kc_bytes content)
{
	size_t at = 0;

	while (at < content.len) {
		ssize_t written = write(fd, content.data + at, content.len - at);
		if (written < 0 && errno != EINTR)
			return kc_err_from_errno(errno);
		at += written > 0 ? (size_t)written : 0;
	}
	return KC_OK;
}

/* What is no file cannot be replaced. */
static kc_err write_into(const char *path, struct kc_bytes content)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	kc_err err;

	if (fd < 0)
		return kc_err_from_errno(errno);
	err = write_all(fd, content);
	if (close(fd) != 0 && err == KC_OK)
		err = kc_err_from_errno(errno);
	return err;
}

static kc_err write_fresh(const char *path, struct kc_bytes content, bool is_private)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, is_private ? 0600 : 0666);
	kc_err err;

	if (fd < 0)
		return kc_err_from_errno(errno);
	err = write_all(fd, content);
	if (err == KC_OK && fsync(fd) != 0)
		err = kc_err_from_errno(errno);
	if (close(fd) != 0 && err == KC_OK)
		err = kc_err_from_errno(errno);
	return err;
}

static kc_err replace(const char *path, struct kc_bytes content, bool is_private)
{
	KC_CLEANUP_BUF struct kc_buf fresh = KC_BUF_INIT;
	kc_err err;

	kc_buf_printf(&fresh, "%s.%08x", path, (unsigned)kc_random_below(UINT_MAX));
	if (!kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	err = write_fresh(kc_buf_text(&fresh), content, is_private);
	if (err == KC_OK && rename(kc_buf_text(&fresh), path) != 0)
		err = kc_err_from_errno(errno);
	if (err != KC_OK && err != KC_E_DUPLICATE)
		unlink(kc_buf_text(&fresh));
	return err;
}

kc_err kc_sec_outfile_write(const char *path, struct kc_bytes content, bool is_private)
{
	KC_CLEANUP_FREE char *real = NULL;
	struct stat there;

	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		return write_into(path, content);
	real = realpath(path, NULL);
	return replace(real ? real : path, content, is_private);
}
