/* SPDX-License-Identifier: ISC */
/* How much of a class is in the keychain, synchronizable or not. */
#ifndef KC_TESTS_STORED_H
#define KC_TESTS_STORED_H

#include <Security/Security.h>

CFIndex stored_count(CFStringRef class);
/* Certificates and keys together. */
CFIndex stored_count_all(void);
/* Deletes the certificates and keys, and checks that none is left. */
void stored_delete_all(void);

#endif
