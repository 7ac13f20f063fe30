/* SPDX-License-Identifier: ISC */
/* kc history NAME: the earlier values of an item, and bringing one back. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/columns.h"
#include "cli/earlier.h"
#include "cli/verb.h"
#include "cli/visible.h"
#include "cli/when.h"

#define MOST_ENTRIES 100000

/* For programs; and for people when this device did it, or another whose name follows. */
static const struct {
	const char *name, *here, *by;
} ends[] = {
	[KC_EARLIER_REPLACED] = {"replaced", "replaced here", "replaced by "},
	[KC_EARLIER_DELETED] = {"deleted", "deleted here", "deleted by "},
	[KC_EARLIER_LOST] = {"lost", "lost against a change made here",
		"lost against a change of "},
	[KC_EARLIER_GAVE_WAY] = {"gave-way", "gave way to the same item made here",
		"gave way to the same item of "},
};

static enum kc_earlier end_of(const struct kc_found *entry)
{
	int64_t how = kc_attrs_get_number(&entry->attrs, KC_EARLIER_HOW, 0);

	return how >= KC_EARLIER_REPLACED && how <= KC_EARLIER_LAST ? (enum kc_earlier)how
								    : KC_EARLIER_REPLACED;
}

static double date_of(const struct kc_found *entry)
{
	return kc_attrs_get_date(&entry->attrs, KC_EARLIER_DATE, 0);
}

static json_t *device_json(
	const struct kc_earlier_names *names, const struct kc_found *entry, kc_name attr)
{
	const char *name = kc_earlier_device(&names->devices, entry, attr);

	if (!name)
		return json_null();
	return kc_json_text(kc_bytes_str(*name ? name : names->status.device));
}

static json_t *entry_json(const struct kc_earlier_names *names, const struct kc_found *entry,
	size_t number, bool with_secret)
{
	json_t *object = json_object();

	kc_json_set(object, "entry", json_integer((json_int_t)number));
	json_object_update_new(object, kc_item_json(entry));
	kc_json_set(object, "ended", kc_json_date(date_of(entry)));
	kc_json_set(object, "what", json_string(ends[end_of(entry)].name));
	kc_json_set(object, "by", device_json(names, entry, KC_EARLIER_BY));
	kc_json_set(object, "from", device_json(names, entry, KC_FOUND_WRITER));
	if (with_secret && entry->has_secret)
		kc_json_set_secret(object, kc_secret_bytes(&entry->secret));
	return object;
}

static kc_err answer(struct kc_run *run, const struct kc_earlier_names *names,
	const struct kc_found_list *entries, bool with_secret)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < entries->count; i++)
		kc_json_append(items, entry_json(names, &entries->rows[i], i + 1, with_secret));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static void push_end(
	struct kc_buf *out, const struct kc_earlier_names *names, const struct kc_found *entry)
{
	const char *by = kc_earlier_device(&names->devices, entry, KC_EARLIER_BY);

	if (by && !*by)
		kc_buf_push_str(out, ends[end_of(entry)].here);
	else
		kc_buf_printf(out, "%s%s", ends[end_of(entry)].by, by ? by : "another device");
}

/* The two halves of a key have one name. */
static void push_name(struct kc_buf *out, const struct kc_found *entry)
{
	kc_item_push_name(out, entry);
	if (kc_item_kind(entry) == KC_ITEM_KEY)
		kc_buf_printf(out, " (%s)", kc_item_word(entry));
}

static kc_err print(struct kc_run *run, const struct kc_earlier_names *names,
	const struct kc_found_list *entries)
{
	static const char *const headers[] = {"ENTRY", "UNTIL", "NAME", "USER", "FROM", "WHAT"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < entries->count; i++) {
		const struct kc_found *entry = &entries->rows[i];
		const char *from = kc_earlier_device(&names->devices, entry, KC_FOUND_WRITER);
		KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT, end = KC_BUF_INIT;
		KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;
		char when[KC_WHEN_LEN];

		kc_buf_printf(&number, "%zu", i + 1);
		kc_when_ago(kc_when_from_absolute(date_of(entry)), kc_clock_wall_ms() / 1000, when);
		push_name(&name, entry);
		push_end(&end, names, entry);
		kc_columns_add(&columns, kc_buf_bytes(&number));
		kc_columns_add_str(&columns, when);
		kc_columns_add(&columns, kc_buf_bytes(&name));
		kc_columns_add(&columns, kc_item_user(entry));
		kc_columns_add_str(&columns, !from ? "" : *from ? from : "here");
		kc_columns_add(&columns, kc_buf_bytes(&end));
	}
	return kc_columns_print(&columns, &run->out);
}

/* Below the list, since a column would cut them. */
static kc_err print_secrets(struct kc_run *run, const struct kc_found_list *entries)
{
	KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;

	for (size_t i = 0; i < entries->count; i++) {
		kc_buf_printf(&text, "%s%zu  ", i ? "" : "\n", i + 1);
		kc_visible_push(&text, kc_secret_bytes(&entries->rows[i].secret), &run->out.look);
		kc_buf_push_str(&text, "\n");
	}
	kc_out_push(&run->out, kc_buf_bytes(&text));
	return kc_buf_check(&text);
}

/* --- bringing one back --------------------------------------------------------------------------
 */

static kc_err ask(struct kc_run *run, const struct kc_found *entry)
{
	KC_CLEANUP_BUF struct kc_buf question = KC_BUF_INIT, place = KC_BUF_INIT;
	struct kc_bytes user = kc_item_user(entry);
	char when[KC_WHEN_LEN];

	kc_item_push_place(&place, entry);
	kc_when_ago(kc_when_from_absolute(date_of(entry)), kc_clock_wall_ms() / 1000, when);
	kc_buf_printf(&question, "Bring back the %s of ", kc_item_word(entry));
	kc_visible_push(&question, kc_buf_bytes(&place), &run->words);
	if (user.len) {
		kc_buf_push_str(&question, " for ");
		kc_visible_push(&question, user, &run->words);
	}
	kc_buf_printf(&question, ", as it was until %s%s", when,
		kc_item_is_synced(entry) ? ", on all your devices?" : "?");
	if (!kc_buf_text(&question))
		return KC_ERR(NO_MEMORY);
	return kc_ask_yes(run, kc_buf_text(&question));
}

static kc_err restore(struct kc_run *run, const struct kc_found_list *entries)
{
	KC_CLEANUP_FOUND struct kc_found found = {0};
	const struct kc_found *entry;
	json_t *object;
	long number;

	KC_TRY(kc_options_number(
		&run->options, KC_OPTION_RESTORE, 1, MOST_ENTRIES, &run->facts, &number));
	if ((size_t)number > entries->count) {
		kc_facts_print(&run->facts, KC_FACT_NO_ENTRY, "%ld", number);
		kc_facts_set_str(&run->facts, KC_FACT_NAME, run->args[0]);
		return KC_ERR(NOT_FOUND);
	}
	entry = &entries->rows[number - 1];
	KC_TRY(ask(run, entry));
	KC_TRY(kc_client_item_restore(run->client, entry->id, &found));
	kc_run_note(run, KC_NOTE_RESTORED);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	json_object_update_new(object, kc_item_json(&found));
	return kc_run_answer(run, object);
}

kc_err kc_verb_history_item(struct kc_run *run)
{
	KC_CLEANUP_EARLIER_NAMES struct kc_earlier_names names = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list entries = KC_FOUND_LIST_INIT;
	bool with_secret = kc_run_has(run, KC_OPTION_SECRET);
	struct kc_find find;

	KC_TRY(kc_find_asked(run, &find));
	KC_TRY(kc_earlier_find(run, &find,
		KC_WANT_ATTRS | (with_secret ? (uint32_t)KC_WANT_SECRET : 0), &entries));
	if (kc_run_has(run, KC_OPTION_RESTORE))
		return restore(run, &entries);
	KC_TRY(kc_earlier_names_read(run, &names));
	if (kc_run_json(run))
		return answer(run, &names, &entries, with_secret);
	if (entries.count == 0) {
		kc_run_note(run, KC_NOTE_NO_EARLIER);
		return KC_OK;
	}
	KC_TRY(print(run, &names, &entries));
	return with_secret ? print_secrets(run, &entries) : KC_OK;
}
