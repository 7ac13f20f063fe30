/* SPDX-License-Identifier: ISC */
/*
 * The metadata keys: what seals the circle's own records in the store (doc/protocol.md 3, 7).
 *
 * One for each epoch of the metadata view. What must be read before the last of them is known is
 * under the first, which whoever knows the account password has, too.
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

/* A metadata key out of the key of its epoch. */
static kc_err derive(const struct kc_circle *circle, uint64_t epoch,
	const uint8_t tlk[static KC_VIEW_KEY_LEN], uint8_t ret_kid[static KC_KID_LEN],
	struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_view_key_name name = {.view = KC_VIEW_META, .epoch = epoch};

	KC_TRY(kc_secret_set(&key, kc_bytes(tlk, KC_VIEW_KEY_LEN)));
	KC_TRY(kc_view_key_id(&circle->account, KC_VIEW_META, epoch, &key, ret_kid));
	return kc_view_key_derive(&circle->account, &name, &key, KC_VIEW_KEY_META, ret);
}

static kc_err derive_first(
	const struct kc_circle *circle, uint8_t ret_kid[static KC_KID_LEN], struct kc_secret *ret)
{
	return derive(circle, 1, kc_circle_keys(circle)->first, ret_kid, ret);
}

static kc_err derive_newest(
	const struct kc_circle *circle, uint8_t ret_kid[static KC_KID_LEN], struct kc_secret *ret)
{
	const struct kc_account_keys *keys = kc_circle_keys(circle);

	return derive(circle, keys->epoch, keys->newest, ret_kid, ret);
}

/* The key with an id, of those that this device knows. Errors: WAITING; LOCKED (the unlock gives
 * it).
 */
static kc_err find_key(
	const struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN], struct kc_secret *ret)
{
	const struct kc_held_epoch *held = kc_circle_find_epoch(circle, kid);
	uint8_t known[KC_KID_LEN];

	if (held && held->meta.len)
		return kc_secret_set(ret, kc_secret_bytes(&held->meta));
	KC_TRY(derive_first(circle, known, ret));
	if (memcmp(known, kid, sizeof known) == 0)
		return KC_OK;
	KC_TRY(derive_newest(circle, known, ret));
	if (memcmp(known, kid, sizeof known) == 0)
		return KC_OK;
	return held && held->promised ? KC_ERR(LOCKED) : KC_ERR(WAITING);
}

/* The same, to read with: a key may be lent. */
static kc_err find_key_to_open(
	const struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN], struct kc_secret *ret)
{
	kc_err err = find_key(circle, kid, ret);

	for (size_t i = 0; err == KC_E_WAITING && i < circle->lent_count; i++)
		if (memcmp(circle->lent[i].kid, kid, KC_KID_LEN) == 0)
			err = kc_secret_set(ret, kc_secret_bytes(&circle->lent[i].key));
	return err;
}

/* Keys of cells that are read by whoever does not know the last key yet. */
static bool is_under_first(const char *key)
{
	static const char *const beginnings[] = {"e/", "s/", "out/"};

	for (size_t i = 0; i < KC_COUNT_OF(beginnings); i++)
		if (strncmp(key, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return strcmp(key, "g") == 0;
}

kc_err kc_circle_seal(const struct kc_circle *circle, const struct kc_place_in_store *place,
	struct kc_bytes record, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	char key[KC_OP_MAX_KEY + 1] = "";
	struct kc_meta_key with = {.siv = NULL};

	if (place->key.len > KC_OP_MAX_KEY)
		return KC_ERR(BUG);
	memcpy(key, place->key.data, place->key.len);
	if (!circle->has_meta || is_under_first(key)) {
		KC_TRY(derive_first(circle, with.kid, &secret));
	} else {
		memcpy(with.kid, circle->meta_kid, sizeof with.kid);
		KC_TRY(find_key(circle, with.kid, &secret));
	}
	with.siv = kc_view_key_siv(&secret);
	return kc_envelope_seal(&with, place, record, ret);
}

kc_err kc_circle_open(const struct kc_circle *circle, const struct kc_place_in_store *place,
	struct kc_bytes sealed, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_meta_key with = {.siv = NULL};

	KC_TRY(kc_envelope_peek(sealed, with.kid));
	KC_TRY(find_key_to_open(circle, with.kid, &secret));
	with.siv = kc_view_key_siv(&secret);
	return kc_envelope_open(&with, place, sealed, ret);
}

void kc_circle_note_opened(struct kc_circle *circle, struct kc_bytes sealed)
{
	uint8_t kid[KC_KID_LEN];

	if (kc_envelope_peek(sealed, kid) == KC_OK)
		kc_circle_note_use(circle, kid);
}

/* The metadata key with an id, out of a shares record. */
static kc_err key_of_shares(const struct kc_circle *circle, const struct kc_member *author,
	struct kc_bytes record, const uint8_t kid[static KC_KID_LEN], struct kc_secret *ret)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	struct kc_shares shares;
	kc_err err;

	KC_TRY(kc_shares_parse(record, &shares));
	if (!kc_peer_id_equal(&shares.author, &author->id))
		return KC_ERR(WAITING);
	KC_TRY(kc_shares_verify(record, &circle->account, &shares, &author->permanent));
	if (kc_circle_is_locked(circle))
		return KC_ERR(LOCKED);
	err = kc_shares_open(&shares, &circle->account, &circle->identity, keys);
	if (err == KC_OK)
		err = KC_ERR(WAITING);
	for (size_t i = 0; i < shares.count; i++) {
		const struct kc_view_key_name *name = &shares.names[i];

		if (err == KC_E_WAITING && name->view == KC_VIEW_META &&
			memcmp(name->kid, kid, sizeof name->kid) == 0)
			err = kc_view_key_derive(
				&circle->account, name, &keys[i], KC_VIEW_KEY_META, ret);
		kc_secret_done(&keys[i]);
	}
	return err;
}

kc_err kc_circle_open_by_shares(const struct kc_circle *circle,
	const struct kc_place_in_store *place, struct kc_bytes sealed,
	const struct kc_member *author, struct kc_bytes shares, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_meta_key with = {.siv = NULL};

	KC_TRY(kc_envelope_peek(sealed, with.kid));
	KC_TRY(key_of_shares(circle, author, shares, with.kid, &secret));
	with.siv = kc_view_key_siv(&secret);
	return kc_envelope_open(&with, place, sealed, ret);
}

static bool has_lent_most(const struct kc_circle *circle, const struct kc_peer_id *by)
{
	size_t count = 0;

	for (size_t i = 0; i < circle->lent_count; i++)
		count += kc_peer_id_equal(&circle->lent[i].by, by);
	return count >= KC_CIRCLE_MAX_LENT;
}

/* Whether this is the name of a metadata key that nothing here opens with. */
static bool is_wanted(const struct kc_circle *circle, const struct kc_view_key_name *name)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	return name->view == KC_VIEW_META &&
	       find_key_to_open(circle, name->kid, &key) == KC_E_WAITING;
}

static kc_err lend(struct kc_circle *circle, const struct kc_peer_id *by,
	const struct kc_view_key_name *name, const struct kc_secret *key)
{
	struct kc_lent_key row = {.by = *by, .key = KC_SECRET_INIT};
	struct kc_lent_key *grown =
		reallocarray(circle->lent, circle->lent_count + 1, sizeof *grown);

	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->lent = grown;
	KC_TRY(kc_view_key_derive(&circle->account, name, key, KC_VIEW_KEY_META, &row.key));
	memcpy(row.kid, name->kid, sizeof row.kid);
	grown[circle->lent_count++] = row;
	return KC_OK;
}

/* Those that do not fit are passed over: nothing is believed for the sake of a key. */
static kc_err lend_wanted(struct kc_circle *circle, const struct kc_shares *shares, bool *ret_some)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	kc_err err = kc_shares_open(shares, &circle->account, &circle->identity, keys);

	if (err == KC_E_VERIFY)
		err = KC_OK;
	for (size_t i = 0; i < shares->count; i++) {
		if (err == KC_OK && keys[i].len && is_wanted(circle, &shares->names[i]) &&
			!has_lent_most(circle, &shares->author)) {
			err = lend(circle, &shares->author, &shares->names[i], &keys[i]);
			*ret_some = err == KC_OK;
		}
		kc_secret_done(&keys[i]);
	}
	return err == KC_E_NO_MEMORY ? err : KC_OK;
}

kc_err kc_circle_borrow_keys(struct kc_circle *circle, const struct kc_member *author,
	struct kc_bytes record, bool *ret_some)
{
	struct kc_shares shares;
	bool wanted = false;

	*ret_some = false;
	if (kc_circle_is_locked(circle) || has_lent_most(circle, &author->id) ||
		kc_shares_parse(record, &shares) != KC_OK ||
		!kc_peer_id_equal(&shares.author, &author->id))
		return KC_OK;
	for (size_t i = 0; i < shares.count; i++)
		wanted = wanted || is_wanted(circle, &shares.names[i]);
	if (!wanted ||
		kc_shares_verify(record, &circle->account, &shares, &author->permanent) != KC_OK)
		return KC_OK;
	return lend_wanted(circle, &shares, ret_some);
}

/* Whoever joins, or types the password, is given the newest key with the first. */
static kc_err keep_newest(struct kc_circle *circle, const struct kc_held_epoch *held)
{
	struct kc_account_keys *keys = (struct kc_account_keys *)(void *)circle->keys.data;

	if (held->key.len != KC_VIEW_KEY_LEN)
		return KC_OK; /* locked away: with the next unlock */
	keys->epoch = held->epoch->name.epoch;
	memcpy(keys->newest, held->key.data, sizeof keys->newest);
	return KC_OK;
}

kc_err kc_circle_settle_meta(struct kc_circle *circle)
{
	const struct kc_held_epoch *held;
	struct kc_trust trust;
	kc_err err;

	KC_TRY(kc_circle_judge(circle, &trust));
	err = kc_circle_usable_epoch(circle, &trust, KC_VIEW_META, &held);
	if (err != KC_OK) /* until there is one, the last one that there was */
		return err == KC_E_NOT_FOUND || err == KC_E_WAITING || err == KC_E_LOCKED ? KC_OK
											  : err;
	memcpy(circle->meta_kid, held->epoch->name.kid, sizeof circle->meta_kid);
	circle->has_meta = true;
	kc_circle_note_use(circle, circle->meta_kid);
	return keep_newest(circle, held);
}
