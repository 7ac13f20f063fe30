/* SPDX-License-Identifier: ISC */
/*
 * Whole files in a folder that others share: nothing is followed out of it, what is no ordinary
 * file is not opened, and a file appears under its name whole, or not at all.
 */
#ifndef KC_CLOUD_FOLDER_FILE_H
#define KC_CLOUD_FOLDER_FILE_H

#include <unistd.h>

#include "base/buf.h"

static inline void kc_folder_file_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define KC_CLEANUP_FD KC_CLEANUP(kc_folder_file_close)

/* What stands under a name. Errors: WAITING (nothing), REFUSED (no ordinary file, or too large). */
KC_MUST kc_err kc_folder_file_look_at(int dir, const char *name, size_t most);
/* An ordinary file of at most most bytes. Errors: WAITING (there is none), REFUSED (another kind of
 * thing, or too large). */
KC_MUST kc_err kc_folder_file_read(int dir, const char *name, size_t most, struct kc_buf *ret);
/* Puts the bytes under that name, on the disk. Errors: STORE_GONE; as kc_new_name_give. */
KC_MUST kc_err kc_folder_file_put(int dir, const char *name, struct kc_bytes bytes);

#endif
