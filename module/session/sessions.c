/* SPDX-License-Identifier: ISC */
/* The table of sessions: a sorted array. */
#include "module/session/sessions.h"

#include <string.h>

#include "module/session/module.h"

/* The place of a handle, or where it would be. */
static size_t place_of(const struct kc_sessions *sessions, CK_SESSION_HANDLE handle)
{
	size_t low = 0, high = sessions->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sessions->rows[middle]->handle < handle)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct kc_session *kc_sessions_find(const struct kc_sessions *sessions, CK_SESSION_HANDLE handle)
{
	size_t place = place_of(sessions, handle);

	if (place < sessions->count && sessions->rows[place]->handle == handle)
		return sessions->rows[place];
	return NULL;
}

static CK_RV make_room(struct kc_sessions *sessions)
{
	size_t wanted = sessions->allocated ? sessions->allocated * 2 : 8;
	struct kc_session **grown;

	if (sessions->count < sessions->allocated)
		return CKR_OK;
	grown = realloc(sessions->rows, wanted * sizeof(struct kc_session *));
	if (!grown)
		return CKR_HOST_MEMORY;
	sessions->rows = grown;
	sessions->allocated = wanted;
	return CKR_OK;
}

CK_RV kc_sessions_open(struct kc_module *module, enum kc_token_number token, bool is_writable,
	CK_SESSION_HANDLE *ret)
{
	struct kc_sessions *sessions = &module->sessions;
	struct kc_session *session;

	KC_RV_TRY(make_room(sessions));
	KC_RV_TRY(kc_session_new(module, sessions->last + 1, token, is_writable, &session));
	sessions->last++;
	sessions->rows[sessions->count++] = session;
	*ret = session->handle;
	return CKR_OK;
}

/* Takes one out of the table. A call that is inside keeps it alive and goes on. */
static void close_at(struct kc_sessions *sessions, size_t place)
{
	struct kc_session *session = sessions->rows[place];

	sessions->count--;
	memmove(&sessions->rows[place], &sessions->rows[place + 1],
		(sessions->count - place) * sizeof(struct kc_session *));
	session->is_closed = true;
	kc_session_put(session);
}

CK_RV kc_sessions_close(
	struct kc_sessions *sessions, CK_SESSION_HANDLE handle, enum kc_token_number *ret_token)
{
	const struct kc_session *session = kc_sessions_find(sessions, handle);

	if (!session)
		return CKR_SESSION_HANDLE_INVALID;
	*ret_token = session->token;
	close_at(sessions, place_of(sessions, handle));
	return CKR_OK;
}

void kc_sessions_close_token(struct kc_sessions *sessions, enum kc_token_number token)
{
	for (size_t i = sessions->count; i-- > 0;)
		if (sessions->rows[i]->token == token)
			close_at(sessions, i);
}

void kc_sessions_close_all(struct kc_sessions *sessions)
{
	while (sessions->count)
		close_at(sessions, sessions->count - 1);
}

void kc_sessions_count(const struct kc_sessions *sessions, enum kc_token_number token,
	CK_ULONG *ret_all, CK_ULONG *ret_writable)
{
	*ret_all = *ret_writable = 0;
	for (size_t i = 0; i < sessions->count; i++) {
		if (sessions->rows[i]->token != token)
			continue;
		++*ret_all;
		*ret_writable += sessions->rows[i]->is_writable;
	}
}

void kc_sessions_done(struct kc_sessions *sessions)
{
	free(sessions->rows);
	*sessions = (struct kc_sessions){0};
}
