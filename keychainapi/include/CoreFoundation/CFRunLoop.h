/* SPDX-License-Identifier: ISC */
/* Waiting in a thread until another one says stop. Sources and timers do not exist here. */
#ifndef COREFOUNDATION_CFRUNLOOP_H
#define COREFOUNDATION_CFRUNLOOP_H

#include <CoreFoundation/CFBase.h>
#include <CoreFoundation/CFDate.h>

CF_EXTERN_C_BEGIN

CF_DECLARE_REF(CFRunLoopRef, struct __CFRunLoop);
typedef CFStringRef CFRunLoopMode;

CF_EXPORT const CFRunLoopMode kCFRunLoopDefaultMode;
CF_EXPORT const CFRunLoopMode kCFRunLoopCommonModes;

enum {
	kCFRunLoopRunFinished = 1, /* does not occur here */
	kCFRunLoopRunStopped = 2,
	kCFRunLoopRunTimedOut = 3,
	kCFRunLoopRunHandledSource = 4 /* does not occur here */
};
typedef SInt32 CFRunLoopRunResult;

CF_EXPORT CFTypeID CFRunLoopGetTypeID(void);

/* The calling thread's loop, the first thread's loop; gone with their thread unless retained. */
CF_EXPORT CFRunLoopRef CFRunLoopGetCurrent(void);
CF_EXPORT CFRunLoopRef CFRunLoopGetMain(void);

/* Sleeps until the current loop is stopped. */
CF_EXPORT void CFRunLoopRun(void);

/* The same, for at most so many seconds. There are no modes and no sources to handle. */
CF_EXPORT CFRunLoopRunResult CFRunLoopRunInMode(
	CFRunLoopMode mode, CFTimeInterval seconds, Boolean return_after_source);

/* Ends a run, from any thread; a stop that comes before the run ends that run at once. */
CF_EXPORT void CFRunLoopStop(CFRunLoopRef loop);

/* There is nothing that a run would look at when it wakes up. */
CF_EXPORT void CFRunLoopWakeUp(CFRunLoopRef loop);

/* Whether the loop's thread sleeps in a run. */
CF_EXPORT Boolean CFRunLoopIsWaiting(CFRunLoopRef loop);

CF_EXTERN_C_END

#endif
