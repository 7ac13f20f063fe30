/* SPDX-License-Identifier: ISC */
/*
 * Writing where the store keeps records (doc/protocol.md 3.2): a batch goes into the outbox with
 * the versions that it replaces and a random id for each of its own, so that sending it again does
 * nothing twice. What is too large for the store goes as several; the list that names what is in
 * them comes last.
 */
#ifndef KC_SYNC_LINE_PUBLISH_H
#define KC_SYNC_LINE_PUBLISH_H

#include "backend/sync/compose/compose.h"
#include "backend/sync/memory.h"

/* What was composed, as contents of the outbox; and what is still to be sent of a batch that lost
 * its race (before, with contents), unless something greater has come since. Of that an item whose
 * place is taken by what waits becomes a new write. */
KC_MUST kc_err kc_publish_pack(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_feed *feed, const struct kc_composed *composed,
	const struct kc_outbox *before, struct kc_bytes contents, struct kc_buf *ret);

/* Sends the outbox: outbox->landed counts what is there, and the versions are remembered. Errors:
 * CONFLICT (others were there first: outbox->lost; what stood in the way is to be read again, and
 * waits); STORE_GONE. */
KC_MUST kc_err kc_publish_send(struct kc_cloud *cloud, struct kc_store *store, struct kc_feed *feed,
	struct kc_outbox *outbox);

#endif
