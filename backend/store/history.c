/* SPDX-License-Identifier: ISC */
/* Rows of the table "history". */
#include "backend/store/history.h"

#include "backend/store/db.h"
#include "base/clock.h"

#define PURPOSE "keycircle/1/store/history"
#define DAY_MS ((int64_t)86400000)

static kc_err put_ad(const uint8_t *name, int64_t at_ms, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_str(&w, PURPOSE);
	kc_der_put_bytes(&w, kc_bytes(name, KC_TRACK_NAME_LEN));
	kc_der_put_int(&w, at_ms);
	return kc_der_writer_check(&w);
}

static kc_err put_item(const struct kc_item *item, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, item->class);
	kc_attrs_put(&w, &item->attrs);
	kc_attrs_put(&w, &item->within);
	kc_der_put_bool(&w, item->has_secret);
	kc_der_put_bytes(&w, kc_secret_bytes(&item->secret));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err parse_item(struct kc_bytes plain, struct kc_item *ret)
{
	struct kc_der_reader r, seq;
	struct kc_bytes secret;

	kc_der_reader_init(&r, plain);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	ret->class = (kc_name)kc_der_get_uint_max(&seq, UINT32_MAX);
	kc_attrs_pull(&seq, &ret->attrs);
	kc_attrs_pull(&seq, &ret->within);
	ret->has_secret = kc_der_get_bool(&seq);
	secret = kc_der_get_bytes(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(kc_attrs_check(&ret->attrs));
	KC_TRY(kc_attrs_check(&ret->within));
	return kc_secret_set(&ret->secret, secret);
}

kc_err kc_history_keep(struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN],
	const struct kc_item *item)
{
	static const char sql[] =
		"INSERT INTO history(at_ms, name, protection, sealed) VALUES(?1, ?2, ?3, ?4)";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT, plain = KC_BUF_INIT, sealed = KC_BUF_INIT;
	int64_t now = kc_clock_wall_ms();

	KC_TRY(put_ad(name, now, &ad));
	KC_TRY(put_item(item, &plain));
	KC_TRY(kc_keybag_seal_secret(
		txn->bag, item->protection, kc_buf_bytes(&ad), kc_buf_bytes(&plain), &sealed));
	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, now);
	kc_db_bind_bytes(&stmt, 2, kc_bytes(name, KC_TRACK_NAME_LEN));
	kc_db_bind_int(&stmt, 3, item->protection);
	kc_db_bind_bytes(&stmt, 4, kc_buf_bytes(&sealed));
	return kc_db_run(&stmt);
}

static kc_err open_row(const struct kc_txn *txn, const struct kc_stmt *stmt, const uint8_t *name,
	struct kc_item *ret)
{
	KC_CLEANUP_BUF struct kc_buf ad = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret plain = KC_SECRET_INIT;
	int64_t protection = kc_db_int(stmt, 2);

	if (!kc_protection_is_valid(protection))
		return KC_ERR(CORRUPT);
	KC_TRY(put_ad(name, kc_db_int(stmt, 1), &ad));
	KC_TRY(kc_keybag_open_secret(txn->bag, (enum kc_protection)protection, kc_buf_bytes(&ad),
		kc_db_bytes(stmt, 3), &plain));
	ret->protection = (enum kc_protection)protection;
	return parse_item(kc_secret_bytes(&plain), ret);
}

kc_err kc_history_get(struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN],
	uint64_t before, uint64_t *ret_id, struct kc_item *ret)
{
	static const char sql[] = "SELECT id, at_ms, protection, sealed FROM history"
				  " WHERE name = ?1 AND (?2 = 0 OR id < ?2)"
				  " ORDER BY id DESC LIMIT 1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	KC_CLEANUP_ITEM struct kc_item item = KC_ITEM_INIT;
	bool row;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_bytes(&stmt, 1, kc_bytes(name, KC_TRACK_NAME_LEN));
	kc_db_bind_int(&stmt, 2, (int64_t)before);
	KC_TRY(kc_db_step(&stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	KC_TRY(open_row(txn, &stmt, name, &item));
	*ret_id = (uint64_t)kc_db_int(&stmt, 0);
	kc_item_move(ret, &item);
	return KC_OK;
}

kc_err kc_history_purge(struct kc_txn *txn)
{
	static const char sql[] = "DELETE FROM history WHERE at_ms < ?1";
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(txn->db, sql, &stmt));
	kc_db_bind_int(&stmt, 1, kc_clock_wall_ms() - KC_HISTORY_DAYS * DAY_MS);
	return kc_db_run(&stmt);
}
