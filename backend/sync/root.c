/* SPDX-License-Identifier: ISC */
/* The root of the trie, and the vector that it goes with. */
#include "backend/sync/root.h"

#include <string.h>

#include "backend/store/track.h"

kc_err kc_root_close_vector(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, const struct kc_vector *vector, struct kc_vector *ret)
{
	kc_peer_set out = kc_trust_outsiders(trust);

	*ret = (struct kc_vector){.count = 0};
	for (size_t i = 0; i < vector->count; i++) {
		const struct kc_dot *dot = &vector->rows[i];
		size_t member = kc_circle_number(circle, &dot->writer);
		uint64_t most = dot->counter;

		if (kc_peer_set_has(out, member))
			most = kc_circle_closing(circle, trust, view, &dot->writer);
		KC_TRY(kc_vector_raise(
			ret, &dot->writer, dot->counter < most ? dot->counter : most));
	}
	return KC_OK;
}

kc_err kc_root_is_closed(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, const uint8_t head_kid[static KC_KID_LEN], bool *ret)
{
	const struct kc_held_epoch *held;
	kc_err err = kc_circle_usable_epoch(circle, trust, view, &held);

	*ret = false;
	if (err == KC_E_NOT_FOUND || err == KC_E_WAITING)
		return KC_OK;
	KC_TRY(err);
	*ret = memcmp(held->epoch->name.kid, circle->views[view].kid, KC_KID_LEN) == 0 &&
	       memcmp(held->epoch->name.kid, head_kid, KC_KID_LEN) == 0;
	return KC_OK;
}

kc_err kc_root_beyond(const struct kc_circle *circle, const struct kc_trust *trust,
	enum kc_view view, uint8_t ret[static KC_HASH32_LEN])
{
	const struct kc_vector *reached = &circle->views[view].reached;
	KC_CLEANUP_LABEL struct kc_label label = {0};
	struct kc_vector closed;

	memset(ret, 0, KC_HASH32_LEN);
	KC_TRY(kc_root_close_vector(circle, trust, view, reached, &closed));
	if (kc_vector_is_within(reached, &closed))
		return KC_OK;
	kc_label_init(&label, "kc1/made-own");
	for (size_t i = 0; i < reached->count; i++) {
		const struct kc_dot *dot = &reached->rows[i];
		uint64_t end = kc_vector_get(&closed, &dot->writer);

		if (dot->counter <= end)
			continue;
		kc_der_put_bytes(&label.w, KC_BYTES_OF(dot->writer.bytes));
		kc_der_put_uint(&label.w, dot->counter);
		kc_der_put_uint(&label.w, end);
	}
	return kc_label_hash(&label, ret);
}

/* Whether what one who is out wrote too late is here, and not yet this device's own. One that is
 * joining makes nothing its own. */
static kc_err is_adopting(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_trust *trust, enum kc_view view, bool *ret)
{
	static const uint8_t none[KC_HASH32_LEN];
	const struct kc_view_state *state = &circle->views[view];
	uint8_t beyond[KC_HASH32_LEN];
	uint64_t pending;
	bool done;

	*ret = false;
	KC_TRY(kc_root_beyond(circle, trust, view, beyond));
	if (memcmp(beyond, none, sizeof none) == 0)
		return KC_OK;
	KC_TRY(kc_root_is_closed(circle, trust, view, state->kid, &done));
	KC_TRY(kc_track_journal_count(txn, &pending));
	*ret = !done || pending > 0 ||
	       (!circle->joining && memcmp(beyond, state->made_own, sizeof beyond) != 0);
	return KC_OK;
}

kc_err kc_root_look(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_trust *trust, enum kc_view view, struct kc_told_root *ret)
{
	const struct kc_view_state *state = &circle->views[view];
	struct kc_trie_root root;
	struct kc_vector own;
	bool adopting;

	KC_TRY(kc_trie_get_root(txn, view, &root));
	KC_TRY(is_adopting(txn, circle, trust, view, &adopting));
	memcpy(ret->hash, root.hash, sizeof ret->hash);
	ret->count = root.count;
	/* A record may be here whose dot the vector does not reach yet; this device's own come back
	 * as well, where the store shows them anew. */
	KC_TRY(kc_root_own_vector(circle, view, &own));
	ret->exact = !root.doubted && !adopting && kc_vector_is_within(&state->reached, &own);
	return KC_OK;
}

kc_err kc_root_tell(struct kc_txn *txn, const struct kc_circle *circle,
	const struct kc_trust *trust, enum kc_view view, struct kc_told_root *ret)
{
	KC_TRY(kc_root_look(txn, circle, trust, view, ret));
	ret->exact = ret->exact && !circle->joining;
	return KC_OK;
}

kc_err kc_root_vector(const struct kc_peer_id *self, uint64_t counter,
	const struct kc_vector *vector, struct kc_vector *ret)
{
	*ret = *vector;
	return kc_vector_raise(ret, self, counter);
}

kc_err kc_root_own_vector(const struct kc_circle *circle, enum kc_view view, struct kc_vector *ret)
{
	const struct kc_view_state *state = &circle->views[view];

	return kc_root_vector(&circle->identity.id, state->counter, &state->vector, ret);
}
