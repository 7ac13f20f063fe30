/* SPDX-License-Identifier: ISC */
/* The record layout: one batch is written, one feed is read (doc/protocol.md 3.2). */
#include "backend/sync/line/cell_name.h"
#include "backend/sync/line/line.h"
#include "backend/sync/line/publish.h"

#define OWN_EVERY_MS (UINT64_C(24) * 60 * 60 * 1000)

static kc_err suspect(struct kc_line *line, enum kc_alarm alarm)
{
	line->circle->alarm = alarm;
	return KC_ERR(STORE_SUSPECT);
}

static kc_err recall(struct kc_line *line)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(line->store, KC_TXN_READ, &txn));
	return kc_feed_recall(&txn, &line->feed);
}

/* Another round reads what stood in the way. */
static kc_err records_send(struct kc_line *line)
{
	line->outbox.sent_ms = line->now_ms;
	return kc_publish_send(line->cloud, line->store, &line->feed, &line->outbox);
}

/* Whether the very same batch is given to the store: it was not yet, or there is an alarm since it
 * is never there. */
static bool is_to_be_sent(const struct kc_line *line)
{
	const struct kc_outbox *outbox = &line->outbox;

	if (outbox->number == 0 || outbox->lost || line->is_mute)
		return false;
	return outbox->tries == 0 ||
	       (!line->feed.own_seen && outbox->missed >= KC_LINE_MAX_TRIES &&
		       kc_line_is_time(line, outbox->missed, outbox->sent_ms));
}

/* Whether it is time to look for what this device's last list names: once a day, after all was
 * read, and where something was lost, as often as it may be said again. */
static bool is_own_due(const struct kc_line *line)
{
	const struct kc_feed *feed = &line->feed;
	const struct kc_list *list = kc_circle_self(line->circle)->list;

	if (!list || list->companion_count == 0 || !feed->own_seen || line->outbox.lost ||
		line->is_mute)
		return false;
	if (feed->own_lost)
		return kc_line_is_time(line, feed->mends, feed->mended_ms);
	return (feed->was_read && feed->whole && !feed->more) ||
	       line->now_ms < feed->own_looked_ms ||
	       line->now_ms - feed->own_looked_ms >= OWN_EVERY_MS;
}

/* Whether there is something to ask or to say, whatever is new in the store. */
static bool is_anything_open(const struct kc_line *line)
{
	const struct kc_feed *feed = &line->feed;

	return feed->whole || line->circle->joining || !feed->own_seen || feed->waiting.count ||
	       is_to_be_sent(line) || line->outbox.lost || is_own_due(line);
}

/* Whether a cell is remembered of somebody who was introduced since. */
static kc_err is_anybody_introduced(const struct kc_line *line, bool *ret)
{
	struct kc_trust trust;

	*ret = false;
	if (line->feed.strange.count == 0)
		return KC_OK;
	KC_TRY(kc_circle_judge(line->circle, &trust));
	*ret = kc_feed_has_introduced(&line->feed, line->circle, &trust);
	return KC_OK;
}

/* With nothing new in the store, and nothing open here, one question is all that is asked. */
static kc_err look_for_news(struct kc_line *line)
{
	bool introduced, changed;

	KC_TRY(is_anybody_introduced(line, &introduced));
	if (introduced || is_anything_open(line))
		return KC_OK;
	KC_TRY(kc_records_changed(line->cloud, line->feed.tokens, &changed));
	line->idle = !changed;
	return KC_OK;
}

/* A token is of one store: while it is known there, the marker was seen. */
static kc_err check_marker(struct kc_line *line)
{
	kc_err err;

	if (line->was_checked)
		return KC_OK;
	err = kc_line_check_marker(line->cloud, &line->circle->account, KC_LAYOUT_RECORDS);
	if (err == KC_E_STORE_SUSPECT)
		return suspect(line, KC_ALARM_FORGERY);
	line->was_checked = err == KC_OK;
	return err;
}

static kc_err records_begin(struct kc_line *line)
{
	kc_err err;

	KC_TRY(recall(line));
	KC_TRY(look_for_news(line));
	if (!is_to_be_sent(line))
		return KC_OK;
	KC_TRY(check_marker(line));
	line->outbox.missed += line->outbox.tries > 0;
	err = records_send(line);
	return err == KC_E_CONFLICT ? KC_OK : err; /* the round that follows sees to it */
}

static kc_err records_look(struct kc_line *line)
{
	line->is_holding = false;
	kc_feed_end_round(&line->feed);
	return line->feed.tokens[KC_ZONE_RECORDS].len == 0 ? check_marker(line) : KC_OK;
}

static kc_err remember_outbox(struct kc_line *line)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(line->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_outbox_state(&txn, &line->outbox));
	return kc_txn_commit(&txn);
}

/* What this device wrote last is in the feed, or was not kept: then it is written once more, as far
 * as it is still to be said, under a new list. */
static kc_err look_for_own(struct kc_line *line, const struct kc_gathered *gathered)
{
	struct kc_outbox *outbox = &line->outbox;
	bool all;

	if (line->is_mute)
		return KC_OK;
	if (kc_feed_lacks_own(&line->feed))
		return suspect(line, KC_ALARM_ROLLBACK);
	if (outbox->tries == 0 && outbox->landed == 0)
		return KC_OK;
	KC_TRY(kc_feed_has_claimed(&line->feed, line->store, gathered, &all));
	if (all && (line->feed.own_seen || outbox->lost))
		return KC_OK;
	line->is_holding = line->feed.more; /* it may be in the rest */
	if (line->is_holding)
		return KC_OK;
	line->feed.own_seen = false;
	if (!outbox->lost) {
		if (outbox->missed >= KC_LINE_MAX_TRIES)
			return suspect(line, KC_ALARM_ROLLBACK);
		if (++outbox->missed == KC_LINE_MAX_TRIES) {
			KC_TRY(remember_outbox(line));
			return suspect(line, KC_ALARM_ROLLBACK);
		}
	}
	outbox->lost = true;
	outbox->landed = 0;
	return KC_OK;
}

static kc_err records_gather(
	struct kc_line *line, kc_peer_set members, struct kc_gathered *gathered)
{
	bool first = !line->feed.was_read;

	gathered->by_feed = true;
	if (line->idle) {
		gathered->read |= members;
		return KC_OK;
	}
	KC_TRY(kc_feed_read(
		&line->feed, line->cloud, line->store, line->circle, members, gathered));
	if (line->feed.begun)
		KC_TRY(check_marker(line));
	if (!first)
		return KC_OK;
	KC_TRY(look_for_own(line, gathered));
	if (!is_own_due(line))
		return KC_OK;
	return kc_feed_look_for_companions(
		&line->feed, line->cloud, line->circle, gathered, line->now_ms);
}

static bool records_reread(struct kc_line *line)
{
	if (line->was_reread)
		return false;
	line->was_reread = true;
	line->idle = false;
	kc_feed_reread(&line->feed);
	return true;
}

static kc_err records_weigh(struct kc_line *line, uint64_t now_ms, struct kc_gathered *gathered)
{
	if (line->idle)
		return KC_OK;
	return kc_feed_weigh(&line->feed, line->circle, now_ms, gathered);
}

/* A newcomer has arrived when all was read, everybody's last list was in it, and what others hold
 * is what it holds. What waits then is more than they have; but if nobody says what they have,
 * nothing may wait. */
static bool has_all(const struct kc_line *line, const struct kc_absorb *absorb)
{
	const struct kc_feed *feed = &line->feed;
	bool silent;

	return !feed->whole && !feed->more && feed->all_listed &&
	       kc_absorb_is_confirmed(absorb, &silent) && (!silent || feed->waiting.count == 0);
}

/* What others may lack goes out with what comes next. What cannot be said while this device is
 * locked, or does not know whether it may, is looked for again. */
static kc_err say_lost_again(struct kc_line *line)
{
	struct kc_feed *feed = &line->feed;
	struct kc_trust trust;

	if (feed->lost.count == 0)
		return KC_OK;
	KC_TRY(kc_circle_judge(line->circle, &trust));
	for (size_t i = 0; i < feed->lost.count; i++) {
		struct kc_cell cell;
		kc_err err;

		KC_TRY(kc_cell_name_parse(feed->lost.rows[i].name, &cell));
		err = kc_circle_queue_lost(line->circle, &trust, cell.key);
		if (err != KC_E_LOCKED && err != KC_E_WAITING)
			KC_TRY(err);
	}
	feed->mends++;
	feed->mended_ms = line->now_ms;
	return KC_OK;
}

static kc_err records_settle(
	struct kc_line *line, struct kc_txn *txn, struct kc_absorb *absorb, bool *ret_has_all)
{
	KC_TRY(say_lost_again(line));
	KC_TRY(kc_feed_settle(&line->feed, txn, line->circle, absorb));
	if (line->feed.own_seen && line->outbox.missed) {
		line->outbox.missed = 0;
		KC_TRY(kc_memory_put_outbox_state(txn, &line->outbox));
	}
	*ret_has_all = has_all(line, absorb);
	return KC_OK;
}

static kc_err records_pack(
	struct kc_line *line, struct kc_txn *txn, const struct kc_composed *composed)
{
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, contents = KC_BUF_INIT;

	if (line->outbox.lost)
		KC_TRY(kc_memory_get_outbox_contents(txn, &before));
	KC_TRY(kc_publish_pack(txn, line->circle, &line->feed, composed, &line->outbox,
		kc_buf_bytes(&before), &contents));
	line->outbox =
		(struct kc_outbox){.number = composed->number, .missed = line->outbox.missed};
	line->feed.own_seen = false;
	line->idle = false;
	KC_TRY(kc_feed_remember(txn, &line->feed));
	return kc_memory_put_outbox(txn, &line->outbox, kc_buf_bytes(&contents));
}

const struct kc_line_kind kc_line_records = {
	.begin = records_begin,
	.look = records_look,
	.gather = records_gather,
	.weigh = records_weigh,
	.settle = records_settle,
	.reread = records_reread,
	.pack = records_pack,
	.send = records_send,
};
