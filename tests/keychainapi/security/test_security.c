/* SPDX-License-Identifier: ISC */
/* What libSecurity does without a service: constants, texts, random bytes, access controls. */
#include <Security/SecAccessControlPriv.h>
#include <Security/SecItemPriv.h>
#include <Security/SecKeyPriv.h>
#include <Security/SecPasswordGenerate.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "backend/item/ruler.h"
#include "keychainapi/Security/item/tolerance.h"
#include "tests/check.h"
#include "tests/keychainapi/security/describe.h"

static const struct {
	const char *name;
	CFStringRef const *constant;
	const char *text;
	CFStringRef const *same;
} constants[] = {
#define SEC_CONSTANT(name, text) {#name, &name, text, NULL},
#define SEC_FOURCC(name, text) {#name, &name, text, NULL},
#define SEC_ALIAS(name, other) {#name, &name, NULL, &other},
#include "keychainapi/Security/constants.def"
#undef SEC_CONSTANT
#undef SEC_FOURCC
#undef SEC_ALIAS
};

/* Programs read them before any constructor of theirs, or of ours, has run. */
static CFIndex early_len;
__attribute__((constructor(101))) static void look_early(void)
{
	early_len = CFStringGetLength(kSecClass) + CFStringGetLength(kSecAttrPCSPlaintextPublicKey);
}

static void constants_have_their_texts(void)
{
	CHECK(early_len == 9);
	for (size_t i = 0; i < KC_COUNT_OF(constants); i++) {
		CFStringRef string = *constants[i].constant;
		const char *text = CFStringGetCStringPtr(string, kCFStringEncodingUTF8);
		if (constants[i].text)
			CHECK_MSG(strcmp(text, constants[i].text) == 0, constants[i].name);
		if (constants[i].same)
			CHECK_MSG(string == *constants[i].same, constants[i].name);
	}
}

/* Dictionaries with NULL callbacks compare pointers: equal texts must be one object. */
static void equal_texts_are_one_object(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(constants); i++)
		for (size_t j = 0; j < i; j++)
			if (CFEqual(*constants[i].constant, *constants[j].constant))
				CHECK_MSG(*constants[i].constant == *constants[j].constant,
					constants[i].name);
}

#define SEC_ERROR(name, code, text) _Static_assert((name) == (code), #name);
#include "base/osstatus.def"
#undef SEC_ERROR

static const struct {
	OSStatus status;
	const char *text;
} messages[] = {
	/* Program logic of docker-credential-helpers. */
	{errSecItemNotFound, "The specified item could not be found in the keychain."},
	{errSecInteractionNotAllowed, "User interaction is not allowed."},
	{errSecDuplicateItem, "The specified item already exists in the keychain."},
	{errSecParam, "One or more parameters passed to a function were not valid."},
	{errSecSuccess, "No error."},
	{-88002, "this device is not one of your devices"},
	{12345, "OSStatus 12345"},
	{-1, "OSStatus -1"},
};

static void codes_have_texts(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(messages); i++) {
		CFStringRef text = SecCopyErrorMessageString(messages[i].status, NULL);
		CHECK_MSG(strcmp(CFStringGetCStringPtr(text, kCFStringEncodingUTF8),
				  messages[i].text) == 0,
			messages[i].text);
		CFRelease(text);
	}
}

/* Whatever the service can fail with has a constant in the header, or is Keycircle's own. */
static void every_error_has_a_code(void)
{
	static const struct {
		const char *name;
		OSStatus code;
	} codes[] = {
#define SEC_ERROR(name, code, text) {#name, code},
#include "base/osstatus.def"
#undef SEC_ERROR
	};
	for (int i = 0; i < KC_ERR_COUNT; i++) {
		bool found = kc_err_osstatus((kc_err)i) < -88000;
		for (size_t j = 0; j < KC_COUNT_OF(codes) && !found; j++)
			found = strcmp(codes[j].name, kc_err_osname((kc_err)i)) == 0 &&
				codes[j].code == kc_err_osstatus((kc_err)i);
		CHECK_MSG(found, kc_err_name((kc_err)i));
	}
}

static void random_bytes(void)
{
	uint8_t first[32] = {0}, second[32] = {0}, untouched = 7;

	CHECK(kSecRandomDefault == NULL);
	CHECK(SecRandomCopyBytes(kSecRandomDefault, sizeof first, first) == errSecSuccess);
	CHECK(SecRandomCopyBytes(NULL, sizeof second, second) == errSecSuccess);
	CHECK(memcmp(first, second, sizeof first) != 0);
	CHECK(SecRandomCopyBytes(NULL, 0, &untouched) == errSecSuccess && untouched == 7);
	CHECK(SecRandomCopyBytes(NULL, 0, NULL) == errSecSuccess);
	CHECK(SecRandomCopyBytes(NULL, 1, NULL) == errSecParam);
}

#define P kSecAccessControlUserPresence
#define USE kSecAccessControlPrivateKeyUsage
#define APP kSecAccessControlApplicationPassword
static const struct {
	SecAccessControlCreateFlags flags;
	bool good;
} flag_rows[] = {
	{0, true},
	{P, true},
	{P | USE | APP, true},
	{P | kSecAccessControlBiometryAny, false},
	{P | kSecAccessControlDevicePasscode, false},
	{kSecAccessControlBiometryAny, true},
	{kSecAccessControlBiometryAny | kSecAccessControlBiometryCurrentSet, false},
	{kSecAccessControlBiometryAny | kSecAccessControlOr | kSecAccessControlDevicePasscode,
		true},
	{kSecAccessControlOr | kSecAccessControlAnd, false},
	{USE, true},
	{APP, true},
};

static void access_controls_by_flags(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(flag_rows); i++) {
		CFErrorRef error = NULL;
		SecAccessControlRef control = SecAccessControlCreateWithFlags(
			NULL, kSecAttrAccessibleWhenUnlocked, flag_rows[i].flags, &error);
		CHECK((control != NULL) == flag_rows[i].good);
		CHECK((error == NULL) == flag_rows[i].good);
		if (error) {
			CHECK(CFErrorGetCode(error) == errSecParam);
			CHECK(CFEqual(CFErrorGetDomain(error), kCFErrorDomainOSStatus));
			CFRelease(error);
		}
		if (control) {
			CHECK(CFGetTypeID(control) == SecAccessControlGetTypeID());
			CFRelease(control);
		}
	}
}

static void access_controls_by_protection(void)
{
	SecAccessControlRef plain = SecAccessControlCreate(NULL, NULL), other, flagged;

	CHECK(SecAccessControlGetProtection(plain) == NULL);
	CHECK(!SecAccessControlSetProtection(plain, CFSTR("zz"), NULL));
	CHECK(!SecAccessControlSetProtection(plain, kCFBooleanTrue, NULL));
	CHECK(SecAccessControlSetProtection(plain, CFSTR("ck"), NULL));
	CHECK(SecAccessControlGetProtection(plain) == kSecAttrAccessibleAfterFirstUnlock);
	CHECK(!SecAccessControlCreateWithFlags(NULL, NULL, 0, NULL));
	CHECK(!SecAccessControlCreateWithFlags(NULL, CFSTR("zz"), 0, NULL));
	other = SecAccessControlCreate(NULL, NULL);
	CHECK(SecAccessControlSetProtection(other, CFSTR("ck"), NULL));
	flagged = SecAccessControlCreateWithFlags(NULL, CFSTR("ck"), 0, NULL);
	CHECK(CFEqual(plain, other) && CFHash(plain) == CFHash(other));
	CHECK(!CFEqual(plain, flagged));
	CFStringRef text = CFCopyDescription(plain);
	CHECK(CFEqual(text, CFSTR("<SecAccessControlRef: ck>")));
	CFRelease(text);
	CFRelease(plain);
	CFRelease(other);
	CFRelease(flagged);
}

static void the_last_error_is_kept(void)
{
	CFErrorRef error;
	CFStringRef text;

	CHECK(SecItemDelete(NULL) == errSecParam);
	CHECK(SecCopyLastError(errSecItemNotFound) == NULL);
	error = SecCopyLastError(errSecParam);
	CHECK_FATAL(error != NULL);
	CHECK(CFErrorGetCode(error) == errSecParam);
	CHECK(CFEqual(CFErrorGetDomain(error), kCFErrorDomainOSStatus));
	text = CFErrorCopyDescription(error);
	CHECK(CFStringGetLength(text) > 0);
	CFRelease(text);
	CFRelease(error);
	error = SecCopyLastError(errSecSuccess);
	CHECK(error != NULL);
	if (error)
		CFRelease(error);
}

/* The default profile's list of attributes says nothing that the ruler does not. */
static void tolerance_agrees_with_the_ruler(void)
{
	static const kc_name classes[] = {KC_CLASS_GENERIC, KC_CLASS_INTERNET};
	size_t count, known = 0;
	const struct kc_ruler_row *rows = kc_ruler_rows(&count);

	for (size_t class = 0; class < KC_COUNT_OF(classes); class ++)
		for (size_t i = 0; i < count; i++) {
			bool has = rows[i].classes & kc_ruler_class_bit(classes[class]);
			bool knows = kc_tolerance_knows(classes[class], rows[i].name);
			char name[5];
			kc_name_text(rows[i].name, name);
			CHECK_MSG(has || !knows, name);
			/* What belongs to passwords alone, both must know. */
			if (has && !(rows[i].classes & KC_IN_KEY) &&
				rows[i].output != KC_OUTPUT_HIDDEN)
				CHECK_MSG(knows, name);
			known += knows;
		}
	CHECK(known > 40);
}

/* Text that has no form in UTF-8 cannot cross to the service. */
static void half_a_surrogate_pair_is_no_value(void)
{
	static const UniChar half[] = {'a', 0xD83D};
	const CFStringRef text = CFStringCreateWithCharacters(NULL, half, 2);

	for (int strict = 0; strict < 2; strict++)
		for (int data = 0; data < 2; data++) {
			const void *keys[] = {kSecClass, data ? kSecValueData : kSecAttrAccount,
				kSecUseDataProtectionKeychain};
			const void *values[] = {kSecClassGenericPassword, text,
				strict ? kCFBooleanTrue : kCFBooleanFalse};
			CFDictionaryRef item = CFDictionaryCreate(NULL, keys, values, 3,
				&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

			CHECK(SecItemAdd(item, NULL) == errSecParam);
			CFRelease(item);
		}
	CFRelease(text);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(constants_have_their_texts),
		CHECK_TEST(equal_texts_are_one_object),
		CHECK_TEST(codes_have_texts),
		CHECK_TEST(every_error_has_a_code),
		CHECK_TEST(random_bytes),
		CHECK_TEST(access_controls_by_flags),
		CHECK_TEST(access_controls_by_protection),
		CHECK_TEST(the_last_error_is_kept),
		CHECK_TEST(tolerance_agrees_with_the_ruler),
		CHECK_TEST(half_a_surrogate_pair_is_no_value),
	};
	return check_main("keychainapi/security", tests, KC_COUNT_OF(tests));
}
