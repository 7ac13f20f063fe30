/* SPDX-License-Identifier: ISC */
/*
 * Which profile a call follows. The strict one is Apple's data-protection keychain to the letter;
 * the default one takes what programs written for the file keychain of macOS get away with.
 */
#ifndef KC_SECURITY_PROFILE_H
#define KC_SECURITY_PROFILE_H

#include <CoreFoundation/CoreFoundation.h>
#include <stdbool.h>

/* Strict when the process was started with KEYCIRCLE_STRICT_SECITEM=1, or the dictionary's value of
 * kSecUseDataProtectionKeychain (NULL without one) says true. */
bool kc_profile_is_strict(CFTypeRef use_data_protection);

#endif
