/* SPDX-License-Identifier: ISC */
/* The keys of the views: epochs and shares, coming in and going out (doc/protocol.md 6). */
#include "backend/circle/circle_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/label.h"
#include "base/clock.h"

/* A record may name the kid of another view's key, or of another epoch's: only the one that the kid
 * commits to ever has the key. */
const struct kc_held_epoch *kc_circle_find_epoch(
	const struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN])
{
	const struct kc_held_epoch *found = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (memcmp(held->epoch->name.kid, kid, KC_KID_LEN) != 0)
			continue;
		if (kc_held_epoch_has_key(held))
			return held;
		if (!found || (held->promised && !found->promised))
			found = held;
	}
	return found;
}

static struct kc_held_epoch *find_name(
	const struct kc_circle *circle, const struct kc_view_key_name *name)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (kc_view_key_name_equal(&circle->epochs[i].epoch->name, name))
			return &circle->epochs[i];
	return NULL;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* What a lock leaves of a key is made with it. */
static kc_err derive(const struct kc_circle *circle, struct kc_held_epoch *held)
{
	const struct kc_view_key_name *name = &held->epoch->name;

	KC_TRY(kc_view_key_derive(
		&circle->account, name, &held->key, KC_VIEW_KEY_CLASS_C, &held->class_c));
	if (name->view == KC_VIEW_META)
		KC_TRY(kc_view_key_derive(
			&circle->account, name, &held->key, KC_VIEW_KEY_META, &held->meta));
	return kc_view_key_derive(
		&circle->account, name, &held->key, KC_VIEW_KEY_HEAD, &held->head);
}

kc_err kc_circle_epoch_key(const struct kc_circle *circle, const struct kc_held_epoch *held,
	enum kc_view_key_use use, struct kc_secret *ret)
{
	if (!kc_held_epoch_has_key(held))
		return held->promised ? KC_ERR(LOCKED) : KC_ERR(WAITING);
	if (use == KC_VIEW_KEY_CLASS_C)
		return kc_secret_set(ret, kc_secret_bytes(&held->class_c));
	if (use == KC_VIEW_KEY_HEAD)
		return kc_secret_set(ret, kc_secret_bytes(&held->head));
	if (!held->key.len)
		return KC_ERR(LOCKED);
	return kc_view_key_derive(&circle->account, &held->epoch->name, &held->key, use, ret);
}

static kc_err copy_secret(const struct kc_secret *from, struct kc_secret *to)
{
	return from->len && !to->len ? kc_secret_set(to, kc_secret_bytes(from)) : KC_OK;
}

/* Several may tell of one epoch. What this device has of its key, it has for all their records. */
static kc_err share_keys(struct kc_circle *circle, const struct kc_held_epoch *from)
{
	if (!kc_held_epoch_has_key(from) && !from->promised)
		return KC_OK;
	for (size_t i = 0; i < circle->epoch_count; i++) {
		struct kc_held_epoch *to = &circle->epochs[i];

		if (to == from || !kc_view_key_name_equal(&to->epoch->name, &from->epoch->name))
			continue;
		to->promised = to->promised || from->promised;
		KC_TRY(copy_secret(&from->key, &to->key));
		KC_TRY(copy_secret(&from->class_c, &to->class_c));
		KC_TRY(copy_secret(&from->head, &to->head));
		KC_TRY(copy_secret(&from->meta, &to->meta));
	}
	return KC_OK;
}

/* The epoch before one, when its record is here. */
static struct kc_held_epoch *find_before(
	const struct kc_circle *circle, const struct kc_held_epoch *held)
{
	struct kc_view_key_name before = {
		.view = held->epoch->name.view, .epoch = held->epoch->name.epoch - 1};

	if (!held->epoch->has_prev)
		return NULL;
	memcpy(before.kid, held->epoch->prev_kid, sizeof before.kid);
	return find_name(circle, &before);
}

/* Opens the link from an epoch to the one before. A link that does not open is its author's affair:
 * the key may still come in a share. */
static kc_err follow_link(struct kc_circle *circle, const struct kc_held_epoch *held,
	struct kc_held_epoch *prev, bool *ret_found)
{
	kc_err err = kc_epoch_open_link(held->epoch, &circle->account, &held->key, &prev->key);

	if (err == KC_E_NO_MEMORY)
		return err;
	*ret_found = err == KC_OK;
	return err == KC_OK ? derive(circle, prev) : KC_OK;
}

/* Gets the keys of earlier epochs that links give away, newest first; what a lock keeps from being
 * opened is promised. */
static kc_err walk_links(struct kc_circle *circle)
{
	bool progress = true;

	while (progress) {
		progress = false;
		for (size_t i = 0; i < circle->epoch_count; i++) {
			const struct kc_held_epoch *held = &circle->epochs[i];
			struct kc_held_epoch *prev = find_before(circle, held);
			bool found = false;

			KC_TRY(share_keys(circle, held));
			if (!prev || kc_held_epoch_has_key(prev) || prev->promised)
				continue;
			if (held->key.len)
				KC_TRY(follow_link(circle, held, prev, &found));
			else
				found = prev->promised =
					kc_circle_is_locked(circle) &&
					(kc_held_epoch_has_key(held) || held->promised);
			if (found)
				KC_TRY(share_keys(circle, prev));
			progress = progress || found;
		}
	}
	return KC_OK;
}

kc_err kc_circle_restore_key(
	struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN], struct kc_bytes key)
{
	/* None: an epoch that has made room for another since. */
	for (size_t i = 0; i < circle->epoch_count; i++) {
		struct kc_held_epoch *held = &circle->epochs[i];

		if (kc_held_epoch_has_key(held) &&
			memcmp(held->epoch->name.kid, kid, KC_KID_LEN) == 0)
			KC_TRY(kc_secret_set(&held->key, key));
	}
	return KC_OK;
}

kc_err kc_circle_complete_keys(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->epoch_count && !kc_circle_is_locked(circle); i++)
		if (kc_held_epoch_has_key(&circle->epochs[i]) != (circle->epochs[i].key.len > 0))
			return KC_ERR(CORRUPT);
	return walk_links(circle); /* those that a lock left closed */
}

/* --- coming in ----------------------------------------------------------------------------------
 */

/* Whether a is the sooner to go of two epochs whose authors are out: nothing opens with one whose
 * key is not here, and the latest is the least likely to have been written in. */
static bool goes_before(const struct kc_held_epoch *a, const struct kc_held_epoch *b)
{
	if (kc_held_epoch_has_key(a) != kc_held_epoch_has_key(b))
		return !kc_held_epoch_has_key(a);
	return a->epoch->name.epoch > b->epoch->name.epoch;
}

/* Gives back the room of an epoch of a device that is out. WAITING when there is none. */
static kc_err make_room(struct kc_circle *circle)
{
	struct kc_held_epoch *goes = NULL;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->epoch_count; i++) {
		struct kc_held_epoch *held = &circle->epochs[i];

		if (kc_circle_is_excluded(circle, &trust, &held->epoch->author) &&
			(!goes || goes_before(held, goes)))
			goes = held;
	}
	if (!goes)
		return KC_ERR(WAITING);
	kc_circle_epoch_done(goes);
	*goes = circle->epochs[--circle->epoch_count];
	return KC_OK;
}

kc_err kc_circle_add_epoch(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_held_epoch held = {.record = KC_BUF_INIT}, *grown;
	kc_err err;

	if (circle->epoch_count == KC_CIRCLE_MAX_EPOCHS)
		KC_TRY(make_room(circle));
	grown = reallocarray(circle->epochs, circle->epoch_count + 1, sizeof *grown);
	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->epochs = grown;
	held.epoch = malloc(sizeof *held.epoch);
	if (!held.epoch)
		return KC_ERR(NO_MEMORY);
	kc_buf_push(&held.record, record.data, record.len);
	err = kc_buf_check(&held.record);
	if (err == KC_OK)
		err = kc_epoch_parse(
			kc_buf_bytes(&held.record), &circle->account, held.epoch, &held.id);
	if (err != KC_OK) {
		kc_buf_done(&held.record);
		free(held.epoch);
		return err;
	}
	grown[circle->epoch_count++] = held;
	return KC_OK;
}

kc_err kc_circle_check_epoch_author(const struct kc_circle *circle, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	const struct kc_member *author;
	struct kc_record_id id;

	if (!epoch)
		return KC_ERR(NO_MEMORY);
	KC_TRY_RECORD(kc_epoch_parse(record, &circle->account, epoch, &id));
	author = kc_circle_find(circle, &epoch->author);
	if (!author)
		return KC_ERR(WAITING);
	return kc_circle_refuse(
		kc_epoch_verify(record, &circle->account, epoch, &author->permanent));
}

/* Keys come from those who are trusted, or were until they left, or are vouched for: the list that
 * includes a newcomer may be sealed with a key that the newcomer made. To read with a key is not to
 * write with it. One that is none of that may yet be, unless it is out. */
static kc_err check_author(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	if (kc_peer_set_has(trust->heard, kc_circle_number(circle, id)) ||
		kc_circle_is_in(circle, trust, id))
		return KC_OK;
	return kc_circle_is_excluded(circle, trust, id) ? KC_ERR(REFUSED) : KC_ERR(WAITING);
}

/* Whether an author has told of an epoch. What others tell of the same key is kept beside it: any
 * of them may turn out to be out. */
static bool has_told(const struct kc_circle *circle, const struct kc_epoch *epoch)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *other = circle->epochs[i].epoch;

		if (kc_view_key_name_equal(&other->name, &epoch->name) &&
			kc_peer_id_equal(&other->author, &epoch->author))
			return true;
	}
	return false;
}

kc_err kc_circle_take_epoch(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_epoch *epoch = malloc(sizeof *epoch);
	struct kc_record_id id;
	struct kc_trust trust;

	if (!epoch)
		return KC_ERR(NO_MEMORY);
	KC_TRY_RECORD(kc_epoch_parse(record, &circle->account, epoch, &id));
	KC_TRY(kc_circle_check_from(from, &epoch->author));
	KC_TRY(kc_circle_check_epoch_author(circle, record));
	if (has_told(circle, epoch))
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(check_author(circle, &trust, &epoch->author));
	KC_TRY(kc_circle_add_epoch(circle, record));
	return walk_links(circle);
}

/* A key that is not the one announced is held against who signed it; those that fit are taken. */
static kc_err open_shares(
	struct kc_circle *circle, struct kc_member *author, const struct kc_shares *shares)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	kc_err err = kc_shares_open(shares, &circle->account, &circle->identity, keys);
	bool forged = err == KC_E_VERIFY;

	author->forged = author->forged || forged;
	if (forged)
		err = KC_OK;
	for (size_t i = 0; i < shares->count; i++) {
		struct kc_held_epoch *held = find_name(circle, &shares->names[i]);

		if (err == KC_OK && held && keys[i].len && !kc_held_epoch_has_key(held)) {
			kc_secret_move(&held->key, &keys[i]);
			err = derive(circle, held);
		}
		kc_secret_done(&keys[i]);
	}
	if (err == KC_OK && forged)
		return KC_ERR(REFUSED);
	return kc_circle_refuse(err);
}

/* Shares that are opened with the unlock: until then they say which keys that will give. */
static kc_err note_shares(struct kc_circle *circle, const struct kc_shares *shares)
{
	for (size_t i = 0; i < shares->count; i++)
		find_name(circle, &shares->names[i])->promised = true;
	KC_TRY(walk_links(circle));
	return KC_ERR(LOCKED);
}

kc_err kc_circle_take_shares(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record)
{
	struct kc_member *author;
	struct kc_shares shares;
	struct kc_trust trust;
	bool known = true;
	kc_err err;

	KC_TRY_RECORD(kc_shares_parse(record, &shares));
	KC_TRY(kc_circle_check_from(from, &shares.author));
	author = kc_circle_find(circle, &shares.author);
	if (!author)
		return KC_ERR(WAITING);
	KC_TRY_RECORD(kc_shares_verify(record, &circle->account, &shares, &author->permanent));
	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(check_author(circle, &trust, &shares.author));
	for (size_t i = 0; i < shares.count; i++) {
		const struct kc_held_epoch *held = find_name(circle, &shares.names[i]);

		if (!held)
			return KC_ERR(WAITING);
		known = known && kc_held_epoch_has_key(held);
	}
	if (known)
		return KC_OK;
	if (kc_circle_is_locked(circle))
		return note_shares(circle, &shares);
	err = open_shares(circle, author, &shares);
	if (err != KC_OK && err != KC_E_REFUSED)
		return err;
	KC_TRY(walk_links(circle));
	return err;
}

/* --- choosing -----------------------------------------------------------------------------------
 */

static bool is_among(const struct kc_peer_id *peers, size_t count, const struct kc_peer_id *id)
{
	for (size_t i = 0; i < count; i++)
		if (kc_peer_id_equal(&peers[i], id))
			return true;
	return false;
}

/* Whether a peer that is out may have the key of an epoch: it was given it, or it was in when the
 * epoch was in use already, and whoever joins is given all there is. */
static bool has_key(const struct kc_held_epoch *held, const struct kc_peer_id *id)
{
	const struct kc_epoch *epoch = held->epoch;

	return kc_peer_id_equal(&epoch->author, id) ||
	       is_among(epoch->recipients, epoch->recipient_count, id) ||
	       !is_among(epoch->out, epoch->out_count, id);
}

/* Whether all who have the key may have it. */
static bool is_proper(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	if (!kc_circle_is_trusted(circle, trust, &held->epoch->author))
		return false;
	for (size_t i = 0; i < held->epoch->recipient_count; i++)
		if (!kc_circle_is_trusted(circle, trust, &held->epoch->recipients[i]))
			return false;
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_set_has(trust->excluded | trust->retired, i) &&
			has_key(held, &circle->members[i]->id))
			return false;
	return true;
}

/* Whether a record says that somebody who is out has the key. */
static bool is_retired_by(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	kc_peer_set out = kc_trust_outsiders(trust);

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;
		const struct kc_epoch *epoch = held->epoch;

		/* Whom only an excluded device let in has what that one gave it, or was a
		 * recipient. */
		if (kc_peer_set_has(trust->excluded, i)
				? has_key(held, id)
				: kc_peer_set_has(out, i) &&
					  (kc_peer_id_equal(&epoch->author, id) ||
						  is_among(epoch->recipients,
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

uint64_t kc_circle_closing(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_peer_id *writer)
{
	uint64_t most = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];
		uint64_t counter = kc_vector_get(&held->epoch->closing, writer);

		if (held->epoch->name.view == view && counter > most &&
			(is_proper(circle, trust, held) ||
				(kc_circle_is_trusted(circle, trust, &held->epoch->author) &&
					!has_key(held, writer))))
			most = counter;
	}
	return most;
}

static bool is_later(const struct kc_held_epoch *a, const struct kc_held_epoch *b)
{
	if (a->epoch->name.epoch != b->epoch->name.epoch)
		return a->epoch->name.epoch > b->epoch->name.epoch;
	return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes) > 0;
}

kc_err kc_circle_usable_epoch(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_held_epoch **ret)
{
	const struct kc_held_epoch *best = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->epoch->name.view == view && is_proper(circle, trust, held) &&
			(!best || is_later(held, best)))
			best = held;
	}
	if (!best)
		return KC_ERR(NOT_FOUND);
	if (!kc_held_epoch_has_key(best))
		return KC_ERR(WAITING);
	*ret = best;
	return KC_OK;
}

/* --- going out ----------------------------------------------------------------------------------
 */

/* The newest epoch of a view whose key this device has, and that can have a next. */
static const struct kc_held_epoch *newest(const struct kc_circle *circle, unsigned view)
{
	const struct kc_held_epoch *best = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (held->epoch->name.view == view && held->key.len &&
			held->epoch->name.epoch < KC_VIEW_KEY_LAST_EPOCH &&
			(!best || is_later(held, best)))
			best = held;
	}
	return best;
}

/* The ids of a set, ascending. */
static size_t list_peers(const struct kc_circle *circle, kc_peer_set set,
	struct kc_peer_id ret[static KC_CIRCLE_MAX_PEERS])
{
	size_t count = 0;

	for (size_t i = 0; i < circle->member_count; i++) {
		size_t at = count;

		if (!kc_peer_set_has(set, i))
			continue;
		for (; at > 0 && kc_peer_id_compare(&circle->members[i]->id, &ret[at - 1]) < 0;
			at--)
			ret[at] = ret[at - 1];
		ret[at] = circle->members[i]->id;
		count++;
	}
	return count;
}

/* "e/<epoch>/<view tag>" */
static kc_err epoch_key(
	const struct kc_circle *circle, const struct kc_view_key_name *name, struct kc_buf *ret)
{
	uint8_t tag[KC_TAG_LEN];

	KC_TRY(kc_account_view_tag(kc_circle_keys(circle), &circle->account, name->view, tag));
	kc_buf_printf(ret, "e/%" PRIu64 "/", name->epoch);
	kc_op_put_hex(ret, KC_BYTES_OF(tag));
	return kc_buf_check(ret);
}

kc_err kc_circle_queue_epoch(
	struct kc_circle *circle, const struct kc_view_key_name *name, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf where = KC_BUF_INIT;

	KC_TRY(epoch_key(circle, name, &where));
	return kc_circle_queue_sealed(circle, kc_buf_text(&where), record);
}

static kc_err publish_epoch(struct kc_circle *circle, const struct kc_epoch *epoch,
	struct kc_secret *key, const struct kc_secret *prev_key)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf where = KC_BUF_INIT;
	struct kc_held_epoch *held;

	KC_TRY(kc_epoch_build(epoch, &circle->account, &circle->identity, key, prev_key, &record));
	KC_TRY(epoch_key(circle, &epoch->name, &where));
	KC_TRY(kc_circle_queue_sealed(circle, kc_buf_text(&where), kc_buf_bytes(&record)));
	KC_TRY(kc_circle_add_epoch(circle, kc_buf_bytes(&record)));
	held = &circle->epochs[circle->epoch_count - 1];
	kc_secret_move(&held->key, key);
	return derive(circle, held);
}

/* A new key at random; the first one of the metadata view is the account's. */
static kc_err make_key(
	const struct kc_circle *circle, unsigned view, bool has_before, struct kc_secret *ret)
{
	const struct kc_account_keys *keys = kc_circle_keys(circle);

	if (view != KC_VIEW_META || has_before)
		return kc_secret_random(ret, KC_VIEW_KEY_LEN);
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (circle->epochs[i].epoch->name.view == view)
			return KC_ERR(WAITING); /* for the keys of those that there are */
	return kc_secret_set(ret, KC_BYTES_OF(keys->first));
}

/* Up to where a writer's dots are closed. Of one who is out no more than was said before; and when
 * its last list is beyond its cut, nothing: how far it had written by then is not known any more.
 */
static uint64_t close_at(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_dot *dot)
{
	size_t member = kc_circle_number(circle, &dot->writer);
	uint64_t closed = kc_circle_closing(circle, trust, view, &dot->writer);
	const struct kc_member *m;

	if (member == circle->member_count || !kc_peer_set_has(kc_trust_outsiders(trust), member))
		return dot->counter;
	m = circle->members[member];
	if (closed || !m->list ||
		!kc_circle_is_within_cut(circle, trust, member, m->list->seq, &m->list_id))
		return dot->counter < closed ? dot->counter : closed;
	return dot->counter;
}

static kc_err close_view(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, struct kc_vector *ret)
{
	const struct kc_view_state *state = &circle->views[view];

	for (size_t i = 0; i < state->vector.count; i++)
		KC_TRY(kc_vector_raise(ret, &state->vector.rows[i].writer,
			close_at(circle, trust, view, &state->vector.rows[i])));
	return kc_vector_raise(ret, &circle->identity.id, state->counter);
}

kc_err kc_circle_begin_epoch(struct kc_circle *circle, const struct kc_trust *trust, unsigned view,
	enum kc_epoch_reason reason)
{
	int64_t now = kc_clock_wall_ms();
	const struct kc_held_epoch *before;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret prev_key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_epoch *epoch = calloc(1, sizeof *epoch);

	if (!epoch)
		return KC_ERR(NO_MEMORY);
	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	if (circle->epoch_count == KC_CIRCLE_MAX_EPOCHS)
		KC_TRY(make_room(circle));
	before = newest(circle, view);
	epoch->author = circle->identity.id;
	epoch->name = (struct kc_view_key_name){.view = view, .epoch = 1};
	epoch->reason = reason;
	epoch->time_ms = now > 0 ? (uint64_t)now : 0;
	if (before) {
		epoch->name.epoch = before->epoch->name.epoch + 1;
		epoch->has_prev = true;
		memcpy(epoch->prev_kid, before->epoch->name.kid, sizeof epoch->prev_kid);
		KC_TRY(close_view(circle, trust, view, &epoch->closing));
		KC_TRY(kc_secret_set(&prev_key, kc_secret_bytes(&before->key)));
	}
	epoch->recipient_count = list_peers(circle, trust->trusted, epoch->recipients);
	epoch->out_count = list_peers(circle, trust->excluded | trust->retired, epoch->out);
	KC_TRY(make_key(circle, view, before != NULL, &key));
	KC_TRY(kc_view_key_id(&circle->account, view, epoch->name.epoch, &key, epoch->name.kid));
	return publish_epoch(circle, epoch, &key, &prev_key);
}

/* Whether no later epoch links to one, so that its key is to be had in shares alone: the newest of
 * its view, or one that was begun at the same time. */
static bool is_end(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (find_before(circle, &circle->epochs[i]) == held)
			return false;
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

	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_held_epoch *held;

		if (kc_circle_usable_epoch(circle, trust, view, &held) != KC_OK)
			continue;
		if (!held->key.len)
			return KC_ERR(LOCKED);
		add_key(&shares, keys, held);
	}
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		/* Those in use are there; keys that the lock has taken away come another time. */
		if (held->key.len && is_end(circle, trust, held) && !has_name(&shares, held) &&
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

static kc_err give(struct kc_circle *circle, const struct kc_trust *trust, struct kc_member *m,
	const struct in_use *in_use)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	KC_TRY(kc_circle_build_shares(circle, trust, &m->permanent, &m->id, &record));
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
		if (!is_among(held->epoch->recipients, held->epoch->recipient_count, &m->id) ||
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
			!is_among(epoch->recipients, epoch->recipient_count, &m->id) &&
			(kc_peer_id_equal(&epoch->author, &circle->identity.id) ||
				!kc_circle_is_trusted(circle, trust, &epoch->author)))
			return true;
	}
	return false;
}

kc_err kc_circle_queue_missing_shares(struct kc_circle *circle, const struct kc_trust *trust)
{
	struct in_use in_use;

	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	KC_TRY(find_in_use(circle, trust, &in_use));
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *m = circle->members[i];
		bool wanted;

		if (i == circle->self || !kc_peer_set_has(trust->trusted, i) ||
			memcmp(m->given, in_use.hash, sizeof m->given) == 0)
			continue;
		KC_TRY(lacks(circle, m, &in_use, &wanted));
		if (wanted || lacks_end(circle, trust, m, &in_use))
			KC_TRY(give(circle, trust, m, &in_use));
	}
	return KC_OK;
}

kc_err kc_circle_queue_shares(struct kc_circle *circle, const struct kc_trust *trust)
{
	struct in_use in_use;

	KC_TRY(find_in_use(circle, trust, &in_use));
	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(trust->trusted, i))
			KC_TRY(give(circle, trust, circle->members[i], &in_use));
	return KC_OK;
}
