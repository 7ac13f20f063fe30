/* SPDX-License-Identifier: ISC */
/* HeadBody of doc/keycircle.asn1. */
#include "backend/circle/record/head.h"

#include <string.h>

#include "backend/circle/record/label.h"

/* --- the log of own writes ----------------------------------------------------------------------
 */

void kc_head_log_done(struct kc_head_log *log)
{
	free(log->rows);
	*log = (struct kc_head_log){0};
}

kc_err kc_head_log_add(struct kc_head_log *log, const struct kc_log_entry *entry)
{
	if (log->count == log->allocated) {
		size_t wanted = log->allocated ? 2 * log->allocated : 16;
		struct kc_log_entry *grown = reallocarray(log->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		log->rows = grown;
		log->allocated = wanted;
	}
	log->rows[log->count++] = *entry;
	return KC_OK;
}

void kc_head_log_trim(struct kc_head_log *log, uint64_t acknowledged)
{
	size_t gone = 0;

	while (gone < log->count && log->rows[gone].counter <= acknowledged)
		gone++;
	if (gone)
		memmove(log->rows, log->rows + gone, (log->count - gone) * sizeof *log->rows);
	log->count -= gone;
}

void kc_head_log_put(struct kc_der_writer *w, const struct kc_log_entry *rows, size_t count)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, rows[i].counter);
		kc_der_put_bytes(w, KC_BYTES_OF(rows[i].name));
		kc_der_put_uint(w, rows[i].t);
		kc_der_put_bytes(w, KC_BYTES_OF(rows[i].digest));
		kc_der_end(w);
	}
	kc_der_end(w);
}

kc_err kc_head_log_pull(struct kc_der_reader *r, struct kc_head_log *ret)
{
	struct kc_der_reader rows, one;
	uint64_t before = 0;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_log_entry entry;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		entry.counter = kc_der_get_uint(&one);
		kc_der_get_array(&one, entry.name, sizeof entry.name);
		entry.t = kc_der_get_uint_max(&one, KC_VERSION_MAX_T);
		kc_der_get_array(&one, entry.digest, sizeof entry.digest);
		kc_der_leave(&rows, &one);
		if (entry.counter <= before || ret->count == KC_HEAD_MAX_LOG)
			kc_der_reader_fail(&rows);
		before = entry.counter;
		if (kc_der_reader_check(&rows) == KC_OK)
			KC_TRY(kc_head_log_add(ret, &entry));
	}
	kc_der_leave(r, &rows);
	return KC_OK;
}

/* --- the names of segments ----------------------------------------------------------------------
 */

void kc_segment_list_done(struct kc_segment_list *list)
{
	free(list->rows);
	*list = (struct kc_segment_list){0};
}

kc_err kc_segment_list_add(struct kc_segment_list *list, const struct kc_segment_name *name)
{
	if (list->count == KC_HEAD_MAX_SEGMENTS)
		return KC_ERR(TOO_LARGE);
	if (list->count == list->allocated) {
		size_t wanted = list->allocated ? 2 * list->allocated : 4;
		struct kc_segment_name *grown = reallocarray(list->rows, wanted, sizeof *grown);

		if (!grown)
			return KC_ERR(NO_MEMORY);
		list->rows = grown;
		list->allocated = wanted;
	}
	list->rows[list->count++] = *name;
	return KC_OK;
}

void kc_segment_list_put(struct kc_der_writer *w, const struct kc_segment_list *list)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < list->count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(list->rows[i].hash));
		kc_der_put_uint(w, list->rows[i].last);
		kc_der_end(w);
	}
	kc_der_end(w);
}

kc_err kc_segment_list_pull(struct kc_der_reader *r, struct kc_segment_list *ret)
{
	struct kc_der_reader rows, one;
	uint64_t before = 0;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_segment_name name;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, name.hash, sizeof name.hash);
		name.last = kc_der_get_uint(&one);
		kc_der_leave(&rows, &one);
		if (name.last <= before || ret->count == KC_HEAD_MAX_SEGMENTS)
			kc_der_reader_fail(&rows);
		before = name.last;
		if (kc_der_reader_check(&rows) == KC_OK)
			KC_TRY(kc_segment_list_add(ret, &name));
	}
	kc_der_leave(r, &rows);
	return KC_OK;
}

/* --- the head -----------------------------------------------------------------------------------
 */

void kc_head_done(struct kc_head *head)
{
	kc_head_log_done(&head->log);
	kc_segment_list_done(&head->segments);
}

static kc_err place_ad(
	struct kc_label *label, const struct kc_head_place *place, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/head");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->peer->bytes));
	kc_der_put_uint(&label->w, place->seq);
	kc_der_put_bytes(&label->w, kc_bytes(place->view_tag, KC_TAG_LEN));
	kc_view_key_name_put(&label->w, place->name);
	return kc_label_end(label, ret);
}

kc_err kc_head_seal(const struct kc_head *head, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_der_writer w;
	struct kc_bytes ad;

	kc_der_writer_init(&w, &plain);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, head->counter);
	kc_vector_put(&w, &head->vector);
	kc_head_log_put(&w, head->log.rows, head->log.count);
	kc_segment_list_put(&w, &head->segments);
	kc_der_put_bytes(&w, KC_BYTES_OF(head->root.hash));
	kc_der_put_uint(&w, head->root.count);
	kc_der_put_bool(&w, head->root.exact);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(place_ad(&label, place, &ad));
	return kc_aead_siv_seal(kc_view_key_siv(head_key), ad, kc_buf_bytes(&plain), ret);
}

/* What is named goes on without a gap: segments, log, and the counter at the end. */
static bool is_in_order(const struct kc_head *head)
{
	const struct kc_head_log *log = &head->log;
	const struct kc_segment_list *segments = &head->segments;
	uint64_t named = segments->count ? segments->rows[segments->count - 1].last : 0;

	if (log->count == 0)
		return named <= head->counter;
	if (segments->count && log->rows[0].counter != named + 1)
		return false;
	return log->rows[log->count - 1].counter <= head->counter;
}

static kc_err parse(struct kc_bytes plain, struct kc_head *head)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, plain);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	head->counter = kc_der_get_uint(&seq);
	kc_vector_pull(&seq, &head->vector);
	KC_TRY(kc_head_log_pull(&seq, &head->log));
	KC_TRY(kc_segment_list_pull(&seq, &head->segments));
	kc_der_get_array(&seq, head->root.hash, sizeof head->root.hash);
	head->root.count = kc_der_get_uint(&seq);
	head->root.exact = kc_der_get_bool(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	return is_in_order(head) ? KC_OK : KC_ERR(DECODE);
}

kc_err kc_head_open(struct kc_bytes box, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_head *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_bytes ad;

	if (box.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_aead_siv_open(kc_view_key_siv(head_key), ad, box, &plain));
	KC_TRY(parse(kc_buf_bytes(&plain), &head));
	kc_head_done(ret);
	*ret = head;
	head = (struct kc_head){0};
	return KC_OK;
}
