/* SPDX-License-Identifier: ISC */
/* kc history: what became of the circle, out of what its members have signed. */
#include "base/clock.h"
#include "cli/columns.h"
#include "cli/verb.h"
#include "cli/when.h"

/* What is asked of an item only. */
#define WHICH_ENTRY (KC_OPT(USER) | KC_OPT(KIND) | KC_OPT(ITEM) | KC_OPT(SECRET) | KC_OPT(RESTORE))

/* Each kind for programs and for people: what is before the device, or between the two names. */
static const struct {
	const char *name;
	const char *does; /* by does device then */
	const char *then;
	bool has_device;
} kinds[] = {
	[KC_HISTORY_BEGUN] = {"begun", "began this circle", "", false},
	[KC_HISTORY_ADDED] = {"added", "let in ", "", true},
	[KC_HISTORY_REMOVED] = {"removed", "removed ", "", true},
	[KC_HISTORY_LOST] = {"lost", "removed ", ", as lost", true},
	[KC_HISTORY_COUNTERED] = {"countered", "removed ", ", which had removed it", true},
	[KC_HISTORY_LEFT] = {"left", "left", "", false},
	[KC_HISTORY_NEW_KEYS] = {"new_keys", "made new keys", "", false},
	[KC_HISTORY_NEW_PASSWORD] = {"new_password", "changed the account password", "", false},
};

static json_t *name_json(const char *name)
{
	return name[0] ? kc_json_text(kc_bytes_str(name)) : json_null();
}

static json_t *entry_json(const struct kc_history_entry *entry, size_t number)
{
	json_t *object = json_object();

	kc_json_set(object, "entry", json_integer((json_int_t)number));
	kc_json_set(object, "time", kc_json_ms(entry->time_ms));
	kc_json_set(object, "what", json_string(kinds[entry->kind].name));
	kc_json_set(object, "device", name_json(entry->device));
	kc_json_set(object, "by", name_json(entry->by));
	kc_json_set(object, "stands", json_boolean(!entry->overruled));
	return object;
}

static kc_err answer(struct kc_run *run, const struct kc_history_list *history)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < history->count; i++)
		kc_json_append(items, entry_json(&history->rows[i], i + 1));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static void push_sentence(struct kc_buf *out, const struct kc_history_entry *entry)
{
	const char *by = entry->by[0] ? entry->by : entry->device;

	kc_buf_printf(out, "%s %s", by[0] ? by : "a device", kinds[entry->kind].does);
	if (kinds[entry->kind].has_device)
		kc_buf_push_str(out, entry->device[0] ? entry->device : "a device");
	kc_buf_push_str(out, kinds[entry->kind].then);
	if (entry->overruled)
		kc_buf_push_str(out, " (overruled: it doesn't count)");
}

static kc_err print(struct kc_run *run, const struct kc_history_list *history)
{
	static const char *const headers[] = {"ENTRY", "WHEN", "WHAT"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < history->count; i++) {
		const struct kc_history_entry *entry = &history->rows[i];
		KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT, sentence = KC_BUF_INIT;
		char when[KC_WHEN_LEN];

		kc_buf_printf(&number, "%zu", i + 1);
		kc_when_ago((int64_t)(entry->time_ms / 1000), kc_clock_wall_ms() / 1000, when);
		push_sentence(&sentence, entry);
		kc_columns_add(&columns, kc_buf_bytes(&number));
		kc_columns_add_str(&columns, when);
		kc_columns_add(&columns, kc_buf_bytes(&sentence));
	}
	return kc_columns_print(&columns, &run->out);
}

kc_err kc_verb_history(struct kc_run *run)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list history = {0};

	if (run->arg_count > 0)
		return kc_verb_history_item(run);
	if (run->options.given & WHICH_ENTRY)
		return kc_run_misused(run, "history takes options only with the NAME of an item");
	KC_TRY(kc_client_history(run->client, &history));
	return kc_run_json(run) ? answer(run, &history) : print(run, &history);
}
