/* SPDX-License-Identifier: ISC */
/* A program that asks in our place, as ssh-askpass does: prompt in its argument, answer on its
 * output. */
#ifndef KC_CLI_ASKPASS_H
#define KC_CLI_ASKPASS_H

#include "base/buf.h"

/* The program to use: the one given, else KC_ASKPASS, else SSH_ASKPASS when SSH_ASKPASS_REQUIRE is
 * "force". NULL when there is none. Borrowed. */
const char *kc_askpass_find(const char *given);

/* Runs it and reads one line. Errors: CANCELED when it fails, IO when it cannot be
 * run, TOO_LARGE. */
KC_MUST kc_err kc_askpass_run(const char *program, const char *prompt, struct kc_buf *ret_line);

#endif
