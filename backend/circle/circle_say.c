/* SPDX-License-Identifier: ISC */
/* This device's own list: what it says of the circle, signed (doc/protocol.md 5). */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "base/clock.h"

#define STALE_MS (UINT64_C(180) * 24 * 60 * 60 * 1000) /* silence after which nobody waits */

static uint64_t now_ms(void)
{
	int64_t now = kc_clock_wall_ms();

	return now < 0 ? 0 : (uint64_t)now;
}

/* Everybody who is in, besides those who ever were. */
static kc_err add_members(
	const struct kc_circle *circle, const struct kc_trust *trust, struct kc_list *list)
{
	const struct kc_list *before = kc_circle_self(circle)->list;

	if (before) {
		memcpy(list->include, before->include, sizeof list->include);
		list->include_count = before->include_count;
		memcpy(list->exclude, before->exclude, sizeof list->exclude);
		list->exclude_count = before->exclude_count;
	}
	for (size_t i = 0; i < circle->member_count; i++)
		if (i == circle->self || kc_peer_set_has(trust->trusted, i))
			KC_TRY(kc_list_add_include(list, &circle->members[i]->id));
	return kc_circle_add_statements(circle, list);
}

static void add_seen(const struct kc_circle *circle, struct kc_list *list)
{
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];
		size_t at = list->seen_count;

		if (i == circle->self || !m->list)
			continue;
		while (at > 0 && kc_peer_id_compare(&m->id, &list->seen[at - 1].peer) < 0) {
			list->seen[at] = list->seen[at - 1];
			at--;
		}
		list->seen[at] = (struct kc_seen){m->id, m->list->seq, m->list_id};
		list->seen_count++;
	}
}

/* Up to which own dot everybody has who still answers. */
static uint64_t acknowledged(
	const struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	uint64_t least = UINT64_MAX, now = now_ms();

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (i == circle->self || !kc_peer_set_has(trust->trusted, i))
			continue;
		if (m->list && m->list->time_ms + STALE_MS < now)
			continue;
		if (m->acked[view] < least)
			least = m->acked[view];
	}
	return least;
}

static kc_err add_head(struct kc_circle *circle, const struct kc_trust *trust, unsigned view,
	struct kc_list *list, struct kc_buf *ret_box)
{
	struct kc_view_state *state = &circle->views[view];
	struct kc_list_head row = {0};
	const struct kc_held_epoch *held;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_head head = {.counter = state->counter, .vector = state->vector};

	if (kc_circle_usable_epoch(circle, trust, view, &held) != KC_OK)
		return KC_OK;
	kc_head_log_trim(&state->log, acknowledged(circle, trust, view));
	head.log = state->log; /* lent */
	KC_TRY(kc_account_view_tag(kc_circle_keys(circle), &circle->account, view, row.view_tag));
	memcpy(row.kid, held->epoch->name.kid, sizeof row.kid);
	KC_TRY(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &key));
	KC_TRY(kc_head_seal(&head,
		&(struct kc_head_place){
			.account = &circle->account,
			.peer = &circle->identity.id,
			.seq = list->seq,
			.view_tag = row.view_tag,
			.name = &held->epoch->name,
		},
		&key, ret_box));
	row.box = kc_buf_bytes(ret_box);
	return kc_list_add_head(list, &row);
}

static kc_err fill(struct kc_circle *circle, const struct kc_trust *trust, uint64_t policy,
	struct kc_list *list, struct kc_buf *boxes)
{
	const struct kc_member *self = kc_circle_self(circle);

	list->peer = circle->identity.id;
	list->seq = self->list ? self->list->seq + 1 : 1;
	list->has_prev = self->list != NULL;
	list->prev = self->list_id;
	list->time_ms = now_ms();
	list->number = circle->layout == KC_LAYOUT_RECORDS ? 0 : self->position.number + 1;
	list->base = circle->layout == KC_LAYOUT_RECORDS ? 0 : circle->span.base;
	list->policy = policy;
	list->account_key_seq = circle->account_key.seq;
	memcpy(list->name, circle->name, sizeof list->name);
	KC_TRY(add_members(circle, trust, list));
	add_seen(circle, list);
	for (unsigned view = 1; view < KC_CIRCLE_MAX_VIEWS; view++)
		KC_TRY(add_head(circle, trust, view, list, &boxes[view]));
	return KC_OK;
}

/* The list is this device's last word, and is remembered as such. */
static kc_err remember(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_member *self = kc_circle_self(circle);
	const size_t step = KC_CIRCLE_OWN_LISTS_STEP * sizeof self->list_id.bytes;
	const size_t most = KC_CIRCLE_OWN_LISTS * sizeof self->list_id.bytes;
	struct kc_buf *own = &circle->own_lists;

	KC_TRY(kc_circle_adopt_list(circle, self, record));
	kc_buf_push(own, self->list_id.bytes, sizeof self->list_id.bytes);
	KC_TRY(kc_buf_check(own));
	if (own->len >= most + step) {
		memmove(own->data, own->data + step, own->len - step);
		kc_buf_truncate(own, own->len - step);
	}
	return KC_OK;
}

kc_err kc_circle_sign_list(struct kc_circle *circle, uint64_t policy)
{
	struct kc_buf boxes[KC_CIRCLE_MAX_VIEWS] = {{0}};
	KC_CLEANUP_FREE struct kc_list *list = calloc(1, sizeof *list);
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;
	struct kc_trust trust;
	kc_err err;

	if (!list)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_circle_judge(circle, &trust));
	err = fill(circle, &trust, policy, list, boxes);
	if (err == KC_OK)
		err = kc_list_build(list, &circle->account, &circle->identity, &record);
	for (size_t i = 0; i < KC_CIRCLE_MAX_VIEWS; i++)
		kc_buf_done(&boxes[i]);
	KC_TRY(err);
	KC_TRY(remember(circle, kc_buf_bytes(&record)));
	KC_TRY(kc_circle_tell_targets(circle, kc_buf_bytes(&record)));
	if (circle->leaving)
		KC_TRY(kc_circle_retire(circle, list->seq));
	return kc_circle_queue_sealed(circle, "p", kc_buf_bytes(&record));
}

kc_err kc_circle_has_news(const struct kc_circle *circle, bool *ret)
{
	const struct kc_list *own = kc_circle_self(circle)->list;
	struct kc_trust trust;

	*ret = own == NULL || circle->statements.len > 0 || circle->leaving;
	KC_TRY(kc_circle_judge(circle, &trust));
	for (size_t i = 0; own && i < circle->member_count; i++)
		if (kc_peer_set_has(trust.trusted, i) &&
			!kc_list_includes(own, &circle->members[i]->id))
			*ret = true;
	return KC_OK;
}
