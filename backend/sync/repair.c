/* SPDX-License-Identifier: ISC */
/* What is noted in one transaction, so that an exchange which is killed goes on where it was. */
#include "backend/sync/repair.h"

#include "backend/sync/caught.h"
#include "backend/sync/line/line.h"

/* The owner says that this is the store, and it holds what this device wrote: the marker is all
 * that is missing. */
static kc_err put_marker_again(struct kc_cloud *cloud, const struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	if (!kc_peer_set_has(trust.trusted, circle->self))
		return KC_ERR(NOT_MEMBER);
	KC_TRY(kc_account_put_marker(&circle->account, KC_LAYOUT_LOGS, &marker));
	return kc_cloud_mend_marker(cloud, &writer, kc_buf_bytes(&marker));
}

static kc_err check_marker(
	struct kc_cloud *cloud, const struct kc_circle *circle, enum kc_layout layout)
{
	kc_err err = kc_line_check_marker(cloud, &circle->account, layout);

	if (err != KC_E_STORE_GONE || layout != KC_LAYOUT_LOGS)
		return err;
	if (put_marker_again(cloud, circle) != KC_OK)
		return err;
	return kc_line_check_marker(cloud, &circle->account, layout);
}

static kc_err look(struct kc_store *store, struct kc_cloud_logs *ret_logs)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	enum kc_layout layout;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, &place));
	KC_TRY(kc_memory_get_layout(&txn, &layout));
	KC_TRY(kc_memory_get_open_circle(&txn, &circle));
	kc_txn_done(&txn);
	KC_TRY(kc_cloud_open(kc_buf_text(&place), &cloud));
	KC_TRY(check_marker(cloud, circle, layout));
	return layout == KC_LAYOUT_LOGS ? kc_cloud_list(cloud, ret_logs) : KC_OK;
}

static kc_err excuse_all(struct kc_circle *circle, const struct kc_cloud_logs *logs)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *m = circle->members[i];
		struct kc_writer_id writer = kc_circle_writer(&m->id);
		const struct kc_cloud_log *log = kc_cloud_logs_find(logs, &writer);

		if (i != circle->self)
			KC_TRY(kc_circle_excuse(circle, m, log ? log->last : 0));
	}
	return KC_OK;
}

/* What was sealed last, and may not have come into the store. In a log it is below the new
 * beginning; of records it goes out with what comes next. */
static kc_err put_off_outbox(struct kc_txn *txn, enum kc_layout layout)
{
	struct kc_outbox outbox;

	KC_TRY(kc_memory_get_outbox(txn, &outbox));
	if (outbox.number == 0)
		return KC_OK;
	outbox.missed = 0;
	outbox.landed = 0;
	outbox.lost = layout == KC_LAYOUT_RECORDS;
	if (outbox.tries == 0)
		outbox.tries = 1;
	return kc_memory_put_outbox_state(txn, &outbox);
}

static kc_err note(struct kc_txn *txn, const struct kc_cloud_logs *logs)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	enum kc_layout layout;
	struct kc_trust trust;

	KC_TRY(kc_memory_get_layout(txn, &layout));
	KC_TRY(kc_memory_get_open_circle(txn, &circle));
	KC_TRY(kc_circle_judge(circle, &trust));
	if (!kc_peer_set_has(trust.trusted, circle->self))
		return KC_ERR(NOT_MEMBER);
	KC_TRY(excuse_all(circle, logs));
	circle->span = (struct kc_log_span){.base = circle->span.base, .mends = true};
	KC_TRY(put_off_outbox(txn, layout));
	KC_TRY(kc_caught_forgive(txn));
	if (layout == KC_LAYOUT_RECORDS)
		KC_TRY(kc_feed_forget(txn));
	return kc_memory_put_circle(txn, circle);
}

kc_err kc_repair_begin(struct kc_store *store)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(look(store, &logs));
	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	KC_TRY(note(&txn, &logs));
	return kc_txn_commit(&txn);
}
