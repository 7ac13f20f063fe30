/* SPDX-License-Identifier: ISC */
/* The clipboard of the display, through the program that speaks to it. */
#ifndef KC_CLI_CLIPBOARD_H
#define KC_CLI_CLIPBOARD_H

#include "cli/run.h"

#define KC_CLIPBOARD_SECONDS 45

/* Puts a secret there; a process that stays behind takes it away again, unless something else has
 * been copied meanwhile. Errors: UNSUPPORTED (no display, no program for it; told). */
KC_MUST kc_err kc_clipboard_copy(struct kc_run *run, struct kc_bytes secret);

#endif
