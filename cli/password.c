/* SPDX-License-Identifier: ISC */
/* One row a password: the options that give it, and how it is asked for. */
#include "cli/password.h"

#include "cli/ask.h"
#include "cli/input.h"

static const struct row {
	enum kc_option file, fd;
	const char *prompt;
	const char *wanted, *source;
	bool is_new, may_lack;
	bool opens; /* it opens a keychain, so that any but an empty one is long enough */
} rows[] = {
	/* clang-format off */
	[KC_PASSWORD_KEYCHAIN] = {KC_OPTION_PASSWORD_FILE, KC_OPTION_PASSWORD_FD,
		"Keychain password: ",
		"the keychain password", "--password-file FILE", false, false, false},
	[KC_PASSWORD_NEW] = {KC_OPTION_NEW_PASSWORD_FILE, KC_OPTION_NEW_PASSWORD_FD,
		"New keychain password: ",
		"the new keychain password", "--new-password-file FILE", true, false, true},
	[KC_PASSWORD_FIRST] = {KC_OPTION_PASSWORD_FILE, KC_OPTION_PASSWORD_FD,
		"Password for the new keychain (usually your login password): ",
		"a password for the new keychain", "--password-file FILE", true, false, true},
	[KC_PASSWORD_ACCOUNT] = {KC_OPTION_ACCOUNT_PASSWORD_FILE, KC_OPTION_ACCOUNT_PASSWORD_FD,
		"Account password, the same on all your devices: ",
		"the account password", "--account-password-file FILE", false, false, false},
	[KC_PASSWORD_ACCOUNT_OR_NOT] = {KC_OPTION_ACCOUNT_PASSWORD_FILE, KC_OPTION_ACCOUNT_PASSWORD_FD,
		"Account password, so that nobody can undo this (Enter goes on without): ",
		"the account password", "--account-password-file FILE", false, true, false},
	[KC_PASSWORD_ACCOUNT_FIRST] = {KC_OPTION_ACCOUNT_PASSWORD_FILE, KC_OPTION_ACCOUNT_PASSWORD_FD,
		"New account password, for all your devices (eight characters or more): ",
		"an account password", "--account-password-file FILE", true, false, false},
	[KC_PASSWORD_ACCOUNT_NEW] = {KC_OPTION_NEW_ACCOUNT_PASSWORD_FILE, KC_OPTION_NEW_ACCOUNT_PASSWORD_FD,
		"New account password, for all your devices (eight characters or more): ",
		"the new account password", "--new-account-password-file FILE", true, false, false},
	[KC_PASSWORD_FILE] = {KC_OPTION_PASSPHRASE_FILE, KC_OPTION_PASSPHRASE_FD,
		"Passphrase of the file: ",
		"the passphrase of the file", "--passphrase-file FILE", false, false, false},
	[KC_PASSWORD_OFFICER] = {KC_OPTION_SO_PIN_FILE, KC_OPTION_SO_PIN_FD,
		"Security officer's password: ",
		"the security officer's password", "--so-pin-file FILE", false, false, false},
	[KC_PASSWORD_OFFICER_NEW] = {KC_OPTION_SO_PIN_FILE, KC_OPTION_SO_PIN_FD,
		"New password of the security officer: ",
		"a password for the security officer", "--so-pin-file FILE", true, false, false},
	/* clang-format on */
};

bool kc_password_is_given(const struct kc_run *run, enum kc_password which)
{
	return kc_run_has(run, rows[which].file) || kc_run_has(run, rows[which].fd);
}

static kc_err read_given(struct kc_run *run, const struct row *row, struct kc_buf *ret)
{
	long fd;

	if (kc_run_has(run, row->file) && kc_run_has(run, row->fd))
		return kc_run_misused(run, "%s can come from one place only", row->wanted);
	if (kc_run_has(run, row->file))
		return kc_input_file(run, kc_run_get(run, row->file), KC_INPUT_MAX_PASSWORD, ret);
	KC_TRY(kc_options_number(&run->options, row->fd, 0, 65535, &run->facts, &fd));
	return kc_input_fd(run, (int)fd, KC_INPUT_MAX_PASSWORD, ret);
}

static kc_err get(struct kc_run *run, const struct row *row, bool is_given, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	if (!is_given && row->may_lack && !kc_ask_can(run))
		return KC_OK;
	if (!is_given)
		return kc_ask_secret(run, row->prompt, row->is_new, row->wanted, row->source, ret);
	KC_TRY(read_given(run, row, &text));
	kc_input_chomp(&text);
	return kc_secret_set(ret, kc_buf_bytes(&text));
}

kc_err kc_password_get(struct kc_run *run, enum kc_password which, struct kc_secret *ret)
{
	const struct row *row = &rows[which];

	KC_TRY(get(run, row, kc_password_is_given(run, which), ret));
	if (row->opens && kc_secret_bytes(ret).len == 0)
		kc_facts_set_str(&run->facts, KC_FACT_BLANK, "the keychain password");
	return KC_OK;
}
