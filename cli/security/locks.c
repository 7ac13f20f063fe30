/* SPDX-License-Identifier: ISC */
/* Keychains as a whole: made, removed, locked, opened, set. */
#include <stdio.h>
#include <string.h>

#include "cli/security/command.h"
#include "cli/security/keychains.h"
#include "cli/security/settings.h"
#include "cli/session.h"

#define MOST_TIMEOUT 604800 /* seconds; a week, as kc.conf */

/* --- one of them ------------------------------------------------------------------------------
 */

/* A failure of a call that is about a keychain: "SecKeychainUnlock /path: …". */
static int32_t fail_on(struct kc_sec *sec, const char *call, const char *given, kc_err err)
{
	KC_CLEANUP_BUF struct kc_buf what = KC_BUF_INIT;

	kc_buf_printf(&what, "%s %s", call, given ? given : "<default>");
	return kc_sec_fail(sec, kc_buf_text(&what) ? kc_buf_text(&what) : call, err);
}

/* The value of an option, else a question; a new password is asked for twice. */
static kc_err get_password(struct kc_sec *sec, struct kc_sec_args *args, char letter,
	const char *prompt, const char *retype, struct kc_secret *ret)
{
	const char *text = args->value[(unsigned char)letter];

	if (!text)
		return retype ? kc_sec_ask_new(sec, prompt, retype, ret)
			      : kc_sec_ask(sec, prompt, ret);
	KC_TRY(kc_secret_set(ret, kc_bytes_str(text)));
	kc_sec_args_hide(sec, args, letter);
	return KC_OK;
}

/* A command that is about one keychain, or the default one: then *ret_given is NULL. */
static bool parse_one(
	int argc, char **argv, const char *options, struct kc_sec_args *ret, const char **ret_given)
{
	if (!kc_sec_args_parse(argc, argv, options, ret) || ret->word_count > 1)
		return false;
	*ret_given = ret->word_count ? ret->words[0] : NULL;
	return true;
}

int32_t kc_sec_create_keychain(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "Pp:", &args) || args.word_count == 0)
		return KC_SEC_USAGE;
	err = get_password(sec, &args, 'p',
		"password for new keychain: ", "retype password for new keychain: ", &password);
	if (err == KC_OK && !args.value['p'] && password.len == 0)
		err = KC_ERR(CANCELED);
	for (size_t i = 0; i < args.word_count && err == KC_OK; i++) {
		err = kc_sec_keychains_make(sec, args.words[i], kc_secret_bytes(&password));
		if (err != KC_OK)
			return fail_on(sec, "SecKeychainCreate", args.words[i], err);
	}
	return err == KC_OK ? 0 : fail_on(sec, "SecKeychainCreate", args.words[0], err);
}

int32_t kc_sec_delete_keychain(struct kc_sec *sec, int argc, char **argv)
{
	struct kc_sec_args args;

	if (!kc_sec_args_parse(argc, argv, "", &args) || args.word_count == 0)
		return KC_SEC_USAGE;
	for (size_t i = 0; i < args.word_count; i++) {
		kc_err err = kc_sec_keychains_remove(sec, args.words[i]);
		if (err != KC_OK)
			return fail_on(sec, "SecKeychainDelete", args.words[i], err);
	}
	return 0;
}

static kc_err lock_all(struct kc_sec *sec)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;

	KC_TRY(kc_sec_keychains_asked(sec, NULL, 0, &paths));
	for (size_t i = 0; i < paths.count; i++) {
		kc_err err = kc_sec_keychains_use(sec, paths.rows[i]);
		if (err == KC_OK)
			err = kc_client_lock(sec->run.client);
		if (err != KC_E_NO_KEYCHAIN)
			KC_TRY(err);
	}
	return KC_OK;
}

int32_t kc_sec_lock_keychain(struct kc_sec *sec, int argc, char **argv)
{
	struct kc_sec_args args;
	const char *given;
	kc_err err;

	if (!parse_one(argc, argv, "a", &args, &given) || (args.given['a'] && given))
		return KC_SEC_USAGE;
	if (args.given['a']) {
		err = lock_all(sec);
		return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainLockAll", err);
	}
	err = kc_sec_keychains_use_word(sec, given);
	if (err == KC_OK)
		err = kc_client_lock(sec->run.client);
	return err == KC_OK ? 0 : fail_on(sec, "SecKeychainLock", given, err);
}

static kc_err unlock(struct kc_sec *sec, struct kc_sec_args *args, const char *given)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf prompt = KC_BUF_INIT;

	KC_TRY(kc_sec_keychains_use_word(sec, given));
	KC_TRY(kc_session_open_if_given(&sec->run)); /* says whether there is one at all */
	kc_buf_printf(&prompt, "password to unlock %s: ", kc_buf_text(&sec->path));
	if (!kc_buf_text(&prompt))
		return KC_ERR(NO_MEMORY);
	KC_TRY(get_password(sec, args, 'p', kc_buf_text(&prompt), NULL, &password));
	return kc_client_unlock(sec->run.client, kc_secret_bytes(&password));
}

int32_t kc_sec_unlock_keychain(struct kc_sec *sec, int argc, char **argv)
{
	struct kc_sec_args args;
	const char *given;
	kc_err err;

	if (!parse_one(argc, argv, "up:", &args, &given))
		return KC_SEC_USAGE;
	err = unlock(sec, &args, given);
	return err == KC_OK ? 0 : fail_on(sec, "SecKeychainUnlock", given, err);
}

/* --- settings ---------------------------------------------------------------------------------
 */

static kc_err check_there(struct kc_sec *sec, const char *given)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_sec_keychains_use_word(sec, given));
	KC_TRY(kc_client_status(sec->run.client, &status));
	return status.lock == KC_LOCK_NONE ? KC_ERR(NO_KEYCHAIN) : KC_OK;
}

int32_t kc_sec_set_settings(struct kc_sec *sec, int argc, char **argv)
{
	struct kc_sec_settings settings = {.timeout = 0};
	struct kc_sec_args args;
	const char *given;
	char *end = NULL;
	kc_err err;

	if (!parse_one(argc, argv, "lut:", &args, &given))
		return KC_SEC_USAGE;
	if (args.value['t'])
		settings.timeout = strtoul(args.value['t'], &end, 10);
	if (end && (*end || end == args.value['t'] || settings.timeout > MOST_TIMEOUT))
		return KC_SEC_USAGE;
	settings.lock_on_sleep = args.given['l'];
	err = check_there(sec, given);
	if (err == KC_OK)
		err = kc_sec_settings_write(sec, &settings);
	return err == KC_OK ? 0 : fail_on(sec, "SecKeychainSetSettings", given, err);
}

int32_t kc_sec_show_info(struct kc_sec *sec, int argc, char **argv)
{
	struct kc_sec_settings settings = {.timeout = 0};
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	struct kc_sec_args args;
	const char *given;
	kc_err err;

	if (!parse_one(argc, argv, "", &args, &given))
		return KC_SEC_USAGE;
	err = check_there(sec, given);
	if (err == KC_OK)
		err = kc_sec_settings_read(sec, &settings);
	if (err != KC_OK)
		return fail_on(sec, "SecKeychainCopySettings", given, err);
	kc_buf_printf(&text, "Keychain \"%s\"%s", given ? given : "<NULL>",
		settings.lock_on_sleep ? " lock-on-sleep" : "");
	if (settings.timeout)
		kc_buf_printf(&text, " timeout=%lus\n", settings.timeout);
	else
		kc_buf_push_str(&text, " no-timeout\n");
	kc_sec_say_bytes(sec, kc_buf_bytes(&text));
	return 0;
}

int32_t kc_sec_set_password(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_SECRET struct kc_secret old = KC_SECRET_INIT, fresh = KC_SECRET_INIT;
	struct kc_sec_args args;
	const char *given;
	kc_err err;

	if (!parse_one(argc, argv, "o:p:", &args, &given))
		return KC_SEC_USAGE;
	err = check_there(sec, given);
	if (err == KC_OK)
		err = get_password(sec, &args, 'o', "Old Password: ", NULL, &old);
	if (err == KC_OK)
		err = get_password(
			sec, &args, 'p', "New Password: ", "Retype New Password: ", &fresh);
	if (err == KC_OK)
		err = kc_client_change_password(
			sec->run.client, kc_secret_bytes(&old), kc_secret_bytes(&fresh));
	return err == KC_OK ? 0 : fail_on(sec, "SecKeychainChangePassword", given, err);
}

/* Programs are told apart by access groups, so there is no list to change; but the password is
 * checked, as scripts expect. */
int32_t kc_sec_partition_list(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	struct kc_sec_args args;
	const char *given;
	kc_err err;

	if (!parse_one(argc, argv, "a:c:C:D:dG:ej:k:l:p:P:r:sS:t:uvw", &args, &given) ||
		!args.value['S'])
		return KC_SEC_USAGE;
	err = check_there(sec, given);
	if (err == KC_OK)
		err = get_password(
			sec, &args, 'k', "password to unlock keychain: ", NULL, &password);
	if (err == KC_OK)
		err = kc_client_unlock(sec->run.client, kc_secret_bytes(&password));
	return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainItemSetAccessWithPassword", err);
}
