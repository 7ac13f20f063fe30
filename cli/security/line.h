/* SPDX-License-Identifier: ISC */
/*
 * The lines of `security -i`, cut into words.
 *
 * Words are parted by white space. Double quotes keep it in a word; in them and outside a backslash
 * takes the next character as it is. Between single quotes everything is as it is, as in the shell:
 * programs that write these lines quote for a shell. A quote that is open at the end ends there.
 */
#ifndef KC_CLI_SECURITY_LINE_H
#define KC_CLI_SECURITY_LINE_H

#include "base/buf.h"

struct kc_sec_line {
	struct kc_buf text; /* the words, each behind it a NUL; wiped */
	char **words;	    /* into text, and a NULL */
	int count;
};
#define KC_CLEANUP_SEC_LINE KC_CLEANUP(kc_sec_line_done)
void kc_sec_line_done(struct kc_sec_line *line);
/* Errors: PARAM (a NUL in it), NO_MEMORY, TOO_LARGE. */
KC_MUST kc_err kc_sec_line_split(struct kc_bytes line, struct kc_sec_line *ret);

#endif
