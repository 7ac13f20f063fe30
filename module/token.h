/* SPDX-License-Identifier: ISC */
/*
 * The two tokens: the items of this device, and those marked to sync. They are two views of one
 * keychain, so they are locked and opened together, and each is logged in to on its own.
 */
#ifndef KC_MODULE_TOKEN_H
#define KC_MODULE_TOKEN_H

#include "base/query.h"
#include "base/status.h"
#include "module/rv.h"

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
};

/* How the keychain stands. */
struct kc_token_status {
	enum kc_lock_state lock;
	uint64_t generation; /* grows with every change of an item */
	uint8_t device_id[8];
	bool allows_legacy; /* mechanisms of yesterday are offered */
};

/* Costs no round trip while nothing has changed (wire/bulletin.h). A service that cannot be reached
 * counts as no keychain. */
void kc_token_status(struct kc_module *module, struct kc_token_status *ret);
/* CKR_TOKEN_NOT_PRESENT when there is no keychain. */
CK_RV kc_token_check_present(struct kc_module *module);

#endif
