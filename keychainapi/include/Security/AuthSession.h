/* SPDX-License-Identifier: ISC */
/* Where a program runs: programs ask whether there is anybody to show a window to. */
#ifndef SECURITY_AUTHSESSION_H
#define SECURITY_AUTHSESSION_H

#include <Security/SecBase.h>

CF_EXTERN_C_BEGIN

typedef UInt32 SecuritySessionId;
__extension__ enum { noSecuritySession = 0u, callerSecuritySession = 0xFFFFFFFFu };

typedef UInt32 SessionAttributeBits;
enum {
	sessionIsRoot = 0x0001,
	sessionHasGraphicAccess = 0x0010,
	sessionHasTTY = 0x0020,
	sessionIsRemote = 0x1000,
	sessionWasInitialized = 0x8000
};

enum {
	errSessionSuccess = 0,
	errSessionInvalidId = -60500,
	errSessionInvalidAttributes = -60501,
	errSessionAuthorizationDenied = -60502,
	errSessionValueNotSet = -60503,
	errSessionInternal = -60008,
	errSessionInvalidFlags = -60011
};

/*
 * The session of this process, as callerSecuritySession or by its number; both results may be NULL.
 * Graphic access is a display in the environment, a terminal is one that can be opened, remote is
 * what came over SSH. errSessionInvalidId for any other session.
 */
CF_EXPORT OSStatus SessionGetInfo(
	SecuritySessionId session, SecuritySessionId *sessionId, SessionAttributeBits *attributes);

CF_EXTERN_C_END

#endif
