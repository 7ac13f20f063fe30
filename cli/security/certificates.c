/* SPDX-License-Identifier: ISC */
/* find-certificate and delete-certificate. */
#include <string.h>
#include <strings.h>

#include "cli/attr.h"
#include "cli/find.h"
#include "cli/pem.h"
#include "cli/security/certificate.h"
#include "cli/security/command.h"
#include "cli/security/dump.h"
#include "cli/security/keychains.h"
#include "cli/session.h"

/* Whether text is somewhere in it, in letters of any case. */
static bool holds(struct kc_bytes whole, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= whole.len; i++)
		if (strncasecmp((const char *)whole.data + i, text, len) == 0)
			return true;
	return len == 0;
}

static bool matches(const struct kc_found *item, const struct kc_sec_args *args)
{
	struct kc_bytes der = kc_secret_bytes(&item->secret);
	struct kc_bytes label = kc_attrs_get_bytes(&item->attrs, KC_ATTR_LABEL);
	const char *name = args->value['c'], *mail = args->value['e'], *hash = args->value['Z'];
	KC_CLEANUP_BUF struct kc_buf summary = KC_BUF_INIT;

	kc_sec_certificate_push_name(&summary, der, label);
	return (!name || holds(kc_buf_bytes(&summary), name) || holds(label, name)) &&
	       (!mail || kc_sec_certificate_find_addresses(der, mail, NULL)) &&
	       (!hash || kc_sec_certificate_has_hash(der, hash));
}

static kc_err print_certificate(
	struct kc_sec *sec, const struct kc_sec_args *args, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	struct kc_bytes der = kc_secret_bytes(&item->secret);

	if (args->given['Z']) {
		kc_buf_push_str(&text, "SHA-256 hash: ");
		KC_TRY(kc_sec_certificate_push_hash(&text, KC_HASH_SHA256, der));
		kc_buf_push_str(&text, "\nSHA-1 hash: ");
		KC_TRY(kc_sec_certificate_push_hash(&text, KC_HASH_SHA1, der));
		kc_buf_push_byte(&text, '\n');
	}
	if (args->given['m']) {
		kc_buf_push_str(&text, "email addresses:\n");
		kc_sec_certificate_find_addresses(der, NULL, &text);
	}
	if (args->given['p'])
		kc_pem_push(&text, "CERTIFICATE", der);
	else
		kc_sec_dump_item(&text, item, kc_buf_bytes(&sec->path));
	kc_out_push(&sec->run.out, kc_buf_bytes(&text));
	return kc_buf_check(&text);
}

static kc_err find_in(struct kc_sec *sec, const struct kc_sec_args *args, const char *keychain,
	size_t *found_count)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_sec_keychains_certificates(sec, keychain, &found));
	for (size_t i = 0; i < found.count; i++) {
		if (!matches(&found.rows[i], args) || (*found_count && !args->given['a']))
			continue;
		KC_TRY(print_certificate(sec, args, &found.rows[i]));
		(*found_count)++;
	}
	return KC_OK;
}

int32_t kc_sec_find_certificate(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	struct kc_sec_args args;
	size_t count = 0;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "ac:e:mpZ", &args))
		return KC_SEC_USAGE;
	err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
	for (size_t i = 0; i < paths.count && err == KC_OK; i++)
		err = kc_sec_keychains_pass(&paths, find_in(sec, &args, paths.rows[i], &count));
	if (err == KC_OK && count == 0 && !args.given['a'])
		err = KC_ERR(NOT_FOUND);
	return err == KC_OK ? 0 : kc_sec_fail(sec, "SecKeychainSearchCopyNext", err);
}

int32_t kc_sec_delete_certificate(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	struct kc_sec_args args;
	const char *wanted;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "c:Z:t", &args) ||
		(!args.value['c'] && !args.value['Z']))
		return KC_SEC_USAGE;
	wanted = args.value['c'] ? args.value['c'] : args.value['Z'];
	err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
	for (size_t i = 0; i < paths.count && err == KC_OK; i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		const struct kc_found *one = NULL;
		err = kc_sec_keychains_pass(
			&paths, kc_sec_keychains_list(sec, paths.rows[i], KC_CLASS_CERTIFICATE,
					KC_WANT_SECRET, &found));
		for (size_t j = 0; j < found.count; j++) {
			if (!matches(&found.rows[j], &args))
				continue;
			if (one) {
				kc_sec_say(sec,
					"error: \"%s\" is ambiguous, matches more than "
					"one certificate\n",
					wanted);
				return 1;
			}
			one = &found.rows[j];
		}
		if (one)
			err = kc_session_open(&sec->run);
		if (one && err == KC_OK)
			err = kc_find_delete(&sec->run, one, NULL);
		if (one && err == KC_OK)
			return 0;
	}
	if (err != KC_OK)
		return kc_sec_fail(sec, "SecKeychainItemDelete", err);
	kc_sec_say(sec, "Unable to delete certificate matching \"%s\"\n", wanted);
	return 1;
}
