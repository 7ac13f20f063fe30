/* SPDX-License-Identifier: ISC */
/*
 * The door: everything that a front end can have of the keychain of one device, and the only way to
 * it. All validation happens behind it; whoever calls it is believed in nothing but struct
 * kc_caller, which the service fills from what the kernel says.
 *
 * Every function may be called from any thread. Each call that changes items is one durable
 * transaction: when it returns KC_OK the change survives a power cut, otherwise nothing has
 * changed.
 */
#ifndef KC_BACKEND_KEYCHAIN_H
#define KC_BACKEND_KEYCHAIN_H

#include "base/mechanism.h"
#include "base/place.h"
#include "base/query.h"
#include "base/history.h"
#include "base/store_view.h"
#include "base/status.h"

struct kc_keychain;

/* On whose behalf. Group names are borrowed for the call. */
struct kc_caller {
	const char *const *groups; /* access groups that may be used; the first is the default */
	size_t group_count;
	bool all_groups;  /* the user's own programs: every group, the default still groups[0] */
	uint64_t program; /* whose transient keys and operations it may use; 0: nobody's */
	bool is_officer;  /* logged in as the security officer: may call keys and certificates
			     trusted */
};

/* --- life ---------------------------------------------------------------------------------------
 */

/* To be called first in main(), before anything can have used the cryptographic library: makes it
 * wipe what it frees. Errors: BUG (too late). */
KC_MUST kc_err kc_keychain_init(void);
/* Makes the keychain of this device at place, unlocked. Errors: KEYCHAIN_EXISTS, EXPOSED,
 * READ_ONLY, DISK_FULL, WEAK_PASSWORD (empty), PARAM (name). On failure nothing is left behind. */
KC_MUST kc_err kc_keychain_create(const struct kc_place *place, struct kc_bytes password,
	const char *device_name, struct kc_keychain **ret);
/* The same with a security officer, whose PIN can give the keychain another password; an empty
 * password leaves the keychain locked until the officer gives it one. */
KC_MUST kc_err kc_keychain_create_with_officer(const struct kc_place *place,
	struct kc_bytes password, struct kc_bytes officer_pin, const char *device_name,
	struct kc_keychain **ret);
/* Opens what is there, locked. Errors: NO_KEYCHAIN, EXPOSED, DAMAGED, FOREIGN, NEWER, DEVICE_SECRET
 * (it is not there, or the keychain is another device's), IO. A damaged or foreign file is never
 * touched. Every later call may answer REPLACED, when the file is no longer the one that was
 * opened: it did nothing, and the keychain is to be closed. */
KC_MUST kc_err kc_keychain_open(const struct kc_place *place, struct kc_keychain **ret);
void kc_keychain_close(struct kc_keychain *keychain);
#define KC_CLEANUP_KEYCHAIN KC_CLEANUP(kc_keychain_close_cleanup)
static inline void kc_keychain_close_cleanup(struct kc_keychain **keychain)
{
	if (*keychain)
		kc_keychain_close(*keychain);
}

/* Gives this device another name. Errors: PARAM (name), UNSUPPORTED (a device that syncs keeps the
 * name that the others know it by). */
KC_MUST kc_err kc_keychain_rename(struct kc_keychain *keychain, const char *device_name);
KC_MUST kc_err kc_keychain_status(struct kc_keychain *keychain, struct kc_status *ret);
/* The lock alone. Never waits, whatever other calls do. */
enum kc_lock_state kc_keychain_lock_state(const struct kc_keychain *keychain);
/* Errors: AUTH, after a delay that grows with each wrong try (counted on disk); NO_PASSWORD, when
 * the officer has not given one yet. */
KC_MUST kc_err kc_keychain_unlock(struct kc_keychain *keychain, struct kc_bytes password);
/* Whether the password is right, without changing the lock. While unlocked it is compared with a
 * keyed hash made at unlock, in microseconds; wrong ones are slowed and counted just the same. */
KC_MUST kc_err kc_keychain_check_password(struct kc_keychain *keychain, struct kc_bytes password);
/* Wipes the class keys, and every prepared key and cache that came from them; ends a pairing that
 * is under way, with the account password and the identity that it holds. */
void kc_keychain_lock(struct kc_keychain *keychain);
KC_MUST kc_err kc_keychain_change_password(
	struct kc_keychain *keychain, struct kc_bytes old_password, struct kc_bytes new_password);

/* --- the security officer -----------------------------------------------------------------------
 *
 * Wrong PINs are counted and slowed as wrong passwords are, by themselves. The officer opens
 * nothing: the lock stays as it is, and so does what the user can read.
 */

/* Makes sure of the PIN; ret_key is what reset wants to see of it. Errors: AUTH, NO_OFFICER. */
KC_MUST kc_err kc_keychain_officer_check(
	struct kc_keychain *keychain, struct kc_bytes pin, struct kc_secret *ret_key);
/* Gives the keychain another password, whatever it was. Errors: WEAK_PASSWORD (empty), AUTH (the
 * PIN has changed since the check), NO_OFFICER, DAMAGED. */
KC_MUST kc_err kc_keychain_officer_reset(struct kc_keychain *keychain,
	const struct kc_secret *officer_key, struct kc_bytes new_password);
/* ret_key: as check's, of the new PIN. Errors: AUTH, NO_OFFICER, WEAK_PASSWORD. */
KC_MUST kc_err kc_keychain_officer_change(struct kc_keychain *keychain, struct kc_bytes old_pin,
	struct kc_bytes new_pin, struct kc_secret *ret_key);
/* Makes somebody the officer, in the place of another, or with an empty PIN nobody. Errors: AUTH
 * (the password), NO_PASSWORD. */
KC_MUST kc_err kc_keychain_officer_set(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_bytes pin);
/* Deletes all items with one sync mark or the other, those of synced ones for the other devices
 * too. Errors: AUTH, NO_OFFICER. */
KC_MUST kc_err kc_keychain_officer_erase(struct kc_keychain *keychain,
	const struct kc_caller *caller, struct kc_bytes pin, enum kc_sync_filter which);

/* --- items --------------------------------------------------------------------------------------
 */

struct kc_item_input {
	kc_name class;
	struct kc_attrs attrs;
	bool has_secret;
	struct kc_bytes secret; /* borrowed; up to 1 MiB */
	bool one_of_both_syncs; /* an equal item with the other sync mark counts as a duplicate too
				 */
};

/* Errors: NO_SUCH_CLASS, NO_SUCH_ATTR, PARAM, TOO_LARGE, DUPLICATE, LOCKED, NOT_ALLOWED. ret may be
 * NULL. */
KC_MUST kc_err kc_keychain_item_add(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_item_input *input, uint32_t want, struct kc_found *ret);
/* NOT_FOUND when nothing matches. LOCKED when a match is hidden by the lock (unless skip_locked).
 *
 * The class KC_CLASS_IDENTITY joins private keys with certificates whose pkhh is the key's klbl,
 * both in groups that the caller may use. Of its attributes labl, issr, slnr, skid, tkid, subj,
 * ctyp, cenc and pkhh are the certificate's, and so are the references; all others, sync and tomb
 * are the key's. What comes back has the key's attributes with the certificate's over them.
 * Identities are only found: added, changed and deleted are the two items (NO_SUCH_CLASS). */
KC_MUST kc_err kc_keychain_item_find(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_found_list *ret);
/* Sets attributes, and the secret when there is one, of every match. ret_count may be NULL.
 * TOO_LARGE also when all the matches together are more than 64 MiB. */
KC_MUST kc_err kc_keychain_item_update(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, const struct kc_item_input *changes, uint64_t *ret_count);
KC_MUST kc_err kc_keychain_item_delete(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, uint64_t *ret_count);

/* Earlier values of items, those that were deleted too: what was replaced, deleted or lost in the
 * last 90 days (KC_EARLIER_…). The query is as for item_find, without refs; ret has them newest
 * first, with their numbers as ids. Searches of items never give them. Errors: NOT_FOUND, LOCKED,
 * PARAM. */
KC_MUST kc_err kc_keychain_item_history(struct kc_keychain *keychain,
	const struct kc_caller *caller, const struct kc_query *query, struct kc_found_list *ret);
/* Brings an earlier value back, as a new change: over the item that is there now, which goes to the
 * history, or as a new one. Errors: NOT_FOUND, LOCKED. */
KC_MUST kc_err kc_keychain_item_restore(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, struct kc_found *ret);

/* --- keys ---------------------------------------------------------------------------------------
 */

/* Makes a key pair of a type and size that kc_pk_generate knows, RSA from 2048 bits on; the halves
 * become items with the given attributes (type, bsiz, klbl and spki are filled in). store_public
 * false leaves the public half out. Errors as for item_add, KEY_TYPE, KEY_SIZE. */
KC_MUST kc_err kc_keychain_key_generate(struct kc_keychain *keychain,
	const struct kc_caller *caller, enum kc_key_type type, unsigned bits,
	const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs,
	bool store_public, struct kc_found *ret_private, struct kc_found *ret_public);

/* What a file holds becomes items: PEM, DER, PKCS#12, OpenSSH private keys; certificates and keys.
 * attrs are set on each that has such attributes (labl is the name); a kcls of KC_KEY_PRIVATE
 * leaves out the public halves of private keys. Nothing is stored unless all of it can be; what is
 * there already stays as it is and is not in ret, and DUPLICATE says that this is all of it.
 * Errors: DECODE, AUTH (wrong passphrase, or one is needed), UNSUPPORTED (an encrypted OpenSSH key,
 * a key type, too many iterations), KEY_SIZE (RSA below 1024 bits), DUPLICATE. */
KC_MUST kc_err kc_keychain_import(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes file, struct kc_bytes passphrase, const struct kc_attrs *attrs,
	struct kc_found_list *ret);

/* Signs with the private key of row id as kc_found gave it. Errors: NOT_FOUND (deleted meanwhile),
 * LOCKED, KEY_TYPE (no private key), KEY_USE (not marked for signing), MECHANISM, MECHANISM_PARAM,
 * DATA_LEN. Runs outside the keychain's lock on a prepared key. */
KC_MUST kc_err kc_keychain_key_sign(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret_signature);

/* The message of a block that was encrypted for the private key of row id. Errors as of key_sign
 * (KEY_USE: marked neither for decryption nor for unwrapping), and DECRYPT for all that can be
 * wrong within the block. */
KC_MUST kc_err kc_keychain_key_decrypt(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret);

/* The secret that the private key of row id shares with a public key in stored form (crypto/pk.h).
 * Errors as of key_sign (KEY_USE: not marked for derivation), and DECODE for the public key. */
KC_MUST kc_err kc_keychain_key_agree(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes peer_public, struct kc_secret *ret);

/* Checks a signature with a public key given as SubjectPublicKeyInfo (RFC 5280 4.1.2.7), stored or
 * not: it needs no secret, so it works while locked. Errors: VERIFY (it does not match), DECODE
 * (the key), KEY_TYPE, MECHANISM, DATA_LEN. */
KC_MUST kc_err kc_keychain_key_verify(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature);

/* --- keys of one program, and keys out of keys -------------------------------------------------
 *
 * A transient key is no item: it is in memory alone, the caller's program's own, and gone with the
 * last connection of that program (kc_keychain_program_gone) or, when it is private, with a lock.
 * Its id has KC_TRANSIENT_BIT. Attributes that say what a key is or was (type, bsiz, klbl, spki,
 * locl, asen, next, kcvl) are filled in here, whatever the caller says. All calls by id take
 * either, and answer NOT_FOUND for another program's.
 *
 * What is enforced for every key, whoever asks: its marks of use (KEY_USE), "extr" and "sens"
 * (NOT_EXTRACTABLE), "wwtr" (NOT_ALLOWED), and one authorisation a use where "alau" asks for it
 * (AUTH_NEEDED). The last four are not loosened; and only the officer makes a key or a
 * certificate trusted ("trst") or not, or changes the value or the uses of one that is
 * (NOT_MODIFIABLE).
 */

/* As key_generate, of any type, RSA from 1024 bits on, with each half stored or transient
 * (KC_KEEP_…); a secret key takes private_attrs alone and bits of its length, in whole bytes. A
 * transient public half is kept nowhere but in the answer, where it has the id 0. Errors: also
 * PARAM, for an exponent. */
KC_MUST kc_err kc_keychain_key_generate_in(struct kc_keychain *keychain,
	const struct kc_caller *caller, const struct kc_key_spec *spec,
	const struct kc_attrs *private_attrs, const struct kc_attrs *public_attrs, unsigned keep,
	struct kc_found_list *ret);
/* A key that came from outside: kcls and type of attrs say what value is, PKCS#8 of a private key,
 * the bytes of a secret one. Errors: DECODE, KEY_TYPE, KEY_SIZE, PARAM (also for a "kcvl" that is
 * not the key's). */
KC_MUST kc_err kc_keychain_key_create(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes value, const struct kc_attrs *attrs, bool transient, struct kc_found *ret);
/* The same key again, with changes over its attributes: only towards more sensitive. Its history
 * stays; a trusted one's copy is not, but the officer's. Errors: NOT_ALLOWED (also when "copy" is
 * 0). */
KC_MUST kc_err kc_keychain_key_copy(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes, bool transient, struct kc_found *ret);
/* A secret key out of another, or of none (PBKDF2). Where the new key would show the old one
 * (joined, cut, xored) it is as sensitive and as little extractable, and wrapped, authorised and
 * locked as that; and it has so much of the old one in it that trying does not find it out
 * (KEY_SIZE). Errors: crypto/derive.h. */
KC_MUST kc_err kc_keychain_key_derive(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_derive_params *params, const struct kc_attrs *attrs,
	bool transient, struct kc_found *ret);
/* As key_create, of a key that comes encrypted. "bsiz" says how much of the bytes is a secret key,
 * where the cipher does not. */
KC_MUST kc_err kc_keychain_key_unwrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret);
/* wrapping_id 0: with the public key of wrapping_spki, which is of no item; else of a secret key,
 * or of a public one that is an item. NOT_ALLOWED where id wants a trusted key, and the wrapping
 * one is none, or the scheme does not protect from who can have other keys wrapped by it. */
KC_MUST kc_err kc_keychain_key_wrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t wrapping_id, struct kc_bytes wrapping_spki, const struct kc_cipher_params *params,
	uint64_t id, struct kc_buf *ret);
/* The value, when the key is extractable and not sensitive (NOT_EXTRACTABLE): PKCS#8 of a private
 * one. */
KC_MUST kc_err kc_keychain_key_reveal(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_secret *ret);
/* Of a transient key alone; items are changed by item_update. Errors: NOT_ALLOWED. */
KC_MUST kc_err kc_keychain_key_amend(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_attrs *changes);
KC_MUST kc_err kc_keychain_key_forget(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id);
/* One use of a key that asks for one, after the right password. Errors: AUTH, as unlock. */
KC_MUST kc_err kc_keychain_key_authorize(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, struct kc_bytes password);
/* A program has ended: its keys, operations and authorisations go. */
void kc_keychain_program_gone(struct kc_keychain *keychain, uint64_t program);

KC_MUST kc_err kc_keychain_secret_encrypt(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_keychain_mac_check(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_bytes code);
KC_MUST kc_err kc_keychain_public_encrypt(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret);
/* What a signature of RSA_PKCS1 (with KC_HASH_NONE) or RSA_RAW was made of. Errors: VERIFY. */
KC_MUST kc_err kc_keychain_public_recover(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes signature, struct kc_buf *ret);

/* Ciphers and codes in parts: crypto/secret_key.h. Bounded in number and in what they hold (BUSY,
 * also when two calls use one at once). An operation ends with its first other error, and with its
 * end; but what the end gives beyond KC_OPERATION_ANSWER bytes, or exactly so many, is left for
 * operation_rest, which ends it when it answers with less. */
KC_MUST kc_err kc_keychain_cipher_begin(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t id, bool decrypts,
	const struct kc_cipher_params *params, uint64_t *ret_operation);
KC_MUST kc_err kc_keychain_mac_begin(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, bool verifies, const struct kc_sign_params *params, uint64_t *ret_operation);
KC_MUST kc_err kc_keychain_operation_part(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t operation, struct kc_bytes part,
	struct kc_buf *ret);
KC_MUST kc_err kc_keychain_operation_end(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t operation, struct kc_bytes last,
	struct kc_bytes code, struct kc_buf *ret);
KC_MUST kc_err kc_keychain_operation_rest(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t operation, struct kc_buf *ret);
void kc_keychain_operation_drop(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t operation);
/* AUTH_NEEDED for a key that asks each time. */
KC_MUST kc_err kc_keychain_operation_fork(struct kc_keychain *keychain,
	const struct kc_caller *caller, uint64_t operation, uint64_t *ret_operation);

/* --- the circle ---------------------------------------------------------------------------------
 */

/* Starts an account in the store (create true), or tells this member that its store moved. URL: a
 * folder as /path or file:///path, a file as sqlite:///path. Errors: STORE_GONE, DUPLICATE (an
 * account is there already), FOREIGN (not empty, not a store), WEAK_PASSWORD, LOCKED. */
KC_MUST kc_err kc_keychain_sync_use(struct kc_keychain *keychain, const char *url, bool create,
	struct kc_bytes account_password);
/* One exchange. Errors: NO_STORE, STORE_GONE, STORE_SUSPECT (with ret filled), NOT_MEMBER, LOCKED.
 */
KC_MUST kc_err kc_keychain_sync_now(struct kc_keychain *keychain, struct kc_sync_report *ret);
/* After the owner restored the store from a backup: an exchange that says anew all that this device
 * has said and knows best, and does not miss what the store has lost of others until they do the
 * same. Errors: as sync_now. */
KC_MUST kc_err kc_keychain_sync_repair(struct kc_keychain *keychain, struct kc_sync_report *ret);
KC_MUST kc_err kc_keychain_sync_status(struct kc_keychain *keychain, struct kc_sync_report *ret);
/* Changes the account password, for all devices. Errors: as sync_now, ACCOUNT_PASSWORD (the old
 * one), WEAK_PASSWORD. */
KC_MUST kc_err kc_keychain_account_password(struct kc_keychain *keychain,
	struct kc_bytes old_password, struct kc_bytes new_password, struct kc_sync_report *ret);
/* The account password as it is now: puts a change into force that this device could not check.
 * Errors: as sync_now, ACCOUNT_PASSWORD. */
KC_MUST kc_err kc_keychain_account_accept(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_sync_report *ret);
/* A look-out on the store: a descriptor that poll(2) finds readable when something there may have
 * changed, until it is drained. It stays on the store of that time. A hint, for one thread. Errors:
 * NO_STORE, STORE_GONE (also where this store cannot tell). */
struct kc_keychain_watch;
KC_MUST kc_err kc_keychain_watch_open(struct kc_keychain *keychain, struct kc_keychain_watch **ret);
void kc_keychain_watch_close(struct kc_keychain_watch *watch);
int kc_keychain_watch_fd(const struct kc_keychain_watch *watch);
/* Whether what was heard is a reason to exchange. */
bool kc_keychain_watch_drain(struct kc_keychain_watch *watch);
KC_MUST kc_err kc_keychain_devices(struct kc_keychain *keychain, struct kc_device_list *ret);

/* Puts a device out, and gives the others new keys. With the account password (it may be empty) the
 * removal counts more than one without. lost: somebody else may have it; before_ms: what was heard
 * of it here from then on does not count either (0: from now on). The removal is remembered, and
 * sent with the next exchange, also when this one fails. Errors: NOT_FOUND (no such device), PARAM
 * (this one), DUPLICATE (this device has removed it already), ACCOUNT_PASSWORD, and those of
 * sync_now. */
KC_MUST kc_err kc_keychain_device_remove(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password, bool lost,
	uint64_t before_ms, struct kc_sync_report *ret);
/* The answer of a device that was put out, against the device that did it. NOT_MEMBER when the
 * other one's word counts more. Errors: NOT_FOUND (that one did not), else as of device_remove. */
KC_MUST kc_err kc_keychain_device_counter(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password,
	struct kc_sync_report *ret);
/* This device tells the others that it goes, and destroys its identity and its keys; items stay,
 * and keep their mark. One that was put out has nobody to tell. Errors: as of sync_now; then
 * nothing is destroyed, and it can be tried again. untold: the store is gone for good, or another
 * account's; it isn't looked at, and nobody is told. Errors then: LOCKED. */
KC_MUST kc_err kc_keychain_leave(struct kc_keychain *keychain, bool untold);
/* New keys for all that is written from now on. */
KC_MUST kc_err kc_keychain_rotate(struct kc_keychain *keychain, struct kc_sync_report *ret);
KC_MUST kc_err kc_keychain_history(struct kc_keychain *keychain, struct kc_history_list *ret);
/* The synced items that a device could read: those of now, or those that there were when it was put
 * out or left. Errors: NOT_FOUND. */
KC_MUST kc_err kc_keychain_exposure(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_exposure *ret);

/* The store as it is now, beside what this device knows of it; nothing is taken or sent. A store
 * that is not there, or is none of ours, was not reached. Errors: NO_STORE, LOCKED (before the
 * first unlock). whole: logs are read from their beginning, as whoever joins would, up to 32 MiB of
 * each; else what comes after what is settled. */
KC_MUST kc_err kc_keychain_store_view(
	struct kc_keychain *keychain, bool whole, struct kc_store_view *ret);
/* What the store, or a device, was caught in, as a file for others (doc/protocol.md 18): no secret
 * is in it, but the names of devices are. Errors: as above; NOT_FOUND (nothing was). */
KC_MUST kc_err kc_keychain_evidence(struct kc_keychain *keychain, struct kc_buf *ret);

/* The sponsor's side of pairing, one at a time. start makes the code (nine digits in groups of
 * three, "493-207-118", and a NUL); poll looks once whether somebody has answered with the right
 * code: WAITING until then, PAIRING_CODE when the code is burnt, TIMED_OUT after ten minutes;
 * decide lets it in (or not), and returns when the newcomer has been given everything.
 * Errors of all: LOCKED. Errors of start: ACCOUNT_PASSWORD; PAIRING_LOCKED, for ten minutes after
 * three burnt codes. What an earlier start began ends when the password of the next is right. */
#define KC_PAIRING_CODE_LEN 11
KC_MUST kc_err kc_keychain_pair_start(struct kc_keychain *keychain,
	struct kc_bytes account_password, char ret_code[KC_PAIRING_CODE_LEN + 1]);
KC_MUST kc_err kc_keychain_pair_poll(struct kc_keychain *keychain, struct kc_device *ret_applicant);
KC_MUST kc_err kc_keychain_pair_decide(struct kc_keychain *keychain, bool let_in);
void kc_keychain_pair_cancel(struct kc_keychain *keychain);

/* The applicant's side. start answers at once or fails; poll goes one step on: WAITING until this
 * device is a member and holds the items, then KC_OK. Errors: PAIRING_CODE, CANCELED (the sponsor
 * said no), TIMED_OUT, STORE_GONE, ACCOUNT_PASSWORD, LOCKED. */
KC_MUST kc_err kc_keychain_join_start(struct kc_keychain *keychain, const char *url,
	const char *code, struct kc_bytes account_password);
KC_MUST kc_err kc_keychain_join_poll(struct kc_keychain *keychain, struct kc_sync_report *ret);
void kc_keychain_join_cancel(struct kc_keychain *keychain);

#endif
