/* SPDX-License-Identifier: ISC */
/* What the files of the feed share, besides its header. */
#ifndef KC_SYNC_LINE_FEED_IMPL_H
#define KC_SYNC_LINE_FEED_IMPL_H

#include "backend/sync/line/cell_name.h"
#include "backend/sync/line/feed.h"

#define KC_FEED_ITEM_PREFIX "i-"

/* What came of a cell that this device's last list names. */
enum kc_feed_own { KC_FEED_OWN_MISSING, KC_FEED_OWN_OTHER, KC_FEED_OWN_HERE };

/* What a visitor of rows works with. */
struct kc_feed_reader {
	struct kc_feed *feed;
	struct kc_circle *circle;
	struct kc_gathered *gathered;
	enum kc_zone zone;
	bool again;
	bool expired[KC_ZONE_COUNT]; /* the token was not known */
	enum kc_feed_own *own;	     /* of each companion of the own list; NULL: nobody asks */
};

/* Whether a cell is of one of these members (feed_bounds.c). */
bool kc_feed_is_of(const char *name, const struct kc_circle *circle, kc_peer_set members);
/* Who is known, and which keys, as a number that changes with it. */
uint64_t kc_feed_print(const struct kc_circle *circle, const struct kc_trust *trust);
/* What is remembered of this round so far. */
struct kc_feed_room {
	size_t unclaimed, unclaimed_len;
	size_t outside[KC_CIRCLE_MAX_PEERS], outside_len[KC_CIRCLE_MAX_PEERS];
};
/* Whether there is room for one more that waits; it is taken up, or the record is left out. An item
 * that says nothing of any that is known here; what one who is out says of others. */
bool kc_feed_room_for_unclaimed(
	struct kc_feed *feed, struct kc_feed_room *room, const struct kc_gathered_op *op);
bool kc_feed_room_for_outside(
	struct kc_feed *feed, struct kc_feed_room *room, const struct kc_gathered_op *op);
/* Remembers those of whom nobody knows anything. */
KC_MUST kc_err kc_feed_keep_strangers(struct kc_feed *feed);

/* Takes a row (feed_rows.c); context is a struct kc_feed_reader. */
KC_MUST kc_err kc_feed_visit(void *context, const struct kc_record_row *row);
/* Looks at a cell of this device's other than its list (feed_own.c). */
KC_MUST kc_err kc_feed_see_own(
	struct kc_feed_reader *r, const struct kc_cell *cell, struct kc_bytes value);
/* Of those that came bare, asks for the values of those that were not seen before. *ret_seen: how
 * many were. */
KC_MUST kc_err kc_feed_fill_bare(
	struct kc_feed_reader *r, struct kc_cloud *cloud, struct kc_store *store, size_t *ret_seen);
/* Takes out items, of those gathered since, of which this very version was looked at before. */
KC_MUST kc_err kc_feed_leave_out_seen(
	struct kc_feed *feed, struct kc_store *store, struct kc_gathered *gathered, size_t from);
/* The zone from its beginning: everybody's last list must be in it. */
void kc_feed_start_whole(struct kc_feed *feed, enum kc_zone zone);

#endif
