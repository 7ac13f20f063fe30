/* SPDX-License-Identifier: ISC */
/* Counting and slowing wrong passwords, one at a time. */
#include "backend/tries.h"

#include <errno.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

#define FIRST_DELAY_MS 250
#define LAST_DELAY_MS 8000

static kc_tries_sleep replaced;

void kc_tries_set_sleep(kc_tries_sleep sleeper)
{
	replaced = sleeper;
}

static void sleep_ms(uint64_t ms)
{
	struct timespec rest = {
		.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	if (replaced) {
		replaced(ms);
		return;
	}
	while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
		continue;
}

uint64_t kc_tries_delay_ms(uint64_t count)
{
	uint64_t delay = FIRST_DELAY_MS;

	if (count == 0)
		return 0;
	while (--count > 0 && delay < LAST_DELAY_MS)
		delay *= 2;
	return delay;
}

static void wait_from_now(struct kc_tries *tries)
{
	tries->not_before_us = kc_clock_monotonic_us() + kc_tries_delay_ms(tries->count) * 1000;
}

static kc_err write_count(struct kc_store *store, enum kc_setting setting, uint64_t count)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (kc_store_is_read_only(store))
		return KC_OK;
	KC_TRY(kc_txn_begin(store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_setting_put_int(txn.db, setting, (int64_t)count));
	return kc_txn_commit(&txn);
}

void kc_tries_init(struct kc_tries *tries, enum kc_setting setting)
{
	*tries = (struct kc_tries){
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER,
		.setting = setting,
	};
}

void kc_tries_done(struct kc_tries *tries)
{
	pthread_mutex_destroy(&tries->mutex);
	pthread_cond_destroy(&tries->moved);
}

void kc_tries_enter(struct kc_tries *tries)
{
	uint64_t ticket;

	pthread_mutex_lock(&tries->mutex);
	ticket = tries->next++;
	while (tries->serving != ticket)
		pthread_cond_wait(&tries->moved, &tries->mutex);
	pthread_mutex_unlock(&tries->mutex);
}

void kc_tries_leave(struct kc_tries *tries)
{
	pthread_mutex_lock(&tries->mutex);
	tries->serving++;
	pthread_cond_broadcast(&tries->moved);
	pthread_mutex_unlock(&tries->mutex);
}

kc_err kc_tries_read(struct kc_tries *tries, struct kc_store *store)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	int64_t count;

	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	KC_TRY(kc_setting_get_int(txn.db, tries->setting, 0, &count));
	tries->count = count > 0 ? (uint64_t)count : 0;
	wait_from_now(tries);
	return KC_OK;
}

void kc_tries_wait(const struct kc_tries *tries)
{
	uint64_t now = kc_clock_monotonic_us();

	if (now < tries->not_before_us)
		sleep_ms((tries->not_before_us - now + 999) / 1000);
}

/* A full or read-only disk must not keep the user out: the count goes on in memory. */
static void keep_count(struct kc_tries *tries, struct kc_store *store, uint64_t count)
{
	tries->count = count;
	wait_from_now(tries);
	if (write_count(store, tries->setting, count) != KC_OK)
		kc_log_error("the number of wrong passwords could not be written");
}

void kc_tries_wrong(struct kc_tries *tries, struct kc_store *store)
{
	keep_count(tries, store, tries->count + 1);
}

void kc_tries_right(struct kc_tries *tries, struct kc_store *store)
{
	if (tries->count > 0)
		keep_count(tries, store, 0);
}
