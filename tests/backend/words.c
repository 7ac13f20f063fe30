/* SPDX-License-Identifier: ISC */
/* Short words for items and queries. */
#include "tests/backend/words.h"

#include <stdio.h>
#include <string.h>

#include "tests/check.h"

#define WANT_ALL (KC_WANT_ATTRS | KC_WANT_SECRET | KC_WANT_HIDDEN)

static size_t from_hex(const char *text, size_t len, uint8_t *ret)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		unsigned byte = 0;
		sscanf(text + i, "%2x", &byte);
		ret[i / 2] = (uint8_t)byte;
	}
	return len / 2;
}

static void set_one(struct kc_attrs *attrs, kc_name name, const char *text, size_t len)
{
	uint8_t bytes[256];
	struct kc_value truth = kc_value_bool(len > 1 && text[1] == '1');

	switch (len ? text[0] : 0) {
	case '#':
		kc_attrs_set_number(attrs, name, strtoll(text + 1, NULL, 10));
		return;
	case '!':
		kc_attrs_set(attrs, name, &truth);
		return;
	case '@':
		kc_attrs_set_date(attrs, name, strtod(text + 1, NULL));
		return;
	case '%':
		kc_attrs_set_bytes(
			attrs, name, kc_bytes(bytes, from_hex(text + 1, len - 1, bytes)));
		return;
	}
	kc_attrs_set_text(attrs, name, kc_bytes(text, len));
}

void words_attrs(struct kc_attrs *attrs, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, " ");
		CHECK_FATAL(len >= 5 && text[4] == '=');
		set_one(attrs, kc_name_from(kc_bytes(text, 4)), text + 5, len - 5);
		text += len;
		text += strspn(text, " ");
	}
}

kc_err words_add_as(struct home *home, const struct kc_caller *caller, kc_name class,
	const char *attrs, const char *secret, struct kc_found *ret)
{
	struct kc_item_input input = {
		.class = class, .has_secret = secret != NULL, .secret = kc_bytes_str(secret)};
	kc_err err;

	words_attrs(&input.attrs, attrs);
	err = kc_keychain_item_add(home->keychain, caller, &input, WANT_ALL, ret);
	kc_attrs_done(&input.attrs);
	return err;
}

kc_err words_add(struct home *home, kc_name class, const char *attrs, const char *secret)
{
	return words_add_as(home, &home_user, class, attrs, secret, NULL);
}

void words_query(kc_name class, const char *attrs, struct kc_query *ret)
{
	ret->class = class;
	ret->sync = KC_SYNC_ANY;
	ret->want = WANT_ALL;
	words_attrs(&ret->attrs, attrs);
}

kc_err words_find_as(struct home *home, const struct kc_caller *caller, kc_name class,
	const char *attrs, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(class, attrs, &query);
	return kc_keychain_item_find(home->keychain, caller, &query, ret);
}

kc_err words_find(struct home *home, kc_name class, const char *attrs, struct kc_found_list *ret)
{
	return words_find_as(home, &home_user, class, attrs, ret);
}

size_t words_count(struct home *home, kc_name class, const char *attrs)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t count = 0;
	bool more = true;

	words_query(class, attrs, &query);
	while (more) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		kc_err err = kc_keychain_item_find(home->keychain, &home_user, &query, &found);
		if (err != KC_E_NOT_FOUND)
			CHECK_OK(err);
		count += found.count;
		more = found.more;
		if (more)
			query.after = words_page_end(&found);
	}
	return count;
}

kc_err words_update(struct home *home, kc_name class, const char *query_text,
	const char *changes_text, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	struct kc_item_input changes = {
		.has_secret = secret != NULL, .secret = kc_bytes_str(secret)};
	kc_err err;

	words_query(class, query_text, &query);
	words_attrs(&changes.attrs, changes_text);
	err = kc_keychain_item_update(home->keychain, &home_user, &query, &changes, NULL);
	kc_attrs_done(&changes.attrs);
	return err;
}

kc_err words_delete(struct home *home, kc_name class, const char *query_text)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(class, query_text, &query);
	return kc_keychain_item_delete(home->keychain, &home_user, &query, NULL);
}

kc_err words_delete_use(
	struct home *home, kc_name class, const char *query_text, enum kc_tomb_use use)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(class, query_text, &query);
	query.tomb_use = use;
	return kc_keychain_item_delete(home->keychain, &home_user, &query, NULL);
}

struct kc_page_end words_page_end(const struct kc_found_list *found)
{
	const struct kc_found *last = &found->rows[found->count - 1];

	return (struct kc_page_end){last->id, last->class, last->synced, last->certificate};
}

bool words_has_secret(struct home *home, kc_name class, const char *query, const char *secret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	if (words_find(home, class, query, &found) != KC_OK || found.count != 1)
		return false;
	return found.rows[0].has_secret &&
	       kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret), kc_bytes_str(secret));
}

const char *words_text(const struct kc_attrs *attrs, const char *name)
{
	struct kc_bytes bytes = kc_attrs_get_bytes(attrs, kc_name_from(kc_bytes_str(name)));

	return bytes.len ? (const char *)bytes.data : "";
}
