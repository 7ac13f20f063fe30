/* SPDX-License-Identifier: ISC */
/* SIV under K_meta, with the place as associated data. */
#include "backend/circle/envelope.h"

#include <string.h>

#include "backend/circle/label.h"

#define VERSION 1
#define KEY_ID_LEN 16

/* Commits to K_meta, so that a record under a later one is told from a forged one. */
static kc_err key_id(const struct kc_account_keys *keys, const struct kc_account_id *account,
	uint8_t ret[static KEY_ID_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/meta-id");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	return kc_label_derive(
		&label, KC_BYTES_OF(keys->meta.bytes), kc_bytes(NULL, 0), ret, KEY_ID_LEN);
}

static kc_err place_ad(
	struct kc_label *label, const struct kc_place_in_store *place, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/envelope");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->writer->bytes));
	kc_der_put_utf8(&label->w, place->key);
	return kc_label_end(label, ret);
}

kc_err kc_envelope_seal(const struct kc_account_keys *keys, const struct kc_place_in_store *place,
	struct kc_bytes plain, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t id[KEY_ID_LEN];
	struct kc_der_writer w;
	struct kc_bytes ad;

	KC_TRY(key_id(keys, place->account, id));
	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_aead_siv_seal(&keys->meta, ad, plain, &box));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, KC_BYTES_OF(id));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_envelope_open(const struct kc_account_keys *keys, const struct kc_place_in_store *place,
	struct kc_bytes sealed, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t own[KEY_ID_LEN], id[KEY_ID_LEN];
	struct kc_der_reader r, seq;
	struct kc_bytes box, ad;

	kc_der_reader_init(&r, sealed);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, id, sizeof id);
	box = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(key_id(keys, place->account, own));
	if (memcmp(id, own, sizeof id) != 0)
		return KC_ERR(WAITING);
	if (box.len <= KC_SIV_TAG_LEN)
		return KC_ERR(CORRUPT);
	KC_TRY(place_ad(&label, place, &ad));
	return kc_aead_siv_open(&keys->meta, ad, box, ret);
}
