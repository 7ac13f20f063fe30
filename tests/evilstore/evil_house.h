/* SPDX-License-Identifier: ISC */
/*
 * Devices whose store is evil: a house in which each is known to the store, in memory, in either
 * layout. World 0 is the truth; the others are copies of it, made when they are asked for.
 */
#ifndef KC_TESTS_EVILSTORE_EVIL_HOUSE_H
#define KC_TESTS_EVILSTORE_EVIL_HOUSE_H

#include "backend/circle/circle.h"
#include "backend/store/track.h"
#include "tests/circle/house.h"
#include "tests/circle/memory_cloud.h"
#include "tests/evilstore/evil.h"

#define EVIL_HOUSE_NOW INT64_C(1800000000000)
/* The t of a version, of a time or of a span, ms. */
#define EVIL_HOUSE_T(ms) ((uint64_t)(ms)*KC_TRACK_TURN)
#define EVIL_HOUSE_MINUTE (INT64_C(60) * 1000)
#define EVIL_HOUSE_GRACE (INT64_C(11) * EVIL_HOUSE_MINUTE)

/* Devices that are members of one circle and have nothing to say; the rules are empty, but that the
 * live channel is hidden. The clock is by hand. */
void evil_house_init(struct house *house, enum kc_layout layout, size_t devices);
void evil_house_done(struct house *house);
#define CLEANUP_EVIL_HOUSE KC_CLEANUP(evil_house_done)
/* No rules but that one. */
void evil_house_mute(void);
/* Lets one more device in; it is the store's device of that number. */
size_t evil_house_add(struct house *house, size_t sponsor);
/* Makes a world as the truth is now; and the truth as a world is. */
void evil_house_save(unsigned world);
void evil_house_roll_back(unsigned world);

/* One exchange, after which these must hold. */
void evil_house_is_content(struct house *house, size_t device);
/* The store is suspect, and that is the name for it. */
void evil_house_is_alarmed(struct house *house, size_t device, const char *alarm);

/* The writer of a device's lists. */
struct kc_writer_id evil_house_writer(struct house *house, size_t device);
/* The name of the cell of a device, "p-…" for "p". */
void evil_house_cell(struct house *house, size_t device, const char *key,
	char ret[static KC_RECORDS_MAX_NAME + 1]);
/* The cell of an item that a device has; query is of passwords. */
void evil_house_item(struct house *house, size_t device, const char *query,
	char ret[static KC_RECORDS_MAX_NAME + 1]);

#endif
