/* SPDX-License-Identifier: ISC */
/* SecTrustedApplication: the path of a program. */
#include <Security/SecTrustedApplication.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"
#include "keychainapi/Security/object.h"

#define LONGEST_PATH 4096

struct __SecTrustedApplication {
	CFRuntimeBase base;
	CFDataRef data; /* owned; guarded by the mutex */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void finalize(CFTypeRef object)
{
	const struct __SecTrustedApplication *program = object;

	if (program->data)
		CFRelease(program->data);
}

static const CFRuntimeClass program_class = {
	.className = "SecTrustedApplication",
	.finalize = finalize,
};

CFTypeID SecTrustedApplicationGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&program_class);
}

static bool is_program(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecTrustedApplicationGetTypeID();
}

static kc_err own_path(char path[static LONGEST_PATH])
{
	ssize_t len = readlink("/proc/self/exe", path, LONGEST_PATH - 1);

	if (len <= 0)
		return KC_ERR(IO);
	path[len] = 0;
	return KC_OK;
}

static kc_err create(const char *path, SecTrustedApplicationRef *ret)
{
	KC_CLEANUP_OBJECT SecTrustedApplicationRef program = NULL;
	char own[LONGEST_PATH];

	if (!path) {
		KC_TRY(own_path(own));
		path = own;
	}
	program = _CFRuntimeCreateInstance(SecTrustedApplicationGetTypeID(), sizeof *program);
	if (!program)
		return KC_ERR(NO_MEMORY);
	program->data = CFDataCreate(NULL, (const UInt8 *)path, (CFIndex)strlen(path) + 1);
	if (!program->data)
		return KC_ERR(NO_MEMORY);
	*ret = (SecTrustedApplicationRef)(uintptr_t)CFRetain(program);
	return KC_OK;
}

/* A program that is not there: -2147416032 on macOS, which tells nobody anything. */
OSStatus SecTrustedApplicationCreateFromPath(const char *path, SecTrustedApplicationRef *app)
{
	if (!app)
		return errSecParam;
	if (path && access(path, F_OK) != 0)
		return errSecItemNotFound;
	return kc_err_osstatus(create(path, app));
}

OSStatus SecTrustedApplicationCopyData(SecTrustedApplicationRef appRef, CFDataRef *data)
{
	if (!is_program(appRef) || !data)
		return errSecParam;
	pthread_mutex_lock(&mutex);
	*data = CFRetain(appRef->data);
	pthread_mutex_unlock(&mutex);
	return errSecSuccess;
}

OSStatus SecTrustedApplicationSetData(SecTrustedApplicationRef appRef, CFDataRef data)
{
	CFDataRef last, copy;

	if (!is_program(appRef) || kc_object_kind(data) != KC_OBJECT_DATA)
		return errSecParam;
	copy = CFDataCreateCopy(NULL, data);
	if (!copy)
		return errSecAllocate;
	pthread_mutex_lock(&mutex);
	last = appRef->data;
	appRef->data = copy;
	pthread_mutex_unlock(&mutex);
	CFRelease(last);
	return errSecSuccess;
}
