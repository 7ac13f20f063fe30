/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.7.7 to 5.7.9: searching for objects. */
#include <string.h>

#include "module/object/find.h"

CK_RV C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_template t;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(kc_template_init(&t, template, count));
	if (session->search.is_active)
		return CKR_OPERATION_ACTIVE;
	return kc_find_all(session, &t);
}

CK_RV C_FindObjects(
	CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE_PTR objects, CK_ULONG most, CK_ULONG_PTR count)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	struct kc_search *search;
	size_t left;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!count || (!objects && most))
		return CKR_ARGUMENTS_BAD;
	search = &session->search;
	if (!search->is_active)
		return CKR_OPERATION_NOT_INITIALIZED;
	left = search->count - search->next;
	*count = left < most ? left : most;
	if (*count)
		memcpy(objects, search->handles + search->next, *count * sizeof *objects);
	search->next += *count;
	return CKR_OK;
}

CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!session->search.is_active)
		return CKR_OPERATION_NOT_INITIALIZED;
	kc_session_end_search(session);
	return CKR_OK;
}
