/* SPDX-License-Identifier: ISC */
/* The session of the process: what its environment says of displays, terminals and connections. */
#include <Security/AuthSession.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire/socket.h"

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static bool has_terminal(void)
{
	KC_CLEANUP_FD int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd >= 0;
}

static SessionAttributeBits look(void)
{
	SessionAttributeBits bits = 0;

	if (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"))
		bits |= sessionHasGraphicAccess;
	if (has_terminal())
		bits |= sessionHasTTY;
	if (is_set("SSH_CONNECTION"))
		bits |= sessionIsRemote;
	return bits;
}

OSStatus SessionGetInfo(
	SecuritySessionId session, SecuritySessionId *sessionId, SessionAttributeBits *attributes)
{
	SecuritySessionId own = (SecuritySessionId)getsid(0);

	if (session != callerSecuritySession && session != own)
		return errSessionInvalidId;
	if (sessionId)
		*sessionId = own;
	if (attributes)
		*attributes = look();
	return errSessionSuccess;
}
