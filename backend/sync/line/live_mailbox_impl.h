/* SPDX-License-Identifier: ISC */
/*
 * One link for each device: a log to write, three that may be read (the days before, of, and after
 * this device's own), and up to three sessions: the open one, one that this device has begun, one
 * that it has answered. A handshake takes nothing away from the open session until it is done.
 */
#ifndef KC_SYNC_LINE_LIVE_MAILBOX_IMPL_H
#define KC_SYNC_LINE_LIVE_MAILBOX_IMPL_H

#include <string.h>

#include "backend/sync/line/live_mailbox.h"

#define KC_LIVE_KEY "q"
#define KC_LIVE_DAY_MS (UINT64_C(24) * 60 * 60 * 1000)
#define KC_LIVE_DAYS 3 /* whose logs are read */

struct kc_live_link {
	struct kc_peer_id peer;
	/* written */
	bool known; /* the log's end is */
	uint64_t day;
	struct kc_writer_id writer;
	struct kc_log_position position;
	uint64_t oldest; /* number of the first operation that stands */
	bool has_before; /* yesterday's log still stands, for who has not read it */
	struct kc_writer_id before;
	uint64_t before_end; /* no operation of it has this number */
	/* read */
	uint64_t read_day; /* the middle one */
	struct kc_writer_id others[KC_LIVE_DAYS];
	uint64_t read[KC_LIVE_DAYS]; /* number of the last one */
	unsigned tries[KC_LIVE_DAYS];
	/* sessions, owned */
	struct kc_live *open, *begun, *answered;
	struct kc_buf hello; /* to be answered; empty: none */
	struct kc_live_session hello_session;
	uint64_t opened_by_peer; /* messages of the open session that the other has opened */
	uint64_t acknowledged;	 /* messages that this device has said it opened */
	bool owes;		 /* there is something to tell */
	uint64_t hello_ms, told_ms, handshake_ms;
};

struct kc_live_mailbox {
	struct kc_live_link *links[KC_CIRCLE_MAX_PEERS]; /* owned */
	size_t link_count;
	bool swept;
	struct kc_session_logs sessions;
	struct kc_live_said said[KC_LIVE_MAX_SAID]; /* the oldest first */
	size_t said_count;
	struct kc_buf offered[KC_LIVE_MAX_ITEMS];
	size_t offered_count, offered_len;
	struct kc_live_counts counts;
	/* what is left of this exchange's share */
	unsigned reads, answers;
	size_t read_len;
};

/* Whether so much time has passed; a clock that was set back has seen enough of it. */
static inline bool kc_live_mailbox_has_passed(uint64_t since_ms, uint64_t span_ms, uint64_t now_ms)
{
	return now_ms < since_ms || now_ms - since_ms >= span_ms;
}

/* The link to a peer, a new one if need be; NULL when there is no room. */
struct kc_live_link *kc_live_mailbox_find_link(
	struct kc_live_mailbox *mailbox, const struct kc_peer_id *peer);
void kc_live_mailbox_drop_session(struct kc_live **session);
void kc_live_mailbox_end_open(struct kc_live_mailbox *mailbox, struct kc_live_link *link);
void kc_live_mailbox_end_all(struct kc_live_mailbox *mailbox, struct kc_live_link *link);
void kc_live_mailbox_drop_said(struct kc_live_mailbox *mailbox, size_t number);
void kc_live_mailbox_clear_offer(struct kc_live_mailbox *mailbox);

/* This device's logs (live_mailbox_log.c): drops the operations of one below a number; today's; the
 * one of the day before; those that an earlier run of the service has left. */
void kc_live_mailbox_drop_log(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_writer_id *writer, uint64_t below);
void kc_live_mailbox_drop_today(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn);
void kc_live_mailbox_drop_log_before(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn);
void kc_live_mailbox_sweep(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs);
/* A new day has a new log; that of the day before stays for as long, and then goes. */
void kc_live_mailbox_turn_day(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, const struct kc_cloud_logs *logs);
/* Whether there may be one more log, where there is none yet. */
bool kc_live_mailbox_may_write(
	const struct kc_live_mailbox *mailbox, const struct kc_live_link *link);
/* Whether the message is in the store. When it may not be, all sessions are over: their numbers
 * would not follow each other any more. */
bool kc_live_mailbox_post(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, const struct kc_buf *message);

/* What a message leads to (live_mailbox_take.c). Something that the other side cannot have written
 * is refused: what is under way with it ends. */
void kc_live_mailbox_take_message(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn, struct kc_bytes message);
void kc_live_mailbox_refuse(struct kc_live_mailbox *mailbox, struct kc_live_link *link);
/* The last hello that was read is answered when all is read: one that more of its session followed
 * was answered before, by a service that has been started again since. */
void kc_live_mailbox_answer_hello(struct kc_live_mailbox *mailbox, struct kc_live_link *link,
	const struct kc_live_turn *turn);

#endif
