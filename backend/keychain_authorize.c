/* SPDX-License-Identifier: ISC */
/* Authorisations of one use of one key by one program: a short list, emptied by a lock. */
#include "backend/keychain_authorize.h"

#include <stdlib.h>

#include "backend/keychain_keys.h"

#define MOST 256 /* of all programs; the oldest give way */

struct grant {
	uint64_t program, id; /* program 0: free */
};

struct kc_keychain_grants {
	pthread_mutex_t mutex; /* taken last */
	struct grant rows[MOST];
	size_t next; /* the row that is taken next, the oldest */
};

kc_err kc_keychain_authorize_open(struct kc_keychain *keychain)
{
	struct kc_keychain_grants *grants = calloc(1, sizeof *grants);

	if (!grants)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&grants->mutex, NULL);
	keychain->grants = grants;
	return KC_OK;
}

void kc_keychain_authorize_close(struct kc_keychain *keychain)
{
	if (!keychain->grants)
		return;
	pthread_mutex_destroy(&keychain->grants->mutex);
	free(keychain->grants);
	keychain->grants = NULL;
}

void kc_keychain_authorize_drop(struct kc_keychain *keychain)
{
	struct kc_keychain_grants *grants = keychain->grants;

	pthread_mutex_lock(&grants->mutex);
	for (size_t i = 0; i < MOST; i++)
		grants->rows[i] = (struct grant){0};
	pthread_mutex_unlock(&grants->mutex);
}

void kc_keychain_authorize_drop_program(struct kc_keychain *keychain, uint64_t program)
{
	struct kc_keychain_grants *grants = keychain->grants;

	pthread_mutex_lock(&grants->mutex);
	for (size_t i = 0; i < MOST; i++)
		if (grants->rows[i].program == program)
			grants->rows[i] = (struct grant){0};
	pthread_mutex_unlock(&grants->mutex);
}

/* Takes the grant away, if there is one. */
static bool take_inlock(struct kc_keychain_grants *grants, uint64_t program, uint64_t id)
{
	for (size_t i = 0; i < MOST; i++)
		if (grants->rows[i].program == program && grants->rows[i].id == id) {
			grants->rows[i] = (struct grant){0};
			return true;
		}
	return false;
}

kc_err kc_keychain_authorize_spend(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id)
{
	struct kc_keychain_grants *grants = keychain->grants;
	bool had;

	if (caller->program == 0)
		return KC_ERR(AUTH_NEEDED);
	pthread_mutex_lock(&grants->mutex);
	had = take_inlock(grants, caller->program, id);
	pthread_mutex_unlock(&grants->mutex);
	return had ? KC_OK : KC_ERR(AUTH_NEEDED);
}

/* A second one for the same use takes the place of the first. */
static void grant(struct kc_keychain_grants *grants, uint64_t program, uint64_t id)
{
	pthread_mutex_lock(&grants->mutex);
	(void)take_inlock(grants, program, id);
	grants->rows[grants->next] = (struct grant){program, id};
	grants->next = (grants->next + 1) % MOST;
	pthread_mutex_unlock(&grants->mutex);
}

kc_err kc_keychain_key_authorize(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes password)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	if (caller->program == 0)
		return KC_ERR(PARAM);
	KC_TRY(kc_keychain_keys_get(keychain, caller, id, 0, &key));
	KC_TRY(kc_keychain_check_password(keychain, password));
	grant(keychain->grants, caller->program, id);
	return KC_OK;
}

void kc_keychain_program_gone(struct kc_keychain *keychain, uint64_t program)
{
	kc_keychain_owned_drop_program(keychain, program);
	kc_keychain_authorize_drop_program(keychain, program);
}
