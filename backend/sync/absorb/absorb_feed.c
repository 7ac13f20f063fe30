/* SPDX-License-Identifier: ISC */
/* Items of a feed: anybody may write them, so whose they are stands in their bodies. */
#include "backend/sync/absorb/absorb_impl.h"

kc_err kc_absorb_claim(const struct kc_absorb_reader *r, struct kc_absorb_record *record,
	const struct kc_peer_id *writer)
{
	for (size_t i = 0; i < r->circle->member_count; i++) {
		if (!kc_peer_id_equal(&r->circle->members[i]->id, writer))
			continue;
		record->member = i;
		record->claimed = true;
		return kc_absorb_counts(r, record) ? KC_OK : KC_ERR(WAITING);
	}
	return KC_ERR(WAITING);
}
