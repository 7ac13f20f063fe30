/* SPDX-License-Identifier: ISC */
/* Hearing of files that appear in the folder of a store and in the folders of its writers. */
#ifndef KC_CLOUD_FOLDER_WATCH_H
#define KC_CLOUD_FOLDER_WATCH_H

#include "base/err.h"

/* A descriptor for poll, or -1. */
int kc_folder_watch_open(const char *root);
/* Empties it, and looks after folders that are new. Whether any of it was a file, or a folder, of
 * the kind that a store has. */
bool kc_folder_watch_drain(int watch, const char *root);

#endif
