/* SPDX-License-Identifier: ISC */
/* The scalar types of the Mac, with the result code that means success. */
#ifndef __MACTYPES__ /* by this name other libraries see that Byte is taken */
#define __MACTYPES__

#include <stddef.h>
#include <stdint.h>

/* --- numbers --------------------------------------------------------------------------------- */

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef unsigned char Boolean;
typedef uint8_t UInt8;
typedef int8_t SInt8;
typedef uint16_t UInt16;
typedef int16_t SInt16;
typedef uint32_t UInt32;
typedef int32_t SInt32;
typedef uint64_t UInt64;
typedef int64_t SInt64;
typedef UInt8 Byte;
typedef SInt8 SignedByte;
typedef float Float32;
typedef double Float64;
typedef SInt32 Fixed; /* 16.16 */
typedef SInt32 Fract; /* 2.30 */
typedef UInt32 UnsignedFixed;

typedef struct {
	SInt32 hi;
	UInt32 lo;
} wide;
typedef struct {
	UInt32 hi;
	UInt32 lo;
} UnsignedWide;

typedef unsigned long ByteCount;
typedef unsigned long ByteOffset;
typedef unsigned long ItemCount;
typedef UInt32 OptionBits;
typedef SInt32 Duration;
typedef UnsignedWide AbsoluteTime;
typedef SInt16 LangCode;
typedef SInt16 RegionCode;
typedef SInt16 ScriptCode;

/* --- codes ----------------------------------------------------------------------------------- */

/* Four characters, the first one the highest: 'genp' */
typedef UInt32 FourCharCode;
typedef FourCharCode OSType;
typedef FourCharCode ResType;
typedef OSType *OSTypePtr;
#define FOUR_CHAR_CODE(code) (code)

/* What calls answer. */
typedef SInt16 OSErr;
typedef SInt32 OSStatus;

enum { noErr = 0 };
enum { kNilOptions = 0 };
enum { kUnknownType = 0x3F3F3F3F }; /* "????" */

/* --- text and memory ------------------------------------------------------------------------- */

typedef UInt16 UniChar; /* a UTF-16 code unit */
typedef UInt16 UTF16Char;
typedef UInt8 UTF8Char;
typedef UInt32 UTF32Char;
typedef UniChar *UniCharPtr;
typedef unsigned long UniCharCount;
typedef UniCharCount *UniCharCountPtr;

/* The first byte says how many follow it. */
typedef unsigned char Str255[256];
typedef unsigned char Str63[64];
typedef unsigned char Str32[33];
typedef unsigned char Str31[32];
typedef unsigned char Str27[28];
typedef unsigned char Str15[16];
typedef unsigned char *StringPtr;
typedef const unsigned char *ConstStringPtr;
typedef const unsigned char *ConstStr255Param;
typedef const unsigned char *ConstStr63Param;
typedef const unsigned char *ConstStr31Param;
typedef const unsigned char *ConstStr15Param;

typedef char *Ptr;
typedef Ptr *Handle;
typedef void *LogicalAddress;
typedef const void *ConstLogicalAddress;

#endif
