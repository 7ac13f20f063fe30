/* SPDX-License-Identifier: ISC */
/* A scheme is four characters to Security.framework; the rest of a URL is cut at its separators. */
#include "cli/url.h"

#include <string.h>
#include <strings.h>

#include "cli/attr.h"

#define MAX_PORT 65535u

/* The first row of a protocol is the one that is written. */
static const struct {
	const char *scheme, *protocol;
} schemes[] = {
	/* clang-format off */
	{"https",   "htps"}, {"http",    "http"}, {"ssh",   "ssh "}, {"sftp",  "ssh "},
	{"ftp",     "ftp "}, {"ftps",    "ftps"}, {"smtp",  "smtp"}, {"imap",  "imap"},
	{"imaps",   "imps"}, {"pop3",    "pop3"}, {"pop3s", "pops"}, {"pop",   "pop3"},
	{"ldap",    "ldap"}, {"ldaps",   "ldps"}, {"smb",   "smb "}, {"afp",   "afp "},
	{"irc",     "irc "}, {"ircs",    "ircs"}, {"nntp",  "nntp"}, {"nntps", "ntps"},
	{"telnet",  "teln"}, {"telnets", "tels"}, {"rtsp",  "rtsp"}, {"socks", "sox "},
	{"daap",    "daap"}, {"eppc",    "eppc"}, {"ipp",   "ipp "},
	/* clang-format on */
};
#define DEFAULT_PROTOCOL schemes[0].protocol

static const char *protocol_of(struct kc_bytes scheme)
{
	for (size_t i = 0; i < KC_COUNT_OF(schemes); i++)
		if (strlen(schemes[i].scheme) == scheme.len &&
			strncasecmp(schemes[i].scheme, (const char *)scheme.data, scheme.len) == 0)
			return schemes[i].protocol;
	return NULL;
}

static const char *scheme_of(struct kc_bytes protocol)
{
	for (size_t i = 0; i < KC_COUNT_OF(schemes); i++)
		if (kc_bytes_equal(protocol, kc_bytes_str(schemes[i].protocol)))
			return schemes[i].scheme;
	return NULL;
}

/* What is before the first of these characters; *rest begins with it, or is empty. */
static struct kc_bytes take_until(struct kc_bytes *rest, const char *stops)
{
	size_t len = 0;
	struct kc_bytes taken;

	while (len < rest->len && !(rest->data[len] && strchr(stops, rest->data[len])))
		len++;
	taken = kc_bytes(rest->data, len);
	*rest = kc_bytes(rest->data + len, rest->len - len);
	return taken;
}

static struct kc_bytes skip(struct kc_bytes text, size_t len)
{
	return kc_bytes(text.data + len, text.len - len);
}

static kc_err parse_port(struct kc_bytes text, unsigned *ret)
{
	unsigned port = 0;

	if (text.len == 0) /* "host:" is allowed by the RFC, and means nothing */
		return KC_OK;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return KC_ERR(PARAM);
		port = port * 10 + (text.data[i] - (unsigned)'0');
		if (port > MAX_PORT)
			return KC_ERR(PARAM);
	}
	*ret = port;
	return KC_OK;
}

static kc_err parse_host(struct kc_bytes text, struct kc_url *url)
{
	struct kc_bytes host;

	if (text.len && text.data[0] == '[') {
		text = skip(text, 1);
		host = take_until(&text, "]");
		if (text.len == 0)
			return KC_ERR(PARAM);
		text = skip(text, 1);
	} else {
		host = take_until(&text, ":");
	}
	if (host.len == 0 || (text.len && text.data[0] != ':'))
		return KC_ERR(PARAM);
	for (size_t i = 0; i < host.len; i++) {
		uint8_t byte = host.data[i];
		kc_buf_push_byte(&url->server,
			byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte);
	}
	KC_TRY(kc_buf_check(&url->server));
	return text.len ? parse_port(skip(text, 1), &url->port) : KC_OK;
}

/* What comes between "//" and the path: user@host:port. */
static kc_err parse_authority(struct kc_bytes text, struct kc_url *url)
{
	const uint8_t *at = text.len ? memrchr(text.data, '@', text.len) : NULL;

	if (at) {
		url->user = kc_bytes(text.data, (size_t)(at - text.data));
		if (memchr(url->user.data, ':', url->user.len))
			return KC_ERR(PARAM); /* a password in the open */
		text = skip(text, url->user.len + 1);
	}
	return parse_host(text, url);
}

static size_t scheme_len(struct kc_bytes name)
{
	const uint8_t *colon = name.len ? memmem(name.data, name.len, "://", 3) : NULL;

	return colon ? (size_t)(colon - name.data) : 0;
}

kc_err kc_url_parse(struct kc_bytes name, struct kc_url *ret)
{
	KC_CLEANUP_URL struct kc_url url = {.protocol = DEFAULT_PROTOCOL};
	size_t len = scheme_len(name);
	struct kc_bytes rest;

	if (len == 0) {
		kc_buf_push(&url.server, name.data, name.len);
		KC_TRY(name.len ? kc_buf_check(&url.server) : KC_ERR(PARAM));
	} else {
		url.has_scheme = true;
		url.protocol = protocol_of(kc_bytes(name.data, len));
		if (!url.protocol)
			return KC_ERR(UNSUPPORTED);
		rest = skip(name, len + 3);
		KC_TRY(parse_authority(take_until(&rest, "/?#"), &url));
		url.path = take_until(&rest, "?#");
		if (url.path.len == 1)
			url.path.len = 0;
	}
	*ret = url;
	url = (struct kc_url){0};
	return KC_OK;
}

void kc_url_done(struct kc_url *url)
{
	kc_buf_done(&url->server);
	*url = (struct kc_url){0};
}

void kc_url_set(const struct kc_url *url, struct kc_attrs *attrs)
{
	kc_attrs_set_text(attrs, KC_ATTR_SERVER, kc_buf_bytes(&url->server));
	kc_attrs_set_str(attrs, KC_ATTR_PROTOCOL, url->protocol);
	if (url->port)
		kc_attrs_set_number(attrs, KC_ATTR_PORT, url->port);
	if (url->path.len)
		kc_attrs_set_text(attrs, KC_ATTR_PATH, url->path);
}

void kc_url_push(struct kc_buf *out, const struct kc_attrs *attrs)
{
	struct kc_bytes protocol = kc_attrs_get_bytes(attrs, KC_ATTR_PROTOCOL);
	struct kc_bytes server = kc_attrs_get_bytes(attrs, KC_ATTR_SERVER);
	struct kc_bytes path = kc_attrs_get_bytes(attrs, KC_ATTR_PATH);
	int64_t port = kc_attrs_get_number(attrs, KC_ATTR_PORT, 0);
	bool is_ipv6 = server.len && memchr(server.data, ':', server.len);
	const char *scheme = scheme_of(protocol);

	if (!scheme || (scheme == schemes[0].scheme && port == 0 && path.len == 0)) {
		kc_buf_push(out, server.data, server.len);
		return;
	}
	kc_buf_printf(out, "%s://%s", scheme, is_ipv6 ? "[" : "");
	kc_buf_push(out, server.data, server.len);
	if (is_ipv6)
		kc_buf_push_byte(out, ']');
	if (port)
		kc_buf_printf(out, ":%d", (int)port);
	kc_buf_push(out, path.data, path.len);
}
