/* SPDX-License-Identifier: ISC */
/* kc item: the four SecItem calls, one to one. */
#include "cli/attributes.h"
#include "cli/dictionary.h"
#include "cli/input.h"
#include "cli/session.h"
#include "cli/verb.h"

/* The reference as dictionaries take it: the class, then what tells its items apart. */
static void push_ref(struct kc_buf *out, const struct kc_found *item)
{
	char class[5];

	kc_name_text(item->class, class);
	kc_buf_push_str(out, "0x");
	for (size_t i = 0; i < 4; i++)
		kc_buf_printf(out, "%02x", (unsigned char)class[i]);
	for (size_t i = 0; i < sizeof item->ref; i++)
		kc_buf_printf(out, "%02x", item->ref[i]);
}

static json_t *item_json(const struct kc_found *item)
{
	KC_CLEANUP_BUF struct kc_buf ref = KC_BUF_INIT;
	json_t *object = kc_attributes_json(&item->attrs);
	char class[5];

	kc_name_text(item->class, class);
	push_ref(&ref, item);
	kc_json_set(object, "class", json_string(class));
	kc_json_set(object, "v_PersistentRef", kc_json_text(kc_buf_bytes(&ref)));
	if (item->has_secret)
		kc_json_set_secret(object, kc_secret_bytes(&item->secret));
	return object;
}

static kc_err add(struct kc_run *run)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_FOUND struct kc_found added = {0};
	struct kc_client_item item = {.attrs = &attrs, .one_of_both_syncs = true};
	json_t *object;

	KC_TRY(kc_dictionary_parse_attrs(run->args[0], &run->facts, &item.class, &attrs));
	if (!item.class)
		return kc_run_misused(run, "an item needs a class, as in class=genp");
	KC_TRY(kc_session_open(run));
	KC_TRY(kc_input_secret(run, &secret, &item.has_secret));
	item.secret = kc_secret_bytes(&secret);
	KC_TRY(kc_client_item_add(run->client, &item, KC_WANT_ATTRS, &added));
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "item", item_json(&added));
	return kc_run_answer(run, object);
}

static kc_err query(struct kc_run *run)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	json_t *object, *items;

	KC_TRY(kc_dictionary_parse_query(run->args[0], &run->facts, &query));
	query.want = KC_WANT_ATTRS | (kc_run_has(run, KC_OPTION_SECRET) ? KC_WANT_SECRET : 0u);
	KC_TRY(kc_client_item_find(run->client, &query, &found));
	if (kc_run_json(run)) {
		object = kc_json_object();
		items = json_array();
		for (size_t i = 0; i < found.count; i++)
			kc_json_append(items, item_json(&found.rows[i]));
		kc_json_set(object, "items", items);
		return kc_run_answer(run, object);
	}
	for (size_t i = 0; i < found.count; i++) {
		KC_CLEANUP_BUF struct kc_buf text = KC_BUF_INIT;
		if (i)
			kc_buf_push_byte(&text, '\n');
		kc_attributes_push(&text, &found.rows[i], &run->out.look);
		kc_buf_push_str(&text, "v_PersistentRef: ");
		push_ref(&text, &found.rows[i]);
		kc_buf_push_byte(&text, '\n');
		KC_TRY(kc_buf_check(&text));
		kc_out_push(&run->out, kc_buf_bytes(&text));
	}
	return KC_OK;
}

static kc_err tell_count(struct kc_run *run, uint64_t count)
{
	json_t *object;

	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "count", json_integer((json_int_t)count));
	return kc_run_answer(run, object);
}

static kc_err update(struct kc_run *run)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_client_item changes = {.attrs = &attrs};
	const char *set = kc_run_get(run, KC_OPTION_SET);
	uint64_t count;

	KC_TRY(kc_dictionary_parse_query(run->args[0], &run->facts, &query));
	KC_TRY(kc_dictionary_parse_attrs(set ? set : "", &run->facts, &changes.class, &attrs));
	if (changes.class)
		return kc_run_misused(run, "an item cannot change its class");
	changes.class = query.class;
	KC_TRY(kc_session_open(run));
	KC_TRY(kc_input_secret(run, &secret, &changes.has_secret));
	changes.secret = kc_secret_bytes(&secret);
	KC_TRY(kc_client_item_update(run->client, &query, &changes, &count));
	return tell_count(run, count);
}

static kc_err delete (struct kc_run *run)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	uint64_t count;

	KC_TRY(kc_dictionary_parse_query(run->args[0], &run->facts, &query));
	KC_TRY(kc_session_open(run));
	KC_TRY(kc_client_item_delete(run->client, &query, &count));
	return tell_count(run, count);
}

kc_err kc_verb_item(struct kc_run *run)
{
	static const struct {
		enum kc_option option;
		kc_err (*call)(struct kc_run *run);
	} calls[] = {
		{KC_OPTION_ADD, add},
		{KC_OPTION_QUERY, query},
		{KC_OPTION_UPDATE, update},
		{KC_OPTION_DELETE, delete},
	};
	kc_err (*chosen)(struct kc_run *) = NULL;

	for (size_t i = 0; i < KC_COUNT_OF(calls); i++) {
		if (!kc_run_has(run, calls[i].option))
			continue;
		if (chosen)
			return kc_run_misused(run, "only one of -a, -q, -u and -D at a time");
		chosen = calls[i].call;
	}
	if (!chosen)
		return kc_run_misused(run, "one of -a, -q, -u and -D says what to do");
	return chosen(run);
}
