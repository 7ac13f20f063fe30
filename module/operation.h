/* SPDX-License-Identifier: ISC */
/*
 * A signature or a verification under way in a session: from C_SignInit to C_Sign or C_SignFinal.
 *
 * It collects the input in whichever form travels: as a running digest where the mechanism has one,
 * else as the bytes themselves.
 */
#ifndef KC_MODULE_OPERATION_H
#define KC_MODULE_OPERATION_H

#include "base/buf.h"
#include "module/hasher.h"
#include "module/object.h"
#include "module/params.h"

struct kc_operation {
	struct kc_object *key; /* owned reference; NULL: no operation */
	const struct kc_mechanism *mechanism;
	struct kc_params params;
	bool has_parts; /* C_…Update was called: only C_…Final may end it */
	struct kc_hasher hasher;
	struct kc_buf data;
};

static inline bool kc_operation_is_active(const struct kc_operation *operation)
{
	return operation->key != NULL;
}
/* Takes the key and the parameters. The row, the parameters and the key have been checked. */
void kc_operation_begin(struct kc_operation *operation, const struct kc_mechanism *mechanism,
	struct kc_params *params, struct kc_object *key);
void kc_operation_update(struct kc_operation *operation, struct kc_bytes part);
/* What to send: the digest, or all that was collected. Borrowed until the end; CKR_DATA_LEN_RANGE
 * when it was too much. */
CK_RV kc_operation_input(struct kc_operation *operation, struct kc_bytes *ret);
void kc_operation_end(struct kc_operation *operation); /* wipes; no operation afterwards */

#endif
