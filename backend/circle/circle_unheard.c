/* SPDX-License-Identifier: ISC */
/*
 * Removals that this device has not heard of, though it has the keys that followed (doc/protocol.md
 * 7). A store that keeps a list back, and shows the epochs and shares that came with it, would else
 * have this device give those keys to the very one that was put out, or to whom that lets in.
 */
#include "backend/circle/circle_impl.h"

/* Whether its keys are taken here: those whose author is trusted, or was, or is vouched for. */
static bool is_heeded(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_peer_id *id)
{
	return kc_peer_set_has(trust->heard, kc_circle_number(circle, id)) ||
	       kc_circle_is_in(circle, trust, id);
}

/* Whether the author of an epoch can have gone by a statement that is known here, and stands no
 * more: in its eyes who made that was in, or had left. */
static bool is_explained(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_epoch *epoch, size_t target)
{
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];
		const struct kc_peer_id *author = &circle->members[s->author]->id;

		if (s->target == target && (kc_peer_set_has(trust->retired, s->author) ||
						   kc_peer_id_equal(&epoch->author, author) ||
						   kc_peer_id_is_among(epoch->recipients,
							   epoch->recipient_count, author)))
			return true;
	}
	return false;
}

/* Whether an epoch names one as out who is trusted here, and nothing explains that. */
static bool tells_of_removal(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	for (size_t i = 0; i < epoch->out_count; i++) {
		size_t number = kc_circle_number(circle, &epoch->out[i]);

		if (number < circle->member_count && kc_peer_set_has(trust->trusted, number) &&
			!is_explained(circle, trust, epoch, number))
			return true;
	}
	return false;
}

/* Those whom the author of an epoch trusted. */
static kc_peer_set trusted_by(const struct kc_circle *circle, const struct kc_epoch *epoch)
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;

		if (kc_peer_id_equal(&epoch->author, id) ||
			kc_peer_id_is_among(epoch->recipients, epoch->recipient_count, id))
			set |= (kc_peer_set)1 << i;
	}
	return set;
}

kc_peer_set kc_circle_in_doubt(const struct kc_circle *circle, const struct kc_trust *trust)
{
	kc_peer_set doubt = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;

		if (is_heeded(circle, trust, &epoch->author) &&
			tells_of_removal(circle, trust, epoch))
			doubt |= trust->trusted & ~trusted_by(circle, epoch);
	}
	return doubt & ~((kc_peer_set)1 << circle->self);
}
