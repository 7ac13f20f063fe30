/* SPDX-License-Identifier: ISC */
/*
 * libFoundation: CoreFoundation, for programs that look for it there.
 *
 * On macOS Foundation re-exports CoreFoundation; here a program that opens this library finds its
 * symbols because this library needs that one. The pointer makes it so whatever the linker leaves
 * out.
 */
#include <CoreFoundation/CFBase.h>

static CFTypeID (*const needed)(CFTypeRef) __attribute__((used)) = CFGetTypeID;
