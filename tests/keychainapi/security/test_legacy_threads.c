/* SPDX-License-Identifier: ISC */
/*
 * The older interface from many threads and after a fork: each thread has an item of its own, and
 * all of them one in common. Callbacks come and go meanwhile, and programs ask for paths and lists.
 */
#include <Security/Security.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define THREADS 8
#define ROUNDS 25
#define LONG_ROUNDS 500

static atomic_uint wrong, told;

static void expect(bool held)
{
	if (!held)
		atomic_fetch_add(&wrong, 1);
}

static OSStatus count_event(SecKeychainEvent event, SecKeychainCallbackInfo *info, void *context)
{
	(void)event;
	(void)info;
	atomic_fetch_add((atomic_uint *)context, 1);
	return 0;
}

static OSStatus other_event(SecKeychainEvent event, SecKeychainCallbackInfo *info, void *context)
{
	(void)event;
	(void)info;
	(void)context;
	return 0;
}

/* Add, find, change, find, delete: nobody else touches this one. */
static void own_item(const char *account, const char *first, const char *second)
{
	UInt32 account_len = (UInt32)strlen(account), len = 0;
	SecKeychainItemRef item = NULL, same = NULL;
	SecKeychainAttribute attribute = {kSecAccountItemAttr, 0, NULL};
	SecKeychainAttributeList list = {1, &attribute};
	void *data = NULL;

	expect(SecKeychainAddGenericPassword(NULL, 3, "own", account_len, account,
		       (UInt32)strlen(first), first, &item) == 0);
	expect(SecKeychainFindGenericPassword(
		       NULL, 3, "own", account_len, account, &len, &data, &same) == 0);
	expect(data && strcmp(data, first) == 0 && CFEqual(item, same));
	SecKeychainItemFreeContent(NULL, data);
	expect(SecKeychainItemModifyAttributesAndData(same, NULL, (UInt32)strlen(second), second) ==
		0);
	expect(SecKeychainItemCopyContent(item, NULL, &list, &len, &data) == 0);
	expect(data && strcmp(data, second) == 0 && attribute.data &&
		strcmp(attribute.data, account) == 0);
	SecKeychainItemFreeContent(&list, data);
	expect(SecKeychainItemDelete(item) == 0);
	CFRelease(item);
	CFRelease(same);
}

/* Whatever the others do with it, each answer is one of those that there are. */
static void common_item(void)
{
	SecKeychainItemRef item = NULL;
	OSStatus status = SecKeychainAddInternetPassword(NULL, 6, "common", 0, NULL, 1, "a", 0,
		NULL, 0, kSecProtocolTypeHTTPS, 0, 1, "x", &item);

	expect(status == 0 || status == errSecDuplicateItem);
	if (status == errSecDuplicateItem)
		status = SecKeychainFindInternetPassword(
			NULL, 6, "common", 0, NULL, 0, NULL, 0, NULL, 0, 0, 0, NULL, NULL, &item);
	expect(status == 0 || status == errSecItemNotFound);
	if (!item)
		return;
	status = SecKeychainItemModifyContent(item, NULL, 1, "y");
	expect(status == 0 || status == errSecInvalidItemRef);
	status = SecKeychainItemDelete(item);
	expect(status == 0 || status == errSecInvalidItemRef);
	CFRelease(item);
}

static void around(unsigned round)
{
	SecKeychainRef keychain = NULL;
	CFArrayRef list = NULL;
	char path[512];
	UInt32 room = sizeof path;

	expect(SecKeychainCopyDefault(&keychain) == 0);
	expect(SecKeychainGetPath(keychain, &room, path) == 0);
	expect(SecKeychainCopySearchList(&list) == 0 && CFArrayGetCount(list) == 1);
	if (round % 2)
		SecKeychainAddCallback(other_event, kSecEveryEventMask, NULL);
	else
		SecKeychainRemoveCallback(other_event);
	CFRelease(keychain);
	CFRelease(list);
}

static void *work(void *argument)
{
	unsigned rounds = getenv("KC_LONG") ? LONG_ROUNDS : ROUNDS;
	char account[16], first[32], second[32];

	snprintf(account, sizeof account, "thread %u", *(unsigned *)argument);
	for (unsigned i = 0; i < rounds; i++) {
		snprintf(first, sizeof first, "%s, %u", account, i);
		snprintf(second, sizeof second, "%u of %s", i, account);
		own_item(account, first, second);
		common_item();
		around(i);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t ids[THREADS];
	unsigned numbers[THREADS];
	unsigned rounds = getenv("KC_LONG") ? LONG_ROUNDS : ROUNDS;

	CHECK(SecKeychainAddCallback(count_event, kSecAddEventMask | kSecDeleteEventMask, &told) ==
		0);
	for (unsigned i = 0; i < THREADS; i++) {
		numbers[i] = i;
		CHECK_FATAL(pthread_create(&ids[i], NULL, work, &numbers[i]) == 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	CHECK(wrong == 0);
	CHECK(told >= 2 * THREADS * rounds); /* of each thread's own item */
	CHECK(SecKeychainRemoveCallback(count_event) == 0);
}

/* A reference of the parent's is good in the child, and what the child does the parent sees. */
static void a_fork(void)
{
	SecKeychainItemRef item = NULL;
	int status = -1;
	pid_t child;

	CHECK(SecKeychainAddGenericPassword(NULL, 1, "f", 1, "a", 1, "x", &item) == 0);
	child = fork();
	if (child == 0)
		_exit(SecKeychainItemModifyContent(item, NULL, 5, "child") == 0 &&
					SecKeychainAddGenericPassword(
						NULL, 1, "f", 1, "b", 1, "x", NULL) == 0
				? 0
				: 1);
	CHECK_FATAL(child > 0 && waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(SecKeychainFindGenericPassword(NULL, 1, "f", 1, "b", NULL, NULL, NULL) == 0);
	CHECK(SecKeychainItemDelete(item) == 0);
	CFRelease(item);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_keychain), CHECK_TEST(threads), CHECK_TEST(a_fork)};
	int status;

	unsetenv("KEYCIRCLE_STRICT_SECITEM");
	device_make("keycircled");
	status = check_main("keychainapi/legacy, threads", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
