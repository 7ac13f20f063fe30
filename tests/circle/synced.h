/* SPDX-License-Identifier: ISC */
/* Passwords that sync, on the devices of a house: each is known by its service, and nothing else of
 * it matters but its secret. */
#ifndef KC_TESTS_CIRCLE_SYNCED_H
#define KC_TESTS_CIRCLE_SYNCED_H

#include "tests/circle/house.h"

void synced_add(struct house *house, size_t device, const char *service, const char *secret);
void synced_change(struct house *house, size_t device, const char *service, const char *secret);
void synced_delete(struct house *house, size_t device, const char *service);
/* Whether a device has it once, with this secret. */
bool synced_has(struct house *house, size_t device, const char *service, const char *secret);
/* How many a device has of a service; NULL: of all. */
size_t synced_count(struct house *house, size_t device, const char *service);

#endif
