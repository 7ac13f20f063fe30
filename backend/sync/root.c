/* SPDX-License-Identifier: ISC */
/* The root of the trie, and the vector that it goes with. */
#include "backend/sync/root.h"

#include <string.h>

kc_err kc_root_tell(struct kc_txn *txn, const struct kc_circle *circle, enum kc_view view,
	struct kc_told_root *ret)
{
	const struct kc_view_state *state = &circle->views[view];
	struct kc_trie_root root;

	KC_TRY(kc_trie_get_root(txn, view, &root));
	memcpy(ret->hash, root.hash, sizeof ret->hash);
	ret->count = root.count;
	/* A record may be here whose dot the vector does not reach yet. */
	ret->exact = !root.doubted && !circle->joining &&
		     kc_vector_is_within(&state->reached, &state->vector);
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
