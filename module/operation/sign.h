/* SPDX-License-Identifier: ISC */
/* Signatures and codes: what is common to making and checking them, at once, in parts, and by
 * message. */
#ifndef KC_MODULE_OPERATION_SIGN_H
#define KC_MODULE_OPERATION_SIGN_H

#include "module/session/session.h"

/* The length of every signature, or code, of an operation. */
size_t kc_sign_len(const struct kc_operation *operation);
/* Takes a part of the input. */
CK_RV kc_sign_update(struct kc_session *session, struct kc_operation *operation, bool verifies,
	struct kc_bytes part);
/* Makes the signature of what was taken, of kc_sign_len bytes; or checks one:
 * CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE. The operation may end afterwards, or restart. */
CK_RV kc_sign_make(struct kc_session *session, struct kc_operation *operation, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len);
CK_RV kc_sign_check(
	struct kc_session *session, struct kc_operation *operation, struct kc_bytes signature);
/* The cases that sign nothing and end nothing: asking for the length, and a small buffer. */
bool kc_sign_is_answered(
	const struct kc_operation *operation, CK_BYTE_PTR out, CK_ULONG_PTR out_len, CK_RV *ret);

/* By message: the operation for a call that is inside a message or outside of all, with the
 * parameter's length, which is none; and the end of a message, after which the operation goes on.
 */
CK_RV kc_sign_find_message(struct kc_session *session, enum kc_activity activity,
	CK_ULONG parameter_len, bool is_inside, struct kc_operation **ret);
CK_RV kc_sign_end_message(struct kc_operation *operation, CK_RV rv);

/* C_SignUpdate and C_VerifyUpdate in an entered session. */
CK_RV kc_sign_take_part(
	struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR part, CK_ULONG part_len);

#endif
