/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.20: random bytes, from the kernel. */
#include "base/random.h"
#include "module/session/session.h"

/* The kernel's generator needs no seed of an application, and is not harmed by one left out. */
CK_RV C_SeedRandom(CK_SESSION_HANDLE handle, CK_BYTE_PTR seed, CK_ULONG seed_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	return !seed && seed_len ? CKR_ARGUMENTS_BAD : CKR_OK;
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!data && len)
		return CKR_ARGUMENTS_BAD;
	kc_random_fill(data, len);
	return CKR_OK;
}
