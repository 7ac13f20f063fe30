/* SPDX-License-Identifier: ISC */
/* The circle behind the door: the store, exchanges, the devices. */
#include "backend/keychain_sync.h"

#include <stdio.h>
#include <string.h>

#include "backend/store/track.h"
#include "backend/sync/former.h"
#include "backend/sync/repair.h"
#include "base/clock.h"
#include "base/log.h"

#define STALE_MS (UINT64_C(180) * 24 * 60 * 60 * 1000)
#define ALL_VIEWS (((1u << KC_VIEW_COUNT) - 1) & ~(1u << KC_VIEW_NEVER))

/* --- the lock -----------------------------------------------------------------------------------
 */

static kc_err find_or_make(struct kc_keychain *keychain, struct kc_keychain_sync **ret)
{
	kc_err err = KC_OK;

	kc_store_hold(keychain->store);
	if (!keychain->sync) {
		keychain->sync = calloc(1, sizeof *keychain->sync);
		if (keychain->sync)
			pthread_mutex_init(&keychain->sync->mutex, NULL);
		else
			err = KC_ERR(NO_MEMORY);
	}
	*ret = keychain->sync;
	kc_store_release(keychain->store);
	return err;
}

kc_err kc_keychain_sync_lock(struct kc_keychain *keychain, struct kc_keychain_sync **ret)
{
	struct kc_keychain_sync *sync;

	KC_TRY(find_or_make(keychain, &sync));
	pthread_mutex_lock(&sync->mutex);
	*ret = sync;
	return KC_OK;
}

static void unlock(struct kc_keychain_sync *sync)
{
	do {
		if (atomic_exchange(&sync->forget, false)) {
			kc_keychain_pair_end(&sync->sponsor);
			kc_keychain_join_end(&sync->applicant);
			if (sync->live)
				kc_live_mailbox_forget(sync->live);
			kc_keychain_user_key_forget(sync);
		}
		if (kc_keychain_user_key_expired(sync))
			kc_keychain_user_key_forget(sync);
		pthread_mutex_unlock(&sync->mutex);
		/* A word left since the look at it is ours too, unless there is a next holder. */
	} while (atomic_load(&sync->forget) && pthread_mutex_trylock(&sync->mutex) == 0);
}

void kc_keychain_sync_unlock(struct kc_keychain_sync **sync)
{
	if (*sync)
		unlock(*sync);
}

void kc_keychain_sync_drop(struct kc_keychain *keychain)
{
	struct kc_keychain_sync *sync = keychain->sync;

	if (!sync)
		return;
	atomic_store(&sync->forget, true);
	if (pthread_mutex_trylock(&sync->mutex) == 0)
		unlock(sync);
}

void kc_keychain_sync_close(struct kc_keychain *keychain)
{
	if (!keychain->sync)
		return;
	kc_keychain_pair_end(&keychain->sync->sponsor);
	kc_keychain_join_end(&keychain->sync->applicant);
	kc_live_mailbox_free(keychain->sync->live);
	kc_keychain_user_key_forget(keychain->sync);
	pthread_mutex_destroy(&keychain->sync->mutex);
	free(keychain->sync);
	keychain->sync = NULL;
}

/* --- exchanges ----------------------------------------------------------------------------------
 */

static kc_err put_outcome(struct kc_keychain *keychain, bool failed)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_failed(&txn, failed));
	return kc_txn_commit(&txn);
}

/* It is written when it is another than before, so that it outlives the service. */
static void remember_outcome(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, bool failed)
{
	int outcome = failed ? KC_OUTCOME_FAILED : KC_OUTCOME_WENT;
	int before = atomic_exchange(&sync->outcome, outcome);

	if (before != outcome && put_outcome(keychain, failed) != KC_OK)
		kc_log_error("how the exchange went could not be remembered");
}

static kc_err has_failed(struct kc_keychain *keychain, struct kc_txn *txn, bool *ret)
{
	int outcome = keychain->sync ? atomic_load(&keychain->sync->outcome) : KC_OUTCOME_UNKNOWN;

	if (outcome == KC_OUTCOME_UNKNOWN)
		return kc_memory_get_failed(txn, ret);
	*ret = outcome == KC_OUTCOME_FAILED;
	return KC_OK;
}

kc_err kc_keychain_sync_exchange(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_sync_report *ret, bool *ret_joining)
{
	KC_CLEANUP_PK struct kc_pk *user = NULL;
	kc_err err;

	if (!sync->live)
		KC_TRY(kc_live_mailbox_new(&sync->live));
	err = kc_keychain_user_key(keychain, sync, &user);
	if (err == KC_OK || err == KC_E_NOT_FOUND)
		err = kc_exchange_run(keychain->store,
			&(struct kc_exchange_aids){
				.user = user, .live = sync->live, .pace = &sync->pace},
			ret, ret_joining);
	if (err == KC_OK)
		sync->last_ms = ret->last_ms;
	remember_outcome(keychain, sync, err == KC_E_STORE_GONE);
	return err;
}

kc_err kc_keychain_sync_recall(
	struct kc_keychain *keychain, struct kc_buf *ret_place, struct kc_circle **ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, ret_place));
	return kc_memory_get_open_circle(&txn, ret);
}

kc_err kc_keychain_sync_now(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}

kc_err kc_keychain_sync_repair(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_repair_begin(keychain->store));
	return kc_keychain_sync_exchange(keychain, sync, ret, &joining);
}

kc_err kc_keychain_sync_status(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	enum kc_layout layout;
	bool failed;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, &place));
	KC_TRY(kc_memory_get_layout(&txn, &layout));
	KC_TRY(kc_memory_get_report(&txn, ret));
	ret->layout = layout == KC_LAYOUT_RECORDS ? KC_SYNC_RECORDS : KC_SYNC_LOGS;
	if (ret->last_ms < sync->last_ms)
		ret->last_ms = sync->last_ms;
	KC_TRY(has_failed(keychain, &txn, &failed));
	ret->stuck = ret->stuck && failed;
	return KC_OK;
}

kc_err kc_keychain_sync_fill_status(
	struct kc_keychain *keychain, struct kc_txn *txn, struct kc_status *status)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err = kc_memory_get_place(txn, &place);
	bool failed;

	if (err == KC_E_NO_STORE || err == KC_E_CORRUPT)
		return KC_OK;
	KC_TRY(err);
	status->store = strdup(kc_buf_text(&place));
	if (!status->store)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_memory_get_report(txn, &report));
	status->pending = report.pending;
	status->is_out = report.removed_by[0];
	KC_TRY(has_failed(keychain, txn, &failed));
	status->is_held_up = report.alarm || failed;
	return KC_OK;
}

/* --- beginning, moving --------------------------------------------------------------------------
 */

static kc_err device_name(struct kc_keychain *keychain, char ret[static KC_DEVICE_NAME_MAX + 1])
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_keychain_status(keychain, &status));
	if (status.lock != KC_LOCK_UNLOCKED)
		return KC_ERR(LOCKED);
	memcpy(ret, status.device, sizeof status.device);
	return KC_OK;
}

static kc_err remember_new(struct kc_keychain *keychain, const char *url, enum kc_layout layout,
	struct kc_circle *circle)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_place(&txn, url, layout));
	KC_TRY(kc_former_keep(&txn));
	KC_TRY(kc_memory_drop_circle(&txn));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	KC_TRY(kc_memory_clear_outbox(&txn));
	KC_TRY(kc_exchange_start_over(&txn));
	return kc_txn_commit(&txn);
}

static kc_err begin_account(struct kc_keychain *keychain, struct kc_cloud *cloud, const char *url,
	struct kc_bytes account_password)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	enum kc_layout layout = kc_line_choose(cloud);
	char name[KC_DEVICE_NAME_MAX + 1];
	kc_err err;

	KC_TRY(device_name(keychain, name));
	KC_TRY(kc_circle_begin(name, account_password, ALL_VIEWS, &circle));
	KC_TRY(kc_account_put_marker(&circle->account, layout, &marker));
	KC_TRY(kc_cloud_put_marker(cloud, kc_buf_bytes(&marker)));
	err = remember_new(keychain, url, layout, circle);
	/* An account that nobody knows would bar the place to the next try. */
	if (err != KC_OK && kc_cloud_drop_marker(cloud) != KC_OK)
		kc_log_error("a marker is left behind in the store");
	return err;
}

static kc_err recall_layout(struct kc_keychain *keychain, enum kc_layout *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	return kc_memory_get_layout(&txn, ret);
}

/* The same account at another place, laid out like the one before. */
static kc_err move_account(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_cloud *cloud, const char *url, struct kc_bytes account_password)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	enum kc_layout layout;
	kc_err err;

	KC_TRY(recall_layout(keychain, &layout));
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	err = kc_line_check_marker(cloud, &circle->account, layout);
	if (err == KC_E_STORE_SUSPECT)
		return KC_ERR(OTHER_ACCOUNT);
	KC_TRY(err);
	KC_TRY(kc_keychain_account_typed(keychain, sync, account_password));
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_place(&txn, url, layout));
	if (layout == KC_LAYOUT_RECORDS)
		KC_TRY(kc_feed_move(&txn));
	KC_TRY(kc_txn_commit(&txn));
	remember_outcome(keychain, sync, false);
	return KC_OK;
}

kc_err kc_keychain_sync_use(struct kc_keychain *keychain, const char *url, bool create,
	struct kc_bytes account_password)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_cloud_open(url, &cloud));
	if (!create)
		return move_account(keychain, sync, cloud, url, account_password);
	KC_TRY(begin_account(keychain, cloud, url, account_password));
	return kc_keychain_sync_exchange(keychain, sync, &report, &joining);
}

/* --- devices ------------------------------------------------------------------------------------
 */

static void copy_name(const struct kc_circle *circle, const struct kc_member *member,
	char ret[static KC_DEVICE_NAME_MAX + 1])
{
	snprintf(ret, KC_DEVICE_NAME_MAX + 1, "%s", kc_circle_name_of(circle, member));
}

static void fill_origin(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *member, struct kc_device *ret)
{
	const struct kc_voucher *voucher = kc_circle_find_voucher(circle, &member->id);
	const struct kc_member *sponsor =
		voucher ? kc_circle_find(circle, &voucher->sponsor) : NULL;

	ret->added_ms = voucher ? voucher->time_ms : circle->begun.time_ms;
	if (sponsor)
		copy_name(circle, sponsor, ret->added_by);
	if (sponsor)
		ret->by_removed = kc_circle_is_excluded(circle, trust, &sponsor->id);
}

static void fill_end(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_member *member, struct kc_device *ret)
{
	const struct kc_member *author;
	struct kc_exclusion e;

	if (kc_circle_find_removal(circle, trust, &member->id, &e, &author)) {
		copy_name(circle, author, ret->removed_by);
		ret->removed_ms = e.time_ms;
		ret->lost = e.reason == KC_EXCLUSION_LOST;
	} else if (kc_circle_is_over(member)) {
		ret->removed_ms = member->list->time_ms;
	}
}

static enum kc_device_standing standing_of(
	const struct kc_circle *circle, const struct kc_trust *trust, size_t number)
{
	const struct kc_member *member = circle->members[number];

	if (kc_peer_set_has(kc_trust_outsiders(trust), number))
		return KC_DEVICE_REMOVED;
	if (kc_circle_is_over(member))
		return KC_DEVICE_RETIRED;
	if (number == circle->self)
		return KC_DEVICE_MEMBER;
	if (!member->list)
		return KC_DEVICE_WAITING;
	return member->list->time_ms + STALE_MS < kc_clock_now_ms() ? KC_DEVICE_STALE
								    : KC_DEVICE_MEMBER;
}

static void fill_device(const struct kc_circle *circle, const struct kc_trust *trust, size_t number,
	struct kc_device *ret)
{
	const struct kc_member *member = circle->members[number];

	*ret = (struct kc_device){
		.is_this = number == circle->self, .standing = standing_of(circle, trust, number)};
	memcpy(ret->id, member->id.bytes, sizeof ret->id);
	copy_name(circle, member, ret->name);
	fill_origin(circle, trust, member, ret);
	fill_end(circle, trust, member, ret);
	ret->forged = member->forged;
	if (member->list) {
		ret->last_seen_ms = member->list->time_ms;
		ret->entry = member->list->seq;
	}
}

kc_err kc_keychain_devices(struct kc_keychain *keychain, struct kc_device_list *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_device_list list = {0};
	struct kc_trust trust;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	KC_TRY(kc_circle_judge(circle, &trust));
	list.rows = calloc(circle->member_count, sizeof *list.rows);
	if (!list.rows)
		return KC_ERR(NO_MEMORY);
	for (size_t i = 0; i < circle->member_count; i++)
		if (kc_peer_set_has(trust.known, i))
			fill_device(circle, &trust, i, &list.rows[list.count++]);
	kc_device_list_done(ret);
	*ret = list;
	return KC_OK;
}
