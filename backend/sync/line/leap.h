/* SPDX-License-Identifier: ISC */
/*
 * Whether a log begins anew with the first operation that is there (doc/protocol.md 3.1, rule 5).
 * Its writer's word for that may stand behind any number of operations. So it is looked for over as
 * many exchanges as it takes, in each over no more than a share; what was looked at is remembered
 * in the member, and not read again.
 */
#ifndef KC_SYNC_LINE_LEAP_H
#define KC_SYNC_LINE_LEAP_H

#include "backend/circle/circle.h"
#include "backend/cloud/cloud.h"

/* Looks ahead in the log of a member, whose next operation is gone; keeps nothing of it. most:
 * bytes in an exchange, and a few operations more. *ret_moved: there is something to remember.
 * Errors: STORE_GONE. */
KC_MUST kc_err kc_leap(struct kc_cloud *cloud, const struct kc_cloud_log *log,
	const struct kc_circle *circle, size_t member, size_t most, enum kc_leap_end *ret,
	bool *ret_moved);

#endif
