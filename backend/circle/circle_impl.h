/* SPDX-License-Identifier: ISC */
/* What the files of the circle share, besides its header. */
#ifndef KC_CIRCLE_CIRCLE_IMPL_H
#define KC_CIRCLE_CIRCLE_IMPL_H

#include "backend/circle/circle.h"

/* What a failure to read a record means for the record: bad bytes are bad for ever. */
KC_MUST kc_err kc_circle_refuse(kc_err err);
#define KC_TRY_RECORD(expr) KC_TRY(kc_circle_refuse(expr))

/* REFUSED when a record of author stands in the log of another. */
KC_MUST kc_err kc_circle_check_from(const struct kc_peer_id *from, const struct kc_peer_id *author);

/* Queues a segment under its hash; an empty value takes it away. */
KC_MUST kc_err kc_circle_queue_segment(
	struct kc_circle *circle, const struct kc_segment_name *name, struct kc_bytes value);
/* Keeps a segment of this device; forgets it. */
KC_MUST kc_err kc_circle_keep_segment(
	struct kc_circle *circle, const struct kc_segment_name *name, struct kc_bytes value);
void kc_circle_forget_segment(struct kc_circle *circle, const struct kc_segment_name *name);
/* The same as kc_circle_closing, and up to which list of the writer that is. */
uint64_t kc_circle_closing_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, const struct kc_peer_id *writer, uint64_t *ret_cut);
/* Of each writer, up to where this device and all others who are trusted have said that they hold
 * what it wrote. */
KC_MUST kc_err kc_circle_held_by_all(const struct kc_circle *circle, const struct kc_trust *trust,
	unsigned view, struct kc_vector *ret);
/* Queues an epoch record under its key, "e/<kid>". */
KC_MUST kc_err kc_circle_queue_epoch(
	struct kc_circle *circle, const struct kc_view_key_name *name, struct kc_bytes record);
/* Tells again of those epochs of a view, whose keys are here, of which nobody has told whom all
 * others hear, used or not. Not while locked. */
KC_MUST kc_err kc_circle_retell_epochs(
	struct kc_circle *circle, const struct kc_trust *trust, unsigned view);

/* Notes the first alarm. Always STORE_SUSPECT. */
KC_MUST kc_err kc_circle_raise(struct kc_circle *circle, enum kc_alarm alarm);

/* Notes a cell that goes out, where the store keeps records (circle_companions.c); names those that
 * go out with the next list, and those that somebody may not have yet. */
KC_MUST kc_err kc_circle_note_cell(
	struct kc_circle *circle, struct kc_bytes key, struct kc_bytes value);
void kc_circle_name_companions(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_list *list);
void kc_circle_forget_cells(struct kc_circle *circle);

/* Makes a list that has been checked the last one of its peer. */
KC_MUST kc_err kc_circle_adopt_list(
	struct kc_circle *circle, struct kc_member *member, struct kc_bytes record);

/* Puts an account key record into force that this device made, or came in with. */
KC_MUST kc_err kc_circle_adopt_account_key(struct kc_circle *circle, struct kc_bytes record);
/* Whether a user key that counted then signed a record third. */
bool kc_circle_follows_password(
	const struct kc_circle *circle, struct kc_bytes record, const struct kc_account_key *parts);
/* REFUSED for one that is held, with other signatures: its author alone could have made them. */
KC_MUST kc_err kc_circle_check_password_twin(
	const struct kc_circle *circle, struct kc_bytes record);
bool kc_circle_holds_password(const struct kc_circle *circle, struct kc_bytes record);
/* Keeps a record and its user key; the first of the two the record alone. */
KC_MUST kc_err kc_circle_add_password(
	struct kc_circle *circle, struct kc_bytes record, uint64_t heard_ms);
KC_MUST kc_err kc_circle_hold_password(struct kc_circle *circle, struct kc_bytes record);
/* Whether one counts: by who made it, and by who put that device out. */
KC_MUST kc_err kc_circle_weigh_password(const struct kc_circle *circle,
	const struct kc_trust *trust, const struct kc_password_record *row, bool *ret);
/* The last account key record that this device made, which its list names. */
KC_MUST kc_err kc_circle_find_made_password(
	const struct kc_circle *circle, bool *ret_any, struct kc_record_id *ret);
/* From when on nothing counts that a peer says; 0: from now on. By what it says itself of its time,
 * or by when that was heard here. */
struct kc_moment {
	uint64_t ms;
	bool is_authors;
};
/* Which of an author's records a statement against it acknowledges: those from before. */
KC_MUST kc_err kc_circle_acknowledge_password(
	const struct kc_circle *circle, const struct kc_moment *before, struct kc_exclusion *ret);
/* REFUSED when the author is out, and enough of its records are held. */
KC_MUST kc_err kc_circle_check_crowd(
	const struct kc_circle *circle, const struct kc_peer_id *author);
/* The one in force is this device's: it is queued and kept. All that it made are queued again; or
 * the one with a seq, if it is among them. */
KC_MUST kc_err kc_circle_publish_account_key(struct kc_circle *circle);
KC_MUST kc_err kc_circle_queue_account_keys(struct kc_circle *circle, uint64_t seq);
/* Queues the keys in use for one member, if it is to have them. Errors: LOCKED; WAITING (it is in
 * doubt whether it is). */
KC_MUST kc_err kc_circle_queue_shares_for(
	struct kc_circle *circle, const struct kc_trust *trust, size_t member);
KC_MUST kc_err kc_circle_keep_own_key(struct kc_circle *circle, struct kc_bytes record);

/* Parses and keeps a compatibility circle; looks once more at the one that waits; takes the one of
 * a welcome, or none when that is empty. */
KC_MUST kc_err kc_circle_keep_compat(
	const struct kc_circle *circle, struct kc_bytes record, struct kc_held_compat *ret);
KC_MUST kc_err kc_circle_retry_compat(struct kc_circle *circle);
/* The generation of one that was set aside for want of a signer; 0: none was. */
uint64_t kc_circle_compat_ahead(const struct kc_circle *circle, const struct kc_trust *trust);
KC_MUST kc_err kc_circle_enter_compat(struct kc_circle *circle, struct kc_bytes record);
/* The user key that is at hand, or NULL: also when the password was changed since it was typed. */
const struct kc_pk *kc_circle_compat_user_key(const struct kc_circle *circle);
/* The identity of a member's permanent record. A member is known, and is what the compatibility
 * circle says it is. Errors: WAITING, REFUSED. */
KC_MUST kc_err kc_circle_member_identity(
	const struct kc_circle *circle, const struct kc_member *member, struct kc_record_id *ret);
KC_MUST kc_err kc_circle_check_compat_member(
	const struct kc_circle *circle, const struct kc_compat_member *row);

/* Adds a member, a voucher, an epoch from records that have been checked. Errors: DECODE, NEWER (a
 * member that is no device), WAITING (no room yet), NO_MEMORY. */
KC_MUST kc_err kc_circle_add_member(struct kc_circle *circle, struct kc_bytes record,
	const struct kc_permanent *permanent, const struct kc_peer_id *id);
KC_MUST kc_err kc_circle_add_voucher(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_voucher *voucher);
KC_MUST kc_err kc_circle_add_epoch(struct kc_circle *circle, struct kc_bytes record);
void kc_circle_epoch_done(struct kc_held_epoch *held);

/* An epoch by its name; the one before, when its record is here; the newest of a view whose key is
 * here, and not closed, and that can have a next. NULL: none. */
struct kc_held_epoch *kc_circle_find_named_epoch(
	const struct kc_circle *circle, const struct kc_view_key_name *name);
struct kc_held_epoch *kc_circle_find_epoch_before(
	const struct kc_circle *circle, const struct kc_held_epoch *held);
const struct kc_held_epoch *kc_circle_newest_epoch(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view);
/* Gives back the room of an epoch of a device that is out. Errors: WAITING (there is none). */
KC_MUST kc_err kc_circle_make_epoch_room(struct kc_circle *circle);

/* A key has come: makes what a lock leaves of it; gets those of earlier epochs that links give
 * away, newest first. What a lock keeps from being opened is promised. */
KC_MUST kc_err kc_circle_derive_epoch(const struct kc_circle *circle, struct kc_held_epoch *held);
KC_MUST kc_err kc_circle_follow_links(struct kc_circle *circle);
/* Keys on their way back from storage: one, by its kid; then what follows from all. Errors: CORRUPT
 * (of an epoch that had a key, none came back). */
KC_MUST kc_err kc_circle_restore_key(
	struct kc_circle *circle, const uint8_t kid[static KC_KID_LEN], struct kc_bytes key);
KC_MUST kc_err kc_circle_complete_keys(struct kc_circle *circle);
/* Epoch records tell of removals that have not been heard of: they name some as out who are trusted
 * here, and nothing that is known explains that. Those; and all who may turn out to be none of ours
 * once that is known, who are given no keys until it is. */
kc_peer_set kc_circle_named_out(const struct kc_circle *circle, const struct kc_trust *trust);
kc_peer_set kc_circle_in_doubt(const struct kc_circle *circle, const struct kc_trust *trust);
/* Whose lists tell why an epoch of this device's names some as out: its next one, and those that it
 * waits for itself. */
void kc_circle_name_reasons(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_vector *ret);
/* Whether keys of a peer are taken here; and whether this device has of a member a list with that
 * number or a later one, and of everybody in the circle the list that this one says was seen. */
bool kc_circle_is_heeded(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id);
bool kc_circle_has_heard(
	const struct kc_circle *circle, const struct kc_trust *trust, size_t number, uint64_t seq);
/* Who gave which key (circle_gifts.c): one more; the same for a key that came with another; whether
 * there is any; who is in doubt for those that are put aside; and the lists that are waited for. */
KC_MUST kc_err kc_circle_add_gift(struct kc_circle *circle, const struct kc_gift *gift);
KC_MUST kc_err kc_circle_pass_gifts(struct kc_circle *circle, const struct kc_view_key_name *from,
	const struct kc_view_key_name *to);
void kc_circle_drop_gifts(struct kc_circle *circle, const struct kc_view_key_name *name);
bool kc_circle_has_gifts(const struct kc_circle *circle, const struct kc_view_key_name *name);
kc_peer_set kc_circle_doubted_for_gifts(
	const struct kc_circle *circle, const struct kc_trust *trust);
KC_MUST kc_err kc_circle_add_givers(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_vector *ret);
/* Whether the peer that an epoch record names is a member and signed it. Errors: WAITING, REFUSED.
 */
KC_MUST kc_err kc_circle_check_epoch_author(const struct kc_circle *circle, struct kc_bytes record);

/* The view whose epochs the history tells of. */
#define KC_HISTORY_VIEW KC_VIEW_META

/* Notes the last list of a member among those from before. */
KC_MUST kc_err kc_circle_note_list(struct kc_member *member);
/* Whether one of that number has yet to be noted, and later ones came before it; notes that one,
 * too. */
bool kc_circle_was_passed_over(const struct kc_member *member, uint64_t seq);
KC_MUST kc_err kc_circle_note_passed_list(
	struct kc_member *member, const struct kc_list *list, const struct kc_record_id *id);
/* The last of those that are remembered from before a moment is the cut. */
void kc_circle_find_cut(
	const struct kc_member *member, const struct kc_moment *before, struct kc_exclusion *ret);
/* PastLists of doc/keycircle.asn1. Errors: DECODE. */
void kc_circle_put_past(struct kc_der_writer *w, const struct kc_member *member);
KC_MUST kc_err kc_circle_pull_past(struct kc_der_reader *r, struct kc_member *member);
/* The statements that wait for the next list: each, into it, what was sealed for those whom they
 * put out, and to these. */
KC_MUST kc_err kc_circle_each_statement(const struct kc_circle *circle,
	kc_err (*visit)(void *context, const struct kc_exclusion *exclusion), void *context);
KC_MUST kc_err kc_circle_add_statements(const struct kc_circle *circle, struct kc_list *list);
KC_MUST kc_err kc_circle_take_back_shares(struct kc_circle *circle);
/* When the next list goes to all: to everybody that this device ever put out, once more. */
KC_MUST kc_err kc_circle_tell_targets(struct kc_circle *circle, struct kc_bytes list_record);
/* Those who are introduced by nobody any more when what a list says of others counts: they fall
 * with whom it puts out. */
KC_MUST kc_err kc_circle_find_fallen(
	const struct kc_circle *circle, const struct kc_list *list, kc_peer_set *ret);

#endif
