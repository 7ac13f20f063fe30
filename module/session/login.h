/* SPDX-License-Identifier: ISC */
/*
 * Who is logged in. A login is this application's alone and lasts until it logs out, closes its
 * last session of the token, or the keychain is locked behind its back.
 */
#ifndef KC_MODULE_SESSION_LOGIN_H
#define KC_MODULE_SESSION_LOGIN_H

#include "module/session/module.h"

bool kc_login_is_in(struct kc_module *module, enum kc_token_number token);
/* Whether the security officer is in, instead of the user. */
bool kc_login_is_officer(struct kc_module *module, enum kc_token_number token);
/* Whether private objects are there for this application: the keychain is open, and it is not the
 * security officer who asks. CKR_USER_NOT_LOGGED_IN. */
CK_RV kc_login_check_private(struct kc_module *module, enum kc_token_number token);
/* Checks the password with the service, which opens the keychain when it is locked; an empty one
 * lets the service ask the user. CKR_USER_ALREADY_LOGGED_IN, CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
 * CKR_PIN_INCORRECT, CKR_FUNCTION_CANCELED (the user said no), CKR_USER_NOT_LOGGED_IN (nobody could
 * be asked), CKR_USER_PIN_NOT_INITIALIZED. */
CK_RV kc_login_start(
	struct kc_module *module, enum kc_token_number token, struct kc_bytes password);
/* The same for the officer, who opens nothing. CKR_SESSION_READ_ONLY_EXISTS too. */
CK_RV kc_login_start_officer(
	struct kc_module *module, enum kc_token_number token, struct kc_bytes pin);
/* Ends the token's login, if there is one: private objects of sessions go, and the handles of those
 * of the token. The service hears of the last. */
void kc_login_end(struct kc_module *module, enum kc_token_number token);

/* Lengths of a PIN in bytes, the user's or the officer's. */
#define KC_PIN_MIN 1
#define KC_PIN_MAX 1024
/* Whether a PIN can become one: CKR_PIN_LEN_RANGE, CKR_PIN_INVALID (it is not UTF-8). */
CK_RV kc_login_check_new_pin(struct kc_bytes pin);
/* The same, but for a PIN that was too long for any message: that is not the right one. */
CK_RV kc_login_rv_of_pin(CK_RV rv);

#endif
