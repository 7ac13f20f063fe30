/* SPDX-License-Identifier: ISC */
/* Letting a device in: the sponsor's side of pairing, through the store. */
#include <stdio.h>
#include <string.h>

#include "backend/circle/session/welcome.h"
#include "backend/keychain_sync.h"
#include "base/clock.h"

#define MOST_BURNT 3
#define LOCKED_MS (UINT64_C(10) * 60 * 1000)

void kc_keychain_pair_end(struct kc_sponsor *sponsor)
{
	kc_pairing_free(sponsor->pairing);
	kc_mailbox_watch_done(&sponsor->watch);
	kc_buf_done(&sponsor->application);
	kc_buf_done(&sponsor->message);
	*sponsor = (struct kc_sponsor){0};
}

static kc_err open_place(struct kc_keychain *keychain, struct kc_cloud **ret)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, &place));
	return kc_cloud_open(kc_buf_text(&place), ret);
}

/* --- what is remembered of pairings -------------------------------------------------------------
 */

/* Counts a code as burnt (it may yet turn out well), and remembers the logs of the session. */
static kc_err note_burnt(struct kc_keychain *keychain, const struct kc_sponsor *sponsor)
{
	uint64_t now = kc_clock_now_ms();
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_memory_pairing memory;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_pairing(&txn, &memory));
	memory.burnt++;
	memory.last_burnt_ms = now;
	kc_memory_add_session(&memory, &sponsor->applicant, now);
	KC_TRY(kc_memory_put_pairing(&txn, &memory));
	return kc_txn_commit(&txn);
}

static kc_err note_success(struct kc_txn *txn)
{
	struct kc_memory_pairing memory;

	KC_TRY(kc_memory_get_pairing(txn, &memory));
	memory.burnt = 0;
	return kc_memory_put_pairing(txn, &memory);
}

static kc_err recall_pairing(struct kc_keychain *keychain, struct kc_memory_pairing *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	return kc_memory_get_pairing(&txn, ret);
}

/* Takes old sessions out of the store, outside of any transaction since that may take long, and
 * says whether another may begin. */
static kc_err note_start(
	struct kc_keychain *keychain, struct kc_cloud *cloud, const struct kc_writer_id *slot)
{
	uint64_t now = kc_clock_now_ms();
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_memory_pairing memory, kept;

	KC_TRY(recall_pairing(keychain, &memory));
	if (memory.last_burnt_ms + LOCKED_MS <= now || memory.last_burnt_ms > now)
		memory.burnt = 0;
	if (memory.burnt >= MOST_BURNT)
		return KC_ERR(PAIRING_LOCKED);
	kept = (struct kc_memory_pairing){
		.burnt = memory.burnt, .last_burnt_ms = memory.last_burnt_ms};
	for (size_t i = 0; i < memory.session_count; i++) {
		const struct kc_memory_session *session = &memory.sessions[i];

		if (session->time_ms + KC_PAIRING_LIFE_MS < now)
			kc_mailbox_drop(cloud, &session->writer);
		else
			kc_memory_add_session(&kept, &session->writer, session->time_ms);
	}
	kc_memory_add_session(&kept, slot, now);
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_put_pairing(&txn, &kept));
	return kc_txn_commit(&txn);
}

/* --- starting -----------------------------------------------------------------------------------
 */

static void group_code(const char *digits, char ret[static KC_PAIRING_CODE_LEN + 1])
{
	snprintf(ret, KC_PAIRING_CODE_LEN + 1, "%.3s-%.3s-%.3s", digits, digits + 3, digits + 6);
}

/* What was in the store before the offer is no answer to it. */
static kc_err recall_token(struct kc_keychain *keychain, struct kc_feed_token *ret)
{
	KC_CLEANUP(kc_feed_done) struct kc_feed feed = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	enum kc_layout layout;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_layout(&txn, &layout));
	if (layout != KC_LAYOUT_RECORDS)
		return KC_OK;
	KC_TRY(kc_feed_recall(&txn, &feed));
	*ret = feed.tokens[KC_ZONE_VALUES];
	return KC_OK;
}

/* Tells the other side that it is over. */
static void stop(struct kc_sponsor *sponsor, struct kc_cloud *cloud)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	/* An applicant that does not hear of it waits until its ten minutes are over. */
	if (kc_pairing_abort(&sponsor->mailbox.writer, &message) != KC_OK ||
		kc_mailbox_post(cloud, &sponsor->mailbox, kc_buf_bytes(&message)) != KC_OK)
		kc_mailbox_drop(cloud, &sponsor->mailbox.writer);
	kc_keychain_pair_end(sponsor);
}

/* An offer that this device has made before ends when the password of the next is right. */
static kc_err start(struct kc_keychain *keychain, struct kc_keychain_sync *sync,
	struct kc_bytes account_password, const char *digits)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf offer = KC_BUF_INIT;
	struct kc_sponsor *sponsor = &sync->sponsor;
	uint64_t now = kc_clock_now_ms();

	KC_TRY(kc_keychain_account_typed(keychain, sync, account_password));
	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	KC_TRY(kc_cloud_open(kc_buf_text(&place), &cloud));
	if (sponsor->pairing)
		stop(sponsor, cloud);
	KC_TRY(kc_pairing_offer(&circle->account, kc_buf_bytes(&circle->account_key_record), digits,
		now, &sponsor->pairing, &offer));
	sponsor->mailbox.writer = *kc_pairing_slot(sponsor->pairing);
	sponsor->until_ms = now + KC_PAIRING_LIFE_MS;
	KC_TRY(note_start(keychain, cloud, &sponsor->mailbox.writer));
	KC_TRY(recall_token(keychain, &sponsor->watch.token));
	return kc_mailbox_post(cloud, &sponsor->mailbox, kc_buf_bytes(&offer));
}

kc_err kc_keychain_pair_start(struct kc_keychain *keychain, struct kc_bytes account_password,
	char ret_code[KC_PAIRING_CODE_LEN + 1])
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char digits[KC_PAIRING_DIGITS + 1];
	bool joining;
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	/* A device that is out, or whose store is not there, need not make a code. */
	KC_TRY(kc_keychain_sync_exchange(keychain, sync, &report, &joining));
	kc_pairing_make_code(digits);
	err = start(keychain, sync, account_password, digits);
	if (err == KC_OK)
		group_code(digits, ret_code);
	else
		kc_keychain_pair_end(&sync->sponsor);
	kc_mem_wipe(digits, sizeof digits);
	return err;
}

/* --- one step -----------------------------------------------------------------------------------
 */

/* Message 1 to message 2. The code counts as burnt before anything leaves. */
static kc_err reply(
	struct kc_keychain *keychain, struct kc_sponsor *sponsor, struct kc_cloud *cloud)
{
	KC_CLEANUP_BUF struct kc_buf answer = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	kc_err err;

	KC_TRY(kc_mailbox_find_answer(
		cloud, &sponsor->watch, &sponsor->mailbox.writer, &sponsor->applicant, &answer));
	err = kc_pairing_reply(sponsor->pairing, kc_buf_bytes(&answer), &message);
	KC_TRY(note_burnt(keychain, sponsor));
	if (err != KC_OK)
		return KC_ERR(PAIRING_CODE);
	KC_TRY(kc_mailbox_post(cloud, &sponsor->mailbox, kc_buf_bytes(&message)));
	sponsor->stage = KC_SPONSOR_REPLIED;
	return KC_ERR(WAITING);
}

/* Message 3: who wants to come in. */
static kc_err accept(struct kc_sponsor *sponsor, struct kc_cloud *cloud)
{
	KC_CLEANUP_BUF struct kc_buf confirm = KC_BUF_INIT;
	struct kc_application application;
	kc_err err = kc_mailbox_read(cloud, &sponsor->applicant, 2, &confirm);

	if (err == KC_E_WAITING || err == KC_E_STORE_GONE)
		return err;
	if (err != KC_OK ||
		kc_pairing_accept(
			sponsor->pairing, kc_buf_bytes(&confirm), &sponsor->application) != KC_OK ||
		kc_application_parse(kc_buf_bytes(&sponsor->application),
			kc_pairing_account(sponsor->pairing), &application) != KC_OK)
		return KC_ERR(PAIRING_CODE);
	sponsor->stage = KC_SPONSOR_ASKED;
	return KC_OK;
}

static kc_err poll(struct kc_keychain *keychain, struct kc_sponsor *sponsor, struct kc_cloud *cloud)
{
	switch (sponsor->stage) {
	case KC_SPONSOR_OFFERED:
		return reply(keychain, sponsor, cloud);
	case KC_SPONSOR_REPLIED:
		return accept(sponsor, cloud);
	case KC_SPONSOR_ASKED:
	case KC_SPONSOR_WELCOMED:
		return KC_OK;
	}
	return KC_ERR(BUG);
}

static kc_err fill_applicant(
	struct kc_keychain *keychain, const struct kc_sponsor *sponsor, struct kc_device *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_application application;

	KC_TRY(kc_keychain_sync_recall(keychain, &place, &circle));
	KC_TRY(kc_application_parse(kc_buf_bytes(&sponsor->application),
		kc_pairing_account(sponsor->pairing), &application));
	*ret = (struct kc_device){.standing = KC_DEVICE_MEMBER};
	memcpy(ret->id, application.id.bytes, sizeof ret->id);
	return kc_circle_name_apart(circle, &application.id, application.name, ret->name);
}

kc_err kc_keychain_pair_poll(struct kc_keychain *keychain, struct kc_device *ret_applicant)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_sponsor *sponsor;
	kc_err err;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	sponsor = &sync->sponsor;
	if (kc_keychain_lock_state(keychain) != KC_LOCK_UNLOCKED)
		return KC_ERR(LOCKED);
	if (!sponsor->pairing)
		return KC_ERR(TIMED_OUT);
	KC_TRY(open_place(keychain, &cloud));
	if (kc_clock_now_ms() > sponsor->until_ms) {
		stop(sponsor, cloud);
		return KC_ERR(TIMED_OUT);
	}
	err = poll(keychain, sponsor, cloud);
	if (err == KC_E_PAIRING_CODE)
		stop(sponsor, cloud);
	KC_TRY(err);
	return fill_applicant(keychain, sponsor, ret_applicant);
}

/* --- deciding -----------------------------------------------------------------------------------
 */

/* The applicant becomes a member in this device's memory, and the welcome is made. */
static kc_err admit(struct kc_keychain *keychain, struct kc_keychain_sync *sync)
{
	struct kc_sponsor *sponsor = &sync->sponsor;
	KC_CLEANUP_PK struct kc_pk *user = NULL;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf welcome = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_application application;
	kc_err err;

	err = kc_keychain_user_key(keychain, sync, &user);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_memory_get_open_circle(&txn, &circle));
	KC_TRY(kc_application_parse(
		kc_buf_bytes(&sponsor->application), &circle->account, &application));
	circle->user = user;
	KC_TRY(kc_circle_admit(
		circle, &application, kc_pairing_transcript(sponsor->pairing), &welcome));
	KC_TRY(kc_pairing_decide(sponsor->pairing, kc_buf_bytes(&welcome), &sponsor->message));
	KC_TRY(kc_memory_put_circle(&txn, circle));
	KC_TRY(note_success(&txn));
	KC_TRY(kc_txn_commit(&txn));
	sponsor->stage = KC_SPONSOR_WELCOMED;
	return KC_OK;
}

/* The welcome says what this device holds of each log: so the store is read first, and told
 * afterwards. */
static kc_err let_in(struct kc_keychain *keychain, struct kc_keychain_sync *sync)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_sponsor *sponsor = &sync->sponsor;
	bool joining;

	if (sponsor->stage == KC_SPONSOR_ASKED) {
		KC_TRY(kc_keychain_sync_exchange(keychain, sync, &report, &joining));
		KC_TRY(admit(keychain, sync));
	}
	KC_TRY(open_place(keychain, &cloud));
	KC_TRY(kc_mailbox_post(cloud, &sponsor->mailbox, kc_buf_bytes(&sponsor->message)));
	kc_keychain_pair_end(sponsor);
	return kc_keychain_sync_exchange(keychain, sync, &report, &joining);
}

static kc_err keep_out(struct kc_keychain *keychain, struct kc_sponsor *sponsor)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;

	KC_TRY(open_place(keychain, &cloud));
	KC_TRY(kc_pairing_decide(sponsor->pairing, kc_bytes(NULL, 0), &message));
	KC_TRY(kc_mailbox_post(cloud, &sponsor->mailbox, kc_buf_bytes(&message)));
	kc_keychain_pair_end(sponsor);
	return KC_OK;
}

kc_err kc_keychain_pair_decide(struct kc_keychain *keychain, bool yes)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	struct kc_sponsor *sponsor;

	KC_TRY(kc_keychain_sync_lock(keychain, &sync));
	sponsor = &sync->sponsor;
	if (!sponsor->pairing || sponsor->stage < KC_SPONSOR_ASKED ||
		kc_clock_now_ms() > sponsor->until_ms)
		return KC_ERR(TIMED_OUT);
	return yes ? let_in(keychain, sync) : keep_out(keychain, sponsor);
}

void kc_keychain_pair_cancel(struct kc_keychain *keychain)
{
	KC_CLEANUP_SYNC struct kc_keychain_sync *sync = NULL;
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	if (kc_keychain_sync_lock(keychain, &sync) != KC_OK || !sync->sponsor.pairing)
		return;
	if (open_place(keychain, &cloud) == KC_OK)
		stop(&sync->sponsor, cloud);
	else
		kc_keychain_pair_end(&sync->sponsor);
}
