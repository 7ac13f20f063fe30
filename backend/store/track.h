/* SPDX-License-Identifier: ISC */
/*
 * Tracks: what sync knows of each item that travels, and of each that once did.
 *
 * A track is the device's memory of one record of the circle: its random name, the version that
 * this device holds, and the row of the item, if it still has one. It outlives the item: a deletion
 * is a version like others. Its contents are sealed so that they can be read while locked, bound to
 * their row, and counted in the set digest.
 *
 * The journal names the tracks whose version is this device's own and not yet sent; that a track is
 * in it is counted in the set digest too.
 */
#ifndef KC_STORE_TRACK_H
#define KC_STORE_TRACK_H

#include "backend/item/policy.h"
#include "backend/store/store.h"

#define KC_TRACK_NAME_LEN 16
#define KC_TRACK_WRITER_LEN 32
#define KC_TRACK_DIGEST_LEN 32
/*
 * The t of a version is the time of the change that it stands for, ms, times KC_TRACK_TURN; and
 * what becomes of it without a change of anybody's is counted below the next one:
 *
 *   change      said again, by another or once more      gave way                    next change
 *   0           +1 .. +32767                             +32768 .. +65535            +65536
 */
#define KC_TRACK_TURN 65536
#define KC_TRACK_MAX_T ((UINT64_C(1) << 63) - 1) /* a version beyond is refused elsewhere */

/* The last version of a record that has a dot: what the circle holds this device to, whatever was
 * changed here since. Roots are made of these (trie.h). */
struct kc_track_said {
	bool live;
	uint64_t t; /* 0: there is none yet */
	uint8_t writer[KC_TRACK_WRITER_LEN];
	uint8_t digest[KC_TRACK_DIGEST_LEN];
};

struct kc_track {
	uint64_t id;			 /* of this row; 0 for a new one */
	uint8_t name[KC_TRACK_NAME_LEN]; /* of the record */
	uint64_t item;			 /* row of the item; 0 when there is none */
	enum kc_view view;		 /* in which it travels */
	enum kc_protection protection;	 /* of the item */
	bool deleted;
	bool lost;	  /* the item was damaged and set aside: the version is not held any more */
	bool pending;	  /* changed here since it was last sent; the next fields are not set yet */
	uint64_t t;	  /* of the version, above that of the one before */
	uint64_t created; /* t of the first version */
	uint64_t replaced; /* t of the version that this one was made of; 0: of none */
	uint8_t writer[KC_TRACK_WRITER_LEN];
	uint64_t counter;			 /* of the dot */
	uint8_t digest[KC_TRACK_DIGEST_LEN];	 /* of the record's body */
	uint64_t padded_len;			 /* of that body: a tombstone is as long */
	uint8_t key_digest[KC_TRACK_DIGEST_LEN]; /* SHA-256 of the primary key, equal everywhere */
	/* Who wrote what it holds, as this device knows it: in the circle that it was in before,
	 * from which the value was taken along. Zeros: writer, or this device while pending. */
	uint8_t author[KC_TRACK_WRITER_LEN];
	struct kc_track_said said; /* unless pending, that of the fields above: put sees to it */
};

/* --- for the exchange ---------------------------------------------------------------------------
 * Errors of the readers: NOT_FOUND, CORRUPT (it does not open: treat it as not held).
 */

KC_MUST kc_err kc_track_get(struct kc_txn *txn, uint64_t id, struct kc_track *ret);
KC_MUST kc_err kc_track_find_name(
	struct kc_txn *txn, const uint8_t name[static KC_TRACK_NAME_LEN], struct kc_track *ret);
KC_MUST kc_err kc_track_find_item(struct kc_txn *txn, uint64_t item, struct kc_track *ret);
/* The first track whose id is above after: for looking at all of them. */
KC_MUST kc_err kc_track_next(struct kc_txn *txn, uint64_t after, struct kc_track *ret);
/* The least id above after, of a track that may not open; 0 when there is none. */
KC_MUST kc_err kc_track_next_id(struct kc_txn *txn, uint64_t after, uint64_t *ret);
/* Adds (id 0, which is set then) or replaces a track as it is, and its leaf in the trie of its
 * view. Nothing is journaled. PARAM for a protection that is none. */
KC_MUST kc_err kc_track_put(struct kc_txn *txn, struct kc_track *track);
/* Forgets a track, its leaf, and its journal entry. */
KC_MUST kc_err kc_track_drop(struct kc_txn *txn, uint64_t id);

/* Makes the track, as it is otherwise, this device's own newest version, and journals it: with its
 * time, to a circle that has not heard of it; said again, to one that has; or the deletion by which
 * it gives way to another record of its primary key. Errors: NOT_MODIFIABLE (no version can be
 * greater than what is there: somebody made it so). */
KC_MUST kc_err kc_track_say(struct kc_txn *txn, struct kc_track *track);
KC_MUST kc_err kc_track_say_again(struct kc_txn *txn, struct kc_track *track);
KC_MUST kc_err kc_track_give_way(struct kc_txn *txn, struct kc_track *track);
/* A change of its user's: of now, or the next one after what it replaces. Errors: the same. */
KC_MUST kc_err kc_track_change(struct kc_txn *txn, struct kc_track *track);

/* When the change was made that a version stands for, said again or not: ms. */
uint64_t kc_track_changed_ms(uint64_t t);
/* Whether there can be a change after a version: there is, unless somebody made it so. */
bool kc_track_can_follow(uint64_t t);
/* Whether a track is the deletion by which a version of t gave way. */
bool kc_track_gives_way(const struct kc_track *track, uint64_t t);

/* The journal: what is to be sent, oldest change first, each track once. next gives the first entry
 * after a sequence number (0 for the first of all), or NOT_FOUND; done ends an entry, if no newer
 * change took its place. */
KC_MUST kc_err kc_track_journal_next(
	struct kc_txn *txn, uint64_t after, uint64_t *ret_sequence, uint64_t *ret_track);
KC_MUST kc_err kc_track_journal_done(struct kc_txn *txn, uint64_t sequence);
KC_MUST kc_err kc_track_journal_count(struct kc_txn *txn, uint64_t *ret);
/* Puts a track in, as its newest entry; takes it out, sent or not. */
KC_MUST kc_err kc_track_journal_put(struct kc_txn *txn, uint64_t track);
KC_MUST kc_err kc_track_journal_drop(struct kc_txn *txn, uint64_t track);
/* Mixes the shares of all entries into a set digest. */
KC_MUST kc_err kc_track_journal_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN]);

/* --- for changes on this device -----------------------------------------------------------------
 */

struct kc_stored;
/* After an item was added or changed: gives it a track, a new version of the one it has, or takes
 * it off the record that it had when it does not travel any more, or in another view. */
KC_MUST kc_err kc_track_follow(struct kc_txn *txn, const struct kc_stored *stored);
/* After an item's row is gone: the record becomes a deletion. */
KC_MUST kc_err kc_track_follow_removal(struct kc_txn *txn, uint64_t item);
/* After an item's row was set aside as damaged: others still have it. */
KC_MUST kc_err kc_track_follow_loss(struct kc_txn *txn, uint64_t item);

/* The digest of an item's primary key. */
KC_MUST kc_err kc_track_key_digest(
	const struct kc_item *item, uint8_t ret[static KC_TRACK_DIGEST_LEN]);
/* Mixes the shares of all tracks into a set digest. */
KC_MUST kc_err kc_track_fold(struct kc_txn *txn, uint8_t digest[static KC_DIGEST_LEN]);

#endif
