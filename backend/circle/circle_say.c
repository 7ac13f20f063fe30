/* SPDX-License-Identifier: ISC */
/* This device's own list: what it says of the circle, signed (doc/protocol.md 5). */
#include "backend/circle/circle_impl.h"

#include <string.h>

#include "backend/circle/record/segment.h"
#include "base/clock.h"

/* Everybody who ever came in, those that are out among them: whom they let in stays when their own
 * sponsor is put out. Not those that fell. */
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
		if (i == circle->self ||
			kc_peer_set_has(trust->heard | (trust->introduced & trust->excluded), i))
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
	uint64_t least = UINT64_MAX, now = kc_clock_now_ms();

	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_member *m = circle->members[i];

		if (i == circle->self || !kc_peer_set_has(trust->trusted, i))
			continue;
		if (kc_circle_is_stale(m, now))
			continue;
		if (m->acked[view] < least)
			least = m->acked[view];
	}
	return least;
}

kc_err kc_circle_queue_segment(
	struct kc_circle *circle, const struct kc_segment_name *name, struct kc_bytes value)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;

	kc_buf_push_str(&key, "l/");
	kc_op_put_hex(&key, KC_BYTES_OF(name->hash));
	KC_TRY(kc_buf_check(&key));
	return kc_circle_queue_clear(circle, kc_buf_text(&key), value);
}

/* Forgets what everybody has; a segment goes when all of it is. */
static kc_err trim_log(struct kc_circle *circle, const struct kc_trust *trust, unsigned view)
{
	struct kc_view_state *state = &circle->views[view];
	struct kc_segment_list *segments = &state->segments;
	uint64_t all_have = acknowledged(circle, trust, view);
	size_t gone = 0;

	kc_head_log_trim(&state->log, all_have);
	for (; gone < segments->count && segments->rows[gone].last <= all_have; gone++) {
		KC_TRY(kc_circle_queue_segment(circle, &segments->rows[gone], kc_bytes(NULL, 0)));
		kc_circle_forget_segment(circle, &segments->rows[gone]);
	}
	segments->count -= gone;
	if (gone)
		memmove(segments->rows, segments->rows + gone,
			segments->count * sizeof *segments->rows);
	return KC_OK;
}

/* The oldest entries of a log become segments as soon as they fill one: what fills an operation is
 * named in it once, and not in the list after it again. */
static kc_err spill_log(struct kc_circle *circle, unsigned view,
	const struct kc_segment_place *place, const struct kc_secret *key)
{
	struct kc_view_state *state = &circle->views[view];

	while (state->log.count >= KC_HEAD_MAX_LOG) {
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
		struct kc_segment_name name;

		KC_TRY(kc_segment_seal(
			state->log.rows, KC_HEAD_MAX_LOG, place, key, &value, &name));
		KC_TRY(kc_circle_queue_segment(circle, &name, kc_buf_bytes(&value)));
		KC_TRY(kc_circle_keep_segment(circle, &name, kc_buf_bytes(&value)));
		KC_TRY(kc_segment_list_add(&state->segments, &name));
		kc_head_log_trim(&state->log, name.last);
	}
	return KC_OK;
}

static kc_err seal_head(const struct kc_circle *circle, unsigned view, uint64_t seq,
	const struct kc_segment_place *place, const struct kc_secret *key, struct kc_buf *ret)
{
	const struct kc_view_state *state = &circle->views[view];
	const struct kc_head head = {/* lent, all of it */
		.counter = state->counter,
		.vector = state->vector,
		.log = state->log,
		.segments = state->segments,
		.root = state->root};

	return kc_head_seal(&head,
		&(struct kc_head_place){
			.account = place->account,
			.peer = place->peer,
			.seq = seq,
			.view_tag = place->view_tag,
			.name = place->name,
		},
		key, ret);
}

static kc_err add_head(struct kc_circle *circle, const struct kc_trust *trust, unsigned view,
	struct kc_list *list, struct kc_buf *ret_box)
{
	struct kc_list_head row = {0};
	struct kc_segment_place place = {
		&circle->account, &circle->identity.id, row.view_tag, NULL};
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	struct kc_view_state *state = &circle->views[view];
	const struct kc_held_epoch *held;

	if (kc_circle_usable_epoch(circle, trust, view, &held) != KC_OK)
		return KC_OK;
	place.name = &held->epoch->name;
	KC_TRY(kc_account_view_tag(kc_circle_keys(circle), &circle->account, view, row.view_tag));
	memcpy(row.kid, held->epoch->name.kid, sizeof row.kid);
	KC_TRY(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &key));
	KC_TRY(trim_log(circle, trust, view));
	KC_TRY(spill_log(circle, view, &place, &key));
	KC_TRY(seal_head(circle, view, list->seq, &place, &key, ret_box));
	row.box = kc_buf_bytes(ret_box);
	if (memcmp(state->headed_kid, row.kid, sizeof row.kid) != 0) {
		memcpy(state->headed_kid, row.kid, sizeof row.kid);
		state->headed_since = list->seq;
	}
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
	list->time_ms = kc_clock_now_ms();
	list->leaves = circle->leaving;
	list->policy = policy;
	if (circle->compat.compat) {
		list->has_circle = true;
		list->circle_generation = circle->compat.compat->generation;
		list->circle_id = circle->compat.id;
	}
	memcpy(list->name, circle->name, sizeof list->name);
	KC_TRY(kc_circle_find_made_password(circle, &list->has_made, &list->made));
	KC_TRY(add_members(circle, trust, list));
	add_seen(circle, list);
	for (unsigned view = 1; view < KC_VIEW_META; view++)
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

/* Where there are logs, the list says which operation it ends, and what else is in that; of
 * records it names the cells that go with it. */
static kc_err name_operation(struct kc_circle *circle, const struct kc_trust *trust,
	struct kc_op_builder *operation, struct kc_list *list)
{
	KC_TRY(kc_circle_drain(circle, operation));
	if (circle->layout == KC_LAYOUT_RECORDS) {
		kc_circle_name_companions(circle, trust, list);
		return KC_OK;
	}
	list->number = kc_circle_self(circle)->position.number + 1;
	list->base = circle->span.base;
	return kc_op_builder_close(operation, list->contents);
}

/* Whoever is out by this list, and where it is told, is told by the list itself. */
static kc_err publish(struct kc_circle *circle, struct kc_bytes record)
{
	KC_TRY(remember(circle, record));
	KC_TRY(kc_circle_tell_targets(circle, record));
	circle->tells_all = circle->leaving = false;
	return kc_circle_queue_sealed(circle, "p", record);
}

kc_err kc_circle_sign_list(
	struct kc_circle *circle, uint64_t policy, struct kc_op_builder *operation)
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
		err = kc_circle_take_back_shares(circle);
	if (err == KC_OK && operation)
		err = name_operation(circle, &trust, operation, list);
	if (err == KC_OK)
		err = kc_list_build(list, &circle->account, &circle->identity, &record);
	kc_circle_forget_cells(circle);
	for (size_t i = 0; i < KC_CIRCLE_MAX_VIEWS; i++)
		kc_buf_done(&boxes[i]);
	KC_TRY(err);
	return publish(circle, kc_buf_bytes(&record));
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
	if (own && circle->compat.compat)
		*ret = *ret || !own->has_circle ||
		       !kc_record_id_equal(&own->circle_id, &circle->compat.id);
	return *ret ? KC_OK : kc_circle_compat_is_due(circle, &trust, ret);
}
