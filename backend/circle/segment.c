/* SPDX-License-Identifier: ISC */
/* LogSegment of doc/keycircle.asn1. */
#include "backend/circle/segment.h"

#include <string.h>

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
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, box = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_der_writer w;
	struct kc_bytes ad;

	kc_der_writer_init(&w, &plain);
	kc_head_log_put(&w, rows, count);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_aead_siv_seal(kc_view_key_siv(head_key), ad, kc_buf_bytes(&plain), &box));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 1);
	kc_der_put_bytes(&w, kc_bytes(place->view_tag, KC_TAG_LEN));
	kc_der_put_bytes(&w, KC_BYTES_OF(place->name->kid));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	ret_name->last = rows[count - 1].counter;
	return kc_segment_hash(kc_buf_bytes(ret), ret_name->hash);
}

static kc_err split(
	struct kc_bytes value, uint8_t *ret_view_tag, uint8_t *ret_kid, struct kc_bytes *ret_box)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, value);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != 1)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, ret_view_tag, KC_TAG_LEN);
	kc_der_get_array(&seq, ret_kid, KC_KID_LEN);
	*ret_box = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r);
}

kc_err kc_segment_peek(
	struct kc_bytes value, uint8_t ret_view_tag[static KC_TAG_LEN], uint8_t ret_kid[KC_KID_LEN])
{
	struct kc_bytes box;

	return split(value, ret_view_tag, ret_kid, &box);
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
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];
	struct kc_bytes ad, box;

	KC_TRY(split(value, view_tag, kid, &box));
	if (box.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_aead_siv_open(kc_view_key_siv(head_key), ad, box, &plain));
	return append(kc_buf_bytes(&plain), last, log);
}
