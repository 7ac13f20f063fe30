/* SPDX-License-Identifier: ISC */
/* Cells. */
#include "backend/store/cell.h"

#include <string.h>

#include "backend/store/db.h"
#include "backend/store/setdigest.h"

#define PURPOSE_NAME "keycircle/1/store/cell-name"
#define PURPOSE_VALUE "keycircle/1/store/cell-value"
#define PURPOSE_SHARE "keycircle/1/store/cell-share"

struct cell {
	uint8_t name[KC_INDEX_MAC_LEN];
	int64_t version;
	int64_t protection;
	struct kc_bytes sealed; /* lives as long as the statement's row */
};

static kc_err hash_name(const struct kc_txn *txn, const char *name, uint8_t *ret)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &input);
	kc_der_put_str(&w, PURPOSE_NAME);
	kc_der_put_str(&w, name);
	KC_TRY(kc_der_writer_check(&w));
	kc_keybag_index_mac(txn->bag, kc_buf_bytes(&input), ret);
	return KC_OK;
}

static kc_err put_place(const char *purpose, const struct cell *cell, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, purpose);
	kc_der_put_bytes(&w, KC_BYTES_OF(cell->name));
	kc_der_put_int(&w, cell->version);
	kc_der_put_int(&w, cell->protection);
	return kc_der_writer_check(&w);
}

static kc_err put_share(const struct cell *cell, struct kc_buf *ret)
{
	struct kc_der_writer w;

	KC_TRY(put_place(PURPOSE_SHARE, cell, ret));
	kc_der_writer_init(&w, ret);
	kc_der_put_bytes(&w, kc_setdigest_tag(cell->sealed));
	return kc_der_writer_check(&w);
}

static kc_err note(struct kc_txn *txn, const struct cell *cell, enum kc_share_move move)
{
	KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;

	KC_TRY(put_share(cell, &share));
	kc_setdigest_note(txn, kc_buf_bytes(&share), move);
	return KC_OK;
}

static bool read_cell(const struct kc_stmt *stmt, struct cell *ret)
{
	ret->version = kc_db_int(stmt, 1);
	ret->protection = kc_db_int(stmt, 2);
	ret->sealed = kc_db_bytes(stmt, 3);
	return kc_db_array(stmt, 0, ret->name, sizeof ret->name) &&
	       ret->protection >= KC_PROTECTION_FIRST &&
	       ret->protection < KC_PROTECTION_FIRST + KC_PROTECTION_COUNT;
}

/* ret->name must be set. NOT_FOUND when there is none. */
static kc_err find(struct kc_txn *txn, struct kc_stmt *stmt, struct cell *ret)
{
	static const char sql[] =
		"SELECT name, version, protection, sealed FROM cell WHERE name = ?1";
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, stmt));
	kc_db_bind_bytes(stmt, 1, KC_BYTES_OF(ret->name));
	KC_TRY(kc_db_step(stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	return read_cell(stmt, ret) ? KC_OK : KC_ERR(CORRUPT);
}

kc_err kc_cell_get(struct kc_txn *txn, const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT;
	struct cell cell;

	KC_TRY(hash_name(txn, name, cell.name));
	KC_TRY(find(txn, &stmt, &cell));
	KC_TRY(put_place(PURPOSE_VALUE, &cell, &ad));
	return kc_keybag_open_metadata(
		txn->bag, (enum kc_protection)cell.protection, kc_buf_bytes(&ad), cell.sealed, ret);
}

/* Takes the cell's share out of the set digest; *ret_version is 0 when there is none. */
static kc_err retire(struct kc_txn *txn, const uint8_t *name, int64_t *ret_version)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct cell old;
	kc_err err;

	memcpy(old.name, name, sizeof old.name);
	err = find(txn, &stmt, &old);
	*ret_version = 0;
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	if (err != KC_OK && err != KC_E_CORRUPT)
		return err;
	*ret_version = old.version;
	return note(txn, &old, KC_SHARE_OUT);
}

kc_err kc_cell_put(
	struct kc_txn *txn, enum kc_protection protection, const char *name, struct kc_bytes value)
{
	static const char sql[] =
		"INSERT INTO cell(name, version, protection, sealed) VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT(name) DO UPDATE SET version = excluded.version,"
		" protection = excluded.protection, sealed = excluded.sealed";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, sealed = KC_BUF_INIT;
	struct cell cell = {.protection = protection};

	if (value.len > KC_CELL_MAX_VALUE)
		return KC_ERR(TOO_LARGE);
	KC_TRY(hash_name(txn, name, cell.name));
	KC_TRY(retire(txn, cell.name, &cell.version));
	cell.version++;
	KC_TRY(put_place(PURPOSE_VALUE, &cell, &ad));
	KC_TRY(kc_keybag_seal_metadata(txn->bag, protection, kc_buf_bytes(&ad), value, &sealed));
	cell.sealed = kc_buf_bytes(&sealed);
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, KC_BYTES_OF(cell.name));
	kc_db_bind_int(&stmt, 2, cell.version);
	kc_db_bind_int(&stmt, 3, cell.protection);
	kc_db_bind_bytes(&stmt, 4, cell.sealed);
	KC_TRY(kc_db_run(&stmt));
	return note(txn, &cell, KC_SHARE_IN);
}

kc_err kc_cell_remove(struct kc_txn *txn, const char *name)
{
	static const char sql[] = "DELETE FROM cell WHERE name = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	uint8_t hash[KC_INDEX_MAC_LEN];
	int64_t version;

	KC_TRY(hash_name(txn, name, hash));
	KC_TRY(retire(txn, hash, &version));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, KC_BYTES_OF(hash));
	return kc_db_run(&stmt);
}

kc_err kc_cell_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN])
{
	static const char sql[] = "SELECT name, version, protection, sealed FROM cell";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	for (;;) {
		KC_CLEANUP_BUF struct kc_buf share = KC_BUF_INIT;
		struct cell cell = {.version = 0};
		KC_TRY(kc_db_step(&stmt, &row));
		if (!row)
			return KC_OK;
		(void)read_cell(&stmt, &cell); /* a malformed one has a share like any other */
		KC_TRY(put_share(&cell, &share));
		kc_setdigest_fold(txn->bag, kc_buf_bytes(&share), digest);
	}
}
