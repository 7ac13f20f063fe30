/* SPDX-License-Identifier: ISC */
/*
 * Nothing of an item can be read in the files of a keychain: neither its secret nor its names, in
 * no usual form, neither while it is open nor afterwards.
 */
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_impl.h"
#include "backend/store/cell.h"
#include "backend/store/setting.h"
#include "tests/backend/words.h"
#include "tests/check.h"
#include "tests/file.h"
#include "tests/store/forms.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET

/* Everything that must not show. */
static const char *const hidden[] = {
	"the-first-secret",
	"the-second-secret",
	"the-old-keychain-password",
	"the-new-keychain-password",
	"service-of-the-item",
	"account-of-the-item",
	"label-of-the-item",
	"server.example.org",
	"one-time-password-seed",
	"a-value-of-the-circle",
	"name-of-a-cell",
	"device-with-a-name",
};

/* --- the search ---------------------------------------------------------------------------------
 */

static size_t finds, files;

static void search_file(const char *path)
{
	KC_CLEANUP_BUF struct kc_buf contents = {.max = (size_t)64 << 20};

	CHECK_FATAL(file_read(path, &contents));
	files++;
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		finds += forms_find(kc_buf_bytes(&contents), hidden[i]);
}

static int visit(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	(void)status, (void)walk;
	if (flag == FTW_F)
		search_file(path);
	return 0;
}

/* How many hidden values are found in the files of the home, each form counted. */
static size_t search(const struct home *home)
{
	finds = files = 0;
	CHECK_FATAL(nftw(home->path, visit, 16, FTW_PHYS) == 0);
	return finds;
}

/* Each form of each value, written into a file of the home, is found: before it is said that none
 * is there. */
static void the_search_finds_what_is_there(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	char path[96];

	home_init_empty(&home);
	snprintf(path, sizeof path, "%s/planted", home.path);
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		for (int form = 0; form < FORM_COUNT; form++) {
			KC_CLEANUP_BUF struct kc_buf planted = KC_BUF_INIT;
			FILE *file = fopen(path, "wb");
			kc_buf_push_str(&planted, "before");
			forms_push(hidden[i], (enum form)form, &planted);
			kc_buf_push_str(&planted, "after");
			CHECK_FATAL(
				file && fwrite(planted.data, 1, planted.len, file) == planted.len);
			fclose(file);
			CHECK(search(&home) >= 1);
		}
	unlink(path);
	CHECK(search(&home) == 0);
}

/* --- a life that leaves traces ------------------------------------------------------------------
 */

static void make_cell(struct home *home)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK(kc_cell_put(
		&txn, KC_PROTECTION_DK, "name-of-a-cell", kc_bytes_str("a-value-of-the-circle")));
	CHECK_OK(kc_txn_commit(&txn));
}

static void live(struct home *home)
{
	CHECK_OK_FATAL(kc_keychain_create(&home->place, kc_bytes_str("the-old-keychain-password"),
		"device-with-a-name", &home->keychain));
	CHECK_OK(words_add(home, GENP,
		"svce=service-of-the-item acct=account-of-the-item labl=label-of-the-item sync=!1",
		"the-first-secret"));
	CHECK_OK(words_add(home, INET,
		"srvr=server.example.org acct=%6163636f756e742d6f662d7468652d6974656d"
		" bin0=%6f6e652d74696d652d70617373776f72642d73656564",
		"the-first-secret"));
	CHECK_OK(words_add(
		home, KC_CLASS_KEY, "labl=label-of-the-item kcls=0", "the-second-secret"));
	make_cell(home);
	CHECK_OK(words_update(home, GENP, "", "acct=another", "the-second-secret"));
	CHECK_OK(kc_keychain_change_password(home->keychain,
		kc_bytes_str("the-old-keychain-password"),
		kc_bytes_str("the-new-keychain-password")));
	CHECK_ERR(words_find(home, GENP, "svce=the-first-secret",
			  &(struct kc_found_list)KC_FOUND_LIST_INIT),
		KC_E_NOT_FOUND);
}

static void the_files_are_silent(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init_empty(&home);
	live(&home);
	CHECK(search(&home) == 0);
	CHECK(files >= 4); /* database, WAL, shared memory, device secret */
	CHECK_OK(words_delete(&home, GENP, ""));
	CHECK(search(&home) == 0);
	home_close(&home);
	CHECK(search(&home) == 0);
	CHECK(files == 2);
}

/* --- the old password ---------------------------------------------------------------------------
 */

static void get_keybag(struct home *home, struct kc_buf *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_setting_get_bytes(txn.db, KC_SETTING_KEYBAG, ret));
}

/* Whether the class keys as the keybag wraps them (its end) are in a file. */
static bool file_holds(const char *path, struct kc_bytes keybag)
{
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	const size_t len = 48;

	if (!file_read(path, &contents) || contents.len == 0)
		return false;
	return memmem(contents.data, contents.len, keybag.data + keybag.len - len, len) != NULL;
}

static bool home_holds(const struct home *home, struct kc_bytes keybag)
{
	char wal[160];

	snprintf(wal, sizeof wal, "%s-wal", home_database(home));
	return file_holds(home_database(home), keybag) || file_holds(wal, keybag);
}

/* Who learns an old password later must not find what it opened. */
static void an_old_wrapping_is_gone(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT, new = KC_BUF_INIT;

	home_init(&home);
	get_keybag(&home, &old);
	CHECK(home_holds(&home, kc_buf_bytes(&old)));
	CHECK_OK(kc_keychain_change_password(
		home.keychain, kc_bytes_str("password"), kc_bytes_str("new")));
	get_keybag(&home, &new);
	CHECK(home_holds(&home, kc_buf_bytes(&new)));
	CHECK(!home_holds(&home, kc_buf_bytes(&old)));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_search_finds_what_is_there),
		CHECK_TEST(the_files_are_silent),
		CHECK_TEST(an_old_wrapping_is_gone),
	};
	return check_main("nothing readable on the disk", tests, KC_COUNT_OF(tests));
}
