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

	CFDictionaryAddValue(dictionary, (const void *)text, (const void *)kCFBooleanTrue);
	CFDictionaryApplyFunction(dictionary, count, &members);
	switch (CFStringCompare(text, CFSTR("text"), kCFCompareCaseInsensitive)) {
	case kCFCompareEqualTo:
		break;
	case kCFCompareLessThan:
	case kCFCompareGreaterThan:
		return 1;
	}
	CFRelease(number);
	CFRelease(dictionary);
	return is_short(text) && range.length == members ? noErr : 1;
}
