/* SPDX-License-Identifier: ISC */
/* The lock is looked at once; a lock that falls meanwhile shows as LOCKED from the verb's own call.
 */
#include "cli/session.h"

#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "cli/ask.h"
#include "cli/password.h"

static kc_err lock_state(struct kc_run *run, enum kc_lock_state *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	*ret = status.lock;
	return KC_OK;
}

kc_err kc_session_unlock(struct kc_run *run)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	kc_err err = kc_password_get(run, KC_PASSWORD_KEYCHAIN, &password);

	if (err == KC_E_NEED_PASSWORD)
		return KC_ERR(LOCKED); /* says more than that a password is needed */
	KC_TRY(err);
	return kc_client_unlock(run->client, kc_secret_bytes(&password));
}

kc_err kc_session_open(struct kc_run *run)
{
	enum kc_lock_state lock;

	KC_TRY(lock_state(run, &lock));
	if (lock == KC_LOCK_NONE)
		return KC_ERR(NO_KEYCHAIN);
	return lock == KC_LOCK_UNLOCKED ? KC_OK : kc_session_unlock(run);
}

kc_err kc_session_open_if_given(struct kc_run *run)
{
	enum kc_lock_state lock;

	if (!kc_password_is_given(run, KC_PASSWORD_KEYCHAIN))
		return KC_OK;
	KC_TRY(lock_state(run, &lock));
	if (lock == KC_LOCK_NONE || lock == KC_LOCK_UNLOCKED)
		return KC_OK;
	return kc_session_unlock(run);
}

kc_err kc_session_check_none(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (status.lock == KC_LOCK_NONE)
		return KC_OK;
	if (!status.has_password)
		kc_facts_set_str(&run->facts, KC_FACT_UNSET, "it has no password yet");
	return KC_ERR(KEYCHAIN_EXISTS);
}

kc_err kc_session_make(struct kc_run *run, const char *name)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT, pin = KC_SECRET_INIT;
	char host[KC_DEVICE_NAME_MAX + 1];

	kc_place_host_name(host, sizeof host);
	KC_TRY(kc_password_get(run, KC_PASSWORD_FIRST, &password));
	if (kc_password_is_given(run, KC_PASSWORD_OFFICER_NEW))
		KC_TRY(kc_password_get(run, KC_PASSWORD_OFFICER_NEW, &pin));
	return kc_client_setup_with_officer(
		run->client, kc_secret_bytes(&password), kc_secret_bytes(&pin), name ? name : host);
}

bool kc_session_would_make(struct kc_run *run)
{
	enum kc_lock_state lock;

	return lock_state(run, &lock) == KC_OK && lock == KC_LOCK_NONE &&
	       (kc_password_is_given(run, KC_PASSWORD_FIRST) || kc_ask_can(run));
}

kc_err kc_session_open_or_make(struct kc_run *run)
{
	enum kc_lock_state lock;

	KC_TRY(lock_state(run, &lock));
	if (lock != KC_LOCK_NONE)
		return lock == KC_LOCK_UNLOCKED ? KC_OK : kc_session_unlock(run);
	if (!kc_password_is_given(run, KC_PASSWORD_FIRST) && !kc_ask_can(run))
		return KC_ERR(NO_KEYCHAIN);
	kc_run_note(run, KC_NOTE_MADE_FIRST);
	return kc_session_make(run, kc_run_get(run, KC_OPTION_NAME));
}
