/* SPDX-License-Identifier: ISC */
/* Which keychains there are: list-keychains, default-keychain, login-keychain. */
#include <string.h>

#include "cli/security/command.h"
#include "cli/security/keychains.h"

static void print_path(struct kc_sec *sec, const char *path)
{
	kc_out_push(&sec->run.out, kc_bytes_str("    \""));
	kc_out_push(&sec->run.out, kc_bytes_str(path));
	kc_out_push(&sec->run.out, kc_bytes_str("\"\n"));
}

/* Only the user's domain has keychains here. */
static bool is_other_domain(const struct kc_sec_args *args)
{
	return args->value['d'] && strcmp(args->value['d'], "user") != 0;
}

int32_t kc_sec_list_keychains(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "d:s", &args) || (args.word_count && !args.given['s']))
		return KC_SEC_USAGE;
	if (is_other_domain(&args))
		return 0;
	if (!args.given['s'] || args.word_count) {
		err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
		if (err != KC_OK)
			return kc_sec_fail(sec, "SecKeychainCopySearchList", err);
	}
	if (args.given['s']) {
		err = kc_keychains_set_search(&sec->place, &paths);
		return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainSetSearchList", err);
	}
	for (size_t i = 0; i < paths.count; i++)
		print_path(sec, paths.rows[i]);
	return 0;
}

static kc_err set_default(struct kc_sec *sec, const char *path)
{
	if (!kc_keychains_exist(&sec->place, path))
		return KC_ERR(NO_KEYCHAIN);
	return kc_keychains_set_default(&sec->place, path);
}

int32_t kc_sec_default_keychain(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_FREE char *path = NULL;
	struct kc_sec_args args;
	const char *word;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "d:s", &args) || args.word_count > 1 ||
		(args.word_count && !args.given['s']))
		return KC_SEC_USAGE;
	if (is_other_domain(&args))
		return kc_sec_fail(sec, "SecKeychainCopyDomainDefault", KC_E_NO_KEYCHAIN);
	word = args.word_count ? args.words[0] : args.given['s'] ? KC_KEYCHAINS_LOGIN : NULL;
	err = kc_keychains_path(&sec->place, word, &path);
	if (err == KC_OK && args.given['s'])
		err = set_default(sec, path);
	if (err != KC_OK)
		return kc_sec_fail(sec,
			args.given['s'] ? "SecKeychainSetDefault" : "SecKeychainCopyDefault", err);
	if (!args.given['s'])
		print_path(sec, path);
	return 0;
}

int32_t kc_sec_login_keychain(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_FREE char *path = NULL;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "d:", &args) || args.word_count)
		return KC_SEC_USAGE;
	err = kc_keychains_path(&sec->place, KC_KEYCHAINS_LOGIN, &path);
	if (err != KC_OK)
		return kc_sec_fail(sec, "SecKeychainCopyLogin", err);
	print_path(sec, path);
	return 0;
}
