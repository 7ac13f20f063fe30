/* SPDX-License-Identifier: ISC */
/* find-key. */
#include <string.h>
#include <strings.h>

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/security/command.h"
#include "cli/security/dump.h"
#include "cli/security/keychains.h"

static bool set_key_query(const struct kc_sec_args *args, struct kc_attrs *attrs)
{
	static const char *const halves[] = {
		[KC_KEY_PUBLIC] = "public",
		[KC_KEY_PRIVATE] = "private",
		[KC_KEY_SYMMETRIC] = "symmetric",
	};
	const char *half = args->value['t'];
	bool known = !half;

	for (size_t i = 0; half && i < KC_COUNT_OF(halves); i++) {
		if (strcmp(half, halves[i]) != 0)
			continue;
		kc_attrs_set_number(attrs, KC_ATTR_KEY_CLASS, (int64_t)i);
		known = true;
	}
	if (args->value['l'])
		kc_attrs_set_str(attrs, KC_ATTR_LABEL, args->value['l']);
	if (args->given['s'])
		kc_attrs_set_number(attrs, KC_ATTR_CAN_SIGN, 1);
	return known;
}

static bool has_application_label(const struct kc_found *item, const char *wanted)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_sec_dump_hex(&text, kc_attrs_get_bytes(&item->attrs, KC_ATTR_KEY_HASH), false);
	return kc_buf_text(&text) && strcasecmp(kc_buf_text(&text), wanted) == 0;
}

int32_t kc_sec_find_key(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_sec_args args;
	size_t count = 0;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "a:D:l:st:", &args) ||
		!set_key_query(&args, &query.attrs))
		return KC_SEC_USAGE;
	query.class = KC_CLASS_KEY;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
	if (err == KC_OK)
		err = kc_sec_keychains_find(sec, &paths, &query, &found);
	for (size_t i = 0; i < found.count; i++) {
		KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
		if (args.value['a'] && !has_application_label(&found.rows[i], args.value['a']))
			continue;
		kc_sec_dump_item(&text, &found.rows[i], kc_buf_bytes(&sec->path));
		kc_out_push(&sec->run.out, kc_buf_bytes(&text));
		count++;
	}
	if (err == KC_OK && count == 0)
		err = KC_ERR(NOT_FOUND);
	return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainSearchCopyNext", err);
}
