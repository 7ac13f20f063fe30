/* SPDX-License-Identifier: ISC */
/* The call table (wire/calls.def) as constants and rows. */
#ifndef KC_WIRE_CALLS_H
#define KC_WIRE_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kc_call {
#define KC_CALL(name, number, request, reply, changes, who, seconds) KC_CALL_##name = (number),
#include "wire/calls.def"
#undef KC_CALL
};

enum kc_call_who {
	KC_CALL_WHO_ANY,
	KC_CALL_WHO_USER, /* a program of the user's that is in no sandbox */
};

struct kc_call_row {
	enum kc_call call;
	const char *name;
	const char *request, *reply; /* signatures, one letter a field */
	bool changes;		     /* must not be sent twice; the status may differ afterwards */
	enum kc_call_who who;
	unsigned patience_s; /* how long a client waits for the answer */
};

/* The row of a number that came from elsewhere; NULL when there is no such call. */
const struct kc_call_row *kc_calls_find(uint64_t number);
/* All rows, for tests and for the service's table of handlers. */
const struct kc_call_row *kc_calls_all(size_t *ret_count);

#endif
