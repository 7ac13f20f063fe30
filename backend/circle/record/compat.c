/* SPDX-License-Identifier: ISC */
/* CircleBody of doc/keycircle.asn1. */
#include "backend/circle/record/compat.h"

#include <string.h>

/* --- writing ------------------------------------------------------------------------------------
 */

static void put_members(struct kc_der_writer *w, const struct kc_compat *compat)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < compat->member_count; i++) {
		const struct kc_compat_member *m = &compat->members[i];

		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(m->peer.bytes));
		kc_der_put_bytes(w, KC_BYTES_OF(m->key));
		kc_der_put_bytes(w, KC_BYTES_OF(m->permanent.bytes));
		kc_der_end(w);
	}
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < compat->retired_count; i++)
		kc_der_put_bytes(w, KC_BYTES_OF(compat->retired[i].bytes));
	kc_der_end(w);
}

static kc_err put_body(const struct kc_compat *compat, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, compat->generation);
	kc_der_put_bytes(&w, kc_bytes(compat->prev.bytes, compat->has_prev ? 32 : 0));
	kc_der_put_uint(&w, compat->time_ms);
	put_members(&w, compat);
	kc_der_put_bytes(&w, KC_BYTES_OF(compat->user));
	kc_der_put_uint(&w, compat->account_key_seq);
	kc_der_put_bytes(&w, KC_BYTES_OF(compat->lists));
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_compat_signer(const struct kc_pk *key, struct kc_signer *ret)
{
	KC_CLEANUP_BUF struct kc_buf public_key = KC_BUF_INIT;

	KC_TRY(kc_pk_store_public(key, &public_key));
	ret->key = key;
	ret->kind = KC_SIGNATURE_P256;
	return kc_signature_key_id(kc_buf_bytes(&public_key), ret->id);
}

kc_err kc_compat_build(const struct kc_compat *compat, const struct kc_account_id *account,
	const struct kc_pk *member, const struct kc_pk *user, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	struct kc_signer signers[2];

	KC_TRY(kc_compat_signer(member, &signers[0]));
	KC_TRY(kc_compat_signer(user, &signers[1]));
	KC_TRY(put_body(compat, &body));
	return kc_record_build(KC_RECORD_CIRCLE, account, kc_buf_bytes(&body), signers, 2, ret);
}

kc_err kc_compat_countersign(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_pk *member, const struct kc_pk *user, struct kc_buf *ret)
{
	struct kc_signer signers[2];
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_CIRCLE, &parsed));
	if (parsed.signature_count < 2)
		return KC_ERR(DECODE);
	KC_TRY(kc_compat_signer(member, &signers[0]));
	if (user)
		KC_TRY(kc_compat_signer(user, &signers[1]));
	parsed.signature_count = 2;
	return kc_record_sign_again(&parsed, account, signers, user ? 2 : 1, ret);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void pull_members(struct kc_der_reader *r, struct kc_compat *compat)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && compat->member_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_compat_member *row = &compat->members[compat->member_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, row->peer.bytes, sizeof row->peer.bytes);
		kc_der_get_array(&one, row->key, sizeof row->key);
		kc_der_get_array(&one, row->permanent.bytes, sizeof row->permanent.bytes);
		kc_der_leave(&rows, &one);
		if (compat->member_count > 1 && kc_peer_id_compare(&row[-1].peer, &row->peer) >= 0)
			kc_der_reader_fail(&rows);
	}
	kc_der_leave(r, &rows);
}

static void pull_retired(struct kc_der_reader *r, struct kc_compat *compat)
{
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && compat->retired_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_peer_id *row = &compat->retired[compat->retired_count++];

		kc_der_get_array(&rows, row->bytes, sizeof row->bytes);
		if (compat->retired_count > 1 && kc_peer_id_compare(&row[-1], row) >= 0)
			kc_der_reader_fail(&rows);
	}
	kc_der_leave(r, &rows);
}

static kc_err parse_body(struct kc_bytes body, struct kc_compat *ret)
{
	struct kc_der_reader r, seq;
	kc_err extensions;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	ret->generation = kc_der_get_uint(&seq);
	ret->has_prev = kc_record_get_optional32(&seq, ret->prev.bytes);
	ret->time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	pull_members(&seq, ret);
	pull_retired(&seq, ret);
	kc_der_get_array(&seq, ret->user, sizeof ret->user);
	ret->account_key_seq = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->lists, sizeof ret->lists);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	if (ret->generation == 0 || ret->account_key_seq == 0 ||
		(ret->generation == 1) == ret->has_prev)
		return KC_ERR(DECODE);
	return KC_OK;
}

kc_err kc_compat_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_compat *ret, struct kc_record_id *ret_id)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_CIRCLE, &parsed));
	memset(ret, 0, sizeof *ret);
	KC_TRY(parse_body(parsed.body, ret));
	return kc_record_identity(&parsed, account, ret_id);
}

kc_err kc_compat_count_signatures(struct kc_bytes record, size_t *ret)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_CIRCLE, &parsed));
	*ret = parsed.signature_count;
	return KC_OK;
}

kc_err kc_compat_check(struct kc_bytes record, const struct kc_account_id *account, size_t index,
	const uint8_t key[static KC_P256_PUBLIC_LEN])
{
	struct kc_bytes public_key = kc_bytes(key, KC_P256_PUBLIC_LEN);
	struct kc_record parsed;
	uint8_t id[32];

	KC_TRY(kc_record_parse(record, KC_RECORD_CIRCLE, &parsed));
	KC_TRY(kc_signature_key_id(public_key, id));
	return kc_record_verify(&parsed, account, index, KC_SIGNATURE_P256, public_key, id);
}

const struct kc_compat_member *kc_compat_find(
	const struct kc_compat *compat, const struct kc_peer_id *peer)
{
	for (size_t i = 0; i < compat->member_count; i++)
		if (kc_peer_id_equal(&compat->members[i].peer, peer))
			return &compat->members[i];
	return NULL;
}

bool kc_compat_has_retired(const struct kc_compat *compat, const struct kc_peer_id *peer)
{
	return kc_peer_id_is_among(compat->retired, compat->retired_count, peer);
}
