/* SPDX-License-Identifier: ISC */
/*
 * kc add: a new item, or a new secret for the one that is there.
 *
 * The one that is replaced has the same class, server or service, protocol and user, whichever its
 * sync mark. Of one that syncs and one that doesn't, --sync means the first; without it the name is
 * ambiguous. A port, a path or a realm that the name does not speak of may differ; of several such
 * items the plainest is meant, and without one the name is ambiguous.
 */
#include <string.h>

#include "cli/ask.h"
#include "cli/attr.h"
#include "cli/input.h"
#include "cli/pick.h"
#include "cli/store.h"
#include "cli/url.h"
#include "cli/verb.h"
#include "cli/visible.h"

static const char *const accessibles[] = {"ak", "ck", "dk", "aku", "cku", "dku", "akpu"};

struct wish {
	kc_name class;
	struct kc_attrs identity; /* what a new item is and an old one is found by */
	struct kc_attrs changes;  /* what else is set, on either */
	struct kc_secret secret;
	bool to_sync;
};

static void wish_done(struct wish *wish)
{
	kc_attrs_done(&wish->identity);
	kc_attrs_done(&wish->changes);
	kc_secret_done(&wish->secret);
}

static kc_err wish_for_server(struct kc_run *run, struct wish *wish)
{
	const char *user = kc_run_get(run, KC_OPTION_USER);
	KC_CLEANUP_URL struct kc_url url = {0};
	kc_err err = kc_url_parse(kc_bytes_str(run->args[0]), &url);

	if (err == KC_E_UNSUPPORTED)
		return kc_run_misused(run,
			"“%s” is no kind of URL that passwords are kept for; with --kind generic "
			"any name will do",
			run->args[0]);
	if (err == KC_E_PARAM) /* without the name: there may be a password in it */
		return kc_run_misused(run, "that is no URL: it needs a server, a port is a number "
					   "up to 65535, and a password never stands in it");
	KC_TRY(err);
	wish->class = KC_CLASS_INTERNET;
	kc_url_set(&url, &wish->identity);
	kc_attrs_set_text(&wish->identity, KC_ATTR_ACCOUNT, user ? kc_bytes_str(user) : url.user);
	return KC_OK;
}

static kc_err wish_for_service(struct kc_run *run, struct wish *wish)
{
	const char *user = kc_run_get(run, KC_OPTION_USER);

	if (!run->args[0][0])
		return kc_run_misused(run, "the name is empty");
	wish->class = KC_CLASS_GENERIC;
	kc_attrs_set_str(&wish->identity, KC_ATTR_SERVICE, run->args[0]);
	kc_attrs_set_str(&wish->identity, KC_ATTR_ACCOUNT, user ? user : "");
	return KC_OK;
}

static kc_err read_options(struct kc_run *run, struct wish *wish)
{
	const char *kind = kc_run_get(run, KC_OPTION_KIND);
	const char *when = kc_run_get(run, KC_OPTION_ACCESSIBLE);
	const char *label = kc_run_get(run, KC_OPTION_LABEL);
	enum kc_item_kind chosen = KC_ITEM_INTERNET;
	bool is_known = !when;

	for (size_t i = 0; when && i < KC_COUNT_OF(accessibles); i++)
		is_known = is_known || strcmp(when, accessibles[i]) == 0;
	if (!is_known)
		return kc_run_misused(run, "--accessible is ak, ck, dk, aku, cku, dku or akpu");
	if (kind && (kc_item_kind_from(kind, &chosen) != KC_OK ||
			    (chosen != KC_ITEM_INTERNET && chosen != KC_ITEM_GENERIC)))
		return kc_run_misused(run, "--kind is internet or generic here");
	wish->to_sync = kc_run_has(run, KC_OPTION_SYNC);
	if (wish->to_sync && when && when[strlen(when) - 1] == 'u')
		return KC_ERR(SYNC_BOUND);
	if (wish->to_sync)
		kc_attrs_set_number(&wish->changes, KC_ATTR_SYNC, 1);
	if (when)
		kc_attrs_set_str(&wish->changes, KC_ATTR_ACCESSIBLE, when);
	if (label)
		kc_attrs_set_str(&wish->changes, KC_ATTR_LABEL, label);
	KC_TRY(chosen == KC_ITEM_GENERIC ? wish_for_service(run, wish)
					 : wish_for_server(run, wish));
	return kc_attrs_check(&wish->identity);
}

/* The plainest of several: no port, path or realm beyond what was asked. */
static bool is_plain(const struct kc_found *item, const struct kc_attrs *identity)
{
	static const kc_name texts[] = {KC_ATTR_PATH, KC_ATTR_DOMAIN, KC_ATTR_AUTH_TYPE};

	for (size_t i = 0; i < KC_COUNT_OF(texts); i++)
		if (!kc_attrs_get(identity, texts[i]) &&
			kc_attrs_get_bytes(&item->attrs, texts[i]).len)
			return false;
	return kc_attrs_get(identity, KC_ATTR_PORT) ||
	       kc_attrs_get_number(&item->attrs, KC_ATTR_PORT, 0) == 0;
}

/* Which of two, one on this device only and one that syncs: with --no-replace neither is touched.
 */
static kc_err choose_twin(struct kc_run *run, const struct wish *wish,
	const struct kc_found_list *list, size_t *plain)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!kc_pick_are_twins(&list->rows[i], &list->rows[*plain]))
			continue;
		if (kc_run_has(run, KC_OPTION_NO_REPLACE))
			return KC_OK;
		if (!wish->to_sync) {
			kc_facts_set_str(&run->facts, KC_FACT_HOW_MANY, "2 items");
			kc_facts_set_str(&run->facts, KC_FACT_ADDED_TWIN, run->args[0]);
			return KC_ERR(AMBIGUOUS);
		}
		if (kc_item_is_synced(&list->rows[i]))
			*plain = i;
	}
	return KC_OK;
}

static kc_err find_old(struct kc_run *run, const struct wish *wish, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t plain = 0, plain_count = 0;
	struct kc_found first;

	query.class = wish->class;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	KC_TRY(kc_attrs_dup(&wish->identity, &query.attrs));
	KC_TRY(kc_client_item_find(run->client, &query, ret));
	for (size_t i = ret->count; i-- > 0;) {
		if (!is_plain(&ret->rows[i], &wish->identity))
			continue;
		plain = i;
		plain_count++;
	}
	if (ret->count > 1 && plain_count == 0) {
		kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%zu items", ret->count);
		kc_facts_set_str(
			&run->facts, KC_FACT_PLACES, "with different ports, paths or realms");
		return KC_ERR(AMBIGUOUS);
	}
	KC_TRY(choose_twin(run, wish, ret, &plain));
	first = ret->rows[0];
	ret->rows[0] = ret->rows[plain];
	ret->rows[plain] = first;
	return KC_OK;
}

static void tell_names(struct kc_run *run, const struct wish *wish)
{
	struct kc_bytes user = kc_attrs_get_bytes(&wish->identity, KC_ATTR_ACCOUNT);

	kc_facts_set_str(&run->facts, KC_FACT_NAME, run->args[0]);
	if (user.len)
		kc_facts_set(&run->facts, KC_FACT_USER, user);
}

static kc_err ask_for_secret(struct kc_run *run, struct kc_secret *ret)
{
	KC_CLEANUP_BUF struct kc_buf prompt = KC_BUF_INIT;
	struct kc_bytes user = kc_facts_get(&run->facts, KC_FACT_USER);

	kc_buf_push_str(&prompt, "Password for ");
	if (user.len) {
		kc_visible_push(&prompt, user, &run->words);
		kc_buf_push_str(&prompt, " at ");
	}
	kc_visible_push(&prompt, kc_bytes_str(run->args[0]), &run->words);
	kc_buf_push_str(&prompt, ": ");
	if (!kc_buf_text(&prompt))
		return KC_ERR(NO_MEMORY);
	return kc_ask_secret(run, kc_buf_text(&prompt), true, "the secret to save",
		"--stdin, --file FILE or --generate LENGTH", ret);
}

static kc_err replace(struct kc_run *run, const struct wish *wish, const struct kc_found *old)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_client_item changes = {.class = wish->class,
		.attrs = &wish->changes,
		.has_secret = true,
		.secret = kc_secret_bytes(&wish->secret)};
	uint64_t count;

	if (wish->to_sync && kc_item_is_bound(old) &&
		!kc_attrs_get(&wish->changes, KC_ATTR_ACCESSIBLE))
		return KC_ERR(SYNC_BOUND);
	kc_find_query(old, &query);
	return kc_client_item_update(run->client, &query, &changes, &count);
}

static kc_err add(struct kc_run *run, struct wish *wish)
{
	struct kc_client_item item = {.class = wish->class,
		.attrs = &wish->identity,
		.has_secret = true,
		.secret = kc_secret_bytes(&wish->secret),
		.one_of_both_syncs = true};
	KC_CLEANUP_FOUND struct kc_found added = {0};

	kc_attrs_set_str(&wish->identity, KC_ATTR_LABEL, run->args[0]);
	kc_attrs_merge(&wish->identity, &wish->changes);
	KC_TRY(kc_attrs_check(&wish->identity));
	return kc_client_item_add(run->client, &item, KC_WANT_ATTRS, &added);
}

static kc_err tell(struct kc_run *run, const struct wish *wish, bool replaced, bool synced)
{
	json_t *object;

	if (synced && replaced)
		KC_TRY(kc_store_tell_marked(run, KC_NOTE_REPLACED, KC_NOTE_REPLACED));
	else if (synced)
		KC_TRY(kc_store_tell_marked(run, KC_NOTE_ADDED_SYNCED, KC_NOTE_ADDED_MARKED));
	else
		kc_run_note(run, replaced ? KC_NOTE_REPLACED : KC_NOTE_ADDED_HERE);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "name", kc_json_text(kc_bytes_str(run->args[0])));
	kc_json_set(
		object, "user", kc_json_text(kc_attrs_get_bytes(&wish->identity, KC_ATTR_ACCOUNT)));
	kc_json_set(object, "replaced", json_boolean(replaced));
	kc_json_set(object, "sync", json_boolean(synced));
	return kc_run_answer(run, object);
}

static kc_err save(struct kc_run *run, struct wish *wish)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list old = KC_FOUND_LIST_INIT;
	bool given, replaces;
	kc_err err = find_old(run, wish, &old);

	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	replaces = err == KC_OK;
	if (replaces && kc_run_has(run, KC_OPTION_NO_REPLACE))
		return KC_ERR(DUPLICATE); /* before anybody thinks of a password */
	KC_TRY(kc_input_secret(run, &wish->secret, &given));
	if (!given)
		KC_TRY(ask_for_secret(run, &wish->secret));
	KC_TRY(replaces ? replace(run, wish, &old.rows[0]) : add(run, wish));
	return tell(run, wish, replaces,
		wish->to_sync || (replaces && kc_item_is_synced(&old.rows[0])));
}

kc_err kc_verb_add(struct kc_run *run)
{
	KC_CLEANUP(wish_done) struct wish wish = {0};

	KC_TRY(read_options(run, &wish));
	tell_names(run, &wish);
	return save(run, &wish);
}
