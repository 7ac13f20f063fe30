/* SPDX-License-Identifier: ISC */
/* A device that is offered what a store may hold, in either layout, for fuzzing whole exchanges. */
#ifndef KC_TESTS_FUZZ_EXCHANGE_H
#define KC_TESTS_FUZZ_EXCHANGE_H

#include "base/buf.h"

/* The first byte of an input: what the rest is. */
enum exchange_input {
	EXCHANGE_OPERATION, /* in a store of logs: the next operation of the other device's log */
	EXCHANGE_WRITES,    /* the writes in it, one after the other */
	EXCHANGE_CELLS,	    /* the same in a store of records: what the other wrote there */
	EXCHANGE_ROW,	    /* one record there: its zone, its name, a NUL, its value */
	EXCHANGE_INPUTS
};

/* Once. Two devices; the other one has written what the first has not read yet. */
void exchange_begin(void);
void exchange_end(void);
/* An exchange of the first device with that in the store. How many items it took. */
uint64_t exchange_offer(enum exchange_input as, struct kc_bytes bytes);
/* What the other has really written: number number of what is new, in each form; false when there
 * is none. */
bool exchange_seed(enum exchange_input as, size_t number, struct kc_buf *ret);

#endif
