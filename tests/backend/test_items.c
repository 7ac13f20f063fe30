/* SPDX-License-Identifier: ISC */
/* Items through the door: add, find, update, delete. */
#include <string.h>

#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define CERT KC_CLASS_CERTIFICATE
#define KEYS KC_CLASS_KEY

static void a_password_comes_back(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	home_init(&home);
	CHECK_OK_FATAL(words_add(&home, GENP, "svce=mail acct=ada labl=Mail", "open sesame"));
	CHECK_OK_FATAL(words_find(&home, GENP, "svce=mail", &found));
	CHECK_FATAL(found.count == 1);
	CHECK(found.rows[0].class == GENP);
	CHECK(found.rows[0].has_secret);
	CHECK(kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret), kc_bytes_str("open sesame")));
	CHECK(strcmp(words_text(&found.rows[0].attrs, "acct"), "ada") == 0);
	CHECK(strcmp(words_text(&found.rows[0].attrs, "agrp"), "user") == 0);
	CHECK(strcmp(words_text(&found.rows[0].attrs, "pdmn"), "ak") == 0);
	CHECK_ERR(words_add(&home, GENP, "svce=mail acct=ada", "other"), KC_E_DUPLICATE);
	home_open(&home);
	CHECK_ERR(words_find(&home, GENP, "svce=mail", &found), KC_E_LOCKED);
	CHECK_ERR(words_find(&home, GENP, "svce=news", &found), KC_E_NOT_FOUND);
	home_unlock(&home);
	CHECK(words_has_secret(&home, GENP, "svce=mail", "open sesame"));
	CHECK_OK(words_update(&home, GENP, "svce=mail", "acct=bob", "new"));
	CHECK(words_has_secret(&home, GENP, "svce=mail acct=bob", "new"));
	CHECK(words_count(&home, GENP, "acct=ada") == 0);
	CHECK_OK(words_delete(&home, GENP, "svce=mail"));
	CHECK(words_count(&home, GENP, "") == 0);
	CHECK_ERR(words_delete(&home, GENP, "svce=mail"), KC_E_NOT_FOUND);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_password_comes_back),
	};
	return check_main("items", tests, KC_COUNT_OF(tests));
}
