/* SPDX-License-Identifier: ISC */
/* find-, add- and delete- of generic and internet passwords. */
#include <stdio.h>
#include <string.h>

#include "cli/attr.h"
#include "cli/find.h"
#include "cli/security/command.h"
#include "cli/security/dump.h"
#include "cli/security/fields.h"
#include "cli/security/keychains.h"
#include "cli/session.h"

#define SEARCH "SecKeychainSearchCopyNext"

static bool parse(const struct kc_sec_kind *kind, const char *more, int argc, char **argv,
	struct kc_sec_args *args)
{
	char letters[64];

	snprintf(letters, sizeof letters, "%s%s", kind->letters, more);
	return kc_sec_args_parse(argc, argv, letters, args);
}

static void print_item(struct kc_sec *sec, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_sec_dump_item(&text, item, kc_buf_bytes(&sec->path));
	kc_out_push(&sec->run.out, kc_buf_bytes(&text));
}

/* --- find -------------------------------------------------------------------------------------
 */

/* The first match in the keychains that were asked. Errors: NOT_FOUND, those of finding. */
static kc_err find_first(struct kc_sec *sec, const struct kc_sec_args *args, struct kc_query *query,
	struct kc_found_list *ret)
{
	KC_CLEANUP_KEYCHAIN_PATHS struct kc_keychain_paths paths = KC_KEYCHAIN_PATHS_INIT;

	query->sync = KC_SYNC_ANY;
	query->limit = 1;
	KC_TRY(kc_attrs_check(&query->attrs));
	KC_TRY(kc_sec_keychains_asked(sec, args->words, args->word_count, &paths));
	return kc_sec_keychains_find(sec, &paths, query, ret);
}

static void print_password(struct kc_sec *sec, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_buf_push_str(&text, "password: ");
	kc_sec_dump_value(&text, kc_secret_bytes(&item->secret));
	kc_buf_push_byte(&text, '\n');
	kc_sec_say_bytes(sec, kc_buf_bytes(&text));
}

static void print_password_alone(struct kc_sec *sec, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	kc_sec_dump_bare(&text, kc_secret_bytes(&item->secret));
	kc_buf_push_byte(&text, '\n');
	kc_out_push(&sec->run.out, kc_buf_bytes(&text));
}

static int32_t find(struct kc_sec *sec, const struct kc_sec_kind *kind, int argc, char **argv)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_sec_args args;
	kc_err err;

	if (!parse(kind, "gw", argc, argv, &args) ||
		!kc_sec_fields_set(sec, kind, &args, true, true, &query.attrs))
		return KC_SEC_USAGE;
	query.class = kind->class;
	query.want = KC_WANT_ATTRS;
	if (args.given['g'] || args.given['w'])
		query.want |= KC_WANT_SECRET;
	err = find_first(sec, &args, &query, &found);
	if (err != KC_OK)
		return kc_sec_fail(sec, SEARCH, err);
	if (args.given['w']) {
		print_password_alone(sec, &found.rows[0]);
		return 0;
	}
	print_item(sec, &found.rows[0]);
	if (args.given['g'])
		print_password(sec, &found.rows[0]);
	return 0;
}

int32_t kc_sec_find_generic(struct kc_sec *sec, int argc, char **argv)
{
	return find(sec, &kc_sec_generic, argc, argv);
}

int32_t kc_sec_find_internet(struct kc_sec *sec, int argc, char **argv)
{
	return find(sec, &kc_sec_internet, argc, argv);
}

/* --- add --------------------------------------------------------------------------------------
 */

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *found =
		digit ? strchr(digits, digit >= 'A' && digit <= 'F' ? digit + 32 : digit) : NULL;
	return found ? (int)(found - digits) : -1;
}

static kc_err from_hex(const char *text, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	for (; *text; text += 2) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
		if (low < 0)
			return KC_ERR(PARAM);
		kc_buf_push_byte(&bytes, (uint8_t)(high * 16 + low));
	}
	KC_TRY(kc_buf_check(&bytes));
	return kc_secret_set(ret, kc_buf_bytes(&bytes));
}

/* From -w, -X, the letter of old scripts, or a question. */
static kc_err read_password(struct kc_sec *sec, const struct kc_sec_kind *kind,
	struct kc_sec_args *args, struct kc_secret *ret, bool *ret_given)
{
	char letter = kind == &kc_sec_generic && args->given['p'] ? 'p' : 'w';
	const char *text = args->value[(unsigned char)letter];

	*ret_given = args->given['w'] || args->given['X'] || letter == 'p';
	if (args->given['X']) {
		KC_TRY(from_hex(args->value['X'], ret));
		kc_sec_args_hide(sec, args, 'X');
		return KC_OK;
	}
	if (!text)
		return *ret_given ? kc_sec_ask_new(sec, "password data for new item: ",
					    "retype password for new item: ", ret)
				  : KC_OK;
	KC_TRY(kc_secret_set(ret, kc_bytes_str(text)));
	kc_sec_args_hide(sec, args, letter);
	return KC_OK;
}

/* The item that -U changes. Errors: NOT_FOUND. */
static kc_err find_same(struct kc_sec *sec, const struct kc_sec_kind *kind,
	const struct kc_sec_args *args, struct kc_query *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	query.class = kind->class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	if (!kc_sec_fields_set(sec, kind, args, true, false, &query.attrs))
		return KC_ERR(PARAM);
	if (!args->given['t'])
		kc_attrs_remove(&query.attrs, KC_ATTR_AUTH_TYPE);
	KC_TRY(kc_client_item_find(sec->run.client, &query, &found));
	for (size_t i = 0; i < found.count; i++) {
		if (!kc_sec_fields_is_same(kind, args, &found.rows[i].attrs))
			continue;
		kc_find_query(&found.rows[i], ret);
		return KC_OK;
	}
	return KC_ERR(NOT_FOUND);
}

/* What was not given stays as it is. */
static kc_err update(struct kc_sec *sec, const struct kc_sec_kind *kind,
	const struct kc_sec_args *args, const struct kc_client_item *item)
{
	KC_CLEANUP_QUERY struct kc_query same = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item changes = *item;
	uint64_t count;

	KC_TRY(find_same(sec, kind, args, &same));
	if (!kc_sec_fields_set(sec, kind, args, false, true, &attrs))
		return KC_ERR(PARAM);
	changes.attrs = &attrs;
	if (!changes.has_secret && attrs.count == 0)
		return KC_OK;
	return kc_client_item_update(sec->run.client, &same, &changes, &count);
}

static kc_err add_to(struct kc_sec *sec, const struct kc_sec_kind *kind, struct kc_sec_args *args,
	const struct kc_client_item *item)
{
	KC_CLEANUP_FOUND struct kc_found added = {0};
	kc_err err;

	KC_TRY(kc_session_open_or_make(&sec->run));
	err = args->given['U'] ? update(sec, kind, args, item) : KC_ERR(NOT_FOUND);
	if (err != KC_E_NOT_FOUND)
		return err;
	err = kc_client_item_add(sec->run.client, item, KC_WANT_ATTRS, &added);
	/* Somebody else may have added it meanwhile. */
	return err == KC_E_DUPLICATE && args->given['U'] ? update(sec, kind, args, item) : err;
}

static int32_t add(struct kc_sec *sec, const struct kc_sec_kind *kind, int argc, char **argv)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf what = KC_BUF_INIT;
	struct kc_client_item item = {
		.class = kind->class, .attrs = &attrs, .one_of_both_syncs = true};
	static char authentication[] = KC_SEC_DEFAULT_TYPE;
	struct kc_sec_args args;
	kc_err err;

	if (!parse(kind, kind == &kc_sec_generic ? "p:w:X:AT:U" : "w:X:AT:U", argc, argv, &args))
		return KC_SEC_USAGE;
	if (!args.value['t'])
		args.value['t'] = authentication;
	if (!kc_sec_fields_set(sec, kind, &args, true, true, &attrs) || args.word_count > 1)
		return KC_SEC_USAGE;
	for (const char *letter = kind->needed; *letter; letter++)
		if (!args.value[(unsigned char)*letter])
			return KC_SEC_USAGE;
	if (!args.value['l'])
		kc_attrs_set_text(&attrs, KC_ATTR_LABEL, kc_bytes_str(args.value['s']));
	err = kc_sec_keychains_use_word(sec, args.word_count ? args.words[0] : NULL);
	if (err == KC_OK)
		err = read_password(sec, kind, &args, &secret, &item.has_secret);
	if (err == KC_E_PARAM)
		return KC_SEC_USAGE;
	item.secret = kc_secret_bytes(&secret);
	if (err == KC_OK)
		err = add_to(sec, kind, &args, &item);
	if (err == KC_OK)
		return 0;
	kc_buf_printf(&what, "SecKeychainItemCreateFromContent (%s)",
		args.word_count ? args.words[0] : "<default>");
	return kc_sec_fail(sec, kc_buf_text(&what) ? kc_buf_text(&what) : "", err);
}

int32_t kc_sec_add_generic(struct kc_sec *sec, int argc, char **argv)
{
	return add(sec, &kc_sec_generic, argc, argv);
}

int32_t kc_sec_add_internet(struct kc_sec *sec, int argc, char **argv)
{
	return add(sec, &kc_sec_internet, argc, argv);
}

/* --- delete -----------------------------------------------------------------------------------
 */

static int32_t delete (struct kc_sec *sec, const struct kc_sec_kind *kind, int argc, char **argv)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_sec_args args;
	kc_err err;

	if (!parse(kind, "", argc, argv, &args) ||
		!kc_sec_fields_set(sec, kind, &args, true, true, &query.attrs))
		return KC_SEC_USAGE;
	query.class = kind->class;
	query.want = KC_WANT_ATTRS;
	err = find_first(sec, &args, &query, &found);
	if (err != KC_OK)
		return kc_sec_fail(sec, SEARCH, err);
	print_item(sec, &found.rows[0]);
	err = kc_session_open(&sec->run);
	if (err == KC_OK)
		err = kc_find_delete(&sec->run, &found.rows[0], NULL);
	if (err != KC_OK)
		return kc_sec_fail(sec, "SecKeychainItemDelete", err);
	kc_sec_say(sec, "password has been deleted.\n");
	return 0;
}

int32_t kc_sec_delete_generic(struct kc_sec *sec, int argc, char **argv)
{
	return delete (sec, &kc_sec_generic, argc, argv);
}

int32_t kc_sec_delete_internet(struct kc_sec *sec, int argc, char **argv)
{
	return delete (sec, &kc_sec_internet, argc, argv);
}
