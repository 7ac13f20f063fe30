/* SPDX-License-Identifier: ISC */
/* Asking the person who runs the command: an askpass program first, then the terminal. */
#ifndef KC_CLI_ASK_H
#define KC_CLI_ASK_H

#include "cli/run.h"

/* Whether there is anybody to ask for a secret. */
bool kc_ask_can(const struct kc_run *run);

/* Asks for a secret with echo off. is_new asks twice until both are equal, three times at most.
 * wanted ("the account password") and source ("--account-password-file FILE") are told when there
 * is nobody to ask. Errors: NEED_PASSWORD (nobody to ask), CANCELED, IO. */
KC_MUST kc_err kc_ask_secret(struct kc_run *run, const char *prompt, bool is_new,
	const char *wanted, const char *source, struct kc_secret *ret);

/* A question; --yes answers it. CANCELED when the answer is no, NEED_PASSWORD with nobody to ask.
 */
KC_MUST kc_err kc_ask_yes(struct kc_run *run, const char *question);
/* Whether a question could be answered at all, without asking it. Errors: NEED_PASSWORD. */
KC_MUST kc_err kc_ask_check_consent(struct kc_run *run);
/* For what can't be taken back: the name has to be typed; --yes does it, too. CANCELED when
 * something else is. Errors as of kc_ask_yes. */
KC_MUST kc_err kc_ask_name(struct kc_run *run, const char *name);
/* For what is to be done after thought alone: "yes" has to be typed; --yes does it, too. Errors as
 * of kc_ask_name. */
KC_MUST kc_err kc_ask_typed_yes(struct kc_run *run);
/* One line of text, echoed. Errors as for kc_ask_secret. */
KC_MUST kc_err kc_ask_line(struct kc_run *run, const char *prompt, const char *wanted,
	const char *source, struct kc_buf *ret);

#endif
