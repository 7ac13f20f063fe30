/* SPDX-License-Identifier: ISC */
/* find-certificate, find-identity, find-key, delete-certificate. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/find.h"
#include "cli/pem.h"
#include "cli/security/command.h"
#include "cli/security/dump.h"
#include "cli/security/keychains.h"
#include "cli/session.h"
#include "cli/when.h"
#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/x509.h"
#include "crypto/x509_chain.h"

#define SEARCH "SecKeychainSearchCopyNext"

/* --- what a certificate says ------------------------------------------------------------------
 */

static kc_err push_hash(struct kc_buf *out, enum kc_hash hash, struct kc_bytes der)
{
	uint8_t digest[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(hash, der, digest));
	kc_sec_dump_hex(out, kc_bytes(digest, kc_hash_len(hash)), true);
	return kc_buf_check(out);
}

/* What is wrong with it by its dates, as the tool says it; NULL when nothing is. */
static const char *fault_by_date(struct kc_bytes der)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	double from, to, now = (double)time(NULL);

	if (kc_certificate_load(der, &certificate) != KC_OK ||
		kc_certificate_validity(certificate, &from, &to) != KC_OK)
		return "CSSMERR_TP_INVALID_CERTIFICATE";
	if (now < (double)kc_when_from_absolute(from))
		return "CSSMERR_TP_CERT_NOT_VALID_YET";
	return now > (double)kc_when_from_absolute(to) ? "CSSMERR_TP_CERT_EXPIRED" : NULL;
}

/* What its subject calls it: the label may be anybody's. Without a subject, the label. */
static void push_name(struct kc_buf *out, struct kc_bytes der, struct kc_bytes label)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	size_t before = out->len;

	if (kc_certificate_load(der, &certificate) == KC_OK)
		(void)(kc_certificate_summary(certificate, KC_CERTIFICATE_SUBJECT, out) == KC_OK);
	if (out->len == before)
		kc_buf_push(out, label.data, label.len);
}

/* Whether text is somewhere in it, in letters of any case. */
static bool holds(struct kc_bytes whole, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i + len <= whole.len; i++)
		if (strncasecmp((const char *)whole.data + i, text, len) == 0)
			return true;
	return len == 0;
}

struct addresses {
	const char *wanted; /* NULL: any */
	struct kc_buf *out; /* NULL: only looked for */
	bool found;
};

/* True when that is enough. */
static bool take_address(void *context, struct kc_bytes text)
{
	struct addresses *addresses = context;

	if (addresses->wanted &&
		(text.len != strlen(addresses->wanted) ||
			strncasecmp((const char *)text.data, addresses->wanted, text.len) != 0))
		return false;
	addresses->found = true;
	if (!addresses->out)
		return true;
	kc_buf_push_str(addresses->out, "    ");
	kc_buf_push(addresses->out, text.data, text.len);
	kc_buf_push_byte(addresses->out, '\n');
	return false;
}

/* Whether it has the address, or any. */
static bool find_addresses(struct kc_bytes der, const char *wanted, struct kc_buf *out)
{
	KC_CLEANUP_CERTIFICATE struct kc_certificate *certificate = NULL;
	struct addresses addresses = {.wanted = wanted, .out = out};

	if (kc_certificate_load(der, &certificate) == KC_OK)
		kc_certificate_texts(certificate, KC_CERTIFICATE_EMAILS, take_address, &addresses);
	return addresses.found;
}

/* --- certificates -----------------------------------------------------------------------------
 */

static bool is_hash(struct kc_bytes der, const char *wanted)
{
	KC_CLEANUP_BUF struct kc_buf hash = KC_BUF_INIT;

	return push_hash(&hash, KC_HASH_SHA1, der) == KC_OK && kc_buf_text(&hash) &&
	       strcasecmp(kc_buf_text(&hash), wanted) == 0;
}

static bool matches(const struct kc_found *item, const struct kc_sec_args *args)
{
	struct kc_bytes der = kc_secret_bytes(&item->secret);
	struct kc_bytes label = kc_attrs_get_bytes(&item->attrs, KC_ATTR_LABEL);
	const char *name = args->value['c'], *mail = args->value['e'], *hash = args->value['Z'];
	KC_CLEANUP_BUF struct kc_buf summary = KC_BUF_INIT;

	push_name(&summary, der, label);
	return (!name || holds(kc_buf_bytes(&summary), name) || holds(label, name)) &&
	       (!mail || find_addresses(der, mail, NULL)) && (!hash || is_hash(der, hash));
}

static kc_err print_certificate(
	struct kc_sec *sec, const struct kc_sec_args *args, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	struct kc_bytes der = kc_secret_bytes(&item->secret);

	if (args->given['Z']) {
		kc_buf_push_str(&text, "SHA-256 hash: ");
		KC_TRY(push_hash(&text, KC_HASH_SHA256, der));
		kc_buf_push_str(&text, "\nSHA-1 hash: ");
		KC_TRY(push_hash(&text, KC_HASH_SHA1, der));
		kc_buf_push_byte(&text, '\n');
	}
	if (args->given['m']) {
		kc_buf_push_str(&text, "email addresses:\n");
		find_addresses(der, NULL, &text);
	}
	if (args->given['p'])
		kc_pem_push(&text, "CERTIFICATE", der);
	else
		kc_sec_dump_item(&text, item, kc_buf_bytes(&sec->path));
	kc_out_push(&sec->run.out, kc_buf_bytes(&text));
	return kc_buf_check(&text);
}

/* All items of a class in one keychain. None is no error. */
static kc_err find_class(struct kc_sec *sec, const char *keychain, kc_name class, uint32_t want,
	struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.class = class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | want;
	KC_TRY(kc_sec_keychains_use(sec, keychain));
	err = kc_sec_find(sec, &query, ret);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

/* Whether a path is one of those that macOS has beside the users' keychains. */
static bool is_called(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, name) == 0;
}

struct roots {
	struct kc_sec *sec;
	const struct kc_sec_args *args;
	size_t *count;
};

static kc_err print_root(void *context, struct kc_bytes der)
{
	struct roots *roots = context;
	KC_CLEANUP_FOUND struct kc_found root = {
		.class = KC_CLASS_CERTIFICATE, .has_secret = true, .attrs = KC_ATTRS_INIT};

	if (*roots->count && !roots->args->given['a'])
		return KC_OK;
	KC_TRY(kc_secret_set(&root.secret, der));
	KC_TRY(kc_x509_describe(der, &root.attrs));
	if (!matches(&root, roots->args))
		return KC_OK;
	(*roots->count)++;
	return print_certificate(roots->sec, roots->args, &root);
}

/* The anchors of the distribution, where scripts look for Apple's. */
static kc_err find_roots(struct kc_sec *sec, const struct kc_sec_args *args, const char *keychain,
	size_t *found_count)
{
	struct roots roots = {.sec = sec, .args = args, .count = found_count};

	kc_buf_reset(&sec->path);
	kc_buf_push_str(&sec->path, keychain);
	KC_TRY(kc_buf_check(&sec->path));
	return kc_chain_visit_anchors(print_root, &roots);
}

static kc_err find_in(struct kc_sec *sec, const struct kc_sec_args *args, const char *keychain,
	size_t *found_count)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	if (is_called(keychain, "SystemRootCertificates.keychain"))
		return find_roots(sec, args, keychain, found_count);
	if (is_called(keychain, "System.keychain"))
		return KC_OK; /* the administrator's, who has none here */
	KC_TRY(find_class(sec, keychain, KC_CLASS_CERTIFICATE, KC_WANT_SECRET, &found));
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
		err = find_in(sec, &args, paths.rows[i], &count);
	if (err == KC_OK && count == 0 && !args.given['a'])
		err = KC_ERR(NOT_FOUND);
	return err == KC_OK ? 0 : kc_sec_fail(sec, SEARCH, err);
}

static kc_err delete_item(struct kc_sec *sec, const struct kc_found *item)
{
	KC_CLEANUP_QUERY struct kc_query same = KC_QUERY_INIT;
	uint64_t count;

	KC_TRY(kc_session_open(&sec->run));
	kc_find_query(item, &same);
	return kc_client_item_delete(sec->run.client, &same, &count);
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
		err = find_class(sec, paths.rows[i], KC_CLASS_CERTIFICATE, KC_WANT_SECRET, &found);
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
			err = delete_item(sec, one);
		if (one && err == KC_OK)
			return 0;
	}
	if (err != KC_OK)
		return kc_sec_fail(sec, "SecKeychainItemDelete", err);
	kc_sec_say(sec, "Unable to delete certificate matching \"%s\"\n", wanted);
	return 1;
}

/* --- identities -------------------------------------------------------------------------------
 */

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
		const char *fault = fault_by_date(der);
		if (fault && valid_only)
			continue;
		kc_buf_printf(&line, "%3u) ", ++count);
		KC_TRY(push_hash(&line, KC_HASH_SHA1, der));
		kc_buf_push_str(&line, " \"");
		push_name(&line, der, kc_attrs_get_bytes(attrs, KC_ATTR_LABEL));
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
		err = find_class(sec, paths.rows[i], KC_CLASS_IDENTITY, KC_WANT_HIDDEN, &found);
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

/* --- keys -------------------------------------------------------------------------------------
 */

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
	return err == KC_OK ? 0 : kc_sec_fail(sec, SEARCH, err);
}
