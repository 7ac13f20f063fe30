/* SPDX-License-Identifier: ISC */
/* Keys that ask for the password at each use ("alau"): one authorisation a use. */
#ifndef KC_BACKEND_KEYCHAIN_AUTHORIZE_H
#define KC_BACKEND_KEYCHAIN_AUTHORIZE_H

#include "backend/keychain_impl.h"

/* Takes the authorisation that the caller's program was given for the key. Errors: AUTH_NEEDED. */
KC_MUST kc_err kc_keychain_authorize_spend(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id);

#endif
