/* SPDX-License-Identifier: ISC */
/*
 * Standard output: data, collected and then written past stdio, whose buffers nobody wipes.
 *
 * Sticky: push everything, flush once. Long output leaves in pieces as it grows.
 */
#ifndef KC_CLI_OUT_H
#define KC_CLI_OUT_H

#include "base/buf.h"
#include "cli/look.h"

struct kc_out {
	struct kc_buf buf;
	struct kc_look look;
	kc_err err;
};

void kc_out_init(struct kc_out *out);
void kc_out_done(struct kc_out *out);
#define KC_CLEANUP_OUT KC_CLEANUP(kc_out_done)

void kc_out_push(struct kc_out *out, struct kc_bytes data);
/* Our own words, short of 1 KiB. */
void kc_out_print(struct kc_out *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Our words around theirs. */
void kc_out_words(struct kc_out *out, struct kc_bytes words);
/* Foreign text, made harmless. */
void kc_out_name(struct kc_out *out, struct kc_bytes name);
/* Everything so far is written. Errors: IO, NO_MEMORY; also of earlier pieces. */
KC_MUST kc_err kc_out_flush(struct kc_out *out);

#endif
