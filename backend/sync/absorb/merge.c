/* SPDX-License-Identifier: ISC */
/* Comparing, applying, and repairing two records of one primary key. */
#include "backend/sync/absorb/merge.h"

#include <string.h>

_Static_assert(KC_TRACK_MAX_T == KC_VERSION_MAX_T, "what is written here is read elsewhere");

/* The version that a track stands for. A change that is not sent yet has its time already, and is
 * this device's. */
static struct kc_version version_of(const struct kc_track *track, const struct kc_peer_id *self)
{
	struct kc_version version = {.t = track->t};

	if (track->pending) {
		version.writer = *self;
		return version;
	}
	memcpy(version.writer.bytes, track->writer, sizeof version.writer.bytes);
	memcpy(version.digest, track->digest, sizeof version.digest);
	return version;
}

/* The last version of it that has a dot. */
static struct kc_version said_of(const struct kc_track *track)
{
	struct kc_version version = {.t = track->said.t};

	memcpy(version.writer.bytes, track->said.writer, sizeof version.writer.bytes);
	memcpy(version.digest, track->said.digest, sizeof version.digest);
	return version;
}

/* The record's track; *ret stays as it is when there is none that opens. What was damaged comes
 * back as it was, or newer, and never older. */
static kc_err find_held(
	struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN], struct kc_track *ret)
{
	kc_err err = kc_track_find_name(txn, name, ret);

	return err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ? KC_OK : err;
}

kc_err kc_merge_compare(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN],
	const struct kc_version *version, int *ret)
{
	struct kc_version held_version;
	struct kc_track held;
	kc_err err = kc_track_find_name(txn, name, &held);

	*ret = -1;
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	/* A change that has no dot yet stands for nothing: its writer may never send it. */
	held_version = said_of(&held);
	/* What was damaged here was held once: the store is not to blame. */
	*ret = kc_version_compare(&held_version, version);
	return KC_OK;
}

kc_err kc_merge_holds(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN],
	const struct kc_version *version, bool *ret)
{
	int order;

	KC_TRY(kc_merge_compare(txn, name, version, &order));
	*ret = order >= 0;
	return KC_OK;
}

/* --- applying -----------------------------------------------------------------------------------
 */

/* It has a dot, whatever this device makes of it. */
static struct kc_track_said said_by(const struct kc_incoming *incoming)
{
	const struct kc_version *version = &incoming->body.version;
	struct kc_track_said said = {.live = !incoming->body.deleted, .t = version->t};

	memcpy(said.writer, version->writer.bytes, sizeof said.writer);
	memcpy(said.digest, version->digest, sizeof said.digest);
	return said;
}

static struct kc_track track_of(const struct kc_incoming *incoming)
{
	const struct kc_item_body *body = &incoming->body;
	struct kc_track track = {
		.view = incoming->view,
		.protection = body->deleted ? KC_PROTECTION_AK : body->item.protection,
		.deleted = body->deleted,
		.t = body->version.t,
		.created = body->created,
		.replaced = body->replaced,
		.counter = body->counter,
		.padded_len = body->padded_len,
	};

	memcpy(track.name, incoming->name, sizeof track.name);
	memcpy(track.writer, body->version.writer.bytes, sizeof track.writer);
	memcpy(track.digest, body->version.digest, sizeof track.digest);
	memcpy(track.key_digest, body->key_digest, sizeof track.key_digest);
	track.said = said_by(incoming);
	return track;
}

/* What becomes of a row; nobody is known to have ended it. */
static kc_err end_of_row(
	struct kc_txn *txn, uint64_t row, enum kc_earlier how, struct kc_history_end *ret)
{
	struct kc_track track;
	kc_err err = kc_track_find_item(txn, row, &track);

	*ret = (struct kc_history_end){.how = how};
	if (err == KC_OK)
		ret->writer = kc_history_writer(&track);
	else if (err == KC_E_NOT_FOUND)
		ret->writer = KC_HISTORY_HERE;
	return err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ? KC_OK : err;
}

/* An incoming version that gives way to a record that is here. */
static kc_err keep_loser(
	struct kc_txn *txn, struct kc_incoming *incoming, const struct kc_track *winner)
{
	struct kc_history_end end = {.how = KC_EARLIER_GAVE_WAY,
		.writer = {.is_known = true},
		.by = kc_history_writer(winner)};

	memcpy(end.writer.id, incoming->body.version.writer.bytes, sizeof end.writer.id);
	return kc_history_keep_item(txn, &incoming->body.item, &end);
}

/* Takes a row away; what was in it goes to the history. by may be NULL: nobody known. */
static kc_err clear_row(
	struct kc_txn *txn, uint64_t row, enum kc_earlier how, const struct kc_track *by)
{
	KC_CLEANUP_STORED struct kc_stored old = KC_STORED_INIT;
	struct kc_history_end end;
	kc_err err = kc_row_get(txn, row, true, &old);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_E_CORRUPT)
		KC_TRY(err);
	KC_TRY(end_of_row(txn, row, how, &end));
	if (by)
		end.by = kc_history_writer(by);
	if (err == KC_OK)
		KC_TRY(kc_history_keep_row(txn, row, &end));
	return kc_row_remove(txn, row);
}

kc_err kc_merge_vacate(struct kc_txn *txn, const uint8_t name[static KC_RECORD_NAME_LEN])
{
	struct kc_track track;

	KC_TRY(kc_track_find_name(txn, name, &track));
	KC_TRY(clear_row(txn, track.item, KC_EARLIER_REPLACED, NULL));
	track.item = 0;
	return kc_track_put(txn, &track);
}

kc_err kc_merge_bury(struct kc_txn *txn, const struct kc_track *track)
{
	if (track->item)
		KC_TRY(clear_row(txn, track->item, KC_EARLIER_DELETED, NULL));
	return kc_track_drop(txn, track->id);
}

/* Which of two records of one primary key stays: that of the later change, else the one of the
 * greater name. Whoever says a version again changes nothing about it. */
static bool is_to_stay(const struct kc_track *record, const struct kc_track *rival)
{
	uint64_t change = kc_track_changed_ms(record->t), other = kc_track_changed_ms(rival->t);

	return change == other ? memcmp(record->name, rival->name, sizeof record->name) > 0
			       : change > other;
}

/*
 * Two live records, one primary key. One stays, the other gives way. No content goes to another
 * record: a change or a deletion that is made meanwhile is of the record that it was made of. That
 * not both give way, whoever repairs what: merge.h.
 */
static kc_err repair_collision(struct kc_txn *txn, struct kc_incoming *incoming,
	struct kc_track *track, struct kc_track *rival)
{
	uint64_t row = rival->item, none;
	struct kc_history_end end;

	if (!is_to_stay(track, rival)) {
		KC_TRY(keep_loser(txn, incoming, rival));
		return kc_track_give_way(txn, track);
	}
	KC_TRY(end_of_row(txn, row, KC_EARLIER_GAVE_WAY, &end));
	end.by = kc_history_writer(track);
	KC_TRY(kc_history_keep_row(txn, row, &end));
	KC_TRY(kc_track_give_way(txn, rival));
	track->item = row;
	track->protection = rival->protection;
	KC_TRY(kc_track_put(txn, track));
	return kc_apply_live(txn, track, &incoming->body.item, &none);
}

/* Another live item has the primary key of an incoming one. */
static kc_err meet_rival(struct kc_txn *txn, struct kc_incoming *incoming,
	const struct kc_track *held, uint64_t row, bool repair)
{
	struct kc_track track = track_of(incoming), rival;
	kc_err err = kc_track_find_item(txn, row, &rival);
	uint64_t none = 0;

	/* One that is bound to this device, or that sync lost sight of, gives way like a version
	 * that is not the greater one. */
	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT) {
		KC_TRY(clear_row(txn, row, KC_EARLIER_GAVE_WAY, &track));
		return kc_apply_live(txn, &track, &incoming->body.item, &none);
	}
	KC_TRY(err);
	memcpy(incoming->rival, rival.name, sizeof incoming->rival);
	if (!kc_track_can_follow(track.t) || !kc_track_can_follow(rival.t))
		return KC_ERR(REFUSED);
	if (!repair)
		return KC_ERR(DUPLICATE);
	if (held->item && held->item != row)
		KC_TRY(clear_row(txn, held->item, KC_EARLIER_REPLACED, &track));
	track.id = held->id;
	return repair_collision(txn, incoming, &track, &rival);
}

static kc_err apply(
	struct kc_txn *txn, struct kc_incoming *incoming, const struct kc_track *held, bool repair)
{
	struct kc_track track = track_of(incoming);
	uint64_t row = 0;
	kc_err err;

	if (incoming->body.deleted)
		return kc_apply_deletion(txn, &track, &incoming->winner);
	err = kc_apply_live(txn, &track, &incoming->body.item, &row);
	return err == KC_E_DUPLICATE ? meet_rival(txn, incoming, held, row, repair) : err;
}

kc_err kc_merge_check(const struct kc_incoming *incoming)
{
	const struct kc_item_body *body = &incoming->body;
	uint8_t key_digest[KC_TRACK_DIGEST_LEN];

	if (body->deleted)
		return KC_OK;
	KC_TRY(kc_track_key_digest(&body->item, key_digest));
	if (body->item.tomb || kc_policy_view(&body->item) != incoming->view ||
		memcmp(key_digest, body->key_digest, sizeof key_digest) != 0)
		return KC_ERR(REFUSED);
	return KC_OK;
}

/* Lost against a change that was made here at the same time and has no dot yet; the circle holds
 * this device to it all the same, until that change has one. */
static kc_err lose(struct kc_txn *txn, struct kc_incoming *incoming, struct kc_track *held)
{
	const struct kc_version *version = &incoming->body.version, said = said_of(held);

	if (incoming->acknowledged || kc_version_compare(version, &said) <= 0)
		return KC_OK;
	held->said = said_by(incoming);
	return kc_track_put(txn, held);
}

kc_err kc_merge_incoming(struct kc_txn *txn, const struct kc_peer_id *self,
	struct kc_incoming *incoming, bool repair, bool *ret_applied)
{
	struct kc_version version;
	struct kc_track held = {0};
	int order = 1;

	*ret_applied = false;
	KC_TRY(kc_merge_check(incoming));
	KC_TRY(find_held(txn, incoming->name, &held));
	if (held.id) {
		version = held.lost ? said_of(&held) : version_of(&held, self);
		order = kc_version_compare(&incoming->body.version, &version);
	}
	if (incoming->acknowledged && held.id == 0)
		return KC_OK; /* deleted, and collected since */
	incoming->forged = incoming->acknowledged && order > 0;
	if (incoming->forged) /* made up after this device had accounted for the dot */
		return KC_ERR(REFUSED);
	if (order < 0 || (order == 0 && !held.lost))
		return held.pending ? lose(txn, incoming, &held) : KC_OK;
	KC_TRY(apply(txn, incoming, &held, repair));
	*ret_applied = true;
	return KC_OK;
}
