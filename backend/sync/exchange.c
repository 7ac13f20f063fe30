/* SPDX-License-Identifier: ISC */
/* Reading outside of transactions, deciding and sealing inside one, sending after it. */
#include "backend/sync/exchange.h"

#include <string.h>
#include <time.h>

#include "backend/circle/session/welcome.h"
#include "backend/sync/heard.h"
#include "backend/sync/line/line.h"
#include "backend/sync/absorb/live_items.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

#define MAX_CONFLICTS 8
#define MOST_LOCKS 8 /* how often an exchange begins anew since the lock was opened or closed */

struct exchange {
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
	struct kc_live_mailbox *live; /* borrowed; NULL: no live channel */
	struct kc_pace *pace;	      /* borrowed, or NULL */
	bool listened;		      /* to it, in this exchange */
	bool news;		      /* there are lists that others may not know of */
	struct kc_heard heard;
};

/* What was read: to be read anew, or not at all. */
static void forget(struct exchange *x)
{
	if (x->live) {
		kc_live_mailbox_settle(x->live, x->now_ms);
		kc_session_logs_drop_kept(kc_live_mailbox_sessions(x->live));
	}
	kc_line_done(&x->line);
	x->line = (struct kc_line){0};
	kc_circle_free(x->circle);
	x->circle = NULL;
	kc_heard_done(&x->heard);
	x->heard = (struct kc_heard){0};
	x->listened = false;
}

static void exchange_done(struct exchange *x)
{
	forget(x);
	kc_sync_report_done(&x->report);
}

static kc_err set_alarm(struct exchange *x, enum kc_alarm alarm)
{
	free(x->report.alarm);
	x->report.alarm = strdup(kc_alarm_name(alarm));
	x->report.copied = alarm == KC_ALARM_FORK && x->circle && x->circle->copied;
	return x->report.alarm ? KC_ERR(STORE_SUSPECT) : KC_ERR(NO_MEMORY);
}

/* --- beginning ----------------------------------------------------------------------------------
 */

static kc_err recall(struct exchange *x, struct kc_buf *place, enum kc_layout *ret_layout)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report last = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(x->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, place));
	KC_TRY(kc_memory_get_layout(&txn, ret_layout));
	KC_TRY(kc_memory_get_circle(&txn, &x->circle));
	x->circle->user = kc_circle_is_locked(x->circle) ? NULL : x->user;
	KC_TRY(kc_circle_make_room(x->circle));
	KC_TRY(kc_heard_load(&txn, &x->heard));
	KC_TRY(kc_memory_get_report(&txn, &last));
	x->had_alarm = last.alarm != NULL;
	x->had_pending_password = last.pending_password;
	x->report.pending = last.pending;
	return kc_memory_get_outbox(&txn, &x->line.outbox);
}

/* Steps 0 and 1: memory, store, and what an exchange before left in the outbox. */
static kc_err begin(struct exchange *x)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	int64_t now = kc_clock_wall_ms();
	struct kc_trust trust;
	enum kc_layout layout;

	x->now_ms = now > 0 ? (uint64_t)now : 0;
	KC_TRY(recall(x, &place, &layout));
	x->line.store = x->store;
	x->line.circle = x->circle;
	if (x->live && layout == KC_LAYOUT_RECORDS)
		x->line.feed.sessions = kc_live_mailbox_sessions(x->live);
	KC_TRY(kc_line_open(&x->line, kc_buf_text(&place), layout));
	KC_TRY(kc_circle_judge(x->circle, &trust));
	/* One that knows that it is out writes no more. */
	if (!kc_peer_set_has(trust.heard, x->circle->self))
		x->line.is_mute = true;
	return x->line.kind->begin(&x->line);
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* --- the live channel ---------------------------------------------------------------------------
 */

static kc_err remember_heard(struct exchange *x)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (!x->heard.changed)
		return KC_OK;
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_heard_save(&txn, &x->heard));
	KC_TRY(kc_txn_commit(&txn));
	x->heard.changed = false;
	return KC_OK;
}

static const struct kc_cloud_logs *logs_of(const struct exchange *x)
{
	return x->line.feed.sessions ? &x->line.feed.sessions->logs : &x->line.logs;
}

/* Reads what was said, and weighs what was said of lists. */
static kc_err listen(struct exchange *x, const struct kc_trust *trust)
{
	struct kc_live_turn turn = {
		x->line.cloud, x->circle, trust, x->now_ms, x->line.feed.sessions};
	struct kc_live_said *said = NULL;
	struct kc_live_payload payload;
	size_t count = 0;

	if (x->live && !x->listened && !x->circle->joining && !kc_circle_is_locked(x->circle)) {
		if (!x->line.idle) /* else nothing was written since it listened last */
			kc_live_mailbox_listen(x->live, &turn, logs_of(x));
		x->listened = true;
		said = kc_live_mailbox_said(x->live, &count);
	}
	for (size_t i = 0; i < count; i++) {
		if (said[i].weighed)
			continue;
		KC_TRY(kc_live_payload_parse(kc_buf_bytes(&said[i].plain), &payload));
		KC_TRY(kc_heard_take(
			&x->heard, x->circle, trust, &said[i].from, &payload, x->now_ms));
		said[i].weighed = true;
	}
	KC_TRY(kc_heard_apply(&x->heard, x->circle, trust, x->now_ms));
	KC_TRY(remember_heard(x));
	if (!kc_heard_is_forked(&x->heard, x->circle, trust))
		return KC_OK;
	x->circle->alarm = KC_ALARM_FORK;
	return KC_ERR(STORE_SUSPECT);
}

/* After an exchange, and after one that ended with what was heard: the others must hear it, too. */
static void speak(struct exchange *x)
{
	struct kc_live_turn turn = {x->line.cloud, x->circle, NULL, x->now_ms, NULL};
	struct kc_trust trust;

	if (!x->listened || kc_circle_is_locked(x->circle) ||
		kc_circle_judge(x->circle, &trust) != KC_OK ||
		!kc_peer_set_has(trust.trusted, x->circle->self))
		return;
	turn.trust = &trust;
	kc_live_mailbox_speak(x->live, &turn, x->news);
}

/* Items that were said, by the same rules as those of the store; before these, where one may be
 * missing. */
static kc_err take_said(struct exchange *x, struct kc_txn *txn, struct kc_absorb *absorb)
{
	struct kc_live_said *said;
	struct kc_trust trust;
	uint64_t received;
	size_t count;

	if (!x->live)
		return KC_OK;
	said = kc_live_mailbox_said(x->live, &count);
	KC_TRY(kc_circle_judge(x->circle, &trust));
	KC_TRY(kc_live_items_take(txn, absorb, &trust, said, count, &received));
	absorb->received += received;
	return KC_OK;
}

/* Steps 2 and 3. Whoever is introduced by what one log says has a log of its own to be read; so has
 * one that is out, for what it says of others. */
static kc_err read_circle(
	struct exchange *x, struct kc_gathered *gathered, struct kc_absorb *absorb)
{
	struct kc_trust trust;
	kc_peer_set before;

	KC_TRY(x->line.kind->look(&x->line));
	KC_TRY(kc_circle_judge(x->circle, &trust));
	do {
		kc_peer_set readable = trust.known & ~((kc_peer_set)1 << x->circle->self);

		before = gathered->read;
		KC_TRY(x->line.kind->gather(&x->line, readable, gathered));
		KC_TRY(kc_absorb_circle(absorb));
		KC_TRY(kc_circle_judge(x->circle, &trust));
	} while (gathered->read != before);
	KC_TRY(x->line.kind->weigh(&x->line, x->now_ms, gathered));
	if (gathered->suspects & ~gathered->out) {
		x->circle->alarm = gathered->alarm;
		x->circle->shown = gathered->shown;
		x->circle->known = gathered->known;
		return KC_ERR(STORE_SUSPECT);
	}
	if (!kc_peer_set_has(trust.trusted, x->circle->self))
		return KC_ERR(NOT_MEMBER);
	return listen(x, &trust);
}

/* --- deciding -----------------------------------------------------------------------------------
 */

/* Whether a day has passed since the last list, and somebody said something since. One that is from
 * days to come was signed by a clock that was set back since: the next must not wait for its day.
 */
static bool is_heartbeat_due(const struct exchange *x)
{
	const struct kc_list *own = kc_circle_self(x->circle)->list;

	if (!own || (own->time_ms + KC_EXCHANGE_HEARTBEAT_MS > x->now_ms &&
			    own->time_ms < x->now_ms + KC_EXCHANGE_HEARTBEAT_MS))
		return false;
	for (size_t i = 0; i < x->circle->member_count; i++) {
		const struct kc_member *m = x->circle->members[i];
		const struct kc_seen *seen = kc_list_find_seen(own, &m->id);

		if (i != x->circle->self && m->list && (!seen || seen->seq < m->list->seq))
			return true;
	}
	return false;
}

/* A piece that has been missing for longer than it may take to arrive. */
static bool is_overdue(const struct exchange *x)
{
	for (size_t i = 0; i < x->circle->member_count; i++) {
		uint64_t since = x->circle->members[i]->waiting_since_ms;

		if (since && since + KC_EXCHANGE_GRACE_MS <= x->now_ms)
			return true;
	}
	return false;
}

/* Whether the keychain was opened or locked since the circle was read: all is to be begun anew. */
static bool has_lock_changed(const struct exchange *x, const struct kc_txn *txn)
{
	return kc_keybag_is_unlocked(txn->bag) == kc_circle_is_locked(x->circle);
}

static const struct kc_feed *feed_of(const struct exchange *x)
{
	return x->circle->layout == KC_LAYOUT_RECORDS ? &x->line.feed : NULL;
}

/* Step 5, in one transaction; the operation to send is in *ret. */
static kc_err decide(struct exchange *x, struct kc_absorb *absorb, struct kc_composed *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t waiting, refused;
	bool has_all;

	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	if (has_lock_changed(x, &txn))
		return KC_ERR(LOCKED);
	KC_TRY(take_said(x, &txn, absorb));
	KC_TRY(kc_absorb_items(&txn, absorb));
	KC_TRY(kc_absorb_settle(absorb, x->now_ms, &waiting, &refused));
	KC_TRY(kc_absorb_reconcile(&txn, absorb, x->now_ms));
	KC_TRY(x->line.kind->settle(&x->line, &txn, absorb, &has_all));
	if (has_all)
		KC_TRY(kc_circle_arrive(x->circle));
	KC_TRY(kc_compose(&txn, x->circle,
		&(struct kc_compose_terms){
			.feed = feed_of(x),
			.pace = x->pace,
			.now_ms = x->now_ms,
			.insist = is_heartbeat_due(x) || x->line.outbox.lost,
		},
		ret));
	x->report.sent += ret->items;
	x->report.received += absorb->received;
	x->report.waiting = waiting;
	x->report.for_unlock = absorb->for_unlock;
	x->report.refused += refused;
	KC_TRY(kc_track_journal_count(&txn, &x->report.pending));
	if (ret->operation.len)
		KC_TRY(x->line.kind->pack(&x->line, &txn, ret));
	KC_TRY(kc_memory_put_circle(&txn, x->circle));
	return kc_txn_commit(&txn);
}

/* A number that grows with all that is taken into the circle. */
static uint64_t size_of(const struct kc_circle *circle)
{
	uint64_t size = circle->member_count + circle->voucher_count;

	for (size_t i = 0; i < circle->member_count; i++)
		size += circle->members[i]->list ? circle->members[i]->list->seq : 0;
	return size;
}

/* Whether nothing came that counts. What is in the logs of those who are out is there every time.
 */
static bool is_empty(const struct kc_gathered *gathered)
{
	for (size_t i = 0; i < gathered->count; i++)
		if (!gathered->ops[i].beyond)
			return false;
	return ((gathered->holes | gathered->damaged) & ~gathered->out) == 0;
}

/* Whether there is nothing to take, to say or to remember: then nothing is written. */
static kc_err is_quiet(const struct exchange *x, const struct kc_gathered *gathered, bool *ret)
{
	bool news, due, clocks = false;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(x->circle, &trust));
	KC_TRY(kc_circle_has_news(x->circle, &news));
	KC_TRY(kc_circle_is_rotation_due(x->circle, &due));
	for (size_t i = 0; i < x->circle->member_count; i++)
		clocks =
			clocks || x->circle->members[i]->waiting_since_ms ||
			(!kc_peer_set_has(gathered->out, i) &&
				kc_circle_is_behind(x->circle, trust.heard, x->circle->members[i]));
	/* What was alarming is looked at until it is not. */
	*ret = is_empty(gathered) && !gathered->moved && !x->line.outbox.lost && !x->had_alarm &&
	       x->report.pending == 0 && !news && !due && !clocks && !x->circle->joining &&
	       !x->circle->span.mends && x->circle->queue.len == 0 && !is_heartbeat_due(x);
	return KC_OK;
}

/* What is in the store may be said as well. Records are composed as an operation of no log. */
static void offer(struct exchange *x, uint64_t number, struct kc_bytes operation)
{
	struct kc_writer_id writer = kc_circle_writer(&x->circle->identity.id);

	x->news = true;
	if (x->live)
		kc_live_mailbox_offer(
			x->live, &writer, x->line.kind == &kc_line_records ? 1 : number, operation);
}

/* Others write at the same time: the more often, the longer the wait before the next try. */
static kc_err give_way(struct exchange *x)
{
	uint8_t random[2];
	unsigned most_ms;

	if (++x->conflicts > MAX_CONFLICTS)
		return KC_ERR(CONFLICT); /* the next exchange tries again */
	most_ms = 2u << x->conflicts;
	kc_random_fill(random, sizeof random);
	nanosleep(&(struct timespec){.tv_nsec = (long)(random[0] * 256u + random[1]) %
						(long)most_ms * 1000000},
		NULL);
	x->more = true;
	return KC_OK;
}

static kc_err send(struct exchange *x)
{
	kc_err err = x->line.kind->send(&x->line);

	if (err == KC_E_CONFLICT)
		return give_way(x);
	KC_TRY(err);
	x->conflicts = 0;
	return KC_OK;
}

static kc_err round_trip(struct exchange *x)
{
	KC_CLEANUP_GATHERED struct kc_gathered gathered = KC_GATHERED_INIT;
	KC_CLEANUP_ABSORB struct kc_absorb absorb = {.circle = x->circle, .gathered = &gathered};
	KC_CLEANUP_COMPOSED struct kc_composed composed = {.operation = KC_BUF_INIT};
	uint64_t before = size_of(x->circle);
	bool quiet;

	KC_TRY(read_circle(x, &gathered, &absorb));
	KC_TRY(is_quiet(x, &gathered, &quiet));
	x->more = false;
	if (quiet && size_of(x->circle) == before)
		return KC_OK;
	x->busy = true;
	x->news = x->news || size_of(x->circle) != before;
	KC_TRY(decide(x, &absorb, &composed));
	/* Nothing new comes of reading again what stays where it is. */
	x->more = composed.more || ((gathered.more & ~gathered.out) && absorb.moved);
	if (composed.operation.len) {
		KC_TRY(send(x));
		if (!x->line.outbox.lost)
			offer(x, composed.number, kc_buf_bytes(&composed.operation));
	}
	if (absorb.alarm != KC_ALARM_NONE)
		return set_alarm(x, absorb.alarm);
	if (!is_overdue(x))
		return KC_OK;
	if (!x->line.kind->reread(&x->line))
		return set_alarm(x, KC_ALARM_OMISSION);
	x->more = true;
	return KC_OK;
}

/* --- ending -------------------------------------------------------------------------------------
 */

static kc_err look_for_password(struct exchange *x)
{
	const struct kc_pending_key *pending;
	kc_err err = kc_circle_pending_account_key(x->circle, &pending);

	x->report.pending_password = err == KC_OK;
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}

/* An idle look at the store leaves no trace on the disk. */
static kc_err remember_report(struct exchange *x)
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

/* A copy of the compatibility circle went back: this device writes its own once more, as it was
 * before the exchange, and says nothing else; once for each generation. */
static kc_err push_compat(struct exchange *x)
{
	KC_CLEANUP_COMPOSED struct kc_composed composed = {.operation = KC_BUF_INIT};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	const struct kc_compat *compat;

	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_circle(&txn, &circle));
	compat = circle->compat.compat;
	if (!compat || compat->generation <= circle->compat_pushed || circle->leaving)
		return KC_OK;
	circle->compat_pushed = compat->generation;
	KC_TRY(kc_compose_compat(
		&txn, circle, &(struct kc_compose_terms){.feed = feed_of(x)}, &composed));
	KC_TRY(x->line.kind->pack(&x->line, &txn, &composed));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	KC_TRY(kc_txn_commit(&txn));
	return x->line.kind->send(&x->line);
}

/* That it is out, and by whom, is kept: it is told also when the store is not there. */
static kc_err remember_removal(struct exchange *x)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	const struct kc_exclusion *removal;
	const struct kc_member *author;
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(x->circle, &trust));
	removal = kc_circle_find_removal(x->circle, &trust, &x->circle->identity.id, &author);
	if (removal) {
		const char *name = kc_circle_name_of(x->circle, author);

		memcpy(x->report.removed_by, name, strlen(name) + 1);
		x->report.removed_ms = removal->time_ms;
	}
	KC_TRY(kc_txn_begin(x->store, KC_TXN_WRITE, &txn));
	if (has_lock_changed(x, &txn))
		return KC_ERR(LOCKED);
	KC_TRY(kc_memory_put_circle(&txn, x->circle));
	KC_TRY(kc_memory_put_report(&txn, &x->report));
	return kc_txn_commit(&txn);
}

static kc_err make_rounds(struct exchange *x)
{
	KC_TRY(begin(x));
	do
		KC_TRY(round_trip(x));
	while (x->more);
	return KC_OK;
}

static kc_err run_once(struct exchange *x)
{
	kc_err err = make_rounds(x);

	if (err == KC_E_NOT_MEMBER)
		KC_TRY(remember_removal(x));
	return err;
}

static kc_err run(struct exchange *x)
{
	kc_err err = run_once(x);

	for (int i = 0; i < MOST_LOCKS && err == KC_E_LOCKED && x->circle; i++) {
		forget(x);
		err = run_once(x);
	}
	/* None is set where the store itself is damaged, or none of ours. */
	if (err == KC_E_STORE_SUSPECT && !x->report.alarm) {
		x->report.shown = x->circle->shown;
		x->report.known = x->circle->known;
		err = set_alarm(x, x->circle->alarm ? x->circle->alarm : KC_ALARM_FORGERY);
	}
	if (err == KC_E_STORE_SUSPECT && x->circle && x->circle->compat_went_back &&
		push_compat(x) != KC_OK)
		kc_log_error("the circle could not be written again");
	if (err == KC_OK || err == KC_E_STORE_SUSPECT)
		speak(x);
	if (err == KC_E_NOT_MEMBER && x->live)
		kc_live_mailbox_forget(x->live);
	return err;
}

kc_err kc_exchange_run(struct kc_store *store, const struct kc_exchange_aids *aids,
	struct kc_sync_report *ret, bool *ret_joining)
{
	KC_CLEANUP(exchange_done)
	struct exchange x = {
		.store = store, .user = aids->user, .live = aids->live, .pace = aids->pace};
	kc_err err = run(&x);

	*ret_joining = x.circle && x.circle->joining;
	if (err != KC_OK && err != KC_E_STORE_SUSPECT && err != KC_E_NOT_MEMBER)
		return err;
	if (err != KC_E_NOT_MEMBER)
		KC_TRY(remember_report(&x));
	kc_sync_report_done(ret);
	*ret = x.report;
	x.report = (struct kc_sync_report){0};
	return err;
}

kc_err kc_exchange_start_over(struct kc_txn *txn)
{
	struct kc_track track = {.id = 0};
	kc_err err;

	KC_TRY(kc_feed_forget(txn));
	while ((err = kc_track_next(txn, track.id, &track)) == KC_OK) {
		track.said = (struct kc_track_said){.t = 0}; /* nothing, to the new circle */
		if (track.deleted || track.lost || track.item == 0)
			KC_TRY(kc_track_drop(txn, track.id));
		else
			KC_TRY(kc_track_write(txn, &track, track.t));
	}
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}
