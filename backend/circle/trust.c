/* SPDX-License-Identifier: ISC */
/* The rules of doc/protocol.md 5, in their order. */
#include "backend/circle/trust.h"

#define BIT(peer) ((kc_peer_set)1 << (peer))
#define FAR KC_TRUST_FAR

enum standing { OPEN, STANDS, STRUCK };

/* The vouchers that statements take the ground from; all hold at first. Those after the cut, and
 * those for whom the author never took in: who holds the keys of a removed device can still sign
 * what seems to be from before, and show it to a device that is behind. */
struct fallen {
	bool vouchers[KC_TRUST_MAX_VOUCHERS];
};

static void fell(
	const struct kc_trust *trust, const struct kc_trust_statement *s, struct fallen *fallen)
{
	for (size_t i = 0; i < trust->voucher_count; i++) {
		const struct kc_trust_voucher *v = &trust->vouchers[i];

		if (v->sponsor == s->target &&
			(v->sponsor_seq > s->cut_seq ||
				!kc_peer_set_has(trust->include[s->author], v->beneficiary)))
			fallen->vouchers[i] = true;
	}
}

/* How many vouchers each peer is away from genesis, by those that have not fallen. */
static void measure(const struct kc_trust *trust, const struct fallen *fallen,
	uint8_t depth[static KC_CIRCLE_MAX_PEERS])
{
	bool changed = true;

	for (size_t i = 0; i < KC_CIRCLE_MAX_PEERS; i++)
		depth[i] = FAR;
	depth[trust->first] = 0;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < trust->voucher_count; i++) {
			const struct kc_trust_voucher *v = &trust->vouchers[i];

			if (fallen->vouchers[i] || depth[v->sponsor] == FAR ||
				depth[v->beneficiary] <= depth[v->sponsor] + 1)
				continue;
			depth[v->beneficiary] = (uint8_t)(depth[v->sponsor] + 1);
			changed = true;
		}
	}
}

void kc_trust_measure(const struct kc_trust *trust, uint8_t ret[static KC_CIRCLE_MAX_PEERS])
{
	struct fallen none = {{false}};

	measure(trust, &none, ret);
}

static kc_peer_set introduced_without(const struct kc_trust *trust, const struct fallen *fallen)
{
	uint8_t depth[KC_CIRCLE_MAX_PEERS];
	kc_peer_set set = 0;

	measure(trust, fallen, depth);
	for (size_t i = 0; i < trust->peer_count; i++)
		if (depth[i] != FAR)
			set |= BIT(i);
	return set;
}

kc_peer_set kc_trust_introduced_without(const struct kc_trust *trust, kc_peer_set sponsors)
{
	struct fallen fallen = {{false}};

	for (size_t i = 0; i < trust->voucher_count; i++)
		fallen.vouchers[i] = kc_peer_set_has(sponsors, trust->vouchers[i].sponsor);
	return introduced_without(trust, &fallen);
}

/* Whom each statement puts out of standing: its target, and whom that introduced after the cut. */
static kc_peer_set struck_by(const struct kc_trust *trust, const struct kc_trust_statement *s)
{
	struct fallen fallen = {{false}};

	fell(trust, s, &fallen);
	return BIT(s->target) | (trust->introduced & ~introduced_without(trust, &fallen));
}

/* Whether a comes before b in the order of ranks. */
static bool comes_first(const struct kc_trust *trust, const uint8_t *depth,
	const struct kc_trust_statement *a, const struct kc_trust_statement *b)
{
	int ids = kc_peer_id_compare(&trust->ids[a->author], &trust->ids[b->author]);

	if (a->rank != b->rank)
		return a->rank > b->rank;
	if (depth[a->author] != depth[b->author])
		return depth[a->author] < depth[b->author];
	if (ids != 0)
		return ids < 0;
	return kc_peer_id_compare(&trust->ids[a->target], &trust->ids[b->target]) < 0;
}

struct contest {
	const struct kc_trust *trust;
	uint8_t depth[KC_CIRCLE_MAX_PEERS];
	kc_peer_set victims[KC_TRUST_MAX_STATEMENTS];
	enum standing standing[KC_TRUST_MAX_STATEMENTS];
	/* Hardly ever is an author among the victims: then nothing is to be compared. */
	kc_peer_set authors, all_victims;
};

/* Rules 1 and 2: whether statement i strikes statement k. */
static bool strikes(const struct contest *c, size_t i, size_t k)
{
	const struct kc_trust_statement *a = &c->trust->statements[i];
	const struct kc_trust_statement *b = &c->trust->statements[k];

	if (!kc_peer_set_has(c->victims[i], b->author))
		return false;
	if (!kc_peer_set_has(c->victims[k], a->author))
		return true;
	return comes_first(c->trust, c->depth, a, b);
}

static bool is_challenged(const struct contest *c, size_t k)
{
	if (!kc_peer_set_has(c->all_victims, c->trust->statements[k].author))
		return false;
	for (size_t i = 0; i < c->trust->statement_count; i++)
		if (i != k && c->standing[i] != STRUCK && strikes(c, i, k))
			return true;
	return false;
}

static void let_stand(struct contest *c, size_t i)
{
	c->standing[i] = STANDS;
	if (!(c->victims[i] & c->authors))
		return;
	for (size_t k = 0; k < c->trust->statement_count; k++)
		if (k != i && c->standing[k] == OPEN && strikes(c, i, k))
			c->standing[k] = STRUCK;
}

/* Rule 3: the next open statement that stands. */
static bool find_next(const struct contest *c, size_t *ret)
{
	const struct kc_trust_statement *all = c->trust->statements;
	bool found = false;
	size_t first = 0;

	for (size_t i = 0; i < c->trust->statement_count; i++) {
		if (c->standing[i] != OPEN)
			continue;
		if (!is_challenged(c, i)) {
			*ret = i;
			return true;
		}
		if (!found || comes_first(c->trust, c->depth, &all[i], &all[first]))
			first = i;
		found = true;
	}
	*ret = first;
	return found;
}

/* Rule 4, first half: the targets of standing statements and their earliest cuts, and who is
 * introduced by what is left. */
static void apply(struct kc_trust *trust, const struct contest *c)
{
	struct fallen fallen = {{false}};

	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];

		trust->stands[i] = c->standing[i] == STANDS;
		if (!trust->stands[i])
			continue;
		if (!kc_peer_set_has(trust->excluded, s->target) ||
			s->cut_seq < trust->cut[s->target])
			trust->cut[s->target] = s->cut_seq;
		trust->excluded |= BIT(s->target);
		fell(trust, s, &fallen);
	}
	trust->introduced = introduced_without(trust, &fallen);
}

/* Rule 4, second half: those who are in and whom somebody took in. Who did may be out by now: a
 * newcomer that puts out its sponsor before others have heard of it does not fall with it. */
static kc_peer_set taken_in(const struct kc_trust *trust)
{
	kc_peer_set in = trust->introduced & ~trust->excluded;
	kc_peer_set set = BIT(trust->self) | BIT(trust->first);

	if (!kc_peer_set_has(in, trust->self))
		return 0;
	for (size_t i = 0; i < trust->peer_count; i++)
		if (kc_peer_set_has(trust->introduced, i))
			set |= trust->include[i] & ~BIT(i);
	return set & in;
}

void kc_trust_compute(struct kc_trust *trust)
{
	struct contest c = {.trust = trust};
	struct fallen none = {{false}};
	size_t next;

	trust->excluded = 0;
	trust->known = introduced_without(trust, &none);
	trust->introduced = trust->known;
	measure(trust, &none, c.depth);
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];

		c.victims[i] = struck_by(trust, s);
		c.all_victims |= c.victims[i];
		c.authors |= BIT(s->author);
		/* Nobody counts who was never introduced; and a statement that strikes its own
		 * author, by way of those who introduced it, says nothing. */
		if (!kc_peer_set_has(trust->introduced, s->author) ||
			kc_peer_set_has(c.victims[i], s->author))
			c.standing[i] = STRUCK;
	}
	while (find_next(&c, &next))
		let_stand(&c, next);
	apply(trust, &c);
	trust->heard = taken_in(trust);
	trust->trusted = trust->heard & ~trust->retired;
}
