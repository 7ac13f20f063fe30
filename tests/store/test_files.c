/* SPDX-License-Identifier: ISC */
/* Files that are not what they should be, disks that are full, folders that cannot be written. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend/tries.h"
#include "backend/vault/device_secret.h"
#include "base/random.h"
#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC

/* --- files
 * ----------------------------------------------------------------------------------------
 */

static kc_err open_again(struct home *home)
{
	home_close(home);
	return kc_keychain_open(&home->place, &home->keychain);
}

/* Opening fails with err, and leaves the file as it is. */
static void check_refused(struct home *home, kc_err err, const char *what)
{
	KC_CLEANUP_BUF struct kc_buf before = KC_BUF_INIT, after = KC_BUF_INIT;

	CHECK_FATAL(file_read(home_database(home), &before));
	CHECK_MSG(open_again(home) == err, what);
	CHECK_MSG(kc_keychain_create(&home->place, kc_bytes_str("password"), "device",
			  &home->keychain) == KC_E_KEYCHAIN_EXISTS,
		what);
	CHECK_FATAL(file_read(home_database(home), &after));
	CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&before), kc_buf_bytes(&after)), what);
}

static void run_sql(const struct home *home, const char *sql)
{
	sqlite3 *db;

	CHECK_FATAL(sqlite3_open(home_database(home), &db) == SQLITE_OK);
	CHECK_FATAL(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
}

static void foreign_files(void)
{
	static const uint8_t text[] = "This is somebody's diary, and it is longer than a hundred "
				      "bytes, which is what a header of SQLite has at least. So.";
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	home_close(&home);
	unlink(home_database(&home));
	run_sql(&home, "CREATE TABLE diary(day, text); INSERT INTO diary VALUES(1, 'rain')");
	CHECK(chmod(home_database(&home), 0600) == 0);
	check_refused(&home, KC_E_FOREIGN, "another program's database");
	CHECK_FATAL(file_write(home_database(&home), KC_BYTES_OF(text)));
	check_refused(&home, KC_E_FOREIGN, "text");
	unlink(home_database(&home));
	CHECK(mkdir(home_database(&home), 0700) == 0);
	CHECK_ERR(open_again(&home), KC_E_FOREIGN);
	CHECK(rmdir(home_database(&home)) == 0);
	CHECK(mkfifo(home_database(&home), 0600) == 0);
	CHECK_ERR(open_again(&home), KC_E_FOREIGN);
	unlink(home_database(&home));
	CHECK(symlink("/etc/passwd", home_database(&home)) == 0);
	CHECK_ERR(open_again(&home), KC_E_FOREIGN);
}

static void versions(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	home_close(&home);
	run_sql(&home, "PRAGMA user_version = 1000");
	check_refused(&home, KC_E_NEWER, "a newer one");
	run_sql(&home, "PRAGMA user_version = 0");
	check_refused(&home, KC_E_DAMAGED, "no version");
	run_sql(&home, "PRAGMA user_version = 1; DELETE FROM setting WHERE name = 'keybag'");
	check_refused(&home, KC_E_DAMAGED, "no keybag");
	run_sql(&home, "INSERT INTO setting VALUES('keybag', x'3000')");
	check_refused(&home, KC_E_DAMAGED, "a broken keybag");
	run_sql(&home, "DROP TABLE item");
	check_refused(&home, KC_E_DAMAGED, "a table is missing");
}

static void the_device_secret_is_needed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT, other = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	char path[128], path_of_other[128];

	home_init(&home);
	home_init(&other);
	home_close(&home);
	snprintf(path, sizeof path, "%s/%s", home.place.state, KC_DEVICE_SECRET_NAME);
	snprintf(path_of_other, sizeof path_of_other, "%s/%s", other.place.state,
		KC_DEVICE_SECRET_NAME);
	CHECK_FATAL(file_read(path_of_other, &secret));
	CHECK_FATAL(file_write(path, kc_buf_bytes(&secret)));
	check_refused(&home, KC_E_DEVICE_SECRET, "another device's secret");
	CHECK_FATAL(file_write(path, kc_bytes_str("cut")));
	check_refused(&home, KC_E_DEVICE_SECRET, "a secret that is none");
	unlink(path);
	check_refused(&home, KC_E_DEVICE_SECRET, "no secret");
}

/* Cut at any length the file is refused, or whole as far as it goes: never wrong, never replaced.
 */
static void cut_files(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	size_t opened = 0;

	home_init(&home);
	for (int i = 0; i < 50; i++) {
		char attrs[32];
		snprintf(attrs, sizeof attrs, "acct=%d", i);
		CHECK_OK_FATAL(words_add(&home, GENP, attrs, "secret of an item"));
	}
	home_close(&home);
	CHECK_FATAL(file_read(home_database(&home), &whole));
	for (size_t len = 0; len < whole.len; len += len < 200 ? 7 : 509) {
		kc_err err;
		CHECK_FATAL(file_write(home_database(&home), kc_bytes(whole.data, len)));
		err = open_again(&home);
		CHECK(err == KC_E_DAMAGED || err == KC_E_FOREIGN);
		opened += err == KC_OK;
	}
	CHECK(opened == 0);
	CHECK_FATAL(file_write(home_database(&home), kc_buf_bytes(&whole)));
	home_open(&home);
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "") == 50);
}

/* Random bytes in random places: whatever opens gives right secrets or none. */
static void spoilt_pages(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT;
	size_t opened = 0, rounds = getenv("KC_LONG") ? 5000 : 300;

	home_init(&home);
	for (int i = 0; i < 20; i++) {
		char attrs[32];
		snprintf(attrs, sizeof attrs, "acct=%d sync=!%d", i, i & 1);
		CHECK_OK_FATAL(words_add(&home, GENP, attrs, "secret of an item"));
	}
	home_close(&home);
	CHECK_FATAL(file_read(home_database(&home), &whole));
	for (size_t round = 0; round < rounds; round++) {
		KC_CLEANUP_BUF struct kc_buf spoilt = KC_BUF_INIT;
		kc_buf_push(&spoilt, whole.data, whole.len);
		for (unsigned i = 1 + kc_random_below(4); i > 0; i--)
			spoilt.data[kc_random_below((uint32_t)whole.len)] ^=
				(uint8_t)(1U << kc_random_below(8));
		CHECK_FATAL(file_write(home_database(&home), kc_buf_bytes(&spoilt)));
		if (open_again(&home) != KC_OK)
			continue;
		opened++;
		if (kc_keychain_unlock(home.keychain, kc_bytes_str("password")) != KC_OK)
			continue;
		for (int i = 0; i < 20; i++) {
			KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
			char attrs[32];
			snprintf(attrs, sizeof attrs, "acct=%d", i);
			if (words_find(&home, GENP, attrs, &found) != KC_OK)
				continue;
			CHECK(found.count == 1 &&
				kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret),
					kc_bytes_str("secret of an item")));
		}
	}
	CHECK(opened > 0 && opened < rounds);
}

/* --- while it is open
 * ---------------------------------------------------------------------------------
 */

static off_t length_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : -1;
}

/* Nothing is answered from it, nothing is saved into it, and closing leaves it alone. */
static void check_left_alone(struct home *home, const char *what)
{
	off_t before = length_of(home_database(home));
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_MSG(words_add(home, GENP, "acct=new", "x") == KC_E_REPLACED, what);
	CHECK_MSG(words_delete(home, GENP, "acct=a") == KC_E_REPLACED, what);
	CHECK_MSG(kc_keychain_status(home->keychain, &status) == KC_E_REPLACED, what);
	home_close(home);
	CHECK_MSG(length_of(home_database(home)) == before, what);
}

/* It is in the WAL still; when the file is back, it is all there. */
static void check_all_there(struct home *home, const char *what)
{
	home_open(home);
	home_unlock(home);
	CHECK_MSG(words_count(home, GENP, "") == 1, what);
	CHECK_MSG(words_has_secret(home, GENP, "acct=a", "secret of an item"), what);
}

static void taken_away_while_open(void)
{
	static const struct timespec long_ago[] = {{1, 0}, {1, 0}};
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf whole = KC_BUF_INIT, other = KC_BUF_INIT;
	char away[160];

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "secret of an item"));
	CHECK_FATAL(file_read(home_database(&home), &whole));
	snprintf(away, sizeof away, "%s.away", home_database(&home));

	CHECK(rename(home_database(&home), away) == 0);
	check_left_alone(&home, "moved away");
	CHECK_ERR(kc_keychain_open(&home.place, &home.keychain), KC_E_NO_KEYCHAIN);
	CHECK(rename(away, home_database(&home)) == 0);
	check_all_there(&home, "moved away");

	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=L", NULL));
	CHECK_FATAL(file_read(home_database(&home), &whole));
	CHECK_FATAL(file_write(home_database(&home), kc_bytes(whole.data, 100)));
	check_left_alone(&home, "cut");
	CHECK_FATAL(file_write(home_database(&home), kc_buf_bytes(&whole)));
	check_all_there(&home, "cut");

	CHECK_OK(words_update(&home, GENP, "acct=a", "labl=M", NULL));
	CHECK_FATAL(file_read(home_database(&home), &whole));
	kc_buf_push(&other, whole.data, whole.len);
	memset(other.data + other.len / 2, 0, other.len / 2);
	CHECK_FATAL(file_write(home_database(&home), kc_buf_bytes(&other)));
	CHECK(utimensat(AT_FDCWD, home_database(&home), long_ago, 0) == 0);
	check_left_alone(&home, "overwritten");
	CHECK_FATAL(file_write(home_database(&home), kc_buf_bytes(&whole)));
	check_all_there(&home, "overwritten");
}

/* --- in a child, which may be limited or without rights
 * -------------------------------------------
 */

/* Runs test in a child process. Whether it ended well. */
static bool in_child(bool (*test)(struct home *home), struct home *home)
{
	pid_t child = fork();
	int status = -1;

	CHECK_FATAL(child >= 0);
	if (child == 0)
		_exit(test(home) ? 0 : 1);
	CHECK_FATAL(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool limit_files(rlim_t bytes)
{
	struct rlimit limit = {bytes, bytes};

	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* Fills a keychain until the disk has no more, says so, and loses nothing of what was said to be
 * there; deleting still works when something is freed. */
static bool fill_the_disk(struct home *home)
{
	int added = 0;
	kc_err err = KC_OK;

	if (kc_keychain_open(&home->place, &home->keychain) != KC_OK ||
		kc_keychain_unlock(home->keychain, kc_bytes_str("password")) != KC_OK ||
		!limit_files(600000))
		return false;
	for (; err == KC_OK && added < 10000; added++) {
		char attrs[32];
		snprintf(attrs, sizeof attrs, "acct=%d", added);
		err = words_add(home, GENP, attrs, "secret of an item");
	}
	added--;
	if (err != KC_E_DISK_FULL || added < 10)
		return false;
	if (words_count(home, GENP, "") != (size_t)added)
		return false;
	home_close(home);
	if (kc_keychain_open(&home->place, &home->keychain) != KC_OK ||
		kc_keychain_unlock(home->keychain, kc_bytes_str("password")) != KC_OK)
		return false;
	return words_count(home, GENP, "") == (size_t)added &&
	       words_has_secret(home, GENP, "acct=3", "secret of an item");
}

static void full_disks(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	home_close(&home);
	CHECK(in_child(fill_the_disk, &home));
	home_open(&home);
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "") >= 10);
	CHECK_OK(words_add(&home, GENP, "acct=after", "x"));
}

static bool create_on_a_full_disk(struct home *home)
{
	struct stat status;
	char secret[128];

	snprintf(secret, sizeof secret, "%s/%s", home->place.state, KC_DEVICE_SECRET_NAME);
	return limit_files(20000) &&
	       kc_keychain_create(&home->place, kc_bytes_str("password"), "device",
		       &home->keychain) == KC_E_DISK_FULL &&
	       stat(home_database(home), &status) != 0 && stat(secret, &status) != 0;
}

static void creation_on_a_full_disk(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init_empty(&home);
	CHECK(in_child(create_on_a_full_disk, &home));
	CHECK_OK(kc_keychain_create(
		&home.place, kc_bytes_str("password"), "device", &home.keychain));
}

/* As an ordinary user, since root may write everywhere. */
static bool use_read_only(struct home *home)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	if (geteuid() == 0 && setuid(65534) != 0)
		return false;
	if (kc_keychain_open(&home->place, &home->keychain) != KC_OK ||
		kc_keychain_unlock(home->keychain, kc_bytes_str("wrong")) != KC_E_AUTH ||
		kc_keychain_unlock(home->keychain, kc_bytes_str("password")) != KC_OK)
		return false;
	return words_has_secret(home, GENP, "acct=a", "secret") &&
	       words_add(home, GENP, "acct=b", "x") == KC_E_READ_ONLY &&
	       words_update(home, GENP, "acct=a", "labl=x", NULL) == KC_E_READ_ONLY &&
	       words_delete(home, GENP, "acct=a") == KC_E_READ_ONLY &&
	       kc_keychain_change_password(home->keychain, kc_bytes_str("password"),
		       kc_bytes_str("new")) == KC_E_READ_ONLY &&
	       kc_keychain_check_password(home->keychain, kc_bytes_str("password")) == KC_OK &&
	       kc_keychain_status(home->keychain, &status) == KC_OK && status.items == 1;
}

static bool open_with_a_wal(struct home *home)
{
	if (geteuid() == 0 && setuid(65534) != 0)
		return false;
	return kc_keychain_open(&home->place, &home->keychain) == KC_E_READ_ONLY;
}

static void give_away(const struct home *home)
{
	const char *const paths[] = {home->path, home->place.data, home->place.state};
	char secret[128];

	snprintf(secret, sizeof secret, "%s/%s", home->place.state, KC_DEVICE_SECRET_NAME);
	if (geteuid() != 0)
		return;
	for (size_t i = 0; i < KC_COUNT_OF(paths); i++)
		CHECK(chown(paths[i], 65534, 65534) == 0);
	CHECK(chown(home_database(home), 65534, 65534) == 0);
	CHECK(chown(secret, 65534, 65534) == 0);
}

static void read_only_homes(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	char wal[160];

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "secret"));
	home_close(&home);
	give_away(&home);
	CHECK(chmod(home_database(&home), 0400) == 0);
	CHECK(chmod(home.place.data, 0500) == 0);
	CHECK(in_child(use_read_only, &home));
	CHECK(chmod(home.place.data, 0700) == 0);
	snprintf(wal, sizeof wal, "%s-wal", home_database(&home));
	CHECK_FATAL(file_write(wal, kc_bytes_str("something")));
	CHECK(chmod(home.place.data, 0500) == 0);
	CHECK(in_child(open_with_a_wal, &home));
	CHECK(chmod(home.place.data, 0700) == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(foreign_files),
		CHECK_TEST(versions),
		CHECK_TEST(the_device_secret_is_needed),
		CHECK_TEST(cut_files),
		CHECK_TEST(spoilt_pages),
		CHECK_TEST(taken_away_while_open),
		CHECK_TEST(full_disks),
		CHECK_TEST(creation_on_a_full_disk),
		CHECK_TEST(read_only_homes),
	};
	return check_main("files", tests, KC_COUNT_OF(tests));
}
