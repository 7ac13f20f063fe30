/* SPDX-License-Identifier: ISC */
/* Sightings. */
#include "backend/store/sighting.h"

#include <string.h>

#include "backend/store/db.h"

kc_err kc_sighting_get(struct kc_txn *txn, const char *name, uint8_t ret[static KC_SIGHTING_LEN])
{
	static const char sql[] = "SELECT version FROM sighting WHERE name = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes_str(name));
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row || !kc_db_array(&stmt, 0, ret, KC_SIGHTING_LEN))
		return KC_ERR(NOT_FOUND);
	return KC_OK;
}

kc_err kc_sighting_put(struct kc_txn *txn, const char *name,
	const uint8_t version[static KC_SIGHTING_LEN], uint64_t reading)
{
	static const char sql[] = "INSERT INTO sighting(name, version, reading) VALUES(?1, ?2, ?3)"
				  " ON CONFLICT(name) DO UPDATE SET version = excluded.version,"
				  " reading = excluded.reading";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes_str(name));
	kc_db_bind_bytes(&stmt, 2, kc_bytes(version, KC_SIGHTING_LEN));
	kc_db_bind_int(&stmt, 3, (int64_t)reading);
	return kc_db_run(&stmt);
}

static kc_err drop(struct kc_txn *txn, const char *name)
{
	static const char sql[] = "DELETE FROM sighting WHERE name = ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes_str(name));
	return kc_db_run(&stmt);
}

/* Of the one row that was asked for. */
static kc_err take_name(struct kc_stmt *stmt, char *ret, size_t size)
{
	struct kc_bytes name;
	bool row;

	KC_TRY(kc_db_step(stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	name = kc_db_bytes(stmt, 0);
	if (name.len >= size)
		return KC_ERR(CORRUPT);
	memcpy(ret, name.data, name.len);
	ret[name.len] = 0;
	return KC_OK;
}

static kc_err find_missing(struct kc_txn *txn, uint64_t reading, char *ret, size_t size)
{
	static const char sql[] = "SELECT name FROM sighting WHERE reading < ?1 LIMIT 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, (int64_t)reading);
	return take_name(&stmt, ret, size);
}

kc_err kc_sighting_take_missing(struct kc_txn *txn, uint64_t reading, char *ret, size_t size)
{
	KC_TRY(find_missing(txn, reading, ret, size));
	return drop(txn, ret);
}

kc_err kc_sighting_next_claimed(struct kc_txn *txn, const char *after, char *ret, size_t size)
{
	static const char sql[] = "SELECT name FROM sighting WHERE reading = 0 AND name > ?1"
				  " ORDER BY name LIMIT 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes_str(after));
	return take_name(&stmt, ret, size);
}

kc_err kc_sighting_count_strange(struct kc_txn *txn, uint64_t *ret)
{
	static const char sql[] = "SELECT max(0, (SELECT COUNT(*) FROM sighting)"
				  " - (SELECT COUNT(*) FROM track))";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	*ret = row ? (uint64_t)kc_db_int(&stmt, 0) : 0;
	return KC_OK;
}

kc_err kc_sighting_clear(struct kc_txn *txn)
{
	return kc_db_exec(txn->db, "DELETE FROM sighting");
}
