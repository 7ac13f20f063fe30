/* SPDX-License-Identifier: ISC */
/* Settings. */
#include "backend/store/setting.h"

/* clang-format off */
static const char *const names[KC_SETTING_COUNT] = {
	[KC_SETTING_KEYBAG]     = "keybag",
	[KC_SETTING_DEVICE]     = "device",
	[KC_SETTING_GENERATION] = "generation",
	[KC_SETTING_TRIES]      = "tries",
	[KC_SETTING_DIGEST]     = "digest",
	[KC_SETTING_ALTERED]    = "altered",
	[KC_SETTING_OFFICER_TRIES] = "officer-tries",
};
/* clang-format on */

static const char get_sql[] = "SELECT value FROM setting WHERE name = ?1";
static const char put_sql[] = "INSERT INTO setting(name, value) VALUES(?1, ?2)"
			      " ON CONFLICT(name) DO UPDATE SET value = excluded.value";

static kc_err find(struct kc_db *db, enum kc_setting setting, struct kc_stmt *stmt, bool *ret_row)
{
	KC_TRY(kc_db_prepare(db, get_sql, stmt));
	kc_db_bind_text(stmt, 1, names[setting]);
	return kc_db_step(stmt, ret_row);
}

kc_err kc_setting_get_bytes(struct kc_db *db, enum kc_setting setting, struct kc_buf *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	struct kc_bytes value;
	bool row;

	KC_TRY(find(db, setting, &stmt, &row));
	if (!row)
		return KC_ERR(NOT_FOUND);
	value = kc_db_bytes(&stmt, 0);
	kc_buf_push(ret, value.data, value.len);
	return kc_buf_check(ret);
}

kc_err kc_setting_get_int(
	struct kc_db *db, enum kc_setting setting, int64_t otherwise, int64_t *ret)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;
	bool row;

	KC_TRY(find(db, setting, &stmt, &row));
	*ret = row ? kc_db_int(&stmt, 0) : otherwise;
	return KC_OK;
}

kc_err kc_setting_put_bytes(struct kc_db *db, enum kc_setting setting, struct kc_bytes value)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(db, put_sql, &stmt));
	kc_db_bind_text(&stmt, 1, names[setting]);
	kc_db_bind_bytes(&stmt, 2, value);
	return kc_db_run(&stmt);
}

kc_err kc_setting_put_int(struct kc_db *db, enum kc_setting setting, int64_t value)
{
	KC_CLEANUP_STMT struct kc_stmt stmt = KC_STMT_INIT;

	KC_TRY(kc_db_prepare(db, put_sql, &stmt));
	kc_db_bind_text(&stmt, 1, names[setting]);
	kc_db_bind_int(&stmt, 2, value);
	return kc_db_run(&stmt);
}

kc_err kc_setting_count_up(struct kc_db *db, enum kc_setting setting, int64_t otherwise)
{
	int64_t value;

	KC_TRY(kc_setting_get_int(db, setting, otherwise, &value));
	return kc_setting_put_int(db, setting, value + 1);
}
