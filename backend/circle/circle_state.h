/* SPDX-License-Identifier: ISC */
/*
 * The parts of the circle's state, a row each: row number of its kind is written, or read into the
 * circle. One that goes beyond what there can be is CORRUPT.
 */
#ifndef KC_CIRCLE_CIRCLE_STATE_H
#define KC_CIRCLE_CIRCLE_STATE_H

#include "backend/circle/circle_impl.h"
#include "backend/circle/coder.h"

KC_MUST kc_err kc_circle_code_account(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_course(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_queue(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_user_key(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_password(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_pending_key(
	struct kc_coder *c, struct kc_circle *circle, size_t number);
/* A compatibility circle, or none; a part of a row. */
KC_MUST kc_err kc_circle_code_held_compat(
	struct kc_coder *c, const struct kc_circle *circle, struct kc_held_compat *held);
KC_MUST kc_err kc_circle_code_compat(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_member(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_voucher(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_own_list(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_own_key(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_epoch(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_gift(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_segment(struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_view_state(
	struct kc_coder *c, struct kc_circle *circle, size_t number);
KC_MUST kc_err kc_circle_code_locked_away(
	struct kc_coder *c, struct kc_circle *circle, size_t number);

#endif
