/* SPDX-License-Identifier: ISC */
/* Rows of the table "item". */
#include "backend/store/row.h"

#include <string.h>

#include "backend/store/setdigest.h"
#include "backend/store/terms.h"
#include "base/clock.h"

/* What each sealed column is for, the first value of its associated data. */
#define PURPOSE_META "keycircle/1/store/item-metadata"
#define PURPOSE_SECRET "keycircle/1/store/item-secret"
#define PURPOSE_CONTENT "keycircle/1/store/item-content"
#define PURPOSE_SHARE "keycircle/1/store/item-share"

void kc_row_stored_done(struct kc_stored *stored)
{
	kc_item_done(&stored->item);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static bool read_flag(const struct kc_stmt *stmt, int column, struct kc_row *row)
{
	int64_t value = kc_db_int(stmt, column);

	row->malformed |= value != 0 && value != 1;
	return value == 1;
}

void kc_row_read(const struct kc_stmt *stmt, struct kc_row *ret)
{
	int64_t class, protection;

	*ret = (struct kc_row){
		.id = (uint64_t)kc_db_int(stmt, 0), .version = (uint64_t)kc_db_int(stmt, 1)};
	class = kc_db_int(stmt, 2);
	protection = kc_db_int(stmt, 3);
	if (class < 1 || class > UINT32_MAX || kc_ruler_class_bit((kc_name) class) == 0)
		ret->malformed = true;
	else
		ret->class = (kc_name) class;
	if (!kc_protection_is_valid(protection))
		ret->malformed = true;
	else
		ret->protection = (enum kc_protection)protection;
	ret->sync = read_flag(stmt, 4, ret);
	ret->tomb = read_flag(stmt, 5, ret);
	ret->malformed |= !kc_db_array(stmt, 6, ret->ref, sizeof ret->ref);
	ret->malformed |= !kc_db_array(stmt, 7, ret->key, sizeof ret->key);
	ret->terms = kc_db_bytes(stmt, 8);
	ret->marks = kc_db_bytes(stmt, 9);
	ret->malformed |= ret->terms.len % KC_INDEX_MAC_LEN != 0;
	ret->malformed |= ret->marks.len % KC_INDEX_MAC_LEN != 0;
	ret->meta = kc_db_bytes(stmt, 10);
	ret->secret = kc_db_bytes(stmt, 11);
	ret->has_secret = !kc_db_is_null(stmt, 11);
}

static kc_err put_ad(const char *purpose, const struct kc_row *row, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_str(&w, purpose);
	kc_der_put_uint(&w, row->id);
	kc_der_put_uint(&w, row->version);
	kc_der_put_uint(&w, row->class);
	kc_der_put_uint(&w, row->protection);
	kc_der_put_bool(&w, row->sync);
	kc_der_put_bool(&w, row->tomb);
	kc_der_put_bool(&w, row->has_secret);
	kc_der_put_bytes(&w, KC_BYTES_OF(row->ref));
	kc_der_put_bytes(&w, KC_BYTES_OF(row->key));
	kc_der_put_bytes(&w, row->terms);
	kc_der_put_bytes(&w, row->marks);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_row_put_share(const struct kc_row *row, struct kc_buf *ret)
{
	struct kc_der_writer w;

	KC_TRY(put_ad(PURPOSE_SHARE, row, ret));
	kc_der_writer_init(&w, ret);
	kc_der_put_bool(&w, row->malformed); /* what was read as something it is not */
	kc_der_put_bytes(&w, kc_setdigest_tag(row->meta));
	kc_der_put_bytes(&w, kc_setdigest_tag(row->secret));
	return kc_der_writer_check(&w);
}

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

	KC_TRY(put_ad(PURPOSE_SECRET, row, &ad));
	KC_TRY(kc_keybag_open_secret(bag, row->protection, kc_buf_bytes(&ad), row->secret, &plain));
	return parse_secret(kc_secret_bytes(&plain), item);
}

static kc_err open_meta(const struct kc_keybag *bag, const struct kc_row *row, struct kc_item *item)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, ad = KC_BUF_INIT;
	struct kc_der_reader r;

	KC_TRY(put_ad(PURPOSE_META, row, &ad));
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

/* The row of an id; stmt keeps its views alive. */
static kc_err find_row(struct kc_txn *txn, uint64_t id, struct kc_stmt *stmt, struct kc_row *ret)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM item WHERE id = ?1";
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, stmt));
	kc_db_bind_int(stmt, 1, (int64_t)id);
	KC_TRY(kc_db_step(stmt, &found));
	if (!found)
		return KC_ERR(NOT_FOUND);
	kc_row_read(stmt, ret);
	return KC_OK;
}

kc_err kc_row_get(struct kc_txn *txn, uint64_t id, bool with_secret, struct kc_stored *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_row row;

	KC_TRY(find_row(txn, id, &stmt, &row));
	return kc_row_open(txn->bag, &row, with_secret, ret);
}

kc_err kc_row_find_key(
	struct kc_txn *txn, const uint8_t key[static KC_INDEX_MAC_LEN], uint64_t *ret_id)
{
	static const char sql[] = "SELECT id FROM item WHERE key = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes(key, KC_INDEX_MAC_LEN));
	KC_TRY(kc_db_step(&stmt, &found));
	if (!found)
		return KC_ERR(NOT_FOUND);
	*ret_id = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

/* --- writing ------------------------------------------------------------------------------------
 */

static kc_err toggle(struct kc_txn *txn, const struct kc_row *row)
{
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	KC_TRY(kc_row_put_share(row, &share));
	kc_setdigest_toggle(txn, kc_buf_bytes(&share));
	txn->changed = true;
	return KC_OK;
}

/* The bytes that a sealed row points into. */
struct sealed {
	struct kc_buf terms, marks, meta, secret;
};

static void sealed_done(struct sealed *sealed)
{
	kc_buf_done(&sealed->terms);
	kc_buf_done(&sealed->marks);
	kc_buf_done(&sealed->meta);
	kc_buf_done(&sealed->secret);
}
#define CLEANUP_SEALED KC_CLEANUP(sealed_done)

static kc_err seal_meta(const struct kc_keybag *bag, const struct kc_item *item,
	const struct kc_row *row, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, ad = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &plain);
	kc_attrs_put(&w, &item->attrs);
	KC_TRY(kc_der_writer_check(&w));
	KC_TRY(put_ad(PURPOSE_META, row, &ad));
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
	KC_TRY(put_ad(PURPOSE_SECRET, row, &ad));
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

/* Makes the row of stored, whose id and version are set. */
static kc_err seal(
	struct kc_txn *txn, struct kc_stored *stored, struct sealed *sealed, struct kc_row *ret)
{
	struct kc_item *item = &stored->item;

	KC_TRY(set_content_digest(txn->bag, item));
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
	KC_TRY(kc_terms_of_key(txn->bag, item, item->sync, ret->key));
	KC_TRY(kc_terms_of_item(txn->bag, item, &sealed->terms, &sealed->marks));
	ret->terms = kc_buf_bytes(&sealed->terms);
	ret->marks = kc_buf_bytes(&sealed->marks);
	KC_TRY(seal_meta(txn->bag, item, ret, &sealed->meta));
	ret->meta = kc_buf_bytes(&sealed->meta);
	if (ret->has_secret) {
		KC_TRY(seal_secret(txn->bag, item, ret, &sealed->secret));
		ret->secret = kc_buf_bytes(&sealed->secret);
	}
	return KC_OK;
}

static kc_err index_term(struct kc_txn *txn, const char *sql, const uint8_t *term, uint64_t id)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, kc_terms_hash(term));
	kc_db_bind_int(&stmt, 2, (int64_t)id);
	return kc_db_run(&stmt);
}

/* Makes the index follow a row from one list of terms to another, touching what differs. */
static kc_err reindex(struct kc_txn *txn, uint64_t id, struct kc_bytes old, struct kc_bytes new)
{
	static const char insert[] = "INSERT OR IGNORE INTO term(hash, item) VALUES(?1, ?2)";
	static const char delete[] = "DELETE FROM term WHERE hash = ?1 AND item = ?2";

	for (size_t i = 0; i < kc_terms_count(old); i++)
		if (!kc_terms_has(new, kc_terms_get(old, i)))
			KC_TRY(index_term(txn, delete, kc_terms_get(old, i), id));
	for (size_t i = 0; i < kc_terms_count(new); i++)
		if (!kc_terms_has(old, kc_terms_get(new, i)))
			KC_TRY(index_term(txn, insert, kc_terms_get(new, i), id));
	return KC_OK;
}

kc_err kc_row_index(struct kc_txn *txn, const struct kc_row *row)
{
	return reindex(txn, row->id, kc_bytes(NULL, 0), row->terms);
}

static kc_err write_row(struct kc_txn *txn, const char *sql, const struct kc_row *row)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)row->id);
	kc_db_bind_int(&stmt, 2, (int64_t)row->version);
	kc_db_bind_int(&stmt, 3, row->class);
	kc_db_bind_int(&stmt, 4, row->protection);
	kc_db_bind_int(&stmt, 5, row->sync);
	kc_db_bind_int(&stmt, 6, row->tomb);
	kc_db_bind_bytes(&stmt, 7, KC_BYTES_OF(row->ref));
	kc_db_bind_bytes(&stmt, 8, KC_BYTES_OF(row->key));
	kc_db_bind_bytes(&stmt, 9, row->terms);
	kc_db_bind_bytes(&stmt, 10, row->marks);
	kc_db_bind_bytes(&stmt, 11, row->meta);
	if (row->has_secret)
		kc_db_bind_bytes(&stmt, 12, row->secret);
	else
		kc_db_bind_null(&stmt, 12);
	return kc_db_run(&stmt);
}

/* The id must be known before sealing, since the ciphertexts are bound to it. */
static kc_err next_id(struct kc_txn *txn, uint64_t *ret)
{
	static const char sql[] = "SELECT max(coalesce((SELECT max(id) FROM item), 0),"
				  " coalesce((SELECT seq FROM sqlite_sequence WHERE name ="
				  " 'item'), 0)) + 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

kc_err kc_row_insert(struct kc_txn *txn, struct kc_stored *stored)
{
	static const char sql[] =
		"INSERT INTO item(id, version, class, protection, sync, tomb, ref, key, terms,"
		" marks, meta, secret) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
	CLEANUP_SEALED struct sealed sealed = {0};
	struct kc_row row;

	KC_TRY(next_id(txn, &stored->id));
	stored->version = 1;
	KC_TRY(seal(txn, stored, &sealed, &row));
	KC_TRY(write_row(txn, sql, &row));
	KC_TRY(kc_row_index(txn, &row));
	return toggle(txn, &row);
}

kc_err kc_row_replace(struct kc_txn *txn, struct kc_stored *stored)
{
	static const char sql[] =
		"UPDATE item SET version = ?2, class = ?3, protection = ?4, sync = ?5, tomb = ?6,"
		" ref = ?7, key = ?8, terms = ?9, marks = ?10, meta = ?11, secret = ?12"
		" WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	CLEANUP_SEALED struct sealed sealed = {0};
	struct kc_row old, new;

	KC_TRY(find_row(txn, stored->id, &stmt, &old));
	stored->version = old.version + 1;
	KC_TRY(seal(txn, stored, &sealed, &new));
	KC_TRY(reindex(txn, old.id, old.terms, new.terms));
	KC_TRY(toggle(txn, &old));
	kc_db_release(&stmt);
	KC_TRY(write_row(txn, sql, &new));
	return toggle(txn, &new);
}

kc_err kc_row_remove(struct kc_txn *txn, uint64_t id)
{
	static const char sql[] = "DELETE FROM item WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt find = KC_STMT_INIT, stmt = KC_STMT_INIT;
	struct kc_row old;

	KC_TRY(find_row(txn, id, &find, &old));
	KC_TRY(reindex(txn, id, old.terms, kc_bytes(NULL, 0)));
	KC_TRY(toggle(txn, &old));
	kc_db_release(&find);
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)id);
	return kc_db_run(&stmt);
}

kc_err kc_row_quarantine(struct kc_txn *txn, uint64_t id)
{
	static const char sql[] =
		"INSERT INTO quarantine(at_ms, item, version, class, protection, sync, tomb, ref,"
		" key, terms, marks, meta, secret) SELECT ?2, id, version, class, protection, sync,"
		" tomb, ref, key, terms, marks, meta, secret FROM item WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)id);
	kc_db_bind_int(&stmt, 2, kc_clock_wall_ms());
	KC_TRY(kc_db_run(&stmt));
	return kc_row_remove(txn, id);
}

kc_err kc_row_count(
	struct kc_txn *txn, uint64_t *ret_live, uint64_t *ret_synced, uint64_t *ret_quarantined)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM item WHERE tomb = 0),"
				  " (SELECT count(*) FROM item WHERE tomb = 0 AND sync = 1),"
				  " (SELECT count(*) FROM quarantine)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret_live = (uint64_t)kc_db_int(&stmt, 0);
	*ret_synced = (uint64_t)kc_db_int(&stmt, 1);
	*ret_quarantined = (uint64_t)kc_db_int(&stmt, 2);
	return KC_OK;
}
