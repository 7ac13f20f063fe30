/* SPDX-License-Identifier: ISC */
/* kc setup: the keychain of this device. */
#include "cli/ask.h"
#include "cli/password.h"
#include "cli/session.h"
#include "cli/verb.h"

static kc_err answer(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	json_t *object;

	KC_TRY(kc_client_status(run->client, &status));
	object = kc_json_object();
	kc_json_set(object, "device", kc_json_text(kc_bytes_str(status.device)));
	kc_json_set(object, "locked", json_boolean(status.lock != KC_LOCK_UNLOCKED));
	return kc_run_answer(run, object);
}

kc_err kc_verb_setup(struct kc_run *run)
{
	KC_TRY(kc_session_check_none(run)); /* before anybody thinks of a password */
	if (!kc_password_is_given(run, KC_PASSWORD_FIRST) && kc_ask_can(run))
		kc_run_note(run, KC_NOTE_SETTING_UP);
	KC_TRY(kc_session_make(run, kc_run_get(run, KC_OPTION_NAME)));
	kc_run_note(run, KC_NOTE_SETUP);
	return kc_run_json(run) ? answer(run) : KC_OK;
}
