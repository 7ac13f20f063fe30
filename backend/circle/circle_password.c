/* SPDX-License-Identifier: ISC */
/*
 * The account password: records that come in and go out, and those that wait for the user
 * (doc/protocol.md 4).
 */
#include "backend/circle/circle_impl.h"

#include <inttypes.h>
#include <string.h>

/* A typed password is tried on so many pending records: each takes about a second. */
#define MOST_TRIED 4
#define MOST_PENDING 8		       /* of one device */
#define MOST_AHEAD (UINT64_C(1) << 20) /* of the one in force */

/* --- pending records ----------------------------------------------------------------------------
 */

static void drop_pending(struct kc_circle *circle, size_t number)
{
	kc_buf_done(&circle->pending_keys[number].record);
	circle->pending_keys[number] = circle->pending_keys[--circle->pending_key_count];
}

static size_t count_pending(const struct kc_circle *circle, const struct kc_peer_id *author)
{
	size_t count = 0;

	for (size_t i = 0; i < circle->pending_key_count; i++)
		count += kc_peer_id_equal(&circle->pending_keys[i].parts.author, author);
	return count;
}

static void drop_oldest(struct kc_circle *circle, const struct kc_peer_id *author)
{
	size_t oldest = circle->pending_key_count;

	for (size_t i = 0; i < circle->pending_key_count; i++)
		if (kc_peer_id_equal(&circle->pending_keys[i].parts.author, author) &&
			(oldest == circle->pending_key_count ||
				circle->pending_keys[i].parts.seq <
					circle->pending_keys[oldest].parts.seq))
			oldest = i;
	drop_pending(circle, oldest);
}

/* Makes room for one more of a device: its oldest goes when it has many; else one of somebody who
 * is out, else of whom there are most. */
static kc_err make_room(struct kc_circle *circle, const struct kc_peer_id *author)
{
	const struct kc_peer_id *goes = NULL;
	struct kc_peer_id gives;
	struct kc_trust trust;
	size_t most = 0;

	if (count_pending(circle, author) == MOST_PENDING) {
		drop_oldest(circle, author);
		return KC_OK;
	}
	if (circle->pending_key_count < KC_COUNT_OF(circle->pending_keys))
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < circle->pending_key_count; i++) {
		const struct kc_peer_id *of = &circle->pending_keys[i].parts.author;
		size_t count = count_pending(circle, of);

		if (!kc_circle_is_in(circle, &trust, of))
			count += MOST_PENDING;
		if (count > most) {
			most = count;
			goes = of;
		}
	}
	gives = *goes;
	drop_oldest(circle, &gives);
	return KC_OK;
}

static kc_err keep_pending(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_peer_id *author)
{
	struct kc_pending_key pending = {.record = KC_BUF_INIT};

	for (size_t i = 0; i < circle->pending_key_count; i++)
		if (kc_bytes_equal(record, kc_buf_bytes(&circle->pending_keys[i].record)))
			return KC_OK;
	KC_TRY(make_room(circle, author));
	kc_buf_push(&pending.record, record.data, record.len);
	KC_TRY(kc_buf_check(&pending.record));
	KC_TRY(kc_account_key_open(
		kc_buf_bytes(&pending.record), &circle->account, &pending.parts));
	circle->pending_keys[circle->pending_key_count++] = pending;
	return KC_OK;
}

/* What was pending because one in between was missing; and which one is in force then. */
static kc_err retry_pending(struct kc_circle *circle)
{
	bool progress = true;

	while (progress) {
		progress = false;
		for (size_t i = 0; i < circle->pending_key_count && !progress; i++) {
			const struct kc_pending_key *pending = &circle->pending_keys[i];

			progress = kc_circle_follows_password(
				circle, kc_buf_bytes(&pending->record), &pending->parts);
			if (!progress)
				continue;
			KC_TRY(kc_circle_hold_password(circle, kc_buf_bytes(&pending->record)));
			drop_pending(circle, i);
		}
	}
	return kc_circle_settle_password(circle);
}

/* The pending record of a trusted device with the highest number below a limit; an old one would
 * change nothing. */
static const struct kc_pending_key *newest_pending(
	const struct kc_circle *circle, const struct kc_trust *trust, uint64_t below)
{
	const struct kc_pending_key *best = NULL;

	for (size_t i = 0; i < circle->pending_key_count; i++) {
		const struct kc_pending_key *pending = &circle->pending_keys[i];

		if (pending->parts.seq > circle->account_key.seq && pending->parts.seq < below &&
			(!best || pending->parts.seq > best->parts.seq) &&
			kc_circle_is_trusted(circle, trust, &pending->parts.author))
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
			KC_TRY(kc_circle_hold_password(circle, kc_buf_bytes(&pending->record)));
			drop_pending(circle, (size_t)(pending - circle->pending_keys));
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

/* The device that signed it is one: what it made is held, and counts while the device does. One who
 * is out may go on making some. */
static kc_err check_author(
	const struct kc_circle *circle, struct kc_bytes record, const struct kc_peer_id *id)
{
	const struct kc_member *author = kc_circle_find(circle, id);

	if (!author)
		return KC_ERR(WAITING);
	KC_TRY_RECORD(
		kc_account_key_check_author(record, &circle->account, id, &author->permanent));
	return kc_circle_check_crowd(circle, id);
}

/* A number that nobody has counted to. Typed once, it could be the last that there is, and the
 * password never be changed again. */
static bool is_far_ahead(const struct kc_circle *circle, const struct kc_account_key *parts)
{
	return parts->seq > circle->account_key.seq &&
	       parts->seq - circle->account_key.seq > MOST_AHEAD;
}

kc_err kc_circle_take_account_key(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_account_key parts;
	kc_err err;

	KC_TRY_RECORD(kc_account_key_open(record, &circle->account, &parts));
	if (kc_circle_holds_password(circle, record))
		return KC_OK;
	KC_TRY(kc_circle_check_password_twin(circle, record));
	if (parts.seq == 1) /* it follows none */
		return circle->account_key.seq == 1 ? KC_ERR(REFUSED) : KC_OK;
	err = check_author(circle, record, &parts.author);
	if (err == KC_E_WAITING && parts.seq < circle->account_key.seq)
		return KC_OK; /* of one who is forgotten: it was followed by others */
	KC_TRY(err);
	if (!kc_circle_follows_password(circle, record, &parts))
		return is_far_ahead(circle, &parts) ? KC_ERR(REFUSED)
						    : keep_pending(circle, record, &parts.author);
	KC_TRY(kc_circle_hold_password(circle, record));
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

kc_err kc_circle_queue_account_keys(struct kc_circle *circle, uint64_t seq)
{
	for (size_t i = 0; i < circle->own_key_count; i++) {
		struct kc_bytes record = kc_buf_bytes(&circle->own_keys[i]);
		struct kc_account_key parts;

		KC_TRY(kc_account_key_open(record, &circle->account, &parts));
		if (seq == 0 || parts.seq == seq)
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
