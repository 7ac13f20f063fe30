/* SPDX-License-Identifier: ISC */
/* A file that a command writes: whole or not at all. */
#ifndef KC_CLI_SECURITY_OUTFILE_H
#define KC_CLI_SECURITY_OUTFILE_H

#include "base/buf.h"

/* Takes the place of what is there, also behind a symbolic link; a device or a pipe is written to.
 * What is private only its owner may read, whatever the umask. Errors: those of errno, NO_MEMORY.
 */
KC_MUST kc_err kc_sec_outfile_write(const char *path, struct kc_bytes content, bool is_private);

#endif
