/* SPDX-License-Identifier: ISC */
/* Naming, signing and sealing with a device's keys. */
#include "tests/circle/signing.h"

#include <stdlib.h>
#include <string.h>

kc_err signing_name(
	struct kc_list *list, struct kc_op_builder *builder, const struct kc_log_position *after)
{
	list->number = after->number + 1;
	return kc_op_builder_close(builder, list->contents);
}

kc_err signing_end(const struct kc_circle *circle, struct kc_list *list,
	struct kc_op_builder *builder, const struct kc_log_position *after, struct kc_buf *ret,
	struct kc_log_position *ret_position)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str("p")};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, sealed = KC_BUF_INIT;

	KC_TRY(signing_name(list, builder, after));
	KC_TRY(kc_list_build(list, &circle->account, &circle->identity, &record));
	KC_TRY(kc_circle_seal(circle, &place, kc_buf_bytes(&record), &sealed));
	kc_op_builder_put(builder, place.key, kc_buf_bytes(&sealed));
	return kc_op_builder_end(builder, after, ret, ret_position);
}

kc_err signing_end_plainly(const struct kc_circle *circle, struct kc_op_builder *builder,
	const struct kc_log_position *after, struct kc_buf *ret,
	struct kc_log_position *ret_position)
{
	KC_CLEANUP_FREE struct kc_list *list = calloc(1, sizeof *list);

	if (!list)
		return KC_ERR(NO_MEMORY);
	list->peer = circle->identity.id;
	list->seq = 1;
	memcpy(list->name, "old", sizeof "old");
	return signing_end(circle, list, builder, after, ret, ret_position);
}

kc_err signing_retell(const struct kc_circle *circle, struct kc_bytes operation, signing_edit edit,
	void *context, struct kc_buf *ret)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	const struct kc_member *self = kc_circle_self(circle);
	struct kc_log_position before = {.number = self->position.number - 1}, next;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	struct kc_op_write write;
	struct kc_op op;

	if (!list)
		return KC_ERR(NO_MEMORY);
	*list = *self->list;
	KC_TRY(kc_op_parse(operation, &writer, self->position.number, &op));
	memcpy(before.digest, op.previous, sizeof before.digest);
	kc_op_builder_init(&builder, &writer, &before, op.base);
	while (kc_op_next(&op, &write)) {
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

		kc_buf_push(&value, write.value.data, write.value.len);
		if (!kc_op_key_holds_list(write.key) && edit(context, write.key, &value))
			kc_op_builder_put(&builder, write.key, kc_buf_bytes(&value));
	}
	return signing_end(circle, list, &builder, &before, ret, &next);
}
