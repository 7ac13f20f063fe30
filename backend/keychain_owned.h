/* SPDX-License-Identifier: ISC */
/*
 * What connected programs have of their own in memory: transient keys, and operations in parts.
 *
 * One table by id. Ids are random with KC_TRANSIENT_BIT set, so that none is another's, or one of a
 * service that ran before. Each thing belongs to one program and is NOT_FOUND for all others.
 * Things are bounded in number and in bytes, for each program and for all (BUSY). They are counted
 * references: who works with one keeps it when it leaves the table.
 *
 * The table's mutex is taken last, and held for a look at the table alone. A thing marked
 * until_lock is neither in the table while the keychain is locked, nor does it come back: it is put
 * in when the lock that kc_keychain_note_lock notes is open, under the mutex, and
 * kc_keychain_owned_lock takes it out, under the mutex, after the lock was noted.
 */
#ifndef KC_BACKEND_KEYCHAIN_OWNED_H
#define KC_BACKEND_KEYCHAIN_OWNED_H

#include "backend/keychain_impl.h"

enum kc_owned_kind { KC_OWNED_KEY, KC_OWNED_OPERATION, KC_OWNED_KINDS };

struct kc_owned {
	enum kc_owned_kind kind;
	bool until_lock; /* goes with a lock */
	size_t cost;	 /* bytes that it counts for */
	void (*destroy)(struct kc_owned *owned);
	/* The table's: */
	struct kc_owned *next;
	uint64_t id, program;
	unsigned references;
};

/* Puts a new thing in, which gets its id, and keeps a reference of its own; the caller has one too.
 * Errors: PARAM (a caller that is no program), BUSY, LOCKED. */
KC_MUST kc_err kc_keychain_owned_put(
	struct kc_keychain *keychain, const struct kc_caller *caller, struct kc_owned *owned);
/* A reference to the caller's thing with this id. Errors: NOT_FOUND. */
KC_MUST kc_err kc_keychain_owned_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_owned_kind kind, uint64_t id, struct kc_owned **ret);
/* Gives a reference back. */
void kc_keychain_owned_release(struct kc_keychain *keychain, struct kc_owned *owned);
/* Puts a new thing in the place of old, under the same id. Errors: as for put; NOT_FOUND when old
 * is no longer in the table. */
KC_MUST kc_err kc_keychain_owned_replace(
	struct kc_keychain *keychain, struct kc_owned *old, struct kc_owned *owned);
/* Takes the caller's thing out. Errors: NOT_FOUND. */
KC_MUST kc_err kc_keychain_owned_remove(struct kc_keychain *keychain,
	const struct kc_caller *caller, enum kc_owned_kind kind, uint64_t id);
/* The thing counts for so many bytes from now on. Errors: BUSY, and nothing has changed. */
KC_MUST kc_err kc_keychain_owned_charge(
	struct kc_keychain *keychain, struct kc_owned *owned, size_t cost);
/* How many things of a kind there are, of all programs. */
size_t kc_keychain_owned_count(struct kc_keychain *keychain, enum kc_owned_kind kind);

#endif
