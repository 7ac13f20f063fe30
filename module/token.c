/* SPDX-License-Identifier: ISC */
/* The tokens and the state of the keychain behind them. */
#include "module/token.h"

#include <string.h>

#include "base/clock.h"
#include "module/module.h"

#define STATUS_LIFE_US 500000

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

void kc_token_status_fresh(struct kc_module *module, struct kc_token_status *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct kc_token_status now = {.is_known = true, .lock = KC_LOCK_NONE};

	if (kc_client_status(module->client, &status) == KC_OK) {
		now.lock = status.lock;
		memcpy(now.device_id, status.device_id, sizeof now.device_id);
	}
	now.asked_us = kc_clock_monotonic_us();
	kc_module_relock(module);
	module->status = now;
	kc_module_unlock();
	*ret = now;
}

void kc_token_status(struct kc_module *module, struct kc_token_status *ret)
{
	struct kc_token_status last;

	kc_module_relock(module);
	last = module->status;
	kc_module_unlock();
	if (last.is_known && kc_clock_monotonic_us() - last.asked_us < STATUS_LIFE_US)
		*ret = last;
	else
		kc_token_status_fresh(module, ret);
}

CK_RV kc_token_check_present(struct kc_module *module)
{
	struct kc_token_status status;

	kc_token_status(module, &status);
	return status.lock == KC_LOCK_NONE ? CKR_TOKEN_NOT_PRESENT : CKR_OK;
}
