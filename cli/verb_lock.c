/* SPDX-License-Identifier: ISC */
/* kc unlock, lock, passwd and service stop: who may read the keychain from now on. */
#include "cli/input.h"
#include "cli/password.h"
#include "cli/session.h"
#include "cli/verb.h"
#include "wire/ending.h"
#include "wire/socket.h"

static kc_err lock_state(struct kc_run *run, enum kc_lock_state *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (status.lock == KC_LOCK_NONE)
		return KC_ERR(NO_KEYCHAIN);
	*ret = status.lock;
	return KC_OK;
}

static kc_err answer(struct kc_run *run, bool locked)
{
	json_t *object;

	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "locked", json_boolean(locked));
	return kc_run_answer(run, object);
}

/* The password from --stdin, --fd or --file, less one final newline whichever it was. */
static kc_err unlock_from_source(struct kc_run *run, bool *ret_given)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_bytes password;

	KC_TRY(kc_input_secret(run, &secret, ret_given));
	if (!*ret_given)
		return KC_OK;
	password = kc_secret_bytes(&secret);
	if (password.len && password.data[password.len - 1] == '\n')
		password.len--;
	return kc_client_unlock(run->client, password);
}

kc_err kc_verb_unlock(struct kc_run *run)
{
	enum kc_lock_state lock;
	bool given;

	KC_TRY(lock_state(run, &lock));
	KC_TRY(unlock_from_source(run, &given));
	/* When it is open already nobody is asked, but a password that was given is tried. */
	if (!given && (lock != KC_LOCK_UNLOCKED || kc_password_is_given(run, KC_PASSWORD_KEYCHAIN)))
		KC_TRY(kc_session_unlock(run));
	kc_run_note(run, KC_NOTE_UNLOCKED);
	return answer(run, false);
}

kc_err kc_verb_lock(struct kc_run *run)
{
	enum kc_lock_state lock;

	KC_TRY(lock_state(run, &lock));
	KC_TRY(kc_client_lock(run->client));
	kc_run_note(run, KC_NOTE_LOCKED);
	return answer(run, true);
}

kc_err kc_verb_service_stop(struct kc_run *run)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FD int lock = -1;

	KC_TRY(kc_place_find(&place));
	KC_TRY(kc_end_service(run->client, &place, &lock));
	kc_run_note(run, KC_NOTE_STOPPED);
	return answer(run, true);
}

/* The password as it is now. It is tried before anybody is asked for more, which would be in vain.
 */
static kc_err password_now(struct kc_run *run, enum kc_password more, struct kc_secret *ret)
{
	KC_TRY(kc_password_get(run, KC_PASSWORD_KEYCHAIN, ret));
	if (kc_password_is_given(run, more))
		return KC_OK;
	return kc_client_check_password(run->client, kc_secret_bytes(ret));
}

static kc_err change_password(struct kc_run *run)
{
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT, after = KC_SECRET_INIT;

	KC_TRY(password_now(run, KC_PASSWORD_NEW, &before));
	KC_TRY(kc_password_get(run, KC_PASSWORD_NEW, &after));
	return kc_client_change_password(
		run->client, kc_secret_bytes(&before), kc_secret_bytes(&after));
}

static kc_err count_changes(struct kc_run *run, size_t *ret)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};
	size_t count = 0;

	KC_TRY(kc_client_history(run->client, &history));
	for (size_t i = 0; i < history.count; i++)
		count += history.rows[i].kind == KC_HISTORY_NEW_PASSWORD;
	*ret = count;
	return KC_OK;
}

/* With a store that can be read and not written it is changed here, and sent later. */
static kc_err send_account_password(
	struct kc_run *run, struct kc_bytes before, struct kc_bytes after)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	size_t changes = 0, changed = 0;
	kc_err err;

	KC_TRY(count_changes(run, &changes));
	err = kc_client_account_password(run->client, before, after, &report);
	if (err == KC_E_STORE_GONE)
		KC_TRY(count_changes(run, &changed));
	if (changed > changes)
		kc_facts_set_str(&run->facts, KC_FACT_CHANGED_HERE, "the account password");
	return err;
}

/* Of the account, on all devices. */
static kc_err change_account_password(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_SECRET struct kc_secret before = KC_SECRET_INIT, after = KC_SECRET_INIT;

	KC_TRY(kc_session_open(run));
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &before));
	if (!kc_password_is_given(run, KC_PASSWORD_ACCOUNT_NEW))
		KC_TRY(kc_client_account_accept(run->client, kc_secret_bytes(&before), &report));
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT_NEW, &after));
	return send_account_password(run, kc_secret_bytes(&before), kc_secret_bytes(&after));
}

/* A new officer, in the place of whoever it was; an empty password leaves none. */
static kc_err set_officer(struct kc_run *run)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT, pin = KC_SECRET_INIT;

	KC_TRY(password_now(run, KC_PASSWORD_OFFICER_NEW, &password));
	KC_TRY(kc_password_get(run, KC_PASSWORD_OFFICER_NEW, &pin));
	return kc_client_officer_set(
		run->client, kc_secret_bytes(&password), kc_secret_bytes(&pin));
}

static kc_err replace_password(struct kc_run *run)
{
	KC_CLEANUP_SECRET struct kc_secret pin = KC_SECRET_INIT, after = KC_SECRET_INIT;

	KC_TRY(kc_password_get(run, KC_PASSWORD_OFFICER, &pin));
	KC_TRY(kc_client_officer_login(run->client, kc_secret_bytes(&pin)));
	KC_TRY(kc_password_get(run, KC_PASSWORD_NEW, &after));
	return kc_client_officer_reset(run->client, kc_secret_bytes(&after));
}

/* What `kc passwd` is to change: one row each. */
static const struct change {
	enum kc_option option; /* that says so; of the first there is none */
	kc_err (*run)(struct kc_run *run);
	enum kc_note note;
} changes[] = {
	{KC_OPTION_COUNT, change_password, KC_NOTE_PASSWD},
	{KC_OPTION_ACCOUNT, change_account_password, KC_NOTE_PASSWD_ACCOUNT},
	{KC_OPTION_OFFICER, set_officer, KC_NOTE_OFFICER},
	{KC_OPTION_FORGOTTEN, replace_password, KC_NOTE_PASSWD},
};

static kc_err find_change(struct kc_run *run, const struct change **ret)
{
	*ret = &changes[0];
	for (size_t i = 1; i < KC_COUNT_OF(changes); i++) {
		if (!kc_run_has(run, changes[i].option))
			continue;
		if (*ret != &changes[0])
			return kc_run_misused(run,
				"--account, --officer and --forgotten are different things to do");
		*ret = &changes[i];
	}
	return KC_OK;
}

kc_err kc_verb_passwd(struct kc_run *run)
{
	const struct change *change;
	enum kc_lock_state lock;

	KC_TRY(find_change(run, &change));
	if (change->option != KC_OPTION_OFFICER && change->option != KC_OPTION_FORGOTTEN &&
		kc_password_is_given(run, KC_PASSWORD_OFFICER))
		return kc_run_misused(
			run, "the officer's password is for --officer or --forgotten");
	if (change->option != KC_OPTION_ACCOUNT &&
		kc_password_is_given(run, KC_PASSWORD_ACCOUNT_NEW))
		return kc_run_misused(run, "the new account password is for --account");
	KC_TRY(lock_state(run, &lock));
	KC_TRY(change->run(run));
	kc_run_note(run, change->note);
	KC_TRY(lock_state(run, &lock));
	return answer(run, lock != KC_LOCK_UNLOCKED);
}
