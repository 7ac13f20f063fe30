/* SPDX-License-Identifier: ISC */
/* Homes from copies of their databases, stores from copies of stores. */
#include "tests/circle/world.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "backend/store/db.h"
#include "tests/check.h"
#include "tests/circle/chance.h"
#include "tests/file.h"
#include "tests/store/powercut_vfs.h"

#define START_MS INT64_C(1800000000000)
#define SHARED 0    /* the store of all */
#define FIRST_OWN 1 /* that of device 0, and so on */
#define SEED_OF_BEGINNINGS 11

struct world world;
int64_t world_now_ms = START_MS;

/* --- what befalls calls -------------------------------------------------------------------------
 */

static struct {
	bool active;
	enum world_cut where;
	uint64_t at, calls;
} doom;

static enum memory_fate befall(void *context, unsigned place, enum memory_call call)
{
	(void)context;
	(void)place;
	(void)call;
	if (world.cut_off[world.turn])
		return MEMORY_LOST;
	if (!doom.active)
		return MEMORY_DONE;
	if (powercut_is_dead())
		return MEMORY_LOST;
	if (doom.where == WORLD_CUT_DATABASE || ++doom.calls != doom.at)
		return MEMORY_DONE;
	powercut_cut();
	return doom.where == WORLD_CUT_BEFORE_CALL ? MEMORY_LOST : MEMORY_UNANSWERED;
}

void world_doom(size_t device, enum world_cut where, uint64_t at)
{
	struct home *home = &world.house.homes[device];

	home_close(home);
	powercut_start(where == WORLD_CUT_DATABASE ? at : 0);
	doom.active = true;
	doom.where = where;
	doom.at = at;
	doom.calls = 0;
	kc_db_set_vfs(POWERCUT_VFS);
	if (kc_keychain_open(&home->place, &home->keychain) != KC_OK)
		home->keychain = NULL;
	else if (kc_keychain_unlock(home->keychain, kc_bytes_str("password")) != KC_OK)
		CHECK(powercut_is_dead());
}

void world_revive(size_t device, uint64_t seed)
{
	struct home *home = &world.house.homes[device];

	powercut_cut();
	home_close(home);
	powercut_apply(seed);
	powercut_start(0);
	kc_db_set_vfs(NULL);
	doom.active = false;
	home_open(home);
	home_unlock(home);
}

/* --- beginnings ---------------------------------------------------------------------------------
 */

/* What all have when a life begins. */
struct beginning {
	bool known;
	struct kc_buf databases[WORLD_MAX];
	struct kc_writer_id writers[WORLD_MAX];
};
static struct kc_buf blank[WORLD_MAX];
static struct beginning beginnings[WORLD_MAX + 1][WORLD_LAYOUTS]; /* by members */

static void put_database(size_t device, const struct kc_buf *contents)
{
	struct home *home = &world.house.homes[device];
	const char *path = home_database(home);
	char beside[160];

	home_close(home);
	snprintf(beside, sizeof beside, "%s-wal", path);
	(void)unlink(beside);
	snprintf(beside, sizeof beside, "%s-shm", path);
	(void)unlink(beside);
	CHECK_FATAL(file_write(path, kc_buf_bytes(contents)));
	home_open(home);
	home_unlock(home);
}

/* Closes the device: a database that is closed is one file. */
static void get_database(size_t device, struct kc_buf *ret)
{
	struct home *home = &world.house.homes[device];

	home_close(home);
	CHECK_FATAL(file_read(home_database(home), ret));
}

unsigned world_place(size_t device)
{
	return world.layout == WORLD_CARRIED ? FIRST_OWN + (unsigned)device : SHARED;
}

static void find_writer(size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(&world.house, device);

	world.writers[device] = kc_circle_writer(&circle->identity.id);
	world.member[device] = true;
}

static void move_to_own(size_t device, unsigned from, struct kc_bytes account_password)
{
	char url[MEMORY_CLOUD_URL];

	memory_cloud_copy(from, world_place(device));
	memory_cloud_url(world_place(device), url);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		world.house.homes[device].keychain, url, false, account_password));
}

void world_welcome(size_t device, size_t sponsor, struct kc_bytes account_password)
{
	if (world.layout == WORLD_CARRIED)
		move_to_own(device, world_place(sponsor), account_password);
	find_writer(device);
}

/* The stores are frozen in places that no device uses. */
static unsigned frozen_place(size_t members, enum world_layout layout)
{
	return FIRST_OWN + WORLD_MAX + WORLD_LAYOUTS * (unsigned)members + layout;
}

static void live_beginning(size_t members, struct beginning *b)
{
	struct house *house = &world.house;

	chance_seed_random(
		chance_derive(SEED_OF_BEGINNINGS, members * WORLD_LAYOUTS + world.layout));
	house_clock_set(START_MS);
	for (size_t i = 0; i < members; i++)
		put_database(i, &blank[i]);
	memory_cloud_clear(SHARED);
	memory_cloud_url(SHARED, house->url);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[0].keychain, house->url, true, kc_bytes_str(HOUSE_PASSWORD)));
	for (house->count = 1; house->count < members; house->count++)
		house_pair(house, house->count / 2, house->count);
	house_settle(house);
	memory_cloud_copy(SHARED, frozen_place(members, world.layout));
	for (size_t i = 0; i < members; i++) {
		if (world.layout == WORLD_CARRIED)
			move_to_own(i, SHARED, kc_bytes_str(HOUSE_PASSWORD));
		find_writer(i);
		get_database(i, &b->databases[i]);
	}
	memcpy(b->writers, world.writers, sizeof b->writers);
	b->known = true;
}

void world_restore(size_t members, size_t strangers, enum world_layout layout)
{
	struct beginning *b = &beginnings[members][layout];
	unsigned frozen = frozen_place(members, layout);

	memory_cloud_set_hook(NULL, NULL);
	world.layout = layout;
	memory_cloud_register(layout == WORLD_RECORDS);
	memset(world.cut_off, 0, sizeof world.cut_off);
	memset(world.skews, 0, sizeof world.skews);
	if (!b->known)
		live_beginning(members, b);
	world_now_ms = START_MS;
	house_clock_set(START_MS);
	memory_cloud_copy(frozen, SHARED);
	for (size_t i = 0; i < members + strangers; i++) {
		world.member[i] = i < members;
		put_database(i, i < members ? &b->databases[i] : &blank[i]);
		if (layout == WORLD_CARRIED && i < members)
			memory_cloud_copy(frozen, world_place(i));
	}
	memcpy(world.writers, b->writers, sizeof world.writers);
	world.house.count = members + strangers;
	memory_cloud_set_hook(befall, NULL);
}

/* --- the devices --------------------------------------------------------------------------------
 */

void world_turn_to(size_t device)
{
	world.turn = device;
	house_clock_set(world_now_ms + world.skews[device]);
}

void world_restart(size_t device)
{
	struct home *home = &world.house.homes[device];

	home_close(home);
	home_open(home);
	home_unlock(home);
}

void world_begin(void)
{
	home_use_memory();
	powercut_register();
	chance_seed_random(SEED_OF_BEGINNINGS);
	house_clock_set(START_MS);
	for (size_t i = 0; i < WORLD_MAX; i++) {
		home_init(&world.house.homes[i]);
		get_database(i, &blank[i]);
	}
}

void world_end(void)
{
	for (size_t i = 0; i < WORLD_MAX; i++) {
		home_done(&world.house.homes[i]);
		kc_buf_done(&blank[i]);
		for (size_t members = 0; members <= WORLD_MAX; members++)
			for (size_t layout = 0; layout < WORLD_LAYOUTS; layout++)
				kc_buf_done(&beginnings[members][layout].databases[i]);
	}
	memory_cloud_done();
	powercut_start(0);
	house_clock_real();
}
