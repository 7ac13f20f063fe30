/* SPDX-License-Identifier: ISC */
/* The state of the account: who this device is in it, its passwords, and what is one of a kind. */
#include "backend/circle/circle_state.h"

#define VERSION 2

static kc_err check_account(struct kc_circle *circle, struct kc_bytes keys, struct kc_bytes self)
{
	KC_TRY(kc_account_keys_parse(keys, &circle->keys));
	KC_TRY(kc_identity_load(self, &circle->identity));
	KC_TRY(kc_account_check_genesis(
		kc_buf_bytes(&circle->genesis), &circle->account, &circle->begun));
	return kc_account_key_open(
		kc_buf_bytes(&circle->account_key_record), &circle->account, &circle->account_key);
}

kc_err kc_circle_code_account(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	KC_CLEANUP_BUF struct kc_buf keys = KC_BUF_INIT, self = KC_BUF_INIT;
	uint64_t version = VERSION;

	(void)number;
	if (!c->loads) {
		KC_TRY(kc_account_keys_put(&circle->keys, &keys));
		KC_TRY(kc_identity_save(&circle->identity, &self));
	}
	kc_coder_uint(c, &version);
	if (version != VERSION)
		return KC_ERR(CORRUPT);
	kc_coder_array(c, circle->account.bytes, sizeof circle->account.bytes);
	kc_coder_buf(c, &circle->genesis);
	kc_coder_buf(c, &circle->account_key_record);
	kc_coder_buf(c, &keys);
	kc_coder_buf(c, &self);
	kc_coder_name(c, circle->name);
	KC_TRY(kc_coder_check(c));
	return c->loads ? check_account(circle, kc_buf_bytes(&keys), kc_buf_bytes(&self)) : KC_OK;
}

/* What is one of a kind and changes now and then. */
static void code_span(struct kc_coder *c, struct kc_log_span *span)
{
	kc_coder_begin(c);
	kc_coder_uint(c, &span->base);
	kc_coder_uint(c, &span->len);
	kc_coder_uint(c, &span->kept_len);
	kc_coder_uint(c, &span->begun);
	kc_coder_uint(c, &span->track);
	kc_coder_uint(c, &span->drop_ms);
	kc_coder_bool(c, &span->mends);
	kc_coder_end(c);
}

kc_err kc_circle_code_course(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	code_span(c, &circle->span);
	kc_coder_bool(c, &circle->joining);
	kc_coder_uint(c, &circle->collected_ms);
	kc_coder_bool(c, &circle->leaving);
	kc_coder_bool(c, &circle->has_meta);
	kc_coder_array(c, circle->meta_kid, sizeof circle->meta_kid);
	kc_coder_buf(c, &circle->statements);
	return KC_OK;
}

kc_err kc_circle_code_queue(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	kc_coder_buf(c, &circle->queue);
	return KC_OK;
}

/* --- passwords ----------------------------------------------------------------------------------
 */

kc_err kc_circle_code_user_key(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_user_key *key = &circle->user_keys[number];

	if (number >= KC_COUNT_OF(circle->user_keys))
		return KC_ERR(CORRUPT);
	kc_coder_uint(c, &key->first);
	kc_coder_uint(c, &key->last);
	kc_coder_array(c, key->public_key, sizeof key->public_key);
	kc_coder_array(c, key->author.bytes, sizeof key->author.bytes);
	kc_coder_uint(c, &key->time_ms);
	if (!c->loads)
		return KC_OK;
	circle->user_key_count = number + 1;
	return kc_signature_key_id(KC_BYTES_OF(key->public_key), key->id);
}

kc_err kc_circle_code_password(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_bytes record = kc_bytes(NULL, 0);
	uint64_t heard_ms = 0;

	if (!c->loads) {
		record = kc_buf_bytes(&circle->passwords[number].record);
		heard_ms = circle->passwords[number].heard_ms;
	}
	kc_coder_view(c, &record);
	kc_coder_uint(c, &heard_ms);
	KC_TRY(kc_coder_check(c));
	return c->loads ? kc_circle_add_password(circle, record, heard_ms) : KC_OK;
}

kc_err kc_circle_code_pending_key(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	struct kc_pending_key *pending = &circle->pending_keys[number];

	if (number >= KC_COUNT_OF(circle->pending_keys))
		return KC_ERR(CORRUPT);
	kc_coder_buf(c, &pending->record);
	if (!c->loads)
		return KC_OK;
	circle->pending_key_count = number + 1;
	KC_TRY(kc_coder_check(c));
	return kc_account_key_open(
		kc_buf_bytes(&pending->record), &circle->account, &pending->parts);
}

/* --- the compatibility circle -------------------------------------------------------------------
 */

kc_err kc_circle_code_held_compat(
	struct kc_coder *c, const struct kc_circle *circle, struct kc_held_compat *held)
{
	struct kc_bytes record = kc_buf_bytes(&held->record);

	kc_coder_view(c, &record);
	KC_TRY(kc_coder_check(c));
	return c->loads && record.len ? kc_circle_keep_compat(circle, record, held) : KC_OK;
}

kc_err kc_circle_code_compat(struct kc_coder *c, struct kc_circle *circle, size_t number)
{
	(void)number;
	KC_TRY(kc_circle_code_held_compat(c, circle, &circle->compat));
	KC_TRY(kc_circle_code_held_compat(c, circle, &circle->compat_held));
	kc_coder_buf(c, &circle->compat_rival);
	kc_coder_uint(c, &circle->compat_pushed);
	return KC_OK;
}
