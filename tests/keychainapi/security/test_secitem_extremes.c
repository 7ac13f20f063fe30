/* SPDX-License-Identifier: ISC */
/*
 * Data at the edges, in both profiles: secrets of every length and byte, attributes with NULs, with
 * characters beyond the first plane, of 64 KiB, what is too long; and thousands of items at once,
 * with what they cost counted: exchanges with the service, bytes, memory that stays.
 *
 * The client half's exchanges are counted by taking the place of the pool's function (--wrap).
 */
#include <malloc.h>
#include <Security/SecItemPriv.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"
#include "wire/pool.h"

#define KIB 1024
#define MOST_SECRET (1024 * KIB)
#define MOST_ATTRIBUTE (64 * KIB)
#define MOST_SYNCED (256 * KIB)

/* --- counting --------------------------------------------------------------------------------- */

static unsigned exchanges;
static size_t bytes;

kc_err __real_kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue);
kc_err __wrap_kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue);

kc_err __wrap_kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue)
{
	kc_err err = __real_kc_pool_exchange(pool, call, request, reply, ret_issue);

	exchanges++;
	bytes += request.len + reply->len;
	return err;
}

/* --- dictionaries ------------------------------------------------------------------------------
 */

static bool strict;

static CFMutableDictionaryRef dictionary(CFStringRef class)
{
	CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	if (class)
		CFDictionarySetValue(made, kSecClass, class);
	if (strict)
		CFDictionarySetValue(made, kSecUseDataProtectionKeychain, kCFBooleanTrue);
	return made;
}

/* The dictionary with one more member, which is released. */
static CFMutableDictionaryRef with(CFMutableDictionaryRef made, CFStringRef key, CFTypeRef value)
{
	CFDictionarySetValue(made, key, value);
	CFRelease(value);
	return made;
}

static OSStatus add(CFStringRef class, CFStringRef key, CFTypeRef value)
{
	CFMutableDictionaryRef item = with(dictionary(class), key, CFRetain(value));
	OSStatus status = SecItemAdd(item, NULL);

	CFRelease(item);
	return status;
}

static OSStatus change(CFStringRef class, CFStringRef key, CFTypeRef value)
{
	CFMutableDictionaryRef query = dictionary(class);
	const void *keys[] = {key}, *values[] = {value};
	CFDictionaryRef changes = CFDictionaryCreate(NULL, keys, values, 1, NULL, NULL);
	OSStatus status = SecItemUpdate(query, changes);

	CFRelease(changes);
	CFRelease(query);
	return status;
}

static OSStatus delete_all(CFStringRef class)
{
	CFMutableDictionaryRef query = with(
		dictionary(class), kSecAttrSynchronizable, CFRetain(kSecAttrSynchronizableAny));
	OSStatus status;

	CFDictionarySetValue(query, kSecUseTombstones, kCFBooleanFalse);
	status = SecItemDelete(query);
	CFRelease(query);
	return status;
}

/* What the one item has under the key; to be released. */
static CFTypeRef member(CFStringRef class, CFStringRef key)
{
	CFMutableDictionaryRef query =
		with(dictionary(class), kSecReturnAttributes, CFRetain(kCFBooleanTrue));
	CFTypeRef found = NULL, value = NULL;

	CFDictionarySetValue(query, kSecReturnData, kCFBooleanTrue);
	if (SecItemCopyMatching(query, &found) == errSecSuccess)
		value = CFDictionaryGetValue(found, key);
	if (value)
		CFRetain(value);
	if (found)
		CFRelease(found);
	CFRelease(query);
	return value;
}

static void check_member(CFStringRef class, CFStringRef key, CFTypeRef wanted, const char *what)
{
	CFTypeRef value = member(class, key);

	CHECK_MSG(value && CFEqual(value, wanted), what);
	if (value)
		CFRelease(value);
}

/* --- secrets -----------------------------------------------------------------------------------
 */

/* Every value of a byte, over and over. */
static CFDataRef ramp(size_t len)
{
	CFMutableDataRef data = CFDataCreateMutable(NULL, 0);

	CFDataSetLength(data, (CFIndex)len);
	for (size_t i = 0; i < len; i++)
		CFDataGetMutableBytePtr(data)[i] = (UInt8)(i + i / 256);
	return data;
}

static void secrets_of_every_length(CFStringRef class)
{
	static const size_t lens[] = {
		0, 1, 255, 256, 257, 4095, 4096, 65535, 65536, 65537, MOST_SECRET - 1, MOST_SECRET};
	char what[64];

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		CFDataRef data = ramp(lens[i]), other = ramp(lens[i] / 2);

		snprintf(
			what, sizeof what, "%zu bytes, %s", lens[i], strict ? "strict" : "default");
		CHECK_MSG(add(class, kSecValueData, data) == errSecSuccess, what);
		check_member(class, kSecValueData, data, what);
		CHECK_MSG(change(class, kSecValueData, other) == errSecSuccess, what);
		check_member(class, kSecValueData, other, what);
		CHECK_MSG(change(class, kSecValueData, data) == errSecSuccess, what);
		check_member(class, kSecValueData, data, what);
		CHECK(delete_all(class) == errSecSuccess);
		CFRelease(other);
		CFRelease(data);
	}
}

/* What is too long is refused, and changes nothing. */
static void secrets_that_are_too_long(CFStringRef class)
{
	static const size_t lens[] = {MOST_SECRET + 1, 4 * MOST_SECRET, 8 * MOST_SECRET};
	CFDataRef kept = ramp(10);

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		CFDataRef data = ramp(lens[i]);

		CHECK(add(class, kSecValueData, data) == errSecDataTooLarge);
		CHECK(delete_all(class) == errSecItemNotFound);
		CHECK(add(class, kSecValueData, kept) == errSecSuccess);
		CHECK(change(class, kSecValueData, data) == errSecDataTooLarge);
		check_member(class, kSecValueData, kept, "kept");
		CHECK(delete_all(class) == errSecSuccess);
		CFRelease(data);
	}
	CFRelease(kept);
}

static void secrets(void)
{
	for (int i = 0; i < 2; i++) {
		strict = i;
		secrets_of_every_length(kSecClassGenericPassword);
		secrets_of_every_length(kSecClassInternetPassword);
		secrets_that_are_too_long(kSecClassGenericPassword);
	}
}

/* A synced item is at most 256 KiB in all, whichever way it comes to be synced. */
static void synced_secrets(void)
{
	CFDataRef fits = ramp(MOST_SYNCED - 4 * KIB), too_long = ramp(MOST_SYNCED + 1);
	const CFStringRef class = kSecClassGenericPassword;

	strict = false;
	CHECK(add(class, kSecAttrSynchronizable, kCFBooleanTrue) == errSecSuccess);
	CHECK(change(class, kSecValueData, fits) == errSecSuccess);
	CHECK(change(class, kSecValueData, too_long) == errSecDataTooLarge);
	check_member(class, kSecValueData, fits, "fits");
	CHECK(delete_all(class) == errSecSuccess);
	CHECK(add(class, kSecValueData, too_long) == errSecSuccess);
	CHECK(change(class, kSecAttrSynchronizable, kCFBooleanTrue) == errSecDataTooLarge);
	check_member(class, kSecValueData, too_long, "still local");
	CHECK(delete_all(class) == errSecSuccess);
	CFRelease(too_long);
	CFRelease(fits);
}

/* --- attributes --------------------------------------------------------------------------------
 */

static CFStringRef text(const char *characters, size_t len)
{
	return CFStringCreateWithBytes(
		NULL, (const UInt8 *)characters, (CFIndex)len, kCFStringEncodingUTF8, false);
}

/* The unit as often as it fits into so many bytes. */
static CFStringRef repeated(const char *unit, size_t bytes_wanted)
{
	size_t len = strlen(unit), count = bytes_wanted / len;
	char *characters = malloc(count * len);
	CFStringRef made;

	for (size_t i = 0; i < count; i++)
		memcpy(characters + i * len, unit, len);
	made = text(characters, count * len);
	free(characters);
	return made;
}

/* Stored, given back, a filter, and part of the key: other than what it nearly is. */
static void check_value(CFTypeRef value, CFTypeRef nearly, const char *what)
{
	const CFStringRef class = kSecClassGenericPassword;
	CFMutableDictionaryRef query = with(dictionary(class), kSecAttrAccount, CFRetain(value));
	CFMutableDictionaryRef other = with(dictionary(class), kSecAttrAccount, CFRetain(nearly));

	CHECK_MSG(SecItemAdd(query, NULL) == errSecSuccess, what);
	check_member(class, kSecAttrAccount, value, what);
	CHECK_MSG(SecItemCopyMatching(query, NULL) == errSecSuccess, what);
	CHECK_MSG(SecItemCopyMatching(other, NULL) == errSecItemNotFound, what);
	CHECK_MSG(SecItemAdd(query, NULL) == errSecDuplicateItem, what);
	CHECK_MSG(SecItemAdd(other, NULL) == errSecSuccess, what);
	CHECK_MSG(SecItemDelete(other) == errSecSuccess, what);
	CHECK_MSG(change(class, kSecAttrComment, value) == errSecSuccess, what);
	check_member(class, kSecAttrComment, value, what);
	CHECK_MSG(change(class, kSecAttrAccount, nearly) == errSecSuccess, what);
	check_member(class, kSecAttrAccount, nearly, what);
	CHECK_MSG(delete_all(class) == errSecSuccess, what);
	CFRelease(other);
	CFRelease(query);
}

static void attributes(void)
{
	static const char key[] = "\xf0\x9f\x94\x91",
			  family[] = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";
	const struct {
		const char *what;
		CFTypeRef value, nearly;
	} rows[] = {
		{"text with a NUL inside", text("a\0b", 3), text("a\0c", 3)},
		{"text with a NUL at the end", text("a\0", 2), text("a", 1)},
		{"text that is a NUL", text("\0", 1), text("", 0)},
		{"data with NULs", CFDataCreate(NULL, (const UInt8 *)"\0\0", 2),
			CFDataCreate(NULL, (const UInt8 *)"\0", 1)},
		{"every byte", ramp(256), ramp(255)},
		{"an emoji", text(key, 4), text("\xf0\x9f\x94\x92", 4)},
		{"a family", text(family, sizeof family - 1), text(family, sizeof family - 2 - 3)},
		{"64 KiB of text", repeated("x", MOST_ATTRIBUTE),
			repeated("x", MOST_ATTRIBUTE - 1)},
		{"64 KiB of emoji", repeated(key, MOST_ATTRIBUTE),
			repeated(key, MOST_ATTRIBUTE - 4)},
		{"64 KiB of data", ramp(MOST_ATTRIBUTE), ramp(MOST_ATTRIBUTE - 1)},
	};

	for (int i = 0; i < 2; i++) {
		strict = i;
		for (size_t j = 0; j < KC_COUNT_OF(rows); j++) {
			CHECK_FATAL(rows[j].value && rows[j].nearly);
			check_value(rows[j].value, rows[j].nearly, rows[j].what);
		}
	}
	for (size_t j = 0; j < KC_COUNT_OF(rows); j++) {
		CFRelease(rows[j].value);
		CFRelease(rows[j].nearly);
	}
}

static void attributes_that_are_too_long(void)
{
	const CFTypeRef values[] = {repeated("x", MOST_ATTRIBUTE + 1),
		repeated("\xf0\x9f\x94\x91", MOST_ATTRIBUTE + 4), ramp(MOST_ATTRIBUTE + 1),
		ramp(5 * MOST_SECRET)};
	const CFStringRef class = kSecClassGenericPassword;

	for (size_t i = 0; i < 2 * KC_COUNT_OF(values); i++) {
		CFTypeRef value = values[i / 2];
		CFMutableDictionaryRef query;

		strict = i % 2;
		query = with(dictionary(class), kSecAttrAccount, CFRetain(value));
		CHECK(add(class, kSecAttrAccount, value) == errSecDataTooLarge);
		CHECK(SecItemCopyMatching(query, NULL) == errSecDataTooLarge);
		CHECK(SecItemDelete(query) == errSecDataTooLarge);
		CHECK(add(class, kSecAttrAccount, CFSTR("short")) == errSecSuccess);
		CHECK(change(class, kSecAttrAccount, value) == errSecDataTooLarge);
		check_member(class, kSecAttrAccount, CFSTR("short"), "short");
		CHECK(delete_all(class) == errSecSuccess);
		CFRelease(query);
	}
	for (size_t i = 0; i < KC_COUNT_OF(values); i++)
		CFRelease(values[i]);
}

/* --- thousands ---------------------------------------------------------------------------------
 */

#define DATA_LEN 2000

static int how_many(void)
{
	const char *is_long = getenv("KC_LONG");

	return is_long && strcmp(is_long, "1") == 0 ? 10000 : 600;
}

static void add_some(int from, int to)
{
	const CFStringRef class = kSecClassGenericPassword;

	for (int i = from; i < to; i++) {
		CFMutableDictionaryRef item = dictionary(class);
		CFMutableDataRef data = CFDataCreateMutable(NULL, 0);

		CFDataSetLength(data, DATA_LEN);
		memcpy(CFDataGetMutableBytePtr(data), &i, sizeof i);
		with(item, kSecAttrAccount, CFStringCreateWithFormat(NULL, NULL, CFSTR("%d"), i));
		with(item, kSecValueData, data);
		CHECK(SecItemAdd(item, NULL) == errSecSuccess);
		CFRelease(item);
	}
}

/* The number that the element is for, or -1. */
static int number_of(CFDictionaryRef element)
{
	CFStringRef account = CFDictionaryGetValue(element, kSecAttrAccount);
	CFDataRef data = CFDictionaryGetValue(element, kSecValueData);
	int number = account ? (int)CFStringGetIntValue(account) : -1;

	if (!data || CFDataGetLength(data) != DATA_LEN ||
		memcmp(CFDataGetBytePtr(data), &number, sizeof number) != 0)
		return -1;
	return number;
}

/* All of them, each once, with its own data. */
static void check_all(CFArrayRef all, int count)
{
	bool *seen = calloc((size_t)count, sizeof *seen);
	int right = 0;

	for (CFIndex i = 0; i < CFArrayGetCount(all); i++) {
		int number = number_of(CFArrayGetValueAtIndex(all, i));
		if (number >= 0 && number < count && !seen[number]) {
			seen[number] = true;
			right++;
		}
	}
	CHECK(CFArrayGetCount(all) == count);
	CHECK(right == count);
	free(seen);
}

static void list(int count)
{
	CFMutableDictionaryRef query = dictionary(kSecClassGenericPassword);
	CFTypeRef all = NULL;

	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionarySetValue(query, kSecReturnAttributes, kCFBooleanTrue);
	CFDictionarySetValue(query, kSecReturnData, kCFBooleanTrue);
	exchanges = 0;
	bytes = 0;
	CHECK_FATAL(SecItemCopyMatching(query, &all) == errSecSuccess);
	check_all(all, count);
	CFRelease(all);
	CFRelease(query);
}

static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

/* Twice as many items take twice the exchanges and bytes, and leave nothing behind. */
static void thousands(void)
{
	int count = how_many();
	unsigned half_exchanges;
	size_t half_bytes, before;

	strict = true;
	add_some(0, count / 2);
	list(count / 2);
	half_exchanges = exchanges;
	half_bytes = bytes;
	add_some(count / 2, count);
	list(count);
	CHECK(exchanges <= 2 * half_exchanges + 1);
	CHECK(bytes <= 2 * half_bytes + 2 * KIB);
	CHECK(bytes >= (size_t)count * DATA_LEN);
	before = in_use();
	for (int i = 0; i < 3; i++)
		list(count);
	CHECK(in_use() <= before + 64 * KIB);
	exchanges = 0;
	CHECK(delete_all(kSecClassGenericPassword) == errSecSuccess);
	CHECK(exchanges == 1);
	CHECK(delete_all(kSecClassGenericPassword) == errSecItemNotFound);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain), CHECK_TEST(secrets),
		CHECK_TEST(synced_secrets), CHECK_TEST(attributes),
		CHECK_TEST(attributes_that_are_too_long), CHECK_TEST(thousands)};
	int status;

	device_make("keycircled");
	status = check_main("keychainapi/secitem, extremes", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
