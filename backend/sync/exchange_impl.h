/* SPDX-License-Identifier: ISC */
/* What the files of the exchange share, besides its header. */
#ifndef KC_SYNC_EXCHANGE_IMPL_H
#define KC_SYNC_EXCHANGE_IMPL_H

#include "backend/sync/caught.h"
#include "backend/sync/exchange.h"
#include "backend/sync/heard.h"
#include "backend/sync/line/line.h"

struct kc_exchange {
	struct kc_store *store;
	const struct kc_pk *user; /* borrowed; NULL: not at hand */
	struct kc_circle *circle; /* owned */
	struct kc_line line;	  /* owned */
	struct kc_sync_report report;
	uint64_t now_ms;
	bool more;		      /* another round is needed */
	unsigned conflicts;	      /* in a row */
	bool busy;		      /* something happened that the report should tell */
	bool had_alarm;		      /* the report before told of an alarm */
	bool had_pending_password;    /* ... of a password that waits for the user */
	bool had_counts;	      /* ... of what waits, or was refused */
	struct kc_live_mailbox *live; /* borrowed; NULL: no live channel */
	struct kc_pace *pace;	      /* borrowed, or NULL */
	bool listened;		      /* to it, in this exchange */
	bool news;		      /* there are lists that others may not know of */
	struct kc_heard heard;
};

/* The feed, where the store has records; else NULL. */
static inline const struct kc_feed *kc_exchange_feed(const struct kc_exchange *x)
{
	return x->circle->layout == KC_LAYOUT_RECORDS ? &x->line.feed : NULL;
}

/* Whether the keychain was opened or locked since the circle was read: all is to be begun anew. */
static inline bool kc_exchange_has_lock_changed(
	const struct kc_exchange *x, const struct kc_txn *txn)
{
	return kc_keybag_is_unlocked(txn->bag) == kc_circle_is_locked(x->circle);
}

/* The live channel (exchange_live.c). Reads what was said, and weighs what was said of lists.
 * Errors: STORE_SUSPECT. */
KC_MUST kc_err kc_exchange_listen(struct kc_exchange *x, const struct kc_trust *trust);
/* Items that were said, by the same rules as those of the store; before these, where one may be
 * missing. */
KC_MUST kc_err kc_exchange_take_said(
	struct kc_exchange *x, struct kc_txn *txn, struct kc_absorb *absorb);
/* What is in the store may be said as well. Records are composed as an operation of no log. */
void kc_exchange_offer(struct kc_exchange *x, uint64_t number, struct kc_bytes operation);
/* After an exchange, and after one that ended with what was heard: the others must hear it, too. */
void kc_exchange_speak(struct kc_exchange *x);

/* Step 5, in one transaction (exchange_decide.c); the operation to send is in *ret. Errors: LOCKED.
 */
KC_MUST kc_err kc_exchange_decide(
	struct kc_exchange *x, struct kc_absorb *absorb, struct kc_composed *ret);
/* Whether there is nothing to take, to say or to remember: then nothing is written. */
KC_MUST kc_err kc_exchange_is_quiet(
	const struct kc_exchange *x, const struct kc_gathered *gathered, bool *ret);

/* What is left of an exchange (exchange_end.c). An idle look at the store leaves no trace on the
 * disk. */
KC_MUST kc_err kc_exchange_remember_report(struct kc_exchange *x);
/* That it is out, and by whom, is kept: it is told also when the store is not there. */
KC_MUST kc_err kc_exchange_remember_removal(struct kc_exchange *x);
/* A copy of the compatibility circle went back: this device writes its own once more, as it was
 * before the exchange, and says nothing else; once for each generation. */
KC_MUST kc_err kc_exchange_push_compat(struct kc_exchange *x);

#endif
