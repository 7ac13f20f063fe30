/* SPDX-License-Identifier: ISC */
/* kc rm: one item out of the keychain; of a key both halves. */
#include "cli/ask.h"
#include "cli/pick.h"
#include "cli/verb.h"
#include "cli/visible.h"

static kc_err ask(struct kc_run *run, const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf question = KC_BUF_INIT, place = KC_BUF_INIT;
	struct kc_bytes user = kc_item_user(item);

	kc_item_push_place(&place, item);
	kc_buf_printf(&question, "Delete the %s of ", kc_item_word(item));
	kc_visible_push(&question, kc_buf_bytes(&place), &run->words);
	if (user.len) {
		kc_buf_push_str(&question, " for ");
		kc_visible_push(&question, user, &run->words);
	}
	kc_buf_push_str(&question, kc_item_is_synced(item) ? ", on all your devices?" : "?");
	if (!kc_buf_text(&question))
		return KC_ERR(NO_MEMORY);
	return kc_ask_yes(run, kc_buf_text(&question));
}

/* The rows that go: the item, and what is the same key. */
static kc_err remove_rows(
	struct kc_run *run, const struct kc_found_list *found, uint64_t *ret_count)
{
	for (size_t i = 0; i < found->count; i++)
		if (i == 0 || kc_item_is_same_key(&found->rows[0], &found->rows[i]))
			KC_TRY(kc_find_delete(run, &found->rows[i], ret_count));
	return KC_OK;
}

kc_err kc_verb_rm(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_find find;
	uint64_t count = 0;
	json_t *object;

	KC_TRY(kc_find_asked(run, &find));
	KC_TRY(kc_pick_one(run, &find, &found));
	KC_TRY(ask(run, &found.rows[0]));
	KC_TRY(remove_rows(run, &found, &count));
	/* A key that is destroyed is destroyed, and so is a certificate. */
	kc_run_note(run, kc_item_kind(&found.rows[0]) == KC_ITEM_INTERNET ||
					 kc_item_kind(&found.rows[0]) == KC_ITEM_GENERIC
				 ? KC_NOTE_REMOVED_KEPT
				 : KC_NOTE_REMOVED);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "name", kc_item_name_json(&found.rows[0]));
	kc_json_set(object, "user", kc_json_text(kc_item_user(&found.rows[0])));
	kc_json_set(object, "removed", json_integer((json_int_t)count));
	return kc_run_answer(run, object);
}
