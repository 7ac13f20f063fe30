/* SPDX-License-Identifier: ISC */
/* Getting the cryptographic library ready, before anything else of the process uses it. */
#ifndef KC_CRYPTO_CRYPTO_H
#define KC_CRYPTO_CRYPTO_H

#include "base/err.h"

/*
 * Makes the library wipe every block that it frees or moves, and makes its private context. To be
 * called first in main(): once the library has given out memory its allocator cannot be changed
 * (BUG). It also keeps the library from reading the machine's configuration. Calling it again does
 * nothing. A library inside somebody else's process leaves it out, since allocator and
 * configuration are that program's: the context is then made at the first use, with the usual
 * allocator.
 */
KC_MUST kc_err kc_crypto_init(void);

#endif
