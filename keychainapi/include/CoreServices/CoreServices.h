/* SPDX-License-Identifier: ISC */
/*
 * What C programs of this kind include CoreServices for: CoreFoundation, the Security framework,
 * the scalar types, and the result codes that are older than those of the Security framework.
 */
#ifndef CORESERVICES_CORESERVICES_H
#define CORESERVICES_CORESERVICES_H

#include <CoreFoundation/CoreFoundation.h>
#include <MacTypes.h>
#include <Security/Security.h>

enum {
	unimpErr = -4,
	dskFulErr = -34,
	ioErr = -36,
	bdNamErr = -37,
	fnOpnErr = -38,
	eofErr = -39,
	fnfErr = -43,
	wPrErr = -44,
	dupFNErr = -48,
	opWrErr = -49,
	paramErr = -50,
	permErr = -54,
	wrPermErr = -61,
	memFullErr = -108,
	dirNFErr = -120,
	userCanceledErr = -128
};

#endif
