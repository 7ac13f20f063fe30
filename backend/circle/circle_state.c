/* SPDX-License-Identifier: ISC */
/*
 * The circle as one value, for the device's own sealed storage.
 *
 * Nothing is verified again on the way back: it was before it came in, and the seal says that it is
 * ours.
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

#define VERSION 1

/* --- saving -------------------------------------------------------------------------------------
 */

static void put_position(struct kc_der_writer *w, const struct kc_log_position *position)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, position->number);
	kc_der_put_bytes(w, KC_BYTES_OF(position->digest));
	kc_der_end(w);
}

static void put_member(struct kc_der_writer *w, const struct kc_member *member)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_str(w, member->name);
	kc_der_put_bytes(w, kc_buf_bytes(&member->permanent_record));
	kc_der_put_bytes(w, kc_buf_bytes(&member->list_record));
	put_position(w, &member->position);
	put_position(w, &member->target);
	kc_der_put_uint(w, member->waiting_since_ms);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		kc_der_put_uint(w, member->acked[view]);
	kc_der_end(w);
}

static void put_members(struct kc_der_writer *w, const struct kc_circle *circle)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->member_count; i++)
		put_member(w, circle->members[i]);
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->voucher_count; i++)
		kc_der_put_bytes(w, kc_buf_bytes(&circle->vouchers[i].record));
	kc_der_end(w);
}

static void put_keys(struct kc_der_writer *w, const struct kc_circle *circle)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < circle->epoch_count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, kc_buf_bytes(&circle->epochs[i].record));
		kc_der_put_bytes(w, kc_secret_bytes(&circle->epochs[i].key));
		kc_der_end(w);
	}
	kc_der_end(w);
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++) {
		const struct kc_view_state *state = &circle->views[view];

		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_uint(w, state->counter);
		kc_vector_put(w, &state->vector);
		kc_vector_put(w, &state->reached);
		kc_head_log_put(w, state->log.rows, state->log.count);
		kc_segment_list_put(w, &state->segments);
		kc_der_end(w);
	}
	kc_der_end(w);
}

kc_err kc_circle_save(const struct kc_circle *circle, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf keys = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf identity = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(kc_account_keys_put(&circle->keys, &keys));
	KC_TRY(kc_identity_save(&circle->identity, &identity));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, VERSION);
	kc_der_put_bytes(&w, KC_BYTES_OF(circle->account.bytes));
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->genesis));
	kc_der_put_bytes(&w, kc_buf_bytes(&keys));
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->account_key_record));
	kc_der_put_bytes(&w, kc_buf_bytes(&identity));
	kc_der_put_str(&w, circle->name);
	put_members(&w, circle);
	put_keys(&w, circle);
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->own_lists));
	kc_der_put_bytes(&w, kc_buf_bytes(&circle->queue));
	kc_der_put_bool(&w, circle->joining);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* --- loading ------------------------------------------------------------------------------------
 */

static void pull_position(struct kc_der_reader *r, struct kc_log_position *ret)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	ret->number = kc_der_get_uint(&seq);
	kc_der_get_array(&seq, ret->digest, sizeof ret->digest);
	kc_der_leave(r, &seq);
}

static void pull_bytes(struct kc_der_reader *r, struct kc_buf *ret)
{
	struct kc_bytes bytes = kc_der_get_bytes(r);

	kc_buf_reset(ret);
	kc_buf_push(ret, bytes.data, bytes.len);
}

static void pull_name(struct kc_der_reader *r, char ret[static KC_DEVICE_NAME_MAX + 1])
{
	struct kc_bytes name = kc_der_get_utf8(r);

	if (name.len > KC_DEVICE_NAME_MAX) {
		kc_der_reader_fail(r);
		return;
	}
	memcpy(ret, name.data, name.len);
	ret[name.len] = 0;
}

static kc_err add_stored_member(struct kc_circle *circle, struct kc_bytes record)
{
	struct kc_permanent permanent;
	struct kc_record parsed;
	struct kc_peer_id id;

	KC_TRY(kc_record_parse(record, KC_RECORD_PERMANENT, &parsed));
	KC_TRY(kc_permanent_parse_body(parsed.body, &permanent));
	KC_TRY(kc_permanent_id(parsed.body, &id));
	return kc_circle_add_member(circle, record, &permanent, &id);
}

static kc_err pull_member(struct kc_der_reader *r, struct kc_circle *circle)
{
	char name[KC_DEVICE_NAME_MAX + 1];
	struct kc_bytes permanent, list;
	struct kc_member *member;
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	pull_name(&seq, name);
	permanent = kc_der_get_bytes(&seq);
	list = kc_der_get_bytes(&seq);
	KC_TRY(kc_der_reader_check(&seq));
	KC_TRY(add_stored_member(circle, permanent));
	member = circle->members[circle->member_count - 1];
	memcpy(member->name, name, sizeof member->name);
	if (list.len)
		KC_TRY(kc_circle_adopt_list(circle, member, list));
	pull_position(&seq, &member->position);
	pull_position(&seq, &member->target);
	member->waiting_since_ms = kc_der_get_uint(&seq);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		member->acked[view] = kc_der_get_uint(&seq);
	kc_der_leave(r, &seq);
	return KC_OK;
}

static kc_err pull_members(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows))
		KC_TRY(pull_member(&rows, circle));
	kc_der_leave(r, &rows);
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record = kc_der_get_bytes(&rows);
		struct kc_voucher voucher;

		KC_TRY(kc_voucher_parse(record, &voucher));
		KC_TRY(kc_circle_add_voucher(circle, record, &voucher));
	}
	kc_der_leave(r, &rows);
	return KC_OK;
}

static kc_err pull_keys(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader rows, one;

	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows)) {
		struct kc_bytes record, key;

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		record = kc_der_get_bytes(&one);
		key = kc_der_get_bytes(&one);
		kc_der_leave(&rows, &one);
		KC_TRY(kc_circle_add_epoch(circle, record));
		KC_TRY(kc_secret_set(&circle->epochs[circle->epoch_count - 1].key, key));
	}
	kc_der_leave(r, &rows);
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++) {
		struct kc_view_state *state = &circle->views[view];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		state->counter = kc_der_get_uint(&one);
		kc_vector_pull(&one, &state->vector);
		kc_vector_pull(&one, &state->reached);
		KC_TRY(kc_head_log_pull(&one, &state->log));
		KC_TRY(kc_segment_list_pull(&one, &state->segments));
		kc_der_leave(&rows, &one);
	}
	kc_der_leave(r, &rows);
	return KC_OK;
}

static kc_err pull_account(struct kc_der_reader *r, struct kc_circle *circle)
{
	kc_der_get_array(r, circle->account.bytes, sizeof circle->account.bytes);
	pull_bytes(r, &circle->genesis);
	KC_TRY(kc_account_keys_parse(kc_der_get_bytes(r), &circle->keys));
	pull_bytes(r, &circle->account_key_record);
	KC_TRY(kc_identity_load(kc_der_get_bytes(r), &circle->identity));
	pull_name(r, circle->name);
	KC_TRY(kc_buf_check(&circle->genesis));
	KC_TRY(kc_buf_check(&circle->account_key_record));
	KC_TRY(kc_account_check_genesis(
		kc_buf_bytes(&circle->genesis), &circle->account, &circle->begun));
	return kc_account_key_open(
		kc_buf_bytes(&circle->account_key_record), &circle->account, &circle->account_key);
}

static kc_err pull_all(struct kc_der_reader *r, struct kc_circle *circle)
{
	struct kc_der_reader seq;

	kc_der_enter(r, KC_DER_SEQUENCE, &seq);
	if (kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	KC_TRY(pull_account(&seq, circle));
	KC_TRY(pull_members(&seq, circle));
	KC_TRY(pull_keys(&seq, circle));
	pull_bytes(&seq, &circle->own_lists);
	pull_bytes(&seq, &circle->queue);
	circle->joining = kc_der_get_bool(&seq);
	kc_der_leave(r, &seq);
	KC_TRY(kc_buf_check(&circle->own_lists));
	return kc_buf_check(&circle->queue);
}

kc_err kc_circle_load(struct kc_bytes saved, struct kc_circle **ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_der_reader r;
	kc_err err;

	KC_TRY(kc_circle_new(&circle));
	kc_der_reader_init(&r, saved);
	err = pull_all(&r, circle);
	if (err == KC_E_NO_MEMORY)
		return err;
	if (err != KC_OK || kc_der_reader_finish(&r) != KC_OK || circle->member_count == 0)
		return KC_ERR(CORRUPT);
	*ret = circle;
	circle = NULL;
	return KC_OK;
}
