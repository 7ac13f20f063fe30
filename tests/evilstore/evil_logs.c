/* SPDX-License-Identifier: ISC */
/* Logs that are told anew: operations as the rules leave them, with a chain that is right again. */
#include <string.h>

#include "backend/circle/record/op.h"
#include "backend/cloud/writer_name.h"
#include "backend/sync/line/cell_name.h"
#include "base/der.h"
#include "tests/evilstore/evil_impl.h"

void evil_logs_name(
	const struct kc_writer_id *writer, uint64_t number, char ret[static EVIL_OPERATION_NAME])
{
	kc_writer_name_put(writer, ret);
	ret[KC_WRITER_DIGITS] = '-';
	kc_writer_name_put_number(number, ret + KC_WRITER_DIGITS + 1);
}

/* One log, as it is told to one device. */
struct telling {
	unsigned device;
	const struct kc_writer_id *writer;
	struct kc_log_position true_at, at; /* the operation before, as it is and as it is told */
};

/* Tells the writes of an operation; *ret_altered: not as they are. */
static kc_err tell_writes(
	const struct telling *t, struct kc_op *op, struct kc_op_builder *builder, bool *ret_altered)
{
	struct evil_stand stand = {*t->writer, t->true_at.number};
	struct kc_op_write write;

	*ret_altered = false;
	while (kc_op_next(op, &write)) {
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
		enum evil_outcome outcome = EVIL_AS_IT_WAS;
		char name[KC_RECORDS_MAX_NAME + 1];

		kc_buf_push(&value, write.value.data, write.value.len);
		if (kc_cell_name_put(write.key, t->writer, name) == KC_OK)
			outcome = evil_apply(t->device, name, &stand, &value);
		KC_TRY(kc_buf_check(&value));
		if (outcome != EVIL_HIDDEN)
			kc_op_builder_put(builder, write.key, kc_buf_bytes(&value));
		*ret_altered = *ret_altered || outcome != EVIL_AS_IT_WAS;
	}
	return KC_OK;
}

/* Tells one operation; bytes are replaced where it is another by now. */
static kc_err tell(struct telling *t, uint64_t number, struct kc_buf *bytes)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_BUF struct kc_buf told = KC_BUF_INIT;
	struct kc_log_position next;
	bool altered, same_before;
	struct kc_op op;

	if (kc_op_parse(kc_buf_bytes(bytes), t->writer, number, &op) != KC_OK)
		return KC_OK; /* of a session, or hopeless as it is */
	next = op.position;
	if (t->at.number != number - 1) {
		/* Behind a hole, or where the log begins. */
		t->at = (struct kc_log_position){.number = number - 1};
		memcpy(t->at.digest, op.previous, sizeof op.previous);
		t->true_at = t->at;
	}
	same_before = memcmp(&t->at, &t->true_at, sizeof t->at) == 0;
	t->true_at = op.position;
	kc_op_builder_init(&builder, t->writer, &t->at, op.base);
	KC_TRY(tell_writes(t, &op, &builder, &altered));
	if (altered || !same_before) {
		KC_TRY(kc_op_builder_end(&builder, &t->at, &told, &next));
		bytes->len = 0;
		kc_buf_push(bytes, told.data, told.len);
	}
	t->at = next;
	return kc_buf_check(bytes);
}

/* What a rule about the whole operation leaves of it, as an engine would read it. */
static kc_err show(const struct telling *t, uint64_t number, struct kc_buf *bytes)
{
	char name[EVIL_OPERATION_NAME];
	enum evil_outcome outcome;
	size_t len;
	kc_err err;

	evil_logs_name(t->writer, number, name);
	outcome = evil_apply(t->device, name, NULL, bytes);
	if (outcome == EVIL_AS_IT_WAS)
		return KC_OK;
	if (outcome == EVIL_HIDDEN)
		return KC_ERR(WAITING);
	err = kc_der_measure(kc_buf_bytes(bytes), &len);
	if (err == KC_E_WAITING || (err == KC_OK && len > bytes->len))
		return KC_ERR(WAITING);
	return err != KC_OK || len < bytes->len ? KC_ERR(REFUSED) : KC_OK;
}

kc_err evil_logs_read(struct kc_cloud *cloud, unsigned device, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	struct telling t = {.device = device, .writer = writer};
	const struct kc_cloud_log *log;

	KC_TRY(kc_cloud_list(cloud, &logs));
	log = kc_cloud_logs_find(&logs, writer);
	if (!log || number < log->first)
		return KC_ERR(WAITING);
	for (uint64_t n = log->first; n <= number; n++) {
		KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
		kc_err err = kc_cloud_read(cloud, writer, n, &bytes);

		if (err == KC_OK)
			KC_TRY(tell(&t, n, &bytes));
		if (n < number && (err == KC_OK || err == KC_E_WAITING || err == KC_E_REFUSED))
			continue;
		KC_TRY(err);
		KC_TRY(show(&t, n, &bytes));
		evil_was_told(device, writer, n);
		kc_buf_push(ret, bytes.data, bytes.len);
	}
	return kc_buf_check(ret);
}

/* Without what is hidden as a whole. */
kc_err evil_logs_list(struct kc_cloud *cloud, unsigned device, struct kc_cloud_logs *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs all = {0};
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	KC_TRY(kc_cloud_list(cloud, &all));
	for (size_t i = 0; i < all.count; i++)
		for (uint64_t n = all.rows[i].first; n <= all.rows[i].last; n++) {
			KC_CLEANUP_BUF struct kc_buf nothing = KC_BUF_INIT;
			char name[EVIL_OPERATION_NAME];

			evil_logs_name(&all.rows[i].writer, n, name);
			if (evil_apply(device, name, NULL, &nothing) != EVIL_HIDDEN)
				KC_TRY(kc_cloud_logs_add(&logs, &all.rows[i].writer, n));
		}
	*ret = logs;
	logs = (struct kc_cloud_logs){0};
	return KC_OK;
}
