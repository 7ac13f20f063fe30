/* SPDX-License-Identifier: ISC */
/* What a thief puts into cells, and signs. */
#include "tests/evilstore/thief.h"

#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/line/cell_name.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/evilstore/evil.h"

void thief_init(struct thief *thief, struct house *house, size_t device)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	const struct kc_member *self;

	*thief = (struct thief){.house = house, .user = KC_PASSWORD_KEYS_INIT};
	CHECK_OK_FATAL(
		kc_keychain_sync_recall(house->homes[device].keychain, &place, &thief->circle));
	CHECK_OK_FATAL(kc_account_key_try(&thief->circle->account_key, &thief->circle->account,
		kc_bytes_str(HOUSE_PASSWORD), &thief->user));
	self = kc_circle_self(thief->circle);
	thief->writer = kc_circle_writer(&self->id);
	thief->list = malloc(sizeof *thief->list);
	CHECK_FATAL(thief->list != NULL && self->list != NULL);
	*thief->list = *self->list;
	thief->list_id = self->list_id;
	/* Nothing that is borrowed from it may move. */
	kc_buf_extend(&thief->cosignatures, 16384);
	kc_buf_truncate(&thief->cosignatures, 0);
}

void thief_done(struct thief *thief)
{
	kc_circle_free(thief->circle);
	kc_password_keys_done(&thief->user);
	free(thief->list);
	kc_buf_done(&thief->record);
	kc_buf_done(&thief->cosignatures);
	*thief = (struct thief){.house = NULL};
}

/* --- cells --------------------------------------------------------------------------------------
 */

void thief_put_raw(struct thief *thief, const struct kc_writer_id *writer, const char *key,
	struct kc_bytes value)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	CHECK_OK_FATAL(kc_cloud_open(thief->house->url, &cloud));
	CHECK_OK_FATAL(memcmp(writer, &thief->writer, sizeof *writer) == 0
			       ? evil_put_signed(cloud, thief->circle, key, value)
			       : evil_put(cloud, writer, key, value));
}

void thief_put_in(struct thief *thief, const struct kc_writer_id *writer, const char *key,
	const struct kc_buf *record)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
	struct kc_place_in_store place = {&thief->circle->account, writer, kc_bytes_str(key)};

	CHECK_OK_FATAL(kc_circle_seal(thief->circle, &place, kc_buf_bytes(record), &sealed));
	thief_put_raw(thief, writer, key, kc_buf_bytes(&sealed));
}

void thief_put(struct thief *thief, const char *key, const struct kc_buf *record)
{
	thief_put_in(thief, &thief->writer, key, record);
}

void thief_put_for(struct thief *thief, const char *prefix, const struct kc_peer_id *peer,
	const struct kc_buf *record)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	struct kc_writer_id writer = kc_circle_writer(peer);

	kc_buf_push_str(&key, prefix);
	kc_op_put_hex(&key, KC_BYTES_OF(writer.bytes));
	thief_put(thief, kc_buf_text(&key), record);
}

bool thief_get_raw(
	struct thief *thief, const struct kc_writer_id *writer, const char *key, struct kc_buf *ret)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	char name[KC_RECORDS_MAX_NAME + 1];

	CHECK_OK_FATAL(kc_cloud_open(thief->house->url, &cloud));
	CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str(key), writer, name));
	return evil_get(cloud, name, ret) == KC_OK;
}

/* --- lists --------------------------------------------------------------------------------------
 */

struct kc_list *thief_next(struct thief *thief)
{
	struct kc_list *list = thief->list;

	list->seq++;
	list->has_prev = true;
	list->prev = thief->list_id;
	list->time_ms = (uint64_t)kc_clock_wall_ms();
	list->head_count = 0;
	return list;
}

void thief_sign(struct thief *thief)
{
	KC_CLEANUP_FREE struct kc_list *parsed = malloc(sizeof *parsed);
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	CHECK_FATAL(parsed != NULL);
	CHECK_OK_FATAL(kc_cloud_open(thief->house->url, &cloud));
	CHECK_OK_FATAL(evil_name_next(cloud, &thief->writer, thief->list));
	kc_buf_reset(&thief->record);
	CHECK_OK_FATAL(kc_list_build(
		thief->list, &thief->circle->account, &thief->circle->identity, &thief->record));
	CHECK_OK_FATAL(kc_list_parse(
		kc_buf_bytes(&thief->record), &thief->circle->account, parsed, &thief->list_id));
}

void thief_say(struct thief *thief)
{
	thief_sign(thief);
	thief_put(thief, "p", &thief->record);
}

void thief_exclude(struct thief *thief, const struct kc_peer_id *target, bool cosigned)
{
	const struct kc_member *member = kc_circle_find(thief->circle, target);
	struct kc_exclusion exclusion = {.target = *target, .reason = KC_EXCLUSION_LOST};
	size_t from = thief->cosignatures.len;
	struct kc_signer signer;

	CHECK_FATAL(member && member->list);
	exclusion.cut_seq = member->list->seq;
	exclusion.cut_id = member->list_id;
	exclusion.time_ms = (uint64_t)kc_clock_wall_ms();
	if (cosigned) {
		struct kc_der_reader r;

		CHECK_OK_FATAL(kc_compat_signer(thief->user.user, &signer));
		CHECK_OK_FATAL(kc_exclusion_cosign(&exclusion, &thief->circle->account,
			&thief->circle->identity.id, &signer, &thief->cosignatures));
		kc_der_reader_init(&r,
			kc_bytes(thief->cosignatures.data + from, thief->cosignatures.len - from));
		kc_signature_pull(&r, &exclusion.cosignature);
		CHECK_OK_FATAL(kc_der_reader_finish(&r));
		exclusion.cosigned = true;
	}
	CHECK_OK_FATAL(kc_list_add_exclusion(thief->list, &exclusion));
}

/* --- strangers ----------------------------------------------------------------------------------
 */

void stranger_init(struct stranger *stranger, const struct kc_account_id *account)
{
	*stranger = (struct stranger){.identity = KC_IDENTITY_INIT};
	CHECK_OK_FATAL(kc_identity_make(&stranger->identity));
	CHECK_OK_FATAL(kc_identity_permanent_record(
		&stranger->identity, account, &stranger->permanent_record));
}

void stranger_done(struct stranger *stranger)
{
	kc_identity_done(&stranger->identity);
	kc_buf_done(&stranger->permanent_record);
}

void thief_vouch(struct thief *thief, const struct kc_peer_id *beneficiary, struct kc_buf *ret)
{
	struct kc_voucher voucher = {.sponsor = thief->circle->identity.id,
		.beneficiary = *beneficiary,
		.sponsor_seq = thief->list->seq + 1,
		.reason = KC_VOUCHER_PAIRING,
		.time_ms = (uint64_t)kc_clock_wall_ms()};

	voucher.not_after_ms = voucher.time_ms + 3600000;
	CHECK_OK_FATAL(
		kc_voucher_build(&voucher, &thief->circle->account, &thief->circle->identity, ret));
}

void thief_let_in(struct thief *thief, const struct stranger *stranger)
{
	KC_CLEANUP_BUF struct kc_buf voucher = KC_BUF_INIT;

	thief_vouch(thief, &stranger->identity.id, &voucher);
	thief_put_for(thief, "v/", &stranger->identity.id, &voucher);
	thief_put_for(thief, "perm/", &stranger->identity.id, &stranger->permanent_record);
	CHECK_OK_FATAL(kc_list_add_include(thief_next(thief), &stranger->identity.id));
	thief_say(thief);
}
