/* SPDX-License-Identifier: ISC */
/* One version; another one is no message. */
#include "backend/circle/session/frame.h"

#include <string.h>

#define VERSION 1

void kc_frame_begin(struct kc_der_writer *w, struct kc_buf *buf,
	const uint8_t session[static KC_FRAME_SESSION_LEN], uint64_t number)
{
	kc_der_writer_init(w, buf);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, VERSION);
	kc_der_put_bytes(w, kc_bytes(session, KC_FRAME_SESSION_LEN));
	kc_der_put_uint(w, number);
}

kc_err kc_frame_end(struct kc_der_writer *w)
{
	kc_der_end(w);
	return kc_der_writer_check(w);
}

void kc_frame_enter(const struct kc_frame_form *form, struct kc_bytes message, struct kc_frame *ret)
{
	*ret = (struct kc_frame){.number = 0};
	kc_der_reader_init(&ret->whole, message);
	kc_der_enter(&ret->whole, KC_DER_SEQUENCE, &ret->parts);
	if (message.len > form->max_len || kc_der_get_uint(&ret->parts) != VERSION)
		kc_der_reader_fail(&ret->parts);
	kc_der_get_array(&ret->parts, ret->session, sizeof ret->session);
	ret->number = kc_der_get_uint_max(&ret->parts, form->last);
}

void kc_frame_expect(const struct kc_frame_form *form, struct kc_bytes message,
	const uint8_t session[static KC_FRAME_SESSION_LEN], uint64_t number, struct kc_frame *ret)
{
	kc_frame_enter(form, message, ret);
	if (ret->number != number || memcmp(ret->session, session, sizeof ret->session) != 0)
		kc_der_reader_fail(&ret->parts);
}

kc_err kc_frame_leave(struct kc_frame *frame)
{
	kc_der_leave(&frame->whole, &frame->parts);
	return kc_der_reader_finish(&frame->whole);
}
