/* SPDX-License-Identifier: ISC */
/* The compatibility circle: every rule by which one follows another, and what a hostile store may
 * make of it (doc/protocol.md 6). */
#include <string.h>

#include "backend/circle/circle.h"
#include "backend/circle/session/welcome.h"
#include "tests/check.h"
#include "tests/circle/telling.h"

#define PASSWORD "one account for all"
#define VIEWS 0xfe

/* --- three devices ------------------------------------------------------------------------------
 */

/* a began the account and let in b and c; all three know it. The user key is at hand in all. */
struct trio {
	struct kc_circle *a, *b, *c;
	struct kc_password_keys user;
};

static uint64_t generation(const struct kc_circle *circle)
{
	return circle->compat.compat ? circle->compat.compat->generation : 0;
}

static bool agree(const struct kc_circle *a, const struct kc_circle *b)
{
	return generation(a) > 0 && kc_record_id_equal(&a->compat.id, &b->compat.id);
}

static kc_err take(struct kc_circle *circle, const struct kc_buf *record)
{
	return kc_circle_take_compat(circle, NULL, 0, kc_buf_bytes(record));
}

static kc_err take_copy(struct kc_circle *a, const struct kc_circle *b)
{
	return take(a, &b->compat.record);
}

static void trio_init(struct trio *t)
{
	*t = (struct trio){.user = KC_PASSWORD_KEYS_INIT};
	CHECK_OK_FATAL(kc_circle_begin("a", kc_bytes_str(PASSWORD), VIEWS, &t->a));
	CHECK_OK_FATAL(kc_account_key_try(
		&t->a->account_key, &t->a->account, kc_bytes_str(PASSWORD), &t->user));
	t->a->user = t->user.user;
	telling_say(t->a);
	telling_admit(t->a, "b", &t->b);
	CHECK_OK_FATAL(telling_hear(t->a, t->b));
	telling_admit(t->a, "c", &t->c);
	telling_hear_of(t->b, t->a, telling_id(t->c));
	CHECK_OK_FATAL(telling_hear(t->b, t->a));
	CHECK_OK_FATAL(telling_hear(t->a, t->c));
	CHECK_OK_FATAL(telling_hear(t->b, t->c));
	CHECK_OK_FATAL(take_copy(t->b, t->a));
}

static void trio_done(struct trio *t)
{
	kc_circle_free(t->a);
	kc_circle_free(t->b);
	kc_circle_free(t->c);
	kc_password_keys_done(&t->user);
}
#define CLEANUP_TRIO KC_CLEANUP(trio_done)

/* The next one after what a device has in force, to be altered. */
static struct kc_compat next_of(const struct kc_circle *circle)
{
	struct kc_compat next = *circle->compat.compat;

	next.generation++;
	next.has_prev = true;
	next.prev = circle->compat.id;
	return next;
}

static void build(const struct trio *t, const struct kc_compat *compat, const struct kc_pk *member,
	const struct kc_pk *user, struct kc_buf *ret)
{
	CHECK_OK_FATAL(kc_compat_build(compat, &t->a->account, member, user, ret));
}

static void leave_out(struct kc_compat *compat, const struct kc_peer_id *peer)
{
	size_t kept = 0;

	for (size_t i = 0; i < compat->member_count; i++)
		if (!kc_peer_id_equal(&compat->members[i].peer, peer))
			compat->members[kept++] = compat->members[i];
	compat->member_count = kept;
}

/* The same body with other signers. */
static void sign_otherwise(const struct trio *t, const struct kc_buf *record,
	const struct kc_pk *const *keys, size_t count, struct kc_buf *ret)
{
	struct kc_signer signers[4];
	struct kc_record parsed;

	for (size_t i = 0; i < count; i++)
		CHECK_OK_FATAL(kc_compat_signer(keys[i], &signers[i]));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(record), KC_RECORD_CIRCLE, &parsed));
	CHECK_OK_FATAL(kc_record_build(
		KC_RECORD_CIRCLE, &t->a->account, parsed.body, signers, count, ret));
}

static void add_exclusion(
	struct kc_circle *circle, const struct kc_peer_id *target, struct kc_buf *ret)
{
	const struct kc_member *out = kc_circle_find(circle, target);
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);

	CHECK_FATAL(list != NULL);
	telling_next_list(circle, list);
	list->exclude[list->exclude_count++] = (struct kc_exclusion){.target = *target,
		.cut_seq = out->list->seq,
		.cut_id = out->list_id,
		.reason = KC_EXCLUSION_REMOVED};
	CHECK_OK_FATAL(kc_list_build(list, &circle->account, &circle->identity, ret));
}

static kc_err hear_list(
	struct kc_circle *circle, const struct kc_circle *from, struct kc_buf *record)
{
	bool current;

	return kc_circle_take_list(circle, telling_id(from), kc_buf_bytes(record), &current);
}

static struct kc_record_id identity_of(const struct trio *t, const struct kc_buf *record)
{
	struct kc_record parsed;
	struct kc_record_id id;

	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(record), KC_RECORD_CIRCLE, &parsed));
	CHECK_OK_FATAL(kc_record_identity(&parsed, &t->a->account, &id));
	return id;
}

/* --- what follows -------------------------------------------------------------------------------
 */

static void the_account_begins_with_its_first_device_alone(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *a = NULL;
	const struct kc_compat *first;

	CHECK_OK_FATAL(kc_circle_begin("a", kc_bytes_str(PASSWORD), VIEWS, &a));
	CHECK_FATAL(generation(a) == 1);
	first = a->compat.compat;
	CHECK(first->member_count == 1 && first->retired_count == 0 && !first->has_prev);
	CHECK(kc_peer_id_equal(&first->members[0].peer, telling_id(a)));
	CHECK(memcmp(first->user, a->account_key.user_public, sizeof first->user) == 0);
	telling_say(a);
	CHECK(kc_circle_self(a)->list->has_circle);
	CHECK(kc_circle_self(a)->list->circle_generation == 1);
}

static void a_join_makes_the_next_generation(void)
{
	CLEANUP_TRIO struct trio t;

	trio_init(&t);
	CHECK(generation(t.a) == 3 && agree(t.a, t.b) && agree(t.a, t.c));
	CHECK(t.a->compat.compat->member_count == 3);
	CHECK(kc_compat_find(t.b->compat.compat, telling_id(t.c)) != NULL);
	/* Its own copy has the author's pair and its own. */
	for (size_t i = 0; i < 2; i++) {
		CHECK_OK(kc_compat_check(kc_buf_bytes(&t.b->compat.record), &t.a->account, 2 * i,
			(i ? t.b : t.a)->identity.permanent.legacy_public));
		CHECK_OK(kc_compat_check(kc_buf_bytes(&t.b->compat.record), &t.a->account,
			2 * i + 1, t.a->account_key.user_public));
	}
	CHECK_OK(take_copy(t.a, t.b)); /* known */
}

static void without_the_user_key_a_copy_has_one_signature(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_compat next;
	size_t count;

	trio_init(&t);
	next = next_of(t.a);
	next.time_ms++;
	build(&t, &next, t.a->identity.legacy, t.user.user, &record);
	t.b->user = NULL;
	CHECK_OK(take(t.b, &record));
	CHECK_OK(kc_compat_count_signatures(kc_buf_bytes(&t.b->compat.record), &count));
	CHECK(count == 3 && generation(t.b) == 4);
	CHECK_OK(kc_compat_check(kc_buf_bytes(&t.b->compat.record), &t.a->account, 2,
		t.b->identity.permanent.legacy_public));
}

static void a_removal_makes_the_next_generation_when_the_password_is_typed(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT;
	struct kc_trust trust;

	trio_init(&t);
	add_exclusion(t.a, telling_id(t.c), &list);
	CHECK_OK_FATAL(hear_list(t.b, t.a, &list));
	CHECK_OK_FATAL(kc_circle_judge(t.b, &trust));
	t.b->user = NULL;
	CHECK_OK(kc_circle_renew_compat(t.b, &trust));
	CHECK(generation(t.b) == 3);
	t.b->user = t.user.user;
	CHECK_OK(kc_circle_renew_compat(t.b, &trust));
	CHECK(generation(t.b) == 4 && !kc_compat_find(t.b->compat.compat, telling_id(t.c)));
	CHECK(kc_compat_has_retired(t.b->compat.compat, telling_id(t.c)));
	CHECK_OK(kc_circle_renew_compat(t.b, &trust)); /* nothing is new */
	CHECK(generation(t.b) == 4);
	CHECK_OK(take_copy(t.a, t.b));
	CHECK(agree(t.a, t.b));
}

/* --- hostile cases ------------------------------------------------------------------------------
 */

/* What is in force, and the one after it. */
static void build_two(const struct trio *t, struct kc_buf *ret_old, struct kc_buf *ret_next)
{
	struct kc_compat next = next_of(t->a);

	kc_buf_push(ret_old, t->a->compat.record.data, t->a->compat.record.len);
	next.time_ms++;
	build(t, &next, t->a->identity.legacy, t->user.user, ret_next);
}

/* 1. */
static void an_old_circle_in_a_later_operation_is_a_rollback(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT, record = KC_BUF_INIT;

	trio_init(&t);
	build_two(&t, &old, &record);
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.a), 5, kc_buf_bytes(&record)));
	/* An earlier operation that is read once more says nothing. */
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.a), 4, kc_buf_bytes(&old)));
	CHECK(generation(t.b) == 4 && !t.b->compat_went_back);
	CHECK_ERR(kc_circle_take_compat(t.b, telling_id(t.a), 6, kc_buf_bytes(&old)),
		KC_E_STORE_SUSPECT);
	CHECK(t.b->alarm == KC_ALARM_ROLLBACK && t.b->compat_went_back && generation(t.b) == 4);
}

/* Where there are no logs, a device has one copy, and operations have no numbers. */
static void the_one_copy_of_a_device_does_not_go_back(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT, record = KC_BUF_INIT;

	trio_init(&t);
	build_two(&t, &old, &record);
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.a), 0, kc_buf_bytes(&old)));
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.a), 0, kc_buf_bytes(&record)));
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.a), 0, kc_buf_bytes(&record)));
	/* Another device's may be older: it has not heard yet. */
	CHECK_OK(kc_circle_take_compat(t.b, telling_id(t.c), 0, kc_buf_bytes(&old)));
	CHECK(generation(t.b) == 4 && !t.b->compat_went_back);
	CHECK_ERR(kc_circle_take_compat(t.b, telling_id(t.a), 0, kc_buf_bytes(&old)),
		KC_E_STORE_SUSPECT);
	CHECK(t.b->alarm == KC_ALARM_ROLLBACK && t.b->compat_went_back && generation(t.b) == 4);
}

/* 2. */
static void of_two_of_one_generation_the_same_one_wins(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;
	struct kc_compat next;
	struct kc_trust trust;

	trio_init(&t);
	telling_copy(t.c, &other);
	next = next_of(t.a);
	next.time_ms += 1;
	build(&t, &next, t.a->identity.legacy, t.user.user, &one);
	next.time_ms += 1;
	leave_out(&next, telling_id(t.c)); /* b takes c out, at the same time */
	build(&t, &next, t.b->identity.legacy, t.user.user, &two);
	CHECK_OK(take(t.c, &one));
	CHECK_OK(take(t.c, &two));
	CHECK_OK(take(other, &two));
	CHECK_OK(take(other, &one));
	CHECK(agree(t.c, other) && generation(t.c) == 4);
	/* Both are kept. */
	CHECK(t.c->compat_rival.len > 0 && other->compat_rival.len > 0);
	/* Whoever sees that it is not as it should be makes it so on the winner. */
	CHECK_OK(take(t.a, &one));
	CHECK_OK(take(t.a, &two));
	CHECK_OK_FATAL(kc_circle_judge(t.a, &trust));
	CHECK_OK(kc_circle_renew_compat(t.a, &trust));
	CHECK(t.a->compat.compat->member_count == 3);
	CHECK(generation(t.a) == 5 ? kc_record_id_equal(&t.a->compat.compat->prev, &t.c->compat.id)
				   : agree(t.a, t.c));
}

/* 3. */
static void a_gap_waits_until_it_is_closed_or_bridged(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf four = KC_BUF_INIT, five = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;
	struct kc_compat next;

	trio_init(&t);
	telling_copy(t.b, &other);
	next = next_of(t.a);
	next.time_ms++;
	build(&t, &next, t.a->identity.legacy, t.user.user, &four);
	CHECK_OK(take(t.a, &four));
	next = next_of(t.a);
	next.time_ms++;
	build(&t, &next, t.a->identity.legacy, t.user.user, &five);
	CHECK_OK(take(t.a, &five));
	CHECK_ERR(take(t.b, &five), KC_E_WAITING);
	CHECK(generation(t.b) == 3);
	CHECK_OK(take(t.b, &four));
	CHECK_OK(take(t.b, &five));
	CHECK(agree(t.b, t.a) && generation(t.b) == 5);
	/* Or by a trusted list that names it. */
	CHECK_ERR(take(other, &five), KC_E_WAITING);
	telling_say(t.a);
	CHECK_OK(telling_hear(other, t.a));
	CHECK_OK(take(other, &five));
	CHECK(agree(other, t.a));
}

/* What was made by one whom no member of the circle in force knows holds up nobody, and ends with
 * the next one. */
static void one_that_nobody_can_accept(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL;
	KC_CLEANUP_BUF struct kc_buf rival = KC_BUF_INIT, five = KC_BUF_INIT, six = KC_BUF_INIT;
	struct kc_compat next;
	struct kc_trust trust;

	trio_init(&t);
	telling_admit(t.a, "d", &d);
	CHECK_FATAL(generation(d) == 4);
	next = next_of(t.c);
	next.time_ms++;
	build(&t, &next, t.c->identity.legacy, t.user.user, &rival);
	CHECK_OK(take(t.c, &rival));
	next = next_of(d);
	build(&t, &next, d->identity.legacy, t.user.user, &five);
	CHECK_OK(take(d, &five));
	next = next_of(d);
	build(&t, &next, d->identity.legacy, t.user.user, &six);
	CHECK_OK(take(d, &six));
	telling_say(d);
	telling_hear_of(t.c, t.a, telling_id(d));
	CHECK_OK_FATAL(telling_hear(t.c, t.a));
	CHECK_ERR(take_copy(t.c, d), KC_E_WAITING); /* nobody who is trusted names it */
	CHECK_OK_FATAL(telling_hear(t.c, d));
	CHECK_ERR(take(t.c, &five), KC_E_WAITING);
	CHECK_OK(take_copy(t.c, d));
	CHECK_OK(take(t.c, &five));
	CHECK(generation(t.c) == 4);
	CHECK_OK_FATAL(kc_circle_judge(t.c, &trust));
	CHECK_OK(kc_circle_renew_compat(t.c, &trust));
	CHECK(generation(t.c) == 7 && t.c->compat.compat->member_count == 4);
	telling_say(t.c);
	CHECK_OK_FATAL(telling_hear(d, t.c));
	CHECK_OK(take_copy(d, t.c));
	CHECK(agree(d, t.c));
}

/* A newcomer's circle waits for a member's copy, but not for one that will be refused. */
static void one_with_somebody_who_is_out_waits_for_no_copy(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL;
	KC_CLEANUP_BUF struct kc_buf five = KC_BUF_INIT, list = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	telling_admit(t.a, "d", &d);
	next = next_of(d);
	build(&t, &next, d->identity.legacy, t.user.user, &five);
	CHECK_OK(take(t.a, &five));
	telling_hear_of(t.b, t.a, telling_id(d));
	add_exclusion(t.a, telling_id(t.c), &list); /* names it, and puts c out */
	CHECK_OK_FATAL(hear_list(t.b, t.a, &list));
	CHECK_ERR(take(t.b, &five), KC_E_REFUSED);
	CHECK_ERR(take_copy(t.b, t.a), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
}

/* b let d in, and c put b out before it heard of that: what others make with d is refused by c, and
 * not waited for. It may be the one to follow when more is heard, and is kept. */
static void one_with_somebody_who_fell_is_not_waited_for(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL;
	KC_CLEANUP_BUF struct kc_buf five = KC_BUF_INIT, list = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	telling_admit(t.b, "d", &d);
	telling_hear_of(t.a, t.b, telling_id(d));
	CHECK_OK_FATAL(telling_hear(t.a, t.b));
	CHECK_OK(take_copy(t.a, t.b));
	next = next_of(t.a);
	leave_out(&next, telling_id(t.b));
	build(&t, &next, t.a->identity.legacy, t.user.user, &five);
	add_exclusion(t.c, telling_id(t.b), &list);
	CHECK_OK_FATAL(hear_list(t.c, t.c, &list));
	telling_hear_of(t.c, t.b, telling_id(d));
	CHECK_ERR(take(t.c, &five), KC_E_REFUSED);
	CHECK(kc_circle_find(t.c, telling_id(t.a))->compat_held.compat != NULL);
}

/* Two branches, each of a newcomer that the other's sponsor did not know: who is in one of them
 * takes the other for one that gives way. */
static void one_that_gives_way_may_be_of_a_newcomer(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL, *e = NULL;
	KC_CLEANUP_BUF struct kc_buf by_d = KC_BUF_INIT, by_e = KC_BUF_INIT, by_b = KC_BUF_INIT,
				     by_user = KC_BUF_INIT;
	struct kc_record_id own;
	struct kc_compat next;

	trio_init(&t);
	telling_admit(t.a, "d", &d);
	next = next_of(d);
	build(&t, &next, d->identity.legacy, t.user.user, &by_d);
	CHECK_OK(take(t.a, &by_d));
	telling_admit(t.b, "e", &e);
	next = next_of(e);
	build(&t, &next, e->identity.legacy, t.user.user, &by_e);
	own = t.a->compat.id;
	CHECK_FATAL(generation(t.a) == next.generation);
	CHECK_ERR(take(t.a, &by_e), KC_E_WAITING); /* for e */
	/* With a member's signature it is evidence, whoever its members are. */
	build(&t, &next, t.b->identity.legacy, t.user.user, &by_b);
	CHECK_OK(take(t.a, &by_b));
	CHECK(t.a->compat_rival.len > 0);
	kc_buf_reset(&t.a->compat_rival);
	telling_hear_of(t.a, t.b, telling_id(e));
	CHECK_OK_FATAL(telling_hear(t.a, t.b));
	CHECK_OK(take(t.a, &by_e));
	CHECK(kc_record_id_equal(&t.a->compat.id, &own));
	CHECK(t.a->compat_rival.len > 0);
	/* The user key alone makes none that anybody looks at. */
	next.time_ms++;
	build(&t, &next, t.user.user, t.user.user, &by_user);
	CHECK_ERR(take(t.a, &by_user), KC_E_REFUSED);
}

/* 4, 5. */
static void an_empty_circle_is_like_any_other(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf right = KC_BUF_INIT, unsigned_ = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf by_user = KC_BUF_INIT, twice = KC_BUF_INIT;
	const struct kc_pk *keys[2];
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.a);
	next.member_count = 0;
	build(&t, &next, t.a->identity.legacy, t.user.user, &right);
	sign_otherwise(&t, &right, NULL, 0, &unsigned_);
	CHECK_ERR(take(t.b, &unsigned_), KC_E_STORE_SUSPECT);
	CHECK(t.b->alarm == KC_ALARM_FORGERY);
	keys[0] = keys[1] = t.user.user;
	sign_otherwise(&t, &right, keys, 1, &by_user);
	CHECK_ERR(take(t.b, &by_user), KC_E_REFUSED);
	sign_otherwise(&t, &right, keys, 2, &twice);
	CHECK_ERR(take(t.b, &twice), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
	/* Signed as it should be it follows the rules: what it says is not so, and changes nothing
	 * but itself. */
	CHECK_OK(take(t.b, &right));
	CHECK(generation(t.b) == 4);
}

/* 6. */
static void another_user_key_is_refused_or_waits_for_its_record(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys typed = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, circle = KC_BUF_INIT;
	struct kc_account_key parts;
	struct kc_compat next;

	trio_init(&t);
	/* b says that there is a new password; the old one did not sign it. */
	CHECK_OK_FATAL(kc_account_key_make(&t.a->account, &t.b->identity, &t.a->keys,
		kc_bytes_str("another password"), 2, NULL, &record, &other));
	CHECK_OK_FATAL(kc_account_key_open(kc_buf_bytes(&record), &t.a->account, &parts));
	next = next_of(t.a);
	memcpy(next.user, parts.user_public, sizeof next.user);
	next.account_key_seq = 1;
	build(&t, &next, t.b->identity.legacy, other.user, &circle);
	CHECK_ERR(take(t.a, &circle), KC_E_REFUSED);
	kc_buf_reset(&circle);
	next.account_key_seq = 2;
	build(&t, &next, t.b->identity.legacy, other.user, &circle);
	CHECK_ERR(take(t.a, &circle), KC_E_WAITING);
	CHECK_OK(kc_circle_take_account_key(t.a, kc_buf_bytes(&record)));
	CHECK(t.a->account_key.seq == 1 && t.a->pending_key_count == 1);
	CHECK_OK(take(t.a, &circle));
	CHECK(generation(t.a) == 3);
	CHECK_OK(kc_circle_accept_password(t.a, kc_bytes_str("another password"), &typed));
	CHECK(t.a->account_key.seq == 2 && generation(t.a) == 4);
}

/* The same, and another member that knows the new password makes a circle far ahead of it, before
 * or after. */
static void check_nobody_displaces(bool is_first)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys typed = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, honest = KC_BUF_INIT, far = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *a = NULL;
	struct kc_account_key parts;
	struct kc_compat next;

	trio_init(&t);
	CHECK_OK_FATAL(kc_account_key_make(&t.a->account, &t.b->identity, &t.a->keys,
		kc_bytes_str("another password"), 2, NULL, &record, &other));
	CHECK_OK_FATAL(kc_account_key_open(kc_buf_bytes(&record), &t.a->account, &parts));
	CHECK_OK_FATAL(kc_circle_take_account_key(t.a, kc_buf_bytes(&record)));
	next = next_of(t.a);
	memcpy(next.user, parts.user_public, sizeof next.user);
	next.account_key_seq = 2;
	build(&t, &next, t.b->identity.legacy, other.user, &honest);
	next.generation += 100;
	build(&t, &next, t.c->identity.legacy, other.user, &far);
	if (is_first)
		CHECK_OK(take(t.a, &far));
	CHECK_OK(take(t.a, &honest));
	CHECK_OK(take(t.a, &far));
	telling_copy(t.a, &a);
	CHECK_OK(kc_circle_accept_password(a, kc_bytes_str("another password"), &typed));
	CHECK(a->account_key.seq == 2 && generation(a) == 4);
}

static void what_one_made_displaces_nobody_elses(void)
{
	check_nobody_displaces(false);
	check_nobody_displaces(true);
}

/* A new password, and the circle with it. */
static void change(struct kc_circle *circle, const struct kc_password_keys *keys,
	const char *password, struct kc_password_keys *ret)
{
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_change_password(circle, keys, kc_bytes_str(password), ret));
	circle->user = ret->user;
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_renew_compat(circle, &trust));
}

/* Whichever of two comes first, with its circle or without: nothing of it is evidence. */
static void of_two_passwords_at_once_neither_circle_is_refused(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys one = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	struct kc_bytes records[2];

	trio_init(&t);
	change(t.a, &t.user, "the password of a", &one);
	change(t.b, &t.user, "the password of b", &other);
	CHECK_FATAL(generation(t.a) == 4 && generation(t.b) == 4);
	records[0] = kc_buf_bytes(&t.a->account_key_record);
	records[1] = kc_buf_bytes(&t.b->account_key_record);
	CHECK_OK_FATAL(kc_circle_take_account_key(t.c, records[0]));
	CHECK_ERR(take_copy(t.c, t.b), KC_E_WAITING);
	CHECK_OK_FATAL(kc_circle_take_account_key(t.c, records[1]));
	CHECK_OK(take_copy(t.c, t.a));
	CHECK_OK(take_copy(t.c, t.b));
	CHECK(generation(t.c) == 4);
}

/* One that gave way is heard of when the next is in force: its key is remembered all the same. */
static void the_key_of_a_tie_is_remembered_whenever_it_comes(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys one = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys next = KC_PASSWORD_KEYS_INIT;

	trio_init(&t);
	change(t.a, &t.user, "the password of a", &one);
	change(t.b, &t.user, "the password of b", &other);
	CHECK_OK(kc_circle_take_account_key(t.c, kc_buf_bytes(&t.a->account_key_record)));
	change(t.a, &one, "the next password of a", &next);
	CHECK_OK(kc_circle_take_account_key(t.c, kc_buf_bytes(&t.a->account_key_record)));
	CHECK_OK(kc_circle_take_account_key(t.c, kc_buf_bytes(&t.b->account_key_record)));
	CHECK(t.c->account_key.seq == 3);
	CHECK(kc_circle_was_user_key(t.c, t.b->account_key.user_public));
	CHECK_OK(take_copy(t.c, t.b)); /* older, and nothing more */
}

/* 7. */
static void a_newcomer_does_not_let_itself_in(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	trio_init(&t);
	t.a->user = NULL; /* so that nobody makes the circle with d */
	telling_admit(t.a, "d", &d);
	t.a->user = t.user.user;
	telling_hear_of(t.b, t.a, telling_id(d));
	CHECK_OK(telling_hear(t.b, t.a));
	CHECK(generation(t.a) == 3 && generation(d) == 3);
	{
		struct kc_trust trust;
		struct kc_compat next;

		CHECK_OK_FATAL(kc_circle_judge(t.a, &trust));
		CHECK_OK_FATAL(kc_circle_renew_compat(t.a, &trust));
		next = *t.a->compat.compat;
		next.time_ms++;
		CHECK_FATAL(next.member_count == 4);
		build(&t, &next, d->identity.legacy, t.user.user, &record);
	}
	CHECK_ERR(take(t.b, &record), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
	CHECK_OK(take_copy(t.b, t.a)); /* the very same, by a */
	CHECK(generation(t.b) == 4);
}

/* 8. */
static void who_is_out_signs_nothing(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, record = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.b);
	next.time_ms++;
	build(&t, &next, t.c->identity.legacy, t.user.user, &record);
	add_exclusion(t.a, telling_id(t.c), &list);
	CHECK_OK_FATAL(hear_list(t.b, t.a, &list));
	CHECK_ERR(take(t.b, &record), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
}

/* 9. */
static void a_signature_holds_for_its_generation_only(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf one = KC_BUF_INIT, two = KC_BUF_INIT, mixed = KC_BUF_INIT;
	struct kc_record parsed, other;
	struct kc_signer user;
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.a);
	next.time_ms++;
	build(&t, &next, t.a->identity.legacy, t.user.user, &one);
	next.generation += 3;
	build(&t, &next, t.a->identity.legacy, t.user.user, &two);
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&one), KC_RECORD_CIRCLE, &parsed));
	CHECK_OK_FATAL(kc_record_parse(kc_buf_bytes(&two), KC_RECORD_CIRCLE, &other));
	parsed.signatures[0] = other.signatures[0];
	parsed.signature_count = 1;
	CHECK_OK_FATAL(kc_compat_signer(t.user.user, &user));
	CHECK_OK_FATAL(kc_record_sign_again(&parsed, &t.a->account, &user, 1, &mixed));
	CHECK_ERR(take(t.b, &mixed), KC_E_REFUSED);
	CHECK_OK(take(t.b, &one));
}

/* --- what is kept for later ---------------------------------------------------------------------
 */

static size_t count_held(const struct kc_circle *circle)
{
	size_t count = circle->compat_held.compat != NULL;

	for (size_t i = 0; i < circle->member_count; i++)
		count += circle->members[i]->compat_held.compat != NULL;
	return count;
}

/* Whether that led to another circle in force. */
static bool settles(struct kc_circle *circle)
{
	struct kc_record_id before = circle->compat.id;
	bool changed = false;

	CHECK_OK(kc_circle_settle_compat(circle, &changed));
	CHECK(changed == !kc_record_id_equal(&before, &circle->compat.id));
	CHECK_OK(kc_circle_settle_password(circle));
	return !kc_record_id_equal(&before, &circle->compat.id);
}

/* c sets a password that a hears of, and b does not. */
static void set_unheard_password(struct trio *t, struct kc_password_keys *ret)
{
	change(t->c, &t->user, "the password of c", ret);
	CHECK_OK_FATAL(kc_circle_take_account_key(t->a, kc_buf_bytes(&t->c->account_key_record)));
	CHECK_FATAL(t->a->account_key.seq == 2);
}

/* b's next circle, signed under the password that b knows; without c. */
static void build_without_c(const struct trio *t, uint64_t number, struct kc_buf *ret)
{
	struct kc_compat next = next_of(t->b);

	next.generation = number;
	leave_out(&next, telling_id(t->c));
	kc_buf_reset(ret);
	build(t, &next, t->b->identity.legacy, t->user.user, ret);
}

/* A password that counted before does so again when the one after it falls with its device: so does
 * what was signed under it meanwhile. */
static void one_under_a_former_password_is_followed_when_that_is_back(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf four = KC_BUF_INIT, list = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *again = NULL;

	trio_init(&t);
	set_unheard_password(&t, &keys);
	build_without_c(&t, 4, &four);
	CHECK_OK(take(t.a, &four));
	CHECK(!settles(t.a) && generation(t.a) == 3 && count_held(t.a) == 1);
	add_exclusion(t.b, telling_id(t.c), &list); /* as of before */
	telling_copy(t.a, &again);
	CHECK_OK_FATAL(hear_list(again, t.b, &list));
	CHECK(settles(again));
	CHECK(again->account_key.seq == 1 && generation(again) == 4 && count_held(again) == 0);
	CHECK(!settles(again));
}

/* Who says that a member is out may be out itself. */
static void one_with_a_member_that_seems_out_is_followed_when_it_is_not(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL, *again = NULL;
	KC_CLEANUP_BUF struct kc_buf four = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf by_c = KC_BUF_INIT, by_a = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	telling_admit(t.a, "d", &d);
	CHECK_FATAL(generation(d) == 4);
	next = *d->compat.compat;
	leave_out(&next, telling_id(t.c));
	build(&t, &next, t.a->identity.legacy, t.user.user, &four);
	for (int i = 0; i < 2; i++) {
		struct kc_circle *of = i ? t.c : t.b;

		telling_hear_of(of, t.a, telling_id(d));
		CHECK_OK_FATAL(telling_hear(of, t.a));
		CHECK_OK_FATAL(telling_hear(of, d));
	}
	add_exclusion(t.a, telling_id(t.c), &by_a); /* as of before */
	add_exclusion(t.c, telling_id(d), &by_c);
	CHECK_OK_FATAL(hear_list(t.b, t.c, &by_c));
	CHECK_ERR(take(t.b, &four), KC_E_REFUSED);
	CHECK(!settles(t.b) && generation(t.b) == 3 && count_held(t.b) == 1);
	telling_copy(t.b, &again);
	CHECK_OK_FATAL(hear_list(again, t.a, &by_a));
	CHECK(settles(again) && generation(again) == 4 && count_held(again) == 0);
	CHECK(kc_compat_find(again->compat.compat, telling_id(d)) != NULL);
}

/* Of what one device signed one is kept, whatever number it has, and that gives way to one that
 * waits for the password of its record. */
static void of_each_device_one_is_kept(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys other = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, circle = KC_BUF_INIT;
	const struct kc_held_compat *held;
	struct kc_account_key parts;
	struct kc_compat next;

	trio_init(&t);
	held = &kc_circle_find(t.a, telling_id(t.b))->compat_held;
	set_unheard_password(&t, &keys);
	for (uint64_t number = 4; number < 40; number++) {
		build_without_c(&t, number, &circle);
		CHECK_OK(take(t.a, &circle));
		CHECK(!settles(t.a) && count_held(t.a) == 1);
		CHECK_FATAL(held->compat && held->compat->generation == number);
	}
	CHECK_OK_FATAL(kc_account_key_make(&t.a->account, &t.b->identity, &t.a->keys,
		kc_bytes_str("another password"), 3, NULL, &record, &other));
	CHECK_OK_FATAL(kc_account_key_open(kc_buf_bytes(&record), &t.a->account, &parts));
	CHECK_OK_FATAL(kc_circle_take_account_key(t.a, kc_buf_bytes(&record)));
	next = next_of(t.a);
	memcpy(next.user, parts.user_public, sizeof next.user);
	next.account_key_seq = 3;
	kc_buf_reset(&circle);
	build(&t, &next, t.b->identity.legacy, other.user, &circle);
	CHECK_OK(take(t.a, &circle));
	CHECK_FATAL(count_held(t.a) == 1 && held->compat);
	CHECK(held->compat->account_key_seq == 3 && held->compat->generation == 4);
	/* And none of those takes its place. */
	build_without_c(&t, 1000, &circle);
	CHECK_OK(take(t.a, &circle));
	CHECK(count_held(t.a) == 1 && held->compat && held->compat->account_key_seq == 3);
}

/* What nobody who is trusted signed is not kept; nor is what was, once its device is out, or the
 * circle in force has a greater number. */
static void what_cannot_be_followed_any_more_is_not_kept(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	KC_CLEANUP_BUF struct kc_buf former = KC_BUF_INIT, by_user = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, by_c = KC_BUF_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *other = NULL, *late = NULL;
	struct kc_compat next;

	trio_init(&t);
	set_unheard_password(&t, &keys);
	build_without_c(&t, 4, &former);
	next = next_of(t.b);
	build(&t, &next, t.user.user, t.user.user, &by_user);
	CHECK_OK(take(t.a, &by_user));
	CHECK(count_held(t.a) == 0);
	CHECK_OK(take(t.a, &former));
	CHECK(count_held(t.a) == 1);
	telling_copy(t.a, &other);
	add_exclusion(t.c, telling_id(t.b), &list);
	CHECK_OK_FATAL(hear_list(other, t.c, &list));
	CHECK(!settles(other) && count_held(other) == 0);
	CHECK_OK(take(other, &former));
	CHECK(count_held(other) == 0);
	telling_copy(t.a, &late);
	for (int i = 0; i < 2; i++) { /* under the new password */
		CHECK(count_held(late) == 1);
		CHECK_OK(take_copy(late, t.c));
		CHECK(!settles(late));
		next = next_of(t.c);
		next.account_key_seq = 2;
		memcpy(next.user, late->account_key.user_public, sizeof next.user);
		kc_buf_reset(&by_c);
		build(&t, &next, t.c->identity.legacy, keys.user, &by_c);
		CHECK_OK_FATAL(take(t.c, &by_c));
	}
	CHECK(generation(late) == 5 && count_held(late) == 0);
}

/* --- of one who left ----------------------------------------------------------------------------
 */

/* What a circle says is signed by its device, and that has it in force. */
static void make_next(struct trio *t, struct kc_circle *circle, struct kc_buf *ret)
{
	struct kc_compat next = next_of(circle);

	next.time_ms++;
	build(t, &next, circle->identity.legacy, t->user.user, ret);
	CHECK_OK_FATAL(take(circle, ret));
}

static void leave(struct kc_circle *circle)
{
	circle->leaving = true;
	telling_say(circle);
}

/* The circle of a new password, heard of with the leave of the device that made both. */
static void what_one_named_last_before_it_left_counts(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;

	trio_init(&t);
	change(t.c, &t.user, "the password of c", &keys);
	CHECK_FATAL(generation(t.c) == 4);
	leave(t.c);
	CHECK_OK_FATAL(kc_circle_take_account_key(t.b, kc_buf_bytes(&t.c->account_key_record)));
	CHECK_OK_FATAL(telling_hear(t.b, t.c));
	CHECK_OK_FATAL(kc_circle_settle_password(t.b));
	CHECK_OK(take_copy(t.b, t.c));
	CHECK(agree(t.b, t.c));
	/* One who heard of it in time has the same. */
	CHECK_OK_FATAL(kc_circle_take_account_key(t.a, kc_buf_bytes(&t.c->account_key_record)));
	CHECK_OK(take_copy(t.a, t.c));
	CHECK_OK_FATAL(telling_hear(t.a, t.c));
	CHECK(agree(t.a, t.b));
}

/* It made several: the last one counts, over the gap, and those before it are not missed. */
static void what_one_made_and_did_not_name_last_is_given_up(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf four = KC_BUF_INIT, five = KC_BUF_INIT, six = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf other = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.c);
	next.time_ms += 5;
	build(&t, &next, t.c->identity.legacy, t.user.user, &other);
	make_next(&t, t.c, &four);
	make_next(&t, t.c, &five);
	make_next(&t, t.c, &six);
	leave(t.c);
	CHECK_OK_FATAL(telling_hear(t.b, t.c));
	CHECK_OK(take(t.b, &four));
	CHECK_OK(take(t.b, &other));
	CHECK_OK(take(t.b, &five));
	CHECK(generation(t.b) == 3 && count_held(t.b) == 0);
	CHECK_OK(take(t.b, &six));
	CHECK(agree(t.b, t.c) && generation(t.b) == 6);
	/* Where somebody who is in took one of them, it counts by that. */
	CHECK_OK(take(t.a, &four));
	CHECK_OK_FATAL(telling_hear(t.a, t.c));
	CHECK_OK(take(t.a, &six));
	CHECK(agree(t.a, t.b));
}

/* Who has left may know the password still, and has its keys if it lied. */
static void what_one_made_after_it_left_is_refused(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf four = KC_BUF_INIT, tied = KC_BUF_INIT, five = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf far = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	make_next(&t, t.c, &four);
	leave(t.c);
	CHECK_OK_FATAL(telling_hear(t.b, t.c));
	/* Another one of the number that it named is not followed, wherever it stands. */
	for (uint64_t time = 1; time < 9; time++) {
		next = *t.c->compat.compat;
		next.time_ms += time;
		kc_buf_reset(&tied);
		build(&t, &next, t.c->identity.legacy, t.user.user, &tied);
		CHECK_OK(take(t.b, &tied));
		CHECK(generation(t.b) == (time < 5 ? 3 : 4));
		if (time == 4)
			CHECK_OK(take(t.b, &four));
		CHECK(time < 4 || agree(t.b, t.c));
	}
	next = next_of(t.c);
	build(&t, &next, t.c->identity.legacy, t.user.user, &five);
	CHECK_ERR(take(t.b, &five), KC_E_REFUSED);
	next.generation += 7;
	build(&t, &next, t.c->identity.legacy, t.user.user, &far);
	CHECK_ERR(take(t.b, &far), KC_E_REFUSED);
	CHECK(generation(t.b) == 4 && count_held(t.b) == 0);
}

/* Nor does it count what one named last that is out besides. */
static void who_left_and_is_out_signs_nothing(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, record = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.c);
	leave_out(&next, telling_id(t.c));
	build(&t, &next, t.c->identity.legacy, t.user.user, &record);
	CHECK_OK_FATAL(take(t.c, &record));
	leave(t.c);
	CHECK_OK_FATAL(telling_hear(t.b, t.c));
	add_exclusion(t.a, telling_id(t.c), &list);
	CHECK_OK_FATAL(hear_list(t.b, t.a, &list));
	CHECK_ERR(take(t.b, &record), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
}

/* --- members and lists --------------------------------------------------------------------------
 */

static void members_are_those_of_trusted_lists(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, record = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf altered = KC_BUF_INIT, unknown = KC_BUF_INIT;
	struct kc_compat next;

	trio_init(&t);
	next = next_of(t.a);
	next.time_ms++;
	build(&t, &next, t.a->identity.legacy, t.user.user, &record);
	next.members[1].permanent.bytes[0] ^= 1;
	build(&t, &next, t.a->identity.legacy, t.user.user, &altered);
	CHECK_ERR(take(t.b, &altered), KC_E_REFUSED);
	next = next_of(t.a);
	memset(next.members[2].peer.bytes, 0xff, sizeof next.members[2].peer.bytes);
	build(&t, &next, t.a->identity.legacy, t.user.user, &unknown);
	CHECK_ERR(take(t.b, &unknown), KC_E_WAITING);
	/* With c out, what has c in it is refused. */
	add_exclusion(t.a, telling_id(t.c), &list);
	CHECK_OK_FATAL(hear_list(t.b, t.a, &list));
	CHECK_ERR(take(t.b, &record), KC_E_REFUSED);
	CHECK(generation(t.b) == 3);
}

static void set_generation(struct kc_circle *circle, uint64_t number, struct kc_buf *ret)
{
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);

	CHECK_FATAL(list != NULL);
	telling_next_list(circle, list);
	list->circle_generation = number;
	CHECK_OK_FATAL(kc_list_build(list, &circle->account, &circle->identity, ret));
}

static void a_list_does_not_go_back_to_an_older_circle(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_BUF struct kc_buf back = KC_BUF_INIT, on = KC_BUF_INIT;

	trio_init(&t);
	CHECK_FATAL(kc_circle_self(t.a)->list->circle_generation == 3);
	set_generation(t.a, 2, &back);
	CHECK_ERR(hear_list(t.b, t.a, &back), KC_E_REFUSED);
	set_generation(t.a, 3, &on);
	CHECK_OK(hear_list(t.b, t.a, &on));
}

static void a_circle_is_kept(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *again = NULL;

	trio_init(&t);
	telling_copy(t.b, &again);
	CHECK(agree(again, t.b) && again->user_key_count == 1);
	CHECK(kc_circle_was_user_key(again, t.a->account_key.user_public));
}

/* A member's that has the last number there is: there is no next, and all else goes on. */
static void the_last_generation_holds_nothing_up(void)
{
	CLEANUP_TRIO struct trio t;
	KC_CLEANUP_CIRCLE struct kc_circle *d = NULL;
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT, said = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_list *list = malloc(sizeof *list);
	struct kc_compat last;

	CHECK_FATAL(list != NULL);
	trio_init(&t);
	last = next_of(t.c);
	last.generation = UINT64_MAX;
	build(&t, &last, t.c->identity.legacy, t.user.user, &record);
	telling_next_list(t.c, list);
	list->circle_generation = UINT64_MAX;
	list->has_circle = true;
	list->circle_id = identity_of(&t, &record);
	CHECK_OK_FATAL(kc_list_build(list, &t.c->account, &t.c->identity, &said));
	CHECK_OK(hear_list(t.a, t.c, &said));
	CHECK_OK(take(t.a, &record));
	CHECK(generation(t.a) == UINT64_MAX);
	telling_admit(t.a, "d", &d);
	CHECK(generation(t.a) == UINT64_MAX);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(the_account_begins_with_its_first_device_alone),
		CHECK_TEST(a_join_makes_the_next_generation),
		CHECK_TEST(without_the_user_key_a_copy_has_one_signature),
		CHECK_TEST(a_removal_makes_the_next_generation_when_the_password_is_typed),
		CHECK_TEST(an_old_circle_in_a_later_operation_is_a_rollback),
		CHECK_TEST(the_one_copy_of_a_device_does_not_go_back),
		CHECK_TEST(of_two_of_one_generation_the_same_one_wins),
		CHECK_TEST(a_gap_waits_until_it_is_closed_or_bridged),
		CHECK_TEST(one_that_nobody_can_accept),
		CHECK_TEST(one_with_somebody_who_is_out_waits_for_no_copy),
		CHECK_TEST(one_with_somebody_who_fell_is_not_waited_for),
		CHECK_TEST(one_that_gives_way_may_be_of_a_newcomer),
		CHECK_TEST(an_empty_circle_is_like_any_other),
		CHECK_TEST(another_user_key_is_refused_or_waits_for_its_record),
		CHECK_TEST(what_one_made_displaces_nobody_elses),
		CHECK_TEST(of_two_passwords_at_once_neither_circle_is_refused),
		CHECK_TEST(the_key_of_a_tie_is_remembered_whenever_it_comes),
		CHECK_TEST(a_newcomer_does_not_let_itself_in),
		CHECK_TEST(who_is_out_signs_nothing),
		CHECK_TEST(a_signature_holds_for_its_generation_only),
		CHECK_TEST(one_under_a_former_password_is_followed_when_that_is_back),
		CHECK_TEST(one_with_a_member_that_seems_out_is_followed_when_it_is_not),
		CHECK_TEST(of_each_device_one_is_kept),
		CHECK_TEST(what_cannot_be_followed_any_more_is_not_kept),
		CHECK_TEST(what_one_named_last_before_it_left_counts),
		CHECK_TEST(what_one_made_and_did_not_name_last_is_given_up),
		CHECK_TEST(what_one_made_after_it_left_is_refused),
		CHECK_TEST(who_left_and_is_out_signs_nothing),
		CHECK_TEST(members_are_those_of_trusted_lists),
		CHECK_TEST(a_list_does_not_go_back_to_an_older_circle),
		CHECK_TEST(a_circle_is_kept),
		CHECK_TEST(the_last_generation_holds_nothing_up),
	};

	return check_main("compat", tests, KC_COUNT_OF(tests));
}
