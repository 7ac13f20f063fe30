/* SPDX-License-Identifier: ISC */
/* RetireBody of doc/keycircle.asn1. */
#include "backend/circle/record/retire.h"

#include "backend/circle/record/list.h"

static kc_err put_body(const struct kc_retire *retire, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(retire->peer.bytes));
	kc_der_put_uint(&w, retire->seq);
	kc_der_put_uint(&w, retire->time_ms);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_retire_build(const struct kc_retire *retire, const struct kc_account_id *account,
	const struct kc_identity *identity, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(identity);
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(put_body(retire, &body));
	return kc_record_build(KC_RECORD_RETIRE, account, kc_buf_bytes(&body), &signer, 1, ret);
}

kc_err kc_retire_parse(struct kc_bytes record, struct kc_retire *ret)
{
	struct kc_record parsed;
	struct kc_retire retire;
	struct kc_der_reader r, seq;
	kc_err extensions;

	KC_TRY(kc_record_parse(record, KC_RECORD_RETIRE, &parsed));
	kc_der_reader_init(&r, parsed.body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, retire.peer.bytes, sizeof retire.peer.bytes);
	retire.seq = kc_der_get_uint(&seq);
	retire.time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	*ret = retire;
	return KC_OK;
}

kc_err kc_retire_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_retire *retire, const struct kc_permanent *peer)
{
	return kc_permanent_verify(peer, &retire->peer, record, KC_RECORD_RETIRE, account);
}
