/* SPDX-License-Identifier: ISC */
/* Rows of the table "item": opening and sealing them. */
#include <string.h>

#include "backend/store/row_impl.h"
#include "backend/store/setdigest.h"
#include "backend/store/terms.h"

/* What each sealed column is for, the first value of its associated data. */
#define PURPOSE_META "keycircle/1/store/item-metadata"
#define PURPOSE_SECRET "keycircle/1/store/item-secret"
#define PURPOSE_CONTENT "keycircle/1/store/item-content"
#define PURPOSE_SHARE "keycircle/1/store/item-share"

kc_err kc_row_put_share(const struct kc_row *row, struct kc_buf *ret)
{
	struct kc_der_writer w;

	KC_TRY(kc_row_put_ad(PURPOSE_SHARE, row, ret));
	kc_der_writer_init(&w, ret);
	kc_der_put_bool(&w, row->malformed); /* what was read as something it is not */
	kc_der_put_bytes(&w, kc_setdigest_tag(row->meta));
	kc_der_put_bytes(&w, kc_setdigest_tag(row->secret));
	return kc_der_writer_check(&w);
}

/* --- opening ------------------------------------------------------------------------------------
 */

static kc_err parse_secret(struct kc_bytes plain, struct kc_item *item)
{
	struct kc_der_reader r, seq;
	struct kc_bytes secret;

	kc_der_reader_init(&r, plain);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	item->has_secret = kc_der_get_bool(&seq);
	secret = kc_der_get_bytes(&seq);
	kc_attrs_pull(&seq, &item->within);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(kc_attrs_check(&item->within));
	return kc_secret_set(&item->secret, secret);
}

static kc_err open_secret(
	const struct kc_keybag *bag, const struct kc_row *row, struct kc_item *item)
{
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT;

	KC_TRY(kc_row_put_ad(PURPOSE_SECRET, row, &ad));
	KC_TRY(kc_keybag_open_secret(bag, row->protection, kc_buf_bytes(&ad), row->secret, &plain));
	return parse_secret(kc_secret_bytes(&plain), item);
}

static kc_err open_meta(const struct kc_keybag *bag, const struct kc_row *row, struct kc_item *item)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, ad = KC_BUF_INIT;
	struct kc_der_reader r;

	KC_TRY(kc_row_put_ad(PURPOSE_META, row, &ad));
	KC_TRY(kc_keybag_open_metadata(bag, row->protection, kc_buf_bytes(&ad), row->meta, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	kc_attrs_pull(&r, &item->attrs);
	KC_TRY(kc_der_reader_finish(&r));
	return kc_attrs_check(&item->attrs);
}

kc_err kc_row_open(const struct kc_keybag *bag, const struct kc_row *row, bool with_secret,
	struct kc_stored *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	kc_err err;

	if (row->malformed)
		return KC_ERR(CORRUPT);
	stored.id = row->id;
	stored.version = row->version;
	memcpy(stored.ref, row->ref, sizeof stored.ref);
	stored.item.class = row->class;
	stored.item.protection = row->protection;
	stored.item.sync = row->sync;
	stored.item.tomb = row->tomb;
	err = open_meta(bag, row, &stored.item);
	if (err == KC_OK && with_secret && row->has_secret)
		err = open_secret(bag, row, &stored.item);
	if (err == KC_E_DECODE)
		return KC_ERR(CORRUPT);
	if (err != KC_OK)
		return err;
	kc_row_stored_done(ret);
	*ret = stored;
	stored = (struct kc_stored)KC_STORED_INIT;
	return KC_OK;
}

/* --- sealing ------------------------------------------------------------------------------------
 */

void kc_row_sealed_done(struct kc_row_sealed *sealed)
{
	kc_buf_done(&sealed->terms);
	kc_buf_done(&sealed->marks);
	kc_buf_done(&sealed->meta);
	kc_buf_done(&sealed->secret);
}
static kc_err seal_meta(const struct kc_keybag *bag, const struct kc_item *item,
	const struct kc_row *row, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, ad = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &plain);
	kc_attrs_put(&w, &item->attrs);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(kc_row_put_ad(PURPOSE_META, row, &ad));
	return kc_keybag_seal_metadata(
		bag, row->protection, kc_buf_bytes(&ad), kc_buf_bytes(&plain), ret);
}

static kc_err seal_secret(const struct kc_keybag *bag, const struct kc_item *item,
	const struct kc_row *row, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, ad = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &plain);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bool(&w, item->has_secret);
	kc_der_put_bytes(&w, kc_secret_bytes(&item->secret));
	kc_attrs_put(&w, &item->within);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(kc_row_put_ad(PURPOSE_SECRET, row, &ad));
	return kc_keybag_seal_secret(
		bag, row->protection, kc_buf_bytes(&ad), kc_buf_bytes(&plain), ret);
}

/* "sha1" says whether two versions of an item have the same content. It is keyed: an unkeyed hash
 * in the metadata would let whoever may read only those guess the secret. */
static kc_err set_content_digest(const struct kc_keybag *bag, struct kc_item *item)
{
	KC_CLEANUP_BUF struct kc_buf content = KC_BUF_INIT;
	uint8_t digest[KC_DIGEST_LEN];
	struct kc_der_writer w;

	kc_attrs_remove(&item->attrs, KC_ATTR_SHA1);
	kc_der_writer_init(&w, &content);
	kc_der_put_str(&w, PURPOSE_CONTENT);
	kc_der_put_uint(&w, item->class);
	kc_attrs_put(&w, &item->attrs);
	kc_attrs_put(&w, &item->within);
	kc_der_put_bool(&w, item->has_secret);
	kc_der_put_bytes(&w, kc_secret_bytes(&item->secret));
	KC_TRY(kc_der_writer_check(&w));
	kc_keybag_row_mac(bag, kc_buf_bytes(&content), digest);
	kc_attrs_set_bytes(&item->attrs, KC_ATTR_SHA1, kc_bytes(digest, 20));
	return kc_attrs_check(&item->attrs);
}

kc_err kc_row_seal(const struct kc_keybag *bag, struct kc_stored *stored,
	struct kc_row_sealed *sealed, struct kc_row *ret)
{
	struct kc_item *item = &stored->item;

	KC_TRY(set_content_digest(bag, item));
	*ret = (struct kc_row){
		.id = stored->id,
		.version = stored->version,
		.class = item->class,
		.protection = item->protection,
		.sync = item->sync,
		.tomb = item->tomb,
		.has_secret = item->has_secret || item->within.count > 0,
	};
	memcpy(ret->ref, stored->ref, sizeof ret->ref);
	KC_TRY(kc_terms_of_key(bag, item, item->sync, ret->key));
	KC_TRY(kc_terms_of_item(bag, item, &sealed->terms, &sealed->marks));
	ret->terms = kc_buf_bytes(&sealed->terms);
	ret->marks = kc_buf_bytes(&sealed->marks);
	KC_TRY(seal_meta(bag, item, ret, &sealed->meta));
	ret->meta = kc_buf_bytes(&sealed->meta);
	if (ret->has_secret) {
		KC_TRY(seal_secret(bag, item, ret, &sealed->secret));
		ret->secret = kc_buf_bytes(&sealed->secret);
	}
	return KC_OK;
}
