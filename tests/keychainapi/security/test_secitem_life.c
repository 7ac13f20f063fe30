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

/* Any call, on a device that cannot serve it. */
static void check_unavailable(const char *what)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFDictionaryRef none = CFDictionaryCreate(NULL, NULL, NULL, 0, NULL, NULL);

	CFDictionarySetValue(query, kSecClass, kSecClassGenericPassword);
	CHECK_MSG(SecItemAdd(query, NULL) == errSecNotAvailable, what);
	CHECK_MSG(SecItemCopyMatching(query, NULL) == errSecNotAvailable, what);
	CHECK_MSG(SecItemUpdate(query, none) == errSecNotAvailable, what);
	CHECK_MSG(SecItemDelete(query) == errSecNotAvailable, what);
	CFRelease(none);
	CFRelease(query);
}

static void rename_file(const char *from, const char *to)
{
	char paths[2][128];

	snprintf(paths[0], sizeof paths[0], "%s/data/%s", device_path(), from);
	snprintf(paths[1], sizeof paths[1], "%s/data/%s", device_path(), to);
	CHECK(rename(paths[0], paths[1]) == 0);
}

static void write_garbage(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/data/%s", device_path(), name);
	file = fopen(path, "we");
	CHECK_FATAL(file != NULL);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database, ", file);
	fclose(file);
}

/* 6.8: a file that is no keychain makes all calls fail, and is left alone; then all is there again.
 */
static void a_file_that_is_none(void)
{
	facts_check(&before_facts);
	facts_stop();
	rename_file("keychain.db", "aside");
	write_garbage("keychain.db");
	check_unavailable("garbage");
	facts_stop();
	rename_file("keychain.db", "garbage");
	rename_file("aside", "keychain.db");
	facts_check(&after_facts);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(locks),
		CHECK_TEST(restarts), CHECK_TEST(damages), CHECK_TEST(a_file_that_is_none)};
	int status;

	setenv("KEYCIRCLE_STRICT_SECITEM", "1", 1);
	setenv("KEYCIRCLE_ACCESS_GROUPS", "user,other", 1);
	device_make("tests/service/keycircled-fast");
	status = check_main("keychainapi/secitem, life", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
