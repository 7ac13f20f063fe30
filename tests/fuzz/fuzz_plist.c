/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a property list: what is accepted equals its deep copies, and what is written of it
 * is read back as the same; what is refused has a reason.
 */
#include <CoreFoundation/CoreFoundation.h>

#include "tests/fuzz/fuzz.h"

static void must(bool condition)
{
	if (!condition)
		abort();
}

static void release(CFTypeRef object)
{
	if (object)
		CFRelease(object);
}

/* What the document of the list reads as; NULL when it has none, such as half a pair in XML. */
static CFTypeRef written_and_read(CFTypeRef list, CFPropertyListFormat format)
{
	CFErrorRef error = NULL;
	CFDataRef data = CFPropertyListCreateData(NULL, list, format, 0, &error);
	CFPropertyListFormat found = 0;
	CFTypeRef again;

	must((data != NULL) == (CFPropertyListIsValid(list, format) != 0));
	must((data == NULL) == (error != NULL));
	release(error);
	if (!data)
		return NULL;
	again = CFPropertyListCreateWithData(NULL, data, 0, &found, NULL);
	must(again && found == format);
	release(data);
	return again;
}

/* The binary form is exact. XML rounds dates and floats, but only once. */
static void write_and_read(CFTypeRef list)
{
	CFTypeRef binary = written_and_read(list, kCFPropertyListBinaryFormat_v1_0);
	CFTypeRef xml = written_and_read(list, kCFPropertyListXMLFormat_v1_0), again;

	must(binary && CFEqual(list, binary));
	if (xml) {
		again = written_and_read(xml, kCFPropertyListXMLFormat_v1_0);
		must(again && CFEqual(xml, again));
		release(again);
	}
	release(xml);
	release(binary);
}

static void copy_and_describe(CFTypeRef list)
{
	for (CFOptionFlags option = 0; option <= 2; option++) {
		CFTypeRef copy = CFPropertyListCreateDeepCopy(NULL, list, option);

		must(copy && CFEqual(list, copy));
		must(CFHash(list) == CFHash(copy));
		release(copy);
	}
	release(CFCopyDescription(list));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	CFDataRef data = CFDataCreate(NULL, bytes, (CFIndex)len);

	for (CFOptionFlags option = 0; option <= 2; option++) {
		CFErrorRef error = NULL;
		CFTypeRef list = CFPropertyListCreateWithData(NULL, data, option, NULL, &error);

		must((list == NULL) == (error != NULL));
		if (list) {
			write_and_read(list);
			copy_and_describe(list);
		}
		release(list);
		release(error);
	}
	release(data);
	return 0;
}
