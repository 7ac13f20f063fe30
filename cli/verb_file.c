/* SPDX-License-Identifier: ISC */
/* kc key import and cert import: what a file of keys and certificates holds. */
#include <string.h>

#include "cli/ask.h"
#include "cli/attr.h"
#include "cli/input.h"
#include "cli/item.h"
#include "cli/password.h"
#include "cli/pick.h"
#include "cli/store.h"
#include "cli/verb.h"

#define MOST_FILE ((size_t)1 << 20)

/*
 * The start of an OpenSSH private key that is not encrypted, in base 64: the magic text and the
 * cipher's name "none" (openssh-key-v1, PROTOCOL.key). An encrypted one is equal up to the name.
 */
#define OPENSSH_LINE "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_NONE "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"

static bool is_encrypted_openssh(const struct kc_buf *file)
{
	const uint8_t *line =
		file->len ? memmem(file->data, file->len, OPENSSH_LINE, strlen(OPENSSH_LINE))
			  : NULL;

	return line && !memmem(line, file->len - (size_t)(line - file->data), OPENSSH_NONE,
			       strlen(OPENSSH_NONE));
}

static kc_err set_attributes(struct kc_run *run, bool is_key, struct kc_attrs *attrs)
{
	const char *when = kc_run_get(run, KC_OPTION_ACCESSIBLE);
	const char *path = run->args[0], *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *name = run->arg_count > 1 ? run->args[1] : NULL;

	if (name)
		kc_attrs_set_str(attrs, KC_ATTR_LABEL, name);
	else if (is_key) /* a certificate is called by its subject */
		kc_attrs_set_text(attrs, KC_ATTR_LABEL, kc_bytes(base, strcspn(base, ".")));
	if (when)
		kc_attrs_set_str(attrs, KC_ATTR_ACCESSIBLE, when);
	if (kc_run_has(run, KC_OPTION_EXTRACTABLE))
		kc_attrs_set_number(attrs, KC_ATTR_EXTRACTABLE, 1);
	if (kc_run_has(run, KC_OPTION_SYNC)) {
		if (when && *when && when[strlen(when) - 1] == 'u')
			return KC_ERR(SYNC_BOUND);
		kc_attrs_set_number(attrs, KC_ATTR_SYNC, 1);
	}
	return kc_attrs_check(attrs);
}

/* With the passphrase that was given, or none; when that fails, with one that is asked for. */
static kc_err take_over(struct kc_run *run, const struct kc_buf *file, const struct kc_attrs *attrs,
	struct kc_found_list *ret)
{
	KC_CLEANUP_SECRET struct kc_secret passphrase = KC_SECRET_INIT;
	bool given = kc_password_is_given(run, KC_PASSWORD_FILE);
	kc_err err;

	if (given)
		KC_TRY(kc_password_get(run, KC_PASSWORD_FILE, &passphrase));
	kc_facts_set_str(&run->facts, KC_FACT_FILE, run->args[0]);
	err = kc_client_import(
		run->client, kc_buf_bytes(file), kc_secret_bytes(&passphrase), attrs, ret);
	if (err == KC_E_AUTH && !given && kc_ask_can(run)) {
		KC_TRY(kc_password_get(run, KC_PASSWORD_FILE, &passphrase));
		err = kc_client_import(
			run->client, kc_buf_bytes(file), kc_secret_bytes(&passphrase), attrs, ret);
	}
	if (err == KC_E_UNSUPPORTED && is_encrypted_openssh(file))
		kc_facts_set_str(&run->facts, KC_FACT_SSH_FILE, run->args[0]);
	return err;
}

static kc_err answer(struct kc_run *run, const struct kc_found_list *items)
{
	json_t *object = kc_json_object(), *array = json_array();

	for (size_t i = 0; i < items->count; i++)
		kc_json_append(array, kc_item_json(&items->rows[i]));
	kc_json_set(object, "items", array);
	return kc_run_answer(run, object);
}

static kc_err import_file(struct kc_run *run, bool is_key)
{
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list items = KC_FOUND_LIST_INIT;

	KC_TRY(set_attributes(run, is_key, &attrs));
	KC_TRY(kc_input_file(run, run->args[0], MOST_FILE, &file));
	KC_TRY(take_over(run, &file, &attrs, &items));
	if (kc_run_json(run))
		KC_TRY(answer(run, &items));
	kc_pick_tell_count(run, &items);
	kc_run_note(run, KC_NOTE_IMPORTED_FILE);
	return kc_store_tell_stays(run);
}

kc_err kc_verb_key_import(struct kc_run *run)
{
	return import_file(run, true);
}

kc_err kc_verb_cert_import(struct kc_run *run)
{
	return import_file(run, false);
}
