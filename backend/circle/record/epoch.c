/* SPDX-License-Identifier: ISC */
/* EpochBody of doc/keycircle.asn1. */
#include "backend/circle/record/epoch.h"

#include <string.h>

#include "backend/circle/record/label.h"

static kc_err link_ad(struct kc_label *label, const struct kc_epoch *epoch,
	const struct kc_account_id *account, struct kc_bytes *ret)
{
	kc_label_init(label, "kc1/link");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(account->bytes));
	kc_view_key_name_put(&label->w, &epoch->name);
	kc_der_put_bytes(&label->w, KC_BYTES_OF(epoch->prev_kid));
	return kc_label_end(label, ret);
}

static kc_err seal_link(const struct kc_epoch *epoch, const struct kc_account_id *account,
	const struct kc_secret *key, const struct kc_secret *prev_key, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret link = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(kc_view_key_derive(account, &epoch->name, key, KC_VIEW_KEY_LINK, &link));
	KC_TRY(link_ad(&label, epoch, account, &ad));
	return kc_aead_siv_seal(kc_view_key_siv(&link), ad, kc_secret_bytes(prev_key), ret);
}

static void put_peers(struct kc_der_writer *w, const struct kc_peer_id *peers, size_t count)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < count; i++)
		kc_der_put_bytes(w, KC_BYTES_OF(peers[i].bytes));
	kc_der_end(w);
}

static kc_err put_body(const struct kc_epoch *epoch, struct kc_bytes link, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(epoch->author.bytes));
	kc_view_key_name_put(&w, &epoch->name);
	kc_der_put_bytes(&w, kc_bytes(epoch->prev_kid, epoch->has_prev ? KC_KID_LEN : 0));
	kc_der_put_bytes(&w, link);
	put_peers(&w, epoch->recipients, epoch->recipient_count);
	put_peers(&w, epoch->out, epoch->out_count);
	kc_vector_put(&w, &epoch->reasons);
	kc_vector_put(&w, &epoch->closing);
	kc_vector_put(&w, &epoch->cuts);
	kc_der_put_uint(&w, epoch->reason);
	kc_der_put_uint(&w, epoch->time_ms);
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_epoch_build(const struct kc_epoch *epoch, const struct kc_account_id *account,
	const struct kc_identity *author, const struct kc_secret *key,
	const struct kc_secret *prev_key, struct kc_buf *ret)
{
	struct kc_signer signer = kc_identity_signer(author);
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf link = KC_BUF_INIT;

	if (prev_key->len)
		KC_TRY(seal_link(epoch, account, key, prev_key, &link));
	else
		kc_buf_push(&link, epoch->link.data, epoch->link.len);
	KC_TRY(put_body(epoch, kc_buf_bytes(&link), &body));
	return kc_record_build(KC_RECORD_EPOCH, account, kc_buf_bytes(&body), &signer, 1, ret);
}

static void pull_peers(struct kc_der_reader *r, struct kc_peer_id ret[static KC_CIRCLE_MAX_PEERS],
	size_t *ret_count)
{
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && *ret_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_peer_id *row = &ret[(*ret_count)++];

		kc_der_get_array(&rows, row->bytes, sizeof row->bytes);
		if (*ret_count > 1 && kc_peer_id_compare(row - 1, row) >= 0)
			kc_der_reader_fail(&rows);
	}
	kc_der_leave(r, &rows);
}

static kc_err parse_body(struct kc_bytes body, struct kc_epoch *epoch)
{
	struct kc_der_reader r, seq;
	struct kc_bytes prev;
	uint64_t reason;
	kc_err extensions;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, epoch->author.bytes, sizeof epoch->author.bytes);
	kc_view_key_name_pull(&seq, &epoch->name);
	prev = kc_der_get_bytes(&seq);
	epoch->link = kc_der_get_bytes(&seq);
	pull_peers(&seq, epoch->recipients, &epoch->recipient_count);
	pull_peers(&seq, epoch->out, &epoch->out_count);
	kc_vector_pull(&seq, &epoch->reasons);
	kc_vector_pull(&seq, &epoch->closing);
	kc_vector_pull(&seq, &epoch->cuts);
	reason = kc_der_get_uint_max(&seq, KC_EPOCH_RETOLD);
	epoch->time_ms = kc_der_get_uint_max(&seq, KC_MAX_TIME - 1);
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(extensions);
	epoch->has_prev = prev.len == KC_KID_LEN;
	if (reason == 0 || (prev.len != 0 && prev.len != KC_KID_LEN) ||
		epoch->has_prev != (epoch->name.epoch > 1) ||
		epoch->link.len != (epoch->has_prev ? KC_VIEW_KEY_LEN + KC_SIV_TAG_LEN : 0))
		return KC_ERR(DECODE);
	if (epoch->has_prev)
		memcpy(epoch->prev_kid, prev.data, prev.len);
	epoch->reason = (enum kc_epoch_reason)reason;
	return KC_OK;
}

kc_err kc_epoch_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_epoch *ret, struct kc_record_id *ret_id)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(record, KC_RECORD_EPOCH, &parsed));
	memset(ret, 0, sizeof *ret);
	KC_TRY(parse_body(parsed.body, ret));
	return kc_record_identity(&parsed, account, ret_id);
}

kc_err kc_epoch_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_epoch *epoch, const struct kc_permanent *author)
{
	return kc_permanent_verify(author, &epoch->author, record, KC_RECORD_EPOCH, account);
}

kc_err kc_epoch_open_link(const struct kc_epoch *epoch, const struct kc_account_id *account,
	const struct kc_secret *key, struct kc_secret *ret_prev)
{
	KC_CLEANUP_SECRET struct kc_secret link = KC_SECRET_INIT;
	KC_CLEANUP_SECRET struct kc_secret opened = KC_SECRET_INIT;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	uint8_t kid[KC_KID_LEN];
	struct kc_bytes ad;

	if (!epoch->has_prev)
		return KC_ERR(NOT_FOUND);
	KC_TRY(kc_view_key_derive(account, &epoch->name, key, KC_VIEW_KEY_LINK, &link));
	KC_TRY(link_ad(&label, epoch, account, &ad));
	KC_TRY(kc_aead_siv_open_secret(kc_view_key_siv(&link), ad, epoch->link, &opened));
	KC_TRY(kc_view_key_id(account, epoch->name.view, epoch->name.epoch - 1, &opened, kid));
	if (memcmp(kid, epoch->prev_kid, sizeof kid) != 0)
		return KC_ERR(CORRUPT);
	kc_secret_move(ret_prev, &opened);
	return KC_OK;
}
