/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.20: functions do not run in parallel since 2.0, which these two must say. */
#include "module/session/module.h"

static CK_RV refuse(void)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;

	KC_RV_TRY(kc_module_enter(&module));
	return CKR_FUNCTION_NOT_PARALLEL;
}

CK_RV C_GetFunctionStatus(CK_SESSION_HANDLE session)
{
	(void)session;
	return refuse();
}

CK_RV C_CancelFunction(CK_SESSION_HANDLE session)
{
	(void)session;
	return refuse();
}
