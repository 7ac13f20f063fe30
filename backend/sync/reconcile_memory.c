/* SPDX-License-Identifier: ISC */
/* ReconcileState of doc/keycircle.asn1: one cell. */
#include "backend/sync/reconcile.h"

#include <string.h>

#include "backend/store/cell.h"

static void pull_answered(struct kc_der_reader *r, struct kc_reconcile_state *ret)
{
	struct kc_der_reader rows, row;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->answered_count < KC_CIRCLE_MAX_PEERS) {
		struct kc_reconcile_answered *answered = &ret->answered[ret->answered_count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &row);
		kc_der_get_array(&row, answered->asker.bytes, sizeof answered->asker.bytes);
		kc_der_get_array(&row, answered->question, sizeof answered->question);
		answered->day = kc_der_get_uint(&row);
		answered->count = kc_der_get_uint(&row);
		kc_der_leave(&rows, &row);
	}
	kc_der_leave(r, &rows);
}

kc_err kc_reconcile_load(struct kc_txn *txn, struct kc_reconcile_state *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_reader r, seq;
	uint64_t stale;
	kc_err err = kc_cell_get(txn, KC_RECONCILE_CELL, &saved);

	memset(ret, 0, sizeof *ret);
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_der_reader_init(&r, kc_buf_bytes(&saved));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	stale = kc_der_get_uint(&seq);
	for (unsigned view = 0; view < KC_VIEW_COUNT; view++)
		ret->stale[view] = stale >> view & 1;
	pull_answered(&seq, ret);
	ret->open = kc_der_more(&seq);
	if (ret->open) {
		kc_der_get_array(&seq, ret->hash, sizeof ret->hash);
		ret->question.view = (enum kc_view)kc_der_get_uint_max(&seq, KC_VIEW_COUNT - 1);
		kc_reconcile_pull_question(&seq, &ret->question);
	}
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

kc_err kc_reconcile_save(struct kc_txn *txn, const struct kc_reconcile_state *state)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;
	uint64_t stale = 0;

	for (unsigned view = 0; view < KC_VIEW_COUNT; view++)
		stale |= (uint64_t)state->stale[view] << view;
	kc_der_writer_init(&w, &saved);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, stale);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < state->answered_count; i++) {
		const struct kc_reconcile_answered *answered = &state->answered[i];

		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, KC_BYTES_OF(answered->asker.bytes));
		kc_der_put_bytes(&w, KC_BYTES_OF(answered->question));
		kc_der_put_uint(&w, answered->day);
		kc_der_put_uint(&w, answered->count);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	if (state->open) {
		kc_der_put_bytes(&w, KC_BYTES_OF(state->hash));
		kc_der_put_uint(&w, state->question.view);
		kc_reconcile_put_question(&w, &state->question);
	}
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_CKU, KC_RECONCILE_CELL, kc_buf_bytes(&saved));
}
