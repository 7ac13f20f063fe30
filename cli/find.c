/* SPDX-License-Identifier: ISC */
/*
 * A name is looked for in up to four places, each by an index: as a server (or the parts of a
 * URL), as a service, as the tag that a program gave its key, as a label. The answers are united by
 * row. Where there is none, as the hash of a key, which no index has in parts.
 */
#include "cli/find.h"

#include <string.h>

#include "cli/attr.h"
#include "cli/similar.h"
#include "cli/url.h"
#include "cli/visible.h"

#define MOST_SIMILAR 3

kc_err kc_find_asked(struct kc_run *run, struct kc_find *ret)
{
	const char *kind = kc_run_get(run, KC_OPTION_KIND);

	*ret = (struct kc_find){.name = run->args[0], .user = kc_run_get(run, KC_OPTION_USER)};
	kc_facts_set_str(&run->facts, KC_FACT_NAME, ret->name);
	if (ret->user)
		kc_facts_set_str(&run->facts, KC_FACT_USER, ret->user);
	if (kind && kc_item_kind_from(kind, &ret->kind) != KC_OK)
		return kc_run_misused(run, "--kind is internet, generic, key or certificate");
	ret->local = kc_run_has(run, KC_OPTION_LOCAL);
	ret->synced = kc_run_has(run, KC_OPTION_SYNC);
	if (ret->local && ret->synced)
		return kc_run_misused(run, "only one of --local and --sync at a time");
	return KC_OK;
}

static bool has_row(const struct kc_found_list *list, uint64_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].id == id)
			return true;
	return false;
}

static kc_err unite(struct kc_found_list *all, struct kc_found_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (!has_row(all, more->rows[i].id))
			KC_TRY(kc_found_list_take(all, &more->rows[i]));
	return KC_OK;
}

/* Sends one query and adds what it finds. */
static kc_err look(struct kc_run *run, const struct kc_find *find, struct kc_query *query,
	struct kc_found_list *all)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	query->sync = find->local ? KC_SYNC_LOCAL : find->synced ? KC_SYNC_SYNCED : KC_SYNC_ANY;
	query->want = KC_WANT_ATTRS | find->want;
	query->skip_locked = find->skip_locked;
	if (find->user)
		kc_attrs_set_str(&query->attrs, KC_ATTR_ACCOUNT, find->user);
	KC_TRY(kc_attrs_check(&query->attrs));
	err = find->earlier ? kc_client_item_history(run->client, query, &found)
			    : kc_client_item_find(run->client, query, &found);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	return unite(all, &found);
}

static kc_err look_for_server(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_URL struct kc_url url = {0};
	kc_err err = kc_url_parse(kc_bytes_str(find->name), &url);

	if (err == KC_E_UNSUPPORTED || err == KC_E_PARAM)
		return KC_OK; /* no server has such a name; a label may */
	KC_TRY(err);
	query.class = KC_CLASS_INTERNET;
	kc_url_set(&url, &query.attrs);
	if (!url.has_scheme)
		kc_attrs_remove(&query.attrs, KC_ATTR_PROTOCOL);
	if (url.user.len && !find->user)
		kc_attrs_set_text(&query.attrs, KC_ATTR_ACCOUNT, url.user);
	return look(run, find, &query, all);
}

static kc_err look_for_service(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	query.class = KC_CLASS_GENERIC;
	kc_attrs_set_str(&query.attrs, KC_ATTR_SERVICE, find->name);
	return look(run, find, &query, all);
}

static kc_err look_for_tag(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	if (find->user || !*find->name)
		return KC_OK;
	query.class = KC_CLASS_KEY;
	kc_attrs_set_bytes(&query.attrs, KC_ATTR_TAG, kc_bytes_str(find->name));
	return look(run, find, &query, all);
}

static kc_err look_for_label(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	if (!*find->name)
		return KC_OK; /* or all that have none would be called so */
	kc_attrs_set_str(&query.attrs, KC_ATTR_LABEL, find->name);
	return look(run, find, &query, all);
}

/* Reads the keys only for what can be a hash: reading them all may need the keychain to be open. */
static kc_err look_for_hash(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *all)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t kept = 0;

	if (find->user || strspn(find->name, "0123456789abcdefABCDEF") != strlen(find->name) ||
		strlen(find->name) < KC_ITEM_HASH_DIGITS)
		return KC_OK;
	query.class = KC_CLASS_KEY;
	KC_TRY(look(run, find, &query, all));
	for (size_t i = 0; i < all->count; i++) {
		if (!kc_item_has_hash(&all->rows[i], find->name))
			kc_found_done(&all->rows[i]);
		else
			all->rows[kept++] = all->rows[i];
	}
	all->count = kept;
	return KC_OK;
}

/* Keeps the rows of the kind that was asked for. */
static void keep_kind(struct kc_found_list *list, enum kc_item_kind kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (kind != KC_ITEM_ANY && kc_item_kind(&list->rows[i]) != kind)
			kc_found_done(&list->rows[i]);
		else
			list->rows[kept++] = list->rows[i];
	}
	list->count = kept;
}

static void push_name_and_user(struct kc_buf *out, const struct kc_found *item)
{
	static const struct kc_look nowhere = {.utf8 = true};
	struct kc_bytes user = kc_item_user(item);

	kc_visible_push(out, kc_item_name(item), &nowhere);
	if (user.len == 0)
		return;
	kc_buf_push_str(out, " (");
	kc_visible_push(out, user, &nowhere);
	kc_buf_push_str(out, ")");
}

/* The items whose names rank best, best first; how many of them. */
static size_t rank(const struct kc_found_list *list, struct kc_bytes name,
	const struct kc_found *ret[static MOST_SIMILAR])
{
	size_t ranks[MOST_SIMILAR], count = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_bytes other = kc_item_name(&list->rows[i]);
		size_t this = other.len ? kc_similar_rank(name, other) : KC_SIMILAR_NOT;
		size_t place = count;
		if (this == KC_SIMILAR_NOT)
			continue;
		while (place > 0 && ranks[place - 1] > this)
			place--;
		if (place == MOST_SIMILAR)
			continue;
		count += count < MOST_SIMILAR;
		for (size_t j = count - 1; j > place; j--) {
			ranks[j] = ranks[j - 1];
			ret[j] = ret[j - 1];
		}
		ranks[place] = this;
		ret[place] = &list->rows[i];
	}
	return count;
}

/* Tells the names that may have been meant. Best effort: the answer is "not found" either way. */
static void tell_similar(struct kc_run *run, const struct kc_find *find)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_BUF struct kc_buf similar = KC_BUF_INIT;
	const struct kc_found *best[MOST_SIMILAR];
	size_t count;

	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	query.skip_locked = true;
	if (kc_client_item_find(run->client, &query, &found) != KC_OK)
		return;
	count = rank(&found, kc_bytes_str(find->name), best);
	for (size_t i = 0; i < count; i++) {
		if (i)
			kc_buf_push_str(&similar, ", ");
		push_name_and_user(&similar, best[i]);
	}
	if (count)
		kc_facts_set(&run->facts, KC_FACT_SIMILAR, kc_buf_bytes(&similar));
}

kc_err kc_find_all(struct kc_run *run, const struct kc_find *find, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;

	KC_TRY(look_for_server(run, find, &all));
	KC_TRY(look_for_service(run, find, &all));
	KC_TRY(look_for_tag(run, find, &all));
	KC_TRY(look_for_label(run, find, &all));
	if (all.count == 0)
		KC_TRY(look_for_hash(run, find, &all));
	keep_kind(&all, find->kind);
	if (all.count == 0) {
		tell_similar(run, find);
		return KC_ERR(NOT_FOUND);
	}
	kc_found_list_done(ret);
	*ret = all;
	all = (struct kc_found_list)KC_FOUND_LIST_INIT;
	return KC_OK;
}

void kc_find_query(const struct kc_found *item, struct kc_query *ret)
{
	*ret = (struct kc_query)KC_QUERY_INIT;
	ret->class = item->class;
	ret->has_ref = true;
	memcpy(ret->ref, item->ref, sizeof ret->ref);
	ret->sync = KC_SYNC_ANY;
}

kc_err kc_find_again(
	struct kc_run *run, const struct kc_found *item, uint32_t want, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	kc_find_query(item, &query);
	query.want = want;
	query.limit = 1;
	return kc_client_item_find(run->client, &query, ret);
}

kc_err kc_find_delete(struct kc_run *run, const struct kc_found *item, uint64_t *ret_count)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	uint64_t count;

	kc_find_query(item, &query);
	KC_TRY(kc_client_item_delete(run->client, &query, &count));
	if (ret_count)
		*ret_count += count;
	return KC_OK;
}
