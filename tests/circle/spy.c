/* SPDX-License-Identifier: ISC */
/* Every key on everything that it could be for, whatever the value says that it is under. */
#include "tests/circle/spy.h"

#include <string.h>

#include "backend/circle/record/head_cell.h"
#include "backend/circle/record/segment.h"
#include "backend/sync/item_record.h"
#include "backend/sync/line/cell_name.h"
#include "backend/sync/reconcile.h"

static void count(struct spy *spy, enum spy_kind kind, bool opened)
{
	spy->tried[kind]++;
	spy->opened[kind] += opened;
}

/* Calls try with each key of that use, until one opens. */
static bool any_key(const struct spy *spy, enum kc_view_key_use use,
	bool (*try)(
		void *context, const struct kc_view_key_name *name, const struct kc_secret *key),
	void *context)
{
	for (size_t i = 0; i < spy->circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &spy->circle->epochs[i];
		KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

		if (kc_circle_epoch_key(spy->circle, held, use, &key) == KC_OK &&
			try(context, &held->epoch->name, &key))
			return true;
	}
	return false;
}

/* --- items --------------------------------------------------------------------------------------
 */

static bool try_item_key(
	void *context, const struct kc_view_key_name *name, const struct kc_secret *key)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	const struct kc_bytes *record = context;

	(void)name;
	return kc_item_record_open(*record, kc_view_key_siv(key), &body) == KC_OK;
}

static void try_item(struct spy *spy, struct kc_bytes record)
{
	if (record.len)
		count(spy, SPY_ITEM,
			any_key(spy, KC_VIEW_KEY_CLASS_A, try_item_key, &record) ||
				any_key(spy, KC_VIEW_KEY_CLASS_C, try_item_key, &record));
}

/* --- what is under head keys --------------------------------------------------------------------
 */

/* A value, and the place that it is for but for the key. */
struct under_head {
	const struct spy *spy;
	struct kc_bytes value;
	const struct kc_peer_id *author;
	uint64_t seq; /* of the list that a head is in */
	const uint8_t *view_tag;
};

static bool try_head_key(
	void *context, const struct kc_view_key_name *name, const struct kc_secret *key)
{
	const struct under_head *u = context;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_head_place place = {
		&u->spy->circle->account, u->author, u->seq, u->view_tag, name};

	return kc_head_open(u->value, &place, key, &head) == KC_OK;
}

static bool try_segment_key(
	void *context, const struct kc_view_key_name *name, const struct kc_secret *key)
{
	const struct under_head *u = context;
	KC_CLEANUP(kc_head_log_done) struct kc_head_log log = {0};
	struct kc_segment_place place = {&u->spy->circle->account, u->author, u->view_tag, name};

	return kc_segment_open(u->value, &place, key, 0, &log) == KC_OK;
}

static bool try_question_key(
	void *context, const struct kc_view_key_name *name, const struct kc_secret *key)
{
	const struct under_head *u = context;
	static struct kc_reconcile_question question;
	struct kc_reconcile_place place = {
		&u->spy->circle->account, u->author, NULL, u->view_tag, name};

	return kc_reconcile_open_question(u->value, &place, key, &question) == KC_OK;
}

/* An answer names whom it is to in its key, of which everybody who was in is a choice. */
static bool try_answer_key(
	void *context, const struct kc_view_key_name *name, const struct kc_secret *key)
{
	const struct under_head *u = context;
	const struct kc_circle *circle = u->spy->circle;
	static struct kc_reconcile_answer answer;

	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_reconcile_place place = {
			&circle->account, u->author, &circle->members[i]->id, u->view_tag, name};

		if (kc_reconcile_open_answer(u->value, &place, key, &answer) == KC_OK)
			return true;
	}
	return false;
}

static void try_head_cell(struct spy *spy, const struct kc_member *author,
	const struct kc_place_in_store *place, struct kc_bytes value)
{
	uint8_t view_tag[KC_TAG_LEN], kid[KC_KID_LEN];
	struct under_head u = {spy, value, &author->id, 0, view_tag};
	struct kc_bytes rest;

	if (kc_head_cell_peek(value, view_tag, kid) != KC_OK)
		return;
	count(spy, SPY_HEAD,
		any_key(spy, KC_VIEW_KEY_HEAD,
			kc_op_key_has(place->key, "l/", &rest)	 ? try_segment_key
			: kc_op_key_has(place->key, "r/", &rest) ? try_answer_key
								 : try_question_key,
			&u));
}

static void try_heads(struct spy *spy, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;

	if (!list || kc_list_parse(record, &spy->circle->account, list, &id) != KC_OK)
		return;
	for (size_t i = 0; i < list->head_count; i++) {
		struct under_head u = {
			spy, list->heads[i].box, &list->peer, list->seq, list->heads[i].view_tag};

		count(spy, SPY_HEAD, any_key(spy, KC_VIEW_KEY_HEAD, try_head_key, &u));
	}
}

/* --- envelopes ----------------------------------------------------------------------------------
 */

/* Also those for others, as if they were for this device. */
static void try_shares(struct spy *spy, struct kc_bytes record)
{
	struct kc_secret keys[KC_SHARES_MAX_KEYS] = {{0}};
	struct kc_shares shares;

	if (kc_shares_parse(record, &shares) != KC_OK)
		return;
	count(spy, SPY_SHARES,
		kc_shares_open(&shares, &spy->circle->account, &spy->circle->identity, keys) ==
			KC_OK);
	for (size_t i = 0; i < KC_SHARES_MAX_KEYS; i++)
		kc_secret_done(&keys[i]);
}

static bool is_under_first(struct kc_bytes key)
{
	struct kc_bytes rest;

	return kc_bytes_equal(key, kc_bytes_str("g")) || kc_op_key_has(key, "e/", &rest) ||
	       kc_op_key_has(key, "s/", &rest) || kc_op_key_has(key, "out/", &rest);
}

static void try_envelope(
	struct spy *spy, const struct kc_place_in_store *place, struct kc_bytes value)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	bool opened = kc_circle_open(spy->circle, place, value, &plain) == KC_OK;
	struct kc_bytes rest;

	count(spy, is_under_first(place->key) ? SPY_FIRST : SPY_CELL, opened);
	if (!opened)
		return;
	if (kc_op_key_has(place->key, "s/", &rest))
		try_shares(spy, kc_buf_bytes(&plain));
	else if (kc_op_key_has(place->key, "out/", &rest) ||
		 kc_bytes_equal(place->key, kc_bytes_str("p")))
		try_heads(spy, kc_buf_bytes(&plain));
}

/* --- values of the store ------------------------------------------------------------------------
 */

static const struct kc_member *author_of(const struct spy *spy, const struct kc_writer_id *writer)
{
	for (size_t i = 0; i < spy->circle->member_count; i++) {
		struct kc_writer_id of = kc_circle_writer(&spy->circle->members[i]->id);

		if (memcmp(&of, writer, sizeof of) == 0)
			return spy->circle->members[i];
	}
	return NULL;
}

static void try_cell(struct spy *spy, const struct kc_writer_id *writer, struct kc_bytes key,
	struct kc_bytes value)
{
	struct kc_place_in_store place = {&spy->circle->account, writer, key};
	const struct kc_member *author = author_of(spy, writer);
	uint8_t kid[KC_META_KID_LEN];
	struct kc_bytes rest;

	if (kc_op_key_has(key, "i/", &rest))
		try_item(spy, value);
	else if (kc_op_key_has(key, "l/", &rest) || kc_op_key_has(key, "r/", &rest) ||
		 kc_bytes_equal(key, kc_bytes_str("r"))) {
		if (author)
			try_head_cell(spy, author, &place, value);
	} else if (kc_envelope_peek(value, kid) == KC_OK)
		try_envelope(spy, &place, value);
}

static void try_operation(
	struct spy *spy, const struct kc_writer_id *writer, uint64_t number, struct kc_bytes value)
{
	struct kc_op_write write;
	struct kc_op op;

	if (kc_op_parse(value, writer, number, &op) != KC_OK)
		return;
	while (kc_op_next(&op, &write))
		try_cell(spy, writer, write.key, write.value);
}

void spy_try(struct spy *spy, const char *name, struct kc_bytes value)
{
	struct kc_writer_id writer;
	struct kc_cell cell;

	if (strlen(name) > 33 && name[32] == '-' &&
		kc_op_get_hex(kc_bytes(name, 32), writer.bytes, sizeof writer.bytes))
		try_operation(spy, &writer, strtoull(name + 33, NULL, 10), value);
	else if (kc_cell_name_parse(name, &cell) == KC_OK)
		try_cell(spy, &cell.writer, kc_bytes_str(cell.key), value);
}
