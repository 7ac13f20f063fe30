/* SPDX-License-Identifier: ISC */
/*
 * In the manner of go-keychain and its kin: objects are converted by their type ids into values of
 * the language, strictly; all that is found of a service or server is printed, sorted by key.
 * Nothing in it knows of Keycircle.
 *
 *   porter_go LABEL
 */
#include <CoreFoundation/CoreFoundation.h>
#include <Security/Security.h>

static void panic(const char *what)
{
	fprintf(stderr, "panic: %s\n", what);
	exit(3);
}

/* The text of a CFString, by its bytes: no C string is asked for. */
static void print_string(CFStringRef string)
{
	CFRange all = CFRangeMake(0, CFStringGetLength(string));
	CFIndex size = 0;
	UInt8 *bytes;

	if (CFStringGetBytes(string, all, kCFStringEncodingUTF8, 0, false, NULL, 0, &size) !=
		all.length)
		panic("a string cannot be converted");
	bytes = malloc((size_t)size + 1);
	if (!bytes || CFStringGetBytes(string, all, kCFStringEncodingUTF8, 0, false, bytes, size,
			      &size) != all.length)
		panic("a string was not converted");
	fwrite(bytes, 1, (size_t)size, stdout);
	free(bytes);
}

static void print_number(CFNumberRef number)
{
	CFNumberType type = CFNumberGetType(number);

	switch (type) {
	case kCFNumberSInt8Type:
	case kCFNumberCharType: {
		SInt8 value;
		CFNumberGetValue(number, type, &value);
		printf("int8 %d", value);
		break;
	}
	case kCFNumberSInt16Type:
	case kCFNumberShortType: {
		SInt16 value;
		CFNumberGetValue(number, type, &value);
		printf("int16 %d", value);
		break;
	}
	case kCFNumberSInt32Type:
	case kCFNumberIntType: {
		SInt32 value;
		CFNumberGetValue(number, type, &value);
		printf("int32 %d", (int)value);
		break;
	}
	case kCFNumberSInt64Type:
	case kCFNumberLongType:
	case kCFNumberLongLongType: {
		SInt64 value;
		CFNumberGetValue(number, type, &value);
		printf("int64 %lld", (long long)value);
		break;
	}
	case kCFNumberFloat32Type:
	case kCFNumberFloatType:
	case kCFNumberFloat64Type:
	case kCFNumberDoubleType: {
		double value;
		CFNumberGetValue(number, kCFNumberDoubleType, &value);
		printf("float %g", value);
		break;
	}
	default:
		panic("a number of an unknown type");
	}
}

static void print_value(CFTypeRef value)
{
	CFTypeID type = CFGetTypeID(value);

	if (type == CFStringGetTypeID()) {
		print_string(value);
	} else if (type == CFDataGetTypeID()) {
		printf("%ld bytes: ", (long)CFDataGetLength(value));
		fwrite(CFDataGetBytePtr(value), 1, (size_t)CFDataGetLength(value), stdout);
	} else if (type == CFNumberGetTypeID()) {
		print_number(value);
	} else if (type == CFBooleanGetTypeID()) {
		printf(CFBooleanGetValue(value) ? "true" : "false");
	} else if (type == CFDateGetTypeID()) {
		double unix_time = CFDateGetAbsoluteTime(value) + kCFAbsoluteTimeIntervalSince1970;

		printf("%s", unix_time > 1.6e9 && unix_time < 1e11 ? "a date" : "no date");
	} else {
		CFStringRef name = CFCopyTypeIDDescription(type);

		printf("a ");
		print_string(name);
		CFRelease(name);
	}
}

static CFComparisonResult by_text(const void *a, const void *b, void *context)
{
	(void)context;
	return CFStringCompare((CFStringRef)a, (CFStringRef)b, kCFCompareCaseInsensitive);
}

static void print_item(CFDictionaryRef item)
{
	CFIndex count = CFDictionaryGetCount(item);
	const void **keys = calloc((size_t)count, sizeof *keys);
	CFMutableArrayRef sorted = CFArrayCreateMutable(NULL, count, &kCFTypeArrayCallBacks);
	CFTypeRef port = NULL;

	CFDictionaryGetKeysAndValues(item, keys, NULL);
	for (CFIndex i = 0; i < count; i++)
		CFArrayAppendValue(sorted, keys[i]);
	free(keys);
	CFArraySortValues(sorted, CFRangeMake(0, count), by_text, NULL);
	for (CFIndex i = 0; i < count; i++) {
		const void *key = CFArrayGetValueAtIndex(sorted, i);

		print_string(key);
		printf(" = ");
		print_value(CFDictionaryGetValue(item, key));
		putchar('\n');
	}
	if (CFDictionaryGetValueIfPresent(item, kSecAttrPort, &port) &&
		CFNumberGetType(port) != kCFNumberSInt32Type)
		panic("interface conversion: the port is not int32");
	CFRelease(sorted);
}

static OSStatus print_all(CFStringRef class_of_item, CFStringRef label)
{
	CFMutableDictionaryRef query = CFDictionaryCreateMutable(kCFAllocatorDefault, 0,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFTypeRef found = NULL;
	OSStatus status;

	CFDictionarySetValue(query, kSecClass, class_of_item);
	CFDictionarySetValue(query, kSecAttrLabel, label);
	CFDictionarySetValue(query, kSecMatchLimit, kSecMatchLimitAll);
	CFDictionarySetValue(query, kSecReturnAttributes, kCFBooleanTrue);
	CFDictionarySetValue(query, kSecReturnData, kCFBooleanTrue);
	status = SecItemCopyMatching(query, &found);
	CFRelease(query);
	if (status != errSecSuccess)
		return status;
	if (CFGetTypeID(found) != CFArrayGetTypeID())
		panic("all is an array");
	for (CFIndex i = 0; i < CFArrayGetCount(found); i++)
		print_item(CFArrayGetValueAtIndex(found, i));
	CFRelease(found);
	return status;
}

int main(int argc, char **argv)
{
	CFStringRef label;
	OSStatus status;

	if (argc != 2)
		return 2;
	label = CFStringCreateWithCString(NULL, argv[1], kCFStringEncodingUTF8);
	if (!label)
		return 2;
	status = print_all(kSecClassGenericPassword, label);
	if (status == errSecItemNotFound)
		status = print_all(kSecClassInternetPassword, label);
	CFRelease(label);
	return status == errSecSuccess ? 0 : 1;
}
