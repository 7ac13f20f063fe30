/* SPDX-License-Identifier: ISC */
/*
 * What this device knows of its circle: the account, the members, the keys of the views; kept
 * sealed by whoever owns it, in memory only while it is worked with.
 *
 * Records enter through kc_circle_take_…, which answer
 *   KC_OK          taken, or known already
 *   WAITING        a piece is missing that may still come
 *   LOCKED         it is taken with the unlock
 *   NEWER          newer software wrote it
 *   REFUSED        it will never be right
 *   STORE_SUSPECT  evidence against the store or a device: circle->alarm says which kind
 * and leave the circle as it was unless they answer KC_OK. Nothing that a store offers lowers what
 * has been seen: the records themselves are kept, and all verdicts are computed from them anew.
 */
#ifndef KC_CIRCLE_CIRCLE_H
#define KC_CIRCLE_CIRCLE_H

#include "backend/circle/circle_held.h"
#include "backend/circle/circle_parts.h"
#include "base/history.h"

/* --- life ---------------------------------------------------------------------------------------
 */

/* A zeroed circle; members and all come by take, begin or load. Errors: NO_MEMORY. */
KC_MUST kc_err kc_circle_new(struct kc_circle **ret);
void kc_circle_free(struct kc_circle *circle); /* wipes; NULL is fine */
#define KC_CLEANUP_CIRCLE KC_CLEANUP(kc_circle_free_cleanup)
static inline void kc_circle_free_cleanup(struct kc_circle **circle)
{
	kc_circle_free(*circle);
}

/* Begins an account with this device as its first. Keys of the views with a bit in views are made.
 * Errors: WEAK_PASSWORD. */
KC_MUST kc_err kc_circle_begin(const char *device_name, struct kc_bytes account_password,
	unsigned views, struct kc_circle **ret);

/* The whole state, to be sealed; and back. A locked circle saves, and is what is loaded of, all
 * parts but those of while_unlocked. Saving changes nothing. Errors: CORRUPT. */
KC_MUST kc_err kc_circle_save(struct kc_circle *circle, struct kc_circle_parts *ret);
KC_MUST kc_err kc_circle_load(const struct kc_circle_parts *parts, struct kc_circle **ret);

/* Whether the keys of the views are locked away. What would need one answers LOCKED then: it can be
 * done with the unlock. */
static inline bool kc_circle_is_locked(const struct kc_circle *circle)
{
	return !circle->identity.agree;
}

/* Forgets members of a full circle that nobody vouches for any more. Their numbers change, so not
 * while sets of them are in use. */
KC_MUST kc_err kc_circle_make_room(struct kc_circle *circle);

/* --- looking ------------------------------------------------------------------------------------
 */

/* Whether a member has said nothing for half a year, by the clocks. */
#define KC_CIRCLE_STALE_DAYS UINT64_C(180)
#define KC_CIRCLE_STALE_MS (KC_CIRCLE_STALE_DAYS * 24 * 60 * 60 * 1000)
static inline bool kc_circle_was_silent(const struct kc_member *member, uint64_t now_ms)
{
	return member->list && member->list->time_ms + KC_CIRCLE_STALE_MS < now_ms;
}
/* Whether nobody waits for it any more: it was also silent on as many days on which this device
 * looked. A clock that jumped must not make it so: what that member still lacks would not be named
 * any more, and a deletion forgotten that it could undo. */
static inline bool kc_circle_is_stale(const struct kc_member *member, uint64_t now_ms)
{
	return member->silent_days >= KC_CIRCLE_STALE_DAYS && kc_circle_was_silent(member, now_ms);
}

struct kc_member *kc_circle_self(const struct kc_circle *circle);
struct kc_member *kc_circle_find(const struct kc_circle *circle, const struct kc_peer_id *id);
size_t kc_circle_number(const struct kc_circle *circle, const struct kc_peer_id *id);
const char *kc_circle_name_of(const struct kc_circle *circle, const struct kc_member *member);
/* What a newcomer that wants this name is called: so, or when another device that is in has the
 * name, the first of "NAME 2", "NAME 3" … that none has (circle_name.c). Errors: NO_MEMORY. */
KC_MUST kc_err kc_circle_name_apart(const struct kc_circle *circle,
	const struct kc_peer_id *newcomer, const char *wish,
	char ret[static KC_DEVICE_NAME_MAX + 1]);
struct kc_writer_id kc_circle_writer(const struct kc_peer_id *id); /* of a peer's log */
const struct kc_account_keys *kc_circle_keys(const struct kc_circle *circle);
/* Whether a peer has left, by its last list: it says nothing more. */
bool kc_circle_is_over(const struct kc_member *member);
/* The voucher that introduced a peer, or NULL for the first device. */
const struct kc_voucher *kc_circle_find_voucher(
	const struct kc_circle *circle, const struct kc_peer_id *beneficiary);

/* Who is trusted now; by the members' numbers. */
KC_MUST kc_err kc_circle_judge(const struct kc_circle *circle, struct kc_trust *ret);
bool kc_circle_is_in(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *id); /* introduced, and not excluded */
bool kc_circle_is_trusted(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id);
bool kc_circle_is_excluded(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id);
/* Whether a list of a peer that is out still counts: it is not after the cut, nor another one in
 * its place. Of one that is in, all do. */
bool kc_circle_is_within_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	size_t member, uint64_t seq, const struct kc_record_id *id);
/* The same, and the last list that counts is known to come after it: who has the keys of one that
 * is out can still sign another past, and show it to a device that had not read the true one. */
bool kc_circle_leads_to_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	size_t member, uint64_t seq, const struct kc_record_id *id);

/* --- evidence (circle_catch.c) ------------------------------------------------------------------
 */

/* Notes a case; its time is now. */
KC_MUST kc_err kc_circle_catch(struct kc_circle *circle, const struct kc_evidence *evidence);
KC_MUST kc_err kc_circle_catch_older(
	struct kc_circle *circle, const struct kc_member *member, struct kc_bytes record);
/* The file of such cases, with the permanent records of those whom they name. */
KC_MUST kc_err kc_circle_export_evidence(
	const struct kc_circle *circle, const struct kc_evidence_list *list, struct kc_buf *ret);

/* --- records that come in ------------------------------------------------------------------------
 */

/* from is the peer whose log a record stands in, and must be its author; NULL when it came in
 * another way. */
KC_MUST kc_err kc_circle_take_genesis(const struct kc_circle *circle, struct kc_bytes genesis);
KC_MUST kc_err kc_circle_take_permanent(struct kc_circle *circle, struct kc_bytes record);
KC_MUST kc_err kc_circle_take_voucher(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record);
/* *ret_current: it is now the last list of its peer; an older one is passed over unread. */
KC_MUST kc_err kc_circle_take_list(struct kc_circle *circle, const struct kc_peer_id *from,
	struct kc_bytes record, bool *ret_current);
KC_MUST kc_err kc_circle_take_epoch(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record);
KC_MUST kc_err kc_circle_take_shares(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record);
/* number: of the operation it stands in; 0 where there are no logs. */
KC_MUST kc_err kc_circle_take_compat(struct kc_circle *circle, const struct kc_peer_id *from,
	uint64_t number, struct kc_bytes record);
/* Takes what could not be followed by what was known when it came. *ret_changed: another circle is
 * in force since; else it is left as it was. */
KC_MUST kc_err kc_circle_settle_compat(struct kc_circle *circle, bool *ret_changed);
KC_MUST kc_err kc_circle_take_account_key(struct kc_circle *circle, struct kc_bytes record);
/* Puts into force which of the account key records counts most, after it was heard who is out. */
KC_MUST kc_err kc_circle_settle_password(struct kc_circle *circle);

/* Rule 5: whether lists that came contradict each other, or what others said before, once all is
 * taken: nobody keeps others from a list that puts it out. Errors: STORE_SUSPECT. */
KC_MUST kc_err kc_circle_check_said(struct kc_circle *circle, kc_peer_set came);
/* The list of another that puts this device out, or who let it in, wherever it was found: it may be
 * far ahead of what is known, and name peers that are not. Any other is refused. */
KC_MUST kc_err kc_circle_take_out(
	struct kc_circle *circle, const struct kc_peer_id *from, struct kc_bytes record);

/* A list that stands where this device's own should be: when it is rightly signed, and not one that
 * this device made, circle->copied says that there is a twin. Errors: NO_MEMORY. */
KC_MUST kc_err kc_circle_look_for_twin(struct kc_circle *circle, struct kc_bytes record);

/* Whether something is still missing here that others know of: a newer list of this member, which
 * lists of trusted peers name, or a device that its list includes. */
bool kc_circle_is_behind(
	const struct kc_circle *circle, kc_peer_set trusted, const struct kc_member *member);

/* --- what a store has lost (circle_excuse.c)
 * ------------------------------------------------------
 */

/* The owner knows that the store went back: what it lacks of a member now, whose log ends with
 * number shown (0 where there are no logs), is not missed until that member says something new. */
KC_MUST kc_err kc_circle_excuse(struct kc_circle *circle, struct kc_member *member, uint64_t shown);
/* Drops of it what nobody names any more but who is out, after all was heard. */
void kc_circle_settle_excuses(struct kc_circle *circle, const struct kc_trust *trust);
/* Whether that is still so; and whether a log may end with number last, short of what was settled.
 */
bool kc_circle_is_excused(const struct kc_member *member);
bool kc_circle_may_be_short(const struct kc_member *member, uint64_t last);

/* --- writes that go out --------------------------------------------------------------------------
 */

/* Seals a record for its place: under the first metadata key, or the last that this device had when
 * it began the operation, as the place asks for. */
KC_MUST kc_err kc_circle_seal(const struct kc_circle *circle, const struct kc_place_in_store *place,
	struct kc_bytes record, struct kc_buf *ret);
/* Errors: WAITING (under a key that is not here), LOCKED (it comes with the unlock), DECODE,
 * CORRUPT. */
KC_MUST kc_err kc_circle_open(const struct kc_circle *circle, const struct kc_place_in_store *place,
	struct kc_bytes sealed, struct kc_buf *ret);
/* The same, when the key is in shares for this device by a member: for looking ahead in its log.
 * Nothing is kept. Errors: the same. */
KC_MUST kc_err kc_circle_open_by_shares(const struct kc_circle *circle,
	const struct kc_place_in_store *place, struct kc_bytes sealed,
	const struct kc_member *author, struct kc_bytes shares, struct kc_buf *ret);
/* The metadata keys in shares of somebody who is out open what there is, until the circle is freed;
 * none is kept, or written with. *ret_some: there was one that was not known. */
KC_MUST kc_err kc_circle_borrow_keys(struct kc_circle *circle, const struct kc_member *author,
	struct kc_bytes shares, bool *ret_some);
/* Between operations: from now on the newest metadata key that may be used is the last. */
KC_MUST kc_err kc_circle_settle_meta(struct kc_circle *circle);
/* Puts a record into the next operation, under a key of this device's log: sealed, or as it is. */
KC_MUST kc_err kc_circle_queue_sealed(
	struct kc_circle *circle, const char *key, struct kc_bytes record);
KC_MUST kc_err kc_circle_queue_clear(
	struct kc_circle *circle, const char *key, struct kc_bytes record);
/* Queues once more every cell of this device's log that counts, but for its items. Errors: LOCKED.
 */
KC_MUST kc_err kc_circle_queue_again(struct kc_circle *circle, const struct kc_trust *trust);
/* Queues one cell once more, which is not in the store as a list names it; one that this device has
 * no use for any more is taken away, and so is what is asked for anew. Errors: LOCKED; WAITING (of
 * shares it is not known whether there is). */
KC_MUST kc_err kc_circle_queue_lost(
	struct kc_circle *circle, const struct kc_trust *trust, const char *key);
/* The same, under a key that ends with a peer; an empty record takes it away. */
KC_MUST kc_err kc_circle_queue_for(struct kc_circle *circle, const char *prefix,
	const struct kc_peer_id *peer, struct kc_bytes record);
/* Moves all queued writes into an operation. */
KC_MUST kc_err kc_circle_drain(struct kc_circle *circle, struct kc_op_builder *builder);

/* --- keys ---------------------------------------------------------------------------------------
 */

/* The epoch to write a view in. Errors: NOT_FOUND when none is usable: begin one; WAITING when
 * there is one whose key has not come yet. */
KC_MUST kc_err kc_circle_usable_epoch(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_held_epoch **ret);
/* The epoch with this kid, whether it may be written in or not; NULL when there is none. Its key
 * may be missing. */
const struct kc_held_epoch *kc_circle_find_epoch(
	const struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN]);
/* The key of an epoch for one use, a struct kc_siv_key (kc_view_key_siv). Errors: WAITING (it has
 * not come), LOCKED (it comes with the unlock). */
KC_MUST kc_err kc_circle_epoch_key(const struct kc_circle *circle, const struct kc_held_epoch *held,
	enum kc_view_key_use use, struct kc_secret *ret);
/* Whether somebody who is out has the key of an epoch: what is under it proves nothing by itself.
 */
bool kc_circle_is_retired(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_epoch *held);
/* Whether a key is put aside, since none of those who gave it has been heard: it may be for others
 * than this device knows, and is given to nobody else. */
bool kc_circle_is_aside(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_view_key_name *name);
/* The same, and all of them are out, by what is known here: what is under it is read, no more. */
bool kc_circle_is_closed(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_view_key_name *name);
/* Forgets of all others who gave them, after all was heard. */
void kc_circle_settle_gifts(struct kc_circle *circle, const struct kc_trust *trust);
/* Up to which dot of a writer a view was closed by those who began later epochs of it; 0: nobody
 * said. Of one who is out, whoever holds more makes the rest its own. */
uint64_t kc_circle_closing(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_peer_id *writer);
/* Whether that is more than this device holds of one who is out: it begins the next epoch. */
bool kc_circle_lacks_closed(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view);
/* Something was read, or will be written, under the epoch with this kid; that opened it. */
void kc_circle_note_use(struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN]);
void kc_circle_note_opened(struct kc_circle *circle, struct kc_bytes sealed);
/* Tells again of the epochs that were used, and of which nobody has told whom all others hear, and
 * gives all their keys (circle_epoch_retell.c). LOCKED; WAITING when there is no room. */
KC_MUST kc_err kc_circle_tell_again(struct kc_circle *circle, const struct kc_trust *trust);
/* Whether there are such. */
bool kc_circle_has_untold(const struct kc_circle *circle, const struct kc_trust *trust);
/* Begins the next epoch of a view for all who are trusted and not in doubt, and queues its record.
 * WAITING when there is no room for one; LOCKED. Shares are the caller's to queue, once for all
 * views. */
KC_MUST kc_err kc_circle_begin_epoch(struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, enum kc_epoch_reason reason);
/* The newest key of each view for one peer, as a signed record. Errors: LOCKED. */
KC_MUST kc_err kc_circle_build_shares(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_permanent *receiver, const struct kc_peer_id *receiver_id,
	struct kc_buf *ret);
/* Queues shares for trusted peers that lack a key by their own lists, once for the same keys.
 * Errors: LOCKED. */
KC_MUST kc_err kc_circle_queue_missing_shares(
	struct kc_circle *circle, const struct kc_trust *trust);
/* Queues shares for every other trusted peer. */
KC_MUST kc_err kc_circle_queue_shares(struct kc_circle *circle, const struct kc_trust *trust);

/* --- the account password ------------------------------------------------------------------------
 */

/* Whether a user key is, or ever was, in force; and the one with this id, or NULL. */
bool kc_circle_was_user_key(
	const struct kc_circle *circle, const uint8_t public_key[static KC_P256_PUBLIC_LEN]);
const uint8_t *kc_circle_find_user_key(const struct kc_circle *circle, struct kc_bytes id);
/* The newest record of a trusted device that is pending. Errors: NOT_FOUND. */
KC_MUST kc_err kc_circle_pending_account_key(
	const struct kc_circle *circle, const struct kc_pending_key **ret);
/* Puts a pending record into force, with the password that was typed for it. Errors: NOT_FOUND
 * (none is pending), ACCOUNT_PASSWORD. */
KC_MUST kc_err kc_circle_accept_password(
	struct kc_circle *circle, struct kc_bytes password, struct kc_password_keys *ret);
/* A new password; keys are those of the old one. The record is queued. Errors: WEAK_PASSWORD. */
KC_MUST kc_err kc_circle_change_password(struct kc_circle *circle,
	const struct kc_password_keys *keys, struct kc_bytes password,
	struct kc_password_keys *ret);
/* Wraps the keys anew, and queues the record, when they are not those that it wraps. */
KC_MUST kc_err kc_circle_renew_account_key(
	struct kc_circle *circle, const struct kc_password_keys *keys, bool *ret_renewed);

/* --- the compatibility circle --------------------------------------------------------------------
 */

/* Makes the next generation, and queues it, when it would be another than the one in force, this
 * device may, and the user key is at hand. */
KC_MUST kc_err kc_circle_renew_compat(struct kc_circle *circle, const struct kc_trust *trust);
/* Whether it would make one. */
KC_MUST kc_err kc_circle_compat_is_due(
	const struct kc_circle *circle, const struct kc_trust *trust, bool *ret);
/* Adds this device's signatures to the one in force, and queues its copy. */
KC_MUST kc_err kc_circle_countersign_compat(struct kc_circle *circle);

/* --- what this device says ----------------------------------------------------------------------
 */

/* Signs the next list, with all that the circle knows now, and takes it as this device's own. It
 * ends an operation, which is given what is queued before, and names all that is in it: then only
 * the list is queued, and what else holds it. NULL: it stands alone. */
KC_MUST kc_err kc_circle_sign_list(
	struct kc_circle *circle, uint64_t policy, struct kc_op_builder *operation);
/* Whether the next list would say something new about who belongs to the circle. */
KC_MUST kc_err kc_circle_has_news(const struct kc_circle *circle, bool *ret);

/* --- members ------------------------------------------------------------------------------------
 */

/* The next list puts a peer out; it counts at once. The cut is the last list of the target that was
 * seen, or the last one from before a time, if that is not 0. What the target said of others before
 * that, and should stand, is said again. cosigner: the user key, or NULL. Errors: NOT_FOUND (no
 * such peer), PARAM (this device itself), DUPLICATE (it has said so already). */
KC_MUST kc_err kc_circle_exclude(struct kc_circle *circle, const struct kc_peer_id *target,
	enum kc_exclusion_reason reason, uint64_t before_ms, const struct kc_signer *cosigner);
/* The time of a peer's removal of this device, by its clock: what it said before is not meant by an
 * answer. 0: it did not. */
uint64_t kc_circle_hostile_ms(const struct kc_circle *circle, const struct kc_member *author);
/* Whether an answer to a peer takes away what it said against another, and nobody else says. */
bool kc_circle_falls_with_answer(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *author, const struct kc_exclusion *e);
/* What a peer has said against another, in its list or, when it is this device, for the next one;
 * false: nothing. Its signature is borrowed. */
bool kc_circle_find_said(const struct kc_circle *circle, const struct kc_member *author,
	const struct kc_peer_id *target, struct kc_exclusion *ret);
/* The earliest statement that stands against a peer, and its author; false when it is not out. */
bool kc_circle_find_removal(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *target, struct kc_exclusion *ret,
	const struct kc_member **ret_author);
/* Whether the keys in use are a year old. */
KC_MUST kc_err kc_circle_is_rotation_due(const struct kc_circle *circle, bool *ret);
/* What became of the circle, as far as its records are kept; oldest first. */
KC_MUST kc_err kc_circle_history(const struct kc_circle *circle, struct kc_history_list *ret);
/* New epochs of all views, and shares for all. Errors: NOT_MEMBER. */
KC_MUST kc_err kc_circle_rotate(struct kc_circle *circle, enum kc_epoch_reason reason);

#endif
