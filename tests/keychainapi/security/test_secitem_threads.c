/* SPDX-License-Identifier: ISC */
/* The item calls from eight threads at once, and from a forked child. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include <Security/SecItemPriv.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define THREADS 8
#define ROUNDS 25

struct worker {
	pthread_t thread;
	int number;
	int wrong; /* calls that answered something else than they should */
};

static CFMutableDictionaryRef new_item(int number, int round)
{
	CFMutableDictionaryRef item = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFStringRef account =
		CFStringCreateWithFormat(NULL, NULL, CFSTR("thread %d, %d"), number, round);

	CFDictionarySetValue(item, kSecClass, kSecClassGenericPassword);
	CFDictionarySetValue(item, kSecAttrService, CFSTR("threads"));
	CFDictionarySetValue(item, kSecAttrAccount, account);
	CFRelease(account);
	return item;
}

static void expect(struct worker *worker, bool held)
{
	worker->wrong += !held;
}

/* The last error is this thread's, whatever the others are at. */
static void expect_error(struct worker *worker, OSStatus got, OSStatus wanted)
{
	CFErrorRef error = SecCopyLastError(wanted);

	expect(worker, got == wanted);
	expect(worker, wanted == errSecSuccess ? error == NULL
					       : error != NULL && CFErrorGetCode(error) == wanted);
	if (error)
		CFRelease(error);
}

static void expect_data(struct worker *worker, CFMutableDictionaryRef item, CFDataRef wanted)
{
	CFTypeRef got = NULL;

	CFDictionarySetValue(item, kSecReturnData, kCFBooleanTrue);
	expect_error(worker, SecItemCopyMatching(item, &got), errSecSuccess);
	expect(worker, got && CFEqual(got, wanted));
	CFDictionaryRemoveValue(item, kSecReturnData);
	if (got)
		CFRelease(got);
}

static void one_round(struct worker *worker, int round)
{
	CFMutableDictionaryRef item = new_item(worker->number, round);
	CFDataRef first = CFDataCreate(NULL, (const UInt8 *)"first", 5);
	CFDataRef second = CFDataCreate(NULL, (const UInt8 *)"second", 6);
	const void *key = kSecValueData, *value = second;
	CFDictionaryRef changes = CFDictionaryCreate(NULL, &key, &value, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);

	CFDictionarySetValue(item, kSecValueData, first);
	expect_error(worker, SecItemAdd(item, NULL), errSecSuccess);
	expect_error(worker, SecItemAdd(item, NULL), errSecDuplicateItem);
	CFDictionaryRemoveValue(item, kSecValueData);
	expect_data(worker, item, first);
	expect_error(worker, SecItemUpdate(item, changes), errSecSuccess);
	expect_data(worker, item, second);
	expect_error(worker, SecItemDelete(item), errSecSuccess);
	expect_error(worker, SecItemCopyMatching(item, NULL), errSecItemNotFound);
	CFRelease(changes);
	CFRelease(second);
	CFRelease(first);
	CFRelease(item);
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (int round = 0; round < ROUNDS; round++)
		one_round(worker, round);
	return NULL;
}

/* Each thread sees its own items and its own errors. */
static void all_four_calls_at_once(void)
{
	struct worker workers[THREADS] = {{0}};

	for (int i = 0; i < THREADS; i++) {
		workers[i].number = i;
		CHECK_FATAL(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		CHECK(workers[i].wrong == 0);
	}
}

/* The child of a program that has made calls makes them, too, and does not disturb its parent. */
static void a_child_calls_as_well(void)
{
	struct worker parent = {.number = 100}, child = {.number = 101};
	int status = -1;
	pid_t pid;

	one_round(&parent, 0);
	pid = fork();
	if (pid == 0) {
		one_round(&child, 0);
		_exit(child.wrong);
	}
	one_round(&parent, 1);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	one_round(&parent, 2);
	CHECK(parent.wrong == 0);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(a_keychain),
		CHECK_TEST(a_child_calls_as_well), CHECK_TEST(all_four_calls_at_once)};
	int status;

	device_make("keycircled");
	status = check_main("keychainapi/secitem, threads", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
