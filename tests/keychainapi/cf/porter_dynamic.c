/* SPDX-License-Identifier: ISC */
/*
 * In the manner of runtimes that link nothing (.NET, Python's ctypes, Rust's dlopen): every
 * function and constant is looked up by name, references are opaque, dictionaries are made without
 * callbacks, and type ids fit an int. No header of the frameworks is included.
 *
 *   porter_dynamic CORE_FOUNDATION SECURITY SERVICE ACCOUNT PASSWORD
 *
 * adds, finds, updates and deletes; exits with 0 when all went well, else with the step.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef const void *ref;

static void *core_foundation, *security;

static ref constant(void *library, const char *name)
{
	ref *variable = dlsym(library, name);

	return variable ? *variable : NULL;
}

static void *function(void *library, const char *name)
{
	void *found = dlsym(library, name);

	if (!found)
		fprintf(stderr, "%s is missing\n", name);
	return found;
}

/* ISO C has no cast from an object pointer to a function pointer. */
#define FUNCTION(library, type, name, ...)            \
	type (*name)(__VA_ARGS__);                    \
	*(void **)(&name) = function(library, #name); \
	if (!name)                                    \
	return 10

static int wrong(int step, long got)
{
	fprintf(stderr, "step %d: %ld\n", step, got);
	return step;
}

static int run(char **argv)
{
	FUNCTION(core_foundation, ref, CFStringCreateWithCString, ref, const char *, unsigned);
	FUNCTION(core_foundation, ref, CFDataCreate, ref, const char *, long);
	FUNCTION(core_foundation, const char *, CFDataGetBytePtr, ref);
	FUNCTION(core_foundation, long, CFDataGetLength, ref);
	FUNCTION(core_foundation, ref, CFNumberCreate, ref, int, const int *);
	FUNCTION(core_foundation, ref, CFDictionaryCreate, ref, ref *, ref *, long, ref, ref);
	FUNCTION(core_foundation, ref, CFPreferencesCopyAppValue, ref, ref);
	FUNCTION(core_foundation, int, CFGetTypeID, ref);
	FUNCTION(core_foundation, int, CFDataGetTypeID, void);
	FUNCTION(core_foundation, void, CFRelease, ref);
	FUNCTION(security, int, SecItemAdd, ref, ref *);
	FUNCTION(security, int, SecItemCopyMatching, ref, ref *);
	FUNCTION(security, int, SecItemUpdate, ref, ref);
	FUNCTION(security, int, SecItemDelete, ref);
	const unsigned utf8 = 0x08000100;
	const int yes = 1;
	ref service = CFStringCreateWithCString(NULL, argv[3], utf8);
	ref account = CFStringCreateWithCString(NULL, argv[4], utf8);
	ref data = CFDataCreate(NULL, argv[5], (long)strlen(argv[5]));
	ref changed = CFDataCreate(NULL, "changed", 7);
	ref one = CFNumberCreate(NULL, 9 /* int */, &yes); /* where a truth value belongs */
	ref keys[] = {constant(security, "kSecClass"), constant(security, "kSecAttrService"),
		constant(security, "kSecAttrAccount"), constant(security, "kSecValueData")};
	ref values[] = {constant(security, "kSecClassGenericPassword"), service, account, data};
	ref item = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL), query, changes;
	ref found = NULL;
	int status;

	if (CFPreferencesCopyAppValue(service, account))
		return wrong(11, 0);
	if ((status = SecItemAdd(item, NULL)) != 0)
		return wrong(12, status);
	keys[3] = constant(security, "kSecReturnData");
	values[3] = one;
	query = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL);
	if ((status = SecItemCopyMatching(query, &found)) != 0 || !found)
		return wrong(13, status);
	if (CFGetTypeID(found) != CFDataGetTypeID() ||
		CFDataGetLength(found) != (long)strlen(argv[5]) ||
		memcmp(CFDataGetBytePtr(found), argv[5], strlen(argv[5]) + 1) != 0)
		return wrong(14, CFDataGetLength(found));
	CFRelease(found);
	keys[3] = constant(security, "kSecValueData");
	values[3] = changed;
	changes = CFDictionaryCreate(NULL, keys, values, 4, NULL, NULL); /* the key again, too */
	if ((status = SecItemUpdate(item, changes)) != 0)
		return wrong(15, status);
	if ((status = SecItemCopyMatching(query, &found)) != 0 ||
		strcmp(CFDataGetBytePtr(found), "changed") != 0)
		return wrong(16, status);
	CFRelease(found);
	if ((status = SecItemDelete(query)) != 0)
		return wrong(17, status);
	if ((status = SecItemCopyMatching(query, &found)) != -25300)
		return wrong(18, status);
	CFRelease(changes);
	CFRelease(query);
	CFRelease(item);
	CFRelease(one);
	CFRelease(changed);
	CFRelease(data);
	CFRelease(account);
	CFRelease(service);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 6)
		return 2;
	core_foundation = dlopen(argv[1], RTLD_NOW);
	security = dlopen(argv[2], RTLD_NOW);
	if (!core_foundation || !security) {
		fprintf(stderr, "%s\n", dlerror());
		return 3;
	}
	return run(argv);
}
