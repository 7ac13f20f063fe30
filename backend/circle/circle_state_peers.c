/* SPDX-License-Identifier: ISC */
/* The state of the members, of what vouches for them, and of what this device itself has said. */
#include "backend/circle/circle_state.h"

#include <string.h>

static kc_err add_member(struct kc_circle *circle, struct kc_bytes record, struct kc_bytes list)
{
	struct kc_permanent permanent;
	struct kc_record parsed;
	struct kc_peer_id id;

	KC_TRY(kc_record_parse(record, KC_RECORD_PERMANENT, &parsed));
	KC_TRY(kc_permanent_parse_body(parsed.body, &permanent));
	KC_TRY(kc_permanent_id(parsed.body, &id));
	KC_TRY(kc_circle_add_member(circle, record, &permanent, &id));
	if (list.len == 0)
		return KC_OK;
	return kc_circle_adopt_list(circle, circle->members[circle->member_count - 1], list);
}

/* The lists of a member that are remembered: what adopting the last one noted is among them. */
static kc_err code_past(struct kc_coder *c, struct kc_member *member)
{
	if (c->loads)
		return kc_circle_pull_past(kc_coder_reader(c), member);
	kc_circle_put_past(&c->w, member);
	return KC_OK;
}

static void code_leap(struct kc_coder *c, struct kc_leap *leap)
{
	kc_coder_uint(c, &leap->first);
	kc_coder_position(c, &leap->at);
	kc_coder_uint(c, &leap->shares);
	kc_coder_uint(c, &leap->unread);
	kc_coder_uint(c, &leap->reached);
	kc_coder_bool(c, &leap->found);
}

kc_err kc_circle_code_member(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes permanent = {NULL, 0}, list = {NULL, 0};
	struct kc_member *m;

	if (!c->loads) {
		permanent = kc_buf_bytes(&circle->members[number]->permanent_record);
		list = kc_buf_bytes(&circle->members[number]->list_record);
	}
	kc_coder_view(c, &permanent);
	kc_coder_view(c, &list);
	KC_TRY(kc_coder_check(c));
	if (c->loads)
		KC_TRY(add_member(circle, permanent, list));
	m = circle->members[number];
	kc_coder_name(c, m->name);
	kc_coder_position(c, &m->position);
	kc_coder_position(c, &m->target);
	code_leap(c, &m->leap);
	kc_coder_uint(c, &m->waiting_since_ms);
	kc_coder_uint(c, &m->compat_number);
	kc_coder_uint(c, &m->compat_generation);
	KC_TRY(kc_circle_code_held_compat(c, circle, &m->compat_held));
	kc_coder_uint(c, &m->silent_days);
	kc_coder_uint(c, &m->silent_seq);
	kc_coder_uint(c, &m->excuse.seq);
	kc_coder_uint(c, &m->excuse.shown);
	kc_coder_uint(c, &m->excuse.known);
	KC_TRY(code_past(c, m));
	m->is_over = kc_circle_is_over(m);
	kc_coder_array(c, m->given, sizeof m->given);
	kc_coder_bool(c, &m->forged);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		kc_coder_uint(c, &m->acked[view]);
	kc_coder_uint(c, &m->retold);
	kc_coder_buf(c, &m->said_before);
	return KC_OK;
}

kc_err kc_circle_code_voucher(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_voucher voucher;
	struct kc_bytes record = {NULL, 0};

	if (!c->loads)
		record = kc_buf_bytes(&circle->vouchers[number].record);
	kc_coder_view(c, &record);
	KC_TRY(kc_coder_check(c));
	if (!c->loads)
		return KC_OK;
	KC_TRY(kc_voucher_parse(record, &voucher));
	return kc_circle_add_voucher(circle, record, &voucher);
}

kc_err kc_circle_code_own_list(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_record_id id;

	if (!c->loads)
		memcpy(&id, circle->own_lists.data + number * sizeof id, sizeof id);
	kc_coder_array(c, id.bytes, sizeof id.bytes);
	if (!c->loads)
		return KC_OK;
	kc_buf_push(&circle->own_lists, id.bytes, sizeof id.bytes);
	return kc_buf_check(&circle->own_lists);
}

kc_err kc_circle_code_own_key(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes record = {NULL, 0};

	if (!c->loads)
		record = kc_buf_bytes(&circle->own_keys[number]);
	kc_coder_view(c, &record);
	KC_TRY(kc_coder_check(c));
	return c->loads ? kc_circle_keep_own_key(circle, record) : KC_OK;
}
