/* SPDX-License-Identifier: ISC */
/*
 * Letting a device in, and being let in: what travels inside pairing's sealed messages
 * (doc/protocol.md 9, messages 3 and 4).
 */
#ifndef KC_CIRCLE_SESSION_WELCOME_H
#define KC_CIRCLE_SESSION_WELCOME_H

#include "backend/circle/circle.h"

/* --- the applicant's word -----------------------------------------------------------------------
 */

struct kc_application {
	struct kc_bytes permanent_record; /* borrowed */
	struct kc_permanent permanent;
	struct kc_peer_id id;
	char name[KC_DEVICE_NAME_MAX + 1];
};

KC_MUST kc_err kc_application_build(const struct kc_identity *identity,
	const struct kc_account_id *account, const char *name, struct kc_buf *ret);
/* Errors: DECODE, VERIFY. */
KC_MUST kc_err kc_application_parse(
	struct kc_bytes bytes, const struct kc_account_id *account, struct kc_application *ret);

/* --- the sponsor's answer -----------------------------------------------------------------------
 */

/* Makes the applicant a member: voucher and shares are queued for this device's log, and the next
 * list will include it. The welcome goes into the pairing. Errors: DUPLICATE (a member already),
 * TOO_LARGE (the circle is full). */
KC_MUST kc_err kc_circle_admit(struct kc_circle *circle, const struct kc_application *application,
	const uint8_t transcript[static 32], struct kc_buf *ret_welcome);

/* The circle as a welcome gives it to a new device, checked from genesis on. Takes the identity.
 * Errors: REFUSED (it does not hold together). */
KC_MUST kc_err kc_circle_enter(struct kc_bytes welcome, const struct kc_account_id *account,
	struct kc_bytes account_key, const uint8_t transcript[static 32], const char *name,
	struct kc_identity *identity, struct kc_circle **ret);

/* Ends joining when this device has settled all that its sponsor had of those who are in, and
 * nothing is owed of those who are out. */
KC_MUST kc_err kc_circle_arrive(struct kc_circle *circle, kc_peer_set owed);

#endif
