/* SPDX-License-Identifier: ISC */
/* SIV under a metadata key, with the place as associated data. */
#include "backend/circle/record/envelope.h"

#include <string.h>

#include "backend/circle/record/label.h"

#define VERSION 1

static kc_err place_ad(
	struct kc_label *label, const struct kc_place_in_store *place, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/envelope");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->writer->bytes));
	kc_der_put_utf8(&label->w, place->key);
	return kc_label_end(label, ret);
}

kc_err kc_envelope_seal(const struct kc_meta_key *key, const struct kc_place_in_store *place,
	struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_der_writer w;
	struct kc_bytes ad;

	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_aead_siv_seal(key->siv, ad, plain, &box));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, KC_BYTES_OF(key->kid));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err parse(
	struct kc_bytes sealed, uint8_t ret_kid[static KC_META_KID_LEN], struct kc_bytes *ret_box)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, sealed);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, ret_kid, KC_META_KID_LEN);
	*ret_box = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r);
}

kc_err kc_envelope_peek(struct kc_bytes sealed, uint8_t ret_kid[static KC_META_KID_LEN])
{
	struct kc_bytes box;

	return parse(sealed, ret_kid, &box);
}

kc_err kc_envelope_open(const struct kc_meta_key *key, const struct kc_place_in_store *place,
	struct kc_bytes sealed, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t kid[KC_META_KID_LEN];
	struct kc_bytes box, ad;

	KC_TRY(parse(sealed, kid, &box));
	if (memcmp(kid, key->kid, sizeof kid) != 0)
		return KC_ERR(WAITING);
	if (box.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	KC_TRY(place_ad(&label, place, &ad));
	return kc_aead_siv_open(key->siv, ad, box, ret);
}
