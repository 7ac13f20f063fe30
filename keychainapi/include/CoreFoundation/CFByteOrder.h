/* SPDX-License-Identifier: ISC */
/* The order of bytes in integers: the machine's, and the two there are. */
#ifndef COREFOUNDATION_CFBYTEORDER_H
#define COREFOUNDATION_CFBYTEORDER_H

#include <CoreFoundation/CFBase.h>

CF_EXTERN_C_BEGIN

enum __CFByteOrder { CFByteOrderUnknown, CFByteOrderLittleEndian, CFByteOrderBigEndian };
typedef CFIndex CFByteOrder;

CF_INLINE CFByteOrder CFByteOrderGetCurrent(void)
{
	return TARGET_RT_BIG_ENDIAN ? CFByteOrderBigEndian : CFByteOrderLittleEndian;
}

CF_INLINE uint16_t CFSwapInt16(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

CF_INLINE uint32_t CFSwapInt32(uint32_t value)
{
	return __builtin_bswap32(value);
}

CF_INLINE uint64_t CFSwapInt64(uint64_t value)
{
	return __builtin_bswap64(value);
}

CF_INLINE uint16_t CFSwapInt16BigToHost(uint16_t value)
{
	return TARGET_RT_BIG_ENDIAN ? value : CFSwapInt16(value);
}

CF_INLINE uint32_t CFSwapInt32BigToHost(uint32_t value)
{
	return TARGET_RT_BIG_ENDIAN ? value : CFSwapInt32(value);
}

CF_INLINE uint64_t CFSwapInt64BigToHost(uint64_t value)
{
	return TARGET_RT_BIG_ENDIAN ? value : CFSwapInt64(value);
}

CF_INLINE uint16_t CFSwapInt16HostToBig(uint16_t value)
{
	return CFSwapInt16BigToHost(value);
}

CF_INLINE uint32_t CFSwapInt32HostToBig(uint32_t value)
{
	return CFSwapInt32BigToHost(value);
}

CF_INLINE uint64_t CFSwapInt64HostToBig(uint64_t value)
{
	return CFSwapInt64BigToHost(value);
}

CF_INLINE uint16_t CFSwapInt16LittleToHost(uint16_t value)
{
	return TARGET_RT_BIG_ENDIAN ? CFSwapInt16(value) : value;
}

CF_INLINE uint32_t CFSwapInt32LittleToHost(uint32_t value)
{
	return TARGET_RT_BIG_ENDIAN ? CFSwapInt32(value) : value;
}

CF_INLINE uint64_t CFSwapInt64LittleToHost(uint64_t value)
{
	return TARGET_RT_BIG_ENDIAN ? CFSwapInt64(value) : value;
}

CF_INLINE uint16_t CFSwapInt16HostToLittle(uint16_t value)
{
	return CFSwapInt16LittleToHost(value);
}

CF_INLINE uint32_t CFSwapInt32HostToLittle(uint32_t value)
{
	return CFSwapInt32LittleToHost(value);
}

CF_INLINE uint64_t CFSwapInt64HostToLittle(uint64_t value)
{
	return CFSwapInt64LittleToHost(value);
}

CF_EXTERN_C_END

#endif
