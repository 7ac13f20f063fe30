/* SPDX-License-Identifier: ISC */
/* Genesis, marker, shared keys and tags. */
#include "backend/circle/record/account.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "backend/circle/record/permanent.h"
#include "crypto/mac.h"
#include "base/random.h"

#define FORMAT "keycircle-store"
#define VERSION 1
#define GENESIS_RANDOM_LEN 32

static kc_err hash_genesis(struct kc_bytes genesis, struct kc_account_id *ret)
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/account");
	kc_der_put_bytes(&label.w, genesis);
	return kc_label_hash(&label, ret->bytes);
}

kc_err kc_account_begin(struct kc_bytes first_permanent_body, uint64_t time_ms,
	struct kc_buf *ret_genesis, struct kc_account_id *ret_id)
{
	uint8_t random[GENESIS_RANDOM_LEN];
	struct kc_der_writer w;

	kc_random_fill(random, sizeof random);
	kc_der_writer_init(&w, ret_genesis);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(random));
	kc_der_put_uint(&w, time_ms);
	kc_der_put_bytes(&w, first_permanent_body);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return hash_genesis(kc_buf_bytes(ret_genesis), ret_id);
}

kc_err kc_account_check_genesis(
	struct kc_bytes genesis, const struct kc_account_id *account, struct kc_genesis *ret)
{
	uint8_t random[GENESIS_RANDOM_LEN];
	struct kc_der_reader r, seq;
	struct kc_account_id id;
	struct kc_genesis parts;
	struct kc_bytes body;

	kc_der_reader_init(&r, genesis);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, random, sizeof random);
	parts.time_ms = kc_der_get_uint(&seq);
	body = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(hash_genesis(genesis, &id));
	if (memcmp(&id, account, sizeof id) != 0)
		return KC_ERR(VERIFY);
	KC_TRY(kc_permanent_id(body, &parts.first));
	*ret = parts;
	return KC_OK;
}

const char *kc_layout_name(enum kc_layout layout)
{
	return layout == KC_LAYOUT_RECORDS ? "record" : "key-value";
}

kc_err kc_account_put_marker(
	const struct kc_account_id *account, enum kc_layout layout, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, FORMAT);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, KC_BYTES_OF(account->bytes));
	kc_der_put_uint(&w, layout);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_account_parse_marker(
	struct kc_bytes marker, struct kc_account_id *ret, enum kc_layout *ret_layout)
{
	struct kc_der_reader r, seq;
	struct kc_account_id account;
	uint64_t layout;

	kc_der_reader_init(&r, marker);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (!kc_bytes_equal(kc_der_get_utf8(&seq), kc_bytes_str(FORMAT)) ||
		kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, account.bytes, sizeof account.bytes);
	layout = kc_der_get_uint_max(&seq, KC_LAYOUT_RECORDS);
	if (layout < KC_LAYOUT_LOGS)
		kc_der_reader_fail(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	*ret = account;
	*ret_layout = (enum kc_layout)layout;
	return KC_OK;
}

/* --- the shared keys ----------------------------------------------------------------------------
 */

const struct kc_account_keys *kc_account_keys_get(const struct kc_secret *keys)
{
	return (const struct kc_account_keys *)(const void *)keys->data;
}

kc_err kc_account_keys_make(struct kc_secret *ret)
{
	struct kc_account_keys *keys;

	KC_TRY(kc_secret_random(ret, sizeof *keys));
	keys = (struct kc_account_keys *)(void *)ret->data;
	keys->epoch = 1;
	memcpy(keys->newest, keys->first, sizeof keys->newest);
	return KC_OK;
}

kc_err kc_account_keys_parse(struct kc_bytes bytes, struct kc_secret *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_der_reader r, seq;
	struct kc_account_keys *keys;

	KC_TRY(kc_secret_alloc(&secret, sizeof *keys));
	keys = (struct kc_account_keys *)(void *)secret.data;
	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, keys->first, sizeof keys->first);
	kc_der_get_array(&seq, keys->tag, sizeof keys->tag);
	keys->epoch = kc_der_get_uint_max(&seq, UINT32_MAX);
	kc_der_get_array(&seq, keys->newest, sizeof keys->newest);
	if (keys->epoch == 0)
		kc_der_reader_fail(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	kc_secret_move(ret, &secret);
	return KC_OK;
}

kc_err kc_account_keys_put(const struct kc_secret *secret, struct kc_buf *ret)
{
	const struct kc_account_keys *keys = kc_account_keys_get(secret);
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(keys->first));
	kc_der_put_bytes(&w, KC_BYTES_OF(keys->tag));
	kc_der_put_uint(&w, keys->epoch);
	kc_der_put_bytes(&w, KC_BYTES_OF(keys->newest));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* --- tags ---------------------------------------------------------------------------------------
 */

static kc_err tag(
	const struct kc_account_keys *keys, struct kc_label *label, uint8_t ret[static KC_TAG_LEN])
{
	KC_CLEANUP_MAC struct kc_mac *mac = NULL;
	uint8_t digest[KC_MAC_LEN];
	struct kc_bytes input;

	KC_TRY(kc_label_end(label, &input));
	KC_TRY(kc_mac_new(KC_BYTES_OF(keys->tag), &mac));
	kc_mac_compute(mac, input, digest);
	memcpy(ret, digest, KC_TAG_LEN);
	return KC_OK;
}

kc_err kc_account_tag(const struct kc_account_keys *keys, const struct kc_account_id *account,
	uint8_t ret[static KC_TAG_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/account-tag");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	return tag(keys, &label, ret);
}

kc_err kc_account_view_tag(const struct kc_account_keys *keys, const struct kc_account_id *account,
	unsigned view, uint8_t ret[static KC_TAG_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/view");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	kc_der_put_uint(&label.w, view);
	return tag(keys, &label, ret);
}

kc_err kc_account_live_slot(const struct kc_account_keys *keys, const struct kc_account_id *account,
	const struct kc_peer_id *from, const struct kc_peer_id *to, uint64_t day,
	uint8_t ret[static KC_TAG_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label;

	kc_label_init(&label, "kc1/live-slot");
	kc_der_put_bytes(&label.w, KC_BYTES_OF(account->bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(from->bytes));
	kc_der_put_bytes(&label.w, KC_BYTES_OF(to->bytes));
	kc_der_put_uint(&label.w, day);
	return tag(keys, &label, ret);
}
