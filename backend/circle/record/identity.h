/* SPDX-License-Identifier: ISC */
/*
 * This device as a peer: its three key pairs and what they are called.
 *
 * Made on the device, kept in a cell that is bound to it, never exported: a device that is restored
 * from a backup makes a new identity and joins again.
 */
#ifndef KC_CIRCLE_RECORD_IDENTITY_H
#define KC_CIRCLE_RECORD_IDENTITY_H

#include "backend/circle/record/permanent.h"
#include "base/secret.h"

struct kc_identity {
	struct kc_pk *sign, *legacy; /* owned */
	struct kc_pk *agree;	     /* owned; NULL while locked: whoever has it has all shares */
	struct kc_permanent permanent;
	struct kc_peer_id id;
};

#define KC_IDENTITY_INIT \
	{                \
		0        \
	}
#define KC_CLEANUP_IDENTITY KC_CLEANUP(kc_identity_done)
void kc_identity_done(struct kc_identity *identity);
void kc_identity_move(struct kc_identity *to, struct kc_identity *from);

KC_MUST kc_err kc_identity_make(struct kc_identity *ret);
/* All but the private key of agreement as one value, to be sealed; and back. Errors: DECODE. */
KC_MUST kc_err kc_identity_save(const struct kc_identity *identity, struct kc_buf *ret);
KC_MUST kc_err kc_identity_load(struct kc_bytes saved, struct kc_identity *ret);
/* That key; and back. Errors: DECODE (it is another's). */
KC_MUST kc_err kc_identity_save_agree(const struct kc_identity *identity, struct kc_secret *ret);
KC_MUST kc_err kc_identity_load_agree(struct kc_bytes saved, struct kc_identity *identity);

/* Its permanent record, signed for an account. */
KC_MUST kc_err kc_identity_permanent_record(const struct kc_identity *identity,
	const struct kc_account_id *account, struct kc_buf *ret);
/* The signer of its records; borrows the key. */
struct kc_signer kc_identity_signer(const struct kc_identity *identity);

#endif
