/* SPDX-License-Identifier: ISC */
/* Reading and writing the lines; places are made by the one reader of URLs. */
#include "cli/credential/credential.h"

#include <string.h>

#include "cli/attr.h"
#include "cli/url.h"

static const char *const keys[] = {
	[KC_CREDENTIAL_PROTOCOL] = "protocol",
	[KC_CREDENTIAL_HOST] = "host",
	[KC_CREDENTIAL_PATH] = "path",
	[KC_CREDENTIAL_USERNAME] = "username",
	[KC_CREDENTIAL_PASSWORD] = "password",
	[KC_CREDENTIAL_EXPIRY] = "password_expiry_utc",
	[KC_CREDENTIAL_REFRESH] = "oauth_refresh_token",
};

void kc_credential_done(struct kc_credential *credential)
{
	for (int i = 0; i < KC_CREDENTIAL_KEY_COUNT; i++)
		kc_buf_done(&credential->value[i]);
	*credential = (struct kc_credential){.given = {false}};
}

/* The last one of a key counts, as in git. */
static kc_err take_line(struct kc_bytes line, struct kc_credential *credential)
{
	const uint8_t *equals = memchr(line.data, '=', line.len);
	struct kc_bytes key;

	if (!equals || memchr(line.data, 0, line.len) || memchr(line.data, '\r', line.len))
		return KC_ERR(DECODE);
	key = kc_bytes(line.data, (size_t)(equals - line.data));
	for (int i = 0; i < KC_CREDENTIAL_KEY_COUNT; i++) {
		if (!kc_bytes_equal(key, kc_bytes_str(keys[i])))
			continue;
		kc_buf_reset(&credential->value[i]);
		kc_buf_push(&credential->value[i], equals + 1, line.len - key.len - 1);
		credential->given[i] = true;
		return kc_buf_check(&credential->value[i]);
	}
	return KC_OK;
}

kc_err kc_credential_parse(struct kc_bytes text, struct kc_credential *ret)
{
	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) : text.len;
		struct kc_bytes line = kc_bytes(text.data, len);
		if (len && line.data[len - 1] == '\r')
			line.len--;
		if (line.len == 0)
			return KC_OK;
		KC_TRY(take_line(line, ret));
		len += end != NULL;
		text = kc_bytes(text.data + len, text.len - len);
	}
	return KC_OK;
}

void kc_credential_push(struct kc_buf *out, enum kc_credential_key key, struct kc_bytes value)
{
	static const uint8_t breaks[] = {'\n', '\r', 0};

	for (size_t i = 0; i < sizeof breaks; i++)
		if (value.len == 0 || memchr(value.data, breaks[i], value.len))
			return;
	kc_buf_printf(out, "%s=", keys[key]);
	kc_buf_push(out, value.data, value.len);
	kc_buf_push_byte(out, '\n');
}

static struct kc_bytes value_of(const struct kc_credential *credential, enum kc_credential_key key)
{
	return kc_buf_bytes(&credential->value[key]);
}

/* Protocols of git that are no schemes of items, "cert" among them, are stored as they are when
 * four characters hold them. */
static kc_err set_foreign(const struct kc_credential *credential, struct kc_attrs *attrs)
{
	struct kc_bytes protocol = value_of(credential, KC_CREDENTIAL_PROTOCOL);
	char four[] = "    ";

	if (protocol.len == 0 || protocol.len > 4)
		return KC_ERR(UNSUPPORTED);
	memcpy(four, protocol.data, protocol.len);
	kc_attrs_set_str(attrs, KC_ATTR_PROTOCOL, four);
	kc_attrs_set_text(attrs, KC_ATTR_SERVER, value_of(credential, KC_CREDENTIAL_HOST));
	return KC_OK;
}

/* The host of git is a name and a port. What URLs end a host with would make another place of it,
 * and one reader's host is another one's user: evil\@good. */
static bool is_host(struct kc_bytes host)
{
	for (size_t i = 0; i < host.len; i++)
		if (strchr("/\\?#@", host.data[i]))
			return false;
	return true;
}

static kc_err set_server(const struct kc_credential *credential, struct kc_attrs *attrs)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	KC_CLEANUP_URL struct kc_url url = {0};
	kc_err err;

	if (!is_host(value_of(credential, KC_CREDENTIAL_HOST)))
		return KC_ERR(UNSUPPORTED);
	kc_buf_push(&text, credential->value[KC_CREDENTIAL_PROTOCOL].data,
		credential->value[KC_CREDENTIAL_PROTOCOL].len);
	kc_buf_push_str(&text, "://");
	kc_buf_push(&text, credential->value[KC_CREDENTIAL_HOST].data,
		credential->value[KC_CREDENTIAL_HOST].len);
	KC_TRY(kc_buf_check(&text));
	err = kc_url_parse(kc_buf_bytes(&text), &url);
	if (err == KC_E_UNSUPPORTED || err == KC_E_PARAM)
		return set_foreign(credential, attrs);
	KC_TRY(err);
	kc_url_set(&url, attrs);
	return KC_OK;
}

/* git leaves the first "/" out. */
static kc_err set_path(const struct kc_credential *credential, struct kc_attrs *attrs)
{
	struct kc_bytes path = value_of(credential, KC_CREDENTIAL_PATH);
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	if (path.len == 0)
		return KC_OK;
	if (path.data[0] != '/')
		kc_buf_push_byte(&text, '/');
	kc_buf_push(&text, path.data, path.len);
	KC_TRY(kc_buf_check(&text));
	kc_attrs_set_text(attrs, KC_ATTR_PATH, kc_buf_bytes(&text));
	return KC_OK;
}

kc_err kc_credential_place(const struct kc_credential *credential, struct kc_attrs *ret)
{
	KC_TRY(set_server(credential, ret));
	KC_TRY(set_path(credential, ret));
	if (credential->given[KC_CREDENTIAL_USERNAME])
		kc_attrs_set_text(
			ret, KC_ATTR_ACCOUNT, value_of(credential, KC_CREDENTIAL_USERNAME));
	return kc_attrs_check(ret);
}

bool kc_credential_fits(const struct kc_attrs *place, const struct kc_attrs *item)
{
	if (kc_attrs_get_number(place, KC_ATTR_PORT, 0) !=
		kc_attrs_get_number(item, KC_ATTR_PORT, 0))
		return false;
	return !kc_attrs_get(place, KC_ATTR_PATH) ||
	       kc_bytes_equal(kc_attrs_get_bytes(place, KC_ATTR_PATH),
		       kc_attrs_get_bytes(item, KC_ATTR_PATH));
}
