/* SPDX-License-Identifier: ISC */
/* Reading outside of transactions, deciding and sealing inside one, sending after it. */
#include "backend/sync/exchange_impl.h"

#include <string.h>
#include <time.h>

#include "backend/store/history.h"
#include "backend/sync/former.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

#define MAX_CONFLICTS 8
#define MOST_LOCKS 8 /* how often an exchange begins anew since the lock was opened or closed */

/* What was read: to be read anew, or not at all. */
static void forget(struct kc_exchange *x)
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

static void exchange_done(struct kc_exchange *x)
{
	forget(x);
	kc_sync_report_done(&x->report);
}

static kc_err set_alarm(struct kc_exchange *x, enum kc_alarm alarm)
{
	free(x->report.alarm);
	x->report.alarm = strdup(kc_alarm_name(alarm));
	x->report.copied = alarm == KC_ALARM_FORK && x->circle && x->circle->copied;
	return x->report.alarm ? KC_ERR(STORE_SUSPECT) : KC_ERR(NO_MEMORY);
}

/* --- beginning ----------------------------------------------------------------------------------
 */

static kc_err recall(struct kc_exchange *x, struct kc_buf *place, enum kc_layout *ret_layout)
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
	x->had_counts = last.waiting || last.refused || last.for_unlock;
	x->report.pending = last.pending;
	return kc_memory_get_outbox(&txn, &x->line.outbox);
}

/* Steps 0 and 1: memory, store, and what an exchange before left in the outbox. */
static kc_err begin(struct kc_exchange *x)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_trust trust;
	enum kc_layout layout;

	x->now_ms = kc_clock_now_ms();
	KC_TRY(recall(x, &place, &layout));
	x->line.store = x->store;
	x->line.now_ms = x->now_ms;
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

/* --- a round ------------------------------------------------------------------------------------
 */

/* Whether this device's last list is in no store: of records, the batch with it met a conflict. */
static bool is_leaving_unsaid(const struct kc_exchange *x)
{
	return x->circle->layout == KC_LAYOUT_RECORDS && x->line.outbox.number > 0 &&
	       x->line.outbox.tries == 0 && kc_circle_is_over(kc_circle_self(x->circle));
}

/* Whoever is leaving is in until that is said: another list says it then. */
static kc_err check_membership(struct kc_exchange *x, struct kc_trust *trust)
{
	if (!kc_peer_set_has(trust->trusted, x->circle->self) && is_leaving_unsaid(x)) {
		kc_circle_self(x->circle)->list->leaves = false;
		x->circle->leaving = true;
		KC_TRY(kc_circle_judge(x->circle, trust));
	}
	return kc_peer_set_has(trust->trusted, x->circle->self) ? KC_OK : KC_ERR(NOT_MEMBER);
}

/* Steps 2 and 3. Whoever is introduced by what one log says has a log of its own to be read; so has
 * one that is out, for what it says of others. What lists name, and is not here, is asked for. */
static kc_err read_circle(
	struct kc_exchange *x, struct kc_gathered *gathered, struct kc_absorb *absorb)
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
	} while (gathered->read != before || gathered->asked < gathered->wanted.len);
	KC_TRY(x->line.kind->weigh(&x->line, x->now_ms, gathered));
	if (gathered->suspects & ~(gathered->out & ~kc_absorb_unread(absorb, &trust))) {
		x->circle->alarm = gathered->alarm;
		x->circle->shown = gathered->shown;
		x->circle->known = gathered->known;
		return KC_ERR(STORE_SUSPECT);
	}
	KC_TRY(check_membership(x, &trust));
	return kc_exchange_listen(x, &trust);
}

/* A piece that has been missing for longer than it may take to arrive. */
static bool is_overdue(const struct kc_exchange *x)
{
	for (size_t i = 0; i < x->circle->member_count; i++) {
		uint64_t since = x->circle->members[i]->waiting_since_ms;

		if (since && since + KC_ABSORB_GRACE_MS <= x->now_ms)
			return true;
	}
	return false;
}

/* A number that grows with all that is taken into the circle. */
static uint64_t size_of(const struct kc_circle *circle)
{
	uint64_t size = circle->member_count + circle->voucher_count;

	for (size_t i = 0; i < circle->member_count; i++)
		size += circle->members[i]->list ? circle->members[i]->list->seq : 0;
	return size;
}

/* Others write at the same time: the more often, the longer the wait before the next try. */
static kc_err give_way(struct kc_exchange *x)
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

static kc_err send(struct kc_exchange *x)
{
	kc_err err = x->line.kind->send(&x->line);

	if (err == KC_E_CONFLICT)
		return give_way(x);
	KC_TRY(err);
	x->conflicts = 0;
	return KC_OK;
}

static kc_err round_trip(struct kc_exchange *x)
{
	KC_CLEANUP_GATHERED struct kc_gathered gathered = KC_GATHERED_INIT;
	KC_CLEANUP_ABSORB struct kc_absorb absorb = {.circle = x->circle, .gathered = &gathered};
	KC_CLEANUP_COMPOSED struct kc_composed composed = {.operation = KC_BUF_INIT};
	uint64_t before = size_of(x->circle);
	bool quiet;

	KC_TRY(read_circle(x, &gathered, &absorb));
	KC_TRY(kc_exchange_is_quiet(x, &gathered, &quiet));
	x->more = false;
	if (quiet && size_of(x->circle) == before)
		return KC_OK;
	x->busy = true;
	x->news = x->news || size_of(x->circle) != before;
	KC_TRY(kc_exchange_decide(x, &absorb, &composed));
	/* Nothing new comes of reading again what stays where it is. */
	x->more =
		composed.more || ((gathered.more & ~(gathered.out & ~absorb.owed)) && absorb.moved);
	if (composed.operation.len) {
		KC_TRY(send(x));
		if (!x->line.outbox.lost)
			kc_exchange_offer(x, composed.number, kc_buf_bytes(&composed.operation));
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

/* --- all rounds ---------------------------------------------------------------------------------
 */

static kc_err make_rounds(struct kc_exchange *x)
{
	KC_TRY(begin(x));
	do
		KC_TRY(round_trip(x));
	while (x->more);
	return KC_OK;
}

static kc_err run_once(struct kc_exchange *x)
{
	kc_err err = make_rounds(x);

	if (err == KC_E_NOT_MEMBER)
		KC_TRY(kc_exchange_remember_removal(x));
	return err;
}

static kc_err run(struct kc_exchange *x)
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
		kc_exchange_push_compat(x) != KC_OK)
		kc_log_error("the circle could not be written again");
	if (x->circle && kc_caught_keep(x->store, &x->circle->caught) != KC_OK)
		kc_log_error("evidence could not be kept");
	if (err == KC_OK || err == KC_E_STORE_SUSPECT)
		kc_exchange_speak(x);
	if (err == KC_E_NOT_MEMBER && x->live)
		kc_live_mailbox_forget(x->live);
	return err;
}

kc_err kc_exchange_run(struct kc_store *store, const struct kc_exchange_aids *aids,
	struct kc_sync_report *ret, bool *ret_joining)
{
	KC_CLEANUP(exchange_done)
	struct kc_exchange x = {
		.store = store, .user = aids->user, .live = aids->live, .pace = aids->pace};
	kc_err err = run(&x);

	*ret_joining = x.circle && x.circle->joining;
	if (err != KC_OK && err != KC_E_STORE_SUSPECT && err != KC_E_NOT_MEMBER)
		return err;
	x.report.left_out = x.line.feed.left_out;
	if (err != KC_E_NOT_MEMBER)
		KC_TRY(kc_exchange_remember_report(&x));
	kc_sync_report_done(ret);
	*ret = x.report;
	x.report = (struct kc_sync_report){0};
	return err;
}

/* What another device wrote stays that device's, whoever says it to the new circle. */
static void keep_author(const struct kc_former *former, struct kc_track *track)
{
	struct kc_history_who who = kc_history_writer(track);
	const char *name = kc_former_name(former, who.id);

	memset(track->author, 0, sizeof track->author);
	if (!name || *name)
		memcpy(track->author, who.id, sizeof track->author);
}

kc_err kc_exchange_start_over(struct kc_txn *txn)
{
	KC_CLEANUP_FORMER struct kc_former former = {0};
	struct kc_track track = {.id = 0};
	kc_err err;

	KC_TRY(kc_former_get(txn, &former));
	KC_TRY(kc_feed_forget(txn));
	while ((err = kc_track_next(txn, track.id, &track)) == KC_OK) {
		keep_author(&former, &track);
		track.said = (struct kc_track_said){.t = 0}; /* nothing, to the new circle */
		if (track.deleted || track.lost || track.item == 0)
			KC_TRY(kc_track_drop(txn, track.id));
		else
			KC_TRY(kc_track_say(txn, &track));
	}
	return err == KC_E_NOT_FOUND ? KC_OK : err;
}
