/* SPDX-License-Identifier: ISC */
/* Labelled values, and the two things done with them. */
#include "backend/circle/record/label.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/kdf.h"

void kc_label_init(struct kc_label *label, const char *text)
{
	label->bytes = (struct kc_buf)KC_BUF_INIT;
	kc_der_writer_init(&label->w, &label->bytes);
	kc_der_begin(&label->w, KC_DER_SEQUENCE);
	kc_der_put_str(&label->w, text);
}

void kc_label_done(struct kc_label *label)
{
	kc_buf_done(&label->bytes);
}

kc_err kc_label_end(struct kc_label *label, struct kc_bytes *ret)
{
	kc_der_end(&label->w);
	KC_TRY(kc_der_writer_check(&label->w));
	*ret = kc_buf_bytes(&label->bytes);
	return KC_OK;
}

kc_err kc_label_hash(struct kc_label *label, uint8_t ret[static KC_HASH32_LEN])
{
	uint8_t digest[KC_HASH_MAX_LEN];
	struct kc_bytes value;

	KC_TRY(kc_label_end(label, &value));
	KC_TRY(kc_hash_compute(KC_HASH_SHA384, value, digest));
	memcpy(ret, digest, KC_HASH32_LEN);
	return KC_OK;
}

kc_err kc_label_derive(struct kc_label *label, struct kc_bytes secret, struct kc_bytes salt,
	uint8_t *ret, size_t len)
{
	struct kc_bytes info;

	KC_TRY(kc_label_end(label, &info));
	return kc_kdf_hkdf(KC_HASH_SHA384, secret, salt, info, ret, len);
}
