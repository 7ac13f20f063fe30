/* SPDX-License-Identifier: ISC */
/* What this device has said that still counts, said once more: for a log that begins anew
 * (doc/protocol.md 3.1). */
#include "backend/circle/circle_impl.h"

static kc_err queue_account(struct kc_circle *circle)
{
	const struct kc_member *self = kc_circle_self(circle);

	if (kc_peer_id_equal(&self->id, &circle->begun.first))
		KC_TRY(kc_circle_queue_sealed(circle, "g", kc_buf_bytes(&circle->genesis)));
	KC_TRY(kc_circle_queue_account_keys(circle, 0));
	if (circle->compat.compat)
		KC_TRY(kc_circle_queue_sealed(circle, "c", kc_buf_bytes(&circle->compat.record)));
	return kc_circle_queue_sealed(circle, "perm", kc_buf_bytes(&self->permanent_record));
}

static kc_err queue_vouchers(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->voucher_count; i++) {
		const struct kc_held_voucher *held = &circle->vouchers[i];
		const struct kc_peer_id *newcomer = &held->voucher.beneficiary;
		const struct kc_member *member = kc_circle_find(circle, newcomer);

		if (!member || !kc_peer_id_equal(&held->voucher.sponsor, &circle->identity.id))
			continue;
		KC_TRY(kc_circle_queue_for(
			circle, "perm/", newcomer, kc_buf_bytes(&member->permanent_record)));
		KC_TRY(kc_circle_queue_for(circle, "v/", newcomer, kc_buf_bytes(&held->record)));
	}
	return KC_OK;
}

static kc_err queue_epochs(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (kc_peer_id_equal(&held->epoch->author, &circle->identity.id))
			KC_TRY(kc_circle_queue_epoch(
				circle, &held->epoch->name, kc_buf_bytes(&held->record)));
	}
	return KC_OK;
}

/* Somebody who has not read the log yet looks for what its heads name. */
static kc_err queue_segments(struct kc_circle *circle)
{
	for (size_t i = 0; i < circle->segment_count; i++)
		KC_TRY(kc_circle_queue_segment(circle, &circle->segments[i].name,
			kc_buf_bytes(&circle->segments[i].value)));
	return KC_OK;
}

kc_err kc_circle_queue_again(struct kc_circle *circle, const struct kc_trust *trust)
{
	KC_TRY(queue_account(circle));
	KC_TRY(queue_vouchers(circle));
	KC_TRY(queue_epochs(circle));
	KC_TRY(queue_segments(circle));
	return kc_circle_queue_shares(circle, trust);
}
