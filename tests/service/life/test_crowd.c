/* SPDX-License-Identifier: ISC */
/* Sixteen processes that add, find, change and delete at once: every item is there once, or gone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/service/life/ledger.h"
#include "tests/service/life/warden.h"
#include "tests/wire/device.h"

enum {
	CROWD = 16,
	SLOTS_EACH = 16,  /* items that one process alone changes */
	ANCHORS_EACH = 4, /* items that one process adds and nobody changes */
	TOKENS = 5,	  /* items that everybody takes and puts back */
	RACES = 100,	  /* for being the first to add */
	SECONDS = 10,
	LONG_SECONDS = 120,
	ANCHOR_LEN = 20000, /* so large that a list of them has pages */
};

static const char password[] = "a password";
static struct ledger *ledger;

static struct shared {
	pthread_barrier_t barrier;
	_Atomic uint64_t taken, listed, races_won[RACES], races_deleted;
	atomic_int holder[TOKENS]; /* 0: it lies in the keychain */
	_Atomic uint64_t faults;
} * shared;

static void fault(size_t me, const char *what, kc_err err)
{
	fprintf(stderr, "process %zu: %s: %s\n", me, what, kc_err_name(err));
	atomic_fetch_add(&shared->faults, 1);
}

static kc_err add(struct kc_client *client, const char *kind, size_t number, size_t len)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	struct kc_client_item item = {
		.class = KC_CLASS_GENERIC, .attrs = &attrs, .has_secret = true};
	char name[24];

	snprintf(name, sizeof name, "%zu", number);
	kc_attrs_set_str(&attrs, KC_NAME('s', 'v', 'c', 'e'), kind);
	kc_attrs_set_str(&attrs, KC_NAME('a', 'c', 'c', 't'), name);
	kc_buf_extend(&secret, len);
	item.secret = kc_buf_bytes(&secret);
	return kc_client_item_add(client, &item, 0, NULL);
}

static void init_query(struct kc_query *query, const char *kind, size_t number)
{
	char name[24];

	snprintf(name, sizeof name, "%zu", number);
	query->class = KC_CLASS_GENERIC;
	query->sync = KC_SYNC_ANY;
	kc_attrs_set_str(&query->attrs, KC_NAME('s', 'v', 'c', 'e'), kind);
	kc_attrs_set_str(&query->attrs, KC_NAME('a', 'c', 'c', 't'), name);
}

/* --- tokens ------------------------------------------------------------------------------------
 */

/* Deletes a token; whom that is answered as done has it alone, and puts it back. */
static void pass_token(struct kc_client *client, size_t me, size_t token)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	uint64_t count = 0;
	int nobody = 0;
	kc_err err;

	init_query(&query, "token", token);
	err = kc_client_item_delete(client, &query, &count);
	if (err == KC_E_NOT_FOUND)
		return;
	if (err != KC_OK || count != 1) {
		fault(me, "taking a token", err);
		return;
	}
	if (!atomic_compare_exchange_strong(&shared->holder[token], &nobody, (int)me + 1))
		fault(me, "somebody else has the token", KC_E_DUPLICATE);
	atomic_fetch_add(&shared->taken, 1);
	atomic_store(&shared->holder[token], 0);
	err = add(client, "token", token, 100);
	if (err != KC_OK)
		fault(me, "putting a token back", err);
}

/* --- lists ---------------------------------------------------------------------------------------
 */

static bool is_anchor(const struct kc_found *found, size_t *ret_number)
{
	struct kc_bytes kind = kc_attrs_get_bytes(&found->attrs, KC_NAME('s', 'v', 'c', 'e'));
	struct kc_bytes name = kc_attrs_get_bytes(&found->attrs, KC_NAME('a', 'c', 'c', 't'));
	char text[24] = "";

	if (!kc_bytes_equal(kind, kc_bytes_str("anchor")) || name.len >= sizeof text)
		return false;
	memcpy(text, name.data, name.len);
	*ret_number = strtoul(text, NULL, 10);
	return *ret_number < (size_t)CROWD * ANCHORS_EACH;
}

/* Whatever others do meanwhile, what nobody touches is in a list exactly once. */
static void list_all(struct kc_client *client, size_t me)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	unsigned seen[CROWD * ANCHORS_EACH] = {0};
	size_t number;
	kc_err err;

	query.class = KC_CLASS_GENERIC;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	err = kc_client_item_find(client, &query, &found);
	if (err != KC_OK) {
		fault(me, "listing", err);
		return;
	}
	for (size_t i = 0; i < found.count; i++)
		if (is_anchor(&found.rows[i], &number))
			seen[number]++;
	for (size_t i = 0; i < KC_COUNT_OF(seen); i++)
		if (seen[i] != 1)
			fault(me, "an item is listed", seen[i] ? KC_E_DUPLICATE : KC_E_NOT_FOUND);
	atomic_fetch_add(&shared->listed, 1);
}

/* --- races ---------------------------------------------------------------------------------------
 */

static void run_races(struct kc_client *client, size_t me)
{
	for (size_t i = 0; i < RACES; i++) {
		kc_err err;
		pthread_barrier_wait(&shared->barrier);
		err = add(client, "race", i, 10);
		if (err == KC_OK)
			atomic_fetch_add(&shared->races_won[i], 1);
		else if (err != KC_E_DUPLICATE)
			fault(me, "racing", err);
	}
}

/* They lie before the anchors: what goes on in front must not push those out of a list. */
static void delete_race(struct kc_client *client, size_t me)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	size_t race = atomic_fetch_add(&shared->races_deleted, 1);
	kc_err err;

	if (race >= RACES)
		return;
	init_query(&query, "race", race);
	err = kc_client_item_delete(client, &query, NULL);
	if (err != KC_OK)
		fault(me, "deleting", err);
}

/* --- the crowd -----------------------------------------------------------------------------------
 */

static void mill_about(struct kc_client *client, size_t me, unsigned seconds)
{
	uint64_t end_us = kc_clock_monotonic_us() + (uint64_t)seconds * 1000000;
	unsigned short seed[3] = {(unsigned short)me, 3, 2026};

	while (kc_clock_monotonic_us() < end_us && shared->faults == 0) {
		size_t slot = me * SLOTS_EACH + (size_t)nrand48(seed) % SLOTS_EACH;
		long chance = nrand48(seed) % 64;
		kc_err err = KC_OK;
		if (chance == 0)
			list_all(client, me);
		else if (chance == 1)
			delete_race(client, me);
		else if (chance < 16)
			pass_token(client, me, (size_t)nrand48(seed) % TOKENS);
		else
			err = ledger_step(ledger, client, slot, seed);
		if (err != KC_OK)
			fault(me, "a change", err);
	}
}

static _Noreturn void join_in(size_t me)
{
	struct kc_client *client;
	kc_err err = kc_client_new(&client);

	if (err != KC_OK) {
		fault(me, "a client", err);
		_exit(1);
	}
	run_races(client, me);
	for (size_t i = 0; i < ANCHORS_EACH; i++) {
		err = add(client, "anchor", me * ANCHORS_EACH + i, ANCHOR_LEN);
		if (err != KC_OK)
			fault(me, "an anchor", err);
	}
	pthread_barrier_wait(&shared->barrier);
	mill_about(client, me, getenv("KC_LONG") ? LONG_SECONDS : SECONDS);
	kc_client_free(client);
	_exit(0);
}

/* --- the test ------------------------------------------------------------------------------------
 */

static void share_memory(void)
{
	pthread_barrierattr_t attributes;

	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK_FATAL(shared != MAP_FAILED);
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->barrier, &attributes, CROWD);
	pthread_barrierattr_destroy(&attributes);
	ledger = ledger_new((size_t)CROWD * SLOTS_EACH);
}

static void run_crowd(void)
{
	pid_t crowd[CROWD];

	for (size_t i = 0; i < CROWD; i++) {
		crowd[i] = warden_fork();
		if (crowd[i] == 0)
			join_in(i);
	}
	for (size_t i = 0; i < CROWD; i++)
		CHECK(warden_wait(crowd[i]) == 0);
}

static uint64_t races_left(void)
{
	return shared->races_deleted < RACES ? RACES - shared->races_deleted : 0;
}

static void check_what_is_left(struct kc_client *client)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	uint64_t live;

	CHECK_OK(ledger_check(ledger, client, &live));
	for (size_t i = 0; i < RACES; i++)
		CHECK(shared->races_won[i] == 1);
	for (size_t i = 0; i < TOKENS; i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		init_query(&query, "token", i);
		CHECK_OK(kc_client_item_find(client, &query, &found));
		CHECK(found.count == 1);
	}
	list_all(client, CROWD);
	CHECK_OK_FATAL(kc_client_status(client, &status));
	CHECK(status.items == live + TOKENS + races_left() + (uint64_t)CROWD * ANCHORS_EACH);
	CHECK(status.quarantined == 0);
	CHECK(shared->faults == 0);
	CHECK(ledger->faults == 0);
	CHECK(ledger->acknowledged > 0 && shared->taken > 0 && shared->listed > CROWD);
}

static void no_item_is_lost_or_doubled(void)
{
	struct kc_client *client;

	share_memory();
	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK_FATAL(kc_client_setup(client, kc_bytes_str(password), "crowd"));
	for (size_t i = 0; i < TOKENS; i++)
		CHECK_OK_FATAL(add(client, "token", i, 100));
	run_crowd();
	check_what_is_left(client);
	CHECK_OK(kc_client_stop(client));
	CHECK(device_wait_until_gone());
	CHECK(warden_count_failed() == 0);
	printf("%d processes: %llu changes, %llu tokens taken and put back, %llu lists, %d races ",
		CROWD, (unsigned long long)ledger->acknowledged, (unsigned long long)shared->taken,
		(unsigned long long)shared->listed, RACES);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(no_item_is_lost_or_doubled)};
	int status;

	device_make("tests/service/keycircled-fast");
	warden_begin();
	status = check_main("crowd", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
