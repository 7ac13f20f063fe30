/* SPDX-License-Identifier: ISC */
/*
 * The account password as the circle knows it: the record in force, those that wait for the user,
 * and the user keys that ever counted (doc/protocol.md 4).
 */
#include "backend/circle/circle_impl.h"

#include <inttypes.h>
#include <string.h>

/* A typed password is tried on so many pending records: each takes about a second. */
#define MOST_TRIED 4

/* --- user keys ----------------------------------------------------------------------------------
 */

static bool is_key(
	const struct kc_user_key *key, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	return memcmp(key->public_key, public_key, sizeof key->public_key) == 0;
}

static struct kc_user_key *find_key(
	struct kc_circle *circle, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (is_key(&circle->user_keys[i], public_key))
			return &circle->user_keys[i];
	return NULL;
}

const uint8_t *kc_circle_find_user_key(const struct kc_circle *circle, struct kc_bytes id)
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (kc_bytes_equal(id, KC_BYTES_OF(circle->user_keys[i].id)))
			return circle->user_keys[i].public_key;
	return NULL;
}

bool kc_circle_was_user_key(
	const struct kc_circle *circle, const uint8_t public_key[static KC_P256_PUBLIC_LEN])
{
	for (size_t i = 0; i < circle->user_key_count; i++)
		if (is_key(&circle->user_keys[i], public_key))
			return true;
	return false;
}

/* The key of a record that counted: the one of the record before, in force for longer, or another.
 */
static kc_err note_key(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_account_key *parts)
{
	struct kc_user_key *key = find_key(circle, parts->user_public);
	struct kc_peer_id author;

	if (key) {
		key->last = parts->seq;
		return KC_OK;
	}
	KC_TRY(kc_account_key_author(record, &author));
	if (circle->user_key_count == KC_CIRCLE_MAX_USER_KEYS)
		memmove(circle->user_keys, circle->user_keys + 1,
			--circle->user_key_count * sizeof circle->user_keys[0]);
	key = &circle->user_keys[circle->user_key_count];
	*key = (struct kc_user_key){.first = parts->seq,
		.last = parts->seq,
		.author = author,
		.time_ms = parts->time_ms};
	memcpy(key->public_key, parts->user_public, sizeof key->public_key);
	KC_TRY(kc_signature_key_id(KC_BYTES_OF(key->public_key), key->id));
	circle->user_key_count++;
	return KC_OK;
}

/* Whether a user key that counted at seq signed a record third: the one in force then, or that of a
 * change made at the same time. */
static bool is_signed_by_key_at(
	const struct kc_circle *circle, struct kc_bytes record, uint64_t seq)
{
	for (size_t i = 0; i < circle->user_key_count; i++) {
		const struct kc_user_key *key = &circle->user_keys[i];

		if (key->first <= seq && seq <= key->last &&
			kc_account_key_check_before(record, &circle->account, key->public_key) ==
				KC_OK)
			return true;
	}
	return false;
}

/* --- the record in force ------------------------------------------------------------------------
 */

static void drop_pending(struct kc_circle *circle, size_t number)
{
	kc_buf_done(&circle->pending_keys[number].record);
	circle->pending_keys[number] = circle->pending_keys[--circle->pending_key_count];
}

/* With a new password the one before counts no longer from this number on. */
static void end_key_before(struct kc_circle *circle, const struct kc_account_key *parts)
{
	struct kc_user_key *key = find_key(circle, circle->account_key.user_public);

	if (key && !is_key(key, parts->user_public) && key->first < parts->seq &&
		key->last >= parts->seq)
		key->last = parts->seq - 1;
}

kc_err kc_circle_adopt_account_key(struct kc_circle *circle, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf kept = KC_BUF_INIT;
	struct kc_account_key parts;

	kc_buf_push(&kept, record.data, record.len);
	KC_TRY(kc_buf_check(&kept));
	KC_TRY(kc_account_key_open(kc_buf_bytes(&kept), &circle->account, &parts));
	end_key_before(circle, &parts);
	KC_TRY(note_key(circle, kc_buf_bytes(&kept), &parts));
	kc_buf_done(&circle->account_key_record);
	circle->account_key_record = kept;
	circle->account_key = parts;
	kept = (struct kc_buf)KC_BUF_INIT;
	for (size_t i = circle->pending_key_count; i-- > 0;)
		if (circle->pending_keys[i].parts.seq <= parts.seq)
			drop_pending(circle, i);
	return KC_OK;
}

static kc_err identity_of(
	const struct kc_circle *circle, struct kc_bytes record, struct kc_record_id *ret)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_ACCOUNT_KEY, &parsed));
	return kc_record_identity(&parsed, &circle->account, ret);
}

/* Of two that follow one record: a new password before an old one that wraps other keys, then the
 * greater identity. */
static kc_err comes_first(const struct kc_circle *circle, struct kc_bytes record,
	const struct kc_account_key *parts, bool *ret)
{
	struct kc_record_id id, other;
	bool changes = true, other_changes = true;

	for (size_t i = 0; i < circle->user_key_count; i++) {
		const struct kc_user_key *key = &circle->user_keys[i];
		bool before = key->first < parts->seq;

		changes = changes && !(before && is_key(key, parts->user_public));
		other_changes =
			other_changes && !(before && is_key(key, circle->account_key.user_public));
	}
	KC_TRY(identity_of(circle, record, &id));
	KC_TRY(identity_of(circle, kc_buf_bytes(&circle->account_key_record), &other));
	*ret = changes != other_changes ? changes
					: memcmp(id.bytes, other.bytes, sizeof id.bytes) > 0;
	return KC_OK;
}

/* Another record with the number of the one in force: two devices made one at the same time, or it
 * is none. */
static kc_err take_twin(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_account_key *parts)
{
	bool first;

	if (parts->seq == 1 || !is_signed_by_key_at(circle, record, parts->seq - 1))
		return KC_ERR(REFUSED);
	KC_TRY(comes_first(circle, record, parts, &first));
	if (first)
		return kc_circle_adopt_account_key(circle, record);
	/* Its password is not in force, but was where it was set. */
	return kc_circle_was_user_key(circle, parts->user_public) ? KC_OK
								  : note_key(circle, record, parts);
}

/* --- pending records ----------------------------------------------------------------------------
 */

/* One for each device: its last. */
static kc_err keep_pending(struct kc_circle *circle, struct kc_bytes record,
	const struct kc_account_key *parts, const struct kc_peer_id *author)
{
	struct kc_pending_key pending = {.record = KC_BUF_INIT, .author = *author};

	for (size_t i = 0; i < circle->pending_key_count; i++)
		if (kc_peer_id_equal(&circle->pending_keys[i].author, author)) {
			if (circle->pending_keys[i].parts.seq >= parts->seq)
				return KC_OK;
			drop_pending(circle, i);
			break;
		}
	if (circle->pending_key_count == KC_COUNT_OF(circle->pending_keys))
		return KC_ERR(WAITING);
	kc_buf_push(&pending.record, record.data, record.len);
	KC_TRY(kc_buf_check(&pending.record));
	KC_TRY(kc_account_key_open(
		kc_buf_bytes(&pending.record), &circle->account, &pending.parts));
	circle->pending_keys[circle->pending_key_count++] = pending;
	return KC_OK;
}

/* What was pending because one in between was missing. */
static kc_err retry_pending(struct kc_circle *circle)
{
	bool progress = true;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	while (progress) {
		progress = false;
		for (size_t i = 0; i < circle->pending_key_count && !progress; i++) {
			const struct kc_pending_key *pending = &circle->pending_keys[i];

			progress = kc_circle_is_trusted(circle, &trust, &pending->author) &&
				   is_signed_by_key_at(circle, kc_buf_bytes(&pending->record),
					   circle->account_key.seq);
			if (progress)
				KC_TRY(kc_circle_adopt_account_key(
					circle, kc_buf_bytes(&pending->record)));
		}
	}
	return kc_circle_retry_compat(circle);
}

/* The pending record of a trusted device with the highest number below a limit. */
static const struct kc_pending_key *newest_pending(
	const struct kc_circle *circle, const struct kc_trust *trust, uint64_t below)
{
	const struct kc_pending_key *best = NULL;

	for (size_t i = 0; i < circle->pending_key_count; i++) {
		const struct kc_pending_key *pending = &circle->pending_keys[i];

		if (pending->parts.seq < below && (!best || pending->parts.seq > best->parts.seq) &&
			kc_circle_is_trusted(circle, trust, &pending->author))
			best = pending;
	}
	return best;
}

kc_err kc_circle_pending_account_key(
	const struct kc_circle *circle, const struct kc_pending_key **ret)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	*ret = newest_pending(circle, &trust, UINT64_MAX);
	return *ret ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_circle_accept_password(
	struct kc_circle *circle, struct kc_bytes password, struct kc_password_keys *ret)
{
	const struct kc_pending_key *pending;
	uint64_t below = UINT64_MAX;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	if (!newest_pending(circle, &trust, below))
		return KC_ERR(NOT_FOUND);
	for (size_t i = 0; i < MOST_TRIED; i++) {
		kc_err err;

		pending = newest_pending(circle, &trust, below);
		if (!pending)
			break;
		err = kc_account_key_try(&pending->parts, &circle->account, password, ret);
		if (err == KC_OK) {
			KC_TRY(kc_circle_adopt_account_key(circle, kc_buf_bytes(&pending->record)));
			return retry_pending(circle);
		}
		if (err != KC_E_ACCOUNT_PASSWORD)
			return err;
		below = pending->parts.seq;
	}
	return KC_ERR(ACCOUNT_PASSWORD);
}

/* --- coming in ----------------------------------------------------------------------------------
 */

/* The device that signed it is one, and trusted. */
static kc_err check_author(
	const struct kc_circle *circle, struct kc_bytes record, struct kc_peer_id *ret)
{
	const struct kc_member *author;
	struct kc_trust trust;

	KC_TRY_RECORD(kc_account_key_author(record, ret));
	author = kc_circle_find(circle, ret);
	if (!author)
		return KC_ERR(WAITING);
	KC_TRY_RECORD(
		kc_account_key_check_author(record, &circle->account, ret, &author->permanent));
	KC_TRY(kc_circle_judge(circle, &trust));
	if (kc_circle_is_trusted(circle, &trust, ret))
		return KC_OK;
	return kc_circle_is_excluded(circle, &trust, ret) ? KC_ERR(REFUSED) : KC_ERR(WAITING);
}

/* The one that gave way in a tie of before: statements may be co-signed by its user key, whenever
 * somebody heard of it. */
static kc_err note_earlier_twin(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_account_key *parts)
{
	struct kc_peer_id author;
	kc_err err;

	if (parts->seq == 1 || kc_circle_was_user_key(circle, parts->user_public) ||
		!is_signed_by_key_at(circle, record, parts->seq - 1))
		return KC_OK;
	err = check_author(circle, record, &author);
	if (err == KC_E_REFUSED || err == KC_E_WAITING)
		return KC_OK;
	KC_TRY(err);
	return note_key(circle, record, parts);
}

kc_err kc_circle_take_account_key(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_account_key parts;
	struct kc_peer_id author;

	KC_TRY_RECORD(kc_account_key_open(record, &circle->account, &parts));
	if (kc_bytes_equal(record, kc_buf_bytes(&circle->account_key_record)))
		return KC_OK;
	if (parts.seq < circle->account_key.seq)
		return note_earlier_twin(circle, record, &parts);
	KC_TRY(check_author(circle, record, &author));
	if (parts.seq == circle->account_key.seq)
		return take_twin(circle, record, &parts);
	if (!is_signed_by_key_at(circle, record, circle->account_key.seq))
		return keep_pending(circle, record, &parts, &author);
	KC_TRY(kc_circle_adopt_account_key(circle, record));
	return retry_pending(circle);
}

/* --- going out ----------------------------------------------------------------------------------
 */

static kc_err queue(struct kc_circle *circle, uint64_t seq, struct kc_bytes record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_printf(&key, "k/%" PRIu64, seq);
	KC_TRY(kc_buf_check(&key));
	return kc_circle_queue_clear(circle, kc_buf_text(&key), record);
}

static void forget_oldest(struct kc_circle *circle)
{
	kc_buf_done(&circle->own_keys[0]);
	circle->own_key_count--;
	memmove(circle->own_keys, circle->own_keys + 1,
		circle->own_key_count * sizeof circle->own_keys[0]);
}

/* Each is signed with the user key of the one before: whoever was away needs all in between. */
kc_err kc_circle_keep_own_key(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_buf *grown;

	if (circle->own_key_count == KC_CIRCLE_MAX_USER_KEYS)
		forget_oldest(circle);
	grown = reallocarray(circle->own_keys, circle->own_key_count + 1, sizeof *grown);
	if (!grown)
		return KC_ERR(NO_MEMORY);
	circle->own_keys = grown;
	grown[circle->own_key_count] = (struct kc_buf)KC_BUF_INIT;
	kc_buf_push(&grown[circle->own_key_count], record.data, record.len);
	return kc_buf_check(&grown[circle->own_key_count++]);
}

kc_err kc_circle_publish_account_key(struct kc_circle *circle)
{
	struct kc_bytes record = kc_buf_bytes(&circle->account_key_record);

	KC_TRY(kc_circle_keep_own_key(circle, record));
	return queue(circle, circle->account_key.seq, record);
}

kc_err kc_circle_queue_account_keys(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->own_key_count; i++) {
		struct kc_bytes record = kc_buf_bytes(&circle->own_keys[i]);
		struct kc_account_key parts;

		KC_TRY(kc_account_key_open(record, &circle->account, &parts));
		KC_TRY(queue(circle, parts.seq, record));
	}
	return KC_OK;
}

kc_err kc_circle_change_password(struct kc_circle *circle, const struct kc_password_keys *keys,
	struct kc_bytes password, struct kc_password_keys *ret)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	KC_TRY(kc_account_key_make(&circle->account, &circle->identity, &circle->keys, password,
		circle->account_key.seq + 1, keys->user, &record, ret));
	KC_TRY(kc_circle_adopt_account_key(circle, kc_buf_bytes(&record)));
	return kc_circle_publish_account_key(circle);
}

kc_err kc_circle_renew_account_key(
	struct kc_circle *circle, const struct kc_password_keys *keys, bool *ret)
{
	KC_CLEANUP_SECRET struct kc_secret wrapped = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	kc_err err = kc_account_key_unwrap(&circle->account_key, &circle->account, keys, &wrapped);

	*ret = false;
	if (err != KC_OK && err != KC_E_CORRUPT)
		return err;
	if (err == KC_OK && wrapped.len == circle->keys.len &&
		kc_mem_equal_ct(wrapped.data, circle->keys.data, wrapped.len))
		return KC_OK;
	KC_TRY(kc_account_key_renew(&circle->account_key, &circle->account, &circle->identity,
		&circle->keys, keys, &record));
	KC_TRY(kc_circle_adopt_account_key(circle, kc_buf_bytes(&record)));
	*ret = true;
	return kc_circle_publish_account_key(circle);
}
