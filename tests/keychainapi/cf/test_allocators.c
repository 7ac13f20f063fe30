/* SPDX-License-Identifier: ISC */
/* Allocators of the program's own, bytes that they get back, and owners that end with a thread. */
#include "tests/keychainapi/cf/cf_check.h"

#include <pthread.h>
#include <sys/mman.h>

/* --- an allocator that counts ---------------------------------------------------------------- */

struct counts {
	int allocated, reallocated, freed, retained, released;
	char last[8]; /* the first bytes of what was freed last */
};

static const void *count_retain(const void *info)
{
	((struct counts *)(uintptr_t)info)->retained++;
	return info;
}

static void count_release(const void *info)
{
	((struct counts *)(uintptr_t)info)->released++;
}

static void *count_allocate(CFIndex size, CFOptionFlags hint, void *info)
{
	(void)hint;
	((struct counts *)info)->allocated++;
	return calloc(1, (size_t)size);
}

static void *count_reallocate(void *memory, CFIndex size, CFOptionFlags hint, void *info)
{
	(void)hint;
	((struct counts *)info)->reallocated++;
	return realloc(memory, (size_t)size);
}

static void count_free(void *memory, void *info)
{
	struct counts *counts = info;

	counts->freed++;
	snprintf(counts->last, sizeof counts->last, "%s", (char *)memory);
	free(memory);
}

static CFIndex prefer_pages(CFIndex size, CFOptionFlags hint, void *info)
{
	(void)hint;
	(void)info;
	return (size + 4095) / 4096 * 4096;
}

static CFAllocatorRef counting(struct counts *counts)
{
	CFAllocatorContext context = {
		.info = counts,
		.retain = count_retain,
		.release = count_release,
		.allocate = count_allocate,
		.reallocate = count_reallocate,
		.deallocate = count_free,
		.preferredSize = prefer_pages,
	};

	memset(counts, 0, sizeof *counts);
	return CFAllocatorCreate(kCFAllocatorUseContext, &context);
}

static void allocators_call_back(void)
{
	struct counts counts;
	CFAllocatorRef allocator = counting(&counts);
	CFAllocatorContext context;
	void *memory = CFAllocatorAllocate(allocator, 10, 0);

	CHECK_FATAL(memory != NULL);
	memory = CFAllocatorReallocate(allocator, memory, 20, 0);
	CHECK(CFAllocatorReallocate(allocator, memory, 0, 0) == NULL);
	memory = CFAllocatorReallocate(allocator, NULL, 5, 0);
	CFAllocatorDeallocate(allocator, memory);
	CFAllocatorDeallocate(allocator, NULL);
	CHECK(counts.allocated == 2 && counts.reallocated == 1 && counts.freed == 2);
	CHECK(CFAllocatorAllocate(allocator, 0, 0) == NULL);
	CHECK(CFAllocatorGetPreferredSizeForSize(allocator, 1, 0) == 4096);
	CHECK(CFAllocatorGetPreferredSizeForSize(NULL, 10, 0) == 10);
	CFAllocatorGetContext(allocator, &context);
	CHECK(context.info == &counts && context.deallocate == count_free);
	CHECK(CFGetTypeID(allocator) == CFAllocatorGetTypeID());
	CFRelease(allocator);
	CHECK(counts.retained == 1 && counts.released == 1);
}

/* Without callbacks there is no memory, and nothing is freed. */
static void an_empty_context_gives_nothing(void)
{
	CFAllocatorContext context = {0};
	CF_OWNED CFAllocatorRef allocator = CFAllocatorCreate(NULL, &context);
	char byte = 'x';

	CHECK(CFAllocatorAllocate(allocator, 1, 0) == NULL);
	CHECK(CFAllocatorReallocate(allocator, &byte, 2, 0) == NULL);
	CFAllocatorDeallocate(allocator, &byte);
	CHECK(byte == 'x');
}

/* --- bytes that are handed over -------------------------------------------------------------- */

static char *heap_text(const char *text)
{
	char *copy = strdup(text);

	CHECK_FATAL(copy != NULL);
	return copy;
}

static void bytes_go_back_as_they_are(void)
{
	struct counts counts;
	CFAllocatorRef allocator = counting(&counts);
	CFDataRef data =
		CFDataCreateWithBytesNoCopy(NULL, (UInt8 *)heap_text("data"), 4, allocator);
	CFDataRef copy = CFDataCreateCopy(NULL, data);
	CFStringRef string;

	CHECK(copy == data);  /* they live as long as the object */
	CFRelease(allocator); /* which keeps its allocator */
	CHECK(counts.released == 0);
	CFRelease(copy);
	CHECK(counts.freed == 0);
	CFRelease(data);
	CHECK(counts.freed == 1 && strcmp(counts.last, "data") == 0 && counts.released == 1);

	allocator = counting(&counts);
	string = CFStringCreateWithCStringNoCopy(
		NULL, heap_text("string"), kCFStringEncodingUTF8, allocator);
	CHECK(cf_gives(string, "string"));
	CHECK(counts.freed == 1 && strcmp(counts.last, "string") == 0);
	/* those that cannot serve go back at once */
	string = CFStringCreateWithCStringNoCopy(
		NULL, heap_text("\xE9"), kCFStringEncodingISOLatin1, allocator);
	CHECK(counts.freed == 2 && cf_gives(string, "\xC3\xA9"));
	string = CFStringCreateWithBytesNoCopy(
		NULL, (UInt8 *)heap_text("bytes"), 5, kCFStringEncodingUTF8, false, allocator);
	CHECK(counts.freed == 3 && cf_gives(string, "bytes"));
	string = CFStringCreateWithCharactersNoCopy(
		NULL, (UniChar *)(void *)heap_text("a\0b"), 1, allocator);
	CHECK(counts.freed == 4 && cf_gives(string, "a"));
	CFRelease(allocator);
}

/* A refused string leaves its bytes with the caller. */
static void bytes_of_no_string_stay(void)
{
	struct counts counts;
	CF_OWNED CFAllocatorRef allocator = counting(&counts);
	char *text = heap_text("\xFF");

	CHECK(CFStringCreateWithCStringNoCopy(NULL, text, kCFStringEncodingUTF8, allocator) ==
		NULL);
	CHECK(CFStringCreateWithBytesNoCopy(
		      NULL, (UInt8 *)text, 1, kCFStringEncodingUTF8, false, allocator) == NULL);
	CHECK(counts.freed == 0);
	free(text);
}

static void unmap(void *memory, void *info)
{
	munmap(memory, 4096);
	*(bool *)info = true;
}

/* Pages that may only be read are not written to, not even to wipe them. */
static void mapped_bytes_are_not_wiped(void)
{
	bool unmapped = false;
	CFAllocatorContext context = {.info = &unmapped, .deallocate = unmap};
	CF_OWNED CFAllocatorRef allocator = CFAllocatorCreate(NULL, &context);
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_FATAL(page != MAP_FAILED);
	CFRelease(CFDataCreateWithBytesNoCopy(NULL, page, 4096, allocator));
	CHECK(unmapped);
}

/* --- the default ----------------------------------------------------------------------------- */

static struct counts default_counts;

static void *with_a_default(void *unused)
{
	CFAllocatorRef allocator = counting(&default_counts);

	(void)unused;
	CFAllocatorSetDefault(allocator);
	CHECK(CFAllocatorGetDefault() == allocator);
	CFRelease(CFDataCreateWithBytesNoCopy(NULL, (UInt8 *)heap_text("data"), 4, NULL));
	CFAllocatorDeallocate(NULL, CFAllocatorAllocate(NULL, 3, 0));
	CFAllocatorSetDefault(kCFAllocatorNull);
	CFRelease(CFDataCreateWithBytesNoCopy(NULL, (const UInt8 *)"literal", 7, NULL));
	CFRelease(allocator); /* twice: the default was kept for ever */
	CFRelease(allocator);
	return NULL;
}

static void each_thread_has_a_default(void)
{
	pthread_t thread;

	CHECK_FATAL(pthread_create(&thread, NULL, with_a_default, NULL) == 0);
	pthread_join(thread, NULL);
	CHECK(default_counts.freed == 2 && default_counts.released == 1);
	CHECK(CFAllocatorGetDefault() == kCFAllocatorSystemDefault);
}

/* --- owners that end with their thread ------------------------------------------------------- */

static void *autorelease_some(void *shared)
{
	for (int i = 0; i < 100; i++) {
		CFStringRef string = CFAutorelease(cf_string("mine")); /* the leak checker looks */

		CHECK_FATAL(cf_reads(string, "mine"));
	}
	CHECK(CFAutorelease(CFRetain(shared)) == shared);
	CHECK(CFGetRetainCount(shared) == 2);
	CHECK(CFAutorelease(NULL) == NULL);
	CHECK(CFAutorelease(kCFNull) == kCFNull);
	return NULL;
}

static void owners_end_with_their_thread(void)
{
	CF_OWNED CFMutableArrayRef shared = CFArrayCreateMutable(NULL, 0, NULL);
	pthread_t thread;

	CHECK_FATAL(pthread_create(&thread, NULL, autorelease_some, shared) == 0);
	pthread_join(thread, NULL);
	CHECK(CFGetRetainCount(shared) == 1);
	CHECK(CFMakeCollectable(shared) == shared && CFGetRetainCount(shared) == 1);
	CHECK(CFMakeCollectable(NULL) == NULL);
}

/* A finalizer may hand on another object while the thread ends. */
static void autorelease_value(CFAllocatorRef allocator, const void *value)
{
	(void)allocator;
	CFAutorelease(value);
}

static void *autorelease_in_a_row(void *shared)
{
	CFArrayCallBacks callbacks = {.release = autorelease_value};
	const void *value = shared;

	CFRetain(shared);
	CFAutorelease(CFArrayCreate(NULL, &value, 1, &callbacks));
	return NULL;
}

static void owners_may_end_in_a_row(void)
{
	CF_OWNED CFMutableArrayRef shared = CFArrayCreateMutable(NULL, 0, NULL);
	pthread_t thread;

	CHECK_FATAL(pthread_create(&thread, NULL, autorelease_in_a_row, shared) == 0);
	pthread_join(thread, NULL);
	CHECK(CFGetRetainCount(shared) == 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(allocators_call_back),
		CHECK_TEST(an_empty_context_gives_nothing),
		CHECK_TEST(bytes_go_back_as_they_are),
		CHECK_TEST(bytes_of_no_string_stay),
		CHECK_TEST(mapped_bytes_are_not_wiped),
		CHECK_TEST(each_thread_has_a_default),
		CHECK_TEST(owners_end_with_their_thread),
		CHECK_TEST(owners_may_end_in_a_row),
	};

	return check_main("CoreFoundation: allocators", tests, KC_COUNT_OF(tests));
}
