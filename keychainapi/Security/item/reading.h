/* SPDX-License-Identifier: ISC */
/* A dictionary half read: what its keys have said one by one, before it is looked at as a whole. */
#ifndef KC_SECURITY_READING_H
#define KC_SECURITY_READING_H

#include "keychainapi/Security/item/request.h"

struct kc_reading {
	struct kc_request *request;
	kc_name class; /* what kSecClass says; 0 without it, or when there is none of that name */
	bool names_class; /* kSecClass is there, and a text */
	kc_name ref_class;
	CFTypeRef reference;
	CFTypeRef access_control;
	CFTypeRef sync;
	struct kc_bytes host;
	bool has_host;
	bool needs_certificates; /* has a meaning for certificates and identities alone */
	CFArrayRef items;	 /* to search among */
	bool has_context, has_credential;
	unsigned other_keys; /* that are no attributes */
};

/* Whether the dictionary is a query, and not a set of values. */
bool kc_reading_is_search(const struct kc_reading *reading);

/* Takes the next member to heart. Errors as for kc_request_parse. */
KC_MUST kc_err kc_reading_take(struct kc_reading *reading, CFTypeRef key, CFTypeRef value);

#endif
