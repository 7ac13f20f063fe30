/* SPDX-License-Identifier: ISC */
/*
 * Reading dictionaries: key by key, then what only the whole can tell. Keys come in any order, so
 * what depends on several of them waits until all are seen.
 */
#include "keychainapi/Security/item/request.h"

#include <Security/SecItemPriv.h>

#include "crypto/certificate.h"
#include "keychainapi/Security/access/access_control.h"
#include "keychainapi/Security/item/groups.h"
#include "keychainapi/Security/item/item_list.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/item/profile.h"
#include "keychainapi/Security/item/reading.h"
#include "keychainapi/Security/item/reference.h"
#include "keychainapi/Security/item/tolerance.h"

#define AGRP KC_NAME('a', 'g', 'r', 'p')
#define ISSR KC_NAME('i', 's', 's', 'r')
#define PDMN KC_NAME('p', 'd', 'm', 'n')
#define SRVR KC_NAME('s', 'r', 'v', 'r')

/* The members of a dictionary. */
struct pairs {
	const void **keys, **values; /* one block, owned through keys */
	CFIndex count;
};

void kc_request_done(struct kc_request *request)
{
	kc_query_done(&request->query);
	kc_secret_done(&request->expanded);
	if (request->keychains)
		CFRelease(request->keychains);
	*request = (struct kc_request)KC_REQUEST_INIT;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* An access control stands for a protection class. With constraints it would promise a check that
 * nobody makes. */
static kc_err settle_access_control(struct kc_reading *reading)
{
	struct kc_attrs *attrs = &reading->request->query.attrs;
	CFTypeRef control = reading->access_control, protection;
	struct kc_bytes text;

	if (!control || kc_reading_is_search(reading))
		return KC_OK;
	if (kc_access_control_is_constrained(control))
		return reading->sync == kCFBooleanTrue ? KC_ERR(PARAM) : KC_ERR(UNSUPPORTED);
	protection = SecAccessControlGetProtection((SecAccessControlRef)(uintptr_t)control);
	text = kc_object_bytes(protection);
	if (kc_attrs_get(attrs, PDMN) && !kc_bytes_equal(kc_attrs_get_bytes(attrs, PDMN), text))
		return KC_ERR(PARAM);
	kc_attrs_set_text(attrs, PDMN, text);
	return KC_OK;
}

/* Whether the reference of the object's item, if it has one, is one of the class searched in: that
 * of an identity is its certificate's. */
static bool names_item(const struct kc_reading *reading)
{
	if (reading->request->strict)
		return false;
	return reading->class == 0 || reading->class == reading->ref_class ||
	       (reading->class == KC_CLASS_IDENTITY && reading->ref_class == KC_CLASS_CERTIFICATE);
}

/* In the default profile a reference of the keychain is its item, and in the strict one its
 * attributes: those that the caller wrote win. */
/* A new identity is two items, which say for themselves what they are. */
static bool is_new_identity(const struct kc_reading *reading)
{
	return reading->request->use == KC_GRAMMAR_ADD &&
	       kc_reference_class(reading->reference) == KC_CLASS_IDENTITY;
}

static kc_err settle_object(struct kc_reading *reading)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_request *request = reading->request;
	struct kc_query *query = &request->query;
	bool is_search = kc_reading_is_search(reading);

	if (!reading->reference)
		return KC_OK;
	if (is_new_identity(reading)) {
		request->identity = reading->reference;
		reading->ref_class = KC_CLASS_IDENTITY;
		return KC_OK;
	}
	KC_TRY(kc_reference_expand(reading->reference, &attrs,
		is_search ? NULL : &request->expanded, &reading->ref_class));
	if (!kc_reference_is_of_profile(reading->ref_class, request->strict))
		return KC_ERR(PARAM);
	request->has_object = true;
	if (is_search && names_item(reading) && kc_reference_item(reading->reference, query->ref)) {
		query->has_ref = true;
		return kc_request_add_keychain(request, kc_reference_keychain(reading->reference));
	}
	kc_attrs_merge(&attrs, &query->attrs);
	kc_attrs_move(&query->attrs, &attrs);
	if (!is_search && !request->has_secret) {
		request->secret = kc_secret_bytes(&request->expanded);
		request->has_secret = true;
	}
	return KC_OK;
}

/* A certificate or a key says which identity is meant. */
static bool is_part_of_identity(const struct kc_reading *reading)
{
	return reading->reference && reading->class == KC_CLASS_IDENTITY &&
	       (reading->ref_class == KC_CLASS_CERTIFICATE || reading->ref_class == KC_CLASS_KEY);
}

static kc_err settle_class(struct kc_reading *reading)
{
	struct kc_query *query = &reading->request->query;

	if (reading->names_class && reading->class == 0)
		return KC_ERR(NO_SUCH_CLASS);
	if (reading->class && reading->ref_class && reading->class != reading->ref_class &&
		!is_part_of_identity(reading))
		return KC_ERR(NO_SUCH_CLASS);
	if (query->class == 0)
		query->class = reading->class ? reading->class : reading->ref_class;
	if (query->class == 0 && reading->items)
		query->class = kc_item_list_class(reading->items);
	return query->class ? KC_OK : KC_ERR(PARAM);
}

/* A reference names one item: in a search nothing may be said besides. */
static kc_err settle_ref(const struct kc_request *request)
{
	const struct kc_query *query = &request->query;

	if (!request->strict || request->use != KC_GRAMMAR_FIND || !query->has_ref)
		return KC_OK;
	if (query->attrs.count > 0 || (request->sync_given && query->sync != KC_SYNC_ANY))
		return KC_ERR(PARAM);
	return KC_OK;
}

static bool is_within(struct kc_bytes server, struct kc_bytes host)
{
	size_t more = server.len - host.len;

	if (server.len < host.len)
		return false;
	if (!kc_bytes_equal(kc_bytes(server.data + more, host.len), host))
		return false;
	return more == 0 || server.data[more - 1] == '.';
}

static kc_err settle_host(const struct kc_reading *reading)
{
	struct kc_request *request = reading->request;
	struct kc_query *query = &request->query;

	if (!reading->has_host)
		return KC_OK;
	if (query->class != KC_CLASS_INTERNET)
		return KC_ERR(UNSUPPORTED);
	if (kc_attrs_get(&query->attrs, SRVR)) {
		if (!is_within(kc_attrs_get_bytes(&query->attrs, SRVR), reading->host))
			request->finds_nothing = true;
		return KC_OK;
	}
	kc_attrs_set_text(&query->attrs, SRVR, reading->host);
	query->host_or_subdomain = true;
	return KC_OK;
}

/* Which sync marks a search without a word about them means. */
static void settle_sync(const struct kc_reading *reading)
{
	struct kc_request *request = reading->request;

	if (request->sync_given || !kc_reading_is_search(reading))
		return;
	request->query.sync =
		request->strict && !request->query.has_ref ? KC_SYNC_LOCAL : KC_SYNC_ANY;
}

/* A group that is named must be one of the program's; a search that names none is among its own,
 * and a new item is of the first. Another type than text is for the service to judge. */
static kc_err settle_group(struct kc_request *request)
{
	struct kc_attrs *attrs = &request->query.attrs;
	const struct kc_value *group = kc_attrs_get(attrs, AGRP);
	struct kc_bytes first = kc_groups_first();

	if (!request->strict)
		return KC_OK;
	if (group && (group->type == KC_VALUE_STRING || group->type == KC_VALUE_BYTES))
		KC_TRY(kc_groups_check_one(group->bytes));
	if (request->use == KC_GRAMMAR_ADD && !group && first.len > 0)
		kc_attrs_set_text(attrs, AGRP, first);
	if (request->use != KC_GRAMMAR_ADD && request->use != KC_GRAMMAR_CHANGES)
		kc_groups_narrow(&request->query);
	return KC_OK;
}

static bool has_certificate(kc_name class)
{
	return class == KC_CLASS_CERTIFICATE || class == KC_CLASS_IDENTITY;
}

/* An issuer may be given as a Name in DER; items have it normalised, without the outer tag. */
static kc_err settle_issuer(struct kc_request *request)
{
	KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT;
	struct kc_attrs *attrs = &request->query.attrs;
	const struct kc_value *issuer = kc_attrs_get(attrs, ISSR);

	if (!issuer || !has_certificate(request->query.class))
		return KC_OK;
	if (issuer->type != KC_VALUE_BYTES)
		return KC_ERR(PARAM);
	if (kc_certificate_normalise(issuer->bytes, &normal) == KC_OK)
		kc_attrs_set_bytes(attrs, ISSR, kc_buf_bytes(&normal));
	return KC_OK;
}

static void settle_wants(struct kc_request *request)
{
	const unsigned attrs = KC_RETURN_ATTRS | KC_RETURN_REF;
	bool several = (request->returns & (request->returns - 1)) != 0;

	if (request->returns & KC_RETURN_DATA)
		request->query.want |= request->query.class == KC_CLASS_IDENTITY
					       ? KC_WANT_SECRET | KC_WANT_HIDDEN
					       : KC_WANT_SECRET;
	if (request->returns & KC_RETURN_REF)
		request->query.want |= kc_reference_want(request->query.class);
	if (request->returns & attrs || (several && request->use == KC_GRAMMAR_FIND))
		request->query.want |= KC_WANT_ATTRS;
}

kc_err kc_request_add_keychain(struct kc_request *request, CFTypeRef keychain)
{
	if (!request->keychains)
		request->keychains = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	if (!request->keychains || !keychain)
		return KC_ERR(NO_MEMORY);
	if (!CFArrayContainsValue(request->keychains,
		    CFRangeMake(0, CFArrayGetCount(request->keychains)), keychain))
		CFArrayAppendValue(request->keychains, keychain);
	return KC_OK;
}

void kc_request_return_something(struct kc_request *request)
{
	if (request->strict || request->returns)
		return;
	request->returns = KC_RETURN_REF;
	settle_wants(request);
}

static kc_err settle_attributes(struct kc_request *request)
{
	struct kc_query *query = &request->query;

	if (request->strict)
		return KC_OK;
	KC_TRY(kc_tolerance_apply(query->class, &query->attrs));
	if (request->use == KC_GRAMMAR_ADD)
		kc_tolerance_add_label(query->class, &query->attrs);
	return KC_OK;
}

static kc_err settle(struct kc_reading *reading)
{
	struct kc_request *request = reading->request;
	bool is_group_first =
		request->use == KC_GRAMMAR_UPDATE || request->use == KC_GRAMMAR_DELETE;

	if (reading->has_context && reading->has_credential)
		return KC_ERR(PARAM);
	KC_TRY(settle_access_control(reading));
	KC_TRY(settle_object(reading));
	if (is_group_first)
		KC_TRY(settle_group(request));
	KC_TRY(settle_class(reading));
	if (!is_group_first)
		KC_TRY(settle_group(request));
	KC_TRY(settle_issuer(request));
	if (reading->needs_certificates && !has_certificate(request->query.class))
		return KC_ERR(UNSUPPORTED);
	KC_TRY(settle_attributes(request));
	KC_TRY(settle_ref(request));
	KC_TRY(settle_host(reading));
	if (reading->items)
		KC_TRY(kc_item_list_settle(reading->items, request));
	settle_sync(reading);
	settle_wants(request);
	return kc_attrs_check(&request->query.attrs);
}

/* --- dictionaries ---------------------------------------------------------------------------- */

static void pairs_done(struct pairs *pairs)
{
	free(pairs->keys);
}

static kc_err pairs_read(CFDictionaryRef dictionary, struct pairs *ret)
{
	CFIndex count;

	if (kc_object_kind(dictionary) != KC_OBJECT_DICTIONARY)
		return KC_ERR(PARAM);
	count = CFDictionaryGetCount(dictionary);
	ret->keys = calloc(2 * (size_t)count + 1, sizeof *ret->keys);
	if (!ret->keys)
		return KC_ERR(NO_MEMORY);
	ret->values = ret->keys + count;
	ret->count = count;
	CFDictionaryGetKeysAndValues(dictionary, ret->keys, ret->values);
	return KC_OK;
}

/* By text: a dictionary with NULL callbacks compares pointers only. */
static CFTypeRef pairs_find(const struct pairs *pairs, CFStringRef key)
{
	for (CFIndex i = 0; i < pairs->count; i++)
		if (pairs->keys[i] && CFEqual(pairs->keys[i], key))
			return pairs->values[i];
	return NULL;
}

static kc_err read_all(struct kc_request *request, const struct pairs *pairs)
{
	struct kc_reading reading = {.request = request};

	for (CFIndex i = 0; i < pairs->count; i++)
		KC_TRY(kc_reading_take(&reading, pairs->keys[i], pairs->values[i]));
	return settle(&reading);
}

static void move(struct kc_request *to, struct kc_request *from)
{
	kc_request_done(to);
	*to = *from;
	*from = (struct kc_request)KC_REQUEST_INIT;
}

kc_err kc_request_parse(enum kc_grammar_use use, CFDictionaryRef dictionary, struct kc_request *ret)
{
	KC_CLEANUP_REQUEST struct kc_request request = KC_REQUEST_INIT;
	KC_CLEANUP(pairs_done) struct pairs pairs = {0};

	KC_TRY(pairs_read(dictionary, &pairs));
	request.use = use;
	request.strict = kc_profile_is_strict(pairs_find(&pairs, kSecUseDataProtectionKeychain));
	request.filter.strict = request.strict;
	request.query.limit = use == KC_GRAMMAR_FIND ? 1 : 0;
	if (request.strict)
		KC_TRY(kc_groups_check());
	KC_TRY(read_all(&request, &pairs));
	move(ret, &request);
	return KC_OK;
}

kc_err kc_request_parse_changes(
	const struct kc_request *query, CFDictionaryRef dictionary, struct kc_request *ret)
{
	KC_CLEANUP_REQUEST struct kc_request changes = KC_REQUEST_INIT;
	KC_CLEANUP(pairs_done) struct pairs pairs = {0};

	KC_TRY(pairs_read(dictionary, &pairs));
	changes.use = KC_GRAMMAR_CHANGES;
	changes.strict = query->strict;
	changes.query.class = query->query.class;
	KC_TRY(read_all(&changes, &pairs));
	move(ret, &changes);
	return KC_OK;
}
