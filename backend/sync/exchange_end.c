/* SPDX-License-Identifier: ISC */
/* What is left of an exchange: its report, and what an alarm or a removal leads to. */
#include "backend/sync/exchange_impl.h"

#include <string.h>

static kc_err look_for_password(struct kc_exchange *x)
{
	const struct kc_pending_key *pending;
	kc_err err = kc_circle_pending_account_key(x->circle, &pending);

	x->report.pending_password = err == KC_OK;
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

kc_err kc_exchange_remember_report(struct kc_exchange *x)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report last = {0};
	bool same;

	if (x->circle)
		KC_TRY(look_for_password(x));
	same = x->report.pending_password == x->had_pending_password;

	if (!x->report.alarm)
		x->report.last_ms = x->now_ms;
	if (!x->busy && !x->report.alarm && !x->had_alarm && same)
		return KC_OK;
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_report(&txn, &last));
	if (x->report.alarm)
		x->report.last_ms = last.last_ms;
	KC_TRY(kc_memory_put_report(&txn, &x->report));
	return kc_txn_commit(&txn);
}

kc_err kc_exchange_push_compat(struct kc_exchange *x)
{
	KC_CLEANUP_COMPOSED struct kc_composed composed = {.operation = KC_BUF_INIT};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	const struct kc_compat *compat;

	if (x->line.is_holding)
		return KC_OK;
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_circle(&txn, &circle));
	circle->layout = x->circle->layout;
	compat = circle->compat.compat;
	if (!compat || compat->generation <= circle->compat_pushed || circle->leaving)
		return KC_OK;
	circle->compat_pushed = compat->generation;
	KC_TRY(kc_compose_compat(
		&txn, circle, &(struct kc_compose_terms){.feed = kc_exchange_feed(x)}, &composed));
	KC_TRY(x->line.kind->pack(&x->line, &txn, &composed));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	KC_TRY(kc_txn_commit(&txn));
	return x->line.kind->send(&x->line);
}

kc_err kc_exchange_remember_removal(struct kc_exchange *x)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report last = {0};
	const struct kc_member *author;
	struct kc_exclusion removal;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(x->circle, &trust));
	if (kc_circle_find_removal(x->circle, &trust, &x->circle->identity.id, &removal, &author)) {
		const char *name = kc_circle_name_of(x->circle, author);

		memcpy(x->report.removed_by, name, strlen(name) + 1);
		x->report.removed_ms = removal.time_ms;
	}
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	if (kc_exchange_has_lock_changed(x, &txn))
		return KC_ERR(LOCKED);
	KC_TRY(kc_memory_get_report(&txn, &last)); /* the last good exchange stays that */
	x->report.last_ms = last.last_ms;
	KC_TRY(kc_memory_put_circle(&txn, x->circle));
	KC_TRY(kc_memory_put_report(&txn, &x->report));
	return kc_txn_commit(&txn);
}
