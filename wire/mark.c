/* SPDX-License-Identifier: ISC */
/* Telling descriptors apart by device and inode. */
#include "wire/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct kc_mark kc_mark_of(int fd)
{
	struct stat file = {0};

	(void)fstat(fd, &file);
	return (struct kc_mark){file.st_dev, file.st_ino};
}

bool kc_mark_fits(const struct kc_mark *mark, int fd)
{
	struct stat file;

	return fstat(fd, &file) == 0 && file.st_dev == mark->device && file.st_ino == mark->inode;
}

kc_err kc_mark_lift(int *fd)
{
	int higher;

	if (*fd > STDERR_FILENO)
		return KC_OK;
	higher = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (higher < 0)
		return kc_err_from_errno(errno);
	close(*fd);
	*fd = higher;
	return KC_OK;
}
