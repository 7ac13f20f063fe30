/* SPDX-License-Identifier: ISC */
/* Reading files and descriptors into wiped memory. */
#ifndef KC_CLI_INPUT_H
#define KC_CLI_INPUT_H

#include "cli/run.h"

#define KC_INPUT_MAX_SECRET ((size_t)1 << 20)
#define KC_INPUT_MAX_PASSWORD ((size_t)64 << 10)
#define KC_INPUT_MAX_FILE ((size_t)64 << 20)

/* The whole of a file, or of a descriptor up to its end, at most most bytes. Errors: NOT_FOUND and
 * IO (told with the file's name), TOO_LARGE. */
KC_MUST kc_err kc_input_file(struct kc_run *run, const char *path, size_t most, struct kc_buf *ret);
KC_MUST kc_err kc_input_fd(struct kc_run *run, int fd, size_t most, struct kc_buf *ret);

/* Takes one final newline off, as for passwords in files. */
void kc_input_chomp(struct kc_buf *text);

/* The secret of an item, from the one source that was given: --stdin, --stdin-raw, --file, --fd or
 * --generate. *ret_given tells whether there was one. Errors: PARAM (two of them), those above. */
KC_MUST kc_err kc_input_secret(struct kc_run *run, struct kc_secret *ret, bool *ret_given);

#endif
