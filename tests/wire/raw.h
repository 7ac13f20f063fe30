/* SPDX-License-Identifier: ISC */
/* A connection made by hand, for tests that do with it what no client of ours would. */
#ifndef KC_TESTS_RAW_H
#define KC_TESTS_RAW_H

#include "wire/channel.h"
#include "wire/message.h"

struct raw {
	struct kc_channel channel; /* its socket and slot may be touched */
};

/* Connects to the service of this process's place, which must be running. Errors: what the service
 * greets with. */
KC_MUST kc_err raw_open(struct raw *ret);
KC_MUST kc_err raw_open_at(const char *path, struct raw *ret);
void raw_close(struct raw *raw);

/* Sends any bytes as a request; receives any reply, as parsed for a call. */
KC_MUST kc_err raw_send(struct raw *raw, struct kc_bytes message);
KC_MUST kc_err raw_receive(struct raw *raw, enum kc_call call);
/* One call without arguments, and its error. */
KC_MUST kc_err raw_call(struct raw *raw, enum kc_call call);

#endif
