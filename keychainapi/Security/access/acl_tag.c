/* SPDX-License-Identifier: ISC */
/* What entries of access objects are about, as tags of CSSM. */
#include "base/mem.h"
#include "keychainapi/Security/access/access.h"
#include "keychainapi/Security/object.h"

static const struct {
	CSSM_ACL_AUTHORIZATION_TAG tag;
	const CFStringRef *word;
} rows[] = {
	{CSSM_ACL_AUTHORIZATION_ANY, &kSecACLAuthorizationAny},
	{CSSM_ACL_AUTHORIZATION_LOGIN, &kSecACLAuthorizationLogin},
	{CSSM_ACL_AUTHORIZATION_GENKEY, &kSecACLAuthorizationGenKey},
	{CSSM_ACL_AUTHORIZATION_DELETE, &kSecACLAuthorizationDelete},
	{CSSM_ACL_AUTHORIZATION_EXPORT_WRAPPED, &kSecACLAuthorizationExportWrapped},
	{CSSM_ACL_AUTHORIZATION_EXPORT_CLEAR, &kSecACLAuthorizationExportClear},
	{CSSM_ACL_AUTHORIZATION_IMPORT_WRAPPED, &kSecACLAuthorizationImportWrapped},
	{CSSM_ACL_AUTHORIZATION_IMPORT_CLEAR, &kSecACLAuthorizationImportClear},
	{CSSM_ACL_AUTHORIZATION_SIGN, &kSecACLAuthorizationSign},
	{CSSM_ACL_AUTHORIZATION_ENCRYPT, &kSecACLAuthorizationEncrypt},
	{CSSM_ACL_AUTHORIZATION_DECRYPT, &kSecACLAuthorizationDecrypt},
	{CSSM_ACL_AUTHORIZATION_MAC, &kSecACLAuthorizationMAC},
	{CSSM_ACL_AUTHORIZATION_DERIVE, &kSecACLAuthorizationDerive},
};

CFStringRef kc_acl_word(CSSM_ACL_AUTHORIZATION_TAG tag)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].tag == tag)
			return *rows[i].word;
	return NULL;
}

static uint32_t read_tags(CFArrayRef words, CSSM_ACL_AUTHORIZATION_TAG *tags, uint32_t room)
{
	uint32_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (CFArrayContainsValue(
			    words, CFRangeMake(0, CFArrayGetCount(words)), *rows[i].word)) {
			if (count < room)
				tags[count] = rows[i].tag;
			count++;
		}
	return count;
}

OSStatus SecACLGetAuthorizations(
	SecACLRef acl, CSSM_ACL_AUTHORIZATION_TAG *tags, uint32_t *tagCount)
{
	KC_CLEANUP_OBJECT CFArrayRef words = NULL;
	uint32_t room;

	if (!kc_acl_is(acl) || !tagCount || (!tags && *tagCount))
		return errSecParam;
	words = SecACLCopyAuthorizations(acl);
	room = *tagCount;
	*tagCount = read_tags(words, tags, room);
	return *tagCount > room ? errSecParam : errSecSuccess;
}

OSStatus SecACLSetAuthorizations(SecACLRef acl, CSSM_ACL_AUTHORIZATION_TAG *tags, uint32_t tagCount)
{
	KC_CLEANUP_OBJECT CFMutableArrayRef words =
		CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);

	if (!kc_acl_is(acl) || (!tags && tagCount))
		return errSecParam;
	if (!words)
		return errSecAllocate;
	for (uint32_t i = 0; i < tagCount; i++) {
		CFStringRef word = kc_acl_word(tags[i]);
		if (!word)
			return errSecParam;
		CFArrayAppendValue(words, word);
	}
	return SecACLUpdateAuthorizations(acl, words);
}
