/* SPDX-License-Identifier: ISC */
/*
 * Pairing by a short code, as two machines that turn messages into messages (doc/protocol.md 9).
 *
 *	sponsor                         applicant
 *	offer           -- 0 -->        answer
 *	reply           <-- 1 --
 *	                -- 2 -->        confirm
 *	accept          <-- 3 --
 *	                (the user decides)
 *	welcome, refuse -- 4 -->        finish
 *
 * Messages are values for the key "x" of a log. A machine moves forward only; after a failure it is
 * of no more use. Errors: PAIRING_CODE for whatever does not verify, since a wrong code and an
 * altered message look the same; DECODE for what is no message of this session.
 */
#ifndef KC_CIRCLE_SESSION_PAIRING_H
#define KC_CIRCLE_SESSION_PAIRING_H

#include "backend/circle/record/account.h"
#include "backend/cloud/cloud.h"

#define KC_PAIRING_DIGITS 9
#define KC_PAIRING_LIFE_MS (10 * 60 * 1000)

enum kc_pairing_number {
	KC_PAIRING_OFFER = 0,
	KC_PAIRING_ANSWER = 1,
	KC_PAIRING_REPLY = 2,
	KC_PAIRING_CONFIRM = 3,
	KC_PAIRING_WELCOME = 4,
	KC_PAIRING_ABORT = 5,
};

/* Which session a message belongs to, and where in it. Errors: DECODE. */
KC_MUST kc_err kc_pairing_peek(
	struct kc_bytes message, struct kc_writer_id *ret_slot, enum kc_pairing_number *ret_number);
/* Ends the session for the other side. Nobody vouches for it: anyone can stop a pairing. */
KC_MUST kc_err kc_pairing_abort(const struct kc_writer_id *slot, struct kc_buf *ret);

/* A random code: nine digits and a NUL. */
void kc_pairing_make_code(char ret[static KC_PAIRING_DIGITS + 1]);
/* The digits of what a user typed, blanks and dashes left out. Errors: PARAM. */
KC_MUST kc_err kc_pairing_parse_code(const char *typed, char ret[static KC_PAIRING_DIGITS + 1]);

struct kc_pairing; /* either machine; wipes when freed */
void kc_pairing_free(struct kc_pairing *pairing);
#define KC_CLEANUP_PAIRING KC_CLEANUP(kc_pairing_free_cleanup)
static inline void kc_pairing_free_cleanup(struct kc_pairing **pairing)
{
	kc_pairing_free(*pairing);
}
const struct kc_writer_id *kc_pairing_slot(const struct kc_pairing *pairing);
const struct kc_account_id *kc_pairing_account(const struct kc_pairing *pairing);
/* The account key record of the offer. */
struct kc_bytes kc_pairing_account_key(const struct kc_pairing *pairing);
/* When the offer was made, by the sponsor's clock. */
uint64_t kc_pairing_time_ms(const struct kc_pairing *pairing);
/* Binds both sides' messages; from reply and confirm on. */
const uint8_t *kc_pairing_transcript(const struct kc_pairing *pairing); /* 32 bytes */

/* --- the sponsor --------------------------------------------------------------------------------
 */

/* Opens a session in a random slot. */
KC_MUST kc_err kc_pairing_offer(const struct kc_account_id *account, struct kc_bytes account_key,
	const char *code, uint64_t time_ms, struct kc_pairing **ret, struct kc_buf *ret_offer);
/* Message 1 to message 2: the code is burnt with it. */
KC_MUST kc_err kc_pairing_reply(
	struct kc_pairing *pairing, struct kc_bytes answer, struct kc_buf *ret_reply);
/* Message 3 to what the applicant says of itself. */
KC_MUST kc_err kc_pairing_accept(
	struct kc_pairing *pairing, struct kc_bytes confirm, struct kc_buf *ret_application);
/* Message 4, with the welcome, or empty: the user said no. */
KC_MUST kc_err kc_pairing_decide(
	struct kc_pairing *pairing, struct kc_bytes welcome, struct kc_buf *ret_message);

/* --- the applicant ------------------------------------------------------------------------------
 */

/* Reads an offer. Errors: DECODE. */
KC_MUST kc_err kc_pairing_read_offer(struct kc_bytes offer, struct kc_pairing **ret);
/* Message 1, under the code that was typed. */
KC_MUST kc_err kc_pairing_answer(
	struct kc_pairing *pairing, const char *code, struct kc_buf *ret_answer);
/* Message 2 is right: the other side has the code. The transcript is there afterwards. */
KC_MUST kc_err kc_pairing_check_reply(struct kc_pairing *pairing, struct kc_bytes reply);
/* Message 3, with what this device says of itself. */
KC_MUST kc_err kc_pairing_confirm(
	struct kc_pairing *pairing, struct kc_bytes application, struct kc_buf *ret_confirm);
/* Message 4 to the welcome. Errors: CANCELED (the sponsor said no). */
KC_MUST kc_err kc_pairing_finish(
	struct kc_pairing *pairing, struct kc_bytes message, struct kc_buf *ret_welcome);

#endif
