/* SPDX-License-Identifier: ISC */
/* Telling descriptors apart by device and inode. */
#include "wire/mark.h"

#include <sys/stat.h>

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
