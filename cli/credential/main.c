/* SPDX-License-Identifier: ISC */
/*
 * git-credential-kc: git asks it for passwords, and tells it which ones were right and wrong.
 *
 * A login is an internet password like those of `kc add`. The token that a new one can be had with,
 * and the time up to which the password is good, are secrets of the same item.
 */
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "cli/attr.h"
#include "cli/credential/credential.h"
#include "cli/find.h"
#include "cli/folders.h"
#include "cli/input.h"
#include "cli/process.h"
#include "cli/session.h"

#define USAGE                                                         \
	"usage: git credential-kc get | store | erase | capability\n" \
	"git runs it:  git config --global credential.helper kc\n"

/* --- finding ----------------------------------------------------------------------------------
 */

/* Keeps what is for the place to the letter, those without a path first: one for the whole host is
 * meant before one for a part of it. */
static void keep_fitting(struct kc_found_list *list, const struct kc_attrs *place)
{
	size_t kept = 0, plain = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_found item = list->rows[i];
		list->rows[i] = (struct kc_found){.id = 0};
		if (!kc_credential_fits(place, &item.attrs)) {
			kc_found_done(&item);
			continue;
		}
		list->rows[kept] = item;
		if (kc_attrs_get_bytes(&item.attrs, KC_ATTR_PATH).len == 0) {
			memmove(list->rows + plain + 1, list->rows + plain,
				(kept - plain) * sizeof *list->rows);
			list->rows[plain++] = item;
		}
		kept++;
	}
	list->count = kept;
}

static kc_err find(struct kc_run *run, const struct kc_attrs *place, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.class = KC_CLASS_INTERNET;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	KC_TRY(kc_attrs_dup(place, &query.attrs));
	kc_attrs_remove(&query.attrs, KC_ATTR_PORT);
	kc_attrs_remove(&query.attrs, KC_ATTR_PATH);
	KC_TRY(kc_session_open(run));
	err = kc_client_item_find(run->client, &query, ret);
	if (err == KC_OK)
		keep_fitting(ret, place);
	return err == KC_OK && ret->count == 0 ? KC_ERR(NOT_FOUND) : err;
}

/* --- get --------------------------------------------------------------------------------------
 */

static kc_err get(struct kc_run *run, const struct kc_credential *asked)
{
	KC_CLEANUP_ATTRS struct kc_attrs place = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	const struct kc_found *item;
	kc_err err;

	KC_TRY(kc_credential_place(asked, &place));
	err = find(run, &place, &found);
	if (err == KC_E_CANCELED) /* whoever was asked does not want to be asked by git now */
		kc_out_push(&run->out, kc_bytes_str("quit=1\n"));
	KC_TRY(err);
	item = &found.rows[0];
	kc_credential_push(
		&text, KC_CREDENTIAL_USERNAME, kc_attrs_get_bytes(&item->attrs, KC_ATTR_ACCOUNT));
	kc_credential_push(&text, KC_CREDENTIAL_PASSWORD, kc_secret_bytes(&item->secret));
	kc_credential_push(
		&text, KC_CREDENTIAL_EXPIRY, kc_attrs_get_bytes(&item->attrs, KC_ATTR_EXPIRY));
	kc_credential_push(
		&text, KC_CREDENTIAL_REFRESH, kc_attrs_get_bytes(&item->attrs, KC_ATTR_REFRESH));
	KC_TRY(kc_buf_check(&text));
	kc_out_push(&run->out, kc_buf_bytes(&text));
	return KC_OK;
}

/* --- store ------------------------------------------------------------------------------------
 */

static kc_err add(struct kc_run *run, struct kc_client_item *item, const struct kc_attrs *place,
	const struct kc_attrs *extra)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};

	KC_TRY(kc_attrs_dup(place, &attrs));
	kc_attrs_set_text(&attrs, KC_ATTR_LABEL, kc_attrs_get_bytes(place, KC_ATTR_SERVER));
	kc_attrs_merge(&attrs, extra);
	KC_TRY(kc_attrs_check(&attrs));
	item->attrs = &attrs;
	item->one_of_both_syncs = true;
	return kc_client_item_add(run->client, item, KC_WANT_ATTRS, &added);
}

/* Says nothing when all is as it was: git stores after every use. */
static bool is_same(
	const struct kc_found *old, const struct kc_client_item *item, const struct kc_attrs *extra)
{
	static const kc_name names[] = {KC_ATTR_EXPIRY, KC_ATTR_REFRESH};

	for (size_t i = 0; i < KC_COUNT_OF(names); i++) {
		struct kc_bytes a = kc_attrs_get_bytes(&old->attrs, names[i]);
		struct kc_bytes b = kc_attrs_get_bytes(extra, names[i]);
		if (a.len != b.len || !kc_mem_equal_ct(a.data, b.data, a.len))
			return false;
	}
	return old->has_secret && old->secret.len == item->secret.len &&
	       kc_mem_equal_ct(old->secret.data, item->secret.data, item->secret.len);
}

static kc_err replace(struct kc_run *run, struct kc_client_item *item, const struct kc_found *old,
	const struct kc_attrs *extra)
{
	KC_CLEANUP_QUERY struct kc_query same = KC_QUERY_INIT;
	uint64_t count;

	if (is_same(old, item, extra))
		return KC_OK;
	item->attrs = extra;
	kc_find_query(old, &same);
	return kc_client_item_update(run->client, &same, item, &count);
}

/* Whether the item has no path that was not asked for, so that it is the one to be changed. */
static bool has_same_path(const struct kc_attrs *place, const struct kc_found *item)
{
	return kc_bytes_equal(kc_attrs_get_bytes(place, KC_ATTR_PATH),
		kc_attrs_get_bytes(&item->attrs, KC_ATTR_PATH));
}

static kc_err store(struct kc_run *run, const struct kc_credential *told)
{
	KC_CLEANUP_ATTRS struct kc_attrs place = KC_ATTRS_INIT, extra = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_client_item item = {.class = KC_CLASS_INTERNET,
		.has_secret = true,
		.secret = kc_buf_bytes(&told->value[KC_CREDENTIAL_PASSWORD])};
	kc_err err;

	if (!told->given[KC_CREDENTIAL_USERNAME] || !told->given[KC_CREDENTIAL_PASSWORD])
		return KC_OK;
	KC_TRY(kc_credential_place(told, &place));
	kc_attrs_set_bytes(
		&extra, KC_ATTR_EXPIRY, kc_buf_bytes(&told->value[KC_CREDENTIAL_EXPIRY]));
	kc_attrs_set_bytes(
		&extra, KC_ATTR_REFRESH, kc_buf_bytes(&told->value[KC_CREDENTIAL_REFRESH]));
	KC_TRY(kc_attrs_check(&extra));
	err = find(run, &place, &found);
	if (err != KC_OK && err != KC_E_NOT_FOUND)
		return err;
	for (size_t i = 0; err == KC_OK && i < found.count; i++)
		if (has_same_path(&place, &found.rows[i]))
			return replace(run, &item, &found.rows[i], &extra);
	return add(run, &item, &place, &extra);
}

/* --- erase ------------------------------------------------------------------------------------
 */

/* A password that was changed meanwhile is not the one that was refused. */
static bool is_refused(const struct kc_credential *told, const struct kc_found *item)
{
	const struct kc_buf *password = &told->value[KC_CREDENTIAL_PASSWORD];

	if (!told->given[KC_CREDENTIAL_PASSWORD])
		return true;
	return item->secret.len == password->len &&
	       kc_mem_equal_ct(item->secret.data, password->data, password->len);
}

static kc_err erase(struct kc_run *run, const struct kc_credential *told)
{
	KC_CLEANUP_ATTRS struct kc_attrs place = KC_ATTRS_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(kc_credential_place(told, &place));
	KC_TRY(find(run, &place, &found));
	for (size_t i = 0; i < found.count; i++)
		if (is_refused(told, &found.rows[i]))
			KC_TRY(kc_find_delete(run, &found.rows[i], NULL));
	return KC_OK;
}

/* --- the run ----------------------------------------------------------------------------------
 */

static kc_err say_capabilities(struct kc_run *run)
{
	kc_out_push(&run->out, kc_bytes_str("version 0\n"));
	return KC_OK;
}

static kc_err converse(
	struct kc_run *run, kc_err (*action)(struct kc_run *, const struct kc_credential *))
{
	KC_CLEANUP_CREDENTIAL struct kc_credential credential = {.given = {false}};
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
	kc_err err;

	KC_TRY(kc_input_fd(run, STDIN_FILENO, 4 * KC_INPUT_MAX_SECRET, &text));
	KC_TRY(kc_credential_parse(kc_buf_bytes(&text), &credential));
	if (!credential.given[KC_CREDENTIAL_PROTOCOL] ||
		(!credential.value[KC_CREDENTIAL_HOST].len &&
			!credential.value[KC_CREDENTIAL_PATH].len))
		return KC_OK; /* too little to be about anything */
	KC_TRY(kc_folders_tell(run));
	KC_TRY(kc_client_new(&run->client));
	err = action(run, &credential);
	/* Having nothing to say is an answer, and what is not ours is left to other helpers. */
	return err == KC_E_NOT_FOUND || err == KC_E_UNSUPPORTED ? KC_OK : err;
}

static kc_err run_action(struct kc_run *run, const char *name)
{
	static const struct {
		const char *name;
		kc_err (*action)(struct kc_run *, const struct kc_credential *);
	} actions[] = {{"get", get}, {"store", store}, {"erase", erase}};

	if (strcmp(name, "capability") == 0)
		return say_capabilities(run);
	for (size_t i = 0; i < KC_COUNT_OF(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return converse(run, actions[i].action);
	return KC_OK; /* an action of a later git */
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

/* What was asked for is the answer; what was not is a complaint. */
static int say_usage(bool asked)
{
	size_t len = sizeof USAGE - 1;
	bool said = write(asked ? STDOUT_FILENO : STDERR_FILENO, USAGE, len) == (ssize_t)len;

	return asked && said ? 0 : kc_err_exit(asked ? KC_E_IO : KC_E_PARAM);
}

int main(int argc, char **argv)
{
	struct kc_run run = {0};
	kc_err err, flushed;

	kc_process_begin();
	setlocale(LC_ALL, "");
	if (argc != 2 || argv[1][0] == '-')
		return say_usage(argc == 2 && is_help(argv[1]));
	kc_out_init(&run.out);
	run.words = kc_look_of(STDERR_FILENO);
	err = run_action(&run, argv[1]);
	flushed = kc_out_flush(&run.out);
	if (err == KC_OK)
		err = flushed;
	if (err != KC_OK) {
		kc_folders_explain(&run, err);
		kc_message_fail(err, &run.facts, &run.words);
	}
	if (run.client)
		kc_client_free(run.client);
	kc_out_done(&run.out);
	kc_facts_done(&run.facts);
	return kc_err_exit(err);
}
