/* SPDX-License-Identifier: ISC */
/*
 * Operations that a device might have written: whoever has its keys signs for what is in them
 * (doc/protocol.md 3.1, rule 3). Without that nothing that a store puts into a log is looked at.
 */
#ifndef KC_TESTS_CIRCLE_SIGNING_H
#define KC_TESTS_CIRCLE_SIGNING_H

#include "backend/circle/circle.h"

/* The list names the operation that is being built, and all that is in it. */
KC_MUST kc_err signing_name(
	struct kc_list *list, struct kc_op_builder *builder, const struct kc_log_position *after);
/* Ends an operation with a list of the device whose circle that is, signed anew for it. */
KC_MUST kc_err signing_end(const struct kc_circle *circle, struct kc_list *list,
	struct kc_op_builder *builder, const struct kc_log_position *after, struct kc_buf *ret,
	struct kc_log_position *ret_position);
/* The same with a list so old that nothing in it counts. */
KC_MUST kc_err signing_end_plainly(const struct kc_circle *circle, struct kc_op_builder *builder,
	const struct kc_log_position *after, struct kc_buf *ret,
	struct kc_log_position *ret_position);

/* What becomes of a write; false takes it out. */
typedef bool (*signing_edit)(void *context, struct kc_bytes key, struct kc_buf *value);
/* The last operation of a device told otherwise, with the same list. */
KC_MUST kc_err signing_retell(const struct kc_circle *circle, struct kc_bytes operation,
	signing_edit edit, void *context, struct kc_buf *ret);

#endif
