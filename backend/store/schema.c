/* SPDX-License-Identifier: ISC */
/* The tables. */
#include "backend/store/schema.h"

#include <sqlite3.h>

/* clang-format off */
/*
 * item        one row an item. ref is its persistent reference; key the keyed hash of its primary
 *             key; terms and marks the keyed hashes that it can be found by; meta and secret are
 *             sealed, and bound to all the other columns.
 * term        the index over terms: eight bytes of the hash, and the item.
 * track       what sync knows of an item: the name of its record; the rest is sealed. It outlives
 *             the item, which is how a deletion travels.
 * trie        nodes of the tries over what tracks say, sealed, each bound to its place; below the
 *             roots, which are cells.
 * journal     tracks with changes that are not yet sent, once each, in order.
 * cell        small sealed values: the circle's state, floors, the device's name.
 * setting     small values in the clear, needed before any key is there.
 * sighting    which version of each record of the store between devices was seen last, in the clear.
 * quarantine  rows that do not open, as they were found.
 * history     rows of items as they were before they were replaced, deleted, or lost against
 *             another device's change, for 90 days; how is what became of them, sealed; len their
 *             bytes, roughly.
 */
/* clang-format on */
static const char version_1[] =
	"CREATE TABLE setting(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE item("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" version INTEGER NOT NULL,"
	" class INTEGER NOT NULL,"
	" protection INTEGER NOT NULL,"
	" sync INTEGER NOT NULL,"
	" tomb INTEGER NOT NULL,"
	" ref BLOB NOT NULL UNIQUE,"
	" key BLOB NOT NULL UNIQUE,"
	" terms BLOB NOT NULL,"
	" marks BLOB NOT NULL,"
	" meta BLOB NOT NULL,"
	" secret BLOB) STRICT;"
	"CREATE INDEX item_live ON item(class, sync) WHERE tomb = 0;"
	"CREATE INDEX item_dead ON item(class, sync) WHERE tomb = 1;"
	"CREATE TABLE term("
	" hash INTEGER NOT NULL,"
	" item INTEGER NOT NULL,"
	" PRIMARY KEY(hash, item)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE track("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name BLOB NOT NULL UNIQUE,"
	" item INTEGER UNIQUE,"
	" sealed BLOB NOT NULL) STRICT;"
	"CREATE TABLE trie("
	" view INTEGER NOT NULL,"
	" path TEXT NOT NULL,"
	" sealed BLOB NOT NULL,"
	" PRIMARY KEY(view, path)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE journal("
	" sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
	" track INTEGER NOT NULL UNIQUE REFERENCES track(id) ON DELETE CASCADE) STRICT;"
	"CREATE TABLE cell("
	" name BLOB PRIMARY KEY,"
	" version INTEGER NOT NULL,"
	" protection INTEGER NOT NULL,"
	" sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE sighting("
	" name BLOB PRIMARY KEY,"
	" version BLOB NOT NULL,"
	" reading INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX sighting_claimed ON sighting(name) WHERE reading = 0;"
	"CREATE TABLE quarantine("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at_ms INTEGER NOT NULL,"
	" item ANY, version ANY, class ANY, protection ANY, sync ANY, tomb ANY, ref ANY, key ANY,"
	" terms ANY, marks ANY, meta ANY, secret ANY) STRICT;"
	"CREATE TABLE history("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" at_ms INTEGER NOT NULL,"
	" how BLOB NOT NULL,"
	" len INTEGER NOT NULL,"
	" item INTEGER NOT NULL,"
	" version INTEGER NOT NULL,"
	" class INTEGER NOT NULL,"
	" protection INTEGER NOT NULL,"
	" sync INTEGER NOT NULL,"
	" tomb INTEGER NOT NULL,"
	" ref BLOB NOT NULL,"
	" key BLOB NOT NULL,"
	" terms BLOB NOT NULL,"
	" marks BLOB NOT NULL,"
	" meta BLOB NOT NULL,"
	" secret BLOB) STRICT;"
	"CREATE INDEX history_key ON history(key);"
	"CREATE INDEX history_age ON history(at_ms, len);";

/* Row n makes version n+1 from version n; version 0 is the empty database. */
static const char *const steps[] = {
	version_1,
};
#define CURRENT_VERSION ((int)KC_COUNT_OF(steps))

static kc_err get_pragma(struct kc_db *db, const char *sql, int64_t *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(kc_db_prepare(db, sql, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_ERR(DAMAGED);
	*ret = kc_db_int(&stmt, 0);
	return KC_OK;
}

static kc_err get_version(struct kc_db *db, int64_t *ret)
{
	static const char sql[] = "PRAGMA user_version";

	return get_pragma(db, sql, ret);
}

static kc_err climb(struct kc_db *db, int64_t from)
{
	KC_CLEANUP_BUF struct kc_buf stamp = KC_BUF_INIT;

	for (int64_t version = from; version < CURRENT_VERSION; version++)
		KC_TRY(kc_db_exec(db, steps[version]));
	kc_buf_printf(&stamp, "PRAGMA user_version = %d", CURRENT_VERSION);
	KC_TRY(kc_buf_check(&stamp));
	return kc_db_exec(db, kc_buf_text(&stamp));
}

kc_err kc_schema_create(struct kc_db *db)
{
	KC_CLEANUP_BUF struct kc_buf stamp = KC_BUF_INIT;

	kc_buf_printf(&stamp, "PRAGMA page_size = %d; PRAGMA application_id = %d",
		KC_SCHEMA_PAGE_LEN, KC_SCHEMA_APPLICATION_ID);
	KC_TRY(kc_buf_check(&stamp));
	KC_TRY(kc_db_exec(db, kc_buf_text(&stamp)));
	return climb(db, 0);
}

kc_err kc_schema_check(struct kc_db *db)
{
	static const char application[] = "PRAGMA application_id";
	static const char check[] = "PRAGMA quick_check(1)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	int64_t id, version;
	bool row;

	KC_TRY(get_pragma(db, application, &id));
	if (id != KC_SCHEMA_APPLICATION_ID)
		return KC_ERR(FOREIGN);
	KC_TRY(get_version(db, &version));
	if (version > CURRENT_VERSION)
		return KC_ERR(NEWER);
	if (version < 1)
		return KC_ERR(DAMAGED);
	KC_TRY(kc_db_prepare(db, check, &stmt));
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row || !kc_bytes_equal(kc_db_bytes(&stmt, 0), kc_bytes_str("ok")))
		return KC_ERR(DAMAGED);
	return KC_OK;
}

kc_err kc_schema_migrate(struct kc_db *db)
{
	int64_t version;
	kc_err err;

	KC_TRY(get_version(db, &version));
	if (version == CURRENT_VERSION)
		return KC_OK;
	KC_TRY(kc_db_exec(db, "BEGIN IMMEDIATE"));
	err = climb(db, version);
	if (err == KC_OK)
		err = kc_db_exec(db, "COMMIT");
	if (err != KC_OK)
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return err;
}
