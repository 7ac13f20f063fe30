/* SPDX-License-Identifier: ISC */
/* Run loops: a flag that one thread waits for and others raise. */
#include "keychainapi/CoreFoundation/cf_internal.h"

#include <pthread.h>
#include <unistd.h>

struct __CFRunLoop {
	CFRuntimeBase base;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopped;
	bool waiting;
};

KC_CF_STRING_CONSTANT(kCFRunLoopDefaultMode, "kCFRunLoopDefaultMode");
KC_CF_STRING_CONSTANT(kCFRunLoopCommonModes, "kCFRunLoopCommonModes");

static void run_loop_finalize(CFTypeRef object)
{
	CFRunLoopRef loop = _kc_cf_unconst(object);

	pthread_cond_destroy(&loop->changed);
	pthread_mutex_destroy(&loop->lock);
}

const CFRuntimeClass _kc_cf_class_CFRunLoop = {
	.className = "CFRunLoop",
	.finalize = run_loop_finalize,
};

CFTypeID CFRunLoopGetTypeID(void)
{
	return KC_CF_TYPE_CFRunLoop;
}

/* --- one a thread ---------------------------------------------------------------------------- */

static CFRunLoopRef main_loop;
static pthread_key_t loop_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static CFRunLoopRef new_loop(void)
{
	CFRunLoopRef loop = _CFRuntimeCreateInstance(KC_CF_TYPE_CFRunLoop, sizeof *loop);
	pthread_condattr_t attributes;

	KC_CF_REQUIRE(loop, "there is no memory left");
	pthread_mutex_init(&loop->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&loop->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return loop;
}

static void release_loop(void *loop)
{
	CFRelease(loop);
}

static void begin(void)
{
	KC_CF_REQUIRE(pthread_key_create(&loop_of_thread, release_loop) == 0,
		"there are too many thread keys");
	main_loop = new_loop();
}

CFRunLoopRef CFRunLoopGetMain(void)
{
	pthread_once(&once, begin);
	return main_loop;
}

CFRunLoopRef CFRunLoopGetCurrent(void)
{
	CFRunLoopRef loop;

	pthread_once(&once, begin);
	if (gettid() == getpid())
		return main_loop;
	loop = pthread_getspecific(loop_of_thread);
	if (!loop) {
		loop = new_loop();
		pthread_setspecific(loop_of_thread, loop);
	}
	return loop;
}

/* --- running --------------------------------------------------------------------------------- */

/* Sleeps until the loop is stopped or the time is there; NULL is never. Whether it was stopped. */
static bool wait_for_stop(CFRunLoopRef loop, const struct timespec *until)
{
	int error = 0;
	bool stopped;

	CFRetain(loop);
	pthread_mutex_lock(&loop->lock);
	loop->waiting = true;
	while (!loop->stopped && !error)
		error = until ? pthread_cond_timedwait(&loop->changed, &loop->lock, until)
			      : pthread_cond_wait(&loop->changed, &loop->lock);
	loop->waiting = false;
	stopped = loop->stopped;
	loop->stopped = false;
	pthread_mutex_unlock(&loop->lock);
	CFRelease(loop);
	return stopped;
}

void CFRunLoopRun(void)
{
	wait_for_stop(CFRunLoopGetCurrent(), NULL);
}

CFRunLoopRunResult CFRunLoopRunInMode(
	CFRunLoopMode mode, CFTimeInterval seconds, Boolean return_after_source)
{
	const CFTimeInterval longest = 1e9; /* some thirty years; time_t holds them */
	struct timespec until;
	double whole;

	KC_CF_REQUIRE_TYPE(mode, CFString);
	(void)return_after_source;
	if (!(seconds > 0))
		seconds = 0;
	if (seconds > longest)
		seconds = longest;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(modf(seconds, &whole) * 1e9);
	until.tv_sec += (time_t)whole + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return wait_for_stop(CFRunLoopGetCurrent(), &until) ? kCFRunLoopRunStopped
							    : kCFRunLoopRunTimedOut;
}

void CFRunLoopStop(CFRunLoopRef loop)
{
	KC_CF_REQUIRE_TYPE(loop, CFRunLoop);
	pthread_mutex_lock(&loop->lock);
	loop->stopped = true;
	pthread_cond_broadcast(&loop->changed);
	pthread_mutex_unlock(&loop->lock);
}

void CFRunLoopWakeUp(CFRunLoopRef loop)
{
	KC_CF_REQUIRE_TYPE(loop, CFRunLoop);
}

Boolean CFRunLoopIsWaiting(CFRunLoopRef loop)
{
	bool waiting;

	KC_CF_REQUIRE_TYPE(loop, CFRunLoop);
	pthread_mutex_lock(&loop->lock);
	waiting = loop->waiting;
	pthread_mutex_unlock(&loop->lock);
	return waiting;
}
