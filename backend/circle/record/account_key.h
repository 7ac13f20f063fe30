/* SPDX-License-Identifier: ISC */
/*
 * The account password: what is derived from it, and the record that says how (doc/protocol.md 4).
 *
 * The record is in the clear, and whoever has it can try passwords: hence the cost. Knowing the
 * password gives the metadata keys and the user key; it lets no device in.
 */
#ifndef KC_CIRCLE_RECORD_ACCOUNT_KEY_H
#define KC_CIRCLE_RECORD_ACCOUNT_KEY_H

#include "backend/circle/record/account.h"
#include "backend/circle/record/identity.h"

#define KC_ACCOUNT_PASSWORD_MIN 8 /* bytes */
#define KC_ACCOUNT_SALT_LEN 32

struct kc_account_key {
	struct kc_peer_id author;
	uint64_t seq;	  /* from 1 */
	uint64_t time_ms; /* by its author's clock */
	uint8_t salt[KC_ACCOUNT_SALT_LEN];
	unsigned cost; /* as in account_cost.h */
	uint8_t user_public[KC_P256_PUBLIC_LEN];
	struct kc_bytes wrapped; /* borrowed from the record */
};

/* What a password opens. */
struct kc_password_keys {
	struct kc_pk *user;    /* owned */
	struct kc_secret wrap; /* a struct kc_siv_key */
};
#define KC_PASSWORD_KEYS_INIT \
	{                     \
		0             \
	}
#define KC_CLEANUP_PASSWORD_KEYS KC_CLEANUP(kc_password_keys_done)
void kc_password_keys_done(struct kc_password_keys *keys);
void kc_password_keys_move(struct kc_password_keys *to, struct kc_password_keys *from);

/* Makes the record for a new password, number seq, and its keys. before is the user key in force,
 * NULL in the first record alone. Errors: WEAK_PASSWORD. */
KC_MUST kc_err kc_account_key_make(const struct kc_account_id *account,
	const struct kc_identity *author, const struct kc_secret *account_keys,
	struct kc_bytes password, uint64_t seq, const struct kc_pk *before, struct kc_buf *ret,
	struct kc_password_keys *ret_keys);
/* The record that follows one, with the same password, and other keys wrapped. */
KC_MUST kc_err kc_account_key_renew(const struct kc_account_key *record,
	const struct kc_account_id *account, const struct kc_identity *author,
	const struct kc_secret *account_keys, const struct kc_password_keys *keys,
	struct kc_buf *ret);
/* The record's parts; its user signature is checked, which shows that its maker had the user key it
 * names, and that the first signature is in its author's name. Errors: DECODE, VERIFY, NEWER; PARAM
 * for a cost outside the limits. */
KC_MUST kc_err kc_account_key_open(
	struct kc_bytes record, const struct kc_account_id *account, struct kc_account_key *ret);
/* Whether it is the record with this number, as its cell is named. */
bool kc_account_key_is_number(struct kc_bytes record, struct kc_bytes digits);
/* Whether its author signed it first, for whoever knows that device's key. Errors: VERIFY. */
KC_MUST kc_err kc_account_key_check_author(struct kc_bytes record,
	const struct kc_account_id *account, const struct kc_peer_id *author,
	const struct kc_permanent *permanent);
/* Whether this user key signed it third, as the one before. Errors: VERIFY. */
KC_MUST kc_err kc_account_key_check_before(struct kc_bytes record,
	const struct kc_account_id *account, const uint8_t user_public[static KC_P256_PUBLIC_LEN]);
/* Tries a password; takes about a second. Errors: ACCOUNT_PASSWORD. */
KC_MUST kc_err kc_account_key_try(const struct kc_account_key *record,
	const struct kc_account_id *account, struct kc_bytes password,
	struct kc_password_keys *ret);
/* The account keys that it wraps. Errors: CORRUPT. */
KC_MUST kc_err kc_account_key_unwrap(const struct kc_account_key *record,
	const struct kc_account_id *account, const struct kc_password_keys *keys,
	struct kc_secret *ret_account_keys);

#endif
