/* SPDX-License-Identifier: ISC */
/*
 * SQLite's way to the files, with less to do: no rollback journal, no file beside the database but
 * its write-ahead log.
 *
 * Who can write into the folder could leave a journal there. SQLite would play it back, and delete
 * the file that it names as its super-journal, which can be any file of the user. And since a key
 * of an index is read whole however long it is, SQLite's memory is bounded, for the process.
 */
#ifndef KC_CLOUD_SQLITE_VFS_H
#define KC_CLOUD_SQLITE_VFS_H

#include <stdint.h>

#include "base/err.h"

#define KC_SQLITE_VFS "kc-cloud"
#define KC_SQLITE_MAX_MEMORY ((int64_t)256 << 20)
/* Makes it known under that name; once is enough, more is fine. */
KC_MUST kc_err kc_sqlite_vfs_register(void);

#endif
