/* SPDX-License-Identifier: ISC */
/*
 * PKCS#11 3.1, 5.17: two operations at once. The encrypting or decrypting half says whether the
 * part was taken or only the length asked for; the other half follows. The plaintext of an
 * encryption is copied first: it may be in the buffer that the ciphertext goes to.
 */
#include "module/operation/cipher.h"
#include "module/operation/sign.h"

static CK_RV check_digest(struct kc_session *session)
{
	return session->digest.hash == KC_HASH_NONE ? CKR_OPERATION_NOT_INITIALIZED : CKR_OK;
}

static CK_RV digest(struct kc_session *session, struct kc_bytes part)
{
	session->digest_has_parts = true;
	kc_hasher_update(&session->digest, part);
	return CKR_OK;
}

static CK_RV check_sign(struct kc_session *session)
{
	struct kc_operation *operation;

	return kc_operation_find(session, KC_ACTIVITY_SIGN, true, &operation);
}

static CK_RV sign(struct kc_session *session, struct kc_bytes part)
{
	return kc_sign_take_part(
		session, KC_ACTIVITY_SIGN, (CK_BYTE_PTR)(uintptr_t)part.data, part.len);
}

static CK_RV check_verify(struct kc_session *session)
{
	struct kc_operation *operation;

	return kc_operation_find(session, KC_ACTIVITY_VERIFY, true, &operation);
}

static CK_RV verify(struct kc_session *session, struct kc_bytes part)
{
	return kc_sign_take_part(
		session, KC_ACTIVITY_VERIFY, (CK_BYTE_PTR)(uintptr_t)part.data, part.len);
}

/* The half that is no cipher. */
struct half {
	CK_RV (*check)(struct kc_session *session);
	CK_RV (*take)(struct kc_session *session, struct kc_bytes part);
};

static CK_RV encrypt_and(CK_SESSION_HANDLE handle, struct half half, CK_BYTE_PTR part,
	CK_ULONG part_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT_MAX(SIZE_MAX);

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(half.check(session));
	if (out && part) {
		kc_buf_push(&plain, part, part_len);
		KC_RV_OF(kc_buf_check(&plain));
	}
	KC_RV_TRY(kc_cipher_update(session, KC_ACTIVITY_ENCRYPT, part, part_len, out, out_len));
	return out ? half.take(session, kc_buf_bytes(&plain)) : CKR_OK;
}

static CK_RV decrypt_and(CK_SESSION_HANDLE handle, struct half half, CK_BYTE_PTR part,
	CK_ULONG part_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	KC_CLEANUP_SESSION struct kc_session *session = NULL;

	KC_RV_TRY(kc_session_enter(handle, &session));
	KC_RV_TRY(half.check(session));
	KC_RV_TRY(kc_cipher_update(session, KC_ACTIVITY_DECRYPT, part, part_len, out, out_len));
	return out ? half.take(session, kc_bytes(out, *out_len)) : CKR_OK;
}

CK_RV C_DigestEncryptUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len,
	CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	return encrypt_and(
		handle, (struct half){check_digest, digest}, part, part_len, out, out_len);
}

CK_RV C_DecryptDigestUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len,
	CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	return decrypt_and(
		handle, (struct half){check_digest, digest}, part, part_len, out, out_len);
}

CK_RV C_SignEncryptUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len,
	CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	return encrypt_and(handle, (struct half){check_sign, sign}, part, part_len, out, out_len);
}

CK_RV C_DecryptVerifyUpdate(CK_SESSION_HANDLE handle, CK_BYTE_PTR part, CK_ULONG part_len,
	CK_BYTE_PTR out, CK_ULONG_PTR out_len)
{
	return decrypt_and(
		handle, (struct half){check_verify, verify}, part, part_len, out, out_len);
}
