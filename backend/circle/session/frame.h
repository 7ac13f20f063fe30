/* SPDX-License-Identifier: ISC */
/*
 * The form of what two devices say to each other alone, whatever it is about:
 * SEQUENCE { version, session, number, parts… }, the parts being those of that number.
 */
#ifndef KC_CIRCLE_SESSION_FRAME_H
#define KC_CIRCLE_SESSION_FRAME_H

#include "base/der.h"

#define KC_FRAME_SESSION_LEN 16

/* One kind of session: how long a message may be, and the last number that there is. */
struct kc_frame_form {
	size_t max_len;
	uint64_t last;
};

/* Begins a message; its parts follow; ends it. */
void kc_frame_begin(struct kc_der_writer *w, struct kc_buf *buf,
	const uint8_t session[static KC_FRAME_SESSION_LEN], uint64_t number);
KC_MUST kc_err kc_frame_end(struct kc_der_writer *w);

/* A message that is being read: what it says of itself, then its parts. */
struct kc_frame {
	struct kc_der_reader whole, parts;
	uint8_t session[KC_FRAME_SESSION_LEN];
	uint64_t number;
};

/* Enters a message; one that must be that number of that session. What is wrong with it is told
 * when it is left, after all parts. Errors: DECODE. */
void kc_frame_enter(
	const struct kc_frame_form *form, struct kc_bytes message, struct kc_frame *ret);
void kc_frame_expect(const struct kc_frame_form *form, struct kc_bytes message,
	const uint8_t session[static KC_FRAME_SESSION_LEN], uint64_t number, struct kc_frame *ret);
KC_MUST kc_err kc_frame_leave(struct kc_frame *frame);

#endif
