/* SPDX-License-Identifier: ISC */
/* A file that is whole gets its name. */
#ifndef KC_CLOUD_NEW_NAME_H
#define KC_CLOUD_NEW_NAME_H

#include "base/err.h"

/* Renames within the folder dir. Not every file system can do it in one step (vfat and some network
 * ones cannot): there a file that comes meanwhile is replaced. Errors: DUPLICATE (something has
 * that name), STORE_GONE. */
KC_MUST kc_err kc_new_name_give(int dir, const char *temporary, const char *name);

#endif
