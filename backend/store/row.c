/* SPDX-License-Identifier: ISC */
/* Rows of the table "item": their columns, and finding them. */
#include "backend/store/row.h"

#include <string.h>

#include "backend/store/row_impl.h"

void kc_row_stored_done(struct kc_stored *stored)
{
	kc_item_done(&stored->item);
}

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

kc_err kc_row_put_ad(const char *purpose, const struct kc_row *row, struct kc_buf *ret)
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

kc_err kc_row_find(struct kc_txn *txn, uint64_t id, struct kc_stmt *stmt, struct kc_row *ret)
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

	KC_TRY(kc_row_find(txn, id, &stmt, &row));
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
