/* SPDX-License-Identifier: ISC */
/* Newcomers that fall with the device that let them in (doc/protocol.md 11): they may be in the
 * middle of what they cannot read, and are told by whose word it is. */
#include "backend/circle/circle_impl.h"

#include <string.h>

static size_t count_told(const struct kc_circle *circle)
{
	return circle->told.len / sizeof(struct kc_peer_id);
}

static bool was_told(const struct kc_circle *circle, const struct kc_peer_id *id)
{
	const struct kc_peer_id *rows = (const struct kc_peer_id *)(const void *)circle->told.data;

	for (size_t i = 0; i < count_told(circle); i++)
		if (kc_peer_id_equal(&rows[i], id))
			return true;
	return false;
}

/* Those who fell by this device's last list, and by all that is known. Not without end: whoever has
 * the keys of one that is out can make newcomers as it likes. */
static kc_err find_untold(
	const struct kc_circle *circle, const struct kc_trust *trust, kc_peer_set *ret)
{
	const struct kc_list *own = kc_circle_self(circle)->list;
	kc_peer_set fell = trust->known & ~trust->introduced;

	*ret = 0;
	for (size_t i = 0; i < circle->member_count; i++)
		if (was_told(circle, &circle->members[i]->id))
			fell &= ~((kc_peer_set)1 << i);
	if (!fell || !own || own->exclude_count == 0 || count_told(circle) >= KC_CIRCLE_MAX_TOLD)
		return KC_OK;
	KC_TRY(kc_circle_find_fallen(circle, own, ret));
	*ret &= fell;
	return KC_OK;
}

kc_err kc_circle_has_fallen(const struct kc_circle *circle, const struct kc_trust *trust, bool *ret)
{
	kc_peer_set untold;

	KC_TRY(find_untold(circle, trust, &untold));
	*ret = untold != 0;
	return KC_OK;
}

kc_err kc_circle_tell_fallen(struct kc_circle *circle, struct kc_bytes list_record)
{
	const struct kc_peer_id *rows;
	size_t count = count_told(circle), first = circle->tells_all ? 0 : count;
	struct kc_trust trust;
	kc_peer_set untold;

	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(find_untold(circle, &trust, &untold));
	for (size_t i = 0; i < circle->member_count && count < KC_CIRCLE_MAX_TOLD; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;

		if (!kc_peer_set_has(untold, i))
			continue;
		kc_buf_push(&circle->told, id->bytes, sizeof id->bytes);
		KC_TRY(kc_buf_check(&circle->told));
		count++;
	}
	rows = (const struct kc_peer_id *)(const void *)circle->told.data;
	for (size_t i = first; i < count; i++)
		KC_TRY(kc_circle_queue_for(circle, "out/", &rows[i], list_record));
	return KC_OK;
}
