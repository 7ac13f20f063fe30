/* SPDX-License-Identifier: ISC */
/* import and export: keys and certificates in files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mechanism.h"
#include "cli/ask.h"
#include "cli/attr.h"
#include "cli/input.h"
#include "cli/pem.h"
#include "cli/pubkey.h"
#include "cli/security/command.h"
#include "cli/security/keychains.h"
#include "cli/session.h"

#define IMPORT "SecKeychainItemImport"
#define EXPORT "SecItemExport"
#define KEY_OF_CERTIFICATE KC_NAME('p', 'k', 'h', 'h')
#define MOST_FILE ((size_t)1 << 20)

/* --- import -----------------------------------------------------------------------------------
 */

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

/* --- export -----------------------------------------------------------------------------------
 */

static kc_err push_exported(const struct kc_found *item, bool der, struct kc_buf *out)
{
	struct kc_bytes bytes = item->class == KC_CLASS_CERTIFICATE
					? kc_secret_bytes(&item->secret)
					: kc_attrs_get_bytes(&item->attrs, KC_ATTR_SPKI);

	if (der)
		kc_buf_push(out, bytes.data, bytes.len);
	else
		kc_pem_push(out, is_key(item) ? "PUBLIC KEY" : "CERTIFICATE", bytes);
	return kc_buf_check(out);
}

static kc_err gather(
	struct kc_sec *sec, const struct kc_sec_args *args, bool certificates, struct kc_buf *out)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	bool der = args->value['f'] && strcmp(args->value['f'], "x509") == 0;

	query.class = certificates ? KC_CLASS_CERTIFICATE : KC_CLASS_KEY;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | (certificates ? KC_WANT_SECRET : KC_WANT_HIDDEN);
	if (!certificates)
		kc_attrs_set_number(&query.attrs, KC_ATTR_KEY_CLASS, KC_KEY_PUBLIC);
	KC_TRY(kc_sec_keychains_use_word(sec, args->value['k']));
	KC_TRY(kc_sec_find(sec, &query, &found));
	if (der && found.count != 1)
		return KC_ERR(PARAM); /* this format holds one */
	for (size_t i = 0; i < found.count; i++)
		KC_TRY(push_exported(&found.rows[i], der, out));
	return KC_OK;
}

static kc_err write_file(const char *path, const struct kc_buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	size_t at = 0;

	if (fd < 0)
		return kc_err_from_errno(errno);
	while (at < text->len) {
		ssize_t written = write(fd, text->data + at, text->len - at);
		if (written < 0 && errno != EINTR) {
			close(fd);
			return KC_ERR(IO);
		}
		at += written > 0 ? (size_t)written : 0;
	}
	return close(fd) == 0 ? KC_OK : KC_ERR(IO);
}

/* Whether the format can be written; the others hold private keys. */
static bool is_format(const char *format)
{
	static const char *const formats[] = {"pemseq", "x509", "openssl"};

	for (size_t i = 0; i < KC_COUNT_OF(formats); i++)
		if (!format || strcmp(format, formats[i]) == 0)
			return true;
	return false;
}

int32_t kc_sec_export(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	struct kc_sec_args args;
	const char *type;
	bool certificates;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "k:t:f:wpP:o:", &args) || args.word_count)
		return KC_SEC_USAGE;
	type = args.value['t'] ? args.value['t'] : "certs";
	certificates = strcmp(type, "certs") == 0;
	if ((!certificates && strcmp(type, "pubKeys") != 0) || !is_format(args.value['f']))
		return kc_sec_fail(sec, EXPORT, KC_E_UNSUPPORTED);
	err = gather(sec, &args, certificates, &text);
	if (err == KC_OK && args.value['o'])
		err = write_file(args.value['o'], &text);
	else if (err == KC_OK)
		kc_out_push(&sec->run.out, kc_buf_bytes(&text));
	return err == KC_OK ? 0 : kc_sec_fail(sec, EXPORT, err);
}
