/* SPDX-License-Identifier: ISC */
/* One use of each kind of declaration, in the words that all dialects share. */
#include <CoreFoundation/CoreFoundation.h>

static Boolean is_short(CFStringRef string)
{
	return (Boolean)(CFStringGetLength(string) < 10);
}

static void count(const void *key, const void *value, void *context)
{
	(void)key;
	(void)value;
	++*(int *)context;
}

int main(void)
{
	CFMutableDictionaryRef dictionary = CFDictionaryCreateMutable(kCFAllocatorDefault, 0,
		&kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
	CFRange range = CFRangeMake(0, 1);
	CFStringRef text = CFSTR("te"
				 "xt");
	SInt32 port = 443;
	CFNumberRef number = CFNumberCreate(kCFAllocatorDefault, kCFNumberSInt32Type, &port);
	int members = 0;
	CFURLRef url;
	CFDataRef list;
	CFStringInlineBuffer buffer;
	CFGregorianDate unused = {0, 0, 0, 0, 0, 0};

	CFDictionaryAddValue(dictionary, (const void *)text, (const void *)kCFBooleanTrue);
	CFDictionaryApplyFunction(dictionary, count, &members);
	switch (CFStringCompare(text, CFSTR("text"), kCFCompareCaseInsensitive)) {
	case kCFCompareEqualTo:
		break;
	case kCFCompareLessThan:
	case kCFCompareGreaterThan:
		return 1;
	}
	url = CFURLCreateWithFileSystemPath(
		kCFAllocatorDefault, CFSTR("/etc/hosts"), kCFURLPOSIXPathStyle, FALSE);
	list = CFPropertyListCreateXMLData(kCFAllocatorDefault, (CFPropertyListRef)dictionary);
	CFStringInitInlineBuffer(text, &buffer, CFRangeMake(0, CFStringGetLength(text)));
	if (CFStringGetCharacterFromInlineBuffer(&buffer, 0) != 't' ||
		CFSwapInt32HostToBig(CFSwapInt32BigToHost(7)) != 7 ||
		CFURLGetPortNumber(url) != -1 || CFDataGetLength(list) == 0 ||
		CFBundleGetMainBundle() || unused.year != 0)
		return 1;
	CFRelease(list);
	CFRelease(url);
	CFRelease(number);
	CFRelease(dictionary);
	return is_short(text) && range.length == members ? noErr : 1;
}
