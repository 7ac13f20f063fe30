/* SPDX-License-Identifier: ISC */
/* The lock, the password, and what a locked keychain still does. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "backend/tries.h"
#include "base/clock.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC

static uint64_t slept_ms;

static void note_sleep(uint64_t ms)
{
	slept_ms += ms;
}

enum state { NEVER_UNLOCKED, LOCKED_AGAIN, UNLOCKED, STATES };

static void bring_to(struct home *home, enum state state)
{
	home_open(home);
	if (state == NEVER_UNLOCKED)
		return;
	home_unlock(home);
	if (state == LOCKED_AGAIN)
		kc_keychain_lock(home->keychain);
}

/* Every class in every state: add, find (an item that is there, one that is not), update, delete.
 */
static void states(void)
{
	/* clang-format off */
	static const struct {
		const char *access;
		bool usable[STATES];
	} rows[] = {
		{"ak",   {false, false, true}},
		{"ck",   {false, true,  true}},
		{"dk",   {true,  true,  true}},
		{"aku",  {false, false, true}},
		{"cku",  {false, true,  true}},
		{"dku",  {true,  true,  true}},
		{"akpu", {false, false, true}},
	};
	/* clang-format on */
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		for (int state = 0; state < STATES; state++) {
			KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
			kc_err wanted = rows[i].usable[state] ? KC_OK : KC_E_LOCKED;
			char there[64], added[64];
			snprintf(there, sizeof there, "svce=there acct=%zu-%d pdmn=%s", i, state,
				rows[i].access);
			snprintf(added, sizeof added, "svce=added acct=%zu-%d pdmn=%s", i, state,
				rows[i].access);
			bring_to(&home, UNLOCKED);
			CHECK_OK_FATAL(words_add(&home, GENP, there, "x"));
			bring_to(&home, (enum state)state);
			CHECK_MSG(words_add(&home, GENP, added, "x") == wanted, there);
			CHECK_MSG(words_add(&home, GENP, there, "x") ==
					  (wanted == KC_OK ? KC_E_DUPLICATE : KC_E_LOCKED),
				there);
			CHECK_MSG(words_find(&home, GENP, there, &found) == wanted, there);
			CHECK_MSG(words_find(&home, GENP, "svce=absent", &found) == KC_E_NOT_FOUND,
				there);
			CHECK_MSG(
				words_update(&home, GENP, there, "labl=x", NULL) == wanted, there);
			CHECK_MSG(words_delete(&home, GENP, there) == KC_OK, there);
		}
}

static void the_lock_of_one_stops_a_whole_call(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=open pdmn=dk", "1"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=shut pdmn=ak", "2"));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(words_find(&home, GENP, "svce=s", &found), KC_E_LOCKED);
	CHECK_ERR(words_update(&home, GENP, "svce=s", "labl=x", NULL), KC_E_LOCKED);
	words_query(GENP, "svce=s", &query);
	query.skip_locked = true;
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(found.count == 1);
	query.after = words_page_end(&found);
	CHECK_ERR(kc_keychain_item_find(home.keychain, &home_user, &query, &found), KC_E_NOT_FOUND);
	query.after = (struct kc_page_end){0};
	query.limit = 1;
	query.skip_locked = false;
	CHECK_OK(kc_keychain_item_find(home.keychain, &home_user, &query, &found));
	CHECK(strcmp(words_text(&found.rows[0].attrs, "acct"), "open") == 0);
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "labl=x") == 0);
	CHECK(words_count(&home, GENP, "svce=s") == 2);
}

static void moving_needs_both_classes(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a pdmn=dk", "x"));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(words_update(&home, GENP, "acct=a", "pdmn=ak", NULL), KC_E_LOCKED);
	CHECK(words_has_secret(&home, GENP, "acct=a", "x"));
	home_unlock(&home);
	CHECK_OK(words_update(&home, GENP, "acct=a", "pdmn=ak", NULL));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(words_update(&home, GENP, "acct=a", "pdmn=dk", NULL), KC_E_LOCKED);
	home_unlock(&home);
	CHECK(words_has_secret(&home, GENP, "acct=a pdmn=ak", "x"));
}

static enum kc_lock_state lock_state(struct home *home)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	CHECK_OK(kc_keychain_status(home->keychain, &status));
	return status.lock;
}

static void the_status_tells(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	CHECK(lock_state(&home) == KC_LOCK_UNLOCKED);
	home_open(&home);
	CHECK(lock_state(&home) == KC_LOCK_NEVER);
	home_unlock(&home);
	CHECK(lock_state(&home) == KC_LOCK_UNLOCKED);
	kc_keychain_lock(home.keychain);
	CHECK(lock_state(&home) == KC_LOCK_LOCKED);
}

static void a_device_is_renamed(void)
{
	static const char *const bad[] = {"", "a\nb", "\xff",
		"0123456789012345678901234567890123456789012345678901234567890123456789"};
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_STATUS struct kc_status status = {0};

	home_init(&home);
	for (size_t i = 0; i < KC_COUNT_OF(bad); i++)
		CHECK_ERR(kc_keychain_rename(home.keychain, bad[i]), KC_E_PARAM);
	home_open(&home); /* locked, as it may be */
	CHECK_OK(kc_keychain_rename(home.keychain, "Schreibtisch \xe2\x98\x83"));
	home_open(&home);
	CHECK_OK(kc_keychain_status(home.keychain, &status));
	CHECK(strcmp(status.device, "Schreibtisch \xe2\x98\x83") == 0);
}

static kc_err check(struct home *home, const char *password)
{
	return kc_keychain_check_password(home->keychain, kc_bytes_str(password));
}

static void the_password_is_checked(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	kc_tries_set_sleep(note_sleep);
	home_init(&home);
	CHECK_OK(check(&home, "password"));
	CHECK_ERR(check(&home, "Password"), KC_E_AUTH);
	CHECK_ERR(check(&home, ""), KC_E_AUTH);
	CHECK(lock_state(&home) == KC_LOCK_UNLOCKED);
	kc_keychain_lock(home.keychain);
	CHECK_OK(check(&home, "password"));
	CHECK(lock_state(&home) == KC_LOCK_LOCKED);
	CHECK_ERR(kc_keychain_unlock(home.keychain, kc_bytes_str("wrong")), KC_E_AUTH);
	CHECK(lock_state(&home) == KC_LOCK_LOCKED);
	kc_tries_set_sleep(NULL);
}

static void the_password_is_changed(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	kc_tries_set_sleep(note_sleep);
	home_init(&home);
	CHECK_OK(words_add(&home, GENP, "acct=a", "x"));
	CHECK_ERR(kc_keychain_change_password(
			  home.keychain, kc_bytes_str("wrong"), kc_bytes_str("new")),
		KC_E_AUTH);
	CHECK_ERR(kc_keychain_change_password(
			  home.keychain, kc_bytes_str("password"), kc_bytes_str("")),
		KC_E_WEAK_PASSWORD);
	CHECK_OK(kc_keychain_change_password(
		home.keychain, kc_bytes_str("password"), kc_bytes_str("new")));
	CHECK(lock_state(&home) == KC_LOCK_UNLOCKED);
	CHECK_OK(check(&home, "new"));
	CHECK_ERR(check(&home, "password"), KC_E_AUTH);
	home_open(&home);
	CHECK_ERR(kc_keychain_unlock(home.keychain, kc_bytes_str("password")), KC_E_AUTH);
	CHECK_OK(kc_keychain_change_password(
		home.keychain, kc_bytes_str("new"), kc_bytes_str("newer")));
	CHECK(lock_state(&home) == KC_LOCK_LOCKED);
	CHECK_OK(kc_keychain_unlock(home.keychain, kc_bytes_str("newer")));
	CHECK(words_has_secret(&home, GENP, "acct=a", "x"));
	kc_tries_set_sleep(NULL);
}

static void wrong_tries_cost_more_each_time(void)
{
	static const uint64_t wanted_ms[] = {0, 250, 500, 1000, 2000, 4000, 8000, 8000, 8000};

	for (size_t i = 0; i < KC_COUNT_OF(wanted_ms); i++)
		CHECK(kc_tries_delay_ms(i) == wanted_ms[i]);
}

/* The clock of the test stands between tries, so every delay is slept in full. */
static void wrong_tries_are_counted_on_disk(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	kc_tries_set_sleep(note_sleep);
	slept_ms = 0;
	for (int i = 0; i < 4; i++)
		CHECK_ERR(check(&home, "wrong"), KC_E_AUTH);
	CHECK(slept_ms > 1600 && slept_ms <= 1750); /* 250 + 500 + 1000 */
	slept_ms = 0;
	home_open(&home);
	CHECK_ERR(kc_keychain_unlock(home.keychain, kc_bytes_str("wrong")), KC_E_AUTH);
	CHECK(slept_ms > 1800 && slept_ms <= 2000);
	slept_ms = 0;
	CHECK_OK(kc_keychain_unlock(home.keychain, kc_bytes_str("password")));
	CHECK(slept_ms > 3800 && slept_ms <= 4000);
	slept_ms = 0;
	home_open(&home);
	CHECK_OK(kc_keychain_unlock(home.keychain, kc_bytes_str("password")));
	CHECK(slept_ms == 0);
	kc_tries_set_sleep(NULL);
}

struct queued {
	struct kc_tries *tries;
	unsigned number;
	unsigned *turns; /* how many there were; under the turn */
	bool in_order;
	pthread_t thread;
};

static void *take_turn(void *argument)
{
	struct queued *queued = argument;

	kc_tries_enter(queued->tries);
	queued->in_order = (*queued->turns)++ == queued->number;
	kc_tries_leave(queued->tries);
	return NULL;
}

static void wait_for_ticket(struct kc_tries *tries, uint64_t next)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	bool given = false;

	while (!given) {
		nanosleep(&moment, NULL);
		pthread_mutex_lock(&tries->mutex);
		given = tries->next == next;
		pthread_mutex_unlock(&tries->mutex);
	}
}

static void turns_go_by_arrival(void)
{
	struct queued queued[6];
	struct kc_tries tries;
	unsigned turns = 0;

	kc_tries_init(&tries, KC_SETTING_TRIES);
	kc_tries_enter(&tries);
	for (unsigned i = 0; i < KC_COUNT_OF(queued); i++) {
		queued[i] = (struct queued){.tries = &tries, .number = i, .turns = &turns};
		CHECK_FATAL(pthread_create(&queued[i].thread, NULL, take_turn, &queued[i]) == 0);
		wait_for_ticket(&tries, i + 2);
	}
	CHECK(turns == 0);
	kc_tries_leave(&tries);
	for (unsigned i = 0; i < KC_COUNT_OF(queued); i++) {
		pthread_join(queued[i].thread, NULL);
		CHECK(queued[i].in_order);
	}
	kc_tries_done(&tries);
}

static void a_real_sleep_is_as_long_as_it_says(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t start;

	home_init(&home);
	CHECK_ERR(check(&home, "wrong"), KC_E_AUTH);
	start = kc_clock_monotonic_us();
	CHECK_OK(check(&home, "password"));
	CHECK(kc_clock_monotonic_us() - start > 200000);
}

/* --- creation and opening -----------------------------------------------------------------------
 */

static kc_err create(struct home *home, const char *password, const char *name)
{
	return kc_keychain_create(&home->place, kc_bytes_str(password), name, &home->keychain);
}

static void creation(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	char long_name[KC_DEVICE_NAME_MAX + 2];
	struct stat status;

	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = 0;
	home_init_empty(&home);
	CHECK_ERR(kc_keychain_open(&home.place, &home.keychain), KC_E_NO_KEYCHAIN);
	CHECK_ERR(create(&home, "", "device"), KC_E_WEAK_PASSWORD);
	CHECK_ERR(create(&home, "password", ""), KC_E_PARAM);
	CHECK_ERR(create(&home, "password", "tab\there"), KC_E_PARAM);
	CHECK_ERR(create(&home, "password", "\xff"), KC_E_PARAM);
	CHECK_ERR(create(&home, "password", long_name), KC_E_PARAM);
	CHECK(home.keychain == NULL);
	CHECK(stat(home_database(&home), &status) != 0);
	long_name[KC_DEVICE_NAME_MAX] = 0;
	CHECK_OK(create(&home, "password", long_name));
	home_close(&home);
	CHECK_ERR(create(&home, "other", "device"), KC_E_KEYCHAIN_EXISTS);
	CHECK(stat(home_database(&home), &status) == 0);
	CHECK((status.st_mode & 0777) == 0600);
	home_open(&home);
	home_unlock(&home);
}

static void what_others_can_read_is_not_opened(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init(&home);
	home_close(&home);
	CHECK(chmod(home_database(&home), 0640) == 0);
	CHECK_ERR(kc_keychain_open(&home.place, &home.keychain), KC_E_EXPOSED);
	CHECK(chmod(home_database(&home), 0600) == 0);
	CHECK(chmod(home.place.data, 0755) == 0);
	CHECK_ERR(kc_keychain_open(&home.place, &home.keychain), KC_E_EXPOSED);
	CHECK_ERR(create(&home, "password", "device"), KC_E_EXPOSED);
	CHECK(chmod(home.place.data, 0700) == 0);
	home_open(&home);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(states),
		CHECK_TEST(the_lock_of_one_stops_a_whole_call),
		CHECK_TEST(moving_needs_both_classes),
		CHECK_TEST(the_status_tells),
		CHECK_TEST(a_device_is_renamed),
		CHECK_TEST(the_password_is_checked),
		CHECK_TEST(the_password_is_changed),
		CHECK_TEST(wrong_tries_cost_more_each_time),
		CHECK_TEST(wrong_tries_are_counted_on_disk),
		CHECK_TEST(turns_go_by_arrival),
		CHECK_TEST(a_real_sleep_is_as_long_as_it_says),
		CHECK_TEST(creation),
		CHECK_TEST(what_others_can_read_is_not_opened),
	};
	return check_main("lock and password", tests, KC_COUNT_OF(tests));
}
