/* SPDX-License-Identifier: ISC */
/*
 * Devices that can be put back as they were, the stores between them, and what may befall both.
 *
 * Everything is in memory. How a number of members came to know each other is lived through once;
 * from then on each life begins with a copy of what they had then.
 */
#ifndef KC_TESTS_CIRCLE_WORLD_H
#define KC_TESTS_CIRCLE_WORLD_H

#include "tests/circle/house.h"
#include "tests/circle/memory_cloud.h"

#define WORLD_MAX 8

/* How the devices' stores are. */
enum world_layout {
	WORLD_LOGS,    /* one, of logs */
	WORLD_CARRIED, /* of logs, each device its own */
	WORLD_RECORDS, /* one, of records */
	WORLD_LAYOUTS
};

struct world {
	struct house house; /* homes of members, then of strangers */
	enum world_layout layout;
	bool member[WORLD_MAX];
	bool cut_off[WORLD_MAX]; /* does not reach its store */
	size_t turn;		 /* whose it is */
	int64_t skews[WORLD_MAX];
	struct kc_writer_id writers[WORLD_MAX]; /* of members */
};
extern struct world world;
extern int64_t world_now_ms;

/* Once, before and after all. */
void world_begin(void);
void world_end(void);
/* Members of one circle, who have nothing to say to each other, and strangers with empty keychains.
 */
void world_restore(size_t members, size_t strangers, enum world_layout layout);

/* The number of the store that a device uses. */
unsigned world_place(size_t device);
/* By its clock from now on. */
void world_turn_to(size_t device);
void world_restart(size_t device);
/* A stranger has become a member in its sponsor's store, and goes on in its own. */
void world_welcome(size_t device, size_t sponsor, struct kc_bytes account_password);

/* Lets a device lose power: at operation number at of its database, or at call number at of its
 * store (before it, or after it is done and before it is answered), counted from the opening of its
 * keychain. world_revive cuts at the latest, and opens it with what is left, as seed says. */
enum world_cut { WORLD_CUT_DATABASE, WORLD_CUT_BEFORE_CALL, WORLD_CUT_AFTER_CALL };
void world_doom(size_t device, enum world_cut where, uint64_t at);
void world_revive(size_t device, uint64_t seed);

#endif
