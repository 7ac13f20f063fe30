/* SPDX-License-Identifier: ISC */
/* The door from several threads at once, the lock going up and down beside them. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define THREADS 4
#define ROUNDS 60

struct worker {
	pthread_t thread;
	struct home *home;
	unsigned number;
	unsigned added;	   /* acknowledged */
	atomic_bool wrong; /* an answer that no order of the calls explains */
};

static void add_one(struct worker *worker)
{
	char attrs[64];
	kc_err err;

	snprintf(attrs, sizeof attrs, "svce=thread-%u acct=%u", worker->number, worker->added);
	err = words_add(worker->home, GENP, attrs, "secret of an item");
	if (err == KC_OK)
		worker->added++;
	else if (err != KC_E_LOCKED)
		worker->wrong = true;
}

static void find_one(struct worker *worker)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	char attrs[64];
	kc_err err;

	snprintf(attrs, sizeof attrs, "svce=thread-%u", worker->number);
	err = words_find(worker->home, GENP, attrs, &found);
	if (err == KC_E_LOCKED || (err == KC_E_NOT_FOUND && worker->added == 0))
		return;
	if (err != KC_OK || found.count != worker->added)
		worker->wrong = true;
}

static void look(struct worker *worker)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	if (kc_keychain_status(worker->home->keychain, &status) != KC_OK ||
		status.items < worker->added)
		worker->wrong = true;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	for (int i = 0; i < ROUNDS; i++) {
		add_one(worker);
		find_one(worker);
		look(worker);
	}
	return NULL;
}

static void *lock_and_unlock(void *argument)
{
	struct worker *worker = argument;

	for (int i = 0; i < ROUNDS; i++) {
		kc_keychain_lock(worker->home->keychain);
		if (kc_keychain_check_password(worker->home->keychain, kc_bytes_str("password")) !=
				KC_OK ||
			kc_keychain_unlock(worker->home->keychain, kc_bytes_str("password")) !=
				KC_OK)
			worker->wrong = true;
	}
	return NULL;
}

static void many_threads(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct worker workers[THREADS + 1];
	size_t added = 0;

	home_init(&home);
	for (unsigned i = 0; i <= THREADS; i++) {
		workers[i] = (struct worker){.home = &home, .number = i};
		CHECK_FATAL(pthread_create(&workers[i].thread, NULL,
				    i < THREADS ? work : lock_and_unlock, &workers[i]) == 0);
	}
	for (unsigned i = 0; i <= THREADS; i++) {
		CHECK_FATAL(pthread_join(workers[i].thread, NULL) == 0);
		CHECK(!workers[i].wrong);
		added += workers[i].added;
	}
	CHECK(added > 0);
	CHECK(words_count(&home, GENP, "") == added);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(many_threads),
	};
	home_use_memory();
	return check_main("threads", tests, KC_COUNT_OF(tests));
}
