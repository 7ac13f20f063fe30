/* SPDX-License-Identifier: ISC */
/* From the records that are kept to the question of who is trusted. */
#include "backend/circle/circle_impl.h"

#include <stddef.h>
#include <string.h>

static bool find_number(const struct kc_circle *circle, const struct kc_peer_id *id, uint8_t *ret)
{
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_id_equal(&circle->members[i]->id, id)) {
			*ret = (uint8_t)i;
			return true;
		}
	return false;
}

/* The members by their ids: every list names them all, so finding one must not mean to look at all
 * of them. */
struct index {
	const struct kc_circle *circle;
	uint8_t numbers[KC_CIRCLE_MAX_PEERS];
};

static const struct kc_peer_id *id_at(const struct index *index, size_t at)
{
	return &index->circle->members[index->numbers[at]]->id;
}

static void index_members(const struct kc_circle *circle, struct index *ret)
{
	ret->circle = circle;
	for (size_t i = 0; i < circle->member_count; i++) {
		size_t at = i;

		for (; at > 0 &&
			kc_peer_id_compare(&circle->members[i]->id, id_at(ret, at - 1)) < 0;
			at--)
			ret->numbers[at] = ret->numbers[at - 1];
		ret->numbers[at] = (uint8_t)i;
	}
}

static bool look_up(const struct index *index, const struct kc_peer_id *id, uint8_t *ret)
{
	size_t low = 0, high = index->circle->member_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = kc_peer_id_compare(id_at(index, middle), id);

		if (order == 0) {
			*ret = index->numbers[middle];
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* By whose key, if any, a statement is co-signed. A recovery key is known by its permanent record,
 * and there are none yet (kc_circle_add_member). */
static enum kc_rank rank_of(const struct kc_circle *circle, const struct kc_peer_id *author,
	const struct kc_exclusion *exclusion)
{
	const uint8_t *user = NULL;

	if (exclusion->cosigned)
		user = kc_circle_find_user_key(circle, exclusion->cosignature.signer);
	if (user && kc_exclusion_check(exclusion, &circle->account, author, KC_SIGNATURE_P256,
			    kc_bytes(user, KC_P256_PUBLIC_LEN)) == KC_OK)
		return KC_RANK_USER_KEY;
	return KC_RANK_NONE;
}

/* The same for an exclusion of a list, checked once: the signer's key is its name's hash. */
static enum kc_rank rank_in_list(
	const struct kc_circle *circle, struct kc_member *author, const struct kc_exclusion *e)
{
	uint64_t bit = (uint64_t)1 << (e - author->list->exclude);

	if (!e->cosigned || !kc_circle_find_user_key(circle, e->cosignature.signer))
		return KC_RANK_NONE;
	if (!(author->cosign_checked & bit)) {
		author->cosign_checked |= bit;
		if (rank_of(circle, &author->id, e) == KC_RANK_USER_KEY)
			author->cosign_good |= bit;
	}
	return author->cosign_good & bit ? KC_RANK_USER_KEY : KC_RANK_NONE;
}

static void add_includes(const struct index *index, size_t author, const struct kc_list *list,
	struct kc_trust *trust)
{
	uint8_t number;

	for (size_t i = 0; list && i < list->include_count; i++)
		if (look_up(index, &list->include[i], &number))
			trust->include[author] |= (kc_peer_set)1 << number;
}

/* A statement, and whose it is. */
struct author {
	const struct index *index;
	size_t number;
	struct kc_trust *trust;
	bool in_list;
};

static kc_err add_exclusion(void *context, const struct kc_exclusion *e)
{
	const struct author *author = context;
	struct kc_trust *trust = author->trust;
	const struct kc_circle *circle = author->index->circle;
	struct kc_member *member = circle->members[author->number];
	uint8_t number;

	if (!look_up(author->index, &e->target, &number))
		return KC_OK;
	if (trust->statement_count == KC_TRUST_MAX_STATEMENTS)
		return KC_ERR(BUG);
	trust->statements[trust->statement_count++] = (struct kc_trust_statement){
		.author = (uint8_t)author->number,
		.target = number,
		.cut_seq = e->cut_seq,
		.rank = (uint8_t)(author->in_list ? rank_in_list(circle, member, e)
						  : rank_of(circle, &member->id, e)),
	};
	return KC_OK;
}

static kc_err add_excludes(const struct index *index, size_t number, struct kc_trust *trust)
{
	const struct kc_circle *circle = index->circle;
	const struct kc_list *list = circle->members[number]->list;
	struct author author = {index, number, trust, .in_list = true};

	for (size_t i = 0; list && i < list->exclude_count; i++)
		KC_TRY(add_exclusion(&author, &list->exclude[i]));
	if (number != circle->self)
		return KC_OK;
	author.in_list = false;
	return kc_circle_each_statement(circle, add_exclusion, &author);
}

/* Whether it is for after the last list of a sponsor that left. */
static bool is_late(const struct kc_member *sponsor, const struct kc_voucher *voucher)
{
	return kc_circle_is_over(sponsor) && voucher->sponsor_seq > sponsor->list->seq;
}

/* Late ones come behind all others. */
static kc_err add_voucher(const struct index *index, const struct kc_voucher *voucher, bool late,
	struct kc_trust *trust)
{
	const struct kc_circle *circle = index->circle;
	struct kc_trust_voucher row = {.sponsor_seq = voucher->sponsor_seq};

	if (!look_up(index, &voucher->sponsor, &row.sponsor) ||
		!look_up(index, &voucher->beneficiary, &row.beneficiary) ||
		is_late(circle->members[row.sponsor], voucher) != late)
		return KC_OK;
	if (trust->voucher_count + trust->late_count == KC_TRUST_MAX_VOUCHERS)
		return KC_ERR(TOO_LARGE);
	trust->vouchers[trust->voucher_count + trust->late_count] = row;
	if (late) {
		trust->late_count++;
		return KC_OK;
	}
	trust->voucher_count++;
	/* Whom this device let in, and who let it in, are in its next list. */
	if (row.sponsor == circle->self)
		trust->include[circle->self] |= (kc_peer_set)1 << row.beneficiary;
	if (row.beneficiary == circle->self)
		trust->include[circle->self] |= (kc_peer_set)1 << row.sponsor;
	return KC_OK;
}

kc_err kc_circle_judge(const struct kc_circle *circle, struct kc_trust *ret)
{
	struct index index;
	uint8_t first;

	memset(ret, 0, offsetof(struct kc_trust, vouchers));
	index_members(circle, &index);
	if (!look_up(&index, &circle->begun.first, &first))
		return KC_ERR(BUG);
	ret->first = first;
	ret->self = circle->self;
	ret->peer_count = circle->member_count;
	for (size_t i = 0; i < circle->member_count; i++) {
		ret->ids[i] = circle->members[i]->id;
		if (kc_circle_is_over(circle->members[i]))
			ret->retired |= (kc_peer_set)1 << i;
		add_includes(&index, i, circle->members[i]->list, ret);
	}
	for (int late = 0; late <= 1; late++)
		for (size_t i = 0; i < circle->voucher_count; i++)
			KC_TRY(add_voucher(&index, &circle->vouchers[i].voucher, late, ret));
	for (size_t i = 0; i < circle->member_count; i++)
		KC_TRY(add_excludes(&index, i, ret));
	kc_trust_compute(ret);
	return KC_OK;
}

kc_err kc_circle_find_fallen(
	const struct kc_circle *circle, const struct kc_list *list, kc_peer_set *ret)
{
	struct kc_trust_statement statements[KC_CIRCLE_MAX_PEERS];
	struct index index;
	struct kc_trust trust;
	size_t count = 0;
	uint8_t author, target;

	*ret = 0;
	KC_TRY(kc_circle_judge(circle, &trust));
	index_members(circle, &index);
	if (!look_up(&index, &list->peer, &author))
		return KC_OK;
	add_includes(&index, author, list, &trust);
	for (size_t i = 0; i < list->exclude_count; i++)
		if (look_up(&index, &list->exclude[i].target, &target))
			statements[count++] = (struct kc_trust_statement){.author = author,
				.target = target,
				.cut_seq = list->exclude[i].cut_seq};
	*ret = trust.known & ~kc_trust_introduced_under(&trust, statements, count);
	return KC_OK;
}

bool kc_circle_is_in(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	uint8_t number;

	return find_number(circle, id, &number) &&
	       kc_peer_set_has(trust->introduced & ~trust->excluded, number);
}

bool kc_circle_is_trusted(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	uint8_t number;

	return find_number(circle, id, &number) && kc_peer_set_has(trust->trusted, number);
}

bool kc_circle_is_excluded(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	uint8_t number;

	return find_number(circle, id, &number) && kc_peer_set_has(trust->excluded, number);
}

/* A cut that is looked for among statements. */
struct cut {
	const struct kc_peer_id *target;
	uint64_t seq;
	const struct kc_record_id *id;
};

static bool is_cut(const struct cut *cut, const struct kc_exclusion *e)
{
	return kc_peer_id_equal(&e->target, cut->target) && e->cut_seq == cut->seq &&
	       kc_record_id_equal(&e->cut_id, cut->id);
}

static kc_err look_for_cut(void *context, const struct kc_exclusion *e)
{
	return is_cut(context, e) ? KC_ERR(DUPLICATE) : KC_OK;
}

/* Whether somebody who is trusted cuts at that very list, in a list of its own or in the next one
 * of this device. */
static bool is_named_as_cut(
	const struct kc_circle *circle, const struct kc_trust *trust, struct cut *cut)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;
		const struct kc_exclusion *e = list && kc_peer_set_has(trust->trusted, i)
						       ? kc_list_find_exclusion(list, cut->target)
						       : NULL;

		if (e && is_cut(cut, e))
			return true;
	}
	return kc_peer_set_has(trust->trusted, circle->self) &&
	       kc_circle_each_statement(circle, look_for_cut, cut) == KC_E_DUPLICATE;
}

bool kc_circle_is_within_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	size_t member, uint64_t seq, const struct kc_record_id *id)
{
	struct cut cut = {&circle->members[member]->id, seq, id};

	if (kc_peer_set_has(trust->introduced & ~trust->excluded, member))
		return true;
	if (!kc_peer_set_has(trust->introduced & trust->excluded, member) ||
		seq > trust->cut[member])
		return false;
	return seq < trust->cut[member] || is_named_as_cut(circle, trust, &cut);
}

/* Whether a list of a member is among those that are remembered. */
static bool has_had(const struct kc_member *member, uint64_t seq, const struct kc_record_id *id)
{
	const struct kc_past_list *rows =
		(const struct kc_past_list *)(const void *)member->past.data;

	for (size_t i = 0; i < member->past.len / sizeof *rows; i++)
		if (rows[i].seq == seq && kc_record_id_equal(&rows[i].id, id))
			return true;
	return false;
}

bool kc_circle_leads_to_cut(const struct kc_circle *circle, const struct kc_trust *trust,
	size_t member, uint64_t seq, const struct kc_record_id *id)
{
	const struct kc_member *m = circle->members[member];
	bool named = false;

	if (!kc_circle_is_within_cut(circle, trust, member, seq, id))
		return false;
	if (!kc_peer_set_has(trust->excluded, member) || seq == trust->cut[member])
		return true;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;
		const struct kc_exclusion *e = list && kc_peer_set_has(trust->trusted, i)
						       ? kc_list_find_exclusion(list, &m->id)
						       : NULL;

		if (!e || e->cut_seq != trust->cut[member])
			continue;
		if (has_had(m, e->cut_seq, &e->cut_id))
			return true;
		named = true;
	}
	return !named; /* this device's own, which its next list says */
}
