/* SPDX-License-Identifier: ISC */
/* SEQUENCE { version 1, view tag, kid, box }. */
#include "backend/circle/record/head_cell.h"

#include "crypto/aead.h"

#define VERSION 1

kc_err kc_head_cell_seal(struct kc_bytes plain, struct kc_bytes ad,
	const uint8_t view_tag[static KC_TAG_LEN], const uint8_t kid[static KC_KID_LEN],
	const struct kc_secret *head_key, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_aead_siv_seal(kc_view_key_siv(head_key), ad, plain, &box));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, kc_bytes(view_tag, KC_TAG_LEN));
	kc_der_put_bytes(&w, kc_bytes(kid, KC_KID_LEN));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err split(
	struct kc_bytes cell, uint8_t *ret_view_tag, uint8_t *ret_kid, struct kc_bytes *ret_box)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, cell);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, ret_view_tag, KC_TAG_LEN);
	kc_der_get_array(&seq, ret_kid, KC_KID_LEN);
	*ret_box = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r);
}

kc_err kc_head_cell_peek(struct kc_bytes cell, uint8_t ret_view_tag[static KC_TAG_LEN],
	uint8_t ret_kid[static KC_KID_LEN])
{
	struct kc_bytes box;

	return split(cell, ret_view_tag, ret_kid, &box);
}

kc_err kc_head_cell_open(struct kc_bytes cell, struct kc_bytes ad, const struct kc_secret *head_key,
	struct kc_buf *ret)
{
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];
	struct kc_bytes box;

	KC_TRY(split(cell, view_tag, kid, &box));
	if (box.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	return kc_aead_siv_open(kc_view_key_siv(head_key), ad, box, ret);
}
