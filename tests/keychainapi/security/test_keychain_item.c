/* SPDX-License-Identifier: ISC */
/* One item by the older interface: its attributes and data, both ways, and what becomes of it. */
#include <Security/SecKeychainSearch.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/wire/device.h"

static void delete_everything(void)
{
	SecItemDelete(dictionary_make(DICT(GENP, ANY)));
	SecItemDelete(dictionary_make(DICT(INET, ANY)));
	dictionary_release();
}

static SecKeychainItemRef new_item(const struct member *members)
{
	CFTypeRef item = NULL;

	CHECK_FATAL(SecItemAdd(dictionary_make(members), &item) == errSecSuccess && item);
	dictionary_release();
	return (SecKeychainItemRef)(uintptr_t)item;
}

/* What SecItem says of the item, as facts.h writes it. */
static void check_seen(SecKeychainItemRef item, const char *expected, const char *what)
{
	const void *keys[] = {kSecValueRef, kSecReturnAttributes, kSecReturnData};
	const void *values[] = {item, kCFBooleanTrue, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 3, NULL, NULL);
	KC_CLEANUP_FREE char *why = NULL;
	CFTypeRef found = NULL;

	CHECK_MSG(SecItemCopyMatching(query, &found) == errSecSuccess && found, what);
	if (found)
		why = describe_difference(found, expected);
	CHECK_MSG(!why, why ? why : what);
	if (found)
		CFRelease(found);
	CFRelease(query);
}

/* --- attributes ------------------------------------------------------------------------------ */

/* clang-format off */
#define GENERIC kSecGenericPasswordItemClass
#define INTERNET kSecInternetPasswordItemClass
#define BYTES(text) text, sizeof(text) - 1
#define NUMBER(value) (const char *)&(const UInt32){value}, 4

static const struct row {
	const char *what;
	SecItemClass class;
	SecKeychainAttrType tag;
	const char *in;
	UInt32 in_len;
	OSStatus status;
	const char *seen;
	const char *out; /* NULL: as in */
	UInt32 out_len;
} rows[] = {
	{"label", GENERIC, kSecLabelItemAttr, BYTES("L"), 0, "?labl=text:L", NULL, 0},
	{"label by its number", GENERIC, 7, BYTES("L"), 0, "?labl=text:L", NULL, 0},
	{"description", GENERIC, kSecDescriptionItemAttr, BYTES("d"), 0, "?desc=text:d", NULL, 0},
	{"comment", INTERNET, kSecCommentItemAttr, BYTES("c"), 0, "?icmt=text:c", NULL, 0},
	{"account", GENERIC, kSecAccountItemAttr, BYTES("ana"), 0, "?acct=text:ana", NULL, 0},
	{"account with a NUL", GENERIC, kSecAccountItemAttr, BYTES("a\0b"), 0, NULL, NULL, 0},
	{"an empty account", GENERIC, kSecAccountItemAttr, BYTES(""), 0, "?acct=text:", NULL, 0},
	{"service", GENERIC, kSecServiceItemAttr, BYTES("mail"), 0, "?svce=text:mail", NULL, 0},
	{"generic", GENERIC, kSecGenericItemAttr, BYTES("g"), 0, "?gena=text:g", NULL, 0},
	{"generic that is no text", GENERIC, kSecGenericItemAttr, BYTES("\xff\x00\xfe"), 0, NULL, NULL, 0},
	{"creator", GENERIC, kSecCreatorItemAttr, NUMBER(0x6b657963), 0, "?crtr=number:1801812323", NULL, 0},
	{"type", GENERIC, kSecTypeItemAttr, NUMBER(0x6e6f7465), 0, "?type=number:1852798053", NULL, 0},
	{"invisible", GENERIC, kSecInvisibleItemAttr, NUMBER(1), 0, "?invi=number:1", NULL, 0},
	{"invisible as one byte", GENERIC, kSecInvisibleItemAttr, BYTES("\x01"), 0, "?invi=number:1", NUMBER(1)},
	{"negative", GENERIC, kSecNegativeItemAttr, NUMBER(0), 0, "?nega=number:0", NULL, 0},
	{"server", INTERNET, kSecServerItemAttr, BYTES("h"), 0, "?srvr=text:h", NULL, 0},
	{"domain", INTERNET, kSecSecurityDomainItemAttr, BYTES("r"), 0, "?sdmn=text:r", NULL, 0},
	{"path", INTERNET, kSecPathItemAttr, BYTES("/p"), 0, "?path=text:/p", NULL, 0},
	{"port", INTERNET, kSecPortItemAttr, NUMBER(8443), 0, "?port=number:8443", NULL, 0},
	{"port as two bytes", INTERNET, kSecPortItemAttr, (const char *)&(const UInt16){65535}, 2, 0, "?port=number:65535", NUMBER(65535)},
	{"protocol", INTERNET, kSecProtocolItemAttr, NUMBER(kSecProtocolTypeHTTPS), 0, "?ptcl=text:htps", NULL, 0},
	{"no protocol", INTERNET, kSecProtocolItemAttr, NUMBER(0), 0, "?ptcl=number:0", NULL, 0},
	{"type of authentication", INTERNET, kSecAuthenticationTypeItemAttr, NUMBER(kSecAuthenticationTypeDefault), 0, "?atyp=text:dflt", BYTES("dflt")},
	{"no type", INTERNET, kSecAuthenticationTypeItemAttr, NUMBER(0), 0, "?atyp=text:", NUMBER(0)},
	{"creation date", GENERIC, kSecCreationDateItemAttr, BYTES("20010203040506Z\0"), 0, NULL, NULL, 0},
	{"creation date without the NUL", GENERIC, kSecCreationDateItemAttr, BYTES("20010203040506Z"), 0, NULL, BYTES("20010203040506Z\0")},

	{"an attribute of the other class", GENERIC, kSecServerItemAttr, BYTES("h"), errSecNoSuchAttr, NULL, NULL, 0},
	{"an attribute of neither", GENERIC, kSecVolumeItemAttr, BYTES("v"), errSecNoSuchAttr, NULL, NULL, 0},
	{"no attribute", INTERNET, 0x7a7a7a7a, BYTES("v"), errSecNoSuchAttr, NULL, NULL, 0},
	{"a number of three bytes", GENERIC, kSecCreatorItemAttr, BYTES("abc"), errSecParam, NULL, NULL, 0},
	{"a number of nine bytes", GENERIC, kSecCreatorItemAttr, BYTES("abcdefghi"), errSecParam, NULL, NULL, 0},
	{"a protocol of two bytes", INTERNET, kSecProtocolItemAttr, BYTES("ab"), errSecParam, NULL, NULL, 0},
	{"a date that is none", GENERIC, kSecCreationDateItemAttr, BYTES("yesterday, or so"), errSecParam, NULL, NULL, 0},
	{"a short date", GENERIC, kSecCreationDateItemAttr, BYTES("2001"), errSecParam, NULL, NULL, 0},
	{"bytes that are not there", GENERIC, kSecAccountItemAttr, NULL, 3, errSecParam, NULL, NULL, 0},
};
/* clang-format on */

/* Bytes with a NUL behind them. */
static bool is(const SecKeychainAttribute *attribute, const char *bytes, UInt32 len)
{
	return attribute->length == len && attribute->data &&
	       memcmp(attribute->data, bytes, len) == 0 && ((char *)attribute->data)[len] == 0;
}

static void check_read(SecKeychainItemRef item, const struct row *row)
{
	SecKeychainAttribute attribute = {row->tag, 99, NULL};
	SecKeychainAttributeList list = {1, &attribute};
	SecKeychainAttributeInfo info = {1, &attribute.tag, NULL};
	SecKeychainAttributeList *own = NULL;
	SecItemClass class = 0;
	const char *out = row->out ? row->out : row->in;
	UInt32 len = row->out ? row->out_len : row->in_len;

	CHECK_MSG(SecKeychainItemCopyContent(item, &class, &list, NULL, NULL) == 0, row->what);
	CHECK_MSG(class == row->class && is(&attribute, out, len), row->what);
	CHECK(SecKeychainItemFreeContent(&list, NULL) == 0);
	CHECK(attribute.data == NULL && attribute.length == 0);
	CHECK_MSG(SecKeychainItemCopyAttributesAndData(item, &info, NULL, &own, NULL, NULL) == 0,
		row->what);
	CHECK_MSG(own && own->count == 1 && own->attr[0].tag == row->tag && is(own->attr, out, len),
		row->what);
	CHECK(SecKeychainItemFreeAttributesAndData(own, NULL) == 0);
}

static void attributes_both_ways(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		SecKeychainAttribute attribute = {
			row->tag, row->in_len, (void *)(uintptr_t)row->in};
		SecKeychainAttributeList list = {1, &attribute};
		SecKeychainItemRef item = NULL;
		CHECK_MSG(SecKeychainItemCreateFromContent(
				  row->class, &list, 1, "x", NULL, NULL, &item) == row->status,
			row->what);
		CHECK_MSG((item != NULL) == (row->status == 0), row->what);
		if (item) {
			if (row->seen)
				check_seen(item, row->seen, row->what);
			/* a new item is created now, whatever is said */
			if (row->tag != kSecCreationDateItemAttr)
				check_read(item, row);
			CFRelease(item);
		}
		delete_everything();
		/* the same by a change */
		item = new_item(row->class == GENERIC ? DICT(GENP) : DICT(INET));
		CHECK_MSG(SecKeychainItemModifyContent(item, &list, 0, NULL) == row->status,
			row->what);
		if (row->status == 0)
			check_read(item, row);
		CFRelease(item);
		delete_everything();
	}
}

static void an_attribute_that_is_missing(void)
{
	SecKeychainAttribute attributes[] = {
		{kSecCommentItemAttr, 99, NULL}, {kSecLabelItemAttr, 99, NULL}};
	SecKeychainAttributeList list = {2, attributes};
	SecKeychainItemRef item = new_item(DICT(GENP, {"acct", T("a")}));

	CHECK(SecKeychainItemCopyContent(item, NULL, &list, NULL, NULL) == 0);
	CHECK(attributes[0].length == 0 && attributes[0].data == NULL);
	CHECK(is(&attributes[1], "a", 1));
	CHECK(SecKeychainItemFreeContent(&list, NULL) == 0);
	attributes[1].tag = 0x7a7a7a7a;
	attributes[0].length = 99;
	CHECK(SecKeychainItemCopyContent(item, NULL, &list, NULL, NULL) == errSecNoSuchAttr);
	CHECK(attributes[0].length == 99); /* nothing is written on failure */
	CFRelease(item);
	delete_everything();
}

static void all_attributes(void)
{
	SecKeychainItemRef item = new_item(DICT(INET, {"srvr", T("h")}, {"v_Data", D("x")}));
	SecKeychainAttributeInfo *info = NULL;
	SecKeychainAttributeList *list = NULL;
	UInt32 len = 0;
	void *data = NULL;
	unsigned servers = 0;

	CHECK(SecKeychainAttributeInfoForItemID(NULL, CSSM_DL_DB_RECORD_INTERNET_PASSWORD, &info) ==
		0);
	CHECK_FATAL(info && info->count > 15);
	CHECK(SecKeychainItemCopyAttributesAndData(item, info, NULL, &list, &len, &data) == 0);
	CHECK_FATAL(list && list->count == info->count);
	for (UInt32 i = 0; i < list->count; i++) {
		CHECK(list->attr[i].tag == info->tag[i]);
		servers += info->tag[i] == kSecServerItemAttr && is(&list->attr[i], "h", 1);
		if (info->tag[i] == kSecPortItemAttr)
			CHECK(info->format[i] == CSSM_DB_ATTRIBUTE_FORMAT_UINT32);
		if (info->tag[i] == kSecModDateItemAttr)
			CHECK(info->format[i] == CSSM_DB_ATTRIBUTE_FORMAT_TIME_DATE &&
				list->attr[i].length == 16);
	}
	CHECK(servers == 1 && len == 1 && data && strcmp(data, "x") == 0);
	CHECK(SecKeychainItemFreeAttributesAndData(list, data) == 0);
	CHECK(SecKeychainFreeAttributeInfo(info) == 0);
	CHECK(SecKeychainItemCopyAttributesAndData(item, NULL, NULL, &list, NULL, NULL) == 0);
	CHECK(list && list->count > 15);
	CHECK(SecKeychainItemFreeAttributesAndData(list, NULL) == 0);
	CHECK(SecKeychainItemCopyAttributesAndData(item, NULL, NULL, NULL, &len, &data) == 0);
	CHECK(len == 1 && data);
	CHECK(SecKeychainItemFreeAttributesAndData(NULL, data) == 0);
	CHECK(SecKeychainAttributeInfoForItemID(NULL, 0x7a7a7a7a, &info) == errSecNoSuchClass);
	CFRelease(item);
	delete_everything();
}

/* --- changing -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct change {
	const char *what;
	const char *label;
	UInt32 len;
	const void *data;
	const char *seen;
} changes[] = {
	{"attributes alone",                     "new", 0, NULL,    "?labl=text:new,v_Data=data:old"},
	{"a length without data",                "new", 9, NULL,    "?labl=text:new,v_Data=data:old"},
	{"data alone",                           NULL,  5, "other", "?labl=text:s,v_Data=data:other"},
	{"both",                                 "new", 5, "other", "?labl=text:new,v_Data=data:other"},
	{"a length of 0 with data",              NULL,  0, "",      "?labl=text:s,v_Data=data:"},
	{"nothing",                              NULL,  0, NULL,    "?labl=text:s,v_Data=data:old"},
};
/* clang-format on */

static void changes_to_one_item(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(changes) * 2; i++) {
		const struct change *row = &changes[i / 2];
		SecKeychainAttribute attribute = {kSecLabelItemAttr,
			row->label ? (UInt32)strlen(row->label) : 0, (void *)(uintptr_t)row->label};
		SecKeychainAttributeList list = {1, &attribute};
		SecKeychainItemRef item = new_item(
			DICT(GENP, {"acct", T("a")}, {"svce", T("s")}, {"v_Data", D("old")}));
		SecKeychainItemRef other = new_item(
			DICT(GENP, {"acct", T("b")}, {"svce", T("s")}, {"v_Data", D("old")}));
		OSStatus status = (i % 2 ? SecKeychainItemModifyContent
					 : SecKeychainItemModifyAttributesAndData)(
			item, row->label ? &list : NULL, row->len, row->data);
		CHECK_MSG(status == 0, row->what);
		check_seen(item, row->seen, row->what);
		check_seen(other, "?labl=text:s,v_Data=data:old", row->what);
		CFRelease(item);
		CFRelease(other);
		delete_everything();
	}
}

static void a_change_onto_another_item(void)
{
	SecKeychainAttribute attribute = {kSecAccountItemAttr, 1, (void *)(uintptr_t) "b"};
	SecKeychainAttributeList list = {1, &attribute};
	SecKeychainItemRef a = new_item(DICT(GENP, {"acct", T("a")}));
	SecKeychainItemRef b = new_item(DICT(GENP, {"acct", T("b")}));

	CHECK(SecKeychainItemModifyContent(a, &list, 0, NULL) == errSecDuplicateItem);
	CHECK(SecKeychainItemDelete(b) == 0);
	CHECK(SecKeychainItemModifyContent(a, &list, 0, NULL) == 0);
	check_seen(a, "?acct=text:b", "the reference is the same item still");
	CFRelease(a);
	CFRelease(b);
	delete_everything();
}

/* --- references ------------------------------------------------------------------------------ */

static void a_persistent_reference(void)
{
	SecKeychainItemRef item = new_item(DICT(INET, {"acct", T("a")})), again = NULL;
	CFDataRef reference = NULL;
	CFTypeRef other = NULL;

	CHECK(SecKeychainItemCreatePersistentReference(item, &reference) == 0);
	CHECK_FATAL(reference && CFDataGetLength(reference) == 20);
	CHECK(SecItemCopyMatching(dictionary_make(DICT(INET, RETURN_PREF)), &other) == 0);
	CHECK(CFEqual(reference, other));
	CFRelease(other);
	CHECK(SecKeychainItemCopyFromPersistentReference(reference, &again) == 0);
	CHECK(again && CFEqual(item, again));
	CFRelease(again);
	CHECK(SecKeychainItemDelete(item) == 0);
	CHECK(SecKeychainItemCopyFromPersistentReference(reference, &again) == errSecItemNotFound);
	CHECK(SecKeychainItemCopyFromPersistentReference(NULL, &again) == errSecParam);
	CHECK(SecKeychainItemCopyFromPersistentReference((CFDataRef)CFSTR("x"), &again) ==
		errSecParam);
	CFRelease(reference);
	CFRelease(item);
	dictionary_release();
}

/* A reference to an item that is gone is still an object. */
static void a_reference_to_nothing(void)
{
	SecKeychainItemRef item = new_item(DICT(GENP, {"acct", T("a")})), copy = NULL;
	SecKeychainAttribute attribute = {kSecAccountItemAttr, 0, NULL};
	SecKeychainAttributeList list = {1, &attribute};
	SecAccessRef access = NULL;
	SecKeychainRef keychain = NULL;
	CFStringRef text = CFCopyDescription(item);

	CHECK(SecKeychainItemDelete(item) == 0);
	CHECK(SecKeychainItemCopyContent(item, NULL, &list, NULL, NULL) == errSecInvalidItemRef);
	CHECK(SecKeychainItemModifyContent(item, NULL, 1, "x") == errSecInvalidItemRef);
	CHECK(SecKeychainItemCopyAccess(item, &access) == errSecInvalidItemRef);
	CHECK(SecKeychainItemCreateCopy(item, NULL, NULL, &copy) == errSecInvalidItemRef);
	CHECK(SecKeychainItemCopyKeychain(item, &keychain) == 0 && keychain);
	CFRelease(keychain);
	CHECK(CFEqual(item, item) && text && CFStringGetLength(text) > 0);
	CFRelease(text);
	CFRelease(item);
}

static void a_copy_in_the_same_keychain(void)
{
	SecKeychainItemRef item = new_item(DICT(GENP, {"acct", T("a")})), copy = NULL;

	CHECK(SecKeychainItemCreateCopy(item, NULL, NULL, &copy) == errSecDuplicateItem && !copy);
	CHECK(SecKeychainItemCreateCopy(item, NULL, NULL, NULL) == errSecParam);
	CFRelease(item);
	delete_everything();
}

/* Deleting, changing and finding by SecItem, with references of both interfaces. */
static void references_in_item_calls(void)
{
	SecKeychainItemRef items[3] = {new_item(DICT(GENP, {"acct", T("a")}, {"v_Data", D("1")})),
		new_item(DICT(GENP, {"acct", T("b")}, {"v_Data", D("2")})),
		new_item(DICT(GENP, {"acct", T("c")}, {"v_Data", D("3")}))};
	CFArrayRef list = CFArrayCreate(NULL, (const void **)items, 2, &kCFTypeArrayCallBacks);
	const void *keys[] = {kSecClass, kSecMatchItemList, kSecMatchLimit, kSecReturnData};
	const void *values[] = {kSecClassGenericPassword, list, kSecMatchLimitAll, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CFTypeRef found = NULL;
	char *why;

	CHECK(SecItemCopyMatching(query, &found) == 0);
	why = describe_difference(found, "[data:1 data:2]");
	CHECK_MSG(!why, why ? why : "");
	free(why);
	CFRelease(found);
	CHECK(SecItemUpdate(query, dictionary_make(DICT({"desc", T("listed")}))) == 0);
	check_seen(items[0], "?desc=text:listed", "of the list");
	check_seen(items[2], "?-desc", "not of the list");
	CHECK(SecItemDelete(query) == 0);
	CHECK(SecItemCopyMatching(query, NULL) == errSecItemNotFound);
	check_seen(items[2], "?acct=text:c", "not of the list");
	CFRelease(query);
	CFRelease(list);
	for (size_t i = 0; i < 3; i++)
		CFRelease(items[i]);
	delete_everything();
}

/* A key of the keychain is taken, too; one in memory stands for no item. */
static void a_key_is_an_item(void)
{
	const int bits = 256;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &bits);
	const void *keys[] = {
		kSecAttrKeyType, kSecAttrKeySizeInBits, kSecAttrIsPermanent, kSecAttrLabel};
	const void *values[] = {kSecAttrKeyTypeEC, size, kCFBooleanTrue, CFSTR("my key")};
	CFDictionaryRef stored = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	CFDictionaryRef loose = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	SecKeychainItemRef key = (SecKeychainItemRef)SecKeyCreateRandomKey(stored, NULL);
	SecKeychainItemRef memory = (SecKeychainItemRef)SecKeyCreateRandomKey(loose, NULL);
	SecKeychainAttribute attribute = {1, 0, NULL};
	SecKeychainAttributeList list = {1, &attribute};
	SecKeychainSearchRef search = NULL;
	SecKeychainItemRef found = NULL;
	SecItemClass class = 0;

	CHECK_FATAL(key && memory);
	CHECK(SecKeychainItemCopyContent(key, &class, &list, NULL, NULL) == 0);
	CHECK(class == kSecPrivateKeyItemClass && is(&attribute, "my key", 6));
	SecKeychainItemFreeContent(&list, NULL);
	CHECK(SecKeychainSearchCreateFromAttributes(NULL, kSecPrivateKeyItemClass, NULL, &search) ==
		0);
	CHECK(SecKeychainSearchCopyNext(search, &found) == 0 && CFEqual(found, key));
	CFRelease(found);
	CHECK(SecKeychainSearchCopyNext(search, &found) == errSecItemNotFound);
	CFRelease(search);
	CHECK(SecKeychainItemCopyContent(memory, NULL, NULL, NULL, NULL) == errSecInvalidItemRef);
	CHECK(SecKeychainItemDelete(key) == 0);
	CHECK(SecKeychainItemDelete(key) == errSecInvalidItemRef);
	CFRelease(key);
	CFRelease(memory);
	CFRelease(stored);
	CFRelease(loose);
	CFRelease(size);
}

/* kSecUseItemList of an add: what is in it is added. */
static void a_list_is_added(void)
{
	const int bits = 256;
	CFNumberRef size = CFNumberCreate(NULL, kCFNumberIntType, &bits);
	const void *keys[] = {kSecAttrKeyType, kSecAttrKeySizeInBits};
	const void *values[] = {kSecAttrKeyTypeEC, size};
	CFDictionaryRef words = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	const void *made[] = {
		SecKeyCreateRandomKey(words, NULL), SecKeyCreateRandomKey(words, NULL)};
	CFArrayRef list = CFArrayCreate(NULL, made, 2, &kCFTypeArrayCallBacks);
	const void *add_keys[] = {kSecUseItemList, kSecAttrLabel, kSecReturnPersistentRef};
	const void *add_values[] = {list, CFSTR("listed"), kCFBooleanTrue};
	CFDictionaryRef addition = CFDictionaryCreate(NULL, add_keys, add_values, 3, NULL, NULL);
	const void *query_keys[] = {kSecClass, kSecAttrLabel, kSecMatchLimit};
	const void *query_values[] = {kSecClassKey, CFSTR("listed"), kSecMatchLimitAll};
	CFDictionaryRef query = CFDictionaryCreate(NULL, query_keys, query_values, 3, NULL, NULL);
	CFTypeRef result = NULL;

	CHECK(SecItemAdd(addition, &result) == 0);
	CHECK(result && CFArrayGetCount(result) == 2);
	CFRelease(result);
	CHECK(SecItemAdd(addition, NULL) == errSecDuplicateItem);
	CHECK(SecItemCopyMatching(query, &result) == 0 && CFArrayGetCount(result) == 2);
	CFRelease(result);
	CHECK(SecItemDelete(query) == 0);
	CFRelease(query);
	CFRelease(addition);
	CFRelease(list);
	CFRelease(made[0]);
	CFRelease(made[1]);
	CFRelease(words);
	CFRelease(size);
}

/* --- searches -------------------------------------------------------------------------------- */

static unsigned count(SecItemClass class, const SecKeychainAttributeList *list)
{
	SecKeychainSearchRef search = NULL;
	SecKeychainItemRef item = NULL;
	unsigned found = 0;

	CHECK(SecKeychainSearchCreateFromAttributes(NULL, class, list, &search) == 0);
	while (SecKeychainSearchCopyNext(search, &item) == 0) {
		found++;
		CFRelease(item);
	}
	CHECK(SecKeychainSearchCopyNext(search, &item) == errSecItemNotFound);
	CFRelease(search);
	return found;
}

static void items_one_after_the_other(void)
{
	SecKeychainAttribute attributes[] = {
		{kSecAccountItemAttr, 1, (void *)(uintptr_t) "a"}, {kSecServiceItemAttr, 0, NULL}};
	SecKeychainAttributeList list = {2, attributes};
	SecKeychainSearchRef search = NULL;

	CHECK(count(GENERIC, NULL) == 0);
	CFRelease(new_item(DICT(GENP, {"acct", T("a")}, {"svce", T("1")})));
	CFRelease(new_item(DICT(GENP, {"acct", T("a")}, {"svce", T("2")})));
	CFRelease(new_item(DICT(GENP, {"acct", T("b")})));
	CFRelease(new_item(DICT(INET, {"acct", T("a")})));
	CHECK(count(GENERIC, NULL) == 3);
	CHECK(count(GENERIC, &list) == 2);
	CHECK(count(INTERNET, NULL) == 1);
	CHECK(count(kSecCertificateItemClass, NULL) == 0);
	CHECK(SecKeychainSearchCreateFromAttributes(NULL, GENERIC, NULL, NULL) == errSecParam);
	CHECK(SecKeychainSearchCreateFromAttributes(NULL, 0, NULL, &search) == errSecNoSuchClass);
	CHECK(SecKeychainSearchCreateFromAttributes(CFSTR("x"), GENERIC, NULL, &search) ==
		errSecParam);
	attributes[0].tag = kSecServerItemAttr;
	CHECK(SecKeychainSearchCreateFromAttributes(NULL, GENERIC, &list, &search) ==
		errSecNoSuchAttr);
	CHECK(search == NULL);
	delete_everything();
}

/* --- nonsense -------------------------------------------------------------------------------- */

static void arguments_that_are_missing(void)
{
	SecKeychainItemRef text = (SecKeychainItemRef)(uintptr_t)CFSTR("no item"), none = NULL;
	SecKeychainAttributeList hollow = {3, NULL};
	SecKeychainItemRef item = new_item(DICT(GENP));
	SecItemClass class = 7;

	CHECK(SecKeychainItemDelete(NULL) == errSecParam);
	CHECK(SecKeychainItemDelete(text) == errSecParam);
	CHECK(SecKeychainItemCopyContent(NULL, NULL, NULL, NULL, NULL) == errSecParam);
	CHECK(SecKeychainItemCopyContent(text, &class, NULL, NULL, NULL) == errSecParam);
	CHECK(class == 7);
	CHECK(SecKeychainItemCopyContent(item, NULL, NULL, NULL, NULL) == 0);
	CHECK(SecKeychainItemCopyContent(item, NULL, &hollow, NULL, NULL) == errSecParam);
	CHECK(SecKeychainItemModifyContent(item, &hollow, 0, NULL) == errSecParam);
	CHECK(SecKeychainItemModifyContent(NULL, NULL, 0, NULL) == errSecParam);
	CHECK(SecKeychainItemCreateFromContent(GENERIC, &hollow, 0, NULL, NULL, NULL, NULL) ==
		errSecParam);
	CHECK(SecKeychainItemCreateFromContent(GENERIC, NULL, 3, NULL, NULL, NULL, NULL) ==
		errSecParam);
	CHECK(SecKeychainItemCreateFromContent(kSecAppleSharePasswordItemClass, NULL, 0, NULL, NULL,
		      NULL, &none) == errSecNoSuchClass);
	CHECK(SecKeychainItemCreateFromContent(GENERIC, NULL, 0, NULL, (SecKeychainRef)(void *)text,
		      NULL, &none) == errSecParam);
	CHECK(SecKeychainItemFreeContent(NULL, NULL) == 0);
	CHECK(SecKeychainItemFreeContent(&hollow, NULL) == 0);
	CHECK(SecKeychainItemFreeAttributesAndData(NULL, NULL) == 0);
	CHECK(SecKeychainFreeAttributeInfo(NULL) == 0);
	CHECK(SecKeychainItemCreatePersistentReference(item, NULL) == errSecParam);
	CHECK(SecKeychainItemCopyFromPersistentReference(NULL, NULL) == errSecParam);
	CHECK(SecKeychainItemCopyKeychain(item, NULL) == errSecParam);
	CHECK(SecKeychainItemCopyAccess(item, NULL) == errSecParam);
	CHECK(SecKeychainItemSetAccess(item, NULL) == errSecParam);
	CHECK(SecKeychainSearchCopyNext(NULL, &none) == errSecInvalidSearchRef);
	CHECK(SecKeychainSearchCopyNext((SecKeychainSearchRef)(void *)text, &none) ==
		errSecInvalidSearchRef);
	CHECK(SecKeychainSearchCopyNext(NULL, NULL) == errSecParam);
	CHECK(none == NULL);
	CFRelease(item);
	delete_everything();
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain),
		CHECK_TEST(attributes_both_ways), CHECK_TEST(an_attribute_that_is_missing),
		CHECK_TEST(all_attributes), CHECK_TEST(changes_to_one_item),
		CHECK_TEST(a_change_onto_another_item), CHECK_TEST(a_persistent_reference),
		CHECK_TEST(a_reference_to_nothing), CHECK_TEST(a_copy_in_the_same_keychain),
		CHECK_TEST(references_in_item_calls), CHECK_TEST(a_key_is_an_item),
		CHECK_TEST(a_list_is_added), CHECK_TEST(items_one_after_the_other),
		CHECK_TEST(arguments_that_are_missing)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	status = check_main("keychainapi/keychain items", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
