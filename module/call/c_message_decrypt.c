/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.11: decrypting message by message. */
#include "module/operation/message_cipher.h"

CK_RV C_MessageDecryptInit(
	CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key)
{
	return kc_operation_init(handle, KC_ACTIVITY_MESSAGE_DECRYPT, mechanism, key);
}

CK_RV C_DecryptMessage(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR aad, CK_ULONG aad_len, CK_BYTE_PTR in, CK_ULONG in_len, CK_BYTE_PTR out,
	CK_ULONG_PTR out_len)
{
	return kc_message_cipher_whole(handle, KC_ACTIVITY_MESSAGE_DECRYPT, parameter,
		parameter_len, kc_bytes(aad, aad_len), kc_bytes(in, in_len), out, out_len);
}

CK_RV C_DecryptMessageBegin(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR aad, CK_ULONG aad_len)
{
	return kc_message_cipher_begin(handle, KC_ACTIVITY_MESSAGE_DECRYPT, parameter,
		parameter_len, kc_bytes(aad, aad_len));
}

CK_RV C_DecryptMessageNext(CK_SESSION_HANDLE handle, CK_VOID_PTR parameter, CK_ULONG parameter_len,
	CK_BYTE_PTR in, CK_ULONG in_len, CK_BYTE_PTR out, CK_ULONG_PTR out_len, CK_FLAGS flags)
{
	return kc_message_cipher_next(handle, KC_ACTIVITY_MESSAGE_DECRYPT, parameter, parameter_len,
		kc_bytes(in, in_len), out, out_len, flags);
}

CK_RV C_MessageDecryptFinal(CK_SESSION_HANDLE handle)
{
	return kc_message_cipher_final(handle, KC_ACTIVITY_MESSAGE_DECRYPT);
}
