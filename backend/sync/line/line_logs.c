/* SPDX-License-Identifier: ISC */
/* The key-value layout: one's own log is written, those of others are read (doc/protocol.md 3.1).
 */
#include "backend/sync/line/line.h"

#include "base/clock.h"

static kc_err suspect(struct kc_line *line, enum kc_alarm alarm)
{
	line->circle->alarm = alarm;
	return KC_ERR(STORE_SUSPECT);
}

static kc_err read_outbox(struct kc_line *line, struct kc_buf *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(line->store, KC_TXN_READ, &txn));
	return kc_memory_get_outbox_contents(&txn, ret);
}

static kc_err count_try(struct kc_line *line)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	line->outbox.tries++;
	line->outbox.sent_ms = line->now_ms;
	KC_TRY(kc_txn_begin(line->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_outbox_state(&txn, &line->outbox));
	return kc_txn_commit(&txn);
}

/* What stands in this device's log, and is not from it: from its twin, or the store's invention. */
static kc_err look_for_twin(struct kc_line *line, uint64_t number)
{
	struct kc_circle *circle = line->circle;
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str("p")};
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT, list = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;
	kc_err err = kc_cloud_read(line->cloud, &writer, number, &operation);

	if (err == KC_E_NO_MEMORY || err == KC_E_STORE_GONE)
		return err;
	if (err != KC_OK || kc_op_parse(kc_buf_bytes(&operation), &writer, number, &op) != KC_OK)
		return KC_OK;
	while (kc_op_next(&op, &write))
		if (kc_bytes_equal(write.key, place.key) &&
			kc_circle_open(circle, &place, write.value, &list) == KC_OK)
			return kc_circle_look_for_twin(circle, kc_buf_bytes(&list));
	return KC_OK;
}

/* Another operation under a number that this device has used: it has a twin. */
static kc_err logs_send(struct kc_line *line)
{
	struct kc_writer_id writer = kc_circle_writer(&line->circle->identity.id);
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	kc_err err;

	KC_TRY(read_outbox(line, &operation));
	err = kc_cloud_append(line->cloud, &writer, line->outbox.number, kc_buf_bytes(&operation));
	if (err == KC_E_DUPLICATE) {
		KC_TRY(look_for_twin(line, line->outbox.number));
		return suspect(line, KC_ALARM_FORK);
	}
	KC_TRY(err);
	return count_try(line);
}

static kc_err logs_begin(struct kc_line *line)
{
	kc_err err = kc_line_check_marker(line->cloud, &line->circle->account, KC_LAYOUT_LOGS);

	return err == KC_E_STORE_SUSPECT ? suspect(line, KC_ALARM_FORGERY) : err;
}

/* *ret: the last operation of this device's log that is there. */
static kc_err list_logs(struct kc_line *line, const struct kc_writer_id *writer, uint64_t *ret)
{
	const struct kc_cloud_log *log;
	kc_err err;

	kc_cloud_logs_done(&line->logs);
	err = kc_cloud_list(line->cloud, &line->logs);
	if (err == KC_E_REFUSED) /* more writers than there can be devices and pairings */
		return suspect(line, KC_ALARM_FORGERY);
	KC_TRY(err);
	log = kc_cloud_logs_find(&line->logs, writer);
	*ret = log ? log->last : 0;
	return KC_OK;
}

/* Whether a log begins anew with an operation, so that it does not matter what is below: until that
 * is dropped, and then nothing is. */
static bool is_beginning(const struct kc_log_span *span, uint64_t number, uint64_t last)
{
	return number == span->begun || (number == span->base && (span->drop_ms || last == 0));
}

/* Whether this device's log is as it left it, but for the operation that stands in the outbox. */
static bool is_last_lost(const struct kc_line *line, uint64_t last)
{
	uint64_t number = kc_circle_self(line->circle)->position.number;

	return line->outbox.number == number && last < number &&
	       (last + 1 == number || is_beginning(&line->circle->span, number, last));
}

/* What was never sent is, also where something is in its place. */
static bool is_owed(const struct kc_line *line, uint64_t last)
{
	const struct kc_outbox *outbox = &line->outbox;
	uint64_t number = kc_circle_self(line->circle)->position.number;

	if (line->is_mute || number == 0 || outbox->number != number)
		return false;
	if (outbox->tries == 0)
		return last == number || is_last_lost(line, last);
	return is_last_lost(line, last) && kc_line_is_time(line, outbox->tries, outbox->sent_ms);
}

/* What is below the new beginning of this device's log goes, once everybody had time to read it. By
 * a clock that was set back, they have that time from now on. */
static kc_err drop_old(struct kc_line *line, const struct kc_writer_id *writer)
{
	struct kc_log_span *span = &line->circle->span;
	uint64_t now = kc_clock_now_ms();

	if (span->drop_ms > now + KC_LOG_DROP_AFTER_MS)
		span->drop_ms = now + KC_LOG_DROP_AFTER_MS;
	if (span->drop_ms == 0 || now < span->drop_ms)
		return KC_OK;
	KC_TRY(kc_cloud_drop(line->cloud, writer, span->base));
	span->drop_ms = 0;
	return KC_OK;
}

/* Whether the owner knows what this device's log has lost, and it is about to begin anew. */
static bool is_about_to_mend(const struct kc_line *line, uint64_t last)
{
	return line->circle->span.mends && !line->circle->span.begun &&
	       last < kc_circle_self(line->circle)->position.number;
}

/* A log that ends before what was settled of it. */
static kc_err note_short(struct kc_line *line, const struct kc_member *member, uint64_t last)
{
	return kc_circle_catch(line->circle, &(struct kc_evidence){.kind = KC_EVIDENCE_SHORT_LOG,
						     .about = member->id,
						     .known = member->position.number,
						     .shown = last,
						     .here = kc_buf_bytes(&member->list_record)});
}

/* Whether it was sent is one thing, whether it is there another: nothing is said behind a hole. */
static kc_err logs_look(struct kc_line *line)
{
	const struct kc_member *self = kc_circle_self(line->circle);
	struct kc_writer_id writer = kc_circle_writer(&self->id);
	uint64_t last;

	line->is_holding = false;
	KC_TRY(list_logs(line, &writer, &last));
	if (is_owed(line, last)) {
		KC_TRY(logs_send(line));
		KC_TRY(list_logs(line, &writer, &last));
	}
	if (last == self->position.number)
		return drop_old(line, &writer);
	if (is_about_to_mend(line, last))
		return KC_OK;
	if (line->is_mute && last < self->position.number)
		return KC_OK;
	if (last > self->position.number) {
		KC_TRY(look_for_twin(line, self->position.number + 1));
		return suspect(line, KC_ALARM_FORK);
	}
	line->is_holding = is_last_lost(line, last) && line->outbox.tries < KC_LINE_MAX_TRIES;
	if (line->is_holding)
		return KC_OK;
	KC_TRY(kc_gather_check_readable(line->cloud, &writer, self->position.number));
	line->circle->shown = last;
	line->circle->known = self->position.number;
	KC_TRY(note_short(line, self, last));
	return suspect(line, KC_ALARM_ROLLBACK);
}

static kc_err logs_gather(struct kc_line *line, kc_peer_set members, struct kc_gathered *gathered)
{
	return kc_gather(line->cloud, &line->logs, line->circle, members, gathered);
}

static kc_err logs_weigh(struct kc_line *line, uint64_t now_ms, struct kc_gathered *gathered)
{
	(void)now_ms; /* suspects were seen as it was read */
	for (size_t i = 0; i < line->circle->member_count; i++) {
		struct kc_member *m = line->circle->members[i];
		struct kc_writer_id writer = kc_circle_writer(&m->id);
		const struct kc_cloud_log *log = kc_cloud_logs_find(&line->logs, &writer);

		if (log && log->last >= m->position.number) /* it is back */
			m->excuse.known = 0;
		else if (kc_peer_set_has(gathered->suspects, i))
			KC_TRY(note_short(line, m, log ? log->last : 0));
	}
	return KC_OK;
}

/* What a log lacks is looked for every time. */
static bool logs_reread(struct kc_line *line)
{
	(void)line;
	return false;
}

static kc_err logs_settle(
	struct kc_line *line, struct kc_txn *txn, struct kc_absorb *absorb, bool *ret_has_all)
{
	(void)line;
	(void)txn;
	(void)absorb;
	*ret_has_all = true; /* the members' positions say the rest */
	return KC_OK;
}

static kc_err logs_pack(
	struct kc_line *line, struct kc_txn *txn, const struct kc_composed *composed)
{
	struct kc_log_span *span = &line->circle->span;

	span->len += composed->operation.len;
	span->kept_len += composed->repeats ? composed->operation.len : 0;
	line->outbox = (struct kc_outbox){.number = composed->number};
	return kc_memory_put_outbox(txn, &line->outbox, kc_buf_bytes(&composed->operation));
}

const struct kc_line_kind kc_line_logs = {
	.begin = logs_begin,
	.look = logs_look,
	.gather = logs_gather,
	.weigh = logs_weigh,
	.settle = logs_settle,
	.reread = logs_reread,
	.pack = logs_pack,
	.send = logs_send,
};
