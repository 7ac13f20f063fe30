/* SPDX-License-Identifier: ISC */
/*
 * Objects as short text, for tables of expectations.
 *
 *   data:BYTES  text:CHARACTERS  number:5  date  control:ak  null  untouched
 *   ref:genp            a persistent reference of that class
 *   item:genp           a SecKeychainItem of that class
 *   {acct svce v_Data}  a dictionary, by its keys in order
 *   [data:1 data:2]     an array, elements in order of their text
 */
#ifndef KC_TESTS_DESCRIBE_H
#define KC_TESTS_DESCRIBE_H

#include <Security/Security.h>

/* What a result is set to before a call, to see whether the call writes to it. */
extern const CFTypeRef describe_untouched;

/* The text, to be freed. */
char *describe(CFTypeRef object);

/* Whether the object is what the expectation says (facts.h); when not, why, to be freed. */
char *describe_difference(CFTypeRef object, const char *expected);

#endif
