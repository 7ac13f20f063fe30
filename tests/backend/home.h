/* SPDX-License-Identifier: ISC */
/* A keychain in a folder of its own, for tests. */
#ifndef KC_TESTS_BACKEND_HOME_H
#define KC_TESTS_BACKEND_HOME_H

#include "backend/keychain.h"

struct home {
	char path[64];
	struct kc_place place;
	struct kc_keychain *keychain; /* NULL while closed */
};

#define HOME_INIT \
	{         \
		0 \
	}
#define CLEANUP_HOME KC_CLEANUP(home_done)

/* A new keychain with the password "password", unlocked. Ends the test when it cannot be made. */
void home_init(struct home *home);
/* The folder alone. */
void home_init_empty(struct home *home);
void home_close(struct home *home);
void home_open(struct home *home); /* and leaves it locked */
void home_unlock(struct home *home);
void home_done(struct home *home); /* closes and removes everything */
/* The database file; valid until the next call. */
const char *home_database(const struct home *home);

/* A caller of the user's own programs, and one of a sandbox. */
extern const struct kc_caller home_user, home_sandbox;

/* Homes are made in memory from now on, where there is such a place: for tests that need no disk.
 */
void home_use_memory(void);

#endif
