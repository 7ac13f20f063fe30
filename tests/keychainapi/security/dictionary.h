/* SPDX-License-Identifier: ISC */
/* Dictionaries from tables of members. */
#ifndef KC_TESTS_DICTIONARY_H
#define KC_TESTS_DICTIONARY_H

#include "tests/keychainapi/security/facts.h"

/* What OBJECT_LAST stands for; retained. */
void dictionary_set_last(CFDataRef persistent_ref);

/* What OBJECT_CLASS stands for. */
void dictionary_set_class(const char *class);

/* A dictionary with NULL callbacks of the members, as sloppy programs make them; all of it lives
 * until the next call of dictionary_release. */
CFDictionaryRef dictionary_make(const struct member *members);
void dictionary_release(void);

#endif
