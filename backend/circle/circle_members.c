/* SPDX-License-Identifier: ISC */
/* Putting a device out, leaving, new keys for all (doc/protocol.md 11). */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

/* --- statements that the next list makes --------------------------------------------------------
 */

kc_err kc_circle_each_statement(const struct kc_circle *circle,
	kc_err (*visit)(void *context, const struct kc_exclusion *exclusion), void *context)
{
	struct kc_der_reader r;

	kc_der_reader_init(&r, kc_buf_bytes(&circle->statements));
	while (kc_der_more(&r)) {
		struct kc_exclusion exclusion;

		kc_exclusion_pull(&r, &exclusion);
		KC_TRY(kc_der_reader_check(&r));
		KC_TRY(visit(context, &exclusion));
	}
	return kc_der_reader_finish(&r);
}

static kc_err compare_target(void *context, const struct kc_exclusion *exclusion)
{
	return kc_peer_id_equal(context, &exclusion->target) ? KC_ERR(DUPLICATE) : KC_OK;
}

static kc_err state(
	struct kc_circle *circle, struct kc_exclusion *exclusion, const struct kc_signer *cosigner)
{
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	struct kc_der_reader r;
	struct kc_der_writer w;

	if (cosigner) {
		KC_TRY(kc_exclusion_cosign(
			exclusion, &circle->account, &circle->identity.id, cosigner, &signature));
		kc_der_reader_init(&r, kc_buf_bytes(&signature));
		kc_signature_pull(&r, &exclusion->cosignature);
		KC_TRY(kc_der_reader_finish(&r));
		exclusion->cosigned = true;
	}
	kc_der_writer_init(&w, &circle->statements);
	kc_exclusion_put(&w, exclusion);
	return kc_der_writer_check(&w);
}

static bool has_said(const struct kc_circle *circle, const struct kc_peer_id *target)
{
	const struct kc_list *own = kc_circle_self(circle)->list;
	struct kc_peer_id copy = *target;

	return (own && kc_list_find_exclusion(own, target)) ||
	       kc_circle_each_statement(circle, compare_target, &copy) != KC_OK;
}

/* Nobody's word but this device's own counts for what came when: where a statement of another cuts,
 * it cuts no later than at the last list that is here, and acknowledges no record that is not. */
static kc_err bound(const struct kc_circle *circle, const struct kc_moment *before,
	struct kc_exclusion *exclusion)
{
	const struct kc_member *member = kc_circle_find(circle, &exclusion->target);
	struct kc_exclusion own = {.target = exclusion->target};

	if (!member)
		return KC_OK;
	kc_circle_find_cut(member, before, &own);
	if (exclusion->cut_seq >= own.cut_seq) {
		exclusion->cut_seq = own.cut_seq;
		exclusion->cut_id = own.cut_id;
	}
	KC_TRY(kc_circle_acknowledge_password(circle, before, &own));
	if (exclusion->password_seq >= own.password_seq) {
		exclusion->password_seq = own.password_seq;
		exclusion->password_id = own.password_id;
	}
	return KC_OK;
}

/* A loss is told by the owner: what counts is when something was heard here. An answer goes by the
 * time that the list says itself which is answered. */
static struct kc_moment moment_of(enum kc_exclusion_reason reason, uint64_t before_ms)
{
	return (struct kc_moment){.ms = before_ms, .is_authors = reason == KC_EXCLUSION_COUNTER};
}

struct statements {
	struct kc_peer_id target;
	struct kc_exclusion about; /* the target */
	bool has_about;
	struct kc_der_writer others;
};

static kc_err part(void *context, const struct kc_exclusion *exclusion)
{
	struct statements *statements = context;

	if (kc_peer_id_equal(&statements->target, &exclusion->target)) {
		statements->about = *exclusion;
		statements->has_about = true;
	} else {
		kc_exclusion_put(&statements->others, exclusion);
	}
	return KC_OK;
}

/* What was said without the account password is said again with it: somebody else may have made
 * more of it since, or it was a device that is out, whose word was not sent. Errors: DUPLICATE (it
 * has a co-signature). */
static kc_err confirm(
	struct kc_circle *circle, const struct kc_peer_id *target, const struct kc_signer *cosigner)
{
	const struct kc_list *own = kc_circle_self(circle)->list;
	const struct kc_exclusion *said = own ? kc_list_find_exclusion(own, target) : NULL;
	KC_CLEANUP_BUF struct kc_buf others = KC_BUF_INIT, before = KC_BUF_INIT;
	struct statements statements = {.target = *target};
	struct kc_exclusion again;

	kc_der_writer_init(&statements.others, &others);
	KC_TRY(kc_circle_each_statement(circle, part, &statements));
	KC_TRY(kc_der_writer_check(&statements.others));
	if (statements.has_about)
		said = &statements.about;
	if (!said || said->cosigned)
		return KC_ERR(DUPLICATE);
	again = *said;
	before = circle->statements;
	circle->statements = others;
	others = (struct kc_buf)KC_BUF_INIT;
	return state(circle, &again, cosigner);
}

/* Whether an answer to a device leaves what that said of another as it is: said with the account
 * password before it put this one out, by its clock, or heard before. Else it may belong to what is
 * answered. */
static bool stays(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *author, const struct kc_exclusion *e)
{
	const struct kc_peer_id *heard =
		(const struct kc_peer_id *)(const void *)author->said_before.data;

	for (size_t i = 0; i < author->said_before.len / sizeof *heard; i++)
		if (kc_peer_id_equal(&heard[i], &e->target))
			return true;
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];

		if (circle->members[s->author] == author &&
			kc_peer_id_equal(&circle->members[s->target]->id, &e->target))
			return s->rank != KC_RANK_NONE;
	}
	return false;
}

static bool is_to_be_repeated(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *author, const struct kc_exclusion *e,
	enum kc_exclusion_reason reason, uint64_t before_ms)
{
	return (before_ms == 0 || e->time_ms < before_ms) &&
	       !kc_peer_id_equal(&e->target, &circle->identity.id) &&
	       kc_circle_is_excluded(circle, trust, &e->target) &&
	       (reason != KC_EXCLUSION_COUNTER || stays(circle, trust, author, e));
}

/* What the target said of others falls with it: what should stand, this device says itself. What
 * it has said so without the password it says again with it. */
static kc_err repeat(struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *target, enum kc_exclusion_reason reason, uint64_t before_ms,
	const struct kc_signer *cosigner)
{
	const struct kc_moment before = moment_of(reason, before_ms);

	for (size_t i = 0; target->list && i < target->list->exclude_count; i++) {
		struct kc_exclusion again = target->list->exclude[i];

		if (!is_to_be_repeated(circle, trust, target, &again, reason, before_ms))
			continue;
		if (has_said(circle, &again.target)) {
			kc_err err = cosigner ? confirm(circle, &again.target, cosigner) : KC_OK;

			if (err != KC_OK && err != KC_E_DUPLICATE)
				return err;
			continue;
		}
		again.cosigned = false;
		KC_TRY(bound(circle, &before, &again));
		KC_TRY(state(circle, &again, cosigner));
	}
	return KC_OK;
}

kc_err kc_circle_exclude(struct kc_circle *circle, const struct kc_peer_id *target,
	enum kc_exclusion_reason reason, uint64_t before_ms, const struct kc_signer *cosigner)
{
	const struct kc_member *member = kc_circle_find(circle, target);
	struct kc_exclusion exclusion = {
		.target = *target, .time_ms = kc_clock_now_ms(), .reason = reason};
	const struct kc_moment before = moment_of(reason, before_ms);
	struct kc_trust trust;

	if (!member)
		return KC_ERR(NOT_FOUND);
	if (member == kc_circle_self(circle))
		return KC_ERR(PARAM);
	if (has_said(circle, target) && !cosigner)
		return KC_ERR(DUPLICATE);
	KC_TRY(kc_circle_judge(circle, &trust));
	if (has_said(circle, target)) {
		KC_TRY(confirm(circle, target, cosigner));
		return reason == KC_EXCLUSION_COUNTER
			       ? repeat(circle, &trust, member, reason, before_ms, cosigner)
			       : KC_OK;
	}
	if (!kc_peer_set_has(trust.known, kc_circle_number(circle, target)))
		return KC_ERR(NOT_FOUND);
	kc_circle_find_cut(member, &before, &exclusion);
	KC_TRY(kc_circle_acknowledge_password(circle, &before, &exclusion));
	KC_TRY(repeat(circle, &trust, member, reason, before_ms, cosigner));
	return state(circle, &exclusion, cosigner);
}

uint64_t kc_circle_hostile_ms(const struct kc_circle *circle, const struct kc_member *author)
{
	const struct kc_exclusion *hostile =
		author->list ? kc_list_find_exclusion(author->list, &circle->identity.id) : NULL;

	if (!hostile)
		return 0;
	return hostile->time_ms < author->list->time_ms ? hostile->time_ms : author->list->time_ms;
}

bool kc_circle_falls_with_answer(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *author, const struct kc_exclusion *e)
{
	uint64_t before_ms = kc_circle_hostile_ms(circle, author);

	if (before_ms == 0 || kc_peer_id_equal(&e->target, &circle->identity.id) ||
		is_to_be_repeated(circle, trust, author, e, KC_EXCLUSION_COUNTER, before_ms))
		return false;
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];

		if (kc_peer_id_equal(&circle->members[s->target]->id, &e->target) &&
			circle->members[s->author] != author &&
			(trust->stands[i] || s->author == circle->self))
			return false; /* others say it as well */
	}
	return true;
}

/* The statements go into a list; what was sealed for their targets is taken away, and "out/<peer>"
 * tells each of them. */
static kc_err take_back_shares(void *context, const struct kc_exclusion *exclusion)
{
	return kc_circle_queue_for(context, "s/", &exclusion->target, kc_bytes(NULL, 0));
}

kc_err kc_circle_take_back_shares(struct kc_circle *circle)
{
	return kc_circle_each_statement(circle, take_back_shares, circle);
}

struct saying {
	struct kc_circle *circle;
	struct kc_bytes record;
};

static kc_err add_statement(void *list, const struct kc_exclusion *exclusion)
{
	return kc_list_add_exclusion(list, exclusion);
}

kc_err kc_circle_add_statements(const struct kc_circle *circle, struct kc_list *list)
{
	return kc_circle_each_statement(circle, add_statement, list);
}

static kc_err tell_target(void *context, const struct kc_exclusion *exclusion)
{
	struct saying *saying = context;

	return kc_circle_queue_for(saying->circle, "out/", &exclusion->target, saying->record);
}

static kc_err tell_all_targets(struct kc_circle *circle, struct kc_bytes list_record)
{
	const struct kc_list *own = kc_circle_self(circle)->list;

	for (size_t i = 0; i < own->exclude_count; i++)
		KC_TRY(kc_circle_queue_for(circle, "out/", &own->exclude[i].target, list_record));
	return KC_OK;
}

kc_err kc_circle_tell_targets(struct kc_circle *circle, struct kc_bytes list_record)
{
	struct saying saying = {.circle = circle, .record = list_record};

	if (circle->tells_all)
		KC_TRY(tell_all_targets(circle, list_record));
	else
		KC_TRY(kc_circle_each_statement(circle, tell_target, &saying));
	kc_buf_reset(&circle->statements);
	return KC_OK;
}

/* --- who put a device out -----------------------------------------------------------------------
 */

bool kc_circle_find_said(const struct kc_circle *circle, const struct kc_member *author,
	const struct kc_peer_id *target, struct kc_exclusion *ret)
{
	const struct kc_exclusion *e =
		author->list ? kc_list_find_exclusion(author->list, target) : NULL;
	struct statements statements = {.target = *target};
	KC_CLEANUP_BUF struct kc_buf others = KC_BUF_INIT;

	if (e) {
		*ret = *e;
		return true;
	}
	if (author != kc_circle_self(circle))
		return false;
	kc_der_writer_init(&statements.others, &others);
	if (kc_circle_each_statement(circle, part, &statements) != KC_OK || !statements.has_about)
		return false;
	*ret = statements.about;
	return true;
}

bool kc_circle_find_removal(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *target, struct kc_exclusion *ret,
	const struct kc_member **ret_author)
{
	bool found = false;

	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];
		const struct kc_member *author = circle->members[s->author];
		struct kc_exclusion e;

		if (!trust->stands[i] ||
			!kc_peer_id_equal(&circle->members[s->target]->id, target) ||
			!kc_circle_find_said(circle, author, target, &e) ||
			(found && ret->time_ms <= e.time_ms))
			continue;
		found = true;
		*ret = e;
		*ret_author = author;
	}
	return found;
}

/* --- leaving ------------------------------------------------------------------------------------
 */

bool kc_circle_is_over(const struct kc_member *member)
{
	return member->list && member->list->leaves;
}

/* --- new keys -----------------------------------------------------------------------------------
 */

#define YEAR_MS (UINT64_C(365) * 24 * 60 * 60 * 1000)

kc_err kc_circle_rotate(struct kc_circle *circle, enum kc_epoch_reason reason)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	if (!kc_peer_set_has(trust.trusted, circle->self))
		return KC_ERR(NOT_MEMBER);
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_held_epoch *held;

		if (kc_circle_usable_epoch(circle, &trust, view, &held) == KC_OK)
			KC_TRY(kc_circle_begin_epoch(circle, &trust, view, reason));
	}
	return kc_circle_queue_shares(circle, &trust);
}

/* Since when an epoch is in use: the earliest that anybody told. A member's word puts nothing off,
 * be it a time to come or another record of the same key. */
static uint64_t begun_ms(const struct kc_circle *circle, const struct kc_held_epoch *held)
{
	uint64_t since_ms = held->since_ms;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *other = &circle->epochs[i];

		if (kc_view_key_name_equal(&other->epoch->name, &held->epoch->name) &&
			other->since_ms < since_ms)
			since_ms = other->since_ms;
	}
	return since_ms;
}

kc_err kc_circle_is_rotation_due(const struct kc_circle *circle, bool *ret)
{
	uint64_t now = kc_clock_now_ms();
	struct kc_trust trust;

	*ret = false;
	KC_TRY(kc_circle_judge(circle, &trust));
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_held_epoch *held;

		if (kc_circle_usable_epoch(circle, &trust, view, &held) == KC_OK &&
			begun_ms(circle, held) + YEAR_MS <= now)
			*ret = true;
	}
	return KC_OK;
}
