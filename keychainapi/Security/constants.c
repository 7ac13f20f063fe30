/* SPDX-License-Identifier: ISC */
/* The exported string constants, as initialised data: good before any constructor runs. */
#include <Security/SecItemPriv.h>
#include <Security/SecKeyPriv.h>
#include <Security/SecPasswordGenerate.h>
#include <Security/Security.h>

#include "keychainapi/CoreFoundation/cf_runtime.h"

#define SEC_CONSTANT(name, text) KC_CF_STRING_CONSTANT(name, text);
#define SEC_FOURCC(name, text) KC_CF_STRING_CONSTANT(name, text);
#define SEC_ALIAS(name, other) KC_CF_STRING_ALIAS(name, other);
#include "keychainapi/Security/constants.def"
