/* SPDX-License-Identifier: ISC */
/* The table of open sessions; all under the module's lock. */
#ifndef KC_MODULE_SESSION_SESSIONS_H
#define KC_MODULE_SESSION_SESSIONS_H

#include "module/session/session.h"

/* Sorted by handle: handles grow and are not used again. */
struct kc_sessions {
	struct kc_session **rows;
	size_t count, allocated;
	CK_SESSION_HANDLE last;
};

/* NULL when there is none. */
struct kc_session *kc_sessions_find(const struct kc_sessions *sessions, CK_SESSION_HANDLE handle);
/* CKR_HOST_MEMORY. */
CK_RV kc_sessions_open(struct kc_module *module, enum kc_token_number token, bool is_writable,
	CK_SESSION_HANDLE *ret);
/* CKR_SESSION_HANDLE_INVALID. */
CK_RV kc_sessions_close(
	struct kc_sessions *sessions, CK_SESSION_HANDLE handle, enum kc_token_number *ret_token);
void kc_sessions_close_token(struct kc_sessions *sessions, enum kc_token_number token);
void kc_sessions_close_all(struct kc_sessions *sessions);
void kc_sessions_count(const struct kc_sessions *sessions, enum kc_token_number token,
	CK_ULONG *ret_all, CK_ULONG *ret_writable);
void kc_sessions_done(struct kc_sessions *sessions); /* every session is closed already */

#endif
