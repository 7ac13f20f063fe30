/* SPDX-License-Identifier: ISC */
/* The calls around the four: deleting everything, and what needs entitlements that nobody has here.
 */
#include <Security/SecItemPriv.h>

#include "base/query.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/item/groups.h"
#include "keychainapi/Security/last_error.h"
#include "keychainapi/Security/object.h"
#include "wire/client.h"

static const kc_name classes[] = {
	KC_CLASS_GENERIC, KC_CLASS_INTERNET, KC_CLASS_CERTIFICATE, KC_CLASS_KEY};

/* Every row of this program's groups, tombstones too, and leaves none. */
static kc_err delete_class(struct kc_client *client, kc_name class)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.class = class;
	query.sync = KC_SYNC_ANY;
	query.tomb = KC_TOMB_ANY;
	query.tomb_use = KC_TOMB_USE_NEVER;
	kc_groups_narrow(&query);
	err = kc_client_item_delete(client, &query, NULL);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

static kc_err delete_all(void)
{
	struct kc_client *client;

	KC_TRY(kc_groups_check());
	KC_TRY(kc_client_shared(&client));
	for (size_t i = 0; i < KC_COUNT_OF(classes); i++)
		KC_TRY(delete_class(client, classes[i]));
	return KC_OK;
}

OSStatus SecItemDeleteAll(void)
{
	return kc_last_error_set(delete_all());
}

/* A token is a driver's, and says so in its entitlements. */
OSStatus SecItemUpdateTokenItemsForAccessGroups(
	CFTypeRef tokenID, CFArrayRef accessGroups, CFArrayRef tokenItemsAttributes)
{
	if (kc_object_kind(tokenID) != KC_OBJECT_STRING ||
		kc_object_kind(accessGroups) != KC_OBJECT_ARRAY ||
		(tokenItemsAttributes && kc_object_kind(tokenItemsAttributes) != KC_OBJECT_ARRAY))
		return kc_last_error_set(KC_ERR(PARAM));
	return kc_last_error_set(KC_ERR(NOT_ALLOWED));
}

/* Nobody here belongs to a sharing group. */
CFTypeRef SecItemShareWithGroup(CFDictionaryRef query, CFStringRef sharingGroup, CFErrorRef *error)
{
	kc_err err = KC_ERR(NOT_ALLOWED);

	if (kc_object_kind(query) != KC_OBJECT_DICTIONARY ||
		kc_object_kind(sharingGroup) != KC_OBJECT_STRING ||
		CFStringGetLength(sharingGroup) == 0)
		err = KC_ERR(PARAM);
	kc_error_give(err, error);
	return NULL;
}
