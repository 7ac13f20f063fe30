/* SPDX-License-Identifier: ISC */
/* Signing and sealing with somebody else's keys. */
#include "tests/evilstore/accomplice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/evil.h"

void accomplice_recall(struct kc_keychain *keychain, struct kc_circle **ret)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_keychain_sync_recall(keychain, &place, ret));
}

/* A key that ends with a peer. */
static kc_err make_key(const char *prefix, const uint8_t *bytes, size_t len, struct kc_buf *ret)
{
	kc_buf_push_str(ret, prefix);
	kc_op_put_hex(ret, kc_bytes(bytes, len));
	return kc_buf_check(ret);
}

kc_err accomplice_put(
	struct kc_circle *circle, struct kc_cloud *cloud, const char *key, struct kc_bytes record)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_place_in_store place = {&circle->account, &writer, kc_bytes_str(key)};
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;

	KC_TRY(kc_circle_seal(circle, &place, record, &sealed));
	return evil_put(cloud, &writer, key, kc_buf_bytes(&sealed));
}

kc_err accomplice_list(struct kc_circle *circle, struct kc_cloud *cloud,
	accomplice_list_change change, const void *context)
{
	const struct kc_member *self = kc_circle_self(circle);
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	if (!list)
		return KC_ERR(NO_MEMORY);
	*list = *self->list;
	list->seq++;
	list->has_prev = true;
	list->prev = self->list_id;
	change(list, context);
	KC_TRY(kc_list_build(list, &circle->account, &circle->identity, &record));
	return accomplice_put(circle, cloud, "p", kc_buf_bytes(&record));
}

kc_err accomplice_voucher(
	struct kc_circle *circle, struct kc_cloud *cloud, const struct kc_voucher *voucher)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, key = KC_BUF_INIT;
	struct kc_writer_id peer = kc_circle_writer(&voucher->beneficiary);

	KC_TRY(kc_voucher_build(voucher, &circle->account, &circle->identity, &record));
	KC_TRY(make_key("v/", peer.bytes, sizeof peer.bytes, &key));
	return accomplice_put(circle, cloud, kc_buf_text(&key), kc_buf_bytes(&record));
}

kc_err accomplice_epoch(struct kc_circle *circle, struct kc_cloud *cloud,
	const struct kc_epoch *epoch, const struct kc_secret *key, const struct kc_secret *prev_key)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, where = KC_BUF_INIT;

	KC_TRY(kc_epoch_build(epoch, &circle->account, &circle->identity, key, prev_key, &record));
	KC_TRY(make_key("e/", epoch->name.kid, sizeof epoch->name.kid, &where));
	return accomplice_put(circle, cloud, kc_buf_text(&where), kc_buf_bytes(&record));
}

kc_err accomplice_shares(struct kc_circle *circle, struct kc_cloud *cloud,
	const struct kc_shares *shares, const struct kc_permanent *receiver,
	const struct kc_secret *const *keys)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, key = KC_BUF_INIT;
	struct kc_writer_id peer = kc_circle_writer(&shares->receiver);

	KC_TRY(kc_shares_build(
		shares, &circle->account, &circle->identity, receiver, keys, &record));
	KC_TRY(make_key("s/", peer.bytes, sizeof peer.bytes, &key));
	return accomplice_put(circle, cloud, kc_buf_text(&key), kc_buf_bytes(&record));
}

/* --- items --------------------------------------------------------------------------------------
 */

static kc_err class_key(
	const struct kc_circle *circle, const struct kc_item_header *header, struct kc_secret *ret)
{
	const struct kc_held_epoch *held = kc_circle_find_epoch(circle, header->kid);

	if (!held)
		return KC_ERR(NOT_FOUND);
	return kc_circle_epoch_key(circle, held,
		header->class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C, ret);
}

kc_err accomplice_item(struct kc_circle *circle, struct kc_bytes record,
	accomplice_item_change change, const void *context, struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT, key_after = KC_SECRET_INIT;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	struct kc_item_header header;

	KC_TRY(kc_item_record_peek(record, &header));
	KC_TRY(class_key(circle, &header, &key));
	KC_TRY(kc_item_record_open(record, kc_view_key_siv(&key), &body));
	change(&header, &body, context);
	KC_TRY(class_key(circle, &header, &key_after));
	return kc_item_record_seal(&header, kc_view_key_siv(&key_after), &body, ret);
}

kc_err accomplice_put_item(struct kc_circle *circle, struct kc_cloud *cloud, struct kc_bytes record)
{
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	struct kc_item_header header;

	KC_TRY(kc_item_record_peek(record, &header));
	KC_TRY(make_key("i/", header.name, sizeof header.name, &key));
	return evil_put(cloud, &writer, kc_buf_text(&key), record);
}
