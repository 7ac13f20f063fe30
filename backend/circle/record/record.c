/* SPDX-License-Identifier: ISC */
/* Signed records: the envelope, its signatures, its identity. */
#include "backend/circle/record/record.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "crypto/low_s.h"

#define VERSION 1
#define EXTENSION_CRITICAL_BELOW 128
#define EXTENSION_MAX 65535

/* clang-format off */
static const struct kind {
	unsigned bits;
	size_t len;
	struct kc_sign_params params;
} kinds[] = {
	[KC_SIGNATURE_P384] = {384, 96, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA384}},
	[KC_SIGNATURE_P256] = {256, 64, {.scheme = KC_SIGN_ECDSA_RAW, .hash = KC_HASH_SHA256}},
};
/* clang-format on */

int kc_peer_id_compare(const struct kc_peer_id *a, const struct kc_peer_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool kc_peer_id_equal(const struct kc_peer_id *a, const struct kc_peer_id *b)
{
	return kc_peer_id_compare(a, b) == 0;
}

bool kc_peer_id_is_among(const struct kc_peer_id *ids, size_t count, const struct kc_peer_id *id)
{
	for (size_t i = 0; i < count; i++)
		if (kc_peer_id_equal(&ids[i], id))
			return true;
	return false;
}

bool kc_record_id_equal(const struct kc_record_id *a, const struct kc_record_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* --- signatures ---------------------------------------------------------------------------------
 */

kc_err kc_signature_key_id(struct kc_bytes public_key, uint8_t ret[static 32])
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/key");
	kc_der_put_bytes(&label.w, public_key);
	return kc_label_hash(&label, ret);
}

kc_err kc_signature_make(const struct kc_signer *signer, struct kc_bytes input, struct kc_buf *ret)
{
	const struct kind *kind = &kinds[signer->kind];
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_pk_sign(signer->key, &kind->params, input, &value));
	if (value.len != kind->len)
		return KC_ERR(BUG);
	KC_TRY(kc_low_s_set(kind->bits, value.data));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(signer->id));
	kc_der_put_uint(&w, signer->kind);
	kc_der_put_bytes(&w, kc_buf_bytes(&value));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

void kc_signature_pull(struct kc_der_reader *r, struct kc_signature *ret)
{
	struct kc_der_reader raw, seq;
	uint64_t kind;

	ret->raw = kc_der_get_raw(r);
	kc_der_reader_init(&raw, ret->raw);
	kc_der_enter(&raw, KC_DER_SEQUENCE, &seq);
	ret->signer = kc_der_get_bytes(&seq);
	kind = kc_der_get_uint_max(&seq, KC_SIGNATURE_P256);
	ret->value = kc_der_get_bytes(&seq);
	kc_der_leave(&raw, &seq);
	ret->kind = kind == KC_SIGNATURE_P384 ? KC_SIGNATURE_P384 : KC_SIGNATURE_P256;
	if (kc_der_reader_finish(&raw) != KC_OK || kind == 0 || ret->signer.len != 32 ||
		ret->value.len != kinds[ret->kind].len)
		kc_der_reader_fail(r);
}

kc_err kc_signature_check(const struct kc_signature *signature, enum kc_signature_kind kind,
	struct kc_bytes public_key, struct kc_bytes input)
{
	KC_CLEANUP_PK struct kc_pk *pk = NULL;
	kc_err err;

	if (signature->kind != kind)
		return KC_ERR(VERIFY);
	KC_TRY(kc_low_s_check(kinds[kind].bits, signature->value));
	err = kc_pk_load(KC_KEY_EC, false, public_key, &pk);
	if (err != KC_OK)
		return err == KC_E_NO_MEMORY ? err : KC_ERR(VERIFY);
	if (kc_pk_bits(pk) != kinds[kind].bits)
		return KC_ERR(VERIFY);
	return kc_pk_verify(pk, &kinds[kind].params, input, signature->value);
}

/* --- records ------------------------------------------------------------------------------------
 */

/* L("kc1/sig", type, account, body, the signatures before this one). */
static kc_err signature_input(struct kc_label *label, enum kc_record_type type,
	const struct kc_account_id *account, struct kc_bytes body, const struct kc_bytes *before,
	size_t count, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/sig");
	kc_der_put_uint(&label->w, type);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(account->bytes));
	kc_der_put_bytes(&label->w, body);
	kc_der_begin(&label->w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < count; i++)
		kc_der_put_raw(&label->w, before[i]);
	kc_der_end(&label->w);
	return kc_label_end(label, ret);
}

/* The record, with the signatures that it has (before, count of them) and those of signers. */
static kc_err build(enum kc_record_type type, const struct kc_account_id *account,
	struct kc_bytes body, struct kc_bytes *before, size_t count,
	const struct kc_signer *signers, size_t signer_count, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct kc_der_writer w;

	/* Room for all first, so that the views of earlier signatures stay where they are. */
	kc_buf_extend(&made, KC_RECORD_MAX_SIGNATURES * 192);
	kc_buf_truncate(&made, 0);
	if (count + signer_count > KC_RECORD_MAX_SIGNATURES)
		return KC_ERR(BUG);
	for (size_t i = 0; i < signer_count; i++) {
		KC_CLEANUP_LABEL struct kc_label label;
		struct kc_bytes input;
		size_t start = made.len;

		KC_TRY(signature_input(&label, type, account, body, before, count, &input));
		KC_TRY(kc_signature_make(&signers[i], input, &made));
		before[count++] = kc_bytes(made.data + start, made.len - start);
	}
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_uint(&w, type);
	kc_der_put_bytes(&w, body);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < count; i++)
		kc_der_put_raw(&w, before[i]);
	kc_der_end(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_record_build(enum kc_record_type type, const struct kc_account_id *account,
	struct kc_bytes body, const struct kc_signer *signers, size_t count, struct kc_buf *ret)
{
	struct kc_bytes before[KC_RECORD_MAX_SIGNATURES];

	return build(type, account, body, before, 0, signers, count, ret);
}

kc_err kc_record_sign_again(const struct kc_record *record, const struct kc_account_id *account,
	const struct kc_signer *signers, size_t count, struct kc_buf *ret)
{
	struct kc_bytes before[KC_RECORD_MAX_SIGNATURES];

	for (size_t i = 0; i < record->signature_count; i++)
		before[i] = record->signatures[i].raw;
	return build(record->type, account, record->body, before, record->signature_count, signers,
		count, ret);
}

kc_err kc_record_parse(struct kc_bytes bytes, enum kc_record_type wanted, struct kc_record *ret)
{
	struct kc_der_reader r, seq, list;
	struct kc_record record = {.type = wanted};

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != VERSION || kc_der_get_uint(&seq) != wanted)
		kc_der_reader_fail(&seq);
	record.body = kc_der_get_bytes(&seq);
	if (record.body.len > KC_RECORD_MAX_BODY)
		kc_der_reader_fail(&seq);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &list);
	while (kc_der_more(&list) && record.signature_count < KC_RECORD_MAX_SIGNATURES)
		kc_signature_pull(&list, &record.signatures[record.signature_count++]);
	kc_der_leave(&seq, &list);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	*ret = record;
	return KC_OK;
}

kc_err kc_record_verify(const struct kc_record *record, const struct kc_account_id *account,
	size_t index, enum kc_signature_kind kind, struct kc_bytes public_key,
	const uint8_t id[static 32])
{
	struct kc_bytes before[KC_RECORD_MAX_SIGNATURES];
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes input;

	if (index >= record->signature_count ||
		!kc_bytes_equal(record->signatures[index].signer, kc_bytes(id, 32)))
		return KC_ERR(VERIFY);
	for (size_t i = 0; i < index; i++)
		before[i] = record->signatures[i].raw;
	KC_TRY(signature_input(&label, record->type, account, record->body, before, index, &input));
	return kc_signature_check(&record->signatures[index], kind, public_key, input);
}

kc_err kc_record_identity(const struct kc_record *record, const struct kc_account_id *account,
	struct kc_record_id *ret)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/record");
	kc_der_put_uint(&label.w, record->type);
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	kc_der_put_bytes(&label.w, record->body);
	return kc_label_hash(&label, ret->bytes);
}

/* --- parts of bodies ----------------------------------------------------------------------------
 */

void kc_extensions_put(struct kc_der_writer *w)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_end(w);
}

kc_err kc_extensions_pull(struct kc_der_reader *r)
{
	struct kc_der_reader list, one;
	uint64_t number, least = 0;
	bool unknown = false;

	kc_der_enter(r, KC_DER_SEQUENCE, &list);
	while (kc_der_more(&list)) {
		kc_der_enter(&list, KC_DER_SEQUENCE, &one);
		number = kc_der_get_uint_max(&one, EXTENSION_MAX);
		(void)kc_der_get_bytes(&one);
		kc_der_leave(&list, &one);
		if (number < least)
			kc_der_reader_fail(&list);
		least = number + 1;
		unknown |= number < EXTENSION_CRITICAL_BELOW;
	}
	kc_der_leave(r, &list);
	KC_TRY(kc_der_reader_check(r));
	return unknown ? KC_ERR(NEWER) : KC_OK;
}

bool kc_record_get_optional32(struct kc_der_reader *r, uint8_t ret[static 32])
{
	struct kc_bytes bytes = kc_der_get_bytes(r);

	memset(ret, 0, 32);
	if (bytes.len != 0 && bytes.len != 32)
		kc_der_reader_fail(r);
	if (bytes.len == 32)
		memcpy(ret, bytes.data, 32);
	return bytes.len == 32;
}
