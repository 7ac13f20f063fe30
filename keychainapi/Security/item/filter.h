/* SPDX-License-Identifier: ISC */
/*
 * The kSecMatch... keys that look into certificates: what the service does not search by, and is
 * sorted out here, among what it has found.
 */
#ifndef KC_SECURITY_FILTER_H
#define KC_SECURITY_FILTER_H

#include <Security/SecPolicy.h>

#include "base/query.h"
#include "wire/client.h"

/* How a text of the subject is to be like the one that is given. */
enum kc_filter_place {
	KC_FILTER_CONTAINS,
	KC_FILTER_STARTS,
	KC_FILTER_ENDS,
	KC_FILTER_WHOLE,
	KC_FILTER_PLACES,
};

/* What a dictionary asks for, borrowed from it; all zeros is nothing. */
struct kc_filter {
	CFArrayRef issuers;
	SecPolicyRef policy;
	CFStringRef email;
	CFStringRef subject[KC_FILTER_PLACES];
	CFStringCompareFlags comparing; /* texts of the subject */
	bool strict; /* mail addresses to the letter; a policy asks for a trusted chain */
	bool has_date, trusted_only;
	double date;
};

/* Whether it can keep out items of the class. */
bool kc_filter_looks_at(const struct kc_filter *filter, kc_name class);

/* Finds what the query finds and the filter keeps, up to the query's limit. Errors: those of
 * kc_client_item_find. An empty list is possible. */
KC_MUST kc_err kc_filter_find(struct kc_client *client, const struct kc_filter *filter,
	const struct kc_query *query, struct kc_found_list *ret);

#endif
