/* SPDX-License-Identifier: ISC */
/* The logs that this device writes: one for each link and day. */
#include "backend/sync/line/live_mailbox_impl.h"

#define SWEPT_DAYS 31 /* logs of an earlier run are looked for so far back */

static kc_err own_slot(const struct kc_live_turn *turn, const struct kc_peer_id *peer, uint64_t day,
	struct kc_writer_id *ret)
{
	return kc_account_live_slot(kc_circle_keys(turn->circle), &turn->circle->account,
		&turn->circle->identity.id, peer, day, ret->bytes);
}

void kc_live_mailbox_drop_log(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_writer_id *writer, uint64_t below)
{
	if (kc_cloud_drop(turn->cloud, writer, below) != KC_OK)
		mailbox->counts.failed++;
}

/* The number behind all operations of today's log; one may have landed though nobody said so. Where
 * a log is taken away up to a number, its operations are asked for by name, and up to none, looked
 * for among all there are. */
static uint64_t end_of(const struct kc_live_link *link)
{
	return link->position.number + 2;
}

void kc_live_mailbox_drop_today(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	if (link->day)
		kc_live_mailbox_drop_log(mailbox, turn, &link->writer, end_of(link));
}

/* Where today's log ends: a service that was started again goes on in the one that is there. */
static kc_err find_end(struct kc_live_link *link, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs)
{
	const struct kc_cloud_log *log = kc_cloud_logs_find(logs, &link->writer);
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op op;

	link->position = (struct kc_log_position){0};
	link->oldest = 1;
	if (log) {
		KC_TRY(kc_cloud_read(turn->cloud, &log->writer, log->last, &bytes));
		KC_TRY(kc_op_parse(kc_buf_bytes(&bytes), &log->writer, log->last, &op));
		link->position = op.position;
		link->oldest = log->first;
	}
	link->known = true;
	return KC_OK;
}

void kc_live_mailbox_drop_log_before(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	if (link->has_before)
		kc_live_mailbox_drop_log(mailbox, turn, &link->before, link->before_end);
	link->has_before = false;
}

void kc_live_mailbox_turn_day(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, const struct kc_cloud_logs *logs)
{
	uint64_t day = turn->now_ms / KC_LIVE_DAY_MS;

	if (link->day != day) {
		kc_live_mailbox_drop_log_before(mailbox, link, turn);
		link->has_before = link->known && link->position.number > 0;
		link->before = link->writer;
		link->before_end = end_of(link);
		link->known = false;
		link->day = day;
	}
	if (!link->known && (own_slot(turn, &link->peer, day, &link->writer) != KC_OK ||
				    find_end(link, turn, logs) != KC_OK))
		mailbox->counts.failed++;
}

void kc_live_mailbox_sweep(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs)
{
	uint64_t today = turn->now_ms / KC_LIVE_DAY_MS;

	mailbox->swept = true;
	for (size_t i = 0; i < turn->circle->member_count; i++)
		for (uint64_t back = 0; back <= SWEPT_DAYS && back <= today; back++) {
			const struct kc_peer_id *peer = &turn->circle->members[i]->id;
			bool wanted = back == 0 && kc_peer_set_has(turn->trust->trusted, i);
			const struct kc_cloud_log *log;
			struct kc_writer_id writer;

			if (i == turn->circle->self || wanted ||
				own_slot(turn, peer, today - back, &writer) != KC_OK)
				continue;
			log = kc_cloud_logs_find(logs, &writer);
			if (log)
				kc_live_mailbox_drop_log(mailbox, turn, &writer, log->last + 1);
		}
}

bool kc_live_mailbox_may_write(
	const struct kc_live_mailbox *mailbox, const struct kc_live_link *link)
{
	size_t logs = 0;

	for (size_t i = 0; i < mailbox->link_count; i++)
		logs += mailbox->links[i]->known && mailbox->links[i]->position.number > 0;
	return link->known && (link->position.number > 0 || logs < KC_LIVE_MAX_LOGS);
}

/* Takes away what was read, when there is more than may stand. What the other has yet to read
 * stays: messages that it has not said it opened, and those of a handshake before them. */
static void trim(
	struct kc_live_mailbox *mailbox, struct kc_live_link *link, const struct kc_live_turn *turn)
{
	uint64_t wanted = KC_LIVE_MAX_STANDING / 2;

	if (link->position.number - link->oldest < KC_LIVE_MAX_STANDING)
		return;
	if (link->open)
		wanted = kc_live_sent(link->open) - link->opened_by_peer + KC_LIVE_DATA;
	link->oldest = link->position.number - wanted + 1;
	kc_live_mailbox_drop_log(mailbox, turn, &link->writer, link->oldest);
}

static kc_err append(
	struct kc_live_link *link, const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_log_position next;

	kc_op_builder_init(&builder, &link->writer, &link->position, false);
	kc_op_builder_put(&builder, kc_bytes_str(KC_LIVE_KEY), message);
	KC_TRY(kc_op_builder_end(&builder, &link->position, &operation, &next));
	KC_TRY(kc_cloud_append(turn->cloud, &link->writer, next.number, kc_buf_bytes(&operation)));
	link->position = next;
	return KC_OK;
}

bool kc_live_mailbox_post(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, const struct kc_buf *message)
{
	if (kc_live_mailbox_may_write(mailbox, link) &&
		append(link, turn, kc_buf_bytes(message)) == KC_OK) {
		trim(mailbox, link, turn);
		return true;
	}
	mailbox->counts.failed++;
	link->known = false;
	kc_live_mailbox_end_all(mailbox, link);
	return false;
}
