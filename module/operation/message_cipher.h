/* SPDX-License-Identifier: ISC */
/* Encrypting and decrypting message by message, each with an iv, additional data and a tag of its
 * own. */
#ifndef KC_MODULE_OPERATION_MESSAGE_CIPHER_H
#define KC_MODULE_OPERATION_MESSAGE_CIPHER_H

#include "module/operation/message_params.h"
#include "module/session/session.h"

/* C_EncryptMessage, C_EncryptMessageBegin, C_EncryptMessageNext and C_MessageEncryptFinal, or those
 * of decryption. A message that fails does not end the operation. */
CK_RV kc_message_cipher_whole(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes aad, struct kc_bytes in, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len);
CK_RV kc_message_cipher_begin(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes aad);
CK_RV kc_message_cipher_next(CK_SESSION_HANDLE handle, enum kc_activity activity, void *parameter,
	CK_ULONG parameter_len, struct kc_bytes in, CK_BYTE_PTR out, CK_ULONG_PTR out_len,
	CK_FLAGS flags);
CK_RV kc_message_cipher_final(CK_SESSION_HANDLE handle, enum kc_activity activity);

#endif
