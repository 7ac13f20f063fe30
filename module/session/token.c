/* SPDX-License-Identifier: ISC */
/* The tokens and the state of the keychain behind them. */
#include "module/session/token.h"

#include <string.h>

#include "module/session/module.h"

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
	ret->is_reachable = true;
	ret->lock = status.lock;
	ret->has_password = status.has_password;
	ret->has_officer = status.has_officer;
	ret->user_failed = status.user_failed;
	ret->officer_failed = status.officer_failed;
	ret->generation = status.generation;
	ret->can_ask = status.can_ask;
	ret->allows_legacy = status.allows_legacy;
	memcpy(ret->device_id, status.device_id, sizeof ret->device_id);
}

bool kc_token_is_initialized(const struct kc_token_status *status)
{
	return status->lock != KC_LOCK_NONE;
}

bool kc_token_is_present(enum kc_token_number token, const struct kc_token_status *status)
{
	return kc_token_is_initialized(status) ||
	       (token == KC_TOKEN_DEVICE && status->is_reachable);
}

CK_RV kc_token_check(struct kc_module *module, enum kc_token_number token)
{
	struct kc_token_status status;

	kc_token_status(module, &status);
	if (!kc_token_is_present(token, &status))
		return CKR_TOKEN_NOT_PRESENT;
	return kc_token_is_initialized(&status) ? CKR_OK : CKR_TOKEN_NOT_RECOGNIZED;
}

/* The lock of telling is held over the round trip, so that what is told last is true. A service
 * that cannot be reached is told at the next chance. */
void kc_token_tell_use(struct kc_module *module, enum kc_token_number token)
{
	CK_ULONG all, writable;

	pthread_mutex_lock(&module->telling);
	kc_module_relock(module);
	kc_sessions_count(&module->sessions, token, &all, &writable);
	kc_module_unlock();
	if (module->tokens[token].is_told != (all != 0) &&
		kc_client_token_use(module->client, facts[token].sync, all != 0) == KC_OK)
		module->tokens[token].is_told = all != 0;
	pthread_mutex_unlock(&module->telling);
}
