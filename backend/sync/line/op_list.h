/* SPDX-License-Identifier: ISC */
/*
 * The list that ends an operation of a log, and names all else that is in it (doc/protocol.md 3.1):
 * without it an operation is the store's word alone.
 */
#ifndef KC_SYNC_LINE_OP_LIST_H
#define KC_SYNC_LINE_OP_LIST_H

#include "backend/circle/circle.h"

/* Reads the list of an operation of a member, which then is whole: signed by its writer, as what
 * ends this very operation. The list may be under a key that comes with shares of that member for
 * this device; empty: there are none. Errors: WAITING (its key is not here), LOCKED (it comes with
 * the unlock), NEWER, REFUSED (the operation is not what its writer signed for). */
KC_MUST kc_err kc_op_list_read(const struct kc_circle *circle, size_t member,
	const struct kc_op *op, struct kc_bytes shares, struct kc_list *ret);
/* The shares for this device that an operation of a member has: the last that opens, else *ret
 * stays as it is. Errors: NO_MEMORY. */
KC_MUST kc_err kc_op_list_find_shares(
	const struct kc_circle *circle, size_t member, const struct kc_op *op, struct kc_buf *ret);

#endif
