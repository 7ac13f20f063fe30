/* SPDX-License-Identifier: ISC */
/*
 * The feed of a store that keeps records, as one device reads it (doc/protocol.md 3.2).
 *
 * A token says how far it was read; what was read and waits for something is remembered by name,
 * and asked for again. The tokens are the store's word: when it does not know one any more, the
 * zone is read from the beginning, and then everybody's last list must be in it.
 */
#ifndef KC_SYNC_LINE_FEED_H
#define KC_SYNC_LINE_FEED_H

#include "backend/sync/absorb/absorb.h"
#include "backend/sync/line/session_logs.h"

#define KC_FEED_MAX_WAITING 4096 /* records; with more of them the token stays where it is */
/* What of it anybody can make who can write to the store, and is forgotten above that
 * (feed_bounds.c): cells of writers that nobody introduced, which are not read again before
 * somebody does; items that say nothing; and of each that is out, cells in which it says something
 * of others.
 */
#define KC_FEED_MAX_STRANGERS 256
#define KC_FEED_MAX_UNCLAIMED 256
#define KC_FEED_MAX_UNCLAIMED_LEN ((size_t)8 << 20)
#define KC_FEED_MAX_OUTSIDE 32
#define KC_FEED_MAX_OUTSIDE_LEN ((size_t)1 << 20)
/* Records that say nothing to this device, and are remembered all the same. */
#define KC_FEED_MAX_STRANGE 4096
#define KC_FEED_PAGE 1024 /* records */

struct kc_feed_name {
	enum kc_zone zone;
	struct kc_etag etag; /* where it is of interest */
	bool met;	   /* it was there when it was asked for; of strange ones: need not stay */
	size_t op;	   /* number and one more, of an item that came when it was asked for */
	uint64_t since_ms; /* an item whose writer nobody knows: since when it waits; else 0 */
	bool given_up;	   /* it may be written over */
	char name[KC_RECORDS_MAX_NAME + 1];
};
struct kc_feed_names {
	struct kc_feed_name *rows; /* owned */
	size_t count, allocated;
	struct kc_feed_name **by_name; /* owned; rows in order; NULL: they were not sorted */
};

/* What is remembered of a peer. */
struct kc_feed_peer {
	struct kc_writer_id writer;
	bool listed;	   /* its last list is in the store, as far as it was read */
	bool passed_over;  /* it was out when its records were read */
	uint64_t older_ms; /* when an older list of it came; 0: never */
};

/* A record of a writer that is no member yet. */
struct kc_feed_stranger {
	struct kc_writer_id writer;
	struct kc_gathered_op op;
};

struct kc_feed {
	/* Remembered: */
	struct kc_feed_token tokens[KC_ZONE_COUNT];
	uint64_t reading; /* how often the zone of records was begun from the beginning */
	bool whole;	  /* that is under way */
	bool own_seen;	  /* this device's last list is there */
	uint64_t own_seq; /* of the last list of this device that came back; 0: none has */
	bool own_listed;  /* in what was read of the zone it stands, or a newer one */
	bool own_lost;	  /* but not all that it names, as it was, when that was looked at last */
	uint64_t own_looked_ms;	   /* when that was */
	uint64_t mends, mended_ms; /* how often in a row it was said again, and when last */
	struct kc_feed_names waiting;
	struct kc_feed_names strange; /* cells of writers that nobody introduced yet */
	uint64_t left_out;	      /* for how many records there was no room */
	uint64_t left_out_print;      /* as what was known then */
	struct kc_feed_peer peers[KC_CIRCLE_MAX_PEERS];
	size_t peer_count;

	struct kc_session_logs *sessions; /* borrowed; NULL: nobody wants to know of them */

	bool suspicious; /* in this exchange what was seen is looked at again */

	/* Of this round: */
	struct kc_feed_token next[KC_ZONE_COUNT]; /* after what was read */
	bool was_read, more, altered;
	bool begun;			    /* a zone was read from its beginning */
	bool afresh;			    /* what was seen is to be looked at again */
	bool all_listed;		    /* everybody's last list is there */
	bool skims;			    /* items that were seen are read without their values */
	kc_peer_set ahead;		    /* whose lists were asked for by name */
	uint64_t print;			    /* of who is known, and which keys */
	size_t len, most;		    /* of memory */
	struct kc_feed_stranger *strangers; /* owned */
	size_t stranger_count;
	struct kc_feed_names later; /* there was no room for them */
	struct kc_feed_names known; /* read, and nothing new to look at */
	struct kc_feed_names gone;  /* items that were taken away */
	struct kc_feed_names bare;  /* items of this page whose values were not asked for */
	struct kc_feed_names lost;  /* what this device's last list names, and is not there so */
};
void kc_feed_done(struct kc_feed *feed);

/* --- memory (feed_memory.c) ---------------------------------------------------------------------
 */

/* A feed that was never read is to be read from the beginning. Errors: CORRUPT, LOCKED. */
KC_MUST kc_err kc_feed_recall(struct kc_txn *txn, struct kc_feed *ret);
KC_MUST kc_err kc_feed_remember(struct kc_txn *txn, const struct kc_feed *feed);
/* Everything is to be read anew. */
KC_MUST kc_err kc_feed_forget(struct kc_txn *txn);
/* The same at another place, where what came back before must be, too. Errors: as of recall. */
KC_MUST kc_err kc_feed_move(struct kc_txn *txn);

KC_MUST kc_err kc_feed_names_add(struct kc_feed_names *names, enum kc_zone zone, const char *name,
	const struct kc_etag *etag);
void kc_feed_names_done(struct kc_feed_names *names);
/* So that they are found in no time, until one is added. */
KC_MUST kc_err kc_feed_names_sort(struct kc_feed_names *names);
/* NULL when it is not among them. */
struct kc_feed_name *kc_feed_names_find(
	const struct kc_feed_names *names, enum kc_zone zone, const char *name);
/* The row of a peer, made when there is none. NULL when there is no room. */
struct kc_feed_peer *kc_feed_find_peer(struct kc_feed *feed, const struct kc_writer_id *writer);

/* --- reading ------------------------------------------------------------------------------------
 */

/* Reads what waits and what changed, once in a round, and hands over what is of members. Errors:
 * STORE_GONE, STORE_SUSPECT. */
KC_MUST kc_err kc_feed_read(struct kc_feed *feed, struct kc_cloud *cloud, struct kc_store *store,
	struct kc_circle *circle, kc_peer_set members, struct kc_gathered *gathered);
/* Whether all that the store has said to have of this device's is there, as far as this round and
 * those before have read. */
KC_MUST kc_err kc_feed_has_claimed(const struct kc_feed *feed, struct kc_store *store,
	const struct kc_gathered *gathered, bool *ret);
/* Whether the zone was read to its end from its beginning, and the list of this device that came
 * back before is not there, nor a newer one. */
bool kc_feed_lacks_own(const struct kc_feed *feed);
/* Looks for what this device's last list names as published with it, by name. */
KC_MUST kc_err kc_feed_look_for_companions(struct kc_feed *feed, struct kc_cloud *cloud,
	struct kc_circle *circle, struct kc_gathered *gathered, uint64_t now_ms);
/* The next rounds read from the beginning, and open what was seen before, too: a store may have
 * shown another value under the same etag. */
void kc_feed_reread(struct kc_feed *feed);
/* Ends a round that came to nothing, or was settled. */
void kc_feed_end_round(struct kc_feed *feed);
/* Once all is taken into the circle: notes among the suspects whose list was put back, or is
 * missing. */
KC_MUST kc_err kc_feed_weigh(struct kc_feed *feed, const struct kc_circle *circle, uint64_t now_ms,
	struct kc_gathered *gathered);
/* How far was read, once all is taken that can be taken. */
KC_MUST kc_err kc_feed_settle(struct kc_feed *feed, struct kc_txn *txn,
	const struct kc_circle *circle, struct kc_absorb *absorb);
/* Whether a cell is remembered of somebody who was introduced since. */
bool kc_feed_has_introduced(
	const struct kc_feed *feed, const struct kc_circle *circle, const struct kc_trust *trust);
/* Whether an item's record waits, and was not given up: nobody may write over it. */
bool kc_feed_is_waiting(const struct kc_feed *feed, const uint8_t name[static KC_RECORD_NAME_LEN]);

#endif
