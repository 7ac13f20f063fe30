/* SPDX-License-Identifier: ISC */
/* The input of a signature on its way to the service. */
#include "module/operation.h"

/* Of a mechanism without a digest of its own: what fits into a message to the service, with room
 * for the rest of it. */
#define MOST_DATA ((size_t)3 << 20)

void kc_operation_begin(struct kc_operation *operation, const struct kc_mechanism *mechanism,
	struct kc_params *params, struct kc_object *key)
{
	*operation = (struct kc_operation){
		.key = key,
		.mechanism = mechanism,
		.params = *params,
		.data = KC_BUF_INIT_MAX(MOST_DATA),
	};
	*params = (struct kc_params){0};
	if (mechanism->hash != KC_HASH_NONE)
		kc_hasher_start(&operation->hasher, mechanism->hash);
}

void kc_operation_update(struct kc_operation *operation, struct kc_bytes part)
{
	if (operation->hasher.hash != KC_HASH_NONE)
		kc_hasher_update(&operation->hasher, part);
	else
		kc_buf_push(&operation->data, part.data, part.len);
}

CK_RV kc_operation_input(struct kc_operation *operation, struct kc_bytes *ret)
{
	if (operation->hasher.hash != KC_HASH_NONE) {
		uint8_t digest[KC_HASHER_MAX_LEN];
		size_t len = kc_hasher_len(operation->hasher.hash);
		kc_hasher_finish(&operation->hasher, digest);
		kc_buf_push(&operation->data, digest, len);
	}
	KC_RV_OF(kc_buf_check(&operation->data));
	*ret = kc_buf_bytes(&operation->data);
	return CKR_OK;
}

void kc_operation_end(struct kc_operation *operation)
{
	if (!kc_operation_is_active(operation))
		return;
	kc_object_put(operation->key);
	kc_hasher_reset(&operation->hasher);
	kc_params_done(&operation->params);
	kc_buf_done(&operation->data);
	*operation = (struct kc_operation){0};
}
