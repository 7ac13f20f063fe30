/* SPDX-License-Identifier: ISC */
/* Rows of the table "track". */
#include "backend/store/track.h"

#include <string.h>

#include "crypto/hash.h"
#include "backend/store/db.h"
#include "backend/store/setdigest.h"
#include "backend/store/trie.h"

#define PURPOSE_TRACK "keycircle/1/store/track"
#define PURPOSE_SHARE "keycircle/1/store/track-share"

static const char select_by_id[] = "SELECT id, name, item, sealed FROM track WHERE id = ?1";

/* --- sealing ------------------------------------------------------------------------------------
 */

static kc_err put_place(const char *purpose, const struct kc_track *track, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, purpose);
	kc_der_put_uint(&w, track->id);
	kc_der_put_bytes(&w, KC_BYTES_OF(track->name));
	kc_der_put_uint(&w, track->item);
	return kc_der_writer_check(&w);
}

static void put_said(struct kc_der_writer *w, const struct kc_track_said *said)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bool(w, said->live);
	kc_der_put_uint(w, said->t);
	kc_der_put_bytes(w, KC_BYTES_OF(said->writer));
	kc_der_put_bytes(w, KC_BYTES_OF(said->digest));
	kc_der_end(w);
}

static kc_err put_body(const struct kc_track *track, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, track->view);
	kc_der_put_uint(&w, track->protection);
	kc_der_put_bool(&w, track->deleted);
	kc_der_put_bool(&w, track->lost);
	kc_der_put_bool(&w, track->pending);
	kc_der_put_uint(&w, track->t);
	kc_der_put_uint(&w, track->created);
	kc_der_put_uint(&w, track->replaced);
	kc_der_put_bytes(&w, KC_BYTES_OF(track->writer));
	kc_der_put_uint(&w, track->counter);
	kc_der_put_bytes(&w, KC_BYTES_OF(track->digest));
	kc_der_put_uint(&w, track->padded_len);
	kc_der_put_bytes(&w, KC_BYTES_OF(track->key_digest));
	kc_der_put_bytes(&w, KC_BYTES_OF(track->author));
	if (track->pending && track->said.t)
		put_said(&w, &track->said);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static void pull_said(struct kc_der_reader *r, struct kc_track_said *ret)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	ret->live = kc_der_get_bool(&seq);
	ret->t = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->writer, sizeof ret->writer);
	kc_der_get_array(&seq, ret->digest, sizeof ret->digest);
	kc_der_leave(r, &seq);
}

/* What a track that is not pending says is what it holds, or did before it was lost. */
static void say(struct kc_track *track)
{
	if (track->pending)
		return;
	track->said = (struct kc_track_said){.live = !track->deleted, .t = track->t};
	memcpy(track->said.writer, track->writer, sizeof track->said.writer);
	memcpy(track->said.digest, track->digest, sizeof track->said.digest);
}

static kc_err parse_body(struct kc_bytes body, struct kc_track *ret)
{
	struct kc_der_reader r, seq;
	uint64_t protection;

	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	ret->view = (enum kc_view)kc_der_get_uint_max(&seq, KC_VIEW_COUNT - 1);
	protection = kc_der_get_uint(&seq);
	ret->deleted = kc_der_get_bool(&seq);
	ret->lost = kc_der_get_bool(&seq);
	ret->pending = kc_der_get_bool(&seq);
	ret->t = kc_der_get_uint(&seq);
	ret->created = kc_der_get_uint(&seq);
	ret->replaced = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->writer, sizeof ret->writer);
	ret->counter = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->digest, sizeof ret->digest);
	ret->padded_len = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->key_digest, sizeof ret->key_digest);
	kc_der_get_array(&seq, ret->author, sizeof ret->author);
	if (ret->pending && kc_der_more(&seq))
		pull_said(&seq, &ret->said);
	say(ret);
	kc_der_leave(&r, &seq);
	if (!kc_protection_is_valid((int64_t)protection))
		kc_der_reader_fail(&r);
	ret->protection = (enum kc_protection)protection;
	return kc_der_reader_finish(&r);
}

static kc_err seal(const struct kc_txn *txn, const struct kc_track *track, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, body = KC_BUF_INIT;

	KC_TRY(put_place(PURPOSE_TRACK, track, &ad));
	KC_TRY(put_body(track, &body));
	return kc_keybag_seal_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), kc_buf_bytes(&body), ret);
}

/* The clear columns of the current row; sealed lives until the next step. */
static bool read_place(
	const struct kc_stmt *stmt, struct kc_track *ret, struct kc_bytes *ret_sealed)
{
	*ret = (struct kc_track){
		.id = (uint64_t)kc_db_int(stmt, 0), .item = (uint64_t)kc_db_int(stmt, 2)};
	*ret_sealed = kc_db_bytes(stmt, 3);
	return kc_db_array(stmt, 1, ret->name, sizeof ret->name);
}

static kc_err open_row(const struct kc_txn *txn, const struct kc_stmt *stmt, struct kc_track *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, body = KC_BUF_INIT;
	struct kc_track track;
	struct kc_bytes sealed;

	if (!read_place(stmt, &track, &sealed))
		return KC_ERR(CORRUPT);
	KC_TRY(put_place(PURPOSE_TRACK, &track, &ad));
	KC_TRY(kc_keybag_open_metadata(
		txn->bag, KC_PROTECTION_DK, kc_buf_bytes(&ad), sealed, &body));
	if (parse_body(kc_buf_bytes(&body), &track) != KC_OK)
		return KC_ERR(CORRUPT);
	*ret = track;
	return KC_OK;
}

static kc_err put_share(const struct kc_track *track, struct kc_bytes sealed, struct kc_buf *ret)
{
	struct kc_der_writer w;

	KC_TRY(put_place(PURPOSE_SHARE, track, ret));
	kc_der_writer_init(&w, ret);
	kc_der_put_bytes(&w, kc_setdigest_tag(sealed));
	return kc_der_writer_check(&w);
}

static kc_err note(struct kc_txn *txn, const struct kc_track *track, struct kc_bytes sealed,
	enum kc_share_move move)
{
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	KC_TRY(put_share(track, sealed, &share));
	kc_setdigest_note(txn, kc_buf_bytes(&share), move);
	return KC_OK;
}

/* Takes the share of the stored row out of the set digest; a row that is not there has none. *ret
 * is what it was, and zeroed when it did not open: then nobody knows which leaf it had. */
static kc_err retire(struct kc_txn *txn, uint64_t id, struct kc_track *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_track old;
	struct kc_bytes sealed;
	bool row;
	kc_err err;

	*ret = (struct kc_track){.id = 0};
	KC_TRY(kc_db_prepare(txn->db, select_by_id, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)id);
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_OK;
	(void)read_place(&stmt, &old, &sealed);
	KC_TRY(note(txn, &old, sealed, KC_SHARE_OUT));
	err = open_row(txn, &stmt, ret);
	return err == KC_E_CORRUPT ? kc_trie_discard(txn) : err;
}

/* Lets the trie follow from what a track said, if it did, to what it says. */
static kc_err move_leaf(struct kc_txn *txn, const struct kc_track *old, const struct kc_track *new)
{
	bool was = old->said.live, is = new->said.live;
	bool same = was == is && old->view ==
					 new->view &&memcmp(old->said.digest, new->said.digest,
						 sizeof old->said.digest) == 0;

	if (same)
		return KC_OK;
	if (was && (!is || old->view != new->view))
		KC_TRY(kc_trie_set(txn, old->view, old->name, NULL));
	return is ? kc_trie_set(txn, new->view, new->name, new->said.digest) : KC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static kc_err step_and_open(const struct kc_txn *txn, struct kc_stmt *stmt, struct kc_track *ret)
{
	bool row;

	KC_TRY(kc_db_step(stmt, &row));
	return row ? open_row(txn, stmt, ret) : KC_ERR(NOT_FOUND);
}

static kc_err find_by_int(struct kc_txn *txn, const char *sql, uint64_t value, struct kc_track *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)value);
	return step_and_open(txn, &stmt, ret);
}

kc_err kc_track_get(struct kc_txn *txn, uint64_t id, struct kc_track *ret)
{
	return find_by_int(txn, select_by_id, id, ret);
}

kc_err kc_track_find_item(struct kc_txn *txn, uint64_t item, struct kc_track *ret)
{
	static const char sql[] = "SELECT id, name, item, sealed FROM track WHERE item = ?1";

	return find_by_int(txn, sql, item, ret);
}

kc_err kc_track_next(struct kc_txn *txn, uint64_t after, struct kc_track *ret)
{
	static const char sql[] =
		"SELECT id, name, item, sealed FROM track WHERE id > ?1 ORDER BY id LIMIT 1";

	return find_by_int(txn, sql, after, ret);
}

kc_err kc_track_next_id(struct kc_txn *txn, uint64_t after, uint64_t *ret)
{
	static const char sql[] = "SELECT coalesce(min(id), 0) FROM track WHERE id > ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)after);
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

kc_err kc_track_find_name(
	struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN], struct kc_track *ret)
{
	static const char sql[] = "SELECT id, name, item, sealed FROM track WHERE name = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes(name, KC_TRACK_NAME_LEN));
	return step_and_open(txn, &stmt, ret);
}

kc_err kc_track_key_digest(const struct kc_item *item, uint8_t ret[static KC_TRACK_DIGEST_LEN])
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	KC_TRY(kc_item_put_key(item, true, &key));
	return kc_hash_compute(KC_HASH_SHA256, kc_buf_bytes(&key), ret);
}

/* --- writing ------------------------------------------------------------------------------------
 */

static kc_err next_id(struct kc_txn *txn, uint64_t *ret)
{
	static const char sql[] = "SELECT max(coalesce((SELECT max(id) FROM track), 0),"
				  " coalesce((SELECT seq FROM sqlite_sequence WHERE name ="
				  " 'track'), 0)) + 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = (uint64_t)kc_db_int(&stmt, 0);
	return KC_OK;
}

kc_err kc_track_put(struct kc_txn *txn, struct kc_track *track)
{
	static const char sql[] =
		"INSERT INTO track(id, name, item, sealed) VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT(id) DO UPDATE SET name = excluded.name, item = excluded.item,"
		" sealed = excluded.sealed";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	struct kc_track old = {.id = 0};

	if (!kc_protection_is_valid(track->protection))
		return KC_ERR(PARAM); /* it would not be readable again */
	if (track->id == 0)
		KC_TRY(next_id(txn, &track->id));
	else
		KC_TRY(retire(txn, track->id, &old));
	say(track);
	KC_TRY(seal(txn, track, &sealed));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)track->id);
	kc_db_bind_bytes(&stmt, 2, KC_BYTES_OF(track->name));
	if (track->item)
		kc_db_bind_int(&stmt, 3, (int64_t)track->item);
	else
		kc_db_bind_null(&stmt, 3);
	kc_db_bind_bytes(&stmt, 4, kc_buf_bytes(&sealed));
	KC_TRY(kc_db_run(&stmt));
	KC_TRY(note(txn, track, kc_buf_bytes(&sealed), KC_SHARE_IN));
	return move_leaf(txn, &old, track);
}

kc_err kc_track_drop(struct kc_txn *txn, uint64_t id)
{
	static const char sql[] = "DELETE FROM track WHERE id = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_track old, none = {.id = 0};

	KC_TRY(kc_track_journal_drop(txn, id));
	KC_TRY(retire(txn, id, &old));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)id);
	KC_TRY(kc_db_run(&stmt));
	return move_leaf(txn, &old, &none);
}

kc_err kc_track_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN])
{
	static const char sql[] = "SELECT id, name, item, sealed FROM track";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;
		struct kc_track track;
		struct kc_bytes sealed;
		KC_TRY(kc_db_step(&stmt, &row));
		if (!row)
			return KC_OK;
		(void)read_place(&stmt, &track, &sealed);
		KC_TRY(put_share(&track, sealed, &share));
		kc_setdigest_fold(txn->bag, kc_buf_bytes(&share), digest);
	}
}
