/* SPDX-License-Identifier: ISC */
/* The seal around the circle's records in the store: nobody reads them without K_meta, and none can
 * be moved to another place (doc/protocol.md 3). */
#ifndef KC_CIRCLE_ENVELOPE_H
#define KC_CIRCLE_ENVELOPE_H

#include "backend/circle/account.h"
#include "backend/cloud/cloud.h"

/* The place of a value in the store. */
struct kc_place_in_store {
	const struct kc_account_id *account;
	const struct kc_writer_id *writer;
	struct kc_bytes key;
};

KC_MUST kc_err kc_envelope_seal(const struct kc_account_keys *keys,
	const struct kc_place_in_store *place, struct kc_bytes plain, struct kc_buf *ret);
/* Errors: WAITING (under a K_meta that is not ours), DECODE, CORRUPT. */
KC_MUST kc_err kc_envelope_open(const struct kc_account_keys *keys,
	const struct kc_place_in_store *place, struct kc_bytes sealed, struct kc_buf *ret);

#endif
