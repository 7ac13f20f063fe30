/* SPDX-License-Identifier: ISC */
/*
 * Random lives of two to five devices, held against a model.
 *
 * Every device has a folder of its own; a carrier brings operations from one to the other, all or
 * some, in any order, whole or not yet. Devices add, change and delete a few items, exchange, are
 * broken off in it, restart, and have wrong clocks, whenever. When the carrier has brought
 * everything everywhere, all hold the same, and for each item it is what the model allows: of the
 * changes to it, those that nobody made another one on top of, in knowledge of it, are in the
 * running; one of them is there. So what was acknowledged is not lost but to a change beside it or
 * after it, and what was deleted by somebody who knew it does not come back.
 *
 * The seeds are fixed; a failure names its own, and SCHEDULE=<seed> tells that life as it goes.
 * Names of records and devices are random all the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "backend/store/trie.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

enum { KEYS = 6, CHANGES_MAX = 64, STEPS = 24, LOG_MAX = 4096 };

/* --- chance -------------------------------------------------------------------------------------
 */

static uint64_t chance_state;

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t chance_bits(void)
{
	uint64_t z = chance_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t chance(size_t below)
{
	return (size_t)(chance_bits() % below);
}

/* --- the model ----------------------------------------------------------------------------------
 */

/* Changes that a device knows of, by their numbers. */
typedef uint64_t known_set;

struct change {
	size_t device, key;
	bool deletes;
	char secret[24];    /* that it wrote */
	known_set known;    /* to its device, before it was made */
	uint64_t operation; /* of its device's log that carries it; 0: none yet */
};

static struct model {
	struct change changes[CHANGES_MAX];
	size_t count;
	known_set known[HOUSE_MAX];
	char before[KEYS][24]; /* what all held at the beginning; empty: nothing */
} model;

/* Whether some change of the same item was made in knowledge of this one. */
static bool is_superseded(size_t number)
{
	for (size_t i = 0; i < model.count; i++)
		if (model.changes[i].key == model.changes[number].key &&
			model.changes[i].known >> number & 1)
			return true;
	return false;
}

/* Whether an item may end with this secret (empty: not be there). */
static bool may_be(size_t key, const char *secret)
{
	bool changed = false;

	for (size_t i = 0; i < model.count; i++) {
		const struct change *c = &model.changes[i];

		if (c->key != key)
			continue;
		changed = true;
		if (!is_superseded(i) && strcmp(c->deletes ? "" : c->secret, secret) == 0)
			return true;
	}
	return !changed && strcmp(model.before[key], secret) == 0;
}

/* --- the world ----------------------------------------------------------------------------------
 */

/* How much of a file is in a folder. */
enum { NOTHING, SOME, ALL };

static struct world {
	struct house house;
	struct kc_writer_id writers[HOUSE_MAX];
	char folders[HOUSE_MAX][80];
	uint64_t lengths[HOUSE_MAX];		    /* of each log, in its writer's folder */
	uint8_t has[HOUSE_MAX][HOUSE_MAX][LOG_MAX]; /* folder, writer, number */
	uint64_t complete[HOUSE_MAX][HOUSE_MAX];    /* folder, writer: no hole up to here */
	int64_t skews[HOUSE_MAX];
} world;

static int64_t now_ms = START_MS;
static bool tell;

static enum {
	STEADY,	  /* all clocks agree */
	SKEWED,	  /* none does */
	WANDERING /* they agree, and items change their primary keys and views too */
} mode;

/* Some items live through all lives, deleted and made again; the others are new in each, so that
 * two devices make them at once. */
enum { LASTING = 3 };
static char services[KEYS][40] = {"svce=mail", "svce=bank", "svce=AirPort"};

static void name_new_ones(uint64_t seed)
{
	for (size_t i = LASTING; i < KEYS; i++) {
		snprintf(services[i], sizeof services[i], "svce=%" PRIu64 "-%zu", seed, i);
		model.before[i][0] = 0;
	}
}

static void path_in(size_t folder, size_t writer, uint64_t number, char ret[static HOUSE_PATH_MAX])
{
	struct house place = {.count = 0};

	memcpy(place.store, world.folders[folder], sizeof place.store);
	house_path(&place, &world.writers[writer], number, ret);
}

static void find_writer(size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(
		kc_keychain_sync_recall(world.house.homes[device].keychain, &place, &circle));
	world.writers[device] = kc_circle_writer(&circle->identity.id);
}

/* What a device has written since, in its own folder. */
static void measure_log(size_t device)
{
	char path[HOUSE_PATH_MAX];

	for (;;) {
		uint64_t next = world.lengths[device] + 1;

		path_in(device, device, next, path);
		if (access(path, F_OK) != 0)
			return;
		CHECK_FATAL(next < LOG_MAX);
		world.lengths[device] = next;
		world.has[device][device][next] = ALL;
	}
}

static void set_clock(size_t device)
{
	house_clock_set(now_ms + world.skews[device]);
}

static void make_world(size_t count)
{
	struct house *house = &world.house;

	memset(&world, 0, sizeof world);
	house_clock_set(now_ms);
	house_init(house);
	for (size_t i = 1; i < count; i++)
		house_add(house, chance(i));
	house_settle(house);
	for (size_t i = 0; i < count; i++) {
		snprintf(world.folders[i], sizeof world.folders[i], "%.40s.%zu", house->store, i);
		house_copy_tree(house->store, world.folders[i]);
		CHECK_OK_FATAL(kc_keychain_sync_use(house->homes[i].keychain, world.folders[i],
			false, kc_bytes_str(HOUSE_PASSWORD)));
		find_writer(i);
	}
	for (size_t i = 0; i < count; i++)
		measure_log(i);
	for (size_t i = 0; i < count; i++)
		for (size_t w = 0; w < count; w++) {
			memset(world.has[i][w], ALL, (size_t)world.lengths[w] + 1);
			world.complete[i][w] = world.lengths[w];
		}
}

static void end_world(void)
{
	for (size_t i = 0; i < world.house.count; i++)
		file_remove_tree(world.folders[i]);
	house_done(&world.house);
}

/* --- the carrier --------------------------------------------------------------------------------
 */

/* Brings one file, or the beginning of it. */
static void bring(size_t from, size_t to, size_t writer, uint64_t number, bool whole)
{
	char source[HOUSE_PATH_MAX], target[HOUSE_PATH_MAX];
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;

	path_in(from, writer, number, source);
	path_in(to, writer, number, target);
	(void)unlink(target);
	*strrchr(target, '/') = 0;
	(void)mkdir(target, 0700);
	target[strlen(target)] = '/';
	world.has[to][writer][number] = whole ? ALL : SOME;
	if (whole) {
		CHECK_FATAL(link(source, target) == 0);
		return;
	}
	CHECK_FATAL(file_read(source, &bytes));
	CHECK_FATAL(file_write(target, kc_bytes(bytes.data, chance(bytes.len))));
}

/* Brings what one folder has and another has not: everything, or whatever chance will. Returns how
 * much. */
static size_t carry(size_t from, size_t to, bool everything)
{
	size_t brought = 0;

	for (size_t w = 0; w < world.house.count; w++) {
		uint64_t *complete = &world.complete[to][w];

		for (uint64_t n = *complete + 1; n <= world.lengths[w]; n++) {
			if (world.has[from][w][n] != ALL || world.has[to][w][n] == ALL)
				continue;
			if (!everything && chance(2))
				continue;
			bring(from, to, w, n, everything || chance(6) != 0);
			brought++;
		}
		while (*complete < world.lengths[w] && world.has[to][w][*complete + 1] == ALL)
			++*complete;
	}
	return brought;
}

/* --- what happens -------------------------------------------------------------------------------
 */

/* The secret that a device has under a key; empty when there is none. */
static void look(size_t device, size_t key, char ret[static 24])
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err = words_find(&world.house.homes[device], GENP, services[key], &found);

	CHECK_FATAL(err == KC_OK || err == KC_E_NOT_FOUND);
	CHECK(err != KC_OK || found.count == 1);
	snprintf(ret, 24, "%.*s", err == KC_OK ? (int)found.rows[0].secret.len : 0,
		err == KC_OK ? (const char *)found.rows[0].secret.data : "");
}

/* The change itself, and how it is called. */
static const char *make(struct change *c, size_t to)
{
	struct home *home = &world.house.homes[c->device];
	const char *service = services[c->key];
	char attrs[64], there[24];

	look(c->device, c->key, there);
	snprintf(attrs, sizeof attrs, "%s acct=a sync=#1", service);
	if (!there[0]) {
		CHECK_OK_FATAL(words_add(home, GENP, attrs, c->secret));
		return "adds";
	}
	c->deletes = chance(3) == 0;
	if (c->deletes) {
		CHECK_OK_FATAL(words_delete(home, GENP, service));
		return "deletes";
	}
	look(c->device, to, there);
	if (mode == WANDERING && !there[0] && chance(2)) {
		CHECK_OK_FATAL(words_update(home, GENP, service, services[to], c->secret));
		c->key = to;
		return "moves another to";
	}
	CHECK_OK_FATAL(words_update(home, GENP, service, "labl=x", c->secret));
	return "changes";
}

static void change(size_t device)
{
	struct change *c = &model.changes[model.count];
	const char *how;

	*c = (struct change){.device = device, .key = chance(KEYS)};
	c->known = model.known[device];
	snprintf(c->secret, sizeof c->secret, "%08" PRIx32, (uint32_t)chance_bits());
	how = make(c, chance(KEYS));
	if (tell)
		printf("  %zu: device %zu %s %s %s\n", model.count, device, how, services[c->key],
			c->deletes ? "" : c->secret);
	model.known[device] |= (known_set)1 << model.count++;
}

/* A device has its changes in its log now, and knows what is in the others' up to the first hole.
 */
static void learn(size_t device)
{
	measure_log(device);
	world.complete[device][device] = world.lengths[device];
	for (size_t i = 0; i < model.count; i++) {
		struct change *c = &model.changes[i];

		if (c->device == device && c->operation == 0)
			c->operation = world.lengths[device];
		if (c->operation && c->operation <= world.complete[device][c->device])
			model.known[device] |= (known_set)1 << i;
	}
}

/* A piece that a clock says has been missing for long is an alarm, after all else is done. */
static void exchange(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err = kc_keychain_sync_now(world.house.homes[device].keychain, &report);
	bool late =
		err == KC_E_STORE_SUSPECT && report.alarm && strcmp(report.alarm, "omission") == 0;

	CHECK(err == KC_OK || late);
	CHECK(report.refused == 0 && report.pending == 0);
	learn(device);
	if (tell)
		printf("  device %zu exchanges: %d sent, %d received, %d waiting, log %d\n", device,
			(int)report.sent, (int)report.received, (int)report.waiting,
			(int)world.lengths[device]);
}

/* Puts something in the way of what a device would write next, or takes it away. */
static void jam(size_t device, bool on)
{
	char path[HOUSE_PATH_MAX], name[24], in_the_way[2 * HOUSE_PATH_MAX];

	path_in(device, device, world.lengths[device] + 1, path);
	snprintf(name, sizeof name, "%s", strrchr(path, '/') + 1);
	*strrchr(path, '/') = 0;
	snprintf(in_the_way, sizeof in_the_way, "%s/.new-%s", path, name);
	CHECK_FATAL((on ? mkdir(in_the_way, 0700) : rmdir(in_the_way)) == 0);
}

/* An exchange that is broken off before anything is sent: what was decided must be sent as it is.
 */
static void break_off(size_t device)
{
	kc_err err;

	jam(device, true);
	err = house_sync(&world.house, device, NULL);
	CHECK(err == KC_OK || err == KC_E_STORE_GONE || err == KC_E_STORE_SUSPECT);
	jam(device, false);
	if (tell)
		printf("  device %zu is broken off: %s\n", device, kc_err_name(err));
}

static void restart(size_t device)
{
	struct home *home = &world.house.homes[device];

	home_close(home);
	home_open(home);
	home_unlock(home);
}

static void step(void)
{
	size_t count = world.house.count, device = chance(count), other = chance(count);
	size_t what = chance(16);

	now_ms += 10 + (int64_t)chance(2000);
	set_clock(device);
	if (what < 6 && model.count < CHANGES_MAX)
		change(device);
	else if (what < 10)
		exchange(device);
	else if (what < 15 && other != device)
		(void)carry(device, other, chance(2));
	else if (chance(2))
		break_off(device);
	else
		restart(device);
}

/* Everything everywhere, until nobody has anything to say. */
static void heal(void)
{
	bool busy = true;

	for (int round = 0; busy; round++) {
		CHECK_FATAL(round < 12);
		busy = round == 0;
		for (size_t i = 0; i < world.house.count; i++) {
			size_t brought = 0;

			for (size_t k = 0; k < world.house.count; k++)
				brought += carry(k, i, true);
			busy = busy || brought > 0;
			set_clock(i);
			if (round == 0 || brought)
				exchange(i);
		}
	}
}

/* The root of what a device holds. */
static struct kc_trie_root root_of(size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_trie_root root = {.count = UINT64_MAX};

	CHECK_OK_FATAL(kc_txn_begin(world.house.homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_trie_get_root(&txn, KC_VIEW_PASSWORDS, &root));
	return root;
}

/* Devices that agree have one root, and none has a reason to doubt its own. */
static void compare_roots(uint64_t seed)
{
	struct kc_trie_root first = root_of(0);
	char words[80];

	for (size_t i = 0; i < world.house.count; i++) {
		struct kc_trie_root root = root_of(i);

		snprintf(words, sizeof words, "seed %" PRIu64 ", root of device %zu", seed, i);
		CHECK_MSG(!root.doubted && root.count == first.count &&
				  memcmp(root.hash, first.hash, sizeof root.hash) == 0,
			words);
	}
}

/* Whether what was written last is there: by clocks that agree it has nothing above it. */
static bool is_last_right(size_t key, const char *secret)
{
	const struct change *last = &model.changes[model.count - 1];

	return model.count == 0 || last->key != key || last->deletes ||
	       strcmp(last->secret, secret) == 0;
}

static void compare(uint64_t seed)
{
	for (size_t key = 0; key < KEYS; key++) {
		char first[24], secret[24], words[160];

		look(0, key, first);
		snprintf(words, sizeof words, "seed %" PRIu64 ", %zu devices, %.40s is “%.20s”",
			seed, world.house.count, services[key], first);
		if (mode == WANDERING)
			CHECK_MSG(is_last_right(key, first), words);
		else
			CHECK_MSG(may_be(key, first), words);
		for (size_t i = 1; i < world.house.count; i++) {
			look(i, key, secret);
			CHECK_MSG(strcmp(first, secret) == 0, words);
		}
		memcpy(model.before[key], first, sizeof first);
	}
}

static void live(uint64_t seed)
{
	const char *told = getenv("SCHEDULE");

	tell = told && strtoull(told, NULL, 10) == seed;
	chance_state = seed;
	name_new_ones(seed);
	model.count = 0;
	memset(model.known, 0, sizeof model.known);
	for (size_t i = 0; i < world.house.count; i++)
		world.skews[i] =
			mode == SKEWED ? ((int64_t)chance(5) - 2) * (int64_t)chance(DAY_MS) : 0;
	for (int i = 0; i < STEPS; i++)
		step();
	heal();
	compare(seed);
	compare_roots(seed);
}

/* --- the tests ----------------------------------------------------------------------------------
 */

/* Lives of one family after the other, each going on where the one before has ended. */
static void families(uint64_t first, size_t lives)
{
	size_t count = getenv("KC_LONG") ? 8 : 1;

	if (getenv("KC_LONG"))
		lives = 120;
	for (size_t family = 0; family < count; family++)
		for (size_t devices = 2; devices <= 5; devices++) {
			uint64_t seed = first + (family * 10 + devices) * 1000;

			chance_state = seed;
			memset(&model, 0, sizeof model);
			make_world(devices);
			for (size_t i = 0; i < lives; i++)
				live(seed + i);
			end_world();
		}
}

static void clocks_that_agree(void)
{
	mode = STEADY;
	families(0, 20);
}

static void clocks_that_do_not(void)
{
	mode = SKEWED;
	families(1000000, 20);
}

static void names_that_wander(void)
{
	mode = WANDERING;
	families(2000000, 12);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(clocks_that_agree),
		CHECK_TEST(clocks_that_do_not),
		CHECK_TEST(names_that_wander),
	};

	home_use_memory();
	return check_main("schedules", tests, KC_COUNT_OF(tests));
}
