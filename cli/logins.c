/* SPDX-License-Identifier: ISC */
/* Two tables say all that is particular to a browser: which columns mean what, and which tell it
 * apart. */
#include "cli/logins.h"

#include <string.h>
#include <strings.h>

#include "cli/attr.h"
#include "cli/url.h"

#define NONE SIZE_MAX

static const struct {
	const char *name;
	enum kc_logins_field field;
} columns[] = {
	{"url", KC_LOGINS_URL},
	{"username", KC_LOGINS_USER},
	{"password", KC_LOGINS_PASSWORD},
	{"httpRealm", KC_LOGINS_REALM},
	{"name", KC_LOGINS_TITLE},
	{"title", KC_LOGINS_TITLE},
	{"note", KC_LOGINS_NOTES},
	{"notes", KC_LOGINS_NOTES},
	{"otpauth", KC_LOGINS_OTP},
};

#define FIELD(field) (1u << KC_LOGINS_##field)
#define LOGIN (FIELD(URL) | FIELD(USER) | FIELD(PASSWORD))

/* In the order in which "auto" tries them. */
static const struct format {
	const char *name;
	unsigned needs;
} formats[] = {
	{"firefox-csv", LOGIN | FIELD(REALM)},
	{"safari-csv", LOGIN | FIELD(TITLE) | FIELD(OTP)},
	{"chrome-csv", LOGIN | FIELD(TITLE)},
};

static bool is_named(struct kc_bytes cell, const char *name)
{
	return cell.len == strlen(name) &&
	       strncasecmp((const char *)cell.data, name, cell.len) == 0;
}

static bool find_field(struct kc_bytes cell, enum kc_logins_field *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(columns); i++) {
		if (!is_named(cell, columns[i].name))
			continue;
		*ret = columns[i].field;
		return true;
	}
	return false;
}

static unsigned read_header(struct kc_logins *logins)
{
	unsigned found = 0;

	logins->columns = logins->record.count;
	for (size_t i = 0; i < KC_LOGINS_FIELD_COUNT; i++)
		logins->column[i] = NONE;
	for (size_t i = 0; i < logins->columns; i++) {
		struct kc_bytes cell = kc_csv_cell(&logins->record, i);
		enum kc_logins_field field;
		if (find_field(cell, &field) && logins->column[field] == NONE) {
			logins->column[field] = i;
			found |= 1u << field;
			continue;
		}
		if (logins->left_out.len)
			kc_buf_push_str(&logins->left_out, ", ");
		kc_buf_push(&logins->left_out, cell.data, cell.len);
	}
	return found;
}

static kc_err check_format(const char *format, unsigned found, struct kc_facts *facts)
{
	bool is_auto = strcmp(format, "auto") == 0, is_known = is_auto;

	for (size_t i = 0; i < KC_COUNT_OF(formats); i++) {
		bool is_this = strcmp(format, formats[i].name) == 0;
		is_known = is_known || is_this;
		if ((is_auto || is_this) && (found & formats[i].needs) == formats[i].needs)
			return KC_OK;
	}
	if (!is_known) {
		kc_facts_print(facts, KC_FACT_PROBLEM,
			"--format is auto, firefox-csv, chrome-csv or safari-csv");
		return KC_ERR(PARAM);
	}
	kc_facts_print(facts, KC_FACT_IMPORT, "the first line of that file is not the header of %s",
		is_auto ? "Firefox's, Chrome's or Safari's passwords" : format);
	return KC_ERR(DECODE);
}

kc_err kc_logins_open(
	struct kc_bytes text, const char *format, struct kc_facts *facts, struct kc_logins *ret)
{
	KC_CLEANUP_LOGINS struct kc_logins logins = {0};

	kc_csv_init(&logins.csv, text);
	(void)kc_csv_next(&logins.csv, &logins.record); /* an empty file has an empty header */
	KC_TRY(kc_buf_check(&logins.record.text));
	KC_TRY(check_format(format, read_header(&logins), facts));
	KC_TRY(kc_buf_check(&logins.left_out));
	*ret = logins;
	logins = (struct kc_logins){0};
	return KC_OK;
}

void kc_logins_done(struct kc_logins *logins)
{
	kc_csv_record_done(&logins->record);
	kc_buf_done(&logins->left_out);
	*logins = (struct kc_logins){0};
}

void kc_login_done(struct kc_login *login)
{
	kc_attrs_done(&login->attrs);
	*login = (struct kc_login){0};
}

static struct kc_bytes cell_of(const struct kc_logins *logins, enum kc_logins_field field)
{
	size_t column = logins->column[field];

	return column == NONE ? kc_bytes(NULL, 0) : kc_csv_cell(&logins->record, column);
}

static void set_if_given(struct kc_attrs *attrs, kc_name name, struct kc_bytes text)
{
	if (text.len)
		kc_attrs_set_text(attrs, name, text);
}

static void set_internet(
	const struct kc_logins *logins, const struct kc_url *url, struct kc_login *login)
{
	struct kc_bytes title = cell_of(logins, KC_LOGINS_TITLE);
	struct kc_bytes otp = cell_of(logins, KC_LOGINS_OTP);

	login->class = KC_CLASS_INTERNET;
	kc_url_set(url, &login->attrs);
	kc_attrs_set_text(
		&login->attrs, KC_ATTR_LABEL, title.len ? title : kc_buf_bytes(&url->server));
	set_if_given(&login->attrs, KC_ATTR_DOMAIN, cell_of(logins, KC_LOGINS_REALM));
	if (otp.len)
		kc_attrs_set_bytes(&login->attrs, KC_ATTR_OTP, otp);
}

static void set_generic(const struct kc_logins *logins, struct kc_login *login)
{
	struct kc_bytes url = cell_of(logins, KC_LOGINS_URL);
	struct kc_bytes title = cell_of(logins, KC_LOGINS_TITLE);

	if (cell_of(logins, KC_LOGINS_OTP).len || cell_of(logins, KC_LOGINS_REALM).len)
		login->problem = "a realm or one-time password without a server";
	else if (url.len == 0 && title.len == 0)
		login->problem = "no URL and no title";
	login->class = KC_CLASS_GENERIC;
	kc_attrs_set_text(&login->attrs, KC_ATTR_SERVICE, url.len ? url : title);
	kc_attrs_set_text(&login->attrs, KC_ATTR_LABEL, title.len ? title : url);
}

/* A record that can be used, as an item. */
static kc_err convert(const struct kc_logins *logins, struct kc_login *login)
{
	KC_CLEANUP_URL struct kc_url url = {0};
	struct kc_bytes text = cell_of(logins, KC_LOGINS_URL);
	kc_err err = kc_url_parse(text, &url);

	if (err == KC_E_NO_MEMORY)
		return err;
	if (err == KC_OK && url.has_scheme)
		set_internet(logins, &url, login);
	else
		set_generic(logins, login);
	kc_attrs_set_text(&login->attrs, KC_ATTR_ACCOUNT, cell_of(logins, KC_LOGINS_USER));
	set_if_given(&login->attrs, KC_ATTR_COMMENT, cell_of(logins, KC_LOGINS_NOTES));
	login->password = cell_of(logins, KC_LOGINS_PASSWORD);
	return kc_attrs_check(&login->attrs);
}

kc_err kc_logins_next(struct kc_logins *logins, struct kc_login *login, bool *ret_more)
{
	kc_login_done(login);
	*ret_more = kc_csv_next(&logins->csv, &logins->record);
	KC_TRY(kc_buf_check(&logins->record.text));
	if (!*ret_more)
		return KC_OK;
	login->line = logins->record.line;
	login->problem = logins->record.problem;
	if (!login->problem && logins->record.count != logins->columns)
		login->problem = "not as many cells as the header";
	return login->problem ? KC_OK : convert(logins, login);
}
