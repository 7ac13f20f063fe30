/* SPDX-License-Identifier: ISC */
/* What became of the circle, out of the signed records that are kept. */
#include "backend/circle/circle_impl.h"

#include <string.h>

static void set_name(
	const struct kc_circle *circle, const struct kc_peer_id *id, char ret[static 1])
{
	const struct kc_member *member = kc_circle_find(circle, id);
	const char *name = member ? kc_circle_name_of(circle, member) : "";

	memcpy(ret, name, strlen(name) + 1);
}

static kc_err add(const struct kc_circle *circle, struct kc_history_list *list,
	const struct kc_history_entry *entry, const struct kc_peer_id *device,
	const struct kc_peer_id *by)
{
	struct kc_history_entry named = *entry;

	set_name(circle, device, named.device);
	set_name(circle, by, named.by);
	memcpy(named.device_id, device->bytes, sizeof named.device_id);
	memcpy(named.by_id, by->bytes, sizeof named.by_id);
	return kc_history_list_add(list, &named);
}

static kc_err add_comings(const struct kc_circle *circle, struct kc_history_list *list)
{
	struct kc_history_entry begun = {
		.kind = KC_HISTORY_BEGUN, .time_ms = circle->begun.time_ms};

	KC_TRY(add(circle, list, &begun, &circle->begun.first, &circle->begun.first));
	for (size_t i = 0; i < circle->voucher_count; i++) {
		const struct kc_voucher *voucher = &circle->vouchers[i].voucher;
		struct kc_history_entry added = {
			.kind = KC_HISTORY_ADDED, .time_ms = voucher->time_ms};

		if (kc_circle_find(circle, &voucher->beneficiary))
			KC_TRY(add(circle, list, &added, &voucher->beneficiary, &voucher->sponsor));
	}
	return KC_OK;
}

static enum kc_history_kind kind_of(enum kc_exclusion_reason reason)
{
	switch (reason) {
	case KC_EXCLUSION_LOST:
		return KC_HISTORY_LOST;
	case KC_EXCLUSION_COUNTER:
		return KC_HISTORY_COUNTERED;
	case KC_EXCLUSION_REMOVED:
		break;
	}
	return KC_HISTORY_REMOVED;
}

static bool is_same(const struct kc_trust *trust, size_t one, size_t other)
{
	return trust->statements[one].author == trust->statements[other].author &&
	       trust->statements[one].target == trust->statements[other].target;
}

/* A statement of this device's list may be said again, better signed, in the next one. */
static bool was_said_before(const struct kc_trust *trust, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (is_same(trust, i, number))
			return true;
	return false;
}

static bool does_stand(const struct kc_trust *trust, size_t number)
{
	for (size_t i = 0; i < trust->statement_count; i++)
		if (trust->stands[i] && is_same(trust, i, number))
			return true;
	return false;
}

static kc_err add_goings(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_history_list *list)
{
	for (size_t i = 0; i < trust->statement_count; i++) {
		const struct kc_trust_statement *s = &trust->statements[i];
		const struct kc_member *author = circle->members[s->author];
		const struct kc_peer_id *target = &circle->members[s->target]->id;
		struct kc_exclusion e;

		if (!was_said_before(trust, i) && kc_circle_find_said(circle, author, target, &e)) {
			struct kc_history_entry removed = {.kind = kind_of(e.reason),
				.time_ms = e.time_ms,
				.falls = trust->stands[i] &&
					 kc_circle_falls_with_answer(circle, trust, author, &e),
				.overruled = !does_stand(trust, i)};

			KC_TRY(add(circle, list, &removed, target, &author->id));
		}
	}
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		struct kc_history_entry left = {.kind = KC_HISTORY_LEFT};

		if (!kc_circle_is_over(m) ||
			!kc_circle_is_within_cut(circle, trust, i, m->list->seq, &m->list_id))
			continue;
		left.time_ms = m->list->time_ms;
		KC_TRY(add(circle, list, &left, &m->id, &m->id));
	}
	return KC_OK;
}

/* One entry for the epochs of all views that were begun together: those of the metadata view. */
static kc_err add_keys(const struct kc_circle *circle, struct kc_history_list *list)
{
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_epoch *epoch = circle->epochs[i].epoch;
		struct kc_history_entry keys = {
			.kind = KC_HISTORY_NEW_KEYS, .time_ms = epoch->time_ms};

		if (epoch->name.view == KC_HISTORY_VIEW && epoch->has_prev &&
			epoch->reason != KC_EPOCH_RETOLD)
			KC_TRY(add(circle, list, &keys, &epoch->author, &epoch->author));
	}
	return KC_OK;
}

/* Whether a record never was in force for anybody who is in: one by a device that was out. */
static kc_err was_nothing(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_user_key *key, bool *ret)
{
	*ret = false;
	for (size_t i = 0; i < circle->password_count; i++) {
		const struct kc_password_record *row = &circle->passwords[i];
		bool counts;

		if (row->parts.seq != key->first || row->parts.seq < circle->account_key.seq ||
			memcmp(row->parts.user_public, key->public_key, sizeof key->public_key) !=
				0)
			continue;
		KC_TRY(kc_circle_weigh_password(circle, trust, row, &counts));
		*ret = !counts;
	}
	return KC_OK;
}

/* The first password came with the circle; of changes from before this device came, the time of all
 * but the last is not known. */
static kc_err add_passwords(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_history_list *list)
{
	for (size_t i = 0; i < circle->user_key_count; i++) {
		const struct kc_user_key *key = &circle->user_keys[i];
		struct kc_history_entry password = {
			.kind = KC_HISTORY_NEW_PASSWORD, .time_ms = key->time_ms};
		bool nothing;

		KC_TRY(was_nothing(circle, trust, key, &nothing));
		if (key->first > 1 && key->time_ms && !nothing)
			KC_TRY(add(circle, list, &password, &key->author, &key->author));
	}
	return KC_OK;
}

kc_err kc_circle_history(const struct kc_circle *circle, struct kc_history_list *ret)
{
	KC_CLEANUP_HISTORY_LIST struct kc_history_list list = {0};
	struct kc_trust trust;

	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(add_comings(circle, &list));
	KC_TRY(add_goings(circle, &trust, &list));
	KC_TRY(add_keys(circle, &list));
	KC_TRY(add_passwords(circle, &trust, &list));
	kc_history_list_sort(&list);
	kc_history_list_done(ret);
	*ret = list;
	list = (struct kc_history_list){0};
	return KC_OK;
}
