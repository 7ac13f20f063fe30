/* SPDX-License-Identifier: ISC */
/* Getting the keychain open before a verb works on it. */
#ifndef KC_CLI_SESSION_H
#define KC_CLI_SESSION_H

#include "cli/run.h"

/* Opens the keychain when it is locked: with the password that was given, else by asking. Errors:
 * NO_KEYCHAIN, LOCKED (nobody to ask), AUTH, CANCELED, those of the client. */
KC_MUST kc_err kc_session_open(struct kc_run *run);
/* The same when a password was given on the command line; otherwise leaves it as it is. Having no
 * keychain is no error here. */
KC_MUST kc_err kc_session_open_if_given(struct kc_run *run);
/* Makes a keychain first when there is none and a password can be had; then as kc_session_open. */
KC_MUST kc_err kc_session_open_or_make(struct kc_run *run);
/* KEYCHAIN_EXISTS when this device has one. */
KC_MUST kc_err kc_session_check_none(struct kc_run *run);
/* Makes the keychain of this device; name is the device's, NULL for the host's. Errors:
 * KEYCHAIN_EXISTS, NEED_PASSWORD, WEAK_PASSWORD, those of the client. */
KC_MUST kc_err kc_session_make(struct kc_run *run, const char *name);
/* Unlocks in any case, so that a wrong password is noticed also when it is open already. */
KC_MUST kc_err kc_session_unlock(struct kc_run *run);

/* Whether kc_session_open_or_make would make a keychain now. */
bool kc_session_would_make(struct kc_run *run);

#endif
