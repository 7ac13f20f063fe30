/* SPDX-License-Identifier: ISC */
/* kc get and kc show: one item, its secret or what is known about it. */
#include "cli/attributes.h"
#include "cli/clipboard.h"
#include "cli/pick.h"
#include "cli/verb.h"

/* The one item that is meant, its secret with it. */
static kc_err read_secret(struct kc_run *run, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_find find;

	KC_TRY(kc_find_asked(run, &find));
	KC_TRY(kc_pick_one(run, &find, &found));
	KC_TRY(kc_find_again(run, &found.rows[0], KC_WANT_ATTRS | KC_WANT_SECRET, ret));
	if (ret->rows[0].has_secret)
		return KC_OK;
	if (ret->rows[0].class == KC_CLASS_KEY)
		return KC_ERR(NOT_EXTRACTABLE);
	kc_facts_set_str(&run->facts, KC_FACT_SECRETLESS, find.name);
	return KC_ERR(NOT_FOUND);
}

kc_err kc_verb_get(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	json_t *object;

	KC_TRY(read_secret(run, &found));
	if (kc_run_json(run)) {
		object = kc_json_object();
		kc_json_set(object, "name", kc_item_name_json(&found.rows[0]));
		kc_json_set(object, "user", kc_json_text(kc_item_user(&found.rows[0])));
		kc_json_set_secret(object, kc_secret_bytes(&found.rows[0].secret));
		return kc_run_answer(run, object);
	}
	kc_out_push(&run->out, kc_secret_bytes(&found.rows[0].secret));
	if (run->out.look.terminal)
		kc_out_push(&run->out, kc_bytes_str("\n"));
	return KC_OK;
}

static kc_err copy(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	KC_TRY(read_secret(run, &found));
	KC_TRY(kc_clipboard_copy(run, kc_secret_bytes(&found.rows[0].secret)));
	kc_run_note(run, KC_NOTE_COPIED);
	return kc_run_json(run) ? kc_run_answer(run, kc_json_object()) : KC_OK;
}

static kc_err print_item(struct kc_run *run, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT, text = KC_BUF_INIT;
	struct kc_out *out = &run->out;

	kc_item_push_place(&place, item);
	kc_out_print(out, "%s for ", kc_item_word(item));
	kc_out_name(out, kc_buf_bytes(&place));
	kc_out_print(out, ", %s\n", kc_item_is_synced(item) ? "syncs" : "on this device only");
	kc_attributes_push(&text, item, &out->look);
	kc_out_push(out, kc_buf_bytes(&text));
	return kc_buf_check(&text);
}

kc_err kc_verb_show(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_find find;
	json_t *object;

	if (kc_run_has(run, KC_OPTION_COPY))
		return copy(run);
	KC_TRY(kc_find_asked(run, &find));
	KC_TRY(kc_pick_one(run, &find, &found));
	if (!kc_run_json(run))
		return print_item(run, &found.rows[0]);
	object = kc_json_object();
	json_object_update_new(object, kc_item_json(&found.rows[0]));
	kc_json_set(object, "attributes", kc_attributes_json(&found.rows[0].attrs));
	return kc_run_answer(run, object);
}
