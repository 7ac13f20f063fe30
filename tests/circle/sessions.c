/* SPDX-License-Identifier: ISC */
/* A side that is told again hears what the other said the first time. */
#include "tests/circle/sessions.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/circle/chance.h"

#define TIME_MS UINT64_C(1800000000000)
enum { SEED_SPONSOR = 101, SEED_APPLICANT, SEED_INITIATOR, SEED_RESPONDER };

/* Also outside of a test. */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "sessions: %s\n", what);
	abort();
}
#define MUST(expr) must((expr) == KC_OK, #expr)

/* --- pairing ------------------------------------------------------------------------------------
 */

static struct kc_pairing *begin_sponsor(const struct pairing_talk *talk, struct kc_buf *ret_offer)
{
	struct kc_pairing *sponsor = NULL;

	chance_seed_all(SEED_SPONSOR);
	MUST(kc_pairing_offer(
		talk->account, talk->account_key, SESSIONS_CODE, TIME_MS, &sponsor, ret_offer));
	return sponsor;
}

static struct kc_pairing *begin_applicant(
	const struct pairing_talk *talk, struct kc_buf *ret_answer)
{
	struct kc_pairing *applicant = NULL;

	chance_seed_all(SEED_APPLICANT);
	MUST(kc_pairing_read_offer(kc_buf_bytes(&talk->messages[KC_PAIRING_OFFER]), &applicant));
	MUST(kc_pairing_answer(applicant, SESSIONS_CODE, ret_answer));
	return applicant;
}

static kc_err hear(const struct pairing_talk *talk, struct kc_pairing *listener,
	enum kc_pairing_number number, struct kc_buf *ret)
{
	return pairing_hear(listener, number, kc_buf_bytes(&talk->messages[number]), ret);
}

void pairing_talk(struct pairing_talk *talk)
{
	KC_CLEANUP_PAIRING struct kc_pairing *sponsor = NULL, *applicant = NULL;
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
	struct kc_buf *messages = talk->messages;

	sponsor = begin_sponsor(talk, &messages[KC_PAIRING_OFFER]);
	applicant = begin_applicant(talk, &messages[KC_PAIRING_ANSWER]);
	MUST(hear(talk, sponsor, KC_PAIRING_ANSWER, &messages[KC_PAIRING_REPLY]));
	MUST(hear(talk, applicant, KC_PAIRING_REPLY, &plain));
	MUST(kc_pairing_confirm(applicant, talk->application, &messages[KC_PAIRING_CONFIRM]));
	MUST(hear(talk, sponsor, KC_PAIRING_CONFIRM, &plain));
	MUST(kc_pairing_decide(sponsor, talk->welcome, &messages[KC_PAIRING_WELCOME]));
}

void pairing_talk_done(struct pairing_talk *talk)
{
	for (size_t i = 0; i < PAIRING_MESSAGES; i++)
		kc_buf_done(&talk->messages[i]);
}

struct kc_pairing *pairing_listener(const struct pairing_talk *talk, enum kc_pairing_number number)
{
	KC_CLEANUP_BUF struct kc_buf said = KC_BUF_INIT;
	struct kc_pairing *listener;

	if (number == KC_PAIRING_ANSWER || number == KC_PAIRING_CONFIRM) {
		listener = begin_sponsor(talk, &said);
		if (number == KC_PAIRING_CONFIRM)
			MUST(hear(talk, listener, KC_PAIRING_ANSWER, &said));
		return listener;
	}
	listener = begin_applicant(talk, &said);
	if (number == KC_PAIRING_WELCOME) {
		MUST(hear(talk, listener, KC_PAIRING_REPLY, &said));
		MUST(kc_pairing_confirm(listener, talk->application, &said));
	}
	return listener;
}

kc_err pairing_hear(struct kc_pairing *listener, enum kc_pairing_number number,
	struct kc_bytes bytes, struct kc_buf *ret_plain)
{
	switch (number) {
	case KC_PAIRING_ANSWER:
		return kc_pairing_reply(listener, bytes, ret_plain);
	case KC_PAIRING_REPLY:
		return kc_pairing_check_reply(listener, bytes);
	case KC_PAIRING_CONFIRM:
		return kc_pairing_accept(listener, bytes, ret_plain);
	case KC_PAIRING_WELCOME:
		return kc_pairing_finish(listener, bytes, ret_plain);
	case KC_PAIRING_OFFER:
	case KC_PAIRING_ABORT:
		break;
	}
	return KC_ERR(BUG);
}

/* --- the live channel ---------------------------------------------------------------------------
 */

static const struct kc_peer_id *id_of(const struct live_talk *talk, int end)
{
	return &talk->circles[end]->identity.id;
}

static struct kc_live *begin_initiator(const struct live_talk *talk, struct kc_buf *ret_hello)
{
	struct kc_live *live = NULL;

	chance_seed_all(SEED_INITIATOR);
	MUST(kc_live_begin(talk->circles[LIVE_INITIATOR], talk->trusts[LIVE_INITIATOR],
		id_of(talk, LIVE_RESPONDER), &live, ret_hello));
	return live;
}

static kc_err begin_responder(const struct live_talk *talk, struct kc_bytes hello,
	struct kc_live **ret, struct kc_buf *ret_reply)
{
	chance_seed_all(SEED_RESPONDER);
	return kc_live_answer(talk->circles[LIVE_RESPONDER], talk->trusts[LIVE_RESPONDER],
		id_of(talk, LIVE_INITIATOR), hello, ret, ret_reply);
}

static kc_err say(struct live_talk *talk, struct kc_live *initiator)
{
	return kc_live_seal(initiator, talk->circles[LIVE_INITIATOR], talk->trusts[LIVE_INITIATOR],
		talk->plain, TIME_MS, &talk->messages[KC_LIVE_DATA]);
}

void live_talk(struct live_talk *talk)
{
	KC_CLEANUP_LIVE struct kc_live *initiator = NULL, *responder = NULL;
	struct kc_buf *messages = talk->messages;

	initiator = begin_initiator(talk, &messages[KC_LIVE_HELLO]);
	MUST(begin_responder(talk, kc_buf_bytes(&messages[KC_LIVE_HELLO]), &responder,
		&messages[KC_LIVE_REPLY]));
	MUST(live_hear(talk, initiator, KC_LIVE_REPLY, kc_buf_bytes(&messages[KC_LIVE_REPLY]),
		&messages[KC_LIVE_FINISH]));
	MUST(say(talk, initiator));
}

void live_talk_done(struct live_talk *talk)
{
	for (size_t i = 0; i < LIVE_MESSAGES; i++)
		kc_buf_done(&talk->messages[i]);
}

struct kc_live *live_listener(const struct live_talk *talk, enum kc_live_number number)
{
	KC_CLEANUP_BUF struct kc_buf said = KC_BUF_INIT;
	const struct kc_buf *messages = talk->messages;
	struct kc_live *listener = NULL;

	if (number == KC_LIVE_HELLO)
		return NULL;
	if (number == KC_LIVE_REPLY)
		return begin_initiator(talk, &said);
	MUST(begin_responder(talk, kc_buf_bytes(&messages[KC_LIVE_HELLO]), &listener, &said));
	if (number == KC_LIVE_DATA)
		MUST(live_hear(talk, listener, KC_LIVE_FINISH,
			kc_buf_bytes(&messages[KC_LIVE_FINISH]), &said));
	return listener;
}

/* A hello is answered by a side of its own. */
static kc_err greet(const struct live_talk *talk, struct kc_bytes hello, struct kc_buf *ret_reply)
{
	KC_CLEANUP_LIVE struct kc_live *live = NULL;
	kc_err err = begin_responder(talk, hello, &live, ret_reply);

	must((err == KC_OK) == (live != NULL), "a session without an answer, or the reverse");
	return err;
}

kc_err live_hear(const struct live_talk *talk, struct kc_live *listener, enum kc_live_number number,
	struct kc_bytes bytes, struct kc_buf *ret_plain)
{
	int end = number == KC_LIVE_REPLY ? LIVE_INITIATOR : LIVE_RESPONDER;
	const struct kc_circle *circle = talk->circles[end];
	const struct kc_trust *trust = talk->trusts[end];

	switch (number) {
	case KC_LIVE_HELLO:
		return greet(talk, bytes, ret_plain);
	case KC_LIVE_REPLY:
		return kc_live_confirm(listener, circle, trust, bytes, TIME_MS, ret_plain);
	case KC_LIVE_FINISH:
		return kc_live_accept(listener, circle, trust, bytes, TIME_MS);
	case KC_LIVE_DATA:
		return kc_live_open(listener, circle, trust, bytes, ret_plain);
	}
	return KC_ERR(BUG);
}
