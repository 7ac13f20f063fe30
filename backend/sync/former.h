/* SPDX-License-Identifier: ISC */
/* The devices of the circles that this device was in before: whoever wrote what it has taken along,
 * and what stands in its history, is told by name also after they are forgotten. */
#ifndef KC_SYNC_FORMER_H
#define KC_SYNC_FORMER_H

#include "backend/store/store.h"
#include "base/status.h"

#define KC_FORMER_MOST 256 /* the oldest go */
#define KC_FORMER_ID_LEN KC_DEVICE_ID_LEN

struct kc_former_device {
	uint8_t id[KC_FORMER_ID_LEN];
	char name[KC_DEVICE_NAME_MAX + 1]; /* "": this one, as it was then */
};

struct kc_former {
	struct kc_former_device *rows;
	size_t count;
};
#define KC_CLEANUP_FORMER KC_CLEANUP(kc_former_done)
void kc_former_done(struct kc_former *former);

/* Before the circle that is held is forgotten: keeps the names of its devices. Of one that cannot
 * be read, and when there is none, nothing is kept. */
KC_MUST kc_err kc_former_keep(struct kc_txn *txn);
/* None when there are none, or they cannot be read. */
KC_MUST kc_err kc_former_get(struct kc_txn *txn, struct kc_former *ret);
/* NULL: not known; "": this device. Borrowed. */
const char *kc_former_name(
	const struct kc_former *former, const uint8_t id[static KC_FORMER_ID_LEN]);

#endif
