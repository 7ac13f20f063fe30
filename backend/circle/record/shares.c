/* SPDX-License-Identifier: ISC */
/* SharesBody of doc/keycircle.asn1: ECIES on P-384 with HKDF-SHA384 and AES-256-SIV. */
#include "backend/circle/record/shares.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "crypto/agree.h"

static kc_err key_hash(const uint8_t public_key[static KC_P384_PUBLIC_LEN], uint8_t ret[static 32])
{
	return kc_signature_key_id(kc_bytes(public_key, KC_P384_PUBLIC_LEN), ret);
}

/* All that a box is bound to, as associated data and in the derivation of its key. */
static void put_header(struct kc_der_writer *w, const struct kc_shares *shares)
{
	kc_der_put_bytes(w, KC_BYTES_OF(shares->author.bytes));
	kc_der_put_uint(w, shares->author_seq);
	kc_der_put_bytes(w, KC_BYTES_OF(shares->receiver.bytes));
	kc_der_put_bytes(w, KC_BYTES_OF(shares->receiver_key));
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < shares->count; i++)
		kc_view_key_name_put(w, &shares->names[i]);
	kc_der_end(w);
	kc_der_put_bytes(w, KC_BYTES_OF(shares->ephemeral));
}

static kc_err box_ad(struct kc_label *label, const struct kc_shares *shares,
	const struct kc_account_id *account, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/share");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(account->bytes));
	put_header(&label->w, shares);
	return kc_label_end(label, ret);
}

/* HKDF-SHA384(Z, E ‖ R, L("kc1/share-key", account, header)). */
static kc_err box_key(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_pk *own, const uint8_t peer[static KC_P384_PUBLIC_LEN],
	const uint8_t receiver[static KC_P384_PUBLIC_LEN], struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret z = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t salt[2 * KC_P384_PUBLIC_LEN];

	KC_TRY(kc_pk_store_private(own, &stored));
	KC_TRY(kc_agree_compute(kc_secret_bytes(&stored), kc_bytes(peer, KC_P384_PUBLIC_LEN), &z));
	memcpy(salt, shares->ephemeral, KC_P384_PUBLIC_LEN);
	memcpy(salt + KC_P384_PUBLIC_LEN, receiver, KC_P384_PUBLIC_LEN);
	kc_label_init(&label, "kc1/share-key");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	put_header(&label.w, shares);
	KC_TRY(kc_secret_alloc(ret, KC_SIV_KEY_LEN));
	return kc_label_derive(&label, kc_secret_bytes(&z), KC_BYTES_OF(salt), ret->data, ret->len);
}

static kc_err seal_box(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_secret *key, const struct kc_secret *const *keys, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_der_writer w;
	struct kc_bytes ad;

	kc_der_writer_init(&w, &plain);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < shares->count; i++)
		kc_der_put_bytes(&w, kc_secret_bytes(keys[i]));
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(box_ad(&label, shares, account, &ad));
	return kc_aead_siv_seal(kc_view_key_siv(key), ad, kc_buf_bytes(&plain), ret);
}

kc_err kc_shares_build(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_identity *author, const struct kc_permanent *receiver,
	const struct kc_secret *const *keys, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(author);
	struct kc_shares made = *shares;
	KC_CLEANUP_PK struct kc_pk *ephemeral = NULL;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_pk_generate(KC_KEY_EC, 384, &ephemeral));
	KC_TRY(kc_pk_store_public(ephemeral, &stored));
	memcpy(made.ephemeral, stored.data, sizeof made.ephemeral);
	KC_TRY(key_hash(receiver->agree_public, made.receiver_key));
	KC_TRY(box_key(
		&made, account, ephemeral, receiver->agree_public, receiver->agree_public, &key));
	KC_TRY(seal_box(&made, account, &key, keys, &box));
	kc_der_writer_init(&w, &body);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	put_header(&w, &made);
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_extensions_put(&w);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_record_build(KC_RECORD_SHARES, account, kc_buf_bytes(&body), &signer, 1, ret);
}

static void pull_names(struct kc_der_reader *r, struct kc_shares *shares)
{
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && shares->count < KC_SHARES_MAX_KEYS) {
		struct kc_view_key_name *row = &shares->names[shares->count++];

		kc_view_key_name_pull(&rows, row);
		if (shares->count > 1 && kc_view_key_name_compare(&row[-1], row) >= 0)
			kc_der_reader_fail(&rows);
	}
	kc_der_leave(r, &rows);
}

kc_err kc_shares_parse(struct kc_bytes record, struct kc_shares *ret)
{
	struct kc_record parsed;
	struct kc_der_reader r, seq;
	kc_err extensions;

	KC_TRY(kc_record_parse(record, KC_RECORD_SHARES, &parsed));
	memset(ret, 0, sizeof *ret);
	kc_der_reader_init(&r, parsed.body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->author.bytes, sizeof ret->author.bytes);
	ret->author_seq = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->receiver.bytes, sizeof ret->receiver.bytes);
	kc_der_get_array(&seq, ret->receiver_key, sizeof ret->receiver_key);
	pull_names(&seq, ret);
	kc_der_get_array(&seq, ret->ephemeral, sizeof ret->ephemeral);
	ret->box = kc_der_get_bytes(&seq);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	return kc_agree_check_public(KC_BYTES_OF(ret->ephemeral));
}

kc_err kc_shares_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_shares *shares, const struct kc_permanent *author)
{
	return kc_permanent_verify(author, &shares->author, record, KC_RECORD_SHARES, account);
}

/* Takes the keys out of the box, and sees that each is the one that its name commits to. */
static kc_err take_keys(const struct kc_shares *shares, const struct kc_account_id *account,
	struct kc_bytes plain, struct kc_secret *ret_keys)
{
	struct kc_der_reader r, seq;
	bool forged = false;

	kc_der_reader_init(&r, plain);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	for (size_t i = 0; i < shares->count; i++) {
		const struct kc_view_key_name *name = &shares->names[i];
		struct kc_bytes key = kc_der_get_bytes(&seq);
		uint8_t kid[KC_KID_LEN];

		if (key.len != KC_VIEW_KEY_LEN)
			return KC_ERR(CORRUPT);
		KC_TRY(kc_secret_set(&ret_keys[i], key));
		KC_TRY(kc_view_key_id(account, name->view, name->epoch, &ret_keys[i], kid));
		if (memcmp(kid, name->kid, sizeof kid) != 0) {
			kc_secret_done(&ret_keys[i]);
			forged = true;
		}
	}
	kc_der_leave(&r, &seq);
	if (kc_der_reader_finish(&r) != KC_OK)
		return KC_ERR(CORRUPT);
	return forged ? KC_ERR(VERIFY) : KC_OK;
}

kc_err kc_shares_open(const struct kc_shares *shares, const struct kc_account_id *account,
	const struct kc_identity *receiver, struct kc_secret ret_keys[static KC_SHARES_MAX_KEYS])
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t own_key[32];
	struct kc_bytes ad;

	KC_TRY(key_hash(receiver->permanent.agree_public, own_key));
	if (!kc_peer_id_equal(&shares->receiver, &receiver->id) ||
		memcmp(own_key, shares->receiver_key, sizeof own_key) != 0)
		return KC_ERR(CORRUPT);
	KC_TRY(box_key(shares, account, receiver->agree, shares->ephemeral,
		receiver->permanent.agree_public, &key));
	KC_TRY(box_ad(&label, shares, account, &ad));
	KC_TRY(kc_aead_siv_open_secret(kc_view_key_siv(&key), ad, shares->box, &plain));
	return take_keys(shares, account, kc_secret_bytes(&plain), ret_keys);
}
