/* SPDX-License-Identifier: ISC */
/* The next generation of the compatibility circle, when this device may make it. */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "backend/circle/record/label.h"
#include "base/clock.h"

static kc_err add_member(
	const struct kc_circle *circle, const struct kc_member *member, struct kc_compat *compat)
{
	size_t at = compat->member_count++;

	while (at > 0 && kc_peer_id_compare(&member->id, &compat->members[at - 1].peer) < 0) {
		compat->members[at] = compat->members[at - 1];
		at--;
	}
	compat->members[at].peer = member->id;
	memcpy(compat->members[at].key, member->permanent.legacy_public,
		sizeof compat->members[at].key);
	return kc_circle_member_identity(circle, member, &compat->members[at].permanent);
}

static void add_retired(struct kc_compat *compat, const struct kc_peer_id *peer)
{
	size_t at = compat->retired_count++;

	while (at > 0 && kc_peer_id_compare(peer, &compat->retired[at - 1]) < 0) {
		compat->retired[at] = compat->retired[at - 1];
		at--;
	}
	compat->retired[at] = *peer;
}

/* Over the lists that this device has accepted: L("kc1/lists", identity, ...), by peer. */
static kc_err hash_lists(const struct kc_circle *circle, uint8_t ret[static 32])
{
	KC_CLEANUP_LABEL struct kc_label label;
	const struct kc_member *last = NULL;

	kc_label_init(&label, "kc1/lists");
	for (size_t round = 0; round < circle->member_count; round++) {
		const struct kc_member *next = NULL;

		for (size_t i = 0; i < circle->member_count; i++) {
			const struct kc_member *m = circle->members[i];

			if (m->list && (!last || kc_peer_id_compare(&m->id, &last->id) > 0) &&
				(!next || kc_peer_id_compare(&m->id, &next->id) < 0))
				next = m;
		}
		if (!next)
			break;
		kc_der_put_bytes(&label.w, KC_BYTES_OF(next->list_id.bytes));
		last = next;
	}
	return kc_label_hash(&label, ret);
}

/* What the circle should be, whatever it is. */
static kc_err fill(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_compat *compat)
{
	const struct kc_compat *before = circle->compat.compat;

	compat->generation = before ? before->generation + 1 : 1;
	if (before && compat->generation <= kc_circle_compat_ahead(circle, trust))
		compat->generation = kc_circle_compat_ahead(circle, trust) + 1;
	compat->has_prev = before != NULL;
	compat->prev = circle->compat.id;
	compat->time_ms = kc_clock_now_ms();
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (kc_peer_set_has(trust->trusted, i))
			KC_TRY(add_member(circle, m, compat));
		else if (before &&
			 (kc_compat_find(before, &m->id) || kc_compat_has_retired(before, &m->id)))
			add_retired(compat, &m->id);
	}
	memcpy(compat->user, circle->account_key.user_public, sizeof compat->user);
	compat->account_key_seq = circle->account_key.seq;
	return hash_lists(circle, compat->lists);
}

static bool says_something_new(const struct kc_compat *before, const struct kc_compat *next)
{
	if (!before)
		return true;
	return before->member_count != next->member_count ||
	       memcmp(before->members, next->members,
		       next->member_count * sizeof next->members[0]) != 0 ||
	       memcmp(before->user, next->user, sizeof next->user) != 0;
}

/* Whether this device may make one: as a member of the circle in force, or as the first of all. */
static bool may_renew(const struct kc_circle *circle, const struct kc_trust *trust)
{
	if (circle->joining || !kc_peer_set_has(trust->trusted, circle->self))
		return false;
	if (!circle->compat.compat)
		return kc_peer_id_equal(&circle->identity.id, &circle->begun.first) &&
		       circle->member_count == 1;
	return kc_compat_find(circle->compat.compat, &circle->identity.id) != NULL;
}

/* Whoever is in, and has the password, can go on to the last generation that there is. */
static bool is_at_end(const struct kc_circle *circle, const struct kc_trust *trust)
{
	const struct kc_compat *before = circle->compat.compat;

	return (before && before->generation == UINT64_MAX) ||
	       kc_circle_compat_ahead(circle, trust) == UINT64_MAX;
}

kc_err kc_circle_compat_is_due(
	const struct kc_circle *circle, const struct kc_trust *trust, bool *ret)
{
	KC_CLEANUP_FREE struct kc_compat *next = calloc(1, sizeof *next);

	if (!next)
		return KC_ERR(NO_MEMORY);
	*ret = false;
	if (!kc_circle_compat_user_key(circle) || !may_renew(circle, trust) ||
		is_at_end(circle, trust))
		return KC_OK;
	KC_TRY(fill(circle, trust, next));
	*ret = says_something_new(circle->compat.compat, next);
	return KC_OK;
}

kc_err kc_circle_renew_compat(struct kc_circle *circle, const struct kc_trust *trust)
{
	KC_CLEANUP_FREE struct kc_compat *next = calloc(1, sizeof *next);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	bool due;

	if (!next)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_circle_compat_is_due(circle, trust, &due));
	if (!due)
		return KC_OK;
	KC_TRY(fill(circle, trust, next));
	KC_TRY(kc_compat_build(
		next, &circle->account, circle->identity.legacy, circle->user, &record));
	KC_TRY(kc_circle_keep_compat(circle, kc_buf_bytes(&record), &circle->compat));
	KC_TRY(kc_circle_queue_sealed(circle, "c", kc_buf_bytes(&circle->compat.record)));
	return kc_circle_retry_compat(circle);
}
