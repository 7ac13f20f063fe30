/* SPDX-License-Identifier: ISC */
/* Being let in: the applicant's side of pairing, through the store. */
#include <string.h>

#include "backend/circle/session/welcome.h"
#include "backend/join_patience.h"
#include "backend/keychain_sync.h"
#include "backend/store/cell.h"
#include "backend/sync/former.h"
#include "base/clock.h"
#include "base/random.h"

void kc_keychain_join_end(struct kc_applicant *applicant)
{
	free(applicant->url);
	kc_secret_done(&applicant->password);
	for (size_t i = 0; i < applicant->attempt_count; i++)
		kc_pairing_free(applicant->attempts[i].pairing);
	kc_pairing_free(applicant->pairing);
	kc_mailbox_watch_done(&applicant->watch);
	kc_identity_done(&applicant->identity);
	kc_mem_wipe(applicant, sizeof *applicant);
}

/* --- starting -----------------------------------------------------------------------------------
 */

static kc_err read_marker(
	struct kc_cloud *cloud, struct kc_account_id *ret, enum kc_layout *ret_layout)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;

	KC_TRY(kc_cloud_get_marker(cloud, &marker));
	if (kc_account_parse_marker(kc_buf_bytes(&marker), ret, ret_layout) != KC_OK)
		return KC_ERR(STORE_SUSPECT);
	return KC_OK;
}

/* Whether another device speaks with this one's identity, as far as the last exchange told. */
static kc_err has_twin(struct kc_keychain *keychain, bool *ret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_report(&txn, &report));
	*ret = report.copied;
	return KC_OK;
}

/* A device that is a member already has nothing to join; one that was put out, that left, or that
 * was copied or restored from a copy may come again. */
static kc_err check_outside(struct kc_keychain *keychain)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_trust trust;
	bool twin;
	kc_err err = kc_keychain_sync_recall(keychain, &place, &circle);

	if (err == KC_E_NO_STORE)
		return KC_OK;
	KC_TRY(err);
	KC_TRY(kc_circle_judge(circle, &trust));
	KC_TRY(has_twin(keychain, &twin));
	return kc_peer_set_has(trust.trusted, circle->self) && !twin ? KC_ERR(DUPLICATE) : KC_OK;
}

/* The password is tried on what the offer says, which is bound into the pairing: a wrong one costs
 * no code. */
static kc_err check_password(struct kc_keychain_sync *sync, const struct kc_pairing *pairing)
{
	const struct kc_applicant *applicant = &sync->applicant;
	KC_CLEANUP_PASSWORD_KEYS struct kc_password_keys keys = KC_PASSWORD_KEYS_INIT;
	struct kc_account_key record;

	if (kc_account_key_open(kc_pairing_account_key(pairing), &applicant->account, &record) !=
		KC_OK)
		return KC_ERR(STORE_SUSPECT);
	KC_TRY(kc_account_key_try(
		&record, &applicant->account, kc_secret_bytes(&applicant->password), &keys));
	return kc_keychain_user_key_keep(sync, &keys);
}

/* Message 0 to message 1. */
static kc_err answer(struct kc_keychain_sync *sync, struct kc_cloud *cloud)
{
	struct kc_applicant *applicant = &sync->applicant;
	struct kc_attempt *attempt = &applicant->attempts[applicant->attempt_count];
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	KC_TRY(kc_mailbox_find_offer(
		cloud, &applicant->watch, &applicant->account, &applicant->seen, &pairing));
	KC_TRY(check_password(sync, pairing));
	KC_TRY(kc_pairing_answer(pairing, applicant->code, &message));
	*attempt = (struct kc_attempt){.pairing = pairing};
	pairing = NULL;
	applicant->attempt_count++;
	kc_random_fill(attempt->mailbox.writer.bytes, sizeof attempt->mailbox.writer.bytes);
	KC_TRY(kc_mailbox_post(cloud, &attempt->mailbox, kc_buf_bytes(&message)));
	applicant->look_until_ms = kc_clock_now_ms() + kc_join_patience_ms;
	applicant->stage = KC_APPLICANT_ANSWERED;
	return KC_OK;
}

/* An offer that was left standing may be from before the password was changed: the next is tried.
 */
static kc_err answer_any(struct kc_keychain_sync *sync, struct kc_cloud *cloud)
{
	kc_err err = answer(sync, cloud), first = err;

	while (err == KC_E_ACCOUNT_PASSWORD)
		err = answer(sync, cloud);
	return err == KC_E_WAITING ? first : err;
}

static kc_err start(struct kc_keychain_sync *sync, const char *url, const char *code,
	struct kc_bytes account_password)
{
	struct kc_applicant *applicant = &sync->applicant;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	uint64_t now = kc_clock_now_ms();
	kc_err err;

	KC_TRY(kc_pairing_parse_code(code, applicant->code));
	KC_TRY(kc_cloud_open(url, &cloud));
	KC_TRY(read_marker(cloud, &applicant->account, &applicant->layout));
	applicant->url = strdup(url);
	if (!applicant->url)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_secret_set(&applicant->password, account_password));
	applicant->look_until_ms = now + kc_join_patience_ms;
	applicant->until_ms = now + KC_PAIRING_LIFE_MS;
	KC_TRY(kc_identity_make(&applicant->identity));
	err = answer_any(sync, cloud);
	return err == KC_E_WAITING ? KC_OK : err; /* the offer may still be on its way */
}

kc_err kc_keychain_join_start(struct kc_keychain *keychain, const char *url, const char *code,
	struct kc_bytes account_password)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	KC_TRY(kc_keychain_status(keychain, &status));
	if (status.lock != KC_LOCK_UNLOCKED)
		return KC_ERR(LOCKED);
	KC_TRY(check_outside(keychain));
	kc_keychain_join_end(&sync->applicant);
	err = start(sync, url, code, account_password);
	if (err != KC_OK)
		kc_keychain_join_end(&sync->applicant);
	return err;
}

/* --- one step -----------------------------------------------------------------------------------
 */

/* Tells the sponsor that it is over; it takes both logs away. */
static void give_up(struct kc_applicant *applicant, size_t number, struct kc_cloud *cloud)
{
	struct kc_attempt *attempt = &applicant->attempts[number];
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	if (kc_pairing_abort(kc_pairing_slot(attempt->pairing), &message) != KC_OK ||
		kc_mailbox_post(cloud, &attempt->mailbox, kc_buf_bytes(&message)) != KC_OK)
		kc_mailbox_drop(cloud, &attempt->mailbox.writer);
	kc_pairing_free(attempt->pairing);
	*attempt = applicant->attempts[--applicant->attempt_count];
}

static void stop(struct kc_applicant *applicant, struct kc_cloud *cloud)
{
	while (applicant->attempt_count)
		give_up(applicant, applicant->attempt_count - 1, cloud);
	kc_keychain_join_end(applicant);
}

/* What the sponsor's log says next: message number of the session. An abort is CANCELED. */
static kc_err read_sponsor(const struct kc_pairing *pairing, struct kc_cloud *cloud,
	uint64_t operation, struct kc_buf *ret)
{
	const struct kc_writer_id *slot = kc_pairing_slot(pairing);
	enum kc_pairing_number number;
	struct kc_writer_id named;
	kc_err err = kc_mailbox_read(cloud, slot, operation, ret);

	if (err == KC_E_REFUSED)
		return KC_ERR(PAIRING_CODE);
	KC_TRY(err);
	if (kc_pairing_peek(kc_buf_bytes(ret), &named, &number) != KC_OK)
		return KC_ERR(PAIRING_CODE);
	return number == KC_PAIRING_ABORT ? KC_ERR(CANCELED) : KC_OK;
}

/* Goes on with one offer; the sponsors of the others are told that it is over. */
static void choose(struct kc_applicant *applicant, size_t number, struct kc_cloud *cloud)
{
	struct kc_attempt *attempt = &applicant->attempts[number];

	applicant->pairing = attempt->pairing;
	applicant->mailbox = attempt->mailbox;
	*attempt = applicant->attempts[--applicant->attempt_count];
	while (applicant->attempt_count)
		give_up(applicant, applicant->attempt_count - 1, cloud);
	applicant->stage = KC_APPLICANT_CONFIRMED;
}

/* Message 2 to message 3. */
static kc_err confirm(struct kc_applicant *applicant, struct kc_cloud *cloud, size_t number,
	const char *device_name)
{
	struct kc_attempt *attempt = &applicant->attempts[number];
	KC_CLEANUP_BUF struct kc_buf reply = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf application = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	KC_TRY(read_sponsor(attempt->pairing, cloud, 2, &reply));
	if (kc_pairing_check_reply(attempt->pairing, kc_buf_bytes(&reply)) != KC_OK)
		return KC_ERR(PAIRING_CODE);
	KC_TRY(kc_application_build(
		&applicant->identity, &applicant->account, device_name, &application));
	KC_TRY(kc_pairing_confirm(attempt->pairing, kc_buf_bytes(&application), &message));
	KC_TRY(kc_mailbox_post(cloud, &attempt->mailbox, kc_buf_bytes(&message)));
	choose(applicant, number, cloud);
	return KC_OK;
}

/* Looks for a reply to any of the answers. What goes wrong with one ends that one, and all when it
 * is the last. */
static kc_err look_for_reply(
	struct kc_applicant *applicant, struct kc_cloud *cloud, const char *device_name)
{
	for (size_t i = applicant->attempt_count; i-- > 0;) {
		kc_err err = confirm(applicant, cloud, i, device_name);
		bool is_over = err == KC_E_PAIRING_CODE || err == KC_E_CANCELED;

		if (err != KC_E_WAITING && !(is_over && applicant->attempt_count > 1))
			return err == KC_OK ? KC_ERR(WAITING) : err;
		if (is_over) {
			applicant->failed = err;
			give_up(applicant, i, cloud);
		}
	}
	return KC_ERR(WAITING);
}

/* Whoever was answered and does not reply may not be there any more. */
static kc_err wait_for_reply(
	struct kc_keychain_sync *sync, struct kc_cloud *cloud, const char *device_name)
{
	struct kc_applicant *applicant = &sync->applicant;
	kc_err err = look_for_reply(applicant, cloud, device_name);

	if (err != KC_E_WAITING || applicant->stage != KC_APPLICANT_ANSWERED ||
		kc_clock_now_ms() <= applicant->look_until_ms)
		return err;
	err = answer_any(sync, cloud);
	if (err == KC_E_WAITING && applicant->failed != KC_OK)
		return applicant->failed; /* the others are not there */
	return err == KC_OK || err == KC_E_ACCOUNT_PASSWORD ? KC_ERR(WAITING) : err;
}

static kc_err remember(struct kc_keychain *keychain, const struct kc_applicant *applicant,
	struct kc_circle *circle)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_place(&txn, applicant->url, applicant->layout));
	KC_TRY(kc_former_keep(&txn));
	KC_TRY(kc_memory_drop_circle(&txn));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	KC_TRY(kc_cell_put(
		&txn, KC_PROTECTION_DK, KC_STORE_DEVICE_NAME, kc_bytes_str(circle->name)));
	KC_TRY(kc_memory_clear_outbox(&txn));
	KC_TRY(kc_exchange_start_over(&txn));
	return kc_txn_commit(&txn);
}

/* Message 4: this device is a member, if it still wants to be one. */
static kc_err enter(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_cloud *cloud, const char *device_name)
{
	struct kc_applicant *applicant = &sync->applicant;
	KC_CLEANUP_PK struct kc_pk *user = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT;
	const struct kc_pairing *pairing = applicant->pairing;
	kc_err err;

	KC_TRY(read_sponsor(applicant->pairing, cloud, 3, &message));
	err = kc_pairing_finish(applicant->pairing, kc_buf_bytes(&message), &welcome);
	if (err == KC_E_CANCELED)
		return err;
	if (err != KC_OK || kc_circle_enter(kc_buf_bytes(&welcome), &applicant->account,
				    kc_pairing_account_key(pairing), kc_pairing_transcript(pairing),
				    device_name, &applicant->identity, &circle) != KC_OK)
		return KC_ERR(PAIRING_CODE);
	err = kc_keychain_user_key(keychain, sync, &user);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	circle->user = user;
	KC_TRY(kc_circle_countersign_compat(circle));
	KC_TRY(remember(keychain, applicant, circle));
	kc_mailbox_drop(cloud, &applicant->mailbox.writer);
	kc_keychain_join_end(applicant);
	return KC_OK;
}

static kc_err step(
	struct kc_keychain *keychain, struct kc_keychain_sync *sync, struct kc_cloud *cloud)
{
	struct kc_applicant *applicant = &sync->applicant;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	kc_err err;

	KC_TRY(kc_keychain_status(keychain, &status));
	switch (applicant->stage) {
	case KC_APPLICANT_LOOKING:
		err = answer_any(sync, cloud);
		if (err == KC_E_WAITING && kc_clock_now_ms() > applicant->look_until_ms)
			return KC_ERR(PAIRING_CODE); /* no such session, or not any more */
		return err == KC_OK ? KC_ERR(WAITING) : err;
	case KC_APPLICANT_ANSWERED:
		return wait_for_reply(sync, cloud, status.device);
	case KC_APPLICANT_CONFIRMED:
		return enter(keychain, sync, cloud, status.device);
	}
	return KC_ERR(BUG);
}

/* Until this device is a member. */
static kc_err pair(struct kc_keychain *keychain, struct kc_keychain_sync *sync)
{
	struct kc_applicant *applicant = &sync->applicant;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	kc_err err;

	KC_TRY(kc_cloud_open(applicant->url, &cloud));
	if (kc_clock_now_ms() > applicant->until_ms) {
		stop(applicant, cloud);
		return KC_ERR(TIMED_OUT);
	}
	err = step(keychain, sync, cloud);
	if (err != KC_OK && err != KC_E_WAITING && err != KC_E_STORE_GONE)
		stop(applicant, cloud);
	return err;
}

kc_err kc_keychain_join_poll(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	bool joining;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	if (kc_keychain_lock_state(keychain) != KC_LOCK_UNLOCKED)
		return KC_ERR(LOCKED);
	if (sync->applicant.url)
		KC_TRY(pair(keychain, sync));
	KC_TRY(kc_keychain_sync_exchange(keychain, sync, ret, &joining));
	return joining ? KC_ERR(WAITING) : KC_OK;
}

void kc_keychain_join_cancel(struct kc_keychain *keychain)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	if (kc_keychain_sync_lock(keychain, &sync) != KC_OK || !sync->applicant.url)
		return;
	if (kc_cloud_open(sync->applicant.url, &cloud) == KC_OK)
		stop(&sync->applicant, cloud);
	else
		kc_keychain_join_end(&sync->applicant);
}
