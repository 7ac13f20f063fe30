/* SPDX-License-Identifier: ISC */
/* Operations with one write under the key "x". */
#include "backend/sync/line/mailbox.h"

#include <string.h>

#define KEY "x"
#define SESSION_OPERATIONS 4 /* a session's log has no more */

kc_err kc_mailbox_post(struct kc_cloud *cloud, struct kc_mailbox *mailbox, struct kc_bytes message)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_log_position next;

	kc_op_builder_init(&builder, &mailbox->writer, &mailbox->position, false);
	kc_op_builder_put(&builder, kc_bytes_str(KEY), message);
	KC_TRY(kc_op_builder_end(&builder, &mailbox->position, &operation, &next));
	KC_TRY(kc_cloud_append(cloud, &mailbox->writer, next.number, kc_buf_bytes(&operation)));
	mailbox->position = next;
	return KC_OK;
}

kc_err kc_mailbox_read(struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number,
	struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	KC_TRY(kc_cloud_read(cloud, writer, number, &operation));
	KC_TRY(kc_op_parse(kc_buf_bytes(&operation), writer, number, &op));
	if (!kc_op_next(&op, &write) || !kc_bytes_equal(write.key, kc_bytes_str(KEY)))
		return KC_ERR(REFUSED);
	kc_buf_reset(ret);
	kc_buf_push(ret, write.value.data, write.value.len);
	return kc_buf_check(ret);
}

/* The first message of a log that may be a session's; false when it is none of that number. */
static bool read_first(struct kc_cloud *cloud, const struct kc_cloud_log *log,
	enum kc_pairing_number wanted, struct kc_writer_id *ret_slot, struct kc_buf *ret)
{
	enum kc_pairing_number number;

	return log->last <= SESSION_OPERATIONS &&
	       kc_mailbox_read(cloud, &log->writer, 1, ret) == KC_OK &&
	       kc_pairing_peek(kc_buf_bytes(ret), ret_slot, &number) == KC_OK && number == wanted;
}

/* An offer stands in the log that is its slot, and is for the account that the store is of. */
static bool is_offer(const struct kc_pairing *pairing, const struct kc_cloud_log *log,
	const struct kc_account_id *account)
{
	return memcmp(kc_pairing_slot(pairing), &log->writer, sizeof log->writer) == 0 &&
	       memcmp(kc_pairing_account(pairing), account, sizeof *account) == 0;
}

kc_err kc_mailbox_find_offer(
	struct kc_cloud *cloud, const struct kc_account_id *account, struct kc_pairing **ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	struct kc_pairing *best = NULL;

	KC_TRY(kc_cloud_list(cloud, &logs));
	for (size_t i = 0; i < logs.count; i++) {
		KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
		KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
		struct kc_writer_id slot;

		/* A sponsor that has said more has answered somebody, or given up. */
		if (logs.rows[i].last > 1 ||
			!read_first(cloud, &logs.rows[i], KC_PAIRING_OFFER, &slot, &message) ||
			kc_pairing_read_offer(kc_buf_bytes(&message), &pairing) != KC_OK ||
			!is_offer(pairing, &logs.rows[i], account))
			continue;
		if (best && kc_pairing_time_ms(best) >= kc_pairing_time_ms(pairing))
			continue;
		kc_pairing_free(best);
		best = pairing;
		pairing = NULL;
	}
	if (!best)
		return KC_ERR(WAITING);
	*ret = best;
	return KC_OK;
}

kc_err kc_mailbox_find_answer(struct kc_cloud *cloud, const struct kc_writer_id *slot,
	struct kc_writer_id *ret_writer, struct kc_buf *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	KC_TRY(kc_cloud_list(cloud, &logs));
	for (size_t i = 0; i < logs.count; i++) {
		struct kc_writer_id named;

		if (!read_first(cloud, &logs.rows[i], KC_PAIRING_ANSWER, &named, ret) ||
			memcmp(&named, slot, sizeof named) != 0)
			continue;
		*ret_writer = logs.rows[i].writer;
		return KC_OK;
	}
	return KC_ERR(WAITING);
}

void kc_mailbox_drop(struct kc_cloud *cloud, const struct kc_writer_id *writer)
{
	kc_err err = kc_cloud_drop(cloud, writer, UINT64_MAX);

	(void)err;
}
