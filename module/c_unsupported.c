/* SPDX-License-Identifier: ISC */
/* The functions of PKCS#11 that this token does not have, one row each. */
#include "module/module.h"

static CK_RV refuse(CK_RV answer)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;

	KC_RV_TRY(kc_module_enter(&module));
	return answer;
}

/* clang-format off */
#define REFUSE(name, answer, parameters) \
	CK_RV C_##name parameters { return refuse(answer); }
#define U __attribute__((unused))
#define SESSION CK_SESSION_HANDLE session U
#define IN(name) CK_BYTE_PTR name U, CK_ULONG name##_len U
#define NO CKR_FUNCTION_NOT_SUPPORTED

/* A keychain is made by its owner (kc setup), with a password that no officer knows. */
REFUSE(InitToken,           NO, (CK_SLOT_ID slot U, IN(pin), CK_UTF8CHAR_PTR label U))
REFUSE(InitPIN,             NO, (SESSION, IN(pin)))
/* Functions do not run in parallel since PKCS#11 2.0. */
REFUSE(GetFunctionStatus,   CKR_FUNCTION_NOT_PARALLEL, (SESSION))
REFUSE(CancelFunction,      CKR_FUNCTION_NOT_PARALLEL, (SESSION))
/* clang-format on */
