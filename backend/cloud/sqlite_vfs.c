/* SPDX-License-Identifier: ISC */
/* The system's functions but for three, which look at what they are asked for. */
#include "backend/cloud/sqlite_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

static sqlite3_vfs *system_vfs, ours;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool is_log(const char *path)
{
	size_t len = strlen(path);

	return len > strlen("-wal") && strcmp(path + len - strlen("-wal"), "-wal") == 0;
}

static int open_file(
	sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
	(void)vfs;
	file->pMethods = NULL;
	if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return SQLITE_CANTOPEN;
	return system_vfs->xOpen(system_vfs, path, file, flags, ret_flags);
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync)
{
	(void)vfs;
	return is_log(path) ? system_vfs->xDelete(system_vfs, path, sync) : SQLITE_IOERR_DELETE;
}

static int look_for_file(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
	(void)vfs;
	*ret = 0;
	return is_log(path) ? system_vfs->xAccess(system_vfs, path, flags, ret) : SQLITE_OK;
}

static void make(void)
{
	int64_t most = sqlite3_hard_heap_limit64(-1);

	if (most == 0 || most > KC_SQLITE_MAX_MEMORY)
		(void)sqlite3_hard_heap_limit64(KC_SQLITE_MAX_MEMORY);
	system_vfs = sqlite3_vfs_find(NULL);
	if (!system_vfs)
		return;
	ours = *system_vfs;
	ours.zName = KC_SQLITE_VFS;
	ours.pNext = NULL;
	ours.xOpen = open_file;
	ours.xDelete = delete_file;
	ours.xAccess = look_for_file;
	if (sqlite3_vfs_register(&ours, 0) != SQLITE_OK)
		system_vfs = NULL;
}

kc_err kc_sqlite_vfs_register(void)
{
	pthread_once(&once, make);
	return system_vfs ? KC_OK : KC_ERR(NO_MEMORY);
}
