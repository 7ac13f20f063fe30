/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.6: the state of an operation, saved and restored. Only that of a digest: what is
 * done with a key holds parts of the key, or is in the service.
 *
 * The state is for this build of this library on this computer. A digest over it tells what was not
 * made here or has been damaged.
 */
#include <string.h>

#include "module/session/module.h"

#define MAGIC "Keycircle digest 1"
#define CHECK_LEN 32

struct state {
	char magic[sizeof MAGIC];
	bool has_parts;
	struct kc_hasher hasher;
	uint8_t check[CHECK_LEN]; /* SHA-256 of all before */
};

static void compute_check(const struct state *state, uint8_t ret[static KC_HASHER_MAX_LEN])
{
	struct kc_hasher hasher;

	kc_hasher_start(&hasher, KC_HASH_SHA256);
	kc_hasher_update(&hasher, kc_bytes(state, offsetof(struct state, check)));
	kc_hasher_finish(&hasher, ret);
}

static bool uses_key(const struct kc_session *session)
{
	for (size_t i = 0; i < KC_ACTIVITY_COUNT; i++)
		if (kc_operation_is_active(&session->operations[i]))
			return true;
	return false;
}

CK_RV C_GetOperationState(CK_SESSION_HANDLE handle, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	uint8_t check[KC_HASHER_MAX_LEN];
	struct state state;
	CK_ULONG room;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!out_len)
		return CKR_ARGUMENTS_BAD;
	if (uses_key(session))
		return CKR_STATE_UNSAVEABLE;
	if (session->digest.hash == KC_HASH_NONE)
		return CKR_OPERATION_NOT_INITIALIZED;
	room = *out_len;
	*out_len = sizeof state;
	if (!out)
		return CKR_OK;
	if (room < sizeof state)
		return CKR_BUFFER_TOO_SMALL;
	memset(&state, 0, sizeof state); /* the gaps too, for the check */
	memcpy(state.magic, MAGIC, sizeof state.magic);
	state.has_parts = session->digest_has_parts;
	state.hasher = session->digest;
	compute_check(&state, check);
	memcpy(state.check, check, sizeof state.check);
	memcpy(out, &state, sizeof state);
	kc_mem_wipe(&state, sizeof state);
	return CKR_OK;
}

CK_RV C_SetOperationState(CK_SESSION_HANDLE handle, CK_BYTE_PTR in, CK_ULONG in_len,
	CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	uint8_t check[KC_HASHER_MAX_LEN];
	struct state state;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (!in)
		return CKR_ARGUMENTS_BAD;
	if (in_len != sizeof state)
		return CKR_SAVED_STATE_INVALID;
	memcpy(&state, in, sizeof state);
	compute_check(&state, check);
	if (memcmp(state.magic, MAGIC, sizeof state.magic) != 0 ||
		memcmp(state.check, check, sizeof state.check) != 0)
		return CKR_SAVED_STATE_INVALID;
	if (encryption_key != CK_INVALID_HANDLE || authentication_key != CK_INVALID_HANDLE)
		return CKR_KEY_NOT_NEEDED;
	for (size_t i = 0; i < KC_ACTIVITY_COUNT; i++)
		kc_operation_end(&session->operations[i]);
	session->digest = state.hasher;
	session->digest_has_parts = state.has_parts;
	kc_mem_wipe(&state, sizeof state);
	return CKR_OK;
}
