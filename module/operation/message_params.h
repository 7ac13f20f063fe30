/* SPDX-License-Identifier: ISC */
/*
 * The parameters of one message: PKCS#11 3.1, 6.13.3 (CK_GCM_MESSAGE_PARAMS, CK_CCM_MESSAGE_PARAMS)
 * and 6.62.4 (CK_SALSA20_CHACHA20_POLY1305_MSG_PARAMS). The iv may be made here, and the tag goes
 * in and out.
 */
#ifndef KC_MODULE_OPERATION_MESSAGE_PARAMS_H
#define KC_MODULE_OPERATION_MESSAGE_PARAMS_H

#include "module/operation/operation.h"

/* The three records as one. */
struct kc_message_params {
	CK_BYTE_PTR iv;
	CK_ULONG iv_len, fixed_bits;
	CK_GENERATOR_FUNCTION generator;
	CK_BYTE_PTR tag;
	unsigned tag_len;
	bool has_data_len;
	CK_ULONG data_len;
};
/* Reads the record that the operation's mechanism takes. CKR_MECHANISM_PARAM_INVALID. */
CK_RV kc_message_params_read(const struct kc_operation *operation, const void *parameter,
	CK_ULONG len, struct kc_message_params *ret);
/* Makes the operation ready for a message with them; makes the iv first when it encrypts and is
 * asked to, and writes it where the caller wants it. CKR_TOKEN_RESOURCE_EXCEEDED when there are no
 * more. */
CK_RV kc_message_params_begin(struct kc_operation *operation,
	const struct kc_message_params *params, struct kc_bytes aad, bool encrypts);

#endif
