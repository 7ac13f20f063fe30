/* SPDX-License-Identifier: ISC */
/*
 * A log that begins anew: everything in it that still counts is said once more, in as many
 * operations as it takes, and the last of them says so (doc/protocol.md 3.1, rule 5). What is below
 * is taken away a day later: carriers of files bring them in any order.
 *
 * The same mends a store that went back, of either layout, when its owner says so (repair.h).
 */
#include "backend/sync/compose/compose_impl.h"

#include <string.h>

#include "backend/store/change.h"
#include "base/clock.h"

#define MIN_OPERATIONS 64	      /* a log with fewer is left as it is */
#define MIN_LEN ((uint64_t)256 << 10) /* bytes */
#define ITEM_LEN 228		      /* of a write of an item, besides its padded body */

/* Who wrote the version that a track stands for; NULL: none that is remembered, or it has no dot.
 */
static const struct kc_member *writer_of(const struct kc_composer *c, const struct kc_track *track)
{
	struct kc_peer_id writer;

	if (track->pending || track->lost || track->counter == 0)
		return NULL;
	memcpy(writer.bytes, track->writer, sizeof writer.bytes);
	return kc_circle_find(c->circle, &writer);
}

/* In a log only what is its writer's own. A store of records may have lost any; what waits there is
 * not written over. */
static bool is_to_be_said(const struct kc_composer *c, const struct kc_track *track)
{
	const struct kc_member *writer = writer_of(c, track);

	if (!writer || !c->terms->feed)
		return writer == kc_circle_self(c->circle);
	return !kc_feed_is_waiting(c->terms->feed, track->name);
}

/* --- when ---------------------------------------------------------------------------------------
 */

/* About how many bytes of this device's log its items take up that still count. */
static kc_err measure(const struct kc_composer *c, uint64_t *ret)
{
	struct kc_track track;
	uint64_t id = 0;
	kc_err err;

	*ret = 0;
	for (;;) {
		KC_TRY(kc_track_next_id(c->txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(c->txn, id, &track);
		if (err == KC_E_CORRUPT)
			continue;
		KC_TRY(err);
		if (is_to_be_said(c, &track))
			*ret += track.padded_len + ITEM_LEN;
	}
}

/* What counts is looked at when the log has doubled since, so that it costs the less the longer the
 * log: one that grows by what counts is none to be begun anew. */
static kc_err is_worth_it(const struct kc_composer *c, bool *ret)
{
	struct kc_log_span *span = &c->circle->span;
	uint64_t counts;

	*ret = false;
	if (span->len <= MIN_LEN || span->len <= 2 * span->kept_len)
		return KC_OK;
	KC_TRY(measure(c, &counts));
	if (span->kept_len < counts)
		span->kept_len = counts;
	*ret = span->len > 2 * span->kept_len;
	return KC_OK;
}

static kc_err is_due(const struct kc_composer *c, bool *ret)
{
	const struct kc_log_span *span = &c->circle->span;
	uint64_t next = kc_circle_self(c->circle)->position.number + 1;

	*ret = false;
	if (span->begun || c->circle->joining || kc_circle_is_locked(c->circle))
		return KC_OK;
	*ret = span->mends;
	if (*ret || c->terms->feed || span->drop_ms || next - span->base <= MIN_OPERATIONS)
		return KC_OK;
	return is_worth_it(c, ret);
}

kc_err kc_compose_begin_anew(struct kc_composer *c)
{
	struct kc_log_span *span = &c->circle->span;

	bool due;

	KC_TRY(is_due(c, &due));
	if (!due)
		return KC_OK;
	KC_TRY(kc_circle_queue_again(c->circle, &c->trust));
	span->begun = kc_circle_self(c->circle)->position.number + 1;
	span->track = 0;
	span->kept_len = 0;
	return KC_OK;
}

/* --- what is repeated ---------------------------------------------------------------------------
 */

/* What was written by one who will not say it again becomes this device's own, when a store has
 * lost it. */
static kc_err adopt(struct kc_composer *c, struct kc_track *track, bool *ret)
{
	const struct kc_member *writer = writer_of(c, track);
	kc_err err;

	*ret = c->circle->span.mends && !track->pending && !track->lost && track->counter > 0 &&
	       (!writer || !kc_circle_is_trusted(c->circle, &c->trust, &writer->id));
	if (!*ret)
		return KC_OK;
	err = kc_track_say_again(c->txn, track);
	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

static kc_err repeat(struct kc_composer *c, uint64_t id)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_track track;
	kc_err err = kc_track_get(c->txn, id, &track);
	bool adopted;

	if (err == KC_E_CORRUPT || err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(adopt(c, &track, &adopted));
	if (adopted || !is_to_be_said(c, &track))
		return KC_OK;
	KC_TRY(kc_circle_usable_epoch(c->circle, &c->trust, track.view, &held));
	err = kc_composer_seal(c, &track, held, track.counter, &body, &record);
	if (err == KC_E_CORRUPT || err == KC_E_NOT_FOUND || err == KC_E_TOO_LARGE)
		return KC_OK;
	KC_TRY(err);
	/* Not the same any more: a row that was mended or set aside. It has a change to come. */
	if (memcmp(body.version.digest, track.digest, sizeof track.digest) != 0)
		return KC_OK;
	return kc_composer_put(c, &track, kc_buf_bytes(&record));
}

/* All was said. Whoever mends a store has no use for what it had left. */
static void end(struct kc_composer *c, bool *ret_more)
{
	struct kc_log_span *span = &c->circle->span;
	bool mends = span->mends;

	c->circle->tells_all = true; /* who is out can open no other that says so */
	if (c->terms->feed) {
		*span = (struct kc_log_span){0};
		return;
	}
	span->base = span->begun;
	span->begun = 0;
	span->len = span->kept_len;
	span->drop_ms = kc_clock_now_ms() + (mends ? 0 : KC_LOG_DROP_AFTER_MS);
	span->mends = false;
	*ret_more = mends; /* another round drops it */
}

kc_err kc_compose_go_on_anew(struct kc_composer *c, bool *ret_more)
{
	struct kc_log_span *span = &c->circle->span;

	*ret_more = false;
	while (span->begun && !*ret_more) {
		uint64_t id;
		kc_err err;

		KC_TRY(kc_track_next_id(c->txn, span->track, &id));
		if (id == 0) {
			end(c, ret_more);
			return KC_OK;
		}
		err = repeat(c, id);
		/* After the unlock, or when there is a key. */
		if (err == KC_E_LOCKED || err == KC_E_WAITING || err == KC_E_NOT_FOUND)
			return KC_OK;
		KC_TRY(err);
		span->track = id;
		*ret_more = kc_composer_is_full(c);
	}
	return KC_OK;
}
