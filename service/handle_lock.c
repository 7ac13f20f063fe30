/* SPDX-License-Identifier: ISC */
/* The calls about the keychain as a whole: its making, its lock, its state. */
#include "base/clock.h"
#include "service/dispatch.h"
#include "service/prompt.h"

/* A program whose user has refused to give the password is not asked for again so soon: some call
 * C_Login once for every session they open. */
#define REFUSAL_US ((uint64_t)20 * 1000000)

kc_err kc_handle_hello(struct kc_request *request)
{
	request->result.number = KC_WIRE_VERSION;
	return KC_OK;
}

kc_err kc_handle_status(struct kc_request *request)
{
	struct kc_status *status = &request->result.status;

	KC_TRY(kc_service_status(request->service, status));
	if (request->application->access.sandboxed) { /* what others keep is not its business */
		struct kc_status lock = {
			.lock = status->lock,
			.generation = status->generation,
			.has_password = status->has_password,
			.can_ask = status->can_ask,
			.allows_legacy = status->allows_legacy,
		};
		kc_status_done(status);
		*status = lock;
	}
	return KC_OK;
}

kc_err kc_handle_setup(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	kc_buf_push(&name, fields[1].bytes.data, fields[1].bytes.len);
	if (!kc_buf_text(&name))
		return KC_ERR(NO_MEMORY);
	return kc_service_create(
		request->service, fields[0].bytes, fields[2].bytes, kc_buf_text(&name));
}

kc_err kc_handle_rename(struct kc_request *request)
{
	struct kc_bytes text = request->arguments.fields[0].bytes;
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	kc_buf_push(&name, text.data, text.len);
	if (!kc_buf_text(&name))
		return KC_ERR(NO_MEMORY);
	return kc_keychain_rename(request->keychain, kc_buf_text(&name));
}

kc_err kc_handle_unlock(struct kc_request *request)
{
	KC_HOLD_TRYING(request);

	return kc_keychain_unlock(request->keychain, request->arguments.fields[0].bytes);
}

kc_err kc_handle_lock(struct kc_request *request)
{
	kc_application_log_officers_out();
	kc_keychain_lock(request->keychain);
	return KC_OK;
}

kc_err kc_handle_change_password(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;
	KC_HOLD_TRYING(request);

	return kc_keychain_change_password(request->keychain, fields[0].bytes, fields[1].bytes);
}

kc_err kc_handle_check_password(struct kc_request *request)
{
	KC_HOLD_TRYING(request);

	return kc_keychain_check_password(request->keychain, request->arguments.fields[0].bytes);
}

static bool was_refused(struct kc_application *application)
{
	uint64_t refused_us = atomic_load(&application->refused_us);
	return refused_us && kc_clock_monotonic_us() - refused_us < REFUSAL_US;
}

/* Asks the user until the password is right or there is no answer; one question at a time, and none
 * when another one's answer has opened the keychain meanwhile. */
static kc_err ask_and_unlock(struct kc_request *request)
{
	struct kc_service *service = request->service;
	kc_err err;

	if (kc_service_is_unlocked(service))
		return KC_OK;
	if (was_refused(request->application))
		return KC_ERR(CANCELED);
	err = kc_prompt_unlock(request->keychain, service->settings.prompt_s);
	if (err == KC_E_CANCELED)
		atomic_store(&request->application->refused_us, kc_clock_monotonic_us());
	return err;
}

static kc_err try_to_log_in(struct kc_request *request, struct kc_bytes password)
{
	KC_HOLD_TRYING(request);

	if (kc_service_is_unlocked(request->service))
		return kc_keychain_check_password(request->keychain, password);
	return kc_keychain_unlock(request->keychain, password);
}

kc_err kc_handle_login(struct kc_request *request)
{
	struct kc_bytes password = request->arguments.fields[0].bytes;

	return password.len ? try_to_log_in(request, password) : ask_and_unlock(request);
}

static kc_err ask_and_authorize(struct kc_request *request, uint64_t id)
{
	kc_err err;

	if (was_refused(request->application))
		return KC_ERR(CANCELED);
	err = kc_prompt_authorize(
		request->keychain, &request->caller, id, request->service->settings.prompt_s);
	if (err == KC_E_CANCELED)
		atomic_store(&request->application->refused_us, kc_clock_monotonic_us());
	return err;
}

kc_err kc_handle_key_authorize(struct kc_request *request)
{
	const struct kc_field *fields = request->arguments.fields;

	request->is_own = true;
	if (fields[1].bytes.len == 0)
		return ask_and_authorize(request, fields[0].number);
	KC_HOLD_TRYING(request);
	return kc_keychain_key_authorize(
		request->keychain, &request->caller, fields[0].number, fields[1].bytes);
}

/* The service stays open for everybody else, and for this program's other libraries. */
kc_err kc_handle_logout(struct kc_request *request)
{
	atomic_store(&request->application->refused_us, 0);
	return KC_OK;
}

kc_err kc_handle_stop(struct kc_request *request)
{
	kc_service_stop(request->service);
	return KC_OK;
}
