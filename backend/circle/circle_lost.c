/* SPDX-License-Identifier: ISC */
/* What this device has published with its lists, and the store has lost: said once more, cell by
 * cell (doc/protocol.md 3.2, rule 5). */
#include "backend/circle/circle_impl.h"

#include <string.h>

/* The member whose cells' keys end so; member_count when there is none. */
static size_t find_member(const struct kc_circle *circle, struct kc_bytes hex)
{
	struct kc_writer_id writer;
	size_t i = 0;

	if (!kc_op_get_hex(hex, writer.bytes, sizeof writer.bytes))
		return circle->member_count;
	for (; i < circle->member_count; i++) {
		struct kc_writer_id other = kc_circle_writer(&circle->members[i]->id);

		if (memcmp(&other, &writer, sizeof writer) == 0)
			break;
	}
	return i;
}

/* --- each kind ----------------------------------------------------------------------------------
 * rest is what follows the prefix.
 */

static kc_err say_genesis(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	(void)trust, (void)rest;
	if (!kc_peer_id_equal(&circle->identity.id, &circle->begun.first))
		return KC_OK;
	return kc_circle_queue_sealed(circle, "g", kc_buf_bytes(&circle->genesis));
}

static kc_err say_account_key(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	uint64_t seq = 0;

	(void)trust;
	for (size_t i = 0; i < rest.len; i++)
		seq = 10 * seq + (uint64_t)(rest.data[i] - '0');
	return seq ? kc_circle_queue_account_keys(circle, seq) : KC_OK;
}

static kc_err say_permanent(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	(void)trust, (void)rest;
	return kc_circle_queue_sealed(
		circle, "perm", kc_buf_bytes(&kc_circle_self(circle)->permanent_record));
}

static kc_err say_newcomer(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	size_t member = find_member(circle, rest);

	(void)trust;
	if (member == circle->member_count)
		return KC_OK;
	return kc_circle_queue_for(circle, "perm/", &circle->members[member]->id,
		kc_buf_bytes(&circle->members[member]->permanent_record));
}

static kc_err say_voucher(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	size_t member = find_member(circle, rest);

	(void)trust;
	for (size_t i = 0; i < circle->voucher_count && member < circle->member_count; i++) {
		const struct kc_held_voucher *held = &circle->vouchers[i];
		const struct kc_peer_id *newcomer = &held->voucher.beneficiary;

		if (kc_peer_id_equal(&held->voucher.sponsor, &circle->identity.id) &&
			kc_peer_id_equal(newcomer, &circle->members[member]->id))
			return kc_circle_queue_for(
				circle, "v/", newcomer, kc_buf_bytes(&held->record));
	}
	return KC_OK;
}

static kc_err say_epoch(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	uint8_t kid[KC_KID_LEN];

	(void)trust;
	if (!kc_op_get_hex(rest, kid, sizeof kid))
		return KC_OK;
	for (size_t i = 0; i < circle->epoch_count; i++) {
		const struct kc_held_epoch *held = &circle->epochs[i];

		if (kc_peer_id_equal(&held->epoch->author, &circle->identity.id) &&
			memcmp(held->epoch->name.kid, kid, sizeof kid) == 0)
			return kc_circle_queue_epoch(
				circle, &held->epoch->name, kc_buf_bytes(&held->record));
	}
	return KC_OK;
}

static kc_err say_shares(
	struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest)
{
	size_t member = find_member(circle, rest);

	if (member == circle->member_count)
		return KC_OK;
	return kc_circle_queue_shares_for(circle, trust, member);
}

/* --- all of them --------------------------------------------------------------------------------
 */

struct kind {
	const char *prefix; /* one that ends in '/' is followed by something */
	kc_err (*say)(struct kc_circle *circle, const struct kc_trust *trust, struct kc_bytes rest);
};

/* Questions and answers are asked for anew. */
static const struct kind kinds[] = {
	{"g", say_genesis},
	{"k/", say_account_key},
	{"perm", say_permanent},
	{"perm/", say_newcomer},
	{"v/", say_voucher},
	{"e/", say_epoch},
	{"s/", say_shares},
};

kc_err kc_circle_queue_lost(struct kc_circle *circle, const struct kc_trust *trust, const char *key)
{
	size_t before = circle->queue.len;

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++) {
		size_t len = strlen(kinds[i].prefix);
		bool open = kinds[i].prefix[len - 1] == '/';

		if (strncmp(key, kinds[i].prefix, len) == 0 && (open || key[len] == 0))
			KC_TRY(kinds[i].say(circle, trust, kc_bytes_str(key + len)));
	}
	if (circle->queue.len > before)
		return KC_OK;
	return kc_circle_queue_clear(circle, key, kc_bytes(NULL, 0));
}
