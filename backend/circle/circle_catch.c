/* SPDX-License-Identifier: ISC */
/* Noting evidence, until whoever owns the circle keeps it (doc/protocol.md 18). */
#include "backend/circle/circle_impl.h"

#include "base/clock.h"

kc_err kc_circle_catch(struct kc_circle *circle, const struct kc_evidence *evidence)
{
	struct kc_evidence noted = *evidence;
	bool added;

	noted.time_ms = kc_clock_now_ms();
	return kc_evidence_add(&circle->caught, &noted, &added);
}

/* That an older list was in the place of the last one. One that its device did not sign shows
 * nothing. */
kc_err kc_circle_catch_older(
	struct kc_circle *circle, const struct kc_member *member, struct kc_bytes record)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_record_id id;

	if (!list)
		return KC_ERR(NO_MEMORY);
	if (kc_list_parse(record, &circle->account, list, &id) != KC_OK || !member->list ||
		list->seq >= member->list->seq ||
		kc_list_verify(record, &circle->account, list, &member->permanent) != KC_OK)
		return KC_OK;
	return kc_circle_catch(circle, &(struct kc_evidence){.kind = KC_EVIDENCE_OLD_LIST,
					       .about = member->id,
					       .known = member->list->seq,
					       .shown = list->seq,
					       .here = kc_buf_bytes(&member->list_record),
					       .came = record});
}

kc_err kc_circle_export_evidence(
	const struct kc_circle *circle, const struct kc_evidence_list *list, struct kc_buf *ret)
{
	struct kc_bytes permanents[KC_CIRCLE_MAX_PEERS];
	size_t count = 0;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		bool named = false;

		for (size_t k = 0; k < list->count && !named; k++) {
			struct kc_evidence evidence;

			KC_TRY(kc_evidence_get(list, k, &evidence));
			named = kc_peer_id_equal(&evidence.about, &m->id) ||
				kc_peer_id_equal(&evidence.by, &m->id);
		}
		if (named)
			permanents[count++] = kc_buf_bytes(&m->permanent_record);
	}
	return kc_evidence_file_build(&circle->account, permanents, count, list, ret);
}
