/* SPDX-License-Identifier: ISC */
/* SecAccessControl: a protection class and, perhaps, constraints on top of it. */
#include "keychainapi/Security/access/access_control.h"

#include <Security/SecItemPriv.h>

#include "base/mem.h"
#include "keychainapi/CoreFoundation/cf_runtime.h"

struct __SecAccessControl {
	CFRuntimeBase base;
	CFStringRef protection; /* a constant of ours, never released */
	SecAccessControlCreateFlags flags;
	bool constrained;
};

static Boolean equal(CFTypeRef a, CFTypeRef b)
{
	const struct __SecAccessControl *x = a, *y = b;

	return x->protection == y->protection && x->flags == y->flags &&
	       x->constrained == y->constrained;
}

static CFHashCode hash(CFTypeRef object)
{
	const struct __SecAccessControl *control = object;

	return (CFHashCode)(uintptr_t)control->protection ^ control->flags;
}

static CFStringRef describe(CFTypeRef object)
{
	const struct __SecAccessControl *control = object;
	CFStringRef protection = control->protection ? control->protection : CFSTR("");

	if (!control->constrained)
		return CFStringCreateWithFormat(
			NULL, NULL, CFSTR("<SecAccessControlRef: %@>"), protection);
	return CFStringCreateWithFormat(NULL, NULL, CFSTR("<SecAccessControlRef: %@;0x%lx>"),
		protection, (unsigned long)control->flags);
}

static const CFRuntimeClass control_class = {
	.className = "SecAccessControl",
	.equal = equal,
	.hash = hash,
	.copyDebugDesc = describe,
};

CFTypeID SecAccessControlGetTypeID(void)
{
	return _CFRuntimeRegisterClass(&control_class);
}

bool kc_access_control_is(CFTypeRef object)
{
	return object && CFGetTypeID(object) == SecAccessControlGetTypeID();
}

bool kc_access_control_is_constrained(CFTypeRef access_control)
{
	return ((const struct __SecAccessControl *)access_control)->constrained;
}

/* The constant with that text; NULL when there is none. */
static CFStringRef find_protection(CFTypeRef protection)
{
	const CFStringRef all[] = {
		kSecAttrAccessibleWhenUnlocked,
		kSecAttrAccessibleAfterFirstUnlock,
		kSecAttrAccessibleAlways,
		kSecAttrAccessibleWhenUnlockedThisDeviceOnly,
		kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly,
		kSecAttrAccessibleAlwaysThisDeviceOnly,
		kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly,
		kSecAttrAccessibleUntilReboot,
	};

	for (size_t i = 0; protection && i < KC_COUNT_OF(all); i++)
		if (CFEqual(all[i], protection))
			return all[i];
	return NULL;
}

static void set_error(CFErrorRef *error, OSStatus status)
{
	if (error)
		*error = CFErrorCreate(NULL, kCFErrorDomainOSStatus, status, NULL);
}

SecAccessControlRef SecAccessControlCreate(CFAllocatorRef allocator, CFErrorRef *error)
{
	SecAccessControlRef control = _CFRuntimeCreateInstance(
		SecAccessControlGetTypeID(), sizeof(struct __SecAccessControl));

	(void)allocator;
	if (!control)
		set_error(error, errSecAllocate);
	return control;
}

Boolean SecAccessControlSetProtection(
	SecAccessControlRef access_control, CFTypeRef protection, CFErrorRef *error)
{
	CFStringRef found = find_protection(protection);

	if (!found) {
		set_error(error, errSecParam);
		return false;
	}
	access_control->protection = found;
	return true;
}

CFTypeRef SecAccessControlGetProtection(SecAccessControlRef access_control)
{
	return access_control->protection;
}

CFTypeRef kc_access_control_from_protection(CFTypeRef protection)
{
	SecAccessControlRef control = SecAccessControlCreate(NULL, NULL);

	if (!control || SecAccessControlSetProtection(control, protection, NULL))
		return control;
	CFRelease(control);
	return NULL;
}

/* Flags that contradict each other. */
static bool are_sound(SecAccessControlCreateFlags flags)
{
	const SecAccessControlCreateFlags both_ways = kSecAccessControlOr | kSecAccessControlAnd;
	const SecAccessControlCreateFlags both_fingers =
		kSecAccessControlBiometryAny | kSecAccessControlBiometryCurrentSet;
	const SecAccessControlCreateFlags with_presence = kSecAccessControlUserPresence |
							  kSecAccessControlPrivateKeyUsage |
							  kSecAccessControlApplicationPassword;

	if ((flags & both_ways) == both_ways || (flags & both_fingers) == both_fingers)
		return false;
	return !(flags & kSecAccessControlUserPresence) || (flags & ~with_presence) == 0;
}

SecAccessControlRef SecAccessControlCreateWithFlags(CFAllocatorRef allocator, CFTypeRef protection,
	SecAccessControlCreateFlags flags, CFErrorRef *error)
{
	SecAccessControlRef control;

	if (!find_protection(protection) || !are_sound(flags)) {
		set_error(error, errSecParam);
		return NULL;
	}
	control = SecAccessControlCreate(allocator, error);
	if (!control)
		return NULL;
	control->protection = find_protection(protection);
	control->flags = flags;
	control->constrained = true;
	return control;
}
