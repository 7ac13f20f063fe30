/* SPDX-License-Identifier: ISC */
/*
 * The two tokens: the items of this device, and those marked to sync. They are two views of one
 * keychain, so they are locked and opened together, and each is logged in to on its own.
 */
#ifndef KC_MODULE_SESSION_TOKEN_H
#define KC_MODULE_SESSION_TOKEN_H

#include "base/query.h"
#include "base/status.h"
#include "module/form/rv.h"

struct kc_module;

enum kc_token_number { KC_TOKEN_DEVICE, KC_TOKEN_SYNC, KC_TOKEN_COUNT };

/* What is the same for ever: slot ids, labels and serial numbers are in people's configurations. */
struct kc_token_facts {
	CK_SLOT_ID slot;
	const char *label;
	char serial_letter;
	enum kc_sync_filter sync; /* which items the token shows */
};
const struct kc_token_facts *kc_token_facts(enum kc_token_number token);
/* CKR_SLOT_ID_INVALID. */
CK_RV kc_token_of_slot(CK_SLOT_ID slot, enum kc_token_number *ret);

/* What this application did with a token; guarded by the module's lock. */
struct kc_token {
	bool is_logged_in; /* the user */
	bool is_officer;   /* the security officer instead */
	bool is_told;	   /* the service knows of sessions; guarded by the lock of telling */
};

/* How the keychain stands. */
struct kc_token_status {
	enum kc_lock_state lock;
	uint64_t generation; /* grows with every change of an item */
	uint8_t device_id[8];
	bool can_ask;	    /* the service can ask for the password by itself */
	bool allows_legacy; /* mechanisms of yesterday are offered */
	bool is_reachable;  /* the service has answered: without it there is no keychain either */
	bool has_password, has_officer, user_failed, officer_failed; /* base/status.h */
};

/* Costs no round trip while nothing has changed (wire/bulletin.h). A service that cannot be reached
 * counts as no keychain. */
void kc_token_status(struct kc_module *module, struct kc_token_status *ret);
/*
 * On a device without a keychain the first token is there all the same, so that C_InitToken can
 * make it; but nothing else can be done with it. The second comes with the keychain.
 */
bool kc_token_is_present(enum kc_token_number token, const struct kc_token_status *status);
bool kc_token_is_initialized(const struct kc_token_status *status);
/* CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED (it is not initialised). */
CK_RV kc_token_check(struct kc_module *module, enum kc_token_number token);
/* Tells the service when this application's first session of a token was opened, or its last one
 * closed: C_InitToken of another one is refused meanwhile. Without the module's lock. */
void kc_token_tell_use(struct kc_module *module, enum kc_token_number token);

#endif
