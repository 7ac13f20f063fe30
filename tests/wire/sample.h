/* SPDX-License-Identifier: ISC */
/* One valid request and one valid reply of every call, for tests and fuzz seeds. */
#ifndef KC_TESTS_SAMPLE_H
#define KC_TESTS_SAMPLE_H

#include "wire/message.h"

/* Appends the request of a call with some value in every field. */
KC_MUST kc_err sample_request(const struct kc_call_row *call, struct kc_buf *out);
/* Appends a good reply to it. */
KC_MUST kc_err sample_reply(const struct kc_call_row *call, struct kc_buf *out);

#endif
