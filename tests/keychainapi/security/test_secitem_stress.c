/* SPDX-License-Identifier: ISC */
/*
 * Sixteen threads, and sixteen processes, at the four calls at once: each on items of its own,
 * where every answer is known beforehand, and all on the same few, where none may be lost or
 * doubled. A second or two; a minute with KC_LONG=1.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <Security/Security.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/check.h"
#include "tests/wire/device.h"

#define WORKERS 16
#define SHARED 4 /* items that all work on */
#define OWN 3	 /* items that a worker keeps to the end */
#define SECONDS_US 1500000ull
#define LONG_US 60000000ull

/* What all workers count, in memory that processes share. */
struct counts {
	atomic_int added[SHARED], deleted[SHARED];
	atomic_int wrong; /* answers that cannot be */
	atomic_int calls;
};

struct worker {
	pthread_t thread;
	int number;
	uint64_t until_us;
	struct counts *counts;
	unsigned random;
	unsigned stamp[OWN]; /* what its items hold */
};

/* --- items ------------------------------------------------------------------------------------ */

static CFMutableDictionaryRef item(const char *service, int worker, int number)
{
	CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFStringRef name = CFStringCreateWithCString(NULL, service, kCFStringEncodingUTF8);
	CFStringRef account = CFStringCreateWithFormat(NULL, NULL, CFSTR("%d, %d"), worker, number);

	CFDictionarySetValue(made, kSecClass, kSecClassGenericPassword);
	CFDictionarySetValue(made, kSecAttrService, name);
	CFDictionarySetValue(made, kSecAttrAccount, account);
	CFRelease(account);
	CFRelease(name);
	return made;
}

/* Eight times the same four bytes: a mixture of two writes is none of them. */
static CFDataRef stamp_data(unsigned stamp)
{
	unsigned words[8];

	for (size_t i = 0; i < KC_COUNT_OF(words); i++)
		words[i] = stamp;
	return CFDataCreate(NULL, (const UInt8 *)words, sizeof words);
}

static bool is_stamp(CFTypeRef data, unsigned *ret)
{
	unsigned words[8];

	if (!data || CFGetTypeID(data) != CFDataGetTypeID() ||
		CFDataGetLength(data) != sizeof words)
		return false;
	CFDataGetBytes(data, CFRangeMake(0, sizeof words), (UInt8 *)words);
	for (size_t i = 1; i < KC_COUNT_OF(words); i++)
		if (words[i] != words[0])
			return false;
	*ret = words[0];
	return true;
}

/* --- calls ------------------------------------------------------------------------------------ */

static void expect(struct worker *worker, bool holds)
{
	if (!holds)
		atomic_fetch_add(&worker->counts->wrong, 1);
	atomic_fetch_add(&worker->counts->calls, 1);
}

static OSStatus add(CFMutableDictionaryRef attributes, unsigned stamp)
{
	CFDataRef data = stamp_data(stamp);
	OSStatus status;

	CFDictionarySetValue(attributes, kSecValueData, data);
	status = SecItemAdd(attributes, NULL);
	CFDictionaryRemoveValue(attributes, kSecValueData);
	CFRelease(data);
	return status;
}

static OSStatus update(CFDictionaryRef query, unsigned stamp)
{
	CFDataRef data = stamp_data(stamp);
	const void *key = kSecValueData, *value = data;
	CFDictionaryRef changes = CFDictionaryCreate(NULL, &key, &value, 1,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	OSStatus status = SecItemUpdate(query, changes);

	CFRelease(changes);
	CFRelease(data);
	return status;
}

/* *ret_whole: what was found is one of the values that were written. */
static OSStatus find(CFMutableDictionaryRef query, unsigned *ret_stamp, bool *ret_whole)
{
	CFTypeRef found = NULL;
	OSStatus status;

	CFDictionarySetValue(query, kSecReturnData, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &found);
	CFDictionaryRemoveValue(query, kSecReturnData);
	*ret_whole = status == errSecSuccess && is_stamp(found, ret_stamp);
	if (found)
		CFRelease(found);
	return status;
}

/* How many the query finds. */
static CFIndex count(CFMutableDictionaryRef query)
{
	CFTypeRef found = NULL;
	CFIndex result = -1;
	OSStatus status;

	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionarySetValue(query, kSecReturnPersistentRef, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &found);
	if (status == errSecItemNotFound)
		result = 0;
	if (status == errSecSuccess)
		result = CFArrayGetCount(found);
	if (found)
		CFRelease(found);
	CFDictionaryRemoveValue(query, kSecMatchLimit);
	CFDictionaryRemoveValue(query, kSecReturnPersistentRef);
	return result;
}

/* --- a worker --------------------------------------------------------------------------------- */

static unsigned next(struct worker *worker, unsigned below)
{
	worker->random = worker->random * 1103515245u + 12345u;
	return worker->random / 65536u % below;
}

/* An item that nobody else knows comes, changes and goes as it is told. */
static void alone(struct worker *worker)
{
	CFMutableDictionaryRef mine = item("stress alone", worker->number, 0);
	unsigned stamp = next(worker, 1000), found = 0;
	bool whole;

	expect(worker, add(mine, stamp) == errSecSuccess);
	expect(worker, add(mine, stamp + 1) == errSecDuplicateItem);
	expect(worker, find(mine, &found, &whole) == errSecSuccess && whole && found == stamp);
	expect(worker, update(mine, stamp + 2) == errSecSuccess);
	expect(worker, find(mine, &found, &whole) == errSecSuccess && whole && found == stamp + 2);
	expect(worker, SecItemDelete(mine) == errSecSuccess);
	expect(worker, SecItemDelete(mine) == errSecItemNotFound);
	expect(worker, find(mine, &found, &whole) == errSecItemNotFound);
	CFRelease(mine);
}

/* An item that all work on is there or not, but once, and whole. */
static void together(struct worker *worker)
{
	unsigned number = next(worker, SHARED), found;
	CFIndex found_count;
	CFMutableDictionaryRef ours = item("stress together", 0, (int)number);
	bool whole;
	OSStatus status = add(ours, next(worker, 1000));

	expect(worker, status == errSecSuccess || status == errSecDuplicateItem);
	atomic_fetch_add(&worker->counts->added[number], status == errSecSuccess);
	status = update(ours, next(worker, 1000));
	expect(worker, status == errSecSuccess || status == errSecItemNotFound);
	status = find(ours, &found, &whole);
	expect(worker, status == errSecSuccess ? whole : status == errSecItemNotFound);
	found_count = count(ours);
	expect(worker, found_count == 0 || found_count == 1);
	if (next(worker, 2) == 0) {
		status = SecItemDelete(ours);
		expect(worker, status == errSecSuccess || status == errSecItemNotFound);
		atomic_fetch_add(&worker->counts->deleted[number], status == errSecSuccess);
	}
	CFRelease(ours);
}

/* An item that stays holds what its worker wrote last. */
static void keep(struct worker *worker)
{
	unsigned number = next(worker, OWN), stamp = next(worker, 1000), found = 0;
	CFMutableDictionaryRef mine = item("stress kept", worker->number, (int)number);
	bool whole, is_first = worker->stamp[number] == 0;
	OSStatus status = find(mine, &found, &whole);

	expect(worker,
		is_first ? status == errSecItemNotFound
			 : status == errSecSuccess && whole && found == worker->stamp[number]);
	worker->stamp[number] = stamp + 1;
	status = is_first ? add(mine, stamp + 1) : update(mine, stamp + 1);
	expect(worker, status == errSecSuccess);
	CFRelease(mine);
}

static void check_kept(struct worker *worker)
{
	for (int i = 0; i < OWN; i++) {
		CFMutableDictionaryRef mine = item("stress kept", worker->number, i);
		unsigned found = 0;
		bool whole = false;

		if (worker->stamp[i]) {
			expect(worker, find(mine, &found, &whole) == errSecSuccess && whole &&
					       found == worker->stamp[i]);
			expect(worker, count(mine) == 1);
			expect(worker, SecItemDelete(mine) == errSecSuccess);
		}
		expect(worker, count(mine) == 0);
		CFRelease(mine);
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	do {
		alone(worker);
		together(worker);
		keep(worker);
	} while (kc_clock_monotonic_us() < worker->until_us);
	check_kept(worker);
	return NULL;
}

/* --- many workers ----------------------------------------------------------------------------- */

static struct counts *new_counts(void)
{
	struct counts *counts = mmap(
		NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK_FATAL(counts != MAP_FAILED);
	return counts;
}

static struct worker new_worker(int number, struct counts *counts)
{
	const char *is_long = getenv("KC_LONG");

	return (struct worker){
		.number = number,
		.counts = counts,
		.random = (unsigned)number * 2654435761u + 1,
		.until_us = kc_clock_monotonic_us() +
			    (is_long && strcmp(is_long, "1") == 0 ? LONG_US : SECONDS_US),
	};
}

/* Each item was added once more than it was deleted, or as often. */
static void check_counts(struct counts *counts)
{
	for (int i = 0; i < SHARED; i++) {
		CFMutableDictionaryRef ours = item("stress together", 0, i);
		int left = atomic_load(&counts->added[i]) - atomic_load(&counts->deleted[i]);
		CFIndex found = count(ours);

		CHECK(left == 0 || left == 1);
		CHECK(found == left);
		CHECK(SecItemDelete(ours) == (left ? errSecSuccess : errSecItemNotFound));
		CFRelease(ours);
	}
	CHECK(atomic_load(&counts->wrong) == 0);
	printf("%d calls ", atomic_load(&counts->calls));
	munmap(counts, sizeof *counts);
}

static void sixteen_processes(void)
{
	struct counts *counts = new_counts();
	pid_t children[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct worker worker = new_worker(i, counts);
			work(&worker);
			_exit(0);
		}
		CHECK_FATAL(children[i] > 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		int status = -1;
		CHECK(waitpid(children[i], &status, 0) == children[i] && status == 0);
	}
	check_counts(counts);
}

static void sixteen_threads(void)
{
	struct counts *counts = new_counts();
	struct worker workers[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = new_worker(i, counts);
		CHECK_FATAL(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
	}
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
	check_counts(counts);
}

static void a_keychain(void)
{
	kc_client_free(device_client());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_keychain), CHECK_TEST(sixteen_processes), CHECK_TEST(sixteen_threads)};
	int status;

	device_make("keycircled");
	status = check_main("keychainapi/secitem, stress", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
