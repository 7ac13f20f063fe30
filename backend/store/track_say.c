/* SPDX-License-Identifier: ISC */
/* What this device says of a record: the t of its versions, and that they are to be sent. */
#include <string.h>

#include "backend/store/track.h"
#include "base/clock.h"

/* --- times --------------------------------------------------------------------------------------
 */

#define GAVE_WAY (KC_TRACK_TURN / 2)

uint64_t kc_track_changed_ms(uint64_t t)
{
	return t / KC_TRACK_TURN;
}

static uint64_t next_change(uint64_t t)
{
	return (kc_track_changed_ms(t) + 1) * KC_TRACK_TURN;
}

/* Once the room is used up it counts as a change: nothing is lost by it. */
static uint64_t again(uint64_t t)
{
	return (t + 1) % GAVE_WAY ? t + 1 : next_change(t);
}

static uint64_t way_given(uint64_t t)
{
	return t % KC_TRACK_TURN < GAVE_WAY ? t - t % KC_TRACK_TURN + GAVE_WAY : again(t);
}

bool kc_track_can_follow(uint64_t t)
{
	return next_change(t) <= KC_TRACK_MAX_T;
}

bool kc_track_gives_way(const struct kc_track *track, uint64_t t)
{
	return track->deleted && track->t % KC_TRACK_TURN >= GAVE_WAY &&
	       kc_track_changed_ms(track->t) == kc_track_changed_ms(t);
}

/* --- versions -----------------------------------------------------------------------------------
 */

static kc_err write_own(struct kc_txn *txn, struct kc_track *track, uint64_t t)
{
	if (t > KC_TRACK_MAX_T)
		return KC_ERR(NOT_MODIFIABLE);
	/* Else nobody has seen what is replaced, or it is said anew to another circle. */
	if (!track->pending && t != track->t)
		track->replaced = track->created ? track->t : 0;
	track->t = t;
	if (track->created == 0)
		track->created = t;
	track->pending = true;
	track->lost = false;
	memset(track->writer, 0, sizeof track->writer);
	memset(track->digest, 0, sizeof track->digest);
	track->counter = 0;
	KC_TRY(kc_track_put(txn, track));
	return kc_track_journal_put(txn, track->id);
}

kc_err kc_track_say(struct kc_txn *txn, struct kc_track *track)
{
	return write_own(txn, track, track->t);
}

kc_err kc_track_say_again(struct kc_txn *txn, struct kc_track *track)
{
	return write_own(txn, track, again(track->t));
}

kc_err kc_track_give_way(struct kc_txn *txn, struct kc_track *track)
{
	track->item = 0;
	track->deleted = true;
	return write_own(txn, track, way_given(track->t));
}

kc_err kc_track_change(struct kc_txn *txn, struct kc_track *track)
{
	int64_t wall = kc_clock_wall_ms();
	uint64_t ms = wall > 0 && kc_track_changed_ms(KC_TRACK_MAX_T) >= (uint64_t)wall
			      ? (uint64_t)wall
			      : 0;
	uint64_t now = ms * KC_TRACK_TURN, least = next_change(track->t);

	memset(track->author, 0, sizeof track->author);
	return write_own(txn, track, now > least ? now : least);
}
