/* SPDX-License-Identifier: ISC */
/*
 * The same of a store of records: items that this device has looked at, under the very etag that
 * they had then, and that are not there any more, or do not open. The feed brings them to nobody
 * but who reads it from its beginning. Nothing is taken.
 */
#ifndef KC_SYNC_LINE_FLAW_RECORDS_H
#define KC_SYNC_LINE_FLAW_RECORDS_H

#include "backend/circle/circle.h"
#include "backend/cloud/cloud.h"
#include "backend/store/store.h"

/* Of the first KC_FLAW_MAX_READ items, and KC_GATHER_MAX_LEN bytes of them, how many; by the number
 * of the member that wrote them, of those among these, else of this device. What is locked away, or
 * of newer software, is passed over. Errors: STORE_GONE. */
KC_MUST kc_err kc_flaw_records(struct kc_store *store, struct kc_cloud *cloud,
	const struct kc_circle *circle, kc_peer_set members,
	uint64_t ret[static KC_CIRCLE_MAX_PEERS]);

#endif
