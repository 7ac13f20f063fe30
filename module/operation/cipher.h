/* SPDX-License-Identifier: ISC */
/* Encrypting and decrypting in a session: the one is the other with the lengths the other way
 * round. */
#ifndef KC_MODULE_OPERATION_CIPHER_H
#define KC_MODULE_OPERATION_CIPHER_H

#include "module/session/session.h"

/* C_Encrypt, C_EncryptUpdate and C_EncryptFinal, or C_Decrypt and so on, in an entered session. */
CK_RV kc_cipher_whole(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR in,
	CK_ULONG in_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len);
CK_RV kc_cipher_update(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR in,
	CK_ULONG in_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len);
CK_RV kc_cipher_final(struct kc_session *session, enum kc_activity activity, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len);

/* A part to the operation in the service, which is begun with the first one. What comes out is at
 * most *out_len bytes. */
CK_RV kc_cipher_send(struct kc_session *session, struct kc_operation *operation, bool decrypts,
	struct kc_bytes part, CK_BYTE_PTR out, CK_ULONG_PTR out_len);
/* One message by the operation's key and the given parameters, appended to ret: one round trip. */
CK_RV kc_cipher_run(struct kc_session *session, const struct kc_operation *operation, bool decrypts,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret);

#endif
