/* SPDX-License-Identifier: ISC */
/*
 * The callbacks of a process.
 *
 * They are called without the mutex, on a copy of the list, so that a callback may call anything,
 * and take itself out.
 */
#include "keychainapi/Security/keychain/sec_keychain_event.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define MOST_CALLBACKS 64

struct waiting {
	SecKeychainCallback function;
	SecKeychainEventMask mask;
	void *context;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct waiting table[MOST_CALLBACKS];
static atomic_size_t count;

static size_t find_inlock(SecKeychainCallback function)
{
	size_t at = 0;

	while (at < count && table[at].function != function)
		at++;
	return at;
}

static OSStatus add_inlock(struct waiting waiting)
{
	if (find_inlock(waiting.function) < count)
		return errSecDuplicateCallback;
	if (count == MOST_CALLBACKS)
		return errSecAllocate;
	table[count++] = waiting;
	return errSecSuccess;
}

static OSStatus remove_inlock(SecKeychainCallback function)
{
	size_t at = find_inlock(function);

	if (at == count)
		return errSecInvalidCallback;
	table[at] = table[--count];
	return errSecSuccess;
}

OSStatus SecKeychainAddCallback(
	SecKeychainCallback callbackFunction, SecKeychainEventMask eventMask, void *userContext)
{
	OSStatus status;

	if (!callbackFunction)
		return errSecParam;
	pthread_mutex_lock(&mutex);
	status = add_inlock((struct waiting){callbackFunction, eventMask, userContext});
	pthread_mutex_unlock(&mutex);
	return status;
}

OSStatus SecKeychainRemoveCallback(SecKeychainCallback callbackFunction)
{
	OSStatus status;

	pthread_mutex_lock(&mutex);
	status = remove_inlock(callbackFunction);
	pthread_mutex_unlock(&mutex);
	return status;
}

void kc_sec_keychain_event_send(
	SecKeychainEvent event, SecKeychainItemRef item, SecKeychainRef keychain)
{
	struct waiting copy[MOST_CALLBACKS];
	size_t waiting_count;

	if (count == 0) /* nearly always */
		return;
	pthread_mutex_lock(&mutex);
	waiting_count = count;
	memcpy(copy, table, sizeof copy);
	pthread_mutex_unlock(&mutex);
	for (size_t i = 0; i < waiting_count; i++) {
		SecKeychainCallbackInfo info = {0, item, keychain, getpid()};
		if (copy[i].mask & 1u << event)
			copy[i].function(event, &info, copy[i].context);
	}
}
