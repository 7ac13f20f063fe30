/* SPDX-License-Identifier: ISC */
/* The circle behind the door: removing a device, answering a removal, leaving, new keys; what
 * became of the circle, and what a device could read. */
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/row.h"
#include "backend/store/track.h"
#include "backend/sync/former.h"

/* --- the user key -------------------------------------------------------------------------------
 */

/* The user key as a signer, when there is a password, or it was typed just before. */
static kc_err open_user_key(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_bytes password, struct kc_pk **ret_user, struct kc_signer *ret)
{
	kc_err err;

	if (password.len)
		KC_TRY(kc_keychain_account_typed(keychain, sync, password));
	err = kc_keychain_user_key(keychain, sync, ret_user);
	if (err != KC_OK)
		return err == KC_E_NOT_FOUND ? KC_OK : err;
	return kc_compat_signer(*ret_user, ret);
}

/* --- putting out --------------------------------------------------------------------------------
 */

static kc_err exclude(struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN],
	enum kc_exclusion_reason reason, uint64_t before_ms, const struct kc_signer *cosigner)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_peer_id target;
	struct kc_trust trust;

	memcpy(target.bytes, id, sizeof target.bytes);
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_open_circle(&txn, &circle));
	KC_TRY(kc_circle_judge(circle, &trust));
	if (reason != KC_EXCLUSION_COUNTER && !kc_peer_set_has(trust.trusted, circle->self))
		return KC_ERR(NOT_MEMBER);
	KC_TRY(kc_circle_exclude(circle, &target, reason, before_ms, cosigner));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	return kc_txn_commit(&txn);
}

/* What the store has is looked at first, whatever comes of that: it may be the device that is to go
 * that stands in the way. */
static kc_err put_out(struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_bytes password, enum kc_exclusion_reason reason, uint64_t before_ms,
	struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report before = {0};
	struct kc_signer user;
	bool joining;
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(open_user_key(keychain, sync, password, &key, &user));
	err = kc_keychain_sync_exchange(keychain, sync, &before, &joining);
	if (err == KC_E_LOCKED || err == KC_E_NO_STORE || err == KC_E_NO_MEMORY)
		return err;
	KC_TRY(exclude(keychain, id, reason, before_ms, key ? &user : NULL));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}

kc_err kc_keychain_device_remove(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password, bool lost,
	uint64_t before_ms, struct kc_sync_report *ret)
{
	return put_out(keychain, id, account_password,
		lost ? KC_EXCLUSION_LOST : KC_EXCLUSION_REMOVED, before_ms, ret);
}

/* The cut is before the list that put this device out. */
static kc_err find_hostile(struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN],
	uint64_t *ret_before_ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	const struct kc_member *author;
	struct kc_peer_id peer;

	memcpy(peer.bytes, id, sizeof peer.bytes);
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	author = kc_circle_find(circle, &peer);
	*ret_before_ms = author ? kc_circle_hostile_ms(circle, author) : 0;
	return *ret_before_ms ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_keychain_device_counter(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password,
	struct kc_sync_report *ret)
{
	uint64_t before_ms;

	KC_TRY(find_hostile(keychain, id, &before_ms));
	return put_out(keychain, id, account_password, KC_EXCLUSION_COUNTER, before_ms, ret);
}

/* --- leaving ------------------------------------------------------------------------------------
 */

static kc_err announce(struct kc_keychain *keychain)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_trust trust;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_open_circle(&txn, &circle));
	KC_TRY(kc_circle_judge(circle, &trust));
	if (!kc_peer_set_has(trust.trusted, circle->self))
		return KC_OK; /* out already, or it has said so and was interrupted */
	circle->leaving = true;
	KC_TRY(kc_memory_put_circle(&txn, circle));
	return kc_txn_commit(&txn);
}

static kc_err forget(struct kc_keychain *keychain)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_former_keep(&txn));
	KC_TRY(kc_memory_forget(&txn));
	KC_TRY(kc_exchange_start_over(&txn));
	return kc_txn_commit(&txn);
}

/* Before its keys are destroyed, what it has to say must be in the store. A device that is out has
 * nothing to say. */
kc_err kc_keychain_leave(struct kc_keychain *keychain, bool untold)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	bool joining;
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	if (untold)
		return kc_keychain_lock_state(keychain) == KC_LOCK_UNLOCKED ? forget(keychain)
									    : KC_ERR(LOCKED);
	err = kc_keychain_sync_exchange(keychain, sync, &report, &joining);
	if (err != KC_OK && err != KC_E_NOT_MEMBER)
		return err;
	KC_TRY(announce(keychain));
	err = kc_keychain_sync_exchange(keychain, sync, &report, &joining);
	if (err != KC_OK && err != KC_E_NOT_MEMBER)
		return err;
	return forget(keychain);
}

/* --- new keys -----------------------------------------------------------------------------------
 */

static kc_err rotate(struct kc_keychain *keychain)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_open_circle(&txn, &circle));
	KC_TRY(kc_circle_rotate(circle, KC_EPOCH_ASKED));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	return kc_txn_commit(&txn);
}

kc_err kc_keychain_rotate(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_keychain_sync_exchange(keychain, sync, ret, &joining));
	KC_TRY(rotate(keychain));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}

/* --- history ------------------------------------------------------------------------------------
 */

kc_err kc_keychain_history(struct kc_keychain *keychain, struct kc_history_list *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	return kc_circle_history(circle, ret);
}

/* --- exposure -----------------------------------------------------------------------------------
 */

/* Until when a device could read what was written: without end while it is in. */
static kc_err read_until(
	struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN], uint64_t *ret_ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	const struct kc_member *member, *author;
	struct kc_exclusion removal;
	struct kc_peer_id peer;
	struct kc_trust trust;

	memcpy(peer.bytes, id, sizeof peer.bytes);
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	KC_TRY(kc_circle_judge(circle, &trust));
	member = kc_circle_find(circle, &peer);
	if (!member)
		return KC_ERR(NOT_FOUND);
	*ret_ms = UINT64_MAX;
	if (kc_circle_is_over(member))
		*ret_ms = member->list->time_ms;
	else if (kc_circle_find_removal(circle, &trust, &peer, &removal, &author))
		*ret_ms = removal.time_ms;
	return KC_OK;
}

static kc_err add_exposed(struct kc_txn *txn, uint64_t item, struct kc_exposure *exposure)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	kc_err err = kc_row_get(txn, item, false, &stored);

	if (err == KC_E_NOT_FOUND || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	switch (stored.item.class) {
	case KC_CLASS_CERTIFICATE:
		exposure->certificates++;
		break;
	case KC_CLASS_KEY:
		exposure->keys++;
		break;
	case KC_CLASS_INTERNET:
		exposure->internet++;
		break;
	default:
		exposure->generic++;
	}
	kc_buf_push(&exposure->refs, stored.ref, sizeof stored.ref);
	return kc_buf_check(&exposure->refs);
}

static kc_err add_all_exposed(
	struct kc_keychain *keychain, uint64_t until_ms, struct kc_exposure *exposure)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	uint64_t id = 0;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	for (;;) {
		struct kc_track track;
		kc_err err;

		KC_TRY(kc_track_next_id(&txn, id, &id));
		if (id == 0)
			return KC_OK;
		err = kc_track_get(&txn, id, &track);
		if (err == KC_E_CORRUPT || err == KC_E_NOT_FOUND)
			continue;
		KC_TRY(err);
		if (track.item && !track.deleted && kc_track_changed_ms(track.created) <= until_ms)
			KC_TRY(add_exposed(&txn, track.item, exposure));
	}
}

kc_err kc_keychain_exposure(struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_exposure *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_EXPOSURE struct kc_exposure exposure = {.refs = KC_BUF_INIT};
	uint64_t until_ms;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(read_until(keychain, id, &until_ms));
	KC_TRY(add_all_exposed(keychain, until_ms, &exposure));
	kc_exposure_done(ret);
	*ret = exposure;
	exposure = (struct kc_exposure){.refs = KC_BUF_INIT};
	return KC_OK;
}
