/* SPDX-License-Identifier: ISC */
/* The rules of doc/protocol.md 5, in their order. */
#include "backend/circle/trust.h"

#include <stdlib.h>
#include <string.h>

#define BIT(peer) ((kc_peer_set)1 << (peer))
#define FAR 255 /* not introduced */

enum standing { OPEN, STANDS, STRUCK };

/* The vouchers that statements take the ground from; all hold at first. Those after the cut, and
 * those for whom the author never took in: who holds the keys of a removed device can still sign
 * what seems to be from before, and show it to a device that is behind. */
struct fallen {
	bool vouchers[KC_TRUST_MAX_VOUCHERS];
};

static bool takes_back(const struct kc_trust *trust, const struct kc_trust_statement *s,
	const struct kc_trust_voucher *v)
{
	return v->sponsor == s->target &&
	       (v->sponsor_seq > s->cut_seq ||
		       !kc_peer_set_has(trust->include[s->author], v->beneficiary));
}

static bool fell(
	const struct kc_trust *trust, const struct kc_trust_statement *s, struct fallen *fallen)
{
	bool any = false;

	for (size_t i = 0; i < trust->voucher_count; i++)
		if (takes_back(trust, s, &trust->vouchers[i]))
			any = fallen->vouchers[i] = true;
	return any;
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

kc_peer_set kc_trust_introduced_under(
	const struct kc_trust *trust, const struct kc_trust_statement *statements, size_t count)
{
	struct fallen fallen = {{false}};

	for (size_t i = 0; i < count; i++)
		(void)fell(trust, &statements[i], &fallen);
	return introduced_without(trust, &fallen);
}

/* Whom each statement puts out of standing: its target, and whom that introduced after the cut. */
static kc_peer_set struck_by(const struct kc_trust *trust, const struct kc_trust_statement *s)
{
	struct fallen fallen = {{false}};

	if (!fell(trust, s, &fallen))
		return BIT(s->target);
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

/* All of them in their order, so that of two the one with the smaller number comes first. */
struct contest {
	const struct kc_trust *trust;
	size_t count;
	/* Hardly ever is an author among the victims: then nothing is to be compared. */
	kc_peer_set authors, all_victims;
	uint8_t depth[KC_CIRCLE_MAX_PEERS];
	/* The first one of an author that has another among its victims, and is not struck; or one
	 * before that, since they are looked for when they are asked for. */
	uint16_t first[KC_CIRCLE_MAX_PEERS][KC_CIRCLE_MAX_PEERS];
	uint16_t order[KC_TRUST_MAX_STATEMENTS]; /* which statement it is */
	uint8_t standing[KC_TRUST_MAX_STATEMENTS];
	kc_peer_set victims[KC_TRUST_MAX_STATEMENTS];
};

static const struct kc_trust_statement *statement(const struct contest *c, size_t i)
{
	return &c->trust->statements[c->order[i]];
}

static int by_order(const void *a, const void *b, void *context)
{
	const struct contest *c = context;
	const struct kc_trust_statement *one = &c->trust->statements[*(const uint16_t *)a];
	const struct kc_trust_statement *other = &c->trust->statements[*(const uint16_t *)b];

	return comes_first(c->trust, c->depth, one, other)   ? -1
	       : comes_first(c->trust, c->depth, other, one) ? 1
							     : 0;
}

/* Puts all into their order. Nobody counts who was never introduced; and a statement that strikes
 * its own author, by way of those who introduced it, says nothing. */
static void begin_contest(const struct kc_trust *trust, struct contest *c)
{
	struct fallen none = {{false}};

	c->trust = trust;
	c->count = trust->statement_count;
	c->authors = c->all_victims = 0;
	memset(c->first, 0, sizeof c->first);
	measure(trust, &none, c->depth);
	for (size_t i = 0; i < c->count; i++)
		c->order[i] = (uint16_t)i;
	qsort_r(c->order, c->count, sizeof c->order[0], by_order, c);
	for (size_t i = 0; i < c->count; i++) {
		const struct kc_trust_statement *s = statement(c, i);

		c->victims[i] = struck_by(trust, s);
		c->all_victims |= c->victims[i];
		c->authors |= BIT(s->author);
		c->standing[i] = kc_peer_set_has(trust->introduced & ~c->victims[i], s->author)
					 ? OPEN
					 : STRUCK;
	}
}

/* The first statement of an author that has another among its victims; count when there is none. */
static size_t first_against(struct contest *c, size_t author, size_t other)
{
	uint16_t *first = &c->first[author][other];

	while (*first < c->count &&
		(c->standing[*first] == STRUCK || statement(c, *first)->author != author ||
			!kc_peer_set_has(c->victims[*first], other)))
		(*first)++;
	return *first;
}

/* Rules 1 and 2: whether anybody's statement strikes this one. None of its own author does. */
static bool is_challenged(struct contest *c, size_t i)
{
	size_t author = statement(c, i)->author;

	if (!kc_peer_set_has(c->all_victims, author))
		return false;
	for (size_t by = 0; by < c->trust->peer_count; by++) {
		size_t first;

		if (by == author || !kc_peer_set_has(c->authors, by))
			continue;
		first = first_against(c, by, author);
		if (first < i || (first < c->count && !kc_peer_set_has(c->victims[i], by)))
			return true;
	}
	return false;
}

static bool strikes(const struct contest *c, size_t i, size_t k)
{
	return kc_peer_set_has(c->victims[i], statement(c, k)->author) &&
	       (i < k || !kc_peer_set_has(c->victims[k], statement(c, i)->author));
}

static void let_stand(struct contest *c, size_t i)
{
	c->standing[i] = STANDS;
	if (!(c->victims[i] & c->authors))
		return;
	for (size_t k = 0; k < c->count; k++)
		if (c->standing[k] == OPEN && strikes(c, i, k))
			c->standing[k] = STRUCK;
}

/* Rule 3. What nobody challenges stays so. */
static void decide(struct contest *c)
{
	size_t open = 0;

	while (open < c->count) {
		bool progress = false;

		for (size_t i = open; i < c->count; i++)
			if (c->standing[i] == OPEN && !is_challenged(c, i)) {
				let_stand(c, i);
				progress = true;
			}
		while (open < c->count && c->standing[open] != OPEN)
			open++;
		if (!progress && open < c->count)
			let_stand(c, open);
	}
}

/* Rule 4, first half: the targets of standing statements and their earliest cuts, and who is
 * introduced by what is left. */
static void apply(struct kc_trust *trust, const struct contest *c)
{
	struct fallen fallen = {{false}};

	for (size_t i = 0; i < c->count; i++) {
		const struct kc_trust_statement *s = statement(c, i);

		trust->stands[c->order[i]] = c->standing[i] == STANDS;
		if (c->standing[i] != STANDS)
			continue;
		if (!kc_peer_set_has(trust->excluded, s->target) ||
			s->cut_seq < trust->cut[s->target])
			trust->cut[s->target] = s->cut_seq;
		trust->excluded |= BIT(s->target);
		(void)fell(trust, s, &fallen);
	}
	trust->introduced = introduced_without(trust, &fallen);
}

/* Rule 4, second half: those who are in and whom somebody took in. Who did may be out by now: a
 * newcomer that puts out its sponsor before others have heard of it does not fall with it. */
static kc_peer_set taken_in(const struct kc_trust *trust)
{
	kc_peer_set in = trust->introduced & ~trust->excluded;
	kc_peer_set set = BIT(trust->self) | BIT(trust->first);

	for (size_t i = 0; i < trust->peer_count; i++)
		if (kc_peer_set_has(trust->introduced, i))
			set |= trust->include[i] & ~BIT(i);
	return set & in;
}

static void compute(struct kc_trust *trust)
{
	struct fallen none = {{false}};
	struct contest c;

	trust->excluded = 0;
	memset(trust->cut, 0, sizeof trust->cut);
	trust->known = introduced_without(trust, &none);
	trust->introduced = trust->known;
	begin_contest(trust, &c);
	decide(&c);
	apply(trust, &c);
	trust->others = taken_in(trust);
	trust->heard = kc_peer_set_has(trust->others, trust->self) ? trust->others : 0;
	trust->trusted = trust->heard & ~trust->retired;
}

/* Whether a voucher stays by the word of all who put its sponsor out; of one whom nobody did, none
 * does. */
static bool is_upheld(const struct kc_trust *trust, const struct kc_trust_voucher *v)
{
	if (!kc_peer_set_has(trust->excluded, v->sponsor))
		return false;
	for (size_t i = 0; i < trust->statement_count; i++)
		if (trust->stands[i] && takes_back(trust, &trust->statements[i], v))
			return false;
	return true;
}

/* Who left lets nobody in by what it signs then. But where it is out besides, those who put it out
 * know what it had said: a last list from before that may be made up, and shown to a device that
 * had not heard of more. */
void kc_trust_compute(struct kc_trust *trust)
{
	size_t had = trust->voucher_count, end = had + trust->late_count;

	compute(trust);
	for (size_t i = had; i < end; i++)
		if (is_upheld(trust, &trust->vouchers[i])) {
			struct kc_trust_voucher late = trust->vouchers[i];

			trust->vouchers[i] = trust->vouchers[trust->voucher_count];
			trust->vouchers[trust->voucher_count++] = late;
			trust->late_count--;
		}
	if (trust->voucher_count > had)
		compute(trust);
}
