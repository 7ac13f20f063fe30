/* SPDX-License-Identifier: ISC */
/*
 * Dictionaries made of bytes, given to the four item calls, on a keychain in this process.
 *
 *   input  = call …
 *   call   = octet (see struct call), for the four calls then dictionary, and for an update another
 *   dictionary = number of members, then for each a key and a value
 *
 * Whatever they hold: the answer is a code of the interface, a failed call leaves its result alone,
 * a reference that was given out finds its item, an item that was added is a duplicate, and one
 * that was deleted is gone.
 */
#include <math.h>
#include <Security/SecAccessControlPriv.h>
#include <Security/SecIdentityPriv.h>
#include <Security/SecItemPriv.h>
#include <Security/SecKeyPriv.h>
#include <Security/SecPasswordGenerate.h>
#include <Security/Security.h>

#include "base/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/identity.h"
#include "tests/fuzz/in_process.h"

#define MOST_CALLS 8
#define MOST_MEMBERS 24
#define MOST_NESTED 3
#define MOST_LENGTH 96
#define LONG_TEXT (70 * 1024)

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* --- the input ------------------------------------------------------------------------------- */

struct input {
	const uint8_t *at, *end;
};

/* Behind the end there are zeros. */
static unsigned next(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

static size_t take(struct input *input, size_t wanted, const uint8_t **ret)
{
	size_t left = (size_t)(input->end - input->at), len = wanted < left ? wanted : left;

	*ret = input->at;
	input->at += len;
	return len;
}

/* --- objects --------------------------------------------------------------------------------- */

static CFMutableArrayRef made;	    /* owns what dictionaries with NULL callbacks point at */
static CFTypeRef last_ref;	    /* the last persistent reference that came back */
static CFTypeRef last_object;	    /* the last object that did */
static CFTypeRef objects[4];	    /* a key, its certificate, the identity, a policy */
static CFMutableArrayRef constants; /* of the headers */

/* New ones go to the end: the corpus counts. */
static const char *const words[] = {"class", "genp", "inet", "cert", "keys", "idnt", "apls", "pdmn",
	"accc", "agrp", "sync", "syna", "cdat", "mdat", "labl", "tkid", "persistref", "desc",
	"icmt", "crtr", "type", "invi", "nega", "scrp", "cusi", "prot", "acct", "svce", "gena",
	"sdmn", "srvr", "ptcl", "atyp", "port", "path", "binn", "bini", "bin0", "bin1", "bin2",
	"bin3", "ctyp", "cenc", "subj", "issr", "slnr", "skid", "pkhh", "kcls", "klbl", "perm",
	"atag", "bsiz", "esiz", "sdat", "edat", "encr", "decr", "drve", "sign", "vrfy", "snrc",
	"vyrc", "wrap", "unwp", "priv", "modi", "sens", "asen", "extr", "next", "vwht", "tomb",
	"musr", "ggrp", "sha1", "UUID", "sysb", "pcss", "pcsk", "pcsi", "clip", "dspk", "alis",
	"toid", "m_Policy", "m_ItemList", "m_SearchList", "m_Issuers", "m_EmailAddressIfPresent",
	"m_SubjectContains", "m_HostOrSubdomainOfHost", "m_CaseInsensitive", "m_TrustedOnly",
	"m_ValidOnDate", "m_Limit", "m_LimitOne", "m_LimitAll", "r_Data", "r_Attributes", "r_Ref",
	"r_PersistentRef", "v_Data", "v_Ref", "v_PersistentRef", "u_ItemList", "u_Tomb",
	"u_CredRef", "u_OpPrompt", "u_NoAuthUI", "u_AuthUI", "u_AuthUIA", "u_AuthUIF", "u_AuthUIS",
	"u_AuthCtx", "u_SystemKeychain", "u_SystemKeychainAlways", "u_SyncBubbleKeychain",
	"u_UserIndependentKeychain", "u_CallerName", "u_TokenRawItems", "u_CertWithIssuers",
	"u_Keychain", "nleg", "ak", "ck", "dk", "aku", "cku", "dku", "akpu", "f", "a", "b", "", "0",
	"1", "42", "73", "http", "htps", "ftp ", "dflt", "user", "other", "com.apple.token",
	"com.apple.apsd", "Home", "volm", "data", "v_pk", "rowid", "kcid", "ckid", "spki", "p11o",
	"self", "cdta", "zzzz", "example.org", "www.example.org", "private", "public", "certdata",
	"f_Callback", "m_Whatever", "u_Whatever", "r_Whatever", "v_Whatever", "acls", "080", "-1",
	"2147483648", "2"};

static CFTypeRef keep(CFTypeRef object)
{
	if (!object)
		return NULL;
	CFArrayAppendValue(made, object);
	CFRelease(object);
	return object;
}

/* The headers' constant of that text when there is one, as a program would write it. */
static CFStringRef word(unsigned number)
{
	CFStringRef text = keep(CFStringCreateWithCString(
		NULL, words[number % KC_COUNT_OF(words)], kCFStringEncodingUTF8));
	CFIndex at = CFArrayGetFirstIndexOfValue(
		constants, CFRangeMake(0, CFArrayGetCount(constants)), text);

	return at < 0 ? text : CFArrayGetValueAtIndex(constants, at);
}

static CFTypeRef any_text(struct input *input)
{
	const uint8_t *bytes;
	size_t len = take(input, next(input) % MOST_LENGTH, &bytes);

	return keep(
		CFStringCreateWithBytes(NULL, bytes, (CFIndex)len, kCFStringEncodingUTF8, false));
}

static CFTypeRef any_data(struct input *input, size_t most)
{
	const uint8_t *bytes;
	size_t len = take(input, next(input) % most, &bytes);

	return keep(CFDataCreate(NULL, bytes, (CFIndex)len));
}

static CFTypeRef number(struct input *input)
{
	static const int64_t edges[] = {-1, INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1, INT64_MAX,
		INT64_MIN, UINT32_MAX, 0x68747073};
	unsigned which = next(input);
	int64_t value = which < 200 ? which : edges[which % KC_COUNT_OF(edges)];

	return keep(CFNumberCreate(NULL, kCFNumberSInt64Type, &value));
}

static CFTypeRef fraction(struct input *input)
{
	double value = next(input) / 4.0;

	return keep(CFNumberCreate(NULL, kCFNumberDoubleType, &value));
}

static CFTypeRef date(struct input *input)
{
	static const double edges[] = {-1e300, 1e300, -0.0, 0.001, 63113904000.0};
	unsigned which = next(input);
	double value = which < 200 ? which : edges[which % KC_COUNT_OF(edges)];

	if (which == 255)
		value = (double)NAN;
	return keep(CFDateCreate(NULL, value));
}

static CFTypeRef uuid(struct input *input)
{
	CFUUIDBytes bytes = {.byte0 = (UInt8)next(input), .byte15 = (UInt8)next(input)};

	return keep(CFUUIDCreateFromUUIDBytes(NULL, bytes));
}

/* Half a surrogate pair: no UTF-8 says that. */
static CFTypeRef half_a_pair(void)
{
	UniChar unit = 0xd83d;

	return keep(CFStringCreateWithCharacters(NULL, &unit, 1));
}

static CFTypeRef long_object(bool is_text)
{
	static char bytes[LONG_TEXT];

	memset(bytes, 'x', sizeof bytes);
	if (is_text)
		return keep(CFStringCreateWithBytes(
			NULL, (const UInt8 *)bytes, sizeof bytes, kCFStringEncodingUTF8, false));
	return keep(CFDataCreate(NULL, (const UInt8 *)bytes, sizeof bytes));
}

static CFTypeRef access_control(struct input *input)
{
	CFStringRef protection = word(next(input));
	unsigned flags = next(input);
	SecAccessControlRef control;

	if (flags < 128)
		return keep(SecAccessControlCreateWithFlags(
			NULL, protection, (SecAccessControlCreateFlags)flags, NULL));
	control = SecAccessControlCreate(NULL, NULL);
	if (control && !SecAccessControlSetProtection(control, protection, NULL)) {
		CFRelease(control);
		return NULL;
	}
	return keep(control);
}

static CFTypeRef value(struct input *input, unsigned depth);
static CFDictionaryRef dictionary(struct input *input, unsigned depth, bool *ret_tombs);

static CFTypeRef container(struct input *input, unsigned kind, unsigned depth)
{
	const void *values[4];
	CFIndex count = 0, wanted = next(input) % 4;
	bool tombs;

	if (depth == MOST_NESTED)
		return NULL;
	if (kind == 2)
		return dictionary(input, depth + 1, &tombs);
	for (CFIndex i = 0; i < wanted; i++) {
		CFTypeRef member = value(input, depth + 1);
		if (member)
			values[count++] = member;
	}
	if (kind == 0)
		return keep(CFArrayCreate(NULL, values, count, &kCFTypeArrayCallBacks));
	return keep(CFSetCreate(NULL, values, count, &kCFTypeSetCallBacks));
}

static CFTypeRef value(struct input *input, unsigned depth)
{
	unsigned kind = next(input);

	switch (kind % 25) {
	case 0:
		return kCFBooleanTrue;
	case 1:
		return kCFBooleanFalse;
	case 2:
	case 3:
	case 4:
		return word(next(input));
	case 5:
		return any_text(input);
	case 6:
		return any_data(input, MOST_LENGTH);
	case 7:
		return any_data(input, 24);
	case 8:
		return number(input);
	case 9:
		return fraction(input);
	case 10:
		return date(input);
	case 11:
		return kCFNull;
	case 12:
		return uuid(input);
	case 13:
		return half_a_pair();
	case 14:
		return long_object(kind & 32);
	case 15:
		return last_ref;
	case 16:
		return last_object;
	case 17:
		return objects[kind / 25 % KC_COUNT_OF(objects)];
	case 18:
		return access_control(input);
	case 19:
		return NULL;
	case 20:
	case 21:
	case 22:
		return container(input, kind % 25 - 20, depth);
	case 23:
		return constants; /* an array of many */
	}
	return kSecMatchLimitAll;
}

static CFTypeRef key(struct input *input)
{
	unsigned which = next(input);

	if (which < 240)
		return word(which);
	switch (which % 8) {
	case 0:
		return any_text(input);
	case 1:
		return number(input);
	case 2:
		return any_data(input, 8);
	case 3:
		return half_a_pair();
	case 4:
		return NULL;
	case 5:
		return container(input, next(input) % 3, MOST_NESTED - 1);
	}
	return word(which + next(input));
}

static bool is_about_tombs(CFTypeRef key)
{
	return key && (CFEqual(key, kSecAttrTombstone) || CFEqual(key, kSecUseTombstones));
}

/* What containers retain must be there. */
static CFDictionaryRef make(
	const void **keys, const void **values, CFIndex count, bool null_callbacks)
{
	CFIndex kept = 0;

	if (null_callbacks)
		return keep(CFDictionaryCreate(NULL, keys, values, count, NULL, NULL));
	for (CFIndex i = 0; i < count; i++) {
		if (!keys[i] || !values[i])
			continue;
		keys[kept] = keys[i];
		values[kept++] = values[i];
	}
	return keep(CFDictionaryCreate(NULL, keys, values, kept, &kCFTypeDictionaryKeyCallBacks,
		&kCFTypeDictionaryValueCallBacks));
}

static CFDictionaryRef dictionary(struct input *input, unsigned depth, bool *ret_tombs)
{
	const void *keys[MOST_MEMBERS + 1], *values[MOST_MEMBERS + 1];
	unsigned octet = next(input);
	CFIndex count = octet % MOST_MEMBERS;

	*ret_tombs = false;
	for (CFIndex i = 0; i < count; i++) {
		keys[i] = key(input);
		values[i] = value(input, depth);
		*ret_tombs = *ret_tombs || is_about_tombs(keys[i]);
	}
	if (octet >= 128) { /* the strict profile */
		keys[count] = kSecUseDataProtectionKeychain;
		values[count++] = kCFBooleanTrue;
	}
	return make(keys, values, count, octet & 64);
}

/* --- answers --------------------------------------------------------------------------------- */

static const char untouched;

static bool is_known(OSStatus status)
{
	static const OSStatus known[] = {errSecSuccess, errSecUnimplemented, errSecParam,
		errSecMissingEntitlement, errSecDuplicateItem, errSecItemNotFound,
		errSecDataTooLarge, errSecNoSuchAttr, errSecInvalidItemRef, errSecNoSuchClass,
		errSecInteractionNotAllowed};

	for (size_t i = 0; i < KC_COUNT_OF(known); i++)
		if (status == known[i])
			return true;
	fprintf(stderr, "status %d\n", (int)status);
	return false;
}

static void check_error(OSStatus status)
{
	CFErrorRef error = SecCopyLastError(status);

	must(is_known(status));
	must((error != NULL) == (status != errSecSuccess));
	if (!error)
		return;
	must(CFErrorGetCode(error) == status);
	CFRelease(error);
}

static void replace(CFTypeRef *place, CFTypeRef object)
{
	CFTypeRef old = *place;

	*place = CFRetain(object);
	if (old)
		CFRelease(old);
}

static void check_ref(CFDataRef ref)
{
	const void *keys[] = {kSecValuePersistentRef, kSecUseDataProtectionKeychain};
	const void *values[] = {ref, kCFBooleanTrue};
	CFDictionaryRef query = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);

	must(CFDataGetLength(ref) == 20);
	must(SecItemCopyMatching(query, NULL) == errSecSuccess);
	CFRelease(query);
	replace(&last_ref, ref);
}

static void check_dictionary(CFDictionaryRef result, bool tombs)
{
	CFTypeRef ref = CFDictionaryGetValue(result, kSecValuePersistentRef);
	CFTypeRef object = CFDictionaryGetValue(result, kSecValueRef);

	if (ref && !tombs)
		check_ref(ref);
	if (object)
		replace(&last_object, object);
}

static void check_result(CFTypeRef result, bool tombs)
{
	CFTypeID type = CFGetTypeID(result);
	CFStringRef text = CFCopyDescription(result);

	must(text != NULL);
	CFRelease(text);
	if (type == CFArrayGetTypeID()) {
		for (CFIndex i = 0; i < CFArrayGetCount(result); i++)
			check_result(CFArrayGetValueAtIndex(result, i), tombs);
	} else if (type == CFDictionaryGetTypeID()) {
		check_dictionary(result, tombs);
	} else if (type != CFDataGetTypeID()) {
		replace(&last_object, result);
	}
}

/* --- calls ----------------------------------------------------------------------------------- */

/* Bits of a call's octet. */
enum {
	CALL_KIND = 7,
	CALL_WITHOUT_RESULT = 8,
	CALL_AS_CONTENT = 16, /* a mutable dictionary */
};

static void add(CFDictionaryRef attributes, CFTypeRef *result)
{
	OSStatus status = SecItemAdd(attributes, result);

	check_error(status);
	if (status == errSecSuccess)
		must(SecItemAdd(attributes, NULL) == errSecDuplicateItem);
}

static void delete (CFDictionaryRef query, bool tombs)
{
	OSStatus status = SecItemDelete(query);

	check_error(status);
	if (status == errSecSuccess && !tombs)
		must(SecItemDelete(query) != errSecSuccess);
}

static void call(struct input *input, unsigned octet)
{
	CFTypeRef result = &untouched, *wanted = octet & CALL_WITHOUT_RESULT ? NULL : &result;
	bool tombs, more_tombs = false;
	CFDictionaryRef first = dictionary(input, 0, &tombs), second;

	if (octet & CALL_AS_CONTENT)
		first = keep(CFDictionaryCreateMutableCopy(NULL, 0, first));
	switch (octet & CALL_KIND) {
	case 0:
	case 1:
		if (tombs)
			check_error(SecItemAdd(first, wanted));
		else
			add(first, wanted);
		break;
	case 2:
		second = dictionary(input, 0, &more_tombs);
		check_error(SecItemUpdate(first, second));
		break;
	case 3:
		delete (first, tombs);
		break;
	default:
		check_error(SecItemCopyMatching(first, wanted));
	}
	if (result == &untouched || !result)
		return;
	check_result(result, tombs);
	CFRelease(result);
}

static void one(struct input *input)
{
	unsigned octet = next(input);

	if (octet < 240)
		call(input, octet);
	else if (octet < 244)
		in_process_lock(true);
	else if (octet < 248)
		in_process_lock(false);
	else
		in_process_set_sandboxed(octet & 1);
}

/* --- the entry ------------------------------------------------------------------------------- */

static void make_constants(void)
{
	constants = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
#define SEC_CONSTANT(name, text) CFArrayAppendValue(constants, name);
#define SEC_ALIAS(name, other)
#define SEC_FOURCC(name, text) CFArrayAppendValue(constants, name);
#include "keychainapi/Security/constants.def"
#undef SEC_CONSTANT
#undef SEC_ALIAS
#undef SEC_FOURCC
}

static CFDataRef data_of(const unsigned char *bytes, size_t len)
{
	return CFDataCreate(NULL, bytes, (CFIndex)len);
}

static void make_objects(void)
{
	const void *keys[] = {kSecAttrKeyType, kSecAttrKeyClass};
	const void *values[] = {kSecAttrKeyTypeECSECPrimeRandom, kSecAttrKeyClassPrivate};
	CFDictionaryRef attributes = CFDictionaryCreate(NULL, keys, values, 2, NULL, NULL);
	CFDataRef number = data_of(identity_key, sizeof identity_key);
	CFDataRef der = data_of(identity_certificate, sizeof identity_certificate);
	SecKeyRef key = SecKeyCreateWithData(number, attributes, NULL);
	SecCertificateRef certificate = SecCertificateCreateWithData(NULL, der);

	objects[0] = key;
	objects[1] = certificate;
	objects[2] = SecIdentityCreate(NULL, certificate, key);
	objects[3] = SecPolicyCreateBasicX509();
	for (size_t i = 0; i < KC_COUNT_OF(objects); i++)
		must(objects[i] != NULL);
	CFRelease(der);
	CFRelease(number);
	CFRelease(attributes);
}

static void forget(CFTypeRef *place)
{
	if (*place)
		CFRelease(*place);
	*place = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input input = {data, data + len};

	if (!constants) {
		in_process_start();
		make_constants();
		make_objects();
	}
	in_process_reset();
	made = CFArrayCreateMutable(NULL, 0, &kCFTypeArrayCallBacks);
	for (unsigned i = 0; i < MOST_CALLS && input.at < input.end; i++)
		one(&input);
	forget(&last_ref);
	forget(&last_object);
	CFRelease(made);
	return 0;
}
