/* SPDX-License-Identifier: ISC */
/* Three devices of one circle that know all of each other, without a keychain or a store. */
#ifndef KC_TESTS_CIRCLE_TRIO_H
#define KC_TESTS_CIRCLE_TRIO_H

#include "backend/circle/circle.h"

enum { ANN, BOB, CAT, TRIO_SIZE };

extern struct kc_circle *trio_circles[TRIO_SIZE];
extern struct kc_trust trio_trusts[TRIO_SIZE];

/* Makes them; as the first test of a program. */
void trio_make(void);
void trio_free(void);
const struct kc_peer_id *trio_id(int device);
/* What one device published last comes to another. */
void trio_tell(int from, int to);
/* Whom a device trusts, without another. */
struct kc_trust trio_without(int device, int other);

#endif
