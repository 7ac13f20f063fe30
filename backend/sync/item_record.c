/* SPDX-License-Identifier: ISC */
/* ItemRecord and ItemBody of doc/keycircle.asn1. */
#include "backend/sync/item_record.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "crypto/hash.h"

#define VERSION 1
#define PAD_START 0x80
#define SMALLEST 256
#define BUCKETS_END 4096
#define WRAPPED_LEN (KC_SIV_KEY_LEN + KC_SIV_TAG_LEN)

void kc_item_body_done(struct kc_item_body *body)
{
	kc_item_done(&body->item);
	*body = (struct kc_item_body){0};
}

enum kc_item_class kc_item_class_of(enum kc_protection protection)
{
	return protection == KC_PROTECTION_AK ? KC_ITEM_CLASS_A : KC_ITEM_CLASS_C;
}

/* --- padding ------------------------------------------------------------------------------------
 */

static unsigned bits_of(size_t number)
{
	unsigned bits = 0;

	for (; number; number >>= 1)
		bits++;
	return bits;
}

/* Padmé (Nikitin et al., 2019): of a length of 2^e and more, all but the highest bits of e are
 * rounded away, which costs at most 12 % and tells O(log log n) bits. */
static size_t padme(size_t len)
{
	unsigned exponent = bits_of(len) - 1;
	unsigned low = exponent - bits_of(exponent);
	size_t mask = ((size_t)1 << low) - 1;

	return (len + mask) & ~mask;
}

size_t kc_item_record_padded(size_t len)
{
	size_t wanted = len + 1;

	for (size_t bucket = SMALLEST; bucket <= BUCKETS_END; bucket *= 2)
		if (wanted <= bucket)
			return bucket;
	return padme(wanted);
}

static kc_err pad(struct kc_buf *body, uint64_t at_least, uint64_t *ret_len)
{
	size_t padded = kc_item_record_padded(body->len);

	if (at_least <= KC_ITEM_RECORD_MAX && padded < at_least)
		padded = (size_t)at_least;
	if (padded > KC_ITEM_RECORD_MAX - 1024)
		return KC_ERR(TOO_LARGE);
	kc_buf_push_byte(body, PAD_START);
	if (padded > body->len)
		kc_buf_extend(body, padded - body->len);
	*ret_len = padded;
	return kc_buf_check(body);
}

/* The body without its padding; false when that is not as it is made. */
static bool unpad(struct kc_bytes *body)
{
	size_t len = body->len;

	while (len > 0 && body->data[len - 1] == 0)
		len--;
	if (len == 0 || body->data[len - 1] != PAD_START)
		return false;
	body->len = len - 1;
	return true;
}

/* --- the body -----------------------------------------------------------------------------------
 */

/* What other devices get of the attributes: those that the ruler lets travel. */
static kc_err pick_travelling(kc_name class, const struct kc_attrs *attrs, struct kc_attrs *ret)
{
	for (size_t i = 0; i < attrs->count; i++) {
		const struct kc_ruler_row *row = kc_ruler_find(class, attrs->rows[i].name);

		if (row && row->synced)
			kc_attrs_set(ret, attrs->rows[i].name, &attrs->rows[i].value);
	}
	return kc_attrs_check(ret);
}

static kc_err put_item(struct kc_der_writer *w, const struct kc_item *item)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, within = KC_ATTRS_INIT;

	KC_TRY(pick_travelling(item->class, &item->attrs, &attrs));
	KC_TRY(pick_travelling(item->class, &item->within, &within));
	kc_der_begin(w, KC_DER_CONTEXT(0));
	kc_der_put_uint(w, item->class);
	kc_attrs_put(w, &attrs);
	kc_attrs_put(w, &within);
	if (item->has_secret)
		kc_der_put_bytes(w, kc_secret_bytes(&item->secret));
	kc_der_end(w);
	return KC_OK;
}

static kc_err put_body(const struct kc_item_body *body, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, body->version.t);
	kc_der_put_bytes(&w, KC_BYTES_OF(body->version.writer.bytes));
	kc_der_put_uint(&w, body->counter);
	kc_der_put_bool(&w, body->deleted);
	kc_der_put_uint(&w, body->created);
	kc_der_put_uint(&w, body->replaced);
	kc_der_put_bytes(&w, KC_BYTES_OF(body->key_digest));
	kc_der_put_uint(&w, body->policy);
	if (!body->deleted)
		KC_TRY(put_item(&w, &body->item));
	kc_extensions_put(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err digest_body(struct kc_bytes body, uint8_t ret[static KC_VERSION_DIGEST_LEN])
{
	uint8_t digest[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(KC_HASH_SHA384, body, digest));
	memcpy(ret, digest, KC_VERSION_DIGEST_LEN);
	return KC_OK;
}

static kc_err pull_item(struct kc_der_reader *r, struct kc_item *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, within = KC_ATTRS_INIT;
	struct kc_bytes secret = {NULL, 0};
	struct kc_der_reader content;
	bool has_secret;
	uint64_t class;

	kc_der_enter(r, KC_DER_CONTEXT(0), &content);
	class = kc_der_get_uint_max(&content, UINT32_MAX);
	kc_attrs_pull(&content, &attrs);
	kc_attrs_pull(&content, &within);
	has_secret = kc_der_more(&content);
	if (has_secret)
		secret = kc_der_get_bytes(&content);
	kc_der_leave(r, &content);
	KC_TRY(kc_der_reader_check(r));
	return kc_item_build_remote(
		(kc_name) class, &attrs, &within, has_secret ? &secret : NULL, ret);
}

static kc_err parse_body(struct kc_bytes bytes, struct kc_item_body *ret)
{
	struct kc_der_reader r, seq;
	kc_err extensions;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	ret->version.t = kc_der_get_uint_max(&seq, KC_VERSION_MAX_T);
	kc_der_get_array(&seq, ret->version.writer.bytes, sizeof ret->version.writer.bytes);
	ret->counter = kc_der_get_uint(&seq);
	ret->deleted = kc_der_get_bool(&seq);
	ret->created = kc_der_get_uint_max(&seq, KC_VERSION_MAX_T);
	ret->replaced = kc_der_get_uint_max(&seq, KC_VERSION_MAX_T);
	kc_der_get_array(&seq, ret->key_digest, sizeof ret->key_digest);
	ret->policy = kc_der_get_uint(&seq);
	KC_TRY(kc_der_reader_check(&seq));
	if (ret->policy > KC_POLICY_VERSION)
		return KC_ERR(NEWER);
	if (!ret->deleted)
		KC_TRY(pull_item(&seq, &ret->item));
	extensions = kc_extensions_pull(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (ret->counter == 0 || (ret->replaced && ret->replaced >= ret->version.t))
		return KC_ERR(DECODE);
	KC_TRY(extensions);
	return digest_body(bytes, ret->version.digest);
}

/* --- the record ---------------------------------------------------------------------------------
 */

static void put_header(struct kc_der_writer *w, const struct kc_item_header *header)
{
	kc_der_put_bytes(w, KC_BYTES_OF(header->account_tag));
	kc_der_put_bytes(w, KC_BYTES_OF(header->view_tag));
	kc_der_put_bytes(w, KC_BYTES_OF(header->name));
	kc_der_put_bytes(w, KC_BYTES_OF(header->kid));
	kc_der_put_uint(w, header->class);
}

static kc_err make_ad(struct kc_label *label, const char *purpose,
	const struct kc_item_header *header, struct kc_bytes wrapped, struct kc_bytes *ret)
{
	kc_label_init(label, purpose);
	put_header(&label->w, header);
	kc_der_put_bytes(&label->w, wrapped);
	return kc_label_end(label, ret);
}

static kc_err seal_body(const struct kc_item_header *header, const struct kc_siv_key *class_key,
	struct kc_bytes plain, struct kc_buf *ret_wrapped, struct kc_buf *ret_box)
{
	KC_CLEANUP_LABEL struct kc_label wrap = {0}, item = {0};
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_bytes ad;

	KC_TRY(kc_secret_random(&key, KC_SIV_KEY_LEN));
	KC_TRY(make_ad(&wrap, "kc1/wrap", header, kc_bytes(NULL, 0), &ad));
	KC_TRY(kc_aead_siv_seal(class_key, ad, kc_secret_bytes(&key), ret_wrapped));
	KC_TRY(make_ad(&item, "kc1/item", header, kc_buf_bytes(ret_wrapped), &ad));
	return kc_aead_siv_seal(
		(const struct kc_siv_key *)(const void *)key.data, ad, plain, ret_box);
}

kc_err kc_item_record_seal(const struct kc_item_header *header, const struct kc_siv_key *class_key,
	struct kc_item_body *body, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf wrapped = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(put_body(body, &plain));
	KC_TRY(digest_body(kc_buf_bytes(&plain), body->version.digest));
	KC_TRY(pad(&plain, body->deleted ? body->padded_len : 0, &body->padded_len));
	KC_TRY(seal_body(header, class_key, kc_buf_bytes(&plain), &wrapped, &box));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	put_header(&w, header);
	kc_der_put_bytes(&w, kc_buf_bytes(&wrapped));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

struct parts {
	struct kc_item_header header;
	struct kc_bytes wrapped, box;
};

static kc_err parse_record(struct kc_bytes record, struct parts *ret)
{
	struct kc_der_reader r, seq;
	uint64_t class;

	kc_der_reader_init(&r, record);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (record.len > KC_ITEM_RECORD_MAX || kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, ret->header.account_tag, sizeof ret->header.account_tag);
	kc_der_get_array(&seq, ret->header.view_tag, sizeof ret->header.view_tag);
	kc_der_get_array(&seq, ret->header.name, sizeof ret->header.name);
	kc_der_get_array(&seq, ret->header.kid, sizeof ret->header.kid);
	class = kc_der_get_uint_max(&seq, KC_ITEM_CLASS_C);
	ret->wrapped = kc_der_get_bytes(&seq);
	ret->box = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	if (kc_der_reader_finish(&r) != KC_OK || class == 0 || ret->wrapped.len != WRAPPED_LEN ||
		ret->box.len < SMALLEST + KC_SIV_TAG_LEN)
		return KC_ERR(REFUSED);
	ret->header.class = (enum kc_item_class) class;
	return KC_OK;
}

kc_err kc_item_record_peek(struct kc_bytes record, struct kc_item_header *ret)
{
	struct parts parts;

	KC_TRY(parse_record(record, &parts));
	*ret = parts.header;
	return KC_OK;
}

static kc_err open_box(
	const struct parts *parts, const struct kc_siv_key *class_key, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label wrap = {0}, item = {0};
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_bytes ad;

	KC_TRY(make_ad(&wrap, "kc1/wrap", &parts->header, kc_bytes(NULL, 0), &ad));
	KC_TRY(kc_aead_siv_open_secret(class_key, ad, parts->wrapped, &key));
	KC_TRY(make_ad(&item, "kc1/item", &parts->header, parts->wrapped, &ad));
	return kc_aead_siv_open(
		(const struct kc_siv_key *)(const void *)key.data, ad, parts->box, ret);
}

kc_err kc_item_record_open(
	struct kc_bytes record, const struct kc_siv_key *class_key, struct kc_item_body *ret)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_bytes unpadded;
	struct parts parts;
	kc_err err;

	KC_TRY(parse_record(record, &parts));
	err = open_box(&parts, class_key, &plain);
	if (err == KC_OK) {
		body.padded_len = plain.len;
		unpadded = kc_buf_bytes(&plain);
		err = unpad(&unpadded) ? parse_body(unpadded, &body) : KC_ERR(DECODE);
	}
	if (err == KC_E_NO_MEMORY || err == KC_E_NEWER)
		return err;
	/* One answer for all that can be wrong, so that it says nothing about the key. */
	if (err != KC_OK)
		return KC_ERR(REFUSED);
	if (!body.deleted && kc_item_class_of(body.item.protection) != parts.header.class)
		return KC_ERR(REFUSED);
	kc_item_body_done(ret);
	*ret = body;
	body = (struct kc_item_body){0};
	return KC_OK;
}

kc_err kc_item_record_digest(struct kc_bytes record, const struct kc_siv_key *class_key,
	uint8_t ret[static KC_VERSION_DIGEST_LEN])
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_bytes unpadded;
	struct parts parts;
	kc_err err;

	KC_TRY(parse_record(record, &parts));
	err = open_box(&parts, class_key, &plain);
	if (err == KC_E_NO_MEMORY)
		return err;
	unpadded = kc_buf_bytes(&plain);
	if (err != KC_OK || !unpad(&unpadded))
		return KC_ERR(REFUSED);
	return digest_body(unpadded, ret);
}
