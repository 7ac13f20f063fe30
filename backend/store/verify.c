/* SPDX-License-Identifier: ISC */
/* Looking at the whole database. */
#include "backend/store/verify.h"

#include <string.h>

#include "backend/store/cell.h"
#include "backend/store/change.h"
#include "backend/store/row.h"
#include "backend/store/setdigest.h"
#include "backend/store/setting.h"
#include "backend/store/terms.h"
#include "backend/store/track.h"
#include "backend/store/trie.h"
#include "base/log.h"
#include "base/random.h"

/*
 * The index is compared as a set: each pair of hash and item is mapped by a function with a random
 * key of this one look, and the sums of both sides must be equal. Nobody can have prepared a wrong
 * index for a key that did not exist yet.
 */
struct pairs {
	uint64_t key[2];
	uint64_t rows, index;
};

static uint64_t map_pair(const struct pairs *pairs, int64_t hash, int64_t item)
{
	uint64_t x = ((uint64_t)hash ^ pairs->key[0]) * (pairs->key[1] | 1);

	x = (x ^ (x >> 32)) + (uint64_t)item;
	x *= UINT64_C(0x9e3779b97f4a7c15) ^ pairs->key[0];
	return x ^ (x >> 29);
}

static bool is_first(struct kc_bytes terms, size_t index)
{
	struct kc_bytes before = kc_bytes(terms.data, index * KC_INDEX_MAC_LEN);

	return !kc_terms_has(before, kc_terms_get(terms, index));
}

static void sum_terms(const struct kc_row *row, struct pairs *pairs)
{
	for (size_t i = 0; i < kc_terms_count(row->terms); i++)
		if (is_first(row->terms, i))
			pairs->rows += map_pair(pairs, kc_terms_hash(kc_terms_get(row->terms, i)),
				(int64_t)row->id);
}

static kc_err sum_rows(
	struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN], struct pairs *pairs)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM item ORDER BY id";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		struct kc_row row;
		KC_TRY(kc_db_step(&stmt, &found));
		if (!found)
			return KC_OK;
		kc_row_read(&stmt, &row);
		kc_buf_reset(&share);
		KC_TRY(kc_row_put_share(&row, &share));
		kc_setdigest_fold(txn->bag, kc_buf_bytes(&share), digest);
		sum_terms(&row, pairs);
	}
}

static kc_err sum_index(struct kc_txn *txn, struct pairs *pairs)
{
	static const char sql[] = "SELECT hash, item FROM term";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool found;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		KC_TRY(kc_db_step(&stmt, &found));
		if (!found)
			return KC_OK;
		pairs->index += map_pair(pairs, kc_db_int(&stmt, 0), kc_db_int(&stmt, 1));
	}
}

/* What one look found. */
struct findings {
	uint8_t digest[KC_DIGEST_LEN]; /* of the rows as they are */
	bool digest_fits, index_fits;
	bool altered_before;
};

static kc_err look(struct kc_txn *txn, struct findings *ret)
{
	uint8_t stored[KC_DIGEST_LEN] = {0};
	struct pairs pairs = {.rows = 0};
	int64_t altered;
	kc_err err;

	memset(ret, 0, sizeof *ret);
	kc_random_fill(pairs.key, sizeof pairs.key);
	KC_TRY(sum_rows(txn, ret->digest, &pairs));
	KC_TRY(kc_cell_fold(txn, ret->digest));
	KC_TRY(kc_track_fold(txn, ret->digest));
	KC_TRY(kc_track_journal_fold(txn, ret->digest));
	KC_TRY(sum_index(txn, &pairs));
	KC_TRY(kc_setting_get_int(txn->db, KC_SETTING_ALTERED, 0, &altered));
	ret->altered_before = altered != 0;
	ret->index_fits = pairs.rows == pairs.index;
	err = kc_setdigest_get(txn, stored);
	if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		return err;
	ret->digest_fits =
		err != KC_E_CORRUPT && kc_mem_equal_ct(stored, ret->digest, KC_DIGEST_LEN);
	return KC_OK;
}

/* --- putting right ------------------------------------------------------------------------------
 */

static kc_err next_row_after(struct kc_txn *txn, uint64_t after, struct kc_stmt *stmt,
	struct kc_row *ret, bool *ret_found)
{
	static const char sql[] =
		"SELECT " KC_ROW_COLUMNS " FROM item WHERE id > ?1 ORDER BY id LIMIT 1";

	KC_TRY(kc_db_prepare(txn->db, sql, stmt));
	kc_db_bind_int(stmt, 1, (int64_t)after);
	KC_TRY(kc_db_step(stmt, ret_found));
	if (*ret_found)
		kc_row_read(stmt, ret);
	return KC_OK;
}

/* Forgets tracks that do not open: their items get new ones, or come back from other devices. What
 * is not yet sent is in the journal again. */
static kc_err sift_tracks(struct kc_txn *txn)
{
	uint64_t id = 0;

	for (;;) {
		struct kc_track track;
		kc_err err;
		KC_TRY(kc_track_next_id(txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(txn, id, &track);
		if (err == KC_E_CORRUPT)
			err = kc_track_drop(txn, id);
		else if (err == KC_OK && track.pending)
			err = kc_track_journal_put(txn, id);
		if (err != KC_OK)
			return err;
	}
}

/* A synced item must have a track, or nobody else will ever see what becomes of it. */
static kc_err keep_tracked(struct kc_txn *txn, const struct kc_stored *stored)
{
	struct kc_track track;
	kc_err err;

	if (!stored->item.sync || stored->item.tomb)
		return KC_OK;
	err = kc_track_find_item(txn, stored->id, &track);
	return err == KC_E_NOT_FOUND ? kc_track_follow(txn, stored) : err;
}

/* Opens every row that can be opened; those that are not what they were are set aside. */
static kc_err sift_rows(struct kc_txn *txn, bool *ret_all_seen)
{
	uint64_t last = 0;
	bool found;

	*ret_all_seen = true;
	for (;;) {
		KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
		KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
		struct kc_row row;
		kc_err err;

		KC_TRY(next_row_after(txn, last, &stmt, &row, &found));
		if (!found)
			return KC_OK;
		last = row.id;
		err = kc_row_open(txn->bag, &row, true, &stored);
		kc_db_release(&stmt);
		if (err == KC_E_LOCKED)
			*ret_all_seen = false;
		else if (err == KC_E_CORRUPT)
			KC_TRY(kc_change_quarantine(txn, last));
		else if (err == KC_OK)
			KC_TRY(keep_tracked(txn, &stored));
		else
			return err;
	}
}

static kc_err rebuild_index(struct kc_txn *txn)
{
	static const char sql[] = "SELECT " KC_ROW_COLUMNS " FROM item ORDER BY id";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool found;

	KC_TRY(kc_db_exec(txn->db, "DELETE FROM term"));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		struct kc_row row;
		KC_TRY(kc_db_step(&stmt, &found));
		if (!found)
			return KC_OK;
		kc_row_read(&stmt, &row);
		KC_TRY(kc_row_index(txn, &row));
	}
}

/* Sets the digest anew once every row has been seen; until then the difference stays. */
static kc_err repair(struct kc_txn *txn, const struct findings *found)
{
	struct findings after;
	bool all_seen = true;

	if (!found->digest_fits) {
		KC_TRY(kc_trie_discard(txn)); /* a track may be gone */
		KC_TRY(sift_tracks(txn));
		KC_TRY(sift_rows(txn, &all_seen));
		KC_TRY(kc_setting_put_int(txn->db, KC_SETTING_ALTERED, 1));
	}
	if (!found->index_fits)
		KC_TRY(rebuild_index(txn));
	if (found->digest_fits || !all_seen)
		return KC_OK;
	KC_TRY(look(txn, &after));
	memset(txn->delta, 0, sizeof txn->delta);
	return kc_setdigest_put(txn, after.digest);
}

static kc_err look_alone(struct kc_store *store, struct findings *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	return look(&txn, ret);
}

kc_err kc_verify_all(struct kc_store *store, bool *ret_altered)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct findings found;

	KC_TRY(look_alone(store, &found));
	*ret_altered = found.altered_before || !found.digest_fits;
	if (found.digest_fits && found.index_fits)
		return KC_OK;
	kc_log_error("the database was changed by something else");
	if (kc_store_is_read_only(store))
		return KC_OK;
	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	KC_TRY(look(&txn, &found));
	if (!found.digest_fits || !found.index_fits)
		KC_TRY(repair(&txn, &found));
	return kc_txn_commit(&txn);
}
