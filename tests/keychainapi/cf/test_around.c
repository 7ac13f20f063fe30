/* SPDX-License-Identifier: ISC */
/*
 * What stands around the objects: the target and its versions, scalar types, byte order, bundles,
 * preferences. Says nothing to the compiler, as a program for macOS does not.
 */
#include <CoreServices/CoreServices.h>
#include <Foundation/Foundation.h>
#include <Foundation/NSValue.h>

#include "tests/keychainapi/cf/cf_check.h"

#ifdef __APPLE__
#error "the headers have defined what is the compiler's"
#endif
#if !TARGET_OS_MAC || !TARGET_OS_OSX || TARGET_OS_IPHONE || TARGET_OS_WIN32 || TARGET_OS_LINUX
#error "the target is the Mac"
#endif
#if TARGET_RT_BIG_ENDIAN == TARGET_RT_LITTLE_ENDIAN
#error "one order of bytes"
#endif
#if MAC_OS_X_VERSION_MIN_REQUIRED < MAC_OS_X_VERSION_10_15 || \
	__MAC_OS_X_VERSION_MAX_ALLOWED < __MAC_10_15 ||       \
	MAC_OS_X_VERSION_MIN_REQUIRED >= MAC_OS_VERSION_11_0
#error "the version is 10.15"
#endif

/* Words of Apple's declarations. */
typedef CF_ENUM(CFIndex, ThingKind) { kThingSmall = 1, kThingLarge };
typedef CF_OPTIONS(CFOptionFlags, ThingOptions) { kThingShiny = 1 << 3 };
CF_ASSUME_NONNULL_BEGIN
extern CFStringRef _Nullable thing_name(CFStringRef _Nonnull text) CF_RETURNS_RETAINED
	API_AVAILABLE(macos(10.12)) __OSX_AVAILABLE_STARTING(__MAC_10_9, __IPHONE_7_0);
CF_ASSUME_NONNULL_END
CFStringRef thing_name(CFStringRef text)
{
	return CFRetain(text);
}

static void declarations_as_apples(void)
{
	ThingKind kind = kThingLarge;
	ThingOptions options = kThingShiny;

	CHECK(kind == 2 && options == 8);
	CHECK(cf_gives(thing_name(CFSTR("x")), "x"));
	if (__builtin_available(macOS 10.12, *))
		kind = kThingSmall;
	CHECK(kind == kThingSmall);
}

static void scalar_types(void)
{
	Str255 text = "\5hello";
	ConstStr255Param pointer = text;
	FourCharCode code = FOUR_CHAR_CODE(0x67656E70);
	OSStatus status = noErr;
	UnsignedWide wide_number = {1, 2};

	CHECK(sizeof(UInt8) == 1 && sizeof(UInt16) == 2 && sizeof(UInt32) == 4 &&
		sizeof(UInt64) == 8 && sizeof(Boolean) == 1 && sizeof(UniChar) == 2);
	CHECK(sizeof(Str255) == 256 && sizeof(Str31) == 32 && pointer[0] == 5);
	CHECK(sizeof(OSStatus) == 4 && sizeof(OSErr) == 2 && (OSStatus)-1 < 0);
	CHECK(code == ('g' << 24 | 'e' << 16 | 'n' << 8 | 'p'));
	CHECK(status == 0 && paramErr == -50 && userCanceledErr == -128 && memFullErr == -108);
	CHECK(sizeof(NSInteger) == sizeof(long) && NSNotFound == LONG_MAX);
	CHECK(wide_number.hi == 1 && TRUE == 1 && FALSE == 0);
}

static void byte_order(void)
{
	UInt32 code = 0x67656E70;
	char text[5] = "";

	CHECK(CFSwapInt16(0x1234) == 0x3412);
	CHECK(CFSwapInt32(0x12345678) == 0x78563412);
	CHECK(CFSwapInt64(0x123456789ABCDEF0) == 0xF0DEBC9A78563412);
	code = CFSwapInt32HostToBig(code);
	memcpy(text, &code, 4);
	CHECK(strcmp(text, "genp") == 0);
	CHECK(CFSwapInt32BigToHost(code) == 0x67656E70);
	CHECK(CFSwapInt16BigToHost(CFSwapInt16HostToBig(0x1234)) == 0x1234);
	CHECK(CFSwapInt64LittleToHost(CFSwapInt64HostToLittle(5)) == 5);
	CHECK(CFSwapInt32HostToLittle(1) == (TARGET_RT_LITTLE_ENDIAN ? 1 : 1 << 24));
	CHECK(CFByteOrderGetCurrent() ==
		(TARGET_RT_LITTLE_ENDIAN ? CFByteOrderLittleEndian : CFByteOrderBigEndian));
}

static void there_are_no_bundles(void)
{
	CFBundleRef bundle = CFBundleGetMainBundle();

	CHECK(bundle == NULL);
	CHECK(CFBundleGetBundleWithIdentifier(CFSTR("com.apple.Security")) == NULL);
	CHECK(CFBundleGetIdentifier(bundle) == NULL && CFBundleGetVersionNumber(bundle) == 0);
	CHECK(CFBundleGetInfoDictionary(bundle) == NULL);
	CHECK(CFBundleGetValueForInfoDictionaryKey(bundle, kCFBundleVersionKey) == NULL);
	CHECK(CFBundleCopyBundleURL(bundle) == NULL && CFBundleCopyExecutableURL(bundle) == NULL);
	CHECK(CFBundleCopyResourceURL(bundle, CFSTR("a"), CFSTR("b"), NULL) == NULL);
	CHECK(CFBundleGetFunctionPointerForName(bundle, CFSTR("SecItemAdd")) == NULL);
	CHECK(cf_gives(
		CFCopyLocalizedString(CFSTR("Enter the password"), ""), "Enter the password"));
	CHECK(cf_gives(
		CFBundleCopyLocalizedString(bundle, CFSTR("key"), CFSTR("value"), NULL), "value"));
	CHECK(cf_gives(CFBundleCopyLocalizedString(bundle, CFSTR("key"), CFSTR(""), NULL), "key"));
	CHECK(cf_gives(CFBundleCopyLocalizedString(bundle, CFSTR("key"), NULL, NULL), "key"));
	CHECK(CFBundleCopyLocalizedString(bundle, NULL, NULL, NULL) == NULL);
}

static void preferences_are_the_process_own(void)
{
	const CFStringRef app = kCFPreferencesCurrentApplication;
	CF_OWNED CFNumberRef seven = cf_int(7);
	CF_OWNED CFTypeRef found = NULL;
	Boolean valid = true;

	CHECK(CFPreferencesCopyAppValue(CFSTR("key"), app) == NULL);
	CHECK(CFPreferencesCopyAppValue(CFSTR("key"), CFSTR("org.example")) == NULL);
	CHECK(CFPreferencesGetAppIntegerValue(CFSTR("key"), app, &valid) == 0 && !valid);
	CFPreferencesSetAppValue(CFSTR("key"), seven, app);
	found = CFPreferencesCopyAppValue(CFSTR("key"), app);
	CHECK(found == seven);
	CHECK(CFPreferencesGetAppIntegerValue(CFSTR("key"), app, &valid) == 7 && valid);
	CHECK(CFPreferencesGetAppBooleanValue(CFSTR("key"), app, NULL));
	CHECK(CFPreferencesCopyAppValue(CFSTR("key"), CFSTR("org.example")) == NULL);
	CFPreferencesSetAppValue(CFSTR("key"), kCFBooleanTrue, app);
	CHECK(CFPreferencesGetAppBooleanValue(CFSTR("key"), app, &valid) && valid);
	CFPreferencesSetAppValue(CFSTR("key"), CFSTR("text"), app);
	CHECK(!CFPreferencesGetAppBooleanValue(CFSTR("key"), app, &valid) && !valid);
	CHECK(cf_gives(CFPreferencesCopyValue(
			       CFSTR("key"), app, kCFPreferencesCurrentUser, kCFPreferencesAnyHost),
		"text"));
	CFPreferencesSetAppValue(CFSTR("key"), NULL, app);
	CHECK(CFPreferencesCopyAppValue(CFSTR("key"), app) == NULL);
	CHECK(!CFPreferencesAppSynchronize(app));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(declarations_as_apples),
		CHECK_TEST(scalar_types),
		CHECK_TEST(byte_order),
		CHECK_TEST(there_are_no_bundles),
		CHECK_TEST(preferences_are_the_process_own),
	};

	return check_main("CoreFoundation: around it", tests, KC_COUNT_OF(tests));
}
