/* SPDX-License-Identifier: ISC */
/*
 * What a class of objects needs: the object header, registration, instances, static constants. For
 * the sources of this library and of libSecurity; not installed.
 *
 * A class is written in three steps:
 *   struct __SecThing { CFRuntimeBase base; ...own fields... };
 *   static const CFRuntimeClass thing_class = { .className = "SecThing", .finalize = ... };
 *   CFTypeID SecThingGetTypeID(void) { return _CFRuntimeRegisterClass(&thing_class); }
 * and its objects come from _CFRuntimeCreateInstance.
 */
#ifndef KC_CF_RUNTIME_H
#define KC_CF_RUNTIME_H

#include <CoreFoundation/CoreFoundation.h>

CF_EXTERN_C_BEGIN

/* The head of every object. All fields but flags belong to the runtime. */
typedef struct __CFRuntimeBase {
	uintptr_t isa;	 /* room for the class pointer of a bridge to another object system; 0 */
	uint32_t owners; /* atomic; KC_CF_IMMORTAL never changes */
	uint16_t type;
	uint16_t flags; /* the class's own */
} CFRuntimeBase;

#define KC_CF_IMMORTAL UINT32_MAX

/*
 * All but the name may be NULL: no finalizer, equal by pointer, hashed by pointer, described as
 * <Name 0x...>. Equal is called with two different objects of the class.
 */
typedef struct __CFRuntimeClass {
	const char *className;
	void (*finalize)(CFTypeRef object); /* releases what the fields own, wipes what is secret */
	Boolean (*equal)(CFTypeRef a, CFTypeRef b);
	CFHashCode (*hash)(CFTypeRef object);
	CFStringRef (*copyFormattingDesc)(CFTypeRef object); /* for %@; NULL: copyDebugDesc */
	CFStringRef (*copyDebugDesc)(CFTypeRef object);
} CFRuntimeClass;

/*
 * The type id of a class, which must be static, in a library that is never unmapped (-z nodelete).
 * The same class may be registered again, by any thread, and gets the same id: a GetTypeID function
 * is one call of this. There is room for 192 classes in a process; the next one ends it.
 */
CF_EXPORT CFTypeID _CFRuntimeRegisterClass(const CFRuntimeClass *cls);

/*
 * An object of the class with one owner; size is that of its whole struct, base included. All bytes
 * after the base are 0. NULL when there is no memory.
 */
CF_EXPORT void *_CFRuntimeCreateInstance(CFTypeID type, size_t size);

/* --- static constants ------------------------------------------------------------------------ */

/* Where the bytes of a string or data are, and so what freeing them means. */
enum _kc_cf_storage {
	KC_CF_INLINE,	/* in the object's own memory: only wiped */
	KC_CF_OWNED,	/* from malloc(): wiped and freed */
	KC_CF_BORROWED, /* the caller's: left alone */
	KC_CF_RETURNED, /* given, as they are, to the deallocator that came with them */
};

/* Bytes with a NUL behind them (not promised for borrowed ones). */
struct _kc_cf_bytes {
	const UInt8 *start;
	CFIndex length; /* without the NUL */
	union {
		CFIndex capacity;	    /* of owned ones, without the NUL */
		CFAllocatorRef deallocator; /* of those to be returned; retained */
	};
	enum _kc_cf_storage storage;
};

struct _kc_cf_marks;

struct __CFString {
	CFRuntimeBase base;
	struct _kc_cf_bytes utf8;
	CFIndex units;		    /* length in UTF-16 code units */
	struct _kc_cf_marks *marks; /* atomic; where units stand in the UTF-8, or NULL */
};

#define KC_CF_STRING_TYPE 2

/*
 * Defines the exported constant symbol, whose text must be an ASCII literal, as initialised data:
 * it is good before any constructor runs. KC_CF_STRING_ALIAS gives the object a second name.
 */
#define KC_CF_STRING_CONSTANT(symbol, text)                                                 \
	static const struct __CFString symbol##_object = {                                  \
		{0, KC_CF_IMMORTAL, KC_CF_STRING_TYPE, 0},                                  \
		{(const UInt8 *)("" text), (CFIndex)sizeof(text) - 1, {0}, KC_CF_BORROWED}, \
		(CFIndex)sizeof(text) - 1, NULL};                                           \
	const CFStringRef symbol = &symbol##_object

#define KC_CF_STRING_ALIAS(symbol, original) const CFStringRef symbol = &original##_object

CF_EXTERN_C_END

#endif
