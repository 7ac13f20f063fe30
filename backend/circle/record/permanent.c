/* SPDX-License-Identifier: ISC */
/* PermanentBody of doc/keycircle.asn1. */
#include "backend/circle/record/permanent.h"

#include "backend/circle/record/label.h"

kc_err kc_permanent_put_body(const struct kc_permanent *permanent, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, permanent->kind);
	kc_der_put_bytes(&w, KC_BYTES_OF(permanent->sign_public));
	kc_der_put_bytes(&w, KC_BYTES_OF(permanent->agree_public));
	kc_der_put_bytes(&w, KC_BYTES_OF(permanent->legacy_public));
	kc_der_put_bytes(&w, KC_BYTES_OF(permanent->nonce));
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* Whether the three are public keys, so that nothing later has to ask. */
static kc_err check_keys(const struct kc_permanent *permanent)
{
	const struct kc_bytes keys[] = {
		KC_BYTES_OF(permanent->sign_public),
		KC_BYTES_OF(permanent->agree_public),
		KC_BYTES_OF(permanent->legacy_public),
	};

	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		KC_CLEANUP_PK struct kc_pk *pk = NULL;

		if (kc_pk_load(KC_KEY_EC, false, keys[i], &pk) != KC_OK)
			return KC_ERR(DECODE);
	}
	return KC_OK;
}

kc_err kc_permanent_parse_body(struct kc_bytes body, struct kc_permanent *ret)
{
	struct kc_der_reader r, seq;
	struct kc_permanent permanent;
	uint64_t kind;
	kc_err extensions;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kind = kc_der_get_uint_max(&seq, KC_PEER_CUSTODIAN);
	kc_der_get_array(&seq, permanent.sign_public, sizeof permanent.sign_public);
	kc_der_get_array(&seq, permanent.agree_public, sizeof permanent.agree_public);
	kc_der_get_array(&seq, permanent.legacy_public, sizeof permanent.legacy_public);
	kc_der_get_array(&seq, permanent.nonce, sizeof permanent.nonce);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	if (kind == 0)
		return KC_ERR(DECODE);
	permanent.kind = (enum kc_peer_kind)kind;
	*ret = permanent;
	return KC_OK;
}

kc_err kc_permanent_id(struct kc_bytes body, struct kc_peer_id *ret)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/peer");
	kc_der_put_bytes(&label.w, body);
	return kc_label_hash(&label, ret->bytes);
}

kc_err kc_permanent_open(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_permanent *ret, struct kc_peer_id *ret_id)
{
	struct kc_permanent permanent;
	struct kc_record parsed;
	struct kc_peer_id id;
	uint8_t legacy_id[32];

	KC_TRY(kc_record_parse(record, KC_RECORD_PERMANENT, &parsed));
	KC_TRY(kc_permanent_parse_body(parsed.body, &permanent));
	KC_TRY(check_keys(&permanent));
	KC_TRY(kc_permanent_id(parsed.body, &id));
	KC_TRY(kc_signature_key_id(KC_BYTES_OF(permanent.legacy_public), legacy_id));
	KC_TRY(kc_record_verify(&parsed, account, 0, KC_SIGNATURE_P384,
		KC_BYTES_OF(permanent.sign_public), id.bytes));
	KC_TRY(kc_record_verify(&parsed, account, 1, KC_SIGNATURE_P256,
		KC_BYTES_OF(permanent.legacy_public), legacy_id));
	*ret = permanent;
	*ret_id = id;
	return KC_OK;
}

kc_err kc_permanent_verify(const struct kc_permanent *permanent, const struct kc_peer_id *id,
	struct kc_bytes record, enum kc_record_type type, const struct kc_account_id *account)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, type, &parsed));
	return kc_record_verify(&parsed, account, 0, KC_SIGNATURE_P384,
		KC_BYTES_OF(permanent->sign_public), id->bytes);
}
