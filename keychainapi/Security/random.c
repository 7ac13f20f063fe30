/* SPDX-License-Identifier: ISC */
/* SecRandom: the kernel's random bytes. */
#include "base/random.h"

#include <Security/SecRandom.h>

const SecRandomRef kSecRandomDefault = NULL;

int SecRandomCopyBytes(SecRandomRef rnd, size_t count, void *bytes)
{
	(void)rnd;
	if (!bytes && count)
		return errSecParam;
	kc_random_fill(bytes, count);
	return errSecSuccess;
}
