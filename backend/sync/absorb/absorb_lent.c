/* SPDX-License-Identifier: ISC */
/*
 * Metadata keys of those who are out (doc/protocol.md 9, step 3). Whoever is out by what was heard
 * so far may be in by a list that is under a key of its own, or of a newcomer of its own: that list
 * would else be read by all but those who have to hear it.
 */
#include "backend/sync/absorb/absorb.h"

/* Whether there is something that a key is missing for. */
static bool is_shut_out(const struct kc_absorb *absorb)
{
	for (size_t i = 0; i < absorb->count; i++)
		if (absorb->records[i].sealed.len)
			return true;
	return absorb->gathered->unread != 0;
}

kc_err kc_absorb_borrow_keys(struct kc_absorb *absorb, bool *ret_progress)
{
	struct kc_circle *circle = absorb->circle;

	if (!absorb->gathered->out || !is_shut_out(absorb))
		return KC_OK;
	for (size_t i = 0; i < absorb->count; i++) {
		const struct kc_absorb_record *record = &absorb->records[i];
		bool some = false;

		if (record->kind != KC_ABSORB_SHARES || record->value.len == 0 ||
			!kc_peer_set_has(absorb->gathered->out, record->member))
			continue;
		KC_TRY(kc_circle_borrow_keys(
			circle, circle->members[record->member], record->value, &some));
		*ret_progress = *ret_progress || some;
	}
	return KC_OK;
}
