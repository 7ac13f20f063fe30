/* SPDX-License-Identifier: ISC */
/* The logs that others write for this device, read as far as there is something new. */
#include "backend/sync/line/live_mailbox_impl.h"

#define MAX_TRIES 3 /* exchanges that wait for an operation that is missing */

/* As it came, or asked for now. */
static kc_err read_operation(const struct kc_live_turn *turn, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret)
{
	const struct kc_buf *came =
		turn->came ? kc_session_logs_find(turn->came, writer, number) : NULL;

	if (!came)
		return kc_cloud_read(turn->cloud, writer, number, ret);
	kc_buf_push(ret, came->data, came->len);
	return kc_buf_check(ret);
}

static kc_err read_message(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	mailbox->reads--;
	mailbox->counts.read++;
	KC_TRY(read_operation(turn, writer, number, &bytes));
	mailbox->read_len -= bytes.len < mailbox->read_len ? bytes.len : mailbox->read_len;
	KC_TRY(kc_op_parse(kc_buf_bytes(&bytes), writer, number, &op));
	if (op.write_count != 1 || !kc_op_next(&op, &write) ||
		!kc_bytes_equal(write.key, kc_bytes_str(KC_LIVE_KEY)))
		return KC_ERR(REFUSED);
	kc_buf_push(ret, write.value.data, write.value.len);
	return kc_buf_check(ret);
}

/* The operations behind the last one that was read. Of those that nobody needs any more, and of
 * more than can stand, none is looked at. */
static void read_log(struct kc_live_mailbox *mailbox, struct kc_live_link *link, size_t number,
	const struct kc_live_turn *turn, const struct kc_cloud_log *log)
{
	uint64_t *at = &link->read[number];

	if (log->last > *at && log->last - *at > KC_LIVE_MAX_STANDING)
		*at = log->last - KC_LIVE_MAX_STANDING;
	if (log->first > *at + 1)
		*at = log->first - 1;
	while (*at < log->last && mailbox->reads && mailbox->read_len) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
		kc_err err = read_message(mailbox, turn, &log->writer, *at + 1, &message);

		if (err == KC_E_WAITING && ++link->tries[number] < MAX_TRIES)
			return;
		link->tries[number] = 0;
		if (err == KC_E_REFUSED)
			kc_live_mailbox_refuse(mailbox, link);
		else if (err == KC_OK)
			kc_live_mailbox_take_message(mailbox, link, turn, kc_buf_bytes(&message));
		else
			mailbox->counts.failed++;
		(*at)++;
	}
}

/* The names of the three logs; what was read of one that stays is kept. */
static kc_err find_slots(struct kc_live_link *link, const struct kc_live_turn *turn)
{
	uint64_t day = turn->now_ms / KC_LIVE_DAY_MS;
	struct kc_writer_id others[KC_LIVE_DAYS];
	uint64_t read[KC_LIVE_DAYS] = {0};

	if (day == 0)
		return KC_ERR(WAITING); /* a clock that was never set */
	if (link->read_day == day)
		return KC_OK;
	for (size_t i = 0; i < KC_LIVE_DAYS; i++) {
		KC_TRY(kc_account_live_slot(kc_circle_keys(turn->circle), &turn->circle->account,
			&link->peer, &turn->circle->identity.id, day - 1 + i, others[i].bytes));
		for (size_t k = 0; k < KC_LIVE_DAYS; k++)
			if (link->read_day &&
				memcmp(&others[i], &link->others[k], sizeof others[i]) == 0)
				read[i] = link->read[k];
	}
	memcpy(link->others, others, sizeof others);
	memcpy(link->read, read, sizeof read);
	memset(link->tries, 0, sizeof link->tries);
	link->read_day = day;
	return KC_OK;
}

/* A handshake that got no answer, a session that says nothing more. */
static void expire(struct kc_live_mailbox *mailbox, struct kc_live_link *link, uint64_t now_ms)
{
	if (kc_live_mailbox_has_passed(link->handshake_ms, KC_LIVE_PATIENCE_MS, now_ms))
		kc_live_mailbox_drop_session(&link->answered);
	if (kc_live_mailbox_has_passed(link->handshake_ms, KC_LIVE_HELLO_MS, now_ms))
		kc_live_mailbox_drop_session(&link->begun);
	if (link->open && kc_live_sent(link->open) - link->opened_by_peer >= KC_LIVE_WINDOW &&
		kc_live_mailbox_has_passed(link->told_ms, KC_LIVE_HELLO_MS, now_ms))
		kc_live_mailbox_end_open(mailbox, link);
}

/* Whoever is out is not spoken to any more, and nothing for it is left behind. */
static void part(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn)
{
	for (size_t i = 0; i < mailbox->link_count;) {
		struct kc_live_link *link = mailbox->links[i];

		if (kc_circle_is_trusted(turn->circle, turn->trust, &link->peer)) {
			i++;
			continue;
		}
		kc_live_mailbox_end_all(mailbox, link);
		kc_live_mailbox_drop_log_before(mailbox, link, turn);
		kc_live_mailbox_drop_today(mailbox, link, turn);
		free(link);
		mailbox->links[i] = mailbox->links[--mailbox->link_count];
	}
}

void kc_live_mailbox_listen(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs)
{
	mailbox->reads = KC_LIVE_MAX_READS;
	mailbox->read_len = KC_LIVE_MAX_READ_LEN;
	mailbox->answers = KC_LIVE_MAX_ANSWERS;
	part(mailbox, turn);
	if (!mailbox->swept)
		kc_live_mailbox_sweep(mailbox, turn, logs);
	for (size_t i = 0; i < turn->circle->member_count; i++) {
		struct kc_live_link *link;

		if (i == turn->circle->self || !kc_peer_set_has(turn->trust->trusted, i))
			continue;
		link = kc_live_mailbox_find_link(mailbox, &turn->circle->members[i]->id);
		if (!link || find_slots(link, turn) != KC_OK)
			continue;
		kc_live_mailbox_turn_day(mailbox, link, turn, logs);
		expire(mailbox, link, turn->now_ms);
		for (size_t k = 0; k < KC_LIVE_DAYS; k++) {
			const struct kc_cloud_log *log = kc_cloud_logs_find(logs, &link->others[k]);

			if (log)
				read_log(mailbox, link, k, turn, log);
		}
		kc_live_mailbox_answer_hello(mailbox, link, turn);
	}
}
