/* SPDX-License-Identifier: ISC */
/* Rows of the table "item": writing them, with the index and the set digest. */
#include "backend/store/row_impl.h"
#include "backend/store/setdigest.h"
#include "backend/store/terms.h"
#include "base/clock.h"

static kc_err note(struct kc_txn *txn, const struct kc_row *row, enum kc_share_move move)
{
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	KC_TRY(kc_row_put_share(row, &share));
	kc_setdigest_note(txn, kc_buf_bytes(&share), move);
	txn->changed = true;
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
	KC_CLEANUP(kc_row_sealed_done) struct kc_row_sealed sealed = {0};
	struct kc_row row;

	KC_TRY(next_id(txn, &stored->id));
	stored->version = 1;
	KC_TRY(kc_row_seal(txn->bag, stored, &sealed, &row));
	KC_TRY(write_row(txn, sql, &row));
	KC_TRY(kc_row_index(txn, &row));
	return note(txn, &row, KC_SHARE_IN);
}

kc_err kc_row_replace(struct kc_txn *txn, struct kc_stored *stored)
{
	static const char sql[] =
		"UPDATE item SET version = ?2, class = ?3, protection = ?4, sync = ?5, tomb = ?6,"
		" ref = ?7, key = ?8, terms = ?9, marks = ?10, meta = ?11, secret = ?12"
		" WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP(kc_row_sealed_done) struct kc_row_sealed sealed = {0};
	struct kc_row old, new;

	KC_TRY(kc_row_find(txn, stored->id, &stmt, &old));
	stored->version = old.version + 1;
	KC_TRY(kc_row_seal(txn->bag, stored, &sealed, &new));
	KC_TRY(reindex(txn, old.id, old.terms, new.terms));
	KC_TRY(note(txn, &old, KC_SHARE_OUT));
	kc_db_release(&stmt);
	KC_TRY(write_row(txn, sql, &new));
	return note(txn, &new, KC_SHARE_IN);
}

kc_err kc_row_remove(struct kc_txn *txn, uint64_t id)
{
	static const char sql[] = "DELETE FROM item WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt find = KC_STMT_INIT, stmt = KC_STMT_INIT;
	struct kc_row old;

	KC_TRY(kc_row_find(txn, id, &find, &old));
	KC_TRY(reindex(txn, id, old.terms, kc_bytes(NULL, 0)));
	KC_TRY(note(txn, &old, KC_SHARE_OUT));
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
