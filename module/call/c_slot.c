/* SPDX-License-Identifier: ISC */
/* PKCS#11 3.1, 5.5: slots and tokens. */
#include <stdio.h>
#include <string.h>

#include "module/form/fixed.h"
#include "module/session/login.h"
#include "module/mechanism/mechanism.h"
#include "module/session/module.h"

/* Both slots are always there; their tokens are, while there is a keychain, and the first one so
 * that there can be one. */
CK_RV C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	CK_SLOT_ID present[KC_TOKEN_COUNT];
	struct kc_token_status status;
	CK_ULONG room, found = 0;

	KC_RV_TRY(kc_module_enter(&module));
	if (!count)
		return CKR_ARGUMENTS_BAD;
	kc_token_status(module, &status);
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++)
		if (!token_present || kc_token_is_present((enum kc_token_number)i, &status))
			present[found++] = kc_token_facts((enum kc_token_number)i)->slot;
	room = *count;
	*count = found;
	if (!slots)
		return CKR_OK;
	if (room < found)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(slots, present, found * sizeof *slots);
	return CKR_OK;
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	struct kc_token_status status;
	enum kc_token_number token;

	KC_RV_TRY(kc_module_enter(&module));
	if (!info)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	kc_token_status(module, &status);
	*info = (CK_SLOT_INFO){0};
	KC_FIXED(info->slotDescription, kc_token_facts(token)->label);
	KC_FIXED(info->manufacturerID, KC_MANUFACTURER);
	if (kc_token_is_present(token, &status))
		info->flags = CKF_TOKEN_PRESENT;
	return CKR_OK;
}

/* The token's letter and the first 15 hexadecimal digits of the device's number. */
static void fill_serial(const struct kc_token_facts *facts, const struct kc_token_status *status,
	CK_TOKEN_INFO *info)
{
	char text[2 + 2 * sizeof status->device_id];

	if (!kc_token_is_initialized(status)) {
		KC_FIXED(info->serialNumber, "");
		return;
	}
	text[0] = facts->serial_letter;
	for (size_t i = 0; i < sizeof status->device_id; i++)
		snprintf(text + 1 + 2 * i, 3, "%02x", status->device_id[i]);
	KC_FIXED(info->serialNumber, text);
}

/*
 * The flags depend on the keychain alone, never on who asks: open, no login is needed; locked, the
 * service asks for the password by itself, if it has somebody to ask: programs that are told so do
 * not hand over a PIN that they have. That it asks is said while open in any case: when the first
 * token has no keys, ssh logs in to it to see whether it shows some then, and would ask for a PIN.
 *
 * A count is low after one wrong PIN, and until the next right one. There is no final try, and none
 * is locked: wrong ones are slowed.
 */
static CK_FLAGS flags_of(const struct kc_token_status *status)
{
	CK_FLAGS flags = CKF_RNG | CKF_DUAL_CRYPTO_OPERATIONS;

	if (!kc_token_is_initialized(status))
		return flags;
	flags |= CKF_TOKEN_INITIALIZED;
	if (status->has_password)
		flags |= CKF_USER_PIN_INITIALIZED;
	if (status->has_password && (status->can_ask || status->lock == KC_LOCK_UNLOCKED))
		flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	if (status->lock != KC_LOCK_UNLOCKED)
		flags |= CKF_LOGIN_REQUIRED;
	if (status->user_failed)
		flags |= CKF_USER_PIN_COUNT_LOW;
	if (status->officer_failed)
		flags |= CKF_SO_PIN_COUNT_LOW;
	return flags;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	struct kc_token_status status;
	enum kc_token_number token;

	KC_RV_TRY(kc_module_enter(&module));
	if (!info)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	kc_token_status(module, &status);
	if (!kc_token_is_present(token, &status))
		return CKR_TOKEN_NOT_PRESENT;
	*info = (CK_TOKEN_INFO){
		.flags = flags_of(&status),
		.ulMaxSessionCount = CK_EFFECTIVELY_INFINITE,
		.ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE,
		.ulMaxPinLen = KC_PIN_MAX,
		.ulMinPinLen = KC_PIN_MIN,
		.ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION,
		.ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION,
		.ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION,
		.ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION,
	};
	KC_FIXED(info->label, kc_token_facts(token)->label);
	KC_FIXED(info->manufacturerID, KC_MANUFACTURER);
	KC_FIXED(info->model, "Keychain");
	KC_FIXED(info->utcTime, "");
	fill_serial(kc_token_facts(token), &status, info);
	kc_module_relock(module);
	kc_sessions_count(&module->sessions, token, &info->ulSessionCount, &info->ulRwSessionCount);
	kc_module_unlock();
	return CKR_OK;
}

CK_RV C_GetMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	const struct kc_mechanism *rows;
	struct kc_token_status status;
	enum kc_token_number token;
	CK_MECHANISM_INFO info;
	CK_ULONG room, found = 0;
	size_t row_count;

	KC_RV_TRY(kc_module_enter(&module));
	if (!count)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	kc_token_status(module, &status);
	rows = kc_mechanism_rows(&row_count);
	room = list ? *count : 0;
	for (size_t i = 0; i < row_count; i++) {
		if (!kc_mechanism_info(&rows[i], status.allows_legacy, &info))
			continue;
		if (found < room)
			list[found] = rows[i].type;
		found++;
	}
	*count = found;
	return list && room < found ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;
	const struct kc_mechanism *row;
	enum kc_token_number token;

	KC_RV_TRY(kc_module_enter(&module));
	if (!info)
		return CKR_ARGUMENTS_BAD;
	KC_RV_TRY(kc_token_of_slot(slot, &token));
	return kc_mechanism_find(module, type, &row, info);
}

/* Tokens neither come nor go while a program runs, but for the making of the keychain. */
CK_RV C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	KC_CLEANUP_MODULE struct kc_module *module = NULL;

	KC_RV_TRY(kc_module_enter(&module));
	if (!slot || reserved)
		return CKR_ARGUMENTS_BAD;
	return flags & CKF_DONT_BLOCK ? CKR_NO_EVENT : CKR_FUNCTION_NOT_SUPPORTED;
}
