/* SPDX-License-Identifier: ISC */
/* LogSegment of doc/keycircle.asn1. */
#include "backend/circle/record/segment.h"

#include <string.h>

#include "backend/circle/record/head_cell.h"

static kc_err place_ad(
	struct kc_label *label, const struct kc_segment_place *place, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/log-segment");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->peer->bytes));
	kc_der_put_bytes(&label->w, kc_bytes(place->view_tag, KC_TAG_LEN));
	kc_view_key_name_put(&label->w, place->name);
	return kc_label_end(label, ret);
}

kc_err kc_segment_hash(struct kc_bytes value, uint8_t ret[static KC_HASH32_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label = {0};

	kc_label_init(&label, "kc1/segment-hash");
	kc_der_put_bytes(&label.w, value);
	return kc_label_hash(&label, ret);
}

kc_err kc_segment_seal(const struct kc_log_entry *rows, size_t count,
	const struct kc_segment_place *place, const struct kc_secret *head_key, struct kc_buf *ret,
	struct kc_segment_name *ret_name)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_der_writer w;
	struct kc_bytes ad;

	kc_der_writer_init(&w, &plain);
	kc_head_log_put(&w, rows, count);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_head_cell_seal(
		kc_buf_bytes(&plain), ad, place->view_tag, place->name->kid, head_key, ret));
	ret_name->last = rows[count - 1].counter;
	return kc_segment_hash(kc_buf_bytes(ret), ret_name->hash);
}

kc_err kc_segment_peek(
	struct kc_bytes value, uint8_t ret_view_tag[static KC_TAG_LEN], uint8_t ret_kid[KC_KID_LEN])
{
	return kc_head_cell_peek(value, ret_view_tag, ret_kid);
}

static kc_err append(struct kc_bytes plain, uint64_t last, struct kc_head_log *log)
{
	uint64_t before = log->count ? log->rows[log->count - 1].counter : 0;
	KC_CLEANUP(kc_head_log_done) struct kc_head_log read = {0};
	struct kc_der_reader r;

	kc_der_reader_init(&r, plain);
	KC_TRY(kc_head_log_pull(&r, &read));
	KC_TRY(kc_der_reader_finish(&r));
	if (read.count == 0 || (last && read.rows[read.count - 1].counter != last) ||
		(before && read.rows[0].counter != before + 1))
		return KC_ERR(DECODE);
	for (size_t i = 0; i < read.count; i++)
		KC_TRY(kc_head_log_add(log, &read.rows[i]));
	return KC_OK;
}

kc_err kc_segment_open(struct kc_bytes value, const struct kc_segment_place *place,
	const struct kc_secret *head_key, uint64_t last, struct kc_head_log *log)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_head_cell_open(value, ad, head_key, &plain));
	return append(kc_buf_bytes(&plain), last, log);
}
