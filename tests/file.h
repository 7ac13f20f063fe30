/* SPDX-License-Identifier: ISC */
/* Whole files and folders, for tests. */
#ifndef KC_TESTS_FILE_H
#define KC_TESTS_FILE_H

#include "base/buf.h"

/* ret is emptied first; its own limit holds. False when the file cannot be read whole. */
bool file_read(const char *path, struct kc_buf *ret);
/* A file below tests/data of the source tree. */
bool file_read_data(const char *name, struct kc_buf *ret);
/* Makes the file, or replaces what is in it. */
bool file_write(const char *path, struct kc_bytes bytes);
/* A file or a folder with all that is in it; links are not followed. */
void file_remove_tree(const char *path);

#endif
