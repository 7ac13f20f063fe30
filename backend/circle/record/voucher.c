/* SPDX-License-Identifier: ISC */
/* VoucherBody of doc/keycircle.asn1. */
#include "backend/circle/record/voucher.h"

#include <string.h>

#include "backend/circle/record/list.h"

static kc_err put_body(const struct kc_voucher *voucher, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(voucher->sponsor.bytes));
	kc_der_put_uint(&w, voucher->sponsor_seq);
	kc_der_put_bytes(&w, KC_BYTES_OF(voucher->beneficiary.bytes));
	kc_der_put_uint(&w, voucher->reason);
	kc_der_put_bytes(&w, KC_BYTES_OF(voucher->transcript));
	kc_der_put_uint(&w, voucher->time_ms);
	kc_der_put_uint(&w, voucher->not_after_ms);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_voucher_build(const struct kc_voucher *voucher, const struct kc_account_id *account,
	const struct kc_identity *sponsor, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(sponsor);
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;

	KC_TRY(put_body(voucher, &body));
	return kc_record_build(KC_RECORD_VOUCHER, account, kc_buf_bytes(&body), &signer, 1, ret);
}

kc_err kc_voucher_parse(struct kc_bytes record, struct kc_voucher *ret)
{
	struct kc_record parsed;
	struct kc_voucher voucher;
	struct kc_der_reader r, seq;
	uint64_t reason;
	kc_err extensions;

	KC_TRY(kc_record_parse(record, KC_RECORD_VOUCHER, &parsed));
	kc_der_reader_init(&r, parsed.body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, voucher.sponsor.bytes, sizeof voucher.sponsor.bytes);
	voucher.sponsor_seq = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, voucher.beneficiary.bytes, sizeof voucher.beneficiary.bytes);
	reason = kc_der_get_uint_max(&seq, KC_VOUCHER_UPGRADE);
	kc_der_get_array(&seq, voucher.transcript, sizeof voucher.transcript);
	voucher.time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	voucher.not_after_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	if (reason == 0 || voucher.not_after_ms < voucher.time_ms)
		return KC_ERR(DECODE);
	voucher.reason = (enum kc_voucher_reason)reason;
	*ret = voucher;
	return KC_OK;
}

kc_err kc_voucher_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_voucher *voucher, const struct kc_permanent *sponsor)
{
	return kc_permanent_verify(sponsor, &voucher->sponsor, record, KC_RECORD_VOUCHER, account);
}
