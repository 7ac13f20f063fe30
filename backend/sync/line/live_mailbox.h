/* SPDX-License-Identifier: ISC */
/*
 * The live channel through the store: for each device that this one speaks to a log of its own,
 * under a writer id that the two derive and nobody else can (doc/protocol.md, Live channel).
 *
 * Never in an exchange's way: nothing here fails it, or makes it wait; what goes wrong is counted,
 * and the session ends. A look at a store where nothing has changed costs no more than the listing
 * that the exchange has anyway. Sessions are in memory only.
 */
#ifndef KC_SYNC_LINE_LIVE_MAILBOX_H
#define KC_SYNC_LINE_LIVE_MAILBOX_H

#include "backend/circle/session/live_payload.h"
#include "backend/sync/line/session_logs.h"

/* What a store can make of this device, and this device of the store. */
#define KC_LIVE_MAX_LOGS 7	/* of this device, one for each other, and yesterday's */
#define KC_LIVE_MAX_STANDING 16 /* operations of a log that are still of use */
#define KC_LIVE_MAX_READS 32	/* operations read in one exchange */
#define KC_LIVE_MAX_READ_LEN ((size_t)4 << 20) /* bytes of them, after which no more are */
#define KC_LIVE_MAX_ANSWERS 4		       /* to hellos, in one exchange */
#define KC_LIVE_WINDOW 8		       /* messages that the other has not opened yet */
#define KC_LIVE_PATIENCE_MS (UINT64_C(10) * 60 * 1000) /* for an answer to a handshake */
#define KC_LIVE_HELLO_MS (UINT64_C(60) * 60 * 1000)    /* between one's own hellos to one device */
#define KC_LIVE_TELL_MS (UINT64_C(10) * 60 * 1000)     /* between messages without an item */

/* What has happened since the service started. */
struct kc_live_counts {
	uint64_t opened; /* sessions */
	uint64_t ended;	 /* open sessions, for what was refused, for silence, or because a device is
			    out */
	uint64_t refused;	 /* messages */
	uint64_t stale;		 /* messages of sessions that are none any more */
	uint64_t sent, received; /* data messages */
	uint64_t failed;	 /* the store did not take or give something */
	uint64_t read;		 /* operations */
};

/* A message that came, in the order of coming. */
struct kc_live_said {
	struct kc_peer_id from;
	struct kc_buf plain; /* a payload that parses */
	uint64_t time_ms;    /* of its coming */
	bool weighed;	     /* what it says of lists; the caller's to set */
	bool settled;	     /* its items are, or it has none; the caller's to set */
};
#define KC_LIVE_MAX_SAID 32 /* that are held; the oldest goes for another */
#define KC_LIVE_HOLD_MS (UINT64_C(60) * 60 * 1000)

/* One exchange's look at the world. */
struct kc_live_turn {
	struct kc_cloud *cloud;
	const struct kc_circle *circle;
	const struct kc_trust *trust; /* of the circle as it is now */
	uint64_t now_ms;
	const struct kc_session_logs *came; /* operations that need not be asked for; or NULL */
};

struct kc_live_mailbox;
KC_MUST kc_err kc_live_mailbox_new(struct kc_live_mailbox **ret);
void kc_live_mailbox_free(struct kc_live_mailbox *mailbox); /* wipes; NULL is fine */
/* Ends all sessions and wipes what was said: the keychain is locked. */
void kc_live_mailbox_forget(struct kc_live_mailbox *mailbox);

/* Of a store of records: the logs as they were when an exchange read them last. */
struct kc_session_logs *kc_live_mailbox_sessions(struct kc_live_mailbox *mailbox);

/* Reads what others have written, answers handshakes, keeps what was said. */
void kc_live_mailbox_listen(struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn,
	const struct kc_cloud_logs *logs);
/* What was said, and is held. */
struct kc_live_said *kc_live_mailbox_said(struct kc_live_mailbox *mailbox, size_t *ret_count);
/* Drops what is weighed and settled, and what was held in vain for too long. */
void kc_live_mailbox_settle(struct kc_live_mailbox *mailbox, uint64_t now_ms);

/* Notes the item records of an operation of this device that is in the store now, if they are few
 * and small enough to be said. */
void kc_live_mailbox_offer(struct kc_live_mailbox *mailbox, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation);
/* Tells the others what was offered, and which lists there are; opens a session with whoever has
 * none. news: there is something to tell. */
void kc_live_mailbox_speak(
	struct kc_live_mailbox *mailbox, const struct kc_live_turn *turn, bool news);

const struct kc_live_counts *kc_live_mailbox_counts(const struct kc_live_mailbox *mailbox);

#endif
