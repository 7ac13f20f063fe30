/* SPDX-License-Identifier: ISC */
/*
 * The line to the store, for the length of an exchange: what an exchange asks of the store, and for
 * each layout how it is done (doc/protocol.md 3.1, 3.2).
 *
 * What is to be sent stands in the outbox before it is sent, and stays there until something else
 * takes its place: a store that forgets what it has said to have is given it once more.
 */
#ifndef KC_SYNC_LINE_LINE_H
#define KC_SYNC_LINE_LINE_H

#include "backend/sync/absorb/absorb.h"
#include "backend/sync/compose/compose.h"
#include "backend/sync/memory.h"

/* How often a store is given the same thing before there is an alarm: it forgets on purpose. After
 * that it is given it after a minute, then after twice as long each time, up to an hour: for when
 * it is honest again. */
#define KC_LINE_MAX_TRIES 3
#define KC_LINE_FIRST_WAIT_MS (UINT64_C(60) * 1000)
#define KC_LINE_LONGEST_WAIT_MS (UINT64_C(60) * 60 * 1000)

struct kc_line {
	const struct kc_line_kind *kind;
	struct kc_store *store;	   /* borrowed */
	struct kc_circle *circle;  /* borrowed */
	struct kc_cloud *cloud;	   /* owned */
	uint64_t now_ms;	   /* when the exchange began */
	struct kc_outbox outbox;   /* state of what was composed last */
	struct kc_cloud_logs logs; /* of logs: as they were listed */
	struct kc_feed feed;	   /* of records */
	bool was_checked;	   /* of records: the marker, in this exchange */
	bool was_reread;	   /* of records: everything, in this exchange */
	bool is_mute;		   /* this device is out: nothing is sent */
	bool is_holding; /* what was said last is not seen in the store: nothing new is said */
	bool idle;	 /* of records: nothing was written since the last exchange */
};

/* Errors of all: STORE_GONE; STORE_SUSPECT, with the circle's alarm. */
struct kc_line_kind {
	/* Once: checks the marker. */
	kc_err (*begin)(struct kc_line *line);
	/* At the beginning of a round: whether this device's own writes are there as it left them.
	 * What is not is sent once more; what was never sent is sent. */
	kc_err (*look)(struct kc_line *line);
	/* Reads cells of members that were not read yet in this round. */
	kc_err (*gather)(struct kc_line *line, kc_peer_set members, struct kc_gathered *gathered);
	/* Once all is taken into the circle: notes suspects. */
	kc_err (*weigh)(struct kc_line *line, uint64_t now_ms, struct kc_gathered *gathered);
	/* With the transaction of an exchange, after kc_absorb_settle. *ret_has_all: a newcomer has
	 * all, as far as the layout can tell. */
	kc_err (*settle)(struct kc_line *line, struct kc_txn *txn, struct kc_absorb *absorb,
		bool *ret_has_all);
	/* Before something is said to be missing: whether there is another way to look for it, in
	 * another round. */
	bool (*reread)(struct kc_line *line);
	/* In the same transaction: what was composed goes into the outbox. */
	kc_err (*pack)(
		struct kc_line *line, struct kc_txn *txn, const struct kc_composed *composed);
	/* Sends the outbox. Errors: CONFLICT (another round has to be read first). */
	kc_err (*send)(struct kc_line *line);
};
extern const struct kc_line_kind kc_line_logs;	  /* line_logs.c */
extern const struct kc_line_kind kc_line_records; /* line_records.c */

/* Opens the store at a place, as it was begun. */
KC_MUST kc_err kc_line_open(struct kc_line *line, const char *place, enum kc_layout layout);
void kc_line_done(struct kc_line *line);
#define KC_CLEANUP_LINE KC_CLEANUP(kc_line_done)

/* Whether the store is to be given once more what it has said to have for so many times, the last
 * of them then. */
bool kc_line_is_time(const struct kc_line *line, uint64_t times, uint64_t since_ms);
/* The layout for a store that is begun here. */
enum kc_layout kc_line_choose(const struct kc_cloud *cloud);
/* Whether the marker of a store is that of an account, and of a layout. Errors: STORE_GONE;
 * STORE_SUSPECT. */
KC_MUST kc_err kc_line_check_marker(
	struct kc_cloud *cloud, const struct kc_account_id *account, enum kc_layout layout);

#endif
