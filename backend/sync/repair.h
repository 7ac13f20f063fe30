/* SPDX-License-Identifier: ISC */
/* A store that went back, with its owner's knowledge: a backup of it was restored
 * (doc/protocol.md 12). */
#ifndef KC_SYNC_REPAIR_H
#define KC_SYNC_REPAIR_H

#include "backend/store/store.h"

/* Notes that the store is to be mended from here, and excuses what it lacks of others; nothing that
 * was seen is lowered. The next exchange does it, or one after that. Doing it again begins it
 * again. Errors: NO_STORE, LOCKED, STORE_GONE, STORE_SUSPECT (it is none of this account's),
 * NOT_MEMBER. */
KC_MUST kc_err kc_repair_begin(struct kc_store *store);

#endif
