/* SPDX-License-Identifier: ISC */
/*
 * Which items a program may use: the user's own programs all of them, a sandboxed one (Flatpak,
 * snap) its own access group alone. Decided by what the kernel says about the process, never by
 * what the process says; where the kernel does not say enough, the answer is no.
 */
#ifndef KC_SERVICE_ACCESS_H
#define KC_SERVICE_ACCESS_H

#include <sys/types.h>

#include "base/mem.h"

#define KC_ACCESS_USER_GROUP "user"
#define KC_ACCESS_GROUP_MAX 255 /* bytes of a group's name */

struct kc_access {
	bool sandboxed;
	char group[KC_ACCESS_GROUP_MAX + 1];
};

/* Whether the process of a pidfd has ended. Never waits. */
bool kc_access_has_ended(int pidfd);

/* Looks at a process, whose pidfd proves afterwards that it was the one. Errors: NOT_ALLOWED. */
KC_MUST kc_err kc_access_decide(pid_t process, int pidfd, struct kc_access *ret);
/* The same for what is under proc (a folder like /proc/PID, for tests). */
KC_MUST kc_err kc_access_judge(const char *proc, struct kc_access *ret);

#endif
