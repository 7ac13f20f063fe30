/* SPDX-License-Identifier: ISC */
/*
 * Epochs that some cannot hear of from who told of them, told again by those who use them.
 *
 * One who is out by now began it: what was written under it counts, but whoever hears of the
 * removal before it hears of the epoch takes nothing of that kind from its author any more; nor
 * would the store have to show it. Or a newcomer began it: what introduces the newcomer must not
 * hang on it.
 */
#include "backend/circle/circle_impl.h"

#include <stdlib.h>

enum { MOST = 128 }; /* that one device tells again: one who is out may have begun many */

/* Those whom everybody hears, and this device. */
static kc_peer_set heard_by_all(const struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_peer_set set = trust->heard, self = (kc_peer_set)1 << circle->self;

	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(trust->trusted, i) &&
			circle->members[i]->list)
			set &= trust->include[i] | (kc_peer_set)1 << i;
	return set | self;
}

static bool is_told(const struct kc_circle *circle, kc_peer_set heard, const struct kc_epoch *epoch)
{
	if (kc_peer_set_has(heard, kc_circle_number(circle, &epoch->author)))
		return true;
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *other = circle->epochs[i].epoch;

		if (kc_view_key_name_equal(&other->name, &epoch->name) &&
			kc_peer_set_has(heard, kc_circle_number(circle, &other->author)))
			return true;
	}
	return false;
}

/* The newest that has to be told again, of one view or of all (0), whether it was used or not. One
 * that is closed is for others to tell. */
static const struct kc_held_epoch *find_untold(const struct kc_circle *circle,
	const struct kc_trust *trust, unsigned view, bool unused_too)
{
	kc_peer_set heard = heard_by_all(circle, trust);
	const struct kc_held_epoch *found = NULL;
	size_t told = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		told += held->epoch->reason == KC_EPOCH_RETOLD &&
			kc_peer_id_equal(&held->epoch->author, &circle->identity.id);
		if ((view == 0 || held->epoch->name.view == view) && held->key.len &&
			(held->used || unused_too) &&
			(!found || held->epoch->name.epoch > found->epoch->name.epoch) &&
			!is_told(circle, heard, held->epoch) &&
			!kc_circle_is_closed(circle, trust, &held->epoch->name))
			found = held;
	}
	return told < MOST ? found : NULL;
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
 * The link stays what it is: made anew, it would give the key before to whoever began this epoch
 * after one whose key it was never given. */
static kc_err retell(
	struct kc_circle *circle, const struct kc_trust *trust, const struct kc_held_epoch *held)
{
	static const struct kc_secret none = KC_SECRET_INIT;
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
	epoch->cuts = (struct kc_vector){.count = 0};
	kc_circle_name_reasons(circle, trust, &epoch->reasons);
	KC_TRY(kc_epoch_build(
		epoch, &circle->account, &circle->identity, &held->key, &none, &record));
	KC_TRY(kc_circle_queue_epoch(circle, &epoch->name, kc_buf_bytes(&record)));
	/* It may be the first one that makes room for this. */
	KC_TRY(kc_circle_add_epoch(circle, kc_buf_bytes(&record)));
	kc_secret_move(&circle->epochs[circle->epoch_count - 1].key, &key);
	return kc_circle_derive_epoch(circle, &circle->epochs[circle->epoch_count - 1]);
}

kc_err kc_circle_retell_epochs(
	struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	const struct kc_held_epoch *held;

	while ((held = find_untold(circle, trust, view, true)))
		KC_TRY(retell(circle, trust, held));
	return KC_OK;
}

bool kc_circle_has_untold(const struct kc_circle *circle, const struct kc_trust *trust)
{
	return !kc_circle_is_locked(circle) && find_untold(circle, trust, 0, false);
}

kc_err kc_circle_tell_again(struct kc_circle *circle, const struct kc_trust *trust)
{
	const struct kc_held_epoch *held;
	bool any = false;

	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	for (; (held = find_untold(circle, trust, 0, false)); any = true)
		KC_TRY(retell(circle, trust, held));
	return any ? kc_circle_queue_shares(circle, trust) : KC_OK;
}

void kc_circle_note_use(struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN])
{
	const struct kc_held_epoch *found = kc_circle_find_epoch(circle, kid);
	struct kc_held_epoch *held =
		found ? kc_circle_find_named_epoch(circle, &found->epoch->name) : NULL;

	/* With its key come those of the ones before. */
	for (; held && !held->used; held = kc_circle_find_epoch_before(circle, held))
		held->used = true;
}
