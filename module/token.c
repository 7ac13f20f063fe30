/* SPDX-License-Identifier: ISC */
/* The tokens and the state of the keychain behind them. */
#include "module/token.h"

#include <string.h>

#include "module/module.h"

/* clang-format off */
static const struct kc_token_facts facts[KC_TOKEN_COUNT] = {
	/*                   slot  label             serial  items          */
	[KC_TOKEN_DEVICE] = {0,    "Keycircle",      'D',    KC_SYNC_LOCAL},
	[KC_TOKEN_SYNC]   = {1,    "Keycircle Sync", 'S',    KC_SYNC_SYNCED},
};
/* clang-format on */

const struct kc_token_facts *kc_token_facts(enum kc_token_number token)
{
	return &facts[token];
}

CK_RV kc_token_of_slot(CK_SLOT_ID slot, enum kc_token_number *ret)
{
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++) {
		if (facts[i].slot == slot) {
			*ret = (enum kc_token_number)i;
			return CKR_OK;
		}
	}
	return CKR_SLOT_ID_INVALID;
}

void kc_token_status(struct kc_module *module, struct kc_token_status *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	*ret = (struct kc_token_status){.lock = KC_LOCK_NONE};
	if (kc_client_status(module->client, &status) != KC_OK)
		return;
	ret->lock = status.lock;
	ret->generation = status.generation;
	ret->allows_legacy = status.allows_legacy;
	memcpy(ret->device_id, status.device_id, sizeof ret->device_id);
}

CK_RV kc_token_check_present(struct kc_module *module)
{
	struct kc_token_status status;

	kc_token_status(module, &status);
	return status.lock == KC_LOCK_NONE ? CKR_TOKEN_NOT_PRESENT : CKR_OK;
}
