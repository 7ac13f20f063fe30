/* SPDX-License-Identifier: ISC */
/* find-identity. */
#include <string.h>

#include "cli/attr.h"
#include "cli/security/certificate.h"
#include "cli/security/command.h"
#include "cli/security/keychains.h"

static const struct policy {
	const char *letters, *name;
} policies[] = {
	{"basic", "X.509 Basic"},
	{"ssl-client", "SSL (client)"},
	{"ssl-server", "SSL (server)"},
	{"smime", "S/MIME"},
	{"eap", "EAP"},
	{"ipsec", "IPsec"},
	{"codesigning", "Code Signing"},
	{"sys-default", "Default Identity"},
	{"macappstore", "Mac App Store Receipt"},
	{"appleID", "Apple ID"},
};

static const struct policy *find_policy(const char *letters)
{
	for (size_t i = 0; i < KC_COUNT_OF(policies); i++)
		if (strcmp(letters ? letters : "basic", policies[i].letters) == 0)
			return &policies[i];
	return NULL;
}

static kc_err print_identities(
	struct kc_sec *sec, const struct kc_found_list *found, bool valid_only)
{
	unsigned count = 0;

	for (size_t i = 0; i < found->count; i++) {
		const struct kc_attrs *attrs = &found->rows[i].attrs;
		KC_CLEANUP_BUF struct kc_buf line = KC_BUF_INIT;
		struct kc_bytes der = kc_attrs_get_bytes(attrs, KC_IDENTITY_CERTIFICATE);
		const char *fault = kc_sec_certificate_fault(der);
		if (fault && valid_only)
			continue;
		kc_buf_printf(&line, "%3u) ", ++count);
		KC_TRY(kc_sec_certificate_push_hash(&line, KC_HASH_SHA1, der));
		kc_buf_push_str(&line, " \"");
		kc_sec_certificate_push_name(&line, der, kc_attrs_get_bytes(attrs, KC_ATTR_LABEL));
		kc_buf_push_byte(&line, '"');
		if (fault)
			kc_buf_printf(&line, " (%s)", fault);
		kc_buf_push_byte(&line, '\n');
		kc_out_push(&sec->run.out, kc_buf_bytes(&line));
	}
	kc_out_print(
		&sec->run.out, "     %u %sidentities found\n", count, valid_only ? "valid " : "");
	return KC_OK;
}

int32_t kc_sec_find_identity(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	const struct policy *policy;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "p:s:v", &args))
		return KC_SEC_USAGE;
	policy = find_policy(args.value['p']);
	if (!policy)
		return KC_SEC_USAGE;
	err = kc_sec_keychains_asked(sec, args.words, args.word_count, &paths);
	for (size_t i = 0; i < paths.count && err == KC_OK; i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		err = kc_sec_keychains_pass(
			&paths, kc_sec_keychains_list(sec, paths.rows[i], KC_CLASS_IDENTITY,
					KC_WANT_HIDDEN, &found));
		for (size_t j = 0; j < found.count && err == KC_OK; j++)
			err = kc_found_list_take(&all, &found.rows[j]);
	}
	if (err == KC_OK && !args.given['v']) {
		kc_out_print(&sec->run.out, "Policy: %s\n  Matching identities\n", policy->name);
		err = print_identities(sec, &all, false);
		kc_out_print(&sec->run.out, "\n  Valid identities only\n");
	}
	if (err == KC_OK)
		err = print_identities(sec, &all, true);
	return err == KC_OK ? 0 : kc_sec_fail(sec, "SecIdentitySearchCopyNext", err);
}
