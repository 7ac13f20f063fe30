/* SPDX-License-Identifier: ISC */
/*
 * A log that begins anew: everything in it that still counts is said once more, in as many
 * operations as it takes, and the last of them says so (doc/protocol.md 3.1, rule 4). What is below
 * is taken away a day later: carriers of files bring them in any order.
 */
#include "backend/sync/compose_impl.h"

#include <string.h>

#include "base/clock.h"

#define MIN_OPERATIONS 64	      /* a log with fewer is left as it is */
#define MIN_LEN ((uint64_t)256 << 10) /* bytes */
#define DROP_AFTER_MS (UINT64_C(24) * 60 * 60 * 1000)

static bool is_due(const struct kc_composer *c)
{
	const struct kc_log_span *span = &c->circle->span;
	uint64_t next = kc_circle_self(c->circle)->position.number + 1;

	return !span->begun && !span->drop_ms && !c->circle->joining &&
	       !kc_circle_is_locked(c->circle) && next - span->base > MIN_OPERATIONS &&
	       span->len > MIN_LEN && span->len > 2 * span->kept_len;
}

kc_err kc_compose_begin_anew(struct kc_composer *c)
{
	struct kc_log_span *span = &c->circle->span;

	if (!is_due(c))
		return KC_OK;
	KC_TRY(kc_circle_queue_again(c->circle, &c->trust));
	span->begun = kc_circle_self(c->circle)->position.number + 1;
	span->track = 0;
	span->kept_len = 0;
	return KC_OK;
}

/* The version that a track stands for is in this device's log, and nowhere else. */
static bool is_own(const struct kc_composer *c, const struct kc_track *track)
{
	return !track->pending && !track->lost && track->counter > 0 &&
	       memcmp(track->writer, c->circle->identity.id.bytes, sizeof track->writer) == 0;
}

static kc_err repeat(struct kc_composer *c, uint64_t id)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	const struct kc_held_epoch *held;
	struct kc_track track;
	kc_err err = kc_track_get(c->txn, id, &track);

	if (err == KC_E_CORRUPT || err == KC_E_NOT_FOUND || (err == KC_OK && !is_own(c, &track)))
		return KC_OK;
	KC_TRY(err);
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

kc_err kc_compose_go_on_anew(struct kc_composer *c, bool *ret_more)
{
	struct kc_log_span *span = &c->circle->span;
	int64_t now = kc_clock_wall_ms();

	*ret_more = false;
	while (span->begun && !*ret_more) {
		uint64_t id;
		kc_err err;

		KC_TRY(kc_track_next_id(c->txn, span->track, &id));
		if (id == 0) {
			span->base = span->begun;
			span->begun = 0;
			span->len = span->kept_len;
			span->drop_ms = (uint64_t)(now > 0 ? now : 0) + DROP_AFTER_MS;
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
