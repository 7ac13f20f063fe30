/* SPDX-License-Identifier: ISC */
/* export: keys and certificates of keychains as a file. */
#include <string.h>

#include "base/der.h"
#include "cli/attr.h"
#include "cli/pubkey.h"
#include "cli/security/command.h"
#include "cli/security/keychains.h"
#include "cli/security/outfile.h"
#include "crypto/export_file.h"

#define EXPORT "SecItemExport"
#define UNSUPPORTED_FORMAT -25256 /* errSecUnsupportedFormat */
#define KEY_LABEL_LEN 20

/* What may be asked for. Private keys stand for their public halves where both could be. */
static const struct type {
	const char *word;
	bool certificates, private_keys, public_keys, identities;
} types[] = {
	{.word = "certs", .certificates = true},
	{.word = "allKeys", .private_keys = true, .public_keys = true},
	{.word = "pubKeys", .public_keys = true},
	{.word = "privKeys", .private_keys = true},
	{.word = "identities", .identities = true},
	{.word = "all", .certificates = true, .private_keys = true},
};

/* What each format is, plain and with -w; NONE: it has no such form. */
static const struct format {
	const char *word;
	enum kc_export_format plain, wrapped;
	bool lines; /* of OpenSSH: public keys, when plain */
} formats[] = {
	{"pemseq", KC_EXPORT_SEQUENCE, KC_EXPORT_SEQUENCE_SEALED, false},
	{"openssl", KC_EXPORT_OPENSSL, KC_EXPORT_OPENSSL_SEALED, false},
	{"openssh1", KC_EXPORT_NONE, KC_EXPORT_NONE, false},
	{"openssh2", KC_EXPORT_NONE, KC_EXPORT_OPENSSL_SEALED, true},
	{"bsafe", KC_EXPORT_BSAFE, KC_EXPORT_NONE, false},
	{"pkcs7", KC_EXPORT_PKCS7, KC_EXPORT_NONE, false},
	{"pkcs8", KC_EXPORT_PKCS8_SEALED, KC_EXPORT_PKCS8_SEALED, false},
	{"pkcs12", KC_EXPORT_PKCS12, KC_EXPORT_PKCS12, false},
	{"x509", KC_EXPORT_X509, KC_EXPORT_NONE, false},
};

struct key {
	struct kc_pk *pk;
	uint8_t label[KEY_LABEL_LEN];
};

struct job {
	struct kc_export_file file;
	struct kc_found_list items;	  /* what the members borrow from */
	struct kc_export_member *members; /* up to two of an item */
	struct key *keys;		  /* up to one of an item */
	size_t key_count;
	struct kc_secret passphrase;
};

static void job_done(struct job *job)
{
	for (size_t i = 0; i < job->key_count; i++)
		kc_pk_free_cleanup(&job->keys[i].pk);
	free(job->keys);
	free(job->members);
	kc_found_list_done(&job->items);
	kc_secret_done(&job->passphrase);
}

/* --- the items ------------------------------------------------------------------------------- */

static kc_err take_all(struct job *job, struct kc_found_list *found)
{
	for (size_t i = 0; i < found->count; i++)
		KC_TRY(kc_found_list_take(&job->items, &found->rows[i]));
	return KC_OK;
}

static kc_err list_certificates(struct kc_sec *sec, const char *keychain, struct job *job)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_sec_keychains_certificates(sec, keychain, &found));
	return take_all(job, &found);
}

/* Keys of one half, or identities. */
static kc_err list_keys(struct kc_sec *sec, const char *keychain, kc_name class,
	enum kc_key_class half, struct job *job)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	if (kc_sec_keychains_is_system(keychain))
		return KC_OK;
	query.class = class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_HIDDEN;
	if (half == KC_KEY_PRIVATE)
		query.want |= KC_WANT_SECRET;
	if (class == KC_CLASS_KEY)
		kc_attrs_set_number(&query.attrs, KC_ATTR_KEY_CLASS, half);
	KC_TRY(kc_attrs_check(&query.attrs));
	KC_TRY(kc_sec_keychains_use(sec, keychain));
	err = kc_sec_find(sec, &query, &found);
	if (err == KC_OK)
		err = take_all(job, &found);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

static kc_err list_type(
	struct kc_sec *sec, const char *keychain, const struct type *type, struct job *job)
{
	if (type->certificates)
		KC_TRY(list_certificates(sec, keychain, job));
	if (type->private_keys)
		KC_TRY(list_keys(sec, keychain, KC_CLASS_KEY, KC_KEY_PRIVATE, job));
	if (type->public_keys)
		KC_TRY(list_keys(sec, keychain, KC_CLASS_KEY, KC_KEY_PUBLIC, job));
	if (type->identities)
		KC_TRY(list_keys(sec, keychain, KC_CLASS_IDENTITY, KC_KEY_PRIVATE, job));
	return KC_OK;
}

static kc_err gather(
	struct kc_sec *sec, const struct type *type, char *const *keychain, struct job *job)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;

	KC_TRY(kc_sec_keychains_asked(sec, keychain, *keychain != NULL, &paths));
	for (size_t i = 0; i < paths.count; i++)
		KC_TRY(kc_sec_keychains_pass(&paths, list_type(sec, paths.rows[i], type, job)));
	return job->items.count ? KC_OK : KC_ERR(NOT_FOUND);
}

/* --- the members ----------------------------------------------------------------------------- */

static bool is_same(const struct kc_export_member *a, const struct kc_export_member *b)
{
	if (!a->key || !b->key)
		return !a->key && !b->key && kc_bytes_equal(a->certificate, b->certificate);
	return kc_pk_is_private(a->key) == kc_pk_is_private(b->key) && kc_bytes_equal(a->id, b->id);
}

/* A key may have several certificates, and an item be in several keychains. */
static void add_member(struct job *job, const struct kc_export_member *member)
{
	for (size_t i = 0; i < job->file.count; i++)
		if (is_same(member, &job->members[i]))
			return;
	job->members[job->file.count++] = *member;
}

/* What the file calls them; a name of PKCS#12 is text. */
static struct kc_bytes name_of(const struct kc_found *item)
{
	struct kc_bytes label = kc_attrs_get_bytes(&item->attrs, KC_ATTR_LABEL);

	return kc_der_is_utf8(label) ? label : kc_bytes(NULL, 0);
}

static kc_err load_key(const struct kc_found *item, bool is_private, struct kc_pk **ret)
{
	KC_CLEANUP_PK struct kc_pk *half = NULL;

	KC_TRY(kc_pk_load_spki(kc_attrs_get_bytes(&item->attrs, KC_ATTR_SPKI), &half));
	if (!is_private) {
		*ret = kc_pk_ref(half);
		return KC_OK;
	}
	if (!item->has_secret)
		return KC_ERR(NOT_EXTRACTABLE);
	return kc_pk_load(kc_pk_type(half), true, kc_secret_bytes(&item->secret), ret);
}

static void add_certificate(struct job *job, const struct kc_found *item)
{
	struct kc_export_member member = {.name = name_of(item)};

	member.certificate = item->class == KC_CLASS_CERTIFICATE
				     ? kc_secret_bytes(&item->secret)
				     : kc_attrs_get_bytes(&item->attrs, KC_IDENTITY_CERTIFICATE);
	add_member(job, &member);
}

static kc_err add_key(struct job *job, const struct kc_found *item)
{
	int64_t half = kc_attrs_get_number(&item->attrs, KC_ATTR_KEY_CLASS, KC_KEY_PRIVATE);
	struct kc_export_member member = {.name = name_of(item)};
	struct key *key = &job->keys[job->key_count];

	KC_TRY(load_key(item, half == KC_KEY_PRIVATE, &key->pk));
	job->key_count++;
	KC_TRY(kc_pk_label(key->pk, key->label));
	member.key = key->pk;
	member.id = KC_BYTES_OF(key->label);
	add_member(job, &member);
	return KC_OK;
}

/* Of an identity the certificate first. */
static kc_err add_item(struct job *job, const struct kc_found *item)
{
	if (item->class != KC_CLASS_KEY)
		add_certificate(job, item);
	return item->class != KC_CLASS_CERTIFICATE ? add_key(job, item) : KC_OK;
}

static kc_err add_items(struct job *job)
{
	job->members = calloc(job->items.count, 2 * sizeof *job->members);
	job->keys = calloc(job->items.count, sizeof *job->keys);
	if (!job->members || !job->keys)
		return KC_ERR(NO_MEMORY);
	job->file.members = job->members;
	for (size_t i = 0; i < job->items.count; i++)
		KC_TRY(add_item(job, &job->items.rows[i]));
	return KC_OK;
}

/* --- the file -------------------------------------------------------------------------------- */

/* An empty one is one. */
static void set_passphrase(struct job *job)
{
	job->file.passphrase =
		job->passphrase.len ? kc_secret_bytes(&job->passphrase) : kc_bytes("", 0);
}

static kc_err ask_passphrase(struct kc_sec *sec, struct job *job)
{
	if (job->file.passphrase.data || !kc_export_file_is_sealed(&job->file))
		return KC_OK;
	KC_TRY(kc_sec_ask_new(sec, "passphrase for the exported file: ",
		"retype passphrase for the exported file: ", &job->passphrase));
	set_passphrase(job);
	return KC_OK;
}

/* A line of authorized_keys for each public key. */
static kc_err write_lines(const struct job *job, struct kc_buf *ret)
{
	for (size_t i = 0; i < job->file.count; i++) {
		const struct kc_export_member *member = &job->members[i];
		KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;

		if (!member->key || kc_pk_is_private(member->key))
			return KC_ERR(UNSUPPORTED);
		KC_TRY(kc_pk_spki(member->key, &spki));
		KC_TRY(kc_pubkey_push_ssh(kc_buf_bytes(&spki), member->name, ret));
		kc_buf_push_byte(ret, '\n');
	}
	return kc_buf_check(ret);
}

/* The whole before any of it goes anywhere. */
static kc_err make(struct kc_sec *sec, const struct type *type, bool lines, char *const *keychain,
	struct job *job, struct kc_buf *ret)
{
	KC_TRY(gather(sec, type, keychain, job));
	KC_TRY(add_items(job));
	if (lines)
		return write_lines(job, ret);
	KC_TRY(ask_passphrase(sec, job));
	return kc_export_file(&job->file, ret);
}

/* --- the command ----------------------------------------------------------------------------- */

static const struct type *find_type(const char *word)
{
	for (size_t i = 0; i < KC_COUNT_OF(types); i++)
		if (strcmp(word ? word : "all", types[i].word) == 0)
			return &types[i];
	return NULL;
}

static const struct format *find_format(const char *word)
{
	for (size_t i = 0; i < KC_COUNT_OF(formats); i++)
		if (strcmp(word ? word : "pemseq", formats[i].word) == 0)
			return &formats[i];
	return NULL;
}

static int32_t fail(struct kc_sec *sec, kc_err err)
{
	if (err == KC_E_UNSUPPORTED || err == KC_E_KEY_TYPE)
		return kc_sec_fail_status(sec, EXPORT, UNSUPPORTED_FORMAT);
	return kc_sec_fail(sec, EXPORT, err);
}

static kc_err take_passphrase(struct kc_sec *sec, struct kc_sec_args *args, struct job *job)
{
	if (!args->value['P'])
		return KC_OK;
	KC_TRY(kc_secret_set(&job->passphrase, kc_bytes_str(args->value['P'])));
	kc_sec_args_hide(sec, args, 'P');
	set_passphrase(job);
	return KC_OK;
}

static int32_t deliver(
	struct kc_sec *sec, const char *path, const struct job *job, const struct kc_buf *content)
{
	kc_err err;

	if (!path) {
		kc_out_push(&sec->run.out, kc_buf_bytes(content));
		return 0;
	}
	err = kc_sec_outfile_write(
		path, kc_buf_bytes(content), kc_export_file_is_private(&job->file));
	if (err == KC_OK)
		return 0;
	kc_sec_say(sec, "security: Error writing outfile %s: %s\n", path,
		err == KC_E_NOT_FOUND ? "No such file or directory" : kc_err_text(err));
	return 1;
}

int32_t kc_sec_export(struct kc_sec *sec, int argc, char **argv)
{
	KC_CLEANUP(job_done) struct job job = {.items = KC_FOUND_LIST_INIT};
	KC_CLEANUP_BUF struct kc_buf content = KC_BUF_INIT;
	const struct type *type;
	const struct format *format;
	struct kc_sec_args args;
	kc_err err;

	if (!kc_sec_args_parse(argc, argv, "k:t:f:wpP:o:", &args) || args.word_count)
		return KC_SEC_USAGE;
	type = find_type(args.value['t']);
	format = find_format(args.value['f']);
	if (!type || !format)
		return KC_SEC_USAGE;
	if (args.given['w'] && format->wrapped == KC_EXPORT_NONE) {
		kc_sec_say(sec, "Don't know how to wrap in specified format/type.\n");
		return KC_SEC_USAGE;
	}
	job.file.format = args.given['w'] ? format->wrapped : format->plain;
	job.file.pem = args.given['p'];
	err = take_passphrase(sec, &args, &job);
	if (err == KC_OK)
		err = make(sec, type, format->lines && !args.given['w'], &args.value['k'], &job,
			&content);
	return err == KC_OK ? deliver(sec, args.value['o'], &job, &content) : fail(sec, err);
}
