/* SPDX-License-Identifier: ISC */
/*
 * Asking the user for the keychain password on behalf of a program that has none: with the askpass
 * program of the service's environment (KC_ASKPASS; SSH_ASKPASS when SSH_ASKPASS_REQUIRE is force),
 * else with pinentry where there is a display. Never on a terminal: the service has none.
 */
#ifndef KC_SERVICE_PROMPT_H
#define KC_SERVICE_PROMPT_H

#include "backend/keychain.h"

/* Whether there is an askpass program, or a display for pinentry. */
bool kc_prompt_is_possible(void);
/* Asks up to three times and unlocks. One question is open at a time; who comes meanwhile waits for
 * its outcome. Errors: LOCKED (nobody to ask, or no answer within seconds), CANCELED, AUTH (three
 * wrong ones). */
KC_MUST kc_err kc_prompt_unlock(struct kc_keychain *keychain, unsigned seconds);
/* Asks for the officer's PIN; errors and outcome of kc_keychain_officer_check. */
KC_MUST kc_err kc_prompt_officer(
	struct kc_keychain *keychain, unsigned seconds, struct kc_secret *ret_key);
/* The same for one use of a key, open as the keychain may be; errors of key_authorize too. */
KC_MUST kc_err kc_prompt_authorize(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, unsigned seconds);

#endif
