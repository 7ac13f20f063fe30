/* SPDX-License-Identifier: ISC */
/* Choosing the profile. */
#include "keychainapi/Security/item/profile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "keychainapi/Security/object.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool process_is_strict;

/* Once: getenv() in one thread races with setenv() in another. */
static void look_at_environment(void)
{
	const char *value = getenv("KEYCIRCLE_STRICT_SECITEM");

	process_is_strict = value && strcmp(value, "1") == 0;
}

bool kc_profile_is_strict(CFTypeRef use_data_protection)
{
	bool wanted;

	pthread_once(&once, look_at_environment);
	if (process_is_strict)
		return true;
	return kc_object_truth(use_data_protection, &wanted) == KC_OK && wanted;
}
