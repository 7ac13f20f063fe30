/* SPDX-License-Identifier: ISC */
/* Owners that end with their thread. */
#include "keychainapi/CoreFoundation/cf_internal.h"

#include <pthread.h>

static pthread_key_t pool_of_thread; /* a mutable array, whose members are released with it */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void release_pool(void *pool)
{
	CFRelease(pool);
}

static void begin(void)
{
	KC_CF_REQUIRE(pthread_key_create(&pool_of_thread, release_pool) == 0,
		"there are too many thread keys");
}

CFTypeRef CFAutorelease(CFTypeRef object)
{
	CFMutableArrayRef pool;

	if (!object || _kc_cf_is_immortal(object))
		return object;
	pthread_once(&once, begin);
	pool = pthread_getspecific(pool_of_thread);
	if (!pool) {
		pool = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
		KC_CF_REQUIRE(pool && pthread_setspecific(pool_of_thread, pool) == 0,
			"there is no memory left");
	}
	CFArrayAppendValue(pool, object);
	CFRelease(object);
	return object;
}
