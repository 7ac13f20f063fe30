/* SPDX-License-Identifier: ISC */
/* Logins by token, over the one login that the service knows of. */
#include "module/login.h"

#include "module/fetch.h"

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

static void set(struct kc_module *module, enum kc_token_number token, bool is_in)
{
	kc_module_relock(module);
	module->tokens[token].is_logged_in = is_in;
	kc_module_unlock();
}

CK_RV kc_login_start(struct kc_module *module, enum kc_token_number token, struct kc_bytes password)
{
	if (kc_login_is_in(module, token))
		return CKR_USER_ALREADY_LOGGED_IN;
	KC_RV_OF(kc_client_login(module->client, password));
	set(module, token, true);
	return CKR_OK;
}

void kc_login_end(struct kc_module *module, enum kc_token_number token)
{
	bool was_in, is_other_in = false;

	kc_module_relock(module);
	was_in = module->tokens[token].is_logged_in;
	module->tokens[token].is_logged_in = false;
	if (was_in)
		kc_objects_remove_private(&module->objects, token);
	for (unsigned i = 0; i < KC_TOKEN_COUNT; i++)
		is_other_in |= module->tokens[i].is_logged_in;
	kc_module_unlock();
	kc_fetch_drop_orphans(module);
	/* A service that has gone meanwhile knows of no login any more. */
	if (was_in && !is_other_in && kc_client_logout(module->client) != KC_OK)
		return;
}
