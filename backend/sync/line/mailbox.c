/* SPDX-License-Identifier: ISC */
/* Operations with one write under the key "x". */
#include "backend/sync/line/mailbox.h"

#include <string.h>

#define KEY "x"

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

kc_err kc_mailbox_parse(struct kc_bytes operation, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret)
{
	struct kc_op_write write;
	struct kc_op op;

	KC_TRY(kc_op_parse(operation, writer, number, &op));
	if (!kc_op_next(&op, &write) || !kc_bytes_equal(write.key, kc_bytes_str(KEY)))
		return KC_ERR(REFUSED);
	kc_buf_reset(ret);
	kc_buf_push(ret, write.value.data, write.value.len);
	return kc_buf_check(ret);
}

kc_err kc_mailbox_read(struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t number,
	struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;

	KC_TRY(kc_cloud_read(cloud, writer, number, &operation));
	return kc_mailbox_parse(kc_buf_bytes(&operation), writer, number, ret);
}

/* Of records those operations are named that there can be; a folder goes away as a whole. */
void kc_mailbox_drop(struct kc_cloud *cloud, const struct kc_writer_id *writer)
{
	bool by_name = kc_cloud_abilities(cloud) & KC_CLOUD_RECORDS;
	kc_err err =
		kc_cloud_drop(cloud, writer, by_name ? KC_MAILBOX_MAX_OPERATIONS + 1 : UINT64_MAX);

	(void)err;
}
