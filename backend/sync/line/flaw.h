/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with a log as it stands in the store, for who reads it from its first operation: a
 * device that joins. Whoever has taken an operation does not read it again, and would never see
 * that it was spoilt since. Nothing is taken.
 */
#ifndef KC_SYNC_LINE_FLAW_H
#define KC_SYNC_LINE_FLAW_H

#include "backend/circle/circle.h"

#define KC_FLAW_MAX_READ 4096 /* operations of one log; and KC_GATHER_MAX_LEN bytes */

/* The first operation that is not what its writer signed, or of those that were settled is missing,
 * short, or another one; 0: none was found. own: the bytes of this device's last operation where it
 * is its log, else empty. whole: from its beginning, else from what is settled. An operation whose
 * list does not open here is held against the next alone. Errors: STORE_GONE. */
KC_MUST kc_err kc_flaw_find(struct kc_cloud *cloud, const struct kc_circle *circle, size_t member,
	const struct kc_cloud_log *log, bool whole, struct kc_bytes own, uint64_t *ret);

#endif
