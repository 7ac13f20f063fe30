/* SPDX-License-Identifier: ISC */
/* The inside of a store, for the files of this folder. */
#ifndef KC_STORE_STORE_IMPL_H
#define KC_STORE_STORE_IMPL_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "backend/store/db.h"
#include "backend/store/store.h"

/* By what a file is known again. */
struct kc_store_sight {
	dev_t device;
	ino_t inode;
	off_t len;
	struct timespec written;
};

struct kc_store {
	char *path;		    /* NULL in memory */
	struct kc_store_sight left; /* the file as this process has left it */
	uint64_t looked_us;	    /* when it was last seen to be so */
	struct kc_db db;
	struct kc_keybag *bag; /* borrowed */
	pthread_mutex_t mutex;
	_Atomic uint64_t changes;
};

/* Notes the file as it is now, after this process may have written to it. */
void kc_store_note_inlock(struct kc_store *store);
/* Whether it is as it was noted, for a transaction of that mode. Errors: REPLACED. */
KC_MUST kc_err kc_store_check_inlock(struct kc_store *store, enum kc_txn_mode mode);
/* Whether SQLite may write the file, and make its companions beside it. */
bool kc_store_can_write(const char *path);

#endif
