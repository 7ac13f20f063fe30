/* SPDX-License-Identifier: ISC */
/* Adding and finding passwords. */
#include "keychainapi/Security/keychain/sec_keychain_attribute.h"
#include "keychainapi/Security/keychain/sec_keychain_call.h"
#include "keychainapi/Security/keychain/sec_keychain_item.h"
#include "keychainapi/Security/keychain/sec_keychain_list.h"
#include "keychainapi/Security/keychain/sec_keychain_memory.h"
#include "keychainapi/Security/object.h"

#define NAME(text) KC_NAME((text)[0], (text)[1], (text)[2], (text)[3])

/* A string of a call and what it is of an item. */
struct word {
	const char *name;
	UInt32 len;
	const char *text;
};

/* What has no length or no text is not said. */
static void say(struct kc_attrs *attrs, const struct word *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (words[i].len && words[i].text)
			kc_sec_keychain_attribute_set_text(
				attrs, NAME(words[i].name), kc_bytes(words[i].text, words[i].len));
}

static void say_numbers(struct kc_attrs *attrs, UInt16 port, SecProtocolType protocol,
	SecAuthenticationType authentication)
{
	if (port)
		kc_attrs_set_number(attrs, NAME("port"), port);
	kc_sec_keychain_attribute_set_protocol(attrs, protocol);
	kc_sec_keychain_attribute_set_authentication(attrs, authentication);
}

/* --- adding ---------------------------------------------------------------------------------- */

static kc_err add(SecKeychainRef keychain, kc_name class, struct kc_attrs *attrs, UInt32 len,
	const void *password, SecKeychainItemRef *ret)
{
	if (len && !password)
		return KC_ERR(PARAM);
	return kc_sec_keychain_item_add(keychain, class, attrs, kc_bytes(password, len), ret);
}

OSStatus SecKeychainAddGenericPassword(SecKeychainRef keychain, UInt32 serviceNameLength,
	const char *serviceName, UInt32 accountNameLength, const char *accountName,
	UInt32 passwordLength, const void *passwordData, SecKeychainItemRef *itemRef)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	const struct word words[] = {
		{"svce", serviceNameLength, serviceName},
		{"acct", accountNameLength, accountName},
	};

	say(&attrs, words, KC_COUNT_OF(words));
	return kc_err_osstatus(
		add(keychain, KC_CLASS_GENERIC, &attrs, passwordLength, passwordData, itemRef));
}

OSStatus SecKeychainAddInternetPassword(SecKeychainRef keychain, UInt32 serverNameLength,
	const char *serverName, UInt32 securityDomainLength, const char *securityDomain,
	UInt32 accountNameLength, const char *accountName, UInt32 pathLength, const char *path,
	UInt16 port, SecProtocolType protocol, SecAuthenticationType authenticationType,
	UInt32 passwordLength, const void *passwordData, SecKeychainItemRef *itemRef)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	const struct word words[] = {
		{"srvr", serverNameLength, serverName},
		{"sdmn", securityDomainLength, securityDomain},
		{"acct", accountNameLength, accountName},
		{"path", pathLength, path},
	};

	say(&attrs, words, KC_COUNT_OF(words));
	say_numbers(&attrs, port, protocol, authenticationType);
	return kc_err_osstatus(
		add(keychain, KC_CLASS_INTERNET, &attrs, passwordLength, passwordData, itemRef));
}

/* --- finding --------------------------------------------------------------------------------- */

/* Where the results go; each may be NULL. */
struct results {
	UInt32 *len;
	void **password;
	SecKeychainItemRef *item;
};

static kc_err give(const struct kc_found *found, const struct results *results)
{
	KC_CLEANUP_OBJECT SecKeychainItemRef item = NULL;
	UInt32 len = 0;
	void *password = NULL;

	KC_TRY(kc_sec_keychain_item_new_ref(found, &item));
	if (results->password)
		KC_TRY(kc_sec_keychain_memory_dup(
			kc_secret_bytes(&found->secret), &len, &password));
	if (results->password)
		*results->password = password;
	if (results->password && results->len)
		*results->len = len;
	if (results->item)
		*results->item = (SecKeychainItemRef)(uintptr_t)CFRetain(item);
	return KC_OK;
}

static kc_err find(
	CFTypeRef keychain_or_array, struct kc_query *query, const struct results *results)
{
	KC_CLEANUP_OBJECT CFArrayRef keychains = NULL;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_attrs_check(&query->attrs));
	query->sync = KC_SYNC_ANY;
	query->limit = 1;
	query->want = results->password ? KC_WANT_SECRET : 0;
	KC_TRY(kc_sec_keychain_list_copy(keychain_or_array, &keychains));
	KC_TRY(kc_sec_keychain_call_find(keychains, query, true, &found));
	return give(&found.rows[0], results);
}

OSStatus SecKeychainFindGenericPassword(CFTypeRef keychainOrArray, UInt32 serviceNameLength,
	const char *serviceName, UInt32 accountNameLength, const char *accountName,
	UInt32 *passwordLength, void **passwordData, SecKeychainItemRef *itemRef)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	const struct results results = {passwordLength, passwordData, itemRef};
	const struct word words[] = {
		{"svce", serviceNameLength, serviceName},
		{"acct", accountNameLength, accountName},
	};

	query.class = KC_CLASS_GENERIC;
	say(&query.attrs, words, KC_COUNT_OF(words));
	return kc_err_osstatus(find(keychainOrArray, &query, &results));
}

OSStatus SecKeychainFindInternetPassword(CFTypeRef keychainOrArray, UInt32 serverNameLength,
	const char *serverName, UInt32 securityDomainLength, const char *securityDomain,
	UInt32 accountNameLength, const char *accountName, UInt32 pathLength, const char *path,
	UInt16 port, SecProtocolType protocol, SecAuthenticationType authenticationType,
	UInt32 *passwordLength, void **passwordData, SecKeychainItemRef *itemRef)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	const struct results results = {passwordLength, passwordData, itemRef};
	const struct word words[] = {
		{"srvr", serverNameLength, serverName},
		{"sdmn", securityDomainLength, securityDomain},
		{"acct", accountNameLength, accountName},
		{"path", pathLength, path},
	};

	query.class = KC_CLASS_INTERNET;
	say(&query.attrs, words, KC_COUNT_OF(words));
	say_numbers(&query.attrs, port, protocol, authenticationType);
	return kc_err_osstatus(find(keychainOrArray, &query, &results));
}
