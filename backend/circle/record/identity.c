/* SPDX-License-Identifier: ISC */
/* Three pairs. The public halves are made again from the private ones when they are loaded, but
 * that of the agreement pair, whose private half is loaded for itself. */
#include "backend/circle/record/identity.h"

#include <string.h>

#include "base/random.h"

void kc_identity_done(struct kc_identity *identity)
{
	struct kc_pk *keys[] = {identity->sign, identity->agree, identity->legacy};

	for (size_t i = 0; i < KC_COUNT_OF(keys); i++)
		if (keys[i])
			kc_pk_free(keys[i]);
	*identity = (struct kc_identity)KC_IDENTITY_INIT;
}

void kc_identity_move(struct kc_identity *to, struct kc_identity *from)
{
	kc_identity_done(to);
	*to = *from;
	*from = (struct kc_identity)KC_IDENTITY_INIT;
}

static kc_err put_public(const struct kc_pk *pk, uint8_t *ret, size_t len)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	KC_TRY(kc_pk_store_public(pk, &stored));
	if (stored.len != len)
		return KC_ERR(DECODE);
	memcpy(ret, stored.data, len);
	return KC_OK;
}

/* The public side of the pairs, where it is not there yet, and the id. */
static kc_err complete(struct kc_identity *identity)
{
	struct kc_permanent *p = &identity->permanent;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	p->kind = KC_PEER_DEVICE;
	KC_TRY(put_public(identity->sign, p->sign_public, sizeof p->sign_public));
	KC_TRY(put_public(identity->legacy, p->legacy_public, sizeof p->legacy_public));
	KC_TRY(kc_permanent_put_body(p, &body));
	return kc_permanent_id(kc_buf_bytes(&body), &identity->id);
}

kc_err kc_identity_make(struct kc_identity *ret)
{
	KC_CLEANUP_IDENTITY struct kc_identity made = KC_IDENTITY_INIT;

	KC_TRY(kc_pk_generate(KC_KEY_EC, 384, &made.sign));
	KC_TRY(kc_pk_generate(KC_KEY_EC, 384, &made.agree));
	KC_TRY(kc_pk_generate(KC_KEY_EC, 256, &made.legacy));
	kc_random_fill(made.permanent.nonce, sizeof made.permanent.nonce);
	KC_TRY(put_public(
		made.agree, made.permanent.agree_public, sizeof made.permanent.agree_public));
	KC_TRY(complete(&made));
	kc_identity_move(ret, &made);
	return KC_OK;
}

kc_err kc_identity_save(const struct kc_identity *identity, struct kc_buf *ret)
{
	const struct kc_pk *keys[] = {identity->sign, identity->legacy};
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;

		KC_TRY(kc_pk_store_private(keys[i], &stored));
		kc_der_put_bytes(&w, kc_secret_bytes(&stored));
	}
	kc_der_put_bytes(&w, KC_BYTES_OF(identity->permanent.agree_public));
	kc_der_put_bytes(&w, KC_BYTES_OF(identity->permanent.nonce));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_identity_save_agree(const struct kc_identity *identity, struct kc_secret *ret)
{
	return kc_pk_store_private(identity->agree, ret);
}

kc_err kc_identity_load(struct kc_bytes saved, struct kc_identity *ret)
{
	KC_CLEANUP_IDENTITY struct kc_identity loaded = KC_IDENTITY_INIT;
	struct kc_pk **keys[] = {&loaded.sign, &loaded.legacy};
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, saved);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		struct kc_bytes stored = kc_der_get_bytes(&seq);

		KC_TRY(kc_pk_load_own(KC_KEY_EC, stored, keys[i]));
	}
	kc_der_get_array(&seq, loaded.permanent.agree_public, sizeof loaded.permanent.agree_public);
	kc_der_get_array(&seq, loaded.permanent.nonce, sizeof loaded.permanent.nonce);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(complete(&loaded));
	kc_identity_move(ret, &loaded);
	return KC_OK;
}

kc_err kc_identity_load_agree(struct kc_bytes saved, struct kc_identity *identity)
{
	uint8_t public[sizeof identity->permanent.agree_public];
	struct kc_pk *agree = NULL;
	kc_err err;

	KC_TRY(kc_pk_load_own(KC_KEY_EC, saved, &agree));
	err = put_public(agree, public, sizeof public);
	if (err == KC_OK && memcmp(public, identity->permanent.agree_public, sizeof public) != 0)
		err = KC_ERR(DECODE);
	if (err != KC_OK) {
		kc_pk_free(agree);
		return err;
	}
	if (identity->agree)
		kc_pk_free(identity->agree);
	identity->agree = agree;
	return KC_OK;
}

struct kc_signer kc_identity_signer(const struct kc_identity *identity)
{
	struct kc_signer signer = {.key = identity->sign, .kind = KC_SIGNATURE_P384};

	memcpy(signer.id, identity->id.bytes, sizeof signer.id);
	return signer;
}

kc_err kc_identity_permanent_record(
	const struct kc_identity *identity, const struct kc_account_id *account, struct kc_buf *ret)
{
	struct kc_signer signers[] = {
		kc_identity_signer(identity),
		{.key = identity->legacy, .kind = KC_SIGNATURE_P256},
	};
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(kc_signature_key_id(KC_BYTES_OF(identity->permanent.legacy_public), signers[1].id));
	KC_TRY(kc_permanent_put_body(&identity->permanent, &body));
	return kc_record_build(KC_RECORD_PERMANENT, account, kc_buf_bytes(&body), signers,
		KC_COUNT_OF(signers), ret);
}
