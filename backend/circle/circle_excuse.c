/* SPDX-License-Identifier: ISC */
/* A store that went back with its owner's knowledge: what it has lost of others is not missed until
 * they have said it once more (doc/protocol.md 12). Nothing of what was seen is lowered by it. */
#include "backend/circle/circle.h"

/* The highest number of a list of that member that anybody who is in, or left, said to have seen.
 */
static uint64_t last_known_list(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *member)
{
	uint64_t last = member->list ? member->list->seq : 0;

	if (last < member->heard_seq)
		last = member->heard_seq;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_list *list = circle->members[i]->list;
		const struct kc_seen *seen = list ? kc_list_find_seen(list, &member->id) : NULL;

		if (seen && kc_peer_set_has(trust->heard, i) && last < seen->seq)
			last = seen->seq;
	}
	return last;
}

kc_err kc_circle_excuse(struct kc_circle *circle, struct kc_member *member, uint64_t shown)
{
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	member->excuse = (struct kc_excuse){.seq = last_known_list(circle, &trust, member)};
	if (shown < member->position.number) {
		member->excuse.shown = shown;
		member->excuse.known = member->position.number;
	}
	member->waiting_since_ms = 0;
	if (kc_circle_is_trusted(circle, &trust, &member->id))
		return KC_OK;
	member->retold = member->position.number;
	if (circle->joining)
		member->target = (struct kc_log_position){0}; /* nobody but others can say it */
	return KC_OK;
}

/* Who is out by now may have named a list that there never was. What the others name only grows, so
 * nothing of theirs is lost by this. And whoever is back may write more than what was said. */
void kc_circle_settle_excuses(struct kc_circle *circle, const struct kc_trust *trust)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_member *member = circle->members[i];
		uint64_t last = member->excuse.seq ? last_known_list(circle, trust, member) : 0;

		if (member->excuse.seq > last)
			member->excuse.seq = last;
		if (kc_peer_set_has(trust->trusted, i))
			member->retold = 0;
	}
}

bool kc_circle_is_excused(const struct kc_member *member)
{
	return member->excuse.seq && member->excuse.seq >= (member->list ? member->list->seq : 0);
}

bool kc_circle_may_be_short(const struct kc_member *member, uint64_t last)
{
	return member->excuse.known && member->excuse.known == member->position.number &&
	       member->excuse.shown <= last;
}
