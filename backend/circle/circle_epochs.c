/* SPDX-License-Identifier: ISC */
/* The epochs that are here: their records, their keys, and the links from one to the one before. */
#include "backend/circle/circle_impl.h"

#include <string.h>

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

struct kc_held_epoch *kc_circle_find_named_epoch(
	const struct kc_circle *circle, const struct kc_view_key_name *name)
{
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (kc_view_key_name_equal(&circle->epochs[i].epoch->name, name))
			return &circle->epochs[i];
	return NULL;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

kc_err kc_circle_derive_epoch(const struct kc_circle *circle, struct kc_held_epoch *held)
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

struct kc_held_epoch *kc_circle_find_epoch_before(
	const struct kc_circle *circle, const struct kc_held_epoch *held)
{
	struct kc_view_key_name before = {
		.view = held->epoch->name.view, .epoch = held->epoch->name.epoch - 1};

	if (!held->epoch->has_prev)
		return NULL;
	memcpy(before.kid, held->epoch->prev_kid, sizeof before.kid);
	return kc_circle_find_named_epoch(circle, &before);
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
	if (err != KC_OK)
		return KC_OK;
	KC_TRY(kc_circle_pass_gifts(circle, &held->epoch->name, &prev->epoch->name));
	return kc_circle_derive_epoch(circle, prev);
}

/* Of two keys that are here: who gave one gave those before, too. And who has one that this device
 * began has the one before: it is put aside as long as that is. */
static kc_err follow_gifts(struct kc_circle *circle, const struct kc_held_epoch *held,
	const struct kc_held_epoch *prev)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	bool is_own = kc_peer_id_equal(&held->epoch->author, &circle->identity.id) &&
		      held->epoch->reason != KC_EPOCH_RETOLD;
	const struct kc_view_key_name *from = &(is_own ? prev : held)->epoch->name;
	const struct kc_view_key_name *to = &(is_own ? held : prev)->epoch->name;
	kc_err err;

	if (!held->key.len || !kc_circle_has_gifts(circle, to))
		return KC_OK;
	err = kc_epoch_open_link(held->epoch, &circle->account, &held->key, &key);
	if (err != KC_OK)
		return err == KC_E_NO_MEMORY ? err : KC_OK;
	if (!kc_circle_has_gifts(circle, from))
		kc_circle_drop_gifts(circle, to);
	return kc_circle_pass_gifts(circle, from, to);
}

kc_err kc_circle_follow_links(struct kc_circle *circle)
{
	bool progress = true;

	while (progress) {
		progress = false;
		for (size_t i = 0; i < circle->epoch_count; i++) {
			const struct kc_held_epoch *held = &circle->epochs[i];
			struct kc_held_epoch *prev = kc_circle_find_epoch_before(circle, held);
			bool found = false;

			KC_TRY(share_keys(circle, held));
			if (prev && kc_held_epoch_has_key(prev)) {
				size_t before = circle->gift_count;

				KC_TRY(follow_gifts(circle, held, prev));
				progress = progress || circle->gift_count != before;
			}
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
	return kc_circle_follow_links(circle); /* those that a lock left closed */
}

/* --- room ---------------------------------------------------------------------------------------
 */

/* Whether a is the sooner to go of two epochs whose authors are out, or have left: nothing opens
 * with one whose key is not here, and what was never used is not missed. */
static bool goes_before(const struct kc_held_epoch *a, const struct kc_held_epoch *b)
{
	if (kc_held_epoch_has_key(a) != kc_held_epoch_has_key(b))
		return !kc_held_epoch_has_key(a);
	if (a->used != b->used)
		return !a->used;
	return a->epoch->name.epoch > b->epoch->name.epoch;
}

/* Whether its author has left, with more epochs than anybody needs: what one that left had begun is
 * read for long, but none of them may fill the room, and leave the others without another. */
static bool is_left_in_plenty(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *of)
{
	const struct kc_peer_id *author = &of->epoch->author;
	size_t count = 0;

	if (!kc_peer_set_has(trust->retired, kc_circle_number(circle, author)))
		return false;
	for (size_t i = 0; i < circle->epoch_count; i++)
		count += kc_peer_id_equal(&circle->epochs[i].epoch->author, author);
	return count > KC_CIRCLE_MAX_EPOCHS / 8;
}

/* The one that goes first of those whose authors are out, or have left in plenty. */
static struct kc_held_epoch *find_idle(
	const struct kc_circle *circle, const struct kc_trust *trust, bool are_out)
{
	struct kc_held_epoch *goes = NULL;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		struct kc_held_epoch *held = &circle->epochs[i];

		if ((are_out ? !kc_circle_is_in(circle, trust, &held->epoch->author)
			     : is_left_in_plenty(circle, trust, held)) &&
			(!goes || goes_before(held, goes)))
			goes = held;
	}
	return goes;
}

kc_err kc_circle_make_epoch_room(struct kc_circle *circle)
{
	struct kc_held_epoch *goes;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	goes = find_idle(circle, &trust, true);
	if (!goes)
		goes = find_idle(circle, &trust, false);
	if (!goes)
		return KC_ERR(WAITING);
	kc_circle_epoch_done(goes);
	*goes = circle->epochs[--circle->epoch_count];
	return KC_OK;
}

kc_err kc_circle_add_epoch(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_held_epoch held = {.record = KC_BUF_INIT, .since_ms = kc_clock_now_ms()}, *grown;
	kc_err err;

	if (circle->epoch_count == KC_CIRCLE_MAX_EPOCHS)
		KC_TRY(kc_circle_make_epoch_room(circle));
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
	if (held.since_ms > held.epoch->time_ms)
		held.since_ms = held.epoch->time_ms;
	grown[circle->epoch_count++] = held;
	return KC_OK;
}
