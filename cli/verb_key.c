/* SPDX-License-Identifier: ISC */
/* kc key new and key show. */
#include <string.h>

#include "base/mechanism.h"
#include "cli/attr.h"
#include "cli/pick.h"
#include "cli/pubkey.h"
#include "cli/store.h"
#include "cli/verb.h"

static const struct type {
	const char *name;
	enum kc_key_type type;
	unsigned bits;
} types[] = {
	{"ec:p256", KC_KEY_EC, 256},
	{"ec:p384", KC_KEY_EC, 384},
	{"ec:p521", KC_KEY_EC, 521},
	{"rsa:2048", KC_KEY_RSA, 2048},
	{"rsa:3072", KC_KEY_RSA, 3072},
	{"rsa:4096", KC_KEY_RSA, 4096},
	{"ed25519", KC_KEY_ED25519, 256},
};

/* What each half may be used for: zeros end a list. */
static const struct uses {
	enum kc_key_type type;
	kc_name private_uses[4], public_uses[4];
	const char *able;
} uses[] = {
	{KC_KEY_EC, {KC_ATTR_CAN_SIGN, KC_ATTR_CAN_DERIVE}, {KC_ATTR_CAN_VERIFY}, "It can sign"},
	{KC_KEY_RSA, {KC_ATTR_CAN_SIGN, KC_ATTR_CAN_DECRYPT, KC_ATTR_CAN_UNWRAP},
		{KC_ATTR_CAN_VERIFY, KC_ATTR_CAN_ENCRYPT, KC_ATTR_CAN_WRAP},
		"It can sign and decrypt"},
	{KC_KEY_ED25519, {KC_ATTR_CAN_SIGN}, {KC_ATTR_CAN_VERIFY}, "It can sign"},
};

static kc_err find_type(struct kc_run *run, const struct type **ret)
{
	const char *name = kc_run_get(run, KC_OPTION_TYPE);

	for (size_t i = 0; i < KC_COUNT_OF(types); i++) {
		if (strcmp(name ? name : types[0].name, types[i].name) != 0)
			continue;
		*ret = &types[i];
		return KC_OK;
	}
	return kc_run_misused(run, "--type is ec:p256, ec:p384, ec:p521, rsa:2048, rsa:3072, "
				   "rsa:4096 or ed25519");
}

static void set_uses(const kc_name *names, struct kc_attrs *attrs)
{
	for (size_t i = 0; i < 4 && names[i]; i++)
		kc_attrs_set_number(attrs, names[i], 1);
}

/* The public half can be read at any time: ssh and browsers list keys before they are unlocked. */
static kc_err set_attributes(struct kc_run *run, const struct type *type,
	struct kc_attrs *private_half, struct kc_attrs *public_half)
{
	const char *when = kc_run_get(run, KC_OPTION_ACCESSIBLE);
	bool bound = when && *when && when[strlen(when) - 1] == 'u';

	if (bound && kc_run_has(run, KC_OPTION_SYNC))
		return KC_ERR(SYNC_BOUND);
	for (size_t i = 0; i < KC_COUNT_OF(uses); i++) {
		if (uses[i].type != type->type)
			continue;
		set_uses(uses[i].private_uses, private_half);
		set_uses(uses[i].public_uses, public_half);
		kc_facts_set_str(&run->facts, KC_FACT_ABLE, uses[i].able);
	}
	kc_attrs_set_str(private_half, KC_ATTR_LABEL, run->args[0]);
	kc_attrs_set_str(public_half, KC_ATTR_LABEL, run->args[0]);
	kc_attrs_set_number(private_half, KC_ATTR_PERMANENT, 1);
	kc_attrs_set_number(public_half, KC_ATTR_PERMANENT, 1);
	kc_attrs_set_number(
		private_half, KC_ATTR_EXTRACTABLE, kc_run_has(run, KC_OPTION_EXTRACTABLE));
	kc_attrs_set_str(public_half, KC_ATTR_ACCESSIBLE, bound ? "dku" : "dk");
	if (when)
		kc_attrs_set_str(private_half, KC_ATTR_ACCESSIBLE, when);
	if (kc_run_has(run, KC_OPTION_SYNC)) {
		kc_attrs_set_number(private_half, KC_ATTR_SYNC, 1);
		kc_attrs_set_number(public_half, KC_ATTR_SYNC, 1);
	}
	KC_TRY(kc_attrs_check(private_half));
	return kc_attrs_check(public_half);
}

/* Two keys may share a name in the keychain, but then nobody could call either by it. */
static kc_err check_name_is_free(struct kc_run *run)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	if (!run->args[0][0])
		return kc_run_misused(run, "the name is empty");
	query.class = KC_CLASS_KEY;
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	query.want = KC_WANT_ATTRS;
	kc_attrs_set_str(&query.attrs, KC_ATTR_LABEL, run->args[0]);
	KC_TRY(kc_attrs_check(&query.attrs));
	err = kc_client_item_find(run->client, &query, &found);
	if (err == KC_OK)
		return KC_ERR(DUPLICATE);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

/* A key's public half in all its forms; ssh stays empty for a key that OpenSSH has no form for. */
struct forms {
	struct kc_buf ssh, pem, uri;
};

static void forms_done(struct forms *forms)
{
	kc_buf_done(&forms->ssh);
	kc_buf_done(&forms->pem);
	kc_buf_done(&forms->uri);
}

static kc_err make_forms(struct kc_run *run, const struct kc_found *key, struct forms *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list again = KC_FOUND_LIST_INIT;
	struct kc_bytes spki, label;
	kc_err err;

	KC_TRY(kc_find_again(run, key, KC_WANT_ATTRS | KC_WANT_HIDDEN, &again));
	label = kc_attrs_get_bytes(&again.rows[0].attrs, KC_ATTR_LABEL);
	spki = kc_attrs_get_bytes(&again.rows[0].attrs, KC_ATTR_SPKI);
	if (spki.len == 0) { /* a symmetric key */
		kc_facts_set_str(&run->facts, KC_FACT_HALFLESS, run->args[0]);
		return KC_ERR(KEY_TYPE);
	}
	kc_pubkey_push_pem(spki, &ret->pem);
	kc_pubkey_push_uri(kc_item_is_synced(&again.rows[0]), label,
		kc_attrs_get_bytes(&again.rows[0].attrs, KC_ATTR_CKID), &ret->uri);
	err = kc_pubkey_push_ssh(spki, label, &ret->ssh);
	if (err != KC_E_KEY_TYPE)
		KC_TRY(err);
	KC_TRY(kc_buf_check(&ret->pem));
	return kc_buf_check(&ret->uri);
}

static kc_err answer(struct kc_run *run, const struct kc_found *key, const struct forms *forms)
{
	json_t *object = kc_json_object();

	json_object_update_new(object, kc_item_json(key));
	kc_json_set(object, "bits",
		json_integer(kc_attrs_get_number(&key->attrs, KC_ATTR_KEY_SIZE, 0)));
	kc_json_set(object, "ssh",
		forms->ssh.len ? kc_json_text(kc_buf_bytes(&forms->ssh)) : json_null());
	kc_json_set(object, "pem", kc_json_text(kc_buf_bytes(&forms->pem)));
	kc_json_set(object, "uri", kc_json_text(kc_buf_bytes(&forms->uri)));
	kc_json_set(object, "module", json_string(KC_PKCS11_MODULE));
	return kc_run_answer(run, object);
}

/* Bytes up to the comment of a line of authorized_keys, which is all that is foreign in it. */
static size_t comment_at(struct kc_bytes line)
{
	size_t at = 0;

	for (int spaces = 0; at < line.len && spaces < 2; at++)
		spaces += line.data[at] == ' ';
	return at;
}

static void print_ssh(struct kc_run *run, const char *heading, const struct kc_buf *line)
{
	size_t at = comment_at(kc_buf_bytes(line));

	if (line->len == 0)
		return;
	kc_out_push(&run->out, kc_bytes_str(heading));
	kc_out_push(&run->out, kc_bytes(line->data, at));
	kc_out_name(&run->out, kc_bytes(line->data + at, line->len - at));
	kc_out_push(&run->out, kc_bytes_str("\n"));
}

static void print_uri(struct kc_run *run, const char *heading, const struct kc_buf *uri)
{
	kc_out_push(&run->out, kc_bytes_str(heading));
	kc_out_name(&run->out, kc_buf_bytes(uri));
	kc_out_push(&run->out, kc_bytes_str("\n"));
}

kc_err kc_verb_key_new(struct kc_run *run)
{
	KC_CLEANUP_ATTRS struct kc_attrs private_half = KC_ATTRS_INIT, public_half = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
	KC_CLEANUP(forms_done) struct forms forms = {0};
	const struct type *type = NULL;

	kc_facts_set_str(&run->facts, KC_FACT_NAME, run->args[0]);
	KC_TRY(find_type(run, &type));
	KC_TRY(set_attributes(run, type, &private_half, &public_half));
	KC_TRY(check_name_is_free(run));
	KC_TRY(kc_client_key_generate(
		run->client, type->type, type->bits, &private_half, &public_half, true, &made));
	KC_TRY(make_forms(run, &made.rows[0], &forms));
	kc_run_note(run,
		kc_run_has(run, KC_OPTION_EXTRACTABLE) ? KC_NOTE_KEY_MADE_OPEN : KC_NOTE_KEY_MADE);
	KC_TRY(kc_store_tell_stays(run));
	if (kc_run_json(run))
		return answer(run, &made.rows[0], &forms);
	print_ssh(run, "ssh      ", &forms.ssh);
	print_uri(run, "PKCS#11  ", &forms.uri);
	kc_out_print(&run->out, "module   %s\n", KC_PKCS11_MODULE);
	return KC_OK;
}

/* What is called so, and is no key. */
static void tell_other(struct kc_run *run, struct kc_find find)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	find.kind = KC_ITEM_ANY;
	if (kc_find_all(run, &find, &found) != KC_OK)
		return;
	kc_facts_set_str(&run->facts, KC_FACT_KIND, kc_item_word(&found.rows[0]));
	kc_facts_set_str(&run->facts, KC_FACT_NO_KEY, find.name);
}

/* While locked the public half answers; only without one the private half must be opened. */
static kc_err find_key(struct kc_run *run, struct kc_found_list *ret)
{
	struct kc_find find = {.name = run->args[0],
		.kind = KC_ITEM_KEY,
		.local = kc_run_has(run, KC_OPTION_LOCAL),
		.synced = kc_run_has(run, KC_OPTION_SYNC),
		.skip_locked = true};
	kc_err err = kc_pick_one(run, &find, ret);

	if (err != KC_E_NOT_FOUND)
		return err;
	find.skip_locked = false;
	err = kc_pick_one(run, &find, ret);
	if (err == KC_E_NOT_FOUND)
		tell_other(run, find);
	return err;
}

kc_err kc_verb_key_show(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP(forms_done) struct forms forms = {0};
	bool ssh = kc_run_has(run, KC_OPTION_SSH), pem = kc_run_has(run, KC_OPTION_PEM);
	bool uri = kc_run_has(run, KC_OPTION_URI), all = !ssh && !pem && !uri;

	if (ssh + pem + uri > 1)
		return kc_run_misused(run, "only one of --ssh, --pem and --uri at a time");
	if (kc_run_has(run, KC_OPTION_LOCAL) && kc_run_has(run, KC_OPTION_SYNC))
		return kc_run_misused(run, "only one of --local and --sync at a time");
	kc_facts_set_str(&run->facts, KC_FACT_NAME, run->args[0]);
	KC_TRY(find_key(run, &found));
	KC_TRY(make_forms(run, &found.rows[0], &forms));
	if (ssh && forms.ssh.len == 0) {
		kc_facts_set_str(&run->facts, KC_FACT_SSHLESS, run->args[0]);
		return KC_ERR(KEY_TYPE);
	}
	if (kc_run_json(run))
		return answer(run, &found.rows[0], &forms);
	if (ssh || all)
		print_ssh(run, "", &forms.ssh);
	if (uri || all)
		print_uri(run, "", &forms.uri);
	if (pem || all)
		kc_out_push(&run->out, kc_buf_bytes(&forms.pem));
	return KC_OK;
}
