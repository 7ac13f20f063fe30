/* SPDX-License-Identifier: ISC */
/* What the files that compose an operation share. */
#ifndef KC_SYNC_COMPOSE_COMPOSE_IMPL_H
#define KC_SYNC_COMPOSE_COMPOSE_IMPL_H

#include "backend/sync/compose/compose.h"
#include "backend/sync/item_record.h"

struct kc_composer {
	struct kc_txn *txn;
	struct kc_circle *circle;
	const struct kc_compose_terms *terms; /* borrowed */
	struct kc_trust trust;
	struct kc_op_builder builder;
	size_t items; /* records in it */
};

/* Seals the version that a track stands for, as this device's, under an epoch, with this counter in
 * its dot. ret_body has its digest afterwards. Errors: those of kc_row_get, TOO_LARGE,
 * LOCKED. */
KC_MUST kc_err kc_composer_seal(const struct kc_composer *c, const struct kc_track *track,
	const struct kc_held_epoch *held, uint64_t counter, struct kc_item_body *ret_body,
	struct kc_buf *ret);
/* Puts a record into the operation. */
KC_MUST kc_err kc_composer_put(
	struct kc_composer *c, const struct kc_track *track, struct kc_bytes record);
/* Whether no more should be added. */
bool kc_composer_is_full(const struct kc_composer *c);

/* What follows from new keys (compose_again.c). *ret_more: there was no room for all of it. */
KC_MUST kc_err kc_compose_again(struct kc_composer *c, bool *ret_more);

/* A log that begins anew (compose_anew.c): whether it is time to, and what is repeated in this
 * operation. */
KC_MUST kc_err kc_compose_begin_anew(struct kc_composer *c);
KC_MUST kc_err kc_compose_go_on_anew(struct kc_composer *c, bool *ret_more);

#endif
