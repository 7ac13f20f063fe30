/* SPDX-License-Identifier: ISC */
/*
 * One link for each device: a log to write, three that may be read (the days before, of, and after
 * this device's own), and up to three sessions: the open one, one that this device has begun, one
 * that it has answered. A handshake takes nothing away from the open session until it is done.
 */
#include "backend/sync/line/live_mailbox.h"

#include <string.h>

#define KEY "q"
#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define DAYS 3	      /* whose logs are read */
#define MAX_TRIES 3   /* exchanges that wait for an operation that is missing */
#define SWEPT_DAYS 31 /* logs of an earlier run are looked for so far back */

struct link {
	struct kc_peer_id peer;
	/* written */
	bool known; /* the log's end is */
	uint64_t day;
	struct kc_writer_id writer;
	struct kc_log_position position;
	uint64_t oldest; /* number of the first operation that stands */
	bool has_before; /* yesterday's log still stands, for who has not read it */
	struct kc_writer_id before;
	/* read */
	uint64_t read_day; /* the middle one */
	struct kc_writer_id others[DAYS];
	uint64_t read[DAYS]; /* number of the last one */
	unsigned tries[DAYS];
	/* sessions, owned */
	struct kc_live *open, *begun, *answered;
	struct kc_buf hello; /* to be answered; empty: none */
	struct kc_live_session hello_session;
	uint64_t opened_by_peer; /* messages of the open session that the other has opened */
	uint64_t acknowledged;	 /* messages that this device has said it opened */
	bool owes;		 /* there is something to tell */
	uint64_t hello_ms, told_ms, handshake_ms;
};

struct kc_live_mailbox {
	struct link *links[KC_CIRCLE_MAX_PEERS]; /* owned */
	size_t link_count;
	bool swept;
	struct kc_session_logs sessions;
	struct kc_live_said said[KC_LIVE_MAX_SAID]; /* the oldest first */
	size_t said_count;
	struct kc_buf offered[KC_LIVE_MAX_ITEMS];
	size_t offered_count, offered_len;
	struct kc_live_counts counts;
	/* what is left of this exchange's share */
	unsigned reads, answers;
	size_t read_len;
};

/* --- life ---------------------------------------------------------------------------------------
 */

kc_err kc_live_mailbox_new(struct kc_live_mailbox **ret)
{
	struct kc_live_mailbox *mailbox = calloc(1, sizeof *mailbox);

	if (!mailbox)
		return KC_ERR(NO_MEMORY);
	*ret = mailbox;
	return KC_OK;
}

static void drop_session(struct kc_live **session)
{
	kc_live_free(*session);
	*session = NULL;
}

static void end_open(struct kc_live_mailbox *mailbox, struct link *link)
{
	mailbox->counts.ended += link->open != NULL;
	drop_session(&link->open);
}

static void end_all(struct kc_live_mailbox *mailbox, struct link *link)
{
	end_open(mailbox, link);
	drop_session(&link->begun);
	drop_session(&link->answered);
	kc_buf_done(&link->hello);
}

static void drop_said(struct kc_live_mailbox *mailbox, size_t number)
{
	kc_buf_done(&mailbox->said[number].plain);
	memmove(&mailbox->said[number], &mailbox->said[number + 1],
		(--mailbox->said_count - number) * sizeof mailbox->said[0]);
}

static void clear_offer(struct kc_live_mailbox *mailbox)
{
	for (size_t i = 0; i < mailbox->offered_count; i++)
		kc_buf_done(&mailbox->offered[i]);
	mailbox->offered_count = mailbox->offered_len = 0;
}

void kc_live_mailbox_forget(struct kc_live_mailbox *mailbox)
{
	for (size_t i = 0; i < mailbox->link_count; i++)
		end_all(mailbox, mailbox->links[i]);
	while (mailbox->said_count)
		drop_said(mailbox, mailbox->said_count - 1);
	clear_offer(mailbox);
}

void kc_live_mailbox_free(struct kc_live_mailbox *mailbox)
{
	if (!mailbox)
		return;
	kc_live_mailbox_forget(mailbox);
	for (size_t i = 0; i < mailbox->link_count; i++)
		free(mailbox->links[i]);
	kc_session_logs_done(&mailbox->sessions);
	free(mailbox);
}

struct kc_session_logs *kc_live_mailbox_sessions(struct kc_live_mailbox *mailbox)
{
	return &mailbox->sessions;
}

struct kc_live_said *kc_live_mailbox_said(struct kc_live_mailbox *mailbox, size_t *ret_count)
{
	*ret_count = mailbox->said_count;
	return mailbox->said;
}

const struct kc_live_counts *kc_live_mailbox_counts(const struct kc_live_mailbox *mailbox)
{
	return &mailbox->counts;
}

/* Whether so much time has passed; a clock that was set back has seen enough of it. */
static bool has_passed(uint64_t since_ms, uint64_t span_ms, uint64_t now_ms)
{
	return now_ms < since_ms || now_ms - since_ms >= span_ms;
}

void kc_live_mailbox_settle(struct kc_live_mailbox *mailbox, uint64_t now_ms)
{
	for (size_t i = mailbox->said_count; i-- > 0;) {
		const struct kc_live_said *said = &mailbox->said[i];

		if ((said->weighed && said->settled) ||
			has_passed(said->time_ms, KC_LIVE_HOLD_MS, now_ms))
			drop_said(mailbox, i);
	}
}

static bool is_session(const struct kc_live *live, const struct kc_live_session *session)
{
	return live && memcmp(kc_live_session(live), session, sizeof *session) == 0;
}

/* --- one's own logs -----------------------------------------------------------------------------
 */

static kc_err own_slot(const struct kc_live_turn *turn, const struct kc_peer_id *peer, uint64_t day,
	struct kc_writer_id *ret)
{
	return kc_account_live_slot(kc_circle_keys(turn->circle), &turn->circle->account,
		&turn->circle->identity.id, peer, day, ret->bytes);
}

static void drop(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_writer_id *writer, uint64_t below)
{
	if (kc_cloud_drop(turn->cloud, writer, below) != KC_OK)
		mailbox->counts.failed++;
}

/* Where today's log ends: a service that was started again goes on in the one that is there. */
static kc_err find_end(
	struct link *link, const struct kc_live_turn *turn, const struct kc_cloud_logs *logs)
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

static void drop_before(
	struct kc_live_mailbox *mailbox, struct link *link, const struct kc_live_turn *turn)
{
	if (link->has_before)
		drop(mailbox, turn, &link->before, UINT64_MAX);
	link->has_before = false;
}

/* A new day has a new log; that of the day before stays for as long, and then goes. */
static void turn_day(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, const struct kc_cloud_logs *logs)
{
	uint64_t day = turn->now_ms / DAY_MS;

	if (link->day != day) {
		drop_before(mailbox, link, turn);
		link->has_before = link->known && link->position.number > 0;
		link->before = link->writer;
		link->known = false;
		link->day = day;
	}
	if (!link->known && (own_slot(turn, &link->peer, day, &link->writer) != KC_OK ||
				    find_end(link, turn, logs) != KC_OK))
		mailbox->counts.failed++;
}

/* Logs that an earlier run of the service has left. */
static void sweep(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs)
{
	uint64_t today = turn->now_ms / DAY_MS;

	mailbox->swept = true;
	for (size_t i = 0; i < turn->circle->member_count; i++)
		for (uint64_t back = 0; back <= SWEPT_DAYS && back <= today; back++) {
			const struct kc_peer_id *peer = &turn->circle->members[i]->id;
			bool wanted = back == 0 && kc_peer_set_has(turn->trust->trusted, i);
			struct kc_writer_id writer;

			if (i == turn->circle->self || wanted ||
				own_slot(turn, peer, today - back, &writer) != KC_OK ||
				!kc_cloud_logs_find(logs, &writer))
				continue;
			drop(mailbox, turn, &writer, UINT64_MAX);
		}
}

static bool may_write(const struct kc_live_mailbox *mailbox, const struct link *link)
{
	size_t logs = 0;

	for (size_t i = 0; i < mailbox->link_count; i++)
		logs += mailbox->links[i]->known && mailbox->links[i]->position.number > 0;
	return link->known && (link->position.number > 0 || logs < KC_LIVE_MAX_LOGS);
}

/* Takes away what was read, when there is more than may stand. What the other has yet to read
 * stays: messages that it has not said it opened, and those of a handshake before them. */
static void trim(
	struct kc_live_mailbox *mailbox, struct link *link, const struct kc_live_turn *turn)
{
	uint64_t wanted = KC_LIVE_MAX_STANDING / 2;

	if (link->position.number - link->oldest < KC_LIVE_MAX_STANDING)
		return;
	if (link->open)
		wanted = kc_live_sent(link->open) - link->opened_by_peer + KC_LIVE_DATA;
	link->oldest = link->position.number - wanted + 1;
	drop(mailbox, turn, &link->writer, link->oldest);
}

static kc_err append(struct link *link, const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_log_position next;

	kc_op_builder_init(&builder, &link->writer, &link->position, false);
	kc_op_builder_put(&builder, kc_bytes_str(KEY), message);
	KC_TRY(kc_op_builder_end(&builder, &link->position, &operation, &next));
	KC_TRY(kc_cloud_append(turn->cloud, &link->writer, next.number, kc_buf_bytes(&operation)));
	link->position = next;
	return KC_OK;
}

/* Whether the message is in the store. When it may not be, all sessions are over: their numbers
 * would not follow each other any more. */
static bool post(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, const struct kc_buf *message)
{
	if (may_write(mailbox, link) && append(link, turn, kc_buf_bytes(message)) == KC_OK) {
		trim(mailbox, link, turn);
		return true;
	}
	mailbox->counts.failed++;
	link->known = false;
	end_all(mailbox, link);
	return false;
}

/* --- handshakes ---------------------------------------------------------------------------------
 */

/* Something that the other side cannot have written: what is under way with it ends. */
static void refuse(struct kc_live_mailbox *mailbox, struct link *link)
{
	mailbox->counts.refused++;
	end_all(mailbox, link);
}

static void open_session(
	struct kc_live_mailbox *mailbox, struct link *link, struct kc_live **session)
{
	end_open(mailbox, link);
	link->open = *session;
	*session = NULL;
	link->opened_by_peer = link->acknowledged = 0;
	link->told_ms = 0;
	link->owes = true;
	mailbox->counts.opened++;
}

/* What became of a step that did not go well: its session is over, whatever the reason. */
static void count_failure(struct kc_live_mailbox *mailbox, kc_err err)
{
	if (err == KC_E_NO_MEMORY)
		mailbox->counts.failed++;
	else
		mailbox->counts.refused++;
}

/* Of two hellos that cross, that of the smaller id counts. */
static bool has_precedence(const struct link *link, const struct kc_live_turn *turn)
{
	return link->begun && !has_passed(link->handshake_ms, KC_LIVE_PATIENCE_MS, turn->now_ms) &&
	       kc_peer_id_compare(&turn->circle->identity.id, &link->peer) < 0;
}

/* The last hello that was read is answered when all is read: one that more of its session followed
 * was answered before, by a service that has been started again since. */
static void answer(
	struct kc_live_mailbox *mailbox, struct link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf reply = KC_BUF_INIT;
	struct kc_live *session = NULL;
	kc_err err;

	if (!link->hello.len || mailbox->answers == 0)
		return;
	if (has_precedence(link, turn) || !may_write(mailbox, link)) {
		mailbox->counts.stale++;
		kc_buf_reset(&link->hello);
		return;
	}
	mailbox->answers--;
	err = kc_live_answer(turn->circle, turn->trust, &link->peer, kc_buf_bytes(&link->hello),
		&session, &reply);
	kc_buf_reset(&link->hello);
	if (err != KC_OK) {
		count_failure(mailbox, err);
		return;
	}
	drop_session(&link->begun);
	drop_session(&link->answered);
	link->answered = session;
	link->handshake_ms = turn->now_ms;
	(void)post(mailbox, link, turn, &reply);
}

static void take_reply(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf finish = KC_BUF_INIT;
	kc_err err = kc_live_confirm(
		link->begun, turn->circle, turn->trust, message, turn->now_ms, &finish);

	if (err != KC_OK) {
		count_failure(mailbox, err);
		drop_session(&link->begun);
	} else if (post(mailbox, link, turn, &finish)) {
		open_session(mailbox, link, &link->begun);
	}
}

static void take_finish(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	kc_err err =
		kc_live_accept(link->answered, turn->circle, turn->trust, message, turn->now_ms);

	if (err != KC_OK) {
		count_failure(mailbox, err);
		drop_session(&link->answered);
	} else {
		open_session(mailbox, link, &link->answered);
	}
}

/* --- data ---------------------------------------------------------------------------------------
 */

static void keep(struct kc_live_mailbox *mailbox, const struct link *link, struct kc_buf *plain,
	uint64_t now_ms, bool has_items)
{
	if (mailbox->said_count == KC_LIVE_MAX_SAID)
		drop_said(mailbox, 0);
	mailbox->said[mailbox->said_count++] = (struct kc_live_said){
		.from = link->peer, .plain = *plain, .time_ms = now_ms, .settled = !has_items};
	*plain = (struct kc_buf)KC_BUF_INIT;
}

static void take_data(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_live_payload payload;
	kc_err err = kc_live_open(link->open, turn->circle, turn->trust, message, &plain);

	if (err == KC_OK)
		err = kc_live_payload_parse(kc_buf_bytes(&plain), &payload);
	if (err == KC_E_NEWER)
		return; /* newer software; this one has nothing to do with it */
	if (err == KC_OK && payload.received > kc_live_sent(link->open))
		err = KC_ERR(REFUSED);
	if (err != KC_OK) {
		count_failure(mailbox, err);
		end_open(mailbox, link);
		return;
	}
	link->opened_by_peer = payload.received;
	mailbox->counts.received++;
	keep(mailbox, link, &plain, turn->now_ms, payload.item_count > 0);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void note_hello(struct kc_live_mailbox *mailbox, struct link *link, struct kc_bytes message,
	const struct kc_live_session *session)
{
	if (is_session(link->begun, session) || is_session(link->answered, session) ||
		is_session(link->open, session)) {
		refuse(mailbox, link); /* one's own, or one that was here before */
		return;
	}
	mailbox->counts.stale += link->hello.len > 0;
	link->hello_session = *session;
	kc_buf_reset(&link->hello);
	kc_buf_push(&link->hello, message.data, message.len);
	if (kc_buf_check(&link->hello) != KC_OK)
		kc_buf_reset(&link->hello);
}

static void take(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, struct kc_bytes message)
{
	struct kc_live_session session;
	enum kc_live_number number;

	if (kc_live_peek(message, &session, &number) != KC_OK) {
		refuse(mailbox, link);
		return;
	}
	if (number == KC_LIVE_HELLO) {
		note_hello(mailbox, link, message, &session);
		return;
	}
	if (link->hello.len && memcmp(&session, &link->hello_session, sizeof session) == 0)
		kc_buf_reset(&link->hello);
	if (number == KC_LIVE_REPLY && is_session(link->begun, &session))
		take_reply(mailbox, link, turn, message);
	else if (number == KC_LIVE_FINISH && is_session(link->answered, &session))
		take_finish(mailbox, link, turn, message);
	else if (number == KC_LIVE_DATA && is_session(link->open, &session))
		take_data(mailbox, link, turn, message);
	else
		mailbox->counts.stale++;
}

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
		!kc_bytes_equal(write.key, kc_bytes_str(KEY)))
		return KC_ERR(REFUSED);
	kc_buf_push(ret, write.value.data, write.value.len);
	return kc_buf_check(ret);
}

/* The operations behind the last one that was read. Of those that nobody needs any more, and of
 * more than can stand, none is looked at. */
static void read_log(struct kc_live_mailbox *mailbox, struct link *link, size_t number,
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
			refuse(mailbox, link);
		else if (err == KC_OK)
			take(mailbox, link, turn, kc_buf_bytes(&message));
		else
			mailbox->counts.failed++;
		(*at)++;
	}
}

/* The names of the three logs; what was read of one that stays is kept. */
static kc_err find_slots(struct link *link, const struct kc_live_turn *turn)
{
	uint64_t day = turn->now_ms / DAY_MS;
	struct kc_writer_id others[DAYS];
	uint64_t read[DAYS] = {0};

	if (day == 0)
		return KC_ERR(WAITING); /* a clock that was never set */
	if (link->read_day == day)
		return KC_OK;
	for (size_t i = 0; i < DAYS; i++) {
		KC_TRY(kc_account_live_slot(kc_circle_keys(turn->circle), &turn->circle->account,
			&link->peer, &turn->circle->identity.id, day - 1 + i, others[i].bytes));
		for (size_t k = 0; k < DAYS; k++)
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
static void expire(struct kc_live_mailbox *mailbox, struct link *link, uint64_t now_ms)
{
	if (has_passed(link->handshake_ms, KC_LIVE_PATIENCE_MS, now_ms))
		drop_session(&link->answered);
	if (has_passed(link->handshake_ms, KC_LIVE_HELLO_MS, now_ms))
		drop_session(&link->begun);
	if (link->open && kc_live_sent(link->open) - link->opened_by_peer >= KC_LIVE_WINDOW &&
		has_passed(link->told_ms, KC_LIVE_HELLO_MS, now_ms))
		end_open(mailbox, link);
}

static struct link *find_link(struct kc_live_mailbox *mailbox, const struct kc_peer_id *peer)
{
	struct link *link;

	for (size_t i = 0; i < mailbox->link_count; i++)
		if (kc_peer_id_equal(&mailbox->links[i]->peer, peer))
			return mailbox->links[i];
	if (mailbox->link_count == KC_CIRCLE_MAX_PEERS)
		return NULL;
	link = calloc(1, sizeof *link);
	if (!link)
		return NULL;
	link->peer = *peer;
	mailbox->links[mailbox->link_count++] = link;
	return link;
}

/* Whoever is out is not spoken to any more, and nothing for it is left behind. */
static void part(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn)
{
	for (size_t i = 0; i < mailbox->link_count;) {
		struct link *link = mailbox->links[i];

		if (kc_circle_is_trusted(turn->circle, turn->trust, &link->peer)) {
			i++;
			continue;
		}
		end_all(mailbox, link);
		drop_before(mailbox, link, turn);
		if (link->day)
			drop(mailbox, turn, &link->writer, UINT64_MAX);
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
		sweep(mailbox, turn, logs);
	for (size_t i = 0; i < turn->circle->member_count; i++) {
		struct link *link;

		if (i == turn->circle->self || !kc_peer_set_has(turn->trust->trusted, i))
			continue;
		link = find_link(mailbox, &turn->circle->members[i]->id);
		if (!link || find_slots(link, turn) != KC_OK)
			continue;
		turn_day(mailbox, link, turn, logs);
		expire(mailbox, link, turn->now_ms);
		for (size_t k = 0; k < DAYS; k++) {
			const struct kc_cloud_log *log = kc_cloud_logs_find(logs, &link->others[k]);

			if (log)
				read_log(mailbox, link, k, turn, log);
		}
		answer(mailbox, link, turn);
	}
}

/* --- speaking -----------------------------------------------------------------------------------
 */

static kc_err offer_item(struct kc_live_mailbox *mailbox, struct kc_bytes record)
{
	struct kc_buf *room = &mailbox->offered[mailbox->offered_count];

	if (mailbox->offered_count == KC_LIVE_MAX_ITEMS || record.len > KC_LIVE_MAX_ITEM ||
		mailbox->offered_len + record.len > KC_LIVE_MAX_ITEMS_LEN)
		return KC_ERR(TOO_LARGE);
	kc_buf_push(room, record.data, record.len);
	mailbox->offered_count++;
	mailbox->offered_len += record.len;
	return kc_buf_check(room);
}

void kc_live_mailbox_offer(struct kc_live_mailbox *mailbox, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation)
{
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	if (kc_op_parse(operation, writer, number, &op) != KC_OK)
		return;
	while (kc_op_next(&op, &write))
		if (kc_op_key_has(write.key, "i/", &rest) &&
			offer_item(mailbox, write.value) != KC_OK) {
			/* A large change comes through the store alone. */
			clear_offer(mailbox);
			return;
		}
}

static void say_hello(
	struct kc_live_mailbox *mailbox, struct link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf hello = KC_BUF_INIT;

	if (link->begun || link->answered || !may_write(mailbox, link) ||
		(link->hello_ms && !has_passed(link->hello_ms, KC_LIVE_HELLO_MS, turn->now_ms)))
		return;
	if (kc_live_begin(turn->circle, turn->trust, &link->peer, &link->begun, &hello) != KC_OK) {
		mailbox->counts.failed++;
		return;
	}
	link->hello_ms = link->handshake_ms = turn->now_ms;
	(void)post(mailbox, link, turn, &hello);
}

/* Whether it is time: for an item at once, else now and then, and before the other has to stop. */
static bool is_due(const struct kc_live_mailbox *mailbox, const struct link *link, uint64_t now_ms)
{
	uint64_t unsaid = kc_live_received(link->open) - link->acknowledged;

	if (kc_live_sent(link->open) - link->opened_by_peer >= KC_LIVE_WINDOW)
		return false;
	return (link->owes && (mailbox->offered_count || !link->told_ms ||
				      has_passed(link->told_ms, KC_LIVE_TELL_MS, now_ms))) ||
	       unsaid >= KC_LIVE_WINDOW / 2;
}

static kc_err seal_payload(struct kc_live_mailbox *mailbox, struct link *link,
	const struct kc_live_turn *turn, struct kc_buf *ret)
{
	struct kc_live_payload payload = {.received = kc_live_received(link->open)};
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;

	kc_live_payload_put_heads(turn->circle, turn->trust, &payload);
	for (size_t i = 0; i < mailbox->offered_count; i++)
		payload.items[payload.item_count++] = kc_buf_bytes(&mailbox->offered[i]);
	KC_TRY(kc_live_payload_build(&payload, &plain));
	KC_TRY(kc_live_seal(
		link->open, turn->circle, turn->trust, kc_buf_bytes(&plain), turn->now_ms, ret));
	link->acknowledged = payload.received;
	return KC_OK;
}

static void tell(
	struct kc_live_mailbox *mailbox, struct link *link, const struct kc_live_turn *turn)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	kc_err err;

	if (!is_due(mailbox, link, turn->now_ms))
		return;
	err = seal_payload(mailbox, link, turn, &message);
	if (err != KC_OK) {
		mailbox->counts.failed++;
		end_open(mailbox, link);
		return;
	}
	link->owes = false;
	link->told_ms = turn->now_ms;
	if (post(mailbox, link, turn, &message))
		mailbox->counts.sent++;
}

/* Those who were heard of last come first: there are no more logs than so many. */
static struct link *next_link(
	struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn, kc_peer_set *done)
{
	const struct kc_circle *circle = turn->circle;
	size_t best = circle->member_count;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;

		if (i == circle->self || !list || kc_peer_set_has(*done, i) ||
			!kc_peer_set_has(turn->trust->trusted, i))
			continue;
		if (best == circle->member_count ||
			list->time_ms > circle->members[best]->list->time_ms)
			best = i;
	}
	if (best == circle->member_count)
		return NULL;
	*done |= (kc_peer_set)1 << best;
	return find_link(mailbox, &circle->members[best]->id);
}

void kc_live_mailbox_speak(
	struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn, bool news)
{
	kc_peer_set done = 0;
	struct link *link;

	while ((link = next_link(mailbox, turn, &done))) {
		link->owes = link->owes || news || mailbox->offered_count;
		if (link->open)
			tell(mailbox, link, turn);
		else if (link->owes)
			say_hello(mailbox, link, turn);
	}
	clear_offer(mailbox);
}
