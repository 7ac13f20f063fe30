/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.12: digests, made in this process. */
#include <string.h>

#include "module/object/attribute.h"
#include "module/object/fetch.h"
#include "module/session/module.h"

CK_RV C_DigestInit(CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	const struct kc_mechanism *row;

	KC_RV_TRY(kc_session_enter(handle, &session));
	if (session->digest.hash != KC_HASH_NONE) {
		if (mechanism)
			return CKR_OPERATION_ACTIVE;
		kc_session_end_digest(session);
		return CKR_OK;
	}
	KC_RV_TRY(kc_mechanism_ask(session->module, mechanism, CKF_DIGEST, &row));
	session->digest_has_parts = false;
	kc_hasher_start(&session->digest, row->hash);
	return CKR_OK;
}

/* Writes the digest and ends the operation; or tells its length, or that it is longer than the
 * room, which ends nothing. */
static CK_RV finish(struct kc_session *session, CK_BYTE_PTR digest, CK_ULONG_PTR digest_len)
{
	uint8_t made[KC_HASHER_MAX_LEN];
	CK_ULONG room = *digest_len;

	*digest_len = kc_hasher_len(session->digest.hash);
	if (!digest)
		return CKR_OK;
	if (room < *digest_len)
		return CKR_BUFFER_TOO_SMALL;
	kc_hasher_finish(&session->digest, made);
	memcpy(digest, made, *digest_len);
	return CKR_OK;
}

/* Whether there is an operation, of the one sort or the other. */
static CK_RV check(const struct kc_session *session, bool in_parts)
{
	if (session->digest.hash == KC_HASH_NONE)
		return CKR_OPERATION_NOT_INITIALIZED;
	return session->digest_has_parts && !in_parts ? CKR_OPERATION_ACTIVE : CKR_OK;
}

/* Bad arguments end an operation, as any failure but a small buffer does. */
static CK_RV give_up(struct kc_session *session)
{
	kc_session_end_digest(session);
	return CKR_ARGUMENTS_BAD;
}

CK_RV C_Digest(CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR digest,
	CK_ULONG_PTR digest_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(check(session, false));
	if (!digest_len || (!data && data_len))
		return give_up(session);
	if (digest && *digest_len >= kc_hasher_len(session->digest.hash))
		kc_hasher_update(&session->digest, kc_bytes(data, data_len));
	return finish(session, digest, digest_len);
}

static CK_RV reveal(struct kc_session *session, const struct kc_object *key, struct kc_secret *ret)
{
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ATTRIBUTE extractable = {CKA_EXTRACTABLE, &yes, sizeof yes};
	CK_ATTRIBUTE sensitive = {CKA_SENSITIVE, &no, sizeof no};
	unsigned tries = 0;
	kc_err err;

	if (!(key->kind & KC_OBJECT_KEY))
		return CKR_KEY_HANDLE_INVALID;
	if (key->kind != KC_OBJECT_SECRET || !kc_attribute_equals(key, &extractable) ||
		!kc_attribute_equals(key, &sensitive))
		return CKR_KEY_INDIGESTIBLE;
	do {
		err = kc_client_key_reveal(session->module->client, key->item.id, ret);
	} while (kc_operation_unlocked(session, err, &tries));
	return err == KC_E_NOT_EXTRACTABLE ? CKR_KEY_INDIGESTIBLE : kc_operation_rv(err);
}

CK_RV C_DigestUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(check(session, true));
	if (!part && part_len)
		return give_up(session);
	session->digest_has_parts = true;
	kc_hasher_update(&session->digest, kc_bytes(part, part_len));
	return CKR_OK;
}

/* The value of a key that may be read. */
CK_RV C_DigestKey(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key_handle)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_OBJECT struct kc_object *key = NULL;
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	CK_RV rv;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(check(session, true));
	rv = kc_fetch_known(session, key_handle, &key);
	if (rv == CKR_OK)
		rv = reveal(session, key, &value);
	if (rv != CKR_OK) {
		kc_session_end_digest(session);
		return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_KEY_HANDLE_INVALID : rv;
	}
	session->digest_has_parts = true;
	kc_hasher_update(&session->digest, kc_secret_bytes(&value));
	return CKR_OK;
}

CK_RV C_DigestFinal(CK_SESSION_HANDLE handle, CK_BYTE_PTR digest, CK_ULONG_PTR digest_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(check(session, true));
	if (!digest_len)
		return give_up(session);
	return finish(session, digest, digest_len);
}
