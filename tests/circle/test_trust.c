/* SPDX-License-Identifier: ISC */
/*
 * Who is trusted: the rules on small cases, and a simulation of circles with partial views, thieves
 * and passwords.
 */
#include <stdio.h>
#include <string.h>

#include "backend/circle/trust.h"
#include "tests/check.h"

/* A circle as its honest truth: every list that exists. What a device knows is a part of it. */
struct world {
	size_t count;
	kc_peer_set include[KC_CIRCLE_MAX_PEERS];
	uint64_t seq[KC_CIRCLE_MAX_PEERS];
	struct kc_trust_statement statements[KC_TRUST_MAX_STATEMENTS];
	size_t statement_count;
	struct kc_trust_voucher vouchers[KC_TRUST_MAX_VOUCHERS];
	size_t voucher_count;
	kc_peer_set retired;
	uint64_t last_seq[KC_CIRCLE_MAX_PEERS]; /* of those: their last list */
};

static void begin(struct world *world)
{
	memset(world, 0, sizeof *world);
	world->count = 1;
	world->include[0] = 1;
	world->seq[0] = 1;
}

/* The sponsor lets in a device; everybody who is not left out adopts it. */
static size_t join(struct world *world, size_t sponsor)
{
	size_t newcomer = world->count++;

	world->seq[sponsor]++;
	world->vouchers[world->voucher_count++] =
		(struct kc_trust_voucher){(uint8_t)sponsor, (uint8_t)newcomer, world->seq[sponsor]};
	world->include[sponsor] |= (kc_peer_set)1 << newcomer;
	world->include[newcomer] = world->include[sponsor];
	world->seq[newcomer] = 1;
	return newcomer;
}

static void adopt(struct world *world, size_t who, size_t whom)
{
	world->include[who] |= (kc_peer_set)1 << whom;
	world->seq[who]++;
}

static void adopt_all(struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		world->include[i] = ((kc_peer_set)1 << world->count) - 1;
}

static void exclude(
	struct world *world, size_t author, size_t target, uint64_t cut, enum kc_rank rank)
{
	world->seq[author]++;
	world->statements[world->statement_count++] =
		(struct kc_trust_statement){(uint8_t)author, (uint8_t)target, cut, rank};
}

/* A device leaves with its next list; whoever has its keys then may still sign. */
static void leave(struct world *world, size_t who)
{
	if (kc_peer_set_has(world->retired, who))
		return;
	world->retired |= (kc_peer_set)1 << who;
	world->last_seq[who] = ++world->seq[who];
}

static bool is_late(const struct world *world, const struct kc_trust_voucher *v)
{
	return kc_peer_set_has(world->retired, v->sponsor) &&
	       v->sponsor_seq > world->last_seq[v->sponsor];
}

/* Those for after the last list of who has left are the last (kc_circle_judge). */
static void add_vouchers(const struct world *world, struct kc_trust *trust)
{
	for (size_t i = 0; i < world->voucher_count; i++)
		if (!is_late(world, &world->vouchers[i]))
			trust->vouchers[trust->voucher_count++] = world->vouchers[i];
	for (size_t i = 0; i < world->voucher_count; i++)
		if (is_late(world, &world->vouchers[i]))
			trust->vouchers[trust->voucher_count + trust->late_count++] =
				world->vouchers[i];
}

/* What device self computes from everything. Ids ascend with the numbers. */
static struct kc_trust judge(const struct world *world, size_t self)
{
	struct kc_trust trust;

	memset(&trust, 0, sizeof trust);
	trust.self = self;
	trust.peer_count = world->count;
	for (size_t i = 0; i < world->count; i++)
		trust.ids[i].bytes[0] = (uint8_t)i;
	memcpy(trust.include, world->include, sizeof trust.include);
	memcpy(trust.statements, world->statements, sizeof trust.statements);
	trust.statement_count = world->statement_count;
	trust.retired = world->retired;
	add_vouchers(world, &trust);
	kc_trust_compute(&trust);
	return trust;
}

static bool trusts(const struct world *world, size_t self, size_t peer)
{
	struct kc_trust trust = judge(world, self);

	return kc_peer_set_has(trust.trusted, peer);
}

/* 0 began; it let in 1, which let in 2. */
static void family(struct world *world)
{
	begin(world);
	join(world, 0);
	join(world, 1);
	adopt_all(world);
}

static void a_chain_of_vouchers(void)
{
	struct world world;

	begin(&world);
	CHECK(trusts(&world, 0, 0));
	join(&world, 0);
	join(&world, 1);
	/* 0 has not adopted 2 yet, and reaches it through 1. */
	CHECK(trusts(&world, 0, 2));
	CHECK(trusts(&world, 2, 0));
	/* Included by somebody, vouched for by nobody. */
	world.count++;
	adopt(&world, 1, 3);
	CHECK(!trusts(&world, 0, 3));
	CHECK(!trusts(&world, 1, 3));
}

static void removal(void)
{
	struct world world;

	family(&world);
	exclude(&world, 2, 1, world.seq[1], KC_RANK_USER_KEY);
	CHECK(!trusts(&world, 0, 1));
	CHECK(!trusts(&world, 2, 1));
	CHECK(trusts(&world, 0, 2)); /* let in by 1, before the cut */
	CHECK(judge(&world, 1).trusted == 0);
	/* What 1 says afterwards counts for nothing, whatever it knows, even of third ones. */
	exclude(&world, 1, 0, 9, KC_RANK_USER_KEY);
	CHECK(trusts(&world, 2, 0));
	CHECK(trusts(&world, 0, 0));
}

/* Nobody else has heard of the newcomer when it puts out the only device that took it in. */
static void a_newcomer_that_puts_out_its_sponsor(void)
{
	struct world world;
	size_t newcomer, second;

	family(&world);
	newcomer = join(&world, 1);
	exclude(&world, newcomer, 1, world.seq[1], KC_RANK_NONE);
	CHECK(!trusts(&world, 0, 1));
	CHECK(trusts(&world, 0, newcomer));
	CHECK(trusts(&world, 2, newcomer));
	CHECK(trusts(&world, newcomer, 0));
	/* Its own newcomers are in as well. */
	second = join(&world, newcomer);
	CHECK(trusts(&world, 0, second));
	/* But one who puts out that sponsor, and has not taken the newcomer in, puts out both. */
	exclude(&world, 0, 1, world.seq[1], KC_RANK_NONE);
	CHECK(!trusts(&world, 0, newcomer));
	CHECK(!trusts(&world, 2, second));
	CHECK(judge(&world, newcomer).trusted == 0);
}

/* Who leaves takes nobody along, and what it had said stands; but it lets nobody in any more. */
static void who_leaves(void)
{
	struct world world;
	size_t late;

	family(&world);
	exclude(&world, 1, 2, world.seq[2], KC_RANK_NONE);
	CHECK(!trusts(&world, 0, 2));
	leave(&world, 1);
	CHECK(!trusts(&world, 0, 1));
	CHECK(!trusts(&world, 0, 2));
	family(&world);
	leave(&world, 1);
	CHECK(trusts(&world, 0, 2));
	CHECK(trusts(&world, 2, 0));
	CHECK(judge(&world, 1).trusted == judge(&world, 0).trusted);
	late = join(&world, 1);
	adopt_all(&world);
	CHECK(!trusts(&world, 0, late));
	CHECK(!trusts(&world, 2, late));
	/* Put out as well, as of after that, by one that had included whom it let in. */
	exclude(&world, 0, 1, world.seq[1], KC_RANK_NONE);
	CHECK(trusts(&world, 0, late));
	CHECK(trusts(&world, 2, late));
	CHECK(!trusts(&world, 0, 1));
	/* By another as of before it let in anybody: that counts more. */
	exclude(&world, late, 1, 1, KC_RANK_NONE);
	CHECK(trusts(&world, 0, late)); /* not by its own sponsor's newcomer */
	exclude(&world, 2, 1, 1, KC_RANK_NONE);
	CHECK(trusts(&world, 0, 2));
	world.statement_count = 0;
	exclude(&world, 0, 1, 1, KC_RANK_NONE);
	CHECK(!trusts(&world, 0, 2));
	CHECK(!trusts(&world, 0, late));
}

static void whoever_came_after_the_cut_goes_too(void)
{
	struct world world;
	uint64_t cut;
	size_t friend_of_thief;

	family(&world);
	cut = world.seq[1];
	friend_of_thief = join(&world, 1);
	adopt_all(&world);
	CHECK(trusts(&world, 0, friend_of_thief));
	exclude(&world, 0, 1, cut, KC_RANK_NONE);
	CHECK(!trusts(&world, 2, friend_of_thief));
	/* Its word does not count either. */
	exclude(&world, friend_of_thief, 0, 1, KC_RANK_USER_KEY);
	CHECK(trusts(&world, 2, 0));
	/* Another member may vouch for the same device again. */
	world.vouchers[world.voucher_count++] =
		(struct kc_trust_voucher){2, (uint8_t)friend_of_thief, ++world.seq[2]};
	CHECK(trusts(&world, 0, friend_of_thief));
}

static void a_thief_of_a_junior_device(void)
{
	struct world world;

	family(&world);
	exclude(&world, 2, 0, 9, KC_RANK_NONE);
	exclude(&world, 2, 1, 9, KC_RANK_NONE);
	CHECK(!trusts(&world, 0, 0));
	exclude(&world, 0, 2, 9, KC_RANK_NONE);
	CHECK(trusts(&world, 1, 0));
	CHECK(trusts(&world, 0, 1)); /* the other removal by the thief is void with it */
	CHECK(!trusts(&world, 1, 2));
}

static void a_thief_of_the_senior_device(void)
{
	struct world world;

	family(&world);
	exclude(&world, 0, 1, 9, KC_RANK_NONE);
	exclude(&world, 0, 2, 9, KC_RANK_NONE);
	exclude(&world, 2, 0, 9, KC_RANK_NONE); /* seniority wins */
	CHECK(!trusts(&world, 2, 2));
	exclude(&world, 1, 0, 9, KC_RANK_USER_KEY); /* the password wins over it */
	CHECK(trusts(&world, 2, 1));
	CHECK(trusts(&world, 1, 2));
	CHECK(!trusts(&world, 1, 0));
}

static void a_thief_who_knows_the_password(void)
{
	struct world world;

	/* On a junior device: the senior's word, with the password too, wins. */
	family(&world);
	exclude(&world, 2, 0, 9, KC_RANK_USER_KEY);
	exclude(&world, 2, 1, 9, KC_RANK_USER_KEY);
	exclude(&world, 0, 2, 9, KC_RANK_USER_KEY);
	CHECK(trusts(&world, 1, 0));
	CHECK(!trusts(&world, 1, 2));
	/* On the senior device: only the recovery key wins. */
	family(&world);
	exclude(&world, 0, 1, 9, KC_RANK_USER_KEY);
	exclude(&world, 0, 2, 9, KC_RANK_USER_KEY);
	exclude(&world, 1, 0, 9, KC_RANK_USER_KEY);
	CHECK(!trusts(&world, 1, 1));
	exclude(&world, 2, 0, 9, KC_RANK_RECOVERY_KEY);
	CHECK(trusts(&world, 1, 1));
	CHECK(trusts(&world, 2, 1));
	CHECK(!trusts(&world, 1, 0));
}

/* To put out the device that let oneself in, as of before it did, is to saw off one's own branch.
 */
static void a_statement_against_its_own_root(void)
{
	struct world world;

	family(&world);
	exclude(&world, 2, 0, 1, KC_RANK_RECOVERY_KEY);
	CHECK(trusts(&world, 2, 0));
	CHECK(trusts(&world, 0, 1));
}

static void a_ring_ends(void)
{
	struct world world;

	family(&world);
	exclude(&world, 0, 1, 1, KC_RANK_NONE);
	exclude(&world, 1, 2, 1, KC_RANK_NONE);
	exclude(&world, 2, 0, 1, KC_RANK_NONE);
	/* 0 -> 1 is first in the order; so 1 -> 2 falls, so 2 -> 0 stands or falls with it. */
	CHECK(judge(&world, 0).excluded == judge(&world, 2).excluded);
	CHECK(!trusts(&world, 2, 1));
}

/* --- the simulation -----------------------------------------------------------------------------
 */

static uint32_t state;

static uint32_t pick(uint32_t below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

/* Joins, removals and departures at random, by devices that may not have seen each other's. */
static void random_world(struct world *world, uint32_t seed)
{
	size_t steps = 3 + (state = seed, pick(8));

	begin(world);
	while (steps--) {
		size_t author = pick((uint32_t)world->count);

		if (world->count < 8 && pick(2)) {
			join(world, author);
		} else if (world->count > 1) {
			size_t target = pick((uint32_t)world->count);

			if (pick(6) == 0)
				leave(world, target);
			else if (target != author && !kc_peer_set_has(world->retired, author))
				exclude(world, author, target,
					pick((uint32_t)world->seq[target] + 1),
					(enum kc_rank)pick(3));
		}
		if (pick(2))
			adopt(world, pick((uint32_t)world->count), pick((uint32_t)world->count));
	}
}

/* The order in which things became known: shuffles what a judge looks at. */
static void shuffle(struct world *world)
{
	for (size_t i = world->statement_count; i > 1; i--) {
		size_t k = pick((uint32_t)i);
		struct kc_trust_statement swap = world->statements[k];

		world->statements[k] = world->statements[i - 1];
		world->statements[i - 1] = swap;
	}
	for (size_t i = world->voucher_count; i > 1; i--) {
		size_t k = pick((uint32_t)i);
		struct kc_trust_voucher swap = world->vouchers[k];

		world->vouchers[k] = world->vouchers[i - 1];
		world->vouchers[i - 1] = swap;
	}
}

/* Whoever has seen everything comes to the same answer, in whatever order it was seen. */
static void survivors_agree(void)
{
	unsigned conflicts = 0;

	for (uint32_t seed = 1; seed <= 20000; seed++) {
		struct world world, other;
		kc_peer_set survivors = 0;
		bool same = true;

		random_world(&world, seed);
		for (size_t i = 0; i < world.count; i++) {
			struct kc_trust trust = judge(&world, i);

			other = world;
			shuffle(&other);
			same = same && judge(&other, i).trusted == trust.trusted;
			conflicts += trust.excluded != 0;
			if (trust.trusted == 0)
				continue;
			survivors = survivors ? survivors : trust.trusted;
			same = same && trust.trusted == survivors &&
			       (kc_peer_set_has(survivors, i) || kc_peer_set_has(world.retired, i));
		}
		if (!same)
			printf("seed %u\n", seed);
		CHECK_FATAL(same);
	}
	CHECK(conflicts > 20000); /* the simulation does remove devices */
}

/* A device that knows only a part may err; what it kept brings it back to what all see. */
static void partial_views_heal(void)
{
	unsigned differed = 0;

	for (uint32_t seed = 1; seed <= 5000; seed++) {
		struct world world, part, later;

		random_world(&world, seed);
		part = world;
		part.statement_count = pick((uint32_t)world.statement_count + 1);
		later = part;
		later.statement_count = 0;
		/* The statements come in another order, each once more than once. */
		for (size_t i = 0; i < part.statement_count; i++)
			later.statements[later.statement_count++] = part.statements[i];
		for (size_t i = 0; i < world.statement_count; i++)
			later.statements[later.statement_count++] =
				world.statements[world.statement_count - 1 - i];
		differed += judge(&part, 0).trusted != judge(&world, 0).trusted;
		CHECK_FATAL(judge(&later, 0).trusted == judge(&world, 0).trusted);
	}
	CHECK(differed > 500);
}

/* One more device leaves, and whoever has its keys lets others in: but for itself nothing changes.
 */
static void nobody_leaves_with_it(void)
{
	unsigned left = 0;

	for (uint32_t seed = 1; seed <= 5000; seed++) {
		struct world world, without;
		size_t who;

		random_world(&world, seed);
		who = pick((uint32_t)world.count);
		without = world;
		leave(&without, who);
		join(&without, who);
		left += kc_peer_set_has(judge(&world, who).trusted, who);
		for (size_t i = 0; i < world.count; i++)
			CHECK_FATAL(judge(&without, i).trusted ==
				    (judge(&world, i).trusted & ~((kc_peer_set)1 << who)));
	}
	CHECK(left > 1000);
}

/*
 * A thief has one device, knows the password, and says whatever it likes of everybody, introducing
 * as many devices as it likes. One honest device answers. The oldest honest device wins unless the
 * thief has one that is older; then the recovery key does.
 */
static void thieves_lose(void)
{
	for (uint32_t seed = 1; seed <= 5000; seed++) {
		struct world world;
		size_t honest, thief, answers;
		uint64_t cut;

		begin(&world);
		state = seed;
		honest = 2 + pick(4);
		while (world.count < honest)
			join(&world, pick((uint32_t)world.count));
		adopt_all(&world);
		thief = pick((uint32_t)honest);
		cut = world.seq[thief];
		for (uint32_t i = pick(3); i > 0; i--)
			join(&world, pick(2)			 ? thief
				     : world.count - 1 >= honest ? world.count - 1
								 : thief);
		for (size_t i = 0; i < honest; i++)
			if (i != thief)
				exclude(&world, thief, i, pick(3), KC_RANK_USER_KEY);
		for (size_t i = honest; i < world.count; i++)
			exclude(&world, i, pick((uint32_t)honest), 0, KC_RANK_USER_KEY);
		answers = thief == 0 ? 1 : 0;
		exclude(&world, answers, thief, cut,
			thief == 0 ? KC_RANK_RECOVERY_KEY : KC_RANK_USER_KEY);
		for (size_t i = 0; i < honest; i++)
			if (i != thief) {
				struct kc_trust trust = judge(&world, i);

				CHECK_FATAL(trust.trusted == ((((kc_peer_set)1 << honest) - 1) &
								     ~((kc_peer_set)1 << thief)));
			}
	}
}

/* In a circle that is full, who is unknown has the number behind the last. */
static void nobody_is_behind_the_last(void)
{
	volatile size_t unknown = KC_CIRCLE_MAX_PEERS;

	CHECK(kc_peer_set_has(UINT64_MAX, unknown - 1));
	CHECK(!kc_peer_set_has(UINT64_MAX, unknown));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(nobody_is_behind_the_last),
		CHECK_TEST(a_chain_of_vouchers),
		CHECK_TEST(removal),
		CHECK_TEST(a_newcomer_that_puts_out_its_sponsor),
		CHECK_TEST(who_leaves),
		CHECK_TEST(whoever_came_after_the_cut_goes_too),
		CHECK_TEST(a_thief_of_a_junior_device),
		CHECK_TEST(a_thief_of_the_senior_device),
		CHECK_TEST(a_thief_who_knows_the_password),
		CHECK_TEST(a_statement_against_its_own_root),
		CHECK_TEST(a_ring_ends),
		CHECK_TEST(survivors_agree),
		CHECK_TEST(partial_views_heal),
		CHECK_TEST(nobody_leaves_with_it),
		CHECK_TEST(thieves_lose),
	};
	return check_main("trust", tests, KC_COUNT_OF(tests));
}
