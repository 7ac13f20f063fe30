/* SPDX-License-Identifier: ISC */
/* Searching. */
#include "backend/store/scan.h"

#include <stdlib.h>
#include <string.h>

#include "backend/store/terms.h"

/* A term with at most so many rows is good enough; from there the bound grows until some term is
 * below it, so that a rare term is found without counting the rows of a common one. */
#define FEW_ROWS 8
#define MANY_ROWS 4096

void kc_scan_match_done(struct kc_match *match)
{
	kc_buf_done(&match->terms);
	kc_buf_done(&match->marks);
	kc_buf_done(&match->groups);
}

static kc_err count_rows(struct kc_txn *txn, const uint8_t *term, int64_t most, int64_t *ret)
{
	static const char sql[] =
		"SELECT count(*) FROM (SELECT 1 FROM term WHERE hash = ?1 LIMIT ?2)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, kc_terms_hash(term));
	kc_db_bind_int(&stmt, 2, most);
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = kc_db_int(&stmt, 0);
	return KC_OK;
}

/* One of the wanted terms with about the fewest rows; NULL when none is wanted. */
static kc_err rarest(struct kc_txn *txn, struct kc_bytes terms, const uint8_t **ret)
{
	*ret = terms.len ? terms.data : NULL;
	if (kc_terms_count(terms) < 2)
		return KC_OK;
	for (int64_t bound = FEW_ROWS; bound <= MANY_ROWS; bound *= 8)
		for (size_t i = 0; i < kc_terms_count(terms); i++) {
			int64_t count;
			KC_TRY(count_rows(txn, kc_terms_get(terms, i), bound, &count));
			if (count < bound) {
				*ret = kc_terms_get(terms, i);
				return KC_OK;
			}
		}
	return KC_OK;
}

static kc_err open_by_ref(struct kc_txn *txn, struct kc_scan *scan)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM item WHERE ref = ?1";

	KC_TRY(kc_db_prepare(txn->db, sql, &scan->stmt));
	kc_db_bind_bytes(&scan->stmt, 1, KC_BYTES_OF(scan->match->ref));
	return KC_OK;
}

static int compare_ids(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The rows of the wanted references, as far as they are of the class and the sync mark. */
static kc_err open_by_refs(struct kc_txn *txn, struct kc_scan *scan)
{
	static const char sql[] = "SELECT id FROM item WHERE ref = ?1 AND class = ?2 AND sync = ?3";
	size_t count = scan->match->refs.len / KC_PERSISTENT_REF_LEN;

	scan->ids = calloc(count, sizeof *scan->ids);
	if (!scan->ids)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *ref = scan->match->refs.data + i * KC_PERSISTENT_REF_LEN;
		KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
		bool found;

		KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
		kc_db_bind_bytes(&stmt, 1, kc_bytes(ref, KC_PERSISTENT_REF_LEN));
		kc_db_bind_int(&stmt, 2, scan->match->class);
		kc_db_bind_int(&stmt, 3, scan->match->sync);
		KC_TRY(kc_db_step(&stmt, &found));
		if (found)
			scan->ids[scan->id_count++] = (uint64_t)kc_db_int(&stmt, 0);
	}
	qsort(scan->ids, scan->id_count, sizeof *scan->ids, compare_ids);
	return KC_OK;
}

static kc_err open_by_term(struct kc_txn *txn, const uint8_t *term, struct kc_scan *scan)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM term CROSS JOIN item"
				  " ON item.id = term.item WHERE term.hash = ?1"
				  " AND term.item > ?2 ORDER BY term.item";

	KC_TRY(kc_db_prepare(txn->db, sql, &scan->stmt));
	kc_db_bind_int(&scan->stmt, 1, kc_terms_hash(term));
	kc_db_bind_int(&scan->stmt, 2, (int64_t)scan->match->after);
	return KC_OK;
}

static kc_err open_by_class(struct kc_txn *txn, struct kc_scan *scan)
{
#define SELECT_CLASS \
	"SELECT " KC_ROW_COLUMNS " FROM item WHERE class = ?1 AND sync = ?2 AND id > ?3"
	/* The words "tomb = 0" let SQLite use the index item_live, "tomb = 1" item_dead. */
	static const char live[] = SELECT_CLASS " AND tomb = 0 ORDER BY id";
	static const char dead[] = SELECT_CLASS " AND tomb = 1 ORDER BY id";
	static const char any[] = SELECT_CLASS " ORDER BY id";
#undef SELECT_CLASS
	static const char *const sql[] = {
		[KC_TOMB_LIVE] = live, [KC_TOMB_DEAD] = dead, [KC_TOMB_ANY] = any};

	KC_TRY(kc_db_prepare(txn->db, sql[scan->match->tomb], &scan->stmt));
	kc_db_bind_int(&scan->stmt, 1, scan->match->class);
	kc_db_bind_int(&scan->stmt, 2, scan->match->sync);
	kc_db_bind_int(&scan->stmt, 3, (int64_t)scan->match->after);
	return KC_OK;
}

kc_err kc_scan_open(struct kc_txn *txn, const struct kc_match *match, struct kc_scan *scan)
{
	struct kc_bytes wanted = kc_buf_bytes(&match->terms);
	const uint8_t *term;

	scan->match = match;
	scan->db = txn->db;
	if (match->has_ref)
		return open_by_ref(txn, scan);
	if (match->refs.len)
		return open_by_refs(txn, scan);
	if (wanted.len == 0 && match->groups.len == KC_INDEX_MAC_LEN)
		wanted = kc_buf_bytes(&match->groups);
	KC_TRY(rarest(txn, wanted, &term));
	return term ? open_by_term(txn, term, scan) : open_by_class(txn, scan);
}

void kc_scan_done(struct kc_scan *scan)
{
	kc_db_release(&scan->stmt);
	free(scan->ids);
}

static bool is_among(struct kc_bytes refs, const uint8_t *ref)
{
	for (size_t at = 0; at < refs.len; at += KC_PERSISTENT_REF_LEN)
		if (memcmp(refs.data + at, ref, KC_PERSISTENT_REF_LEN) == 0)
			return true;
	return false;
}

bool kc_scan_is_match(const struct kc_match *match, const struct kc_row *row)
{
	/* A value of the history that never had a row here has id 0. */
	if (match->after && row->id <= match->after)
		return false;
	if (row->malformed)
		return true;
	if (row->class != match->class || row->sync != match->sync)
		return false;
	if (match->tomb != KC_TOMB_ANY && row->tomb != (match->tomb == KC_TOMB_DEAD))
		return false;
	if (match->protection && match->protection != row->protection)
		return false;
	if (match->has_ref && (memcmp(match->ref, row->ref, sizeof row->ref) != 0 ||
				      (match->refs.len && !is_among(match->refs, row->ref))))
		return false;
	return kc_terms_has_all(row->terms, kc_buf_bytes(&match->terms)) &&
	       kc_terms_has_all(row->marks, kc_buf_bytes(&match->marks)) &&
	       (match->groups.len == 0 ||
		       kc_terms_has_any(row->terms, kc_buf_bytes(&match->groups)));
}

/* Goes on to the next of the ids that is not the one before. */
static kc_err step_ids(struct kc_scan *scan, bool *ret_found)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM item WHERE id = ?1";

	kc_db_release(&scan->stmt);
	while (scan->next > 0 && scan->next < scan->id_count &&
		scan->ids[scan->next] == scan->ids[scan->next - 1])
		scan->next++;
	*ret_found = scan->next < scan->id_count;
	if (!*ret_found)
		return KC_OK;
	KC_TRY(kc_db_prepare(scan->db, sql, &scan->stmt));
	kc_db_bind_int(&scan->stmt, 1, (int64_t)scan->ids[scan->next++]);
	return kc_db_step(&scan->stmt, ret_found);
}

kc_err kc_scan_next(struct kc_scan *scan, struct kc_row *ret, bool *ret_found)
{
	for (;;) {
		KC_TRY(scan->ids ? step_ids(scan, ret_found) : kc_db_step(&scan->stmt, ret_found));
		if (!*ret_found)
			return KC_OK;
		kc_row_read(&scan->stmt, ret);
		if (kc_scan_is_match(scan->match, ret))
			return KC_OK;
	}
}
