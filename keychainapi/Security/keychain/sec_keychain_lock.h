/* SPDX-License-Identifier: ISC */
/* Having the user asked for the password of a keychain. */
#ifndef KC_SECURITY_SEC_KEYCHAIN_LOCK_H
#define KC_SECURITY_SEC_KEYCHAIN_LOCK_H

#include "wire/client.h"

/* Whether a call that failed so is to be made again: it failed because the keychain is locked, and
 * now the user, who was asked by the service, has unlocked it. Never when the program has forbidden
 * to ask. */
bool kc_sec_keychain_lock_was_opened(struct kc_client *client, kc_err err);

#endif
