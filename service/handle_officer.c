/* SPDX-License-Identifier: ISC */
/* The calls of the security officer, and those that are about a token as a whole. */
#include "service/dispatch.h"
#include "service/prompt.h"

/* Where the PIN is empty somebody is asked for it. */
static kc_err check_or_ask(
	struct kc_request *request, struct kc_bytes pin, struct kc_secret *ret_key)
{
	if (pin.len == 0)
		return kc_prompt_officer(
			request->keychain, request->service->settings.prompt_s, ret_key);
	KC_HOLD_TRYING(request);
	return kc_keychain_officer_check(request->keychain, pin, ret_key);
}

/* The key is the program's until it logs out, ends, or the keychain is locked; it opens nothing. */
kc_err kc_handle_officer_login(struct kc_request *request)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	KC_TRY(check_or_ask(request, request->arguments.fields[0].bytes, &key));
	kc_application_log_officer_in(request->application, &key);
	return KC_OK;
}

kc_err kc_handle_officer_logout(struct kc_request *request)
{
	struct kc_secret nobody = KC_SECRET_INIT;

	kc_application_log_officer_in(request->application, &nobody);
	return KC_OK;
}

kc_err kc_handle_officer_reset(struct kc_request *request)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	KC_TRY(kc_application_officer(request->application, &key));
	return kc_keychain_officer_reset(
		request->keychain, &key, request->arguments.fields[0].bytes);
}

/* Who changed the PIN has shown that he knows it, and stays logged in with the new one. */
kc_err kc_handle_officer_change(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_HOLD_TRYING(request);

	KC_TRY(kc_keychain_officer_change(
		request->keychain, fields[0].bytes, fields[1].bytes, &key));
	kc_application_log_officers_out();
	kc_application_log_officer_in(request->application, &key);
	return KC_OK;
}

kc_err kc_handle_officer_set(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_HOLD_TRYING(request);

	KC_TRY(kc_keychain_officer_set(request->keychain, fields[0].bytes, fields[1].bytes));
	kc_application_log_officers_out();
	return KC_OK;
}

static kc_err get_token(const struct kc_field *field, enum kc_sync_filter *ret)
{
	if (field->number != KC_SYNC_LOCAL && field->number != KC_SYNC_SYNCED)
		return KC_ERR(PARAM);
	*ret = (enum kc_sync_filter)field->number;
	return KC_OK;
}

kc_err kc_handle_officer_erase(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	enum kc_sync_filter which;
	KC_HOLD_TRYING(request);

	KC_TRY(get_token(&fields[1], &which));
	if (kc_application_is_token_used(which))
		return KC_ERR(IN_USE);
	if (!request->service->settings.allow_token_init)
		return KC_ERR(NOT_ALLOWED);
	return kc_keychain_officer_erase(
		request->keychain, &request->caller, fields[0].bytes, which);
}

kc_err kc_handle_token_use(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	enum kc_sync_filter which;

	KC_TRY(get_token(&fields[0], &which));
	kc_application_use_token(request->application, which, fields[1].truth);
	return KC_OK;
}
