/* SPDX-License-Identifier: ISC */
/*
 * Where a device keeps its files: under KEYCIRCLE_HOME when that is set (one value is one device),
 * else in the folders of the XDG Base Directory Specification 0.8.
 */
#ifndef KC_BASE_PLACE_H
#define KC_BASE_PLACE_H

#include "base/buf.h"

struct kc_place {
	char *home;   /* what KEYCIRCLE_HOME must say to the service there; NULL: as it says here */
	char *config; /* KEYCIRCLE_HOME/config,  $XDG_CONFIG_HOME/keycircle */
	char *data;   /* KEYCIRCLE_HOME/data,    $XDG_DATA_HOME/keycircle: keychain.db */
	char *state;  /* KEYCIRCLE_HOME/state,   $XDG_STATE_HOME/keycircle: device secret, lock */
	char *runtime; /* $XDG_RUNTIME_DIR/keycircle, else the state folder's run: sockets */
	char *socket; /* runtime/<16 hex digits of a hash of data, links resolved>.sock, so that two
		       * homes never meet, and two ways to one home do */
	char *lock;   /* state/<the same digits>.lock: one service for one data folder */
};

#define KC_PLACE_INIT \
	{             \
		0     \
	}
#define KC_CLEANUP_PLACE KC_CLEANUP(kc_place_done)

/* Finds the place of this process. The environment is ignored in a set-uid program (secure_getenv).
 * Creates nothing. Errors: PARAM (KEYCIRCLE_HOME is not absolute, or no home is known), NO_MEMORY.
 */
KC_MUST kc_err kc_place_find(struct kc_place *ret);
/* The place of a process whose KEYCIRCLE_HOME is home. Errors: PARAM (it is not absolute),
 * NO_MEMORY. */
KC_MUST kc_err kc_place_find_at(const char *home, struct kc_place *ret);
void kc_place_done(struct kc_place *place);

/* The path where a service manager may listen on behalf of the service: runtime/default.sock. Only
 * for the user's own keychain: NOT_FOUND when the environment chose another place. *ret is
 * malloc()ed. */
KC_MUST kc_err kc_place_find_activated(const struct kc_place *place, char **ret);

/* Makes one folder with its parents, mode 0700, or checks it: a folder, owned by us, no access for
 * group or others. Errors: EXPOSED, READ_ONLY, DISK_FULL, IO. */
KC_MUST kc_err kc_place_make_folder(const char *path);
/* The one path of what an absolute path leads to: no links, no ".."; what is not there yet stays as
 * it is. *ret is malloc()ed. Errors: PARAM (".." behind what is not there), NO_MEMORY. */
KC_MUST kc_err kc_place_resolve(const char *path, char **ret);
/* Whether two paths lead to one folder that is there. */
bool kc_place_is_same(const char *a, const char *b);
/* The check alone; NOT_FOUND when there is no such folder. */
KC_MUST kc_err kc_place_check_folder(const char *path);

/* The name of this computer, without its domain: what a device is called unless somebody says
 * otherwise. Cut to size, which is at least 16. */
void kc_place_host_name(char *ret, size_t size);

#endif
