/* SPDX-License-Identifier: ISC */
/*
 * Coming back after a long silence (doc/protocol.md, "Roots and reconciliation"): the others have
 * stopped waiting, and may have forgotten deletions. What this device wrote and nobody has is
 * written anew, so that it is later than whatever some still remember and others do not.
 */
#include "backend/sync/compose_impl.h"

#include <string.h>

#include "base/clock.h"

/* By its own clock or by the others': a clock that is wrong makes an old change a new one, and
 * nothing else. */
static bool was_silent(const struct kc_composer *c, uint64_t now_ms)
{
	const struct kc_circle *circle = c->circle;
	const struct kc_member *self = kc_circle_self(circle);

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (i == circle->self || !kc_peer_set_has(c->trust.trusted, i))
			continue;
		if (kc_circle_is_stale(self, now_ms) ||
			(list && kc_circle_is_stale(self, list->time_ms)))
			return true;
	}
	return false;
}

/* Up to which of this device's dots somebody has said that it has them. */
static uint64_t acknowledged(const struct kc_composer *c, enum kc_view view)
{
	const struct kc_circle *circle = c->circle;
	uint64_t most = 0;

	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(c->trust.trusted, i) &&
			circle->members[i]->acked[view] > most)
			most = circle->members[i]->acked[view];
	return most;
}

static kc_err renew(struct kc_composer *c, struct kc_track *track, uint64_t now_ms)
{
	const struct kc_peer_id *self = &c->circle->identity.id;
	bool own = memcmp(track->writer, self->bytes, sizeof track->writer) == 0;
	kc_err err;

	/* A deletion that nobody saw has lost against what was written since; as it is, it still
	 * ends what it was made of. */
	if (track->deleted || track->lost ||
		(!track->pending && (!own || track->counter <= acknowledged(c, track->view))))
		return KC_OK;
	err = kc_track_write(
		c->txn, track, now_ms > track->t + 1 ? now_ms : track->t + 2);
	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

kc_err kc_compose_return(struct kc_composer *c)
{
	int64_t now = kc_clock_wall_ms();
	uint64_t now_ms = now < 0 ? 0 : (uint64_t)now, id = 0;
	struct kc_track track;
	kc_err err;

	if (!kc_circle_self(c->circle)->list || !was_silent(c, now_ms))
		return KC_OK;
	for (;;) {
		KC_TRY(kc_track_next_id(c->txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(c->txn, id, &track);
		if (err == KC_OK)
			err = renew(c, &track, now_ms);
		if (err != KC_E_CORRUPT)
			KC_TRY(err);
	}
}
