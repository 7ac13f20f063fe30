/* SPDX-License-Identifier: ISC */
/* Keys that come in: what others say of epochs, and shares of keys for this device. */
#include "backend/circle/circle_impl.h"

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
	/* What it told of epochs came with its lists, and the last of these was settled before. */
	if (kc_circle_find(circle, &epoch->author)->is_over)
		return KC_ERR(REFUSED);
	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(check_author(circle, &trust, &epoch->author));
	KC_TRY(kc_circle_add_epoch(circle, record));
	return kc_circle_follow_links(circle);
}

/* Shares are published with the next list of who gives them: until that is here, this device knows
 * less than who chose whom to give the key (circle_gifts.c). Those of a welcome come with all that
 * the sponsor knows. */
static kc_err note_gift(struct kc_circle *circle, const struct kc_view_key_name *name,
	const struct kc_shares *shares)
{
	uint64_t seq = shares->author_seq < UINT64_MAX ? shares->author_seq + 1 : UINT64_MAX;

	return kc_circle_add_gift(
		circle, &(struct kc_gift){.name = *name, .giver = shares->author, .seq = seq});
}

static kc_err take_key(struct kc_circle *circle, struct kc_held_epoch *held,
	const struct kc_shares *shares, bool is_welcome, struct kc_secret *key)
{
	bool is_new = !kc_held_epoch_has_key(held);

	if (!is_welcome && (is_new || kc_circle_has_gifts(circle, &held->epoch->name)))
		KC_TRY(note_gift(circle, &held->epoch->name, shares));
	if (!is_new)
		return KC_OK;
	kc_secret_move(&held->key, key);
	return kc_circle_derive_epoch(circle, held);
}

/* A key that is not the one announced is held against who signed it; those that fit are taken. */
static kc_err open_shares(struct kc_circle *circle, struct kc_member *author, bool is_welcome,
	const struct kc_shares *shares, struct kc_bytes record)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	kc_err err = kc_shares_open(shares, &circle->account, &circle->identity, keys);
	bool forged = err == KC_E_VERIFY;

	author->forged = author->forged || forged;
	if (forged)
		err = KC_OK;
	for (size_t i = 0; i < shares->count; i++) {
		struct kc_held_epoch *held = kc_circle_find_named_epoch(circle, &shares->names[i]);

		if (err == KC_OK && held && keys[i].len)
			err = take_key(circle, held, shares, is_welcome, &keys[i]);
		kc_secret_done(&keys[i]);
	}
	if (err != KC_OK || !forged)
		return kc_circle_refuse(err);
	KC_TRY(kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_FORGED_KEY,
					       .about = author->id,
					       .shown = shares->author_seq,
					       .came = record}));
	return KC_ERR(REFUSED);
}

/* Shares that are opened with the unlock: until then they say which keys that will give. */
static kc_err note_shares(struct kc_circle *circle, const struct kc_shares *shares)
{
	for (size_t i = 0; i < shares->count; i++) {
		struct kc_held_epoch *held = kc_circle_find_named_epoch(circle, &shares->names[i]);

		if (held && !kc_held_epoch_has_key(held))
			held->promised = true;
	}
	KC_TRY(kc_circle_follow_links(circle));
	return KC_ERR(LOCKED);
}

kc_err kc_circle_take_shares(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record)
{
	struct kc_member *author;
	bool known = true, all_told = true;
	struct kc_shares shares;
	struct kc_trust trust;
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
		const struct kc_held_epoch *held =
			kc_circle_find_named_epoch(circle, &shares.names[i]);

		all_told = all_told && held;
		known = known && (!held || (kc_held_epoch_has_key(held) &&
						   !kc_circle_has_gifts(circle, &shares.names[i])));
	}
	if (known)
		return all_told ? KC_OK : KC_ERR(WAITING);
	if (kc_circle_is_locked(circle))
		return note_shares(circle, &shares);
	err = open_shares(circle, author, from == NULL, &shares, record);
	if (err != KC_OK && err != KC_E_REFUSED)
		return err;
	KC_TRY(kc_circle_follow_links(circle));
	return err == KC_OK && !all_told ? KC_ERR(WAITING) : err;
}
