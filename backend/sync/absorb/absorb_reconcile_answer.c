/* SPDX-License-Identifier: ISC */
/* What another device asks: which records are below the paths that differ, and which it wants. */
#include "backend/sync/absorb/absorb_reconcile_impl.h"

#include <string.h>

#include "backend/store/trie.h"
#include "backend/sync/root.h"

static kc_err give(struct kc_txn *txn, enum kc_view view, const struct kc_reconcile_wanted *wanted)
{
	struct kc_track track;
	kc_err err = kc_track_find_name(txn, wanted->name, &track);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	if (track.view != view || track.pending || track.deleted || track.lost ||
		memcmp(track.digest, wanted->digest, sizeof track.digest) != 0)
		return KC_OK;
	return kc_absorb_write_anew(txn, &track);
}

/* Whether a question is to be answered: once, and so many of one asker in a day. */
static bool is_due(
	struct kc_absorb_reconciler *c, const struct kc_peer_id *asker, const uint8_t *hash)
{
	struct kc_reconcile_state *state = c->state;
	struct kc_reconcile_answered *row = state->answered;
	uint64_t day = c->now_ms / KC_RECONCILE_DAY_MS;
	size_t at = 0;

	while (at < state->answered_count && !kc_peer_id_equal(&row[at].asker, asker))
		at++;
	if (at == KC_CIRCLE_MAX_PEERS)
		return false;
	if (at == state->answered_count) {
		row[at] = (struct kc_reconcile_answered){.asker = *asker};
		state->answered_count++;
	}
	if (row[at].day != day)
		row[at].count = 0;
	if (row[at].count >= KC_RECONCILE_MAX_ANSWERS ||
		memcmp(row[at].question, hash, sizeof row[at].question) == 0)
		return false;
	row[at].day = day;
	row[at].count++;
	memcpy(row[at].question, hash, sizeof row[at].question);
	state->changed = true;
	return true;
}

static kc_err find_parts(const struct kc_absorb_reader *r,
	const struct kc_reconcile_question *question, struct kc_reconcile_answer *ret)
{
	uint8_t hash[KC_TRIE_HASH_LEN];

	for (size_t i = 0; i < question->path_count; i++) {
		struct kc_trie_node *node = &ret->nodes[ret->count];

		KC_TRY(kc_trie_get_node(r->txn, question->view, &question->paths[i], node));
		KC_TRY(kc_trie_node_hash(node, hash));
		if (memcmp(hash, question->hashes[i], sizeof hash) != 0)
			ret->paths[ret->count++] = question->paths[i];
	}
	return KC_OK;
}

static kc_err put_answer(struct kc_absorb_reconciler *c,
	const struct kc_reconcile_question *question, const struct kc_peer_id *asker,
	struct kc_reconcile_answer *answer)
{
	struct kc_circle *circle = c->r->circle;
	struct kc_writer_id writer = kc_circle_writer(asker);
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf cell = KC_BUF_INIT, name = KC_BUF_INIT;
	struct kc_reconcile_place place;

	KC_TRY(kc_absorb_own_cell_place(c->r, question->view, &place, &key));
	place.asker = asker;
	KC_TRY(kc_reconcile_seal_answer(answer, &place, &key, &cell));
	kc_buf_push_str(&name, "r/");
	kc_op_put_hex(&name, KC_BYTES_OF(writer.bytes));
	KC_TRY(kc_buf_check(&name));
	return kc_circle_queue_clear(circle, kc_buf_text(&name), kc_buf_bytes(&cell));
}

static kc_err answer(struct kc_absorb_reconciler *c, const struct kc_absorb_record *record,
	const struct kc_reconcile_question *question)
{
	struct kc_absorb_reader *r = c->r;
	const struct kc_peer_id *asker = &r->circle->members[record->member]->id;
	KC_CLEANUP_FREE struct kc_reconcile_answer *ret = calloc(1, sizeof *ret);
	kc_err err;

	if (!ret)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_reconcile_hash(record->value, ret->question));
	if (!kc_peer_id_equal(&question->to, &r->circle->identity.id) ||
		!is_due(c, asker, ret->question))
		return KC_OK;
	for (size_t i = 0; i < question->wanted_count; i++)
		KC_TRY(give(r->txn, question->view, &question->wanted[i]));
	KC_TRY(kc_root_own_vector(r->circle, question->view, &ret->vector));
	KC_TRY(find_parts(r, question, ret));
	err = put_answer(c, question, asker, ret);
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

kc_err kc_absorb_take_question(
	struct kc_absorb_reconciler *c, const struct kc_absorb_record *record)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_FREE struct kc_reconcile_question *question = calloc(1, sizeof *question);
	struct kc_reconcile_place place;
	uint8_t tag[KC_TAG_LEN];
	kc_err err;

	if (!question)
		return KC_ERR(NO_MEMORY);
	err = kc_absorb_find_cell_place(c->r, record, &place, tag, &key);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	if (kc_reconcile_open_question(record->value, &place, &key, question) != KC_OK)
		return KC_OK;
	return answer(c, record, question);
}
