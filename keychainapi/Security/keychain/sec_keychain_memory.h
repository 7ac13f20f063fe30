/* SPDX-License-Identifier: ISC */
/*
 * Memory that the older interface gives to programs.
 *
 * It comes from malloc(3), with a NUL behind the bytes: programs read past lengths, and some free
 * with free(3). What is freed here is wiped.
 */
#ifndef KC_SECURITY_SEC_KEYCHAIN_MEMORY_H
#define KC_SECURITY_SEC_KEYCHAIN_MEMORY_H

#include <Security/SecBase.h>

#include "base/mem.h"

/* A copy. Errors: NO_MEMORY, TOO_LARGE for a length that is no UInt32. */
KC_MUST kc_err kc_sec_keychain_memory_dup(struct kc_bytes bytes, UInt32 *ret_len, void **ret);

/* NULL is fine. */
void kc_sec_keychain_memory_free(void *data);

#endif
