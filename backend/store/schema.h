/* SPDX-License-Identifier: ISC */
/* The tables, and the steps from each version of them to the next. */
#ifndef KC_STORE_SCHEMA_H
#define KC_STORE_SCHEMA_H

#include "backend/store/db.h"

/* "KCdb" in the SQLite header: what tells our files from others. */
#define KC_SCHEMA_APPLICATION_ID 0x4b436462

#define KC_SCHEMA_PAGE_LEN 4096

/* Makes all tables in an empty database. */
KC_MUST kc_err kc_schema_create(struct kc_db *db);
/* Whether this program can work with the database: FOREIGN, NEWER, DAMAGED. Changes nothing. */
KC_MUST kc_err kc_schema_check(struct kc_db *db);
/* Brings an older database up to date, in one transaction. Nothing to do for a current one. */
KC_MUST kc_err kc_schema_migrate(struct kc_db *db);

#endif
