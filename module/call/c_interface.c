/* SPDX-License-Identifier: ISC */
/*
 * The lists of functions that an application gets hold of first.
 *
 * Only these three names are exported. The same functions stand in a list of each version, since
 * consumers read a list as far as its version says; who names no version gets the newest.
 */
#include <string.h>

#include "base/mem.h"
#include "module/form/cryptoki.h"

#define EXPORTED __attribute__((visibility("default")))

#define KC_CALL(name, chapter) .C_##name = C_##name,

static CK_FUNCTION_LIST functions = {
	.version = {2, 40},
#define KC_CALL_3_0(name, chapter)
#include "module/form/calls.def"
#undef KC_CALL_3_0
};

#define KC_CALL_3_0 KC_CALL

static CK_FUNCTION_LIST_3_0 functions_3_0 = {
	.version = {3, 0},
#include "module/form/calls.def"
};

static CK_FUNCTION_LIST_3_0 functions_3_1 = {
	.version = {3, 1},
#include "module/form/calls.def"
};

#undef KC_CALL_3_0
#undef KC_CALL

static CK_UTF8CHAR standard_name[] = "PKCS 11";

/* Not CKF_INTERFACE_FORK_SAFE: a child begins anew (module/session/module.h). */
static CK_INTERFACE interfaces[] = {
	{standard_name, &functions_3_1, 0},
	{standard_name, &functions_3_0, 0},
	{standard_name, &functions, 0},
};

EXPORTED CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	if (!list)
		return CKR_ARGUMENTS_BAD;
	*list = &functions;
	return CKR_OK;
}

EXPORTED CK_RV C_GetInterfaceList(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_ULONG room;

	if (!count)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = KC_COUNT_OF(interfaces);
	if (!list)
		return CKR_OK;
	if (room < KC_COUNT_OF(interfaces))
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, interfaces, sizeof interfaces);
	return CKR_OK;
}

static bool is_wanted(const CK_INTERFACE *interface, const CK_UTF8CHAR *name,
	const CK_VERSION *version, CK_FLAGS flags)
{
	const CK_VERSION *offered = interface->pFunctionList; /* every list begins with it */

	if (name && strcmp((const char *)name, (const char *)interface->pInterfaceName) != 0)
		return false;
	if (version && (version->major != offered->major || version->minor != offered->minor))
		return false;
	return (flags & ~interface->flags) == 0;
}

EXPORTED CK_RV C_GetInterface(
	CK_UTF8CHAR *name, CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	if (!interface)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < KC_COUNT_OF(interfaces); i++) {
		if (is_wanted(&interfaces[i], name, version, flags)) {
			*interface = &interfaces[i];
			return CKR_OK;
		}
	}
	return CKR_FUNCTION_FAILED;
}
