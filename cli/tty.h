/* SPDX-License-Identifier: ISC */
/* Asking on the terminal that the command was started from, /dev/tty. */
#ifndef KC_CLI_TTY_H
#define KC_CLI_TTY_H

#include "base/buf.h"

#define KC_TTY_MAX_LINE 4096

/* Whether this process has a terminal. */
bool kc_tty_is_there(void);

/* Writes the prompt and reads one line, without its newline. With echo off the terminal is as
 * before afterwards, also when a signal ends or stops the process meanwhile. The line is wiped by
 * the buffer. Errors: CANCELED (end of input), IO (no terminal), TOO_LARGE. */
KC_MUST kc_err kc_tty_ask(const char *prompt, bool echo, struct kc_buf *ret_line);

#endif
