/* SPDX-License-Identifier: ISC */
/* Test vectors as standards print them. */
#ifndef KC_TESTS_CRYPTO_HEX_H
#define KC_TESTS_CRYPTO_HEX_H

#include "base/buf.h"

/* Appends the bytes of hexadecimal text; blanks are skipped. Ends the process when it is none. */
void hex_push(struct kc_buf *buf, const char *text);
/* Whether bytes are what the text says. */
bool hex_is(struct kc_bytes bytes, const char *text);

#endif
