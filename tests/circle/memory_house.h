/* SPDX-License-Identifier: ISC */
/* A house whose store is in memory (memory_cloud.h), at a time that is set, for tests. */
#ifndef KC_TESTS_CIRCLE_MEMORY_HOUSE_H
#define KC_TESTS_CIRCLE_MEMORY_HOUSE_H

#include "tests/circle/house.h"

/* So many devices, which have said all to each other; house is all zero before. */
void memory_house_init(struct house *house, bool with_records, int64_t now_ms, size_t devices);
void memory_house_done(struct house *house);

/* A device goes to the store 1, which begins as a copy of the store 0, and hears of nothing there;
 * all that one of the two has, and the other has not, is carried there. */
void memory_house_send_away(struct house *house, size_t device);
void memory_house_carry(unsigned from, unsigned to);

#endif
