/* SPDX-License-Identifier: ISC */
/* Whole messages that go in parts because they are too long for one call. */
#ifndef KC_WIRE_CLIENT_OPERATION_H
#define KC_WIRE_CLIENT_OPERATION_H

#include "wire/client.h"

/* From how many bytes on; a part is as long. */
#define KC_CLIENT_LONG ((size_t)1 << 20)

KC_MUST kc_err kc_client_operation_cipher(struct kc_client *client, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_client_operation_mac(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_client_operation_mac_check(struct kc_client *client, uint64_t id,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes code);

#endif
