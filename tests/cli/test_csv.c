/* SPDX-License-Identifier: ISC */
/* RFC 4180 in the small, and whole exports of three browsers. */
#include <stdio.h>
#include <string.h>

#include "cli/attr.h"
#include "cli/csv.h"
#include "cli/logins.h"
#include "tests/check.h"

/* A file as its records: cells with | behind each, a record with / behind it, a bad one as !. */
static void render(struct kc_bytes text, struct kc_buf *out)
{
	KC_CLEANUP_CSV_RECORD struct kc_csv_record record = {0};
	struct kc_csv csv;

	kc_csv_init(&csv, text);
	while (kc_csv_next(&csv, &record)) {
		if (record.problem)
			kc_buf_push_byte(out, '!');
		for (size_t i = 0; i < record.count && !record.problem; i++) {
			struct kc_bytes cell = kc_csv_cell(&record, i);
			kc_buf_push(out, cell.data, cell.len);
			kc_buf_push_byte(out, '|');
		}
		kc_buf_printf(out, "%zu/", record.line);
	}
	CHECK(kc_csv_cell(&record, 9999).len == 0);
}

static void records_are_those_of_rfc_4180(void)
{
	static const struct {
		const char *text, *records;
	} rows[] = {
		{"", ""},
		{"\n\r\n\n", ""},
		{"a,b\r\nc,d\r\n", "a|b|1/c|d|2/"},
		{"a,b\nc,d", "a|b|1/c|d|2/"},
		{"a,,\n", "a|||1/"},
		{",\n", "||1/"},
		{"\"\"\n", "|1/"},
		{"\"a,b\",\"c\"\"d\"\n", "a,b|c\"d|1/"},
		{"\"two\nlines\",x\nnext,y\n", "two\nlines|x|1/next|y|3/"},
		{"\"\r\n\",x\r\n", "\r\n|x|1/"},
		{"\xef\xbb\xbf\"a\",b\n", "a|b|1/"},
		{"a\rb,c\n", "a\rb|c|1/"},
		{"\xf0\x9f\x94\x91,\xc3\xa4\n", "\xf0\x9f\x94\x91|\xc3\xa4|1/"},
		/* bad records cost only themselves */
		{"a\"b,c\nd,e\n", "!1/d|e|2/"},
		{"\"a\"b,c\nd,e\n", "!1/d|e|2/"},
		{"a,\"b\nc,d\n", "!1/c|d|2/"},
		{"\"", "!1/"},
		{"a,\xff\nb,c\n", "!1/b|c|2/"},
		{"\xff\"\nb\n", "!1/b|2/"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		render(kc_bytes_str(rows[i].text), &out);
		CHECK_MSG(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str(rows[i].records)),
			rows[i].records);
	}
}

static void too_many_cells_are_a_problem(void)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT, out = KC_BUF_INIT;

	for (int i = 0; i < KC_CSV_MAX_CELLS; i++)
		kc_buf_push_byte(&text, ',');
	kc_buf_push_str(&text, "\na\n");
	render(kc_buf_bytes(&text), &out);
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("!1/a|2/")));
}

/* Every cut of a good file is read to its end without a crash. */
static void every_cut_is_survived(void)
{
	static const char whole[] =
		"\xef\xbb\xbfurl,x\r\n\"a\"\"\n,\",\xf0\x9f\x94\x91\r\n\"\",b\n";

	for (size_t len = 0; len < sizeof whole; len++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		render(kc_bytes(whole, len), &out);
		CHECK_OK(kc_buf_check(&out));
	}
}

/* Everything about the logins of a file, one line each. */
static void render_logins(const char *text, const char *format, struct kc_buf *out)
{
	static const struct {
		kc_name name;
		const char *title;
	} shown[] = {
		{KC_ATTR_SERVER, "srvr"},
		{KC_ATTR_PROTOCOL, "ptcl"},
		{KC_ATTR_PATH, "path"},
		{KC_ATTR_SERVICE, "svce"},
		{KC_ATTR_ACCOUNT, "acct"},
		{KC_ATTR_LABEL, "labl"},
		{KC_ATTR_DOMAIN, "sdmn"},
		{KC_ATTR_COMMENT, "icmt"},
		{KC_ATTR_OTP, "bin0"},
	};
	KC_CLEANUP_LOGINS struct kc_logins logins = {0};
	KC_CLEANUP_LOGIN struct kc_login login = {0};
	struct kc_facts facts = {0};
	bool more;

	CHECK_OK_FATAL(kc_logins_open(kc_bytes_str(text), format, &facts, &logins));
	CHECK_OK_FATAL(kc_logins_next(&logins, &login, &more));
	while (more) {
		if (login.problem)
			kc_buf_printf(out, "%zu %s", login.line, login.problem);
		for (size_t i = 0; i < KC_COUNT_OF(shown) && !login.problem; i++) {
			struct kc_bytes value = kc_attrs_get_bytes(&login.attrs, shown[i].name);
			if (!value.len)
				continue;
			kc_buf_printf(out, "%s=", shown[i].title);
			kc_buf_push(out, value.data, value.len);
			kc_buf_push_byte(out, ' ');
		}
		if (!login.problem) {
			kc_buf_printf(out, "port=%d [",
				(int)kc_attrs_get_number(&login.attrs, KC_ATTR_PORT, 0));
			kc_buf_push(out, login.password.data, login.password.len);
			kc_buf_push_str(out, "]");
		}
		kc_buf_push_byte(out, '\n');
		CHECK_OK_FATAL(kc_logins_next(&logins, &login, &more));
	}
	kc_buf_push_str(out, "left: ");
	kc_buf_push(out, logins.left_out.data, logins.left_out.len);
	kc_facts_done(&facts);
}

static void check_logins(const char *text, const char *format, const char *wanted)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;

	render_logins(text, format, &out);
	CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str(wanted)));
	if (!kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str(wanted)))
		printf("\n%s\n", kc_buf_text(&out));
}

#define FIREFOX                                                                          \
	"\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\"," \
	"\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\r\n"

static void firefox_exports(void)
{
	check_logins(FIREFOX
		"\"https://github.com\",\"ana\",\"p,\"\"w\",,\"https://"
		"github.com\",\"{1}\",\"1\",\"2\",\"3\"\r\n"
		"\"http://nas:8080\",\"ana\",\"\",\"My NAS\",,\"{2}\",\"1\",\"2\",\"3\"\r\n"
		"\"moz-proxy://proxy:3128\",\"a\",\"b\",\"proxy\",,\"{3}\",\"1\",\"2\",\"3\"\r\n"
		"\"chrome://FirefoxAccounts\",\"u\",\"s\",,,\"{4}\",\"1\",\"2\",\"3\"\r\n"
		"\"https://short.example\",\"a\",\"b\"\r\n",
		"auto",
		"srvr=github.com ptcl=htps acct=ana labl=github.com port=0 [p,\"w]\n"
		"srvr=nas ptcl=http acct=ana labl=nas sdmn=My NAS port=8080 []\n"
		"4 a realm or one-time password without a server\n"
		"svce=chrome://FirefoxAccounts acct=u labl=chrome://FirefoxAccounts port=0 [s]\n"
		"6 not as many cells as the header\n"
		"left: formActionOrigin, guid, timeCreated, timeLastUsed, timePasswordChanged");
}

static void chrome_exports(void)
{
	check_logins("name,url,username,password,note\n"
		     "github.com,https://GitHub.com/login?x=1,ana,pw,\n"
		     "app,android://abc@com.example/,ana,pw2,\"two\nlines\"\n"
		     "x,https://x.example/,\xff,y,\n",
		"chrome-csv",
		"srvr=github.com ptcl=htps path=/login acct=ana labl=github.com port=0 [pw]\n"
		"svce=android://abc@com.example/ acct=ana labl=app icmt=two\nlines port=0 [pw2]\n"
		"5 not UTF-8\n"
		"left: ");
}

static void safari_exports(void)
{
	check_logins(
		"Title,URL,Username,Password,Notes,OTPAuth\n"
		"GitHub "
		"\xf0\x9f\x94\x91,https://github.com/,ana,pw,hello,otpauth://totp/x?secret=ABC\n"
		"only a title,,me,pw,,\n"
		",,me,pw,,\n"
		",,me,pw,,otpauth://totp/x\n",
		"auto",
		"srvr=github.com ptcl=htps acct=ana labl=GitHub \xf0\x9f\x94\x91 icmt=hello "
		"bin0=otpauth://totp/x?secret=ABC port=0 [pw]\n"
		"svce=only a title acct=me labl=only a title port=0 [pw]\n"
		"4 no URL and no title\n"
		"5 a realm or one-time password without a server\n"
		"left: ");
}

static void other_files_are_refused(void)
{
	static const struct {
		const char *text, *format;
		kc_err wanted;
	} rows[] = {
		{"", "auto", KC_E_DECODE},
		{"\xff\xfe", "auto", KC_E_DECODE},
		{"a,b,c\n1,2,3\n", "auto", KC_E_DECODE},
		{"name,url,username,password\n", "firefox-csv", KC_E_DECODE},
		{"name,url,username,password\n", "chrome-csv", KC_OK},
		{"name,url,username,password\n", "opera-csv", KC_E_PARAM},
		{"password,USERNAME,Url,Name\n", "auto", KC_OK},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_LOGINS struct kc_logins logins = {0};
		struct kc_facts facts = {0};
		CHECK_ERR(
			kc_logins_open(kc_bytes_str(rows[i].text), rows[i].format, &facts, &logins),
			rows[i].wanted);
		kc_facts_done(&facts);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(records_are_those_of_rfc_4180),
		CHECK_TEST(too_many_cells_are_a_problem),
		CHECK_TEST(every_cut_is_survived),
		CHECK_TEST(firefox_exports),
		CHECK_TEST(chrome_exports),
		CHECK_TEST(safari_exports),
		CHECK_TEST(other_files_are_refused),
	};
	return check_main("cli/csv", tests, KC_COUNT_OF(tests));
}
