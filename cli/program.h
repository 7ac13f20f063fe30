/* SPDX-License-Identifier: ISC */
/* Running another program with secrets going in or coming out; no shell in between. */
#ifndef KC_CLI_PROGRAM_H
#define KC_CLI_PROGRAM_H

#include "base/buf.h"

/* argv[0] is looked for in PATH; the last entry is NULL. Errors: IO (it cannot be run), CANCELED
 * (it failed), TOO_LARGE (more output than most). */

/* With its standard output read into *ret. */
KC_MUST kc_err kc_program_read(const char *const *argv, size_t most, struct kc_buf *ret);
/* With input on its standard input, and silent. */
KC_MUST kc_err kc_program_write(const char *const *argv, struct kc_bytes input);

#endif
