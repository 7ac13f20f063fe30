/* SPDX-License-Identifier: ISC */
/* The seal around the circle's records in the store: nobody reads them without a metadata key, and
 * none can be moved to another place (doc/protocol.md 3). */
#ifndef KC_CIRCLE_RECORD_ENVELOPE_H
#define KC_CIRCLE_RECORD_ENVELOPE_H

#include "backend/circle/record/account.h"
#include "backend/cloud/cloud.h"

/* The place of a value in the store. */
struct kc_place_in_store {
	const struct kc_account_id *account;
	const struct kc_writer_id *writer;
	struct kc_bytes key;
};

#define KC_META_KID_LEN 16

struct kc_meta_key {
	uint8_t kid[KC_META_KID_LEN]; /* commits to it, so that another is told from a forgery */
	const struct kc_siv_key *siv; /* borrowed */
};

KC_MUST kc_err kc_envelope_seal(const struct kc_meta_key *key,
	const struct kc_place_in_store *place, struct kc_bytes plain, struct kc_buf *ret);
/* Which key opens it. Errors: DECODE. */
KC_MUST kc_err kc_envelope_peek(struct kc_bytes sealed, uint8_t ret_kid[static KC_META_KID_LEN]);
/* Errors: WAITING (under another key), DECODE, CORRUPT. */
KC_MUST kc_err kc_envelope_open(const struct kc_meta_key *key,
	const struct kc_place_in_store *place, struct kc_bytes sealed, struct kc_buf *ret);

#endif
