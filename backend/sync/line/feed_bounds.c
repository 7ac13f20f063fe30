/* SPDX-License-Identifier: ISC */
/*
 * What anybody can make who can write to a store of records, and nobody knows yet what it is: how
 * much of it is remembered (doc/protocol.md 3.2, rule 3). It takes no room from what is waited for.
 *
 * What is left out may be somebody's after all. That is seen when more is known, somebody or a key;
 * then the zone is read from its beginning, once.
 */
#include "backend/sync/line/feed_impl.h"

#include <string.h>

bool kc_feed_is_of(const char *name, const struct kc_circle *circle, kc_peer_set members)
{
	struct kc_cell cell;

	if (kc_cell_name_parse(name, &cell) != KC_OK || cell.is_item)
		return false;
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id writer = kc_circle_writer(&circle->members[i]->id);

		if (kc_peer_set_has(members, i) &&
			memcmp(&writer, &cell.writer, sizeof writer) == 0)
			return true;
	}
	return false;
}

bool kc_feed_has_introduced(
	const struct kc_feed *feed, const struct kc_circle *circle, const struct kc_trust *trust)
{
	for (size_t i = 0; i < feed->strange.count; i++)
		if (kc_feed_is_of(feed->strange.rows[i].name, circle,
			    trust->known & ~((kc_peer_set)1 << circle->self)))
			return true;
	return false;
}

static uint64_t number_of(const uint8_t *id)
{
	uint64_t number;

	memcpy(&number, id, sizeof number);
	return number;
}

uint64_t kc_feed_print(const struct kc_circle *circle, const struct kc_trust *trust)
{
	uint64_t print = 0;

	for (size_t i = 0; i < circle->member_count; i++)
		print += number_of(circle->members[i]->id.bytes) *
			 (kc_peer_set_has(trust->known, i) ? 3 : 1);
	for (size_t i = 0; i < circle->epoch_count; i++)
		if (kc_held_epoch_has_key(&circle->epochs[i]))
			print += number_of(circle->epochs[i].epoch->name.kid);
	return print;
}

/* --- room ---------------------------------------------------------------------------------------
 */

static void leave_out(struct kc_feed *feed)
{
	if (feed->next[KC_ZONE_RECORDS].len == 0)
		return; /* it is about to be read again */
	feed->left_out++;
	feed->left_out_print = feed->print;
}

static bool take_room(struct kc_feed *feed, size_t *count, size_t most, size_t *len,
	size_t most_len, const struct kc_gathered_op *op)
{
	if (*count == most || op->bytes.len > most_len - *len) {
		leave_out(feed);
		return false;
	}
	++*count;
	*len += op->bytes.len;
	return true;
}

bool kc_feed_room_for_unclaimed(
	struct kc_feed *feed, struct kc_feed_room *room, const struct kc_gathered_op *op)
{
	return take_room(feed, &room->unclaimed, KC_FEED_MAX_UNCLAIMED, &room->unclaimed_len,
		KC_FEED_MAX_UNCLAIMED_LEN, op);
}

bool kc_feed_room_for_outside(
	struct kc_feed *feed, struct kc_feed_room *room, const struct kc_gathered_op *op)
{
	return take_room(feed, &room->outside[op->member], KC_FEED_MAX_OUTSIDE,
		&room->outside_len[op->member], KC_FEED_MAX_OUTSIDE_LEN, op);
}

/* --- strangers ----------------------------------------------------------------------------------
 */

/* What was taken away since, and what was asked for now, need not stay. */
static kc_err keep_earlier(struct kc_feed *feed, struct kc_feed_names *ret)
{
	KC_TRY(kc_feed_names_sort(&feed->strange));
	for (size_t i = 0; i < feed->known.count; i++) {
		const struct kc_feed_name *known = &feed->known.rows[i];
		struct kc_feed_name *row =
			kc_feed_names_find(&feed->strange, known->zone, known->name);

		if (row)
			row->met = true;
	}
	for (size_t i = 0; i < feed->strange.count; i++)
		if (!feed->strange.rows[i].met)
			KC_TRY(kc_feed_names_add(
				ret, feed->strange.rows[i].zone, feed->strange.rows[i].name, NULL));
	return kc_feed_names_sort(ret);
}

static kc_err add_new(struct kc_feed *feed, struct kc_feed_names *ret)
{
	struct kc_feed_names added = {0};
	kc_err err = KC_OK;

	for (size_t i = 0; i < feed->stranger_count && err == KC_OK; i++) {
		const struct kc_gathered_op *op = &feed->strangers[i].op;

		if (kc_feed_names_find(ret, op->zone, op->name))
			continue;
		if (ret->count + added.count < KC_FEED_MAX_STRANGERS)
			err = kc_feed_names_add(&added, op->zone, op->name, NULL);
		else
			leave_out(feed);
	}
	for (size_t i = 0; i < added.count && err == KC_OK; i++)
		err = kc_feed_names_add(ret, added.rows[i].zone, added.rows[i].name, NULL);
	kc_feed_names_done(&added);
	return err;
}

kc_err kc_feed_keep_strangers(struct kc_feed *feed)
{
	struct kc_feed_names kept = {0};
	kc_err err = keep_earlier(feed, &kept);

	if (err == KC_OK)
		err = add_new(feed, &kept);
	if (err != KC_OK) {
		kc_feed_names_done(&kept);
		return err;
	}
	kc_feed_names_done(&feed->strange);
	feed->strange = kept;
	return KC_OK;
}
