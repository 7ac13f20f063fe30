/* SPDX-License-Identifier: ISC */
/* Shares: the keys in use, sealed to a peer that lacks them. */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "backend/circle/record/label.h"

/* Whether the key before is in the link of an epoch; its author may not have had it. */
static bool has_link(const struct kc_circle *circle, const struct kc_held_epoch *held)
{
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT;

	return held->key.len &&
	       kc_epoch_open_link(held->epoch, &circle->account, &held->key, &before) == KC_OK;
}

/* Whether no later epoch links to one, so that its key is to be had in shares alone: the newest of
 * its view, or one that was begun at the same time. That of one who is out may link to nothing. One
 * that is closed is not for this device to give. */
static bool is_end(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	if (kc_circle_is_closed(circle, trust, &held->epoch->name))
		return false;
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *other = &circle->epochs[i];
		const struct kc_held_epoch *before = kc_circle_find_epoch_before(circle, other);

		if (before && kc_view_key_name_equal(&before->epoch->name, &held->epoch->name) &&
			kc_peer_set_has(
				trust->heard, kc_circle_number(circle, &other->epoch->author)) &&
			has_link(circle, other))
			return false;
	}
	return kc_peer_set_has(trust->heard, kc_circle_number(circle, &held->epoch->author));
}

static bool has_name(const struct kc_shares *shares, const struct kc_held_epoch *held)
{
	for (size_t i = 0; i < shares->count; i++)
		if (kc_view_key_name_equal(&shares->names[i], &held->epoch->name))
			return true;
	return false;
}

/* In the order of the names. */
static void add_key(
	struct kc_shares *shares, const struct kc_secret **keys, const struct kc_held_epoch *held)
{
	size_t at = shares->count++;

	for (; at > 0 && kc_view_key_name_compare(&held->epoch->name, &shares->names[at - 1]) < 0;
		at--) {
		shares->names[at] = shares->names[at - 1];
		keys[at] = keys[at - 1];
	}
	shares->names[at] = held->epoch->name;
	keys[at] = &held->key;
}

kc_err kc_circle_build_shares(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_permanent *receiver, const struct kc_peer_id *receiver_id,
	struct kc_buf *ret)
{
	const struct kc_member *self = kc_circle_self(circle);
	const struct kc_secret *keys[KC_SHARES_MAX_KEYS];
	struct kc_shares shares = {
		.author = circle->identity.id,
		.receiver = *receiver_id,
		.author_seq = self->list ? self->list->seq : 0,
	};
	/* Who joins may be in doubt: nobody else that is given keys is. */
	bool is_doubted = kc_peer_set_has(
		kc_circle_in_doubt(circle, trust), kc_circle_number(circle, receiver_id));

	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_held_epoch *held;

		if (kc_circle_usable_epoch(circle, trust, view, &held) != KC_OK)
			continue;
		if (!held->key.len)
			return KC_ERR(LOCKED);
		if (!(is_doubted && kc_circle_is_aside(circle, trust, &held->epoch->name)))
			add_key(&shares, keys, held);
	}
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		/* Those in use are there; keys that the lock has taken away come another time. */
		if (held->key.len && is_end(circle, trust, held) && !has_name(&shares, held) &&
			!(is_doubted && kc_circle_is_aside(circle, trust, &held->epoch->name)) &&
			shares.count < KC_COUNT_OF(shares.names))
			add_key(&shares, keys, held);
	}
	return kc_shares_build(&shares, &circle->account, &circle->identity, receiver, keys, ret);
}

/* The epochs in use, by view; NULL where there is none, or its key is not here. */
struct in_use {
	const struct kc_held_epoch *rows[KC_CIRCLE_MAX_VIEWS];
	uint8_t hash[32]; /* of their kids, and of the others that nothing links to */
};

static kc_err find_in_use(
	const struct kc_circle *circle, const struct kc_trust *trust, struct in_use *ret)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/given");
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		ret->rows[view] = NULL;
		if (kc_circle_usable_epoch(circle, trust, view, &ret->rows[view]) == KC_OK)
			kc_der_put_bytes(&label.w, KC_BYTES_OF(ret->rows[view]->epoch->name.kid));
	}
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->key.len && is_end(circle, trust, held) &&
			held != ret->rows[held->epoch->name.view])
			kc_der_put_bytes(&label.w, KC_BYTES_OF(held->epoch->name.kid));
	}
	return kc_label_hash(&label, ret->hash);
}

/* Whoever is given a key waits for a record of its epoch: that is told again when nobody hears its
 * author any more, as of one that was used. */
static void note_given(struct kc_circle *circle, const struct kc_trust *trust)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (circle->epochs[i].key.len && is_end(circle, trust, &circle->epochs[i]))
			kc_circle_note_use(circle, circle->epochs[i].epoch->name.kid);
}

static kc_err give(struct kc_circle *circle, const struct kc_trust *trust, struct kc_member *m,
	const struct in_use *in_use)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	KC_TRY(kc_circle_build_shares(circle, trust, &m->permanent, &m->id, &record));
	note_given(circle, trust);
	memcpy(m->given, in_use->hash, sizeof m->given);
	return kc_circle_queue_for(circle, "s/", &m->id, kc_buf_bytes(&record));
}

/* Whether a peer has no head under an epoch in use, though it joined since that was begun, or has
 * seen a list of this device under it. */
static kc_err lacks(const struct kc_circle *circle, const struct kc_member *m,
	const struct in_use *in_use, bool *ret)
{
	const struct kc_seen *seen =
		m->list ? kc_list_find_seen(m->list, &circle->identity.id) : NULL;

	*ret = false;
	for (unsigned view = 1; view < KC_VIEW_META && m->list; view++) {
		const struct kc_held_epoch *held = in_use->rows[view];
		const struct kc_view_state *state = &circle->views[view];
		const struct kc_list_head *head;
		uint8_t tag[KC_TAG_LEN];

		if (!held)
			continue;
		KC_TRY(kc_account_view_tag(kc_circle_keys(circle), &circle->account, view, tag));
		head = kc_list_find_head(m->list, tag);
		if (head && memcmp(head->kid, held->epoch->name.kid, sizeof head->kid) == 0)
			continue;
		if (!kc_peer_id_is_among(
			    held->epoch->recipients, held->epoch->recipient_count, &m->id) ||
			(seen && state->headed_since && seen->seq >= state->headed_since &&
				memcmp(state->headed_kid, held->epoch->name.kid,
					sizeof state->headed_kid) == 0))
			*ret = true;
	}
	return KC_OK;
}

/* Whether a peer joined after an epoch was begun that nothing links to. Its author has that key for
 * sure, and gives it; for one that left, anybody does. */
static bool lacks_end(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *m, const struct in_use *in_use)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];
		const struct kc_epoch *epoch = held->epoch;

		if (held->key.len && held != in_use->rows[epoch->name.view] &&
			is_end(circle, trust, held) &&
			!kc_peer_id_is_among(epoch->recipients, epoch->recipient_count, &m->id) &&
			(kc_peer_id_equal(&epoch->author, &circle->identity.id) ||
				!kc_circle_is_trusted(circle, trust, &epoch->author)))
			return true;
	}
	return false;
}

kc_err kc_circle_queue_missing_shares(struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_peer_set due = trust->trusted & ~kc_circle_in_doubt(circle, trust);
	struct in_use in_use;

	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	KC_TRY(find_in_use(circle, trust, &in_use));
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *m = circle->members[i];
		bool wanted;

		if (i == circle->self || !kc_peer_set_has(due, i) ||
			memcmp(m->given, in_use.hash, sizeof m->given) == 0)
			continue;
		KC_TRY(lacks(circle, m, &in_use, &wanted));
		if (wanted || lacks_end(circle, trust, m, &in_use))
			KC_TRY(give(circle, trust, m, &in_use));
	}
	return KC_OK;
}

kc_err kc_circle_queue_shares_for(
	struct kc_circle *circle, const struct kc_trust *trust, size_t member)
{
	struct in_use in_use;

	if (member == circle->self || !kc_peer_set_has(trust->trusted, member))
		return KC_OK;
	if (kc_peer_set_has(kc_circle_in_doubt(circle, trust), member))
		return KC_ERR(WAITING);
	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	KC_TRY(find_in_use(circle, trust, &in_use));
	return give(circle, trust, circle->members[member], &in_use);
}

kc_err kc_circle_queue_shares(struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_peer_set due = trust->trusted & ~kc_circle_in_doubt(circle, trust);
	struct in_use in_use;

	KC_TRY(find_in_use(circle, trust, &in_use));
	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(due, i))
			KC_TRY(give(circle, trust, circle->members[i], &in_use));
	return KC_OK;
}
