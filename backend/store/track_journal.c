/* SPDX-License-Identifier: ISC */
/*
 * The journal of tracks: what is not yet sent.
 *
 * An entry that is taken away unsent would keep a change from all other devices, so each has a
 * share in the set digest: the fact that the track is in the journal, not its place there.
 */
#include "backend/store/db.h"
#include "backend/store/setdigest.h"
#include "backend/store/track.h"

#define PURPOSE_SHARE "keycircle/1/store/journal-share"

static kc_err put_share(uint64_t track, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, PURPOSE_SHARE);
	kc_der_put_uint(&w, track);
	return kc_der_writer_check(&w);
}

static kc_err note(struct kc_txn *txn, uint64_t track, enum kc_share_move move)
{
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	KC_TRY(put_share(track, &share));
	kc_setdigest_note(txn, kc_buf_bytes(&share), move);
	return KC_OK;
}

/* Runs a query for one number by another. NOT_FOUND when there is none. */
static kc_err find_int(struct kc_txn *txn, const char *sql, uint64_t value, uint64_t *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)value);
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	*ret = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

static kc_err find_sequence(struct kc_txn *txn, uint64_t track, uint64_t *ret)
{
	static const char sql[] = "SELECT sequence FROM journal WHERE track = ?1";

	return find_int(txn, sql, track, ret);
}

kc_err kc_track_journal_put(struct kc_txn *txn, uint64_t track)
{
	/* Replacing gives a new sequence number: a change during an exchange is not lost with it.
	 */
	static const char sql[] = "INSERT OR REPLACE INTO journal(track) VALUES(?1)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	uint64_t sequence;
	kc_err err = find_sequence(txn, track, &sequence);

	if (err == KC_E_NOT_FOUND)
		err = note(txn, track, KC_SHARE_IN);
	if (err != KC_OK)
		return err;
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)track);
	return kc_db_run(&stmt);
}

kc_err kc_track_journal_next(
	struct kc_txn *txn, uint64_t after, uint64_t *ret_sequence, uint64_t *ret_track)
{
	static const char sql[] = "SELECT sequence, track FROM journal WHERE sequence > ?1"
				  " ORDER BY sequence LIMIT 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)after);
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	*ret_sequence = (uint64_t)kc_db_int(&stmt, 0);
	*ret_track = (uint64_t)kc_db_int(&stmt, 1);
	return KC_OK;
}

kc_err kc_track_journal_done(struct kc_txn *txn, uint64_t sequence)
{
	static const char find[] = "SELECT track FROM journal WHERE sequence = ?1";
	static const char sql[] = "DELETE FROM journal WHERE sequence = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	uint64_t track;
	kc_err err = find_int(txn, find, sequence, &track);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err == KC_OK)
		err = note(txn, track, KC_SHARE_OUT);
	if (err != KC_OK)
		return err;
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)sequence);
	return kc_db_run(&stmt);
}

kc_err kc_track_journal_drop(struct kc_txn *txn, uint64_t track)
{
	uint64_t sequence;
	kc_err err = find_sequence(txn, track, &sequence);

	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	return err == KC_OK ? kc_track_journal_done(txn, sequence) : err;
}

kc_err kc_track_journal_count(struct kc_txn *txn, uint64_t *ret)
{
	static const char sql[] = "SELECT count(*) FROM journal";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

kc_err kc_track_journal_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN])
{
	static const char sql[] = "SELECT track FROM journal";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;
		KC_TRY(kc_db_step(&stmt, &row));
		if (!row)
			return KC_OK;
		KC_TRY(put_share((uint64_t)kc_db_int(&stmt, 0), &share));
		kc_setdigest_fold(txn->bag, kc_buf_bytes(&share), digest);
	}
}
