/* SPDX-License-Identifier: ISC */
/*
 * A side that waits for a message is made once, and again when it has gone on. What gets through is
 * carried to its end: the sponsor takes the applicant in, the applicant enters the circle.
 */
#include "tests/fuzz/letting_in.h"

#include <stdlib.h>
#include <string.h>

#include "backend/circle/session/welcome.h"
#include "backend/sync/line/mailbox.h"
#include "tests/circle/chance.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/sessions.h"

#define VIEWS 0xfe
#define SEED 55

static struct pairing_talk talk;
static struct kc_circle_parts sponsors; /* the circle, before anybody is let in */
static struct kc_account_id account;
static struct kc_buf account_key, application, welcome;
static struct kc_buf joiner;
static struct kc_secret joiner_agree;
static uint8_t transcript[32];
static struct kc_pairing *listeners[PAIRING_MESSAGES];
static struct kc_cloud *cloud;

static void must(bool holds)
{
	if (!holds)
		abort();
}
#define MUST(expr) must((expr) == KC_OK)

static void keep(struct kc_buf *to, const struct kc_buf *from)
{
	kc_buf_push(to, from->data, from->len);
	MUST(kc_buf_check(to));
}

/* --- the circle ---------------------------------------------------------------------------------
 */

static void make_circle(void)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	MUST(kc_circle_begin("sponsor", kc_bytes_str("one account for all"), VIEWS, &circle));
	MUST(kc_circle_sign_list(circle, 1, NULL));
	MUST(kc_circle_save(circle, &sponsors));
	account = circle->account;
	keep(&account_key, &circle->account_key_record);
}

static void make_joiner(void)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;

	MUST(kc_identity_make(&identity));
	MUST(kc_identity_save(&identity, &joiner));
	MUST(kc_identity_save_agree(&identity, &joiner_agree));
	MUST(kc_application_build(&identity, &account, "newcomer", &application));
}

/* What the circle holds when it is put away is what comes back. */
static void check_is_whole(struct kc_circle *circle)
{
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *again = NULL;
	struct kc_trust trust;

	MUST(kc_circle_judge(circle, &trust));
	MUST(kc_circle_save(circle, &parts));
	MUST(kc_circle_load(&parts, &again));
	must(again->member_count == circle->member_count &&
		again->epoch_count == circle->epoch_count);
}

/* The sponsor's answer to who applies; false: it will not have it. */
static bool admit(struct kc_bytes bytes, struct kc_buf *ret_welcome)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_application who;

	if (kc_application_parse(bytes, &account, &who) != KC_OK)
		return false;
	MUST(kc_circle_load(&sponsors, &circle));
	if (kc_circle_admit(circle, &who, transcript, ret_welcome) != KC_OK)
		return false;
	must(kc_circle_find(circle, &who.id) != NULL);
	MUST(kc_circle_sign_list(circle, 1, NULL));
	check_is_whole(circle);
	return true;
}

static void enter(struct kc_bytes bytes)
{
	KC_CLEANUP_IDENTITY struct kc_identity identity = KC_IDENTITY_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *entered = NULL;
	kc_err err;

	MUST(kc_identity_load(kc_buf_bytes(&joiner), &identity));
	MUST(kc_identity_load_agree(kc_secret_bytes(&joiner_agree), &identity));
	err = kc_circle_enter(bytes, &account, kc_buf_bytes(&account_key), transcript, "newcomer",
		&identity, &entered);
	must(err == KC_OK || err == KC_E_REFUSED);
	if (err != KC_OK)
		return;
	must(entered->joining && entered->self < entered->member_count);
	check_is_whole(entered);
	MUST(kc_circle_arrive(entered, 0));
}

/* --- the two sides ------------------------------------------------------------------------------
 */

/* The welcome is bound to the messages before it. */
static void make_talk(void)
{
	KC_CLEANUP_PAIRING struct kc_pairing *sponsor = NULL;

	talk.account = &account;
	talk.account_key = kc_buf_bytes(&account_key);
	talk.application = kc_buf_bytes(&application);
	pairing_talk(&talk);
	sponsor = pairing_listener(&talk, KC_PAIRING_CONFIRM);
	memcpy(transcript, kc_pairing_transcript(sponsor), sizeof transcript);
	must(admit(kc_buf_bytes(&application), &welcome));
	pairing_talk_done(&talk);
	talk.welcome = kc_buf_bytes(&welcome);
	pairing_talk(&talk);
}

void letting_in_begin(void)
{
	char url[MEMORY_CLOUD_URL];

	chance_seed_all(SEED);
	make_circle();
	make_joiner();
	make_talk();
	memory_cloud_register(false);
	memory_cloud_url(0, url);
	MUST(kc_cloud_open(url, &cloud));
}

void letting_in_end(void)
{
	for (size_t i = 0; i < PAIRING_MESSAGES; i++)
		kc_pairing_free(listeners[i]);
	pairing_talk_done(&talk);
	kc_circle_parts_done(&sponsors);
	kc_buf_done(&account_key);
	kc_buf_done(&application);
	kc_buf_done(&welcome);
	kc_buf_done(&joiner);
	kc_secret_done(&joiner_agree);
	kc_cloud_close(cloud);
	memory_cloud_done();
}

static void try_offer(struct kc_bytes bytes)
{
	KC_CLEANUP_PAIRING struct kc_pairing *pairing = NULL;
	KC_CLEANUP_BUF struct kc_buf answer = KC_BUF_INIT;
	struct kc_account_key key;

	if (kc_pairing_read_offer(bytes, &pairing) != KC_OK)
		return;
	if (kc_account_key_open(
		    kc_pairing_account_key(pairing), kc_pairing_account(pairing), &key) == KC_OK)
		must(key.seq > 0);
	MUST(kc_pairing_answer(pairing, SESSIONS_CODE, &answer));
}

/* What a side makes of the message that it has taken. */
static void go_on(struct kc_pairing *listener, enum kc_pairing_number number, struct kc_bytes bytes,
	struct kc_bytes plain)
{
	KC_CLEANUP_BUF struct kc_buf answer = KC_BUF_INIT, message = KC_BUF_INIT;

	switch (number) {
	case KC_PAIRING_ANSWER: /* one answer to a code */
		must(plain.len > 0 && kc_pairing_reply(listener, bytes, &message) != KC_OK);
		break;
	case KC_PAIRING_REPLY: /* who does not know the code says nothing that is right */
		must(kc_bytes_equal(bytes, kc_buf_bytes(&talk.messages[KC_PAIRING_REPLY])));
		break;
	case KC_PAIRING_CONFIRM:
		if (admit(plain, &answer))
			MUST(kc_pairing_decide(listener, kc_buf_bytes(&answer), &message));
		break;
	case KC_PAIRING_WELCOME:
		enter(plain);
		break;
	case KC_PAIRING_OFFER:
	case KC_PAIRING_ABORT:
		break;
	}
}

static void try_message(enum kc_pairing_number number, struct kc_bytes bytes)
{
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	kc_err err;

	if (!listeners[number])
		listeners[number] = pairing_listener(&talk, number);
	err = pairing_hear(listeners[number], number, bytes, &plain);
	if (err == KC_E_DECODE)
		return; /* no message of this session: it waits on */
	must(err == KC_OK || err == KC_E_PAIRING_CODE || err == KC_E_CANCELED);
	if (err == KC_OK)
		go_on(listeners[number], number, bytes, kc_buf_bytes(&plain));
	kc_pairing_free(listeners[number]);
	listeners[number] = NULL;
}

/* --- in the store -------------------------------------------------------------------------------
 */

static void put_first(struct kc_bytes message)
{
	const struct kc_writer_id *writer = kc_pairing_slot(listeners[KC_PAIRING_ANSWER]);
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;
	struct kc_log_position start = {0}, ignored;

	kc_op_builder_init(&builder, writer, &start, false);
	kc_op_builder_put(&builder, kc_bytes_str("x"), message);
	MUST(kc_op_builder_end(&builder, &start, &made, &ignored));
	memory_cloud_clear(0);
	memory_cloud_put(0, writer, 1, kc_buf_bytes(&made));
}

static void try_store(struct kc_bytes bytes)
{
	KC_CLEANUP_MAILBOX_WATCH struct kc_mailbox_watch watch = {0};
	KC_CLEANUP_PAIRING struct kc_pairing *found = NULL;
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	struct kc_mailbox_seen seen = {.count = 0};
	const struct kc_writer_id *slot;
	struct kc_writer_id writer;
	kc_err err;

	if (!listeners[KC_PAIRING_ANSWER])
		listeners[KC_PAIRING_ANSWER] = pairing_listener(&talk, KC_PAIRING_ANSWER);
	slot = kc_pairing_slot(listeners[KC_PAIRING_ANSWER]);
	put_first(bytes);
	err = kc_mailbox_find_offer(cloud, &watch, &account, &seen, &found);
	must(err == KC_E_WAITING || (err == KC_OK && found));
	err = kc_mailbox_find_answer(cloud, &watch, slot, &writer, &message);
	must(err == KC_E_WAITING || err == KC_OK);
	if (bytes.len)
		MUST(kc_mailbox_read(cloud, slot, 1, &message));
}

/* --- inputs -------------------------------------------------------------------------------------
 */

void letting_in_try(uint8_t as, struct kc_bytes bytes)
{
	if (as == LETTING_IN_STORE)
		try_store(bytes);
	else if (as == KC_PAIRING_OFFER)
		try_offer(bytes);
	else if (as < PAIRING_MESSAGES)
		try_message((enum kc_pairing_number)as, bytes);
}

void letting_in_seed(uint8_t as, struct kc_buf *ret)
{
	keep(ret, &talk.messages[as == LETTING_IN_STORE ? KC_PAIRING_OFFER : as]);
}
