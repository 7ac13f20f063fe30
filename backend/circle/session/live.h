/* SPDX-License-Identifier: ISC */
/*
 * The live channel: a session between two devices of one circle, for which nobody in between is
 * trusted (doc/protocol.md, Live channel). No input or output; the caller carries the messages.
 *
 *	initiator                                      responder
 *	kc_live_begin      --- hello  (0) ---------->  kc_live_answer
 *	kc_live_confirm    <-- reply  (1) -----------
 *	                   --- finish (2) ---------->  kc_live_accept
 *	kc_live_seal       <-- data   (3) --------->   kc_live_open
 *
 * SIGMA-I with X25519 and P-384: each side signs what both have said, inside encryption, and binds
 * its name to the keys. Keys are in memory only; each is wiped as soon as the next one follows.
 *
 * Every function looks at the circle as it is then: both devices must be trusted by it. A session
 * ends, for good, with the first thing that is not right: REFUSED for a message that is not the
 *next one of the other side, NOT_MEMBER when one of the two is out. There is no other way to agree,
 *and no second try of a handshake. Only a failure of this device itself (NO_MEMORY) leaves it as it
 *was.
 */
#ifndef KC_CIRCLE_SESSION_LIVE_H
#define KC_CIRCLE_SESSION_LIVE_H

#include "backend/circle/circle.h"

#define KC_LIVE_SHARE_LEN 32
#define KC_LIVE_MAX_PLAIN ((size_t)64 << 10)   /* bytes of one data message */
#define KC_LIVE_MAX_MESSAGE ((size_t)66 << 10) /* no message is longer */
#define KC_LIVE_KEY_MS (UINT64_C(60) * 60 * 1000)
#define KC_LIVE_KEY_MESSAGES (UINT64_C(1) << 20) /* of one direction under one key */

struct kc_live_session {
	uint8_t bytes[16]; /* random, chosen by the initiator */
};

/* The numbers are sent. */
enum kc_live_number { KC_LIVE_HELLO, KC_LIVE_REPLY, KC_LIVE_FINISH, KC_LIVE_DATA };

struct kc_live;
void kc_live_free(struct kc_live *live); /* wipes; NULL is fine */
#define KC_CLEANUP_LIVE KC_CLEANUP(kc_live_free_cleanup)
static inline void kc_live_free_cleanup(struct kc_live **live)
{
	kc_live_free(*live);
}

/* What a message says of itself, before anything is checked. Errors: DECODE. */
KC_MUST kc_err kc_live_peek(
	struct kc_bytes message, struct kc_live_session *ret_session, enum kc_live_number *ret);

bool kc_live_is_open(const struct kc_live *live); /* data can be sealed and opened */
bool kc_live_is_over(const struct kc_live *live);
const struct kc_live_session *kc_live_session(const struct kc_live *live);
uint64_t kc_live_sent(const struct kc_live *live);     /* data messages sealed */
uint64_t kc_live_received(const struct kc_live *live); /* data messages opened */

/* The handshake. Every message is appended to its ret; trust is what kc_circle_judge says of the
 * circle. time_ms is this device's clock, and only starts the life of a key. */
KC_MUST kc_err kc_live_begin(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *peer, struct kc_live **ret, struct kc_buf *ret_hello);
KC_MUST kc_err kc_live_answer(const struct kc_circle *circle, const struct kc_trust *trust,
	const struct kc_peer_id *peer, struct kc_bytes hello, struct kc_live **ret,
	struct kc_buf *ret_reply);
KC_MUST kc_err kc_live_confirm(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes reply, uint64_t time_ms,
	struct kc_buf *ret_finish);
KC_MUST kc_err kc_live_accept(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes finish, uint64_t time_ms);

/* One data message of up to KC_LIVE_MAX_PLAIN bytes (TOO_LARGE beyond, and the session goes on). */
KC_MUST kc_err kc_live_seal(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes plain, uint64_t time_ms, struct kc_buf *ret);
KC_MUST kc_err kc_live_open(struct kc_live *live, const struct kc_circle *circle,
	const struct kc_trust *trust, struct kc_bytes message, struct kc_buf *ret);

#endif
