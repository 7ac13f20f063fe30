/* SPDX-License-Identifier: ISC */
/*
 * CFSTR, for CFString.h.
 *
 * In functions, and everywhere in C++, it is a call: equal literals are one object. At file scope C
 * wants an initialiser that is constant; there it is an object of its own, laid out in place, and
 * that the literal is UTF-8 is not looked at.
 */
#ifndef COREFOUNDATION_CFCONSTANTSTRING_H
#define COREFOUNDATION_CFCONSTANTSTRING_H

#include <CoreFoundation/CFBase.h>

/* Asking for __func__ at file scope is told to those who do it, not to those who use CFSTR. */
#if defined(__GNUC__)
#pragma GCC system_header
#endif

CF_EXTERN_C_BEGIN

/*
 * The constant string of a literal in UTF-8. Never goes away; equal literals are one object, in all
 * threads and libraries. NULL for a literal that is not UTF-8.
 */
CF_EXPORT CFStringRef __CFStringMakeConstantString(const char *literal);

/* A string as the library has it: the runtime's head, the text, its length in UTF-16 or -1. */
struct __CFConstantString {
	uintptr_t isa;
	UInt32 owners;
	UInt16 type, flags;
	const UInt8 *start;
	CFIndex length, capacity;
	int storage;
	CFIndex units;
	void *marks;
};

CF_EXTERN_C_END

#if defined(__cplusplus) || !defined(__GNUC__)
#define CFSTR(literal) __CFStringMakeConstantString("" literal "")
#else

#if defined(__clang__)
#define __CFSTR_QUIET                                                                            \
	_Pragma("clang diagnostic push")                                                         \
		_Pragma("clang diagnostic ignored \"-Wpredefined-identifier-outside-function\"") \
			_Pragma("clang diagnostic ignored \"-Wpedantic\"")
#define __CFSTR_QUIET_END _Pragma("clang diagnostic pop")
#else
#define __CFSTR_QUIET
#define __CFSTR_QUIET_END
#endif

#define CFSTR(literal)                                                                     \
	__CFSTR_QUIET __builtin_choose_expr(sizeof(__func__) > 1,                          \
		__CFStringMakeConstantString("" literal ""),                               \
		(CFStringRef) & ((struct __CFConstantString){0, 0xFFFFFFFFu, 2, 0,         \
					(const UInt8 *)("" literal ""),                    \
					(CFIndex)sizeof("" literal "") - 1, 0, 2, -1, 0})) \
		__CFSTR_QUIET_END
#endif

#endif
