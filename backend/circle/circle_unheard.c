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

/* Those whom an epoch names as out; and those whom its author trusted. */
static kc_peer_set out_of(const struct kc_circle *circle, const struct kc_epoch *epoch)
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_id_is_among(epoch->out, epoch->out_count, &circle->members[i]->id))
			set |= (kc_peer_set)1 << i;
	return set;
}

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

/* Whether a statement is known here by which the author of an epoch can have gone: by one who was
 * in then, be it that it stands no more; or by one who has left, if it stands: that one was not
 * given the key, and must not be able to say for others why somebody is out. Whether another author
 * had heard this device's own, this device cannot tell. */
static bool is_explained(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_epoch *epoch, size_t target)
{
	kc_peer_set were_in = trusted_by(circle, epoch);

	if (!kc_peer_id_equal(&epoch->author, &circle->identity.id))
		were_in &= ~((kc_peer_set)1 << circle->self);
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];

		if (s->target == target &&
			(kc_peer_set_has(were_in, s->author) ||
				(s->author != circle->self && trust->stands[i] &&
					kc_peer_set_has(trust->retired, s->author))))
			return true;
	}
	return false;
}

/* Those whom an epoch names as out without a reason that is known here. */
static kc_peer_set unexplained(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	kc_peer_set out = out_of(circle, epoch), set = 0;

	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_set_has(out, i) && !is_explained(circle, trust, epoch, i))
			set |= (kc_peer_set)1 << i;
	return set;
}

/* Who may turn out to be none of ours, once it is known why an epoch names some as out. Those whom
 * its author trusted then are; and when all that is missing may be what these did before, so are
 * those whom others than they let in, and whom the author has taken in since. */
static kc_peer_set doubted_for(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	kc_peer_set out = unexplained(circle, trust, epoch);
	kc_peer_set others = trust->trusted & ~trusted_by(circle, epoch);
	size_t author = kc_circle_number(circle, &epoch->author);

	if (out & trust->trusted)
		return others;
	return others & ~trust->include[author] & ~kc_trust_introduced_without(trust, out);
}

/* Calls visit for each epoch that tells of somebody who is out. */
static kc_peer_set unite(const struct kc_circle *circle, const struct kc_trust *trust,
	kc_peer_set (*visit)(const struct kc_circle *circle, const struct kc_trust *trust,
		const struct kc_epoch *epoch))
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;

		if (epoch->out_count && is_heeded(circle, trust, &epoch->author))
			set |= visit(circle, trust, epoch);
	}
	return set & trust->trusted & ~((kc_peer_set)1 << circle->self);
}

kc_peer_set kc_circle_named_out(const struct kc_circle *circle, const struct kc_trust *trust)
{
	return unite(circle, trust, unexplained);
}

kc_peer_set kc_circle_in_doubt(const struct kc_circle *circle, const struct kc_trust *trust)
{
	return unite(circle, trust, doubted_for);
}
