/* SPDX-License-Identifier: ISC */
/* Logins by token, over the one login that the service knows of. */
#include "module/session/login.h"

#include <string.h>

#include "base/der.h"
#include "module/object/fetch.h"

/* A lock ends every login, and nobody tells the module: it looks. */
static bool is_open(struct kc_module *module)
{
	struct kc_token_status status;

	kc_token_status(module, &status);
	return status.lock == KC_LOCK_UNLOCKED;
}

bool kc_login_is_in(struct kc_module *module, enum kc_token_number token)
{
	bool is_in;

	kc_module_relock(module);
	is_in = module->tokens[token].is_logged_in;
	kc_module_unlock();
	return is_in && is_open(module);
}

bool kc_login_is_officer(struct kc_module *module, enum kc_token_number token)
{
	bool is_officer;

	kc_module_relock(module);
	is_officer = module->tokens[token].is_officer;
	kc_module_unlock();
	return is_officer;
}

CK_RV kc_login_check_private(struct kc_module *module, enum kc_token_number token)
{
	return is_open(module) && !kc_login_is_officer(module, token) ? CKR_OK
								      : CKR_USER_NOT_LOGGED_IN;
}

/* Who is logged in already, if anybody; a lock has ended the user's login. */
static CK_RV check_nobody_in(
	struct kc_module *module, enum kc_token_number token, bool wants_officer)
{
	if (kc_login_is_officer(module, token))
		return wants_officer ? CKR_USER_ALREADY_LOGGED_IN
				     : CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
	if (kc_login_is_in(module, token))
		return wants_officer ? CKR_USER_ANOTHER_ALREADY_LOGGED_IN
				     : CKR_USER_ALREADY_LOGGED_IN;
	return CKR_OK;
}

CK_RV kc_login_start(struct kc_module *module, enum kc_token_number token, struct kc_bytes password)
{
	struct kc_token_status status;

	KC_RV_TRY(check_nobody_in(module, token, false));
	kc_token_status(module, &status);
	if (!status.has_password) /* so nobody is asked for one */
		return CKR_USER_PIN_NOT_INITIALIZED;
	KC_RV_OF(kc_client_login(module->client, password));
	kc_module_relock(module);
	module->tokens[token].is_logged_in = true;
	kc_module_unlock();
	return CKR_OK;
}

/* With the lock held. */
static CK_RV check_sessions_inlock(struct kc_module *module, enum kc_token_number token)
{
	CK_ULONG all, writable;

	kc_sessions_count(&module->sessions, token, &all, &writable);
	return all == writable ? CKR_OK : CKR_SESSION_READ_ONLY_EXISTS;
}

static CK_RV check_sessions(struct kc_module *module, enum kc_token_number token)
{
	CK_RV rv;

	kc_module_relock(module);
	rv = check_sessions_inlock(module, token);
	kc_module_unlock();
	return rv;
}

/* The service hears when no token has the officer any more. */
static void end_officer(struct kc_module *module)
{
	bool is_in = false;

	kc_module_relock(module);
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++)
		is_in |= module->tokens[i].is_officer;
	kc_module_unlock();
	if (!is_in && kc_client_officer_logout(module->client) != KC_OK)
		return;
}

CK_RV kc_login_start_officer(
	struct kc_module *module, enum kc_token_number token, struct kc_bytes pin)
{
	struct kc_token_status status;
	CK_RV rv;

	KC_RV_TRY(check_nobody_in(module, token, true));
	KC_RV_TRY(check_sessions(module, token));
	kc_token_status(module, &status);
	if (!status.has_officer)
		return CKR_USER_PIN_NOT_INITIALIZED;
	KC_RV_OF(kc_client_officer_login(module->client, pin));
	kc_module_relock(module);
	rv = check_sessions_inlock(module, token); /* one may have come meanwhile */
	if (rv == CKR_OK) {
		module->tokens[token].is_logged_in = false; /* which a lock had ended */
		module->tokens[token].is_officer = true;
	}
	kc_module_unlock();
	if (rv != CKR_OK)
		end_officer(module);
	return rv;
}

void kc_login_end(struct kc_module *module, enum kc_token_number token)
{
	bool was_in, was_officer, is_other_in = false;

	kc_module_relock(module);
	was_in = module->tokens[token].is_logged_in;
	was_officer = module->tokens[token].is_officer;
	module->tokens[token].is_logged_in = module->tokens[token].is_officer = false;
	if (was_in)
		kc_objects_remove_private(&module->objects, token);
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++)
		is_other_in |= module->tokens[i].is_logged_in;
	kc_module_unlock();
	kc_fetch_drop_orphans(module);
	if (was_officer)
		end_officer(module);
	/* A service that has gone meanwhile knows of no login any more. */
	if (was_in && !is_other_in && kc_client_logout(module->client) != KC_OK)
		return;
}

CK_RV kc_login_check_new_pin(struct kc_bytes pin)
{
	if (pin.len < KC_PIN_MIN || pin.len > KC_PIN_MAX)
		return CKR_PIN_LEN_RANGE;
	if (!kc_der_is_utf8(pin) || memchr(pin.data, 0, pin.len))
		return CKR_PIN_INVALID;
	return CKR_OK;
}

CK_RV kc_login_rv_of_pin(CK_RV rv)
{
	return rv == CKR_DATA_LEN_RANGE ? CKR_PIN_INCORRECT : rv;
}
