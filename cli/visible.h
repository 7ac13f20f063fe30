/* SPDX-License-Identifier: ISC */
/*
 * Foreign text made fit to print: it can neither drive the terminal nor turn a line round.
 *
 * Control characters, direction marks, line separators and bytes that are no UTF-8 become \n, \t,
 * \xNN or \u{NNNN}. On a terminal text beyond ASCII is isolated too (U+2068 … U+2069, Unicode
 * Annex 9); ASCII turns nothing round, and is often copied from there to where those would hurt.
 */
#ifndef KC_CLI_VISIBLE_H
#define KC_CLI_VISIBLE_H

#include "base/buf.h"
#include "cli/look.h"

void kc_visible_push(struct kc_buf *out, struct kc_bytes text, const struct kc_look *look);
/* The same without isolation, cut in the middle ("very-lo…ple.com") to so many columns. */
void kc_visible_push_cut(
	struct kc_buf *out, struct kc_bytes text, const struct kc_look *look, size_t columns);
/* As one word of a shell's command line, quoted where it must be. */
void kc_visible_push_word(struct kc_buf *out, struct kc_bytes text);

/* Columns that visible text takes on a terminal. */
size_t kc_visible_columns(struct kc_bytes text);

#endif
