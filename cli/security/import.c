/* SPDX-License-Identifier: ISC */
/* import: keys and certificates of a file. */

#include "base/mechanism.h"
#include "cli/ask.h"
#include "cli/attr.h"
#include "cli/input.h"
#include "cli/security/command.h"
#include "cli/security/keychains.h"
#include "cli/session.h"

#define IMPORT "SecKeychainItemImport"
#define KEY_OF_CERTIFICATE KC_NAME('p', 'k', 'h', 'h')
#define MOST_FILE ((size_t)1 << 20)

/* With the passphrase that was given or none; then with one that is asked for. */
static kc_err take_over(struct kc_sec *sec, struct kc_sec_args *args, const struct kc_buf *file,
	const struct kc_attrs *attrs, struct kc_found_list *ret)
{
	KC_CLEANUP_SECRET struct kc_secret passphrase = KC_SECRET_INIT;
	kc_err err;

	if (args->value['P']) {
		KC_TRY(kc_secret_set(&passphrase, kc_bytes_str(args->value['P'])));
		kc_sec_args_hide(sec, args, 'P');
	}
	err = kc_client_import(
		sec->run.client, kc_buf_bytes(file), kc_secret_bytes(&passphrase), attrs, ret);
	if (err != KC_E_AUTH || args->given['P'] || !kc_ask_can(&sec->run))
		return err;
	KC_TRY(kc_ask_secret(&sec->run, "Passphrase of the file: ", false, "the passphrase",
		"-P PASSPHRASE", &passphrase));
	return kc_client_import(
		sec->run.client, kc_buf_bytes(file), kc_secret_bytes(&passphrase), attrs, ret);
}

static bool is_key(const struct kc_found *item)
{
	return item->class == KC_CLASS_KEY;
}

/* Whether the list has the other half of an identity: a key and a certificate of its public half.
 */
static bool is_paired(const struct kc_found_list *list, const struct kc_found *item)
{
	kc_name own = is_key(item) ? KC_ATTR_KEY_HASH : KEY_OF_CERTIFICATE;
	kc_name others = is_key(item) ? KEY_OF_CERTIFICATE : KC_ATTR_KEY_HASH;
	struct kc_bytes hash = kc_attrs_get_bytes(&item->attrs, own);

	for (size_t i = 0; i < list->count; i++)
		if (is_key(&list->rows[i]) != is_key(item) &&
			kc_bytes_equal(hash, kc_attrs_get_bytes(&list->rows[i].attrs, others)))
			return true;
	return false;
}

static void print_count(struct kc_sec *sec, unsigned count, const char *one, const char *several)
{
	if (count)
		kc_out_print(&sec->run.out, "%u %s imported.\n", count, count == 1 ? one : several);
}

/* The public half that the keychain keeps of a private key does not count. */
static void print_counts(struct kc_sec *sec, const struct kc_found_list *list)
{
	unsigned identities = 0, keys = 0, certificates = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct kc_found *item = &list->rows[i];
		int64_t half = kc_attrs_get_number(&item->attrs, KC_ATTR_KEY_CLASS, KC_KEY_PRIVATE);
		if (is_key(item) && half == KC_KEY_PUBLIC && list->count > 1)
			continue;
		if (is_key(item))
			*(is_paired(list, item) ? &identities : &keys) += 1;
		else if (!is_paired(list, item))
			certificates++;
	}
	print_count(sec, identities, "identity", "identities");
	print_count(sec, keys, "key", "keys");
	print_count(sec, certificates, "certificate", "certificates");
}

/* The file comes first, the options after it. */
static bool parse_import(int argc, char **argv, const char **ret_file, struct kc_sec_args *args)
{
	if (argc < 2 || argv[1][0] == '-')
		return false;
	*ret_file = argv[1];
	argv[1] = argv[0];
	return kc_sec_args_parse(argc - 1, argv + 1, "k:t:f:wP:xaAT:", args) &&
	       args->word_count == 0;
}

int32_t kc_sec_import(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list items = KC_FOUND_LIST_INIT;
	struct kc_sec_args args;
	const char *path = NULL;
	kc_err err;

	if (!parse_import(argc, argv, &path, &args))
		return KC_SEC_USAGE;
	err = kc_input_file(&sec->run, path, MOST_FILE, &file);
	if (err != KC_OK) {
		kc_sec_say(sec, "security: Error reading infile %s: %s\n", path,
			err == KC_E_NOT_FOUND ? "No such file or directory" : kc_err_text(err));
		return 1;
	}
	kc_attrs_set_number(&attrs, KC_ATTR_EXTRACTABLE, !args.given['x']);
	err = kc_sec_keychains_use_word(sec, args.value['k']);
	if (err == KC_OK)
		err = kc_session_open(&sec->run);
	if (err == KC_OK)
		err = take_over(sec, &args, &file, &attrs, &items);
	if (err != KC_OK)
		return kc_sec_fail(sec, IMPORT, err);
	print_counts(sec, &items);
	return 0;
}
