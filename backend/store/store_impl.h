/* SPDX-License-Identifier: ISC */
/* The inside of a store, for the files of this folder. */
#ifndef KC_STORE_STORE_IMPL_H
#define KC_STORE_STORE_IMPL_H

#include <pthread.h>

#include "backend/store/db.h"
#include "backend/store/store.h"

struct kc_store {
	struct kc_db db;
	struct kc_keybag *bag; /* borrowed */
	pthread_mutex_t mutex;
	_Atomic uint64_t changes;
};

#endif
