/* SPDX-License-Identifier: ISC */
/* NSValue and NSNumber are classes of Objective-C; C programs that include this use CFNumber. */
#ifndef FOUNDATION_NSVALUE_H
#define FOUNDATION_NSVALUE_H

#include <CoreFoundation/CoreFoundation.h>

#include <Foundation/NSObjCRuntime.h>

#endif
