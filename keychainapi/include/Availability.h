/* SPDX-License-Identifier: ISC */
/*
 * Versions of the Mac's system, by the newer names, and the marks that declarations carry. The
 * headers offer what macOS 10.15 offered programs of this kind; a program may define the minimum or
 * the maximum itself. Nothing is marked as deprecated.
 */
#ifndef __AVAILABILITY__
#define __AVAILABILITY__

#define __MAC_10_0 1000
#define __MAC_10_1 1010
#define __MAC_10_2 1020
#define __MAC_10_3 1030
#define __MAC_10_4 1040
#define __MAC_10_5 1050
#define __MAC_10_6 1060
#define __MAC_10_7 1070
#define __MAC_10_8 1080
#define __MAC_10_9 1090
#define __MAC_10_10 101000
#define __MAC_10_11 101100
#define __MAC_10_12 101200
#define __MAC_10_13 101300
#define __MAC_10_14 101400
#define __MAC_10_15 101500
#define __MAC_11_0 110000
#define __MAC_12_0 120000
#define __MAC_13_0 130000
#define __MAC_14_0 140000
#define __MAC_15_0 150000

#ifndef __MAC_OS_X_VERSION_MIN_REQUIRED
#ifdef MAC_OS_X_VERSION_MIN_REQUIRED
#define __MAC_OS_X_VERSION_MIN_REQUIRED MAC_OS_X_VERSION_MIN_REQUIRED
#else
#define __MAC_OS_X_VERSION_MIN_REQUIRED __MAC_10_15
#endif
#endif
#ifndef __MAC_OS_X_VERSION_MAX_ALLOWED
#ifdef MAC_OS_X_VERSION_MAX_ALLOWED
#define __MAC_OS_X_VERSION_MAX_ALLOWED MAC_OS_X_VERSION_MAX_ALLOWED
#else
#define __MAC_OS_X_VERSION_MAX_ALLOWED __MAC_10_15
#endif
#endif

#define __OSX_AVAILABLE_STARTING(mac, ios)
#define __OSX_AVAILABLE_BUT_DEPRECATED(mac, mac_end, ios, ios_end)
#define __OSX_AVAILABLE_BUT_DEPRECATED_MSG(mac, mac_end, ios, ios_end, message)
#define __OSX_AVAILABLE(version)
#define __IOS_AVAILABLE(version)

/* C of 1989 has no way to write these. */
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define API_AVAILABLE(...)
#define API_UNAVAILABLE(...)
#define API_DEPRECATED(...)
#define API_DEPRECATED_WITH_REPLACEMENT(...)
#define API_AVAILABLE_BEGIN(...)
#define API_AVAILABLE_END
#define SPI_AVAILABLE(...)

/* clang has it for every system: whatever is asked for is there. */
#ifndef __clang__
#define __builtin_available(...) 1
#endif
#endif

#endif
