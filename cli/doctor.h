/* SPDX-License-Identifier: ISC */
/* What was found by looking: each check in a word for programs, and in a sentence for people. */
#ifndef KC_CLI_DOCTOR_H
#define KC_CLI_DOCTOR_H

#include "cli/run.h"

enum kc_doctor_verdict {
	KC_DOCTOR_GOOD,
	KC_DOCTOR_NOTE, /* to be known; nothing is wrong */
	KC_DOCTOR_BAD,
};

struct kc_doctor {
	struct kc_run *run;
	json_t *checks; /* owned */
	unsigned bad;
};

/* Errors: NO_MEMORY. */
KC_MUST kc_err kc_doctor_init(struct kc_doctor *doctor, struct kc_run *run);
void kc_doctor_done(struct kc_doctor *doctor);
#define KC_CLEANUP_DOCTOR KC_CLEANUP(kc_doctor_done)

/* Notes a finding, and prints it unless the answer is JSON. */
void kc_doctor_find(struct kc_doctor *doctor, const char *check, enum kc_doctor_verdict verdict,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
