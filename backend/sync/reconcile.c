/* SPDX-License-Identifier: ISC */
/* ReconcileCell, ReconcileQuestion and ReconcileAnswer of doc/keycircle.asn1. */
#include "backend/sync/reconcile.h"

#include <string.h>

#include "backend/circle/record/head_cell.h"

kc_err kc_reconcile_hash(struct kc_bytes cell, uint8_t ret[static KC_HASH32_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label = {0};

	kc_label_init(&label, "kc1/question-hash");
	kc_der_put_bytes(&label.w, cell);
	return kc_label_hash(&label, ret);
}

/* --- cells --------------------------------------------------------------------------------------
 */

static kc_err place_ad(
	struct kc_label *label, const struct kc_reconcile_place *place, struct kc_bytes *ret)
{
	kc_label_init(label, place->asker ? "kc1/answer" : "kc1/question");
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->account->bytes));
	kc_der_put_bytes(&label->w, KC_BYTES_OF(place->writer->bytes));
	if (place->asker)
		kc_der_put_bytes(&label->w, KC_BYTES_OF(place->asker->bytes));
	kc_der_put_bytes(&label->w, kc_bytes(place->view_tag, KC_TAG_LEN));
	kc_view_key_name_put(&label->w, place->name);
	return kc_label_end(label, ret);
}

static kc_err seal(struct kc_bytes plain, const struct kc_reconcile_place *place,
	const struct kc_secret *head_key, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	KC_TRY(place_ad(&label, place, &ad));
	KC_TRY(kc_head_cell_seal(plain, ad, place->view_tag, place->name->kid, head_key, ret));
	return ret->len > KC_RECONCILE_MAX_LEN ? KC_ERR(TOO_LARGE) : KC_OK;
}

kc_err kc_reconcile_peek(struct kc_bytes cell, uint8_t ret_view_tag[static KC_TAG_LEN],
	uint8_t ret_kid[static KC_KID_LEN])
{
	return cell.len > KC_RECONCILE_MAX_LEN ? KC_ERR(DECODE)
					       : kc_head_cell_peek(cell, ret_view_tag, ret_kid);
}

static kc_err open_cell(struct kc_bytes cell, const struct kc_reconcile_place *place,
	const struct kc_secret *head_key, struct kc_buf *ret)
{
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_bytes ad;

	if (cell.len > KC_RECONCILE_MAX_LEN)
		return KC_ERR(DECODE);
	KC_TRY(place_ad(&label, place, &ad));
	return kc_head_cell_open(cell, ad, head_key, ret);
}

/* --- paths --------------------------------------------------------------------------------------
 */

static void put_path(struct kc_der_writer *w, const struct kc_trie_path *path)
{
	kc_der_put_bytes(w, kc_bytes(path->steps, path->len));
}

static void pull_path(struct kc_der_reader *r, struct kc_trie_path *ret)
{
	struct kc_bytes steps = kc_der_get_bytes(r);

	*ret = (struct kc_trie_path){.len = 0};
	if (steps.len >= KC_TRIE_DEPTH) {
		kc_der_reader_fail(r);
		return;
	}
	for (size_t i = 0; i < steps.len; i++) {
		if (steps.data[i] >= KC_TRIE_WIDTH)
			kc_der_reader_fail(r);
		ret->steps[i] = steps.data[i] % KC_TRIE_WIDTH;
	}
	ret->len = steps.len;
}

/* --- questions ----------------------------------------------------------------------------------
 */

static void put_wanted(struct kc_der_writer *w, const struct kc_reconcile_question *question)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < question->wanted_count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(question->wanted[i].name));
		kc_der_put_bytes(w, KC_BYTES_OF(question->wanted[i].digest));
		kc_der_end(w);
	}
	kc_der_end(w);
}

void kc_reconcile_put_question(
	struct kc_der_writer *w, const struct kc_reconcile_question *question)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_bytes(w, KC_BYTES_OF(question->to.bytes));
	kc_der_put_bytes(w, KC_BYTES_OF(question->nonce));
	kc_der_put_uint(w, question->time_ms);
	kc_vector_put(w, &question->vector);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < question->path_count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		put_path(w, &question->paths[i]);
		kc_der_put_bytes(w, KC_BYTES_OF(question->hashes[i]));
		kc_der_end(w);
	}
	kc_der_end(w);
	put_wanted(w, question);
	kc_der_end(w);
}

static void pull_paths(struct kc_der_reader *r, struct kc_reconcile_question *ret)
{
	struct kc_der_reader rows, row;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		if (ret->path_count == KC_RECONCILE_MAX_PATHS) {
			kc_der_reader_fail(&rows);
			break;
		}
		kc_der_enter(&rows, KC_DER_SEQUENCE, &row);
		pull_path(&row, &ret->paths[ret->path_count]);
		kc_der_get_array(&row, ret->hashes[ret->path_count++], KC_TRIE_HASH_LEN);
		kc_der_leave(&rows, &row);
	}
	kc_der_leave(r, &rows);
}

static void pull_wanted(struct kc_der_reader *r, struct kc_reconcile_question *ret)
{
	struct kc_der_reader rows, row;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_reconcile_wanted *wanted = &ret->wanted[ret->wanted_count];

		if (ret->wanted_count == KC_RECONCILE_MAX_WANTED) {
			kc_der_reader_fail(&rows);
			break;
		}
		kc_der_enter(&rows, KC_DER_SEQUENCE, &row);
		kc_der_get_array(&row, wanted->name, sizeof wanted->name);
		kc_der_get_array(&row, wanted->digest, sizeof wanted->digest);
		kc_der_leave(&rows, &row);
		ret->wanted_count++;
	}
	kc_der_leave(r, &rows);
}

void kc_reconcile_pull_question(struct kc_der_reader *r, struct kc_reconcile_question *ret)
{
	struct kc_der_reader seq;

	ret->path_count = ret->wanted_count = 0;
	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->to.bytes, sizeof ret->to.bytes);
	kc_der_get_array(&seq, ret->nonce, sizeof ret->nonce);
	ret->time_ms = kc_der_get_uint(&seq);
	kc_vector_pull(&seq, &ret->vector);
	pull_paths(&seq, ret);
	pull_wanted(&seq, ret);
	kc_der_leave(r, &seq);
}

kc_err kc_reconcile_seal_question(const struct kc_reconcile_question *question,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &plain);
	kc_reconcile_put_question(&w, question);
	KC_TRY(kc_der_writer_check(&w));
	return seal(kc_buf_bytes(&plain), place, head_key, ret);
}

kc_err kc_reconcile_open_question(struct kc_bytes cell, const struct kc_reconcile_place *place,
	const struct kc_secret *head_key, struct kc_reconcile_question *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_der_reader r;

	KC_TRY(open_cell(cell, place, head_key, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	kc_reconcile_pull_question(&r, ret);
	ret->view = (enum kc_view)place->name->view;
	return kc_der_reader_finish(&r);
}

/* --- answers ------------------------------------------------------------------------------------
 */

kc_err kc_reconcile_seal_answer(const struct kc_reconcile_answer *answer,
	const struct kc_reconcile_place *place, const struct kc_secret *head_key,
	struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &plain);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_bytes(&w, KC_BYTES_OF(answer->question));
	kc_vector_put(&w, &answer->vector);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < answer->count; i++) {
		kc_der_begin(&w, KC_DER_SEQUENCE);
		put_path(&w, &answer->paths[i]);
		kc_trie_node_put(&w, &answer->nodes[i]);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return seal(kc_buf_bytes(&plain), place, head_key, ret);
}

kc_err kc_reconcile_open_answer(struct kc_bytes cell, const struct kc_reconcile_place *place,
	const struct kc_secret *head_key, struct kc_reconcile_answer *ret)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_der_reader r, seq, rows, row;

	ret->count = 0;
	KC_TRY(open_cell(cell, place, head_key, &plain));
	kc_der_reader_init(&r, kc_buf_bytes(&plain));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	kc_der_get_array(&seq, ret->question, sizeof ret->question);
	kc_vector_pull(&seq, &ret->vector);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		if (ret->count == KC_RECONCILE_MAX_PATHS) {
			kc_der_reader_fail(&rows);
			break;
		}
		kc_der_enter(&rows, KC_DER_SEQUENCE, &row);
		pull_path(&row, &ret->paths[ret->count]);
		kc_trie_node_pull(&row, &ret->nodes[ret->count++]);
		kc_der_leave(&rows, &row);
	}
	kc_der_leave(&seq, &rows);
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r);
}
