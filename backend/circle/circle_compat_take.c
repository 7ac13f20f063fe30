/* SPDX-License-Identifier: ISC */
/* A compatibility circle that comes in: whether it may follow the one in force. The rules have the
 * numbers that they have in doc/protocol.md 6. */
#include "backend/circle/circle_impl.h"

#include <string.h>

/* --- rules --------------------------------------------------------------------------------------
 */

/* A circle that came in. */
struct incoming {
	struct kc_bytes record;
	const struct kc_compat *compat;
	const struct kc_record_id *id;
	size_t signatures;
	struct kc_trust trust;
};

static bool is_user_key_pending(const struct kc_circle *circle, const struct incoming *in)
{
	for (size_t i = 0; i < circle->pending_key_count; i++)
		if (circle->pending_keys[i].parts.seq > circle->account_key.seq &&
			memcmp(circle->pending_keys[i].parts.user_public, in->compat->user,
				sizeof in->compat->user) == 0)
			return true;
	return false;
}

/* Whether a user key counted before the one in force, and may again when that falls with the device
 * that set it. */
static bool is_former(const struct kc_circle *circle, const struct kc_compat *compat)
{
	return kc_circle_was_user_key(circle, compat->user) &&
	       compat->account_key_seq <= circle->account_key.seq &&
	       memcmp(compat->user, circle->account_key.user_public, sizeof compat->user) != 0;
}

/* Rule 3. Errors: REFUSED; NOT_FOUND (of a user key that counted before); NEWER (of one that may
 * yet count); WAITING (its account key record has not come, be it the one that gives way). */
static kc_err check_user(const struct kc_circle *circle, const struct incoming *in)
{
	const uint8_t *user = in->compat->user;

	if (in->signatures < 2 || kc_compat_check(in->record, &circle->account, 1, user) != KC_OK)
		return KC_ERR(REFUSED);
	if (memcmp(user, circle->account_key.user_public, sizeof in->compat->user) == 0)
		return KC_OK;
	/* Of a record that is held, and counts when its device is known to be trusted. */
	if (kc_circle_was_user_key(circle, user))
		return in->compat->account_key_seq > circle->account_key.seq ? KC_ERR(NEWER)
									     : KC_ERR(NOT_FOUND);
	if (is_user_key_pending(circle, in))
		return KC_ERR(NEWER);
	/* Of two records with one number this one may be the other, and both be on their way. */
	if (in->compat->account_key_seq < circle->account_key.seq)
		return circle->compat.compat ? KC_ERR(NOT_FOUND) : KC_ERR(REFUSED);
	return in->compat->account_key_seq > 1 ? KC_ERR(WAITING) : KC_ERR(REFUSED);
}

static bool is_by_member(const struct kc_circle *circle, const struct incoming *in,
	const struct kc_compat *of, size_t index)
{
	for (size_t i = 0; of && i < of->member_count; i++)
		if (kc_compat_check(in->record, &circle->account, index, of->members[i].key) ==
			KC_OK)
			return true;
	return false;
}

/* Each signature is right, and by a member, old or new, or by the user key. */
static bool is_rightly_signed(const struct kc_circle *circle, const struct incoming *in)
{
	for (size_t i = 0; i < in->signatures; i++)
		if (kc_compat_check(in->record, &circle->account, i, in->compat->user) != KC_OK &&
			!is_by_member(circle, in, in->compat, i) &&
			!is_by_member(circle, in, circle->compat.compat, i))
			return false;
	return true;
}

/* A device that left, and is not out besides. */
static bool has_left(const struct kc_trust *trust, size_t number)
{
	return kc_peer_set_has(trust->heard & trust->retired, number);
}

static bool is_list_of(
	const struct kc_list *list, uint64_t generation, const struct kc_record_id *id)
{
	return list && list->has_circle && list->circle_generation == generation &&
	       kc_record_id_equal(&list->circle_id, id);
}

/* Whether a device's signature counts: it is trusted; or has left, and its last list names this
 * very circle (who has left may know the password still, and could make any). */
static bool is_heard(
	const struct kc_circle *circle, const struct incoming *in, const struct kc_peer_id *peer)
{
	size_t number = kc_circle_number(circle, peer);

	if (kc_circle_is_trusted(circle, &in->trust, peer))
		return true;
	return has_left(&in->trust, number) &&
	       is_list_of(circle->members[number]->list, in->compat->generation, in->id);
}

/* Whether one of the signatures is by a member of a circle that is heard. */
static bool is_by_heard(
	const struct kc_circle *circle, const struct incoming *in, const struct kc_compat *of)
{
	for (size_t i = 0; of && i < of->member_count; i++) {
		const struct kc_compat_member *m = &of->members[i];

		if (!is_heard(circle, in, &m->peer))
			continue;
		for (size_t k = 0; k < in->signatures; k++)
			if (kc_compat_check(in->record, &circle->account, k, m->key) == KC_OK)
				return true;
	}
	return false;
}

/* Rule 2: by one of the circle in force. */
static bool has_member_signature(const struct kc_circle *circle, const struct incoming *in)
{
	return is_by_heard(circle, in, circle->compat.compat);
}

/* Whether the list of a trusted device, or the last of one that left, says that it accepts a
 * circle; of one that is in another, when that is not NULL. */
static bool is_named(const struct kc_circle *circle, const struct kc_trust *trust,
	uint64_t generation, const struct kc_record_id *id, const struct kc_compat *by)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (i != circle->self && kc_peer_set_has(trust->heard, i) &&
			(!by || kc_compat_find(by, &m->id)) && is_list_of(m->list, generation, id))
			return true;
	}
	return false;
}

static bool is_included(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	for (size_t i = 0; i < trust->peer_count; i++)
		if (kc_peer_id_equal(&trust->ids[i], id))
			for (size_t k = 0; k < circle->member_count; k++)
				if (kc_peer_set_has(trust->trusted, k) &&
					kc_peer_set_has(trust->include[k], i))
					return true;
	return false;
}

/* Excluded, or let in by nobody who counts any more: no list will include it as things stand. */
static bool is_out(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	return kc_circle_is_excluded(circle, trust, id) ||
	       kc_peer_set_has(kc_trust_outsiders(trust), kc_circle_number(circle, id));
}

/* Rule 6. Errors: REFUSED; NOT_MEMBER (one is out, by what is known so far); WAITING. */
static kc_err check_members(const struct kc_circle *circle, const struct incoming *in)
{
	kc_err worst = KC_OK;

	for (size_t i = 0; i < in->compat->member_count; i++) {
		const struct kc_compat_member *row = &in->compat->members[i];
		kc_err err = kc_circle_check_compat_member(circle, row);

		if (err == KC_OK && is_out(circle, &in->trust, &row->peer))
			err = KC_ERR(NOT_MEMBER);
		if (err == KC_OK && !is_included(circle, &in->trust, &row->peer))
			err = KC_ERR(WAITING);
		if (err != KC_OK && err != KC_E_WAITING)
			return err;
		worst = err == KC_OK ? worst : err;
	}
	return worst;
}

/* The first of all: its author is alone in it, and began the account. */
static kc_err check_first(const struct kc_circle *circle, const struct incoming *in)
{
	const struct kc_compat_member *row = &in->compat->members[0];

	if (in->compat->generation != 1)
		return KC_ERR(WAITING);
	if (in->compat->member_count != 1 || in->compat->retired_count != 0 ||
		!kc_peer_id_equal(&row->peer, &circle->begun.first) ||
		kc_compat_check(in->record, &circle->account, 0, row->key) != KC_OK)
		return KC_ERR(REFUSED);
	return kc_circle_check_compat_member(circle, row);
}

enum lineage { NEXT, BRIDGED, RIVAL, LOSER, GAP };

/* Rules 1 and 5. */
static enum lineage lineage_of(const struct kc_circle *circle, const struct incoming *in)
{
	const struct kc_compat *before = circle->compat.compat;
	const struct kc_compat *c = in->compat;

	if (c->generation == before->generation) {
		bool same = c->has_prev == before->has_prev &&
			    kc_record_id_equal(&c->prev, &before->prev);

		return same && memcmp(in->id->bytes, circle->compat.id.bytes,
				       sizeof in->id->bytes) > 0
			       ? RIVAL
			       : LOSER;
	}
	if (c->generation == before->generation + 1 &&
		kc_record_id_equal(&c->prev, &circle->compat.id))
		return NEXT;
	return is_named(circle, &in->trust, c->generation, in->id, NULL) ? BRIDGED : GAP;
}

static uint64_t held_ahead(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_held_compat *held)
{
	if (!held->compat || memcmp(held->compat->user, circle->account_key.user_public,
				     sizeof held->compat->user) != 0)
		return 0;
	return is_named(circle, trust, held->compat->generation, &held->id, NULL)
		       ? held->compat->generation
		       : 0;
}

uint64_t kc_circle_compat_ahead(const struct kc_circle *circle, const struct kc_trust *trust)
{
	uint64_t ahead = held_ahead(circle, trust, &circle->compat_held);

	for (size_t i = 0; i < circle->member_count; i++) {
		uint64_t other = held_ahead(circle, trust, &circle->members[i]->compat_held);

		if (other > ahead)
			ahead = other;
	}
	return ahead;
}

static kc_err keep_evidence(struct kc_circle *circle, struct kc_bytes record)
{
	kc_buf_reset(&circle->compat_rival);
	kc_buf_push(&circle->compat_rival, record.data, record.len);
	return kc_buf_check(&circle->compat_rival);
}

static kc_err accept(
	struct kc_circle *circle, struct kc_bytes record, const struct kc_compat *compat)
{
	if (circle->compat.compat && circle->compat.compat->generation == compat->generation)
		KC_TRY(keep_evidence(circle, kc_buf_bytes(&circle->compat.record)));
	KC_TRY(kc_circle_keep_compat(circle, record, &circle->compat));
	KC_TRY(kc_circle_countersign_compat(circle));
	return kc_circle_retry_compat(circle);
}

/* Whether what is set aside is to stay so: the one that a member signed before the one that none
 * did, be it another copy of it, then the newer; one of a former user key gives way to all. */
static bool is_held_better(const struct kc_circle *circle, const struct kc_held_compat *slot,
	const struct incoming *in)
{
	struct incoming held = {.record = kc_buf_bytes(&slot->record),
		.compat = slot->compat,
		.id = &slot->id,
		.trust = in->trust};
	bool is_signed;

	if (!held.compat || kc_compat_count_signatures(held.record, &held.signatures) != KC_OK)
		return false;
	if (is_former(circle, held.compat) != is_former(circle, in->compat))
		return is_former(circle, in->compat);
	is_signed = has_member_signature(circle, &held);
	if (is_signed != has_member_signature(circle, in))
		return is_signed;
	return held.compat->generation > in->compat->generation;
}

/* Where one is set aside: with the first trusted device that signed it, or that left and named it
 * last, so that none displaces what another made; those of all others share a place. A device that
 * is out trusts nobody, and may be in again when it has heard more. */
static struct kc_held_compat *place_of(struct kc_circle *circle, const struct incoming *in)
{
	for (size_t k = 0; k < in->signatures; k++)
		for (size_t i = 0; i < circle->member_count; i++) {
			struct kc_member *m = circle->members[i];

			if (kc_peer_set_has(in->trust.others, i) &&
				(!kc_peer_set_has(in->trust.retired, i) ||
					is_list_of(m->list, in->compat->generation, in->id)) &&
				kc_compat_check(in->record, &circle->account, k,
					m->permanent.legacy_public) == KC_OK)
				return &m->compat_held;
		}
	return &circle->compat_held;
}

/* For when what it lacks is here: the best of those. */
static kc_err set_aside(struct kc_circle *circle, const struct incoming *in)
{
	struct kc_held_compat *place = place_of(circle, in);

	if (is_held_better(circle, place, in))
		return KC_OK;
	return kc_circle_keep_compat(circle, in->record, place);
}

/* What can't be followed by what is known now, and is nothing to wait for, may be the one to follow
 * once more is known. Only what a trusted device signed is worth a place. */
static kc_err keep_for_later(struct kc_circle *circle, const struct incoming *in)
{
	return place_of(circle, in) == &circle->compat_held ? KC_OK : set_aside(circle, in);
}

/* One that nobody signed whose signature counts. A device that left, and signed it, names another
 * one in its last list, that this one gave way to or that came later; or made this one after it.
 * Errors: REFUSED; otherwise, of what nobody signed who left. */
static kc_err give_up(const struct kc_circle *circle, const struct incoming *in, kc_err otherwise)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		for (size_t k = 0; has_left(&in->trust, i) && k < in->signatures; k++)
			if (kc_compat_check(in->record, &circle->account, k,
				    m->permanent.legacy_public) == KC_OK)
				return in->compat->generation <= m->list->circle_generation
					       ? KC_OK
					       : KC_ERR(REFUSED);
	}
	return otherwise;
}

/* Against the one in force. */
static kc_err follow(struct kc_circle *circle, const struct incoming *in)
{
	enum lineage lineage = lineage_of(circle, in);
	kc_err members;

	if (lineage == GAP && in->compat->generation < kc_circle_compat_ahead(circle, &in->trust))
		return KC_OK;
	members = check_members(circle, in);
	if (members == KC_E_NOT_MEMBER) { /* who says so may be out itself */
		KC_TRY(keep_for_later(circle, in));
		return KC_ERR(REFUSED);
	}
	if (members != KC_OK && members != KC_E_WAITING)
		return members; /* no list, and no other copy, makes it one to follow */
	if (lineage == LOSER && has_member_signature(circle, in))
		return keep_evidence(circle, in->record); /* whoever its members are */
	if (lineage == GAP)
		return has_member_signature(circle, in) || is_by_heard(circle, in, in->compat)
			       ? KC_ERR(WAITING)
			       : give_up(circle, in, KC_E_WAITING);
	/* Over a gap a member's copy has one. Where no member says that it accepts this one, it is
	 * of devices that were let in meanwhile: a member will make the next. */
	if (!has_member_signature(circle, in) && lineage == BRIDGED)
		return is_named(circle, &in->trust, in->compat->generation, in->id,
			       circle->compat.compat)
			       ? KC_ERR(WAITING)
			       : set_aside(circle, in);
	/* So may one be that gives way. */
	if (!has_member_signature(circle, in) &&
		(lineage != LOSER || (members == KC_OK && !is_by_heard(circle, in, in->compat))))
		return give_up(circle, in, KC_E_REFUSED);
	KC_TRY(members);
	if (lineage == LOSER)
		return keep_evidence(circle, in->record);
	return accept(circle, in->record, in->compat);
}

/* --- coming in ----------------------------------------------------------------------------------
 */

static kc_err consider(struct kc_circle *circle, struct incoming *in)
{
	kc_err err = check_user(circle, in);

	KC_TRY(kc_circle_judge(circle, &in->trust));
	/* Made before the password was changed: its author makes another. */
	if (err == KC_E_NOT_FOUND && circle->compat.compat)
		return is_former(circle, in->compat) ? keep_for_later(circle, in) : KC_OK;
	if (err == KC_E_NEWER)
		return set_aside(circle, in);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	if (circle->compat.compat)
		return follow(circle, in);
	KC_TRY(check_first(circle, in));
	return accept(circle, in->record, in->compat);
}

/* Whether it stands later in its writer's log than all before. Where there are no logs a device has
 * one copy, and what is read of it is never older. */
static bool is_later(const struct kc_member *writer, uint64_t number)
{
	return writer && (number == 0 || number > writer->compat_number);
}

/* Rule 4: what a device wrote later is never older. */
static kc_err check_course(struct kc_circle *circle, const struct kc_member *writer,
	uint64_t number, uint64_t generation)
{
	struct kc_trust trust;

	if (!is_later(writer, number) || generation >= writer->compat_generation ||
		kc_circle_is_excused(writer))
		return KC_OK;
	KC_TRY(kc_circle_judge(circle, &trust));
	if (!kc_circle_is_trusted(circle, &trust, &writer->id))
		return KC_ERR(REFUSED);
	circle->compat_went_back = true;
	return kc_circle_raise(circle, KC_ALARM_ROLLBACK);
}

static kc_err take(struct kc_circle *circle, struct incoming *in)
{
	const struct kc_compat *before = circle->compat.compat;

	if (before && kc_record_id_equal(in->id, &circle->compat.id))
		return KC_OK; /* another copy */
	if (before && in->compat->generation < before->generation)
		return KC_OK; /* an earlier operation of the log */
	return consider(circle, in);
}

kc_err kc_circle_take_compat(struct kc_circle *circle, const struct kc_peer_id *from,
	uint64_t number, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_compat *compat = malloc(sizeof *compat);
	struct kc_member *writer = from ? kc_circle_find(circle, from) : NULL;
	struct incoming in = {.record = record, .compat = compat};
	struct kc_record_id id;

	if (!compat)
		return KC_ERR(NO_MEMORY);
	in.id = &id;
	KC_TRY_RECORD(kc_compat_parse(record, &circle->account, compat, &id));
	KC_TRY_RECORD(kc_compat_count_signatures(record, &in.signatures));
	if (in.signatures == 0) { /* and yet it was sealed: by one who has the metadata key alone */
		KC_TRY(kc_circle_catch(
			circle, &(struct kc_evidence){.kind = KC_EVIDENCE_UNSIGNED_CIRCLE,
					.about = from ? *from : (struct kc_peer_id){{0}},
					.shown = compat->generation,
					.came = record}));
		return kc_circle_raise(circle, KC_ALARM_FORGERY);
	}
	if (!is_rightly_signed(circle, &in))
		return KC_ERR(REFUSED);
	KC_TRY(check_course(circle, writer, number, compat->generation));
	KC_TRY(take(circle, &in));
	if (is_later(writer, number)) {
		writer->compat_number = number;
		writer->compat_generation = compat->generation;
	}
	return KC_OK;
}

static kc_err retry(struct kc_circle *circle, struct kc_held_compat *place)
{
	KC_CLEANUP(kc_held_compat_done) struct kc_held_compat held = *place;
	kc_err err;

	*place = (struct kc_held_compat){.record = KC_BUF_INIT};
	if (!held.compat)
		return KC_OK;
	err = kc_circle_take_compat(circle, NULL, 0, kc_buf_bytes(&held.record));
	if (err == KC_E_WAITING && !place->compat) { /* as it has until now */
		*place = held;
		held = (struct kc_held_compat){.record = KC_BUF_INIT};
	}
	return err == KC_E_NO_MEMORY ? err : KC_OK;
}

/* One that is taken has all others tried again, in here. */
kc_err kc_circle_retry_compat(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->member_count; i++)
		KC_TRY(retry(circle, &circle->members[i]->compat_held));
	return retry(circle, &circle->compat_held);
}

kc_err kc_circle_settle_compat(struct kc_circle *circle, bool *ret_changed)
{
	struct kc_record_id before = circle->compat.id;

	if (!circle->compat.compat)
		return KC_OK;
	KC_TRY(kc_circle_retry_compat(circle));
	*ret_changed = *ret_changed || !kc_record_id_equal(&before, &circle->compat.id);
	return KC_OK;
}
