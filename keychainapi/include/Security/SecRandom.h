/* SPDX-License-Identifier: ISC */
/* Random bytes fit for keys. */
#ifndef SECURITY_SECRANDOM_H
#define SECURITY_SECRANDOM_H

#include <stddef.h>
#include <stdint.h>

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

typedef const struct __SecRandom *SecRandomRef;

/* The kernel's generator, which is the only one: NULL, as on Apple's systems. */
CF_EXPORT const SecRandomRef kSecRandomDefault;

/* Fills bytes with count random bytes. rnd is not looked at. errSecParam when bytes is NULL and
 * count is not 0. */
CF_EXPORT int SecRandomCopyBytes(SecRandomRef rnd, size_t count, void *bytes);

CF_EXTERN_C_END

#endif
