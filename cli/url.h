/* SPDX-License-Identifier: ISC */
/*
 * A name taken as a URL (RFC 3986), the way items of internet passwords write it down.
 *
 * With a scheme it is a URL: protocol, server in small letters, port and path where they are
 * written. Without one it is the server, whatever it looks like, reached by https. A lone "/" is no
 * path; query and fragment do not count.
 */
#ifndef KC_CLI_URL_H
#define KC_CLI_URL_H

#include "base/attrs.h"

struct kc_url {
	bool has_scheme;
	const char *protocol; /* "htps", "ssh "; kSecAttrProtocol */
	struct kc_buf server; /* without the brackets of an IPv6 address */
	struct kc_bytes user; /* borrowed from the name; empty when not written */
	struct kc_bytes path; /* borrowed; with its "/"; empty when not written */
	unsigned port;	      /* 0 when not written */
};

#define KC_CLEANUP_URL KC_CLEANUP(kc_url_done)
void kc_url_done(struct kc_url *url);

/* Errors: UNSUPPORTED (an unknown scheme), PARAM (no server, no valid port, a password in it). */
KC_MUST kc_err kc_url_parse(struct kc_bytes name, struct kc_url *ret);
/* Sets srvr and ptcl, and port and path where the URL has them. */
void kc_url_set(const struct kc_url *url, struct kc_attrs *attrs);
/* Writes the URL that the attributes make: "ssh://host:2222/x"; the server alone for plain https.
 */
void kc_url_push(struct kc_buf *out, const struct kc_attrs *attrs);

#endif
