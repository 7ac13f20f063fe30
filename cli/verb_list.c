/* SPDX-License-Identifier: ISC */
/* kc list: every item, or those that a pattern fits; never a secret. */
#include <fnmatch.h>
#include <string.h>

#include "base/clock.h"
#include "cli/attr.h"
#include "cli/columns.h"
#include "cli/pick.h"
#include "cli/verb.h"
#include "cli/when.h"

/* Whether text holds the pattern, letters without their case; with * ? or [ it must fit as a whole.
 */
static bool fits(struct kc_bytes text, const char *pattern)
{
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;
	const char *string;

	kc_buf_push(&copy, text.data, text.len);
	string = kc_buf_text(&copy);
	if (!string)
		return false;
	if (strpbrk(pattern, "*?["))
		return fnmatch(pattern, string, FNM_CASEFOLD) == 0;
	return strcasestr(string, pattern) != NULL;
}

static bool is_wanted(const struct kc_found *item, enum kc_item_kind kind, const char *pattern)
{
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	if (kind != KC_ITEM_ANY && kc_item_kind(item) != kind)
		return false;
	kc_item_push_name(&name, item);
	return !pattern || fits(kc_buf_bytes(&name), pattern) ||
	       fits(kc_item_user(item), pattern) ||
	       fits(kc_attrs_get_bytes(&item->attrs, KC_ATTR_LABEL), pattern);
}

static void keep_wanted(struct kc_found_list *list, enum kc_item_kind kind, const char *pattern)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct kc_found item = list->rows[i];
		if (is_wanted(&item, kind, pattern))
			list->rows[kept++] = item;
		else
			kc_found_done(&list->rows[i]);
	}
	list->count = kept;
}

static kc_err find_wanted(struct kc_run *run, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	const char *kind = kc_run_get(run, KC_OPTION_KIND);
	const char *pattern = run->arg_count ? run->args[0] : NULL;
	enum kc_item_kind wanted = KC_ITEM_ANY;
	kc_err err;

	if (kind && kc_item_kind_from(kind, &wanted) != KC_OK)
		return kc_run_misused(run, "--kind is internet, generic, key or certificate");
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, ret);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	keep_wanted(ret, wanted, pattern);
	kc_pick_drop_halves(ret);
	kc_pick_sort(ret);
	return KC_OK;
}

static kc_err print_json(struct kc_run *run, const struct kc_found_list *list)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < list->count; i++)
		kc_json_append(items, kc_item_json(&list->rows[i]));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static kc_err print_columns(struct kc_run *run, const struct kc_found_list *list)
{
	static const char *const headers[] = {"NAME", "USER", "KIND", "SYNC", "CHANGED"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;
	int64_t now = kc_clock_wall_ms() / 1000;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < list->count; i++) {
		const struct kc_found *item = &list->rows[i];
		KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
		double changed = kc_attrs_get_date(&item->attrs, KC_ATTR_CHANGED, 0);
		char when[KC_WHEN_LEN];
		kc_item_push_place(&place, item);
		kc_when_ago(kc_when_from_absolute(changed), now, when);
		kc_columns_add(&columns, kc_buf_bytes(&place));
		kc_columns_add(&columns, kc_item_user(item));
		kc_columns_add_str(&columns, kc_item_word(item));
		kc_columns_add_str(&columns, kc_item_is_synced(item) ? "yes" : "no");
		kc_columns_add_str(&columns, when);
	}
	return kc_columns_print(&columns, &run->out);
}

/* The value of {key}, a key of the JSON answer, made visible. */
static kc_err push_field(struct kc_run *run, json_t *item, struct kc_bytes key)
{
	json_t *value = json_object_getn(item, (const char *)key.data, key.len);

	if (!value)
		return kc_run_misused(
			run, "--format knows no {%.*s}", (int)key.len, (const char *)key.data);
	if (json_is_string(value))
		kc_out_name(
			&run->out, kc_bytes(json_string_value(value), json_string_length(value)));
	else if (json_is_boolean(value))
		kc_out_push(&run->out, kc_bytes_str(json_is_true(value) ? "true" : "false"));
	return KC_OK;
}

/* Fills a line in: {key} by the item, \t and \n by what they say. */
static kc_err push_line(struct kc_run *run, const char *format, json_t *item)
{
	const char *end;

	for (; *format; format++) {
		end = *format == '{' ? strchr(format, '}') : NULL;
		if (end) {
			KC_TRY(push_field(
				run, item, kc_bytes(format + 1, (size_t)(end - format) - 1)));
			format = end;
		} else if (format[0] == '\\' && (format[1] == 't' || format[1] == 'n')) {
			kc_out_push(&run->out, kc_bytes_str(*++format == 't' ? "\t" : "\n"));
		} else {
			kc_out_push(&run->out, kc_bytes(format, 1));
		}
	}
	kc_out_push(&run->out, kc_bytes_str("\n"));
	return KC_OK;
}

static kc_err print_format(struct kc_run *run, const struct kc_found_list *list, const char *format)
{
	for (size_t i = 0; i < list->count; i++) {
		json_auto_t *item = kc_item_json(&list->rows[i]);
		KC_TRY(push_line(run, format, item));
	}
	return KC_OK;
}

kc_err kc_verb_list(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	const char *format = kc_run_get(run, KC_OPTION_FORMAT);

	KC_TRY(find_wanted(run, &list));
	if (kc_run_json(run))
		KC_TRY(print_json(run, &list));
	else if (format)
		KC_TRY(print_format(run, &list, format));
	else if (list.count)
		KC_TRY(print_columns(run, &list));
	if (list.count)
		return KC_OK;
	if (!run->arg_count && !kc_run_has(run, KC_OPTION_KIND))
		kc_facts_set_str(&run->facts, KC_FACT_EMPTY, "this keychain is empty");
	return KC_ERR(NOT_FOUND);
}
