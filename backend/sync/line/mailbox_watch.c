/* SPDX-License-Identifier: ISC */
/* Looking for a session among all logs of a store: whoever pairs looks again and again, and what
 * was looked at is remembered. */
#include <string.h>

#include "backend/cloud/records_log.h"
#include "backend/sync/line/mailbox.h"

#define MOST_ROWS 64 /* the oldest goes: a store may make up any number */
#define PAGE 1000

static void drop_row(struct kc_mailbox_watch *watch, struct kc_mailbox_first *row)
{
	size_t at = (size_t)(row - watch->rows);

	kc_buf_done(&row->message);
	memmove(row, row + 1, (--watch->count - at) * sizeof *row);
}

void kc_mailbox_watch_done(struct kc_mailbox_watch *watch)
{
	while (watch->count)
		drop_row(watch, &watch->rows[watch->count - 1]);
	free(watch->rows);
	kc_cloud_logs_done(&watch->looked_at);
	*watch = (struct kc_mailbox_watch){0};
}

static struct kc_mailbox_first *find(
	struct kc_mailbox_watch *watch, const struct kc_writer_id *writer)
{
	for (size_t i = 0; i < watch->count; i++)
		if (memcmp(&watch->rows[i].writer, writer, sizeof *writer) == 0)
			return &watch->rows[i];
	return NULL;
}

/* Takes over the message, if it is one that begins a session's log. */
static kc_err add(struct kc_mailbox_watch *watch, const struct kc_writer_id *writer, uint64_t last,
	struct kc_buf *message)
{
	struct kc_mailbox_first row = {.writer = *writer, .last = last, .message = *message};

	if (kc_pairing_peek(kc_buf_bytes(message), &row.slot, &row.number) != KC_OK ||
		(row.number != KC_PAIRING_OFFER && row.number != KC_PAIRING_ANSWER))
		return KC_OK;
	if (!watch->rows)
		watch->rows = calloc(MOST_ROWS, sizeof *watch->rows);
	if (!watch->rows)
		return KC_ERR(NO_MEMORY);
	if (watch->count == MOST_ROWS)
		drop_row(watch, &watch->rows[0]);
	watch->rows[watch->count++] = row;
	*message = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

/* --- looking ------------------------------------------------------------------------------------
 */

static kc_err see(void *context, const struct kc_record_row *record)
{
	struct kc_mailbox_watch *watch = context;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	struct kc_mailbox_first *row;
	struct kc_writer_id writer;
	uint64_t number;
	kc_err err;

	if (!kc_records_log_parse(record->name, &writer, &number))
		return KC_OK;
	row = find(watch, &writer);
	if (row && record->value.len == 0)
		drop_row(watch, row);
	else if (row && number > row->last)
		row->last = number;
	if (row || record->value.len == 0 || number != 1)
		return KC_OK;
	err = kc_mailbox_parse(record->value, &writer, number, &message);
	if (err != KC_OK)
		return err == KC_E_NO_MEMORY ? err : KC_OK;
	return add(watch, &writer, number, &message);
}

static kc_err look_at_records(struct kc_cloud *cloud, struct kc_mailbox_watch *watch)
{
	bool more = true;

	while (more) {
		kc_err err = kc_records_changes(
			cloud, KC_ZONE_VALUES, &watch->token, PAGE, see, watch, &more);

		if (err == KC_E_TOKEN_EXPIRED && watch->token.len) {
			kc_mailbox_watch_done(watch);
			more = true;
			continue;
		}
		KC_TRY(err);
	}
	return KC_OK;
}

static void drop_gone(struct kc_mailbox_watch *watch, const struct kc_cloud_logs *logs)
{
	for (size_t i = watch->count; i-- > 0;)
		if (!kc_cloud_logs_find(logs, &watch->rows[i].writer))
			drop_row(watch, &watch->rows[i]);
}

/* The first operation of a short log, if it is there and whole. */
static bool read_first(struct kc_cloud *cloud, const struct kc_cloud_log *log, struct kc_buf *ret)
{
	struct kc_op op;

	return log->first == 1 && log->last <= KC_MAILBOX_MAX_OPERATIONS &&
	       kc_cloud_read(cloud, &log->writer, 1, ret) == KC_OK &&
	       kc_op_parse(kc_buf_bytes(ret), &log->writer, 1, &op) == KC_OK;
}

/* What is whole stays as it is, and is not read again. */
static kc_err look_at_log(struct kc_cloud *cloud, struct kc_mailbox_watch *watch,
	const struct kc_cloud_log *log, struct kc_cloud_logs *looked_at)
{
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	struct kc_mailbox_first *row = find(watch, &log->writer);

	if (row)
		row->last = log->last;
	if (!kc_cloud_logs_find(&watch->looked_at, &log->writer)) {
		if (!read_first(cloud, log, &operation))
			return KC_OK;
		if (kc_mailbox_parse(kc_buf_bytes(&operation), &log->writer, 1, &message) == KC_OK)
			KC_TRY(add(watch, &log->writer, log->last, &message));
	}
	return kc_cloud_logs_add(looked_at, &log->writer, 1);
}

/* Logs are listed by their names alone. */
static kc_err look_at_logs(struct kc_cloud *cloud, struct kc_mailbox_watch *watch)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs looked_at = {0};
	struct kc_cloud_logs before;

	KC_TRY(kc_cloud_list(cloud, &logs));
	drop_gone(watch, &logs);
	for (size_t i = 0; i < logs.count; i++)
		KC_TRY(look_at_log(cloud, watch, &logs.rows[i], &looked_at));
	before = watch->looked_at;
	watch->looked_at = looked_at;
	looked_at = before;
	return KC_OK;
}

static kc_err look(struct kc_cloud *cloud, struct kc_mailbox_watch *watch)
{
	return kc_cloud_abilities(cloud) & KC_CLOUD_RECORDS ? look_at_records(cloud, watch)
							    : look_at_logs(cloud, watch);
}

/* --- finding ------------------------------------------------------------------------------------
 */

/* An offer stands in the log that is its slot, and is for the account that the store is of. */
static bool is_offer(const struct kc_pairing *pairing, const struct kc_writer_id *writer,
	const struct kc_account_id *account)
{
	return memcmp(kc_pairing_slot(pairing), writer, sizeof *writer) == 0 &&
	       memcmp(kc_pairing_account(pairing), account, sizeof *account) == 0;
}

static bool was_seen(const struct kc_mailbox_seen *seen, const struct kc_writer_id *slot)
{
	for (size_t i = 0; i < seen->count; i++)
		if (memcmp(&seen->slots[i], slot, sizeof *slot) == 0)
			return true;
	return false;
}

kc_err kc_mailbox_find_offer(struct kc_cloud *cloud, struct kc_mailbox_watch *watch,
	const struct kc_account_id *account, struct kc_mailbox_seen *seen, struct kc_pairing **ret)
{
	struct kc_pairing *best = NULL;

	if (seen->count == KC_COUNT_OF(seen->slots))
		return KC_ERR(WAITING);
	KC_TRY(look(cloud, watch));
	for (size_t i = 0; i < watch->count; i++) {
		const struct kc_mailbox_first *row = &watch->rows[i];
		KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;

		/* A sponsor that has said more has answered somebody, or given up. */
		if (row->last > 1 || was_seen(seen, &row->writer) ||
			row->number != KC_PAIRING_OFFER ||
			kc_pairing_read_offer(kc_buf_bytes(&row->message), &pairing) != KC_OK ||
			!is_offer(pairing, &row->writer, account))
			continue;
		if (best && kc_pairing_time_ms(best) >= kc_pairing_time_ms(pairing))
			continue;
		kc_pairing_free(best);
		best = pairing;
		pairing = NULL;
	}
	if (!best)
		return KC_ERR(WAITING);
	seen->slots[seen->count++] = *kc_pairing_slot(best);
	*ret = best;
	return KC_OK;
}

kc_err kc_mailbox_find_answer(struct kc_cloud *cloud, struct kc_mailbox_watch *watch,
	const struct kc_writer_id *slot, struct kc_writer_id *ret_writer, struct kc_buf *ret)
{
	KC_TRY(look(cloud, watch));
	for (size_t i = 0; i < watch->count; i++) {
		const struct kc_mailbox_first *row = &watch->rows[i];

		if (row->number != KC_PAIRING_ANSWER || row->last > KC_MAILBOX_MAX_OPERATIONS ||
			memcmp(&row->slot, slot, sizeof *slot) != 0)
			continue;
		*ret_writer = row->writer;
		kc_buf_reset(ret);
		kc_buf_push(ret, row->message.data, row->message.len);
		return kc_buf_check(ret);
	}
	return KC_ERR(WAITING);
}
