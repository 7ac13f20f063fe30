/* SPDX-License-Identifier: ISC */
/* What the door's circle functions share: one lock, the last report, the pairing under way. */
#ifndef KC_BACKEND_KEYCHAIN_SYNC_H
#define KC_BACKEND_KEYCHAIN_SYNC_H

#include <stdatomic.h>

#include "backend/keychain_impl.h"
#include "backend/sync/exchange.h"
#include "backend/sync/line/line.h"
#include "backend/sync/line/mailbox.h"

/* The sponsor's side of a pairing. */
struct kc_sponsor {
	struct kc_pairing *pairing; /* owned; NULL: none under way */
	struct kc_mailbox mailbox;
	struct kc_mailbox_watch watch; /* for an answer */
	struct kc_writer_id applicant; /* its log */
	enum {
		KC_SPONSOR_OFFERED,
		KC_SPONSOR_REPLIED,
		KC_SPONSOR_ASKED,
		KC_SPONSOR_WELCOMED
	} stage;
	uint64_t until_ms;
	struct kc_buf application, message; /* what the applicant says; the welcome, to be posted */
};

/* An offer that was answered, and not replied to. */
struct kc_attempt {
	struct kc_pairing *pairing; /* owned */
	struct kc_mailbox mailbox;
};

/* The applicant's side. A code does not say which offer it is of, and one that somebody left
 * standing may look newer by its clock: when there is no reply for a while, the next is answered as
 * well. */
struct kc_applicant {
	char *url; /* owned; NULL: none under way */
	char code[KC_PAIRING_DIGITS + 1];
	struct kc_secret password; /* the account's */
	struct kc_account_id account;
	enum kc_layout layout;
	struct kc_mailbox_seen seen;
	struct kc_attempt attempts[KC_COUNT_OF((struct kc_mailbox_seen){0}.slots)];
	size_t attempt_count;
	kc_err failed;		    /* how one of several ended; KC_OK: none did */
	struct kc_pairing *pairing; /* that was replied to */
	struct kc_mailbox mailbox;
	struct kc_identity identity;
	struct kc_mailbox_watch watch; /* for an offer */
	enum { KC_APPLICANT_LOOKING, KC_APPLICANT_ANSWERED, KC_APPLICANT_CONFIRMED } stage;
	uint64_t look_until_ms, until_ms;
};

enum kc_outcome {
	KC_OUTCOME_UNKNOWN,
	KC_OUTCOME_WENT,
	KC_OUTCOME_FAILED,
};

/* Everything here is under the mutex, which is taken before the store's. It is held while the store
 * between devices is read and written, however long that takes; whoever locks the keychain does not
 * wait for it, but leaves a word (forget) for its holder. */
struct kc_keychain_sync {
	pthread_mutex_t mutex;
	atomic_bool forget; /* the pairing and sessions are over: the keychain was locked */
	uint64_t last_ms;   /* end of the last good exchange, as far as this process knows */
	/* Whether the last exchange did not reach the store, or could not write it; before the
	 * first one of this process the database knows. */
	atomic_int outcome; /* enum kc_outcome */
	struct kc_sponsor sponsor;
	struct kc_applicant applicant;
	struct kc_live_mailbox *live; /* owned; NULL before the first exchange */
	struct kc_pace pace;	      /* of what was sent lately */
	struct kc_secret user_key;    /* private, from the account password; empty: not at hand */
	uint64_t user_key_ms;	      /* when the password was typed */
};

/* Takes the mutex, making the struct at first use; unlock is for KC_CLEANUP, and forgets what a
 * lock of the keychain left to be forgotten. Errors: NO_MEMORY. */
KC_MUST kc_err kc_keychain_sync_lock(struct kc_keychain *keychain, struct kc_keychain_sync **ret);
void kc_keychain_sync_unlock(struct kc_keychain_sync **sync);
#define KC_CLEANUP_SYNC KC_CLEANUP(kc_keychain_sync_unlock)

/* One exchange, with the mutex held. */
KC_MUST kc_err kc_keychain_sync_exchange(struct kc_keychain *keychain,
	struct kc_keychain_sync *sync, struct kc_sync_report *ret, bool *ret_joining);
/* The place and the circle of this device, out of a transaction. Errors: NO_STORE, LOCKED. */
KC_MUST kc_err kc_keychain_sync_recall(
	struct kc_keychain *keychain, struct kc_buf *ret_place, struct kc_circle **ret);

/* The user key, for ten minutes after the account password was typed, and not while the keychain is
 * locked. With the mutex held. Errors: NOT_FOUND: it has to be typed. */
KC_MUST kc_err kc_keychain_user_key(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, struct kc_pk **ret);
KC_MUST kc_err kc_keychain_user_key_keep(
	struct kc_keychain_sync *sync, const struct kc_password_keys *keys);
void kc_keychain_user_key_forget(struct kc_keychain_sync *sync);
bool kc_keychain_user_key_expired(const struct kc_keychain_sync *sync);
/* The account password was typed: it is tried, its user key kept, and what has waited for it done:
 * a record of that password comes into force, new keys are wrapped. What follows goes out with the
 * next exchange. With the mutex held. Errors: ACCOUNT_PASSWORD, LOCKED. */
KC_MUST kc_err kc_keychain_account_typed(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, struct kc_bytes password);

/* Ends a pairing, if there is one; nothing is told to the other side. */
void kc_keychain_pair_end(struct kc_sponsor *sponsor);
void kc_keychain_join_end(struct kc_applicant *applicant);

#endif
