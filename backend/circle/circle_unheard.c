/* SPDX-License-Identifier: ISC */
/*
 * Removals that this device has not heard of, though it has the keys that followed (doc/protocol.md
 * 7). A store that keeps a list back, and shows the epochs and shares that came with it, would else
 * have this device give those keys to the very one that was put out, or to whom that lets in.
 */
#include "backend/circle/circle_impl.h"

/* Whether its keys are taken here: those whose author is trusted, or was, or is vouched for. */
bool kc_circle_is_heeded(
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

/* Whether a device has, of one that it hears, a list with that number or a later one, and of
 * everybody in the circle the list that this one says was seen. Then it knows all that the other
 * knew of who is out: lists take nothing back. */
bool kc_circle_has_heard(
	const struct kc_circle *circle, const struct kc_trust *trust, size_t number, uint64_t seq)
{
	const struct kc_list *list = circle->members[number]->list;

	if (number == circle->self)
		return true;
	if (!list || list->seq < seq)
		return false;
	for (size_t i = 0; i < list->seen_count; i++) {
		size_t of = kc_circle_number(circle, &list->seen[i].peer);
		const struct kc_list *had;

		/* This device knows what it said itself; and one that was never introduced says
		 * nothing that counts. */
		if (of == circle->self || !kc_peer_set_has(trust->known, of))
			continue;
		had = circle->members[of]->list;
		if (!had || had->seq < list->seen[i].seq)
			return false;
	}
	return true;
}

/* The same, of one reason of an epoch. Who has left signed no list after its last. */
static bool is_reason_heard(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_dot *reason)
{
	size_t number = kc_circle_number(circle, &reason->writer);
	uint64_t seq = reason->counter;
	const struct kc_member *m;

	if (number == circle->member_count)
		return false;
	m = circle->members[number];
	if (kc_circle_is_over(m) && seq > m->list->seq)
		seq = m->list->seq;
	return kc_circle_has_heard(circle, trust, number, seq);
}

/* Whether it may yet be heard: whose keys are not taken has no say in it. */
static bool is_reason_awaited(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_dot *reason)
{
	if (kc_circle_number(circle, &reason->writer) == circle->member_count)
		return true;
	return kc_circle_is_heeded(circle, trust, &reason->writer) &&
	       !is_reason_heard(circle, trust, reason);
}

/* Whether one is out, or fell, by what these say alone. */
static bool is_out_by(const struct kc_trust *trust, size_t number, kc_peer_set by)
{
	struct kc_trust_statement said[KC_CIRCLE_MAX_PEERS];
	size_t count = 0;

	for (size_t i = 0; i < trust->statement_count && count < KC_COUNT_OF(said); i++) {
		if (!trust->stands[i] || !kc_peer_set_has(by, trust->statements[i].author))
			continue;
		if (trust->statements[i].target == number)
			return true;
		said[count++] = trust->statements[i];
	}
	return !kc_peer_set_has(kc_trust_introduced_under(trust, said, count), number);
}

/* Whether all is here by which the author of an epoch can have gone. */
static bool is_told_why(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	for (size_t i = 0; i < epoch->reasons.count; i++)
		if (is_reason_awaited(circle, trust, &epoch->reasons.rows[i]))
			return false;
	return epoch->reasons.count > 0;
}

/* Whether its author waited for what another had to say, which is not here either: it may not have
 * known those whom it was to name. */
static bool author_waited(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	for (size_t i = 0; i < epoch->reasons.count; i++)
		if (!kc_peer_id_equal(&epoch->reasons.rows[i].writer, &epoch->author) &&
			is_reason_awaited(circle, trust, &epoch->reasons.rows[i]))
			return true;
	return false;
}

/* Those who were given the key of an epoch that the same author began later in that view: it trusts
 * them since. */
static kc_peer_set trusted_since(const struct kc_circle *circle, const struct kc_epoch *epoch)
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *later = circle->epochs[i].epoch;

		if (later->name.view == epoch->name.view && later->name.epoch > epoch->name.epoch &&
			later->reason != KC_EPOCH_RETOLD &&
			kc_peer_id_equal(&later->author, &epoch->author))
			set |= trusted_by(circle, later);
	}
	return set;
}

/* Those who left, or of whom somebody ever said that they are out, be it that it stands no more. */
static kc_peer_set were_out(const struct kc_trust *trust)
{
	kc_peer_set set = trust->retired;

	for (size_t i = 0; i < trust->statement_count; i++)
		set |= (kc_peer_set)1 << trust->statements[i].target;
	return set;
}

/* Those whom an epoch of this device names because others did, whose keys are not taken any more:
 * of its own knowledge it had none, or has it still. That falls with those others, when they are
 * out by the word of somebody else than whom they name, and than these may have let in: it may be
 * just they who put them out. */
static kc_peer_set named_by_fallen(
	const struct kc_circle *circle, const struct kc_trust *trust, kc_peer_set named)
{
	kc_peer_set fell = 0, stay = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;
		kc_peer_set out = out_of(circle, epoch), sure;
		size_t author = kc_circle_number(circle, &epoch->author);

		if (!(out & named) || kc_circle_is_heeded(circle, trust, &epoch->author))
			continue;
		sure = trust->trusted & ~(named | out) &
		       kc_trust_introduced_without(trust, named | out);
		if (author < circle->member_count && is_out_by(trust, author, sure))
			fell |= out;
		else
			stay |= out;
	}
	return fell & ~stay;
}

/* Those whom an epoch names as out without a reason that is known here. That one has left no list
 * says, so who has heard all may still lack that. */
static kc_peer_set unexplained(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	kc_peer_set out = out_of(circle, epoch) & ~trusted_since(circle, epoch);

	if (is_told_why(circle, trust, epoch))
		out &= ~were_out(trust);
	if (out && kc_peer_id_equal(&epoch->author, &circle->identity.id))
		out &= ~named_by_fallen(circle, trust, out);
	return out;
}

/* Who may turn out to be none of ours, once it is known why an epoch names some as out. Those whom
 * its author trusted then, or since, are ours; and when all that is missing may be what these did
 * before, so are those whom others than they let in, and whom the author has taken in since. What
 * this device waited for itself is looked at where it was said. */
static kc_peer_set doubted_for(
	const struct kc_circle *circle, const struct kc_trust *trust, const struct kc_epoch *epoch)
{
	kc_peer_set out = unexplained(circle, trust, epoch);
	kc_peer_set others = trust->trusted & ~trusted_by(circle, epoch);
	size_t author = kc_circle_number(circle, &epoch->author);
	bool waited = author != circle->self && author_waited(circle, trust, epoch);

	if ((out & trust->trusted) || waited)
		return others & ~trusted_since(circle, epoch);
	return others & ~trust->include[author] & ~kc_trust_introduced_without(trust, out);
}

/* Whether an epoch tells of somebody who is out, be it that its author knew of none. */
static bool tells_of_removals(const struct kc_epoch *epoch)
{
	return epoch->out_count > 0 || epoch->reasons.count > 1;
}

/* Calls visit for each such epoch whose keys are taken. */
static kc_peer_set unite(const struct kc_circle *circle, const struct kc_trust *trust,
	kc_peer_set (*visit)(const struct kc_circle *circle, const struct kc_trust *trust,
		const struct kc_epoch *epoch))
{
	kc_peer_set set = 0;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;

		if (tells_of_removals(epoch) && kc_circle_is_heeded(circle, trust, &epoch->author))
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
	kc_peer_set ours = trust->trusted & ~((kc_peer_set)1 << circle->self);

	return unite(circle, trust, doubted_for) |
	       (kc_circle_doubted_for_gifts(circle, trust) & ours);
}

/* The next list of this device; and while this is still to hear why an epoch names some, those by
 * which it will know: whoever was to be named may not be known here. */
static kc_err add_reasons(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_vector *ret)
{
	const struct kc_list *own = kc_circle_self(circle)->list;

	KC_TRY(kc_vector_raise(ret, &circle->identity.id, own ? own->seq + 1 : 1));
	KC_TRY(kc_circle_add_givers(circle, trust, ret));
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;
		const struct kc_vector *reasons = &epoch->reasons;

		if (!tells_of_removals(epoch) ||
			!kc_circle_is_heeded(circle, trust, &epoch->author) ||
			is_told_why(circle, trust, epoch))
			continue;
		for (size_t k = 0; k < reasons->count; k++)
			KC_TRY(kc_vector_raise(
				ret, &reasons->rows[k].writer, reasons->rows[k].counter));
	}
	return KC_OK;
}

void kc_circle_name_reasons(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_vector *ret)
{
	ret->count = 0;
	/* More than there is room for: nobody is to believe to know them all. */
	if (add_reasons(circle, trust, ret) != KC_OK)
		ret->count = 0;
}
