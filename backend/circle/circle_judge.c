/* SPDX-License-Identifier: ISC */
/* From the records that are kept to the question of who is trusted. */
#include "backend/circle/circle.h"

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

/* By whose key, if any, a statement is co-signed. */
static enum kc_rank rank_of(const struct kc_circle *circle, const struct kc_peer_id *author,
	const struct kc_exclusion *exclusion)
{
	const struct kc_account_id *account = &circle->account;

	if (!exclusion->cosigned)
		return KC_RANK_NONE;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (m->permanent.kind == KC_PEER_RECOVERY &&
			kc_exclusion_check(exclusion, account, author, KC_SIGNATURE_P384,
				KC_BYTES_OF(m->permanent.sign_public)) == KC_OK)
			return KC_RANK_RECOVERY_KEY;
	}
	if (kc_exclusion_check(exclusion, account, author, KC_SIGNATURE_P256,
		    KC_BYTES_OF(circle->account_key.user_public)) == KC_OK)
		return KC_RANK_USER_KEY;
	return KC_RANK_NONE;
}

static kc_err add_list(const struct kc_circle *circle, size_t author, struct kc_trust *trust)
{
	const struct kc_member *m = circle->members[author];
	uint8_t number;

	if (!m->list)
		return KC_OK;
	for (size_t i = 0; i < m->list->include_count; i++)
		if (find_number(circle, &m->list->include[i], &number))
			trust->include[author] |= (kc_peer_set)1 << number;
	for (size_t i = 0; i < m->list->exclude_count; i++) {
		const struct kc_exclusion *e = &m->list->exclude[i];

		if (!find_number(circle, &e->target, &number))
			continue;
		if (trust->statement_count == KC_TRUST_MAX_STATEMENTS)
			return KC_ERR(TOO_LARGE);
		trust->statements[trust->statement_count++] = (struct kc_trust_statement){
			.author = (uint8_t)author,
			.target = number,
			.cut_seq = e->cut_seq,
			.rank = rank_of(circle, &m->id, e),
		};
	}
	return KC_OK;
}

static kc_err add_voucher(
	const struct kc_circle *circle, const struct kc_voucher *voucher, struct kc_trust *trust)
{
	struct kc_trust_voucher row = {.sponsor_seq = voucher->sponsor_seq};

	if (!find_number(circle, &voucher->sponsor, &row.sponsor) ||
		!find_number(circle, &voucher->beneficiary, &row.beneficiary))
		return KC_OK;
	if (trust->voucher_count == KC_TRUST_MAX_VOUCHERS)
		return KC_ERR(TOO_LARGE);
	trust->vouchers[trust->voucher_count++] = row;
	/* Whom this device let in, and who let it in, are in its next list. */
	if (row.sponsor == circle->self)
		trust->include[circle->self] |= (kc_peer_set)1 << row.beneficiary;
	if (row.beneficiary == circle->self)
		trust->include[circle->self] |= (kc_peer_set)1 << row.sponsor;
	return KC_OK;
}

kc_err kc_circle_judge(const struct kc_circle *circle, struct kc_trust *ret)
{
	uint8_t first;

	memset(ret, 0, sizeof *ret);
	if (!find_number(circle, &circle->begun.first, &first))
		return KC_ERR(BUG);
	ret->first = first;
	ret->self = circle->self;
	ret->peer_count = circle->member_count;
	for (size_t i = 0; i < circle->member_count; i++) {
		ret->ids[i] = circle->members[i]->id;
		KC_TRY(add_list(circle, i, ret));
	}
	for (size_t i = 0; i < circle->voucher_count; i++)
		KC_TRY(add_voucher(circle, &circle->vouchers[i].voucher, ret));
	kc_trust_compute(ret);
	return KC_OK;
}
