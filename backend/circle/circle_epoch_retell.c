/* SPDX-License-Identifier: ISC */
/*
 * Epochs that were begun by one who is out by now, told again by who begins the next.
 *
 * What was written under such an epoch counts, and whoever hears of the removal before it hears of
 * the epoch takes nothing of that kind from its author any more; nor would the store have to show
 * it. The key comes with the link of the next epoch, if there is a record that says what it is of.
 */
#include "backend/circle/circle_impl.h"

#include <stdlib.h>

/* Whether somebody who is in, or left by itself, told of an epoch. */
static bool is_told(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *other = circle->epochs[i].epoch;

		if (kc_view_key_name_equal(&other->name, &epoch->name) &&
			kc_peer_set_has(trust->heard, kc_circle_number(circle, &other->author)))
			return true;
	}
	return false;
}

/* Who told first has the key, whatever its record says. */
static void add_recipient(struct kc_epoch *epoch, const struct kc_peer_id *id)
{
	size_t at = epoch->recipient_count;

	if (at == KC_CIRCLE_MAX_PEERS || kc_peer_id_is_among(epoch->recipients, at, id))
		return;
	for (; at > 0 && kc_peer_id_compare(id, &epoch->recipients[at - 1]) < 0; at--)
		epoch->recipients[at] = epoch->recipients[at - 1];
	epoch->recipients[at] = *id;
	epoch->recipient_count++;
}

/* As it was, but that it closes nothing: how far its author had read is not this device's to say.
 */
static kc_err retell(struct kc_circle *circle, const struct kc_held_epoch *held)
{
	static const struct kc_secret none = KC_SECRET_INIT;
	const struct kc_held_epoch *before = kc_circle_find_epoch_before(circle, held);
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	if (!epoch)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_secret_set(&key, kc_secret_bytes(&held->key)));
	*epoch = *held->epoch;
	add_recipient(epoch, &held->epoch->author);
	epoch->author = circle->identity.id;
	epoch->reason = KC_EPOCH_RETOLD;
	epoch->closing = (struct kc_vector){.count = 0};
	KC_TRY(kc_epoch_build(epoch, &circle->account, &circle->identity, &held->key,
		before ? &before->key : &none, &record));
	KC_TRY(kc_circle_queue_epoch(circle, &epoch->name, kc_buf_bytes(&record)));
	/* It may be the first one that makes room for this. */
	KC_TRY(kc_circle_add_epoch(circle, kc_buf_bytes(&record)));
	kc_secret_move(&circle->epochs[circle->epoch_count - 1].key, &key);
	return kc_circle_derive_epoch(circle, &circle->epochs[circle->epoch_count - 1]);
}

kc_err kc_circle_retell_epochs(
	struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->epoch->name.view == view && held->key.len &&
			!is_told(circle, trust, held->epoch))
			KC_TRY(retell(circle, held));
	}
	return KC_OK;
}
