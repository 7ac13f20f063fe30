/* SPDX-License-Identifier: ISC */
/*
 * Cells that are sealed under a view's head key: segments of logs, questions and answers
 * (doc/protocol.md 3, 17). The view's tag and the id of the key stand in the clear.
 */
#ifndef KC_CIRCLE_RECORD_HEAD_CELL_H
#define KC_CIRCLE_RECORD_HEAD_CELL_H

#include "backend/circle/record/view_key.h"

/* Appends the cell to ret; ad says which place it is for. */
KC_MUST kc_err kc_head_cell_seal(struct kc_bytes plain, struct kc_bytes ad,
	const uint8_t view_tag[static KC_TAG_LEN], const uint8_t kid[static KC_KID_LEN],
	const struct kc_secret *head_key, struct kc_buf *ret);
/* The key that opens it. Errors: DECODE. */
KC_MUST kc_err kc_head_cell_peek(struct kc_bytes cell, uint8_t ret_view_tag[static KC_TAG_LEN],
	uint8_t ret_kid[static KC_KID_LEN]);
/* Errors: DECODE, CORRUPT. */
KC_MUST kc_err kc_head_cell_open(struct kc_bytes cell, struct kc_bytes ad,
	const struct kc_secret *head_key, struct kc_buf *ret);

#endif
