/* SPDX-License-Identifier: ISC */
/* The last step of making a file. */
#include "backend/cloud/new_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

kc_err kc_new_name_give(int dir, const char *temporary, const char *name)
{
	struct stat status;

	if (renameat2(dir, temporary, dir, name, RENAME_NOREPLACE) == 0)
		return KC_OK;
	if (errno == EEXIST)
		return KC_ERR(DUPLICATE);
	if (errno != EINVAL && errno != ENOSYS)
		return KC_ERR(STORE_GONE);
	if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return KC_ERR(DUPLICATE);
	return renameat(dir, temporary, dir, name) == 0 ? KC_OK : KC_ERR(STORE_GONE);
}
