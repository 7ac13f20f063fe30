/* SPDX-License-Identifier: ISC */
/* What is where a store is, or is to be: a folder or a file is looked at from here, and nothing in
 * it is touched. Of any other store only its URL is known. */
#ifndef KC_CLI_WHERE_H
#define KC_CLI_WHERE_H

#include "base/buf.h"

enum kc_where {
	KC_WHERE_UNKNOWN,   /* no folder and no file: nobody can look */
	KC_WHERE_STORE,	    /* as far as can be seen */
	KC_WHERE_FULL,	    /* one, on a full disk */
	KC_WHERE_SHUT,	    /* there, or the folder that it would be in, and can't be written */
	KC_WHERE_BARRED,    /* there, and can't be read */
	KC_WHERE_NOTHING,   /* it could be made */
	KC_WHERE_NO_PARENT, /* nor is the folder there that it would be in */
	KC_WHERE_EMPTY,	    /* a folder with nothing in it */
	KC_WHERE_TAKEN,	    /* a folder with other things */
	KC_WHERE_UNMARKED,  /* a folder with logs of devices, but no marker */
	KC_WHERE_FILE,	    /* a file, not a folder */
	KC_WHERE_FOLDER,    /* a folder, not a file */
	KC_WHERE_OTHER,	    /* a file that is no store */
	KC_WHERE_DEVICE,    /* what is no ordinary file */
};

/* Whether the disk is full that the place is on, or would be. */
bool kc_where_is_full(const char *url);
/* path: what that is true of, the place or the folder above it; empty when UNKNOWN. */
enum kc_where kc_where_look(const char *url, struct kc_buf *path);

#endif
