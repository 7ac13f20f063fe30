/* SPDX-License-Identifier: ISC */
/* Items of a feed: whose they are, and whether a signature vouches for them (doc/protocol.md 8). */
#include "backend/sync/absorb_impl.h"

#include <string.h>

static kc_err find_anchor(struct kc_absorb_reader *r, size_t member, enum kc_view view)
{
	const struct kc_list *list = r->circle->members[member]->list;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	kc_err err;

	if (!list)
		return KC_OK;
	err = kc_absorb_head(r, member, list, view, &head);
	if (err == KC_OK)
		r->anchors[member][view] = head.counter;
	return err == KC_E_NOT_FOUND || kc_absorb_is_verdict(err) || err == KC_E_LOCKED ? KC_OK
											: err;
}

kc_err kc_absorb_find_anchors(struct kc_absorb_reader *r)
{
	r->anchors = calloc(KC_CIRCLE_MAX_PEERS, sizeof *r->anchors);
	if (!r->anchors)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < r->circle->member_count; i++)
		for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++) {
			if (i == r->circle->self)
				r->anchors[i][view] = r->circle->views[view].counter;
			else if (kc_peer_set_has(r->trust.trusted, i))
				KC_TRY(find_anchor(r, i, (enum kc_view)view));
		}
	return KC_OK;
}

/* What a device wrote before it was put out, and whoever let this one in had settled. */
static bool was_settled(const struct kc_absorb_reader *r, const struct kc_peer_id *writer,
	const struct kc_incoming *incoming)
{
	return r->circle->joining &&
	       incoming->body.counter <=
		       kc_vector_get(&r->circle->views[incoming->view].vector, writer);
}

kc_err kc_absorb_claim(const struct kc_absorb_reader *r, struct kc_absorb_record *record,
	const struct kc_incoming *incoming)
{
	const struct kc_peer_id *writer = &incoming->body.version.writer;

	for (size_t i = 0; i < r->circle->member_count; i++) {
		if (!kc_peer_id_equal(&r->circle->members[i]->id, writer))
			continue;
		record->member = i;
		if (!kc_peer_set_has(r->trust.trusted, i))
			return was_settled(r, writer, incoming) ? KC_OK : KC_ERR(WAITING);
		return incoming->body.counter <= r->anchors[i][incoming->view] ? KC_OK
									       : KC_ERR(WAITING);
	}
	return KC_ERR(WAITING);
}
