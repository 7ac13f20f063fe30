/* SPDX-License-Identifier: ISC */
/* Many threads at once, and fork(): owners, constants, classes, run loops. */
#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "tests/keychainapi/cf/cf_check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREAD_COUNT 8
#define ROUNDS 20000

static pthread_barrier_t barrier;

/* Runs the function in all threads, which start together. */
static void in_all_threads(void *(*run)(void *context), void *contexts, size_t size)
{
	pthread_t threads[THREAD_COUNT];

	pthread_barrier_init(&barrier, NULL, THREAD_COUNT);
	for (int i = 0; i < THREAD_COUNT; i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, run,
				    (char *)contexts + (size_t)i * size) == 0);
	for (int i = 0; i < THREAD_COUNT; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
}

/* --- owners ---------------------------------------------------------------------------------- */

static int finalized;
static void counted_finalize(CFTypeRef object)
{
	(void)object;
	__atomic_fetch_add(&finalized, 1, __ATOMIC_RELAXED);
}
static const CFRuntimeClass counted_class = {.className = "Counted", .finalize = counted_finalize};

struct share {
	CFTypeRef object; /* with one owner for this thread */
	CFArrayRef array;
};

static void *retain_and_release(void *context)
{
	struct share *share = context;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS; i++) {
		CFRetain(share->object);
		CFRelease(CFRetain(CFArrayGetValueAtIndex(share->array, 0)));
		CFRelease(share->object);
	}
	CFRelease(share->object);
	return NULL;
}

static void owners_survive_threads(void)
{
	CF_OWNED CFMutableArrayRef array = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	struct share shares[THREAD_COUNT];
	CFTypeRef object = _CFRuntimeCreateInstance(
		_CFRuntimeRegisterClass(&counted_class), sizeof(CFRuntimeBase));
	CF_OWNED CFStringRef member = cf_string("member");

	finalized = 0;
	CFArrayAppendValue(array, member);
	for (int i = 0; i < THREAD_COUNT; i++)
		shares[i] = (struct share){CFRetain(object), array};
	CFRelease(object);
	in_all_threads(retain_and_release, shares, sizeof shares[0]);
	CHECK(finalized == 1);
	CHECK(CFGetRetainCount(member) == 2);
}

/* --- constants ------------------------------------------------------------------------------- */

#define CONSTANT_COUNT 500

static void *make_constants(void *context)
{
	CFStringRef *made = context;
	char text[32];

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < CONSTANT_COUNT; i++) {
		snprintf(text, sizeof text, "shared %d", i);
		made[i] = __CFStringMakeConstantString(text);
	}
	return NULL;
}

static void one_constant_in_all_threads(void)
{
	static CFStringRef made[THREAD_COUNT][CONSTANT_COUNT];

	in_all_threads(make_constants, made, sizeof made[0]);
	for (int thread = 1; thread < THREAD_COUNT; thread++)
		for (int i = 0; i < CONSTANT_COUNT; i++)
			CHECK_FATAL(made[thread][i] && made[thread][i] == made[0][i]);
}

static void *make_uuids(void *context)
{
	CFUUIDRef *made = context;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < CONSTANT_COUNT; i++)
		made[i] = CFUUIDGetConstantUUIDWithBytes(
			NULL, (UInt8)i, (UInt8)(i >> 8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	return NULL;
}

static void one_uuid_in_all_threads(void)
{
	static CFUUIDRef made[THREAD_COUNT][CONSTANT_COUNT];

	in_all_threads(make_uuids, made, sizeof made[0]);
	for (int thread = 1; thread < THREAD_COUNT; thread++)
		for (int i = 0; i < CONSTANT_COUNT; i++)
			CHECK_FATAL(made[thread][i] && made[thread][i] == made[0][i]);
}

/* --- one string read by all ------------------------------------------------------------------ */

/* Each may be the first to need the marks of the long text. */
static void *read_by_index(void *context)
{
	CFStringRef string = *(const CFStringRef *)context;
	CFIndex length = CFStringGetLength(string);

	pthread_barrier_wait(&barrier);
	for (CFIndex i = 0; i < length; i++)
		CHECK_FATAL(
			CFStringGetCharacterAtIndex(string, i) == (i % 3 == 0	       ? 0xE9
									  : i % 3 == 1 ? 0xD83D
										       : 0xDD11));
	return NULL;
}

static void a_long_text_is_read_by_all_threads(void)
{
	for (int round = 0; round < 20; round++) {
		CF_OWNED CFMutableStringRef string = CFStringCreateMutable(NULL, 0);
		CFStringRef same[THREAD_COUNT];

		CFStringPad(string, CFSTR("\xC3\xA9\xF0\x9F\x94\x91"), 3000, 0);
		for (int i = 0; i < THREAD_COUNT; i++)
			same[i] = string;
		in_all_threads(read_by_index, same, sizeof same[0]);
	}
}

/* --- preferences ----------------------------------------------------------------------------- */

static void *set_preferences(void *context)
{
	CFStringRef app = *(const CFStringRef *)context;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 1000; i++) {
		CF_OWNED CFTypeRef found = NULL;

		CFPreferencesSetAppValue(CFSTR("key"), i % 2 ? kCFBooleanTrue : NULL, app);
		found = CFPreferencesCopyAppValue(CFSTR("key"), app);
		CHECK_FATAL(!found || found == kCFBooleanTrue);
	}
	return NULL;
}

static void preferences_of_all_threads(void)
{
	CFStringRef apps[THREAD_COUNT];

	for (int i = 0; i < THREAD_COUNT; i++)
		apps[i] = i % 2 ? CFSTR("one") : CFSTR("other");
	in_all_threads(set_preferences, apps, sizeof apps[0]);
	CFPreferencesSetAppValue(CFSTR("key"), NULL, CFSTR("one"));
}

/* --- classes --------------------------------------------------------------------------------- */

#define CLASS_COUNT 20
static CFRuntimeClass many_classes[CLASS_COUNT];

static void *register_classes(void *context)
{
	CFTypeID *types = context;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < CLASS_COUNT; i++)
		types[i] = _CFRuntimeRegisterClass(&many_classes[i]);
	return NULL;
}

static void one_id_a_class_in_all_threads(void)
{
	static CFTypeID types[THREAD_COUNT][CLASS_COUNT];
	static char names[CLASS_COUNT][16];

	for (int i = 0; i < CLASS_COUNT; i++) {
		snprintf(names[i], sizeof names[i], "Class%d", i);
		many_classes[i].className = names[i];
	}
	in_all_threads(register_classes, types, sizeof types[0]);
	for (int i = 0; i < CLASS_COUNT; i++) {
		for (int thread = 1; thread < THREAD_COUNT; thread++)
			CHECK(types[thread][i] == types[0][i]);
		for (int other = 0; other < i; other++)
			CHECK(types[0][other] != types[0][i]);
		CHECK(cf_gives(CFCopyTypeIDDescription(types[0][i]), names[i]));
	}
}

/* --- immutable objects are shared ------------------------------------------------------------ */

static void *read_shared(void *context)
{
	CFDictionaryRef dictionary = *(CFDictionaryRef *)context;
	intptr_t wrong = 0;

	pthread_barrier_wait(&barrier);
	for (int i = 0; i < ROUNDS / 100; i++) {
		CF_OWNED CFStringRef key =
			CFStringCreateWithFormat(NULL, NULL, CFSTR("key %d"), i % 20);
		CF_OWNED CFStringRef text = CFCopyDescription(dictionary);
		CFTypeRef value = CFDictionaryGetValue(dictionary, key);

		wrong += !value || !text || CFStringGetIntValue(value) != i % 20;
	}
	return (void *)wrong;
}

static void immutable_objects_are_shared(void)
{
	CF_OWNED CFMutableDictionaryRef made = CFDictionaryCreateMutable(
		NULL, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFDictionaryRef shared[THREAD_COUNT];
	pthread_t threads[THREAD_COUNT];
	void *wrong;

	for (int i = 0; i < 20; i++) {
		CF_OWNED CFStringRef key = CFStringCreateWithFormat(NULL, NULL, CFSTR("key %d"), i);
		CF_OWNED CFStringRef value = CFStringCreateWithFormat(NULL, NULL, CFSTR("%d"), i);

		CFDictionarySetValue(made, key, value);
	}
	shared[0] = CFDictionaryCreateCopy(NULL, made);
	pthread_barrier_init(&barrier, NULL, THREAD_COUNT);
	for (int i = 0; i < THREAD_COUNT; i++)
		pthread_create(&threads[i], NULL, read_shared, &shared[0]);
	for (int i = 0; i < THREAD_COUNT; i++) {
		pthread_join(threads[i], &wrong);
		CHECK(wrong == NULL);
	}
	pthread_barrier_destroy(&barrier);
	CFRelease(shared[0]);
}

/* --- fork ------------------------------------------------------------------------------------ */

static int stop_making;
static void *make_constants_for_ever(void *context)
{
	char text[32];

	(void)context;
	for (unsigned i = 0; !__atomic_load_n(&stop_making, __ATOMIC_RELAXED); i++) {
		snprintf(text, sizeof text, "busy %u", i % 3000);
		__CFStringMakeConstantString(text);
	}
	return NULL;
}

/* Children are born while another thread makes constants; each must be able to go on. */
static void constants_survive_fork(void)
{
	pthread_t thread;

	stop_making = 0;
	CHECK_FATAL(pthread_create(&thread, NULL, make_constants_for_ever, NULL) == 0);
	for (int i = 0; i < 30; i++) {
		pid_t child = fork();
		int status = -1;

		if (child == 0) {
			alarm(20); /* a lock that nobody opens would wait for ever */
			for (int n = 0; n < 200; n++) {
				char text[32];

				snprintf(text, sizeof text, "busy %d", n);
				if (!__CFStringMakeConstantString(text))
					_exit(1);
			}
			_exit(0);
		}
		CHECK_FATAL(child > 0 && waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	__atomic_store_n(&stop_making, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

/* --- run loops ------------------------------------------------------------------------------- */

struct runner {
	pthread_mutex_t lock;
	pthread_cond_t ready;
	CFRunLoopRef loop; /* retained */
	int runs;	   /* how many the thread shall do */
	int done;
};

static void *run_loop(void *context)
{
	struct runner *runner = context;

	pthread_mutex_lock(&runner->lock);
	runner->loop = (CFRunLoopRef)(uintptr_t)CFRetain(CFRunLoopGetCurrent());
	pthread_cond_signal(&runner->ready);
	pthread_mutex_unlock(&runner->lock);
	while (__atomic_load_n(&runner->done, __ATOMIC_RELAXED) < runner->runs) {
		CFRunLoopRun();
		__atomic_fetch_add(&runner->done, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void start_runner(struct runner *runner, pthread_t *thread)
{
	pthread_mutex_init(&runner->lock, NULL);
	pthread_cond_init(&runner->ready, NULL);
	CHECK_FATAL(pthread_create(thread, NULL, run_loop, runner) == 0);
	pthread_mutex_lock(&runner->lock);
	while (!runner->loop)
		pthread_cond_wait(&runner->ready, &runner->lock);
	pthread_mutex_unlock(&runner->lock);
}

static void a_loop_runs_until_it_is_stopped(void)
{
	struct runner runner = {.runs = 2};
	pthread_t thread;

	start_runner(&runner, &thread);
	CHECK(runner.loop != CFRunLoopGetCurrent());
	for (int i = 1; i <= 2; i++) {
		while (!CFRunLoopIsWaiting(runner.loop))
			usleep(100);
		CHECK(__atomic_load_n(&runner.done, __ATOMIC_RELAXED) == i - 1);
		CFRunLoopStop(runner.loop);
		while (__atomic_load_n(&runner.done, __ATOMIC_RELAXED) < i)
			usleep(100);
	}
	pthread_join(thread, NULL);
	CHECK(!CFRunLoopIsWaiting(runner.loop));
	CHECK(CFGetRetainCount(runner.loop) == 1); /* its thread let go of it */
	CFRelease(runner.loop);
}

/* Whoever stops at once after learning of the loop must not be too early. */
static void an_early_stop_counts(void)
{
	for (int i = 0; i < 50; i++) {
		struct runner runner = {.runs = 1};
		pthread_t thread;

		start_runner(&runner, &thread);
		CFRunLoopStop(runner.loop);
		pthread_join(thread, NULL);
		CHECK(runner.done == 1);
		CFRelease(runner.loop);
	}
}

static double monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void a_run_may_end_by_time(void)
{
	double before = monotonic();

	CHECK(CFRunLoopRunInMode(kCFRunLoopDefaultMode, 0.05, false) == kCFRunLoopRunTimedOut);
	CHECK(monotonic() - before >= 0.05);
	before = monotonic();
	CHECK(CFRunLoopRunInMode(kCFRunLoopDefaultMode, 0, false) == kCFRunLoopRunTimedOut);
	CHECK(CFRunLoopRunInMode(kCFRunLoopDefaultMode, -5, false) == kCFRunLoopRunTimedOut);
	CHECK(CFRunLoopRunInMode(kCFRunLoopDefaultMode, NAN, false) == kCFRunLoopRunTimedOut);
	CFRunLoopStop(CFRunLoopGetCurrent());
	CHECK(CFRunLoopRunInMode(kCFRunLoopDefaultMode, 1e300, true) == kCFRunLoopRunStopped);
	CHECK(monotonic() - before < 10);
	CFRunLoopWakeUp(CFRunLoopGetMain()); /* to no end */
	CHECK(CFRunLoopRunInMode(kCFRunLoopCommonModes, 0, false) == kCFRunLoopRunTimedOut);
	CHECK(CFRunLoopGetCurrent() == CFRunLoopGetMain());
	CHECK(CFGetTypeID(CFRunLoopGetMain()) == CFRunLoopGetTypeID());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(owners_survive_threads),
		CHECK_TEST(one_constant_in_all_threads),
		CHECK_TEST(one_uuid_in_all_threads),
		CHECK_TEST(a_long_text_is_read_by_all_threads),
		CHECK_TEST(preferences_of_all_threads),
		CHECK_TEST(one_id_a_class_in_all_threads),
		CHECK_TEST(immutable_objects_are_shared),
		CHECK_TEST(constants_survive_fork),
		CHECK_TEST(a_loop_runs_until_it_is_stopped),
		CHECK_TEST(an_early_stop_counts),
		CHECK_TEST(a_run_may_end_by_time),
	};

	return check_main("CoreFoundation: threads", tests, KC_COUNT_OF(tests));
}
