/* SPDX-License-Identifier: ISC */
/*
 * The compatibility circle as this device keeps it: the one in force, and a first one that
 * comes with a welcome (doc/protocol.md 6).
 */
#include "backend/circle/circle_impl.h"

#include <string.h>

void kc_held_compat_done(struct kc_held_compat *held)
{
	kc_buf_done(&held->record);
	free(held->compat);
	*held = (struct kc_held_compat){.record = KC_BUF_INIT};
}

kc_err kc_circle_keep_compat(
	const struct kc_circle *circle, struct kc_bytes record, struct kc_held_compat *ret)
{
	struct kc_held_compat held = {.record = KC_BUF_INIT};
	kc_err err;

	held.compat = malloc(sizeof *held.compat);
	if (!held.compat)
		return KC_ERR(NO_MEMORY);
	kc_buf_push(&held.record, record.data, record.len);
	err = kc_buf_check(&held.record);
	if (err == KC_OK)
		err = kc_compat_parse(
			kc_buf_bytes(&held.record), &circle->account, held.compat, &held.id);
	if (err != KC_OK) {
		kc_held_compat_done(&held);
		return err;
	}
	kc_held_compat_done(ret);
	*ret = held;
	return KC_OK;
}

const struct kc_pk *kc_circle_compat_user_key(const struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf public_key = KC_BUF_INIT;

	if (!circle->user || kc_pk_store_public(circle->user, &public_key) != KC_OK ||
		!kc_bytes_equal(
			kc_buf_bytes(&public_key), KC_BYTES_OF(circle->account_key.user_public)))
		return NULL;
	return circle->user;
}

kc_err kc_circle_countersign_compat(struct kc_circle *circle)
{
	KC_CLEANUP_BUF struct kc_buf copy = KC_BUF_INIT;
	struct kc_bytes record = kc_buf_bytes(&circle->compat.record);

	if (circle->compat.compat && kc_compat_find(circle->compat.compat, &circle->identity.id)) {
		KC_TRY(kc_compat_countersign(record, &circle->account, circle->identity.legacy,
			kc_circle_compat_user_key(circle), &copy));
		KC_TRY(kc_circle_keep_compat(circle, kc_buf_bytes(&copy), &circle->compat));
	}
	if (!circle->compat.compat)
		return KC_OK;
	return kc_circle_queue_sealed(circle, "c", kc_buf_bytes(&circle->compat.record));
}

/* --- its members --------------------------------------------------------------------------------
 */

kc_err kc_circle_member_identity(
	const struct kc_circle *circle, const struct kc_member *member, struct kc_record_id *ret)
{
	struct kc_record parsed;

	KC_TRY(kc_record_parse(
		kc_buf_bytes(&member->permanent_record), KC_RECORD_PERMANENT, &parsed));
	return kc_record_identity(&parsed, &circle->account, ret);
}

kc_err kc_circle_check_compat_member(
	const struct kc_circle *circle, const struct kc_compat_member *row)
{
	const struct kc_member *member = kc_circle_find(circle, &row->peer);
	struct kc_record_id id;

	if (!member)
		return KC_ERR(WAITING);
	KC_TRY(kc_circle_member_identity(circle, member, &id));
	if (!kc_record_id_equal(&id, &row->permanent) ||
		memcmp(row->key, member->permanent.legacy_public, sizeof row->key) != 0)
		return KC_ERR(REFUSED);
	return KC_OK;
}

/* --- with a welcome -----------------------------------------------------------------------------
 */

/* The sponsor's word, come through the pairing: it is not weighed against another, but it must be
 * whole. */
kc_err kc_circle_enter_compat(struct kc_circle *circle, struct kc_bytes record)
{
	KC_CLEANUP(kc_held_compat_done) struct kc_held_compat held = {.record = KC_BUF_INIT};
	bool is_signed = false;

	if (record.len == 0)
		return KC_OK;
	KC_TRY(kc_circle_keep_compat(circle, record, &held));
	if (!kc_circle_was_user_key(circle, held.compat->user))
		return KC_ERR(VERIFY);
	KC_TRY(kc_compat_check(record, &circle->account, 1, held.compat->user));
	for (size_t i = 0; i < circle->member_count && !is_signed; i++)
		is_signed = i != circle->self &&
			    kc_compat_check(record, &circle->account, 0,
				    circle->members[i]->permanent.legacy_public) == KC_OK;
	for (size_t i = 0; i < held.compat->member_count && is_signed; i++)
		is_signed =
			kc_circle_check_compat_member(circle, &held.compat->members[i]) == KC_OK;
	if (!is_signed)
		return KC_ERR(VERIFY);
	kc_held_compat_done(&circle->compat);
	circle->compat = held;
	held = (struct kc_held_compat){.record = KC_BUF_INIT};
	return KC_OK;
}
