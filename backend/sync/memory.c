/* SPDX-License-Identifier: ISC */
/* Cells: bound to this device, all of them. */
#include "backend/sync/memory.h"

#include <string.h>

#include "backend/store/cell.h"
#include "backend/store/track.h"
#include "backend/sync/reconcile.h"

#define CELL_PLACE "sync/place"
#define CELL_LAYOUT "sync/layout"
#define CELL_OUTBOX "sync/outbox"
#define CELL_OUTBOX_STATE "sync/outbox-state"
#define CELL_REPORT "sync/report"
#define CELL_PAIRING "sync/pairing"
#define CELL_FAILED "sync/failed"

kc_err kc_memory_get_place(struct kc_txn *txn, struct kc_buf *ret)
{
	kc_err err = kc_cell_get(txn, CELL_PLACE, ret);

	if (err == KC_E_NOT_FOUND)
		return KC_ERR(NO_STORE);
	KC_TRY(err);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

kc_err kc_memory_forget(struct kc_txn *txn)
{
	static const char *const cells[] = {CELL_PLACE, CELL_LAYOUT, CELL_OUTBOX, CELL_OUTBOX_STATE,
		CELL_REPORT, CELL_PAIRING, CELL_FAILED, KC_RECONCILE_CELL};

	for (size_t i = 0; i < KC_COUNT_OF(cells); i++)
		KC_TRY(kc_cell_remove(txn, cells[i]));
	return kc_memory_drop_circle(txn);
}

kc_err kc_memory_get_layout(struct kc_txn *txn, enum kc_layout *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_cell_get(txn, CELL_LAYOUT, &saved);

	if (err == KC_E_NOT_FOUND)
		return KC_ERR(NO_STORE);
	KC_TRY(err);
	if (saved.len != 1 ||
		(saved.data[0] != KC_LAYOUT_LOGS && saved.data[0] != KC_LAYOUT_RECORDS))
		return KC_ERR(CORRUPT);
	*ret = (enum kc_layout)saved.data[0];
	return KC_OK;
}

kc_err kc_memory_put_place(struct kc_txn *txn, const char *url, enum kc_layout layout)
{
	const uint8_t saved[1] = {(uint8_t)layout};

	KC_TRY(kc_cell_put(txn, KC_PROTECTION_DKU, CELL_LAYOUT, KC_BYTES_OF(saved)));
	return kc_cell_put(txn, KC_PROTECTION_DKU, CELL_PLACE, kc_bytes_str(url));
}

kc_err kc_memory_get_outbox(struct kc_txn *txn, struct kc_outbox *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_outbox outbox = {0};
	struct kc_der_reader r, seq;
	kc_err err = kc_cell_get(txn, CELL_OUTBOX_STATE, &saved);

	if (err == KC_OK) {
		kc_der_reader_init(&r, kc_buf_bytes(&saved));
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		outbox.number = kc_der_get_uint(&seq);
		outbox.tries = kc_der_get_uint(&seq);
		outbox.lost = kc_der_get_bool(&seq);
		outbox.landed = kc_der_get_uint(&seq);
		outbox.missed = kc_der_get_uint(&seq);
		outbox.sent_ms = kc_der_get_uint(&seq);
		kc_der_leave(&r, &seq);
		if (kc_der_reader_finish(&r) != KC_OK)
			return KC_ERR(CORRUPT);
	} else if (err != KC_E_NOT_FOUND) {
		return err;
	}
	*ret = outbox;
	return KC_OK;
}

kc_err kc_memory_get_outbox_contents(struct kc_txn *txn, struct kc_buf *ret)
{
	return kc_cell_get(txn, CELL_OUTBOX, ret);
}

kc_err kc_memory_put_outbox_state(struct kc_txn *txn, const struct kc_outbox *outbox)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &saved);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, outbox->number);
	kc_der_put_uint(&w, outbox->tries);
	kc_der_put_bool(&w, outbox->lost);
	kc_der_put_uint(&w, outbox->landed);
	kc_der_put_uint(&w, outbox->missed);
	kc_der_put_uint(&w, outbox->sent_ms);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_CKU, CELL_OUTBOX_STATE, kc_buf_bytes(&saved));
}

kc_err kc_memory_put_outbox(
	struct kc_txn *txn, const struct kc_outbox *outbox, struct kc_bytes contents)
{
	KC_TRY(kc_memory_put_outbox_state(txn, outbox));
	return kc_cell_put(txn, KC_PROTECTION_CKU, CELL_OUTBOX, contents);
}

kc_err kc_memory_clear_outbox(struct kc_txn *txn)
{
	KC_TRY(kc_cell_remove(txn, CELL_OUTBOX_STATE));
	return kc_cell_remove(txn, CELL_OUTBOX);
}

/* Whether something stands in the outbox that the store has not taken yet. Before the first unlock
 * nobody knows. */
static kc_err has_unsent(struct kc_txn *txn, bool *ret)
{
	struct kc_outbox outbox = {0};
	kc_err err = kc_memory_get_outbox(txn, &outbox);

	*ret = err == KC_OK && outbox.number && outbox.tries == 0;
	return err == KC_E_LOCKED ? KC_OK : err;
}

kc_err kc_memory_get_report(struct kc_txn *txn, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_reader r;
	kc_err err = kc_cell_get(txn, CELL_REPORT, &saved);

	if (err == KC_OK) {
		kc_der_reader_init(&r, kc_buf_bytes(&saved));
		kc_sync_report_pull(&r, &report);
		if (kc_der_reader_finish(&r) != KC_OK)
			return KC_ERR(CORRUPT);
	} else if (err != KC_E_NOT_FOUND) {
		return err;
	}
	KC_TRY(kc_track_journal_count(txn, &report.pending));
	KC_TRY(has_unsent(txn, &report.stuck));
	report.pending += report.stuck;
	kc_sync_report_done(ret);
	*ret = report;
	report = (struct kc_sync_report){0};
	return KC_OK;
}

kc_err kc_memory_put_report(struct kc_txn *txn, const struct kc_sync_report *report)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &saved);
	kc_sync_report_put(&w, report);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_DKU, CELL_REPORT, kc_buf_bytes(&saved));
}

kc_err kc_memory_get_failed(struct kc_txn *txn, bool *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	kc_err err = kc_cell_get(txn, CELL_FAILED, &saved);

	if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		return err;
	*ret = err == KC_OK;
	return KC_OK;
}

kc_err kc_memory_put_failed(struct kc_txn *txn, bool failed)
{
	static const uint8_t saved[1] = {1};

	return failed ? kc_cell_put(txn, KC_PROTECTION_DKU, CELL_FAILED, KC_BYTES_OF(saved))
		      : kc_cell_remove(txn, CELL_FAILED);
}

kc_err kc_memory_get_pairing(struct kc_txn *txn, struct kc_memory_pairing *ret)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_reader r, seq, one;
	kc_err err = kc_cell_get(txn, CELL_PAIRING, &saved);

	*ret = (struct kc_memory_pairing){0};
	if (err == KC_E_NOT_FOUND)
		return KC_OK;
	KC_TRY(err);
	kc_der_reader_init(&r, kc_buf_bytes(&saved));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	ret->burnt = kc_der_get_uint(&seq);
	ret->last_burnt_ms = kc_der_get_uint(&seq);
	while (kc_der_more(&seq) && ret->session_count < KC_MEMORY_MAX_SESSIONS) {
		struct kc_memory_session *session = &ret->sessions[ret->session_count++];

		kc_der_enter(&seq, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, session->writer.bytes, sizeof session->writer.bytes);
		session->time_ms = kc_der_get_uint(&one);
		kc_der_leave(&seq, &one);
	}
	kc_der_leave(&r, &seq);
	return kc_der_reader_finish(&r) == KC_OK ? KC_OK : KC_ERR(CORRUPT);
}

kc_err kc_memory_put_pairing(struct kc_txn *txn, const struct kc_memory_pairing *pairing)
{
	KC_CLEANUP_BUF struct kc_buf saved = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &saved);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, pairing->burnt);
	kc_der_put_uint(&w, pairing->last_burnt_ms);
	for (size_t i = 0; i < pairing->session_count; i++) {
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, KC_BYTES_OF(pairing->sessions[i].writer.bytes));
		kc_der_put_uint(&w, pairing->sessions[i].time_ms);
		kc_der_end(&w);
	}
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return kc_cell_put(txn, KC_PROTECTION_DKU, CELL_PAIRING, kc_buf_bytes(&saved));
}

void kc_memory_add_session(
	struct kc_memory_pairing *pairing, const struct kc_writer_id *writer, uint64_t time_ms)
{
	if (pairing->session_count == KC_MEMORY_MAX_SESSIONS)
		memmove(&pairing->sessions[0], &pairing->sessions[1],
			--pairing->session_count * sizeof pairing->sessions[0]);
	pairing->sessions[pairing->session_count++] = (struct kc_memory_session){*writer, time_ms};
}
