/* SPDX-License-Identifier: ISC */
/* Which access groups a caller may use. */
#include "backend/keychain_impl.h"

kc_err kc_keychain_access_caller(const struct kc_caller *caller)
{
	return caller->group_count > 0 ? KC_OK : KC_ERR(NOT_ALLOWED);
}

kc_err kc_keychain_access_group(const struct kc_caller *caller, struct kc_bytes group)
{
	if (caller->all_groups)
		return KC_OK;
	for (size_t i = 0; i < caller->group_count; i++)
		if (kc_bytes_equal(kc_bytes_str(caller->groups[i]), group))
			return KC_OK;
	return KC_ERR(NOT_ALLOWED);
}
