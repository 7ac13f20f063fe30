/* SPDX-License-Identifier: ISC */
/* What each key of a dictionary does to a request: a function for each meaning of the grammar. */
#include "keychainapi/Security/item/reading.h"

#include <Security/SecItemPriv.h>
#include <string.h>

#include "keychainapi/Security/access/access_control.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/trust/policy.h"

#define CLASS_LEN 4
#define REF_LEN (CLASS_LEN + KC_PERSISTENT_REF_LEN)
#define OLD_REF_LEN (CLASS_LEN + 8) /* class and row number, from before there were identifiers */
#define ATTRIBUTE_LEN 4		    /* characters in the name of an attribute */
#define MOST_OTHER_KEYS 90
#define MUSR KC_NAME('m', 'u', 's', 'r')
#define SYNC KC_NAME('s', 'y', 'n', 'c')
#define TOMB KC_NAME('t', 'o', 'm', 'b')

static bool is_search(const struct kc_request *request)
{
	return request->use != KC_GRAMMAR_ADD && request->use != KC_GRAMMAR_CHANGES;
}

bool kc_reading_is_search(const struct kc_reading *reading)
{
	return is_search(reading->request);
}

static bool is_class(kc_name name)
{
	return name == KC_CLASS_GENERIC || name == KC_CLASS_INTERNET ||
	       name == KC_CLASS_CERTIFICATE || name == KC_CLASS_KEY || name == KC_CLASS_IDENTITY;
}

/* The attributes that are names: they alone take a UUID, for its text. */
static bool is_text_of_uuid(kc_name name)
{
	static const char names[][5] = {"UUID", "agrp", "pdmn", "tkid", "vwht"};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++)
		if (kc_name_from(kc_bytes_str(names[i])) == name)
			return true;
	return false;
}

static kc_err set_attribute(struct kc_attrs *attrs, kc_name name, CFTypeRef value)
{
	if (kc_object_kind(value) == KC_OBJECT_UUID && !is_text_of_uuid(name))
		return KC_ERR(PARAM);
	return kc_object_set_attr(attrs, name, value);
}

/* In the default profile a value that is none is wrong only when the attribute is one of the class,
 * which is not known yet: null stands for it, and is no value of any. */
static kc_err take_attribute(struct kc_reading *reading, CFTypeRef key, CFTypeRef value)
{
	struct kc_request *request = reading->request;
	kc_name name = kc_name_from(kc_object_bytes(key));
	struct kc_value null = kc_value_null();
	kc_err err;

	if (request->use == KC_GRAMMAR_CHANGES && kc_object_kind(value) == KC_OBJECT_NULL)
		return KC_ERR(PARAM);
	/* Four characters that are not four bytes are the name of nothing. */
	if (name == 0)
		return request->strict ? KC_ERR(NO_SUCH_ATTR) : KC_OK;
	err = set_attribute(&request->query.attrs, name, value);
	if (err != KC_E_PARAM || request->strict)
		return err;
	kc_attrs_set(&request->query.attrs, name, &null);
	return KC_OK;
}

static kc_err take_class(struct kc_reading *reading, CFTypeRef value)
{
	if (kc_object_kind(value) != KC_OBJECT_STRING)
		return KC_OK;
	reading->names_class = true;
	reading->class = kc_name_from(kc_object_bytes(value));
	if (!is_class(reading->class))
		reading->class = 0;
	return KC_OK;
}

static kc_err take_limit_number(struct kc_request *request, CFNumberRef value)
{
	int64_t limit = 0;

	CFNumberGetValue(value, kCFNumberSInt64Type, &limit);
	if (limit < 0 && !request->strict)
		return KC_ERR(PARAM);
	request->finds_nothing = request->finds_nothing || limit == 0;
	request->as_array = limit != 1;
	request->query.limit = limit < 0 || limit > UINT32_MAX ? 0 : (uint32_t)limit;
	return KC_OK;
}

static kc_err take_limit(struct kc_request *request, CFTypeRef value)
{
	if (kc_object_kind(value) == KC_OBJECT_NUMBER)
		return take_limit_number(request, value);
	request->as_array = CFEqual(value, kSecMatchLimitAll);
	if (!request->as_array && !CFEqual(value, kSecMatchLimitOne))
		return KC_ERR(PARAM);
	request->query.limit = request->as_array ? 0 : 1;
	return KC_OK;
}

static kc_err take_host(struct kc_reading *reading, CFTypeRef value)
{
	if (kc_object_kind(value) != KC_OBJECT_STRING)
		return KC_ERR(PARAM);
	reading->host = kc_object_bytes(value);
	reading->has_host = true;
	return KC_OK;
}

/* --- filters that look at certificates ------------------------------------------------------- */

/* What is no array asks for nothing. */
static kc_err take_issuers(struct kc_reading *reading, CFTypeRef value)
{
	reading->needs_certificates = true;
	if (kc_object_kind(value) == KC_OBJECT_ARRAY)
		reading->request->filter.issuers = value;
	return KC_OK;
}

static kc_err take_policy(struct kc_reading *reading, CFTypeRef value)
{
	if (!kc_policy_is(value))
		return KC_ERR(PARAM);
	reading->needs_certificates = true;
	reading->request->filter.policy = (SecPolicyRef)(uintptr_t)value;
	return KC_OK;
}

static kc_err take_trusted(struct kc_filter *filter, CFTypeRef value)
{
	return kc_object_truth(value, &filter->trusted_only);
}

static kc_err take_date(struct kc_filter *filter, CFTypeRef value)
{
	enum kc_object_kind kind = kc_object_kind(value);

	if (kind != KC_OBJECT_DATE && kind != KC_OBJECT_NULL)
		return KC_ERR(PARAM);
	filter->has_date = true;
	filter->date =
		kind == KC_OBJECT_DATE ? CFDateGetAbsoluteTime(value) : CFAbsoluteTimeGetCurrent();
	return KC_OK;
}

static kc_err take_text(CFStringRef *text, CFTypeRef value)
{
	if (kc_object_kind(value) != KC_OBJECT_STRING)
		return KC_ERR(PARAM);
	*text = value;
	return KC_OK;
}

static kc_err take_email(struct kc_request *request, CFTypeRef value)
{
	return take_text(&request->filter.email, value);
}

/* The strict profile does not look at texts of the subject. */
static kc_err take_subject(struct kc_request *request, enum kc_filter_place place, CFTypeRef value)
{
	return request->strict ? KC_OK : take_text(&request->filter.subject[place], value);
}

static kc_err take_comparing(struct kc_request *request, CFStringCompareFlags flag, CFTypeRef value)
{
	bool wanted;

	if (kc_object_truth(value, &wanted) == KC_OK && wanted)
		request->filter.comparing |= flag;
	return KC_OK;
}

/* The strict profile takes data here, and does nothing with it. */
static kc_err take_items(struct kc_reading *reading, CFTypeRef value)
{
	if (reading->request->strict)
		return KC_OK;
	if (kc_object_kind(value) != KC_OBJECT_ARRAY || reading->items)
		return KC_ERR(PARAM);
	reading->items = value;
	return KC_OK;
}

/* --- the rest -------------------------------------------------------------------------------- */

/* In the default profile numbers are truth values too, and anything else is false. */
static kc_err take_return(struct kc_request *request, unsigned what, CFTypeRef value)
{
	bool wanted;

	if (kc_object_truth(value, &wanted) == KC_OK && wanted)
		request->returns |= what;
	return KC_OK;
}

static kc_err take_secret(struct kc_request *request, CFTypeRef value)
{
	enum kc_object_kind kind = kc_object_kind(value);
	bool is_text_taken = !request->strict && request->use == KC_GRAMMAR_ADD;

	if (kind != KC_OBJECT_DATA && !(kind == KC_OBJECT_STRING && is_text_taken))
		return KC_ERR(PARAM);
	if (is_search(request))
		return KC_OK;
	request->secret = kc_object_bytes(value);
	request->has_secret = true;
	return KC_OK;
}

static kc_err take_persistent_ref(struct kc_reading *reading, CFTypeRef value)
{
	struct kc_request *request = reading->request;
	struct kc_bytes ref = kc_object_bytes(value);
	kc_name class;

	if (kc_object_kind(value) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	if (ref.len != REF_LEN && (ref.len != OLD_REF_LEN || !is_search(request)))
		return KC_ERR(PARAM);
	class = kc_name_from(kc_bytes(ref.data, CLASS_LEN));
	if (!is_class(class))
		return KC_ERR(PARAM);
	if (!is_search(request))
		return KC_OK; /* a new item gets a reference of its own */
	reading->ref_class = class;
	request->query.has_ref = ref.len == REF_LEN;
	request->finds_nothing = request->finds_nothing || ref.len == OLD_REF_LEN;
	if (request->query.has_ref)
		memcpy(request->query.ref, ref.data + CLASS_LEN, KC_PERSISTENT_REF_LEN);
	return KC_OK;
}

/* Leaving out items that need authentication has a meaning in a search alone. Otherwise nothing is
 * to be done: no call here asks the user. */
static kc_err take_auth_ui(const struct kc_request *request, CFTypeRef value)
{
	if (request->use != KC_GRAMMAR_FIND && CFEqual(value, kSecUseAuthenticationUISkip))
		return KC_ERR(PARAM);
	return KC_OK;
}

static kc_err take_tomb_use(struct kc_request *request, CFTypeRef value)
{
	bool wanted;

	KC_TRY(kc_object_truth(value, &wanted));
	request->query.tomb_use = wanted ? KC_TOMB_USE_ALWAYS : KC_TOMB_USE_NEVER;
	return KC_OK;
}

static kc_err take_sync(struct kc_reading *reading, CFTypeRef value)
{
	struct kc_request *request = reading->request;
	bool is_any = CFEqual(value, kSecAttrSynchronizableAny);
	bool synced = false;

	reading->sync = value;
	if (!is_any)
		KC_TRY(kc_object_truth(value, &synced));
	if (is_search(request)) {
		request->query.sync = is_any   ? KC_SYNC_ANY
				      : synced ? KC_SYNC_SYNCED
					       : KC_SYNC_LOCAL;
		request->sync_given = true;
	} else if (!is_any) {
		kc_attrs_set_number(&request->query.attrs, SYNC, synced);
		request->sync_given = true;
	}
	return KC_OK;
}

static kc_err take_tomb(struct kc_request *request, CFTypeRef value)
{
	bool dead;

	KC_TRY(kc_object_truth(value, &dead));
	if (is_search(request))
		request->query.tomb = dead ? KC_TOMB_DEAD : KC_TOMB_LIVE;
	else
		kc_attrs_set_number(&request->query.attrs, TOMB, dead);
	return KC_OK;
}

static kc_err take_access_control(struct kc_reading *reading, CFTypeRef value)
{
	if (!kc_access_control_is(value))
		return KC_ERR(PARAM);
	reading->access_control = value;
	return KC_OK;
}

/* The group of what tokens hold can be searched, and that is all. */
static kc_err take_access_group(struct kc_reading *reading, CFTypeRef key, CFTypeRef value)
{
	if (reading->request->use != KC_GRAMMAR_FIND && CFEqual(value, kSecAttrAccessGroupToken))
		return KC_ERR(NOT_ALLOWED);
	return take_attribute(reading, key, value);
}

static kc_err take_user(struct kc_reading *reading, CFTypeRef key, CFTypeRef value)
{
	CFUUIDBytes bytes;

	if (kc_object_kind(value) != KC_OBJECT_UUID)
		return take_attribute(reading, key, value);
	bytes = CFUUIDGetUUIDBytes(value);
	kc_attrs_set_bytes(&reading->request->query.attrs, MUSR, kc_bytes(&bytes, sizeof bytes));
	return KC_OK;
}

/* Nobody here belongs to a sharing group, so the only one that may be named is none. */
static kc_err take_sharing_group(CFTypeRef value)
{
	return CFEqual(value, kSecAttrSharingGroupNone) ? KC_OK : KC_ERR(NOT_ALLOWED);
}

static kc_err take_keychain(struct kc_request *request, CFTypeRef keychain)
{
	if (!kc_sec_keychain_is(keychain))
		return KC_ERR(PARAM);
	return kc_request_add_keychain(request, keychain);
}

/* A list that says nothing of use must not become the whole search list: Delete goes by it. */
static kc_err take_search_list(struct kc_request *request, CFTypeRef list)
{
	if (!kc_sec_keychain_list_is(list))
		return KC_ERR(PARAM);
	if (CFArrayGetCount(list) == 0)
		request->finds_nothing = true;
	for (CFIndex i = 0; i < CFArrayGetCount(list); i++)
		KC_TRY(kc_request_add_keychain(request, CFArrayGetValueAtIndex(list, i)));
	return KC_OK;
}

static kc_err take(
	struct kc_reading *reading, enum kc_grammar_meaning meaning, CFTypeRef key, CFTypeRef value)
{
	struct kc_request *request = reading->request;

	switch (meaning) {
	case KC_GRAMMAR_ATTRIBUTE:
		return take_attribute(reading, key, value);
	case KC_GRAMMAR_NOTHING:
		return KC_OK;
	case KC_GRAMMAR_CLASS:
		return take_class(reading, value);
	case KC_GRAMMAR_LIMIT:
		return take_limit(request, value);
	case KC_GRAMMAR_HOST:
		return take_host(reading, value);
	case KC_GRAMMAR_ISSUERS:
		return take_issuers(reading, value);
	case KC_GRAMMAR_POLICY:
		return take_policy(reading, value);
	case KC_GRAMMAR_DATE:
		return take_date(&request->filter, value);
	case KC_GRAMMAR_TRUSTED:
		return take_trusted(&request->filter, value);
	case KC_GRAMMAR_EMAIL:
		return take_email(request, value);
	case KC_GRAMMAR_SUBJECT_CONTAINS:
		return take_subject(request, KC_FILTER_CONTAINS, value);
	case KC_GRAMMAR_SUBJECT_STARTS:
		return take_subject(request, KC_FILTER_STARTS, value);
	case KC_GRAMMAR_SUBJECT_ENDS:
		return take_subject(request, KC_FILTER_ENDS, value);
	case KC_GRAMMAR_SUBJECT_WHOLE:
		return take_subject(request, KC_FILTER_WHOLE, value);
	case KC_GRAMMAR_ANY_CASE:
		return take_comparing(request, kCFCompareCaseInsensitive, value);
	case KC_GRAMMAR_ANY_DIACRITIC:
		return take_comparing(request, kCFCompareDiacriticInsensitive, value);
	case KC_GRAMMAR_ANY_WIDTH:
		return take_comparing(request, kCFCompareWidthInsensitive, value);
	case KC_GRAMMAR_ITEMS:
		return take_items(reading, value);
	case KC_GRAMMAR_RETURN_DATA:
		return take_return(request, KC_RETURN_DATA, value);
	case KC_GRAMMAR_RETURN_ATTRS:
		return take_return(request, KC_RETURN_ATTRS, value);
	case KC_GRAMMAR_RETURN_REF:
		return take_return(request, KC_RETURN_REF, value);
	case KC_GRAMMAR_RETURN_PERSISTENT_REF:
		return take_return(request, KC_RETURN_PERSISTENT_REF, value);
	case KC_GRAMMAR_SECRET:
		return take_secret(request, value);
	case KC_GRAMMAR_PERSISTENT_REF:
		return take_persistent_ref(reading, value);
	case KC_GRAMMAR_REFERENCE:
		reading->reference = value;
		return KC_OK;
	case KC_GRAMMAR_KEYCHAIN:
		return take_keychain(request, value);
	case KC_GRAMMAR_SEARCH_LIST:
		return take_search_list(request, value);
	case KC_GRAMMAR_AUTH_UI:
		return take_auth_ui(request, value);
	case KC_GRAMMAR_CONTEXT:
		reading->has_context = true;
		return KC_OK;
	case KC_GRAMMAR_CREDENTIAL:
		reading->has_credential = true;
		return KC_OK;
	case KC_GRAMMAR_TOMB_USE:
		return take_tomb_use(request, value);
	case KC_GRAMMAR_SYNC:
		return take_sync(reading, value);
	case KC_GRAMMAR_TOMB:
		return take_tomb(request, value);
	case KC_GRAMMAR_ACCESS_CONTROL:
		return take_access_control(reading, value);
	case KC_GRAMMAR_ACCESS_GROUP:
		return take_access_group(reading, key, value);
	case KC_GRAMMAR_SHARING_GROUP:
		return take_sharing_group(value);
	case KC_GRAMMAR_USER:
		return take_user(reading, key, value);
	}
	return KC_ERR(BUG);
}

kc_err kc_reading_take(struct kc_reading *reading, CFTypeRef key, CFTypeRef value)
{
	const struct kc_request *request = reading->request;
	const struct kc_grammar_row *row = kc_grammar_find(key);
	bool taken = false;

	KC_TRY(kc_grammar_judge(row, request->strict, request->use, value, &taken));
	if (kc_object_kind(key) == KC_OBJECT_STRING && CFStringGetLength(key) != ATTRIBUTE_LEN)
		reading->other_keys++;
	if (reading->other_keys > MOST_OTHER_KEYS && request->strict)
		return KC_ERR(PARAM);
	return taken ? take(reading, row->meaning, key, value) : KC_OK;
}
