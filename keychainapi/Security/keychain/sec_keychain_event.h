/* SPDX-License-Identifier: ISC */
/* Telling a program's callbacks what its own calls have done. */
#ifndef KC_SECURITY_SEC_KEYCHAIN_EVENT_H
#define KC_SECURITY_SEC_KEYCHAIN_EVENT_H

#include <Security/SecKeychain.h>

/* Calls those that wait for such an event. item and keychain may be NULL. */
void kc_sec_keychain_event_send(
	SecKeychainEvent event, SecKeychainItemRef item, SecKeychainRef keychain);

#endif
