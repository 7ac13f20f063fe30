/* SPDX-License-Identifier: ISC */
/* dump-keychain. */
#include "cli/security/command.h"
#include "cli/security/dump.h"
#include "cli/security/keychains.h"

static void print_dumped(struct kc_sec *sec, const struct kc_found *item, bool with_data)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_sec_dump_item(&text, item, kc_buf_bytes(&sec->path));
	if (with_data && item->has_secret) {
		kc_buf_push_str(&text, "data:\n");
		kc_sec_dump_value(&text, kc_secret_bytes(&item->secret));
		kc_buf_push_byte(&text, '\n');
	}
	kc_out_push(&sec->run.out, kc_buf_bytes(&text));
}

static kc_err dump_one(struct kc_sec *sec, const char *keychain, bool with_data)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_sec_keychains_list(sec, keychain, 0, with_data ? KC_WANT_SECRET : 0u, &found));
	for (size_t i = 0; i < found.count; i++)
		print_dumped(sec, &found.rows[i], with_data);
	return KC_OK;
}

int32_t kc_sec_dump_keychain(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "adir", &args))
		return KC_SEC_USAGE;
	err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
	for (size_t i = 0; i < paths.count && err == KC_OK; i++)
		err = kc_sec_keychains_pass(&paths, dump_one(sec, paths.rows[i], args.given['d']));
	return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainSearchCopyNext", err);
}
