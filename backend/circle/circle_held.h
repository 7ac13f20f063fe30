/* SPDX-License-Identifier: ISC */
/* What a device holds of its circle, and of each member: what circle.h works on, and circle_state.h
 * saves. */
#ifndef KC_CIRCLE_CIRCLE_HELD_H
#define KC_CIRCLE_CIRCLE_HELD_H

#include "backend/circle/trust.h"
#include "backend/circle/record/account_key.h"
#include "backend/circle/record/compat.h"
#include "backend/circle/record/envelope.h"
#include "backend/circle/record/epoch.h"
#include "backend/circle/record/evidence.h"
#include "backend/circle/record/head.h"
#include "backend/circle/record/op.h"
#include "backend/circle/record/shares.h"
#include "backend/circle/record/voucher.h"

enum kc_alarm {
	KC_ALARM_NONE,
	KC_ALARM_ROLLBACK,
	KC_ALARM_FORK,
	KC_ALARM_OMISSION,
	KC_ALARM_FORGERY,
};
const char *kc_alarm_name(enum kc_alarm alarm); /* "rollback"; NULL for none */

/* A list that was the last of its peer. */
struct kc_past_list {
	uint64_t seq;
	struct kc_record_id id;
	uint64_t time_ms;  /* by its author's clock */
	uint64_t heard_ms; /* by this device's */
};

/* A compatibility circle. */
struct kc_held_compat {
	struct kc_buf record;
	struct kc_compat *compat; /* owned; NULL: there is none */
	struct kc_record_id id;
};
void kc_held_compat_done(struct kc_held_compat *held);

/* What came of looking for where a log begins anew (sync/line/leap.h). */
enum kc_leap_end {
	KC_LEAP_IN_VAIN, /* as far as is known, it has a hole */
	KC_LEAP_FOUND,
	KC_LEAP_GOES_ON, /* with the next exchange */
	KC_LEAP_SHUT,	 /* with the unlock */
};

/* How far that is. */
struct kc_leap {
	uint64_t first; /* with which the log seemed to begin; 0: nothing is looked for */
	struct kc_log_position at; /* the last that was looked at; number 0: none */
	uint64_t shares;	   /* the last with shares for this device; 0: none */
	uint64_t unread;	   /* bytes of those whose lists do not open */
	uint64_t reached; /* the highest number ever that its writer had signed; stays with another
			     first */
	bool found;	  /* the log begins anew with first: its writer says so */
	/* In this exchange; not saved. */
	size_t looked; /* bytes */
	enum kc_leap_end end;
};

/* A peer, this device among them. */
struct kc_member {
	struct kc_peer_id id;
	struct kc_permanent permanent;
	char name[KC_DEVICE_NAME_MAX + 1]; /* as it applied; its list says it later */
	struct kc_buf permanent_record;
	struct kc_buf list_record; /* the last one accepted; empty before the first */
	struct kc_list *list;	   /* its parts, owned; NULL before the first */
	struct kc_record_id list_id;
	uint64_t cosign_checked, cosign_good; /* co-signatures of its exclusions, by number */
	struct kc_buf past;	   /* struct kc_past_list, oldest first: where one may cut */
	struct kc_buf said_before; /* whom it had put out before this device, as heard by then */
	bool has_moved;		   /* its list is a later one than was loaded; not saved */
	bool is_over;		   /* it had left when this was loaded; not saved */
	uint8_t given[32];	   /* which keys this device gave it last, hashed */
	bool forged;		   /* it sent a key that was not the one that it named */
	struct kc_log_position position;     /* settled so far in its log */
	struct kc_log_position target;	     /* to be reached before this device has joined */
	uint64_t acked[KC_CIRCLE_MAX_VIEWS]; /* which of this device's dots it says it holds */
	struct kc_leap leap;
	uint64_t waiting_since_ms; /* 0: its log holds nothing up */
	/* Its own copy of the compatibility circle: the last operation with one, and which. */
	uint64_t compat_number, compat_generation;
	struct kc_held_compat
		compat_held; /* one that it signed, which waits as the circle's does */
	/* On how many days it was looked for in vain, since its list of that number came. */
	uint64_t silent_days, silent_seq;
	uint64_t heard_seq; /* a list that a trusted peer was heard to know; not saved here */
	/* What the store had lost of it when the owner said that this is known. */
	struct kc_excuse {
		uint64_t seq;	/* its last list that anybody knew of; 0: nothing is excused */
		uint64_t shown; /* with which its log ended ... */
		uint64_t known; /* ... and up to where it was settled; 0: that is over */
	} excuse;
	/* Up to where its log was settled when the store was mended, and it was out: this device
	 * says what stands in it. */
	uint64_t retold;
};

struct kc_held_voucher {
	struct kc_voucher voucher;
	struct kc_buf record;
};

struct kc_held_epoch {
	struct kc_epoch *epoch; /* owned; its views are of record */
	struct kc_record_id id;
	struct kc_buf record;
	/* Empty when this device has none, or is locked; then the next two are here all the same.
	 */
	struct kc_secret key;
	struct kc_secret class_c, head; /* derived from it; empty when this device has none */
	struct kc_secret meta;		/* the same, of the metadata view alone */
	bool promised;			/* shares of it are here, to be opened with the unlock */
	bool used;			/* this device has read or written something under it */
	uint64_t since_ms;		/* its time, or when it came here, if that was before */
};
static inline bool kc_held_epoch_has_key(const struct kc_held_epoch *held)
{
	return held->head.len > 0;
}

/* Who gave this device a key, and the list that was published with the shares (circle_gifts.c). */
struct kc_gift {
	struct kc_view_key_name name;
	struct kc_peer_id giver;
	uint64_t seq;
	bool is_over; /* while gifts are settled */
};

/* A segment of this device's log of own writes, as it is in the store. */
struct kc_own_segment {
	struct kc_segment_name name;
	struct kc_buf value;
};

/* One view, as this device writes and holds it. */
struct kc_view_state {
	uint64_t counter;	  /* of this device's last dot */
	struct kc_vector vector;  /* what it holds of each writer */
	struct kc_vector reached; /* the greatest dot that it has merged of each */
	struct kc_head_log log;	  /* its own dots that somebody may still lack, the newest ... */
	struct kc_segment_list segments; /* ... and where those before are named */
	struct kc_told_root root;	 /* of what it holds, when a list is signed */
	uint8_t kid[KC_KID_LEN]; /* under which this device wrote last; zeroes: nothing yet */
	/* Under which this device's heads are, and since which of its lists. */
	uint8_t headed_kid[KC_KID_LEN];
	uint64_t headed_since;
	uint64_t again, again_to; /* own dots that are to be sent once more; none when above */
	/* What it had taken of those who are out, beyond what is closed of them, when it last made
	 * that its own: kc_root_beyond. */
	uint8_t made_own[32];
};

/* How long what stands below the beginning of a log is left for whoever has not read it. */
#define KC_LOG_DROP_AFTER_MS (UINT64_C(24) * 60 * 60 * 1000)

/* How long this device's log is, and how far it is with beginning it anew (doc/protocol.md 3.1). */
struct kc_log_span {
	uint64_t base;	   /* with which it begins; 0: 1 */
	uint64_t len;	   /* bytes of all operations from there on */
	uint64_t kept_len; /* of what counted in it, when that was last looked at */
	uint64_t begun;	   /* the first of those that repeat now; 0: none do */
	uint64_t track;	   /* up to which items have been repeated */
	uint64_t drop_ms;  /* when those below base are taken away; 0: they are gone */
	bool mends;	   /* the owner has it begin anew; what is below is dropped at once */
};

/* A user key that counted: in force, or of one of two records that followed the same one. */
struct kc_user_key {
	uint64_t first, last; /* seq of the first and of the last account key record with it */
	uint8_t public_key[KC_P256_PUBLIC_LEN];
	uint8_t id[32]; /* as signatures name it */
	/* Of the first record; 0 where this device came in later. */
	struct kc_peer_id author;
	uint64_t time_ms;
};

/* An account key record that follows one that is held, or the first. */
struct kc_password_record {
	struct kc_buf record;
	struct kc_account_key parts;
	struct kc_record_id id;
	uint64_t heard_ms; /* when it came, by this device's clock */
};

/* One that no user key that counted vouches for. */
struct kc_pending_key {
	struct kc_buf record;
	struct kc_account_key parts;
};

/* A metadata key to read with, of somebody who is out. */
struct kc_lent_key {
	struct kc_peer_id by;
	uint8_t kid[KC_KID_LEN];
	struct kc_secret key;
};

/* A list of the one names another list of the other than is known here. */
struct kc_contradiction {
	struct kc_peer_id by, about;
};

/* A cell of the operation that is being made. */
struct kc_put_cell {
	char key[KC_OP_MAX_KEY + 1];
	bool gone; /* it is taken away */
	uint8_t hash[KC_HASH32_LEN];
};

#define KC_CIRCLE_MAX_PASSWORDS 128  /* records that are held: one of each author stays */
#define KC_CIRCLE_MAX_USER_KEYS 128  /* above that one of whom there are most is forgotten */
#define KC_CIRCLE_OWN_LISTS 1024     /* identities of own lists that are remembered, and up to */
#define KC_CIRCLE_OWN_LISTS_STEP 128 /* … as many more, which are then forgotten at once */
#define KC_CIRCLE_MAX_EPOCHS 512
#define KC_CIRCLE_MAX_LENT 64 /* keys of one device: whoever is out may have made any */

struct kc_circle {
	struct kc_account_id account;
	struct kc_genesis begun; /* the parts of genesis */
	struct kc_buf genesis;
	struct kc_secret keys;	      /* struct kc_account_keys */
	bool has_meta;		      /* false: all is sealed under the first metadata key */
	uint8_t meta_kid[KC_KID_LEN]; /* under which this device seals what need not be under it */
	struct kc_buf account_key_record;			      /* the one in force */
	struct kc_account_key account_key;			      /* its parts */
	struct kc_password_record passwords[KC_CIRCLE_MAX_PASSWORDS]; /* it, and others */
	size_t password_count;
	struct kc_user_key user_keys[KC_CIRCLE_MAX_USER_KEYS]; /* by their first coming */
	size_t user_key_count;
	struct kc_pending_key pending_keys[KC_CIRCLE_MAX_PASSWORDS];
	size_t pending_key_count;
	struct kc_identity identity;
	char name[KC_DEVICE_NAME_MAX + 1];
	struct kc_member *members[KC_CIRCLE_MAX_PEERS]; /* in the order of their coming */
	size_t member_count, self;
	struct kc_held_voucher *vouchers;
	size_t voucher_count;
	struct kc_held_epoch *epochs;
	size_t epoch_count;
	struct kc_gift *gifts; /* owned; of keys of which no giver was heard when it was looked */
	size_t gift_count;
	struct kc_view_state views[KC_CIRCLE_MAX_VIEWS]; /* by number; 0 is not used */
	struct kc_buf own_lists; /* identities, 32 bytes each, oldest first */
	struct kc_buf *own_keys; /* owned; the account key records that it made, oldest first */
	size_t own_key_count;
	struct kc_buf statements;     /* exclusions that the next list makes, encoded */
	struct kc_buf queue;	      /* writes for the next operation, encoded one after another */
	struct kc_buf contradictions; /* struct kc_contradiction, of lists that came; not saved */
	struct kc_lent_key *lent;     /* owned; not saved */
	size_t lent_count;
	/* Of records: what the next list names of what goes out with it; not saved. */
	struct kc_put_cell *put_cells; /* owned */
	size_t put_cell_count;
	struct kc_held_compat compat; /* in force; the record is this device's copy */
	/* Waits for a pending account key record, or a signer; by none who is trusted. */
	struct kc_held_compat compat_held;
	struct kc_buf compat_rival; /* the last one of a generation that gave way to another */
	uint64_t compat_pushed;	    /* generation that was written once more after a rollback */
	bool compat_went_back;	    /* in this exchange: why there is an alarm */
	struct kc_log_span span;    /* of this device's log, where there are logs */
	bool tells_all;		    /* the next list goes to all that were put out; not saved */
	struct kc_own_segment *segments; /* owned; those that its heads name */
	size_t segment_count;
	bool leaving;	       /* the next list is this device's last */
	uint64_t collected_ms; /* when it last looked for deletions that may be forgotten */
	bool joining;	       /* has not yet reached the sponsor's positions */
	enum kc_layout layout; /* of the store; not saved: whoever opens the store says it */
	enum kc_alarm alarm;
	uint64_t shown,
		known; /* of a rollback: the number that a log ends with, and the settled one */
	bool copied;   /* with a fork: another device speaks with this one's identity */
	struct kc_evidence_list caught; /* noted since it was loaded; not saved here */
	const struct kc_pk *user;	/* borrowed: the user key while it is at hand, else NULL */
};

#endif
