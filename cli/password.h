/* SPDX-License-Identifier: ISC */
/* The passwords that a command may need: each from its file, its descriptor, or a question. */
#ifndef KC_CLI_PASSWORD_H
#define KC_CLI_PASSWORD_H

#include "cli/run.h"

enum kc_password {
	KC_PASSWORD_KEYCHAIN,	    /* opens the keychain of this device */
	KC_PASSWORD_NEW,	    /* will open it */
	KC_PASSWORD_FIRST,	    /* of the keychain that setup makes; given like KEYCHAIN */
	KC_PASSWORD_ACCOUNT,	    /* of the circle, the same on every device */
	KC_PASSWORD_ACCOUNT_OR_NOT, /* may be left out; then it is empty */
	KC_PASSWORD_ACCOUNT_FIRST,
	KC_PASSWORD_ACCOUNT_NEW, /* in the place of ACCOUNT */
	KC_PASSWORD_FILE,	 /* of a file that is imported */
	KC_PASSWORD_OFFICER,
	KC_PASSWORD_OFFICER_NEW, /* given like OFFICER */
};

/* Whether an option gives it. */
bool kc_password_is_given(const struct kc_run *run, enum kc_password which);
/* Reads or asks; new ones are asked twice. One that may be left out is empty where nobody can be
 * asked. Errors: NEED_PASSWORD, CANCELED, PARAM (given twice),
 * and those of reading. */
KC_MUST kc_err kc_password_get(struct kc_run *run, enum kc_password which, struct kc_secret *ret);

#endif
