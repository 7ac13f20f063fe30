/* SPDX-License-Identifier: ISC */
/* Which epochs may still be written in, by who has their keys; and which are the newest. */
#include "backend/circle/circle_impl.h"

#include <string.h>

/* Whether a peer that is out may have the key of an epoch: it was given it, or it was in when the
 * epoch was in use already, and whoever joins is given all there is. */
static bool has_key(const struct kc_held_epoch *held, const struct kc_peer_id *id)
{
	const struct kc_epoch *epoch = held->epoch;

	return kc_peer_id_equal(&epoch->author, id) ||
	       kc_peer_id_is_among(epoch->recipients, epoch->recipient_count, id) ||
	       !kc_peer_id_is_among(epoch->out, epoch->out_count, id);
}

/* Whether what an epoch closes of a peer still counts: of one who is out, up to its cut, which may
 * be an earlier one by now; of one that fell, nothing. */
static bool closes_within_cut(
	const struct kc_trust *trust, const struct kc_held_epoch *held, size_t member)
{
	const struct kc_peer_id *id = &trust->ids[member];
	uint64_t cut;

	if (!kc_peer_set_has(kc_trust_outsiders(trust), member) ||
		kc_vector_get(&held->epoch->closing, id) == 0)
		return true;
	cut = kc_vector_get(&held->epoch->cuts, id);
	return kc_peer_set_has(trust->introduced, member) && cut > 0 && cut <= trust->cut[member];
}

/* Whether all who have the key may have it, and nobody's writes are closed too late. */
static bool is_proper(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	if (!kc_circle_is_trusted(circle, trust, &held->epoch->author))
		return false;
	for (size_t i = 0; i < held->epoch->recipient_count; i++)
		if (!kc_circle_is_trusted(circle, trust, &held->epoch->recipients[i]))
			return false;
	for (size_t i = 0; i < circle->member_count; i++)
		if ((kc_peer_set_has(trust->excluded | trust->retired, i) &&
			    has_key(held, &circle->members[i]->id)) ||
			!closes_within_cut(trust, held, i))
			return false;
	return true;
}

/* Whether a peer was in again after an epoch that names it as out: one follows that has it among
 * those who were given the key, and links to that epoch, or to another of its number that says the
 * same. */
static bool was_in_since(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held, const struct kc_peer_id *id)
{
	uint64_t number = held->epoch->name.epoch;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *h = &circle->epochs[i];

		if (h->epoch->name.view != held->epoch->name.view ||
			h->epoch->name.epoch <= number ||
			!kc_peer_id_is_among(h->epoch->recipients, h->epoch->recipient_count, id) ||
			!kc_circle_is_trusted(circle, trust, &h->epoch->author))
			continue;
		while (h && h->epoch->name.epoch > number)
			h = kc_circle_find_epoch_before(circle, h);
		if (h && kc_peer_id_is_among(h->epoch->out, h->epoch->out_count, id))
			return true;
	}
	return false;
}

/* Whether one whom an epoch names as out was in after that: its removal fell. Then it is to be
 * given the keys, and may be out again by now. */
static bool came_back(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	kc_peer_set back = 0;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;

		if (!kc_peer_id_is_among(held->epoch->out, held->epoch->out_count, id))
			continue;
		if (kc_peer_set_has(trust->trusted, i))
			back |= (kc_peer_set)1 << i;
		else if (was_in_since(circle, trust, held, id))
			return true;
	}
	return back && (back & ~kc_circle_in_doubt(circle, trust));
}

/* Whether a record says that somebody who is out, or has left, has the key. */
static bool is_retired_by(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	kc_peer_set out = kc_trust_outsiders(trust);

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;
		const struct kc_epoch *epoch = held->epoch;

		/* Whom only an excluded device let in has what that one gave it, or was a
		 * recipient. */
		if (kc_peer_set_has(trust->excluded | trust->retired, i)
				? has_key(held, id)
				: kc_peer_set_has(out, i) &&
					  (kc_peer_id_equal(&epoch->author, id) ||
						  kc_peer_id_is_among(epoch->recipients,
							  epoch->recipient_count, id)))
			return true;
	}
	return false;
}

/* Whoever is out can name any key: one record by a device that is in tells better. */
bool kc_circle_is_retired(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (kc_view_key_name_equal(&circle->epochs[i].epoch->name, &held->epoch->name) &&
			!is_retired_by(circle, trust, &circle->epochs[i]))
			return false;
	return true;
}

static bool is_later(const struct kc_held_epoch *a, const struct kc_held_epoch *b)
{
	if (a->epoch->name.epoch != b->epoch->name.epoch)
		return a->epoch->name.epoch > b->epoch->name.epoch;
	return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes) > 0;
}

/* Whether what a record closes of a writer is said of it as it stands now. */
static bool may_close(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held, size_t member)
{
	return closes_within_cut(trust, held, member) &&
	       (is_proper(circle, trust, held) ||
		       (kc_circle_is_trusted(circle, trust, &held->epoch->author) &&
			       !has_key(held, &trust->ids[member])));
}

/* The record that says up to where one who is out is closed: the latest, since each may close less
 * than those before. Who tells of an epoch again says nothing of that. Of one who is in, or has
 * only left, the one that closes most: what that wrote is read to its end. */
static const struct kc_held_epoch *find_closing(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view, size_t member)
{
	const struct kc_peer_id *writer = &circle->members[member]->id;
	bool is_out = kc_peer_set_has(kc_trust_outsiders(trust), member);
	const struct kc_held_epoch *best = NULL;

	for (size_t i = circle->epoch_count; i-- > 0;) { /* the latest are the last, as a rule */
		const struct kc_held_epoch *held = &circle->epochs[i];
		uint64_t closed = kc_vector_get(&held->epoch->closing, writer);

		if (held->epoch->name.view != view || held->epoch->reason == KC_EPOCH_RETOLD)
			continue;
		if (best && (is_out ? !is_later(held, best)
				    : closed <= kc_vector_get(&best->epoch->closing, writer)))
			continue;
		if (may_close(circle, trust, held, member))
			best = held;
	}
	return best;
}

uint64_t kc_circle_closing_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_peer_id *writer, uint64_t *ret_cut)
{
	size_t member = kc_circle_number(circle, writer);
	const struct kc_held_epoch *held;

	*ret_cut = 0;
	if (member == circle->member_count)
		return 0;
	held = find_closing(circle, trust, view, member);
	if (!held || kc_vector_get(&held->epoch->closing, writer) == 0)
		return 0;
	*ret_cut = kc_vector_get(&held->epoch->cuts, writer);
	return kc_vector_get(&held->epoch->closing, writer);
}

uint64_t kc_circle_closing(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_peer_id *writer)
{
	uint64_t cut;

	return kc_circle_closing_cut(circle, trust, view, writer, &cut);
}

/* The newest one that all who have the key may have; before another, or of all. */
static const struct kc_held_epoch *find_proper(const struct kc_circle *circle,
	const struct kc_trust *trust, unsigned view, const struct kc_held_epoch *before)
{
	const struct kc_held_epoch *best = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->epoch->name.view == view && (!before || is_later(before, held)) &&
			(!best || is_later(held, best)) && is_proper(circle, trust, held))
			best = held;
	}
	return best;
}

kc_err kc_circle_usable_epoch(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_held_epoch **ret)
{
	const struct kc_held_epoch *best = find_proper(circle, trust, view, NULL);

	while (best && (came_back(circle, trust, best) ||
			       kc_circle_is_closed(circle, trust, &best->epoch->name)))
		best = find_proper(circle, trust, view, best);
	if (!best)
		return KC_ERR(NOT_FOUND);
	if (!kc_held_epoch_has_key(best))
		return KC_ERR(WAITING);
	*ret = best;
	return KC_OK;
}

const struct kc_held_epoch *kc_circle_newest_epoch(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	const struct kc_held_epoch *best = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->epoch->name.view == view && held->key.len &&
			held->epoch->name.epoch < KC_VIEW_KEY_LAST_EPOCH &&
			(!best || is_later(held, best)) &&
			!kc_circle_is_closed(circle, trust, &held->epoch->name))
			best = held;
	}
	return best;
}

/* Whether more of one who is out is closed than this device holds, by a record that the next epoch
 * comes after. */
static bool lacks_of(const struct kc_circle *circle, const struct kc_trust *trust, unsigned view,
	const struct kc_held_epoch *in_use, size_t member)
{
	const struct kc_peer_id *writer = &circle->members[member]->id;
	const struct kc_held_epoch *held = find_closing(circle, trust, view, member);

	return held && held->epoch->name.epoch <= in_use->epoch->name.epoch &&
	       kc_vector_get(&held->epoch->closing, writer) >
		       kc_vector_get(&circle->views[view].vector, writer);
}

bool kc_circle_lacks_closed(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	kc_peer_set out = kc_trust_outsiders(trust);
	const struct kc_held_epoch *in_use;

	if (circle->joining || kc_circle_usable_epoch(circle, trust, view, &in_use) != KC_OK)
		return false;
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_set_has(out, i) && lacks_of(circle, trust, view, in_use, i))
			return true;
	return false;
}
