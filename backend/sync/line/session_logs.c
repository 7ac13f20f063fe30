/* SPDX-License-Identifier: ISC */
/* Following logs by their records. */
#include "backend/sync/line/session_logs.h"

#include <string.h>

#include "backend/cloud/records_log.h"

void kc_session_logs_drop_kept(struct kc_session_logs *sessions)
{
	for (size_t i = 0; i < sessions->kept_count; i++)
		kc_buf_done(&sessions->kept[i].bytes);
	free(sessions->kept);
	sessions->kept = NULL;
	sessions->kept_count = sessions->kept_len = 0;
}

void kc_session_logs_done(struct kc_session_logs *sessions)
{
	kc_session_logs_drop_kept(sessions);
	kc_cloud_logs_done(&sessions->logs);
	*sessions = (struct kc_session_logs){0};
}

static bool is_same(const struct kc_feed_token *a, const struct kc_feed_token *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

void kc_session_logs_begin(struct kc_session_logs *sessions, const struct kc_feed_token *from)
{
	if (sessions->known && from->len && is_same(&sessions->upto, from))
		return;
	kc_cloud_logs_done(&sessions->logs);
	sessions->known = from->len == 0; /* from the beginning all comes */
}

/* An operation that is too much to be kept is read once more by who wants it. */
static kc_err keep(struct kc_session_logs *sessions, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes bytes)
{
	struct kc_session_operation *row;

	if (sessions->kept_count == KC_SESSION_LOGS_MAX_KEPT ||
		bytes.len > KC_SESSION_LOGS_MAX_LEN - sessions->kept_len)
		return KC_OK;
	if (!sessions->kept)
		sessions->kept = calloc(KC_SESSION_LOGS_MAX_KEPT, sizeof *sessions->kept);
	if (!sessions->kept)
		return KC_ERR(NO_MEMORY);
	row = &sessions->kept[sessions->kept_count++];
	*row = (struct kc_session_operation){*writer, number, KC_BUF_INIT};
	sessions->kept_len += bytes.len;
	kc_buf_push(&row->bytes, bytes.data, bytes.len);
	return kc_buf_check(&row->bytes);
}

kc_err kc_session_logs_see(struct kc_session_logs *sessions, const struct kc_record_row *row)
{
	struct kc_writer_id writer;
	uint64_t number;

	if (!kc_records_log_parse(row->name, &writer, &number))
		return KC_OK;
	if (row->value.len == 0) {
		kc_cloud_logs_cut(&sessions->logs, &writer, number);
		return KC_OK;
	}
	KC_TRY(kc_cloud_logs_add(&sessions->logs, &writer, number));
	return keep(sessions, &writer, number, row->value);
}

kc_err kc_session_logs_end(
	struct kc_session_logs *sessions, struct kc_cloud *cloud, const struct kc_feed_token *upto)
{
	if (!sessions->known) {
		struct kc_cloud_logs logs;

		KC_TRY(kc_cloud_list(cloud, &logs));
		kc_cloud_logs_done(&sessions->logs);
		sessions->logs = logs;
		sessions->known = true;
	}
	sessions->upto = *upto;
	return KC_OK;
}

const struct kc_buf *kc_session_logs_find(
	const struct kc_session_logs *sessions, const struct kc_writer_id *writer, uint64_t number)
{
	for (size_t i = 0; i < sessions->kept_count; i++)
		if (sessions->kept[i].number == number &&
			memcmp(&sessions->kept[i].writer, writer, sizeof *writer) == 0)
			return &sessions->kept[i].bytes;
	return NULL;
}
