/* SPDX-License-Identifier: ISC */
/* Errors. */
#include "keychainapi/CoreFoundation/cf_internal.h"

struct __CFError {
	CFRuntimeBase base;
	CFStringRef domain;
	CFIndex code;
	CFDictionaryRef user_info; /* never NULL */
};

KC_CF_STRING_CONSTANT(kCFErrorDomainPOSIX, "NSPOSIXErrorDomain");
KC_CF_STRING_CONSTANT(kCFErrorDomainOSStatus, "NSOSStatusErrorDomain");
KC_CF_STRING_CONSTANT(kCFErrorDomainMach, "NSMachErrorDomain");
KC_CF_STRING_CONSTANT(kCFErrorDomainCocoa, "NSCocoaErrorDomain");
KC_CF_STRING_CONSTANT(kCFErrorLocalizedDescriptionKey, "NSLocalizedDescription");
KC_CF_STRING_CONSTANT(kCFErrorLocalizedFailureReasonKey, "NSLocalizedFailureReason");
KC_CF_STRING_CONSTANT(kCFErrorLocalizedRecoverySuggestionKey, "NSLocalizedRecoverySuggestion");
KC_CF_STRING_CONSTANT(kCFErrorDescriptionKey, "NSDescription");
KC_CF_STRING_CONSTANT(kCFErrorUnderlyingErrorKey, "NSUnderlyingError");
KC_CF_STRING_CONSTANT(kCFErrorFilePathKey, "NSFilePath");
KC_CF_STRING_CONSTANT(kCFErrorURLKey, "NSURL");
KC_CF_STRING_CONSTANT(kCFErrorLocalizedFailureKey, "NSLocalizedFailure");

/* --- the class ------------------------------------------------------------------------------- */

static void error_finalize(CFTypeRef object)
{
	struct __CFError *error = _kc_cf_unconst(object);

	CFRelease(error->domain);
	CFRelease(error->user_info);
}

static Boolean error_equal(CFTypeRef a, CFTypeRef b)
{
	const struct __CFError *error_a = a, *error_b = b;

	return error_a->code == error_b->code && CFEqual(error_a->domain, error_b->domain) &&
	       CFEqual(error_a->user_info, error_b->user_info);
}

static CFHashCode error_hash(CFTypeRef object)
{
	const struct __CFError *error = object;

	return CFHash(error->domain) + (CFHashCode)error->code;
}

static void append_fact(const void *key, const void *value, void *context)
{
	CFMutableStringRef text = context;

	CFStringAppendFormat(text, NULL,
		CFStringHasSuffix(text, CFSTR("{")) ? CFSTR("%@=%@") : CFSTR(", %@=%@"), key,
		value);
}

static CFStringRef error_copy_description(CFTypeRef object)
{
	struct __CFError *error = _kc_cf_unconst(object);
	CFMutableStringRef text = CFStringCreateMutable(NULL, 0);
	CFStringRef sentence = CFErrorCopyDescription(error);

	KC_CF_REQUIRE(text && sentence, "there is no memory left");
	CFStringAppendFormat(text, NULL, CFSTR("Error Domain=%@ Code=%ld \"%@\""), error->domain,
		error->code, sentence);
	if (CFDictionaryGetCount(error->user_info)) {
		CFStringAppendFormat(text, NULL, CFSTR(" UserInfo={"));
		CFDictionaryApplyFunction(error->user_info, append_fact, text);
		CFStringAppendFormat(text, NULL, CFSTR("}"));
	}
	CFRelease(sentence);
	return _kc_cf_freeze(text);
}

const CFRuntimeClass _kc_cf_class_CFError = {
	.className = "CFError",
	.finalize = error_finalize,
	.equal = error_equal,
	.hash = error_hash,
	.copyDebugDesc = error_copy_description,
};

CFTypeID CFErrorGetTypeID(void)
{
	return KC_CF_TYPE_CFError;
}

/* --- making ---------------------------------------------------------------------------------- */

/* Takes the dictionary. */
static CFErrorRef new_error(CFErrorDomain domain, CFIndex code, CFDictionaryRef user_info)
{
	CFErrorRef error;

	KC_CF_REQUIRE_TYPE(domain, CFString);
	if (!user_info)
		return NULL;
	error = _CFRuntimeCreateInstance(KC_CF_TYPE_CFError, sizeof *error);
	if (!error) {
		CFRelease(user_info);
		return NULL;
	}
	error->domain = CFStringCreateCopy(NULL, domain);
	KC_CF_REQUIRE(error->domain, "there is no memory left");
	error->code = code;
	error->user_info = user_info;
	return error;
}

CFErrorRef CFErrorCreate(
	CFAllocatorRef allocator, CFErrorDomain domain, CFIndex code, CFDictionaryRef user_info)
{
	if (user_info)
		return new_error(domain, code, CFDictionaryCreateCopy(allocator, user_info));
	return CFErrorCreateWithUserInfoKeysAndValues(allocator, domain, code, NULL, NULL, 0);
}

CFErrorRef CFErrorCreateWithUserInfoKeysAndValues(CFAllocatorRef allocator, CFErrorDomain domain,
	CFIndex code, const void *const *keys, const void *const *values, CFIndex count)
{
	return new_error(domain, code,
		CFDictionaryCreate(allocator, _kc_cf_unconst(keys), _kc_cf_unconst(values), count,
			&kCFCopyStringDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks));
}

/* --- reading --------------------------------------------------------------------------------- */

CFErrorDomain CFErrorGetDomain(CFErrorRef error)
{
	KC_CF_REQUIRE_TYPE(error, CFError);
	return error->domain;
}

CFIndex CFErrorGetCode(CFErrorRef error)
{
	KC_CF_REQUIRE_TYPE(error, CFError);
	return error->code;
}

CFDictionaryRef CFErrorCopyUserInfo(CFErrorRef error)
{
	KC_CF_REQUIRE_TYPE(error, CFError);
	return CFRetain(error->user_info);
}

static CFStringRef copy_text(CFErrorRef error, CFStringRef key)
{
	CFTypeRef value;

	KC_CF_REQUIRE_TYPE(error, CFError);
	value = CFDictionaryGetValue(error->user_info, key);
	return _kc_cf_is(value, KC_CF_TYPE_CFString) ? CFStringCreateCopy(NULL, value) : NULL;
}

CFStringRef CFErrorCopyFailureReason(CFErrorRef error)
{
	CFStringRef reason = copy_text(error, kCFErrorLocalizedFailureReasonKey);
	char text[256];

	if (reason || !CFEqual(error->domain, kCFErrorDomainPOSIX))
		return reason;
	return CFStringCreateWithFormat(
		NULL, NULL, CFSTR("%s"), strerror_r((int)error->code, text, sizeof text));
}

CFStringRef CFErrorCopyRecoverySuggestion(CFErrorRef error)
{
	return copy_text(error, kCFErrorLocalizedRecoverySuggestionKey);
}

/* What people are shown for a domain. */
static CFStringRef name_of_domain(CFErrorDomain domain)
{
	const struct {
		CFErrorDomain domain;
		CFStringRef name;
	} names[] = {
		{kCFErrorDomainPOSIX, CFSTR("POSIX")},
		{kCFErrorDomainOSStatus, CFSTR("OSStatus")},
		{kCFErrorDomainMach, CFSTR("Mach")},
		{kCFErrorDomainCocoa, CFSTR("Cocoa")},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (CFEqual(domain, names[i].domain))
			return names[i].name;
	return domain;
}

#define NOT_COMPLETED "The operation couldn\xE2\x80\x99t be completed. "

CFStringRef CFErrorCopyDescription(CFErrorRef error)
{
	CFStringRef whole = copy_text(error, kCFErrorLocalizedDescriptionKey);
	CFStringRef part;

	if (whole)
		return whole;
	part = CFErrorCopyFailureReason(error);
	if (part) {
		whole = CFStringCreateWithFormat(NULL, NULL, CFSTR(NOT_COMPLETED "%@"), part);
		CFRelease(part);
		return whole;
	}
	part = copy_text(error, kCFErrorDescriptionKey);
	if (part) {
		whole = CFStringCreateWithFormat(NULL, NULL,
			CFSTR(NOT_COMPLETED "(%@ error %ld - %@)"), name_of_domain(error->domain),
			error->code, part);
		CFRelease(part);
		return whole;
	}
	return CFStringCreateWithFormat(NULL, NULL, CFSTR(NOT_COMPLETED "(%@ error %ld.)"),
		name_of_domain(error->domain), error->code);
}
