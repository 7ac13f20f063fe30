/* SPDX-License-Identifier: ISC */
/* The state machine of a session. Each function goes from one stage to the next, or to the end. */
#ifndef KC_CIRCLE_SESSION_LIVE_IMPL_H
#define KC_CIRCLE_SESSION_LIVE_IMPL_H

#include "backend/circle/session/frame.h"
#include "backend/circle/session/live.h"
#include "crypto/mac.h"

#define KC_LIVE_SUITE 1 /* X25519, P-384 with SHA-384, HKDF-SHA384, AES-256-GCM: the only one */
#define KC_LIVE_SECRET_LEN 32

enum kc_live_stage { KC_LIVE_BEGUN, KC_LIVE_ANSWERED, KC_LIVE_OPEN, KC_LIVE_OVER };
enum kc_live_role { KC_LIVE_INITIATOR, KC_LIVE_RESPONDER };

/* One direction: where its count is. */
struct kc_live_lane {
	uint64_t sequence;   /* of the next data message */
	uint64_t generation; /* of its key */
	uint64_t under_key;  /* messages so far */
	uint64_t since_ms;   /* its own clock; of the side that seals */
};

/* All that is secret, in the arena. */
struct kc_live_lane_keys {
	uint8_t chain[KC_LIVE_SECRET_LEN]; /* the next generation is derived from it */
	struct kc_gcm_key key;
};
struct kc_live_keys {
	uint8_t master[KC_LIVE_SECRET_LEN]; /* of the handshake, like the next two */
	struct kc_gcm_key handshake[2];
	uint8_t mac[2][KC_LIVE_SECRET_LEN];
	struct kc_live_lane_keys lanes[2]; /* by the role that seals */
};

struct kc_live {
	enum kc_live_role role;
	enum kc_live_stage stage;
	struct kc_account_id account;
	struct kc_peer_id parties[2]; /* by role */
	struct kc_live_session session;
	struct kc_pk *ephemeral; /* owned; the initiator's, until it has agreed */
	uint8_t shares[2][KC_LIVE_SHARE_LEN];
	uint8_t transcript[KC_HASH32_LEN];
	struct kc_buf reply; /* as sent, for the keys of data */
	struct kc_live_lane lanes[2];
	struct kc_secret keys; /* struct kc_live_keys */
};

extern const struct kc_frame_form kc_live_form;
extern const char *const kc_live_role_names[]; /* by role */

static inline enum kc_live_role kc_live_other(enum kc_live_role role)
{
	return role == KC_LIVE_INITIATOR ? KC_LIVE_RESPONDER : KC_LIVE_INITIATOR;
}

static inline struct kc_live_keys *kc_live_keys(const struct kc_live *live)
{
	return (struct kc_live_keys *)(void *)live->keys.data;
}

/* What a step's failure means: this device has no memory, or the session is over. */
KC_MUST kc_err kc_live_settle(struct kc_live *live, kc_err err);
/* The session is one of this device with another, and both are in. Errors: NOT_MEMBER. */
KC_MUST kc_err kc_live_check_parties(
	const struct kc_live *live, const struct kc_circle *circle, const struct kc_trust *trust);
/* The same, and the step is in its turn. Errors: NOT_MEMBER, REFUSED (it is over). */
KC_MUST kc_err kc_live_check_turn(const struct kc_live *live, enum kc_live_role role,
	enum kc_live_stage stage, const struct kc_circle *circle, const struct kc_trust *trust);

/* A part that this side seals, that the other has sealed; bound to all that was said before. */
KC_MUST kc_err kc_live_seal_box(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes plain, struct kc_buf *ret);
KC_MUST kc_err kc_live_open_box(const struct kc_live *live, enum kc_live_number number,
	const struct kc_gcm_key *key, struct kc_bytes box, struct kc_buf *ret);

/* Keys of the handshake from the two shares. A point of small order agrees on nothing. */
KC_MUST kc_err kc_live_agree(struct kc_live *live, const struct kc_pk *ephemeral);
/* The handshake is done: keys of data from all of its messages; its own are wiped. */
KC_MUST kc_err kc_live_start_lanes(struct kc_live *live, struct kc_bytes finish, uint64_t time_ms);
/* What follows the keys of a lane, in memory of its own; overwrites the keys before with it. */
KC_MUST kc_err kc_live_next_keys(
	const struct kc_live *live, enum kc_live_role role, struct kc_secret *ret);
void kc_live_adopt_keys(struct kc_live *live, enum kc_live_role role, const struct kc_secret *next);

#endif
