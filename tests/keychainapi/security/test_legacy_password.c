/* SPDX-License-Identifier: ISC */
/*
 * Passwords by the older interface, and by SecItem: each finds what the other has stored. The first
 * column is the row of ported.md, section 2, that says so.
 */
#include "base/mem.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"
#include "tests/keychainapi/security/dictionary.h"
#include "tests/wire/device.h"

/* Bytes with their length, NUL or not. */
struct bytes {
	const char *data;
	UInt32 len;
};
#define B(text)                        \
	{                              \
		text, sizeof(text) - 1 \
	}
#define NONE            \
	{               \
		NULL, 0 \
	}

/* The arguments of the four calls; service is the server of an internet password. */
struct words {
	struct bytes service, domain, account, path;
	UInt16 port;
	SecProtocolType protocol;
	SecAuthenticationType type;
};

static OSStatus add(
	bool internet, const struct words *words, struct bytes password, SecKeychainItemRef *item)
{
	if (!internet)
		return SecKeychainAddGenericPassword(NULL, words->service.len, words->service.data,
			words->account.len, words->account.data, password.len, password.data, item);
	return SecKeychainAddInternetPassword(NULL, words->service.len, words->service.data,
		words->domain.len, words->domain.data, words->account.len, words->account.data,
		words->path.len, words->path.data, words->port, words->protocol, words->type,
		password.len, password.data, item);
}

static OSStatus find(bool internet, const struct words *words, UInt32 *len, void **password,
	SecKeychainItemRef *item)
{
	if (!internet)
		return SecKeychainFindGenericPassword(NULL, words->service.len, words->service.data,
			words->account.len, words->account.data, len, password, item);
	return SecKeychainFindInternetPassword(NULL, words->service.len, words->service.data,
		words->domain.len, words->domain.data, words->account.len, words->account.data,
		words->path.len, words->path.data, words->port, words->protocol, words->type, len,
		password, item);
}

static void delete_everything(void)
{
	const struct member generic[] = {GENP, ANY, {NULL, {0}}},
			    internet[] = {INET, ANY, {NULL, {0}}};

	SecItemDelete(dictionary_make(generic));
	SecItemDelete(dictionary_make(internet));
	dictionary_release();
}

/* --- what is added, as SecItem sees it ------------------------------------------------------- */

/* clang-format off */
static const struct added {
	const char *section, *what;
	bool internet;
	struct words words;
	struct bytes password;
	OSStatus status;
	const char *seen; /* as facts.h writes it; the data is looked at besides */
} added[] = {
	{"AddGeneric", "label := service", false, {.service = B("mail"), .account = B("ana")}, B("secret"), 0,
		"?acct=text:ana,svce=text:mail,labl=text:mail,v_Data=data:secret"},
	{"AddGeneric", "lengths, not NULs", false, {.service = {"mailbox", 4}, .account = {"anabel", 3}}, {"secretive", 6}, 0,
		"?acct=text:ana,svce=text:mail,labl=text:mail,v_Data=data:secret"},
	{"AddGeneric", "NULL with a length is unset", false, {.service = {NULL, 4}, .account = B("ana")}, B("x"), 0,
		"?acct=text:ana,svce=text:,labl=text:ana,v_Data=data:x"},
	{"AddGeneric", "a length of 0 is unset", false, {.service = {"mail", 0}, .account = B("ana")}, B("x"), 0,
		"?acct=text:ana,svce=text:,labl=text:ana"},
	{"AddGeneric", "nothing at all", false, {.port = 0}, NONE, 0, "?acct=text:,svce=text:,-labl,v_Data=data:"},
	{"AddGeneric", "a secret without bytes", false, {.service = B("mail")}, {"", 0}, 0, "?v_Data=data:"},
	{"AddGeneric", "a length without a secret", false, {.service = B("mail")}, {NULL, 1}, errSecParam, NULL},
	{"AddGeneric", "text beyond ASCII", false, {.service = B("b\xc3\xbc" "cher"), .account = B("\xf0\x9f\x91\xa9")}, B("p\xc3\xa4ss"), 0,
		"?acct=text:\xf0\x9f\x91\xa9,svce=text:b\xc3\xbc" "cher,v_Data=data:p\xc3\xa4ss"},
	{"AddGeneric", "no UTF-8: data", false, {.service = B("\xff\xfe"), .account = B("ana")}, B("\xff"), 0,
		"?svce=data:\xff\xfe,labl=data:\xff\xfe,v_Data=data:\xff"},

	{"AddInternet", "everything", true,
		{B("example.org"), B("realm"), B("ana"), B("/a/b"), 8443, kSecProtocolTypeHTTPS, kSecAuthenticationTypeHTTPBasic}, B("s"), 0,
		"?srvr=text:example.org,sdmn=text:realm,acct=text:ana,path=text:/a/b,port=number:8443,ptcl=text:htps,atyp=text:http,labl=text:example.org"},
	{"AddInternet", "zeros are stored as 0", true, {.service = B("h")}, B("s"), 0, "?port=number:0,ptcl=number:0,atyp=text:,path=text:,sdmn=text:"},
	{"AddInternet", "the last port", true, {.service = B("h"), .port = 65535}, B("s"), 0, "?port=number:65535"},
	{"AddInternet", "a protocol with a blank", true, {.service = B("h"), .protocol = kSecProtocolTypeFTP}, B("s"), 0, "?ptcl=text:ftp "},
	{"AddInternet", "the type 'dflt'", true, {.service = B("h"), .type = kSecAuthenticationTypeDefault}, B("s"), 0, "?atyp=text:dflt"},
	{"AddInternet", "a type that was written the other way round", true, {.service = B("h"), .type = 0x64666c74}, B("s"), 0, "?atyp=text:dflt"},
	{"AddInternet", "no server: the label is the account", true, {.account = B("ana")}, B("s"), 0, "?labl=text:ana"},
};
/* clang-format on */

static void check_seen(const struct added *row)
{
	const struct member query[] = {
		{"class", T("genp")}, RETURN_ATTRS, RETURN_DATA, {NULL, {0}}};
	const struct member inet[] = {{"class", T("inet")}, RETURN_ATTRS, RETURN_DATA, {NULL, {0}}};
	KC_CLEANUP_FREE char *why = NULL;
	CFTypeRef found = NULL;

	CHECK_MSG(SecItemCopyMatching(dictionary_make(row->internet ? inet : query), &found) == 0,
		row->what);
	if (found)
		why = describe_difference(found, row->seen);
	CHECK_MSG(found && !why, why ? why : row->what);
	if (found)
		CFRelease(found);
	dictionary_release();
}

/* The same words find it again, with the secret and a NUL behind it. */
static void check_found(const struct added *row)
{
	UInt32 len = 99;
	void *password = NULL;
	SecKeychainItemRef item = NULL;

	CHECK_MSG(find(row->internet, &row->words, &len, &password, &item) == 0, row->what);
	CHECK_MSG(
		len == row->password.len && password &&
			memcmp(password, row->password.data ? row->password.data : "", len) == 0 &&
			((char *)password)[len] == 0,
		row->what);
	CHECK_MSG(item && CFGetTypeID(item) == SecKeychainItemGetTypeID(), row->what);
	CHECK(SecKeychainItemFreeContent(NULL, password) == errSecSuccess);
	if (item)
		CFRelease(item);
}

static void what_is_added_is_seen(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(added); i++) {
		const struct added *row = &added[i];
		OSStatus status = add(row->internet, &row->words, row->password, NULL);
		CHECK_MSG(status == row->status, row->what);
		if (row->seen) {
			check_seen(row);
			check_found(row);
			CHECK_MSG(add(row->internet, &row->words, row->password, NULL) ==
					  errSecDuplicateItem,
				row->what);
		}
		delete_everything();
	}
}

/* --- what SecItem has stored, found ---------------------------------------------------------- */

/* clang-format off */
#define SERVER {"srvr", T("example.org")}
#define ANA {"acct", T("ana")}
#define X {"v_Data", D("x")}

static const struct stored {
	const char *section, *what;
	bool internet;
	const struct member *item;
	struct words words;
	OSStatus status;
	struct bytes password;
} stored[] = {
	{"FindGeneric", "by service and account", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.service = B("mail"), .account = B("ana")}, 0, B("x")},
	{"FindGeneric", "a length of 0 is a wildcard", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.service = B("mail"), .account = {"bob", 0}}, 0, B("x")},
	{"FindGeneric", "NULL is a wildcard", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.service = {NULL, 9}, .account = B("ana")}, 0, B("x")},
	{"FindGeneric", "everything is a wildcard", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.port = 0}, 0, B("x")},
	{"FindGeneric", "another account", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.account = B("bob")}, errSecItemNotFound, NONE},
	{"FindGeneric", "a longer account", false, DICT(GENP, ANA, {"svce", T("mail")}, X), {.account = B("ana\0")}, errSecItemNotFound, NONE},
	{"FindGeneric", "attributes that are data", false, DICT(GENP, {"acct", D("ana")}, {"svce", D("mail")}, X), {.service = B("mail"), .account = B("ana")}, 0, B("x")},
	{"FindGeneric", "no data: an empty secret", false, DICT(GENP, ANA), {.account = B("ana")}, 0, B("")},
	{"FindGeneric", "a synced item", false, DICT(GENP, ANA, X, {"sync", YES}), {.account = B("ana")}, 0, B("x")},
	{"FindGeneric", "an item of the strict profile", false, DICT(GENP, ANA, X, {"nleg", YES}, {"agrp", T("user")}), {.account = B("ana")}, 0, B("x")},
	{"FindGeneric", "NULs in a secret", false, DICT(GENP, ANA, {"v_Data", D("a\0b")}), {.account = B("ana")}, 0, B("a\0b")},

	{"FindInternet", "by server", true, DICT(INET, SERVER, ANA, X), {.service = B("example.org")}, 0, B("x")},
	{"FindInternet", "port 0 is a wildcard", true, DICT(INET, SERVER, {"port", N(993)}, X), {.service = B("example.org")}, 0, B("x")},
	{"FindInternet", "protocol and type 0 are wildcards", true, DICT(INET, SERVER, {"ptcl", T("imps")}, {"atyp", T("form")}, X), {.service = B("example.org")}, 0, B("x")},
	{"FindInternet", "by the protocol's number", true, DICT(INET, SERVER, {"ptcl", T("imps")}, X), {.protocol = kSecProtocolTypeIMAPS}, 0, B("x")},
	{"FindInternet", "another protocol", true, DICT(INET, SERVER, {"ptcl", T("imps")}, X), {.protocol = kSecProtocolTypeIMAP}, errSecItemNotFound, NONE},
	{"FindInternet", "an item without a protocol", true, DICT(INET, SERVER, X), {.protocol = kSecProtocolTypeIMAP}, errSecItemNotFound, NONE},
	{"FindInternet", "by the type's number", true, DICT(INET, SERVER, {"atyp", T("dflt")}, X), {.type = kSecAuthenticationTypeDefault}, 0, B("x")},
	{"FindInternet", "'dflt' is a value: an item without it", true, DICT(INET, SERVER, X), {.type = kSecAuthenticationTypeDefault}, errSecItemNotFound, NONE},
	{"FindInternet", "another port", true, DICT(INET, SERVER, {"port", N(993)}, X), {.port = 143}, errSecItemNotFound, NONE},
	{"FindInternet", "a port above 32767", true, DICT(INET, SERVER, {"port", SHORT(-1)}, X), {.port = 65535}, 0, B("x")},
	{"FindInternet", "the path as text", true, DICT(INET, SERVER, {"path", T("a/b.git")}, X), {.path = B("a/b.git")}, 0, B("x")},
	{"FindInternet", "a path that begins otherwise", true, DICT(INET, SERVER, {"path", T("a/b.git")}, X), {.path = B("/a/b.git")}, errSecItemNotFound, NONE},
	{"FindInternet", "a domain", true, DICT(INET, SERVER, {"sdmn", T("realm")}, X), {.domain = B("realm")}, 0, B("x")},
	{"FindInternet", "a generic password is none", true, DICT(GENP, ANA, X), {.account = B("ana")}, errSecItemNotFound, NONE},
};
/* clang-format on */

static void what_is_stored_is_found(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(stored); i++) {
		const struct stored *row = &stored[i];
		UInt32 len = 77;
		void *password = NULL;
		CHECK_MSG(SecItemAdd(dictionary_make(row->item), NULL) == 0, row->what);
		CHECK_MSG(find(row->internet, &row->words, &len, &password, NULL) == row->status,
			row->what);
		if (row->status == 0)
			CHECK_MSG(password && len == row->password.len &&
					  memcmp(password, row->password.data, len) == 0,
				row->what);
		else
			CHECK_MSG(len == 77 && !password, row->what);
		SecKeychainItemFreeContent(NULL, password);
		dictionary_release();
		delete_everything();
	}
}

/* --- results that nobody wants --------------------------------------------------------------- */

static void results_may_be_null(void)
{
	const struct words words = {.service = B("s"), .account = B("a")};
	UInt32 len = 5;
	void *password = NULL;
	SecKeychainItemRef item = NULL;

	for (int internet = 0; internet < 2; internet++) {
		CHECK(add(internet, &words, (struct bytes)B("secret"), NULL) == 0);
		CHECK(find(internet, &words, NULL, NULL, NULL) == 0);
		CHECK(find(internet, &words, &len, NULL, NULL) == 0 && len == 5);
		CHECK(find(internet, &words, NULL, &password, NULL) == 0);
		CHECK(password && strcmp(password, "secret") == 0);
		CHECK(SecKeychainItemFreeContent(NULL, password) == 0);
		CHECK(find(internet, &words, NULL, NULL, &item) == 0 && item);
		CHECK(SecKeychainItemDelete(item) == 0);
		CHECK(SecKeychainItemDelete(item) == errSecInvalidItemRef);
		CFRelease(item);
		CHECK(find(internet, &words, NULL, NULL, NULL) == errSecItemNotFound);
	}
}

/* The new item's reference is that which a search gives, and that of SecItem. */
static void references_are_equal(void)
{
	const struct words words = {.service = B("s"), .account = B("a")};
	SecKeychainItemRef item = NULL, again = NULL;
	CFTypeRef third = NULL;

	CHECK(add(false, &words, (struct bytes)B("x"), &item) == 0);
	CHECK(find(false, &words, NULL, NULL, &again) == 0);
	CHECK(SecItemCopyMatching(dictionary_make(DICT(GENP, RETURN_REF)), &third) == 0);
	CHECK_FATAL(item && again && third);
	CHECK(item != again && CFEqual(item, again) && CFHash(item) == CFHash(again));
	CHECK(CFEqual(item, third) && CFHash(item) == CFHash(third));
	CFRelease(again);
	CFRelease(third);
	CFRelease(item);
	dictionary_release();
	delete_everything();
}

static void locked_is_an_error(void)
{
	const struct words words = {.service = B("s"), .account = B("a")};
	Boolean allowed = 9;

	CHECK(add(false, &words, (struct bytes)B("x"), NULL) == 0);
	CHECK(SecKeychainGetUserInteractionAllowed(&allowed) == 0 && allowed == TRUE);
	for (int state = 0; state < 2; state++) {
		CHECK(SecKeychainSetUserInteractionAllowed((Boolean)state) == 0);
		CHECK(SecKeychainGetUserInteractionAllowed(&allowed) == 0 && allowed == state);
		CHECK(SecKeychainLock(NULL) == 0);
		CHECK(find(false, &words, NULL, NULL, NULL) == errSecInteractionNotAllowed);
		CHECK(add(true, &words, (struct bytes)B("x"), NULL) == errSecInteractionNotAllowed);
		CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == errSecInteractionNotAllowed);
		CHECK(SecKeychainUnlock(NULL, 5, "wrong", TRUE) == errSecAuthFailed);
		CHECK(SecKeychainUnlock(NULL, 4, "fakery", TRUE) == 0);
		CHECK(find(false, &words, NULL, NULL, NULL) == 0);
	}
	CHECK(SecKeychainUnlock(NULL, 0, NULL, FALSE) == 0);
	delete_everything();
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain),
		CHECK_TEST(what_is_added_is_seen), CHECK_TEST(what_is_stored_is_found),
		CHECK_TEST(results_may_be_null), CHECK_TEST(references_are_equal),
		CHECK_TEST(locked_is_an_error)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	device_make("keycircled");
	status = check_main("keychainapi/legacy passwords", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
