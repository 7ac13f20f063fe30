/* SPDX-License-Identifier: ISC */
/* How far a feed was read: what waits, what was seen, and what somebody took out of the store. */
#include "backend/sync/line/feed_impl.h"

#include <string.h>

#include "backend/store/sighting.h"
#include "backend/store/track.h"

static kc_err see(const struct kc_feed *feed, struct kc_txn *txn, const char *name,
	const struct kc_etag *etag)
{
	return kc_sighting_put(txn, name, etag->bytes, feed->reading);
}

static bool is_item(const char *name)
{
	return strncmp(name, KC_FEED_ITEM_PREFIX, strlen(KC_FEED_ITEM_PREFIX)) == 0;
}

static kc_err find_track(struct kc_txn *txn, const char *name, struct kc_track *ret)
{
	uint8_t id[KC_RECORD_NAME_LEN];

	if (!is_item(name) ||
		!kc_op_get_hex(kc_bytes_str(name + strlen(KC_FEED_ITEM_PREFIX)), id, sizeof id))
		return KC_ERR(NOT_FOUND);
	return kc_track_find_name(txn, id, ret);
}

/* Room for records of which this device makes nothing: the store may show ever others. Of one that
 * isn't remembered nothing is lost but that it is read again with the whole zone. */
struct room {
	bool counted;
	uint64_t left;
};

static kc_err see_strange(const struct kc_feed *feed, struct kc_txn *txn, const char *name,
	const struct kc_etag *etag, struct room *room)
{
	struct kc_track track;
	kc_err err = find_track(txn, name, &track);

	if (err != KC_E_NOT_FOUND) /* what is written there later is written over this */
		return err == KC_OK || err == KC_E_CORRUPT ? see(feed, txn, name, etag) : err;
	if (!room->counted) {
		uint64_t count;

		KC_TRY(kc_sighting_count_strange(txn, &count));
		room->left = count < KC_FEED_MAX_STRANGE ? KC_FEED_MAX_STRANGE - count : 0;
		room->counted = true;
	}
	if (room->left == 0)
		return KC_OK;
	room->left--;
	return see(feed, txn, name, etag);
}

/* Items were seen before; what is under other names may be anything, and in this device's name. */
static kc_err see_known(const struct kc_feed *feed, struct kc_txn *txn,
	const struct kc_feed_name *known, struct room *room)
{
	struct kc_etag before;

	if (is_item(known->name) || kc_sighting_get(txn, known->name, before.bytes) == KC_OK)
		return see(feed, txn, known->name, &known->etag);
	return see_strange(feed, txn, known->name, &known->etag, room);
}

static void pass_over(struct kc_feed *feed, const struct kc_circle *circle, size_t member)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->members[member]->id);
	struct kc_feed_peer *peer = kc_feed_find_peer(feed, &writer);

	if (peer)
		peer->passed_over = true;
}

static kc_err add_waiting(struct kc_feed_names *waiting, const struct kc_gathered_op *op)
{
	struct kc_feed_name *row;

	KC_TRY(kc_feed_names_add(waiting, op->zone, op->name, &op->etag));
	row = &waiting->rows[waiting->count - 1];
	row->since_ms = op->unclaimed ? op->since_ms : 0;
	row->given_up = op->given_up;
	return KC_OK;
}

/* Whether what stands in an item's place is not what should: one that does not count of a writer
 * that is out, or that nobody vouches for, or an older one, be it its writer's. Nobody honest
 * writes over what it has not read, so never an older one over a newer. */
static bool is_cover(const struct kc_absorb_record *record, bool is_out)
{
	if (!record->claimed)
		return false;
	if (is_out && record->state != KC_OK)
		return true;
	return record->covers && (record->state == KC_OK || record->state == KC_E_REFUSED);
}

/* An item that somebody took out of the store, or covered, without a word that counts: who wrote it
 * puts it back, or anybody when that device is not here any more. A deletion is back where nothing
 * is, but not where it was covered. */
static kc_err put_back(struct kc_txn *txn, const struct kc_circle *circle, kc_peer_set trusted,
	const char *name, bool covered)
{
	struct kc_track track;
	kc_err err = find_track(txn, name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT ||
		(err == KC_OK && ((track.deleted && !covered) || track.lost || track.pending)))
		return KC_OK;
	KC_TRY(err);
	for (size_t i = 0; i < circle->member_count; i++)
		if (i != circle->self && kc_peer_set_has(trusted, i) &&
			memcmp(circle->members[i]->id.bytes, track.writer, sizeof track.writer) ==
				0)
			return KC_OK;
	err = kc_track_say_again(txn, &track);
	return err == KC_E_NOT_MODIFIABLE ? KC_OK : err;
}

/* Whether one who is out says something there of others, and that waits, for its key or for whoever
 * it names: in a log such a thing comes again, here it would never. */
static bool is_heard_later(const struct kc_absorb_record *record)
{
	return kc_absorb_says_who(record->kind) && record->state == KC_E_WAITING;
}

/* Its list is always asked for again; of others there may be any number. */
static bool is_kept(struct kc_feed *feed, struct kc_feed_room *room,
	const struct kc_gathered_op *op, const struct kc_absorb_record *record)
{
	return is_heard_later(record) &&
	       (record->kind == KC_ABSORB_LIST || kc_feed_room_for_outside(feed, room, op));
}

/* An item that waits under a name of which something is here is to be written over; of any other,
 * which anybody can make, a few are remembered. */
static kc_err add_item_waiting(struct kc_feed *feed, struct kc_txn *txn, struct kc_feed_room *room,
	const struct kc_gathered_op *op, struct kc_feed_names *waiting)
{
	struct kc_track track;
	kc_err err = op->unclaimed ? find_track(txn, op->name, &track) : KC_OK;

	if (err == KC_E_NOT_FOUND && !kc_feed_room_for_unclaimed(feed, room, op))
		return KC_OK;
	if (err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		KC_TRY(err);
	return add_waiting(waiting, op);
}

/* What became of each record: it waits, or its version is seen. */
static kc_err settle_records(struct kc_feed *feed, struct kc_txn *txn,
	const struct kc_circle *circle, const struct kc_absorb *absorb,
	struct kc_feed_names *waiting)
{
	const struct kc_gathered *gathered = absorb->gathered;
	struct room room = {.left = 0};
	struct kc_feed_room bounded = {.unclaimed = 0};
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];
		struct kc_gathered_op *op = &gathered->ops[record->op];
		bool is_out = kc_peer_set_has(gathered->out, record->member);

		if (record->kind == KC_ABSORB_ITEM && record->state == KC_E_REFUSED)
			op->refused = true;
		if (is_cover(record, is_out))
			KC_TRY(put_back(txn, circle, trust.trusted, op->name, true));
		if (!is_out || (record->state == KC_OK && !op->waits) ||
			is_kept(feed, &bounded, op, record))
			continue; /* what is refused of one who is out may count when it is back */
		op->waits = false;
		pass_over(feed, circle, record->member);
	}
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits)
			KC_TRY(add_item_waiting(feed, txn, &bounded, op, waiting));
		else if (op->refused)
			KC_TRY(see_strange(feed, txn, op->name, &op->etag, &room));
		else if (is_item(op->name))
			KC_TRY(see(feed, txn, op->name, &op->etag));
	}
	KC_TRY(kc_feed_keep_strangers(feed));
	for (size_t i = 0; i < feed->known.count; i++)
		KC_TRY(see_known(feed, txn, &feed->known.rows[i], &room));
	return KC_OK;
}

/* What was given up is written over; it stays among what waits until it is. */
static kc_err settle_given_up(const struct kc_feed *feed, struct kc_txn *txn,
	const struct kc_circle *circle, const struct kc_gathered *gathered)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (!op->given_up)
			continue;
		KC_TRY(see(feed, txn, op->name, &op->etag));
		KC_TRY(put_back(txn, circle, trust.trusted, op->name, true));
	}
	return KC_OK;
}

static kc_err settle_gone(struct kc_feed *feed, struct kc_txn *txn, const struct kc_circle *circle)
{
	struct room room = {.left = 0};
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; i < feed->gone.count; i++) {
		const struct kc_feed_name *gone = &feed->gone.rows[i];

		KC_TRY(see_strange(feed, txn, gone->name, &gone->etag, &room));
		KC_TRY(put_back(txn, circle, trust.trusted, gone->name, false));
	}
	if (!feed->whole || feed->more)
		return KC_OK;
	for (;;) {
		char name[KC_RECORDS_MAX_NAME + 1];
		kc_err err = kc_sighting_take_missing(txn, feed->reading, name, sizeof name);

		if (err == KC_E_NOT_FOUND)
			return KC_OK;
		KC_TRY(err);
		KC_TRY(put_back(txn, circle, trust.trusted, name, false));
	}
}

/* Those that were asked for again, and wait still; and as many as there is room for of those that
 * are given up in a while, or they would never be. */
static kc_err keep_old_waiting(const struct kc_gathered *gathered, struct kc_feed_names *ret)
{
	for (size_t i = 0; i < gathered->count; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits && op->again)
			KC_TRY(add_waiting(ret, op));
	}
	for (size_t i = 0; i < gathered->count && ret->count < KC_FEED_MAX_WAITING; i++) {
		const struct kc_gathered_op *op = &gathered->ops[i];

		if (op->waits && op->unclaimed && !op->again)
			KC_TRY(add_waiting(ret, op));
	}
	return KC_OK;
}

/* There was no room for some; they come first the next time. */
static kc_err start_waiting(const struct kc_feed *feed, struct kc_feed_names *ret)
{
	for (size_t i = 0; i < feed->later.count; i++)
		KC_TRY(kc_feed_names_add(
			ret, feed->later.rows[i].zone, feed->later.rows[i].name, NULL));
	return KC_OK;
}

/* What was asked for by name and is not there: nothing is written over. That is nothing new of what
 * was not seen before. */
static kc_err forget_names(
	const struct kc_feed *feed, struct kc_txn *txn, const struct kc_feed_names *names)
{
	static const struct kc_etag none;
	struct kc_etag before;

	for (size_t i = 0; i < names->count; i++)
		if (!names->rows[i].met &&
			kc_sighting_get(txn, names->rows[i].name, before.bytes) == KC_OK)
			KC_TRY(see(feed, txn, names->rows[i].name, &none));
	return KC_OK;
}

static kc_err forget_unmet(const struct kc_feed *feed, struct kc_txn *txn)
{
	KC_TRY(forget_names(feed, txn, &feed->waiting));
	return forget_names(feed, txn, &feed->lost);
}

kc_err kc_feed_settle(struct kc_feed *feed, struct kc_txn *txn, const struct kc_circle *circle,
	struct kc_absorb *absorb)
{
	struct kc_feed_names waiting = {0};
	kc_err err;

	if (!feed->was_read)
		return KC_OK;
	err = forget_unmet(feed, txn);
	if (err == KC_OK)
		err = start_waiting(feed, &waiting);
	if (err == KC_OK && feed->afresh)
		err = kc_sighting_clear(txn);
	if (err == KC_OK)
		err = settle_records(feed, txn, circle, absorb, &waiting);
	if (err == KC_OK)
		err = settle_given_up(feed, txn, circle, absorb->gathered);
	if (err == KC_OK)
		err = settle_gone(feed, txn, circle);
	absorb->moved = absorb->moved || feed->altered;
	if (waiting.count > KC_FEED_MAX_WAITING) {
		/* The token stays; what is above it comes again, or all. */
		kc_feed_names_done(&waiting);
		if (err == KC_OK)
			err = keep_old_waiting(absorb->gathered, &waiting);
		absorb->moved = false;
		if (feed->next[KC_ZONE_RECORDS].len == 0)
			feed->tokens[KC_ZONE_RECORDS] = feed->next[KC_ZONE_RECORDS];
	} else {
		memcpy(feed->tokens, feed->next, sizeof feed->tokens);
		feed->whole = feed->whole && feed->more;
	}
	kc_feed_names_done(&feed->waiting);
	feed->waiting = waiting;
	if (err == KC_OK)
		err = kc_feed_names_sort(&feed->waiting);
	KC_TRY(err);
	return kc_feed_remember(txn, feed);
}

bool kc_feed_is_waiting(const struct kc_feed *feed, const uint8_t name[static KC_RECORD_NAME_LEN])
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	const struct kc_feed_name *row;

	if (feed->waiting.count == 0)
		return false;
	kc_buf_push_str(&text, KC_FEED_ITEM_PREFIX);
	kc_op_put_hex(&text, kc_bytes(name, KC_RECORD_NAME_LEN));
	if (!kc_buf_text(&text))
		return false;
	row = kc_feed_names_find(&feed->waiting, KC_ZONE_RECORDS, kc_buf_text(&text));
	return row && !row->given_up;
}
