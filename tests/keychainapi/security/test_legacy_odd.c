/* SPDX-License-Identifier: ISC */
/*
 * The older interface with odd arguments: every function again and again, with objects of every
 * kind in every place, lists of any tags and lengths, results that are wanted or not. What is
 * checked is that each call ends, says something that is a result code, and writes nothing when it
 * fails; the sanitizers see the rest. The numbers are the same in every run.
 */
#include <Security/SecKeyPriv.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define ROUNDS 4000
#define LONG_ROUNDS 200000
#define MOST_ATTRIBUTES 4
#define MOST_BYTES 40

/* --- chance ---------------------------------------------------------------------------------- */

static uint64_t state = 0x9e3779b97f4a7c15u;

static unsigned chance(unsigned below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % below;
}

/* --- arguments ------------------------------------------------------------------------------- */

#define MOST_OBJECTS 24
static CFTypeRef objects[MOST_OBJECTS]; /* [0] is NULL */
static size_t object_count = 1;

/* Takes it; from then on it may turn up in any place. */
static void keep(const void *object)
{
	size_t at = object_count;

	if (!object)
		return;
	if (at == MOST_OBJECTS) {
		at = 8 + chance(MOST_OBJECTS - 8);
		CFRelease(objects[at]);
	} else
		object_count++;
	objects[at] = object;
}

static void *any_object(void)
{
	return (void *)(uintptr_t)objects[chance((unsigned)object_count)];
}

/* An object that the place is for, or none, more often than not. */
static void *object_of(CFTypeID type)
{
	size_t start = chance((unsigned)object_count);

	if (chance(5) == 0)
		return any_object();
	for (size_t i = 0; i < object_count; i++) {
		CFTypeRef object = objects[(start + i) % object_count];
		if (object && CFGetTypeID(object) == type)
			return (void *)(uintptr_t)object;
	}
	return NULL;
}
#define KEYCHAIN (chance(2) ? NULL : object_of(SecKeychainGetTypeID()))
#define ITEM object_of(SecKeychainItemGetTypeID())
#define SEARCH object_of(SecKeychainSearchGetTypeID())
#define ACCESS object_of(SecAccessGetTypeID())
#define ENTRY object_of(SecACLGetTypeID())

static void first_objects(void)
{
	const int bits = 256;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &bits);
	const void *keys[] = {kSecAttrKeyType, kSecAttrKeySizeInBits};
	const void *values[] = {kSecAttrKeyTypeEC, size};
	CFDictionaryRef words = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	SecKeychainRef keychain = NULL;
	SecAccessRef access = NULL;

	keep(CFRetain(CFSTR("text")));
	keep(CFDataCreate(NULL, (const UInt8 *)"genp0123456789abcdef", 20));
	keep(CFArrayCreate(NULL, NULL, 0, &kCFTypeArrayCallBacks));
	keep(SecKeyCreateRandomKey(words, NULL));
	CHECK(SecKeychainOpen("nowhere.keychain", &keychain) == 0);
	keep(keychain);
	CHECK(SecKeychainOpen("login.keychain", &keychain) == 0);
	keep(keychain);
	CHECK(SecAccessCreate(CFSTR("a"), NULL, &access) == 0);
	keep(access);
	CFRelease(words);
	CFRelease(size);
}

struct text {
	char bytes[MOST_BYTES + 1];
	UInt32 len;
};

/* Few letters, so that items meet. */
static struct text any_text(void)
{
	struct text text = {.len = chance(4) ? chance(3) : chance(MOST_BYTES)};

	for (unsigned i = 0; i < MOST_BYTES; i++)
		text.bytes[i] = chance(16) ? (char)('a' + chance(3)) : (char)chance(256);
	return text;
}
#define POINTER(text) (chance(8) ? (text).bytes : NULL)

static UInt32 any_tag(void)
{
	static const UInt32 tags[] = {kSecAccountItemAttr, kSecServiceItemAttr, kSecServerItemAttr,
		kSecLabelItemAttr, kSecPortItemAttr, kSecProtocolItemAttr, kSecPathItemAttr,
		kSecAuthenticationTypeItemAttr, kSecCreationDateItemAttr, kSecModDateItemAttr,
		kSecCreatorItemAttr, kSecVolumeItemAttr, kSecInvisibleItemAttr, 0, 1, 7, 26};

	return chance(12) ? tags[chance(KC_COUNT_OF(tags))] : chance(0x7fffffff);
}

static UInt32 any_class(void)
{
	static const UInt32 classes[] = {kSecGenericPasswordItemClass,
		kSecInternetPasswordItemClass, kSecCertificateItemClass, kSecPrivateKeyItemClass,
		kSecAppleSharePasswordItemClass, CSSM_DL_DB_RECORD_GENERIC_PASSWORD, 0};

	return classes[chance(KC_COUNT_OF(classes))];
}

/* A list and what it points to. */
struct list {
	struct text texts[MOST_ATTRIBUTES];
	SecKeychainAttribute attributes[MOST_ATTRIBUTES];
	SecKeychainAttributeList list;
};

static SecKeychainAttributeList *any_list(struct list *list)
{
	list->list.count = chance(MOST_ATTRIBUTES + 1);
	list->list.attr = chance(16) ? list->attributes : NULL;
	for (unsigned i = 0; i < MOST_ATTRIBUTES; i++) {
		list->texts[i] = any_text();
		list->attributes[i].tag = any_tag();
		list->attributes[i].length = chance(3) ? list->texts[i].len : 4;
		list->attributes[i].data = POINTER(list->texts[i]);
	}
	return chance(8) ? &list->list : NULL;
}

/* --- calls ----------------------------------------------------------------------------------- */

/* An object that a call was to give: there exactly when it has succeeded. */
static OSStatus given(OSStatus status, const void *place)
{
	CFTypeRef object = *(const CFTypeRef *)place;

	CHECK((status == errSecSuccess) == (object != NULL));
	keep(object);
	return status;
}

static OSStatus add_generic(void)
{
	struct text service = any_text(), account = any_text(), password = any_text();
	SecKeychainItemRef item = NULL;
	bool wanted = chance(2);
	OSStatus status =
		SecKeychainAddGenericPassword(KEYCHAIN, service.len, POINTER(service), account.len,
			POINTER(account), password.len, POINTER(password), wanted ? &item : NULL);

	return wanted ? given(status, &item) : status;
}

static OSStatus add_internet(void)
{
	struct text server = any_text(), domain = any_text(), account = any_text(),
		    path = any_text(), password = any_text();
	SecKeychainItemRef item = NULL;
	OSStatus status = SecKeychainAddInternetPassword(KEYCHAIN, server.len, POINTER(server),
		domain.len, POINTER(domain), account.len, POINTER(account), path.len, POINTER(path),
		(UInt16)chance(70000), chance(2) ? kSecProtocolTypeHTTP : chance(99),
		chance(2) ? kSecAuthenticationTypeDefault : chance(0x7fffffff), password.len,
		POINTER(password), &item);

	return given(status, &item);
}

static OSStatus find_generic(void)
{
	struct text service = any_text(), account = any_text();
	SecKeychainItemRef item = NULL;
	UInt32 len = 0;
	void *password = NULL;
	bool wanted = chance(2);
	OSStatus status = SecKeychainFindGenericPassword(KEYCHAIN, service.len, POINTER(service),
		account.len, POINTER(account), chance(2) ? &len : NULL, wanted ? &password : NULL,
		&item);

	CHECK((status == 0 && wanted) == (password != NULL));
	SecKeychainItemFreeContent(NULL, password);
	return given(status, &item);
}

static OSStatus find_internet(void)
{
	struct text server = any_text(), account = any_text(), path = any_text();
	SecKeychainItemRef item = NULL;
	UInt32 len = 0;
	void *password = NULL;
	OSStatus status = SecKeychainFindInternetPassword(KEYCHAIN, server.len, POINTER(server), 0,
		NULL, account.len, POINTER(account), path.len, POINTER(path), (UInt16)chance(3),
		chance(2) ? kSecProtocolTypeHTTP : 0, chance(2) ? 0 : chance(0x7fffffff), &len,
		&password, &item);

	CHECK((status == 0) == (password != NULL));
	SecKeychainItemFreeContent(NULL, password);
	return given(status, &item);
}

static OSStatus create_item(void)
{
	struct list list;
	struct text data = any_text();
	SecKeychainItemRef item = NULL;
	OSStatus status = SecKeychainItemCreateFromContent(
		any_class(), any_list(&list), data.len, POINTER(data), KEYCHAIN, ACCESS, &item);

	return given(status, &item);
}

static OSStatus modify_item(void)
{
	struct list list;
	struct text data = any_text();

	return SecKeychainItemModifyContent(ITEM, any_list(&list), data.len, POINTER(data));
}

static OSStatus copy_content(void)
{
	struct list list;
	SecKeychainAttributeList *wanted = any_list(&list);
	SecItemClass class;
	UInt32 len;
	void *data = NULL;
	OSStatus status = SecKeychainItemCopyContent(ITEM, chance(2) ? &class : NULL, wanted,
		chance(2) ? &len : NULL, chance(2) ? &data : NULL);

	if (status == errSecSuccess)
		SecKeychainItemFreeContent(wanted, data);
	else
		CHECK(data == NULL);
	return status;
}

static OSStatus copy_attributes(void)
{
	UInt32 tags[MOST_ATTRIBUTES];
	SecKeychainAttributeInfo info = {
		chance(MOST_ATTRIBUTES + 1), chance(16) ? tags : NULL, NULL};
	SecKeychainAttributeList *list = NULL;
	UInt32 len;
	void *data = NULL;
	OSStatus status;

	for (unsigned i = 0; i < MOST_ATTRIBUTES; i++)
		tags[i] = any_tag();
	status = SecKeychainItemCopyAttributesAndData(ITEM, chance(4) ? &info : NULL, NULL,
		chance(4) ? &list : NULL, &len, chance(2) ? &data : NULL);
	CHECK(status == 0 || (!list && !data));
	SecKeychainItemFreeAttributesAndData(list, data);
	return status;
}

static OSStatus delete_item(void)
{
	return SecKeychainItemDelete(ITEM);
}

static OSStatus copy_item(void)
{
	SecKeychainItemRef copy = NULL;

	return given(SecKeychainItemCreateCopy(any_object(), any_object(), NULL, &copy), &copy);
}

static OSStatus persistent_reference(void)
{
	CFDataRef reference = NULL;

	return given(SecKeychainItemCreatePersistentReference(ITEM, &reference), &reference);
}

static OSStatus from_persistent_reference(void)
{
	SecKeychainItemRef item = NULL;

	return given(SecKeychainItemCopyFromPersistentReference(any_object(), &item), &item);
}

static OSStatus keychain_of_item(void)
{
	SecKeychainRef keychain = NULL;

	return given(SecKeychainItemCopyKeychain(ITEM, &keychain), &keychain);
}

static OSStatus access_of_item(void)
{
	SecAccessRef access = NULL;

	if (chance(2))
		return SecKeychainItemSetAccess(ITEM, ACCESS);
	return given(SecKeychainItemCopyAccess(ITEM, &access), &access);
}

static OSStatus new_search(void)
{
	struct list list;
	SecKeychainSearchRef search = NULL;

	return given(SecKeychainSearchCreateFromAttributes(
			     any_object(), any_class(), any_list(&list), &search),
		&search);
}

static OSStatus next_item(void)
{
	SecKeychainItemRef item = NULL;

	return given(SecKeychainSearchCopyNext(SEARCH, &item), &item);
}

static OSStatus keychain_status(void)
{
	SecKeychainStatus status;
	char path[64];
	UInt32 room = chance(sizeof path);

	if (chance(2))
		return SecKeychainGetPath(any_object(), &room, path);
	return SecKeychainGetStatus(any_object(), &status);
}

static OSStatus search_list(void)
{
	CFArrayRef list = NULL;

	if (chance(4) == 0)
		return SecKeychainSetDefault(any_object());
	return given(
		SecKeychainCopyDomainSearchList((SecPreferencesDomain)chance(6), &list), &list);
}

static OSStatus attribute_info(void)
{
	SecKeychainAttributeInfo *info = NULL;
	OSStatus status = SecKeychainAttributeInfoForItemID(any_object(), any_class(), &info);

	CHECK((status == 0) == (info != NULL));
	SecKeychainFreeAttributeInfo(info);
	return status;
}

static OSStatus access_entry(void)
{
	SecACLRef entry = NULL;

	switch (chance(4)) {
	case 0:
		return SecACLRemove(ENTRY);
	case 1:
		return SecACLSetContents(ENTRY, chance(2) ? NULL : any_object(), any_object(), 3);
	case 2:
		return SecACLUpdateAuthorizations(ENTRY, any_object());
	}
	return given(SecACLCreateWithSimpleContents(ACCESS, chance(2) ? NULL : any_object(),
			     chance(2) ? NULL : any_object(), 0, &entry),
		&entry);
}

static OSStatus sign(void)
{
	struct text oid = any_text();
	SecAsn1AlgId id = {{oid.len, (uint8_t *)POINTER(oid)}, {0, NULL}};
	uint8_t room[8];
	size_t len = chance(sizeof room);

	return SecKeyDigestAndSign(any_object(), chance(8) ? &id : NULL, NULL, 0, room, &len);
}

/* SecItem with the objects in the places where they may be. */
static OSStatus item_call(void)
{
	const void *keys[] = {kSecClass, kSecValueRef, kSecMatchItemList, kSecMatchSearchList,
		kSecUseKeychain, kSecUseItemList, kSecAttrAccess, kSecAttrAccount};
	const void *values[KC_COUNT_OF(keys)];
	CFDictionaryRef dictionary;
	CFTypeRef result = NULL;
	CFIndex count = 0;
	OSStatus status;

	for (size_t i = 0; i < KC_COUNT_OF(keys); i++) {
		values[count] = i == 0 ? kSecClassGenericPassword : any_object();
		if (!values[count] || (i && chance(3)))
			continue;
		keys[count++] = keys[i];
	}
	dictionary = CFDictionaryCreate(NULL, keys, values, count, NULL, NULL);
	switch (chance(4)) {
	case 0:
		status = SecItemAdd(dictionary, &result);
		break;
	case 1:
		status = SecItemUpdate(dictionary, dictionary);
		break;
	case 2:
		status = SecItemDelete(dictionary);
		break;
	default:
		status = SecItemCopyMatching(dictionary, &result);
	}
	CFRelease(dictionary);
	CHECK(status == 0 || !result);
	keep(result);
	return status;
}

static OSStatus (*const calls[])(void) = {add_generic, add_internet, find_generic, find_internet,
	create_item, modify_item, copy_content, copy_attributes, delete_item, copy_item,
	persistent_reference, from_persistent_reference, keychain_of_item, access_of_item,
	new_search, next_item, keychain_status, search_list, attribute_info, access_entry, sign,
	item_call};

static bool is_code(OSStatus status)
{
	static const OSStatus codes[] = {
#define SEC_ERROR(name, code, text) code,
#include "base/osstatus.def"
#undef SEC_ERROR
	};

	for (size_t i = 0; i < KC_COUNT_OF(codes); i++)
		if (codes[i] == status)
			return true;
	return false;
}

static void odd_arguments(void)
{
	unsigned rounds = getenv("KC_LONG") ? LONG_ROUNDS : ROUNDS, good = 0;
	unsigned succeeded[KC_COUNT_OF(calls)] = {0};

	first_objects();
	for (unsigned i = 0; i < rounds; i++) {
		unsigned which = chance(KC_COUNT_OF(calls));
		OSStatus status = calls[which]();
		char words[64];
		snprintf(words, sizeof words, "call %u, round %u: %d", which, i, (int)status);
		CHECK_MSG(is_code(status), words);
		CHECK_MSG(status != errSecInternal, words);
		succeeded[which] += status == errSecSuccess;
	}
	/* The arguments are odd, but not so odd that nothing is tried. */
	for (size_t i = 0; i < KC_COUNT_OF(calls); i++)
		good += succeeded[i] > 0;
	CHECK(good >= KC_COUNT_OF(calls) - 2); /* all but copies and signatures */
	while (object_count > 1)
		CFRelease(objects[--object_count]);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_keychain), CHECK_TEST(odd_arguments)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	device_make("keycircled");
	status = check_main("keychainapi/legacy, odd arguments", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
