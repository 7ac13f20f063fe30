/* SPDX-License-Identifier: ISC */
/* What it means that a list is not in the feed, or an older one. */
#include "backend/sync/line/feed_impl.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

static void suspect(struct kc_gathered *gathered, size_t member)
{
	gathered->suspects |= (kc_peer_set)1 << member;
	if (gathered->alarm == KC_ALARM_NONE)
		gathered->alarm = KC_ALARM_ROLLBACK;
}

/* An older list may be a slip; twice within a day it is none. */
static void weigh_older(
	struct kc_feed_peer *peer, size_t member, uint64_t now_ms, struct kc_gathered *gathered)
{
	if (peer->older_ms && peer->older_ms <= now_ms && now_ms - peer->older_ms < DAY_MS)
		suspect(gathered, member);
	else
		peer->older_ms = now_ms;
}

/* A list that was there once. A newcomer has heard of it only, and waits a while. */
static void weigh_missing(struct kc_feed *feed, const struct kc_circle *circle, size_t member,
	bool ends, struct kc_gathered *gathered)
{
	feed->all_listed = false;
	if (circle->joining)
		gathered->holes |= (kc_peer_set)1 << member;
	else if (ends && !kc_circle_is_excused(circle->members[member]))
		suspect(gathered, member);
}

/* Somebody, or some key, is known that was not when records were left out. So all are looked at
 * once more; and copies of the circle, which stand in the other zone, by name. */
static kc_err read_left_out(
	struct kc_feed *feed, const struct kc_circle *circle, struct kc_gathered *gathered)
{
	if (feed->left_out == 0 || feed->left_out_print == feed->print)
		return KC_OK;
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&circle->members[i]->id);
		char name[KC_RECORDS_MAX_NAME + 1];

		if (i == circle->self)
			continue;
		KC_TRY(kc_cell_name_put(kc_bytes_str("c"), &writer, name));
		KC_TRY(kc_feed_names_add(&feed->later, KC_ZONE_VALUES, name, NULL));
	}
	kc_feed_start_whole(feed, KC_ZONE_RECORDS);
	feed->more = true;
	gathered->more = ~(kc_peer_set)0;
	return KC_OK;
}

kc_err kc_feed_weigh(struct kc_feed *feed, const struct kc_circle *circle, uint64_t now_ms,
	struct kc_gathered *gathered)
{
	bool ends = feed->whole && !feed->more;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	feed->all_listed = true;
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&circle->members[i]->id);
		struct kc_feed_peer *peer;

		if (i == circle->self || !kc_peer_set_has(trust.heard, i))
			continue;
		peer = kc_feed_find_peer(feed, &writer);
		if (!peer)
			continue;
		peer->listed = peer->listed || kc_peer_set_has(gathered->listed, i);
		if (kc_peer_set_has(gathered->older, i) &&
			!kc_circle_is_excused(circle->members[i]))
			weigh_older(peer, i, now_ms, gathered);
		if (circle->members[i]->list && !peer->listed &&
			!kc_circle_is_over(circle->members[i]))
			weigh_missing(feed, circle, i, ends, gathered);
		if (peer->passed_over) { /* it is back: what it wrote is to be looked at */
			peer->passed_over = false;
			feed->altered = true;
			kc_feed_start_whole(feed, KC_ZONE_RECORDS);
			feed->afresh = feed->more = true;
			gathered->more = ~(kc_peer_set)0;
		}
	}
	feed->print = kc_feed_print(circle, &trust);
	KC_TRY(read_left_out(feed, circle, gathered));
	gathered->moved = gathered->moved || feed->altered;
	return KC_OK;
}
