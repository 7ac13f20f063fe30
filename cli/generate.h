/* SPDX-License-Identifier: ISC */
/* Random passwords that people can read aloud and type. */
#ifndef KC_CLI_GENERATE_H
#define KC_CLI_GENERATE_H

#include "base/buf.h"

#define KC_GENERATE_MAX 1024

/* Appends so many characters, each chosen without bias from letters and digits that cannot be taken
 * for one another (no 0 O o, 1 l I): 5.8 bits each. Failure is the buffer's. */
void kc_generate_password(size_t characters, struct kc_buf *out);

#endif
