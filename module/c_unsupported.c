/* SPDX-License-Identifier: ISC */
/* The functions of PKCS#11 that this token does not have, one row each. */
#include "module/module.h"

static CK_RV refuse(CK_RV answer)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;

	KC_RV_TRY(kc_module_enter(&module));
	return answer;
}

/* What would work in a session says first whether there is one. */
static CK_RV refuse_in(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return CKR_FUNCTION_NOT_SUPPORTED;
}

/* clang-format off */
#define REFUSE(name, answer, parameters) \
	CK_RV C_##name parameters { return refuse(answer); }
#define REFUSE_IN(name, ...) \
	CK_RV C_##name(CK_SESSION_HANDLE session, ##__VA_ARGS__) { return refuse_in(session); }
#define U __attribute__((unused))
#define SESSION CK_SESSION_HANDLE session U
#define MECHANISM CK_MECHANISM_PTR mechanism U
#define KEY CK_OBJECT_HANDLE key U
#define IN(name) CK_BYTE_PTR name U, CK_ULONG name##_len U
#define OUT(name) CK_BYTE_PTR name U, CK_ULONG_PTR name##_len U
#define TEMPLATE CK_ATTRIBUTE_PTR template U, CK_ULONG count U
#define PARAMETER CK_VOID_PTR parameter U, CK_ULONG parameter_len U
#define MADE CK_OBJECT_HANDLE_PTR made U
#define NO CKR_FUNCTION_NOT_SUPPORTED

REFUSE_IN(MessageEncryptInit,  MECHANISM, KEY)
REFUSE_IN(EncryptMessage,      PARAMETER, IN(ad), IN(data), OUT(encrypted))
REFUSE_IN(EncryptMessageBegin, PARAMETER, IN(ad))
REFUSE_IN(EncryptMessageNext,  PARAMETER, IN(data), OUT(encrypted), CK_FLAGS flags U)
REFUSE_IN(MessageEncryptFinal)
REFUSE_IN(MessageDecryptInit,  MECHANISM, KEY)
REFUSE_IN(DecryptMessage,      PARAMETER, IN(ad), IN(encrypted), OUT(data))
REFUSE_IN(DecryptMessageBegin, PARAMETER, IN(ad))
REFUSE_IN(DecryptMessageNext,  PARAMETER, IN(encrypted), OUT(data), CK_FLAGS flags U)
REFUSE_IN(MessageDecryptFinal)
REFUSE_IN(MessageSignInit,     MECHANISM, KEY)
REFUSE_IN(SignMessage,         PARAMETER, IN(data), OUT(signature))
REFUSE_IN(SignMessageBegin,    PARAMETER)
REFUSE_IN(SignMessageNext,     PARAMETER, IN(data), OUT(signature))
REFUSE_IN(MessageSignFinal)
REFUSE_IN(MessageVerifyInit,   MECHANISM, KEY)
REFUSE_IN(VerifyMessage,       PARAMETER, IN(data), IN(signature))
REFUSE_IN(VerifyMessageBegin,  PARAMETER)
REFUSE_IN(VerifyMessageNext,   PARAMETER, IN(data), IN(signature))
REFUSE_IN(MessageVerifyFinal)
/* Functions do not run in parallel since PKCS#11 2.0. */
REFUSE(GetFunctionStatus,   CKR_FUNCTION_NOT_PARALLEL, (SESSION))
REFUSE(CancelFunction,      CKR_FUNCTION_NOT_PARALLEL, (SESSION))
/* clang-format on */
