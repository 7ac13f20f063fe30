/* SPDX-License-Identifier: ISC */
/* Rows of the table "history". */
#include "backend/store/history.h"

#include <string.h>

#include "backend/store/row_impl.h"
#include "backend/store/setdigest.h"
#include "base/clock.h"
#include "base/random.h"

#define PURPOSE "keycircle/1/store/history"
#define DAY_MS ((int64_t)86400000)

struct kc_history_who kc_history_writer(const struct kc_track *track)
{
	static const uint8_t nobody[sizeof track->author];
	struct kc_history_who who = {.is_known = true};

	if (memcmp(track->author, nobody, sizeof nobody) != 0)
		memcpy(who.id, track->author, sizeof who.id);
	else if (!track->pending)
		memcpy(who.id, track->writer, sizeof who.id);
	return who;
}

/* --- what became of it --------------------------------------------------------------------------
 */

/* Bound to the version of the row that it is about. */
static kc_err put_ad(const struct kc_row *row, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, PURPOSE);
	kc_der_put_uint(&w, row->id);
	kc_der_put_uint(&w, row->version);
	kc_der_put_bytes(&w, kc_setdigest_tag(row->meta));
	return kc_der_writer_check(&w);
}

/* Nobody known is an empty string. */
static void put_who(struct kc_der_writer *w, const struct kc_history_who *who)
{
	kc_der_put_bytes(w, kc_bytes(who->id, who->is_known ? sizeof who->id : 0));
}

static void pull_who(struct kc_der_reader *r, struct kc_history_who *ret)
{
	struct kc_bytes id = kc_der_get_bytes(r);

	*ret = (struct kc_history_who){.is_known = id.len > 0};
	if (id.len == sizeof ret->id)
		memcpy(ret->id, id.data, id.len);
	else if (id.len)
		kc_der_reader_fail(r);
}

static kc_err seal_end(const struct kc_txn *txn, const struct kc_row *row,
	const struct kc_history_end *end, int64_t now, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, plain = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(put_ad(row, &ad));
	kc_der_writer_init(&w, &plain);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, end->how);
	kc_der_put_int(&w, now);
	put_who(&w, &end->writer);
	put_who(&w, &end->by);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_keybag_seal_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), kc_buf_bytes(&plain), ret);
}

static kc_err open_end(const struct kc_txn *txn, const struct kc_row *row, struct kc_bytes sealed,
	struct kc_history_end *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, plain = KC_BUF_INIT;
	struct kc_history_end end = {0};
	struct kc_der_reader r, seq;

	KC_TRY(put_ad(row, &ad));
	KC_TRY(kc_keybag_open_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), sealed, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	end.how = (enum kc_earlier)kc_der_get_uint_max(&seq, KC_EARLIER_LAST);
	end.at_ms = kc_der_get_int(&seq);
	pull_who(&seq, &end.writer);
	pull_who(&seq, &end.by);
	kc_der_leave(&r, &seq);
	if (kc_der_reader_finish(&r) != KC_OK)
		return KC_ERR(CORRUPT);
	*ret = end;
	return KC_OK;
}

/* --- forgetting ---------------------------------------------------------------------------------
 */

/* How many there are, and their bytes: the index of ages has both, so no row is read. */
static kc_err measure(struct kc_txn *txn, int64_t *ret_count, int64_t *ret_bytes)
{
	static const char sql[] = "SELECT count(*), coalesce(sum(len), 0) FROM history";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret_count = kc_db_int(&stmt, 0);
	*ret_bytes = kc_db_int(&stmt, 1);
	return KC_OK;
}

/* The last of the oldest that are too many; 0 when none are. */
static kc_err find_excess(struct kc_txn *txn, int64_t *ret)
{
	static const char sql[] = "SELECT id, len FROM history ORDER BY id";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	int64_t count, bytes, last = 0;

	KC_TRY(measure(txn, &count, &bytes));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	while (count > KC_HISTORY_MOST || bytes > KC_HISTORY_MOST_BYTES) {
		bool row;

		KC_TRY(kc_db_step(&stmt, &row));
		if (!row)
			break;
		last = kc_db_int(&stmt, 0);
		bytes -= kc_db_int(&stmt, 1);
		count--;
	}
	*ret = last;
	return KC_OK;
}

static kc_err keep_to_bounds(struct kc_txn *txn)
{
	static const char sql[] = "DELETE FROM history WHERE id <= ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	int64_t last;

	KC_TRY(find_excess(txn, &last));
	if (last == 0)
		return KC_OK;
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, last);
	return kc_db_run(&stmt);
}

kc_err kc_history_purge(struct kc_txn *txn)
{
	static const char sql[] = "DELETE FROM history WHERE at_ms < ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, kc_clock_wall_ms() - KC_HISTORY_DAYS * DAY_MS);
	KC_TRY(kc_db_run(&stmt));
	return keep_to_bounds(txn);
}

kc_err kc_history_forget(struct kc_txn *txn, enum kc_sync_filter which)
{
	static const char sql[] = "DELETE FROM history WHERE ?1 OR sync = ?2";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, which == KC_SYNC_ANY);
	kc_db_bind_int(&stmt, 2, which == KC_SYNC_SYNCED);
	return kc_db_run(&stmt);
}

static kc_err keep_to_key(struct kc_txn *txn, const struct kc_row *row)
{
	static const char sql[] = "DELETE FROM history WHERE key = ?1 AND id <= (SELECT id FROM"
				  " history WHERE key = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, KC_BYTES_OF(row->key));
	kc_db_bind_int(&stmt, 2, KC_HISTORY_PER_KEY);
	return kc_db_run(&stmt);
}

/* --- keeping ------------------------------------------------------------------------------------
 */

/* Now and then it is time to look at all of them: also while nobody unlocks for months. */
static kc_err look_after(struct kc_txn *txn, const struct kc_row *row)
{
	KC_TRY(keep_to_key(txn, row));
	return kc_db_last_id(txn->db) % KC_HISTORY_EVERY == 0 ? kc_history_purge(txn) : KC_OK;
}

static kc_err insert(struct kc_txn *txn, const struct kc_row *row, const struct kc_history_end *end)
{
	static const char sql[] =
		"INSERT INTO history(at_ms, how, len, item, version, class, protection, sync, tomb,"
		" ref, key, terms, marks, meta, secret) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10, ?11, ?12, ?13, ?14, ?15)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf how = KC_BUF_INIT;
	int64_t now = kc_clock_wall_ms();

	KC_TRY(seal_end(txn, row, end, now, &how));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, now);
	kc_db_bind_bytes(&stmt, 2, kc_buf_bytes(&how));
	kc_db_bind_int(&stmt, 3, (int64_t)(row->terms.len + row->meta.len + row->secret.len));
	kc_db_bind_int(&stmt, 4, (int64_t)row->id);
	kc_db_bind_int(&stmt, 5, (int64_t)row->version);
	kc_db_bind_int(&stmt, 6, row->class);
	kc_db_bind_int(&stmt, 7, row->protection);
	kc_db_bind_int(&stmt, 8, row->sync);
	kc_db_bind_int(&stmt, 9, row->tomb);
	kc_db_bind_bytes(&stmt, 10, KC_BYTES_OF(row->ref));
	kc_db_bind_bytes(&stmt, 11, KC_BYTES_OF(row->key));
	kc_db_bind_bytes(&stmt, 12, row->terms);
	kc_db_bind_bytes(&stmt, 13, row->marks);
	kc_db_bind_bytes(&stmt, 14, row->meta);
	if (row->has_secret)
		kc_db_bind_bytes(&stmt, 15, row->secret);
	else
		kc_db_bind_null(&stmt, 15);
	KC_TRY(kc_db_run(&stmt));
	return look_after(txn, row);
}

static bool is_password(const struct kc_row *row)
{
	return row->class == KC_CLASS_GENERIC || row->class == KC_CLASS_INTERNET;
}

static kc_err keep(
	struct kc_txn *txn, uint64_t item, bool only_passwords, const struct kc_history_end *end)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_row row;
	kc_err err = kc_row_find(txn, item, &stmt, &row);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	if (row.malformed || row.tomb || (only_passwords && !is_password(&row)))
		return KC_OK;
	return insert(txn, &row, end);
}

kc_err kc_history_keep_row(struct kc_txn *txn, uint64_t item, const struct kc_history_end *end)
{
	return keep(txn, item, false, end);
}

kc_err kc_history_keep_own(struct kc_txn *txn, uint64_t item, enum kc_earlier how)
{
	struct kc_history_end end = {.how = how, .by = KC_HISTORY_HERE};
	struct kc_track track;
	kc_err err = kc_track_find_item(txn, item, &track);

	if (err == KC_OK)
		end.writer = kc_history_writer(&track);
	else if (err == KC_E_NOT_FOUND)
		end.writer = KC_HISTORY_HERE; /* it never travelled */
	else if (err != KC_E_CORRUPT)
		return err;
	return keep(txn, item, true, &end);
}

bool kc_history_is_same(const struct kc_item *a, const struct kc_item *b)
{
	struct kc_bytes x = kc_secret_bytes(&a->secret), y = kc_secret_bytes(&b->secret);

	return a->has_secret == b->has_secret && x.len == y.len &&
	       (x.len == 0 || kc_mem_equal_ct(x.data, y.data, x.len)) &&
	       kc_attrs_equal(&a->within, &b->within) &&
	       (a->has_secret || kc_attrs_equal(&a->attrs, &b->attrs));
}

#define COLUMNS                                                                       \
	"item, version, class, protection, sync, tomb, ref, key, terms, marks, meta," \
	" secret, id, how"
#define COLUMN_ID 12
#define COLUMN_HOW 13

/* Whether the current entry is that item. One that does not open is none. */
static kc_err is_entry(const struct kc_txn *txn, const struct kc_stmt *stmt,
	const struct kc_item *item, const struct kc_history_who *writer, bool *ret)
{
	KC_CLEANUP_STORED struct kc_stored entry = KC_STORED_INIT;
	struct kc_history_end end;
	struct kc_row row;
	kc_err err;

	*ret = false;
	kc_row_read(stmt, &row);
	err = open_end(txn, &row, kc_db_bytes(stmt, COLUMN_HOW), &end);
	if (err == KC_OK && end.writer.is_known == writer->is_known &&
		memcmp(end.writer.id, writer->id, sizeof writer->id) == 0) {
		err = kc_row_open(txn->bag, &row, true, &entry);
		*ret = err == KC_OK && kc_history_is_same(&entry.item, item);
	}
	return err == KC_E_CORRUPT || err == KC_E_LOCKED ? KC_OK : err;
}

static kc_err find_entry(struct kc_txn *txn, const struct kc_row *like, const struct kc_item *item,
	const struct kc_history_who *writer, bool *ret)
{
	static const char sql[] = "SELECT " COLUMNS " FROM history WHERE key = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool found = true;

	*ret = false;
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, KC_BYTES_OF(like->key));
	while (!*ret) {
		KC_TRY(kc_db_step(&stmt, &found));
		if (!found)
			return KC_OK;
		KC_TRY(is_entry(txn, &stmt, item, writer, ret));
	}
	return KC_OK;
}

static kc_err keep_stored(
	struct kc_txn *txn, struct kc_stored *stored, const struct kc_history_end *end)
{
	KC_CLEANUP(kc_row_sealed_done) struct kc_row_sealed sealed = {0};
	struct kc_row row;
	bool is_there;

	kc_random_fill(stored->ref, sizeof stored->ref);
	KC_TRY(kc_row_seal(txn->bag, stored, &sealed, &row));
	KC_TRY(find_entry(txn, &row, &stored->item, &end->writer, &is_there));
	return is_there ? KC_OK : insert(txn, &row, end);
}

kc_err kc_history_keep_item(
	struct kc_txn *txn, struct kc_item *item, const struct kc_history_end *end)
{
	struct kc_stored stored = KC_STORED_INIT;
	kc_err err;

	kc_item_move(&stored.item, item);
	err = keep_stored(txn, &stored, end);
	kc_item_move(item, &stored.item);
	return err;
}

/* --- reading ------------------------------------------------------------------------------------
 */

kc_err kc_history_get(struct kc_txn *txn, uint64_t id, bool with_secret, struct kc_stored *ret,
	struct kc_history_end *ret_end)
{
	static const char sql[] = "SELECT " COLUMNS " FROM history WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_history_end end;
	struct kc_row row;
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)id);
	KC_TRY(kc_db_step(&stmt, &found));
	if (!found)
		return KC_ERR(NOT_FOUND);
	kc_row_read(&stmt, &row);
	KC_TRY(open_end(txn, &row, kc_db_bytes(&stmt, COLUMN_HOW), &end));
	KC_TRY(kc_row_open(txn->bag, &row, with_secret, ret));
	*ret_end = end;
	return KC_OK;
}

kc_err kc_history_search(
	struct kc_txn *txn, const struct kc_match *match, struct kc_history_visitor *visitor)
{
	static const char sql[] = "SELECT " COLUMNS " FROM history WHERE class = ?1 AND sync = ?2"
				  " ORDER BY id DESC";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_row row;
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, match->class);
	kc_db_bind_int(&stmt, 2, match->sync);
	for (;;) {
		KC_TRY(kc_db_step(&stmt, &found));
		if (!found)
			return KC_OK;
		kc_row_read(&stmt, &row);
		if (!row.malformed && kc_scan_is_match(match, &row))
			KC_TRY(visitor->visit(
				visitor, (uint64_t)kc_db_int(&stmt, COLUMN_ID), &row));
	}
}
