/* SPDX-License-Identifier: ISC */
/* How declarations are written: visibility, enumerations, and marks that only Apple's tools read.
 */
#ifndef COREFOUNDATION_CFAVAILABILITY_H
#define COREFOUNDATION_CFAVAILABILITY_H

#include <Availability.h>
#include <AvailabilityMacros.h>
#include <TargetConditionals.h>

#ifdef __cplusplus
#define CF_EXTERN_C_BEGIN extern "C" {
#define CF_EXTERN_C_END }
#else
#define CF_EXTERN_C_BEGIN
#define CF_EXTERN_C_END
#endif

#define CF_EXPORT extern __attribute__((__visibility__("default")))
#define CF_INLINE static __inline__

/* typedef CF_ENUM(CFIndex, Thing) { kThingA, kThingB }; */
#define CF_ENUM(type, name) \
	type name;          \
	enum
#define CF_OPTIONS(type, name) \
	type name;             \
	enum
#define CF_CLOSED_ENUM(type, name) \
	type name;                 \
	enum

#define CF_FORMAT_FUNCTION(format, first)
#define CF_FORMAT_ARGUMENT(format)
#define CF_WARN_UNUSED_RESULT __attribute__((__warn_unused_result__))

#define CF_ASSUME_NONNULL_BEGIN
#define CF_ASSUME_NONNULL_END
#define CF_IMPLICIT_BRIDGING_ENABLED
#define CF_IMPLICIT_BRIDGING_DISABLED
#define CF_BRIDGED_TYPE(type)
#define CF_BRIDGED_MUTABLE_TYPE(type)
#define CF_RELATED_TYPE(type, from, to)
#define CF_RETURNS_RETAINED
#define CF_RETURNS_NOT_RETAINED
#define CF_RELEASES_ARGUMENT
#define CF_CONSUMED
#define CF_NOESCAPE
#define CF_TYPED_ENUM
#define CF_TYPED_EXTENSIBLE_ENUM
#define CF_STRING_ENUM
#define CF_EXTENSIBLE_STRING_ENUM
#define CF_REFINED_FOR_SWIFT
#define CF_SWIFT_NAME(name)
#define CF_SWIFT_UNAVAILABLE(message)
#define CF_AVAILABLE(mac, ios)
#define CF_AVAILABLE_MAC(mac)
#define CF_AVAILABLE_IOS(ios)
#define CF_DEPRECATED_MAC(mac, mac_end)

/* clang knows these words; to gcc they are said here. */
#ifndef __clang__
#ifndef _Nonnull
#define _Nonnull
#endif
#ifndef _Nullable
#define _Nullable
#endif
#ifndef _Null_unspecified
#define _Null_unspecified
#endif
#endif

#endif
