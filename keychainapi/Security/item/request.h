/* SPDX-License-Identifier: ISC */
/* A SecItem dictionary, read: what to ask of the service, and what the caller wants back. */
#ifndef KC_SECURITY_REQUEST_H
#define KC_SECURITY_REQUEST_H

#include <CoreFoundation/CoreFoundation.h>

#include "base/query.h"
#include "keychainapi/Security/item/filter.h"
#include "keychainapi/Security/item/grammar.h"

/* The kSecReturn… keys, as a set. */
enum {
	KC_RETURN_DATA = 1,
	KC_RETURN_ATTRS = 2,
	KC_RETURN_REF = 4,
	KC_RETURN_PERSISTENT_REF = 8,
};

struct kc_request {
	enum kc_grammar_use use;
	bool strict;
	struct kc_query query; /* for an add and for changes its attrs are what is to be set */
	bool has_secret;
	struct kc_bytes secret;	     /* borrowed from the dictionary, or from the next */
	struct kc_secret expanded;   /* what kSecValueRef says */
	CFTypeRef identity;	     /* to be added; borrowed */
	struct kc_filter filter;     /* borrowed */
	unsigned returns;	     /* KC_RETURN_… */
	bool as_array;		     /* the limit is not one */
	bool sync_given;	     /* the dictionary says which sync mark it means */
	bool has_object;	     /* it names an item by kSecValueRef */
	bool finds_nothing;	     /* no item can match */
	CFMutableArrayRef keychains; /* where to look, or to add; owned, NULL: where it is usual */
};

#define KC_REQUEST_INIT                \
	{                              \
		.query = KC_QUERY_INIT \
	}
#define KC_CLEANUP_REQUEST KC_CLEANUP(kc_request_done)
void kc_request_done(struct kc_request *request);

/* Reads the dictionary of a call, made with any callbacks; NULL is PARAM. The request borrows from
 * it. Errors: PARAM, NO_SUCH_CLASS, NO_SUCH_ATTR, NOT_ALLOWED, UNSUPPORTED, TOO_LARGE, NO_MEMORY;
 * what only the service knows it says when it is asked. */
KC_MUST kc_err kc_request_parse(
	enum kc_grammar_use use, CFDictionaryRef dictionary, struct kc_request *ret);

/* What a caller of the default profile gets who takes a result and has not said which: a reference.
 */
void kc_request_return_something(struct kc_request *request);

/* Adds a keychain (keychain.h) to those where to look. Errors: NO_MEMORY. */
KC_MUST kc_err kc_request_add_keychain(struct kc_request *request, CFTypeRef keychain);

/* The same for the second dictionary of an update whose first one was query. */
KC_MUST kc_err kc_request_parse_changes(
	const struct kc_request *query, CFDictionaryRef dictionary, struct kc_request *ret);

#endif
