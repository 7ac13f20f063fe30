/* SPDX-License-Identifier: ISC */
/*
 * Sessions between two devices, of pairing and of the live channel, that can be told again: what
 * was said, and, as often as it is wanted, a side that waits for any of the messages.
 *
 * Each side's random bytes, and OpenSSL's with them, are seeded anew whenever it begins: so it has
 * the keys of the side that was there first, and to it the messages are its own.
 */
#ifndef KC_TESTS_CIRCLE_SESSIONS_H
#define KC_TESTS_CIRCLE_SESSIONS_H

#include "backend/circle/session/live.h"
#include "backend/circle/session/pairing.h"

/* --- pairing ------------------------------------------------------------------------------------
 */

#define SESSIONS_CODE "493207118"
enum { PAIRING_MESSAGES = KC_PAIRING_WELCOME + 1 };

struct pairing_talk {
	/* what it is about; borrowed */
	const struct kc_account_id *account;
	struct kc_bytes account_key, application, welcome;
	/* what was said */
	struct kc_buf messages[PAIRING_MESSAGES];
};

/* Fills the second part from the first; once. */
void pairing_talk(struct pairing_talk *talk);
void pairing_talk_done(struct pairing_talk *talk);
/* A side that waits for that message, from 1 on; the caller's. */
struct kc_pairing *pairing_listener(const struct pairing_talk *talk, enum kc_pairing_number number);
/* Shows it bytes as that message. What was sealed in them goes to ret_plain. */
KC_MUST kc_err pairing_hear(struct kc_pairing *listener, enum kc_pairing_number number,
	struct kc_bytes bytes, struct kc_buf *ret_plain);

/* --- the live channel ---------------------------------------------------------------------------
 */

enum { LIVE_MESSAGES = KC_LIVE_DATA + 1 };
enum { LIVE_INITIATOR, LIVE_RESPONDER };

/* The same. The data message is the initiator's. */
struct live_talk {
	const struct kc_circle *circles[2];
	const struct kc_trust *trusts[2];
	struct kc_bytes plain;
	struct kc_buf messages[LIVE_MESSAGES];
};

void live_talk(struct live_talk *talk);
void live_talk_done(struct live_talk *talk);
/* NULL for a hello, with which the responder begins. */
struct kc_live *live_listener(const struct live_talk *talk, enum kc_live_number number);
KC_MUST kc_err live_hear(const struct live_talk *talk, struct kc_live *listener,
	enum kc_live_number number, struct kc_bytes bytes, struct kc_buf *ret_plain);

#endif
