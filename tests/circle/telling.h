/* SPDX-License-Identifier: ISC */
/*
 * Circles of devices that tell each other things record by record, without a keychain or a store.
 * What must go well and does not ends the program: they are made for fuzzing, too.
 */
#ifndef KC_TESTS_CIRCLE_TELLING_H
#define KC_TESTS_CIRCLE_TELLING_H

#include "backend/circle/circle.h"

const struct kc_peer_id *telling_id(const struct kc_circle *circle);

/* The two halves of a pairing that both sides have agreed to: the sponsor vouches for an identity
 * that is made for it, whose owner then begins with the welcome, and has nothing to wait for. */
void telling_vouch(struct kc_circle *sponsor, const char *name, struct kc_identity *ret,
	struct kc_buf *ret_welcome);
KC_MUST kc_err telling_enter(const struct kc_circle *sponsor, const char *name,
	struct kc_bytes welcome, struct kc_identity *identity, struct kc_circle **ret);
/* Both; each signs its next list then. ret: the circle as the newcomer sees it. If the user key is
 * at hand it is for both, and the compatibility circle is signed by the newcomer, too. */
void telling_admit(struct kc_circle *sponsor, const char *name, struct kc_circle **ret);

/* Signs the next list. */
void telling_say(struct kc_circle *circle);
/* What a takes from the last list of b. */
KC_MUST kc_err telling_hear(struct kc_circle *a, const struct kc_circle *b);
/* a takes b's voucher for a newcomer, and who that is. */
void telling_hear_of(
	struct kc_circle *a, const struct kc_circle *b, const struct kc_peer_id *newcomer);

/* What a device's next list would say, without its heads: to be altered, and built. */
void telling_next_list(const struct kc_circle *circle, struct kc_list *ret);

/* A copy, by way of what is stored, with the same user key at hand. */
void telling_copy(struct kc_circle *circle, struct kc_circle **ret);

#endif
