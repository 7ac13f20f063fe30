/* SPDX-License-Identifier: ISC */
/* Items that outlive the lock, the service and damage, in the strict profile. */
#include <sqlite3.h>
#include <stdio.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/facts.h"
#include "tests/wire/device.h"

static void damage(const char *sql)
{
	char path[128];
	sqlite3 *db = NULL;

	snprintf(path, sizeof path, "%s/data/keychain.db", device_path());
	CHECK_FATAL(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	CHECK(sqlite3_changes(db) == 1);
	sqlite3_close(db);
}

static void locks(void)
{
	facts_check_each(&lock_facts);
}

static void restarts(void)
{
	facts_check_each(&restart_facts);
}

static void damages(void)
{
	facts_damage = damage;
	facts_check(&damage_facts);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(locks),
		CHECK_TEST(restarts), CHECK_TEST(damages)};
	int status;

	setenv("KEYCIRCLE_STRICT_SECITEM", "1", 1);
	setenv("KEYCIRCLE_ACCESS_GROUPS", "user,other", 1);
	device_make("tests/service/keycircled-fast");
	status = check_main("keychainapi/secitem, life", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
