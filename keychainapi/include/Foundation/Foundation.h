/* SPDX-License-Identifier: ISC */
/* What C, and not Objective-C, gets of Foundation: CoreFoundation and the scalar types. */
#ifndef FOUNDATION_FOUNDATION_H
#define FOUNDATION_FOUNDATION_H

#include <CoreFoundation/CoreFoundation.h>

#include <Foundation/NSObjCRuntime.h>

#endif
