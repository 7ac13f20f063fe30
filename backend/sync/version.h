/* SPDX-License-Identifier: ISC */
/* Versions of items and their order: the greater wins, on every device (doc/protocol.md 7). */
#ifndef KC_SYNC_VERSION_H
#define KC_SYNC_VERSION_H

#include "backend/circle/record/head.h"

struct kc_version {
	uint64_t t; /* backend/store/track.h; above that of the version it replaced */
	struct kc_peer_id writer;
	uint8_t digest[KC_VERSION_DIGEST_LEN];
};

/* <0, 0, >0: by t, then writer, then digest. */
int kc_version_compare(const struct kc_version *a, const struct kc_version *b);

#endif
